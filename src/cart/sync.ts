/** Keeps a session equal to what the shopper did: one request at a time, edits made meanwhile together in the next. */
import type { QueryClient } from '@tanstack/react-query'
import type { TalonOne } from '../client.ts'
import type { IntegrationCustomerSessionResponse } from '../effects.ts'
import { getCustomerSession, updateCustomerSessionV2 } from '../endpoints.ts'
import { isTalonOneError, TalonOneError, type TalonOneErrorDetails } from '../error.ts'
import { queryKeyFor, rememberReads } from '../queries.ts'
import type { RejectionMessages } from '../rejections/message.ts'
import type { CustomerSessionV2 } from '../schema.ts'
import { arrival } from './barrier.ts'
import { type CartEdit, checkEdit, checkSessionId, type NewLine } from './edits.ts'
import {
  applyEdit,
  type CartContents,
  confirm,
  type Confirmed,
  exceedsLimits,
  fold,
  isReadable,
  lacksLine,
  requestOf,
  type SessionAnswer,
} from './fold.ts'
import type { FlushOutcome } from './outcomes.ts'
import { callSafely, handled, withResolvers } from './promises.ts'
import { closedError, identityChanged, lineNotFound, unpricedError } from './refusals.ts'
import { createSettling, landingMs } from './settling.ts'
import { backoff, type Clock, createNap, createPace, platformClock } from './timing.ts'
import { type CartView, viewCart } from './view.ts'

/** What {@link createSync} takes: a cart's options. */
export interface SyncOptions {
  client: TalonOne
  sessionId: string
  queryClient?: QueryClient
  keyOf: (item: NewLine) => string
  messages: () => RejectionMessages | undefined
  clock?: Clock
  random?: () => number
}

/** What a cart's verbs stand on. */
export interface Sync {
  /** Shows an edit at once; resolves with the answer that carried it. Throws before anything changes when it is malformed. */
  enqueue: (edit: CartEdit) => Promise<Confirmed>
  flush: (options?: { timeout?: number }) => Promise<FlushOutcome>
  retry: () => void
  getSnapshot: () => CartView
  getInitialSnapshot: () => CartView
  subscribe: (listener: () => void) => () => void
  /** Shows the cart anew. */
  publish: () => void
  /** Gives up what waits, for good: whoever made it has left. */
  forget: () => void
}

/** An edit that waits for its answer. */
interface PendingEdit {
  edit: CartEdit
  resolve: (confirmed: Confirmed) => void
  reject: (error: TalonOneError) => void
  settled: Promise<Confirmed>
}

export function createSync(options: SyncOptions): Sync {
  const { client, queryClient, clock = platformClock, random = Math.random, keyOf, messages } = options
  const sessionId = checkSessionId(options.sessionId)
  const gone = new AbortController()
  const sessionKey = queryKeyFor(client, getCustomerSession, { customerSessionId: sessionId })
  const nothing = confirm({}, { keyOf, lines: [] })
  const listeners = new Set<() => void>()
  const pace = createPace()
  const nap = createNap(clock)
  const settling = createSettling()

  const cached: SessionAnswer = queryClient?.getQueryData(sessionKey) ?? {}
  let confirmed = isReadable(cached) ? confirm(cached, { keyOf, lines: [] }) : undefined
  let pending: PendingEdit[] = []
  // Whether the session must be read before anything is sent: a PUT replaces the whole cart.
  let mustLoad = !confirmed || !isFresh(queryClient?.getQueryState(sessionKey))
  // Whether somebody else may have signed in since the last answer: then nothing is sent before that is known.
  let wasSignedOut = false
  let isForgotten = false
  // Whether a request was cut off that the server may have carried out, and whether an edit in it was given up since: then the
  // server may hold what nobody wants any more.
  let mayHaveLanded = false
  let isAdrift = false
  let isRunning = false
  let isSending = false
  // Whether the session is to be read because a write may have landed late, and whether one has and must be written over.
  let mustCheck = false
  let mustHeal = false
  let check = { timer: undefined as unknown, ended: new AbortController() }
  // How many wait at the checkout barrier.
  let flushes = 0
  // Why nothing gets through at the moment, and what ended the work before it was done: waiting would not cure it.
  let trouble: TalonOneError | undefined
  let stoppedBy: TalonOneError | undefined
  // Why an edit was refused; shown until the shopper goes on.
  let refusal: TalonOneError | undefined
  let failures = 0
  // After a refused request its edits go out one by one, so that one bad edit does not take the others with it.
  let mostEditsAtOnce = Infinity
  const initial = view(undefined)
  let snapshot = initial

  function view(before: CartView | undefined): CartView {
    const edits = pending.map(({ edit }) => edit)
    return viewCart(
      { sessionId, confirmed, isOutdated: mustLoad || isAdrift, edits, error: trouble ?? refusal },
      nothing,
      messages(),
      before,
    )
  }

  function publish(): void {
    snapshot = view(snapshot)
    for (const listener of listeners) callSafely(listener)
  }

  // Edits

  function enqueue(asked: CartEdit): Promise<Confirmed> {
    const edit = checkEdit(asked)
    if (isForgotten) return handled(Promise.reject(identityChanged()))
    const contents = fold(
      (confirmed ?? nothing).contents,
      pending.map((entry) => entry.edit),
    )
    const refused = refusalOf(edit, contents)
    if (refused) return handled(Promise.reject(refused))
    const { promise, resolve, reject } = withResolvers()
    pace.edited(clock.now(), isSending ? 'sending' : pending.length === 0 ? 'idle' : 'waiting')
    pending = [...pending, { edit, resolve, reject, settled: promise }]
    refusal = undefined
    endCheck()
    publish()
    run()
    return promise
  }

  function refusalOf(edit: CartEdit, contents: CartContents): TalonOneError | undefined {
    if (snapshot.status === 'closed') return closedError()
    if (exceedsLimits(applyEdit(contents, edit)))
      throw new TalonOneError('cart_limit', 'the cart would hold more than 1000 lines or 10,000 units: nothing was changed')
    return confirmed && lacksLine(contents, edit) ? lineNotFound() : undefined
  }

  // Sending

  function run(): void {
    if (isRunning || isForgotten) return
    isRunning = true
    stoppedBy = undefined
    void work()
  }

  async function work(): Promise<void> {
    try {
      while (!isForgotten && (wasSignedOut || mustLoad || mustCheck || mustHeal || pending.length > 0)) {
        const task = wasSignedOut ? identify : mustLoad ? load : pending.length > 0 || mustHeal ? send : lookAgain
        // Awaited even when it is due: edits of the same tick, such as one click handler's, belong together.
        if (task === send) await dueTime()
        await attempt(task)
      }
      isRunning = false
      checkLater()
    } catch (caught) {
      isRunning = false
      // Signed out, or forbidden to look: nothing is lost, and the next edit or `retry` tries again.
      stoppedBy = isTalonOneError(caught)
        ? caught
        : new TalonOneError('unexpected_answer', 'an answer could not be read', { cause: caught })
      trouble = stoppedBy
      wasSignedOut ||= stoppedBy.code === 'unauthenticated'
      publish()
    }
  }

  /** Runs a task until it succeeds; only what will not get better by waiting is thrown. */
  async function attempt(task: () => Promise<void>): Promise<void> {
    while (!isForgotten) {
      try {
        await task()
        failures = 0
        return
      } catch (caught) {
        if (!isTalonOneError(caught)) throw caught
        mayHaveLanded ||= caught.outcome === 'unknown'
        if (!caught.retryable) throw caught
        trouble = caught
        publish()
        // How long the server asked for is never cut short, the rest is by `flush` and `retry`.
        if (caught.retryAfterMs) await pause(caught.retryAfterMs)
        await nap.sleep(backoff(failures++, random))
      }
    }
  }

  /** Whose session it is now. Its cart is not taken over: an edit that has landed without an answer would count twice. */
  async function identify(): Promise<void> {
    const answer = await readSession()
    wasSignedOut = false
    if (isForgotten || !isAnothers(answer?.customerSession)) return
    mustLoad = true
    drop(pending, identityChanged())
  }

  // An anonymous session (`''`) is nobody's, and may become somebody's.
  function isAnothers(session: CustomerSessionV2 | undefined): boolean {
    const owner = confirmed?.session?.profileId
    return Boolean(owner) && session?.profileId !== owner
  }

  async function load(): Promise<void> {
    const before = queryClient?.getQueryData(sessionKey)
    const answer = await readSession()
    if (isForgotten) return
    const next = answer ? read(answer, (confirmed ?? nothing).contents) : nothing
    mustLoad = false
    // After an edit that was given up the server's word counts, whatever it is.
    if (!isAdrift && hasLandedLate(next)) return
    takeOver(next, answer, before)
  }

  function takeOver(next: Confirmed, answer: IntegrationCustomerSessionResponse | undefined, before: unknown): void {
    if (next.session && isAnothers(next.session)) drop(pending, identityChanged())
    adopt(next)
    if (snapshot.status === 'closed') drop(pending, closedError())
    // Somebody else's answer that came meanwhile is the newer one.
    if (answer && queryClient?.getQueryData(sessionKey) === before) queryClient?.setQueryData(sessionKey, answer)
  }

  /** Whether the server has what a write left behind that was overtaken. Then the cart stays, and is sent again. */
  function hasLandedLate(next: Confirmed): boolean {
    const { session } = next
    // What is somebody else's by now, or an order, is not written over.
    if (!confirmed?.session || !session || isAnothers(session) || (session.state ?? 'open') !== 'open') return false
    if (settling.judge(next, confirmed) !== 'overtaken') return false
    mustHeal = true
    publish()
    return true
  }

  // Settling

  function stopHealing(): void {
    mustHeal = false
    settling.close()
  }

  function checkLater(): void {
    if (isForgotten || !settling.isOpen()) return
    endCheck()
    check.timer = clock.setTimeout(() => {
      mustCheck = true
      run()
    }, landingMs)
  }

  /** An edit is sent at once, and the check comes after it. */
  function endCheck(): void {
    clock.clearTimeout(check.timer)
    check.ended.abort()
    check = { timer: undefined, ended: new AbortController() }
    mustCheck = false
  }

  /** Reads the session when nothing can land any more. Nobody waits for it: what fails is tried again later, and not shown. */
  async function lookAgain(): Promise<void> {
    mustCheck = false
    const { signal } = check.ended
    const before = queryClient?.getQueryData(sessionKey)
    try {
      const answer = await readSession(signal)
      if (isForgotten || signal.aborted) return
      const next = answer ? read(answer, (confirmed ?? nothing).contents) : nothing
      if (hasLandedLate(next)) return
      settling.close()
      takeOver(next, answer, before)
    } catch (caught) {
      if (!isTalonOneError(caught)) throw caught
    }
  }

  async function readSession(signal = gone.signal): Promise<IntegrationCustomerSessionResponse | undefined> {
    try {
      return await client.send(getCustomerSession, { customerSessionId: sessionId }, { signal })
    } catch (caught) {
      if (isTalonOneError(caught) && caught.code === 'not_found') return undefined
      throw caught
    }
  }

  async function send(): Promise<void> {
    const batch = pending.slice(0, mostEditsAtOnce)
    const fresh = batch.map(({ edit }) => edit)
    const contents = fold((confirmed ?? nothing).contents, fresh)
    // With what older writes carried beside lines and codes: one that lands between would bring its own back.
    const edits = [...settling.edits(), ...fresh]
    pace.left()
    settling.left(contents, fresh, clock.now())
    isSending = true
    try {
      const update = queryClient && rememberReads(queryClient, client)
      const answer = await client.send(
        updateCustomerSessionV2,
        {
          customerSessionId: sessionId,
          customerSession: requestOf(contents, edits),
          responseContent: ['customerSession', 'loyalty'],
        },
        { signal: gone.signal, onChanged: (changed) => isForgotten || update?.(changed) },
      )
      if (isForgotten) return
      const next = read(answer, contents, { outcome: 'unknown' })
      mustHeal = false
      pending = pending.slice(batch.length)
      mostEditsAtOnce = pending.length === 0 ? Infinity : mostEditsAtOnce * 2
      adopt(next)
      const { customerSession, effects } = answer
      if (customerSession) queryClient?.setQueryData(sessionKey, { customerSession, effects })
      for (const entry of batch) entry.resolve(next)
    } catch (caught) {
      if (!isTalonOneError(caught)) throw caught
      refuse(batch, caught)
    } finally {
      isSending = false
    }
  }

  function read(answer: SessionAnswer, { lines }: CartContents, details?: TalonOneErrorDetails): Confirmed {
    if (isReadable(answer)) return confirm(answer, { keyOf, lines })
    throw new TalonOneError('unexpected_answer', 'the answer does not hold the session that was asked for', details)
  }

  /** Drops what the server will never take and keeps the rest; rethrows what waiting, signing in or a mended proxy may cure. */
  function refuse(batch: PendingEdit[], failure: TalonOneError): void {
    if (failure.code !== 'session_closed' && !isAboutContent(failure)) throw failure
    settling.refused(batch.map(({ edit }) => edit))
    // What cannot be written over is how it is.
    if (failure.code === 'session_closed' || batch.length === 0) stopHealing()
    if (failure.code === 'session_closed') {
      mustLoad = true
      drop(pending, failure)
    } else if (batch.length === 0) mustLoad = true
    else if (batch.length > 1) mostEditsAtOnce = 1
    else drop(batch, failure)
  }

  function drop(refused: readonly PendingEdit[], failure: TalonOneError): void {
    if (refused.length === 0) return
    pending = pending.filter((entry) => !refused.includes(entry))
    refusal = failure
    trouble = undefined
    isAdrift ||= mayHaveLanded
    publishWithout(orphans())
    for (const entry of refused) entry.reject(failure)
  }

  function adopt(next: Confirmed): void {
    confirmed = next
    trouble = undefined
    mayHaveLanded = false
    isAdrift = false
    publishWithout(orphans())
  }

  /** Edits of lines that are not there: made before the first answer, or after an edit that has been refused. */
  function orphans(): PendingEdit[] {
    let contents = confirmed?.contents
    if (!contents) return []
    const found: PendingEdit[] = []
    for (const entry of pending) {
      if (lacksLine(contents, entry.edit)) found.push(entry)
      contents = applyEdit(contents, entry.edit)
    }
    return found
  }

  function publishWithout(lost: readonly PendingEdit[]): void {
    pending = pending.filter((entry) => !lost.includes(entry))
    // A request that carries what is left heals it; with nothing left, only reading tells.
    mustLoad ||= isAdrift && pending.length === 0
    publish()
    for (const entry of lost) entry.reject(lineNotFound())
  }

  async function dueTime(): Promise<void> {
    for (let wait = pace.dueAt() - clock.now(); wait > 0 && flushes === 0; wait = pace.dueAt() - clock.now()) await nap.sleep(wait)
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => void clock.setTimeout(resolve, ms))
  }

  // The barrier

  const flush = (options?: { timeout?: number }): Promise<FlushOutcome> => handled(reachBarrier(options))

  async function reachBarrier({ timeout = 10_000 }: { timeout?: number } = {}): Promise<FlushOutcome> {
    const carried = Promise.all(pending.map((entry) => entry.settled))
    flushes += 1
    // A total may have changed at the server since: with nothing to send, it is asked for.
    mustLoad ||= pending.length === 0 && snapshot.status !== 'closed'
    retry()
    try {
      return await arrival({ carried, look: standing, listeners, clock, timeout })
    } finally {
      flushes -= 1
    }
  }

  function standing(isCarried: boolean): FlushOutcome | TalonOneError | undefined {
    if (stoppedBy) return stoppedBy
    if (!isCarried || !confirmed || mustLoad || mustHeal || pending.length > 0) return undefined
    if (snapshot.status === 'closed') return closedError()
    if (confirmed.contents.lines.some(({ item }) => item.price === undefined)) return unpricedError()
    return { revision: confirmed.revision, total: { status: 'confirmed', value: confirmed.priced.total } }
  }

  function subscribe(listener: () => void): () => void {
    listeners.add(listener)
    if (mustLoad) run()
    return () => listeners.delete(listener)
  }

  function retry(): void {
    if (refusal && snapshot.status !== 'closed') {
      refusal = undefined
      publish()
    }
    nap.wake()
    run()
  }

  function forget(): void {
    isForgotten = true
    endCheck()
    // What waits for its turn must not go out under the next shopper's name.
    gone.abort()
    drop(pending, identityChanged())
    confirmed = undefined
    refusal = undefined
    stoppedBy = identityChanged()
    nap.wake()
    publish()
  }

  return { enqueue, flush, retry, getSnapshot: () => snapshot, getInitialSnapshot: () => initial, subscribe, publish, forget }
}

// Whether the server refuses what a request holds, so that sending it again would not help.
function isAboutContent({ code, status }: TalonOneError): boolean {
  return code === 'bad_request' || code === 'invalid_input' || status === 413
}

// How long a session that is in the cache is taken for what the server has, such as one that a server has just rendered.
const freshMs = 30_000

function isFresh(state: { dataUpdatedAt: number; isInvalidated: boolean } | undefined): boolean {
  return state !== undefined && !state.isInvalidated && Date.now() - state.dataUpdatedAt < freshMs
}
