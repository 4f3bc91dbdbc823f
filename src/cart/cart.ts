import type { QueryClient } from '@tanstack/react-query'
import type { TalonOne } from '../client.ts'
import type { IntegrationStateV2 } from '../effects.ts'
import { getCustomerSession, updateCustomerSessionV2 } from '../endpoints.ts'
import { isTalonOneError, TalonOneError } from '../error.ts'
import { queryKeyFor } from '../queries.ts'
import { rejectionMessage, type RejectionMessages } from '../rejection.ts'
import type { AdditionalCost, Attributes } from '../schema.ts'
import { type CartEdit, checkEdit, checkSessionId, type NewLine } from './edits.ts'
import { applyEdit, type CartContents, confirm, type Confirmed, exceedsLimits, fold, requestOf, sameCode, verdictOn } from './fold.ts'
import { type Amount, type CartView, viewCart } from './view.ts'

/** What {@link createCart} takes. Clock and random are the platform's unless a test says otherwise. */
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
  clock?: Clock
  /** Between 0 and 1. */
  random?: () => number
}

/** Time, as the cart uses it: milliseconds. */
export interface Clock {
  now(): number
  setTimeout(task: () => void, ms: number): unknown
  clearTimeout(timer: unknown): void
}

/** What an accepted edit resolves to: the session's `updateCount` in the answer that carried it. */
export interface EditOutcome {
  revision: number
}

/** A code's own verdict. `superseded`: removed again before an answer came; `unknown`: the answer does not say. */
export type CodeOutcome = EditOutcome & { code: string } & (
    | { status: 'accepted' | 'superseded' | 'unknown' }
    | { status: 'rejected'; reason: string; message: string }
  )

/** What {@link Cart.flush} resolves to: a total that may be charged. */
export interface FlushOutcome {
  revision: number
  total: Extract<Amount, { status: 'confirmed' }>
}

/**
 * The verbs of a cart. Each shows at once and resolves when the server has answered; each throws a `TalonOneError` before
 * anything changes when its argument is wrong. A rejected promise nobody looks at is no unhandled rejection: the error is also
 * in the cart's `error`.
 */
export interface CartActions {
  /** Adds units of a product; to the line of its key where there is one. @default quantity 1 */
  readonly add: (item: NewLine, options?: { quantity?: number; key?: string }) => Promise<EditOutcome>
  /** 0 removes the line. Rejects with `line_not_found` when there is no such line. */
  readonly setQuantity: (key: string, quantity: number) => Promise<EditOutcome>
  readonly remove: (key: string) => Promise<EditOutcome>
  /** Replaces the line's attributes as a whole. */
  readonly setItemAttributes: (key: string, attributes: Attributes) => Promise<EditOutcome>
  /** Resolves with this code's own verdict; a refused code is not an error and stays listed until it is removed. */
  readonly applyCoupon: (code: string) => Promise<CodeOutcome>
  readonly removeCoupon: (code: string) => Promise<EditOutcome>
  readonly setReferral: (code: string) => Promise<CodeOutcome>
  readonly clearReferral: () => Promise<EditOutcome>
  /** Merges into the session's attributes, key by key. */
  readonly setAttributes: (attributes: Attributes) => Promise<EditOutcome>
  /** Replaces the session's additional costs, such as shipping. Major currency units. */
  readonly setAdditionalCosts: (additionalCosts: Record<string, AdditionalCost>) => Promise<EditOutcome>
  /** One card, or undefined for none. */
  readonly setLoyaltyCard: (card: string | undefined) => Promise<EditOutcome>
  /**
   * The checkout barrier: sends what waits, at once, and resolves when the server has answered everything.
   * Rejects with the error of an edit that failed, or `timeout` (edits keep waiting then). @default timeout 10000 ms
   */
  readonly flush: (options?: { timeout?: number }) => Promise<FlushOutcome>
  /** Tries again now, after an error that the cart does not retry by itself (signed out, for instance). */
  readonly retry: () => void
}

/** A cart without a framework: a store to subscribe to, and its verbs. */
export interface Cart extends CartActions {
  readonly getSnapshot: () => CartView
  /** Calls back after every change, in the same tick as the change. Returns the way to stop. */
  readonly subscribe: (listener: () => void) => () => void
}

// A burst is one leading request and one trailing: sent after this much quiet, and at the latest after that much waiting.
const quietMs = 100
const latestMs = 500
// Full jitter under an exponential ceiling.
const firstBackoffMs = 300
const longestBackoffMs = 30_000

/** One cart for each session id, made when it is first asked for: however many components ask, they share it. */
export function createCarts(options: Omit<CartOptions, 'sessionId'>): (sessionId: string) => Cart {
  const carts = new Map<string, Cart>()
  return (sessionId) => {
    const cart = carts.get(sessionId) ?? createCart({ ...options, sessionId })
    carts.set(sessionId, cart)
    return cart
  }
}

/** An edit that waits for its answer. */
interface PendingEdit {
  edit: CartEdit
  resolve: (confirmed: Confirmed) => void
  reject: (error: TalonOneError) => void
  settled: Promise<Confirmed>
}

/**
 * Makes a cart over one session. What it shows is always the pending edits folded over the last answer; one request is in flight
 * at a time, and edits made meanwhile go out together in the next.
 *
 * @throws TalonOneError `invalid_session_id`
 */
export function createCart(options: CartOptions): Cart {
  const { client, queryClient, clock = platformClock, random = Math.random, keyOf = (item: NewLine) => item.sku, messages } = options
  const sessionId = checkSessionId(options.sessionId)
  const sessionKey = queryKeyFor(client, getCustomerSession, { customerSessionId: sessionId })
  const nothing = confirm(undefined, [])
  const listeners = new Set<() => void>()

  const cached = queryClient?.getQueryData(sessionKey)
  let confirmed = cached?.customerSession && confirm(cached.customerSession, cached.effects ?? [])
  let pending: PendingEdit[] = []
  let error: TalonOneError | undefined
  // Whether the session must be read before anything is sent: a PUT replaces the whole cart.
  let mustLoad = !confirmed
  let isRunning = false
  let isSending = false
  let isUrgent = false
  // What ended the work before it was done: waiting would not cure it.
  let stoppedBy: TalonOneError | undefined
  let failures = 0
  let wake = () => {}
  let lastEditAt = -Infinity
  // Since when an edit waits behind a request or for quiet; -Infinity when the next request may leave at once.
  let waitingSince = -Infinity
  // After a refused request its edits go out one by one, so that one bad edit does not take the others with it.
  let mostEditsAtOnce = Infinity
  let snapshot = view(undefined)

  function view(before: CartView | undefined): CartView {
    const edits = pending.map(({ edit }) => edit)
    return viewCart({ sessionId, confirmed, edits, error }, nothing, messages, before)
  }

  function publish(): void {
    snapshot = view(snapshot)
    for (const listener of listeners) listener()
  }

  // Edits

  function enqueue(asked: CartEdit): Promise<Confirmed> {
    const edit = checkEdit(asked)
    const contents = fold(
      (confirmed ?? nothing).contents,
      pending.map((entry) => entry.edit),
    )
    const refusal = refusalOf(edit, contents)
    if (refusal) return handled(Promise.reject(refusal))
    const { promise, resolve, reject } = withResolvers()
    noteTime(clock.now())
    pending = [...pending, { edit, resolve, reject, settled: handled(promise) }]
    publish()
    run()
    return promise
  }

  function refusalOf(edit: CartEdit, contents: CartContents): TalonOneError | undefined {
    if (snapshot.status === 'closed')
      return new TalonOneError('session_closed', 'this cart has been ordered or cancelled: start one with a new session id')
    if (exceedsLimits(applyEdit(contents, edit)))
      throw new TalonOneError('cart_limit', 'the cart would hold more than 1000 lines or 10,000 units: nothing was changed')
    if (edit.type === 'add' || !('key' in edit) || !confirmed || contents.lines.some(({ key }) => key === edit.key)) return undefined
    return new TalonOneError('line_not_found', 'the cart has no line with this key: it may have been removed elsewhere')
  }

  function noteTime(now: number): void {
    if (isSending && waitingSince === -Infinity) waitingSince = now
    if (!isSending && pending.length === 0) waitingSince = now - lastEditAt < quietMs ? now : -Infinity
    lastEditAt = now
  }

  const outcome = (settled: Promise<Confirmed>): Promise<EditOutcome> => handled(settled.then(({ revision }) => ({ revision })))

  // Sending

  function run(): void {
    if (isRunning) return
    isRunning = true
    stoppedBy = undefined
    void work()
  }

  async function work(): Promise<void> {
    try {
      while (mustLoad || pending.length > 0) {
        if (mustLoad) await attempt(load)
        else await dueTime().then(() => attempt(send))
      }
      isRunning = false
    } catch (caught) {
      isRunning = false
      if (!isTalonOneError(caught)) throw caught
      // Signed out, or forbidden to look: nothing is lost, and the next edit or `retry` tries again.
      stoppedBy = caught
      error = caught
      publish()
    }
  }

  /** Runs a task until it succeeds; only what will not get better by waiting is thrown. */
  async function attempt(task: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await task()
        failures = 0
        return
      } catch (caught) {
        if (!isTalonOneError(caught) || !caught.retryable) throw caught
        error = caught
        publish()
        await sleep((caught.retryAfterMs ?? 0) + random() * Math.min(firstBackoffMs * 2 ** failures++, longestBackoffMs))
      }
    }
  }

  async function load(): Promise<void> {
    try {
      const answer = await client.send(getCustomerSession, { customerSessionId: sessionId })
      mustLoad = false
      adopt(confirm(answer.customerSession, answer.effects ?? []))
      queryClient?.setQueryData(sessionKey, answer)
    } catch (caught) {
      if (!isTalonOneError(caught) || caught.code !== 'not_found') throw caught
      mustLoad = false
      adopt(nothing)
    }
  }

  async function send(): Promise<void> {
    const batch = pending.slice(0, mostEditsAtOnce)
    const edits = batch.map(({ edit }) => edit)
    const contents = fold((confirmed ?? nothing).contents, edits)
    waitingSince = -Infinity
    isSending = true
    try {
      const answer = await client.send(updateCustomerSessionV2, {
        customerSessionId: sessionId,
        customerSession: requestOf(contents, edits),
        responseContent: ['customerSession', 'loyalty'],
      })
      accept(batch, contents, answer)
    } catch (caught) {
      if (!isTalonOneError(caught)) throw caught
      refuse(batch, caught)
    } finally {
      isSending = false
    }
  }

  function accept(batch: PendingEdit[], contents: CartContents, { customerSession, effects, loyalty }: IntegrationStateV2): void {
    if (!customerSession)
      throw new TalonOneError('unexpected_answer', 'the session update was answered without the session that it asked for')
    const next = confirm(
      customerSession,
      effects,
      loyalty,
      contents.lines.map(({ key }) => key),
    )
    mostEditsAtOnce *= 2
    pending = pending.slice(batch.length)
    adopt(next)
    queryClient?.setQueryData(sessionKey, { customerSession, effects })
    for (const entry of batch) entry.resolve(next)
  }

  /** Drops what the server will never take and keeps the rest; rethrows what waiting, signing in or a mended proxy may cure. */
  function refuse(batch: PendingEdit[], failure: TalonOneError): void {
    if (failure.code === 'session_closed') {
      mustLoad = true
      drop(pending, failure)
    } else if (failure.code !== 'bad_request' && failure.code !== 'invalid_input') throw failure
    else if (batch.length > 1) mostEditsAtOnce = 1
    else drop(batch, failure)
  }

  function drop(refused: readonly PendingEdit[], failure: TalonOneError): void {
    pending = pending.filter((entry) => !refused.includes(entry))
    error = failure
    publish()
    for (const entry of refused) entry.reject(failure)
  }

  function adopt(next: Confirmed): void {
    confirmed = next
    if (error?.code !== 'session_closed') error = undefined
    publish()
  }

  /*
   * clicks   x   x x  x x x
   * requests |leading |      |trailing: 100 ms after the last click, at the latest 500 ms after the first that waits
   */
  async function dueTime(): Promise<void> {
    // Edits of the same tick, such as one click handler's, belong together.
    await Promise.resolve()
    while (!isUrgent && waitingSince !== -Infinity) {
      const wait = Math.min(lastEditAt + quietMs, waitingSince + latestMs) - clock.now()
      if (wait <= 0) return
      await sleep(wait)
    }
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = clock.setTimeout(resolve, ms)
      wake = () => {
        clock.clearTimeout(timer)
        resolve()
      }
    })
  }

  async function codeOutcome(settled: Promise<Confirmed>, code: string, isReferral: boolean): Promise<CodeOutcome> {
    const { revision, contents, priced } = await settled
    const held = isReferral
      ? contents.referralCode !== undefined && sameCode(contents.referralCode, code)
      : contents.couponCodes.some((one) => sameCode(one, code))
    if (!held) return { code, revision, status: 'superseded' }
    const verdict = isReferral ? priced.referral : verdictOn(priced, code)
    if (!verdict || !sameCode(verdict.code, code)) return { code, revision, status: 'unknown' }
    if (verdict.status === 'accepted') return { code, revision, status: 'accepted' }
    const reason = verdict.reason ?? ''
    return { code, revision, status: 'rejected', reason, message: rejectionMessage(reason, messages) }
  }

  async function flush({ timeout = 10_000 }: { timeout?: number } = {}): Promise<FlushOutcome> {
    const limit = timeLimit(timeout)
    isUrgent = true
    retry()
    try {
      await Promise.race([Promise.all(pending.map(({ settled }) => settled)).then(idle), stopped(), limit.reached])
    } finally {
      isUrgent = false
      limit.clear()
    }
    const { revision, priced } = confirmed ?? nothing
    return { revision, total: { status: 'confirmed', value: priced.total } }
  }

  function timeLimit(ms: number): { reached: Promise<never>; clear: () => void } {
    let timer: unknown
    const reached = new Promise<never>((_, reject) => {
      const late = new TalonOneError('timeout', 'the cart was not confirmed in time; its edits are kept and still on their way', {
        retryable: true,
      })
      timer = clock.setTimeout(() => reject(late), ms)
    })
    return { reached, clear: () => clock.clearTimeout(timer) }
  }

  const idle = () => changed(() => confirmed !== undefined && pending.length === 0)
  const stopped = () =>
    changed(() => stoppedBy !== undefined).then(() => Promise.reject(stoppedBy ?? new Error('nothing stopped the cart')))

  /** Resolves as soon as a condition holds. */
  function changed(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      if (holds()) return resolve()
      const listener = () => {
        if (!holds()) return
        listeners.delete(listener)
        resolve()
      }
      listeners.add(listener)
    })
  }

  function subscribe(listener: () => void): () => void {
    listeners.add(listener)
    if (mustLoad) run()
    return () => listeners.delete(listener)
  }

  function retry(): void {
    wake()
    run()
  }

  const actions: CartActions = {
    add: (item, { quantity = 1, key } = {}) => outcome(enqueue({ type: 'add', key: key ?? keyOf(item), item, quantity })),
    setQuantity: (key, quantity) => outcome(enqueue({ type: 'setQuantity', key, quantity })),
    remove: (key) => outcome(enqueue({ type: 'remove', key })),
    setItemAttributes: (key, attributes) => outcome(enqueue({ type: 'setItemAttributes', key, attributes })),
    applyCoupon: (code) => handled(codeOutcome(enqueue({ type: 'applyCoupon', code }), code.trim(), false)),
    removeCoupon: (code) => outcome(enqueue({ type: 'removeCoupon', code })),
    setReferral: (code) => handled(codeOutcome(enqueue({ type: 'setReferral', code }), code.trim(), true)),
    clearReferral: () => outcome(enqueue({ type: 'clearReferral' })),
    setAttributes: (attributes) => outcome(enqueue({ type: 'setAttributes', attributes })),
    setAdditionalCosts: (additionalCosts) => outcome(enqueue({ type: 'setAdditionalCosts', additionalCosts })),
    setLoyaltyCard: (card) => outcome(enqueue({ type: 'setLoyaltyCard', card })),
    flush,
    retry,
  }
  return { ...actions, getSnapshot: () => snapshot, subscribe }
}

const platformClock: Clock = {
  now: () => performance.now(),
  setTimeout: (task, ms) => globalThis.setTimeout(task, ms),
  // Only what this clock's own `setTimeout` returned comes back here.
  clearTimeout: (timer) => globalThis.clearTimeout(timer as ReturnType<typeof globalThis.setTimeout>),
}

function withResolvers(): { promise: Promise<Confirmed>; resolve: (confirmed: Confirmed) => void; reject: (error: TalonOneError) => void } {
  let resolve: (confirmed: Confirmed) => void = () => {}
  let reject: (error: TalonOneError) => void = () => {}
  const promise = new Promise<Confirmed>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}

function handled<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => undefined)
  return promise
}
