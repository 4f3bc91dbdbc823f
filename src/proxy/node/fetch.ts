/** A way to Talon.One through an agent of undici's: the same connections that the platform's `fetch` uses, without its streams. */
import { readBytes } from '../body.ts'
import { type Exchange, withExchange } from '../exchange.ts'

/** What undici is told to send. */
export interface UndiciRequest {
  origin: string
  path: string
  method: string
  headers: Record<string, string>
  body: string | Uint8Array | null
}

/** The headers of an answer of undici's. */
export type UndiciHeaders = Readonly<Record<string, string | string[] | undefined>>

/** By which undici ends a request before its time. */
export interface UndiciController {
  abort(reason: Error): void
}

/** Whom undici tells of an answer. */
export interface UndiciHandler {
  onRequestStart(controller: UndiciController): void
  onResponseStart(controller: UndiciController, statusCode: number, headers: UndiciHeaders): void
  onResponseData(controller: UndiciController, chunk: Buffer): void
  onResponseEnd(): void
  onResponseError(controller: UndiciController, error: Error): void
}

/** Of undici's `Agent`, `Pool` and their kin, version 7 and later, what is used here. */
export interface UndiciDispatcher {
  dispatch(request: UndiciRequest, handler: UndiciHandler): boolean
}

/**
 * A `fetch` for a proxy's options that sends through an agent of undici's, at a fifth of what the platform's `fetch` costs. You install
 * `undici`, and say how many connections there are and when they close. It follows no redirect, unpacks nothing and keeps no cookies.
 *
 * @see https://undici.nodejs.org/#/docs/api/Agent
 *
 * @example
 * import { Agent } from 'undici'
 *
 * const proxy = createShopperProxy({ ...options, fetch: createNodeFetch(new Agent({ connections: 64 })) })
 */
export function createNodeFetch(dispatcher: UndiciDispatcher): typeof globalThis.fetch {
  const exchange: Exchange = async (url, init, most) => {
    const { status, headers, bytes } = await send(dispatcher, url, init, most)
    const retryAfter = headers['retry-after']
    return { status, retryAfter: typeof retryAfter === 'string' ? retryAfter : null, bytes }
  }

  const fetch: typeof globalThis.fetch = async (input, init) => {
    const { url, method, headers, body, signal } = new Request(input, init)
    const asked = { method, headers: Object.fromEntries(headers), body: (await readBytes(body, Infinity)) ?? null, signal }
    const { status, headers: answered, bytes } = await send(dispatcher, url, body === null ? { ...asked, body } : asked, Infinity)
    const isEmpty = [204, 205, 304].includes(status)
    return new Response(isEmpty ? null : bytes, { status, headers: headersOf(answered) })
  }
  return withExchange(fetch, exchange)
}

interface Sent {
  method: string
  headers: Record<string, string>
  body?: string | Uint8Array | null
  signal: AbortSignal
}

interface Answered {
  status: number
  headers: UndiciHeaders
  /** Undefined: longer than `most` bytes. */
  bytes: Buffer<ArrayBuffer> | undefined
}

function send(dispatcher: UndiciDispatcher, url: string, { method, headers, body = null, signal }: Sent, most: number): Promise<Answered> {
  const { origin, pathname, search } = new URL(url)
  return new Promise((resolve, reject) => {
    let answer: Omit<Answered, 'bytes'> = { status: 0, headers: {} }
    let chunks: Buffer[] = []
    let length = 0
    let abort = () => {}
    const onAbort = () => {
      reject(signal.reason)
      abort()
    }
    signal.addEventListener('abort', onAbort, { once: true })
    dispatcher.dispatch(
      { origin, path: pathname + search, method, headers, body },
      {
        onRequestStart(controller) {
          abort = () => controller.abort(new Error('nobody waits for it any more'))
          if (signal.aborted) onAbort()
        },
        // There may be a 103 before.
        onResponseStart(_, status, answered) {
          answer = { status, headers: answered }
          chunks = []
          length = 0
        },
        onResponseData(controller, chunk) {
          length += chunk.length
          if (length <= most) return void chunks.push(chunk)
          resolve({ ...answer, bytes: undefined })
          // Its connection is of no use any more: the rest is on its way.
          controller.abort(new Error('the answer is too long'))
        },
        onResponseEnd: () => resolve({ ...answer, bytes: Buffer.concat(chunks, length) }),
        onResponseError: (_, error) => reject(error),
      },
    )
  })
}

function headersOf(headers: UndiciHeaders): Headers {
  return new Headers(Object.entries(headers).flatMap(([name, value = []]) => [value].flat().map((one): [string, string] => [name, one])))
}
