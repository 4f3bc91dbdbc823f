/** The part of the client that sends, loaded when the first call needs it. */
import ky, { type KyInstance } from 'ky'
import { unlessAborted } from './abort.ts'
import { readData, refusal, transportError, where } from './answer.ts'
import { changedBy } from './changes.ts'
import type { RawAnswer, SendOptions, TalonOneOptions } from './client.ts'
import { checkKey, checkTimeout, readHeaders } from './config.ts'
import { type Endpoint, fill, type FilledRequest, type InputOf, isDry, type OutputOf, sessionIdOf, withDefaults } from './endpoint.ts'
import { aborted, isTalonOneError, TalonOneError } from './error.ts'
import { identify, identitiesOf } from './identity.ts'
import { platformLocks } from './lane.ts'

/** What {@link createTransport} takes: a client's options, checked and completed. */
export interface TransportOptions extends TalonOneOptions {
  baseUrl: string
  scope: string
  timeout: number
}

/** Sends rows for a client. */
export interface Transport {
  sendRaw<E extends Endpoint>(
    profileId: string | undefined,
    endpoint: E,
    input: InputOf<E>,
    call: SendOptions,
  ): Promise<RawAnswer<OutputOf<E>>>
}

export function createTransport(options: TransportOptions): Transport {
  const { baseUrl, scope, timeout, locks = platformLocks() } = options
  const log = typeof options.debug === 'function' ? options.debug : options.debug ? (line: string) => console.debug(line) : undefined
  const http = createHttp(options)
  const fetch: typeof globalThis.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))

  async function sendRaw<E extends Endpoint>(
    profileId: string | undefined,
    endpoint: E,
    input: InputOf<E>,
    call: SendOptions,
  ): Promise<RawAnswer<OutputOf<E>>> {
    const identified = identify(endpoint, call.withDefaults ? withDefaults(endpoint, input) : input, profileId)
    const request = fill(endpoint, identified)
    checkTimeout(call.timeout ?? timeout)
    refuseOwnQuery(endpoint, call.query)
    const attempts = attemptsOf(call.attemptOf)
    const key = isKeyed(endpoint, identified) ? idempotencyKeyOf(call, attempts) : undefined
    const go = () => exchange<OutputOf<E>>(endpoint, request, { ...call, idempotencyKey: key })
    const lane = endpoint.kind === 'write' ? laneOf(endpoint, identified, call.lane) : undefined
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
    if (call.signal?.aborted) throw aborted(endpoint, { cause: call.signal.reason })
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
    checkKey(headers)
    headers.set('accept', 'application/json')
    // The proxy asks for it: a form or an image of another site cannot send it, so such a request is refused.
    headers.set('x-talon-client', '1')
    return headers
  }

  return { sendRaw }
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
function laneOf(endpoint: Endpoint, input: unknown, lane: string | undefined): string | undefined {
  const profileId = lane ?? identitiesOf(endpoint, input)[0]
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
