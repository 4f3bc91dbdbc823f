import { createShopperProxy, type ProxyEvent, type ShopperProxyOptions } from 'talon-one-react/proxy'
import { createSandbox } from 'talon-one-react/sandbox'

export const key = 'c0ffee-key-that-nobody-may-see'
export const secret = 'a secret of the tests, 32 characters and more'

export interface Sent {
  method: string
  url: URL
  headers: Headers
  redirect: RequestRedirect
  body: unknown
}

/** A proxy over a sandbox, with everything it sent upstream and every event it told. */
export function createShop(options: Partial<ShopperProxyOptions> = {}) {
  const sent: Sent[] = []
  const events: ProxyEvent[] = []
  const upstream = options.fetch ?? createSandbox({ apiKey: key }).fetch
  const proxy = createShopperProxy({
    upstream: { baseUrl: 'https://shop.talon.one', apiKey: key },
    secret,
    identify: (request) => {
      const profileId = request.headers.get('x-test-shopper')
      return profileId === null ? null : { profileId }
    },
    pricing: ({ items }) => ({ cartItems: items.map((item) => ({ ...item, price: 10, category: 'Coffee' })) }),
    operations: { reservations: true, referrals: { campaignIds: [5] }, profileAttributes: ['Name'] },
    onEvent: (event) => events.push(event),
    ...options,
    fetch: async (input, init) => {
      const request = new Request(input, init)
      const text = await request.clone().text()
      sent.push({
        method: request.method,
        url: new URL(request.url),
        headers: request.headers,
        redirect: request.redirect,
        body: text === '' ? undefined : JSON.parse(text),
      })
      return upstream(input, init)
    },
  })
  const call = (
    method: string,
    path: string,
    { body, headers, shopper = 'ada' }: { body?: unknown; headers?: HeadersInit; shopper?: string | null } = {},
  ) =>
    proxy(
      new Request(`https://shop.example/talon-one${path}`, {
        method,
        headers: {
          'x-talon-client': '1',
          ...(shopper !== null && { 'x-test-shopper': shopper }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...Object.fromEntries(new Headers(headers)),
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    )
  return { proxy, call, sent, events }
}

/** The part of an answer that a test reads. */
export interface UpdatedSession {
  customerSession: { cartItems: { attributes?: unknown }[]; attributes: unknown }
}

export const cart = (session: Record<string, unknown> = {}) => ({
  customerSession: { cartItems: [{ sku: 'beans', quantity: 2 }], ...session },
})
export const codeOf = async (response: Response): Promise<unknown> => ((await response.json()) as { code: unknown }).code
