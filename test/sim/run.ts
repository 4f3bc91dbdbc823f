/** One schedule: shoppers at the tabs of a browser, a network and Talon.One in virtual time. */
import { type Cart, type CartView, createCart, type CustomerSessionV2, isTalonOneError, preloadCart } from '../../src/index.ts'
import { type Browser, createBrowser } from './browser.ts'
import { createLightClient, createRealClient, limitBy } from './clients.ts'
import { createStrikes, type Fault, type FaultProfile } from './faults.ts'
import { createModel, type Shopper, type TalonOneModel } from './model.ts'
import { createNames, type Names } from './names.ts'
import { createNetwork, describe, type Exchange, type Network } from './network.ts'
import { calmFrom, type Plan, type Step } from './plan.ts'
import {
  type Deed,
  deedOf,
  deviceFacts,
  differences,
  type Facts,
  factsOf,
  isEditOf,
  isRefusable,
  ownerOf,
  perform,
  shoppersFacts,
} from './shopper.ts'
import { createTab, type Tab } from './tab.ts'
import { createTime } from './time.ts'

/** A deed with what became of it. */
export interface Done {
  deed: Deed
  tab: Tab
  /** In whose cart it was done. */
  shopper: Shopper
  at: number
  /** When it was in storage; undefined when it never was. */
  keptAt: number | undefined
  /** Whether somebody has cleared storage with it in there, still on its way. */
  isCleared: boolean
  /** How often its promise was settled. */
  settled: number
  settledAt: number | undefined
  /** The revision it was acknowledged with. */
  revision: number | undefined
  /** The code it was refused with. */
  error: string | undefined
}

/** A barrier that opened, with the deeds of its tab that had been done before it and were not settled even so. */
export interface Opened {
  at: number
  /** Whose cart it was about. */
  shopper: Shopper
  unsettled: number
  /** What it said, and what the session came to at that revision. */
  total: number
  truth: number | undefined
  /** Whether no older write can land any more, by its word. */
  isSettled: boolean
}

/** A page that was open until the end. */
export interface Page {
  tab: Tab
  view: CartView
  /** Whose cart it shows. */
  shopper: Shopper | undefined
  /** Whether somebody else wrote after it had last heard from the server: it cannot know. */
  isUnaware: boolean
}

/** What a schedule came to, for the checkers. */
export interface Run {
  seed: number
  profile: FaultProfile
  strikes: ReadonlyMap<Fault, number>
  /** Each strike of chance, as `fault@name`. */
  struck: readonly string[]
  before: ReadonlyMap<Shopper, Facts>
  deeds: Done[]
  opened: Opened[]
  exchanges: readonly Exchange[]
  /** Every revision that was shown, in order, by tab and shopper. */
  revisions: ReadonlyMap<string, number[]>
  /** What the second device wrote over lines. */
  overwritten: { at: number; facts: Facts }[]
  /** When the session was closed by somebody else. */
  orderedAt: number | undefined
  /** When somebody signed out. */
  signedOut: number[]
  /** When storage forgot what the server had said last: somebody cleared it, or it broke. */
  lostAt: number[]
  /** When a page was opened last. */
  openedAt: number
  /** When the tabs showed different carts although nothing had happened for a moment, and about what. */
  differing: { at: number; facts: readonly string[] }[]
  /** Whose cart a tab has shown, from when on. */
  turns: { tab: Tab; at: number; shopper: Shopper | undefined }[]
  /** Who was signed in, from when on. */
  signIns: { at: number; shopper: Shopper | undefined }[]
  /** Facts of one shopper in another one's session. */
  misplaced: readonly string[]
  /** Whether the shopper had to ask the cart to go on once the network had healed. */
  wasStuck: string | undefined
  pages: readonly Page[]
  /** Who is signed in at the end. */
  shopper: Shopper | undefined
  sessions: ReadonlyMap<Shopper, CustomerSessionV2>
}

/** How a schedule is run. */
export interface RunOptions {
  /** No other strikes than these, each as `fault@name`. */
  onlyStrikes?: ReadonlySet<string> | undefined
  trace?: ((line: string) => void) | undefined
}

const quietMs = 150_000
/** After how long an edit is to be seen in every tab. */
const sharingMs = 100
/** How long a page may take to load. */
const loadingMs = 1_000
const patience = 5_000

export async function runPlan(plan: Plan, options: RunOptions = {}): Promise<Run> {
  await preloadCart()
  const world = createWorld(plan, options)
  const giveBack = [stopClocks(world), ...(plan.isRealClient ? [limitBy(world.time)] : [])]
  try {
    openTab(world, 0)
    for (const step of plan.steps) world.time.at(step.at, () => take(world, step))
    world.time.at(calmFrom, () => calmDown(world))
    world.time.at(calmFrom + patience, () => lookAtAll(world))
    await world.time.runUntil(calmFrom + quietMs)
    return resultOf(world)
  } finally {
    for (const task of giveBack) task()
  }
}

interface Slot {
  tab: Tab
  cart: Cart
}

/** Everything there is in a schedule. */
interface World extends Pick<
  Run,
  'deeds' | 'opened' | 'overwritten' | 'orderedAt' | 'signedOut' | 'lostAt' | 'openedAt' | 'differing' | 'turns' | 'signIns' | 'wasStuck'
> {
  plan: Plan
  time: ReturnType<typeof createTime>
  names: Names
  say: ((text: string) => void) | undefined
  strikes: ReturnType<typeof createStrikes>
  model: TalonOneModel
  network: Network
  browser: Browser
  slots: (Slot | undefined)[]
  tabs: number
  before: Map<Shopper, Facts>
  revisions: Map<string, number[]>
  misplaced: Set<string>
  foreignAt: number
  /** How far the wall clock is from where it should be. */
  wallClockMs: number
}

function createWorld(plan: Plan, { onlyStrikes, trace }: RunOptions): World {
  const { seed, profile } = plan
  const time = createTime()
  const say = trace && ((text: string) => trace(`${(time.now() / 1000).toFixed(3).padStart(8)} s  ${text}`))
  say?.(
    `faults: ${[...profile].map(([fault, chance]) => (chance < 1 ? `${fault} ${Math.round(chance * 100)} %` : fault)).join(', ') || 'none'}`,
  )
  const strikes = createStrikes(onlyStrikes)
  const names = createNames()
  const misplaced = new Set<string>()
  const model = createModel((shopper, session) => {
    for (const [fact, value] of shoppersFacts(factsOf(session)))
      if (ownerOf(`${fact} ${value}`) !== shopper) misplaced.add(`${fact} ${value}`)
  })
  const deeds: Done[] = []
  const browser = createBrowser({
    seed,
    names,
    time,
    profile,
    strikes,
    faultsEnd: calmFrom,
    say,
    onKept: (tab, { edit }) => {
      const done = deeds.find((one) => one.tab === tab && one.keptAt === undefined && one.settled === 0 && isEditOf(one.deed, edit))
      if (done) done.keptAt = time.now()
    },
  })
  if (profile.has('denied')) {
    browser.storage = 'denied'
    strikes.count('denied')
  }
  const slots: World['slots'] = []
  const isSeen = () => slots.some((slot) => slot && !slot.tab.isHidden && !slot.tab.isFrozen)
  const before = new Map<Shopper, Facts>()
  if (plan.session) {
    const couponCodes = plan.session.hasCoupon ? ['TEN'] : []
    const cartItems = [{ sku: 'APPLE', quantity: plan.session.units, price: 2 }]
    before.set('anna', factsOf(model.write('anna', { cartItems, couponCodes })))
  }
  if (profile.has('identity')) before.set('bob', factsOf(model.write('bob', {})))
  return {
    plan,
    time,
    names,
    say,
    strikes,
    model,
    network: createNetwork({ seed, names, time, model, profile, strikes, faultsEnd: calmFrom, patience, say, isSeen }),
    browser,
    slots,
    tabs: 0,
    deeds,
    opened: [],
    overwritten: [],
    orderedAt: undefined,
    signedOut: [],
    lostAt: [],
    openedAt: 0,
    differing: [],
    turns: [],
    signIns: [{ at: 0, shopper: 'anna' }],
    wasStuck: undefined,
    before,
    revisions: new Map(),
    misplaced,
    foreignAt: -1,
    wallClockMs: 0,
  }
}

/** The wall clock, which jumps; the cart's own does not. Returns the way back. */
function stopClocks(world: World): () => void {
  const { now } = Date
  Date.now = () => Date.UTC(2026, 0, 15) + world.time.now() + world.wallClockMs
  return () => {
    Date.now = now
  }
}

// Tabs

function openTab(world: World, number: number): void {
  const { time, network, browser, plan, say, slots } = world
  if (slots[number]) return
  const tab = createTab(++world.tabs, time)
  const client = plan.isRealClient ? createRealClient(network.carry, tab, time, patience) : createLightClient(network.carry, tab, patience)
  const cart = createCart({ client, sessionId: 'cart', platform: browser.platformOf(tab) })
  say?.(`tab ${tab.number}: opens`)
  world.openedAt = time.now()
  slots[number] = { tab, cart }
  let shown = ''
  cart.subscribe(() => {
    if (!tab.isAlive) return
    const view = cart.getSnapshot()
    const key = `tab ${tab.number}, ${view.session?.profileId ?? 'nobody'}`
    const revisions = world.revisions.get(key) ?? []
    world.revisions.set(key, revisions)
    revisions.push(view.revision)
    const shopper = shownShopper(view)
    if (world.turns.findLast((turn) => turn.tab === tab)?.shopper !== shopper) world.turns.push({ tab, at: time.now(), shopper })
    if (!say) return
    const now = `tab ${tab.number}: shows ${describe(heldBy(view))}, revision ${view.revision}${view.pending ? ', pending' : ''}${view.error ? `, ${view.error.code}` : ''}${view.durable ? '' : ', not durable'}`
    if (now !== shown) say(now)
    shown = now
  })
}

function endTab({ slots, say }: World, number: number, why: string): void {
  const slot = slots[number]
  if (!slot) return
  say?.(`tab ${slot.tab.number}: ${why}`)
  slot.tab.end()
  slots[number] = undefined
}

function setHidden({ browser, say, time }: World, tab: Tab, isHidden: boolean): void {
  say?.(`tab ${tab.number}: is ${isHidden ? 'hidden' : 'seen'}`)
  tab.hiddenAt = isHidden ? (tab.hiddenAt ?? time.now()) : undefined
  browser.notice(tab)
}

function freeze(world: World, number: number, ms: number): void {
  const slot = world.slots[number]
  if (!slot) return
  const { tab } = slot
  setHidden(world, tab, true)
  // A browser does not put a page to sleep that uses locks: it may end it.
  if (world.browser.usesLocks(tab)) {
    endTab(world, number, 'is discarded, for it uses locks')
    return world.time.at(world.time.now() + ms, () => openTab(world, number))
  }
  world.say?.(`tab ${tab.number}: freezes`)
  tab.freeze()
  world.time.at(world.time.now() + ms, () => thaw(world, tab))
}

function thaw(world: World, tab: Tab): void {
  if (!tab.isAlive || !tab.isFrozen) return
  world.say?.(`tab ${tab.number}: thaws`)
  tab.thaw()
  setHidden(world, tab, false)
}

/** The slot that is asked for, or the first that somebody can use: one that is seen, where there is one. */
function usable({ slots }: World, number: number): Slot | undefined {
  const awake = [slots[number], ...slots].filter((slot) => slot && !slot.tab.isFrozen)
  return awake.find((slot) => !slot?.tab.isHidden) ?? awake[0]
}

// Steps

function take(world: World, step: Step): void {
  const { time, network, browser, strikes, slots, say, model } = world
  const struck = (fault: Fault) => {
    strikes.count(fault)
    say?.(`step ${step.number}: ${step.do}`)
  }
  world.names.begin(step.number)
  const slot = 'tab' in step ? slots[step.tab] : undefined
  switch (step.do) {
    case 'edit':
      return edit(world, usable(world, step.tab), step.deed)
    case 'flush':
    case 'settle':
      return reachBarrier(world, usable(world, step.tab), step.do)
    case 'open':
      return openTab(world, step.tab)
    case 'close':
    case 'crash':
    case 'reload':
      if (!slot) return
      struck(step.do)
      // A page that is closed is hidden first, and has a moment; one that crashes has none.
      if (step.do !== 'crash') setHidden(world, slot.tab, true)
      time.at(time.now() + (step.do === 'crash' ? 0 : 2), () => slots[step.tab] === slot && endTab(world, step.tab, 'is gone'))
      return time.at(time.now() + step.ms, () => time.now() < calmFrom && openTab(world, step.tab))
    case 'freeze':
      if (!slot || slot.tab.isFrozen) return
      struck('freeze')
      return freeze(world, step.tab, step.ms)
    case 'hide':
      if (!slot || slot.tab.isFrozen) return
      struck('hide')
      setHidden(world, slot.tab, true)
      return time.at(time.now() + step.ms, () => slot.tab.isAlive && !slot.tab.isFrozen && setHidden(world, slot.tab, false))
    case 'deploy':
      struck('deploy')
      return slots.forEach((_slot, number) => {
        time.at(time.now() + 500 * number, () => {
          if (!slots[number]) return
          endTab(world, number, 'is loaded anew')
          openTab(world, number)
        })
      })
    case 'damaged':
      struck('damaged')
      return restart(world, step.ms)
    case 'outage':
      say?.(`step ${step.number}: outage for ${step.ms} ms`)
      return network.breakDown(step.ms)
    case 'offline':
      struck('offline')
      setOnline(world, false)
      return time.at(Math.min(calmFrom, time.now() + step.ms), () => setOnline(world, true))
    case 'clockJump':
      struck('clockJump')
      world.wallClockMs += step.ms
      return
    case 'strayMessage':
      struck('strayMessage')
      return browser.strayMessage()
    case 'quota':
      struck('quota')
      browser.storage = 'full'
      return
    case 'evicted':
      struck('evicted')
      for (const done of world.deeds) if (done.keptAt !== undefined && done.settled === 0) done.isCleared = true
      world.lostAt.push(time.now())
      browser.clear()
      return
    case 'device': {
      if (model.sessionOf('anna')?.state === 'closed') return
      struck('device')
      model.write('anna', { attributes: { [deviceFacts.attribute]: time.now() } })
      world.foreignAt = time.now()
      return
    }
    case 'deviceLines':
      return overwrite(world, step.units, step.isRough, () => struck('deviceLines'))
    case 'order':
      if (!model.sessionOf('anna')) return
      struck('order')
      model.write('anna', { state: 'closed' })
      world.orderedAt = time.now()
      world.foreignAt = time.now()
      return
    case 'identity':
      struck('identity')
      return changeShopper(world, step)
  }
}

/** The browser breaks down, and what was kept of the last answer with it. It comes back with the pages that were open. */
function restart(world: World, ms: number): void {
  const { slots, time, browser, lostAt } = world
  const open = [...slots.keys()].filter((number) => slots[number])
  for (const number of open) endTab(world, number, 'is gone, with its browser')
  lostAt.push(time.now())
  browser.damage()
  for (const number of open) time.at(time.now() + ms, () => time.now() < calmFrom && openTab(world, number))
}

function edit(world: World, slot: Slot | undefined, drawn: Deed): void {
  if (!slot) return
  const { time, say, deeds, network } = world
  const { tab, cart } = slot
  const shopper = shownShopper(cart.getSnapshot())
  // Whose cart it is must be seen before it is used, where that changes.
  if (!shopper && world.plan.profile.has('identity')) return
  const deed = deedOf(shopper ?? network.shopper ?? 'anna', drawn)
  const done: Done = {
    deed,
    tab,
    shopper: shopper ?? 'anna',
    at: time.now(),
    keptAt: undefined,
    isCleared: false,
    settled: 0,
    settledAt: undefined,
    revision: undefined,
    error: undefined,
  }
  if (isRefusable(deed)) world.strikes.count('refusal')
  const number = deeds.push(done)
  say?.(`tab ${tab.number}: edit ${number}: ${Object.values(deed).join(' ')}`)
  const settle = (outcome: string) => {
    if (!tab.isAlive) return
    done.settled++
    done.settledAt = time.now()
    say?.(`tab ${tab.number}: edit ${number} settles: ${outcome}`)
  }
  time.at(time.now() + sharingMs, () => compareTabs(world))
  perform(cart, deed).then(
    ({ revision }) => {
      if (tab.isAlive) done.revision = revision
      settle(`revision ${revision}`)
    },
    (caught: unknown) => {
      if (tab.isAlive) done.error = codeOf(caught)
      settle(codeOf(caught))
    },
  )
}

/** What one tab shows, the others show, unless there is something that they cannot have heard of yet. */
function compareTabs({ slots, time, deeds, network, differing }: World): void {
  const isRecent = (at: number | undefined) => at !== undefined && at > time.now() - sharingMs
  if (deeds.some(({ at }) => isRecent(at)) || network.exchanges.some(({ endedAt }) => isRecent(endedAt))) return
  const open = slots.flatMap((slot) => (slot && !slot.tab.isFrozen && slot.tab.openedAt < time.now() - loadingMs ? [slot] : []))
  const [first, ...others] = open.map(({ cart }) => factsOf(heldBy(cart.getSnapshot())))
  const facts = others.flatMap((other) => differences(first ?? other, other))
  if (facts.length > 0) differing.push({ at: time.now(), facts })
}

function reachBarrier(world: World, slot: Slot | undefined, barrier: 'flush' | 'settle'): void {
  if (!slot) return
  const { deeds, say, opened, time, model } = world
  const { tab, cart } = slot
  const asked = deeds.filter((done) => done.tab === tab)
  say?.(`tab ${tab.number}: ${barrier}`)
  cart[barrier]().then(
    ({ revision, total }) => {
      if (!tab.isAlive) return
      const shopper = shownShopper(cart.getSnapshot()) ?? 'anna'
      const unsettled = asked.filter(({ settled }) => settled === 0).length
      const truth = revision === 0 ? 0 : model.totalAt(shopper, revision)
      opened.push({ at: time.now(), shopper, unsettled, total: total.value, truth, isSettled: barrier === 'settle' })
      say?.(`tab ${tab.number}: ${barrier} opens: revision ${revision}, ${total.value}`)
    },
    (caught: unknown) => tab.isAlive && say?.(`tab ${tab.number}: ${barrier} fails: ${codeOf(caught)}`),
  )
}

function setOnline({ network, browser, slots, say, time }: World, isOnline: boolean): void {
  if (browser.isOnline === isOnline) return
  say?.(isOnline ? 'online' : 'offline')
  network.offlineSince = isOnline ? Infinity : time.now()
  network.onlineSince = isOnline ? time.now() : Infinity
  browser.isOnline = isOnline
  for (const slot of slots) if (slot) browser.notice(slot.tab)
}

/** Reads the session, changes its lines, and writes them all. Rough: a shopper's line, too. */
function overwrite({ model, overwritten, time, ...world }: World, units: number, isRough: boolean, struck: () => void): void {
  const session = model.sessionOf('anna')
  if (!session || session.state === 'closed') return
  struck()
  const others = (session.cartItems ?? []).filter(({ sku }) => sku !== deviceFacts.sku)
  const kept = others.map((item, place) => (isRough && place === 0 ? { ...item, quantity: item.quantity + 10 } : item))
  const gadgets = units > 0 ? [{ sku: deviceFacts.sku, price: 2, quantity: units }] : []
  const written = model.write('anna', { cartItems: [...kept, ...gadgets] })
  overwritten.push({ at: time.now(), facts: shoppersFacts(factsOf(written)) })
  world.say?.(`second device: ${describe(written)}`)
}

function changeShopper(world: World, step: Extract<Step, { do: 'identity' }>): void {
  const { time, network } = world
  const signIn = (shopper: Shopper) => {
    // What an app does: the page in which it happens forgets its cart, and starts anew.
    if (step.leaves && world.slots[step.tab] && !world.slots[step.tab]?.tab.isFrozen) {
      world.slots[step.tab]?.cart.forget()
      endTabSoon(world, step.tab)
    }
    world.say?.(`${network.shopper ?? 'nobody'} signs out`)
    setShopper(world, undefined)
    world.signedOut.push(time.now())
    time.at(time.now() + step.ms, () => {
      world.say?.(`${shopper} signs in`)
      setShopper(world, shopper)
    })
  }
  signIn('bob')
  if (step.staysMs === undefined) return
  const back = time.now() + step.ms + step.staysMs
  // Whoever comes back does so while the network may still fail: what comes after that has to converge.
  if (back + step.ms < calmFrom) time.at(back, () => signIn('anna'))
}

function setShopper({ network, signIns, time }: World, shopper: Shopper | undefined): void {
  network.shopper = shopper
  signIns.push({ at: time.now(), shopper })
}

/** It has a moment for what it still wants to put away. */
function endTabSoon(world: World, number: number): void {
  const slot = world.slots[number]
  world.time.at(world.time.now() + 30, () => {
    if (!slot || world.slots[number] !== slot) return
    endTab(world, number, 'is loaded anew')
    openTab(world, number)
  })
}

// The end

/** Faults are over: who slept wakes up, and somebody is there. */
function calmDown(world: World): void {
  world.say?.('faults are over')
  for (const slot of world.slots) if (slot?.tab.isFrozen) thaw(world, slot.tab)
  setOnline(world, true)
  if (!world.network.shopper) setShopper(world, 'anna')
}

/** A shopper looks at each page; where an error does not go away, there is a button beside it. */
function lookAtAll(world: World): void {
  // The last page may have been closed in the last moment of the faults.
  if (world.slots.every((slot) => slot === undefined)) openTab(world, 0)
  for (const slot of world.slots) {
    if (!slot) continue
    setHidden(world, slot.tab, false)
    const { error } = slot.cart.getSnapshot()
    if (!error || error.retryable) continue
    world.wasStuck = error.code
    world.say?.(`tab ${slot.tab.number}: retry, for ${error.code}`)
    slot.cart.retry()
  }
}

function resultOf(world: World): Run {
  const { plan, strikes, network, slots, model, say } = world
  const heardAt = Math.max(-1, ...network.exchanges.map(({ sentAt, endedAt }) => (endedAt === undefined ? -1 : sentAt)))
  const sessions = new Map<Shopper, CustomerSessionV2>()
  for (const shopper of ['anna', 'bob'] as const) {
    const session = model.sessionOf(shopper)
    if (!session) continue
    sessions.set(shopper, session)
    say?.(`at the server, ${shopper}'s: ${describe(session)}`)
  }
  const overwrittenAt = Math.max(-1, ...world.overwritten.map(({ at }) => at))
  const pages = slots.flatMap((slot): Page[] => {
    if (!slot) return []
    const view = slot.cart.getSnapshot()
    return [{ tab: slot.tab, view, shopper: shownShopper(view), isUnaware: Math.max(world.foreignAt, overwrittenAt) >= heardAt }]
  })
  return {
    ...world,
    seed: plan.seed,
    profile: plan.profile,
    strikes: strikes.counts,
    struck: strikes.list,
    exchanges: network.exchanges,
    misplaced: [...world.misplaced],
    pages,
    shopper: network.shopper,
    sessions,
  }
}

function shownShopper({ session }: CartView): Shopper | undefined {
  return session?.profileId === 'anna' || session?.profileId === 'bob' ? session.profileId : undefined
}

function codeOf(caught: unknown): string {
  return isTalonOneError(caught) ? caught.code : String(caught)
}

export function heldBy({ lines, coupons, referral, session }: CartView) {
  return {
    cartItems: lines,
    couponCodes: coupons.map(({ code }) => code),
    referralCode: referral?.code,
    attributes: session?.attributes ?? {},
    additionalCosts: session?.additionalCosts ?? {},
  }
}
