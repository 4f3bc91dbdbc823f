/** How answers come into a cart: what they settle, what they leave waiting, and what they end. */
import { TalonOneError, type TalonOneErrorDetails } from '../error.ts'
import { applyEdit, type CartContents, confirm, type Confirmed, fold, isReadable, lacksLine, type SessionAnswer } from './fold.ts'
import type { CartEdit, NewLine } from './edits.ts'
import type { Outbox } from './outbox.ts'
import { outcomeOf } from './outcomes.ts'
import { englishRejections } from '../rejections/english.ts'
import { judge } from './recovery.ts'
import { closedError, identityChanged, lineNotFound } from './refusals.ts'
import { absolute } from './request.ts'
import type { SentWrite, StoredEdit } from './storage.ts'
import { type CartStore, isClosed, type PendingEdit } from './store.ts'

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
  owner: string | undefined
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
  const restored = new Set<string>()
  let given: GivenAway | undefined

  function read(answer: SessionAnswer, contents?: CartContents, details?: TalonOneErrorDetails): Confirmed {
    if (isReadable(answer)) return confirm(answer, { keyOf, lines: (contents ?? everything()).lines })
    throw new TalonOneError('unexpected_answer', 'the answer does not hold the session that was asked for', details)
  }

  /** Every line that the server may have, by its key: those that were confirmed, and those that wait. */
  function everything(): CartContents {
    const { contents } = store.base
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
        return adopt(found, { changed: repeatable(pending, pending.filter(isTried)), sent: isClosed(found) ? [] : sent })
      case 'another':
        return giveAway(found)
    }
  }

  /** Whether an edit may have been carried out. */
  function isTried({ id }: PendingEdit): boolean {
    return outbox.sent.some(({ ids }) => ids.includes(id))
  }

  async function keep(sent: readonly SentWrite[]): Promise<void> {
    store.change({ isOutdated: false, ...(isThrough(sent) && clear) })
    await outbox.mark(sent)
  }

  /** Edits of those that wait, such that they cannot count twice: they say what they come to. */
  function repeatable(pending: readonly PendingEdit[], which: readonly PendingEdit[]): StoredEdit[] {
    const edits = absolute(
      pending.map(({ edit }) => edit),
      store.base.contents,
    )
    return pending.flatMap((entry, index) => (which.includes(entry) ? [{ id: entry.id, edit: edits[index] ?? entry.edit }] : []))
  }

  /** Somebody else is here: what waits is put away for whoever made it. */
  async function giveAway(found: Confirmed): Promise<void> {
    const { confirmed, pending } = store.state
    const owner = confirmed?.session?.profileId
    if (confirmed) given = { owner, confirmed, edits: pending.map(({ edit }) => edit) }
    if (confirmed && owner) await outbox.park(owner, confirmed, repeatable(pending, pending))
    await adopt(found, { refused: pending, because: identityChanged(), sent: [] })
  }

  async function adopt(next: Confirmed, { done = [], changed = [], refused = [], because, sent }: Settled): Promise<void> {
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
    await outbox.unpark(owner, next.session?.created ?? '')
    await outbox.sync()
  }

  async function drop(refused: readonly PendingEdit[], failure: TalonOneError, isOutdated = store.state.isOutdated): Promise<void> {
    const rest = store.state.pending.filter((entry) => !refused.includes(entry))
    const lost = orphans(store.base, rest)
    store.change({
      pending: rest.filter((entry) => !lost.includes(entry)),
      isOutdated,
      ...clear,
      ...(refused.length > 0 && { refusal: failure }),
    })
    await refuse(refused, failure)
    await refuse(lost, lineNotFound())
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
