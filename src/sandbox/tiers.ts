/** Tiers: a ladder of balances, in each ledger by itself. */
import type { LoyaltyBalanceWithTier, ProjectedTier } from '../schema.ts'
import { balanceAt, compare, exact, expiryOf, startOf } from './ledger.ts'
import type { LedgerTransaction, LoyaltyProgram, LoyaltyTier } from './state.ts'

/** The tier a ledger's active points lead to at a moment, and the next one; nothing when the program has no tiers. */
export function tierAt(
  program: LoyaltyProgram,
  transactions: readonly LedgerTransaction[],
  at: number,
): Pick<LoyaltyBalanceWithTier, 'currentTier' | 'pointsToNextTier' | 'nextTierName'> {
  const ladder = ladderOf(program)
  if (ladder.length === 0) return {}
  const { activePoints } = balanceAt(program, transactions, at)
  const rank = rankOf(ladder, activePoints)
  const [current, next] = [ladder[rank - 1], ladder[rank]]
  const fall = fallAfter(program, transactions, at)
  return {
    ...(current && {
      currentTier: {
        id: rank,
        name: current.name,
        ...(fall && { expiryDate: new Date(fall.moment).toISOString() }),
        downgradePolicy: 'balance_based',
      },
    }),
    ...(next && { pointsToNextTier: exact(next.minPoints - activePoints) }),
    nextTierName: next?.name ?? null,
  }
}

/** Where a ledger will stand when its tier expires, if nothing is earned or spent until then; where it stands when it does not. */
export function projectedTierAt(
  program: LoyaltyProgram,
  transactions: readonly LedgerTransaction[],
  at: number,
): ProjectedTier | undefined {
  const ladder = ladderOf(program)
  if (ladder.length === 0) return undefined
  const { activePoints } = balanceAt(program, transactions, at)
  const fall = fallAfter(program, transactions, at)
  const projectedActivePoints = fall?.activePoints ?? activePoints
  const current = ladder[rankOf(ladder, activePoints) - 1]
  const projected = ladder[rankOf(ladder, projectedActivePoints) - 1]
  return {
    projectedActivePoints,
    ...(fall && current && { stayInTierPoints: exact(current.minPoints - projectedActivePoints) }),
    ...(projected && { projectedTierName: projected.name }),
  }
}

// The first moment at which points that start and expire by themselves no longer reach the tier of today.
function fallAfter(
  program: LoyaltyProgram,
  transactions: readonly LedgerTransaction[],
  at: number,
): { moment: number; activePoints: number } | undefined {
  const ladder = ladderOf(program)
  const known = transactions.filter(({ created }) => Date.parse(created) <= at)
  const rank = rankOf(ladder, balanceAt(program, known, at).activePoints)
  const additions = known.filter(({ type }) => type === 'addition')
  const moments = additions
    .flatMap((addition) => [startOf(addition), expiryOf(addition)])
    .filter((moment) => moment > at && moment < Infinity)
    .toSorted(compare)
  for (const moment of moments) {
    const { activePoints } = balanceAt(program, known, moment)
    if (rankOf(ladder, activePoints) < rank) return { moment, activePoints }
  }
  return undefined
}

function ladderOf({ tiers = [] }: LoyaltyProgram): LoyaltyTier[] {
  return tiers.toSorted((one, other) => compare(one.minPoints, other.minPoints))
}

// How many rungs are reached.
function rankOf(ladder: readonly LoyaltyTier[], activePoints: number): number {
  return ladder.filter(({ minPoints }) => minPoints <= activePoints).length
}
