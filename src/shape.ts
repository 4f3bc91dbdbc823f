/**
 * What a field of a request may hold, as data. The rows of `endpoints.ts` are written in it; the client checks its input
 * by it before sending, the proxy rebuilds a body from it, the sandbox answers 400 by it.
 */
import type { TalonOneIssue } from './error.ts'
import { describe, isPlain, loneSurrogate, readEntries, readJson, segment } from './json.ts'
import { isRecord } from './record.ts'

/** A field's value. Lengths in UTF-16 units, as the API's own limits; bounds are inclusive. */
export type Shape =
  /** `profile`: the text is the id of a profile, where the row's `identity` does not say so already. */
  | { is: 'string'; min?: number; max?: number; oneOf?: readonly string[]; pattern?: RegExp; profile?: true }
  | { is: 'timestamp' }
  | { is: 'integer' | 'number'; min?: number; max?: number }
  | { is: 'boolean' }
  /** `inOne`: in a query, one parameter with its values joined by commas rather than one parameter for each. */
  | { is: 'list'; of: Shape; min?: number; max?: number; unitsAtMost?: number; isSet?: true; inOne?: true }
  | { is: 'map'; of: Shape }
  | { is: 'object'; fields: Fields }
  /** An object of one of several kinds, told apart by the text in its field `by`. */
  | { is: 'kind'; by: string; of: Readonly<Record<string, Fields>> }
  | { is: 'nullable'; of: Shape }
  /** Anything JSON can carry. */
  | { is: 'json' }
  /** Custom attributes: a map of anything JSON can carry. */
  | { is: 'attributes' }
  /** Set by Talon.One: accepted from somebody who sends an answer back, never sent on. */
  | { is: 'server-set' }

/** Names with their shapes; a name that ends in `?` may be left out. */
export type Fields = Readonly<Record<string, Shape>>

/** The fields a type asks for: a missing, a surplus or a wrongly optional one does not compile. */
export type FieldsOf<T> = {
  readonly [Name in keyof T & string as undefined extends T[Name] ? `${Name}?` : Name]-?: Shape
}

/** Reads `value` as `shape` into a fresh value of known fields only; what does not fit goes to `issues`. */
export function readShape(shape: Shape, value: unknown, pointer: string, issues: TalonOneIssue[]): unknown {
  const wrong = (expected: string): undefined => {
    issues.push({ pointer, message: `expected ${expected}, got ${describe(value)}` })
    return undefined
  }
  switch (shape.is) {
    case 'string':
      if (typeof value !== 'string' || loneSurrogate.test(value)) return wrong('well-formed text')
      if (value.length < (shape.min ?? 0) || value.length > (shape.max ?? Infinity)) return wrong(`text of ${bounds(shape)} characters`)
      if (shape.oneOf && !shape.oneOf.includes(value)) return wrong(`one of ${shape.oneOf.join(', ')}`)
      if (shape.pattern && !shape.pattern.test(value)) return wrong(`text like ${shape.pattern.source}`)
      return value
    case 'timestamp':
      return typeof value === 'string' && isTimestamp(value) ? value : wrong('an RFC 3339 timestamp')
    case 'integer':
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) return wrong(shape.is === 'integer' ? 'an integer' : 'a finite number')
      if (shape.is === 'integer' && !Number.isSafeInteger(value)) return wrong('an integer')
      if (value < (shape.min ?? -Infinity) || value > (shape.max ?? Infinity)) return wrong(`a number of ${bounds(shape)}`)
      return value
    case 'boolean':
      return typeof value === 'boolean' ? value : wrong('true or false')
    case 'list': {
      if (!Array.isArray(value)) return wrong('a list')
      if (value.length < (shape.min ?? 0) || value.length > (shape.max ?? Infinity)) return wrong(`a list of ${bounds(shape)} entries`)
      // Unlike `map`, this sees the holes of a list, which JSON would fill with null.
      const list: unknown[] = []
      for (const entry of value) list.push(readShape(shape.of, entry, `${pointer}/${list.length}`, issues))
      if (shape.isSet && new Set(list).size < list.length) return wrong('a list without repetitions')
      if (shape.inOne && list.some((entry) => String(entry).includes(','))) return wrong('a list without commas in its entries')
      if (shape.unitsAtMost !== undefined && units(list) > shape.unitsAtMost) return wrong(`at most ${shape.unitsAtMost} units in all`)
      return list
    }
    case 'map':
    case 'attributes':
      if (!isPlain(value)) return wrong('an object')
      return readEntries(value, pointer, issues, (entry, at) =>
        readShape(shape.is === 'map' ? shape.of : { is: 'json' }, entry, at, issues),
      )
    case 'object':
      return isRecord(value) ? readFields(shape.fields, value, pointer, issues) : wrong('an object')
    case 'kind':
      return isRecord(value) ? readKind(shape, value, pointer, issues) : wrong('an object')
    case 'nullable':
      return value === null ? null : readShape(shape.of, value, pointer, issues)
    case 'json':
      return readJson(value, pointer, issues)
    case 'server-set':
      return undefined
  }
}

function readKind(
  { by, of }: Shape & { is: 'kind' },
  value: Record<string, unknown>,
  pointer: string,
  issues: TalonOneIssue[],
): Record<string, unknown> | undefined {
  const kind = value[by]
  const fields = typeof kind === 'string' && Object.hasOwn(of, kind) ? of[kind] : undefined
  if (fields) return readFields({ [by]: { is: 'string' }, ...fields }, value, pointer, issues)
  issues.push({ pointer: `${pointer}/${by}`, message: `expected one of ${Object.keys(of).join(', ')}, got ${describe(kind)}` })
  return undefined
}

/** Reads an object field by field: an unknown name is an issue, so that a misspelt one is not lost in silence. */
export function readFields(
  fields: Fields,
  value: Record<string, unknown>,
  pointer: string,
  issues: TalonOneIssue[],
): Record<string, unknown> {
  const read: Record<string, unknown> = {}
  const known = fieldsByName(fields)
  for (const name of Object.keys(value)) {
    if (!known.has(name) && value[name] !== undefined) issues.push({ pointer: `${pointer}/${segment(name)}`, message: 'unknown field' })
  }
  for (const [name, [shape, optional]] of known) {
    const entry = Object.hasOwn(value, name) ? value[name] : undefined
    if (entry === undefined) {
      if (!optional) issues.push({ pointer: `${pointer}/${name}`, message: 'required, but missing' })
      continue
    }
    const result = readShape(shape, entry, `${pointer}/${name}`, issues)
    if (result !== undefined) read[name] = result
  }
  return read
}

type FieldsByName = ReadonlyMap<string, readonly [shape: Shape, optional: boolean]>

const byName = new WeakMap<Fields, FieldsByName>()

/** Fields by their bare names, in their order. Kept: a cart asks for those of its items once a line. */
export function fieldsByName(fields: Fields): FieldsByName {
  const known =
    byName.get(fields) ?? new Map(Object.entries(fields).map(([name, shape]) => [name.replace('?', ''), [shape, name.endsWith('?')]]))
  byName.set(fields, known)
  return known
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

function isTimestamp(text: string): boolean {
  if (!rfc3339.test(text) || Number.isNaN(Date.parse(text))) return false
  // Left to itself, `Date` makes a day in March of the 30th of February.
  const local = text.slice(0, 19)
  return new Date(`${local}Z`).toISOString().startsWith(local)
}

function units(lines: readonly unknown[]): number {
  return lines.reduce<number>((sum, line) => sum + (isRecord(line) && typeof line.quantity === 'number' ? line.quantity : 0), 0)
}

function bounds({ min, max }: { min?: number; max?: number }): string {
  if (max === undefined) return `at least ${min}`
  return min === undefined || min === 0 ? `at most ${max}` : `${min} to ${max}`
}
