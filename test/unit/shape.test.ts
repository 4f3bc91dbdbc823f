import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allFields } from '../../src/endpoint.ts'
import * as endpoints from '../../src/endpoints.ts'
import type { TalonOneIssue } from '../../src/error.ts'
import { describe as describeValue } from '../../src/json.ts'
import { isRecord } from '../../src/record.ts'
import { type Fields, readFields, readShape, type Shape } from '../../src/shape.ts'
import { valuesOf } from '../arbitrary.ts'

function read(shape: Shape, value: unknown): { value: unknown; issues: TalonOneIssue[] } {
  const issues: TalonOneIssue[] = []
  return { value: readShape(shape, value, '', issues), issues }
}

/** What was wrong, one line for each finding. */
function findings(shape: Shape, value: unknown): string[] {
  return read(shape, value).issues.map(({ pointer, message }) => `${pointer}: ${message}`)
}

function nested(depth: number, inner: unknown = 'end'): unknown {
  return Array.from({ length: depth }).reduce((value) => ({ a: value }), inner)
}

function cycle(): object {
  const list: unknown[] = [1]
  const value = { list }
  list.push(value)
  return value
}

class Point {
  x = 1
}

const shapes: readonly Shape[] = [
  { is: 'string', min: 1, max: 10 },
  { is: 'string', oneOf: ['open', 'closed'] },
  { is: 'string', min: 4, max: 12, pattern: /^[A-Z0-9-]+$/ },
  { is: 'string', pattern: /^[a-f]{2}$/i },
  { is: 'timestamp' },
  { is: 'integer', min: 1, max: 5 },
  { is: 'number', min: 0 },
  { is: 'boolean' },
  { is: 'list', of: { is: 'integer' }, max: 3 },
  { is: 'list', of: { is: 'integer', min: 1, max: 5 }, isSet: true },
  { is: 'list', of: { is: 'string' }, inOne: true },
  { is: 'map', of: { is: 'object', fields: { price: { is: 'number' } } } },
  { is: 'object', fields: { id: { is: 'string' }, 'note?': { is: 'string' } } },
  { is: 'kind', by: 'type', of: { ADD: { sku: { is: 'string' } }, REMOVE_ALL: {} } },
  { is: 'nullable', of: { is: 'number' } },
  { is: 'json' },
  { is: 'attributes' },
]

describe('a value that fits', () => {
  test.for(shapes)('is read as it is: $is', (shape) => {
    fc.assert(
      fc.property(valuesOf(shape), (value) => {
        expect(read(shape, value)).toEqual({ value, issues: [] })
      }),
    )
  })

  test.for(Object.entries(endpoints))('is read as it is by every field of %s', ([, row]) => {
    for (const [field, shape] of Object.entries(allFields(row)))
      fc.assert(
        fc.property(valuesOf(shape), (value) => {
          expect(read(shape, value), field).toEqual({ value, issues: [] })
        }),
        { numRuns: 20 },
      )
  })

  test('is copied, so that what the caller does to it later changes nothing', () => {
    const value = { tags: ['a'], size: { width: 1 } }
    const copy = read({ is: 'attributes' }, value).value
    value.tags.push('b')
    value.size.width = 2
    expect(copy).toEqual({ tags: ['a'], size: { width: 1 } })
  })

  test.for<[Shape, unknown]>([
    [{ is: 'string' }, ''],
    [{ is: 'string', max: 3 }, 'abc'],
    [{ is: 'string', min: 2, max: 2 }, '😀'],
    [{ is: 'timestamp' }, '2026-11-23T10:00:00Z'],
    [{ is: 'timestamp' }, '2028-02-29T23:59:59-11:30'],
    [{ is: 'timestamp' }, '2026-11-23T10:00:00.123456789+05:30'],
    [{ is: 'integer' }, 0],
    [{ is: 'integer' }, Number.MAX_SAFE_INTEGER],
    [{ is: 'integer', min: 1, max: 5 }, 1],
    [{ is: 'integer', min: 1, max: 5 }, 5],
    [{ is: 'number' }, -0.1],
    [{ is: 'number' }, Number.MAX_VALUE],
    [{ is: 'boolean' }, false],
    [{ is: 'string', pattern: /^[A-Z]+$/ }, 'ABC'],
    [{ is: 'list', of: { is: 'integer' }, min: 2, max: 2 }, [1, 2]],
    [{ is: 'list', of: { is: 'integer' } }, [1, 1]],
    [{ is: 'list', of: { is: 'string' }, isSet: true }, ['a', 'A']],
    [{ is: 'list', of: { is: 'string' } }, ['a,b']],
    [{ is: 'list', of: { is: 'string' }, inOne: true }, ['']],
    [
      { is: 'kind', by: 'type', of: { ADD: { sku: { is: 'string' } } } },
      { type: 'ADD', sku: 'a' },
    ],
    [{ is: 'nullable', of: { is: 'integer', min: 1 } }, null],
    [{ is: 'nullable', of: { is: 'integer', min: 1 } }, 1],
    [{ is: 'nullable', of: { is: 'list', of: { is: 'string' } } }, []],
    [{ is: 'list', of: { is: 'object', fields: { quantity: { is: 'integer' } } }, unitsAtMost: 5 }, [{ quantity: 2 }, { quantity: 3 }]],
    [{ is: 'json' }, null],
    [{ is: 'attributes' }, {}],
    [{ is: 'attributes' }, { toString: 'own', hasOwnProperty: true, '': 0 }],
  ])('is let through at its bound: %j %j', ([shape, value]) => {
    expect(read(shape, value)).toEqual({ value, issues: [] })
  })

  test('is let through 16 levels deep and no deeper', () => {
    expect(findings({ is: 'json' }, nested(16))).toEqual([])
    expect(findings({ is: 'json' }, nested(17))).toHaveLength(1)
    expect(findings({ is: 'json' }, nested(16, ['no deeper']))).toHaveLength(1)
    expect(findings({ is: 'attributes' }, { deep: nested(16) })).toEqual([])
    expect(findings({ is: 'attributes' }, { deep: nested(100_000) })).toHaveLength(1)
  })

  test('may stand twice in one attribute: that is no cycle', () => {
    const twice = { a: 1 }
    expect(read({ is: 'json' }, { one: twice, other: [twice, twice] })).toEqual({
      value: { one: twice, other: [twice, twice] },
      issues: [],
    })
  })

  test('may be a date in an attribute, which travels as text', () => {
    expect(read({ is: 'attributes' }, { birthday: new Date(0) })).toEqual({ value: { birthday: '1970-01-01T00:00:00.000Z' }, issues: [] })
  })

  test('may have no prototype', () => {
    const bare = Object.assign(Object.create(null), { size: 'M' })
    expect(read({ is: 'attributes' }, bare)).toEqual({ value: { size: 'M' }, issues: [] })
    expect(read({ is: 'json' }, bare)).toEqual({ value: { size: 'M' }, issues: [] })
  })

  test('may come from another frame, which has an `Object` of its own', () => {
    const foreign: unknown = runInNewContext('({ size: "M", nested: [{ deep: true }] })')
    expect(read({ is: 'attributes' }, foreign)).toEqual({ value: { size: 'M', nested: [{ deep: true }] }, issues: [] })
  })

  test('loses what is undefined, as JSON would', () => {
    expect(Object.keys(Object(read({ is: 'attributes' }, { a: undefined, b: { c: undefined } }).value))).toEqual(['b'])
    expect(JSON.stringify(read({ is: 'object', fields: { 'a?': { is: 'string' } } }, { a: undefined, b: undefined }))).toBe(
      '{"value":{},"issues":[]}',
    )
  })

  test('that Talon.One set itself is taken back and not sent on', () => {
    const fields: Fields = { id: { is: 'string' }, 'position?': { is: 'server-set' } }
    expect(JSON.stringify(read({ is: 'object', fields }, { id: 'a', position: 3 }))).toBe('{"value":{"id":"a"},"issues":[]}')
  })
})

describe('a value that does not fit', () => {
  test.for<[Shape, unknown, string]>([
    [{ is: 'string' }, 7, 'expected well-formed text, got an integer'],
    [{ is: 'string' }, null, 'expected well-formed text, got null'],
    [{ is: 'string' }, new String('text'), 'expected well-formed text, got an object'],
    [{ is: 'string' }, '\ud800', 'expected well-formed text, got text of 1 characters'],
    [{ is: 'string', min: 1 }, '', 'expected text of at least 1 characters, got empty text'],
    [{ is: 'string', max: 3 }, 'abcd', 'expected text of at most 3 characters, got text of 4 characters'],
    [{ is: 'string', min: 3, max: 4 }, 'ab', 'expected text of 3 to 4 characters, got text of 2 characters'],
    [{ is: 'string', oneOf: ['yes', 'no'] }, 'YES', 'expected one of yes, no, got text of 3 characters'],
    [{ is: 'string', oneOf: ['yes', 'no'] }, 'toString', 'expected one of yes, no, got text of 8 characters'],
    [{ is: 'string', pattern: /^[A-Z]+$/ }, 'ABc', 'expected text like ^[A-Z]+$, got text of 3 characters'],
    [{ is: 'string', min: 4, pattern: /^[A-Z]+$/ }, 'ABC', 'expected text of at least 4 characters, got text of 3 characters'],
    [{ is: 'timestamp' }, 'soon', 'expected an RFC 3339 timestamp, got text of 4 characters'],
    [{ is: 'timestamp' }, '2026-11-23', 'expected an RFC 3339 timestamp, got text of 10 characters'],
    [{ is: 'timestamp' }, '2026-11-23T10:00:00', 'expected an RFC 3339 timestamp, got text of 19 characters'],
    [{ is: 'timestamp' }, '2026-13-01T10:00:00Z', 'expected an RFC 3339 timestamp, got text of 20 characters'],
    [{ is: 'timestamp' }, '2026-02-29T10:00:00Z', 'expected an RFC 3339 timestamp, got text of 20 characters'],
    [{ is: 'timestamp' }, '2026-11-23T24:00:00Z', 'expected an RFC 3339 timestamp, got text of 20 characters'],
    [{ is: 'timestamp' }, '2026-11-23T10:00:00Z\n', 'expected an RFC 3339 timestamp, got text of 21 characters'],
    [{ is: 'timestamp' }, new Date(0), 'expected an RFC 3339 timestamp, got a date'],
    [{ is: 'timestamp' }, 0, 'expected an RFC 3339 timestamp, got zero'],
    [{ is: 'integer' }, 1.5, 'expected an integer, got a fraction'],
    [{ is: 'integer' }, '2', 'expected an integer, got text of 1 characters'],
    [{ is: 'integer' }, 2n, 'expected an integer, got a bigint'],
    [{ is: 'integer' }, NaN, 'expected an integer, got NaN'],
    [{ is: 'integer' }, 2 ** 53, 'expected an integer, got an integer'],
    [{ is: 'integer', min: 1 }, 0, 'expected a number of at least 1, got zero'],
    [{ is: 'integer', min: 1 }, -3, 'expected a number of at least 1, got a negative integer'],
    [{ is: 'integer', max: 5 }, 6, 'expected a number of at most 5, got an integer'],
    [{ is: 'number' }, Infinity, 'expected a finite number, got Infinity'],
    [{ is: 'number' }, -Infinity, 'expected a finite number, got -Infinity'],
    [{ is: 'number' }, '1', 'expected a finite number, got text of 1 characters'],
    [{ is: 'number', min: 0 }, -0.5, 'expected a number of at least 0, got a negative fraction'],
    [{ is: 'boolean' }, 'true', 'expected true or false, got text of 4 characters'],
    [{ is: 'boolean' }, 1, 'expected true or false, got an integer'],
    [{ is: 'list', of: { is: 'integer' } }, { 0: 1, length: 1 }, 'expected a list, got an object'],
    [{ is: 'list', of: { is: 'integer' }, min: 1, max: 2 }, [], 'expected a list of 1 to 2 entries, got a list of 0'],
    [{ is: 'list', of: { is: 'integer' }, max: 2 }, [1, 2, 3], 'expected a list of at most 2 entries, got a list of 3'],
    [{ is: 'list', of: { is: 'integer' }, isSet: true }, [1, 2, 1], 'expected a list without repetitions, got a list of 3'],
    [{ is: 'list', of: { is: 'string' }, inOne: true }, ['a', 'b,c'], 'expected a list without commas in its entries, got a list of 2'],
    [{ is: 'map', of: { is: 'integer' } }, [], 'expected an object, got a list of 0'],
    [{ is: 'kind', by: 'type', of: { ADD: {} } }, [{ type: 'ADD' }], 'expected an object, got a list of 1'],
    [{ is: 'nullable', of: { is: 'integer' } }, undefined, 'expected an integer, got undefined'],
    [{ is: 'nullable', of: { is: 'integer' } }, 'null', 'expected an integer, got text of 4 characters'],
    [{ is: 'object', fields: {} }, null, 'expected an object, got null'],
    [{ is: 'attributes' }, 'text', 'expected an object, got text of 4 characters'],
    [{ is: 'json' }, undefined, 'expected something JSON can carry, got undefined'],
    [{ is: 'json' }, () => 1, 'expected something JSON can carry, got a function'],
    [{ is: 'json' }, Symbol('s'), 'expected something JSON can carry, got a symbol'],
    [{ is: 'json' }, 1n, 'expected something JSON can carry, got a bigint'],
    [{ is: 'json' }, NaN, 'expected something JSON can carry, got NaN'],
    [{ is: 'json' }, new Map([[1, 2]]), 'expected something JSON can carry, got an object'],
    [{ is: 'json' }, new Set([1]), 'expected something JSON can carry, got an object'],
    [{ is: 'json' }, new Point(), 'expected something JSON can carry, got an object'],
    [{ is: 'json' }, new Date(NaN), 'expected something JSON can carry, got a date'],
    [{ is: 'json' }, '\udc00', 'expected something JSON can carry, got text of 1 characters'],
  ])('is told by its shape: %j %s', ([shape, value, message]) => {
    expect(findings(shape, value)).toEqual([`: ${message}`])
  })

  test.for<[string, unknown]>([
    ['a map', new Map([['size', 'M']])],
    ['a set', new Set(['size'])],
    ['a date', new Date(0)],
    ['an instance of a class', new Point()],
    ['a promise', Promise.resolve({})],
    ['a pattern', /a/],
  ])('is not taken for an empty object: %s', ([, value]) => {
    expect(findings({ is: 'attributes' }, value)).toEqual([`: expected an object, got ${describeValue(value)}`])
    expect(findings({ is: 'map', of: { is: 'json' } }, value)).toHaveLength(1)
  })

  // What takes the square of their number would take minutes.
  test('is found among 100,000 that do not fit either', () => {
    const wrong = findings({ is: 'list', of: { is: 'list', of: { is: 'integer' } } }, [Array<string>(100_000).fill('')])
    expect([wrong.length, wrong.at(-1)]).toEqual([100_000, '/0/99999: expected an integer, got empty text'])
  })

  test('is found wherever it stands, each time with its place', () => {
    const shape: Shape = {
      is: 'object',
      fields: { id: { is: 'string' }, 'lines?': { is: 'list', of: { is: 'object', fields: { sku: { is: 'string', min: 1 } } } } },
    }
    expect(findings(shape, { lines: [{ sku: '' }, {}, { sku: 'a', price: 1 }, null], more: 1 })).toEqual([
      '/id: required, but missing',
      '/lines/0/sku: expected text of at least 1 characters, got empty text',
      '/lines/1/sku: required, but missing',
      '/lines/2/price: unknown field',
      '/lines/3: expected an object, got null',
      '/more: unknown field',
    ])
  })

  test.for<[string, unknown]>([
    ['another kind', { type: 'DROP', sku: 'a' }],
    ['a name every object has', { type: 'toString', sku: 'a' }],
    ['no text', { type: 7, sku: 'a' }],
    ['a list with a kind in it', { type: ['ADD'], sku: 'a' }],
    ['nothing', { sku: 'a' }],
  ])('is of no known kind: %s', ([, value]) => {
    const shape: Shape = { is: 'kind', by: 'type', of: { ADD: { sku: { is: 'string' } }, DELETE: {} } }
    expect(findings(shape, value)).toEqual([`/type: expected one of ADD, DELETE, got ${describeValue(Object(value).type)}`])
  })

  test('has the fields of another kind', () => {
    const shape: Shape = {
      is: 'list',
      of: { is: 'kind', by: 'type', of: { ADD: { sku: { is: 'string' } }, DELETE: { 'all?': { is: 'boolean' } } } },
    }
    expect(findings(shape, [{ type: 'ADD' }, { type: 'DELETE', sku: 'a' }, { type: 'DELETE', all: true }])).toEqual([
      '/0/sku: required, but missing',
      '/1/sku: unknown field',
    ])
  })

  test('is found inside of attributes too', () => {
    const attributes = { fine: 1, wrong: { list: ['a', 1n, { map: new Map() }] }, cycle: cycle() }
    expect(findings({ is: 'attributes' }, attributes)).toEqual([
      '/wrong/list/1: expected something JSON can carry, got a bigint',
      '/wrong/list/2/map: expected something JSON can carry, got an object',
      '/cycle/list/1: expected something JSON can carry, got an object',
    ])
    const own: Record<string, unknown> = {}
    own.self = own
    expect(findings({ is: 'attributes' }, own)).toEqual(['/self/self: expected something JSON can carry, got an object'])
  })

  test('is found in the holes of a list', () => {
    const holes = Object.assign(Array(3), { 0: 1, 2: 3 })
    expect(findings({ is: 'list', of: { is: 'integer' } }, holes)).toEqual(['/1: expected an integer, got undefined'])
    expect(findings({ is: 'json' }, holes)).toEqual(['/1: expected something JSON can carry, got undefined'])
  })

  test('has too many units in all its lines', () => {
    const shape: Shape = { is: 'list', of: { is: 'object', fields: { quantity: { is: 'integer' } } }, unitsAtMost: 10_000 }
    expect(findings(shape, [{ quantity: 9_999 }, { quantity: 1 }])).toEqual([])
    expect(findings(shape, [{ quantity: 9_999 }, { quantity: 2 }])).toEqual([': expected at most 10000 units in all, got a list of 2'])
  })

  test('is never told itself', () => {
    // Letters that no message is written with, so that a coincidence is not taken for a leak.
    const secret = fc.string({ unit: fc.constantFrom('Q', 'X', 'Z', '#', '§', 'ß', 'Ж', '你'), minLength: 4, maxLength: 30 })
    const value = fc.oneof(
      secret,
      fc.array(secret, { minLength: 1, maxLength: 5 }),
      secret.map((text) => ({ id: text, deep: [{ text }], fn: () => text, map: new Map([[text, text]]), symbol: Symbol(text) })),
      secret.map((text) => ({ [`${text} ${text}`]: 1n, attributes: { [`~${text}`]: Symbol(text) } })),
    )
    fc.assert(
      fc.property(fc.constantFrom(...shapes), value, (shape, drawn) => {
        expect(JSON.stringify(read(shape, drawn).issues)).not.toMatch(/[QXZ#§ßЖ你]{4}/)
      }),
    )
    fc.assert(
      fc.property(fc.constantFrom(...shapes), fc.bigInt({ min: 1_000_000n, max: 2n ** 52n }), (shape, drawn) => {
        for (const number of [drawn, Number(drawn), -Number(drawn), Number(drawn) + 0.25])
          expect(JSON.stringify(read(shape, number).issues).replace('RFC 3339', '')).not.toMatch(/\d{4}/)
      }),
    )
  })
})

describe('a name that reaches into a prototype', () => {
  const hostile: unknown = JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"prototype":1,"fine":2}')

  test('is refused in attributes, at any depth', () => {
    const message = 'this name is not allowed'
    const names = ['__proto__', 'constructor', 'prototype']
    expect(read({ is: 'attributes' }, hostile)).toEqual({
      value: { fine: 2 },
      issues: names.map((name) => ({ pointer: `/${name}`, message })),
    })
    expect(read({ is: 'json' }, [{ hostile }]).issues).toEqual(names.map((name) => ({ pointer: `/0/hostile/${name}`, message })))
    expect(read({ is: 'map', of: { is: 'json' } }, hostile).issues).toHaveLength(3)
  })

  test('is an unknown field of an object', () => {
    const issues: TalonOneIssue[] = []
    const value = readFields({ 'fine?': { is: 'integer' } }, Object(hostile), '', issues)
    expect(value).toEqual({ fine: 2 })
    expect(issues.map(({ message }) => message)).toEqual(['unknown field', 'unknown field', 'unknown field'])
  })

  test('changes nothing for other objects', () => {
    read({ is: 'attributes' }, hostile)
    expect('admin' in {}).toBe(false)
  })

  test('does not pass for a field that was given', () => {
    const text: Shape = { is: 'string' }
    const fields: Fields = { constructor: text, toString: text }
    expect(findings({ is: 'object', fields }, {})).toEqual(['/constructor: required, but missing', '/toString: required, but missing'])
  })
})

describe('small things', () => {
  test('a record is an object with fields', () => {
    expect([{}, Object.create(null), new Date()].map(isRecord)).toEqual([true, true, true])
    expect([[], null, undefined, 'a', 1, () => 1].map(isRecord)).toEqual([false, false, false, false, false, false])
  })

  test('a value is described by its kind and size', () => {
    expect([0, 1, -1, 0.5, -0.5, '', 'abc', [1], {}, null, undefined, true, 1n].map(describeValue)).toEqual(
      [
        ['zero', 'an integer', 'a negative integer', 'a fraction', 'a negative fraction', 'empty text', 'text of 3 characters'],
        ['a list of 1', 'an object', 'null', 'undefined', 'a boolean', 'a bigint'],
      ].flat(),
    )
  })
})
