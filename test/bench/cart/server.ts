/**
 * The server of the benchmark, in a thread of its own: the pages, a Talon.One that holds a session while it updates it and answers
 * 409 to an update that overlaps, and a Storefront API over the same cart. `workerData` is the folder of the pages.
 */
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, extname, join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { createSandbox, percentOffItems, type Sandbox } from '../../../src/sandbox/index.ts'
import { clickedKey, type SoldLine, soldLines } from './carts.ts'

/** What a test asks for: a cart of its own. */
export interface AskedCart {
  id: string
  lines: number
  /** How long the server takes for an answer, and holds the session for an update, in milliseconds. */
  serverMs: number
}

/** What became of a cart. */
export interface CartRecord {
  /** In the order of arrival. */
  requests: { isWrite: boolean; status: number }[]
  /** Units of the line that is clicked. */
  quantity: number
}

interface StoredCart extends CartRecord {
  serverMs: number
  sandbox: Sandbox
  /** The last answer to an update, which is also what reading gives. */
  answer: string
  isHeld: boolean
  storefrontLines: SoldLine[]
}

const carts = new Map<string, StoredCart>()
// The thread that starts this one says where.
const pages = workerData as string

const server = createServer((request, response) => void handle(request, response).catch((error) => response.destroy(error)))
// A listening TCP server has an address with a port.
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port))

async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(message.url ?? '/', 'http://localhost')
  const id = decodeURIComponent(basename(pathname))
  if (pathname.startsWith('/carts')) {
    const record = message.method === 'POST' ? await open(JSON.parse(await textOf(message))) : carts.get(id)
    const { requests = [], quantity = 0 } = record ?? {}
    return reply(response, 200, JSON.stringify({ requests, quantity } satisfies CartRecord))
  }
  if (pathname.startsWith('/talon-one/')) return answerTalonOne(message, response, id)
  if (pathname.endsWith('/graphql.json')) return answerStorefront(message, response)
  return sendPage(pathname, response)
}

async function open({ id, lines, serverMs }: AskedCart): Promise<StoredCart> {
  const rules = [percentOffItems(5, { which: ({ category }) => category === 'Coffee' })]
  const sandbox = createSandbox({ campaigns: [{ id: 1, name: 'Coffee weeks', rules }] })
  const cart: StoredCart = { serverMs, sandbox, requests: [], quantity: 0, answer: '', isHeld: false, storefrontLines: soldLines(lines) }
  carts.set(id, cart)
  const body = { customerSession: { cartItems: soldLines(lines) }, responseContent: ['customerSession'] }
  const publish = await update(cart, id, JSON.stringify(body))
  publish()
  return cart
}

async function answerTalonOne(message: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
  const cart = carts.get(id)
  if (cart === undefined) return reply(response, 404, '{"message":"there is no such session"}')
  const body = await textOf(message)
  if (message.method === 'GET') {
    await pause(cart.serverMs / 2)
    const { answer } = cart
    await pause(cart.serverMs / 2)
    return reply(response, record(cart, false, 200), answer)
  }
  const taken = await hold(cart, () => update(cart, id, body))
  return taken ? reply(response, 200, cart.answer) : reply(response, 409, '{"message":"another update of this session is running"}')
}

/** Evaluates an update; what it returns makes it what is read. */
async function update(cart: StoredCart, id: string, body: string): Promise<() => void> {
  const response = await cart.sandbox.fetch(`/v2/customer_sessions/${id}`, { method: 'PUT', body })
  const answer = await response.text()
  return () => {
    cart.answer = answer
    cart.quantity = cart.sandbox.state.sessions.get(id)?.session.cartItems.find(({ sku }) => sku === clickedKey)?.quantity ?? 0
  }
}

async function answerStorefront(message: IncomingMessage, response: ServerResponse): Promise<void> {
  const { query, variables } = JSON.parse(await textOf(message)) as StorefrontRequest
  const id = variables.cartId ?? variables.id ?? ''
  const cart = carts.get(id)
  if (cart === undefined) return reply(response, 200, '{"data":{"cart":null}}')
  if (!query.includes('cartLinesUpdate')) {
    await pause(cart.serverMs)
    return reply(response, record(cart, false, 200), JSON.stringify({ data: { cart: storefrontCart(id, cart) } }))
  }
  const taken = await hold(cart, async () => () => {
    const changes = new Map(variables.lines?.map((line) => [line.id, line.quantity]))
    cart.storefrontLines = cart.storefrontLines.map((line) => ({ ...line, quantity: changes.get(line.sku) ?? line.quantity }))
    cart.quantity = cart.storefrontLines.find(({ sku }) => sku === clickedKey)?.quantity ?? 0
  })
  const data = { cartLinesUpdate: { cart: storefrontCart(id, cart) } }
  return reply(response, 200, JSON.stringify(taken ? { data } : { errors: [{ message: 'the cart is being updated' }] }))
}

interface StorefrontRequest {
  query: string
  variables: { id?: string; cartId?: string; lines?: { id: string; quantity: number }[] }
}

/** Runs an update for as long as the server takes; what it gives shows at the end. False when another one holds the cart. */
async function hold(cart: StoredCart, run: () => Promise<() => void>): Promise<boolean> {
  if (cart.isHeld) {
    record(cart, true, 409)
    return false
  }
  cart.isHeld = true
  record(cart, true, 200)
  const [publish] = await Promise.all([run(), pause(cart.serverMs)])
  publish()
  cart.isHeld = false
  return true
}

function record(cart: StoredCart, isWrite: boolean, status: number): number {
  cart.requests.push({ isWrite, status })
  return status
}

// With what the default fragment of hydrogen-react asks for.
function storefrontCart(id: string, { storefrontLines }: StoredCart) {
  const total = money(storefrontLines.reduce((sum, { quantity, price }) => sum + quantity * price, 0))
  return {
    id,
    checkoutUrl: 'https://localhost/checkout',
    totalQuantity: storefrontLines.reduce((units, { quantity }) => units + quantity, 0),
    buyerIdentity: { countryCode: 'US', customer: null, email: null, phone: null },
    lines: { edges: storefrontLines.map((line) => ({ node: storefrontLine(line) })) },
    cost: { subtotalAmount: total, totalAmount: total, totalDutyAmount: null, totalTaxAmount: null },
    note: null,
    attributes: [],
    discountCodes: [],
  }
}

function storefrontLine({ sku, name, quantity, price }: SoldLine) {
  return {
    id: sku,
    quantity,
    attributes: [],
    cost: { totalAmount: money(quantity * price), compareAtAmountPerQuantity: null },
    merchandise: {
      id: `gid://shopify/ProductVariant/${sku}`,
      availableForSale: true,
      compareAtPrice: null,
      price: money(price),
      requiresShipping: true,
      title: name,
      image: null,
      product: { handle: sku, title: name, id: `gid://shopify/Product/${sku}` },
      selectedOptions: [{ name: 'Title', value: 'Default Title' }],
    },
  }
}

function money(amount: number) {
  return { amount: amount.toFixed(2), currencyCode: 'USD' }
}

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }

async function sendPage(pathname: string, response: ServerResponse): Promise<void> {
  const path = pathname === '/' ? 'index.html' : `assets/${basename(pathname)}`
  const body = await readFile(join(pages, path))
  response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' }).end(body)
}

function reply(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body)
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of message.setEncoding('utf8')) text += String(chunk)
  return text
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
