import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chromiumArgs, findChromium } from '../chromium.ts'
import { serve } from '../http-server.ts'
import { bundlePage } from './bundled-page.ts'

// A shop's bundle in a real Chromium, which remembers for as long as a page is open that a module could not be loaded.

const source = fileURLToPath(new URL('../../src/index.ts', import.meta.url))

const page = `
import { createCart, createTalonOne, getCustomerInventory } from ${JSON.stringify(source)}
const client = createTalonOne()
const cart = createCart({ client, sessionId: 'cart' })
window.send = () => client.send(getCustomerInventory, {}).catch(({ code, retryable, outcome }) => ({ code, retryable, outcome }))
window.add = () => void cart.add({ sku: 'APPLE', price: 1 })
window.retry = () => cart.retry()
window.show = () => {
  const { status, error, lines, pendingEdits } = cart.getSnapshot()
  return { status, error: error?.code, lines: lines.map(({ sku, quantity }) => [sku, quantity]), pendingEdits }
}
`

const session = { integrationId: 'cart', profileId: 'anna', state: 'open', created: '2026-01-15T12:00:00Z', couponCodes: [] }
const empty = { customerSession: { ...session, cartItems: [], updateCount: 1 }, effects: [] }
const filled = { customerSession: { ...session, cartItems: [{ sku: 'APPLE', price: 1, quantity: 1 }], updateCount: 2 }, effects: [] }

let browser: Browser
beforeAll(async () => {
  const executablePath = await findChromium()
  browser = await chromium.launch({ args: chromiumArgs, ...(executablePath && { executablePath }) })
})
afterAll(() => browser.close())

/** A shop of which only the page itself can be loaded while it is down; then everything. */
async function openShop() {
  const files = await bundlePage(page)
  const state = { isDown: true }
  const server = await serve(({ url, method }) => {
    const [path = ''] = url.slice(1).split('?')
    if (path.startsWith('talon-one/v2/customer_sessions')) return { body: method === 'GET' ? empty : filled }
    if (path.startsWith('talon-one/')) return { body: { coupons: [] } }
    const body = files.get(path)
    if (body === undefined || (state.isDown && path !== '' && path !== 'entry.js')) return { status: 503 }
    return { headers: { 'content-type': path === '' ? 'text/html' : 'text/javascript' }, body }
  })
  const tab = await browser.newPage()
  await tab.goto(server.url)
  await tab.waitForFunction('window.send')
  return { state, server, tab }
}

const askedFor = (server: { received: readonly { url: string }[] }, beginning: string) =>
  server.received.filter(({ url }) => url.startsWith(beginning)).length

const shown = (tab: Page) => tab.evaluate('window.show()')

test('a page whose network was gone when it first sent goes on when the network is back, without being loaded again', async () => {
  const { state, server, tab } = await openShop()
  const send = () => tab.evaluate('window.send()')
  for (let count = 0; count < 2; count++) expect(await send()).toEqual({ code: 'not_loaded', retryable: true })
  expect(askedFor(server, '/talon-one')).toBe(0)
  state.isDown = false
  for (let count = 0; count < 2; count++) expect(await send()).toEqual({ coupons: [] })
  expect(askedFor(server, '/transport')).toBeGreaterThan(1)
  await tab.close()
  await server[Symbol.asyncDispose]()
})

test('a cart whose engine could not be loaded keeps its edit, and goes on when the network is back', async () => {
  const { state, server, tab } = await openShop()
  await tab.evaluate('window.add()')
  const lines = [['APPLE', 1]]
  await expect.poll(() => shown(tab)).toEqual({ status: 'loading', error: 'not_loaded', lines, pendingEdits: 1 })
  expect(askedFor(server, '/talon-one')).toBe(0)
  state.isDown = false
  await tab.evaluate('window.retry()')
  await expect.poll(() => shown(tab), { timeout: 10_000 }).toEqual({ status: 'ready', lines, pendingEdits: 0 })
  await tab.close()
  await server[Symbol.asyncDispose]()
})
