import { inspect } from 'node:util'
import { createTalonOne, type Endpoint, getCustomerInventory, updateCustomerSessionV2 } from 'talon-one-react'
import { describe, expect, test, vi } from 'vitest'
import { closedAddress, type Handler, serve } from '../http-server.ts'
import { failureOf, write, read, fakeFetch, state } from './client-calls.ts'

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
