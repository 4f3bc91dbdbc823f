/** Draws inputs for property tests from the shapes the rows are written in. */
import fc from 'fast-check'
import { allFields, type Endpoint } from '../src/endpoint.ts'
import { identitiesOf, withIdentity } from '../src/identity.ts'
import type { Fields, Shape } from '../src/shape.ts'

/** Well-formed texts that URLs, JSON and careless code trip over. */
export const hardTexts: readonly string[] = [
  ['/', 'a/b', '//', '\\', '?', '?a=b', '#', '&', '=', '+', ';', ':', '@', '$&', '$1', '{integrationId}'],
  ['%', '100%', '%2', '%zz', '%2F', '%2f..', '%00', '%2e', '%2E%2e', '%2e%2e', '.%2e', '%252e', '%ff'],
  ['.', '..', '...', './a', '../a', '/..', '.a', ' ', ' a ', 'a b', '\0', '\t', '\n', '\r\n', '\u007f'],
  ['me', '__proto__', 'constructor', 'inventory', 'customerprofiles', 'null', 'undefined', 'true', '0', '[object Object]'],
  ['ü', 'u\u0308', '😀', '👩‍👩‍👧', '\u200f', '\u202eabc', '\u2028', '\ufeff', '\ufffd', 'שלום', '漢字', '"', "'", '`', '<b>'],
].flat()

/** Any text at all, lone surrogates included. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...hardTexts),
  fc.constantFrom('', '\ud800', '\udc00a', 'a\ud83d', 'x'.repeat(1000), 'x'.repeat(1001), '😀'.repeat(500), '%'.repeat(1000)),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.string({ unit: 'grapheme' }),
)

/** Values that fit a shape. Small: at most four entries in a list. */
export function valuesOf(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.is) {
    case 'string':
      if (shape.oneOf) return fc.constantFrom(...shape.oneOf)
      return shape.pattern ? textsLike(shape.pattern, shape.min ?? 0, shape.max ?? 2000) : texts(shape.min ?? 0, shape.max ?? 2000)
    case 'timestamp':
      return timestamps
    case 'integer':
      return fc.integer({ min: shape.min ?? Number.MIN_SAFE_INTEGER, max: shape.max ?? Number.MAX_SAFE_INTEGER })
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true, ...bounds(shape) }).map(withoutNegativeZero)
    case 'boolean':
      return fc.boolean()
    case 'list':
      return lists(shape)
    case 'map':
      return fc.dictionary(names, valuesOf(shape.of), { maxKeys: 3, noNullPrototype: true })
    case 'attributes':
      return fc.dictionary(names, json, { maxKeys: 3, noNullPrototype: true })
    case 'object':
      return fieldsOf(shape.fields)
    case 'kind':
      return fc.oneof(
        ...Object.entries(shape.of).map(([kind, fields]) => fieldsOf({ [shape.by]: { is: 'string', oneOf: [kind] }, ...fields })),
      )
    case 'nullable':
      return fc.option(valuesOf(shape.of), { freq: 3 })
    case 'json':
      return json
    case 'server-set':
      return fc.constant(undefined)
  }
}

/** Inputs that a row accepts. No list of a query is empty: none and an empty one are the same request. */
export function inputsOf(endpoint: Endpoint): fc.Arbitrary<Record<string, unknown>> {
  const { identity, anonymous, params, query } = endpoint
  const inputs = fieldsOf({ ...allFields(endpoint), ...withoutEmptyLists(query) }).filter(
    (input) => !Object.keys(params).some((name) => ['.', '..'].includes(String(input[name]))),
  )
  if (identity === undefined || anonymous) return inputs
  return inputs.map((input) => (identitiesOf(endpoint, input).length === 0 ? withIdentity(endpoint, input, 'somebody') : input))
}

function withoutEmptyLists(query: Fields): Fields {
  const filled = (shape: Shape): Shape => (shape.is === 'list' ? { ...shape, min: Math.max(shape.min ?? 0, 1) } : shape)
  return Object.fromEntries(Object.entries(query).map(([field, shape]) => [field, filled(shape)]))
}

function lists({ of, min = 0, max = Infinity, unitsAtMost, isSet, inOne }: Shape & { is: 'list' }): fc.Arbitrary<unknown[]> {
  const entries = inOne ? valuesOf(of).filter((entry) => !String(entry).includes(',')) : valuesOf(of)
  const length = { minLength: min, maxLength: Math.min(max, min + 4) }
  if (isSet) return fc.uniqueArray(entries, length)
  if (unitsAtMost === undefined) return fc.array(entries, length)
  return fc.array(entries, length).map((lines) => lines.map((line) => withQuantityBelow(unitsAtMost / lines.length, line)))
}

function fieldsOf(fields: Fields): fc.Arbitrary<Record<string, unknown>> {
  const sendable = Object.entries(fields).filter(([, shape]) => shape.is !== 'server-set')
  const model = Object.fromEntries(sendable.map(([field, shape]) => [field.replace(/\?$/, ''), valuesOf(shape)]))
  return fc.record(model, { requiredKeys: sendable.map(([field]) => field).filter((field) => !field.endsWith('?')), noNullPrototype: true })
}

/** Well-formed texts of a length. */
// Limits count UTF-16 units, the official file counts characters: these texts fit both.
export function texts(min: number, max: number): fc.Arbitrary<string> {
  const fits = (text: string) => text.length <= max && Array.from(text).length >= min
  return fc.oneof(
    fc.constantFrom(...hardTexts).filter(fits),
    fc.string({ unit: 'grapheme', minLength: min, maxLength: Math.min(max, min + 20) }).filter(fits),
    fc.string({ unit: 'binary', minLength: min, maxLength: Math.min(max, min + 20) }).filter(fits),
    fc.constantFrom('x'.repeat(max), '%'.repeat(max)),
  )
}

/** Texts that a pattern describes. */
export function textsLike(pattern: RegExp, min: number, max: number): fc.Arbitrary<string> {
  const asWritten = fc.stringMatching(new RegExp(pattern.source, pattern.flags.replace('i', '')))
  const found = pattern.ignoreCase
    ? fc.oneof(
        asWritten,
        asWritten.map((text) => text.toUpperCase()),
      )
    : asWritten
  return found.filter((text) => text.length >= min && text.length <= max)
}

/** Names of attributes that may be sent. */
// No backslash in a name: once V8 13.6 (Node 24) has parsed the name "\\", it takes the name "\n" for the same.
export const names: fc.Arbitrary<string> = fc
  .oneof(fc.string(), fc.constantFrom(...hardTexts))
  .filter((name) => !['__proto__', 'constructor', 'prototype'].includes(name) && !name.includes('\\'))

/** Moments in RFC 3339. */
export const timestamps: fc.Arbitrary<string> = fc
  .tuple(
    fc.date({ min: new Date('1970-01-02'), max: new Date('2099-12-30'), noInvalidDate: true }),
    fc.constantFrom('.123Z', 'Z', '+02:00', '-11:30'),
  )
  .map(([date, end]) => date.toISOString().slice(0, 19) + end)

/** Anything JSON carries, with names that may be sent. */
export const json: fc.Arbitrary<unknown> = fc
  .json({ maxDepth: 3, stringUnit: 'binary' })
  .filter((text) => !/"(?:__proto__|constructor|prototype)"|\\\\/.test(text))
  .map((text): unknown => JSON.parse(text))

function bounds({ min, max }: { min?: number; max?: number }): fc.DoubleConstraints {
  return { ...(min !== undefined && { min }), ...(max !== undefined && { max }) }
}

// JSON has no negative zero, so it cannot come back.
export const withoutNegativeZero = (value: number) => (value === 0 ? 0 : value)

function withQuantityBelow(limit: number, line: unknown): unknown {
  if (typeof line !== 'object' || line === null || !('quantity' in line)) return line
  return { ...line, quantity: 1 + (Number(line.quantity) % Math.floor(limit)) }
}
