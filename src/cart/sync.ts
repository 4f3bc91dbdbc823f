/** Keeps a session equal to what the shopper did: one request at a time, edits made meanwhile together in the next. */
import type { QueryClient } from '@tanstack/react-query'
import type { TalonOne } from '../client.ts'
import { updateCustomerSessionV2 } from '../endpoints.ts'
import { isTalonOneError, TalonOneError, type TalonOneErrorDetails } from '../error.ts'
import { rememberReads } from '../queries.ts'
import { englishRejections } from '../rejections/english.ts'
import { arrival } from './barrier.ts'
import type { NewLine } from './edits.ts'
import { type CartContents, confirm, type Confirmed, fold, isReadable, lacksLine, applyEdit, type SessionAnswer } from './fold.ts'
import { createMirror } from './mirror.ts'
import { createOutbox } from './outbox.ts'
import { type FlushOutcome, outcomeOf } from './outcomes.ts'
import { browserPlatform, type CartPlatform } from './platform.ts'
import { handled } from './promises.ts'
import { judge } from './recovery.ts'
import { closedError, identityChanged, lineNotFound, unpricedError } from './refusals.ts'
import { absolute, outlineOf, requestOf } from './request.ts'
import type { SentWrite, StoredEdit } from './storage.ts'
import type { CartStore, PendingEdit } from './store.ts'
import { createNap, createPace, createRetries } from './timing.ts'

/** What {@link startSync} takes: a cart's options, and what the page has of it. */
export interface SyncOptions {
  client: TalonOne
  sessionId: string
  queryClient?: QueryClient
  keyOf: (item: NewLine) => string
  platform?: Partial<CartPlatform>
  store: CartStore
}

/** What works on a cart once a page has loaded it. */
export interface Sync {
  /** There may be something to do. */
  wake(): void
  flush(options?: { timeout?: number }): Promise<FlushOutcome>
  settle(options?: { timeout?: number }): Promise<FlushOutcome>
  retry(): void
  /** Gives up what waits, for good: whoever made it has left. */
  forget(): void
}

/**
 * How long a request may be on its way before it is taken for lost, in milliseconds: a server's own time limit, and the hops before it.
 * No answer, not even a failure, proves that a write will never land: whoever stands between may send it again.
 */
export const landingMs = 30_000

// How long the edits of another tab may wait before this one sends them: its own tab may be gone.
const stepInMs = { seen: 1_000, hidden: 10_000 }

export function startSync(options: SyncOptions): Sync {
  const { client, queryClient, keyOf, store, sessionId } = options
  const platform = { ...browserPlatform(), ...options.platform }
  const { clock, locks, presence } = platform
  const name = `talon-one cart ${JSON.stringify([client.scope, client.profileId, sessionId])}`
  const gone = new AbortController()
  const pace = createPace()
  const nap = createNap(clock)
  const retries = createRetries(platform.random)
  const mirror = createMirror({ client, sessionId, queryClient, heard: hearCache })
  const outbox = createOutbox({ store, name, keyOf, platform, heard: hearTab })
  const leave = presence.subscribe(notice)
  store.change({ texts: englishRejections })

  let isRunning = false
  let isSending = false
  let wasAnswered = false
  // Whether the session must be read before anything else, and whether an older write has landed that must be written over.
  let mustRead = store.state.isOutdated
  let mustHeal = false
  // Whether the session is to be read because a write may have landed late.
  let mustCheck = false
  let check = { timer: undefined as unknown, ended: new AbortController() }
  // Whether this tab sends what others have made.
  let stepsIn = !presence.isHidden()
  let stepInTimer: unknown
  // When a write has left last, in whichever tab: what is older than the landing time can land no more.
  let leftAt = -Infinity
  let seen: readonly PendingEdit[] = []
  // How many wait at the checkout barrier.
  let flushes = 0
  // What ended the work before it was done: waiting would not cure it.
  let stoppedBy: TalonOneError | undefined
  // After a refused request its edits go out one by one, so that one bad edit does not take the others with it.
  let mostEditsAtOnce = Infinity
  const restored = new Set<string>()

  const base = (): Confirmed => store.state.confirmed ?? store.nothing
  const isOpen = (): boolean => outbox.sent.length > 1 || outbox.sent.some(({ state }) => state !== 'answered')

  // Waking

  function wake(): void {
    notePace()
    if (store.state.pending.length > 0) endCheck()
    run()
  }

  function notePace(): void {
    const { pending } = store.state
    const known = new Set(seen)
    // Another tab's request has taken some along: what is left waits as it would behind one of this tab.
    const isTaken = !isSending && seen.some((entry) => !pending.includes(entry))
    if (isTaken) pace.left()
    const fresh = isTaken ? pending : pending.filter((entry) => !known.has(entry))
    const waiting = pending.length - fresh.length
    fresh.forEach((_, index) => pace.edited(clock.now(), isSending || isTaken ? 'sending' : waiting + index === 0 ? 'idle' : 'waiting'))
    seen = pending
  }

  function hearTab(): void {
    notePace()
    if (store.state.pending.length === 0) stepsIn = false
    clock.clearTimeout(stepInTimer)
    if (store.state.pending.some((entry) => !outbox.isOwn(entry)))
      stepInTimer = clock.setTimeout(
        () => {
          stepsIn = true
          run()
        },
        presence.isHidden() ? stepInMs.hidden : stepInMs.seen,
      )
    if (!isRunning) checkLater()
  }

  function hearCache(answer: SessionAnswer): void {
    // An answer to this cart's own write is put there, too.
    if (store.state.isForgotten || isSending || !isReadable(answer) || !isNews(answer)) return
    mustRead = true
    run()
  }

  function isNews({ customerSession }: SessionAnswer): boolean {
    return (customerSession?.updateCount ?? 0) > base().revision
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
      await outbox.sync()
      notePace()
      for (let task = nextTask(); task; task = nextTask()) {
        if (task === send) await dueTime()
        await online()
        await attempt()
      }
      isRunning = false
      if (store.state.hindrance) store.change(clear)
      checkLater()
    } catch (caught) {
      isRunning = false
      if (store.state.isForgotten) return
      // Signed out, or forbidden to look: nothing is lost, and the next edit or `retry` tries again.
      stoppedBy = isTalonOneError(caught)
        ? caught
        : new TalonOneError('unexpected_answer', 'an answer could not be read', { cause: caught })
      // Somebody else may have signed in since: nothing is sent before that is known.
      mustRead ||= stoppedBy.code === 'unauthenticated'
      store.change({ trouble: stoppedBy, hindrance: 'stopped' })
    }
  }

  function nextTask(): (() => Promise<void>) | undefined {
    const { isForgotten, pending } = store.state
    if (isForgotten) return undefined
    if (mustRead || outbox.sent.some(({ state }) => state === 'sent')) return load
    if (mustHeal || pending.some(outbox.isOwn) || (stepsIn && pending.length > 0)) return send
    return mustCheck && isOpen() ? lookAgain : undefined
  }

  /** Does one thing, while no other tab does; only what will not get better by waiting is thrown. */
  async function attempt(): Promise<void> {
    const failure = await locks.request(name, { signal: gone.signal }, async () => {
      try {
        await outbox.sync()
        notePace()
        const task = nextTask()
        // Another tab has just sent: this one's turn comes after the next pause.
        if (task !== send || isDue()) await task?.()
        return undefined
      } catch (caught) {
        if (store.state.isForgotten || !isTalonOneError(caught) || !(caught.retryable || isPage(caught))) throw caught
        store.change({ trouble: caught, hindrance: 'retrying' })
        // How long the server asked for is never cut short, and other tabs wait for it too; the rest is by `flush` and `retry`.
        if (caught.retryAfterMs) await pause(caught.retryAfterMs)
        return caught
      }
    })
    if (failure) await nap.sleep(retries.failed())
    else if (store.state.pending.length === 0 || wasAnswered) retries.succeeded()
  }

  async function dueTime(): Promise<void> {
    while (!isDue()) await nap.sleep(pace.dueAt() - clock.now())
  }

  function isDue(): boolean {
    return flushes > 0 || pace.dueAt() <= clock.now()
  }

  async function online(): Promise<void> {
    while (!presence.isOnline() && !store.state.isForgotten) {
      if (store.state.hindrance !== 'offline') store.change({ hindrance: 'offline' })
      await nap.sleep(landingMs)
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => void clock.setTimeout(resolve, ms))
  }

  // Reading

  async function load(): Promise<void> {
    const before = mirror.current()
    const answer = await mirror.read(gone.signal)
    if (store.state.isForgotten) return
    await recover(answer ? read(answer) : store.nothing, outbox.sent.map(looked))
    if (answer && mirror.current() === before) mirror.write(answer)
  }

  /** Takes in what a read has found. `sent`: what may land even so. */
  async function recover(found: Confirmed, sent: readonly SentWrite[]): Promise<void> {
    const { confirmed, pending } = store.state
    const finding = judge({ found, confirmed, waiting: new Set(pending.map(({ id }) => id)), sent: outbox.sent })
    mustRead = false
    switch (finding.is) {
      case 'same':
        return keep(sent)
      case 'overtaken':
        mustHeal = true
        return keep(outbox.sent.map(looked))
      case 'landed':
        return adopt(found, { done: finding.ids, sent })
      case 'changed':
        return adopt(found, { changed: repeatable(pending), sent: isClosed(found) ? [] : sent })
      case 'another':
        return giveAway(found)
    }
  }

  async function keep(sent: readonly SentWrite[]): Promise<void> {
    store.change({ isOutdated: false, ...(isThrough(sent) && clear) })
    await outbox.mark(sent)
  }

  /** Edits that may have been carried out say what they come to, so that they cannot count twice. */
  function repeatable(pending: readonly PendingEdit[]): StoredEdit[] {
    const tried = new Set(outbox.sent.flatMap(({ ids }) => ids))
    const edits = absolute(
      pending.map(({ edit }) => edit),
      base().contents,
    )
    return pending.flatMap(({ id, edit }, index) => {
      const other = edits[index]
      return other && tried.has(id) && other !== edit ? [{ id, edit: other }] : []
    })
  }

  /** Somebody else is here: what waits is put away for whoever made it. */
  async function giveAway(found: Confirmed): Promise<void> {
    const { confirmed, pending } = store.state
    const owner = confirmed?.session?.profileId
    if (confirmed && owner) await outbox.park(owner, confirmed, pending)
    await adopt(found, { refused: pending, because: identityChanged(), sent: [] })
  }

  interface Adoption {
    /** Ids of the edits that are in it. */
    done?: readonly string[]
    changed?: readonly StoredEdit[]
    refused?: readonly PendingEdit[]
    because?: TalonOneError
    sent: readonly SentWrite[]
  }

  async function adopt(next: Confirmed, { done = [], changed = [], refused = [], because, sent }: Adoption): Promise<void> {
    const others = new Map(changed.map(({ id, edit }) => [id, edit]))
    const carried = store.state.pending.filter(({ id }) => done.includes(id))
    const rest = store.state.pending
      .filter((entry) => !carried.includes(entry) && !refused.includes(entry))
      .map((entry) => (others.has(entry.id) ? { ...entry, edit: others.get(entry.id) ?? entry.edit } : entry))
    const closed = isClosed(next) ? rest : []
    const lost = isClosed(next) ? [] : orphans(next, rest)
    const pending = rest.filter((entry) => !closed.includes(entry) && !lost.includes(entry))
    const failure = refused.length > 0 ? because : closed.length > 0 ? closedError() : undefined
    store.change({
      confirmed: next,
      pending,
      isOutdated: false,
      ...((carried.length > 0 || pending.length === 0 || isThrough(sent)) && clear),
      ...(failure && { refusal: failure }),
    })
    seen = pending
    for (const { edit, resolve } of carried) resolve(outcomeOf(edit, next, store.state.messages ?? englishRejections))
    await outbox.settle({ confirmed: next, removed: done, changed, sent })
    if (because) await refuse(refused, because)
    await refuse(closed, closedError())
    await refuse(lost, lineNotFound())
    await restore(next)
  }

  async function refuse(entries: readonly PendingEdit[], failure: TalonOneError): Promise<void> {
    if (entries.length === 0) return
    for (const entry of entries) entry.reject(failure)
    await outbox.refuse(entries, failure, outbox.sent)
  }

  /** Edits of lines that are not there: made before the first answer, or after an edit that has been refused. */
  function orphans(next: Confirmed, pending: readonly PendingEdit[]): PendingEdit[] {
    let { contents } = next
    return pending.filter(({ edit }) => {
      const isLost = lacksLine(contents, edit)
      contents = applyEdit(contents, edit)
      return isLost
    })
  }

  /** Brings back what was put away when somebody else was here. */
  async function restore(next: Confirmed): Promise<void> {
    const owner = next.session?.profileId
    if (!owner || restored.has(owner)) return
    restored.add(owner)
    const parked = await outbox.unpark(owner)
    if (parked && parked.confirmed.session?.created === next.session?.created) await outbox.sync()
  }

  // Settling

  function checkLater(): void {
    endCheck()
    if (store.state.isForgotten || !isOpen()) return
    check.timer = clock.setTimeout(
      () => {
        mustCheck = true
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
    mustCheck = false
  }

  /** Reads the session when nothing can land any more. Nobody waits for it: what fails is tried again later, and not shown. */
  async function lookAgain(): Promise<void> {
    mustCheck = false
    const { signal } = check.ended
    const before = mirror.current()
    try {
      const answer = await mirror.read(signal)
      if (store.state.isForgotten || signal.aborted) return
      await recover(answer ? read(answer) : store.nothing, [])
      if (answer && !mustHeal && mirror.current() === before) mirror.write(answer)
    } catch (caught) {
      if (!isTalonOneError(caught)) throw caught
    }
  }

  // Sending

  async function send(): Promise<void> {
    const { contents: before, session } = base()
    const batch = store.state.pending.slice(0, mostEditsAtOnce)
    const fresh = batch.map(({ edit }) => edit)
    const contents = fold(before, fresh)
    // With what older writes carried beside lines and codes: one that lands between would bring its own back.
    const carried = outbox.sent.flatMap(({ edits }) => edits)
    const ids = batch.map(({ id }) => id)
    const write: SentWrite = { ids, edits: absolute(fresh, before), outline: outlineOf(contents), state: 'sent' }
    const others = clock.now() - leftAt < landingMs ? outbox.sent.filter((other) => !isSameWrite(other, write)) : []
    leftAt = clock.now()
    const marked = (state: SentWrite['state']): SentWrite[] => [...others, { ...write, state }]
    pace.left()
    await outbox.mark(marked('sent'))
    isSending = true
    wasAnswered = false
    try {
      const update = queryClient && rememberReads(queryClient, client)
      const answer = await client.send(
        updateCustomerSessionV2,
        {
          customerSessionId: sessionId,
          customerSession: requestOf(contents, [...carried, ...fresh], session?.profileId),
          responseContent: ['customerSession', 'loyalty'],
        },
        { signal: gone.signal, onChanged: (changed) => store.state.isForgotten || update?.(changed) },
      )
      if (store.state.isForgotten) return
      const next = read(answer, contents, { outcome: 'unknown' })
      mustHeal = false
      mostEditsAtOnce = store.state.pending.length === batch.length ? Infinity : mostEditsAtOnce * 2
      wasAnswered = true
      mirror.write(answer)
      await adopt(next, { done: ids, sent: marked('answered') })
    } catch (caught) {
      if (!isTalonOneError(caught)) throw caught
      // Whoever sends next must look first, in whichever tab.
      if (caught.outcome === 'unknown' || isPage(caught)) throw caught
      await fail(batch, caught, others, marked('missing'))
    } finally {
      isSending = false
    }
  }

  /** Drops what the server will never take and keeps the rest; rethrows what waiting, signing in or a mended proxy may cure. */
  async function fail(batch: readonly PendingEdit[], failure: TalonOneError, others: SentWrite[], all: SentWrite[]): Promise<void> {
    if (failure.code === 'session_closed') {
      mustRead = true
      mustHeal = false
      await outbox.mark([])
      return drop(store.state.pending, failure, true)
    }
    if (!isAboutContent(failure)) {
      // A proxy knows nobody's session but the caller's own.
      mustRead ||= failure.code === 'not_found'
      await outbox.mark(all)
      throw failure
    }
    await outbox.mark(others)
    if (batch.length > 1) mostEditsAtOnce = 1
    else if (batch.length === 1) await drop(batch, failure)
    else {
      // What cannot be written over is how it is.
      mustHeal = false
      mustRead = true
      await outbox.mark([])
    }
  }

  async function drop(refused: readonly PendingEdit[], failure: TalonOneError, isOutdated = store.state.isOutdated): Promise<void> {
    const rest = store.state.pending.filter((entry) => !refused.includes(entry))
    const lost = orphans(base(), rest)
    store.change({
      pending: rest.filter((entry) => !lost.includes(entry)),
      isOutdated,
      ...clear,
      ...(refused.length > 0 && { refusal: failure }),
    })
    await refuse(refused, failure)
    await refuse(lost, lineNotFound())
  }

  function read(answer: SessionAnswer, contents?: CartContents, details?: TalonOneErrorDetails): Confirmed {
    if (isReadable(answer)) return confirm(answer, { keyOf, lines: (contents ?? everything()).lines })
    throw new TalonOneError('unexpected_answer', 'the answer does not hold the session that was asked for', details)
  }

  /** Every line that the server may have, by its key: those that were confirmed, and those that wait. */
  function everything(): CartContents {
    const { contents } = base()
    const folded = fold(
      contents,
      store.state.pending.map(({ edit }) => edit),
    )
    const keys = new Set(folded.lines.map(({ key }) => key))
    return { ...folded, lines: [...folded.lines, ...contents.lines.filter(({ key }) => !keys.has(key))] }
  }

  // The barrier

  const flush = (given?: { timeout?: number }): Promise<FlushOutcome> => handled(reachBarrier(given?.timeout ?? 10_000, () => true))
  const settle = (given?: { timeout?: number }): Promise<FlushOutcome> => handled(reachBarrier(given?.timeout ?? 60_000, () => !isOpen()))

  async function reachBarrier(timeout: number, isEnough: () => boolean): Promise<FlushOutcome> {
    const { pending } = store.state
    const carried = Promise.all(pending.map((entry) => entry.settled))
    const look = (isCarried: boolean) => {
      const found = standing(isCarried)
      return found instanceof TalonOneError || isEnough() ? found : undefined
    }
    flushes += 1
    stepsIn = true
    // A total may have changed at the server since: with nothing to send, it is asked for.
    mustRead ||= pending.length === 0 && store.getSnapshot().status !== 'closed'
    retry()
    try {
      return await arrival({ carried, look, subscribe: store.subscribe, clock, timeout })
    } finally {
      flushes -= 1
    }
  }

  function standing(isCarried: boolean): FlushOutcome | TalonOneError | undefined {
    if (stoppedBy) return stoppedBy
    const { confirmed, pending } = store.state
    if (!isCarried || !confirmed || mustRead || mustHeal || pending.length > 0) return undefined
    if (isClosed(confirmed)) return closedError()
    if (confirmed.contents.lines.some(({ item }) => item.price === undefined)) return unpricedError()
    return { revision: confirmed.revision, total: { status: 'confirmed', value: confirmed.priced.total } }
  }

  function retry(): void {
    if (store.state.refusal && store.getSnapshot().status !== 'closed') store.change({ refusal: undefined })
    stepsIn = true
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
    const owner = confirmed?.session?.profileId
    if (confirmed && owner) void outbox.park(owner, confirmed, pending)
    const removed = pending.map(({ id }) => id)
    void outbox.settle({ confirmed: store.nothing, removed, sent: [] }).then(() => outbox.close())
    nap.wake()
  }

  return { wake, flush, settle, retry, forget }
}

function isClosed({ session }: Confirmed): boolean {
  return (session?.state ?? 'open') !== 'open'
}

const clear = { trouble: undefined, hindrance: undefined }

// Whether nothing has failed to get through; else what is in the way stays on screen, though reading works.
function isThrough(sent: readonly SentWrite[]): boolean {
  return sent.every(({ state }) => state === 'answered')
}

function isSameWrite(one: SentWrite, other: SentWrite): boolean {
  return one.outline === other.outline && one.ids.join() === other.ids.join() && one.state !== 'answered'
}

function looked(write: SentWrite): SentWrite {
  return write.state === 'sent' ? { ...write, state: 'missing' } : write
}

// Whether the server refuses what a request holds, so that sending it again would not help.
function isAboutContent({ code, status }: TalonOneError): boolean {
  return code === 'bad_request' || code === 'invalid_input' || status === 413
}

// A page in place of an answer, such as a captive portal's, says nothing of what became of the request, and will go away.
function isPage({ code }: TalonOneError): boolean {
  return code === 'not_json' || code === 'empty_body'
}
