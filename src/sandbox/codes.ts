/** Coupon reservations and referral codes. */
import type {
  CouponReservationInput,
  CreateReferralInput,
  CreateReferralsForMultipleAdvocatesInput,
  GetReservedCustomersInput,
} from '../endpoints.ts'
import type { Coupon, NewReferral, Referral, ReferralsForMultipleAdvocatesResponse, ReservedCustomersResponse } from '../schema.ts'
import { invalid, notFound, required } from './refusal.ts'
import { normaliseCode, profileOf, type State, type StoredCoupon, takeId, timestamp } from './state.ts'

export function createCouponReservation(state: State, { couponValue, integrationIDs }: CouponReservationInput): Coupon {
  const { coupon, reservedBy } = couponBy(state, couponValue)
  const ids = required(integrationIDs, 'integrationIDs')
  const isOthers = coupon.recipientIntegrationId && ids.some((id) => id !== coupon.recipientIntegrationId)
  if (coupon.reservation === false || isOthers)
    throw invalid('Invalid', 'a personal coupon cannot be reserved', { pointer: '/integrationIDs' })
  for (const id of ids) {
    profileOf(state, id)
    if (!reservedBy.includes(id)) reservedBy.push(id)
  }
  return { ...coupon, reservationCounter: reservedBy.length }
}

export function deleteCouponReservation(state: State, { couponValue, integrationIDs }: CouponReservationInput): undefined {
  const stored = couponBy(state, couponValue)
  const ids = new Set(required(integrationIDs, 'integrationIDs'))
  stored.reservedBy = stored.reservedBy.filter((id) => !ids.has(id))
}

export function getReservedCustomers(state: State, { couponValue }: GetReservedCustomersInput): ReservedCustomersResponse {
  const data = couponBy(state, couponValue).reservedBy.map((id) => profileOf(state, id))
  return { totalResultSize: data.length, data }
}

export function createReferral(state: State, input: CreateReferralInput): Referral {
  const { advocateProfileIntegrationId, ...rest } = input
  const advocate = required(advocateProfileIntegrationId, 'advocateProfileIntegrationId')
  return addReferral(state, { ...rest, advocateProfileIntegrationId: advocate }, '########', alphabet)
}

export function createReferralsForMultipleAdvocates(
  state: State,
  input: CreateReferralsForMultipleAdvocatesInput,
): ReferralsForMultipleAdvocatesResponse | undefined {
  const { advocateProfileIntegrationIds, referralPattern = '########', validCharacters = alphabet, silent = 'yes', ...rest } = input
  const data = advocateProfileIntegrationIds.map((advocate) =>
    addReferral(state, { ...rest, advocateProfileIntegrationId: advocate }, referralPattern, validCharacters),
  )
  return silent === 'yes' ? undefined : { totalResultSize: data.length, data }
}

function couponBy(state: State, value: string): StoredCoupon {
  const stored = state.coupons.get(normaliseCode(value))
  if (stored === undefined) throw notFound('Coupon')
  return stored
}

/** The API's default: A-Z and 0-9 (behaviour.md §9.12). */
export const alphabet: readonly string[] = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'.split('')

function addReferral(state: State, request: NewReferral, pattern: string, characters: readonly string[]): Referral {
  const campaign = state.campaigns.find(({ id }) => id === request.campaignId)
  const takesReferrals = campaign?.rules.some(({ needs }) => needs === 'referral')
  if (!takesReferrals) throw invalid('Invalid', 'no such referral campaign', { pointer: '/campaignId' })
  const code = drawCode((drawn) => state.referrals.has(drawn), pattern, characters, state.nextId * 1000)
  if (code === undefined)
    throw invalid('Invalid', 'the pattern has no free codes of at least 4 characters', { pointer: '/referralPattern' })
  profileOf(state, request.advocateProfileIntegrationId)
  const referral: Referral = {
    ...request,
    usageLimit: request.usageLimit ?? 0,
    id: takeId(state),
    created: timestamp(state),
    code,
    usageCounter: 0,
  }
  state.referrals.set(code, { referral, redemptions: [] })
  return referral
}

/** A code after a pattern in which each `#` is a character drawn; undefined when those of at least 4 characters are all taken. */
export function drawCode(
  isTaken: (code: string) => boolean,
  pattern: string,
  characters: readonly string[],
  seed: number,
): string | undefined {
  for (let attempt = 0; attempt < 1000; attempt += 1) {
    const code = normaliseCode(fillPattern(pattern, characters, seed + attempt))
    if (code.length >= 4 && !isTaken(code)) return code
  }
  return undefined
}

// Drawn from the counter rather than from chance, so that a test gets the same codes each time.
function fillPattern(pattern: string, characters: readonly string[], seed: number): string {
  let drawn = seed
  return pattern.replace(/#/g, () => {
    drawn = (Math.imul(drawn, 1_664_525) + 1_013_904_223) >>> 0
    return characters[(drawn >>> 8) % characters.length] ?? '#'
  })
}
