import { createHmac } from 'node:crypto'
import { contentSignature, type ShopperProxyOptions } from 'talon-one-react/proxy'
import { describe, expect, test, vi } from 'vitest'
import { createOffice } from './proxy-office.ts'
import { key, createShop, cart } from './proxy-shop.ts'

test("'unsafe-trust-browser' warns when it starts", () => {
  const { events } = createShop({ pricing: 'unsafe-trust-browser' })
  expect(events).toEqual([{ type: 'warning', option: 'pricing', message: 'a page may say what a product costs' }])
})

test('a mount path that a framework has cut off is told once', async () => {
  const { proxy, events } = createShop()
  for (const id of ['1', '2']) await proxy(new Request(`https://shop.example/v2/customer_sessions/${id}`))
  expect(events.filter(({ type }) => type === 'warning')).toEqual([expect.objectContaining({ option: 'basePath' })])
})

describe.each([
  ['a shopper’s proxy', createShop],
  ['a staff proxy', createOffice],
])('a log that fails changes no answer: %s', (_, open) => {
  const session = '/v2/customer_sessions/basket'
  const failures: [string, () => void][] = [
    [
      'TypeError',
      () => {
        throw new TypeError(key)
      },
    ],
    [
      'string',
      () => {
        throw key
      },
    ],
    ['RangeError', () => Promise.reject(new RangeError(key))],
  ]

  test.each(failures)('%s', async (name, onEvent) => {
    const told = vi.spyOn(console, 'error').mockReturnValue()
    try {
      const { call, proxy, sent } = open({ onEvent })
      const put = await call('PUT', session, { body: { customerSession: { cartItems: [{ sku: 'beans', quantity: 1, price: 10 }] } } })
      expect([put.status, sent.length]).toEqual([200, 1])
      expect((await call('POST', session, { body: {} })).status).toBe(405)
      expect((await proxy(new Request('https://shop.example/elsewhere'))).status).toBe(404)
      // One for each: the answer, the two refusals and the warning.
      expect(told.mock.calls).toEqual(Array(4).fill([`talon-one proxy: \`onEvent\` failed with ${name}`]))
    } finally {
      told.mockRestore()
    }
  })

  test('also where the proxy itself has failed', async () => {
    const told = vi.spyOn(console, 'error').mockReturnValue()
    const fail = () => {
      throw new TypeError(key)
    }
    const { call } = open({ onEvent: fail, identify: fail })
    expect((await call('GET', session)).status).toBe(500)
    expect(told).toHaveBeenCalledTimes(2)
    told.mockRestore()
  })
})

test('a log that fails does not keep a proxy from starting', () => {
  const told = vi.spyOn(console, 'error').mockReturnValue()
  const onEvent = () => {
    throw new TypeError(key)
  }
  expect(() => createShop({ pricing: 'unsafe-trust-browser', onEvent })).not.toThrow()
  expect(told).toHaveBeenCalledTimes(1)
  told.mockRestore()
})

test.each([
  [{ secret: 'short' }, '`secret`'],
  [{ pricing: undefined }, '`pricing`'],
  [{ identify: undefined }, '`identify`'],
  [{ basePath: 'talon-one/' }, '`basePath`'],
  [{ upstream: { baseUrl: 'http://shop.talon.one', apiKey: key } }, 'https'],
  [{ upstream: { baseUrl: 'https://user:pass@shop.talon.one', apiKey: key } }, 'origin'],
  [{ upstream: { baseUrl: 'https://shop.talon.one/path', apiKey: key } }, 'origin'],
  [{ upstream: { baseUrl: 'https://shop.talon.one?x', apiKey: key } }, 'origin'],
  [{ upstream: { baseUrl: 'nonsense', apiKey: key } }, 'URL'],
  [{ upstream: { baseUrl: 'https://shop.talon.one', apiKey: `${key}\nx` } }, '`upstream.apiKey`'],
  [{ upstream: { baseUrl: 'https://shop.talon.one', apiKey: '' } }, '`upstream.apiKey`'],
  [{ upstream: { baseUrl: 'https://shop.talon.one', apiKey: undefined } }, '`upstream.apiKey`'],
  [{ upstream: { baseUrl: undefined, apiKey: key } }, '`upstream.baseUrl`'],
  [{ secret: undefined }, '`secret`'],
  [{ secret: key.padEnd(32, '-'), upstream: { baseUrl: 'https://shop.talon.one', apiKey: key.padEnd(32, '-') } }, '`secret`'],
  [{ upstream: { baseUrl: 'https://shop.talon.one.evil.example', apiKey: key } }, '`upstream.hosts`'],
  [{ upstream: { baseUrl: 'https://evil-talon.one', apiKey: key } }, '`upstream.hosts`'],
  [{ couponReasons: 'all' }, '`couponReasons`'],
  [{ origins: ['*'] }, '`origins`'],
  [{ origins: ['https://shop.example/'] }, '`origins`'],
  [{ origins: 'https://shop.example' }, '`origins`'],
  [{ timeouts: { upstream: Number.NaN } }, '`timeouts.upstream`'],
  [{ clock: Date.now }, '`clock`'],
  [{ clock: null }, '`clock`'],
  [{ limits: { body: Number.NaN } }, '`limits.body`'],
  [{ limits: { lines: 1001 } }, '`limits.lines`'],
  [{ limits: { requests: { most: 0, perMs: 1 } } }, '`limits.requests.most`'],
])('bad configuration refuses to start and names the option only: %j', (options, named) => {
  // The point of the test is what the types forbid.
  const start = () => createShop(options as unknown as Partial<ShopperProxyOptions>)
  expect(start).toThrow(named)
  expect(start).not.toThrow(key)
})

test('the legacy signature is the HMAC of the very bytes that are sent', async () => {
  const applicationKey = 'fefecafedeadbeef'
  let headers = new Headers()
  let body = ''
  const { call } = createShop({
    upstream: { baseUrl: 'https://shop.talon.one', contentSignature: contentSignature({ applicationId: 73, applicationKey }) },
    fetch: async (_, init) => {
      headers = new Headers(init?.headers)
      body = await new Response(init?.body).text()
      return Response.json({ effects: [] })
    },
  })
  await call('PUT', '/v2/customer_sessions/basket', { body: cart() })
  const mac = createHmac('md5', Buffer.from(applicationKey, 'hex')).update(body).digest('hex')
  expect(headers.get('content-signature')).toBe(`signer=73; signature=${mac}`)
  expect(headers.has('authorization')).toBe(false)
})

test.each([
  [{ applicationId: 0, applicationKey: 'ab' }],
  [{ applicationId: 1, applicationKey: 'xyz' }],
  [{ applicationId: 1, applicationKey: 'abc' }],
])('a legacy credential that cannot work is refused without being quoted: %j', (credential) => {
  expect(() => contentSignature(credential)).toThrow('contentSignature')
  expect(() => contentSignature(credential)).not.toThrow(credential.applicationKey)
})
