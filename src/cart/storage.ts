/** Where a cart's edits wait, so that they outlive the page that made them, and the other tabs see them. */
import type { TalonOneErrorCode } from '../error.ts'
import type { CartEdit } from './edits.ts'
import type { SessionAnswer } from './confirmed.ts'

/** Tells sessions of one name apart, such as two shoppers'. */
export interface SessionTag {
  profileId: string
  /** When the session began, by the server. */
  created: string
}

/** An edit as it is kept. */
export interface StoredEdit {
  /** One of a kind, across tabs too. */
  id: string
  edit: CartEdit
  /** The session that was on screen when it was made; undefined while there was none. It is never sent to another. */
  of?: SessionTag
}

/** A write that may still land over a newer one. */
export interface SentWrite {
  /** The edits that it carries: those that waited for it. */
  ids: readonly string[]
  /** The same edits, such that doing them twice is doing them once. */
  edits: readonly CartEdit[]
  /** What it makes of lines and codes. */
  outline: string
  /** How often it has left; the last time counts for how long it may be on its way. */
  tries: number
  /** `sent`: nobody knows. `missing`: it was refused, or has not been there when somebody looked; it may land yet. `answered`: it has landed. */
  state: 'sent' | 'missing' | 'answered'
  /** The session that it was for; undefined while there was none. */
  of?: SessionTag
}

/** An edit that will never be carried: its maker is told, in whichever tab that is. */
export interface RefusedEdit {
  id: string
  code: TalonOneErrorCode
  message: string
}

/** What the server said last: edits that are not in it yet lie over this answer, and over no other. */
export interface SavedCart {
  /** Another one with each change, so that a tab knows whether it has seen this one. */
  stamp: number
  /** The last answer; empty while there is no session. */
  answer: SessionAnswer
  /** The keys of its lines, in order. */
  keys: readonly string[]
  /** Ids of the last edits that were carried, newest at the end: one that is neither here nor among the refused is not over, but lost. */
  done: readonly string[]
  /** The last ones, newest at the end. */
  refused: readonly RefusedEdit[]
}

/** What is kept of a cart. */
export interface KeptCart {
  /** In the order in which they were kept, whatever tab they are from. */
  edits: readonly StoredEdit[]
  /** The writes that may still land, in the order in which they left. */
  sent: readonly SentWrite[]
  /** Undefined when nothing has been saved. */
  stamp: number | undefined
  /** Undefined when nothing has been saved, or its stamp is the one that the reader knows. */
  saved: SavedCart | undefined
}

/** What one transaction changes in a cart. */
export interface CartChange {
  /** The ids of edits that are done with. */
  removed: readonly string[]
  /** Edits that stay in their place, in other words; made for the same session as before. */
  changed: readonly StoredEdit[]
  /** Edits that come after all others. Only where storage has lost what it had. */
  added?: readonly StoredEdit[]
  /** Left as they are where this is left out. */
  sent?: readonly SentWrite[]
  /** Left as it is where this is left out. */
  saved?: SavedCart
  /** For whoever does not have the cart's lock. */
  over?: Over
}

/** Nothing is done unless the answer that is kept has this stamp still. */
export interface Over {
  stamp: number | undefined
}

/**
 * Keeps carts by their names, shared by the tabs of a browser. Each method is one transaction: done as a whole or, when it rejects,
 * not at all; and when it has resolved, a crash does not undo it.
 */
export interface CartStorage {
  /** `known`: the stamp that the reader has seen last. */
  read(cart: string, known?: number): Promise<KeptCart>
  /** Adds edits after all others; resolves to whether it has been done. One that is kept already stays where it is. */
  append(cart: string, edits: readonly StoredEdit[], over?: Over): Promise<boolean>
  /** Keeps which writes may still land, before one leaves; without touching the big answer. */
  mark(cart: string, sent: readonly SentWrite[]): Promise<void>
  /** Resolves to whether it has been done. */
  change(cart: string, change: CartChange): Promise<boolean>
}

/** Keeps carts as long as the page lives, and for this page alone. */
export function createMemoryStorage(): CartStorage {
  interface Kept extends Pick<KeptCart, 'edits' | 'sent'> {
    saved?: SavedCart
  }
  const carts = new Map<string, Kept>()
  const keptOf = (cart: string): Kept => carts.get(cart) ?? { edits: [], sent: [] }
  return {
    async read(cart, known) {
      const { edits, sent, saved } = keptOf(cart)
      return { edits, sent, stamp: saved?.stamp, saved: saved?.stamp === known ? undefined : saved }
    },
    async append(cart, added, over) {
      const kept = keptOf(cart)
      if (over && over.stamp !== kept.saved?.stamp) return false
      const edits = [...kept.edits]
      for (const entry of added) if (!edits.some(({ id }) => id === entry.id)) edits.push(entry)
      carts.set(cart, { ...kept, edits })
      return true
    },
    async mark(cart, sent) {
      carts.set(cart, { ...keptOf(cart), sent })
    },
    async change(cart, { removed, changed, added = [], over, sent, saved }) {
      const kept = keptOf(cart)
      if (over && over.stamp !== kept.saved?.stamp) return false
      const gone = new Set(removed)
      const others = new Map(changed.map((entry) => [entry.id, entry]))
      const edits = kept.edits.flatMap((entry) => (gone.has(entry.id) ? [] : [{ ...entry, ...others.get(entry.id) }]))
      carts.set(cart, { ...kept, edits: [...edits, ...added], ...(sent && { sent }), ...(saved && { saved }) })
      return true
    },
  }
}
