/**
 * What an endpoint is: fill a request from it (client), recognise a request by it and read its input back (proxy, sandbox).
 * Knows no endpoint by name, only the names that sessions and profiles have in all of them.
 */
import { TalonOneError, type TalonOneIssue } from './error.ts'
import { identitiesOf } from './identity.ts'
import { describe } from './json.ts'
import { isRecord } from './record.ts'
import { type Fields, fieldsByName, readFields, readShape, type Shape } from './shape.ts'

/** Who may call an endpoint through a proxy: a shopper for themselves, staff, or staff with a licence to destroy. */
export type EndpointAudience = 'shopper' | 'staff' | 'destructive'

/**
 * What a repeat of a write does: nothing more than the first one (`harmless`), nothing more as long as it carries the same
 * `Idempotency-Key`, which the client gives each one (`keyed`), or the same thing once more (`never` repeat it blindly).
 */
export type Repeat = 'harmless' | 'keyed' | 'never'

/**
 * Data that the answer of a write carries of reads: by operation id, by the parts of that read's data. A function makes the part from
 * what a read had before; undefined says that the answer is not enough for it.
 */
export type Carried = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** What reads and writes have in common. `Input` is flat: path, query and body fields side by side, under the API's own names. */
interface Operation<Input, Output> {
  /** The API's own name. */
  readonly operationId: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** The path with its parameters in braces: `/v2/customer_sessions/{customerSessionId}`. */
  readonly path: string
  /** The path's parameters. */
  readonly params: Fields
  readonly query: Fields
  /** The body's fields; no body when undefined. */
  readonly body?: Fields
  /** The one field that is the whole body, where the API takes a map of names that nobody knows beforehand. */
  readonly bodyIs?: string
  /** What a success is answered with. Default: an object; nothing, too, where the row has `silent`. */
  readonly answer?: 'list' | 'nothing'
  readonly audience: EndpointAudience
  /** Where the profile id stands in the input, as a JSON pointer. A last segment `0` is the only entry of a list. */
  readonly identity?: string
  /** Whether the identity may be left out: an anonymous session. */
  readonly anonymous?: true
  /** Only for the compiler: never set. */
  readonly '~types'?: { input: Input; output: Output }
}

/** A row that changes nothing: a query. */
export interface ReadEndpoint<Input = unknown, Output = unknown> extends Operation<Input, Output> {
  readonly kind: 'read'
}

/** A row that changes something: a mutation. */
export interface WriteEndpoint<Input = unknown, Output = unknown> extends Operation<Input, Output> {
  readonly kind: 'write'
  readonly repeat: Repeat
  /** What mutations send where their input leaves it out, or undefined. */
  readonly defaults?: Partial<Input>
  /**
   * The reads whose answers it makes out of date: by operation id or its beginning (`getLoyalty` stands for every read that begins so),
   * and by part where one is enough (`getCustomerInventory.coupons`). Only those of the same profile, session, program, card and so on, and
   * none after a dry run.
   */
  stale(input: Input, output: Output): readonly string[]
  /** What its answer carries of those reads, so that they need not be asked again. */
  carried?(input: Input, output: Output): Carried
}

/** A read whose answers come in pages: an infinite query. */
export type PagedEndpoint<Input = unknown, Output = unknown> = ReadEndpoint<Input & { pageSize?: number; skip?: number }, Output & Page>

/** One page of a list. */
export interface Page {
  data: readonly unknown[]
  hasMore?: boolean
  totalResultSize?: number
}

/** One row of the table. */
export type Endpoint<Input = unknown, Output = unknown> = ReadEndpoint<Input, Output> | WriteEndpoint<Input, Output>

/** What a row takes. */
export type InputOf<E> = E extends { readonly '~types'?: { input: infer Input } } ? Input : never
/** What a row answers. */
export type OutputOf<E> = E extends { readonly '~types'?: { output: infer Output } } ? Output : never

/** What {@link fill} makes of a row and an input. */
export interface FilledRequest {
  method: Endpoint['method']
  /** Encoded, starting with a slash. */
  path: string
  /** With its question mark, or empty. */
  search: string
  body: unknown
}

/**
 * Fills a request. Throws `invalid_input` with every finding when something required is missing or malformed, and then
 * nothing has been sent.
 */
export function fill(endpoint: Endpoint, input: unknown): FilledRequest {
  const issues: TalonOneIssue[] = []
  if (!isRecord(input)) throw invalidInput(endpoint, [{ pointer: '', message: `expected an object, got ${describe(input)}` }])
  const read = readFields(allFields(endpoint), input, '', issues)
  for (const name of Object.keys(endpoint.params)) {
    if (isDotSegment(read[name])) issues.push({ pointer: `/${name}`, message: 'must not be `.` or `..`: a URL parser would swallow it' })
  }
  const { identity, anonymous } = endpoint
  const isFound = identity !== undefined && issues.some(({ pointer }) => identity.startsWith(pointer))
  if (identity !== undefined && !anonymous && !isFound && identitiesOf(endpoint, read).length === 0) {
    issues.push({ pointer: identity, message: 'required, but missing: give it, or a `profileId` to the client' })
  }
  if (issues.length > 0) throw invalidInput(endpoint, issues)
  return {
    method: endpoint.method,
    path: endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(read[name]))),
    search: fillQuery(endpoint, read),
    body: endpoint.bodyIs === undefined ? endpoint.body && pick(read, endpoint.body) : read[endpoint.bodyIs],
  }
}

/** The path's parameters, decoded, when method and path are this endpoint's; undefined otherwise. */
export function recognise(endpoint: Endpoint, method: string, pathname: string): Record<string, string> | undefined {
  if (method !== endpoint.method) return undefined
  const template = endpoint.path.split('/')
  const segments = pathname.split('/')
  if (segments.length !== template.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of template.entries()) {
    const segment = segments[index]
    if (segment === undefined) return undefined
    if (!part.startsWith('{')) {
      if (part !== segment) return undefined
      continue
    }
    const value = decode(segment)
    if (value === undefined || value === '' || isDotSegment(value)) return undefined
    params[part.slice(1, -1)] = value
  }
  return params
}

/** Reads a recognised request back into the input it was filled from; what does not fit goes to `issues`. */
export function readInput(
  endpoint: Endpoint,
  request: { params: Record<string, string>; searchParams: URLSearchParams; body: unknown },
  issues: TalonOneIssue[],
): Record<string, unknown> {
  const raw: Record<string, unknown> = {}
  if (endpoint.bodyIs !== undefined) Object.assign(raw, readFields(endpoint.body ?? {}, { [endpoint.bodyIs]: request.body }, '', issues))
  else if (endpoint.body) {
    if (isRecord(request.body)) Object.assign(raw, readFields(endpoint.body, request.body, '', issues))
    else issues.push({ pointer: '', message: 'the body must be a JSON object' })
  }
  for (const [name, shape] of fieldsByName(endpoint.params)) {
    raw[name] = readShape(shape, decodeText(shape, request.params[name] ?? ''), `/${name}`, issues)
  }
  const query = fieldsByName(endpoint.query)
  for (const name of new Set(request.searchParams.keys())) {
    const shape = query.get(name)
    if (shape === undefined) {
      issues.push({ pointer: '', message: 'unknown query parameter' })
      continue
    }
    const values = request.searchParams.getAll(name)
    const isRepeated = shape.is === 'list' && !shape.inOne
    if (values.length > 1 && !isRepeated) issues.push({ pointer: `/${name}`, message: 'given more than once' })
    else raw[name] = readShape(shape, decodeQuery(shape, values), `/${name}`, issues)
  }
  return raw
}

/** Whether sending a row's request twice does what sending it once does. */
export function isRepeatable(endpoint: Endpoint): boolean {
  return endpoint.kind === 'read' || endpoint.repeat !== 'never'
}

/** Whether an input asks for an evaluation that stores nothing. */
export function isDry(input: unknown): boolean {
  return isRecord(input) && input.dry === true
}

/** The id of the session an input is about; undefined when it names none. */
export function sessionIdOf(input: unknown): string | undefined {
  if (!isRecord(input)) return undefined
  const id = input.customerSessionId ?? input.sessionId
  return typeof id === 'string' ? id : undefined
}

/** An input with a row's defaults where it leaves something out, or undefined. */
export function withDefaults<Input>(endpoint: Endpoint, input: Input): Input {
  const defaults = endpoint.kind === 'write' ? Object.entries(endpoint.defaults ?? {}) : []
  const missing = defaults.filter(([name]) => isRecord(input) && input[name] === undefined)
  return missing.length > 0 ? Object.assign({}, input, Object.fromEntries(missing)) : input
}

/** A row's fields from path, query and body, which together are its input. */
export function allFields(endpoint: Endpoint): Fields {
  const known = fieldsOf.get(endpoint)
  if (known) return known
  const fields = { ...endpoint.params, ...endpoint.query, ...endpoint.body }
  fieldsOf.set(endpoint, fields)
  return fields
}

const fieldsOf = new WeakMap<Endpoint, Fields>()

function invalidInput(endpoint: Endpoint, issues: TalonOneIssue[]): TalonOneError {
  const [first] = issues
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more, see \`issues\`)` : ''
  return new TalonOneError(
    'invalid_input',
    `${endpoint.operationId} was not sent: ${first?.pointer ?? ''}: ${first?.message ?? ''}${more}`,
    {
      method: endpoint.method,
      path: endpoint.path,
      issues,
    },
  )
}

function fillQuery(endpoint: Endpoint, input: Record<string, unknown>): string {
  const search = new URLSearchParams()
  for (const [name, shape] of fieldsByName(endpoint.query)) {
    const value = input[name]
    const isRepeated = shape.is === 'list' && !shape.inOne
    // An empty list is none at all, also where its values are joined.
    for (const entry of isRepeated && Array.isArray(value) ? value : [Array.isArray(value) && value.length === 0 ? undefined : value]) {
      if (entry !== undefined) search.append(name, String(entry))
    }
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}

function pick(input: Record<string, unknown>, fields: Fields): Record<string, unknown> {
  const picked: Record<string, unknown> = {}
  for (const name of fieldsByName(fields).keys()) if (input[name] !== undefined) picked[name] = input[name]
  return picked
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

function decodeQuery(shape: Shape, values: string[]): unknown {
  const [first = ''] = values
  if (shape.is !== 'list') return decodeText(shape, first)
  return (shape.inOne ? first.split(',') : values).map((value) => decodeText(shape.of, value))
}

/** What a path or query text says when the row expects a number or a boolean; the text itself when it does not fit. */
function decodeText(shape: Shape, text: string): unknown {
  if (shape.is === 'integer' || shape.is === 'number') return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
  if (shape.is === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return text
}

function isDotSegment(value: unknown): boolean {
  return value === '.' || value === '..'
}
