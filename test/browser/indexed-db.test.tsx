/** Carts in a real browser's database. */
import { deleteDB, openDB } from 'idb'
import { describe, expect, test, vi } from 'vitest'
import { databaseName, databaseVersion, openIndexedDb } from '../../src/cart/indexed-db.ts'
import { savedCart, stored, testCartStorage } from '../cart-storage.ts'
import { openTab } from './tab.ts'

testCartStorage('Chromium', () => [openIndexedDb(), openIndexedDb()])

const name = () => `cart-${crypto.randomUUID()}`

describe('two pages', () => {
  test('that edit in turn keep one order', async () => {
    using tab = await openTab()
    const pages = [openIndexedDb(), tab.platform.storage]
    const cart = name()
    for (let count = 0; count < 20; count++) await pages[count % 2]?.append(cart, [stored(`${count}`)])
    const expected = Array.from({ length: 20 }, (_, count) => stored(`${count}`))
    for (const page of pages) expect((await page.read(cart)).edits).toEqual(expected)
  })

  test('keep what one of them has kept when it dies at once', async () => {
    const cart = name()
    const tab = await openTab()
    await tab.platform.storage.append(cart, [stored('last words')])
    tab.kill()
    expect((await openIndexedDb().read(cart)).edits).toEqual([stored('last words')])
  })

  test('let newer code in, and stay out of its way', async () => {
    const storage = openIndexedDb()
    await storage.append(name(), [stored('a')])
    using tab = await openTab()
    await tab.platform.storage.read(name())
    const newer = await openDB(databaseName, databaseVersion + 1)
    for (const page of [storage, tab.platform.storage, openIndexedDb()])
      await expect(page.append(name(), [stored('b')])).rejects.toMatchObject({ name: 'VersionError' })
    newer.close()
    await deleteDB(databaseName)
  })
})

test('a frame that may have no storage is told so', async () => {
  const frame = document.createElement('iframe')
  frame.sandbox.add('allow-scripts')
  // No module comes through to a frame of no origin: what it is told there is told here.
  frame.srcdoc = `<script>try { indexedDB.open('x') } catch (error) { parent.postMessage({ denied: error }, '*') }</script>`
  const denied = new Promise<unknown>((resolve) => addEventListener('message', ({ data }) => data?.denied && resolve(data.denied)))
  document.body.append(frame)
  const error = await denied
  frame.remove()
  const open = vi.spyOn(indexedDB, 'open').mockImplementation(() => {
    throw error
  })
  await expect(openIndexedDb().read(name())).rejects.toMatchObject({ name: 'SecurityError' })
  open.mockRestore()
})

test('says what keeping and reading take', async () => {
  const storage = openIndexedDb()
  const cart = name()
  await storage.read(cart)
  const median = async (times: number, work: (count: number) => Promise<unknown>) => {
    const spent: number[] = []
    for (let count = 0; count < times; count++) {
      const before = performance.now()
      await work(count)
      spent.push(performance.now() - before)
    }
    const [least, middle, most] = [0, times >> 1, times - 1].map((at) => spent.toSorted((a, b) => a - b)[at]?.toFixed(1))
    return `${middle} ms (${least} to ${most})`
  }
  const large = savedCart(1, 1000)
  console.log(
    [
      `an answer of 1000 lines: ${JSON.stringify(large).length} characters`,
      `append one edit: ${await median(50, (count) => storage.append(cart, [stored(`${count}`)]))}`,
      `change, with that answer: ${await median(10, () => storage.change(cart, { removed: [], changed: [], sent: [], saved: large }))}`,
      `read, with that answer: ${await median(10, () => storage.read(cart))}`,
      `read, the answer known: ${await median(10, () => storage.read(cart, 1))}`,
    ].join('\n'),
  )
  expect(await storage.read(cart)).toMatchObject({ stamp: 1, edits: { length: 50 } })
})
