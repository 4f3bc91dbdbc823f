import { describe, expect, it } from 'vitest'
import {
  getCustomerInventory,
  getEventV3,
  integrationGetAllCampaigns,
  trackEvent,
  trackEventV2,
  trackEventV3,
} from '../../src/endpoints.ts'
import { addLoyaltyPoints, createSandbox, type SandboxCampaign, setDiscount } from '../../src/sandbox/index.ts'
import { mug, noon, openShop, propsOf } from './sandbox-shop.ts'

const reviewed = { profileId: 'anna', type: 'reviewed', attributes: { Stars: 5 } }
const spoken = { ...reviewed, silent: 'no' as const }
const badRequest = (source: object) => ({ status: 400, body: { StatusCode: 400, errors: [{ source }] } })

// A point for each star of a review, two for who bought something with it, one off each cart.
const critics: SandboxCampaign = {
  id: 1,
  name: 'Critics',
  rules: [
    {
      name: 'A point for each star',
      on: 'reviewed',
      when: ({ event }) => Number(event?.attributes.Stars) > 3,
      then: ({ event }) => [addLoyaltyPoints('stars', 1, Number(event?.attributes.Stars))],
    },
    { name: 'Two for buyers', on: 'reviewed', when: ({ total }) => total > 0, then: () => [addLoyaltyPoints('buyer', 1, 2)] },
    { name: 'A euro off', then: () => [setDiscount('A euro off', 1)] },
  ],
}

const openCritics = () => {
  const shop = openShop({ campaigns: [critics] })
  return {
    ...shop,
    points: () => shop.state.ledgers.get('anna')?.map(({ name, amount }) => [name, amount]),
  }
}

describe.each([
  ['V2', trackEventV2, spoken],
  ['V3', trackEventV3, { ...spoken, integrationId: 'review' }],
] as const)('a %s event', (_, row, event) => {
  it('11.2 runs the rules about it, and books what they give at once', async () => {
    const shop = openCritics()
    const answer = await shop.send(row, {
      ...event,
      responseContent: ['customerProfile', 'loyalty', 'triggeredCampaigns', 'ruleFailureReasons', 'awardedGiveaways'],
    })
    expect(propsOf('addLoyaltyPoints', answer?.effects)).toMatchObject([{ name: 'stars', value: 5, recipientIntegrationId: 'anna' }])
    expect(answer?.effects).toHaveLength(1)
    expect(answer).toMatchObject({
      createdCoupons: [],
      createdReferrals: [],
      customerProfile: { integrationId: 'anna' },
      loyalty: { programs: { beans: { ledger: { currentBalance: 5, tentativeCurrentBalance: 5 } } } },
      triggeredCampaigns: [{ id: 1 }],
      ruleFailureReasons: [{ ruleName: 'Two for buyers' }],
      awardedGiveaways: [],
    })
    expect(shop.points()).toEqual([['stars', 5]])
  })

  it('11.2 leaves other events and their conditions alone', async () => {
    const shop = openCritics()
    expect((await shop.send(row, { ...event, type: 'looked' }))?.effects).toEqual([])
    expect(
      (await shop.send(row, { ...event, attributes: { Stars: 1 }, ...('integrationId' in event && { integrationId: 'other' }) }))?.effects,
    ).toEqual([])
  })

  it('11.2 is answered 204 unless silent is no, and counts all the same', async () => {
    const shop = openCritics()
    const { silent: _, ...silent } = event
    expect(await shop.ask(row, silent)).toEqual({ status: 204, body: undefined })
    expect(shop.points()).toEqual([['stars', 5]])
  })

  it('11.1 may not pass for a built-in one', async () => {
    const shop = openCritics()
    expect(await shop.ask(row, { ...event, type: 'talon_session_closed' })).toMatchObject(badRequest({ pointer: '/type' }))
  })

  it('4.1 makes a profile that is not there, and 14.6 moves its last activity', async () => {
    const shop = openCritics()
    await shop.send(row, event)
    shop.wait(1000)
    await shop.send(row, { ...event, ...('integrationId' in event && { integrationId: 'second' }) })
    const { profile } = await shop.send(getCustomerInventory, { integrationId: 'anna', profile: true })
    expect(profile).toMatchObject({ created: new Date(noon).toISOString(), lastActivity: new Date(noon + 1000).toISOString() })
  })

  it('types.md 6 needs a profile', async () => {
    const { profileId: _, ...anonymous } = event
    const path = row.path
    const { status, body } = await openCritics().raw('POST', path, { ...anonymous, silent: undefined })
    expect({ status, body }).toMatchObject(badRequest({ pointer: '/profileId' }))
    expect((await openCritics().raw('POST', path, { ...anonymous, silent: undefined, profileId: '' })).status).toBe(400)
  })

  it('5.1 stores nothing when dry', async () => {
    const shop = openCritics()
    const before = shop.snapshot()
    const answer = await shop.send(row, { ...event, dry: true, responseContent: ['loyalty'] })
    expect(propsOf('addLoyaltyPoints', answer?.effects)).toMatchObject([{ value: 5 }])
    expect(answer?.loyalty?.programs.beans?.ledger).toMatchObject({ currentBalance: 0, tentativeCurrentBalance: 5 })
    expect(shop.snapshot()).toEqual(before)
  })

  it('5.5 evaluates the campaigns it names when dry, disabled ones too', async () => {
    const shop = openShop({ campaigns: [{ ...critics, state: 'disabled' }] })
    const effects = async (dry: boolean) => (await shop.send(row, { ...event, evaluableCampaignIds: [1], dry }))?.effects
    expect(await effects(true)).toHaveLength(1)
    expect(await effects(false)).toEqual([])
  })

  it('5.6 takes forceCompleteEvaluation only when dry', async () => {
    const shop = openCritics()
    expect((await shop.ask(row, { ...event, forceCompleteEvaluation: true, dry: true })).status).toBe(200)
    expect(await shop.ask(row, { ...event, forceCompleteEvaluation: true })).toMatchObject(
      badRequest({ parameter: 'forceCompleteEvaluation' }),
    )
  })

  it('10.13 earns on the card that it names', async () => {
    const onCard: SandboxCampaign = {
      ...critics,
      rules: [{ name: 'On the card', on: 'reviewed', then: () => [addLoyaltyPoints('card', 2, 3)] }],
    }
    const shop = openShop({ campaigns: [onCard] })
    await shop.raw('POST', '/v1/loyalty_programs/2/cards', { cardIdentifier: 'CARD-1' })
    const { effects, loyalty } = (await shop.send(row, { ...event, loyaltyCards: ['CARD-1'], responseContent: ['loyalty'] })) ?? {}
    expect(propsOf('addLoyaltyPoints', effects)).toMatchObject([{ cardIdentifier: 'CARD-1', value: 3 }])
    expect(loyalty?.cards).toMatchObject([{ identifier: 'CARD-1', ledger: { currentBalance: 3 } }])
  })

  it('6.2 waits for the other requests of its profile, and the fourth gets 409', async () => {
    const { fetch } = createSandbox({ latency: 5 })
    const sent = Array.from({ length: 4 }, (__, index) => {
      const body = JSON.stringify({ ...reviewed, ...('integrationId' in event && { integrationId: `review ${index}` }) })
      return fetch(row.path, { method: 'POST', body })
    })
    expect((await Promise.all(sent)).map(({ status }) => status)).toEqual([204, 204, 204, 409])
  })
})

describe('a V2 event', () => {
  it('is remembered, and shown when asked for', async () => {
    const shop = openCritics()
    const { event } = (await shop.send(trackEventV2, { ...spoken, storeIntegrationId: 'corner', responseContent: ['event'] })) ?? {}
    expect(event).toMatchObject({ type: 'reviewed', attributes: { Stars: 5 }, profileId: 'anna', storeIntegrationId: 'corner' })
    expect(event?.effects).toHaveLength(1)
    expect(shop.state.events).toEqual([event])
  })

  it('8.3 counts twice when it is sent twice', async () => {
    const shop = openCritics()
    await shop.send(trackEventV2, reviewed)
    await shop.send(trackEventV2, reviewed)
    expect(shop.points()).toEqual([
      ['stars', 5],
      ['stars', 5],
    ])
    const uuids = shop.state.ledgers.get('anna')?.map(({ transactionUUID }) => transactionUUID)
    expect(new Set(uuids).size).toBe(2)
  })

  it('5.7 tells a dry run which campaigns would apply, and refuses that otherwise', async () => {
    const shop = openCritics()
    const input = { ...spoken, responseContent: ['campaignEligibility' as const] }
    expect((await shop.send(trackEventV2, { ...input, dry: true }))?.campaignEligibility).toMatchObject([
      { id: 1, eligibility: [{ passed: true }] },
    ])
    expect(await shop.ask(trackEventV2, input)).toMatchObject(badRequest({ pointer: '/responseContent' }))
  })
})

describe('a V3 event', () => {
  const review = { ...spoken, integrationId: 'review 1/2' }

  it('is shown when asked for, and read back by its id', async () => {
    const shop = openCritics()
    await shop.put({ state: 'closed', cartItems: [mug] })
    const { advancedEvent } =
      (await shop.send(trackEventV3, {
        ...review,
        connectedSessionId: 'cart',
        storeIntegrationId: 'corner',
        responseContent: ['advancedEvent'],
      })) ?? {}
    expect(advancedEvent).toMatchObject({
      integrationId: 'review 1/2',
      type: 'reviewed',
      profileId: 'anna',
      connectedSessionId: 'cart',
      storeIntegrationId: 'corner',
      attributes: { Stars: 5 },
    })
    expect(await shop.send(getEventV3, { integrationId: 'review 1/2' })).toEqual(advancedEvent)
  })

  it('is not found under an unknown id', async () => {
    const shop = openCritics()
    await shop.send(trackEventV2, reviewed)
    expect((await shop.ask(getEventV3, { integrationId: 'review' })).status).toBe(404)
  })

  it('8.3 counts once: a repeat gets 409', async () => {
    const shop = openCritics()
    await shop.send(trackEventV3, review)
    expect(await shop.ask(trackEventV3, { ...review, attributes: {} })).toEqual({
      status: 409,
      body: { message: 'An event with this integrationId already exists', errors: [], StatusCode: 409 },
    })
    expect(shop.points()).toEqual([['stars', 5]])
    expect((await shop.send(getEventV3, { integrationId: 'review 1/2' })).attributes).toEqual({ Stars: 5 })
  })

  it('11.4 shows its rules the cart of the session it is connected with, whose codes are done', async () => {
    const shop = openCritics()
    await shop.put({ state: 'closed', cartItems: [mug], couponCodes: ['NOPE'] })
    const answer = await shop.send(trackEventV3, { ...review, connectedSessionId: 'cart' })
    expect(answer?.effects.map(({ effectType, ruleName }) => [effectType, ruleName])).toEqual([
      ['addLoyaltyPoints', 'A point for each star'],
      ['addLoyaltyPoints', 'Two for buyers'],
    ])
    await shop.put({ state: 'cancelled' })
    expect(shop.points()).toEqual([
      ['stars', 5],
      ['buyer', 2],
    ])
  })

  it.each(['unknown', 'open', 'cancelled'] as const)('11.4 fails with a session that is %s', async (state) => {
    const shop = openCritics()
    if (state !== 'unknown') await shop.put({ cartItems: [mug] })
    if (state === 'cancelled') await shop.put({ state })
    expect(await shop.ask(trackEventV3, { ...review, connectedSessionId: 'cart' })).toMatchObject(
      badRequest({ pointer: '/connectedSessionId' }),
    )
    expect(shop.points()).toBeUndefined()
  })

  it('4.7 is forgotten with the data of its profile', async () => {
    const shop = openCritics()
    await shop.send(trackEventV3, review)
    await shop.raw('DELETE', '/v1/customer_data/anna')
    expect((await shop.send(getEventV3, { integrationId: 'review 1/2' })).attributes).toEqual({})
  })
})

describe('a V1 event', () => {
  const seen = { type: 'reviewed', attributes: { Stars: 4 }, profileId: 'anna', sessionId: 'cart' }

  it('runs the rules about it too, and books what they give, but not what the cart earns', async () => {
    const campaign: SandboxCampaign = {
      ...critics,
      rules: [...critics.rules, { name: 'A point for a cart', then: () => [addLoyaltyPoints('cart', 1, 1)] }],
    }
    const shop = openShop({ campaigns: [campaign] })
    const { event, loyalty } = await shop.send(trackEvent, seen)
    expect(event.effects).toMatchObject([
      [1, 1, 0, expect.arrayContaining(['addLoyaltyPoints', 'stars', 4, 'anna'])],
      [1, 1, 2, ['setDiscount', 'A euro off', 1]],
      [1, 1, 3, expect.any(Array)],
    ])
    expect(loyalty?.programs.beans?.ledger).toMatchObject({ currentBalance: 4, tentativeCurrentBalance: 5 })
    expect(shop.state.ledgers.get('anna')).toMatchObject([{ name: 'stars' }])
  })

  it('runs nothing else on a session that is closed', async () => {
    const shop = openCritics()
    await shop.put({ state: 'closed', cartItems: [mug], couponCodes: ['NOPE'] })
    const { event } = await shop.send(trackEvent, seen)
    expect(event.effects).toMatchObject([
      [1, 1, 0, expect.any(Array)],
      [1, 1, 1, expect.any(Array)],
    ])
  })
})

describe('a rule about events', () => {
  it('fires on no cart and no profile', async () => {
    const shop = openCritics()
    const { effects } = await shop.put({ cartItems: [mug] })
    expect(effects.map(({ ruleName }) => ruleName)).toEqual(['A euro off'])
    const { body } = await shop.raw('PUT', '/v2/customer_profiles/anna?runRuleEngine=true', {})
    expect(body).toMatchObject({ effects: [{ ruleName: 'A euro off' }] })
  })
})

describe('the list of campaigns', () => {
  const rules = [{ name: 'Rule', displayName: 'For you', displayDescription: 'Text', relatedData: '{}', then: () => [] }]
  const campaigns: SandboxCampaign[] = [
    { id: 1, name: 'Always', tags: ['a'], attributes: { Season: 'all' }, description: 'Text', coupons: [{ value: 'CODE' }], rules },
    { id: 2, name: 'January', startTime: '2026-01-01T00:00:00Z', endTime: '2026-02-01T00:00:00Z', rules: [] },
    { id: 3, name: 'Disabled', state: 'disabled', rules: [] },
    { id: 4, name: 'February', startTime: '2026-02-01T00:00:00Z', rules: [] },
    { id: 5, name: 'December', endTime: '2026-01-01T00:00:00Z', rules: [] },
  ]
  const ids = async (query: object = {}) => (await openShop({ campaigns }).send(integrationGetAllCampaigns, query)).data.map(({ id }) => id)

  it('holds the running ones, with the texts of their rules', async () => {
    expect(await openShop({ campaigns }).send(integrationGetAllCampaigns, { pageSize: 1 })).toEqual({
      hasMore: true,
      data: [
        {
          applicationId: 1,
          id: 1,
          name: 'Always',
          description: 'Text',
          attributes: { Season: 'all' },
          state: 'enabled',
          tags: ['a'],
          features: ['coupons'],
          rules: [{ title: 'Rule', displayName: 'For you', displayDescription: 'Text', relatedData: '{}' }],
        },
      ],
    })
    expect(await ids()).toEqual([1, 2])
  })

  it.each([
    [{ campaignIds: ['2', '3'] }, [2]],
    [{ skip: 1 }, [2]],
    [{ startAfter: '2025-12-31T00:00:00Z' }, [2]],
    [{ startBefore: '2025-12-31T00:00:00Z' }, [1]],
    [{ endAfter: '2026-02-01T00:00:00Z' }, [1]],
    [{ endBefore: '2026-02-02T00:00:00Z' }, [2]],
  ])('is cut by %o', async (query, expected) => {
    expect(await ids(query)).toEqual(expected)
  })
})
