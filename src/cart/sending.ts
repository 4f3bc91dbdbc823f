/** How edits go out. */
import type { QueryClient } from '@tanstack/react-query'
import type { TalonOne } from '../client.ts'
import { updateCustomerSessionV2 } from '../endpoints.ts'
import { isTalonOneError, type TalonOneError } from '../error.ts'
import { rememberReads } from '../queries.ts'
import { baseOf, type Confirmed } from './confirmed.ts'
import { fold } from './fold.ts'
import type { Mirror } from './mirror.ts'
import type { Outbox } from './outbox.ts'
import { strayAnswer } from './refusals.ts'
import { absolute, outlineOf, requestOf } from './request.ts'
import { isAnother, isSameTag, tagOf } from './session-tag.ts'
import type { SentWrite, SessionTag } from './storage.ts'
import type { CartStore, PendingEdit } from './store.ts'
import { looked, type Taking, type Todo } from './taking.ts'
import { type Clock, landingMs } from './timing.ts'

/** What {@link createSending} takes. */
export interface SendingOptions {
  client: TalonOne
  queryClient: QueryClient | undefined
  sessionId: string
  store: CartStore
  outbox: Outbox
  mirror: Mirror
  taking: Taking
  todo: Todo
  clock: Clock
  isOnline: () => boolean
  signal: AbortSignal
}

/** Sends edits. */
export interface Sending {
  /** Whether a request is out. */
  readonly isBusy: boolean
  /** Whether the last one has been answered. */
  readonly wasAnswered: boolean
  send(): Promise<void>
}

const page = Math.random().toString(36).slice(2)
let writes = 0

export function createSending(options: SendingOptions): Sending {
  const { client, queryClient, sessionId, store, outbox, mirror, taking, todo, clock, isOnline, signal } = options
  let isBusy = false
  let wasAnswered = false
  // Whose session a proxy has not found, so that it is looked for once; somebody else's is another question.
  let missing: { of: SessionTag | undefined } | undefined
  // After a refused request its edits go out one by one, so that one bad edit does not take the others with it.
  let mostEditsAtOnce = Infinity

  async function send(): Promise<void> {
    const { contents: before, session } = baseOf(store)
    const firstUnkept = store.state.pending.findIndex((entry) => !outbox.isKept(entry))
    const batch = store.state.pending.slice(0, Math.min(mostEditsAtOnce, firstUnkept < 0 ? Infinity : firstUnkept))
    if (batch.length === 0 && !todo.mustHeal) return
    const fresh = batch.map(({ edit }) => edit)
    const contents = fold(before, fresh)
    // With what older writes carried beside lines and codes: one that lands between would bring its own back.
    // What still waits comes along in its own turn.
    const waiting = new Set(store.state.pending.map(({ id }) => id))
    const carried = outbox.sent.flatMap((other) => other.edits.filter((_, index) => !waiting.has(other.ids[index] ?? '')))
    const ids = batch.map(({ id }) => id)
    const outline = outlineOf(contents)
    const isSame = (other: SentWrite) => isSameWrite(other, ids, outline)
    const tries = 1 + Math.max(0, ...outbox.sent.filter(isSame).map((other) => other.tries))
    const write: SentWrite = { ids, edits: absolute(fresh, before), outline, tries, state: 'sent', ...(session && { of: tagOf(session) }) }
    // Of the same write, tried time and again, one more may land; it does not matter which.
    const repeated = outbox.sent.findLast(isSame)
    const others = outbox.sent.filter((other) => other === repeated || other.state === 'answered' || !isSame(other)).map(looked)
    // What is older than the landing time can land no more; until an answer has come, its edits go along even so.
    const recent = others.filter((other) => clock.now() - outbox.sentAt(other) < landingMs)
    const marked = (state: SentWrite['state']): SentWrite[] => [...others, { ...write, state }]
    await outbox.mark(marked('sent'))
    // Storage may have taken its time.
    if (!isOnline()) return outbox.mark(others)
    isBusy = true
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
        // With all other writes of this client, which may name whoever the caller is as `me`.
        {
          signal,
          lane: client.profileId,
          onChanged: (changed) => store.state.isForgotten || update?.(changed),
          // So that the proxy refuses what the network has kept until a newer one has gone past it.
          headers: { 'x-talon-sequence': `${page}.${(writes += 1)}` },
        },
      )
      if (store.state.isForgotten) return
      // Its shopper has left meanwhile, as another tab has said: nobody else is to see it.
      if (isAnother(baseOf(store).session, session)) return void (todo.mustRead = true)
      const next = taking.read(answer, contents, { outcome: 'unknown' })
      if (session && isStray(next.session, session)) throw strayAnswer()
      todo.mustHeal = false
      mostEditsAtOnce = store.state.pending.length === batch.length ? Infinity : mostEditsAtOnce * 2
      wasAnswered = true
      missing = undefined
      mirror.write(answer)
      await taking.adopt(next, { done: ids, sent: [...recent, { ...write, state: 'answered' }] })
    } catch (caught) {
      if (!isTalonOneError(caught) || store.state.isForgotten) throw caught
      // Whoever sends next must look first, in whichever tab.
      if (caught.outcome === 'unknown' || isPage(caught)) throw caught
      await fail(batch, caught, others, marked('missing'))
    } finally {
      isBusy = false
    }
  }

  /** Drops what the server will never take and keeps the rest; rethrows what waiting, signing in or a mended proxy may cure. */
  async function fail(batch: readonly PendingEdit[], failure: TalonOneError, others: SentWrite[], all: SentWrite[]): Promise<void> {
    if (failure.code === 'session_closed') {
      todo.mustRead = true
      todo.mustHeal = false
      await outbox.mark([])
      return taking.drop(store.state.pending, failure, true)
    }
    if (!isAboutContent(failure)) {
      await outbox.mark(all)
      const { session } = baseOf(store)
      if (failure.code !== 'not_found' || (missing && isSameTag(missing.of, session))) throw failure
      // A proxy knows nobody's session but the caller's own: whose it is now is to be read.
      missing = { of: session }
      todo.mustRead = true
      return
    }
    await outbox.mark(others)
    if (batch.length > 1) mostEditsAtOnce = 1
    else if (batch.length === 1) await taking.drop(batch, failure)
    else {
      // What cannot be written over is how it is.
      todo.mustHeal = false
      todo.mustRead = true
      await outbox.mark([])
    }
  }

  return {
    get isBusy() {
      return isBusy
    },
    get wasAnswered() {
      return wasAnswered
    },
    send,
  }
}

function isSameWrite(one: SentWrite, ids: readonly string[], outline: string): boolean {
  return one.outline === outline && one.ids.join() === ids.join()
}

// What one of them does not say is no reason to mistrust it.
function isStray(answered: Confirmed['session'], known: NonNullable<Confirmed['session']>): boolean {
  const said = { ...known, ...answered }
  return isAnother(said, { ...answered, ...known }) || said.updateCount < known.updateCount
}

// Whether the server refuses what a request holds, so that sending it again would not help.
function isAboutContent({ code, status, retryable }: TalonOneError): boolean {
  // A proxy whose shopper has tried too many codes in vain refuses the next one, not the cart.
  return code === 'bad_request' || code === 'invalid_input' || status === 413 || (code === 'rate_limited' && !retryable)
}

/** A page in place of an answer, such as a captive portal's, says nothing of what became of the request, and will go away. */
export function isPage({ code }: TalonOneError): boolean {
  return code === 'not_json' || code === 'empty_body'
}
