/** What takes effect when a rule fires, whatever becomes of the session: codes made, wallets, audiences, attributes. */
import type { KnownEffect } from '../effects.ts'
import type { Coupon, CustomerProfile, CustomerSessionV2, Referral } from '../schema.ts'
import { changeMemberships } from './audiences.ts'
import { recordUses } from './budgets.ts'
import type { Evaluation } from './evaluate.ts'
import { mergeAttributes, type State, takeId } from './state.ts'
import type { Made } from './tally.ts'

/** The codes an answer says were made. */
export interface Created {
  createdCoupons: Coupon[]
  createdReferrals: Referral[]
}

/** The codes among an evaluation's effects. */
export function createdBy({ made }: Evaluation): Created {
  return {
    createdCoupons: made.flatMap((one) => (one.kind === 'coupon' ? one.coupon : [])),
    createdReferrals: made.flatMap((one) => (one.kind === 'referral' ? one.referral : [])),
  }
}

/** Carries out what does not wait for the close. Codes that were made before stay as they are. */
export function takeEffect(
  state: State,
  { effects, made, user }: Evaluation,
  profile: CustomerProfile | undefined,
  session?: CustomerSessionV2,
): void {
  const isNew = makeCodes(state, made)
  const fired = effects.filter((effect) => !isRepeated(effect, isNew))
  recordUses(state, fired, user, 'firing')
  for (const effect of effects) apply(state, effect, profile, session)
}

function makeCodes(state: State, made: readonly Made[]): ReadonlySet<string> {
  const fresh = made.filter((one) => (one.kind === 'coupon' ? one.coupon.id : one.referral.id) === 0)
  for (const one of fresh) {
    if (one.kind === 'coupon') {
      one.coupon.id = takeId(state)
      state.coupons.set(one.coupon.value, { coupon: one.coupon, reservedBy: [], redemptions: [], madeFor: one.madeFor })
    } else {
      one.referral.id = takeId(state)
      state.referrals.set(one.referral.code, { referral: one.referral, redemptions: [], madeFor: one.madeFor })
    }
  }
  return new Set(fresh.map((one) => (one.kind === 'coupon' ? one.coupon.value : one.referral.code)))
}

function isRepeated({ effectType, props }: KnownEffect, isNew: ReadonlySet<string>): boolean {
  return (effectType === 'couponCreated' || effectType === 'referralCreated') && !isNew.has(props.value)
}

function apply(
  state: State,
  { effectType, props }: KnownEffect,
  profile: CustomerProfile | undefined,
  session: CustomerSessionV2 | undefined,
): void {
  switch (effectType) {
    case 'reserveCoupon':
      if (props.isNewReservation) state.coupons.get(props.couponValue)?.reservedBy.push(props.profileIntegrationId)
      return
    case 'addToAudience':
      if (profile && props.audienceId !== undefined) changeMemberships(state, profile, [props.audienceId], [])
      return
    case 'removeFromAudience':
      if (profile && props.audienceId !== undefined) changeMemberships(state, profile, [], [props.audienceId])
      return
    case 'updateAttribute': {
      const [entity = '', ...name] = props.path.split('.')
      const owner = entity === 'Profile' ? profile : session
      if (owner !== undefined) owner.attributes = mergeAttributes(owner.attributes, { [name.join('.')]: props.value })
      return
    }
    default:
  }
}
