/** What the sandbox remembers: the API's own nouns, by the shop's ids, with what the nouns themselves do not carry. */
import type { KnownEffect } from '../effects.ts'
import type { AudienceMembership, Coupon, CustomerProfile, CustomerSessionV2, Event, Referral, Timestamp } from '../schema.ts'
import type { SandboxCampaign, SandboxCoupon } from './rules.ts'

/** A loyalty program of the Application. */
export interface LoyaltyProgram {
  id: number
  /** The API's name for it, by which answers key it. */
  name: string
  /** What shoppers read. */
  title: string
}

/** One redemption of a code: made when its session closed. */
export interface Redemption {
  /** Empty: an anonymous session. */
  profileId: string
  sessionId: string
}

/** A session with the effects of its last evaluation. */
export interface StoredSession {
  session: CustomerSessionV2
  /** The net set: what has been rolled back is gone. */
  effects: KnownEffect[]
  /** The total a V1 caller stated, which only V1 answers show. */
  statedTotal?: number
}

/** A coupon with its wallets and redemptions. */
export interface StoredCoupon {
  coupon: Coupon
  /** The profiles that hold a reservation, in the order they came. */
  reservedBy: string[]
  redemptions: Redemption[]
}

/** A referral code with its redemptions by friends. */
export interface StoredReferral {
  referral: Referral
  redemptions: Redemption[]
}

/** One line of a ledger. */
export interface LedgerTransaction {
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
  sessionId?: string
}

/** Everything in memory. Plain data: read it in a test, or change it to set a scene. */
export interface State {
  readonly campaigns: readonly SandboxCampaign[]
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
  /** By id. */
  audiences: Map<number, AudienceMembership>
  /** Tracked ones, oldest first; not the built-in ones that every update makes. */
  events: Event[]
  /** By the profile's integration id, oldest first. */
  ledgers: Map<string, LedgerTransaction[]>
}

// One Application of one account.
export const applicationId = 1
export const accountId = 1

/** A fresh memory with the campaigns' coupons in it, and the audiences 1 "Newsletter" and 2 "VIP". */
export function createState(campaigns: readonly SandboxCampaign[], clock: () => number, programs: readonly LoyaltyProgram[] = []): State {
  const state: State = {
    campaigns,
    programs,
    clock,
    nextId: 1,
    profiles: new Map(),
    sessions: new Map(),
    coupons: new Map(),
    referrals: new Map(),
    audiences: new Map([
      [1, { id: 1, name: 'Newsletter' }],
      [2, { id: 2, name: 'VIP' }],
    ]),
    events: [],
    ledgers: new Map(),
  }
  for (const campaign of campaigns) {
    for (const coupon of campaign.coupons ?? []) addCoupon(state, campaign, coupon)
  }
  return state
}

function addCoupon(state: State, campaign: SandboxCampaign, { value, usageLimit = 0, ...rest }: SandboxCoupon): void {
  const code = normaliseCode(value)
  const coupon: Coupon = {
    ...rest,
    id: takeId(state),
    created: timestamp(state),
    campaignId: campaign.id,
    value: code,
    usageLimit,
    usageCounter: 0,
  }
  state.coupons.set(code, { coupon, reservedBy: [], redemptions: [] })
}

/** The next numeric id. */
export function takeId(state: State): number {
  const id = state.nextId
  state.nextId += 1
  return id
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
