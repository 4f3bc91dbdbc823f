/** The edits of a cart as they are kept: for this tab, for the other tabs, and for whoever opens the page again. */
import { TalonOneError } from '../error.ts'
import type { NewLine } from './edits.ts'
import { confirm, type Confirmed } from './fold.ts'
import { type EditOutcome, outcomeOf } from './outcomes.ts'
import type { CartPlatform, Channel } from './platform.ts'
import { handled, withResolvers } from './promises.ts'
import { isAnother } from './recovery.ts'
import { identityChanged } from './refusals.ts'
import {
  type CartChange,
  createMemoryStorage,
  type KeptCart,
  type RefusedEdit,
  type SavedCart,
  type SentWrite,
  type StoredEdit,
} from './storage.ts'
import type { CartStore, PendingEdit } from './store.ts'
import { englishRejections } from '../rejections/english.ts'

/** What {@link createOutbox} takes. */
export interface OutboxOptions {
  store: CartStore
  name: string
  keyOf: (item: NewLine) => string
  platform: Pick<CartPlatform, 'clock' | 'storage' | 'join'>
  /** Another tab has changed something, and this one knows it by now. */
  heard: () => void
}

/** Keeps what waits. Its methods run one after the other, and never reject: storage that fails is given up for memory. */
export interface Outbox {
  /** The writes that may still land, in the order in which they left. */
  readonly sent: readonly SentWrite[]
  /** When the last of them has left, as far as this tab can tell, by its clock. */
  readonly sentAt: number
  /** Whether one of them may land over the last one that was answered. */
  isOpen(): boolean
  /** Whether this tab has made an edit; the others wait for their own tab first. */
  isOwn(entry: PendingEdit): boolean
  /** Keeps what has been done here, and takes in what others have kept. */
  sync(): Promise<void>
  /** A write leaves. */
  mark(sent: readonly SentWrite[]): Promise<void>
  /** The server has spoken: what it said, the edits that are done with, and those that stay in other words. */
  settle(change: {
    confirmed: Confirmed
    removed: readonly string[]
    changed?: readonly StoredEdit[]
    sent: readonly SentWrite[]
  }): Promise<void>
  refuse(entries: readonly PendingEdit[], failure: TalonOneError, sent: readonly SentWrite[]): Promise<void>
  /** Puts edits away under an owner's name, where nobody else's cart finds them, over the answer that they belong to. */
  park(owner: string, confirmed: Confirmed, entries: readonly StoredEdit[]): Promise<void>
  /** Brings back what waits for an owner who is here again, to the very session that it was made for. */
  unpark(owner: string, created: string): Promise<void>
  /** Gives up what waits for an owner. */
  discard(owner: string): Promise<void>
  close(): void
}

// Enough for a tab that sleeps through them.
const mostRefusals = 100

export function createOutbox({ store, name, keyOf, platform, heard }: OutboxOptions): Outbox {
  let { storage } = platform
  let stamp: number | undefined
  let sent: readonly SentWrite[] = []
  let sentAt = -Infinity
  let refused: readonly RefusedEdit[] = []
  const kept = new Set<string>()
  const foreign = new Set<string>()
  let last: Promise<void> = Promise.resolve()
  let queued: Promise<void> | undefined
  const channel: Channel = platform.join(name, () => void sync().then(heard))
  store.change({ durable: true })

  function note(next: readonly SentWrite[]): void {
    if (next.some((write) => !sent.some((other) => other.ids.join() === write.ids.join() && other.outline === write.outline)))
      sentAt = platform.clock.now()
    sent = next
  }

  /** Runs a step after those before it. Storage that fails is given up, with everything in it that this page knows of. */
  function step(task: () => Promise<void>): Promise<void> {
    last = last.then(async () => {
      try {
        await task()
      } catch {
        await fallBack()
        await task()
      }
    })
    return handled(last)
  }

  async function fallBack(): Promise<void> {
    storage = createMemoryStorage()
    store.change({ durable: false })
    stamp = undefined
    await restore()
  }

  /** Puts into storage all that this page knows, since storage knows nothing. */
  async function restore(): Promise<void> {
    const entries = store.state.pending
    await storage.append(name, entries.map(stored))
    for (const { id } of entries) kept.add(id)
    if (store.state.confirmed) await storage.change(name, { removed: [], changed: [], sent, saved: saved(store.state.confirmed) })
  }

  function saved({ session, effects, loyalty, contents }: Confirmed): SavedCart {
    stamp = (stamp ?? 0) + 1
    return {
      stamp,
      answer: { ...(session && { customerSession: session }), effects, ...(loyalty && { loyalty }) },
      keys: contents.lines.map(({ key }) => key),
      refused,
    }
  }

  function sync(): Promise<void> {
    // One that has not begun yet sees to everything until then.
    queued ??= step(async () => {
      queued = undefined
      const fresh = store.state.pending.filter(({ id }) => !kept.has(id))
      if (fresh.length > 0) {
        await storage.append(name, fresh.map(stored))
        for (const { id } of fresh) kept.add(id)
        channel.post()
      }
      const found = await storage.read(name, stamp)
      // Somebody has cleared the site's data: what this page knows is all there is.
      if (found.stamp === undefined && stamp !== undefined) return restore()
      takeIn(found)
    })
    return queued
  }

  function takeIn({ edits, sent: marked, stamp: newStamp, saved: news }: KeptCart): void {
    const { state } = store
    if (state.isForgotten) return
    const isFirst = stamp === undefined
    stamp = newStamp
    note(marked)
    if (news) refused = news.refused
    const answered = news && confirmedOf(news)
    // Somebody else has signed in, as another tab has found out.
    const isOthers = answered !== undefined && !isFirst && isAnother(answered, state.confirmed)
    const before = isOthers ? [] : state.pending
    const known = new Map(before.map((entry) => [entry.id, entry]))
    const pending = [...edits.map((entry) => knownAs(known.get(entry.id), entry)), ...before.filter(({ id }) => !kept.has(id))]
    const gone = state.pending.filter(({ id }) => !pending.some((entry) => entry.id === id))
    for (const { id } of edits) {
      kept.add(id)
      if (!known.has(id)) foreign.add(id)
    }
    const isNews = answered !== undefined && (!isFirst || edits.length > 0 || !isNewer(state.confirmed, answered))
    const isChanged = pending.length !== state.pending.length || pending.some((entry, index) => entry !== state.pending[index])
    if (isNews || isChanged)
      store.change({
        pending,
        ...(isNews && { confirmed: answered, isOutdated: isFirst }),
      })
    for (const entry of gone) end(entry, isOthers ? identityChanged() : (answered ?? state.confirmed))
  }

  /** Another tab has seen to an edit of this one. */
  function end({ id, edit, resolve, reject }: PendingEdit, by: Confirmed | TalonOneError | undefined): void {
    const refusal = refused.find((one) => one.id === id)
    if (refusal) reject(new TalonOneError(refusal.code, refusal.message))
    else if (by instanceof TalonOneError) reject(by)
    else resolve(outcomeOf(edit, by ?? store.nothing, store.state.messages ?? englishRejections))
  }

  function confirmedOf({ answer, keys }: SavedCart): Confirmed {
    const items = answer.customerSession?.cartItems ?? []
    return confirm(answer, {
      keyOf,
      lines: items.map((item, index) => ({ key: keys[index] ?? keyOf(item), item, quantity: item.quantity })),
    })
  }

  return {
    get sent() {
      return sent
    },
    get sentAt() {
      return sentAt
    },
    isOpen: () => sent.length > 1 || sent.some(({ state }) => state !== 'answered'),
    isOwn: ({ id }) => !foreign.has(id),
    sync,
    mark(next) {
      note(next)
      return step(() => storage.mark(name, next))
    },
    settle({ confirmed, removed, changed = [], sent: left }) {
      note(left)
      const change: CartChange = { removed, changed, sent: left, saved: saved(confirmed) }
      return step(() => storage.change(name, change)).then(() => channel.post())
    },
    refuse(entries, { code, message }, left) {
      const ids = entries.map(({ id }) => id)
      refused = [...refused, ...ids.map((id) => ({ id, code, message }))].slice(-mostRefusals)
      note(left)
      const change: CartChange = { removed: ids, changed: [], sent, saved: saved(store.state.confirmed ?? store.nothing) }
      return step(() => storage.change(name, change)).then(() => channel.post())
    },
    park(owner, confirmed, entries) {
      const parked = saved(confirmed)
      return step(async () => {
        await storage.append(parkedName(owner), entries.map(stored))
        await storage.change(parkedName(owner), { removed: [], changed: [], sent: [], saved: parked })
      })
    },
    unpark: (owner, created) =>
      step(async () => {
        const { edits, saved: parked } = await storage.read(parkedName(owner))
        if (!parked || parked.answer.customerSession?.created !== created) return
        await storage.append(name, edits)
        await clear(owner, edits, parked)
      }),
    discard: (owner) =>
      step(async () => {
        const { edits, saved: parked } = await storage.read(parkedName(owner))
        if (parked) await clear(owner, edits, parked)
      }),
    close: () => channel.close(),
  }

  function clear(owner: string, edits: readonly StoredEdit[], parked: SavedCart): Promise<void> {
    return storage.change(parkedName(owner), { removed: edits.map(({ id }) => id), changed: [], sent: [], saved: parked })
  }

  function parkedName(owner: string): string {
    return `${name} of ${owner}`
  }
}

const stored = ({ id, edit }: StoredEdit): StoredEdit => ({ id, edit })

/** An edit as it is kept, with the promise that it has here; the same object while nothing of it has changed. */
function knownAs(known: PendingEdit | undefined, { id, edit }: StoredEdit): PendingEdit {
  if (known) return JSON.stringify(known.edit) === JSON.stringify(edit) ? known : { ...known, edit }
  const { promise, resolve, reject } = withResolvers<EditOutcome>()
  return { id, edit, resolve, reject, settled: handled(promise) }
}

function isNewer(one: Confirmed | undefined, other: Confirmed): boolean {
  return one !== undefined && one.revision > other.revision
}
