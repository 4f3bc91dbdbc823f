import { afterEach, describe, expect, it, vi } from 'vitest'
import * as endpoints from '../../src/endpoints.ts'
import type { Endpoint } from '../../src/endpoint.ts'
import { createSandbox, demoCampaigns } from '../../src/sandbox/index.ts'
import { checkedFetch, laterOperations, openApi, withoutOpenApi } from '../openapi.ts'
import { mug, openShop } from './sandbox-shop.ts'

const session = '/v2/customer_sessions/cart'
const rows: Endpoint[] = Object.values(endpoints)

afterEach(() => {
  vi.useRealTimers()
})

describe('the address', () => {
  it.each([
    ['a relative path', session],
    ['a URL', new URL(`https://shop.europe-west1.talon.one${session}`)],
    ['a whole address as text', `https://shop.europe-west1.talon.one${session}`],
    ['a request', new Request(`https://shop.europe-west1.talon.one${session}`)],
    ['below a mount', `/talon-one${session}`],
    ['below a mount that looks like a version', `/api/v1${session}`],
    ['below a long mount', `${'/v1'.repeat(5000)}${session}`],
    ['one whose id looks like a version', '/talon-one/v2/customer_sessions/v2'],
  ])('may be %s', async (_, input) => {
    const { fetch } = createSandbox()
    const response = await checkedFetch(fetch)(input)
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({ message: 'Customer session not found', StatusCode: 404 })
  })

  it.each([
    ['unknown', '/v2/unknown'],
    ['without a version', '/customer_sessions/cart'],
    ['longer than a known one', `${session}/`],
    ['hides a dot segment', '/v2/customer_sessions/%2e%2e'],
    ['badly encoded', '/v2/customer_sessions/%zz'],
  ])('is not found when it is %s', async (_, path) => {
    const response = await createSandbox().fetch(path)
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual({ message: 'Path not found', StatusCode: 404 })
  })

  it('says which methods a path takes', async () => {
    const { status, body, headers } = await openShop().raw('DELETE', session)
    expect(status).toBe(405)
    expect(headers.get('allow')).toBe('PUT, GET')
    expect(body).toEqual({ message: 'This method is not allowed here', StatusCode: 405 })
  })
})

describe('a request', () => {
  it('may be a Request with everything in it', async () => {
    const shop = openShop()
    const request = new Request(`http://anywhere${session}`, {
      method: 'PUT',
      body: JSON.stringify({ customerSession: { cartItems: [mug] } }),
    })
    expect((await shop.fetch(request)).status).toBe(200)
    expect(shop.state.sessions.get('cart')?.session.total).toBe(12)
  })

  it('may be a Request that an init overrides', async () => {
    const shop = openShop()
    const response = await shop.fetch(new Request(`http://anywhere${session}`), { method: 'PUT', body: '{"customerSession":{}}' })
    expect(response.status).toBe(200)
  })

  it('fits wherever the global fetch does', () => {
    const fetch: typeof globalThis.fetch = createSandbox().fetch
    expect(fetch).toBeTypeOf('function')
  })

  it('is answered as JSON, or not at all', async () => {
    const shop = openShop()
    expect((await shop.raw('PUT', session, { customerSession: {} })).headers.get('content-type')).toBe('application/json')
    const { status, headers, body } = await shop.raw('PUT', '/v2/customer_profiles', { customerProfiles: [] })
    expect([status, headers.get('content-type'), body]).toEqual([204, null, undefined])
  })
})

describe('the key', () => {
  const apiKey = 'a key with spaces & signs'
  const { fetch } = createSandbox({ apiKey })
  const ask = (headers: HeadersInit, path = session) => checkedFetch(fetch)(path, { headers })

  it('opens the door', async () => {
    expect((await ask({ Authorization: `ApiKey-v1 ${apiKey}` })).status).toBe(404)
  })

  it.each([
    ['none', {}],
    ['another', { authorization: 'ApiKey-v1 other' }],
    ['one of another kind', { authorization: `Bearer ${apiKey}` }],
    ['one in another case', { authorization: `ApiKey-v1 ${apiKey.toUpperCase()}` }],
    ['only its beginning', { authorization: `ApiKey-v1 ${apiKey.slice(0, -1)}` }],
  ])('is asked for when there is %s, and never told', async (_, headers) => {
    const response = await ask(headers)
    expect(response.status).toBe(401)
    const text = await response.text()
    expect(JSON.parse(text)).toEqual({ message: 'Invalid API key', StatusCode: 401 })
    expect(text).not.toContain(apiKey)
  })

  it('is asked for before a path is looked at', async () => {
    expect((await ask({}, '/v2/unknown')).status).toBe(401)
  })

  it('is not asked for unless one is set', async () => {
    expect((await openShop().raw('GET', session)).status).toBe(404)
  })
})

describe('a bad request', () => {
  const ask = (body: unknown, path = session) => openShop().raw('PUT', path, body)
  const errors = (body: unknown) => ({ message: 'The submitted data was invalid', errors: body })

  it.each([
    ['an unknown field', { customerSession: { coupons: [] } }, 'Unknown', '/customerSession/coupons'],
    [
      'a wrong type',
      { customerSession: { cartItems: [{ sku: 'A', quantity: '1' }] } },
      'Invalid type',
      '/customerSession/cartItems/0/quantity',
    ],
    ['a bad enum', { customerSession: { state: 'paid' } }, 'enum', '/customerSession/state'],
    ['a missing field', {}, 'Required', '/customerSession'],
    ['no quantity', { customerSession: { cartItems: [{ sku: 'A' }] } }, 'Required', '/customerSession/cartItems/0/quantity'],
    ['too many units', { customerSession: { cartItems: [{ sku: 'A', quantity: 10_001 }] } }, 'Invalid type', '/customerSession/cartItems'],
    ['too long a code', { customerSession: { couponCodes: ['x'.repeat(101)] } }, 'Invalid type', '/customerSession/couponCodes/0'],
  ])('with %s is told where', async (_, body, title, pointer) => {
    const answer = await ask(body)
    expect(answer.status).toBe(400)
    expect(answer.body).toEqual(errors([{ title, details: expect.any(String), source: { pointer } }]))
  })

  it('names a parameter of the query as such', async () => {
    const answer = await ask({ customerSession: {} }, `${session}?dry=maybe`)
    expect(answer.body).toEqual(errors([{ title: 'Invalid type', details: expect.any(String), source: { parameter: 'dry' } }]))
  })

  it.each(['', '{', '[]', '"text"', 'null'])('whose body is not an object (%j) is refused', async (body) => {
    expect((await openShop().raw('PUT', session, body)).status).toBe(400)
  })

  it('carries the status in its body only where the API does', async () => {
    expect((await ask({ nonsense: 1 })).body).not.toHaveProperty('StatusCode')
    expect((await ask({ nonsense: 1 }, '/v2/customer_profiles/anna')).body).toMatchObject({ StatusCode: 400 })
  })

  it('never repeats what was sent', async () => {
    const { body } = await ask({ customerSession: { state: 'hunter2-secret', couponCodes: [{ 'hunter2-secret': 1 }] } })
    expect(JSON.stringify(body)).not.toContain('hunter2')
  })

  it('changes nothing', async () => {
    const shop = openShop()
    await shop.raw('PUT', session, { customerSession: { profileId: 'anna', state: 'paid' } })
    expect([shop.state.sessions.size, shop.state.profiles.size]).toEqual([0, 0])
  })
})

describe('an aborted request', () => {
  it('rejects with the reason of its signal and never arrives when aborted before', async () => {
    const { fetch, state } = createSandbox()
    const reason = new Error('changed my mind')
    const init = { method: 'PUT', body: '{"customerSession":{}}', signal: AbortSignal.abort(reason) }
    await expect(fetch(session, init)).rejects.toBe(reason)
    await expect(fetch(new Request(`http://anywhere${session}`, init))).rejects.toBe(reason)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(state.sessions.size).toBe(0)
  })

  it('rejects at once when aborted on its way, although the server carries it out', async () => {
    vi.useFakeTimers()
    const { fetch, state } = createSandbox({ latency: 1000 })
    const controller = new AbortController()
    const reason = new Error('timed out')
    const sent = fetch(session, { method: 'PUT', body: '{"customerSession":{}}', signal: controller.signal })
    await vi.advanceTimersByTimeAsync(500)
    controller.abort(reason)
    await expect(sent).rejects.toBe(reason)
    expect(state.sessions.size).toBe(0)
    await vi.advanceTimersByTimeAsync(500)
    expect(state.sessions.size).toBe(1)
  })
})

describe('latency', () => {
  it('is how long an answer takes', async () => {
    vi.useFakeTimers()
    const { fetch } = createSandbox({ latency: 80 })
    const answered = vi.fn<() => void>()
    void fetch(session).then(answered)
    await vi.advanceTimersByTimeAsync(79)
    expect(answered).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(answered).toHaveBeenCalledOnce()
  })

  it('of nothing needs no timer', async () => {
    vi.useFakeTimers()
    expect((await openShop().raw('PUT', session, { customerSession: {} })).status).toBe(200)
  })
})

describe('requests at the same time', () => {
  const conflict = (entity: string) => ({
    status: 409,
    body: { message: `Too many requests are updating this ${entity} at the same time`, errors: [], StatusCode: 409 },
  })
  const put = (shop: ReturnType<typeof openShop>, id: string, customerSession: object, search = '') =>
    shop
      .raw('PUT', `/v2/customer_sessions/${id}${search}`, { customerSession, responseContent: ['customerSession'] })
      .then(({ status, body }) => ({ status, body }))

  it.each([0, 20])('of one session: one runs, two wait for their turn, the fourth gets 409 (latency %i)', async (latency) => {
    const shop = openShop({ latency })
    const answers = await Promise.all([1, 2, 3, 4, 5].map((quantity) => put(shop, 'cart', { cartItems: [{ ...mug, quantity }] })))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 409, 409])
    expect(answers[3]).toEqual(conflict('session'))
    expect(answers.slice(0, 3).map(({ body }) => body)).toMatchObject(
      [1, 2, 3].map((updateCount) => ({ customerSession: { updateCount, total: 12 * updateCount } })),
    )
    expect((await put(shop, 'cart', {})).status).toBe(200)
  })

  it('take turns: the second waits for the first', async () => {
    vi.useFakeTimers()
    const shop = openShop({ latency: 100 })
    const done: string[] = []
    void put(shop, 'cart', {}).then(() => done.push('first'))
    void put(shop, 'cart', {}).then(() => done.push('second'))
    void put(shop, 'other', {}).then(() => done.push('other'))
    await vi.advanceTimersByTimeAsync(101)
    expect(done).toEqual(['first', 'other'])
    await vi.advanceTimersByTimeAsync(100)
    expect(done).toEqual(['first', 'other', 'second'])
  })

  it('of one profile count together, whatever the session', async () => {
    const shop = openShop()
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((id) => put(shop, id, { profileId: 'anna' })))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 409])
    expect(answers[3]).toEqual(conflict('profile'))
  })

  it('count by the stored profile when they name none', async () => {
    const shop = openShop()
    for (const id of ['a', 'b', 'c', 'd']) await put(shop, id, { profileId: 'anna' })
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((id) => put(shop, id, {})))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 409])
    const anonymous = await Promise.all(['a', 'b', 'c', 'd'].map((id) => put(shop, id, { profileId: '' })))
    expect(anonymous.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  })

  it('of different profiles do not meet', async () => {
    const shop = openShop()
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((id) => put(shop, id, { profileId: id })))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  })

  it('of profiles and V1 count as well', async () => {
    const shop = openShop({ latency: 5 })
    const answers = await Promise.all([
      shop.raw('PUT', '/v2/customer_profiles/anna', {}),
      shop.raw('PUT', '/v1/customer_profiles/anna', {}),
      shop.raw('POST', '/v1/events', { profileId: 'anna', sessionId: 'a', type: 'seen', attributes: {} }),
      shop.raw('PUT', '/v1/customer_sessions/b', { profileId: 'anna' }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 201, 409])
  })

  it('that only look are never refused', async () => {
    const shop = openShop({ latency: 5 })
    await put(shop, 'cart', { profileId: 'anna' })
    const dry = await Promise.all([1, 2, 3, 4, 5].map(() => put(shop, 'cart', { profileId: 'anna' }, '?dry=true')))
    const reads = await Promise.all([1, 2, 3, 4, 5].map(() => shop.raw('GET', session)))
    expect([...dry, ...reads].every(({ status }) => status === 200)).toBe(true)
  })

  it('go on after one was refused or forbidden', async () => {
    const shop = openShop({ latency: 5 })
    await put(shop, 'cart', { state: 'closed' })
    const answers = await Promise.all([put(shop, 'cart', {}), put(shop, 'cart', {}), put(shop, 'cart', { state: 'cancelled' })])
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 200])
  })
})

describe('the sandbox', () => {
  it('forgets everything on reset, and keeps its state object', async () => {
    const shop = openShop()
    const before = shop.snapshot()
    const { state } = shop
    await shop.put({ state: 'closed', couponCodes: ['FIRST5'], cartItems: [mug] })
    expect(state.sessions.size).toBe(1)
    shop.reset()
    expect(shop.state).toBe(state)
    expect(shop.snapshot()).toEqual(before)
    expect((await shop.put({ couponCodes: ['FIRST5'] })).effects[0]?.effectType).toBe('acceptCoupon')
  })

  it('shares nothing with another one', async () => {
    const [one, two] = [openShop(), openShop()]
    await one.put()
    expect(two.state.sessions.size).toBe(0)
    expect(demoCampaigns[0]).toMatchObject({ coupons: [{ value: 'SAVE10' }] })
  })

  it('gives the same answers to the same calls', async () => {
    const answers = await Promise.all(
      [openShop(), openShop()].map((shop) =>
        shop.put({ cartItems: [mug], couponCodes: ['SAVE10'] }, ['customerSession', 'event', 'loyalty']),
      ),
    )
    expect(answers[0]).toEqual(answers[1])
  })
})

describe('the official OpenAPI file', () => {
  it('has every row of the table, under its method and path, but those that came later', ({ skip }) => {
    skip(openApi === undefined, withoutOpenApi)
    const unknown = rows.filter(
      ({ method, path, operationId }) => openApi?.operationAt(method, path.replace(/\{\w+\}/g, 'x')) !== operationId,
    )
    expect(unknown.map(({ operationId }) => operationId)).toEqual(laterOperations.map(({ operationId }) => operationId))
  })

  it('is asked: a bad answer does not pass', async ({ skip }) => {
    skip(openApi === undefined, withoutOpenApi)
    const answering = (status: number, body: unknown) => checkedFetch(async () => new Response(JSON.stringify(body), { status }))
    await expect(answering(200, { effects: [] })(session, { method: 'GET' })).resolves.toBeInstanceOf(Response)
    await expect(answering(200, { effects: [{ effectType: 'acceptCoupon' }] })(session, { method: 'GET' })).rejects.toThrow(/campaignId/)
    await expect(answering(200, { effects: [], surplus: 1 })(session, { method: 'GET' })).rejects.toThrow(/surplus/)
    await expect(answering(201, { effects: [] })(session, { method: 'GET' })).rejects.toThrow(/not documented/)
    await expect(answering(404, { error: 'none' })(session, { method: 'GET' })).rejects.toThrow(/error/)
  })

  it('is asked: a bad request does not pass', async ({ skip }) => {
    skip(openApi === undefined, withoutOpenApi)
    const state = { effects: [], createdCoupons: [], createdReferrals: [] }
    const fetch = checkedFetch(async () => new Response(JSON.stringify(state)))
    const put = (body: unknown, search = '') => fetch(session + search, { method: 'PUT', body: JSON.stringify(body) })
    await expect(put({ customerSession: {} }, '?dry=true')).resolves.toBeInstanceOf(Response)
    await expect(put({})).rejects.toThrow(/customerSession/)
    await expect(put({ customerSession: { cartItems: [{ sku: 'A' }] } })).rejects.toThrow(/quantity/)
    await expect(put({ customerSession: {} }, '?dry=perhaps')).rejects.toThrow(/dry/)
    await expect(put({ customerSession: {} }, '?wet=true')).rejects.toThrow(/wet/)
  })
})
