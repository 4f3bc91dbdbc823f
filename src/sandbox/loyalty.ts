/** Points: booked when a session closes, taken back when it is cancelled, and added up for answers. */
import type { EffectOf, KnownEffect, LoyaltyLedgerEntryExpiryDateChange } from '../effects.ts'
import type { LedgerInfo, Loyalty, LoyaltyCard, LoyaltyProgramLedgers, Timestamp } from '../schema.ts'
import { balanceAt, ledgerNamed, startOf, statusAt, subledgersOf } from './ledger.ts'
import { invalid, notFound } from './refusal.ts'
import { type LedgerTransaction, type LoyaltyProgram, type State, type StoredCard, takeId, timestamp } from './state.ts'
import { tierAt } from './tiers.ts'

/** Whose points they are: a profile's, or a card's. */
export interface Holder {
  /** Empty: an anonymous session with a card. */
  profileId: string
  cardIdentifier?: string
}

interface Booking {
  holder: Holder
  transaction: Omit<LedgerTransaction, 'id'>
}

/**
 * Who holds what a session earns or spends in a program: its profile or, when the program is card-based, a card it names that is
 * active and may be used by that profile. Undefined: nobody, so that nothing is earned or spent.
 */
export function holderOf(
  state: State,
  programId: number,
  profileId: string | undefined,
  cardIdentifiers: readonly string[] = [],
): Holder | undefined {
  const isCardBased = state.programs.some((program) => program.id === programId && program.isCardBased)
  if (!isCardBased) return profileId === undefined ? undefined : { profileId }
  const named = cardsNamed(state, cardIdentifiers).find(({ card }) => card.programID === programId)
  if (named === undefined || !isUsable(named, profileId)) return undefined
  return { profileId: profileId ?? '', cardIdentifier: named.card.identifier }
}

/** The program of an id. Refuses an unknown one, and one whose points live elsewhere than the operation works on. */
export function programBy(state: State, id: number, points?: 'profiles' | 'cards'): LoyaltyProgram {
  const program = state.programs.find((candidate) => candidate.id === id)
  if (program === undefined) throw notFound('Loyalty program')
  if (points !== undefined && (points === 'cards') !== (program.isCardBased ?? false))
    throw invalid('Invalid', `this program does not keep its points on ${points}`, { parameter: 'loyaltyProgramId' })
  return program
}

/** Effects that would book points, whose session or event it is, and when, in milliseconds since the epoch. */
export interface Promised {
  effects: readonly KnownEffect[]
  /** Empty: anonymous. */
  profileId: string
  now: number
}

/** One ledger of a holder, with what effects would book into it. */
export function ledgerWith(
  state: State,
  { profileId, cardIdentifier }: Holder,
  programId: number,
  subLedgerId: string,
  promises?: Promised,
): LedgerTransaction[] {
  const booked = cardIdentifier === undefined ? state.ledgers.get(profileId) : state.cards.get(cardIdentifier)?.transactions
  const promised = (promises === undefined ? [] : bookingsOf(state, promises.effects, promises.profileId, promises.now))
    .filter(({ holder }) => (cardIdentifier === undefined ? holder.profileId === profileId : holder.cardIdentifier === cardIdentifier))
    .map(({ transaction }) => ({ ...transaction, id: 0 }))
  return ledgerNamed(
    [...(booked ?? []), ...promised].filter((transaction) => transaction.programId === programId),
    subLedgerId,
  )
}

/** Writes the bookings among `effects` into the ledgers of their profiles and cards. */
export function bookPoints(state: State, effects: readonly KnownEffect[], profileId: string, sessionId: string | undefined): void {
  for (const { holder, transaction } of bookingsOf(state, effects, profileId)) {
    if (wasKept(state, holder, transaction)) continue
    ledgerOf(state, holder).push({ ...transaction, id: takeId(state), ...(sessionId !== undefined && { sessionId }) })
  }
  for (const { transactionUUID, newExpiryDate } of effects.flatMap(newExpiriesOf)) moveExpiry(state, transactionUUID, newExpiryDate)
}

/** Whether points stay although their session is taken back: active ones of a program that takes back pending ones only. */
export function arePointsKept(state: State, { props }: EffectOf<'addLoyaltyPoints'>): boolean {
  const { programId, recipientIntegrationId: profileId, cardIdentifier, transactionUUID } = props
  const holder: Holder = { profileId, ...(cardIdentifier !== undefined && { cardIdentifier }) }
  const booked = keepsActive(state, programId) && ledgerOf(state, holder).find((one) => one.transactionUUID === transactionUUID)
  return booked ? statusAt(booked, state.clock()) !== 'pending' : false
}

// A session that was reopened closes again; what it kept is not earned twice.
function wasKept(state: State, holder: Holder, { programId, transactionUUID }: Booking['transaction']): boolean {
  return keepsActive(state, programId) && ledgerOf(state, holder).some((one) => one.transactionUUID === transactionUUID)
}

function keepsActive({ programs }: State, programId: number): boolean {
  return programs.find(({ id }) => id === programId)?.returnPolicy === 'only_pending'
}

/** Takes what rollbacks name of a session's bookings out of the ledgers. */
export function unbookPoints(state: State, sessionId: string, rollbacks: readonly KnownEffect[]): void {
  for (const { effectType, props } of rollbacks) {
    if (effectType !== 'rollbackAddedLoyaltyPoints' && effectType !== 'rollbackDeductedLoyaltyPoints') continue
    const { recipientIntegrationId: profileId, cardIdentifier, transactionUUID } = props
    const ledger = ledgerOf(state, { profileId, ...(cardIdentifier !== undefined && { cardIdentifier }) })
    const index = ledger.findIndex((one) => one.sessionId === sessionId && one.transactionUUID === transactionUUID)
    if (index >= 0) ledger.splice(index, 1)
  }
}

/**
 * The balances of a profile and of cards.
 *
 * @param tentative the effects of an open session, counted as if it closed now
 * @param cardIdentifiers the cards to show; those that do not exist are left out
 */
export function loyaltyOf(
  state: State,
  profileId: string | undefined,
  tentative: readonly KnownEffect[] = [],
  cardIdentifiers: readonly string[] = [],
): Loyalty {
  const promised = bookingsOf(state, tentative, profileId ?? '')
  const cards = cardsNamed(state, cardIdentifiers).map((stored) => cardAnswer(state, stored, promised))
  return { ...(cards.length > 0 && { cards }), programs: profileId === undefined ? {} : programsOf(state, profileId, promised) }
}

/** The identifiers of the cards that are linked to a profile. */
export function linkedCards(state: State, profileId: string): string[] {
  const mine = [...state.cards.values()].filter(({ profiles }) => profiles.some(({ integrationId }) => integrationId === profileId))
  return mine.map(({ card }) => card.identifier)
}

/** A card as answers show it. */
export function cardAnswer(state: State, stored: StoredCard, promised: readonly Booking[] = []): LoyaltyCard {
  const { card, profiles, transactions } = stored
  const mine = promised.filter(({ holder }) => holder.cardIdentifier === card.identifier)
  const program = state.programs.find(({ id }) => id === card.programID)
  if (program === undefined) return { ...card, profiles }
  const { ledger, subLedgers } = ledgersOf(state, program, transactions, mine)
  return { ...card, profiles, ledger, ...(subLedgers && { subledgers: subLedgers }) }
}

/** When a profile joined a program, by asking or by its points; undefined: it has not. */
export function joinDateOf(state: State, { id, programJoinPolicy }: LoyaltyProgram, profileId: string): Timestamp | undefined {
  const asked = state.joins.get(profileId)?.get(id)
  if (asked !== undefined) return asked
  const additions = (state.ledgers.get(profileId) ?? []).filter(({ programId, type }) => programId === id && type === 'addition')
  if (programJoinPolicy === 'points_earned') return additions[0]?.created
  if (programJoinPolicy !== 'points_activated') return undefined
  const first = Math.min(...additions.map(startOf))
  return first <= state.clock() ? timestamp(state, first) : undefined
}

function newExpiriesOf(effect: KnownEffect): LoyaltyLedgerEntryExpiryDateChange[] {
  const isAboutExpiry = effect.effectType === 'extendLoyaltyPointsExpiryDate' || effect.effectType === 'setLoyaltyPointsExpiryDate'
  return isAboutExpiry ? (effect.props.affectedTransactions ?? []) : []
}

function moveExpiry(state: State, transactionUUID: string, expiryDate: Timestamp): void {
  const ledgers = [...state.ledgers.values(), ...[...state.cards.values()].map(({ transactions }) => transactions)]
  for (const transaction of ledgers.flat()) if (transaction.transactionUUID === transactionUUID) transaction.expiryDate = expiryDate
}

function cardsNamed(state: State, identifiers: readonly string[]): StoredCard[] {
  return identifiers.flatMap((identifier) => state.cards.get(identifier) ?? [])
}

// docs.talon.one/docs/product/loyalty-programs/loyalty-cards/loyalty-card-overview: only active cards earn or redeem; a card that is linked to profiles is for them alone (inferred).
function isUsable({ card, profiles }: StoredCard, profileId: string | undefined): boolean {
  return card.status === 'active' && (profiles.length === 0 || profiles.some(({ integrationId }) => integrationId === profileId))
}

function ledgerOf(state: State, { profileId, cardIdentifier }: Holder): LedgerTransaction[] {
  if (cardIdentifier !== undefined) return state.cards.get(cardIdentifier)?.transactions ?? []
  const ledger = state.ledgers.get(profileId) ?? []
  state.ledgers.set(profileId, ledger)
  return ledger
}

function programsOf(state: State, profileId: string, promised: readonly Booking[]): Loyalty['programs'] {
  const booked = state.ledgers.get(profileId) ?? []
  const mine = promised.filter(({ holder }) => holder.profileId === profileId)
  const programs = state.programs.filter(({ isCardBased }) => !isCardBased)
  // Keyed by the program's name: docs.talon.one/docs/dev/technology-partners/braze/receiving-loyalty-ledger-braze
  return Object.fromEntries(
    programs.map((program): [string, LoyaltyProgramLedgers] => {
      const { id, name, title } = program
      const joinDate = joinDateOf(state, program, profileId)
      return [name, { id, name, title, ...(joinDate !== undefined && { joinDate }), ...ledgersOf(state, program, booked, mine) }]
    }),
  )
}

function ledgersOf(
  state: State,
  program: LoyaltyProgram,
  booked: readonly LedgerTransaction[],
  promised: readonly Booking[],
): Pick<LoyaltyProgramLedgers, 'ledger' | 'subLedgers'> {
  const ofProgram = booked.filter(({ programId }) => programId === program.id)
  const tentative = promised.map(({ transaction }) => ({ ...transaction, id: 0 })).filter(({ programId }) => programId === program.id)
  const all = [...ofProgram, ...tentative]
  const ledger = (name: string): LedgerInfo => ledgerInfo(state, program, ledgerNamed(ofProgram, name), ledgerNamed(all, name))
  const names = subledgersOf(all)
  return {
    ledger: ledger(''),
    ...(names.length > 0 && { subLedgers: Object.fromEntries(names.map((name) => [name, ledger(name)])) }),
  }
}

function ledgerInfo(
  state: State,
  program: LoyaltyProgram,
  booked: readonly LedgerTransaction[],
  withTentative: readonly LedgerTransaction[],
): LedgerInfo {
  const now = state.clock()
  const is = balanceAt(program, booked, now)
  const would = balanceAt(program, withTentative, now)
  return {
    currentBalance: is.activePoints,
    pendingBalance: is.pendingPoints,
    negativeBalance: is.negativePoints,
    // Deprecated in the specification, and always 0.
    expiredBalance: 0,
    spentBalance: 0,
    tentativeCurrentBalance: would.activePoints,
    tentativePendingBalance: would.pendingPoints,
    tentativeNegativeBalance: would.negativePoints,
    ...tierAt(program, booked, now),
  }
}

function bookingsOf(state: State, effects: readonly KnownEffect[], profileId: string, at?: number): Booking[] {
  const created = timestamp(state, at)
  return effects.flatMap((effect): Booking[] => {
    if (effect.effectType === 'addLoyaltyPoints')
      return [bookingOf(effect, effect.props.recipientIntegrationId, additionOf(effect, created))]
    return effect.effectType === 'deductLoyaltyPoints' ? [bookingOf(effect, profileId, subtractionOf(effect, created))] : []
  })
}

function bookingOf(
  { props: { cardIdentifier }, rulesetId, ruleName }: EffectOf<'addLoyaltyPoints'> | EffectOf<'deductLoyaltyPoints'>,
  profileId: string,
  transaction: Booking['transaction'],
): Booking {
  const rule = { rulesetId, ruleName }
  if (cardIdentifier === undefined) return { holder: { profileId }, transaction: { ...transaction, ...rule } }
  return { holder: { profileId, cardIdentifier }, transaction: { ...transaction, ...rule, ...(profileId !== '' && { profileId }) } }
}

function additionOf({ props }: EffectOf<'addLoyaltyPoints'>, created: Timestamp): Booking['transaction'] {
  const { transactionUUID, programId, subLedgerId, value, name, startDate, expiryDate, awaitsActivation, validityDuration } = props
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
    ...(validityDuration !== undefined && { validityDuration }),
  }
}

function subtractionOf({ props }: EffectOf<'deductLoyaltyPoints'>, created: Timestamp): Booking['transaction'] {
  const { transactionUUID, programId, subLedgerId, value, name } = props
  return { transactionUUID, programId, subLedgerId, type: 'subtraction', amount: value, name, created }
}
