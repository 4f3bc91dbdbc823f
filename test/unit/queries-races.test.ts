/** Writes whose answers come late: when somebody else has signed in, when something newer is known, or never. */
import { QueryClient } from '@tanstack/react-query'
import {
  createCart,
  createReferral,
  getCustomerInventory,
  getCustomerSession,
  isTalonOneError,
  joinLoyaltyProgram,
  mutationFor,
  queryFor,
  queryKeyFor,
  trackEventV2,
  trackEventV3,
  updateCustomerSessionV2,
} from 'talon-one-react'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Answer, createClient, failing, held, inTurn, mutate, unreachable, withoutPauses } from './query-calls.ts'
import { loyaltyOf, profileOf, sessionOf, stateV2 } from './query-data.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const input = { profile: true, loyalty: true }
const hers = { profile: profileOf('alice', 'Alice'), loyalty: loyaltyOf(999) }
const his = { profile: profileOf('bob', 'Bob'), loyalty: loyaltyOf(1) }

describe('an answer that comes when somebody else has signed in', () => {
  test('is written into nothing of theirs, although both are `me`', async () => {
    const queryClient = new QueryClient()
    const late = held(() => Response.json({ ...stateV2, customerProfile: hers.profile, loyalty: hers.loyalty }))
    const { client } = createClient({ scope: 'shop' }, late.answer)
    const key = queryKeyFor(client, getCustomerInventory, input)
    queryClient.setQueryData(key, hers)
    const written = mutate(queryClient, mutationFor(client, trackEventV2), { type: 'reviewed' })
    await late.arrived
    queryClient.clear()
    queryClient.setQueryData(key, his)
    late.release()
    await written
    expect(queryClient.getQueryState(key)).toMatchObject({ data: his, isInvalidated: true })
  })

  test('is written into no session of theirs, although both call it the same', async () => {
    const queryClient = new QueryClient()
    const cart = { customerSessionId: 'cart' }
    const late = held(() => Response.json({ ...stateV2, customerSession: sessionOf('cart', 'alice', { couponCodes: ['HERS'] }) }))
    const { client } = createClient({ scope: 'shop' }, late.answer)
    const key = queryKeyFor(client.withProfile('bob'), getCustomerSession, cart)
    const data = { customerSession: sessionOf('cart', 'bob'), effects: [] }
    queryClient.setQueryData(key, data)
    const update = { ...cart, customerSession: { couponCodes: ['HERS'] } }
    const written = mutate(queryClient, mutationFor(client.withProfile('alice'), updateCustomerSessionV2), update)
    await late.arrived
    late.release()
    await written
    expect(queryClient.getQueryData(key)).toEqual(data)
  })
})

test('an answer that is older than what is known by now is asked for rather than written', async () => {
  const queryClient = new QueryClient()
  const late = held(() => Response.json({ ...stateV2, customerProfile: hers.profile, loyalty: loyaltyOf(10) }))
  const { client } = createClient({ scope: 'shop', profileId: 'alice' }, late.answer)
  const key = queryKeyFor(client, getCustomerInventory, input)
  queryClient.setQueryData(key, { ...hers, loyalty: loyaltyOf(5) })
  const written = mutate(queryClient, mutationFor(client, trackEventV2), { type: 'reviewed' })
  await late.arrived
  const newer = { ...hers, loyalty: loyaltyOf(500) }
  queryClient.setQueryData(key, newer)
  late.release()
  await written
  expect(queryClient.getQueryState(key)).toMatchObject({ data: newer, isInvalidated: true })
})

describe('a write whose outcome nobody knows', () => {
  const key = (client: ReturnType<typeof createClient>['client']) =>
    queryKeyFor(client, getCustomerInventory, { referrals: true, loyalty: true })

  test('makes stale what it may have changed', async () => {
    const queryClient = new QueryClient()
    const { client } = createClient({ scope: 'shop' }, unreachable)
    queryClient.setQueryData(key(client), { referrals: [] })
    await expect(mutate(queryClient, mutationFor(client, createReferral), { campaignId: 1 })).rejects.toMatchObject({ outcome: 'unknown' })
    expect(queryClient.getQueryState(key(client))).toMatchObject({ data: { referrals: [] }, isInvalidated: true })
  })

  // The first attempt may have been carried out; what the second one is told follows from that.
  test.for([
    ['a second joining', joinLoyaltyProgram, { loyaltyProgramId: 1 }, failing(400, { message: 'joined already' }), 'bad_request'],
    [
      'an event there is already',
      trackEventV3,
      { type: 'a', integrationId: 'a-1' },
      failing(409, { message: 'already exists' }),
      'conflict',
    ],
  ] as const)('is not known because a repeat is refused: %s', async ([, row, asked, refuse, code]) => {
    withoutPauses()
    const queryClient = new QueryClient()
    const { client, requests } = createClient({ scope: 'shop' }, inTurn(unreachable, refuse))
    queryClient.setQueryData(key(client), { loyalty: loyaltyOf(5) })
    const written = mutate(queryClient, mutationFor<typeof row>(client, row), asked)
    await expect(written).rejects.toMatchObject({ code, outcome: 'unknown', retryable: false })
    expect(requests).toHaveLength(2)
    expect(queryClient.getQueryState(key(client))?.isInvalidated).toBe(true)
  })

  test('is told apart from one that was refused', async () => {
    const queryClient = new QueryClient()
    const { client } = createClient({ scope: 'shop' }, failing(400))
    queryClient.setQueryData(key(client), { loyalty: loyaltyOf(5) })
    const written = mutate(queryClient, mutationFor(client, joinLoyaltyProgram), { loyaltyProgramId: 1 })
    const error = await written.catch((caught: unknown) => caught)
    expect(isTalonOneError(error) && [error.code, error.outcome]).toEqual(['bad_request', undefined])
    expect(queryClient.getQueryState(key(client))?.isInvalidated).toBe(false)
  })
})

test('a list that is out of date is asked for, not added to', async () => {
  const queryClient = new QueryClient()
  const { client } = createClient(
    { scope: 'shop' },
    inTurn(unreachable, () => Response.json({ code: 'SECOND' })),
  )
  const key = queryKeyFor(client, getCustomerInventory, { referrals: true })
  queryClient.setQueryData(key, { referrals: [] })
  await mutate(queryClient, mutationFor(client, createReferral), { campaignId: 1 }).catch(() => undefined)
  await mutate(queryClient, mutationFor(client, createReferral), { campaignId: 1 })
  expect(queryClient.getQueryState(key)).toMatchObject({ data: { referrals: [] }, isInvalidated: true })
})

test('a read with a query of its own is asked again, since an answer does not know it', async () => {
  const queryClient = new QueryClient()
  const { client } = createClient({ scope: 'shop' }, () => Response.json({ ...stateV2, loyalty: hers.loyalty }))
  const { queryKey } = queryFor(client, getCustomerInventory, { loyalty: true }, { query: { subledger: 'x' } })
  queryClient.setQueryData(queryKey, { loyalty: his.loyalty })
  await mutate(queryClient, mutationFor(client, trackEventV2), { type: 'reviewed' })
  expect(queryClient.getQueryState(queryKey)).toMatchObject({ data: { loyalty: his.loyalty }, isInvalidated: true })
})

test('an edit that waits for its turn when somebody signs out is never sent', async () => {
  const queryClient = new QueryClient()
  const late = held(() => Response.json({ ...stateV2 }))
  const answer: Answer = ({ method }) => (method === 'GET' ? Response.json({ message: 'none' }, { status: 404 }) : late.answer(request()))
  const request = () => new Request('http://shop.example')
  const { client, paths } = createClient({ scope: 'shop' }, answer)
  const written = mutate(queryClient, mutationFor(client, trackEventV2), { type: 'reviewed' })
  await late.arrived
  const cart = createCart({ client, queryClient, sessionId: 'cart' })
  const unsubscribe = cart.subscribe(() => {})
  await vi.waitFor(() => expect(paths().some((path) => path.startsWith('GET'))).toBe(true))
  const added = cart.actions.add({ sku: 'hers', price: 1 }).catch((error: unknown) => error)
  await new Promise((resolve) => setTimeout(resolve, 20))
  cart.forget()
  late.release()
  await written
  expect(await added).toMatchObject({ code: 'identity_changed' })
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(paths().filter((path) => path.startsWith('PUT'))).toEqual([])
  unsubscribe()
})
