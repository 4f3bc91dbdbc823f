import { type Effect, type EffectType, type PricedCart, priceCart, type UnknownWord } from 'talon-one-react'
import { describe, expect, test } from 'vitest'
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
        { name: 'Winter', value: 3 },
        { name: 'Fruit', value: 1 },
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
      effects: [],
    } satisfies PricedCart)
  })
})

describe('what effects say beside prices', () => {
  const leftOut = 'CouponPartOfNotTriggeredCampaign'
  const points = { name: 'Points', programId: 7, subLedgerId: '', recipientIntegrationId: 'anna', transactionUUID: 'u' }

  const table: [name: string, effects: Effect[], expected: Partial<PricedCart>][] = [
    [
      'coupons',
      [
        effect('acceptCoupon', { value: 'TEN' }),
        effect('rejectCoupon', { value: 'OLD', rejectionReason: 'CouponExpired', details: 'for developers' }),
        effect('rejectCoupon', { value: 'NEW', rejectionReason: 'SomeReasonOfTomorrow' as UnknownWord }),
      ],
      {
        coupons: [
          { code: 'TEN', status: 'accepted' },
          { code: 'OLD', status: 'rejected', reason: 'CouponExpired' },
          { code: 'NEW', status: 'rejected', reason: 'SomeReasonOfTomorrow' as UnknownWord },
        ],
      },
    ],
    [
      'why the campaign of a code was left out',
      [
        effect('rejectCoupon', { value: 'TEN', rejectionReason: leftOut, campaignExclusionReason: 'CampaignGaveLowerDiscount' }),
        effect('rejectReferral', {
          value: 'FRIEND',
          rejectionReason: 'ReferralPartOfNotTriggeredCampaign',
          campaignExclusionReason: 'CampaignIsNotFirst',
        }),
      ],
      {
        coupons: [{ code: 'TEN', status: 'rejected', reason: leftOut, campaignExclusionReason: 'CampaignGaveLowerDiscount' }],
        referral: {
          code: 'FRIEND',
          status: 'rejected',
          reason: 'ReferralPartOfNotTriggeredCampaign',
          campaignExclusionReason: 'CampaignIsNotFirst',
        },
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
    expect(priceCart(session, effects)).toEqual({ ...priceCart(session, []), effects })
  })
})

describe('lines that say the same as before', () => {
  const before = priceCart(session, [offItem(0.5, 0, 0), offItem(1, 1, 0)])
  const anew = (): typeof session => JSON.parse(JSON.stringify(session))

  test('keep their object, however new the answer is', () => {
    const next = priceCart(anew(), [offItem(1, 1, 0), offItem(0.5, 0, 0), off(3)], before)
    expect(next.lines[0]).toBe(before.lines[0])
    expect(next.lines[1]).toBe(before.lines[1])
    expect(next.total).toBe(before.total - 3)
  })

  test('and no other: by discount, by quantity, by price, by what the item says', () => {
    expect(priceCart(anew(), [offItem(0.4, 0, 0), offItem(1, 1, 0)], before).lines).toMatchObject([{ discount: 0.4 }, { discount: 1 }])
    expect(priceCart(anew(), [offItem(0.25, 0, 0), offItem(0.25, 0, 1)], before).lines[0]).toMatchObject({ discountPerUnit: 0.25 })
    const [apple = item('', 0, 0), mug = item('', 0, 0)] = anew().cartItems
    const changed = [
      { ...apple, quantity: 3 },
      { ...apple, price: 2.6 },
      { ...apple, name: 'Apple' },
      { ...apple, attributes: { ripe: true } },
    ]
    for (const cartItem of changed) {
      const { lines } = priceCart({ cartItems: [cartItem, mug] }, before.effects, before)
      expect(lines[0]).toMatchObject({ item: cartItem, subtotal: cartItem.price * cartItem.quantity })
      expect(lines[1]).toBe(before.lines[1])
    }
  })
})

test('a unit that its line does not have is no unit of the next line', () => {
  const { lines } = priceCart({ cartItems: [item('A', 5, 1), item('B', 5, 1)] }, [offItem(1, 0, 1)])
  expect(lines.map(({ discount, discountPerUnit }) => [discount, discountPerUnit])).toEqual([
    [1, undefined],
    [0, 0],
  ])
})

test('every known effect that says nothing of a price is known to', () => {
  type Counted =
    | `setDiscount${'' | `Per${'Item' | 'AdditionalCost' | 'AdditionalCostPerItem'}`}`
    | `${'accept' | 'reject'}${'Coupon' | 'Referral'}`
    | `${'add' | 'deduct'}LoyaltyPoints`
    | 'redeemReferral'
    | 'addFreeItem'
    | 'showNotification'
  const silent: Record<Exclude<EffectType, Counted>, true> = {
    couponCreated: true,
    referralCreated: true,
    triggerWebhook: true,
    changeLoyaltyTierLevel: true,
    updateAttribute: true,
    rollbackCoupon: true,
    rollbackReferral: true,
    rollbackDiscount: true,
    rollbackAddedLoyaltyPoints: true,
    rollbackDeductedLoyaltyPoints: true,
    showBundleMetadata: true,
    awardGiveaway: true,
    willAwardGiveaway: true,
    error: true,
    customEffect: true,
    reserveCoupon: true,
    addToAudience: true,
    removeFromAudience: true,
    increaseAchievementProgress: true,
    rollbackIncreasedAchievementProgress: true,
    extendLoyaltyPointsExpiryDate: true,
    setLoyaltyPointsExpiryDate: true,
    startAchievementProgress: true,
  }
  const of = (effectType: string) => ({ ...off(1), effectType, props: {} }) as unknown as Effect
  const known = Object.keys(silent)
  expect(priceCart(session, known.map(of)).unknown).toEqual([])
  const tomorrow = [...known.map((type) => `${type}2`), ...known.map((type) => `un${type}`), 'rollback', 'set', 'Created', 'LoyaltyPoints']
  expect(priceCart(session, tomorrow.map(of)).unknown).toHaveLength(tomorrow.length)
})
