/** What the proxy says when it does not hand an answer on: RFC 9457, own words only, nothing of the upstream's. */
import type { TalonOneIssue } from '../error.ts'

/** Why a request was refused. Closed. */
export type ProblemCode =
  | 'invalid_request'
  | 'invalid_json'
  | 'json_too_deep'
  | 'unauthenticated'
  | 'csrf_rejected'
  | 'origin_not_allowed'
  | 'operation_forbidden'
  | 'sign_in_again'
  | 'not_found'
  | 'method_not_allowed'
  | 'request_timeout'
  | 'conflict'
  | 'stale_write'
  | 'body_too_large'
  | 'uri_too_long'
  | 'unsupported_media_type'
  | 'field_not_allowed'
  | 'session_closed'
  | 'rate_limited'
  | 'internal'
  | 'identity_invalid'
  | 'identity_unavailable'
  | 'reprice_failed'
  | 'store_unavailable'
  | 'upstream_invalid'
  | 'upstream_redirect'
  | 'upstream_rejected_credentials'
  | 'upstream_unavailable'
  | 'upstream_timeout'

/** What {@link Problem} may say beside code and status. */
export interface ProblemDetails {
  retryable?: boolean
  retryAfterMs?: number
  /** What of the shop's own code failed, for its log; never answered. */
  cause?: unknown
  /** Set when a write may have been carried out. */
  outcome?: 'unknown'
  issues?: readonly TalonOneIssue[]
  headers?: Record<string, string>
}

/** Thrown anywhere in the pipeline, answered at its end. */
export class Problem extends Error {
  readonly status: number
  readonly code: ProblemCode
  readonly details: ProblemDetails

  constructor(status: number, code: ProblemCode, details: ProblemDetails = {}) {
    super(`refused with ${status} ${code}`, details.cause === undefined ? undefined : { cause: details.cause })
    this.status = status
    this.code = code
    this.details = details
  }

  /** The same, with more headers. */
  with(headers: Record<string, string>): Problem {
    return new Problem(this.status, this.code, { ...this.details, headers: { ...this.details.headers, ...headers } })
  }
}

const safeHeaders = {
  'cache-control': 'no-store, private',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  vary: 'Origin',
  'x-content-type-options': 'nosniff',
}

/** What a proxy answers, whatever server it is mounted in. */
export interface Answer {
  status: number
  headers: Record<string, string>
  /** Undefined for an answer without one. */
  body: string | undefined
}

// One for each line of a cart. A body can be made to have many times as many, each under a pointer of 600 characters.
const mostIssues = 1_000

/** A problem as an answer: with its first thousand issues. */
export function problemAnswer({ status, code, details }: Problem, requestId: string): Answer {
  const { retryable = false, retryAfterMs, outcome, issues, headers } = details
  const said = { requestId, retryable, retryAfterMs, outcome, issues: issues?.slice(0, mostIssues) }
  const body = { type: 'about:blank', title: code.replaceAll('_', ' '), status, code, ...said }
  const type = { 'content-type': 'application/problem+json; charset=utf-8' }
  return { status, headers: { ...safeHeaders, ...headers, ...retryAfter(retryAfterMs), ...type }, body: JSON.stringify(body) }
}

/** Data as an answer in JSON; undefined as one without a body. */
export function dataAnswer(status: number, data: unknown, retryAfterMs?: number): Answer {
  const headers = { ...safeHeaders, ...retryAfter(retryAfterMs) }
  if (data === undefined) return { status, headers, body: undefined }
  return { status, headers: { ...headers, 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(data) }
}

/** An answer as a `Response`. */
export function responseOf({ status, headers, body }: Answer): Response {
  return new Response(body ?? null, { status, headers })
}

function retryAfter(ms: number | undefined): Record<string, string> {
  return ms === undefined ? {} : { 'retry-after': String(Math.ceil(ms / 1000)) }
}
