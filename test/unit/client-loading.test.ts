/** What sends is loaded when the first call needs it: each test has its own copy of the package, in which nothing has been sent yet. */
import { getCustomerInventory, type Locks, type TalonOneOptions } from 'talon-one-react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { failureOf, fakeFetch, read, state, write } from './client-calls.ts'

type Transport = typeof import('../../src/transport.ts')
const transport = '../../src/transport.ts'

let createTalonOne: typeof import('talon-one-react').createTalonOne

beforeEach(async () => {
  vi.resetModules()
  ;({ createTalonOne } = await import('talon-one-react'))
})

afterEach(() => {
  vi.doUnmock(transport)
  vi.doUnmock('ky')
})

/** A client whose chunk comes when it is told to. */
function createWaiting(options: TalonOneOptions = {}) {
  const chunk = Promise.withResolvers<void>()
  const asked = vi.fn<() => void>()
  vi.doMock(transport, async (original: () => Promise<Transport>) => {
    asked()
    await chunk.promise
    return original()
  })
  const { fetch, requests } = fakeFetch(() => Response.json(state))
  const hasAsked = () => vi.waitFor(() => expect(asked).toHaveBeenCalled())
  return { client: createTalonOne({ fetch, ...options }), requests, chunk, asked, hasAsked }
}

test('nothing that sends is evaluated before the first call, and then once for all clients', async () => {
  const evaluated: string[] = []
  for (const module of ['ky', transport])
    vi.doMock(module, (original: () => Promise<object>) => {
      evaluated.push(module)
      return original()
    })
  const { fetch, requests } = fakeFetch()
  const clients = [createTalonOne({ fetch }), createTalonOne({ fetch, scope: 'other' }).withProfile('anna')]
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(evaluated).toEqual([])
  await Promise.all(clients.map((client) => read(client)))
  for (const client of clients) await read(client)
  expect(evaluated).toEqual([transport, 'ky'])
  expect(requests).toHaveLength(4)
})

test('calls go on in the order they were made, with a signal or without, before and just after it is loaded', async () => {
  const { client, requests, chunk, hasAsked } = createWaiting()
  const signal = () => ({ signal: new AbortController().signal })
  const order = ['one', 'two', 'three', 'four', 'five']
  const send = (couponValue: string, position: number) =>
    client.send(getCustomerInventory, { integrationId: couponValue }, position % 2 === 0 ? signal() : {})
  const calls = order.slice(0, 3).map(send)
  await hasAsked()
  chunk.resolve()
  await calls[0]
  await Promise.all([...calls, ...order.slice(3).map(send)])
  expect(requests.map(({ url }) => url.split('/').at(-2))).toEqual(order)
})

test('a later call waits for no more than a microtask', async () => {
  const locks: Locks = { request: (_name, _options, task) => task() }
  const request = vi.spyOn(locks, 'request')
  const { fetch } = fakeFetch()
  const client = createTalonOne({ fetch, locks })
  await read(client)
  const call = write(client)
  await Promise.resolve()
  expect(request).toHaveBeenCalledOnce()
  await call
})

test('a chunk that cannot be loaded is an error that says that nothing was sent, and the next call asks for it again', async () => {
  const { client, requests, chunk, hasAsked, asked } = createWaiting()
  const calls = [failureOf(read(client)), failureOf(write(client)), failureOf(client.withProfile('anna').sendRaw(getCustomerInventory, {}))]
  await hasAsked()
  chunk.reject(new TypeError('Failed to fetch dynamically imported module'))
  for (const error of await Promise.all(calls)) {
    expect(error).toMatchObject({ code: 'not_loaded', retryable: true, outcome: undefined, status: undefined, issues: [] })
    expect(error.cause).toBeInstanceOf(Error)
  }
  expect([requests.length, asked.mock.calls.length]).toEqual([0, 1])
  expect(await failureOf(read(client))).toMatchObject({ code: 'not_loaded' })
  vi.doUnmock(transport)
  expect(await write(client)).toEqual(state)
  expect(requests).toHaveLength(1)
})

describe('a call that is aborted', () => {
  const aborted = (outcome?: 'unknown') => ({ code: 'aborted', retryable: false, outcome })

  test('before or while the chunk loads rejects at once, with its reason, and sends nothing', async () => {
    const { client, requests, chunk, hasAsked } = createWaiting()
    const reason = new Error('the shopper left')
    const controller = new AbortController()
    const before = await failureOf(write(client, { signal: AbortSignal.abort(reason) }))
    const call = failureOf(write(client, { signal: controller.signal }))
    await hasAsked()
    controller.abort(reason)
    for (const error of [before, await call]) {
      expect(error).toMatchObject({ ...aborted(), method: 'PUT', path: '/v2/customer_sessions/{customerSessionId}' })
      expect(error.cause).toBe(reason)
    }
    chunk.resolve()
    await write(client)
    expect(requests).toHaveLength(1)
  })

  test('while the chunk loads is no call that failed to load it', async () => {
    const { client, chunk, hasAsked } = createWaiting()
    const controller = new AbortController()
    const call = failureOf(write(client, { signal: controller.signal }))
    await hasAsked()
    controller.abort()
    chunk.reject(new Error('offline'))
    expect(await call).toMatchObject(aborted())
  })

  test('on its way has an unknown outcome, though it had to wait for the chunk', async () => {
    const sent = vi.fn<() => void>()
    const { client, chunk } = createWaiting({
      fetch: () => {
        sent()
        return new Promise<never>(() => {})
      },
    })
    const controller = new AbortController()
    const call = failureOf(write(client, { signal: controller.signal }))
    chunk.resolve()
    await vi.waitFor(() => expect(sent).toHaveBeenCalled())
    controller.abort()
    expect(await call).toMatchObject(aborted('unknown'))
  })
})
