import type { Endpoint, FilledRequest } from '../endpoint.ts'
import { isRecord } from '../record.ts'
import { saysClosed, saysExists } from '../wording.ts'
import { parse } from './body.ts'
import type { ContentSignature } from './content-signature.ts'
import { withinSignal } from './deadline.ts'
import { exchangeOf } from './exchange.ts'
import { type Answer, dataAnswer, Problem } from './problem.ts'
import { defaultTimeouts } from './proxy.ts'

/**
 * Where Talon.One is, and the credential that only the proxy has. What comes from the environment may be undefined here, and is
 * refused at the start.
 */
export type Upstream = {
  /** The deployment's origin: `https://yourcompany.europe-west1.talon.one`. http only on this machine. */
  baseUrl: string | undefined
  /** Hosts beside those of talon.one and of this machine that the key may be sent to, such as a gateway of your own. Default: none. */
  hosts?: readonly string[]
} & ({ apiKey: string | undefined } | { contentSignature: ContentSignature })

/** What Talon.One answered, as it came. */
export interface UpstreamAnswer {
  status: number
  text: string
  /** How long it asks to wait, in milliseconds. */
  retryAfterMs?: number
}

/** Sends a rebuilt request. Refuses where no answer came, or none that can be read whole. */
export type SendUpstream = (endpoint: Endpoint, request: FilledRequest, idempotencyKey?: string) => Promise<UpstreamAnswer>

interface UpstreamOptions {
  upstream: Upstream
  fetch?: typeof globalThis.fetch
  timeouts?: { upstream?: number }
}

// The answer to a session of 10,000 units with an effect for each is 2 MB.
const longestAnswer = 2 ** 24

const decoder = new TextDecoder()

/** Checks the upstream once, and refuses to start by naming the option only: no value gets into a message. */
export function createUpstream(factory: string, { upstream, fetch = globalThis.fetch, timeouts = {} }: UpstreamOptions): SendUpstream {
  const { upstream: timeoutMs = defaultTimeouts.upstream } = timeouts
  const wrong = (what: string) => new Error(`${factory}: ${what}`)
  const origin = checkOrigin(upstream, wrong)
  const key = 'contentSignature' in upstream ? undefined : checkKey(upstream.apiKey, wrong)
  const exchange = exchangeOf(fetch)
  const credential = (body: string): Record<string, string> =>
    'contentSignature' in upstream ? { 'content-signature': upstream.contentSignature(body) } : { authorization: `ApiKey-v1 ${key}` }

  return async (endpoint, request, idempotencyKey) => {
    const body = request.body === undefined ? undefined : JSON.stringify(request.body)
    // Exactly these headers: nothing of the browser's request goes further.
    const headers = {
      accept: 'application/json',
      // Nothing is unpacked here, so nothing can be packed a thousandfold.
      'accept-encoding': 'identity',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      ...credential(body ?? ''),
    }
    const { kind } = endpoint
    const { status, retryAfter, bytes } = await inTime(kind, timeoutMs, (signal) => {
      const init = { method: request.method, headers, signal, ...(body !== undefined && { body }) }
      return exchange(origin + request.path + request.search, init, longestAnswer)
    })
    const text = bytes && decoder.decode(bytes)
    // Talon.One does not say a key back. What does is something else, and answers go to browsers.
    if (text === undefined || (isTelling(key) && text.includes(key))) throw unreadable(endpoint)
    return { status, text, ...waitOf(retryAfter) }
  }
}

/** The data of a success, undefined where it is nothing. Throws what anybody may be told of a refusal: nothing in its words. */
export function readAnswer(endpoint: Endpoint, answer: UpstreamAnswer): { status: number; data: unknown } {
  const { status, text } = answer
  if (status < 200 || status > 299) throw refusalOf(answer, endpoint.kind === 'write')
  // Neither has a body, and a `Response` takes none with them.
  if (status === 204 || status === 205 || (endpoint.answer === 'nothing' && text.trim() === '')) return { status, data: undefined }
  const data = parse(text)
  if (endpoint.answer === 'list' ? Array.isArray(data) : isRecord(data)) return { status, data }
  throw unreadable(endpoint)
}

/** Data of an answer, as they are handed on. Refuses what nests too deep to be written, which can be read all the same. */
export function handOn(endpoint: Endpoint, status: number, data: unknown): Answer {
  try {
    return dataAnswer(status, data)
  } catch {
    throw unreadable(endpoint)
  }
}

function unreadable({ kind }: Endpoint): Problem {
  return new Problem(502, 'upstream_invalid', unknownIf(kind === 'write'))
}

// A shorter one is a toy of somebody's tests, and may be a word.
function isTelling(key: string | undefined): key is string {
  return key !== undefined && key.length >= 16
}

function checkOrigin({ baseUrl, hosts = [] }: Upstream, wrong: (what: string) => Error): string {
  if (baseUrl === undefined || !URL.canParse(baseUrl)) throw wrong('`upstream.baseUrl` is not a URL')
  const url = new URL(baseUrl)
  const { protocol, hostname } = url
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback))
    throw wrong('`upstream.baseUrl` must be https (http only for localhost)')
  if (!hostname.endsWith('.talon.one') && !isLoopback && !hosts.includes(hostname))
    throw wrong('`upstream.baseUrl` must be of talon.one; name any other host in `upstream.hosts`')
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '' || url.pathname !== '/') {
    throw wrong('`upstream.baseUrl` must be an origin and nothing more')
  }
  return url.origin
}

function checkKey(apiKey: string | undefined, wrong: (what: string) => Error): string {
  const key = apiKey?.trim() ?? ''
  // `new Headers` would quote a malformed key in its error, so it is looked at before.
  if (!/^[\x21-\x7e]{1,512}$/.test(key)) throw wrong('`upstream.apiKey` must be printable ASCII without spaces')
  return key
}

async function inTime<Value>(kind: Endpoint['kind'], ms: number, task: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  const details = { retryable: true, ...unknownIf(kind === 'write') }
  try {
    return await withinSignal(ms, () => new Problem(504, 'upstream_timeout', details), task)
  } catch (error) {
    throw error instanceof Problem ? error : new Problem(503, 'upstream_unavailable', details)
  }
}

function unknownIf(isWrite: boolean): { outcome?: 'unknown' } {
  return isWrite ? { outcome: 'unknown' } : {}
}

function refusalOf({ status, text, retryAfterMs }: UpstreamAnswer, isWrite: boolean): Problem {
  const body = parse(text)
  const message = isRecord(body) && typeof body.message === 'string' ? body.message : ''
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs }
  if (status === 400 && saysClosed(message)) return new Problem(400, 'session_closed')
  if (status === 400 || status === 422) return new Problem(400, 'invalid_request')
  // The shopper is not the one whose credential was refused: a 401 here would sign them out in a loop.
  if (status === 401 || status === 403) return new Problem(502, 'upstream_rejected_credentials')
  if (status === 404) return new Problem(404, 'not_found')
  // The key would have gone along. Status 0 is what workers make of it.
  if (status === 0 || (status > 299 && status < 400)) return new Problem(502, 'upstream_redirect', unknownIf(isWrite))
  if (status === 409) return new Problem(409, 'conflict', { retryable: !saysExists(message) })
  if (status === 429) return new Problem(429, 'rate_limited', { retryable: true, ...wait })
  return new Problem(503, 'upstream_unavailable', { retryable: true, ...unknownIf(isWrite), ...wait })
}

function waitOf(retryAfter: string | null): { retryAfterMs?: number } {
  const seconds = Number(retryAfter ?? NaN)
  return seconds >= 0 && seconds <= 300 ? { retryAfterMs: seconds * 1000 } : {}
}
