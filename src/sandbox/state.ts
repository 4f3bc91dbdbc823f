/** What the sandbox remembers: the API's own nouns, by the shop's ids, with what the nouns themselves do not carry. */
import type { KnownEffect } from '../effects.ts'
import type {
  Attributes,
  Audience,
  CartItem,
  Catalog,
  Coupon,
  CustomerProfile,
  CustomerSessionV2,
  Event,
  EventV3,
  Giveaway,
  LoyaltyCard,
  LoyaltyCardProfileRegistration,
  NewPriceAdjustment,
  Product,
  Referral,
  Return,
  Timestamp,
} from '../schema.ts'
import { type BudgetAction, type CampaignNode, campaignsIn, type SandboxCampaign, type SandboxCoupon } from './rules.ts'

/** A loyalty program of the Application. */
export interface LoyaltyProgram {
  id: number
  /** The API's name for it, by which answers key it. */
  name: string
  /** What shoppers read. */
  title: string
  /** Whether points live on cards rather than on profiles. @default false */
  isCardBased?: boolean
  /** How many profiles one card may be linked to; 0: any number. @default 0 */
  usersPerCardLimit?: number
  /** When a profile joins without asking: never, with the first points it earns, or with the first that become active. @default 'not_join' */
  programJoinPolicy?: 'not_join' | 'points_earned' | 'points_activated'
  /**
   * Which points a cancellation, a reopening or a return takes back: those that are pending still; all, and those that were spent are
   * forgotten; or all, and those that were spent are owed as a negative balance. @default 'within_balance'
   */
  returnPolicy?: 'only_pending' | 'within_balance' | 'unlimited'
  /** The tiers that active points lead to, in each ledger by itself. Default: none. */
  tiers?: readonly LoyaltyTier[]
}

/** A tier of a program. It follows the balance: up at once, and down when points are spent or expire. */
export interface LoyaltyTier {
  name: string
  /** From how many active points on. */
  minPoints: number
}

/** One redemption of a code: made when its session closed. */
export interface Redemption {
  /** Empty: an anonymous session. */
  profileId: string
  sessionId: string
}

/** One use of a budget. What nobody limits is not written down. */
export interface BudgetUse {
  campaignId: number
  action: BudgetAction
  /** Money in major currency units, points, or how often. */
  amount: number
  at: Timestamp
  profileId?: string
  sessionId?: string
  coupon?: string
  referral?: string
  identifiers?: string[]
  store?: string
}

/** A giveaway of a pool, and the session that got it. */
export interface StoredGiveaway {
  giveaway: Giveaway
  sessionId?: string
}

/** A session with the effects of its last evaluation. */
export interface StoredSession {
  session: CustomerSessionV2
  /** The net set: what has been rolled back is gone. */
  effects: KnownEffect[]
  /** The total a V1 caller stated, which only V1 answers show. */
  statedTotal?: number
  /** The lines as they were sent, before the catalogue filled in what they lack. Default: the session's. */
  sentItems?: CartItem[]
  /** What came back, oldest first. Default: nothing. */
  returns?: Return[]
}

/** A coupon with its wallets and redemptions. */
export interface StoredCoupon {
  coupon: Coupon
  /** The profiles that hold a reservation, in the order they came. */
  reservedBy: string[]
  redemptions: Redemption[]
  /** The session, rule and code it was made for, when a rule made it. */
  madeFor?: string
}

/** A referral code with its redemptions by friends. */
export interface StoredReferral {
  referral: Referral
  redemptions: Redemption[]
  /** The session, rule and code it was made for, when a rule made it. */
  madeFor?: string
}

/** A loyalty card with its ledgers. */
export interface StoredCard {
  card: Omit<LoyaltyCard, 'profiles' | 'ledger' | 'subledgers'>
  /** Who may use it; when empty, whoever names it. */
  profiles: LoyaltyCardProfileRegistration[]
  /** Oldest first. */
  transactions: LedgerTransaction[]
}

/** One line of a ledger. */
export interface LedgerTransaction {
  id: number
  transactionUUID: string
  programId: number
  /** Empty: the main ledger. */
  subLedgerId: string
  type: 'addition' | 'subtraction'
  /** Points, positive. */
  amount: number
  name: string
  created: Timestamp
  startDate?: Timestamp
  expiryDate?: Timestamp
  awaitsActivation?: boolean
  /** How long points that await activation are valid from then on, such as `30D`. */
  validityDuration?: string
  sessionId?: string
  /** On a card: who earned or spent. */
  profileId?: string
  rulesetId?: number
  ruleName?: string
  /** Default: a rule. */
  origin?: 'manual' | 'import'
}

/** One round of a profile in an achievement. */
export interface ProgressTracker {
  /** Its place in the list, counted from 1. */
  id: number
  achievementId: number
  /** The profile's integration id. */
  profileId: string
  progress: number
  startDate: Timestamp
  /** Undefined: the round has no end. */
  endDate?: Timestamp
  completionDate?: Timestamp
}

/** A catalogue with its items by SKU. */
export interface StoredCatalog {
  catalog: Catalog
  items: Map<string, CatalogItem>
}

/** One product of a catalogue, with every price it ever had. Money in major currency units. */
export interface CatalogItem {
  id: number
  sku: string
  attributes: Attributes
  product?: Product
  /** Oldest first; the last one is valid now. */
  prices: { id: number; from: Timestamp; price: number }[]
  /** In the order they came. */
  adjustments: (NewPriceAdjustment & { id: number; created: Timestamp })[]
}

/** The answer to a request that carried an `Idempotency-Key`. */
export interface Replay {
  /** What was asked, whole. */
  request: string
  status: number
  body: unknown
  /** Milliseconds since the epoch. */
  at: number
}

/** Everything in memory. Plain data: read it in a test, or change it to set a scene. */
export interface State {
  /** All of them, in the order of their evaluation. */
  readonly campaigns: readonly SandboxCampaign[]
  /** The same, in their groups. */
  readonly evaluation: readonly CampaignNode[]
  readonly programs: readonly LoyaltyProgram[]
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  /** The next numeric id. */
  nextId: number
  /** By integration id. */
  profiles: Map<string, CustomerProfile>
  /** By integration id. */
  sessions: Map<string, StoredSession>
  /** By code, in upper case. */
  coupons: Map<string, StoredCoupon>
  /** By code, in upper case. */
  referrals: Map<string, StoredReferral>
  /** Those of all pools, given out or not. */
  giveaways: StoredGiveaway[]
  /** Oldest first. */
  budgetUses: BudgetUse[]
  /** By id. */
  audiences: Map<number, Audience>
  /** Tracked ones of V1 and V2, oldest first; not the built-in ones that every update makes. */
  events: Event[]
  /** Those of V3, by integration id. */
  advancedEvents: Map<string, EventV3>
  /** The rounds of all profiles in all achievements, in the order they began. */
  progress: ProgressTracker[]
  /** By id. Carts take prices from those that the Application subscribes to. */
  catalogs: Map<number, StoredCatalog>
  /** By operation and key, oldest first. */
  replays: Map<string, Replay>
  /** By the profile's integration id, oldest first. */
  ledgers: Map<string, LedgerTransaction[]>
  /** When profiles asked to join programs: by the profile's integration id, then by the program's id. */
  joins: Map<string, Map<number, Timestamp>>
  /** By identifier, which is of one program only. */
  cards: Map<string, StoredCard>
}

// One Application of one account.
export const applicationId = 1
export const accountId = 1

/** A fresh memory with the campaigns' coupons in it, the audiences 1 "Newsletter" and 2 "VIP", and the empty catalogue 1. */
export function createState(evaluation: readonly CampaignNode[], clock: () => number, programs: readonly LoyaltyProgram[] = []): State {
  const created = new Date(clock()).toISOString()
  const campaigns = campaignsIn(evaluation)
  const state: State = {
    campaigns,
    evaluation,
    programs,
    clock,
    nextId: 1,
    profiles: new Map(),
    sessions: new Map(),
    coupons: new Map(),
    referrals: new Map(),
    giveaways: [],
    budgetUses: [],
    audiences: new Map([
      [1, { id: 1, name: 'Newsletter', accountId, created }],
      [2, { id: 2, name: 'VIP', accountId, created }],
    ]),
    events: [],
    advancedEvents: new Map(),
    progress: [],
    catalogs: new Map([[1, { catalog: newCatalog(created), items: new Map() }]]),
    replays: new Map(),
    ledgers: new Map(),
    joins: new Map(),
    cards: new Map(),
  }
  for (const campaign of campaigns) {
    for (const coupon of campaign.coupons ?? []) addCoupon(state, campaign, coupon)
    for (const { id: poolId, codes } of campaign.giveaways ?? [])
      for (const code of codes) state.giveaways.push({ giveaway: { id: takeId(state), created, code, poolId, used: false } })
  }
  return state
}

function newCatalog(created: Timestamp): Catalog {
  return {
    id: 1,
    created,
    modified: created,
    accountId,
    name: 'Products',
    description: '',
    subscribedApplicationsIds: [applicationId],
    version: 1,
    createdBy: 1,
  }
}

/** A coupon of a campaign that is not stored. */
export function newCoupon(state: State, { id: campaignId }: SandboxCampaign, draft: SandboxCoupon): Coupon {
  const { value, usageLimit = 0, discountLimit = 0, limits, ...rest } = structuredClone(draft)
  const own = limits && { limits: limits.map((budget) => ({ ...budget, entities: budget.entities ?? [] })) }
  const worth = discountLimit > 0 && { discountLimit, discountCounter: 0, discountRemainder: discountLimit }
  return {
    ...rest,
    ...own,
    ...worth,
    id: 0,
    created: timestamp(state),
    campaignId,
    value: normaliseCode(value),
    usageLimit,
    usageCounter: 0,
  }
}

function addCoupon(state: State, campaign: SandboxCampaign, draft: SandboxCoupon): void {
  const coupon = { ...newCoupon(state, campaign, draft), id: takeId(state) }
  state.coupons.set(coupon.value, { coupon, reservedBy: [], redemptions: [] })
}

/** The next numeric id. */
export function takeId(state: State): number {
  const id = state.nextId
  state.nextId += 1
  return id
}

/** The same memory once more, for a rehearsal that leaves this one as it is. */
export function copyOf({ campaigns, evaluation, programs, clock, ...memory }: State): State {
  return { campaigns, evaluation, programs, clock, ...structuredClone(memory) }
}

/** Now, or another moment, as the API writes it. */
export function timestamp(state: State, at: number = state.clock()): Timestamp {
  return new Date(at).toISOString()
}

/** A code as it is stored: the Application is case-insensitive and stores upper case, the setting Talon.One recommends. */
export function normaliseCode(code: string): string {
  return code.toUpperCase()
}

/** A profile that is not stored. */
export function newProfile(state: State, integrationId: string, id = 0): CustomerProfile {
  const created = timestamp(state)
  return {
    id,
    created,
    integrationId,
    attributes: {},
    accountId,
    closedSessions: 0,
    totalSales: 0,
    loyaltyMemberships: null,
    audienceMemberships: [],
    lastActivity: created,
    sandbox: true,
  }
}

/** The profile of an id, made on demand. */
export function profileOf(state: State, integrationId: string): CustomerProfile {
  const known = state.profiles.get(integrationId)
  if (known !== undefined) return known
  const profile = newProfile(state, integrationId, takeId(state))
  state.profiles.set(integrationId, profile)
  return profile
}

/** Attributes merged per key; null changes nothing. To clear one, send an empty value of its type. */
export function mergeAttributes(before: Record<string, unknown>, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { ...before, ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== null)) }
}
