/** What a shopper may say, operation by operation. What is not listed here is refused: deny by default. */
import { type Endpoint, identitiesOf, withIdentity } from '../endpoint.ts'
import type * as endpoints from '../endpoints.ts'
import type { TalonOneIssue } from '../error.ts'
import { isRecord } from '../shape.ts'
import type { Shopper } from './identity.ts'
import { Problem } from './problem.ts'

/**
 * The operations a shopper may be given, with what they are limited to. On unless said otherwise: reading and writing the own
 * session, reading the own inventory. Off by default, because each can be misused in a way only the shop can weigh:
 */
export interface ShopperOperations {
  /** Reserve and release coupons for oneself. Talon.One ignores a coupon's reservation limit here. */
  reservations?: boolean
  /** Make a referral code for oneself, in these campaigns only. */
  referrals?: { campaignIds: readonly number[] }
  /** Write these attributes of the own profile. */
  profileAttributes?: readonly string[]
  /** Write and read these attributes of the own session. Default: none. */
  sessionAttributes?: readonly string[]
  /** Write and read these attributes of the own cart's items, such as an engraving. Default: none. */
  itemAttributes?: readonly string[]
}

type OperationId = keyof typeof endpoints

/** Turns a shopper's input into what may go upstream, or throws. The identity is set afterwards, whatever stands here. */
export type Policy = (input: Record<string, unknown>, shopper: Shopper) => Record<string, unknown>

/** The policies of the operations that are switched on. Whoever is not in here does not exist. */
export function policiesFor(operations: ShopperOperations): ReadonlyMap<string, Policy> {
  const policies: Partial<Record<OperationId, Policy>> = {
    getCustomerSession: (input) => input,
    updateCustomerSessionV2: (input, shopper) => sessionInput(input, shopper, operations),
    getCustomerInventory: (input) => input,
    ...(operations.reservations && { createCouponReservation: (input) => input, deleteCouponReservation: (input) => input }),
    ...(operations.referrals && { createReferral: referralPolicy(operations.referrals.campaignIds) }),
    ...(operations.profileAttributes && { updateCustomerProfileV2: profilePolicy(operations.profileAttributes) }),
  }
  return new Map(Object.entries(policies))
}

/** Puts the shopper where the row has its identity. Whoever names somebody else is answered as if that one did not exist. */
export function forceIdentity(endpoint: Endpoint, input: Record<string, unknown>, shopper: Shopper): Record<string, unknown> {
  const foreign = identitiesOf(endpoint, input).some((id) => id !== 'me' && id !== shopper.profileId)
  if (foreign) throw new Problem(404, 'not_found')
  return withIdentity(endpoint, input, shopper.profileId)
}

// What a shopper may ask back. The rest reveals campaigns, budgets and rules.
const shopperContent = new Set(['customerSession', 'customerProfile', 'coupons', 'referral', 'loyalty', 'awardedGiveaways'])
const sessionFields = new Set([
  'profileId',
  'couponCodes',
  'referralCode',
  'loyaltyCards',
  'state',
  'cartItems',
  'additionalCosts',
  'attributes',
])
const mostCoupons = 10

function sessionInput(
  input: Record<string, unknown>,
  shopper: Shopper,
  { sessionAttributes = [], itemAttributes = [] }: ShopperOperations,
): Record<string, unknown> {
  // `readInput` has held the input to the row's shape: a session is there, and it is an object.
  const session = input.customerSession as Record<string, unknown>
  const issues: TalonOneIssue[] = []
  refuseQuery(input, ['dry', 'now'], issues)
  refuseOthers(session, sessionFields, '/customerSession', issues)
  refuseAttributes(session.attributes, sessionAttributes, '/customerSession/attributes', issues)
  for (const [index, item] of listOf(session.cartItems).entries()) {
    if (isRecord(item)) refuseAttributes(item.attributes, itemAttributes, `/customerSession/cartItems/${index}/attributes`, issues)
  }
  if (session.state !== undefined && session.state !== 'open')
    issues.push({ pointer: '/customerSession/state', message: 'a shopper may only keep a session open' })
  if (listOf(session.couponCodes).length > mostCoupons)
    issues.push({ pointer: '/customerSession/couponCodes', message: `at most ${mostCoupons} codes` })
  if (listOf(session.loyaltyCards).some((card) => !shopper.loyaltyCardIds?.includes(String(card)))) {
    issues.push({ pointer: '/customerSession/loyaltyCards', message: 'not a card of this shopper' })
  }
  if (listOf(input.responseContent).some((content) => !shopperContent.has(String(content)))) {
    issues.push({ pointer: '/responseContent', message: `a shopper may ask for ${[...shopperContent].join(', ')}` })
  }
  if (issues.length > 0) throw new Problem(422, 'field_not_allowed', { issues })
  return { ...input, customerSession: { ...session, state: 'open' } }
}

function referralPolicy(campaignIds: readonly number[]): Policy {
  return (input) => {
    const issues: TalonOneIssue[] = []
    refuseOthers(input, new Set(['campaignId', 'advocateProfileIntegrationId']), '', issues)
    if (!campaignIds.some((id) => id === input.campaignId))
      issues.push({ pointer: '/campaignId', message: 'not a campaign that shoppers may invite to' })
    if (issues.length > 0) throw new Problem(422, 'field_not_allowed', { issues })
    return input
  }
}

function profilePolicy(attributes: readonly string[]): Policy {
  return (input) => {
    const issues: TalonOneIssue[] = []
    refuseOthers(input, new Set(['integrationId', 'attributes']), '', issues)
    refuseAttributes(input.attributes, attributes, '/attributes', issues)
    if (issues.length > 0) throw new Problem(422, 'field_not_allowed', { issues })
    return input
  }
}

function refuseQuery(input: Record<string, unknown>, names: readonly string[], issues: TalonOneIssue[]): void {
  for (const name of names) {
    if (input[name] !== undefined) issues.push({ pointer: `/${name}`, message: 'not for shoppers' })
  }
}

function refuseOthers(record: Record<string, unknown>, allowed: ReadonlySet<string>, pointer: string, issues: TalonOneIssue[]): void {
  for (const name of Object.keys(record)) {
    if (record[name] !== undefined && !allowed.has(name)) issues.push({ pointer: `${pointer}/${name}`, message: 'not for shoppers' })
  }
}

function refuseAttributes(attributes: unknown, allowed: readonly string[], pointer: string, issues: TalonOneIssue[]): void {
  if (!isRecord(attributes)) return
  if (Object.keys(attributes).some((name) => !allowed.includes(name)))
    issues.push({ pointer, message: 'holds an attribute that shoppers may not set' })
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
