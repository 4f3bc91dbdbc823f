/** The rule engine: campaigns in order, their rules in order, each rule's effects in order. */
import type { CouponRejection, EffectEnvelope, KnownEffect, ReferralRejection } from '../effects.ts'
import type { CustomerProfile, CustomerSessionV2, RuleFailureReason } from '../schema.ts'
import { increase } from './achievements.ts'
import { holderOf } from './loyalty.ts'
import { type Cart, type CartEvent, type RuleEffect, type SandboxCampaign, type SandboxRule, unitsOf } from './rules.ts'
import { normaliseCode, type State } from './state.ts'
import { couponRejection, type Inquiry, referralRejection, takesPart } from './verdicts.ts'

/** What is evaluated. Without a session: a profile update, or an event. */
export interface Subject {
  session: CustomerSessionV2 | undefined
  event?: CartEvent
  /** The cards an event names. Default: the session's. */
  loyaltyCards?: readonly string[]
  /** Which rules are asked. Default: those about carts and profiles. */
  asks?: (rule: SandboxRule) => boolean
  /** Undefined: anonymous. */
  profile: CustomerProfile | undefined
  /** Milliseconds since the epoch. */
  now: number
  /** The campaigns of a dry run that names some. */
  only: readonly number[] | undefined
  /** Tells the bookings of one source (a session, an event) apart from another's. */
  sourceId: number
}

/** What became of one rule of one campaign, for one code if it needs one. */
export interface RuleOutcome {
  campaign: SandboxCampaign
  ruleIndex: number
  rule: SandboxRule
  passed: boolean
  code: Code | undefined
}

/** What an evaluation says. */
export interface Evaluation {
  effects: KnownEffect[]
  outcomes: RuleOutcome[]
}

type Code = {
  value: string
  /** Undefined: there is no such code. */
  id: number | undefined
  campaignId: number | undefined
} & (
  | {
      kind: 'coupon'
      /** Undefined: valid. */
      rejection: CouponRejection | undefined
    }
  | { kind: 'referral'; rejection: ReferralRejection | undefined }
)

type Place = Pick<EffectEnvelope, 'campaignId' | 'rulesetId' | 'ruleIndex' | 'ruleName' | 'triggeredByCoupon'>

/** Evaluates a session or a profile. Changes nothing. */
export function evaluate(state: State, subject: Subject): Evaluation {
  const inquiry: Inquiry = { profileId: subject.profile?.integrationId, now: subject.now, only: subject.only }
  const codes = codesOf(state, subject.session, inquiry)
  const cart = cartOf(subject)
  const homeless = codes.filter(({ campaignId }) => state.campaigns.every(({ id }) => id !== campaignId))
  const evaluation: Evaluation = { effects: homeless.map((code) => reject(code, nowhere)), outcomes: [] }
  for (const campaign of state.campaigns) {
    const mine = codes.filter(({ campaignId }) => campaignId === campaign.id)
    const { effects, outcomes } = takesPart(campaign, inquiry) ? runCampaign(campaign, mine, cart, subject.asks) : refuseAll(campaign, mine)
    evaluation.effects.push(...effects)
    evaluation.outcomes.push(...outcomes)
  }
  const counting = counter(state, subject)
  return {
    ...evaluation,
    effects: evaluation.effects.flatMap((effect, index) => complete(state, effect, index, subject)).flatMap(counting),
  }
}

/** The rules that did not fire, as `responseContent: ruleFailureReasons` wants them. */
export function failuresOf(outcomes: readonly RuleOutcome[]): RuleFailureReason[] {
  return outcomes
    .filter(({ passed }) => !passed)
    .map(({ campaign, ruleIndex, rule, code }) => ({
      campaignID: campaign.id,
      campaignName: campaign.name,
      rulesetID: campaign.id,
      ruleIndex,
      ruleName: rule.name,
      conditionIndex: 0,
      details: failureDetails(rule, code),
      ...(code?.kind === 'coupon' && code.id !== undefined && { couponID: code.id, couponValue: code.value }),
      ...(code?.kind === 'referral' && code.id !== undefined && { referralID: code.id, referralValue: code.value }),
    }))
}

/** Why a rule did not fire. */
export function failureDetails(rule: SandboxRule, code: Code | undefined): string {
  return rule.needs !== undefined && code === undefined ? `No valid ${rule.needs} code of this campaign` : 'The condition was not met'
}

function codesOf(state: State, session: CustomerSessionV2 | undefined, inquiry: Inquiry): Code[] {
  const campaignBy = (id: number | undefined) => state.campaigns.find((campaign) => campaign.id === id)
  const coupons = [...new Set((session?.couponCodes ?? []).map(normaliseCode))].map((value): Code => {
    const stored = state.coupons.get(value)
    const campaignId = stored?.coupon.campaignId
    const rejection = stored === undefined ? 'CouponNotFound' : couponRejection(stored, campaignBy(campaignId), inquiry, state)
    return { kind: 'coupon', value, id: stored?.coupon.id, campaignId, rejection }
  })
  const value = normaliseCode(session?.referralCode ?? '')
  if (value === '') return coupons
  const stored = state.referrals.get(value)
  const campaignId = stored?.referral.campaignId
  const rejection = stored === undefined ? 'ReferralNotFound' : referralRejection(stored, campaignBy(campaignId), inquiry, state)
  return [...coupons, { kind: 'referral', value, id: stored?.referral.id, campaignId, rejection }]
}

function cartOf({ session, profile, event, now }: Subject): Cart {
  const items = session?.cartItems ?? []
  return {
    profileId: profile?.integrationId,
    state: session?.state ?? 'open',
    items,
    units: unitsOf(items),
    itemTotal: session?.cartItemTotal ?? 0,
    total: session?.total ?? 0,
    additionalCosts: session?.additionalCosts ?? {},
    attributes: session?.attributes ?? {},
    profileAttributes: profile?.attributes ?? {},
    audienceIds: (profile?.audienceMemberships ?? []).map(({ id }) => id),
    firstSession: session?.firstSession ?? false,
    event,
    now,
  }
}

function runCampaign(campaign: SandboxCampaign, codes: readonly Code[], cart: Cart, asks: Subject['asks'] = isAboutCarts): Evaluation {
  const accepted = new Set<Code>()
  const outcomes: RuleOutcome[] = []
  const placed: { ruleIndex: number; effects: KnownEffect[] }[] = []
  for (const [ruleIndex, rule] of campaign.rules.entries()) {
    if (!asks(rule)) continue
    for (const code of runsOf(rule, codes)) {
      const passed = (rule.needs === undefined || code !== undefined) && (rule.when?.(cart) ?? true)
      outcomes.push({ campaign, ruleIndex, rule, passed, code })
      if (!passed) continue
      const place = placeOf(campaign, ruleIndex, code)
      const verdict = code !== undefined && !accepted.has(code) ? [accept(code, place)] : []
      if (code !== undefined) accepted.add(code)
      placed.push({ ruleIndex, effects: [...verdict, ...rule.then(cart).map((effect) => draft(effect, place))] })
    }
  }
  const rejected = codes.filter((code) => !accepted.has(code)).map((code) => refuse(campaign, code))
  const inOrder = [...placed, ...rejected].toSorted((one, other) => one.ruleIndex - other.ruleIndex)
  return { effects: inOrder.flatMap(({ effects }) => effects), outcomes }
}

function isAboutCarts({ on }: SandboxRule): boolean {
  return on === undefined
}

function refuseAll(campaign: SandboxCampaign, codes: readonly Code[]): Evaluation {
  return { effects: codes.flatMap((code) => refuse(campaign, code).effects), outcomes: [] }
}

// A rule that needs a code runs for each valid one, and once in vain when there is none.
function runsOf(rule: SandboxRule, codes: readonly Code[]): (Code | undefined)[] {
  const valid = codes.filter(({ kind, rejection }) => kind === rule.needs && rejection === undefined)
  return valid.length === 0 ? [undefined] : valid
}

// A refused code stands at the rule that would have accepted it. One that no rule accepts failed a condition, or none asks for it.
function refuse(campaign: SandboxCampaign, code: Code): { ruleIndex: number; effects: KnownEffect[] } {
  const ruleIndex = Math.max(
    campaign.rules.findIndex(({ needs }) => needs === code.kind),
    0,
  )
  return { ruleIndex, effects: [reject(code, placeOf(campaign, ruleIndex, code))] }
}

const nowhere: Place = { campaignId: 0, rulesetId: 0, ruleIndex: 0, ruleName: '' }

function placeOf(campaign: SandboxCampaign, ruleIndex: number, code: Code | undefined): Place {
  return {
    campaignId: campaign.id,
    // A campaign of the sandbox has one ruleset, which goes by the same number.
    rulesetId: campaign.id,
    ruleIndex,
    ruleName: campaign.rules[ruleIndex]?.name ?? '',
    ...(code?.kind === 'coupon' && code.id !== undefined && { triggeredByCoupon: code.id }),
  }
}

function accept({ kind, value }: Code, place: Place): KnownEffect {
  return { ...place, effectType: kind === 'coupon' ? 'acceptCoupon' : 'acceptReferral', props: { value } }
}

function reject(code: Code, place: Place): KnownEffect {
  const { value, rejection } = code
  const shared = {
    value,
    ...(rejection === undefined && { conditionIndex: 0 }),
    ...(rejection?.endsWith('PartOfNotTriggeredCampaign') && { campaignExclusionReason: 'CampaignNotInEvaluationSet' as const }),
  }
  return code.kind === 'coupon'
    ? { ...place, effectType: 'rejectCoupon', props: { ...shared, rejectionReason: code.rejection ?? 'CouponRejectedByCondition' } }
    : { ...place, effectType: 'rejectReferral', props: { ...shared, rejectionReason: code.rejection ?? 'ReferralRejectedByCondition' } }
}

function draft(effect: RuleEffect, place: Place): KnownEffect {
  switch (effect.effectType) {
    case 'addLoyaltyPoints':
      return { ...place, effectType: effect.effectType, props: { recipientIntegrationId: '', ...effect.props, transactionUUID: '' } }
    case 'deductLoyaltyPoints':
      return { ...place, effectType: effect.effectType, props: { ...effect.props, transactionUUID: '' } }
    case 'increaseAchievementProgress':
      return {
        ...place,
        effectType: effect.effectType,
        props: { ...effect.props, achievementName: '', value: 0, target: 0, isJustCompleted: false },
      }
    default:
      return { ...place, ...effect }
  }
}

// What only the whole evaluation knows: the booking's UUID, by its place in the answer, and whom the points are for.
function complete(state: State, effect: KnownEffect, index: number, subject: Subject): KnownEffect[] {
  const { session, profile, sourceId, loyaltyCards = session?.loyaltyCards } = subject
  switch (effect.effectType) {
    case 'addLoyaltyPoints': {
      const { programId, recipientIntegrationId, value } = effect.props
      const holder = holderOf(state, programId, recipientIntegrationId || profile?.integrationId, loyaltyCards)
      if (holder === undefined || value <= 0) return []
      const { profileId, ...card } = holder
      const transactionUUID = uuidOf(sourceId, effect, index)
      return [{ ...effect, props: { ...effect.props, ...card, recipientIntegrationId: profileId, transactionUUID } }]
    }
    case 'deductLoyaltyPoints': {
      const holder = holderOf(state, effect.props.programId, profile?.integrationId, loyaltyCards)
      if (holder === undefined || effect.props.value <= 0) return []
      const { profileId: _profile, ...card } = holder
      return [{ ...effect, props: { ...effect.props, ...card, transactionUUID: uuidOf(sourceId, effect, index) } }]
    }
    // effects.md §5.10: a discount is always a positive amount.
    case 'setDiscount':
    case 'setDiscountPerItem':
    case 'setDiscountPerAdditionalCost':
    case 'setDiscountPerAdditionalCostPerItem':
      return effect.props.value > 0 ? [effect] : []
    default:
      return [effect]
  }
}

// What effects add to achievements, one after the other, on a copy of the rounds.
function counter(state: State, { profile, now }: Subject): (effect: KnownEffect) => KnownEffect[] {
  const trackers = state.progress.map((tracker) => ({ ...tracker }))
  return (effect) => {
    if (effect.effectType !== 'increaseAchievementProgress') return [effect]
    return profile === undefined ? [] : increase(state, trackers, profile.integrationId, effect, now)
  }
}

// Counted rather than random, so that the same cart gets the same answer.
function uuidOf(sourceId: number, { campaignId, ruleIndex }: Place, index: number): string {
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0').slice(-digits)
  return `${hex(sourceId, 8)}-${hex(campaignId, 4)}-4${hex(ruleIndex, 3)}-8000-${hex(index, 12)}`
}
