/** The edits of a cart as they are kept: for this tab, for the other tabs, and for whoever opens the page again. */
import { TalonOneError } from '../error.ts'
import { baseOf, type Confirmed, nothing } from './confirmed.ts'
import type { NewLine } from './edits.ts'
import { createEnded, type Refusal } from './ended.ts'
import { about, identityChanged } from './given-back.ts'
import { createLanding } from './landing.ts'
import { newsOf } from './news.ts'
import { outcomeOf } from './outcomes.ts'
import { park, parked, unpark } from './parked.ts'
import type { CartPlatform, Channel } from './platform.ts'
import { isLost, repeatableWhere, type Restored, restored } from './restored.ts'
import { savedOf, stampAfter } from './saved.ts'
import { isAnother, tagOf } from './session-tag.ts'
import { createSteps } from './steps.ts'
import {
  type CartChange,
  createMemoryStorage,
  type KeptCart,
  type SavedCart,
  type SentWrite,
  type SessionTag,
  type StoredEdit,
} from './storage.ts'
import type { CartStore, PendingEdit } from './store.ts'

/** What {@link createOutbox} takes. */
export interface OutboxOptions {
  store: CartStore
  name: string
  keyOf: (item: NewLine) => string
  platform: Pick<CartPlatform, 'clock' | 'random' | 'locks' | 'storage' | 'join'>
  /** Another tab has changed something, and this one knows it by now. */
  heard: () => void
  /** Storage has forgotten what was in it: whether edits have been carried out meanwhile is for the server to say. */
  lost: () => void
}

/** What an answer, or a refusal, means for the edits that are kept. */
export interface SettledEdits {
  confirmed: Confirmed
  /** Ids of those that are done. */
  done: readonly string[]
  /** Those that stay, in other words. */
  changed: readonly StoredEdit[]
  /** Those that will never be carried, and why. */
  refused: readonly { entry: PendingEdit; failure: TalonOneError }[]
  /** The writes that may still land. */
  sent: readonly SentWrite[]
}

/** Keeps what waits. Its methods run one after the other, and never reject: storage that fails is given up for memory. */
export interface Outbox {
  /** The writes that may still land, in the order in which they left. */
  readonly sent: readonly SentWrite[]
  /** When one of them has left for the last time, as far as this tab can tell, by its clock. */
  sentAt(write: SentWrite): number
  /** Whether one of them may land over the last one that was answered. */
  isOpen(): boolean
  /** Whether this tab has made an edit; the others wait for their own tab first. */
  isOwn(entry: PendingEdit): boolean
  /** Keeps what has been done here, and takes in what others have kept. */
  sync(): Promise<void>
  /** A write leaves. */
  mark(sent: readonly SentWrite[]): Promise<void>
  /** Whether an edit is kept: only then does it leave. */
  isKept(entry: PendingEdit): boolean
  /** The server has spoken. */
  settle(settled: SettledEdits): Promise<void>
  /** Puts edits away, where nobody's cart but that of whoever made them finds them. */
  park(entries: readonly StoredEdit[], of: SessionTag): Promise<void>
  /** Brings back what was put away for a session that is here again. */
  unpark(session: SessionTag): Promise<void>
  /** Gives up what was put away for the owner of a session. */
  discard(session: SessionTag): Promise<void>
  /** Ends when what has been begun is done; a cart of the same name waits for that. */
  leave(): void
}

// Storage may change between a look and a change; one that never stands still, or cannot say what its stamp is, is changed even so.
const mostTries = 5

export function createOutbox({ store, name, keyOf, platform, heard, lost }: OutboxOptions): Outbox {
  let { storage } = platform
  let stamp: number | undefined
  const kept = new Set<string>()
  // Edits that other tabs have made; and those that this tab has brought back.
  const foreign = new Set<string>()
  const own = new Set<string>()
  const ended = createEnded()
  const landing = createLanding(store, platform.clock, ended)
  const steps = createSteps(storage, name, fallBack)
  let queued: Promise<void> | undefined
  // How often in a row storage has lost what it had.
  let losses = 0
  // The revision that other tabs have been told of last.
  let told = -1
  const channel: Channel = platform.join(name, () => void sync().then(heard))
  store.change({ durable: true })

  // Taking in what is there

  function sync(): Promise<void> {
    // One that has not begun yet sees to everything until then.
    queued ??= steps.run(async () => {
      queued = undefined
      for (let isIn = false, left = mostTries; !isIn; left -= 1) {
        const fresh = store.state.pending.filter(({ id }) => !kept.has(id))
        // Nothing is put into a storage that has forgotten what comes before it.
        isIn = fresh.length === 0 || (await storage.append(name, fresh.map(stored), steps.isAhead || left === 0 ? undefined : { stamp }))
        if (isIn) for (const { id } of fresh) kept.add(id)
        if (isIn && fresh.length > 0) channel.post()
        const found = await storage.read(name, stamp)
        if (steps.isAhead) return void sync()
        // Somebody has cleared the site's data: what this page knows is all there is.
        if (isLost(found, { stamp, edits: store.state.pending, kept, last: baseOf(store), ended })) {
          if (++losses > mostTries) throw new Error('storage forgets whatever it is given')
          return restore()
        }
        losses = 0
        const strays = takeIn(found)
        if (strays.length > 0) await putAway(strays)
      }
    })
    return queued
  }

  /** Takes in what is kept. Returns what does not belong there. */
  function takeIn(found: KeptCart): readonly StoredEdit[] {
    const { state } = store
    if (state.isForgotten) return []
    const isFirst = stamp === undefined
    stamp = found.stamp
    if (found.saved) ended.take(found.saved)
    landing.take(found.sent)
    const { confirmed, isOutdated, isOthers, pending, gone, strays, isUnsure } = newsOf(found, { state, keyOf, kept, ended, isFirst })
    const known = new Set(state.pending.map(({ id }) => id))
    for (const { id } of found.edits) {
      kept.add(id)
      if (!known.has(id) && !own.has(id)) foreign.add(id)
    }
    if (confirmed || pending !== state.pending) store.change({ pending, ...(confirmed && { confirmed, isOutdated }) })
    for (const entry of gone) end(entry, isOthers ? about(identityChanged(), [entry]) : (confirmed ?? state.confirmed))
    if (isUnsure) lost()
    return strays
  }

  /** Another tab has seen to an edit of this one. */
  function end({ id, edit, resolve, reject }: PendingEdit, by: Confirmed | TalonOneError | undefined): void {
    const refusal = ended.refused.find((one) => one.id === id)
    if (refusal) reject(new TalonOneError(refusal.code, refusal.message, { edits: [edit] }))
    else if (by instanceof TalonOneError) reject(by)
    else resolve(outcomeOf(edit, by ?? nothing, store.state.messages))
  }

  async function putAway(strays: readonly StoredEdit[]): Promise<void> {
    const left = strays.filter(({ id }) => !ended.has(id))
    for (const stray of left) if (stray.of) await park(storage, name, [stray], stray.of)
    const removed = strays.map(({ id }) => id)
    ended.refuse(left.map(({ id }) => ({ id, failure: identityChanged() })))
    ended.repeat(removed)
    const before = stamp
    // Whoever has the cart's lock may change it meanwhile, and knows better what the server has said.
    const isDone = await storage.change(name, { removed, changed: [], saved: saved(baseOf(store)), over: { stamp: before } })
    if (isDone) return channel.post()
    stamp = before
    void sync()
  }

  // Keeping

  /** Keeps what the server has said, over whatever another tab has put away meanwhile; but not alone, where all that was there is lost. */
  async function keep(change: CartChange, before: number | undefined, hadSession: boolean): Promise<void> {
    if (await storage.change(name, { ...change, over: { stamp: before } })) return
    const there = await storage.read(name)
    if (there.stamp === undefined && !store.state.isForgotten) return restore()
    if (hadSession && !store.state.isForgotten && there.saved && !there.saved.answer.customerSession) {
      // Another tab has given the cart up, for its shopper has left: nobody is to see this any more.
      stamp = before
      lost()
      return void sync()
    }
    await storage.change(name, change)
  }

  function stored({ id, edit }: PendingEdit): StoredEdit {
    const { session } = baseOf(store)
    return { id, edit, ...(session && { of: tagOf(session) }) }
  }

  function saved(confirmed: Confirmed): SavedCart {
    stamp = stampAfter(stamp, platform.random)
    return { stamp, ...savedOf(confirmed, ended) }
  }

  // Where storage forgets, or fails

  /*
   * tab 1    add 1, kept ------------ adds 1 again, kept or not?
   * tab 2          sends both tabs' --- answered
   * storage                      x cleared
   */
  /**
   * Puts into storage all that this page knows, in its order, since storage has forgotten it. Another tab may have sent some of it that
   * this one has not heard of: that is kept as a write of which nobody knows what became, so that whoever sends next looks first.
   */
  async function restore(): Promise<void> {
    const { pending, confirmed: under } = store.state
    const keptBefore = new Set(kept)
    await platform.locks.request(`${name} lost`, {}, async () => {
      for (let isDone = false, left = mostTries; !isDone; left -= 1) {
        const there = await storage.read(name)
        const known = { edits: pending.map(stored), kept: keptBefore, under, last: baseOf(store), sent: landing.all(), ended }
        isDone = await putBack(restored(there, known), there.stamp, left <= 0)
      }
    })
    lost()
    channel.post()
    void sync()
  }

  /** Resolves to whether it has been done: nobody else has changed what was `there`, or this one has tried often enough. */
  async function putBack(found: Restored, there: number | undefined, isLast: boolean): Promise<boolean> {
    ended.take(found.ended)
    for (const id of found.waiting) kept.add(id)
    const before = stamp
    const next = stampAfter(found.isOwn ? stamp : there, platform.random)
    // An answer that comes meanwhile is kept over this one.
    if (found.isOwn) stamp = next
    const isDone = await storage.change(name, {
      ...found.change,
      ...(found.saved && { saved: { ...found.saved, stamp: next } }),
      ...(!isLast && { over: { stamp: there } }),
    })
    if (!found.saved) stamp = undefined
    else if (!isDone) stamp = before
    return isDone
  }

  /** Goes on in memory, with everything that this page knows of. */
  async function fallBack(): Promise<void> {
    storage = createMemoryStorage()
    store.change({ durable: false })
    stamp = undefined
    const { pending, confirmed } = store.state
    if (kept.size === 0) return void (await storage.append(name, pending.map(stored)))
    const added = repeatableWhere(kept, pending.map(stored), confirmed)
    await storage.change(name, { removed: [], changed: [], added, sent: landing.all(), saved: saved(baseOf(store)) })
    for (const { id } of added) kept.add(id)
    lost()
    void sync()
  }

  return {
    get sent() {
      return landing.own()
    },
    sentAt: (write) => landing.sentAt(write),
    isOpen: () => landing.isOpen(),
    isOwn: ({ id }) => !foreign.has(id),
    sync,
    mark(writes) {
      const sent = landing.replace(writes, store.state.confirmed)
      return steps.runAhead(() => storage.mark(name, sent))
    },
    isKept: ({ id }) => kept.has(id),
    settle({ confirmed, done, changed, refused, sent }) {
      const refusals: Refusal[] = refused.map(({ entry: { id }, failure }) => ({ id, failure }))
      ended.refuse(refusals)
      ended.carry(done)
      const { hadSession } = landing
      const removed = [...done, ...refusals.map(({ id }) => id)]
      const before = stamp
      const change: CartChange = { removed, changed, sent: landing.replace(sent, confirmed), saved: saved(confirmed) }
      return steps
        .runAhead(() => keep(change, before, hadSession))
        .then(() => {
          // What changes nothing is no news: two tabs that keep nothing would ask and answer for ever.
          const isNews = removed.length > 0 || changed.length > 0 || confirmed.revision !== told
          told = confirmed.revision
          if (isNews) channel.post()
        })
    },
    park: (entries, of) => steps.run(async () => void (await park(storage, name, entries, of))),
    unpark: (session) =>
      steps.run(async () => {
        const here = (await parked(storage, name, session)).filter(({ of }) => !isAnother(session, of))
        if (here.length === 0) return
        // A tab that did not know yet who is there may have put away what another one has carried since.
        const back = here.filter(({ id }) => !ended.has(id) && !ended.done.includes(id))
        for (const { id } of back) own.add(id)
        ended.revive(back)
        await storage.append(name, back)
        await unpark(storage, name, here, session)
      }),
    discard: (session) => steps.run(async () => unpark(storage, name, await parked(storage, name, session), session)),
    leave: () => steps.leave(() => channel.close()),
  }
}
