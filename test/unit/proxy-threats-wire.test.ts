/** The threats to a proxy: paths, queries, methods and headers that are not what they seem, and what goes out. */
import { contentSignature, type Identify } from 'talon-one-react/proxy'
import { describe, expect, test, vi } from 'vitest'
import { type Endpoint, fill, recognise } from '../../src/endpoint.ts'
import { hardTexts } from '../arbitrary.ts'
import {
  cart,
  codeOf,
  createFullShop,
  createShop,
  everyField,
  everything,
  key,
  mayBeSaid,
  requestOf,
  secret,
  shopperRows,
} from './proxy-shop.ts'

const session = '/v2/customer_sessions/basket'
const plenty = { limits: { requests: { most: 1e9, perMs: 60_000 } } }

const tricks = [
  '..',
  '.',
  '%2e',
  '%2e%2e',
  '.%2e',
  '%2E%2E',
  '%252e%252e',
  '%252e',
  '%2f',
  '%2F',
  '%252f',
  '%5c',
  '\\',
  ';',
  ';x=1',
  '//',
  '%00',
  '%0d%0a',
  '%0a',
  '%09',
  '%c0%ae',
  '%c0%af',
  '%e0%80%ae',
  '%ff',
  '%zz',
  '%',
  '%u002e',
  '%ed%a0%80',
  'me%2f..',
  'me;.js',
  'me.css',
  'me/x.css',
  'me%3fx',
  'me%23x',
  '@evil.example',
  '%40evil',
]

describe('a path', () => {
  const texts = (row: Endpoint) => Object.entries(row.params).filter(([, shape]) => shape.is === 'string')
  const withTexts = shopperRows.filter(([, row]) => texts(row).length > 0)
  test.each(withTexts)('T41 of %s leads nowhere else, whatever stands in it', async (_, row) => {
    const { call, sent } = createShop({ ...plenty, operations: everything, fields: everyField, fetch: async () => Response.json({}) })
    const { method, body } = fill(row, mayBeSaid[row.operationId])
    const encoded = [...hardTexts, 'x'.repeat(8_192), '\u202e', 'me'].map(encodeURIComponent)
    let reached = 0
    for (const [name] of texts(row)) {
      for (const text of [...tricks, ...encoded, ...encoded.map((one) => `me${one}`), ...tricks.map((one) => one + one)]) {
        sent.length = 0
        const own: Record<string, unknown> = { ...mayBeSaid[row.operationId], integrationId: 'me' }
        const path = row.path.replace(/\{(\w+)\}/g, (_whole, param: string) =>
          param === name ? text : encodeURIComponent(String(own[param])),
        )
        const response = await call(method, path, { body })
        const refused = [400, 404, 405].includes(response.status)
        expect(refused || response.ok, `${path}: ${response.status}`).toBe(true)
        for (const { url } of sent) {
          reached++
          expect([url.origin, url.pathname.split('/').length], path).toEqual(['https://shop.talon.one', row.path.split('/').length])
          expect(recognise(row, method, url.pathname), path).toBeDefined()
        }
      }
    }
    // Where nobody else may be named, only the own name gets through.
    expect(reached > 0 || row.identity !== undefined || 'loyaltyCardId' in row.params).toBe(true)
  })

  test('T41 longer than any id can make it is refused', async () => {
    const { proxy, sent } = createShop()
    const response = await proxy(requestOf('GET', `/v2/customer_sessions/${'x'.repeat(70_000)}`))
    expect([response.status, await codeOf(response), sent]).toEqual([414, 'uri_too_long', []])
  })
})

describe('a query', () => {
  test.each([
    'coupons=true&coupons=true',
    'coupons=true&coupons=false',
    'coupons=true%26profile=true',
    'coupons=true;profile=true',
    'coupons[]=true',
    'Coupons=true',
    'coupons=TRUE',
    'coupons=1',
    'coupons',
    'coupons=',
    '=true',
    'integrationId=bob',
    '%63oupons=tru%65%00',
    'coupons=true&__proto__=x',
    'constructor=x',
    'x=',
    Array.from({ length: 500 }, (_, index) => `k${index}=1`).join('&'),
    Array.from({ length: 500 }, () => 'coupons=true').join('&'),
  ])('T42 that the row does not know, or that says something twice, is refused: %.60s', async (query) => {
    const { call, sent } = createShop()
    const response = await call('GET', `/v1/customer_profiles/me/inventory?${query}`)
    expect([response.status, await codeOf(response), sent]).toEqual([400, 'invalid_request', []])
  })

  test('T42 is built anew: encoded otherwise, it goes upstream as the proxy writes it', async () => {
    const { call, sent } = createShop()
    await call('GET', '/v1/customer_profiles/me/inventory?%63oupons=tru%65&?&&profile=true'.replace('&?&&', '&&'))
    expect(sent[0]?.url.search).toBe('?profile=true&coupons=true')
  })
})

describe('a method', () => {
  const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'PROPFIND', 'put', 'get', 'Put', 'PURGE', 'OPTIONS']
  test.each(shopperRows)('T43 that %s does not have is told which ones there are', async (_, row) => {
    const paths = shopperRows.filter(([, { path }]) => path === row.path).map(([, { method }]) => method)
    const { call, sent } = createShop({ operations: everything })
    const { path } = fill(row, mayBeSaid[row.operationId])
    for (const method of methods) {
      // The platform writes these in capitals itself.
      const isKnown = paths.some((one) => one === new Request('https://shop.example', { method }).method)
      if (isKnown) continue
      const response = await call(method, path, { headers: { 'x-http-method-override': row.method, 'x-method-override': row.method } })
      expect([response.status, response.headers.get('allow'), sent], method).toEqual([405, expect.stringContaining(row.method), []])
    }
  })

  test('T43 stays what it is, whatever a header, a query or a body says', async () => {
    const { call, sent } = createShop()
    const headers = { 'x-http-method-override': 'DELETE', 'x-http-method': 'DELETE', 'x-method-override': 'DELETE' }
    expect((await call('PUT', session, { body: cart(), headers })).status).toBe(200)
    expect(sent.map(({ method }) => method)).toEqual(['PUT'])
    expect((await call('PUT', `${session}?_method=DELETE`, { body: cart() })).status).toBe(400)
  })

  test('T95 a preflight, a HEAD or a path that there is not asks nobody', async () => {
    const identify = vi.fn<Identify>(() => ({ profileId: 'ada' }))
    const used = vi.fn<() => Promise<never>>(async () => expect.fail('nobody is asked'))
    const store = { increment: used, raise: used, lock: used, unlock: used }
    const { call, sent } = createShop({ identify, store, origins: ['https://pages.example'], network: used as never })
    const preflight = { origin: 'https://pages.example', 'access-control-request-method': 'PUT' }
    expect((await call('OPTIONS', session, { headers: preflight })).status).toBe(204)
    expect((await call('OPTIONS', session)).status).toBe(405)
    expect((await call('OPTIONS', session, { headers: { ...preflight, origin: 'https://evil.example' } })).status).toBe(403)
    expect((await call('HEAD', session)).status).toBe(405)
    expect((await call('GET', '/v1/nothing')).status).toBe(404)
    expect((await call('GET', session, { headers: { 'x-talon-client': '' } })).status).toBe(403)
    expect([identify.mock.calls, used.mock.calls, sent]).toEqual([[], [], []])
  })
})

describe('headers', () => {
  const hostile = {
    authorization: 'ApiKey-v1 mine',
    'content-signature': 'signer=1; signature=00',
    host: 'evil.example',
    forwarded: 'for=1.2.3.4;host=evil.example',
    'x-forwarded-for': '1.2.3.4',
    'x-forwarded-host': 'evil.example',
    'x-real-ip': '1.2.3.4',
    via: '1.1 evil',
    'x-tap': '1',
    cookie: 'sid=CANARY',
    'accept-encoding': 'gzip, br',
    accept: 'text/html',
    'user-agent': 'CANARY',
    connection: 'authorization, content-type, accept-encoding',
    te: 'trailers',
    expect: '',
    range: 'bytes=0-1',
    'if-none-match': '*',
    traceparent: '00-CANARY',
  }
  test.each(shopperRows)('T44 T45 T46 of %s are the proxy’s own upstream, and none of a browser’s', async (_, row) => {
    const { say, sent } = createFullShop(row)
    await say(undefined, { headers: hostile })
    await say(undefined, { headers: { ...hostile, 'idempotency-key': 'key-1' } })
    expect(sent.length).toBe(2)
    for (const [index, { headers, redirect }] of sent.entries()) {
      const isKeyed = index === 1 && row.kind === 'write' && row.repeat === 'keyed'
      const names = [
        'accept',
        'accept-encoding',
        'authorization',
        ...(row.body ? ['content-type'] : []),
        ...(isKeyed ? ['idempotency-key'] : []),
      ]
      expect([[...headers.keys()].toSorted(), redirect]).toEqual([names, 'manual'])
      expect(headers.get('authorization')).toBe(`ApiKey-v1 ${key}`)
      expect(JSON.stringify([...headers])).not.toMatch(/CANARY|evil|mine|gzip/)
    }
  })

  const safe = [
    'cache-control',
    'content-security-policy',
    'content-type',
    'cross-origin-resource-policy',
    'referrer-policy',
    'vary',
    'x-content-type-options',
  ]
  test.each<[string, string, string, object, number, string[]]>([
    ['a success', 'PUT', session, {}, 200, safe],
    ['nothing', 'POST', '/v1/loyalty_programs/1/profile/me/join', {}, 204, safe.filter((name) => name !== 'content-type')],
    ['a path that there is not', 'GET', '/v1/nothing', {}, 404, safe],
    ['another method', 'POST', session, {}, 405, [...safe, 'allow']],
    ['a forgery', 'PUT', session, { 'sec-fetch-site': 'cross-site' }, 403, safe],
    ['another type', 'PUT', session, { 'content-type': 'text/plain' }, 415, safe],
    ['a preflight', 'OPTIONS', session, { origin: 'https://evil.example', 'access-control-request-method': 'PUT' }, 403, safe],
  ])('T61 T62 T63 T78 of an answer are these and no others: %s', async (_, method, path, headers, status, names) => {
    const upstream = {
      server: 'CANARY',
      via: 'CANARY',
      'x-powered-by': 'CANARY',
      'set-cookie': 'a=CANARY',
      'x-request-id': 'CANARY',
      'cache-control': 'public',
      link: '</x>',
    }
    const { call } = createShop({ operations: everything, fetch: async () => Response.json({}, { headers: upstream }) })
    const response = await call(method, path, { ...(method === 'PUT' && { body: cart() }), headers: { ...headers } })
    expect([response.status, [...response.headers.keys()].toSorted()]).toEqual([status, names.toSorted()])
    expect(response.headers.get('cache-control')).toBe('no-store, private')
    expect(response.headers.get('vary')).toBe('Origin')
    if (names.includes('content-type'))
      expect(response.headers.get('content-type')).toMatch(/^application\/(problem\+)?json; charset=utf-8$/)
    const text = await response.text()
    expect(text === '' || text.startsWith('{')).toBe(true)
    expect(text + JSON.stringify([...response.headers])).not.toContain('CANARY')
  })

  test('T57 of 64 kB each are no work', async () => {
    const { call } = createShop({
      ...plenty,
      guests: true,
      network: ({ headers }) => headers.get('x-real-ip') ?? '',
      origins: ['https://pages.example'],
    })
    const names = [
      'accept',
      'authorization',
      'content-type',
      'content-encoding',
      'content-length',
      'cookie',
      'idempotency-key',
      'origin',
      'referer',
    ]
    names.push('sec-fetch-site', 'x-talon-client', 'x-talon-sequence', 'x-real-ip', 'access-control-request-headers', 'x-forwarded-for')
    const fills = [
      'a',
      ' ',
      ';',
      ',',
      '=',
      '-',
      '0',
      ':',
      '.',
      'a.',
      ' ;',
      '__Host-talon-one-guest=',
      `__Host-talon-one-guest=${'A'.repeat(22)}.`,
      'application/json;',
    ]
    let slowest = 0
    for (const name of names) {
      for (const filling of fills) {
        const value = filling.repeat(Math.ceil(65_536 / filling.length)).trim()
        for (const [method, body] of [
          ['PUT', cart()],
          ['OPTIONS', undefined],
        ] as const) {
          const headers = { ...(method === 'OPTIONS' && { 'access-control-request-method': 'PUT' }), [name]: `${value}x` }
          const times: number[] = []
          // The least of three: others use this machine too.
          for (let turn = 0; turn < 3; turn++) {
            const start = performance.now()
            expect((await call(method, session, { body, headers, shopper: null })).status).toBeLessThan(500)
            times.push(performance.now() - start)
          }
          slowest = Math.max(slowest, Math.min(...times))
        }
      }
    }
    // What takes the square of its length would take seconds.
    expect(slowest).toBeLessThan(200)
  })
})

describe('what goes out', () => {
  test('T73 T75 holds no key, secret, cookie, code or id, also where the log is the console’s', async () => {
    const told: string[] = []
    const spies = (['log', 'info', 'warn', 'error', 'debug'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation((...words: unknown[]) => void told.push(JSON.stringify(words))),
    )
    const canaries = { cookie: 'sid=CANARY-cookie', authorization: 'Bearer CANARY-token' }
    const answers = [
      Response.json({}),
      Response.json({ message: 'CANARY stack at /srv/app.js:1', errors: [{ details: 'CANARY' }] }, { status: 500 }),
      new Response('<h1>CANARY'),
      Response.json({ message: 'CANARY' }, { status: 400 }),
    ]
    const fails: (() => never)[] = [
      () => expect.fail(`CANARY ${key}`),
      () => {
        throw Object.assign(new TypeError(`CANARY ${secret}`), { code: 'CANARY' })
      },
    ]
    const shops = [
      ...answers.map((answer) => createShop({ fetch: async () => answer.clone(), onEvent: undefined as never })),
      createShop({ fetch: () => Promise.reject(new Error(`CANARY ${key}`)), onEvent: undefined as never }),
      ...fails.flatMap((fail) => [
        createShop({ identify: fail, onEvent: undefined as never }),
        createShop({ pricing: fail, onEvent: undefined as never }),
        createShop({ session: fail, onEvent: undefined as never }),
        createShop({ network: fail, onEvent: undefined as never }),
      ]),
    ]
    const texts: string[] = []
    for (const { call } of shops) {
      for (const body of [
        cart({ couponCodes: ['CANARY-CODE'], referralCode: 'CANARY' }),
        '{"CANARY":',
        { CANARY: 'CANARY' },
        cart({ state: 'CANARY' }),
      ]) {
        const response = await call('PUT', '/v2/customer_sessions/CANARY@shop.example', { body, headers: canaries, shopper: 'CANARY-ada' })
        const text = await response.text()
        texts.push(JSON.stringify([...response.headers]))
        // The names of fields that a browser sent itself may come back to it as pointers.
        texts.push(text.replaceAll('/CANARY', '/'))
      }
    }
    for (const spy of spies) spy.mockRestore()
    expect(told.length).toBeGreaterThan(8)
    for (const secretOne of [key, secret, 'CANARY'])
      for (const form of [secretOne, btoa(secretOne), encodeURIComponent(secretOne), Buffer.from(secretOne).toString('hex')])
        expect([...texts, ...told].filter((text) => text.includes(form))).toEqual([])
  })

  test.each(shopperRows)('T79 of %s is one request at most, whatever comes back', async (_, row) => {
    for (const fetch of [
      async () => Response.json({ message: 'CANARY' }, { status: 500, headers: { 'retry-after': '0' } }),
      async () => Response.json({}, { status: 429, headers: { 'retry-after': '0' } }),
      async () => Response.json({}, { status: 409 }),
      async () => Response.json({}, { status: 401 }),
      async () => new Response(null, { status: 307, headers: { location: 'https://shop.talon.one/' } }),
      async () => new Response('<html>'),
      () => Promise.reject(new TypeError('fetch failed')),
    ]) {
      const { call, sent } = createShop({ operations: everything, fields: everyField, fetch })
      const { method, path, search, body } = fill(row, mayBeSaid[row.operationId])
      expect((await call(method, path + search, { body })).ok).toBe(false)
      expect(sent.length).toBe(1)
    }
  })

  test('T93 the legacy signature of a request without a body is that of no bytes', async () => {
    const sign = contentSignature({ applicationId: 73, applicationKey: 'fefecafedeadbeef' })
    const { call, sent } = createShop({ upstream: { baseUrl: 'https://shop.talon.one', contentSignature: sign } })
    await call('GET', session)
    expect(sent[0]?.headers.get('content-signature')).toBe(sign(''))
  })
})
