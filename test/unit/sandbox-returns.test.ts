import { describe, expect, it } from 'vitest'
import { getCustomerSession, reopenCustomerSession, returnCartItems, updateCustomerSessionV2 } from '../../src/endpoints.ts'
import { addLoyaltyPoints, type SandboxCampaign, setDiscount, setDiscountPerItem } from '../../src/sandbox/index.ts'
import type { NewCustomerSessionV2, ReturnContent, ReturnedCartItem } from '../../src/schema.ts'
import { coffee, mug, noon, openShop, propsOf, verdicts } from './sandbox-shop.ts'

const cart = { customerSessionId: 'cart' }

/** A shop whose session `cart` is closed. */
async function openWithOrder(campaigns?: SandboxCampaign[], order: NewCustomerSessionV2 = {}) {
  const shop = openShop(campaigns && { campaigns })
  const closed = await shop.put({ state: 'closed', cartItems: [coffee, mug], ...order })
  const giveBack = (
    returnedCartItems: ReturnedCartItem[],
    more: { dry?: boolean; runRuleEngine?: boolean } = {},
    asked: ReturnContent[] = [],
  ) => shop.send(returnCartItems, { ...cart, return: { returnedCartItems }, responseContent: ['customerSession', ...asked], ...more })
  return { ...shop, closed, giveBack, points: () => shop.state.ledgers.get('anna')?.map(({ name, amount }) => [name, amount]) }
}

const perUnit: SandboxCampaign = {
  id: 1,
  name: 'Points for each unit',
  rules: [
    {
      name: 'A point for each unit, and ten for the cart',
      then: ({ units }) => [
        addLoyaltyPoints('cart', 1, 10),
        ...units.map(({ position, subPosition }) => ({
          effectType: 'addLoyaltyPoints' as const,
          props: {
            name: `unit ${position}.${subPosition}`,
            programId: 1,
            subLedgerId: '',
            value: 1,
            cartItemPosition: position,
            cartItemSubPosition: subPosition,
          },
        })),
      ],
    },
  ],
}

describe('a return', () => {
  it('2.8 makes the session partially_returned, and its items show what came back and what remains', async () => {
    const shop = await openWithOrder()
    shop.wait(1000)
    const { customerSession } = await shop.giveBack([{ position: 0, quantity: 1, sku: 'COFFEE' }])
    expect(customerSession).toMatchObject({
      state: 'partially_returned',
      updateCount: 2,
      total: 30,
      updated: new Date(noon + 1000).toISOString(),
    })
    expect(customerSession?.cartItems).toEqual([
      { ...coffee, position: 0, returnedQuantity: 1, remainingQuantity: 1 },
      { ...mug, position: 1, returnedQuantity: 0, remainingQuantity: 1 },
    ])
  })

  it('2.8 rolls back the effects of the units that come back, the last ones first', async () => {
    const shop = await openWithOrder(undefined, { couponCodes: ['SAVE10'] })
    const discount = (cartItemSubPosition: number) => ({ name: 'Coffee weeks#0', value: 1, cartItemPosition: 0, cartItemSubPosition })
    const first = await shop.giveBack([{ position: 0, quantity: 1 }])
    expect(first.effects.map(({ effectType, props }) => [effectType, props])).toEqual([['rollbackDiscount', discount(1)]])
    const net = (await shop.send(getCustomerSession, cart)).effects ?? []
    expect(net.map(({ effectType }) => effectType)).toEqual(['acceptCoupon', 'setDiscount', 'setDiscountPerItem', 'addLoyaltyPoints'])
    expect(propsOf('setDiscountPerItem', net)).toMatchObject([{ position: 0, subPosition: 0 }])

    const second = await shop.giveBack([
      { position: 0, quantity: 1 },
      { position: 1, quantity: 1 },
    ])
    expect(propsOf('rollbackDiscount', second.effects)).toEqual([discount(0)])
  })

  it('2.8 takes the points of those units out of the ledger, and leaves those of the whole cart', async () => {
    const shop = await openWithOrder([perUnit])
    expect(shop.points()).toEqual([
      ['cart', 10],
      ['unit 0.0', 1],
      ['unit 0.1', 1],
      ['unit 1.0', 1],
    ])
    const { effects, loyalty } = await shop.giveBack([{ position: 0, quantity: 1 }, { position: 1 }], {}, ['loyalty'])
    expect(propsOf('rollbackAddedLoyaltyPoints', effects)).toMatchObject([
      { value: 1, recipientIntegrationId: 'anna', cartItemPosition: 0, cartItemSubPosition: 1 },
      { value: 1, cartItemPosition: 1, cartItemSubPosition: 0 },
    ])
    expect(shop.points()).toEqual([
      ['cart', 10],
      ['unit 0.0', 1],
    ])
    expect(loyalty?.programs.beans?.ledger).toMatchObject({ currentBalance: 11, tentativeCurrentBalance: 11 })
  })

  it('2.8 keeps codes redeemed', async () => {
    const shop = await openWithOrder(undefined, { couponCodes: ['FIRST5'] })
    await shop.giveBack([{ position: 0 }, { position: 1 }])
    expect(shop.state.coupons.get('FIRST5')?.coupon.usageCounter).toBe(1)
  })

  it('2.9 of everything still makes it partially_returned', async () => {
    const shop = await openWithOrder()
    const { customerSession } = await shop.giveBack([{ position: 0 }, { position: 1 }])
    expect(customerSession?.state).toBe('partially_returned')
    expect(customerSession?.cartItems.map(({ remainingQuantity }) => remainingQuantity)).toEqual([0, 0])
  })

  it('2.3 may follow another, and the answer lists those before', async () => {
    const shop = await openWithOrder()
    const one = await shop.giveBack([{ position: 0, quantity: 1 }], {}, ['previousReturns', 'event'])
    expect(one.return).toEqual({
      id: expect.any(Number),
      created: new Date(noon).toISOString(),
      applicationId: 1,
      accountId: 1,
      returnedCartItems: [{ position: 0, sku: 'COFFEE', quantity: 1 }],
      eventId: one.event?.id,
      sessionId: one.customerSession?.id,
      sessionIntegrationId: 'cart',
      profileId: shop.state.profiles.get('anna')?.id,
      profileIntegrationId: 'anna',
    })
    expect(one.event).toMatchObject({ type: 'talon_session_partially_returned', sessionId: 'cart' })
    expect(one.previousReturns).toEqual([])
    const two = await shop.giveBack([{ position: 0, quantity: 1 }], {}, ['previousReturns'])
    expect(two.previousReturns).toEqual([one.return])
    expect(two.customerSession?.cartItems[0]).toMatchObject({ returnedQuantity: 2, remainingQuantity: 0 })
    const preview = await shop.send(updateCustomerSessionV2, {
      ...cart,
      dry: true,
      customerSession: {},
      responseContent: ['previousReturns'],
    })
    expect(preview.previousReturns).toEqual([one.return, two.return])
  })

  it('finds a line by its SKU alone, and takes what remains of it when told no quantity', async () => {
    const shop = await openWithOrder()
    await shop.giveBack([{ sku: 'COFFEE', quantity: 1 }])
    expect((await shop.giveBack([{ sku: 'COFFEE' }])).return?.returnedCartItems).toEqual([{ position: 0, sku: 'COFFEE', quantity: 1 }])
  })

  it('4.6 takes its worth off the sales of the profile, which still has a closed session', async () => {
    const shop = await openWithOrder(undefined, {
      cartItems: [{ ...coffee, additionalCosts: { grinding: { price: 1 } } }, mug],
      additionalCosts: { shipping: { price: 5 } },
    })
    expect(shop.state.profiles.get('anna')?.totalSales).toBe(37)
    const { customerProfile } = await shop.giveBack([{ position: 0, quantity: 1 }], {}, ['customerProfile'])
    expect(customerProfile).toMatchObject({ closedSessions: 1, totalSales: 27 })
  })

  it('5.1 that is dry stores nothing, and answers as if it were not', async () => {
    const shop = await openWithOrder()
    const before = shop.snapshot()
    const dry = await shop.giveBack([{ position: 0 }], { dry: true }, ['customerProfile', 'loyalty', 'event'])
    expect(shop.snapshot()).toEqual(before)
    expect(await shop.giveBack([{ position: 0 }], {}, ['customerProfile', 'loyalty', 'event'])).toEqual(dry)
  })

  it.each<[string, ReturnedCartItem[], string]>([
    ['nothing', [], ''],
    ['a line that is not there', [{ position: 2, quantity: 1 }], '/0'],
    ['a line below zero', [{ position: -1, quantity: 1 }], '/0'],
    ['neither position nor SKU', [{ quantity: 1 }], '/0'],
    ['an unknown SKU', [{ sku: 'TEA', quantity: 1 }], '/0'],
    ['a position with the SKU of another', [{ position: 0, sku: 'MUG', quantity: 1 }], '/0'],
    ['more than there is', [{ position: 0, quantity: 3 }], '/0/quantity'],
    [
      'more than there is, in two parts',
      [
        { position: 0, quantity: 1 },
        { sku: 'COFFEE', quantity: 2 },
      ],
      '/1/quantity',
    ],
    ['no units', [{ position: 0, quantity: 0 }], '/0/quantity'],
  ])('2.9 of %s is refused, and changes nothing', async (_, returnedCartItems, at) => {
    const shop = await openWithOrder()
    const before = structuredClone(shop.state.sessions.get('cart'))
    const { status, body } = await shop.ask(returnCartItems, { ...cart, return: { returnedCartItems } })
    expect({ status, body }).toMatchObject({ status: 400, body: { errors: [{ source: { pointer: `/return/returnedCartItems${at}` } }] } })
    expect(shop.state.sessions.get('cart')).toEqual(before)
  })

  it('2.9 of more than remains after an earlier one is refused', async () => {
    const shop = await openWithOrder()
    await shop.giveBack([{ position: 0 }])
    const returnedCartItems = [{ position: 0, quantity: 1 }]
    expect((await shop.ask(returnCartItems, { ...cart, return: { returnedCartItems } })).status).toBe(400)
  })

  it.each(['open', 'cancelled'] as const)('2.9 of a session that is %s is refused', async (state) => {
    const shop = openShop()
    await shop.put({ cartItems: [mug] })
    await shop.put({ state })
    expect(await shop.ask(returnCartItems, { ...cart, return: { returnedCartItems: [{ position: 0, quantity: 1 }] } })).toEqual({
      status: 400,
      body: { message: `Cannot move session to state "partially_returned" from state "${state}"` },
    })
  })

  it('15 of an unknown session is not found', async () => {
    expect((await openShop().ask(returnCartItems, { ...cart, return: { returnedCartItems: [{ position: 0 }] } })).status).toBe(404)
  })

  it('2.7 leaves less to roll back when the session is cancelled', async () => {
    const shop = await openWithOrder([perUnit])
    await shop.giveBack([{ position: 0 }])
    const { effects, customerProfile } = await shop.put({ state: 'cancelled' }, ['customerProfile'])
    expect(propsOf('rollbackAddedLoyaltyPoints', effects).map(({ value }) => value)).toEqual([10, 1])
    expect(customerProfile).toMatchObject({ closedSessions: 0, totalSales: 0 })
    expect(shop.points()).toEqual([])
  })
})

describe('2.8 a return that runs the rules', () => {
  const oncePerCode: SandboxCampaign = {
    id: 2,
    name: 'A tenth off',
    reevaluateOnReturn: true,
    coupons: [{ value: 'ONCE', usageLimit: 1 }],
    rules: [{ name: 'A tenth off', needs: 'coupon', then: ({ itemTotal }) => [setDiscount('A tenth off', itemTotal / 10)] }],
  }
  const fromTwenty: SandboxCampaign = {
    id: 3,
    name: 'From 20 euros',
    reevaluateOnReturn: true,
    rules: [
      {
        name: 'Five off',
        when: ({ itemTotal }) => itemTotal >= 20,
        then: () => [setDiscount('Five off', 5), addLoyaltyPoints('big', 1, 7)],
      },
    ],
  }
  const untouched: SandboxCampaign = { id: 4, name: 'Untouched', rules: [{ name: 'One off', then: () => [setDiscount('One off', 1)] }] }
  const unheardOf: SandboxCampaign = {
    id: 5,
    name: 'Small carts',
    reevaluateOnReturn: true,
    rules: [{ name: 'Pity', when: ({ itemTotal }) => itemTotal < 20, then: () => [setDiscount('Pity', 1)] }],
  }
  const all = [oncePerCode, fromTwenty, untouched, unheardOf]

  it('asks the campaigns that want it, and gave something at the close, what the rest of the cart earns', async () => {
    const shop = await openWithOrder(all, { couponCodes: ['ONCE', 'NOPE'] })
    expect(propsOf('setDiscount', shop.closed.effects).map(({ name, value }) => [name, value])).toEqual([
      ['A tenth off', 3],
      ['Five off', 5],
      ['One off', 1],
    ])
    const { effects, triggeredCampaigns } = await shop.giveBack([{ position: 0 }], { runRuleEngine: true }, ['triggeredCampaigns'])
    expect(effects.map(({ campaignId, effectType }) => [campaignId, effectType])).toEqual([
      [2, 'rollbackCoupon'],
      [2, 'rollbackDiscount'],
      [3, 'rollbackDiscount'],
      [3, 'rollbackAddedLoyaltyPoints'],
      [2, 'acceptCoupon'],
      [2, 'setDiscount'],
    ])
    expect(propsOf('setDiscount', effects)).toEqual([{ name: 'A tenth off', value: 1.2 }])
    expect(triggeredCampaigns).toMatchObject([{ id: 2, reevaluateOnReturn: true }])
    expect(shop.points()).toEqual([])
    expect(shop.state.coupons.get('ONCE')?.coupon.usageCounter).toBe(1)

    const net = (await shop.send(getCustomerSession, cart)).effects ?? []
    expect(verdicts(net)).toEqual({ ONCE: 'accepted', NOPE: 'CouponNotFound' })
    expect(propsOf('setDiscount', net).map(({ name, value }) => [name, value])).toEqual([
      ['One off', 1],
      ['A tenth off', 1.2],
    ])
  })

  it('books what it gives anew, and a cancellation takes that back', async () => {
    const shop = await openWithOrder(all)
    await shop.giveBack([{ position: 0, quantity: 1 }], { runRuleEngine: true })
    expect(shop.points()).toEqual([['big', 7]])
    await shop.put({ state: 'cancelled' })
    expect(shop.points()).toEqual([])
  })

  it('addresses what remains by the positions of the order', async () => {
    let seen: string[] = []
    const each: SandboxCampaign = {
      id: 6,
      name: 'Each',
      reevaluateOnReturn: true,
      rules: [
        {
          name: 'Each',
          then: ({ items, units }) => {
            seen = items.map(({ sku, quantity }) => `${quantity} ${sku}`)
            return units.map((unit) => setDiscountPerItem('Each', unit, 1))
          },
        },
      ],
    }
    const shop = await openWithOrder([each], { cartItems: [mug, coffee] })
    const { effects } = await shop.giveBack([{ position: 0 }, { position: 1, quantity: 1 }], { runRuleEngine: true })
    expect(propsOf('setDiscountPerItem', effects)).toMatchObject([{ name: 'Each#1', position: 1, subPosition: 0 }])
    expect(seen).toEqual(['1 COFFEE'])
  })

  it('is not what a return does by itself', async () => {
    const shop = await openWithOrder(all, { couponCodes: ['ONCE'] })
    expect((await shop.giveBack([{ position: 0 }])).effects).toEqual([])
  })

  it('14.6 moves the last activity of the profile, as a return by itself does not', async () => {
    const shop = await openWithOrder()
    const lastActivity = () => shop.state.profiles.get('anna')?.lastActivity
    shop.wait(1000)
    await shop.giveBack([{ position: 0, quantity: 1 }])
    expect(lastActivity()).toBe(new Date(noon).toISOString())
    await shop.giveBack([{ position: 0, quantity: 1 }], { runRuleEngine: true })
    expect(lastActivity()).toBe(new Date(noon + 1000).toISOString())
  })
})

describe('reopening', () => {
  const gifts: SandboxCampaign = {
    id: 1,
    name: 'Gifts',
    coupons: [{ value: 'CODE' }],
    rules: [
      {
        name: 'A bag and five off',
        needs: 'coupon',
        then: () => [
          { effectType: 'addFreeItem', props: { sku: 'BAG', name: 'Bag' } },
          setDiscount('Five off', 5),
          addLoyaltyPoints('five', 1, 5),
        ],
      },
    ],
  }

  it('2.10 takes back what closing did, answers only that, and leaves an open session', async () => {
    const shop = await openWithOrder([gifts], { couponCodes: ['CODE'] })
    const answer = await shop.send(reopenCustomerSession, cart)
    expect(Object.keys(answer)).toEqual(['effects'])
    expect(answer.effects.map(({ effectType }) => effectType)).toEqual(['rollbackCoupon', 'rollbackDiscount', 'rollbackAddedLoyaltyPoints'])
    const { customerSession, effects } = await shop.send(getCustomerSession, cart)
    expect(customerSession).toMatchObject({ state: 'open', updateCount: 2, couponCodes: ['CODE'], total: 30 })
    expect(effects?.map(({ effectType }) => effectType)).toEqual(['addFreeItem'])
    expect(shop.state.profiles.get('anna')).toMatchObject({ closedSessions: 0, totalSales: 0 })
    expect(shop.state.coupons.get('CODE')).toMatchObject({ coupon: { usageCounter: 0 }, redemptions: [] })
    expect(shop.points()).toEqual([])
  })

  it('2.10 lets the session go on as any other, and be closed again', async () => {
    const shop = await openWithOrder([gifts], { couponCodes: ['CODE'] })
    await shop.send(reopenCustomerSession, cart)
    expect((await shop.put({ cartItems: [mug] })).customerSession).toMatchObject({ state: 'open', total: 12 })
    await shop.put({ state: 'closed' })
    expect(shop.state.profiles.get('anna')).toMatchObject({ closedSessions: 1, totalSales: 12 })
    expect(shop.points()).toEqual([['five', 5]])
  })

  it.each(['open', 'cancelled', 'partially_returned'] as const)('2.10 is refused from %s', async (state) => {
    const shop = openShop()
    await shop.put({ cartItems: [coffee] })
    if (state !== 'open') await shop.put({ state: 'closed' })
    if (state === 'partially_returned')
      await shop.send(returnCartItems, { ...cart, return: { returnedCartItems: [{ position: 0, quantity: 1 }] } })
    if (state === 'cancelled') await shop.put({ state })
    expect(await shop.ask(reopenCustomerSession, cart)).toEqual({
      status: 400,
      body: { message: `Cannot move session to state "open" from state "${state}"` },
    })
  })

  it('15 does not find an unknown session', async () => {
    expect((await openShop().ask(reopenCustomerSession, cart)).status).toBe(404)
  })
})
