/**
 * The public list, written by hand, in the order in which the source reads.
 *
 * Private on purpose: shapes, the fold, lanes' names, request filling. They may change in any version.
 */

// The API's words
export type {
  Attributes,
  EventAttributes,
  EventContent,
  ItemAttributes,
  KnownWord,
  Open,
  ProfileAttributes,
  ProfileContent,
  Register,
  ReturnContent,
  SessionAttributes,
  SessionContent,
  SessionState,
  Timestamp,
  TypedEvent,
  UnknownWord,
} from './schema.ts'

// Nouns: sessions
export type {
  AdditionalCost,
  CartItem,
  CustomerSessionV2,
  ExperimentVariantAllocation,
  IntegrationRequest,
  NewCustomerSessionV2,
  NewReturn,
  PriceDetail,
  Product,
  Return,
  ReturnedCartItem,
  ReturnIntegrationRequest,
} from './schema.ts'

// Nouns: campaigns, as answers show them
export type {
  Campaign,
  CampaignBudget,
  CampaignEligibility,
  CampaignEligibilityDetails,
  CampaignEligibilityExperiment,
  CampaignEligibilityFailureDetails,
  CodeGeneratorSettings,
  IntegrationCampaign,
  IntegrationCampaignsResponse,
  LimitConfig,
  RuleEligibility,
  RuleEligibilityFailureDetails,
  RuleFailureReason,
  RuleMetadata,
  RuleMetadataEligibility,
} from './schema.ts'

// Nouns: profiles
export type {
  AudienceMembership,
  CustomerInventory,
  CustomerProfile,
  CustomerProfileAudienceRequest,
  CustomerProfileAudienceRequestItem,
  CustomerProfileIntegrationRequestV2,
  CustomerProfileUpdateV2Response,
  LoyaltyMembership,
  MultipleCustomerProfileIntegrationRequest,
  MultipleCustomerProfileIntegrationRequestItem,
  MultipleCustomerProfileIntegrationResponseV2,
  ProfileAudiencesChanges,
} from './schema.ts'

// Nouns: audiences
export type { Audience, NewAudience, UpdateAudience } from './schema.ts'

// Nouns: coupons, referrals, giveaways
export type {
  Coupon,
  CouponReservations,
  Giveaway,
  IntegrationCoupon,
  InventoryCoupon,
  InventoryReferral,
  NewReferral,
  NewReferralsForMultipleAdvocates,
  Referral,
  ReferralsForMultipleAdvocatesResponse,
  ReservedCustomersResponse,
} from './schema.ts'

// Nouns: achievements
export type {
  AchievementProgress,
  AchievementProgressWithDefinition,
  AchievementStatusEntry,
  CustomerAchievementHistoryResponse,
  CustomerAchievementsResponse,
  TimePoint,
} from './schema.ts'

// Nouns: loyalty
export type {
  ActivateLoyaltyPoints,
  ActivateLoyaltyPointsResponse,
  CardLedgerPointsEntryIntegrationAPI,
  CardLedgerTransactionLogEntryIntegrationAPI,
  DeleteLoyaltyTransactionsRequest,
  GenerateLoyaltyCard,
  LedgerInfo,
  LedgerPointsEntryIntegrationAPI,
  LedgerTransactionLogEntryIntegrationAPI,
  Loyalty,
  LoyaltyBalance,
  LoyaltyBalancesWithTiers,
  LoyaltyBalanceWithTier,
  LoyaltyCard,
  LoyaltyCardBalances,
  LoyaltyCardPointsResponse,
  LoyaltyCardProfileRegistration,
  LoyaltyCardRegistration,
  LoyaltyCardTransactionsResponse,
  LoyaltyLedgerEntry,
  LoyaltyLedgerEntryFlags,
  LoyaltyProfilePointsResponse,
  LoyaltyProfileTransactionsResponse,
  LoyaltyProgramLedgers,
  ProjectedTier,
  Tier,
} from './schema.ts'

// Nouns: events
export type {
  CouponRejectionReason,
  Event,
  EventV3,
  IntegrationEventV2Request,
  IntegrationEventV3Request,
  LedgerEntry,
  Meta,
  ReferralRejectionReason,
} from './schema.ts'

// Nouns: prices and catalogues
export type {
  AddItemCatalogAction,
  AddPriceAdjustmentCatalogAction,
  AdjustmentDetails,
  AudienceReference,
  BestPriorPrice,
  BestPriorPriceMetadata,
  BestPriorPriceRequest,
  BestPriorTarget,
  Catalog,
  CatalogAction,
  CatalogActionFilter,
  CatalogSyncRequest,
  InfluencingCampaignDetails,
  LabelTargetAudience,
  LabelTargetNone,
  NewPriceAdjustment,
  PatchItemCatalogAction,
  PatchManyItemsCatalogAction,
  RemoveItemCatalogAction,
  RemoveManyItemsCatalogAction,
} from './schema.ts'

// Nouns: errors
export type { APIError, ConflictErrorResponse, ErrorResponse, ErrorResponseWithStatus, ErrorSource } from './schema.ts'

// Nouns: legacy V1
export type {
  CartItemV1,
  CouponRejectionReasonV1,
  CouponV1,
  CustomerProfileV1,
  CustomerSession,
  EventV1,
  IntegrationState,
  LegacyEffect,
  LoyaltyProgramBalance,
  LoyaltyProgramLedgersV1,
  LoyaltyV1,
  MetaV1,
  NewCustomerProfile,
  NewCustomerSession,
  NewEvent,
  ReferralRejectionReasonV1,
} from './schema.ts'

// Effects, and the answers that carry them
export { isEffect } from './effects.ts'
export type {
  CampaignExclusionReason,
  CouponRejection,
  CustomerProfileIntegrationResponseV2,
  Effect,
  EffectEnvelope,
  EffectOf,
  EffectProps,
  EffectType,
  IntegrationCustomerSessionResponse,
  IntegrationEventV2Response,
  IntegrationEventV3Response,
  IntegrationStateV2,
  KnownEffect,
  LoyaltyLedgerEntryExpiryDateChange,
  ReferralRejection,
  ReopenSessionResponse,
  UnknownEffect,
} from './effects.ts'

// Errors
export { isTalonOneError, TalonOneError } from './error.ts'
export type { TalonOneErrorCode, TalonOneErrorDetails, TalonOneIssue } from './error.ts'

// The endpoint table
export type {
  Carried,
  Endpoint,
  EndpointAudience,
  InputOf,
  OutputOf,
  Page,
  PagedEndpoint,
  ReadEndpoint,
  Repeat,
  WriteEndpoint,
} from './endpoint.ts'

// Customer sessions
export { getCustomerSession, reopenCustomerSession, returnCartItems, updateCustomerSessionV2 } from './endpoints.ts'
export type {
  GetCustomerSessionInput,
  ReopenCustomerSessionInput,
  ReturnCartItemsInput,
  UpdateCustomerSessionV2Input,
} from './endpoints.ts'

// Customer profiles
export {
  deleteCustomerData,
  getCustomerAchievementHistory,
  getCustomerAchievements,
  getCustomerInventory,
  updateCustomerProfilesV2,
  updateCustomerProfileV2,
} from './endpoints.ts'
export type {
  DeleteCustomerDataInput,
  GetCustomerAchievementHistoryInput,
  GetCustomerAchievementsInput,
  GetCustomerInventoryInput,
  UpdateCustomerProfilesV2Input,
  UpdateCustomerProfileV2Input,
} from './endpoints.ts'

// Audiences
export {
  createAudienceV2,
  deleteAudienceMembershipsV2,
  deleteAudienceV2,
  updateAudienceCustomersAttributes,
  updateAudienceV2,
  updateCustomerProfileAudiences,
} from './endpoints.ts'
export type {
  CreateAudienceV2Input,
  DeleteAudienceV2Input,
  UpdateAudienceCustomersAttributesInput,
  UpdateAudienceV2Input,
} from './endpoints.ts'

// Coupons
export { createCouponReservation, deleteCouponReservation, getReservedCustomers } from './endpoints.ts'
export type { CouponReservationInput, GetReservedCustomersInput } from './endpoints.ts'

// Referrals
export { createReferral, createReferralsForMultipleAdvocates } from './endpoints.ts'
export type { CreateReferralInput, CreateReferralsForMultipleAdvocatesInput } from './endpoints.ts'

// Loyalty
export {
  activateLoyaltyPoints,
  deleteLoyaltyTransactionsFromLedgers,
  getLoyaltyBalances,
  getLoyaltyProgramProfilePoints,
  getLoyaltyProgramProfileTransactions,
  joinLoyaltyProgram,
} from './endpoints.ts'
export type {
  ActivateLoyaltyPointsInput,
  DeleteLoyaltyTransactionsFromLedgersInput,
  GetLoyaltyBalancesInput,
  GetLoyaltyProgramProfilePointsInput,
  GetLoyaltyProgramProfileTransactionsInput,
  JoinLoyaltyProgramInput,
} from './endpoints.ts'

// Loyalty cards
export {
  generateLoyaltyCard,
  getLoyaltyCardBalances,
  getLoyaltyCardPoints,
  getLoyaltyCardTransactions,
  linkLoyaltyCardToProfile,
  unlinkLoyaltyCardFromProfile,
} from './endpoints.ts'
export type {
  GenerateLoyaltyCardInput,
  GetLoyaltyCardBalancesInput,
  GetLoyaltyCardPointsInput,
  GetLoyaltyCardTransactionsInput,
  LinkLoyaltyCardInput,
  LoyaltyCardInput,
} from './endpoints.ts'

// Events
export { getEventV3, trackEventV2, trackEventV3 } from './endpoints.ts'
export type { GetEventV3Input, TrackEventV2Input, TrackEventV3Input } from './endpoints.ts'

// Campaigns
export { integrationGetAllCampaigns } from './endpoints.ts'
export type { IntegrationGetAllCampaignsInput } from './endpoints.ts'

// Prices and catalogues
export { bestPriorPrice, syncCatalog } from './endpoints.ts'
export type { SyncCatalogInput } from './endpoints.ts'

// Legacy V1
export { trackEvent, updateCustomerProfile, updateCustomerSession } from './endpoints.ts'
export type { TrackEventInput, UpdateCustomerProfileInput, UpdateCustomerSessionInput } from './endpoints.ts'
export type { PageInput } from './endpoints.ts'

// The client
export { createTalonOne } from './client.ts'
export type { Changed } from './changes.ts'
export type { HeadersSource, RawAnswer, SendOptions, TalonOne, TalonOneOptions } from './client.ts'
export type { Locks } from './lane.ts'

// Queries and mutations without React
export { infiniteQueryFor, mutationFor, queryFor, queryKeyFor } from './queries.ts'
export type { CallOptions, InfiniteQueryFor, MutationFor, QueryFor, Retries, TalonOneQueryKey, Variant } from './queries.ts'

// What-if prices without React
export { isPreview, itemPreviewFor, sessionPreviewFor } from './preview.ts'
export type { ItemPreview, ItemPreviewFor, ItemPreviewInput, SessionPreviewFor, SessionPreviewInput } from './preview.ts'

// Prices
export { explain } from './explain.ts'
export type { Explanation, Reason } from './explain.ts'
export { priceCart } from './price.ts'
export type { PricedCart, PricedCode, PricedCost, PricedDiscount, PricedLine, PricedPoints } from './price.ts'

// Words for refused codes
export { rejectionMessage } from './rejections/message.ts'
export type { Rejection, RejectionMessages } from './rejections/message.ts'
export { chineseRejections } from './rejections/chinese.ts'
export { czechRejections } from './rejections/czech.ts'
export { danishRejections } from './rejections/danish.ts'
export { dutchRejections } from './rejections/dutch.ts'
export { englishRejections } from './rejections/english.ts'
export { frenchRejections } from './rejections/french.ts'
export { germanRejections } from './rejections/german.ts'
export { italianRejections } from './rejections/italian.ts'
export { japaneseRejections } from './rejections/japanese.ts'
export { polishRejections } from './rejections/polish.ts'
export { portugueseRejections } from './rejections/portuguese.ts'
export { spanishRejections } from './rejections/spanish.ts'
export { swedishRejections } from './rejections/swedish.ts'

// The cart without React
export { createCart } from './cart/cart.ts'
export { preloadCart } from './cart/load-engine.ts'
export type {
  BroughtLine,
  Cart,
  CartActions,
  CartOptions,
  Clock,
  CodeOutcome,
  EditOutcome,
  FlushOutcome,
  GuestCartReport,
} from './cart/cart.ts'
export type { CartEdit, NewLine } from './cart/edits.ts'
export type { Amount, CartCode, CartCost, CartLine, CartPoints, CartView, LineAmount } from './cart/view.ts'

// Provider
export { TalonOneProvider, useTalonOne } from './react/provider.ts'
export type { TalonOneProviderProps } from './react/provider.ts'

// Cart hooks
export { useCart, useCartActions, useCartLine, useCartStatus, useCoupons } from './react/cart.ts'
export type { CartStatus, UseCartOptions } from './react/cart.ts'
export { useLeaveGuard } from './react/leave-guard.ts'
export type { UseLeaveGuardOptions } from './react/leave-guard.ts'

// Preview hooks
export { useItemPreview, useSessionPreview } from './react/preview.ts'
export type { PreviewOptions } from './react/preview.ts'

// Operation hooks
export type { CallOverrides } from './react/overrides.ts'
export type { PagesOptions, ReadOptions, WriteOptions, WriteResult } from './react/operations.ts'

// Hooks: customer sessions
export { useReopenSession, useReturnItems, useSession, useUpdateSession } from './react/operations.ts'

// Hooks: customer profiles
export {
  useAchievementHistory,
  useAchievements,
  useCustomerInventory,
  useDeleteCustomerData,
  useUpdateProfile,
  useUpdateProfiles,
} from './react/operations.ts'

// Hooks: audiences
export {
  useCreateAudience,
  useDeleteAudience,
  useDeleteAudienceMemberships,
  useUpdateAudience,
  useUpdateAudienceAttributes,
  useUpdateProfileAudiences,
} from './react/operations.ts'

// Hooks: coupons
export { useReleaseCoupon, useReserveCoupon, useReservedCustomers } from './react/operations.ts'

// Hooks: referrals
export { useCreateReferral, useCreateReferrals } from './react/operations.ts'

// Hooks: loyalty
export {
  useActivateLoyaltyPoints,
  useDeleteLoyaltyTransactions,
  useJoinLoyaltyProgram,
  useLoyaltyBalances,
  useLoyaltyPoints,
  useLoyaltyTransactions,
} from './react/operations.ts'

// Hooks: loyalty cards
export {
  useGenerateLoyaltyCard,
  useLinkLoyaltyCard,
  useLoyaltyCardBalances,
  useLoyaltyCardPoints,
  useLoyaltyCardTransactions,
  useUnlinkLoyaltyCard,
} from './react/operations.ts'

// Hooks: events
export { useEvent, useTrackEvent, useTrackEventV3 } from './react/operations.ts'

// Hooks: campaigns
export { useCampaigns } from './react/operations.ts'

// Hooks: prices and catalogues
export { useBestPriorPrice, useSyncCatalog } from './react/operations.ts'

// Hooks: legacy V1
export { useTrackEventV1, useUpdateProfileV1, useUpdateSessionV1 } from './react/operations.ts'
