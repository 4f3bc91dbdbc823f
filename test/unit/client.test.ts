import { inspect } from 'node:util'
import { Window } from 'happy-dom'
import {
  createCouponReservation,
  createReferral,
  createTalonOne,
  deleteCouponReservation,
  deleteCustomerData,
  type Endpoint,
  getCustomerInventory,
  getCustomerSession,
  getReservedCustomers,
  isTalonOneError,
  type Locks,
  type SendOptions,
  type TalonOne,
  type TalonOneError,
  type TalonOneOptions,
  trackEvent,
  updateCustomerProfileV2,
  updateCustomerSessionV2,
} from 'talon-one-react'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createLocks } from '../../src/lane.ts'
import { type Answer, closedAddress, type Handler, serve } from '../http-server.ts'

const cart = { customerSessionId: 'cart', customerSession: { cartItems: [{ sku: 'tea', quantity: 1 }] } }
const state = { effects: [], createdCoupons: [], createdReferrals: [] }

/** The error a call ends with; anything but this library's own fails the test. */
async function failureOf(call: Promise<unknown>): Promise<TalonOneError> {
  const outcome = await call.then(
    () => 'it did not fail',
    (error: unknown) => error,
  )
  if (isTalonOneError(outcome)) return outcome
  throw new Error('not a TalonOneError', { cause: outcome })
}

function thrownBy(make: () => unknown): TalonOneError {
  try {
    make()
  } catch (error) {
    if (isTalonOneError(error)) return error
    throw error
  }
  throw new Error('it did not throw')
}

const write = (client: TalonOne, options?: SendOptions) => client.send(updateCustomerSessionV2, cart, options)
const writeOnce = (client: TalonOne, options?: SendOptions) => client.send(createReferral, { campaignId: 1 }, options)
const read = (client: TalonOne, options?: SendOptions) => client.send(getCustomerInventory, {}, options)

/** A handler that answers when it is told to, in the order it is told. */
function held(answer: Answer = { body: state }) {
  const waiting: (() => void)[] = []
  const handler: Handler = () => new Promise((resolve) => waiting.push(() => resolve(answer)))
  const release = async (count = 1) => {
    await vi.waitFor(() => expect(waiting.length).toBeGreaterThanOrEqual(count))
    for (const go of waiting.splice(0, count)) go()
  }
  return { handler, release }
}

/** Makes this process look like a page, as far as this library looks. */
function pretendPage(url = 'https://shop.example/checkout?step=2#top') {
  const window = new Window({ url })
  vi.stubGlobal('window', window)
  vi.stubGlobal('document', window.document)
  vi.stubGlobal('location', window.location)
}

/** A fetch that never leaves this process. */
function fakeFetch(answer: () => Response | Promise<Response> = () => Response.json({})) {
  const requests: Request[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    requests.push(new Request(input, init))
    return answer()
  }
  return { fetch, requests }
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('a request', () => {
  test('arrives with its path, query, body and headers', async () => {
    await using server = await serve(() => ({ body: state }))
    const client = createTalonOne({ baseUrl: `${server.url}/talon-one/`, profileId: 'anna' })
    const input = { ...cart, customerSessionId: 'a/b ?#%ü', dry: true, responseContent: ['customerSession' as const] }
    expect(await client.send(updateCustomerSessionV2, input)).toEqual(state)
    const [request] = server.received
    expect(request).toMatchObject({
      method: 'PUT',
      url: '/talon-one/v2/customer_sessions/a%2Fb%20%3F%23%25%C3%BC?dry=true',
      headers: { accept: 'application/json', 'content-type': 'application/json', 'x-talon-client': '1' },
    })
    expect(JSON.parse(request?.body ?? '')).toEqual({
      customerSession: { profileId: 'anna', cartItems: [{ sku: 'tea', quantity: 1 }] },
      responseContent: ['customerSession'],
    })
  })

  test('has a body with DELETE where the row has one, and none with GET', async () => {
    await using server = await serve(({ method }) => (method === 'DELETE' ? { status: 204 } : { body: {} }))
    const client = createTalonOne({ baseUrl: server.url, profileId: 'anna' })
    expect(await client.send(deleteCouponReservation, { couponValue: 'SAVE' })).toBeUndefined()
    await read(client)
    expect(server.received.map(({ body }) => body)).toEqual(['{"integrationIDs":["anna"]}', ''])
    expect(server.received[1]?.headers['content-type']).toBeUndefined()
  })

  test('carries the headers of the client, and those of the call win', async () => {
    await using server = await serve()
    const client = createTalonOne({ baseUrl: server.url, headers: { 'x-tenant': 'one', 'x-shop': 'tea' } })
    await read(client, { headers: [['X-Tenant', 'two']] })
    await read(client)
    expect(server.received.map(({ headers }) => [headers['x-tenant'], headers['x-shop']])).toEqual([
      ['two', 'tea'],
      ['one', 'tea'],
    ])
  })

  test('asks a function for its headers each time', async () => {
    await using server = await serve()
    let count = 0
    const client = createTalonOne({ baseUrl: server.url, headers: async () => ({ authorization: `Bearer ${++count}` }) })
    await read(client)
    await read(client, { headers: { 'x-more': 'yes' } })
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual(['Bearer 1', 'Bearer 2'])
    expect(server.received[1]?.headers['x-more']).toBe('yes')
  })

  test('cannot be told to leave out the header the proxy asks for', async () => {
    await using server = await serve()
    await read(createTalonOne({ baseUrl: server.url, headers: { 'x-talon-client': '0' } }), { headers: { accept: 'text/html' } })
    expect(server.received[0]?.headers).toMatchObject({ 'x-talon-client': '1', accept: 'application/json' })
  })

  test('takes query parameters that the row does not know', async () => {
    await using server = await serve(() => ({ body: state }))
    const client = createTalonOne({ baseUrl: server.url })
    await read(client, { query: { 'new&one': 'a b', count: 2, on: true } })
    await client.send(updateCustomerSessionV2, { ...cart, dry: true }, { query: { extra: 'ü' } })
    await read(client, { query: {} })
    expect(server.received.map(({ url }) => url)).toEqual([
      '/v1/customer_profiles/me/inventory?new%26one=a%20b&count=2&on=true',
      '/v2/customer_sessions/cart?dry=true&extra=%C3%BC',
      '/v1/customer_profiles/me/inventory',
    ])
  })

  test('is refused before it is sent when its input is malformed', async () => {
    await using server = await serve()
    const client = createTalonOne({ baseUrl: server.url })
    // Not what the type asks for: what arrives from untyped code.
    const input = { customerSessionId: 'cart', customerSession: { cartItems: [{ sku: '', quantity: NaN }], couponCode: 'SAVE' } }
    const error = await failureOf(client.send<Endpoint>(updateCustomerSessionV2, input))
    expect(error).toMatchObject({ code: 'invalid_input', method: 'PUT', path: '/v2/customer_sessions/{customerSessionId}' })
    expect(error).toMatchObject({ status: undefined, retryable: false, outcome: undefined })
    expect(error.issues).toEqual([
      { pointer: '/customerSession/couponCode', message: 'unknown field' },
      { pointer: '/customerSession/cartItems/0/sku', message: 'expected text of at least 1 characters, got empty text' },
      { pointer: '/customerSession/cartItems/0/quantity', message: 'expected an integer, got NaN' },
    ])
    expect(server.received).toEqual([])
  })
})

describe('an answer', () => {
  test('comes as data, or with status and headers', async () => {
    await using server = await serve(() => ({ status: 201, headers: { 'x-request-id': 'r1' }, body: { id: 7 } }))
    const client = createTalonOne({ baseUrl: server.url })
    expect(await client.send(createReferral, { campaignId: 1 })).toEqual({ id: 7 })
    const raw = await client.sendRaw(createReferral, { campaignId: 1 })
    expect(raw).toMatchObject({ status: 201, data: { id: 7 } })
    expect(raw.headers.get('x-request-id')).toBe('r1')
  })

  test('without content is undefined for a write', async () => {
    await using server = await serve(() => ({ status: 204 }))
    const raw = await createTalonOne({ baseUrl: server.url }).sendRaw(deleteCustomerData, { integrationId: 'anna' })
    expect(raw).toMatchObject({ data: undefined, status: 204 })
  })

  test('may start with a byte order mark', async () => {
    await using server = await serve(() => ({ body: '\ufeff{"coupons":[]}' }))
    expect(await read(createTalonOne({ baseUrl: server.url }))).toEqual({ coupons: [] })
  })

  test.for<[string, Answer, string]>([
    ['HTML', { body: '<!doctype html><title>Sign in to the Wi-Fi</title>' }, 'not_json'],
    ['cut off', { body: '{"effects":[{"effectType":"acceptCou' }, 'not_json'],
    ['null', { body: 'null' }, 'not_json'],
    ['a list', { body: '[]' }, 'not_json'],
    ['text', { body: '"ok"' }, 'not_json'],
    ['empty', { body: '' }, 'empty_body'],
    ['blank', { body: ' \n' }, 'empty_body'],
  ])('that is %s although it says 200 is an error, and for a write an unknown outcome', async ([, answer, code]) => {
    await using server = await serve(() => ({ ...answer, headers: { 'content-type': 'application/json' } }))
    const client = createTalonOne({ baseUrl: server.url })
    expect(await failureOf(read(client))).toMatchObject({ code, status: 200, retryable: false, outcome: undefined })
    expect(await failureOf(write(client))).toMatchObject({ code, status: 200, retryable: false, outcome: 'unknown' })
    expect(server.received).toHaveLength(2)
  })

  test('without content is an error for a read, which always has something to say', async () => {
    await using server = await serve(() => ({ status: 204 }))
    expect(await failureOf(read(createTalonOne({ baseUrl: server.url })))).toMatchObject({ code: 'empty_body', status: 204 })
  })
})

describe('a refusal', () => {
  // Status; code; whether a read, a repeatable write and one that is not may be sent again; the outcome of a write.
  test.for<[number, string, [boolean, boolean, boolean], 'unknown' | undefined]>([
    [400, 'bad_request', [false, false, false], undefined],
    [401, 'unauthenticated', [false, false, false], undefined],
    [403, 'forbidden', [false, false, false], undefined],
    [404, 'not_found', [false, false, false], undefined],
    [405, 'unexpected_status', [false, false, false], undefined],
    [408, 'unavailable', [true, true, false], 'unknown'],
    [409, 'conflict', [true, true, true], undefined],
    [413, 'unexpected_status', [false, false, false], undefined],
    [422, 'bad_request', [false, false, false], undefined],
    [425, 'unavailable', [true, true, true], undefined],
    [429, 'rate_limited', [true, true, true], undefined],
    [500, 'unavailable', [true, true, false], 'unknown'],
    [501, 'unavailable', [false, false, false], 'unknown'],
    [502, 'unavailable', [true, true, false], 'unknown'],
    [503, 'unavailable', [true, true, false], 'unknown'],
    [504, 'unavailable', [true, true, false], 'unknown'],
    [599, 'unavailable', [false, false, false], 'unknown'],
  ])('with status %i is %s', async ([status, code, retryable, outcome]) => {
    // A 404 that is no JSON object speaks for some other server, see below.
    const others = status === 404 ? [] : ['<html><h1>Bad gateway</h1></html>', '', [1]]
    for (const body of [{ message: 'no' }, ...others]) {
      await using server = await serve(() => ({ status, body }))
      const client = createTalonOne({ baseUrl: server.url })
      const errors = [await failureOf(read(client)), await failureOf(write(client)), await failureOf(writeOnce(client))]
      expect(errors.map((error) => [error.code, error.status])).toEqual(errors.map(() => [code, status]))
      expect(errors.map((error) => error.retryable)).toEqual(retryable)
      expect(errors.map((error) => error.outcome)).toEqual([undefined, outcome, outcome])
      expect(server.received).toHaveLength(3)
    }
  })

  test.for(['<html><h1>Not found</h1></html>', '', [1]])('with status 404 and %j is no word of the API', async (body) => {
    await using server = await serve(() => ({ status: 404, body }))
    const error = await failureOf(read(createTalonOne({ baseUrl: server.url })))
    expect(error).toMatchObject({ code: 'not_json', status: 404, retryable: false })
    expect(error.message).toContain("is `baseUrl` the proxy's address?")
  })

  test('of Talon.One tells where, by title and pointer', async () => {
    const body = {
      message: 'Validation failed for anna',
      errors: [
        { title: 'Invalid value', details: 'SAVE20 is not valid', source: { pointer: '/customerSession/couponCodes/0' } },
        { title: 'Another', source: { parameter: 'now' } },
        { details: 'nothing else' },
        'no object',
      ],
    }
    await using server = await serve(() => ({ status: 400, body }))
    const error = await failureOf(write(createTalonOne({ baseUrl: server.url })))
    expect(error).toMatchObject({ code: 'bad_request', method: 'PUT', path: '/v2/customer_sessions/{customerSessionId}' })
    expect(error.message).toBe('updateCustomerSessionV2 was refused with status 400')
    expect(error.issues).toEqual([
      { pointer: '/customerSession/couponCodes/0', message: 'Invalid value' },
      { pointer: '', message: 'Another' },
      { pointer: '', message: 'invalid' },
    ])
  })

  test('of the proxy has the last word on what may be sent again and what is known', async () => {
    const issues = [{ pointer: '/customerSession/state', message: 'only open' }]
    const bodies = [
      { code: 'upstream_unavailable', outcome: 'unknown', retryable: false, requestId: 'r-1' },
      { code: 'reprice_failed', retryable: true },
      { code: 'reprice_failed' },
      { code: 'Not A Word: 1234', issues, requestId: 7, retryable: 'yes' },
    ]
    await using server = await serve(() => ({ status: 503, body: bodies.shift() }))
    const client = createTalonOne({ baseUrl: server.url })
    const first = await failureOf(writeOnce(client))
    expect(first).toMatchObject({ retryable: false, outcome: 'unknown', serverCode: 'upstream_unavailable', requestId: 'r-1' })
    expect(first.message).toBe('createReferral was refused with status 503 (upstream_unavailable)')
    expect(await failureOf(writeOnce(client))).toMatchObject({ retryable: true, outcome: undefined, serverCode: 'reprice_failed' })
    expect(await failureOf(writeOnce(client))).toMatchObject({ retryable: true, outcome: undefined })
    const last = await failureOf(writeOnce(client))
    expect(last).toMatchObject({ retryable: false, outcome: 'unknown', serverCode: undefined, issues, requestId: undefined })
    expect(last.message).not.toContain('1234')
  })

  test.for<[number, unknown, string]>([
    [400, { message: "Cannot move session to state 'open'" }, 'session_closed'],
    [409, { code: 'session_closed' }, 'session_closed'],
    [422, { code: 'session_closed' }, 'session_closed'],
    [404, { message: 'Cannot move session to state open' }, 'not_found'],
    [400, { message: 'It is said: Cannot move session to state open' }, 'bad_request'],
    [400, { code: 'SESSION_CLOSED' }, 'bad_request'],
  ])('with status %i and %j is %s', async ([status, body, code]) => {
    await using server = await serve(() => ({ status, body }))
    expect(await failureOf(write(createTalonOne({ baseUrl: server.url })))).toMatchObject({ code, outcome: undefined })
  })

  const now = 'Mon, 23 Nov 2026 10:00:00 GMT'
  test.for<[string, number | undefined]>([
    ['0', 0],
    ['3', 3000],
    [' 7 ', 7000],
    ['299', 299_000],
    ['86400', 300_000],
    ['99999999999999999999', 300_000],
    ['Mon, 23 Nov 2026 10:00:42 GMT', 42_000],
    ['Tue, 24 Nov 2026 10:00:00 GMT', 300_000],
    ['Mon, 23 Nov 2026 09:59:59 GMT', undefined],
    ['soon', undefined],
    ['in 2090', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['1e12', undefined],
    ['0x10', undefined],
    ['NaN', undefined],
    ['', undefined],
  ])('with Retry-After %j says to wait %s ms', async ([value, expected]) => {
    await using server = await serve(() => ({ status: 429, headers: { 'retry-after': value, date: now } }))
    expect(await failureOf(read(createTalonOne({ baseUrl: server.url })))).toMatchObject({
      code: 'rate_limited',
      retryable: true,
      retryAfterMs: expected,
    })
  })

  test('without Retry-After says nothing about it', async () => {
    await using server = await serve(() => ({ status: 429 }))
    expect((await failureOf(read(createTalonOne({ baseUrl: server.url })))).retryAfterMs).toBeUndefined()
  })
})

describe('a request that fails on its way', () => {
  const network = (retryable: boolean, outcome?: 'unknown') => ({ code: 'network', status: undefined, retryable, outcome })

  test('because nobody listens is a network error, sent only once', async () => {
    const baseUrl = await closedAddress()
    const requests: string[] = []
    const client = createTalonOne({ baseUrl, onRequest: ({ method }) => void requests.push(method) })
    expect(await failureOf(read(client))).toMatchObject(network(true))
    // A browser does not tell a refused connection from one that broke later, so a write may have been sent.
    expect(await failureOf(write(client))).toMatchObject(network(true, 'unknown'))
    expect(await failureOf(writeOnce(client))).toMatchObject(network(false, 'unknown'))
    expect(requests).toEqual(['GET', 'PUT', 'POST'])
  })

  test.for<[string, Handler]>([
    ['before the answer', (_, response) => void response.destroy()],
    [
      'in the middle of the answer',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
        response.write('{"effects":[', () => response.destroy())
      },
    ],
    ['with no HTTP at all', (_, response) => void response.socket?.end('SSH-2.0-OpenSSH_9.6\r\n')],
  ])('because the connection breaks %s is a network error, sent only once', async ([, handler]) => {
    await using server = await serve(handler)
    const client = createTalonOne({ baseUrl: server.url })
    expect(await failureOf(read(client))).toMatchObject(network(true))
    expect(await failureOf(write(client))).toMatchObject(network(true, 'unknown'))
    expect(await failureOf(writeOnce(client))).toMatchObject(network(false, 'unknown'))
    expect(server.received).toHaveLength(3)
  })

  test('keeps what the platform said as its cause', async () => {
    const reason = new TypeError('Failed to fetch')
    const client = createTalonOne({ fetch: () => Promise.reject(reason), baseUrl: 'https://shop.example' })
    expect((await failureOf(read(client))).cause).toBe(reason)
  })

  test.for<[string, Handler]>([
    ['nothing comes', () => undefined],
    [
      'the answer stops half way',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.write('{"effects":[')
      },
    ],
  ])('because %s in time is a timeout, sent only once', async ([, handler]) => {
    await using server = await serve(handler)
    const client = createTalonOne({ baseUrl: server.url, timeout: 300 })
    const calls = [read(client), write(client.withProfile('anna')), writeOnce(client.withProfile('ben'))]
    const [reading, writing, writingOnce] = await Promise.all(calls.map(failureOf))
    const timeout = { code: 'timeout', status: undefined }
    expect(reading).toMatchObject({ ...timeout, retryable: true, outcome: undefined })
    expect(writing).toMatchObject({ ...timeout, retryable: true, outcome: 'unknown' })
    expect(writingOnce).toMatchObject({ ...timeout, retryable: false, outcome: 'unknown' })
    expect(server.received).toHaveLength(3)
  })

  test('may take as long as the call says', async () => {
    const { handler, release } = held({ body: { coupons: [] } })
    await using server = await serve(handler)
    const patient = read(createTalonOne({ baseUrl: server.url, timeout: 1 }), { timeout: 60_000 })
    await release()
    expect(await patient).toEqual({ coupons: [] })
    expect(await failureOf(read(createTalonOne({ baseUrl: server.url }), { timeout: 30 }))).toMatchObject({ code: 'timeout' })
  })

  test.for([0, -1, NaN, Infinity, 2 ** 31])('cannot have a timeout of %s', async (timeout) => {
    const { fetch, requests } = fakeFetch()
    expect(thrownBy(() => createTalonOne({ timeout }))).toMatchObject({ code: 'invalid_config', outcome: undefined })
    expect(await failureOf(write(createTalonOne({ fetch }), { timeout }))).toMatchObject({ code: 'invalid_config', outcome: undefined })
    expect(requests).toEqual([])
  })
})

describe('a call that is aborted', () => {
  const aborted = (outcome?: 'unknown') => ({ code: 'aborted', status: undefined, retryable: false, outcome })

  test('before it is made sends nothing', async () => {
    const { fetch, requests } = fakeFetch()
    const client = createTalonOne({ fetch })
    const signal = AbortSignal.abort()
    expect(await failureOf(read(client, { signal }))).toMatchObject(aborted())
    expect(await failureOf(write(client, { signal }))).toMatchObject(aborted())
    expect(requests).toEqual([])
  })

  test('while it is on its way rejects at once, and the outcome of a write is unknown', async () => {
    await using server = await serve(() => undefined)
    const client = createTalonOne({ baseUrl: server.url })
    for (const [call, outcome] of [[read], [write, 'unknown'], [writeOnce, 'unknown']] as const) {
      const controller = new AbortController()
      const count = server.received.length
      const failure = failureOf(call(client, { signal: controller.signal }))
      await vi.waitFor(() => expect(server.received).toHaveLength(count + 1))
      controller.abort()
      expect(await failure).toMatchObject(aborted(outcome))
    }
  })

  test('in the middle of its answer rejects too', async () => {
    await using server = await serve((_, response) => {
      response.writeHead(200)
      response.write('{"effects":[')
    })
    const controller = new AbortController()
    const client = createTalonOne({ baseUrl: server.url, onResponse: () => controller.abort() })
    expect(await failureOf(write(client, { signal: controller.signal }))).toMatchObject(aborted('unknown'))
  })

  test.for<[string, Locks | undefined]>([
    ['of the platform', undefined],
    ['in memory', createLocks()],
  ])('while it waits in a lane %s rejects at once, sends nothing and lets the next one go', async ([, locks]) => {
    const { handler, release } = held()
    await using server = await serve(handler)
    const client = createTalonOne({ baseUrl: server.url, ...(locks && { locks }) })
    const controller = new AbortController()
    const first = write(client)
    const second = failureOf(write(client, { signal: controller.signal }))
    const third = write(client)
    await vi.waitFor(() => expect(server.received).toHaveLength(1))
    controller.abort()
    expect(await second).toMatchObject(aborted())
    await release()
    await release()
    expect([await first, await third]).toEqual([state, state])
    expect(server.received).toHaveLength(2)
  })

  test('while its headers are asked for sends nothing', async () => {
    const { fetch, requests } = fakeFetch()
    const controller = new AbortController()
    const headers = () => {
      controller.abort()
      return {}
    }
    expect(await failureOf(write(createTalonOne({ fetch, headers }), { signal: controller.signal }))).toMatchObject(aborted())
    expect(requests).toEqual([])
  })

  test('keeps the reason as its cause', async () => {
    const reason = new Error('the shopper left')
    const error = await failureOf(write(createTalonOne(), { signal: AbortSignal.abort(reason) }))
    expect(error.cause).toBe(reason)
  })

  test('after its answer changes nothing', async () => {
    const { fetch } = fakeFetch()
    const controller = new AbortController()
    const answer = await read(createTalonOne({ fetch }), { signal: controller.signal })
    controller.abort()
    expect(answer).toEqual({})
  })
})

describe('the identity of a call', () => {
  test('is `me` unless the client or the input says otherwise', async () => {
    const { fetch, requests } = fakeFetch()
    const client = createTalonOne({ fetch })
    const anna = client.withProfile('anna/1')
    expect([client.profileId, anna.profileId]).toEqual(['me', 'anna/1'])
    await client.send(getCustomerInventory, {})
    await anna.send(getCustomerInventory, {})
    await anna.send(getCustomerInventory, { integrationId: 'ben' })
    await anna.withProfile('carl').send(getCustomerInventory, {})
    await anna.send(createCouponReservation, { couponValue: 'SAVE' })
    await anna.send(createReferral, { campaignId: 1 })
    await anna.send(createReferral, { campaignId: 1, advocateProfileIntegrationId: 'ben' })
    await anna.send(updateCustomerSessionV2, { customerSessionId: 'cart', customerSession: {} })
    await anna.send(updateCustomerSessionV2, { customerSessionId: 'cart', customerSession: { profileId: '' } })
    expect(requests.slice(0, 4).map(({ url }) => new URL(url).pathname.split('/').at(-2))).toEqual(['me', 'anna%2F1', 'ben', 'carl'])
    expect(await Promise.all(requests.slice(4).map((request) => request.json()))).toEqual([
      { integrationIDs: ['anna/1'] },
      { campaignId: 1, advocateProfileIntegrationId: 'anna/1' },
      { campaignId: 1, advocateProfileIntegrationId: 'ben' },
      { customerSession: { profileId: 'anna/1' } },
      { customerSession: { profileId: '' } },
    ])
  })

  test('is not filled in where staff speaks about others', async () => {
    const { fetch, requests } = fakeFetch()
    const client = createTalonOne({ fetch, profileId: 'anna' })
    await client.send(trackEvent, { type: 'visit', attributes: {}, sessionId: 'cart' })
    await client.send(getReservedCustomers, { couponValue: 'SAVE' })
    expect(await requests[0]?.json()).toEqual({ type: 'visit', attributes: {}, sessionId: 'cart' })
    expect(await failureOf(client.send<Endpoint>(deleteCustomerData, {}))).toMatchObject({ code: 'invalid_input' })
    expect(requests).toHaveLength(2)
  })

  test('has no default when the client talks to Talon.One itself', async () => {
    const { fetch, requests } = fakeFetch()
    const client = createTalonOne({ fetch, baseUrl: 'https://shop.europe-west1.talon.one' })
    expect(client.profileId).toBeUndefined()
    expect(await failureOf(read(client))).toMatchObject({ code: 'invalid_input', issues: [{ pointer: '/integrationId' }] })
    await write(client)
    expect(await requests[0]?.json()).toEqual({ customerSession: cart.customerSession })
  })
})

describe('the writes of a profile', () => {
  test('never overlap, and go out in the order they were made', async () => {
    let running = 0
    let most = 0
    await using server = await serve(async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running--
      return { body: state }
    })
    const client = createTalonOne({ baseUrl: server.url })
    const order = Array.from({ length: 20 }, (_, index) => `cart-${index}`)
    await Promise.all(order.map((customerSessionId) => client.send(updateCustomerSessionV2, { ...cart, customerSessionId })))
    expect(server.received.map(({ url }) => url.split('/').at(-1))).toEqual(order)
    expect(most).toBe(1)
  })

  test('share one lane, whatever they write', async () => {
    const { handler, release } = held({ body: {} })
    await using server = await serve(handler)
    const client = createTalonOne({ baseUrl: server.url, profileId: 'anna' })
    const all = Promise.all([
      write(client),
      client.send(updateCustomerProfileV2, { attributes: {} }),
      client.send(createCouponReservation, { couponValue: 'SAVE' }),
      client.send(createReferral, { campaignId: 1 }),
    ])
    for (const count of [1, 2, 3, 4]) {
      await release()
      expect(server.received).toHaveLength(count)
    }
    await all
    expect(server.received.map(({ url }) => url.split('/')[2])).toEqual([
      'customer_sessions',
      'customer_profiles',
      'coupon_reservations',
      'referrals',
    ])
  })

  test('do not wait for those of another profile, nor an anonymous session for another', async () => {
    const { handler, release } = held()
    await using server = await serve(handler)
    const client = createTalonOne({ baseUrl: server.url })
    const anonymous = { ...cart, customerSession: { profileId: '' } }
    const all = Promise.all([
      write(client.withProfile('anna')),
      write(client.withProfile('ben')),
      client.send(updateCustomerSessionV2, anonymous),
      client.send(updateCustomerSessionV2, { ...anonymous, customerSessionId: 'other' }),
    ])
    await release(4)
    expect(await all).toHaveLength(4)
  })

  test('of an anonymous session wait for each other, events included', async () => {
    const { handler, release } = held()
    await using server = await serve(handler)
    const client = createTalonOne({ baseUrl: server.url })
    const all = Promise.all([
      client.send(updateCustomerSessionV2, { ...cart, customerSession: { profileId: '' } }),
      client.send(trackEvent, { type: 'visit', attributes: {}, sessionId: 'cart' }),
    ])
    await release()
    expect(server.received).toHaveLength(1)
    await release()
    await all
  })

  test('hold up no read', async () => {
    const { handler, release } = held()
    await using server = await serve((request, response) => (request.method === 'GET' ? { body: {} } : handler(request, response)))
    const client = createTalonOne({ baseUrl: server.url })
    const writing = write(client)
    await vi.waitFor(() => expect(server.received).toHaveLength(1))
    await client.send(getCustomerSession, { customerSessionId: 'cart' })
    await read(client)
    await release()
    await writing
  })

  test('go on after one that fails', async () => {
    const answers: Answer[] = [{ status: 500 }, { status: 409 }, { body: '' }, { body: state }]
    await using server = await serve(() => answers.shift())
    const client = createTalonOne({ baseUrl: server.url })
    const all = await Promise.allSettled([write(client), write(client), write(client), write(client)])
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled'])
    expect(server.received).toHaveLength(4)
  })

  test('share a lane with those of another client of the same scope and locks', async () => {
    const { handler, release } = held()
    await using server = await serve(handler)
    const locks = createLocks()
    const options = { baseUrl: server.url, locks, scope: 'shop' }
    const all = Promise.all([write(createTalonOne(options)), write(createTalonOne({ ...options, baseUrl: `${server.url}/b` }))])
    await release()
    expect(server.received).toHaveLength(1)
    await release()
    await all
  })

  test('have a lane of their own in another scope', async () => {
    const { handler, release } = held()
    await using server = await serve(handler)
    const locks = createLocks()
    const all = Promise.all(['one', 'two'].map((scope) => write(createTalonOne({ baseUrl: server.url, locks, scope }))))
    await release(2)
    expect(await all).toEqual([state, state])
  })

  test('go out where the platform has locks but does not allow them, as in a sandboxed frame', async () => {
    const { handler, release } = held()
    await using server = await serve(handler)
    const request = () => Promise.reject(new DOMException('Access to the lock manager is denied', 'SecurityError'))
    vi.stubGlobal('navigator', { locks: { request } })
    const client = createTalonOne({ baseUrl: server.url })
    const all = Promise.all([write(client), write(client)])
    await release()
    expect(server.received).toHaveLength(1)
    await release()
    expect(await all).toEqual([state, state])
  })

  test('go out one at a time where the platform has no locks', async () => {
    const { handler, release } = held()
    await using server = await serve(handler)
    vi.stubGlobal('navigator', undefined)
    const client = createTalonOne({ baseUrl: server.url })
    const all = Promise.all([write(client), write(client)])
    await release()
    expect(server.received).toHaveLength(1)
    await release()
    await all
  })

  test('that a lock refuses were not aborted, and not sent', async () => {
    const { fetch, requests } = fakeFetch()
    const locks: Locks = { request: () => Promise.reject(new Error('out of order')) }
    expect(await failureOf(write(createTalonOne({ fetch, locks })))).toMatchObject({ code: 'network', retryable: true, outcome: undefined })
    expect(requests).toEqual([])
  })
})

test('several clients side by side do not mix', async () => {
  await using one = await serve(() => ({ body: { from: 'one' } }))
  await using two = await serve(() => ({ body: { from: 'two' } }))
  const lines: string[] = []
  const first = createTalonOne({ baseUrl: one.url, headers: { 'x-shop': 'one' }, profileId: 'anna', debug: (line) => lines.push(line) })
  const second = createTalonOne({ baseUrl: two.url, headers: { 'x-shop': 'two' }, profileId: 'ben' })
  const answers = await Promise.all([first, second, first, second].map((client) => client.send<Endpoint>(getCustomerInventory, {})))
  expect(answers).toEqual([{ from: 'one' }, { from: 'two' }, { from: 'one' }, { from: 'two' }])
  expect(one.received.map(({ url, headers }) => [url, headers['x-shop']])).toEqual(
    Array(2).fill(['/v1/customer_profiles/anna/inventory', 'one']),
  )
  expect(two.received.map(({ url, headers }) => [url, headers['x-shop']])).toEqual(
    Array(2).fill(['/v1/customer_profiles/ben/inventory', 'two']),
  )
  expect(first.scope).not.toBe(second.scope)
  expect(lines).toHaveLength(2)
})

describe('the hooks of a client', () => {
  test('see each request with its row, and each answer', async () => {
    await using server = await serve(({ method }) => ({ status: method === 'GET' ? 404 : 200, body: state }))
    const seen: unknown[] = []
    const client = createTalonOne({
      baseUrl: server.url,
      onRequest: async (request, endpoint) => void seen.push([request.method, endpoint.operationId, await request.clone().text()]),
      onResponse: async (response, endpoint) => void seen.push([response.status, endpoint.operationId, await response.text()]),
    })
    expect(await write(client)).toEqual(state)
    expect(await failureOf(read(client))).toMatchObject({ code: 'not_found' })
    const body = JSON.stringify({ customerSession: { profileId: 'me', cartItems: cart.customerSession.cartItems } })
    expect(seen).toEqual([
      ['PUT', 'updateCustomerSessionV2', body],
      [200, 'updateCustomerSessionV2', JSON.stringify(state)],
      ['GET', 'getCustomerInventory', ''],
      [404, 'getCustomerInventory', JSON.stringify(state)],
    ])
  })

  test('may send another request instead', async () => {
    await using server = await serve(() => ({ body: state }))
    const client = createTalonOne({
      baseUrl: 'https://shop.example',
      onRequest: async (request) =>
        new Request(new URL(`/moved${new URL(request.url).pathname}`, server.url), {
          method: request.method,
          headers: { ...Object.fromEntries(request.headers), 'x-signed': 'yes' },
          body: await request.text(),
        }),
    })
    expect(await write(client)).toEqual(state)
    expect(server.received[0]).toMatchObject({ method: 'PUT', url: '/moved/v2/customer_sessions/cart', headers: { 'x-signed': 'yes' } })
    expect(server.received[0]?.body).toContain('"sku":"tea"')
  })

  test('do not lift timeout and abort from the request they put in its place', async () => {
    let closed = 0
    await using server = await serve((_, response) => void response.once('close', () => closed++))
    const client = createTalonOne({ baseUrl: server.url, timeout: 300, onRequest: ({ url }) => new Request(url) })
    expect(await failureOf(read(client))).toMatchObject({ code: 'timeout' })
    await vi.waitFor(() => expect(closed).toBe(1))
    const controller = new AbortController()
    const failure = failureOf(read(client, { timeout: 60_000, signal: controller.signal }))
    await vi.waitFor(() => expect(server.received).toHaveLength(2))
    controller.abort()
    expect(await failure).toMatchObject({ code: 'aborted' })
    await vi.waitFor(() => expect(closed).toBe(2))
  })

  test('cannot put another answer in place of the one that came', async () => {
    await using server = await serve(() => ({ body: state }))
    const client = createTalonOne({
      baseUrl: server.url,
      // @ts-expect-error in JavaScript a logger's short arrow function returns whatever its last call does
      onResponse: async () => Response.json({ status: 'logged' }),
    })
    expect(await write(client)).toEqual(state)
  })

  test('that come to an end after the timeout send nothing and break nothing', async () => {
    const { fetch, requests } = fakeFetch()
    const token = Promise.withResolvers<HeadersInit>()
    const hook = Promise.withResolvers<Request>()
    const clients = [
      createTalonOne({ fetch, timeout: 30, headers: () => token.promise }),
      createTalonOne({ fetch, timeout: 30, onRequest: () => hook.promise }),
    ]
    for (const client of clients) expect(await failureOf(write(client))).toMatchObject({ code: 'timeout', outcome: undefined })
    token.reject(new Error('no token'))
    hook.resolve(new Request('https://shop.example'))
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(requests).toEqual([])
  })

  const never = new Promise<never>(() => {})
  const broken = () => Promise.reject(new Error('no token'))

  test.for<[string, TalonOneOptions]>([
    ['headers that', { headers: broken }],
    ['onRequest that', { onRequest: broken }],
  ])('%s reject stop the request before it is sent', async ([, options]) => {
    const { fetch, requests } = fakeFetch()
    const client = createTalonOne({ ...options, fetch })
    for (const call of [read, write, writeOnce])
      expect(await failureOf(call(client))).toMatchObject({
        code: 'network',
        retryable: true,
        outcome: undefined,
        cause: { message: 'no token' },
      })
    expect(requests).toEqual([])
  })

  test.for<[string, TalonOneOptions, 'unknown' | undefined]>([
    ['headers', { headers: () => never }, undefined],
    ['onRequest hooks', { onRequest: () => never }, undefined],
    ['onResponse hooks', { onResponse: () => never }, 'unknown'],
    ['fetches', { fetch: () => never }, 'unknown'],
  ])('%s that never end run into the timeout, and the next write has its turn', async ([, options, outcome]) => {
    const { fetch, requests } = fakeFetch()
    const client = createTalonOne({ fetch, ...options, timeout: 30 })
    const failures = await Promise.all([failureOf(write(client)), failureOf(write(client)), failureOf(writeOnce(client))])
    for (const failure of failures) expect(failure).toMatchObject({ code: 'timeout', outcome })
    expect(failures.map(({ retryable }) => retryable)).toEqual([true, true, outcome === undefined])
    expect(requests).toHaveLength(options.onResponse ? 3 : 0)
  })
})

describe('a base URL', () => {
  const pathOf = async (baseUrl: string | undefined, options: TalonOneOptions = {}) => {
    const { fetch, requests } = fakeFetch()
    await read(createTalonOne({ fetch, ...(baseUrl !== undefined && { baseUrl }), ...options }))
    return requests[0]?.url
  }
  const end = '/v1/customer_profiles/me/inventory'

  test.for([
    ['http://localhost:4010', `http://localhost:4010${end}`],
    ['https://shop.example', `https://shop.example${end}`],
    ['https://shop.example/', `https://shop.example${end}`],
    ['https://shop.example/api//', `https://shop.example/api${end}`],
    ['HTTPS://Shop.Example/Api', `https://shop.example/Api${end}`],
    ['https://[::1]:8080/api', `https://[::1]:8080/api${end}`],
  ])('may be %s', async ([baseUrl = '', url]) => {
    expect(await pathOf(baseUrl)).toBe(url)
    pretendPage()
    expect(await pathOf(baseUrl)).toBe(url)
  })

  test.for([
    [undefined, `/talon-one${end}`],
    ['/', end],
    ['/api/talon', `/api/talon${end}`],
    ['/api/', `/api${end}`],
  ])('may be the path %s of the page', async ([baseUrl, path]) => {
    // A fetch of one's own needs no network, so any origin will do.
    expect(await pathOf(baseUrl)).toBe(`http://localhost${path}`)
    pretendPage()
    expect(await pathOf(baseUrl)).toBe(`https://shop.example${path}`)
  })

  test('that is a path reaches the server of the page with the platform’s fetch', async () => {
    await using server = await serve()
    pretendPage(`${server.url}/checkout/`)
    await read(createTalonOne())
    expect(server.received.map(({ url }) => url)).toEqual([`/talon-one${end}`])
  })

  test('that is a path means nothing on a server, and nothing is sent', async () => {
    const client = createTalonOne()
    expect(await failureOf(read(client))).toMatchObject({ code: 'invalid_config', outcome: undefined })
    expect(await failureOf(write(client))).toMatchObject({ code: 'invalid_config', outcome: undefined })
  })

  test('that is a path works on a page that was opened with credentials in its address', async () => {
    vi.stubGlobal('location', new URL('https://anna:CANARY@shop.example/checkout'))
    expect(await pathOf('/talon-one')).toBe(`https://shop.example/talon-one${end}`)
  })

  test.for(
    [
      ['', ' ', 'talon-one', './talon-one', '../talon-one', '//evil.example', '///evil.example', '/\\evil.example', '\\\\evil.example'],
      [
        '/\t/evil.example',
        '/\n\\evil.example',
        '\t//evil.example',
        ' /talon-one',
        '/talon-one ',
        ' https://shop.example',
        'https://shop.example ',
      ],
      ['https://', 'https:', 'http://a b', 'https://shop.example:99999', '?a=b', '#top', '/api?key=CANARY', '/api#top'],
      ['https://shop.example?key=CANARY', 'https://shop.example/#top', 'https://shop.example/?'],
      ['https://CANARY@shop.example', 'https://anna:CANARY@shop.example', 'https://:CANARY@shop.example'],
      [
        'javascript:alert(1)',
        'data:text/html,CANARY',
        'file:///etc',
        'ftp://shop.example',
        'ws://shop.example',
        'blob:https://shop.example/1',
      ],
    ].flat(),
  )('may not be %j', (baseUrl) => {
    const refuse = () => {
      const error = thrownBy(() => createTalonOne({ baseUrl, ...fakeFetch() }))
      expect(error).toMatchObject({ code: 'invalid_config', retryable: false, outcome: undefined })
      expect(inspect(error, { depth: 10 }).replace(/\n +at .*/g, '')).not.toMatch(/CANARY|evil/)
    }
    refuse()
    pretendPage()
    refuse()
  })

  test.for([
    'https://shop.talon.one',
    'https://shop.europe-west1.talon.one/',
    'http://TALON.ONE',
    'https://shop.talon.one:8443/v1',
    'https://shop.talon.one.',
  ])('may be Talon.One’s own on a server, but not in a browser: %s', (baseUrl) => {
    expect(createTalonOne({ baseUrl }).profileId).toBeUndefined()
    pretendPage()
    expect(thrownBy(() => createTalonOne({ baseUrl }))).toMatchObject({ code: 'invalid_config' })
  })

  test.for(['https://talon.one.shop.example', 'https://nottalon.one', 'https://shop.example/talon.one', 'https://talon-one.example'])(
    'that only sounds like Talon.One may be used in a browser: %s',
    (baseUrl) => {
      pretendPage()
      expect(createTalonOne({ baseUrl }).profileId).toBe('me')
    },
  )
})

describe('a credential of Talon.One', () => {
  const key = 'CANARYdbc644d33aa74d582bd9479c59e16f970fe13bf34e208c39d6c7fa7586968468'
  const credentials: [string, HeadersInit][] = [
    ['the key', { authorization: `ApiKey-v1 ${key}` }],
    ['the key in other letters', [['Authorization', ` apikey-V1 ${key}`]]],
    ['the signature', new Headers({ 'Content-Signature': `signer=1; signature=${key}` })],
  ]
  const refused = (error: TalonOneError) => {
    expect(error).toMatchObject({ code: 'invalid_config', outcome: undefined })
    expect(inspect(error, { depth: 10 })).not.toContain('CANARY')
  }

  test.for(credentials)('may be sent by a server: %s', async ([, headers]) => {
    const { fetch, requests } = fakeFetch()
    await read(createTalonOne({ fetch, headers, baseUrl: 'https://shop.talon.one', profileId: 'anna' }))
    expect([...(requests[0]?.headers.values() ?? [])].join()).toContain(key)
  })

  test.for(credentials)('is refused in a browser, wherever it comes from: %s', async ([, headers]) => {
    pretendPage()
    const { fetch, requests } = fakeFetch()
    refused(thrownBy(() => createTalonOne({ fetch, headers })))
    for (const options of [{ headers: () => headers }, { headers: () => Promise.resolve(headers) }]) {
      refused(await failureOf(read(createTalonOne({ fetch, ...options }))))
      refused(await failureOf(write(createTalonOne({ fetch, ...options }))))
    }
    refused(await failureOf(write(createTalonOne({ fetch }), { headers })))
    expect(requests).toEqual([])
  })

  test('of another kind may be sent by a browser', async () => {
    pretendPage()
    const { fetch, requests } = fakeFetch()
    await read(createTalonOne({ fetch, headers: { authorization: 'Bearer of-the-shop' } }))
    expect(requests[0]?.headers.get('authorization')).toBe('Bearer of-the-shop')
  })

  test('that is malformed is not quoted', async () => {
    const { fetch, requests } = fakeFetch()
    const headers = { authorization: `ApiKey-v1 ${key}\n${key}` }
    const named = { [`${key}\n`]: 'yes' }
    refused(thrownBy(() => createTalonOne({ headers })))
    refused(thrownBy(() => createTalonOne({ headers: named })))
    refused(await failureOf(write(createTalonOne({ fetch, headers: () => headers }))))
    refused(await failureOf(write(createTalonOne({ fetch }), { headers: named })))
    refused(await failureOf(read(createTalonOne({ fetch }), { headers: { 'x-key': `${key}\u0100` } })))
    expect(requests).toEqual([])
  })
})

describe('what is logged', () => {
  const canary = 'CANARY/ü 7'
  const secrets = /CANARY/
  const input = {
    customerSessionId: `${canary} session`,
    customerSession: {
      profileId: `${canary} profile`,
      couponCodes: [`${canary} coupon`],
      referralCode: `${canary} referral`,
      loyaltyCards: [`${canary} card`],
      cartItems: [{ sku: `${canary} sku`, quantity: 2, attributes: { note: `${canary} note` } }],
    },
  }
  const options = { headers: { authorization: 'Bearer CANARY', 'x-shop': 'CANARY' }, query: { extra: canary } }

  const everythingOf = (error: unknown) =>
    [String(error), JSON.stringify(error), inspect(error, { depth: 10 }), inspect(error, { showHidden: true, depth: 10 })].join('\n')

  test.for<[string, Handler]>([
    ['a success', () => ({ body: { ...state, customerSession: { integrationId: canary } } })],
    ['HTML', () => ({ body: `<p>${canary}</p>` })],
    ['cut off JSON', () => ({ body: `{"code":"${canary}` })],
    ['an empty answer', () => ({ body: '' })],
    [
      'a refusal',
      () => ({
        status: 400,
        headers: { 'x-canary': 'CANARY' },
        body: {
          message: canary,
          errors: [{ title: 'Invalid value', details: canary, source: { pointer: '/couponCodes/0', resource: canary } }],
        },
      }),
    ],
    ['a conflict', () => ({ status: 409, body: { message: canary, code: canary } })],
    ['a bad gateway', () => ({ status: 502, body: `<p>${canary}</p>` })],
    ['a broken connection', (_, response) => void response.destroy()],
    [
      'a broken answer',
      (_, response) => {
        response.writeHead(200, { 'content-length': '1000', 'x-canary': 'CANARY' })
        response.write(canary, () => response.destroy())
      },
    ],
    ['no HTTP at all', (_, response) => void response.socket?.end('CANARY CANARY CANARY\r\n')],
    ['HTTP with a broken head', (_, response) => void response.socket?.end('HTTP/1.1 200 OK\r\nx-canary: CANARY\r\nCANARY\0: a\r\n\r\n')],
    [
      'HTTP with a broken body',
      (_, response) => void response.socket?.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nCANARY\r\n'),
    ],
    ['no answer in time', () => undefined],
  ])('of %s holds nothing of the request or the answer', async ([name, handler]) => {
    await using server = await serve(handler)
    const lines: string[] = []
    const client = createTalonOne({ baseUrl: server.url, debug: (line) => lines.push(line) })
    const outcomes = await Promise.allSettled([
      client.send(updateCustomerSessionV2, input, { ...options, timeout: name === 'no answer in time' ? 300 : 10_000 }),
      client.send(getCustomerInventory, { integrationId: canary }, { ...options, timeout: name === 'no answer in time' ? 300 : 10_000 }),
    ])
    expect(server.received.map(({ method, url }) => `${method} ${secrets.test(url)}`).toSorted()).toEqual(['GET true', 'PUT true'])
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(everythingOf(outcome.reason)).not.toMatch(secrets)
    expect(lines).toHaveLength(2)
    expect(lines.join('\n')).not.toMatch(secrets)
  })

  test('of a refused connection holds nothing of the request', async () => {
    const lines: string[] = []
    const client = createTalonOne({ baseUrl: await closedAddress(), debug: (line) => lines.push(line) })
    expect(everythingOf(await failureOf(client.send(updateCustomerSessionV2, input, options)))).not.toMatch(secrets)
    expect(lines.join('\n')).not.toMatch(secrets)
  })

  test('of an abort holds nothing of the request, even when the connection broke at the same time', async () => {
    const controller = new AbortController()
    const fetch = () => {
      controller.abort()
      return Promise.reject(new TypeError('fetch failed'))
    }
    const error = await failureOf(createTalonOne({ fetch }).send(updateCustomerSessionV2, input, { ...options, signal: controller.signal }))
    expect(error).toMatchObject({ code: 'aborted', outcome: 'unknown' })
    expect(everythingOf(error)).not.toMatch(secrets)
  })

  test('of malformed input holds nothing of it', async () => {
    const lines: string[] = []
    const client = createTalonOne({ debug: (line) => lines.push(line) })
    const malformed = [
      { ...input, customerSessionId: 'CANARY'.repeat(200) },
      { ...input, customerSession: { ...input.customerSession, couponCodes: ['CANARY'.repeat(20), '\ud800CANARY'] } },
      {
        ...input,
        customerSession: {
          ...input.customerSession,
          state: 'CANARY',
          attributes: { note: () => canary, map: new Map([[canary, canary]]) },
        },
      },
      { ...input, now: canary, dry: canary, [canary]: canary },
      canary,
      [canary],
    ]
    for (const wrong of malformed) {
      const error = await failureOf(client.send<Endpoint>(updateCustomerSessionV2, wrong))
      expect(error).toMatchObject({ code: 'invalid_input' })
      expect(everythingOf(error)).not.toMatch(secrets)
    }
    expect(lines).toEqual([])
  })

  test('is one line for each request: method, path template, status, time', async () => {
    await using server = await serve(({ method }) => ({ status: method === 'PUT' ? 409 : 200, body: {} }))
    const lines: string[] = []
    const client = createTalonOne({ baseUrl: server.url, debug: (line) => lines.push(line) })
    await read(client)
    await failureOf(write(client))
    await failureOf(write(createTalonOne({ baseUrl: await closedAddress(), debug: (line) => lines.push(line) })))
    expect(lines.map((line) => line.replace(/\d+ ms$/, 'n ms'))).toEqual([
      'talon-one GET /v1/customer_profiles/{integrationId}/inventory → 200 in n ms',
      'talon-one PUT /v2/customer_sessions/{customerSessionId} → 409 in n ms',
      'talon-one PUT /v2/customer_sessions/{customerSessionId} → no answer in n ms',
    ])
  })

  test('goes to the console when `debug` is true, and nowhere by default', async () => {
    const debug = vi.spyOn(console, 'debug').mockReturnValue()
    const { fetch } = fakeFetch()
    await read(createTalonOne({ fetch }))
    expect(debug).not.toHaveBeenCalled()
    await read(createTalonOne({ fetch, debug: true }))
    expect(debug).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^talon-one GET /))
    debug.mockRestore()
  })
})
