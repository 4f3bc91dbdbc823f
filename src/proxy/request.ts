/** What a request asks for: recognised by the table of rows, and read field by field into an input. */
import { type Endpoint, readInput, recognise } from '../endpoint.ts'
import type { TalonOneIssue } from '../error.ts'
import { readBytes } from './body.ts'
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

/** Finds the row for a path below the mount path. Refuses an unknown path with 404, another method with 405. */
export function findRoute<Rule>(method: string, path: string, searchParams: URLSearchParams, rules: Rules<Rule>): Route<Rule> {
  const methods = new Set<string>()
  for (const [endpoint, rule] of rules) {
    const params = recognise(endpoint, endpoint.method, path)
    if (!params) continue
    if (endpoint.method === method) return { endpoint, params, searchParams, rule }
    methods.add(endpoint.method)
  }
  if (methods.size > 0) throw new Problem(405, 'method_not_allowed', { headers: { allow: [...methods].join(', ') } })
  throw new Problem(404, 'not_found')
}

/** Refuses what another site could have caused. */
// A form, an image or a script of another site cannot set this header, and a browser says where a request comes from.
export function refuseForgery(request: Request): void {
  const site = request.headers.get('sec-fetch-site') ?? 'same-origin'
  if (request.headers.get('x-talon-client') !== '1' || site !== 'same-origin') throw new Problem(403, 'csrf_rejected')
}

/** Reads path, query and body into the row's input, of its known fields only. Refuses with every finding, where there is one. */
export async function readRequest(
  request: Request,
  { endpoint, params, searchParams }: Route<unknown>,
  maxBody: number,
): Promise<Record<string, unknown>> {
  const issues: TalonOneIssue[] = []
  const body = endpoint.body ? await readBody(request, maxBody) : undefined
  const input = readInput(endpoint, { params, searchParams, body }, issues)
  if (issues.length > 0) throw new Problem(400, 'invalid_request', { issues })
  return input
}

async function readBody(request: Request, maxBody: number): Promise<unknown> {
  if (!/^application\/json(;\s*charset=utf-8)?$/i.test(request.headers.get('content-type') ?? ''))
    throw new Problem(415, 'unsupported_media_type')
  const bytes = await readBytes(request.body, maxBody)
  if (bytes === undefined) throw new Problem(413, 'body_too_large')
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
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
