import { type Effect, explain, priceCart } from 'talon-one-react'
import { createSandbox, percentOffCart, percentOffItems } from 'talon-one-react/sandbox'
import { describe, expect, test } from 'vitest'
import { filterAnswer } from '../../src/proxy/answer.ts'
import { cost, effect } from '../talon-one.ts'

const session = {
  cartItems: [
    { sku: 'APPLE', price: 2.5, quantity: 2, additionalCosts: { handling: cost(0.5) } },
    { sku: 'MUG', price: 12.99, quantity: 1 },
  ],
  additionalCosts: { shipping: cost(4.9) },
}

const by = <One extends Effect>(one: One, envelope: Partial<Effect>): One => ({ ...one, ...envelope })
const summer = { campaignId: 3, rulesetId: 30, ruleIndex: 1, ruleName: 'Summer', triggeredByCoupon: 77 }
const friends = { campaignId: 4, rulesetId: 40, ruleIndex: 0, ruleName: 'Friends' }

const effects = [
  by(effect('acceptCoupon', { value: 'SUMMER' }), summer),
  by(effect('acceptReferral', { value: 'FRIEND' }), friends),
  by(effect('setDiscountPerItem', { name: 'Fruit#0', value: 0.1, desiredValue: 0.5, position: 0, subPosition: 0 }), summer),
  by(
    effect('setDiscountPerItem', { name: 'Fruit#0', value: 0.2, position: 0, subPosition: 1, bundleName: 'Basket', bundleIndex: 1 }),
    summer,
  ),
  by(
    effect('setDiscountPerAdditionalCostPerItem', {
      name: 'Handling#0',
      value: 0.3,
      position: 0,
      additionalCostId: 1,
      additionalCost: 'handling',
    }),
    friends,
  ),
  by(effect('setDiscountPerAdditionalCost', { name: 'Shipping', value: 4.9, additionalCostId: 2, additionalCost: 'shipping' }), friends),
  by(effect('setDiscount', { name: 'Welcome', value: 1 }), friends),
  effect('setDiscount', { name: 'bad', value: NaN }),
  effect('setDiscountPerItem', { name: 'gone', value: 1, position: 9 }),
]

describe('why a cart costs what it costs', () => {
  test('each line, cost and the cart name the rule, the code and what it gave', () => {
    const { lines, additionalCosts, cart } = explain(session, effects)
    const bySummer = {
      campaignId: 3,
      rulesetId: 30,
      ruleIndex: 1,
      ruleName: 'Summer',
      coupon: 'SUMMER',
      referral: undefined,
      name: 'Fruit',
    }
    const byFriend = { campaignId: 4, rulesetId: 40, ruleIndex: 0, ruleName: 'Friends', coupon: undefined, referral: 'FRIEND' }
    expect(lines).toMatchObject([
      [
        { ...bySummer, effectType: 'setDiscountPerItem', value: 0.1, desiredValue: 0.5, subPosition: 0, bundle: undefined },
        { ...bySummer, value: 0.2, desiredValue: undefined, subPosition: 1, bundle: { name: 'Basket', index: 1 } },
        { ...byFriend, effectType: 'setDiscountPerAdditionalCostPerItem', name: 'Handling', value: 0.3, subPosition: undefined },
      ],
      [],
    ])
    expect([...additionalCosts]).toMatchObject([['shipping', [{ ...byFriend, name: 'Shipping', value: 4.9 }]]])
    expect(cart).toMatchObject([{ ...byFriend, name: 'Welcome', value: 1 }])
  })

  test('through the shopper’s proxy, which keeps rule names to itself', () => {
    const reader = { shopper: { profileId: 'anna' }, browserIds: new Map(), fields: {}, couponReasons: 'coarse' } as const
    const answer = filterAnswer('getCustomerSession', { effects: JSON.parse(JSON.stringify(effects)) }, reader)
    const [first] = explain(session, Object(answer).effects).lines[0] ?? []
    expect(first).toMatchObject({ campaignId: 3, ruleIndex: 1, coupon: 'SUMMER', value: 0.1, rulesetId: undefined, ruleName: undefined })
  })

  test('of a cart of the sandbox, by its campaigns', async () => {
    const sandbox = createSandbox({
      campaigns: [
        { id: 8, name: 'Tenth', rules: [percentOffItems(10)] },
        { id: 9, name: 'Summer', coupons: [{ value: 'SUMMER' }], rules: [percentOffCart(20, { needs: 'coupon' })] },
      ],
    })
    const body = {
      customerSession: { cartItems: session.cartItems.map(({ additionalCosts: _costs, ...item }) => item), couponCodes: ['SUMMER'] },
      responseContent: ['customerSession'],
    }
    const answer = await (await sandbox.fetch('/v2/customer_sessions/cart', { method: 'PUT', body: JSON.stringify(body) })).json()
    const { lines, cart } = explain(answer.customerSession, answer.effects)
    expect(lines.map((reasons) => reasons.map(({ campaignId, value }) => [campaignId, value]))).toEqual([
      [
        [8, 0.25],
        [8, 0.25],
      ],
      [[8, expect.closeTo(1.299)]],
    ])
    expect(cart).toMatchObject([
      { campaignId: 9, coupon: 'SUMMER', value: priceCart(answer.customerSession, answer.effects).sessionDiscount },
    ])
  })
})
