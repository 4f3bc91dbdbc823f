/** The demo shop's campaigns: what `createSandbox()` runs unless it is given others. */
import {
  addLoyaltyPoints,
  type Cart,
  increaseAchievementProgress,
  type SandboxCampaign,
  setDiscount,
  setDiscountPerItem,
  type Unit,
} from './rules.ts'
import type { LoyaltyProgram } from './state.ts'

/** The demo shop's loyalty programs: one point for each euro, for the profile and on the card that the session names. */
export const demoPrograms: readonly LoyaltyProgram[] = [
  { id: 1, name: 'beans', title: 'Bean Club' },
  { id: 2, name: 'cards', title: 'Bean Card', isCardBased: true, usersPerCardLimit: 2 },
]

/** The demo shop's campaigns. Prices in euros. */
export const demoCampaigns: readonly SandboxCampaign[] = [
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
        when: (cart) => cart.profileId !== undefined && fullEuros(cart) > 0,
        then: (cart) => [addLoyaltyPoints('beans', 1, fullEuros(cart)), addLoyaltyPoints('beans on the card', 2, fullEuros(cart))],
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

function isCoffee(unit: Unit): boolean {
  return unit.category === 'Coffee'
}

// Sums of prices are binary fractions: 56.99999999999999 is 57 euros.
function fullEuros(cart: Cart): number {
  return Math.floor(Number(cart.itemTotal.toFixed(6)))
}
