/** Campaigns as data a shopkeeper can read: `when` a cart looks so, `then` these effects. */
import type { EffectProps, EffectType } from '../effects.ts'
import type {
  AchievementStatusEntry,
  AdditionalCost,
  Attributes,
  Campaign,
  CartItem,
  Coupon,
  LimitConfig,
  RuleMetadata,
  SessionState,
  Timestamp,
} from '../schema.ts'

/** A campaign of the sandbox. Campaigns are evaluated in the order they are listed, each on undiscounted prices. */
export interface SandboxCampaign {
  id: number
  name: string
  description?: string
  tags?: string[]
  attributes?: Attributes
  /** @default 'enabled' */
  state?: 'enabled' | 'disabled'
  /** Default: since ever. */
  startTime?: Timestamp
  /** Default: for ever. */
  endTime?: Timestamp
  /** Default: what the campaign's coupons and rules show. */
  features?: Campaign['features']
  /** How often codes may be redeemed: `redeemCoupon` or `redeemReferral`, for everybody (`entities: []`) or for each `'Profile'`. */
  limits?: LimitConfig[]
  /** The coupon codes of this campaign. */
  coupons?: SandboxCoupon[]
  /** What shoppers can work towards; rules of any campaign may add progress. */
  achievements?: SandboxAchievement[]
  /** Whether a return that runs the rules takes back what this campaign gave, and gives anew what the rest of the cart earns. @default false */
  reevaluateOnReturn?: boolean
  /** From top to bottom. */
  rules: SandboxRule[]
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
    | 'startDate'
    | 'expiryDate'
    | 'limits'
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
}

/** One rule of a campaign, with the texts a shop may show. */
export interface SandboxRule extends Omit<RuleMetadata, 'title'> {
  name: string
  /** The type of event it is about: it runs once for each, and what it gives is booked at once. Default: carts and profiles. */
  on?: string
  /** Runs once for each valid code of this campaign, and accepts it when it fires. Default: runs once, without a code. */
  needs?: 'coupon' | 'referral'
  /** Whether it fires. Default: always. */
  when?: (cart: Cart) => boolean
  /** What the cart earns. Amounts of money that are not above zero are left out. */
  then: (cart: Cart) => RuleEffect[]
}

/** A cart as a rule sees it. Money in major currency units, before discounts. */
export interface Cart {
  /** Undefined: anonymous. */
  profileId: string | undefined
  state: SessionState
  items: CartItem[]
  /** Each line taken apart into its units, as Talon.One does before rules see a cart. */
  units: Unit[]
  /** Price by quantity, summed. */
  itemTotal: number
  /** Items and all additional costs. */
  total: number
  additionalCosts: Record<string, AdditionalCost>
  attributes: Attributes
  profileAttributes: Attributes
  /** The audiences the profile is in. */
  audienceIds: number[]
  firstSession: boolean
  /** What a rule with `on` runs for. The cart is then that of the session the event is connected with, or empty. */
  event: CartEvent | undefined
  /** Milliseconds since the epoch. */
  now: number
}

/** An event as a rule sees it. */
export interface CartEvent {
  type: string
  attributes: Attributes
}

/** One unit of a line. */
export interface Unit {
  sku: string
  /** In major currency units; 0 when the line has none. */
  price: number
  category: string | undefined
  attributes: Attributes
  /** The line's index in the cart. */
  position: number
  /** The unit's index in its line. */
  subPosition: number
}

// Codes are accepted, refused and rolled back by the sandbox itself.
type EngineEffect = 'acceptCoupon' | 'acceptReferral' | 'redeemReferral' | 'rejectCoupon' | 'rejectReferral' | `rollback${string}`

/** What a rule may say: any effect of the API but the verdicts on codes and the rollbacks. */
export type RuleEffect = { [Type in Exclude<EffectType, EngineEffect>]: { effectType: Type; props: DraftProps<Type> } }[Exclude<
  EffectType,
  EngineEffect
>]

// The sandbox gives each booking its UUID, points to the session's profile when no recipient is named, and counts progress.
type DraftProps<Type extends EffectType> = Type extends 'addLoyaltyPoints'
  ? Omit<EffectProps[Type], 'transactionUUID' | 'recipientIntegrationId'> & { recipientIntegrationId?: string }
  : Type extends 'deductLoyaltyPoints'
    ? Omit<EffectProps[Type], 'transactionUUID'>
    : Type extends 'increaseAchievementProgress'
      ? Pick<EffectProps[Type], 'achievementId' | 'delta'>
      : EffectProps[Type]

/** An amount off the cart. */
export function setDiscount(name: string, value: number): RuleEffect {
  return { effectType: 'setDiscount', props: { name, value } }
}

/** An amount off one unit, at most its price. */
export function setDiscountPerItem(name: string, unit: Unit, value: number): RuleEffect {
  const { position, subPosition, price } = unit
  return { effectType: 'setDiscountPerItem', props: { name: `${name}#${position}`, value: Math.min(value, price), position, subPosition } }
}

/** Points for the session's profile, on the program's main ledger. An anonymous session earns none. */
export function addLoyaltyPoints(name: string, programId: number, value: number): RuleEffect {
  return { effectType: 'addLoyaltyPoints', props: { name, programId, subLedgerId: '', value } }
}

/** Progress in an achievement. An anonymous session makes none. */
export function increaseAchievementProgress(achievementId: number, delta = 1): RuleEffect {
  return { effectType: 'increaseAchievementProgress', props: { achievementId, delta } }
}

/** Takes lines apart into units. */
export function unitsOf(items: readonly CartItem[]): Unit[] {
  return items.flatMap(({ sku, price = 0, category, attributes = {}, quantity, position = 0 }) =>
    Array.from({ length: quantity }, (_, subPosition) => ({ sku, price, category, attributes, position, subPosition })),
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
): 'running' | 'disabled' | 'scheduled' | 'expired' {
  if (state === 'disabled') return 'disabled'
  if (startTime !== undefined && now < Date.parse(startTime)) return 'scheduled'
  return endTime !== undefined && now >= Date.parse(endTime) ? 'expired' : 'running'
}
