/**
 * Requests, both ways: what the official file allows goes through the client and arrives whole, and what the table allows is a request
 * of the official file. Each check is a function of a document, so that it can be shown to find what a newer file would say.
 */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { createTalonOne } from 'talon-one-react'
import { describe, expect, test } from 'vitest'
import { type Endpoint, fill } from '../../src/endpoint.ts'
import * as endpoints from '../../src/endpoints.ts'
import { isTalonOneError } from '../../src/error.ts'
import { inputsOf } from '../arbitrary.ts'
import { dereferenced, merged, valuesOfSchema } from '../openapi-arbitrary.ts'
import {
  bodyOf,
  changed,
  componentOf,
  type Document,
  laterOperations,
  official,
  openApiOf,
  type Operation,
  operationOf,
  operationsOf,
  type PlacedOperation,
  type Schema,
  withoutOpenApi,
} from '../openapi.ts'

const rows: readonly [string, Endpoint][] = Object.entries(endpoints)
const later = new Set(laterOperations.map(({ operationId }) => operationId))
const officialRows = rows.filter(([name]) => !later.has(name))
const table: ReadonlyMap<string, Endpoint> = new Map(rows)
// A run draws one input.
const usualRuns = { numRuns: Number(process.env.RUNS ?? 100), seed: Number(process.env.SEED ?? 1) }

// What Talon.One sets itself. The file says readOnly: an answer that is sent back may hold it, and it is not sent on.
const serverSet: readonly string[] = [
  'CartItem.returnedQuantity',
  'CartItem.remainingQuantity',
  'CartItem.position',
  'CartItem.catalogItemID',
  'CartItem.selectedPriceType',
  'CartItem.adjustmentReferenceId',
  'CartItem.adjustmentEffectiveFrom',
  'CartItem.adjustmentEffectiveUntil',
  'CartItem.prices',
]

// Where the table refuses what the file would allow, and why. Inputs are drawn around it, and around names such as `__proto__`, which
// are refused because they reach into an object's prototype.
const stricter: readonly { at: RegExp; to: Schema; because: string }[] = [
  {
    at: / path\.(?:customerSessionId|integrationId)$/,
    to: { minLength: 1, maxLength: 1000, not: { enum: ['.', '..'] } },
    because: 'an id has 1 to 1000 characters, and a URL parser swallows a segment of dots',
  },
  {
    at: / path\.couponValue$/,
    to: { minLength: 1, maxLength: 100, not: { enum: ['.', '..'] } },
    because: 'a code has 1 to 100 characters, and a URL parser swallows a segment of dots',
  },
  {
    at: /^(?:MultipleCustomerProfileIntegrationRequestItem|LoyaltyCardRegistration)\.integrationId$|rofileIntegrationId(?:s\[\])?$|^GenerateLoyaltyCard\.customerProfileIds\[\]$|^CouponReservations\.integrationIDs\[\]$/,
    to: { minLength: 1, maxLength: 1000 },
    because: 'an id has 1 to 1000 characters',
  },
  { at: /\.(?:profileId|sessionId)$/, to: { maxLength: 1000 }, because: 'an id has at most 1000 characters' },
  { at: /^IntegrationEventV[23]Request\.profileId$/, to: { minLength: 1 }, because: 'an event is somebody’s' },
  { at: /^IntegrationEventV2Request$/, to: { required: ['profileId'] }, because: 'an event is somebody’s' },
  { at: /^CouponReservations\.integrationIDs$/, to: { minItems: 1 }, because: 'a reservation is somebody’s' },
  { at: /\.couponCodes\[\]$/, to: { minLength: 1 }, because: 'an empty code is none' },
  { at: /^CartItem(?:V1)?\.quantity$/, to: { maximum: 3000 }, because: 'a cart has at most 10,000 units (1000 lines are never drawn)' },
  { at: /^CartItem(?:V1)?\.price$/, to: { minimum: 0 }, because: 'a line that costs less than nothing is a mistake' },
  { at: / query\.skip$/, to: { minimum: 0 }, because: 'nobody skips less than nothing' },
  { at: / query\.(?:campaign|achievement)Ids\[\]$/, to: { not: { pattern: ',' } }, because: 'commas part the entries of one parameter' },
  { at: / header\.Idempotency-Key$/, to: { pattern: '^[!-~]{1,255}$' }, because: 'HTTP carries no other text, and cuts spaces off' },
]

describe.skipIf(official === undefined)(`requests${official ? '' : ` (${withoutOpenApi})`}`, { timeout: 120_000 }, () => {
  // Nothing below runs without it.
  const document = official as Document

  test('the table and the file have the same operations, methods, paths, parameters and server-set fields', () => {
    expect(tableFindings(document)).toEqual([])
  })

  test('every exception applies to something', () => {
    const places = new Set<string>()
    for (const placed of operationsOf(document)) partsOf(document, placed, (place) => places.add(place))
    expect(stricter.filter(({ at }) => ![...places].some((place) => at.test(place)))).toEqual([])
  })

  test.for(officialRows)('%s sends whole what the file allows', async ([name, row]) => {
    expect(await lossFindings(document, name, row)).toEqual([])
  })

  test.for(officialRows)('%s sends nothing else', ([name, row]) => {
    expect(surplusFindings(document, name, row)).toEqual([])
  })

  describe('a newer file is found out, and by name:', () => {
    const session = (copy: Document) => componentOf(copy, 'NewCustomerSessionV2').properties ?? {}
    const parameters = (copy: Document) => operationOf(copy, 'updateCustomerSessionV2').operation.parameters ?? []
    const manyRuns = { numRuns: 300, seed: 1 }
    const updateFindings = async (copy: Document) => [
      ...tableFindings(copy),
      ...(await lossFindings(copy, 'updateCustomerSessionV2', endpoints.updateCustomerSessionV2, manyRuns)),
      ...surplusFindings(copy, 'updateCustomerSessionV2', endpoints.updateCustomerSessionV2, manyRuns),
    ]

    test.for<[string, (copy: Document) => void, RegExp]>([
      [
        'an operation more',
        ({ paths }) => Object.assign(paths, { '/v2/wishes': { get: { operationId: 'getWishes', responses: {} } } }),
        /^getWishes: the file has it \(GET \/v2\/wishes\), the table lacks it$/,
      ],
      [
        'an operation less',
        ({ paths }) => Reflect.deleteProperty(paths, '/v1/best_prior_price'),
        /^bestPriorPrice: the table has it, the file lacks it$/,
      ],
      [
        'the operation that was younger than the file',
        ({ paths }) => Object.assign(paths, { '/v1/join': { post: { operationId: 'joinLoyaltyProgram', responses: {} } } }),
        /^joinLoyaltyProgram: the file has it now/,
      ],
      [
        'another method',
        ({ paths }) => Object.assign(paths, { '/v1/best_prior_price': { put: paths['/v1/best_prior_price']?.post } }),
        /^bestPriorPrice: the file says PUT \/v1\/best_prior_price, the table bestPriorPrice POST \/v1\/best_prior_price$/,
      ],
      [
        'a parameter more',
        (copy) => parameters(copy).push({ in: 'query', name: 'trace', schema: { type: 'boolean' } }),
        /^updateCustomerSessionV2 query: the file has trace, ours lacks it$/,
      ],
      ['a parameter less', (copy) => parameters(copy).splice(0, 1), /^updateCustomerSessionV2 query: ours has dry, the file lacks it$/],
      [
        'a field more',
        (copy) => Object.assign(session(copy), { giftNote: { type: 'string' } }),
        /\/customerSession\/giftNote: unknown field/,
      ],
      [
        'a field less',
        (copy) => Reflect.deleteProperty(session(copy), 'identifiers'),
        /must NOT have additional properties \("identifiers"\)/,
      ],
      [
        'a field that is required now',
        (copy) => Object.assign(componentOf(copy, 'NewCustomerSessionV2'), { required: ['state'] }),
        /must have required property 'state'/,
      ],
      [
        'a field that only Talon.One sets',
        (copy) => Object.assign(componentOf(copy, 'CartItem').properties ?? {}, { rank: { type: 'integer', readOnly: true } }),
        /^the server-set fields: the file has CartItem\.rank, ours lacks it$/,
      ],
      [
        'a state more',
        (copy) => session(copy).state?.enum?.push('paused'),
        /\/customerSession\/state: expected one of [^]*"state":"paused"/,
      ],
      ['a state less', (copy) => session(copy).state?.enum?.pop(), /\/customerSession\/state: must be equal to one of the allowed values/],
      [
        'a part of the answer more',
        (copy) => componentOf(copy, 'IntegrationRequest').properties?.responseContent?.items?.enum?.push('wishes'),
        /\/responseContent\/0: expected one of [^]*"wishes"/,
      ],
      [
        'a shorter text',
        (copy) => Object.assign(session(copy).referralCode ?? {}, { maxLength: 50 }),
        /referralCode: must NOT have more than 50/,
      ],
      [
        'another type',
        (copy) => Object.assign(session(copy).attributes ?? {}, { type: 'string' }),
        /\/customerSession\/attributes: expected an object/,
      ],
    ])('%s', async ([, change, finding]) => {
      expect(await updateFindings(changed(document, change))).toContainEqual(expect.stringMatching(finding))
    })

    test('a word of JSON schema that the tests do not know is an error rather than a test of something else', async () => {
      const copy = changed(document, ({ components }) =>
        Object.assign(components.schemas.CartItem?.properties?.price ?? {}, { multipleOf: 0.01 }),
      )
      await expect(updateFindings(copy)).rejects.toThrow('CartItem.price: the word multipleOf is new here')
    })
  })
})

/** Where the table and a document differ in what can be laid side by side. */
function tableFindings(document: Document): string[] {
  const operations = operationsOf(document)
  const known = new Set(operations.map(({ operation }) => operation.operationId))
  return [
    ...operations.flatMap(rowFindings),
    ...officialRows.filter(([name]) => !known.has(name)).map(([name]) => `${name}: the table has it, the file lacks it`),
    ...laterOperations.flatMap(({ operationId, method, path }) => placeFindings(operationId, method, path)),
    ...[...later].filter((name) => known.has(name)).map((name) => `${name}: the file has it now, so it is no exception any more`),
    ...differences('the server-set fields', readOnlyIn(document), serverSet),
  ]
}

function rowFindings({ method, path, operation }: PlacedOperation): string[] {
  const { operationId, parameters = [] } = operation
  const row = table.get(operationId)
  if (row === undefined) return [`${operationId}: the file has it (${method} ${path}), the table lacks it`]
  const named = (place: string) => parameters.filter((parameter) => parameter.in === place).map(({ name }) => name)
  const joined = parameters.filter(({ schema, explode }) => schema.type === 'array' && explode === false).map(({ name }) => name)
  const inOne = Object.entries(row.query).filter(([, shape]) => shape.is === 'list' && shape.inOne)
  return [
    ...placeFindings(operationId, method, path),
    ...differences(`${operationId} path`, named('path'), fieldNames(row.params)),
    ...differences(`${operationId} query`, named('query'), fieldNames(row.query)),
    ...differences(`${operationId} query, in one parameter`, joined, fieldNames(Object.fromEntries(inOne))),
    ...differences(`${operationId} headers`, named('header'), row.kind === 'write' && row.repeat === 'keyed' ? ['Idempotency-Key'] : []),
    ...differences(`${operationId}`, bodyOf(operation.requestBody) ? ['a body'] : [], row.body ? ['a body'] : []),
  ]
}

function placeFindings(operationId: string, method: string, path: string): string[] {
  const row = table.get(operationId)
  if (row?.operationId === operationId && row.method === method && row.path === path) return []
  return [`${operationId}: the file says ${method} ${path}, the table ${row?.operationId} ${row?.method} ${row?.path}`]
}

function differences(what: string, theirs: readonly string[], ours: readonly string[]): string[] {
  return [
    ...theirs.filter((name) => !ours.includes(name)).map((name) => `${what}: the file has ${name}, ours lacks it`),
    ...ours.filter((name) => !theirs.includes(name)).map((name) => `${what}: ours has ${name}, the file lacks it`),
  ]
}

const fieldNames = (fields: object) => Object.keys(fields).map((field) => field.replace(/\?$/, ''))

/** The fields of request bodies that only Talon.One sets. */
function readOnlyIn(document: Document): string[] {
  const found = new Set<string>()
  const visit = (schema: Schema, place: string): void => {
    const { schema: whole, place: at } = dereferenced(document, schema, place)
    if (whole.readOnly) found.add(at)
    else for (const [name, part] of partsOfSchema(whole)) visit(part, `${at}${name}`)
  }
  for (const { operation } of operationsOf(document)) visit(bodyOf(operation.requestBody) ?? {}, operation.operationId)
  return [...found]
}

function partsOfSchema({ properties = {}, items, oneOf = [], allOf = [], additionalProperties }: Schema): [string, Schema][] {
  return [
    ...Object.entries(properties).map(([name, schema]): [string, Schema] => [`.${name}`, schema]),
    ...[...oneOf, ...allOf].map((schema): [string, Schema] => ['', schema]),
    ...(items ? [['[]', items] satisfies [string, Schema]] : []),
    ...(typeof additionalProperties === 'object' ? [['{}', additionalProperties] satisfies [string, Schema]] : []),
  ]
}

/** What the file allows and the client refuses, loses or changes. */
async function lossFindings(document: Document, name: string, row: Endpoint, runs = usualRuns): Promise<string[]> {
  const placed = operationOf(document, name)
  const { validateRequest } = openApiOf(document)
  const details = await fc.check(
    fc.asyncProperty(partsOf(document, placed), async (parts) => {
      const sent = await sentFor(row, parts)
      const wrong = validateRequest(name, { query: sent.query, body: sent.body, headers: sent.headers })
      wrong.push(...changesOf(placed, parts, sent))
      if (wrong.length > 0) throw new Error(wrong.join('\n'))
    }),
    runs,
  )
  return details.failed ? [`${name}: ${told(details.errorInstance)}\nfor ${brief(details.counterexample?.[0])}`] : []
}

/** What the table allows and the file does not, fields that it does not know included. */
function surplusFindings(document: Document, name: string, row: Endpoint, runs = usualRuns): string[] {
  const { operationAt, validateRequest } = openApiOf(document)
  const details = fc.check(
    fc.property(inputsOf(row), (input) => {
      const { method, path, search, body } = fill(row, input)
      const { pathname, searchParams: query } = new URL(`https://shop.talon.one${path}${search}`)
      const wrong = validateRequest(name, { query, body }, { strict: true })
      if (operationAt(method, pathname) !== name) wrong.push(`${method} ${pathname} is not of the file`)
      if (wrong.length > 0) throw new Error(wrong.join('\n'))
    }),
    runs,
  )
  return details.failed ? [`${name}: ${told(details.errorInstance)}\nfor ${brief(details.counterexample?.[0])}`] : []
}

function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const issues = isTalonOneError(error) ? error.issues.map(({ pointer, message }) => `${pointer}: ${message}`) : []
  return [error.message, ...issues, ...(error.cause instanceof Error ? [error.cause.message] : [])].join('\n')
}

/** A request by where its values stand. */
interface Parts {
  path: Record<string, unknown>
  query: Record<string, unknown>
  header: Record<string, unknown>
  body: unknown
}

function partsOf(document: Document, { operation }: PlacedOperation, onPlace = (_place: string): void => {}): fc.Arbitrary<Parts> {
  const narrow = (schema: Schema, place: string): Schema => {
    onPlace(place)
    return stricter.filter(({ at }) => at.test(place)).reduce((narrowed, { to }) => merged(narrowed, to), schema)
  }
  const draw = (schema: Schema, place: string) => valuesOfSchema(document, schema, `${operation.operationId} ${place}`, narrow)
  const values = (place: string) => draw(parametersOf(operation, place), place).map(Object)
  const body = bodyOf(operation.requestBody)
  return fc.record(
    { path: values('path'), query: values('query'), header: values('header'), body: body ? draw(body, 'body') : fc.constant(undefined) },
    { noNullPrototype: true },
  )
}

function parametersOf({ parameters = [] }: Operation, place: string): Schema {
  const found = parameters.filter((parameter) => parameter.in === place)
  return {
    type: 'object',
    properties: Object.fromEntries(found.map(({ name, schema }) => [name, schema])),
    required: found.filter(({ required }) => required).map(({ name }) => name),
  }
}

interface SentRequest {
  pathname: string
  query: URLSearchParams
  headers: Headers
  body: unknown
}

async function sentFor(row: Endpoint, { path, query, header, body }: Parts): Promise<SentRequest> {
  const sent: SentRequest[] = []
  const talonOne = createTalonOne({
    baseUrl: 'https://shop.talon.one',
    fetch: async (input, init) => {
      const request = new Request(input, init)
      const { pathname, searchParams } = new URL(request.url)
      const text = await request.text()
      sent.push({ pathname, query: searchParams, headers: request.headers, body: text === '' ? undefined : JSON.parse(text) })
      return Response.json(row.answer === 'list' ? [] : { effects: [] })
    },
  })
  const input = { ...path, ...query, ...(row.bodyIs === undefined ? Object(body) : { [row.bodyIs]: body }) }
  const idempotencyKey = header['Idempotency-Key']
  await talonOne.send(row, input, typeof idempotencyKey === 'string' ? { idempotencyKey } : {})
  const [request] = sent
  if (request === undefined || sent.length > 1) throw new Error(`${sent.length} requests for one input`)
  return request
}

/** What is not in the request as it was in the input. */
function changesOf({ path, operation: { parameters = [] } }: PlacedOperation, parts: Parts, sent: SentRequest): string[] {
  const segments = path.split('/').map((part) => (part.startsWith('{') ? asText(parts.path[part.slice(1, -1)]) : part))
  const query = parameters.flatMap(({ in: place, name, explode = true }) =>
    place === 'query' ? pairs(name, parts.query[name], explode) : [],
  )
  // A dry write carries no key: it stores nothing, so nothing could count twice.
  const headers = parts.query.dry ? [] : Object.entries(parts.header).filter(([name, value]) => sent.headers.get(name) !== value)
  return [
    ...(isDeepStrictEqual(sent.pathname.split('/').map(decodeURIComponent), segments) ? [] : [`sent to ${sent.pathname}`]),
    ...(isDeepStrictEqual([...sent.query].map(asText).toSorted(), query.map(asText).toSorted())
      ? []
      : [`sent with the query ${sent.query}`]),
    ...headers.map(([name]) => `sent with the ${name} ${sent.headers.get(name)}`),
    ...(isDeepStrictEqual(sent.body, withoutServerSet(parts.body)) ? [] : [`sent with the body ${brief(sent.body)}`]),
  ]
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

// An empty list is no parameter at all.
function pairs(name: string, value: unknown, explode: boolean): [string, string][] {
  if (!Array.isArray(value)) return value === undefined ? [] : [[name, asText(value)]]
  if (explode) return value.map((entry) => [name, asText(entry)])
  return value.length === 0 ? [] : [[name, value.join(',')]]
}

function withoutServerSet(body: unknown): unknown {
  const { customerSession } = Object(body)
  if (!Array.isArray(customerSession?.cartItems)) return body
  const names = new Set(serverSet.map((place) => place.replace('CartItem.', '')))
  const cartItems = customerSession.cartItems.map((item: object) =>
    Object.fromEntries(Object.entries(item).filter(([name]) => !names.has(name))),
  )
  return { ...Object(body), customerSession: { ...customerSession, cartItems } }
}

// A finding is to be read: long texts are cut.
function brief(value: unknown): string {
  return JSON.stringify(value, (_, entry: unknown) =>
    typeof entry === 'string' && entry.length > 40 ? `${entry.slice(0, 10)}… (${entry.length})` : entry,
  )
}
