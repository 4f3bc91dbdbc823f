import { TalonOneError, type TalonOneErrorCode, type TalonOneIssue } from '../error.ts'
import type { AdditionalCost, Attributes, CartItem } from '../schema.ts'
import { describe, readShape, type Shape } from '../shape.ts'

/** A product as it goes into a cart: a {@link CartItem} without quantity and without what Talon.One sets. `price` in major units. */
export type NewLine = Pick<
  CartItem,
  'sku' | 'name' | 'price' | 'category' | 'product' | 'weight' | 'height' | 'width' | 'length' | 'attributes' | 'additionalCosts'
>

/**
 * What a shopper did, as data: it survives a reload, and the cart on screen is these folded over the last answer.
 * A line is addressed by its key, by default its SKU.
 */
export type CartEdit =
  | { type: 'add'; key: string; item: NewLine; quantity: number }
  | { type: 'setQuantity'; key: string; quantity: number }
  | { type: 'remove'; key: string }
  | { type: 'setItemAttributes'; key: string; attributes: Attributes }
  | { type: 'applyCoupon'; code: string }
  | { type: 'removeCoupon'; code: string }
  | { type: 'setReferral'; code: string }
  | { type: 'clearReferral' }
  | { type: 'setAttributes'; attributes: Attributes }
  | { type: 'setAdditionalCosts'; additionalCosts: Record<string, AdditionalCost> }
  | { type: 'setLoyaltyCard'; card: string | undefined }

/** The most lines and units a session takes. Source: customer sessions, OpenAPI. */
export const cartLimits = { lines: 1000, units: 10_000 } as const

const codeShape: Shape = { is: 'string', min: 1, max: 100 }
const skuShape: Shape = { is: 'string', min: 1, max: 1000 }
const quantityShape = { is: 'integer', min: 0, max: cartLimits.units } as const satisfies Shape
const priceShape: Shape = { is: 'number', min: 0 }
const attributesShape: Shape = { is: 'attributes' }
const costsShape: Shape = { is: 'map', of: { is: 'object', fields: { price: { is: 'number' } } } }

/**
 * Returns the edit with its codes trimmed, or throws a `TalonOneError` that names the value's shape: `invalid_sku`,
 * `invalid_quantity`, `invalid_price`, `invalid_coupon`, `invalid_referral` or `invalid_input`. Then nothing has changed.
 */
export function checkEdit(edit: CartEdit): CartEdit {
  switch (edit.type) {
    case 'add':
      checkSku(edit.item.sku)
      check('invalid_sku', 'a line key', skuShape, edit.key)
      check('invalid_quantity', 'a quantity', { ...quantityShape, min: 1 }, edit.quantity)
      if (edit.item.price !== undefined) check('invalid_price', 'a price', priceShape, edit.item.price)
      if (edit.item.attributes) check('invalid_input', 'item attributes', attributesShape, edit.item.attributes)
      if (edit.item.additionalCosts) check('invalid_input', 'additional costs', costsShape, edit.item.additionalCosts)
      return edit
    case 'setQuantity':
      check('invalid_quantity', 'a quantity', quantityShape, edit.quantity)
      return edit
    case 'setItemAttributes':
    case 'setAttributes':
      check('invalid_input', 'attributes', attributesShape, edit.attributes)
      return edit
    case 'applyCoupon':
    case 'removeCoupon':
      return { ...edit, code: checkCode('invalid_coupon', 'a coupon code', edit.code) }
    case 'setReferral':
      return { ...edit, code: checkCode('invalid_referral', 'a referral code', edit.code) }
    case 'setAdditionalCosts':
      check('invalid_input', 'additional costs', costsShape, edit.additionalCosts)
      return edit
    case 'setLoyaltyCard':
      if (edit.card !== undefined) check('invalid_input', 'a loyalty card', { is: 'string', min: 4, max: 108 }, edit.card)
      return edit
    case 'remove':
    case 'clearReferral':
      return edit
  }
}

/** The session id a cart may have: `invalid_session_id` when it could not arrive as it is. */
export function checkSessionId(sessionId: string): string {
  check('invalid_session_id', 'a session id', { is: 'string', min: 1, max: 512 }, sessionId)
  if (sessionId === '.' || sessionId === '..') throw new TalonOneError('invalid_session_id', 'a session id must not be `.` or `..`')
  return sessionId
}

function checkSku(sku: string): void {
  check('invalid_sku', 'a SKU', skuShape, sku)
  if (sku.trim() === '') throw new TalonOneError('invalid_sku', 'a SKU must not be blank')
}

// Shoppers paste codes with spaces around them; inside, a control character is never theirs.
function checkCode(code: TalonOneErrorCode, what: string, value: string): string {
  const trimmed = typeof value === 'string' ? value.trim() : value
  check(code, what, codeShape, trimmed)
  if (/\p{Cc}/u.test(trimmed)) throw new TalonOneError(code, `${what} must not hold control characters; got ${describe(value)}`)
  return trimmed
}

function check(code: TalonOneErrorCode, what: string, shape: Shape, value: unknown): void {
  const issues: TalonOneIssue[] = []
  readShape(shape, value, '', issues)
  const [first] = issues
  if (first) throw new TalonOneError(code, `${what}${first.pointer && ` (at ${first.pointer})`}: ${first.message}`, { issues })
}
