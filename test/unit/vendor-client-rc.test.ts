import * as vendor4 from 'talon_one'
import * as vendor5 from 'talon_one_rc'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningCommand, startCommand } from '../command.ts'

const key = 'the-key-of-the-vendor-client'
const beans = { name: 'House beans', sku: 'beans', quantity: 2, price: 12.5, category: 'Coffee' }
const mug = { name: 'Mug', sku: 'mug', quantity: 1, price: 12, category: 'Kitchen' }
let command: RunningCommand
let api: vendor5.IntegrationApi

beforeAll(async () => {
  command = await startCommand('src/sandbox/cli.ts', ['--port', '0', '--key', key])
  api = new vendor5.IntegrationApi(withKey(new vendor5.ApiClient()))
})

afterAll(() => command?.[Symbol.asyncDispose]())

function withKey<Client extends vendor4.ApiClient | vendor5.ApiClient>(client: Client): Client {
  client.basePath = command.url
  // The vendor generates its types from comments: they call this record by name an array of strings.
  const authentications = client.authentications as unknown as Record<'api_key_v1', { apiKey?: string; apiKeyPrefix?: string }>
  Object.assign(authentications.api_key_v1, { apiKey: key, apiKeyPrefix: 'ApiKey-v1' })
  return client
}

interface Model {
  constructFromObject(data: object, obj: undefined): unknown
}

/** A request as the vendor's documentation makes it. The client's types ask for a second argument, which its code does not need. */
function make(model: Model, data: object): unknown {
  return model.constructFromObject(data, undefined)
}

const everything = ['customerSession', 'customerProfile', 'coupons', 'loyalty', 'previousReturns']

function update(id: string, customerSession: object): Promise<{ effects: { effectType: string }[] }> {
  return api.updateCustomerSessionV2(id, make(vendor5.IntegrationRequest, { customerSession, responseContent: everything }))
}

const order = (profileId: string) => ({ profileId, couponCodes: ['SAVE10'], cartItems: [beans, mug], state: 'closed' })
const oneBag = { return: { returnedCartItems: [{ position: 0, quantity: 1 }] }, responseContent: ['customerSession', 'loyalty'] }
const afterOneBag = {
  effects: [{ effectType: 'rollbackDiscount', props: { name: 'Coffee weeks#0', value: 1, cartItemPosition: 0, cartItemSubPosition: 1 } }],
  customerSession: { state: 'partially_returned', cartItems: [{ returnedQuantity: 1, remainingQuantity: 1 }, { remainingQuantity: 1 }] },
}

// What 4.3.0 lacks, by the vendor's next version; that is a release candidate since years, and the last one on npm.
describe('the vendor’s own client, talon_one 5.0.1-rc, against the talon-one-sandbox command', () => {
  it('reads a session back', async () => {
    await update('cart-of-ada', { profileId: 'ada', couponCodes: ['SAVE10'], cartItems: [beans] })
    expect(await api.getCustomerSession('cart-of-ada')).toMatchObject({
      customerSession: { integrationId: 'cart-of-ada', state: 'open', total: 25 },
      effects: [{ effectType: 'acceptCoupon' }, { effectType: 'setDiscount', props: { value: 2.5 } }, {}, {}, {}],
    })
  })

  it('closes a session, and finds its points', async () => {
    await update('cart-of-bea', order('bea'))
    expect(await api.getLoyaltyBalances(1, 'bea', {})).toMatchObject({ balance: { activePoints: 37, spentPoints: 0 } })
    expect(await api.getLoyaltyProgramProfileTransactions(1, 'bea', {})).toMatchObject({
      hasMore: false,
      data: [{ type: 'addition', amount: 37, customerSessionId: 'cart-of-bea' }],
    })
  })

  it('returns an item, and reopens another session', async () => {
    await update('cart-of-cleo', order('cleo'))
    expect(await api.returnCartItems('cart-of-cleo', make(vendor5.ReturnIntegrationRequest, oneBag))).toMatchObject(afterOneBag)
    await update('other-cart-of-cleo', order('cleo'))
    const { effects }: { effects: { effectType: string }[] } = await api.reopenCustomerSession('other-cart-of-cleo')
    expect(effects.map(({ effectType }) => effectType)).toContain('rollbackCoupon')
    await expect(api.reopenCustomerSession('cart-of-cleo')).rejects.toMatchObject({
      status: 400,
      body: { message: 'Cannot move session to state "open" from state "partially_returned"' },
    })
  })

  it('tracks an event by V2, which makes a coupon', async () => {
    const event = make(vendor5.IntegrationEventV2Request, { profileId: 'dora', type: 'subscribed', attributes: {} })
    const answer: { effects: { effectType: string }[]; createdCoupons: object[] } = await api.trackEventV2(event, { silent: 'no' })
    expect(answer.effects.map(({ effectType }) => effectType)).toEqual([
      'addToAudience',
      'updateAttribute',
      'reserveCoupon',
      'couponCreated',
      'triggerWebhook',
    ])
    expect(answer.createdCoupons).toMatchObject([{ campaignId: 17, recipientIntegrationId: 'dora', usageLimit: 1 }])
  })

  it('makes an audience, and refers several friends at once', async () => {
    const audience = make(vendor5.NewAudience, { name: 'Regulars', integration: 'mparticle', integrationId: 'regulars' })
    expect(await api.createAudienceV2(audience)).toMatchObject({ name: 'Regulars' })
    await expect(api.createAudienceV2(audience)).rejects.toMatchObject({ status: 409 })
    const request = { campaignId: 5, advocateProfileIntegrationIds: ['eve', 'fay'], usageLimit: 1, referralPattern: 'WE-####' }
    const referrals: unknown = await api.createReferralsForMultipleAdvocates(make(vendor5.NewReferralsForMultipleAdvocates, request), {
      silent: 'no',
    })
    expect(referrals).toMatchObject({ totalResultSize: 2, data: [{ advocateProfileIntegrationId: 'eve' }, {}] })
  })
})

describe('the vendor’s own client, talon_one 4.3.0', () => {
  it('returns an item by its general way to call the API, having no operation for it', async () => {
    await update('cart-of-gwen', order('gwen'))
    const client = withKey(new vendor4.ApiClient())
    const path = '/v2/customer_sessions/{customerSessionId}/returns'
    const [json, params] = [['application/json'], { customerSessionId: 'cart-of-gwen' }]
    const { data }: { data: unknown } = await client.callApi(
      path,
      'POST',
      params,
      {},
      {},
      {},
      oneBag,
      ['api_key_v1'],
      json,
      json,
      Object,
      command.url,
    )
    expect(data).toMatchObject(afterOneBag)
  })
})
