import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { expect, test } from 'vitest'
import { chromiumArgs, findChromium } from '../chromium.ts'
import { serve } from '../http-server.ts'
import { bundlePage } from './bundled-page.ts'

// A shop's bundle in a real Chromium, which remembers for as long as a page is open that a module could not be loaded.

const source = fileURLToPath(new URL('../../src/index.ts', import.meta.url))

const page = `
import { createTalonOne, getCustomerInventory } from ${JSON.stringify(source)}
const client = createTalonOne()
window.send = () => client.send(getCustomerInventory, {}).catch(({ code, retryable, outcome }) => ({ code, retryable, outcome }))
`

test('a page whose network was gone when it first sent goes on when the network is back, without being loaded again', async () => {
  const chunks = await bundlePage(page)
  let isDown = true
  await using server = await serve(({ url }) => {
    const [path = ''] = url.slice(1).split('?')
    if (path === '') return { body: '<script type="module" src="/entry.js"></script>' }
    if (path.startsWith('talon-one/')) return { body: { coupons: [] } }
    const body = chunks.get(path)
    if (body === undefined || (isDown && path !== 'entry.js')) return { status: 503 }
    return { headers: { 'content-type': 'text/javascript' }, body }
  })
  const executablePath = await findChromium()
  const browser = await chromium.launch({ args: chromiumArgs, ...(executablePath && { executablePath }) })
  try {
    const tab = await browser.newPage()
    await tab.goto(server.url)
    await tab.waitForFunction('window.send')
    const send = () => tab.evaluate('window.send()')
    for (let count = 0; count < 2; count++) expect(await send()).toEqual({ code: 'not_loaded', retryable: true })
    expect(server.received.filter(({ url }) => url.startsWith('/talon-one'))).toEqual([])
    isDown = false
    for (let count = 0; count < 2; count++) expect(await send()).toEqual({ coupons: [] })
    expect(server.received.filter(({ url }) => url.startsWith('/transport'))).toHaveLength(3)
  } finally {
    await browser.close()
  }
})
