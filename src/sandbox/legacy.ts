/** The three V1 operations, on the same memory and rules as V2. */
import type { KnownEffect } from '../effects.ts'
import type { TrackEventInput, UpdateCustomerProfileInput, UpdateCustomerSessionInput } from '../endpoints.ts'
import type {
  CartItem,
  CartItemV1,
  Coupon,
  CouponRejectionReasonV1,
  CouponV1,
  CustomerProfile,
  CustomerProfileV1,
  CustomerSession,
  CustomerSessionV2,
  Event,
  EventV1,
  IntegrationState,
  LoyaltyV1,
  MetaV1,
  NewCustomerSessionV2,
  ReferralRejectionReasonV1,
} from '../schema.ts'
import { type Evaluated, legacyRow, tentativeOf } from './answers.ts'
import { checkType, evaluateEvent } from './events.ts'
import { loyaltyOf } from './loyalty.ts'
import { evaluateProfile } from './profiles.ts'
import { Refusal } from './refusal.ts'
import { updateSession } from './sessions.ts'
import { mergeAttributes, newProfile, type State } from './state.ts'

export function updateCustomerSession(state: State, input: UpdateCustomerSessionInput): IntegrationState {
  const { customerSessionId, coupon, referral, total, dry = false, ...rest } = input
  const request: NewCustomerSessionV2 = {
    ...rest,
    ...(coupon !== undefined && { couponCodes: coupon === '' ? [] : [coupon] }),
    ...(referral !== undefined && { referralCode: referral }),
  }
  const done = updateSession(state, customerSessionId, request, { dry, now: state.clock() })
  const stored = dry ? undefined : state.sessions.get(customerSessionId)
  if (stored !== undefined && total !== undefined) stored.statedTotal = total
  return integrationState(state, done, total ?? stored?.statedTotal)
}

export function updateCustomerProfile(
  state: State,
  { integrationId, attributes, dry = false }: UpdateCustomerProfileInput,
): IntegrationState {
  const done = evaluateProfile(state, integrationId, dry, undefined, (profile) => {
    profile.attributes = mergeAttributes(profile.attributes, attributes)
  })
  return integrationState(state, done, undefined)
}

export function trackEvent(state: State, { type, attributes, profileId = '', sessionId, dry = false }: TrackEventInput): IntegrationState {
  checkType(type)
  const known = state.sessions.get(sessionId)
  if (known !== undefined && known.session.profileId !== profileId) throw new Refusal(400, 'The session belongs to another profile')

  const session = known?.session ?? updateSession(state, sessionId, { profileId }, { dry, now: state.clock() }).session
  const done = evaluateEvent(state, { type, attributes, profileId, session, runsCart: session.state === 'open', dry })
  const event = { ...done.event, sessionId }
  if (!dry) state.events.push(event)
  return integrationState(state, { ...done, event }, known?.statedTotal)
}

function integrationState(state: State, done: Evaluated, statedTotal: number | undefined): IntegrationState {
  const { session = emptySession(state, done.profile), profile, effects, event } = done
  const code = session.couponCodes?.[0]
  const coupon = code === undefined ? undefined : state.coupons.get(code)?.coupon
  return {
    session: sessionV1(session, effects, statedTotal),
    profile: profileV1(profile ?? newProfile(state, '')),
    event: eventV1(state, event, effects),
    loyalty: loyaltyV1(state, profile?.integrationId, tentativeOf(done)),
    ...(coupon !== undefined && { coupon: couponV1(coupon) }),
  }
}

// A V1 profile update answers with a session although there is none.
function emptySession(state: State, profile: CustomerProfile | undefined): CustomerSessionV2 {
  return updateSession(state, '', { profileId: profile?.integrationId ?? '' }, { dry: true, now: state.clock() }).session
}

function sessionV1(session: CustomerSessionV2, effects: readonly KnownEffect[], statedTotal: number | undefined): CustomerSession {
  const {
    integrationId,
    created,
    applicationId,
    profileId,
    couponCodes = [],
    referralCode = '',
    identifiers,
    attributes,
    firstSession,
  } = session
  return {
    integrationId,
    created,
    applicationId,
    profileId,
    coupon: couponCodes[0] ?? '',
    referral: referralCode,
    // V1 does not know returns.
    state: session.state === 'partially_returned' ? 'closed' : session.state,
    cartItems: session.cartItems.map(cartItemV1),
    ...(identifiers !== undefined && { identifiers }),
    total: statedTotal ?? session.total,
    attributes,
    firstSession,
    discounts: discountsOf(effects),
  }
}

function cartItemV1(item: CartItem): CartItemV1 {
  const { name, sku, quantity, price, category, weight, height, width, length, position, attributes } = item
  return {
    name: name || sku,
    sku,
    quantity,
    price: price ?? 0,
    ...(category !== undefined && { category }),
    ...(weight !== undefined && { weight }),
    ...(height !== undefined && { height }),
    ...(width !== undefined && { width }),
    ...(length !== undefined && { length }),
    ...(position !== undefined && { position }),
    ...(attributes !== undefined && { attributes }),
  }
}

// Discounts by label; the units of one label are summed.
function discountsOf(effects: readonly KnownEffect[]): Record<string, number> {
  const discounts: Record<string, number> = {}
  for (const { effectType, props } of effects) {
    if (effectType !== 'setDiscount' && effectType !== 'setDiscountPerItem') continue
    const label = props.name.replace(/#\d+$/, '')
    discounts[label] = (discounts[label] ?? 0) + props.value
  }
  return discounts
}

function profileV1({ id: _id, sandbox: _sandbox, loyaltyMemberships: _none, ...profile }: CustomerProfile): CustomerProfileV1 {
  return profile
}

function eventV1(state: State, event: Event, effects: readonly KnownEffect[]): EventV1 {
  const { id, created, applicationId, profileId, type, attributes, sessionId } = event
  return {
    id,
    created,
    applicationId,
    ...(profileId !== undefined && { profileId }),
    type,
    attributes,
    ...(sessionId !== undefined && { sessionId }),
    effects: effects.map(tuple),
    ledgerEntries: [],
    meta: metaOf(state, effects),
  }
}

// The vendor's V1 clients read addFreeItem as value, sku, name: talon-one/magento19-plugin Model/Effect.php
function tuple(effect: KnownEffect): unknown[] {
  if (effect.effectType !== 'addFreeItem') return legacyRow(effect)
  const { campaignId, rulesetId, ruleIndex, props } = effect
  return [campaignId, rulesetId, ruleIndex, ['addFreeItem', 1, props.sku, props.name]]
}

function metaOf(state: State, effects: readonly KnownEffect[]): MetaV1 {
  const meta: MetaV1 = {}
  for (const { effectType, props, campaignId } of effects) {
    if (effectType === 'rejectCoupon') {
      const couponId = state.coupons.get(props.value)?.coupon.id ?? 0
      meta.couponRejectionReason = { campaignId, couponId, reason: couponReasonV1(props.rejectionReason) }
    }
    if (effectType === 'rejectReferral') {
      const referralId = state.referrals.get(props.value)?.referral.id ?? 0
      meta.referralRejectionReason = { campaignId, referralId, reason: referralReasonV1(props.rejectionReason) }
    }
  }
  return meta
}

const couponReasons: readonly CouponRejectionReasonV1['reason'][] = [
  'CouponNotFound',
  'CouponPartOfNotRunningCampaign',
  'CouponLimitReached',
  'CampaignLimitReached',
  'ProfileLimitReached',
  'CouponRecipientDoesNotMatch',
  'CouponExpired',
  'CouponStartDateInFuture',
  'CouponRejectedByCondition',
  'EffectCouldNotBeApplied',
]

const referralReasons: readonly ReferralRejectionReasonV1['reason'][] = [
  'ReferralNotFound',
  'ReferralRecipientIdSameAsAdvocate',
  'ReferralPartOfNotRunningCampaign',
  'ReferralLimitReached',
  'CampaignLimitReached',
  'ProfileLimitReached',
  'ReferralRecipientDoesNotMatch',
  'ReferralExpired',
  'ReferralStartDateInFuture',
  'ReferralRejectedByCondition',
  'EffectCouldNotBeApplied',
]

// The reasons that came after V1 fold into the one it has for "some condition failed".
function couponReasonV1(reason: string): CouponRejectionReasonV1['reason'] {
  return couponReasons.find((known) => known === reason) ?? 'CouponRejectedByCondition'
}

function referralReasonV1(reason: string): ReferralRejectionReasonV1['reason'] {
  return referralReasons.find((known) => known === reason) ?? 'ReferralRejectedByCondition'
}

function loyaltyV1(state: State, profileId: string | undefined, tentative: readonly KnownEffect[]): LoyaltyV1 {
  const programs = Object.entries(loyaltyOf(state, profileId, tentative).programs).map(([name, { id, title, ledger }]) => {
    const { currentBalance, pendingBalance, expiredBalance, spentBalance, tentativeCurrentBalance } = ledger
    return [
      name,
      { id, title, name, ledger: { currentBalance, pendingBalance, expiredBalance, spentBalance, tentativeCurrentBalance } },
    ] as const
  })
  return { programs: Object.fromEntries(programs) }
}

function couponV1(coupon: Coupon): CouponV1 {
  const {
    id,
    created,
    campaignId,
    value,
    usageLimit,
    usageCounter,
    startDate,
    expiryDate,
    attributes,
    recipientIntegrationId,
    reservation,
  } = coupon
  return {
    id,
    created,
    campaignId,
    value,
    usageLimit,
    usageCounter,
    ...(startDate !== undefined && { startDate }),
    ...(expiryDate !== undefined && { expiryDate }),
    ...(attributes !== undefined && { attributes }),
    ...(recipientIntegrationId !== undefined && { recipientIntegrationId }),
    ...(reservation !== undefined && { reservation }),
  }
}
