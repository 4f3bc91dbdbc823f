/** What a page has of a cart at once: its two values, and what they come to on screen. Who keeps them equal comes later. */
import type { TalonOneError } from '../error.ts'
import type { RejectionMessages } from '../rejections/message.ts'
import type { CachedAnswer, Confirmed } from './confirmed.ts'
import type { NewLine } from './edits.ts'
import { engine, preloadCart } from './load-engine.ts'
import type { EditOutcome } from './outcomes.ts'
import { callSafely } from './promises.ts'
import type { StoredEdit } from './storage.ts'
import { type CartSync, type CartView, type ViewedEdits, viewEdits } from './view.ts'

/** An edit that waits for its answer. */
export interface PendingEdit extends StoredEdit {
  resolve: (outcome: EditOutcome) => void
  reject: (error: TalonOneError) => void
  settled: Promise<EditOutcome>
}

/** A cart before it is folded. */
export interface CartState {
  confirmed: Confirmed | undefined
  pending: readonly PendingEdit[]
  /** Whether the session must be read before anything is known for sure. */
  isOutdated: boolean
  /** Why nothing gets through at the moment. */
  trouble: TalonOneError | undefined
  /** Why an edit was refused; shown until the shopper goes on. */
  refusal: TalonOneError | undefined
  /** What keeps edits from being sent. */
  hindrance: Exclude<CartSync, 'idle' | 'sending'> | undefined
  /** Whether edits outlive the page. */
  durable: boolean
  /** Whoever made the edits has left, for good. */
  isForgotten: boolean
  messages: RejectionMessages | undefined
}

/** What {@link createStore} takes. */
export interface StoreOptions {
  sessionId: string
  keyOf: (item: NewLine) => string
  messages: RejectionMessages | undefined
  /** What the query cache has of the session, such as one that a server has just rendered. */
  cached: CachedAnswer | undefined
}

/** Holds a cart's state, and shows what it comes to. */
export interface CartStore {
  readonly state: CartState
  /** Changes the state and shows it, in the same tick. */
  change(part: Partial<CartState>): void
  /** Starts from the cached answer, as soon as there is somebody to read it. */
  begin(): void
  getSnapshot: () => CartView
  getInitialSnapshot: () => CartView
  subscribe: (listener: () => void, key?: string) => () => void
}

export function createStore({ sessionId, keyOf, messages, cached }: StoreOptions): CartStore {
  // By the key of a line, and of none for those who hear of everything.
  const listeners = new Map<string | undefined, Set<() => void>>()
  let state: CartState = {
    confirmed: undefined,
    pending: [],
    isOutdated: true,
    trouble: undefined,
    refusal: undefined,
    hindrance: undefined,
    durable: false,
    isForgotten: false,
    messages,
  }
  let initial = view(state)
  let snapshot = initial

  function change(part: Partial<CartState>): void {
    const { lines } = snapshot
    state = { ...state, ...part }
    snapshot = view(state, snapshot)
    const changed = [...differing(lines, snapshot.lines), ...differing(snapshot.lines, lines)]
    for (const key of new Set([undefined, ...changed])) for (const listener of listeners.get(key) ?? []) callSafely(listener)
  }

  function view(of: CartState, before?: CartView): CartView {
    const { confirmed, isOutdated, hindrance, durable } = of
    const edits = of.pending.map(({ edit }) => edit)
    const sync = hindrance ?? (edits.length > 0 ? 'sending' : 'idle')
    const viewed: ViewedEdits = { sessionId, edits, error: of.trouble ?? of.refusal, sync, durable }
    // Nobody but the engine confirms anything.
    if (!confirmed || !engine) return viewEdits(viewed)
    return engine.viewAnswer({ ...viewed, confirmed, isOutdated }, of.messages, before)
  }

  function begin(): void {
    const start = cached && engine?.startFrom(cached, keyOf)
    if (!start || state.isForgotten) return
    cached = undefined
    initial = view({ ...state, ...start, pending: [] })
    change(start)
  }

  begin()
  const read = () => {
    reading = undefined
    begin()
  }
  // A read that has failed, or is still out, has left nothing to wait for.
  let reading = !engine && cached?.data && preloadCart().then(read, read)

  return {
    get state() {
      return state
    },
    change,
    begin,
    getSnapshot: () => snapshot,
    getInitialSnapshot() {
      // React waits for it: what a server has rendered stays on the page.
      if (reading) throw reading
      return initial
    },
    subscribe(listener, key) {
      const those = listeners.get(key) ?? new Set()
      listeners.set(key, those.add(listener))
      return () => those.delete(listener)
    },
  }
}

/** The keys of the lines that do not stand in another list, at the same place. */
function differing(lines: CartView['lines'], others: CartView['lines']): string[] {
  return lines.filter((line, index) => line !== others[index]).map(({ key }) => key)
}
