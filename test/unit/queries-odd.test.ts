/** Writes that succeed while a read is under way, with answers that are none, and over a cache that holds nonsense. */
import { InfiniteQueryObserver, QueryClient, QueryObserver } from '@tanstack/react-query'
import fc from 'fast-check'
import {
  createCouponReservation,
  createReferral,
  getCustomerInventory,
  getLoyaltyProgramProfileTransactions,
  infiniteQueryFor,
  mutationFor,
  queryFor,
  queryKeyFor,
  updateCustomerProfileV2,
  updateCustomerSessionV2,
  type WriteEndpoint,
} from 'talon-one-react'
import { describe, expect, test, vi } from 'vitest'
import * as endpoints from '../../src/endpoints.ts'
import { inputsOf } from '../arbitrary.ts'
import { createClient, held, inTurn, mutate, writeAs } from './query-calls.ts'
import { couponOf, profileOf, referralOf, stateV2 } from './query-data.ts'

describe('a read that is under way while something is written', () => {
  const old = { coupons: [couponOf('OLD')] }
  const recent = { coupons: [couponOf('OLD'), couponOf('SAVE10')] }
  const reserve = (queryClient: QueryClient) => writeAs('anna', queryClient, createCouponReservation, { couponValue: 'SAVE10' })

  /** A wallet whose first answer is slow, and older than the write. */
  function slowWallet() {
    const slow = held(() => Response.json(old))
    const { client, requests } = createClient(
      { scope: 'shop', profileId: 'anna' },
      inTurn(slow.answer, () => Response.json(recent)),
    )
    return { ...slow, requests, options: { ...queryFor(client, getCustomerInventory, { coupons: true }), staleTime: Infinity } }
  }

  test.for([undefined, old])('is asked again for those who look at it, whether or not they see something: %j', async (seen) => {
    const queryClient = new QueryClient()
    const { options, arrived, release, requests } = slowWallet()
    if (seen) queryClient.setQueryData(options.queryKey, seen, { updatedAt: 1 })
    const queryFn = vi.fn<typeof options.queryFn>(options.queryFn)
    const stop = new QueryObserver(queryClient, { ...options, queryFn, staleTime: 0 }).subscribe(() => {})
    await arrived
    await reserve(queryClient)
    release()
    await vi.waitFor(() => expect(queryClient.getQueryData(options.queryKey)).toEqual(recent))
    await vi.waitFor(() => expect(queryClient.isFetching()).toBe(0))
    expect([queryFn.mock.calls.length, requests.length]).toEqual([2, 2])
    stop()
  })

  test.for([undefined, old])('is stale when it ends, where nobody looks at it: %j', async (seen) => {
    const queryClient = new QueryClient()
    const { options, arrived, release } = slowWallet()
    if (seen) queryClient.setQueryData(options.queryKey, seen, { updatedAt: 1 })
    const read = queryClient.fetchQuery({ ...options, staleTime: 0 })
    await arrived
    await reserve(queryClient)
    release()
    expect(await read).toEqual(old)
    await vi.waitFor(() => expect(queryClient.getQueryState(options.queryKey)?.isInvalidated).toBe(true))
    expect(await queryClient.fetchQuery(options)).toEqual(recent)
  })

  test('is asked again in all its pages', async () => {
    const queryClient = new QueryClient()
    const page = (id: number) => Response.json({ hasMore: false, data: [{ id }] })
    const slow = held(() => page(1))
    const { client } = createClient(
      { scope: 'shop', profileId: 'anna' },
      inTurn(slow.answer, () => page(2)),
    )
    const options = infiniteQueryFor(client, getLoyaltyProgramProfileTransactions, { loyaltyProgramId: 1 })
    const stop = new InfiniteQueryObserver(queryClient, options).subscribe(() => {})
    await slow.arrived
    await writeAs('anna', queryClient, updateCustomerProfileV2, { runRuleEngine: true }, stateV2)
    slow.release()
    await vi.waitFor(() => expect(queryClient.getQueryData(options.queryKey)?.pages).toEqual([{ hasMore: false, data: [{ id: 2 }] }]))
    stop()
  })

  test('is left alone by what does not make it stale, and not written', async () => {
    const queryClient = new QueryClient()
    const { options, arrived, release, requests } = slowWallet()
    queryClient.setQueryData(options.queryKey, recent, { updatedAt: 1 })
    const read = queryClient.fetchQuery({ ...options, staleTime: 0 })
    await arrived
    const used = couponOf('OLD', { usageCounter: 9 })
    const open = { customerSessionId: 'cart', customerSession: {} }
    await writeAs('anna', queryClient, updateCustomerSessionV2, open, { ...stateV2, customerProfile: profileOf('anna'), coupons: [used] })
    expect(queryClient.getQueryData(options.queryKey)).toEqual(recent)
    release()
    await read
    expect(queryClient.getQueryState(options.queryKey)).toMatchObject({ data: old, isInvalidated: false })
    expect(requests).toHaveLength(1)
  })

  test('is stale alone: another that was renewed is not', async () => {
    const queryClient = new QueryClient()
    const slow = held(() => Response.json({ profile: profileOf('anna') }))
    const { client } = createClient({ scope: 'shop', profileId: 'anna' }, slow.answer)
    const read = queryClient.fetchQuery(queryFor(client, getCustomerInventory, { profile: true }))
    const { queryKey } = queryFor(client, getCustomerInventory, { profile: true, loyalty: false })
    queryClient.setQueryData(queryKey, { profile: profileOf('anna') })
    await slow.arrived
    const customerProfile = profileOf('anna', 'Anna the Great')
    await writeAs('anna', queryClient, updateCustomerProfileV2, {}, { ...stateV2, customerProfile })
    slow.release()
    await read
    const stale = queryClient
      .getQueryCache()
      .getAll()
      .filter(({ state }) => state.isInvalidated)
    expect(stale.map((query) => query.queryKey[4])).toEqual([{ integrationId: 'anna', profile: true }])
    expect(queryClient.getQueryData(queryKey)).toEqual({ profile: customerProfile })
  })

  test('is asked again when it fails', async () => {
    const queryClient = new QueryClient()
    const slow = held(() => Response.json({ message: 'unknown' }, { status: 404 }))
    const { client } = createClient(
      { scope: 'shop', profileId: 'anna' },
      inTurn(slow.answer, () => Response.json(recent)),
    )
    const options = queryFor(client, getCustomerInventory, { coupons: true })
    const stop = new QueryObserver(queryClient, options).subscribe(() => {})
    await slow.arrived
    await reserve(queryClient)
    slow.release()
    await vi.waitFor(() => expect(queryClient.getQueryData(options.queryKey)).toEqual(recent))
    stop()
  })
})

describe('a write that has succeeded', () => {
  const writes: readonly WriteEndpoint[] = Object.values(endpoints).filter((row) => row.kind === 'write')
  const names = ['customerSession', 'customerProfile', 'effects', 'loyalty', 'coupons', 'referrals', 'profile', 'code', 'createdCoupons']
  const nonsense = fc.constantFrom<unknown>(
    null,
    7,
    '',
    'text',
    true,
    [],
    [null],
    [7],
    [[]],
    {},
    { cards: null },
    { cards: [null] },
    { profileId: 7 },
  )
  const nonsenses = fc.dictionary(fc.constantFrom(...names), nonsense, { noNullPrototype: true })
  const runs = { numRuns: Number(process.env.RUNS ?? 25), seed: Number(process.env.SEED ?? 1) }

  test.for<[string, WriteEndpoint, object, object]>([
    ['coupons', updateCustomerSessionV2, { customerSessionId: 'cart', customerSession: {} }, { ...stateV2, coupons: [] }],
    ['loyalty', updateCustomerProfileV2, { runRuleEngine: true }, { ...stateV2, loyalty: { programs: {} } }],
    ['referrals', createReferral, { campaignId: 1 }, referralOf('PALS')],
  ])('is sent once, and tells every read, also where one of them holds nonsense for %s', async ([part, row, input, answer]) => {
    for (const nonsense of [7, {}, 'text', [null]]) {
      const queryClient = new QueryClient()
      const { client, requests } = createClient({ scope: 'shop' }, () => Response.json(answer))
      const wallet = queryKeyFor(client, getCustomerInventory, { [part]: true })
      const staffs = queryKeyFor(client.withProfile('staff'), getCustomerInventory, { integrationId: 'me', [part]: true })
      queryClient.setQueryData<unknown>(wallet, { [part]: nonsense })
      queryClient.setQueryData<unknown>(staffs, { [part]: nonsense })
      await mutate(queryClient, mutationFor(client, row), input)
      expect(requests).toHaveLength(1)
      const isOpen = row === updateCustomerSessionV2
      expect(queryClient.getQueryState(staffs)?.isInvalidated).toBe(!isOpen)
    }
  })

  test('stays one, and is not sent again, when whoever hears of it throws', async () => {
    const report = vi.fn<(error: unknown) => void>()
    vi.stubGlobal('reportError', report)
    const { client, requests } = createClient()
    const onChanged = () => {
      throw new Error('of the app')
    }
    expect(await client.send(createReferral, { campaignId: 1 }, { onChanged })).toEqual({})
    expect(requests).toHaveLength(1)
    expect(report).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'of the app' }))
    vi.unstubAllGlobals()
  })

  test.for(writes.map((row) => [row.operationId, row] as const))(
    '%s is one, whatever its answer and the cache look like',
    async ([, row]) => {
      const inputs = inputsOf(row).map((input) => ({ ...input, dry: undefined }))
      // A row that always answers something is not answered with nothing.
      const maySayNothing = row.answer === 'nothing' || 'silent?' in row.query
      const answers = maySayNothing ? fc.option(nonsenses, { freq: 6, nil: undefined }) : nonsenses
      await fc.assert(
        fc.asyncProperty(inputs, answers, nonsenses, nonsense, async (input, answer, cached, other) => {
          const queryClient = new QueryClient()
          const { client } = createClient({ scope: 'shop' }, () => (answer ? Response.json(answer) : new Response(null, { status: 204 })))
          const flags = Object.fromEntries(['profile', 'coupons', 'loyalty', 'referrals'].map((name) => [name, true]))
          const key = (operationId: string, read: unknown) => ['talon-one', 'shop', 'me', operationId, read]
          queryClient.setQueryData(key('getCustomerInventory', { integrationId: 'me', ...flags }), cached)
          queryClient.setQueryData(key('getCustomerInventory', { integrationId: 'me' }), other)
          queryClient.setQueryData(key('getCustomerSession', { customerSessionId: 'cart' }), other)
          queryClient.setQueryData(key('getLoyaltyBalances', other), cached)
          queryClient.setQueryData(key('getLoyaltyBalances', { integrationId: 7 }), other)
          const said = await mutate(
            queryClient,
            mutationFor(client, row),
            Object.assign({}, input, 'customerSessionId' in input && { customerSessionId: 'cart' }),
          )
          expect(said).toEqual(answer && JSON.parse(JSON.stringify(answer)))
        }),
        runs,
      )
    },
  )
})
