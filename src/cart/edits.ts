import { TalonOneError } from '../error.ts'
import type { AdditionalCost, CartItem, ItemAttributes, SessionAttributes } from '../schema.ts'
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

/**
 * An edit as a page can show it at once, copied, so that nobody changes it later; undefined where it cannot. All else that is wrong with
 * it can wait for `checkEdit`, which is loaded with what sends it.
 */
export function showable(asked: CartEdit): CartEdit | undefined {
  const edit = copyOf(asked)
  if (!edit) return undefined
  if ('quantity' in edit && !(Number.isInteger(edit.quantity) && edit.quantity >= 0 && edit.quantity <= cartLimits.units)) return undefined
  if ('code' in edit && typeof edit.code !== 'string') return undefined
  return edit.type !== 'add' || isProduct(edit.item) ? edit : undefined
}

function copyOf(edit: CartEdit): CartEdit | undefined {
  try {
    return structuredClone(edit)
  } catch {
    // Some of it is no data, such as a function.
    return undefined
  }
}

/** Whether a value is a product, as far as its SKU and prices go. */
export function isProduct(item: unknown): item is NewLine {
  return isPriced(item) && typeof item.sku === 'string' && Object.values(item.additionalCosts ?? {}).every(isPriced)
}

function isPriced(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && (value.price === undefined || Number.isFinite(value.price))
}

/** The session id a cart may have: `invalid_session_id` when it could not arrive as it is. */
export function checkSessionId(sessionId: string): string {
  if (typeof sessionId === 'string' && sessionId.length <= 512 && !/^\.{0,2}$|\p{Surrogate}/u.test(sessionId)) return sessionId
  throw new TalonOneError('invalid_session_id', 'a session id: expected text of 1 to 512 characters, neither `.` nor `..`')
}
