import { checkKey, checkTimeout, readBaseUrl, readHeaders } from './config.ts'
import type { Changed } from './changes.ts'
import type { Endpoint, InputOf, OutputOf } from './endpoint.ts'
import { aborted } from './error.ts'
import type { Locks } from './lane.ts'
import { later } from './later.ts'
import type { Transport } from './transport.ts'

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
  /** Whose writes this one takes turns with, where its input names the profile otherwise than they do. Default: the input's profile. */
  lane?: string | undefined
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
 * Nothing is retried here; queries and the cart own that. What sends is loaded when the first call needs it; where that fails, the
 * call rejects with `not_loaded`, nothing has been sent, and the next call tries again.
 *
 * @example
 * const talonOne = createTalonOne({ baseUrl: '/talon-one' })
 * const inventory = await talonOne.send(getCustomerInventory, { coupons: true })
 *
 * @throws TalonOneError `invalid_config` for a base URL that is none, carries credentials, or is Talon.One's in a browser.
 */
export function createTalonOne(options: TalonOneOptions = {}): TalonOne {
  const { baseUrl = '/talon-one', timeout = 10_000, headers } = options
  const { address, isTalonOne } = readBaseUrl(baseUrl)
  checkTimeout(timeout)
  const { scope = address } = options
  const hasKey = typeof headers !== 'function' && checkKey(readHeaders(headers))
  let transport: Transport | undefined

  function forProfile(profileId: string | undefined): TalonOne {
    const sendRaw: TalonOne['sendRaw'] = (endpoint, input, call = {}) => {
      // All calls wait for one promise, so that they go on in the order they were made.
      const sent = loadTransport().then(({ createTransport }) => {
        isLoaded = true
        transport ??= createTransport({ ...options, baseUrl: address, scope, timeout })
        return transport.sendRaw(profileId, endpoint, input, call)
      })
      return isLoaded || !call.signal ? sent : Promise.race([sent, abortWhileLoading(endpoint, call.signal)])
    }
    return { scope, profileId, send: async (...call) => (await sendRaw(...call)).data, sendRaw, withProfile: forProfile }
  }

  // `me` is a word of the proxy: whoever brings a key talks to Talon.One itself, which would take it for somebody's id.
  return forProfile(options.profileId ?? (isTalonOne || hasKey ? undefined : 'me'))
}

const loadTransport = later(() => import('./transport.ts'))
let isLoaded = false

// From then on the transport sees to it, which knows whether anything has been sent.
function abortWhileLoading(endpoint: Endpoint, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => isLoaded || reject(aborted(endpoint, { cause: signal.reason }))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort)
  })
}
