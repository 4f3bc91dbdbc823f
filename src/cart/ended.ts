/** The edits of a cart that are over: carried, or refused and why. */
import type { TalonOneError } from '../error.ts'
import { merged } from './merged.ts'
import type { RefusedEdit, SavedCart } from './storage.ts'

/** The last edits that are over, as they are kept. */
export type EndedEdits = Pick<SavedCart, 'done' | 'refused'>

/** An edit that will never be carried. */
export interface Refusal {
  id: string
  failure: TalonOneError
}

/** Knows which edits are over: the last ones of all tabs, and all that this tab has seen carried or refused itself. */
export interface Ended extends EndedEdits {
  /** Takes in what is kept. */
  take(kept: EndedEdits): void
  carry(ids: readonly string[]): void
  refuse(refusals: readonly Refusal[]): void
  /** Whether this tab has seen the end of an edit, should another one bring it back. What was put away for somebody may come back. */
  has(id: string): boolean
  /** Edits that another tab has brought back are over once more, as far as this tab has seen their end. */
  repeat(ids: readonly string[]): void
  /** Edits that were refused because they were put away wait again. */
  revive(edits: readonly { id: string }[]): void
}

// Enough for a tab that sleeps through them.
const mostKept = 500

export function createEnded(): Ended {
  let done: readonly string[] = []
  let refused: readonly RefusedEdit[] = []
  const seen = new Map<string, RefusedEdit | undefined>()

  function addDone(ids: readonly string[]): void {
    done = [...done, ...ids].slice(-mostKept)
  }

  function addRefused(edits: readonly RefusedEdit[]): void {
    refused = [...refused, ...edits].slice(-mostKept)
  }

  return {
    get done() {
      return done
    },
    get refused() {
      return refused
    },
    take(kept) {
      done = kept.done
      refused = kept.refused
    },
    carry(ids) {
      addDone(ids)
      for (const id of ids) seen.set(id, undefined)
    },
    refuse(refusals) {
      const edits = refusals.map(({ id, failure: { code, message } }) => ({ id, code, message }))
      addRefused(edits)
      for (const edit of edits) if (!isPutAway(edit)) seen.set(edit.id, edit)
    },
    has: (id) => seen.has(id),
    repeat(ids) {
      for (const id of ids) {
        const refusal = seen.get(id)
        if (refusal) addRefused([refusal])
        else if (seen.has(id)) addDone([id])
      }
    },
    revive(edits) {
      const ids = new Set(edits.map(({ id }) => id))
      refused = refused.filter(({ id }) => !ids.has(id))
    },
  }
}

/** Whether an edit was refused here because it waits for somebody else. */
export function isPutAway({ code }: RefusedEdit): boolean {
  return code === 'identity_changed'
}

export function mergedEnded(earlier: EndedEdits | undefined, later: EndedEdits): EndedEdits {
  return {
    done: merged(earlier?.done ?? [], later.done, (id) => id).slice(-mostKept),
    refused: merged(earlier?.refused ?? [], later.refused, ({ id }) => id).slice(-mostKept),
  }
}
