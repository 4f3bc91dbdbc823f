/** What several facts say. */
import { expect } from 'vitest'
import type { Effect, EffectProps, EffectType, KnownEffect } from '../../src/effects.ts'
import { createReferral, type CreateReferralInput, returnCartItems, updateCustomerSessionV2 } from '../../src/endpoints.ts'
import { isRecord } from '../../src/record.ts'
import type { CartItem, NewCustomerSessionV2, Referral, SessionState } from '../../src/schema.ts'
import type { Answered, Api } from './api.ts'

/** A line without a rule that is about it. Major currency units. */
export const tea: CartItem = { sku: 'TEA', name: 'Tea', quantity: 2, price: 4 }
export const mug: CartItem = { sku: 'MUG', name: 'Mug', quantity: 1, price: 12 }

/** A line of so many points, by the rule of that name in `campaigns.ts`. */
export const points = (sku: string, price: number, quantity = 1): CartItem => ({ sku, name: sku, quantity, price })

/** A request was refused as the API refuses what makes no sense, or as a proxy does before the API sees it. */
export function expectRefused(answered: Answered, message: string | RegExp = /./, status = 400): void {
  const body = { message: expect.stringMatching(wordsOf(message)) }
  const byProxy = { type: 'about:blank', code: 'invalid_request', issues: expect.anything() }
  expect(answered).toMatchObject({ status, body: status === 400 && isByProxy(answered) ? byProxy : body })
}

function isByProxy({ body }: Answered): boolean {
  return isRecord(body) && 'requestId' in body
}

function wordsOf(message: string | RegExp): RegExp {
  return typeof message === 'string' ? new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`) : message
}

/** Sends a session that is expected to be refused. */
export function askSession(api: Api, customerSessionId: string, customerSession: NewCustomerSessionV2): Promise<Answered> {
  return api.ask(updateCustomerSessionV2, { customerSessionId, customerSession })
}

/** Makes a session of a profile that is in a state, with two lines. Returns its id; of `new` there is nothing but the id. */
export async function sessionIn(api: Api, state: SessionState | 'new', more: NewCustomerSessionV2 = {}): Promise<string> {
  const id = api.id()
  if (state === 'new') return id
  await api.put(id, { profileId: api.id(), cartItems: [tea, mug], ...more, state: state === 'open' ? 'open' : 'closed' })
  if (state === 'cancelled') await api.put(id, { state })
  if (state === 'partially_returned') {
    await api.send(returnCartItems, { customerSessionId: id, return: { returnedCartItems: [{ position: 0, quantity: 1 }] } })
  }
  return id
}

/** Closes a session of a profile over a cart: what it earns is booked. Returns its id. */
export async function closeWith(api: Api, profileId: string, cartItems: CartItem[], more: NewCustomerSessionV2 = {}): Promise<string> {
  const id = api.id()
  await api.put(id, { profileId, cartItems, ...more, state: 'closed' })
  return id
}

/** What an answer says of its effects. */
interface WithEffects {
  effects: readonly Effect[]
}

/** The effects, in types that are told apart by `effectType`. */
export function effectsOf({ effects }: WithEffects): KnownEffect[] {
  // The cast holds for what the official file lists; an effect that is newer has none of their types.
  return effects as KnownEffect[]
}

/** The props of every effect of one type. */
export function propsOf<Type extends EffectType>(type: Type, answer: WithEffects): EffectProps[Type][] {
  const mine = effectsOf(answer).filter(({ effectType }) => effectType === type)
  // The cast holds because the type names the props.
  return mine.map(({ props }) => props as EffectProps[Type])
}

/** What became of each code, in one word each. */
export function verdictsOf(answer: WithEffects): Record<string, string> {
  const accepted = (['acceptCoupon', 'acceptReferral'] as const).flatMap((type) => propsOf(type, answer))
  const rejected = (['rejectCoupon', 'rejectReferral'] as const).flatMap((type) => propsOf(type, answer))
  return Object.fromEntries([
    ...accepted.map(({ value }) => [value, 'accepted']),
    ...rejected.map(({ value, rejectionReason }) => [value, rejectionReason]),
  ])
}

/** Waits until the clock of any target shows another millisecond. */
export function nextMoment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5))
}

/** Makes a referral code of a new advocate. */
export function referralOf({ send, id, ids }: Api, more: Partial<CreateReferralInput> = {}): Promise<Referral> {
  return send(createReferral, { campaignId: ids.referrals, advocateProfileIntegrationId: id('advocate'), ...more })
}
