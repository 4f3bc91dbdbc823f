/** What staff see: Talon.One's own answers, as they are, and nothing of what goes wrong behind it. */
import { inspect, isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { createTalonOne, isTalonOneError } from 'talon-one-react'
import { createStaffProxy } from 'talon-one-react/proxy'
import { createSandbox, type SandboxConfig } from 'talon-one-react/sandbox'
import { describe, expect, test, vi } from 'vitest'
import { type Endpoint, fill, readInput, recognise } from '../../src/endpoint.ts'
import * as endpoints from '../../src/endpoints.ts'
import { identitiesOf } from '../../src/identity.ts'
import { isRecord } from '../../src/record.ts'
import { inputsOf, json } from '../arbitrary.ts'
import { allScopes, type Ask, createAnsweredOffice, createOffice, day, saysMe } from './proxy-office.ts'
import { codeOf, key, requestOf, rows } from './proxy-shop.ts'
import { coffee, mug, noon } from './sandbox-shop.ts'

const runs = { numRuns: Number(process.env.RUNS ?? 60), seed: Number(process.env.SEED ?? 1) }
const path = '/v2/customer_sessions/cart'

/** One request, before it is known to be any good. */
interface Wire {
  operationId: string
  method: string
  path: string
  body: unknown
  /** The `Idempotency-Key`. */
  key: string | undefined
}

interface Seen {
  status: number
  body: unknown
}

/** Two shops with one history: one is asked by itself, the other through the proxy. */
function openBoth(config: SandboxConfig = {}) {
  const [direct, behind] = [config, config].map((one) => createSandbox({ apiKey: key, clock: () => noon, ...one }))
  if (!direct || !behind) throw new Error('two sandboxes are two')
  const { call } = createOffice({ fetch: behind.fetch })
  return async (wire: Wire): Promise<[direct: Seen, through: Seen]> => {
    const headers = wire.key === undefined ? {} : { 'idempotency-key': wire.key }
    const own = requestOf(wire.method, wire.path, { body: wire.body, headers: { ...headers, authorization: `ApiKey-v1 ${key}` } })
    return [await seen(await direct.fetch(own)), await seen(await call(wire.method, wire.path, { body: wire.body, headers }))]
  }
}

async function seen(response: Response): Promise<Seen> {
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}

function wireOf({ row, input }: Ask, idempotencyKey?: string): Wire {
  const { method, path: filled, search, body } = fill(row, input)
  return { operationId: row.operationId, method, path: filled + search, body, key: idempotencyKey }
}

/** The same, where the proxy itself found what Talon.One would have found. */
function agree(direct: Seen, through: Seen): boolean {
  if (isDeepStrictEqual(direct, through)) return true
  if (!isRecord(direct.body) || !isRecord(through.body) || through.body.code !== 'invalid_request') return false
  const found = list(direct.body.errors).map(({ details }) => details)
  return (
    direct.status === through.status &&
    isDeepStrictEqual(
      found,
      list(through.body.issues).map(({ message }) => message),
    )
  )
}

const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : [])

describe('every answer is the one that Talon.One gives', () => {
  test('to each of its operations, in success', async () => {
    const both = openBoth()
    const succeeded = new Set<string>()
    for (const ask of day) {
      const [direct, through] = await both(wireOf(ask))
      expect(through, ask.row.operationId).toEqual(direct)
      if (through.status < 300) succeeded.add(ask.row.operationId)
    }
    expect([...succeeded].toSorted()).toEqual(rows.map(({ operationId }) => operationId).toSorted())
  })

  test('to any requests in any order, with keys that come again', { timeout: 120_000 }, async () => {
    const statuses = new Map<number, number>()
    await fc.assert(
      fc.asyncProperty(fc.array(wires, { minLength: 10, maxLength: 40 }), async (walk) => {
        const both = openBoth()
        for (const ask of day.slice(0, 22)) await both(wireOf(ask))
        for (const wire of walk) {
          const [direct, through] = await both(wire)
          if (!agree(direct, through)) expect(through, wire.operationId).toEqual(direct)
          statuses.set(direct.status, (statuses.get(direct.status) ?? 0) + 1)
        }
      }),
      runs,
    )
    // Nothing is compared with nothing here.
    if (runs.numRuns >= 60)
      for (const status of [200, 201, 204, 400, 404, 409]) expect(statuses.get(status), `${status}`).toBeGreaterThan(0)
  })

  test('to requests of one profile at a time', async () => {
    const [alone, through] = [createSandbox({ latency: 50, apiKey: key }), createSandbox({ latency: 50, apiKey: key })]
    const { call } = createOffice({ fetch: through.fetch })
    const body = { customerSession: { profileId: 'anna' } }
    const headers = { authorization: `ApiKey-v1 ${key}` }
    const five = <Value>(task: () => Promise<Value>) => Promise.all(Array.from({ length: 5 }, task))
    const direct = await five(async () => seen(await alone.fetch(requestOf('PUT', path, { body, headers }))))
    const seenThrough = await five(async () => seen(await call('PUT', path, { body })))
    const refused = (all: readonly Seen[]) => all.filter(({ status }) => status !== 200)
    expect(refused(direct).map(({ status }) => status)).toEqual([409, 409])
    expect(refused(seenThrough)).toEqual(refused(direct))
  })

  test('to a write that comes again with its key', async () => {
    const { say, sent } = createOffice()
    const input = { profileId: 'anna', type: 'reviewed', silent: 'no', responseContent: ['event'] }
    const headers = { 'idempotency-key': 'once' }
    const first = await seen(await say(endpoints.trackEventV2, input, { headers }))
    expect(await seen(await say(endpoints.trackEventV2, input, { headers }))).toEqual(first)
    const byAnother = await seen(await say(endpoints.trackEventV2, input, { headers, subject: 'manager' }))
    expect([byAnother.status, isDeepStrictEqual(byAnother, first)]).toEqual([200, false])
    const other = await seen(await say(endpoints.trackEventV2, { ...input, type: 'looked' }, { headers }))
    expect(other).toMatchObject({ status: 400, body: { errors: [{ source: { parameter: 'Idempotency-Key' } }] } })
    expect(sent.length).toBe(4)
  })
})

describe('the package’s own client works through it as it is', () => {
  function openClient() {
    const sandbox = createSandbox({ apiKey: key, clock: () => noon })
    const proxy = createStaffProxy({
      upstream: { baseUrl: 'https://shop.talon.one', apiKey: key },
      identify: () => ({ subject: 'clerk', scopes: allScopes, signedInAt: new Date() }),
      fetch: sandbox.fetch,
    })
    const baseUrl = 'https://office.example/talon-one'
    return createTalonOne({ baseUrl, fetch: (input, init) => proxy(new Request(input, init)) })
  }

  test('from a cart to its order, a return, and the end of its points', async () => {
    const talonOne = openClient()
    const put = (customerSession: object) =>
      talonOne.send(endpoints.updateCustomerSessionV2, {
        customerSessionId: 'order-1',
        customerSession: { profileId: 'anna', ...customerSession },
        responseContent: ['customerSession', 'loyalty'],
      })
    const points = async () =>
      (await talonOne.send(endpoints.getLoyaltyBalances, { loyaltyProgramId: 1, integrationId: 'anna' })).balance?.activePoints
    const types = (effects: readonly { effectType: string }[]) => effects.map(({ effectType }) => effectType)

    const opened = await put({ cartItems: [coffee, mug] })
    expect(opened.customerSession).toMatchObject({ integrationId: 'order-1', profileId: 'anna', state: 'open', cartItemTotal: 30 })
    const withCoupon = await put({ couponCodes: ['SAVE10', 'NOSUCH'] })
    expect(types(withCoupon.effects)).toEqual(expect.arrayContaining(['acceptCoupon', 'setDiscount', 'rejectCoupon']))
    expect((await put({ state: 'closed' })).customerSession?.state).toBe('closed')
    expect(await points()).toBe(30)
    const input = { customerSessionId: 'order-1', return: { returnedCartItems: [{ position: 0, quantity: 1 }] } }
    expect(types((await talonOne.send(endpoints.returnCartItems, input)).effects)).toContain('rollbackDiscount')
    const read = await talonOne.send(endpoints.getCustomerSession, { customerSessionId: 'order-1' })
    expect(read.customerSession).toMatchObject({ state: 'partially_returned', integrationId: 'order-1' })
    const ledger = { loyaltyProgramId: 1, integrationId: 'anna', scope: 'AllSubledgers' } as const
    expect(await talonOne.send(endpoints.deleteLoyaltyTransactionsFromLedgers, ledger)).toBe(undefined)
    expect(await points()).toBe(0)
  })

  test.each<[string, Ask, object]>([
    [
      'a session that is closed',
      asked(endpoints.updateCustomerSessionV2, { customerSessionId: 'done', customerSession: { profileId: 'anna', state: 'open' } }),
      { code: 'session_closed', status: 400 },
    ],
    ['a session that is not there', asked(endpoints.getCustomerSession, { customerSessionId: 'none' }), { code: 'not_found', status: 404 }],
    [
      'an event that is there already',
      asked(endpoints.trackEventV3, { profileId: 'anna', integrationId: 'seen', type: 'reviewed' }),
      { code: 'conflict', status: 409, retryable: false },
    ],
    [
      'a return of what is not in the order',
      asked(endpoints.returnCartItems, { customerSessionId: 'done', return: { returnedCartItems: [{ position: 7 }] } }),
      { code: 'bad_request', issues: [{ pointer: '/return/returnedCartItems/0', message: expect.any(String) }] },
    ],
    ['somebody who names nobody', asked(endpoints.getCustomerInventory, {}), { code: 'bad_request', serverCode: 'invalid_request' }],
  ])('its errors say what is wrong: %s', async (_, { row, input }, expected) => {
    const talonOne = openClient()
    await talonOne.send(endpoints.updateCustomerSessionV2, {
      customerSessionId: 'done',
      customerSession: { profileId: 'anna', cartItems: [mug], state: 'closed' },
    })
    await talonOne.send(endpoints.trackEventV3, { profileId: 'anna', integrationId: 'seen', type: 'reviewed' })
    const error: unknown = await talonOne.send(row, input).catch((refused: unknown) => refused)
    expect(isTalonOneError(error)).toBe(true)
    expect(error).toMatchObject(expected)
    expect(error).not.toHaveProperty('outcome')
  })
})

describe('what Talon.One refuses', () => {
  const refusal = {
    message: 'The submitted data was invalid',
    errors: [{ title: 'Invalid', details: 'anna is no date', source: { pointer: '/x', parameter: 'y', line: '3', resource: 'z' } }],
    StatusCode: 400,
  }

  test.each([400, 404, 405, 409, 410, 422, 429])('%d is told in its own words', async (status) => {
    const { call, events } = createAnsweredOffice(() =>
      Response.json(refusal, { status, headers: { 'retry-after': '7', 'x-request': 'up' } }),
    )
    const response = await call('GET', path)
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect([response.headers.get('retry-after'), response.headers.get('x-request')]).toEqual(['7', null])
    expect(await seen(response)).toEqual({ status, body: refusal })
    expect(events).toEqual([expect.objectContaining({ type: 'answered', status })])
  })

  test('is built anew: what a refusal has not, is not told', async () => {
    const more = {
      code: 'not_found',
      outcome: 'unknown',
      retryable: true,
      stack: 'at /srv/app.go',
      issues: [{ pointer: '/a', message: 'b' }],
    }
    const findings = [{ ...refusal.errors[0], stack: 'x', source: { pointer: '/x', file: 'app.go', line: 3 } }, { title: 7 }, 'text', null]
    const { call } = createAnsweredOffice(() => Response.json({ ...refusal, ...more, errors: findings }, { status: 400 }))
    const errors = [
      { title: 'Invalid', details: 'anna is no date', source: { pointer: '/x' } },
      { title: '', source: {} },
    ]
    expect(await seen(await call('GET', path))).toEqual({ status: 400, body: { ...refusal, errors } })
  })
})

describe('what goes wrong behind it', () => {
  const secretText = 'at /srv/talon/app.go:17, tenant 4711'
  const html = () => new Response(`<h1>${secretText}</h1>`, { headers: { 'content-type': 'text/html' } })
  const withStatus = (status: number) => () => Response.json({ message: secretText, StatusCode: status }, { status })

  test.each<[string, () => Response, number, string]>([
    ['500', withStatus(500), 503, 'upstream_unavailable'],
    ['502', withStatus(502), 503, 'upstream_unavailable'],
    ['503', withStatus(503), 503, 'upstream_unavailable'],
    ['a refused credential', withStatus(401), 502, 'upstream_rejected_credentials'],
    ['a credential that may not', withStatus(403), 502, 'upstream_rejected_credentials'],
    [
      'a redirect',
      () => new Response(secretText, { status: 302, headers: { location: 'https://evil.example' } }),
      502,
      'upstream_redirect',
    ],
    ['HTML', html, 502, 'upstream_invalid'],
    ['HTML that refuses', () => new Response(html().body, { status: 400 }), 400, 'invalid_request'],
    ['text that refuses', () => Response.json(secretText, { status: 409 }), 409, 'conflict'],
    ['an object without words', () => Response.json({ error: secretText }, { status: 429 }), 429, 'rate_limited'],
    ['half of an answer', () => new Response(`{"message":"${secretText}`), 502, 'upstream_invalid'],
    ['nothing', () => new Response(''), 502, 'upstream_invalid'],
    ['a list where an object belongs', () => Response.json([secretText]), 502, 'upstream_invalid'],
    ['what nests too deep', () => new Response(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`), 502, 'upstream_invalid'],
  ])('%s is told as a code', async (_, answer, status, code) => {
    const { call } = createAnsweredOffice(answer)
    const response = await call('PUT', path, { body: { customerSession: {} } })
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(response.headers.get('location')).toBe(null)
    const text = await response.text()
    expect(text).not.toContain('srv')
    expect(JSON.parse(text)).toMatchObject({ status, code })
    // Whatever answered a write with nonsense or 5xx may have carried it out.
    const isUnknown = ['upstream_unavailable', 'upstream_invalid', 'upstream_redirect'].includes(code)
    expect('outcome' in JSON.parse(text)).toBe(isUnknown)
  })

  test('an answer without an end is left', async () => {
    let pulled = 0
    let isLeft = false
    const chunk = new Uint8Array(2 ** 20).fill(32)
    const endless = new ReadableStream({
      pull: (controller) => (pulled++, controller.enqueue(chunk)),
      cancel: () => void (isLeft = true),
    })
    const { call } = createAnsweredOffice(() => new Response(endless))
    expect(await codeOf(await call('GET', path))).toBe('upstream_invalid')
    // It is left in a turn of its own.
    await new Promise((resolve) => setTimeout(resolve))
    expect([isLeft, pulled < 20]).toEqual([true, true])
  })

  test('an answer that does not come is waited for as long as `timeout` says', async () => {
    const { call } = createOffice({ timeouts: { upstream: 20 }, fetch: () => new Promise(() => undefined) })
    const response = await call('PUT', path, { body: { customerSession: {} } })
    expect([response.status, await response.json()]).toEqual([
      504,
      expect.objectContaining({ code: 'upstream_timeout', outcome: 'unknown' }),
    ])
  })
})

describe('the key', () => {
  test.each<[string, (init: RequestInit | undefined) => Promise<Response>]>([
    ['an answer', async (init) => Response.json({ headers: init?.headers })],
    ['a refusal', async (init) => Response.json({ message: JSON.stringify(init?.headers) }, { status: 400 })],
    ['a finding', async () => Response.json({ message: 'no', errors: [{ title: 'no', details: key, source: {} }] }, { status: 404 })],
    ['a failure', async (init) => Response.json(init?.headers, { status: 500 })],
    ['a page', async () => new Response(`<h1>${key}</h1>`)],
    ['an error', (init) => Promise.reject(new Error(JSON.stringify(init?.headers)))],
    ['a header', async () => Response.json({}, { headers: { 'x-echo': key, 'set-cookie': key } })],
  ])('is in nothing that leaves, although it comes back in %s', async (_, answer) => {
    const logs = (['log', 'warn', 'error', 'debug', 'info'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation(() => undefined),
    )
    const office = createOffice({ fetch: (_input, init) => answer(init) })
    const { call, events, proxy } = office
    {
      for (const response of [await call('GET', path), await call('PUT', path, { body: { customerSession: {} } })]) {
        const shown = [
          await response.text(),
          JSON.stringify([...response.headers]),
          JSON.stringify(events),
          inspect(proxy, { depth: 20, showHidden: true }),
        ]
        expect(shown.join()).not.toContain(key)
      }
    }
    expect(office.sent[0]?.headers.get('authorization')).toBe(`ApiKey-v1 ${key}`)
    expect(inspect(logs.map(({ mock }) => mock.calls))).not.toContain(key)
    vi.restoreAllMocks()
  })

  test('that is a mere word may be in an answer', async () => {
    const upstream = { baseUrl: 'https://shop.talon.one', apiKey: 'mug' }
    const { call } = createAnsweredOffice(() => Response.json({ name: 'mug' }), { upstream })
    expect(await seen(await call('GET', path))).toEqual({ status: 200, body: { name: 'mug' } })
  })
})

function asked(row: Endpoint, input: unknown): Ask {
  return { row, input }
}

// Whom and what requests are about, so that some of them meet.
const known: Readonly<Record<string, readonly unknown[]>> = {
  customerSessionId: ['cart', 'order', 'new'],
  sessionId: ['cart', 'order'],
  connectedSessionId: ['cart'],
  integrationId: ['anna', 'ben', 'review'],
  profileId: ['anna', 'ben'],
  profileIntegrationId: ['anna', 'ben'],
  advocateProfileIntegrationId: ['anna', 'ben'],
  couponValue: ['SAVE10', 'WELCOME5', 'FIRST5'],
  couponCodes: [['SAVE10'], ['FIRST5', 'NOSUCH'], []],
  loyaltyProgramId: [1, 2],
  loyaltyCardId: ['CARD-1', 'CARD-2'],
  audienceId: [1, 2],
  catalogId: [1, 2],
  achievementId: [1, 2],
  campaignId: [5, 1],
  pageSize: [1, 2, 50],
  skip: [0, 1],
}

function withKnown(value: unknown, seed: number): unknown {
  if (Array.isArray(value)) return value.map((entry) => withKnown(entry, seed))
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, entry], index) => {
      const pool = Object.hasOwn(known, name) ? known[name] : undefined
      return [name, pool && entry !== undefined ? pool[(seed + index) % pool.length] : withKnown(entry, seed)]
    }),
  )
}

const drawn = fc
  .constantFrom(...rows)
  .chain((row) => fc.tuple(inputsOf(row), fc.nat(1000)).map(([input, seed]): Ask => ({ row, input: withKnown(input, seed) })))

const sound = fc
  .tuple(fc.oneof(fc.constantFrom(...day), drawn), fc.option(fc.constantFrom('key-1', 'key-2'), { freq: 3, nil: undefined }))
  .map(([ask, idempotencyKey]) => wireOf(ask, idempotencyKey))

// With something in it that does not belong there.
const unsound = fc.tuple(sound, json, fc.nat()).map(([wire, nonsense, at]): Wire => {
  if (!isRecord(wire.body)) return { ...wire, path: `${wire.path}${wire.path.includes('?') ? '&' : '?'}extra=1` }
  const names = [...Object.keys(wire.body), 'extra']
  return { ...wire, body: { ...wire.body, [names[at % names.length] ?? 'extra']: nonsense } }
})

const table: ReadonlyMap<string, Endpoint> = new Map(Object.entries(endpoints))

// Who leaves out whom a request is about, or calls them `me`, is refused by the proxy, whatever Talon.One would say.
function namesSomebody({ operationId, method, path: sent, body }: Wire): boolean {
  const row = table.get(operationId)
  if (row === undefined) return true
  const { pathname, searchParams } = new URL(sent, 'https://office.example')
  const input = readInput(row, { params: recognise(row, method, pathname) ?? {}, searchParams, body }, [])
  const isSaid = row.identity === undefined || row.anonymous === true || identitiesOf(row, input).length > 0
  return isSaid && !saysMe(row, input)
}

const wires = fc.oneof({ arbitrary: sound, weight: 4 }, { arbitrary: unsound, weight: 1 }).filter(namesSomebody)
