/** What the answer of a write has of reads: it is written into them, and only what it lacks is asked for. */
import { QueryClient, QueryObserver } from '@tanstack/react-query'
import {
  createReferral,
  type CustomerInventory,
  getCustomerInventory,
  getCustomerSession,
  type IntegrationStateV2,
  joinLoyaltyProgram,
  queryFor,
  queryKeyFor,
  returnCartItems,
  trackEventV2,
  trackEventV3,
  updateCustomerProfileV2,
  updateCustomerSessionV2,
  type WriteEndpoint,
} from 'talon-one-react'
import { describe, expect, test } from 'vitest'
import { rememberReads } from '../../src/queries.ts'
import { createClient, writeAs } from './query-calls.ts'
import { cardOf, couponOf, inventoryReferralOf, loyaltyOf, profileOf, referralOf, sessionOf, stateV2, walletOf } from './query-data.ts'

const { client: shop } = createClient({ scope: 'shop' })
const anna = shop.withProfile('anna')
const cart = { customerSessionId: 'cart' }
const open = { ...cart, customerSession: {} }
const closed = { ...cart, customerSession: { state: 'closed' } } as const
const cancelled = { ...cart, customerSession: { state: 'cancelled' } } as const
const returned = { ...cart, return: { returnedCartItems: [{ position: 0, quantity: 1 }] } }
const sessionKey = queryKeyFor(anna, getCustomerSession, cart)
const before = { customerSession: sessionOf('cart', 'anna'), effects: [] }
const customerSession = sessionOf('cart', 'anna', { updateCount: 2, total: 8 })

const keyOf = (...parts: (keyof CustomerInventory)[]) =>
  queryKeyFor(anna, getCustomerInventory, Object.fromEntries(parts.map((part) => [part, true])))

// Long ago, so that what is written now can be told from it.
const updatedAt = 1000
const longAgo = { updatedAt }

/** A cache with a wallet of these parts. */
function walletIn(data: CustomerInventory): QueryClient {
  const queryClient = new QueryClient()
  queryClient.setQueryData(sessionKey, before)
  queryClient.setQueryData(keyOf(...parts(data)), data, longAgo)
  return queryClient
}

// The names are those of the wallets written below.
const parts = (data: CustomerInventory) => Object.keys(data) as (keyof CustomerInventory)[]

/** What has become of the wallet of these parts. */
function walletAfter(queryClient: QueryClient, ...names: (keyof CustomerInventory)[]) {
  const { data, isInvalidated, dataUpdatedAt = 0 } = queryClient.getQueryState(keyOf(...names)) ?? {}
  return { data, isInvalidated, isRenewed: dataUpdatedAt > updatedAt }
}

const renewed = (data: object) => ({ data, isInvalidated: false, isRenewed: true })
const asked = (data: object) => ({ data, isInvalidated: true, isRenewed: false })
const untouched = (data: object) => ({ data, isInvalidated: false, isRenewed: false })

describe('the session of an answer', () => {
  const effects: IntegrationStateV2['effects'] = []

  test.for([open, closed])('is the session that was read, with its effects: %j', async (input) => {
    const queryClient = new QueryClient()
    queryClient.setQueryData(sessionKey, before, longAgo)
    const { client, requests } = createClient({ scope: 'shop' })
    const stop = new QueryObserver(queryClient, {
      ...queryFor(client.withProfile('anna'), getCustomerSession, cart),
      staleTime: Infinity,
    }).subscribe(() => {})
    await writeAs('anna', queryClient, updateCustomerSessionV2, input, { ...stateV2, customerSession })
    expect(queryClient.getQueryState(sessionKey)).toMatchObject({ data: { customerSession, effects }, isInvalidated: false })
    expect(requests).toEqual([])
    stop()
  })

  test.for<[string, typeof open | typeof cancelled, object]>([
    ['when the answer has none', open, stateV2],
    ['when it was cancelled: what was rolled back is no net effect', cancelled, { ...stateV2, customerSession }],
  ])('is asked for %s', async ([, input, answer]) => {
    const queryClient = walletIn({})
    await writeAs('anna', queryClient, updateCustomerSessionV2, input, answer)
    expect(queryClient.getQueryState(sessionKey)).toMatchObject({ data: before, isInvalidated: true })
  })

  test('is not kept where nobody has read it', async () => {
    const queryClient = walletIn({ profile: profileOf('anna') })
    await writeAs('anna', queryClient, updateCustomerSessionV2, { ...open, customerSessionId: 'new' }, { ...stateV2, customerSession })
    expect(queryClient.getQueryCache().getAll()).toHaveLength(2)
  })
})

describe('the wallet of an answer', () => {
  const customerProfile = profileOf('anna', 'Anna the Great')
  const profile = profileOf('anna')
  const loyalty = loyaltyOf(120)
  const answer = { ...stateV2, customerProfile, loyalty: loyaltyOf(130) }

  test.for<[string, WriteEndpoint, object]>([
    ['an open cart', updateCustomerSessionV2, open],
    ['a closed session', updateCustomerSessionV2, closed],
    ['a return', returnCartItems, returned],
    ['attributes', updateCustomerProfileV2, {}],
    ['attributes that rules have seen', updateCustomerProfileV2, { runRuleEngine: true }],
    ['an event', trackEventV2, { type: 'seen' }],
    ['an event of a third version', trackEventV3, { type: 'seen', integrationId: 'seen-1' }],
  ])('of %s is the wallet that was read', async ([, row, input]) => {
    const queryClient = walletIn({ profile, loyalty })
    queryClient.setQueryData(keyOf('profile'), { profile }, longAgo)
    await writeAs('anna', queryClient, row, input, { ...answer, customerSession })
    expect(walletAfter(queryClient, 'profile', 'loyalty')).toEqual(renewed({ profile: customerProfile, loyalty: loyaltyOf(130) }))
    expect(walletAfter(queryClient, 'profile')).toEqual(renewed({ profile: customerProfile }))
  })

  test('is not written where it lacks something, which is asked for when it is stale', async () => {
    const { coupons } = walletOf('anna')
    for (const [input, isStale] of [
      [open, false],
      [closed, true],
    ] as const) {
      const queryClient = walletIn({ profile, coupons })
      await writeAs('anna', queryClient, updateCustomerSessionV2, input, answer)
      const data = { profile, coupons }
      expect(walletAfter(queryClient, 'profile', 'coupons')).toEqual(isStale ? asked(data) : untouched(data))
    }
  })

  test('does not make up to date what it lacks', async () => {
    const queryClient = walletIn({ profile, loyalty })
    await writeAs('anna', queryClient, joinLoyaltyProgram, { loyaltyProgramId: 1 })
    await writeAs('anna', queryClient, updateCustomerProfileV2, {}, { ...stateV2, customerProfile })
    expect(walletAfter(queryClient, 'profile', 'loyalty')).toEqual(asked({ profile, loyalty }))
    // What is made from what was there before is made from nothing that is out of date.
    await writeAs('anna', queryClient, updateCustomerProfileV2, {}, answer)
    expect(walletAfter(queryClient, 'profile', 'loyalty')).toEqual(asked({ profile, loyalty }))
  })

  test('is asked for where it was asked for and there was none', async () => {
    const queryClient = new QueryClient()
    queryClient.setQueryData(keyOf('profile', 'coupons'), { profile }, longAgo)
    await writeAs('anna', queryClient, updateCustomerSessionV2, closed, answer)
    expect(walletAfter(queryClient, 'profile', 'coupons')).toEqual(asked({ profile }))
  })

  test('is nobody else’s', async () => {
    const walletsAfter = async (writer: string, answered: object) => {
      const queryClient = new QueryClient()
      const keys = ['anna', 'ben', 'me'].map((id) => queryKeyFor(shop.withProfile(id), getCustomerInventory, { profile: true }))
      for (const key of keys) queryClient.setQueryData(key, { profile })
      await writeAs(
        writer,
        queryClient,
        updateCustomerSessionV2,
        { ...cart, customerSession: writer === 'me' ? {} : { profileId: writer } },
        answered,
      )
      return keys.map((key) => queryClient.getQueryData(key)?.profile === profile)
    }
    expect(await walletsAfter('anna', answer)).toEqual([false, true, true])
    // `me` may be Anna, or Ben, or somebody else.
    expect(await walletsAfter('me', answer)).toEqual([true, true, false])
    expect(await walletsAfter('', answer)).toEqual([true, true, true])
    expect(await walletsAfter('', { ...answer, customerSession })).toEqual([true, true, true])
  })

  test('of several is nobody’s', () => {
    const queryClient = walletIn({ profile })
    const carried = { getCustomerInventory: { profile: customerProfile } }
    const update = rememberReads(queryClient, anna)
    update({ touches: () => true, isAbout: () => false, outdated: () => [], carried })
    expect(walletAfter(queryClient, 'profile')).toEqual(untouched({ profile }))
  })

  test('is asked for by somebody else who has read it', async () => {
    const queryClient = new QueryClient()
    const key = queryKeyFor(shop.withProfile('ben'), getCustomerInventory, { integrationId: 'anna', profile: true })
    queryClient.setQueryData(key, { profile })
    await writeAs('carl', queryClient, updateCustomerProfileV2, { integrationId: 'anna' }, answer)
    expect(queryClient.getQueryState(key)).toMatchObject({ data: { profile }, isInvalidated: true })
  })

  test('is not written after a dry run', async () => {
    const queryClient = walletIn({ profile, loyalty })
    await writeAs('anna', queryClient, updateCustomerSessionV2, { ...closed, dry: true }, { ...answer, customerSession })
    expect(walletAfter(queryClient, 'profile', 'loyalty')).toEqual(untouched({ profile, loyalty }))
    expect(queryClient.getQueryData(sessionKey)).toBe(before)
  })

  test('is not written where a read has failed, but asked for', async () => {
    const queryClient = new QueryClient()
    const { client } = createClient({ scope: 'shop', profileId: 'anna' }, () => Response.json({ message: 'unknown' }, { status: 404 }))
    await queryClient.prefetchQuery(queryFor(client, getCustomerInventory, { profile: true }))
    await writeAs('anna', queryClient, updateCustomerProfileV2, {}, answer)
    expect(queryClient.getQueryState(keyOf('profile'))).toMatchObject({ data: undefined, status: 'error', isInvalidated: true })
  })
})

describe('the coupons of an answer', () => {
  const save = couponOf('SAVE10')
  const welcome = couponOf('WELCOME5')
  const used = couponOf('WELCOME5', { usageCounter: 3 })
  const { state: _state, ...ofSession } = used

  test('are those of the wallet by their codes, and no others', async () => {
    const queryClient = walletIn({ coupons: [save, welcome] })
    await writeAs('anna', queryClient, updateCustomerSessionV2, open, { ...stateV2, coupons: [couponOf('NOTMINE'), ofSession] })
    expect(walletAfter(queryClient, 'coupons')).toEqual(renewed({ coupons: [save, used] }))
    // What has not changed is what it was, so that nothing renders for it.
    expect(queryClient.getQueryData(keyOf('coupons'))?.coupons?.[0]).toBe(save)
  })

  test.for<[string, object, object, ReturnType<typeof asked>]>([
    ['that has none change nothing', open, stateV2, untouched({ coupons: [save, welcome] })],
    ['that closes are asked for: they are redeemed', closed, { ...stateV2, coupons: [ofSession] }, asked({ coupons: [save, welcome] })],
    [
      'that made a new one are asked for',
      open,
      { ...stateV2, effects: [{ effectType: 'couponCreated', props: { value: 'NEW', profileId: 'anna' } }], coupons: [ofSession] },
      asked({ coupons: [save, welcome] }),
    ],
  ])('%s', async ([, input, answer, expected]) => {
    const queryClient = walletIn({ coupons: [save, welcome] })
    await writeAs('anna', queryClient, updateCustomerSessionV2 as WriteEndpoint, input, answer)
    expect(walletAfter(queryClient, 'coupons')).toEqual(expected)
  })
})

describe('the cards of an answer', () => {
  const cards = [cardOf('CARD-A', 7), cardOf('CARD-B', 8)]
  const named = cardOf('CARD-B', 9)
  const wallet = { loyalty: loyaltyOf(120, cards) }

  test.for<[string, object, object, ReturnType<typeof asked>]>([
    ['leave a wallet with cards alone: an answer has those that its request named', open, loyaltyOf(130, [named]), untouched(wallet)],
    ['may have been booked on: a wallet with cards is asked for', closed, loyaltyOf(130, [named]), asked(wallet)],
  ])('%s', async ([, input, loyalty, expected]) => {
    const queryClient = walletIn(wallet)
    await writeAs('anna', queryClient, updateCustomerSessionV2 as WriteEndpoint, input, { ...stateV2, loyalty })
    expect(walletAfter(queryClient, 'loyalty')).toEqual(expected)
  })

  test('of a return lack the one that was booked on, unless there is none', async () => {
    for (const [before, expected] of [
      [wallet, asked(wallet)],
      [{ loyalty: loyaltyOf(120) }, renewed({ loyalty: loyaltyOf(130) })],
    ] as const) {
      const queryClient = walletIn(before)
      await writeAs('anna', queryClient, returnCartItems, returned, { ...stateV2, customerSession, loyalty: loyaltyOf(130) })
      expect(walletAfter(queryClient, 'loyalty')).toEqual(expected)
    }
  })

  test('are none where the wallet has none', async () => {
    const queryClient = walletIn({ loyalty: loyaltyOf(120) })
    await writeAs('anna', queryClient, updateCustomerSessionV2, closed, { ...stateV2, loyalty: loyaltyOf(130, [named]) })
    expect(walletAfter(queryClient, 'loyalty')).toEqual(renewed({ loyalty: loyaltyOf(130) }))
  })
})

describe('a new referral', () => {
  const referrals = [inventoryReferralOf('FRIEND')]

  test('is the last of the wallet, and nobody has used it', async () => {
    const queryClient = walletIn({ referrals })
    await writeAs('anna', queryClient, createReferral, { campaignId: 1 }, referralOf('PALS'))
    expect(walletAfter(queryClient, 'referrals')).toEqual(
      renewed({ referrals: [...referrals, { ...referralOf('PALS'), referredCustomers: [] }] }),
    )
  })

  test('is asked for where the wallet had no list of them, or the answer is none', async () => {
    const queryClient = new QueryClient()
    queryClient.setQueryData(keyOf('referrals'), {}, longAgo)
    await writeAs('anna', queryClient, createReferral, { campaignId: 1 }, referralOf('PALS'))
    expect(walletAfter(queryClient, 'referrals')).toEqual(asked({}))
    for (const answer of [{}, undefined, { code: '' }]) {
      const other = walletIn({ referrals })
      await writeAs('anna', other, createReferral, { campaignId: 1 }, answer)
      expect(walletAfter(other, 'referrals')).toEqual(asked({ referrals }))
    }
  })
})
