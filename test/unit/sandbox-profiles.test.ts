import { describe, expect, it } from 'vitest'
import {
  deleteCustomerData,
  getCustomerInventory,
  getCustomerSession,
  updateCustomerProfileAudiences,
  updateCustomerProfilesV2,
  updateCustomerProfileV2,
  updateCustomerSessionV2,
} from '../../src/endpoints.ts'
import { addLoyaltyPoints, type SandboxCampaign } from '../../src/sandbox/index.ts'
import { mug, noon, openShop, propsOf } from './sandbox-shop.ts'

const birthday: SandboxCampaign = {
  id: 1,
  name: 'Birthday',
  rules: [
    {
      name: 'Ten beans for a birthday',
      when: ({ profileAttributes }) => profileAttributes.birthday === true,
      then: () => [addLoyaltyPoints('Happy birthday', 1, 10)],
    },
  ],
}

type Shop = ReturnType<typeof openShop>

const profileOf = async (shop: Shop, integrationId = 'anna') =>
  (await shop.send(getCustomerInventory, { integrationId, profile: true })).profile

describe('a profile', () => {
  it('is made on demand by a session, empty', async () => {
    const shop = openShop()
    await shop.put()
    expect(await profileOf(shop)).toMatchObject({
      integrationId: 'anna',
      attributes: {},
      closedSessions: 0,
      totalSales: 0,
      audienceMemberships: [],
    })
  })

  it('merges its attributes per key and ignores null', async () => {
    const shop = openShop()
    await shop.send(updateCustomerProfileV2, { integrationId: 'anna', attributes: { name: 'Anna', vip: true } })
    const answer = await shop.send(updateCustomerProfileV2, { integrationId: 'anna', attributes: { name: null, vip: false } })
    expect(answer).toEqual({ effects: [], createdCoupons: [], createdReferrals: [] })
    expect((await profileOf(shop))?.attributes).toEqual({ name: 'Anna', vip: false })
  })

  it('runs rules only when told to, and books their points at once', async () => {
    const shop = openShop({ campaigns: [birthday] })
    const update = { integrationId: 'anna', attributes: { birthday: true } }
    expect((await shop.send(updateCustomerProfileV2, update)).effects).toEqual([])
    const answer = await shop.send(updateCustomerProfileV2, {
      ...update,
      runRuleEngine: true,
      responseContent: ['customerProfile', 'loyalty', 'event', 'triggeredCampaigns', 'ruleFailureReasons', 'awardedGiveaways'],
    })
    expect(propsOf('addLoyaltyPoints', answer.effects)).toMatchObject([
      { name: 'Happy birthday', value: 10, recipientIntegrationId: 'anna' },
    ])
    expect(answer.loyalty?.programs.beans?.ledger).toMatchObject({ currentBalance: 10, tentativeCurrentBalance: 10 })
    expect(answer).toMatchObject({
      event: { type: 'talon_profile_updated' },
      customerProfile: { integrationId: 'anna' },
      ruleFailureReasons: [],
      awardedGiveaways: [],
    })
  })

  it('stores nothing when dry', async () => {
    const shop = openShop({ campaigns: [birthday] })
    const { effects } = await shop.send(updateCustomerProfileV2, {
      integrationId: 'anna',
      attributes: { birthday: true },
      runRuleEngine: true,
      dry: true,
    })
    expect(effects).toHaveLength(1)
    expect(shop.state.profiles.size).toBe(0)
    expect(shop.state.ledgers.size).toBe(0)
    expect(shop.state.nextId).toBe(1)
  })

  it('leaves a stored one alone when dry', async () => {
    const shop = openShop()
    await shop.put()
    const changes = { attributes: { vip: true }, audiencesChanges: { adds: [1], deletes: [] } }
    const { customerProfile } = await shop.send(updateCustomerProfileV2, {
      integrationId: 'anna',
      ...changes,
      runRuleEngine: true,
      dry: true,
      responseContent: ['customerProfile'],
    })
    expect(customerProfile).toMatchObject({ attributes: { vip: true }, audienceMemberships: [{ id: 1 }] })
    expect(await profileOf(shop)).toMatchObject({ attributes: {}, audienceMemberships: [] })
  })

  it('refuses responseContent and dry without rules', async () => {
    const shop = openShop()
    for (const more of [{ responseContent: ['customerProfile' as const] }, { dry: true }]) {
      const { status, body } = await shop.ask(updateCustomerProfileV2, { integrationId: 'anna', ...more })
      expect(status).toBe(400)
      expect(body).toMatchObject({ message: 'The submitted data was invalid', StatusCode: 400 })
    }
  })

  it('was last active when a call ran rules, and not by a dry one', async () => {
    const shop = openShop()
    await shop.put()
    shop.wait(1000)
    await shop.send(updateCustomerProfileV2, { integrationId: 'anna' })
    await shop.send(updateCustomerProfileV2, { integrationId: 'anna', runRuleEngine: true, dry: true })
    expect((await profileOf(shop))?.lastActivity).toBe(new Date(noon).toISOString())
    await shop.send(updateCustomerProfileV2, { integrationId: 'anna', runRuleEngine: true })
    expect((await profileOf(shop))?.lastActivity).toBe(new Date(noon + 1000).toISOString())
  })

  it('is updated by the hundred in silence, or with an answer', async () => {
    const shop = openShop()
    const customerProfiles = [
      { integrationId: 'anna', attributes: { vip: true } },
      { integrationId: 'ben', attributes: {} },
    ]
    expect(await shop.ask(updateCustomerProfilesV2, { customerProfiles })).toEqual({ status: 204, body: undefined })
    expect(await profileOf(shop)).toMatchObject({ attributes: { vip: true } })
    const answer = await shop.send(updateCustomerProfilesV2, { customerProfiles, silent: 'no' })
    expect(answer?.integrationStates?.map(({ customerProfile }) => customerProfile.integrationId)).toEqual(['anna', 'ben'])
  })
})

describe('an audience', () => {
  const audiencesOf = async (shop: Shop, id?: string) => (await profileOf(shop, id))?.audienceMemberships

  it('is joined and left through a profile', async () => {
    const shop = openShop()
    const change = (adds: number[], deletes: number[]) =>
      shop.send(updateCustomerProfileV2, { integrationId: 'anna', audiencesChanges: { adds, deletes } })
    await change([1, 2, 1], [])
    await change([1], [])
    expect(await audiencesOf(shop)).toEqual([
      { id: 1, name: 'Newsletter' },
      { id: 2, name: 'VIP' },
    ])
    await change([], [1])
    expect(await audiencesOf(shop)).toEqual([{ id: 2, name: 'VIP' }])
  })

  it('refuses an unknown one through a profile, and changes nothing', async () => {
    const shop = openShop()
    const { status } = await shop.ask(updateCustomerProfileV2, {
      integrationId: 'anna',
      attributes: { vip: true },
      audiencesChanges: { adds: [99], deletes: [] },
    })
    expect(status).toBe(400)
    expect(shop.state.profiles.size).toBe(0)
  })

  it('takes many profiles at once and makes missing ones; leaving needs nobody', async () => {
    const shop = openShop()
    const data = [
      { action: 'add' as const, profileIntegrationId: 'anna', audienceId: 1 },
      { action: 'add' as const, profileIntegrationId: 'ben', audienceId: 1 },
      { action: 'delete' as const, profileIntegrationId: 'ben', audienceId: 1 },
      { action: 'delete' as const, profileIntegrationId: 'nobody', audienceId: 1 },
    ]
    expect(await shop.ask(updateCustomerProfileAudiences, { data })).toEqual({ status: 204, body: undefined })
    expect(await audiencesOf(shop)).toEqual([{ id: 1, name: 'Newsletter' }])
    expect(await audiencesOf(shop, 'ben')).toEqual([])
    expect(shop.state.profiles.has('nobody')).toBe(false)
  })

  it('is not found when unknown, and nobody joins any', async () => {
    const shop = openShop()
    const data = [1, 99].map((audienceId) => ({ action: 'add' as const, profileIntegrationId: 'anna', audienceId }))
    expect(await shop.ask(updateCustomerProfileAudiences, { data })).toEqual({
      status: 404,
      body: { message: 'Audience not found', StatusCode: 404 },
    })
    expect(shop.state.profiles.size).toBe(0)
  })
})

describe('the inventory', () => {
  it('shows only what is asked for', async () => {
    const shop = openShop()
    await shop.put()
    expect(await shop.send(getCustomerInventory, { integrationId: 'anna' })).toEqual({})
    expect(Object.keys(await shop.send(getCustomerInventory, { integrationId: 'anna', coupons: true, profile: false }))).toEqual([
      'coupons',
    ])
    const all = { profile: true, loyalty: true, referrals: true, coupons: true, giveaways: true, achievements: true }
    expect(await shop.send(getCustomerInventory, { integrationId: 'anna', ...all })).toMatchObject({
      profile: { integrationId: 'anna' },
      loyalty: { programs: { beans: { name: 'beans', ledger: { currentBalance: 0 } } } },
      referrals: [],
      coupons: [],
      giveaways: [],
      achievements: [],
    })
  })

  it('is not found for an unknown profile', async () => {
    expect(await openShop().ask(getCustomerInventory, { integrationId: 'nobody', profile: true })).toEqual({
      status: 404,
      body: { message: 'Customer profile not found', StatusCode: 404 },
    })
  })

  it('splits points over subledgers, and shows pending ones apart', async () => {
    const points = (subLedgerId: string, value: number, more: object = {}) => ({
      effectType: 'addLoyaltyPoints' as const,
      props: { name: 'Points', programId: 1, subLedgerId, value, ...more },
    })
    const then = () => [
      points('', 5),
      points('', 7, { startDate: '2026-02-01T00:00:00Z' }),
      points('gold', 3),
      points('', 2, { expiryDate: '2026-01-16T00:00:00Z' }),
    ]
    const shop = openShop({ campaigns: [{ id: 1, name: 'Points', rules: [{ name: 'Points', then }] }] })
    await shop.put({ state: 'closed' })
    shop.wait(24 * 60 * 60 * 1000)
    const { loyalty } = await shop.send(getCustomerInventory, { integrationId: 'anna', loyalty: true })
    expect(loyalty?.programs.beans?.ledger).toMatchObject({ currentBalance: 5, pendingBalance: 7 })
    expect(loyalty?.programs.beans?.subLedgers?.gold).toMatchObject({ currentBalance: 3 })
  })

  it('takes spent points off, and gives them back on cancellation', async () => {
    const then = () => [
      { effectType: 'deductLoyaltyPoints' as const, props: { ruleTitle: 'Spend', name: 'Spend', programId: 1, subLedgerId: '', value: 4 } },
    ]
    const spend: SandboxCampaign = {
      id: 2,
      name: 'Spend',
      rules: [{ name: 'Spend', when: ({ attributes }) => attributes.spend === true, then }],
    }
    const shop = openShop({ campaigns: [birthday, spend] })
    await shop.send(updateCustomerProfileV2, { integrationId: 'anna', attributes: { birthday: true }, runRuleEngine: true })
    await shop.send(updateCustomerProfileV2, { integrationId: 'anna', attributes: { birthday: false } })
    const balance = async () =>
      (await shop.send(getCustomerInventory, { integrationId: 'anna', loyalty: true })).loyalty?.programs.beans?.ledger.currentBalance
    const { loyalty } = await shop.put({ attributes: { spend: true } }, ['loyalty'])
    expect(loyalty?.programs.beans?.ledger).toMatchObject({ currentBalance: 10, tentativeCurrentBalance: 6 })
    await shop.put({ state: 'closed' })
    expect(await balance()).toBe(6)
    const { effects } = await shop.put({ state: 'cancelled' })
    expect(propsOf('rollbackDeductedLoyaltyPoints', effects)).toMatchObject([{ value: 4, recipientIntegrationId: 'anna' }])
    expect(await balance()).toBe(10)
  })
})

describe('deleting a customer’s data', () => {
  it('takes the attributes of the profile and of what refers to it, and no one else’s', async () => {
    const shop = openShop()
    await shop.send(updateCustomerProfileV2, { integrationId: 'anna', attributes: { name: 'Anna' } })
    await shop.send(updateCustomerProfileV2, { integrationId: 'ben', attributes: { name: 'Ben' } })
    await shop.send(updateCustomerSessionV2, {
      customerSessionId: 'other',
      customerSession: { profileId: 'ben', attributes: { note: 'knock' } },
    })
    await shop.put({ state: 'closed', attributes: { note: 'ring twice' }, cartItems: [{ ...mug, attributes: { engraving: 'Anna' } }] })
    expect(await shop.ask(deleteCustomerData, { integrationId: 'anna' })).toEqual({ status: 204, body: undefined })

    expect(await profileOf(shop)).toMatchObject({ attributes: {}, closedSessions: 1, totalSales: 12 })
    expect(await profileOf(shop, 'ben')).toMatchObject({ attributes: { name: 'Ben' } })
    expect(shop.state.sessions.get('other')?.session.attributes).toEqual({ note: 'knock' })
    const { customerSession } = await shop.send(getCustomerSession, { customerSessionId: 'cart' })
    expect(customerSession).toMatchObject({ attributes: {}, total: 12 })
    expect(customerSession?.cartItems).toEqual([{ ...mug, position: 0 }])
  })

  it('finds nobody under an unknown id', async () => {
    expect((await openShop().ask(deleteCustomerData, { integrationId: 'nobody' })).status).toBe(404)
  })
})
