import { afterEach, expect, test, vi } from 'vitest'
import { serve } from '../http-server.ts'
import { cart, createShop, key } from './proxy-shop.ts'

afterEach(() => vi.unstubAllGlobals())

// `npm run runtimes` holds that those two send a lost write once; here only its form, which they do not repeat.
test.each(['Deno', 'Bun'])('on %s a write goes out in a form that is not repeated, and arrives as ever', async (runtime) => {
  vi.stubGlobal(runtime, {})
  await using server = await serve()
  const inits: RequestInit[] = []
  const fetch: typeof globalThis.fetch = (input, init = {}) => {
    inits.push(init)
    return globalThis.fetch(input, init)
  }
  const { call } = createShop({ upstream: { baseUrl: server.url, apiKey: key }, fetch })
  expect((await call('PUT', '/v2/customer_sessions/basket', { body: cart() })).status).toBe(200)
  expect((await call('GET', '/v2/customer_sessions/basket')).status).toBe(200)
  const [write, read] = inits
  expect(write?.body).toBeInstanceOf(Blob)
  expect(write?.keepalive).toBe(false)
  expect(read?.body).toBeUndefined()
  const [received] = server.received
  expect(received?.headers['content-type']).toBe('application/json')
  expect(received?.headers['content-length']).toBe(String(received?.body.length))
  expect(JSON.parse(received?.body ?? '')).toMatchObject({ customerSession: { cartItems: [{ sku: 'beans', quantity: 2 }] } })
})
