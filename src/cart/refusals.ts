/** Why a cart that has been answered refuses an edit, or an answer. */
import { TalonOneError } from '../error.ts'
import { type Confirmed, isClosed } from './confirmed.ts'
import type { CartEdit } from './edits.ts'
import type { CartContents } from './fold.ts'

/** Why an edit of what a cart shows cannot be made. */
export function refusalOf(confirmed: Confirmed, shown: CartContents, edit: CartEdit): TalonOneError | undefined {
  if (isClosed(confirmed)) return closedError()
  return lacksLine(shown, edit) ? lineNotFound() : undefined
}

/** Whether an edit is of a line that contents do not have. */
export function lacksLine({ lines }: CartContents, edit: CartEdit): boolean {
  return edit.type !== 'add' && 'key' in edit && !lines.some(({ key }) => key === edit.key)
}

export function closedError(): TalonOneError {
  return new TalonOneError('session_closed', 'this cart has been ordered or cancelled: start one with a new session id')
}

export function unpricedError(): TalonOneError {
  return new TalonOneError(
    'invalid_price',
    'the server gave a line no price, so there is no total: check the `pricing` of the proxy, or the catalogue',
  )
}

/** Nothing of such an answer is shown; what the server has is read. */
export function strayAnswer(): TalonOneError {
  return new TalonOneError('unexpected_answer', 'the answer to a write is of another session, or older than what is known', {
    retryable: true,
    outcome: 'unknown',
  })
}

export function lineNotFound(): TalonOneError {
  return new TalonOneError('line_not_found', 'the cart has no line with this key: it may have been removed elsewhere')
}
