/** The points of profiles: joining a program, balances, lists, activation (on cards too) and deletion. */
import type {
  ActivateLoyaltyPointsInput,
  DeleteLoyaltyTransactionsFromLedgersInput,
  GetLoyaltyBalancesInput,
  GetLoyaltyProgramProfilePointsInput,
  GetLoyaltyProgramProfileTransactionsInput,
  JoinLoyaltyProgramInput,
} from '../endpoints.ts'
import type {
  ActivateLoyaltyPointsResponse,
  LoyaltyBalancesWithTiers,
  LoyaltyBalanceWithTier,
  LoyaltyLedgerEntry,
  LoyaltyProfilePointsResponse,
  LoyaltyProfileTransactionsResponse,
} from '../schema.ts'
import { after } from './duration.ts'
import { balanceAt, ledgersAsked, statusAt } from './ledger.ts'
import { joinDateOf, programBy } from './loyalty.ts'
import { pointsPage, transactionsPage } from './ledger-lists.ts'
import { invalid, notFound, required } from './refusal.ts'
import { type LedgerTransaction, type LoyaltyProgram, profileOf, type State, timestamp } from './state.ts'
import { projectedTierAt, tierAt } from './tiers.ts'

export function joinLoyaltyProgram(state: State, input: JoinLoyaltyProgramInput): undefined {
  const program = programBy(state, input.loyaltyProgramId, 'profiles')
  const integrationId = required(input.integrationId, 'integrationId')
  if (joinDateOf(state, program, integrationId) !== undefined)
    throw invalid('Invalid', 'the profile has already joined this program', { parameter: 'integrationId' })
  profileOf(state, integrationId)
  state.joins.set(integrationId, new Map(state.joins.get(integrationId)).set(program.id, timestamp(state)))
}

export function getLoyaltyBalances(state: State, input: GetLoyaltyBalancesInput): LoyaltyBalancesWithTiers {
  const { endDate, subledgerId, includeTiers = false, includeProjectedTier = false } = input
  const { program, transactions } = accountOf(state, input)
  const at = endDate === undefined ? state.clock() : Date.parse(endDate)
  const asked = subledgerId === undefined ? undefined : [subledgerId]
  return ledgersAsked(transactions, asked, (ledger): LoyaltyBalanceWithTier => {
    const projectedTier = includeProjectedTier ? projectedTierAt(program, ledger, at) : undefined
    return {
      ...balanceAt(program, ledger, at),
      ...(includeTiers && tierAt(program, ledger, at)),
      ...(projectedTier && { projectedTier }),
    }
  })
}

export function getLoyaltyProgramProfileTransactions(
  state: State,
  { subledgerId, ...query }: GetLoyaltyProgramProfileTransactionsInput,
): LoyaltyProfileTransactionsResponse {
  const { transactions } = accountOf(state, query)
  return transactionsPage(transactions, { ...query, ...(subledgerId !== undefined && { subledgerId: [subledgerId] }) })
}

export function getLoyaltyProgramProfilePoints(state: State, input: GetLoyaltyProgramProfilePointsInput): LoyaltyProfilePointsResponse {
  const { program, transactions } = accountOf(state, input)
  const { hasMore, data } = pointsPage(program, transactions, input, state.clock())
  return { hasMore, data: data.map(({ entry }) => entry) }
}

export function activateLoyaltyPoints(state: State, input: ActivateLoyaltyPointsInput): ActivateLoyaltyPointsResponse {
  const { transactionUUIDs, sessionId } = input
  const program = programBy(state, input.loyaltyProgramId)
  if ((transactionUUIDs === undefined) === (sessionId === undefined))
    throw invalid('Invalid', 'give either transactionUUIDs or sessionId', { pointer: '' })
  if (sessionId !== undefined && !state.sessions.has(sessionId)) throw notFound('Customer session')

  const named = additionsOf(state, program).filter(
    ({ addition }) => transactionUUIDs?.includes(addition.transactionUUID) ?? addition.sessionId === sessionId,
  )
  const found = new Set(named.map(({ addition }) => addition.transactionUUID))
  if (transactionUUIDs?.some((uuid) => !found.has(uuid))) throw notFound('Loyalty transaction')

  const now = state.clock()
  const pending = named.filter(({ addition }) => statusAt(addition, now) === 'pending')
  for (const { addition } of pending) activate(addition, now)
  return { ledgerEntries: pending.map(ledgerEntry) }
}

export function deleteLoyaltyTransactionsFromLedgers(state: State, input: DeleteLoyaltyTransactionsFromLedgersInput): undefined {
  const { scope, subledgerIds } = input
  const { program, integrationId } = accountOf(state, input)
  if (scope === 'SelectedSubledgers' && !subledgerIds?.length)
    throw invalid('Required', 'SelectedSubledgers needs subledgerIds', { pointer: '/subledgerIds' })
  const isKept = ({ programId, subLedgerId }: LedgerTransaction): boolean =>
    programId !== program.id || (scope === 'SelectedSubledgers' && !subledgerIds?.includes(subLedgerId))
  state.ledgers.set(integrationId, (state.ledgers.get(integrationId) ?? []).filter(isKept))
}

interface Account {
  program: LoyaltyProgram
  integrationId: string
  /** Those of the program. */
  transactions: LedgerTransaction[]
}

function accountOf(state: State, input: { loyaltyProgramId: number; integrationId?: string }): Account {
  const program = programBy(state, input.loyaltyProgramId, 'profiles')
  const integrationId = required(input.integrationId, 'integrationId')
  if (!state.profiles.has(integrationId)) throw notFound('Customer profile')
  const transactions = (state.ledgers.get(integrationId) ?? []).filter(({ programId }) => programId === program.id)
  return { program, integrationId, transactions }
}

interface HeldAddition {
  addition: LedgerTransaction
  profileId: string | undefined
  cardId?: number
}

function additionsOf(state: State, program: LoyaltyProgram): HeldAddition[] {
  const onProfiles = [...state.ledgers].flatMap(([profileId, ledger]) => ledger.map((addition): HeldAddition => ({ addition, profileId })))
  const onCards = [...state.cards.values()].flatMap(({ card, transactions }) =>
    transactions.map((addition): HeldAddition => ({ addition, profileId: addition.profileId, cardId: card.id })),
  )
  return [...onProfiles, ...onCards].filter(({ addition }) => addition.programId === program.id && addition.type === 'addition')
}

function activate(addition: LedgerTransaction, now: number): void {
  const { awaitsActivation, validityDuration, expiryDate } = addition
  delete addition.awaitsActivation
  addition.startDate = new Date(now).toISOString()
  if (!awaitsActivation || validityDuration === undefined || expiryDate !== undefined) return
  const end = after(now, validityDuration)
  if (end !== undefined) addition.expiryDate = new Date(end).toISOString()
}

function ledgerEntry({ addition, profileId, cardId }: HeldAddition): LoyaltyLedgerEntry {
  const { created, programId, sessionId, type, amount, startDate, expiryDate, name, subLedgerId, validityDuration } = addition
  return {
    created,
    programID: programId,
    ...(profileId !== undefined && { customerProfileID: profileId }),
    ...(cardId !== undefined && { cardID: cardId }),
    ...(sessionId !== undefined && { customerSessionID: sessionId }),
    type,
    amount,
    ...(startDate !== undefined && { startDate }),
    ...(expiryDate !== undefined && { expiryDate }),
    name,
    subLedgerID: subLedgerId,
    ...(validityDuration !== undefined && { validityDuration }),
  }
}
