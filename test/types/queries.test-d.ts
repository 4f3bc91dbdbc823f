import {
  type InfiniteData,
  QueryClient,
  useInfiniteQuery,
  useMutation,
  useQueries,
  useQuery,
  useSuspenseInfiniteQuery,
  useSuspenseQueries,
  useSuspenseQuery,
} from '@tanstack/react-query'
import {
  bestPriorPrice,
  type CallOptions,
  type CouponReservationInput,
  createCouponReservation,
  createReferral,
  createTalonOne,
  type CustomerInventory,
  deleteCouponReservation,
  type Effect,
  type EffectOf,
  getCustomerAchievementHistory,
  getCustomerAchievements,
  getCustomerInventory,
  type GetCustomerInventoryInput,
  getCustomerSession,
  getLoyaltyCardPoints,
  getLoyaltyCardTransactions,
  getLoyaltyProgramProfilePoints,
  getLoyaltyProgramProfileTransactions,
  getReservedCustomers,
  infiniteQueryFor,
  type InputOf,
  type IntegrationCustomerSessionResponse,
  integrationGetAllCampaigns,
  type IntegrationStateV2,
  isEffect,
  isPreview,
  isTalonOneError,
  type ItemPreview,
  itemPreviewFor,
  type LoyaltyProfileTransactionsResponse,
  mutationFor,
  type OutputOf,
  type PagedEndpoint,
  type PricedCart,
  queryFor,
  queryKeyFor,
  type ReadEndpoint,
  type Referral,
  type SendOptions,
  sessionPreviewFor,
  type TalonOneError,
  type TalonOneErrorCode,
  type UnknownEffect,
  type UnknownWord,
  updateCustomerProfilesV2,
  updateCustomerSessionV2,
  type UpdateCustomerSessionV2Input,
  type WriteEndpoint,
} from 'talon-one-react'
import { describe, expectTypeOf, test } from 'vitest'
import type { FieldsOf, Shape } from '../../src/shape.ts'

const client = createTalonOne()
const queryClient = new QueryClient()
const text = { is: 'string' } as const satisfies Shape

describe('a read', () => {
  test('has the data of its row, wherever its options go', async () => {
    const options = queryFor(client, getCustomerInventory, { coupons: true })
    expectTypeOf(useQuery(options).data).toEqualTypeOf<CustomerInventory | undefined>()
    expectTypeOf(useQuery(options).error).toEqualTypeOf<TalonOneError | null>()
    expectTypeOf(useSuspenseQuery(options).data).toEqualTypeOf<CustomerInventory>()
    expectTypeOf(await queryClient.fetchQuery(options)).toEqualTypeOf<CustomerInventory>()
    expectTypeOf(await queryClient.ensureQueryData(options)).toEqualTypeOf<CustomerInventory>()
    expectTypeOf(queryClient.getQueryData(options.queryKey)).toEqualTypeOf<CustomerInventory | undefined>()
    expectTypeOf(await client.send(getCustomerSession, { customerSessionId: 'a' })).toEqualTypeOf<IntegrationCustomerSessionResponse>()
  })

  test('stands beside others in `useQueries`', () => {
    const item = { sku: 'beans', price: 1 }
    const [inventory, preview] = useQueries({
      queries: [queryFor(client, getCustomerInventory, { coupons: true }), itemPreviewFor(client, { item })],
    })
    expectTypeOf(inventory.data).toEqualTypeOf<CustomerInventory | undefined>()
    expectTypeOf(inventory.error).toEqualTypeOf<TalonOneError | null>()
    expectTypeOf(preview.data).toEqualTypeOf<ItemPreview | undefined>()
    const [suspended] = useSuspenseQueries({ queries: [queryFor(client, getCustomerInventory, {})] })
    expectTypeOf(suspended.data).toEqualTypeOf<CustomerInventory>()
  })

  test('has its data known by its key alone', () => {
    const key = queryKeyFor(client, getCustomerSession, { customerSessionId: 'a' })
    expectTypeOf(queryClient.getQueryData(key)).toEqualTypeOf<IntegrationCustomerSessionResponse | undefined>()
    expectTypeOf(key[4]).toEqualTypeOf<{ customerSessionId: string }>()
    // @ts-expect-error an inventory is no session
    queryClient.setQueryData(key, { coupons: [{ id: 'a' }] })
  })

  test('has what `select` returns', () => {
    const selected = useQuery({ ...queryFor(client, getCustomerInventory, {}), select: (inventory) => inventory.coupons?.length ?? 0 })
    expectTypeOf(selected.data).toEqualTypeOf<number | undefined>()
  })

  test('refuses an input that is not its row’s', () => {
    queryFor(client, getCustomerInventory, {})
    // @ts-expect-error a flag is true or false
    queryFor(client, getCustomerInventory, { coupons: 'yes' })
    // @ts-expect-error misspelt
    queryFor(client, getCustomerInventory, { coupon: true })
    // @ts-expect-error which session?
    queryFor(client, getCustomerSession, {})
    // @ts-expect-error an id is text
    queryFor(client, getCustomerSession, { customerSessionId: 7 })
  })

  test('is not a write', () => {
    // @ts-expect-error a write has no query
    queryFor(client, updateCustomerSessionV2, { customerSessionId: 'a', customerSession: {} })
    // @ts-expect-error a read has no mutation
    mutationFor(client, getCustomerInventory)
    expectTypeOf(getCustomerInventory).toExtend<ReadEndpoint>()
    expectTypeOf(createReferral).toExtend<WriteEndpoint>()
    expectTypeOf(createReferral).not.toExtend<ReadEndpoint>()
  })
})

describe('a read in pages', () => {
  const input = { loyaltyProgramId: 1, pageSize: 20 }
  const options = infiniteQueryFor(client, getLoyaltyProgramProfileTransactions, input)
  type Pages = InfiniteData<LoyaltyProfileTransactionsResponse, number>

  test('has the pages of its row, wherever its options go', async () => {
    // TanStack Query's own hooks forget what a page parameter is.
    type Seen = InfiniteData<LoyaltyProfileTransactionsResponse>
    expectTypeOf(useInfiniteQuery(options).data).toEqualTypeOf<Seen | undefined>()
    expectTypeOf(useInfiniteQuery(options).error).toEqualTypeOf<TalonOneError | null>()
    expectTypeOf(useSuspenseInfiniteQuery(options).data).toEqualTypeOf<Seen>()
    expectTypeOf(await queryClient.fetchInfiniteQuery(options)).toEqualTypeOf<Pages>()
    expectTypeOf(queryClient.getQueryData(options.queryKey)).toEqualTypeOf<Pages | undefined>()
  })

  test('is also a read of one page', () => {
    const page = useQuery(queryFor(client, getLoyaltyProgramProfileTransactions, input))
    expectTypeOf(page.data).toEqualTypeOf<LoyaltyProfileTransactionsResponse | undefined>()
  })

  test('is one of the seven whose answers come so', () => {
    expectTypeOf(getLoyaltyProgramProfileTransactions).toExtend<PagedEndpoint>()
    expectTypeOf(getLoyaltyProgramProfilePoints).toExtend<PagedEndpoint>()
    expectTypeOf(getLoyaltyCardTransactions).toExtend<PagedEndpoint>()
    expectTypeOf(getLoyaltyCardPoints).toExtend<PagedEndpoint>()
    expectTypeOf(getCustomerAchievements).toExtend<PagedEndpoint>()
    expectTypeOf(getCustomerAchievementHistory).toExtend<PagedEndpoint>()
    expectTypeOf(integrationGetAllCampaigns).toExtend<PagedEndpoint>()
  })

  test('is no other read, and no write', () => {
    // @ts-expect-error a wallet has no pages
    infiniteQueryFor(client, getCustomerInventory, {})
    // @ts-expect-error a list that comes at once
    infiniteQueryFor(client, getReservedCustomers, { couponValue: 'SAVE' })
    // @ts-expect-error a list that comes at once
    infiniteQueryFor(client, bestPriorPrice, { skus: [], timeframe: '', timeframeEndDate: '', timeframeEndDateType: 'strict' })
    // @ts-expect-error a session has no pages
    infiniteQueryFor(client, getCustomerSession, { customerSessionId: 'a' })
    // @ts-expect-error a write has none
    infiniteQueryFor(client, createReferral, { campaignId: 1 })
  })

  test('refuses an input that is not its row’s', () => {
    // @ts-expect-error which program?
    infiniteQueryFor(client, getLoyaltyProgramProfileTransactions, {})
    // @ts-expect-error a page has a number of entries
    infiniteQueryFor(client, integrationGetAllCampaigns, { pageSize: 'all' })
  })
})

describe('a preview', () => {
  test('is a query of an answer that may not come true', async () => {
    const session = sessionPreviewFor(client, { customerSession: { couponCodes: ['SAVE10'] } })
    expectTypeOf(useQuery(session).data).toEqualTypeOf<IntegrationStateV2 | undefined>()
    expectTypeOf(await queryClient.fetchQuery(session)).toEqualTypeOf<IntegrationStateV2>()
    expectTypeOf(queryClient.getQueryData(session.queryKey)).toEqualTypeOf<IntegrationStateV2 | undefined>()
    const item = itemPreviewFor(client, { item: { sku: 'tea', price: 4 } })
    expectTypeOf(useSuspenseQuery(item).data).toEqualTypeOf<ItemPreview>()
    expectTypeOf(queryClient.getQueryData(item.queryKey)).toEqualTypeOf<ItemPreview | undefined>()
  })

  test('says whether an item was alone: only then there is a cart', () => {
    const cartOf = (preview: ItemPreview) => (preview.joint ? undefined : preview.cart)
    expectTypeOf(cartOf).returns.toEqualTypeOf<PricedCart | undefined>()
    // @ts-expect-error a joint item has none
    expectTypeOf((preview: ItemPreview) => preview.cart).toBeFunction()
  })

  test('is dry, and says so of any query', () => {
    sessionPreviewFor(client, { customerSession: {}, dry: true })
    // @ts-expect-error it would be a write
    sessionPreviewFor(client, { customerSession: {}, dry: false })
    queryClient.getQueryCache().findAll({ predicate: isPreview })
  })
})

describe('a write', () => {
  test('takes the input of its row and has its answer', () => {
    const update = useMutation(mutationFor(client, updateCustomerSessionV2))
    expectTypeOf(update.data).toEqualTypeOf<IntegrationStateV2 | undefined>()
    expectTypeOf(update.mutate).parameter(0).toEqualTypeOf<UpdateCustomerSessionV2Input>()
  })

  test('may answer nothing where the API does', async () => {
    expectTypeOf(await client.send(deleteCouponReservation, { couponValue: 'a' })).toEqualTypeOf<undefined>()
    type Answer = OutputOf<typeof updateCustomerProfilesV2>
    expectTypeOf<undefined>().toExtend<Answer>()
    expectTypeOf<NonNullable<Answer>>().toHaveProperty('integrationStates')
  })
})

test('options of a query and of a mutation say nothing that belongs to one request', () => {
  expectTypeOf<keyof CallOptions>().toEqualTypeOf<'signal' | 'headers' | 'query' | 'timeout'>()
  expectTypeOf<Exclude<keyof SendOptions, keyof CallOptions>>().toEqualTypeOf<
    'idempotencyKey' | 'attemptOf' | 'lane' | 'onChanged' | 'withDefaults'
  >()
  // @ts-expect-error each mutation has its own
  mutationFor(client, createReferral, { idempotencyKey: 'mine' })
})

test('a row knows its input and its output', () => {
  expectTypeOf<InputOf<typeof getCustomerInventory>>().toEqualTypeOf<GetCustomerInventoryInput>()
  expectTypeOf<OutputOf<typeof getCustomerInventory>>().toEqualTypeOf<CustomerInventory>()
  expectTypeOf<InputOf<typeof createCouponReservation>>().toEqualTypeOf<CouponReservationInput>()
  expectTypeOf<OutputOf<typeof createReferral>>().toEqualTypeOf<Referral>()
  expectTypeOf<InputOf<string>>().toBeNever()
  expectTypeOf<OutputOf<{ operationId: string }>>().toBeNever()
})

test('an answer comes with status and headers when asked for', async () => {
  const raw = await client.sendRaw(getCustomerInventory, {})
  expectTypeOf(raw.data).toEqualTypeOf<CustomerInventory>()
  expectTypeOf(raw.status).toEqualTypeOf<number>()
  expectTypeOf(raw.headers).toEqualTypeOf<Headers>()
})

describe('an effect', () => {
  test('is narrowed by its type, props and all', () => {
    const show = (effect: Effect) => {
      if (isEffect(effect, 'setDiscountPerItem')) {
        expectTypeOf(effect).toEqualTypeOf<EffectOf<'setDiscountPerItem'>>()
        expectTypeOf(effect.props.position).toEqualTypeOf<number>()
        expectTypeOf(effect.props.subPosition).toEqualTypeOf<number | undefined>()
      }
      if (isEffect(effect, 'rejectCoupon')) expectTypeOf(effect.props.rejectionReason).toExtend<string>()
      // @ts-expect-error there is no such effect
      isEffect(effect, 'setDiscounts')
    }
    expectTypeOf(show).toBeFunction()
  })

  test('of a known type is narrowed by a switch', () => {
    const valueOf = (effect: EffectOf<'setDiscount' | 'acceptCoupon' | 'customEffect'>) => {
      switch (effect.effectType) {
        case 'setDiscount':
          return expectTypeOf(effect.props.value).toEqualTypeOf<number>()
        case 'acceptCoupon':
          return expectTypeOf(effect.props.value).toEqualTypeOf<string>()
        case 'customEffect':
          return expectTypeOf(effect.props.payload).toEqualTypeOf<Record<string, unknown>>()
      }
    }
    expectTypeOf(valueOf).toBeFunction()
  })

  test('of a type that this version does not know is kept', () => {
    const place = { campaignId: 1, rulesetId: 1, ruleIndex: 0, ruleName: 'a' }
    const unknown: UnknownEffect = { ...place, effectType: 'sendPostcard' as UnknownWord, props: { to: 'anna' } }
    const answer: IntegrationStateV2 = { effects: [unknown], createdCoupons: [], createdReferrals: [] }
    const [first] = answer.effects
    expectTypeOf(first?.effectType).toExtend<string | undefined>()
    // @ts-expect-error a word that is misspelt is not one of tomorrow
    const misspelt: Effect = { ...place, effectType: 'setDiscounts', props: { name: 'a', value: 1 } }
    expectTypeOf(misspelt).toExtend<Effect>()
  })
})

describe('the fields of a type', () => {
  interface Sample {
    id: string
    note?: string
    size: string | undefined
  }

  test('are all there, each as optional as it is', () => {
    const fields: FieldsOf<Sample> = { id: text, 'note?': text, 'size?': text }
    expectTypeOf(fields).toHaveProperty('note?')
    expectTypeOf<keyof FieldsOf<Sample>>().toEqualTypeOf<'id' | 'note?' | 'size?'>()
  })

  test('refuse a missing one', () => {
    // @ts-expect-error `note?` is missing
    const fields: FieldsOf<Sample> = { id: text, 'size?': text }
    expectTypeOf(fields).toBeObject()
  })

  test('refuse a surplus one', () => {
    // @ts-expect-error there is no `more`
    const fields: FieldsOf<Sample> = { id: text, 'note?': text, 'size?': text, more: text }
    expectTypeOf(fields).toBeObject()
  })

  test('refuse one that is optional and should not be, or the other way round', () => {
    // @ts-expect-error `id` may not be left out
    const optional: FieldsOf<Sample> = { 'id?': text, 'note?': text, 'size?': text }
    // @ts-expect-error `note` may be left out
    const required: FieldsOf<Sample> = { id: text, note: text, 'size?': text }
    expectTypeOf([optional, required]).toBeArray()
  })

  test('refuse what is no shape', () => {
    // @ts-expect-error there is no such kind
    const fields: FieldsOf<{ id: string }> = { id: { is: 'text' } }
    expectTypeOf(fields).toBeObject()
  })
})

describe('an error', () => {
  test('is narrowed from anything caught', () => {
    const codeOf = (caught: unknown) => (isTalonOneError(caught) ? caught.code : undefined)
    expectTypeOf(codeOf).returns.toEqualTypeOf<TalonOneErrorCode | undefined>()
    expectTypeOf<TalonOneError['outcome']>().toEqualTypeOf<'unknown' | undefined>()
  })

  test('has a closed set of codes', () => {
    const isOurs = (code: TalonOneErrorCode) => code === 'conflict'
    // @ts-expect-error misspelt
    isOurs('conflicts')
    expectTypeOf(isOurs).toBeFunction()
  })
})
