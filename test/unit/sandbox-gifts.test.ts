import { describe, expect, it } from 'vitest'
import {
  getCustomerInventory,
  reopenCustomerSession,
  returnCartItems,
  trackEvent,
  trackEventV2,
  trackEventV3,
  updateCustomerProfileV2,
  updateCustomerSessionV2,
} from '../../src/endpoints.ts'
import { awardGiveaway, type RuleEffect, type SandboxCampaign, type SandboxRule, setDiscount } from '../../src/sandbox/index.ts'
import type { NewCustomerSessionV2 } from '../../src/schema.ts'
import { coffee, mug, openShop, propsOf, verdicts } from './sandbox-shop.ts'

const cartItems = [mug]

function openWith(rules: SandboxRule[], more: Partial<SandboxCampaign> = {}) {
  const giveaways = [{ id: 1, name: 'Tickets', codes: ['A', 'B', 'C'] }]
  const shop = openShop({ campaigns: [{ id: 1, name: 'One', rules, giveaways, ...more }] })
  const put = (customerSessionId: string, session: NewCustomerSessionV2 = {}, dry = false) =>
    shop.send(updateCustomerSessionV2, { customerSessionId, customerSession: { profileId: 'anna', cartItems, ...session }, dry })
  const happen = (connectedSessionId?: string) =>
    shop.send(trackEventV3, {
      integrationId: String(shop.state.nextId),
      profileId: 'anna',
      type: 'asked',
      attributes: {},
      silent: 'no',
      ...(connectedSessionId !== undefined && { connectedSessionId }),
    })
  return {
    ...shop,
    put,
    happen,
    /** The codes that an update gives. */
    codes: async (answer: ReturnType<typeof put> | ReturnType<typeof happen>) =>
      propsOf('awardGiveaway', (await answer)?.effects).map(({ code }) => code),
    reopen: (customerSessionId: string) => shop.send(reopenCustomerSession, { customerSessionId }),
  }
}

const gives: SandboxRule = { name: 'Gives', then: () => [awardGiveaway(1)] }
const rule = (...effects: RuleEffect[]): SandboxRule => ({ name: 'Rule', then: () => effects })
const atEvent = (...effects: RuleEffect[]): SandboxRule => ({ ...rule(...effects), on: 'asked' })

describe('a giveaway', () => {
  it('is promised without its code, and given at the close', async () => {
    const shop = openWith([gives])
    const promise = { poolId: 1, poolName: 'Tickets', recipientIntegrationId: 'anna' }
    expect((await shop.put('one')).effects).toMatchObject([{ effectType: 'willAwardGiveaway', props: promise }])
    expect(shop.state.giveaways.every(({ giveaway }) => !giveaway.used)).toBe(true)
    const { effects } = await shop.put('one', { state: 'closed' })
    expect(effects).toMatchObject([{ effectType: 'awardGiveaway', props: { ...promise, code: 'A', giveawayId: expect.any(Number) } }])
    const { giveaways } = await shop.send(getCustomerInventory, { integrationId: 'anna', giveaways: true })
    expect(giveaways).toMatchObject([{ code: 'A', poolId: 1, used: true, profileIntegrationId: 'anna' }])
  })

  it('is given once: the next session gets the next, until the pool is empty and the rule fails', async () => {
    const shop = openWith([{ ...gives, then: () => [setDiscount('Off', 1), awardGiveaway(1)] }])
    for (const code of ['A', 'B', 'C']) expect(await shop.codes(shop.put(code, { state: 'closed' }))).toEqual([code])
    expect((await shop.put('four', { state: 'closed' })).effects).toEqual([])
    expect((await shop.put('five')).effects).toEqual([])
  })

  it('is another one for each effect of an evaluation, and no more than there are', async () => {
    const shop = openWith([rule(awardGiveaway(1), awardGiveaway(1)), rule(awardGiveaway(1), awardGiveaway(1)), gives])
    expect(propsOf('willAwardGiveaway', (await shop.put('one')).effects)).toHaveLength(3)
    expect(await shop.codes(shop.put('one', { state: 'closed' }))).toEqual(['A', 'B', 'C'])
  })

  it('is the same when its session was reopened, and counts once', async () => {
    const shop = openWith([gives], { limits: [{ action: 'awardGiveaway', limit: 1, entities: [] }] })
    expect(await shop.codes(shop.put('one', { state: 'closed' }))).toEqual(['A'])
    expect((await shop.reopen('one')).effects).toEqual([])
    expect(propsOf('willAwardGiveaway', (await shop.put('one')).effects)).toHaveLength(1)
    expect(await shop.codes(shop.put('one', { state: 'closed' }))).toEqual(['A'])
    expect(shop.state.budgetUses).toHaveLength(1)
    expect(shop.state.giveaways.filter(({ giveaway }) => giveaway.used)).toHaveLength(1)
    expect(await shop.codes(shop.put('two', { state: 'closed' }))).toEqual([])
  })

  it('stays with the profile that got it when its session changes hands', async () => {
    const shop = openWith([gives])
    await shop.put('one', { state: 'closed' })
    await shop.reopen('one')
    expect(await shop.codes(shop.put('one', { profileId: 'bob', state: 'closed' }))).toEqual(['B'])
    const { giveaways } = await shop.send(getCustomerInventory, { integrationId: 'anna', giveaways: true })
    expect(giveaways).toMatchObject([{ code: 'A' }])
  })

  it('stays given when its order is cancelled', async () => {
    const shop = openWith([gives])
    await shop.put('one', { state: 'closed' })
    expect((await shop.put('one', { state: 'cancelled' })).effects).toEqual([])
    expect(await shop.codes(shop.put('two', { state: 'closed' }))).toEqual(['B'])
  })

  it('is given anew, the same, by a return that runs the rules', async () => {
    const limits = [{ action: 'awardGiveaway' as const, limit: 1, entities: [] }]
    const shop = openWith([gives], { reevaluateOnReturn: true, limits })
    await shop.put('one', { cartItems: [coffee], state: 'closed' })
    const answer = await shop.send(returnCartItems, {
      customerSessionId: 'one',
      return: { returnedCartItems: [{ position: 0, quantity: 1 }] },
      runRuleEngine: true,
    })
    expect(propsOf('awardGiveaway', answer.effects).map(({ code }) => code)).toEqual(['A'])
    expect(shop.state.budgetUses).toHaveLength(1)
  })

  it('is nobody’s when nobody is there', async () => {
    const shop = openWith([{ ...gives, then: () => [awardGiveaway(1), setDiscount('Off', 1)] }])
    expect((await shop.put('one', { profileId: '', state: 'closed' })).effects.map(({ effectType }) => effectType)).toEqual(['setDiscount'])
  })

  it('fails the rule where there is no such pool', async () => {
    const shop = openWith([rule(awardGiveaway(9), setDiscount('Off', 1))])
    expect((await shop.put('one')).effects).toEqual([])
  })

  it('of a campaign that fails later in the rule is not taken', async () => {
    const shop = openWith([rule(awardGiveaway(1), awardGiveaway(9)), gives])
    expect(await shop.codes(shop.put('one', { state: 'closed' }))).toEqual(['A'])
  })

  it('at an event is given at once, another for each event', async () => {
    const shop = openWith([atEvent(awardGiveaway(1))])
    expect(await shop.codes(shop.happen())).toEqual(['A'])
    await shop.put('one', { state: 'closed' })
    expect(await shop.codes(shop.happen('one'))).toEqual(['B'])
    expect(await shop.codes(shop.happen('one'))).toEqual(['C'])
    expect(await shop.codes(shop.happen('one'))).toEqual([])
  })

  it('at an event is not the one that the connected session got', async () => {
    const shop = openWith([gives, atEvent(awardGiveaway(1))])
    expect(await shop.codes(shop.put('one', { state: 'closed' }))).toEqual(['A'])
    expect(await shop.codes(shop.happen('one'))).toEqual(['B'])
  })

  it('at a V1 event in an open session is given, not promised for ever', async () => {
    const shop = openWith([atEvent(awardGiveaway(1))])
    await shop.put('one')
    await shop.send(trackEvent, { profileId: 'anna', sessionId: 'one', type: 'asked', attributes: {} })
    const { giveaways } = await shop.send(getCustomerInventory, { integrationId: 'anna', giveaways: true })
    expect(giveaways).toMatchObject([{ code: 'A' }])
  })

  it('at a profile update is given at once, and shown when asked for', async () => {
    const shop = openWith([gives])
    const { effects, awardedGiveaways } = await shop.send(updateCustomerProfileV2, {
      integrationId: 'anna',
      runRuleEngine: true,
      responseContent: ['awardedGiveaways'],
    })
    expect(propsOf('awardGiveaway', effects).map(({ code }) => code)).toEqual(['A'])
    expect(awardedGiveaways).toMatchObject([{ code: 'A', used: true }])
  })
})

describe('a coupon that a rule makes', () => {
  const makes = rule({ effectType: 'couponCreated', props: { pattern: 'NEW-####', usageLimit: 1, attributes: { from: 'rule' } } })
  const redeems: SandboxRule = { name: 'Redeems', needs: 'coupon', then: () => [setDiscount('Off', 1)] }

  it('is made at once, for that profile, and told whole', async () => {
    const shop = openWith([makes])
    const { effects, createdCoupons } = await shop.put('one')
    const [made] = propsOf('couponCreated', effects)
    expect(made).toEqual({ value: expect.stringMatching(/^NEW-[A-Z0-9]{4}$/), profileId: 'anna' })
    expect(createdCoupons).toMatchObject([
      { value: made?.value, campaignId: 1, recipientIntegrationId: 'anna', usageLimit: 1, usageCounter: 0, attributes: { from: 'rule' } },
    ])
    expect(createdCoupons[0]?.id).toBeGreaterThan(0)
    expect(shop.state.coupons.has(made?.value ?? '')).toBe(true)
  })

  it('is the same on every update, after a reopening, and in a dry run', async () => {
    const shop = openWith([makes])
    const code = async (answer: ReturnType<typeof shop.put>) => propsOf('couponCreated', (await answer).effects)[0]?.value
    const first = await code(shop.put('one'))
    expect(await code(shop.put('one', { cartItems: [] }))).toBe(first)
    expect(await code(shop.put('one', { state: 'open' }, true))).toBe(first)
    expect(await code(shop.put('one', { state: 'closed' }))).toBe(first)
    await shop.reopen('one')
    expect(await code(shop.put('one', { state: 'closed' }))).toBe(first)
    expect(shop.state.coupons.size).toBe(1)
  })

  it('is another for another session, rule, code and effect', async () => {
    const twice = rule({ effectType: 'couponCreated', props: {} }, { effectType: 'couponCreated', props: {} })
    const perCode: SandboxRule = { ...rule({ effectType: 'couponCreated', props: {} }), needs: 'coupon' }
    const shop = openWith([twice, makes, perCode], { coupons: [{ value: 'FIRST' }, { value: 'SECOND' }] })
    const codes = async (id: string) =>
      propsOf('couponCreated', (await shop.put(id, { couponCodes: ['FIRST', 'SECOND'] })).effects).map(({ value }) => value)
    const [one, two] = [await codes('one'), await codes('two')]
    expect(one).toHaveLength(5)
    expect(new Set([...one, ...two]).size).toBe(10)
    expect(await codes('one')).toEqual(one)
  })

  it('is not made again by a return that runs the rules, nor by an event in its session', async () => {
    const shop = openWith([makes], { reevaluateOnReturn: true })
    await shop.put('one', { cartItems: [coffee] })
    await shop.send(trackEvent, { profileId: 'anna', sessionId: 'one', type: 'asked', attributes: {} })
    await shop.put('one', { state: 'closed' })
    await shop.send(returnCartItems, {
      customerSessionId: 'one',
      return: { returnedCartItems: [{ position: 0, quantity: 1 }] },
      runRuleEngine: true,
    })
    expect(shop.state.coupons.size).toBe(1)
  })

  it('is another for each event', async () => {
    const shop = openWith([atEvent({ effectType: 'couponCreated', props: {} })])
    await shop.put('one', { state: 'closed' })
    await shop.happen('one')
    await shop.happen('one')
    await shop.happen()
    expect(shop.state.coupons.size).toBe(3)
  })

  it('stays when its order is cancelled, and only its profile may use it', async () => {
    const shop = openWith([makes, redeems])
    const [made] = propsOf('couponCreated', (await shop.put('one', { state: 'closed' })).effects)
    await shop.put('one', { state: 'cancelled' })
    const couponCodes = [made?.value ?? '']
    expect(Object.values(verdicts((await shop.put('two', { couponCodes })).effects))).toEqual(['accepted'])
    expect(Object.values(verdicts((await shop.put('two', { couponCodes, profileId: 'bob' })).effects))).toEqual([
      'CouponRecipientDoesNotMatch',
    ])
  })

  it('fails the rule when the pattern has no more codes', async () => {
    const shop = openWith([rule({ effectType: 'couponCreated', props: { pattern: 'ONLY' } })])
    expect(propsOf('couponCreated', (await shop.put('one')).effects)).toEqual([{ value: 'ONLY', profileId: 'anna' }])
    expect((await shop.put('two')).effects).toEqual([])
    expect((await shop.put('one')).effects).toHaveLength(1)
  })

  it('is not made for nobody', async () => {
    const shop = openWith([makes])
    expect((await shop.put('one', { profileId: '' })).effects).toEqual([])
    expect(shop.state.coupons.size).toBe(0)
  })
})

describe('a referral code that a rule makes', () => {
  const makes = rule({ effectType: 'referralCreated', props: { pattern: 'FRIEND-##', usageLimit: 2, friendProfileIntegrationId: 'bob' } })
  const redeems: SandboxRule = { name: 'Redeems', needs: 'referral', then: () => [setDiscount('Off', 1)] }

  it('is the profile’s, the same on every update, and for the friend', async () => {
    const shop = openWith([makes, redeems])
    const { effects, createdReferrals } = await shop.put('one')
    const code = propsOf('referralCreated', effects)[0]?.value ?? ''
    expect(createdReferrals).toMatchObject([
      { code, advocateProfileIntegrationId: 'anna', friendProfileIntegrationId: 'bob', usageLimit: 2, usageCounter: 0, campaignId: 1 },
    ])
    expect(propsOf('referralCreated', (await shop.put('one', { state: 'closed' })).effects)).toEqual([{ value: code }])
    expect(shop.state.referrals.size).toBe(1)
    expect(verdicts((await shop.put('two', { profileId: 'bob', referralCode: code })).effects)[code]).toBe('accepted')
    expect(verdicts((await shop.put('three', { profileId: 'carl', referralCode: code })).effects)[code]).toBe(
      'ReferralRecipientDoesNotMatch',
    )
  })

  it('is unlimited unless it says otherwise, and not made for nobody', async () => {
    const shop = openWith([rule({ effectType: 'referralCreated', props: {} })])
    expect((await shop.put('one')).createdReferrals).toMatchObject([{ usageLimit: 0, code: expect.stringMatching(/^[A-Z0-9]{8}$/) }])
    expect((await shop.put('two', { profileId: '' })).createdReferrals).toEqual([])
  })
})

describe('a reservation by a rule', () => {
  const reserves = rule({ effectType: 'reserveCoupon', props: { couponValue: 'wallet' } })
  const holders = (shop: ReturnType<typeof openWith>) => shop.state.coupons.get('WALLET')?.reservedBy

  it('puts the coupon into the wallet at once, and tells the first time from later ones', async () => {
    const shop = openWith([reserves], { coupons: [{ value: 'WALLET' }] })
    const news = async () => propsOf('reserveCoupon', (await shop.put('one')).effects)
    expect(await news()).toEqual([{ couponValue: 'WALLET', profileIntegrationId: 'anna', isNewReservation: true }])
    expect(await news()).toMatchObject([{ isNewReservation: false }])
    expect(holders(shop)).toEqual(['anna'])
  })

  it('is one reservation however many rules make it', async () => {
    const shop = openWith([reserves, reserves], { coupons: [{ value: 'WALLET', reservationLimit: 1 }] })
    const { effects } = await shop.put('one')
    expect(propsOf('reserveCoupon', effects).map(({ isNewReservation }) => isNewReservation)).toEqual([true, false])
    expect(holders(shop)).toEqual(['anna'])
  })

  it('respects the limit of the coupon, but not for those who hold it', async () => {
    const shop = openWith([reserves], { coupons: [{ value: 'WALLET', reservationLimit: 1 }] })
    await shop.put('one')
    expect((await shop.put('two', { profileId: 'bob' })).effects).toEqual([])
    expect((await shop.put('one')).effects).toHaveLength(1)
  })

  it('stays when the order is cancelled or reopened', async () => {
    const shop = openWith([reserves], { coupons: [{ value: 'WALLET' }] })
    await shop.put('one', { state: 'closed' })
    await shop.reopen('one')
    await shop.put('one', { state: 'cancelled' })
    expect(holders(shop)).toEqual(['anna'])
  })

  it('fails the rule where there is no such coupon, and is not for nobody', async () => {
    const shop = openWith([rule(setDiscount('Off', 1), { effectType: 'reserveCoupon', props: { couponValue: 'NOPE' } })])
    expect((await shop.put('one')).effects).toEqual([])
    const other = openWith([reserves], { coupons: [{ value: 'WALLET' }] })
    expect((await other.put('one', { profileId: '' })).effects).toEqual([])
    expect(holders(other)).toEqual([])
  })
})

describe('audiences and attributes', () => {
  it('of a profile change at once, and stay when the order is cancelled', async () => {
    const shop = openWith([
      rule(
        { effectType: 'addToAudience', props: { audienceId: 2 } },
        { effectType: 'updateAttribute', props: { path: 'Profile.Favourite', value: 'MUG' } },
      ),
    ])
    const { effects } = await shop.put('one')
    const profileId = shop.state.profiles.get('anna')?.id
    expect(propsOf('addToAudience', effects)).toEqual([{ audienceId: 2, audienceName: 'VIP', profileIntegrationId: 'anna', profileId }])
    expect(propsOf('updateAttribute', effects)).toEqual([{ path: 'Profile.Favourite', value: 'MUG' }])
    await shop.put('one', { state: 'closed' })
    await shop.put('one', { state: 'cancelled' })
    expect(shop.state.profiles.get('anna')).toMatchObject({
      attributes: { Favourite: 'MUG' },
      audienceMemberships: [{ id: 2, name: 'VIP' }],
    })
  })

  it('show in the next evaluation', async () => {
    const joins: SandboxRule = {
      name: 'Joins',
      when: ({ audienceIds }) => !audienceIds.includes(2),
      then: () => [{ effectType: 'addToAudience', props: { audienceId: 2 } }],
    }
    const leaves: SandboxRule = {
      name: 'Leaves',
      when: ({ audienceIds }) => audienceIds.includes(2),
      then: () => [{ effectType: 'removeFromAudience', props: { audienceId: 2 } }],
    }
    const shop = openWith([joins, leaves])
    const types = async () => (await shop.put('one')).effects.map(({ effectType }) => effectType)
    expect([await types(), await types(), await types()]).toEqual([['addToAudience'], ['removeFromAudience'], ['addToAudience']])
  })

  it('of a session change with it', async () => {
    const shop = openWith([rule({ effectType: 'updateAttribute', props: { path: 'Session.Deep.Name', value: 1 } })])
    await shop.put('one', { attributes: { Other: 2 } })
    expect(shop.state.sessions.get('one')?.session.attributes).toEqual({ Other: 2, 'Deep.Name': 1 })
  })

  it('of what is not there fail, or are left out', async () => {
    const shop = openWith([rule({ effectType: 'addToAudience', props: { audienceId: 99 } }, setDiscount('Off', 1))])
    expect((await shop.put('one')).effects).toEqual([])
    const other = openWith([
      rule(
        { effectType: 'addToAudience', props: { audienceId: 2 } },
        { effectType: 'updateAttribute', props: { path: 'Profile.X', value: 1 } },
        { effectType: 'updateAttribute', props: { path: 'Session.X', value: 1 } },
      ),
    ])
    expect((await other.put('one', { profileId: '' })).effects).toMatchObject([{ props: { path: 'Session.X' } }])
    const { effects } = await other.send(updateCustomerProfileV2, { integrationId: 'anna', runRuleEngine: true })
    expect(effects.map(({ effectType }) => effectType)).toEqual(['addToAudience', 'updateAttribute'])
  })
})

describe('a dry run', () => {
  it.each<{ name: string; effect: RuleEffect }>([
    { name: 'a giveaway', effect: awardGiveaway(1) },
    { name: 'a coupon', effect: { effectType: 'couponCreated', props: {} } },
    { name: 'a referral', effect: { effectType: 'referralCreated', props: {} } },
    { name: 'a reservation', effect: { effectType: 'reserveCoupon', props: { couponValue: 'WALLET' } } },
    { name: 'an audience', effect: { effectType: 'addToAudience', props: { audienceId: 1 } } },
    { name: 'an attribute', effect: { effectType: 'updateAttribute', props: { path: 'Profile.X', value: 1 } } },
  ])('stores nothing of $name, by session, profile or event', async ({ effect }) => {
    const shop = openWith([rule(effect), atEvent(effect)], {
      coupons: [{ value: 'WALLET' }],
      limits: [{ action: 'createCoupon', limit: 9, entities: [] }],
    })
    await shop.put('known')
    const before = shop.snapshot()
    for (const id of ['known', 'unknown'])
      for (const profileId of ['anna', 'bob']) expect((await shop.put(id, { profileId, state: 'closed' }, true)).effects).toHaveLength(1)
    expect((await shop.send(updateCustomerProfileV2, { integrationId: 'anna', runRuleEngine: true, dry: true })).effects).toHaveLength(1)
    const event = { profileId: 'anna', type: 'asked', attributes: {}, silent: 'no' as const, dry: true }
    expect((await shop.send(trackEventV2, event))?.effects).toHaveLength(1)
    expect(shop.snapshot()).toEqual(before)
  })

  it('only promises a giveaway, also for a closed cart', async () => {
    const shop = openWith([gives])
    expect((await shop.put('one', { state: 'closed' }, true)).effects).toMatchObject([{ effectType: 'willAwardGiveaway' }])
  })
})
