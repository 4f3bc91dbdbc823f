import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { build, type Rollup } from 'vite'
import { expect, test } from 'vitest'
import { chromiumArgs, findChromium } from '../chromium.ts'
import { serve } from '../http-server.ts'

// A shop's bundle in a real Chromium, which remembers for as long as a page is open that a module could not be loaded.

const source = fileURLToPath(new URL('../../src/index.ts', import.meta.url))

const page = `
import { createTalonOne, getCustomerInventory } from ${JSON.stringify(source)}
const client = createTalonOne()
window.send = () => client.send(getCustomerInventory, {}).catch(({ code, retryable, outcome }) => ({ code, retryable, outcome }))
`

test('a page whose network was gone when it first sent goes on when the network is back, without being loaded again', async () => {
  const chunks = await bundle()
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

/** What a shop would serve, by path. */
async function bundle(): Promise<Map<string, string>> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'page',
        resolveId: (id) => (id.endsWith('virtual:page') ? '\0virtual:page' : undefined),
        load: (id) => (id === '\0virtual:page' ? page : undefined),
      },
    ],
    build: {
      write: false,
      rolldownOptions: {
        input: 'virtual:page',
        external: [/^react($|\/)/, '@tanstack/react-query'],
        output: { entryFileNames: 'entry.js', chunkFileNames: '[name].js' },
      },
    },
  })
  // One input gives one output.
  const { output } = result as Rollup.RollupOutput
  return new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file.code]] : [])))
}
