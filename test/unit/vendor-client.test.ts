import {
  ApiClient,
  CouponReservations,
  CustomerProfileAudienceRequest,
  CustomerProfileIntegrationRequestV2,
  Effect,
  IntegrationApi,
  IntegrationRequest,
  MultipleCustomerProfileIntegrationRequest,
  NewCustomerProfile,
  NewCustomerSession,
  NewEvent,
  NewReferral,
} from 'talon_one'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningCommand, startCommand } from '../command.ts'

const key = 'the-key-of-the-vendor-client'
const beans = { name: 'House beans', sku: 'beans', quantity: 2, price: 12.5, category: 'Coffee' }
const mug = { name: 'Mug', sku: 'mug', quantity: 1, price: 12, category: 'Kitchen' }
let command: RunningCommand
let api: IntegrationApi

beforeAll(async () => {
  command = await startCommand('src/sandbox/cli.ts', ['--port', '0', '--key', key])
  api = clientWith(key)
})

afterAll(() => command?.[Symbol.asyncDispose]())

function clientWith(apiKey: string): IntegrationApi {
  const client = new ApiClient()
  client.basePath = command.url
  // The vendor generates its types from comments: they call this record by name an array of strings.
  const authentications = client.authentications as unknown as Record<'api_key_v1', { apiKey?: string; apiKeyPrefix?: string }>
  Object.assign(authentications.api_key_v1, { apiKey, apiKeyPrefix: 'ApiKey-v1' })
  return new IntegrationApi(client)
}

interface Model {
  constructFromObject(data: object, obj: undefined): unknown
}

/** A request as the vendor's documentation makes it. The client's types ask for a second argument, which its code does not need. */
function make(model: Model, data: object): unknown {
  return model.constructFromObject(data, undefined)
}

/** What is read of the client's `IntegrationStateV2`: its own types say `any`. */
interface Answer {
  effects: { effectType: string; props: unknown }[]
  customerSession: { created: Date }
}

const everything = ['customerSession', 'customerProfile', 'coupons', 'loyalty', 'event', 'triggeredCampaigns', 'ruleFailureReasons']

function update(id: string, customerSession: object, opts?: { dry: boolean }): Promise<Answer> {
  return api.updateCustomerSessionV2(id, make(IntegrationRequest, { customerSession, responseContent: everything }), opts)
}

function namesOf({ effects }: Answer): string[] {
  return effects.map(({ effectType }) => effectType)
}

function walletOf(profileId: string): Promise<unknown> {
  return api.getCustomerInventory(profileId, { profile: true, referrals: true, coupons: true, loyalty: true })
}

const reservation = (profileId: string) => make(CouponReservations, { integrationIDs: [profileId] })
const withBeans = (currentBalance: number) => ({ programs: { beans: { ledger: { currentBalance } } } })

// All 13 operations that version 4.3.0 of the client has, each step with a shopper of its own.
describe('the vendor’s own client, talon_one 4.3.0, against the talon-one-sandbox command', () => {
  it('is refused without the right key', async () => {
    const refusal = { status: 401, body: { message: 'Invalid API key', StatusCode: 401 } }
    await expect(clientWith('another-key').getCustomerInventory('anna')).rejects.toMatchObject(refusal)
    await expect(
      new IntegrationApi(Object.assign(new ApiClient(), { basePath: command.url })).getCustomerInventory('anna'),
    ).rejects.toMatchObject(refusal)
  })

  it('updates a session: a cart with a coupon', async () => {
    const answer = await update('cart-of-ada', { profileId: 'ada', couponCodes: ['save10'], cartItems: [beans, mug] })
    expect(namesOf(answer)).toEqual(['acceptCoupon', 'setDiscount', 'setDiscountPerItem', 'setDiscountPerItem', 'addLoyaltyPoints'])
    expect(answer.effects[0]).toBeInstanceOf(Effect)
    expect(answer.effects).toMatchObject([
      { campaignId: 1, ruleName: 'Ten percent off the items', triggeredByCoupon: 1, props: { value: 'SAVE10' } },
      { props: { name: '10 % off', value: 3.7 } },
      { campaignId: 3, props: { value: 1, position: 0, subPosition: 0 } },
      { campaignId: 3, props: { value: 1, position: 0, subPosition: 1 } },
      { campaignId: 4, props: { recipientIntegrationId: 'ada', programId: 1, value: 37 } },
    ])
    expect(answer).toMatchObject({
      customerSession: {
        integrationId: 'cart-of-ada',
        state: 'open',
        total: 37,
        cartItemTotal: 37,
        couponCodes: ['SAVE10'],
        firstSession: true,
      },
      customerProfile: { integrationId: 'ada', closedSessions: 0 },
      coupons: [{ value: 'SAVE10', usageCounter: 0 }],
      loyalty: { programs: { beans: { title: 'Bean Club', ledger: { currentBalance: 0, tentativeCurrentBalance: 37 } } } },
      event: { type: 'talon_session_created', sessionId: 'cart-of-ada' },
      triggeredCampaigns: [{ id: 1 }, { id: 3 }, { id: 4 }],
    })
    expect(answer).toHaveProperty('ruleFailureReasons.0.details', 'No valid coupon code of this campaign')
    expect(Math.abs(Date.now() - answer.customerSession.created.getTime())).toBeLessThan(60_000)
  })

  it('changes a cart, and keeps what it does not send', async () => {
    await update('cart-of-bea', { profileId: 'bea', cartItems: [mug] })
    const answer = await update('cart-of-bea', { couponCodes: ['EXPIRED'] })
    expect(answer.customerSession).toMatchObject({ profileId: 'bea', total: 12, cartItems: [{ sku: 'mug', position: 0 }] })
    expect(answer.effects[0]).toMatchObject({
      effectType: 'rejectCoupon',
      props: { value: 'EXPIRED', rejectionReason: 'CouponExpired' },
    })
  })

  it('asks dry, which leaves nothing behind', async () => {
    const answer = await update('cart-of-cleo', { profileId: 'cleo', cartItems: [mug], state: 'closed' }, { dry: true })
    expect(answer.customerSession).toMatchObject({ state: 'closed', total: 12 })
    await expect(walletOf('cleo')).rejects.toMatchObject({ status: 404, body: { message: 'Customer profile not found' } })
  })

  it('sends ids that a path must escape', async () => {
    expect((await update('cart/of dora?ü', { cartItems: [mug] })).customerSession).toMatchObject({
      integrationId: 'cart/of dora?ü',
      profileId: '',
    })
  })

  it('is told what a malformed request lacks', async () => {
    await expect(update('cart-of-edda', { cartItems: [{ sku: 'mug' }] })).rejects.toMatchObject({
      status: 400,
      body: { errors: [{ title: 'Required', source: { pointer: '/customerSession/cartItems/0/quantity' } }] },
    })
  })

  it('closes a session: points and sales are there afterwards, and closing twice is refused', async () => {
    await update('cart-of-fay', { profileId: 'fay', couponCodes: ['SAVE10'], cartItems: [beans] })
    const closed = await update('cart-of-fay', { state: 'closed' })
    expect(closed).toMatchObject({
      customerSession: { state: 'closed', total: 25 },
      loyalty: withBeans(25),
      event: { type: 'talon_session_closed' },
    })
    expect(await walletOf('fay')).toMatchObject({
      profile: { integrationId: 'fay', closedSessions: 1, totalSales: 25 },
      loyalty: withBeans(25),
      coupons: [{ value: 'SAVE10' }],
      referrals: [],
    })
    await expect(update('cart-of-fay', { state: 'closed' })).rejects.toMatchObject({
      status: 400,
      body: { message: 'Cannot move session to state "closed" from state "closed"' },
    })
    expect(await walletOf('fay')).toMatchObject({ profile: { closedSessions: 1, totalSales: 25 }, loyalty: withBeans(25) })
  })

  it('cancels a closed session, which takes back what closing gave', async () => {
    await update('cart-of-gwen', { profileId: 'gwen', couponCodes: ['SAVE10'], cartItems: [beans], state: 'closed' })
    expect(await walletOf('gwen')).toMatchObject({ loyalty: withBeans(25) })
    const cancelled = await update('cart-of-gwen', { state: 'cancelled' })
    expect(namesOf(cancelled)).toEqual([
      'rollbackCoupon',
      'rollbackDiscount',
      'rollbackDiscount',
      'rollbackDiscount',
      'rollbackAddedLoyaltyPoints',
    ])
    expect(cancelled.customerSession).toMatchObject({ state: 'cancelled', total: 25 })
    expect(await walletOf('gwen')).toMatchObject({ profile: { closedSessions: 0, totalSales: 0 }, loyalty: withBeans(0), coupons: [] })
  })

  it('cancels an open session, for good', async () => {
    await update('cart-of-hope', { profileId: 'hope', cartItems: [beans] })
    expect(await update('cart-of-hope', { state: 'cancelled' })).toMatchObject({ effects: [], customerSession: { state: 'cancelled' } })
    await expect(update('cart-of-hope', { cartItems: [mug] })).rejects.toMatchObject({
      status: 400,
      body: { message: 'Cannot move session to state "open" from state "cancelled"' },
    })
  })

  it('reserves a coupon and lets go of it', async () => {
    const cart = { profileId: 'ida', couponCodes: ['MEMBERS5'], cartItems: [mug] }
    expect(namesOf(await update('cart-of-ida', cart))).toContain('rejectCoupon')

    expect(await api.createCouponReservation('members5', reservation('ida'))).toMatchObject({ value: 'MEMBERS5', campaignId: 6 })
    expect(await api.getReservedCustomers('MEMBERS5')).toMatchObject({ totalResultSize: 1, data: [{ integrationId: 'ida' }] })
    expect(await walletOf('ida')).toMatchObject({ coupons: [{ value: 'MEMBERS5' }] })
    expect(namesOf(await update('cart-of-ida', cart))).toContain('acceptCoupon')

    // superagent sends a DELETE with a body, and answers nothing for a 204.
    expect(await api.deleteCouponReservation('MEMBERS5', reservation('ida'))).toBeNull()
    expect(await api.getReservedCustomers('MEMBERS5')).toMatchObject({ totalResultSize: 0, data: [] })
    expect(await walletOf('ida')).toMatchObject({ coupons: [] })
    expect(namesOf(await update('cart-of-ida', cart))).toContain('rejectCoupon')
    await expect(api.createCouponReservation('NO-SUCH-CODE', reservation('ida'))).rejects.toMatchObject({ status: 404 })
  })

  it('creates a referral, which a friend uses', async () => {
    const request = { campaignId: 5, advocateProfileIntegrationId: 'jane', friendProfileIntegrationId: 'kim', expiryDate: '2999-01-01' }
    const referral: { code: string; expiryDate: Date } = await api.createReferral(make(NewReferral, request))
    expect(referral).toMatchObject({ campaignId: 5, advocateProfileIntegrationId: 'jane', usageCounter: 0 })
    expect(referral.expiryDate).toEqual(new Date('2999-01-01T00:00:00Z'))

    const cart = { referralCode: referral.code, cartItems: [mug] }
    expect(namesOf(await update('cart-of-jane', { ...cart, profileId: 'jane' }))).toContain('rejectReferral')
    const used = await update('cart-of-kim', { ...cart, profileId: 'kim', state: 'closed' })
    expect(used.effects).toMatchObject([
      { effectType: 'addLoyaltyPoints', props: { value: 12 } },
      { effectType: 'acceptReferral', props: { value: referral.code } },
      { effectType: 'setDiscount', props: { value: 5 } },
    ])
    expect(await walletOf('jane')).toMatchObject({
      referrals: [{ code: referral.code, friendProfileIntegrationId: 'kim', usageCounter: 1 }],
    })
  })

  it('tracks an event, by V1', async () => {
    const event = make(NewEvent, { profileId: 'lea', type: 'reviewed', sessionId: 'cart-of-lea', attributes: { Stars: 5 } })
    expect(await api.trackEvent(event, { dry: false })).toMatchObject({
      session: { integrationId: 'cart-of-lea', state: 'open', profileId: 'lea' },
      profile: { integrationId: 'lea' },
      event: {
        type: 'reviewed',
        attributes: { Stars: 5 },
        sessionId: 'cart-of-lea',
        effects: [[7, 7, 0, ['increaseAchievementProgress', 1, 'CoffeeCritic', 1, 1, 1, 3, false]]],
        ledgerEntries: [],
      },
    })
  })

  it('updates a session and a profile, by V1', async () => {
    const session = { profileId: 'mia', coupon: 'SAVE10', state: 'closed', cartItems: [beans], total: 25 }
    expect(await api.updateCustomerSession('cart-of-mia', make(NewCustomerSession, session))).toMatchObject({
      session: { state: 'closed', coupon: 'SAVE10', total: 25, discounts: { '10 % off': 2.5, 'Coffee weeks': 2 } },
      coupon: { value: 'SAVE10' },
      loyalty: withBeans(25),
    })
    const profile = make(NewCustomerProfile, { attributes: { Name: 'Mia' } })
    expect(await api.updateCustomerProfile('mia', profile)).toMatchObject({
      profile: { integrationId: 'mia', attributes: { Name: 'Mia' }, closedSessions: 1, totalSales: 25 },
      event: { type: 'talon_profile_updated' },
    })
  })

  it('updates profiles and their audiences, and deletes a customer’s data', async () => {
    const request = { attributes: { Name: 'Nell' }, audiencesChanges: { adds: [1], deletes: [] }, responseContent: ['customerProfile'] }
    expect(
      await api.updateCustomerProfileV2('nell', make(CustomerProfileIntegrationRequestV2, request), { runRuleEngine: true }),
    ).toMatchObject({ customerProfile: { attributes: { Name: 'Nell' }, audienceMemberships: [{ id: 1, name: 'Newsletter' }] } })

    const customerProfiles = [{ integrationId: 'nell', attributes: { Town: 'Ulm' } }, { integrationId: 'olga' }]
    const many = make(MultipleCustomerProfileIntegrationRequest, { customerProfiles })
    expect(await api.updateCustomerProfilesV2(many)).toBeNull()
    expect(await api.updateCustomerProfilesV2(many, { silent: 'no' })).toMatchObject({
      integrationStates: [
        { customerProfile: { integrationId: 'nell', attributes: { Name: 'Nell', Town: 'Ulm' } } },
        { customerProfile: { integrationId: 'olga' } },
      ],
    })

    const data = [{ action: 'add', profileIntegrationId: 'olga', audienceId: 2 }]
    expect(await api.updateCustomerProfileAudiences(make(CustomerProfileAudienceRequest, { data }))).toBeNull()
    expect(await walletOf('olga')).toMatchObject({ profile: { audienceMemberships: [{ id: 2, name: 'VIP' }] } })

    expect(await api.deleteCustomerData('nell')).toBeNull()
    expect(await walletOf('nell')).toHaveProperty('profile.attributes', {})
  })
})
