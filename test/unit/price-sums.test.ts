import fc from 'fast-check'
import { priceCart } from 'talon-one-react'
import { describe, expect, test } from 'vitest'
import { sumOf, takeOff, times } from '../../src/decimal.ts'
import { cost, effect } from '../talon-one.ts'

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
    [[33.333333333333336, 66.66666666666667], 100],
    [[39_561_841_306.37698, 67_569_475_972.83255, 0.3267], 107_131_317_279.53622],
    [[9_007_199_254_740_992, 1, 1], 9_007_199_254_740_994],
    [[1e21, 0.001, -1e21], 0.001],
    [[1e308, 1e308], Infinity],
    [[Infinity, 1], Infinity],
  ])('of %j are exact: %j', (amounts, expected) => {
    expect(sumOf(amounts)).toBe(expected)
  })

  test.each([
    [0.1, 3, 0.3],
    [1.005, 1000, 1005],
    [33.333333333333336, 3, 100.00000000000001],
    [19.99, 10_000, 199_900],
    [0, 5, 0],
    [2.5, 0.5, 1.25],
    [1e15, 3, 3e15],
  ])('of %j, %j times, are exact: %j', (amount, quantity, expected) => {
    expect(times(amount, quantity)).toBe(expected)
  })

  test.each([
    [0.3, 0.1, 0.2],
    [1, 2, 0],
    [33.333333333333336, 0.000000000000006, 33.33333333333333],
    [1e16, 2, 9_999_999_999_999_998],
  ])('of %j less %j are exact and not below 0: %j', (amount, discount, expected) => {
    expect(takeOff(amount, discount)).toBe(expected)
  })

  test('of more amounts than a function takes arguments', () => {
    expect(sumOf(Array.from({ length: 300_000 }, () => 0.1))).toBe(30_000)
  })

  const money = fc.integer({ min: 0, max: 999_999_999 }).map((thousandths) => thousandths / 1000)
  const lines = fc.array(fc.record({ price: money, quantity: fc.integer({ min: 1, max: 50 }), costs: fc.array(money, { maxLength: 2 }) }), {
    maxLength: 8,
  })
  const effectTypes = {
    session: 'setDiscount',
    item: 'setDiscountPerItem',
    'item cost': 'setDiscountPerAdditionalCostPerItem',
    cost: 'setDiscountPerAdditionalCost',
  } as const
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
        const cartItems = drawn.map(({ price, quantity, costs }, index) => ({
          sku: `SKU${index}`,
          price,
          quantity,
          additionalCosts: Object.fromEntries(costs.map((value, nth) => [`cost ${nth}`, cost(value)])),
        }))
        const placed = discounts.filter(({ kind, at }) =>
          kind === 'cost'
            ? shipping !== undefined
            : kind === 'session' || (at < cartItems.length && (kind === 'item' || (drawn[at]?.costs.length ?? 0) > 0)),
        )
        const effects = placed.map(({ kind, at, unit, value }) => {
          const props = {
            name: kind,
            value,
            position: at,
            subPosition: unit,
            additionalCostId: 1,
            additionalCost: kind === 'item cost' ? 'cost 0' : 'shipping',
          }
          return effect(effectTypes[kind], props)
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
        expect(exact(sumOf(priced.discounts.map(({ value }) => value)))).toBe(taken)
        expect(priced.total).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 1000, seed: Number(process.env.SEED ?? 1) },
    )
  })
})
