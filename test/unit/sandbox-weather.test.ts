import { createTalonOne, getCustomerInventory, type TalonOne, updateCustomerSessionV2 } from 'talon-one-react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSandbox, type Weather, type WeatherFault } from '../../src/sandbox/index.ts'
import { failureOf, thrownBy } from './client-calls.ts'
import { openShop } from './sandbox-shop.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

function under(...faults: WeatherFault[]) {
  const sandbox = createSandbox({ weather: { faults } })
  return { ...sandbox, client: createTalonOne({ fetch: sandbox.fetch, profileId: 'anna' }) }
}

const put = (client: TalonOne, id = 'cart', signal?: AbortSignal) =>
  client.send(updateCustomerSessionV2, { customerSessionId: id, customerSession: {} }, { signal })
const read = (client: TalonOne) => client.send(getCustomerInventory, {})
/** Watches what becomes of a call. */
function watch(work: Promise<unknown>) {
  const seen = { outcome: 'pending' }
  const follow = async () => {
    try {
      await work
      seen.outcome = 'answered'
    } catch {
      seen.outcome = 'failed'
    }
  }
  void follow()
  return seen
}
/** Moves the clock, and lets the bodies of requests be read, which takes no time of it. */
async function pass(milliseconds: number) {
  await vi.advanceTimersByTimeAsync(milliseconds)
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

describe('what our client makes of it', () => {
  // The fault; code and outcome of a write, more of the error, whether the write was carried out.
  it.each<[string, WeatherFault, string, 'unknown' | undefined, object, boolean]>([
    ['a conflict', { kind: 'refused', status: 409 }, 'conflict', undefined, { status: 409, retryable: true }, false],
    [
      'a 429 without a word',
      { kind: 'refused', status: 429 },
      'rate_limited',
      undefined,
      { retryable: true, retryAfterMs: undefined },
      false,
    ],
    [
      'a 429 with Retry-After',
      { kind: 'refused', status: 429, retryAfter: 1500 },
      'rate_limited',
      undefined,
      { retryAfterMs: 2000 },
      false,
    ],
    ['a 500', { kind: 'refused', status: 500 }, 'unavailable', 'unknown', { status: 500 }, false],
    ['a 503 with Retry-After', { kind: 'refused', status: 503, retryAfter: 0 }, 'unavailable', 'unknown', { retryAfterMs: 0 }, false],
    ['a 504 after the fact', { kind: 'refused', status: 504, carriedOut: true }, 'unavailable', 'unknown', { status: 504 }, true],
    ['an HTML 502', { kind: 'html' }, 'unavailable', 'unknown', { status: 502 }, false],
    ['an HTML 200', { kind: 'html', status: 200 }, 'not_json', 'unknown', { status: 200 }, false],
    ['an HTML page after the fact', { kind: 'html', status: 200, carriedOut: true }, 'not_json', 'unknown', {}, true],
    ['JSON that breaks off', { kind: 'cutOff' }, 'not_json', 'unknown', { status: 200 }, true],
    ['a lost request', { kind: 'lostRequest' }, 'network', 'unknown', { retryable: true }, false],
    ['a lost answer', { kind: 'lostAnswer' }, 'network', 'unknown', { retryable: true }, true],
    ['a late landing', { kind: 'lateLanding', delay: 0 }, 'network', 'unknown', { retryable: true }, true],
  ])('%s', async (_, fault, code, outcome, more, isCarriedOut) => {
    const { client, state } = under(fault)
    expect(await failureOf(put(client))).toMatchObject({ code, outcome, ...more })
    await pass(0)
    expect(state.sessions.has('cart')).toBe(isCarriedOut)
    expect(await failureOf(read(client))).toMatchObject({ code, outcome: undefined })
  })

  it.each<['lostRequest' | 'lostAnswer', boolean]>([
    ['lostRequest', false],
    ['lostAnswer', true],
  ])('a silent %s: nothing, until the caller gives up', async (kind, isCarriedOut) => {
    const { client, state } = under({ kind, silent: true })
    const controller = new AbortController()
    const sent = put(client, 'cart', controller.signal)
    const done = watch(sent)
    await pass(3_600_000)
    expect(done.outcome).toBe('pending')
    controller.abort()
    expect(await failureOf(sent)).toMatchObject({ code: 'aborted', outcome: 'unknown' })
    expect(state.sessions.has('cart')).toBe(isCarriedOut)
  })

  it('an answer without content cannot break off', async () => {
    const { fetch } = under({ kind: 'cutOff' })
    const response = await fetch('/v2/customer_profiles', { method: 'PUT', body: '{"customerProfiles":[]}' })
    expect([response.status, await response.text()]).toEqual([204, ''])
  })
})

describe('a refusal', () => {
  it.each([409, 429, 503])('of status %i has the form that the API documents', async (status) => {
    const shop = openShop({ weather: { faults: [{ kind: 'refused', status }] } })
    const answer = await shop.raw('PUT', '/v2/customer_sessions/cart', { customerSession: {} })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/json'])
    expect(answer.body).toMatchObject({ message: expect.any(String), StatusCode: status, ...(status === 409 && { errors: [] }) })
  })
})

describe('time', () => {
  it('a slow request is carried out late, and an answer comes no sooner', async () => {
    const { client, state } = under({ kind: 'slowRequest', delay: 100 })
    const done = watch(put(client))
    await pass(99)
    expect([done.outcome, state.sessions.size]).toEqual(['pending', 0])
    await pass(1)
    expect(done.outcome).toBe('answered')
    expect(state.sessions.size).toBe(1)
  })

  it('a slow answer is about something that was carried out in time', async () => {
    const { client, state } = under({ kind: 'slowAnswer', delay: 100 })
    const done = watch(put(client))
    await pass(99)
    expect([done.outcome, state.sessions.size]).toEqual(['pending', 1])
    await pass(1)
    expect(done.outcome).toBe('answered')
  })

  it('delays add up, and count for failures too', async () => {
    const { client } = under(
      { kind: 'slowRequest', delay: 30 },
      { kind: 'slowRequest', delay: 30 },
      { kind: 'lostAnswer' },
      { kind: 'slowAnswer', delay: 40 },
    )
    const done = watch(put(client))
    await pass(99)
    expect(done.outcome).toBe('pending')
    await pass(1)
    expect(done.outcome).toBe('failed')
  })

  it('is drawn between two bounds', async () => {
    const { fetch } = under({ kind: 'slowAnswer', delay: 100, upTo: 200 })
    const times: number[] = []
    let now = 0
    for (let count = 0; count < 40; count += 1) void fetch('/v2/unknown').then(() => times.push(now))
    for (; now <= 201; now += 1) await pass(now === 0 ? 0 : 1)
    expect(times).toHaveLength(40)
    expect(Math.min(...times)).toBeGreaterThanOrEqual(100)
    expect(Math.max(...times)).toBeLessThanOrEqual(200)
    expect(new Set(times).size).toBeGreaterThan(20)
  })

  const path = '/v2/customer_sessions/cart'
  const body = '{"customerSession":{}}'
  it.each<[string, (signal: AbortSignal) => Parameters<typeof globalThis.fetch>]>([
    ['text', (signal) => [path, { method: 'PUT', body, signal }]],
    ['a Request', (signal) => [new Request(`http://any${path}`, { method: 'PUT', body, signal })]],
  ])('what is aborted on a slow way is carried out all the same: %s', async (_, sentWith) => {
    const { fetch, state } = under({ kind: 'slowRequest', delay: 100 })
    const controller = new AbortController()
    const sent = watch(fetch(...sentWith(controller.signal)))
    await pass(50)
    controller.abort()
    await pass(0)
    expect(sent.outcome).toBe('failed')
    expect(state.sessions.size).toBe(0)
    await pass(50)
    expect(state.sessions.size).toBe(1)
  })

  it('a late landing undoes what a later request did', async () => {
    const { client, state, setWeather } = under({ kind: 'lateLanding', delay: 500 })
    const fill = (quantity: number) =>
      client.send(updateCustomerSessionV2, {
        customerSessionId: 'cart',
        customerSession: { cartItems: [{ sku: 'MUG', name: 'Mug', quantity, price: 12 }] },
      })
    expect(await failureOf(fill(1))).toMatchObject({ code: 'network', outcome: 'unknown' })
    setWeather()
    await fill(5)
    await pass(499)
    expect(state.sessions.get('cart')?.session.total).toBe(60)
    await pass(1)
    expect(state.sessions.get('cart')?.session.total).toBe(12)
  })
})

describe('chance', () => {
  const statusesOf = async (fetch: ReturnType<typeof createSandbox>['fetch'], count = 60) => {
    const statuses: number[] = []
    for (let sent = 0; sent < count; sent += 1) statuses.push((await fetch('/v2/unknown')).status)
    return statuses
  }
  const mixed = (seed?: number): Weather => ({
    ...(seed !== undefined && { seed }),
    faults: [
      { kind: 'refused', status: 503, probability: 0.3 },
      { kind: 'refused', status: 429, probability: 0.3 },
    ],
  })

  it('is the same for the same seed and the same requests, and another for another seed', async () => {
    const [one, same, other] = await Promise.all([7, 7, 8].map((seed) => statusesOf(createSandbox({ weather: mixed(seed) }).fetch)))
    expect(one).toEqual(same)
    expect(one).not.toEqual(other)
    expect(await statusesOf(createSandbox({ weather: mixed() }).fetch)).toEqual(
      await statusesOf(createSandbox({ weather: mixed(1) }).fetch),
    )
  })

  it('is mulberry32', async () => {
    // Its first numbers from 1 are 0.627…, 0.002…, 0.527…, 0.981…; one request takes two.
    const faults: WeatherFault[] = [{ kind: 'refused', status: 503, probability: 0.6 }]
    expect(await statusesOf(createSandbox({ weather: { seed: 1, faults } }).fetch, 2)).toEqual([404, 503])
  })

  it('strikes about as often as it says', async () => {
    const statuses = await statusesOf(createSandbox({ weather: mixed(3) }).fetch, 2000)
    const rate = (status: number) => statuses.filter((one) => one === status).length / 2000
    expect(rate(503)).toBeCloseTo(0.3, 1)
    expect(rate(429)).toBeCloseTo(0.7 * 0.3, 1)
  })

  it('of one fault does not depend on the chance of another', async () => {
    const calm = mixed(5)
    const [first, second] = calm.faults
    if (first === undefined || second === undefined) throw new Error('two faults are needed')
    const before = await statusesOf(createSandbox({ weather: calm }).fetch)
    const after = await statusesOf(createSandbox({ weather: { seed: 5, faults: [{ ...first, probability: 0 }, second] } }).fetch)
    expect(before.filter((status) => status === 429)).not.toHaveLength(0)
    expect(before.flatMap((status, index) => (status === 429 ? [after[index]] : []))).not.toContain(404)
  })

  it('of 0 never strikes, of 1 always; the first that strikes counts', async () => {
    const { fetch } = under({ kind: 'html', probability: 0 }, { kind: 'refused', status: 503, probability: 1 }, { kind: 'html' })
    expect(new Set(await statusesOf(fetch))).toEqual(new Set([503]))
  })

  it('starts anew with a new weather, and with reset', async () => {
    const { fetch, reset, setWeather } = createSandbox({ weather: mixed(7) })
    const first = await statusesOf(fetch)
    expect(await statusesOf(fetch)).not.toEqual(first)
    reset()
    expect(await statusesOf(fetch)).toEqual(first)
    setWeather(mixed(7))
    expect(await statusesOf(fetch)).toEqual(first)
  })
})

describe('the weather', () => {
  it('befalls only the operations it names', async () => {
    const { client, fetch } = under({ kind: 'refused', status: 503, operations: ['getCustomerInventory', 'getCustomerSession'] })
    await put(client)
    expect(await failureOf(read(client))).toMatchObject({ status: 503 })
    expect((await fetch('/v2/customer_sessions/cart')).status).toBe(503)
    expect((await fetch('/v2/unknown')).status).toBe(404)
  })

  it('comes before the key is looked at, as a gateway does', async () => {
    const { fetch } = createSandbox({ apiKey: 'key', weather: { faults: [{ kind: 'html' }] } })
    expect((await fetch('/v2/customer_sessions/cart')).status).toBe(502)
  })

  it('may change while requests are on their way, which keep theirs', async () => {
    const { client, state, setWeather } = under({ kind: 'slowRequest', delay: 100 }, { kind: 'lostAnswer' })
    const first = watch(put(client, 'first'))
    await pass(50)
    setWeather({ faults: [{ kind: 'refused', status: 409 }] })
    expect(await failureOf(client.withProfile('ben').send(getCustomerInventory, {}))).toMatchObject({ code: 'conflict' })
    setWeather()
    await put(client.withProfile('ben'), 'other')
    expect([first.outcome, state.sessions.size]).toEqual(['pending', 1])
    await pass(50)
    expect(first.outcome).toBe('failed')
  })

  it('stays what it was when the object it was made from changes', async () => {
    const faults: WeatherFault[] = [{ kind: 'html' }]
    const { fetch } = createSandbox({ weather: { faults } })
    faults.pop()
    expect((await fetch('/v2/unknown')).status).toBe(502)
  })

  // Each is wrong on purpose, so none of them has the type.
  it.each<[string, unknown, string]>([
    ['a probability of 2', { faults: [{ kind: 'html', probability: 2 }] }, '/faults/0/probability'],
    ['a probability that is none', { faults: [{ kind: 'html', probability: NaN }] }, '/faults/0/probability'],
    ['a negative delay', { faults: [{ kind: 'slowRequest', delay: -1 }] }, '/faults/0/delay'],
    ['no delay', { faults: [{ kind: 'lateLanding' }] }, '/faults/0/delay'],
    ['a delay no timer can count to', { faults: [{ kind: 'slowAnswer', delay: 2 ** 31 }] }, '/faults/0/delay'],
    ['bounds the wrong way round', { faults: [{ kind: 'slowAnswer', delay: 2, upTo: 1 }] }, '/faults/0/upTo'],
    ['a refusal that is none', { faults: [{ kind: 'refused', status: 200 }] }, '/faults/0/status'],
    ['a page that may not be', { faults: [{ kind: 'html', status: 204 }] }, '/faults/0/status'],
    ['an unknown kind', { faults: [{ kind: 'html' }, { kind: 'hail' }] }, '/faults/1/kind'],
    ['an unknown operation', { faults: [{ kind: 'html', operations: ['getNothing'] }] }, '/faults/0/operations/0'],
    ['a misspelt field', { faults: [{ kind: 'html', propability: 1 }] }, '/faults/0/propability'],
    ['a seed that is a fraction', { seed: 0.5, faults: [] }, '/seed'],
    ['no faults', {}, '/faults'],
    ['no object', 'rain', ''],
  ])('that makes no sense is refused at once, and nothing changes: %s', async (_, nonsense, pointer) => {
    const { fetch, setWeather } = under({ kind: 'html' })
    const weather = nonsense as Weather
    for (const refuse of [() => createSandbox({ weather }), () => setWeather(weather)]) {
      const { code, message, issues } = thrownBy(refuse)
      expect(code).toBe('invalid_config')
      expect(issues.map((issue) => issue.pointer)).toEqual([pointer])
      expect(message).toContain(`${pointer || 'the whole'}: `)
    }
    expect((await fetch('/v2/unknown')).status).toBe(502)
  })
})
