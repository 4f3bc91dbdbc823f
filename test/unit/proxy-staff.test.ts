/** Who of the staff may do what, and what goes upstream: row by row, generated from the table. */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import type { StaffProxyOptions, StaffScope } from 'talon-one-react/proxy'
import { expect, test } from 'vitest'
import { allFields, type Endpoint, fill } from '../../src/endpoint.ts'
import {
  createAudienceV2,
  createReferralsForMultipleAdvocates,
  deleteCustomerData,
  getCustomerInventory,
  getCustomerSession,
  trackEventV2,
  trackEventV3,
  updateCustomerSessionV2,
} from '../../src/endpoints.ts'
import { readShape, type Shape } from '../../src/shape.ts'
import { hardTexts, inputsOf } from '../arbitrary.ts'
import { allScopes, answerOf, createAnsweredOffice, createOffice, day, profileFields, saysMe } from './proxy-office.ts'
import { codeOf, key, readSent, rows } from './proxy-shop.ts'

const runs = { numRuns: Number(process.env.RUNS ?? 20), seed: Number(process.env.SEED ?? 1) }

const named = (of: readonly Endpoint[]) => of.map((row): [string, Endpoint] => [row.operationId, row])
const sayable = (row: Endpoint) => inputsOf(row).filter((input) => !saysMe(row, input))
const sample = (row: Endpoint) => fc.sample(sayable(row), { ...runs, numRuns: 1 })[0] ?? {}

const scopeSets: readonly (readonly StaffScope[])[] = [
  [],
  ['read'],
  ['write'],
  ['destructive'],
  ['read', 'write'],
  ['read', 'destructive'],
  ['write', 'destructive'],
  allScopes,
]

const scopeOf = ({ audience, kind }: Endpoint): StaffScope => (audience === 'destructive' ? 'destructive' : kind)

test.each(named(rows))('%s is there for every set of scopes that holds its own, and for no other', async (_, row) => {
  for (const scopes of scopeSets) {
    const { say, sent } = createAnsweredOffice(() => answerOf(row), {
      identify: () => ({ subject: 'clerk', scopes, signedInAt: new Date() }),
    })
    const response = await say(row, sample(row))
    if (scopes.includes(scopeOf(row))) expect([response.ok, sent.length], scopes.join()).toEqual([true, 1])
    else expect([response.status, await codeOf(response), sent], scopes.join()).toEqual([403, 'operation_forbidden', []])
  }
})

test("how long ago staff have signed in is told by the proxy's clock", async () => {
  const signedInAt = new Date('2026-05-01T12:00:00Z')
  const clock = { now: () => signedInAt.getTime() + 290_000 }
  const identify = () => ({ subject: 'clerk', scopes: allScopes, signedInAt })
  const { say } = createOffice({ identify, clock, fetch: async () => new Response(null, { status: 200 }) })
  expect((await say(deleteCustomerData, { integrationId: 'anna' })).ok).toBe(true)
  clock.now = () => signedInAt.getTime() + 301_000
  expect(await codeOf(await say(deleteCustomerData, { integrationId: 'anna' }))).toBe('sign_in_again')
})

test.each<[string, Date | undefined, number]>([
  ['now', new Date(), 200],
  ['almost five minutes ago', new Date(Date.now() - 290_000), 200],
  ['by a clock that is a little ahead', new Date(Date.now() + 30_000), 200],
  ['more than five minutes ago', new Date(Date.now() - 301_000), 403],
  ['in an hour', new Date(Date.now() + 3_600_000), 403],
  ['never', undefined, 403],
  ['on a day that is none', new Date('nonsense'), 403],
])('who signed in %s may delete something or must sign in again', async (_, signedInAt, status) => {
  const identify = () => ({ subject: 'clerk', scopes: allScopes, ...(signedInAt && { signedInAt }) })
  const { say, sent, events } = createOffice({ identify, fetch: async () => new Response(null, { status: 200 }) })
  const response = await say(deleteCustomerData, { integrationId: 'anna' })
  expect([response.status === 204 ? 200 : response.status, sent.length]).toEqual([status, status === 200 ? 1 : 0])
  if (status === 403) expect(await codeOf(response)).toBe('sign_in_again')
  const audited = events.filter(({ type }) => type === 'destructive')
  expect(audited).toEqual(status === 200 ? [{ type: 'destructive', operationId: 'deleteCustomerData', subject: 'clerk' }] : [])
  expect((await say(getCustomerInventory, { integrationId: 'anna' })).status).not.toBe(403)
})

test('what the scopes are about', () => {
  const of = (scope: StaffScope) => rows.filter((row) => scopeOf(row) === scope)
  expect(allScopes.map((scope) => of(scope).length)).toEqual([14, 24, 4])
  expect(of('read').filter(({ method, operationId }) => method !== 'GET' && operationId !== 'bestPriorPrice')).toEqual([])
  expect(of('destructive').map(({ operationId }) => operationId)).toEqual([
    'deleteCustomerData',
    'deleteAudienceV2',
    'deleteAudienceMembershipsV2',
    'deleteLoyaltyTransactionsFromLedgers',
  ])
})

test.each(named(rows))('%s goes upstream whole, under the real ids, once', async (_, row) => {
  const { say, sent } = createAnsweredOffice(() => answerOf(row))
  await fc.assert(
    fc.asyncProperty(sayable(row), async (input) => {
      sent.length = 0
      expect((await say(row, input)).ok).toBe(true)
      expect(sent.map((request) => readSent(row, request))).toEqual([input])
    }),
    runs,
  )
})

test.each(named(rows))('%s with a field more is refused, and nothing is sent', async (_, row) => {
  const { call, sent } = createOffice()
  const { method, path, search, body } = fill(row, sample(row))
  const answers = [await call(method, `${path}${search === '' ? '?' : `${search}&`}extra=1`, { body })]
  // Of a body that is a map of names nobody knows beforehand, every name is one.
  if (row.body && row.bodyIs === undefined) answers.push(await call(method, path + search, { body: { ...Object(body), extra: 1 } }))
  for (const response of answers) expect([response.status, await codeOf(response)]).toEqual([400, 'invalid_request'])
  expect(sent).toEqual([])
})

// By its name, so that the table's own marks are held to something else than themselves.
const soundsLikeProfile = /^(integrationId|integrationIDs|profileId|\w*ProfileIds?|\w*profileIntegrationIds?)$/i
// The id of an event, and of an audience in another system.
const ofSomethingElse = ['trackEventV3/integrationId', 'getEventV3/integrationId', 'createAudienceV2/integrationId']

test.each(named(rows))('%s has each field that names a profile marked, or as its identity', (operationId, row) => {
  const marked: string[] = []
  const sounding: string[] = []
  const visit = (shape: Shape, pointer: string, name: string): void => {
    if (shape.is === 'list') return visit(shape.of, `${pointer}/0`, name)
    if (shape.is === 'map' || shape.is === 'nullable') return visit(shape.of, pointer, '')
    const groups = shape.is === 'object' ? [shape.fields] : shape.is === 'kind' ? Object.values(shape.of) : []
    for (const [field, inner] of groups.flatMap((fields) => Object.entries(fields))) {
      const inside = field.replace(/\?$/, '')
      visit(inner, `${pointer}/${inside}`, inside)
    }
    if (shape.is !== 'string') return
    if (shape.profile || pointer === row.identity) marked.push(pointer)
    if (soundsLikeProfile.test(name) && !ofSomethingElse.includes(operationId + pointer)) sounding.push(pointer)
  }
  visit({ is: 'object', fields: allFields(row) }, '', '')
  expect(marked.toSorted()).toEqual([...(profileFields[operationId] ?? [])].toSorted())
  expect(sounding.toSorted()).toEqual(marked.toSorted())
  if (row.identity !== undefined) expect(marked).toContain(row.identity)
})

/** An input with a value at a pointer; an entry that a list lacks is made like its first. */
function placed(at: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value
  if (Array.isArray(at)) return at.toSpliced(Number(name), 1, placed(at[Number(name)] ?? at[0], rest, value))
  return { ...Object(at), [name]: placed(Object(at)[name], rest, value) }
}

const places = rows.flatMap((row) => (profileFields[row.operationId] ?? []).map((pointer) => ({ row, pointer, name: row.operationId })))
test.each(places)('$name does not know `me` at $pointer', async ({ row, pointer }) => {
  const { say, sent } = createOffice()
  const example = day.find((one) => one.row === row)?.input
  // Also behind somebody whom there is.
  for (const at of new Set([pointer, pointer.replace('/0', '/1')])) {
    const response = await say(row, placed(example, at.split('/').slice(1), 'me'))
    expect([response.status, await response.json(), sent], at).toEqual([
      400,
      expect.objectContaining({ code: 'invalid_request', issues: [{ pointer: at, message: expect.stringContaining('`me`') }] }),
      [],
    ])
  }
})

test('`me` is a word like any other where it names no profile', async () => {
  const { say, sent } = createAnsweredOffice(() => Response.json({}))
  for (const [row, input] of [
    [trackEventV3, { profileId: 'anna', integrationId: 'me', type: 'me', attributes: { Who: 'me' } }],
    [getCustomerSession, { customerSessionId: 'me' }],
    [createAudienceV2, { name: 'me', integrationId: 'me' }],
  ] as const)
    expect((await say(row, input)).ok).toBe(true)
  expect(sent).toHaveLength(3)
})

test('whose a thing is must be said where the API asks for it, and may be left out where it does not', async () => {
  const { call, sent } = createOffice({ fetch: async () => Response.json({}) })
  for (const [path, body] of [
    ['/v1/referrals', { campaignId: 5 }],
    ['/v1/coupon_reservations/SAVE10', { integrationIDs: [''] }],
    ['/v2/events', { type: 'looked' }],
  ] as const) {
    const response = await call('POST', path, { body })
    expect([response.status, await codeOf(response)], path).toEqual([400, 'invalid_request'])
  }
  expect(sent).toEqual([])
  expect((await call('PUT', '/v2/customer_sessions/cart', { body: { customerSession: { state: 'closed' } } })).status).toBe(200)
  expect(sent[0]?.body).toEqual({ customerSession: { state: 'closed' } })
})

test('nobody is nobody: without an identity nothing is sent', async () => {
  const { call, sent } = createOffice()
  const response = await call('GET', '/v2/customer_sessions/cart', { subject: null })
  expect([response.status, await codeOf(response), sent]).toEqual([401, 'unauthenticated', []])
})

test.each([
  undefined,
  '',
  0,
  [],
  {},
  'clerk',
  { subject: 'clerk' },
  { scopes: allScopes },
  { subject: '', scopes: allScopes },
  { subject: 7, scopes: allScopes },
  { subject: 'a\nb', scopes: allScopes },
  { subject: 'x'.repeat(1001), scopes: allScopes },
  { subject: 'clerk', scopes: 'read write' },
  { subject: 'clerk', scopes: { includes: () => true } },
  { subject: 'clerk', scopes: null },
])('an identity that is none fails closed: %j', async (identity) => {
  // What a careless `identify` may return, whatever its type promised.
  const { call, sent } = createOffice({ identify: () => identity as { subject: string; scopes: StaffScope[] } })
  const response = await call('GET', '/v2/customer_sessions/cart')
  expect([response.status, await codeOf(response), sent]).toEqual([500, 'identity_invalid', []])
})

test('a scope that nobody knows grants nothing', async () => {
  const scopes = ['*', 'READ', 'read ', 'admin', 'shopper', 'undefined', ['read']]
  // As above.
  const { call, sent } = createOffice({
    identify: () => ({ subject: 'clerk', scopes: scopes as unknown as StaffScope[], signedInAt: new Date() }),
  })
  expect((await call('GET', '/v2/customer_sessions/cart')).status).toBe(403)
  expect(sent).toEqual([])
})

test('`identify` that throws or rejects is a failure, and nobody is told of what', async () => {
  const identities: StaffProxyOptions['identify'][] = [
    () => {
      throw new Error(key)
    },
    () => Promise.reject(new Error(key)),
  ]
  for (const identify of identities) {
    const { call, sent, events } = createOffice({ identify })
    const response = await call('GET', '/v2/customer_sessions/cart')
    const text = await response.text()
    expect([response.status, sent]).toEqual([500, []])
    expect(text + JSON.stringify(events)).not.toContain(key)
    expect(events).toContainEqual(expect.objectContaining({ type: 'failed', error: 'Error' }))
  }
})

test.each([
  ['GET', '/v1/anything'],
  ['GET', '/'],
  ['GET', '/v1/customer_profiles/../inventory'],
  ['GET', '/v1/customer_profiles/%2e%2e/inventory'],
  ['GET', '/v1/customer_profiles/.%2E/inventory'],
  ['GET', '/v1/customer_profiles/anna/inventory/'],
  ['GET', '/v1/customer_profiles//inventory'],
  ['GET', '/v1/customer_profiles/anna/inventory.css'],
  ['GET', '//v1/customer_profiles/anna/inventory'],
  ['GET', '/v1/customer_profiles/%E0%A4%A/inventory'],
  ['DELETE', '/v2/customer_data/%2e%2e'],
  ['POST', '/v1/coupon_reservations/%2e%2e/x'],
])('%s %s does not exist', async (method, path) => {
  const { call, sent } = createOffice()
  const response = await call(method, path, method === 'POST' ? { body: {} } : {})
  expect([response.status, await codeOf(response), sent]).toEqual([404, 'not_found', []])
})

const textParams = ({ params }: Endpoint) => Object.entries(params).filter(([, shape]) => shape.is === 'string')
const withTexts = rows.filter((row) => textParams(row).length > 0)
test.each(named(withTexts))('%s leads nowhere but to its own path, whatever an id is', async (_, row) => {
  const { call, sent } = createAnsweredOffice(() => answerOf(row))
  const input = sample(row)
  const { method, search, body } = fill(row, input)
  for (const [name, shape] of textParams(row)) {
    for (const text of hardTexts.filter((one) => one !== 'me')) {
      sent.length = 0
      const params = { ...input, [name]: text }
      const path = row.path.replace(/\{(\w+)\}/g, (_whole, param: keyof typeof params) => encodeURIComponent(String(params[param])))
      const response = await call(method, path + search, { body })
      const isDots = text === '.' || text === '..'
      const fits = !isDots && isDeepStrictEqual([readShape(shape, text, '', [])], [text])
      expect([response.ok, sent.map((request) => readSent(row, request)[name])], path).toEqual(fits ? [true, [text]] : [false, []])
      for (const { url } of sent) expect(url.pathname.split('/').length).toBe(row.path.split('/').length)
    }
  }
})

test('another method on a path that exists is told which ones there are, and nobody is asked who it is', async () => {
  let asked = 0
  const { call } = createOffice({ identify: () => (asked++, null) })
  const response = await call('POST', '/v2/customer_sessions/cart', { body: {} })
  expect([response.status, response.headers.get('allow'), asked]).toEqual([405, 'PUT, GET', 0])
})

test.each([
  [{ 'x-talon-client': '' }],
  [{ 'sec-fetch-site': 'cross-site' }],
  [{ 'sec-fetch-site': 'same-site' }],
  [{ 'sec-fetch-site': 'none' }],
])('a request that another site could have caused is refused: %j', async (headers) => {
  const { call, sent } = createOffice()
  const response = await call('GET', '/v2/customer_sessions/cart', { headers })
  expect([response.status, await codeOf(response), sent]).toEqual([403, 'csrf_rejected', []])
})

test('the headers that go upstream are the proxy’s own, whatever comes', async () => {
  const { say, sent } = createOffice()
  const headers = {
    cookie: 'sid=1',
    authorization: 'ApiKey-v1 mine',
    'content-signature': 'signer=1; signature=00',
    'x-forwarded-for': '1.2.3.4',
    forwarded: 'host=evil.example',
    'x-http-method-override': 'DELETE',
    'content-encoding': 'identity',
    'accept-language': 'de',
    connection: 'authorization',
  }
  await say(updateCustomerSessionV2, { customerSessionId: 'cart', customerSession: { profileId: 'anna' } }, { headers })
  await say(getCustomerInventory, { integrationId: 'anna' }, { headers: { ...headers, 'idempotency-key': 'key-1' } })
  const authorization = `ApiKey-v1 ${key}`
  expect(sent.map((request) => [request.method, request.redirect, Object.fromEntries(request.headers)])).toEqual([
    ['PUT', 'manual', { accept: 'application/json', 'accept-encoding': 'identity', 'content-type': 'application/json', authorization }],
    ['GET', 'manual', { accept: 'application/json', 'accept-encoding': 'identity', authorization }],
  ])
})

test('bodies have a type, a limit, and are JSON in UTF-8', async () => {
  const { call, sent } = createOffice()
  const put = (body: string, type = 'application/json') =>
    call('PUT', '/v2/customer_sessions/cart', { body, headers: { 'content-type': type } })
  expect((await put('{}', 'text/plain')).status).toBe(415)
  expect((await put('{')).status).toBe(400)
  expect((await put('{"customerSession":{"attributes":{"__proto__":{"vip":true}}}}')).status).toBe(400)
  const filled = (length: number) => `{"customerSession":{"attributes":{"Note":"${'x'.repeat(length)}"}}}`
  const around = filled(0).length
  expect((await put(filled(1_048_577 - around))).status).toBe(413)
  expect(sent).toEqual([])
  expect((await put(filled(1_048_576 - around))).status).toBe(200)
})

test.each(named(rows))('%s has an idempotency key exactly where its row is keyed, and never the plain one', async (_, row) => {
  const { say, sent } = createAnsweredOffice(() => answerOf(row))
  await say(row, sample(row))
  await say(row, sample(row), { headers: { 'idempotency-key': 'key-1' } })
  const derived = row.kind === 'write' && row.repeat === 'keyed' ? expect.stringMatching(/^[\w-]{43}$/) : null
  expect(sent.map(({ headers }) => headers.get('idempotency-key'))).toEqual([null, derived])
})

test('an idempotency key is the same for its subject, whatever it comes with, and the same for no two', async () => {
  const { say, sent } = createOffice()
  const keyed = (idempotencyKey: string, subject = 'clerk', type = 'looked') =>
    say(trackEventV2, { profileId: 'anna', type }, { headers: { 'idempotency-key': idempotencyKey }, subject })
  await keyed('key-1')
  await keyed('key-1', 'clerk', 'reviewed')
  await keyed('key-2')
  await keyed('key-1', 'manager')
  await keyed('1', 'clerkkey-')
  await keyed('","key-1', 'clerk')
  const [first, again, ...others] = sent.map(({ headers }) => headers.get('idempotency-key'))
  expect(again).toBe(first)
  expect(new Set([first, ...others]).size).toBe(5)
  for (const malformed of ['x'.repeat(256), 'a b', 'ä']) expect((await keyed(malformed)).status).toBe(400)
  expect(sent.length).toBe(6)
})

test('an event tells the operation, the status and the time, and no id', async () => {
  const { say, events } = createOffice()
  const headers = { 'idempotency-key': 'a-key-of-mine' }
  await say(trackEventV2, { profileId: 'anna', type: 'reviewed', attributes: { Note: 'secret' } }, { headers, subject: 'jane.doe' })
  await say(createReferralsForMultipleAdvocates, { campaignId: 77, advocateProfileIntegrationIds: ['anna'], usageLimit: 1 })
  const operation = { requestId: expect.stringMatching(/^[\da-f-]{36}$/), ms: expect.any(Number) }
  expect(events).toEqual([
    { type: 'answered', operationId: 'trackEventV2', status: 204, ...operation },
    { type: 'answered', operationId: 'createReferralsForMultipleAdvocates', status: 400, ...operation },
  ])
})

test('a mount path that a framework has cut off is told once; with an empty one it is mounted there', async () => {
  const { proxy, events } = createOffice()
  for (const id of ['1', '2']) await proxy(new Request(`https://office.example/v2/customer_sessions/${id}`))
  expect(events.filter(({ type }) => type === 'warning')).toEqual([expect.objectContaining({ option: 'basePath' })])
  const bare = createOffice({ basePath: '' })
  const headers = { 'x-talon-client': '1', 'x-test-staff': 'clerk' }
  expect((await bare.proxy(new Request('https://office.example/v1/catalogs/1/sync', { method: 'PUT', headers }))).status).toBe(415)
})

test.each([
  [{ identify: undefined }, '`identify`'],
  [{ identify: { subject: 'clerk', scopes: allScopes } }, '`identify`'],
  [{ basePath: 'talon-one/' }, '`basePath`'],
  [{ upstream: undefined }, '`upstream`'],
  [{ upstream: { baseUrl: 'http://shop.talon.one', apiKey: key } }, '`upstream.baseUrl`'],
  [{ upstream: { baseUrl: 'https://shop.talon.one/path', apiKey: key } }, '`upstream.baseUrl`'],
  [{ upstream: { baseUrl: undefined, apiKey: key } }, '`upstream.baseUrl`'],
  [{ upstream: { baseUrl: 'https://shop.talon.one', apiKey: `${key}\nx` } }, '`upstream.apiKey`'],
  [{ upstream: { baseUrl: 'https://shop.talon.one', apiKey: undefined } }, '`upstream.apiKey`'],
  [{ timeouts: { upstream: Number.NaN } }, '`timeouts.upstream`'],
  [{ limits: { body: -1 } }, '`limits.body`'],
])('bad configuration refuses to start and names the option only: %j', (options, option) => {
  // The point of the test is what the types forbid.
  const start = () => createOffice(options as unknown as Partial<StaffProxyOptions>)
  expect(start).toThrow(`createStaffProxy: ${option}`)
  expect(start).not.toThrow(key)
})
