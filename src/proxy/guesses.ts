/** Codes that somebody tries in vain: somebody who guesses tries many. */
import type { Endpoint } from '../endpoint.ts'
import { createCouponReservation, updateCustomerSessionV2 } from '../endpoints.ts'
import { isRecord } from '../record.ts'
import type { GuardedStore } from './guarded-store.ts'
import { hashedKey } from './hashed-key.ts'
import type { Rate } from './limits.ts'
import { Problem } from './problem.ts'
import { createMemoryStore, type StoreClock } from './store.ts'

/** Whose guesses are counted together, and how many they have. */
export interface Guesser {
  key: string
  rate: Rate
}

/** Codes of one request that some of its guessers have had no verdict on. They are taken off the budgets until there is one. */
export interface Guesses {
  /** There was a verdict: what was not in vain is given back. Never rejects: the request has been carried out by then. */
  settle(answer: unknown): Promise<void>
  /** There was none; but a reservation says of a code that it is not there by a status. Never rejects. */
  fail(error: unknown): Promise<void>
}

/** Counts guesses in a store. */
export interface GuessCounter {
  /** Takes a request's codes off the budgets of those who ask. Refuses with 429 when one of them has none left. */
  take(guessers: readonly Guesser[], endpoint: Endpoint, input: Record<string, unknown>): Promise<Guesses>
}

/*
 * | a code             | before the request | accepted   | rejected                 | no verdict |
 * | nobody knows yet   | costs one          | given back | stays gone, and is known | given back |
 * | known, any verdict | costs nothing      |            |                          |            |
 */
export function createGuessCounter(store: GuardedStore, clock: StoreClock = performance): GuessCounter {
  // What this replica knows spares a question, and lets carts with codes go on while the store cannot be asked.
  const known = createMemoryStore({ clock })

  async function isKnown(key: string, { perMs }: Rate): Promise<boolean> {
    return (await known.increment(key, 0, perMs)).count > 0 || (await store.increment(key, 0, perMs)).count > 0
  }

  async function know(key: string, { perMs }: Rate): Promise<void> {
    await Promise.all([known, store].map((one) => one.increment(key, 1, perMs)))
  }

  // A store that is down gives nothing back.
  async function giveBack({ key, rate }: Guesser, count: number): Promise<void> {
    if (count > 0) await store.increment(key, -count, rate.perMs)
  }

  return {
    async take(guessers, endpoint, input) {
      const codes = codesIn(endpoint, input)
      const taken: { guesser: Guesser; fresh: string[] }[] = []
      for (const guesser of guessers) {
        const areKnown = await Promise.all(codes.map((code) => isKnown(knownKey(guesser, code), guesser.rate)))
        const fresh = codes.filter((_, index) => !areKnown[index])
        if (fresh.length === 0) continue
        const { count, resetMs } = await store.increment(guesser.key, fresh.length, guesser.rate.perMs, { failClosed: true })
        taken.push({ guesser, fresh })
        if (count <= guesser.rate.most) continue
        await Promise.all(taken.map((one) => giveBack(one.guesser, one.fresh.length)))
        throw tooMany(resetMs)
      }
      const settle = async (rejected: ReadonlySet<string>) => {
        await Promise.all(
          taken.map(async ({ guesser, fresh }) => {
            await Promise.all(fresh.map((code) => know(knownKey(guesser, code), guesser.rate)))
            await giveBack(guesser, fresh.filter((code) => !rejected.has(code)).length)
          }),
        )
      }
      return {
        settle: (answer) => settle(rejectedIn(answer)),
        async fail(error) {
          if (isReservation(endpoint) && error instanceof Problem && error.code === 'not_found') return settle(new Set(codes))
          await Promise.all(taken.map(({ guesser, fresh }) => giveBack(guesser, fresh.length)))
        },
      }
    },
  }
}

// Not the cart is refused but the code: without it, it may be sent again at once.
function tooMany(retryAfterMs: number): Problem {
  const issues = [{ pointer: '/customerSession/couponCodes', message: 'too many codes were tried in vain' }]
  return new Problem(429, 'rate_limited', { retryable: false, retryAfterMs, issues })
}

/** Whether a row reserves a code, and so says whether there is one. Releasing it does not. */
export function isReservation({ operationId }: Endpoint): boolean {
  return operationId === createCouponReservation.operationId
}

/** The codes that a request has looked up: none for most operations. */
function codesIn(endpoint: Endpoint, input: Record<string, unknown>): string[] {
  if (isReservation(endpoint)) return [folded(String(input.couponValue))]
  const session = input.customerSession
  if (endpoint.operationId !== updateCustomerSessionV2.operationId || !isRecord(session)) return []
  const { couponCodes, referralCode } = session
  const codes = [...(Array.isArray(couponCodes) ? couponCodes : []), referralCode]
  return [...new Set(codes.filter((code) => typeof code === 'string' && code !== '').map((code) => folded(String(code))))]
}

/** Those of an answer's codes that were rejected. */
function rejectedIn(data: unknown): ReadonlySet<string> {
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

function knownKey({ key }: Guesser, code: string): string {
  return hashedKey('code', key, code)
}
