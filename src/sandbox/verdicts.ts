/** Whether a code counts, and if not, why. */
import type { CouponRejection, ReferralRejection } from '../effects.ts'
import type { LimitConfig, Timestamp } from '../schema.ts'
import { isRunning, type SandboxCampaign } from './rules.ts'
import type { Redemption, State, StoredCoupon, StoredReferral } from './state.ts'

/** Who asks, when, and which campaigns take part. */
export interface Inquiry {
  /** Undefined: anonymous. */
  profileId: string | undefined
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
  const { coupon, reservedBy, redemptions } = stored
  const { profileId, now, only } = inquiry
  if (campaign === undefined) return 'CouponPartOfNotRunningCampaign'
  if (!takesPart(campaign, inquiry)) return only === undefined ? 'CouponPartOfNotRunningCampaign' : 'CouponPartOfNotTriggeredCampaign'
  if (isAhead(coupon.startDate, now)) return 'CouponStartDateInFuture'
  if (isPast(coupon.expiryDate, now)) return 'CouponExpired'
  if (coupon.usageLimit > 0 && coupon.usageCounter >= coupon.usageLimit) return 'CouponLimitReached'
  if (coupon.recipientIntegrationId && coupon.recipientIntegrationId !== profileId) return 'CouponRecipientDoesNotMatch'

  const { limits } = campaign
  const ofCampaign = limits ? campaignRedemptions(state.coupons.values(), ({ coupon: { campaignId } }) => campaignId === campaign.id) : []
  if (isUsedUp(limitOf(limits, 'redeemCoupon', false), ofCampaign.length)) return 'CampaignLimitReached'

  const perCoupon = limitOf(coupon.limits, 'redeemCoupon', true)
  const perProfile = perCoupon ?? limitOf(limits, 'redeemCoupon', true)
  if (profileId === undefined) return coupon.isReservationMandatory || perProfile !== undefined ? 'ProfileRequired' : undefined
  if (coupon.isReservationMandatory && !reservedBy.includes(profileId)) return 'CouponReservationRequired'
  return isUsedUp(perProfile, countOf(perCoupon === undefined ? ofCampaign : redemptions, profileId)) ? 'ProfileLimitReached' : undefined
}

/** Why a referral code is refused before its rules have been asked; undefined when it is not. */
export function referralRejection(
  stored: StoredReferral,
  campaign: SandboxCampaign | undefined,
  inquiry: Inquiry,
  state: State,
): ReferralRejection | undefined {
  const { referral } = stored
  const { profileId, now, only } = inquiry
  if (campaign === undefined) return 'ReferralPartOfNotRunningCampaign'
  if (!takesPart(campaign, inquiry)) return only === undefined ? 'ReferralPartOfNotRunningCampaign' : 'ReferralPartOfNotTriggeredCampaign'
  if (isAhead(referral.startDate, now)) return 'ReferralStartDateInFuture'
  if (isPast(referral.expiryDate, now)) return 'ReferralExpired'
  if (!state.profiles.has(referral.advocateProfileIntegrationId)) return 'AdvocateNotFound'
  if (referral.advocateProfileIntegrationId === profileId) return 'ReferralRecipientIdSameAsAdvocate'
  if (referral.friendProfileIntegrationId && referral.friendProfileIntegrationId !== profileId) return 'ReferralRecipientDoesNotMatch'
  if (referral.usageLimit > 0 && referral.usageCounter >= referral.usageLimit) return 'ReferralLimitReached'

  const ofCampaign = campaignRedemptions(state.referrals.values(), ({ referral: { campaignId } }) => campaignId === campaign.id)
  if (isUsedUp(limitOf(campaign.limits, 'redeemReferral', false), ofCampaign.length)) return 'CampaignLimitReached'
  return profileId !== undefined && countOf(ofCampaign, profileId) > 0 ? 'ReferralCustomerAlreadyReferred' : undefined
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

/** The limit on an action, for all together or for each profile; its period is ignored. */
export function limitOf(limits: readonly LimitConfig[] | undefined, action: string, perProfile: boolean): number | undefined {
  return limits?.find((limit) => limit.action === action && limit.entities.includes('Profile') === perProfile)?.limit
}

function isUsedUp(limit: number | undefined, count: number): boolean {
  return limit !== undefined && count >= limit
}

function campaignRedemptions<Stored extends { redemptions: Redemption[] }>(
  all: Iterable<Stored>,
  isOfCampaign: (stored: Stored) => boolean,
): Redemption[] {
  return [...all].filter(isOfCampaign).flatMap(({ redemptions }) => redemptions)
}
