/** Loyalty cards: made, linked to profiles and unlinked, and what is on them. */
import type {
  GenerateLoyaltyCardInput,
  GetLoyaltyCardBalancesInput,
  GetLoyaltyCardPointsInput,
  GetLoyaltyCardTransactionsInput,
  LinkLoyaltyCardInput,
  LoyaltyCardInput,
} from '../endpoints.ts'
import type { LoyaltyCard, LoyaltyCardBalances, LoyaltyCardPointsResponse, LoyaltyCardTransactionsResponse } from '../schema.ts'
import { balanceAt, ledgersAsked } from './ledger.ts'
import { cardAnswer, programBy } from './loyalty.ts'
import { pointsPage, transactionsPage } from './ledger-lists.ts'
import { invalid, notFound } from './refusal.ts'
import { type LoyaltyProgram, profileOf, type State, type StoredCard, takeId, timestamp } from './state.ts'

export function generateLoyaltyCard(state: State, input: GenerateLoyaltyCardInput): LoyaltyCard {
  const { loyaltyProgramId, status = 'active', customerProfileIds = [], cardIdentifier } = input
  const { id: programID, name, title, usersPerCardLimit = 0 } = programBy(state, loyaltyProgramId, 'cards')
  if (cardIdentifier !== undefined && state.cards.has(cardIdentifier))
    throw invalid('Invalid', 'there is a card with this identifier', { pointer: '/cardIdentifier' })
  const users = [...new Set(customerProfileIds)]
  if (usersPerCardLimit > 0 && users.length > usersPerCardLimit) throw tooManyUsers('/customerProfileIds')

  const created = timestamp(state)
  const id = takeId(state)
  const identifier = cardIdentifier ?? freeIdentifier(state, id)
  const stored: StoredCard = {
    card: { id, created, programID, programName: name, programTitle: title, status, identifier, usersPerCardLimit, modified: created },
    profiles: [],
    transactions: [],
  }
  state.cards.set(identifier, stored)
  for (const user of users) register(state, stored, user)
  return cardAnswer(state, stored)
}

export function linkLoyaltyCardToProfile(state: State, input: LinkLoyaltyCardInput): LoyaltyCard {
  const { stored } = cardBy(state, input)
  const { profiles, card } = stored
  if (!profiles.some(({ integrationId }) => integrationId === input.integrationId)) {
    if (card.usersPerCardLimit > 0 && profiles.length >= card.usersPerCardLimit) throw tooManyUsers('/integrationId')
    register(state, stored, input.integrationId)
  }
  return cardAnswer(state, stored)
}

export function unlinkLoyaltyCardFromProfile(state: State, input: LinkLoyaltyCardInput): LoyaltyCard {
  const { stored } = cardBy(state, input)
  const others = stored.profiles.filter(({ integrationId }) => integrationId !== input.integrationId)
  if (others.length < stored.profiles.length) stored.card.modified = timestamp(state)
  stored.profiles = others
  return cardAnswer(state, stored)
}

export function getLoyaltyCardBalances(state: State, input: GetLoyaltyCardBalancesInput): LoyaltyCardBalances {
  const { endDate, subledgerId } = input
  const { program, stored } = cardBy(state, input)
  const at = endDate === undefined ? state.clock() : Date.parse(endDate)
  const balances = ledgersAsked(stored.transactions, subledgerId, (ledger) => balanceAt(program, ledger, at))
  return { ...balances, profiles: stored.profiles }
}

export function getLoyaltyCardTransactions(state: State, input: GetLoyaltyCardTransactionsInput): LoyaltyCardTransactionsResponse {
  const { stored } = cardBy(state, input)
  const { hasMore, data } = transactionsPage(stored.transactions, input)
  return { hasMore, data: data.map((entry) => ({ ...entry, cardIdentifier: stored.card.identifier })) }
}

export function getLoyaltyCardPoints(state: State, input: GetLoyaltyCardPointsInput): LoyaltyCardPointsResponse {
  const { program, stored } = cardBy(state, input)
  const { hasMore, data } = pointsPage(program, stored.transactions, input, state.clock())
  return {
    hasMore,
    data: data.map(({ entry, profileId }) => ({ ...entry, ...(profileId !== undefined && { customerProfileID: profileId }) })),
  }
}

function cardBy(state: State, { loyaltyProgramId, loyaltyCardId }: LoyaltyCardInput): { program: LoyaltyProgram; stored: StoredCard } {
  const program = programBy(state, loyaltyProgramId, 'cards')
  const stored = state.cards.get(loyaltyCardId)
  if (stored?.card.programID !== program.id) throw notFound('Loyalty card')
  return { program, stored }
}

function register(state: State, stored: StoredCard, integrationId: string): void {
  profileOf(state, integrationId)
  const at = timestamp(state)
  stored.profiles = [...stored.profiles, { integrationId, timestamp: at }]
  stored.card.modified = at
}

function tooManyUsers(pointer: string): ReturnType<typeof invalid> {
  return invalid('Invalid', 'more profiles than usersPerCardLimit allows', { pointer })
}

// Counted rather than drawn, so that a test gets the same identifiers each time.
function freeIdentifier(state: State, number: number): string {
  const identifier = `card-${String(number).padStart(8, '0')}`
  return state.cards.has(identifier) ? freeIdentifier(state, number + 1) : identifier
}
