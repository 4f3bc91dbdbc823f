/** Campaigns as data a shopkeeper can read: `when` a cart looks so, `then` these effects. */
import type { EffectProps, EffectType } from '../effects.ts'
import type {
  AchievementStatusEntry,
  AdditionalCost,
  Attributes,
  Campaign,
  CartItem,
  Coupon,
  CustomerProfile,
  LimitConfig,
  Referral,
  RuleMetadata,
  SessionState,
  Timestamp,
} from '../schema.ts'

/** What is evaluated: campaigns and groups of them, in the order they are listed. */
export type CampaignNode = SandboxCampaign | CampaignGroup

/**
 * Campaigns that are evaluated together; groups may stand in groups. The rest of the list is stackable: everything that triggers counts.
 *
 * Source: https://docs.talon.one/docs/product/applications/managing-campaign-evaluation
 */
export interface CampaignGroup {
  /**
   * What becomes of the campaigns that trigger:
   * - `stackable`: all of them count.
   * - `listOrder`: the first one counts, the others are left out.
   * - `highestDiscount`, `lowestDiscount`: the one whose discounts sum up to most, or to least, counts. Of equals, the first one.
   */
  mode: 'stackable' | 'listOrder' | 'highestDiscount' | 'lowestDiscount'
  /** Whether one member wins the whole cart, or each unit by itself; then only discounts on units compete. @default 'session' */
  scope?: 'session' | 'cartItem'
  campaigns: readonly CampaignNode[]
}

/** A campaign of the sandbox. Each is evaluated on undiscounted prices, unless its rules read what is discounted. */
export interface SandboxCampaign {
  id: number
  name: string
  description?: string
  tags?: string[]
  attributes?: Attributes
  /** @default 'enabled' */
  state?: 'enabled' | 'disabled' | 'archived'
  /** Default: since ever. */
  startTime?: Timestamp
  /** Default: for ever. */
  endTime?: Timestamp
  /** Default: what the campaign's coupons and rules show. */
  features?: Campaign['features']
  /** Its budgets: how much of a {@link BudgetAction} may be used, by all together or by each of the entities named. */
  limits?: Budget[]
  /** Whether a budget that is nearly used up gives what is left of it. Otherwise the rule fails. @default false */
  partialRewards?: boolean
  /** Which units its rules see, as `cart.units`. Totals stay those of the whole cart. Default: all. */
  filter?: (unit: Unit) => boolean
  /** The coupon codes of this campaign. */
  coupons?: SandboxCoupon[]
  /** What shoppers can work towards; rules of any campaign may add progress. */
  achievements?: SandboxAchievement[]
  /** Pools of giveaways; rules of any campaign may award them. */
  giveaways?: GiveawayPool[]
  /** Whether a return that runs the rules takes back what this campaign gave, and gives anew what the rest of the cart earns. @default false */
  reevaluateOnReturn?: boolean
  /** From top to bottom. */
  rules: SandboxRule[]
}

/** What a campaign may limit: money for `setDiscount`, points for the two that end in `LoyaltyPoints`, else how often. */
export type BudgetAction =
  | 'redeemCoupon'
  | 'redeemReferral'
  | 'createCoupon'
  | 'createReferral'
  | 'reserveCoupon'
  | 'setDiscount'
  | 'setDiscountEffect'
  | 'createLoyaltyPoints'
  | 'createLoyaltyPointsEffect'
  | 'redeemLoyaltyPoints'
  | 'redeemLoyaltyPointsEffect'
  | 'awardGiveaway'
  | 'addFreeItemEffect'
  | 'customEffect'
  | 'callApi'

/**
 * A budget. Periods are those of the calendar, in UTC; without one it is for good. Without entities it is for all together; with some,
 * for each of them by itself, such as each profile. What a session lacks, such as identifiers, has no limit; a profile it must have.
 */
export interface Budget extends Omit<LimitConfig, 'action' | 'entities'> {
  action: BudgetAction
  /** Default: all together. */
  entities?: LimitConfig['entities']
}

/** Codes to give away, each once. */
export interface GiveawayPool {
  id: number
  name: string
  codes: readonly string[]
}

/** An achievement as a campaign lists it. */
export interface SandboxAchievement extends Pick<
  AchievementStatusEntry,
  'id' | 'name' | 'period' | 'recurrencePolicy' | 'activationPolicy' | 'fixedStartDate' | 'endDate' | 'allowRollbackAfterCompletion'
> {
  /** Default: its name. */
  title?: string
  description?: string
  /** How much progress completes it; above zero. */
  target: number
}

/** A coupon code as a campaign lists it; the sandbox adds ids and counters. Upper and lower case are the same. */
export interface SandboxCoupon extends Partial<
  Pick<
    Coupon,
    | 'usageLimit'
    | 'discountLimit'
    | 'startDate'
    | 'expiryDate'
    | 'attributes'
    | 'recipientIntegrationId'
    | 'reservation'
    | 'reservationLimit'
    | 'isReservationMandatory'
    | 'implicitlyReserved'
  >
> {
  /** 4 to 100 characters. */
  value: string
  /** Budgets of its own, which come before those of its campaign. */
  limits?: Budget[]
}

/** One rule of a campaign, with the texts a shop may show. */
export interface SandboxRule extends Omit<RuleMetadata, 'title'> {
  name: string
  /** The type of event it is about: it runs once for each, and what it gives is booked at once. Default: carts and profiles. */
  on?: string
  /** Runs once for each valid code of this campaign, and accepts it when it fires. Default: runs once, without a code. */
  needs?: 'coupon' | 'referral'
  /** Whether it fires. Default: always. */
  when?: (cart: RuleCart) => boolean
  /** What the cart earns: all of it, or nothing when an effect cannot be applied. Amounts that are not above zero are left out. */
  then: (cart: RuleCart) => readonly RuleEffect[]
  /** What is said when it does not fire although it was tried, such as a notification. A rule that lacks its code is not tried. */
  otherwise?: (cart: RuleCart) => readonly RuleEffect[]
}

/** A cart as a rule sees it. Money in major currency units, before discounts. */
export interface RuleCart {
  /** Undefined: anonymous. */
  profileId: string | undefined
  state: SessionState
  items: readonly CartItem[]
  /** Each line taken apart into its units, as Talon.One does before rules see a cart. */
  units: readonly Unit[]
  /** Price by quantity, summed. */
  itemTotal: number
  /** Items and all additional costs. */
  total: number
  /** What is left of the total after the discounts of the campaigns and rules before. */
  discountedTotal: number
  additionalCosts: Record<string, AdditionalCost>
  attributes: Attributes
  profileAttributes: Attributes
  /** Undefined: anonymous. */
  profile: CustomerProfile | undefined
  /** The code that a rule with `needs: 'coupon'` runs for. */
  coupon: Coupon | undefined
  /** The code that a rule with `needs: 'referral'` runs for. */
  referral: Referral | undefined
  /** The points that can be spent in a ledger of the profile, or of the card that is named; of the main ledger unless another is named. */
  points: (programId: number, subLedgerId?: string) => number
  /** The name of the tier that ledger has reached. */
  tier: (programId: number, subLedgerId?: string) => string | undefined
  /** The audiences the profile is in. */
  audienceIds: number[]
  firstSession: boolean
  /** What a rule with `on` runs for. The cart is then that of the session the event is connected with, or empty. */
  event: RuleEvent | undefined
  /** Milliseconds since the epoch. */
  now: number
}

/** An event as a rule sees it. */
export interface RuleEvent {
  type: string
  attributes: Attributes
}

/** One unit of a line. */
export interface Unit {
  sku: string
  name: string
  /** In major currency units; 0 when the line has none. */
  price: number
  category: string | undefined
  attributes: Attributes
  /** What one unit costs beside its price. */
  additionalCosts: Record<string, AdditionalCost>
  /** The line's index in the cart. */
  position: number
  /** The unit's index in its line. */
  subPosition: number
}

// Codes are accepted, refused and rolled back by the sandbox itself; tiers follow from points, and promises become awards at the close.
type EngineEffect =
  | 'acceptCoupon'
  | 'acceptReferral'
  | 'rejectCoupon'
  | 'rejectReferral'
  | 'changeLoyaltyTierLevel'
  | 'willAwardGiveaway'
  | `rollback${string}`

/** What a rule may say: the effects of the API by their names, but those that the sandbox makes itself. */
export type RuleEffect = { [Type in Exclude<EffectType, EngineEffect>]: { effectType: Type; props: RuleEffectProps<Type> } }[Exclude<
  EffectType,
  EngineEffect
>]

/** The props of an effect as a rule says them: what only the sandbox knows is left out, such as ids, names by id, and who it is for. */
export type RuleEffectProps<Type extends EffectType> = Type extends keyof DraftProps ? DraftProps[Type] : EffectProps[Type]

interface DraftProps {
  /** Points for the session's profile or card unless a recipient is named. */
  addLoyaltyPoints: Omit<EffectProps['addLoyaltyPoints'], 'transactionUUID' | 'recipientIntegrationId' | 'desiredValue'> & {
    recipientIntegrationId?: string
  }
  deductLoyaltyPoints: Omit<EffectProps['deductLoyaltyPoints'], 'transactionUUID' | 'ruleTitle'>
  extendLoyaltyPointsExpiryDate: Omit<EffectProps['extendLoyaltyPointsExpiryDate'], 'affectedTransactions'>
  setLoyaltyPointsExpiryDate: Omit<EffectProps['setLoyaltyPointsExpiryDate'], 'affectedTransactions'>
  setDiscountPerAdditionalCost: Omit<EffectProps['setDiscountPerAdditionalCost'], 'additionalCostId'>
  setDiscountPerAdditionalCostPerItem: Omit<EffectProps['setDiscountPerAdditionalCostPerItem'], 'additionalCostId'>
  /** One effect for each unit. */
  addFreeItem: Pick<EffectProps['addFreeItem'], 'sku' | 'name'> & { quantity?: number }
  increaseAchievementProgress: Pick<EffectProps['increaseAchievementProgress'], 'achievementId' | 'delta'>
  startAchievementProgress: Pick<EffectProps['startAchievementProgress'], 'achievementId'>
  awardGiveaway: Pick<EffectProps['awardGiveaway'], 'poolId'>
  /** A code of this campaign for the session's profile, which alone may redeem it. Once for each session, rule and code. */
  couponCreated: Omit<SandboxCoupon, 'value' | 'recipientIntegrationId'> & { pattern?: string }
  /** A code of this campaign that the session's profile may hand on. Once for each session, rule and code. */
  referralCreated: Partial<Pick<Referral, 'startDate' | 'expiryDate' | 'usageLimit' | 'friendProfileIntegrationId' | 'attributes'>> & {
    pattern?: string
  }
  reserveCoupon: Pick<EffectProps['reserveCoupon'], 'couponValue'>
  addToAudience: { audienceId: number }
  removeFromAudience: { audienceId: number }
  /** `path` is `Profile.` or `Session.`, and the attribute's name. */
  updateAttribute: { path: `${'Profile' | 'Session'}.${string}`; value: unknown }
}

/** The campaigns of a list, those in groups too, in their order. */
export function campaignsIn(nodes: readonly CampaignNode[]): SandboxCampaign[] {
  return nodes.flatMap((node) => ('rules' in node ? [node] : campaignsIn(node.campaigns)))
}

/** Takes lines apart into units. */
export function unitsOf(items: readonly CartItem[]): Unit[] {
  return items.flatMap(({ sku, name = sku, price = 0, category, attributes = {}, additionalCosts = {}, quantity, position = 0 }) =>
    Array.from({ length: quantity }, (_, subPosition) => ({
      sku,
      name,
      price,
      category,
      attributes,
      additionalCosts,
      position,
      subPosition,
    })),
  )
}

/** Whether a campaign takes part at a moment. */
export function isRunning(campaign: SandboxCampaign, now: number): boolean {
  return frontendState(campaign, now) === 'running'
}

/** Where a campaign stands at a moment, in the Campaign Manager's words. */
export function frontendState(
  { state, startTime, endTime }: SandboxCampaign,
  now: number,
): 'running' | 'disabled' | 'archived' | 'scheduled' | 'expired' {
  if (state === 'disabled' || state === 'archived') return state
  if (startTime !== undefined && now < Date.parse(startTime)) return 'scheduled'
  return endTime !== undefined && now >= Date.parse(endTime) ? 'expired' : 'running'
}
