import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium, type Page } from 'playwright'
import type { NodeHttp1Handler } from 'srvx'
import { toNodeHandler } from 'srvx/node'
import { createShopperProxy, type ShopperProxyOptions } from 'talon-one-react/proxy'
import { createSandbox } from 'talon-one-react/sandbox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chromiumArgs, findChromium } from '../chromium.ts'
import { serve } from '../http-server.ts'

// Only a real browser says what a page of another origin can send, and with which headers.

const key = 'k3y-0f-the-dep1oyment-nobody-may-see'
const page = { headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>page</title><body>' }

let browser: Browser

beforeAll(async () => {
  const executablePath = await findChromium()
  browser = await chromium.launch({ args: chromiumArgs, ...(executablePath && { executablePath }) })
})

afterAll(() => browser?.close())

interface Shop extends AsyncDisposable {
  url: string
  /** What came to the proxy: method, path and where the browser says it is from. */
  came: string[]
  /** What went to Talon.One. */
  sent: string[]
}

/** A shop on `localhost`, with its pages and its proxy on one origin. Whoever comes is ada, whatever cookies go along. */
async function openShop(options: Partial<ShopperProxyOptions> = {}): Promise<Shop> {
  const came: string[] = []
  const sent: string[] = []
  const sandbox = createSandbox({ apiKey: key })
  const proxy = createShopperProxy({
    upstream: { baseUrl: 'https://shop.talon.one', apiKey: key },
    secret: 'a secret of the tests, 32 characters and more',
    identify: () => ({ profileId: 'ada' }),
    pricing: 'catalog',
    operations: { reservations: true, previews: true, events: { types: ['looked'] } },
    onEvent: () => {},
    fetch: (input, init) => {
      sent.push(new URL(new Request(input, init).url).pathname)
      return sandbox.fetch(input, init)
    },
    ...options,
  })
  // Node's own server is HTTP/1 here; srvx types its handler for HTTP/2 as well.
  const handler = toNodeHandler(proxy) as NodeHttp1Handler
  const server = createServer((request, response) => {
    if (!request.url?.startsWith('/talon-one/')) return void response.writeHead(200, page.headers).end(page.body)
    came.push(`${request.method} ${request.url} ${String(request.headers['sec-fetch-site'])}`)
    void handler(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  // A server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://localhost:${port}`,
    came,
    sent,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function openPage(url: string): Promise<Page> {
  const context = await browser.newContext()
  const tab = await context.newPage()
  await tab.goto(url)
  return tab
}

const session = '/talon-one/v2/customer_sessions/basket'
const wallet = '/talon-one/v1/customer_profiles/me/inventory?coupons=true'
const reservation = '/talon-one/v1/coupon_reservations/WELCOME5'
const events = '/talon-one/v2/events'

const element = (tag: string, attribute: string, path: string) =>
  `const it = document.createElement('${tag}'); it.${attribute} = shop + '${path}'; it.rel = 'stylesheet';
   const done = new Promise((resolve) => { it.onload = () => resolve('loaded'); it.onerror = () => resolve('failed'); setTimeout(() => resolve('nothing'), 1500) });
   document.body.append(it); return done`
const form = (method: string, enctype: string, path: string) =>
  `const frame = Object.assign(document.createElement('iframe'), { name: 'target' });
   const form = Object.assign(document.createElement('form'), { method: '${method}', enctype: '${enctype}', action: shop + '${path}', target: 'target' });
   form.append(Object.assign(document.createElement('input'), { name: '{"type":"looked","a":"', value: '"}' }));
   document.body.append(frame, form); form.submit(); return new Promise((resolve) => setTimeout(() => resolve('sent'), 500))`
const ask = (path: string, init: string) =>
  `return fetch(shop + '${path}', ${init}).then((response) => response.type + ' ' + response.status, () => 'failed')`
const json = `JSON.stringify({ type: 'looked', customerSession: {} })`
const own = `{ 'x-talon-client': '1', 'content-type': 'application/json' }`

/** What a page of another origin can try. `came`: what of it comes to the proxy at least, so that each of them has been tried. */
const attempts: readonly { name: string; code: string; came: RegExp; result: RegExp }[] = [
  ...['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'].flatMap((type) =>
    [events, reservation].map((path) => ({
      name: `a form of ${type} to ${path}`,
      code: form('post', type, path),
      came: /^POST/,
      result: /sent/,
    })),
  ),
  { name: 'a form that reads', code: form('get', '', wallet), came: /^GET/, result: /sent/ },
  { name: 'an image', code: element('img', 'src', wallet), came: /^GET/, result: /failed/ },
  { name: 'a script', code: element('script', 'src', wallet), came: /^GET/, result: /failed/ },
  { name: 'a module', code: `return import(shop + '${wallet}').then(() => 'loaded', () => 'failed')`, came: /^GET/, result: /failed/ },
  { name: 'a style sheet', code: element('link', 'href', wallet), came: /^GET/, result: /failed/ },
  { name: 'a frame', code: element('iframe', 'src', session), came: /^GET/, result: /loaded|nothing/ },
  { name: 'an object', code: element('object', 'data', wallet), came: /^GET/, result: /failed|loaded|nothing/ },
  { name: 'a video', code: element('video', 'src', wallet), came: /^GET/, result: /failed/ },
  {
    name: 'a fetch without CORS',
    code: ask(wallet, `{ mode: 'no-cors', credentials: 'include' }`),
    came: /^GET/,
    result: /^(opaque 0|failed)$/,
  },
  {
    name: 'a fetch without CORS that writes, and would set the header',
    code: ask(events, `{ method: 'POST', mode: 'no-cors', credentials: 'include', headers: ${own}, body: ${json} }`),
    came: /^POST/,
    result: /^(opaque 0|failed)$/,
  },
  {
    name: 'a fetch without CORS that lives on',
    code: ask(events, `{ method: 'POST', mode: 'no-cors', keepalive: true, credentials: 'include', body: ${json} }`),
    came: /^POST/,
    result: /^(opaque 0|failed)$/,
  },
  { name: 'a beacon', code: `return String(navigator.sendBeacon(shop + '${events}', ${json}))`, came: /^POST/, result: /true/ },
  {
    name: 'a beacon of JSON',
    code: `return String(navigator.sendBeacon(shop + '${events}', new Blob([${json}], { type: 'application/json' })))`,
    came: /^OPTIONS/,
    result: /true/,
  },
  { name: 'a fetch with CORS', code: ask(wallet, `{ credentials: 'include' }`), came: /^GET/, result: /failed/ },
  { name: 'a fetch with the header', code: ask(wallet, `{ credentials: 'include', headers: ${own} }`), came: /^OPTIONS/, result: /failed/ },
  {
    name: 'a fetch that writes with the header',
    code: ask(session, `{ method: 'PUT', credentials: 'include', headers: ${own}, body: ${json} }`),
    came: /^OPTIONS/,
    result: /failed/,
  },
  {
    name: 'an XMLHttpRequest',
    code: `return new Promise((resolve) => { const it = new XMLHttpRequest(); it.withCredentials = true; it.open('DELETE', shop + '${reservation}'); it.setRequestHeader('x-talon-client', '1'); it.onload = () => resolve('loaded'); it.onerror = () => resolve('failed'); it.send() })`,
    came: /^OPTIONS/,
    result: /failed/,
  },
  {
    name: 'an event source',
    code: `return new Promise((resolve) => { const it = new EventSource(shop + '${wallet}', { withCredentials: true }); it.onopen = () => resolve('open'); it.onerror = () => { it.close(); resolve('failed') } })`,
    came: /^GET/,
    result: /failed/,
  },
  {
    name: 'a link’s ping',
    code: `const it = Object.assign(document.createElement('a'), { href: '#', ping: shop + '${events}' }); document.body.append(it); it.click(); return new Promise((resolve) => setTimeout(() => resolve('sent'), 500))`,
    came: /^POST/,
    result: /sent/,
  },
]

test.each(attempts)('T59 nothing that a page of another origin can send reaches Talon.One: $name', async ({ code, came, result }) => {
  await using shop = await openShop()
  // Another site: to a browser, `localhost` and `127.0.0.1` have nothing in common.
  await using evil = await serve(() => page)
  const tab = await openPage(evil.url)
  const seen: unknown = await tab.evaluate(`(async (shop) => { ${code} })(${JSON.stringify(shop.url)})`)
  expect(String(seen)).toMatch(result)
  await expect.poll(() => shop.came.join('\n')).toMatch(came)
  expect(shop.came.every((line) => /(cross-site|undefined)$/.test(line) && !/^(PUT|DELETE)/.test(line))).toBe(true)
  expect(shop.sent).toEqual([])
  await tab.context().close()
})

test('T59 nor does a page of another port, or somebody who follows a link', async () => {
  await using shop = await openShop()
  await using other = await openShop()
  const tab = await openPage(other.url)
  const seen = await tab.evaluate(
    `fetch('${shop.url}${wallet}', { credentials: 'include', headers: ${own} }).then(() => 'read', () => 'failed')`,
  )
  expect(seen).toBe('failed')
  const answer = await tab.goto(shop.url + wallet)
  expect(answer?.status()).toBe(403)
  expect(shop.came.map((line) => line.split(' ')[0])).toEqual(['OPTIONS', 'GET'])
  expect([...shop.sent, ...other.sent]).toEqual([])
  await tab.context().close()
})

test('T59 the shop’s own page does, with the same request', async () => {
  await using shop = await openShop()
  const tab = await openPage(shop.url)
  expect(
    await tab.evaluate(
      `fetch('${session}', { method: 'PUT', headers: ${own}, body: JSON.stringify({ customerSession: { cartItems: [] } }) }).then(({ status }) => status)`,
    ),
  ).toBe(200)
  expect(shop.came).toEqual([`PUT ${session} same-origin`])
  expect(shop.sent.length).toBe(1)
  await tab.context().close()
})

test('T60 a page of a listed origin reads and writes, with cookies', async () => {
  await using pages = await openShop()
  await using shop = await openShop({ origins: [pages.url], identify: () => null, guests: true, network: () => '127.0.0.1' })
  const tab = await openPage(pages.url)
  const code = `(async (shop) => {
    const ask = (method, path, body) => fetch(shop + path, { method, credentials: 'include', headers: { ...${own}, 'x-talon-sequence': 'page.1' }, body })
    const put = await ask('PUT', '${session}', JSON.stringify({ customerSession: { cartItems: [] }, responseContent: ['customerSession'] }))
    const get = await ask('GET', '${session}')
    const none = await ask('GET', '/talon-one/v1/nothing')
    return [put.status, get.status, (await get.json()).customerSession.integrationId, none.status, (await none.json()).code]
  })(${JSON.stringify(shop.url)})`
  expect(await tab.evaluate(code)).toEqual([200, 200, 'basket', 404, 'not_found'])
  // The guest of the first answer is that of the second, whom nobody else is.
  expect(
    (await tab.context().cookies(shop.url)).map(({ name, httpOnly, secure, sameSite }) => ({ name, httpOnly, secure, sameSite })),
  ).toEqual([{ name: '__Host-talon-one-guest', httpOnly: true, secure: true, sameSite: 'Strict' }])
  expect(new Set(shop.sent).size).toBe(1)
  expect(shop.came.filter((line) => line.startsWith('OPTIONS')).length).toBeGreaterThan(0)
  await tab.context().close()
})
