/** Who may do what to whom: every operation, for everybody who may ask, with a foreign id in every place of its row; generated from the table. */
import type { StaffScope } from 'talon-one-react/proxy'
import { shopperSessionId } from 'talon-one-react/proxy'
import { expect, test } from 'vitest'
import { allFields, type Endpoint, fill } from '../../src/endpoint.ts'
import { isRecord } from '../../src/record.ts'
import { deriveId } from '../../src/proxy/session-id.ts'
import type { Fields, Shape } from '../../src/shape.ts'
import { allScopes, answerOf, createAnsweredOffice, day } from './proxy-office.ts'
import { codeOf, createShop, everyField, everything, mayBeSaid, readSent, rows, secret, type Sent, shopperRows } from './proxy-shop.ts'

/** A place in a row's input that holds a text. A segment `0` is an entry of a list, `*` one of a map. */
interface Place {
  pointer: string
  /** Whose or what the text names. `text`: nobody's, such as a SKU or the id of a campaign. */
  names: 'profile' | 'session' | 'card' | 'event' | 'text'
}

function placesOf(row: Endpoint): Place[] {
  const visit = (shape: Shape, pointer: string): Place[] => {
    switch (shape.is) {
      case 'string':
        return [{ pointer, names: namedBy(row, shape, pointer) }]
      case 'list':
        return visit(shape.of, `${pointer}/0`)
      case 'map':
        return visit(shape.of, `${pointer}/*`)
      case 'attributes':
      case 'json':
        return [{ pointer: `${pointer}/*`, names: 'text' }]
      case 'nullable':
        return visit(shape.of, pointer)
      case 'object':
        return within(shape.fields, pointer)
      case 'kind':
        return Object.values(shape.of).flatMap((fields) => within(fields, pointer))
      default:
        return []
    }
  }
  const within = (fields: Fields, pointer: string): Place[] =>
    Object.entries(fields).flatMap(([field, shape]) => visit(shape, `${pointer}/${field.replace(/\?$/, '')}`))
  return within(allFields(row), '')
}

// By name, where the table has no mark: sessions, cards and events are called the same in every row.
function namedBy(row: Endpoint, shape: Shape & { is: 'string' }, pointer: string): Place['names'] {
  if (shape.profile || pointer === row.identity) return 'profile'
  const name = pointer.split('/').findLast((part) => !/^[0*]$/.test(part)) ?? ''
  if (/session(id|ids)$/i.test(name)) return 'session'
  if (/^(loyaltyCards?|loyaltyCardId)$/.test(name)) return 'card'
  return pointer === '/integrationId' && /event/i.test(row.operationId) ? 'event' : 'text'
}

// What sounds like an id and is nobody's: of campaigns, rules, programs and the shop's own things, or for staff alone.
const ofNobody = /^(achievementIds|campaignIds|subledgerId|storeIntegrationId|identifiers|transactionUUIDs?|audienceIntegrationId)$/

test('every text of a shopper’s row that sounds like an id is known for whose it is', () => {
  const unknown = shopperRows.flatMap(([, row]) =>
    placesOf(row)
      .filter(({ names }) => names === 'text')
      .map(({ pointer }) => pointer.split('/').findLast((part) => !/^[0*]$/.test(part)) ?? '')
      .filter((name) => /(ids?|uuids?|identifiers?)$/i.test(name) && !ofNobody.test(name)),
  )
  expect(unknown).toEqual([])
  const counted = Object.groupBy(
    shopperRows.flatMap(([, row]) => placesOf(row)),
    ({ names }) => names,
  )
  // A row that gains or loses a place shows here.
  expect(Object.fromEntries(Object.entries(counted).map(([names, places]) => [names, places?.length]))).toEqual({
    profile: 15,
    session: 7,
    card: 6,
    event: 1,
    text: expect.any(Number),
  })
})

/** Somebody who asks, and what is theirs. */
interface Who {
  name: string
  profileId: string
  cards: readonly string[]
  headers: Record<string, string>
}

const shopper = (profileId: string): Who => ({
  name: profileId,
  profileId,
  cards: [`card-of-${profileId}`],
  headers: { 'x-test-shopper': profileId },
})
const guestId = 'AAAAAAAAAAAAAAAAAAAAAA'
const guest: Who = {
  name: 'a guest',
  profileId: `guest_${guestId}`,
  cards: [],
  headers: { cookie: `__Host-talon-one-guest=${guestId}.${deriveId({ secret }, 'guest', guestId)}` },
}
const [ada, bob] = [shopper('ada'), shopper('bob')]

const rate = { most: 1_000_000, perMs: 60_000 }

/** A shop in which everybody may do everything that anybody may. */
function openShop(row: Endpoint, options: Parameters<typeof createShop>[0] = {}) {
  const shop = createShop({
    operations: everything,
    fields: everyField,
    limits: { requests: rate, codes: rate, networkCodes: rate, guests: rate },
    guests: true,
    network: () => '203.0.113.7',
    fetch: async () => answerOf(row),
    ...options,
  })
  const say = (input: Record<string, unknown>, headers: Record<string, string>) => {
    const { path, body } = unchecked(row, input)
    return shop.call(row.method, path, { body, headers, shopper: null })
  }
  return { ...shop, say }
}

/** A request as somebody makes it who does not ask the table. */
function unchecked({ path, params, query, body }: Endpoint, input: Record<string, unknown>): { path: string; body: unknown } {
  const names = (fields: Fields = {}) => Object.keys(fields).map((field) => field.replace(/\?$/, ''))
  const filled = path.replace(/\{(\w+)\}/g, (_, name: keyof typeof params) => encodeURIComponent(String(input[name])))
  const search = Object.entries(query).flatMap(([field, shape]) => {
    const name = field.replace(/\?$/, '')
    const values = [input[name] ?? []].flat().map(String)
    const inOne = shape.is === 'list' && shape.inOne && values.length > 0
    return (inOne ? [values.join(',')] : values).map((value): [string, string] => [name, value])
  })
  const given = names(body).filter((name) => input[name] !== undefined)
  const text = new URLSearchParams(search).toString()
  return {
    path: text === '' ? filled : `${filled}?${text}`,
    body: body && Object.fromEntries(given.map((name) => [name, input[name]])),
  }
}

/** What a row may say in somebody's mouth. */
function saidBy({ profileId, cards }: Who, { operationId }: Endpoint): Record<string, unknown> {
  const text = JSON.stringify(mayBeSaid[operationId])
  const own = cards[0] === undefined ? text.replaceAll('["card-of-ada"]', '[]') : text.replaceAll('card-of-ada', cards[0])
  return JSON.parse(own.replaceAll('"ada"', JSON.stringify(profileId))) as Record<string, unknown>
}

/** What is somebody else's, under every name that there is for it. */
const foreignOf = (other: Who): string[] => [
  other.profileId,
  `card-of-${other.name}`,
  'basket',
  shopperSessionId({ secret }, other.profileId, 'basket'),
  deriveId({ secret }, 'event', other.profileId, 'event'),
]

/** An input with a value at a pointer; `at` is the place in the last list of it. */
function placed(into: unknown, [name, ...rest]: readonly string[], value: unknown, at: number): unknown {
  if (name === undefined) return value
  if (name !== '0') return { ...Object(into), [name]: placed(isRecord(into) ? into[name] : undefined, rest, value, at) }
  const list: readonly unknown[] = Array.isArray(into) ? into : []
  const index = Math.min(at, list.length)
  return list.toSpliced(index, 1, placed(list[index] ?? list[0], rest, value, at))
}

function valuesAt(at: unknown, [name, ...rest]: readonly string[]): unknown[] {
  if (name === undefined) return at === undefined ? [] : [at]
  if (name === '0') return Array.isArray(at) ? at.flatMap((entry) => valuesAt(entry, rest)) : []
  if (name === '*') return isRecord(at) ? Object.values(at).flatMap((entry) => valuesAt(entry, rest)) : []
  return isRecord(at) ? valuesAt(at[name], rest) : []
}

/** Everything that a request upstream names and that is not the asker's. */
function foreignIn(row: Endpoint, request: Sent, { profileId, cards }: Who, said: readonly string[]): unknown[] {
  const own: Record<Place['names'], ReadonlySet<string> | undefined> = {
    profile: new Set([profileId]),
    session: new Set(said.map((id) => shopperSessionId({ secret }, profileId, id))),
    card: new Set(cards),
    event: new Set(said.map((id) => deriveId({ secret }, 'event', profileId, id))),
    text: undefined,
  }
  const input = readSent(row, request)
  return placesOf(row).flatMap(({ pointer, names }) =>
    valuesAt(input, pointer.split('/').slice(1)).filter((value) => own[names] && !own[names].has(String(value))),
  )
}

const asking: readonly [Who, Who][] = [
  [ada, bob],
  [bob, ada],
  [guest, ada],
  [ada, guest],
]

test.each(shopperRows)('T01 %s leads to nothing of anybody else’s, wherever a foreign id stands', async (_, row) => {
  let sentOn = 0
  let refused = 0
  for (const [who, other] of asking) {
    const { say, sent } = openShop(row)
    const base = saidBy(who, row)
    for (const { pointer, names } of placesOf(row)) {
      for (const foreign of foreignOf(other)) {
        for (const at of pointer.includes('/0') ? [0, 1] : [0]) {
          sent.length = 0
          const input = placed(base, pointer.split('/').slice(1), foreign, at) as Record<string, unknown>
          const response = await say(input, who.headers)
          const cell = `${who.name} with ${foreign} at ${pointer} (${at})`
          const code = response.ok ? undefined : await codeOf(response)
          if (sent.length === 0) {
            refused++
            expect([400, 404, 422], cell).toContain(response.status)
          } else {
            sentOn++
            expect([response.ok, sent.length], cell).toEqual([true, 1])
            for (const request of sent) expect(foreignIn(row, request, who, ['basket', 'basket-2', 'event', foreign]), cell).toEqual([])
          }
          if (names === 'profile' || names === 'card') expect(sent, cell).toEqual([])
          if (pointer === row.identity) expect([response.status, code], cell).toEqual([404, 'not_found'])
          if (names === 'card' && foreign.startsWith('card') && at === 0)
            expect([response.status, code], cell).toEqual(row.params.loyaltyCardId ? [404, 'not_found'] : [422, 'field_not_allowed'])
        }
      }
    }
  }
  expect(sentOn + refused).toBeGreaterThan(0)
})

test.each(shopperRows)('T01 %s with nothing foreign in it is carried out for each of them, under their own ids', async (_, row) => {
  for (const who of [ada, bob, guest]) {
    const { say, sent } = openShop(row)
    const response = await say(saidBy(who, row), who.headers)
    const needsCard = 'loyaltyCardId' in row.params && who.cards.length === 0
    if (needsCard) expect([response.status, sent], who.name).toEqual([404, []])
    else {
      expect([response.ok, sent.length], who.name).toEqual([true, 1])
      for (const request of sent) expect(foreignIn(row, request, who, ['basket', 'basket-2', 'event'])).toEqual([])
    }
  }
})

/** What `identify` may return instead of an identity, whatever its type promised. */
const hostile: readonly unknown[] = [undefined, '', 0, [], 'ada', { profileId: '' }, { profileId: '..' }, { profileId: ['ada'] }, {}]

const examples = rows.map((row): [string, Endpoint, Record<string, unknown>] => {
  const found = row.audience === 'shopper' ? mayBeSaid[row.operationId] : day.find((ask) => ask.row === row)?.input
  return [row.operationId, row, isRecord(found) ? found : {}]
})

test.each(examples)('T19 %s reaches nobody for a hostile identity, for nobody, or where it is not a shopper’s', async (_, row, input) => {
  const isShoppers = row.audience === 'shopper'
  for (const identity of hostile) {
    // The point of the test is what the types forbid.
    const { say, sent } = openShop(row, { identify: () => identity as { profileId: string } })
    const response = await say(input, {})
    expect([response.status, await codeOf(response), sent]).toEqual([...(isShoppers ? [500, 'identity_invalid'] : [404, 'not_found']), []])
  }
  const { call, sent } = createShop({ operations: everything, fields: everyField, fetch: async () => answerOf(row) })
  const { method, path, search, body } = fill(row, input)
  const unknown = await call(method, path + search, { body, shopper: null })
  expect([unknown.status, await codeOf(unknown), sent]).toEqual([...(isShoppers ? [401, 'unauthenticated'] : [404, 'not_found']), []])
  if (isShoppers) return
  for (const { headers, name } of [ada, bob, guest]) {
    const shop = openShop(row)
    const response = await shop.say(input, headers)
    expect([response.status, await codeOf(response), shop.sent], name).toEqual([404, 'not_found', []])
  }
})

test.each(shopperRows)('T07 %s of somebody whom nobody has met is of a guest of its own, or of nobody', async (_, row) => {
  const { say, sent } = openShop(row)
  const { dry: _dry, ...base } = mayBeSaid[row.operationId] ?? {}
  const asked = JSON.parse(JSON.stringify(base).replaceAll('"ada"', '"me"').replaceAll('["card-of-ada"]', '[]')) as Record<string, unknown>
  const response = await say(asked, {})
  const isEverybodys = row.operationId === 'bestPriorPrice'
  if (row.kind === 'read' && !isEverybodys) {
    const isWallet = row.operationId === 'getCustomerInventory'
    expect([response.status, await response.text(), sent, response.headers.get('set-cookie')]).toEqual([
      isWallet ? 200 : 404,
      isWallet ? '{}' : expect.stringContaining('not_found'),
      [],
      null,
    ])
    return
  }
  expect([response.ok, sent.length]).toEqual([true, 1])
  const profiles = sent.flatMap((request) =>
    placesOf(row)
      .filter(({ names }) => names === 'profile')
      .flatMap(({ pointer }) => valuesAt(readSent(row, request), pointer.split('/').slice(1))),
  )
  for (const profileId of profiles) expect(profileId).toMatch(/^guest_[\w-]{22}$/)
  expect(profiles.length).toBe(row.identity === undefined ? 0 : 1)
  if (!isEverybodys) expect(response.headers.get('set-cookie')).toMatch(/^__Host-talon-one-guest=/)
})

const scopeOf = ({ audience, kind }: Endpoint): StaffScope => (audience === 'destructive' ? 'destructive' : kind)
const scopeSets: readonly (readonly unknown[])[] = [[], ['read'], ['write'], ['destructive'], allScopes, ['READ', 'write ', '*', null]]

test.each(examples)('T24 %s is for staff with its scope, who have just signed in where it destroys, and for no others', async (_, row) => {
  const { input } = day.find((ask) => ask.row === row) ?? expect.fail('no example')
  for (const scopes of scopeSets) {
    for (const signedInAt of [new Date(), new Date(Date.now() - 600_000), undefined]) {
      // Scopes that nobody knows are what the types forbid.
      const staff = { subject: 'clerk', scopes: scopes as StaffScope[], ...(signedInAt && { signedInAt }) }
      const { say, sent } = createAnsweredOffice(() => answerOf(row), { identify: () => staff })
      const response = await say(row, input)
      const isFresh = signedInAt !== undefined && Date.now() - signedInAt.getTime() < 300_000
      const refusal = !scopes.includes(scopeOf(row))
        ? 'operation_forbidden'
        : scopeOf(row) === 'destructive' && !isFresh
          ? 'sign_in_again'
          : undefined
      if (refusal === undefined) expect([response.ok, sent.length]).toEqual([true, 1])
      else expect([response.status, await codeOf(response), sent]).toEqual([403, refusal, []])
    }
  }
  for (const identity of [
    ...hostile,
    { subject: 'clerk' },
    { subject: '', scopes: allScopes },
    { subject: 'clerk', scopes: 'read write' },
  ]) {
    // The point of the test is what the types forbid.
    const { say, sent } = createAnsweredOffice(() => answerOf(row), { identify: () => identity as never })
    const response = await say(row, input)
    expect([response.status, await codeOf(response), sent]).toEqual([500, 'identity_invalid', []])
  }
  const { say, sent } = createAnsweredOffice(() => answerOf(row), { identify: () => null })
  const response = await say(row, input)
  expect([response.status, await codeOf(response), sent]).toEqual([401, 'unauthenticated', []])
})
