import { unlessAborted } from '../abort.ts'
import { type Endpoint, fill } from '../endpoint.ts'
import { saysClosed, saysExists } from '../error.ts'
import { isRecord } from '../shape.ts'
import type { ContentSignature } from './content-signature.ts'
import { Problem } from './problem.ts'

/**
 * Where Talon.One is, and the credential that only the proxy has. What comes from the environment may be undefined here, and is
 * refused at the start.
 */
export type Upstream = {
  /** The deployment's origin: `https://yourcompany.europe-west1.talon.one`. http only on this machine. */
  baseUrl: string | undefined
} & ({ apiKey: string | undefined } | { contentSignature: ContentSignature })

/** Sends a rebuilt request and returns what Talon.One answered; `data` is undefined when it answered nothing. */
export type SendUpstream = (endpoint: Endpoint, input: unknown, idempotencyKey?: string) => Promise<{ status: number; data: unknown }>

/** Checks the upstream once, and refuses to start by naming the option only: no value gets into a message. */
export function createUpstream(upstream: Upstream, fetch: typeof globalThis.fetch, timeout: number): SendUpstream {
  const origin = checkOrigin(upstream.baseUrl)
  const credential = credentialOf(upstream)

  return async (endpoint, input, idempotencyKey) => {
    const request = fill(endpoint, input)
    const body = request.body === undefined ? undefined : JSON.stringify(request.body)
    // Exactly these headers: nothing of the browser's request goes further.
    const headers = {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      ...credential(body ?? ''),
    }
    const isWrite = endpoint.kind === 'write'
    const signal = AbortSignal.timeout(timeout)
    const response = await fetchUpstream(isWrite, signal, () =>
      fetch(origin + request.path + request.search, {
        method: request.method,
        headers,
        redirect: 'manual',
        signal,
        ...(body !== undefined && { body }),
      }),
    )
    const text = await fetchUpstream(isWrite, signal, () => response.text())
    if (!response.ok) throw refusalOf(response, text, isWrite)
    if (response.status === 204 || (endpoint.answer === 'nothing' && text.trim() === '')) return { status: 204, data: undefined }
    const data = parse(text)
    if (!(endpoint.answer === 'list' ? Array.isArray(data) : isRecord(data)))
      throw new Problem(502, 'upstream_invalid', isWrite ? { outcome: 'unknown' } : {})
    return { status: response.status, data }
  }
}

function checkOrigin(baseUrl: string | undefined): string {
  if (baseUrl === undefined || !URL.canParse(baseUrl)) throw new Error('createShopperProxy: `upstream.baseUrl` is not a URL')
  const url = new URL(baseUrl)
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback))
    throw new Error('createShopperProxy: `upstream.baseUrl` must be https (http only for localhost)')
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '' || url.pathname !== '/') {
    throw new Error('createShopperProxy: `upstream.baseUrl` must be an origin and nothing more')
  }
  return url.origin
}

function credentialOf(upstream: Upstream): (body: string) => Record<string, string> {
  if ('contentSignature' in upstream) return (body) => ({ 'content-signature': upstream.contentSignature(body) })
  const key = upstream.apiKey?.trim() ?? ''
  // `new Headers` would quote a malformed key in its error, so it is looked at before.
  if (!/^[\x21-\x7e]{1,512}$/.test(key)) throw new Error('createShopperProxy: `upstream.apiKey` must be printable ASCII without spaces')
  return () => ({ authorization: `ApiKey-v1 ${key}` })
}

async function fetchUpstream<Value>(isWrite: boolean, signal: AbortSignal, task: () => Promise<Value>): Promise<Value> {
  try {
    // A fetch of the shop's own may know nothing of the signal.
    return await unlessAborted(signal, task())
  } catch (error) {
    const outcome = isWrite ? ({ outcome: 'unknown' } as const) : {}
    if (error instanceof Error && error.name === 'TimeoutError') throw new Problem(504, 'upstream_timeout', { retryable: true, ...outcome })
    throw new Problem(503, 'upstream_unavailable', { retryable: true, ...outcome })
  }
}

function refusalOf(response: Response, text: string, isWrite: boolean): Problem {
  const { status } = response
  const body = parse(text)
  const message = isRecord(body) && typeof body.message === 'string' ? body.message : ''
  if (status === 400 && saysClosed(message)) return new Problem(400, 'session_closed')
  if (status === 400 || status === 422) return new Problem(400, 'invalid_request')
  // The shopper is not the one whose credential was refused: a 401 here would sign them out in a loop.
  if (status === 401 || status === 403) return new Problem(502, 'upstream_rejected_credentials')
  if (status === 404) return new Problem(404, 'not_found')
  if (status === 409) return new Problem(409, 'conflict', { retryable: !saysExists(message) })
  if (status === 429) return new Problem(429, 'rate_limited', { retryable: true, ...retryAfter(response) })
  return new Problem(503, 'upstream_unavailable', { retryable: true, ...(isWrite && { outcome: 'unknown' }), ...retryAfter(response) })
}

function retryAfter(response: Response): { retryAfterMs?: number } {
  const seconds = Number(response.headers.get('retry-after') ?? NaN)
  return seconds >= 0 && seconds <= 300 ? { retryAfterMs: seconds * 1000 } : {}
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
