/** How a request goes to Talon.One and its answer comes back: by a `fetch`, or by a way that is cheaper and reads the answer itself. */
import { readBytes } from './body.ts'

/** What is sent. Redirects are not followed. */
export interface ExchangeInit {
  method: string
  headers: Record<string, string>
  body?: string
  signal: AbortSignal
}

/** What comes back. */
export interface Exchanged {
  status: number
  retryAfter: string | null
  /** Undefined: longer than `most` bytes. */
  bytes: Uint8Array | undefined
}

/** Sends, and reads the answer to its end. */
export type Exchange = (url: string, init: ExchangeInit, most: number) => Promise<Exchanged>

const exchanges = new WeakMap<typeof globalThis.fetch, Exchange>()

/** Has a proxy that is given this `fetch` go the cheaper way. */
export function withExchange(fetch: typeof globalThis.fetch, exchange: Exchange): typeof globalThis.fetch {
  exchanges.set(fetch, exchange)
  return fetch
}

/** How to send with a `fetch`: the cheaper way that it came with, or itself. */
export function exchangeOf(fetch: typeof globalThis.fetch): Exchange {
  return exchanges.get(fetch) ?? byFetch(fetch)
}

function byFetch(fetch: typeof globalThis.fetch): Exchange {
  return async (url, init, most) => {
    const response = await fetch(url, { ...init, ...sentOnce(init), redirect: 'manual' })
    const bytes = await readBytes(response.body, most)
    return { status: response.status, retryAfter: response.headers.get('retry-after'), bytes }
  }
}

// When a kept connection is lost, Deno and Bun send again by themselves what may have been carried out. Deno cannot do so with a Blob,
// which costs others time; Bun does not where the connection was not to be kept.
function sentOnce({ method, body = '' }: ExchangeInit): RequestInit {
  const isRepeating = 'Deno' in globalThis || 'Bun' in globalThis
  return isRepeating && method !== 'GET' ? { body: new Blob([body]), keepalive: false } : {}
}
