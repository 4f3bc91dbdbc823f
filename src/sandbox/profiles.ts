/** Profiles and their wallets. */
import type { CustomerProfileIntegrationResponseV2 } from '../effects.ts'
import type {
  DeleteCustomerDataInput,
  GetCustomerInventoryInput,
  UpdateCustomerProfilesV2Input,
  UpdateCustomerProfileV2Input,
} from '../endpoints.ts'
import type {
  Attributes,
  CustomerInventory,
  CustomerProfile,
  Giveaway,
  InventoryCoupon,
  InventoryReferral,
  MultipleCustomerProfileIntegrationResponseV2,
} from '../schema.ts'
import { achievementsOf } from './achievements.ts'
import { type Evaluated, eventOf, integrationCoupon, inventoryReferral, sharedContent } from './answers.ts'
import { changeMemberships } from './audiences.ts'
import { evaluate } from './evaluate.ts'
import { createdBy, takeEffect } from './firing.ts'
import { linkedCards, loyaltyOf } from './loyalty.ts'
import { bookGifts } from './redeem.ts'
import { invalid, notFound, required } from './refusal.ts'
import { mergeAttributes, newProfile, profileOf, type State, type StoredCoupon, takeId, timestamp } from './state.ts'
import { countOf, couponLimitReached, isAhead, isPast } from './verdicts.ts'

export function updateCustomerProfileV2(state: State, input: UpdateCustomerProfileV2Input): CustomerProfileIntegrationResponseV2 {
  const { attributes, audiencesChanges, responseContent: asked = [], runRuleEngine = false, dry = false } = input
  const integrationId = required(input.integrationId, 'integrationId')
  if (asked.length > 0 && !runRuleEngine)
    throw invalid('Invalid', 'responseContent needs runRuleEngine=true', { pointer: '/responseContent' })
  if (dry && !runRuleEngine) throw invalid('Invalid', 'dry needs runRuleEngine=true', { parameter: 'dry' })
  if (asked.includes('campaignEligibility') && !dry)
    throw invalid('Invalid', 'campaignEligibility needs dry=true', { pointer: '/responseContent' })
  const { adds = [], deletes = [] } = audiencesChanges ?? {}
  if ([...adds, ...deletes].some((id) => !state.audiences.has(id)))
    throw invalid('Unknown', 'unknown audience', { pointer: '/audiencesChanges' })

  if (!runRuleEngine) {
    change(state, profileOf(state, integrationId), attributes, adds, deletes)
    return { effects: [], createdCoupons: [], createdReferrals: [] }
  }
  const evaluated = evaluateProfile(state, integrationId, dry, dry ? input.evaluableCampaignIds : undefined, (profile) =>
    change(state, profile, attributes, adds, deletes),
  )
  return { ...createdBy(evaluated.evaluation), effects: evaluated.effects, ...sharedContent(state, asked, evaluated) }
}

/** Changes a profile, or a copy when dry, and runs the rules on it. */
export function evaluateProfile(
  state: State,
  integrationId: string,
  dry: boolean,
  only: readonly number[] | undefined,
  apply: (profile: CustomerProfile) => void,
): Evaluated & { profile: CustomerProfile } {
  const known = state.profiles.get(integrationId)
  const profile = dry ? { ...(known ?? newProfile(state, integrationId)) } : profileOf(state, integrationId)
  apply(profile)
  const now = state.clock()
  const evaluation = evaluate(state, { session: undefined, profile, now, only, sourceId: dry ? 0 : takeId(state), dry })
  const { effects } = evaluation
  const type = known === undefined ? 'talon_profile_created' : 'talon_profile_updated'
  const event = eventOf(state, { type, profileId: integrationId, attributes: {}, effects, dry })
  if (!dry) {
    takeEffect(state, evaluation, profile)
    profile.lastActivity = timestamp(state)
    // Without a session there is no close to wait for.
    bookGifts(state, effects, { profileId: integrationId, user: evaluation.user, now })
  }
  return { profile, evaluation, event, effects, dry, now }
}

export function updateCustomerProfilesV2(
  state: State,
  { customerProfiles = [], silent = 'yes' }: UpdateCustomerProfilesV2Input,
): MultipleCustomerProfileIntegrationResponseV2 | undefined {
  const profiles = customerProfiles.map(({ integrationId, attributes }) => {
    const profile = profileOf(state, integrationId)
    profile.attributes = mergeAttributes(profile.attributes, attributes)
    return profile
  })
  return silent === 'yes' ? undefined : { integrationStates: profiles.map((customerProfile) => ({ customerProfile })) }
}

export function getCustomerInventory(state: State, input: GetCustomerInventoryInput): CustomerInventory {
  const integrationId = required(input.integrationId, 'integrationId')
  const profile = state.profiles.get(integrationId)
  if (profile === undefined) throw notFound('Customer profile')
  return {
    ...(input.profile && { profile }),
    ...(input.loyalty && { loyalty: loyaltyOf(state, integrationId, [], linkedCards(state, integrationId)) }),
    ...(input.referrals && { referrals: referralsOf(state, integrationId) }),
    ...(input.coupons && { coupons: couponsOf(state, integrationId) }),
    ...(input.giveaways && { giveaways: giveawaysOf(state, integrationId) }),
    ...(input.achievements && { achievements: achievementsOf(state, integrationId) }),
  }
}

export function deleteCustomerData(state: State, { integrationId }: DeleteCustomerDataInput): undefined {
  const profile = state.profiles.get(integrationId)
  if (profile === undefined) throw notFound('Customer profile')
  profile.attributes = {}
  for (const { session, sentItems = [] } of state.sessions.values()) {
    if (session.profileId !== integrationId) continue
    session.attributes = {}
    for (const item of [...session.cartItems, ...sentItems]) delete item.attributes
  }
  for (const event of [...state.events, ...state.advancedEvents.values()]) if (event.profileId === integrationId) event.attributes = {}
  for (const { coupon } of state.coupons.values()) if (coupon.recipientIntegrationId === integrationId) delete coupon.attributes
  for (const { referral } of state.referrals.values())
    if (referral.advocateProfileIntegrationId === integrationId) delete referral.attributes
}

function change(
  state: State,
  profile: CustomerProfile,
  attributes: Attributes | undefined,
  adds: readonly number[],
  deletes: readonly number[],
): void {
  profile.attributes = mergeAttributes(profile.attributes, attributes)
  changeMemberships(state, profile, adds, deletes)
}

function giveawaysOf({ giveaways }: State, profileId: string): Giveaway[] {
  return giveaways.map(({ giveaway }) => giveaway).filter(({ profileIntegrationId }) => profileIntegrationId === profileId)
}

function referralsOf(state: State, profileId: string): InventoryReferral[] {
  const mine = [...state.referrals.values()].filter(({ referral }) => referral.advocateProfileIntegrationId === profileId)
  return mine.map(inventoryReferral)
}

function couponsOf(state: State, profileId: string): InventoryCoupon[] {
  const mine = [...state.coupons.values()].filter(
    ({ coupon, reservedBy, redemptions }) =>
      coupon.implicitlyReserved || reservedBy.includes(profileId) || countOf(redemptions, profileId) > 0,
  )
  return mine.map((stored) => ({ ...integrationCoupon(stored, profileId), state: walletState(state, stored, profileId) }))
}

function walletState(state: State, { coupon }: StoredCoupon, profileId: string): InventoryCoupon['state'] {
  const now = state.clock()
  const campaign = state.campaigns.find(({ id }) => id === coupon.campaignId)
  if (campaign?.state === 'disabled') return 'disabled'
  if (coupon.usageLimit > 0 && coupon.usageCounter >= coupon.usageLimit) return 'used'
  if (campaign && couponLimitReached(state, campaign, coupon, { profileId }, now) !== undefined) return 'used'
  if (isPast(coupon.expiryDate, now)) return 'expired'
  return isAhead(coupon.startDate, now) ? 'pending' : 'active'
}
