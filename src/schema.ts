/**
 * The API's nouns, by the API's own names. Types only.
 *
 * Money is in major currency units of the Application (12.5 is twelve fifty), points are numbers and may be fractional,
 * integration ids are the shop's own (at most 1000 characters), numeric `id`s are Talon.One's.
 *
 * Source: Talon.One Integration API, specification of 2026-06-09; the V1 nouns of 2021-04-30.
 */

/** A moment, RFC 3339, such as `2026-11-23T10:00:00Z`. */
export type Timestamp = string

/** Custom attributes: defined in the Campaign Manager before they may be sent. */
export type Attributes = Record<string, unknown>

/** A closed list of words the API may still add to. Editors complete the known ones. */
export type Open<Known extends string> = Known | (string & {})

/** Where a session stands. Only the order system moves one out of `open`. */
export type SessionState = 'open' | 'closed' | 'partially_returned' | 'cancelled'

/** Parts a session answer carries only on request. `campaignEligibility` needs `dry`. */
export type SessionContent =
  | 'customerSession'
  | 'customerProfile'
  | 'coupons'
  | 'triggeredCampaigns'
  | 'referral'
  | 'loyalty'
  | 'event'
  | 'awardedGiveaways'
  | 'ruleFailureReasons'
  | 'previousReturns'
  | 'campaignEligibility'

/** Parts a profile answer carries only on request, and only when rules run. */
export type ProfileContent =
  | 'customerProfile'
  | 'triggeredCampaigns'
  | 'loyalty'
  | 'event'
  | 'awardedGiveaways'
  | 'ruleFailureReasons'
  | 'campaignEligibility'

// Sessions

export interface IntegrationRequest {
  customerSession: NewCustomerSessionV2
  responseContent?: SessionContent[]
}

/** What a session PUT may say. Fields left out keep what is stored; `cartItems` replaces the whole cart. */
export interface NewCustomerSessionV2 {
  /** Omit or "" = anonymous; a stable guest id is advised. */
  profileId?: string
  /** 1 to 1000 characters; store chosen by you; store-linked campaigns need it. */
  storeIntegrationId?: string
  /** Dry only; runs these campaigns even when disabled. */
  evaluableCampaignIds?: number[]
  /** Each at most 100 characters; omit = keep; [] = drop all (non-dry). */
  couponCodes?: string[]
  /** At most 100 characters; omit = keep; "" = drop (non-dry). */
  referralCode?: string
  /** At most 1. */
  loyaltyCards?: string[]
  /** Default open; partially_returned cannot be set here. */
  state?: SessionState
  /** At most 1000 lines and 10 000 units in total. */
  cartItems?: CartItem[]
  experimentVariantAllocations?: ExperimentVariantAllocation[]
  /** Keys = API names of costs defined in the Campaign Manager. */
  additionalCosts?: Record<string, AdditionalCost>
  /** At most 5; send hashed values; needed at close when identifier budgets or coupons exist. */
  identifiers?: string[]
  /** Every key must be defined first, else 400. */
  attributes?: Attributes
}

/** One line of a cart. Money in major currency units. */
export interface CartItem {
  name?: string
  /** Not empty. */
  sku: string
  /** At least 1; expanded to single units for rules. */
  quantity: number
  /** Server-set. */
  returnedQuantity?: number
  /** Server-set. */
  remainingQuantity?: number
  /** Unit price; needed unless the SKU is in the connected catalogue; overrides it when given. */
  price?: number
  category?: string
  product?: Product
  /** In grams. */
  weight?: number
  /** Millimetres. */
  height?: number
  /** Millimetres. */
  width?: number
  /** Millimetres. */
  length?: number
  /** Server-set; 0-based index in cartItems. */
  position?: number
  /** Whole map is replaced: keys left out are removed. */
  attributes?: Attributes
  additionalCosts?: Record<string, AdditionalCost>
  /** Server-set. */
  catalogItemID?: number
  /** Server-set. */
  selectedPriceType?: string
  /** A UUID; server-set. */
  adjustmentReferenceId?: string
  /** Server-set. */
  adjustmentEffectiveFrom?: Timestamp
  /** Server-set. */
  adjustmentEffectiveUntil?: Timestamp
  /** Server-set; keyed by price type. */
  prices?: Record<string, PriceDetail>
}

export interface Product {
  name: string
}

/** A cost beside the items, such as shipping; in major currency units. */
export interface AdditionalCost {
  price: number
}

export interface PriceDetail {
  price?: number
  adjustmentContextId?: string
  /** Uuid. */
  adjustmentReferenceId?: string
  adjustmentEffectiveFrom?: Timestamp
  adjustmentEffectiveUntil?: Timestamp
}

export interface ExperimentVariantAllocation {
  experimentID: number
  variantID: number
}

/** A session as stored. Totals are in major currency units and before discounts. */
export interface CustomerSessionV2 {
  id: number
  created: Timestamp
  /** At most 1000 characters. */
  integrationId: string
  applicationId: number
  profileId: string
  /** 1 to 1000 characters. */
  storeIntegrationId?: string
  evaluableCampaignIds?: number[]
  /** Each at most 100 characters. */
  couponCodes?: string[]
  /** At most 100 characters. */
  referralCode?: string
  /** At most 1. */
  loyaltyCards?: string[]
  /** Default open. */
  state: SessionState
  cartItems: CartItem[]
  experimentVariantAllocations?: ExperimentVariantAllocation[]
  additionalCosts?: Record<string, AdditionalCost>
  /** At most 5. */
  identifiers?: string[]
  attributes: Attributes
  /** Always true for anonymous sessions. */
  firstSession: boolean
  /** Starts at 1. */
  updateCount: number
  /** Items + additional costs, before discounts. */
  total: number
  /** Before discounts. */
  cartItemTotal: number
  /** Before discounts. */
  additionalCostTotal: number
  /** Server-set; before discounts. */
  cartItemAdditionalCostTotal: number
  updated: Timestamp
}

export interface Return {
  id: number
  created: Timestamp
  applicationId: number
  accountId: number
  returnedCartItems: ReturnedCartItem[]
  eventId: number
  sessionId: number
  /** At most 1000 characters. */
  sessionIntegrationId: string
  profileId?: number
  /** At most 1000 characters. */
  profileIntegrationId?: string
  createdBy?: number
}

export interface ReturnedCartItem {
  /** Index in the session cart. */
  position?: number
  /** Units to return. */
  quantity?: number
  /** Not empty. */
  sku?: string
}

// Campaigns, as answers show them

export interface RuleFailureReason {
  campaignID: number
  campaignName: string
  rulesetID: number
  couponID?: number
  couponValue?: string
  referralID?: number
  referralValue?: string
  ruleIndex: number
  ruleName: string
  conditionIndex?: number
  effectIndex?: number
  details?: string
  evaluationGroupID?: number
  evaluationGroupMode?: string
}

export interface CampaignEligibility {
  applicationId: number
  id: number
  /** Not empty. */
  name: string
  description?: string
  startTime?: Timestamp
  endTime?: Timestamp
  attributes?: Attributes
  /** Default enabled. */
  state: 'enabled'
  /** Each at most 50 characters; at most 50. */
  tags: string[]
  features: ('coupons' | 'referrals' | 'loyalty' | 'giveaways' | 'strikethrough' | 'achievements')[]
  eligibility: CampaignEligibilityDetails[]
  rules: RuleMetadataEligibility[]
  experiment?: CampaignEligibilityExperiment
}

export interface CampaignEligibilityDetails {
  passed: boolean
  couponCode?: string
  details?: CampaignEligibilityFailureDetails
}

export interface CampaignEligibilityFailureDetails {
  failureCode: 'ALL_RULES_FAILED' | 'SKIPPED' | 'AUDIENCE_NOT_MATCHED'
}

export interface RuleMetadataEligibility {
  title: string
  displayName?: string
  displayDescription?: string
  relatedData?: string
  eligibility: RuleEligibility[]
}

export interface RuleEligibility {
  passed: boolean
  couponCode?: string
  details?: RuleEligibilityFailureDetails
}

export interface RuleEligibilityFailureDetails {
  failureCode: 'CONDITION_NOT_MET' | 'EFFECT_FAILED'
  couponID?: number
  couponValue?: string
  referralID?: number
  referralValue?: string
  conditionIndex?: number
  effectIndex?: number
  details: string
}

export interface CampaignEligibilityExperiment {
  id: number
  variantId: number
}

/** Back-office data (`responseContent: triggeredCampaigns`): never sent to a shopper. */
export interface Campaign {
  id: number
  created: Timestamp
  applicationId: number
  userId: number
  name: string
  description: string
  startTime?: Timestamp
  endTime?: Timestamp
  attributes?: Attributes
  state: 'enabled' | 'disabled' | 'archived'
  activeRulesetId?: number
  tags: string[]
  reevaluateOnReturn: boolean
  features: ('coupons' | 'referrals' | 'loyalty' | 'giveaways' | 'strikethrough' | 'achievements' | 'advancedEvents')[]
  couponSettings?: CodeGeneratorSettings
  referralSettings?: CodeGeneratorSettings
  limits: LimitConfig[]
  campaignGroups?: number[]
  type: 'cartItem' | 'advanced'
  linkedStoreIds?: number[]
  couponAttributes?: Attributes
  budgets?: CampaignBudget[]
  couponRedemptionCount?: number
  referralRedemptionCount?: number
  discountCount?: number
  discountEffectCount?: number
  couponCreationCount?: number
  customEffectCount?: number
  referralCreationCount?: number
  addFreeItemEffectCount?: number
  awardedGiveawaysCount?: number
  createdLoyaltyPointsCount?: number
  createdLoyaltyPointsEffectCount?: number
  redeemedLoyaltyPointsCount?: number
  redeemedLoyaltyPointsEffectCount?: number
  callApiEffectCount?: number
  reservecouponEffectCount?: number
  lastActivity?: Timestamp
  updated?: Timestamp
  createdBy?: string
  updatedBy?: string
  templateId?: number
  frontendState: 'expired' | 'scheduled' | 'running' | 'disabled' | 'archived' | 'staged'
  storesImported: boolean
  valueMapsIds?: number[]
  experimentId?: number
  revisionFrontendState?: 'revised' | 'pending'
  activeRevisionId?: number
  activeRevisionVersionId?: number
  version?: number
  currentRevisionId?: number
  currentRevisionVersionId?: number
  stageRevision?: boolean
}

export interface CodeGeneratorSettings {
  validCharacters: string[]
  couponPattern: string
}

export interface LimitConfig {
  action: string
  /** Not negative. */
  limit: number
  period?: 'daily' | 'weekly' | 'monthly' | 'yearly'
  entities: ('Coupon' | 'Referral' | 'Profile' | 'Identifier' | 'Store' | 'Session')[]
}

export interface CampaignBudget {
  action: string
  limit: number
  counter: number
}

// Profiles

export interface CustomerProfileIntegrationRequestV2 {
  attributes?: Attributes
  /** Dry only. */
  evaluableCampaignIds?: number[]
  responseContent?: ProfileContent[]
  audiencesChanges?: ProfileAudiencesChanges
}

export interface ProfileAudiencesChanges {
  /** Audience ids. */
  adds: number[]
  /** Audience ids. */
  deletes: number[]
}

export interface MultipleCustomerProfileIntegrationRequest {
  /** At most 1000. */
  customerProfiles?: MultipleCustomerProfileIntegrationRequestItem[]
}

export interface MultipleCustomerProfileIntegrationRequestItem {
  attributes?: Attributes
  /** At most 1000 characters. */
  integrationId: string
}

export interface MultipleCustomerProfileIntegrationResponseV2 {
  integrationStates?: CustomerProfileUpdateV2Response[]
}

export interface CustomerProfileUpdateV2Response {
  customerProfile: CustomerProfile
}

/** A customer as Talon.One knows them. */
export interface CustomerProfile {
  id: number
  created: Timestamp
  /** At most 1000 characters. */
  integrationId: string
  attributes: Attributes
  accountId: number
  /** Excludes cancelled and reopened ones. */
  closedSessions: number
  /** Before discounts; excludes cancelled, reopened, returned. */
  totalSales: number
  /** Deprecated, always null. */
  loyaltyMemberships?: LoyaltyMembership[] | null
  audienceMemberships?: AudienceMembership[]
  /** Moved only by non-dry calls that run the Rule Engine. */
  lastActivity: Timestamp
  sandbox?: boolean
}

export interface LoyaltyMembership {
  joined?: Timestamp
  loyaltyProgramId: number
}

export interface AudienceMembership {
  id: number
  name: string
}

/** A profile's wallet; each part is there only when asked for. */
export interface CustomerInventory {
  profile?: CustomerProfile
  loyalty?: Loyalty
  referrals?: InventoryReferral[]
  coupons?: InventoryCoupon[]
  giveaways?: Giveaway[]
  achievements?: AchievementProgressWithDefinition[]
}

export interface CustomerProfileAudienceRequest {
  /** At most 1000 actions. */
  data?: CustomerProfileAudienceRequestItem[]
}

export interface CustomerProfileAudienceRequestItem {
  /** Add creates a missing profile. */
  action: 'add' | 'delete'
  /** At most 1000 characters. */
  profileIntegrationId: string
  audienceId: number
}

// Coupons, referrals, giveaways

/** A coupon code with its limits. */
export interface Coupon {
  id: number
  created: Timestamp
  campaignId: number
  /** At least 4 characters. */
  value: string
  /** 0 to 999999; 0 = unlimited (campaign limits still apply). */
  usageLimit: number
  /** 0 to 1000000000000000; total value the code may give, e.g. gift card. */
  discountLimit?: number
  /** 0 to 999999. */
  reservationLimit?: number
  startDate?: Timestamp
  expiryDate?: Timestamp
  /** Per-profile limits; override campaign limits. */
  limits?: LimitConfig[]
  usageCounter: number
  discountCounter?: number
  discountRemainder?: number
  reservationCounter?: number
  attributes?: Attributes
  referralId?: number
  /** At most 1000 characters; only this profile may redeem. */
  recipientIntegrationId?: string
  importId?: number
  /** Default true; true: may be reserved by many; false: personal code. */
  reservation?: boolean
  batchId?: string
  /** Default false; true = hard reservation. */
  isReservationMandatory?: boolean
  /** True = soft-reserved for everybody. */
  implicitlyReserved?: boolean
}

export interface IntegrationCoupon extends Coupon {
  /** Redemptions by this profile. */
  profileRedemptionCount: number
}

export interface InventoryCoupon extends IntegrationCoupon {
  /** `active` may also be shown while the campaign is only scheduled. */
  state: Open<'active' | 'used' | 'expired' | 'pending' | 'disabled'>
}

/** Whose wallet a coupon is reserved in. */
export interface CouponReservations {
  /** At most 1000. */
  integrationIDs: string[]
}

export interface ReservedCustomersResponse {
  totalResultSize: number
  data: CustomerProfile[]
}

/** What createReferral takes. */
export interface NewReferral {
  startDate?: Timestamp
  /** Omit = never. */
  expiryDate?: Timestamp
  /** 0 to 999999. */
  usageLimit?: number
  campaignId: number
  /** At most 1000 characters. */
  advocateProfileIntegrationId: string
  /** When set only that friend can use it. */
  friendProfileIntegrationId?: string
  attributes?: Attributes
}

export interface NewReferralsForMultipleAdvocates {
  startDate?: Timestamp
  expiryDate?: Timestamp
  /** 0 to 999999. */
  usageLimit: number
  campaignId: number
  /** 1 to 1000. */
  advocateProfileIntegrationIds: string[]
  attributes?: Attributes
  validCharacters?: string[]
  /** 3 to 100 characters. */
  referralPattern?: string
}

/** A referral code: the advocate owns it, a friend redeems it. */
export interface Referral {
  id: number
  created: Timestamp
  startDate?: Timestamp
  expiryDate?: Timestamp
  /** 0 to 999999; 0 = unlimited. */
  usageLimit: number
  campaignId: number
  /** At most 1000 characters. */
  advocateProfileIntegrationId: string
  friendProfileIntegrationId?: string
  attributes?: Attributes
  importId?: number
  /** At least 4 characters. */
  code: string
  usageCounter: number
  batchId?: string
}

export interface InventoryReferral extends Referral {
  /** Profile ids of the friends. */
  referredCustomers: string[]
}

export interface ReferralsForMultipleAdvocatesResponse {
  totalResultSize: number
  data: Referral[]
}

export interface Giveaway {
  id: number
  created: Timestamp
  code: string
  poolId: number
  startDate?: Timestamp
  endDate?: Timestamp
  attributes?: Attributes
  /** Given out before. */
  used?: boolean
  importId?: number
  profileIntegrationId?: string
  profileId?: number
}

// Achievements

export interface AchievementProgressWithDefinition {
  status: 'inprogress' | 'completed' | 'expired' | 'not_started'
  progress: number
  startDate?: Timestamp
  completionDate?: Timestamp
  endDate?: Timestamp
  achievementId: number
  /** 1 to 1000 characters; `^[a-zA-Z]\w+$`. */
  name: string
  title: string
  description: string
  campaignId: number
  target?: number
  achievementRecurrencePolicy: 'no_recurrence' | 'on_expiration' | 'on_completion'
  achievementActivationPolicy: 'user_action' | 'fixed_schedule'
  achievementFixedStartDate?: Timestamp
  achievementEndDate?: Timestamp
  achievementAllowRollbackAfterCompletion?: boolean
}

// Loyalty

export interface Loyalty {
  cards?: LoyaltyCard[]
  programs: Record<string, LoyaltyProgramLedgers>
}

export interface LoyaltyProgramLedgers {
  id: number
  title: string
  name: string
  joinDate?: Timestamp
  ledger: LedgerInfo
  subLedgers?: Record<string, LedgerInfo>
}

/** The points of one ledger as an answer sees them. */
export interface LedgerInfo {
  /** Active points. */
  currentBalance: number
  pendingBalance: number
  /** Non-zero implies currentBalance 0. */
  negativeBalance?: number
  /** Deprecated, 0. */
  expiredBalance: number
  /** Deprecated, 0. */
  spentBalance: number
  /** Balance as if this open session closed now; blind to other open sessions. */
  tentativeCurrentBalance: number
  /** Same, for pending. */
  tentativePendingBalance?: number
  /** Same, for negative. */
  tentativeNegativeBalance?: number
  currentTier?: Tier
  pointsToNextTier?: number
  /** Null at the top tier; lowest tier when in none. */
  nextTierName?: string | null
}

export interface Tier {
  id: number
  name: string
  startDate?: Timestamp
  expiryDate?: Timestamp
  downgradePolicy?: 'one_down' | 'balance_based'
}

export interface LoyaltyCard {
  id: number
  created: Timestamp
  programID: number
  programName?: string
  programTitle?: string
  /** Active or inactive (a blocked card also exists in the product). */
  status: string
  blockReason?: string
  /** 4 to 108 characters; `^[A-Za-z0-9._%+@-]+$`. */
  identifier: string
  /** Not negative; 0 = unlimited. */
  usersPerCardLimit: number
  profiles?: LoyaltyCardProfileRegistration[]
  ledger?: LedgerInfo
  subledgers?: Record<string, LedgerInfo>
  modified?: Timestamp
  /** 4 to 108 characters; `^[A-Za-z0-9._%+@-]+$`. */
  oldCardIdentifier?: string
  /** 4 to 108 characters; `^[A-Za-z0-9._%+@-]+$`. */
  newCardIdentifier?: string
  batchId?: string
}

export interface LoyaltyCardProfileRegistration {
  /** At most 1000 characters. */
  integrationId: string
  timestamp: Timestamp
}

// Events

export interface Event {
  id: number
  created: Timestamp
  applicationId: number
  profileId?: string
  /** 1 to 1000 characters. */
  storeIntegrationId?: string
  /** Not empty. */
  type: string
  attributes: Attributes
  /** Not empty. */
  integrationId?: string
  sessionId?: string
  /** Raw rows; use the top-level effects instead. */
  effects: unknown[][]
  ledgerEntries?: LedgerEntry[]
  meta?: Meta
}

export interface EventV3 {
  /** Not empty. */
  connectedSessionId?: string
  id: number
  created: Timestamp
  applicationId: number
  profileId?: string
  /** 1 to 1000 characters. */
  storeIntegrationId?: string
  /** Not empty. */
  type: string
  attributes: Attributes
  /** Not empty. */
  integrationId?: string
  effects: unknown[][]
}

export interface LedgerEntry {
  id: number
  created: Timestamp
  profileId: string
  accountId: number
  loyaltyProgramId: number
  eventId: number
  amount: number
  reason: string
  expiryDate: Timestamp
  referenceId?: number
}

export interface Meta {
  campaigns?: Attributes
  coupons?: Attributes
  couponRejectionReason?: CouponRejectionReason
  referralRejectionReason?: ReferralRejectionReason
  warnings?: Attributes
}

export interface CouponRejectionReason {
  campaignId: number
  couponId: number
  reason:
    | 'CouponNotFound'
    | 'CouponPartOfNotRunningCampaign'
    | 'CampaignLimitReached'
    | 'ProfileLimitReached'
    | 'CouponRecipientDoesNotMatch'
    | 'CouponExpired'
    | 'CouponStartDateInFuture'
    | 'CouponRejectedByCondition'
    | 'EffectCouldNotBeApplied'
    | 'CouponPartOfNotTriggeredCampaign'
    | 'CouponReservationRequired'
    | 'ProfileRequired'
}

export interface ReferralRejectionReason {
  campaignId: number
  referralId: number
  reason:
    | 'ReferralNotFound'
    | 'ReferralRecipientIdSameAsAdvocate'
    | 'ReferralPartOfNotRunningCampaign'
    | 'ReferralLimitReached'
    | 'CampaignLimitReached'
    | 'ProfileLimitReached'
    | 'ReferralRecipientDoesNotMatch'
    | 'ReferralExpired'
    | 'ReferralStartDateInFuture'
    | 'ReferralRejectedByCondition'
    | 'EffectCouldNotBeApplied'
    | 'ReferralPartOfNotTriggeredCampaign'
}

// Errors

export interface ErrorResponse {
  message: string
  errors?: APIError[]
}

export interface ErrorResponseWithStatus {
  message?: string
  errors?: APIError[]
  StatusCode?: number
}

export interface ConflictErrorResponse {
  message?: string
  errors?: unknown[]
  StatusCode?: number
}

/** One finding about a refused request. */
export interface APIError {
  title: string
  /** Human text. */
  details?: string
  source: ErrorSource
}

export interface ErrorSource {
  /** JSON Pointer into the body. */
  pointer?: string
  parameter?: string
  /** String, not number. */
  line?: string
  resource?: string
}

// Legacy V1

export interface NewCustomerSession {
  profileId?: string
  /** At most 100 characters. */
  coupon?: string
  /** At most 100 characters. */
  referral?: string
  /** Default open. */
  state?: 'open' | 'closed' | 'cancelled'
  cartItems?: CartItemV1[]
  /** At most 5. */
  identifiers?: string[]
  total?: number
  attributes?: Attributes
}

export interface CartItemV1 {
  /** Not empty. */
  name: string
  /** Not empty. */
  sku: string
  /** At least 1. */
  quantity: number
  price: number
  category?: string
  weight?: number
  height?: number
  width?: number
  length?: number
  position?: number
  attributes?: Attributes
}

/** The answer of the three V1 operations. */
export interface IntegrationState {
  session: CustomerSession
  profile: CustomerProfileV1
  event: EventV1
  loyalty?: LoyaltyV1
  coupon?: CouponV1
}

export interface CustomerSession {
  integrationId: string
  created: Timestamp
  applicationId: number
  profileId: string
  /** At most 100 characters. */
  coupon: string
  /** At most 100 characters. */
  referral: string
  /** Default open. */
  state: 'open' | 'closed' | 'cancelled'
  cartItems: CartItemV1[]
  /** At most 5. */
  identifiers?: string[]
  total: number
  attributes: Attributes
  firstSession: boolean
  discounts: Record<string, number>
}

export interface CustomerProfileV1 {
  integrationId: string
  created: Timestamp
  attributes: Attributes
  accountId: number
  closedSessions: number
  totalSales: number
  loyaltyMemberships?: LoyaltyMembership[]
  audienceMemberships?: AudienceMembership[]
  lastActivity: Timestamp
}

export interface NewCustomerProfile {
  attributes?: Attributes
}

export interface NewEvent {
  profileId?: string
  /** Not empty. */
  type: string
  attributes: Attributes
  /** Not empty. */
  sessionId: string
}

export interface EventV1 {
  id: number
  created: Timestamp
  applicationId: number
  profileId?: string
  /** Not empty. */
  type: string
  attributes: Attributes
  sessionId?: string
  effects: (LegacyEffect | Attributes)[]
  ledgerEntries: LedgerEntry[]
  meta?: MetaV1
}

/** `[campaignId, rulesetId, ruleIndex, [effectName, ...arguments]]` */
export type LegacyEffect = unknown[]

export interface MetaV1 {
  campaigns?: Attributes
  coupons?: Attributes
  couponRejectionReason?: CouponRejectionReasonV1
  referralRejectionReason?: ReferralRejectionReasonV1
  warnings?: Attributes
}

export interface CouponRejectionReasonV1 {
  campaignId: number
  couponId: number
  reason:
    | 'CouponNotFound'
    | 'CouponPartOfNotRunningCampaign'
    | 'CouponLimitReached'
    | 'CampaignLimitReached'
    | 'ProfileLimitReached'
    | 'CouponRecipientDoesNotMatch'
    | 'CouponExpired'
    | 'CouponStartDateInFuture'
    | 'CouponRejectedByCondition'
    | 'EffectCouldNotBeApplied'
}

export interface ReferralRejectionReasonV1 {
  campaignId: number
  referralId: number
  reason:
    | 'ReferralNotFound'
    | 'ReferralRecipientIdSameAsAdvocate'
    | 'ReferralPartOfNotRunningCampaign'
    | 'ReferralLimitReached'
    | 'CampaignLimitReached'
    | 'ProfileLimitReached'
    | 'ReferralRecipientDoesNotMatch'
    | 'ReferralExpired'
    | 'ReferralStartDateInFuture'
    | 'ReferralRejectedByCondition'
    | 'EffectCouldNotBeApplied'
}

export interface LoyaltyV1 {
  programs: Record<string, LoyaltyProgramLedgersV1>
}

export interface LoyaltyProgramLedgersV1 {
  id: number
  title: string
  name: string
  ledger: LoyaltyProgramBalance
  subLedgers?: Record<string, LoyaltyProgramBalance>
}

export interface LoyaltyProgramBalance {
  currentBalance: number
  pendingBalance: number
  expiredBalance: number
  spentBalance: number
  tentativeCurrentBalance: number
}

export interface CouponV1 {
  id: number
  created: Timestamp
  campaignId: number
  value: string
  usageLimit: number
  discountLimit?: number
  startDate?: Timestamp
  expiryDate?: Timestamp
  usageCounter: number
  discountCounter?: number
  discountRemainder?: number
  attributes?: Attributes
  referralId?: number
  recipientIntegrationId?: string
  importId?: number
  reservation?: boolean
  batchId?: string
}
