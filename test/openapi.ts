/**
 * Holds requests and answers to the official OpenAPI file, which lies beside the repository. Where it is absent `openApi` is
 * undefined, nothing is checked, and tests say so.
 */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/** The part of the file that tests read. */
export interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

/** What one method of one path does. */
export interface Operation {
  operationId: string
  parameters?: Parameter[]
  requestBody?: { content: Content }
  responses: Record<string, { content?: Content }>
}

/** What a path, a query or a header says. */
export interface Parameter {
  in: string
  name: string
  required?: boolean
  explode?: boolean
  schema: Schema
}

/** A JSON schema, as far as the file has it. */
export interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: string[]
  const?: unknown
  not?: Schema
  format?: string
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
  uniqueItems?: boolean
  items?: Schema
  prefixItems?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
  allOf?: Schema[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  if?: Schema
  then?: Schema
  readOnly?: boolean
  'x-effect-props'?: Record<string, string>
}

type Content = Record<string, { schema: Schema }>

/** An operation with where it is. */
export interface PlacedOperation {
  method: string
  path: string
  operation: Operation
}

/** A request as the wire has it. */
export interface WireRequest {
  query?: URLSearchParams | Record<string, string>
  /** Parsed; undefined: no body. */
  body?: unknown
  headers?: Headers | Record<string, string>
}

/** What {@link openApi} can check. Each check returns what it found wrong, one line for each finding. */
export interface OpenApi {
  operationIds: readonly string[]
  /** The operation of a method and a path, wherever the path is mounted; undefined when there is none. */
  operationAt: (method: string, pathname: string) => string | undefined
  /** With `strict`, also properties that the schema does not know: the file does not forbid them, but they deserve a look. */
  validateRequest: (operationId: string, request: WireRequest, options?: { strict?: boolean }) => string[]
  validateAnswer: (operationId: string, status: number, body: unknown, options?: { strict?: boolean }) => string[]
}

const location = fileURLToPath(new URL('../../shared/talon-one/integration-api.openapi.json', import.meta.url))

/** The official file as it is written, or undefined where it is not. */
// The cast holds for the one file this loads; a file of another shape fails in the first test that uses it.
export const official = existsSync(location) ? (JSON.parse(readFileSync(location, 'utf8')) as Document) : undefined

/** The official file, or undefined where it is not. */
export const openApi: OpenApi | undefined = official && openApiOf(official)

/** What a test says of itself when there is no file. */
export const withoutOpenApi = 'skipped: the official OpenAPI file is not here'

/** Every operation of a document, in its order. */
export function operationsOf({ paths }: Document): PlacedOperation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )
}

/** One operation of a document. */
export function operationOf(document: Document, operationId: string): PlacedOperation {
  const found = operationsOf(document).find(({ operation }) => operation.operationId === operationId)
  if (found === undefined) throw new Error(`The official OpenAPI file has no operation ${operationId}`)
  return found
}

/** One component of a document. */
export function componentOf({ components }: Document, name: string): Schema {
  const found = components.schemas[name]
  if (found === undefined) throw new Error(`The official OpenAPI file has no component ${name}`)
  return found
}

/** The same document after a change: what a newer file might say. */
export function changed(document: Document, change: (copy: Document) => void): Document {
  const copy = structuredClone(document)
  change(copy)
  return copy
}

/** What a body or an answer holds; undefined where it is empty. */
export function bodyOf({ content }: { content?: Content } = {}): Schema | undefined {
  return content?.['application/json']?.schema
}

/** An operation that Talon.One added after the file was written. It answers 200 with nothing. */
interface LaterOperation {
  operationId: string
  method: string
  path: string
  reason: string
}

/** The operations that the file cannot know, each with the reason. */
export const laterOperations: readonly LaterOperation[] = [
  {
    operationId: 'joinLoyaltyProgram',
    method: 'POST',
    path: '/v1/loyalty_programs/{loyaltyProgramId}/profile/{integrationId}/join',
    reason: 'came with 26.13, after the file of 2026-06-09: shared/talon-one/endpoints.md, "Later additions"',
  },
]

type Fetch = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>

/**
 * The same fetch with every request and every answer held to the official file, strictly; the same fetch when the file is
 * absent. A request the file forbids is a finding only when it was answered with success.
 *
 * @param onFindings what to do with findings. Default: reject the call with them.
 */
export function checkedFetch(fetch: Fetch, onFindings: (findings: string[]) => void = fail): Fetch {
  if (openApi === undefined) return fetch
  const { operationAt, validateRequest, validateAnswer } = openApi
  return async (input, init) => {
    const request = new Request(typeof input === 'object' && 'url' in input ? input.clone() : new URL(input, 'http://sandbox.invalid'), {
      ...init,
      signal: null,
    })
    const { pathname, searchParams: query } = new URL(request.url)
    const response = await fetch(input, init)
    const operationId = operationAt(request.method, pathname)
    if (operationId === undefined) {
      const findings = laterFindings(request.method, pathname, response.status, await response.clone().text())
      if (findings.length > 0) onFindings(findings)
      return response
    }
    const asked = response.ok ? validateRequest(operationId, { query, body: parse(await request.text()), headers: request.headers }) : []
    const answered = validateAnswer(operationId, response.status, parse(await response.clone().text()), { strict: true })
    if (asked.length + answered.length > 0) onFindings([...asked, ...answered])
    return response
  }
}

function fail(findings: string[]): never {
  throw new Error(`The official OpenAPI file disagrees:\n${findings.join('\n')}`)
}

function laterFindings(method: string, pathname: string, status: number, text: string): string[] {
  const later = laterOperations.find((candidate) => candidate.method === method && matches(candidate.path, versioned(pathname)))
  if (status >= 400) return []
  if (later === undefined) return [`${method} of an unknown path was answered ${status}`]
  return status === 200 && text === ''
    ? []
    : [`${later.operationId} was answered ${status} with ${text.length} characters, not 200 with nothing`]
}

function versioned(pathname: string): string {
  return /\/v\d\/.*$/.exec(pathname)?.[0] ?? pathname
}

function parse(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What a document can check. */
export function openApiOf(document: Document): OpenApi {
  const compile = compiler(document)
  const compileStrict = compiler(withoutSurplus(document))
  const operations = operationsOf(document)
  const operationBy = (operationId: string): Operation => operationOf(document, operationId).operation

  return {
    operationIds: operations.map(({ operation }) => operation.operationId),

    operationAt: (method, pathname) => {
      const path = versioned(pathname)
      return operations.find((candidate) => candidate.method === method && matches(candidate.path, path))?.operation.operationId
    },

    validateRequest: (operationId, { query = {}, body, headers = {} }, { strict = false } = {}) => {
      const { parameters = [], requestBody } = operationBy(operationId)
      const search = new URLSearchParams(query)
      const known = new Set(parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name))
      const unknown = [...search.keys()].filter((name) => !known.has(name)).map((name) => `${operationId} has no query parameter ${name}`)
      const wrong = parameters.flatMap(({ in: place, name, required, explode, schema }) => {
        if (place === 'path') return []
        const values = place === 'query' ? search.getAll(name) : [new Headers(headers).get(name)].filter((value) => value !== null)
        if (values.length === 0) return required ? [`${operationId} needs the ${place} parameter ${name}`] : []
        return check(compile(schema), decode(schema, values, explode ?? true), `${operationId} ${place} ${name}`)
      })
      return [...unknown, ...wrong, ...checkBody(strict ? compileStrict : compile, requestBody, body, `${operationId} request`)]
    },

    validateAnswer: (operationId, status, body, { strict = false } = {}) => {
      const documented = operationBy(operationId).responses[status]
      const where = `${operationId} answer ${status}`
      const chosen = strict ? compileStrict : compile
      if (documented !== undefined) return checkBody(chosen, documented, body, where)
      // These may occur where the file does not list them (endpoints.md, Conventions).
      if (status < 400) return [`${where}: not documented`]
      return check(chosen({ $ref: '#/components/schemas/ErrorResponseWithStatus' }), body, where)
    },
  }
}

type Compile = (schema: object) => ValidateFunction

function compiler(document: object): Compile {
  const ajv = new Ajv2020({ allErrors: true, strict: false })
  addFormats.default(ajv)
  ajv.addSchema(document, 'official')
  const compiled = new Map<string, ValidateFunction>()
  return (schema) => {
    const text = JSON.stringify(schema).replaceAll('"#/', '"official#/')
    const known = compiled.get(text) ?? ajv.compile(JSON.parse(text))
    compiled.set(text, known)
    return known
  }
}

// Every object schema that lists its properties forbids others, unless it says something about them itself.
function withoutSurplus(document: Document): Document {
  const closed = (schema: unknown): unknown => {
    if (Array.isArray(schema)) return schema.map(closed)
    if (typeof schema !== 'object' || schema === null) return schema
    const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]))
    const lists = inner.type === 'object' && 'properties' in inner && !('additionalProperties' in inner)
    return lists ? { ...inner, additionalProperties: false } : inner
  }
  const schemas = Object.fromEntries(Object.entries(document.components.schemas).map(([name, schema]) => [name, Object(closed(schema))]))
  return { ...document, components: { ...document.components, schemas } }
}

function checkBody(compile: Compile, said: { content?: Content } | undefined, body: unknown, where: string): string[] {
  const schema = bodyOf(said)
  if (schema === undefined) return body === undefined ? [] : [`${where}: a body where there is none`]
  return body === undefined ? [`${where}: no body`] : check(compile(schema), body, where)
}

function check(validate: ValidateFunction, value: unknown, where: string): string[] {
  if (validate(value)) return []
  return (validate.errors ?? []).map(({ instancePath, message = '', params }) => {
    const surplus: unknown = params.additionalProperty
    return `${where} ${instancePath}: ${message}${surplus === undefined ? '' : ` (${JSON.stringify(surplus)})`}`
  })
}

function matches(template: string, path: string): boolean {
  const parts = template.split('/')
  const segments = path.split('/')
  return (
    parts.length === segments.length &&
    parts.every((part, index) => (part.startsWith('{') ? segments[index] !== '' : part === segments[index]))
  )
}

function decode(schema: Schema, values: string[], explode: boolean): unknown {
  const [first = ''] = values
  if (schema.type === 'array')
    return (explode ? values : first.split(',')).map((value) => decode(schema.items ?? { type: 'string' }, [value], true))
  if (schema.type === 'boolean') return first === 'true' ? true : first === 'false' ? false : first
  if (schema.type === 'integer' || schema.type === 'number') return first.trim() === '' ? first : Number(first)
  return first
}
