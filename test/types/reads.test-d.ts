/** The hooks of reads: what each takes, what it has, and what `select` makes of it. */
import type { InfiniteData } from '@tanstack/react-query'
import {
  type BestPriorPrice,
  createTalonOne,
  type CustomerAchievementHistoryResponse,
  type CustomerAchievementsResponse,
  type CustomerInventory,
  type EventV3,
  type IntegrationCampaignsResponse,
  type IntegrationCustomerSessionResponse,
  type IntegrationStateV2,
  type ItemPreview,
  type LoyaltyBalancesWithTiers,
  type LoyaltyCardBalances,
  type LoyaltyCardPointsResponse,
  type LoyaltyCardTransactionsResponse,
  type LoyaltyProfilePointsResponse,
  type LoyaltyProfileTransactionsResponse,
  type ReservedCustomersResponse,
  type TalonOneError,
  useAchievementHistory,
  useAchievements,
  useBestPriorPrice,
  useCampaigns,
  useCustomerInventory,
  useEvent,
  useItemPreview,
  useLoyaltyBalances,
  useLoyaltyCardBalances,
  useLoyaltyCardPoints,
  useLoyaltyCardTransactions,
  useLoyaltyPoints,
  useLoyaltyTransactions,
  useReservedCustomers,
  useSession,
  useSessionPreview,
} from 'talon-one-react'
import { describe, expectTypeOf, test } from 'vitest'

/** What a hook has until it has an answer, too. */
type Soon<Data> = Data | undefined
type Pages<Page> = InfiniteData<Page, number> | undefined

const card = { loyaltyProgramId: 3, loyaltyCardId: 'CARD' }
const program = { loyaltyProgramId: 1 }
const timeframe = { timeframe: '30D', timeframeEndDate: '2026-01-31T00:00:00Z', timeframeEndDateType: 'strict' } as const

describe('a hook that reads', () => {
  test('has the answer of its operation', () => {
    expectTypeOf(useSession({ customerSessionId: 'cart' }).data).toEqualTypeOf<Soon<IntegrationCustomerSessionResponse>>()
    expectTypeOf(useCustomerInventory({ coupons: true }).data).toEqualTypeOf<Soon<CustomerInventory>>()
    expectTypeOf(useReservedCustomers({ couponValue: 'SAVE' }).data).toEqualTypeOf<Soon<ReservedCustomersResponse>>()
    expectTypeOf(useLoyaltyBalances(program).data).toEqualTypeOf<Soon<LoyaltyBalancesWithTiers>>()
    expectTypeOf(useLoyaltyCardBalances(card).data).toEqualTypeOf<Soon<LoyaltyCardBalances>>()
    expectTypeOf(useEvent({ integrationId: 'event' }).data).toEqualTypeOf<Soon<EventV3>>()
    expectTypeOf(useBestPriorPrice({ skus: ['tea'], ...timeframe }).data).toEqualTypeOf<Soon<BestPriorPrice[]>>()
    expectTypeOf(useSessionPreview({ customerSession: {} }).data).toEqualTypeOf<Soon<IntegrationStateV2>>()
    expectTypeOf(useItemPreview({ item: { sku: 'tea' } }).data).toEqualTypeOf<Soon<ItemPreview>>()
    expectTypeOf(useSession({ customerSessionId: 'cart' }).error).toEqualTypeOf<TalonOneError | null>()
  })

  test('has what `select` makes of it', () => {
    expectTypeOf(
      useSession({ customerSessionId: 'a' }, { select: ({ customerSession }) => customerSession?.total ?? 0 }).data,
    ).toEqualTypeOf<Soon<number>>()
    expectTypeOf(useCustomerInventory({}, { select: ({ coupons = [] }) => coupons.map(({ value }) => value) }).data).toEqualTypeOf<
      Soon<string[]>
    >()
    expectTypeOf(useReservedCustomers({ couponValue: 'a' }, { select: ({ data }) => data.map(({ id }) => id) }).data).toEqualTypeOf<
      Soon<number[]>
    >()
    expectTypeOf(useLoyaltyBalances(program, { select: ({ balance }) => balance?.activePoints ?? 0 }).data).toEqualTypeOf<Soon<number>>()
    expectTypeOf(useLoyaltyCardBalances(card, { select: ({ profiles = [] }) => profiles.length > 0 }).data).toEqualTypeOf<Soon<boolean>>()
    expectTypeOf(useEvent({ integrationId: 'a' }, { select: ({ integrationId }) => integrationId }).data).toEqualTypeOf<Soon<string>>()
    expectTypeOf(useBestPriorPrice({ skus: ['a'], ...timeframe }, { select: ([first]) => first?.price ?? 0 }).data).toEqualTypeOf<
      Soon<number>
    >()
    expectTypeOf(useSessionPreview({ customerSession: {} }, { select: ({ effects }) => effects.length }).data).toEqualTypeOf<Soon<number>>()
    expectTypeOf(useItemPreview({ item: { sku: 'a' } }, { select: ({ total }) => total }).data).toEqualTypeOf<Soon<number>>()
  })

  test('takes the input of its operation and no other', () => {
    // @ts-expect-error which session?
    useSession({})
    // @ts-expect-error a flag is true or false
    useCustomerInventory({ coupons: 'yes' })
    // @ts-expect-error misspelt
    useReservedCustomers({ couponCode: 'SAVE' })
    // @ts-expect-error a program has a number
    useLoyaltyBalances({ loyaltyProgramId: '1' })
    // @ts-expect-error which card?
    useLoyaltyCardBalances(program)
    // @ts-expect-error an id is text
    useEvent({ integrationId: 7 })
    // @ts-expect-error there is no such kind of end
    useBestPriorPrice({ skus: ['tea'], ...timeframe, timeframeEndDateType: 'today' })
    // @ts-expect-error a preview is dry
    useSessionPreview({ customerSession: {}, dry: false })
    // @ts-expect-error the items of a preview are its one item
    useItemPreview({ item: { sku: 'tea' }, customerSession: { cartItems: [] } })
    // @ts-expect-error of which product?
    useItemPreview({ item: { quantity: 2 } })
  })
})

describe('a hook that reads pages', () => {
  test('has the pages of its operation', () => {
    expectTypeOf(useAchievements({}).data).toEqualTypeOf<Pages<CustomerAchievementsResponse>>()
    expectTypeOf(useAchievementHistory({ achievementId: 5 }).data).toEqualTypeOf<Pages<CustomerAchievementHistoryResponse>>()
    expectTypeOf(useLoyaltyTransactions(program).data).toEqualTypeOf<Pages<LoyaltyProfileTransactionsResponse>>()
    expectTypeOf(useLoyaltyPoints(program).data).toEqualTypeOf<Pages<LoyaltyProfilePointsResponse>>()
    expectTypeOf(useLoyaltyCardTransactions(card).data).toEqualTypeOf<Pages<LoyaltyCardTransactionsResponse>>()
    expectTypeOf(useLoyaltyCardPoints(card).data).toEqualTypeOf<Pages<LoyaltyCardPointsResponse>>()
    expectTypeOf(useCampaigns({}).data).toEqualTypeOf<Pages<IntegrationCampaignsResponse>>()
    expectTypeOf(useCampaigns({}).fetchNextPage).toBeFunction()
    expectTypeOf(useCampaigns({}).error).toEqualTypeOf<TalonOneError | null>()
  })

  test('has what `select` makes of them', () => {
    const size = ({ pages }: { pages: { data: unknown[] }[] }) => pages.reduce((sum, { data }) => sum + data.length, 0)
    expectTypeOf(useAchievements({}, { select: size }).data).toEqualTypeOf<Soon<number>>()
    expectTypeOf(useAchievementHistory({ achievementId: 5 }, { select: size }).data).toEqualTypeOf<Soon<number>>()
    expectTypeOf(
      useLoyaltyTransactions(program, { select: ({ pages }) => pages.flatMap(({ data }) => data.map(({ amount }) => amount)) }).data,
    ).toEqualTypeOf<Soon<number[]>>()
    expectTypeOf(useLoyaltyPoints(program, { select: size }).data).toEqualTypeOf<Soon<number>>()
    expectTypeOf(useLoyaltyCardTransactions(card, { select: ({ pageParams }) => pageParams }).data).toEqualTypeOf<Soon<number[]>>()
    expectTypeOf(useLoyaltyCardPoints(card, { select: size }).data).toEqualTypeOf<Soon<number>>()
    expectTypeOf(useCampaigns({}, { select: ({ pages }) => pages.at(-1)?.hasMore ?? false }).data).toEqualTypeOf<Soon<boolean>>()
  })

  test('takes the input of its operation and no other', () => {
    // @ts-expect-error there is no such status
    useAchievements({ achievementStatus: ['done'] })
    // @ts-expect-error of which achievement?
    useAchievementHistory({})
    // @ts-expect-error the API refuses false
    useLoyaltyTransactions({ ...program, awaitsActivation: false })
    // @ts-expect-error there is no such order
    useLoyaltyPoints({ ...program, sort: 'amount' })
    // @ts-expect-error which program?
    useLoyaltyCardTransactions({ loyaltyCardId: 'CARD' })
    // @ts-expect-error several subledgers are a list
    useLoyaltyCardPoints({ ...card, subledgerId: 'main' })
    // @ts-expect-error a page has a number of entries
    useCampaigns({ pageSize: '50' })
  })

  test('knows by itself how its pages follow each other', () => {
    // @ts-expect-error where the first begins is the input's `skip`
    useCampaigns({}, { initialPageParam: 50 })
    // @ts-expect-error the operation says whether there is more
    useCampaigns({}, { getNextPageParam: () => 50 })
  })
})

describe('what a call does differently', () => {
  const client = createTalonOne()
  const { signal } = new AbortController()
  const overrides = { client, signal, headers: { 'x-tenant': 'one' }, query: { beta: true, page: 2, word: 'a' }, timeout: 500 }

  test('stands beside the options of TanStack Query', () => {
    useSession({ customerSessionId: 'a' }, { ...overrides, staleTime: 1000, enabled: false, placeholderData: {} })
    useCampaigns({}, { ...overrides, maxPages: 3, getPreviousPageParam: () => undefined })
    useSessionPreview({ customerSession: {} }, { ...overrides, staleTime: 0 })
    useItemPreview({ item: { sku: 'tea' } }, { ...overrides, retry: false })
  })

  test('is neither the key nor the request', () => {
    // @ts-expect-error the key is the library's
    useSession({ customerSessionId: 'a' }, { queryKey: ['mine'] })
    // @ts-expect-error so is the request
    useCampaigns({}, { queryFn: () => ({}) })
    // @ts-expect-error also of a preview
    useItemPreview({ item: { sku: 'tea' } }, { queryKey: ['mine'] })
    // @ts-expect-error a read has no such key
    useSession({ customerSessionId: 'a' }, { idempotencyKey: 'mine' })
  })

  test('is what it says', () => {
    // @ts-expect-error milliseconds
    useSession({ customerSessionId: 'a' }, { timeout: '1s' })
    // @ts-expect-error an address holds no objects
    useSession({ customerSessionId: 'a' }, { query: { filter: {} } })
    // @ts-expect-error a client, not its options
    useCampaigns({}, { client: { baseUrl: '/talon-one' } })
  })
})
