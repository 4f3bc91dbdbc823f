/** A proxy as a shop runs it on Node: over real sockets, with a Talon.One of real sockets behind it. */
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect, createServer as createSocketServer, type Server as SocketServer, type Socket } from 'node:net'
import type { NodeHttp1Handler } from 'srvx'
import { toNodeHandler } from 'srvx/node'
import { createShopperProxy, type Proxy, type ProxyEvent, type ShopperProxyOptions } from 'talon-one-react/proxy'
import { createNodeListener } from 'talon-one-react/proxy/node'
import { everything, everyField, key, secret } from './proxy-shop.ts'

/** What a Talon.One does with a connection that a request has come on; without one it answers `{}`. */
export type Fate = (socket: Socket, head: string) => void

export const answerWith = (body: string | Uint8Array, headers = 'content-type: application/json\r\n', status = '200 OK'): Fate => {
  const bytes = Buffer.from(body)
  return (socket) =>
    void socket.end(
      Buffer.concat([Buffer.from(`HTTP/1.1 ${status}\r\n${headers}content-length: ${bytes.length}\r\nconnection: close\r\n\r\n`), bytes]),
    )
}

export interface NodeShop extends AsyncDisposable {
  port: number
  /** The heads of all requests that reached Talon.One. */
  reached: string[]
  events: ProxyEvent[]
  /** What Talon.One does from now on. */
  fate: Fate
}

/** The ways to give a proxy to Node's server. */
export const mounts = {
  // Node's own server is HTTP/1 here; srvx types its handler for HTTP/2 as well.
  srvx: (proxy: Proxy) => toNodeHandler(proxy) as NodeHttp1Handler,
  createNodeListener,
} satisfies Record<string, Mount>

/** A proxy as the server's listener. */
export type Mount = (proxy: Proxy) => RequestListener

/** Starts both. */
export async function startShop(options: Partial<ShopperProxyOptions> = {}, mount: Mount = mounts.srvx): Promise<NodeShop> {
  const shop = { reached: [] as string[], events: [] as ProxyEvent[], fate: answerWith('{}') }
  const sockets = new Set<Socket>()
  const talonOne = createSocketServer((socket) => {
    sockets.add(socket)
    let head = ''
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (chunk) => {
      if (head.includes('\r\n\r\n')) return
      head += chunk.toString('latin1')
      if (!head.includes('\r\n\r\n')) return
      shop.reached.push(head)
      shop.fate(socket, head)
    })
  })
  const upstream = await listen(talonOne)
  const rate = { most: 1e9, perMs: 60_000 }
  const proxy = createShopperProxy({
    upstream: { baseUrl: `http://127.0.0.1:${upstream}`, apiKey: key },
    secret,
    identify: ({ headers }) => ({ profileId: headers.get('x-test-shopper') ?? 'ada' }),
    pricing: 'catalog',
    operations: everything,
    fields: everyField,
    limits: { requests: rate, codes: rate },
    onEvent: (event) => shop.events.push(event),
    ...options,
  })
  const server = createServer(mount(proxy))
  const port = await listen(server)
  return Object.assign(shop, {
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      for (const socket of sockets) socket.destroy()
      await Promise.all([server, talonOne].map((one) => new Promise((resolve) => one.close(resolve))))
    },
  })
}

async function listen(server: Server | SocketServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A server that listens on a port has such an address.
  return (server.address() as AddressInfo).port
}

/** The head of a write. */
export const headOf = (more: string, { path = '/v2/customer_sessions/basket', shopper = 'ada' } = {}) =>
  `PUT /talon-one${path} HTTP/1.1\r\nHost: shop.example\r\nX-Talon-Client: 1\r\nX-Test-Shopper: ${shopper}\r\nContent-Type: application/json\r\n${more}\r\n`

export const body = JSON.stringify({ customerSession: { cartItems: [{ sku: 'beans', quantity: 1 }] } })
export const whole = (shopper = 'ada') => headOf(`Content-Length: ${body.length}\r\n`, { shopper }) + body

/** A connection to the shop, and what came on it. */
export interface Line {
  socket: Socket
  text: () => string
  isClosed: () => boolean
  /** The status of the first answer; undefined when the connection ended, or the time did, without one. */
  status: (ms?: number) => Promise<number | undefined>
}

export async function openLine(port: number): Promise<Line> {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  let isClosed = false
  socket.on('data', (chunk) => (text += chunk.toString('latin1')))
  socket.on('error', () => {})
  socket.on('close', () => (isClosed = true))
  await new Promise<void>((resolve) => socket.once('connect', resolve).once('close', () => resolve()))
  const statusOf = () => {
    const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(text) ?? []
    return status === undefined ? undefined : Number(status)
  }
  return {
    socket,
    text: () => text,
    isClosed: () => isClosed,
    async status(ms = 5_000) {
      const end = Date.now() + ms
      while (statusOf() === undefined && !isClosed && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5))
      return statusOf()
    },
  }
}

/** One request and its answer. */
export async function ask(port: number, request: string | Buffer = whole()): Promise<{ status: number | undefined; text: string }> {
  const { socket, status, text } = await openLine(port)
  socket.write(request)
  const answered = await status()
  // The body may come in a packet of its own.
  await new Promise((resolve) => setTimeout(resolve, 20))
  socket.destroy()
  return { status: answered, text: text() }
}
