/** What the proxy says when it does not hand an answer on: RFC 9457, own words only, nothing of the upstream's. */
import type { TalonOneIssue } from '../error.ts'

/** Why a request was refused. Closed. */
export type ProblemCode =
  | 'invalid_request'
  | 'invalid_json'
  | 'unauthenticated'
  | 'csrf_rejected'
  | 'operation_forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'field_not_allowed'
  | 'session_closed'
  | 'rate_limited'
  | 'internal'
  | 'identity_invalid'
  | 'reprice_failed'
  | 'upstream_invalid'
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
}

const safeHeaders = {
  'cache-control': 'no-store, private',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  vary: 'Origin',
  'x-content-type-options': 'nosniff',
}

/** A problem as a response. */
export function problemResponse({ status, code, details }: Problem, requestId: string): Response {
  const { retryable = false, retryAfterMs, outcome, issues, headers } = details
  const body = { type: 'about:blank', title: code.replaceAll('_', ' '), status, code, requestId, retryable, retryAfterMs, outcome, issues }
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...safeHeaders, ...headers, ...retryAfter(retryAfterMs), 'content-type': 'application/problem+json; charset=utf-8' },
  })
}

/** An answer as a response: data as JSON, undefined as no body. */
export function answerResponse(status: number, data: unknown, retryAfterMs?: number): Response {
  const headers = { ...safeHeaders, ...retryAfter(retryAfterMs) }
  if (data === undefined) return new Response(null, { status, headers })
  return new Response(JSON.stringify(data), { status, headers: { ...headers, 'content-type': 'application/json; charset=utf-8' } })
}

function retryAfter(ms: number | undefined): Record<string, string> {
  return ms === undefined ? {} : { 'retry-after': String(Math.ceil(ms / 1000)) }
}
