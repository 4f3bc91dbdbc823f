import { TalonOneError, type TalonOneErrorCode, type TalonOneIssue } from '../error.ts'
import type { AdditionalCost, CartItem, ItemAttributes, SessionAttributes } from '../schema.ts'
import { describe, isPlain, loneSurrogate, readJson, segment } from '../json.ts'
import { isRecord } from '../record.ts'

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
  /** `isTotal`: the line comes to this many, however many it has. */
  | { type: 'add'; key: string; item: NewLine; quantity: number; isTotal?: true }
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

const isText = (value: unknown): value is string => typeof value === 'string' && !loneSurrogate.test(value)
const isNumber = (value: unknown): value is number => Number.isFinite(value)
const isPrice = (value: unknown): boolean => isNumber(value) && value >= 0
const isQuantity = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= cartLimits.units
const isSku = (value: unknown): boolean => isText(value) && value.trim() !== '' && value.length <= 1000
const isProduct = (value: unknown): boolean => isRecord(value) && isText(value.name) && Object.keys(value).length === 1
const isCost = (value: unknown): boolean => isRecord(value) && isNumber(value.price) && Object.keys(value).length === 1
const isCosts = (value: unknown): boolean => isRecord(value) && Object.values(value).every(isCost)

const itemFields: Readonly<Record<keyof NewLine, (value: unknown) => boolean>> = {
  sku: isSku,
  name: isText,
  price: isPrice,
  category: isText,
  product: isProduct,
  weight: isNumber,
  height: isNumber,
  width: isNumber,
  length: isNumber,
  attributes: isRecord,
  additionalCosts: isCosts,
}

/** A product as it will be sent, as a copy. Throws `invalid_sku`, `invalid_price` or `invalid_input`. */
export function checkItem(item: NewLine): NewLine {
  hold(isRecord(item), 'invalid_input', 'a product: expected an object', item)
  checkSku('a SKU', item.sku)
  if (item.price !== undefined) hold(isPrice(item.price), 'invalid_price', 'a price: expected a number of at least 0', item.price)
  const read = copy('a product', item)
  for (const [field, value] of Object.entries(read))
    if (!isField(field, value)) {
      const message = Object.hasOwn(itemFields, field) ? `not what this field holds; got ${describe(value)}` : 'unknown field'
      throw invalid('a product', [{ pointer: `/${segment(field)}`, message }])
    }
  return read
}

/** A line of an answer, as far as it can be read: what no server should send is left out, rather than believed or sent back. */
export function readItem(item: CartItem): NewLine {
  // Every field has just been held to its kind, and all but the SKU may be missing.
  return { ...Object.fromEntries(Object.entries(item).filter(([field, value]) => isField(field, value))), sku: item.sku } as NewLine
}

function isField(field: string, value: unknown): boolean {
  // `Object.hasOwn` has made sure that the name is one of the keys.
  return Object.hasOwn(itemFields, field) && itemFields[field as keyof NewLine](value)
}

/**
 * Returns the edit as it will be sent: codes trimmed, values copied, so that nobody changes it later. Or throws a `TalonOneError`
 * that names the value's shape: `invalid_sku`, `invalid_quantity`, `invalid_price`, `invalid_coupon`, `invalid_referral` or
 * `invalid_input`. Then nothing has changed.
 */
export function checkEdit(edit: CartEdit): CartEdit {
  switch (edit.type) {
    case 'add':
      checkSku('a line key', edit.key)
      hold(edit.quantity > 0, 'invalid_quantity', 'a quantity to add: expected at least 1', edit.quantity)
      checkQuantity(edit.quantity)
      // Its item has been checked already, for the key comes from it.
      return edit
    case 'setQuantity':
      checkQuantity(edit.quantity)
      return edit
    case 'setItemAttributes':
      return { ...edit, attributes: copy('attributes', edit.attributes) }
    case 'setAttributes':
      return { ...edit, attributes: copy('attributes', edit.attributes) }
    case 'applyCoupon':
    case 'removeCoupon':
      return { ...edit, code: checkCode('invalid_coupon', 'a coupon code', edit.code) }
    case 'setReferral':
      return { ...edit, code: checkCode('invalid_referral', 'a referral code', edit.code) }
    case 'setAdditionalCosts': {
      const additionalCosts = copy('additional costs', edit.additionalCosts)
      hold(
        isCosts(additionalCosts),
        'invalid_input',
        'additional costs: expected a number as `price` of each, and nothing else',
        edit.additionalCosts,
      )
      return { ...edit, additionalCosts }
    }
    case 'setLoyaltyCard':
      hold(
        edit.card === undefined || (isText(edit.card) && edit.card.length > 3 && edit.card.length < 109),
        'invalid_input',
        'a loyalty card: expected text of 4 to 108 characters',
        edit.card,
      )
      return edit
    case 'remove':
    case 'clearReferral':
      return edit
  }
}

/** The session id a cart may have: `invalid_session_id` when it could not arrive as it is. */
export function checkSessionId(sessionId: string): string {
  const isId = isText(sessionId) && sessionId !== '' && sessionId.length <= 512 && sessionId !== '.' && sessionId !== '..'
  hold(isId, 'invalid_session_id', 'a session id: expected text of 1 to 512 characters, and neither `.` nor `..`', sessionId)
  return sessionId
}

function checkSku(what: string, value: string): void {
  hold(isSku(value), 'invalid_sku', `${what}: expected text of 1 to 1000 characters, not all of them blank`, value)
}

function checkQuantity(value: number): void {
  hold(isQuantity(value), 'invalid_quantity', `a quantity: expected an integer of 0 to ${cartLimits.units}`, value)
}

// Shoppers paste codes with spaces around them; inside, a control character is never theirs.
function checkCode(code: TalonOneErrorCode, what: string, value: string): string {
  const trimmed = isText(value) ? value.trim() : ''
  const isCode = trimmed !== '' && trimmed.length <= 100 && !/\p{Cc}/u.test(trimmed)
  hold(isCode, code, `${what}: expected text of 1 to 100 characters, none of them a control character`, value)
  return trimmed
}

/** A copy of what JSON can carry. */
function copy<Value>(what: string, value: Value): Value {
  hold(isPlain(value), 'invalid_input', `${what}: expected an object`, value)
  const issues: TalonOneIssue[] = []
  const read = readJson(value, '', issues)
  if (issues.length > 0) throw invalid(what, issues)
  // What JSON can carry is read into a copy of its own type.
  return read as Value
}

function invalid(what: string, issues: readonly TalonOneIssue[]): TalonOneError {
  const { pointer = '', message = '' } = issues[0] ?? {}
  return new TalonOneError('invalid_input', `${what} (at ${pointer}): ${message}`, { issues })
}

function hold(isSo: boolean, code: TalonOneErrorCode, expected: string, value: unknown): void {
  if (!isSo) throw new TalonOneError(code, `${expected}; got ${describe(value)}`)
}
