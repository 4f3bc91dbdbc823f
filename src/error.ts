import type { CartEdit } from './cart/edits.ts'
import type { Endpoint } from './endpoint.ts'

/** One finding about an input, told by where it stands and what was wrong, never by its value. */
export interface TalonOneIssue {
  /** JSON pointer into the input, such as `/customerSession/cartItems/0/quantity`. */
  pointer: string
  /** What was wrong, such as `expected an integer of at least 1, got NaN`. */
  message: string
}

/**
 * What went wrong. Closed: a `switch` over it can be exhaustive.
 *
 * Before sending: `invalid_*`, `cart_limit`, `line_not_found`, `missing_provider`; `identity_changed`, when whoever made an edit is gone; `not_loaded`, when the part of the
 * client that sends could not be loaded. On the way: `network`, `timeout`, `aborted`.
 * In the answer: the rest, by status or by what could not be read.
 */
export type TalonOneErrorCode =
  | 'invalid_config'
  | 'missing_provider'
  | 'invalid_input'
  | 'invalid_session_id'
  | 'invalid_sku'
  | 'invalid_quantity'
  | 'invalid_price'
  | 'invalid_coupon'
  | 'invalid_referral'
  | 'cart_limit'
  | 'line_not_found'
  | 'session_closed'
  | 'identity_changed'
  | 'not_loaded'
  | 'network'
  | 'timeout'
  | 'aborted'
  | 'bad_request'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'rate_limited'
  | 'unavailable'
  | 'unexpected_status'
  | 'not_json'
  | 'empty_body'
  | 'unexpected_answer'

/** Where and how a request failed. */
export interface TalonOneErrorDetails {
  /** The HTTP method. */
  method?: string
  /** The path as a template, `/v2/customer_sessions/{customerSessionId}`: ids never get in. */
  path?: string
  /** The HTTP status, when there was an answer. */
  status?: number
  /** What the proxy calls it, such as `upstream_rejected_credentials`; Talon.One itself has no such word. */
  serverCode?: string
  /** Whether the same call may succeed later. */
  retryable?: boolean
  /** How long the server asked to wait, in milliseconds. */
  retryAfterMs?: number
  /** `'unknown'` when a write may have been carried out although no answer says so. */
  outcome?: 'unknown'
  issues?: readonly TalonOneIssue[]
  /** The server's id for this request, for support. */
  requestId?: string
  /** The edits of a cart that are given back with it, or wait on, in the order they were made. They hold codes, so whoever lists, stores or logs the error does not see them. */
  edits?: readonly CartEdit[]
  cause?: unknown
}

// Several copies of this package may meet on one page; a shared symbol tells their errors apart from others.
const brand = Symbol.for('talon-one-react.error')

/**
 * The one error of this library, told apart by `code`. Its message says what failed, what shape the value had and what to do;
 * it never holds an id, a code, a key or a body, so it is safe to log.
 */
export class TalonOneError extends Error {
  override readonly name = 'TalonOneError'
  declare readonly code: TalonOneErrorCode
  declare readonly method: string | undefined
  declare readonly path: string | undefined
  declare readonly status: number | undefined
  declare readonly serverCode: string | undefined
  declare readonly retryable: boolean
  declare readonly retryAfterMs: number | undefined
  declare readonly outcome: 'unknown' | undefined
  declare readonly issues: readonly TalonOneIssue[]
  declare readonly requestId: string | undefined
  declare readonly edits: readonly CartEdit[]

  constructor(code: TalonOneErrorCode, message: string, details: TalonOneErrorDetails = {}) {
    // The platform makes the cause a property that does not show when the error is listed or stored, which it stays below, as the edits do.
    super(message, details)
    Object.defineProperty(this, 'edits', { value: [], writable: true })
    Object.assign(this, { code, retryable: false, issues: [] }, details)
    Object.defineProperty(this, brand, { value: true })
  }
}

/** Narrows anything caught to a {@link TalonOneError}, also one of another copy of this package. */
export function isTalonOneError(error: unknown): error is TalonOneError {
  return typeof error === 'object' && error !== null && brand in error
}

/** The error of a call that its caller gave up. */
export function aborted({ operationId, method, path }: Endpoint, details: TalonOneErrorDetails): TalonOneError {
  return new TalonOneError('aborted', `${operationId} was aborted by its caller`, { method, path, ...details })
}
