/** Where a cart's edits wait, so that they outlive the page that made them, and the other tabs see them. */
import type { CartEdit } from './edits.ts'
import type { SessionAnswer } from './fold.ts'

/** An edit as it is kept. Its id is one of a kind, across tabs too. */
export interface StoredEdit {
  id: string
  edit: CartEdit
}

/** A write that may still land over a newer one: what it made of the session, and its edits of what not every write carries. */
export interface SentWrite {
  outline: string
  edits: readonly CartEdit[]
}

/** An edit that will never be carried: its maker is told, in whichever tab that is. */
export interface RefusedEdit {
  id: string
  code: string
  message: string
}

/** What the server said last, with the edits that are not in it any more: they lie over this answer and over no other. */
export interface SavedCart {
  /** Grows with each change, so that a tab knows whether it has seen this one. */
  stamp: number
  /** The last answer; empty while there is no session. */
  answer: SessionAnswer
  /** The keys of its lines, in order. */
  keys: readonly string[]
  /** Those that may still land. */
  sent: readonly SentWrite[]
  /** The last ones, newest at the end. */
  refused: readonly RefusedEdit[]
}

/** What is kept of a cart. */
export interface KeptCart {
  /** In the order in which they were kept, whatever tab they are from. */
  edits: readonly StoredEdit[]
  stamp: number | undefined
  /** Undefined when there is none, or its stamp is the one that the reader knows. */
  saved: SavedCart | undefined
}

/** What one write to a cart's record changes. */
export interface CartChange {
  /** The ids of edits that are done with. */
  removed: readonly string[]
  /** Edits that stay in their place, in other words. */
  changed: readonly StoredEdit[]
  saved: SavedCart
}

/**
 * Keeps carts by their names, shared by the tabs of a browser. Each method is one transaction: done as a whole or, when it rejects,
 * not at all; and when it has resolved, a crash does not undo it.
 */
export interface CartStorage {
  /** `known`: the stamp that the reader has seen last. */
  read(cart: string, known?: number): Promise<KeptCart>
  /** Adds edits after all others. One that is kept already stays where it is. */
  append(cart: string, edits: readonly StoredEdit[]): Promise<void>
  change(cart: string, change: CartChange): Promise<void>
  /** Puts all that is kept of a cart under another name, over what is kept there. */
  move(from: string, to: string): Promise<void>
  erase(cart: string): Promise<void>
}

/** Keeps carts as long as the page lives, and for this page alone. */
export function createMemoryStorage(): CartStorage {
  const carts = new Map<string, { edits: readonly StoredEdit[]; saved: SavedCart | undefined }>()
  const kept = (cart: string) => carts.get(cart) ?? { edits: [], saved: undefined }
  return {
    async read(cart, known) {
      const { edits, saved } = kept(cart)
      return { edits, stamp: saved?.stamp, saved: saved?.stamp === known ? undefined : saved }
    },
    async append(cart, added) {
      const { edits, saved } = kept(cart)
      const ids = new Set(edits.map(({ id }) => id))
      carts.set(cart, { edits: [...edits, ...added.filter(({ id }) => !ids.has(id))], saved })
    },
    async change(cart, { removed, changed, saved }) {
      const gone = new Set(removed)
      const others = new Map(changed.map((entry) => [entry.id, entry]))
      const edits = kept(cart).edits.flatMap((entry) => (gone.has(entry.id) ? [] : [others.get(entry.id) ?? entry]))
      carts.set(cart, { edits, saved })
    },
    async move(from, to) {
      carts.set(to, kept(from))
      carts.delete(from)
    },
    async erase(cart) {
      carts.delete(cart)
    },
  }
}
