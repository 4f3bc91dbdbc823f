/** What answers show of an evaluation and of what is stored. */
import type { KnownEffect } from '../effects.ts'
import type {
  Attributes,
  Campaign,
  CampaignEligibility,
  CustomerProfile,
  CustomerSessionV2,
  Event,
  Giveaway,
  IntegrationCoupon,
  InventoryReferral,
  Loyalty,
  RuleFailureReason,
} from '../schema.ts'
import { limitsOf } from './budgets.ts'
import type { Evaluation } from './evaluate.ts'
import { loyaltyOf } from './loyalty.ts'
import { failuresOf, type RuleOutcome } from './run.ts'
import { frontendState, type SandboxCampaign } from './rules.ts'
import { applicationId, type State, type StoredCoupon, type StoredReferral, takeId, timestamp } from './state.ts'
import { countOf } from './verdicts.ts'

/** One evaluation with all it was about. */
export interface Evaluated {
  /** Undefined: anonymous. */
  profile: CustomerProfile | undefined
  session?: CustomerSessionV2
  evaluation: Evaluation
  event: Event
  /** The effects an answer shows: the evaluation's, or the rollbacks. */
  effects: KnownEffect[]
  /** Those of them that are booked already, although the session is open. */
  booked?: readonly KnownEffect[]
  /** The cards an event names. Default: the session's. */
  loyaltyCards?: readonly string[]
  dry: boolean
  /** Milliseconds since the epoch. */
  now: number
}

/** The parts that session and profile answers share. */
export interface SharedContent {
  customerProfile?: CustomerProfile
  loyalty?: Loyalty
  triggeredCampaigns?: Campaign[]
  campaignEligibility?: CampaignEligibility[]
  ruleFailureReasons?: RuleFailureReason[]
  awardedGiveaways?: Giveaway[]
  event?: Event
}

/** The parts an answer was asked for, of those that session and profile answers share. */
export function sharedContent(state: State, asked: readonly string[], done: Evaluated): SharedContent {
  const { profile, session, evaluation, event, now } = done
  const { outcomes } = evaluation
  const cards = done.loyaltyCards ?? session?.loyaltyCards
  return {
    ...(asked.includes('customerProfile') && profile && { customerProfile: profile }),
    ...(asked.includes('loyalty') && { loyalty: loyaltyOf(state, profile?.integrationId, tentativeOf(done), cards) }),
    ...(asked.includes('triggeredCampaigns') && {
      triggeredCampaigns: triggered(outcomes).map((campaign) => campaignAnswer(campaign, now)),
    }),
    ...(asked.includes('campaignEligibility') && { campaignEligibility: eligibilityOf(outcomes) }),
    ...(asked.includes('ruleFailureReasons') && { ruleFailureReasons: failuresOf(outcomes) }),
    ...(asked.includes('awardedGiveaways') && { awardedGiveaways: awardedBy(state, done.effects) }),
    ...(asked.includes('event') && { event }),
  }
}

/** The effects whose points count as if the session closed now. Those of a closed one, of a profile and of an event are booked. */
export function tentativeOf({ session, effects, booked = [], dry }: Evaluated): KnownEffect[] {
  return dry || session?.state === 'open' ? effects.filter((effect) => !booked.includes(effect)) : []
}

/** An event; it gets a number unless it is dry. */
export function eventOf(state: State, { type, profileId, sessionId, attributes, effects, dry }: EventParts): Event {
  return {
    id: dry ? 0 : takeId(state),
    created: timestamp(state),
    applicationId,
    ...(profileId && { profileId }),
    ...(sessionId !== undefined && { sessionId }),
    type,
    attributes,
    effects: effects.map(legacyRow),
  }
}

/** What an event is made of. */
export interface EventParts {
  type: string
  profileId: string | undefined
  sessionId?: string
  attributes: Attributes
  effects: readonly KnownEffect[]
  dry: boolean
}

/** An effect as V1 writes it: `[campaignId, rulesetId, ruleIndex, [effectName, ...arguments]]`. */
export function legacyRow({ campaignId, rulesetId, ruleIndex, effectType, props }: KnownEffect): unknown[] {
  return [campaignId, rulesetId, ruleIndex, [effectType, ...Object.values(props)]]
}

/** A coupon as a session answer shows it to one profile. */
export function integrationCoupon({ coupon, reservedBy, redemptions }: StoredCoupon, profileId: string): IntegrationCoupon {
  return {
    ...coupon,
    reservationCounter: reservedBy.length,
    profileRedemptionCount: profileId === '' ? 0 : countOf(redemptions, profileId),
  }
}

/** A referral code with the friends who redeemed it. */
export function inventoryReferral({ referral, redemptions }: StoredReferral): InventoryReferral {
  return { ...referral, referredCustomers: redemptions.map(({ profileId }) => profileId).filter((id) => id !== '') }
}

/** A campaign as the Campaign Manager knows it. */
function campaignAnswer(campaign: SandboxCampaign, now: number): Campaign {
  const { id, name, description = '', tags = [], attributes, state = 'enabled', startTime, endTime } = campaign
  return {
    id,
    created: new Date(0).toISOString(),
    applicationId,
    userId: 1,
    name,
    description,
    ...(startTime !== undefined && { startTime }),
    ...(endTime !== undefined && { endTime }),
    ...(attributes !== undefined && { attributes }),
    state,
    activeRulesetId: id,
    tags,
    reevaluateOnReturn: campaign.reevaluateOnReturn ?? false,
    features: featuresOf(campaign),
    limits: limitsOf(campaign),
    type: 'advanced',
    frontendState: frontendState(campaign, now),
    storesImported: false,
  }
}

/** What a campaign is made of, as far as it says or shows. */
export function featuresOf({ features, coupons = [], achievements = [], giveaways = [], rules }: SandboxCampaign): Campaign['features'] {
  if (features !== undefined) return features
  return [
    ...(coupons.length > 0 ? (['coupons'] as const) : []),
    ...(rules.some(({ needs }) => needs === 'referral') ? (['referrals'] as const) : []),
    ...(achievements.length > 0 ? (['achievements'] as const) : []),
    ...(giveaways.length > 0 ? (['giveaways'] as const) : []),
  ]
}

function awardedBy({ giveaways }: State, effects: readonly KnownEffect[]): Giveaway[] {
  const ids = new Set(effects.flatMap((effect) => (effect.effectType === 'awardGiveaway' ? effect.props.giveawayId : [])))
  return giveaways.map(({ giveaway }) => giveaway).filter(({ id }) => ids.has(id))
}

function triggered(outcomes: readonly RuleOutcome[]): SandboxCampaign[] {
  return [...new Set(outcomes.filter(({ passed }) => passed).map(({ campaign }) => campaign))]
}

function eligibilityOf(outcomes: readonly RuleOutcome[]): CampaignEligibility[] {
  const campaigns = [...new Set(outcomes.map(({ campaign }) => campaign))]
  return campaigns.map((campaign) => {
    const mine = outcomes.filter((outcome) => outcome.campaign === campaign)
    const passed = mine.some((outcome) => outcome.passed)
    const isSkipped = mine.some((outcome) => outcome.isSkipped)
    return {
      applicationId,
      id: campaign.id,
      name: campaign.name,
      state: 'enabled',
      tags: campaign.tags ?? [],
      features: featuresOf(campaign).filter((feature) => feature !== 'advancedEvents'),
      eligibility: [passed ? { passed } : { passed, details: { failureCode: isSkipped ? 'SKIPPED' : 'ALL_RULES_FAILED' } }],
      rules: campaign.rules.map(({ name }, ruleIndex) => ({
        title: name,
        eligibility: mine.filter((outcome) => outcome.ruleIndex === ruleIndex).map(ruleEligibility),
      })),
    }
  })
}

function ruleEligibility({ passed, code, details, effectIndex }: RuleOutcome): CampaignEligibility['rules'][number]['eligibility'][number] {
  const couponCode = code?.kind === 'coupon' && { couponCode: code.value }
  return passed
    ? { passed, ...couponCode }
    : { passed, ...couponCode, details: { failureCode: effectIndex === undefined ? 'CONDITION_NOT_MET' : 'EFFECT_FAILED', details } }
}
