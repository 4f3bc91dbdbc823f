/** The server's last answer as it is kept, and as it is taken up again. */
import { type Confirmed, confirm, type Keying } from './confirmed.ts'
import type { EndedEdits } from './ended.ts'
import { isLike } from './session-tag.ts'
import type { SavedCart } from './storage.ts'

/** The same without the stamp that tells one change from another. */
export type Unstamped = Omit<SavedCart, 'stamp'>

export function savedOf({ session, effects, loyalty, contents }: Confirmed, { done, refused }: EndedEdits): Unstamped {
  return {
    answer: { ...(session && { customerSession: session }), effects, ...(loyalty && { loyalty }) },
    keys: contents.lines.map(({ key }) => key),
    done,
    refused,
  }
}

export function confirmedOf({ answer, keys }: SavedCart, { keyOf, before }: Pick<Keying, 'keyOf' | 'before'>): Confirmed {
  const items = answer.customerSession?.cartItems ?? []
  const lines = items.map((item, index) => ({ key: keys[index] ?? keyOf(item), item, quantity: item.quantity }))
  return confirm(answer, { keyOf, before, lines })
}

/** Two tabs that change the same one must not come to the same. */
export function stampAfter(before: number | undefined, random: () => number): number {
  return (before ?? 0) + 1 + Math.floor(random() * 1_000_000)
}

/** Whether what is kept is an earlier answer than the last one that this tab knows. */
export function isOlder({ answer: { customerSession: session } }: SavedCart, last: Confirmed): boolean {
  return session !== undefined && isLike(session, last.session) && session.updateCount < last.revision
}
