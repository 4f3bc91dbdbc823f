/** Codes that somebody tries in vain: somebody who guesses tries many. */
import type { Endpoint } from '../endpoint.ts'
import { createCouponReservation, deleteCouponReservation, updateCustomerSessionV2 } from '../endpoints.ts'
import { isRecord } from '../record.ts'
import type { GuardedStore } from './guarded-store.ts'
import { hashedKey } from './hashed-key.ts'
import type { Rate } from './limits.ts'
import { Problem } from './problem.ts'

/** Whose guesses are counted together, and how many they have. */
export interface Guesser {
  key: string
  rate: Rate
}

/** Codes of one request that none of its guessers has had a verdict on. They are taken off the budget until there is one. */
export interface Guesses {
  /** All codes of the request. */
  codes: ReadonlySet<string>
  /** Gives back what was not in vain. Undefined: there was no verdict. */
  settle(rejected: ReadonlySet<string> | undefined): Promise<void>
}

/*
 * | a code              | before the request | accepted  | rejected                   | no verdict |
 * | nobody knows yet    | costs one          | given back | stays gone, and is known  | given back |
 * | known, any verdict  | costs nothing      |            |                           |            |
 */
/** Takes a request's codes off the budgets of those who ask. Refuses with 429 when one of them has none left. */
export async function takeGuesses(store: GuardedStore, guessers: readonly Guesser[], codes: readonly string[]): Promise<Guesses> {
  const taken: { guesser: Guesser; fresh: string[] }[] = []
  for (const guesser of guessers) {
    const fresh = await unknownTo(store, guesser, codes)
    if (fresh.length === 0) continue
    taken.push({ guesser, fresh })
    const { count, resetMs } = await add(store, guesser, fresh.length)
    if (count <= guesser.rate.most) continue
    await Promise.all(taken.map(({ guesser: one, fresh: its }) => add(store, one, -its.length)))
    // Not the cart is refused but the code: without it, it may be sent again at once.
    const issues = [{ pointer: '/customerSession/couponCodes', message: 'too many codes were tried in vain' }]
    throw new Problem(429, 'rate_limited', { retryable: false, retryAfterMs: resetMs, issues })
  }
  return {
    codes: new Set(codes),
    async settle(rejected) {
      await Promise.all(
        taken.map(async ({ guesser, fresh }) => {
          const inVain = rejected === undefined ? [] : fresh.filter((code) => rejected.has(folded(code)))
          const known = rejected === undefined ? [] : fresh
          await Promise.all(known.map((code) => store.increment(knownKey(guesser, code), 1, guesser.rate.perMs)))
          if (inVain.length < fresh.length) await add(store, guesser, inVain.length - fresh.length)
        }),
      )
    },
  }
}

/** The codes that a request has looked up: none for most operations. */
export function codesIn({ operationId }: Endpoint, input: Record<string, unknown>): string[] {
  if (operationId === createCouponReservation.operationId || operationId === deleteCouponReservation.operationId)
    return [String(input.couponValue)]
  const session = input.customerSession
  if (operationId !== updateCustomerSessionV2.operationId || !isRecord(session)) return []
  const { couponCodes, referralCode } = session
  const codes = [...(Array.isArray(couponCodes) ? couponCodes : []), referralCode]
  return [...new Set(codes.filter((code) => typeof code === 'string' && code !== '').map((code) => folded(String(code))))]
}

/** Those of an answer's codes that were rejected. */
export function rejectedIn(data: unknown): ReadonlySet<string> {
  const effects = isRecord(data) && Array.isArray(data.effects) ? data.effects : []
  const rejected = effects.filter(isRecord).flatMap(({ effectType, props }) => {
    const isRejection = effectType === 'rejectCoupon' || effectType === 'rejectReferral'
    return isRejection && isRecord(props) ? [folded(String(props.value))] : []
  })
  return new Set(rejected)
}

// Applications compare codes without case by default.
function folded(code: string): string {
  return code.toUpperCase()
}

async function unknownTo(store: GuardedStore, guesser: Guesser, codes: readonly string[]): Promise<string[]> {
  const looked = await Promise.all(codes.map((code) => store.increment(knownKey(guesser, code), 0, guesser.rate.perMs)))
  return codes.filter((_, index) => looked[index]?.count === 0)
}

function add(store: GuardedStore, { key, rate }: Guesser, by: number) {
  return store.increment(key, by, rate.perMs, { failClosed: true })
}

function knownKey({ key }: Guesser, code: string): string {
  return hashedKey('code', key, code)
}
