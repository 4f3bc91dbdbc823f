/** What came back, or did not: data, or the one error. */
import { isNetworkError } from 'ky'
import { type Endpoint, isRepeatable } from './endpoint.ts'
import { aborted, TalonOneError, type TalonOneErrorCode, type TalonOneErrorDetails, type TalonOneIssue } from './error.ts'
import { isRecord } from './record.ts'
import { saysClosed, saysExists } from './wording.ts'

/** The data of a success. Throws where it is none. */
export function readData<Output>(endpoint: Endpoint, status: number, text: string): Output {
  const details = { ...where(endpoint), status, ...unknownIf(endpoint.kind === 'write') }
  // The row says what it answers; a 204 is the `undefined` of a write. A read always has something to say.
  const mayBeNothing = endpoint.answer === 'nothing' || 'silent?' in endpoint.query
  if (mayBeNothing && text.trim() === '') return undefined as Output
  if (text.trim() === '') throw new TalonOneError('empty_body', `${endpoint.operationId} was answered with an empty body`, details)
  const data = parse(text)
  if (endpoint.answer === 'list' ? Array.isArray(data) : isRecord(data)) return data as Output
  throw notJson(endpoint, details)
}

function notJson(endpoint: Endpoint, details: TalonOneErrorDetails): TalonOneError {
  const message = `${endpoint.operationId} was answered with something that is not a JSON ${endpoint.answer === 'list' ? 'list' : 'object'}; is \`baseUrl\` the proxy's address?`
  return new TalonOneError('not_json', message, details)
}

function notOurs(endpoint: Endpoint, details: TalonOneErrorDetails): TalonOneError {
  const message = `${endpoint.operationId} was answered by something that does not speak the API; is \`baseUrl\` the proxy's address?`
  return new TalonOneError('unexpected_answer', message, details)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const codes: Readonly<Record<number, TalonOneErrorCode>> = {
  400: 'bad_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  412: 'conflict',
  422: 'bad_request',
  429: 'rate_limited',
}

const transient = new Set([408, 409, 425, 429, 500, 502, 503, 504])

function isTransient(status: number, { message }: Record<string, unknown>): boolean {
  return transient.has(status) && !(status === 409 && saysExists(message))
}

/** The error that a refusal is. Throws another where it is not one of the API or of the proxy. */
export function refusal(endpoint: Endpoint, response: Response, text: string): TalonOneError {
  const { status, headers } = response
  const parsed = parse(text)
  // A 404 of some other server must not pass for a session that does not exist.
  if (status === 404 && !isRecord(parsed)) throw notJson(endpoint, { ...where(endpoint), status })
  const body = isRecord(parsed) ? parsed : {}
  if (status === 404 && body.code !== 'not_found' && typeof body.message !== 'string')
    throw notOurs(endpoint, { ...where(endpoint), status })
  // A proxy that names what went wrong also knows whether anything was sent; whoever else fails may have failed after the fact.
  const serverCode = typeof body.code === 'string' && /^[a-z_]{1,40}$/.test(body.code) ? body.code : undefined
  const mayHaveLanded = serverCode === undefined ? status >= 500 || status === 408 : body.outcome === 'unknown'
  const isUnknown = endpoint.kind === 'write' && mayHaveLanded
  const retryAfterMs = readRetryAfter(headers)
  const said = serverCode === undefined ? '' : ` (${serverCode})`
  return new TalonOneError(refusalCode(status, body), `${endpoint.operationId} was refused with status ${status}${said}`, {
    ...where(endpoint),
    status,
    ...(serverCode !== undefined && { serverCode }),
    // A proxy says whether a later call may succeed; whether this one may be repeated, only its row knows.
    retryable: (typeof body.retryable === 'boolean' ? body.retryable : isTransient(status, body)) && (isRepeatable(endpoint) || !isUnknown),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...unknownIf(isUnknown),
    issues: readIssues(body),
    ...(typeof body.requestId === 'string' && { requestId: body.requestId }),
  })
}

function refusalCode(status: number, body: Record<string, unknown>): TalonOneErrorCode {
  // The proxy says it in a word, Talon.One in its message.
  if (body.code === 'session_closed') return 'session_closed'
  if (status === 400 && saysClosed(body.message)) return 'session_closed'
  return codes[status] ?? (status >= 500 || status === 408 || status === 425 ? 'unavailable' : 'unexpected_status')
}

// `issues` of the proxy, `errors` of Talon.One. Their `details` may quote what was sent, so only title and pointer are kept.
function readIssues(body: Record<string, unknown>): TalonOneIssue[] {
  const found = Array.isArray(body.issues) ? body.issues : Array.isArray(body.errors) ? body.errors : []
  return found.filter(isRecord).map((entry) => {
    const source = isRecord(entry.source) ? entry.source : entry
    return {
      pointer: typeof source.pointer === 'string' ? source.pointer : '',
      message: [entry.message, entry.title].find((text) => typeof text === 'string') ?? 'invalid',
    }
  })
}

const longestRetryAfter = 5 * 60_000

function readRetryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after')?.trim()
  if (text === undefined || text === '') return undefined
  const now = Date.parse(headers.get('date') ?? '') || Date.now()
  // Left to itself, `Date.parse` finds a date in almost any text with a number.
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : /^\w+, .+ GMT$/.test(text) ? Date.parse(text) - now : NaN
  return Number.isFinite(ms) && ms >= 0 ? Math.min(ms, longestRetryAfter) : undefined
}

/** The error of a call whose answer did not arrive. */
export function transportError(
  endpoint: Endpoint,
  error: unknown,
  { signal, limit, isSent }: { signal: AbortSignal | undefined; limit?: AbortSignal; isSent: boolean },
): TalonOneError {
  // ky's own error carries the whole request, ids and headers included; what it wraps does not.
  const cause = withoutAnswer(isNetworkError(error) ? error.cause : error)
  const isUnknown = isSent && endpoint.kind === 'write'
  if (signal?.aborted) return aborted(endpoint, { ...unknownIf(isUnknown), cause })
  const details = { ...where(endpoint), retryable: isRepeatable(endpoint) || !isUnknown, ...unknownIf(isUnknown), cause }
  if (limit?.aborted) return new TalonOneError('timeout', `${endpoint.operationId} was not answered in time`, details)
  return new TalonOneError('network', `${endpoint.operationId} could not be sent, or its answer did not arrive`, details)
}

// Node's `fetch failed` is caused by an error whose `data` is the piece of the answer that could not be parsed.
function withoutAnswer(error: unknown): unknown {
  if (error instanceof Error && error.cause instanceof Error) Reflect.deleteProperty(error.cause, 'data')
  return error
}

/** Which operation an error is about. */
export function where({ method, path }: Endpoint): Pick<TalonOneErrorDetails, 'method' | 'path'> {
  return { method, path }
}

function unknownIf(isUnknown: boolean): Pick<TalonOneErrorDetails, 'outcome'> {
  return isUnknown ? { outcome: 'unknown' } : {}
}
