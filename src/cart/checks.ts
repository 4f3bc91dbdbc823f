/** What an edit may hold; looked at when it is made, or, when it was made before this had been loaded, as soon as it is there. */
import { TalonOneError, type TalonOneErrorCode, type TalonOneIssue } from '../error.ts'
import { describe, isPlain, loneSurrogate, readJson, segment } from '../json.ts'
import { isRecord } from '../record.ts'
import { type CartEdit, cartLimits, type NewLine } from './edits.ts'

const blank = /^\s*$/
const isText = (value: unknown): value is string => typeof value === 'string' && !loneSurrogate.test(value)
const isNumber = (value: unknown): value is number => Number.isFinite(value)
const isPrice = (value: unknown): boolean => isNumber(value) && value >= 0
const isSku = (value: unknown): boolean => isTextOf(value, 1, 1000, blank)
const isNamed = (value: unknown): boolean => isRecord(value) && isText(value.name) && Object.keys(value).length === 1
const isCost = (value: unknown): boolean => isRecord(value) && isNumber(value.price) && Object.keys(value).length === 1
const isCosts = (value: unknown): boolean => isRecord(value) && Object.values(value).every(isCost)

function isTextOf(value: unknown, least: number, most: number, wrong: RegExp): boolean {
  return isText(value) && value.length >= least && value.length <= most && !wrong.test(value)
}

const itemFields: Readonly<Record<keyof NewLine, (value: unknown) => boolean>> = {
  sku: isSku,
  name: isText,
  price: isPrice,
  category: isText,
  product: isNamed,
  weight: isNumber,
  height: isNumber,
  width: isNumber,
  length: isNumber,
  attributes: isRecord,
  additionalCosts: isCosts,
}

/** Whether a value is what this field of a product holds. */
export function isField(field: string, value: unknown): boolean {
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
      return checkAdd(edit)
    case 'setQuantity':
      checkQuantity(edit.quantity, 0)
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
      hold(isCosts(additionalCosts), 'invalid_input', 'additional costs', 'only a number as `price` of each', edit.additionalCosts)
      return { ...edit, additionalCosts }
    }
    case 'setLoyaltyCard':
      if (edit.card !== undefined) checkText(edit.card, 'invalid_input', 'a loyalty card', 4, 108, /^$/)
      return edit
    case 'remove':
    case 'clearReferral':
      return edit
  }
}

function checkItem(item: NewLine): NewLine {
  hold(isRecord(item), 'invalid_input', 'a product', 'an object', item)
  checkSku('a SKU', item.sku)
  if (item.price !== undefined) hold(isPrice(item.price), 'invalid_price', 'a price', 'a number of at least 0', item.price)
  const read = copy('a product', item)
  for (const [field, value] of Object.entries(read))
    if (!isField(field, value)) {
      const message = Object.hasOwn(itemFields, field) ? `not what this field holds; got ${describe(value)}` : 'unknown field'
      throw invalid('a product', [{ pointer: `/${segment(field)}`, message }])
    }
  return read
}

function checkAdd(edit: Extract<CartEdit, { type: 'add' }>): CartEdit {
  const item = checkItem(edit.item)
  checkSku('a line key', edit.key)
  checkQuantity(edit.quantity, 1)
  return { ...edit, item }
}

function checkSku(what: string, value: string): void {
  checkText(value, 'invalid_sku', what, 1, 1000, blank, ', not all of them blank')
}

function checkQuantity(value: number, least: number): void {
  const isQuantity = Number.isInteger(value) && value >= least && value <= cartLimits.units
  hold(isQuantity, 'invalid_quantity', 'a quantity', `an integer of ${least} to ${cartLimits.units}`, value)
}

// Shoppers paste codes with spaces around them; inside, a control character is never theirs.
function checkCode(code: TalonOneErrorCode, what: string, value: string): string {
  const trimmed = isText(value) ? value.trim() : value
  return checkText(trimmed, code, what, 1, 100, /\p{Cc}/u, ', none of them a control character')
}

function checkText(value: string, code: TalonOneErrorCode, what: string, least: number, most: number, wrong: RegExp, more = ''): string {
  hold(isTextOf(value, least, most, wrong), code, what, `text of ${least} to ${most} characters${more}`, value)
  return value
}

/** A copy of what JSON can carry. */
function copy<Value>(what: string, value: Value): Value {
  hold(isPlain(value), 'invalid_input', what, 'an object', value)
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

function hold(isSo: boolean, code: TalonOneErrorCode, what: string, expected: string, value: unknown): void {
  if (!isSo) throw new TalonOneError(code, `${what}: expected ${expected}; got ${describe(value)}`)
}
