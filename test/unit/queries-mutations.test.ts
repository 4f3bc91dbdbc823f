import { QueryClient, QueryObserver } from '@tanstack/react-query'
import {
  createCouponReservation,
  createReferral,
  createReferralsForMultipleAdvocates,
  type Endpoint,
  getCustomerInventory,
  mutationFor,
  queryFor,
  trackEventV2,
  trackEventV3,
  updateCustomerProfilesV2,
  updateCustomerSessionV2,
  type WriteEndpoint,
} from 'talon-one-react'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createClient, failing, mutate } from './query-calls.ts'

const save = { customerSessionId: 'cart', customerSession: { cartItems: [] } }
const noContent = () => new Response(null, { status: 204 })
const events = [
  ['trackEventV2', trackEventV2, { type: 'reviewed' }],
  ['trackEventV3', trackEventV3, { type: 'reviewed', integrationId: 'review-1' }],
] as const

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a mutation', () => {
  test('sends its input and returns the answer', async () => {
    const { client, paths } = createClient({}, () => Response.json({ effects: [] }))
    const queryClient = new QueryClient()
    expect(await mutate(queryClient, mutationFor(client, updateCustomerSessionV2), save)).toEqual({ effects: [] })
    expect(paths()).toEqual(['PUT /talon-one/v2/customer_sessions/cart'])
    const [mutation] = queryClient.getMutationCache().getAll()
    expect(mutation?.options.mutationKey).toEqual(['talon-one', '/talon-one', 'me', 'updateCustomerSessionV2'])
    expect(queryClient.getMutationCache().findAll({ mutationKey: ['talon-one', '/talon-one'] })).toHaveLength(1)
  })

  test('passes headers, query and signal on to its request', async () => {
    const { client, requests } = createClient()
    const options = { headers: { 'x-tenant': 'one' }, query: { beta: true } }
    await mutate(new QueryClient(), mutationFor(client, createReferral, options), { campaignId: 1 })
    expect(requests[0]?.headers.get('x-tenant')).toBe('one')
    expect(new URL(requests[0]?.url ?? '').search).toBe('?beta=true')
    const stopped = mutationFor(client, createReferral, { signal: AbortSignal.abort() })
    await expect(mutate(new QueryClient(), stopped, { campaignId: 1 })).rejects.toMatchObject({ code: 'aborted' })
    expect(requests).toHaveLength(1)
  })

  test('that is malformed is refused, and neither sent nor tried again', async () => {
    const { client, requests } = createClient()
    // What arrives from untyped code.
    for (const input of [undefined, null, 'text', [], {}, { customerSessionId: '..' }]) {
      const outcome = mutate(new QueryClient(), mutationFor<WriteEndpoint>(client, updateCustomerSessionV2), input)
      await expect(outcome).rejects.toMatchObject({ code: 'invalid_input', retryable: false })
    }
    expect(requests).toEqual([])
  })

  test('that fails makes nothing stale', async () => {
    const { client } = createClient({}, failing(400))
    const queryClient = new QueryClient()
    const { queryKey } = queryFor(client, getCustomerInventory, { referrals: true })
    queryClient.setQueryData(queryKey, { referrals: [] })
    await expect(mutate(queryClient, mutationFor(client, createReferral), { campaignId: 1 })).rejects.toMatchObject({ code: 'bad_request' })
    expect(queryClient.getQueryState(queryKey)).toMatchObject({ isInvalidated: false, data: { referrals: [] } })
  })

  test('has what it made stale read again by those who look at it', async () => {
    const { client, paths } = createClient()
    const queryClient = new QueryClient()
    const options = queryFor(client, getCustomerInventory, { coupons: true })
    await queryClient.prefetchQuery(options)
    const unsubscribe = new QueryObserver(queryClient, { ...options, staleTime: Infinity }).subscribe(() => {})
    await mutate(queryClient, mutationFor(client, createCouponReservation), { couponValue: 'SAVE' })
    await vi.waitFor(() => expect(queryClient.getQueryState(options.queryKey)?.isInvalidated).toBe(false))
    unsubscribe()
    const read = 'GET /talon-one/v1/customer_profiles/me/inventory?coupons=true'
    expect(paths()).toEqual([read, 'POST /talon-one/v1/coupon_reservations/SAVE', read])
  })
})

describe('an event', () => {
  test.for(events)('%s asks for its effects, unless it is told to be silent', async ([, row, input]) => {
    const { client, requests } = createClient({}, ({ url }) => (url.includes('silent=no') ? Response.json({ effects: [] }) : noContent()))
    const mutation = mutationFor<WriteEndpoint>(client, row)
    const answers = []
    for (const silent of [{}, { silent: undefined }, { silent: 'no' }, { silent: 'yes' }])
      answers.push(await mutate(new QueryClient(), mutation, { ...input, ...silent }))
    expect(answers).toEqual([{ effects: [] }, { effects: [] }, { effects: [] }, undefined])
    expect(requests.map(({ url }) => new URL(url).search)).toEqual(['?silent=no', '?silent=no', '?silent=no', '?silent=yes'])
  })

  test.for(events)('%s of `client.send` is as silent as the API has it', async ([, row, input]) => {
    const { client, requests } = createClient({}, noContent)
    expect(await client.send<Endpoint>(row, input)).toBeUndefined()
    expect(new URL(requests[0]?.url ?? '').search).toBe('')
  })

  test.for(events)('%s that is silent makes as much stale as another', async ([, row, input]) => {
    const { client } = createClient({}, noContent)
    const queryClient = new QueryClient()
    const { queryKey } = queryFor(client, getCustomerInventory, { loyalty: true })
    queryClient.setQueryData(queryKey, { loyalty: { programs: {} } })
    await mutate(queryClient, mutationFor<WriteEndpoint>(client, row), { ...input, silent: 'yes' })
    expect(queryClient.getQueryState(queryKey)?.isInvalidated).toBe(true)
  })
})

test.for([
  ['updateCustomerProfilesV2', updateCustomerProfilesV2, { customerProfiles: [{ integrationId: 'anna' }] }],
  [
    'createReferralsForMultipleAdvocates',
    createReferralsForMultipleAdvocates,
    { campaignId: 1, usageLimit: 1, advocateProfileIntegrationIds: ['anna'] },
  ],
] as const)('%s is silent unless it is told otherwise: nobody waits for a thousand answers', async ([, row, input]) => {
  const { client, requests } = createClient({}, noContent)
  expect(await mutate(new QueryClient(), mutationFor<WriteEndpoint>(client, row), input)).toBeUndefined()
  expect(new URL(requests[0]?.url ?? '').search).toBe('')
})
