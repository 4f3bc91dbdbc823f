/** The cart's promises, each as a check of what a schedule came to. Source of the numbers: the project's list of invariants. */
import { landingMs } from '../../src/cart/timing.ts'
import { shoppers } from './model.ts'
import type { Exchange, Landing } from './network.ts'
import type { Done, Page, Run } from './run.ts'
import { heldBy } from './run.ts'
import {
  after,
  alsoAfter,
  alsoAs,
  type Deed,
  differences,
  type Facts,
  factsOf,
  isRefusable,
  type Possibilities,
  possibilitiesOf,
  shoppersFacts,
  valuesOf,
} from './shopper.ts'

/** Says what is broken, or undefined. */
export type Check = (run: Run) => string | undefined

/** The most requests that any minute may see, for up to four pages, and for each one more: a page has a budget of its own. */
const mostRequests = 120
const mostRequestsOfPage = 30
const minute = 60_000
/** After how long a page that is hidden has ended what it was at, or has left it to another one, in milliseconds. */
const longestRest = 12_000
/** How long a page that has failed may wait before it tries again, in milliseconds. */
const longestBackoff = 45_000
/** How long an edit may be in the page alone, in milliseconds: time for a few transactions, or for slow ones. */
const longestKeeping = 100
const longestSlowKeeping = 15_000
/** What keeps a tab from hearing of another's edits. Whoever has left is heard of when somebody asks. */
const tardy = ['storageSlow', 'storageFails', 'messageLost', 'messageLate', 'freeze', 'identity', 'evicted', 'damaged'] as const
/** Where storage is not what it should be, nothing is durable. */
const unsafe = ['denied', 'quota', 'storageFails'] as const

/** After the network has healed, every page shows what the server has, and nothing waits. */
function converges(run: Run): string | undefined {
  for (const page of run.pages) {
    const problem = strays(run, page)
    if (problem) return `tab ${page.tab.number}: ${problem}`
  }
  return run.pages.length === 0 ? 'no page is open' : undefined
}

function strays({ shopper, sessions, profile }: Run, { view, shopper: shown, isUnaware }: Page): string | undefined {
  if (view.pending) return 'edits are still pending'
  // Nobody has told it that somebody else is here.
  if (shown !== undefined && shown !== shopper) return undefined
  if (view.status === 'loading' || (view.status === 'closed' && !profile.has('order'))) return `the cart is ${view.status}`
  if (view.totals.total.status !== 'confirmed') return `the total is ${view.totals.total.status}`
  if (isUnaware) return undefined
  return listed('cart and server disagree about', differences(factsOf(heldBy(view)), factsOf(shopper && sessions.get(shopper))))
}

/** What was there stands, unless a later deed has set it anew. */
function losesNothing(run: Run): string | undefined {
  return listed(
    'back to an earlier value:',
    shoppers.flatMap((shopper) => {
      const { last, earlier, stored } = comparisonOf(run, shopper)
      return wrongFacts(last, stored).filter((fact) => earlier.some((possible) => valuesOf(possible, fact).has(stored.get(fact))))
    }),
  )
}

/**
 * What older writes left where nobody may write over it: when their shopper had left, or soon did, or before an order. Nor can a page
 * that was opened when storage had lost the last answer tell them from it.
 */
function outOfReach({ exchanges, signedOut, orderedAt = -1, lostAt, openedAt }: Run, shopper: Done['shopper']): readonly Landing[] {
  const lost = lostAt.filter((at) => at < openedAt)
  const reach = Math.max(orderedAt, ...signedOut)
  const own = exchanges.filter((exchange) => exchange.shopper === shopper)
  return own.flatMap(({ sentAt, landings }) =>
    landings.filter(
      ({ at }) =>
        signedOut.some((left) => sentAt < left && at > left) ||
        lost.some((moment) => sentAt < moment && at > moment - landingMs) ||
        (at < reach && landedBetween(own, sentAt, at)),
    ),
  )
}

/** Whether what left after a moment had landed before another. */
function landedBetween(exchanges: Run['exchanges'], leftAfter: number, landedBefore: number): boolean {
  return exchanges.some(({ sentAt, landings }) => sentAt > leftAfter && landings.some(({ at }) => at < landedBefore))
}

/** The server holds nothing that no deed has made. */
function makesNothingUp(run: Run): string | undefined {
  return listed(
    'never asked for:',
    shoppers.flatMap((shopper) => {
      const { last, earlier, stored } = comparisonOf(run, shopper)
      return wrongFacts(last, stored).filter((fact) => !earlier.some((possible) => valuesOf(possible, fact).has(stored.get(fact))))
    }),
  )
}

function sendsOneWrite({ exchanges }: Run): string | undefined {
  const most = exchanges.reduce((count, { writesAtOnce }) => Math.max(count, writesAtOnce), 0)
  return most > 1 ? `${most} writes at once` : undefined
}

function goesForward({ revisions }: Run): string | undefined {
  for (const [shown, list] of revisions) {
    const back = list.findIndex((revision, place) => revision < (list[place - 1] ?? 0))
    if (back > 0) return `${shown}: revision ${list[back]} after ${list[back - 1]}`
  }
  return undefined
}

/** Edits are kept as soon as they are made, so that they outlive their page: see also `fateOf`. */
function outlivesItsPage({ strikes, pages, deeds }: Run): string | undefined {
  if (unsafe.some((fault) => strikes.has(fault))) return undefined
  const left = pages.find(({ view }) => !view.durable)
  if (left) return `tab ${left.tab.number} says that its edits are not durable`
  // Who sleeps keeps nothing.
  if (strikes.has('freeze')) return undefined
  const limit = strikes.has('storageSlow') ? longestSlowKeeping : longestKeeping
  const late = deeds.findIndex(({ at, keptAt, settledAt, tab }) => (keptAt ?? settledAt ?? tab.endedAt ?? Infinity) - at > limit)
  return late >= 0 ? `edit ${late + 1} was not kept for more than ${limit} ms` : undefined
}

/** An edit in one tab is seen in the others at once, unless storage or messages take their time. */
function sharesAtOnce({ differing, profile }: Run): string | undefined {
  if (tardy.some((fault) => profile.has(fault))) return undefined
  const [first] = differing
  return first && listed(`at ${first.at / 1000} s, the tabs differ about`, first.facts)
}

function hasManners(run: Run): string | undefined {
  const most = busiestMinute(run)
  const pages = new Set(run.exchanges.map(({ tab }) => tab)).size
  if (most > Math.max(mostRequests, pages * mostRequestsOfPage)) return `${most} requests in a minute`
  const unseen = run.exchanges.find((exchange) => exchange.hiddenMs > longestRest && isUncalledFor(run, exchange))
  if (unseen) return `a request went out at ${unseen.sentAt / 1000} s from a hidden page`
  const offline = run.exchanges.find(({ isOffline }) => isOffline)
  if (offline) return `a request went out at ${offline.sentAt / 1000} s, offline`
  const rude = run.exchanges.find(
    // A page that dies takes with it what it was told.
    ({ tab, endedAt = 0, retryAfterMs = 0 }) =>
      retryAfterMs > 0 && tab.isAlive && run.exchanges.some(({ sentAt }) => sentAt > endedAt && sentAt < endedAt + retryAfterMs),
  )
  return rude && `a request went out before the Retry-After of the answer at ${(rude.endedAt ?? 0) / 1000} s was over`
}

/** Whether a hidden page has asked although it has nothing of its own to send, and those that are seen get through. */
function isUncalledFor({ exchanges, deeds, profile }: Run, { tab, sentAt }: Exchange): boolean {
  // A page that is seen may not have heard of what there is to send; and where somebody has left, it may wait for somebody to sign in.
  if (tardy.some((fault) => profile.has(fault))) return false
  const hasFailed = exchanges.some(
    (other) => other.tab === tab && !other.isThrough && other.sentAt < sentAt && (other.endedAt ?? sentAt) > sentAt - longestBackoff,
  )
  const isBusy =
    hasFailed || deeds.some((done) => done.tab === tab && done.at <= sentAt && (done.settledAt ?? Infinity) > sentAt - longestRest)
  const ended = exchanges.filter(({ endedAt = Infinity }) => endedAt < sentAt)
  const isThrough = ended.filter(({ endedAt = 0 }) => endedAt > sentAt - longestRest).every((other) => other.isThrough)
  return !isBusy && isThrough
}

/** The most requests that any minute saw. */
export function busiestMinute({ exchanges }: Run): number {
  // They are in order of time: the first of the minute that ends with each.
  let first = 0
  return exchanges.reduce((most, { sentAt }, last) => {
    while ((exchanges[first]?.sentAt ?? sentAt) <= sentAt - minute) first++
    return Math.max(most, last - first + 1)
  }, 0)
}

/** Every deed's promise is settled once, and refused only for a reason. */
function settlesOnce({ deeds, strikes }: Run): string | undefined {
  const odd = deeds.findIndex(({ settled, tab }) => settled > 1 || (settled === 0 && tab.isAlive))
  if (odd >= 0) return `edit ${odd + 1} was settled ${deeds[odd]?.settled} times`
  const refused = deeds.findIndex(({ error, deed }) => {
    if (error === undefined || error === 'line_not_found') return false
    // Of a refusal that is cut off, nobody can tell that it is about an order.
    if (error === 'bad_request') return !isRefusable(deed) && !(strikes.has('order') && strikes.has('cut'))
    if (error === 'session_closed') return !strikes.has('order')
    return error !== 'identity_changed' || !strikes.has('identity')
  })
  if (refused >= 0) return `edit ${refused + 1} was refused with ${deeds[refused]?.error}`
  const taken = deeds.findIndex(({ deed, revision }) => isRefusable(deed) && revision !== undefined)
  return taken >= 0 ? `edit ${taken + 1} was acknowledged, but the application does not know it` : undefined
}

function keepsApart({ misplaced, turns, signIns }: Run): string | undefined {
  const isThere = (shopper: Page['shopper'], from: number, to: number) =>
    signIns.some((one, place) => one.shopper === shopper && one.at < to && (signIns[place + 1]?.at ?? Infinity) > from)
  const back = turns.find(({ tab, at, shopper }) => {
    const own = turns.filter((turn) => turn.tab === tab && turn.at < at)
    const left = own[own.findLastIndex((turn) => turn.shopper === shopper) + 1]
    return shopper !== undefined && left !== undefined && left !== own[0] && !isThere(shopper, left.at, at)
  })
  if (back) return `tab ${back.tab.number} shows ${back.shopper}'s cart again at ${back.at / 1000} s, who is not there any more`
  return listed("in another shopper's session:", misplaced)
}

function guardsCheckout({ opened, exchanges, overwritten }: Run): string | undefined {
  for (const { at, shopper, unsettled, total, truth, isSettled } of opened) {
    if (unsettled > 0) return `it opened at ${at / 1000} s with ${unsettled} edits on their way`
    if (truth !== undefined && total !== truth) return `it opened at ${at / 1000} s with ${total} instead of ${truth}`
    // What lands in another shopper's session changes nothing in this one.
    const own = exchanges.filter((exchange) => exchange.shopper === shopper)
    // What undoes only later edits, be they another device's, is theirs to wait for.
    const isLater = (one: { at: number }, landing: Landing) => one.at > at && one.at < landing.at
    const undoes = (landing: Landing) =>
      landing.at > at && !landedBetween(own, at, landing.at) && !overwritten.some((one) => isLater(one, landing))
    const late = isSettled && own.find(({ sentAt, landings }) => sentAt < at && landings.some(undoes))
    if (late) return `settle resolved at ${at / 1000} s, and what left at ${late.sentAt / 1000} s landed after that`
  }
  return undefined
}

function worksInMemory({ pages, profile }: Run): string | undefined {
  if (!profile.has('denied')) return undefined
  const wrong = pages.find(({ view }) => view.durable)
  return wrong && `tab ${wrong.tab.number} says that its edits are durable, without storage`
}

export const checks: Readonly<Record<string, Check>> = {
  'I1 convergence': converges,
  'I2 nothing lost': losesNothing,
  'I3 no phantom': makesNothingUp,
  'I4 one cart in all tabs': sharesAtOnce,
  'I5 one write at a time': sendsOneWrite,
  'I6 never backwards': goesForward,
  'I7 durable': outlivesItsPage,
  'I8 manners': hasManners,
  'I9 settled once': settlesOnce,
  'I10 one identity': keepsApart,
  'I11 checkout barrier': guardsCheckout,
  'I12 without storage': worksInMemory,
}

/** Every promise that a schedule has broken, and how. */
export function problemsOf(run: Run): { check: string; problem: string }[] {
  return Object.entries(checks).flatMap(([check, holds]) => {
    const problem = holds(run)
    return problem === undefined ? [] : [{ check, problem }]
  })
}

interface Comparison {
  /** What may be at the server. */
  last: Possibilities
  /** What may have been before. */
  earlier: readonly Possibilities[]
  stored: Facts
}

/** What a shopper's deeds come to in the order in which they were kept, beside what the server has (I4). */
function comparisonOf(run: Run, shopper: Done['shopper']): Comparison {
  const { before, deeds, sessions, overwritten, strikes } = run
  const earlier: Possibilities[] = []
  let possible = possibilitiesOf(before.get(shopper) ?? new Map())
  const other = [
    ...(shopper === 'anna' ? overwritten : []),
    ...outOfReach(run, shopper).map(({ at, facts }) => ({ at, facts: shoppersFacts(facts) })),
  ]
  const putAway: Deed[] = []
  const whilePutAway: Possibilities[] = []
  for (const done of inOrder(deeds.filter((one) => one.shopper === shopper))) {
    earlier.push(possible)
    for (const { at, facts } of other) if ((done.settledAt ?? Infinity) > at) possible = alsoAs(possible, facts)
    const fate = comesBackLate(done, deeds) ? 'maybe' : fateOf(done, strikes.has('identity') || strikes.has('order'))
    if (fate !== 'never') possible = after(possible, done.deed, fate === 'certain')
    if (fate === 'maybe' && strikes.has('identity')) putAway.push(done.deed)
    if (putAway.length > 0) whilePutAway.push(possible)
  }
  // What was put away while somebody else was there comes back after what was done meanwhile, as it would have been then.
  for (const deed of putAway) possible = after(possible, deed, false)
  for (const then of whilePutAway) for (const deed of putAway) possible = alsoAfter(possible, then, deed)
  // A device that writes all lines says how they are: what it wrote may stand, whatever the cart does not write over.
  for (const { facts } of other) possible = alsoAs(possible, facts)
  return { last: possible, earlier, stored: shoppersFacts(factsOf(sessions.get(shopper))) }
}

/** Whether a deed has been carried out, as far as its shopper can know. */
function fateOf({ deed, revision, error, tab, keptAt, isCleared }: Done, mayBeRefused: boolean): 'certain' | 'never' | 'maybe' {
  if (isRefusable(deed) || error === 'line_not_found' || error === 'bad_request') return 'never'
  if (revision !== undefined) return 'certain'
  if (error !== undefined) return 'maybe'
  return keptAt !== undefined && !isCleared && !mayBeRefused && !tab.isAlive ? 'certain' : 'maybe'
}

/**
 * All tabs' in the order in which they were kept; what was sent before it was kept stays behind what its tab did before. What may come
 * back late is in there twice.
 */
function inOrder(deeds: readonly Done[]): readonly Done[] {
  const latest = new Map<Done['tab'], number>()
  const turns = deeds.map((done) => {
    const moment = Math.max(done.keptAt ?? done.at, latest.get(done.tab) ?? 0)
    latest.set(done.tab, moment)
    return { done, moment }
  })
  for (const done of deeds) if (comesBackLate(done, deeds)) turns.push({ done, moment: done.settledAt ?? Infinity })
  return turns.toSorted((one, other) => one.moment - other.moment).map(({ done }) => done)
}

/** Whether a page has had to put it back into storage that was cleared: another one cannot have known of it, and was quicker. */
function comesBackLate({ isCleared, revision, tab }: Done, deeds: readonly Done[]): boolean {
  return isCleared && revision !== undefined && deeds.some((other) => other.tab !== tab)
}

function wrongFacts(last: Possibilities, stored: Facts): string[] {
  return [...new Set([...last.keys(), ...stored.keys()])].filter((fact) => !valuesOf(last, fact).has(stored.get(fact)))
}

function listed(what: string, facts: readonly string[]): string | undefined {
  return facts.length > 0 ? `${what} ${facts.join(', ')}` : undefined
}
