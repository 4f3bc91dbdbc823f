/** The threats to a proxy: pages of other origins. */
import { describe, expect, test } from 'vitest'
import { createOffice } from './proxy-office.ts'
import { cart, codeOf, createShop } from './proxy-shop.ts'

const session = '/v2/customer_sessions/basket'
const pages = 'https://pages.example'

/** Origins that are not the listed one, however much they look like it. */
const others = [
  'https://pages.example.evil.example',
  'https://evilpages.example',
  'https://evil.example/pages.example',
  'https://pages.example@evil.example',
  'https://evil.example?https://pages.example',
  'https://evil.example#https://pages.example',
  'https://pages.example:444',
  'https://pages.example:443',
  'http://pages.example',
  'https://PAGES.example',
  'HTTPS://pages.example',
  'https://pages.example/',
  'https://pages.example.',
  'https://sub.pages.example',
  'https://pages.exampl',
  'https://pages.example2',
  'https://pages-example',
  'https://pages.example%60.evil.example',
  'https://pages.example,https://evil.example',
  'https://pages.example https://evil.example',
  'https://evil.example https://pages.example',
  'null',
  'NULL',
  'undefined',
  '*',
  'https://*.example',
  '.',
  '//pages.example',
  'file://',
  'data:',
  'chrome-extension://pages.example',
  'app://pages.example',
  'about:blank',
  'https://',
  'pages.example',
  'https:pages.example',
  'https:/pages.example',
  'https://xn--pges-0na.example',
  'https://pages.example;x',
  "https://pages.example'",
  'https://pages_example',
  'https://127.0.0.1',
  'https://[::1]',
  'x'.repeat(8e3),
]

describe('T60 of the origins', () => {
  test('there are 40 and more that look like a listed one', () => {
    expect(new Set(others).size).toBeGreaterThanOrEqual(40)
  })

  test.each(others)('%.60s is not listed: nothing of CORS, nothing sent', async (origin) => {
    for (const site of [undefined, 'cross-site', 'same-site', 'none']) {
      const { call, sent } = createShop({ origins: [pages, 'https://other.example:8443'] })
      const headers = { origin, ...(site !== undefined && { 'sec-fetch-site': site }) }
      const put = await call('PUT', session, { body: cart(), headers })
      const preflight = await call('OPTIONS', session, { headers: { ...headers, 'access-control-request-method': 'PUT' } })
      for (const response of [put, preflight]) {
        expect([response.status, await codeOf(response), sent]).toEqual([403, 'origin_not_allowed', []])
        expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
        expect([response.headers.get('vary'), response.headers.get('cross-origin-resource-policy')]).toEqual(['Origin', 'same-origin'])
      }
    }
  })

  test('a listed one may ask, and read what it is answered, refusals too', async () => {
    const { call, sent } = createShop({ origins: [pages] })
    const headers = { origin: pages, 'sec-fetch-site': 'cross-site' }
    const answers = [
      await call('PUT', session, { body: cart(), headers }),
      await call('GET', '/v1/nothing', { headers }),
      await call('GET', session, { headers, shopper: null }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 401])
    for (const { headers: told } of answers) {
      expect(told.get('access-control-allow-origin')).toBe(pages)
      expect(told.get('access-control-allow-credentials')).toBe('true')
      expect(told.get('cross-origin-resource-policy')).toBe('cross-origin')
      expect(told.get('vary')).toBe('Origin')
    }
    expect(sent.length).toBe(1)
    const preflight = await call('OPTIONS', session, {
      headers: {
        ...headers,
        'access-control-request-method': 'DELETE',
        'access-control-request-headers': 'x-evil, authorization',
        vary: 'X-Evil',
      },
    })
    expect([preflight.status, Object.fromEntries(preflight.headers)]).toMatchObject([
      204,
      {
        'access-control-allow-origin': pages,
        'access-control-allow-methods': 'PUT, GET',
        'access-control-allow-headers': 'content-type, idempotency-key, x-talon-client, x-talon-sequence',
        vary: 'Origin',
      },
    ])
    expect(sent.length).toBe(1)
  })

  test('a listed one needs the header like any other', async () => {
    const { call, sent } = createShop({ origins: [pages] })
    for (const client of ['', '0', 'true', '1, 1', ' 1 1']) {
      const response = await call('GET', session, { headers: { origin: pages, 'x-talon-client': client } })
      expect([response.status, await codeOf(response)]).toEqual([403, 'csrf_rejected'])
    }
    expect(sent).toEqual([])
  })

  test('those of one shop are not those of another, also at once', async () => {
    const shops = ['https://a.example', 'https://b.example'].map((origin) => ({ origin, shop: createShop({ origins: [origin] }) }))
    const ask = async (_: unknown, index: number) => {
      const { origin, shop } = shops[index % 2] ?? expect.fail()
      const from = index % 4 < 2 ? origin : 'https://a.example'
      const { status, headers } = await shop.call('GET', session, { headers: { origin: from }, shopper: `shopper-${index}` })
      expect([status, headers.get('access-control-allow-origin')]).toEqual(from === origin ? [404, origin] : [403, null])
    }
    await Promise.all(Array.from({ length: 200 }, ask))
  })
})

test.each([['a shopper’s proxy', createShop] as const, ['a staff proxy', createOffice] as const])(
  'T60 with no list there is no CORS at all: %s',
  async (_, open) => {
    const { call, sent } = open()
    for (const origin of [pages, 'null', 'https://evil.example']) {
      const response = await call('OPTIONS', session, { headers: { origin, 'access-control-request-method': 'PUT' } })
      expect([response.status, await codeOf(response), sent]).toEqual([403, 'origin_not_allowed', []])
      expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    }
  },
)

test.each<[object, number]>([
  [{}, 200],
  [{ 'sec-fetch-site': 'same-origin' }, 200],
  [{ 'sec-fetch-site': 'same-origin', origin: 'https://shop.example' }, 200],
  [{ origin: 'https://shop.example' }, 200],
  // Whatever ends TLS may have changed the scheme; the host says it.
  [{ origin: 'http://shop.example' }, 200],
  [{ origin: 'https://shop.example:8443' }, 403],
  [{ origin: 'https://evil.example' }, 403],
  [{ origin: 'null' }, 403],
  [{ origin: 'https://shop.example', 'sec-fetch-site': 'cross-site' }, 403],
  [{ origin: 'https://shop.example', 'sec-fetch-site': 'same-site' }, 403],
  [{ 'sec-fetch-site': 'cross-site' }, 403],
  [{ 'sec-fetch-site': 'same-site' }, 403],
  [{ 'sec-fetch-site': 'none' }, 403],
  [{ 'sec-fetch-site': '' }, 403],
  [{ 'sec-fetch-site': 'SAME-ORIGIN' }, 403],
  [{ 'x-talon-client': '' }, 403],
  [{ 'x-talon-client': '', 'sec-fetch-site': 'same-origin', origin: 'https://shop.example' }, 403],
])('T59 what a page of another site can cause is refused, reading or writing: %j', async (headers, status) => {
  for (const { call, sent } of [createShop(), createOffice()]) {
    const body = { customerSession: { profileId: 'ada', cartItems: [{ sku: 'beans', quantity: 1, price: 1 }] } }
    const put = await call('PUT', session, { body, headers: { ...headers } })
    const get = await call('GET', session, { headers: { ...headers } })
    expect([put.status, get.status, sent.length]).toEqual([status, status, status === 200 ? 2 : 0])
  }
})
