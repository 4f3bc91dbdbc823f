/** Waiting at the checkout barrier. */
import { TalonOneError } from '../error.ts'
import type { CartEdit } from './edits.ts'
import { about } from './given-back.ts'
import type { Clock } from './timing.ts'

/** What {@link arrival} needs. */
export interface Wait<Outcome> {
  /** Resolves when every edit that waited has been carried; rejects when one was given up. */
  carried: Promise<unknown>
  /** How it stands: through, given up, or neither yet. */
  look: (isCarried: boolean) => Outcome | TalonOneError | undefined
  /** Calls back whenever something has changed. */
  subscribe: (listener: () => void) => () => void
  clock: Clock
  /** The edits that wait. */
  waiting: () => readonly { edit: CartEdit }[]
  /** In milliseconds. */
  timeout: number
}

/** Resolves when it is through; rejects when it is given up, or takes too long. */
export async function arrival<Outcome extends object>({
  carried,
  look,
  subscribe,
  clock,
  waiting,
  timeout,
}: Wait<Outcome>): Promise<Outcome> {
  let end = () => {}
  try {
    return await new Promise((resolve, reject) => {
      let isCarried = false
      const check = () => {
        const found = look(isCarried)
        if (found instanceof TalonOneError) reject(found)
        else if (found) resolve(found)
      }
      const late = new TalonOneError('timeout', 'the cart was not confirmed in time; its edits are kept and still on their way', {
        retryable: true,
      })
      const timer = clock.setTimeout(() => reject(about(late, waiting())), Math.min(timeout, longestTimer))
      const unsubscribe = subscribe(check)
      end = () => {
        clock.clearTimeout(timer)
        unsubscribe()
      }
      carried.then(() => {
        isCarried = true
        check()
      }, reject)
    })
  } finally {
    end()
  }
}

// More than this, and a platform's timer goes off at once.
const longestTimer = 2 ** 31 - 1
