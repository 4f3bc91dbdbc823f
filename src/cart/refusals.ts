/** Why a cart refuses an edit, or gives it back. */
import { TalonOneError } from '../error.ts'
import type { CartEdit } from './edits.ts'

/** The same error, with the edits that are given back with it. */
export function about(error: TalonOneError, entries: readonly { edit: CartEdit }[]): TalonOneError {
  const { code, message, cause } = error
  const edits = entries.map(({ edit }) => edit)
  return Object.assign(new TalonOneError(code, message, { ...(cause !== undefined && { cause }), edits }), error)
}

export function identityChanged(): TalonOneError {
  return new TalonOneError('identity_changed', 'somebody else is signed in now: edits of the one before are not sent')
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
