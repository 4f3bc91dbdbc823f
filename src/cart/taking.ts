/** How answers come into a cart: what they settle, what they leave waiting, and what they end. */
import { TalonOneError, type TalonOneErrorDetails } from '../error.ts'
import { baseOf, confirm, type Confirmed, isClosed, isReadable, type SessionAnswer } from './confirmed.ts'
import type { CartEdit, NewLine } from './edits.ts'
import { applyEdit, type CartContents, fold } from './fold.ts'
import { about, identityChanged } from './given-back.ts'
import type { Outbox } from './outbox.ts'
import { outcomeOf } from './outcomes.ts'
import { judge } from './recovery.ts'
import { closedError, lacksLine, lineNotFound } from './refusals.ts'
import { repeatable } from './request.ts'
import { tagOf } from './session-tag.ts'
import type { SentWrite, StoredEdit } from './storage.ts'
import type { CartStore, PendingEdit } from './store.ts'

/** What is to be done before edits go out. */
export interface Todo {
  /** The session must be read. */
  mustRead: boolean
  /** An older write has landed, and must be written over. */
  mustHeal: boolean
  /** The session is to be looked at, because a write may have landed late. */
  mustCheck: boolean
}

/** What {@link createTaking} takes. */
export interface TakingOptions {
  store: CartStore
  outbox: Outbox
  todo: Todo
  keyOf: (item: NewLine) => string
}

/** What a new answer settles. */
export interface Settled {
  /** Ids of the edits that are in it. */
  done?: readonly string[]
  /** Edits that stay, in other words. */
  changed?: readonly StoredEdit[]
  refused?: readonly PendingEdit[]
  because?: TalonOneError
  /** The writes that may still land. */
  sent: readonly SentWrite[]
}

/** A cart that was shown here until somebody else came. */
export interface GivenAway {
  confirmed: Confirmed
  edits: readonly CartEdit[]
}

/** Takes answers in. */
export interface Taking {
  /** The last cart that was given up here because somebody else came; asked for once. */
  given(): GivenAway | undefined
  /** An answer as a confirmed state, its lines by the keys of `contents`. Throws `unexpected_answer`. */
  read(answer: SessionAnswer, contents?: CartContents, details?: TalonOneErrorDetails): Confirmed
  /** Takes in what a read has found. `sent`: what may land even so. */
  recover(found: Confirmed, sent: readonly SentWrite[]): Promise<void>
  /** Takes in what the server has confirmed. */
  adopt(next: Confirmed, settled: Settled): Promise<void>
  /** Gives up edits that the server will never take. */
  drop(refused: readonly PendingEdit[], failure: TalonOneError, isOutdated?: boolean): Promise<void>
}

export function createTaking({ store, outbox, todo, keyOf }: TakingOptions): Taking {
  let isFirst = true
  let given: GivenAway | undefined

  function read(answer: SessionAnswer, contents?: CartContents, details?: TalonOneErrorDetails): Confirmed {
    if (isReadable(answer)) return confirm(answer, { keyOf, lines: (contents ?? everything()).lines, before: store.state.confirmed })
    throw new TalonOneError('unexpected_answer', 'the answer does not hold the session that was asked for', details)
  }

  /** Every line that the server may have, by its key: those that were confirmed, and those that wait. */
  function everything(): CartContents {
    const { contents } = baseOf(store)
    const folded = fold(
      contents,
      store.state.pending.map(({ edit }) => edit),
    )
    const keys = new Set(folded.lines.map(({ key }) => key))
    return { ...folded, lines: [...folded.lines, ...contents.lines.filter(({ key }) => !keys.has(key))] }
  }

  async function recover(found: Confirmed, sent: readonly SentWrite[]): Promise<void> {
    const { confirmed, pending } = store.state
    const finding = judge({ found, confirmed, waiting: new Set(pending.map(({ id }) => id)), sent: outbox.sent })
    todo.mustRead = false
    switch (finding.is) {
      case 'same':
        return keep(sent)
      case 'overtaken':
        todo.mustHeal = true
        return keep(outbox.sent.map(looked))
      case 'landed':
        return adopt(found, { done: finding.ids, sent })
      case 'changed':
        return adopt(found, { changed: triedOf(pending), sent: isClosed(found) ? [] : sent })
      case 'another':
        return giveAway(found)
    }
  }

  /** The edits that may have been carried out, such that doing them twice is doing them once. */
  function triedOf(pending: readonly StoredEdit[]): StoredEdit[] {
    const isTried = ({ id }: StoredEdit) => outbox.sent.some(({ ids }) => ids.includes(id))
    if (store.state.confirmed) return repeatable(pending, baseOf(store).contents).filter(isTried)
    // The answer that they lie over is lost: what they come to was noted when they left.
    return pending.filter(isTried).map((entry) => {
      const write = outbox.sent.findLast(({ ids }) => ids.includes(entry.id))
      return { id: entry.id, edit: write?.edits[write.ids.indexOf(entry.id)] ?? entry.edit }
    })
  }

  async function keep(sent: readonly SentWrite[]): Promise<void> {
    store.change({ isOutdated: false, ...(isThrough(sent) && clear) })
    await outbox.mark(sent)
  }

  /** Somebody else is here: what waits is put away for whoever made it. */
  async function giveAway(found: Confirmed): Promise<void> {
    const { confirmed, pending } = store.state
    if (confirmed) given = { confirmed, edits: pending.map(({ edit }) => edit) }
    // In one go: an edit that is made from now on is made for the one who is here now.
    const parked = confirmed?.session && outbox.park(repeatable(pending, confirmed.contents), tagOf(confirmed.session))
    await adopt(found, { refused: pending, because: identityChanged(), sent: [] })
    await parked
  }

  async function adopt(next: Confirmed, { done = [], changed = [], refused = [], because, sent }: Settled): Promise<void> {
    const isBack = isFirst || next.session?.profileId !== store.state.confirmed?.session?.profileId
    isFirst = false
    const others = new Map(changed.map(({ id, edit }) => [id, edit]))
    const carried = store.state.pending.filter(({ id }) => done.includes(id))
    const rest = store.state.pending
      .filter((entry) => !carried.includes(entry) && !refused.includes(entry))
      .map((entry) => (others.has(entry.id) ? { ...entry, edit: others.get(entry.id) ?? entry.edit } : entry))
    const closed = isClosed(next) ? rest : []
    const lost = isClosed(next) ? [] : orphans(next, rest)
    const pending = rest.filter((entry) => !closed.includes(entry) && !lost.includes(entry))
    const why = because ?? identityChanged()
    const failure = refused.length > 0 ? about(why, refused) : closed.length > 0 ? about(closedError(), closed) : undefined
    store.change({
      confirmed: next,
      pending,
      isOutdated: false,
      ...((carried.length > 0 || pending.length === 0 || isThrough(sent)) && clear),
      ...(failure && { refusal: failure }),
    })
    for (const { edit, resolve } of carried) resolve(outcomeOf(edit, next, store.state.messages))
    const refusals = [
      ...refused.map((entry) => ({ entry, failure: about(why, [entry]) })),
      ...closed.map((entry) => ({ entry, failure: about(closedError(), [entry]) })),
      ...lost.map((entry) => ({ entry, failure: about(lineNotFound(), [entry]) })),
    ]
    for (const refusal of refusals) refusal.entry.reject(refusal.failure)
    const settled = outbox.settle({ confirmed: next, done, changed, refused: refusals, sent })
    const back = isBack && restore(next)
    await settled
    await back
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
  async function restore({ session }: Confirmed): Promise<void> {
    if (!session?.profileId) return
    await outbox.unpark(tagOf(session))
    await outbox.sync()
  }

  async function drop(refused: readonly PendingEdit[], failure: TalonOneError, isOutdated = store.state.isOutdated): Promise<void> {
    const rest = store.state.pending.filter((entry) => !refused.includes(entry))
    const lost = orphans(baseOf(store), rest)
    store.change({
      pending: rest.filter((entry) => !lost.includes(entry)),
      isOutdated,
      ...clear,
      ...(refused.length > 0 && { refusal: about(failure, refused) }),
    })
    const refusals = [
      ...refused.map((entry) => ({ entry, failure: about(failure, [entry]) })),
      ...lost.map((entry) => ({ entry, failure: about(lineNotFound(), [entry]) })),
    ]
    for (const refusal of refusals) refusal.entry.reject(refusal.failure)
    await outbox.settle({ confirmed: baseOf(store), done: [], changed: [], refused: refusals, sent: outbox.sent })
  }

  return {
    given() {
      const last = given
      given = undefined
      return last
    },
    read,
    recover,
    adopt,
    drop,
  }
}

const clear = { trouble: undefined, hindrance: undefined }

// Whether nothing has failed to get through; else what is in the way stays on screen, though reading works.
function isThrough(sent: readonly SentWrite[]): boolean {
  return sent.every(({ state }) => state === 'answered')
}

/** A write that somebody has looked for. */
export function looked(write: SentWrite): SentWrite {
  return write.state === 'sent' ? { ...write, state: 'missing' } : write
}
