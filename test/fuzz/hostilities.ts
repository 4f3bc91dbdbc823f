/** What is done to a request, by name: each is counted. */
import type { Endpoint } from '../../src/endpoint.ts'
import { isRecord } from '../../src/record.ts'
import type { Dice } from '../runner/dice.ts'
import { type Draft, recordsIn, type Scene, type UpstreamFault, upstreamFaults } from './draft.ts'
import { anyJson, hardTexts } from './values.ts'
import { derive, guestCookieOf, guestIdOf, key, namedOrigin, ownOrigin, type Setup } from './world.ts'

export interface Hostility {
  name: string
  /** For one of the proxies only. */
  only?: Setup['is']
  /** How many times as often as others, among those that fit a row. Default: 1. */
  often?: number
  /** Default: every row. */
  fits?: (row: Endpoint) => boolean
  apply: (draft: Draft, scene: Scene) => void
}

const hasParams = ({ params }: Endpoint) => Object.keys(params).length > 0
const hasBody = ({ body }: Endpoint) => body !== undefined
const isSession = ({ operationId }: Endpoint) => operationId === 'updateCustomerSessionV2'

// Paths

/** Puts a segment where the row has a parameter. */
const param =
  (segment: (scene: Scene, before: string) => string): Hostility['apply'] =>
  (draft, scene) => {
    const places = scene.row.path
      .slice(1)
      .split('/')
      .flatMap((part, place) => (part.startsWith('{') ? [place] : []))
    const place = places[scene.dice.between(0, places.length - 1)] ?? 0
    draft.segments[place] = segment(scene, draft.segments[place] ?? '')
  }

const ofPaths: readonly Hostility[] = [
  { name: 'foreign profile in the path', apply: param(({ dice, foreign }) => encodeURIComponent(dice.pick(foreign.profiles))) },
  { name: 'foreign session in the path', apply: param(({ dice, foreign }) => encodeURIComponent(dice.pick(foreign.sessions))) },
  { name: 'foreign card in the path', apply: param(({ dice, foreign }) => encodeURIComponent(dice.pick(foreign.cards))) },
  { name: 'dot segments', apply: param(({ dice }) => dice.pick(['.', '..', '%2e', '%2e%2e', '.%2E', '%2E.', '...'])) },
  {
    name: 'double encoding',
    apply: param(({ dice }, before) => dice.pick(['%252e%252e', '%252e', '%25252e%25252e', '%252f', before.replaceAll('%', '%25')])),
  },
  {
    name: 'encoded slash',
    apply: param(({ dice, foreign }, before) => `${before}%2f..%2F${encodeURIComponent(dice.pick(foreign.profiles))}`),
  },
  { name: 'backslash', apply: param(({ dice }, before) => before + dice.pick(['\\..\\', '%5c..%5c', '\\', '%5C'])) },
  { name: 'path parameter', apply: param(({ dice }, before) => before + dice.pick([';', ';v=1', ';/../', '%3b', ',', '~'])) },
  { name: 'nul', apply: param(({ dice }, before) => dice.pick([`${before}%00`, '%00', `%00${before}`])) },
  {
    name: 'crlf',
    apply: param(({ dice }, before) => before + dice.pick(['%0d%0aHost:%20evil', '%0a', '%0D', '\r\n', '%E5%98%8A%E5%98%8D'])),
  },
  { name: 'overlong utf-8', apply: param(({ dice }) => dice.pick(['%c0%ae%c0%ae', '%c0%af', '%e0%80%af', '%ff', '%f8%80%80%80'])) },
  { name: 'surrogate in the path', apply: param(({ dice }) => dice.pick(['%ed%a0%80', '\ud800', 'a\udc00', '%ED%B0%80', '%u002e'])) },
  { name: 'huge id', apply: param(({ dice }) => dice.pick(['x', '%41', '%2e', '%F0%9F%98%80']).repeat(dice.pick([1000, 1001, 2700]))) },
  { name: 'hard id', apply: param(({ dice }) => encodeURIComponent(dice.pick(hardTexts))) },
  { name: 'no id', apply: param(({ dice }) => dice.pick(['', '%20', '%e2%80%8b', 'undefined', 'null', '0', '-1', '1e3', '1.5'])) },
  { name: 'me', apply: param(({ dice }) => dice.pick(['me', 'ME', 'me%00', '%6d%65', 'me%20', 'm%C3%A9', 'me.'])) },
  { name: 'query in the path', apply: param((_, before) => `${before}?dry=true&now=2030-01-01T00:00:00Z#`) },
]
const paths = ofPaths.map((one) => ({ ...one, fits: hasParams }))

const roads: readonly Hostility[] = [
  {
    name: 'case',
    apply(draft, { dice }) {
      const place = dice.between(0, draft.segments.length - 1)
      draft.segments[place] = draft.segments[place]?.toUpperCase() ?? ''
    },
  },
  {
    name: 'more segments',
    apply: (draft, { dice }) => void draft.segments.push(dice.pick(['', 'inventory', '..', 'memberships', '.', 'x'])),
  },
  { name: 'fewer segments', apply: (draft) => void draft.segments.pop() },
  {
    name: 'empty segment',
    apply: (draft, { dice }) => void draft.segments.splice(dice.between(0, draft.segments.length), 0, ''),
  },
  {
    name: 'encoded literal',
    apply: (draft, { dice }) => {
      draft.segments[0] = dice.pick(['%76', 'v%31', '%2576', '%56']) + (draft.segments[0] ?? '').slice(1)
    },
  },
  {
    name: 'out of the mount path',
    apply: (draft, { dice, foreign }) => {
      const end = `/v1/customer_profiles/${encodeURIComponent(dice.pick(foreign.profiles))}/inventory`
      draft.url.push((url) => dice.pick([`https://shop.example${end}`, `${url}/../../../..${end}`, `${url}/..%2f..%2f..${end}`]))
    },
  },
  {
    name: 'other method',
    apply: (draft, { dice }) => void (draft.method = dice.pick(['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'HEAD', 'get', 'QUERY'])),
  },
  {
    name: 'preflight',
    apply(draft, { dice }) {
      draft.method = 'OPTIONS'
      if (dice.chance(0.8)) draft.headers.push(['access-control-request-method', dice.pick(['PUT', 'DELETE', 'TRACE'])])
      draft.headers.push(['origin', dice.pick([namedOrigin, ownOrigin, 'https://evil.example', 'null'])])
    },
  },
  {
    name: 'huge url',
    apply: (draft, { dice }) =>
      void draft.url.push((url) => `${url}${url.includes('?') ? '&' : '?'}x=${'y'.repeat(dice.pick([60_000, 70_000]))}`),
  },
]

// Queries

const queries: readonly Hostility[] = [
  {
    name: 'unknown parameter',
    apply: (draft, { dice }) => void draft.query.push([dice.pick(['debug', 'admin', 'apiKey', 'x', '%00', 'üß']), '1']),
  },
  {
    name: 'repeated parameter',
    apply(draft, { miss, dice, row }) {
      const names = [...draft.query.map(([name]) => name), ...Object.keys(row.query).map((name) => name.replace(/\?$/, ''))]
      if (names.length === 0) return miss()
      const name = names[dice.between(0, names.length - 1)] ?? ''
      draft.query.push([name, dice.pick(['1', 'true', 'x'])], [name, dice.pick(['2', 'false', ''])])
    },
  },
  {
    name: 'bracketed parameter',
    apply: (draft, { dice, foreign }) =>
      void draft.query.push([
        dice.pick(['dry[]', 'filter[profileId]', '__proto__[x]', 'integrationId[0]', 'a[b][c]']),
        encodeURIComponent(dice.pick(foreign.profiles)),
      ]),
  },
  {
    name: '500 parameters',
    apply: (draft) => {
      for (let count = 0; count < 500; count++) draft.query.push([`k${count}`, '1'])
    },
  },
  { name: 'dry', apply: (draft, { dice }) => void draft.query.push(['dry', dice.pick(['true', 'false', 'TRUE', '1', ''])]) },
  { name: 'now', apply: (draft) => void draft.query.push(['now', '2030-01-01T00:00:00Z']) },
  {
    name: 'campaigns in the query',
    apply: (draft, { dice }) =>
      void draft.query.push([
        dice.pick(['evaluableCampaignIds', 'campaignIds', 'forceCompleteEvaluation', 'runRuleEngine']),
        dice.pick(['true', '7', '7,8']),
      ]),
  },
  {
    name: 'foreign profile in the query',
    apply: (draft, { dice, foreign }) =>
      void draft.query.push([
        dice.pick(['profileId', 'integrationId', 'customerProfileId', 'ProfileId']),
        encodeURIComponent(dice.pick(foreign.profiles)),
      ]),
  },
  {
    name: 'foreign session in the query',
    apply: (draft, { dice, foreign }) => void draft.query.push(['customerSessionIDs', encodeURIComponent(dice.pick(foreign.sessions))]),
  },
  {
    name: 'odd value in the query',
    apply(draft, { miss, dice, row }) {
      const fields = Object.keys(row.query)
      if (fields.length === 0) return miss()
      const name = (fields[dice.between(0, fields.length - 1)] ?? '').replace(/\?$/, '')
      draft.query = draft.query.filter(([known]) => known !== name)
      draft.query.push([
        name,
        dice.pick(['', '%00', '%', '1e9', '-1', '99999999999999999999', '%ff', 'scheduled', encodeURIComponent(dice.pick(hardTexts))]),
      ])
    },
  },
  {
    name: 'guess at a reservation',
    fits: ({ operationId }) => operationId.endsWith('CouponReservation'),
    often: 6,
    apply: param(({ dice }) => `${dice.pick(['VZBAD', 'vzbad', 'VzBaD'])}${dice.between(1, 400)}`),
  },
  {
    name: 'achievements to come',
    fits: ({ operationId }) => operationId === 'getCustomerAchievements',
    often: 3,
    apply: (draft, { dice }) => {
      draft.query = [
        ...draft.query.filter(([name]) => name !== 'achievementStatus'),
        ['achievementStatus', dice.pick(['scheduled', 'active,scheduled', 'scheduled%2Cactive'])],
      ]
    },
  },
  {
    name: 'many sessions in the query',
    apply: (draft, { dice }) => {
      for (let count = dice.pick([49, 60]); count > 0; count--) draft.query.push(['customerSessionIDs', `s${count}`])
    },
  },
]

// Headers

const header =
  (make: (scene: Scene) => [string, string] | [string, string][]): Hostility['apply'] =>
  (draft, scene) => {
    const made = make(scene)
    const list = typeof made[0] === 'string' ? [made as [string, string]] : (made as [string, string][])
    const names = new Set(list.map(([name]) => name))
    draft.headers = [...draft.headers.filter(([name]) => !names.has(name)), ...list]
  }

const headers: readonly Hostility[] = [
  {
    name: 'method override',
    apply: header(({ dice }) => [dice.pick(['x-http-method-override', 'x-http-method', 'x-method-override', '_method']), 'DELETE']),
  },
  {
    name: 'forwarded',
    apply: header(({ dice }) => [
      ['x-forwarded-for', dice.pick(['127.0.0.1', '10.0.0.1', '::1'])],
      ['x-forwarded-host', 'evil.example'],
      ['forwarded', 'for=127.0.0.1;host=evil.example'],
      ['x-original-url', '/v1/customer_data/vz-ada'],
      ['x-rewrite-url', '/v1/audiences'],
    ]),
  },
  {
    name: 'hop by hop',
    apply: header(({ dice }) => [
      ['connection', dice.pick(['x-talon-client, authorization', 'close', 'upgrade'])],
      ['te', 'trailers'],
      ['transfer-encoding', 'chunked'],
      ['upgrade', 'websocket'],
    ]),
  },
  { name: 'authorization', apply: header(({ dice }) => ['authorization', dice.pick(['ApiKey-v1 0', 'Bearer vz', 'Basic dno6dno='])]) },
  { name: 'content signature', apply: header(() => ['content-signature', 'signer=1; signature=00']) },
  {
    name: 'idempotency key',
    apply: header(({ dice, row }) =>
      row.kind === 'write' ? ['idempotency-key', dice.pick(['idem-1', 'idem-2'])] : ['idempotency-key', 'x'],
    ),
  },
  {
    name: 'odd idempotency key',
    apply: header(({ dice }) => ['idempotency-key', dice.pick(['a b', 'x'.repeat(256), '', '\u00e9', 'a\tb', 'x'.repeat(9_000)])]),
  },
  {
    name: 'origin',
    apply: header(({ dice }) => [
      'origin',
      dice.pick([
        'https://evil.example',
        'null',
        'https://shop.example.evil.example',
        `${namedOrigin}.`,
        'http://shop.example',
        `${namedOrigin}/`,
        'https://SHOP.example',
        namedOrigin,
        'shop.example',
      ]),
    ]),
  },
  {
    name: 'sec-fetch-site',
    apply: header(({ dice }) => ['sec-fetch-site', dice.pick(['cross-site', 'same-site', 'none', '', 'SAME-ORIGIN'])]),
  },
  {
    name: 'origin and sec-fetch-site',
    apply: header(({ dice }) => [
      ['origin', dice.pick([namedOrigin, 'https://evil.example', ownOrigin])],
      ['sec-fetch-site', dice.pick(['cross-site', 'same-origin', 'same-site'])],
    ]),
  },
  {
    name: 'no custom header',
    apply(draft, { dice }) {
      draft.headers = draft.headers.filter(([name]) => name !== 'x-talon-client')
      if (dice.chance(0.5)) draft.headers.push(['x-talon-client', dice.pick(['', '0', 'true', '1, 1', '11'])])
    },
  },
  {
    name: 'cookies',
    apply: header(({ dice }) => [
      'cookie',
      dice.pick(['session=vz', 'a=b; c=d', '__Host-talon-one-guest=', 'x'.repeat(8_000), '=;=;', '__proto__=1']),
    ]),
  },
  {
    name: 'forged guest',
    only: 'shopper',
    apply: header(({ dice, setup }) => {
      const id = guestIdOf(dice.between(1, 3))
      const other = derive('guest', setup.audience, guestIdOf(4))
      const mac = dice.pick([
        other,
        'A'.repeat(43),
        derive('session', setup.audience, id),
        derive('guest', `${setup.audience}2`, id),
        derive('guest', setup.audience, id).slice(1),
        `${derive('guest', setup.audience, id)}A`,
        // The last character of a MAC holds two bits that nobody needs.
        `${derive('guest', setup.audience, id).slice(0, -1)}_`,
      ])
      return [
        'cookie',
        dice.pick([guestCookieOf(id, mac), `a=1;${guestCookieOf(id, mac)}; b=2`, `${guestCookieOf(id, other)}; ${guestCookieOf(id, mac)}`]),
      ]
    }),
  },
  {
    name: 'cookie before the own one',
    only: 'shopper',
    apply(draft, { dice, setup }) {
      const id = guestIdOf(dice.between(1, 3))
      const cookie = draft.headers.find(([name]) => name === 'cookie')
      const forged = guestCookieOf(id, derive('guest', setup.audience, 'x'))
      if (cookie) cookie[1] = `${forged}; ${cookie[1]}`
      else draft.headers.push(['cookie', forged])
    },
  },
  { name: 'sequence', fits: isSession, often: 2, apply: header(({ dice }) => ['x-talon-sequence', `page.${dice.between(1, 40)}`]) },
  {
    name: 'odd sequence',
    apply: header(({ dice }) => [
      'x-talon-sequence',
      dice.pick(['page', 'page.-1', '.1', 'page.1.2', `p.${'9'.repeat(16)}`, 'a b.1', `${'x'.repeat(65)}.1`, 'page.1e3', '']),
    ]),
  },
  {
    name: 'content encoding',
    apply: header(({ dice }) => ['content-encoding', dice.pick(['gzip', 'br', 'deflate', 'identity, gzip', 'identity'])]),
  },
  {
    name: 'content length',
    apply: header(({ dice }) => ['content-length', dice.pick(['0', '-1', '1', '99999999', 'abc', '1e9', 'Infinity'])]),
  },
  {
    name: 'content type',
    apply: header(({ dice }) => [
      'content-type',
      dice.pick([
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/json; charset=utf-16',
        'application/json;v=1',
        'APPLICATION/JSON',
        '',
        'application/json, text/plain',
        'text/plain; application/json',
        'application/json-patch+json',
      ]),
    ]),
  },
  {
    name: 'names of ids in headers',
    apply: header(({ dice, foreign }) => [
      ['x-profile-id', encodeURIComponent(dice.pick(foreign.profiles))],
      ['x-test-shopper', encodeURIComponent(dice.pick(foreign.profiles))],
      ['x-talon-profile', encodeURIComponent(dice.pick(foreign.profiles))],
    ]),
  },
  {
    name: 'many headers',
    apply: (draft) => {
      for (let count = 0; count < 50; count++) draft.headers.push([`x-${count}`, 'y'.repeat(20)])
    },
  },
]

// Bodies

const oneOf = <Value>(values: readonly Value[], dice: Dice): Value | undefined => values[dice.between(0, values.length - 1)]

/** Sets something in one of the body's objects. */
const set =
  (make: (scene: Scene) => [name: string, value: unknown]): Hostility['apply'] =>
  ({ body }, scene) => {
    const record = oneOf(recordsIn(body), scene.dice)
    if (record === undefined) return scene.miss()
    define(record, ...make(scene))
  }

// An assignment to `__proto__` would do something else.
function define(record: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true })
}

/** Puts something else in the place of one of the body's values. */
const replace =
  (make: (scene: Scene, before: unknown) => unknown, isPlace: (value: unknown) => boolean = () => true): Hostility['apply'] =>
  ({ body }, scene) => {
    const places = recordsIn(body).flatMap((record) =>
      Object.keys(record)
        .filter((name) => isPlace(record[name]))
        .map((name) => ({ record, name })),
    )
    const place = oneOf(places, scene.dice)
    if (place === undefined) return scene.miss()
    define(place.record, place.name, make(scene, place.record[place.name]))
  }

/** Changes the session of a cart. */
const session =
  (make: (scene: Scene, session: Record<string, unknown>) => Record<string, unknown>): Hostility['apply'] =>
  ({ body }, scene) => {
    const found = isRecord(body) ? body.customerSession : undefined
    if (!isRecord(found)) return scene.miss()
    Object.assign(found, make(scene, found))
  }

const text =
  (edit: (json: string, dice: Dice, scene: Scene) => string): Hostility['apply'] =>
  (draft, scene) =>
    void draft.text.push((json) => edit(json, scene.dice, scene))

const isText = (value: unknown) => typeof value === 'string'
const deep = (depth: number, dice: Dice) =>
  dice.chance(0.5) ? '['.repeat(depth) + ']'.repeat(depth) : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
const anyone = ({ dice, foreign }: Scene) => dice.pick([dice.pick(foreign.profiles), dice.pick(foreign.sessions), dice.pick(foreign.cards)])

const ofBodies: readonly Hostility[] = [
  {
    name: 'foreign identity',
    fits: (row) => hasBody(row) && row.identity !== undefined && !row.path.includes('{integrationId}'),
    apply({ body }, { miss, dice, row, foreign }) {
      const names = row.identity?.slice(1).split('/') ?? []
      const [name = '', last] = names.filter((one) => one !== '0' && one !== 'customerSession')
      const record = names[0] === 'customerSession' && isRecord(body) ? body.customerSession : body
      if (!isRecord(record) || last !== undefined) return miss()
      const id = dice.pick(foreign.profiles)
      const list = dice.pick([[id], ['me', id], [id, 'me'], [[id]], id])
      define(record, name, names.at(-1) === '0' ? list : dice.pick([id, id, id.toUpperCase(), `${id} `, [id], { id }]))
    },
  },
  { name: 'foreign id anywhere', apply: replace(anyone, isText) },
  {
    name: 'foreign field',
    apply: set((scene) => [
      scene.dice.pick([
        'profileId',
        'integrationId',
        'customerProfileId',
        'recipientIntegrationId',
        'friendProfileIntegrationId',
        'advocateProfileIntegrationId',
        'customerSessionId',
        'sessionId',
        'identifiers',
      ]),
      anyone(scene),
    ]),
  },
  {
    name: 'folded name',
    apply: set((scene) => [
      scene.dice.pick([
        'ProfileId',
        'PROFILEID',
        'pro\ufb01leId',
        'profile\u0130d',
        'profileId\0',
        'profileId ',
        '\ufeffprofileId',
        '\u017ftate',
        'STATE',
        'State',
        'profile_id',
        'ｐrofileId',
        'cart\u0131tems',
        'integrationID',
        'CustomerSession',
      ]),
      scene.dice.pick([anyone(scene), 'closed']),
    ]),
  },
  {
    name: '__proto__',
    apply: set((scene) => [
      scene.dice.pick(['__proto__', 'constructor', 'prototype', '__defineGetter__', 'toString', 'hasOwnProperty', 'toJSON']),
      scene.dice.pick<unknown>([{ profileId: anyone(scene), polluted: 1 }, anyone(scene), { prototype: { polluted: 1 } }]),
    ]),
  },
  {
    name: 'unknown field',
    apply: set(({ dice }) => [
      dice.pick(['admin', 'x'.repeat(300), '', 'cartItems', 'attributes', 'ü', 'total', 'value', 'a/b~c']),
      anyJson(dice),
    ]),
  },
  { name: 'hard text', apply: replace(({ dice }) => dice.pick(hardTexts), isText) },
  { name: 'long text', apply: replace(({ dice }) => dice.pick(['x', '😀', '\0', '%']).repeat(dice.pick([101, 1001, 9_000])), isText) },
  { name: 'surrogate', apply: replace(({ dice }) => dice.pick(['\ud800', 'a\udfff', '\udc00\ud800']), isText) },
  {
    name: 'other type',
    apply: replace(({ dice }) => dice.pick<unknown>([null, true, 1, -1, 1.5, 'vz', '', [], {}, [null], [[]], { length: 1 }])),
  },
  { name: 'body is no object', apply: (draft, { dice }) => void (draft.body = dice.pick<unknown>([null, [], 'vz', 1, true, [{}], [[]]])) },
  {
    name: 'duplicate key',
    apply: text((json, dice, { foreign, caller }) => {
      const id = JSON.stringify('profileId' in caller && dice.chance(0.3) ? caller.profileId : dice.pick(foreign.profiles))
      const name = dice.pick(['profileId', 'integrationId', 'advocateProfileIntegrationId', 'integrationIDs', 'type', 'campaignId'])
      return dice.chance(0.5)
        ? json.replace('{', `{"${name}":${id},`)
        : json.replace(/\}([^}]*)$/, `,"${name}":${id}}$1`).replace('{,', '{')
    }),
  },
  {
    name: 'duplicate session',
    often: 2,
    fits: isSession,
    apply: text((json, dice, { foreign }) =>
      json.replace(/\}$/, `,"customerSession":{"profileId":${JSON.stringify(dice.pick(foreign.profiles))},"state":"closed"}}`),
    ),
  },
  {
    name: 'huge number',
    apply: text((json, dice) => {
      const number = dice.pick(['1e400', '-1e400', '1e-400', '9007199254740993', '-0', '1E+2', '0.1e1', '123456789012345678901234567890'])
      return /[:[]\d+(\.\d+)?/.test(json)
        ? json.replace(/([:[])\d+(\.\d+)?/, `$1${number}`)
        : json.replace('{', `{"campaignId":${number},`).replace(',}', '}')
    }),
  },
  {
    name: 'deep nesting',
    apply: text((json, dice) => {
      const nest = deep(dice.pick([12, 15, 16, 17, 100, 5_000]), dice)
      return dice.chance(0.3) ? nest : json.replace(/\}([^}]*)$/, `,"attributes":{"Name":${nest}}}$1`).replace('{,', '{')
    }),
  },
  {
    // Whoever counts brackets must not take a text for open that is not.
    name: 'deep behind a quote',
    fits: ({ body }) => body !== undefined && 'attributes?' in body,
    often: 2,
    apply: ({ body }, { miss, dice }) => {
      if (!isRecord(body)) return miss()
      body.attributes = { Name: ['"', JSON.parse(deep(dice.pick([3, 6, 12, 20]), dice)), '"'] }
    },
  },
  {
    name: 'brackets in a text',
    apply: text((json, dice) => json.replace(/"vz[^"]*"/, JSON.stringify(`vz${dice.pick(['[', '{', '\\"[', '\\'])}`.repeat(40)))),
  },
  {
    name: 'huge list',
    apply: replace(({ dice }) => Array.from({ length: dice.pick([60, 1001, 3_000]) }, () => dice.pick<unknown>(['x', 1, {}]))),
  },
  {
    name: 'loose json',
    apply: text((json, dice) =>
      dice.pick([
        json.replace(/\}$/, ',}'),
        json.replaceAll('"', "'"),
        `${json}//x`,
        `/**/${json}`,
        json.replace(/:[^,}]+/, ':NaN'),
        `${json}${json}`,
        `)]}',\n${json}`,
        json.replace('{', '{a:1,'),
        ` \t\n${json}\r\n `,
      ]),
    ),
  },
  { name: 'truncated', apply: text((json, dice) => json.slice(0, dice.between(0, Math.max(0, json.length - 1)))) },
  { name: 'empty body', apply: text((_, dice) => dice.pick(['', ' ', 'null', '{}'])) },
  { name: 'too long a body', apply: text((json, dice) => json + ' '.repeat(dice.pick([600, 66_000]))) },
  {
    name: 'escaped names',
    apply: text((json) =>
      json.replace(
        /"(\w)(\w*)":/g,
        (_, first: string, rest: string) => `"\\u00${first.charCodeAt(0).toString(16).padStart(2, '0')}${rest}":`,
      ),
    ),
  },
  {
    name: 'invalid utf-8',
    apply: (draft, { dice }) => {
      const at = dice.next()
      const bad = dice.pick([[0xff], [0xc0, 0xae], [0xed, 0xa0, 0x80], [0x80], [0xf5, 0x80, 0x80, 0x80]])
      draft.bytes.push((bytes) => {
        const place = Math.floor(at * bytes.length)
        return Uint8Array.from([...bytes.slice(0, place), ...bad, ...bytes.slice(place)])
      })
    },
  },
  { name: 'byte order mark', apply: (draft) => void draft.bytes.push((bytes) => Uint8Array.from([0xef, 0xbb, 0xbf, ...bytes])) },
  {
    name: 'utf-16',
    apply: (draft, { dice }) =>
      void draft.bytes.push((bytes) =>
        Uint8Array.from(Buffer.from((dice.chance(0.5) ? '\ufeff' : '') + new TextDecoder().decode(bytes), 'utf16le')),
      ),
  },
  { name: 'endless body', apply: (draft) => void (draft.isEndless = true) },
  {
    name: 'foreign attribute',
    apply: ({ body }, { miss, dice }) => {
      const place = oneOf(recordsIn(body), dice)
      if (place === undefined) return miss()
      define(
        place,
        'attributes',
        dice.pick<unknown>([
          { Hidden: 1 },
          { Name: 'x', IsVip: true },
          { engraving: 'x', Channel: 'y' },
          { name: 'lower' },
          { Shelf: 1 },
          null,
        ]),
      )
    },
  },
  {
    name: 'hidden content',
    apply: ({ body }, { miss, dice }) => {
      if (!isRecord(body)) return miss()
      body.responseContent = dice.pick([
        ['triggeredCampaigns'],
        ['loyalty', 'ruleFailureReasons'],
        ['event'],
        ['campaignEligibility'],
        ['previousReturns'],
        ['advancedEvent'],
        ['customerProfile'],
      ])
    },
  },
  {
    name: 'campaigns in the body',
    apply: set(({ dice }) => [
      dice.pick(['evaluableCampaignIds', 'campaignIds', 'experimentVariantAllocations', 'audiencesChanges', 'storeIntegrationId']),
      dice.pick<unknown>([[7], [{ experimentID: 1, variantID: 2 }], { adds: [1], deletes: [] }, 'vz-store']),
    ]),
  },
  {
    name: 'ids of the shop',
    apply: (draft, { miss, dice, row }) => {
      const { body } = draft
      const programs = row.path.slice(1).split('/').indexOf('{loyaltyProgramId}')
      if (programs >= 0) draft.segments[programs] = dice.pick(['2', '01', '1.0', '-1', '1e0', '9007199254740993'])
      else if (isRecord(body) && 'campaignId' in body) body.campaignId = dice.pick<unknown>([6, '5', 5.5, -5, [5]])
      else if (isRecord(body) && 'type' in body)
        body.type = dice.pick<unknown>(['Looked', 'talon_session_closed', 'looked ', 'toString', ['looked'], '__proto__'])
      else return miss()
    },
    fits: ({ path, body }) => path.includes('{loyaltyProgramId}') || (body !== undefined && ('campaignId' in body || 'type' in body)),
  },
  {
    name: 'foreign card in the body',
    apply: ({ body }, { miss, dice, foreign }) => {
      const place = isRecord(body) && isRecord(body.customerSession) ? body.customerSession : body
      if (!isRecord(place)) return miss()
      place.loyaltyCards = dice.pick<unknown>([
        [dice.pick(foreign.cards)],
        dice.pick(foreign.cards),
        [],
        [dice.pick(foreign.cards), dice.pick(foreign.cards)],
      ])
    },
  },
  {
    name: 'target of prices',
    often: 4,
    fits: ({ operationId }) => operationId === 'bestPriorPrice',
    apply: ({ body }, { miss, dice }) => {
      if (!isRecord(body)) return miss()
      body.target = dice.pick<unknown>([
        { targetType: 'AUDIENCE', audienceID: 1 },
        { targetType: 'NONE', audienceID: 3 },
        { targetType: 'NONE' },
        null,
      ])
    },
  },
]
const bodies = ofBodies.map((one) => ({ fits: hasBody, ...one }))

const ofCarts: readonly Hostility[] = [
  {
    name: 'state',
    apply: session(({ dice }) => ({
      state: dice.pick<unknown>(['closed', 'cancelled', 'partially_returned', 'CLOSED', null, ['closed'], 'open ']),
    })),
  },
  {
    name: 'price',
    apply: session(({ dice }) => ({
      cartItems: [
        { sku: 'vz-mug', quantity: 1, price: dice.pick([0, 0.01, -1, 1e9]), category: 'Free', name: 'x', product: { name: 'y' } },
      ],
    })),
  },
  {
    name: 'prices of Talon.One',
    apply: session(() => ({
      cartItems: [
        {
          sku: 'vz-mug',
          quantity: 1,
          prices: { base: 0 },
          selectedPriceType: 'x',
          catalogItemID: 3,
          adjustmentReferenceId: 'x',
          returnedQuantity: 1,
          position: 4,
        },
      ],
    })),
  },
  {
    name: 'additional costs',
    apply: session(({ dice }) => ({
      additionalCosts: dice.pick<unknown>([
        { shipping: { price: -100 } },
        { __proto__: { price: 0 }, x: { price: 0 } },
        { discount: { price: -5 } },
      ]),
    })),
  },
  {
    name: 'costs of a line',
    apply: session(() => ({ cartItems: [{ sku: 'vz-mug', quantity: 1, additionalCosts: { discount: { price: -9 } } }] })),
  },
  {
    name: 'odd quantity',
    apply: session(({ dice }) => ({ cartItems: [{ sku: 'vz-mug', quantity: dice.pick<unknown>([0, -1, 1.5, '1', 10_001, 1e21]) }] })),
  },
  {
    name: 'many lines',
    apply: session(({ dice }) => ({ cartItems: Array.from({ length: dice.pick([3, 1001]) }, () => ({ sku: 'vz-mug', quantity: 1 })) })),
  },
  {
    name: 'many codes',
    apply: session(({ dice }) => ({ couponCodes: Array.from({ length: dice.pick([10, 11, 200]) }, (_, index) => `VZBAD${index}`) })),
  },
  {
    name: 'guesses at codes',
    apply: session(({ dice }) => ({ couponCodes: Array.from({ length: dice.between(2, 4) }, () => `VZBAD${dice.between(1, 400)}`) })),
  },
  {
    name: 'codes of others',
    apply: session(({ dice }) => ({
      couponCodes: [dice.pick(['VZTAKEN', 'vztaken', 'VZRESERVED'])],
      referralCode: dice.pick(['VZTHEIRS', 'VZADVOCATE', '']),
    })),
  },
]
const carts = ofCarts.map((one) => ({ ...one, fits: isSession, often: 2 }))

// Whoever asks, and the shop's own code

const broken = (name: string, identify: (dice: Dice) => () => unknown, only?: Setup['is']): Hostility => ({
  name: `identify: ${name}`,
  ...(only && { only }),
  apply: (draft, { dice }) => void (draft.identify = identify(dice)),
})
const leak = `CANARY ${key}`

const identities: readonly Hostility[] = [
  broken('throws', (dice) => () => {
    throw dice.pick<unknown>([new TypeError(leak), leak, { message: leak }])
  }),
  broken('rejects', () => () => Promise.reject(new RangeError(leak))),
  broken('never', () => () => new Promise(() => {})),
  broken('nobody', (dice) => () => dice.pick([null, Promise.resolve(null)])),
  broken('no identity', (dice) => () => dice.pick<unknown>([undefined, false, 0, '', 'vz-ada', [], {}, () => ({ profileId: 'vz-ada' })])),
  broken(
    'no id',
    (dice) => () => ({
      profileId: dice.pick<unknown>([
        undefined,
        '',
        ' ',
        'me',
        '.',
        '..',
        5,
        null,
        ['vz-ada'],
        'a\0b',
        '\ud800',
        'x'.repeat(1001),
        { toString: () => 'vz-ada' },
      ]),
    }),
    'shopper',
  ),
  broken(
    'no subject',
    (dice) => () => ({
      subject: dice.pick<unknown>([undefined, '', 'me', '..', 5, 'a\nb']),
      scopes: ['read', 'write', 'destructive'],
      signedInAt: new Date(),
    }),
    'staff',
  ),
  broken(
    'no scopes',
    (dice) => () => ({
      subject: 'clerk-4',
      scopes: dice.pick<unknown>([undefined, 'read write destructive', { includes: () => true }, null, [['write']]]),
      signedInAt: '2026-01-01',
    }),
    'staff',
  ),
]

const hooks: readonly Hostility[] = [
  {
    name: 'pricing fails',
    often: 5,
    only: 'shopper',
    fits: isSession,
    apply: (draft, { miss, dice, setup }) =>
      setup.pricing === 'hook' ? void (draft.pricing = dice.pick(['throws', 'rejects', 'never', 'nonsense'])) : miss(),
  },
  {
    name: 'session fails',
    often: 5,
    only: 'shopper',
    fits: ({ operationId }) => ['updateCustomerSessionV2', 'getCustomerSession', 'trackEventV3'].includes(operationId),
    apply: (draft, { miss, dice, setup }) =>
      setup.hasOwnSessions ? void (draft.session = dice.pick(['throws', 'rejects', 'nonsense'])) : miss(),
  },
]

const upstreams: readonly Hostility[] = upstreamFaults.map((fault: UpstreamFault) => ({
  name: `upstream: ${fault}`,
  apply: (draft) => void (draft.upstream = fault),
}))

export const hostilities: readonly Hostility[] = [
  ...paths,
  ...roads,
  ...queries,
  ...headers,
  ...bodies,
  ...carts,
  ...identities,
  ...hooks,
  ...upstreams,
]
