/** One shop for all tabs: its page, and a Talon.One that takes its time, and answers 409 to a write during another one. */
import { fileURLToPath } from 'node:url'
import { createSandbox } from '../../../src/sandbox/index.ts'
import { build, type Rollup } from 'vite'
import { type Answer, type HttpServer, type Received, serve } from '../../http-server.ts'

/** A request for a session. */
export interface Asked {
  method: string
  session: string
  status?: number
}

/** What becomes of a write once it has arrived. */
export interface Fate {
  /** How long it takes to land, in milliseconds. Infinity: it never does. */
  landsIn: number
  /** How long its answer takes after that. */
  answersIn: number
}

export interface ShopServer extends AsyncDisposable {
  url: string
  /** Every request for a session, in the order of arrival. */
  asked: Asked[]
  /** What becomes of the next write. */
  fate: (session: string) => Fate
  /** When the next write of a session has arrived, and how it goes on. */
  nextWrite: (session: string) => Promise<{ landed: Promise<void> }>
  /** Units by SKU, and the revision. */
  stored: (session: string) => { units: Record<string, number>; revision: number }
}

interface Write {
  landed: Promise<void>
}

const page = fileURLToPath(new URL('page.tsx', import.meta.url))
const source = fileURLToPath(new URL('../../../src/index.ts', import.meta.url))

export async function openShop(): Promise<ShopServer> {
  const chunks = await bundle()
  const sandbox = createSandbox()
  const busy = new Set<string>()
  const awaited = new Map<string, (write: Write) => void>()
  const asked: Asked[] = []

  async function answer(request: Received): Promise<Answer | undefined> {
    const { pathname } = new URL(request.url, 'http://localhost')
    if (pathname === '/') return { body: '<!doctype html><body><script type="module" src="/entry.js"></script>' }
    if (pathname === '/elsewhere') return { body: '<!doctype html>another page' }
    if (pathname === '/worker.js') return { headers: { 'content-type': 'text/javascript' }, body: worker }
    if (pathname.startsWith('/talon-one/')) return answerTalonOne(request, decodeURIComponent(pathname.split('/').at(-1) ?? ''))
    const body = chunks.get(pathname.slice(1))
    return body === undefined ? { status: 404 } : { headers: { 'content-type': 'text/javascript' }, body }
  }

  async function answerTalonOne({ method, url, body }: Received, session: string): Promise<Answer | undefined> {
    const entry: Asked = { method, session }
    asked.push(entry)
    const ask = async () => {
      const response = await sandbox.fetch(url.replace('/talon-one', ''), { method, ...(body && { body }) })
      entry.status = response.status
      return { status: response.status, body: await response.json() }
    }
    if (method === 'GET') return ask()
    if (busy.has(session)) {
      entry.status = 409
      return { status: 409, body: { message: 'another update of this session is running' } }
    }
    busy.add(session)
    const { landsIn, answersIn } = shop.fate(session)
    const landing = landsIn === Infinity ? undefined : pause(landsIn).then(ask)
    awaited.get(session)?.({ landed: landing ? landing.then(() => {}) : new Promise(() => {}) })
    awaited.delete(session)
    if (!landing) {
      busy.delete(session)
      return undefined
    }
    const made = await landing
    await pause(answersIn)
    busy.delete(session)
    return made
  }

  const server: HttpServer = await serve(answer)
  const shop: ShopServer = {
    url: server.url,
    asked,
    fate: () => ({ landsIn: 20, answersIn: 20 }),
    nextWrite: (session) => new Promise((resolve) => awaited.set(session, resolve)),
    stored(id) {
      const session = sandbox.state.sessions.get(id)?.session
      const units = Object.fromEntries((session?.cartItems ?? []).map(({ sku, quantity }) => [sku, quantity]))
      return { units, revision: session?.updateCount ?? 0 }
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
  return shop
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

// Keeps the page itself, and nothing of what the page asks for.
const worker = `
addEventListener('install', (event) => event.waitUntil(skipWaiting()))
addEventListener('activate', (event) => event.waitUntil(clients.claim()))
addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET' || new URL(request.url).pathname.startsWith('/talon-one')) return
  event.respondWith(caches.open('page').then(async (cache) => {
    const kept = await cache.match(request)
    if (kept) return kept
    const response = await fetch(request)
    await cache.put(request, response.clone())
    return response
  }))
})
`

/** What a shop would serve, by path. */
async function bundle(): Promise<Map<string, string>> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    // Vitest would have it for development.
    oxc: { jsx: { development: false } },
    resolve: { alias: { 'talon-one-react': source } },
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      target: 'esnext',
      rolldownOptions: { input: page, output: { entryFileNames: 'entry.js', chunkFileNames: '[name].js' } },
    },
  })
  // One input gives one output.
  const { output } = result as Rollup.RollupOutput
  return new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file.code]] : [])))
}
