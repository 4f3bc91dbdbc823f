/** One campaign: its rules in order, each rule's effects in order, and what becomes of its codes. */
import type { CampaignExclusionReason, CouponRejection, KnownEffect, ReferralRejection } from '../effects.ts'
import type { Coupon, CustomerProfile, CustomerSessionV2, Referral, RuleFailureReason } from '../schema.ts'
import { type Acceptance, completeAll, type Place, type Setting } from './completion.ts'
import type { CampaignGroup, RuleCart, RuleEvent, RuleEffect, SandboxCampaign, SandboxRule, Unit } from './rules.ts'
import type { State } from './state.ts'
import { copyTally, type Tally } from './tally.ts'
import { couponLimitReached, type Inquiry } from './verdicts.ts'

/** What is evaluated. Without a session: a profile update, or an event. */
export interface Subject {
  session: CustomerSessionV2 | undefined
  event?: RuleEvent
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
  /** Whether every campaign that triggers counts, whatever the groups say. */
  ignoresGroups?: boolean
  /** Tells the bookings of one source (a session, an event) apart from another's. */
  sourceId: number
  dry: boolean
}

/** What became of one rule of one campaign, for one code if it needs one. */
export interface RuleOutcome {
  campaign: SandboxCampaign
  ruleIndex: number
  rule: SandboxRule
  passed: boolean
  code: Code | undefined
  /** Why it did not pass. */
  details: string
  /** The effect that could not be applied. */
  effectIndex?: number
  /** Whether it would have passed, but its campaign was left out. */
  isSkipped?: boolean
}

/** The rules that did not fire, as `responseContent: ruleFailureReasons` wants them. */
export function failuresOf(outcomes: readonly RuleOutcome[]): RuleFailureReason[] {
  return outcomes
    .filter(({ passed }) => !passed)
    .map(({ campaign, ruleIndex, rule, code, details, effectIndex }) => ({
      campaignID: campaign.id,
      campaignName: campaign.name,
      rulesetID: campaign.id,
      ruleIndex,
      ruleName: rule.name,
      ...(effectIndex === undefined ? { conditionIndex: 0 } : { effectIndex }),
      details,
      ...(code?.kind === 'coupon' && code.coupon && { couponID: code.coupon.id, couponValue: code.value }),
      ...(code?.kind === 'referral' && code.referral && { referralID: code.referral.id, referralValue: code.value }),
    }))
}

/** A code that a session names, and what is to be said of it before any rule was asked. */
export type Code = {
  value: string
  campaignId: number | undefined
} & (
  | {
      kind: 'coupon'
      /** Undefined: there is no such code. */
      coupon: Coupon | undefined
      /** Undefined: valid. */
      rejection: CouponRejection | undefined
    }
  | { kind: 'referral'; referral: Referral | undefined; rejection: ReferralRejection | undefined }
)

/** What stays the same for every campaign. */
export interface Scene {
  state: State
  subject: Subject
  inquiry: Inquiry
  codes: readonly Code[]
  cart: RuleCart
  /** The numbers of the groups, in the order they are listed. */
  groupIds: ReadonlyMap<CampaignGroup, number>
}

/** Where in the tree of groups a campaign runs. */
export interface Branch {
  group: CampaignGroup | undefined
  mayDiscount: Setting['mayDiscount']
}

/** What became of a campaign or of several. */
export interface Run {
  effects: KnownEffect[]
  outcomes: RuleOutcome[]
  tally: Tally
}

/** Refuses the codes of campaigns that do not count. Their rules have not passed, whatever became of them when they were tried. */
export function leaveOut(
  { codes }: Scene,
  campaigns: readonly SandboxCampaign[],
  tally: Tally,
  campaignExclusionReason: CampaignExclusionReason | undefined,
  outcomes: readonly RuleOutcome[] = [],
): Run {
  const effects = campaigns.flatMap((campaign) => {
    const mine = codes.filter(({ campaignId }) => campaignId === campaign.id)
    return mine.map((code) => reject(code, placeOfRefusal(campaign, code), { campaignExclusionReason }))
  })
  const details = 'The campaign was left out: another of its group counts'
  return { effects, tally, outcomes: outcomes.map((outcome) => ({ ...outcome, passed: false, details, isSkipped: outcome.passed })) }
}

/** What becomes of one rule, for one code if it needs one. */
interface RuleRun {
  outcome: RuleOutcome
  effects: KnownEffect[]
  tally: Tally
}

/** Runs the rules of one campaign. */
export function runCampaign(scene: Scene, campaign: SandboxCampaign, tally: Tally, branch: Branch): Run {
  const codes = scene.codes.filter(({ campaignId }) => campaignId === campaign.id)
  const { asks = isAboutCarts } = scene.subject
  const { filter } = campaign
  const filtered = attempt(() => (filter === undefined ? scene.cart.units : Object.freeze(scene.cart.units.filter(filter))))
  const accepted = new Set<Code>()
  const refusals = new Map<Code, Refusal>()
  const outcomes: RuleOutcome[] = []
  const placed: { ruleIndex: number; effects: KnownEffect[] }[] = []
  let current = tally
  for (const [ruleIndex, rule] of campaign.rules.entries()) {
    if (!asks(rule)) continue
    for (const code of runsOf(rule, codes)) {
      const isNew = code !== undefined && !accepted.has(code)
      const limitReached = isNew ? limitOf(scene, campaign, code, current) : undefined
      const run =
        limitReached === undefined
          ? runRule(scene, { campaign, ruleIndex, rule, code, isNew, filtered, branch }, codes, current)
          : { outcome: failed(campaign, ruleIndex, rule, code, 'A budget is used up'), effects: [], tally: current }
      const { outcome } = run
      outcomes.push(outcome)
      placed.push({ ruleIndex, effects: run.effects })
      current = run.tally
      if (code !== undefined && outcome.passed) accepted.add(code)
      if (code !== undefined && !outcome.passed) refusals.set(code, { rejection: limitReached, effectIndex: outcome.effectIndex })
    }
  }
  const rejected = codes
    .filter((code) => !accepted.has(code))
    .map((code) => {
      const place = placeOfRefusal(campaign, code)
      return { ruleIndex: place.ruleIndex, effects: [reject(code, place, refusals.get(code) ?? {}, campaign)] }
    })
  const inOrder = [...placed, ...rejected].toSorted((one, other) => one.ruleIndex - other.ruleIndex)
  return { effects: inOrder.flatMap(({ effects }) => effects), outcomes, tally: current }
}

function isAboutCarts({ on }: SandboxRule): boolean {
  return on === undefined
}

// A rule that needs a code runs for each valid one, and once in vain when there is none.
function runsOf(rule: SandboxRule, codes: readonly Code[]): (Code | undefined)[] {
  const valid = codes.filter(({ kind, rejection }) => kind === rule.needs && rejection === undefined)
  return valid.length === 0 ? [undefined] : valid
}

// Two codes of one campaign may be one too many.
function limitOf({ state, inquiry: { user, now } }: Scene, campaign: SandboxCampaign, code: Code, { budgetLeft }: Tally) {
  if (code.kind !== 'coupon' || code.coupon === undefined) return undefined
  return couponLimitReached(state, campaign, code.coupon, user, now, budgetLeft)
}

interface RuleTurn {
  campaign: SandboxCampaign
  ruleIndex: number
  rule: SandboxRule
  code: Code | undefined
  /** Whether the code has not been accepted yet. */
  isNew: boolean
  filtered: Attempt<readonly Unit[]>
  branch: Branch
}

function runRule(scene: Scene, turn: RuleTurn, codes: readonly Code[], tally: Tally): RuleRun {
  const { campaign, ruleIndex, rule, code, isNew } = turn
  if (rule.needs !== undefined && code === undefined) {
    const wasTried = codes.some(({ kind }) => kind === rule.needs)
    const outcome = failed(campaign, ruleIndex, rule, code, `No valid ${rule.needs} code of this campaign`)
    return wasTried ? runOtherwise(scene, turn, outcome, tally) : { outcome, effects: [], tally }
  }
  const setting = settingOf(scene, turn)
  const drafts = attempt(() => {
    const cart = cartFor(scene, turn, tally)
    return (rule.when?.(cart) ?? true) ? listOf(rule.then(cart)) : undefined
  })
  const broken = (problem: string): RuleRun => {
    const error: KnownEffect = { ...setting.place, effectType: 'error', props: { message: problem } }
    return { outcome: failed(campaign, ruleIndex, rule, code, problem), effects: [error], tally }
  }
  if ('problem' in drafts) return broken(drafts.problem)
  if (drafts.value === undefined)
    return runOtherwise(scene, turn, failed(campaign, ruleIndex, rule, code, 'The condition was not met'), tally)
  const after = copyTally(tally)
  const verdict = isNew && code !== undefined ? [accept(code)] : []
  const { value: list } = drafts
  const attempted = attempt(() => completeAll([...verdict, ...list], setting, after))
  if ('problem' in attempted) return broken(attempted.problem)
  const { value: completed } = attempted
  if ('effects' in completed)
    return { outcome: { campaign, ruleIndex, rule, passed: true, code, details: '' }, effects: completed.effects, tally: after }
  const effectIndex = Math.max(completed.failedAt - verdict.length, 0)
  return runOtherwise(scene, turn, { ...failed(campaign, ruleIndex, rule, code, completed.details), effectIndex }, tally)
}

/** What a rule says that did not fire. What cannot be said is left out. */
function runOtherwise(scene: Scene, turn: RuleTurn, outcome: RuleOutcome, tally: Tally): RuleRun {
  const { otherwise } = turn.rule
  if (otherwise === undefined) return { outcome, effects: [], tally }
  const setting = settingOf(scene, turn)
  const after = copyTally(tally)
  const attempted = attempt(() => completeAll(listOf(otherwise(cartFor(scene, turn, tally))), setting, after))
  if ('problem' in attempted)
    return { outcome, effects: [{ ...setting.place, effectType: 'error', props: { message: attempted.problem } }], tally }
  const { value: completed } = attempted
  return 'effects' in completed ? { outcome, effects: completed.effects, tally: after } : { outcome, effects: [], tally }
}

/** What came of a function of somebody else's. */
type Attempt<Value> = { value: Value } | { problem: string }

function attempt<Value>(work: () => Value): Attempt<Value> {
  try {
    return { value: work() }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : 'A rule threw something that is no error' }
  }
}

// A config in JavaScript may return anything.
function listOf(effects: readonly RuleEffect[]): readonly RuleEffect[] {
  if (!Array.isArray(effects)) throw new Error('A rule must return a list of effects: is it async, or does it lack its brackets?')
  return effects
}

function failed(campaign: SandboxCampaign, ruleIndex: number, rule: SandboxRule, code: Code | undefined, details: string): RuleOutcome {
  return { campaign, ruleIndex, rule, passed: false, code, details }
}

function cartFor({ cart }: Scene, { code, filtered }: RuleTurn, { discounted }: Tally): RuleCart {
  if ('problem' in filtered) throw new Error(filtered.problem)
  return {
    ...cart,
    units: filtered.value,
    discountedTotal: Math.max(cart.total - discounted, 0),
    coupon: code?.kind === 'coupon' ? code.coupon : undefined,
    referral: code?.kind === 'referral' ? code.referral : undefined,
  }
}

function settingOf({ state, subject, inquiry: { user }, groupIds }: Scene, { campaign, ruleIndex, rule, code, branch }: RuleTurn): Setting {
  const { session, profile, loyaltyCards = session?.loyaltyCards, now, dry, sourceId } = subject
  const { group, mayDiscount } = branch
  const isOfEvent = rule.on !== undefined
  const evaluationGroupID = group && groupIds.get(group)
  return {
    state,
    session,
    profile,
    loyaltyCards,
    now,
    sourceId,
    campaign,
    user,
    mayDiscount,
    isOfEvent,
    isFinal: !dry && (isOfEvent || session?.state !== 'open'),
    coupon: code?.kind === 'coupon' ? code.coupon : undefined,
    place: {
      ...placeOf(campaign, ruleIndex, code),
      ...(group && evaluationGroupID !== undefined && { evaluationGroupID, evaluationGroupMode: group.mode }),
    },
  }
}

/** Where a code is refused that belongs to no campaign. */
export const nowhere: Place = { campaignId: 0, rulesetId: 0, ruleIndex: 0, ruleName: '' }

function placeOf(campaign: SandboxCampaign, ruleIndex: number, code: Code | undefined): Place {
  return {
    campaignId: campaign.id,
    // A campaign of the sandbox has one ruleset, which goes by the same number.
    rulesetId: campaign.id,
    ruleIndex,
    ruleName: campaign.rules[ruleIndex]?.name ?? '',
    ...(code?.kind === 'coupon' && code.coupon && { triggeredByCoupon: code.coupon.id }),
  }
}

// A refused code stands at the rule that would have accepted it.
function placeOfRefusal(campaign: SandboxCampaign, code: Code): Place {
  const ruleIndex = campaign.rules.findIndex(({ needs }) => needs === code.kind)
  return placeOf(campaign, Math.max(ruleIndex, 0), code)
}

function accept({ kind, value }: Code): Acceptance {
  return { effectType: kind === 'coupon' ? 'acceptCoupon' : 'acceptReferral', props: { value } }
}

/** Why a code that is valid in itself is refused. */
interface Refusal {
  rejection?: 'CampaignLimitReached' | 'ProfileLimitReached' | 'CouponLimitReached' | undefined
  effectIndex?: number | undefined
  campaignExclusionReason?: CampaignExclusionReason | undefined
}

/** Refuses a code. One that is valid but that no rule accepts failed a condition, or an effect, or there is no rule that asks for it. */
export function reject(code: Code, place: Place, refusal: Refusal, campaign?: SandboxCampaign): KnownEffect {
  const { value } = code
  const { rejection, effectIndex, campaignExclusionReason } = refusal
  const isExcluded = campaignExclusionReason !== undefined && code.rejection === undefined
  const why = {
    value,
    ...(code.rejection === undefined &&
      rejection === undefined &&
      !isExcluded &&
      (effectIndex === undefined ? { conditionIndex: 0 } : { effectIndex })),
    ...(isExcluded && { campaignExclusionReason }),
    ...(code.rejection?.endsWith('PartOfNotTriggeredCampaign') && { campaignExclusionReason: 'CampaignNotInEvaluationSet' as const }),
  }
  const otherwise = effectIndex === undefined ? undefined : ('EffectCouldNotBeApplied' as const)
  if (code.kind === 'coupon') {
    const excluded = isExcluded ? ('CouponPartOfNotTriggeredCampaign' as const) : undefined
    const rejectionReason = code.rejection ?? excluded ?? rejection ?? otherwise ?? 'CouponRejectedByCondition'
    return { ...place, effectType: 'rejectCoupon', props: { ...why, rejectionReason } }
  }
  const excluded = isExcluded ? ('ReferralPartOfNotTriggeredCampaign' as const) : undefined
  // The older word for a campaign whose rules do not ask for a referral; the vendor's own cartridge still knows it.
  const hasNoRule = campaign?.rules.every(({ needs }) => needs !== 'referral') ? ('ReferralValidConditionMissing' as const) : undefined
  const rejectionReason = code.rejection ?? excluded ?? otherwise ?? hasNoRule ?? 'ReferralRejectedByCondition'
  return { ...place, effectType: 'rejectReferral', props: { ...why, rejectionReason } }
}
