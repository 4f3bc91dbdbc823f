import { QueryClient, useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import {
  type Coupon,
  type CouponReservationInput,
  createCouponReservation,
  createReferral,
  createTalonOne,
  type CustomerInventory,
  deleteCouponReservation,
  type Effect,
  type EffectOf,
  type GetCustomerInventoryInput,
  getCustomerInventory,
  getCustomerSession,
  type InputOf,
  type IntegrationCustomerSessionResponse,
  type IntegrationStateV2,
  isEffect,
  isTalonOneError,
  mutationFor,
  type OutputOf,
  queryFor,
  queryKeyFor,
  type ReadEndpoint,
  type Referral,
  type TalonOneError,
  type TalonOneErrorCode,
  type UnknownEffect,
  type UnknownWord,
  updateCustomerProfilesV2,
  type UpdateCustomerSessionV2Input,
  updateCustomerSessionV2,
  useCustomerInventory,
  useReserveCoupon,
  useUpdateProfile,
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
    expectTypeOf(useCustomerInventory({ coupons: true }).data).toEqualTypeOf<CustomerInventory | undefined>()
    const codes = useCustomerInventory({ coupons: true }, { select: ({ coupons = [] }) => coupons.map(({ value }) => value) })
    expectTypeOf(codes.data).toEqualTypeOf<string[] | undefined>()
    expectTypeOf(codes.error).toEqualTypeOf<TalonOneError | null>()
  })

  test('takes the options of TanStack Query, but neither key nor function', () => {
    useCustomerInventory({}, { staleTime: 1000, enabled: false, refetchOnWindowFocus: false })
    // @ts-expect-error the key is the library's
    useCustomerInventory({}, { queryKey: ['mine'] })
    // @ts-expect-error so is the request
    useCustomerInventory({}, { queryFn: () => ({}) })
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
    // @ts-expect-error no input at all
    useCustomerInventory()
    // @ts-expect-error misspelt
    useCustomerInventory({ loyality: true })
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

describe('a write', () => {
  test('takes the input of its row and has its answer', () => {
    const update = useMutation(mutationFor(client, updateCustomerSessionV2))
    expectTypeOf(update.data).toEqualTypeOf<IntegrationStateV2 | undefined>()
    expectTypeOf(update.mutate).parameter(0).toEqualTypeOf<UpdateCustomerSessionV2Input>()
    expectTypeOf(useReserveCoupon().mutateAsync).returns.resolves.toEqualTypeOf<Coupon>()
    expectTypeOf(useReserveCoupon().error).toEqualTypeOf<TalonOneError | null>()
    expectTypeOf(useReserveCoupon().mutate).parameter(0).toEqualTypeOf<CouponReservationInput>()
  })

  test('hands the context of onMutate to the other callbacks', () => {
    useUpdateProfile({
      onMutate: () => ({ before: 1 }),
      onError: (error, input, context) => {
        expectTypeOf(error).toEqualTypeOf<TalonOneError>()
        expectTypeOf(input.integrationId).toEqualTypeOf<string | undefined>()
        expectTypeOf(context).toEqualTypeOf<{ before: number } | undefined>()
      },
    })
  })

  test('may answer nothing where the API does', async () => {
    expectTypeOf(await client.send(deleteCouponReservation, { couponValue: 'a' })).toEqualTypeOf<undefined>()
    type Answer = OutputOf<typeof updateCustomerProfilesV2>
    expectTypeOf<undefined>().toExtend<Answer>()
    expectTypeOf<NonNullable<Answer>>().toHaveProperty('integrationStates')
  })

  test('refuses an input that is not its row’s', () => {
    const { mutate } = useMutation(mutationFor(client, updateCustomerSessionV2))
    mutate({ customerSessionId: 'a', customerSession: { cartItems: [{ sku: 'tea', quantity: 1 }] } })
    // @ts-expect-error a line needs a quantity
    mutate({ customerSessionId: 'a', customerSession: { cartItems: [{ sku: 'tea' }] } })
    // @ts-expect-error there is no such state
    mutate({ customerSessionId: 'a', customerSession: { state: 'paid' } })
    // @ts-expect-error misspelt
    mutate({ customerSessionId: 'a', customerSession: { couponCode: 'SAVE' } })
    // @ts-expect-error the session itself is missing
    mutate({ customerSessionId: 'a' })
    // @ts-expect-error and its id
    mutate({ customerSession: {} })
    // @ts-expect-error a campaign has a number
    void client.send(createReferral, { campaignId: '1' })
  })
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
