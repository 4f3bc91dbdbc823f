/** The arithmetic of one ledger: which of its points are pending, active, expired or spent at a moment. */
import type { LoyaltyBalance } from '../schema.ts'
import type { LedgerTransaction, LoyaltyProgram } from './state.ts'

/** Where unused points stand. */
export type PointsStatus = 'active' | 'pending' | 'expired'

/** One addition, and how many of its points are unused. */
export interface Lot {
  addition: LedgerTransaction
  left: number
}

/** A ledger at a moment. */
export interface Standing {
  /** Oldest first. */
  lots: Lot[]
  spent: number
  /** Spent beyond what was there. */
  owed: number
}

/** Replays a ledger up to a moment, past or future. */
export function standingAt({ returnPolicy }: LoyaltyProgram, transactions: readonly LedgerTransaction[], at: number): Standing {
  const known = transactions.filter(({ created }) => Date.parse(created) <= at)
  const lots = known.filter(({ type }) => type === 'addition').map((addition): Lot => ({ addition, left: addition.amount }))
  const subtractions = known.filter(({ type }) => type === 'subtraction')
  // Additions stand first, so that points can be spent in the moment they become active; they pay what is owed.
  const moves = [
    ...lots.map(({ addition }) => ({ moment: startOf(addition), amount: 0 })),
    ...subtractions.map(({ created, amount }) => ({ moment: Date.parse(created), amount })),
  ]
  let owed = 0
  for (const { moment, amount } of moves.filter((move) => move.moment <= at).toSorted((one, other) => one.moment - other.moment)) {
    if (owed + amount === 0) continue
    const active = lots.filter(({ addition }) => statusAt(addition, moment) === 'active')
    const missing = spend(active, owed + amount)
    owed = returnPolicy === 'unlimited' ? missing : 0
  }
  return { lots, spent: sum(subtractions.map(({ amount }) => amount)), owed }
}

/** The points of a ledger at a moment. */
export function balanceAt(program: LoyaltyProgram, transactions: readonly LedgerTransaction[], at: number): Required<LoyaltyBalance> {
  const { lots, spent, owed } = standingAt(program, transactions, at)
  const unused = (status: PointsStatus): number =>
    sum(lots.filter(({ addition }) => statusAt(addition, at) === status).map(({ left }) => left))
  return {
    activePoints: unused('active'),
    pendingPoints: unused('pending'),
    spentPoints: spent,
    expiredPoints: unused('expired'),
    negativePoints: owed,
  }
}

/** Where the points of an addition stand at a moment, used or not. */
export function statusAt(addition: LedgerTransaction, at: number): PointsStatus {
  if (expiryOf(addition) <= at) return 'expired'
  return startOf(addition) > at ? 'pending' : 'active'
}

/** When points become active, in milliseconds since the epoch; `Infinity` while they await activation. */
export function startOf({ awaitsActivation, created, startDate = created }: LedgerTransaction): number {
  return awaitsActivation ? Infinity : Math.max(Date.parse(created), Date.parse(startDate))
}

/** When points expire, in milliseconds since the epoch; `Infinity`: never. */
export function expiryOf({ expiryDate }: LedgerTransaction): number {
  return expiryDate === undefined ? Infinity : Date.parse(expiryDate)
}

/** The transactions of one ledger; `''` is the main one. */
export function ledgerNamed(transactions: readonly LedgerTransaction[], name: string): LedgerTransaction[] {
  return transactions.filter(({ subLedgerId }) => subLedgerId === name)
}

/** The subledgers that transactions are in. */
export function subledgersOf(transactions: readonly LedgerTransaction[]): string[] {
  return [...new Set(transactions.map(({ subLedgerId }) => subLedgerId))].filter((name) => name !== '')
}

/** A value for each ledger asked for, as balances are answered; all that have transactions, and the main one, unless some are named. */
export function ledgersAsked<Value>(
  transactions: readonly LedgerTransaction[],
  names: readonly string[] = ['', ...subledgersOf(transactions)],
  valueOf: (ledger: LedgerTransaction[]) => Value,
): { balance?: Value; subledgerBalances?: Record<string, Value> } {
  const subledgers = names.filter((name) => name !== '')
  return {
    ...(names.includes('') && { balance: valueOf(ledgerNamed(transactions, '')) }),
    ...(subledgers.length > 0 && {
      subledgerBalances: Object.fromEntries(subledgers.map((name) => [name, valueOf(ledgerNamed(transactions, name))])),
    }),
  }
}

/** Orders numbers, infinite ones too. */
export function compare(one: number, other: number): number {
  return one < other ? -1 : Number(one > other)
}

/** An amount of points or money without the noise of binary fractions. */
export function exact(amount: number): number {
  return Number(amount.toFixed(6))
}

// What expires first is spent first, what never expires last: talon-one/t1-openapi-specs. Returns what the lots could not pay.
function spend(lots: readonly Lot[], amount: number): number {
  let missing = amount
  for (const lot of lots.toSorted((one, other) => compare(expiryOf(one.addition), expiryOf(other.addition)))) {
    const taken = Math.min(lot.left, missing)
    lot.left = exact(lot.left - taken)
    missing = exact(missing - taken)
  }
  return missing
}

function sum(amounts: readonly number[]): number {
  return exact(amounts.reduce((total, amount) => total + amount, 0))
}
