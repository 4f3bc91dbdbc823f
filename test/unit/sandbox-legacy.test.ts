import { describe, expect, it } from 'vitest'
import { getCustomerInventory, getCustomerSession, trackEvent, updateCustomerProfile, updateCustomerSession } from '../../src/endpoints.ts'
import type { CartItemV1 } from '../../src/schema.ts'
import { noon, openShop } from './sandbox-shop.ts'

const coffee: CartItemV1 = { name: 'Coffee', sku: 'COFFEE', category: 'Coffee', quantity: 2, price: 9 }
const mug: CartItemV1 = { name: 'Mug', sku: 'MUG', quantity: 1, price: 12 }
const cart = { customerSessionId: 'cart', profileId: 'anna' }

describe('a V1 session', () => {
  it('answers with session, profile, event, balances and coupon', async () => {
    const shop = openShop()
    const { session, profile, event, loyalty, coupon } = await shop.send(updateCustomerSession, {
      ...cart,
      cartItems: [coffee, mug],
      coupon: 'save10',
    })
    expect(session).toEqual({
      integrationId: 'cart',
      created: new Date(noon).toISOString(),
      applicationId: 1,
      profileId: 'anna',
      coupon: 'SAVE10',
      referral: '',
      state: 'open',
      cartItems: [
        { ...coffee, position: 0 },
        { ...mug, position: 1 },
      ],
      total: 30,
      attributes: {},
      firstSession: true,
      discounts: { '10 % off': 3, 'Coffee weeks': 2 },
    })
    expect(profile).toMatchObject({ integrationId: 'anna', closedSessions: 0 })
    expect(profile).not.toHaveProperty('id')
    expect(event).toMatchObject({ type: 'talon_session_created', sessionId: 'cart', profileId: 'anna', ledgerEntries: [] })
    expect(loyalty?.programs.beans?.ledger).toEqual({
      currentBalance: 0,
      pendingBalance: 0,
      expiredBalance: 0,
      spentBalance: 0,
      tentativeCurrentBalance: 30,
    })
    expect(coupon).toMatchObject({ value: 'SAVE10', campaignId: 1 })
  })

  it('writes effects as tuples', async () => {
    const { event } = await openShop().send(updateCustomerSession, { ...cart, cartItems: [mug], coupon: 'SAVE10' })
    expect(event.effects.slice(0, 2)).toEqual([
      [1, 1, 0, ['acceptCoupon', 'SAVE10']],
      [1, 1, 0, ['setDiscount', '10 % off', 12 * 0.1]],
    ])
  })

  it('tells why a code was refused, in the reasons V1 knows', async () => {
    const shop = openShop()
    const reason = async (coupon: string) => (await shop.send(updateCustomerSession, { ...cart, coupon })).event.meta?.couponRejectionReason
    expect(await reason('NOPE')).toEqual({ campaignId: 0, couponId: 0, reason: 'CouponNotFound' })
    expect(await reason('EXPIRED')).toMatchObject({ campaignId: 2, reason: 'CouponExpired' })
    expect(await reason('MEMBERS5')).toMatchObject({ campaignId: 6, reason: 'CouponRejectedByCondition' })
    expect(await reason('SAVE10')).toBeUndefined()
    const { event } = await shop.send(updateCustomerSession, { ...cart, referral: 'NOPE' })
    expect(event.meta?.referralRejectionReason).toEqual({ campaignId: 0, referralId: 0, reason: 'ReferralNotFound' })
  })

  it('keeps what is left out, and drops the codes for an empty text', async () => {
    const shop = openShop()
    await shop.send(updateCustomerSession, { ...cart, cartItems: [mug], coupon: 'SAVE10', referral: 'FRIEND' })
    expect((await shop.send(updateCustomerSession, cart)).session).toMatchObject({ coupon: 'SAVE10', referral: 'FRIEND', total: 12 })
    expect((await shop.send(updateCustomerSession, { ...cart, coupon: '', referral: '' })).session).toMatchObject({
      coupon: '',
      referral: '',
      discounts: {},
    })
  })

  it('may state its total, which V2 does not believe', async () => {
    const shop = openShop()
    expect((await shop.send(updateCustomerSession, { ...cart, cartItems: [mug], total: 99 })).session.total).toBe(99)
    expect((await shop.send(updateCustomerSession, cart)).session.total).toBe(99)
    expect((await shop.send(getCustomerSession, { customerSessionId: 'cart' })).customerSession?.total).toBe(12)
  })

  it('closes, and then cannot open again', async () => {
    const shop = openShop()
    const { session, loyalty } = await shop.send(updateCustomerSession, { ...cart, state: 'closed', cartItems: [mug] })
    expect(session.state).toBe('closed')
    expect(loyalty?.programs.beans?.ledger).toMatchObject({ currentBalance: 12, tentativeCurrentBalance: 12 })
    expect(await shop.ask(updateCustomerSession, cart)).toEqual({
      status: 400,
      body: { message: 'Cannot move session to state "open" from state "closed"' },
    })
  })

  it('stores nothing when dry', async () => {
    const shop = openShop()
    const { session } = await shop.send(updateCustomerSession, { ...cart, cartItems: [mug], total: 99, dry: true })
    expect(session.total).toBe(99)
    expect([shop.state.sessions.size, shop.state.profiles.size]).toEqual([0, 0])
  })

  it('may be anonymous', async () => {
    const { session, profile } = await openShop().send(updateCustomerSession, { customerSessionId: 'cart', cartItems: [mug] })
    expect([session.profileId, profile.integrationId]).toEqual(['', ''])
  })
})

describe('a V1 profile', () => {
  it('merges attributes and answers with a session although there is none', async () => {
    const shop = openShop()
    await shop.send(updateCustomerProfile, { integrationId: 'anna', attributes: { name: 'Anna' } })
    const { profile, session, event } = await shop.send(updateCustomerProfile, { integrationId: 'anna', attributes: { vip: true } })
    expect(profile).toMatchObject({ integrationId: 'anna', attributes: { name: 'Anna', vip: true } })
    expect(session).toMatchObject({ integrationId: '', profileId: 'anna', cartItems: [], total: 0 })
    expect(event.type).toBe('talon_profile_updated')
    expect(shop.state.sessions.size).toBe(0)
  })

  it('stores nothing when dry', async () => {
    const shop = openShop()
    await shop.send(updateCustomerProfile, { integrationId: 'anna', attributes: { name: 'Anna' }, dry: true })
    expect(shop.state.profiles.size).toBe(0)
  })
})

describe('a V1 event', () => {
  const seen = { type: 'seen', attributes: { page: 'home' }, profileId: 'anna', sessionId: 'cart' }

  it('makes its session when there is none, and answers 201', async () => {
    const shop = openShop()
    const { status } = await shop.ask(trackEvent, seen)
    expect(status).toBe(201)
    expect(shop.state.sessions.get('cart')?.session).toMatchObject({ state: 'open', profileId: 'anna' })
    expect(shop.state.events).toMatchObject([{ type: 'seen', attributes: { page: 'home' }, sessionId: 'cart' }])
  })

  it('counts twice when sent twice', async () => {
    const shop = openShop()
    const ids = [await shop.send(trackEvent, seen), await shop.send(trackEvent, seen)].map(({ event }) => event.id)
    expect(new Set(ids).size).toBe(2)
    expect(shop.state.events).toHaveLength(2)
  })

  it('leaves the session as it is', async () => {
    const shop = openShop()
    await shop.put({ cartItems: [mug], couponCodes: ['SAVE10'] })
    const before = structuredClone(shop.state.sessions.get('cart'))
    const { session, event } = await shop.send(trackEvent, seen)
    expect(session).toMatchObject({ coupon: 'SAVE10', total: 12 })
    expect(event.effects).toHaveLength(3)
    expect(shop.state.sessions.get('cart')).toEqual(before)
  })

  it('must be of the session’s own profile', async () => {
    const shop = openShop()
    await shop.put({ profileId: 'ben' })
    expect(await shop.ask(trackEvent, seen)).toEqual({ status: 400, body: { message: 'The session belongs to another profile' } })
  })

  it('may not pass for a built-in one', async () => {
    expect((await openShop().ask(trackEvent, { ...seen, type: 'talon_session_closed' })).status).toBe(400)
  })

  it('stores nothing when dry', async () => {
    const shop = openShop()
    await shop.send(trackEvent, { ...seen, dry: true })
    expect([shop.state.sessions.size, shop.state.profiles.size, shop.state.events.length, shop.state.nextId]).toEqual([
      0,
      0,
      0,
      openShop().state.nextId,
    ])
  })

  it('is forgotten with its profile’s data', async () => {
    const shop = openShop()
    await shop.send(trackEvent, seen)
    await shop.raw('DELETE', '/v1/customer_data/anna')
    expect(shop.state.events[0]?.attributes).toEqual({})
    expect((await shop.send(getCustomerInventory, { integrationId: 'anna', profile: true })).profile?.attributes).toEqual({})
  })
})
