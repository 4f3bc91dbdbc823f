/** What the promises of an edit resolve to. */
import type { PricedCode } from '../price.ts'
import type { RejectionMessages } from '../rejections/message.ts'
import type { CartEdit } from './edits.ts'
import { type Confirmed, type Verdict, verdictInWords, verdictOn } from './confirmed.ts'
import { sameCode } from './fold.ts'
import type { Amount } from './view.ts'

/** What an accepted edit resolves to: the session's `updateCount` in the answer that carried it. */
export interface EditOutcome {
  revision: number
}

/** A code's own verdict. `superseded`: removed again before an answer came; `unknown`: the answer does not say. */
export type CodeOutcome = EditOutcome & { code: string } & CodeStatus

type CodeStatus = Verdict | { status: 'superseded' | 'unknown' }

/** What `flush` resolves to: a total that may be charged. */
export interface FlushOutcome {
  revision: number
  total: Extract<Amount, { status: 'confirmed' }>
}

/** What an edit's promise resolves to, after the answer that carried it. */
export function outcomeOf(edit: CartEdit, confirmed: Confirmed, messages: RejectionMessages | undefined): EditOutcome | CodeOutcome {
  const { revision, contents, priced } = confirmed
  if (edit.type !== 'applyCoupon' && edit.type !== 'setReferral') return { revision }
  const { code } = edit
  if (edit.type === 'applyCoupon') {
    const isHeld = contents.couponCodes.some((held) => sameCode(held, code))
    return { code, revision, ...statusOf(verdictOn(priced, code), isHeld, messages) }
  }
  const isHeld = contents.referralCode !== undefined && sameCode(contents.referralCode, code)
  const verdict = priced.referral && sameCode(priced.referral.code, code) ? priced.referral : undefined
  return { code, revision, ...statusOf(verdict, isHeld, messages) }
}

function statusOf(verdict: PricedCode | undefined, isHeld: boolean, messages: RejectionMessages | undefined): CodeStatus {
  return verdict ? verdictInWords(verdict, messages) : { status: isHeld ? 'unknown' : 'superseded' }
}
