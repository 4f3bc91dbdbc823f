/**
 * The server side of the demo shop, as a Vite plugin: the proxy at `/talon-one`, the order system at `/shop/orders`, and behind
 * both an embedded Talon.One, or a real one when `TALON_ONE_BASE_URL` and `TALON_ONE_API_KEY` say so.
 */
import { randomBytes } from 'node:crypto'
import type { NodeHttp1Handler, ServerRequest } from 'srvx'
import { toNodeHandler } from 'srvx/node'
import type { Connect, Plugin } from 'vite'
import { createTalonOne } from '../../src/client.ts'
import { getCustomerSession } from '../../src/endpoints.ts'
import { priceCart } from '../../src/price.ts'
import { createOrderSystem, createShopperProxy, type DraftItem, readGuest } from '../../src/proxy/index.ts'
import { createSandbox } from '../../src/sandbox/index.ts'
import type { CartItem } from '../../src/schema.ts'
import { products } from './products.ts'

type FetchHandler = (request: Request) => Response | Promise<Response>

/** Serves the shop's own addresses in front of Vite's. */
export function shopServer(): Plugin {
  // Not before a server starts: a build, or a test without one, has no use for a sandbox.
  const mount = ({ middlewares }: { middlewares: Connect.Server }) => {
    const { proxy, orders } = createShop()
    middlewares.use(serve('/talon-one/', proxy))
    middlewares.use(serve('/shop/orders', orders))
  }
  return { name: 'shop-server', configureServer: mount, configurePreviewServer: mount }
}

interface Deployment {
  baseUrl: string
  apiKey: string
  fetch: typeof globalThis.fetch
}

function deployment(): Deployment {
  const { TALON_ONE_BASE_URL: baseUrl, TALON_ONE_API_KEY: apiKey } = process.env
  if (baseUrl && apiKey) return { baseUrl, apiKey, fetch: globalThis.fetch }
  if (baseUrl || apiKey) throw new Error('set both TALON_ONE_BASE_URL and TALON_ONE_API_KEY, or neither for the sandbox')
  const sandboxKey = randomBytes(32).toString('hex')
  return { baseUrl: 'https://sandbox.talon.one', apiKey: sandboxKey, fetch: createSandbox({ apiKey: sandboxKey }).fetch }
}

function createShop(): { proxy: FetchHandler; orders: FetchHandler } {
  const { baseUrl, apiKey, fetch } = deployment()
  // With a deployment that outlives this process, give a secret that does too, or a restart starts new sessions.
  const namespace = { secret: process.env.SHOP_SECRET ?? randomBytes(32).toString('hex'), audience: 'demo' }
  // The demo is served over plain http, on this machine.
  const guests = { unsafeHttp: true }
  const proxy = createShopperProxy({
    ...namespace,
    upstream: { baseUrl, apiKey },
    fetch,
    // Nobody signs in here: everybody is a guest.
    identify: () => null,
    guests,
    network: (request: ServerRequest) => request.ip,
    pricing: ({ items }) => ({ cartItems: items.map(priceFromCatalogue) }),
    operations: { reservations: true, referrals: { campaignIds: [5] } },
  })
  const talonOne = createTalonOne({ baseUrl, fetch, headers: { authorization: `ApiKey-v1 ${apiKey}` } })
  const orderSystem = createOrderSystem({ ...namespace, talonOne })
  return { proxy, orders: (request) => placeOrder(request) }

  // Closing a session redeems its codes and books its points. It belongs here, with a cart this server has priced itself.
  async function placeOrder(request: Request): Promise<Response> {
    const guest = readGuest(request, { ...namespace, ...guests })
    const sessionId = await sessionIdIn(request)
    if (request.method !== 'POST' || !guest || sessionId === undefined) return Response.json({ error: 'not an order' }, { status: 400 })
    const cart = { profileId: guest.profileId, sessionId }
    const { customerSession } = await talonOne.send(getCustomerSession, { customerSessionId: await orderSystem.sessionId(cart) })
    const cartItems = (customerSession?.cartItems ?? []).map(priceFromCatalogue).filter((item) => item !== undefined)
    const closed = await orderSystem.close(cart, { cartItems })
    const { total, points } = priceCart(closed.customerSession ?? { cartItems }, closed.effects)
    return Response.json({ total, points: points.reduce((earned, { value }) => earned + value, 0) })
  }
}

async function sessionIdIn(request: Request): Promise<string | undefined> {
  // Only JSON: another site's form cannot send it without the browser asking first.
  if (!request.headers.get('content-type')?.startsWith('application/json')) return undefined
  const body: unknown = await request.json().catch(() => undefined)
  return typeof body === 'object' && body !== null && 'sessionId' in body && typeof body.sessionId === 'string' ? body.sessionId : undefined
}

/** The only price that counts: a browser says which product and how many. Undefined for what is not sold here. */
function priceFromCatalogue({ sku, quantity }: DraftItem): CartItem | undefined {
  const product = products.find((one) => one.sku === sku)
  return product && { sku, quantity, name: product.name, category: product.category, price: product.price }
}

function serve(prefix: string, fetch: FetchHandler): Connect.NextHandleFunction {
  // Node's own server is HTTP/1 here; srvx types its handler for HTTP/2 as well.
  const handler = toNodeHandler(fetch) as NodeHttp1Handler
  return async (request, response, next) => {
    if (!request.url?.startsWith(prefix)) return next()
    try {
      await handler(request, response)
    } catch (error) {
      // srvx hands a handler's error back as a rejection.
      next(error)
    }
  }
}
