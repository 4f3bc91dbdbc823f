import { type Cart, createCart, type NewCustomerSessionV2 } from 'talon-one-react'
import { describe, expect, test } from 'vitest'
import type { CartPlatform, Presence } from '../../src/cart/platform.ts'
import { type CartStorage, createMemoryStorage } from '../../src/cart/storage.ts'
import { createLocks } from '../../src/lane.ts'
import { createServer, type TalonOneServer } from '../talon-one.ts'
import { apple, bread, outcomeOf } from './open-cart.ts'

const session: NewCustomerSessionV2 = { cartItems: [{ ...apple, quantity: 1 }] }

/** A browser with one shopper: what its tabs share. */
function createBrowser({
  server = createServer(),
  storage = createMemoryStorage(),
}: { server?: TalonOneServer; storage?: CartStorage } = {}) {
  const ears = new Set<() => void>()
  const shared = { clock: server.clock, random: () => 0.5, storage }
  let locks = createLocks()
  return {
    server,
    clock: server.clock,
    storage,
    /** Every tab dies; what it held is free, and nothing of it happens any more. */
    crash: () => {
      ears.clear()
      locks = createLocks()
    },
    open: (given: Partial<CartPlatform> = {}): Cart => {
      const join: CartPlatform['join'] = (_name, heard) => {
        const ear = () => queueMicrotask(heard)
        ears.add(ear)
        return { post: () => [...ears].forEach((other) => other !== ear && other()), close: () => ears.delete(ear) }
      }
      const cart = createCart({ client: server.client, sessionId: 'cart', platform: { ...shared, locks, join, ...given } })
      cart.subscribe(() => {})
      return cart
    },
  }
}

async function openTabs(count: number, start: NewCustomerSessionV2 | undefined = session) {
  const browser = createBrowser()
  if (start) browser.server.write('cart', start)
  const tabs = Array.from({ length: count }, () => browser.open())
  await browser.clock.settle()
  const [one, other] = tabs
  if (!one || !other) throw new Error('two tabs at least')
  return { ...browser, tabs, one, other }
}

const shown = (cart: Cart) => Object.fromEntries(cart.getSnapshot().lines.map(({ key, quantity }) => [key, quantity]))
const storedAt = (server: TalonOneServer) =>
  Object.fromEntries((server.sessions.get('cart')?.cartItems ?? []).map(({ sku, quantity }) => [sku, quantity]))

describe('tabs of one browser', () => {
  test('show an edit of one in the others, without asking the server', async () => {
    const { one, other, server, clock } = await openTabs(2)
    server.always('hold')
    const before = server.requests.length
    void one.add(apple)
    await clock.settle()
    expect(shown(other)).toEqual({ APPLE: 2 })
    expect(other.getSnapshot()).toMatchObject({ pending: true, lines: [{ pending: true }], totals: { total: { status: 'estimated' } } })
    expect(server.requests.length - before).toBe(1)
  })

  test('send one after the other, whoever edits, and all promises settle', async () => {
    const { tabs, server, clock } = await openTabs(4)
    server.latency = 120
    const outcomes: (() => unknown)[] = []
    for (let click = 0; click < 40; click++) {
      const tab = tabs[click % tabs.length]
      if (tab) outcomes.push(outcomeOf(tab.add(click % 3 === 0 ? bread : apple)))
      await clock.advance(50)
    }
    await clock.advance(5_000)
    expect(storedAt(server)).toEqual({ APPLE: 27, BREAD: 14 })
    for (const tab of tabs) {
      expect(shown(tab)).toEqual({ APPLE: 27, BREAD: 14 })
      expect(tab.getSnapshot()).toMatchObject({ pending: false, sync: 'idle', totals: { total: { status: 'confirmed' } } })
    }
    expect(outcomes.map((outcome) => outcome())).toEqual(outcomes.map(() => ({ revision: expect.any(Number) })))
    expect(server.mostAtOnce).toBe(1)
    expect(server.puts.length).toBeLessThan(12)
  })

  test('leave alone what one makes for a session that the others have not heard of yet', async () => {
    const { open, server, clock, storage } = createBrowser()
    let readMs = 0
    const slow: CartStorage = {
      ...storage,
      async read(...given) {
        await new Promise<void>((resolve) => void clock.setTimeout(resolve, readMs))
        return storage.read(...given)
      },
    }
    const [one, other] = [open({ storage: slow }), open()]
    await clock.advance(1_000)
    server.script('PUT', 'hold')
    const outcomes = [outcomeOf(one.add(apple))]
    await clock.advance(10)
    // One look at storage is under way, and the next one waits for it, when the answer comes: it keeps what is made by then.
    readMs = 100
    for (const item of [apple, bread]) {
      outcomes.push(outcomeOf(other.add(item)))
      await clock.settle()
    }
    await server.release()
    outcomes.push(outcomeOf(one.add(bread)))
    expect([one, other].map((cart) => cart.getSnapshot().session?.integrationId)).toEqual(['cart', undefined])
    await clock.advance(10_000)
    expect(outcomes.map((outcome) => outcome())).toEqual(outcomes.map(() => ({ revision: expect.any(Number) })))
    for (const held of [storedAt(server), shown(one), shown(other)]) expect(held).toEqual({ APPLE: 2, BREAD: 2 })
  })

  test('tell the tab that made it when another one has learned that an edit is refused', async () => {
    const { one, other, server, clock } = await openTabs(2)
    server.judge = ({ attributes }) => (attributes ? { status: 400 } : undefined)
    server.script('PUT', 'hold')
    const first = outcomeOf(one.add(apple))
    await clock.settle()
    const bad = outcomeOf(other.setAttributes({ a: 1 }))
    await clock.settle()
    await server.release()
    await clock.advance(5_000)
    expect([first(), bad()]).toEqual([{ revision: 2 }, { error: 'bad_request' }])
    expect(storedAt(server)).toEqual({ APPLE: 2 })
    for (const tab of [one, other]) expect(tab.getSnapshot().pending).toBe(false)
  })

  test('send what a tab that has died left behind: one that is seen after a second, a hidden one after ten', async () => {
    for (const [isHidden, ms] of [
      [false, 1_000],
      [true, 10_000],
    ] as const) {
      const presence: Presence = { isOnline: () => true, isHidden: () => isHidden, subscribe: () => () => {} }
      const { server, clock, open } = createBrowser()
      server.write('cart', session)
      const other = open({ presence })
      await clock.settle()
      // A tab whose lock manager grants nothing is one that died just after it had kept its edit.
      const dead = open({ locks: { request: () => new Promise(() => {}) } })
      await clock.settle()
      void dead.add(apple)
      await clock.advance(ms - 100)
      expect(server.puts).toHaveLength(0)
      await clock.advance(200)
      expect(storedAt(server)).toEqual({ APPLE: 2 })
      expect(shown(other)).toEqual({ APPLE: 2 })
    }
  })
})

describe('a page that is opened again', () => {
  test('shows the edits that waited at once, and sends them', async () => {
    const { server, clock, open, crash } = createBrowser()
    server.write('cart', session)
    const before = open()
    await clock.settle()
    server.always('unreachable')
    void before.add(apple, { quantity: 2 })
    void before.applyCoupon('TEN')
    await clock.advance(200)
    crash()
    server.always('hold')
    const after = open()
    await clock.settle()
    expect(shown(after)).toEqual({ APPLE: 3 })
    expect(after.getSnapshot()).toMatchObject({
      pending: true,
      coupons: [{ code: 'TEN', status: 'pending' }],
      totals: { total: { status: 'stale' } },
    })
    server.always('answer')
    await server.release()
    await clock.advance(5_000)
    expect(storedAt(server)).toEqual({ APPLE: 3 })
    expect(after.getSnapshot()).toMatchObject({ pending: false, lines: [{ quantity: 3 }] })
  })

  test('counts nothing twice that had landed when the page died', async () => {
    const { server, clock, open, crash } = createBrowser()
    server.write('cart', session)
    const before = open()
    await clock.settle()
    server.script('PUT', 'hang')
    void before.add(apple, { quantity: 2 })
    await clock.settle()
    expect(storedAt(server)).toEqual({ APPLE: 3 })
    crash()
    const after = open()
    await clock.advance(1_000)
    expect(shown(after)).toEqual({ APPLE: 3 })
    expect(storedAt(server)).toEqual({ APPLE: 3 })
    expect(server.puts).toHaveLength(1)
    expect(after.getSnapshot().pending).toBe(false)
  })

  test('sends again what had not landed, and heals a write of the dead page that lands later', async () => {
    const { server, clock, open, crash } = createBrowser()
    server.write('cart', session)
    const before = open()
    await clock.settle()
    server.script('PUT', 'silence')
    void before.setQuantity('APPLE', 5)
    await clock.settle()
    crash()
    const after = open()
    await clock.advance(200)
    void after.setQuantity('APPLE', 6)
    await clock.advance(2_000)
    expect(storedAt(server)).toEqual({ APPLE: 6 })
    server.write('cart', { cartItems: [{ ...apple, quantity: 5 }] })
    await clock.advance(70_000)
    expect(storedAt(server)).toEqual({ APPLE: 6 })
    expect(shown(after)).toEqual({ APPLE: 6 })
  })
})

describe('storage that fails', () => {
  const failing = (broken: ReadonlySet<keyof CartStorage>): CartStorage => {
    const storage = createMemoryStorage()
    const fail = () => Promise.reject(new Error('denied'))
    return { ...storage, ...Object.fromEntries([...broken].map((name) => [name, fail])) }
  }

  test.each([['read'], ['append'], ['mark'], ['change'], ['read', 'append', 'mark', 'change']] as (keyof CartStorage)[][])(
    'leaves the cart in memory: %s',
    async (...broken) => {
      const { server, clock, open } = createBrowser({ storage: failing(new Set(broken)) })
      server.write('cart', session)
      const cart = open()
      await clock.settle()
      const added = outcomeOf(cart.add(apple))
      const applied = outcomeOf(cart.applyCoupon('TEN'))
      expect(shown(cart)).toEqual({ APPLE: 2 })
      await clock.advance(1_000)
      expect(added()).toEqual({ revision: 2 })
      expect(applied()).toMatchObject({ revision: 2, code: 'TEN' })
      expect(cart.getSnapshot()).toMatchObject({ durable: false, pending: false })
      expect(storedAt(server)).toEqual({ APPLE: 2 })
    },
  )

  /** Storage that somebody can clear. */
  function clearable() {
    let storage = createMemoryStorage()
    const shared: CartStorage = {
      read: (...given) => storage.read(...given),
      append: (...given) => storage.append(...given),
      mark: (...given) => storage.mark(...given),
      change: (...given) => storage.change(...given),
    }
    return { storage: shared, clear: () => void (storage = createMemoryStorage()) }
  }

  test('that has lost the answer below an edit does not count it twice, nor instead of what was there', async () => {
    const kept = createMemoryStorage()
    let isBroken = false
    const breaking: CartStorage = {
      ...kept,
      async read(...given) {
        const found = await kept.read(...given)
        return isBroken ? { ...found, stamp: undefined, saved: undefined } : found
      },
      change(cart, { over, ...change }) {
        const isFirst = isBroken
        isBroken = false
        return kept.change(cart, { ...change, ...(over && !isFirst && { over }) })
      },
    }
    const { server, clock, open, crash } = createBrowser({ storage: breaking })
    server.write('cart', session)
    const before = open()
    await clock.settle()
    server.script('PUT', 'hang')
    void before.add(apple)
    await clock.settle()
    crash()
    isBroken = true
    const after = open()
    await clock.advance(5_000)
    expect(isBroken).toBe(false)
    for (const held of [storedAt(server), shown(after)]) expect(held).toEqual({ APPLE: 2 })
  })

  test('that forgets whatever it is given is given up', async () => {
    const kept = createMemoryStorage()
    const forgetful: CartStorage = {
      ...kept,
      read: async (...given) => ({ ...(await kept.read(...given)), stamp: undefined, saved: undefined }),
    }
    const { server, clock, open } = createBrowser({ storage: forgetful })
    server.write('cart', session)
    const cart = open()
    await clock.settle()
    const added = outcomeOf(cart.add(apple))
    await clock.advance(5_000)
    expect(added()).toEqual({ revision: 2 })
    expect(storedAt(server)).toEqual({ APPLE: 2 })
    expect(cart.getSnapshot()).toMatchObject({ durable: false, pending: false })
  })

  test('that somebody cleared in the middle of a burst loses nothing of several tabs, and counts nothing twice', async () => {
    const { storage, clear } = clearable()
    const { server, clock, open } = createBrowser({ storage })
    server.write('cart', session)
    server.latency = 60
    const tabs = [open(), open(), open()]
    await clock.advance(1_000)
    const outcomes: (() => unknown)[] = []
    for (let click = 0; click < 30; click++) {
      for (const tab of tabs) outcomes.push(outcomeOf(tab.add(apple)))
      await clock.advance(20)
      // Before a request, while one is out, and after.
      if (click % 7 === 3) clear()
    }
    await clock.advance(10_000)
    for (const held of [storedAt(server), ...tabs.map(shown)]) expect(held).toEqual({ APPLE: 91 })
    expect(outcomes.filter((outcome) => outcome() === undefined)).toEqual([])
    expect(server.mostAtOnce).toBe(1)
  })

  test('that somebody cleared is filled by whoever has heard the last answer', async () => {
    const { storage, clear } = clearable()
    const { server, clock, open } = createBrowser({ storage })
    server.write('cart', session)
    // Nobody tells this one anything.
    const [one, behind] = [open(), open({ join: () => ({ post: () => {}, close: () => {} }) })]
    await clock.advance(1_000)
    void one.setAdditionalCosts({ Shipping: { price: 5 } })
    await clock.advance(2_000)
    expect(one.getSnapshot().revision).toBe(2)
    expect(behind.getSnapshot().revision).toBe(1)
    clear()
    void behind.add(apple)
    void one.add(bread)
    await clock.advance(40_000)
    for (const held of [storedAt(server), shown(one)]) expect(held).toEqual({ APPLE: 2, BREAD: 1 })
    expect(server.sessions.get('cart')?.additionalCosts).toEqual({ Shipping: { price: 5 } })
  })

  test('that somebody cleared is filled again with what the page knows', async () => {
    const { storage, clear } = clearable()
    const { server, clock, open, crash } = createBrowser({ storage })
    server.write('cart', session)
    const cart = open()
    await clock.settle()
    void cart.add(apple)
    await clock.advance(1_000)
    server.always('unreachable')
    void cart.add(bread)
    await clock.settle()
    clear()
    await clock.advance(10_000)
    crash()
    server.always('answer')
    const after = open()
    await clock.advance(5_000)
    expect(shown(after)).toEqual({ APPLE: 2, BREAD: 1 })
    expect(storedAt(server)).toEqual({ APPLE: 2, BREAD: 1 })
  })
})

describe('somebody else’s cart', () => {
  const mine = { ...session, profileId: 'ada' }

  test.each(['a write', 'a read'])('is not shown by the answer to %s that comes when they have left in another tab', async (request) => {
    const { one, other, server, clock } = await openTabs(2, mine)
    server.always('hold')
    void (request === 'a write' ? one.add(bread) : one.flush())
    await clock.settle()
    expect(server.held).toBe(1)
    other.forget()
    await clock.settle()
    expect(one.getSnapshot().session).toBeUndefined()
    await server.release()
    expect(one.getSnapshot().session).toBeUndefined()
    expect(server.requests.at(-1)).toMatchObject({ method: 'GET' })
  })

  test('is not confirmed to be empty for who waited at its barrier when they left in another tab', async () => {
    const { open, server, clock } = createBrowser()
    server.write('cart', mine)
    server.script('GET', 'hold')
    server.script('PUT', 'lost')
    const [one, other] = [open(), open()]
    void one.add(bread)
    // Its write has landed without an answer: it could land once more.
    const settled = outcomeOf(one.settle())
    await clock.settle()
    await server.release()
    await clock.advance(1_000)
    expect([one.getSnapshot().pending, settled()]).toEqual([false, undefined])
    other.forget()
    await clock.settle()
    expect(settled()).toEqual({ error: 'identity_changed' })
  })

  test('is never sent what was made before they came; it waits for whoever made it', async () => {
    const { server, clock, open, crash } = createBrowser()
    server.write('cart', mine)
    const ada = open()
    await clock.settle()
    server.always('unreachable')
    void ada.add(bread)
    await clock.settle()
    crash()
    server.always('answer')
    // Another session by the same name: the proxy gives each shopper their own.
    const hers = server.sessions.get('cart')
    server.sessions.delete('cart')
    server.write('cart', { profileId: 'eve', cartItems: [] })
    const eve = open()
    await clock.advance(5_000)
    expect(server.puts.filter(({ session: put }) => put?.cartItems?.some(({ sku }) => sku === 'BREAD'))).toHaveLength(1)
    expect(shown(eve)).toEqual({})
    expect(eve.getSnapshot()).toMatchObject({ pending: false, error: { code: 'identity_changed' } })
    crash()
    if (hers) server.sessions.set('cart', hers)
    const again = open()
    await clock.advance(5_000)
    expect(shown(again)).toEqual({ APPLE: 1, BREAD: 1 })
    expect(storedAt(server)).toEqual({ APPLE: 1, BREAD: 1 })
  })
})

describe('a guest who signs in', () => {
  const guest: NewCustomerSessionV2 = { profileId: 'guest-7', cartItems: [{ ...apple, quantity: 3 }], couponCodes: ['TEN', 'OLD'] }

  async function signIn(hers: NewCustomerSessionV2 | undefined, before: (cart: Cart) => void = () => {}) {
    const browser = createBrowser()
    const { server, clock, open } = browser
    server.verdicts = { TEN: 'accepted', OLD: 'CouponExpired' }
    server.write('cart', guest)
    const cart = open()
    await clock.settle()
    if (hers !== undefined) server.always('hold')
    before(cart)
    server.sessions.delete('cart')
    if (hers) server.write('cart', hers)
    server.always('answer')
    const report = outcomeOf(cart.keepGuestCart())
    await clock.advance(5_000)
    return { ...browser, cart, report }
  }

  test('keeps lines and codes, and is told what became of each', async () => {
    const { server, cart, report } = await signIn({
      profileId: 'ada',
      cartItems: [
        { ...apple, quantity: 1, price: 2 },
        { ...bread, quantity: 2 },
      ],
    })
    expect(storedAt(server)).toEqual({ APPLE: 3, BREAD: 2 })
    expect(shown(cart)).toEqual({ APPLE: 3, BREAD: 2 })
    expect(report()).toMatchObject({
      brought: true,
      lines: [{ key: 'APPLE', sku: 'APPLE', quantity: { before: 3, after: 3 }, unitPrice: { before: 2.5, after: 2 } }],
      coupons: [
        { code: 'TEN', status: 'accepted' },
        { code: 'OLD', status: 'rejected', reason: 'CouponExpired' },
      ],
      total: { after: { status: 'confirmed' } },
    })
  })

  test('keeps what they had just done, too', async () => {
    const { server, report } = await signIn({ profileId: 'ada', cartItems: [] }, (cart) => void cart.add(bread))
    expect(storedAt(server)).toEqual({ APPLE: 3, BREAD: 1 })
    expect(report()).toMatchObject({ brought: true, lines: [{ key: 'APPLE' }, { key: 'BREAD' }], total: { before: undefined } })
  })

  test('has nothing to bring when the session became theirs', async () => {
    const { server, clock, open } = createBrowser()
    server.write('cart', { ...session, profileId: '' })
    const cart = open()
    await clock.settle()
    server.write('cart', { profileId: 'ada' })
    const report = outcomeOf(cart.keepGuestCart())
    await clock.advance(1_000)
    expect(report()).toMatchObject({ brought: false, lines: [] })
    expect(storedAt(server)).toEqual({ APPLE: 1 })
  })
})

describe('a tab whose storage never works', () => {
  const refuse = () => Promise.reject(new DOMException('denied', 'SecurityError'))
  const denied: CartStorage = { read: refuse, append: refuse, mark: refuse, change: refuse }

  test('adds to what the session has, also before it has been read', async () => {
    const { open, server, clock } = createBrowser({ storage: denied })
    server.write('cart', session)
    const tab = open()
    void tab.add(apple)
    await clock.advance(1_000)
    expect(storedAt(server)).toEqual({ APPLE: 2 })
    expect(tab.getSnapshot()).toMatchObject({ durable: false, pending: false })
  })

  test('asks the server what the other ones have done, and writes nothing over it', async () => {
    const { open, server, clock } = createBrowser({ storage: denied })
    server.latency = 50
    const [one, other] = [open(), open()]
    await clock.advance(1_000)
    void one.add(apple)
    void other.add(bread)
    await clock.advance(1_000)
    void one.add(apple)
    await clock.advance(20)
    void other.add(bread)
    await clock.advance(5_000)
    expect(storedAt(server)).toEqual({ APPLE: 2, BREAD: 2 })
    for (const tab of [one, other]) {
      expect(shown(tab)).toEqual({ APPLE: 2, BREAD: 2 })
      expect(tab.getSnapshot()).toMatchObject({ durable: false, pending: false, sync: 'idle' })
    }
  })
})
