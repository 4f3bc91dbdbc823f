import { allFields, type Endpoint, fill, type FilledRequest } from '../endpoint.ts'
import * as endpoints from '../endpoints.ts'
import { isTalonOneError } from '../error.ts'
import type { APIError, ErrorResponseWithStatus, ErrorSource } from '../schema.ts'
import { isRecord } from '../record.ts'
import type { Shape } from '../shape.ts'
import { parse } from './body.ts'
import { type IdentifiedStaff, type IdentifyStaff, identifyStaff, type StaffScope } from './identity.ts'
import { staffIdempotencyKeyOf } from './namespace.ts'
import { type Answer, dataAnswer, Problem } from './problem.ts'
import { checkLimit, checkProxyOptions, createProxy, defaultTimeouts, type Proxy, type ProxyOptions, teller } from './proxy.ts'
import { type ReadBody, readRequest, type Route } from './request.ts'
import { createUpstream, handOn, readAnswer, type UpstreamAnswer } from './upstream.ts'

/** What {@link createStaffProxy} takes. Bad configuration refuses to start and names the option only. */
export interface StaffProxyOptions extends ProxyOptions {
  /** Who of the staff a request comes from, and what they may do. A page of the shop must never get anything but null here. */
  identify: IdentifyStaff
  limits?: StaffLimits
}

/** What a request of staff may be at most. */
export interface StaffLimits {
  /** The longest request body, in bytes. @default 1048576 */
  body?: number
  /** The deepest that lists and objects may stand in one another. @default 16 */
  depth?: number
}

/**
 * The server side of a back office: every operation, for people who may see every customer. It holds the key as `createShopperProxy` does,
 * and forwards nothing either: each request is recognised by the table of operations, needs a scope, and is built anew of its row's fields.
 *
 * Unlike a shopper, staff name profiles and sessions by their real ids (`me` is nobody), say prices themselves, may ask for anything a
 * row takes, and see answers whole. What Talon.One refuses they see in its own words; of what goes wrong with Talon.One itself they
 * see a code, such as `upstream_unavailable`. Mount it where no shopper gets, behind the staff's own sign-in.
 *
 * @example
 * const proxy = createStaffProxy({
 *   upstream: { baseUrl: process.env.TALON_ONE_BASE_URL, apiKey: process.env.TALON_ONE_API_KEY },
 *   identify: async (request) => {
 *     const account = await accountOf(request)
 *     if (!account) return null
 *     const { id, isManager, signedInAt } = account
 *     return { subject: id, signedInAt, scopes: isManager ? ['read', 'write', 'destructive'] : ['read'] }
 *   },
 * })
 */
export function createStaffProxy(options: StaffProxyOptions): Proxy {
  checkProxyOptions('createStaffProxy', options)
  const { identify, limits = {}, onEvent, clock = Date } = options
  const timeouts = { ...defaultTimeouts, ...options.timeouts }
  const { body = 1_048_576, depth = 16 } = limits
  checkLimit('createStaffProxy', 'body', body)
  checkLimit('createStaffProxy', 'depth', depth)
  const tell = teller(onEvent)
  const send = createUpstream('createStaffProxy', options)
  const rows: readonly Endpoint[] = Object.values(endpoints)

  // The pipeline. Each step refuses by throwing a Problem; nothing has been sent before the last but one.
  async function answer(request: Request, readBody: ReadBody, route: Route<StaffScope>): Promise<Answer> {
    const { endpoint, rule: scope } = route
    const staff = await identifyStaff(identify, request, timeouts.identify)
    refuseUnfit(staff, scope, clock.now())
    const input = await readRequest(request, readBody, route, { body, depth, bodyMs: timeouts.body })
    refuseMe(endpoint, input)
    const filled = fillOrRefuse(endpoint, input)
    const key = staffIdempotencyKeyOf(endpoint, request, staff.subject)
    if (scope === 'destructive') tell({ type: 'destructive', operationId: endpoint.operationId, subject: staff.subject })
    return answerOf(endpoint, await send(endpoint, filled, key))
  }

  return createProxy(options, new Map(rows.map((row) => [row, scopeOf(row)])), answer)
}

// Somebody who has left the desk is still signed in.
const freshMs = 5 * 60_000
// Clocks of two machines.
const skewMs = 60_000

function refuseUnfit({ scopes, signedInAt }: IdentifiedStaff, scope: StaffScope, now: number): void {
  if (!scopes.includes(scope)) throw new Problem(403, 'operation_forbidden')
  const age = now - signedInAt
  if (scope === 'destructive' && !(age > -skewMs && age <= freshMs)) throw new Problem(403, 'sign_in_again')
}

function scopeOf({ audience, kind }: Endpoint): StaffScope {
  return audience === 'destructive' ? audience : kind
}

// Talon.One would take it for somebody's id.
function refuseMe(endpoint: Endpoint, input: Record<string, unknown>): void {
  const named = profilesIn({ is: 'object', fields: allFields(endpoint) }, input, '', endpoint.identity)
  const found = named.filter(({ id }) => id === 'me')
  const issues = found.map(({ pointer }) => ({ pointer, message: 'there is no `me` for staff: name the profile' }))
  if (issues.length > 0) throw new Problem(400, 'invalid_request', { issues })
}

interface NamedProfile {
  id: unknown
  pointer: string
}

/** Every profile that a value names: at the row's identity, and where a shape says so. */
function profilesIn(shape: Shape, value: unknown, pointer: string, identity: string | undefined): NamedProfile[] {
  // A last segment `0` stands for each entry of a list.
  if (shape.is === 'string') return shape.profile || pointer.replace(/\/\d+$/, '/0') === identity ? [{ id: value, pointer }] : []
  if (shape.is === 'list' && Array.isArray(value))
    return value.flatMap((entry, index) => profilesIn(shape.of, entry, `${pointer}/${index}`, identity))
  if (shape.is !== 'object' || !isRecord(value)) return []
  return Object.entries(shape.fields).flatMap(([field, inner]) => {
    const name = field.replace(/\?$/, '')
    return profilesIn(inner, value[name], `${pointer}/${name}`, identity)
  })
}

// A field that a row may leave to somebody's default is required here: nobody has one.
function fillOrRefuse(endpoint: Endpoint, input: Record<string, unknown>): FilledRequest {
  try {
    return fill(endpoint, input)
  } catch (error) {
    if (isTalonOneError(error) && error.code === 'invalid_input') throw new Problem(400, 'invalid_request', { issues: error.issues })
    throw error
  }
}

function answerOf(endpoint: Endpoint, answered: UpstreamAnswer): Answer {
  const refusal = refusalIn(answered)
  if (refusal) return dataAnswer(answered.status, refusal, answered.retryAfterMs)
  const { status, data } = readAnswer(endpoint, answered)
  return handOn(endpoint, status, data)
}

// What Talon.One says of a request that it refuses, built anew. 401 and 403 are about the proxy's credential, not about staff.
function refusalIn({ status, text }: UpstreamAnswer): ErrorResponseWithStatus | undefined {
  if (status < 400 || status > 499 || status === 401 || status === 403) return undefined
  const body = parse(text)
  if (!isRecord(body) || typeof body.message !== 'string') return undefined
  const { message, errors, StatusCode } = body
  return {
    message,
    ...(Array.isArray(errors) && { errors: errors.filter(isRecord).map(findingOf) }),
    ...(typeof StatusCode === 'number' && { StatusCode }),
  }
}

function findingOf({ title, details, source }: Record<string, unknown>): APIError {
  return {
    title: typeof title === 'string' ? title : '',
    ...(typeof details === 'string' && { details }),
    source: isRecord(source) ? textsOf(source) : {},
  }
}

const sourceNames = ['pointer', 'parameter', 'line', 'resource'] as const satisfies readonly (keyof ErrorSource)[]

function textsOf(source: Record<string, unknown>): ErrorSource {
  return Object.fromEntries(sourceNames.flatMap((name) => (typeof source[name] === 'string' ? [[name, source[name]]] : [])))
}
