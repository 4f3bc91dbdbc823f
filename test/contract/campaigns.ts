/**
 * What the facts that need `campaigns` find in the Application: programs, codes and rules, each as small as it can be. A real deployment
 * has them when somebody has built them there by this file, in an Application that stores codes in upper case. The order is that of
 * evaluation, and prices are taken before discounts.
 */
import { addLoyaltyPoints, increaseAchievementProgress, setDiscount, setDiscountPerItem } from '../../src/sandbox/index.ts'
import type { RuleCart, LoyaltyProgram, RuleEffect, SandboxAttributes, SandboxCampaign, SandboxRule } from '../../src/sandbox/index.ts'

/** The numbers that a deployment gives them itself. */
export interface ContractIds {
  /** The program of profiles, whose points may not be owed. */
  club: number
  /** The program whose points may be owed. */
  debt: number
  /** The program of cards. */
  card: number
  /** The program that nobody joins without asking. */
  quiet: number
  /** The campaign that is disabled. */
  disabled: number
  /** The campaign with the referrals. */
  referrals: number
  /** The achievement. */
  achievement: number
  /** The achievement of a campaign that is yet to come. */
  comingAchievement: number
}

/** Their numbers in the sandbox. */
export const contractIds: ContractIds = {
  club: 101,
  debt: 102,
  card: 103,
  quiet: 104,
  disabled: 205,
  referrals: 206,
  achievement: 301,
  comingAchievement: 302,
}

export const contractPrograms: readonly LoyaltyProgram[] = [
  {
    id: contractIds.club,
    name: 'contract-club',
    title: 'Contract club',
    programJoinPolicy: 'points_earned',
    tiers: [
      { name: 'Bronze', minPoints: 1 },
      { name: 'Gold', minPoints: 100 },
    ],
  },
  { id: contractIds.debt, name: 'contract-debt', title: 'Contract debt', returnPolicy: 'unlimited' },
  { id: contractIds.card, name: 'contract-card', title: 'Contract card', isCardBased: true, usersPerCardLimit: 2 },
  { id: contractIds.quiet, name: 'contract-quiet', title: 'Contract quiet', programJoinPolicy: 'not_join' },
]

/** The attributes that facts use; the additional costs are `shipping` and `wrapping`, and the only type of event is `contract`. */
export const contractAttributes: SandboxAttributes = {
  session: { Channel: 'string', Gift: 'boolean', Note: 'string' },
  item: { Engraving: 'string', Colour: 'string' },
  profile: { Name: 'string', Level: 'number' },
  event: {},
}

const day = 86_400_000

/** The lines of a SKU are worth points: their price by their quantity. */
function pointsFor(sku: string, then: (points: number, cart: RuleCart) => RuleEffect[]): SandboxRule {
  const pointsIn = ({ units }: RuleCart): number => units.filter((unit) => unit.sku === sku).reduce((sum, { price }) => sum + price, 0)
  return { name: sku, when: (cart) => pointsIn(cart) > 0, then: (cart) => then(pointsIn(cart), cart) }
}

type Earning = Extract<RuleEffect, { effectType: 'addLoyaltyPoints' }>

function earned(points: number, more: Partial<Earning['props']> = {}): Earning[] {
  return [
    { effectType: 'addLoyaltyPoints', props: { name: 'Earned', programId: contractIds.club, subLedgerId: '', value: points, ...more } },
  ]
}

function spent(programId: number, points: number): RuleEffect[] {
  return [{ effectType: 'deductLoyaltyPoints', props: { name: 'Spent', programId, subLedgerId: '', value: points } }]
}

const at = (moment: number): string => new Date(moment).toISOString()

export const contractCampaigns: readonly SandboxCampaign[] = [
  {
    id: 201,
    name: 'Contract points',
    features: ['loyalty'],
    rules: [
      pointsFor('EARN', (points) => earned(points)),
      // A booking for each unit.
      pointsFor('EARN-PER-UNIT', (_, { units }) =>
        units
          .filter(({ sku }) => sku === 'EARN-PER-UNIT')
          .flatMap(({ price, position, subPosition }) => earned(price, { cartItemPosition: position, cartItemSubPosition: subPosition })),
      ),
      pointsFor('EARN-GOLD', (points) => earned(points, { subLedgerId: 'gold' })),
      pointsFor('EARN-FOR-30-DAYS', (points, { now }) => earned(points, { expiryDate: at(now + 30 * day) })),
      pointsFor('EARN-FOR-60-DAYS', (points, { now }) => earned(points, { expiryDate: at(now + 60 * day) })),
      pointsFor('EARN-IN-10-DAYS', (points, { now }) => earned(points, { startDate: at(now + 10 * day) })),
      pointsFor('EARN-ON-ACTION', (points) => earned(points, { awaitsActivation: true })),
      pointsFor('EARN-DEBT', (points) => [addLoyaltyPoints('Earned', contractIds.debt, points)]),
      pointsFor('EARN-CARD', (points) => [addLoyaltyPoints('Earned', contractIds.card, points)]),
      pointsFor('SPEND', (points) => spent(contractIds.club, points)),
      pointsFor('SPEND-DEBT', (points) => spent(contractIds.debt, points)),
    ],
  },
  {
    id: 202,
    name: 'Contract units',
    rules: [
      {
        name: 'One off each unit of the category Contract',
        when: ({ units }) => units.some(({ category }) => category === 'Contract'),
        then: ({ units }) => units.filter(({ category }) => category === 'Contract').map((unit) => setDiscountPerItem('One off', unit, 1)),
      },
    ],
  },
  {
    id: 203,
    name: 'Contract codes',
    coupons: [
      { value: 'CONTRACT-OPEN' },
      { value: 'CONTRACT-ONCE', usageLimit: 1 },
      { value: 'CONTRACT-ONCE-EACH', limits: [{ action: 'redeemCoupon', limit: 1, entities: ['Profile'] }] },
      { value: 'CONTRACT-ONCE-FOR-IDENTIFIER', limits: [{ action: 'redeemCoupon', limit: 1, entities: ['Identifier'] }] },
      { value: 'CONTRACT-HARD', isReservationMandatory: true },
      { value: 'CONTRACT-FEW', reservationLimit: 1 },
      { value: 'CONTRACT-OWN', recipientIntegrationId: 'contract-owner', reservation: false },
      { value: 'CONTRACT-ALL', implicitlyReserved: true },
      { value: 'CONTRACT-EXPIRED', expiryDate: '1970-01-01T00:00:00Z' },
      { value: 'CONTRACT-NEXT', startDate: '2999-01-01T00:00:00Z' },
      { value: 'CONTRACT/50% #1?' },
    ],
    rules: [{ name: 'Five off', needs: 'coupon', then: () => [setDiscount('Five off', 5)] }],
  },
  {
    id: 204,
    name: 'Contract returns',
    reevaluateOnReturn: true,
    rules: [
      {
        name: 'Three off for three of MANY',
        when: ({ units }) => units.filter(({ sku }) => sku === 'MANY').length >= 3,
        then: () => [setDiscount('Three off', 3)],
      },
    ],
  },
  {
    id: contractIds.disabled,
    name: 'Contract disabled',
    state: 'disabled',
    coupons: [{ value: 'CONTRACT-OFF' }],
    rules: [{ name: 'Seven off', then: () => [setDiscount('Seven off', 7)] }],
  },
  {
    id: contractIds.referrals,
    name: 'Contract referrals',
    rules: [{ name: 'Four off for the friend', needs: 'referral', then: () => [setDiscount('Four off', 4)] }],
  },
  {
    id: 207,
    name: 'Contract achievement',
    achievements: [{ id: contractIds.achievement, name: 'ContractAchievement', target: 3 }],
    rules: [{ name: 'An event counts', on: 'contract', then: () => [increaseAchievementProgress(contractIds.achievement)] }],
  },
  {
    id: 208,
    name: 'Contract reservations',
    rules: ['CONTRACT-OPEN', 'CONTRACT-FEW'].map((code) => ({
      name: code,
      when: ({ profileId, units }) => profileId !== undefined && units.some(({ sku }) => sku === `RESERVE-${code}`),
      then: ({ profileId = '' }) => [
        { effectType: 'reserveCoupon', props: { couponValue: code, profileIntegrationId: profileId, isNewReservation: true } },
      ],
    })),
  },
  {
    id: 209,
    name: 'Contract to come',
    startTime: '2999-01-01T00:00:00Z',
    coupons: [{ value: 'CONTRACT-TO-COME' }],
    achievements: [{ id: contractIds.comingAchievement, name: 'ContractToCome', target: 1 }],
    rules: [{ name: 'Nothing', needs: 'coupon', then: () => [] }],
  },
]
