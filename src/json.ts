/** Values as JSON can carry them: told apart, copied and described. */
import type { TalonOneIssue } from './error.ts'
import { isRecord } from './record.ts'

// A Map or an instance of a class would turn into an empty object in silence. A plain object of another frame has that frame's prototype.
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (!isRecord(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

// Names that reach into an object's prototype when somebody merges them.
const forbiddenNames = new Set(['__proto__', 'constructor', 'prototype'])

/** Copies what JSON can carry; what it cannot goes to `issues`. `parents`: what it stands in. */
export function readJson(value: unknown, pointer: string, issues: TalonOneIssue[], parents: readonly unknown[] = []): unknown {
  if (value === null || typeof value === 'boolean' || Number.isFinite(value)) return value
  if (typeof value === 'string' && !loneSurrogate.test(value)) return value
  if (typeof value === 'object' && !parents.includes(value) && parents.length < deepest) {
    const within = [...parents, value]
    if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString()
    if (Array.isArray(value)) return Array.from(value, (entry: unknown, index) => readJson(entry, `${pointer}/${index}`, issues, within))
    if (isPlain(value)) return readEntries(value, pointer, issues, (entry, at) => readJson(entry, at, issues, within))
  }
  issues.push({ pointer, message: `expected something JSON can carry, got ${describe(value)}` })
  return undefined
}

/** Copies an object entry by entry; a name that reaches into prototypes goes to `issues`. */
export function readEntries(
  value: Record<string, unknown>,
  pointer: string,
  issues: TalonOneIssue[],
  readEntry: (entry: unknown, at: string) => unknown,
): Record<string, unknown> {
  const read: Record<string, unknown> = {}
  for (const [name, entry] of Object.entries(value)) {
    const at = `${pointer}/${segment(name)}`
    if (forbiddenNames.has(name)) issues.push({ pointer: at, message: 'this name is not allowed' })
    else if (entry !== undefined) read[name] = readEntry(entry, at)
  }
  return read
}

// A body nested deeper than any attribute needs is an attack on the stack.
const deepest = 16

/** Half a character, which no UTF-8 can carry. */
export const loneSurrogate = /\p{Surrogate}/u

/** A name in a pointer. It goes into an error, and a name that the library does not know may be a secret: then only its length is told. */
export function segment(name: string): string {
  return /^[A-Za-z_]\w{0,40}$/.test(name) ? name : `(a name of ${name.length} characters)`
}

/** The shape of a value, never the value. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return String(value)
    const kind = Number.isInteger(value) ? 'integer' : 'fraction'
    return value < 0 ? `a negative ${kind}` : value === 0 ? 'zero' : `${kind === 'integer' ? 'an' : 'a'} ${kind}`
  }
  if (typeof value === 'string') return value === '' ? 'empty text' : `text of ${value.length} characters`
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (value instanceof Date) return 'a date'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
