/** Carts in the browser's database: they outlive the page, a crash and a new version of the shop, and all tabs see one order of edits. */
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB, type StoreNames } from 'idb'
import { unlessAborted } from '../abort.ts'
import { readSaved, readSent, readStamp, readStoredEdit } from './records.ts'
import type { CartStorage, KeptCart, SavedCart, SentWrite, StoredEdit } from './storage.ts'

/** The database of all carts of an origin. */
export const databaseName = 'talon-one-react'

/**
 * Grows with every change of what records hold, a new kind of edit included: then tabs that run older code let go of the database,
 * rather than set aside what they cannot read.
 */
export const databaseVersion = 1

/** Everything here is read as if anybody could have written it: `records.ts` says what of it counts. */
interface Schema extends DBSchema {
  /** Their keys grow, which is the order of edits whatever tab they are from. */
  edits: { key: number; value: StoredEdit & { cart: string }; indexes: { cart: string; id: [cart: string, id: string] } }
  /** What changes with each request, and the stamp of what is in `saved`: apart from it, for most readers know the answer already, and it is large. */
  marks: { key: string; value: Mark }
  saved: { key: string; value: SavedCart }
  /** Records that were no edits, for a version that can read them. */
  parked: { key: number; value: { cart: string; record: unknown } }
}

interface Mark {
  /** Undefined while no answer has been saved. */
  stamp: number | undefined
  sent: readonly SentWrite[]
}

type Database = IDBPDatabase<Schema>
type Stores = StoreNames<Schema>[]
type Transaction<Mode extends 'readonly' | 'readwrite' = 'readwrite'> = IDBPTransaction<Schema, Stores, Mode>

// Whoever clears a site's data closes its databases, and those that are opened anew while it goes on; in milliseconds.
const pauses = [0, 50, 200]

const stores: Stores = ['edits', 'marks', 'saved', 'parked']

/** A database that is open or about to be. */
interface Connection {
  opening: Promise<Database>
  /** Whoever needs a database next opens it anew; transactions that run go on. */
  letGo: () => void
}

/**
 * Opens the database when something is first asked of it, and again when the browser has closed it.
 *
 * Every method rejects, with what the browser says of it, where it keeps nothing: no IndexedDB, denied, full, broken, silent for longer
 * than `patience` (such as behind a tab that does not let go of an older version), or when newer code has taken the database over.
 *
 * @param options.patience milliseconds, default 5000
 */
export function openIndexedDb({ patience = 5000 } = {}): CartStorage {
  let connection: Connection | undefined
  let isOutdated = false

  function connect(): Connection {
    const letGo = () => {
      if (connection === mine) connection = undefined
      void opening.then(
        (database) => database.close(),
        () => {},
      )
    }
    // In a promise, because it throws where there is no IndexedDB or it is denied.
    const opening = (async () =>
      openDB<Schema>(databaseName, databaseVersion, {
        upgrade,
        // Null: the database is being deleted, as a browser's settings can.
        blocking: (_version, newVersion) => {
          isOutdated = newVersion !== null
          letGo()
        },
      }))()
    const mine = { opening, letGo }
    return mine
  }

  async function attempt<Mode extends 'readonly' | 'readwrite', Result>(
    mode: Mode,
    work: (transaction: Transaction<Mode>) => Promise<Result>,
  ): Promise<Result> {
    if (isOutdated) throw new DOMException('newer code has opened the database', 'VersionError')
    const signal = AbortSignal.timeout(patience)
    const { opening, letGo } = (connection ??= connect())
    try {
      const database = await unlessAborted(signal, opening)
      return await transact(database.transaction(stores, mode, { durability: 'strict' }), signal, work)
    } catch (error) {
      letGo()
      throw error
    }
  }

  async function run<Mode extends 'readonly' | 'readwrite', Result>(
    mode: Mode,
    work: (transaction: Transaction<Mode>) => Promise<Result>,
  ): Promise<Result> {
    for (const pause of pauses) {
      try {
        return await attempt(mode, work)
      } catch (error) {
        if (!isLost(error)) throw error
        await new Promise((resolve) => setTimeout(resolve, pause))
      }
    }
    return attempt(mode, work)
  }

  return {
    async read(cart, known) {
      const { strangers, lost, ...kept } = await run('readonly', (transaction) => readCart(transaction, cart, known))
      if (strangers.length > 0) await run('readwrite', (transaction) => park(transaction, cart, strangers))
      if (lost !== undefined) await run('readwrite', (transaction) => clear(transaction, cart, lost))
      return kept
    },

    append: (cart, added, over) =>
      run('readwrite', async (transaction) => {
        if (over && over.stamp !== readStamp(await transaction.objectStore('marks').get(cart))) return false
        const edits = transaction.objectStore('edits')
        // Side by side: each step of its own would be a way to the database and back.
        const firsts = added.filter((entry, index) => added.findIndex(({ id }) => id === entry.id) === index)
        const known = await Promise.all(firsts.map(({ id }) => edits.index('id').getKey([cart, id])))
        await Promise.all(firsts.filter((_entry, index) => known[index] === undefined).map((entry) => edits.add({ cart, ...entry })))
        return true
      }),

    mark: (cart, sent) =>
      run('readwrite', async (transaction) => {
        const marks = transaction.objectStore('marks')
        await marks.put({ stamp: readStamp(await marks.get(cart)), sent }, cart)
      }),

    change: (cart, { removed, changed, added = [], over, sent, saved }) =>
      run('readwrite', async (transaction) => {
        const marks = transaction.objectStore('marks')
        const mark = sent && saved && !over ? undefined : await marks.get(cart)
        if (over && over.stamp !== readStamp(mark)) return false
        const edits = transaction.objectStore('edits')
        const remove = async (id: string) => {
          const key = await edits.index('id').getKey([cart, id])
          if (key !== undefined) await edits.delete(key)
        }
        const replace = async (entry: StoredEdit) => {
          const key = await edits.index('id').getKey([cart, entry.id])
          if (key !== undefined) await edits.put({ cart, ...(await edits.get(key)), ...entry }, key)
        }
        await Promise.all(removed.map(remove))
        await Promise.all(changed.map(replace))
        await Promise.all(added.map((entry) => edits.add({ cart, ...entry })))
        await marks.put({ stamp: saved ? saved.stamp : readStamp(mark), sent: sent ?? readSent(mark) }, cart)
        if (saved) await transaction.objectStore('saved').put(saved, cart)
        return true
      }),
  }
}

function upgrade(database: Database): void {
  const edits = database.createObjectStore('edits', { autoIncrement: true })
  edits.createIndex('cart', 'cart')
  edits.createIndex('id', ['cart', 'id'], { unique: true })
  database.createObjectStore('marks')
  database.createObjectStore('saved')
  database.createObjectStore('parked', { autoIncrement: true })
}

/** What some work comes to once all of it is kept; a rejection means that nothing of it is. */
async function transact<Mode extends 'readonly' | 'readwrite', Result>(
  transaction: Transaction<Mode>,
  signal: AbortSignal,
  work: (transaction: Transaction<Mode>) => Promise<Result>,
): Promise<Result> {
  const abort = () => {
    try {
      transaction.abort()
    } catch {
      // It has ended, or is about to: its own end says how.
    }
  }
  signal.addEventListener('abort', abort)
  // Nobody waits for the end of a transaction whose work has thrown.
  transaction.done.catch(() => {})
  try {
    const result = await work(transaction)
    // What was read has been read, however its transaction ends: over a lost file, browsers end it with an error.
    if (transaction.mode === 'readwrite') await transaction.done
    return result
  } catch (error) {
    abort()
    // Requests say less of what ended their transaction than it does itself.
    throw signal.aborted ? signal.reason : (transaction.error ?? error)
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** What is kept of a cart, the keys of what is among its edits and is none, and the stamp of an answer that is lost. */
async function readCart(
  transaction: Transaction<'readonly'>,
  cart: string,
  known: number | undefined,
): Promise<KeptCart & { strangers: readonly number[]; lost?: number | undefined }> {
  const ofCart = transaction.objectStore('edits').index('cart')
  const [keys, records, mark] = await Promise.all([
    ofCart.getAllKeys(cart),
    ofCart.getAll(cart),
    transaction.objectStore('marks').get(cart),
  ])
  const read = records.map(readStoredEdit)
  const edits = read.filter((edit) => edit !== undefined)
  const strangers = keys.filter((_key, position) => read[position] === undefined)
  const stamp = readStamp(mark)
  const sent = readSent(mark)
  if (stamp === known) return { edits, sent, stamp, saved: undefined, strangers }
  try {
    const saved = readSaved(await transaction.objectStore('saved').get(cart))
    return { edits, sent, stamp: saved?.stamp, saved, strangers }
  } catch (error) {
    // Browsers keep large records in files of their own, which may be gone; but the server knows the answer, too.
    if (!isUnreadable(error)) throw error
    return { edits, sent, stamp: undefined, saved: undefined, strangers, lost: stamp }
  }
}

async function park(transaction: Transaction, cart: string, strangers: readonly number[]): Promise<void> {
  const edits = transaction.objectStore('edits')
  for (const key of strangers) {
    const record = await edits.get(key)
    if (record === undefined) continue
    await transaction.objectStore('parked').add({ cart, record })
    await edits.delete(key)
  }
}

/** Removes an answer unread, unless another one has taken its place. */
async function clear(transaction: Transaction, cart: string, stamp: number): Promise<void> {
  const marks = transaction.objectStore('marks')
  const mark = await marks.get(cart)
  if (mark?.stamp !== stamp) return
  await marks.put({ ...mark, stamp: undefined }, cart)
  await transaction.objectStore('saved').delete(cart)
}

const nameOf = (error: unknown) => (error instanceof Error ? error.name : 'Error')

const isUnreadable = (error: unknown) => ['NotReadableError', 'DataError'].includes(nameOf(error))

// What a database says that the browser has closed, in the background for instance, and what becomes of its transactions.
const isLost = (error: unknown) => ['InvalidStateError', 'UnknownError', 'AbortError'].includes(nameOf(error))
