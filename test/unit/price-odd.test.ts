import fc from 'fast-check'
import { type Effect, priceCart } from 'talon-one-react'
import { describe, expect, test } from 'vitest'
import { cost, effect } from '../talon-one.ts'

const session = {
  cartItems: [
    { sku: 'APPLE', price: 2.5, quantity: 2 },
    { sku: 'MUG', price: 12.99, quantity: 1 },
  ],
  additionalCosts: { shipping: cost(4.9) },
}

const offItem = (value: number, position: number) => effect('setDiscountPerItem', { name: 'x', value, position, subPosition: 0 })
const offCost = (value: number, additionalCost: string) =>
  effect('setDiscountPerAdditionalCost', { name: 'x', value, additionalCostId: 1, additionalCost })

// What a server should not send, but might: its types are wrong on purpose.
const odd = (effectType: string, props: unknown) => ({ effectType, props }) as unknown as Effect

describe('effects that cannot be counted are handed through, and change no price', () => {
  const table: [name: string, effect: Effect][] = [
    ['a type of tomorrow', odd('setMoonPhase', { phase: 3 })],
    ['a line that is not there', offItem(1, 99)],
    ['a line below the first', offItem(1, -1)],
    ['half a line', offItem(1, 0.5)],
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
    const effects = [offItem(0.5, 0), effect('acceptCoupon', { value: 'TEN' })]
    const all = [...effects, oddOne]
    expect(priceCart(session, all)).toEqual({ ...priceCart(session, effects), unknown: [oddOne], effects: all })
  })

  test('but a name or a reason that is missing costs nobody the discount or the refusal', () => {
    expect(priceCart(session, [odd('setDiscount', { value: 1 })])).toMatchObject({ discount: 1, discounts: [{ name: '', value: 1 }] })
    const refused = { code: 'TEN', status: 'rejected', reason: '' }
    expect(priceCart(session, [odd('rejectCoupon', { value: 'TEN' })]).coupons).toEqual([refused])
    const noTexts = { value: 'TEN', rejectionReason: 7, campaignExclusionReason: {} }
    const { coupons, referral } = priceCart(session, [odd('rejectCoupon', noTexts), odd('rejectReferral', noTexts)])
    expect([...coupons, referral]).toEqual([refused, refused])
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
    for (const quantity of [-3, 0, 1.5, 1e15, NaN, undefined])
      expect(priceCart({ cartItems: [{ sku: 'A', quantity, price: 1 } as never] }, [offItem(1, 0)]).lines).toHaveLength(1)
    expect(priceCart({ cartItems: [{ sku: 'A', quantity: 1e9, price: 1e305 }] }, []).total).toBe(Infinity)
    const cartItems = [{ sku: 'A', quantity: 1, price: null, additionalCosts: { a: null } } as never]
    expect(priceCart({ cartItems, additionalCosts: { shipping: null } as never }, [])).toMatchObject({ total: 0 })
    expect(priceCart({ cartItems: [], additionalCosts: null } as never, [offCost(1, 'shipping')]).total).toBe(0)
  })
})

test('a discount on a line that has no units leaves the next line as it is', () => {
  const cartItems = [
    { sku: 'GONE', price: 2.5, quantity: 0 },
    { sku: 'MUG', price: 12.99, quantity: 2 },
  ]
  const perUnit = [0, 1].map((subPosition) => effect('setDiscountPerItem', { name: 'x', value: 1, position: 1, subPosition }))
  const { lines } = priceCart({ cartItems }, [offItem(1, 0), ...perUnit])
  expect(lines[1]).toMatchObject({ discount: 2, discountPerUnit: 1 })
})
