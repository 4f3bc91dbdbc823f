import { describe, expect, it } from 'vitest'
import { createTalonOne } from '../../src/client.ts'
import {
  createReferral,
  getCustomerInventory,
  returnCartItems,
  updateCustomerProfileV2,
  updateCustomerSessionV2,
} from '../../src/endpoints.ts'
import {
  addFreeItem,
  addLoyaltyPoints,
  createSandbox,
  demoCampaigns,
  increaseAchievementProgress,
  type RuleCart,
  type RuleEffect,
  type SandboxCampaign,
  type SandboxRule,
  setDiscount,
} from '../../src/sandbox/index.ts'
import { coffee, mug, openShop, propsOf, verdicts } from './sandbox-shop.ts'

const day = 86_400_000
const campaign = (rule: Partial<SandboxRule>, more: Partial<SandboxCampaign> = {}): SandboxCampaign => ({
  id: 1,
  name: 'One',
  rules: [{ name: 'Gives', then: () => [], ...rule }],
  ...more,
})
const after = campaign({ then: (cart) => [setDiscount(`of ${cart.units.length}`, 1)] }, { id: 2 })

describe('a rule that changes what it is shown', () => {
  it.each<[string, (cart: RuleCart) => unknown]>([
    // Types forbid it; a config in JavaScript has none.
    ['its lines', (cart) => (cart.items as unknown[]).reverse()],
    ['its units', (cart) => (cart.units as unknown[]).pop()],
    ['its profile', (cart) => Object.assign(cart.profile ?? {}, { closedSessions: 9 })],
    ['the attributes of its profile', (cart) => Object.assign(cart.profileAttributes, { Name: 'Eve' })],
    ['its attributes', (cart) => Object.assign(cart.attributes, { Channel: 'web' })],
  ])('changes nothing: %s', async (_, change) => {
    const shop = openShop({ campaigns: [campaign({ when: (cart) => Boolean(change(cart)) }), after] })
    const { customerSession, effects } = await shop.put({ cartItems: [coffee, mug] })
    expect(customerSession?.cartItems.map(({ sku }) => sku)).toEqual(['COFFEE', 'MUG'])
    expect(customerSession?.attributes).toEqual({})
    expect(shop.state.profiles.get('anna')).toMatchObject({ closedSessions: 0, attributes: {} })
    expect(propsOf('setDiscount', effects)).toMatchObject([{ name: 'of 3' }])
  })
})

describe('a rule that returns what it must not', () => {
  it.each<[string, unknown, string]>([
    ['nothing', () => undefined, 'must return a list'],
    ['an effect without brackets', () => setDiscount('x', 1), 'must return a list'],
    ['a promise', async () => [], 'must return a list'],
    ['something that is no effect', () => [undefined], ''],
  ])('says so in an effect: %s', async (_, then, message) => {
    // Types forbid it; a config in JavaScript has none.
    const shop = openShop({ campaigns: [campaign({ then: then as SandboxRule['then'] }), after] })
    const { effects } = await shop.put({ cartItems: [mug] })
    expect(effects.map(({ effectType }) => effectType)).toEqual(['error', 'setDiscount'])
    expect(propsOf('error', effects)[0]?.message).toContain(message)
  })

  it.each<[string, RuleEffect]>([
    ['an endless discount', setDiscount('x', Infinity)],
    ['a discount that is no number', setDiscount('x', NaN)],
    ['endless points', addLoyaltyPoints('x', 1, Infinity)],
    ['more free items than a cart may hold', addFreeItem('x', 'X', 1e308)],
    ['half a free item', addFreeItem('x', 'X', 0.5)],
    ['progress for a million rounds', increaseAchievementProgress(7, 3_000_000)],
  ])('fails: %s', async (_, effect) => {
    const achievements = [{ id: 7, name: 'Rounds', target: 3, recurrencePolicy: 'on_completion' as const }]
    const shop = openShop({
      campaigns: [campaign({ needs: 'coupon', then: () => [effect] }, { coupons: [{ value: 'CODE' }], achievements })],
    })
    const { effects } = await shop.put({ cartItems: [mug], couponCodes: ['CODE'] })
    expect(effects).toHaveLength(1)
    expect(verdicts(effects)).toEqual({ CODE: 'EffectCouldNotBeApplied' })
  })
})

describe('a sandbox', () => {
  it('changes neither its config nor the next sandbox when a scene is set', () => {
    const text = JSON.stringify(demoCampaigns)
    const { state } = createSandbox()
    const limit = state.coupons.get('BIRTHDAY5')?.coupon.limits?.[0]
    Object.assign(limit ?? {}, { limit: 99 })
    expect(limit).toMatchObject({ limit: 99 })
    expect(JSON.stringify(demoCampaigns)).toBe(text)
    expect(createSandbox().state.coupons.get('BIRTHDAY5')?.coupon.limits?.[0]?.limit).toBe(1)
  })

  it.each(['reset', 'restore'] as const)('lets nothing that was on its way into the memory after a %s', async (how) => {
    const sandbox = createSandbox({ latency: 20 })
    const snapshot = sandbox.snapshot()
    const body = JSON.stringify({ customerSession: {} })
    const put = sandbox.fetch('/v2/customer_sessions/cart', { method: 'PUT', body })
    await new Promise((resolve) => setTimeout(resolve, 5))
    if (how === 'reset') sandbox.reset()
    else sandbox.restore(snapshot)
    await expect(put).rejects.toThrow('fetch failed')
    expect(sandbox.state.sessions.size).toBe(0)
    expect((await sandbox.fetch('/v2/customer_sessions/cart', { method: 'PUT', body })).status).toBe(200)
  })
})

it('gives points for somebody else to that one’s card', async () => {
  const programs = [{ id: 2, name: 'cards', title: 'Cards', isCardBased: true }]
  const rule = campaign({ needs: 'referral', then: (cart) => [addLoyaltyPoints('x', 2, 5, { recipientIntegrationId: advocateIn(cart) })] })
  const shop = openShop({ programs, campaigns: [rule] })
  await shop.raw('POST', '/v1/loyalty_programs/2/cards', { cardIdentifier: 'CARD-ANNA', customerProfileIds: ['anna'] })
  await shop.raw('POST', '/v1/loyalty_programs/2/cards', { cardIdentifier: 'CARD-BEN', customerProfileIds: ['ben'] })
  const { code } = await shop.send(createReferral, { campaignId: 1, advocateProfileIntegrationId: 'anna' })
  const order = { profileId: 'ben', referralCode: code, cartItems: [mug], loyaltyCards: ['CARD-BEN'], state: 'closed' as const }
  await shop.send(updateCustomerSessionV2, { customerSessionId: 'of ben', customerSession: order })
  expect(shop.state.cards.get('CARD-BEN')?.transactions).toEqual([])
  expect(shop.state.cards.get('CARD-ANNA')?.transactions).toMatchObject([{ amount: 5 }])
})

const advocateIn = ({ referral }: RuleCart): string => referral?.advocateProfileIntegrationId ?? ''

it('reserves no coupon that is somebody else’s', async () => {
  const coupons = [{ value: 'FOR-ADA', recipientIntegrationId: 'ada', reservation: false }]
  const reserves = campaign({ then: () => [{ effectType: 'reserveCoupon', props: { couponValue: 'FOR-ADA' } }] }, { coupons })
  const shop = openShop({ campaigns: [reserves] })
  expect((await shop.put({ cartItems: [mug] })).effects).toEqual([])
  expect(shop.state.coupons.get('FOR-ADA')?.reservedBy).toEqual([])
})

it('counts two budgets that are alike once', async () => {
  const limit = { action: 'setDiscount' as const, limit: 10 }
  const twice = campaign({ then: () => [setDiscount('x', 4), setDiscount('y', 4)] }, { limits: [limit, { ...limit, entities: [] }] })
  expect((await openShop({ campaigns: [twice] }).put({ cartItems: [mug] })).effects).toHaveLength(2)
})

it('says in a wallet what a cart would say of a code: used today, good again tomorrow', async () => {
  const daily = { action: 'redeemCoupon' as const, limit: 1, entities: ['Profile' as const], period: 'daily' as const }
  const shop = openShop({
    campaigns: [campaign({ needs: 'coupon' }, { coupons: [{ value: 'DAILY', implicitlyReserved: true }], limits: [daily] })],
  })
  await shop.send(updateCustomerProfileV2, { integrationId: 'anna' })
  const state = async () => (await shop.send(getCustomerInventory, { integrationId: 'anna', coupons: true })).coupons?.[0]?.state
  expect(await state()).toBe('active')
  await shop.put({ cartItems: [mug], couponCodes: ['DAILY'], state: 'closed' })
  expect(await state()).toBe('used')
  shop.wait(day)
  expect(await state()).toBe('active')
})

it('says of an open session that it cannot be returned, not that it is closed', async () => {
  const { fetch } = createSandbox()
  const client = createTalonOne({ fetch, baseUrl: 'http://localhost/talon-one' })
  await client.send(updateCustomerSessionV2, { customerSessionId: 'cart', customerSession: { profileId: 'anna', cartItems: [mug] } })
  const returned = client.send(returnCartItems, { customerSessionId: 'cart', return: { returnedCartItems: [{ position: 0 }] } })
  await expect(returned).rejects.toMatchObject({ code: 'bad_request' })
})
