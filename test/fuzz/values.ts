/** Values that fit a shape, drawn fast: what `test/arbitrary.ts` draws for property tests, at a hundredth of the time. */
import type { Fields, Shape } from '../../src/shape.ts'
import type { Dice } from '../runner/dice.ts'

const ofUrls = [
  'a/b',
  '//',
  '\\',
  '?',
  '?a=b',
  '#',
  '&',
  '=',
  '+',
  ';',
  ':',
  '@',
  '$&',
  '{integrationId}',
  '%',
  '100%',
  '%2F',
  '%2e%2e',
  '%252e',
]
const ofCode = [
  '.',
  '..',
  '...',
  '../a',
  ' ',
  '\0',
  '\t',
  '\r\n',
  '\u007f',
  'me',
  '__proto__',
  'constructor',
  'inventory',
  'null',
  'true',
  '0',
]
const ofWriting = ['ü', 'u\u0308', '😀', '\u202eabc', '\u2028', '\ufeff', '\ufffd', 'ſ', 'ﬁ', '"', "'", '<b>', 'vz-ada', 'vz-card-0']
/** Well-formed texts that URLs, JSON and careless code trip over. */
export const hardTexts: readonly [string, ...string[]] = ['/', ...ofUrls, ...ofCode, ...ofWriting]

const uuids = ['123e4567-e89b-12d3-a456-426614174000', '00000000-0000-0000-0000-00000000000f'] as const
const timestamps = ['2026-01-01T00:00:00Z', '2030-02-28T23:59:59.5+02:00', '1999-12-31T00:00:00-11:30'] as const

/** `profiles`: what stands where the id of a profile does. */
export function valueOf(shape: Shape, dice: Dice, profiles: readonly [string, ...string[]], isProfile = false): unknown {
  switch (shape.is) {
    case 'string': {
      if (shape.oneOf) return shape.oneOf[dice.between(0, shape.oneOf.length - 1)]
      if (shape.pattern) return dice.pick(uuids)
      if (isProfile || shape.profile) return dice.pick(profiles)
      const text = dice.chance(0.15) ? dice.pick(hardTexts) : `vz-${dice.between(1, 9)}`
      return text.padEnd(shape.min ?? 0, 'x').slice(0, shape.max ?? Infinity)
    }
    case 'timestamp':
      return dice.pick(timestamps)
    case 'integer':
      return Math.min(Math.max(dice.between(0, 9), shape.min ?? 0), shape.max ?? 9)
    case 'number':
      return Math.min(Math.max(dice.between(0, 999) / 100, shape.min ?? 0), shape.max ?? Infinity)
    case 'boolean':
      return dice.chance(0.5)
    case 'list': {
      const length = Math.min(dice.between(shape.min ?? 0, (shape.min ?? 0) + 2), shape.max ?? Infinity)
      const list = Array.from({ length }, () => valueOf(shape.of, dice, profiles, isProfile))
      const entries = shape.inOne ? list.map((entry) => String(entry).replaceAll(',', '')) : list
      return shape.isSet ? [...new Set(entries)] : entries
    }
    case 'map':
      return Object.fromEntries(namesFrom(dice).map((name) => [name, valueOf(shape.of, dice, profiles)]))
    case 'attributes':
      return Object.fromEntries(namesFrom(dice).map((name) => [name, anyJson(dice)]))
    case 'object':
      return fieldsOf(shape.fields, dice, profiles)
    case 'kind': {
      const kinds = Object.keys(shape.of)
      const kind = kinds[dice.between(0, kinds.length - 1)] ?? ''
      return { [shape.by]: kind, ...fieldsOf(shape.of[kind] ?? {}, dice, profiles) }
    }
    case 'nullable':
      return dice.chance(0.3) ? null : valueOf(shape.of, dice, profiles)
    case 'json':
      return anyJson(dice)
    case 'server-set':
      return undefined
  }
}

/** Values for fields; those that may be left out are there half of the time. `identity`: the name of the one that is a profile. */
export function fieldsOf(fields: Fields, dice: Dice, profiles: readonly [string, ...string[]], identity?: string): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const field in fields) {
    const name = field.endsWith('?') ? field.slice(0, -1) : field
    const shape = fields[field]
    if (shape === undefined || shape.is === 'server-set' || (name !== field && name !== identity && dice.chance(0.5))) continue
    values[name] = valueOf(shape, dice, profiles, name === identity)
  }
  return values
}

export function anyJson(dice: Dice): unknown {
  return dice.pick<unknown>([null, true, 0, 1.5, 'vz-text', dice.pick(hardTexts), [], ['vz', 1], { a: 1 }, { a: { b: [null] } }])
}

function namesFrom(dice: Dice): string[] {
  return ['Name', 'Shelf', 'shipping', 'vz name'].slice(0, dice.between(0, 2))
}
