/** The edits of a cart as they are kept: for this tab, for the other tabs, and for whoever opens the page again. */
import { TalonOneError } from '../error.ts'
import { isSame } from '../same.ts'
import type { NewLine } from './edits.ts'
import { type EditOutcome, outcomeOf } from './outcomes.ts'
import type { CartPlatform, Channel } from './platform.ts'
import { landingMs } from './timing.ts'
import { handled, withResolvers } from './promises.ts'
import { absolute, outlineOf, repeatable } from './request.ts'
import { isAnother, isLike, tagOf } from './session-tag.ts'
import {
  type CartChange,
  type CartStorage,
  createMemoryStorage,
  type KeptCart,
  type RefusedEdit,
  type SavedCart,
  type SentWrite,
  type SessionTag,
  type StoredEdit,
} from './storage.ts'
import type { CartStore, PendingEdit } from './store.ts'
import { baseOf, confirm, type Confirmed, nothing } from './confirmed.ts'
import { fold } from './fold.ts'
import { about, identityChanged } from './given-back.ts'

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

// What is still to be done for carts that have been forgotten.
const leaving = new WeakMap<CartStorage, Map<string, Promise<void>>>()

// Enough for a tab that sleeps through them.
const mostOver = 500

// Storage may change between a look and a change; one that never stands still, or cannot say what its stamp is, is changed even so.
const mostTries = 5

export function createOutbox({ store, name, keyOf, platform, heard, lost }: OutboxOptions): Outbox {
  let { storage } = platform
  let stamp: number | undefined
  let sent: readonly SentWrite[] = []
  // What `sent` was last told apart by.
  let shown: Confirmed | undefined
  let sentAt = new Map<string, number>()
  let done: readonly string[] = []
  let refused: readonly RefusedEdit[] = []
  const kept = new Set<string>()
  // Edits that other tabs have made; and those that this tab has brought back.
  const foreign = new Set<string>()
  const own = new Set<string>()
  const inTheWay = leaving.get(platform.storage) ?? new Map<string, Promise<void>>()
  let last = inTheWay.get(name) ?? Promise.resolve()
  let queued: Promise<void> | undefined
  // How many changes of this tab are on their way to storage: until then it knows more than storage does.
  let ahead = 0
  let isOver = false
  // How often in a row storage has lost what it had.
  let losses = 0
  // The revision that other tabs have been told of last.
  let told = -1
  // What this tab has seen done, or refused and why, should another one bring it back.
  const over = new Map<string, RefusedEdit | undefined>()
  const channel: Channel = platform.join(name, () => void sync().then(heard))
  store.change({ durable: true })

  /** What may still land. Whatever is new among it, or on its way again, has left just now as far as this tab can tell. */
  function note(writes: readonly SentWrite[]): void {
    const next = withoutRefused(writes)
    const names = next.map(nameOf)
    sentAt = new Map(names.map((write) => [write, sentAt.get(write) ?? platform.clock.now()]))
    sent = next
  }

  /** An edit that the server will never take is in no later write either. What was put away for somebody is still in those that have left. */
  function withoutRefused(writes: readonly SentWrite[]): readonly SentWrite[] {
    const ids = new Set(refused.filter(({ code }) => code !== 'identity_changed').map(({ id }) => id))
    if (ids.size === 0) return writes
    return writes.map((write) => ({
      ...write,
      ids: write.ids.filter((id) => !ids.has(id)),
      edits: write.edits.filter((_, index) => !ids.has(write.ids[index] ?? '')),
    }))
  }

  // What was sent for somebody else's session lands there, and is none of this one's business.
  function ownSent(): readonly SentWrite[] {
    return sent.filter((write) => !isOthers(write, store.state.confirmed))
  }

  function isOthers({ of }: SentWrite, confirmed: Confirmed | undefined): boolean {
    return confirmed !== undefined && isAnother(confirmed.session, of)
  }

  /** The same writes, with those for other sessions that may still land there: whoever has left may come back before they do. */
  function besideOthers(own: readonly SentWrite[], next: Confirmed | undefined): readonly SentWrite[] {
    const isLate = (write: SentWrite) => platform.clock.now() - (sentAt.get(nameOf(write)) ?? -Infinity) > landingMs
    const others = sent.filter((write) => (isOthers(write, shown) || isOthers(write, next)) && !isLate(write))
    shown = next
    return merged(others, own, nameOf)
  }

  /** Runs a step after those before it. Storage that fails is given up, with everything in it that this page knows of. */
  function step(task: () => Promise<void>): Promise<void> {
    if (isOver) return Promise.resolve()
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
    const { pending, confirmed } = store.state
    if (kept.size === 0) return void (await storage.append(name, pending.map(stored)))
    // Other tabs may go on with what had been kept, unheard by this one: its edits say what they come to.
    const others = new Map(confirmed ? repeatable(pending, confirmed.contents).map(({ id, edit }) => [id, edit]) : [])
    const added = pending.map((entry) => ({ ...stored(entry), edit: (kept.has(entry.id) && others.get(entry.id)) || entry.edit }))
    await storage.change(name, { removed: [], changed: [], added, sent, saved: saved(baseOf(store)) })
    for (const { id } of added) kept.add(id)
    lost()
    void sync()
  }

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
    const { pending, confirmed } = store.state
    const mayBeSent = new Set(kept)
    await platform.locks.request(`${name} lost`, {}, async () => {
      for (let isDone = false, left = mostTries; !isDone; left -= 1) {
        const there = await storage.read(name)
        const { saved: theirs } = there
        done = merged(theirs?.done ?? [], done, (id) => id).slice(-mostOver)
        refused = merged(theirs?.refused ?? [], refused, ({ id }) => id).slice(-mostOver)
        const ended = new Set([...done, ...refused.map(({ id }) => id)])
        const waiting = pending.filter(({ id }) => !ended.has(id))
        // Where another tab was quicker, what it knew stays in its place.
        const known = new Set(pending.map(({ id }) => id))
        const isOurs = there.edits.every(({ id }) => known.has(id))
        const present = new Set(isOurs ? [] : there.edits.map(({ id }) => id))
        const added = waiting.filter(({ id }) => !present.has(id)).map(stored)
        const doubtful = waiting.filter(({ id }) => mayBeSent.has(id))
        const unsure = confirmed && doubtful.length > 0 ? [unknownWrite(doubtful, confirmed)] : []
        for (const { id } of waiting) kept.add(id)
        const isBehind = !theirs || isOlder(theirs)
        // Whoever knows of no session has nothing to say that another tab may not know better.
        const isSilent = !theirs && !confirmed?.session
        const before = stamp
        const news = isBehind ? saved(baseOf(store)) : { ...theirs, stamp: stampAfter(theirs.stamp), done, refused }
        isDone = await storage.change(name, {
          removed: pending.map(({ id }) => id).filter((id) => isOurs || ended.has(id)),
          changed: [],
          added,
          sent: [...(isBehind ? merged(there.sent, sent, nameOf) : merged(sent, there.sent, nameOf)), ...unsure],
          ...(!isSilent && { saved: news }),
          ...(left > 0 && { over: { stamp: there.stamp } }),
        })
        if (isSilent) stamp = undefined
        else if (!isDone) stamp = before
      }
    })
    lost()
    channel.post()
    void sync()
  }

  /** Whether what is kept is an earlier answer than the last one that this tab knows. */
  function isOlder({ answer: { customerSession: session } }: SavedCart): boolean {
    const { confirmed } = store.state
    return session !== undefined && isLike(session, confirmed?.session) && session.updateCount < baseOf(store).revision
  }

  function saved({ session, effects, loyalty, contents }: Confirmed): SavedCart {
    stamp = stampAfter(stamp)
    return {
      stamp,
      answer: { ...(session && { customerSession: session }), effects, ...(loyalty && { loyalty }) },
      keys: contents.lines.map(({ key }) => key),
      done,
      refused,
    }
  }

  /** Two tabs that change the same one must not come to the same. */
  function stampAfter(before: number | undefined): number {
    return (before ?? 0) + 1 + Math.floor(platform.random() * 1_000_000)
  }

  function sync(): Promise<void> {
    // One that has not begun yet sees to everything until then.
    queued ??= step(async () => {
      queued = undefined
      for (let isIn = false, left = mostTries; !isIn; left -= 1) {
        const fresh = store.state.pending.filter(({ id }) => !kept.has(id))
        // Nothing is put into a storage that has forgotten what comes before it.
        isIn = fresh.length === 0 || (await storage.append(name, fresh.map(stored), ahead > 0 || left === 0 ? undefined : { stamp }))
        if (isIn) for (const { id } of fresh) kept.add(id)
        if (isIn && fresh.length > 0) channel.post()
        const found = await storage.read(name, stamp)
        if (ahead > 0) return void sync()
        // Somebody has cleared the site's data: what this page knows is all there is.
        if (isLost(found)) {
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

  /** Whether storage has forgotten something: whoever takes an edit away says what has become of it. */
  function isLost({ edits, stamp: there, saved: news }: KeptCart): boolean {
    if (stamp !== undefined && (there === undefined || (news && isOlder(news)))) return true
    // Nothing is ever taken out of what is done but the oldest.
    const newest = done.at(-1)
    if (news && newest !== undefined && !news.done.includes(newest)) return true
    const waiting = store.state.pending.filter(({ id }) => kept.has(id))
    if (waiting.length === 0) return false
    const accounted = new Set([...edits, ...(news?.refused ?? refused)].map(({ id }) => id))
    for (const id of news?.done ?? done) accounted.add(id)
    return waiting.some(({ id }) => !accounted.has(id))
  }

  /** Takes in what is kept. Returns what does not belong there: edits that were made for another session, or that are over. */
  function takeIn({ edits, sent: marked, stamp: newStamp, saved: news }: KeptCart): StoredEdit[] {
    const { state } = store
    if (state.isForgotten) return []
    const isFirst = stamp === undefined
    shown = state.confirmed
    stamp = newStamp
    if (news) {
      refused = news.refused
      done = news.done
    }
    note(marked)
    const answered = news && confirmedOf(news)
    const isNews = answered !== undefined && (!isFirst || edits.length > 0 || !isNewer(state.confirmed, answered))
    const confirmed = isNews ? answered : state.confirmed
    // Somebody else has signed in, as another tab has found out: what is not kept yet was made before.
    const isOthers = isNews && isAnother(answered.session, state.confirmed?.session)
    const isElsewhere = ({ of }: StoredEdit) => confirmed !== undefined && isAnother(confirmed.session, of)
    // This one may be what another tab knows under its owner's name already: then the edit waits until this tab knows, too.
    const isStray = (entry: StoredEdit) => over.has(entry.id) || (isElsewhere(entry) && !isLike(entry.of, confirmed?.session))
    const here = edits.filter((entry) => !over.has(entry.id) && !isElsewhere(entry))
    const known = new Map(state.pending.map((entry) => [entry.id, entry]))
    const pending = [
      ...here.map((entry) => knownAs(known.get(entry.id), entry)),
      ...state.pending.filter(({ id }) => !isOthers && !kept.has(id)),
    ]
    const gone = state.pending.filter(({ id }) => !pending.some((entry) => entry.id === id))
    for (const { id } of edits) {
      kept.add(id)
      if (!known.has(id) && !own.has(id)) foreign.add(id)
    }
    const isChanged = pending.length !== state.pending.length || pending.some((entry, index) => entry !== state.pending[index])
    // Without a session, it says that another tab has given this one up, and nothing of what is at the server.
    const isOutdated = isFirst || (confirmed?.session === undefined && state.confirmed?.session !== undefined)
    if (isNews || isChanged) store.change({ pending, ...(isNews && { confirmed: answered, isOutdated }) })
    for (const entry of gone) end(entry, isOthers ? about(identityChanged(), [entry]) : confirmed)
    const strays = edits.filter(isStray)
    if (here.length + strays.length < edits.length) lost()
    return strays
  }

  /** Keeps what the server has said, over whatever another tab has put away meanwhile; but not alone, where all that was there is lost. */
  async function keep(change: CartChange, before: number | undefined, wasKnown: boolean): Promise<void> {
    if (await storage.change(name, { ...change, over: { stamp: before } })) return
    const there = await storage.read(name)
    if (there.stamp === undefined && !store.state.isForgotten) return restore()
    if (wasKnown && !store.state.isForgotten && there.saved && !there.saved.answer.customerSession) {
      // Another tab has given the cart up, for its shopper has left: nobody is to see this any more.
      stamp = before
      lost()
      return void sync()
    }
    await storage.change(name, change)
  }

  async function putAway(strays: readonly StoredEdit[]): Promise<void> {
    const left = strays.filter(({ id }) => !over.has(id))
    for (const stray of left) if (stray.of) await storage.append(parkedName(stray.of), [stray])
    noteRefused(left.map(({ id }) => ({ id, failure: identityChanged() })))
    for (const { id } of strays) {
      const refusal = over.get(id)
      if (refusal) refused = [...refused, refusal].slice(-mostOver)
      else if (over.has(id)) done = [...done, id].slice(-mostOver)
    }
    const before = stamp
    // Whoever has the cart's lock may change it meanwhile, and knows better what the server has said.
    const removed = strays.map(({ id }) => id)
    const isDone = await storage.change(name, { removed, changed: [], saved: saved(baseOf(store)), over: { stamp: before } })
    if (isDone) return channel.post()
    stamp = before
    void sync()
  }

  function noteRefused(entries: readonly { id: string; failure: TalonOneError }[]): void {
    refused = [...refused, ...entries.map(({ id, failure }) => refusalOf(id, failure))].slice(-mostOver)
  }

  /** Another tab has seen to an edit of this one. */
  function end({ id, edit, resolve, reject }: PendingEdit, by: Confirmed | TalonOneError | undefined): void {
    const refusal = refused.find((one) => one.id === id)
    if (refusal) reject(new TalonOneError(refusal.code, refusal.message, { edits: [edit] }))
    else if (by instanceof TalonOneError) reject(by)
    else resolve(outcomeOf(edit, by ?? nothing, store.state.messages))
  }

  function confirmedOf({ answer, keys }: SavedCart): Confirmed {
    const items = answer.customerSession?.cartItems ?? []
    return confirm(answer, {
      keyOf,
      before: store.state.confirmed,
      lines: items.map((item, index) => ({ key: keys[index] ?? keyOf(item), item, quantity: item.quantity })),
    })
  }

  return {
    get sent() {
      return ownSent()
    },
    sentAt: (write) => sentAt.get(nameOf(write)) ?? platform.clock.now(),
    isOpen: () => ownSent().length > 1 || ownSent().some(({ state }) => state !== 'answered'),
    isOwn: ({ id }) => !foreign.has(id),
    sync,
    mark(own) {
      note(besideOthers(own, store.state.confirmed))
      const next = sent
      ahead += 1
      return step(() => storage.mark(name, next)).then(() => void (ahead -= 1))
    },
    isKept: ({ id }) => kept.has(id),
    settle({ confirmed, done: carried, changed, refused: given, sent: left }) {
      noteRefused(given.map(({ entry: { id }, failure }) => ({ id, failure })))
      const wasKnown = shown?.session !== undefined
      note(besideOthers(left, confirmed))
      done = [...done, ...carried].slice(-mostOver)
      const removed = [...carried, ...given.map(({ entry: { id } }) => id)]
      // What was put away for somebody may come back.
      for (const id of carried) over.set(id, undefined)
      for (const { entry, failure } of given) if (failure.code !== 'identity_changed') over.set(entry.id, refusalOf(entry.id, failure))
      const before = stamp
      const change: CartChange = { removed, changed, sent, saved: saved(confirmed) }
      ahead += 1
      return step(() => keep(change, before, wasKnown)).then(() => {
        ahead -= 1
        // What changes nothing is no news: two tabs that keep nothing would ask and answer for ever.
        const isNews = removed.length > 0 || changed.length > 0 || confirmed.revision !== told
        told = confirmed.revision
        if (isNews) channel.post()
      })
    },
    park(entries, of) {
      const tagged = entries.map(({ id, edit }) => ({ id, edit, of }))
      return step(async () => void (await storage.append(parkedName(of), tagged)))
    },
    unpark: (session) =>
      step(async () => {
        const { edits } = await storage.read(parkedName(session))
        const here = edits.filter(({ of }) => !isAnother(session, of))
        if (here.length === 0) return
        // A tab that did not know yet who is there may have put away what another one has carried since.
        const back = here.filter(({ id }) => !over.has(id) && !done.includes(id))
        const ids = new Set(back.map(({ id }) => id))
        for (const id of ids) own.add(id)
        refused = refused.filter(({ id }) => !ids.has(id))
        await storage.append(name, back)
        await drop(session, here)
      }),
    discard: (session) =>
      step(async () => {
        const { edits } = await storage.read(parkedName(session))
        await drop(session, edits)
      }),
    leave() {
      isOver = true
      const left = handled(last).then(() => {
        channel.close()
        if (inTheWay.get(name) === left) inTheWay.delete(name)
      })
      leaving.set(platform.storage, inTheWay.set(name, left))
    },
  }

  async function drop(session: SessionTag, edits: readonly StoredEdit[]): Promise<void> {
    const removed = edits.map(({ id }) => id)
    await storage.change(parkedName(session), { removed, changed: [] })
  }

  function parkedName({ profileId }: SessionTag): string {
    return `${name} of ${profileId}`
  }

  function stored({ id, edit }: PendingEdit): StoredEdit {
    const { session } = baseOf(store)
    return { id, edit, ...(session && { of: tagOf(session) }) }
  }
}

// Tabs have no clock in common: each notes when it has first seen a write, and this tells one try from another.
const nameOf = ({ ids, outline, tries }: SentWrite) => [tries, ids.join(), outline].join()

/** All edits of which nobody knows whether they were sent, as one write that may have left. */
function unknownWrite(entries: readonly PendingEdit[], { contents, session }: Confirmed): SentWrite {
  const edits = entries.map(({ edit }) => edit)
  return {
    ids: entries.map(({ id }) => id),
    edits: absolute(edits, contents),
    outline: outlineOf(fold(contents, edits)),
    tries: 1,
    state: 'sent',
    ...(session && { of: tagOf(session) }),
  }
}

/** Both lists, without what is in both twice; as the later one says. */
function merged<Entry>(earlier: readonly Entry[], later: readonly Entry[], nameOf: (entry: Entry) => string): Entry[] {
  const names = new Set(later.map(nameOf))
  return [...earlier.filter((entry) => !names.has(nameOf(entry))), ...later]
}

function refusalOf(id: string, { code, message }: TalonOneError): RefusedEdit {
  return { id, code, message }
}

/** An edit as it is kept, with the promise that it has here; the same object while nothing of it has changed. */
function knownAs(known: PendingEdit | undefined, { id, edit }: StoredEdit): PendingEdit {
  if (known) return isSame(known.edit, edit) ? known : { ...known, edit }
  const { promise, resolve, reject } = withResolvers<EditOutcome>()
  return { id, edit, resolve, reject, settled: handled(promise) }
}

function isNewer(one: Confirmed | undefined, other: Confirmed): boolean {
  return one !== undefined && one.revision > other.revision
}
