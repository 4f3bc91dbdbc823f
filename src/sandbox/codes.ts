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
  if (isPersonal(coupon, ids)) throw invalid('Invalid', 'a personal coupon cannot be reserved', { pointer: '/integrationIDs' })
  for (const id of ids) {
    profileOf(state, id)
    if (!reservedBy.includes(id)) reservedBy.push(id)
  }
  return { ...coupon, reservationCounter: reservedBy.length }
}

/** Whether a coupon is one person's, and cannot be reserved by those. */
export function isPersonal({ reservation, recipientIntegrationId }: Coupon, profileIds: readonly string[]): boolean {
  return reservation === false || (!!recipientIntegrationId && profileIds.some((id) => id !== recipientIntegrationId))
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
  const [code = ''] = freeCodes(state, rest.campaignId, 1, defaultPattern, alphabet)
  return addReferral(state, { ...rest, advocateProfileIntegrationId: advocate }, code)
}

export function createReferralsForMultipleAdvocates(
  state: State,
  input: CreateReferralsForMultipleAdvocatesInput,
): ReferralsForMultipleAdvocatesResponse | undefined {
  const { advocateProfileIntegrationIds, referralPattern = defaultPattern, validCharacters = alphabet, silent = 'yes', ...rest } = input
  const codes = freeCodes(state, rest.campaignId, advocateProfileIntegrationIds.length, referralPattern, validCharacters)
  const data = advocateProfileIntegrationIds.map((advocate, index) =>
    addReferral(state, { ...rest, advocateProfileIntegrationId: advocate }, codes[index] ?? ''),
  )
  return silent === 'yes' ? undefined : { totalResultSize: data.length, data }
}

function couponBy(state: State, value: string): StoredCoupon {
  const stored = state.coupons.get(normaliseCode(value))
  if (stored === undefined) throw notFound('Coupon')
  return stored
}

/** The pattern of codes that nobody gave one. */
export const defaultPattern = '########'

/** The characters of codes that nobody gave some: A-Z and 0-9, as the API has it. */
export const alphabet: readonly string[] = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'.split('')

/** Codes for new referrals, drawn before anything is stored: all of them, or none. */
function freeCodes(state: State, campaignId: number, count: number, pattern: string, characters: readonly string[]): string[] {
  const takesReferrals = state.campaigns.find(({ id }) => id === campaignId)?.rules.some(({ needs }) => needs === 'referral')
  if (!takesReferrals) throw invalid('Invalid', 'no such referral campaign', { pointer: '/campaignId' })
  const codes = new Set<string>()
  for (let number = 0; number < count; number += 1) {
    const isTaken = (drawn: string): boolean => state.referrals.has(drawn) || codes.has(drawn)
    const code = drawCode(isTaken, pattern, characters, (state.nextId + number) * 1000)
    if (code === undefined)
      throw invalid('Invalid', 'the pattern has too few free codes of at least 4 characters', { pointer: '/referralPattern' })
    codes.add(code)
  }
  return [...codes]
}

function addReferral(state: State, request: NewReferral, code: string): Referral {
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
