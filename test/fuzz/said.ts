/** Requests that a proxy carries out, before anything is done to them. */
import { type Endpoint } from '../../src/endpoint.ts'
import * as endpoints from '../../src/endpoints.ts'
import { isRecord } from '../../src/record.ts'
import type { Fields } from '../../src/shape.ts'
import type { Dice } from '../runner/dice.ts'
import { fieldsOf } from './values.ts'

export const rows: readonly Endpoint[] = Object.values(endpoints)
export const shopperRows: readonly Endpoint[] = rows.filter(({ audience }) => audience === 'shopper')

/** What browsers call their sessions: few, so that shoppers meet in them. */
export const browserIds = ['vz-basket', 'vz-b', 'vz-a/../b', 'vz-ada', 'vz 100%'] as const
const skus = ['vz-beans', 'vz-mug', 'vz-gone', 'vz-tea'] as const
/** Upper case, as an application that compares codes without case has them. Talon.One refuses those that say so. */
export const codes = [
  'VZGOOD1',
  'VZGOOD2',
  'VZBAD1',
  'VZBAD2',
  'VZBAD3',
  'VZBAD4',
  'VZBAD5',
  'VZBAD6',
  'VZTAKEN',
  'vzbad1',
  'vzbad7',
  'VzBad8',
] as const

const content = ['customerSession', 'customerProfile', 'coupons', 'referral', 'loyalty', 'awardedGiveaways'] as const
const moment = '2026-01-01T00:00:00Z'

const page = { pageSize: 10, skip: 0 }
const program = { loyaltyProgramId: 1 }
const sessionsOf = (dice: Dice) => [dice.pick(browserIds), dice.pick(browserIds)]
const transactions = (dice: Dice) => ({
  ...program,
  customerSessionIDs: sessionsOf(dice),
  transactionUUIDs: ['uuid'],
  startDate: moment,
  endDate: moment,
  loyaltyTransactionType: 'session',
  awaitsActivation: true,
  ...page,
})
const points = (dice: Dice) => ({ ...program, customerSessionIDs: sessionsOf(dice), ...page, status: 'active', sort: '-expiryDate' })
const event = (dice: Dice, cards: readonly string[]) => {
  const type = dice.pick(['looked', 'looked', 'listened'])
  return {
    type,
    ...(type === 'looked' && { attributes: { Shelf: dice.between(1, 9) } }),
    loyaltyCards: [...cards],
    responseContent: [dice.pick(['loyalty', 'customerProfile'])],
    silent: dice.pick(['yes', 'no']),
  }
}

const lineOf = (dice: Dice) => ({
  sku: dice.pick(skus),
  quantity: dice.between(1, 3),
  ...(dice.chance(0.3) && { attributes: { engraving: 'Ada' } }),
})

const full: Readonly<Record<string, (dice: Dice, cards: readonly string[]) => Record<string, unknown>>> = {
  updateCustomerSessionV2: (dice, cards) => ({
    // Mostly the same, so that its writes overtake each other.
    customerSessionId: dice.chance(0.6) ? browserIds[0] : dice.pick(browserIds),
    dry: dice.chance(0.5),
    customerSession: {
      couponCodes: Array.from({ length: dice.between(0, 2) }, () => dice.pick(codes)),
      referralCode: dice.pick(['', 'VZGOOD9', 'VZBAD9']),
      loyaltyCards: [...cards],
      state: 'open',
      cartItems: Array.from({ length: dice.between(0, 2) }, () => lineOf(dice)),
      additionalCosts: { shipping: { price: 1 } },
      attributes: { Channel: 'web' },
    },
    responseContent: content.slice(dice.between(0, 3)),
  }),
  getCustomerSession: (dice) => ({ customerSessionId: dice.pick(browserIds) }),
  getCustomerInventory: () => ({ profile: true, referrals: true, coupons: true, loyalty: true, giveaways: false, achievements: true }),
  getCustomerAchievements: () => ({
    campaignIds: ['5'],
    achievementIds: ['1', '2'],
    achievementStatus: ['active'],
    currentProgressStatus: ['inprogress'],
    ...page,
  }),
  getCustomerAchievementHistory: () => ({ achievementId: 1, progressStatus: ['completed'], startDate: moment, ...page }),
  getLoyaltyBalances: () => ({ ...program, endDate: moment, subledgerId: 'gold', includeTiers: true, includeProjectedTier: false }),
  getLoyaltyProgramProfileTransactions: (dice) => ({ ...transactions(dice), subledgerId: 'gold' }),
  getLoyaltyProgramProfilePoints: (dice) => ({ ...points(dice), subledgerId: ['gold'] }),
  getLoyaltyCardBalances: (_, cards) => ({ ...program, loyaltyCardId: cards[0] ?? 'vz-none', endDate: moment, subledgerId: ['gold'] }),
  getLoyaltyCardTransactions: (dice, cards) => ({ ...transactions(dice), loyaltyCardId: cards[0] ?? 'vz-none', subledgerId: ['gold'] }),
  getLoyaltyCardPoints: (dice, cards) => ({ ...points(dice), loyaltyCardId: cards[0] ?? 'vz-none', subledgerId: ['gold'] }),
  createCouponReservation: (dice) => ({ couponValue: dice.pick(codes) }),
  deleteCouponReservation: (dice) => ({ couponValue: dice.pick(codes) }),
  createReferral: () => ({ campaignId: 5 }),
  updateCustomerProfileV2: () => ({ attributes: { Name: 'Ada' } }),
  trackEventV2: event,
  trackEventV3: (dice, cards) => ({
    ...event(dice, cards),
    integrationId: `vz-event-${dice.between(1, 3)}`,
    connectedSessionId: dice.pick(browserIds),
  }),
  joinLoyaltyProgram: () => program,
  bestPriorPrice: (dice) => ({
    skus: [dice.pick(skus)],
    timeframeEndDate: moment,
    timeframe: '30',
    timeframeEndDateType: 'strict',
    target: { targetType: 'NONE' },
  }),
}

/** What a shopper may say with everything switched on: anything that a row may leave out is left out half of the time. */
export function shopperInput(row: Endpoint, dice: Dice, cards: readonly string[]): Record<string, unknown> {
  const input = full[row.operationId]?.(dice, cards) ?? {}
  const session = input.customerSession
  const rest = withoutSome({ ...row.params, ...row.query, ...row.body }, input, dice)
  return isRecord(session) ? { ...rest, customerSession: withoutSome(sessionFields, session, dice) } : rest
}

const sessionShape = endpoints.updateCustomerSessionV2.body?.customerSession
const sessionFields: Fields = sessionShape?.is === 'object' ? sessionShape.fields : {}

function withoutSome(fields: Fields, input: Record<string, unknown>, dice: Dice): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([name]) => !(`${name}?` in fields) || dice.chance(0.5)))
}

/** What staff may say: whatever fits the row. */
export function staffInput(row: Endpoint, dice: Dice, profiles: readonly [string, ...string[]]): Record<string, unknown> {
  const identity = row.identity?.split('/')[1]
  const input = fieldsOf({ ...row.params, ...row.query, ...row.body }, dice, profiles, identity)
  // A path has no place for these.
  for (const name of Object.keys(row.params)) if (input[name] === '.' || input[name] === '..') input[name] = 'vz-1'
  return input
}
