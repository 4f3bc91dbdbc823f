/** The demo shop's campaigns: what `createSandbox()` runs unless it is given others. */
import { bundlePrice, freeItemForSpend, freeShipping, fullUnits, giveawayForSpend, percentOffCart } from './ready-made.ts'
import {
  addLoyaltyPoints,
  deductLoyaltyPoints,
  increaseAchievementProgress,
  setDiscount,
  setDiscountPerAdditionalCostPerItem,
  setDiscountPerItem,
  showNotification,
} from './rule-effects.ts'
import type { CampaignNode, RuleCart, SandboxCampaign, Unit } from './rules.ts'
import type { LoyaltyProgram } from './state.ts'

/** The demo shop's loyalty programs: one point for each euro, for the profile and on the card that the session names. */
export const demoPrograms: readonly LoyaltyProgram[] = [
  {
    id: 1,
    name: 'beans',
    title: 'Bean Club',
    tiers: [
      { name: 'Green', minPoints: 100 },
      { name: 'Roasted', minPoints: 500 },
    ],
  },
  { id: 2, name: 'cards', title: 'Bean Card', isCardBased: true, usersPerCardLimit: 2 },
]

/** What every cart of the demo shop meets. Prices in euros. */
const everyday: readonly SandboxCampaign[] = [
  {
    id: 1,
    name: 'Ten percent off',
    coupons: [{ value: 'SAVE10' }],
    rules: [
      {
        name: 'Ten percent off the items',
        needs: 'coupon',
        then: (cart) => [setDiscount('10 % off', cart.itemTotal * 0.1)],
      },
    ],
  },
  {
    id: 2,
    name: 'Last summer',
    // Expired under any clock, a simulated one that starts at 0 included.
    coupons: [{ value: 'EXPIRED', expiryDate: '1970-01-01T00:00:00Z' }],
    rules: [
      {
        name: 'Twenty percent off the items',
        needs: 'coupon',
        then: (cart) => [setDiscount('20 % off', cart.itemTotal * 0.2)],
      },
    ],
  },
  {
    id: 3,
    name: 'Coffee weeks',
    rules: [
      {
        name: 'One euro off each coffee',
        when: (cart) => cart.units.some(isCoffee),
        then: (cart) => cart.units.filter(isCoffee).map((unit) => setDiscountPerItem('Coffee weeks', unit, 1)),
      },
    ],
  },
  {
    id: 4,
    name: 'Bean Club',
    features: ['loyalty'],
    rules: [
      {
        name: 'One bean for each euro',
        when: (cart) => cart.profileId !== undefined && fullUnits(cart) > 0,
        then: (cart) => [addLoyaltyPoints('beans', 1, fullUnits(cart)), addLoyaltyPoints('beans on the card', 2, fullUnits(cart))],
      },
    ],
  },
  {
    id: 5,
    name: 'Bring a friend',
    rules: [
      {
        name: 'Five euros off for the friend',
        needs: 'referral',
        then: (cart) => [setDiscount('A friend of yours', Math.min(5, cart.itemTotal))],
      },
    ],
  },
  {
    id: 6,
    name: 'Welcome',
    coupons: [
      { value: 'WELCOME5' },
      { value: 'BIRTHDAY5', limits: [{ action: 'redeemCoupon', limit: 1, entities: ['Profile'] }] },
      { value: 'MEMBERS5', isReservationMandatory: true },
      { value: 'FIRST5', usageLimit: 1 },
      { value: 'NEXTYEAR5', startDate: '2999-01-01T00:00:00Z' },
    ],
    rules: [
      {
        name: 'Five euros off the cart',
        needs: 'coupon',
        then: (cart) => [setDiscount('5 € off', Math.min(5, cart.itemTotal))],
      },
    ],
  },
  {
    id: 7,
    name: 'Coffee critics',
    achievements: [{ id: 1, name: 'CoffeeCritic', title: 'Coffee critic', description: 'Review three coffees', target: 3 }],
    rules: [
      {
        name: 'A review counts',
        displayName: 'Become a coffee critic',
        on: 'reviewed',
        then: () => [increaseAchievementProgress(1)],
      },
    ],
  },
]

/** What carts meet that have the code for it. */
const byCode: readonly CampaignNode[] = [
  {
    id: 8,
    name: 'Delivery',
    coupons: [{ value: 'FREESHIP' }],
    rules: [
      freeShipping({ needs: 'coupon' }),
      {
        name: 'Free gift wrap',
        needs: 'coupon',
        when: (cart) => cart.units.length > 0 && cart.units.every(({ additionalCosts }) => 'giftWrap' in additionalCosts),
        then: (cart) => cart.units.map((unit) => setDiscountPerAdditionalCostPerItem('Free gift wrap', unit, 'giftWrap')),
      },
    ],
  },
  {
    id: 9,
    name: 'Coffee set',
    coupons: [{ value: 'COFFEESET' }],
    rules: [
      bundlePrice({ name: 'Coffee set', parts: [isCoffee, isCup], price: 15, needs: 'coupon' }),
      {
        name: 'What belongs to the set',
        needs: 'coupon',
        when: (cart) => cart.units.some(isCoffee) && cart.units.some(isCup),
        then: (cart) => [
          {
            effectType: 'showBundleMetadata',
            props: { description: 'Coffee set', bundleAttributes: ['category'], itemsIndices: linesOf(cart, isCoffee, isCup) },
          },
        ],
      },
    ],
  },
  {
    id: 10,
    name: 'Free sample',
    coupons: [{ value: 'SAMPLE' }],
    rules: [
      {
        ...freeItemForSpend({ sku: 'sample', name: 'A bag of the new harvest' }, { from: 10, needs: 'coupon' }),
        otherwise: (cart) => [
          showNotification('Almost there', `Add ${Math.max(10 - cart.itemTotal, 0).toFixed(2)} € for a free sample`, 'Offer'),
        ],
      },
      {
        name: 'A card to go with it',
        needs: 'coupon',
        when: (cart) => cart.itemTotal >= 10,
        then: () => [{ effectType: 'customEffect', props: { effectId: 1, name: 'printCard', payload: { text: 'Enjoy' } } }],
      },
    ],
  },
  {
    id: 11,
    name: 'Beans for money',
    coupons: [{ value: 'BEANS100' }],
    rules: [
      {
        name: '100 beans for 5 euros',
        needs: 'coupon',
        then: (cart) => [deductLoyaltyPoints('100 beans', 1, 100), setDiscount('Paid in beans', Math.min(5, cart.itemTotal))],
      },
    ],
  },
  {
    id: 12,
    name: 'Cinema evening',
    coupons: [{ value: 'CINEMA' }],
    giveaways: [{ id: 1, name: 'Cinema tickets', codes: ['CINE-0001', 'CINE-0002', 'CINE-0003'] }],
    rules: [giveawayForSpend(1, { name: 'A cinema ticket', from: 30, needs: 'coupon' })],
  },
  {
    id: 13,
    name: 'Gift card',
    coupons: [{ value: 'GIFT50', discountLimit: 50 }],
    partialRewards: true,
    rules: [{ name: 'What is left of the gift card', needs: 'coupon', then: (cart) => [setDiscount('Gift card', cart.discountedTotal)] }],
  },
  {
    mode: 'highestDiscount',
    campaigns: [
      { id: 14, name: 'Student discount', coupons: [{ value: 'STUDENT' }], rules: [percentOffCart(15, { needs: 'coupon' })] },
      { id: 15, name: 'Neighbours', coupons: [{ value: 'NEIGHBOUR' }], rules: [percentOffCart(5, { needs: 'coupon' })] },
    ],
  },
  {
    id: 16,
    name: 'A rule that breaks',
    coupons: [{ value: 'BROKEN' }],
    rules: [
      {
        name: 'Divides by zero',
        needs: 'coupon',
        then: () => {
          throw new Error('The rule of this campaign is broken')
        },
      },
    ],
  },
]

/** What happens at events. */
const atEvents: readonly SandboxCampaign[] = [
  {
    id: 17,
    name: 'Newsletter',
    limits: [
      { action: 'createCoupon', limit: 10_000, entities: [] },
      { action: 'createCoupon', limit: 1, entities: ['Profile'], period: 'yearly' },
    ],
    rules: [
      {
        name: 'Thanks for subscribing',
        on: 'subscribed',
        then: () => [
          { effectType: 'addToAudience', props: { audienceId: 1 } },
          { effectType: 'updateAttribute', props: { path: 'Profile.Newsletter', value: true } },
          { effectType: 'reserveCoupon', props: { couponValue: 'WELCOME5' } },
          { effectType: 'couponCreated', props: { pattern: 'NEWS-####', usageLimit: 1 } },
          { effectType: 'triggerWebhook', props: { webhookId: 1, webhookName: 'mailing list' } },
        ],
      },
      { name: 'Five euros off for readers', needs: 'coupon', then: (cart) => [setDiscount('For readers', Math.min(5, cart.itemTotal))] },
      {
        name: 'Sorry to see you go',
        on: 'unsubscribed',
        then: () => [
          { effectType: 'removeFromAudience', props: { audienceId: 1 } },
          { effectType: 'updateAttribute', props: { path: 'Profile.Newsletter', value: false } },
        ],
      },
    ],
  },
  {
    id: 18,
    name: 'Old friends',
    rules: [
      {
        name: 'A code to hand on',
        on: 'invited',
        then: () => [{ effectType: 'referralCreated', props: { pattern: 'FRIEND-####', usageLimit: 3 } }],
      },
      {
        name: 'Three euros off for the friend',
        needs: 'referral',
        then: (cart) => [
          setDiscount('An old friend', Math.min(3, cart.itemTotal)),
          // Shops of long ago still wait for this one.
          ...(cart.referral ? [{ effectType: 'redeemReferral' as const, props: { id: cart.referral.id, value: cart.referral.code } }] : []),
        ],
      },
    ],
  },
  {
    id: 19,
    name: 'Long holidays',
    rules: [
      {
        name: 'Beans keep a month longer',
        on: 'wentOnHoliday',
        then: () => [{ effectType: 'extendLoyaltyPointsExpiryDate', props: { programId: 1, subLedgerId: '', extensionDuration: '1M' } }],
      },
      {
        name: 'Beans keep until the end of the century',
        on: 'becameMemberForLife',
        then: () => [
          { effectType: 'setLoyaltyPointsExpiryDate', props: { programId: 1, subLedgerId: '', newExpiryDate: '2099-12-31T00:00:00Z' } },
        ],
      },
    ],
  },
  {
    id: 20,
    name: 'Ten cups',
    coupons: [{ value: 'CUPS' }],
    achievements: [{ id: 2, name: 'TenCups', title: 'Ten cups', description: 'Drink ten cups in a month', target: 10, period: '1M' }],
    rules: [
      {
        name: 'The challenge begins',
        on: 'challenged',
        then: () => [{ effectType: 'startAchievementProgress', props: { achievementId: 2 } }],
      },
      { name: 'A cup counts', on: 'drankCup', then: () => [increaseAchievementProgress(2)] },
      {
        name: 'The coffees of an order count',
        needs: 'coupon',
        when: (cart) => cart.units.some(isCoffee),
        then: (cart) => [increaseAchievementProgress(2, cart.units.filter(isCoffee).length)],
      },
    ],
  },
]

/** The demo shop's campaigns. Among them they show every effect there is. */
export const demoCampaigns: readonly CampaignNode[] = [...everyday, ...byCode, ...atEvents]

function isCoffee(unit: Unit): boolean {
  return unit.category === 'Coffee'
}

function isCup(unit: Unit): boolean {
  return unit.category === 'Cups'
}

function linesOf(cart: RuleCart, ...kinds: ((unit: Unit) => boolean)[]): number[] {
  return [...new Set(cart.units.filter((unit) => kinds.some((isOfKind) => isOfKind(unit))).map(({ position }) => position))]
}
