/** The campaigns and programs a random walk goes through, beside the demo shop's: what the demo lacks. */
import {
  addFreeItem,
  addLoyaltyPoints,
  awardGiveaway,
  type RuleCart,
  deductLoyaltyPoints,
  demoCampaigns,
  demoPrograms,
  giveawayForSpend,
  increaseAchievementProgress,
  type LoyaltyProgram,
  percentOffCart,
  percentOffItems,
  type SandboxCampaign,
  type CampaignNode,
  setDiscount,
  setDiscountPerItem,
} from '../../src/sandbox/index.ts'
import { campaignsIn } from '../../src/sandbox/rules.ts'

/** 3 lets balances fall below zero, 4 does not, 5 is for cards with tiers. */
export const walkPrograms: readonly LoyaltyProgram[] = [
  ...demoPrograms,
  {
    id: 3,
    name: 'stars',
    title: 'Stars',
    returnPolicy: 'unlimited',
    programJoinPolicy: 'points_earned',
    tiers: [{ name: 'One', minPoints: 10 }],
  },
  { id: 4, name: 'stamps', title: 'Stamps', programJoinPolicy: 'points_activated' },
  {
    id: 5,
    name: 'miles',
    title: 'Miles',
    isCardBased: true,
    tiers: [
      { name: 'Near', minPoints: 20 },
      { name: 'Far', minPoints: 60 },
    ],
  },
]

const day = 86_400_000
const inDays = (cart: RuleCart, days: number): string => new Date(cart.now + days * day).toISOString()
const isKnown = (cart: RuleCart): boolean => cart.profileId !== undefined && cart.itemTotal > 0

const ownCampaigns: readonly SandboxCampaign[] = [
  {
    id: 101,
    name: 'Points of all kinds',
    limits: [{ action: 'createLoyaltyPointsEffect', limit: 40, entities: ['Profile'], period: 'weekly' }],
    rules: [
      {
        name: 'Stars',
        when: isKnown,
        then: (cart) => [
          addLoyaltyPoints('stars', 3, cart.itemTotal / 10, { expiryDate: inDays(cart, 40) }),
          addLoyaltyPoints('gold', 3, 2, { subLedgerId: 'gold', startDate: inDays(cart, 7), expiryDate: inDays(cart, 70) }),
          addLoyaltyPoints('waiting', 3, 3, { subLedgerId: 'wait', awaitsActivation: true, validityDuration: '30D' }),
          addLoyaltyPoints('miles', 5, 7),
        ],
      },
      {
        name: 'A stamp for each cup',
        when: isKnown,
        then: (cart) =>
          cart.units
            .filter(({ category }) => category === 'Cups')
            .map(({ position, subPosition }) =>
              addLoyaltyPoints('stamp', 4, 1, {
                cartItemPosition: position,
                cartItemSubPosition: subPosition,
                expiryDate: inDays(cart, 60),
              }),
            ),
      },
      {
        name: 'A profile by itself',
        when: (cart) => cart.profileAttributes.Lucky === true && cart.items.length === 0,
        then: () => [addLoyaltyPoints('luck', 4, 1)],
      },
    ],
  },
  {
    id: 102,
    name: 'Paid in points',
    coupons: [{ value: 'STARS5' }, { value: 'MILES5' }, { value: 'STAMPS2' }],
    rules: [
      {
        name: 'Five stars',
        needs: 'coupon',
        when: ({ coupon }) => coupon?.value === 'STARS5',
        then: () => [
          deductLoyaltyPoints('five stars', 3, 5),
          deductLoyaltyPoints('one gold', 3, 1, 'gold'),
          setDiscount('Paid in stars', 5),
        ],
      },
      {
        name: 'Five miles',
        needs: 'coupon',
        when: ({ coupon }) => coupon?.value === 'MILES5',
        then: () => [deductLoyaltyPoints('miles', 5, 5)],
      },
      {
        name: 'Two stamps',
        needs: 'coupon',
        when: ({ coupon }) => coupon?.value === 'STAMPS2',
        then: () => [deductLoyaltyPoints('stamps', 4, 2)],
      },
    ],
  },
  {
    id: 103,
    name: 'Asked again when something comes back',
    reevaluateOnReturn: true,
    limits: [
      { action: 'setDiscount', limit: 30, entities: ['Profile'], period: 'monthly' },
      { action: 'createLoyaltyPoints', limit: 20, entities: ['Session'] },
    ],
    rules: [
      { ...percentOffItems(10, { which: ({ category }) => category === 'Cups' }), name: 'Cups' },
      {
        name: 'Points for the rest',
        when: isKnown,
        then: (cart) => [addLoyaltyPoints('rest', 4, Math.floor(cart.units.length / 2), { subLedgerId: 'rest' })],
      },
    ],
  },
  {
    id: 104,
    name: 'Budgets',
    partialRewards: true,
    limits: [
      { action: 'setDiscount', limit: 60, entities: [], period: 'monthly' },
      { action: 'setDiscount', limit: 25, entities: ['Profile'] },
      { action: 'createLoyaltyPoints', limit: 10, entities: ['Profile'], period: 'weekly' },
      { action: 'redeemCoupon', limit: 2, entities: ['Identifier'] },
      { action: 'redeemCoupon', limit: 2, entities: ['Store'] },
      { action: 'addFreeItemEffect', limit: 2, entities: ['Session'] },
    ],
    coupons: [
      { value: 'BUDGET' },
      { value: 'THRICE', usageLimit: 3 },
      { value: 'WORTH30', discountLimit: 30 },
      { value: 'WORTH20', discountLimit: 20 },
    ],
    rules: [
      {
        name: 'What is left of it',
        needs: 'coupon',
        then: (cart) => [
          setDiscount('budget', cart.itemTotal / 3),
          addLoyaltyPoints('budget', 4, 4, { subLedgerId: 'budget' }),
          addFreeItem('sample', 'Sample', 3),
        ],
      },
    ],
  },
  {
    id: 105,
    name: 'Strict budgets',
    limits: [
      { action: 'setDiscount', limit: 100, entities: [] },
      { action: 'setDiscountEffect', limit: 3, entities: ['Profile'], period: 'monthly' },
      { action: 'redeemReferral', limit: 4, entities: [], period: 'yearly' },
      { action: 'redeemLoyaltyPoints', limit: 12, entities: ['Profile'] },
      { action: 'customEffect', limit: 2, entities: ['Profile'], period: 'daily' },
    ],
    coupons: [
      { value: 'STRICT' },
      { value: 'ONCEEACH', limits: [{ action: 'redeemCoupon', limit: 1, entities: ['Profile'] }] },
      { value: 'HOLDERS', isReservationMandatory: true, reservationLimit: 2 },
    ],
    rules: [
      { name: 'Five off', needs: 'coupon', then: (cart) => [setDiscount('strict', Math.min(5, cart.itemTotal))] },
      { name: 'Seven off for a friend', needs: 'referral', then: () => [setDiscount('friend', 7), addLoyaltyPoints('friend', 4, 2)] },
      {
        name: 'The advocate earns',
        needs: 'referral',
        then: ({ referral }) =>
          referral ? [addLoyaltyPoints('thanks', 4, 5, { recipientIntegrationId: referral.advocateProfileIntegrationId })] : [],
      },
      { name: 'A wish', on: 'wished', then: () => [{ effectType: 'reserveCoupon', props: { couponValue: 'HOLDERS' } }] },
      {
        name: 'A card',
        on: 'wrote',
        then: () => [{ effectType: 'customEffect', props: { effectId: 1, name: 'card', payload: {} } }, addLoyaltyPoints('letter', 4, 1)],
      },
    ],
  },
  {
    id: 106,
    name: 'Prizes',
    limits: [{ action: 'createCoupon', limit: 3, entities: ['Profile'], period: 'weekly' }],
    giveaways: [{ id: 9, name: 'Prizes', codes: Array.from({ length: 12 }, (_, index) => `PRIZE-${index}`) }],
    rules: [
      giveawayForSpend(9, { name: 'A prize', from: 40 }),
      { name: 'Won', on: 'won', then: () => [awardGiveaway(9)] },
      {
        name: 'A code for the next time',
        when: (cart) => cart.itemTotal >= 25,
        then: () => [{ effectType: 'couponCreated', props: { pattern: 'NEXT-#####', usageLimit: 2 } }],
      },
      { name: 'The next time', needs: 'coupon', then: (cart) => [setDiscount('next', Math.min(2, cart.itemTotal))] },
      {
        name: 'A code at once',
        on: 'lucky',
        then: () => [{ effectType: 'couponCreated', props: { pattern: 'LUCK-#####', usageLimit: 1 } }],
      },
    ],
  },
  {
    id: 107,
    name: 'Progress',
    achievements: [
      {
        id: 11,
        name: 'Units',
        target: 6,
        recurrencePolicy: 'on_completion',
        activationPolicy: 'user_action',
        allowRollbackAfterCompletion: true,
      },
      { id: 12, name: 'Carts', target: 4, period: '30D', recurrencePolicy: 'on_expiration', activationPolicy: 'user_action' },
    ],
    rules: [
      {
        name: 'Units',
        when: isKnown,
        then: (cart) => [increaseAchievementProgress(11, Math.min(cart.units.length, 8)), increaseAchievementProgress(12)],
      },
      { name: 'Read', on: 'read', then: () => [increaseAchievementProgress(11)] },
    ],
  },
  {
    id: 108,
    name: 'Points by events',
    limits: [{ action: 'createLoyaltyPoints', limit: 50, entities: ['Profile'], period: 'monthly' }],
    rules: [
      { name: 'Earned', on: 'earned', then: () => [addLoyaltyPoints('earned', 3, 6), addLoyaltyPoints('earned on the card', 5, 6)] },
      { name: 'Burned', on: 'burned', then: () => [deductLoyaltyPoints('burned', 3, 4)] },
      { name: 'Burned gold', on: 'burned', then: () => [deductLoyaltyPoints('burned gold', 3, 1, 'gold')] },
      {
        name: 'Kept',
        on: 'kept',
        then: () => [{ effectType: 'extendLoyaltyPointsExpiryDate', props: { programId: 3, subLedgerId: '', extensionDuration: '10D' } }],
      },
    ],
  },
]

/** Everything a walk meets, groups too. */
export const walkCampaigns: readonly CampaignNode[] = [
  ...demoCampaigns,
  ...ownCampaigns,
  {
    mode: 'highestDiscount',
    scope: 'cartItem',
    campaigns: [
      {
        id: 109,
        name: 'Tea',
        coupons: [{ value: 'TEATIME' }],
        rules: [percentOffItems(20, { needs: 'coupon', which: ({ sku }) => sku === 'TEA' })],
      },
      {
        id: 110,
        name: 'More tea',
        coupons: [{ value: 'MORETEA' }],
        rules: [
          {
            name: 'More tea',
            needs: 'coupon',
            then: (cart) => cart.units.filter(({ sku }) => sku === 'TEA').map((unit) => setDiscountPerItem('More tea', unit, 1)),
          },
        ],
      },
    ],
  },
  {
    mode: 'listOrder',
    campaigns: [{ id: 111, name: 'Nobody', coupons: [{ value: 'FIRSTINLIST' }], rules: [percentOffCart(3, { needs: 'coupon' })] }],
  },
]

const all = campaignsIn(walkCampaigns)

/** Every code that is there from the beginning. */
export const walkCodes: readonly string[] = all.flatMap(({ coupons = [] }) => coupons.map(({ value }) => value))

/** Every type of event that some rule is about. */
export const walkEvents: readonly string[] = [...new Set(all.flatMap(({ rules }) => rules.flatMap(({ on }) => on ?? [])))]
