import { once } from 'node:events'
import { type Agent as HttpAgent, createServer, Agent, type IncomingHttpHeaders, request as ask, type Server } from 'node:http'
import { type AddressInfo, connect, createServer as createSocketServer, type Server as SocketServer, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { serve } from 'srvx'
import { createShopperProxy, type Proxy, type ProxyEvent } from 'talon-one-react/proxy'
import { createNodeFetch, createNodeListener } from 'talon-one-react/proxy/node'
import { createSandbox } from 'talon-one-react/sandbox'
import { Agent as UndiciAgent } from 'undici'
import { afterEach, describe, expect, test } from 'vitest'
import { cart, createShop, key, secret } from './proxy-shop.ts'

const disposals: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const dispose of disposals.splice(0)) await dispose()
})

const path = '/talon-one/v2/customer_sessions/basket'
const page = { 'x-talon-client': '1', 'x-test-shopper': 'ada' }
const json = { ...page, 'content-type': 'application/json' }

interface AnyRequest {
  method: string
  path: string
  headers: Record<string, string>
  body: string
}

describe('a listener', () => {
  test('answers over a socket what the proxy answers, from the sandbox behind it', async () => {
    const { proxy } = createShop()
    const { port } = await listen(proxy)
    const body = JSON.stringify({ ...cart(), responseContent: ['customerSession'] })
    const put = await send(port, { method: 'PUT', headers: json, body })
    expect(put.status).toBe(200)
    expect(JSON.parse(put.text)).toMatchObject({ customerSession: { integrationId: 'basket', profileId: 'ada', total: 20 } })
    const get = await send(port, { headers: page })
    expect([get.status, JSON.parse(get.text)]).toMatchObject([200, { customerSession: { integrationId: 'basket' } }])
  })

  test('answers any request as the portable form does, with the same headers', async () => {
    const options = { origins: ['https://shop.example'] }
    const [own, web] = [await listen(createShop(options).proxy), await listenPortable(createShop(options).proxy)]
    const random: fc.Arbitrary<AnyRequest> = fc.record({
      method: fc.constantFrom('GET', 'PUT', 'PUT', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'),
      path: fc.constantFrom(
        path,
        path,
        '/talon-one/v1/customer_profiles/me/inventory',
        '/talon-one/v1/customer_profiles/eve/inventory',
        `${path}?dry=true`,
        `${path}?x=1&x=2`,
        '/talon-one/v2/customer_sessions/%ff',
        '/talon-one/nothing',
        '/talon-one//v2',
        '/elsewhere',
      ),
      headers: fc.oneof<fc.Arbitrary<Record<string, string>>[]>(
        fc.constant(json),
        fc.record(
          {
            'x-talon-client': fc.constant('1'),
            'x-test-shopper': fc.constantFrom('ada', ''),
            'content-type': fc.constantFrom('application/json', 'application/json; charset=utf-8', 'text/plain'),
            'content-encoding': fc.constantFrom('gzip', 'identity'),
            origin: fc.constantFrom('https://shop.example', 'https://evil.example', 'null'),
            'sec-fetch-site': fc.constantFrom('same-origin', 'cross-site'),
            'access-control-request-method': fc.constant('PUT'),
            'idempotency-key': fc.constantFrom('one', 'two words'),
            'x-talon-sequence': fc.constantFrom('page', 'a b.1'),
          },
          { requiredKeys: [] },
        ),
      ),
      body: fc.oneof(
        fc.constant(JSON.stringify(cart())),
        fc.constant(JSON.stringify(cart({ profileId: 'eve' }))),
        fc.constant('['.repeat(40)),
        fc.constant(`"${'x'.repeat(70_000)}"`),
        fc.string(),
        fc.json(),
      ),
    })
    // One of each status: by chance alone, one run in some hundred would miss one.
    const [put, body] = [{ method: 'PUT', path, headers: json }, JSON.stringify(cart())]
    const asked = { origin: 'https://shop.example', 'access-control-request-method': 'PUT' }
    const plain = [
      { ...put, body },
      { ...put, body: '{' },
      { ...put, body, headers: { 'x-talon-client': '1', 'content-type': 'application/json' } },
      { ...put, body, headers: { ...json, 'sec-fetch-site': 'cross-site' } },
      { ...put, body, path: '/talon-one/nothing' },
      { ...put, body, method: 'PATCH' },
      { ...put, body: `"${'x'.repeat(70_000)}"` },
      { ...put, body, headers: { ...json, 'content-type': 'text/plain' } },
      { ...put, body: '', method: 'OPTIONS', headers: asked },
    ]
    const seen = new Set<number>()
    await fc.assert(
      fc.asyncProperty(random, async ({ body, ...rest }) => {
        const request = { ...rest, ...(['PUT', 'POST', 'PATCH'].includes(rest.method) && { body }) }
        const [one, other] = [await send(own.port, request), await send(web.port, request)]
        seen.add(one.status)
        expect(comparable(one)).toEqual(comparable(other))
      }),
      { numRuns: 400, examples: plain.map((example): [AnyRequest] => [example]) },
    )
    expect([...seen]).toEqual(expect.arrayContaining([200, 204, 400, 401, 403, 404, 405, 413, 415]))
  })

  test('takes one request after another on one connection, whatever the one before was answered', async () => {
    const { port } = await listen(createShop().proxy)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    disposals.push(async () => agent.destroy())
    const requests = [
      { method: 'PUT', headers: json, body: JSON.stringify(cart()) },
      { method: 'PUT', headers: json, body: '{' },
      { method: 'HEAD', headers: page },
      { headers: page },
      { method: 'PUT', headers: { ...json, 'transfer-encoding': 'chunked' }, body: JSON.stringify(cart()) },
    ]
    const answers = []
    for (const request of requests) answers.push(await send(port, { ...request, agent }))
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 405, 200, 200])
    expect(new Set(answers.map(({ localPort }) => localPort)).size).toBe(1)
  })

  test('answers 413 to a body that is too long, announced or not, and reads no more than a second of it', async () => {
    const { port } = await listen(createShop({ limits: { body: 1000 } }).proxy)
    const body = `{"customerSession":"${'x'.repeat(2_000_000)}"}`
    const announced = await send(port, { method: 'PUT', headers: json, body })
    const chunked = await send(port, { method: 'PUT', headers: { ...json, 'transfer-encoding': 'chunked' }, body })
    expect([announced, chunked].map((answer) => [answer.status, codeIn(answer), answer.headers.connection])).toEqual([
      [413, 'body_too_large', 'close'],
      [413, 'body_too_large', 'close'],
    ])
    // One that never ends.
    const socket = await open(port)
    socket.write(`PUT ${path} HTTP/1.1\r\nHost: shop.example\r\n${lines({ ...json, 'content-length': '1000000000' })}\r\n`)
    const timer = setInterval(() => socket.write('x'.repeat(1000)), 10)
    const start = performance.now()
    socket.on('error', () => {})
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 413 /)
    clearInterval(timer)
    expect(performance.now() - start).toBeLessThan(5_000)
  })

  test('answers 408 to a body that does not come, and closes the connection', async () => {
    const { port, events } = await listenTold({ timeouts: { body: 50 } })
    const socket = await open(port)
    socket.write(`PUT ${path} HTTP/1.1\r\nHost: shop.example\r\n${lines({ ...json, 'content-length': '100' })}\r\n{"cust`)
    const answer = await text(socket)
    expect(answer).toMatch(/^HTTP\/1\.1 408 [\s\S]*\r\nconnection: close\r\n[\s\S]*"code":"request_timeout"/)
    expect(events).toMatchObject([{ type: 'refused', status: 408 }])
  })

  test('a client that goes away in the middle of its body ends the reading at once', async () => {
    const { port, sent, events } = await listenTold()
    const socket = await open(port)
    socket.write(`PUT ${path} HTTP/1.1\r\nHost: shop.example\r\n${lines({ ...json, 'content-length': '100' })}\r\n{"cust`)
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.destroy()
    await expect.poll(() => events).toMatchObject([{ type: 'refused', status: 400, code: 'invalid_json' }])
    expect(sent).toEqual([])
  })

  test('a write that is under way goes on when its client goes away', async () => {
    const sandbox = createSandbox({ apiKey: key })
    const begun = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    const { port, events } = await listenTold({
      fetch: async (input, init) => {
        begun.resolve()
        await goOn.promise
        return sandbox.fetch(input, init)
      },
    })
    const socket = await open(port)
    const body = JSON.stringify(cart())
    socket.write(`PUT ${path} HTTP/1.1\r\nHost: shop.example\r\n${lines({ ...json, 'content-length': String(body.length) })}\r\n${body}`)
    await begun.promise
    socket.destroy()
    goOn.resolve()
    await expect.poll(() => events).toMatchObject([{ type: 'answered', status: 200 }])
    expect(sandbox.state.sessions.size).toBe(1)
  })

  test('gives `identify` and `network` the request, with the address of its peer', async () => {
    const seen: unknown[] = []
    const { proxy } = createShop({
      identify: (request) => {
        seen.push(request instanceof Request, request.url, request.headers.get('cookie'), request.signal.aborted)
        return { profileId: 'ada' }
      },
      network: (request) => {
        const address = 'ip' in request ? String(request.ip) : undefined
        seen.push(address)
        return address
      },
    })
    const { port } = await listen(proxy)
    await send(port, { headers: { ...page, cookie: 'a=1', host: 'shop.example' } })
    expect(seen).toEqual([true, `http://shop.example${path}`, 'a=1', false, '127.0.0.1'])
  })

  test('takes a proxy as it is, and nothing else', () => {
    const { proxy } = createShop()
    expect(() => createNodeListener((request) => proxy(request))).toThrow('createNodeListener: `proxy` must be what')
  })

  test('fails rather than waits where something else has read the body', async () => {
    const { proxy, events } = createShop()
    const listener = createNodeListener(proxy)
    const { port } = await serveNode(createServer((incoming, outgoing) => void text(incoming).then(() => listener(incoming, outgoing))))
    const answer = await send(port, { method: 'PUT', headers: json, body: JSON.stringify(cart()) })
    expect([answer.status, codeIn(answer), events[0]]).toMatchObject([500, 'internal', { type: 'failed' }])
  })
})

describe('a fetch', () => {
  test('sends exactly what the platform one does', async () => {
    const heads: string[] = []
    const upstream = await listenSockets((socket) =>
      socket.once('data', (chunk) => {
        heads.push(String(chunk))
        socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 14\r\n\r\n{"effects":[]}')
      }),
    )
    for (const options of [{ fetch: pooled() }, {}]) {
      const response = await shopAt(upstream, options).call('PUT', cart())
      expect([response.status, await response.json()]).toEqual([200, { effects: [] }])
    }
    const [ours = '', platform = ''] = heads.map(ownLines)
    expect(ours).toContain(`authorization: ApiKey-v1 ${key}`)
    expect(ours).toBe(platform)
  })

  test('is a fetch in its own right', async () => {
    const { port } = await serveNode(
      createServer((incoming, outgoing) => {
        void text(incoming).then((body) => outgoing.writeHead(incoming.method === 'DELETE' ? 204 : 302, { location: '/x' }).end(body))
      }),
    )
    const fetch = pooled()
    const url = `http://127.0.0.1:${port}/a?b=1`
    const response = await fetch(new Request(url, { method: 'POST', body: 'hello' }))
    expect([response.status, response.headers.get('location'), await response.text()]).toEqual([302, '/x', 'hello'])
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(204)
    await expect(fetch(url, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i)
  })

  const hostile: Readonly<Record<string, [answer: (socket: Socket) => void, status: number, code: string]>> = {
    'hangs up': [(socket) => socket.destroy(), 503, 'upstream_unavailable'],
    'resets the connection': [(socket) => socket.resetAndDestroy(), 503, 'upstream_unavailable'],
    'breaks off in its head': [(socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-ty'), 503, 'upstream_unavailable'],
    'breaks off in its body': [(socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"eff'), 503, 'upstream_unavailable'],
    'resets in its body': [
      (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"eff', () => setTimeout(() => socket.resetAndDestroy(), 20)),
      503,
      'upstream_unavailable',
    ],
    'says no HTTP': [(socket) => socket.end('hello'), 503, 'upstream_unavailable'],
    redirects: [
      (socket) => socket.end('HTTP/1.1 307 No\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n'),
      502,
      'upstream_redirect',
    ],
    'never ends': [(socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"eff'), 504, 'upstream_timeout'],
    'never answers': [() => {}, 504, 'upstream_timeout'],
  }
  test.each(Object.entries(hostile))('of an upstream that %s', async (_, [answer, status, code]) => {
    const closed: Promise<unknown>[] = []
    const upstream = await listenSockets((socket) => {
      closed.push(once(socket, 'close'))
      socket.once('data', () => answer(socket))
    })
    const response = await shopAt(upstream, { fetch: pooled(), timeouts: { upstream: 200 } }).call('PUT', cart())
    expect([response.status, await response.json()]).toMatchObject([status, { code, outcome: 'unknown' }])
    // An abort closes the connection: nothing waits there for an answer any more.
    if (status !== 502) await Promise.all(closed)
  })

  test('takes an answer that says to start over for one without a body, whatever comes with it', async () => {
    const upstream = await listenSockets((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 205 Reset Content\r\ncontent-length: 14\r\n\r\n{"effects":[]}')),
    )
    const response = await shopAt(upstream, { fetch: pooled() }).call('PUT', cart())
    expect([response.status, await response.text()]).toEqual([204, ''])
    expect((await pooled()(`http://127.0.0.1:${upstream}`)).status).toBe(205)
  })

  test('refuses an answer that is too long, and reads no further', async () => {
    const closed = Promise.withResolvers<void>()
    const upstream = await listenSockets((socket) => {
      socket.on('close', () => closed.resolve())
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
        const more = () => {
          while (socket.writable && socket.write(`10000\r\n${' '.repeat(0x10000)}\r\n`));
        }
        socket.on('drain', more)
        more()
      })
    })
    const response = await shopAt(upstream, { fetch: pooled() }).call('PUT', cart())
    expect([response.status, await response.json()]).toMatchObject([502, { code: 'upstream_invalid' }])
    await closed.promise
  })

  test('of an upstream that is not there', async () => {
    const upstream = await listenSockets(() => {})
    await disposals.pop()?.()
    const response = await shopAt(upstream, { fetch: pooled() }).call('PUT', cart())
    expect([response.status, await response.json()]).toMatchObject([503, { code: 'upstream_unavailable', retryable: true }])
  })

  test('keeps its connections', async () => {
    let connections = 0
    const server = createServer((incoming, outgoing) => {
      void text(incoming).then(() => outgoing.writeHead(200, { 'retry-after': '7' }).end('{"effects":[]}'))
    })
    server.on('connection', () => (connections += 1))
    const { port } = await serveNode(server)
    const shop = shopAt(port, { fetch: pooled() })
    for (let count = 0; count < 10; count += 1) expect((await shop.call('PUT', cart())).status).toBe(200)
    // The next request may come before the pool has taken its connection back.
    expect(connections).toBeLessThanOrEqual(2)
  })

  test('tells how long to wait', async () => {
    const upstream = await serveNode(createServer((_, outgoing) => outgoing.writeHead(429, { 'retry-after': '7' }).end('{}')))
    const response = await shopAt(upstream.port, { fetch: pooled() }).call('PUT', cart())
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7'])
  })
})

interface Asked {
  method?: string
  path?: string
  headers?: Record<string, string>
  body?: string
  agent?: HttpAgent
}

interface Got {
  status: number
  headers: IncomingHttpHeaders
  text: string
  localPort: number | undefined
}

/** Sends as a browser does that has never heard of anything but HTTP. */
async function send(port: number, { method = 'GET', path: target = path, headers = {}, body, agent }: Asked): Promise<Got> {
  const { promise, resolve, reject } = Promise.withResolvers<Got>()
  const length = body === undefined || headers['transfer-encoding'] ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const sent = ask({ host: '127.0.0.1', port, method, path: target, headers: { ...headers, ...length }, ...(agent && { agent }) })
  sent.on('error', reject)
  sent.on('response', (answered) => {
    const { statusCode = 0, headers: got, socket } = answered
    text(answered).then((all) => resolve({ status: statusCode, headers: got, text: all, localPort: socket?.localPort }), reject)
  })
  sent.end(body)
  return promise
}

// What differs between two requests, or is the server's own.
function comparable({ status, headers, text: body }: Got): unknown {
  const {
    date: _,
    connection: _connection,
    'keep-alive': _keepAlive,
    'transfer-encoding': _encoding,
    'content-length': _length,
    ...own
  } = headers
  return [status, own, body.replace(/"requestId":"[^"]*"/, '').replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '')]
}

function codeIn({ text: body }: Got): unknown {
  return (JSON.parse(body) as { code: unknown }).code
}

function lines(headers: Record<string, string>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
}

// Without what each of the two says of itself and of its connections.
function ownLines(head: string): string {
  const [names = '', body = ''] = head.split('\r\n\r\n')
  const own = names.split('\r\n').filter((line) => !/^(connection|user-agent|accept-language|sec-fetch-mode):/i.test(line))
  return [...own.toSorted(), body].join('\n')
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' })
  await once(socket, 'connect')
  return socket
}

async function serveNode(server: Server | SocketServer): Promise<{ port: number }> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  disposals.push(async () => {
    if ('closeAllConnections' in server) server.closeAllConnections()
    server.close()
  })
  // It listens on a port.
  return { port: (server.address() as AddressInfo).port }
}

function listen(proxy: Proxy): Promise<{ port: number }> {
  return serveNode(createServer(createNodeListener(proxy)))
}

async function listenTold(options: Parameters<typeof createShop>[0] = {}) {
  const shop = createShop(options)
  return { ...shop, ...(await listen(shop.proxy)) }
}

async function listenPortable(proxy: Proxy): Promise<{ port: number }> {
  const server = serve({ fetch: proxy, port: 0, hostname: '127.0.0.1', silent: true })
  await server.ready()
  disposals.push(() => server.close(true))
  return { port: Number(new URL(server.url ?? '').port) }
}

async function listenSockets(take: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createSocketServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    take(socket)
  })
  const { port } = await serveNode(server)
  const close = disposals.pop()
  disposals.push(async () => {
    for (const socket of sockets) socket.destroy()
    await close?.()
  })
  return port
}

function pooled(): typeof globalThis.fetch {
  const agent = new UndiciAgent({ connections: 10 })
  disposals.push(() => agent.destroy())
  return createNodeFetch(agent)
}

/** A proxy in front of whatever listens on a port. */
function shopAt(port: number, options: Partial<Parameters<typeof createShopperProxy>[0]>) {
  const events: ProxyEvent[] = []
  const proxy = createShopperProxy({
    upstream: { baseUrl: `http://127.0.0.1:${port}`, apiKey: key },
    secret,
    identify: () => ({ profileId: 'ada' }),
    pricing: 'catalog',
    onEvent: (event) => events.push(event),
    ...options,
  })
  const call = (method: string, body: unknown) =>
    proxy(new Request(`https://shop.example${path}`, { method, headers: json, body: JSON.stringify(body) }))
  return { call, events }
}
