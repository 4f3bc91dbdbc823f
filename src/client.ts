import ky, { type KyInstance } from 'ky'
import { unlessAborted } from './abort.ts'
import { aborted, readData, refusal, transportError, where } from './answer.ts'
import { type Changed, changedBy } from './changes.ts'
import {
  type Endpoint,
  fill,
  type FilledRequest,
  identify,
  identitiesOf,
  type InputOf,
  isDry,
  type OutputOf,
  sessionIdOf,
  withDefaults,
} from './endpoint.ts'
import { isTalonOneError, TalonOneError } from './error.ts'
import { type Locks, platformLocks } from './lane.ts'

/** What `new Headers` takes: the name `HeadersInit` exists in browsers only. */
export type HeadersSource = NonNullable<ConstructorParameters<typeof Headers>[0]>

/** What {@link createTalonOne} takes; every option has a default. */
export interface TalonOneOptions {
  /**
   * Where the proxy is mounted: an absolute URL, or a path of the page's own origin.
   * A browser must not talk to Talon.One itself, so a Talon.One host is refused there.
   *
   * @default '/talon-one'
   */
  baseUrl?: string
  /** Sends the requests, for instance a sandbox's `fetch`. Default: the platform's. */
  fetch?: typeof globalThis.fetch
  /** Added to every request; a function is asked each time. An `ApiKey-v1` authorization is refused in a browser. */
  headers?: HeadersSource | (() => HeadersSource | Promise<HeadersSource>)
  /** How long one request may take, in milliseconds, answer included. @default 10000 */
  timeout?: number
  /**
   * Whom the calls are about when an input names nobody.
   *
   * @default 'me': whoever the proxy says the caller is. Without default for Talon.One itself, known by its host or by a key in `headers`.
   */
  profileId?: string
  /** Tells the caches and write lanes of several clients on one page apart. Default: `baseUrl`. */
  scope?: string
  /** Sees each request before it goes, and may return another one instead. */
  onRequest?: (request: Request, endpoint: Endpoint) => Request | void | Promise<Request | void>
  /** Sees each answer as it came. */
  onResponse?: (response: Response, endpoint: Endpoint) => void | Promise<void>
  /** One line for each request: method, path template, status, time. Never ids, codes, headers or bodies. Default: off. */
  debug?: boolean | ((line: string) => void)
  /** Serialises the writes of one profile. Default: Web Locks, so across tabs; in memory where there are none. */
  locks?: Locks
}

/** What one call may say beside its input. */
export interface SendOptions {
  signal?: AbortSignal | undefined
  /** Wins over the client's headers of the same name. */
  headers?: HeadersSource | undefined
  /**
   * Tells Talon.One that this is the same write as before, so that it counts once: a UUID, or up to 255 characters of yours. Sent with
   * rows whose `repeat` is `keyed`. Default: a new one for each call.
   */
  idempotencyKey?: string | undefined
  /**
   * Any object: calls with the same one are attempts of one write. They carry the same `idempotencyKey`, and once one of them has ended
   * with an unknown outcome, none of the others that fail can know it either.
   */
  attemptOf?: object | undefined
  /** Sends the row's `defaults` where the input leaves something out, as mutations do. Default: false, the API's own defaults count. */
  withDefaults?: boolean | undefined
  /**
   * Told what a write has changed of what reads answer, for whoever keeps such answers; and what it may have changed, when its outcome is
   * unknown. Not after a dry run. What it throws is reported, and changes nothing about the write.
   */
  onChanged?: ((changed: Changed) => void) | undefined
  /** Appended to the row's own query, for parameters this version does not know. */
  query?: Readonly<Record<string, string | number | boolean>> | undefined
  /** Overrides the client's, in milliseconds. */
  timeout?: number | undefined
}

/** An answer with what it came in. */
export interface RawAnswer<Output> {
  data: Output
  status: number
  headers: Headers
}

/** Sends rows of the endpoint table. Make one with {@link createTalonOne}. */
export interface TalonOne {
  /** Tells this client's cache entries and lanes apart from other clients'. */
  readonly scope: string
  /** Whom calls are about when an input names nobody. */
  readonly profileId: string | undefined
  /** Sends a row and returns its data. Rejects with a {@link TalonOneError}; malformed input is refused before sending. */
  send<E extends Endpoint>(endpoint: E, input: InputOf<E>, options?: SendOptions): Promise<OutputOf<E>>
  /** As `send`, with status and headers. */
  sendRaw<E extends Endpoint>(endpoint: E, input: InputOf<E>, options?: SendOptions): Promise<RawAnswer<OutputOf<E>>>
  /** The same client for another profile: same connection, its own cache entries. */
  withProfile(profileId: string): TalonOne
}

/**
 * Makes a client. The only place that talks HTTP.
 *
 * Writes of one profile go out one at a time, across tabs too: Talon.One answers 409 to overlapping updates.
 * Nothing is retried here; queries and the cart own that.
 *
 * @example
 * const talonOne = createTalonOne({ baseUrl: '/talon-one' })
 * const inventory = await talonOne.send(getCustomerInventory, { coupons: true })
 *
 * @throws TalonOneError `invalid_config` for a base URL that is none, carries credentials, or is Talon.One's in a browser.
 */
export function createTalonOne(options: TalonOneOptions = {}): TalonOne {
  const baseUrl = checkBaseUrl(options.baseUrl ?? '/talon-one')
  const timeout = checkTimeout(options.timeout ?? 10_000)
  if (typeof options.headers !== 'function') refuseKeyInBrowser(readHeaders(options.headers))
  const locks = options.locks ?? platformLocks()
  const log = typeof options.debug === 'function' ? options.debug : options.debug ? (line: string) => console.debug(line) : undefined
  const http = createHttp(options)
  const fetch: typeof globalThis.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
  const scope = options.scope ?? baseUrl

  async function sendRaw<E extends Endpoint>(
    profileId: string | undefined,
    endpoint: E,
    input: InputOf<E>,
    call: SendOptions = {},
  ): Promise<RawAnswer<OutputOf<E>>> {
    const identified = identify(endpoint, call.withDefaults ? withDefaults(endpoint, input) : input, profileId)
    const request = fill(endpoint, identified)
    checkTimeout(call.timeout ?? timeout)
    refuseOwnQuery(endpoint, call.query)
    const attempts = attemptsOf(call.attemptOf)
    const key = isKeyed(endpoint, identified) ? idempotencyKeyOf(call, attempts) : undefined
    const go = () => exchange<OutputOf<E>>(endpoint, request, { ...call, idempotencyKey: key })
    const lane = endpoint.kind === 'write' ? laneOf(endpoint, identified) : undefined
    const inLane = () => locks.request(`talon-one:${scope}:${lane}`, call.signal ? { signal: call.signal } : {}, go)
    try {
      const answer = await (lane === undefined ? go() : inLane())
      tellChanged(endpoint, identified, answer.data, call)
      return answer
    } catch (error) {
      const failure = isTalonOneError(error) ? error : transportError(endpoint, error, { signal: call.signal, isSent: false })
      attempts.isUnknown ||= failure.outcome === 'unknown'
      if (!attempts.isUnknown) throw failure
      tellChanged(endpoint, identified, {}, call)
      throw withUnknownOutcome(failure)
    }
  }

  async function exchange<Output>(endpoint: Endpoint, request: FilledRequest, call: SendOptions): Promise<RawAnswer<Output>> {
    if (call.signal?.aborted) throw aborted(endpoint, call.signal.reason)
    const limit = AbortSignal.timeout(call.timeout ?? timeout)
    const signal = call.signal ? AbortSignal.any([call.signal, limit]) : limit
    const start = performance.now()
    let isSent = false
    let status: number | undefined
    const perform = async () => {
      const headers = await headersFor(call)
      const response = await http(resolve(baseUrl, request, call.query, options.fetch !== undefined), {
        method: endpoint.method,
        headers,
        ...(request.body !== undefined && { json: request.body }),
        signal,
        context: { endpoint },
        fetch: (input, init) => {
          signal.throwIfAborted()
          isSent = true
          return fetch(input, init)
        },
      })
      status = response.status
      const text = await response.text()
      if (!response.ok) throw refusal(endpoint, response, text)
      return { data: readData<Output>(endpoint, status, text), status, headers: response.headers }
    }
    try {
      // Hooks and a fetch of the caller's own may hang and know nothing of the signal; the lane must not hang with them.
      return await unlessAborted(signal, perform())
    } catch (error) {
      throw isTalonOneError(error) ? error : transportError(endpoint, error, { signal: call.signal, limit, isSent })
    } finally {
      log?.(`talon-one ${endpoint.method} ${endpoint.path} → ${status ?? 'no answer'} in ${Math.round(performance.now() - start)} ms`)
    }
  }

  async function headersFor(call: SendOptions): Promise<Headers> {
    const headers = readHeaders(typeof options.headers === 'function' ? await options.headers() : options.headers)
    const own = { ...(call.idempotencyKey !== undefined && { 'idempotency-key': call.idempotencyKey }) }
    for (const more of [call.headers, own]) readHeaders(more).forEach((value, name) => headers.set(name, value))
    refuseKeyInBrowser(headers)
    headers.set('accept', 'application/json')
    // The proxy asks for it: a form or an image of another site cannot send it, so such a request is refused.
    headers.set('x-talon-client', '1')
    return headers
  }

  const forProfile = (profileId: string | undefined): TalonOne => ({
    scope,
    profileId,
    send: async (endpoint, input, call) => (await sendRaw(profileId, endpoint, input, call)).data,
    sendRaw: (endpoint, input, call) => sendRaw(profileId, endpoint, input, call),
    withProfile: forProfile,
  })
  // `me` is a word of the proxy: whoever brings a key talks to Talon.One itself, which would take it for somebody's id.
  const isDirect = isTalonOneHost(baseUrl) || (typeof options.headers !== 'function' && carriesKey(readHeaders(options.headers)))
  return forProfile(options.profileId ?? (isDirect ? undefined : 'me'))
}

function createHttp({ onRequest, onResponse }: TalonOneOptions): KyInstance {
  // Every request below carries its row in ky's context.
  const endpointOf = (context: Record<string, unknown>) => context.endpoint as Endpoint
  return ky.create({
    retry: 0,
    timeout: false,
    throwHttpErrors: false,
    hooks: {
      beforeRequest: onRequest
        ? [
            async ({ request, options }) => {
              const other = await onRequest(request, endpointOf(options.context))
              // A request in its place is bound by the same timeout and the same abort.
              return other && new Request(other, { signal: AbortSignal.any([request.signal, other.signal]) })
            },
          ]
        : [],
      afterResponse: onResponse
        ? [
            async ({ response, options }) => {
              await onResponse(response, endpointOf(options.context))
            },
          ]
        : [],
    },
  })
}

// Where an input's write belongs: to its profile, or, without one, to its session. Talon.One runs one request of a profile and lets two
// wait, so a dry run may go beside a write, which must not wait for it.
function laneOf(endpoint: Endpoint, input: unknown): string | undefined {
  const [profileId] = identitiesOf(endpoint, input)
  const sessionId = sessionIdOf(input)
  if (profileId === undefined && sessionId === undefined) return undefined
  const owner = profileId === undefined ? `session:${sessionId}` : `profile:${profileId}`
  return isDry(input) ? `dry:${owner}` : owner
}

// A dry run stores nothing, so it may be repeated as it is.
function isKeyed(endpoint: Endpoint, input: unknown): boolean {
  return endpoint.kind === 'write' && endpoint.repeat === 'keyed' && !isDry(input)
}

interface Attempts {
  /** Made when it is first needed. */
  idempotencyKey?: string
  /** Whether one of them may have been carried out although it failed. */
  isUnknown: boolean
}

const attemptsByWrite = new WeakMap<object, Attempts>()

function attemptsOf(write: object = {}): Attempts {
  const attempts = attemptsByWrite.get(write) ?? { isUnknown: false }
  attemptsByWrite.set(write, attempts)
  return attempts
}

function idempotencyKeyOf({ idempotencyKey, headers }: SendOptions, attempts: Attempts): string {
  const own = idempotencyKey ?? readHeaders(headers).get('idempotency-key')
  return own ?? (attempts.idempotencyKey ??= newIdempotencyKey())
}

// A write that has been carried out stays one, whatever becomes of the news.
function tellChanged(endpoint: Endpoint, input: unknown, answer: unknown, { onChanged }: SendOptions): void {
  if (!onChanged || endpoint.kind === 'read' || isDry(input)) return
  try {
    onChanged(changedBy(endpoint, input, answer))
  } catch (error) {
    const report: (error: unknown) => void = globalThis.reportError ?? console.error
    report(error)
  }
}

function withUnknownOutcome(error: TalonOneError): TalonOneError {
  return Object.assign(new TalonOneError(error.code, error.message, { cause: error.cause }), error, { outcome: 'unknown' })
}

/** A UUID. Unlike `crypto.randomUUID`, it can be had on a page without https too. */
function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  // Version 4, variant 1.
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-a$4-$5')
}

// Configuration

const inBrowser = () => typeof window !== 'undefined' && typeof document !== 'undefined'

function isTalonOneHost(baseUrl: string): boolean {
  return URL.canParse(baseUrl) && /(^|\.)talon\.one\.?$/i.test(new URL(baseUrl).hostname)
}

function checkBaseUrl(baseUrl: string): string {
  const wrong = (why: string) =>
    new TalonOneError('invalid_config', `\`baseUrl\` ${why}; give the address where your proxy is mounted, such as \`/talon-one\``)
  const trimmed = baseUrl.replace(/\/+$/, '')
  // A URL parser drops some of these and reads a backslash as a slash, so that a path could turn into another host.
  if (/[\s\p{Cc}\\]/u.test(baseUrl)) throw wrong('must not hold spaces, control characters or backslashes')
  if (/[?#]/.test(trimmed)) throw wrong('must not have a query or a fragment')
  if (!URL.canParse(trimmed)) {
    if (!/^\/(?!\/)/.test(baseUrl)) throw wrong('is neither an absolute URL nor a path that starts with one slash')
    return trimmed
  }
  const url = new URL(trimmed)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw wrong('must be http or https')
  if (url.username !== '' || url.password !== '') throw wrong('must not carry credentials')
  if (inBrowser() && isTalonOneHost(trimmed))
    throw wrong('points at Talon.One, but a browser must not talk to it: the API key would be in the page')
  return trimmed
}

// What timers can count to: one that is set to more goes off at once.
const longestTimeout = 2 ** 31 - 1

function checkTimeout(timeout: number): number {
  if (timeout > 0 && timeout <= longestTimeout) return timeout
  throw new TalonOneError('invalid_config', `\`timeout\` must be a number of milliseconds above 0 and at most ${longestTimeout}`)
}

function carriesKey(headers: Headers): boolean {
  return /^\s*ApiKey-v1\b/i.test(headers.get('authorization') ?? '') || headers.has('content-signature')
}

function refuseKeyInBrowser(headers: Headers): void {
  if (!carriesKey(headers) || !inBrowser()) return
  throw new TalonOneError('invalid_config', 'a Talon.One credential must not be in a browser: remove the header and let your proxy add it')
}

// The platform's own error quotes the value, which may be a key: so it is not passed on, not even as a cause.
function readHeaders(init: HeadersSource | undefined): Headers {
  try {
    return new Headers(init)
  } catch {
    throw new TalonOneError('invalid_config', 'a header holds characters that are not allowed there, such as a line break')
  }
}

function refuseOwnQuery(endpoint: Endpoint, query: SendOptions['query'] = {}): void {
  const own = Object.keys(query).find((name) => name in endpoint.query || `${name}?` in endpoint.query)
  if (own === undefined) return
  const issues = [{ pointer: `/${own}`, message: 'belongs into the input, not into `query`' }]
  throw new TalonOneError('invalid_input', `${endpoint.operationId} was not sent: /${own}: belongs into the input, not into \`query\``, {
    ...where(endpoint),
    issues,
  })
}

function resolve(baseUrl: string, request: FilledRequest, query: SendOptions['query'], hasOwnFetch: boolean): string {
  const extra = Object.entries(query ?? {}).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
  const search = [request.search, extra.join('&')].filter(Boolean).join(request.search ? '&' : '?')
  const url = baseUrl + request.path + (search && !search.startsWith('?') ? `?${search}` : search)
  if (URL.canParse(url)) return url
  // Not the page's whole address: it may carry credentials.
  const page = globalThis.location?.origin
  if (page !== undefined && URL.canParse(url, page)) return new URL(url, page).href
  // A fetch of the caller's own, such as a sandbox's, needs no network, so any origin will do.
  if (hasOwnFetch) return new URL(url, 'http://localhost').href
  throw new TalonOneError('invalid_config', 'a relative `baseUrl` has no meaning outside a page: give an absolute one on the server')
}
