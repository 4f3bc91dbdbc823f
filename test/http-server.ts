/** A real HTTP server for one test: `await using server = await serve(…)`. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'

/** A request as it arrived. */
export interface Received {
  method: string
  /** Path and query, as on the wire. */
  url: string
  headers: IncomingHttpHeaders
  body: string
}

/** What to answer; JSON unless `body` is text. Nothing at all: the handler wrote the answer itself, or never will. */
export interface Answer {
  status?: number
  headers?: Record<string, string>
  body?: unknown
}

export type Handler = (request: Received, response: ServerResponse) => Answer | undefined | void | Promise<Answer | undefined | void>

export interface HttpServer extends AsyncDisposable {
  /** Without a slash at its end. */
  url: string
  /** Every request so far, in the order of arrival. */
  received: Received[]
}

/** Starts a server on a free port of this machine. */
export async function serve(handler: Handler = () => ({ body: {} })): Promise<HttpServer> {
  const received: Received[] = []
  const answer = async (message: IncomingMessage, response: ServerResponse) => {
    const request = { method: message.method ?? '', url: message.url ?? '', headers: message.headers, body: await textOf(message) }
    received.push(request)
    const made = await handler(request, response)
    if (!made) return
    const { status = 200, headers = {}, body } = made
    const isText = typeof body === 'string' || body === undefined
    response.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers })
    response.end(isText ? body : JSON.stringify(body))
  }
  // A client that goes away in the middle of its request is part of what is tested here.
  const server = createServer((message, response) => void answer(message, response).catch(() => response.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${portOf(server.address())}`, received, [Symbol.asyncDispose]: () => stop(server) }
}

/** The address of a port where nobody listens. */
export async function closedAddress(): Promise<string> {
  await using server = await serve()
  return server.url
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of message.setEncoding('utf8')) text += String(chunk)
  return text
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
  return address.port
}

async function stop(server: ReturnType<typeof createServer>): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
}
