import 'fake-indexeddb/auto'
import { forceCloseDatabase, IDBFactory } from 'fake-indexeddb'
import { deleteDB, openDB } from 'idb'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { databaseName, databaseVersion, openIndexedDb } from '../../src/cart/indexed-db.ts'
import { checkEdit } from '../../src/cart/checks.ts'
import type { CartEdit } from '../../src/cart/edits.ts'
import { type CartStorage, createMemoryStorage } from '../../src/cart/storage.ts'
import { editsOfEachKind, savedCart, sentWrites, stored, testCartStorage } from '../cart-storage.ts'

beforeEach(() => void vi.stubGlobal('indexedDB', new IDBFactory()))
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

testCartStorage('memory', () => {
  const storage = createMemoryStorage()
  return [storage, storage]
})
testCartStorage('a database', () => [openIndexedDb(), openIndexedDb()])

const cart = 'cart'
const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error) => error,
  )

/** The database by hand: what other versions of this code, other scripts and broken disks may leave in it. */
const byHand = (version?: number) => openDB(databaseName, version)

/** Puts itself around each call of a method of IndexedDB's, until the test ends. */
function around<Owner extends IDBDatabase | IDBObjectStore, Result>(
  { prototype }: { prototype: Owner },
  name: keyof Owner & string,
  happen: (owner: Owner, call: () => Result) => Result,
): void {
  // Methods of the platform stand on their prototypes.
  const method = Reflect.get(prototype, name) as (...given: unknown[]) => Result
  const replacement = function (this: Owner, ...given: unknown[]) {
    return happen(this, () => method.apply(this, given))
  }
  // `spyOn` wants to know which method it is.
  vi.spyOn(prototype, name as never).mockImplementation(replacement as never)
}

/** Does to transactions what a test wants, such as ending them as a browser does. */
function onTransaction(happen: (transaction: FakeTransaction) => void): void {
  around(IDBDatabase, 'transaction', (_database, begin: () => FakeTransaction) => {
    const transaction = begin()
    happen(transaction)
    return transaction
  })
}

/** A request that the browser begins and cannot carry out. */
function failing(store: IDBObjectStore, errorName: string): IDBRequest {
  const operation = () => {
    throw new DOMException('it cannot be read', errorName)
  }
  // How a fake's own requests begin.
  return (store.transaction as FakeTransaction)._execRequestAsync({ source: store, operation })
}

/** What a fake's transaction can do that browsers keep to themselves. */
type FakeTransaction = IDBTransaction & {
  _abort(errorName: string): void
  _execRequestAsync(request: { source: IDBObjectStore; operation: () => unknown }): IDBRequest
}

describe('a change', () => {
  test('that cannot be made leaves edits and answer as they were', async () => {
    const storage = openIndexedDb()
    await storage.append(cart, [stored('a'), stored('b')])
    await storage.change(cart, { removed: [], changed: [], sent: [], saved: savedCart(1) })
    const before = await storage.read(cart)
    const uncloneable = { ...savedCart(2), answer: { effects: [() => {}] } as never }
    const change = { removed: ['a'], changed: [stored('b', { type: 'clearReferral' })], sent: [], saved: uncloneable }
    expect(await failure(storage.change(cart, change))).toMatchObject({ name: 'DataCloneError' })
    expect(await storage.read(cart)).toEqual(before)
    expect(await storage.read(cart, 1)).toMatchObject({ stamp: 1 })
  })

  test('that the browser ends in the middle, time and again, leaves everything as it was', async () => {
    const storage = openIndexedDb()
    await storage.append(cart, [stored('a')])
    await storage.change(cart, { removed: [], changed: [], sent: [], saved: savedCart(1) })
    const before = await storage.read(cart)
    around(IDBObjectStore, 'put', (store, put) => {
      // A fake's transaction.
      if (store.name === 'saved') (store.transaction as FakeTransaction)._abort('AbortError')
      return put()
    })
    expect(await failure(storage.change(cart, { removed: ['a'], changed: [], sent: [], saved: savedCart(2) }))).toMatchObject({
      name: 'AbortError',
    })
    vi.restoreAllMocks()
    expect(await storage.read(cart)).toEqual(before)
  })

  test('is done when the database says so, not before', async () => {
    const storage = openIndexedDb()
    await storage.read(cart)
    let isComplete = false
    onTransaction((transaction) => transaction.addEventListener('complete', () => void (isComplete = true)))
    await storage.append(cart, [stored('a')])
    expect(isComplete).toBe(true)
  })

  test('of which writes may still land does not touch the answer', async () => {
    const storage = openIndexedDb()
    await storage.change(cart, { removed: [], changed: [], sent: [], saved: savedCart(1) })
    const put = vi.spyOn(IDBObjectStore.prototype, 'put')
    await storage.mark(cart, sentWrites)
    expect(put.mock.contexts.map((store) => store instanceof IDBObjectStore && store.name)).toEqual(['marks'])
    expect(await storage.read(cart)).toMatchObject({ sent: sentWrites, stamp: 1 })
  })

  test('waits for the disk', async () => {
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction')
    await openIndexedDb().append(cart, [stored('a')])
    expect(transaction).toHaveBeenLastCalledWith(expect.anything(), 'readwrite', { durability: 'strict' })
  })
})

describe('an answer', () => {
  test('that the reader knows is not read', async () => {
    const storage = openIndexedDb()
    await storage.change(cart, { removed: [], changed: [], sent: [], saved: savedCart(1) })
    const get = vi.spyOn(IDBObjectStore.prototype, 'get')
    await storage.read(cart, 1)
    const asked = () => get.mock.contexts.map((store) => store instanceof IDBObjectStore && store.name)
    expect(asked()).toEqual(['marks'])
    await storage.read(cart, 2)
    expect(asked()).toEqual(['marks', 'marks', 'saved'])
  })

  const whole = savedCart(1)
  const session = { integrationId: 'cart', cartItems: [] }
  test.each<[string, unknown]>([
    ['text', 'saved'],
    ['null', null],
    ['without a stamp', { ...whole, stamp: undefined }],
    ['with a stamp that is no number', { ...whole, stamp: '1' }],
    ['without an answer', { ...whole, answer: undefined }],
    ['with a session that is none', { ...whole, answer: { customerSession: 'session' } }],
    ['with effects that are no list', { ...whole, answer: { customerSession: session, effects: 7 } }],
    ['with effects and no session', { ...whole, answer: { effects: 7 } }],
    ['with a line that is none', { ...whole, answer: { customerSession: { ...session, cartItems: [{ sku: 1, quantity: 1 }] } } }],
    ['with keys that are no list', { ...whole, keys: { 0: 'a' } }],
    ['with a key that is no text', { ...whole, keys: [1] }],
    ['with a refusal that is none', { ...whole, refused: [{ id: 'a', code: 'b' }] }],
  ])('counts as absent when it is %s, and the edits stay', async (_how, broken) => {
    const storage = openIndexedDb()
    await storage.append(cart, [stored('a')])
    await storage.change(cart, { removed: [], changed: [], sent: [], saved: savedCart(1) })
    const database = await byHand()
    await database.put('saved', broken, cart)
    database.close()
    expect(await storage.read(cart)).toEqual({ edits: [stored('a')], sent: [], stamp: undefined, saved: undefined })
    await storage.change(cart, { removed: [], changed: [], sent: [], saved: savedCart(2) })
    expect(await storage.read(cart)).toMatchObject({ stamp: 2, saved: savedCart(2) })
  })

  describe.each(['NotReadableError', 'DataError'])('whose file is lost, which is a %s,', (name) => {
    async function lose(): Promise<CartStorage> {
      const storage = openIndexedDb()
      await storage.append(cart, [stored('a')])
      await storage.change(cart, { removed: [], changed: [], sent: [], saved: savedCart(1) })
      let isGone = true
      const forgets = (store: IDBObjectStore, call: () => IDBRequest) => {
        if (store.name === 'saved') isGone = false
        return call()
      }
      around(IDBObjectStore, 'put', forgets)
      around(IDBObjectStore, 'delete', forgets)
      around(IDBObjectStore, 'get', (store, get: () => IDBRequest) => (store.name === 'saved' && isGone ? failing(store, name) : get()))
      return storage
    }

    test('counts as absent, and is removed', async () => {
      const storage = await lose()
      for (let count = 0; count < 2; count++)
        expect(await storage.read(cart)).toEqual({ edits: [stored('a')], sent: [], stamp: undefined, saved: undefined })
      const database = await byHand()
      expect([await database.count('saved'), await database.get('marks', cart)]).toEqual([0, { stamp: undefined, sent: [] }])
      database.close()
    })

    test('does not take with it the one that another tab has kept meanwhile', async () => {
      const storage = await lose()
      const reading = storage.read(cart)
      const changing = openIndexedDb().change(cart, { removed: ['a'], changed: [], sent: [], saved: savedCart(2) })
      expect(await reading).toMatchObject({ saved: undefined })
      await changing
      expect(await storage.read(cart)).toEqual({ edits: [], sent: [], stamp: 2, saved: savedCart(2) })
    })
  })
})

describe('a mark', () => {
  const [write] = sentWrites
  test.each<[string, unknown, number | undefined]>([
    ['text', 'mark', undefined],
    ['null', null, undefined],
    ['a number', 1, undefined],
    ['without writes', { stamp: 1 }, 1],
    ['with writes that are no list', { stamp: 1, sent: { 0: write } }, 1],
    ['with a write that is none', { stamp: 1, sent: ['write'] }, 1],
    ['with a write without its outline', { stamp: 1, sent: [{ ...write, outline: undefined }] }, 1],
    ['with a write whose ids are none', { stamp: 1, sent: [{ ...write, ids: [1] }] }, 1],
    ['with a write whose edit is none', { stamp: 1, sent: [{ ...write, edits: [{ type: 'explode' }] }] }, 1],
    ['with a write of a state of tomorrow', { stamp: 1, sent: [{ ...write, state: 'landed' }] }, 1],
    ['with a write of a session that is none', { stamp: 1, sent: [{ ...write, of: 'session' }] }, 1],
    ['with a write with a field of tomorrow', { stamp: 1, sent: [{ ...write, order: 1 }] }, 1],
  ])('that is %s hides nothing else', async (_how, broken, stamp) => {
    const storage = openIndexedDb()
    await storage.append(cart, [stored('a')])
    await storage.change(cart, { removed: [], changed: [], sent: sentWrites, saved: savedCart(1) })
    const database = await byHand()
    await database.put('marks', broken, cart)
    database.close()
    expect(await storage.read(cart, 0)).toEqual({ edits: [stored('a')], sent: [], stamp: 1, saved: savedCart(1) })
    expect((await storage.read(cart, 1)).saved).toEqual(stamp === 1 ? undefined : savedCart(1))
    await storage.mark(cart, sentWrites)
    expect(await storage.read(cart, 0)).toMatchObject({ sent: sentWrites, stamp: 1 })
  })

  test('keeps the writes that can be read', async () => {
    const storage = openIndexedDb()
    await storage.mark(cart, [])
    const database = await byHand()
    await database.put('marks', { sent: [...sentWrites, 'write'] }, cart)
    database.close()
    expect((await storage.read(cart)).sent).toEqual(sentWrites)
  })
})

test('an answer that cannot be read for another reason refuses', async () => {
  const storage = openIndexedDb()
  await storage.change(cart, { removed: [], changed: [], sent: [], saved: savedCart(1) })
  around(IDBObjectStore, 'get', (store, get: () => IDBRequest) => (store.name === 'saved' ? failing(store, 'UnknownError') : get()))
  expect(await failure(storage.read(cart))).toMatchObject({ name: 'UnknownError' })
})

test('what an edit may hold when it is made, it may hold when it is read', async () => {
  const storage = openIndexedDb()
  const nested = (depth: number): unknown => (depth === 0 ? 'leaf' : { in: nested(depth - 1) })
  const edits = Array.from({ length: 30 }, (_, depth) => ({ Deep: nested(depth) })).flatMap((attributes): CartEdit[] => {
    try {
      const add: CartEdit = { type: 'add', key: 'beans', item: { sku: 'beans', attributes }, quantity: 10_000 }
      return [checkEdit({ type: 'setAttributes', attributes }), checkEdit(add)]
    } catch {
      return []
    }
  })
  expect(edits.length).toBeGreaterThan(20)
  const all = edits.map((edit, position) => stored(`${position}`, edit))
  await storage.append(cart, all)
  expect((await storage.read(cart)).edits).toEqual(all)
})

describe('a record that is no edit', () => {
  const [add] = editsOfEachKind
  const strange: readonly [string, unknown][] = [
    ['without an edit', { cart, id: 'strange' }],
    ['whose edit is null', { cart, id: 'strange', edit: null }],
    ['whose edit is text', { cart, id: 'strange', edit: 'remove' }],
    ['of a kind of tomorrow', { cart, id: 'strange', edit: { type: 'gift', key: 'beans' } }],
    ['of a kind that every object has', { cart, id: 'strange', edit: { type: 'toString' } }],
    ['with a field of tomorrow', { cart, id: 'strange', edit: { type: 'remove', key: 'beans', units: 2 } }],
    ['with a field of tomorrow beside the edit', { cart, id: 'strange', edit: { type: 'clearReferral' }, until: 5 }],
    ['that lacks a field', { cart, id: 'strange', edit: { type: 'remove' } }],
    ['whose key is no text', { cart, id: 'strange', edit: { type: 'remove', key: 7 } }],
    ['whose quantity cannot be', { cart, id: 'strange', edit: { type: 'setQuantity', key: 'beans', quantity: -1 } }],
    ['whose quantity is no number', { cart, id: 'strange', edit: { ...add, quantity: NaN } }],
    ['whose product is none', { cart, id: 'strange', edit: { ...add, item: { sku: '' } } }],
    ['whose price cannot be', { cart, id: 'strange', edit: { ...add, item: { sku: 'beans', price: -5 } } }],
    ['whose code is no code', { cart, id: 'strange', edit: { type: 'applyCoupon', code: '' } }],
    ['whose total is neither', { cart, id: 'strange', edit: { ...add, isTotal: 'yes' } }],
    ['of a session that is none', { cart, id: 'strange', edit: { type: 'clearReferral' }, of: { profileId: 'ada' } }],
    ['whose id is no text', { cart, id: 7, edit: { type: 'clearReferral' } }],
  ]

  test.each(strange)('%s is set aside, once, and the others stay', async (_how, record) => {
    const storage = openIndexedDb()
    await storage.append(cart, [stored('before')])
    const database = await byHand()
    await database.add('edits', record)
    await storage.append(cart, [stored('after')])
    const others = [openIndexedDb(), storage]
    const kept = await Promise.all(others.map((one) => one.read(cart)))
    for (const { edits } of kept) expect(edits).toEqual([stored('before'), stored('after')])
    await storage.read(cart)
    expect(await database.getAll('parked')).toEqual([{ cart, record }])
    expect(await database.count('edits')).toBe(2)
    database.close()
  })
})

describe('the database', () => {
  test('is opened when something is first asked of it, and once', async () => {
    const open = vi.spyOn(indexedDB, 'open')
    const storage = openIndexedDb()
    expect(open).not.toHaveBeenCalled()
    await Promise.all([storage.read(cart), storage.append(cart, [stored('a')]), storage.read('another')])
    await storage.read(cart)
    expect(open).toHaveBeenCalledTimes(1)
  })

  test('that newer code opens is let go at once, and kept out of from then on', async () => {
    const old = openIndexedDb()
    await old.append(cart, [stored('a')])
    const database = await openDB(databaseName, databaseVersion + 1, { blocked: () => expect.unreachable('the old tab must let go') })
    const open = vi.spyOn(indexedDB, 'open')
    for (const work of [old.read(cart), old.append(cart, [stored('b')]), old.mark(cart, [])])
      expect(await failure(work)).toMatchObject({ name: 'VersionError' })
    expect(open).not.toHaveBeenCalled()
    expect(await database.getAll('edits')).toMatchObject([{ id: 'a' }])
    database.close()
  })

  test('of newer code is not opened, nor overwritten', async () => {
    const database = await openDB(databaseName, databaseVersion + 1, { upgrade: (newer) => void newer.createObjectStore('lines') })
    await database.put('lines', 'of tomorrow', 'line')
    database.close()
    expect(await failure(openIndexedDb().append(cart, [stored('a')]))).toMatchObject({ name: 'VersionError' })
    const again = await byHand()
    expect(again.version).toBe(databaseVersion + 1)
    expect(await again.get('lines', 'line')).toBe('of tomorrow')
    again.close()
  })

  test('that another tab does not let go is waited for, but not for ever', async () => {
    const stubborn = await byHand(databaseVersion)
    // So this tab's code is newer than the other one's.
    const open = indexedDB.open.bind(indexedDB)
    vi.spyOn(indexedDB, 'open').mockImplementation((name, version) => open(name, version && version + 1))
    const storage = openIndexedDb({ patience: 50 })
    expect(await failure(storage.read(cart))).toMatchObject({ name: 'TimeoutError' })
    // It opens at last, when nobody waits for it any more, and must not keep others out then.
    stubborn.close()
    vi.restoreAllMocks()
    const next = await byHand(databaseVersion + 2)
    expect(next.version).toBe(databaseVersion + 2)
    next.close()
  })

  test('that is deleted under a page is made anew', async () => {
    const storage = openIndexedDb()
    await storage.append(cart, [stored('a')])
    await deleteDB(databaseName, { blocked: () => expect.unreachable('the tab must let go') })
    await storage.append(cart, [stored('b')])
    expect((await storage.read(cart)).edits).toEqual([stored('b')])
  })

  test('that the browser has closed is opened again, once for all who need it', async () => {
    const open = vi.spyOn(indexedDB, 'open')
    const storage = openIndexedDb()
    await storage.append(cart, [stored('a')])
    // Its typings ask for the class.
    forceCloseDatabase(connectionOf(open) as never)
    const [kept] = await Promise.all([storage.read(cart), storage.append('another', [stored('b')])])
    expect(kept.edits).toEqual([stored('a')])
    expect(open).toHaveBeenCalledTimes(2)
  })

  test('that the browser has closed without a word is opened again', async () => {
    const open = vi.spyOn(indexedDB, 'open')
    const storage = openIndexedDb()
    await storage.append(cart, [stored('a')])
    connectionOf(open)?.close()
    await Promise.all([storage.append(cart, [stored('b')]), storage.append('another', [stored('c')])])
    expect((await storage.read(cart)).edits).toEqual([stored('a'), stored('b')])
    expect(open).toHaveBeenCalledTimes(2)
  })

  test('that ends two transactions, one after the other, is opened again once', async () => {
    const open = vi.spyOn(indexedDB, 'open')
    const storage = openIndexedDb()
    await storage.append(cart, [stored('a')])
    let count = 0
    onTransaction((transaction) => {
      if (++count === 1) transaction._abort('AbortError')
      if (count === 2) setTimeout(() => transaction._abort('AbortError'))
    })
    const many = Array.from({ length: 500 }, (_, id) => stored(`${id}`))
    await Promise.all([storage.append(cart, [stored('b')]), storage.append('another', many)])
    expect((await storage.read('another')).edits).toEqual(many)
    expect(open).toHaveBeenCalledTimes(2)
  })

  test.each(['UnknownError', 'AbortError'])('that ends a transaction with %s is tried once more', async (name) => {
    const storage = openIndexedDb()
    await storage.append(cart, [stored('a')])
    let count = 0
    onTransaction((transaction) => void (++count === 1 && transaction._abort(name)))
    await storage.append(cart, [stored('b')])
    expect(count).toBe(2)
    expect((await storage.read(cart)).edits).toEqual([stored('a'), stored('b')])
  })

  test.each([
    ['QuotaExceededError', 1],
    ['UnknownError', 4],
  ])('that ends every transaction with %s refuses, and serves again when it can', async (name, attempts) => {
    const storage = openIndexedDb()
    await storage.append(cart, [stored('a')])
    let count = 0
    onTransaction((transaction) => {
      count++
      setTimeout(() => transaction._abort(name))
    })
    expect(
      await failure(
        storage.append(
          cart,
          Array.from({ length: 500 }, (_, id) => stored(`${id}`)),
        ),
      ),
    ).toMatchObject({ name })
    expect(count).toBe(attempts)
    vi.restoreAllMocks()
    expect((await storage.read(cart)).edits).toEqual([stored('a')])
  })

  test('that does not answer is not waited for, and has nothing of what was given up', async () => {
    const patient = openIndexedDb()
    await patient.append(cart, [stored('a')])
    // Another tab's transaction that goes on and on, over the same edits.
    const database = await byHand()
    const other = database.transaction('edits', 'readwrite')
    let goesOn = true
    const busy = (async () => {
      while (goesOn) await other.store.count()
    })()
    expect(await failure(openIndexedDb({ patience: 60 }).append(cart, [stored('b')]))).toMatchObject({ name: 'TimeoutError' })
    goesOn = false
    await busy
    await other.done
    expect((await patient.read(cart)).edits).toEqual([stored('a')])
    database.close()
  })

  test.each<[string, () => unknown, string]>([
    ['does not exist', () => Reflect.deleteProperty(globalThis, 'indexedDB'), 'ReferenceError'],
    ['may not be looked at', () => deny(new DOMException('denied', 'SecurityError')), 'SecurityError'],
    ['is off in private windows', () => deny(new DOMException('private', 'InvalidStateError')), 'InvalidStateError'],
  ])('that %s refuses', async (_how, happens, name) => {
    happens()
    const storage = openIndexedDb()
    const refusals = [storage.read(cart), storage.append(cart, [stored('a')]), storage.mark(cart, [])]
    for (const refusal of refusals) expect(await failure(refusal)).toMatchObject({ name })
  })
})

const deny = (error: DOMException) =>
  void vi.spyOn(indexedDB, 'open').mockImplementation(() => {
    throw error
  })

/** The connection that was opened last. */
function connectionOf(open: { mock: { results: { value: unknown }[] } }): IDBDatabase | undefined {
  // Each call of `indexedDB.open` came to a request.
  return open.mock.results.map(({ value }) => (value as IDBOpenDBRequest).result).at(-1)
}
