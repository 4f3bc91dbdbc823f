/** Snapshots: what a sandbox remembers as plain data, and back. A new field of `State` does not compile until it is named in each. */
import { isRecord } from '../record.ts'
import { copyOf, type State } from './state.ts'

/** What is remembered, without what {@link createSandbox} was told. */
type Memory = Omit<State, 'campaigns' | 'evaluation' | 'programs' | 'clock'>

/** Maps become lists of entries, all the way down. */
type Plain<T> =
  T extends Map<infer Key, infer Value> ? [Key, Plain<Value>][] : T extends object ? { [Field in keyof T]: Plain<T[Field]> } : T

/**
 * Everything a sandbox remembers, at one moment: the fields of its state, with maps as lists of entries. Plain data that JSON and
 * structured clones carry. Campaigns, programs and the clock are not part of it.
 */
export type SandboxSnapshot = { version: typeof version } & { [Name in keyof Memory]: Plain<Memory[Name]> }

// To be raised when the fields of a snapshot come to mean something else.
const version = 1

type Check = (part: unknown) => boolean

const isList = (part: unknown): part is unknown[] => Array.isArray(part)
const isListOf =
  (fits: Check): Check =>
  (part) =>
    isList(part) && part.every(fits)
const isMapOf = (key: 'string' | 'number', fits: Check): Check =>
  isListOf((entry) => isList(entry) && entry.length === 2 && typeof entry[0] === key && fits(entry[1]))

const checks: { [Name in keyof Memory]: Check } = {
  nextId: (part) => Number.isSafeInteger(part),
  profiles: isMapOf('string', isRecord),
  sessions: isMapOf('string', isRecord),
  coupons: isMapOf('string', isRecord),
  referrals: isMapOf('string', isRecord),
  giveaways: isListOf(isRecord),
  budgetUses: isListOf(isRecord),
  audiences: isMapOf('number', isRecord),
  events: isListOf(isRecord),
  advancedEvents: isMapOf('string', isRecord),
  progress: isListOf(isRecord),
  catalogs: isMapOf('number', (part) => isRecord(part) && isMapOf('string', isRecord)(part.items)),
  replays: isMapOf('string', isRecord),
  ledgers: isMapOf('string', isListOf(isRecord)),
  joins: isMapOf(
    'string',
    isMapOf('number', (part) => typeof part === 'string'),
  ),
  cards: isMapOf('string', isRecord),
}

/** What a sandbox remembers now, copied. */
export function snapshotOf(state: State): SandboxSnapshot {
  const copy = copyOf(state)
  return {
    version,
    nextId: copy.nextId,
    profiles: [...copy.profiles],
    sessions: [...copy.sessions],
    coupons: [...copy.coupons],
    referrals: [...copy.referrals],
    giveaways: copy.giveaways,
    budgetUses: copy.budgetUses,
    audiences: [...copy.audiences],
    events: copy.events,
    advancedEvents: [...copy.advancedEvents],
    progress: copy.progress,
    catalogs: [...copy.catalogs].map(([id, catalog]) => [id, { ...catalog, items: [...catalog.items] }]),
    replays: [...copy.replays],
    ledgers: [...copy.ledgers],
    joins: [...copy.joins].map(([profileId, programs]) => [profileId, [...programs]]),
    cards: [...copy.cards],
  }
}

/** What a snapshot holds, copied. Throws when it is none. */
export function memoryOf(snapshot: unknown): Memory {
  checkSnapshot(snapshot)
  const copy = structuredClone(snapshot)
  return {
    nextId: copy.nextId,
    profiles: new Map(copy.profiles),
    sessions: new Map(copy.sessions),
    coupons: new Map(copy.coupons),
    referrals: new Map(copy.referrals),
    giveaways: copy.giveaways,
    budgetUses: copy.budgetUses,
    audiences: new Map(copy.audiences),
    events: copy.events,
    advancedEvents: new Map(copy.advancedEvents),
    progress: copy.progress,
    catalogs: new Map(copy.catalogs.map(([id, catalog]) => [id, { ...catalog, items: new Map(catalog.items) }])),
    replays: new Map(copy.replays),
    ledgers: new Map(copy.ledgers),
    joins: new Map(copy.joins.map(([profileId, programs]) => [profileId, new Map(programs)])),
    cards: new Map(copy.cards),
  }
}

// The parts and their kinds; what an entry holds is taken on trust.
function checkSnapshot(snapshot: unknown): asserts snapshot is SandboxSnapshot {
  const no = 'This is no snapshot of a sandbox'
  if (!isRecord(snapshot)) throw new Error(`${no}: expected an object`)
  if (snapshot.version !== version) throw new Error(`${no}: expected its version to be ${version}`)
  for (const [name, fits] of Object.entries(checks)) {
    if (snapshot[name] === undefined) throw new Error(`${no}: ${name} is missing`)
    if (!fits(snapshot[name])) throw new Error(`${no}: ${name} is not what a snapshot has there`)
  }
}
