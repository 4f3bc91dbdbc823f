/** The threats to a proxy: guessing, flooding, racing and replaying. */
import fc from 'fast-check'
import { createMemoryStore, type ProxyStore, type ShopperProxyOptions, shopperSessionId } from 'talon-one-react/proxy'
import { createSandbox } from 'talon-one-react/sandbox'
import { describe, expect, test } from 'vitest'
import { heapInUse } from '../heap.ts'
import { hashedKey } from '../../src/proxy/hashed-key.ts'
import { networkIn } from '../../src/proxy/network.ts'
import { cart, codeOf, createShop, everything, key, secret } from './proxy-shop.ts'

const session = '/v2/customer_sessions/basket'
const minutes = (count: number) => count * 60_000

/** A shop with time in its hands, over a Talon.One that knows one code. */
function openShop(options: Partial<ShopperProxyOptions> = {}) {
  const clock = { ms: 0, now: () => clock.ms }
  let evaluated = 0
  const fetch: typeof globalThis.fetch = async (input, init) => {
    evaluated++
    const request = new Request(input, init)
    if (request.url.includes('coupon_reservations')) {
      return request.url.endsWith('/REAL')
        ? Response.json({ value: 'REAL' }, { status: 201 })
        : Response.json({ message: 'none' }, { status: 404 })
    }
    // What is sent is a session.
    const { customerSession } = (await request.json()) as { customerSession: { couponCodes?: string[]; referralCode?: string } }
    const verdicts = [
      ...(customerSession.couponCodes ?? []).map((value) => ['Coupon', value]),
      ...(customerSession.referralCode ? [['Referral', customerSession.referralCode]] : []),
    ]
    const effects = verdicts.map(([kind, value = '']) => {
      const isReal = value.toUpperCase() === 'REAL'
      return {
        effectType: `${isReal ? 'accept' : 'reject'}${kind}`,
        props: { value: value.toUpperCase(), ...(!isReal && { rejectionReason: `${kind}NotFound` }) },
      }
    })
    return Response.json({ customerSession: {}, effects })
  }
  const shop = createShop({
    operations: everything,
    clock,
    limits: { requests: { most: 1e9, perMs: 1 } },
    fetch,
    ...options,
  })
  return { ...shop, clock, evaluated: () => evaluated }
}

const random = (index: number) => `GUESS${index.toString(36)}`

describe('codes that are tried in vain', () => {
  const put = (customerSession: object, query = '') => ['PUT', session + query, { customerSession }] as const
  test.each<[string, (code: string) => readonly [string, string, unknown?]]>([
    ['coupons in carts', (code) => put({ couponCodes: [code] })],
    ['coupons in previews', (code) => put({ couponCodes: [code] }, '?dry=true')],
    ['referral codes in carts', (code) => put({ referralCode: code })],
    ['coupons to reserve', (code) => ['POST', `/v1/coupon_reservations/${code}`, {}]],
  ])('T35 T36 are ten in ten minutes, of 1,000: %s', async (_, ask) => {
    const { call, clock, evaluated } = openShop()
    const statuses: number[] = []
    for (let index = 0; index < 1_000; index++) {
      const [method, path, body] = ask(random(index))
      const response = await call(method, path, { body })
      statuses.push(response.status)
      if (response.status !== 429) continue
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(Number(response.headers.get('retry-after'))).toBeLessThanOrEqual(600)
      expect(await codeOf(response)).toBe('rate_limited')
    }
    expect([evaluated(), statuses.filter((status) => status === 429).length]).toEqual([10, 990])
    // Somebody else is not kept from it, and once the time is over a code that there is counts.
    const [method, path, body] = ask('REAL')
    expect((await call(method, path, { body, shopper: 'bob' })).status).toBeLessThan(300)
    clock.ms += minutes(10) + 1
    expect((await call(method, path, { body })).status).toBeLessThan(300)
  })

  test('T35 are counted one by one, also ten in a cart, and in every spelling', async () => {
    const { call, evaluated } = openShop()
    const ten = (from: number) => Array.from({ length: 10 }, (_, index) => random(from + index))
    expect((await call('PUT', session, { body: cart({ couponCodes: ten(0) }) })).status).toBe(200)
    expect((await call('PUT', session, { body: cart({ couponCodes: ten(10) }) })).status).toBe(429)
    expect((await call('PUT', session, { body: cart({ couponCodes: [random(99)] }) })).status).toBe(429)
    // The cart goes on: without a new code, and with those that have had their verdict.
    expect((await call('PUT', session, { body: cart() })).status).toBe(200)
    expect((await call('PUT', session, { body: cart({ couponCodes: ten(0).map((code) => code.toLowerCase()) }) })).status).toBe(200)
    expect(evaluated()).toBe(3)
    const eleven = Array.from({ length: 11 }, (_, index) => random(index))
    expect((await call('PUT', session, { body: cart({ couponCodes: eleven }) })).status).toBe(422)
  })

  test('T35 all at once are no more', async () => {
    const { call, evaluated } = openShop()
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        call('PUT', `${session}-${index}?dry=true`, { body: cart({ couponCodes: [random(index)] }) }),
      ),
    )
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(10)
    expect(evaluated()).toBeLessThanOrEqual(10)
  })

  test('T35 cost once more when their time is over', async () => {
    const { call, clock } = openShop({ limits: { codes: { most: 1, perMs: minutes(10) } } })
    const trying = async (index: number) => (await call('PUT', session, { body: cart({ couponCodes: [random(index)] }) })).status
    expect([await trying(1), await trying(2), await trying(1)]).toEqual([200, 429, 200])
    clock.ms += minutes(10) + 1
    expect([await trying(1), await trying(2)]).toEqual([200, 429])
  })

  test('T35 that are accepted cost nothing, however many', async () => {
    const { call } = openShop()
    for (let turn = 0; turn < 50; turn++)
      expect((await call('PUT', session, { body: cart({ couponCodes: ['REAL'], referralCode: 'real' }) })).status).toBe(200)
  })

  test('T37 by 1,000 guests of one network are those of one network', async () => {
    const { call, evaluated, sent } = openShop({
      identify: () => null,
      guests: true,
      network: ({ headers }) => headers.get('x-real-ip') ?? undefined,
    })
    let met = 0
    for (let index = 0; index < 1_000; index++) {
      const headers = { 'x-real-ip': `2001:db8:1:2:${(index * 7919).toString(16).slice(-4)}::${index.toString(16)}` }
      const response = await call('PUT', session, { body: cart({ couponCodes: [random(index)] }), headers, shopper: null })
      if (response.headers.has('set-cookie') && response.ok) met++
    }
    expect([evaluated(), met]).toEqual([30, 30])
    expect(new Set(sent.map(({ url }) => url.pathname)).size).toBe(30)
    // Another network has its own.
    const elsewhere = await call('PUT', session, {
      body: cart({ couponCodes: ['REAL'] }),
      headers: { 'x-real-ip': '2001:db8:1:3::1' },
      shopper: null,
    })
    expect(elsewhere.status).toBe(200)
  })

  test('T37 new guests of one network are 120 an hour', async () => {
    const { call, clock, evaluated } = openShop({ identify: () => null, guests: true, network: () => '203.0.113.7' })
    const meet = async () => (await call('PUT', session, { body: cart(), shopper: null })).status
    const statuses: number[] = []
    for (let index = 0; index < 300; index++) statuses.push(await meet())
    expect([statuses.indexOf(429), statuses.lastIndexOf(200), evaluated()]).toEqual([120, 119, 120])
    clock.ms += minutes(60) + 1
    expect(await meet()).toBe(200)
  })
})

test('T10 cards that are counted through are not there, and soon nobody is asked', async () => {
  const { call, sent } = createShop()
  const statuses = new Map<number, number>()
  for (let card = 0; card < 10_000; card++) {
    const { status } = await call('GET', `/v1/loyalty_programs/1/cards/CARD${card}/${['balances', 'points', 'transactions'][card % 3]}`)
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }
  expect([statuses.get(404), statuses.get(429), sent]).toEqual([240, 9_760, []])
})

describe('writes of one profile', () => {
  function openSlow(options: Partial<ShopperProxyOptions> = {}) {
    const running = { now: 0, most: 0 }
    const waiting: (() => void)[] = []
    const fetch = async () => {
      running.most = Math.max(running.most, ++running.now)
      await new Promise<void>((resolve) => waiting.push(resolve))
      running.now--
      return Response.json({})
    }
    return {
      ...createShop({ operations: everything, fetch, ...options }),
      running,
      answerAll: () => waiting.splice(0).forEach((answer) => answer()),
    }
  }
  const settle = () => new Promise((resolve) => setTimeout(resolve, 20))

  test('T39 are one at a time: of 50 at once 49 are told to come again', async () => {
    const { call, running, answerAll, sent } = openSlow()
    // One session, and one for each.
    for (const of of [() => session, (index: number) => `${session}-${index}`]) {
      const asked = Array.from({ length: 50 }, (_, index) => call('PUT', of(index), { body: cart() }))
      await settle()
      answerAll()
      const answers = await Promise.all(asked)
      const conflicts = answers.filter(({ status }) => status === 409)
      expect([answers.filter(({ ok }) => ok).length, conflicts.length]).toEqual([1, 49])
      for (const response of conflicts)
        expect(await response.json()).toMatchObject({ code: 'conflict', retryable: true, retryAfterMs: 1_000 })
    }
    expect([sent.length, running.most]).toEqual([2, 1])
    // Those of others, and what only looks, are not kept.
    const others = ['bob', 'carl'].map((shopper) => call('PUT', session, { body: cart(), shopper }))
    const looks = [call('PUT', `${session}?dry=true`, { body: cart() }), call('GET', session)]
    await settle()
    answerAll()
    expect((await Promise.all([...others, ...looks])).map(({ status }) => status)).toEqual([200, 200, 200, 200])
  })

  test('T39 T84 are one at a time across replicas, and what a dead replica held is free again in time', async () => {
    const clock = { ms: 0, now: () => clock.ms }
    const store = createMemoryStore({ clock })
    const [one, other] = [openSlow({ store }), openSlow({ store })]
    // The replica dies: nobody ever answers, nobody opens the lock.
    void one.call('PUT', session, { body: cart() })
    await settle()
    expect((await other.call('PUT', session, { body: cart() })).status).toBe(409)
    clock.ms += 29_999
    expect((await other.call('PUT', session, { body: cart() })).status).toBe(409)
    clock.ms += 2
    const next = other.call('PUT', session, { body: cart() })
    await settle()
    other.answerAll()
    expect((await next).status).toBe(200)
    // The dead one comes back to life: what it held is not what is held now.
    const after = other.call('PUT', session, { body: cart() })
    await settle()
    one.answerAll()
    await settle()
    expect((await createShop({ store }).call('PUT', session, { body: cart() })).status).toBe(409)
    other.answerAll()
    expect((await after).status).toBe(200)
  })

  test('T84 that were not answered in time keep the lane, those that failed do not', async () => {
    let fate: () => Promise<Response> = () => new Promise(() => {})
    const { call } = createShop({ timeouts: { upstream: 20 }, fetch: () => fate() })
    expect((await call('PUT', session, { body: cart(), shopper: 'bob' })).status).toBe(504)
    expect((await call('PUT', session, { body: cart(), shopper: 'bob' })).status).toBe(409)
    fate = async () => Response.json({}, { status: 500 })
    for (let turn = 0; turn < 3; turn++) expect((await call('PUT', session, { body: cart() })).status).toBe(503)
    fate = () => Promise.reject(new TypeError('fetch failed'))
    for (let turn = 0; turn < 3; turn++) expect((await call('PUT', session, { body: cart() })).status).toBe(503)
  })
})

describe('a write that comes late', () => {
  test('T87 is refused once a newer one of its page has been here, and says that its copy may have counted', async () => {
    const { call, sent } = createShop()
    const put = (sequence: string, options: { shopper?: string; path?: string } = {}) =>
      call('PUT', options.path ?? session, { body: cart(), headers: { 'x-talon-sequence': sequence }, ...options })
    const statuses: number[] = []
    for (const sequence of ['page.1', 'page.3', 'page.2', 'page.3', 'page.1', 'page.4']) statuses.push((await put(sequence)).status)
    expect(statuses).toEqual([200, 200, 412, 412, 412, 200])
    expect(await (await put('page.4')).json()).toMatchObject({ code: 'stale_write', status: 412, retryable: true, outcome: 'unknown' })
    // Another page, session or shopper counts for itself; who does not count is let through.
    for (const response of [
      await put('other.1'),
      await put('page.1', { path: `${session}-2` }),
      await put('page.1', { shopper: 'bob' }),
      await call('PUT', session, { body: cart() }),
    ])
      expect(response.status).toBe(200)
    expect(sent.length).toBe(7)
  })

  test.each([
    '',
    ' ',
    'page',
    'page.',
    '.1',
    'page.-1',
    'page.1.2',
    'page.1e3',
    'page.0x1',
    `page.${'9'.repeat(16)}`,
    `${'p'.repeat(65)}.1`,
    'pa ge.1',
    'page.1, page.2',
    'seite-ü.1',
  ])('T87 says its number properly, or is refused: %j', async (sequence) => {
    const { call, sent } = createShop()
    const response = await call('PUT', session, { body: cart(), headers: { 'x-talon-sequence': sequence } })
    expect([response.status, await codeOf(response), sent]).toEqual([400, 'invalid_request', []])
  })

  test('T87 is refused on another replica too', async () => {
    const store = createMemoryStore()
    const sandbox = createSandbox({ apiKey: key })
    const [one, other] = [createShop({ store, fetch: sandbox.fetch }), createShop({ store, fetch: sandbox.fetch })]
    const headers = (count: number) => ({ 'x-talon-sequence': `page.${count}` })
    expect((await one.call('PUT', session, { body: cart(), headers: headers(2) })).status).toBe(200)
    expect((await other.call('PUT', session, { body: cart(), headers: headers(1) })).status).toBe(412)
    expect(other.sent).toEqual([])
  })
})

describe('a network', () => {
  const same: readonly string[][] = [
    [
      '203.0.113.7',
      ' 203.0.113.7 ',
      '::ffff:203.0.113.7',
      '::ffff:cb00:7107',
      '[::ffff:203.0.113.7]',
      '::FFFF:203.0.113.7',
      '0:0:0:0:0:ffff:cb00:7107',
    ],
    [
      '2001:db8:1:2::1',
      '2001:db8:1:2:ffff:ffff:ffff:ffff',
      '2001:0DB8:0001:0002:0000::5',
      '[2001:db8:1:2::9]',
      '2001:db8:1:2::1%eth0',
      '2001:db8:1:2:3:4:203.0.113.7',
    ],
    ['::1', '0:0:0:0:0:0:0:1', '[::1]', '::2'],
    ['2001:db8::1', '2001:db8:0:0::', '2001:db8::ffff:1'],
    [
      undefined,
      '',
      ' ',
      'unknown',
      '_hidden',
      'evil',
      '1.2.3',
      '1.2.3.4.5',
      '203.0.113.7, 10.0.0.1',
      '203.0.113.7:8080',
      '::g',
      ':::',
      '2001:db8:1:2:3',
      '<script>',
      '203.0.113.7\0',
    ].map((address) => address ?? ''),
  ]
  test('T80 is an address, or the half of one that somebody has as a whole; what is none is all one', () => {
    const networks = same.map((addresses) => new Set(addresses.map(networkIn)))
    expect(networks.map(({ size }) => size)).toEqual(same.map(() => 1))
    expect(new Set(networks.flatMap((all) => [...all])).size).toBe(same.length)
    expect(networkIn(undefined)).toBe('unknown')
  })

  test('T80 is told by the shop alone: no header of a browser makes another one', async () => {
    const { call } = openShop({ identify: () => null, guests: true, network: () => '203.0.113.7' })
    const statuses: number[] = []
    for (let index = 0; index < 40; index++) {
      const address = `10.0.${index}.1`
      const headers = {
        'x-forwarded-for': address,
        'x-real-ip': address,
        forwarded: `for=${address}`,
        'cf-connecting-ip': address,
        'true-client-ip': address,
        'x-client-ip': address,
      }
      statuses.push((await call('PUT', session, { body: cart({ couponCodes: [random(index)] }), headers, shopper: null })).status)
    }
    expect(statuses.indexOf(429)).toBe(30)
  })

  test('T80 that is not known is one for all, and the log is told once', async () => {
    const { call, events } = openShop({
      identify: () => null,
      guests: true,
      network: ({ headers }) => headers.get('x-real-ip') ?? undefined,
    })
    const statuses: number[] = []
    for (let index = 0; index < 40; index++) {
      const headers: Record<string, string> = index % 2 ? { 'x-real-ip': `nonsense-${index}` } : {}
      statuses.push((await call('PUT', session, { body: cart({ couponCodes: [random(index)] }), headers, shopper: null })).status)
    }
    expect(statuses.indexOf(429)).toBe(30)
    expect(events.filter(({ type }) => type === 'warning')).toEqual([expect.objectContaining({ option: 'network' })])
  })
})

test('T81 the store of a replica does not grow with the keys that somebody makes up', { timeout: 60_000 }, async () => {
  const store = createMemoryStore()
  const flood = async (from: number, count: number) => {
    for (let index = from; index < from + count; index++) {
      const name = hashedKey('flood', String(index))
      await store.increment(name, 1, minutes(10))
      if (index % 4 === 0) await store.raise(name, 1, minutes(10))
      if (index % 4 === 1) await store.lock(name, 30_000)
    }
    return heapInUse()
  }
  const before = await flood(0, 50_000)
  const after = await flood(50_000, 150_000)
  // Three shelves of 10,000; 150,000 entries more would be some 30 MB.
  expect(after - before).toBeLessThan(5_000_000)
  // What was used last is there, what was used first has gone.
  expect([
    (await store.increment(hashedKey('flood', '199999'), 0, 1)).count,
    (await store.increment(hashedKey('flood', '0'), 0, 1)).count,
  ]).toEqual([1, 0])
})

// A client of Redis may fail, never answer, or answer what is no answer.
const troubles: [string, () => unknown][] = [
  ['down', () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }))],
  ['silent', () => new Promise(() => {})],
  ['wrong', async () => 'OK'],
]

test.each(troubles)('T82 while the store is %s, carts go on, and new codes and new guests do not', async (_, fault) => {
  const inner = createMemoryStore()
  let isWell = true
  const through =
    (name: keyof ProxyStore) =>
    (...args: unknown[]) =>
      // The arguments are those of that very method.
      isWell ? (inner[name] as (...all: unknown[]) => unknown)(...args) : fault()
  const store = { increment: through('increment'), raise: through('raise'), lock: through('lock'), unlock: through('unlock') }
  const { call, events, sent } = openShop({
    // What it answers in trouble is no store's answer.
    store: store as ProxyStore,
    identify: ({ headers }) => (headers.get('x-test-shopper') ? { profileId: headers.get('x-test-shopper') ?? '' } : null),
    guests: true,
    network: () => '203.0.113.7',
  })
  const put = (customerSession: Record<string, unknown>, shopper: string | null = 'ada') =>
    call('PUT', session, { body: cart(customerSession), shopper })
  expect((await put({ couponCodes: ['REAL'] })).status).toBe(200)
  isWell = false
  sent.length = 0
  const start = performance.now()
  expect((await put({})).status).toBe(200)
  expect(performance.now() - start).toBeLessThan(1_000)
  expect((await put({ couponCodes: ['REAL'] })).status, 'a code whose verdict is known').toBe(200)
  for (const refused of [await put({ couponCodes: [random(1)] }), await put({}, null)])
    expect([refused.status, await refused.json()]).toEqual([503, expect.objectContaining({ code: 'store_unavailable', retryable: true })])
  expect(sent.length).toBe(2)
  expect(events.filter(({ type }) => type === 'store')).toEqual([expect.objectContaining({ state: 'down' })])
})

test('T85 no two purposes or lists of parts share a key, a session, an event or an idempotency key', () => {
  const part = fc.oneof(
    fc.constantFrom('', 'a', 'b', 'ab', '"', '","', '\\', '[', ']', ',', '\0', '1'),
    fc.string({ unit: 'binary', maxLength: 4 }),
  )
  const parts = fc.array(part, { maxLength: 4 })
  const seen = new Map<string, string>()
  fc.assert(
    fc.property(fc.constantFrom('lane', 'fence', 'code', 'guesses'), parts, (purpose, list) => {
      const name = hashedKey(purpose, ...list)
      // Lone surrogates are one character to every encoder, and no id has them.
      const what = JSON.stringify([purpose, ...list.map((one) => one.toWellFormed())])
      expect(seen.get(name) ?? what).toBe(what)
      expect(name).toMatch(/^[\w-]{43}$/)
      seen.set(name, what)
    }),
    { numRuns: 20_000, seed: 85 },
  )
  expect(new Set(seen.values()).size).toBe(seen.size)
  const ids = [
    ['ada', 'bc'],
    ['adab', 'c'],
    ['ada","b', 'c'],
    ['ada', '","bc'],
    ['', 'adabc'],
  ].map(([profile = '', id = '']) => shopperSessionId({ secret }, profile, id))
  expect(new Set(ids).size).toBe(ids.length)
})
