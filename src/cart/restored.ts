/** Whether storage has forgotten something of a cart, and what it comes to with what a page knows. */
import type { Confirmed } from './confirmed.ts'
import { type EndedEdits, mergedEnded } from './ended.ts'
import { fold } from './fold.ts'
import { mergedWrites } from './landing.ts'
import { absolute, outlineOf, repeatable } from './request.ts'
import { isOlder, savedOf, type Unstamped } from './saved.ts'
import { tagOf } from './session-tag.ts'
import type { CartChange, KeptCart, SentWrite, StoredEdit } from './storage.ts'

/** Whether storage has forgotten something: whoever takes an edit away says what has become of it. */
export function isLost(
  { edits: there, stamp, saved: news }: KeptCart,
  known: Pick<KnownCart, 'edits' | 'kept' | 'last' | 'ended'> & { stamp: number | undefined },
): boolean {
  if (known.stamp !== undefined && (stamp === undefined || (news && isOlder(news, known.last)))) return true
  const { done, refused } = news ?? known.ended
  // Nothing is ever taken out of what is done but the oldest.
  const newest = known.ended.done.at(-1)
  if (newest !== undefined && !done.includes(newest)) return true
  const accounted = new Set([...[...there, ...refused].map(({ id }) => id), ...done])
  return known.edits.some(({ id }) => known.kept.has(id) && !accounted.has(id))
}

/** What a page knew when it found out that storage has forgotten something, and what it has heard since. */
export interface KnownCart {
  /** The edits that waited then, in their order. */
  edits: readonly StoredEdit[]
  /** Ids of those that had been kept: another tab may have sent them. */
  kept: ReadonlySet<string>
  /** The answer that they lay over. */
  under: Confirmed | undefined
  /** The last answer by now. */
  last: Confirmed
  sent: readonly SentWrite[]
  ended: EndedEdits
}

/** What it comes to. */
export interface Restored {
  /** Ids of the edits that wait still. */
  waiting: readonly string[]
  ended: EndedEdits
  change: CartChange
  /** Undefined where nothing is saved, and the page knows of no session: it has nothing to say that another tab may not know better. */
  saved: Unstamped | undefined
  /** Whether that is the page's own answer; else the one that is there. */
  isOwn: boolean
}

/** Where another tab was quicker to put back what it knew, that stays in its place. */
export function restored(there: KeptCart, { edits, kept, under, last, sent, ended: own }: KnownCart): Restored {
  const { saved: theirs } = there
  const ended = mergedEnded(theirs, own)
  const over = new Set([...ended.done, ...ended.refused.map(({ id }) => id)])
  const waiting = edits.filter(({ id }) => !over.has(id))
  const isOwn = !theirs || isOlder(theirs, last)
  const writes = isOwn ? mergedWrites(there.sent, sent) : mergedWrites(sent, there.sent)
  const doubtful = waiting.filter(({ id }) => kept.has(id))
  const isSilent = !theirs && !under?.session
  return {
    waiting: waiting.map(({ id }) => id),
    ended,
    change: { ...inOrder(there.edits, edits, waiting), changed: [], sent: [...writes, ...unknownWrites(doubtful, under)] },
    saved: isSilent ? undefined : isOwn ? savedOf(last, ended) : { ...theirs, ...ended },
    isOwn,
  }
}

/** What to take out and what to add, so that edits stand in a page's order: where all that are there are its own, else behind the others. */
function inOrder(there: readonly StoredEdit[], edits: readonly StoredEdit[], waiting: readonly StoredEdit[]) {
  const known = new Set(edits.map(({ id }) => id))
  const left = new Set(waiting.map(({ id }) => id))
  const isOurs = there.every(({ id }) => known.has(id))
  const staying = new Set(isOurs ? [] : there.map(({ id }) => id))
  return {
    removed: edits.map(({ id }) => id).filter((id) => isOurs || !left.has(id)),
    added: waiting.filter(({ id }) => !staying.has(id)),
  }
}

/** All edits of which nobody knows whether they were sent, as one write that may have left. */
function unknownWrites(entries: readonly StoredEdit[], under: Confirmed | undefined): SentWrite[] {
  if (!under || entries.length === 0) return []
  const { contents, session } = under
  const edits = entries.map(({ edit }) => edit)
  return [
    {
      ids: entries.map(({ id }) => id),
      edits: absolute(edits, contents),
      outline: outlineOf(fold(contents, edits)),
      tries: 1,
      state: 'sent',
      ...(session && { of: tagOf(session) }),
    },
  ]
}

/** Edits of a page that goes on alone: what other tabs may go on with, too, says what it comes to. */
export function repeatableWhere(kept: ReadonlySet<string>, edits: readonly StoredEdit[], under: Confirmed | undefined): StoredEdit[] {
  const others = under ? repeatable(edits, under.contents) : edits
  return edits.map((entry, index) => ({ ...entry, edit: (kept.has(entry.id) && others[index]?.edit) || entry.edit }))
}
