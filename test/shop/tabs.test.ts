import { type Browser, type BrowserContext, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumArgs, findChromium } from '../chromium.ts'
import { createDice, type Dice } from '../runner/dice.ts'
import type { Report, Verb } from './tabs/page.tsx'
import { type Asked, openShop, pause, type ShopServer } from './tabs/server.ts'

// A real Chromium's tabs over one cart: its database, locks, channels and deaths. `ROUNDS=20 npx vitest run test/shop/tabs` plays more
// random rounds, from `SEED` on.

const rounds = Number(process.env.ROUNDS ?? 1)
const firstSeed = Number(process.env.SEED ?? 1)
const seeds = (each: number) => Array.from({ length: each * rounds }, (_, index) => firstSeed + index)

let server: ShopServer
let browser: Browser

beforeAll(async () => {
  server = await openShop()
  const executablePath = await findChromium()
  browser = await chromium.launch({
    args: chromiumArgs,
    // Playwright's own wish, and not a shopper's.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    ...(executablePath && { executablePath }),
  })
})

afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

interface Tab {
  page: Page
  /** Calls a verb, and waits for nothing. Resolves with when it was called. */
  edit: (verb: Verb, ...given: readonly unknown[]) => Promise<number>
  add: (sku: string, quantity?: number) => Promise<number>
  report: () => Promise<Report>
  shows: (sku: string, units: number) => Promise<number>
}

interface Shopper extends AsyncDisposable {
  context: BrowserContext
  session: string
  /** Opens a tab, of another cart when one is named. */
  open: (cart?: string) => Promise<Tab>
}

let shoppers = 0

/** Somebody with a browser of their own. */
async function openShopper(query = ''): Promise<Shopper> {
  const session = `cart-${++shoppers}`
  const context = await browser.newContext()
  const open: Shopper['open'] = async (cart = session) => {
    const page = await context.newPage()
    // Else a request waits for the one before it of the same address, and it is the browser that has them go one by one.
    const tools = await context.newCDPSession(page)
    await tools.send('Network.enable')
    await tools.send('Network.setCacheDisabled', { cacheDisabled: true })
    await page.goto(`${server.url}/?session=${cart}${query}`)
    await isLoaded(page)
    return tabOf(page)
  }
  return { context, session, open, [Symbol.asyncDispose]: () => context.close() }
}

async function openTabs(count: number, query?: string): Promise<Shopper & { tabs: Tab[]; one: Tab; other: Tab }> {
  const shopper = await openShopper(query)
  const tabs = await Promise.all(Array.from({ length: count }, () => shopper.open()))
  const [one, other] = tabs
  if (!one || !other) throw new Error('two tabs at least')
  expect(await atRest(shopper.session, tabs, {})).toBe('at rest')
  return { ...shopper, tabs, one, other }
}

const isLoaded = (page: Page) => page.waitForFunction(() => window.shop !== undefined, undefined, { timeout: 10_000 })

function tabOf(page: Page): Tab {
  const edit: Tab['edit'] = (verb, ...given) =>
    page.evaluate(({ name, values }) => window.shop?.edit(name, ...values) ?? 0, { name: verb, values: given })
  return {
    page,
    edit,
    add: (sku, quantity = 1) => edit('add', { sku, name: sku, price: 10 }, { quantity }),
    report: () => page.evaluate(() => window.shop?.report() ?? Promise.reject(new Error('no cart is on screen'))),
    shows: async (sku, units) => {
      const at = await page.waitForFunction(([key, count]) => window.shop?.shownAt(key, count), [sku, units] as const, { timeout: 10_000 })
      return (await at.jsonValue()) ?? NaN
    },
  }
}

/** Waits until nothing goes on any more, and holds every tab to what the server has, and that to `expected`. */
async function atRest(session: string, tabs: readonly Tab[], expected: Record<string, number>, isDurable = true): Promise<'at rest'> {
  const deadline = Date.now() + 8_000
  let reports: Report[] = []
  for (;;) {
    const before = server.asked.length
    reports = await Promise.all(tabs.map((tab) => tab.report()))
    const { units, revision } = server.stored(session)
    const isThere = reports.every(
      (report) => report.isAtRest && report.open === 0 && report.revision === revision && isSame(report.shown, units),
    )
    if ((isThere && isSame(units, expected) && server.asked.length === before) || Date.now() > deadline) break
    await pause(30)
  }
  const { units, revision } = server.stored(session)
  expect({ units, tabs: reports }).toEqual({
    units: expected,
    tabs: tabs.map(() => ({ shown: expected, isAtRest: true, revision, durable: isDurable, error: undefined, open: 0, rejected: [] })),
  })
  return 'at rest'
}

const isSame = (one: Record<string, number>, other: Record<string, number>) =>
  Object.keys(one).length === Object.keys(other).length && Object.entries(one).every(([key, units]) => other[key] === units)

const askedOf = (session: string) => server.asked.filter((one) => one.session === session)
const refusedOf = (session: string) => askedOf(session).filter(({ status = 0 }) => status === 409)

/** How many requests were out at once, whichever tabs they were of. */
function mostAtOnce(asked: readonly Asked[]): number {
  const outWith = ({ from }: Asked) => asked.filter((other) => other.from <= from && from < other.until).length
  return Math.max(0, ...asked.map(outWith))
}

/** Clicks in some tabs, at random: units of products that all share, and quantities of a product of each tab's own. */
async function click(
  dice: Dice,
  tabs: readonly Tab[],
  count: number,
  expected: Record<string, number>,
  longestPause: number,
): Promise<void> {
  const calls: Promise<number>[] = []
  for (let nth = 0; nth < count; nth++) {
    const index = dice.between(0, tabs.length - 1)
    const tab = tabs[index]
    if (!tab) continue
    const own = `OWN-${index}`
    if (dice.chance(0.7)) {
      const sku = dice.pick(['APPLE', 'BREAD', 'CHEESE'])
      expected[sku] = (expected[sku] ?? 0) + 1
      calls.push(tab.add(sku))
    } else if (!expected[own]) {
      expected[own] = 1
      calls.push(tab.add(own))
    } else {
      const units = dice.between(0, 5)
      if (units > 0) expected[own] = units
      else delete expected[own]
      calls.push(units > 0 ? tab.edit('setQuantity', own, units) : tab.edit('remove', own))
    }
    await pause(dice.between(0, longestPause))
  }
  await Promise.all(calls)
}

test('an edit of one tab is on the screens of the others within 100 ms, and none of them asks the server', async () => {
  await using shopper = await openTabs(4)
  const { session, one, tabs } = shopper
  // Nothing leaves while this one is out: what is seen until then has come from tab to tab.
  const answer = Promise.withResolvers<void>()
  server.fate = () => ({ onItsWay: answer.promise, landsIn: 0, answersIn: 0 })
  const write = server.nextWrite(session)
  await one.add('APPLE')
  await write
  server.fate = () => ({ landsIn: 20, answersIn: 20 })
  const before = askedOf(session)
  const took: number[] = []
  for (let units = 2; units <= 10; units++) {
    // So that it is seen by this edit's own word, and not by that of one before.
    await pause(200)
    const maker = tabs[units % tabs.length] ?? one
    const at = await maker.add('APPLE')
    const seen = await Promise.all(tabs.filter((tab) => tab !== maker).map((tab) => tab.shows('APPLE', units)))
    took.push(Math.max(...seen) - at)
  }
  expect(askedOf(session)).toEqual(before)
  answer.resolve()
  expect(await atRest(session, tabs, { APPLE: 10 })).toBe('at rest')
  // Nor did anybody ask afterwards what had been seen: this is the first one's answer, and the rest in one request.
  const writes = askedOf(session).slice(before.length - 1)
  expect(writes.map(({ method, status }) => [method, status])).toEqual([
    ['PUT', 200],
    ['PUT', 200],
  ])
  const sorted = took.toSorted((a, b) => a - b)
  console.log(`an edit took ${sorted.map((ms) => ms.toFixed(1)).join(', ')} ms to the last of the other tabs`)
  // A busy machine may be late time and again; a timer or a request in between would be late each time.
  expect(sorted[0]).toBeLessThan(100)
})

test('while a tab has a request out the others ask nothing, and nobody sends what another one has sent', async () => {
  await using shopper = await openTabs(2)
  const { session, tabs, one, other } = shopper
  server.fate = () => ({ landsIn: 400, answersIn: 400 })
  const write = server.nextWrite(session)
  await one.add('APPLE')
  await write
  await other.add('BREAD')
  const third = await shopper.open()
  expect(await atRest(session, [...tabs, third], { APPLE: 1, BREAD: 1 })).toBe('at rest')
  expect(mostAtOnce(askedOf(session))).toBe(1)
  expect(askedOf(session).filter(({ method }) => method === 'PUT').length).toBe(2)
})

test('two carts of one shopper take turns with their writes', async () => {
  await using shopper = await openShopper()
  const carts = [shopper.session, `${shopper.session}, the other`] as const
  const tabs = await Promise.all(carts.map((cart) => shopper.open(cart)))
  for (const [index, cart] of carts.entries()) expect(await atRest(cart, tabs.slice(index, index + 1), {})).toBe('at rest')
  server.fate = () => ({ landsIn: 150, answersIn: 150 })
  await Promise.all(tabs.map((tab) => tab.add('APPLE')))
  for (const [index, cart] of carts.entries()) expect(await atRest(cart, tabs.slice(index, index + 1), { APPLE: 1 })).toBe('at rest')
  const writes = carts.flatMap(askedOf).filter(({ method }) => method === 'PUT')
  expect(writes.length).toBe(2)
  expect(mostAtOnce(writes)).toBe(1)
})

describe.each([
  { count: 2, edits: 20, each: 4 },
  { count: 8, edits: 30, each: 2 },
])('$count tabs that edit in turn', ({ count, edits, each }) => {
  test.each(seeds(each))('hold what the server holds, seed %i', async (seed) => {
    const dice = createDice(seed, `${count} tabs`)
    await using shopper = await openTabs(count)
    const { session, tabs } = shopper
    const { nextWrites } = slow(dice)
    const expected: Record<string, number> = {}
    await click(dice, tabs, edits, expected, dice.pick([5, 60, 250]))
    expect(await atRest(session, tabs, expected)).toBe('at rest')
    expect(refusedOf(session)).toEqual([])
    expect(mostAtOnce(askedOf(session))).toBe(1)
    expect(nextWrites()).toBeLessThan(edits)
  })
})

/** Answers that take their time, by dice. */
function slow(dice: Dice): { nextWrites: () => number } {
  let writes = 0
  server.fate = () => {
    writes++
    return { landsIn: dice.between(0, 120), answersIn: dice.between(0, 120) }
  }
  return { nextWrites: () => writes }
}

const deaths: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  'is closed': (page) => page.close(),
  crashes: async (page) => {
    const crashed = page.waitForEvent('crash')
    const tools = await page.context().newCDPSession(page)
    // It is not answered any more.
    void tools.send('Page.crash').catch(() => {})
    await crashed
    // What is left of it: Playwright would talk to it.
    await page.close()
  },
}

describe.each(Object.keys(deaths))('a tab that %s during its write', (death) => {
  const kill = (tab: Tab) => deaths[death]?.(tab.page)

  test.each([
    ['before it lands, and it lands', { landsIn: 150, answersIn: 50 }, 20],
    ['before it lands, and it never does', { landsIn: Infinity, answersIn: 0 }, 20],
    ['after it has landed', { landsIn: 10, answersIn: 200 }, 60],
  ])('%s, takes nothing with it and adds nothing', async (_when, fate, killedAfter) => {
    await using shopper = await openTabs(3)
    const { session, tabs, one, other } = shopper
    await one.add('APPLE')
    expect(await atRest(session, tabs, { APPLE: 1 })).toBe('at rest')
    server.fate = () => fate
    const write = server.nextWrite(session)
    await one.add('APPLE')
    await other.shows('APPLE', 2)
    await write
    server.fate = () => ({ landsIn: 20, answersIn: 20 })
    await pause(killedAfter)
    await kill(one)
    await other.add('BREAD')
    expect(await atRest(session, tabs.slice(1), { APPLE: 2, BREAD: 1 })).toBe('at rest')
    // Somebody who comes back later sees the same.
    expect(await atRest(session, [...tabs.slice(1), await shopper.open()], { APPLE: 2, BREAD: 1 })).toBe('at rest')
  })

  test.each(seeds(2))('at any moment leaves what was on screen elsewhere, seed %i', async (seed) => {
    const dice = createDice(seed, death)
    await using shopper = await openTabs(3)
    const { session, tabs, one, other } = shopper
    const expected: Record<string, number> = {}
    slow(dice)
    await click(dice, tabs, 8, expected, 40)
    await one.add('LAST')
    expected.LAST = 1
    await other.shows('LAST', 1)
    await pause(dice.between(0, 250))
    await kill(one)
    await click(dice, [other], 3, expected, 80)
    expect(await atRest(session, tabs.slice(1), expected)).toBe('at rest')
  })
})

describe.each(Object.keys(deaths))('the only tab, when it %s during its write,', (death) => {
  const kill = (tab: Tab) => deaths[death]?.(tab.page)

  test('leaves to the next one what never lands', async () => {
    await using shopper = await openShopper()
    server.fate = () => ({ landsIn: Infinity, answersIn: 0 })
    const tab = await shopper.open()
    const write = server.nextWrite(shopper.session)
    await tab.add('APPLE')
    await write
    await tab.add('BREAD')
    // It is kept by then.
    await pause(200)
    await kill(tab)
    server.fate = () => ({ landsIn: 20, answersIn: 20 })
    expect(await atRest(shopper.session, [await shopper.open()], { APPLE: 1, BREAD: 1 })).toBe('at rest')
  })

  // The next tab finds it at the server, and the edits in storage: nothing but the mark says that they are the same.
  test.each([
    ['before', 0],
    ['while', 400],
  ])('counts once what lands %s the next one is opened', async (_when, landsIn) => {
    await using shopper = await openShopper()
    const { session } = shopper
    const tab = await shopper.open()
    await tab.add('APPLE')
    expect(await atRest(session, [tab], { APPLE: 1 })).toBe('at rest')
    server.fate = () => ({ landsIn: 100 + landsIn, answersIn: 100 })
    const write = server.nextWrite(session)
    await tab.add('APPLE')
    const { landed } = await write
    await kill(tab)
    server.fate = () => ({ landsIn: 20, answersIn: 20 })
    if (landsIn === 0) await landed
    expect(await atRest(session, [await shopper.open()], { APPLE: 2 })).toBe('at rest')
  })

  test.each(['is open already', 'is opened later'])('has the next one, which %s, write over what lands long after', async (when) => {
    await using shopper = await openShopper()
    const { session, context } = shopper
    await context.clock.install()
    const tab = await shopper.open()
    const others = when === 'is open already' ? [await shopper.open()] : []
    await tab.add('APPLE')
    expect(await atRest(session, [tab, ...others], { APPLE: 1 })).toBe('at rest')
    const arrival = Promise.withResolvers<void>()
    server.fate = () => ({ onItsWay: arrival.promise, landsIn: 0, answersIn: 0 })
    const write = server.nextWrite(session)
    await tab.add('APPLE')
    const { landed } = await write
    await kill(tab)
    server.fate = () => ({ landsIn: 20, answersIn: 20 })
    const next = others[0] ?? (await shopper.open())
    await next.shows('APPLE', 2)
    await next.add('BREAD')
    expect(await atRest(session, [next], { APPLE: 2, BREAD: 1 })).toBe('at rest')
    arrival.resolve()
    await landed
    expect(server.stored(session).units).toEqual({ APPLE: 2 })
    // As long as it takes until nothing can land any more.
    await context.clock.fastForward(31_000)
    expect(await atRest(session, [next], { APPLE: 2, BREAD: 1 })).toBe('at rest')
  })
})

describe('without a network', () => {
  test('tabs show each other what they do, and send it when it is back', async () => {
    await using shopper = await openTabs(2)
    const { session, context, tabs, one, other } = shopper
    await one.add('APPLE')
    expect(await atRest(session, tabs, { APPLE: 1 })).toBe('at rest')
    await context.setOffline(true)
    const before = askedOf(session).length
    await one.add('APPLE')
    await other.shows('APPLE', 2)
    await other.add('BREAD')
    await one.shows('BREAD', 1)
    await pause(500)
    expect(askedOf(session).length).toBe(before)
    await context.setOffline(false)
    expect(await atRest(session, tabs, { APPLE: 2, BREAD: 1 })).toBe('at rest')
    expect(refusedOf(session)).toEqual([])
  })

  test('goes away and comes back during writes, at random', async () => {
    for (const seed of seeds(1)) {
      const dice = createDice(seed, 'offline')
      await using shopper = await openTabs(2)
      const { session, context, tabs } = shopper
      const expected: Record<string, number> = {}
      slow(dice)
      for (let times = 0; times < 3; times++) {
        await click(dice, tabs, 5, expected, 60)
        await context.setOffline(true)
        await click(dice, tabs, 4, expected, 100)
        await context.setOffline(false)
      }
      expect(await atRest(session, tabs, expected)).toBe('at rest')
    }
  })

  test('a page that is loaded again shows what was done, and sends it when the network is back', async () => {
    await using shopper = await openTabs(2, '&worker')
    const { session, context, tabs, one, other } = shopper
    await one.add('APPLE')
    expect(await atRest(session, tabs, { APPLE: 1 })).toBe('at rest')
    // Once more, so that all of the page has come by its worker.
    await one.page.reload()
    expect(await atRest(session, tabs, { APPLE: 1 })).toBe('at rest')
    await context.setOffline(true)
    await one.add('APPLE')
    await other.shows('APPLE', 2)
    await one.page.reload()
    await one.shows('APPLE', 2)
    await one.add('BREAD')
    await other.shows('BREAD', 1)
    await one.page.close()
    await context.setOffline(false)
    expect(await atRest(session, [other], { APPLE: 2, BREAD: 1 })).toBe('at rest')
  })
})

test.each(seeds(3))('a page that is loaded again in the middle, seed %i, has what it had', async (seed) => {
  const dice = createDice(seed, 'reload')
  await using shopper = await openTabs(2)
  const { session, tabs, one, other } = shopper
  const expected: Record<string, number> = {}
  slow(dice)
  for (let times = 0; times < 3; times++) {
    await click(dice, tabs, 6, expected, 40)
    await one.add(`LAST-${times}`)
    expected[`LAST-${times}`] = 1
    await other.shows(`LAST-${times}`, 1)
    await pause(dice.between(0, 150))
    await one.page.reload()
    await isLoaded(one.page)
  }
  expect(await atRest(session, tabs, expected)).toBe('at rest')
})

describe('a page that is left', () => {
  /*
   * The Chromium of npm is a headless shell, whose windows have no back/forward cache: `Page.backForwardCacheNotUsed` says
   * `BackForwardCacheDisabledForDelegate`, with and without `--enable-features=BackForwardCache`, `--headless=new` and Playwright's own
   * switches. With `CHROMIUM_PATH` of a whole Chromium this may go through the cache, and says so; the test after it does what the
   * cache does, by hand.
   */
  test('and comes back, by the back/forward cache or without, has what all have done since', async () => {
    await using shopper = await openTabs(2)
    const { session, tabs, one, other } = shopper
    server.fate = () => ({ landsIn: 100, answersIn: 100 })
    await one.add('APPLE')
    await other.shows('APPLE', 1)
    await one.page.evaluate(() => void Object.assign(window, { isTheSame: true }))
    await one.page.goto(`${server.url}/elsewhere`)
    await other.add('BREAD')
    expect(await atRest(session, [other], { APPLE: 1, BREAD: 1 })).toBe('at rest')
    await one.page.goBack()
    await isLoaded(one.page)
    const isCached = await one.page.evaluate(() => 'isTheSame' in window)
    console.log(isCached ? 'it came from the back/forward cache' : 'this Chromium has no back/forward cache')
    expect(await atRest(session, tabs, { APPLE: 1, BREAD: 1 })).toBe('at rest')
    await one.add('APPLE')
    await other.shows('APPLE', 2)
    expect(await atRest(session, tabs, { APPLE: 2, BREAD: 1 })).toBe('at rest')
  })

  // This Chromium takes every page for seen, and freezes none that is (`Page.setWebLifecycleState` is answered, and timers go on); a
  // debugger does stop a page, and the events are told by hand.
  test.each([
    ['as in that cache', 'pagehide', 'pageshow'],
    ['as in the background', 'freeze', 'resume'],
  ])('and put to sleep during its write, %s, has what all have done since', async (_how, left, back) => {
    await using shopper = await openTabs(2)
    const { session, context, tabs, one, other } = shopper
    const tools = await context.newCDPSession(one.page)
    const happen = (type: string) =>
      one.page.evaluate((name) => {
        if (name.startsWith('page')) dispatchEvent(new PageTransitionEvent(name, { persisted: true }))
        else document.dispatchEvent(new Event(name))
      }, type)
    server.fate = () => ({ landsIn: 50, answersIn: 50 })
    const write = server.nextWrite(session)
    await one.add('APPLE')
    await other.shows('APPLE', 1)
    await write
    await happen(left)
    await tools.send('Debugger.enable')
    await tools.send('Debugger.pause')
    await other.add('BREAD')
    await other.shows('BREAD', 1)
    await pause(1_500)
    const woken = performance.timeOrigin + performance.now()
    await tools.send('Debugger.disable')
    await happen(back)
    expect(await one.shows('BREAD', 1)).toBeGreaterThan(woken)
    expect(await atRest(session, tabs, { APPLE: 1, BREAD: 1 })).toBe('at rest')
    await one.add('APPLE')
    await other.shows('APPLE', 2)
    expect(await atRest(session, tabs, { APPLE: 2, BREAD: 1 })).toBe('at rest')
    expect(mostAtOnce(askedOf(session))).toBe(1)
  })
})

describe('storage', () => {
  test('that is denied makes a cart that lasts as long as its page, and says so', async () => {
    await using shopper = await openShopper()
    await shopper.context.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('denied', 'SecurityError')
      }
    })
    const tabs = [await shopper.open(), await shopper.open()] as const
    expect(await atRest(shopper.session, tabs, {}, false)).toBe('at rest')
    await tabs[0].add('APPLE')
    expect(await atRest(shopper.session, tabs, { APPLE: 1 }, false)).toBe('at rest')
    await tabs[1].add('BREAD')
    expect(await atRest(shopper.session, tabs, { APPLE: 1, BREAD: 1 }, false)).toBe('at rest')
  })

  test('that is cleared loses nothing that is on a screen, and keeps what comes', async () => {
    await using shopper = await openTabs(2)
    const { session, context, tabs, one, other } = shopper
    await one.add('APPLE')
    expect(await atRest(session, tabs, { APPLE: 1 })).toBe('at rest')
    const tools = await context.newCDPSession(one.page)
    await tools.send('Storage.clearDataForOrigin', { origin: server.url, storageTypes: 'indexeddb' })
    await one.add('APPLE')
    await other.shows('APPLE', 2)
    await other.add('BREAD')
    expect(await atRest(session, tabs, { APPLE: 2, BREAD: 1 })).toBe('at rest')
  })

  test('that is full in the middle loses nothing', async () => {
    await using shopper = await openTabs(2)
    const { session, tabs, one, other } = shopper
    await one.add('APPLE')
    expect(await atRest(session, tabs, { APPLE: 1 })).toBe('at rest')
    for (const { page } of tabs)
      await page.evaluate(() => {
        IDBObjectStore.prototype.add = IDBObjectStore.prototype.put = () => {
          throw new DOMException('full', 'QuotaExceededError')
        }
      })
    await one.add('APPLE')
    await pause(300)
    await other.add('BREAD')
    expect(await atRest(session, tabs, { APPLE: 2, BREAD: 1 }, false)).toBe('at rest')
  })
})
