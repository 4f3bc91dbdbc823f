/** What a request asks for: recognised by the table of rows, and read field by field into an input. */
import { type Endpoint, readInput, recognise } from '../endpoint.ts'
import type { TalonOneIssue } from '../error.ts'
import { isDeeper } from './body.ts'
import { within } from './deadline.ts'
import { methodNotAllowed } from './origins.ts'
import { Problem } from './problem.ts'

/** The operations that exist, each with what the proxy asks of a request for it. Whoever is not in here does not exist. */
export type Rules<Rule> = ReadonlyMap<Endpoint, Rule>

/** A recognised request. */
export interface Route<Rule> {
  endpoint: Endpoint
  /** The path's parameters, decoded. */
  params: Record<string, string>
  searchParams: URLSearchParams
  rule: Rule
}

/** A request's body to its end, or undefined when it is longer than `most` bytes. Read but once. */
export type ReadBody = (most: number) => Promise<Uint8Array | undefined>

/** How a body is read. */
export interface BodyLimits {
  /** The longest one, in bytes. */
  body: number
  /** The deepest that lists and objects may stand in one another. */
  depth: number
  /** How long it may take, in milliseconds. */
  bodyMs: number
}

/** The methods that a path below the mount path has; none for one that is not there. */
export function methodsAt(path: string, rules: Rules<unknown>): string[] {
  const found = [...rules.keys()].filter((endpoint) => recognise(endpoint, endpoint.method, path))
  return [...new Set(found.map(({ method }) => method))]
}

/** Finds the row for a path below the mount path. Refuses an unknown path with 404, another method with 405. */
export function findRoute<Rule>(method: string, path: string, searchParams: URLSearchParams, rules: Rules<Rule>): Route<Rule> {
  for (const [endpoint, rule] of rules) {
    const params = recognise(endpoint, method, path)
    if (params) return { endpoint, params, searchParams, rule }
  }
  const methods = methodsAt(path, rules)
  throw methods.length > 0 ? methodNotAllowed(methods) : new Problem(404, 'not_found')
}

/** Reads path, query and body into the row's input, of its known fields only. Refuses with every finding, where there is one. */
export async function readRequest(
  { headers }: Request,
  readBody: ReadBody,
  { endpoint, params, searchParams }: Route<unknown>,
  limits: BodyLimits,
): Promise<Record<string, unknown>> {
  const issues: TalonOneIssue[] = []
  const body = endpoint.body ? await readJson(headers, readBody, limits) : undefined
  const input = readInput(endpoint, { params, searchParams, body }, issues)
  if (issues.length > 0) throw new Problem(400, 'invalid_request', { issues })
  return input
}

async function readJson(headers: Headers, readBody: ReadBody, { body: most, depth, bodyMs }: BodyLimits): Promise<unknown> {
  const isPlain = (headers.get('content-encoding') ?? 'identity') === 'identity'
  if (!isPlain || !/^application\/json(;\s*charset=utf-8)?$/i.test(headers.get('content-type') ?? ''))
    throw new Problem(415, 'unsupported_media_type')
  if (Number(headers.get('content-length')) > most) throw tooLarge()
  const bytes = await within(
    bodyMs,
    () => new Problem(408, 'request_timeout', { retryable: true, headers: closing }),
    () => readBody(most),
  )
  if (bytes === undefined) throw tooLarge()
  const text = decodeText(bytes)
  if (isDeeper(text, depth)) throw new Problem(400, 'json_too_deep')
  try {
    return JSON.parse(text)
  } catch {
    throw new Problem(400, 'invalid_json')
  }
}

// What is left of a body would stand in the way of the next request on the same connection.
const closing = { connection: 'close' }

function tooLarge(): Problem {
  return new Problem(413, 'body_too_large', { headers: closing })
}

const decoder = new TextDecoder('utf-8', { fatal: true })

function decodeText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new Problem(400, 'invalid_json')
  }
}

/** The browser's own `Idempotency-Key`; undefined when it sent none, or when the row takes none. */
export function readIdempotencyKey(endpoint: Endpoint, { headers }: Request): string | undefined {
  const key = headers.get('idempotency-key')
  if (key === null || endpoint.kind === 'read' || endpoint.repeat !== 'keyed') return undefined
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key
  const message = 'the `Idempotency-Key` must be 1 to 255 visible ASCII characters'
  throw new Problem(400, 'invalid_request', { issues: [{ pointer: '', message }] })
}
