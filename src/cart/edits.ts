import { TalonOneError, type TalonOneErrorCode, type TalonOneIssue } from '../error.ts'
import type { AdditionalCost, CartItem, ItemAttributes, SessionAttributes } from '../schema.ts'
import { describe, isRecord } from '../json.ts'
import { type FieldsOf, readShape, type Shape } from '../shape.ts'

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
  | { type: 'setItemAttributes'; key: string; attributes: ItemAttributes }
  | { type: 'applyCoupon'; code: string }
  | { type: 'removeCoupon'; code: string }
  | { type: 'setReferral'; code: string }
  | { type: 'clearReferral' }
  | { type: 'setAttributes'; attributes: SessionAttributes }
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

const text = { is: 'string' } as const satisfies Shape
const number = { is: 'number' } as const satisfies Shape
const itemFields: FieldsOf<NewLine> = {
  sku: skuShape,
  'name?': text,
  'price?': priceShape,
  'category?': text,
  'product?': { is: 'object', fields: { name: text } },
  'weight?': number,
  'height?': number,
  'width?': number,
  'length?': number,
  'attributes?': attributesShape,
  'additionalCosts?': costsShape,
}

/** A product as it will be sent, as a copy. Throws `invalid_sku`, `invalid_price` or `invalid_input`. */
export function checkItem(item: NewLine): NewLine {
  if (!isRecord(item)) throw new TalonOneError('invalid_input', `a product: expected an object, got ${describe(item)}`)
  check('invalid_sku', 'a SKU', skuShape, item.sku)
  if (item.sku.trim() === '') throw new TalonOneError('invalid_sku', 'a SKU must not be blank')
  if (item.price !== undefined) check('invalid_price', 'a price', priceShape, item.price)
  return check('invalid_input', 'a product', { is: 'object', fields: itemFields }, item)
}

/** A line of an answer, as far as it can be read: what no server should send is left out, rather than believed or sent back. */
export function readItem(item: CartItem): NewLine {
  const given = new Map<string, unknown>(Object.entries(item))
  const read = Object.entries(itemFields).flatMap(([field, shape]) => {
    const name = field.replace('?', '')
    const issues: TalonOneIssue[] = []
    const value = given.has(name) ? readShape(shape, given.get(name), '', issues) : undefined
    return value === undefined || issues.length > 0 ? [] : [[name, value]]
  })
  // Every field has just been held to its shape, and all but the SKU may be missing.
  return { ...Object.fromEntries(read), sku: item.sku } as NewLine
}

/**
 * Returns the edit as it will be sent: codes trimmed, values copied, so that nobody changes it later. Or throws a `TalonOneError`
 * that names the value's shape: `invalid_sku`, `invalid_quantity`, `invalid_price`, `invalid_coupon`, `invalid_referral` or
 * `invalid_input`. Then nothing has changed.
 */
export function checkEdit(edit: CartEdit): CartEdit {
  switch (edit.type) {
    case 'add':
      check('invalid_sku', 'a line key', skuShape, edit.key)
      check('invalid_quantity', 'a quantity', { ...quantityShape, min: 1 }, edit.quantity)
      // Its item has been checked already, for the key comes from it.
      return edit
    case 'setQuantity':
      check('invalid_quantity', 'a quantity', quantityShape, edit.quantity)
      return edit
    case 'setItemAttributes':
      return { ...edit, attributes: check('invalid_input', 'attributes', attributesShape, edit.attributes) }
    case 'setAttributes':
      return { ...edit, attributes: check('invalid_input', 'attributes', attributesShape, edit.attributes) }
    case 'applyCoupon':
    case 'removeCoupon':
      return { ...edit, code: checkCode('invalid_coupon', 'a coupon code', edit.code) }
    case 'setReferral':
      return { ...edit, code: checkCode('invalid_referral', 'a referral code', edit.code) }
    case 'setAdditionalCosts':
      return { ...edit, additionalCosts: check('invalid_input', 'additional costs', costsShape, edit.additionalCosts) }
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

// Shoppers paste codes with spaces around them; inside, a control character is never theirs.
function checkCode(code: TalonOneErrorCode, what: string, value: string): string {
  const trimmed = typeof value === 'string' ? value.trim() : value
  check(code, what, codeShape, trimmed)
  if (/\p{Cc}/u.test(trimmed)) throw new TalonOneError(code, `${what} must not hold control characters; got ${describe(value)}`)
  return trimmed
}

function check<Value>(code: TalonOneErrorCode, what: string, shape: Shape, value: Value): Value {
  const issues: TalonOneIssue[] = []
  const read = readShape(shape, value, '', issues)
  const [first] = issues
  if (first) throw new TalonOneError(code, `${what}${first.pointer && ` (at ${first.pointer})`}: ${first.message}`, { issues })
  // A value that has the shape is read into a copy of its own type.
  return read as Value
}
