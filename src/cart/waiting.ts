/** Edits that were made before there was anybody to look at them. */
import type { TalonOneError } from '../error.ts'
import { checkEdit } from './checks.ts'
import { applyEdit, noContents } from './fold.ts'
import { about } from './given-back.ts'
import { refusalOf } from './refusals.ts'
import type { CartStore, PendingEdit } from './store.ts'

/** Looks at the edits that wait; those that are wrong, or that the cart's answer refuses, are given back. */
export function checkWaiting(store: CartStore): void {
  const { confirmed, pending } = store.state
  let shown = confirmed?.contents ?? noContents
  const refused: [PendingEdit, TalonOneError][] = []
  const kept = pending.flatMap((entry) => {
    try {
      const edit = checkEdit(entry.edit)
      const refusal = confirmed && refusalOf(confirmed, shown, edit)
      if (refusal) throw refusal
      shown = applyEdit(shown, edit)
      return [{ ...entry, edit }]
    } catch (error) {
      // Nothing else is thrown here.
      refused.push([entry, about(error as TalonOneError, [entry])])
      return []
    }
  })
  if (pending.length > 0) store.change({ pending: kept, refusal: refused.at(-1)?.[1] })
  for (const [entry, error] of refused) entry.reject(error)
}
