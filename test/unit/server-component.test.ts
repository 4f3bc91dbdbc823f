import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin, type Rollup } from 'vite'
import { expect, test } from 'vitest'

const source = fileURLToPath(new URL('../../src/index.ts', import.meta.url))

// What a framework does for a server component: a module that says `'use client'` becomes a reference that must not be called.
const clientReferences: Plugin = {
  name: 'client-references',
  enforce: 'pre',
  transform(code) {
    if (!code.startsWith("'use client'")) return undefined
    const names = new Set([...code.matchAll(/^export (?:async )?(?:function|const) (\w+)/gm)].map(([, name]) => name))
    return [...names].map((name) => `export const ${name} = () => { throw new Error('a client module ran on the server') }`).join('\n')
  },
}

const component = `
import * as library from 'talon-one-react'
const { createTalonOne, getCustomerInventory, getCustomerSession, integrationGetAllCampaigns, createReferral, TalonOneProvider } = library
const { infiniteQueryFor, itemPreviewFor, mutationFor, queryFor, sessionPreviewFor } = library
const fetch = async (request) => Response.json({ asked: new URL(request.url).pathname + new URL(request.url).search })
const talonOne = createTalonOne({ baseUrl: 'https://shop.example/talon-one', scope: '/talon-one', fetch })
const { signal } = new AbortController()
const read = ({ queryKey, queryFn }, pageParam) => queryFn({ queryKey, signal, pageParam })
const inventory = queryFor(talonOne, getCustomerInventory, { coupons: true })
const campaigns = infiniteQueryFor(talonOne, integrationGetAllCampaigns, { pageSize: 20 })
const preview = sessionPreviewFor(talonOne, { customerSession: {} })
const item = itemPreviewFor(talonOne, { item: { sku: 'tea' } })
const { mutationFn } = mutationFor(talonOne, createReferral)
console.log(JSON.stringify({
  key: inventory.queryKey,
  answers: [await read(inventory), await read(campaigns, 40), await read(preview)],
  kinds: [typeof item.queryFn, typeof mutationFn, typeof TalonOneProvider, typeof library.useItemPreview, typeof library.useCustomerInventory],
}))
`

test('a server component can import queries, pages, previews and mutations, and run them where React has no client parts', async () => {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias: { 'talon-one-react': source } },
    plugins: [
      clientReferences,
      {
        name: 'entry',
        resolveId: (id) => (id.endsWith('virtual:component') ? '\0virtual:component' : undefined),
        load: (id) => (id === '\0virtual:component' ? component : undefined),
      },
    ],
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: { entry: 'virtual:component', formats: ['es'] },
      rolldownOptions: {
        external: [/^react($|\/)/, '@tanstack/react-query', 'ky'],
        output: { entryFileNames: 'component.mjs', chunkFileNames: '[name].mjs' },
      },
    },
  })
  // One entry and one format give one output.
  const [{ output }] = result as [Rollup.RollupOutput]
  const folder = await mkdtemp(fileURLToPath(new URL('../../node_modules/.server-component-', import.meta.url)))
  try {
    for (const file of output) if (file.type === 'chunk') await writeFile(join(folder, file.fileName), file.code)
    const { stdout, stderr } = spawnSync(process.execPath, ['--conditions=react-server', join(folder, 'component.mjs')], {
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    const asked = (path: string) => ({ asked: `/talon-one/${path}` })
    expect(JSON.parse(stdout)).toEqual({
      key: ['talon-one', '/talon-one', 'me', 'getCustomerInventory', { coupons: true, integrationId: 'me' }],
      answers: [
        asked('v1/customer_profiles/me/inventory?coupons=true'),
        asked('v1/integration/campaigns?pageSize=20&skip=40'),
        asked('v2/customer_sessions/preview?dry=true'),
      ],
      kinds: Array(5).fill('function'),
    })
  } finally {
    await rm(folder, { recursive: true })
  }
})
