/** The hooks of the operations, by their rows, each with an input. */
import {
  type CallOverrides,
  type InputOf,
  type TalonOneError,
  useAchievementHistory,
  useAchievements,
  useActivateLoyaltyPoints,
  useBestPriorPrice,
  useCampaigns,
  useCreateAudience,
  useCreateReferral,
  useCreateReferrals,
  useCustomerInventory,
  useDeleteAudience,
  useDeleteAudienceMemberships,
  useDeleteCustomerData,
  useDeleteLoyaltyTransactions,
  useEvent,
  useGenerateLoyaltyCard,
  useJoinLoyaltyProgram,
  useLinkLoyaltyCard,
  useLoyaltyBalances,
  useLoyaltyCardBalances,
  useLoyaltyCardPoints,
  useLoyaltyCardTransactions,
  useLoyaltyPoints,
  useLoyaltyTransactions,
  useReleaseCoupon,
  useReopenSession,
  useReserveCoupon,
  useReservedCustomers,
  useReturnItems,
  useSession,
  useSyncCatalog,
  useTrackEvent,
  useTrackEventV1,
  useTrackEventV3,
  useUnlinkLoyaltyCard,
  useUpdateAudience,
  useUpdateAudienceAttributes,
  useUpdateProfile,
  useUpdateProfileAudiences,
  useUpdateProfiles,
  useUpdateProfileV1,
  useUpdateSession,
  useUpdateSessionV1,
} from 'talon-one-react'
import type * as endpoints from '../../src/endpoints.ts'

type Table = typeof endpoints

/** What a test says of one call. */
export interface Options extends CallOverrides {
  retry?: false
  staleTime?: number
}
/** What a test sees of a hook. */
export interface Read {
  data: unknown
  error: TalonOneError | null
}
/** A hook with the input that a test gives it. */
export interface Use<Input = object> {
  kind: 'read' | 'pages' | 'write'
  input: Input
  useInput: (options?: Options) => Read & { mutate?: () => void }
}

type ReadHook<Input> = (input: Input, options?: Options) => Read

function read<Input>(useOperation: ReadHook<Input>, input: Input): Use<Input> {
  // TanStack Query renders again for what was read of its result.
  const useInput: Use<Input>['useInput'] = (options) => {
    const { data, error } = useOperation(input, options)
    return { data, error }
  }
  return { kind: 'read', input, useInput }
}

function pages<Input>(useOperation: ReadHook<Input>, input: Input): Use<Input> {
  return { ...read(useOperation, input), kind: 'pages' }
}

type WriteHook<Input> = (options?: Options) => Read & { mutate: (input: Input) => void }

function write<Input>(useOperation: WriteHook<Input>, input: Input): Use<Input> {
  const useInput: Use<Input>['useInput'] = (options) => {
    const { mutate, data, error } = useOperation(options)
    return { data, error, mutate: () => mutate(input) }
  }
  return { kind: 'write', input, useInput }
}

const cart = { customerSessionId: 'cart' }
const audience = { audienceId: 4 }
const program = { loyaltyProgramId: 1 }
const card = { loyaltyProgramId: 3, loyaltyCardId: 'CARD-A' }
const anna = { integrationId: 'anna' }
const uuid = '6d8699df-ffb4-4b0c-a6dd-a8b1ae61a1a3'
const lastMonth = { timeframeEndDate: '2026-01-31T00:00:00Z', timeframe: '30D', timeframeEndDateType: 'strict' } as const

/** The hook of each row: one that is missing does not compile. */
export const hooks: { [Name in keyof Table]: Use<InputOf<Table[Name]>> } = {
  updateCustomerSessionV2: write(useUpdateSession, { ...cart, customerSession: { cartItems: [{ sku: 'tea', quantity: 1 }] } }),
  getCustomerSession: read(useSession, cart),
  returnCartItems: write(useReturnItems, { ...cart, return: { returnedCartItems: [{ position: 0, quantity: 1 }] } }),
  reopenCustomerSession: write(useReopenSession, cart),
  updateCustomerProfileV2: write(useUpdateProfile, { attributes: { Name: 'Anna' } }),
  updateCustomerProfilesV2: write(useUpdateProfiles, { customerProfiles: [anna], silent: 'no' }),
  getCustomerInventory: read(useCustomerInventory, { coupons: true }),
  getCustomerAchievements: pages(useAchievements, { achievementStatus: ['active'] }),
  getCustomerAchievementHistory: pages(useAchievementHistory, { achievementId: 5 }),
  deleteCustomerData: write(useDeleteCustomerData, anna),
  createAudienceV2: write(useCreateAudience, { name: 'Friends' }),
  updateAudienceV2: write(useUpdateAudience, { ...audience, name: 'Family' }),
  deleteAudienceV2: write(useDeleteAudience, audience),
  deleteAudienceMembershipsV2: write(useDeleteAudienceMemberships, audience),
  updateAudienceCustomersAttributes: write(useUpdateAudienceAttributes, { ...audience, attributes: { Vip: true } }),
  updateCustomerProfileAudiences: write(useUpdateProfileAudiences, {
    data: [{ action: 'add', profileIntegrationId: 'anna', ...audience }],
  }),
  createCouponReservation: write(useReserveCoupon, { couponValue: 'SAVE10' }),
  deleteCouponReservation: write(useReleaseCoupon, { couponValue: 'SAVE10' }),
  getReservedCustomers: read(useReservedCustomers, { couponValue: 'SAVE10' }),
  createReferral: write(useCreateReferral, { campaignId: 5 }),
  createReferralsForMultipleAdvocates: write(useCreateReferrals, {
    campaignId: 5,
    usageLimit: 1,
    advocateProfileIntegrationIds: ['anna'],
    silent: 'no',
  }),
  joinLoyaltyProgram: write(useJoinLoyaltyProgram, program),
  getLoyaltyBalances: read(useLoyaltyBalances, { ...program, includeTiers: true }),
  getLoyaltyProgramProfileTransactions: pages(useLoyaltyTransactions, { ...program, awaitsActivation: true }),
  getLoyaltyProgramProfilePoints: pages(useLoyaltyPoints, { ...program, status: 'pending' }),
  activateLoyaltyPoints: write(useActivateLoyaltyPoints, { ...program, transactionUUIDs: [uuid] }),
  deleteLoyaltyTransactionsFromLedgers: write(useDeleteLoyaltyTransactions, { ...program, ...anna, scope: 'AllSubledgers' }),
  generateLoyaltyCard: write(useGenerateLoyaltyCard, { ...program, status: 'active' }),
  linkLoyaltyCardToProfile: write(useLinkLoyaltyCard, { ...card, ...anna }),
  unlinkLoyaltyCardFromProfile: write(useUnlinkLoyaltyCard, { ...card, ...anna }),
  getLoyaltyCardBalances: read(useLoyaltyCardBalances, card),
  getLoyaltyCardTransactions: pages(useLoyaltyCardTransactions, card),
  getLoyaltyCardPoints: pages(useLoyaltyCardPoints, { ...card, sort: '-expiryDate' }),
  trackEventV2: write(useTrackEvent, { type: 'reviewed' }),
  trackEventV3: write(useTrackEventV3, { type: 'reviewed', integrationId: 'review-1' }),
  getEventV3: read(useEvent, { integrationId: 'review-1' }),
  integrationGetAllCampaigns: pages(useCampaigns, {}),
  bestPriorPrice: read(useBestPriorPrice, { skus: ['tea'], ...lastMonth }),
  syncCatalog: write(useSyncCatalog, { catalogId: 6, actions: [{ type: 'REMOVE', payload: { sku: 'tea' } }] }),
  updateCustomerSession: write(useUpdateSessionV1, { ...cart, total: 4 }),
  updateCustomerProfile: write(useUpdateProfileV1, { ...anna, attributes: {} }),
  trackEvent: write(useTrackEventV1, { type: 'reviewed', attributes: {}, sessionId: 'cart' }),
}
