/** The servers that are compared, each with the same key for Talon.One and the same mount path. */
import { once } from 'node:events'
import { Agent, createServer, request as ask, type RequestListener } from 'node:http'
import { serve } from 'srvx'
import { Agent as UndiciAgent } from 'undici'
import { createShopperProxy, type ShopperProxyOptions } from '../../../src/proxy/index.ts'
import { exchangeOf } from '../../../src/proxy/exchange.ts'
import { createNodeFetch, createNodeListener } from '../../../src/proxy/node/index.ts'
import { readStream } from '../../../src/proxy/node/stream.ts'

/** Starts a server in front of Talon.One; its port. */
type Start = (upstream: string) => Promise<number>

const apiKey = 'benchmark-key-of-nobody'
const authorization = `ApiKey-v1 ${apiKey}`
const mounted = '/talon-one'

export const bare = 'bare node:http pipe'
export const streamed = 'fetch, streamed'
export const buffered = 'fetch, buffered'
export const checked = 'fetch, JSON read'
export const checkedNode = 'undici, JSON read'
export const portable = 'ours, portable'
export const nodeForm = 'ours, Node transport'

/** By the names in the table. */
export const servers: Readonly<Record<string, Start>> = {
  [bare]: startPipe,
  [streamed]: (upstream) =>
    startWeb(async (request) => {
      const init = { method: request.method, headers: headersOf(request), body: request.body, duplex: 'half' } as const
      return passOn(await fetch(targetOf(upstream, request), init))
    }),
  [buffered]: (upstream) =>
    startWeb(async (request) => {
      const init = { method: request.method, headers: headersOf(request), body: await request.text() }
      const response = await fetch(targetOf(upstream, request), init)
      return new Response(await response.text(), { status: response.status, headers: { 'content-type': 'application/json' } })
    }),
  [checked]: (upstream) =>
    startWeb(async (request) => {
      const init = { method: request.method, headers: headersOf(request), body: rewritten(await request.text()) }
      const response = await fetch(targetOf(upstream, request), init)
      return new Response(rewritten(await response.text()), { status: response.status, headers: { 'content-type': 'application/json' } })
    }),
  [checkedNode]: startRewriter,
  [portable]: (upstream) => startWeb(createOurs(upstream)),
  [nodeForm]: (upstream) => {
    const fetch = createNodeFetch(new UndiciAgent({ connections: 64 }))
    return startNode(createNodeListener(createOurs(upstream, { fetch })))
  },
}

/** Ours with every check on. The limits are there, and nobody comes near them. */
export function createOurs(upstream: string, options: Partial<ShopperProxyOptions> = {}) {
  return createShopperProxy({
    upstream: { baseUrl: upstream, apiKey },
    secret: 'a secret of the benchmark, 32 characters and more',
    identify: ({ headers }) => {
      const [, profileId] = /(?:^|; )shopper=([\w-]+)/.exec(headers.get('cookie') ?? '') ?? []
      return profileId === undefined ? null : { profileId }
    },
    network: ({ headers }) => headers.get('x-real-ip') ?? '192.0.2.1',
    pricing: 'catalog',
    limits: {
      body: 1_000_000,
      requests: { most: 1e9, perMs: 60_000 },
      codes: { most: 1e9, perMs: 600_000 },
      networkCodes: { most: 1e9, perMs: 600_000 },
    },
    onEvent: (event) => {
      if (event.type !== 'answered') console.error(event)
    },
    ...options,
  })
}

async function startWeb(handle: (request: Request) => Response | Promise<Response>): Promise<number> {
  const server = serve({ fetch: handle, port: 0, hostname: '127.0.0.1', silent: true })
  await server.ready()
  return Number(new URL(server.url ?? '').port)
}

async function startNode(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

/** As short as it gets: what arrives is sent on, and nothing is looked at. */
function startPipe(upstream: string): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const { hostname, port } = new URL(upstream)
  return startNode((incoming, outgoing) => {
    const { host: _, ...headers } = incoming.headers
    const path = incoming.url?.slice(mounted.length)
    const options = { agent, hostname, port, path, method: incoming.method, headers: { ...headers, authorization } }
    const sent = ask(options, (answered) => {
      outgoing.writeHead(answered.statusCode ?? 502, answered.headers)
      answered.pipe(outgoing)
    })
    sent.on('error', (error) => outgoing.destroy(error))
    incoming.pipe(sent)
  })
}

/** What is left when every check is taken out of ours on Node: both bodies are read and written, or nothing of them could be checked. */
function startRewriter(upstream: string): Promise<number> {
  const exchange = exchangeOf(createNodeFetch(new UndiciAgent({ connections: 64 })))
  const headers = { authorization, 'content-type': 'application/json' }
  return startNode(async (incoming, outgoing) => {
    const { url = '', method = '' } = incoming
    const body = rewritten(String(await readStream(incoming, Infinity)))
    const { signal } = new AbortController()
    const { status, bytes } = await exchange(upstream + url.slice(mounted.length), { method, headers, body, signal }, Infinity)
    const answer = rewritten(String(bytes))
    outgoing.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) }).end(answer)
  })
}

function rewritten(json: string): string {
  return JSON.stringify(JSON.parse(json))
}

function targetOf(upstream: string, request: Request): string {
  return upstream + new URL(request.url).pathname.slice(mounted.length)
}

function headersOf(request: Request): Headers {
  const headers = new Headers(request.headers)
  for (const name of ['host', 'connection', 'content-length']) headers.delete(name)
  headers.set('authorization', authorization)
  return headers
}

function passOn(response: Response): Response {
  return new Response(response.body, { status: response.status, headers: response.headers })
}
