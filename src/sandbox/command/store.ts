/**
 * What `--state` keeps: a LevelDB directory with one record for each entry of what the sandbox remembers. What a write has changed is
 * one atomic, synced batch; requests that end while a batch is being written share the next one.
 */
import { readdir } from 'node:fs/promises'
import type { ClassicLevel } from 'classic-level'
import type { Sandbox, SandboxSnapshot } from '../index.ts'
import type { Table } from '../handlers.ts'
import { codeOf, Failure } from './failure.ts'
import { TouchedMap } from './touched-map.ts'

/** What {@link openStore} makes. */
export interface Store {
  /**
   * Carries out a request that may write. When it resolves or rejects, what the request has changed is on the disk, and so is
   * everything that changed before.
   *
   * @throws Failure when it cannot be written: what is remembered and what is stored have parted then.
   */
  keep: <T>(operation: keyof Table, work: () => Promise<T>) => Promise<T>
  /** Writes what has changed since, and closes the file. */
  close: () => Promise<void>
}

type Database = ClassicLevel
type Change = { type: 'put'; key: string; value: string } | { type: 'del'; key: string }
/** The records of one part, by their keys. */
type Records = Map<string, string>

// The record that says whose state this is.
const formatKey = 'format'

interface Format {
  /** The version of its snapshots. */
  talonOneSandbox: number
  /** The parts it has, also those without entries. */
  parts: string[]
}

/** The state by the names of its fields, which the parts of a snapshot have too. */
type Memory = Record<string, unknown>

// The cast drops what the fields hold: here they are all the same.
const memoryOf = ({ state }: Sandbox) => state as unknown as Memory

/**
 * Opens or makes the file, and has the sandbox remember what it holds.
 *
 * `late`: whether requests may be carried out when nobody waits for them any more.
 *
 * @throws Failure when the directory is in use, holds something else, or was written by another version. What is stored there is not
 * changed then; a LevelDB that could be opened has renewed its own files (`LOG`, `MANIFEST-…`) by that, also somebody else's.
 */
export async function openStore(directory: string, sandbox: Sandbox, late: boolean): Promise<Store> {
  await checkDirectory(directory)
  const database = await openDatabase(directory)
  try {
    return await storeOf(database, sandbox, late)
  } catch (error) {
    await database.close()
    throw error instanceof Failure ? error : new Failure(1, `the state could not be read (${codeOf(error)})`)
  }
}

// Also those of a LevelDB that was killed while it was made.
const levelFiles = /^(CURRENT|LOCK|LOG|LOG\.old|MANIFEST-\d+|\d+\.(log|ldb|sst|dbtmp))$/

async function checkDirectory(directory: string): Promise<void> {
  const files = await readdir(directory).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    if (codeOf(error) === 'ENOTDIR') throw new Failure(1, '--state names a file: it must be a directory, or one that is not there yet')
    throw new Failure(1, `the directory of --state cannot be read (${codeOf(error)})`)
  })
  if (!files.every((file) => levelFiles.test(file))) throw notOurs()
}

function notOurs(): Failure {
  return new Failure(1, '--state names a directory that holds something else: choose one that is empty, or not there yet')
}

async function openDatabase(directory: string): Promise<Database> {
  const { ClassicLevel } = await importStore()
  const database: Database = new ClassicLevel(directory)
  try {
    await database.open()
    return database
  } catch (error) {
    const code = codeOf(error instanceof Error ? error.cause : error)
    if (code === 'LEVEL_LOCKED')
      throw new Failure(1, 'another process is using this state: stop it, or choose another directory with --state')
    throw new Failure(1, `the state could not be opened (${code})`)
  }
}

// Left to whoever wants a state: 7 MB that nobody else needs.
function importStore(): Promise<typeof import('classic-level')> {
  return import('classic-level').catch((error: unknown) => {
    throw new Failure(1, `--state needs the package classic-level: run npm install --save-dev classic-level (${codeOf(error)})`)
  })
}

async function storeOf(database: Database, sandbox: Sandbox, late: boolean): Promise<Store> {
  const fresh = sandbox.snapshot()
  const { version, ...parts } = fresh
  const names = Object.keys(parts)
  const found = await load(database, version, names)
  if (found !== undefined) {
    remember(sandbox, fresh, found)
    addCodes(sandbox, fresh)
  }
  const memory = memoryOf(sandbox)
  const stored = new Map<string, Records>()
  for (const name of names) {
    const { records, rows } = found?.get(name) ?? nothing()
    stored.set(name, records)
    track(memory, name, new Map(rows.map(({ key, order }) => [key, order])))
  }

  // Requests on their way that are not among the frequent ones.
  let sweeping = 0
  let running: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined

  const changes = (isFull: boolean): Change[] => [...stored].flatMap(([name, records]) => changesOf(memory, name, records, isFull))

  async function write(): Promise<void> {
    try {
      await database.batch(changes(late || sweeping > 0), { sync: true })
    } catch (error) {
      throw new Failure(1, `the state could not be written (${codeOf(error)}): what was not answered is not in it`)
    }
  }

  /** Everything that has changed until its turn comes gets into one batch, after the one that is being written. */
  function commit(): Promise<void> {
    const begin = (): Promise<void> => {
      next = undefined
      running = write()
      return running
    }
    // After one that failed, none begins: its changes would be missing from the next.
    next ??= running.then(begin)
    return next
  }

  const format: Format = { talonOneSandbox: version, parts: names }
  await database.batch([{ type: 'put', key: formatKey, value: JSON.stringify(format) }, ...changes(true)], { sync: true })
  return {
    keep: async (operation, work) => {
      const sweeps = frequent.has(operation) ? 0 : 1
      sweeping += sweeps
      try {
        return await work()
      } finally {
        await commit().finally(() => (sweeping -= sweeps))
      }
    },
    close: async () => {
      sweeping += 1
      await commit().finally(() => database.close())
    },
  }
}

// An entry that was handed out may have been changed in its place, so what is handed out is compared with what is stored. The frequent
// writes go through all sessions (is this the first of the profile?) and all replays (is one of them old?): comparing those would cost
// as much as all the rest. A test knows that these writes only read or delete there; after any other write, everything is compared.
const onlyRead: ReadonlySet<string> = new Set(['sessions', 'replays'])
const frequent: ReadonlySet<keyof Table> = new Set<keyof Table>([
  'updateCustomerSessionV2',
  'updateCustomerProfileV2',
  'trackEventV2',
  'trackEventV3',
  'updateCustomerSession',
  'updateCustomerProfile',
  'trackEvent',
])

// Reading

interface Row {
  key: unknown
  order: number
  entry: unknown
}

/** What is stored of one part: its records as they are, and read, in their order. */
interface Found {
  records: Records
  rows: Row[]
}

const nothing = (): Found => ({ records: new Map(), rows: [] })

/** What is stored, by part; undefined for a new state. */
async function load(database: Database, version: number, names: readonly string[]): Promise<Map<string, Found> | undefined> {
  const stored = await database.iterator().all()
  if (stored.length === 0) return undefined
  const format = readFormat(stored.find(([id]) => id === formatKey)?.[1])
  if (format.talonOneSandbox !== version || !format.parts.every((name) => names.includes(name))) throw ofOtherVersion()

  const found = new Map(format.parts.map((name) => [name, nothing()]))
  for (const [id, value] of stored) {
    if (id === formatKey) continue
    const space = id.indexOf(' ')
    const part = found.get(id.slice(0, space))
    if (part === undefined) throw notOurs()
    // Written by `recordOf` below.
    const [order, entry] = JSON.parse(value) as [number, unknown]
    part.records.set(id, value)
    part.rows.push({ key: JSON.parse(id.slice(space)) as unknown, order, entry })
  }
  for (const { rows } of found.values()) rows.sort((one, other) => one.order - other.order)
  return found
}

function readFormat(text: string | undefined): Format {
  if (text === undefined || !text.startsWith('{"talonOneSandbox":')) throw notOurs()
  // The cast holds because nobody else begins a record so.
  return JSON.parse(text) as Format
}

function ofOtherVersion(): Failure {
  return new Failure(1, 'this state was written by another version of talon-one-sandbox: use that one, or another --state')
}

/** Has the sandbox remember what was stored. */
function remember(sandbox: Sandbox, fresh: SandboxSnapshot, found: ReadonlyMap<string, Found>): void {
  const memory = memoryOf(sandbox)
  const parts = Object.entries(fresh).map(([name, part]) => [name, partOf(memory[name], part, found.get(name))])
  try {
    // The cast holds because `restore` looks at the parts itself.
    sandbox.restore(Object.fromEntries(parts) as SandboxSnapshot)
  } catch {
    throw ofOtherVersion()
  }
}

/** A part of a snapshot. One that the state was written without is as in a new sandbox. */
function partOf(field: unknown, fresh: unknown, found: Found | undefined): unknown {
  if (found === undefined) return fresh
  if (field instanceof Map) return found.rows.map(({ key, entry }) => [key, entry])
  const entries = found.rows.map(({ entry }) => entry)
  return Array.isArray(field) ? entries : entries[0]
}

/** Codes that the config has gained since the state was written. No request deletes a code, so none comes back that was deleted. */
function addCodes({ state }: Sandbox, { coupons }: SandboxSnapshot): void {
  for (const [code, stored] of coupons) {
    if (state.coupons.has(code)) continue
    state.coupons.set(code, { ...stored, coupon: { ...stored.coupon, id: state.nextId } })
    state.nextId += 1
  }
}

// Comparing

/** From now on, the maps of the state know what was touched in them. */
function track(memory: Memory, name: string, orders: ReadonlyMap<unknown, number>): void {
  const part = memory[name]
  if (!(part instanceof Map)) return
  memory[name] = new TouchedMap([...part].map(([key, value]): [unknown, unknown, number | undefined] => [key, value, orders.get(key)]))
}

/** What is to be written so that the records are those of the part; the records are changed at once. */
function changesOf(memory: Memory, name: string, records: Records, isFull: boolean): Change[] {
  // A handler may put another map into the place of the one that was tracked.
  const isTracked = memory[name] instanceof TouchedMap
  if (!isTracked) track(memory, name, new Map())
  const part = memory[name]
  const isSmall = part instanceof TouchedMap && isTracked && !isFull && !(part.wasSearched && !onlyRead.has(name))
  const now = isSmall ? touchedRecords(name, part) : allRecords(name, part, records)
  if (part instanceof TouchedMap) part.forget()
  const changes: Change[] = []
  for (const [key, value] of now) {
    if (records.get(key) === value) continue
    if (value === undefined) records.delete(key)
    else records.set(key, value)
    changes.push(value === undefined ? { type: 'del', key } : { type: 'put', key, value })
  }
  return changes
}

type Wanted = Map<string, string | undefined>

function touchedRecords(name: string, part: TouchedMap<unknown, unknown>): Wanted {
  return new Map([...part.touched].map((key) => mapRecord(name, part, key)))
}

function allRecords(name: string, part: unknown, before: Records): Wanted {
  const now: Wanted = new Map([...before.keys()].map((key) => [key, undefined]))
  if (part instanceof TouchedMap) for (const key of part.keys()) now.set(...mapRecord(name, part, key))
  else if (Array.isArray(part)) for (const [index, entry] of part.entries()) now.set(keyOf(name, index), recordOf(index, entry))
  else now.set(keyOf(name, null), recordOf(0, part))
  return now
}

function mapRecord(name: string, part: TouchedMap<unknown, unknown>, key: unknown): [string, string | undefined] {
  const found = part.look(key)
  return [keyOf(name, key), found && recordOf(found.order, found.value)]
}

function keyOf(name: string, key: unknown): string {
  return `${name} ${JSON.stringify(key)}`
}

function recordOf(order: number, entry: unknown): string {
  return JSON.stringify([order, entry], plain)
}

// As in a snapshot: maps are lists of entries, all the way down.
function plain(_: string, value: unknown): unknown {
  return value instanceof Map ? [...value] : value
}
