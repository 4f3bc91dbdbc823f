import { createTalonOne, type CustomerSessionV2 } from 'talon-one-react'
import {
  createOrderSystem,
  forgetGuest,
  readGuest,
  type SessionNamespace,
  shopperSessionId,
  type ShopperProxyOptions,
} from 'talon-one-react/proxy'
import { createSandbox, percentOffCart } from 'talon-one-react/sandbox'
import { describe, expect, test } from 'vitest'
import { networkIn } from '../../src/proxy/network.ts'
import { cart, codeOf, createShop, key, secret } from './proxy-shop.ts'

const session = '/v2/customer_sessions/basket'
const beans = [{ sku: 'beans', quantity: 2 }]

/** A shop of guests, and a browser that keeps its cookie. */
function createGuestShop(options: Partial<ShopperProxyOptions> = {}) {
  const { proxy, call, sent, events } = createShop({
    guests: true,
    network: ({ headers }) => headers.get('x-test-ip') ?? undefined,
    ...options,
  })
  const openBrowser = (ip = '192.0.2.1') => {
    let cookie: string | undefined
    const ask = async (method: string, path: string, body?: unknown) => {
      const headers = { 'x-test-ip': ip, ...(cookie !== undefined && { cookie: `theme=dark; ${cookie}` }) }
      const response = await call(method, path, { body, headers, shopper: null })
      cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
      return response
    }
    return { ask, cookie: () => cookie ?? '' }
  }
  return { proxy, call, sent, events, openBrowser }
}

const profileIn = (body: unknown) => (body as { customerSession: { profileId: string } }).customerSession.profileId
const withCookie = (cookie: string) => new Request('https://shop.example/login', { headers: { cookie } })

describe('a guest', () => {
  test('is met by the first write, and is the same one afterwards', async () => {
    const { openBrowser, sent } = createGuestShop()
    const { ask, cookie } = openBrowser()
    const first = await ask('PUT', session, cart())
    expect(first.headers.get('set-cookie')).toMatch(
      /^__Host-talon-one-guest=[\w-]{22}\.[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=2592000$/,
    )
    const again = await ask('PUT', session, cart())
    expect([again.status, again.headers.get('set-cookie')]).toEqual([200, null])
    const [one, other] = sent.map(({ body }) => profileIn(body))
    expect(one).toMatch(/^guest_[\w-]{22}$/)
    expect(other).toBe(one)
    expect(readGuest(withCookie(cookie()), { secret })).toEqual({ profileId: one })
    expect((await ask('GET', session)).status).toBe(200)
  })

  test('is nobody until then: what they ask for is not there, and nothing is sent', async () => {
    const { openBrowser, sent } = createGuestShop()
    const { ask } = openBrowser()
    const seen = await Promise.all(
      [session, '/v1/customer_profiles/me/inventory', '/v1/customer_profiles/me/achievements'].map((path) => ask('GET', path)),
    )
    expect(seen.map(({ status, headers }) => [status, headers.get('set-cookie')])).toEqual([
      [404, null],
      [200, null],
      [404, null],
    ])
    expect(sent).toEqual([])
  })

  test('is not made by what leaves no trace: each preview is for somebody else, whom nobody remembers', async () => {
    const { openBrowser, sent } = createGuestShop({ operations: { previews: true, bestPriorPrice: true } })
    const { ask } = openBrowser()
    for (const _ of [1, 2]) expect((await ask('PUT', `${session}?dry=true`, cart())).headers.get('set-cookie')).toBe(null)
    expect(new Set(sent.map(({ body }) => profileIn(body))).size).toBe(2)
  })

  test('whose first write was not answered is the same one at the next try', async () => {
    const { openBrowser, sent } = createGuestShop({ fetch: () => Promise.reject(new Error('no network')) })
    const { ask } = openBrowser()
    for (const _ of [1, 2]) expect((await ask('PUT', session, cart())).status).toBe(503)
    expect(new Set(sent.map(({ body }) => profileIn(body))).size).toBe(1)
  })

  test.each<[string, (cookie: string) => string, Partial<SessionNamespace>?]>([
    ['made up', () => '__Host-talon-one-guest=AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    ['of another shop with the same secret', (cookie: string) => cookie, { audience: 'other' }],
    ['of another secret', (cookie: string) => cookie, { secret: `${secret} and more` }],
    ['with another id', (cookie: string) => cookie.replace(/=(.)/, (_, first) => `=${first === 'A' ? 'B' : 'A'}`)],
    ['cut short', (cookie: string) => cookie.slice(0, -1)],
    ['longer', (cookie: string) => `${cookie}A`],
    ['under another name', (cookie: string) => cookie.replace('__Host-', '')],
  ])('is not whoever has a cookie that is %s', async (_, change, other = {}) => {
    const { openBrowser } = createGuestShop()
    const { ask, cookie } = openBrowser()
    await ask('PUT', session, cart())
    expect(readGuest(withCookie(change(cookie())), { secret, ...other })).toBe(undefined)
  })

  test('is nobody where guests are not switched on, and no guest where somebody is signed in', async () => {
    const { openBrowser, call, sent } = createGuestShop({ identify: () => ({ profileId: 'ada' }) })
    const { ask, cookie } = openBrowser()
    expect((await ask('PUT', session, cart())).headers.get('set-cookie')).toBe(null)
    expect(profileIn(sent[0]?.body)).toBe('ada')
    expect(cookie()).toBe('')
    const { call: strict } = createShop()
    expect((await strict('PUT', session, { body: cart(), shopper: null, headers: { cookie: 'x' } })).status).toBe(401)
    expect((await call('GET', session)).status).toBe(200)
  })

  test('has a cookie for plain http only where that is allowed, and then no other counts', async () => {
    const unsafe = createGuestShop({ guests: { unsafeHttp: true, maxAge: 60_000 } }).openBrowser()
    const met = await unsafe.ask('PUT', session, cart())
    expect(met.headers.get('set-cookie')).toMatch(/^talon-one-guest=[\w.-]{66}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=60$/)
    expect(readGuest(withCookie(unsafe.cookie()), { secret, unsafeHttp: true })).toBeDefined()
    expect(readGuest(withCookie(unsafe.cookie()), { secret })).toBe(undefined)
    expect(readGuest(withCookie(`__Host-${unsafe.cookie()}`), { secret, unsafeHttp: true })).toBe(undefined)
  })

  test('needs somebody who tells networks apart', () => {
    expect(() => createShop({ guests: true })).toThrow('`network`')
  })
})

test('new guests of one network are limited, those of another are not', async () => {
  const { openBrowser, sent, events } = createGuestShop({ limits: { guests: { most: 3, perMs: 60_000 } } })
  const meet = async (ip: string) => (await openBrowser(ip).ask('PUT', session, cart())).status
  // One household has 64 bits of addresses.
  const statuses = []
  for (const host of [1, 2, 3, 4, 5]) statuses.push(await meet(`2001:db8:1:2::${host}`))
  expect(statuses).toEqual([200, 200, 200, 429, 429])
  expect(await meet('2001:db8:1:3::1')).toBe(200)
  expect(sent).toHaveLength(4)
  expect(events.filter(({ type }) => type === 'warning')).toEqual([])
})

test('whoever comes from nowhere shares one set of limits, and that is told once', async () => {
  const { openBrowser, events } = createGuestShop({ network: () => undefined, limits: { guests: { most: 1, perMs: 60_000 } } })
  const statuses = []
  for (const _ of [1, 2]) statuses.push((await openBrowser().ask('PUT', session, cart())).status)
  expect(statuses).toEqual([200, 429])
  expect(events.filter(({ type }) => type === 'warning')).toMatchObject([{ option: 'network' }])
})

test.each([
  ['192.0.2.7', '192.0.2.7'],
  [' 192.0.2.7 ', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::FFFF:c000:207', '192.0.2.7'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:DB8:0:0:1:2:3:4', '2001:db8:0:0::/64'],
  ['[2001:db8:a:b::1]', '2001:db8:a:b::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['192.0.2', 'unknown'],
  ['evil.example', 'unknown'],
  ['1:2', 'unknown'],
  ['', 'unknown'],
  [undefined, 'unknown'],
])('%s is in the network %s', (address, network) => {
  expect(networkIn(address)).toBe(network)
})

describe('the order system', () => {
  const open = () => {
    const sandbox = createSandbox({
      apiKey: key,
      campaigns: [{ id: 1, name: 'Ten', coupons: [{ value: 'TENOFF' }], rules: [percentOffCart(10, { needs: 'coupon' })] }],
    })
    const shop = createGuestShop({ fetch: sandbox.fetch, identify: ({ headers }) => (headers.has('x-ada') ? { profileId: 'ada' } : null) })
    const talonOne = createTalonOne({
      baseUrl: 'https://shop.talon.one',
      fetch: sandbox.fetch,
      headers: { authorization: `ApiKey-v1 ${key}` },
    })
    return { ...shop, orders: createOrderSystem({ talonOne, secret }) }
  }
  const ofAda = { profileId: 'ada', sessionId: 'basket' }
  const priced = [{ sku: 'beans', quantity: 2, price: 12.5 }]

  test('orders a cart with its own prices and the shopper’s codes, once; then it can be called off', async () => {
    const { call, orders } = open()
    await call('PUT', session, { body: cart({ couponCodes: ['TENOFF'] }), headers: { 'x-ada': '1' } })
    const { customerSession } = await orders.close(ofAda, { cartItems: priced })
    expect(customerSession).toMatchObject({
      state: 'closed',
      profileId: 'ada',
      couponCodes: ['TENOFF'],
      cartItems: priced,
      integrationId: shopperSessionId({ secret }, 'ada', 'basket'),
    })
    await expect(orders.close(ofAda, { cartItems: [] })).rejects.toMatchObject({ code: 'session_closed' })
    const late = await call('PUT', session, { body: cart(), headers: { 'x-ada': '1' } })
    expect([late.status, await codeOf(late)]).toEqual([400, 'session_closed'])
    expect((await orders.cancel(ofAda)).customerSession).toMatchObject({ state: 'cancelled' })
  })

  test('hands a guest’s cart over to whoever has signed in, once, and leaves the guest with none', async () => {
    const { openBrowser, call, orders } = open()
    const { ask, cookie } = openBrowser()
    await ask('PUT', session, cart({ couponCodes: ['TENOFF'] }))
    await call('PUT', session, { body: cart({ cartItems: [{ sku: 'cup', quantity: 1 }] }), headers: { 'x-ada': '1' } })
    const guestId = readGuest(withCookie(cookie()), { secret })?.profileId ?? ''
    const merge = (guest: CustomerSessionV2, own: CustomerSessionV2 | undefined) => ({
      cartItems: [...(own?.cartItems ?? []), ...guest.cartItems],
    })
    const answer = await orders.attach({ ...ofAda, guestId, cart: merge })
    expect(answer?.customerSession).toMatchObject({
      profileId: 'ada',
      state: 'open',
      couponCodes: ['TENOFF'],
      cartItems: [{ sku: 'cup' }, { sku: 'beans', quantity: 2 }],
    })
    const left = (await (await ask('GET', session)).json()) as { customerSession: CustomerSessionV2 }
    expect(left.customerSession).toMatchObject({ cartItems: [], couponCodes: [] })
    expect(await orders.attach({ ...ofAda, guestId, cart: merge })).toBe(undefined)
    expect(forgetGuest()).toContain('Max-Age=0')
  })

  test('takes nobody’s cart but a guest’s, and none that is not there', async () => {
    const { orders } = open()
    const nothing = () => ({ cartItems: [] })
    await expect(orders.attach({ ...ofAda, guestId: 'bob', cart: nothing })).rejects.toMatchObject({ code: 'invalid_input' })
    expect(await orders.attach({ ...ofAda, guestId: `guest_${'A'.repeat(22)}`, cart: nothing })).toBe(undefined)
  })

  test('has carts by the shop’s own ids, as its proxy has', async () => {
    const sandbox = createSandbox({ apiKey: key })
    const own = (shopper: { profileId: string }, id: string) => (id.startsWith(shopper.profileId) ? `shop-${id}` : null)
    const { call, sent } = createShop({ session: own, fetch: sandbox.fetch })
    const talonOne = createTalonOne({
      baseUrl: 'https://shop.talon.one',
      fetch: sandbox.fetch,
      headers: { authorization: `ApiKey-v1 ${key}` },
    })
    const orders = createOrderSystem({ talonOne, secret, session: own })
    expect((await call('PUT', '/v2/customer_sessions/ada-1', { body: cart() })).status).toBe(200)
    expect((await call('PUT', '/v2/customer_sessions/bob-1', { body: cart() })).status).toBe(404)
    expect(sent.map(({ url }) => url.pathname)).toEqual(['/v2/customer_sessions/shop-ada-1'])
    expect(
      (await orders.close({ profileId: 'ada', sessionId: 'ada-1' }, { cartItems: beans.map((item) => ({ ...item, price: 1 })) }))
        .customerSession,
    ).toMatchObject({ state: 'closed' })
    await expect(orders.cancel({ profileId: 'ada', sessionId: 'bob-1' })).rejects.toMatchObject({ code: 'not_found' })
  })
})
