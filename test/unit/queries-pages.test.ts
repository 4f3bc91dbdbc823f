/** Reads whose answers come in pages, as infinite queries. */
import { hashKey, InfiniteQueryObserver, QueryClient } from '@tanstack/react-query'
import fc from 'fast-check'
import {
  deleteLoyaltyTransactionsFromLedgers,
  getLoyaltyProgramProfileTransactions,
  infiniteQueryFor,
  type Page,
  type PagedEndpoint,
  queryKeyFor,
} from 'talon-one-react'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Endpoint } from '../../src/endpoint.ts'
import * as endpoints from '../../src/endpoints.ts'
import { inputsOf } from '../arbitrary.ts'
import { type Answer, createClient, failing, inTurn, withoutPauses, writeAs } from './query-calls.ts'

const rows: readonly Endpoint[] = Object.values(endpoints)
const paged = rows.filter((row): row is PagedEndpoint => row.kind === 'read' && 'skip?' in row.query)
const byName = paged.map((row) => [row.operationId, row] as const)
const transactions = (input: object = {}) => ({ loyaltyProgramId: 1, ...input })
const runs = { numRuns: Number(process.env.RUNS ?? 30), seed: Number(process.env.SEED ?? 1) }

/** How a list says whether there is more. */
type Says = (page: { next: number; total: number }) => Partial<Page>
const more: Says = ({ next, total }) => ({ hasMore: next < total })
const size: Says = ({ total }) => ({ totalResultSize: total })
const nothing: Says = () => ({})

/** Answers pages of a list of so many entries, 50 at a time unless asked otherwise. */
const listOf =
  (total: number, says: Says): Answer =>
  ({ url }) => {
    const { searchParams } = new URL(url)
    const skip = Number(searchParams.get('skip') ?? 0)
    const data = Array.from({ length: total }, (_, id) => id).slice(skip, skip + Number(searchParams.get('pageSize') ?? 50))
    return Response.json({ data, ...says({ next: skip + data.length, total }) })
  }

/** Reads on as long as there is more, and at most twenty pages. */
async function readAll(row: PagedEndpoint, input: object, answer: Answer) {
  const { client, requests } = createClient({}, answer)
  const observer = new InfiniteQueryObserver(new QueryClient(), { ...infiniteQueryFor(client, row, input), retry: false })
  const stop = observer.subscribe(() => {})
  await observer.refetch()
  while (observer.getCurrentResult().hasNextPage && requests.length < 20) await observer.fetchNextPage()
  const result = observer.getCurrentResult()
  stop()
  const skips = requests.map(({ url }) => new URL(url).searchParams).map((search) => [search.get('skip'), search.get('pageSize')])
  return { read: result.data?.pages.flatMap(({ data }) => data), skips, pageParams: result.data?.pageParams, result }
}

/** An input of a row without a page of its own. */
function inputOf(row: PagedEndpoint): Record<string, unknown> {
  const [{ skip: _skip, pageSize: _pageSize, ...input } = {}] = fc.sample(inputsOf(row), { numRuns: 1, seed: runs.seed })
  return input
}

afterEach(() => {
  vi.restoreAllMocks()
})

test('these come in pages', () => {
  expect(byName.map(([name]) => name)).toEqual([
    'getCustomerAchievements',
    'getCustomerAchievementHistory',
    'getLoyaltyProgramProfileTransactions',
    'getLoyaltyProgramProfilePoints',
    'getLoyaltyCardTransactions',
    'getLoyaltyCardPoints',
    'integrationGetAllCampaigns',
  ])
})

describe.for(byName)('the pages of %s', ([, row]) => {
  const entries = (from: number, to: number) => Array.from({ length: to - from }, (_, id) => from + id)

  test('go on until there is no more', async () => {
    const input = { ...inputOf(row), pageSize: 3 }
    for (const says of [more, size]) {
      expect(await readAll(row, input, listOf(8, says))).toMatchObject({ read: entries(0, 8), pageParams: [0, 3, 6] })
      expect((await readAll(row, input, listOf(6, says))).skips).toEqual([
        ['0', '3'],
        ['3', '3'],
      ])
      expect((await readAll(row, input, listOf(0, says))).read).toEqual([])
    }
  })

  test('begin after what is skipped', async () => {
    const input = { ...inputOf(row), pageSize: 3, skip: 2 }
    for (const says of [more, size]) {
      const { read, skips } = await readAll(row, input, listOf(7, says))
      expect(read).toEqual(entries(2, 7))
      expect(skips).toEqual([
        ['2', '3'],
        ['5', '3'],
      ])
    }
  })

  test('are as long as the API has them, unless it is told otherwise', async () => {
    const { read, skips } = await readAll(row, inputOf(row), listOf(60, more))
    expect(read).toHaveLength(60)
    expect(skips).toEqual([
      ['0', null],
      ['50', null],
    ])
  })

  test('end with an empty one, and with one that does not say whether there is more', async () => {
    const lies: Says = () => ({ hasMore: true, totalResultSize: 100 })
    expect((await readAll(row, { ...inputOf(row), pageSize: 3 }, listOf(4, lies))).skips).toHaveLength(3)
    expect((await readAll(row, inputOf(row), listOf(4, nothing))).skips).toHaveLength(1)
  })

  test('end rather than break with an answer that is no page', async () => {
    for (const body of [{}, { data: null, hasMore: true }, { data: 'text', hasMore: true }, { hasMore: true, totalResultSize: 9 }]) {
      const { result, skips } = await readAll(row, inputOf(row), () => Response.json(body))
      expect(result).toMatchObject({ hasNextPage: false, isError: false, data: { pages: [body] } })
      expect(skips).toHaveLength(1)
    }
  })

  test('have a key of their own, which begins like that of one page', () => {
    const { client } = createClient()
    const input = inputOf(row)
    const [one, all] = [queryKeyFor(client, row, input), infiniteQueryFor(client, row, input).queryKey]
    expect(all).toEqual([...one, { pages: true }])
    expect(hashKey(all)).not.toBe(hashKey(one))
    expect(infiniteQueryFor(client, row, { ...input, pageSize: 7 }).queryKey).not.toEqual(all)
  })
})

test('every entry is read once, however long the list and its pages are', async () => {
  const lengths = fc.integer({ min: 0, max: 40 })
  await fc.assert(
    fc.asyncProperty(
      lengths,
      lengths,
      fc.integer({ min: 3, max: 50 }),
      fc.constantFrom(more, size),
      async (total, skip, pageSize, says) => {
        const { read } = await readAll(getLoyaltyProgramProfileTransactions, transactions({ pageSize, skip }), listOf(total, says))
        expect(read).toEqual(Array.from({ length: total }, (_, id) => id).slice(skip))
      },
    ),
    runs,
  )
})

test('pages are read again together, and each is tried again as a page is', async () => {
  withoutPauses()
  const list = listOf(8, more)
  const { client, requests } = createClient({ scope: 'shop', profileId: 'anna' }, inTurn(list, failing(503), list))
  const queryClient = new QueryClient()
  const options = infiniteQueryFor(client, getLoyaltyProgramProfileTransactions, transactions({ pageSize: 5 }))
  const observer = new InfiniteQueryObserver(queryClient, { ...options, staleTime: Infinity })
  const stop = observer.subscribe(() => {})
  await vi.waitFor(() => expect(observer.getCurrentResult().hasNextPage).toBe(true))
  await observer.fetchNextPage()
  expect(requests).toHaveLength(3)
  const deleted = { loyaltyProgramId: 1, integrationId: 'anna', scope: 'AllSubledgers' } as const
  await writeAs('anna', queryClient, deleteLoyaltyTransactionsFromLedgers, deleted)
  await vi.waitFor(() => expect(requests).toHaveLength(5))
  expect(requests.slice(3).map(({ url }) => new URL(url).searchParams.get('skip'))).toEqual(['0', '5'])
  stop()
})
