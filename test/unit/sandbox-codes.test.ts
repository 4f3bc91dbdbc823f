import { describe, expect, it } from 'vitest'
import {
  createCouponReservation,
  createReferral,
  createReferralsForMultipleAdvocates,
  deleteCouponReservation,
  deleteCustomerData,
  getCustomerInventory,
  getReservedCustomers,
  updateCustomerSessionV2,
} from '../../src/endpoints.ts'
import { type SandboxCampaign, type SandboxCoupon, setDiscount } from '../../src/sandbox/index.ts'
import type { NewCustomerSessionV2 } from '../../src/schema.ts'
import { coffee, mug, openShop, propsOf, verdicts } from './sandbox-shop.ts'

type Shop = ReturnType<typeof openShop>

/** A shop of one campaign, whose code takes one euro off. */
function shopWith(coupon: Omit<SandboxCoupon, 'value'>, campaign: Partial<SandboxCampaign> = {}) {
  const rules = [{ name: 'A euro off', needs: 'coupon' as const, then: () => [setDiscount('A euro off', 1)] }]
  return openShop({ campaigns: [{ id: 1, name: 'One', coupons: [{ value: 'CODE', ...coupon }], rules, ...campaign }] })
}

async function verdict(shop: Shop, customerSession: NewCustomerSessionV2 = {}, customerSessionId = 'cart'): Promise<string | undefined> {
  const input = { customerSessionId, customerSession: { profileId: 'anna', cartItems: [mug], couponCodes: ['CODE'], ...customerSession } }
  return verdicts((await shop.send(updateCustomerSessionV2, input)).effects).CODE
}

describe('the demo campaigns', () => {
  it('take ten percent off the items for SAVE10', async () => {
    const shop = openShop()
    const { effects } = await shop.put({
      cartItems: [{ ...mug, price: 99.99 }],
      couponCodes: ['SAVE10'],
      additionalCosts: { shipping: { price: 5 } },
    })
    expect(verdicts(effects)).toEqual({ SAVE10: 'accepted' })
    expect(propsOf('setDiscount', effects)).toEqual([{ name: '10 % off', value: 99.99 * 0.1 }])
  })

  it('accept SAVE10 on an empty cart, without a discount of nothing', async () => {
    const shop = openShop()
    const { effects } = await shop.put({ couponCodes: ['SAVE10'] })
    expect(effects.map(({ effectType }) => effectType)).toEqual(['acceptCoupon'])
  })

  it('take one euro off each unit of coffee, flattened, and never more than its price', async () => {
    const shop = openShop()
    const { effects } = await shop.put({
      cartItems: [mug, coffee, { ...coffee, sku: 'SAMPLE', quantity: 1, price: 0.4 }, { ...coffee, sku: 'GIFT', price: 0 }],
    })
    expect(propsOf('setDiscountPerItem', effects)).toEqual([
      { name: 'Coffee weeks#1', value: 1, position: 1, subPosition: 0 },
      { name: 'Coffee weeks#1', value: 1, position: 1, subPosition: 1 },
      { name: 'Coffee weeks#2', value: 0.4, position: 2, subPosition: 0 },
    ])
  })

  it('take at most the cart for WELCOME5', async () => {
    const shop = openShop()
    const off = async (price: number) =>
      propsOf('setDiscount', (await shop.put({ cartItems: [{ ...mug, price }], couponCodes: ['WELCOME5'] })).effects)[0]?.value
    expect(await off(12)).toBe(5)
    expect(await off(3)).toBe(3)
  })

  it('answer effects in the order of campaign, rule and effect, with the coupon that triggered them', async () => {
    const shop = openShop()
    const { effects } = await shop.put({ cartItems: [coffee], couponCodes: ['WELCOME5', 'NOPE', 'EXPIRED', 'SAVE10'] })
    expect(effects.map(({ campaignId, effectType }) => [campaignId, effectType])).toEqual([
      [0, 'rejectCoupon'],
      [1, 'acceptCoupon'],
      [1, 'setDiscount'],
      [2, 'rejectCoupon'],
      [3, 'setDiscountPerItem'],
      [3, 'setDiscountPerItem'],
      [4, 'addLoyaltyPoints'],
      [6, 'acceptCoupon'],
      [6, 'setDiscount'],
    ])
    const id = shop.state.coupons.get('SAVE10')?.coupon.id
    expect(effects.filter(({ campaignId }) => campaignId === 1).map(({ triggeredByCoupon }) => triggeredByCoupon)).toEqual([id, id])
  })
})

describe('a coupon code', () => {
  it('is the same in upper and lower case, given once or twice', async () => {
    const shop = openShop()
    const { effects, customerSession } = await shop.put({ cartItems: [mug], couponCodes: ['save10', 'Save10'] })
    expect(propsOf('acceptCoupon', effects)).toEqual([{ value: 'SAVE10' }])
    expect(customerSession?.couponCodes).toEqual(['SAVE10', 'SAVE10'])
  })

  it('is judged on its own: each gets one verdict', async () => {
    const shop = openShop()
    const { effects } = await shop.put({ couponCodes: ['save10', 'nope', 'expired', 'nextyear5', 'members5', 'welcome5'] })
    expect(verdicts(effects)).toEqual({
      SAVE10: 'accepted',
      NOPE: 'CouponNotFound',
      EXPIRED: 'CouponExpired',
      NEXTYEAR5: 'CouponStartDateInFuture',
      MEMBERS5: 'CouponReservationRequired',
      WELCOME5: 'accepted',
    })
  })

  it('is gone at its expiry date, to the millisecond', async () => {
    const shop = shopWith({ expiryDate: '2026-01-15T12:00:01Z' })
    shop.wait(999)
    expect(await verdict(shop)).toBe('accepted')
    shop.wait(1)
    expect(await verdict(shop)).toBe('CouponExpired')
  })

  it('begins at its start date', async () => {
    const shop = shopWith({ startDate: '2026-01-15T12:00:01Z' })
    expect(await verdict(shop)).toBe('CouponStartDateInFuture')
    shop.wait(1000)
    expect(await verdict(shop)).toBe('accepted')
  })

  it('is used up after its limit of closed sessions, whoever had them', async () => {
    const shop = shopWith({ usageLimit: 1 })
    expect(await verdict(shop, {}, 'other')).toBe('accepted')
    expect(await verdict(shop, { profileId: 'ben', state: 'closed' }, 'other')).toBe('accepted')
    expect(await verdict(shop)).toBe('CouponLimitReached')
  })

  it('is used up for one profile by its own limit, and needs one to know', async () => {
    const shop = shopWith({ limits: [{ action: 'redeemCoupon', limit: 1, entities: ['Profile'] }] })
    await verdict(shop, { state: 'closed' }, 'first')
    expect(await verdict(shop)).toBe('ProfileLimitReached')
    expect(await verdict(shop, { profileId: 'ben' })).toBe('accepted')
    expect(await verdict(shop, { profileId: '' })).toBe('ProfileRequired')
  })

  it('is used up with its campaign', async () => {
    const shop = shopWith({}, { limits: [{ action: 'redeemCoupon', limit: 1, entities: [] }] })
    await verdict(shop, { profileId: 'ben', state: 'closed' }, 'first')
    expect(await verdict(shop)).toBe('CampaignLimitReached')
  })

  it('of somebody else is refused, to an anonymous session too', async () => {
    const shop = shopWith({ recipientIntegrationId: 'ben' })
    expect(await verdict(shop)).toBe('CouponRecipientDoesNotMatch')
    expect(await verdict(shop, { profileId: '' })).toBe('CouponRecipientDoesNotMatch')
    expect(await verdict(shop, { profileId: 'ben' })).toBe('accepted')
  })

  it('with a hard reservation is for its holders only', async () => {
    const shop = shopWith({ isReservationMandatory: true })
    expect(await verdict(shop, { profileId: '' })).toBe('ProfileRequired')
    expect(await verdict(shop)).toBe('CouponReservationRequired')
    await shop.send(createCouponReservation, { couponValue: 'CODE', integrationIDs: ['anna'] })
    expect(await verdict(shop)).toBe('accepted')
  })

  it.each([
    ['disabled', { state: 'disabled' as const }],
    ['over', { endTime: '2026-01-15T12:00:00Z' }],
    ['not yet on', { startTime: '2026-01-15T12:00:01Z' }],
  ])('of a campaign that is %s is refused, and nothing of it runs', async (_, campaign) => {
    const shop = shopWith({}, campaign)
    const { effects } = await shop.put({ cartItems: [mug], couponCodes: ['CODE'] })
    expect(effects).toMatchObject([
      { campaignId: 1, effectType: 'rejectCoupon', props: { value: 'CODE', rejectionReason: 'CouponPartOfNotRunningCampaign' } },
    ])
    expect(effects).toHaveLength(1)
  })

  it('whose rule does not fire is rejected by condition', async () => {
    const rule = {
      name: 'From 20 euros',
      needs: 'coupon' as const,
      when: ({ itemTotal }: { itemTotal: number }) => itemTotal >= 20,
      then: () => [setDiscount('Off', 1)],
    }
    const shop = shopWith({}, { rules: [rule] })
    expect(await verdict(shop)).toBe('CouponRejectedByCondition')
    expect(await verdict(shop, { cartItems: [coffee, mug] })).toBe('accepted')
  })

  it('is judged where its rule stands, among the effects of the other rules', async () => {
    const off = (name: string) => ({ name, then: () => [setDiscount(name, 1)] })
    const rules = [off('First'), { ...off('Second'), needs: 'coupon' as const }, off('Third')]
    const shop = shopWith({}, { rules, coupons: [{ value: 'CODE' }, { value: 'OVER', expiryDate: '2026-01-01T00:00:00Z' }] })
    const { effects } = await shop.put({ cartItems: [mug], couponCodes: ['OVER', 'CODE'] })
    expect(effects.map(({ ruleIndex, ruleName, effectType }) => [ruleIndex, ruleName, effectType])).toEqual([
      [0, 'First', 'setDiscount'],
      [1, 'Second', 'acceptCoupon'],
      [1, 'Second', 'setDiscount'],
      [1, 'Second', 'rejectCoupon'],
      [2, 'Third', 'setDiscount'],
    ])
  })

  it('is accepted once although two rules fire for it', async () => {
    const off = (name: string) => ({ name, needs: 'coupon' as const, then: () => [setDiscount(name, 1)] })
    const { effects } = await shopWith({}, { rules: [off('One'), off('Two')] }).put({ couponCodes: ['CODE'] })
    expect(effects.map(({ effectType }) => effectType)).toEqual(['acceptCoupon', 'setDiscount', 'setDiscount'])
  })

  it('that no rule asks for is rejected by condition', async () => {
    expect(await verdict(shopWith({}, { rules: [] }))).toBe('CouponRejectedByCondition')
  })
})

describe('a gift card', () => {
  it('shows what is left of it, before its first use too', async () => {
    const shop = openShop()
    const shown = async (state: 'open' | 'closed' | 'cancelled', dry = false) => {
      const customerSession = { profileId: 'anna', state, cartItems: [{ ...mug, quantity: 1 }], couponCodes: ['GIFT50'] }
      const input = { customerSessionId: 'cart', customerSession, responseContent: ['coupons' as const], dry }
      const { coupons } = await shop.send(updateCustomerSessionV2, input)
      return coupons?.map(({ discountCounter, discountRemainder }) => [discountCounter, discountRemainder])
    }
    expect(await shown('open', true)).toEqual([[0, 50]])
    expect(await shown('closed')).toEqual([[12, 38]])
    expect(await shown('cancelled')).toEqual([[0, 50]])
  })
})

describe('a wallet', () => {
  const walletOf = async (shop: Shop, integrationId = 'anna') => {
    const { coupons = [] } = await shop.send(getCustomerInventory, { integrationId, coupons: true })
    return Object.fromEntries(coupons.map(({ value, state }) => [value, state]))
  }

  it('shows a reserved coupon, which anyone may still use', async () => {
    const shop = openShop()
    const coupon = await shop.send(createCouponReservation, { couponValue: 'welcome5', integrationIDs: ['anna'] })
    expect(coupon).toMatchObject({ value: 'WELCOME5', campaignId: 6, reservationCounter: 1 })
    expect(await walletOf(shop)).toEqual({ WELCOME5: 'active' })
    expect(verdicts((await shop.put({ profileId: 'ben', couponCodes: ['WELCOME5'] })).effects)).toEqual({ WELCOME5: 'accepted' })
  })

  it('takes a reservation once, however often it is made', async () => {
    const shop = openShop()
    for (const integrationIDs of [['anna'], ['anna', 'anna'], ['ben']])
      await shop.send(createCouponReservation, { couponValue: 'WELCOME5', integrationIDs })
    const { totalResultSize, data } = await shop.send(getReservedCustomers, { couponValue: 'Welcome5' })
    expect(totalResultSize).toBe(2)
    expect(data.map(({ integrationId }) => integrationId)).toEqual(['anna', 'ben'])
  })

  it('lets go of a reservation, also twice', async () => {
    const shop = openShop()
    await shop.send(createCouponReservation, { couponValue: 'WELCOME5', integrationIDs: ['anna', 'ben'] })
    const release = { couponValue: 'WELCOME5', integrationIDs: ['anna'] }
    expect(await shop.ask(deleteCouponReservation, release)).toEqual({ status: 204, body: undefined })
    expect(await shop.ask(deleteCouponReservation, release)).toEqual({ status: 204, body: undefined })
    expect(await walletOf(shop)).toEqual({})
    expect(await walletOf(shop, 'ben')).toEqual({ WELCOME5: 'active' })
  })

  it('knows no unknown code', async () => {
    const shop = openShop()
    const none = { status: 404, body: { message: 'Coupon not found', StatusCode: 404 } }
    expect(await shop.ask(createCouponReservation, { couponValue: 'NOPE', integrationIDs: ['anna'] })).toEqual(none)
    expect(await shop.ask(deleteCouponReservation, { couponValue: 'NOPE', integrationIDs: ['anna'] })).toEqual(none)
    expect(await shop.ask(getReservedCustomers, { couponValue: 'NOPE' })).toEqual(none)
  })

  it('tells what can still be done with each coupon', async () => {
    const shop = openShop()
    for (const couponValue of ['WELCOME5', 'EXPIRED', 'NEXTYEAR5', 'FIRST5', 'BIRTHDAY5']) {
      await shop.send(createCouponReservation, { couponValue, integrationIDs: ['anna'] })
    }
    await shop.put({ state: 'closed', cartItems: [mug], couponCodes: ['FIRST5', 'BIRTHDAY5', 'SAVE10'] })
    expect(await walletOf(shop)).toEqual({
      SAVE10: 'active',
      EXPIRED: 'expired',
      WELCOME5: 'active',
      BIRTHDAY5: 'used',
      FIRST5: 'used',
      NEXTYEAR5: 'pending',
    })
  })

  it('shows coupons reserved for everybody, and disabled ones as such', async () => {
    const shop = shopWith({ implicitlyReserved: true }, { state: 'disabled' })
    await shop.put()
    expect(await walletOf(shop)).toEqual({ CODE: 'disabled' })
  })

  it('takes no personal coupon of somebody else', async () => {
    expect(
      (await shopWith({ recipientIntegrationId: 'ben' }).ask(createCouponReservation, { couponValue: 'CODE', integrationIDs: ['anna'] }))
        .status,
    ).toBe(400)
    expect(
      (await shopWith({ reservation: false }).ask(createCouponReservation, { couponValue: 'CODE', integrationIDs: ['anna'] })).status,
    ).toBe(400)
  })
})

describe('a referral code', () => {
  const invite = (shop: Shop, more: object = {}) =>
    shop.send(createReferral, { campaignId: 5, advocateProfileIntegrationId: 'anna', ...more })
  const redeem = async (shop: Shop, code: string, session: NewCustomerSessionV2 = {}, customerSessionId = 'cart') => {
    const customerSession = { profileId: 'ben', cartItems: [mug], referralCode: code.toLowerCase(), ...session }
    const { effects } = await shop.send(updateCustomerSessionV2, { customerSessionId, customerSession, responseContent: ['referral'] })
    return verdicts(effects)[code]
  }

  it('is made for an advocate, another one each time', async () => {
    const shop = openShop()
    const one = await invite(shop, { attributes: { channel: 'mail' } })
    const two = await invite(shop)
    expect(one).toMatchObject({
      campaignId: 5,
      advocateProfileIntegrationId: 'anna',
      usageLimit: 0,
      usageCounter: 0,
      attributes: { channel: 'mail' },
    })
    expect(one.code).toMatch(/^[A-Z0-9]{8}$/)
    expect(two.code).not.toBe(one.code)
    const { referrals } = await shop.send(getCustomerInventory, { integrationId: 'anna', referrals: true })
    expect(referrals?.map(({ code }) => code)).toEqual([one.code, two.code])
  })

  it('answers 201', async () => {
    expect((await openShop().ask(createReferral, { campaignId: 5, advocateProfileIntegrationId: 'anna' })).status).toBe(201)
  })

  it('gives the friend five off, and the advocate a name when the friend buys', async () => {
    const shop = openShop()
    const { code } = await invite(shop)
    const { effects } = await shop.put({ profileId: 'ben', cartItems: [mug], referralCode: code })
    expect(propsOf('setDiscount', effects)).toEqual([{ name: 'A friend of yours', value: 5 }])
    await redeem(shop, code, { state: 'closed' })
    const { referrals } = await shop.send(getCustomerInventory, { integrationId: 'anna', referrals: true })
    expect(referrals).toMatchObject([{ code, usageCounter: 1, referredCustomers: ['ben'] }])
  })

  it('is usable again after a cancellation', async () => {
    const shop = openShop()
    const { code } = await invite(shop, { usageLimit: 1 })
    await redeem(shop, code, { state: 'closed' }, 'first')
    expect(await redeem(shop, code)).toBe('ReferralLimitReached')
    const { effects } = await shop.send(updateCustomerSessionV2, { customerSessionId: 'first', customerSession: { state: 'cancelled' } })
    expect(propsOf('rollbackReferral', effects)).toEqual([{ value: code }])
    expect(await redeem(shop, code)).toBe('accepted')
  })

  it('is refused with the reason', async () => {
    const shop = openShop()
    const { code } = await invite(shop)
    expect(await redeem(shop, 'NOPE')).toBe('ReferralNotFound')
    expect(await redeem(shop, code, { profileId: 'anna' })).toBe('ReferralRecipientIdSameAsAdvocate')
    const bound = await invite(shop, { friendProfileIntegrationId: 'carl' })
    expect(await redeem(shop, bound.code)).toBe('ReferralRecipientDoesNotMatch')
    expect(await redeem(shop, bound.code, { profileId: 'carl' })).toBe('accepted')
    const over = await invite(shop, { expiryDate: '2026-01-15T12:00:00Z' })
    expect(await redeem(shop, over.code)).toBe('ReferralExpired')
    const early = await invite(shop, { startDate: '2026-01-16T12:00:00Z' })
    expect(await redeem(shop, early.code)).toBe('ReferralStartDateInFuture')
    await redeem(shop, code, { state: 'closed' }, 'first')
    expect(await redeem(shop, (await invite(shop)).code)).toBe('ReferralCustomerAlreadyReferred')
  })

  it('survives the deletion of its advocate’s data, but not its attributes', async () => {
    const shop = openShop()
    const { code } = await invite(shop, { attributes: { channel: 'mail' } })
    await shop.send(deleteCustomerData, { integrationId: 'anna' })
    expect(shop.state.referrals.get(code)?.referral).not.toHaveProperty('attributes')
    expect(await redeem(shop, code)).toBe('accepted')
  })

  it('needs a campaign that takes referrals', async () => {
    const shop = openShop()
    const refused = {
      status: 400,
      body: {
        message: 'The submitted data was invalid',
        errors: [{ title: 'Invalid', details: 'no such referral campaign', source: { pointer: '/campaignId' } }],
      },
    }
    for (const campaignId of [1, 99]) {
      expect(await shop.ask(createReferral, { campaignId, advocateProfileIntegrationId: 'anna' })).toEqual(refused)
    }
  })

  it('is made for many advocates at once, in silence unless told otherwise', async () => {
    const shop = openShop()
    const many = { campaignId: 5, usageLimit: 1, advocateProfileIntegrationIds: ['anna', 'ben'] }
    expect(await shop.ask(createReferralsForMultipleAdvocates, many)).toEqual({ status: 204, body: undefined })
    expect(shop.state.referrals.size).toBe(2)
    const pattern = { silent: 'no' as const, referralPattern: 'hi-###', validCharacters: ['1', '2'] }
    expect((await shop.ask(createReferralsForMultipleAdvocates, { ...many, ...pattern })).status).toBe(201)
    const answer = await shop.send(createReferralsForMultipleAdvocates, { ...many, ...pattern })
    expect(answer?.totalResultSize).toBe(2)
    expect(answer?.data.map(({ code }) => code)).toEqual([expect.stringMatching(/^HI-[12]{3}$/), expect.stringMatching(/^HI-[12]{3}$/)])
    expect(new Set(shop.state.referrals.keys()).size).toBe(6)
  })

  it('runs out of codes when the pattern has no more', async () => {
    const shop = openShop()
    const many = { campaignId: 5, usageLimit: 1, referralPattern: 'ABC#', validCharacters: ['1', '2'] }
    await shop.send(createReferralsForMultipleAdvocates, { ...many, advocateProfileIntegrationIds: ['anna', 'ben'] })
    expect((await shop.ask(createReferralsForMultipleAdvocates, { ...many, advocateProfileIntegrationIds: ['carl'] })).status).toBe(400)
  })

  it('is made for all of many advocates, or for none', async () => {
    const shop = openShop()
    const many = { campaignId: 5, usageLimit: 1, referralPattern: 'ABC#', validCharacters: ['1', '2'] }
    const advocateProfileIntegrationIds = ['anna', 'ben', 'carl']
    expect((await shop.ask(createReferralsForMultipleAdvocates, { ...many, advocateProfileIntegrationIds })).status).toBe(400)
    expect(shop.snapshot()).toEqual(openShop().snapshot())
  })
})
