/** Who answers which row. A new row without a handler does not compile. */
import type { InputOf, OutputOf } from '../endpoint.ts'
import type * as endpoints from '../endpoints.ts'
import { getCustomerAchievementHistory, getCustomerAchievements } from './achievements.ts'
import {
  createAudienceV2,
  deleteAudienceMembershipsV2,
  deleteAudienceV2,
  updateAudienceCustomersAttributes,
  updateAudienceV2,
  updateCustomerProfileAudiences,
} from './audiences.ts'
import { integrationGetAllCampaigns } from './campaign-list.ts'
import {
  generateLoyaltyCard,
  getLoyaltyCardBalances,
  getLoyaltyCardPoints,
  getLoyaltyCardTransactions,
  linkLoyaltyCardToProfile,
  unlinkLoyaltyCardFromProfile,
} from './cards.ts'
import { syncCatalog } from './catalog.ts'
import {
  createCouponReservation,
  createReferral,
  createReferralsForMultipleAdvocates,
  deleteCouponReservation,
  getReservedCustomers,
} from './codes.ts'
import { getEventV3, trackEventV2, trackEventV3 } from './events.ts'
import { trackEvent, updateCustomerProfile, updateCustomerSession } from './legacy.ts'
import {
  activateLoyaltyPoints,
  deleteLoyaltyTransactionsFromLedgers,
  getLoyaltyBalances,
  getLoyaltyProgramProfilePoints,
  getLoyaltyProgramProfileTransactions,
  joinLoyaltyProgram,
} from './points.ts'
import { bestPriorPrice } from './prices.ts'
import { deleteCustomerData, getCustomerInventory, updateCustomerProfilesV2, updateCustomerProfileV2 } from './profiles.ts'
import { returnCartItems } from './returns.ts'
import { getCustomerSession, reopenCustomerSession, updateCustomerSessionV2 } from './sessions.ts'
import type { State } from './state.ts'

/** The table of endpoints. */
export type Table = typeof endpoints

type Handlers = { [Name in keyof Table]: (state: State, input: InputOf<Table[Name]>) => OutputOf<Table[Name]> }

/** Every handler, by operation id: it returns the answer's body, and throws a `Refusal` to say no. */
export const handlers = {
  updateCustomerSessionV2,
  getCustomerSession,
  returnCartItems,
  reopenCustomerSession,
  updateCustomerProfileV2,
  updateCustomerProfilesV2,
  getCustomerInventory,
  getCustomerAchievements,
  getCustomerAchievementHistory,
  deleteCustomerData,
  createAudienceV2,
  updateAudienceV2,
  deleteAudienceV2,
  deleteAudienceMembershipsV2,
  updateAudienceCustomersAttributes,
  updateCustomerProfileAudiences,
  createCouponReservation,
  deleteCouponReservation,
  getReservedCustomers,
  createReferral,
  createReferralsForMultipleAdvocates,
  joinLoyaltyProgram,
  getLoyaltyBalances,
  getLoyaltyProgramProfileTransactions,
  getLoyaltyProgramProfilePoints,
  activateLoyaltyPoints,
  deleteLoyaltyTransactionsFromLedgers,
  generateLoyaltyCard,
  linkLoyaltyCardToProfile,
  unlinkLoyaltyCardFromProfile,
  getLoyaltyCardBalances,
  getLoyaltyCardTransactions,
  getLoyaltyCardPoints,
  trackEventV2,
  trackEventV3,
  getEventV3,
  integrationGetAllCampaigns,
  bestPriorPrice,
  syncCatalog,
  updateCustomerSession,
  updateCustomerProfile,
  trackEvent,
} satisfies Handlers

/** The operations that answer 201 when they answer a body. */
export const creates: ReadonlySet<keyof Table> = new Set<keyof Table>([
  'createAudienceV2',
  'createCouponReservation',
  'createReferral',
  'createReferralsForMultipleAdvocates',
  'trackEvent',
])

/** The operations that answer 200 and nothing, rather than 204. */
export const answersEmpty: ReadonlySet<keyof Table> = new Set<keyof Table>(['joinLoyaltyProgram'])
