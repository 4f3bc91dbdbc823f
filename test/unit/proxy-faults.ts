/** Proxies with one fault each, for each check of `checkProxy`: ours, with a guard taken off or something careless put around it. */
import type { ShopperProxyOptions } from 'talon-one-react/proxy'
import { createSandbox, type Sandbox } from 'talon-one-react/sandbox'
import { isRecord } from '../../src/record.ts'
import { createShop, key } from './proxy-shop.ts'

export type Proxy = (request: Request) => Promise<Response>

export const mount = 'https://shop.example/talon-one'
export const ada = { 'x-test-shopper': 'ada' }
export const bob = { 'x-test-shopper': 'bob' }

/** A request, read to its end, so that it can be asked again and otherwise. */
export interface Call {
  method: string
  /** Below the mount. */
  path: string
  query: URLSearchParams
  headers: Headers
  shopper: string | null
  bytes: Uint8Array<ArrayBuffer>
  text: string
  /** Empty when the text is no JSON. */
  body: Record<string, unknown>
  session: Record<string, unknown>
}

/** What of a call to ask otherwise. */
interface Changes {
  method?: string
  path?: string
  query?: string
  headers?: Record<string, string>
  body?: unknown
}

/** What a faulty proxy is made of. */
export interface Shop {
  ours: (call: Call, changes?: Changes) => Promise<Response>
  /** Sends a call on to Talon.One with the key, whatever it asks, and answers with what was said there. */
  passOn: (call: Call, body?: unknown) => Promise<Response>
}

/** A fault, and the check that must see it. */
export interface Fault {
  check: string
  what: string
  /** Other checks that see it too. */
  also?: readonly string[]
  options?: Partial<ShopperProxyOptions>
  proxy?: (shop: Shop) => (call: Call) => Promise<Response>
}

/** Ours, over a sandbox, with a fault or none. */
export function createFaulty({
  sandbox: { fetch } = createSandbox({ apiKey: key }),
  options,
  proxy = ({ ours }) => ours,
}: Pick<Fault, 'options' | 'proxy'> & { sandbox?: Sandbox } = {}): Proxy {
  const { proxy: whole } = createShop({ ...options, fetch })
  const answer = proxy({
    ours: (call, changes = {}) => whole(requestOf(call, changes)),
    passOn: ({ method, path, query, bytes }, body) => {
      const sent = body === undefined ? bytes : JSON.stringify(body)
      const headers = { authorization: `ApiKey-v1 ${key}`, 'content-type': 'application/json' }
      return fetch(`https://shop.talon.one${path}${searchOf(String(query))}`, { method, headers, ...(sent.length > 0 && { body: sent }) })
    },
  })
  return async (request) => answer(await callOf(request))
}

async function callOf(request: Request): Promise<Call> {
  const { method, url, headers } = request
  const { pathname, searchParams: query } = new URL(url)
  const bytes = new Uint8Array(await request.arrayBuffer())
  const text = new TextDecoder().decode(bytes)
  const body = recordIn(text)
  const session = isRecord(body.customerSession) ? body.customerSession : {}
  const path = pathname.slice(new URL(mount).pathname.length)
  return { method, path, query, headers, shopper: headers.get('x-test-shopper'), bytes, text, body, session }
}

function recordIn(text: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text)
    return isRecord(body) ? body : {}
  } catch {
    return {}
  }
}

function requestOf(
  call: Call,
  { method = call.method, path = call.path, query = String(call.query), headers = {}, body }: Changes,
): Request {
  const sent = body === undefined ? call.bytes : typeof body === 'string' ? body : JSON.stringify(body)
  return new Request(mount + path + searchOf(query), {
    method,
    headers: { ...Object.fromEntries(call.headers), ...headers },
    ...(sent.length > 0 && method !== 'GET' && { body: sent }),
  })
}

const searchOf = (query: string) => (query === '' ? '' : `?${query}`)

// Calls

/** Ours, asked something else. */
const asked =
  (change: (call: Call) => Changes | undefined) =>
  ({ ours }: Shop) =>
  (call: Call) =>
    ours(call, change(call))

const as = (shopper: unknown): Changes | undefined =>
  typeof shopper === 'string' && shopper !== 'me' ? { headers: { 'x-test-shopper': shopper } } : undefined

const withoutQuery = (name: string) =>
  asked(({ query }) => (query.has(name) ? { query: String(new URLSearchParams([...query].filter(([one]) => one !== name))) } : undefined))

/** The same with another session, where this one asks for it. */
const withSession = (change: (session: Record<string, unknown>) => Record<string, unknown> | undefined) =>
  asked(({ body, session }) => {
    const customerSession = change(session)
    return customerSession && { body: { ...body, customerSession }, query: '' }
  })

/** Ours, but for some calls that are answered with what Talon.One says. */
const passedOn =
  (isMeant: (call: Call) => boolean) =>
  ({ ours, passOn }: Shop) =>
  async (call: Call) =>
    isMeant(call) && call.headers.get('x-talon-client') === '1' ? dressed(await passOn(call)) : ours(call)

// Not the one that is no UTF-8.
const isGuess = (codes: unknown) => Array.isArray(codes) && codes.length === 1 && /^CHECK-[\da-f-]{36}$/.test(String(codes[0]))
const isSession = ({ path }: Call) => path.startsWith('/v2/customer_sessions/')

// Answers

/** Ours, answering otherwise. */
const answered =
  (change: (response: Response, call: Call) => Response) =>
  ({ ours }: Shop) =>
  async (call: Call) =>
    change(await ours(call), call)

const withHeader = (name: string, value: string | undefined, isMeant: (response: Response, call: Call) => boolean = () => true) =>
  answered((response, call) => {
    if (!isMeant(response, call)) return response
    if (value === undefined) response.headers.delete(name)
    else response.headers.set(name, value)
    return response
  })

const grants = (isListed: (origin: string, call: Call) => boolean) =>
  answered((response, call) => {
    const origin = call.headers.get('origin')
    if (origin === null || !isListed(origin, call)) return response
    response.headers.set('access-control-allow-origin', origin)
    response.headers.set('access-control-allow-credentials', 'true')
    return response
  })

const safeHeaders = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

export function problem(status: number, more: Record<string, unknown> = {}): Response {
  const headers = { ...safeHeaders, 'content-type': 'application/problem+json' }
  return new Response(JSON.stringify({ status, title: 'no', code: 'no', ...more }), { status, headers })
}

/** An answer of Talon.One's in the proxy's clothes: its data, or its status. */
async function dressed(response: Response): Promise<Response> {
  if (!response.ok) return problem(response.status)
  return new Response(await response.text(), { status: response.status, headers: { ...safeHeaders, 'content-type': 'application/json' } })
}

const isSuccess = ({ ok }: Response) => ok
const isRefusal = ({ status }: Response) => status > 399

const letThrough: Readonly<Record<string, RegExp>> = {
  'delete-customer-data': /^\/v1\/customer_data\//,
  audiences: /^\/v2\/audiences\//,
  'catalog-sync': /^\/v1\/catalogs\//,
  'reopen-session': /\/reopen$/,
  'return-items': /\/returns$/,
  'activate-points': /\/activate_points$/,
  'reserved-customers': /^\/v1\/coupon_reservations\/customerprofiles\//,
  campaigns: /^\/v1\/integration\/campaigns$/,
  'management-api': /^\/v1\/applications$/,
}

export const faults: readonly Fault[] = [
  {
    check: 'custom-header',
    what: 'asks for no header',
    proxy: asked(() => ({ headers: { 'x-talon-client': '1' } })),
  },
  {
    check: 'custom-header',
    what: 'asks writes for the header only',
    proxy: asked(({ method }) => (method === 'GET' ? { headers: { 'x-talon-client': '1' } } : undefined)),
  },
  {
    check: 'cross-site',
    what: 'does not look where a request comes from',
    proxy: asked(() => ({ headers: { 'sec-fetch-site': 'same-origin' } })),
  },
  {
    check: 'foreign-origin',
    what: 'answers each origin with itself',
    also: ['null-origin', 'lookalike-origin'],
    proxy: grants(() => true),
  },
  {
    check: 'foreign-origin',
    what: 'answers each preflight with its origin',
    proxy: grants((_, { method }) => method === 'OPTIONS'),
  },
  {
    check: 'null-origin',
    what: 'lists `null`',
    proxy: grants((origin) => origin === 'null'),
  },
  {
    check: 'lookalike-origin',
    what: 'compares the beginning',
    proxy: grants((origin) => origin.startsWith('https://shop.example')),
  },
  {
    check: 'lookalike-origin',
    what: 'compares the end',
    proxy: grants((origin) => origin.endsWith('shop.example')),
  },
  {
    check: 'foreign-profile-in-body',
    what: 'believes the session’s profile',
    proxy: asked(({ text, session }) => (text.match(/"profileId"/g)?.length === 1 ? as(session.profileId) : undefined)),
  },
  {
    check: 'foreign-profile-in-body',
    what: 'believes the body’s profile',
    proxy: asked(({ body: { profileId, ...body } }) => (profileId === undefined ? undefined : { ...as(profileId), body })),
  },
  {
    check: 'foreign-profile-in-path',
    what: 'believes the path',
    proxy: asked(({ path }) => as(/^\/v1\/customer_profiles\/([\w-]+)\/inventory$/.exec(path)?.[1])),
  },
  {
    check: 'foreign-profile-in-query',
    what: 'believes the query',
    proxy: asked(({ query }) => (query.has('profileId') ? { ...as(query.get('profileId')), query: 'profile=true' } : undefined)),
  },
  {
    check: 'profile-id-in-other-letters',
    what: 'reads names in any letters, once it has looked at `profileId`',
    proxy: asked(({ body, session: { ProfileId, ...customerSession } }) =>
      ProfileId === undefined ? undefined : { ...as(ProfileId), body: { ...body, customerSession } },
    ),
  },
  {
    check: 'duplicate-key',
    what: 'looks at the first of two keys and sends on the last',
    proxy: asked(({ text, session, shopper }) => {
      const [first, last] = [...text.matchAll(/"profileId":"([^"]*)"/g)].map(([, id]) => id)
      return first === shopper && last !== undefined ? as(session.profileId) : undefined
    }),
  },
  {
    check: 'identity-headers',
    what: 'believes a header',
    proxy: asked(({ headers }) => as(headers.get('x-user-id'))),
  },
  {
    check: 'foreign-session',
    what: 'lets everybody read every session',
    proxy: ({ ours }) => {
      return async (call) => {
        const answer = await ours(call)
        return answer.status === 404 && call.shopper === 'bob' ? ours(call, { headers: ada }) : answer
      }
    },
  },
  {
    check: 'foreign-session',
    what: 'says of a session that it is somebody else’s',
    proxy: ({ ours }) => {
      return async (call) => {
        const answer = await ours(call)
        if (answer.status !== 404 || call.shopper !== 'bob') return answer
        return (await ours(call, { headers: ada })).ok ? problem(403) : answer
      }
    },
  },
  {
    check: 'foreign-session-write',
    what: 'lets everybody write to every session',
    proxy: ({ ours }) => {
      return async (call) => {
        if (call.method !== 'PUT' || call.shopper !== 'bob') return ours(call)
        const others = await ours(call, { method: 'GET', headers: ada })
        return ours(call, others.ok ? { headers: ada } : {})
      }
    },
  },
  {
    check: 'missing-session',
    what: 'answers 403 to what does not exist',
    proxy: answered((response, call) => (response.status === 404 && call.method === 'GET' && isSession(call) ? problem(403) : response)),
  },
  {
    check: 'signed-out',
    what: 'takes those who are not signed in for somebody',
    proxy: asked(({ shopper }) => (shopper === null ? as('ada') : undefined)),
  },
  {
    check: 'signed-out',
    what: 'writes sessions without a profile for those who are not signed in',
    proxy: passedOn((call) => call.shopper === null && call.method === 'PUT' && isSession(call)),
  },
  {
    check: 'close-session',
    what: 'sends the state on',
    proxy: passedOn(({ session }) => session.state !== undefined),
  },
  { check: 'price-from-browser', what: 'trusts the browser with prices', options: { pricing: 'unsafe-trust-browser' } },
  { check: 'other-time', what: 'ignores `now`, or does it obey?', proxy: withoutQuery('now') },
  {
    check: 'unreleased-campaigns',
    what: 'lets a shopper name campaigns',
    proxy: withSession(({ evaluableCampaignIds, ...rest }) => (evaluableCampaignIds === undefined ? undefined : rest)),
  },
  { check: 'unknown-query', what: 'ignores queries that it does not know', proxy: withoutQuery('check') },
  {
    check: 'staff-content',
    what: 'answers with whatever Talon.One says',
    proxy: passedOn(({ body }) => Array.isArray(body.responseContent) && body.responseContent.length > 1),
  },
  {
    check: 'codes-at-once',
    what: 'sends on as many codes as it gets',
    proxy: withSession(({ couponCodes, ...rest }) => (Array.isArray(couponCodes) && couponCodes.length > 10 ? rest : undefined)),
  },
  ...Object.entries(letThrough).map(([check, path]) => ({
    check,
    what: 'sends it on to Talon.One',
    proxy: passedOn((call) => path.test(call.path)),
  })),
  {
    check: 'unknown-path',
    what: 'answers everything else with a page’s data',
    proxy: answered((response, { path }) => (/^\/(?![v/])/.test(path) ? Response.json({}, { headers: safeHeaders }) : response)),
  },
  {
    check: 'path-tricks',
    what: 'decodes a path before it splits it',
    proxy: asked(({ path }) => ({ path: decodeURI(path.replaceAll('%2f', '/')) })),
  },
  {
    check: 'path-tricks',
    what: 'decodes a path twice',
    proxy: asked(({ path }) => ({ path: path.replaceAll('%25', '%').replaceAll('%2f', '/') })),
  },
  {
    check: 'path-tricks',
    what: 'takes two slashes for one',
    proxy: asked(({ path }) => ({ path: path.replaceAll('//', '/') })),
  },
  {
    check: 'path-tricks',
    what: 'ends a path where C would',
    proxy: asked(({ path }) => ({ path: path.replace(/%00.*$/, '') })),
  },
  {
    check: 'cache-deception',
    what: 'lets something follow a path',
    proxy: asked(({ path }) => ({ path: path.replace(/\/check\.css$/, '') })),
  },
  {
    check: 'cache-deception',
    what: 'knows parameters of paths',
    proxy: asked(({ path }) => ({ path: path.replace(/;.*$/, '') })),
  },
  {
    check: 'cache-deception',
    what: 'matches line by line',
    proxy: asked(({ path }) => ({ path: path.replace(/%0a.*$/i, '') })),
  },
  {
    check: 'method-override',
    what: 'lets a header say the method',
    proxy: asked(({ headers }) => (headers.has('x-http-method-override') ? { method: 'GET' } : undefined)),
  },
  {
    check: 'unknown-method',
    what: 'takes PATCH for PUT',
    proxy: asked(({ method }) => (method === 'PATCH' ? { method: 'PUT' } : undefined)),
  },
  {
    check: 'media-type',
    what: 'reads any body as JSON',
    proxy: asked(({ method }) => (method === 'PUT' ? { headers: { 'content-type': 'application/json' } } : undefined)),
  },
  { check: 'long-body', what: 'reads bodies of any length', options: { limits: { body: 2 ** 24 } } },
  {
    check: 'deep-json',
    what: 'stumbles over deep JSON',
    proxy: answered((response, { text }) => (text.includes('['.repeat(1000)) ? problem(500) : response)),
  },
  {
    check: 'deep-json',
    what: 'takes deep JSON',
    proxy: withSession(({ attributes, ...rest }) => (attributes === undefined ? undefined : rest)),
  },
  {
    check: 'invalid-json',
    what: 'parses where nothing catches',
    proxy: answered((response, { text }) => (text.endsWith('[') ? problem(500) : response)),
  },
  {
    check: 'invalid-utf8',
    what: 'reads bodies as text',
    proxy: asked(({ text }) => ({ body: text })),
  },
  {
    check: 'prototype',
    what: 'merges the session into another object',
    proxy: ({ ours, passOn }) => {
      return async (call) => {
        const { state, profileId }: Record<string, unknown> = Object.assign({}, call.session)
        if (Object.hasOwn(call.session, 'state') || state === undefined) return ours(call)
        return dressed(await passOn(call, { ...call.body, customerSession: { cartItems: [], state, profileId } }))
      }
    },
  },
  {
    check: 'guesses',
    what: 'counts no codes',
    proxy: withSession(({ couponCodes, ...rest }) => (isGuess(couponCodes) ? rest : undefined)),
  },
  { check: 'any-origin', what: 'lets every origin read', proxy: withHeader('access-control-allow-origin', '*') },
  { check: 'no-store', what: 'lets caches keep answers', proxy: withHeader('cache-control', undefined, isSuccess) },
  { check: 'no-store', what: 'lets caches keep refusals', proxy: withHeader('cache-control', 'max-age=60', isRefusal) },
  { check: 'no-sniffing', what: 'lets browsers guess', proxy: withHeader('x-content-type-options', undefined) },
  { check: 'json-answers', what: 'calls its answers a page', proxy: withHeader('content-type', 'text/html', isSuccess) },
  { check: 'problem-json', what: 'calls refusals plain JSON', proxy: withHeader('content-type', 'application/json', isRefusal) },
  {
    check: 'problem-json',
    what: 'refuses without a status',
    proxy: answered((response) => (isRefusal(response) ? problem(response.status, { status: undefined }) : response)),
  },
  {
    check: 'upstream-words',
    what: 'hands on what Talon.One said',
    proxy: answered((response) => (response.status === 401 ? problem(401, { message: 'Invalid API key', StatusCode: 401 }) : response)),
  },
  {
    check: 'stack-traces',
    what: 'tells where it failed',
    proxy: answered((response) => (response.status === 400 ? problem(400, { detail: new Error('no').stack }) : response)),
  },
  { check: 'relayed-headers', what: 'tells its software', proxy: withHeader('x-powered-by', 'Express') },
  { check: 'relayed-headers', what: 'hands on the server’s name', proxy: withHeader('server', 'talon', isSuccess) },
  {
    check: 'relayed-headers',
    what: 'hands on cookies',
    proxy: withHeader('set-cookie', 'lb=1; HttpOnly; SameSite=Lax', (response, call) => isSuccess(response) && isSession(call)),
  },
  { check: 'cookies', what: 'sets a cookie that scripts can read', proxy: withHeader('set-cookie', 'guest=1; Path=/; SameSite=Lax') },
  { check: 'cookies', what: 'sets a cookie that other sites send', proxy: withHeader('set-cookie', 'guest=1; Path=/; HttpOnly') },
]

const listed = 'https://app.shop.example'

/** Proxies that do it otherwise than ours, and no worse. */
export const sound: readonly Pick<Fault, 'what' | 'options' | 'proxy'>[] = [
  {
    what: 'everybody who is not signed in is a guest of their own',
    proxy: ({ ours }) => {
      return async (call) => {
        if (call.shopper !== null) return ours(call)
        const answer = await ours(call, as(`guest-${crypto.randomUUID()}`))
        answer.headers.set('set-cookie', 'guest=1; Path=/; Secure; HttpOnly; SameSite=Lax')
        return answer
      }
    },
  },
  {
    what: 'scripts of one listed origin may call it',
    proxy: ({ ours }) => {
      return async (call) => {
        if (call.headers.get('origin') !== listed) return call.method === 'OPTIONS' ? problem(403) : ours(call)
        const answer = call.method === 'OPTIONS' ? new Response(null, { status: 204 }) : await ours(call)
        answer.headers.set('access-control-allow-origin', listed)
        return answer
      }
    },
  },
  {
    what: 'operations of staff are forbidden rather than unknown',
    proxy: answered((response, { path }) => (Object.values(letThrough).some((one) => one.test(path)) ? problem(403) : response)),
  },
  {
    what: 'what is not there is named in the answer',
    proxy: answered((response, { method, path }) =>
      response.status === 404 ? problem(404, { title: `no ${method} ${path}`, requestId: crypto.randomUUID() }) : response,
    ),
  },
  {
    what: 'a price from the browser is refused',
    proxy: answered((response, { text }) => (text.includes('"price"') ? problem(422) : response)),
  },
  {
    what: 'everybody else’s name is taken out without a word',
    proxy: withSession(({ profileId, ...rest }) => (profileId === undefined ? undefined : rest)),
  },
  {
    what: 'what stands in front of it answers in its own way',
    proxy: answered((response, { bytes, path }) => {
      const isOdd = /%00|^\/\//.test(path)
      return bytes.length > 2 ** 20 || isOdd ? new Response('<h1>nginx</h1>', { status: isOdd ? 400 : 413 }) : response
    }),
  },
]

/** Ours, with sessions that show nothing. */
export const discreet =
  ({ ours }: Shop) =>
  async (call: Call) => {
    const answer = await ours(call)
    return answer.ok && isSession(call) ? new Response('{"effects":[]}', { headers: answer.headers }) : answer
  }

/** The proxy that one writes in five minutes: it adds the key. */
export const naive = ({ passOn }: Shop) => passOn
