import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Endpoint, fill, type InputOf } from '../../src/endpoint.ts'
import * as endpoints from '../../src/endpoints.ts'
import type { TrackEventV2Input } from '../../src/endpoints.ts'
import { createSandbox, type SandboxSnapshot } from '../../src/sandbox/index.ts'
import type { NewCustomerSessionV2 } from '../../src/schema.ts'
import { coffee, mug, openShop } from './sandbox-shop.ts'

type Shop = ReturnType<typeof openShop>
type Step = (shop: Shop) => Promise<{ status: number; body: unknown }>

function step<E extends Endpoint>(endpoint: E, input: InputOf<E>, key?: string): Step {
  return async (shop) => {
    const { method, path, search, body } = fill(endpoint, input)
    const answer = await shop.raw(method, path + search, body, key === undefined ? {} : { 'Idempotency-Key': key })
    return { status: answer.status, body: answer.body }
  }
}

const club = { loyaltyProgramId: 1, integrationId: 'anna' }
const card = { loyaltyProgramId: 2, loyaltyCardId: 'CARD-1' }
const everything = { profile: true, referrals: true, coupons: true, loyalty: true, giveaways: true, achievements: true }
const cart = { profileId: 'anna', cartItems: [coffee, { sku: 'TEA', quantity: 1 }], couponCodes: ['SAVE10', 'FIRST5', 'GIFT50', 'CINEMA'] }
const order: NewCustomerSessionV2 = { ...cart, loyaltyCards: ['CARD-1'], state: 'closed' }
const tea = { type: 'ADD', payload: { sku: 'TEA', price: 4 } } as const
const review: TrackEventV2Input = { profileId: 'anna', type: 'reviewed', silent: 'no', responseContent: ['event', 'loyalty'] }

// In an order in which each finds what it needs; a walk takes them in any.
const steps: readonly Step[] = [
  step(endpoints.updateCustomerProfileV2, { integrationId: 'anna', attributes: { Name: 'Anna' } }),
  step(endpoints.updateCustomerProfileV2, { integrationId: 'ben' }),
  step(endpoints.updateCustomerProfileAudiences, { data: [{ action: 'add', profileIntegrationId: 'anna', audienceId: 1 }] }),
  step(endpoints.createAudienceV2, { name: 'Regulars', integration: 'mParticle', integrationId: 'regulars' }),
  step(endpoints.syncCatalog, { catalogId: 1, actions: [tea] }),
  step(endpoints.joinLoyaltyProgram, club),
  step(endpoints.generateLoyaltyCard, { loyaltyProgramId: 2, cardIdentifier: 'CARD-1', customerProfileIds: ['anna'] }),
  step(endpoints.createCouponReservation, { couponValue: 'WELCOME5', integrationIDs: ['anna', 'ben'] }),
  step(endpoints.deleteCouponReservation, { couponValue: 'WELCOME5', integrationIDs: ['ben'] }),
  step(endpoints.createReferral, { campaignId: 5, advocateProfileIntegrationId: 'anna' }),
  step(endpoints.createReferral, { campaignId: 5, advocateProfileIntegrationId: 'ben' }, 'one referral'),
  step(endpoints.updateCustomerSessionV2, { customerSessionId: 'cart', customerSession: cart, responseContent: ['customerSession'] }),
  step(endpoints.updateCustomerSessionV2, { customerSessionId: 'order', customerSession: order, responseContent: ['loyalty'] }),
  step(endpoints.updateCustomerSessionV2, { customerSessionId: 'cart', customerSession: { ...order, cartItems: [mug] } }, 'one order'),
  step(endpoints.updateCustomerSessionV2, { customerSessionId: 'order', customerSession: { state: 'cancelled' } }),
  step(endpoints.returnCartItems, { customerSessionId: 'order', return: { returnedCartItems: [{ position: 0, quantity: 1 }] } }),
  step(endpoints.reopenCustomerSession, { customerSessionId: 'cart' }),
  step(endpoints.trackEventV2, review),
  step(endpoints.trackEventV2, review, 'one review'),
  step(endpoints.trackEventV3, { profileId: 'anna', integrationId: 'review', type: 'reviewed' }),
  step(endpoints.updateCustomerSession, {
    customerSessionId: 'v1',
    profileId: 'anna',
    coupon: 'SAVE10',
    cartItems: [{ ...mug, name: 'Mug', price: 12 }],
    total: 7,
  }),
  step(endpoints.trackEventV2, { profileId: 'anna', type: 'subscribed', silent: 'no' }),
  step(endpoints.trackEventV2, { profileId: 'anna', type: 'invited', silent: 'no' }),
  step(endpoints.trackEvent, { sessionId: 'v1', profileId: 'anna', type: 'looked', attributes: { Page: 'mugs' } }),
  step(endpoints.deleteCustomerData, { integrationId: 'ben' }),
  step(endpoints.deleteAudienceV2, { audienceId: 2 }),
]

const reads: readonly Step[] = [
  step(endpoints.getCustomerSession, { customerSessionId: 'cart' }),
  step(endpoints.getCustomerSession, { customerSessionId: 'order' }),
  step(endpoints.getCustomerInventory, { integrationId: 'anna', ...everything }),
  step(endpoints.getReservedCustomers, { couponValue: 'WELCOME5' }),
  step(endpoints.getEventV3, { integrationId: 'review' }),
  step(endpoints.getCustomerAchievementHistory, { integrationId: 'anna', achievementId: 1 }),
  step(endpoints.getLoyaltyProgramProfileTransactions, club),
  step(endpoints.getLoyaltyCardTransactions, card),
]

async function walk(shop: Shop, path: readonly Step[]) {
  const answers = []
  for (const go of [...path, ...reads]) answers.push(await go(shop))
  return answers
}

async function openFull() {
  const shop = openShop()
  await walk(
    shop,
    steps.filter((_, index) => index < steps.length - 2),
  )
  return shop
}

// The cast is what `JSON.parse` leaves to its caller.
const throughJson = (snapshot: SandboxSnapshot) => JSON.parse(JSON.stringify(snapshot)) as SandboxSnapshot

describe('a snapshot', () => {
  it('leads back: the same requests get the same answers, here and, by way of JSON, in another sandbox', { timeout: 60_000 }, async () => {
    const paths = fc.array(fc.constantFrom(...steps), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(paths, paths, async (before, after) => {
        const [shop, other] = [openShop(), openShop()]
        await walk(shop, before)
        const snapshot = shop.snapshot()
        const answers = await walk(shop, after)
        const end = shop.snapshot()

        shop.restore(snapshot)
        expect(shop.snapshot()).toEqual(snapshot)
        expect(await walk(shop, after)).toEqual(answers)
        expect(shop.snapshot()).toEqual(end)

        await walk(other, after.slice(0, 2))
        other.restore(throughJson(snapshot))
        expect(await walk(other, after)).toEqual(answers)
        expect(other.snapshot()).toEqual(end)
      }),
      { numRuns: 60 },
    )
  })

  it('holds every part of the state, as data that JSON carries', async () => {
    const shop = await openFull()
    const snapshot = shop.snapshot()
    const { campaigns, evaluation, programs, clock, ...memory } = shop.state
    expect(Object.keys(snapshot).toSorted()).toEqual([...Object.keys(memory), 'version'].toSorted())
    // Nothing is compared with nothing here.
    for (const [name, part] of Object.entries(snapshot)) if (name !== 'version' && name !== 'nextId') expect(part, name).not.toEqual([])
    expect(throughJson(snapshot)).toEqual(snapshot)
    expect(structuredClone(snapshot)).toEqual(snapshot)

    const other = openShop()
    other.restore(throughJson(snapshot))
    expect({ ...other.state, campaigns, evaluation, programs, clock }).toEqual(shop.state)
  })

  it('keeps the state object, its campaigns, programs and clock', async () => {
    const [shop, other] = [await openFull(), createSandbox({ campaigns: [], programs: [], clock: () => 0 })]
    const { state } = other
    const { campaigns, evaluation, programs, clock } = state
    other.restore(shop.snapshot())
    expect(other.state).toBe(state)
    expect(state.sessions.size).toBe(shop.state.sessions.size)
    expect([state.campaigns, state.evaluation, state.programs, state.clock]).toEqual([campaigns, evaluation, programs, clock])
  })

  it('shares nothing with any sandbox', async () => {
    const [shop, other] = [await openFull(), openShop()]
    const snapshot = shop.snapshot()
    const text = JSON.stringify(snapshot)
    other.restore(snapshot)
    expect(sharedBetween([shop.state, other.state, snapshot].map(mutable))).toEqual([])

    await walk(shop, steps)
    await walk(other, steps.toReversed())
    expect(JSON.stringify(snapshot)).toBe(text)
  })
})

describe('what is no snapshot', () => {
  const whole = openShop().snapshot()
  const parts = Object.keys(whole).filter((name) => name !== 'version')

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'expected an object'],
    ['null', null, 'expected an object'],
    ['text', JSON.stringify(whole), 'expected an object'],
    ['a list', [whole], 'expected an object'],
    ['empty', {}, 'expected its version to be 1'],
    ['of another version', { ...whole, version: 2 }, 'expected its version to be 1'],
    ['a state', { ...openShop().state, version: 1 }, 'profiles is not what a snapshot has there'],
    ['without an id to come', { ...whole, nextId: '7' }, 'nextId is not what a snapshot has there'],
    ['with a catalogue without items', { ...whole, catalogs: [[1, { catalog: {} }]] }, 'catalogs is not what a snapshot has there'],
    ['with a key of another kind', { ...whole, audiences: [['1', {}]] }, 'audiences is not what a snapshot has there'],
    ['with an entry that is none', { ...whole, sessions: [['cart']] }, 'sessions is not what a snapshot has there'],
    ['with an event that is none', { ...whole, events: [null] }, 'events is not what a snapshot has there'],
    ['with a ledger that is none', { ...whole, ledgers: [['anna', {}]] }, 'ledgers is not what a snapshot has there'],
    ['with joins that are none', { ...whole, joins: [['anna', [[1, 2]]]] }, 'joins is not what a snapshot has there'],
    ...parts.flatMap((name): [string, unknown, string][] => [
      [`without ${name}`, { ...whole, [name]: undefined }, `${name} is missing`],
      [`with an object for ${name}`, { ...whole, [name]: {} }, `${name} is not what a snapshot has there`],
    ]),
  ])('is refused and changes nothing: %s', async (_, nonsense, reason) => {
    const shop = openShop()
    await shop.put({ cartItems: [mug] })
    const before = shop.snapshot()
    // The cast is the mistake that this is about.
    expect(() => shop.restore(nonsense as SandboxSnapshot)).toThrow(`This is no snapshot of a sandbox: ${reason}`)
    expect(shop.snapshot()).toEqual(before)
  })
})

// What a sandbox was told may be shared.
function mutable(value: object): object {
  return { ...value, campaigns: undefined, evaluation: undefined, programs: undefined, clock: undefined }
}

/** The objects that are reachable from more than one of some roots. */
function sharedBetween(roots: readonly object[]): object[] {
  const seen = roots.map((root) => reachable(root))
  return seen.flatMap((own, index) => [...own].filter((one) => seen.some((others, at) => at > index && others.has(one))))
}

function reachable(value: unknown, found = new Set<object>()): Set<object> {
  if (typeof value !== 'object' || value === null || found.has(value)) return found
  found.add(value)
  for (const part of value instanceof Map ? value : Object.values(value)) reachable(part, found)
  return found
}
