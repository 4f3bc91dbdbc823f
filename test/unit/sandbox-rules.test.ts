import { describe, expect, it } from 'vitest'
import { trackEventV2, updateCustomerProfileV2, updateCustomerSessionV2 } from '../../src/endpoints.ts'
import {
  addFreeItem,
  awardGiveaway,
  deductLoyaltyPoints,
  demoPrograms,
  type RuleEffect,
  type SandboxCampaign,
  type SandboxRule,
  setDiscount,
  setDiscountPerAdditionalCost,
  setDiscountPerAdditionalCostPerItem,
  setDiscountPerItem,
  showNotification,
} from '../../src/sandbox/index.ts'
import { coffee, mug, openShop, propsOf, verdicts } from './sandbox-shop.ts'

const cartItems = [coffee, mug]

function openWith(...rules: SandboxRule[]) {
  return openShop({ programs: demoPrograms, campaigns: [{ id: 1, name: 'One', coupons: [{ value: 'CODE' }, { value: 'OTHER' }], rules }] })
}

const off = (name: string, value = 1): RuleEffect => setDiscount(name, value)
const gives = (name: string, ...effects: RuleEffect[]): SandboxRule => ({ name, then: () => effects })
const custom: RuleEffect = { effectType: 'customEffect', props: { effectId: 7, name: 'custom', payload: { a: [1] } } }

describe('effects', () => {
  it('stand in the order of campaigns, rules and effects, whatever the numbers of the campaigns', async () => {
    const campaign = (id: number): SandboxCampaign => ({
      id,
      name: `Campaign ${id}`,
      rules: [gives('a', off('1'), custom, off('2')), gives('b', off('3'))],
    })
    const { effects } = await openShop({ campaigns: [campaign(9), campaign(2)] }).put({ cartItems })
    expect(
      effects.map(({ campaignId, rulesetId, ruleIndex, ruleName, effectType }) => [campaignId, rulesetId, ruleIndex, ruleName, effectType]),
    ).toEqual(
      [9, 2].flatMap((id) => [
        [id, id, 0, 'a', 'setDiscount'],
        [id, id, 0, 'a', 'customEffect'],
        [id, id, 0, 'a', 'setDiscount'],
        [id, id, 1, 'b', 'setDiscount'],
      ]),
    )
  })

  it('of units name the line and the unit in it', async () => {
    const shop = openWith({ name: 'Each', then: ({ units }) => units.map((unit) => setDiscountPerItem('Each', unit, unit.price / 2)) })
    expect(propsOf('setDiscountPerItem', (await shop.put({ cartItems: [coffee, { ...mug, quantity: 3 }, coffee] })).effects)).toEqual([
      { name: 'Each#0', value: 4.5, position: 0, subPosition: 0 },
      { name: 'Each#0', value: 4.5, position: 0, subPosition: 1 },
      { name: 'Each#1', value: 6, position: 1, subPosition: 0 },
      { name: 'Each#1', value: 6, position: 1, subPosition: 1 },
      { name: 'Each#1', value: 6, position: 1, subPosition: 2 },
      { name: 'Each#2', value: 4.5, position: 2, subPosition: 0 },
      { name: 'Each#2', value: 4.5, position: 2, subPosition: 1 },
    ])
  })

  it('of discounts are never below zero, nor zero', async () => {
    const shop = openWith({
      name: 'Nothing',
      then: (cart) => [
        off('zero', 0),
        off('less', -1),
        off('nonsense', NaN),
        ...cart.units.flatMap((unit) => [setDiscountPerItem('zero', unit, 0), setDiscountPerItem('less', unit, -1)]),
        setDiscountPerAdditionalCost('zero', cart, 'shipping', 0),
        ...cart.units.map((unit) => setDiscountPerAdditionalCostPerItem('zero', unit, 'wrap', 0)),
      ],
    })
    const wrapped = { ...mug, additionalCosts: { wrap: { price: 1 } } }
    expect((await shop.put({ cartItems: [wrapped], additionalCosts: { shipping: { price: 5 } } })).effects).toEqual([])
  })

  it('of additional costs carry a number for the name, the same for cart and units', async () => {
    const shop = openWith({
      name: 'Costs',
      then: (cart) => [
        setDiscountPerAdditionalCost('a', cart, 'shipping', 2),
        setDiscountPerAdditionalCost('b', cart, 'wrap'),
        ...cart.units.map((unit) => setDiscountPerAdditionalCostPerItem('c', unit, 'wrap')),
      ],
    })
    const { effects } = await shop.put({
      cartItems: [{ ...mug, additionalCosts: { wrap: { price: 3 } } }],
      additionalCosts: { shipping: { price: 5 }, wrap: { price: 1 } },
    })
    const carts = propsOf('setDiscountPerAdditionalCost', effects)
    const [unit] = propsOf('setDiscountPerAdditionalCostPerItem', effects)
    expect(carts).toMatchObject([
      { name: 'a', additionalCost: 'shipping', value: 2 },
      { name: 'b', additionalCost: 'wrap', value: 1 },
    ])
    expect(unit).toMatchObject({ name: 'c#0', additionalCost: 'wrap', value: 3, position: 0, subPosition: 0 })
    expect(unit?.additionalCostId).toBe(carts[1]?.additionalCostId)
    expect(carts[0]?.additionalCostId).not.toBe(carts[1]?.additionalCostId)
  })

  it('of free items are one for each unit', async () => {
    const shop = openWith(gives('Gift', addFreeItem('sample', 'Sample', 2), addFreeItem('card', 'Card')))
    expect(propsOf('addFreeItem', (await shop.put({ cartItems })).effects).map(({ sku }) => sku)).toEqual(['sample', 'sample', 'card'])
  })
})

describe('a rule', () => {
  it('gives all or nothing: an effect that cannot be applied fails it', async () => {
    const shop = openWith(gives('Fails', off('One'), custom, awardGiveaway(99), off('Two')), gives('Holds', off('Three')))
    const { effects, ruleFailureReasons } = await shop.put({ cartItems }, ['ruleFailureReasons'])
    expect(propsOf('setDiscount', effects)).toEqual([{ name: 'Three', value: 1 }])
    expect(effects).toHaveLength(1)
    expect(ruleFailureReasons).toMatchObject([
      { ruleIndex: 0, ruleName: 'Fails', effectIndex: 2, details: 'There is no such pool of giveaways' },
    ])
  })

  it('that fails by an effect has its code refused, with the place of the effect in the rule', async () => {
    const shop = openWith({ ...gives('Fails', off('One'), awardGiveaway(99)), needs: 'coupon' })
    expect(propsOf('rejectCoupon', (await shop.put({ cartItems, couponCodes: ['CODE'] })).effects)).toEqual([
      { value: 'CODE', rejectionReason: 'EffectCouldNotBeApplied', effectIndex: 1 },
    ])
  })

  it.each<{ name: string; then: SandboxRule['then'] }>([
    { name: 'an additional cost of the cart', then: (cart) => [setDiscountPerAdditionalCost('x', cart, 'shipping', 1), off('Beside')] },
    {
      name: 'an additional cost of every item',
      then: ({ units }) => [...units.map((unit) => setDiscountPerAdditionalCostPerItem('x', unit, 'wrap', 1)), off('Beside')],
    },
  ])('fails without $name', async ({ then }) => {
    const wrapped = { ...mug, additionalCosts: { wrap: { price: 1 } } }
    const shop = openWith({ name: 'Rule', then })
    expect((await shop.put({ cartItems: [wrapped, coffee] })).effects).toEqual([])
    expect((await shop.put({ cartItems: [wrapped], additionalCosts: { shipping: { price: 1 } } })).effects).toHaveLength(2)
  })

  it('leaves no trace when it fails: what it would have used is left for the next', async () => {
    const limits = [{ action: 'setDiscount' as const, limit: 5, entities: [] }]
    const rules = [
      gives('Fails', off('Five', 5), awardGiveaway(99)),
      gives('Holds', off('Five', 5)),
      { name: 'Rest', then: ({ discountedTotal }: { discountedTotal: number }) => [showNotification('Left', String(discountedTotal))] },
    ]
    const { effects } = await openShop({ campaigns: [{ id: 1, name: 'One', limits, rules }] }).put({ cartItems })
    expect(propsOf('setDiscount', effects)).toHaveLength(1)
    expect(propsOf('showNotification', effects)).toMatchObject([{ body: '25' }])
  })

  it('runs for each code, and knows it', async () => {
    const shop = openWith({ name: 'Each', needs: 'coupon', then: ({ coupon }) => [off(coupon?.value ?? 'none')] })
    const { effects } = await shop.put({ cartItems, couponCodes: ['OTHER', 'CODE', 'other'] })
    expect(effects.map(({ effectType, triggeredByCoupon, props }) => [effectType, triggeredByCoupon, Object.values(props)[0]])).toEqual([
      ['acceptCoupon', 2, 'OTHER'],
      ['setDiscount', 2, 'OTHER'],
      ['acceptCoupon', 1, 'CODE'],
      ['setDiscount', 1, 'CODE'],
    ])
  })

  it('without a code does not know any, and is not triggered by one', async () => {
    let seen: unknown
    const shop = openWith({
      name: 'Free',
      then: ({ coupon, referral }) => {
        seen = [coupon, referral]
        return [off('Free')]
      },
    })
    const { effects } = await shop.put({ cartItems, couponCodes: ['CODE'] })
    expect(seen).toEqual([undefined, undefined])
    expect(effects.map(({ effectType, triggeredByCoupon }) => [effectType, triggeredByCoupon])).toEqual([
      ['setDiscount', undefined],
      ['rejectCoupon', 1],
    ])
  })

  it('sees prices before discounts, and what the rules and campaigns before have left', async () => {
    const seen: number[][] = []
    const looks = (...effects: RuleEffect[]): SandboxRule => ({
      name: 'Looks',
      then: ({ itemTotal, total, discountedTotal }) => {
        seen.push([itemTotal, total, discountedTotal])
        return effects
      },
    })
    const campaigns = [
      { id: 1, name: 'One', rules: [looks(off('Ten', 10)), looks()] },
      { id: 2, name: 'Two', rules: [looks(off('Hundred', 100)), looks()] },
    ]
    await openShop({ campaigns }).put({ cartItems, additionalCosts: { shipping: { price: 5 } } })
    expect(seen).toEqual([
      [30, 35, 35],
      [30, 35, 25],
      [30, 35, 25],
      [30, 35, 0],
    ])
  })

  it('sees the units that the filter of its campaign lets through, and the totals of the whole cart', async () => {
    const campaigns: SandboxCampaign[] = [
      {
        id: 1,
        name: 'Coffee',
        filter: ({ category }) => category === 'Coffee',
        rules: [
          {
            name: 'Looks',
            then: ({ units, items, itemTotal }) => [showNotification(units.map(({ sku }) => sku).join(), `${items.length} ${itemTotal}`)],
          },
        ],
      },
    ]
    expect(propsOf('showNotification', (await openShop({ campaigns }).put({ cartItems })).effects)).toMatchObject([
      { title: 'COFFEE,COFFEE', body: '2 30' },
    ])
  })
})

describe('a rule that throws', () => {
  const breaks: SandboxRule = {
    name: 'Breaks',
    then: () => {
      throw new Error('Out of beans')
    },
  }

  it('says so in an error, and the others go on', async () => {
    const shop = openWith(gives('Before', off('Before')), breaks, gives('After', off('After')))
    const { effects, ruleFailureReasons } = await shop.put({ cartItems }, ['ruleFailureReasons'])
    expect(effects.map(({ ruleIndex, effectType, props }) => [ruleIndex, effectType, Object.values(props)[0]])).toEqual([
      [0, 'setDiscount', 'Before'],
      [1, 'error', 'Out of beans'],
      [2, 'setDiscount', 'After'],
    ])
    expect(ruleFailureReasons).toMatchObject([{ ruleIndex: 1, details: 'Out of beans', conditionIndex: 0 }])
  })

  it('has its code refused', async () => {
    const shop = openWith({ ...breaks, needs: 'coupon' })
    expect(verdicts((await shop.put({ cartItems, couponCodes: ['CODE'] })).effects)).toEqual({ CODE: 'CouponRejectedByCondition' })
  })

  it('is one also in its condition, in what it says otherwise, in the filter of its campaign, and with what is no error', async () => {
    const throws = () => {
      throw new Error('Oh')
    }
    const odd = () => {
      throw 'text'
    }
    const rules: SandboxRule[] = [
      { name: 'Condition', when: throws, then: () => [] },
      { name: 'Otherwise', when: () => false, then: () => [], otherwise: throws },
      { name: 'Odd', when: odd, then: () => [] },
    ]
    const campaigns: SandboxCampaign[] = [
      { id: 1, name: 'One', rules },
      {
        id: 2,
        name: 'Two',
        filter: throws,
        rules: [gives('Filtered', off('No')), { ...gives('Otherwise', off('No')), otherwise: () => [off('No')] }],
      },
      { id: 3, name: 'Three', rules: [gives('After', off('After'))] },
    ]
    const { effects } = await openShop({ campaigns }).put({ cartItems })
    expect(effects.map(({ campaignId, effectType, props }) => [campaignId, effectType, Object.values(props)[0]])).toEqual([
      [1, 'error', 'Oh'],
      [1, 'error', 'Oh'],
      [1, 'error', 'A rule threw something that is no error'],
      [2, 'error', 'Oh'],
      [2, 'error', 'Oh'],
      [3, 'setDiscount', 'After'],
    ])
  })
})

describe('what a rule says otherwise', () => {
  const says = (...effects: RuleEffect[]): Pick<SandboxRule, 'otherwise'> => ({ otherwise: () => effects })
  const almost = showNotification('Almost', 'there', 'Offer')
  const titles = async (answer: Promise<{ effects: Parameters<typeof propsOf>[1] }>) =>
    propsOf('showNotification', (await answer).effects).map(({ title }) => title)

  it('is said when its condition is not met, and not when it is', async () => {
    const rule: SandboxRule = { name: 'From 20', when: ({ itemTotal }) => itemTotal >= 20, then: () => [off('Five', 5)], ...says(almost) }
    const shop = openWith(rule)
    expect((await shop.put({ cartItems: [mug] })).effects).toMatchObject([
      { effectType: 'showNotification', props: { title: 'Almost', notificationType: 'Offer' } },
    ])
    expect((await shop.put({ cartItems })).effects.map(({ effectType }) => effectType)).toEqual(['setDiscount'])
  })

  it('is said when an effect could not be applied', async () => {
    const shop = openWith({ ...gives('Spends', deductLoyaltyPoints('beans', 1, 5)), ...says(almost) })
    expect(await titles(shop.put({ cartItems }))).toEqual(['Almost'])
  })

  it('is said for a code that is refused, but not where no code was tried', async () => {
    const shop = openShop({
      campaigns: [
        {
          id: 1,
          name: 'One',
          coupons: [{ value: 'CODE', usageLimit: 1, expiryDate: '2020-01-01T00:00:00Z' }],
          rules: [{ ...gives('Rule', off('Off')), needs: 'coupon', ...says(almost) }],
        },
      ],
    })
    expect(await titles(shop.put({ cartItems }))).toEqual([])
    expect(await titles(shop.put({ cartItems, couponCodes: ['NOPE'] }))).toEqual([])
    expect(await titles(shop.put({ cartItems, couponCodes: ['CODE'] }))).toEqual(['Almost'])
  })

  it('is left out as a whole when it cannot be applied', async () => {
    const shop = openWith(
      { name: 'Never', when: () => false, then: () => [], ...says(almost, awardGiveaway(99)) },
      gives('After', off('After')),
    )
    expect((await shop.put({ cartItems })).effects.map(({ effectType }) => effectType)).toEqual(['setDiscount'])
  })

  it('does not make the rule one that has fired', async () => {
    const shop = openWith({ name: 'Never', needs: 'coupon', when: () => false, then: () => [], ...says(almost) })
    const { effects, triggeredCampaigns } = await shop.put({ cartItems, couponCodes: ['CODE'] }, ['triggeredCampaigns'])
    expect(verdicts(effects)).toEqual({ CODE: 'CouponRejectedByCondition' })
    expect(triggeredCampaigns).toEqual([])
  })
})

describe('an evaluation', () => {
  it('answers the same request with the same effects', async () => {
    const shop = openShop()
    const session = { cartItems, couponCodes: ['SAVE10', 'GIFT50', 'CINEMA', 'STUDENT', 'NEIGHBOUR', 'BROKEN', 'NOPE'] }
    const first = (await shop.put(session)).effects
    expect(first.length).toBeGreaterThan(10)
    expect((await shop.put(session)).effects).toEqual(first)
  })

  it('of an anonymous session gives what needs nobody', async () => {
    const shop = openShop()
    const { effects } = await shop.put({
      profileId: '',
      cartItems,
      couponCodes: ['SAVE10', 'CINEMA', 'BEANS100', 'SAMPLE'],
      state: 'closed',
    })
    expect(verdicts(effects)).toEqual({ SAVE10: 'accepted', CINEMA: 'accepted', BEANS100: 'EffectCouldNotBeApplied', SAMPLE: 'accepted' })
    expect(propsOf('awardGiveaway', effects)).toEqual([])
    expect(propsOf('addLoyaltyPoints', effects)).toEqual([])
    expect(shop.state.profiles.size).toBe(0)
  })

  it('of a profile runs the rules about carts on an empty one, and no rules about events', async () => {
    const shop = openWith(
      { name: 'Looks', then: ({ items, profileId, state }) => [showNotification(`${items.length} ${profileId} ${state}`, '')] },
      { ...gives('Event', custom), on: 'asked' },
    )
    const { effects } = await shop.send(updateCustomerProfileV2, { integrationId: 'anna', runRuleEngine: true })
    expect(effects).toMatchObject([{ props: { title: '0 anna open' } }])
  })

  it('of an event runs the rules about it, which see what happened', async () => {
    const shop = openWith(
      {
        name: 'Looks',
        on: 'asked',
        then: ({ event, items }) => [showNotification(`${event?.type} ${JSON.stringify(event?.attributes)} ${items.length}`, '')],
      },
      gives('Cart', off('Off')),
    )
    const answer = await shop.send(trackEventV2, { profileId: 'anna', type: 'asked', attributes: { a: 1 }, silent: 'no' })
    expect(answer?.effects).toMatchObject([{ props: { title: 'asked {"a":1} 0' } }])
  })

  it('of a thousand lines and ten thousand units ends', async () => {
    const limits = [{ action: 'setDiscount' as const, limit: 100_000, entities: [] }]
    const campaigns: SandboxCampaign[] = [
      {
        id: 1,
        name: 'One',
        limits,
        partialRewards: true,
        rules: [{ name: 'Each', then: ({ units }) => units.map((unit) => setDiscountPerItem('Each', unit, 1)) }],
      },
    ]
    const lines = Array.from({ length: 1000 }, (_, index) => ({ ...mug, sku: `SKU-${index}`, quantity: 10 }))
    const shop = openShop({ campaigns })
    const { effects } = await shop.send(updateCustomerSessionV2, { customerSessionId: 'cart', customerSession: { cartItems: lines } })
    expect(effects).toHaveLength(10_000)
    expect(propsOf('setDiscountPerItem', effects.slice(-1))).toMatchObject([{ position: 999, subPosition: 9 }])
  })
})

describe('a campaign', () => {
  it('runs from its start until its end, to the millisecond', async () => {
    const startTime = '2026-01-15T12:00:01Z'
    const endTime = '2026-01-15T12:00:02Z'
    const shop = openShop({ campaigns: [{ id: 1, name: 'One', startTime, endTime, rules: [gives('Off', off('Off'))] }] })
    const counts = async () => (await shop.put({ cartItems })).effects.length
    shop.wait(999)
    expect(await counts()).toBe(0)
    shop.wait(1)
    expect(await counts()).toBe(1)
    shop.wait(999)
    expect(await counts()).toBe(1)
    shop.wait(1)
    expect(await counts()).toBe(0)
  })
})
