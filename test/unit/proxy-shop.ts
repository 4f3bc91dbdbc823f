import {
  createShopperProxy,
  type ProxyEvent,
  type ShopperFields,
  type ShopperOperations,
  type ShopperProxyOptions,
} from 'talon-one-react/proxy'
import { createSandbox } from 'talon-one-react/sandbox'
import { type Endpoint, fill, readInput, recognise } from '../../src/endpoint.ts'
import * as endpoints from '../../src/endpoints.ts'
import { identify } from '../../src/identity.ts'
import { readLimits } from '../../src/proxy/limits.ts'
import { policiesFor } from '../../src/proxy/policy.ts'

export const key = 'c0ffee-key-that-nobody-may-see'
export const secret = 'a secret of the tests, 32 characters and more'

export interface Sent {
  method: string
  url: URL
  headers: Headers
  redirect: RequestRedirect
  body: unknown
}

/** Every operation a shopper can be given, and what they are limited to here. */
export const everything: Required<ShopperOperations> = {
  previews: true,
  reservations: true,
  referrals: { campaignIds: [5] },
  profileAttributes: ['Name'],
  events: { types: ['looked', 'listened'], attributes: { looked: ['Shelf'] } },
  joinLoyaltyProgram: { loyaltyProgramIds: [1] },
  loyaltyProgramIds: [1],
  bestPriorPrice: true,
}

/** Every field a shopper can be given. */
export const everyField: Required<ShopperFields> = {
  sessionAttributes: ['Channel'],
  itemAttributes: ['engraving'],
  customEffects: ['wave'],
}

/** What a proxy with {@link everything} lets a shopper do. */
export const policies = policiesFor(everything, everyField, readLimits())

const page = { pageSize: 10, skip: 0 }
const since = { startDate: '2026-01-01T00:00:00Z', endDate: '2026-02-01T00:00:00Z' }
const program = { loyaltyProgramId: 1 }
const sessions = { customerSessionIDs: ['basket', 'basket-2'], transactionUUIDs: ['uuid-1'] }
const transactions = { ...program, ...sessions, ...since, ...page, loyaltyTransactionType: 'session', awaitsActivation: true }
const points = { ...program, ...sessions, ...page, status: 'active', subledgerId: ['gold'], sort: '-expiryDate' }
const card = { loyaltyCardId: 'card-of-ada' }
const event = { type: 'looked', attributes: { Shelf: 3 }, loyaltyCards: ['card-of-ada'], responseContent: ['loyalty'], silent: 'no' }

/** Everything that ada may say with {@link everything} switched on, by row: what is not in here is refused. */
export const mayBeSaid: Readonly<Record<string, Record<string, unknown>>> = {
  updateCustomerSessionV2: {
    customerSessionId: 'basket',
    dry: true,
    customerSession: {
      profileId: 'ada',
      couponCodes: ['SAVE10'],
      referralCode: 'FRIEND',
      loyaltyCards: ['card-of-ada'],
      state: 'open',
      cartItems: [{ sku: 'beans', quantity: 2, attributes: { engraving: 'Ada' } }],
      additionalCosts: { shipping: { price: 4.9 } },
      attributes: { Channel: 'web' },
    },
    responseContent: ['customerSession', 'customerProfile', 'coupons', 'referral', 'loyalty', 'awardedGiveaways'],
  },
  getCustomerSession: { customerSessionId: 'basket' },
  getCustomerInventory: {
    integrationId: 'ada',
    profile: true,
    referrals: true,
    coupons: true,
    loyalty: true,
    giveaways: true,
    achievements: true,
  },
  getCustomerAchievements: {
    integrationId: 'ada',
    campaignIds: ['5'],
    achievementIds: ['1', '2'],
    achievementStatus: ['active'],
    currentProgressStatus: ['inprogress'],
    ...page,
  },
  getCustomerAchievementHistory: { integrationId: 'ada', achievementId: 1, progressStatus: ['completed'], ...since, ...page },
  getLoyaltyBalances: {
    ...program,
    integrationId: 'ada',
    endDate: since.endDate,
    subledgerId: 'gold',
    includeTiers: true,
    includeProjectedTier: true,
  },
  getLoyaltyProgramProfileTransactions: { ...transactions, integrationId: 'ada', subledgerId: 'gold' },
  getLoyaltyProgramProfilePoints: { ...points, integrationId: 'ada' },
  getLoyaltyCardBalances: { ...program, ...card, endDate: since.endDate, subledgerId: ['gold'] },
  getLoyaltyCardTransactions: { ...transactions, ...card, subledgerId: ['gold'] },
  getLoyaltyCardPoints: { ...points, ...card },
  createCouponReservation: { couponValue: 'WELCOME5', integrationIDs: ['ada'] },
  deleteCouponReservation: { couponValue: 'WELCOME5', integrationIDs: ['ada'] },
  createReferral: { campaignId: 5, advocateProfileIntegrationId: 'ada' },
  updateCustomerProfileV2: { integrationId: 'ada', attributes: { Name: 'Ada' } },
  trackEventV2: { ...event, profileId: 'ada' },
  trackEventV3: { ...event, profileId: 'ada', integrationId: 'event', connectedSessionId: 'basket' },
  joinLoyaltyProgram: { ...program, integrationId: 'ada' },
  bestPriorPrice: {
    skus: ['beans'],
    timeframeEndDate: since.endDate,
    timeframe: '30',
    timeframeEndDateType: 'strict',
    target: { targetType: 'NONE' },
  },
}

export const rows: readonly Endpoint[] = Object.values(endpoints)
export const shopperRows: readonly [string, Endpoint][] = rows
  .filter(({ audience }) => audience === 'shopper')
  .map((row) => [row.operationId, row])

/** What the upstream got, as the input of its row. */
export function readSent(row: Endpoint, { method, url, body }: Sent): Record<string, unknown> {
  return readInput(row, { params: recognise(row, method, url.pathname) ?? {}, searchParams: url.searchParams, body }, [])
}

const fits = { list: [], nothing: undefined, object: {} }

/** A shop with {@link everything} over an upstream that answers each row with something that fits. */
export function createFullShop(row: Endpoint, answer: unknown = fits[row.answer ?? 'object']) {
  const shop = createShop({
    operations: everything,
    fields: everyField,
    fetch: async () => (answer === undefined ? new Response('') : Response.json(answer)),
  })
  const say = (
    input: Record<string, unknown> = mayBeSaid[row.operationId] ?? {},
    options: { shopper?: string; headers?: HeadersInit } = {},
  ) => {
    const { method, path, search, body } = fill(row, identify(row, input, 'me'))
    return shop.call(method, path + search, { ...(body !== undefined && { body }), ...options })
  }
  return { ...shop, say }
}

/** A proxy over a sandbox, with everything it sent upstream and every event it told. */
export function createShop(options: Partial<ShopperProxyOptions> = {}) {
  const sent: Sent[] = []
  const events: ProxyEvent[] = []
  const upstream = options.fetch ?? createSandbox({ apiKey: key }).fetch
  const proxy = createShopperProxy({
    upstream: { baseUrl: 'https://shop.talon.one', apiKey: key },
    secret,
    identify: (request) => {
      const profileId = request.headers.get('x-test-shopper')
      return profileId === null ? null : { profileId, loyaltyCardIds: [`card-of-${profileId}`] }
    },
    pricing: ({ items }) => ({ cartItems: items.map((item) => ({ ...item, price: 10, category: 'Coffee' })) }),
    operations: { reservations: true, referrals: { campaignIds: [5] }, profileAttributes: ['Name'] },
    onEvent: (event) => events.push(event),
    ...options,
    fetch: recorded(sent, upstream),
  })
  const call = (
    method: string,
    path: string,
    { body, headers, shopper = 'ada' }: { body?: unknown; headers?: HeadersInit; shopper?: string | null } = {},
  ) => proxy(requestOf(method, path, { body, headers: { ...(shopper !== null && { 'x-test-shopper': shopper }), ...plain(headers) } }))
  return { proxy, call, sent, events }
}

/** Sends on, and keeps what it sent. */
export function recorded(sent: Sent[], upstream: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    const text = await request.clone().text()
    sent.push({
      method: request.method,
      url: new URL(request.url),
      headers: request.headers,
      redirect: request.redirect,
      body: text === '' ? undefined : JSON.parse(text),
    })
    return upstream(input, init)
  }
}

/** A request as the page sends it; a body that is no text is JSON. */
export function requestOf(method: string, path: string, { body, headers }: { body?: unknown; headers?: HeadersInit } = {}): Request {
  return new Request(`https://shop.example/talon-one${path}`, {
    method,
    headers: { 'x-talon-client': '1', ...(body !== undefined && { 'content-type': 'application/json' }), ...plain(headers) },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
}

const plain = (headers: HeadersInit | undefined): Record<string, string> => Object.fromEntries(new Headers(headers))

/** The part of an answer that a test reads. */
export interface UpdatedSession {
  customerSession: { cartItems: { attributes?: unknown }[]; attributes: unknown }
}

export const cart = (session: Record<string, unknown> = {}) => ({
  customerSession: { cartItems: [{ sku: 'beans', quantity: 2 }], ...session },
})
export const codeOf = async (response: Response): Promise<unknown> => ((await response.json()) as { code: unknown }).code
