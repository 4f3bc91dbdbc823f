/** The cart's promises, each as a check of what a schedule came to. Source of the numbers: the project's list of invariants. */
import type { Done, Run } from './run.ts'
import { heldBy } from './run.ts'
import { differences, type Facts, factsAfter, factsOf } from './shopper.ts'

/** Says what is broken, or undefined. */
export type Check = (run: Run) => string | undefined

/** The most requests that any minute may see. */
const mostRequests = 120
const minute = 60_000

/** After the network has healed, the cart shows what the server has, and nothing waits. */
function converges({ view, session, isForeign }: Run): string | undefined {
  if (view.pending) return 'edits are still pending'
  if (view.status !== 'ready') return `the cart is ${view.status}`
  if (view.totals.total.status !== 'confirmed') return `the total is ${view.totals.total.status}`
  if (isForeign) return undefined
  return listed('cart and server disagree about', differences(factsOf(heldBy(view)), factsOf(session)))
}

/** What an acknowledged edit set stands, unless a later one has set it anew. */
function losesNothing({ before, deeds, session }: Run): string | undefined {
  const history = historyOf(before, deeds)
  const stored = factsOf(session)
  const lost = differences(history.at(-1) ?? before, stored).filter((fact) => isEarlier(history, fact, stored.get(fact)))
  return listed('back to an earlier value:', lost)
}

/** The server holds nothing that no accepted edit has made. */
function makesNothingUp({ before, deeds, session }: Run): string | undefined {
  const history = historyOf(before, deeds)
  const stored = factsOf(session)
  const made = differences(history.at(-1) ?? before, stored).filter((fact) => !isEarlier(history, fact, stored.get(fact)))
  return listed('never asked for:', made)
}

function sendsOneWrite({ exchanges }: Run): string | undefined {
  const most = exchanges.reduce((count, { writesAtOnce }) => Math.max(count, writesAtOnce), 0)
  return most > 1 ? `${most} writes at once` : undefined
}

function goesForward({ revisions }: Run): string | undefined {
  const back = revisions.findIndex((revision, place) => revision < (revisions[place - 1] ?? 0))
  return back > 0 ? `revision ${revisions[back]} shown after ${revisions[back - 1]}` : undefined
}

function hasManners(run: Run): string | undefined {
  const most = busiestMinute(run)
  if (most > mostRequests) return `${most} requests in a minute`
  const rude = run.exchanges.find(
    ({ endedAt = 0, retryAfterMs = 0 }) =>
      retryAfterMs > 0 && run.exchanges.some(({ sentAt }) => sentAt > endedAt && sentAt < endedAt + retryAfterMs),
  )
  return rude && `a request went out before the Retry-After of the answer at ${(rude.endedAt ?? 0) / 1000} s was over`
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

/** Every edit's promise is settled once, and refused only for a line that is not there. */
function settlesOnce({ deeds }: Run): string | undefined {
  const odd = deeds.findIndex(({ settled }) => settled !== 1)
  if (odd >= 0) return `edit ${odd + 1} was settled ${deeds[odd]?.settled} times`
  const refused = deeds.findIndex(({ error }) => error !== undefined && error !== 'line_not_found')
  return refused >= 0 ? `edit ${refused + 1} was refused with ${deeds[refused]?.error}` : undefined
}

function guardsCheckout({ flushed }: Run): string | undefined {
  const early = flushed.find(({ unsettled }) => unsettled > 0)
  return early && `flush resolved at ${early.at / 1000} s with ${early.unsettled} edits on their way`
}

export const checks: Readonly<Record<string, Check>> = {
  'I1 convergence': converges,
  'I2 nothing lost': losesNothing,
  'I3 no phantom': makesNothingUp,
  'I5 one write at a time': sendsOneWrite,
  'I6 never backwards': goesForward,
  'I8 manners': hasManners,
  'I9 settled once': settlesOnce,
  'I11 checkout barrier': guardsCheckout,
}

/** Every promise that a schedule has broken, and how. */
export function problemsOf(run: Run): { check: string; problem: string }[] {
  return Object.entries(checks).flatMap(([check, holds]) => {
    const problem = holds(run)
    return problem === undefined ? [] : [{ check, problem }]
  })
}

/** The cart after each edit that the server acknowledged. */
function historyOf(before: Facts, deeds: readonly Done[]): Facts[] {
  const history = [before]
  for (const { deed, revision } of deeds) if (revision !== undefined) history.push(factsAfter(history.at(-1) ?? before, deed))
  return history
}

function isEarlier(history: readonly Facts[], fact: string, value: string | undefined): boolean {
  return history.some((facts) => facts.get(fact) === value)
}

function listed(what: string, facts: readonly string[]): string | undefined {
  return facts.length > 0 ? `${what} ${facts.join(', ')}` : undefined
}
