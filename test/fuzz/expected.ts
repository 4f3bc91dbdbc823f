/** What may go upstream of a request, worked out once more from what the browser said, by none of the proxy's code. */
import type { Endpoint } from '../../src/endpoint.ts'
import { isRecord } from '../../src/record.ts'
import { guestIn, newGuestOf, profileOf } from './callers.ts'
import type { Exchange } from './run.ts'
import { derive, priceOf, sessionIdOf, type Setup, small } from './world.ts'

/** A request as it was recognised. */
interface AskedRow {
  row: Endpoint
  params: Record<string, string>
  url: URL
}

/** Says what of the one request that was sent is not as it must be. */
export function expectedOf(exchange: Exchange, setup: Setup, asked: AskedRow): string | undefined {
  const [sent] = exchange.sent
  if (sent === undefined) return undefined
  const { bytes } = exchange.asked
  const body: unknown = asked.row.body === undefined ? undefined : JSON.parse(new TextDecoder('utf-8').decode(bytes))
  const profileId = profileOf(exchange, setup) ?? newGuestOf(exchange)
  const url = new URL(sent.url)
  if (url.origin !== 'https://shop.talon.one') return 'to somebody else'
  // A preview of somebody whom nobody knows is for a guest who is never met again.
  const caller = profileId ?? guestIn(sent.text)
  const words =
    setup.is === 'staff' ? { ...asked, body } : caller === undefined ? undefined : shopperWords(asked, body, exchange, setup, caller)
  if (words === undefined) return asked.row.operationId === 'bestPriorPrice' ? undefined : 'for nobody'
  if (typeof words === 'string') return words
  if (setup.is === 'staff' && saysMe(asked.row, words)) return '`me` of staff'
  if (sent.url !== `${url.origin}${pathOf(asked.row, words.params)}${url.search}`) return 'the path is another one'
  const [query, expected] = [pairs(url.searchParams), pairs(words.url.searchParams)]
  if (query !== expected) return `the query is ${shown(query)} instead of ${shown(expected)}`
  const [text, wanted] = [canonical(sent.text === undefined ? undefined : JSON.parse(sent.text)), canonical(words.body)]
  return text === wanted ? undefined : `the body is ${shown(text)} instead of ${shown(wanted)}`
}

const shown = (text: string) => text.slice(0, 600)

interface Words {
  params: Record<string, string>
  url: URL
  body: unknown
}

const profileNames = new Set([
  'profileId',
  'profileIntegrationId',
  'advocateProfileIntegrationId',
  'advocateProfileIntegrationIds',
  'friendProfileIntegrationId',
  'integrationIDs',
  'customerProfileIds',
])

/** Whether staff name `me` where the id of a profile stands. */
function saysMe({ identity }: Endpoint, { params, body }: Words): boolean {
  const isProfile = (name: string, parent: string) =>
    profileNames.has(name) || (name === 'integrationId' && (identity === '/integrationId' || parent === 'customerProfiles'))
  const isIn = (value: unknown, name: string, parent: string): boolean => {
    if (value === 'me') return isProfile(name, parent)
    if (Array.isArray(value)) return value.some((entry) => isIn(entry, name, parent))
    // Attributes are the shop's own.
    return isRecord(value) && name !== 'attributes' && Object.entries(value).some(([inner, entry]) => isIn(entry, inner, name))
  }
  return isIn({ ...params }, '', '') || isIn(body, '', '')
}

const numbers = new Set(['loyaltyProgramId', 'achievementId', 'catalogId', 'audienceId'])

function pathOf({ path }: Endpoint, params: Record<string, string>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const said = params[name] ?? ''
    return encodeURIComponent(numbers.has(name) ? String(Number(said)) : said)
  })
}

/** In one order, and numbers and texts alike. */
function pairs(search: URLSearchParams): string {
  const list = [...search].map(([name, value]) => `${name}=${/^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value}`)
  return list.toSorted().join('&')
}

// Set by Talon.One: whoever sends an answer back has them in there, and they go no further.
const serverSet = new Set([
  'position',
  'returnedQuantity',
  'remainingQuantity',
  'catalogItemID',
  'selectedPriceType',
  'adjustmentReferenceId',
  'adjustmentEffectiveFrom',
  'adjustmentEffectiveUntil',
  'prices',
])

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (name, inner: unknown) => {
      if (name === 'cartItems' && Array.isArray(inner))
        return inner.map((item) =>
          isRecord(item) && !('name' in item && 'price' in item && 'position' in item) ? withoutServerSet(item) : item,
        )
      return isRecord(inner) ? Object.fromEntries(Object.entries(inner).toSorted(([one], [other]) => (one < other ? -1 : 1))) : inner
    }) ?? ''
  )
}

const withoutServerSet = (item: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(item).filter(([name]) => !serverSet.has(name)))

const pick = (record: Record<string, unknown>, names: readonly string[]) =>
  Object.fromEntries(names.flatMap((name) => (record[name] === undefined ? [] : [[name, record[name]]])))
const textOf = (value: unknown) => (typeof value === 'string' ? value : '')
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

const contents = ['customerSession', 'customerProfile', 'coupons', 'referral', 'loyalty', 'awardedGiveaways']
const itemFields = [
  'name',
  'sku',
  'quantity',
  'price',
  'category',
  'product',
  'weight',
  'height',
  'width',
  'length',
  'attributes',
  'additionalCosts',
]

/** A shopper's words as Talon.One is to hear them; a text says why it must not hear of them at all. */
function shopperWords(
  { row, params, url }: AskedRow,
  body: unknown,
  exchange: Exchange,
  setup: Setup,
  profileId: string,
): Words | string | undefined {
  const { operations, fields } = setup
  const { caller } = exchange.drawn
  const cards = 'cards' in caller && caller.profileId === profileId ? caller.cards : []
  if (row.audience !== 'shopper') return `${row.operationId} is for staff`
  if (!isOn(row, setup)) return `${row.operationId} is switched off`
  const said = isRecord(body) ? body : {}
  const names = namedProfiles(row, params, said)
  if (names.some((name) => name !== 'me' && name !== profileId && name !== '')) return 'it names another profile'
  const path = { ...params }
  if ('integrationId' in path && row.identity === '/integrationId') path.integrationId = profileId
  if (path.customerSessionId !== undefined) path.customerSessionId = sessionIdOf(setup, profileId, path.customerSessionId)
  if (path.loyaltyCardId !== undefined && !cards.includes(path.loyaltyCardId)) return "another one's card"
  if (path.loyaltyProgramId !== undefined) {
    const allowed =
      row.operationId === 'joinLoyaltyProgram' ? operations.joinLoyaltyProgram?.loyaltyProgramIds : operations.loyaltyProgramIds
    if (allowed && !allowed.includes(Number(path.loyaltyProgramId))) return 'a program that is not public'
  }
  const search = new URL(url)
  for (const name of ['now', 'forceCompleteEvaluation', 'runRuleEngine', 'evaluableCampaignIds'])
    if (url.searchParams.has(name)) return `${name} of a shopper`
  if (url.searchParams.has('dry') && !(row.operationId === 'updateCustomerSessionV2' && operations.previews))
    return 'a preview that is switched off'
  if (url.searchParams.getAll('achievementStatus').some((status) => status.split(',').some((one) => one !== 'active')))
    return 'achievements that nobody has heard of'
  const sessions = url.searchParams.getAll('customerSessionIDs')
  if (sessions.length > 50) return 'too many sessions'
  search.searchParams.delete('customerSessionIDs')
  for (const id of sessions) search.searchParams.append('customerSessionIDs', sessionIdOf(setup, profileId, id))
  if (list(said.responseContent).some((one) => !contents.includes(String(one)))) return 'contents that are not for shoppers'
  const words = { params: path, url: search }
  switch (row.operationId) {
    case 'updateCustomerSessionV2': {
      const session = sessionWords(isRecord(said.customerSession) ? said.customerSession : {}, setup, profileId, cards)
      if (typeof session === 'string') return session
      return { ...words, body: { customerSession: session, ...pick(said, ['responseContent']) } }
    }
    case 'createCouponReservation':
    case 'deleteCouponReservation':
      return { ...words, body: { integrationIDs: [profileId] } }
    case 'createReferral':
      if (!operations.referrals?.campaignIds.some((id) => id === said.campaignId)) return 'a campaign that is not for shoppers'
      return { ...words, body: { campaignId: said.campaignId, advocateProfileIntegrationId: profileId } }
    case 'updateCustomerProfileV2':
      if (hasOthers(said.attributes, operations.profileAttributes)) return 'an attribute that is not for shoppers'
      return { ...words, body: pick(said, ['attributes']) }
    case 'trackEventV2':
    case 'trackEventV3': {
      const { events } = operations
      const type = String(said.type)
      if (!events?.types.includes(type)) return 'an event that is not for shoppers'
      const ofType = Object.entries(events.attributes ?? {}).find(([name]) => name === type)?.[1] ?? []
      if (hasOthers(said.attributes, ofType)) return 'an attribute that is not for shoppers'
      if (list(said.loyaltyCards).some((card) => !cards.includes(String(card)))) return "another one's card"
      const ids =
        row.operationId === 'trackEventV2'
          ? {}
          : {
              integrationId: derive('event', setup.audience, profileId, textOf(said.integrationId)),
              ...(said.connectedSessionId !== undefined && {
                connectedSessionId: sessionIdOf(setup, profileId, textOf(said.connectedSessionId)),
              }),
            }
      return { ...words, body: { ...pick(said, ['type', 'attributes', 'loyaltyCards', 'responseContent']), profileId, ...ids } }
    }
    case 'bestPriorPrice':
      if (list(said.skus).length > 50) return 'too many prices'
      if (isRecord(said.target) && said.target.targetType !== 'NONE') return 'prices of an audience'
      return {
        ...words,
        body: { ...pick(said, ['skus', 'timeframeEndDate', 'timeframe', 'timeframeEndDateType']), target: { targetType: 'NONE' } },
      }
    default:
      return { ...words, body: undefined }
  }

  function sessionWords(
    session: Record<string, unknown>,
    { limits, pricing }: Setup,
    owner: string,
    own: readonly string[],
  ): Record<string, unknown> | string {
    if (session.state !== undefined && session.state !== 'open') return 'a state that is not open'
    if (list(session.loyaltyCards).some((card) => !own.includes(String(card)))) return "another one's card"
    if (hasOthers(session.attributes, fields.sessionAttributes)) return 'an attribute that is not for shoppers'
    const items = list(session.cartItems).filter(isRecord)
    if (items.some(({ attributes }) => hasOthers(attributes, fields.itemAttributes)))
      return 'an attribute of a line that is not for shoppers'
    if (items.length > (limits === 'small' ? small.lines : 1000)) return 'too many lines'
    if (list(session.couponCodes).length > (limits === 'small' ? small.coupons : 10)) return 'too many codes'
    const words = { ...pick(session, ['couponCodes', 'referralCode', 'loyaltyCards', 'attributes']), profileId: owner, state: 'open' }
    if (pricing === 'unsafe-trust-browser') {
      const lines = session.cartItems === undefined ? {} : { cartItems: items.map((item) => pick(item, itemFields)) }
      return { ...words, ...pick(session, ['additionalCosts']), ...lines }
    }
    if (session.cartItems === undefined) return words
    if (pricing === 'catalog') return { ...words, cartItems: items.map((item) => pick(item, ['sku', 'quantity', 'attributes'])) }
    if (items.some(({ sku }) => priceOf(sku) === undefined)) return 'something that is not sold'
    const priced = items.map((item) => ({ ...pick(item, ['sku', 'quantity', 'attributes']), price: priceOf(item.sku), category: 'Priced' }))
    return { ...words, cartItems: priced, additionalCosts: { shipping: { price: 4.9 } } }
  }
}

function hasOthers(attributes: unknown, allowed: readonly string[] = []): boolean {
  return isRecord(attributes) && Object.keys(attributes).some((name) => !allowed.includes(name))
}

function isOn({ operationId }: Endpoint, { operations }: Setup): boolean {
  const { reservations, referrals, profileAttributes, events, joinLoyaltyProgram, bestPriorPrice } = operations
  const switched: Readonly<Record<string, unknown>> = {
    createCouponReservation: reservations,
    deleteCouponReservation: reservations,
    createReferral: referrals,
    updateCustomerProfileV2: profileAttributes,
    trackEventV2: events,
    trackEventV3: events,
    joinLoyaltyProgram,
    bestPriorPrice,
  }
  return !(operationId in switched) || Boolean(switched[operationId])
}

/** Every profile that a shopper's request names where its row has an identity. */
function namedProfiles(
  { identity, params: { integrationId } }: Endpoint,
  params: Record<string, string>,
  body: Record<string, unknown>,
): string[] {
  if (identity === undefined) return []
  if (integrationId !== undefined && identity === '/integrationId') return [params.integrationId ?? '']
  const session = isRecord(body.customerSession) ? body.customerSession : body
  const value =
    session[
      identity
        .split('/')
        .filter((name) => name !== '0')
        .at(-1) ?? ''
    ]
  return [value].flat().filter((id) => typeof id === 'string')
}
