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
  const before = issues.length
  const read = readValue(shape, value, issues)
  if (issues.length > before) placeAt(pointer, issues, before)
  return read
}

/** Reads an object field by field: an unknown name is an issue, so that a misspelt one is not lost in silence. */
export function readFields(
  fields: Fields,
  value: Record<string, unknown>,
  pointer: string,
  issues: TalonOneIssue[],
): Record<string, unknown> {
  const before = issues.length
  const read = readObject(fields, value, issues)
  if (issues.length > before) placeAt(pointer, issues, before)
  return read
}

// A cart has a thousand values that fit, so that a value is read without its pointer, and whoever it stands in puts theirs before it.
function placeAt(pointer: string, issues: TalonOneIssue[], from: number): void {
  for (const issue of issues.splice(from)) issues.push({ ...issue, pointer: pointer + issue.pointer })
}

function readValue(shape: Shape, value: unknown, issues: TalonOneIssue[]): unknown {
  switch (shape.is) {
    case 'string':
      if (typeof value !== 'string' || loneSurrogate.test(value)) return wrong('well-formed text', value, issues)
      if (value.length < (shape.min ?? 0) || value.length > (shape.max ?? Infinity))
        return wrong(`text of ${bounds(shape)} characters`, value, issues)
      if (shape.oneOf && !shape.oneOf.includes(value)) return wrong(`one of ${shape.oneOf.join(', ')}`, value, issues)
      if (shape.pattern && !shape.pattern.test(value)) return wrong(`text like ${shape.pattern.source}`, value, issues)
      return value
    case 'timestamp':
      return typeof value === 'string' && isTimestamp(value) ? value : wrong('an RFC 3339 timestamp', value, issues)
    case 'integer':
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value))
        return wrong(shape.is === 'integer' ? 'an integer' : 'a finite number', value, issues)
      if (shape.is === 'integer' && !Number.isSafeInteger(value)) return wrong('an integer', value, issues)
      if (value < (shape.min ?? -Infinity) || value > (shape.max ?? Infinity)) return wrong(`a number of ${bounds(shape)}`, value, issues)
      return value
    case 'boolean':
      return typeof value === 'boolean' ? value : wrong('true or false', value, issues)
    case 'list':
      return readList(shape, value, issues)
    case 'map':
    case 'attributes':
      if (!isPlain(value)) return wrong('an object', value, issues)
      return readEntries(value, '', issues, (entry, at) => readShape(shape.is === 'map' ? shape.of : { is: 'json' }, entry, at, issues))
    case 'object':
      return isRecord(value) ? readObject(shape.fields, value, issues) : wrong('an object', value, issues)
    case 'kind':
      return isRecord(value) ? readKind(shape, value, issues) : wrong('an object', value, issues)
    case 'nullable':
      return value === null ? null : readValue(shape.of, value, issues)
    case 'json':
      return readJson(value, '', issues)
    case 'server-set':
      return undefined
  }
}

function wrong(expected: string, value: unknown, issues: TalonOneIssue[]): undefined {
  issues.push({ pointer: '', message: `expected ${expected}, got ${describe(value)}` })
  return undefined
}

function readList(shape: Shape & { is: 'list' }, value: unknown, issues: TalonOneIssue[]): unknown {
  if (!Array.isArray(value)) return wrong('a list', value, issues)
  if (value.length < (shape.min ?? 0) || value.length > (shape.max ?? Infinity)) {
    return wrong(`a list of ${bounds(shape)} entries`, value, issues)
  }
  // Unlike `map`, this sees the holes of a list, which JSON would fill with null.
  const list: unknown[] = []
  for (const entry of value) {
    const before = issues.length
    const read = readValue(shape.of, entry, issues)
    if (issues.length > before) placeAt(`/${list.length}`, issues, before)
    list.push(read)
  }
  if (shape.isSet && new Set(list).size < list.length) return wrong('a list without repetitions', value, issues)
  if (shape.inOne && list.some((entry) => String(entry).includes(','))) {
    return wrong('a list without commas in its entries', value, issues)
  }
  if (shape.unitsAtMost !== undefined && units(list) > shape.unitsAtMost) {
    return wrong(`at most ${shape.unitsAtMost} units in all`, value, issues)
  }
  return list
}

function readKind(
  { by, of }: Shape & { is: 'kind' },
  value: Record<string, unknown>,
  issues: TalonOneIssue[],
): Record<string, unknown> | undefined {
  const kind = value[by]
  const fields = typeof kind === 'string' && Object.hasOwn(of, kind) ? of[kind] : undefined
  if (fields) return readObject({ [by]: { is: 'string' }, ...fields }, value, issues)
  issues.push({ pointer: `/${by}`, message: `expected one of ${Object.keys(of).join(', ')}, got ${describe(kind)}` })
  return undefined
}

function readObject(fields: Fields, value: Record<string, unknown>, issues: TalonOneIssue[]): Record<string, unknown> {
  const read: Record<string, unknown> = {}
  const { byName, required } = namesOf(fields)
  for (const name of required) {
    if (!Object.hasOwn(value, name) || value[name] === undefined) issues.push({ pointer: `/${name}`, message: 'required, but missing' })
  }
  for (const name of Object.keys(value)) {
    const entry = value[name]
    if (entry === undefined) continue
    const shape = byName.get(name)
    if (shape === undefined) {
      issues.push({ pointer: `/${segment(name)}`, message: 'unknown field' })
      continue
    }
    const before = issues.length
    const result = readValue(shape, entry, issues)
    if (issues.length > before) placeAt(`/${name}`, issues, before)
    if (result !== undefined) read[name] = result
  }
  return read
}

interface Names {
  /** Shapes by their bare names, in the order of the fields. */
  byName: ReadonlyMap<string, Shape>
  required: readonly string[]
}

const namesByFields = new WeakMap<Fields, Names>()

// Kept: a cart asks for those of its items once a line.
function namesOf(fields: Fields): Names {
  const known = namesByFields.get(fields)
  if (known) return known
  const names = {
    byName: new Map(Object.entries(fields).map(([name, shape]) => [name.replace('?', ''), shape])),
    required: Object.keys(fields).filter((name) => !name.endsWith('?')),
  }
  namesByFields.set(fields, names)
  return names
}

/** Shapes by the bare names of their fields, in their order. */
export function fieldsByName(fields: Fields): ReadonlyMap<string, Shape> {
  return namesOf(fields).byName
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
