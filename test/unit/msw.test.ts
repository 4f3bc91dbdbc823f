/** The sandbox behind the real Mock Service Worker: requests go out by the platform's own fetch. */
import { getResponse, http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { createTalonOne, getCustomerSession, updateCustomerSessionV2 } from 'talon-one-react'
import { talonOneHandlers } from 'talon-one-react/msw'
import { createSandbox, type SandboxConfig } from 'talon-one-react/sandbox'
import { createTestShop } from 'talon-one-react/testing'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'

// What no handler takes does not get out.
const server = setupServer(http.all('*', () => new HttpResponse('nobody', { status: 418 })))
beforeAll(() => server.listen())
afterEach(() => {
  server.resetHandlers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})
afterAll(() => server.close())

const customerSessionId = 'cart'
const customerSession = { cartItems: [{ sku: 'kettle', price: 80, quantity: 1 }], couponCodes: ['SAVE10'] }

function openShop(config?: SandboxConfig, baseUrl = 'http://shop.example/talon-one') {
  const sandbox = createSandbox(config)
  server.use(...talonOneHandlers(sandbox))
  return { sandbox, client: createTalonOne({ baseUrl, profileId: 'ada' }) }
}

test('answers what a client sends, and remembers it', async () => {
  const { client, sandbox } = openShop()
  const { effects } = await client.send(updateCustomerSessionV2, { customerSessionId, customerSession })
  expect(effects.map(({ effectType }) => effectType)).toContain('acceptCoupon')
  const read = await client.send(getCustomerSession, { customerSessionId })
  expect(read.customerSession?.couponCodes).toEqual(['SAVE10'])
  expect([...sandbox.state.profiles.keys()]).toEqual(['ada'])
  await expect(client.send(getCustomerSession, { customerSessionId: 'none' })).rejects.toMatchObject({ code: 'not_found' })
})

test.each([
  [undefined, 'https://any.example/talon-one', true],
  [undefined, 'https://any.example/deeper/talon-one', true],
  [undefined, 'https://any.example/other', false],
  ['/api/promotions/', 'https://any.example/api/promotions', true],
  ['/', 'https://any.example', true],
  ['https://shop.example/talon-one', 'https://shop.example/talon-one', true],
  ['https://shop.example/talon-one', 'https://other.example/talon-one', false],
])('handlers for %j answer a client of %j: %j', async (baseUrl, clientBaseUrl, isAnswered) => {
  server.use(...talonOneHandlers(createSandbox(), baseUrl === undefined ? {} : { baseUrl }))
  const answer = createTalonOne({ baseUrl: clientBaseUrl, profileId: 'ada' }).sendRaw(updateCustomerSessionV2, {
    customerSessionId,
    customerSession,
  })
  if (isAnswered) expect(await answer).toMatchObject({ status: 200 })
  else await expect(answer).rejects.toMatchObject({ status: 418 })
})

test.each([
  ['https://shop.example/talon-one/v2/customer_sessions/cart', 404],
  // A module of the page, as a development server serves it.
  ['https://shop.example/src/talon-one/cart.ts', 418],
  ['https://other.example/talon-one/v2/customer_sessions/cart', 418],
])('on a page, a path is of its own origin: %s', async (url, status) => {
  vi.stubGlobal('location', new URL('https://shop.example/checkout'))
  server.use(...talonOneHandlers(createSandbox()))
  expect((await fetch(url)).status).toBe(status)
})

test('a request that the weather loses is a network error, and MSW has nothing to report', async () => {
  const told = vi.spyOn(console, 'error')
  const { client, sandbox } = openShop({ weather: { faults: [{ kind: 'lostAnswer' }] } })
  await expect(fetch('http://shop.example/talon-one/v2/customer_sessions/cart')).rejects.toThrow(TypeError)
  await expect(client.send(updateCustomerSessionV2, { customerSessionId, customerSession })).rejects.toMatchObject({
    code: 'network',
    outcome: 'unknown',
  })
  expect(sandbox.state.sessions.has('cart')).toBe(true)
  expect(told).not.toHaveBeenCalled()
})

test('a shop for tests serves requests that go round its client', async () => {
  const { sandbox } = createTestShop({ scenario: 'conflict' })
  server.use(...talonOneHandlers(sandbox))
  const put = await fetch('http://shop.example/talon-one/v2/customer_sessions/cart', { method: 'PUT', body: '{"customerSession":{}}' })
  expect(put.status).toBe(409)
  const get = await fetch('http://shop.example/talon-one/v2/customer_sessions/cart')
  expect(await get.json()).toMatchObject({ customerSession: { profileId: 'ada', cartItems: [{ sku: 'beans' }] } })
})

test('a request that nobody ever answers ends with its caller, and holds up nothing', async () => {
  const told = vi.spyOn(console, 'error')
  const { client, sandbox } = openShop({ weather: { faults: [{ kind: 'lostRequest', silent: true }] } })
  const signal = AbortSignal.timeout(20)
  await expect(fetch('http://shop.example/talon-one/v2/customer_sessions/cart', { signal })).rejects.toThrow('timeout')
  await expect(client.send(getCustomerSession, { customerSessionId }, { timeout: 20 })).rejects.toMatchObject({ code: 'timeout' })
  sandbox.setWeather()
  await client.send(updateCustomerSessionV2, { customerSessionId, customerSession })
  expect(told).not.toHaveBeenCalled()
})

test('a request that nobody ever answers, whose caller waits for ever, is a network error one day', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { sandbox } = createTestShop({ scenario: 'loading' })
  const request = () => new Request('http://shop.example/talon-one/v2/customer_sessions/cart')
  let status: number | undefined
  void getResponse(talonOneHandlers(sandbox), request()).then((response) => (status = response?.status))
  await vi.advanceTimersByTimeAsync(29_000)
  expect(status).toBeUndefined()
  await vi.advanceTimersByTimeAsync(1000)
  expect(status).toBe(0)
  sandbox.setWeather()
  expect((await getResponse(talonOneHandlers(sandbox), request()))?.status).toBe(200)
  expect(vi.getTimerCount()).toBe(0)
})

test('a request that its caller gives up while it is on its way may be carried out all the same', async () => {
  const told = vi.spyOn(console, 'error')
  const { client, sandbox } = openShop({ latency: 40 })
  const put = client.send(updateCustomerSessionV2, { customerSessionId, customerSession }, { signal: AbortSignal.timeout(15) })
  await expect(put).rejects.toMatchObject({ code: 'aborted', outcome: 'unknown' })
  await vi.waitFor(() => expect(sandbox.state.sessions.has('cart')).toBe(true))
  expect(told).not.toHaveBeenCalled()
})

test('a mistake in what the sandbox was given is told, and is no network error', async () => {
  const told = vi.spyOn(console, 'error').mockReturnValue()
  let isBroken = false
  const clock = () => {
    if (isBroken) throw new TypeError('the clock is broken')
    return 0
  }
  const { client } = openShop({ clock })
  isBroken = true
  const put = client.send(updateCustomerSessionV2, { customerSessionId, customerSession })
  await expect(put).rejects.toMatchObject({ status: 500 })
  expect(told.mock.calls.join()).toContain('the clock is broken')
})
