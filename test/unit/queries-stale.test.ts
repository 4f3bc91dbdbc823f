/** Which reads a write has asked again: exactly those of the same profile, session, program, card and coupon, in the same shop. */
import { QueryClient, type QueryKey } from '@tanstack/react-query'
import fc from 'fast-check'
import {
  activateLoyaltyPoints,
  createCouponReservation,
  createReferral,
  createReferralsForMultipleAdvocates,
  deleteCouponReservation,
  deleteCustomerData,
  deleteLoyaltyTransactionsFromLedgers,
  type EffectType,
  generateLoyaltyCard,
  getCustomerAchievementHistory,
  getCustomerAchievements,
  getCustomerInventory,
  getCustomerSession,
  getEventV3,
  getLoyaltyBalances,
  getLoyaltyCardBalances,
  getLoyaltyCardTransactions,
  getLoyaltyProgramProfilePoints,
  getLoyaltyProgramProfileTransactions,
  getReservedCustomers,
  infiniteQueryFor,
  type InputOf,
  integrationGetAllCampaigns,
  itemPreviewFor,
  joinLoyaltyProgram,
  linkLoyaltyCardToProfile,
  queryKeyFor,
  reopenCustomerSession,
  returnCartItems,
  sessionPreviewFor,
  type TalonOne,
  trackEvent,
  trackEventV2,
  trackEventV3,
  updateCustomerProfile,
  updateCustomerProfileAudiences,
  updateCustomerProfilesV2,
  updateCustomerProfileV2,
  updateCustomerSession,
  updateCustomerSessionV2,
  type WriteEndpoint,
} from 'talon-one-react'
import { describe, expect, test } from 'vitest'
import * as endpoints from '../../src/endpoints.ts'
import { rememberReads } from '../../src/queries.ts'
import { changedBy } from '../../src/changes.ts'
import { inputsOf } from '../arbitrary.ts'
import { createClient, writeAs } from './query-calls.ts'
import { sessionOf, stateV2, walletOf } from './query-data.ts'

const shop = createClient({ scope: 'shop' }).client
const anna = shop.withProfile('anna')
const ben = shop.withProfile('ben')
const elsewhere = createClient({ scope: 'elsewhere' }).client.withProfile('anna')

const cart = { customerSessionId: 'cart' }
const open = { ...cart, customerSession: { cartItems: [] } }
const closed = { ...cart, customerSession: { state: 'closed' } } as const
const cardA = { loyaltyProgramId: 3, loyaltyCardId: 'CARD-A' }
const cardB = { loyaltyProgramId: 3, loyaltyCardId: 'CARD-B' }
const page = { data: [{ id: 1 }], hasMore: false, totalResultSize: 1 }
const pages = { pages: [page], pageParams: [0] }
const { profile, coupons, loyalty, referrals, ...others } = walletOf('anna')
const whole = { profile: true, coupons: true, loyalty: true, referrals: true, giveaways: true, achievements: true }
const answered = { customerSession: sessionOf('cart', 'anna'), effects: [] }
const inventory = (client: TalonOne, input: InputOf<typeof getCustomerInventory>) => queryKeyFor(client, getCustomerInventory, input)

/** What has been read so far, by many. */
const reads = {
  'anna’s profile': [inventory(anna, { profile: true }), { profile }],
  'anna’s coupons': [inventory(anna, { coupons: true }), { coupons }],
  'anna’s coupons, as staff sees them': [inventory(ben, { coupons: true, integrationId: 'anna' }), { coupons }],
  'anna’s coupons, of which there are none': [inventory(anna, { coupons: true, profile: false }), {}],
  'anna’s loyalty': [inventory(anna, { loyalty: true }), { loyalty }],
  'anna’s referrals': [inventory(anna, { referrals: true }), { referrals }],
  'anna’s gifts': [inventory(anna, { giveaways: true, achievements: true }), others],
  'all of anna’s': [inventory(anna, whole), walletOf('anna')],
  'all of ben’s': [inventory(ben, whole), walletOf('ben')],
  'all of mine': [inventory(shop, whole), walletOf('me')],
  'anna’s points': [queryKeyFor(anna, getLoyaltyBalances, { loyaltyProgramId: 1 }), { balance: { activePoints: 120 } }],
  'anna’s points of program 2': [queryKeyFor(anna, getLoyaltyBalances, { loyaltyProgramId: 2 }), { balance: {} }],
  'anna’s transactions': [queryKeyFor(anna, getLoyaltyProgramProfileTransactions, { loyaltyProgramId: 1 }), page],
  'pages of anna’s transactions': [infiniteQueryFor(anna, getLoyaltyProgramProfileTransactions, { loyaltyProgramId: 1 }).queryKey, pages],
  'pages of anna’s unused points': [infiniteQueryFor(anna, getLoyaltyProgramProfilePoints, { loyaltyProgramId: 1 }).queryKey, pages],
  'ben’s points': [queryKeyFor(ben, getLoyaltyBalances, { loyaltyProgramId: 1 }), { balance: { activePoints: 5 } }],
  'card A': [queryKeyFor(shop, getLoyaltyCardBalances, cardA), { balance: { activePoints: 7 } }],
  'pages of card A’s transactions': [infiniteQueryFor(shop, getLoyaltyCardTransactions, cardA).queryKey, pages],
  'card B': [queryKeyFor(shop, getLoyaltyCardBalances, cardB), { balance: { activePoints: 8 } }],
  'anna’s achievements': [infiniteQueryFor(anna, getCustomerAchievements, {}).queryKey, pages],
  'anna’s history': [queryKeyFor(anna, getCustomerAchievementHistory, { achievementId: 5 }), page],
  'ben’s achievements': [queryKeyFor(ben, getCustomerAchievements, {}), page],
  'the cart': [queryKeyFor(anna, getCustomerSession, cart), answered],
  'another cart': [queryKeyFor(anna, getCustomerSession, { customerSessionId: 'other' }), answered],
  'the holders of SAVE10': [queryKeyFor(shop, getReservedCustomers, { couponValue: 'SAVE10' }), page],
  'the holders of OTHER': [queryKeyFor(shop, getReservedCustomers, { couponValue: 'OTHER' }), page],
} satisfies Record<string, [QueryKey, object]>

/** What no write touches. */
const bystanders = {
  campaigns: [infiniteQueryFor(shop, integrationGetAllCampaigns, {}).queryKey, pages],
  'an event of the id anna': [queryKeyFor(shop, getEventV3, { integrationId: 'anna' }), { type: 'seen' }],
  'a preview': [sessionPreviewFor(anna, { ...cart, customerSession: {} }).queryKey, stateV2],
  'a preview of an item': [itemPreviewFor(anna, { item: { sku: 'tea', price: 4 } }).queryKey, { joint: false }],
  'anna in another shop': [queryKeyFor(elsewhere, getCustomerInventory, whole), walletOf('anna')],
  'the cart in another shop': [queryKeyFor(elsewhere, getCustomerSession, cart), answered],
  'something of the app': [['talon', 'shop', 'anna', 'getCustomerInventory', { coupons: true }], walletOf('anna')],
  'something like ours': [['talon-one', 'shop', 'anna', 'getCustomerInventory'], walletOf('anna')],
  'something that begins like ours': [['talon-one', 'shop'], walletOf('anna')],
} satisfies Record<string, [QueryKey, object]>

type Name = keyof typeof reads
const everything: Record<string, [QueryKey, object]> = { ...reads, ...bystanders }

function fullCache(): QueryClient {
  const queryClient = new QueryClient()
  for (const [key, data] of Object.values(everything)) queryClient.setQueryData<unknown>(key, data)
  return queryClient
}

function staleIn(queryClient: QueryClient): string[] {
  const isStale = (key: QueryKey) => queryClient.getQueryState(key)?.isInvalidated
  return Object.entries(everything).flatMap(([name, [key]]) => (isStale(key) ? [name] : []))
}

async function staleAfter<E extends WriteEndpoint>(
  client: TalonOne,
  endpoint: E,
  input: InputOf<E>,
  answer: object = {},
): Promise<string[]> {
  const queryClient = fullCache()
  await writeAs(client.profileId ?? 'me', queryClient, endpoint, input, answer)
  for (const [key, data] of Object.values(everything)) expect(queryClient.getQueryData(key)).toEqual(data)
  return staleIn(queryClient)
}

const annasCoupons: Name[] = ['anna’s coupons', 'anna’s coupons, as staff sees them', 'anna’s coupons, of which there are none']
const withAll: Name[] = ['all of anna’s', 'all of mine']
const annasWallet: Name[] = ['anna’s profile', ...annasCoupons, 'anna’s loyalty', 'anna’s referrals', 'anna’s gifts', ...withAll]
const annasPoints: Name[] = ['anna’s points', 'anna’s transactions', 'pages of anna’s transactions', 'pages of anna’s unused points']
const points: Name[] = [...annasPoints, 'anna’s points of program 2']
const cards: Name[] = ['card A', 'pages of card A’s transactions', 'card B']
const achievements: Name[] = ['anna’s achievements', 'anna’s history']
// A card may be anybody's.
const booked: Name[] = [...annasWallet, ...points, ...cards, ...achievements]
const bens: Name[] = ['all of ben’s', 'ben’s points', 'ben’s achievements']
const returned = { returnedCartItems: [{ position: 0, quantity: 1 }] }
const effect = (effectType: EffectType) => ({ ...stateV2, effects: [{ effectType, props: {} }] })

type Row = [title: string, write: () => Promise<string[]>, stale: readonly Name[]]

describe('exactly those reads are asked again after', () => {
  test.for<Row>([
    ['an open cart', () => staleAfter(anna, updateCustomerSessionV2, open, stateV2), ['the cart']],
    [
      'an open cart that is nobody’s',
      () => staleAfter(ben, updateCustomerSessionV2, { ...cart, customerSession: { profileId: '' } }),
      ['the cart'],
    ],
    ['a cart nobody has read', () => staleAfter(anna, updateCustomerSessionV2, { ...open, customerSessionId: 'third' }), []],
    ...(['couponCreated', 'referralCreated', 'reserveCoupon', 'updateAttribute', 'addToAudience', 'removeFromAudience'] as const).map(
      (type): Row => [
        `an open cart with ${type}`,
        () => staleAfter(anna, updateCustomerSessionV2, open, effect(type)),
        ['the cart', ...annasWallet],
      ],
    ),
    ...(['acceptCoupon', 'addLoyaltyPoints', 'willAwardGiveaway'] as const).map((type): Row => [
      `an open cart with ${type}`,
      () => staleAfter(anna, updateCustomerSessionV2, open, effect(type)),
      ['the cart'],
    ]),
    ['a closed session', () => staleAfter(anna, updateCustomerSessionV2, closed), ['the cart', ...booked]],
    [
      'a cancelled session of somebody else',
      () => staleAfter(ben, updateCustomerSessionV2, { ...cart, customerSession: { profileId: 'anna', state: 'cancelled' } }),
      ['the cart', ...booked],
    ],
    ['a closed session of whoever I am', () => staleAfter(shop, updateCustomerSessionV2, closed), ['the cart', ...booked, ...bens]],
    ['a return', () => staleAfter(ben, returnCartItems, { ...cart, return: returned }), ['the cart', ...booked, ...bens]],
    [
      'a return whose answer says whose it was',
      () => staleAfter(ben, returnCartItems, { ...cart, return: returned }, answered),
      ['the cart', ...booked],
    ],
    [
      'a return of a session that was nobody’s',
      () => staleAfter(ben, returnCartItems, { ...cart, return: returned }, { ...answered, customerSession: sessionOf('cart', '') }),
      ['the cart', 'all of mine', ...cards],
    ],
    ['a reopening', () => staleAfter(ben, reopenCustomerSession, cart, { effects: [] }), ['the cart', ...booked, ...bens]],
    ['an event', () => staleAfter(anna, trackEventV2, { type: 'seen' }, stateV2), booked],
    ['an event of a third version', () => staleAfter(anna, trackEventV3, { type: 'seen', integrationId: 'ben' }, stateV2), booked],
    [
      'an event of the first version',
      () => staleAfter(shop, trackEvent, { type: 'seen', attributes: {}, sessionId: 'cart', profileId: 'anna' }),
      ['the cart', ...booked],
    ],
    ['attributes', () => staleAfter(anna, updateCustomerProfileV2, { attributes: {} }, stateV2), ['anna’s profile', ...withAll]],
    ['attributes that rules have seen', () => staleAfter(anna, updateCustomerProfileV2, { runRuleEngine: true }, stateV2), booked],
    ['attributes of the first version', () => staleAfter(ben, updateCustomerProfile, { integrationId: 'anna' }), booked],
    ['a referral', () => staleAfter(anna, createReferral, { campaignId: 1 }), ['anna’s referrals', ...withAll]],
    [
      'a referral of somebody else',
      () => staleAfter(anna, createReferral, { campaignId: 1, advocateProfileIntegrationId: 'ben' }),
      ['all of ben’s', 'all of mine'],
    ],
    [
      'a reservation',
      () => staleAfter(anna, createCouponReservation, { couponValue: 'SAVE10' }),
      [...annasCoupons, ...withAll, 'the holders of SAVE10'],
    ],
    [
      'a reservation for two',
      () => staleAfter(shop, createCouponReservation, { couponValue: 'SAVE10', integrationIDs: ['ben', 'carl'] }),
      ['all of ben’s', 'all of mine', 'the holders of SAVE10'],
    ],
    [
      'a release',
      () => staleAfter(anna, deleteCouponReservation, { couponValue: 'OTHER' }),
      [...annasCoupons, ...withAll, 'the holders of OTHER'],
    ],
    [
      'joining a program',
      () => staleAfter(anna, joinLoyaltyProgram, { loyaltyProgramId: 1 }),
      ['anna’s profile', 'anna’s loyalty', ...withAll, ...annasPoints],
    ],
    [
      'activating points, whoever has them',
      () => staleAfter(ben, activateLoyaltyPoints, { loyaltyProgramId: 1, sessionId: 'cart' }),
      ['anna’s loyalty', ...withAll, ...annasPoints, 'all of ben’s', 'ben’s points'],
    ],
    [
      'deleting transactions',
      () => staleAfter(ben, deleteLoyaltyTransactionsFromLedgers, { loyaltyProgramId: 2, integrationId: 'anna', scope: 'AllSubledgers' }),
      ['anna’s loyalty', ...withAll, 'anna’s points of program 2'],
    ],
    [
      'linking a card',
      () => staleAfter(ben, linkLoyaltyCardToProfile, { ...cardA, integrationId: 'anna' }),
      ['anna’s loyalty', ...withAll, 'card A'],
    ],
    // Whom it touches is not where a client could know it, so every profile's reads are in doubt.
    ['a new card', () => staleAfter(ben, generateLoyaltyCard, { loyaltyProgramId: 3 }), ['anna’s loyalty', ...withAll, 'all of ben’s']],
    [
      'an erased profile',
      () => staleAfter(shop, deleteCustomerData, { integrationId: 'anna' }),
      [...annasWallet, 'the cart', 'another cart', 'the holders of SAVE10', 'the holders of OTHER'],
    ],
    ['profiles by the list', () => staleAfter(ben, updateCustomerProfilesV2, {}), ['anna’s profile', ...withAll, 'all of ben’s']],
    ['audiences by the list', () => staleAfter(ben, updateCustomerProfileAudiences, {}), ['anna’s profile', ...withAll, 'all of ben’s']],
    [
      'referrals by the list',
      () => staleAfter(ben, createReferralsForMultipleAdvocates, { campaignId: 1, usageLimit: 1, advocateProfileIntegrationIds: ['anna'] }),
      ['anna’s referrals', ...withAll, 'all of ben’s'],
    ],
    ['a cart of the first version', () => staleAfter(ben, updateCustomerSession, cart), ['the cart', ...annasWallet, 'all of ben’s']],
    ['a dry run', () => staleAfter(anna, updateCustomerSessionV2, { ...closed, dry: true }, answered), []],
    ['a dry event', () => staleAfter(anna, trackEventV2, { type: 'seen', dry: true }, stateV2), []],
    ['a dry return', () => staleAfter(anna, returnCartItems, { ...cart, return: returned, dry: true }, answered), []],
  ])('%s', async ([, write, stale]) => {
    expect((await write()).toSorted()).toEqual([...stale].toSorted())
  })
})

const writes: readonly WriteEndpoint[] = Object.values(endpoints).filter((row) => row.kind === 'write')
const runs = { numRuns: Number(process.env.RUNS ?? 10), seed: Number(process.env.SEED ?? 1) }

test.for(writes.map((row) => [row.operationId, row] as const))('%s touches no bystander, whatever it sent and was answered', ([, row]) => {
  const answers = fc.constantFrom<unknown>(undefined, {}, answered, { ...stateV2, ...walletOf('anna') }, effect('couponCreated'))
  fc.assert(
    fc.property(inputsOf(row), answers, (input, answer) => {
      const queryClient = fullCache()
      rememberReads(queryClient, anna)(changedBy(row, input, answer))
      for (const [name, [key, data]] of Object.entries(bystanders))
        expect(queryClient.getQueryState(key), name).toMatchObject({ data, isInvalidated: false, dataUpdateCount: 1 })
    }),
    runs,
  )
})
