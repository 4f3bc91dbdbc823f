/** What a mounted proxy must do, whatever it runs in: asked over HTTP, with nothing of any test runner. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { shopperSessionId } from '../../src/proxy/index.ts'
import { serve } from '../http-server.ts'
import type { Trouble, TroubledUpstream } from './upstream.ts'

/** A running mount of `stories/mounts`. */
export interface Mount {
  /** Its origin. */
  url: string
  upstream: TroubledUpstream
  /** Its `SESSION_SECRET`. */
  secret: string
}

export interface Verdict {
  name: string
  /** What is wrong; undefined when nothing is. */
  error?: unknown
}

type Check = (shop: Shop) => Promise<void>

/** Runs every check. Those that wait for a deadline of the proxy run beside the others. */
export async function runSuite(mount: Mount): Promise<Verdict[]> {
  const shop = createShop(mount)
  const run = async ([name, check]: [string, Check]): Promise<Verdict> => {
    try {
      await check(shop)
      return { name }
    } catch (error) {
      return { name, error }
    }
  }
  const waiting = Object.entries(slowChecks).map(run)
  const verdicts: Verdict[] = []
  for (const entry of Object.entries(checks)) verdicts.push(await run(entry))
  verdicts.push(...(await Promise.all(waiting)))
  for (const entry of Object.entries(lastChecks)) verdicts.push(await run(entry))
  return verdicts
}

interface Call {
  /** Who is signed in; undefined for nobody. */
  shopper?: string
  cookie?: string
  headers?: Record<string, string>
  body?: unknown
  signal?: AbortSignal
  /** Default: a connection of its own. */
  agent?: Agent
}

interface Answered {
  status: number
  headers: Headers
  text: string
  json: Record<string, unknown>
}

type Shop = ReturnType<typeof createShop>

function createShop({ url, upstream, secret }: Mount) {
  const answers: string[] = []

  async function call(method: string, path: string, { shopper, cookie, headers, body, signal, agent }: Call = {}): Promise<Answered> {
    const cookies = [...(shopper === undefined ? [] : [customerCookie(secret, shopper)]), ...(cookie === undefined ? [] : [cookie])]
    const response = await send(`${url}/talon-one${path}`, {
      method,
      headers: {
        'x-talon-client': '1',
        ...(cookies.length > 0 && { cookie: cookies.join('; ') }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: isRaw(body) ? body : JSON.stringify(body),
      signal,
      agent,
    })
    const { text } = response
    answers.push(text, JSON.stringify([...response.headers]))
    return { ...response, json: recordIn(text) }
  }

  return {
    url,
    upstream,
    secret,
    answers,
    call,
    put: (shopper: string, session: Record<string, unknown> = {}, options: Call = {}) =>
      call('PUT', sessionPath, { shopper, body: cartOf(session), ...options }),
    get: (shopper: string, options: Call = {}) => call('GET', sessionPath, { shopper, ...options }),
    sessionId: (shopper: string, browserId = 'basket') => shopperSessionId({ secret }, shopper, browserId),
    /** Trouble for a shopper as long as the task takes. */
    during: async <Value>(shopper: string, trouble: Trouble, task: () => Promise<Value>): Promise<Value> => {
      upstream.trouble(shopper, trouble)
      try {
        return await task()
      } finally {
        upstream.trouble(shopper, undefined)
      }
    },
  }
}

const sessionPath = '/v2/customer_sessions/basket'
const walletPath = '/v1/customer_profiles/me/inventory'
const reservationPath = '/v1/coupon_reservations/WELCOME5'
const cartItems = [{ sku: 'beans', quantity: 2 }]
const cartOf = (session: Record<string, unknown> = {}) => ({
  customerSession: { profileId: 'me', cartItems, ...session },
  responseContent: ['customerSession'],
})

const safeHeaders = {
  'cache-control': 'no-store, private',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

const checks: Record<string, Check> = {
  'a cart is written, priced by the catalogue': async ({ put }) => {
    const { status, json } = await put('ada')
    assert.equal(status, 200)
    const session = recordAt(json, 'customerSession')
    assert.equal(session.integrationId, 'basket')
    assert.equal(session.profileId, 'ada')
    assert.equal(session.cartItemTotal, 25)
  },
  'and read back': async ({ put, get }) => {
    await put('reader')
    const { status, json } = await get('reader')
    assert.equal(status, 200)
    assert.equal(recordAt(json, 'customerSession').total, 25)
  },
  'Talon.One knows it by the id that every runtime derives': async ({ put, upstream, sessionId }) => {
    await put('derived')
    assert.equal(upstream.receivedOf('derived')[0]?.url.split('?')[0], `/v2/customer_sessions/${sessionId('derived')}`)
  },
  'an id of any characters arrives as it is': async ({ call, upstream, sessionId }) => {
    const id = 'a/b ü%2F?#+&.'
    const { status, json } = await call('PUT', `/v2/customer_sessions/${encodeURIComponent(id)}`, { shopper: 'letters', body: cartOf() })
    assert.equal(status, 200)
    assert.equal(recordAt(json, 'customerSession').integrationId, id)
    assert.equal(upstream.receivedOf('letters')[0]?.url.split('?')[0], `/v2/customer_sessions/${sessionId('letters', id)}`)
  },
  'nothing of the browser goes further but what was rebuilt': async ({ put, upstream }) => {
    await put('plain', {}, { headers: { 'x-forwarded-for': '203.0.113.7', 'accept-language': 'de', 'x-own': 'own' } })
    const [received] = upstream.receivedOf('plain')
    assert.equal(received?.headers.authorization, `ApiKey-v1 ${upstream.apiKey}`)
    assert.equal(received?.headers['content-type'], 'application/json')
    assert.equal(received?.headers['accept-encoding'], 'identity')
    for (const name of ['cookie', 'x-own', 'x-forwarded-for', 'x-talon-client', 'origin', 'referer']) {
      assert.equal(received?.headers[name], undefined, name)
    }
    assert.doesNotMatch(JSON.stringify(received), /203\.0\.113\.7/)
  },
  'two shoppers with one id have two carts': async ({ put, get, upstream, sessionId }) => {
    await put('carol')
    assert.equal((await get('dave')).status, 404)
    await put('dave', { cartItems: [{ sku: 'cup', quantity: 1 }] })
    assert.equal(recordAt((await get('carol')).json, 'customerSession').total, 25)
    assert.equal(recordAt((await get('dave')).json, 'customerSession').total, 8)
    assert.ok(upstream.receivedOf('dave')[0]?.url.includes(sessionId('dave')))
  },
  'prices of a browser are dropped': async ({ put, upstream }) => {
    const { json } = await put('haggler', { cartItems: [{ sku: 'beans', quantity: 2, price: 0.01 }] })
    assert.equal(recordAt(json, 'customerSession').total, 25)
    assert.doesNotMatch(upstream.receivedOf('haggler')[0]?.body ?? 'nothing was sent', /price|nothing/)
  },
  'a code is tried, and its effect answered': async ({ put }) => {
    const { json } = await put('saver', { couponCodes: ['SAVE10'] })
    assert.match(JSON.stringify(json.effects), /"acceptCoupon"/)
  },
  'the own wallet is there': async ({ call, put }) => {
    await put('owner')
    const { status, json } = await call('GET', `${walletPath}?coupons=true`, { shopper: 'owner' })
    assert.equal(status, 200)
    assert.deepEqual(json.coupons, [])
  },
  "another shopper's profile is not": async ({ call, upstream }) => {
    const { status } = await call('GET', '/v1/customer_profiles/victim/inventory?coupons=true', { shopper: 'thief' })
    assert.equal(status, 404)
    assert.equal(upstream.receivedOf('victim').length, 0)
  },
  'an answer without a body is 204, with nothing in it': async ({ call }) => {
    const body = { integrationIDs: ['me'] }
    assert.equal((await call('POST', reservationPath, { shopper: 'keeper', body })).status, 201)
    const { status, headers, text } = await call('DELETE', reservationPath, { shopper: 'keeper', body })
    assert.equal(status, 204)
    assert.equal(text, '')
    assert.equal(headers.get('content-type'), null)
    assertSafe(headers)
  },
  'success has the safe headers': async ({ put }) => {
    const { headers } = await put('safe')
    assertSafe(headers)
    assert.equal(headers.get('content-type'), 'application/json; charset=utf-8')
    assert.equal(headers.get('set-cookie'), null)
  },
  'an error says what it is, in the same words everywhere': async ({ call }) => {
    const { status, headers, json } = await call('GET', '/v1/nothing', { shopper: 'ada' })
    assert.equal(status, 404)
    assert.equal(headers.get('content-type'), 'application/problem+json; charset=utf-8')
    assertSafe(headers)
    const { requestId, ...rest } = json
    assert.match(String(requestId), /^[0-9a-f]{8}-[0-9a-f]{4}-4/)
    assert.deepEqual(rest, { type: 'about:blank', title: 'not found', status: 404, code: 'not_found', retryable: false })
  },
  'without the header that a form cannot send: 403': refused(403, 'csrf_rejected', { headers: { 'x-talon-client': '' } }),
  'from another site: 403': refused(403, 'csrf_rejected', { headers: { 'sec-fetch-site': 'cross-site' } }),
  'from a page of another origin: 403': refused(403, 'origin_not_allowed', { headers: { origin: 'https://evil.example' } }),
  'a query nobody knows: 400': refused(400, 'invalid_request', {}, 'PUT', `${sessionPath}?now=2020-01-01`),
  'a dry run, which was not switched on: 422': refused(422, 'field_not_allowed', {}, 'PUT', `${sessionPath}?dry=true`),
  'a field nobody knows: 400': refused(400, 'invalid_request', { body: { ...cartOf(), more: 1 } }),
  'a state of its own: 422': refused(422, 'field_not_allowed', { body: cartOf({ state: 'closed' }) }),
  'a profile of its own choosing: 404': refused(404, 'not_found', { body: cartOf({ profileId: 'victim' }) }),
  'another path: 404': refused(404, 'not_found', {}, 'PUT', '/v2/customer_profiles'),
  'a path of dots: 404': refused(404, 'not_found', {}, 'PUT', '/v2/%2e%2e%2fv2/customer_sessions/basket'),
  'another type: 415': refused(415, 'unsupported_media_type', { headers: { 'content-type': 'text/plain' } }),
  'a packed body: 415': refused(415, 'unsupported_media_type', { headers: { 'content-encoding': 'gzip' } }),
  'a body of an announced length that is too much: 413': refused(413, 'body_too_large', { body: `"${'x'.repeat(70_000)}"` }),
  'a body of no announced length that is too much: 413': refused(413, 'body_too_large', {
    body: Array.from({ length: 70 }, () => new Uint8Array(1000).fill(0x20)),
  }),
  'a body deeper than any cart: 400': refused(400, 'json_too_deep', { body: '['.repeat(1000) + ']'.repeat(1000) }),
  'a body that is no JSON: 400': refused(400, 'invalid_json', { body: '{"customerSession":' }),
  'a body that is no UTF-8: 400': refused(400, 'invalid_json', { body: new Uint8Array([0x22, 0xc3, 0x28, 0x22]) }),
  'an empty body: 400': refused(400, 'invalid_json', { body: '' }),
  'another method: 405, with those there are': async ({ call }) => {
    const { status, headers, json } = await call('POST', sessionPath, { shopper: 'ada', body: cartOf() })
    assert.equal(status, 405)
    assert.equal(json.code, 'method_not_allowed')
    assert.equal(headers.get('allow'), 'PUT, GET')
  },
  'a named origin may ask, and is told so': async ({ call }) => {
    const asked = { 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type, x-talon-client' }
    const { status, headers, text } = await call('OPTIONS', sessionPath, { headers: { ...asked, origin: namedOrigin } })
    assert.equal(status, 204)
    assert.equal(text, '')
    assert.equal(headers.get('access-control-allow-origin'), namedOrigin)
    assert.equal(headers.get('access-control-allow-credentials'), 'true')
    assert.equal(headers.get('access-control-allow-methods'), 'PUT, GET')
    assert.equal(headers.get('access-control-allow-headers'), 'content-type, idempotency-key, x-talon-client, x-talon-sequence')
    assert.match(headers.get('vary') ?? '', /\borigin\b/i)
  },
  'and gets its answer': async ({ put }) => {
    const { status, headers } = await put('far', {}, { headers: { origin: namedOrigin, 'sec-fetch-site': 'cross-site' } })
    assert.equal(status, 200)
    assert.equal(headers.get('access-control-allow-origin'), namedOrigin)
    assert.equal(headers.get('access-control-allow-credentials'), 'true')
    assert.equal(headers.get('cross-origin-resource-policy'), 'cross-origin')
  },
  'another origin may not': async ({ call }) => {
    const headers = { 'access-control-request-method': 'PUT', origin: 'https://evil.example' }
    const answered = await call('OPTIONS', sessionPath, { headers })
    assert.equal(answered.status, 403)
    for (const name of answered.headers.keys()) assert.doesNotMatch(name, /^access-control/)
  },
  'nobody has no cart, and Talon.One is not asked': async ({ call, upstream, sessionId }) => {
    assert.equal((await call('GET', sessionPath)).status, 404)
    assert.ok(!upstream.received.some(({ url }) => url.includes(sessionId(''))))
  },
  'a first write makes a guest, by one cookie as it was set': async ({ call }) => {
    const { status, headers } = await call('PUT', sessionPath, { body: cartOf() })
    assert.equal(status, 200)
    assert.equal(headers.getSetCookie().length, 1)
    assert.match(headers.getSetCookie()[0] ?? '', guestCookie)
  },
  'who stays the same guest': async ({ call }) => {
    const first = await call('PUT', sessionPath, { body: cartOf() })
    const cookie = first.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const again = await call('PUT', sessionPath, { cookie, body: cartOf({ cartItems: [{ sku: 'cup', quantity: 3 }] }) })
    assert.deepEqual(again.headers.getSetCookie(), [])
    const read = await call('GET', sessionPath, { cookie: `theme=dark; ${cookie}` })
    const session = recordAt(read.json, 'customerSession')
    assert.equal(session.total, 24)
    assert.match(String(session.profileId), /^guest_/)
    assert.equal(session.profileId, recordAt(first.json, 'customerSession').profileId)
  },
  'and whom nobody can make up': async ({ call }) => {
    const first = await call('PUT', sessionPath, { body: cartOf() })
    const cookie = first.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const forged = cookie.slice(0, -1) + (cookie.endsWith('A') ? 'E' : 'A')
    assert.equal((await call('GET', sessionPath, { cookie: forged })).status, 404)
  },
  'a made-up sign-in is nobody': async ({ call, put, upstream }) => {
    await put('signed')
    const cookie = customerCookie('another secret', 'signed')
    assert.equal((await call('GET', sessionPath, { cookie })).status, 404)
    assert.equal(upstream.receivedOf('signed').length, 1)
  },
  'an idempotency key counts for one shopper and one request': async ({ put, upstream }) => {
    const options = { headers: { 'idempotency-key': 'key-1' } }
    await put('once', {}, options)
    await put('once', {}, options)
    await put('once', { cartItems: [] }, options)
    await put('twice', {}, options)
    const [first, second, third] = upstream.receivedOf('once').map(({ headers }) => headers['idempotency-key'])
    const [other] = upstream.receivedOf('twice').map(({ headers }) => headers['idempotency-key'])
    assert.match(String(first), /^[\w-]{43}$/)
    assert.equal(first, second)
    assert.equal(new Set([first, third, other]).size, 3)
  },
  'a write that a newer one has overtaken: 412': async ({ put, upstream }) => {
    assert.equal((await put('hasty', {}, { headers: { 'x-talon-sequence': 'page.2' } })).status, 200)
    const { status, json } = await put('hasty', {}, { headers: { 'x-talon-sequence': 'page.1' } })
    assert.equal(status, 412)
    assert.equal(json.code, 'stale_write')
    assert.equal(upstream.receivedOf('hasty').length, 1)
  },
  'a lost write is sent once: 503, outcome unknown': async ({ put, during, upstream }) => {
    await put('unlucky')
    const { status, json } = await during('unlucky', 'lost', () => put('unlucky'))
    assert.equal(status, 503)
    assert.equal(json.code, 'upstream_unavailable')
    assert.equal(json.outcome, 'unknown')
    assert.equal(json.retryable, true)
    assert.equal(upstream.receivedOf('unlucky').length, 2)
    assert.equal((await put('unlucky')).status, 200)
  },
  'also one of another method': async ({ call, during, upstream }) => {
    for (const method of ['POST', 'DELETE']) {
      const shopper = `unlucky-${method}`
      const body = { integrationIDs: ['me'] }
      await call('POST', reservationPath, { shopper, body })
      const { status } = await during(shopper, 'lost', () => call(method, reservationPath, { shopper, body }))
      assert.equal(status, 503)
      assert.equal(upstream.receivedOf(shopper).length, 2)
    }
  },
  'a lost read: 503, and nothing unknown': async ({ call, during }) => {
    const read = () => call('GET', walletPath, { shopper: 'patient' })
    const { status, json } = await during('patient', 'lost', read)
    assert.equal(status, 503)
    assert.equal(json.outcome, undefined)
  },
  'a redirect is not followed, and the key stays here: 502': async ({ put, during }) => {
    for (const status of [301, 302, 303, 307, 308]) {
      await using target = await serve()
      const answer = { status, headers: { location: `${target.url}/v2/customer_sessions/basket` } }
      const { status: answered, json } = await during(`led-${status}`, answer, () => put(`led-${status}`))
      assert.equal(answered, 502)
      assert.equal(json.code, 'upstream_redirect')
      assert.equal(json.outcome, 'unknown')
      assert.equal(target.received.length, 0)
    }
  },
  'a refused key is not the shopper’s fault: 502': async ({ put, during }) => {
    const { status, json } = await during('innocent', { status: 401, body: { message: 'the key is wrong' } }, () => put('innocent'))
    assert.equal(status, 502)
    assert.equal(json.code, 'upstream_rejected_credentials')
  },
  'a page of a gateway is not handed on: 503': async ({ put, during }) => {
    const page = { status: 500, body: '<h1>Stack trace of a gateway</h1>' }
    const { status, text } = await during('gated', page, () => put('gated'))
    assert.equal(status, 503)
    assert.doesNotMatch(text, /Stack trace/)
  },
  'an answer of 16 MiB is read': async ({ put, during }) => {
    const answer = { status: 200, body: '{"effects":[]}'.padEnd(2 ** 24) }
    assert.equal((await during('reader-of-16-MiB', answer, () => put('reader-of-16-MiB'))).status, 200)
  },
  'one without an end is left: 502, outcome unknown, and the next is answered': leavesEndless({}),
  'one of an announced length that is too much: 502': leavesEndless({ 'content-length': String(2 ** 30) }),
  'one that breaks off before its announced length: 503, outcome unknown, sent once': survives(
    503,
    'upstream_unavailable',
    breakingOff({ 'content-length': '1000' }, (response) => response.socket?.end()),
  ),
  'one that breaks off without a last chunk: 503': survives(
    503,
    'upstream_unavailable',
    breakingOff({}, (response) => response.socket?.end()),
  ),
  'one whose connection is reset in the middle: 503': survives(
    503,
    'upstream_unavailable',
    breakingOff({ 'content-length': '1000' }, (response) => response.socket?.resetAndDestroy()),
  ),
  'one that ends where its JSON does not: 502': survives(
    502,
    'upstream_invalid',
    breakingOff({}, (response) => response.end()),
  ),
  'how long to wait is handed on: 429': async ({ put, during }) => {
    const answer = { status: 429, headers: { 'retry-after': '7' }, body: { message: 'slow down' } }
    const { status, headers, json } = await during('busy', answer, () => put('busy'))
    assert.equal(status, 429)
    assert.equal(headers.get('retry-after'), '7')
    assert.equal(json.retryAfterMs, 7000)
  },
  'two writes of one shopper at once: one is told to wait, 409': async ({ put, during, upstream }) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const meanwhile = async () => {
      await until(() => upstream.receivedOf('clicker').length === 1)
      const refusal = await put('clicker')
      resolve()
      return refusal
    }
    const [first, second] = await during('clicker', promise, () => Promise.all([put('clicker'), meanwhile()]))
    assert.equal(first.status, 200)
    assert.equal(second.status, 409)
    assert.equal(second.json.code, 'conflict')
    assert.equal(second.json.retryable, true)
    assert.equal(second.headers.get('retry-after'), '1')
    assert.equal(upstream.receivedOf('clicker').length, 1)
    assert.equal((await put('clicker')).status, 200)
  },
  'a browser that leaves takes nothing back, and holds up nobody': async ({ put, during, upstream }) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const controller = new AbortController()
    await during('leaver', promise, async () => {
      const left = assert.rejects(put('leaver', {}, { signal: controller.signal }))
      await until(() => upstream.receivedOf('leaver').length === 1)
      controller.abort()
      await left
      await pause(50)
      resolve()
      await pause(50)
    })
    const { status, json } = await put('leaver', { cartItems: [{ sku: 'cup', quantity: 1 }] })
    assert.equal(status, 200)
    assert.equal(recordAt(json, 'customerSession').total, 8)
    assert.equal(upstream.receivedOf('leaver').length, 2)
  },
  'sixty requests of six shoppers at once do not mix': async ({ put, get }) => {
    const shoppers = [1, 2, 3, 4, 5, 6].map((quantity) => ({ name: `crowd-${quantity}`, quantity }))
    await Promise.all(shoppers.map(({ name, quantity }) => put(name, { cartItems: [{ sku: 'beans', quantity }] })))
    const asked = Array.from({ length: 10 }, () => shoppers).flat()
    const read = await Promise.all(asked.map(async ({ name, quantity }) => ({ name, quantity, answered: await get(name) })))
    assert.equal(read.length, 60)
    for (const { name, quantity, answered } of read) {
      const session = recordAt(answered.json, 'customerSession')
      assert.equal(session.profileId, name)
      assert.equal(session.cartItemTotal, quantity * 12.5)
    }
  },
}

/** They wait for a deadline of ten seconds. */
const slowChecks: Record<string, Check> = {
  'a Talon.One that does not answer: 504, outcome unknown, sent once': async ({ put, during, upstream }) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { status, json } = await during('sleeper', promise, () => put('sleeper'))
    resolve()
    assert.equal(status, 504)
    assert.equal(json.code, 'upstream_timeout')
    assert.equal(json.outcome, 'unknown')
    assert.equal(upstream.receivedOf('sleeper').length, 1)
  },
  'a body that does not come: 408': async ({ url, secret, upstream }) => {
    const { hostname, port, host } = new URL(url)
    const socket = connect(Number(port), hostname)
    const head = [`PUT /talon-one${sessionPath} HTTP/1.1`, `host: ${host}`, 'x-talon-client: 1', 'content-type: application/json']
    socket.write([...head, `cookie: ${customerCookie(secret, 'dribbler')}`, 'content-length: 100', '', '{"customerSession":'].join('\r\n'))
    const answer = await firstLineOf(socket)
    socket.destroy()
    assert.match(answer, /^HTTP\/1.1 408/)
    assert.equal(upstream.receivedOf('dribbler').length, 0)
  },
}

const lastChecks: Record<string, Check> = {
  'no answer had the key or the secret in it': async ({ answers, upstream, secret }) => {
    assert.ok(answers.length > 100)
    for (const hidden of [upstream.apiKey, secret]) assert.ok(!answers.some((answer) => answer.includes(hidden)))
  },
}

const namedOrigin = 'https://checkout.shop.example'
const guestCookie = /^__Host-talon-one-guest=[\w-]{22}\.[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=2592000$/

/** A request that is refused, with nothing sent to Talon.One. */
function refused(status: number, code: string, options: Call, method = 'PUT', path = sessionPath): Check {
  return async ({ call, upstream }) => {
    const shopper = `refused-${status}-${code}`
    const { body = cartOf() } = options
    const answered = await call(method, path, { ...options, shopper, body })
    assert.equal(answered.json.code, code, `${answered.status} ${answered.text.slice(0, 200)}`)
    assert.equal(answered.status, status)
    assertSafe(answered.headers)
    assert.equal(upstream.receivedOf(shopper).length, 0)
  }
}

/** A write and a read that meet this trouble are answered soon, and the next request on the same connection as if nothing had been. */
function survives(status: number, code: string, trouble: Trouble): Check {
  return async ({ call, put, get, during, upstream }) => {
    const shopper = `survivor-${crypto.randomUUID()}`
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const connections = new Set<unknown>()
    agent.on('free', (connection) => connections.add(connection))
    try {
      assert.equal((await put(shopper, {}, { agent })).status, 200)
      const start = performance.now()
      const written = await during(shopper, trouble, () => put(shopper, {}, { agent }))
      const read = await during(shopper, trouble, () => call('GET', walletPath, { shopper, agent }))
      assert.ok(performance.now() - start < 5_000, 'it took seconds')
      assert.deepEqual([written.status, written.json.code, written.json.outcome], [status, code, 'unknown'])
      assert.deepEqual([read.status, read.json.code, read.json.outcome], [status, code, undefined])
      assert.doesNotMatch(written.text + read.text, /effects/)
      assert.equal(upstream.receivedOf(shopper).length, 3)
      const { status: next, json } = await get(shopper, { agent })
      assert.equal(next, 200)
      assert.equal(recordAt(json, 'customerSession').total, 25)
      assert.equal(connections.size, 1)
    } finally {
      agent.destroy()
    }
  }
}

/** The same of an answer without an end; and nobody reads it on. */
function leavesEndless(headers: Record<string, string>): Check {
  return async (shop) => {
    const floods: Flood[] = []
    await survives(502, 'upstream_invalid', (response) => void floods.push(flood(response, headers)))(shop)
    assert.equal(floods.length, 2)
    await until(() => floods.every(({ response }) => response.destroyed))
    for (const { megabytes } of floods) assert.ok(megabytes < 64, `${megabytes} MiB went out`)
  }
}

interface Flood {
  response: ServerResponse
  /** How many have gone out. */
  megabytes: number
}

function flood(response: ServerResponse, headers: Record<string, string>): Flood {
  const sent: Flood = { response, megabytes: 0 }
  const more = () => {
    do sent.megabytes++
    while (!response.destroyed && response.write(megabyte))
  }
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).on('drain', more)
  more()
  return sent
}
const megabyte = ' '.repeat(2 ** 20)

function breakingOff(headers: Record<string, string>, breakOff: (response: ServerResponse) => void): Trouble {
  // Once the beginning is on its way.
  return (response) =>
    void response
      .writeHead(200, { 'content-type': 'application/json', ...headers })
      .write('{"effects":[', () => setTimeout(breakOff, 20, response))
}

function assertSafe(headers: Headers): void {
  for (const [name, value] of Object.entries(safeHeaders)) assert.equal(headers.get(name), value, name)
  // A framework may add words of its own.
  assert.match(headers.get('vary') ?? '', /\borigin\b/i)
}

/** What `stories/mounts/sign-in.ts` takes for a sign-in. */
function customerCookie(secret: string, profileId: string): string {
  return `customer=${profileId}.${createHmac('sha256', secret).update(`customer:${profileId}`).digest('base64')}`
}

interface Sending {
  method: string
  headers: Record<string, string>
  body: RawBody | undefined
  signal: AbortSignal | undefined
  agent: Agent | undefined
}

/** A body as it goes out: in one piece with its length, or in chunks without. */
type RawBody = string | Uint8Array | readonly Uint8Array[]

/** Sends on a connection of its own, unless it is told another: one that was kept may be closed by a server that refuses a body before its end. */
function send(url: string, { method, headers, body, signal, agent }: Sending): Promise<Omit<Answered, 'json'>> {
  return new Promise((resolve, reject) => {
    // Node announces no length of a DELETE's body by itself.
    const length = typeof body === 'string' ? { 'content-length': String(Buffer.byteLength(body)) } : {}
    const sending = request(
      url,
      { method, headers: { ...headers, ...length }, agent: agent ?? false, ...(signal && { signal }) },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk) => (text += String(chunk)))
        response.once('error', reject).once('end', () => resolve({ status: response.statusCode ?? 0, headers: headersOf(response), text }))
      },
    )
    sending.once('error', reject)
    if (Array.isArray(body)) for (const chunk of body) sending.write(chunk)
    sending.end(Array.isArray(body) ? undefined : body)
  })
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers()
  for (let index = 0; index < rawHeaders.length; index += 2) headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '')
  return headers
}

function isRaw(body: unknown): body is RawBody {
  return typeof body === 'string' || body instanceof Uint8Array || Array.isArray(body)
}

function recordIn(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown> // `Object` makes an object of anything
  } catch {
    return {}
  }
}

function recordAt(data: Record<string, unknown>, name: string): Record<string, unknown> {
  assert.ok(typeof data[name] === 'object' && data[name] !== null, `there is no ${name} in ${JSON.stringify(data).slice(0, 200)}`)
  return data[name] as Record<string, unknown> // just seen
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

async function until(isSo: () => boolean): Promise<void> {
  for (let waited = 0; !isSo(); waited += 10) {
    assert.ok(waited < 5_000, 'it did not happen in time')
    await pause(10)
  }
}

function firstLineOf(socket: ReturnType<typeof connect>): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const timer = setTimeout(() => reject(new Error('no answer in 20 seconds')), 20_000)
    const end = () => {
      clearTimeout(timer)
      resolve(text.split('\r\n')[0] ?? '')
    }
    socket.on('data', (chunk) => {
      text += String(chunk)
      if (text.includes('\r\n')) end()
    })
    socket.once('error', reject).once('close', end)
  })
}
