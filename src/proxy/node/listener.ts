/** A proxy as a listener of `node:http`: no body of a request or of an answer becomes a stream of the web on its way. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { NodeRequest } from 'srvx/node'
import type { Answer } from '../problem.ts'
import { handleOf, type Proxy } from '../proxy.ts'
import { readStream } from './stream.ts'

/**
 * A proxy as a listener for `createServer` of `node:http` or `node:https`. It answers what the proxy itself would. `identify`, `network`
 * and `pricing` are given a `Request` of srvx's, which is made as far as they look at it, and whose `ip` is the peer's address. A client
 * that goes away ends the reading of its body; a write that is under way goes on. An answer that does not wait for the body, such as a 413,
 * closes the connection.
 *
 * @throws when the proxy is none that `createShopperProxy` or `createStaffProxy` made, or one of them in a function of your own.
 * @see https://nodejs.org/api/http.html#event-request
 *
 * @example
 * createServer(createNodeListener(proxy)).listen(3000)
 */
export function createNodeListener(proxy: Proxy): (incoming: IncomingMessage, outgoing: ServerResponse) => void {
  const handle = handleOf(proxy)
  if (!handle) throw new Error('createNodeListener: `proxy` must be what `createShopperProxy` or `createStaffProxy` made, as it is')
  return (incoming, outgoing) => {
    // Whoever goes away while they are written to is nobody's trouble.
    outgoing.on('error', () => {})
    const request = new NodeRequest({ req: incoming, res: outgoing })
    // `handle` answers whatever goes wrong; what fails here is the connection.
    handle(request, (most) => readStream(incoming, most)).then(
      (answer) => write(incoming, outgoing, answer),
      () => outgoing.destroy(),
    )
  }
}

// A body of which nobody reads the rest: so long may its client take to stop sending it, in milliseconds.
const lingerMs = 1_000

function write(incoming: IncomingMessage, outgoing: ServerResponse, { status, headers, body }: Answer): void {
  if (outgoing.destroyed) return
  const isWhole = incoming.complete
  const fields = Object.entries(isWhole ? headers : { ...headers, connection: 'close' }).flat()
  if (body !== undefined) fields.push('content-length', String(Buffer.byteLength(body)))
  if (isWhole) {
    outgoing.writeHead(status, fields).end(body)
    return
  }
  // Closing at once would reset the connection, and the client would lose the answer with it.
  outgoing.writeHead(status, fields).write(body ?? '')
  const end = () => {
    clearTimeout(timer)
    outgoing.end()
  }
  const timer = setTimeout(end, lingerMs)
  incoming.once('end', end).once('close', end).resume()
}
