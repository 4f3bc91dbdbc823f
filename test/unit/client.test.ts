import {
  createCouponReservation,
  createReferral,
  createTalonOne,
  deleteCouponReservation,
  deleteCustomerData,
  type Endpoint,
  getCustomerInventory,
  getReservedCustomers,
  type TalonOneOptions,
  trackEvent,
  updateCustomerSessionV2,
} from 'talon-one-react'
import { describe, expect, test, vi } from 'vitest'
import { serve } from '../http-server.ts'
import { failureOf, write, writeOnce, read, fakeFetch, cart, state } from './client-calls.ts'

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

  test('is refused when its `query` names what belongs into the input', async () => {
    await using server = await serve(() => ({ body: {} }))
    const client = createTalonOne({ baseUrl: server.url })
    const save = { customerSessionId: 'cart', customerSession: {}, dry: true }
    const failure = client.send(updateCustomerSessionV2, save, { query: { dry: false } })
    await expect(failure).rejects.toMatchObject({ code: 'invalid_input', issues: [{ pointer: '/dry' }] })
    expect(server.received).toEqual([])
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
      { pointer: '/customerSession/cartItems/0/sku', message: 'expected text of at least 1 characters, got empty text' },
      { pointer: '/customerSession/cartItems/0/quantity', message: 'expected an integer, got NaN' },
      { pointer: '/customerSession/couponCode', message: 'unknown field' },
    ])
    expect(server.received).toEqual([])
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
    await using server = await serve(({ method }) => ({ status: method === 'GET' ? 400 : 200, body: state }))
    const seen: unknown[] = []
    const client = createTalonOne({
      baseUrl: server.url,
      onRequest: async (request, endpoint) => void seen.push([request.method, endpoint.operationId, await request.clone().text()]),
      onResponse: async (response, endpoint) => void seen.push([response.status, endpoint.operationId, await response.text()]),
    })
    expect(await write(client)).toEqual(state)
    expect(await failureOf(read(client))).toMatchObject({ code: 'bad_request' })
    const body = JSON.stringify({ customerSession: { cartItems: cart.customerSession.cartItems, profileId: 'me' } })
    expect(seen).toEqual([
      ['PUT', 'updateCustomerSessionV2', body],
      [200, 'updateCustomerSessionV2', JSON.stringify(state)],
      ['GET', 'getCustomerInventory', ''],
      [400, 'getCustomerInventory', JSON.stringify(state)],
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
