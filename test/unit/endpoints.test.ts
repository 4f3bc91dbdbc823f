/** What holds for every row of the table. What the official file says of each is held by `contract-requests.test.ts`. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allFields, type Endpoint, fill, type FilledRequest, readInput, recognise } from '../../src/endpoint.ts'
import * as endpoints from '../../src/endpoints.ts'
import type { TalonOneIssue } from '../../src/error.ts'
import { identitiesOf, withIdentity } from '../../src/identity.ts'
import { anyText, hardTexts, inputsOf } from '../arbitrary.ts'

const rows: readonly Endpoint[] = Object.values(endpoints)
const byName: [string, Endpoint][] = Object.entries(endpoints)
const runs = { numRuns: Number(process.env.RUNS ?? 100), seed: Number(process.env.SEED ?? 1) }

/** What a server behind a real URL parser makes of a filled request. */
function receive(row: Endpoint, { method, path, search, body }: FilledRequest) {
  const { pathname, searchParams } = new URL(`https://shop.example${path}${search}`)
  const issues: TalonOneIssue[] = []
  const input = readInput(
    row,
    {
      params: recognise(row, method, pathname) ?? {},
      searchParams,
      body: body && JSON.parse(JSON.stringify(body)),
    },
    issues,
  )
  return { recognisedBy: rows.filter((other) => recognise(other, method, pathname)).map(({ operationId }) => operationId), input, issues }
}

function refusalOf(row: Endpoint, input: unknown): unknown {
  try {
    fill(row, input)
    return undefined
  } catch (error) {
    return error
  }
}

const fieldNames = (fields: object) => Object.keys(fields).map((field) => field.replace(/\?$/, ''))

test('an identity that nobody gave is asked for, one that is malformed is told once', () => {
  const { createCouponReservation: reserve, getCustomerInventory: read, updateCustomerSessionV2: update } = endpoints
  const issuesOf = (row: Endpoint, input: unknown) => Object(refusalOf(row, input)).issues
  const hint = 'required, but missing: give it, or a `profileId` to the client'
  expect(issuesOf(reserve, { couponValue: 'SAVE' })).toEqual([{ pointer: '/integrationIDs/0', message: hint }])
  expect(issuesOf(reserve, { couponValue: 'SAVE', integrationIDs: [] })).toEqual([{ pointer: '/integrationIDs/0', message: hint }])
  expect(issuesOf(reserve, { couponValue: 'SAVE', integrationIDs: [7] })).toHaveLength(1)
  expect(issuesOf(read, {})).toEqual([{ pointer: '/integrationId', message: 'required, but missing' }])
  expect(issuesOf(read, { integrationId: '' })).toHaveLength(1)
  for (const anonymous of [{}, { profileId: '' }])
    expect(fill(update, { customerSessionId: 'cart', customerSession: anonymous }).body).toEqual({ customerSession: anonymous })
})

test('what Talon.One set on a line is not sent back to it', () => {
  const line = { sku: 'tea', quantity: 1, position: 3, returnedQuantity: 0, remainingQuantity: 1, catalogItemID: 7, prices: {} }
  const { body } = fill(endpoints.updateCustomerSessionV2, { customerSessionId: 'cart', customerSession: { cartItems: [line] } })
  expect(body).toEqual({ customerSession: { cartItems: [{ sku: 'tea', quantity: 1 }] } })
})

describe('every row', () => {
  test.for(byName)('%s refuses an input that is no object', ([, row]) => {
    for (const input of [undefined, null, 'text', 7, [], [{ integrationId: 'somebody' }]])
      expect(refusalOf(row, input)).toMatchObject({ code: 'invalid_input', issues: [{ pointer: '' }] })
  })

  test.for(byName)('%s comes back from a URL as the input it was filled from, and is no other row', ([, row]) => {
    fc.assert(
      fc.property(inputsOf(row), (input) => {
        expect(receive(row, fill(row, input))).toEqual({ recognisedBy: [row.operationId], input, issues: [] })
      }),
      runs,
    )
  })

  test.for(byName)('%s carries any id or code exactly, or refuses it before sending', ([, row]) => {
    const names = fieldNames(row.params)
    fc.assert(
      fc.property(inputsOf(row), fc.array(anyText, { minLength: names.length, maxLength: names.length }), (drawn, ids) => {
        const input = { ...drawn, ...Object.fromEntries(names.map((name, index) => [name, ids[index]])) }
        const refusal = refusalOf(row, input)
        if (refusal !== undefined) expect(refusal).toMatchObject({ name: 'TalonOneError', code: 'invalid_input' })
        else expect(receive(row, fill(row, input))).toEqual({ recognisedBy: [row.operationId], input, issues: [] })
      }),
      runs,
    )
  })

  test.for(byName)('%s refuses exactly the ids and codes that cannot travel', ([, row]) => {
    const [drawn = {}] = fc.sample(inputsOf(row), { ...runs, numRuns: 1 })
    for (const [name, shape] of Object.entries(row.params)) {
      if (shape.is !== 'string') continue
      const { min = 0, max } = shape
      const long = max ?? 2000
      const hard = hardTexts.map((text) => text.repeat(Math.ceil(min / text.length)))
      for (const id of [...hard, '😀'.repeat(long / 2), 'x'.repeat(min), 'x'.repeat(long), '%'.repeat(long)]) {
        if (id === '.' || id === '..') continue
        const input = { ...drawn, [name]: id }
        expect(receive(row, fill(row, input)), JSON.stringify(id)).toEqual({ recognisedBy: [row.operationId], input, issues: [] })
      }
      const short = Array.from({ length: min }, (_, length) => 'x'.repeat(length))
      const over = max === undefined ? [] : ['x'.repeat(max + 1)]
      for (const id of ['', '.', '..', '\ud800\ud800\ud800\ud800', 'abcd\udc00', ...short, ...over, 7, null, undefined, ['a'], {}])
        expect(refusalOf(row, { ...drawn, [name]: id }), JSON.stringify(id)).toMatchObject({
          code: 'invalid_input',
          method: row.method,
          path: row.path,
          issues: [{ pointer: `/${name}` }],
        })
    }
  })

  test.for(byName)('%s is named like its export, and its path names exactly its parameters', ([name, row]) => {
    expect(row.operationId).toBe(name)
    expect([...row.path.matchAll(/\{(\w+)\}/g)].map(([, param]) => param)).toEqual(Object.keys(row.params))
    expect(row.path).toMatch(/^(?:\/(?:[a-z\d_]+|\{\w+\}))+$/)
    const all = [row.params, row.query, row.body ?? {}].flatMap(fieldNames)
    expect(new Set(all).size).toBe(all.length)
  })

  test.for(byName)('%s refuses a number in its path that is none, or no whole one', ([, row]) => {
    const [drawn = {}] = fc.sample(inputsOf(row), { ...runs, numRuns: 1 })
    for (const [name, shape] of Object.entries(row.params)) {
      if (shape.is !== 'integer') continue
      for (const id of ['1', 1.5, NaN, Infinity, 2 ** 53, null, undefined])
        expect(refusalOf(row, { ...drawn, [name]: id }), String(id)).toMatchObject({
          code: 'invalid_input',
          issues: [{ pointer: `/${name}` }],
        })
    }
  })

  test.for(byName)('%s writes by another method than GET, or reads', ([name, row]) => {
    const isLongRead = name === 'bestPriorPrice' // a list of SKUs does not fit into an address
    expect(row.method === 'GET' || isLongRead).toBe(row.kind === 'read')
    if (row.kind === 'write') return
    for (const field of ['repeat', 'defaults', 'stale', 'filled']) expect(row).not.toHaveProperty(field)
  })

  test.for(byName)('%s has its identity where it says', ([, row]) => {
    const { identity } = row
    if (identity === undefined) return expect(row.anonymous).toBeUndefined()
    expect(identitiesOf(row, withIdentity(row, {}, 'somebody'))).toEqual(['somebody'])
    const named = fc.sample(inputsOf(row), { ...runs, numRuns: 50 }).map((input) => withIdentity(row, input, 'somebody'))
    for (const input of named) expect(identitiesOf(row, receive(row, fill(row, input)).input)).toEqual(['somebody'])
    const [first = '', ...rest] = identity.slice(1).split('/')
    const shape = new Map(Object.entries(allFields(row)).map(([field, value]) => [field.replace(/\?$/, ''), value])).get(first)
    if (rest[0] === undefined) expect(shape).toMatchObject({ is: 'string' })
    else if (rest[0] === '0') expect(shape).toMatchObject({ is: 'list', of: { is: 'string' } })
    else expect(shape).toMatchObject({ is: 'object', fields: { [`${rest[0]}?`]: { is: 'string' } } })
  })

  test.for(byName)('%s is not recognised under another method, a longer path or broken encoding', ([, row]) => {
    const path = row.path.replace(/\{\w+\}/g, '1')
    const other = row.method === 'GET' ? 'POST' : 'GET'
    expect(recognise(row, row.method, path)).toBeDefined()
    expect(recognise(row, other, path)).toBeUndefined()
    expect(recognise(row, row.method, `${path}/`)).toBeUndefined()
    expect(recognise(row, row.method, `/x${path}`)).toBeUndefined()
    expect(recognise(row, row.method, path.toUpperCase())).toBeUndefined()
    if (!row.path.includes('{')) return
    for (const id of ['', '%', '%zz', '%ff', '%2e', '%2e%2e', '.', '..'])
      expect(recognise(row, row.method, row.path.replace(/\{\w+\}/g, id))).toBeUndefined()
  })
})
