/** Requests that mean harm: one that a proxy would carry out, and then a hostility or a few, each by dice of its own. */
import type { Endpoint } from '../../src/endpoint.ts'
import { updateCustomerSessionV2 } from '../../src/endpoints.ts'
import { withIdentity } from '../../src/identity.ts'
import { createDice, type Dice } from '../runner/dice.ts'
import type { Draft, Scene } from './draft.ts'
import { type Hostility, hostilities } from './hostilities.ts'
import { browserIds, rows, shopperInput, shopperRows, staffInput } from './said.ts'
import { drawSetup, type Person, sessionIdOf, type Setup, type StaffPerson } from './world.ts'

/** One request of a schedule, as it was drawn. */
export interface Drawn {
  number: number
  /** Those of one group are on their way at once. */
  group: number
  row: Endpoint
  caller: Person | StaffPerson
  hostilities: readonly Hostility[]
}

export interface Plan {
  seed: number
  setup: Setup
  requests: readonly Drawn[]
}

/** Requests of a schedule. */
export const requestsInSchedule = 40

export function drawPlan(seed: number): Plan {
  const setup = drawSetup(seed)
  const dice = createDice(seed, 'plan')
  let group = 0
  let left = 0
  const requests = Array.from({ length: requestsInSchedule }, (_, index): Drawn => {
    if (left === 0) {
      group++
      left = dice.pick([1, 2, 2, 3, 6])
    }
    left--
    const isStaff = setup.is === 'staff'
    const from = isStaff || dice.chance(0.1) ? rows : shopperRows
    // The cart is what there is most to gain by.
    const row = (!isStaff && dice.chance(0.2) ? undefined : from[dice.between(0, from.length - 1)]) ?? updateCustomerSessionV2
    const callers = isStaff ? setup.staff : setup.persons
    const caller = callers[dice.between(0, callers.length - 1)] ?? nobody
    const fitting = hostilitiesFor(row, setup)
    const count = dice.pick([0, 1, 1, 1, 1, 2, 3])
    const drawn = Array.from({ length: count }, () => fitting[dice.between(0, fitting.length - 1)])
    return { number: index + 1, group, row, caller, hostilities: [...new Set(drawn)].filter((one) => one !== undefined) }
  })
  return { seed, setup, requests }
}

const nobody: Person = { profileId: undefined, isGuest: false, cards: [] }

const fittingFor = new Map<string, readonly Hostility[]>()
function hostilitiesFor(row: Endpoint, { is }: Setup): readonly Hostility[] {
  const name = `${is} ${row.operationId}`
  const known = fittingFor.get(name)
  if (known) return known
  const fitting = hostilities.flatMap((one) => {
    const isFit = (one.only === undefined || one.only === is) && (one.fits?.(row) ?? true)
    return isFit ? Array<Hostility>(one.often ?? 1).fill(one) : []
  })
  fittingFor.set(name, fitting)
  return fitting
}

/** A request as it goes to a proxy. */
export interface Asked {
  method: string
  url: string
  headers: [name: string, value: string][]
  bytes: Uint8Array | undefined
  draft: Draft
  /** The hostilities that found something to be done to. */
  done: readonly string[]
}

/** Writes a request out: the same plan and number, the same bytes. */
export function ask({ seed, setup }: Plan, { number, row, caller, hostilities: drawn }: Drawn): Asked {
  const draft = draftOf(row, setup, caller, createDice(seed, `request ${number}`))
  const done = drawn.filter((one) => {
    let isDone = true
    const miss = () => void (isDone = false)
    one.apply(draft, { dice: createDice(seed, `${number} ${one.name}`), miss, row, setup, caller, foreign: foreignTo(setup, caller) })
    return isDone
  })
  const search = draft.query.length === 0 ? '' : `?${draft.query.map(([name, value]) => `${name}=${value}`).join('&')}`
  const plain = `https://shop.example${setup.basePath}/${draft.segments.join('/')}${search}`
  const url = draft.url.reduce((before, edit) => edit(before), plain)
  return { method: draft.method, url, headers: draft.headers, bytes: bytesOf(draft), draft, done: done.map(({ name }) => name) }
}

function draftOf(row: Endpoint, setup: Setup, caller: Person | StaffPerson, dice: Dice): Draft {
  const isStaff = setup.is === 'staff'
  const input =
    'subject' in caller || isStaff || row.audience !== 'shopper'
      ? staffInput(row, dice, profilesOf(setup))
      : identified(row, shopperInput(row, dice, caller.cards), caller.profileId, dice)
  const body = row.body === undefined ? undefined : row.bodyIs === undefined ? pick(input, row.body) : (input[row.bodyIs] ?? {})
  const query = Object.keys(row.query).flatMap((field): [string, string][] => {
    const name = field.replace(/\?$/, '')
    const value = input[name]
    const shape = row.query[field]
    if (value === undefined || shape === undefined) return []
    const values = shape.is === 'list' && Array.isArray(value) ? (shape.inOne ? [value.join(',')] : value) : [value]
    return values.map((entry) => [name, encodeURIComponent(String(entry))])
  })
  const headers: [string, string][] = [['x-talon-client', '1']]
  if (body !== undefined) headers.push(['content-type', 'application/json'])
  if ('cookie' in caller) headers.push(['cookie', `theme=dark; ${caller.cookie}`])
  if (dice.chance(0.3)) headers.push(['sec-fetch-site', 'same-origin'])
  if (row.kind === 'write' && dice.chance(0.3)) headers.push(['idempotency-key', `idem-${dice.between(1, 3)}`])
  if (row.operationId === 'updateCustomerSessionV2' && dice.chance(0.5)) headers.push(['x-talon-sequence', `page.${dice.between(1, 40)}`])
  const segments = row.path.slice(1).split('/')
  return {
    method: row.method,
    segments: segments.map((part) => (part.startsWith('{') ? encodeURIComponent(String(input[part.slice(1, -1)])) : part)),
    query,
    headers,
    body,
    text: [],
    bytes: [],
    url: [],
    isEndless: false,
  }
}

function identified(row: Endpoint, input: Record<string, unknown>, profileId: string | undefined, dice: Dice): Record<string, unknown> {
  if (row.identity === undefined) return input
  const isInPath = row.path.includes('{integrationId}')
  if (!isInPath && dice.chance(0.4)) return input
  return withIdentity(row, input, dice.chance(0.6) ? 'me' : (profileId ?? 'me'))
}

const pick = (input: Record<string, unknown>, fields: object) =>
  Object.fromEntries(Object.entries(input).filter(([name]) => name in fields || `${name}?` in fields))

const encoder = new TextEncoder()

function bytesOf({ body, text, bytes }: Draft): Uint8Array | undefined {
  if (body === undefined) return undefined
  const json = text.reduce((before, edit) => edit(before), JSON.stringify(body) ?? '')
  return bytes.reduce((before, edit) => edit(before), encoder.encode(json) as Uint8Array)
}

function profilesOf({ persons }: Setup): [string, ...string[]] {
  return ['vz-somebody', ...persons.flatMap(({ profileId }) => profileId ?? [])]
}

const foreignIds = new WeakMap<object, Scene['foreign']>()
function foreignTo(setup: Setup, caller: Person | StaffPerson): Scene['foreign'] {
  const known = foreignIds.get(caller)
  if (known) return known
  const others = setup.persons.filter((person) => person !== caller)
  const foreign: Scene['foreign'] = {
    profiles: ['vz-somebody', ...others.flatMap(({ profileId }) => profileId ?? [])],
    sessions: [
      'vz-theirs',
      ...others.flatMap(({ profileId }) => (profileId ? browserIds.map((id) => sessionIdOf(setup, profileId, id)) : [])),
    ],
    cards: ['vz-card-9', ...others.flatMap(({ cards }) => cards)],
  }
  foreignIds.set(caller, foreign)
  return foreign
}
