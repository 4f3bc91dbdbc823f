/** One shop for all tabs: its page, and a Talon.One that takes its time, and answers 409 to a write during another one. */
import type { ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { createSandbox } from '../../../src/sandbox/index.ts'
import { build, type Rollup } from 'vite'
import { type Answer, type HttpServer, type Received, serve } from '../../http-server.ts'

/** A request for a session. */
export interface Asked {
  method: string
  session: string
  status?: number
  /** When it arrived, in milliseconds of this process. */
  from: number
  /** When it was answered, or whoever waited for that was gone; Infinity until then. */
  until: number
}

/** What becomes of a write. */
export interface Fate {
  /** Until then it is on its way, and the server knows nothing of it. Default: no time at all. */
  onItsWay?: Promise<void>
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
  /** When the next write of a session has left its tab, and how it goes on. */
  nextWrite: (session: string) => Promise<{ landed: Promise<void> }>
  /** Units by SKU, and the revision. */
  stored: (session: string) => { units: Record<string, number>; revision: number }
}

interface Write {
  landed: Promise<void>
}

// Long enough for another request to be seen beside it.
const readingMs = 20

const page = fileURLToPath(new URL('page.tsx', import.meta.url))
const source = fileURLToPath(new URL('../../../src/index.ts', import.meta.url))

export async function openShop(): Promise<ShopServer> {
  const chunks = await bundle()
  const sandbox = createSandbox()
  const busy = new Set<string>()
  const awaited = new Map<string, (write: Write) => void>()
  const asked: Asked[] = []

  async function answer(request: Received, response: ServerResponse): Promise<Answer | undefined> {
    const { pathname } = new URL(request.url, 'http://localhost')
    if (pathname === '/') return { body: '<!doctype html><body><script type="module" src="/entry.js"></script>' }
    if (pathname === '/elsewhere') return { body: '<!doctype html>another page' }
    if (pathname === '/worker.js') return { headers: { 'content-type': 'text/javascript' }, body: worker }
    if (pathname.startsWith('/talon-one/')) return note(request, response)
    const body = chunks.get(pathname.slice(1))
    return body === undefined ? { status: 404 } : { headers: { 'content-type': 'text/javascript' }, body }
  }

  async function note(request: Received, response: ServerResponse): Promise<Answer | undefined> {
    const session = decodeURIComponent(request.url.split('/').at(-1)?.split('?')[0] ?? '')
    const entry: Asked = { method: request.method, session, from: performance.now(), until: Infinity }
    const end = () => void (entry.until = Math.min(entry.until, performance.now()))
    asked.push(entry)
    response.once('close', end)
    const made = await (entry.method === 'GET' ? read(request) : write(request, session))
    if (made) end()
    if (made?.status) entry.status = made.status
    return made
  }

  async function ask({ method, url, body }: Received): Promise<Answer> {
    const response = await sandbox.fetch(url.replace('/talon-one', ''), { method, ...(body && { body }) })
    return { status: response.status, body: await response.json() }
  }

  async function read(request: Received): Promise<Answer> {
    const made = await ask(request)
    await pause(readingMs)
    return made
  }

  async function write(request: Received, session: string): Promise<Answer | undefined> {
    const { onItsWay, landsIn, answersIn } = shop.fate(session)
    const landing = Promise.withResolvers<void>()
    awaited.get(session)?.({ landed: landing.promise })
    awaited.delete(session)
    await onItsWay
    if (busy.has(session)) return { status: 409, body: { message: 'another update of this session is running' } }
    if (landsIn === Infinity) return undefined
    busy.add(session)
    await pause(landsIn)
    const made = await ask(request)
    landing.resolve()
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
