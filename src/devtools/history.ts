/** What happened to a cart: its last edits, requests and answers. Kept while a page has devtools, and nowhere but in it. */
import type { Cart } from '../cart/cart.ts'
import type { CartEdit } from '../cart/edits.ts'
import { type Insight, insightInto } from '../cart/insight.ts'
import type { PendingEdit } from '../cart/store.ts'
import type { Effect } from '../effects.ts'
import { isTalonOneError } from '../error.ts'

/** How an edit or a request ended: undefined while it has not. */
export interface End {
  /** How long it took, in milliseconds. */
  took: number
  /** `ok`, or the error's code, with the HTTP status where there was one. */
  outcome: string
}

/** Effects that are alike but for their amounts. What they are about, such as a code, is not kept. */
export interface EffectGroup {
  effectType: string
  campaignId: number
  ruleName: string
  count: number
}

/** What happened, and when, in milliseconds by the cart's clock. */
export type CartEvent = { id: number; at: number } & (
  | { type: 'edit'; edit: CartEdit; end: End | undefined }
  /** `edits`: how many it carries. */
  | { type: 'request'; method: string; edits: number; end: End | undefined }
  | { type: 'answer'; revision: number; gained: readonly EffectGroup[]; lost: readonly EffectGroup[] }
)

/** What has been recorded so far. */
export interface Recorded {
  /** The oldest first. */
  events: readonly CartEvent[]
  /** Of the requests that were answered, in milliseconds, the time in which they waited for their turn included. */
  latency: { last: number; median: number } | undefined
  /** How many writes may still land. */
  mayLand: number
}

/** A cart's history, as a store. */
export interface CartHistory {
  getSnapshot: () => Recorded
  subscribe: (listener: () => void) => () => void
  clear: () => void
}

const mostEvents = 200
const histories = new WeakMap<Cart, CartHistory>()

/** The history of a cart, from when this was first called. */
export function historyOf(cart: Cart): CartHistory {
  const history = histories.get(cart) ?? record(cart)
  histories.set(cart, history)
  return history
}

function record(cart: Cart): CartHistory {
  const listeners = new Set<() => void>()
  const seen = new Set<string>()
  let recorded: Recorded = { events: [], latency: undefined, mayLand: 0 }
  let effects: readonly Effect[] = []
  let confirmed: unknown
  let insight: Insight | undefined
  let nextId = 0

  function show(events: readonly CartEvent[]): void {
    recorded = { events: events.slice(-mostEvents), latency: latencyOf(events), mayLand: insight?.sent().length ?? 0 }
    for (const listener of listeners) listener()
  }

  /** Adds an event. Returns the way to say how it ended. */
  function begin(clock: Insight['clock'], event: (start: { id: number; at: number }) => CartEvent): (failure?: unknown) => void {
    const id = nextId++
    const at = clock.now()
    show([...recorded.events, event({ id, at })])
    return (failure) => {
      const end = { took: clock.now() - at, outcome: outcomeOf(failure) }
      show(recorded.events.map((one) => (one.id === id ? { ...one, end } : one)))
    }
  }

  function look(): void {
    insight ??= insightInto(cart)
    if (!insight) return
    const { store, clock, sent } = insight
    insight.onRequest ??= (method) => {
      const edits = method === 'PUT' ? (sent().at(-1)?.ids.length ?? 0) : 0
      return begin(clock, (start) => ({ ...start, type: 'request', method, edits, end: undefined }))
    }
    for (const entry of store.state.pending) if (!seen.has(entry.id)) noteEdit(entry, insight)
    noteAnswer(insight)
    if (recorded.mayLand !== sent().length) show(recorded.events)
  }

  function noteEdit({ id, edit, settled }: PendingEdit, { clock }: Insight): void {
    seen.add(id)
    const end = begin(clock, (start) => ({ ...start, type: 'edit', edit, end: undefined }))
    settled.then(() => end(), end)
  }

  function noteAnswer({ store, clock }: Insight): void {
    const answer = store.state.confirmed
    if (!answer || answer === confirmed) return
    const before = countGroups(effects)
    const after = countGroups(answer.effects)
    confirmed = answer
    effects = answer.effects
    const { revision } = answer
    begin(clock, (start) => ({ ...start, type: 'answer', revision, gained: surplus(after, before), lost: surplus(before, after) }))
  }

  cart.subscribe(look)
  look()
  return {
    getSnapshot: () => recorded,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    clear: () => show([]),
  }
}

function outcomeOf(failure: unknown): string {
  if (failure === undefined) return 'ok'
  if (!isTalonOneError(failure)) return 'failed'
  return failure.status === undefined ? failure.code : `${failure.code} ${failure.status}`
}

function latencyOf(events: readonly CartEvent[]): Recorded['latency'] {
  const took = events.flatMap((event) => (event.type === 'request' && event.end?.outcome === 'ok' ? [event.end.took] : []))
  const last = took.at(-1)
  const median = took.toSorted((one, other) => one - other)[Math.floor(took.length / 2)]
  return last === undefined || median === undefined ? undefined : { last, median }
}

function countGroups(effects: readonly Effect[]): Map<string, EffectGroup> {
  const groups = new Map<string, EffectGroup>()
  for (const { effectType, campaignId, ruleName } of effects) {
    const name = JSON.stringify([effectType, campaignId, ruleName])
    groups.set(name, { effectType, campaignId, ruleName, count: (groups.get(name)?.count ?? 0) + 1 })
  }
  return groups
}

/** What one has more of than another. */
function surplus(one: ReadonlyMap<string, EffectGroup>, other: ReadonlyMap<string, EffectGroup>): EffectGroup[] {
  return [...one].flatMap(([name, group]) => {
    const count = group.count - (other.get(name)?.count ?? 0)
    return count > 0 ? [{ ...group, count }] : []
  })
}
