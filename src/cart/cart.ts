import type { QueryClient } from '@tanstack/react-query'
import type { TalonOne } from '../client.ts'
import { TalonOneError } from '../error.ts'
import { keyByName } from '../key.ts'
import type { RejectionMessages } from '../rejections/message.ts'
import type { AdditionalCost, ItemAttributes, SessionAttributes } from '../schema.ts'
import { type CartEdit, checkSessionId, isProduct, type NewLine, showable } from './edits.ts'
import type { CachedAnswer, SessionAnswer } from './confirmed.ts'
import { exceedsLimits, fold, noContents } from './fold.ts'
import type { GuestCartReport } from './guest.ts'
import type { CodeOutcome, EditOutcome, FlushOutcome } from './outcomes.ts'
import { type Engine, engine, preloadCart } from './load-engine.ts'
import type { CartPlatform } from './platform.ts'
import { handled, withResolvers } from './promises.ts'
import { about, identityChanged } from './given-back.ts'
import { type CartState, type CartStore, createStore } from './store.ts'
import type { Sync } from './sync.ts'
import type { CartView } from './view.ts'

export type { BroughtLine, GuestCartReport } from './guest.ts'
export type { CodeOutcome, EditOutcome, FlushOutcome } from './outcomes.ts'
export type { Clock } from './timing.ts'

/** What {@link createCart} takes. */
export interface CartOptions {
  client: TalonOne
  /** The shop's own id for this cart. A new one starts a new cart. */
  sessionId: string
  /** Mirrors each confirmed answer into the cache, and starts from what is there. */
  queryClient?: QueryClient
  /** A line's key from its product. Default: its SKU, so that the same SKU is one line. */
  keyOf?: (item: NewLine) => string
  /** Texts for refused codes. Default: English. */
  messages?: RejectionMessages
  /** What the cart stands on. Default: the browser's clock, storage, locks and so on; for what is left out, too. */
  platform?: Partial<CartPlatform>
}

/**
 * The verbs of a cart. Each shows at once (costs, attributes and the card with the answer) and resolves when the server has answered.
 * Each throws a `TalonOneError` before anything changes when its argument is wrong, or rejects with it in a page that is still loading
 * the cart's engine. A rejected promise nobody looks at is no unhandled rejection: what was refused is also in the cart's `error`.
 */
export interface CartActions {
  /** Adds units of a product; to the line of its key where there is one. @default quantity 1 */
  readonly add: (item: NewLine, options?: { quantity?: number; key?: string }) => Promise<EditOutcome>
  /** 0 removes the line. Rejects with `line_not_found` when there is no such line. */
  readonly setQuantity: (key: string, quantity: number) => Promise<EditOutcome>
  readonly remove: (key: string) => Promise<EditOutcome>
  /** Replaces the line's attributes as a whole. */
  readonly setItemAttributes: (key: string, attributes: ItemAttributes) => Promise<EditOutcome>
  /** Resolves with this code's own verdict; a refused code is not an error and stays listed until it is removed. */
  readonly applyCoupon: (code: string) => Promise<CodeOutcome>
  readonly removeCoupon: (code: string) => Promise<EditOutcome>
  readonly setReferral: (code: string) => Promise<CodeOutcome>
  readonly clearReferral: () => Promise<EditOutcome>
  /** Merges into the session's attributes, key by key. */
  readonly setAttributes: (attributes: SessionAttributes) => Promise<EditOutcome>
  /** Replaces the session's additional costs, such as shipping. Major currency units. */
  readonly setAdditionalCosts: (additionalCosts: Record<string, AdditionalCost>) => Promise<EditOutcome>
  /** One card, or undefined for none. */
  readonly setLoyaltyCard: (card: string | undefined) => Promise<EditOutcome>
  /**
   * The checkout barrier: sends what waits, at once (though never before a `Retry-After`), and resolves when the server has
   * answered everything. Rejects with the error of an edit that failed, with what stops the cart (signed out, for instance), with
   * `session_closed` for a cart that has been ordered, with `invalid_price` when the server knows no price for a line, or with `timeout` (edits keep waiting then). @default timeout 10000 ms
   */
  readonly flush: (options?: { timeout?: number }) => Promise<FlushOutcome>
  /**
   * As `flush`, and waits until no older write can land any more, which takes up to 30 s after the last one. @default timeout 60000 ms
   */
  readonly settle: (options?: { timeout?: number }) => Promise<FlushOutcome>
  /**
   * Call it when whoever was shopping here as a guest has signed in, and nobody else: puts the guest's lines and codes into the cart of
   * whoever is signed in now, and resolves with what became of each. Without it a cart of another shopper's is left alone, and shown to
   * nobody but its owner. Rejects as `flush` does.
   */
  readonly keepGuestCart: () => Promise<GuestCartReport>
  /**
   * Tries again now, also after an error that the cart does not retry by itself (signed out, for instance), and takes an edit's
   * error off the screen.
   */
  readonly retry: () => void
}

/** A cart without a framework: a store to subscribe to, and its verbs. */
export interface Cart extends CartActions {
  readonly getSnapshot: () => CartView
  /**
   * The cart as it was made: what a server rendered, and a page hydrates from. Throws a promise, as React has it of what suspends, while
   * the cached answer that it was made from cannot be read yet: see `preloadCart`.
   */
  readonly getInitialSnapshot: () => CartView
  /**
   * Calls back after every change, in the same tick as the change; with a line's key, when that line is another, there or gone. Returns
   * the way to stop.
   */
  readonly subscribe: (listener: () => void, key?: string) => () => void
  /** Other texts for refused codes, from now on: the shopper has chosen another language. Undefined: English. */
  readonly setMessages: (messages: RejectionMessages | undefined) => void
  /**
   * For good: gives up what waits, with `identity_changed`, and shows nothing any more. The carts of hooks are forgotten by
   * themselves when their query cache is cleared.
   */
  readonly forget: () => void
  /** The verbs alone. */
  readonly actions: CartActions
}

/**
 * Makes a cart over one session. What it shows is always the pending edits folded over the last answer; one request is in flight
 * at a time, and edits made meanwhile go out together in the next.
 *
 * @throws TalonOneError `invalid_session_id`
 */
export function createCart(options: CartOptions): Cart {
  const { keyOf = keyOfSku, messages } = options
  const sessionId = checkSessionId(options.sessionId)
  const store = createStore({ sessionId, keyOf, messages, cached: cachedAnswer(options) })
  const sync = createStarter((startSync) => startSync({ ...options, sessionId, keyOf, store, enqueue }), store)

  function enqueue(asked: CartEdit): Promise<EditOutcome> {
    // Whoever looks at an edit more closely may not be there yet.
    const edit = engine ? engine.checkEdit(asked) : showable(asked)
    if (!edit) return handled(sync.whenStarted(() => enqueue(asked)))
    const { pending } = store.state
    const refused = refusalOf(store.state, edit)
    if (refused) return handled(Promise.reject(refused))
    const { promise, resolve, reject } = withResolvers<EditOutcome>()
    store.change({ pending: [...pending, { id: newId(), edit, resolve, reject, settled: promise }], refusal: undefined })
    sync.wake()
    return handled(promise)
  }

  function barrier(reach: (sync: Sync) => Promise<FlushOutcome>): Promise<FlushOutcome> {
    // Some of these may be given back before there is anybody to wait for them.
    const waiting = store.state.pending.map((entry) => entry.settled)
    return handled(sync.whenStarted(async (engine) => (await Promise.all([reach(engine), ...waiting]))[0]))
  }

  const actions: CartActions = {
    // A shop's own function need not know what to do with anything else.
    add: (item, { quantity = 1, key = isProduct(item) ? keyOf(item) : '' } = {}) => enqueue({ type: 'add', key, item, quantity }),
    setQuantity: (key, quantity) => enqueue({ type: 'setQuantity', key, quantity }),
    remove: (key) => enqueue({ type: 'remove', key }),
    setItemAttributes: (key, attributes) => enqueue({ type: 'setItemAttributes', key, attributes }),
    // An edit of a code has a code's outcome.
    applyCoupon: (code) => enqueue({ type: 'applyCoupon', code }) as Promise<CodeOutcome>,
    removeCoupon: (code) => enqueue({ type: 'removeCoupon', code }),
    setReferral: (code) => enqueue({ type: 'setReferral', code }) as Promise<CodeOutcome>,
    clearReferral: () => enqueue({ type: 'clearReferral' }),
    setAttributes: (attributes) => enqueue({ type: 'setAttributes', attributes }),
    setAdditionalCosts: (additionalCosts) => enqueue({ type: 'setAdditionalCosts', additionalCosts }),
    setLoyaltyCard: (card) => enqueue({ type: 'setLoyaltyCard', card }),
    flush: (given) => barrier((engine) => engine.flush(given)),
    settle: (given) => barrier((engine) => engine.settle(given)),
    keepGuestCart: () => handled(sync.whenStarted((engine) => engine.keepGuestCart())),
    retry: () => void handled(sync.whenStarted(async (engine) => engine.retry())),
  }
  return {
    ...actions,
    actions,
    getSnapshot: store.getSnapshot,
    getInitialSnapshot: store.getInitialSnapshot,
    subscribe(listener, key) {
      sync.wake()
      return store.subscribe(listener, key)
    },
    setMessages(next) {
      if (next !== store.state.messages) store.change({ messages: next })
    },
    forget() {
      const { pending } = store.state
      sync.forget()
      store.change({ isForgotten: true, pending: [], confirmed: undefined, trouble: undefined, refusal: undefined })
      for (const entry of pending) entry.reject(about(identityChanged(), [entry]))
    },
  }
}

const keyOfSku = (item: NewLine): string => item.sku

/** What the cache has of the session, such as one that a server has just rendered. */
function cachedAnswer({ client, queryClient, sessionId }: CartOptions): CachedAnswer | undefined {
  return queryClient?.getQueryState<SessionAnswer>(keyByName(client, 'getCustomerSession', { customerSessionId: sessionId }))
}

function refusalOf({ isForgotten, confirmed, pending }: CartState, edit: CartEdit): TalonOneError | undefined {
  if (isForgotten) return identityChanged()
  const answered = confirmed?.contents ?? noContents
  const edits = pending.map((entry) => entry.edit)
  const refused = confirmed && engine?.refusalOf(confirmed, fold(answered, edits), edit)
  if (!refused && exceedsLimits(fold(answered, [...edits, edit])))
    throw new TalonOneError('cart_limit', 'the cart would hold more than 1000 lines or 10,000 units: nothing was changed')
  return refused
}

const page = Math.random().toString(36).slice(2)
let edits = 0
const newId = () => `${page}-${edits++}`

interface Starter {
  wake(): void
  whenStarted<Result>(task: (sync: Sync) => Promise<Result>): Promise<Result>
  forget(): void
}

/** Starts what sends a cart's edits once it has been loaded. */
function createStarter(create: (startSync: Engine['startSync']) => Sync, store: CartStore): Starter {
  let sync: Sync | undefined
  let isStarting = false
  const started = () => {
    // Whoever hears of what changes here may edit at once, which would start it again.
    if (!sync && engine && !isStarting) {
      isStarting = true
      try {
        store.begin()
        engine.checkWaiting(store)
        sync = create(engine.startSync)
      } finally {
        isStarting = false
      }
    }
    return sync
  }
  const whenStarted: Starter['whenStarted'] = async (task) => {
    if (!engine || isStarting) await preloadCart()
    if (store.state.isForgotten && !sync) throw identityChanged()
    // `preloadCart` has thrown when there is nothing to start.
    return task(started() as Sync)
  }
  let timer: ReturnType<typeof setTimeout> | undefined
  const wake = () => {
    clearTimeout(timer)
    if (store.state.isForgotten) return
    if (engine) return started()?.wake()
    // A deployment may have taken the file away that this page would load: edits wait, and it is tried again.
    whenStarted(async (loaded) => loaded.wake()).catch((trouble: TalonOneError) => {
      if (store.state.isForgotten) return
      store.change({ trouble, hindrance: 'retrying' })
      clearTimeout(timer)
      timer = setTimeout(wake, reloadMs)
    })
  }
  return {
    wake,
    whenStarted,
    forget() {
      clearTimeout(timer)
      sync?.forget()
    },
  }
}

const reloadMs = 5_000
