/** What reads have answered: profiles, what is in their wallets, and sessions. */
import type {
  CustomerInventory,
  CustomerProfile,
  CustomerSessionV2,
  InventoryCoupon,
  InventoryReferral,
  LedgerInfo,
  Loyalty,
  LoyaltyCard,
  Referral,
} from 'talon-one-react'

const created = '2026-01-15T12:00:00Z'

export const profileOf = (integrationId: string, name = 'Anna'): CustomerProfile => ({
  id: 1,
  created,
  integrationId,
  attributes: { Name: name },
  accountId: 1,
  closedSessions: 2,
  totalSales: 40,
  lastActivity: created,
})

export const couponOf = (value: string, more: Partial<InventoryCoupon> = {}): InventoryCoupon => ({
  id: value.length,
  created,
  campaignId: 1,
  value,
  usageLimit: 1,
  usageCounter: 0,
  profileRedemptionCount: 0,
  state: 'active',
  ...more,
})

const ledgerOf = (points: number): LedgerInfo => ({
  currentBalance: points,
  pendingBalance: 0,
  expiredBalance: 0,
  spentBalance: 0,
  tentativeCurrentBalance: points,
})

export const cardOf = (identifier: string, points: number): LoyaltyCard => ({
  id: identifier.length,
  created,
  programID: 3,
  status: 'active',
  identifier,
  usersPerCardLimit: 0,
  ledger: ledgerOf(points),
})

export const loyaltyOf = (points: number, cards?: LoyaltyCard[]): Loyalty => ({
  ...(cards && { cards }),
  programs: { 1: { id: 1, title: 'Points', name: 'points', ledger: ledgerOf(points) } },
})

export const referralOf = (code: string, advocateProfileIntegrationId = 'anna'): Referral => ({
  id: code.length,
  created,
  usageLimit: 1,
  campaignId: 1,
  advocateProfileIntegrationId,
  code,
  usageCounter: 0,
})

export const inventoryReferralOf = (code: string): InventoryReferral => ({ ...referralOf(code), referredCustomers: ['carl'] })

export const sessionOf = (integrationId: string, profileId: string, more: Partial<CustomerSessionV2> = {}): CustomerSessionV2 => ({
  id: 1,
  created,
  updated: created,
  integrationId,
  applicationId: 1,
  profileId,
  state: 'open',
  couponCodes: [],
  cartItems: [{ sku: 'tea', quantity: 1, price: 4 }],
  attributes: {},
  firstSession: true,
  updateCount: 1,
  total: 4,
  cartItemTotal: 4,
  additionalCostTotal: 0,
  cartItemAdditionalCostTotal: 0,
  ...more,
})

/** Every part of a wallet. */
export const walletOf = (profileId: string) =>
  ({
    profile: profileOf(profileId),
    coupons: [couponOf('SAVE10'), couponOf('WELCOME5')],
    loyalty: loyaltyOf(120),
    referrals: [inventoryReferralOf('FRIEND')],
    giveaways: [{ id: 1, created, code: 'GIFT', poolId: 1 }],
    achievements: [],
  }) satisfies CustomerInventory

/** Nothing happened that anybody must know of. */
export const stateV2 = { effects: [], createdCoupons: [], createdReferrals: [] }
