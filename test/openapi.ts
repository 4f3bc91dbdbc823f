/**
 * Holds requests and answers to the official OpenAPI file, which lies beside the repository. Where it is absent `openApi` is
 * undefined, nothing is checked, and tests say so.
 */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/** The part of the file this reads. */
interface Document {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object> }
}

interface Operation {
  operationId: string
  parameters?: { in: string; name: string; required?: boolean; explode?: boolean; schema: ParameterSchema }[]
  requestBody?: { content: Content }
  responses: Record<string, { content?: Content }>
}

interface ParameterSchema {
  type: string
  items?: ParameterSchema
}

type Content = Record<string, { schema: object }>

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
  validateRequest: (operationId: string, request: WireRequest) => string[]
  /** With `strict`, also properties that the schema does not know: the file does not forbid them, but they deserve a look. */
  validateAnswer: (operationId: string, status: number, body: unknown, options?: { strict?: boolean }) => string[]
}

const location = fileURLToPath(new URL('../../shared/talon-one/integration-api.openapi.json', import.meta.url))

/** The official file, or undefined where it is not. */
export const openApi: OpenApi | undefined = existsSync(location) ? load(readFileSync(location, 'utf8')) : undefined

/** What a test says of itself when there is no file. */
export const withoutOpenApi = 'skipped: the official OpenAPI file is not here'

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
      if (response.ok) onFindings([`${request.method} of an unknown path was answered ${response.status}`])
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

function parse(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function load(text: string): OpenApi {
  // The cast holds for the one file this loads; a file of another shape fails in the first test that uses it.
  const document = JSON.parse(text) as Document
  const compile = compiler(document)
  const compileStrict = compiler(withoutSurplus(document))
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )
  const operationBy = (operationId: string): Operation => {
    const found = operations.find(({ operation }) => operation.operationId === operationId)
    if (found === undefined) throw new Error(`The official OpenAPI file has no operation ${operationId}`)
    return found.operation
  }

  return {
    operationIds: operations.map(({ operation }) => operation.operationId),

    operationAt: (method, pathname) => {
      const path = /\/v\d\/.*$/.exec(pathname)?.[0] ?? pathname
      return operations.find((candidate) => candidate.method === method && matches(candidate.path, path))?.operation.operationId
    },

    validateRequest: (operationId, { query = {}, body, headers = {} }) => {
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
      return [...unknown, ...wrong, ...checkBody(compile, requestBody?.content, body, `${operationId} request`)]
    },

    validateAnswer: (operationId, status, body, { strict = false } = {}) => {
      const documented = operationBy(operationId).responses[status]
      const where = `${operationId} answer ${status}`
      const chosen = strict ? compileStrict : compile
      if (documented !== undefined) return checkBody(chosen, documented.content, body, where)
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

function checkBody(compile: Compile, content: Content | undefined, body: unknown, where: string): string[] {
  const schema = content?.['application/json']?.schema
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

function decode(schema: ParameterSchema, values: string[], explode: boolean): unknown {
  const [first = ''] = values
  if (schema.type === 'array')
    return (explode ? values : first.split(',')).map((value) => decode(schema.items ?? { type: 'string' }, [value], true))
  if (schema.type === 'boolean') return first === 'true' ? true : first === 'false' ? false : first
  if (schema.type === 'integer' || schema.type === 'number') return first.trim() === '' ? first : Number(first)
  return first
}
