/** What one evaluation has given so far, beside what is booked already. */
import type { EffectOf } from '../effects.ts'
import type { Coupon, Referral } from '../schema.ts'
import type { BudgetLeft } from './budgets.ts'
import type { ProgressTracker, State } from './state.ts'

/** Kept while the rules run; a rule that fails in the middle leaves no trace of itself in it. */
export interface Tally {
  /** How many effects there are, for the UUIDs of bookings. */
  count: number
  /** Discounts so far, in major currency units. */
  discounted: number
  budgetLeft: BudgetLeft
  points: (EffectOf<'addLoyaltyPoints'> | EffectOf<'deductLoyaltyPoints'>)[]
  /** The profile's rounds in achievements, with what this evaluation adds. */
  rounds: ProgressTracker[]
  /** The ids of the giveaways that are promised. */
  giveaways: number[]
  /** The codes that go into the profile's wallet. */
  reserved: string[]
  made: Made[]
}

/** A code that a rule makes, as it will be stored. */
export type Made = { madeFor: string } & ({ kind: 'coupon'; coupon: Coupon } | { kind: 'referral'; referral: Referral })

/** Nothing so far. */
export function newTally(state: State, profileId: string | undefined): Tally {
  return {
    count: 0,
    discounted: 0,
    budgetLeft: new Map(),
    points: [],
    rounds: state.progress.filter((round) => round.profileId === profileId),
    giveaways: [],
    reserved: [],
    made: [],
  }
}

/** The same once more, to go on from or to drop. */
export function copyTally({ budgetLeft, points, rounds, giveaways, reserved, made, ...counts }: Tally): Tally {
  return {
    ...counts,
    budgetLeft: new Map(budgetLeft),
    points: [...points],
    rounds: rounds.map((round) => ({ ...round })),
    giveaways: [...giveaways],
    reserved: [...reserved],
    made: [...made],
  }
}
