import { createReferral, createTalonOne, deleteCustomerData, type Locks } from 'talon-one-react'
import { describe, expect, test, vi } from 'vitest'
import { createLocks } from '../../src/lane.ts'
import { type Answer, closedAddress, type Handler, serve } from '../http-server.ts'
import { failureOf, thrownBy, write, writeOnce, read, held, fakeFetch, state } from './client-calls.ts'

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

  test('without content is an error of a write that always answers something', async () => {
    await using server = await serve(() => ({ status: 204 }))
    expect(await failureOf(write(createTalonOne({ baseUrl: server.url })))).toMatchObject({ code: 'empty_body', outcome: 'unknown' })
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

  test('with status 404 from a server that does not speak the API is not a session that does not exist', async () => {
    await using server = await serve(() => ({ status: 404, body: { error: 'no such route' } }))
    expect(await failureOf(read(createTalonOne({ baseUrl: server.url })))).toMatchObject({ code: 'unexpected_answer', status: 404 })
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
    [400, { message: 'Cannot move session to state "open" from state "closed"' }, 'session_closed'],
    [400, { message: 'Cannot move session to state "open" from state "cancelled"' }, 'session_closed'],
    [400, { message: 'Cannot move session to state "partially_returned" from state "open"' }, 'bad_request'],
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
