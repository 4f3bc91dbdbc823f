import { expect, test } from 'vitest'
import { createTalonOne, type Endpoint, type InputOf } from 'talon-one-react'
import { createShopperProxy, shopperSessionId } from 'talon-one-react/proxy'
import { createSandbox } from 'talon-one-react/sandbox'
import * as endpoints from '../../src/endpoints.ts'
import { checkedFetch, laterOperations, openApi, withoutOpenApi } from '../openapi.ts'

type Table = typeof endpoints

const beans = { sku: 'beans', name: 'House beans', category: 'Coffee', price: 12.5, quantity: 2 }
const club = { loyaltyProgramId: 1, integrationId: 'ada' }
const card = { loyaltyProgramId: 2, loyaltyCardId: 'CARD-1' }

const sale = {
  priceType: 'sale',
  price: 7.5,
  referenceId: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
  effectiveUntil: '2999-01-01T00:00:00Z',
  contextId: 'winter',
}

// Inputs for every row, in an order in which each finds what it needs. A row that is missing here does not compile.
const inputs: { [Name in keyof Table]: InputOf<Table[Name]>[] } = {
  updateCustomerProfileV2: [
    { integrationId: 'ada', attributes: { Name: 'Ada' }, runRuleEngine: true, responseContent: ['customerProfile', 'loyalty', 'event'] },
    { integrationId: 'bob' },
  ],
  updateCustomerProfilesV2: [
    { silent: 'no', customerProfiles: [{ integrationId: 'eve', attributes: { Name: 'Eve' } }] },
    { customerProfiles: [] },
  ],
  updateCustomerProfileAudiences: [{ data: [{ action: 'add', profileIntegrationId: 'ada', audienceId: 1 }] }],
  createAudienceV2: [
    { name: 'Regulars', integration: 'mParticle', integrationId: 'regulars', sandbox: true, subscribedApplicationsIds: [1] },
  ],
  updateAudienceV2: [{ audienceId: 1, name: 'Letters', subscribedApplicationsIds: [1] }],
  updateAudienceCustomersAttributes: [{ audienceId: 1, attributes: { Name: 'Ada' } }],
  syncCatalog: [
    {
      catalogId: 1,
      actions: [{ type: 'ADD', payload: { sku: 'mug', price: 9.99, product: { name: 'Mug' }, attributes: { Colour: 'blue' } } }],
    },
    { catalogId: 1, version: 1, actions: [{ type: 'PATCH', payload: { sku: 'tea', price: 4, createIfNotExists: true } }] },
    { catalogId: 1, actions: [{ type: 'ADD_PRICE_ADJUSTMENT', payload: { sku: 'mug', adjustments: [sale] } }] },
    {
      catalogId: 1,
      actions: [
        { type: 'PATCH_MANY', payload: { price: 9, filters: [{ attr: 'Colour', op: 'EQ', value: 'blue' }], attributes: { Size: 2 } } },
      ],
    },
    { catalogId: 1, actions: [{ type: 'REMOVE', payload: { sku: 'tea' } }] },
    { catalogId: 1, actions: [{ type: 'REMOVE_MANY', payload: { filters: [{ attr: 'Size', op: 'GT', value: 45 }] } }] },
  ],
  bestPriorPrice: [
    {
      skus: ['mug', 'tea'],
      timeframe: '30',
      timeframeEndDate: '2999-01-01T00:00:00Z',
      timeframeEndDateType: 'sale',
      target: { targetType: 'NONE' },
    },
  ],
  integrationGetAllCampaigns: [{ campaignIds: ['1', '7'], startBefore: '2999-01-01T00:00:00Z', pageSize: 1 }, {}],
  createCouponReservation: [{ couponValue: 'WELCOME5', integrationIDs: ['ada', 'bob'] }],
  getReservedCustomers: [{ couponValue: 'WELCOME5' }],
  deleteCouponReservation: [{ couponValue: 'WELCOME5', integrationIDs: ['bob'] }],
  generateLoyaltyCard: [
    { loyaltyProgramId: 2, cardIdentifier: 'CARD-1', customerProfileIds: ['ada'] },
    { loyaltyProgramId: 2, status: 'inactive' },
  ],
  joinLoyaltyProgram: [{ loyaltyProgramId: 1, integrationId: 'ada' }],
  createReferral: [{ campaignId: 5, advocateProfileIntegrationId: 'ada', usageLimit: 3, expiryDate: '2999-01-01T00:00:00Z' }],
  createReferralsForMultipleAdvocates: [
    { campaignId: 5, usageLimit: 1, advocateProfileIntegrationIds: ['bob', 'eve'], silent: 'no', referralPattern: 'FRIEND-####' },
    { campaignId: 5, usageLimit: 1, advocateProfileIntegrationIds: ['bob'] },
  ],
  updateCustomerSessionV2: [
    {
      customerSessionId: 'order 1/2?#%',
      customerSession: {
        profileId: 'ada',
        cartItems: [
          beans,
          { sku: 'mug', quantity: 1, price: 9.99, attributes: { Colour: 'blue' }, additionalCosts: { wrapping: { price: 1 } } },
        ],
        couponCodes: ['SAVE10', 'EXPIRED', 'NOSUCHCODE'],
        referralCode: 'NOSUCHCODE',
        additionalCosts: { shipping: { price: 4.9 } },
        attributes: { Channel: 'web' },
      },
      responseContent: [
        'customerSession',
        'customerProfile',
        'coupons',
        'triggeredCampaigns',
        'referral',
        'loyalty',
        'event',
        'awardedGiveaways',
        'ruleFailureReasons',
        'previousReturns',
      ],
    },
    { customerSessionId: 'order 1/2?#%', dry: true, now: '2999-01-01T00:00:00Z', customerSession: { cartItems: [beans] } },
    { customerSessionId: 'order 1/2?#%', customerSession: { state: 'closed' }, responseContent: ['customerSession', 'loyalty'] },
    { customerSessionId: 'order 1/2?#%', customerSession: { state: 'cancelled' }, responseContent: ['customerSession', 'loyalty'] },
    {
      customerSessionId: 'from the catalogue',
      customerSession: { cartItems: [{ sku: 'mug', quantity: 1 }] },
      responseContent: ['customerSession'],
    },
    { customerSessionId: 'reopened', customerSession: { profileId: 'ada', state: 'closed', cartItems: [beans], couponCodes: ['SAVE10'] } },
    { customerSessionId: 'returned', customerSession: { profileId: 'ada', state: 'closed', cartItems: [beans], couponCodes: ['SAVE10'] } },
    {
      customerSessionId: 'second',
      customerSession: { profileId: 'ada', state: 'closed', cartItems: [beans], loyaltyCards: ['CARD-1'] },
      responseContent: ['loyalty'],
    },
  ],
  reopenCustomerSession: [{ customerSessionId: 'reopened' }],
  returnCartItems: [
    { customerSessionId: 'returned', dry: true, runRuleEngine: true, return: { returnedCartItems: [{ position: 0, quantity: 1 }] } },
    {
      customerSessionId: 'returned',
      return: { returnedCartItems: [{ position: 0, quantity: 1, sku: 'beans' }] },
      responseContent: [
        'customerSession',
        'customerProfile',
        'coupons',
        'triggeredCampaigns',
        'referral',
        'loyalty',
        'event',
        'previousReturns',
      ],
    },
  ],
  getCustomerSession: [{ customerSessionId: 'order 1/2?#%' }],
  trackEventV2: [
    {
      profileId: 'ada',
      type: 'reviewed',
      attributes: { Stars: 5 },
      silent: 'no',
      responseContent: ['customerProfile', 'triggeredCampaigns', 'loyalty', 'event', 'awardedGiveaways', 'ruleFailureReasons'],
    },
    {
      profileId: 'ada',
      type: 'reviewed',
      silent: 'no',
      dry: true,
      forceCompleteEvaluation: true,
      responseContent: ['campaignEligibility'],
    },
    { profileId: 'ada', type: 'looked' },
  ],
  trackEventV3: [
    {
      profileId: 'ada',
      integrationId: 'review 1',
      type: 'reviewed',
      storeIntegrationId: 'corner',
      connectedSessionId: 'second',
      silent: 'no',
      responseContent: ['customerProfile', 'triggeredCampaigns', 'loyalty', 'advancedEvent', 'awardedGiveaways', 'ruleFailureReasons'],
    },
    { profileId: 'ada', integrationId: 'review 2', type: 'reviewed' },
  ],
  getEventV3: [{ integrationId: 'review 1' }],
  getCustomerAchievements: [
    { integrationId: 'ada', campaignIds: ['7'], achievementIds: ['1'], currentProgressStatus: ['completed'] },
    { integrationId: 'bob' },
  ],
  getCustomerAchievementHistory: [
    { integrationId: 'ada', achievementId: 1, progressStatus: ['completed'], endDate: '2999-01-01T00:00:00Z' },
  ],
  getLoyaltyBalances: [
    { ...club, includeTiers: true, includeProjectedTier: true },
    { ...club, subledgerId: 'none', endDate: '2999-01-01T00:00:00Z' },
  ],
  getLoyaltyProgramProfileTransactions: [
    club,
    {
      ...club,
      subledgerId: '',
      awaitsActivation: true,
      loyaltyTransactionType: 'session',
      endDate: '2999-01-01T00:00:00Z',
      pageSize: 1,
      skip: 1,
    },
  ],
  getLoyaltyProgramProfilePoints: [
    club,
    { ...club, subledgerId: ['', 'none'], status: 'pending', sort: '-expiryDate', customerSessionIDs: ['second'] },
  ],
  linkLoyaltyCardToProfile: [{ ...card, integrationId: 'bob' }],
  getLoyaltyCardBalances: [card, { ...card, subledgerId: ['', 'none'], endDate: '2999-01-01T00:00:00Z' }],
  getLoyaltyCardTransactions: [card, { ...card, subledgerId: [''], startDate: '1970-01-01T00:00:00Z', transactionUUIDs: ['none'] }],
  getLoyaltyCardPoints: [card, { ...card, status: 'expired', sort: 'startDate', pageSize: 1000 }],
  getCustomerInventory: [
    { integrationId: 'ada', profile: true, referrals: true, coupons: true, loyalty: true, giveaways: true, achievements: true },
    { integrationId: 'ada' },
  ],
  updateCustomerSession: [
    { customerSessionId: 'v1', profileId: 'ada', coupon: 'SAVE10', cartItems: [beans], total: 25, dry: true },
    { customerSessionId: 'v1', profileId: 'ada', coupon: 'EXPIRED', cartItems: [beans] },
  ],
  updateCustomerProfile: [{ integrationId: 'ada', attributes: { Name: 'Ada' } }],
  trackEvent: [{ sessionId: 'v1', profileId: 'ada', type: 'looked', attributes: {} }],
  activateLoyaltyPoints: [{ loyaltyProgramId: 1, sessionId: 'second' }],
  unlinkLoyaltyCardFromProfile: [{ ...card, integrationId: 'bob' }],
  deleteLoyaltyTransactionsFromLedgers: [
    { ...club, scope: 'SelectedSubledgers', subledgerIds: [''] },
    { ...club, scope: 'AllSubledgers', subledgerIds: null },
  ],
  deleteCustomerData: [{ integrationId: 'eve' }],
  deleteAudienceMembershipsV2: [{ audienceId: 1 }],
  deleteAudienceV2: [{ audienceId: 2 }],
}

const unlessHere = openApi ? '' : ` (${withoutOpenApi})`
const rows = new Map<string, Endpoint>(Object.entries(endpoints))
const entries: readonly [string, readonly unknown[]][] = Object.entries(inputs)

test.skipIf(!openApi)(
  `what every row sends, and what the sandbox answers, is what the official OpenAPI file says${unlessHere}`,
  async () => {
    const sandbox = createSandbox({ apiKey: 'key' })
    const talonOne = createTalonOne({
      baseUrl: 'https://shop.talon.one',
      headers: { authorization: 'ApiKey-v1 key' },
      fetch: checkedFetch(sandbox.fetch, (findings) => expect.fail(findings.join('\n'))),
    })
    const answered = new Set<string>()
    for (const [name, all] of entries) {
      for (const input of all) await talonOne.send(rows.get(name) ?? expect.fail(`no row ${name}`), input)
      answered.add(name)
    }
    expect([...answered].toSorted()).toEqual([...rows.keys()].toSorted())
    // The file cannot check these; each says there why.
    const unchecked = [...rows.keys()].filter((name) => !openApi?.operationIds.includes(name))
    expect(unchecked).toEqual(laterOperations.map(({ operationId }) => operationId))
  },
)

// What a shopper asks the proxy, by row.
const asked: { [Name in keyof Table]?: InputOf<Table[Name]>[] } = {
  updateCustomerSessionV2: [
    {
      customerSessionId: 'basket',
      customerSession: { cartItems: [beans], couponCodes: ['SAVE10'], attributes: { Channel: 'web' }, loyaltyCards: ['CARD-1'] },
      responseContent: ['customerSession'],
    },
    { customerSessionId: 'basket', dry: true, customerSession: { cartItems: [beans] } },
  ],
  getCustomerSession: [{ customerSessionId: 'basket' }],
  updateCustomerProfileV2: [{ attributes: { Name: 'Ada' } }],
  createCouponReservation: [{ couponValue: 'WELCOME5' }],
  getCustomerInventory: [{ coupons: true, loyalty: true, achievements: true }],
  deleteCouponReservation: [{ couponValue: 'WELCOME5' }],
  createReferral: [{ campaignId: 5 }],
  joinLoyaltyProgram: [{ loyaltyProgramId: 1 }],
  trackEventV2: [{ type: 'reviewed', attributes: { Stars: 5 }, silent: 'no', responseContent: ['customerProfile', 'loyalty'] }],
  trackEventV3: [
    { type: 'reviewed', integrationId: 'review 1', connectedSessionId: 'order', silent: 'no', loyaltyCards: ['CARD-1'] },
    { type: 'reviewed', integrationId: 'review 2', silent: 'yes' },
  ],
  getCustomerAchievements: [{ achievementStatus: ['active'], achievementIds: ['1'], pageSize: 5 }],
  getCustomerAchievementHistory: [{ achievementId: 1, progressStatus: ['inprogress'] }],
  getLoyaltyBalances: [{ loyaltyProgramId: 1, includeTiers: true, includeProjectedTier: true }],
  getLoyaltyProgramProfileTransactions: [{ loyaltyProgramId: 1, customerSessionIDs: ['order'] }],
  getLoyaltyProgramProfilePoints: [{ loyaltyProgramId: 1, customerSessionIDs: ['order'], sort: 'expiryDate' }],
  getLoyaltyCardBalances: [{ ...card, subledgerId: [''] }],
  getLoyaltyCardTransactions: [{ ...card, customerSessionIDs: ['order'] }],
  getLoyaltyCardPoints: [card],
  bestPriorPrice: [{ skus: ['beans'], timeframe: '30', timeframeEndDate: '2999-01-01T00:00:00Z', timeframeEndDateType: 'strict' }],
}

test.skipIf(!openApi)(`what the proxy sends on is what the official OpenAPI file says${unlessHere}`, async () => {
  const findings: string[] = []
  const { fetch } = createSandbox({ apiKey: 'key' })
  const secret = 'a secret of the tests, 32 characters and more'
  const proxy = createShopperProxy({
    upstream: { baseUrl: 'https://shop.talon.one', apiKey: 'key' },
    secret,
    identify: () => ({ profileId: 'ada', loyaltyCardIds: ['CARD-1'] }),
    pricing: ({ items }) => ({ cartItems: items.map((item) => ({ ...item, price: 1 })), additionalCosts: { shipping: { price: 4.9 } } }),
    operations: {
      previews: true,
      reservations: true,
      referrals: { campaignIds: [5] },
      profileAttributes: ['Name'],
      events: { types: ['reviewed'], attributes: { reviewed: ['Stars'] } },
      joinLoyaltyProgram: { loyaltyProgramIds: [1] },
      bestPriorPrice: true,
    },
    fields: { sessionAttributes: ['Channel'] },
    fetch: checkedFetch(fetch, (found) => findings.push(...found)),
  })
  const staff = createTalonOne({ baseUrl: 'https://shop.talon.one', headers: { authorization: 'ApiKey-v1 key' }, fetch })
  await staff.send(endpoints.generateLoyaltyCard, { loyaltyProgramId: 2, cardIdentifier: 'CARD-1', customerProfileIds: ['ada', 'bob'] })
  await staff.send(endpoints.updateCustomerSessionV2, {
    customerSessionId: shopperSessionId({ secret }, 'ada', 'order'),
    customerSession: { profileId: 'ada', state: 'closed', cartItems: [beans], loyaltyCards: ['CARD-1'] },
  })

  const talonOne = createTalonOne({ baseUrl: 'http://localhost/talon-one', fetch: (input, init) => proxy(new Request(input, init)) })
  const answers = new Map<string, unknown>()
  for (const [name, all] of Object.entries(asked)) {
    for (const input of all) answers.set(name, await talonOne.send(rows.get(name) ?? expect.fail(`no row ${name}`), input))
  }
  expect(findings).toEqual([])
  const shoppers = [...rows.values()].filter(({ audience }) => audience === 'shopper').map(({ operationId }) => operationId)
  expect([...answers.keys()].toSorted()).toEqual(shoppers.toSorted())
  for (const name of ['getLoyaltyProgramProfileTransactions', 'getLoyaltyProgramProfilePoints', 'getLoyaltyCardTransactions'])
    expect(answers.get(name)).toMatchObject({ data: [{ customerSessionId: 'order', amount: 25 }] })
  expect(answers.get('getLoyaltyCardBalances')).toMatchObject({ profiles: [{ integrationId: 'ada' }] })
  expect(answers.get('getCustomerAchievements')).toMatchObject({ data: [{ id: 1, currentProgress: { progress: 3 } }] })
})
