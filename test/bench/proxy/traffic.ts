/** A process with both ends of the line: Talon.One, which answers at once, and shoppers who ask again as soon as they are answered. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { answerFor, cartOf, profilePlace, sessionPlace } from './cart.ts'
import { eachMessage } from './messages.ts'

/** What this process is asked: so much traffic through a proxy on this port. */
export interface Order {
  port: number
  ms: number
  connections: number
}

/** What it answers. */
export interface Delivery {
  /** Exchanges in a second. */
  rate: number
  /** The median of how long one took, in milliseconds. */
  ms: number
}

/** Lines of the cart: with so many, it is about 3 kB, and its answer about 8. */
const lines = 22

const answer = await answerFor(lines)
const upstream = createServer({ noDelay: true }, (socket) => {
  socket.on(
    'data',
    eachMessage((request) => void socket.write(answerTo(request))),
  )
  socket.on('error', () => socket.destroy())
})
upstream.listen(0, '127.0.0.1')
await once(upstream, 'listening')

process.on('message', (order: Order) => void deliver(order).then((delivery) => process.send?.(delivery)))
process.on('disconnect', () => process.exit())
process.send?.(upstream.address())

const answers = new Map<string, string>()

// Each shopper and each session has an answer of its own, which is made once.
function answerTo(request: string): string {
  const session = /^PUT \/v2\/customer_sessions\/([\w-]+) /.exec(request)?.[1] ?? ''
  const profile = /"profileId":"([\w-]+)"/.exec(request)?.[1] ?? ''
  const key = `${session} ${profile}`
  const known = answers.get(key)
  if (known !== undefined) return known
  if (!/^authorization: ApiKey-v1 /im.test(request)) throw new Error('a proxy sent no key')
  const body = answer.replaceAll(profilePlace, profile).replaceAll(sessionPlace, session)
  const made = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: keep-alive\r\n\r\n${body}`
  answers.set(key, made)
  return made
}

let sequence = 0

async function deliver({ port, ms, connections }: Order): Promise<Delivery> {
  const end = performance.now() + ms
  const taken: number[] = []
  const start = performance.now()
  await Promise.all(Array.from({ length: connections }, (_, index) => shop(port, `shopper-${index}`, end, taken)))
  const sorted = taken.toSorted((one, other) => one - other)
  return { rate: (taken.length / (performance.now() - start)) * 1000, ms: sorted[Math.floor(sorted.length / 2)] ?? 0 }
}

/** One shopper on one connection, until the end. */
async function shop(port: number, profileId: string, end: number, taken: number[]): Promise<void> {
  const body = JSON.stringify(cartOf(profileId, lines))
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let start = performance.now()
  const send = () => {
    start = performance.now()
    socket.write(requestOf(profileId, body))
  }
  const take = (message: string) => {
    if (!message.startsWith('HTTP/1.1 200 ') || !message.includes(`"${profileId}"`))
      return reject(new Error(`a proxy answered: ${message.slice(0, 600)}`))
    taken.push(performance.now() - start)
    if (performance.now() < end) send()
    else resolve()
  }
  socket.on('data', eachMessage(take))
  socket.once('error', reject).once('close', () => reject(new Error('a proxy hung up')))
  send()
  await promise.finally(() => close(socket))
}

function close(socket: Socket): void {
  socket.removeAllListeners('close')
  socket.destroy()
}

// As Chromium sends it, with the headers of our own client.
function requestOf(profileId: string, body: string): string {
  sequence += 1
  return [
    `PUT /talon-one/v2/customer_sessions/cart HTTP/1.1`,
    'Host: shop.example',
    'Connection: keep-alive',
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36',
    'Accept: application/json',
    'Accept-Language: en-GB,en;q=0.9',
    'Accept-Encoding: identity',
    'Origin: http://shop.example',
    'Referer: http://shop.example/cart',
    'Sec-Fetch-Site: same-origin',
    'Sec-Fetch-Mode: cors',
    `Cookie: theme=dark; shopper=${profileId}`,
    'X-Talon-Client: 1',
    `X-Talon-Sequence: page.${sequence}`,
    `Idempotency-Key: 01890a5d-ac96-774b-bcce-${String(sequence).padStart(12, '0')}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n')
}
