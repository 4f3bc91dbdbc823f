/** What a real browser gives a cart: locks, channels, and whether anybody looks. */
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { browserPlatform, type Channel } from '../../src/cart/platform.ts'
import { stored } from '../cart-storage.ts'
import { openTab } from './tab.ts'

afterEach(() => void vi.restoreAllMocks())

const name = () => `cart-${crypto.randomUUID()}`
const platform = browserPlatform()

/** Joins a channel until the test ends. `heard` counts. */
function join(channelName: string, join = platform.join): Channel & { heard: () => number } {
  const listener = vi.fn<() => void>()
  const channel = join(channelName, listener)
  onTestFinished(() => channel.close())
  return { ...channel, heard: () => listener.mock.calls.length }
}

const leave = () => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
const comeBack = () => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
/** Long enough for a message to arrive. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 100))

test('all carts of a page share one connection', async () => {
  const open = vi.spyOn(indexedDB, 'open')
  await Promise.all([browserPlatform().storage.read(name()), browserPlatform().storage.append(name(), [stored('a')])])
  await browserPlatform().storage.read(name())
  expect(open.mock.calls.length).toBeLessThanOrEqual(1)
})

test('a worker has one too', async () => {
  const worker = new Worker(new URL('./platform-worker.ts', import.meta.url), { type: 'module' })
  onTestFinished(() => worker.terminate())
  const told = new Promise<MessageEvent>((resolve, reject) => {
    worker.addEventListener('message', resolve)
    worker.addEventListener('error', reject)
  })
  const cart = name()
  const here = join(cart)
  worker.postMessage(cart)
  const { data } = await told
  expect(data).toEqual({ isOnline: true, isHidden: false, locked: 'task' })
  expect((await platform.storage.read(cart)).edits).toEqual([stored('from a worker')])
  await vi.waitFor(() => expect(here.heard()).toBe(1))
})

describe('a channel', () => {
  test('wakes another page within 100 ms, and not the one that spoke', async () => {
    using tab = await openTab()
    const channelName = name()
    const here = join(channelName)
    const heard = new Promise<number>((resolve) => tab.platform.join(channelName, () => resolve(performance.now())))
    const another = join(name())
    const before = performance.now()
    here.post()
    const took = (await heard) - before
    console.log(`a wake-up took ${took.toFixed(1)} ms`)
    expect(took).toBeLessThan(100)
    expect([here.heard(), another.heard()]).toEqual([0, 0])
  })

  test('wakes other carts of the same page', async () => {
    const channelName = name()
    const [one, other] = [join(channelName), join(channelName)]
    one.post()
    await vi.waitFor(() => expect(other.heard()).toBe(1))
    expect(one.heard()).toBe(0)
  })

  test('makes a wake-up of whatever somebody says', async () => {
    const channelName = name()
    const here = join(channelName)
    const somebody = new BroadcastChannel(channelName)
    onTestFinished(() => somebody.close())
    for (const rubbish of [null, 'x'.repeat(1_000_000), { type: 'erase', cart: 'cart' }, new Map([[{}, []]])]) somebody.postMessage(rubbish)
    await vi.waitFor(() => expect(here.heard()).toBe(4))
  })

  test('that is closed says and hears nothing', async () => {
    const channelName = name()
    const [one, other] = [join(channelName), join(channelName)]
    one.close()
    one.post()
    other.post()
    comeBack()
    other.post()
    await aWhile()
    expect([one.heard(), other.heard()]).toEqual([0, 0])
  })

  test('closes when the page is left, and hears what it missed when the page is back', async () => {
    const close = vi.spyOn(BroadcastChannel.prototype, 'close')
    const channelName = name()
    using tab = await openTab()
    const here = join(channelName)
    const there = join(channelName, tab.platform.join)
    leave()
    expect(close).toHaveBeenCalledTimes(1)
    there.post()
    await aWhile()
    expect(here.heard()).toBe(0)
    comeBack()
    expect(here.heard()).toBe(1)
    there.post()
    await vi.waitFor(() => expect(here.heard()).toBe(2))
    // A page that was never left joins once only.
    comeBack()
    there.post()
    await vi.waitFor(() => expect(here.heard()).toBe(3))
    await aWhile()
    expect(here.heard()).toBe(3)
  })

  test('still says the last words of a page that is being left, and is closed again after them', async () => {
    const channelName = name()
    using tab = await openTab()
    const here = join(channelName)
    const there = join(channelName, tab.platform.join)
    leave()
    const close = vi.spyOn(BroadcastChannel.prototype, 'close')
    here.post()
    expect(close).toHaveBeenCalledTimes(1)
    await vi.waitFor(() => expect(there.heard()).toBe(1))
    there.post()
    await aWhile()
    expect(here.heard()).toBe(0)
    comeBack()
  })

  test.each([
    ['has none', () => vi.stubGlobal('BroadcastChannel', undefined)],
    [
      'denies it',
      () =>
        vi.stubGlobal('BroadcastChannel', function () {
          throw new DOMException('denied', 'SecurityError')
        }),
    ],
  ])('does nothing where the browser %s', (_how, happens) => {
    happens()
    onTestFinished(() => void vi.unstubAllGlobals())
    const here = join(name())
    here.post()
    leave()
    comeBack()
    here.close()
    // Whoever comes back reads anew, channel or not.
    expect(here.heard()).toBe(1)
  })
})

describe('a lock', () => {
  const forEver = () => new Promise<never>(() => {})

  test('of a page that dies is given up', async () => {
    const tab = await openTab()
    const lock = name()
    let isHeld = false
    void tab.platform.locks
      .request(lock, {}, () => {
        isHeld = true
        return forEver()
      })
      .catch(() => {})
    await vi.waitFor(() => expect(isHeld).toBe(true))
    const mine = vi.fn<() => Promise<string>>(async () => 'mine')
    const held = platform.locks.request(lock, {}, mine)
    await aWhile()
    expect(mine).not.toHaveBeenCalled()
    const before = performance.now()
    tab.kill()
    expect(await held).toBe('mine')
    console.log(`a dead page's lock took ${(performance.now() - before).toFixed(1)} ms to come`)
  })

  test('is waited for no longer than its signal says', async () => {
    const lock = name()
    let giveUp = () => {}
    const holding = platform.locks.request(lock, {}, () => new Promise<void>((resolve) => (giveUp = resolve)))
    const controller = new AbortController()
    const impatient = vi.fn<() => Promise<void>>(async () => {})
    const waiting = platform.locks.request(lock, { signal: controller.signal }, impatient)
    await aWhile()
    controller.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    giveUp()
    await holding
    expect(await platform.locks.request(lock, {}, async () => 'next')).toBe('next')
    expect(impatient).not.toHaveBeenCalled()
  })
})

describe('presence', () => {
  const { presence } = platform

  test('is what the browser says', () => {
    expect([presence.isOnline(), presence.isHidden()]).toEqual([true, false])
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
    expect([presence.isOnline(), presence.isHidden()]).toEqual([false, true])
  })

  test.each([
    ['offline', window],
    ['online', window],
    ['pagehide', window],
    ['pageshow', window],
    ['visibilitychange', document],
    ['resume', document],
  ] as const)('tells of %s, until it is stopped', (event, target) => {
    const [one, other] = [vi.fn<() => void>(), vi.fn<() => void>()]
    const stops = [one, other].map((listener) => presence.subscribe(listener))
    target.dispatchEvent(new Event(event))
    expect([one, other].map(({ mock }) => mock.calls.length)).toEqual([1, 1])
    stops[0]?.()
    stops[0]?.()
    target.dispatchEvent(new Event(event))
    stops[1]?.()
    target.dispatchEvent(new Event(event))
    expect([one, other].map(({ mock }) => mock.calls.length)).toEqual([1, 2])
  })

  test('listens once for all who want to know, and to nothing when nobody does', () => {
    const [add, remove] = [vi.spyOn(globalThis, 'addEventListener'), vi.spyOn(globalThis, 'removeEventListener')]
    const listener = () => {}
    const channel = platform.join(name(), listener)
    const stops = [presence.subscribe(listener), presence.subscribe(listener), () => channel.close()]
    expect(add).toHaveBeenCalledTimes(6)
    for (const stop of stops) stop()
    expect(remove.mock.calls).toEqual(add.mock.calls)
  })
})
