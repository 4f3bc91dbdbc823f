/** Why a cart refuses an edit, or gives it back. */
import { TalonOneError } from '../error.ts'

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

export function lineNotFound(): TalonOneError {
  return new TalonOneError('line_not_found', 'the cart has no line with this key: it may have been removed elsewhere')
}
