/** Lists of transactions and of unused points, as the endpoints of profiles and of cards page through them. */
import type { GetLoyaltyCardPointsInput, GetLoyaltyCardTransactionsInput, LoyaltyCardInput } from '../endpoints.ts'
import type {
  LedgerPointsEntryIntegrationAPI,
  LedgerTransactionLogEntryIntegrationAPI,
  LoyaltyProfileTransactionsResponse,
} from '../schema.ts'
import { compare, expiryOf, ledgerNamed, type Lot, standingAt, startOf, statusAt, subledgersOf } from './ledger.ts'
import { pageOf } from './pages.ts'
import { invalid } from './refusal.ts'
import type { LedgerTransaction, LoyaltyProgram } from './state.ts'

/** Which transactions, and which page of them. */
export type TransactionsQuery = Omit<GetLoyaltyCardTransactionsInput, keyof LoyaltyCardInput>

/** Which unused points, in which order, and which page of them. */
export type PointsQuery = Omit<GetLoyaltyCardPointsInput, keyof LoyaltyCardInput>

/** The transactions that a query asks for, latest first. */
export function transactionsPage(transactions: readonly LedgerTransaction[], query: TransactionsQuery): LoyaltyProfileTransactionsResponse {
  const { awaitsActivation, loyaltyTransactionType, startDate, endDate } = query
  // The row's type has no false, but a request may.
  if (awaitsActivation !== undefined && !awaitsActivation)
    throw invalid('Invalid', 'awaitsActivation can only be true', { parameter: 'awaitsActivation' })
  const found = transactions.filter(
    (transaction) =>
      isAsked(transaction, query) &&
      (awaitsActivation === undefined || transaction.awaitsActivation === true) &&
      (loyaltyTransactionType === undefined || typeOf(transaction) === loyaltyTransactionType) &&
      (startDate === undefined || Date.parse(transaction.created) >= Date.parse(startDate)) &&
      (endDate === undefined || Date.parse(transaction.created) <= Date.parse(endDate)),
  )
  const latestFirst = found.toReversed().toSorted((one, other) => compare(Date.parse(other.created), Date.parse(one.created)))
  return pageOf(latestFirst.map(transactionEntry), query)
}

/** The unused points that a query asks for, oldest first unless it asks for another order, with the profile that earned them on a card. */
export function pointsPage(
  program: LoyaltyProgram,
  transactions: readonly LedgerTransaction[],
  query: PointsQuery,
  now: number,
): { hasMore: boolean; data: { entry: LedgerPointsEntryIntegrationAPI; profileId: string | undefined }[] } {
  const { status = 'active', sort } = query
  // Each subledger is spent by itself.
  const lots = ['', ...subledgersOf(transactions)].flatMap((name) => standingAt(program, ledgerNamed(transactions, name), now).lots)
  const found = lots
    .filter(({ addition, left }) => left > 0 && statusAt(addition, now) === status && isAsked(addition, query))
    .toSorted((one, other) => compare(one.addition.id, other.addition.id))
  const sorted = sort === undefined ? found : found.toSorted(byMoment(sort))
  const entries = sorted.map((lot) => ({ entry: pointsEntry(lot), profileId: lot.addition.profileId }))
  return pageOf(entries, query)
}

function byMoment(sort: NonNullable<PointsQuery['sort']>): (one: Lot, other: Lot) => number {
  const moment = sort.endsWith('startDate') ? startOf : expiryOf
  const direction = sort.startsWith('-') ? -1 : 1
  return (one, other) => direction * compare(moment(one.addition), moment(other.addition))
}

function transactionEntry(transaction: LedgerTransaction): LedgerTransactionLogEntryIntegrationAPI {
  const { type, amount, rulesetId, ruleName } = transaction
  return {
    ...shared(transaction),
    type,
    amount,
    ...(rulesetId !== undefined && { rulesetId }),
    ...(ruleName !== undefined && { ruleName }),
  }
}

function pointsEntry({ addition, left }: Lot): LedgerPointsEntryIntegrationAPI {
  return { ...shared(addition), amount: left }
}

function shared(transaction: LedgerTransaction): Omit<LedgerPointsEntryIntegrationAPI, 'amount'> {
  const { id, transactionUUID, created, programId, sessionId, name, subLedgerId, expiryDate, validityDuration } = transaction
  return {
    id,
    transactionUUID,
    created,
    programId,
    ...(sessionId !== undefined && { customerSessionId: sessionId }),
    name,
    startDate: transaction.awaitsActivation ? 'on_action' : (transaction.startDate ?? 'immediate'),
    expiryDate: expiryDate ?? 'unlimited',
    subledgerId: subLedgerId,
    ...(validityDuration !== undefined && { validityDuration }),
  }
}

function isAsked(
  { subLedgerId, sessionId, transactionUUID }: LedgerTransaction,
  { subledgerId, customerSessionIDs, transactionUUIDs }: Pick<PointsQuery, 'subledgerId' | 'customerSessionIDs' | 'transactionUUIDs'>,
): boolean {
  if (subledgerId !== undefined && !subledgerId.includes(subLedgerId)) return false
  if (customerSessionIDs !== undefined && (sessionId === undefined || !customerSessionIDs.includes(sessionId))) return false
  return transactionUUIDs === undefined || transactionUUIDs.includes(transactionUUID)
}

// What a rule books without a session, as on a profile update, is of none of the three types.
function typeOf({ origin, sessionId }: LedgerTransaction): TransactionsQuery['loyaltyTransactionType'] {
  return origin ?? (sessionId === undefined ? undefined : 'session')
}
