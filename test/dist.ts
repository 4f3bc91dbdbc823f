/**
 * Holds the built package to what it promises: `'use client'` on hooks and components and nowhere else, nothing of the sandbox in a
 * shop's page or server, and what importing one name costs a user, in brotli bytes beside the peers and ky, at once and later, and in
 * languages.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { brotliCompressSync } from 'node:zlib'
import { fileURLToPath } from 'node:url'
import type { RejectionMessages } from 'talon-one-react'
import { build, type Rollup } from 'vite'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))

/** What importing some names may cost. */
interface Budget {
  names: string
  entry: string
  /** What is loaded at once. */
  limit: number
  /** That, and all that is loaded when it is first needed. */
  whole?: number
  /** How many rows of the endpoint table come with them, where that is promised. */
  endpoints?: number
}

const rows: readonly Budget[] = [
  { names: '*', entry: 'index.js', limit: 21_700, whole: 39_800 },
  { names: '{ TalonOneProvider, createTalonOne }', entry: 'index.js', limit: 1_400, whole: 7_050 },
  { names: '{ TalonOneProvider, useCart, createTalonOne }', entry: 'index.js', limit: 4_850, whole: 29_200 },
  { names: '{ queryFor, getCustomerInventory }', entry: 'index.js', limit: 1_000, endpoints: 1 },
  { names: '{ priceCart }', entry: 'index.js', limit: 2_400 },
  // A preview also keeps itself out of what a page stores.
  { names: '{ useSessionPreview }', entry: 'index.js', limit: 2_200, endpoints: 1 },
  // With all of `priceCart` in it.
  { names: '{ useItemPreview }', entry: 'index.js', limit: 5_300 },
  // With no row of staff in it.
  { names: '{ createShopperProxy }', entry: 'proxy/index.js', limit: 17_000, endpoints: 19 },
  { names: '{ createStaffProxy }', entry: 'proxy/index.js', limit: 12_000, endpoints: 42 },
  // With nothing of the proxy in it.
  { names: '{ checkProxy }', entry: 'proxy/index.js', limit: 9_000 },
  // Beside srvx and Node's own modules.
  { names: '{ createNodeListener, createNodeFetch }', entry: 'proxy/node/index.js', limit: 1_350 },
  { names: '{ createSandbox }', entry: 'sandbox/index.js', limit: 37_500 },
  // What it adds to the sandbox is the provider, all of the cart, for a test looks at its first render, and the scenarios.
  { names: '{ TalonOneTestProvider }', entry: 'testing/index.js', limit: 56_500, whole: 59_700 },
  { names: '{ talonOneHandlers }', entry: 'msw.js', limit: 400 },
  // A component that is nothing: bundles are made for production here, as an app's are.
  { names: '{ CartDevtools }', entry: 'devtools/index.js', limit: 70, whole: 70 },
]

// A language that nobody imports stays out of the page; English is what a cart speaks by itself.
const spoken: readonly { names: string; languages: string }[] = [
  { names: '{ TalonOneProvider, useCart, createTalonOne }', languages: 'english' },
  { names: '{ rejectionMessage, japaneseRejections }', languages: 'japanese' },
]

// What a page and a server take when they take everything.
const shipped = ['index.js', 'proxy/index.js']

const isClientModule = (file: string) => /^['"]use client['"]/.test(readFileSync(dist + file, 'utf8'))
const clientModules = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.js') && isClientModule(file),
)
const hookModules = readdirSync(`${dist}react`)
  .filter((file) => file.endsWith('.js'))
  .map((file) => `react/${file}`)
const expected = [...hookModules, 'devtools/index.js', 'devtools/panel.js', 'testing/provider.js', 'testing/storybook.js']
if (clientModules.toSorted().join() !== expected.toSorted().join())
  throw new Error(`'use client' must stand in ${expected.join(', ')}, but stands in: ${clientModules.join(', ')}`)

// What each hook over an operation costs whoever uses no other, with its row and nothing of the other rows.
const hooks: readonly Budget[] = Object.keys(await import(`${dist}react/operations.js`)).map((hook) => ({
  names: `{ ${hook} }`,
  entry: 'index.js',
  limit: 2_000,
  endpoints: 1,
}))

// What one more read hook costs a page that has others.
const cartPage = ['TalonOneProvider', 'useCart', 'createTalonOne']
const furtherHooks: readonly { page: readonly string[]; hook: string }[] = [
  ...['useCartLine', 'useCoupons', 'useCartStatus'].map((hook) => ({ page: cartPage, hook })),
  ...['useCustomerInventory', 'useLoyaltyBalances'].map((hook) => ({ page: [...cartPage, 'useSession'], hook })),
]
const furtherLimit = 170

let isOver = false
for (const { page, hook } of furtherHooks) {
  const [without, together] = [await bytesAtOnce(namesOf(page)), await bytesAtOnce(namesOf([...page, hook]))]
  const more = together - without
  isOver ||= more > furtherLimit
  console.log(
    `${more > furtherLimit ? 'OVER ' : 'ok   '} ${String(more).padStart(6)} of ${String(furtherLimit).padStart(6)}  { ${hook} } more`,
  )
}
for (const { names, entry, limit, whole = Infinity, endpoints } of [...rows, ...hooks]) {
  const { code, atOnce, later, shared, external } = await bundle(names, entry)
  const bytes = brotliCompressSync(atOnce).length
  const more = later.reduce((sum, chunk) => sum + brotliCompressSync(chunk).length, 0)
  // A file that two of them import keeps both from being loaded again, once it could not be.
  if (shared.length > 0)
    throw new Error(`what ${names} loads later must share nothing but what is there at once, but shares ${shared.join(', ')}`)
  if (entry === 'index.js' && external.includes('idb'))
    throw new Error(`${names} must not bring idb at once: it belongs to what sends a cart`)
  const found = code.match(/operationId:`/g)?.length
  if (endpoints !== undefined && found !== endpoints) throw new Error(`${names} must bring ${endpoints} endpoint, but brings ${found}`)
  const isTooMuch = bytes > limit || bytes + more > whole
  isOver ||= isTooMuch
  const onDemand = more > 0 ? `  + ${more} when first needed${whole < Infinity ? `, ${bytes + more} of ${whole} in all` : ''}` : ''
  console.log(
    `${isTooMuch ? 'OVER ' : 'ok   '} ${String(bytes).padStart(6)} of ${String(limit).padStart(6)}  ${names} from ${entry}${onDemand}`,
  )
}
if (isOver) process.exitCode = 1

for (const entry of shipped) {
  const { modules } = await bundle('*', entry)
  const found = modules.filter((module) => /^(devtools|sandbox|testing)\/|^msw\.js$/.test(module))
  if (found.length > 0) throw new Error(`${entry} must bring nothing of the sandbox or of devtools, but brings: ${found.join(', ')}`)
  console.log(`ok    none of ${modules.length} modules of the sandbox, the test helpers or devtools in * from ${entry}`)
}

for (const { names, languages } of spoken) {
  const found = await languagesIn((await bundle(names, 'index.js')).code)
  if (found !== languages) throw new Error(`${names} must bring ${languages} alone, but brings: ${found}`)
}

async function languagesIn(code: string): Promise<string> {
  const files = readdirSync(`${dist}rejections`).filter((file) => file.endsWith('.js') && file !== 'message.js')
  const found: string[] = []
  for (const file of files) {
    const messages: Record<string, RejectionMessages> = await import(`${dist}rejections/${file}`)
    const texts = Object.values(messages).flatMap((one) => Object.values(one))
    if (texts.some((text) => code.includes(text))) found.push(file.replace('.js', ''))
  }
  return found.join()
}

interface Bundle {
  /** All of it. */
  code: string
  /** What of it is loaded at once, and the packages that this imports. */
  atOnce: string
  external: string[]
  later: string[]
  /** What is loaded with several of those. */
  shared: string[]
  /** The modules of the package that it is made of. */
  modules: string[]
}

/** What some names bring. */
async function bundle(names: string, entry: string): Promise<Bundle> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
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
      rolldownOptions: {
        external: [/^react($|\/)/, '@tanstack/react-query', 'ky', 'idb', 'msw', /^srvx($|\/)/, /^@noble\/hashes/],
        // As in an app, whose own chunk holds what its later chunks share with it.
        preserveEntrySignatures: 'allow-extension',
        output: { minify: true },
      },
    },
  })
  // One entry and one format give one output.
  const [{ output }] = result as [Rollup.RollupOutput]
  const chunks = output.filter((chunk) => chunk.type === 'chunk')
  const first = staticallyLoaded(chunks)
  return {
    code: chunks.map(({ code }) => code).join(''),
    atOnce: first.map(({ code }) => code).join(''),
    external: first.flatMap(({ imports }) => imports).filter((name) => !chunks.some(({ fileName }) => fileName === name)),
    later: chunks.filter((chunk) => !first.includes(chunk)).map(({ code }) => code),
    shared: chunks.filter((chunk) => !first.includes(chunk) && !chunk.isDynamicEntry).map(({ fileName }) => fileName),
    modules: chunks.flatMap(({ moduleIds }) => moduleIds.filter((id) => id.startsWith(dist)).map((id) => id.slice(dist.length))),
  }
}

function namesOf(names: readonly string[]): string {
  return `{ ${names.join(', ')} }`
}

async function bytesAtOnce(names: string): Promise<number> {
  return brotliCompressSync((await bundle(names, 'index.js')).atOnce).length
}

/** The entry and all that it imports before it runs. */
function staticallyLoaded(chunks: readonly Rollup.OutputChunk[]): Rollup.OutputChunk[] {
  const first = new Set(chunks.filter(({ isEntry }) => isEntry))
  for (const { imports } of first) for (const chunk of chunks) if (imports.includes(chunk.fileName)) first.add(chunk)
  return [...first]
}
