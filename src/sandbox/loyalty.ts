/** Points: booked when a session closes, taken back when it is cancelled, and added up for answers. */
import type { EffectOf, KnownEffect } from '../effects.ts'
import type { LedgerInfo, Loyalty, LoyaltyProgramLedgers } from '../schema.ts'
import { type LedgerTransaction, type LoyaltyProgram, type State, timestamp } from './state.ts'
import { isAhead, isPast } from './verdicts.ts'

/** Writes the bookings among `effects` into the ledgers of their profiles. */
export function bookPoints(state: State, effects: readonly KnownEffect[], profileId: string, sessionId?: string): void {
  for (const booking of bookingsOf(state, effects, profileId)) {
    const ledger = state.ledgers.get(booking.profileId) ?? []
    ledger.push({ ...booking.transaction, ...(sessionId !== undefined && { sessionId }) })
    state.ledgers.set(booking.profileId, ledger)
  }
}

/** Takes every booking of a session out of the ledgers. */
export function unbookPoints(state: State, sessionId: string): void {
  for (const [profileId, ledger] of state.ledgers) {
    state.ledgers.set(
      profileId,
      ledger.filter((transaction) => transaction.sessionId !== sessionId),
    )
  }
}

/** The balances of a profile. `tentative`: the effects of an open session, counted as if it closed now. */
export function loyaltyOf(state: State, profileId: string | undefined, tentative: readonly KnownEffect[] = []): Loyalty {
  if (profileId === undefined) return { programs: {} }
  const booked = state.ledgers.get(profileId) ?? []
  const promised = bookingsOf(state, tentative, profileId).filter((booking) => booking.profileId === profileId)
  const all = [...booked, ...promised.map(({ transaction }) => transaction)]
  // Keyed by the program's name: docs.talon.one/docs/dev/technology-partners/braze/receiving-loyalty-ledger-braze
  return { programs: Object.fromEntries(state.programs.map((program) => [program.name, ledgersOf(state, program, booked, all)])) }
}

function ledgersOf(
  state: State,
  program: LoyaltyProgram,
  booked: readonly LedgerTransaction[],
  all: readonly LedgerTransaction[],
): LoyaltyProgramLedgers {
  const mine = all.filter(({ programId }) => programId === program.id)
  const bookedHere = booked.filter(({ programId }) => programId === program.id)
  const ledger = (subLedgerId: string): LedgerInfo => balances(state, bookedHere.filter(isIn(subLedgerId)), mine.filter(isIn(subLedgerId)))
  const names = [...new Set(mine.map(({ subLedgerId }) => subLedgerId))].filter((name) => name !== '')
  return {
    ...program,
    ledger: ledger(''),
    ...(names.length > 0 && { subLedgers: Object.fromEntries(names.map((name) => [name, ledger(name)])) }),
  }
}

function isIn(subLedgerId: string): (transaction: LedgerTransaction) => boolean {
  return (transaction) => transaction.subLedgerId === subLedgerId
}

function balances(state: State, booked: readonly LedgerTransaction[], withTentative: readonly LedgerTransaction[]): LedgerInfo {
  const now = state.clock()
  return {
    currentBalance: active(booked, now),
    pendingBalance: pending(booked, now),
    // Deprecated, always 0 (types.md §5).
    expiredBalance: 0,
    spentBalance: 0,
    tentativeCurrentBalance: active(withTentative, now),
    tentativePendingBalance: pending(withTentative, now),
  }
}

function active(transactions: readonly LedgerTransaction[], now: number): number {
  const added = sum(transactions.filter((entry) => entry.type === 'addition' && !isPending(entry, now) && !isPast(entry.expiryDate, now)))
  const spent = sum(transactions.filter((entry) => entry.type === 'subtraction'))
  return Math.max(added - spent, 0)
}

function pending(transactions: readonly LedgerTransaction[], now: number): number {
  return sum(transactions.filter((entry) => entry.type === 'addition' && isPending(entry, now)))
}

function isPending({ startDate, awaitsActivation }: LedgerTransaction, now: number): boolean {
  return awaitsActivation === true || isAhead(startDate, now)
}

function sum(transactions: readonly LedgerTransaction[]): number {
  return transactions.reduce((total, { amount }) => total + amount, 0)
}

function bookingsOf(
  state: State,
  effects: readonly KnownEffect[],
  profileId: string,
): { profileId: string; transaction: LedgerTransaction }[] {
  const created = timestamp(state)
  return effects.flatMap((effect) => {
    if (effect.effectType === 'addLoyaltyPoints')
      return [{ profileId: effect.props.recipientIntegrationId, transaction: additionOf(effect, created) }]
    return effect.effectType === 'deductLoyaltyPoints' ? [{ profileId, transaction: subtractionOf(effect, created) }] : []
  })
}

function additionOf({ props }: EffectOf<'addLoyaltyPoints'>, created: string): LedgerTransaction {
  const { transactionUUID, programId, subLedgerId, value, name, startDate, expiryDate, awaitsActivation } = props
  return {
    transactionUUID,
    programId,
    subLedgerId,
    type: 'addition',
    amount: value,
    name,
    created,
    ...(startDate !== undefined && { startDate }),
    ...(expiryDate !== undefined && { expiryDate }),
    ...(awaitsActivation !== undefined && { awaitsActivation }),
  }
}

function subtractionOf({ props }: EffectOf<'deductLoyaltyPoints'>, created: string): LedgerTransaction {
  const { transactionUUID, programId, subLedgerId, value, name } = props
  return { transactionUUID, programId, subLedgerId, type: 'subtraction', amount: value, name, created }
}
