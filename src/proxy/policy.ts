/** What a shopper may say, operation by operation. What is not listed here is refused: deny by default. */
import type { Endpoint } from '../endpoint.ts'
// By name, so that what is bundled of a shopper's proxy has no row of staff.
import {
  bestPriorPrice,
  createCouponReservation,
  createReferral,
  deleteCouponReservation,
  getCustomerAchievementHistory,
  getCustomerAchievements,
  getCustomerInventory,
  getCustomerSession,
  getLoyaltyBalances,
  getLoyaltyCardBalances,
  getLoyaltyCardPoints,
  getLoyaltyCardTransactions,
  getLoyaltyProgramProfilePoints,
  getLoyaltyProgramProfileTransactions,
  joinLoyaltyProgram,
  trackEventV2,
  trackEventV3,
  updateCustomerProfileV2,
  updateCustomerSessionV2,
} from '../endpoints.ts'
import { identitiesOf, withIdentity } from '../identity.ts'
import type { TalonOneIssue } from '../error.ts'
import { isRecord } from '../record.ts'
import type { Shopper } from './identity.ts'
import type { ShopperLimits } from './limits.ts'
import { Problem } from './problem.ts'

/**
 * The operations a shopper may be given, with what they are limited to. Always on: reading and writing the own session, reading the
 * own inventory, achievements and points, and the points of the cards that `identify` names. Off by default, because each can be
 * misused in a way only the shop can weigh:
 */
export interface ShopperOperations {
  /**
   * Ask with `dry` what a cart would come to. It leaves no trace in Talon.One, so it is the quietest way to guess at codes, and each
   * one asks `pricing`: limit how many a shopper may send.
   */
  previews?: boolean
  /**
   * Reserve and release coupons for oneself. Talon.One ignores a coupon's reservation limit here. Releasing is answered alike whether or
   * not there is such a code.
   */
  reservations?: boolean
  /** Make a referral code for oneself, in these campaigns only. */
  referrals?: { campaignIds: readonly number[] }
  /** Write these attributes of the own profile. */
  profileAttributes?: readonly string[]
  /**
   * Tell Talon.One about events of these types, with these attributes for each type. A browser can say that anything happened, as
   * often as it likes: never reward an event that can be faked, such as a review or a visit; let your server send that one.
   * Default of `attributes`: none.
   */
  events?: { types: readonly string[]; attributes?: Readonly<Record<string, readonly string[]>> }
  /** Join these loyalty programs. The API has no way to leave one, and a rule may give points for joining. */
  joinLoyaltyProgram?: { loyaltyProgramIds: readonly number[] }
  /**
   * Read points in these loyalty programs only. Default: in any whose id one knows; ids count up, so list yours when there is one
   * whose tiers are not public yet.
   */
  loyaltyProgramIds?: readonly number[]
  /**
   * Read the lowest earlier price of any SKU, 50 at a time. Whoever asks for enough periods has your whole history of prices, those
   * of products that are not on sale yet included.
   */
  bestPriorPrice?: boolean
}

/** What shoppers may set and see beside what every cart has. By name, since anything that is not listed may be the business of rules alone. */
export interface ShopperFields {
  /** Attributes of the own session, to write and to read. Default: none. */
  sessionAttributes?: readonly string[]
  /** Attributes of the own cart's items, such as an engraving, to write and to read. Default: none. */
  itemAttributes?: readonly string[]
  /** Custom effects to see, by their `name`. Default: none. */
  customEffects?: readonly string[]
}

/** Turns a shopper's input into what may go upstream, or throws. The identity is set afterwards, whatever stands here. */
export type Policy = (input: Record<string, unknown>, shopper: Shopper) => Record<string, unknown>

/** The policies of the operations that are switched on. Whoever is not in here does not exist. */
export function policiesFor(
  operations: ShopperOperations,
  fields: ShopperFields,
  limits: Pick<Required<ShopperLimits>, 'lines' | 'coupons'>,
): ReadonlyMap<Endpoint, Policy> {
  const { reservations, referrals, profileAttributes, events } = operations
  const points = inProgram(operations.loyaltyProgramIds, checked(checkPoints))
  const cardPoints = ofOwnCard(points)
  const session = checked(checkSession(operations, fields, limits))
  const priorPrice = checked(checkPriorPrice)
  const policies = new Map<Endpoint, Policy>([
    [updateCustomerSessionV2, (input, shopper) => keptOpen(session(input, shopper))],
    [getCustomerSession, anything],
    [getCustomerInventory, anything],
    [getCustomerAchievements, checked(checkAchievements)],
    [getCustomerAchievementHistory, anything],
    [getLoyaltyBalances, points],
    [getLoyaltyProgramProfileTransactions, points],
    [getLoyaltyProgramProfilePoints, points],
    [getLoyaltyCardBalances, cardPoints],
    [getLoyaltyCardTransactions, cardPoints],
    [getLoyaltyCardPoints, cardPoints],
  ])
  if (reservations) policies.set(createCouponReservation, anything).set(deleteCouponReservation, anything)
  if (referrals) policies.set(createReferral, checked(checkReferral(referrals.campaignIds)))
  if (profileAttributes) policies.set(updateCustomerProfileV2, checked(checkProfile(profileAttributes)))
  if (events) {
    policies.set(trackEventV2, checked(checkEvent(events, eventFields)))
    policies.set(trackEventV3, checked(checkEvent(events, [...eventFields, 'integrationId', 'connectedSessionId'])))
  }
  if (operations.joinLoyaltyProgram) policies.set(joinLoyaltyProgram, inProgram(operations.joinLoyaltyProgram.loyaltyProgramIds, anything))
  if (operations.bestPriorPrice) policies.set(bestPriorPrice, (input, shopper) => ofEverybody(priorPrice(input, shopper)))
  return policies
}

/** Puts the shopper where the row has its identity. Whoever names somebody else is answered as if that one did not exist. */
export function forceIdentity(endpoint: Endpoint, input: Record<string, unknown>, shopper: Shopper): Record<string, unknown> {
  const foreign = identitiesOf(endpoint, input).some((id) => id !== 'me' && id !== shopper.profileId)
  if (foreign) throw new Problem(404, 'not_found')
  return withIdentity(endpoint, input, shopper.profileId)
}

// Every field of the row. A test holds each row to the fields that were weighed.
const anything: Policy = (input) => input

type Check = (input: Record<string, unknown>, shopper: Shopper, issues: TalonOneIssue[]) => void

// Refuses with every finding, where there is one.
function checked(check: Check): Policy {
  return (input, shopper) => {
    const issues: TalonOneIssue[] = []
    check(input, shopper, issues)
    if (issues.length > 0) throw new Problem(422, 'field_not_allowed', { issues })
    return input
  }
}

function inProgram(programIds: readonly number[] | undefined, policy: Policy): Policy {
  return (input, shopper) => {
    if (programIds && !programIds.some((id) => id === input.loyaltyProgramId)) throw new Problem(404, 'not_found')
    return policy(input, shopper)
  }
}

// Cards have short numbers. Somebody else's is answered like one that does not exist, so that none can be found by counting.
function ofOwnCard(policy: Policy): Policy {
  return (input, shopper) => {
    if (!isOwnCard(input.loyaltyCardId, shopper)) throw new Problem(404, 'not_found')
    return policy(input, shopper)
  }
}

// What a shopper may ask back. The rest reveals campaigns, budgets and rules.
const shopperContent = ['customerSession', 'customerProfile', 'coupons', 'referral', 'loyalty', 'awardedGiveaways']
const sessionInputFields = ['customerSessionId', 'customerSession', 'responseContent']
const sessionFields = ['profileId', 'couponCodes', 'referralCode', 'loyaltyCards', 'state', 'cartItems', 'additionalCosts', 'attributes']

function checkSession(
  { previews }: ShopperOperations,
  { sessionAttributes = [], itemAttributes = [] }: ShopperFields,
  { lines, coupons }: Pick<Required<ShopperLimits>, 'lines' | 'coupons'>,
): Check {
  return (input, shopper, issues) => {
    const session = sessionOf(input)
    refuseOthers(input, previews ? [...sessionInputFields, 'dry'] : sessionInputFields, '', issues)
    refuseOthers(session, sessionFields, '/customerSession', issues)
    refuseAttributes(session.attributes, sessionAttributes, '/customerSession/attributes', issues)
    for (const [index, item] of listOf(session.cartItems).entries()) {
      if (isRecord(item)) refuseAttributes(item.attributes, itemAttributes, `/customerSession/cartItems/${index}/attributes`, issues)
    }
    if (session.state !== undefined && session.state !== 'open')
      issues.push({ pointer: '/customerSession/state', message: 'a shopper may only keep a session open' })
    refuseMore(session.cartItems, lines, '/customerSession/cartItems', issues)
    refuseMore(session.couponCodes, coupons, '/customerSession/couponCodes', issues)
    refuseForeignCards(session, '/customerSession', shopper, issues)
    refuseContent(input, issues)
  }
}

function keptOpen(input: Record<string, unknown>): Record<string, unknown> {
  return { ...input, customerSession: { ...sessionOf(input), state: 'open' } }
}

// `readInput` has held the input to the row's shape: a session is there, and it is an object.
const sessionOf = (input: Record<string, unknown>) => input.customerSession as Record<string, unknown>

const checkReferral =
  (campaignIds: readonly number[]): Check =>
  (input, _shopper, issues) => {
    refuseOthers(input, ['campaignId', 'advocateProfileIntegrationId'], '', issues)
    if (!campaignIds.some((id) => id === input.campaignId))
      issues.push({ pointer: '/campaignId', message: 'not a campaign that shoppers may invite to' })
  }

const checkProfile =
  (attributes: readonly string[]): Check =>
  (input, _shopper, issues) => {
    refuseOthers(input, ['integrationId', 'attributes'], '', issues)
    refuseAttributes(input.attributes, attributes, '/attributes', issues)
  }

const eventFields = ['profileId', 'type', 'attributes', 'loyaltyCards', 'responseContent', 'silent']

function checkEvent({ types, attributes }: NonNullable<ShopperOperations['events']>, fields: readonly string[]): Check {
  return (input, shopper, issues) => {
    const type = String(input.type)
    refuseOthers(input, fields, '', issues)
    if (types.includes(type)) refuseAttributes(input.attributes, attributes?.[type] ?? [], '/attributes', issues)
    else issues.push({ pointer: '/type', message: 'not an event that shoppers may send' })
    refuseForeignCards(input, '', shopper, issues)
    refuseContent(input, issues)
  }
}

// What is scheduled belongs to a campaign that nobody has heard of yet.
const checkAchievements: Check = ({ achievementStatus }, _shopper, issues) => {
  if (listOf(achievementStatus).some((status) => status !== 'active'))
    issues.push({ pointer: '/achievementStatus', message: 'a shopper may ask for active ones' })
}

const checkPoints: Check = ({ customerSessionIDs }, _shopper, issues) => refuseMore(customerSessionIDs, 50, '/customerSessionIDs', issues)

const checkPriorPrice: Check = ({ skus, target }, _shopper, issues) => {
  refuseMore(skus, 50, '/skus', issues)
  if (isRecord(target) && target.targetType !== 'NONE')
    issues.push({ pointer: '/target/targetType', message: 'a shopper may ask for the prices that everybody had' })
}

function ofEverybody(input: Record<string, unknown>): Record<string, unknown> {
  return { ...input, target: { targetType: 'NONE' } }
}

function refuseMore(list: unknown, most: number, pointer: string, issues: TalonOneIssue[]): void {
  if (listOf(list).length > most) issues.push({ pointer, message: `at most ${most}` })
}

function refuseForeignCards(record: Record<string, unknown>, pointer: string, shopper: Shopper, issues: TalonOneIssue[]): void {
  if (listOf(record.loyaltyCards).some((card) => !isOwnCard(card, shopper)))
    issues.push({ pointer: `${pointer}/loyaltyCards`, message: 'not a card of this shopper' })
}

function isOwnCard(card: unknown, { loyaltyCardIds = [] }: Shopper): boolean {
  return loyaltyCardIds.some((id) => id === card)
}

function refuseContent({ responseContent }: Record<string, unknown>, issues: TalonOneIssue[]): void {
  if (listOf(responseContent).some((content) => !shopperContent.includes(String(content))))
    issues.push({ pointer: '/responseContent', message: `a shopper may ask for ${shopperContent.join(', ')}` })
}

function refuseOthers(record: Record<string, unknown>, allowed: readonly string[], pointer: string, issues: TalonOneIssue[]): void {
  for (const name of Object.keys(record)) {
    if (record[name] !== undefined && !allowed.includes(name)) issues.push({ pointer: `${pointer}/${name}`, message: 'not for shoppers' })
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
