/** Effects as rules say them become effects as the API answers them: with ids, names, recipients, and what budgets leave of them. */
import type { EffectEnvelope, EffectOf, EffectProps, KnownEffect, LoyaltyLedgerEntryExpiryDateChange } from '../effects.ts'
import type { CustomerProfile, CustomerSessionV2 } from '../schema.ts'
import { increase, isTooMuch, start } from './achievements.ts'
import { alphabet, defaultPattern, drawCode, isPersonal } from './codes.ts'
import { after } from './duration.ts'
import { balanceAt, expiryOf, standingAt, statusAt } from './ledger.ts'
import { type Holder, holderOf, ledgerWith, linkedCards } from './loyalty.ts'
import { fit, isDiscount, kindOf, type Purse, shareOut, valueOf } from './rewards.ts'
import type { RuleEffect, RuleEffectProps } from './rules.ts'
import { type LoyaltyProgram, newCoupon, normaliseCode, type State, type StoredGiveaway, timestamp } from './state.ts'
import type { Tally } from './tally.ts'
import { tierAt } from './tiers.ts'

/** Where a rule runs. */
export interface Setting extends Purse {
  session: CustomerSessionV2 | undefined
  /** Undefined: anonymous. */
  profile: CustomerProfile | undefined
  loyaltyCards: readonly string[] | undefined
  /** Whether the rule is about an event: then what it gives is the event's, not the session's that the event is connected with. */
  isOfEvent: boolean
  /** Whether what it gives is given for good: not in a dry run, and for a cart not while its session is open. */
  isFinal: boolean
  sourceId: number
  place: Place
  /** Whether a unit may be discounted: in a group that decides for each unit, others may have won it. */
  mayDiscount: (unit: { position: number; subPosition?: number }) => boolean
}

/** What every effect says of where it came from. */
export type Place = Pick<
  EffectEnvelope,
  'campaignId' | 'rulesetId' | 'ruleIndex' | 'ruleName' | 'triggeredByCoupon' | 'evaluationGroupID' | 'evaluationGroupMode'
>

/** A verdict on a code, which only the sandbox gives. */
export type Acceptance = { [Type in 'acceptCoupon' | 'acceptReferral']: { effectType: Type; props: EffectProps[Type] } }[
  | 'acceptCoupon'
  | 'acceptReferral']

/** What becomes of the effects of one rule. */
export type Completed = { effects: KnownEffect[] } | { failedAt: number; details: string }

/** Completes the effects of a rule, and counts them in the tally. When one cannot be applied, the rule has failed, and the tally is spoilt. */
export function completeAll(drafts: readonly (RuleEffect | Acceptance)[], setting: Setting, tally: Tally): Completed {
  const effects: KnownEffect[] = []
  const missing: { index: number; kind: string }[] = []
  const given = new Set<string>()
  for (const [index, draft] of drafts.entries()) {
    const completed = complete(draft, setting, tally)
    if (typeof completed === 'string') return { failedAt: index, details: completed }
    for (const effect of completed) {
      const fitted = fit(effect, setting, tally)
      if (fitted === 'failed') return { failedAt: index, details: 'A budget is used up' }
      if (fitted === 'nothing') missing.push({ index, kind: kindOf(effect) })
      else {
        given.add(kindOf(effect))
        effects.push(...add(fitted, setting, tally))
      }
    }
  }
  // At a budget of 0 the rule fails; with something left, what no longer fits is just left out.
  const unpaid = missing.find(({ kind }) => !given.has(kind))
  if (unpaid !== undefined) return { failedAt: unpaid.index, details: 'A budget is used up' }
  return { effects: shareOut(effects) }
}

// A text: why it cannot be applied.
function complete(draft: RuleEffect | Acceptance, setting: Setting, tally: Tally): KnownEffect[] | string {
  const { state, session, profile, place, mayDiscount } = setting
  if (Object.values(draft.props).some((value) => typeof value === 'number' && !Number.isFinite(value))) return 'An amount is not finite'
  switch (draft.effectType) {
    // A discount is always a positive amount.
    case 'setDiscount':
      return draft.props.value > 0 ? [{ ...place, ...draft }] : []
    case 'setDiscountPerItem':
      return draft.props.value > 0 && mayDiscount(draft.props) ? [{ ...place, ...draft }] : []
    case 'setDiscountPerAdditionalCost': {
      const { additionalCost, value } = draft.props
      if (session?.additionalCosts?.[additionalCost] === undefined) return 'The cart has no such additional cost'
      const props = { ...draft.props, additionalCostId: additionalCostId(additionalCost) }
      return value > 0 ? [{ ...place, effectType: draft.effectType, props }] : []
    }
    case 'setDiscountPerAdditionalCostPerItem': {
      const { additionalCost, value } = draft.props
      if (session?.cartItems.some(({ additionalCosts = {} }) => additionalCosts[additionalCost] === undefined))
        return 'Not every item has that additional cost'
      const props = { ...draft.props, additionalCostId: additionalCostId(additionalCost) }
      return value > 0 && mayDiscount(props) ? [{ ...place, effectType: draft.effectType, props }] : []
    }
    case 'addFreeItem': {
      const { quantity = 1, ...props } = draft.props
      if (!Number.isInteger(quantity) || quantity > mostUnits) return 'The quantity is no whole number, or more than a cart may hold'
      const desired = setting.campaign.partialRewards ? { desiredQuantity: quantity } : {}
      return Array.from({ length: quantity }, () => ({ ...place, effectType: draft.effectType, props: { ...props, ...desired } }))
    }
    case 'addLoyaltyPoints':
      return pointsAdded(draft.props, setting)
    case 'deductLoyaltyPoints':
      return pointsDeducted(draft.props, setting, tally)
    case 'extendLoyaltyPointsExpiryDate': {
      const affectedTransactions = newExpiries(setting, draft.props, (before) =>
        before === Infinity ? undefined : after(before, draft.props.extensionDuration),
      )
      return [{ ...place, effectType: draft.effectType, props: { ...draft.props, affectedTransactions } }]
    }
    case 'setLoyaltyPointsExpiryDate': {
      const at = Date.parse(draft.props.newExpiryDate)
      const affectedTransactions = newExpiries(setting, draft.props, () => at)
      return [{ ...place, effectType: draft.effectType, props: { ...draft.props, affectedTransactions } }]
    }
    case 'increaseAchievementProgress': {
      if (isTooMuch(state, draft.props)) return 'That is progress for more than a thousand rounds'
      const props = { achievementName: '', value: 0, target: 0, isJustCompleted: false, ...draft.props }
      const effect: EffectOf<'increaseAchievementProgress'> = { ...place, effectType: draft.effectType, props }
      return profile === undefined ? [] : increase(state, tally.rounds, profile.integrationId, effect, setting.now)
    }
    case 'startAchievementProgress': {
      const props = { achievementName: '', progressTrackerId: 0, target: 0, startDate: '', ...draft.props }
      const effect: EffectOf<'startAchievementProgress'> = { ...place, effectType: draft.effectType, props }
      return profile === undefined ? [] : start(state, tally.rounds, profile.integrationId, effect, setting.now)
    }
    case 'awardGiveaway':
      return giveaway(draft.props.poolId, setting, tally)
    case 'couponCreated':
      return couponMade(draft.props, setting, tally)
    case 'referralCreated':
      return referralMade(draft.props, setting, tally)
    case 'reserveCoupon':
      return reservation(draft.props.couponValue, setting, tally)
    case 'addToAudience':
    case 'removeFromAudience': {
      const audience = state.audiences.get(draft.props.audienceId)
      if (audience === undefined) return 'There is no such audience'
      if (profile === undefined) return []
      const { integrationId: profileIntegrationId, id: profileId } = profile
      const props = { audienceId: audience.id, audienceName: audience.name, profileIntegrationId, profileId }
      return [{ ...place, effectType: draft.effectType, props }]
    }
    case 'updateAttribute':
      return (draft.props.path.startsWith('Profile.') ? profile : session) === undefined ? [] : [{ ...place, ...draft }]
    default:
      return [{ ...place, ...draft }]
  }
}

// What a cart may hold.
const mostUnits = 10_000

function pointsAdded(draft: RuleEffectProps<'addLoyaltyPoints'>, { state, profile, loyaltyCards, place }: Setting): KnownEffect[] {
  const { programId, recipientIntegrationId: recipient = profile?.integrationId } = draft
  // Somebody else's points go to that one's cards, not to those of the session.
  const cards = recipient === undefined || recipient === profile?.integrationId ? loyaltyCards : linkedCards(state, recipient)
  const holder = holderOf(state, programId, recipient, cards)
  if (holder === undefined || draft.value <= 0) return []
  const { profileId: recipientIntegrationId, ...card } = holder
  return [{ ...place, effectType: 'addLoyaltyPoints', props: { ...draft, ...card, recipientIntegrationId, transactionUUID: '' } }]
}

function pointsDeducted(draft: RuleEffectProps<'deductLoyaltyPoints'>, setting: Setting, tally: Tally): KnownEffect[] | string {
  const { state, profile, loyaltyCards, place, now } = setting
  const { programId, subLedgerId, value } = draft
  const holder = holderOf(state, programId, profile?.integrationId, loyaltyCards)
  const program = programOf(state, programId)
  if (value <= 0) return []
  const tooFew = 'There are not enough points'
  if (holder === undefined || program === undefined) return tooFew
  // What the session itself earns cannot be spent in it.
  const spent = tally.points.filter(({ effectType }) => effectType === 'deductLoyaltyPoints')
  const promised = { effects: spent, profileId: holder.profileId, now }
  const { activePoints } = balanceAt(program, ledgerWith(state, holder, programId, subLedgerId, promised), now)
  if (activePoints < value) return tooFew
  const { profileId: _profile, ...card } = holder
  return [{ ...place, effectType: 'deductLoyaltyPoints', props: { ...draft, ...card, ruleTitle: place.ruleName, transactionUUID: '' } }]
}

/** The unused points that have not expired, and when they will. Those that `move` says nothing of stay as they are. */
function newExpiries(
  { state, profile, loyaltyCards, now }: Setting,
  { programId, subLedgerId }: { programId: number; subLedgerId: string },
  move: (before: number) => number | undefined,
): LoyaltyLedgerEntryExpiryDateChange[] {
  const holder = holderOf(state, programId, profile?.integrationId, loyaltyCards)
  const program = programOf(state, programId)
  if (holder === undefined || program === undefined) return []
  const { lots } = standingAt(program, ledgerWith(state, holder, programId, subLedgerId), now)
  return lots.flatMap(({ addition, left }) => {
    const before = expiryOf(addition)
    const moved = left <= 0 || statusAt(addition, now) === 'expired' ? undefined : move(before)
    if (moved === undefined) return []
    const { transactionUUID, expiryDate: previousExpiryDate } = addition
    const dates = { newExpiryDate: timestamp(state, moved), ...(previousExpiryDate !== undefined && { previousExpiryDate }) }
    return [{ transactionUUID, ...dates }]
  })
}

// The n-th giveaway of a pool is the same for a session however often it is evaluated, and for good once it was given.
function giveaway(poolId: number, setting: Setting, tally: Tally): KnownEffect[] | string {
  const { state, session, profile, place, isFinal, isOfEvent } = setting
  const pool = state.campaigns.flatMap(({ giveaways = [] }) => giveaways).find(({ id }) => id === poolId)
  if (pool === undefined) return 'There is no such pool of giveaways'
  if (profile === undefined) return []
  const ofPool = state.giveaways.filter(({ giveaway: { id, poolId: pool } }) => pool === poolId && !tally.giveaways.includes(id))
  const isMine = ({ giveaway: { profileIntegrationId }, sessionId }: StoredGiveaway): boolean =>
    sessionId !== undefined && sessionId === session?.integrationId && profileIntegrationId === profile.integrationId
  const next = (isOfEvent ? undefined : ofPool.find(isMine)) ?? ofPool.find(({ giveaway: { used } }) => !used)
  if (next === undefined) return 'The pool of giveaways is empty'
  const { id: giveawayId, code } = next.giveaway
  tally.giveaways.push(giveawayId)
  const props = { poolId, poolName: pool.name, recipientIntegrationId: profile.integrationId }
  return isFinal
    ? [{ ...place, effectType: 'awardGiveaway', props: { ...props, giveawayId, code } }]
    : [{ ...place, effectType: 'willAwardGiveaway', props }]
}

function couponMade(draft: RuleEffectProps<'couponCreated'>, setting: Setting, tally: Tally): KnownEffect[] | string {
  const { state, campaign, profile, place } = setting
  if (profile === undefined) return []
  const { pattern = defaultPattern, ...rest } = draft
  const profileId = profile.integrationId
  const madeFor = originOf(setting, tally)
  const known = [...state.coupons.values()].find((stored) => stored.madeFor === madeFor)
  const isTaken = (code: string): boolean =>
    state.coupons.has(code) || tally.made.some((made) => made.kind === 'coupon' && made.coupon.value === code)
  const value = known?.coupon.value ?? drawCode(isTaken, pattern, alphabet, seedOf(madeFor))
  if (value === undefined) return 'The pattern has no free codes'
  const coupon = known?.coupon ?? newCoupon(state, campaign, { ...rest, value, recipientIntegrationId: profileId })
  tally.made.push({ kind: 'coupon', madeFor, coupon })
  return [{ ...place, effectType: 'couponCreated', props: { value, profileId } }]
}

function referralMade(draft: RuleEffectProps<'referralCreated'>, setting: Setting, tally: Tally): KnownEffect[] | string {
  const { state, campaign, profile, place } = setting
  if (profile === undefined) return []
  const { pattern = defaultPattern, usageLimit = 0, ...rest } = draft
  const madeFor = originOf(setting, tally)
  const known = [...state.referrals.values()].find((stored) => stored.madeFor === madeFor)
  const isTaken = (code: string): boolean =>
    state.referrals.has(code) || tally.made.some((made) => made.kind === 'referral' && made.referral.code === code)
  const code = known?.referral.code ?? drawCode(isTaken, pattern, alphabet, seedOf(madeFor))
  if (code === undefined) return 'The pattern has no free codes'
  const advocate = { advocateProfileIntegrationId: profile.integrationId }
  const drafted = { ...rest, ...advocate, id: 0, created: timestamp(state), campaignId: campaign.id, code, usageLimit, usageCounter: 0 }
  tally.made.push({ kind: 'referral', madeFor, referral: known?.referral ?? drafted })
  return [{ ...place, effectType: 'referralCreated', props: { value: code } }]
}

function reservation(code: string, { state, profile, place }: Setting, tally: Tally): KnownEffect[] | string {
  const stored = state.coupons.get(normaliseCode(code))
  if (stored === undefined) return 'There is no such coupon'
  if (profile === undefined) return []
  const { coupon, reservedBy } = stored
  const { integrationId: profileIntegrationId } = profile
  if (isPersonal(coupon, [profileIntegrationId])) return 'A personal coupon cannot be reserved'
  const isNewReservation = !reservedBy.includes(profileIntegrationId) && !tally.reserved.includes(coupon.value)
  const { reservationLimit = 0 } = coupon
  if (isNewReservation && reservationLimit > 0 && reservedBy.length >= reservationLimit) return 'The coupon has no reservations left'
  if (isNewReservation) tally.reserved.push(coupon.value)
  return [{ ...place, effectType: 'reserveCoupon', props: { couponValue: coupon.value, profileIntegrationId, isNewReservation } }]
}

/** Counts a completed effect, numbers its booking, and adds the tier that its points lead to. */
function add(effect: KnownEffect, setting: Setting, tally: Tally): KnownEffect[] {
  const number = tally.count
  tally.count += 1
  if (isDiscount(effect.effectType)) tally.discounted += valueOf(effect)
  if (effect.effectType !== 'addLoyaltyPoints' && effect.effectType !== 'deductLoyaltyPoints') return [effect]
  const transactionUUID = uuidOf(setting, number)
  if (effect.effectType === 'deductLoyaltyPoints') {
    const numbered = { ...effect, props: { ...effect.props, transactionUUID } }
    tally.points.push(numbered)
    return [numbered]
  }
  const numbered = { ...effect, props: { ...effect.props, transactionUUID } }
  const upgrade = upgradeBy(numbered, setting, tally)
  tally.points.push(numbered)
  return [numbered, ...upgrade]
}

function upgradeBy(effect: EffectOf<'addLoyaltyPoints'>, setting: Setting, { points }: Tally): KnownEffect[] {
  const { state, profile, place, now } = setting
  const { programId, subLedgerId, recipientIntegrationId: profileId, cardIdentifier } = effect.props
  const program = programOf(state, programId)
  if (program?.tiers === undefined) return []
  const holder: Holder = { profileId, ...(cardIdentifier !== undefined && { cardIdentifier }) }
  const tierWith = (effects: readonly KnownEffect[]) => {
    const promised = { effects, profileId: profile?.integrationId ?? '', now }
    return tierAt(program, ledgerWith(state, holder, programId, subLedgerId, promised), now).currentTier
  }
  const [before, after] = [tierWith(points), tierWith([...points, effect])]
  if (after === undefined || after.id <= (before?.id ?? 0)) return []
  const props = {
    ruleTitle: place.ruleName,
    programId,
    subLedgerId,
    ...(before && { previousTierName: before.name }),
    newTierName: after.name,
    ...(after.expiryDate !== undefined && { expiryDate: after.expiryDate }),
  }
  return [{ ...place, effectType: 'changeLoyaltyTierLevel', props }]
}

function programOf({ programs }: State, programId: number): LoyaltyProgram | undefined {
  return programs.find(({ id }) => id === programId)
}

// Which session (or event), rule and code something is made for, and which of its kind it is there.
function originOf({ session, sourceId, isOfEvent, place }: Setting, { made }: Tally): string {
  const { campaignId, ruleIndex, triggeredByCoupon = 0 } = place
  const origin = [isOfEvent ? sourceId : (session?.id ?? sourceId), campaignId, ruleIndex, triggeredByCoupon].join('/')
  return `${origin}/${made.filter(({ madeFor }) => madeFor.startsWith(`${origin}/`)).length}`
}

// Drawn from the origin rather than from chance, so that a test gets the same codes each time.
function seedOf(origin: string): number {
  return Array.from(origin).reduce((hash, character) => Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619) >>> 0, 2_166_136_261)
}

// Additional costs have no list of their own here; the same name has the same number everywhere.
function additionalCostId(name: string): number {
  return (seedOf(name) % 100_000) + 1
}

// Counted rather than random, so that the same cart gets the same answer.
function uuidOf({ sourceId, place: { campaignId, ruleIndex } }: Setting, index: number): string {
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0').slice(-digits)
  return `${hex(sourceId, 8)}-${hex(campaignId, 4)}-4${hex(ruleIndex, 3)}-8000-${hex(index, 12)}`
}
