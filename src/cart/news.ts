/** What is kept of a cart, as news to a tab that shows it. */
import { isSame } from '../same.ts'
import type { Confirmed, Keying } from './confirmed.ts'
import type { Ended } from './ended.ts'
import type { EditOutcome } from './outcomes.ts'
import { handled, withResolvers } from './promises.ts'
import { confirmedOf } from './saved.ts'
import { isAnother, isLike } from './session-tag.ts'
import type { KeptCart, StoredEdit } from './storage.ts'
import type { CartState, PendingEdit } from './store.ts'

/** What the tab has so far. */
export interface Reader {
  state: Pick<CartState, 'confirmed' | 'pending'>
  keyOf: Keying['keyOf']
  /** Ids of the edits that it knows to be kept. */
  kept: ReadonlySet<string>
  ended: Pick<Ended, 'has'>
  /** Whether it has read nothing yet. */
  isFirst: boolean
}

/** What it comes to. */
export interface News {
  /** What the server has said; undefined where that is nothing new. */
  confirmed: Confirmed | undefined
  /** Whether that may be older than what is at the server. */
  isOutdated: boolean
  /** Whether it is about somebody else, who has signed in as another tab has found out. */
  isOthers: boolean
  /** The same list while nothing of it has changed. */
  pending: readonly PendingEdit[]
  /** Those that wait no more. */
  gone: readonly PendingEdit[]
  /** What is kept, and does not belong there: edits that were made for another session, or that are over. */
  strays: readonly StoredEdit[]
  /** Whether there are others of which this tab does not know yet whose they are. */
  isUnsure: boolean
}

export function newsOf({ edits, saved }: KeptCart, { state, keyOf, kept, ended, isFirst }: Reader): News {
  const answered = saved && confirmedOf(saved, { keyOf, before: state.confirmed })
  const isNews = answered !== undefined && (!isFirst || edits.length > 0 || !isNewer(state.confirmed, answered))
  const confirmed = isNews ? answered : state.confirmed
  const isOthers = isNews && isAnother(answered.session, state.confirmed?.session)
  const isElsewhere = ({ of }: StoredEdit) => confirmed !== undefined && isAnother(confirmed.session, of)
  const here = edits.filter((entry) => !ended.has(entry.id) && !isElsewhere(entry))
  // This one may be what another tab knows under its owner's name already: then the edit waits until this tab knows, too.
  const strays = edits.filter((entry) => ended.has(entry.id) || (isElsewhere(entry) && !isLike(entry.of, confirmed?.session)))
  const known = new Map(state.pending.map((entry) => [entry.id, entry]))
  const pending = [
    ...here.map((entry) => knownAs(known.get(entry.id), entry)),
    // What is not kept yet was made before somebody else signed in.
    ...state.pending.filter(({ id }) => !isOthers && !kept.has(id)),
  ]
  const waiting = new Set(pending.map(({ id }) => id))
  const isChanged = pending.length !== state.pending.length || pending.some((entry, index) => entry !== state.pending[index])
  return {
    confirmed: isNews ? answered : undefined,
    // Without a session, it says that another tab has given this one up, and nothing of what is at the server.
    isOutdated: isFirst || (confirmed?.session === undefined && state.confirmed?.session !== undefined),
    isOthers,
    pending: isChanged ? pending : state.pending,
    gone: state.pending.filter(({ id }) => !waiting.has(id)),
    strays,
    isUnsure: here.length + strays.length < edits.length,
  }
}

function isNewer(one: Confirmed | undefined, other: Confirmed): boolean {
  return one !== undefined && one.revision > other.revision
}

/** An edit as it is kept, with the promise that it has here; the same object while nothing of it has changed. */
function knownAs(known: PendingEdit | undefined, { id, edit }: StoredEdit): PendingEdit {
  if (known) return isSame(known.edit, edit) ? known : { ...known, edit }
  const { promise, resolve, reject } = withResolvers<EditOutcome>()
  return { id, edit, resolve, reject, settled: handled(promise) }
}
