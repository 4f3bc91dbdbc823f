/** Whether a code counts, and if not, why. */
import type { CouponRejection, ReferralRejection } from '../effects.ts'
import type { Coupon, LimitConfig, Timestamp } from '../schema.ts'
import { type BudgetLeft, budgetsFor, type BudgetUser, leftOf, limitsOf } from './budgets.ts'
import { isRunning, type SandboxCampaign } from './rules.ts'
import type { Redemption, State, StoredCoupon, StoredReferral } from './state.ts'

/** Who asks, when, and which campaigns take part. */
export interface Inquiry {
  user: BudgetUser
  /** Milliseconds since the epoch. */
  now: number
  /** A dry run's `evaluableCampaignIds`: these take part, disabled or not, and no others. */
  only: readonly number[] | undefined
}

/** Whether a campaign takes part in an evaluation. */
export function takesPart(campaign: SandboxCampaign, { now, only }: Inquiry): boolean {
  return only === undefined ? isRunning(campaign, now) : only.includes(campaign.id)
}

/** Why a coupon is refused before its rules have been asked; undefined when it is not. */
export function couponRejection(
  stored: StoredCoupon,
  campaign: SandboxCampaign | undefined,
  inquiry: Inquiry,
  state: State,
): CouponRejection | undefined {
  const { coupon, reservedBy } = stored
  const { user, now } = inquiry
  const { profileId } = user
  if (campaign === undefined) return 'CouponPartOfNotRunningCampaign'
  if (!takesPart(campaign, inquiry))
    return isLeftOut(campaign, inquiry) ? 'CouponPartOfNotTriggeredCampaign' : 'CouponPartOfNotRunningCampaign'
  if (isAhead(coupon.startDate, now)) return 'CouponStartDateInFuture'
  if (isPast(coupon.expiryDate, now)) return 'CouponExpired'
  if (coupon.usageLimit > 0 && coupon.usageCounter >= coupon.usageLimit) return 'CouponLimitReached'
  if (coupon.recipientIntegrationId && coupon.recipientIntegrationId !== profileId) return 'CouponRecipientDoesNotMatch'

  const needsProfile = coupon.isReservationMandatory || [...(coupon.limits ?? []), ...limitsOf(campaign)].some(isPerProfile)
  if (!profileId && needsProfile) return 'ProfileRequired'
  if (coupon.isReservationMandatory && !reservedBy.includes(profileId ?? '')) return 'CouponReservationRequired'
  return couponLimitReached(state, campaign, coupon, user, now)
}

/** Why a referral code is refused before its rules have been asked; undefined when it is not. */
export function referralRejection(
  stored: StoredReferral,
  campaign: SandboxCampaign | undefined,
  inquiry: Inquiry,
  state: State,
): ReferralRejection | undefined {
  const { referral } = stored
  const { user, now } = inquiry
  const { profileId } = user
  if (campaign === undefined) return 'ReferralPartOfNotRunningCampaign'
  if (!takesPart(campaign, inquiry))
    return isLeftOut(campaign, inquiry) ? 'ReferralPartOfNotTriggeredCampaign' : 'ReferralPartOfNotRunningCampaign'
  if (isAhead(referral.startDate, now)) return 'ReferralStartDateInFuture'
  if (isPast(referral.expiryDate, now)) return 'ReferralExpired'
  if (!state.profiles.has(referral.advocateProfileIntegrationId)) return 'AdvocateNotFound'
  if (referral.advocateProfileIntegrationId === profileId) return 'ReferralRecipientIdSameAsAdvocate'
  if (referral.friendProfileIntegrationId && referral.friendProfileIntegrationId !== profileId) return 'ReferralRecipientDoesNotMatch'
  if (referral.usageLimit > 0 && referral.usageCounter >= referral.usageLimit) return 'ReferralLimitReached'
  if (profileId && wasReferred(state, campaign.id, profileId)) return 'ReferralCustomerAlreadyReferred'
  return referralLimitReached(state, campaign, user, now)
}

/** Which budget of redemptions a coupon has used up; undefined: none. */
export function couponLimitReached(
  state: State,
  campaign: SandboxCampaign,
  coupon: Coupon,
  user: BudgetUser,
  now: number,
  left?: BudgetLeft,
): 'CampaignLimitReached' | 'ProfileLimitReached' | 'CouponLimitReached' | undefined {
  const budgets = budgetsFor(campaign, coupon, 'redeemCoupon')
  const usedUp = budgets.find((budget) => leftOf(state, campaign, budget, { ...user, coupon: coupon.value }, now, left) < 1)
  if (usedUp === undefined) return undefined
  if (isPerPerson(usedUp)) return 'ProfileLimitReached'
  return usedUp.entities.includes('Coupon') ? 'CouponLimitReached' : 'CampaignLimitReached'
}

function referralLimitReached(
  state: State,
  campaign: SandboxCampaign,
  user: BudgetUser,
  now: number,
): 'CampaignLimitReached' | 'ProfileLimitReached' | 'ReferralLimitReached' | undefined {
  const usedUp = budgetsFor(campaign, undefined, 'redeemReferral').find((budget) => leftOf(state, campaign, budget, user, now) < 1)
  if (usedUp === undefined) return undefined
  if (isPerPerson(usedUp)) return 'ProfileLimitReached'
  return usedUp.entities.includes('Referral') ? 'ReferralLimitReached' : 'CampaignLimitReached'
}

// A dry run that names others, or an archived campaign.
function isLeftOut({ state }: SandboxCampaign, { only }: Inquiry): boolean {
  return only !== undefined || state === 'archived'
}

function isPerProfile({ entities }: LimitConfig): boolean {
  return entities.includes('Profile')
}

function isPerPerson({ entities }: LimitConfig): boolean {
  return entities.includes('Profile') || entities.includes('Identifier')
}

function wasReferred({ referrals }: State, campaignId: number, profileId: string): boolean {
  return [...referrals.values()].some(
    ({ referral, redemptions }) => referral.campaignId === campaignId && countOf(redemptions, profileId) > 0,
  )
}

/** Whether a start date lies ahead. */
export function isAhead(startDate: Timestamp | undefined, now: number): boolean {
  return startDate !== undefined && now < Date.parse(startDate)
}

/** Whether an expiry date has passed. */
export function isPast(expiryDate: Timestamp | undefined, now: number): boolean {
  return expiryDate !== undefined && now >= Date.parse(expiryDate)
}

/** How often a profile stands in redemptions. */
export function countOf(redemptions: readonly Redemption[], profileId: string): number {
  return redemptions.filter((redemption) => redemption.profileId === profileId).length
}
