import { checkProxy, type CheckReport, type ProxyCheckOptions } from 'talon-one-react/proxy'
import { createSandbox } from 'talon-one-react/sandbox'
import { serve as serveFetch } from 'srvx'
import { describe, expect, test } from 'vitest'
import { checks } from '../../src/proxy/checks.ts'
import { closedAddress, serve } from '../http-server.ts'
import { ada, bob, createFaulty, discreet, type Fault, faults, mount, naive, problem, type Proxy, sound } from './proxy-faults.ts'
import { createShop, everything, key } from './proxy-shop.ts'

const both = { headers: ada, otherHeaders: bob }

function check(proxy: Proxy, options: ProxyCheckOptions = both): Promise<CheckReport> {
  return checkProxy(mount, { fetch: (input, init) => proxy(new Request(input, init)), ...options })
}

/** On a port of this machine. */
async function checkOverHttp(proxy: Proxy, options: ProxyCheckOptions = {}): Promise<CheckReport> {
  const server = serveFetch({ port: 0, hostname: '127.0.0.1', silent: true, fetch: proxy })
  try {
    await server.ready()
    return await checkProxy(`${server.url}talon-one/`, { ...both, ...options })
  } finally {
    await server.close(true)
  }
}

const named = ({ checks: results }: CheckReport, wanted: string) =>
  results.filter(({ verdict }) => verdict === wanted).map(({ name }) => name)

describe('a proxy of ours', () => {
  test('passes every check in process', async () => {
    const report = await check(createFaulty())
    expect(report).toMatchObject({ passed: checks.length - 1, failed: 0, skipped: 1 })
    expect(named(report, 'skipped')).toEqual(['guesses'])
  })

  test('passes every check with everything that a shopper can be given', async () => {
    expect(named(await check(createFaulty({ options: { operations: everything } })), 'failed')).toEqual([])
  })

  test('passes every check over HTTP', async () => {
    const report = await checkOverHttp(createShop().proxy)
    expect([named(report, 'failed'), named(report, 'skipped')]).toEqual([[], ['guesses']])
  })

  test('passes for a product that it sells, and with a limit on guesses', async () => {
    const report = await check(createFaulty(), { ...both, sku: 'beans', guesses: true })
    expect(report).toMatchObject({ passed: checks.length, failed: 0, skipped: 0 })
    expect(report.checks.find(({ name }) => name === 'guesses')?.reason).toBe('429 after 10')
  })
})

test.each(sound)('a sound proxy passes: $what', async (proxy) => {
  const report = await check(createFaulty(proxy), { ...both, sku: 'beans' })
  expect([named(report, 'failed'), named(report, 'skipped')]).toEqual([[], ['guesses']])
})

test('a proxy that shows less is not failed for what cannot be seen', async () => {
  const report = await check(createFaulty({ proxy: discreet }))
  expect([named(report, 'failed'), named(report, 'skipped')]).toEqual([[], ['identity-headers', 'price-from-browser', 'guesses']])
})

describe('a fault', () => {
  test.each(faults)('$check: $what', async ({ check: name, also = [], ...fault }: Fault) => {
    const report = await check(createFaulty(fault), { ...both, guesses: name === 'guesses' })
    expect(named(report, 'failed').toSorted()).toEqual([name, ...also].toSorted())
    const found = report.checks.find((result) => result.name === name)
    expect([found?.reason?.length, found?.advice?.length]).toEqual([expect.any(Number), expect.any(Number)])
  })

  test('long-body: leaves the rest of a body in a connection that it keeps', async () => {
    const ours = createFaulty()
    const keeping: Proxy = async (request) => {
      if (Number(request.headers.get('content-length')) < 2 ** 20) return ours(request)
      await request.body?.getReader().read()
      return problem(413)
    }
    const report = await checkOverHttp(keeping, { timeoutMs: 500 })
    expect(report.checks.filter(({ verdict }) => verdict === 'failed')).toMatchObject([
      { name: 'long-body', reason: expect.stringContaining('answered no further request') },
    ])
  })

  test('is there for every check, and each check has a name, an advice and a threat of its own', () => {
    expect(new Set(faults.map(({ check: name }) => name))).toEqual(new Set(checks.map(({ name }) => name)))
    expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length)
    for (const { name, tries, advice, threats } of checks) {
      expect(name).toMatch(/^[a-z\d]+(-[a-z\d]+)*$/)
      expect(advice).toMatch(/^[A-Z].*\.$/)
      expect(`${tries} ${advice}`).not.toMatch(/\bT\d\d\b/)
      expect(threats.join(' ')).toMatch(/^T\d\d( T\d\d)*$/)
    }
  })

  test('is seen by most checks in a proxy that only adds the key', async () => {
    expect(named(await check(createFaulty({ proxy: naive })), 'failed')).toMatchInlineSnapshot(`
      [
        "custom-header",
        "cross-site",
        "foreign-profile-in-body",
        "foreign-profile-in-path",
        "duplicate-key",
        "foreign-session",
        "foreign-session-write",
        "signed-out",
        "close-session",
        "price-from-browser",
        "unreleased-campaigns",
        "staff-content",
        "codes-at-once",
        "delete-customer-data",
        "audiences",
        "catalog-sync",
        "reopen-session",
        "return-items",
        "activate-points",
        "reserved-customers",
        "campaigns",
        "path-tricks",
        "media-type",
        "long-body",
        "invalid-utf8",
        "no-store",
        "no-sniffing",
        "problem-json",
        "upstream-words",
      ]
    `)
  })
})

describe('what it does to a shop', () => {
  test('is at most 70 requests, none of which leaves anything of ours closed or anybody else’s touched', async () => {
    const sandbox = createSandbox({ apiKey: key })
    const { proxy } = createShop({ fetch: sandbox.fetch })
    const before = new Set(sandbox.state.coupons.keys())
    const asked: string[] = []
    await check((request) => {
      asked.push(`${request.method} ${request.url}`)
      return proxy(request)
    })
    expect(asked.length).toBeLessThanOrEqual(70)
    const ids = asked.flatMap((line) => /\/customer_sessions\/(.*?)(?:[/?;%]|$)/.exec(line)?.[1] ?? [])
    expect(ids.filter((id) => !/^([\da-f-]{36}|check)$/.test(id))).toEqual([])
    const states = [...sandbox.state.sessions.values()].map(({ session }) => session.state)
    expect(states.length).toBeGreaterThan(5)
    expect(new Set(states)).toEqual(new Set(['open']))
    expect(new Set(sandbox.state.coupons.keys())).toEqual(before)
    expect([...sandbox.state.profiles.keys()].toSorted()).toEqual(['ada', 'bob'])
  })

  test('is what it says it leaves behind, also with a proxy that lets everything through', async () => {
    const sandbox = createSandbox({ apiKey: key })
    const headers = { authorization: `ApiKey-v1 ${key}` }
    const body = '{"customerSession":{"profileId":"carol","couponCodes":["SAVE10"],"cartItems":[{"sku":"MUG","quantity":2,"price":12}]}}'
    await sandbox.fetch('https://shop.talon.one/v2/customer_sessions/cart-of-carol', { method: 'PUT', headers, body })
    const before = sandbox.snapshot()
    await check(createFaulty({ sandbox, proxy: naive }), { ...both, guesses: true })
    const after = sandbox.snapshot()
    const changed = Object.keys(before).filter((part) => JSON.stringify(Object(after)[part]) !== JSON.stringify(Object(before)[part]))
    expect(changed.toSorted()).toEqual(['nextId', 'profiles', 'sessions'])
    expect(sandbox.state.sessions.get('cart-of-carol')).toEqual(new Map(before.sessions).get('cart-of-carol'))
    const left = [...sandbox.state.sessions.values()].filter(({ session }) => session.state !== 'open')
    expect(left.map(({ session }) => [session.state, session.cartItems])).toEqual([['closed', []]])
    expect([...sandbox.state.profiles.keys()].filter((id) => !/^(ada|bob|carol|check-[\da-f-]{36})$/.test(id))).toEqual([])
  })

  test('sends each shopper’s headers with their own requests, and none with those of nobody', async () => {
    const { proxy } = createShop()
    const seen = new Set<string | null>()
    await check((request) => {
      seen.add(request.headers.get('x-test-shopper'))
      return proxy(request)
    })
    expect(seen).toEqual(new Set(['ada', 'bob', null]))
  })
})

describe('without a shopper', () => {
  test('what strangers can do is checked, and the rest is skipped with what it needs', async () => {
    const report = await check(createFaulty(), {})
    expect(report.failed).toBe(0)
    expect(named(report, 'passed').length).toBeGreaterThan(8)
    expect(report.checks.find(({ name }) => name === 'custom-header')).toEqual({
      name: 'custom-header',
      tries: expect.any(String),
      verdict: 'skipped',
      reason: 'needs `headers` that sign a test shopper in',
    })
  })

  test('what takes two is skipped for one', async () => {
    const report = await check(createFaulty(), { headers: ada })
    expect([named(report, 'failed'), named(report, 'skipped')]).toEqual([
      [],
      ['foreign-profile-in-query', 'foreign-session', 'foreign-session-write', 'guesses'],
    ])
  })
})

describe('where there is nothing to check', () => {
  const refusal = (proxy: Proxy, options?: ProxyCheckOptions) => check(proxy, options).then(String, String)
  const json = (status: number) => async () => Response.json({}, { status })

  test.each<[string, Proxy, RegExp]>([
    ['a page', async () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } }), /no proxy there.* no JSON/],
    ['a path that is not there', json(404), /no proxy there.*404.*mounted/],
    ['a path for other methods', json(405), /no proxy there.*405/],
    ['a redirect', async () => new Response(null, { status: 302, headers: { location: '/login' } }), /sends callers elsewhere \(302\)/],
    ['a proxy that does not work', json(502), /answered 502.*does not work/],
    ['headers that sign nobody in', json(401), /`headers` sign nobody in/],
    ['a proxy that knows no carts', json(422), /refuses an empty cart.*422/],
    ['a proxy that has had enough', json(429), /no more requests.*429/],
    ['somebody who never answers', () => new Promise(() => undefined), /nobody there: no answer within 50 ms/],
  ])('it says so: %s', async (_, proxy, message) => {
    expect(await refusal(proxy, { headers: ada, timeoutMs: 50 })).toMatch(message)
  })

  test('it says so: an answer without an end, over HTTP', async () => {
    await using server = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{')
    })
    await expect(checkProxy(server.url, { timeoutMs: 200 })).rejects.toThrow('nobody there: no answer within 200 ms')
  })

  test('it says so: a port where nobody listens', async () => {
    await expect(checkProxy(`${await closedAddress()}/talon-one`)).rejects.toThrow('checkProxy: nobody there: no answer (ECONNREFUSED)')
  })

  test.each([
    ['no url', /the URL is none/],
    ['ftp://shop.example', /https:/],
    ['https://ann:pass@shop.example', /without a name/],
    ['https://shop.example/?a=b', /without a name, a query/],
  ])('it refuses the URL %s, and does not repeat it', async (url, message) => {
    const said = await checkProxy(url).then(String, String)
    expect(said).toMatch(message)
    expect(said).not.toContain('ann')
  })

  test('it refuses headers that are none, and does not repeat them', async () => {
    const said = await refusal(createFaulty(), { headers: { cookie: 'sid-7f3a9c\n' + '\u0000' } })
    expect(said).toBe('Error: checkProxy: `headers` are no headers')
  })

  test('it refuses two shoppers who are one, a second without a first, and a time that is none', async () => {
    const proxy = createFaulty()
    expect(await refusal(proxy, { headers: ada, otherHeaders: ada })).toMatch(/sign in the same shopper/)
    expect(await refusal(proxy, { otherHeaders: bob })).toMatch(/needs `headers` beside it/)
    for (const timeoutMs of [0, -1, NaN, Infinity]) expect(await refusal(proxy, { timeoutMs })).toMatch(/`timeoutMs` must be/)
  })
})

describe('in the middle', () => {
  const from = (name: string, proxy: Proxy, then: Proxy): [Proxy, NonNullable<ProxyCheckOptions['onCheck']>] => {
    const previous = checks[checks.findIndex((one) => one.name === name) - 1]?.name
    let isThen = false
    return [(request) => (isThen ? then : proxy)(request), (result) => (isThen ||= result.name === previous)]
  }

  test('a proxy that is brought down is one error that names the check', async () => {
    const [proxy, onCheck] = from('deep-json', createFaulty(), () => Promise.reject(new TypeError('fetch failed')))
    await expect(check(proxy, { ...both, onCheck })).rejects.toThrow('has not answered any more since `deep-json`')
  })

  test('a request that never ends fails its check, and the others go on', async () => {
    const ours = createFaulty()
    const proxy: Proxy = (request) => (request.method === 'PATCH' ? new Promise(() => undefined) : ours(request))
    const report = await check(proxy, { ...both, timeoutMs: 200 })
    expect(report.checks.filter(({ verdict }) => verdict === 'failed')).toMatchObject([
      { name: 'unknown-method', reason: 'no answer within 200 ms' },
    ])
  })

  test('a long body that is answered by hanging up is refused, as long as the proxy lives on', async () => {
    const ours = createFaulty()
    const proxy: Proxy = async (request) => {
      if ((await request.clone().text()).length > 2 ** 20) throw new TypeError('fetch failed')
      return ours(request)
    }
    const report = await check(proxy)
    expect(report.failed).toBe(0)
    expect(report.checks.find(({ name }) => name === 'long-body')?.reason).toMatch(/connection was closed/)
  })

  test('a limit is waited for where it says how long, and else its check is skipped', async () => {
    const limits = (headers: HeadersInit) => {
      const ours = createFaulty()
      let count = 0
      return (request: Request) => (++count % 5 === 0 ? Promise.resolve(Response.json({}, { status: 429, headers })) : ours(request))
    }
    // Its own refusals look otherwise than the proxy's.
    const careless = ['no-store', 'no-sniffing', 'problem-json']
    const patient = await check(limits({ 'retry-after': '0' }))
    expect([named(patient, 'failed'), named(patient, 'skipped')]).toEqual([careless, ['guesses']])
    const lost = await check(limits({}))
    expect(named(lost, 'failed')).toEqual(careless)
    expect(lost.checks.filter(({ reason }) => /\(429\): run it again later/.test(reason ?? '')).length).toBeGreaterThan(5)
  })
})

test('each result is told as it comes, and none holds a header, an id or a code', async () => {
  const told: unknown[] = []
  const secret = 'sid-7f3a9c'
  const proxy = createShop({
    identify: ({ headers }) => (headers.has('cookie') ? { profileId: `id-of-${headers.get('cookie')}` } : null),
  }).proxy
  const report = await check(proxy, {
    headers: { cookie: secret },
    otherHeaders: { cookie: `other-${secret}` },
    guesses: true,
    onCheck: (result) => told.push(result),
  })
  expect(told).toEqual(report.checks)
  const failing = await check(createFaulty({ proxy: naive }), { headers: { cookie: secret, 'x-test-shopper': 'ada' } })
  for (const text of [JSON.stringify(report), JSON.stringify(failing)]) {
    expect(text).not.toContain(secret)
    expect(text).not.toMatch(/[\da-f]{8}-[\da-f]{4}|CHECK-/)
  }
})
