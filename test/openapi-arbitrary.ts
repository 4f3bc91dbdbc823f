/** Draws values from the schemas of an OpenAPI document: what a server of that document takes and answers. */
import fc from 'fast-check'
import { json, names, texts, textsLike, timestamps, withoutNegativeZero } from './arbitrary.ts'
import type { Document, Schema } from './openapi.ts'

/** Makes a schema narrower. The place is written `CartItem.additionalCosts{}.price`, `CartItem` being a component. */
export type Narrow = (schema: Schema, place: string) => Schema

/**
 * Values that a schema of a document allows. Small: at most three entries more than a list needs. An object has the properties that
 * its schema lists, and any names only where it lists none.
 *
 * @param place where the schema stands, which `narrow` and errors name.
 */
export function valuesOfSchema(document: Document, schema: Schema, place: string, narrow: Narrow = (same) => same): fc.Arbitrary<unknown> {
  const drawn = (at: string, part: Schema) => valuesOfSchema(document, part, at, narrow)
  const { schema: whole, place: at } = dereferenced(document, schema, place)
  return alternatives(narrow(whole, at), at, drawn)
}

/** A schema with what its `$ref` stands for, and the name of the component that is. */
export function dereferenced({ components }: Document, schema: Schema, place: string): { schema: Schema; place: string } {
  if (schema.$ref === undefined) return { schema, place }
  const { $ref, ...beside } = schema
  const name = $ref.replace('#/components/schemas/', '')
  const component = components.schemas[name]
  if (component === undefined) throw new Error(`${place}: the document has no ${$ref}`)
  return { schema: merged(component, beside), place: name }
}

type Draw = (place: string, schema: Schema) => fc.Arbitrary<unknown>

function alternatives(schema: Schema, place: string, draw: Draw): fc.Arbitrary<unknown> {
  refuseUnknownWords(schema, place)
  const { allOf, oneOf, anyOf, not, ...rest } = schema
  if (allOf) return cases(rest, allOf, place, draw)
  if (oneOf || anyOf) return fc.oneof(...[...(oneOf ?? []), ...(anyOf ?? [])].map((one) => draw(place, merged(rest, one))))
  const values = typed(rest, place, draw)
  return not ? values.filter((value) => !fits(not, value)) : values
}

// `allOf` is a list of cases in this API: if a property has this value, then others look like that.
function cases(base: Schema, allOf: Schema[], place: string, draw: Draw): fc.Arbitrary<unknown> {
  const conditions = allOf.map((one) => one.if ?? {})
  const known = allOf.map((one) => draw(place, merged(merged(base, one.if ?? one), one.then ?? {})))
  if (allOf.every((one) => one.if === undefined)) return draw(place, allOf.reduce(merged, base))
  const other = draw(place, base).filter((value) => !conditions.some((condition) => fits(condition, value)))
  return fc.oneof(...known, other)
}

function typed(schema: Schema, place: string, draw: Draw): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => typed({ ...schema, type }, place, draw)))
  switch (schema.type ?? (schema.properties && 'object')) {
    case 'object':
      return objects(schema, place, draw)
    case 'array':
      return arrays(schema, place, draw)
    case 'string':
      return strings(schema, place)
    case 'integer':
      return fc.integer({ min: schema.minimum ?? Number.MIN_SAFE_INTEGER, max: schema.maximum ?? Number.MAX_SAFE_INTEGER })
    case 'number':
      return fc
        .double({ noNaN: true, noDefaultInfinity: true, min: schema.minimum ?? -Number.MAX_VALUE, max: schema.maximum ?? Number.MAX_VALUE })
        .map(withoutNegativeZero)
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case undefined:
      return json
    default:
      throw new Error(`${place}: the type ${String(schema.type)} is new here`)
  }
}

function objects({ properties, required = [], additionalProperties }: Schema, place: string, draw: Draw): fc.Arbitrary<unknown> {
  if (properties === undefined) {
    const values = typeof additionalProperties === 'object' ? draw(`${place}{}`, additionalProperties) : json
    return fc.dictionary(names, values, { maxKeys: 3, noNullPrototype: true })
  }
  const model = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, draw(`${place}.${name}`, schema)]))
  return fc.record(model, { requiredKeys: required.filter((name) => name in properties), noNullPrototype: true })
}

function arrays(schema: Schema, place: string, draw: Draw): fc.Arbitrary<unknown[]> {
  const { items = {}, prefixItems = [], minItems = 0, maxItems = Infinity, uniqueItems } = schema
  const first = prefixItems.map((item, index) => draw(`${place}[${index}]`, item))
  const minLength = Math.max(0, minItems - first.length)
  const length = { minLength, maxLength: Math.min(maxItems - first.length, minLength + 3) }
  const rest = uniqueItems ? fc.uniqueArray(draw(`${place}[]`, items), length) : fc.array(draw(`${place}[]`, items), length)
  return fc.tuple(fc.tuple(...first), rest).map(([start, end]) => [...start, ...end])
}

function strings({ format, pattern, minLength = 0, maxLength = 2000 }: Schema, place: string): fc.Arbitrary<string> {
  if (format === 'date-time') return timestamps
  if (format === 'uuid') return fc.uuid()
  if (format !== undefined) throw new Error(`${place}: the format ${format} is new here`)
  return pattern === undefined ? texts(minLength, maxLength) : textsLike(new RegExp(pattern), minLength, maxLength)
}

/** Two schemas as one: properties of both, required by either. */
export function merged(one: Schema, other: Schema): Schema {
  const shared = Object.entries(other.properties ?? {}).map(([name, schema]) => [name, merged(one.properties?.[name] ?? {}, schema)])
  return {
    ...one,
    ...other,
    ...((one.properties || other.properties) && { properties: { ...one.properties, ...Object.fromEntries(shared) } }),
    ...((one.required || other.required) && { required: [...new Set([...(one.required ?? []), ...(other.required ?? [])])] }),
  }
}

// What `not` and `if` ask in this API: one of some values, a pattern, or properties that are such.
function fits({ enum: values, pattern, properties = {}, ...rest }: Schema, value: unknown): boolean {
  if ('const' in rest && rest.const !== value) return false
  if (values && !values.some((one) => one === value)) return false
  if (pattern !== undefined && !(typeof value === 'string' && new RegExp(pattern).test(value))) return false
  return Object.entries(properties).every(([name, schema]) => fits(schema, Object(value)[name]))
}

const words = new Set(
  [
    ['$ref', 'type', 'enum', 'const', 'not', 'format', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum', 'minItems', 'maxItems'],
    ['uniqueItems', 'items', 'prefixItems', 'properties', 'required', 'additionalProperties', 'allOf', 'anyOf', 'oneOf', 'if', 'then'],
    ['readOnly', 'default', 'title', 'description', 'deprecated'],
  ].flat(),
)

// A word this does not know may forbid what it draws, so that every test would test something else in silence.
function refuseUnknownWords(schema: Schema, place: string): void {
  const unknown = Object.keys(schema).find((word) => !words.has(word) && !word.startsWith('x-'))
  if (unknown !== undefined) throw new Error(`${place}: the word ${unknown} is new here`)
}
