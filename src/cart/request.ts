/** What a cart asks of the server, and how to tell later whether it got it. */
import { isSame } from '../same.ts'
import type { NewCustomerSessionV2 } from '../schema.ts'
import type { CartEdit } from './edits.ts'
import { applyEdit, type CartContents, fold } from './fold.ts'
import type { StoredEdit } from './storage.ts'

/**
 * The session PUT that makes a session hold `contents`. Lines and codes go whole in every request, so that each one heals what
 * an earlier one left behind; the rest only when an edit touched it, since a field left out keeps what is stored.
 */
export function requestOf(contents: CartContents, edits: readonly CartEdit[], profileId: string | undefined): NewCustomerSessionV2 {
  const touched = new Set(edits.map(({ type }) => type))
  return {
    // Whose it was: a proxy refuses it when somebody else is signed in by now.
    ...(profileId && { profileId }),
    cartItems: contents.lines.map(({ item, quantity }) => ({ ...item, quantity })),
    couponCodes: [...contents.couponCodes],
    referralCode: contents.referralCode ?? '',
    // Only what was set here: the session merges it, and the rest may be somebody else's to write.
    ...(touched.has('setAttributes') && {
      attributes: Object.assign({}, ...edits.map((edit) => (edit.type === 'setAttributes' ? edit.attributes : {}))),
    }),
    ...(touched.has('setAdditionalCosts') && { additionalCosts: contents.additionalCosts ?? {} }),
    ...(touched.has('setLoyaltyCard') && { loyaltyCards: [...contents.loyaltyCards] }),
  }
}

/** What a server leaves of a request as it was sent: it may price lines anew, name them, and drop attributes that it does not know. */
export function outlineOf({ lines, couponCodes, referralCode = '' }: CartContents): string {
  return JSON.stringify([
    lines.map(({ item, quantity }) => [item.sku, quantity]),
    couponCodes.map((code) => code.toUpperCase()),
    referralCode.toUpperCase(),
  ])
}

/** Edits over contents, such that doing them twice is doing them once: what adds to a line says how many it comes to. */
export function absolute(edits: readonly CartEdit[], contents: CartContents): CartEdit[] {
  return edits.map((edit, index) => {
    if (edit.type !== 'add') return edit
    const { lines } = fold(contents, edits.slice(0, index + 1))
    const quantity = lines.find(({ key }) => key === edit.key)?.quantity ?? edit.quantity
    return { ...edit, quantity, isTotal: true as const }
  })
}

/** The same for edits that wait. */
export function repeatable(entries: readonly StoredEdit[], contents: CartContents): StoredEdit[] {
  const edits = absolute(
    entries.map(({ edit }) => edit),
    contents,
  )
  return entries.map(({ id, edit }, index) => ({ id, edit: edits[index] ?? edit }))
}

/** Whether contents hold already what edits would make of them. */
export function holds(contents: CartContents, edits: readonly CartEdit[]): boolean {
  return holdsSame(edits.reduce(applyEdit, contents), contents)
}

/** Whether two carts hold the same, whatever their lines are called. A server sorts the names of attributes as it likes. */
export function holdsSame(one: CartContents, other: CartContents): boolean {
  const whole = ({ lines, ...rest }: CartContents) => [lines.map(({ item, quantity }) => [item, quantity]), rest]
  return one === other || isSame(whole(one), whole(other))
}
