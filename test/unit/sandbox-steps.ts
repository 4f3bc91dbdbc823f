/** The steps of a random walk through the sandbox, drawn beforehand: sensible requests, hostile ones, and what happens beside them. */
import fc from 'fast-check'
import { type Endpoint, fill, type InputOf } from '../../src/endpoint.ts'
import * as endpoints from '../../src/endpoints.ts'
import type { State } from '../../src/sandbox/index.ts'
import type { NewCustomerSessionV2 } from '../../src/schema.ts'
import { inputsOf } from '../arbitrary.ts'
import { bodyOf, type Document, laterOperations, official, operationOf, type Schema } from '../openapi.ts'
import { valuesOfSchema } from '../openapi-arbitrary.ts'
import { walkCodes, walkEvents } from './sandbox-walk-shop.ts'

type Table = typeof endpoints
/** The name of one operation. */
export type Name = keyof Table

const rows = new Map<string, Endpoint>(Object.entries(endpoints))
// The cast holds because a module's keys are its exports, and endpoints.ts exports rows only.
/** The names of all of them. */
export const names = [...rows.keys()] as Name[]

/** What a step sees of the walk when its turn comes: drawn numbers become ids of what is there by then. */
export interface World {
  state: State
  /** Milliseconds since the epoch. */
  now: number
  /** The session that is now in one of eight places; `isNew` puts another one there. */
  sessionAt: (place: number, isNew?: boolean) => string
}

/** One request, ready to be sent. */
export interface WalkRequest {
  name: Name
  /** Flat, as the rows take it. */
  input: Record<string, unknown>
  method: string
  path: string
  search: string
  body: unknown
  /** The `Idempotency-Key`. */
  key?: string
}

/** A request that is made up when its turn comes. */
export type Ask = (world: World) => WalkRequest

/** One step of the walk. */
export type Step =
  | { do: 'ask'; ask: Ask }
  /** At the same time. */
  | { do: 'burst'; asks: Ask[] }
  /** Closes a session and takes that back at once; in between, some of it may come back. */
  | { do: 'thereAndBack'; close: Ask; returns: boolean; by: 'cancelling' | 'reopening' }
  /** Sends the latest request with an `Idempotency-Key` once more. */
  | { do: 'again' }
  | { do: 'wait'; milliseconds: number }
  /** Takes what is remembered to JSON and back. */
  | { do: 'store' }
  /** Points from the test itself. */
  | { do: 'grant'; profileId: string; programId: number; amount: number; days: number | undefined }

const day = 86_400_000
const profiles = ['anna', 'ben', 'cleo', 'dora']
const cards = ['CARD-A', 'CARD-B', 'MILE-A', 'MILE-B']
const subledgers = ['gold', 'wait', 'rest', 'budget']

const place = fc.nat({ max: 7 })
const flag = fc.boolean()
const someone = fc.constantFrom(...profiles)
const rarely = fc.integer({ min: 1, max: 6 }).map((drawn) => drawn === 1)
const small = fc.nat({ max: 1000 })
const attributes = fc.record({ Lucky: flag, Note: fc.constantFrom('', 'a', 'ü') }, { requiredKeys: [] })
const moment = fc.integer({ min: -100, max: 100 }).map((days) => (world: World) => new Date(world.now + days * day).toISOString())

// A number stands for a code that was made on the way.
const code = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...walkCodes, 'nonsense') }, { weight: 2, arbitrary: small })
const costs = fc.constantFrom<Record<string, { price: number }>[]>(
  { shipping: { price: 4.9 } },
  {},
  { shipping: { price: 4.9 }, tip: { price: 1 } },
)
const line = fc
  .tuple(
    fc.constantFrom(
      { sku: 'COFFEE', name: 'Coffee', category: 'Coffee', price: 9 },
      { sku: 'CUP', name: 'Cup', category: 'Cups', price: 12.34 },
      { sku: 'CUP', name: 'Cup', category: 'Cups', price: 12.34, additionalCosts: { giftWrap: { price: 2 } } },
      { sku: 'TEA', name: 'Tea', price: 4.2, attributes: { loose: true } },
      { sku: 'POT', name: 'Pot', price: 39.99 },
      { sku: 'LISTED', name: 'Listed' },
    ),
    fc.integer({ min: 1, max: 4 }),
  )
  .map(([item, quantity]) => ({ ...item, quantity }))

type Drafted = Omit<NewCustomerSessionV2, 'couponCodes' | 'referralCode'> & { couponCodes?: (string | number)[]; referralCode?: number }

const cart: fc.Arbitrary<Drafted> = fc.record(
  {
    profileId: fc.oneof({ weight: 9, arbitrary: someone }, { weight: 1, arbitrary: fc.constantFrom('', 'guest') }),
    cartItems: fc.array(line, { maxLength: 4 }),
    couponCodes: fc.array(code, { maxLength: 4 }),
    referralCode: small,
    state: fc.constantFrom('open', 'open', 'open', 'closed', 'closed', 'cancelled', 'cancelled', 'partially_returned'),
    additionalCosts: costs,
    loyaltyCards: fc.constantFrom(...cards, 'unknown').map((card) => [card]),
    identifiers: fc.uniqueArray(fc.constantFrom('one', 'two', 'three'), { maxLength: 2 }),
    storeIntegrationId: fc.constantFrom('north', 'south'),
    attributes,
  },
  { requiredKeys: [], noNullPrototype: true },
)
const fullCart = fc
  .tuple(cart, fc.array(line, { minLength: 1, maxLength: 4 }), someone)
  .map(([drafted, cartItems, profileId]): Drafted => ({
    ...drafted,
    cartItems,
    profileId,
  }))

// Friends share few referral codes, so that those run out.
function sessionFrom({ couponCodes, referralCode, ...rest }: Drafted, { state }: World): NewCustomerSessionV2 {
  const codes = couponCodes?.flatMap((one) => (typeof one === 'string' ? one : pick([...state.coupons.keys()], one))) ?? []
  return {
    ...rest,
    ...(couponCodes && { couponCodes: codes }),
    ...(referralCode !== undefined && {
      referralCode: referralCode % 3 === 0 ? '' : (pick([...state.referrals.keys()].slice(0, 4), referralCode)[0] ?? 'nobody'),
    }),
  }
}

// One of them, or none of none.
function pick<Value>(values: readonly Value[], number: number): Value[] {
  const value = values[number % values.length]
  return value === undefined ? [] : [value]
}

const content = fc.subarray([
  'customerSession',
  'customerProfile',
  'coupons',
  'triggeredCampaigns',
  'referral',
  'loyalty',
  'event',
  'awardedGiveaways',
  'ruleFailureReasons',
  'previousReturns',
] as const)
const profileContent = fc.subarray([
  'customerProfile',
  'triggeredCampaigns',
  'loyalty',
  'event',
  'awardedGiveaways',
  'ruleFailureReasons',
] as const)
const eventContent = fc.subarray(['customerProfile', 'triggeredCampaigns', 'loyalty', 'awardedGiveaways', 'ruleFailureReasons'] as const)
const eventTypes = fc.constantFrom(...walkEvents, 'wrote', 'won', 'earned', 'burned', 'nothing', 'talon_session_closed')
// What V1 events can tell: see `decoded` in sandbox-books.ts.
const oldEventTypes = fc.constantFrom('reviewed', 'drankCup', 'wished', 'lucky', 'read', 'earned', 'burned', 'nothing')
const profileProgram = fc.constantFrom(1, 3, 3, 4, 4, 2, 99)
const cardProgram = fc.constantFrom(
  { loyaltyProgramId: 2, loyaltyCardId: 'CARD-A' },
  { loyaltyProgramId: 2, loyaltyCardId: 'CARD-B' },
  { loyaltyProgramId: 5, loyaltyCardId: 'MILE-A' },
  { loyaltyProgramId: 5, loyaltyCardId: 'MILE-B' },
  { loyaltyProgramId: 5, loyaltyCardId: 'CARD-A' },
)
const audience = (number: number, { state }: World): number => pick([...state.audiences.keys()], number)[0] ?? 77
const linesBack = fc.array(
  fc.record(
    { position: fc.nat({ max: 2 }), quantity: fc.integer({ min: 1, max: 2 }) },
    { requiredKeys: ['position'], noNullPrototype: true },
  ),
  { minLength: 1, maxLength: 2 },
)
const page = { pageSize: fc.integer({ min: 1, max: 5 }), skip: fc.nat({ max: 3 }) }
const pages = fc.record(page, { requiredKeys: [], noNullPrototype: true })
const coupon = fc.oneof(fc.constantFrom('MEMBERS5', 'HOLDERS', 'WELCOME5', 'welcome5', 'nonsense'), small)
const couponFrom = (drawn: string | number, { state }: World): string =>
  typeof drawn === 'string' ? drawn : (pick([...state.coupons.keys()], drawn)[0] ?? 'nonsense')
const silence = fc.constantFrom('yes' as const, 'no' as const)
const skus = fc.constantFrom('LISTED', 'COFFEE', 'OTHER')

type Drawn = { [Key in Name]: fc.Arbitrary<(world: World) => InputOf<Table[Key]>> }

/** What a shop would send, for every operation. */
const sensible: Drawn = {
  updateCustomerSessionV2: fc
    .record({
      at: place,
      isNew: rarely,
      draft: fc.oneof(cart, fullCart),
      content,
      dry: rarely,
      ahead: fc.option(moment),
      only: fc.option(fc.subarray([1, 3, 6, 104, 106]), { freq: 6 }),
    })
    .map(({ at, isNew, draft, content: asked, dry, ahead, only }) => (world) => ({
      customerSessionId: world.sessionAt(at, isNew && !dry),
      customerSession: { ...sessionFrom(draft, world), ...(dry && only && { evaluableCampaignIds: only }) },
      responseContent: [...new Set([...asked, 'customerSession' as const, ...(dry ? (['campaignEligibility'] as const) : [])])],
      ...(dry && { dry, ...(ahead && { now: ahead(world) }) }),
    })),
  getCustomerSession: place.map((at) => (world) => ({ customerSessionId: world.sessionAt(at) })),
  returnCartItems: fc
    .record({ at: place, lines: linesBack, dry: rarely, runRuleEngine: flag })
    .map(({ at, lines, dry, runRuleEngine }) => (world) => ({
      customerSessionId: world.sessionAt(at),
      return: { returnedCartItems: lines },
      responseContent: ['customerSession', 'loyalty', 'previousReturns'],
      ...(dry && { dry }),
      runRuleEngine,
    })),
  reopenCustomerSession: place.map((at) => (world) => ({ customerSessionId: world.sessionAt(at) })),
  updateCustomerProfileV2: fc
    .record({
      integrationId: someone,
      attributes,
      adds: fc.array(small, { maxLength: 2 }),
      runRuleEngine: flag,
      dry: rarely,
      responseContent: profileContent,
    })
    .map(({ integrationId, adds, runRuleEngine, dry, responseContent, ...rest }) => (world) => ({
      integrationId,
      ...rest,
      audiencesChanges: { adds: adds.map((number) => audience(number, world)), deletes: [] },
      runRuleEngine,
      ...(runRuleEngine && { dry, responseContent }),
    })),
  updateCustomerProfilesV2: fc
    .record(
      {
        customerProfiles: fc.array(fc.record({ integrationId: someone, attributes }, { noNullPrototype: true }), { maxLength: 3 }),
        silent: silence,
      },
      { noNullPrototype: true },
    )
    .map((input) => () => input),
  getCustomerInventory: fc
    .record(
      { integrationId: someone, profile: flag, referrals: flag, coupons: flag, loyalty: flag, giveaways: flag, achievements: flag },
      { noNullPrototype: true },
    )
    .map((input) => () => input),
  getCustomerAchievements: fc
    .tuple(
      someone,
      fc.option(fc.subarray(['1', '2', '11', '12'], { minLength: 1 })),
      fc.option(fc.subarray(['inprogress', 'completed', 'not_started'] as const, { minLength: 1 })),
      pages,
    )
    .map(([integrationId, achievementIds, currentProgressStatus, which]) => () => ({
      integrationId,
      ...(achievementIds && { achievementIds }),
      ...(currentProgressStatus && { currentProgressStatus }),
      ...which,
    })),
  getCustomerAchievementHistory: fc
    .tuple(someone, fc.constantFrom(1, 2, 11, 12, 99), fc.option(moment), pages)
    .map(([integrationId, achievementId, from, which]) => (world) => ({
      integrationId,
      achievementId,
      ...(from && { startDate: from(world) }),
      ...which,
    })),
  deleteCustomerData: someone.map((integrationId) => () => ({ integrationId })),
  createAudienceV2: fc
    .constantFrom<InputOf<Table['createAudienceV2']>[]>(
      { name: 'Readers' },
      { name: 'Synced', integration: 'mparticle', integrationId: 'one' },
    )
    .map((input) => () => input),
  updateAudienceV2: small.map((number) => (world) => ({ audienceId: audience(number, world), name: `Audience ${number}` })),
  deleteAudienceV2: small.map((number) => (world) => ({ audienceId: audience(number, world) })),
  deleteAudienceMembershipsV2: small.map((number) => (world) => ({ audienceId: audience(number, world) })),
  updateAudienceCustomersAttributes: fc.tuple(small, attributes).map(([number, changes]) => (world) => ({
    audienceId: audience(number, world),
    attributes: changes,
  })),
  updateCustomerProfileAudiences: fc
    .array(fc.tuple(fc.constantFrom('add' as const, 'delete' as const), someone, small), { maxLength: 3 })
    .map((changes) => (world) => ({
      data: changes.map(([action, profileIntegrationId, number]) => ({
        action,
        profileIntegrationId,
        audienceId: audience(number, world),
      })),
    })),
  createCouponReservation: fc
    .tuple(coupon, fc.subarray(profiles, { minLength: 1, maxLength: 2 }))
    .map(([drawn, integrationIDs]) => (world) => ({ couponValue: couponFrom(drawn, world), integrationIDs })),
  deleteCouponReservation: fc
    .tuple(coupon, fc.subarray(profiles, { minLength: 1, maxLength: 2 }))
    .map(([drawn, integrationIDs]) => (world) => ({ couponValue: couponFrom(drawn, world), integrationIDs })),
  getReservedCustomers: coupon.map((drawn) => (world) => ({ couponValue: couponFrom(drawn, world) })),
  createReferral: fc
    .tuple(someone, fc.constantFrom(5, 18, 105, 105, 1), fc.nat({ max: 2 }), fc.option(someone))
    .map(([advocateProfileIntegrationId, campaignId, usageLimit, friend]) => () => ({
      advocateProfileIntegrationId,
      campaignId,
      usageLimit,
      ...(friend && { friendProfileIntegrationId: friend }),
    })),
  createReferralsForMultipleAdvocates: fc
    .tuple(fc.subarray(profiles, { minLength: 1 }), fc.constantFrom(5, 18, 105, 1), silence, fc.constantFrom('SAME', 'R-##', 'R-####'))
    .map(([advocateProfileIntegrationIds, campaignId, silent, referralPattern]) => () => ({
      advocateProfileIntegrationIds,
      campaignId,
      silent,
      referralPattern,
      usageLimit: 2,
    })),
  joinLoyaltyProgram: fc.tuple(profileProgram, someone).map(([loyaltyProgramId, integrationId]) => () => ({
    loyaltyProgramId,
    integrationId,
  })),
  getLoyaltyBalances: fc
    .tuple(profileProgram, someone, fc.option(moment), fc.option(fc.constantFrom(...subledgers)), flag, flag)
    .map(([loyaltyProgramId, integrationId, end, subledgerId, includeTiers, includeProjectedTier]) => (world) => ({
      loyaltyProgramId,
      integrationId,
      ...(end && { endDate: end(world) }),
      ...(subledgerId && { subledgerId }),
      includeTiers,
      includeProjectedTier,
    })),
  getLoyaltyProgramProfileTransactions: fc
    .tuple(profileProgram, someone, fc.option(fc.constantFrom('manual' as const, 'session' as const)), fc.option(moment), pages)
    .map(([loyaltyProgramId, integrationId, loyaltyTransactionType, from, which]) => (world) => ({
      loyaltyProgramId,
      integrationId,
      ...(loyaltyTransactionType && { loyaltyTransactionType }),
      ...(from && { startDate: from(world) }),
      ...which,
    })),
  getLoyaltyProgramProfilePoints: fc
    .tuple(
      profileProgram,
      someone,
      fc.constantFrom('active' as const, 'pending' as const, 'expired' as const),
      fc.constantFrom('startDate' as const, '-expiryDate' as const),
      pages,
    )
    .map(([loyaltyProgramId, integrationId, status, sort, which]) => () => ({ loyaltyProgramId, integrationId, status, sort, ...which })),
  activateLoyaltyPoints: fc
    .tuple(fc.constantFrom(3, 3, 3, 4, 5), place, small, flag)
    .map(([loyaltyProgramId, at, number, bySession]) => (world) => {
      const pending = [...world.state.ledgers.values()].flat().filter(({ awaitsActivation }) => awaitsActivation)
      const transactionUUIDs = pick(pending, number).map(({ transactionUUID }) => transactionUUID)
      return {
        loyaltyProgramId,
        ...(bySession || transactionUUIDs.length === 0 ? { sessionId: world.sessionAt(at) } : { transactionUUIDs }),
      }
    }),
  deleteLoyaltyTransactionsFromLedgers: fc
    .tuple(profileProgram, someone, fc.option(fc.subarray(['', ...subledgers], { minLength: 1 })))
    .map(([loyaltyProgramId, integrationId, subledgerIds]) => () => ({
      loyaltyProgramId,
      integrationId,
      ...(subledgerIds ? { scope: 'SelectedSubledgers' as const, subledgerIds } : { scope: 'AllSubledgers' as const }),
    })),
  generateLoyaltyCard: fc
    .tuple(fc.constantFrom(2, 2, 5, 5, 1), fc.option(fc.constantFrom(...cards)), fc.subarray(profiles, { maxLength: 2 }), rarely)
    .map(([loyaltyProgramId, cardIdentifier, customerProfileIds, inactive]) => () => ({
      loyaltyProgramId,
      ...(cardIdentifier && { cardIdentifier }),
      customerProfileIds,
      ...(inactive && { status: 'inactive' as const }),
    })),
  linkLoyaltyCardToProfile: fc.tuple(cardProgram, someone).map(([card, integrationId]) => () => ({ ...card, integrationId })),
  unlinkLoyaltyCardFromProfile: fc.tuple(cardProgram, someone).map(([card, integrationId]) => () => ({ ...card, integrationId })),
  getLoyaltyCardBalances: fc.tuple(cardProgram, fc.option(moment)).map(([card, end]) => (world) => ({
    ...card,
    ...(end && { endDate: end(world) }),
  })),
  getLoyaltyCardTransactions: fc.tuple(cardProgram, pages).map(([card, which]) => () => ({ ...card, ...which })),
  getLoyaltyCardPoints: fc.tuple(cardProgram, pages).map(([card, which]) => () => ({ ...card, ...which })),
  trackEventV2: fc
    .record(
      {
        profileId: someone,
        type: eventTypes,
        silent: silence,
        responseContent: eventContent.map((asked) => asked),
        dry: rarely,
        loyaltyCards: fc.constantFrom(...cards).map((card) => [card]),
      },
      { requiredKeys: ['profileId', 'type', 'silent'], noNullPrototype: true },
    )
    .map((input) => () => ({ ...input, attributes: {} })),
  trackEventV3: fc
    .record({
      profileId: someone,
      type: eventTypes,
      silent: silence,
      number: small,
      at: fc.option(small, { freq: 4 }),
      dry: rarely,
      forced: rarely,
    })
    .map(({ number, at, forced, dry, ...rest }) => ({ state }) => {
      // An event that is connected with a session that is not closed is refused.
      const closed = [...state.sessions.values()].flatMap(({ session }) => (session.state === 'closed' ? session.integrationId : []))
      const [connectedSessionId = 'none'] = pick(closed.slice(-3), at ?? 0)
      return {
        ...rest,
        attributes: {},
        integrationId: `event-${number}`,
        ...(at !== null && { connectedSessionId }),
        dry,
        ...(dry && forced && { forceCompleteEvaluation: true }),
      }
    }),
  getEventV3: small.map((number) => ({ state }) => ({ integrationId: pick([...state.advancedEvents.keys()], number)[0] ?? 'none' })),
  integrationGetAllCampaigns: pages.map((input) => () => input),
  bestPriorPrice: fc
    .tuple(
      fc.uniqueArray(skus, { minLength: 1 }),
      moment,
      fc.constantFrom('30', '0'),
      fc.constantFrom('strict' as const, 'price' as const, 'sale' as const),
    )
    .map(([asked, end, timeframe, timeframeEndDateType]) => (world) => ({
      skus: asked,
      timeframeEndDate: end(world),
      timeframe,
      timeframeEndDateType,
    })),
  syncCatalog: fc
    .tuple(
      fc.constantFrom(1, 1, 1, 2),
      skus,
      fc.integer({ min: 1, max: 30 }),
      fc.constantFrom('ADD' as const, 'PATCH' as const, 'REMOVE' as const),
    )
    .map(([catalogId, sku, price, type]) => () => ({
      catalogId,
      actions: [
        type === 'REMOVE'
          ? { type, payload: { sku } }
          : type === 'ADD'
            ? { type, payload: { sku, price, replaceIfExists: true } }
            : { type, payload: { sku, price, createIfNotExists: price % 2 === 0 } },
      ],
    })),
  updateCustomerSession: fc
    .record({ at: place, isNew: rarely, draft: cart, dry: rarely, total: fc.option(fc.constantFrom(1, 20)) })
    .map(({ at, isNew, draft, dry, total }) => (world) => {
      const { profileId, couponCodes, referralCode, cartItems, state, identifiers } = sessionFrom(draft, world)
      return {
        customerSessionId: world.sessionAt(at, isNew && !dry),
        ...(profileId !== undefined && { profileId }),
        ...(couponCodes?.[0] !== undefined && { coupon: couponCodes[0] }),
        ...(referralCode !== undefined && { referral: referralCode }),
        ...(cartItems && {
          cartItems: cartItems.map(({ name = '', sku, quantity, price = 3, category }) => ({
            name,
            sku,
            quantity,
            price,
            ...(category !== undefined && { category }),
          })),
        }),
        ...(state !== undefined && state !== 'partially_returned' && { state }),
        ...(identifiers && { identifiers }),
        ...(total !== null && { total }),
        ...(dry && { dry }),
      }
    }),
  updateCustomerProfile: fc.tuple(someone, attributes, rarely).map(([integrationId, changes, dry]) => () => ({
    integrationId,
    attributes: changes,
    dry,
  })),
  trackEvent: fc.tuple(someone, oldEventTypes, place, rarely, rarely).map(([profileId, type, at, isNew, dry]) => (world) => {
    const sessionId = world.sessionAt(at, isNew && !dry)
    return { profileId: world.state.sessions.get(sessionId)?.session.profileId ?? profileId, type, attributes: {}, sessionId, dry }
  }),
}

function requestFor(name: Name, input: object, key?: string): WalkRequest {
  const { method, path, search, body } = fill(rowOf(name), input)
  return { name, input: { ...input }, method, path, search, body, ...(key !== undefined && { key }) }
}

/** A request for a row. */
export function requestOf<Key extends Name>(name: Key, input: InputOf<Table[Key]>): WalkRequest {
  return requestFor(name, Object(input))
}

/** The row of a name. */
export function rowOf(name: Name): Endpoint {
  const row = rows.get(name)
  if (row === undefined) throw new Error(`There is no row ${name}`)
  return row
}

// The updates that all the rest hangs on come more often.
const weights: Partial<Record<Name, number>> = {
  updateCustomerSessionV2: 40,
  updateCustomerSession: 6,
  returnCartItems: 8,
  reopenCustomerSession: 4,
  trackEventV2: 8,
  trackEventV3: 8,
  trackEvent: 5,
  createReferral: 3,
  updateCustomerProfileV2: 4,
  activateLoyaltyPoints: 4,
  generateLoyaltyCard: 3,
}
const key = fc.option(fc.constantFrom('key-1', 'key-2', 'key-3', 'key-4'), { freq: 8 })

const sensibleAsk = fc.oneof(
  ...names.map((name) => ({
    weight: weights[name] ?? 2,
    arbitrary: fc.tuple(sensible[name], fc.option(key, { freq: 3 })).map(([inputFrom, drawnKey]): Ask => {
      return (world) => requestFor(name, Object(inputFrom(world)), drawnKey ?? undefined)
    }),
  })),
)

// Anything the rows take; half of it about what is there.
const strange = fc.oneof(
  ...names.map((name) =>
    fc.tuple(inputsOf(rowOf(name)), flag, place, someone, cardProgram).map(([input, isAimed, at, integrationId, card]): Ask => {
      return (world) => requestFor(name, isAimed ? aimed(input, world, at, integrationId, card) : input)
    }),
  ),
)

function aimed(input: Record<string, unknown>, world: World, at: number, integrationId: string, card: object): Record<string, unknown> {
  const known: Record<string, unknown> = {
    customerSessionId: world.sessionAt(at),
    sessionId: world.sessionAt(at),
    integrationId,
    profileId: integrationId,
    couponValue: 'WELCOME5',
    audienceId: 1,
    achievementId: 11,
    catalogId: 1,
    loyaltyProgramId: 3,
    ...('loyaltyCardId' in input ? card : {}),
  }
  return Object.fromEntries(Object.entries(input).map(([field, value]) => [field, known[field] ?? value]))
}

// Anything the official file allows, what the rows refuse included.
function hostileFrom(document: Document): fc.Arbitrary<Ask> {
  const known = names.filter((name) => laterOperations.every(({ operationId }) => operationId !== name))
  return fc.oneof(
    ...known.map((name) => {
      const { operation, method, path } = operationOf(document, name)
      const drawn = (where: string) => {
        const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === where)
        const properties = Object.fromEntries(parameters.map((parameter): [string, Schema] => [parameter.name, parameter.schema]))
        const required = parameters.filter((parameter) => parameter.required).map((parameter) => parameter.name)
        return valuesOfSchema(document, { type: 'object', properties, required }, `${name} ${where}`).map(
          (values): Record<string, unknown> => Object(values),
        )
      }
      const schema = bodyOf(operation.requestBody)
      return fc
        .tuple(drawn('path'), drawn('query'), schema ? valuesOfSchema(document, schema, name) : fc.constant(undefined))
        .map(([params, query, body]): Ask => {
          const { bodyIs } = rowOf(name)
          const search = new URLSearchParams(
            Object.entries(query).flatMap(([field, value]) => [value].flat().map((one) => [field, String(one)])),
          )
          const request: WalkRequest = {
            name,
            input: { ...params, ...query, ...(bodyIs === undefined ? Object(body) : { [bodyIs]: body }) },
            method,
            path: path.replace(/\{(\w+)\}/g, (_, field: string) => encodeURIComponent(String(params[field]).toWellFormed()) || '%20'),
            search: search.size > 0 ? `?${search}` : '',
            body,
          }
          return () => request
        })
    }),
  )
}

const closing = fullCart.map((draft): Drafted => ({ ...draft, state: 'closed' }))

/** One step. */
export const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 60, arbitrary: sensibleAsk.map((ask): Step => ({ do: 'ask', ask })) },
  { weight: 8, arbitrary: strange.map((ask): Step => ({ do: 'ask', ask })) },
  ...(official ? [{ weight: 5, arbitrary: hostileFrom(official).map((ask): Step => ({ do: 'ask', ask })) }] : []),
  { weight: 5, arbitrary: fc.array(sensibleAsk, { minLength: 2, maxLength: 6 }).map((asks): Step => ({ do: 'burst', asks })) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(place, closing, flag, fc.constantFrom('cancelling' as const, 'reopening' as const))
      .map(([at, draft, returns, by]): Step => ({
        do: 'thereAndBack',
        close: (world) =>
          requestOf('updateCustomerSessionV2', {
            customerSessionId: world.sessionAt(at, true),
            customerSession: sessionFrom(draft, world),
          }),
        returns,
        by,
      })),
  },
  { weight: 2, arbitrary: fc.constant<Step>({ do: 'again' }) },
  {
    weight: 8,
    arbitrary: fc
      .constantFrom(1000, 3_600_000, day, 3 * day, 10 * day, 31 * day)
      .map((milliseconds): Step => ({ do: 'wait', milliseconds })),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'store' }) },
  {
    weight: 3,
    arbitrary: fc
      .record({
        profileId: someone,
        programId: fc.constantFrom(1, 3, 4),
        amount: fc.constantFrom(0.1, 3, 50, 120),
        days: fc.option(fc.integer({ min: 1, max: 90 }), { nil: undefined }),
      })
      .map((grant): Step => ({ do: 'grant', ...grant })),
  },
)
