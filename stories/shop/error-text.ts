import { isTalonOneError, type TalonOneErrorCode } from 'talon-one-react'

const texts: Partial<Record<TalonOneErrorCode, string>> = {
  network: 'You seem to be offline.',
  not_loaded: 'You seem to be offline, or the shop has just been renewed. Please reload the page.',
  timeout: 'The shop takes longer than usual to answer.',
  unavailable: 'The shop cannot be reached right now.',
  rate_limited: 'That was a lot at once. Give it a minute, then try again.',
  conflict: 'Something else is being saved just now. Please try again.',
  session_closed: 'This order has already been placed. Start a new cart to go on.',
  cart_limit: 'The cart is full. Please place this order before adding more.',
  invalid_quantity: 'Please choose a whole number of pieces.',
  invalid_coupon: 'That does not look like a coupon code.',
  invalid_referral: 'That does not look like a friend’s code.',
  not_found: 'We could not find that.',
  unauthenticated: 'Please sign in to see this.',
  forbidden: 'This is not available to you.',
}

const otherwise = 'Something went wrong on our side. Please try again.'

/** Words for a shopper, by the error's code; its message is for developers. */
export const errorText = (error: unknown): string => (isTalonOneError(error) ? (texts[error.code] ?? otherwise) : otherwise)
