import { describe, expect, it } from 'vitest'
import { createReferral, updateCustomerProfileV2, updateCustomerSessionV2 } from '../../src/endpoints.ts'
import {
  amountOffCart,
  amountOffItems,
  birthdayDiscount,
  bundlePrice,
  buyXGetY,
  freeItemForSpend,
  freeShipping,
  giveawayForSpend,
  percentOffCart,
  percentOffItems,
  pointsForSpend,
  type SandboxConfig,
  type SandboxRule,
  tieredSpend,
  tierMultiplier,
  type Unit,
  welcomeReferral,
} from '../../src/sandbox/index.ts'
import type { CartItem, NewCustomerSessionV2 } from '../../src/schema.ts'
import { coffee, grantPoints, mug, openShop, propsOf, verdicts } from './sandbox-shop.ts'

const cartItems = [coffee, mug]
const tiers = [{ name: 'Gold', minPoints: 100 }]
const isCoffee = ({ category }: Unit): boolean => category === 'Coffee'
const isMug = ({ sku }: Unit): boolean => sku === 'MUG'

function openWith(rule: SandboxRule, config: SandboxConfig = {}) {
  const giveaways = [{ id: 1, name: 'Pool', codes: ['A'] }]
  return openShop({
    programs: [{ id: 1, name: 'beans', title: 'Beans', tiers }],
    campaigns: [{ id: 1, name: 'One', coupons: [{ value: 'CODE' }], giveaways, rules: [rule] }],
    ...config,
  })
}

const effectsOf = async (rule: SandboxRule, session: NewCustomerSessionV2 = { cartItems }) => (await openWith(rule).put(session)).effects
const offCart = async (rule: SandboxRule, session?: NewCustomerSessionV2) =>
  propsOf('setDiscount', await effectsOf(rule, session)).map(({ value }) => value)
/** Position, sub-position and amount of each unit that is discounted. */
const offUnits = async (rule: SandboxRule, items: CartItem[] = cartItems) =>
  propsOf('setDiscountPerItem', await effectsOf(rule, { cartItems: items })).map(({ position, subPosition, value }) => [
    position,
    subPosition,
    value,
  ])
const oneEuro = (): CartItem[] => Array.from({ length: 10 }, (_, index) => line(`SKU-${index}`, 0.1))
const line = (sku: string, price: number, quantity = 1): CartItem => ({ sku, name: sku, price, quantity })

describe('a percentage or an amount off', () => {
  it('the cart is one discount on its items, not on its costs', async () => {
    const costs = { additionalCosts: { shipping: { price: 100 } } }
    expect(propsOf('setDiscount', await effectsOf(percentOffCart(10), { cartItems, ...costs }))).toEqual([{ name: '10 % off', value: 3 }])
    expect(propsOf('setDiscount', await effectsOf(amountOffCart(5), { cartItems, ...costs }))).toEqual([{ name: '5 off', value: 5 }])
    expect(await offCart(amountOffCart(50), { cartItems, ...costs })).toEqual([30])
    expect(await offCart(percentOffCart(100))).toEqual([30])
    expect((0.007 * 100) / 100).toBeGreaterThan(0.007)
    expect(await offCart(percentOffCart(100), { cartItems: [line('A', 0.007)] })).toEqual([0.007])
  })

  it('an empty cart, or one that costs nothing, is nothing', async () => {
    for (const items of [[], [line('FREE', 0)]])
      for (const rule of [
        percentOffCart(10),
        amountOffCart(5),
        percentOffItems(10),
        amountOffItems(5),
        tieredSpend([{ from: 0, percent: 10 }]),
      ])
        expect(await effectsOf(rule, { cartItems: items })).toEqual([])
  })

  it('items is one discount for each unit, of those it is about', async () => {
    expect(await offUnits(percentOffItems(10))).toEqual([
      [0, 0, 0.9],
      [0, 1, 0.9],
      [1, 0, 1.2],
    ])
    expect(await offUnits(amountOffItems(10))).toEqual([
      [0, 0, 9],
      [0, 1, 9],
      [1, 0, 10],
    ])
    expect(await offUnits(percentOffItems(50, { which: isMug }))).toEqual([[1, 0, 6]])
    expect(await offUnits(amountOffItems(1, { which: isCoffee }), [mug])).toEqual([])
  })

  it('takes a name, a condition, a code and texts', async () => {
    const rule = percentOffCart(10, { name: 'Sale', needs: 'coupon', when: ({ itemTotal }) => itemTotal > 20, displayName: 'A tenth off' })
    expect(rule).toMatchObject({ name: 'Sale', displayName: 'A tenth off' })
    const shop = openWith(rule)
    const { effects } = await shop.put({ cartItems, couponCodes: ['CODE'] })
    expect(propsOf('setDiscount', effects)).toMatchObject([{ name: 'Sale' }])
    expect(verdicts((await shop.put({ cartItems: [mug] })).effects)).toEqual({ CODE: 'CouponRejectedByCondition' })
  })

  it('heeds its condition, whichever rule it is', async () => {
    const when = () => false
    const parts = [isCoffee, isMug]
    const rules = [
      amountOffCart(1, { when }),
      percentOffItems(1, { when }),
      amountOffItems(1, { when }),
      buyXGetY({ buy: 1, get: 1, when }),
      bundlePrice({ parts, price: 1, when }),
      freeItemForSpend({ sku: 'x', name: 'x' }, { when }),
      freeShipping({ when }),
      tieredSpend([{ from: 0, percent: 10 }], { when }),
      pointsForSpend({ programId: 1, when }),
      tierMultiplier({}, { programId: 1, when }),
      giveawayForSpend(1, { when }),
    ]
    for (const rule of rules)
      expect(await effectsOf(rule, { cartItems, additionalCosts: { shipping: { price: 5 } } }), rule.name).toEqual([])
  })
})

describe('buy some, get some', () => {
  const twoPlusOne = buyXGetY({ buy: 2, get: 1 })

  it('makes the cheapest units free', async () => {
    expect(await offUnits(twoPlusOne)).toEqual([[0, 0, 9]])
    expect(await offUnits(twoPlusOne, [mug, line('TEA', 3), coffee])).toEqual([[1, 0, 3]])
    expect(propsOf('setDiscountPerItem', await effectsOf(twoPlusOne))).toMatchObject([{ name: 'Buy 2, get 1#0' }])
  })

  it('gives as many as there are full sets: what is left over gets nothing', async () => {
    const freeOf = async (quantity: number) => (await offUnits(twoPlusOne, [line('TEA', 3, quantity)])).length
    expect(await Promise.all([1, 2, 3, 5, 6, 8, 9].map(freeOf))).toEqual([0, 0, 1, 1, 2, 2, 3])
  })

  it('may give several, at less than all, of some units only', async () => {
    expect(await offUnits(buyXGetY({ buy: 1, get: 2, percent: 50, which: isCoffee }), [{ ...coffee, quantity: 4 }, mug])).toEqual([
      [0, 0, 4.5],
      [0, 1, 4.5],
    ])
    expect(await offUnits(buyXGetY({ buy: 2, get: 1, which: isMug }))).toEqual([])
  })

  it('answers in the order of the cart, whatever the prices, and takes the first of equals', async () => {
    expect(await offUnits(buyXGetY({ buy: 1, get: 1 }), [line('A', 2), line('B', 1), line('C', 2), line('D', 9)])).toEqual([
      [0, 0, 2],
      [1, 0, 1],
    ])
  })

  it('refuses its code when there is not enough for a set', async () => {
    const { effects } = await openWith({ ...twoPlusOne, needs: 'coupon' }).put({ cartItems: [mug], couponCodes: ['CODE'] })
    expect(verdicts(effects)).toEqual({ CODE: 'CouponRejectedByCondition' })
  })
})

describe('a bundle', () => {
  const parts = [isCoffee, isMug]

  it('costs its price: the discount is shared out by prices', async () => {
    const shares = propsOf('setDiscountPerItem', await effectsOf(bundlePrice({ parts, price: 14, name: 'Set' })))
    expect(shares).toEqual([
      { name: 'Set#0', value: 3, position: 0, subPosition: 0, totalDiscount: 7, bundleName: 'Set', bundleIndex: 0 },
      { name: 'Set#1', value: 4, position: 1, subPosition: 0, totalDiscount: 7, bundleName: 'Set', bundleIndex: 0 },
    ])
  })

  it('is found as often as the cart has it, and no unit twice', async () => {
    const shares = propsOf(
      'setDiscountPerItem',
      await effectsOf(bundlePrice({ parts, price: 14 }), { cartItems: [{ ...mug, quantity: 3 }, coffee] }),
    )
    expect(shares.map(({ bundleIndex, position, subPosition }) => [bundleIndex, position, subPosition])).toEqual([
      [0, 1, 0],
      [0, 0, 0],
      [1, 1, 1],
      [1, 0, 1],
    ])
  })

  it('of the same part twice takes two units', async () => {
    expect(await offUnits(bundlePrice({ parts: [isCoffee, isCoffee], price: 10 }))).toEqual([
      [0, 0, 4],
      [0, 1, 4],
    ])
    expect(await offUnits(bundlePrice({ parts: [isCoffee, isCoffee, isCoffee], price: 10 }))).toEqual([])
  })

  it('that costs more than its units is no surcharge', async () => {
    expect(await offUnits(bundlePrice({ parts, price: 100 }))).toEqual([])
  })

  it('of nothing is none, and one that lacks a part refuses its code', async () => {
    expect(await offUnits(bundlePrice({ parts: [], price: 0 }))).toEqual([])
    const { effects } = await openWith(bundlePrice({ parts, price: 1, needs: 'coupon' })).put({
      cartItems: [coffee],
      couponCodes: ['CODE'],
    })
    expect(verdicts(effects)).toEqual({ CODE: 'CouponRejectedByCondition' })
  })
})

describe('for carts worth so much', () => {
  it('a free item, from that sum on', async () => {
    const rule = freeItemForSpend({ sku: 'sample', name: 'Sample', quantity: 2 }, { from: 30 })
    expect(propsOf('addFreeItem', await effectsOf(rule))).toEqual([
      { sku: 'sample', name: 'Sample' },
      { sku: 'sample', name: 'Sample' },
    ])
    expect(await effectsOf(rule, { cartItems: [line('A', 29.99)] })).toEqual([])
    expect(await effectsOf(freeItemForSpend({ sku: 'sample', name: 'Sample' }), { cartItems: [] })).toEqual([])
    expect(await effectsOf(freeItemForSpend({ sku: 'sample', name: 'Sample' }), { cartItems: [line('FREE', 0)] })).toHaveLength(1)
  })

  it('free shipping, of a cart that has any', async () => {
    const costs = { additionalCosts: { shipping: { price: 4.9 }, express: { price: 9 } } }
    expect(propsOf('setDiscountPerAdditionalCost', await effectsOf(freeShipping(), { cartItems, ...costs }))).toMatchObject([
      { additionalCost: 'shipping', value: 4.9 },
    ])
    expect(
      propsOf('setDiscountPerAdditionalCost', await effectsOf(freeShipping({ additionalCost: 'express' }), { cartItems, ...costs })),
    ).toMatchObject([{ additionalCost: 'express', value: 9 }])
    expect(await effectsOf(freeShipping({ from: 31 }), { cartItems, ...costs })).toEqual([])
    expect(await effectsOf(freeShipping())).toEqual([])
    expect(await effectsOf(freeShipping(), { cartItems, additionalCosts: { shipping: { price: 0 } } })).toEqual([])
  })

  it('a percentage that grows, at the highest step that is reached, in whichever order they are listed', async () => {
    const rule = tieredSpend([
      { from: 20, percent: 5 },
      { from: 100, percent: 20 },
      { from: 50, percent: 10 },
    ])
    const at = async (price: number) => (await offCart(rule, { cartItems: [line('A', price)] }))[0]
    expect(await Promise.all([19.99, 20, 49.99, 50, 99.99, 100, 1000].map(at))).toEqual([
      undefined,
      1,
      2.4995000000000003,
      5,
      9.999,
      20,
      200,
    ])
    expect(await effectsOf(tieredSpend([]))).toEqual([])
  })

  it('reached by a sum of binary fractions', async () => {
    expect(oneEuro().reduce((sum, { price = 0 }) => sum + price, 0)).toBeLessThan(1)
    expect(await effectsOf(giveawayForSpend(1, { from: 1 }), { cartItems: oneEuro() })).toHaveLength(1)
    expect(await offCart(tieredSpend([{ from: 1, percent: 10 }]), { cartItems: oneEuro() })).toHaveLength(1)
  })

  it('a giveaway', async () => {
    expect(await effectsOf(giveawayForSpend(1, { from: 31 }))).toEqual([])
    expect(await effectsOf(giveawayForSpend(1))).toMatchObject([{ effectType: 'willAwardGiveaway' }])
    expect(await effectsOf(giveawayForSpend(1), { cartItems: [] })).toEqual([])
  })
})

describe('points', () => {
  const earned = async (rule: SandboxRule, items: CartItem[], before = 0) => {
    const shop = openWith(rule)
    if (before > 0) grantPoints(shop, 'anna', before)
    return propsOf('addLoyaltyPoints', (await shop.put({ cartItems: items })).effects).map(({ value }) => value)
  }

  it('are for full units of money, whatever binary fractions make of the sum', async () => {
    expect(await earned(pointsForSpend({ programId: 1 }), [line('A', 0.99)])).toEqual([])
    expect(await earned(pointsForSpend({ programId: 1 }), [line('A', 1.99)])).toEqual([1])
    expect(await earned(pointsForSpend({ programId: 1, perUnit: 5 }), [line('A', 10.5)])).toEqual([50])
    expect(await earned(pointsForSpend({ programId: 1 }), oneEuro())).toEqual([1])
    expect(await earned(pointsForSpend({ programId: 1 }), [])).toEqual([])
  })

  it('grow with the tier, and are as ever without one', async () => {
    const rule = tierMultiplier({ Gold: 3 }, { programId: 1, perUnit: 2 })
    expect(await earned(rule, [mug])).toEqual([24])
    expect(await earned(rule, [mug], 99)).toEqual([24])
    expect(await earned(rule, [mug], 100)).toEqual([72])
    expect(await earned(tierMultiplier({ Silver: 3 }, { programId: 1 }), [mug], 100)).toEqual([12])
  })
})

describe('a welcome for a friend', () => {
  const open = async (rule: SandboxRule) => {
    const shop = openWith(rule)
    const { code } = await shop.send(createReferral, { campaignId: 1, advocateProfileIntegrationId: 'bob' })
    return { ...shop, code }
  }

  it('takes an amount off the first order, at most what it costs, and thanks the advocate', async () => {
    const { put, code } = await open(welcomeReferral({ amount: 20, reward: { programId: 1, points: 50 } }))
    const { effects } = await put({ cartItems: [mug], referralCode: code })
    expect(verdicts(effects)).toEqual({ [code]: 'accepted' })
    expect(propsOf('setDiscount', effects).map(({ value }) => value)).toEqual([12])
    expect(propsOf('addLoyaltyPoints', effects)).toMatchObject([{ value: 50, recipientIntegrationId: 'bob' }])
  })

  it('is not for a second order, nor without the code, and gives no thanks unless told to', async () => {
    const { put, code } = await open(welcomeReferral({ amount: 5 }))
    expect((await put({ cartItems })).effects).toEqual([])
    expect((await put({ cartItems, referralCode: code })).effects.map(({ effectType }) => effectType)).toEqual([
      'acceptReferral',
      'setDiscount',
    ])
    const second = await open(welcomeReferral({ amount: 5 }))
    await second.send(updateCustomerSessionV2, { customerSessionId: 'earlier', customerSession: { profileId: 'anna' } })
    expect(verdicts((await second.put({ cartItems, referralCode: second.code })).effects)).toEqual({
      [second.code]: 'ReferralRejectedByCondition',
    })
  })
})

describe('a birthday', () => {
  const offOn = async (day: string, attributes: Record<string, unknown>, options = {}) => {
    const shop = openWith(birthdayDiscount(10, options), { clock: () => Date.parse(day) })
    await shop.send(updateCustomerProfileV2, { integrationId: 'anna', attributes })
    return propsOf('setDiscount', (await shop.put({ cartItems })).effects).length > 0
  }

  it('is a day of every year, UTC', async () => {
    const born = { Birthday: '1990-01-15' }
    expect(await offOn('2026-01-15T00:00:00Z', born)).toBe(true)
    expect(await offOn('2026-01-15T23:59:59.999Z', born)).toBe(true)
    expect(await offOn('2026-01-14T23:59:59.999Z', born)).toBe(false)
    expect(await offOn('2026-02-15T00:00:00Z', born)).toBe(false)
    expect(await offOn('2030-01-15T12:00:00+13:00', born)).toBe(false)
  })

  it('may be a moment, in an attribute of another name', async () => {
    expect(await offOn('2026-01-15T12:00:00Z', { Born: '1990-01-16T01:00:00+02:00' }, { attribute: 'Born' })).toBe(true)
    expect(await offOn('2026-01-15T12:00:00Z', { Birthday: '1990-01-15' }, { attribute: 'Born' })).toBe(false)
  })

  it('on a 29th of February is the 28th in other years', async () => {
    const born = { Birthday: '2000-02-29' }
    expect(await offOn('2024-02-29T12:00:00Z', born)).toBe(true)
    expect(await offOn('2024-02-28T12:00:00Z', born)).toBe(false)
    expect(await offOn('2026-02-28T12:00:00Z', born)).toBe(true)
    expect(await offOn('2026-03-01T12:00:00Z', born)).toBe(false)
    expect(await offOn('2024-02-29T12:00:00Z', { Birthday: '1999-02-28' })).toBe(false)
  })

  it('is none where the attribute holds no date', async () => {
    for (const Birthday of [undefined, '', 'tomorrow', 15, null, ['1990-01-15'], {}])
      expect(await offOn('2026-01-15T12:00:00Z', { Birthday })).toBe(false)
  })
})
