import { expect, test } from 'vitest'
import { createTalonOne, type Endpoint, type InputOf } from 'talon-one-react'
import { createShopperProxy } from 'talon-one-react/proxy'
import { createSandbox } from 'talon-one-react/sandbox'
import * as endpoints from '../../src/endpoints.ts'
import { checkedFetch, openApi, withoutOpenApi } from '../openapi.ts'

type Table = typeof endpoints

const beans = { sku: 'beans', name: 'House beans', category: 'Coffee', price: 12.5, quantity: 2 }

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
  createCouponReservation: [{ couponValue: 'WELCOME5', integrationIDs: ['ada', 'bob'] }],
  getReservedCustomers: [{ couponValue: 'WELCOME5' }],
  deleteCouponReservation: [{ couponValue: 'WELCOME5', integrationIDs: ['bob'] }],
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
  ],
  getCustomerSession: [{ customerSessionId: 'order 1/2?#%' }],
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
  deleteCustomerData: [{ integrationId: 'eve' }],
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
  },
)

test.skipIf(!openApi)(`what the proxy sends on is what the official OpenAPI file says${unlessHere}`, async () => {
  const findings: string[] = []
  const proxy = createShopperProxy({
    upstream: { baseUrl: 'https://shop.talon.one', apiKey: 'key' },
    secret: 'a secret of the tests, 32 characters and more',
    identify: () => ({ profileId: 'ada' }),
    pricing: ({ items }) => ({ cartItems: items.map((item) => ({ ...item, price: 1 })), additionalCosts: { shipping: { price: 4.9 } } }),
    operations: { reservations: true, referrals: { campaignIds: [5] }, profileAttributes: ['Name'], sessionAttributes: ['Channel'] },
    fetch: checkedFetch(createSandbox({ apiKey: 'key' }).fetch, (found) => findings.push(...found)),
  })
  const talonOne = createTalonOne({ baseUrl: 'http://localhost/talon-one', fetch: (input, init) => proxy(new Request(input, init)) })
  const session = { cartItems: [beans], couponCodes: ['SAVE10'], attributes: { Channel: 'web' } }
  await talonOne.send(endpoints.updateCustomerSessionV2, {
    customerSessionId: 'basket',
    customerSession: session,
    responseContent: ['customerSession'],
  })
  await talonOne.send(endpoints.getCustomerSession, { customerSessionId: 'basket' })
  await talonOne.send(endpoints.updateCustomerProfileV2, { attributes: { Name: 'Ada' } })
  await talonOne.send(endpoints.createCouponReservation, { couponValue: 'WELCOME5' })
  await talonOne.send(endpoints.getCustomerInventory, { coupons: true, loyalty: true })
  await talonOne.send(endpoints.deleteCouponReservation, { couponValue: 'WELCOME5' })
  await talonOne.send(endpoints.createReferral, { campaignId: 5 })
  expect(findings).toEqual([])
})
