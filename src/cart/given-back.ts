/** Edits that are given back to whoever made them. */
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
