import { describe, expect, it } from 'vitest'
import { updateCustomerSessionV2 } from '../../src/endpoints.ts'
import {
  addFreeItem,
  addLoyaltyPoints,
  type Budget,
  bundlePrice,
  demoPrograms,
  type SandboxCampaign,
  type SandboxRule,
  setDiscount,
  setDiscountPerItem,
  setDiscountProRata,
  type Unit,
} from '../../src/sandbox/index.ts'
import { coffee, mug, openShop, propsOf, verdicts } from './sandbox-shop.ts'

const cartItems = [coffee, mug]

/** A campaign that gives what is left of one budget. */
function partly(limit: Budget, then: SandboxRule['then'], more: Partial<SandboxCampaign> = {}, needs?: 'coupon') {
  const rules = [{ name: 'Gives', then, ...(needs && { needs }) }]
  return openShop({
    programs: demoPrograms,
    campaigns: [{ id: 1, name: 'One', partialRewards: true, coupons: [{ value: 'CODE' }], limits: [limit], rules, ...more }],
  })
}

const unit: Unit = { sku: 'A', name: 'A', price: 1, category: undefined, attributes: {}, additionalCosts: {}, position: 0, subPosition: 0 }
const money = (limit: number): Budget => ({ action: 'setDiscount', limit, entities: [] })

describe('a budget that is nearly used up', () => {
  it('gives what is left of a discount, and says what it should have been', async () => {
    const shop = partly(money(3), () => [setDiscount('Five off', 5)])
    expect(propsOf('setDiscount', (await shop.put({ cartItems })).effects)).toEqual([{ name: 'Five off', value: 3, desiredValue: 5 }])
  })

  it('says so too when there is enough', async () => {
    const shop = partly(money(5), () => [setDiscount('Five off', 5)])
    expect(propsOf('setDiscount', (await shop.put({ cartItems })).effects)).toEqual([{ name: 'Five off', value: 5, desiredValue: 5 }])
  })

  it('fails the rule without partial rewards', async () => {
    const shop = partly(money(3), () => [setDiscount('Five off', 5)], { partialRewards: false })
    expect((await shop.put({ cartItems })).effects).toEqual([])
  })

  it('is not tripped over by binary fractions', async () => {
    const shop = partly(money(0.3), () => [setDiscount('Three times ten cents', 0.1 * 3)], { partialRewards: false })
    expect((await shop.put({ cartItems })).effects).toHaveLength(1)
  })

  it('gives units in their order until nothing is left', async () => {
    const shop = partly(money(8), ({ units }) => units.map((unit) => setDiscountPerItem('Five off', unit, 5)))
    expect(propsOf('setDiscountPerItem', (await shop.put({ cartItems })).effects)).toEqual([
      { name: 'Five off#0', value: 5, desiredValue: 5, position: 0, subPosition: 0 },
      { name: 'Five off#0', value: 3, desiredValue: 5, position: 0, subPosition: 1 },
    ])
  })

  it('says of a shared discount what there is of it altogether, and what there should be', async () => {
    const shop = partly(money(8), ({ units }) => setDiscountProRata('Ten off', units, 10))
    const shares = propsOf('setDiscountPerItem', (await shop.put({ cartItems })).effects)
    expect(shares.map(({ position, value, desiredValue }) => [position, value, desiredValue])).toEqual([
      [0, 3, 3],
      [0, 3, 3],
      [1, 2, 4],
    ])
    for (const { totalDiscount, desiredTotalDiscount } of shares) expect([totalDiscount, desiredTotalDiscount]).toEqual([8, 10])
  })

  it('shares out no more than the units cost, and nothing among those that cost nothing', async () => {
    const shop = partly(money(100), ({ units }) => setDiscountProRata('Fifty off', units, 50))
    const shares = propsOf('setDiscountPerItem', (await shop.put({ cartItems })).effects)
    expect(shares.map(({ value }) => value)).toEqual([9, 9, 12])
    for (const { totalDiscount, desiredTotalDiscount } of shares) expect([totalDiscount, desiredTotalDiscount]).toEqual([30, 30])
    const free: Unit = { ...unit, price: 0 }
    expect(setDiscountProRata('Off', [free, free], 50).map(({ props }) => props)).toMatchObject([{ value: 0 }, { value: 0 }])
  })

  it('sums each shared discount by itself', async () => {
    const shop = partly(money(100), ({ units }) => [
      ...setDiscountProRata('Ten off', units, 10),
      ...setDiscountProRata('Five off', units, 5),
    ])
    const totals = propsOf('setDiscountPerItem', (await shop.put({ cartItems })).effects).map(({ totalDiscount }) => totalDiscount)
    expect(totals).toEqual([10, 10, 10, 5, 5, 5])
  })

  it('sums each bundle by itself', async () => {
    const parts = [({ sku }: Unit) => sku === 'COFFEE', ({ sku }: Unit) => sku === 'MUG']
    const shop = partly(money(7), bundlePrice({ parts, price: 16 }).then)
    const { effects } = await shop.put({ cartItems: [coffee, { ...mug, quantity: 2 }] })
    expect(
      propsOf('setDiscountPerItem', effects).map(({ bundleIndex, totalDiscount, desiredTotalDiscount }) => [
        bundleIndex,
        totalDiscount,
        desiredTotalDiscount,
      ]),
    ).toEqual([
      [0, 5, 5],
      [0, 5, 5],
      [1, 2, 5],
    ])
  })

  it('gives what is left of points', async () => {
    const shop = partly({ action: 'createLoyaltyPoints', limit: 7, entities: [] }, () => [addLoyaltyPoints('beans', 1, 10)])
    expect(propsOf('addLoyaltyPoints', (await shop.put({ cartItems })).effects)).toMatchObject([{ value: 7, desiredValue: 10 }])
  })

  it('gives what is left of free items, and says how many there should be', async () => {
    const shop = partly({ action: 'addFreeItemEffect', limit: 2, entities: [] }, () => [addFreeItem('sample', 'Sample', 3)])
    const sample = { sku: 'sample', name: 'Sample', desiredQuantity: 3 }
    expect(propsOf('addFreeItem', (await shop.put({ cartItems })).effects)).toEqual([sample, sample])
  })

  it('counts effects as well as money', async () => {
    const shop = partly({ action: 'setDiscountEffect', limit: 2, entities: [] }, ({ units }) =>
      units.map((unit) => setDiscountPerItem('Off', unit, 1)),
    )
    expect(propsOf('setDiscountPerItem', (await shop.put({ cartItems })).effects)).toHaveLength(2)
  })

  it('leaves of two budgets what the smaller one has', async () => {
    const shop = partly(money(9), () => [setDiscount('Five off', 5)], {
      limits: [money(9), { action: 'setDiscount', limit: 2, entities: ['Profile'] }],
    })
    expect(propsOf('setDiscount', (await shop.put({ cartItems })).effects)).toMatchObject([{ value: 2, desiredValue: 5 }])
  })

  it('pays what cannot be given in part whole, or fails the rule', async () => {
    const shop = partly({ action: 'customEffect', limit: 1, entities: [] }, () => [
      setDiscount('Off', 1),
      { effectType: 'customEffect', props: { effectId: 1, name: 'one', payload: {} } },
      { effectType: 'customEffect', props: { effectId: 1, name: 'other', payload: {} } },
    ])
    const { effects, ruleFailureReasons } = await shop.put({ cartItems }, ['ruleFailureReasons'])
    expect(effects).toEqual([])
    expect(ruleFailureReasons).toMatchObject([{ effectIndex: 2, details: 'A budget is used up' }])
  })
})

describe('a budget of which nothing is left', () => {
  const custom = { effectType: 'customEffect' as const, props: { effectId: 1, name: 'one', payload: {} } }

  it('fails the rule', async () => {
    const shop = partly(money(0), () => [setDiscount('Off', 1)])
    const { effects, ruleFailureReasons } = await shop.put({ cartItems }, ['ruleFailureReasons'])
    expect(effects).toEqual([])
    expect(ruleFailureReasons).toMatchObject([{ effectIndex: 0, details: 'A budget is used up' }])
  })

  it('fails the rule with its code, and with what it would have given beside', async () => {
    const shop = partly(money(0), () => [custom, setDiscount('Off', 1)], {}, 'coupon')
    const { effects } = await shop.put({ cartItems, couponCodes: ['CODE'] })
    expect(propsOf('rejectCoupon', effects)).toEqual([{ value: 'CODE', rejectionReason: 'EffectCouldNotBeApplied', effectIndex: 1 }])
    expect(effects).toHaveLength(1)
  })

  it('of points fails the rule although its discount could be given', async () => {
    const points: Budget = { action: 'createLoyaltyPoints', limit: 0, entities: [] }
    const shop = partly(points, () => [setDiscount('Off', 1), addLoyaltyPoints('beans', 1, 1)])
    expect((await shop.put({ cartItems })).effects).toEqual([])
  })

  it('is none of the business of a rule that gives nothing of it', async () => {
    const shop = partly(money(0), () => [custom, setDiscount('None', 0)])
    expect((await shop.put({ cartItems })).effects.map(({ effectType }) => effectType)).toEqual(['customEffect'])
  })
})

describe('a gift card', () => {
  const put = (shop: ReturnType<typeof openShop>, customerSessionId: string, price: number, state: 'open' | 'closed' = 'closed') =>
    shop.send(updateCustomerSessionV2, {
      customerSessionId,
      customerSession: { profileId: 'anna', cartItems: [{ ...mug, price }], couponCodes: ['GIFT50'], state },
      responseContent: ['coupons'],
    })
  const paid = async (answer: ReturnType<typeof put>) => propsOf('setDiscount', (await answer).effects).map(({ value }) => value)

  it('pays until it is empty, and is refused then', async () => {
    const shop = openShop()
    expect(await paid(put(shop, 'one', 30))).toEqual([30])
    expect((await put(shop, 'two', 30, 'open')).coupons).toMatchObject([{ discountLimit: 50, discountCounter: 30, discountRemainder: 20 }])
    expect(await paid(put(shop, 'two', 30))).toEqual([20])
    const { effects } = await put(shop, 'three', 30)
    expect(verdicts(effects)).toEqual({ GIFT50: 'EffectCouldNotBeApplied' })
    expect(propsOf('setDiscount', effects)).toEqual([])
  })

  it('counts the money it gave, and nothing else that is limited', async () => {
    const shop = partly({ action: 'redeemCoupon', limit: 9, entities: [] }, () => [setDiscount('Five off', 5)], {
      coupons: [{ value: 'CARD', discountLimit: 20 }],
      rules: [{ name: 'Gives', needs: 'coupon', then: () => [setDiscount('Five off', 5)] }],
    })
    await shop.put({ cartItems, couponCodes: ['CARD'], state: 'closed' })
    expect(shop.state.coupons.get('CARD')?.coupon).toMatchObject({ discountCounter: 5, discountRemainder: 15, usageCounter: 1 })
  })

  it('gets back what a cancelled order paid with it', async () => {
    const shop = openShop()
    await put(shop, 'one', 30)
    await shop.send(updateCustomerSessionV2, { customerSessionId: 'one', customerSession: { state: 'cancelled' } })
    expect(shop.state.coupons.get('GIFT50')?.coupon).toMatchObject({ discountCounter: 0, discountRemainder: 50 })
    expect(await paid(put(shop, 'two', 60))).toEqual([50])
  })

  it('pays what is left after the discounts before it', async () => {
    const shop = openShop()
    const { effects } = await shop.put({ cartItems: [{ ...mug, price: 40 }], couponCodes: ['SAVE10', 'WELCOME5', 'GIFT50'] })
    expect(propsOf('setDiscount', effects).map(({ name, value }) => [name, value])).toEqual([
      ['10 % off', 4],
      ['5 € off', 5],
      ['Gift card', 31],
    ])
  })

  it('is accepted for a cart that costs nothing', async () => {
    const shop = openShop()
    expect(verdicts((await shop.put({ couponCodes: ['GIFT50'] })).effects)).toEqual({ GIFT50: 'accepted' })
  })
})
