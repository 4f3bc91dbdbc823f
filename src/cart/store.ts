/** What a page has of a cart at once: its two values, and what they come to on screen. Who keeps them equal comes later. */
import type { TalonOneError } from '../error.ts'
import type { RejectionMessages } from '../rejections/message.ts'
import type { NewLine } from './edits.ts'
import { confirm, type Confirmed } from './fold.ts'
import type { EditOutcome } from './outcomes.ts'
import { callSafely } from './promises.ts'
import type { StoredEdit } from './storage.ts'
import { type CartSync, type CartView, viewCart } from './view.ts'

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
  /** What is said where the shop gives no texts: English, once it has been loaded. */
  texts: RejectionMessages | undefined
}

/** Holds a cart's state, and shows what it comes to. */
export interface CartStore {
  readonly state: CartState
  /** What the server has of a session that does not exist. */
  readonly nothing: Confirmed
  /** What edits lie over. */
  readonly base: Confirmed
  /** Changes the state and shows it, in the same tick. */
  change(part: Partial<CartState>): void
  getSnapshot: () => CartView
  getInitialSnapshot: () => CartView
  subscribe: (listener: () => void) => () => void
}

export function createStore(sessionId: string, keyOf: (item: NewLine) => string, start: Partial<CartState>): CartStore {
  const nothing = confirm({}, { keyOf, lines: [] })
  const listeners = new Set<() => void>()
  let state: CartState = {
    confirmed: undefined,
    pending: [],
    isOutdated: true,
    trouble: undefined,
    refusal: undefined,
    hindrance: undefined,
    durable: false,
    isForgotten: false,
    messages: undefined,
    texts: undefined,
    ...start,
  }
  const initial = view(undefined)
  let snapshot = initial

  function view(before: CartView | undefined): CartView {
    const { confirmed, isOutdated, pending, trouble, refusal, messages, texts, hindrance, durable } = state
    const edits = pending.map(({ edit }) => edit)
    const sync = hindrance ?? (edits.length > 0 ? 'sending' : 'idle')
    return viewCart(
      { sessionId, confirmed, isOutdated, edits, error: trouble ?? refusal, sync, durable },
      nothing,
      messages ?? texts,
      before,
    )
  }

  return {
    get state() {
      return state
    },
    nothing,
    get base() {
      return state.confirmed ?? nothing
    },
    change(part) {
      state = { ...state, ...part }
      snapshot = view(snapshot)
      for (const listener of listeners) callSafely(listener)
    },
    getSnapshot: () => snapshot,
    getInitialSnapshot: () => initial,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Whether a session has been ordered or cancelled. */
export function isClosed({ session }: Confirmed): boolean {
  return (session?.state ?? 'open') !== 'open'
}
