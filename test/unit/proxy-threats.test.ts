/** The threats to a proxy: every row of the list is held or says why not; and those about whose something is, and what somebody may say. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { type Shopper, shopperSessionId } from 'talon-one-react/proxy'
import { createSandbox } from 'talon-one-react/sandbox'
import { describe, expect, test } from 'vitest'
import { cart, codeOf, createShop, everything, key, secret } from './proxy-shop.ts'
import { threats } from './threats.ts'

const session = '/v2/customer_sessions/basket'

describe('every threat', () => {
  test('is in the list, once and in order', () => {
    const all = Array.from({ length: 95 }, (_, index) => `T${String(index + 1).padStart(2, '0')}`)
    expect(threats.map(({ row }) => row)).toEqual(all)
  })

  test.each(threats)('$row is held by tests that there are, or says why not', ({ heldBy = {}, because = '' }) => {
    const titles = Object.entries(heldBy).flatMap(([file, names]) => names.map((name) => [file, name] as const))
    expect(titles.length > 0 || because !== '').toBe(true)
    for (const [file, name] of titles) {
      const source = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
      // A title stands in quotes.
      const isThere = ["'", '"', '`'].some((quote) => source.includes(quote + name + quote))
      expect.soft(isThere, `${file}: ${name}`).toBe(true)
    }
  })
})

describe('acting as somebody else', () => {
  test('T02 no name gets through that another parser could take for one of the API’s', async () => {
    const { call, sent } = createShop({ limits: { requests: { most: 1e9, perMs: 60_000 } }, fetch: async () => Response.json({}) })
    const known = ['profileId', 'state', 'cartItems', 'couponCodes', 'identifiers', 'sku', 'price', 'quantity']
    // Other cases, letters that NFKC makes plain ones of, letters that fold to them, zero width, white space.
    const disguises: ((name: string) => string)[] = [
      (name) => name.toUpperCase(),
      (name) => name.toLowerCase(),
      (name) => name[0]?.toUpperCase() + name.slice(1),
      (name) => name.replaceAll('s', 'ſ').replaceAll('k', '\u212a').replace('fi', 'ﬁ'),
      (name) => name.replace(/./g, (letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0)),
      (name) => `${name}\u200b`,
      (name) => ` ${name}`,
      (name) => `${name}\0`,
      (name) => name.replace('i', 'ı').replace('e', 'е'),
    ]
    for (const name of known) {
      for (const disguise of disguises) {
        const other = disguise(name)
        if (other === name) continue
        for (const body of [
          { ...cart(), [other]: 'bob' },
          cart({ [other]: 'bob' }),
          cart({ cartItems: [{ sku: 'beans', quantity: 1, [other]: 'bob' }] }),
        ])
          expect((await call('PUT', session, { body })).status, JSON.stringify(other)).toBe(400)
      }
    }
    expect(sent).toEqual([])
  })

  test('T03 each key stands once in the bytes that go upstream, whatever stood how often in those that came', async () => {
    const bodies: string[] = []
    const fetch: typeof globalThis.fetch = async (_, init) => {
      bodies.push(await new Response(init?.body).text())
      return Response.json({})
    }
    const { call } = createShop({ fetch })
    const item = '{"sku":"a","sku":"beans","quantity":9,"quantity":1}'
    const inner = `"profileId":"bob","profileId":"me","state":"closed","state":"open","cartItems":[],"cartItems":[${item}]`
    const body = `{"customerSession":{"profileId":"bob"},"customerSession":{${inner}},"responseContent":[],"responseContent":[]}`
    expect((await call('PUT', session, { body })).status).toBe(200)
    const keys = [...(bodies[0] ?? '').matchAll(/"(\w+)":/g)].map(([, name = '']) => name)
    expect(keys.toSorted()).toEqual(
      ['cartItems', 'category', 'customerSession', 'price', 'profileId', 'quantity', 'responseContent', 'sku', 'state'].toSorted(),
    )
  })

  test('T04 no id that another shopper can think of leads to a session that is not theirs', async () => {
    const { call, sent } = createShop({ limits: { requests: { most: 1e9, perMs: 60_000 } }, fetch: async () => Response.json({}) })
    const theirs = shopperSessionId({ secret }, 'ada', 'basket')
    const bits = fc.tuple(fc.nat(theirs.length - 1), fc.nat(255)).map(([at, code]) => {
      return theirs.slice(0, at) + String.fromCharCode((code % 94) | 33) + theirs.slice(at + 1)
    })
    const guesses = fc.oneof(
      fc.constantFrom(
        theirs,
        'basket',
        `${theirs}=`,
        theirs.toLowerCase(),
        theirs.toUpperCase(),
        `ada","basket`,
        '"ada","basket"',
        'ada/basket',
      ),
      bits,
      fc.string({ minLength: 1, maxLength: 60 }).filter((id) => id !== '.' && id !== '..'),
    )
    for (const id of fc.sample(guesses, { numRuns: 5_000, seed: 4 }))
      await call('GET', `/v2/customer_sessions/${encodeURIComponent(id)}`, { shopper: 'bob' })
    expect(sent.length).toBeGreaterThan(4_500)
    expect(sent.filter(({ url }) => url.pathname.endsWith(theirs))).toEqual([])
  })

  test('T05 somebody else’s session is answered as one that does not exist, byte by byte', async () => {
    const { call } = createShop()
    await call('PUT', session, { body: cart(), shopper: 'ada' })
    const seen = async (id: string) => {
      const response = await call('GET', `/v2/customer_sessions/${id}`, { shopper: 'bob' })
      return [response.status, (await response.text()).replace(/"requestId":"[^"]+"/, ''), Object.fromEntries(response.headers)]
    }
    const missing = await seen('there-is-none')
    expect(missing[0]).toBe(404)
    for (const id of ['basket', shopperSessionId({ secret }, 'ada', 'basket')]) expect(await seen(id)).toEqual(missing)
  })

  test('T06 an id that somebody planted is a cart of its own for whoever has signed in since', async () => {
    const sandbox = createSandbox({ apiKey: key })
    const { call } = createShop({ fetch: sandbox.fetch })
    const read = async (shopper: string): Promise<unknown> => (await call('GET', session, { shopper })).json()
    await call('PUT', session, { body: cart({ couponCodes: ['SAVE10'] }), shopper: 'mallory' })
    const planted = await read('mallory')
    expect(await read('ada')).toMatchObject({ status: 404 })
    await call('PUT', session, { body: cart({ cartItems: [{ sku: 'mug', quantity: 1 }] }), shopper: 'ada' })
    expect(await read('mallory')).toEqual(planted)
    expect(await read('ada')).toMatchObject({ customerSession: { profileId: 'ada', cartItems: [{ sku: 'mug' }] } })
  })

  test('T08 sessions in a query are one’s own however they are written; another parameter is none', async () => {
    const { call, sent } = createShop({ operations: everything, fetch: async () => Response.json({ hasMore: false, data: [] }) })
    const path = '/v1/loyalty_programs/1/profile/me/transactions'
    const theirs = shopperSessionId({ secret }, 'bob', 'basket')
    for (const query of [
      'customerSessionIDs[]',
      'customerSessionIDs[0]',
      'CustomerSessionIDs',
      'customerSessionIds',
      'profileId',
      'customerSessionIDs%00',
    ])
      expect((await call('GET', `${path}?${query}=${theirs}`)).status, query).toBe(400)
    expect(sent).toEqual([])
    for (const query of [
      `customerSessionIDs=${theirs}&customerSessionIDs=basket`,
      `customerSessionIDs=${theirs},basket`,
      `customerSessionIDs=a%26customerSessionIDs%3D${theirs}`,
    ])
      expect((await call('GET', `${path}?${query}`)).status, query).toBe(200)
    const asked = sent.flatMap(({ url }) => url.searchParams.getAll('customerSessionIDs'))
    const own = [theirs, 'basket', `${theirs},basket`, `a&customerSessionIDs=${theirs}`].map((id) =>
      shopperSessionId({ secret }, 'ada', id),
    )
    expect(asked).toEqual(own)
  })

  test('T18 the same secret in another shop is another cart, and another guest', async () => {
    const sandbox = createSandbox({ apiKey: key })
    const open = (audience: string) =>
      createShop({ audience, fetch: sandbox.fetch, identify: () => null, guests: true, network: () => '203.0.113.7' })
    const [one, other] = [open('shop-x'), open('shop-y')]
    const put = await one.call('PUT', session, { body: cart(), shopper: null })
    const cookie = (put.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    expect((await one.call('GET', session, { shopper: null, headers: { cookie } })).status).toBe(200)
    expect((await other.call('GET', session, { shopper: null, headers: { cookie } })).status).toBe(404)
    expect(other.sent).toEqual([])
    const ids = ['shop-x', 'shop-y'].map((audience) => shopperSessionId({ secret, audience }, 'ada', 'basket'))
    expect(new Set(ids).size).toBe(2)
  })

  const returns: [string, unknown][] = [
    undefined,
    '',
    ' ',
    0,
    1,
    NaN,
    true,
    false,
    [],
    ['ada'],
    {},
    'ada',
    () => 'ada',
    Symbol('ada'),
    7n,
    new Map([['profileId', 'ada']]),
    ...['', ' ', '.', '..', 'me', 'a\nb', 'a\0b', '\ud800', 'x'.repeat(1001), 'x'.repeat(2000)].map((profileId) => ({ profileId })),
    ...[7, null, undefined, ['ada'], { toString: () => 'ada' }, new Date()].map((profileId) => ({ profileId })),
    Object.assign([], { id: 'ada' }),
    { ProfileId: 'ada' },
  ].map((value, index) => [`${index}`, value])
  test.each(returns)('T19 an identity that is none is nobody’s, and nobody is anonymous by accident: %s', async (_, identity) => {
    // What a careless `identify` may return, whatever its type promised.
    const { call, sent } = createShop({ identify: () => identity as Shopper, guests: true, network: () => '203.0.113.7' })
    const response = await call('PUT', session, { body: cart() })
    expect([response.status, await codeOf(response), sent]).toEqual([500, 'identity_invalid', []])
    expect(response.headers.get('set-cookie')).toBeNull()
  })

  test('T20 10,000 requests of 100 shoppers at once do not mix', { timeout: 60_000 }, async () => {
    let running = 0
    let most = 0
    const pause = async () => {
      for (let turns = Math.floor(Math.random() * 4); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve))
    }
    const { call, sent } = createShop({
      identify: async ({ headers }) => {
        most = Math.max(most, ++running)
        await pause()
        return { profileId: headers.get('x-test-shopper') ?? '' }
      },
      pricing: async ({ items }, { profileId }) => {
        await pause()
        return { cartItems: items.map((item) => ({ ...item, price: 1, name: `for ${profileId}` })) }
      },
      session: async ({ profileId }, id) => {
        await pause()
        return `${profileId} ${id}`
      },
      fetch: async (input, init) => {
        // What is sent is a session.
        const { customerSession } = (await new Request(input, init).json()) as { customerSession: Record<string, unknown> }
        await pause()
        return Response.json({ customerSession: { ...customerSession, integrationId: `${String(customerSession.profileId)} basket` } })
      },
    })
    const shop = async (shopper: string) => {
      for (let count = 0; count < 100; count++) {
        const body = { ...cart({ couponCodes: [`of-${shopper}`] }), responseContent: ['customerSession'] }
        const response = await call('PUT', session, { shopper, body })
        running--
        expect(await response.json()).toMatchObject({
          customerSession: { profileId: shopper, integrationId: 'basket', couponCodes: [`of-${shopper}`] },
        })
      }
    }
    await Promise.all(Array.from({ length: 100 }, (_, index) => shop(`shopper-${index}`)))
    expect([sent.length, most]).toEqual([10_000, 100])
    for (const { url, body } of sent) {
      const whose = decodeURIComponent(url.pathname.split('/').at(-1) ?? '').split(' ')[0]
      expect(body).toMatchObject({
        customerSession: { profileId: whose, couponCodes: [`of-${whose}`], cartItems: [{ name: `for ${whose}` }] },
      })
    }
  })

  const never = () => new Promise<never>(() => {})
  const late = () => new Promise<never>((resolve) => setTimeout(() => resolve({ profileId: 'ada' } as never), 60))
  const thrown = () => {
    throw new TypeError(key)
  }
  test.each<[string, Parameters<typeof createShop>[0], number, string]>([
    ['identify that never settles', { identify: never }, 503, 'identity_unavailable'],
    ['identify that is late', { identify: late }, 503, 'identity_unavailable'],
    ['identify that throws', { identify: thrown }, 500, 'internal'],
    ['identify that rejects', { identify: () => Promise.reject(new Error(key)) }, 500, 'internal'],
    ['a session mapping that never settles', { session: never }, 503, 'identity_unavailable'],
    ['a session mapping that is late', { session: late }, 503, 'identity_unavailable'],
    ['a session mapping that throws', { session: thrown }, 500, 'internal'],
    ['a session mapping that says whose it is not', { session: () => null }, 404, 'not_found'],
    ['a session mapping that says nothing', { session: () => undefined as never }, 500, 'identity_invalid'],
    ['a session mapping that leads astray', { session: () => '..' }, 500, 'identity_invalid'],
    ['a network that throws', { network: thrown }, 500, 'internal'],
    ['a pricing that never settles', { pricing: never }, 503, 'reprice_failed'],
  ])('T21 %s fails closed, in time, and sends nothing', async (_, options, status, code) => {
    const { call, sent } = createShop({ ...options, timeouts: { identify: 20, pricing: 20 } })
    const start = performance.now()
    const response = await call('PUT', session, { body: cart() })
    const text = await response.text()
    expect([response.status, JSON.parse(text), sent]).toEqual([status, expect.objectContaining({ code }), []])
    expect(text).not.toContain(key)
    expect(performance.now() - start).toBeLessThan(1_000)
    await new Promise((resolve) => setTimeout(resolve, 80))
    expect(sent).toEqual([])
  })
})

describe('a guest', () => {
  const open = (options: Parameters<typeof createShop>[0] = {}) =>
    createShop({
      identify: ({ headers }) => (headers.has('x-test-shopper') ? { profileId: 'ada' } : null),
      guests: true,
      network: () => '203.0.113.7',
      ...options,
    })
  const cookieOf = (response: Response) => (response.headers.get('set-cookie') ?? '').split(';')[0] ?? ''

  test('T07 is known by a cookie that nobody can make up, and that no page reads', async () => {
    const { call, sent } = open()
    const put = await call('PUT', session, { body: cart(), shopper: null })
    const header = put.headers.get('set-cookie') ?? ''
    expect(header).toMatch(/^__Host-talon-one-guest=[\w-]{22}\.[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=2592000$/)
    const cookie = cookieOf(put)
    expect((await call('GET', session, { shopper: null, headers: { cookie: `a=b; ${cookie}; c=d` } })).status).toBe(200)
    sent.length = 0
    const [name = '', value = ''] = cookie.split('=')
    const [id = '', mac = ''] = value.split('.')
    const other = (text: string, at: number) => text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
    const forged = [
      ...Array.from({ length: id.length }, (_, at) => `${other(id, at)}.${mac}`),
      ...Array.from({ length: mac.length }, (_, at) => `${id}.${other(mac, at)}`),
      id,
      `${id}.`,
      `.${mac}`,
      `${id}.${mac.slice(1)}`,
      `${id}.${mac}=`,
      `${id}.${mac}A`,
      `${id}.${mac.toLowerCase()}`,
      `guest_${id}.${mac}`,
      `"${id}.${mac}"`,
      `${id}.${shopperSessionId({ secret }, 'guest', id)}`,
    ]
    for (const one of forged) {
      const response = await call('GET', session, { shopper: null, headers: { cookie: `${name}=${one}` } })
      expect([response.status, sent], one).toEqual([404, []])
    }
    for (const one of [`x${cookie}`, `a="${cookie}"`, cookie.toLowerCase(), `talon-one-guest=${value}`])
      expect((await call('GET', session, { shopper: null, headers: { cookie: one } })).status, one).toBe(404)
    expect(sent).toEqual([])
  })

  test('T07 is not the one who has signed in: each has a cart of their own, and keeps it', async () => {
    const { call, sent } = open()
    const put = await call('PUT', session, { body: cart(), shopper: null })
    const cookie = cookieOf(put)
    const read = async (shopper: string | null) => (await call('GET', session, { shopper, headers: { cookie } })).status
    expect([await read(null), await read('ada')]).toEqual([200, 404])
    // Somebody who calls their own session what the guest's is called at Talon.One is not led there either.
    const real = sent[0]?.url.pathname.split('/').at(-1) ?? ''
    expect((await call('GET', `/v2/customer_sessions/${real}`)).status).toBe(404)
    // Once signed out, the id leads nowhere without the cookie.
    expect((await call('GET', session, { shopper: null })).status).toBe(404)
  })

  test('T07 of another secret is nobody here', async () => {
    const cookie = cookieOf(await open({ secret: `${secret}2` }).call('PUT', session, { body: cart(), shopper: null }))
    const { call, sent } = open()
    expect((await call('GET', session, { shopper: null, headers: { cookie } })).status).toBe(404)
    expect(sent).toEqual([])
  })
})
