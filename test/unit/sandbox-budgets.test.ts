import { describe, expect, it } from 'vitest'
import {
  reopenCustomerSession,
  returnCartItems,
  trackEvent,
  trackEventV2,
  trackEventV3,
  updateCustomerProfileV2,
  updateCustomerSessionV2,
} from '../../src/endpoints.ts'
import {
  addFreeItem,
  addLoyaltyPoints,
  awardGiveaway,
  type Budget,
  type BudgetAction,
  deductLoyaltyPoints,
  demoPrograms,
  type RuleEffect,
  type SandboxCampaign,
  type SandboxRule,
  setDiscount,
  setDiscountPerItem,
} from '../../src/sandbox/index.ts'
import type { NewCustomerSessionV2 } from '../../src/schema.ts'
import { coffee, grantPoints, mug, openShop, propsOf, verdicts } from './sandbox-shop.ts'

const cartItems = [mug]
const hour = 3_600_000

/** A shop of one campaign that takes a euro off and has these budgets. */
function openWith(limits: Budget[], campaign: Partial<SandboxCampaign> = {}) {
  const rules: SandboxRule[] = [{ name: 'A euro off', then: () => [setDiscount('A euro off', 1)] }]
  const shop = openShop({ programs: demoPrograms, campaigns: [{ id: 1, name: 'One', limits, rules, ...campaign }] })
  const put = (customerSessionId: string, customerSession: NewCustomerSessionV2 = {}) =>
    shop.send(updateCustomerSessionV2, {
      customerSessionId,
      customerSession: { profileId: 'anna', cartItems, state: 'closed', ...customerSession },
    })
  return {
    ...shop,
    /** Closes a session, or updates it; whether it got its euro. */
    gets: async (customerSessionId: string, session?: NewCustomerSessionV2) =>
      propsOf('setDiscount', (await put(customerSessionId, session)).effects).length > 0,
    put: put,
    cancel: (customerSessionId: string) =>
      shop.send(updateCustomerSessionV2, { customerSessionId, customerSession: { state: 'cancelled' } }),
  }
}

const euros = (limit: number, ...entities: NonNullable<Budget['entities']>): Budget => ({ action: 'setDiscount', limit, entities })

describe('a budget', () => {
  it('is used by closed sessions, not by open ones', async () => {
    const shop = openWith([euros(1)])
    expect(await shop.gets('one', { state: 'open' })).toBe(true)
    expect(await shop.gets('two', { state: 'open' })).toBe(true)
    expect(await shop.gets('two')).toBe(true)
    expect(await shop.gets('one')).toBe(false)
    expect(await shop.gets('three', { profileId: '' })).toBe(false)
  })

  it('is given back on cancel and on reopening, and used again by the next close', async () => {
    const shop = openWith([euros(1)])
    await shop.put('one')
    await shop.cancel('one')
    expect(await shop.gets('two')).toBe(true)
    await shop.send(reopenCustomerSession, { customerSessionId: 'two' })
    expect(await shop.gets('three')).toBe(true)
    expect(await shop.gets('two')).toBe(false)
  })

  it('is given back for the units that come back', async () => {
    const rules: SandboxRule[] = [{ name: 'Off', then: ({ units }) => units.map((unit) => setDiscountPerItem('Off', unit, 1)) }]
    const shop = openWith([euros(3), { action: 'setDiscountEffect', limit: 3, entities: [] }], { rules })
    const units = async (id: string, quantity: number) =>
      propsOf('setDiscountPerItem', (await shop.put(id, { cartItems: [{ ...coffee, quantity }] })).effects).length
    expect(await units('one', 3)).toBe(3)
    expect(await units('two', 1)).toBe(0)
    await shop.send(returnCartItems, { customerSessionId: 'one', return: { returnedCartItems: [{ position: 0, quantity: 2 }] } })
    expect(await units('three', 3)).toBe(0)
    expect(await units('four', 2)).toBe(2)
    await shop.cancel('one')
    expect(await units('five', 1)).toBe(1)
    expect(await units('six', 1)).toBe(0)
  })

  it('of a coupon gets back what that coupon gave, not what another did', async () => {
    const off: SandboxRule = {
      name: 'Off',
      needs: 'coupon',
      then: ({ units, coupon }) => {
        const unit = units[coupon?.value === 'SECOND' ? 1 : 0]
        return unit ? [setDiscountPerItem('Off', unit, 5)] : []
      },
    }
    const coupons = [
      { value: 'FIRST', discountLimit: 5 },
      { value: 'SECOND', discountLimit: 5 },
    ]
    const shop = openWith([], { rules: [off], coupons })
    await shop.put('one', { cartItems: [mug, coffee], couponCodes: ['FIRST', 'SECOND'] })
    await shop.send(returnCartItems, { customerSessionId: 'one', return: { returnedCartItems: [{ position: 1 }] } })
    const left = (code: string) => shop.state.coupons.get(code)?.coupon.discountRemainder
    expect([left('FIRST'), left('SECOND')]).toEqual([0, 5])
  })

  it('is for good without a period', async () => {
    const shop = openWith([euros(1)])
    await shop.put('one')
    shop.wait(10_000 * 24 * hour)
    expect(await shop.gets('two')).toBe(false)
  })

  it.each([
    // It is Thursday the 15th of January 2026, noon.
    { period: 'daily', end: 12 * hour },
    { period: 'weekly', end: 3 * 24 * hour + 12 * hour },
    { period: 'monthly', end: 16 * 24 * hour + 12 * hour },
    { period: 'yearly', end: 350 * 24 * hour + 12 * hour },
  ] as const)('that is $period begins anew with the calendar', async ({ period, end }) => {
    const shop = openWith([{ ...euros(1), period }])
    expect(await shop.gets('one')).toBe(true)
    shop.wait(end - 1)
    expect(await shop.gets('two')).toBe(false)
    shop.wait(1)
    expect(await shop.gets('three')).toBe(true)
    expect(await shop.gets('four')).toBe(false)
  })

  it('is looked at from the moment that a dry run looks ahead to', async () => {
    const shop = openWith([{ ...euros(1), period: 'daily' }])
    await shop.put('one')
    const ahead = (now: string) =>
      shop.send(updateCustomerSessionV2, { customerSessionId: 'two', customerSession: { cartItems }, dry: true, now })
    expect((await ahead('2026-01-15T23:59:59Z')).effects).toEqual([])
    expect((await ahead('2026-01-16T00:00:00Z')).effects).toHaveLength(1)
  })

  it('stands beside others: the smallest one counts', async () => {
    const shop = openWith([euros(10), { ...euros(2), period: 'yearly' }, { ...euros(1), period: 'daily' }])
    expect(await shop.gets('one')).toBe(true)
    expect(await shop.gets('two')).toBe(false)
    shop.wait(24 * hour)
    expect(await shop.gets('three')).toBe(true)
    shop.wait(24 * hour)
    expect(await shop.gets('four')).toBe(false)
  })

  it('is used up by several rules of one evaluation together', async () => {
    const off = (name: string, value: number): SandboxRule => ({ name, then: () => [setDiscount(name, value)] })
    const shop = openWith([euros(5)], { rules: [off('Three', 3), off('Four', 4), off('Two', 2)] })
    expect(propsOf('setDiscount', (await shop.put('one')).effects).map(({ name }) => name)).toEqual(['Three', 'Two'])
  })

  it('of one campaign is none of another’s business', async () => {
    const campaign = (id: number, limit: number): SandboxCampaign => ({
      id,
      name: `Campaign ${id}`,
      limits: [euros(limit)],
      rules: [{ name: 'A euro off', then: () => [setDiscount('A euro off', 1)] }],
    })
    const { send } = openShop({ campaigns: [campaign(1, 1), campaign(2, 3)] })
    const given = async (customerSessionId: string) => {
      const { effects } = await send(updateCustomerSessionV2, { customerSessionId, customerSession: { cartItems, state: 'closed' } })
      return effects.map(({ campaignId }) => campaignId)
    }
    expect([await given('one'), await given('two'), await given('three'), await given('four')]).toEqual([[1, 2], [2], [2], []])
  })

  it('is not touched by a dry run', async () => {
    const shop = openWith([euros(1)])
    const before = shop.snapshot()
    await shop.send(updateCustomerSessionV2, {
      customerSessionId: 'one',
      customerSession: { profileId: 'anna', cartItems, state: 'closed' },
      dry: true,
    })
    expect(shop.snapshot()).toEqual(before)
  })
})

describe('a budget for each', () => {
  it('profile is that profile’s, and nothing for the anonymous', async () => {
    const shop = openWith([euros(1, 'Profile')])
    expect(await shop.gets('one')).toBe(true)
    expect(await shop.gets('two')).toBe(false)
    expect(await shop.gets('three', { profileId: 'bob' })).toBe(true)
    expect(await shop.gets('four', { profileId: '' })).toBe(false)
  })

  it('session is that session’s', async () => {
    const shop = openWith([euros(1, 'Session')])
    expect(await shop.gets('one')).toBe(true)
    expect(await shop.gets('two')).toBe(true)
  })

  it('identifier is shared by whoever has one of them, and no limit for those without', async () => {
    const shop = openWith([euros(1, 'Identifier')])
    expect(await shop.gets('one', { identifiers: ['a', 'b'] })).toBe(true)
    expect(await shop.gets('two', { profileId: 'bob', identifiers: ['b', 'c'] })).toBe(false)
    expect(await shop.gets('three', { profileId: 'bob', identifiers: ['c'] })).toBe(true)
    expect(await shop.gets('four')).toBe(true)
    expect(await shop.gets('five', { identifiers: [] })).toBe(true)
    expect(await shop.gets('six')).toBe(true)
  })

  it('store is that store’s', async () => {
    const shop = openWith([euros(1, 'Store')])
    expect(await shop.gets('one', { storeIntegrationId: 'north' })).toBe(true)
    expect(await shop.gets('two', { storeIntegrationId: 'north' })).toBe(false)
    expect(await shop.gets('three', { storeIntegrationId: 'south' })).toBe(true)
  })

  it('profile and store is for both together', async () => {
    const shop = openWith([euros(1, 'Profile', 'Store')])
    expect(await shop.gets('one', { storeIntegrationId: 'north' })).toBe(true)
    expect(await shop.gets('two', { storeIntegrationId: 'south' })).toBe(true)
    expect(await shop.gets('three', { storeIntegrationId: 'north', profileId: 'bob' })).toBe(true)
    expect(await shop.gets('four', { storeIntegrationId: 'north' })).toBe(false)
  })

  it('coupon is that coupon’s', async () => {
    const rules: SandboxRule[] = [{ name: 'A euro off', needs: 'coupon', then: () => [setDiscount('A euro off', 1)] }]
    const shop = openWith([euros(1, 'Coupon')], { rules, coupons: [{ value: 'FIRST' }, { value: 'SECOND' }] })
    expect(await shop.gets('one', { couponCodes: ['FIRST'] })).toBe(true)
    expect(verdicts((await shop.put('two', { couponCodes: ['FIRST', 'SECOND'] })).effects)).toEqual({
      FIRST: 'EffectCouldNotBeApplied',
      SECOND: 'accepted',
    })
  })
})

describe('a budget of redemptions', () => {
  const rules: SandboxRule[] = [{ name: 'A euro off', needs: 'coupon', then: () => [setDiscount('A euro off', 1)] }]
  const redeeming = (limit: number, ...entities: NonNullable<Budget['entities']>): Budget => ({ action: 'redeemCoupon', limit, entities })
  const coupons = [{ value: 'FIRST' }, { value: 'SECOND' }]
  const couponCodes = ['FIRST', 'SECOND']

  it.each([
    { entities: [], reason: 'CampaignLimitReached' },
    { entities: ['Profile'], reason: 'ProfileLimitReached' },
    { entities: ['Identifier'], reason: 'ProfileLimitReached' },
    { entities: ['Store'], reason: 'CampaignLimitReached' },
    { entities: ['Session'], reason: 'CampaignLimitReached' },
  ] as const)('for $entities takes one of two codes in one session', async ({ entities, reason }) => {
    const shop = openWith([redeeming(1, ...entities)], { rules, coupons })
    const session = { couponCodes, identifiers: ['a'], storeIntegrationId: 'north', state: 'open' as const }
    expect(verdicts((await shop.put('one', session)).effects)).toEqual({ FIRST: 'accepted', SECOND: reason })
    expect(verdicts((await shop.put('one', { ...session, couponCodes: ['SECOND', 'FIRST'] })).effects)).toEqual({
      SECOND: 'accepted',
      FIRST: reason,
    })
  })

  it('or of anything else, for each profile, needs a profile', async () => {
    for (const limit of [redeeming(1, 'Profile'), euros(1, 'Profile')]) {
      const shop = openWith([limit], { rules, coupons })
      expect(verdicts((await shop.put('one', { profileId: '', couponCodes: ['FIRST'] })).effects)).toEqual({ FIRST: 'ProfileRequired' })
    }
  })

  it('for each coupon takes both', async () => {
    const shop = openWith([redeeming(1, 'Coupon')], { rules, coupons })
    expect(verdicts((await shop.put('one', { couponCodes })).effects)).toEqual({ FIRST: 'accepted', SECOND: 'accepted' })
    expect(verdicts((await shop.put('two', { couponCodes })).effects)).toEqual({
      FIRST: 'CouponLimitReached',
      SECOND: 'CouponLimitReached',
    })
  })

  it('of a coupon comes before the campaign’s for the same', async () => {
    const generous = [{ value: 'FIRST', limits: [redeeming(2, 'Profile')] }, { value: 'SECOND' }]
    const shop = openWith([redeeming(1, 'Profile')], { rules, coupons: generous })
    const redeem = async (id: string, code: string) => verdicts((await shop.put(id, { couponCodes: [code] })).effects)[code]
    expect(await redeem('one', 'FIRST')).toBe('accepted')
    expect(await redeem('two', 'FIRST')).toBe('accepted')
    expect(await redeem('three', 'FIRST')).toBe('ProfileLimitReached')
    expect(await redeem('four', 'SECOND')).toBe('ProfileLimitReached')
  })

  it('of a coupon is counted for that coupon alone', async () => {
    const twins = coupons.map((coupon) => ({ ...coupon, limits: [redeeming(1, 'Profile')] }))
    const shop = openWith([], { rules, coupons: twins })
    expect(verdicts((await shop.put('one', { couponCodes })).effects)).toEqual({ FIRST: 'accepted', SECOND: 'accepted' })
  })

  it('begins anew with its period', async () => {
    const shop = openWith([{ ...redeeming(1), period: 'monthly' }], { rules, coupons })
    await shop.put('one', { couponCodes: ['FIRST'] })
    expect(verdicts((await shop.put('two', { couponCodes: ['FIRST'] })).effects)).toEqual({ FIRST: 'CampaignLimitReached' })
    shop.wait(17 * 24 * hour)
    expect(verdicts((await shop.put('three', { couponCodes: ['FIRST'] })).effects)).toEqual({ FIRST: 'accepted' })
  })

  it('counts a code once although two rules fire for it', async () => {
    const shop = openWith([redeeming(1)], { rules: [...rules, ...rules], coupons })
    expect(propsOf('setDiscount', (await shop.put('one', { couponCodes: ['FIRST'] })).effects)).toHaveLength(2)
  })
})

describe('what is done when a rule fires', () => {
  const atEvent = (...effects: RuleEffect[]): SandboxRule[] => [{ name: 'Asked', on: 'asked', then: () => effects }]
  const ask = async (shop: ReturnType<typeof openWith>, profileId = 'anna') =>
    (await shop.send(trackEventV2, { profileId, type: 'asked', attributes: {}, silent: 'no' }))?.effects ?? []

  it.each<{ action: BudgetAction; effect: RuleEffect }>([
    { action: 'createCoupon', effect: { effectType: 'couponCreated', props: {} } },
    { action: 'createReferral', effect: { effectType: 'referralCreated', props: {} } },
    { action: 'addFreeItemEffect', effect: addFreeItem('sample', 'Sample') },
    { action: 'customEffect', effect: { effectType: 'customEffect', props: { effectId: 1, name: 'custom', payload: {} } } },
    { action: 'callApi', effect: { effectType: 'triggerWebhook', props: { webhookId: 1, webhookName: 'hook' } } },
    { action: 'awardGiveaway', effect: awardGiveaway(1) },
    { action: 'setDiscount', effect: setDiscount('A euro off', 1) },
    { action: 'setDiscountEffect', effect: setDiscount('Five off', 5) },
    { action: 'createLoyaltyPoints', effect: addLoyaltyPoints('bean', 1, 1) },
    { action: 'createLoyaltyPointsEffect', effect: addLoyaltyPoints('beans', 1, 5) },
    { action: 'redeemLoyaltyPoints', effect: deductLoyaltyPoints('bean', 1, 1) },
    { action: 'redeemLoyaltyPointsEffect', effect: deductLoyaltyPoints('beans', 1, 5) },
  ])('an event counts at $action', async ({ action, effect }) => {
    const giveaways = [{ id: 1, name: 'Pool', codes: ['A', 'B', 'C'] }]
    const shop = openWith([{ action, limit: 1, entities: [] }], { rules: atEvent(effect), giveaways })
    for (const holder of ['anna', 'bob']) grantPoints(shop, holder, 100)
    expect((await ask(shop)).map(({ effectType }) => effectType)).toEqual([effect.effectType])
    expect(await ask(shop, 'bob')).toEqual([])
  })

  it('a new reservation counts, a repeated one does not', async () => {
    const limits: Budget[] = [{ action: 'reserveCoupon', limit: 1, entities: [] }]
    const shop = openWith(limits, {
      coupons: [{ value: 'FIRST' }],
      rules: atEvent({ effectType: 'reserveCoupon', props: { couponValue: 'FIRST' } }),
    })
    expect(propsOf('reserveCoupon', await ask(shop))).toMatchObject([{ isNewReservation: true }])
    expect(propsOf('reserveCoupon', await ask(shop))).toMatchObject([{ isNewReservation: false }])
    expect(await ask(shop, 'bob')).toEqual([])
  })

  it('the rules of a profile update count too', async () => {
    const shop = openWith([{ action: 'customEffect', limit: 1, entities: ['Profile'] }], {
      rules: [{ name: 'Hello', then: () => [{ effectType: 'customEffect', props: { effectId: 1, name: 'hello', payload: {} } }] }],
    })
    const update = (integrationId: string) => shop.send(updateCustomerProfileV2, { integrationId, runRuleEngine: true })
    expect((await update('anna')).effects).toHaveLength(1)
    expect((await update('anna')).effects).toEqual([])
    expect((await update('bob')).effects).toHaveLength(1)
  })

  it('the creation of codes is counted once for a session, at once, and not given back', async () => {
    const shop = openWith([{ action: 'createCoupon', limit: 1, entities: [] }], {
      rules: [{ name: 'Makes', then: () => [{ effectType: 'couponCreated', props: {} }] }],
    })
    const made = async (id: string, state: 'open' | 'closed') => propsOf('couponCreated', (await shop.put(id, { state })).effects).length
    expect(await made('one', 'open')).toBe(1)
    expect(await made('two', 'open')).toBe(0)
    expect(await made('one', 'open')).toBe(1)
    expect(await made('one', 'closed')).toBe(1)
    await shop.cancel('one')
    expect(await made('two', 'open')).toBe(0)
    expect(shop.state.budgetUses).toHaveLength(1)
  })

  it('is counted for those it was asked for', async () => {
    const rules: SandboxRule[] = [{ name: 'Makes', then: () => [{ effectType: 'couponCreated', props: {} }] }]
    for (const entities of [['Referral'], ['Identifier'], ['Store']] as const) {
      const shop = openWith([{ action: 'createCoupon', limit: 1, entities: [...entities] }], { rules })
      const session = { referralCode: 'FRIEND', identifiers: ['a'], storeIntegrationId: 'north', state: 'open' as const }
      expect(propsOf('couponCreated', (await shop.put('one', session)).effects)).toHaveLength(1)
      expect(propsOf('couponCreated', (await shop.put('two', session)).effects)).toEqual([])
    }
  })

  it('an event counts for the session it is connected with', async () => {
    for (const entities of [['Session'], ['Identifier'], ['Store']] as const) {
      const shop = openWith([{ action: 'customEffect', limit: 1, entities: [...entities] }], {
        rules: atEvent({ effectType: 'customEffect', props: { effectId: 1, name: 'custom', payload: {} } }),
      })
      await shop.put('one', { identifiers: ['a'], storeIntegrationId: 'north' })
      const happen = async (integrationId: string) =>
        (
          await shop.send(trackEventV3, {
            integrationId,
            profileId: 'anna',
            type: 'asked',
            attributes: {},
            connectedSessionId: 'one',
            silent: 'no',
          })
        )?.effects
      expect(await happen('1')).toHaveLength(1)
      expect(await happen('2')).toEqual([])
    }
  })

  it('what events used is not given back with a session', async () => {
    const shop = openWith([{ action: 'createLoyaltyPointsEffect', limit: 1, entities: [] }], {
      rules: atEvent(addLoyaltyPoints('bean', 1, 1)),
    })
    await shop.put('one', { state: 'open' })
    const happen = () => shop.send(trackEvent, { profileId: 'anna', sessionId: 'one', type: 'asked', attributes: {} })
    await happen()
    await shop.put('one')
    await shop.cancel('one')
    expect(shop.state.ledgers.get('anna')).toHaveLength(1)
    expect(shop.state.budgetUses).toHaveLength(1)
    expect(await ask(shop)).toEqual([])
  })
})
