import { describe, expect, it } from 'vitest'
import {
  getCustomerInventory,
  getCustomerSession,
  reopenCustomerSession,
  returnCartItems,
  updateCustomerSessionV2,
} from '../../src/endpoints.ts'
import { addLoyaltyPoints, setDiscount } from '../../src/sandbox/index.ts'
import type { SessionState } from '../../src/schema.ts'
import { coffee, mug, noon, openShop, propsOf, verdicts } from './sandbox-shop.ts'

describe('a session', () => {
  it('is made by its first update, with totals before discounts', async () => {
    const shop = openShop()
    const { customerSession } = await shop.put({
      cartItems: [{ ...coffee, additionalCosts: { grinding: { price: 1.5 } } }, mug],
      additionalCosts: { shipping: { price: 5 } },
    })
    expect(customerSession).toMatchObject({
      integrationId: 'cart',
      profileId: 'anna',
      state: 'open',
      updateCount: 1,
      cartItemTotal: 30,
      additionalCostTotal: 5,
      cartItemAdditionalCostTotal: 3,
      total: 38,
      firstSession: true,
      couponCodes: [],
      created: new Date(noon).toISOString(),
    })
    expect(customerSession?.cartItems.map(({ position }) => position)).toEqual([0, 1])
  })

  it('counts its updates and keeps when it was made', async () => {
    const shop = openShop()
    await shop.put()
    shop.wait(1000)
    const { customerSession } = await shop.put()
    expect(customerSession).toMatchObject({
      updateCount: 2,
      created: new Date(noon).toISOString(),
      updated: new Date(noon + 1000).toISOString(),
    })
  })

  it('keeps what an update leaves out', async () => {
    const shop = openShop()
    await shop.put({
      cartItems: [coffee],
      couponCodes: ['SAVE10'],
      referralCode: 'FRIEND',
      additionalCosts: { shipping: { price: 5 } },
      identifiers: ['hash'],
    })
    const before = (await shop.put()).customerSession
    const after = (await shop.put({ state: 'open' })).customerSession
    expect(after).toEqual({ ...before, updateCount: 3 })
    expect(after).toMatchObject({ couponCodes: ['SAVE10'], referralCode: 'FRIEND', identifiers: ['hash'], total: 23 })
  })

  it('drops codes for an empty list and an empty text', async () => {
    const shop = openShop()
    await shop.put({ couponCodes: ['SAVE10'], referralCode: 'FRIEND' })
    const { customerSession, effects } = await shop.put({ couponCodes: [], referralCode: '' })
    expect(customerSession).toMatchObject({ couponCodes: [], referralCode: '' })
    expect(verdicts(effects)).toEqual({})
  })

  it('replaces the cart, and each item with its attributes', async () => {
    const shop = openShop()
    await shop.put({ cartItems: [coffee, { ...mug, attributes: { colour: 'red', gift: true } }] })
    const { customerSession } = await shop.put({ cartItems: [{ ...mug, attributes: { colour: 'blue' } }] })
    expect(customerSession?.cartItems).toEqual([{ ...mug, position: 0, attributes: { colour: 'blue' } }])
    expect(customerSession?.total).toBe(12)
  })

  it('merges its own attributes and ignores null', async () => {
    const shop = openShop()
    await shop.put({ attributes: { channel: 'web', gift: true } })
    const { customerSession } = await shop.put({ attributes: { channel: null, gift: false, note: '' } })
    expect(customerSession?.attributes).toEqual({ channel: 'web', gift: false, note: '' })
  })

  it('ignores what only the server may say of an item', async () => {
    const shop = openShop()
    const { customerSession } = await shop.put({ cartItems: [{ ...mug, position: 7, returnedQuantity: 1 }] })
    expect(customerSession?.cartItems).toEqual([{ ...mug, position: 0 }])
  })

  it('is the first of its profile only once, and always when anonymous', async () => {
    const shop = openShop()
    const first = async (customerSessionId: string, profileId: string) =>
      (
        await shop.send(updateCustomerSessionV2, {
          customerSessionId,
          customerSession: { profileId },
          responseContent: ['customerSession'],
        })
      ).customerSession?.firstSession
    expect(await first('one', 'anna')).toBe(true)
    expect(await first('two', 'anna')).toBe(false)
    expect(await first('one', 'anna')).toBe(true)
    expect(await first('three', '')).toBe(true)
    expect(await first('four', '')).toBe(true)
  })

  it('may change its profile while open', async () => {
    const shop = openShop()
    await shop.put({ profileId: 'guest' })
    expect((await shop.put({ profileId: 'anna' })).customerSession?.profileId).toBe('anna')
  })

  it('reads back as stored, with its effects', async () => {
    const shop = openShop()
    const answer = await shop.put({ cartItems: [coffee], couponCodes: ['SAVE10'] })
    const { customerSession, effects } = answer
    expect(await shop.send(getCustomerSession, { customerSessionId: 'cart' })).toEqual({ customerSession, effects })
  })

  it('is not found under an unknown id', async () => {
    const shop = openShop()
    expect(await shop.ask(getCustomerSession, { customerSessionId: 'none' })).toEqual({
      status: 404,
      body: { message: 'Customer session not found', StatusCode: 404 },
    })
  })

  it('is refused instead where that is asked for: read, returned or reopened', async () => {
    const shop = openShop({ unknownSession: 400 })
    const refusal = { status: 400, body: { message: 'Customer session not found' } }
    const { ask } = shop
    expect(await ask(getCustomerSession, { customerSessionId: 'none' })).toEqual(refusal)
    expect(await ask(reopenCustomerSession, { customerSessionId: 'none' })).toEqual(refusal)
    expect(await ask(returnCartItems, { customerSessionId: 'none', return: { returnedCartItems: [{ position: 0 }] } })).toEqual(refusal)
    expect((await ask(getCustomerInventory, { integrationId: 'nobody' })).status).toBe(404)
  })

  it('has an id of any characters', async () => {
    const shop = openShop()
    const customerSessionId = 'a/b c?d#e%2Fé'
    await shop.send(updateCustomerSessionV2, { customerSessionId, customerSession: {} })
    expect((await shop.send(getCustomerSession, { customerSessionId })).customerSession?.integrationId).toBe(customerSessionId)
  })
})

describe('a cart that nobody could pay', () => {
  it.each([
    ['a price', { cartItems: [{ ...mug, price: 1e308, quantity: 1000 }] }],
    ['costs of a line', { cartItems: [{ ...mug, additionalCosts: { engraving: { price: 1e300 } } }] }],
    ['costs below zero', { additionalCosts: { gift: { price: -1e300 } } }],
  ])('is refused for %s, and leaves no trace', async (_, customerSession) => {
    const shop = openShop()
    const answer = await shop.ask(updateCustomerSessionV2, { customerSessionId: 'cart', customerSession })
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ source: { pointer: '/cartItems' } }] } })
    expect(shop.snapshot()).toEqual(openShop().snapshot())
  })
})

describe('the state machine', () => {
  const refused = (from: string, to: string) => ({
    status: 400,
    body: { message: `Cannot move session to state "${to}" from state "${from}"` },
  })
  const move = (shop: ReturnType<typeof openShop>, state: SessionState) =>
    shop.ask(updateCustomerSessionV2, { customerSessionId: 'cart', customerSession: { profileId: 'anna', state } })

  it.each(['open', 'closed'] as const)('lets a new session start %s', async (state) => {
    const shop = openShop()
    expect((await shop.put({ state })).customerSession?.state).toBe(state)
  })

  it.each(['cancelled', 'partially_returned'] as const)('refuses a new session that starts %s', async (state) => {
    const shop = openShop()
    expect(await move(shop, state)).toEqual(refused('new', state))
    expect(shop.state.sessions.size).toBe(0)
  })

  it.each([
    ['closed', 'open'],
    ['closed', 'closed'],
    ['closed', 'partially_returned'],
    ['cancelled', 'open'],
    ['cancelled', 'closed'],
    ['cancelled', 'cancelled'],
    ['open', 'partially_returned'],
  ] as const)('refuses to move from %s to %s, and changes nothing', async (from, to) => {
    const shop = openShop()
    await shop.put({ cartItems: [coffee] })
    if (from !== 'open') await shop.put({ state: from })
    const before = structuredClone(shop.state.sessions.get('cart'))
    expect(await move(shop, to)).toEqual(refused(from, to))
    expect(shop.state.sessions.get('cart')).toEqual(before)
  })

  it('reads a state left out as open, which a closed session refuses', async () => {
    const shop = openShop()
    await shop.put({ state: 'closed' })
    expect(await shop.ask(updateCustomerSessionV2, { customerSessionId: 'cart', customerSession: { cartItems: [mug] } })).toEqual(
      refused('closed', 'open'),
    )
  })

  it('changes nothing but the state when a closed session is cancelled', async () => {
    const shop = openShop()
    await shop.put({ state: 'closed', cartItems: [coffee] })
    const { customerSession } = await shop.put({ state: 'cancelled', cartItems: [mug] })
    expect(customerSession).toMatchObject({ state: 'cancelled', cartItems: [coffee], updateCount: 2 })
  })
})

describe('closing', () => {
  it('redeems codes, books points and counts the sale', async () => {
    const shop = openShop()
    await shop.put({ cartItems: [coffee, mug], couponCodes: ['SAVE10'] })
    expect(shop.state.coupons.get('SAVE10')?.coupon.usageCounter).toBe(0)
    const { customerProfile, loyalty, coupons } = await shop.put({ state: 'closed' }, ['customerProfile', 'loyalty', 'coupons'])
    expect(customerProfile).toMatchObject({ closedSessions: 1, totalSales: 30 })
    expect(loyalty?.programs.beans).toMatchObject({
      id: 1,
      title: 'Bean Club',
      ledger: { currentBalance: 30, tentativeCurrentBalance: 30 },
    })
    expect(coupons).toMatchObject([{ value: 'SAVE10', usageCounter: 1, profileRedemptionCount: 1 }])
  })

  it('leaves points tentative until then', async () => {
    const shop = openShop()
    const { loyalty, effects } = await shop.put({ cartItems: [coffee, mug] }, ['loyalty'])
    expect(propsOf('addLoyaltyPoints', effects)).toMatchObject([
      { name: 'beans', programId: 1, subLedgerId: '', value: 30, recipientIntegrationId: 'anna' },
    ])
    expect(loyalty?.programs.beans?.ledger).toMatchObject({ currentBalance: 0, tentativeCurrentBalance: 30 })
    expect(
      (await shop.send(getCustomerInventory, { integrationId: 'anna', loyalty: true })).loyalty?.programs.beans?.ledger.currentBalance,
    ).toBe(0)
  })

  it('gives whole points for whole euros, whatever binary fractions make of the sum', async () => {
    const shop = openShop()
    const points = async (price: number, quantity: number) =>
      propsOf('addLoyaltyPoints', (await shop.put({ cartItems: [{ ...mug, price, quantity }] })).effects)[0]?.value
    expect(0.57 * 100).toBeLessThan(57)
    expect(await points(0.57, 100)).toBe(57)
    expect(await points(9.99, 2)).toBe(19)
    expect(await points(0.5, 1)).toBeUndefined()
  })

  it('can happen at once, for a past order', async () => {
    const shop = openShop()
    await shop.put({ state: 'closed', cartItems: [mug], couponCodes: ['FIRST5'] })
    expect(shop.state.coupons.get('FIRST5')?.coupon.usageCounter).toBe(1)
    expect(shop.state.profiles.get('anna')?.closedSessions).toBe(1)
  })

  it('books nothing for an anonymous session, whatever its rules say', async () => {
    const points = { name: 'Points', when: () => true, then: () => [addLoyaltyPoints('Points', 1, 5)] }
    const shop = openShop({ campaigns: [{ id: 1, name: 'Points', rules: [points] }] })
    const { effects, loyalty } = await shop.put({ profileId: '', state: 'closed', cartItems: [mug] }, ['loyalty'])
    expect(propsOf('addLoyaltyPoints', effects)).toEqual([])
    expect(loyalty).toEqual({ programs: {} })
    expect(shop.state.profiles.size).toBe(0)
  })
})

describe('cancelling', () => {
  it('leaves sales as they were, to the cent', async () => {
    const shop = openShop()
    await shop.put({ cartItems: [{ ...mug, price: 0.1 }], state: 'closed' })
    await shop.send(updateCustomerSessionV2, {
      customerSessionId: 'second',
      customerSession: { profileId: 'anna', cartItems: [{ ...mug, price: 0.2 }], state: 'closed' },
    })
    await shop.put({ state: 'cancelled' })
    expect(shop.state.profiles.get('anna')).toMatchObject({ closedSessions: 1, totalSales: 0.2 })
  })

  it('rolls back what a closed session redeemed and booked', async () => {
    const shop = openShop()
    const closed = await shop.put({ state: 'closed', cartItems: [coffee], couponCodes: ['FIRST5', 'NOPE'] })
    const [points] = propsOf('addLoyaltyPoints', closed.effects)
    const { effects, loyalty, customerProfile } = await shop.put({ state: 'cancelled' }, ['loyalty', 'customerProfile'])

    expect(propsOf('rollbackCoupon', effects)).toEqual([{ value: 'FIRST5' }])
    expect(propsOf('rollbackDiscount', effects)).toEqual([
      { name: 'Coffee weeks#0', value: 1, cartItemPosition: 0, cartItemSubPosition: 0 },
      { name: 'Coffee weeks#0', value: 1, cartItemPosition: 0, cartItemSubPosition: 1 },
      { name: '5 € off', value: 5 },
    ])
    expect(propsOf('rollbackAddedLoyaltyPoints', effects)).toEqual([
      { programId: 1, subLedgerId: '', value: 18, recipientIntegrationId: 'anna', transactionUUID: points?.transactionUUID },
    ])
    expect(effects).toHaveLength(5)
    expect(loyalty?.programs.beans?.ledger.currentBalance).toBe(0)
    expect(customerProfile).toMatchObject({ closedSessions: 0, totalSales: 0 })
  })

  it('makes the code usable again', async () => {
    const shop = openShop()
    const buy = async (customerSessionId: string, state: SessionState) =>
      verdicts(
        (
          await shop.send(updateCustomerSessionV2, {
            customerSessionId,
            customerSession: { state, cartItems: [mug], couponCodes: ['FIRST5'] },
          })
        ).effects,
      ).FIRST5
    expect(await buy('one', 'closed')).toBe('accepted')
    expect(await buy('two', 'open')).toBe('CouponLimitReached')
    await buy('one', 'cancelled')
    expect(await buy('two', 'open')).toBe('accepted')
  })

  it('gives a profile its own redemption back', async () => {
    const shop = openShop()
    const buy = async (customerSessionId: string, state: SessionState) => {
      const customerSession = { profileId: 'anna', state, cartItems: [mug], couponCodes: ['BIRTHDAY5'] }
      return verdicts((await shop.send(updateCustomerSessionV2, { customerSessionId, customerSession })).effects).BIRTHDAY5
    }
    await buy('one', 'closed')
    expect(await buy('two', 'open')).toBe('ProfileLimitReached')
    await buy('one', 'cancelled')
    expect(await buy('two', 'open')).toBe('accepted')
  })

  it('leaves the bookings of other sessions alone', async () => {
    const shop = openShop()
    for (const customerSessionId of ['one', 'two']) {
      await shop.send(updateCustomerSessionV2, {
        customerSessionId,
        customerSession: { profileId: 'anna', state: 'closed', cartItems: [mug], couponCodes: ['SAVE10'] },
      })
    }
    await shop.send(updateCustomerSessionV2, { customerSessionId: 'one', customerSession: { state: 'cancelled' } })
    expect(shop.state.coupons.get('SAVE10')?.coupon.usageCounter).toBe(1)
    expect(
      (await shop.send(getCustomerInventory, { integrationId: 'anna', loyalty: true })).loyalty?.programs.beans?.ledger.currentBalance,
    ).toBe(12)
  })

  it('reads back the net effects: rolled-back pairs are gone', async () => {
    const shop = openShop()
    await shop.put({ state: 'closed', cartItems: [mug], couponCodes: ['SAVE10', 'NOPE'] })
    await shop.put({ state: 'cancelled' })
    const { effects } = await shop.send(getCustomerSession, { customerSessionId: 'cart' })
    expect(effects?.map(({ effectType }) => effectType)).toEqual(['rejectCoupon'])
  })

  it('of an open session has nothing to roll back', async () => {
    const shop = openShop()
    await shop.put({ cartItems: [mug], couponCodes: ['SAVE10'] })
    const { effects, event } = await shop.put({ state: 'cancelled' }, ['event'])
    expect(effects).toEqual([])
    expect(event?.type).toBe('talon_session_cancelled')
    expect(shop.state.profiles.get('anna')).toMatchObject({ closedSessions: 0, totalSales: 0 })
  })
})

describe('a dry run', () => {
  const dry = (shop: ReturnType<typeof openShop>, customerSession: object, more: object = {}) =>
    shop.send(updateCustomerSessionV2, {
      customerSessionId: 'cart',
      customerSession,
      dry: true,
      responseContent: ['customerSession', 'loyalty'],
      ...more,
    })

  it('stores nothing: no session, no profile, no redemption, no points', async () => {
    const shop = openShop()
    const before = shop.snapshot()
    const { effects } = await dry(shop, { profileId: 'anna', state: 'closed', cartItems: [mug], couponCodes: ['SAVE10'] })
    expect(verdicts(effects)).toEqual({ SAVE10: 'accepted' })
    expect(shop.snapshot()).toEqual(before)
  })

  it('looks at its payload alone', async () => {
    const shop = openShop()
    await shop.put({ cartItems: [coffee, mug], couponCodes: ['SAVE10'] })
    const { customerSession, effects } = await dry(shop, { cartItems: [mug] })
    expect(customerSession).toMatchObject({ profileId: '', couponCodes: [], total: 12 })
    expect(effects).toEqual([])
    expect((await shop.send(getCustomerSession, { customerSessionId: 'cart' })).customerSession).toMatchObject({
      updateCount: 1,
      total: 30,
    })
  })

  it('works on a closed session', async () => {
    const shop = openShop()
    await shop.put({ state: 'closed', cartItems: [mug] })
    expect(propsOf('setDiscount', (await dry(shop, { cartItems: [mug], couponCodes: ['SAVE10'] })).effects)[0]?.value).toBeCloseTo(1.2)
  })

  it('may look ahead with now, so that a coupon of the future counts', async () => {
    const shop = openShop()
    const cart = { cartItems: [mug], couponCodes: ['NEXTYEAR5'] }
    expect(verdicts((await dry(shop, cart)).effects)).toEqual({ NEXTYEAR5: 'CouponStartDateInFuture' })
    expect(verdicts((await dry(shop, cart, { now: '2999-06-01T00:00:00Z' })).effects)).toEqual({ NEXTYEAR5: 'accepted' })
  })

  it('refuses now in the past, and now without dry', async () => {
    const shop = openShop()
    const ask = (more: object) => shop.ask(updateCustomerSessionV2, { customerSessionId: 'cart', customerSession: {}, ...more })
    const refused = (details: string) => ({
      status: 400,
      body: { message: 'The submitted data was invalid', errors: [{ title: 'Invalid', details, source: { parameter: 'now' } }] },
    })
    expect(await ask({ dry: true, now: '2025-01-01T00:00:00Z' })).toEqual(refused('now must lie in the future'))
    expect(await ask({ now: '2999-01-01T00:00:00Z' })).toEqual(refused('now needs dry=true'))
  })

  it('evaluates the campaigns it names, disabled ones too, and no others', async () => {
    const rules = [{ name: 'A euro off', then: () => [setDiscount('A euro off', 1)] }]
    const shop = openShop({
      campaigns: [
        { id: 1, name: 'Off', state: 'disabled', rules },
        { id: 2, name: 'On', rules, coupons: [{ value: 'CODE' }] },
      ],
    })
    const cart = { cartItems: [mug], couponCodes: ['CODE'] }
    expect((await dry(shop, cart)).effects.map(({ campaignId }) => campaignId)).toEqual([2, 2])
    const { effects } = await dry(shop, { ...cart, evaluableCampaignIds: [1] })
    expect(effects.map(({ campaignId, effectType }) => [campaignId, effectType])).toEqual([
      [1, 'setDiscount'],
      [2, 'rejectCoupon'],
    ])
    expect(propsOf('rejectCoupon', effects)).toEqual([
      { value: 'CODE', rejectionReason: 'CouponPartOfNotTriggeredCampaign', campaignExclusionReason: 'CampaignNotInEvaluationSet' },
    ])
  })
})

describe('responseContent', () => {
  it('adds nothing unless asked', async () => {
    const shop = openShop()
    expect(await shop.put({ cartItems: [mug] }, [])).toEqual({ effects: expect.any(Array), createdCoupons: [], createdReferrals: [] })
  })

  it('adds each part that is asked for', async () => {
    const shop = openShop()
    const answer = await shop.put({ cartItems: [coffee], couponCodes: ['SAVE10'] }, [
      'customerSession',
      'customerProfile',
      'coupons',
      'triggeredCampaigns',
      'loyalty',
      'event',
      'awardedGiveaways',
      'ruleFailureReasons',
      'previousReturns',
    ])
    expect(answer).toMatchObject({
      customerSession: { integrationId: 'cart' },
      customerProfile: { integrationId: 'anna' },
      coupons: [{ value: 'SAVE10' }],
      loyalty: { programs: { beans: {} } },
      event: { type: 'talon_session_created', sessionId: 'cart', profileId: 'anna' },
      awardedGiveaways: [],
      previousReturns: [],
    })
    expect(answer.triggeredCampaigns?.map(({ id }) => id)).toEqual([1, 3, 4])
    expect(answer.ruleFailureReasons?.map(({ campaignID }) => campaignID).slice(0, 3)).toEqual([2, 5, 6])
  })

  it('tells a dry run which campaigns would apply, and refuses that otherwise', async () => {
    const shop = openShop()
    const input = { customerSessionId: 'cart', customerSession: { cartItems: [coffee] }, responseContent: ['campaignEligibility' as const] }
    const { campaignEligibility } = await shop.send(updateCustomerSessionV2, { ...input, dry: true })
    expect(campaignEligibility?.filter(({ eligibility }) => eligibility.some(({ passed }) => passed)).map(({ id }) => id)).toEqual([3])
    expect((await shop.ask(updateCustomerSessionV2, input)).status).toBe(400)
  })
})
