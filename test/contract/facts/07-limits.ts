import { expect } from 'vitest'
import type { Api } from '../api.ts'
import type { Fact, Need } from '../fact.ts'
import { expectRefused, referralOf } from '../words.ts'

type RawRequest = [method: string, path: string, body?: unknown, headers?: Record<string, string>]

interface Limit {
  title: string
  needs?: readonly Need[]
  /** Just beyond the limit: 400. */
  beyond: (api: Api) => RawRequest
  /** Just within it: success. Left out where it would leave a thousand things behind. */
  within?: (api: Api) => RawRequest
}

const times = <Value>(count: number, value: (index: number) => Value): Value[] => Array.from({ length: count }, (_, index) => value(index))

const session =
  (customerSession: object) =>
  (api: Api): RawRequest => ['PUT', `/v2/customer_sessions/${api.id()}`, { customerSession }]
const card =
  (length: number) =>
  (api: Api): RawRequest => [
    'POST',
    `/v1/loyalty_programs/${api.ids.card}/cards`,
    { cardIdentifier: api.id('c').slice(0, Math.min(length, 30)).padEnd(length, '0') },
  ]
const activation =
  (count: number) =>
  (api: Api): RawRequest => [
    'POST',
    `/v1/loyalty_programs/${api.ids.club}/activate_points`,
    { transactionUUIDs: times(count, (index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`) },
  ]
const keyed =
  (length: number) =>
  (api: Api): RawRequest => [
    'PUT',
    `/v2/customer_sessions/${api.id()}`,
    { customerSession: {} },
    { 'idempotency-key': api.id().padEnd(length, '0') },
  ]

const limits: readonly Limit[] = [
  {
    title: 'a coupon code has at most 100 characters',
    beyond: session({ couponCodes: ['X'.repeat(101)] }),
    within: session({ couponCodes: ['X'.repeat(100)] }),
  },
  {
    title: 'a referral code has at most 100 characters',
    beyond: session({ referralCode: 'X'.repeat(101) }),
    within: session({ referralCode: 'X'.repeat(100) }),
  },
  {
    title: 'a session has at most 5 identifiers',
    beyond: session({ identifiers: times(6, String) }),
    within: session({ identifiers: times(5, String) }),
  },
  { title: 'a session names at most one loyalty card', beyond: session({ loyaltyCards: ['one', 'other'] }) },
  {
    title: 'at most 1000 profiles are updated at once',
    beyond: (api) => ['PUT', '/v2/customer_profiles', { customerProfiles: times(1001, () => ({ integrationId: api.id() })) }],
  },
  {
    title: 'at most 1000 changes of audiences are made at once',
    beyond: (api) => [
      'POST',
      '/v2/customer_audiences',
      { data: times(1001, () => ({ action: 'delete', profileIntegrationId: api.id(), audienceId: 1 })) },
    ],
  },
  {
    title: 'at most 1000 profiles reserve a coupon at once',
    needs: ['campaigns'],
    beyond: (api) => ['POST', '/v1/coupon_reservations/CONTRACT-OPEN', { integrationIDs: times(1001, () => api.id()) }],
  },
  {
    title: 'at most 1000 advocates get a code at once',
    needs: ['campaigns'],
    beyond: (api) => [
      'POST',
      '/v1/referrals_for_multiple_advocates',
      { campaignId: api.ids.referrals, usageLimit: 0, advocateProfileIntegrationIds: times(1001, () => api.id()) },
    ],
  },
  { title: 'at most 50 transactions are activated at once', needs: ['campaigns'], beyond: activation(51) },
  {
    title: 'at most 1000 actions go to a catalogue at once',
    needs: ['catalog'],
    beyond: () => ['PUT', '/v1/catalogs/1/sync', { actions: times(1001, (index) => ({ type: 'REMOVE', payload: { sku: `S${index}` } })) }],
    within: () => ['PUT', '/v1/catalogs/1/sync', { actions: times(1000, (index) => ({ type: 'REMOVE', payload: { sku: `S${index}` } })) }],
  },
  {
    title: 'the actions of a request to a catalogue are of one type',
    needs: ['catalog'],
    beyond: () => [
      'PUT',
      '/v1/catalogs/1/sync',
      {
        actions: [
          { type: 'REMOVE', payload: { sku: 'S1' } },
          { type: 'ADD', payload: { sku: 'S2', price: 1 } },
        ],
      },
    ],
  },
  {
    title: 'a page has at least one entry',
    beyond: () => ['GET', '/v1/integration/campaigns?pageSize=0'],
    within: () => ['GET', '/v1/integration/campaigns?pageSize=1'],
  },
  {
    title: 'a page has at most 1000 entries',
    beyond: () => ['GET', '/v1/integration/campaigns?pageSize=1001'],
    within: () => ['GET', '/v1/integration/campaigns?pageSize=1000'],
  },
  {
    title: 'the id of a profile has at most 1000 characters',
    beyond: (api) => session({ profileId: api.id().padEnd(1001, '0') })(api),
    within: (api) => session({ profileId: api.id().padEnd(1000, '0') })(api),
  },
  {
    title: 'a stored code has at least 4 characters',
    needs: ['campaigns'],
    beyond: (api) => [
      'POST',
      '/v1/referrals_for_multiple_advocates',
      { campaignId: api.ids.referrals, usageLimit: 0, advocateProfileIntegrationIds: [api.id()], referralPattern: 'A##' },
    ],
  },
  { title: 'a loyalty card has at least 4 characters', needs: ['campaigns'], beyond: card(3), within: card(30) },
  { title: 'a loyalty card has at most 108 characters', needs: ['campaigns'], beyond: card(109), within: card(108) },
  {
    title: 'a loyalty card is made of letters, digits and ._%+@-',
    needs: ['campaigns'],
    beyond: (api) => ['POST', `/v1/loyalty_programs/${api.ids.card}/cards`, { cardIdentifier: `${api.id('c')} #` }],
    within: (api) => ['POST', `/v1/loyalty_programs/${api.ids.card}/cards`, { cardIdentifier: `${api.id('c')}.Az09_%+@` }],
  },
  { title: 'an Idempotency-Key has at most 255 characters', beyond: keyed(256), within: keyed(255) },
]

export const facts: readonly Fact[] = [
  {
    id: '7.2',
    title: 'a cart has at most 1000 lines',
    inferred: true,
    check: async ({ raw, id }) => {
      const put = (lines: number) =>
        raw('PUT', `/v2/customer_sessions/${id()}?dry=true`, {
          customerSession: { cartItems: times(lines, (index) => ({ sku: `SKU-${index}`, quantity: 1, price: 1 })) },
        })
      expectRefused(await put(1001))
      expect((await put(1000)).status).toBe(200)
    },
  },
  {
    id: '7.2',
    title: 'a cart has at most 10 000 units',
    inferred: true,
    check: async ({ raw, id }) => {
      const put = (...quantities: number[]) =>
        raw('PUT', `/v2/customer_sessions/${id()}?dry=true`, {
          customerSession: { cartItems: quantities.map((quantity, index) => ({ sku: `SKU-${index}`, quantity, price: 1 })) },
        })
      expectRefused(await put(10_001))
      expectRefused(await put(5000, 5001))
      expect((await put(5000, 5000)).status).toBe(200)
    },
  },
  ...limits.map(({ title, needs = [], beyond, within }): Fact => ({
    id: '7.3',
    title,
    needs,
    check: async (api) => {
      expectRefused(await api.raw(...beyond(api)))
      if (within === undefined) return
      const { status, body } = await api.raw(...within(api))
      expect(status, JSON.stringify(body)).toBeLessThan(300)
    },
  })),
  {
    id: '7.3',
    title: 'a code that is made has at least 4 characters',
    needs: ['campaigns'],
    check: async (api) => expect((await referralOf(api)).code.length).toBeGreaterThanOrEqual(4),
  },
]
