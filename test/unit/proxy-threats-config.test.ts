/** The threats to a proxy: careless configuration, and where the key may go. */
import { readFileSync, readdirSync } from 'node:fs'
import { inspect } from 'node:util'
import { createShopperProxy, createStaffProxy, type ShopperProxyOptions } from 'talon-one-react/proxy'
import { describe, expect, test } from 'vitest'
import { cart, createShop, key, secret } from './proxy-shop.ts'

const start = (options: object) =>
  // The point of these tests is what the types forbid.
  createShopperProxy({
    upstream: { baseUrl: 'https://shop.talon.one', apiKey: key },
    secret,
    identify: () => null,
    pricing: 'catalog',
    ...options,
  } as unknown as ShopperProxyOptions)

describe('T47 a base URL', () => {
  const refused: readonly (string | undefined)[] = [
    'http://shop.talon.one',
    'http://shop.talon.one:443',
    'ftp://shop.talon.one',
    'ws://shop.talon.one',
    'wss://shop.talon.one',
    'file:///shop.talon.one',
    'javascript:alert(1)',
    'data:text/plain,x',
    'https://user:pass@shop.talon.one',
    'https://user@shop.talon.one',
    'https://:pass@shop.talon.one',
    'https://shop.talon.one@evil.example',
    'https://shop.talon.one:pass@evil.example',
    'https://shop.talon.one/path',
    'https://shop.talon.one/v1',
    'https://shop.talon.one//',
    'https://shop.talon.one/./x',
    'https://shop.talon.one?x',
    'https://shop.talon.one/?x=1',
    'https://shop.talon.one#x',
    'https://shop.talon.one/#/',
    'https://shop.talon.one.evil.example',
    'https://x.talon.one.evil.com',
    'https://evil-talon.one',
    'https://eviltalon.one',
    'https://talon.one',
    'https://talon.one.',
    'https://shop.talon.one.',
    'https://shop.talon.one..',
    'https://talon-one.example',
    'https://shop.talon.one%2eevil.example',
    'https://shop.talon.one%00.evil.example',
    'https://shop.talon.one\\@evil.example',
    'https://shop.talon.one\\.evil.example',
    'https://evil.example\\shop.talon.one',
    'https://evil.example/shop.talon.one',
    'https://evil.example?.talon.one',
    'https://evil.example#.talon.one',
    'https://10.0.0.1',
    'https://192.168.0.1',
    'https://169.254.169.254',
    'http://169.254.169.254',
    'https://[fd00::1]',
    'https://2130706433.example',
    'http://127.0.0.2',
    'http://0.0.0.0',
    'http://[::]',
    'http://127.0.0.1.evil.example',
    'http://localhost.evil.example',
    'http://evil.localhost',
    'https://0xa9fea9fe',
    'https://shоp.tаlon.one',
    'https://shop.talon。one.evil.example',
    'https://shop.talon.on',
    'https://shop.talon.one.talon.two',
    '',
    ' ',
    'shop.talon.one',
    '//shop.talon.one',
    '/talon-one',
    'https://',
    'https:',
    'nonsense',
    'https://shop .talon.one',
    'https://[shop.talon.one]',
    'https://shop.talon.one:99999',
    undefined,
  ]
  test('there are 60 and more that are refused', () => {
    expect(new Set(refused).size).toBeGreaterThanOrEqual(60)
  })

  test.each(refused)('such as %s is refused at the start, without being quoted', (baseUrl) => {
    for (const open of [start, (options: object) => createStaffProxy({ identify: () => null, ...options } as never)]) {
      const opening = () => open({ upstream: { baseUrl, apiKey: key } })
      expect(opening).toThrow('`upstream.baseUrl`')
      expect(opening).not.toThrow(/evil|pass|CANARY/)
      expect(opening).not.toThrow(key)
    }
  })

  test.each([
    ['https://shop.talon.one', 'https://shop.talon.one'],
    ['https://shop.europe-west1.talon.one/', 'https://shop.europe-west1.talon.one'],
    ['HTTPS://SHOP.TALON.ONE:443', 'https://shop.talon.one'],
    ['https://shop.talon.one:8443', 'https://shop.talon.one:8443'],
    ['http://localhost:4010', 'http://localhost:4010'],
    ['http://127.0.0.1:4010', 'http://127.0.0.1:4010'],
    ['http://[::1]:4010', 'http://[::1]:4010'],
    ['https://gateway.example', 'https://gateway.example'],
  ])('such as %s is the origin of everything that is sent: %s', async (baseUrl, origin) => {
    const { call, sent } = createShop({
      upstream: { baseUrl, apiKey: key, hosts: ['gateway.example'] },
      fetch: async () => Response.json({}),
    })
    for (const id of ['basket', '@evil.example', '//evil.example', '.evil.example', '%2F%2Fevil.example', ':80@evil.example'])
      await call('PUT', `/v2/customer_sessions/${encodeURIComponent(id)}`, { body: cart() })
    expect(sent.map(({ url }) => url.origin)).toEqual(Array(6).fill(origin))
  })
})

describe('T74 a key', () => {
  const bad = [
    '',
    ' ',
    '\n',
    `${key}\nx`,
    `${key}\r\nx: y`,
    `${key} x`,
    `${key}\0`,
    `${key}\u00e9`,
    `${key}😀`,
    `${key}\u2028x`,
    `\ufeff${key}x y`,
    key.repeat(50),
    undefined,
  ]
  test.each(bad)('that cannot stand in a header is refused at the start, and not quoted: %j', (apiKey) => {
    for (const open of [start, (options: object) => createStaffProxy({ identify: () => null, ...options } as never)]) {
      let thrown: unknown
      try {
        open({ upstream: { baseUrl: 'https://shop.talon.one', apiKey } })
      } catch (error) {
        thrown = error
      }
      expect(thrown).toBeInstanceOf(Error)
      const told = inspect(thrown, { depth: 20, showHidden: true }) + String(thrown)
      expect(told).toContain('`upstream.apiKey`')
      expect(told).not.toContain(key)
    }
  })

  test('is in nothing that can be looked at, nor is the secret', () => {
    for (const proxy of [
      start({}),
      createStaffProxy({ upstream: { baseUrl: 'https://shop.talon.one', apiKey: key }, identify: () => null }),
    ]) {
      const seen = [
        inspect(proxy, { depth: 20, showHidden: true }),
        JSON.stringify(proxy) ?? '',
        String(proxy),
        JSON.stringify(Object.getOwnPropertyDescriptors(proxy)),
      ]
      for (const text of seen) for (const one of [key, secret]) expect(text).not.toContain(one)
    }
  })

  test('with white space around it, as files have it, is the key', async () => {
    const { call, sent } = createShop({
      upstream: { baseUrl: 'https://shop.talon.one', apiKey: ` ${key}\n` },
      fetch: async () => Response.json({}),
    })
    await call('GET', '/v2/customer_sessions/basket')
    expect(sent[0]?.headers.get('authorization')).toBe(`ApiKey-v1 ${key}`)
  })
})

test.each<[string, object]>([
  ...['short', 'x'.repeat(31), '', undefined, null, 7, ['x'.repeat(40)], {}].map((value): [string, object] => [
    '`secret`',
    { secret: value },
  ]),
  ['`secret`', { secret: key.padEnd(40, 'x'), upstream: { baseUrl: 'https://shop.talon.one', apiKey: ` ${key.padEnd(40, 'x')}` } }],
  ...[
    ['*'],
    ['null'],
    ['https://*.example'],
    ['https://shop.example/'],
    ['https://shop.example/path'],
    ['shop.example'],
    ['https://SHOP.example'],
    ['https://shop.example:443'],
    [''],
    [7],
    '*',
    'https://shop.example',
    {},
    7,
    null,
  ].map((origins): [string, object] => ['`origins`', { origins }]),
  ...[undefined, null, '', 'browser', true, {}, 'trust-browser', 'CATALOG'].map((pricing): [string, object] => ['`pricing`', { pricing }]),
  ...[undefined, null, 'ada', {}].map((identify): [string, object] => ['`identify`', { identify }]),
  ...[true, {}].map((guests): [string, object] => ['`network`', { guests }]),
  ...['body', 'identify', 'upstream', 'pricing', 'store'].flatMap((name) =>
    [0, -1, NaN, Infinity, '10', null, 2 ** 31].map((ms): [string, object] => [`\`timeouts.${name}\``, { timeouts: { [name]: ms } }]),
  ),
  ...['body', 'depth', 'lines', 'coupons'].flatMap((name) =>
    [0, -1, NaN, Infinity, 1.5, '10', null].map((limit): [string, object] => [`\`limits.${name}`, { limits: { [name]: limit } }]),
  ),
  ...['requests', 'codes', 'networkCodes', 'guests'].flatMap((name) =>
    [{ most: 0, perMs: 1 }, { most: 1, perMs: NaN }, { most: Infinity, perMs: 1 }, {}, 240, null].map((rate): [string, object] => [
      `\`limits.${name}`,
      { limits: { [name]: rate } },
    ]),
  ),
  ...[{ lines: 1001 }, { depth: 1001 }].map((limits): [string, object] => ['`limits.', { limits }]),
  ...['talon-one', '/talon-one/', '/a b', '/a?b', '//', '/../x y', 'https://shop.example/x'].map((basePath): [string, object] => [
    '`basePath`',
    { basePath },
  ]),
  ...[0, -1, NaN, Infinity, '10', null].map((maxAge): [string, object] => [
    '`guests.maxAge`',
    { guests: { maxAge }, network: () => '192.0.2.1' },
  ]),
  ...['sessionAttributes', 'itemAttributes', 'customEffects'].flatMap((name) =>
    ['Name', {}, null, true].map((list): [string, object] => [`\`fields.${name}\``, { fields: { [name]: list } }]),
  ),
  ...['Name', 7, {}, null, true].flatMap((list): [string, object][] => [
    ['`operations.profileAttributes`', { operations: { profileAttributes: list } }],
    ['`operations.loyaltyProgramIds`', { operations: { loyaltyProgramIds: list } }],
    ['`operations.referrals.campaignIds`', { operations: { referrals: { campaignIds: list } } }],
    ['`operations.joinLoyaltyProgram.loyaltyProgramIds`', { operations: { joinLoyaltyProgram: { loyaltyProgramIds: list } } }],
    ['`operations.events.types`', { operations: { events: { types: list } } }],
    ['`operations.events.attributes`', { operations: { events: { types: ['looked'], attributes: { looked: list } } } }],
  ]),
  ...['referrals', 'joinLoyaltyProgram', 'events'].map((name): [string, object] => [
    `\`operations.${name}.`,
    { operations: { [name]: true } },
  ]),
  ['`upstream`', { upstream: undefined }],
  ['`couponReasons`', { couponReasons: 'all' }],
])('T90 bad configuration refuses to start and names %s only: %o', (named, options) => {
  expect(() => start(options)).toThrow(named)
  expect(() => start(options)).not.toThrow(key)
  expect(() => start(options)).not.toThrow(secret)
})

test('T65 the package writes no HTML', () => {
  const src = new URL('../../src/', import.meta.url)
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file))
  expect(files.length).toBeGreaterThan(100)
  const writing = files.filter((file) =>
    /dangerouslySetInnerHTML|innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc/i.test(readFileSync(new URL(file, src), 'utf8')),
  )
  expect(writing).toEqual([])
})

test('T91 the proxy needs one package, which needs none', () => {
  const folder = new URL('../../src/proxy/', import.meta.url)
  // The command beside it is for Node.
  const imported = readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && file !== 'cli.ts')
    .flatMap((file) => [...readFileSync(new URL(file, folder), 'utf8').matchAll(/from '([^.'][^']*)'/g)])
    .map(([, name = '']) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    )
  expect([...new Set(imported)]).toEqual(['@noble/hashes'])
  // npm writes it.
  const { dependencies = {} } = JSON.parse(
    readFileSync(new URL('../../node_modules/@noble/hashes/package.json', import.meta.url), 'utf8'),
  ) as { dependencies?: object }
  expect(dependencies).toEqual({})
})
