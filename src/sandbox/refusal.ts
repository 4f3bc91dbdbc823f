/** Answers that say no, in the shape each operation documents. */
import type { TalonOneIssue } from '../error.ts'
import type { Endpoint } from '../endpoint.ts'
import type { APIError, ConflictErrorResponse, ErrorResponse, ErrorResponseWithStatus, SessionState } from '../schema.ts'

/** Thrown by a handler to answer an error status. Its message never holds a key, an id or a code. */
export class Refusal extends Error {
  readonly status: number
  readonly errors: APIError[] | undefined
  readonly headers: Record<string, string>

  constructor(status: number, message: string, errors?: APIError[], headers: Record<string, string> = {}) {
    super(message)
    this.status = status
    this.errors = errors
    this.headers = headers
  }
}

/** 400 with one finding. */
export function invalid(title: string, details: string, source: APIError['source']): Refusal {
  return invalidData([{ title, details, source }])
}

/** 400 with findings. */
export function invalidData(errors: APIError[]): Refusal {
  return new Refusal(400, 'The submitted data was invalid', errors)
}

/** 404. */
export function notFound(what: string): Refusal {
  return new Refusal(404, `${what} not found`)
}

/** 400 for a move the session state machine forbids, in the API's own words. */
export function illegalMove(from: SessionState | 'new', to: SessionState): Refusal {
  return new Refusal(400, `Cannot move session to state "${to}" from state "${from}"`)
}

/** 409 for the fourth request at a time. */
export function tooManyRequests(entity: 'session' | 'profile'): Refusal {
  return new Refusal(409, `Too many requests are updating this ${entity} at the same time`, [])
}

/** What `readInput` found, as the API words it: the path and the query by parameter, the body by pointer. */
export function errorsOf(endpoint: Endpoint, issues: readonly TalonOneIssue[]): APIError[] {
  const outsideBody = new Set([...Object.keys(endpoint.params), ...Object.keys(endpoint.query)].map((field) => field.replace(/\?$/, '')))
  return issues.map(({ pointer, message }) => {
    const name = pointer.split('/')[1] ?? ''
    return { title: titleOf(message), details: message, source: outsideBody.has(name) ? { parameter: name } : { pointer } }
  })
}

// The titles the API uses: developers.talon.one/Getting-Started/errors (2021); "Required" is ours.
function titleOf(message: string): string {
  if (message.startsWith('unknown')) return 'Unknown'
  if (message.startsWith('required')) return 'Required'
  return message.startsWith('expected one of') ? 'enum' : 'Invalid type'
}

// The operations whose 400 carries no StatusCode: talon-one/t1-openapi-specs, `ErrorResponse`.
const plainBadRequest: ReadonlySet<string> = new Set([
  'updateCustomerSessionV2',
  'getCustomerSession',
  'returnCartItems',
  'reopenCustomerSession',
  'createReferral',
  'syncCatalog',
  'updateCustomerSession',
  'updateCustomerProfile',
  'trackEvent',
])

/** The body of a refusal; no operation when the path is unknown. */
export function bodyOf(refusal: Refusal, operationId: string | undefined): ErrorResponse | ErrorResponseWithStatus | ConflictErrorResponse {
  const { message, errors, status } = refusal
  const body = errors === undefined ? { message } : { message, errors }
  const plain = status === 400 && operationId !== undefined && plainBadRequest.has(operationId)
  return plain ? body : { ...body, StatusCode: status }
}

/** A field that the API requires although an input may leave it to somebody's default. */
export function required<Value>(value: Value | undefined, field: string): Value {
  if (value === undefined) throw invalid('Required', 'required, but missing', { pointer: `/${field}` })
  return value
}
