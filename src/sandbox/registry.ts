/** The custom attributes and additional costs that an Application knows; a request that names others is refused. */
import type { TalonOneIssue } from '../error.ts'
import { isRecord } from '../record.ts'
import { readShape, type Shape } from '../shape.ts'
import type { Table } from './handlers.ts'

/** What an attribute may hold, in the Campaign Manager's words. A `time` is an RFC 3339 timestamp. */
export type AttributeType = 'string' | 'number' | 'boolean' | 'time' | '(list string)' | '(list number)'

/** The custom attributes of an Application: names with types, for each entity that can have some. An entity that is left out takes any. */
export interface SandboxAttributes {
  session?: Readonly<Record<string, AttributeType>>
  /** Those of lines. */
  item?: Readonly<Record<string, AttributeType>>
  profile?: Readonly<Record<string, AttributeType>>
  event?: Readonly<Record<string, AttributeType>>
}

/** What is registered. */
export interface Registry {
  attributes: SandboxAttributes
  /** Undefined: any. */
  additionalCosts: readonly string[] | undefined
}

type Entity = keyof SandboxAttributes | 'cost'

const shapes: Readonly<Record<AttributeType, Shape>> = {
  string: { is: 'string' },
  number: { is: 'number' },
  boolean: { is: 'boolean' },
  time: { is: 'timestamp' },
  '(list string)': { is: 'list', of: { is: 'string' } },
  '(list number)': { is: 'list', of: { is: 'number' } },
}

// Where requests name attributes and costs: a pointer into the input, with `*` for each entry of a list.
const places: { readonly [Name in keyof Table]?: Readonly<Record<string, Entity>> } = {
  updateCustomerSessionV2: {
    '/customerSession/attributes': 'session',
    '/customerSession/cartItems/*/attributes': 'item',
    '/customerSession/additionalCosts': 'cost',
    '/customerSession/cartItems/*/additionalCosts': 'cost',
  },
  updateCustomerSession: { '/attributes': 'session', '/cartItems/*/attributes': 'item' },
  updateCustomerProfileV2: { '/attributes': 'profile' },
  updateCustomerProfilesV2: { '/customerProfiles/*/attributes': 'profile' },
  updateCustomerProfile: { '/attributes': 'profile' },
  updateAudienceCustomersAttributes: { '/attributes': 'profile' },
  trackEventV2: { '/attributes': 'event' },
  trackEventV3: { '/attributes': 'event' },
  trackEvent: { '/attributes': 'event' },
}

// As the API calls them: developers.talon.one/Getting-Started/errors (2021); the item's is inferred.
const nouns: Readonly<Record<keyof SandboxAttributes, string>> = {
  session: 'CustomerSession',
  item: 'CartItem',
  profile: 'CustomerProfile',
  event: 'Event',
}

/** Holds what a request names to what is registered; what does not fit goes to `issues`. */
export function checkRegistered(registry: Registry, name: keyof Table, input: unknown, issues: TalonOneIssue[]): void {
  for (const [place, entity] of Object.entries(places[name] ?? {})) {
    for (const [pointer, map] of recordsAt(input, place.slice(1).split('/'), '')) checkNames(registry, entity, pointer, map, issues)
  }
}

function checkNames(
  { attributes, additionalCosts }: Registry,
  entity: Entity,
  pointer: string,
  map: Record<string, unknown>,
  issues: TalonOneIssue[],
): void {
  for (const [name, value] of Object.entries(map)) {
    const at = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    if (entity === 'cost') {
      if (additionalCosts?.includes(name) === false) issues.push({ pointer: at, message: 'unknown: this additional cost is not defined' })
      continue
    }
    const known = attributes[entity]
    if (known === undefined) continue
    const type = Object.hasOwn(known, name) ? known[name] : undefined
    if (type === undefined) issues.push({ pointer: at, message: `unknown: this attribute is not defined on ${nouns[entity]} entities` })
    // null changes nothing, whatever the type.
    else if (value !== null) readShape(shapes[type], value, at, issues)
  }
}

function recordsAt(at: unknown, [name, ...rest]: readonly string[], pointer: string): [pointer: string, map: Record<string, unknown>][] {
  if (name === undefined) return isRecord(at) ? [[pointer, at]] : []
  if (name === '*') return Array.isArray(at) ? at.flatMap((entry, index) => recordsAt(entry, rest, `${pointer}/${index}`)) : []
  return isRecord(at) ? recordsAt(at[name], rest, `${pointer}/${name}`) : []
}
