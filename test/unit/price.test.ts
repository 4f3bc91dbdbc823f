import fc from 'fast-check'
import { type Effect, englishRejections, type PricedCart, priceCart, rejectionMessage } from 'talon-one-react'
import { describe, expect, test } from 'vitest'
import { sum, times } from '../../src/price.ts'
import { cost, effect } from '../talon-one.ts'

const item = (sku: string, price: number, quantity: number, additionalCosts: Record<string, number> = {}) => ({
  sku,
  price,
  quantity,
  ...(Object.keys(additionalCosts).length > 0 && {
    additionalCosts: Object.fromEntries(Object.entries(additionalCosts).map(([name, value]) => [name, cost(value)])),
  }),
})

// Two apples at 2.50, one mug at 12.99 with a handling fee of 0.49; shipping 4.90, insurance 1.
const session = {
  cartItems: [item('APPLE', 2.5, 2), item('MUG', 12.99, 1, { handling: 0.49 })],
  additionalCosts: { shipping: cost(4.9), insurance: cost(1) },
}

const off = (value: number, name = 'off') => effect('setDiscount', { name, value })
const offItem = (value: number, position: number, subPosition?: number, name = `item#${position}`) =>
  effect('setDiscountPerItem', { name, value, position, ...(subPosition !== undefined && { subPosition }) })
const offCost = (value: number, additionalCost: string) =>
  effect('setDiscountPerAdditionalCost', { name: `cheaper ${additionalCost}`, value, additionalCostId: 1, additionalCost })
const offItemCost = (value: number, position: number, subPosition?: number) =>
  effect('setDiscountPerAdditionalCostPerItem', {
    name: `handling#${position}`,
    value,
    position,
    additionalCostId: 1,
    additionalCost: 'handling',
    ...(subPosition !== undefined && { subPosition }),
  })

describe('discounts', () => {
  type Row = [name: string, effects: Effect[], lines: [discount: number, perUnit: number | undefined][], discount: number, total: number]
  const table: Row[] = [
    [
      'none',
      [],
      [
        [0, 0],
        [0, 0],
      ],
      0,
      24.38,
    ],
    [
      'off the session',
      [off(2), off(0.5)],
      [
        [0, 0],
        [0, 0],
      ],
      2.5,
      21.88,
    ],
    [
      'off one unit',
      [offItem(0.5, 0, 0)],
      [
        [0.5, undefined],
        [0, 0],
      ],
      0.5,
      23.88,
    ],
    [
      'off each unit',
      [offItem(0.5, 0, 0), offItem(0.5, 0, 1)],
      [
        [1, 0.5],
        [0, 0],
      ],
      1,
      23.38,
    ],
    [
      'off each unit, in two parts',
      [offItem(0.1, 0, 0), offItem(0.2, 0, 1), offItem(0.2, 0, 0), offItem(0.1, 0, 1)],
      [
        [0.6, 0.3],
        [0, 0],
      ],
      0.6,
      23.78,
    ],
    [
      'off each unit, but not the same',
      [offItem(0.5, 0, 0), offItem(0.4, 0, 1)],
      [
        [0.9, undefined],
        [0, 0],
      ],
      0.9,
      23.48,
    ],
    [
      'off a line, its unit not told',
      [offItem(0.5, 0)],
      [
        [0.5, undefined],
        [0, 0],
      ],
      0.5,
      23.88,
    ],
    [
      'off a single unit',
      [offItem(3, 1, 0)],
      [
        [0, 0],
        [3, 3],
      ],
      3,
      21.38,
    ],
    [
      "off an item's own cost",
      [offItemCost(0.49, 1, 0)],
      [
        [0, 0],
        [0.49, 0.49],
      ],
      0.49,
      23.89,
    ],
    [
      'off an item and its cost',
      [offItem(1, 1, 0), offItemCost(0.49, 1, 0)],
      [
        [0, 0],
        [1.49, 1.49],
      ],
      1.49,
      22.89,
    ],
    [
      'off shipping',
      [offCost(4.9, 'shipping')],
      [
        [0, 0],
        [0, 0],
      ],
      4.9,
      19.48,
    ],
    [
      'of all kinds',
      [off(1), offItem(1, 1, 0), offItemCost(0.09, 1, 0), offCost(0.9, 'shipping')],
      [
        [0, 0],
        [1.09, 1.09],
      ],
      2.99,
      21.39,
    ],
    [
      'more than everything',
      [off(100)],
      [
        [0, 0],
        [0, 0],
      ],
      100,
      0,
    ],
    [
      'with more decimals than money has',
      [offItem(9.999, 1, 0), off(0.0005)],
      [
        [0, 0],
        [9.999, 9.999],
      ],
      9.9995,
      14.3805,
    ],
  ]

  test.each(table)('%s', (_name, effects, lines, discount, total) => {
    const priced = priceCart(session, effects)
    expect(priced.lines.map((line) => [line.discount, line.discountPerUnit])).toEqual(lines)
    expect(priced).toMatchObject({ subtotal: 18.48, discount, total })
    expect(priced.unknown).toEqual([])
  })

  test('make the total of a line, which is not below 0', () => {
    expect(priceCart(session, [offItem(1, 0, 0), offItem(20, 1, 0)]).lines).toMatchObject([
      { position: 0, item: session.cartItems[0], subtotal: 5, discount: 1, total: 4 },
      { position: 1, item: session.cartItems[1], subtotal: 13.48, discount: 20, total: 0 },
    ])
  })

  test('make the total of a cost, which is not below 0', () => {
    expect(priceCart(session, [offCost(4, 'shipping'), offCost(0.5, 'shipping'), offCost(3, 'insurance')]).additionalCosts).toEqual([
      { name: 'shipping', subtotal: 4.9, discount: 4.5, total: 0.4 },
      { name: 'insurance', subtotal: 1, discount: 3, total: 0 },
    ])
  })

  test('are summed by name, without the position that the API appends to it', () => {
    const effects = [
      off(1, 'Winter'),
      offItem(0.5, 0, 0, 'Fruit#0'),
      offItem(0.5, 0, 1, 'Fruit #0'),
      offItem(2, 1, 0, 'Winter#1'),
      off(1, 'Top #10 deal'),
    ]
    expect(priceCart(session, effects)).toMatchObject({
      discounts: [
        { name: 'Fruit', value: 1 },
        { name: 'Winter', value: 3 },
        { name: 'Top #10 deal', value: 1 },
      ],
      sessionDiscount: 2,
    })
  })

  test("count an item's own costs once for each unit", () => {
    const cartItems = [item('MUG', 10, 3, { handling: 0.5, gift: 0.25 })]
    expect(priceCart({ cartItems }, [])).toMatchObject({ subtotal: 32.25, total: 32.25 })
  })

  test('leave a cart that has nothing at nothing', () => {
    expect(priceCart({ cartItems: [] }, [])).toEqual({
      lines: [],
      additionalCosts: [],
      discounts: [],
      sessionDiscount: 0,
      subtotal: 0,
      discount: 0,
      total: 0,
      coupons: [],
      referral: undefined,
      freeItems: [],
      points: [],
      notifications: [],
      unknown: [],
    } satisfies PricedCart)
  })
})

describe('what effects say beside prices', () => {
  const points = { name: 'Points', programId: 7, subLedgerId: '', recipientIntegrationId: 'anna', transactionUUID: 'u' }

  const table: [name: string, effects: Effect[], expected: Partial<PricedCart>][] = [
    [
      'coupons',
      [
        effect('acceptCoupon', { value: 'TEN' }),
        effect('rejectCoupon', { value: 'OLD', rejectionReason: 'CouponExpired', details: 'for developers' }),
        effect('rejectCoupon', { value: 'NEW', rejectionReason: 'SomeReasonOfTomorrow' }),
      ],
      {
        coupons: [
          { code: 'TEN', status: 'accepted' },
          { code: 'OLD', status: 'rejected', reason: 'CouponExpired' },
          { code: 'NEW', status: 'rejected', reason: 'SomeReasonOfTomorrow' },
        ],
      },
    ],
    ['a referral', [effect('acceptReferral', { value: 'FRIEND' })], { referral: { code: 'FRIEND', status: 'accepted' } }],
    [
      'a referral, as it was told before',
      [effect('redeemReferral', { id: 1, value: 'FRIEND' })],
      { referral: { code: 'FRIEND', status: 'accepted' } },
    ],
    [
      'a refused referral',
      [effect('rejectReferral', { value: 'SELF', rejectionReason: 'ReferralRecipientIdSameAsAdvocate' })],
      { referral: { code: 'SELF', status: 'rejected', reason: 'ReferralRecipientIdSameAsAdvocate' } },
    ],
    [
      'free items, counted by SKU',
      [
        effect('addFreeItem', { sku: 'BAG', name: 'Bag' }),
        effect('addFreeItem', { sku: 'PEN', name: 'Pen' }),
        effect('addFreeItem', { sku: 'BAG', name: 'Bag' }),
      ],
      {
        freeItems: [
          { sku: 'BAG', name: 'Bag', quantity: 2 },
          { sku: 'PEN', name: 'Pen', quantity: 1 },
        ],
      },
    ],
    [
      'points earned and spent',
      [
        effect('addLoyaltyPoints', { ...points, value: 12.5 }),
        effect('deductLoyaltyPoints', { ...points, ruleTitle: 'rule', value: 100, subLedgerId: 'gold' }),
      ],
      {
        points: [
          { programId: 7, subLedgerId: '', name: 'Points', value: 12.5 },
          { programId: 7, subLedgerId: 'gold', name: 'Points', value: -100 },
        ],
      },
    ],
    [
      'notifications',
      [effect('showNotification', { notificationType: 'Offer', title: 'Nearly', body: 'Two more' })],
      { notifications: [{ type: 'Offer', title: 'Nearly', body: 'Two more' }] },
    ],
  ]

  test.each(table)('%s', (_name, effects, expected) => {
    expect(priceCart(session, effects)).toMatchObject({ ...expected, total: 24.38, unknown: [] })
  })

  test('what says nothing about a price is neither counted nor unknown', () => {
    const effects = [
      effect('triggerWebhook', { webhookId: 1, webhookName: 'x' }),
      effect('customEffect', { effectId: 1, name: 'x', payload: {} }),
      effect('error', { message: 'x' }),
    ]
    expect(priceCart(session, effects)).toEqual(priceCart(session, []))
  })
})

// What a server should not send, but might: its types are wrong on purpose.
const odd = (effectType: string, props: unknown) => ({ effectType, props }) as unknown as Effect

describe('effects that cannot be counted are handed through, and change no price', () => {
  const table: [name: string, effect: Effect][] = [
    ['a type of tomorrow', odd('setMoonPhase', { phase: 3 })],
    ['a line that is not there', offItem(1, 99, 0)],
    ['a line below the first', offItem(1, -1, 0)],
    ['half a line', offItem(1, 0.5, 0)],
    ['a position that is text', odd('setDiscountPerItem', { name: 'x', value: 1, position: '0' })],
    ['a position that reaches into the list', odd('setDiscountPerItem', { name: 'x', value: 1, position: 'length' })],
    ['no position', odd('setDiscountPerItem', { name: 'x', value: 1 })],
    ["a line's cost without a line", odd('setDiscountPerAdditionalCostPerItem', { name: 'x', value: 1, position: 2 })],
    ['a cost that is not there', offCost(1, 'gift')],
    ['a cost that every object has', offCost(1, 'constructor')],
    ['no value', odd('setDiscount', { name: 'x' })],
    ['a value that is text', odd('setDiscount', { name: 'x', value: '5' })],
    ['a value without end', odd('setDiscount', { name: 'x', value: Infinity })],
    ['a value that is none', odd('setDiscount', { name: 'x', value: NaN })],
    ['a coupon without code', odd('acceptCoupon', {})],
    ['a referral that is a number', odd('rejectReferral', { value: 7 })],
    ['a notification without text', odd('showNotification', { title: 'x' })],
    ['points of no program', odd('addLoyaltyPoints', { value: 1 })],
    ['no props', odd('setDiscount', undefined)],
    ['props that are null', odd('acceptCoupon', null)],
  ]

  test.each(table)('%s', (_name, oddOne) => {
    const effects = [offItem(0.5, 0, 0), effect('acceptCoupon', { value: 'TEN' })]
    expect(priceCart(session, [...effects, oddOne])).toEqual({ ...priceCart(session, effects), unknown: [oddOne] })
  })

  test('but a name or a reason that is missing costs nobody the discount or the refusal', () => {
    expect(priceCart(session, [odd('setDiscount', { value: 1 })])).toMatchObject({ discount: 1, discounts: [{ name: '', value: 1 }] })
    expect(priceCart(session, [odd('rejectCoupon', { value: 'TEN' })])).toMatchObject({ coupons: [{ code: 'TEN', status: 'rejected' }] })
  })

  test('nor does anything make it throw', () => {
    const junk = fc.oneof(fc.anything(), fc.constantFrom(0, 1, 99, -1, NaN, '', 'shipping'))
    const anyEffect = fc
      .record({
        effectType: fc.constantFrom(
          'setDiscount',
          'setDiscountPerItem',
          'setDiscountPerAdditionalCost',
          'acceptCoupon',
          'rejectReferral',
          'addFreeItem',
          'addLoyaltyPoints',
          'showNotification',
          'x',
          '__proto__',
          'toString',
        ),
        props: fc.oneof(
          junk,
          fc.record(
            {
              value: junk,
              name: junk,
              position: junk,
              subPosition: junk,
              additionalCost: junk,
              sku: junk,
              title: junk,
              body: junk,
              programId: junk,
            },
            { requiredKeys: [] },
          ),
        ),
      })
      .map(({ effectType, props }) => odd(effectType, props))
    fc.assert(
      fc.property(fc.array(anyEffect), (effects) => {
        const { total, unknown, discounts } = priceCart(session, effects)
        expect(total).toBeGreaterThanOrEqual(0)
        expect(discounts.every(({ value }) => Number.isFinite(value))).toBe(true)
        expect(effects).toEqual(expect.arrayContaining(unknown))
      }),
      { numRuns: 2000, seed: 1 },
    )
  })

  test('neither do prices and costs that are odd', () => {
    const cartItems = [odd('', '') as never, { sku: 'A', quantity: 1, price: null, additionalCosts: { a: null } } as never]
    expect(priceCart({ cartItems, additionalCosts: { shipping: null } as never }, [])).toMatchObject({ total: 0 })
    expect(priceCart({ cartItems: [], additionalCosts: null } as never, [offCost(1, 'shipping')]).total).toBe(0)
  })
})

describe('sums', () => {
  /** A decimal as whole thousandths of thousandths, by its digits. */
  const exact = (amount: number): bigint => {
    const [whole = '', fraction = ''] = amount.toFixed(6).split('.')
    return BigInt(whole + fraction)
  }
  const numberOf = (amount: bigint): number => Number(`${amount}e-6`)

  test.each([
    [[0.1, 0.2], 0.3],
    [[0.1, 0.7], 0.8],
    [[1.005, 1.005, 1.005], 3.015],
    [[-0.1, 0.3], 0.2],
    [[1e-7, 2e-7], 3e-7],
    [[], 0],
    [[0.30000000000000004, -0.3], 4e-17],
    [[33.333333333333336, 66.66666666666667], 100.000000000000006],
    [[9_007_199_254_740_993, 0.5], 9_007_199_254_740_992.5],
    [[1e21, 0.001, -1e21], 0.001],
    [[Infinity, 1], Infinity],
  ])('of %j are exact: %j', (amounts, expected) => {
    expect(sum(amounts)).toBe(expected)
  })

  test.each([
    [0.1, 3, 0.3],
    [1.005, 1000, 1005],
    [33.333333333333336, 3, 100.000000000000008],
    [19.99, 10_000, 199_900],
    [0, 5, 0],
  ])('of %j, %i times, are exact: %j', (amount, quantity, expected) => {
    expect(times(amount, quantity)).toBe(expected)
  })

  test('of more amounts than a function takes arguments', () => {
    expect(sum(Array.from({ length: 300_000 }, () => 0.1))).toBe(30_000)
  })

  const money = fc.integer({ min: 0, max: 999_999_999 }).map((thousandths) => thousandths / 1000)
  const lines = fc.array(fc.record({ price: money, quantity: fc.integer({ min: 1, max: 50 }), costs: fc.array(money, { maxLength: 2 }) }), {
    maxLength: 8,
  })
  const discount = fc.record({
    kind: fc.constantFrom('session', 'item', 'item cost', 'cost'),
    at: fc.nat(7),
    unit: fc.nat(49),
    value: money,
  })
  const carts = fc.record({ lines, shipping: fc.option(money, { nil: undefined }), discounts: fc.array(discount, { maxLength: 30 }) })

  test('of any cart are those of whole-number arithmetic, and never below 0', () => {
    fc.assert(
      fc.property(carts, ({ lines: drawn, shipping, discounts }) => {
        const cartItems = drawn.map(({ price, quantity, costs }, index) =>
          item(`SKU${index}`, price, quantity, Object.fromEntries(costs.map((value, nth) => [`cost ${nth}`, value]))),
        )
        const placed = discounts.filter(({ kind, at }) =>
          kind === 'cost' ? shipping !== undefined : kind === 'session' || at < cartItems.length,
        )
        const effects = placed.map(({ kind, at, unit, value }) => {
          if (kind === 'session') return off(value)
          if (kind === 'cost') return offCost(value, 'shipping')
          return kind === 'item' ? offItem(value, at, unit) : offItemCost(value, at, unit)
        })
        const priced = priceCart({ cartItems, ...(shipping !== undefined && { additionalCosts: { shipping: cost(shipping) } }) }, effects)

        const add = (amounts: bigint[]) => amounts.reduce((total, amount) => total + amount, 0n)
        const notBelow0 = (amount: bigint) => (amount < 0n ? 0n : amount)
        const expected = drawn.map(({ price, quantity, costs }, index) => {
          const subtotal = add([price, ...costs].map(exact)) * BigInt(quantity)
          const taken = add(placed.filter(({ kind, at }) => kind.startsWith('item') && at === index).map(({ value }) => exact(value)))
          return { subtotal: numberOf(subtotal), discount: numberOf(taken), total: numberOf(notBelow0(subtotal - taken)) }
        })
        const subtotal = add(expected.map((line) => exact(line.subtotal)))
        const taken = add(placed.map(({ value }) => exact(value)))
        const total = notBelow0(subtotal + exact(shipping ?? 0) - taken)
        expect(priced.lines.map((line) => ({ subtotal: line.subtotal, discount: line.discount, total: line.total }))).toEqual(expected)
        expect([priced.subtotal, priced.discount, priced.total]).toEqual([numberOf(subtotal), numberOf(taken), numberOf(total)])
        expect(exact(sum(priced.discounts.map(({ value }) => value)))).toBe(taken)
        expect(priced.total).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 1000, seed: Number(process.env.SEED ?? 1) },
    )
  })
})

describe('the words for a refusal', () => {
  test.each(Object.keys(englishRejections))('%s', (reason) => {
    expect(rejectionMessage(reason)).toMatch(/^[A-Z].*\.$/)
  })

  test.each(['SomeReasonOfTomorrow', '', 'toString', '__proto__'])('for a reason that is not known, %j, are the general ones', (reason) => {
    expect(rejectionMessage(reason)).toBe(englishRejections.EffectCouldNotBeApplied)
  })

  test('do not tell that a code exists when it is somebody else’s', () => {
    expect(englishRejections.CouponRecipientDoesNotMatch).toBe(englishRejections.CouponNotFound)
    expect(englishRejections.ReferralRecipientDoesNotMatch).toBe(englishRejections.ReferralNotFound)
  })
})
