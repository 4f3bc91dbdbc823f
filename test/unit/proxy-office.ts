/** A staff proxy over an upstream, and a day in the back office. */
import { createStaffProxy, type ProxyEvent, type StaffProxyOptions } from 'talon-one-react/proxy'
import { createSandbox } from 'talon-one-react/sandbox'
import { type Endpoint, fill, type InputOf } from '../../src/endpoint.ts'
import * as endpoints from '../../src/endpoints.ts'
import type { BestPriorPriceRequest, NewCustomerSessionV2 } from '../../src/schema.ts'
import { isRecord } from '../../src/record.ts'
import { key, recorded, requestOf, type Sent } from './proxy-shop.ts'
import { coffee, mug } from './sandbox-shop.ts'

export const allScopes = ['read', 'write', 'destructive'] as const

interface Call {
  body?: unknown
  headers?: HeadersInit
  /** Who asks; null: nobody. */
  subject?: string | null
}

/** A staff proxy with everything it sent upstream and every event it told. Everybody may do everything, unless `identify` is given. */
export function createOffice(options: Partial<StaffProxyOptions> = {}) {
  const sent: Sent[] = []
  const events: ProxyEvent[] = []
  const upstream = options.fetch ?? createSandbox({ apiKey: key }).fetch
  const proxy = createStaffProxy({
    upstream: { baseUrl: 'https://shop.talon.one', apiKey: key },
    identify: ({ headers }) => {
      const subject = headers.get('x-test-staff')
      return subject === null ? null : { subject, scopes: allScopes, signedInAt: new Date() }
    },
    onEvent: (event) => events.push(event),
    ...options,
    fetch: recorded(sent, upstream),
  })
  const call = (method: string, path: string, { body, headers, subject = 'clerk' }: Call = {}) =>
    proxy(
      requestOf(method, path, {
        body,
        headers: { ...(subject !== null && { 'x-test-staff': subject }), ...Object.fromEntries(new Headers(headers)) },
      }),
    )
  const say = (row: Endpoint, input: unknown, more: Omit<Call, 'body'> = {}) => {
    const { method, path, search, body } = fill(row, input)
    return call(method, path + search, { ...(body !== undefined && { body }), ...more })
  }
  return { proxy, call, say, sent, events }
}

/** An office over an upstream that answers everything with the same. */
export function createAnsweredOffice(answer: () => Response, options: Partial<StaffProxyOptions> = {}) {
  return createOffice({ ...options, fetch: async () => answer() })
}

/** What fits each row. */
export const answerOf = ({ answer }: Endpoint): Response =>
  answer === 'nothing' ? new Response(null, { status: 204 }) : Response.json(answer === 'list' ? [] : {})

/** One request of a row. */
export interface Ask {
  row: Endpoint
  input: unknown
}

const ask = <E extends Endpoint>(row: E, input: InputOf<E>): Ask => ({ row, input })

const club = { loyaltyProgramId: 1, integrationId: 'anna' }
const card = { loyaltyProgramId: 2, loyaltyCardId: 'CARD-1' }
const cart: NewCustomerSessionV2 = { profileId: 'anna', cartItems: [coffee, mug], couponCodes: ['SAVE10'] }
const v1Items = [{ ...mug, name: 'Mug', price: 12 }]
const tea = { type: 'ADD', payload: { sku: 'TEA', price: 4 } } as const
const priorPrice: BestPriorPriceRequest = {
  skus: ['TEA'],
  timeframeEndDate: '2026-02-01T00:00:00Z',
  timeframe: '30',
  timeframeEndDateType: 'strict',
}

/** Every row once at least, in an order in which each finds what it needs. */
export const day: readonly Ask[] = [
  ask(endpoints.updateCustomerProfileV2, { integrationId: 'anna', attributes: { Name: 'Anna' } }),
  ask(endpoints.updateCustomerProfilesV2, { customerProfiles: [{ integrationId: 'ben' }, { integrationId: 'carl' }] }),
  ask(endpoints.updateCustomerProfile, { integrationId: 'carl', attributes: { Name: 'Carl' } }),
  ask(endpoints.createAudienceV2, { name: 'Regulars', integration: 'mParticle', integrationId: 'regulars' }),
  ask(endpoints.updateAudienceV2, { audienceId: 1, name: 'Everybody' }),
  ask(endpoints.updateCustomerProfileAudiences, { data: [{ action: 'add', profileIntegrationId: 'anna', audienceId: 1 }] }),
  ask(endpoints.updateAudienceCustomersAttributes, { audienceId: 1, attributes: { Name: 'Ann' } }),
  ask(endpoints.syncCatalog, { catalogId: 1, actions: [tea] }),
  ask(endpoints.bestPriorPrice, priorPrice),
  ask(endpoints.integrationGetAllCampaigns, { pageSize: 3 }),
  ask(endpoints.joinLoyaltyProgram, club),
  ask(endpoints.generateLoyaltyCard, { loyaltyProgramId: 2, cardIdentifier: 'CARD-1', customerProfileIds: ['anna'] }),
  ask(endpoints.linkLoyaltyCardToProfile, { ...card, integrationId: 'ben' }),
  ask(endpoints.unlinkLoyaltyCardFromProfile, { ...card, integrationId: 'ben' }),
  ask(endpoints.createCouponReservation, { couponValue: 'WELCOME5', integrationIDs: ['anna', 'ben'] }),
  ask(endpoints.deleteCouponReservation, { couponValue: 'WELCOME5', integrationIDs: ['ben'] }),
  ask(endpoints.getReservedCustomers, { couponValue: 'WELCOME5' }),
  ask(endpoints.createReferral, { campaignId: 5, advocateProfileIntegrationId: 'anna' }),
  ask(endpoints.createReferralsForMultipleAdvocates, { campaignId: 5, advocateProfileIntegrationIds: ['anna', 'ben'], usageLimit: 1 }),
  ask(endpoints.updateCustomerSessionV2, {
    customerSessionId: 'cart',
    dry: true,
    now: '2030-01-01T00:00:00Z',
    customerSession: { ...cart, evaluableCampaignIds: [1, 3] },
    responseContent: ['customerSession', 'campaignEligibility', 'ruleFailureReasons'],
  }),
  ask(endpoints.updateCustomerSessionV2, { customerSessionId: 'cart', customerSession: cart, responseContent: ['customerSession'] }),
  ask(endpoints.updateCustomerSessionV2, {
    customerSessionId: 'order',
    customerSession: { ...cart, loyaltyCards: ['CARD-1'], state: 'closed' },
  }),
  ask(endpoints.returnCartItems, {
    customerSessionId: 'order',
    runRuleEngine: true,
    return: { returnedCartItems: [{ position: 0, quantity: 1 }] },
  }),
  ask(endpoints.updateCustomerSessionV2, { customerSessionId: 'cart', customerSession: { profileId: 'anna', state: 'closed' } }),
  ask(endpoints.reopenCustomerSession, { customerSessionId: 'cart' }),
  ask(endpoints.getCustomerSession, { customerSessionId: 'cart' }),
  ask(endpoints.trackEventV2, { profileId: 'anna', type: 'reviewed', silent: 'no', responseContent: ['event', 'loyalty'] }),
  ask(endpoints.trackEventV2, { profileId: 'anna', type: 'reviewed' }),
  ask(endpoints.trackEventV3, { profileId: 'anna', integrationId: 'review', type: 'reviewed' }),
  ask(endpoints.getEventV3, { integrationId: 'review' }),
  ask(endpoints.updateCustomerSession, { customerSessionId: 'v1', profileId: 'anna', coupon: 'SAVE10', cartItems: v1Items, total: 12 }),
  ask(endpoints.trackEvent, { sessionId: 'v1', profileId: 'anna', type: 'looked', attributes: { Page: 'mugs' } }),
  ask(endpoints.activateLoyaltyPoints, { loyaltyProgramId: 1, sessionId: 'order' }),
  ask(endpoints.getCustomerInventory, { integrationId: 'anna', profile: true, coupons: true, loyalty: true, achievements: true }),
  ask(endpoints.getCustomerAchievements, { integrationId: 'anna' }),
  ask(endpoints.getCustomerAchievementHistory, { integrationId: 'anna', achievementId: 1 }),
  ask(endpoints.getLoyaltyBalances, club),
  ask(endpoints.getLoyaltyProgramProfileTransactions, club),
  ask(endpoints.getLoyaltyProgramProfilePoints, { ...club, status: 'active' }),
  ask(endpoints.getLoyaltyCardBalances, card),
  ask(endpoints.getLoyaltyCardTransactions, card),
  ask(endpoints.getLoyaltyCardPoints, { ...card, status: 'active' }),
  ask(endpoints.deleteLoyaltyTransactionsFromLedgers, { ...club, scope: 'AllSubledgers' }),
  ask(endpoints.getLoyaltyProgramProfileTransactions, club),
  ask(endpoints.deleteAudienceMembershipsV2, { audienceId: 1 }),
  ask(endpoints.deleteAudienceV2, { audienceId: 1 }),
  ask(endpoints.deleteCustomerData, { integrationId: 'ben' }),
]

/** Every row with a field that names a profile, and where: what a row gains or loses shows here. */
export const profileFields: Record<string, readonly string[]> = {
  updateCustomerSessionV2: ['/customerSession/profileId'],
  updateCustomerProfileV2: ['/integrationId'],
  updateCustomerProfilesV2: ['/customerProfiles/0/integrationId'],
  getCustomerInventory: ['/integrationId'],
  getCustomerAchievements: ['/integrationId'],
  getCustomerAchievementHistory: ['/integrationId'],
  deleteCustomerData: ['/integrationId'],
  updateCustomerProfileAudiences: ['/data/0/profileIntegrationId'],
  createCouponReservation: ['/integrationIDs/0'],
  deleteCouponReservation: ['/integrationIDs/0'],
  createReferral: ['/advocateProfileIntegrationId', '/friendProfileIntegrationId'],
  createReferralsForMultipleAdvocates: ['/advocateProfileIntegrationIds/0'],
  joinLoyaltyProgram: ['/integrationId'],
  getLoyaltyBalances: ['/integrationId'],
  getLoyaltyProgramProfileTransactions: ['/integrationId'],
  getLoyaltyProgramProfilePoints: ['/integrationId'],
  deleteLoyaltyTransactionsFromLedgers: ['/integrationId'],
  generateLoyaltyCard: ['/customerProfileIds/0'],
  linkLoyaltyCardToProfile: ['/integrationId'],
  unlinkLoyaltyCardFromProfile: ['/integrationId'],
  trackEventV2: ['/profileId'],
  trackEventV3: ['/profileId'],
  updateCustomerSession: ['/profileId'],
  updateCustomerProfile: ['/integrationId'],
  trackEvent: ['/profileId'],
}

/** Whether an input has `me` where it should name a profile. */
export const saysMe = (row: Endpoint, input: unknown) =>
  (profileFields[row.operationId] ?? []).some((pointer) => valuesAt(input, pointer.split('/').slice(1)).includes('me'))
const valuesAt = (at: unknown, [name, ...rest]: readonly string[]): unknown[] => {
  if (name === undefined) return [at]
  if (Array.isArray(at)) return at.flatMap((entry) => valuesAt(entry, rest))
  return isRecord(at) ? valuesAt(at[name], rest) : []
}
