/** What a session that was read anew says of the writes that may have landed meanwhile. */
import type { Confirmed } from './confirmed.ts'
import { fold } from './fold.ts'
import { holds, holdsSame, outlineOf } from './request.ts'
import { isAnother } from './session-tag.ts'
import type { SentWrite } from './storage.ts'

/** What the server has, against what it confirmed last. */
export type Finding =
  /** The same, or an older copy of it. */
  | { is: 'same' }
  /** A write that was not answered has landed: the edits of these ids are done. */
  | { is: 'landed'; ids: readonly string[] }
  /** An older write has landed over a newer one, which must be sent again. */
  | { is: 'overtaken' }
  /** Somebody else has written. */
  | { is: 'changed' }
  /** It is another shopper's, or another session altogether. */
  | { is: 'another' }

/** What is looked at. */
export interface Evidence {
  found: Confirmed
  confirmed: Confirmed | undefined
  /** Ids of the edits that wait. */
  waiting: ReadonlySet<string>
  /** In the order in which they left. */
  sent: readonly SentWrite[]
}

/*
 * PUT 1    x------------- timed out --------------- lands here, over 2
 * PUT 2          x--- answered
 * read                                                               x finds 1: overtaken, 2 is sent again
 *
 * PUT 1    x--- lands, its answer is lost
 * read                   x finds 1: landed, nothing is sent again
 */
export function judge({ found, confirmed, waiting, sent }: Evidence): Finding {
  if (!confirmed) return { is: 'changed' }
  if (isAnother(found.session, confirmed.session)) return { is: 'another' }
  if (found.revision <= confirmed.revision) return { is: found.revision === confirmed.revision ? 'changed' : 'same' }
  // What is an order, or was cancelled, is not written over.
  if ((found.session?.state ?? 'open') !== 'open') return { is: 'changed' }
  if (holdsSame(found.contents, confirmed.contents)) return { is: 'changed' }
  const outline = outlineOf(found.contents)
  const last = sent.findLast((write) => write.outline === outline)
  // An older write carries older attributes too: only the whole of it tells that it was this one that landed last.
  const isWhole = ({ edits }: SentWrite) => holdsSame(found.contents, fold(confirmed.contents, edits))
  const isThere = (write: SentWrite) => write.ids.some((id) => waiting.has(id)) && holds(found.contents, write.edits)
  if (last) return isThere(last) && (sent.length === 1 || isWhole(last)) ? { is: 'landed', ids: last.ids } : { is: 'overtaken' }
  const landed = sent.findLast(isThere)
  return landed ? { is: 'landed', ids: landed.ids } : { is: 'changed' }
}
