/**
 * Holds the built package to what it promises: `'use client'` on the hooks and nowhere else, and what importing one name costs a
 * user, in brotli bytes beside the peers and ky.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { brotliCompressSync } from 'node:zlib'
import { fileURLToPath } from 'node:url'
import { build, type Rollup } from 'vite'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))

const rows: readonly { names: string; entry: string; limit: number }[] = [
  { names: '*', entry: 'index.js', limit: 16_000 },
  { names: '{ TalonOneProvider, useCart, createTalonOne }', entry: 'index.js', limit: 14_000 },
  { names: '{ useCustomerInventory }', entry: 'index.js', limit: 3_000 },
  { names: '{ queryFor, getCustomerInventory }', entry: 'index.js', limit: 1_000 },
  { names: '{ priceCart }', entry: 'index.js', limit: 2_000 },
  { names: '{ createShopperProxy }', entry: 'proxy/index.js', limit: 9_000 },
  { names: '{ createSandbox }', entry: 'sandbox/index.js', limit: 20_000 },
]

const isClientModule = (file: string) => /^['"]use client['"]/.test(readFileSync(dist + file, 'utf8'))
const clientModules = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.js') && isClientModule(file),
)
if (clientModules.join() !== 'react.js')
  throw new Error(`'use client' must stand in react.js alone, but stands in: ${clientModules.join(', ')}`)

let isOver = false
for (const { names, entry, limit } of rows) {
  const bytes = brotliCompressSync(await bundle(names, entry)).length
  isOver ||= bytes > limit
  console.log(`${bytes > limit ? 'OVER ' : 'ok   '} ${String(bytes).padStart(6)} of ${String(limit).padStart(6)}  ${names} from ${entry}`)
}
if (isOver) process.exitCode = 1

async function bundle(names: string, entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id.endsWith('virtual:entry') ? '\0virtual:entry' : undefined),
        load: (id) => (id === '\0virtual:entry' ? `export ${names} from ${JSON.stringify(dist + entry)}` : undefined),
      },
    ],
    build: {
      write: false,
      minify: true,
      lib: { entry: 'virtual:entry', formats: ['es'] },
      rolldownOptions: { external: [/^react($|\/)/, '@tanstack/react-query', 'ky', /^@noble\/hashes/], output: { minify: true } },
    },
  })
  // One entry and one format give one output.
  const [{ output }] = result as [Rollup.RollupOutput]
  return output.map((chunk) => ('code' in chunk ? chunk.code : '')).join('')
}
