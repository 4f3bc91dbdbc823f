/** Keeps a session equal to what the shopper did: one request at a time, edits made meanwhile together in the next. */
import type { QueryClient } from '@tanstack/react-query'
import type { TalonOne } from '../client.ts'
import { isTalonOneError, TalonOneError } from '../error.ts'
import { arrival } from './barrier.ts'
import { baseOf, isClosed, isReadable, nothing, type SessionAnswer } from './confirmed.ts'
import type { CartEdit, NewLine } from './edits.ts'
import { identityChanged } from './given-back.ts'
import { bringAlong, type GuestCartReport } from './guest.ts'
import { openInsight } from './insight.ts'
import { createMirror } from './mirror.ts'
import { createOutbox } from './outbox.ts'
import type { EditOutcome, FlushOutcome } from './outcomes.ts'
import { browserPlatform, type CartPlatform } from './platform.ts'
import { handled } from './promises.ts'
import { closedError, unpricedError } from './refusals.ts'
import { repeatable } from './request.ts'
import { createSending, isPage } from './sending.ts'
import { isAnother, tagOf } from './session-tag.ts'
import type { SentWrite } from './storage.ts'
import type { CartStore } from './store.ts'
import { createTaking, looked, type Todo } from './taking.ts'
import { createNap, createPace, createRetries, landingMs } from './timing.ts'

/** What {@link startSync} takes: a cart's options, and what the page has of it. */
export interface SyncOptions {
  client: TalonOne
  sessionId: string
  queryClient?: QueryClient
  keyOf: (item: NewLine) => string
  platform?: Partial<CartPlatform>
  store: CartStore
  /** Shows an edit at once. */
  enqueue: (edit: CartEdit) => Promise<EditOutcome>
}

/** What works on a cart once a page has loaded it. */
export interface Sync {
  /** There may be something to do. */
  wake(): void
  flush(options?: { timeout?: number }): Promise<FlushOutcome>
  settle(options?: { timeout?: number }): Promise<FlushOutcome>
  retry(): void
  keepGuestCart(): Promise<GuestCartReport>
  /** Gives up what waits, for good: whoever made it has left. */
  forget(): void
}

// How long the edits of another tab may wait before this one sends them: its own tab may be gone.
const stepInMs = { seen: 1_000, hidden: 10_000 }

export function startSync(options: SyncOptions): Sync {
  const { queryClient, keyOf, store, sessionId } = options
  const platform = { ...browserPlatform(), ...options.platform }
  const { clock, locks, presence } = platform
  const name = `talon-one cart ${JSON.stringify([options.client.scope, options.client.profileId, sessionId])}`
  const gone = new AbortController()
  const pace = createPace()
  const nap = createNap(clock)
  const retries = createRetries(platform.random)
  const todo: Todo = { mustRead: store.state.isOutdated, mustHeal: false, mustCheck: false }
  const outbox = createOutbox({ store, name, keyOf, platform, heard: hearTab, lost: mustLook })
  const client = openInsight({ store, clock, sent: () => (outbox.isOpen() ? outbox.sent : []) }, options.client)
  const mirror = createMirror({ client, sessionId, queryClient, heard: hearCache })
  const taking = createTaking({ store, outbox, todo, keyOf })
  const sending = createSending({
    client,
    queryClient,
    sessionId,
    store,
    outbox,
    mirror,
    taking,
    todo,
    clock,
    isOnline: () => presence.isOnline(),
    signal: gone.signal,
  })
  const leave = presence.subscribe(notice)

  let isRunning = false
  let check = { timer: undefined as unknown, ended: new AbortController() }
  // Whether this tab sends what others have made.
  let stepsIn = !presence.isHidden()
  let stepInTimer: unknown
  // Whether other tabs are there, whose edits this one cannot know of where nothing is kept: then it reads before it writes.
  let hasCompany = false
  let seen: readonly string[] = []
  // Whether the next request goes out as soon as it can: somebody has asked for it, or it has waited already.
  let isHurried = false
  // How many wait at the checkout barrier.
  let flushes = 0
  // What ended the work before it was done: waiting would not cure it.
  let stoppedBy: TalonOneError | undefined

  // Waking

  function wake(): void {
    notePace()
    if (store.state.pending.length > 0) endCheck()
    // At once, also while a request is out: other tabs show it, and it outlives this one.
    void outbox.sync()
    run()
  }

  /** Notes which edits have come, and which another tab's request has taken along: then what is left waits as it would behind one of this tab. */
  function notePace(): void {
    const ids = store.state.pending.map(({ id }) => id)
    const isTaken = seen.some((id) => !ids.includes(id))
    if (isTaken) pace.left(clock.now())
    const fresh = isTaken ? ids : ids.filter((id) => !seen.includes(id))
    fresh.forEach((_, index) => {
      const isFirst = ids.length === fresh.length && index === 0
      pace.edited(clock.now(), sending.isBusy || isTaken ? 'sending' : isFirst ? 'idle' : 'waiting')
    })
    seen = ids
  }

  /** After an answer of this tab's own. */
  function forgetDone(): void {
    const ids = new Set(store.state.pending.map(({ id }) => id))
    seen = seen.filter((id) => ids.has(id))
  }

  function hearTab(): void {
    notePace()
    // Somebody has signed out in another tab: when this one is looked at, it asks who is there.
    todo.mustRead ||= store.state.isOutdated
    if (!store.state.durable) {
      hasCompany = true
      todo.mustRead = true
      run()
    }
    if (store.state.pending.length === 0) stepsIn = false
    stepInLater()
    // Another tab has given the cart up: what this one is about has to be read.
    if (store.state.isOutdated && !presence.isHidden()) run()
    if (!isRunning) checkLater()
  }

  /** What others have made goes out from here when they do not send it. */
  function stepInLater(): void {
    clock.clearTimeout(stepInTimer)
    if (store.state.pending.every((entry) => outbox.isOwn(entry))) return
    stepInTimer = clock.setTimeout(
      () => {
        stepsIn = true
        run()
      },
      presence.isHidden() ? stepInMs.hidden : stepInMs.seen,
    )
  }

  /** What is at the server has to be asked for. */
  function mustLook(): void {
    todo.mustRead = true
    if (!presence.isHidden()) run()
  }

  function hearCache(answer: SessionAnswer): void {
    // An answer to this cart's own write is put there, too.
    if (store.state.isForgotten || sending.isBusy || !isReadable(answer) || !isNews(answer)) return
    todo.mustRead = true
    run()
  }

  function isNews({ customerSession }: SessionAnswer): boolean {
    return (customerSession?.updateCount ?? 0) > baseOf(store).revision
  }

  /** The page is seen again, or online, or back from a sleep. */
  function notice(): void {
    nap.wake()
    if (presence.isHidden()) return
    stepsIn ||= store.state.pending.length > 0
    run()
  }

  // Working

  function run(): void {
    if (isRunning || store.state.isForgotten) return
    isRunning = true
    stoppedBy = undefined
    void work()
  }

  async function work(): Promise<void> {
    try {
      await catchUp()
      for (let task = nextTask(); task; task = nextTask()) {
        if (task === go) await dueTime()
        await online()
        await attempt()
      }
      isRunning = false
      isHurried = false
      if (store.state.hindrance) store.change({ trouble: undefined, hindrance: undefined })
      // What may still land is none of what is shown, but whoever waits for it at the barrier is to look.
      if (flushes > 0) store.change({})
      stepInLater()
      checkLater()
    } catch (caught) {
      isRunning = false
      if (store.state.isForgotten) return
      // Signed out, or forbidden to look: nothing is lost, and the next edit or `retry` tries again.
      stoppedBy = isTalonOneError(caught)
        ? caught
        : new TalonOneError('unexpected_answer', 'an answer could not be read', { cause: caught })
      // Somebody else may have signed in since: nothing is sent before that is known.
      todo.mustRead ||= stoppedBy.code === 'unauthenticated'
      store.change({ trouble: stoppedBy, hindrance: 'stopped' })
    }
  }

  async function catchUp(): Promise<void> {
    await outbox.sync()
    // What another tab, or another page, has left may be older than what is at the server.
    todo.mustRead ||= store.state.isOutdated
    notePace()
  }

  function nextTask(): (() => Promise<void>) | undefined {
    const { isForgotten, pending } = store.state
    if (isForgotten) return undefined
    if (todo.mustRead || outbox.sent.some(({ state }) => state === 'sent')) return load
    if (todo.mustHeal || pending.some((entry) => outbox.isOwn(entry)) || (stepsIn && pending.length > 0)) return go
    return todo.mustCheck && outbox.isOpen() ? lookAgain : undefined
  }

  /** Does one thing, while no other tab does; only what will not get better by waiting is thrown. */
  async function attempt(): Promise<void> {
    const failure = await locks.request(name, { signal: gone.signal }, async () => {
      try {
        await catchUp()
        if (hasCompany && !store.state.durable && presence.isOnline()) await load()
        const task = presence.isOnline() ? nextTask() : undefined
        // Another tab has just sent: this one's turn comes after the next pause.
        if (task !== go || isDue()) await task?.()
        forgetDone()
        return undefined
      } catch (caught) {
        if (store.state.isForgotten || !isTalonOneError(caught) || !(caught.retryable || isPage(caught))) throw caught
        store.change({ trouble: caught, hindrance: 'retrying' })
        // How long the server asked for is never cut short, and other tabs wait for it too; the rest is by `flush` and `retry`.
        if (caught.retryAfterMs) await pause(caught.retryAfterMs)
        return caught
      }
    })
    if (store.state.isForgotten) return
    isHurried ||= failure !== undefined
    if (failure) await nap.sleep(retries.failed())
    else if (store.state.pending.length === 0 || sending.wasAnswered) retries.succeeded()
  }

  async function dueTime(): Promise<void> {
    while (!isDue()) await nap.sleep(pace.dueAt() - clock.now())
  }

  function isDue(): boolean {
    return flushes > 0 || isHurried || pace.dueAt() <= clock.now()
  }

  async function online(): Promise<void> {
    while (!presence.isOnline() && !store.state.isForgotten) {
      if (store.state.hindrance !== 'offline') store.change({ hindrance: 'offline' })
      await nap.sleep(landingMs)
    }
  }

  /** Whoever leaves does not wait: the next shopper needs the lock. */
  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clock.clearTimeout(timer)
        gone.signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = clock.setTimeout(end, ms)
      gone.signal.addEventListener('abort', end)
    })
  }

  async function go(): Promise<void> {
    pace.left(clock.now())
    isHurried = false
    await sending.send()
  }

  // Reading

  async function load(): Promise<void> {
    await look(gone.signal, () => outbox.sent.map(looked))
  }

  /** Reads the session, takes it in, and shows it to the rest of the page unless an older write has landed in it. `left`: what may land after that. */
  async function look(signal: AbortSignal, left: () => readonly SentWrite[]): Promise<void> {
    const before = mirror.current()
    const { session } = baseOf(store)
    const answer = await mirror.read(signal)
    if (store.state.isForgotten || signal.aborted) return
    // Its shopper has left meanwhile, as another tab has said: whose cart it is now is another question.
    if (isAnother(baseOf(store).session, session)) return void (todo.mustRead = true)
    await taking.recover(answer ? taking.read(answer) : nothing, left())
    if (answer && !todo.mustHeal && mirror.current() === before) mirror.write(answer)
  }

  // Settling

  function checkLater(): void {
    endCheck()
    if (store.state.isForgotten || !outbox.isOpen()) return
    check.timer = clock.setTimeout(
      () => {
        todo.mustCheck = true
        run()
      },
      landingMs + (presence.isHidden() ? stepInMs.hidden : 0),
    )
  }

  /** An edit is sent at once, and the check comes after it. */
  function endCheck(): void {
    clock.clearTimeout(check.timer)
    check.ended.abort()
    check = { timer: undefined, ended: new AbortController() }
    todo.mustCheck = false
  }

  /** Reads the session when nothing can land any more. Nobody waits for it: what fails is tried again later, and not shown. */
  async function lookAgain(): Promise<void> {
    todo.mustCheck = false
    // Another tab has sent meanwhile, or this one has slept: what left a moment ago may land yet.
    if (outbox.sent.some((write) => clock.now() - outbox.sentAt(write) < landingMs)) return
    try {
      await look(check.ended.signal, () => [])
    } catch (caught) {
      if (!isTalonOneError(caught)) throw caught
      if (caught.retryAfterMs) await pause(caught.retryAfterMs)
    }
  }

  // The barrier

  const flush = (given?: { timeout?: number }): Promise<FlushOutcome> => handled(reachBarrier(given?.timeout ?? 10_000, () => true))
  const settle = (given?: { timeout?: number }): Promise<FlushOutcome> =>
    handled(reachBarrier(given?.timeout ?? 60_000, () => !outbox.isOpen()))

  async function reachBarrier(timeout: number, isEnough: () => boolean): Promise<FlushOutcome> {
    const { pending } = store.state
    const carried = Promise.all(pending.map((entry) => entry.settled))
    let { session } = baseOf(store)
    const look = (isCarried: boolean) => {
      if (isAnother(baseOf(store).session, session)) return identityChanged()
      // Whose cart it is may become known while somebody waits.
      session = baseOf(store).session
      const found = standing(isCarried)
      return found instanceof TalonOneError || isEnough() ? found : undefined
    }
    flushes += 1
    stepsIn = true
    // A total may have changed at the server since: with nothing to send, it is asked for.
    todo.mustRead ||= pending.length === 0 && store.getSnapshot().status !== 'closed'
    retry()
    try {
      return await arrival({ carried, look, subscribe: store.subscribe, clock, waiting: () => store.state.pending, timeout })
    } finally {
      flushes -= 1
    }
  }

  function standing(isCarried: boolean): FlushOutcome | TalonOneError | undefined {
    if (stoppedBy) return stoppedBy
    const { confirmed, pending, isOutdated } = store.state
    if (!isCarried || !confirmed || isOutdated || todo.mustRead || todo.mustHeal || pending.length > 0) return undefined
    if (isClosed(confirmed)) return closedError()
    if (confirmed.contents.lines.some(({ item }) => item.price === undefined)) return unpricedError()
    return { revision: confirmed.revision, total: { status: 'confirmed', shown: confirmed.priced.total, value: confirmed.priced.total } }
  }

  const keepGuestCart = (): Promise<GuestCartReport> =>
    handled(
      (async () => {
        // Whose cart it is now, before anything is sent.
        todo.mustRead = true
        await flush().catch(unlessGivenAway)
        const given = taking.given()
        const report = await bringAlong({ given, contents: () => baseOf(store).contents, enqueue: options.enqueue, flush })
        // Nothing is left to come back when the guest does.
        if (given?.confirmed.session) await outbox.discard(tagOf(given.confirmed.session))
        return report
      })(),
    )

  function retry(): void {
    if (store.state.refusal && store.getSnapshot().status !== 'closed') store.change({ refusal: undefined })
    stepsIn = true
    isHurried = true
    nap.wake()
    run()
  }

  function forget(): void {
    const { confirmed, pending } = store.state
    endCheck()
    clock.clearTimeout(stepInTimer)
    leave()
    mirror.close()
    // What waits for its turn must not go out under the next shopper's name.
    gone.abort()
    stoppedBy = identityChanged()
    if (confirmed?.session) void outbox.park(repeatable(pending, confirmed.contents), tagOf(confirmed.session))
    const refused = pending.map((entry) => ({ entry, failure: identityChanged() }))
    void outbox.settle({ confirmed: nothing, done: [], changed: [], refused, sent: [] })
    outbox.leave()
    nap.wake()
  }

  return { wake, flush, settle, retry, keepGuestCart, forget }
}

// What a guest had made is given back to the guest when somebody signs in; here it is wanted.
function unlessGivenAway(error: unknown): void {
  if (!isTalonOneError(error) || error.code !== 'identity_changed') throw error
}
