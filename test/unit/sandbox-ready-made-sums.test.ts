import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createReferral, updateCustomerProfileV2 } from '../../src/endpoints.ts'
import {
  amountOffCart,
  amountOffItems,
  birthdayDiscount,
  bundlePrice,
  buyXGetY,
  freeShipping,
  percentOffCart,
  percentOffItems,
  type SandboxRule,
  tieredSpend,
  type Unit,
  welcomeReferral,
} from '../../src/sandbox/index.ts'
import type { CartItem } from '../../src/schema.ts'
import { openShop, propsOf } from './sandbox-shop.ts'

const runs = { numRuns: Number(process.env.RUNS ?? 100), seed: Number(process.env.SEED ?? 1) }

const shopWith = (rule: SandboxRule) => openShop({ campaigns: [{ id: 1, name: 'One', rules: [rule] }] })
const effectsOf = async (rule: SandboxRule, cartItems: CartItem[]) => (await shopWith(rule).put({ cartItems })).effects
const line = (sku: string, price: number, quantity: number): CartItem => ({ sku, name: sku, price, quantity })

describe('whatever the cart', () => {
  // Sums such as 0.1 + 0.2, cheap and dear, in cents and in fractions of them.
  const price = fc.oneof(
    fc.integer({ min: 0, max: 20_000 }).map((cents) => cents / 100),
    fc.double({ min: 0, max: 1000, noNaN: true, noDefaultInfinity: true }),
  )
  const lines = fc.array(
    fc
      .record({ sku: fc.constantFrom('A', 'B', 'C'), price, quantity: fc.integer({ min: 1, max: 4 }), wrap: price })
      .map(({ wrap, ...rest }) => ({
        ...rest,
        name: rest.sku,
        additionalCosts: { wrap: { price: wrap } },
      })),
    { maxLength: 6 },
  )
  const isOf = (sku: string) => (unit: Unit) => unit.sku === sku
  const rules = fc.oneof(
    fc.integer({ min: 0, max: 100 }).map((percent) => percentOffCart(percent)),
    fc.double({ min: 0, max: 100, noNaN: true }).map((percent) => percentOffItems(percent)),
    price.map((amount) => amountOffCart(amount)),
    price.map((amount) => amountOffItems(amount, { which: isOf('A') })),
    fc
      .record({ buy: fc.integer({ min: 1, max: 3 }), get: fc.integer({ min: 1, max: 3 }), percent: fc.integer({ min: 0, max: 100 }) })
      .map(buyXGetY),
    fc
      .record({ price, parts: fc.array(fc.constantFrom(isOf('A'), isOf('B'), isOf('C')), { minLength: 1, maxLength: 3 }) })
      .map(bundlePrice),
    fc.integer({ min: 0, max: 100 }).map((percent) =>
      tieredSpend([
        { from: 10, percent },
        { from: 0, percent: 3 },
      ]),
    ),
    fc.constant(freeShipping()),
    price.map((amount) => welcomeReferral({ amount })),
    fc.integer({ min: 0, max: 100 }).map((percent) => birthdayDiscount(percent)),
  )

  it('no discount is negative, and none is more than what it discounts', async () => {
    await fc.assert(
      fc.asyncProperty(rules, lines, price, async (rule, items, shipping) => {
        const shop = shopWith(rule)
        await shop.send(updateCustomerProfileV2, { integrationId: 'anna', attributes: { Birthday: '1990-01-15' } })
        const referral =
          rule.needs === 'referral' ? (await shop.send(createReferral, { campaignId: 1, advocateProfileIntegrationId: 'bob' })).code : ''
        const { effects, customerSession } = await shop.put({
          cartItems: items,
          additionalCosts: { shipping: { price: shipping } },
          referralCode: referral,
        })
        for (const { value } of propsOf('setDiscount', effects)) expect(value).toSatisfy(isWithin(customerSession?.cartItemTotal ?? 0))
        for (const { value } of propsOf('setDiscountPerAdditionalCost', effects)) expect(value).toSatisfy(isWithin(shipping))
        const units = new Set(propsOf('setDiscountPerItem', effects).map(({ position, subPosition }) => `${position}/${subPosition}`))
        expect(units.size).toBe(propsOf('setDiscountPerItem', effects).length)
        for (const { value, position, subPosition = 0 } of propsOf('setDiscountPerItem', effects)) {
          expect(value).toSatisfy(isWithin(items[position]?.price ?? 0))
          expect(subPosition).toBeLessThan(items[position]?.quantity ?? 0)
        }
      }),
      runs,
    )
  })

  it('a bundle costs its price, and what is not in one costs what it did', async () => {
    await fc.assert(
      fc.asyncProperty(lines, price, async (items, together) => {
        const shares = propsOf(
          'setDiscountPerItem',
          await effectsOf(bundlePrice({ parts: [isOf('A'), isOf('B')], price: together }), items),
        )
        const counts = (sku: string) => items.filter((item) => item.sku === sku).reduce((sum, { quantity }) => sum + quantity, 0)
        expect(new Set(shares.map(({ bundleIndex }) => bundleIndex)).size).toBeLessThanOrEqual(Math.min(counts('A'), counts('B')))
        for (const index of new Set(shares.map(({ bundleIndex }) => bundleIndex))) {
          const mine = shares.filter(({ bundleIndex }) => bundleIndex === index)
          const given = mine.reduce((sum, { value }) => sum + value, 0)
          expect(given).toBeCloseTo(mine[0]?.totalDiscount ?? NaN, 6)
        }
      }),
      runs,
    )
  })

  it.each<{ name: string; ruleFor: (which: (unit: Unit) => boolean) => SandboxRule }>([
    { name: 'a percentage off items', ruleFor: (which) => percentOffItems(10, { which }) },
    { name: 'an amount off items', ruleFor: (which) => amountOffItems(1, { which }) },
    { name: 'buy some, get some', ruleFor: (which) => buyXGetY({ buy: 1, get: 1, which }) },
    {
      name: 'a bundle',
      ruleFor: (which) =>
        bundlePrice({ parts: [(unit) => which(unit) && unit.sku === 'A', (unit) => which(unit) && unit.sku === 'B'], price: 1 }),
    },
  ])('$name looks at each unit a fixed number of times', async ({ ruleFor }) => {
    const looks = async (quantity: number) => {
      let count = 0
      const rule = ruleFor(() => {
        count += 1
        return true
      })
      const effects = await effectsOf(rule, [line('A', 2, quantity), line('B', 2, quantity)])
      expect(effects.length).toBeGreaterThanOrEqual(quantity)
      return count
    }
    const [few, many] = [await looks(10), await looks(1000)]
    expect(many).toBeLessThanOrEqual(few * 100)
  })
})

function isWithin(limit: number): (value: number) => boolean {
  return (value) => value > 0 && value <= limit
}
