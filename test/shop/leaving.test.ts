import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chromiumArgs, findChromium } from '../chromium.ts'
import { serve } from '../http-server.ts'
import { bundlePage } from './bundled-page.ts'

// Only a real browser asks whether to leave, and only after somebody has touched the page.

const source = (file: string) => JSON.stringify(fileURLToPath(new URL(`../../src/${file}`, import.meta.url)))

const page = `
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { createTalonOne, TalonOneProvider, useCart, useLeaveGuard } from ${source('index.ts')}
import { createSandbox } from ${source('sandbox/index.ts')}

const sandbox = createSandbox()
let answer
const answered = new Promise((resolve) => (answer = resolve))
window.answer = answer
const refuse = () => Promise.reject(new Error('no storage'))
const client = createTalonOne({
  profileId: 'ada',
  fetch: async (request) => {
    if (request.method === 'PUT') await answered
    return sandbox.fetch(request)
  },
})
const platform = location.search === '?private' ? { storage: { read: refuse, append: refuse, mark: refuse, change: refuse } } : {}

function Cart() {
  const { quantity, pending, add } = useCart()
  useLeaveGuard()
  return createElement('button', { onClick: () => add({ sku: 'beans', price: 12.5 }) }, quantity + (pending ? ' unsaved' : ' saved'))
}

createRoot(document.body.appendChild(document.createElement('div'))).render(
  createElement(QueryClientProvider, { client: new QueryClient() },
    createElement(TalonOneProvider, { client, platform, sessionId: 'cart' }, createElement(Cart)))
)
`

let browser: Browser
let chunks: Map<string, string>

beforeAll(async () => {
  chunks = await bundlePage(page)
  const executablePath = await findChromium()
  browser = await chromium.launch({ args: chromiumArgs, ...(executablePath && { executablePath }) })
})

afterAll(() => browser?.close())

test('a browser asks before an edit is lost, and no longer when it has been saved', async () => {
  await using server = await servePage()
  const tab = await openTab(`${server.url}?private`)
  await tab.getByRole('button', { name: '0 saved' }).click()
  await tab.getByRole('button', { name: '1 unsaved' }).waitFor()
  expect(await leave(tab)).toBe('asked')
  await tab.evaluate('window.answer()')
  await tab.getByRole('button', { name: '1 saved' }).waitFor()
  expect(await leave(tab)).toBe('left')
})

test('a browser does not ask for an edit that it keeps', async () => {
  await using server = await servePage()
  const tab = await openTab(server.url)
  await tab.getByRole('button', { name: '0 saved' }).click()
  await tab.getByRole('button', { name: '1 unsaved' }).waitFor()
  expect(await leave(tab)).toBe('left')
})

function servePage() {
  return serve(({ url }) => {
    const [path = ''] = url.slice(1).split('?')
    if (path === '') return { headers: { 'content-type': 'text/html' }, body: '<body><script type="module" src="/entry.js"></script>' }
    const body = chunks.get(path)
    return body === undefined ? { status: 404 } : { headers: { 'content-type': 'text/javascript' }, body }
  })
}

async function openTab(url: string): Promise<Page> {
  const tab = await browser.newPage()
  await tab.goto(url)
  return tab
}

/** Tries to leave a page as a shopper would, who stays when asked. */
async function leave(tab: Page): Promise<'asked' | 'left'> {
  let isAsked = false
  tab.once('dialog', (dialog) => {
    isAsked = true
    void dialog.dismiss()
  })
  // Rejects when the shopper stays.
  await tab.goto('about:blank').catch(() => undefined)
  return isAsked && tab.url() !== 'about:blank' ? 'asked' : 'left'
}
