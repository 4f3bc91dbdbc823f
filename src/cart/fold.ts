/**
 * The fold: what the shopper did since the last answer, laid over that answer. Optimism by replay, so there is nothing to roll
 * back: when an edit fails it leaves the list, and the others still stand.
 */
import type { CustomerSessionV2, SessionAttributes } from '../schema.ts'
import { type CartEdit, cartLimits, type NewLine } from './edits.ts'

/** What a cart holds: the shopper's side of a session, in the order of `cartItems`. */
export interface CartContents {
  lines: readonly { key: string; item: NewLine; quantity: number }[]
  couponCodes: readonly string[]
  referralCode: string | undefined
  attributes: SessionAttributes
  additionalCosts: CustomerSessionV2['additionalCosts']
  loyaltyCards: readonly string[]
}

/** Those of a session that does not exist. */
export const noContents: CartContents = {
  lines: [],
  couponCodes: [],
  referralCode: undefined,
  attributes: {},
  additionalCosts: undefined,
  loyaltyCards: [],
}

/** One edit over contents. An edit of a line that is gone changes nothing. */
export function applyEdit(contents: CartContents, edit: CartEdit): CartContents {
  switch (edit.type) {
    case 'add': {
      const existing = contents.lines.find((line) => line.key === edit.key)
      if (existing) return editLine(contents, edit.key, { quantity: edit.quantity + (edit.isTotal ? 0 : existing.quantity) })
      return { ...contents, lines: [...contents.lines, { key: edit.key, item: edit.item, quantity: edit.quantity }] }
    }
    case 'setQuantity':
      return edit.quantity === 0 ? removeLine(contents, edit.key) : editLine(contents, edit.key, { quantity: edit.quantity })
    case 'remove':
      return removeLine(contents, edit.key)
    case 'setItemAttributes': {
      const line = contents.lines.find(({ key }) => key === edit.key)
      return line ? editLine(contents, edit.key, { item: { ...line.item, attributes: edit.attributes } }) : contents
    }
    case 'applyCoupon':
      return { ...contents, couponCodes: withCode(contents.couponCodes, edit.code) }
    case 'removeCoupon':
      return { ...contents, couponCodes: contents.couponCodes.filter((code) => !sameCode(code, edit.code)) }
    case 'setReferral':
      return { ...contents, referralCode: edit.code }
    case 'clearReferral':
      return { ...contents, referralCode: undefined }
    case 'setAttributes':
      return { ...contents, attributes: { ...contents.attributes, ...edit.attributes } }
    case 'setAdditionalCosts':
      return { ...contents, additionalCosts: edit.additionalCosts }
    case 'setLoyaltyCard':
      return { ...contents, loyaltyCards: edit.card === undefined ? [] : [edit.card] }
  }
}

const folds = new WeakMap<CartContents, { edits: readonly CartEdit[]; folded: CartContents }>()

/** All edits over contents, in order. The next edit over the same contents costs that edit alone. */
export function fold(contents: CartContents, edits: readonly CartEdit[]): CartContents {
  const last = folds.get(contents)
  const isMore = last?.edits.every((edit, index) => edit === edits[index])
  const folded = last && isMore ? edits.slice(last.edits.length).reduce(applyEdit, last.folded) : edits.reduce(applyEdit, contents)
  folds.set(contents, { edits, folded })
  return folded
}

/** Whether contents are more than a session takes. */
export function exceedsLimits({ lines }: CartContents): boolean {
  return lines.length > cartLimits.lines || unitsOf(lines) > cartLimits.units
}

/** The units of all lines. */
export function unitsOf(lines: readonly { quantity: number }[]): number {
  return lines.reduce((units, line) => units + line.quantity, 0)
}

/** Whether two codes are one. Applications compare codes without case by default, and answers may change it. */
export function sameCode(one: string, other: string): boolean {
  return one.toUpperCase() === other.toUpperCase()
}

// One code in two spellings is one code, and the later spelling counts: an application may tell upper case from lower.
function withCode(codes: readonly string[], added: string): string[] {
  const isHeld = codes.some((code) => sameCode(code, added))
  return isHeld ? codes.map((code) => (sameCode(code, added) ? added : code)) : [...codes, added]
}

function editLine(contents: CartContents, key: string, change: Partial<CartContents['lines'][number]>): CartContents {
  return { ...contents, lines: contents.lines.map((line) => (line.key === key ? { ...line, ...change } : line)) }
}

function removeLine(contents: CartContents, key: string): CartContents {
  return { ...contents, lines: contents.lines.filter((line) => line.key !== key) }
}
