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

/**
 * A word that this version does not know: the API adds some over time. At run time it is the API's text as it came; to the
 * compiler it is unlike every known word, which no type made of `string` is. There is no such value to import.
 */
export declare enum UnknownWord {
  unknown = 'a word that this version does not know',
}

/**
 * A list of words the API may still add to: what is left of it after every known word is an {@link UnknownWord}, so that a
 * `switch` can be held to be exhaustive.
 *
 * @example
 * switch (reason) {
 *   case 'CouponExpired': …   // and so on
 *   default: return other(reason satisfies UnknownWord) // does not compile while a known reason is missing above
 * }
 */
export type Open<Known extends string> = Known | UnknownWord

/** The known words of an {@link Open} list. */
export type KnownWord<Word extends string> = Exclude<Word, UnknownWord>

/**
 * Your own attributes, as the Campaign Manager has them: declare them once, and inputs and answers are typed by them.
 * `sessionAttributes`, `itemAttributes` and `profileAttributes` hold one type each, `eventAttributes` one for each type of event.
 *
 * @example
 * declare module 'talon-one-react' {
 *   interface Register {
 *     itemAttributes: { Engraving: string }
 *     eventAttributes: { reviewed: { Stars: number }; visited: { Page?: string } }
 *   }
 * }
 */
export interface Register {}

type Registered<Name extends string, Default> = Register extends Record<Name, infer Type> ? Type : Default

/** The attributes of a session, each of which may be missing. See {@link Register}. */
export type SessionAttributes = Partial<Registered<'sessionAttributes', Attributes>>

/** The attributes of a cart's item, each of which may be missing. See {@link Register}. */
export type ItemAttributes = Partial<Registered<'itemAttributes', Attributes>>

/** The attributes of a profile, each of which may be missing. See {@link Register}. */
export type ProfileAttributes = Partial<Registered<'profileAttributes', Attributes>>

/** The attributes of events, by the type of event. See {@link Register}. */
export type EventAttributes = Registered<'eventAttributes', Record<string, Attributes>>

/** An event's type with the attributes that belong to it. */
export type TypedEvent = {
  [Type in keyof EventAttributes]: { type: Type } & ({} extends EventAttributes[Type]
    ? { attributes?: EventAttributes[Type] }
    : { attributes: EventAttributes[Type] })
}[keyof EventAttributes]

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

/** Parts the answer to a profile update or a V2 event carries only on request, and only when rules run. */
export type ProfileContent =
  | 'customerProfile'
  | 'triggeredCampaigns'
  | 'loyalty'
  | 'event'
  | 'awardedGiveaways'
  | 'ruleFailureReasons'
  | 'campaignEligibility'

/** Parts the answer to a return carries only on request. */
export type ReturnContent =
  | 'customerSession'
  | 'customerProfile'
  | 'coupons'
  | 'triggeredCampaigns'
  | 'referral'
  | 'loyalty'
  | 'event'
  | 'previousReturns'

/** Parts the answer to a V3 event carries only on request. */
export type EventContent =
  | 'customerProfile'
  | 'triggeredCampaigns'
  | 'loyalty'
  | 'advancedEvent'
  | 'awardedGiveaways'
  | 'ruleFailureReasons'

// Sessions

/** What updateCustomerSessionV2 takes. */
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
  attributes?: SessionAttributes
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
  attributes?: ItemAttributes
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

/** The product an item is a variant of. */
export interface Product {
  name: string
}

/** A cost beside the items, such as shipping; in major currency units. */
export interface AdditionalCost {
  price: number
}

/** A price of one type; in major currency units. */
export interface PriceDetail {
  price?: number
  adjustmentContextId?: string
  /** A UUID. */
  adjustmentReferenceId?: string
  adjustmentEffectiveFrom?: Timestamp
  adjustmentEffectiveUntil?: Timestamp
}

/** Which variant of an experiment a session belongs to. */
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
  attributes: SessionAttributes
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

/** A return as stored. */
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

/** Units of one line that came back. */
export interface ReturnedCartItem {
  /** Index in the session cart. */
  position?: number
  /** Units to return. */
  quantity?: number
  /** Not empty. */
  sku?: string
}

/** What returnCartItems takes. */
export interface ReturnIntegrationRequest {
  return: NewReturn
  responseContent?: ReturnContent[]
}

/** Which units come back. */
export interface NewReturn {
  returnedCartItems: ReturnedCartItem[]
}

// Campaigns, as answers show them

/** Why a rule did not pass. For developers. */
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

/** Whether a campaign applies, and why not. Dry runs only. */
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

/** Whether a campaign passed, for a code where it has one. */
export interface CampaignEligibilityDetails {
  passed: boolean
  couponCode?: string
  details?: CampaignEligibilityFailureDetails
}

/** Why a campaign did not pass. */
export interface CampaignEligibilityFailureDetails {
  failureCode: 'ALL_RULES_FAILED' | 'SKIPPED' | 'AUDIENCE_NOT_MATCHED'
}

/** Whether a rule of a campaign passed, with the texts a shop may show. */
export interface RuleMetadataEligibility {
  title: string
  displayName?: string
  displayDescription?: string
  relatedData?: string
  eligibility: RuleEligibility[]
}

/** Whether a rule passed, for a code where it has one. */
export interface RuleEligibility {
  passed: boolean
  couponCode?: string
  details?: RuleEligibilityFailureDetails
}

/** Why a rule did not pass. */
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

/** The experiment a campaign is a variant of. */
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

/** How a campaign makes codes. */
export interface CodeGeneratorSettings {
  validCharacters: string[]
  couponPattern: string
}

/** How often something may happen, to whom, and in which period. */
export interface LimitConfig {
  action: string
  /** Not negative. */
  limit: number
  period?: 'daily' | 'weekly' | 'monthly' | 'yearly'
  entities: ('Coupon' | 'Referral' | 'Profile' | 'Identifier' | 'Store' | 'Session')[]
}

/** A budget of a campaign, and what is left of it. */
export interface CampaignBudget {
  action: string
  limit: number
  counter: number
}

/** One page of running campaigns. */
export interface IntegrationCampaignsResponse {
  hasMore: boolean
  data: IntegrationCampaign[]
}

/** A running campaign with the texts of its rules. */
export interface IntegrationCampaign {
  applicationId: number
  id: number
  /** Not empty. */
  name: string
  description?: string
  startTime?: Timestamp
  endTime?: Timestamp
  attributes?: Attributes
  /** Default enabled; only running ones are listed. */
  state: 'enabled'
  /** Each at most 50 characters; at most 50. */
  tags: string[]
  features: ('coupons' | 'referrals' | 'loyalty' | 'giveaways' | 'strikethrough' | 'achievements')[]
  rules: RuleMetadata[]
}

/** What a rule says of itself: its title, and the texts a shop may show. */
export interface RuleMetadata {
  title: string
  displayName?: string
  displayDescription?: string
  relatedData?: string
}

// Profiles

/** What updateCustomerProfileV2 takes. */
export interface CustomerProfileIntegrationRequestV2 {
  attributes?: ProfileAttributes
  /** Dry only. */
  evaluableCampaignIds?: number[]
  responseContent?: ProfileContent[]
  audiencesChanges?: ProfileAudiencesChanges
}

/** The audiences a profile joins and leaves, by id. */
export interface ProfileAudiencesChanges {
  /** Audience ids. */
  adds: number[]
  /** Audience ids. */
  deletes: number[]
}

/** What updateCustomerProfilesV2 takes. */
export interface MultipleCustomerProfileIntegrationRequest {
  /** At most 1000. */
  customerProfiles?: MultipleCustomerProfileIntegrationRequestItem[]
}

/** One profile of many. */
export interface MultipleCustomerProfileIntegrationRequestItem {
  attributes?: ProfileAttributes
  /** At most 1000 characters. */
  integrationId: string
}

/** The profiles as stored, in the order they were sent. */
export interface MultipleCustomerProfileIntegrationResponseV2 {
  integrationStates?: CustomerProfileUpdateV2Response[]
}

/** One profile of many as stored. */
export interface CustomerProfileUpdateV2Response {
  customerProfile: CustomerProfile
}

/** A customer as Talon.One knows them. */
export interface CustomerProfile {
  id: number
  created: Timestamp
  /** At most 1000 characters. */
  integrationId: string
  attributes: ProfileAttributes
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

/** A loyalty program a profile has joined. */
export interface LoyaltyMembership {
  joined?: Timestamp
  loyaltyProgramId: number
}

/** An audience a profile is in. */
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

/** What updateCustomerProfileAudiences takes. */
export interface CustomerProfileAudienceRequest {
  /** At most 1000 actions. */
  data?: CustomerProfileAudienceRequestItem[]
}

/** One profile that joins or leaves one audience. */
export interface CustomerProfileAudienceRequestItem {
  /** Add creates a missing profile. */
  action: 'add' | 'delete'
  /** At most 1000 characters. */
  profileIntegrationId: string
  audienceId: number
}

// Audiences

/** What createAudienceV2 takes. */
export interface NewAudience {
  /** Not empty. */
  name: string
  sandbox?: boolean
  description?: string
  /** Unique. */
  subscribedApplicationsIds?: number[]
  /** Third-party platform name; leave out otherwise. */
  integration?: string
  /** 1 to 1000 characters. */
  integrationId?: string
  createdIn3rdParty?: boolean
  lastUpdate?: Timestamp
}

/** What updateAudienceV2 takes. */
export interface UpdateAudience {
  /** Not empty. */
  name: string
  /** Unique. */
  subscribedApplicationsIds?: number[]
}

/** A group of profiles that rules can ask for. */
export interface Audience extends NewAudience {
  accountId: number
  id: number
  created: Timestamp
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

/** A coupon as a session answer shows it. */
export interface IntegrationCoupon extends Coupon {
  /** Redemptions by this profile. */
  profileRedemptionCount: number
}

/** A coupon in a wallet. */
export interface InventoryCoupon extends IntegrationCoupon {
  /** `active` may also be shown while the campaign is only scheduled. */
  state: Open<'active' | 'used' | 'expired' | 'pending' | 'disabled'>
}

/** Whose wallet a coupon is reserved in. */
export interface CouponReservations {
  /** At most 1000. */
  integrationIDs: string[]
}

/** The profiles that hold a coupon. */
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

/** What createReferralsForMultipleAdvocates takes. */
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

/** A referral code of a profile, with those who used it. */
export interface InventoryReferral extends Referral {
  /** Profile ids of the friends. */
  referredCustomers: string[]
}

/** The codes, one for each advocate. */
export interface ReferralsForMultipleAdvocatesResponse {
  totalResultSize: number
  data: Referral[]
}

/** A code out of a pool, given to a profile. */
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

/** How far a profile has come, with the achievement itself. */
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

/** How far a profile has come, or came in an earlier round. */
export interface AchievementProgress {
  status: 'inprogress' | 'completed' | 'expired' | 'not_started'
  progress: number
  startDate?: Timestamp
  completionDate?: Timestamp
  endDate?: Timestamp
}

/** An achievement, and how far a profile has come. */
export interface AchievementStatusEntry {
  id: number
  created: Timestamp
  /** 1 to 1000 characters; `^[a-zA-Z]\w+$`. */
  name: string
  title: string
  description: string
  target: number
  /** Number + unit s m h D W M Y, may carry _D/_U rounding. */
  period?: string
  periodEndOverride?: TimePoint
  recurrencePolicy?: 'no_recurrence' | 'on_expiration' | 'on_completion'
  activationPolicy?: 'user_action' | 'fixed_schedule'
  fixedStartDate?: Timestamp
  endDate?: Timestamp
  allowRollbackAfterCompletion?: boolean
  campaignId?: number
  status?: 'active' | 'scheduled'
  currentProgress?: AchievementProgress
}

/** A moment of a calendar period. */
export interface TimePoint {
  /** At least 1; <= 12. */
  month?: number
  /** At least 1; <= 31. */
  dayOfMonth?: number
  /** At least 1; <= 7. */
  dayOfWeek?: number
  hour: number
  minute: number
  second: number
}

/** One page of achievements with the progress of a profile. */
export interface CustomerAchievementsResponse {
  totalResultSize: number
  data: AchievementStatusEntry[]
}

/** One page of the rounds of an achievement. */
export interface CustomerAchievementHistoryResponse {
  totalResultSize: number
  data: AchievementProgress[]
}

// Loyalty

/** The points of a profile by the name of the program, and its cards. */
export interface Loyalty {
  cards?: LoyaltyCard[]
  programs: Record<string, LoyaltyProgramLedgers>
}

/** The points of one program. */
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

/** A tier of a program, and until when it is held. */
export interface Tier {
  id: number
  name: string
  startDate?: Timestamp
  expiryDate?: Timestamp
  downgradePolicy?: 'one_down' | 'balance_based'
}

/** A loyalty card with its points. */
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

/** A profile that may use a card. */
export interface LoyaltyCardProfileRegistration {
  /** At most 1000 characters. */
  integrationId: string
  timestamp: Timestamp
}

/** What generateLoyaltyCard takes. */
export interface GenerateLoyaltyCard {
  /** Default active. */
  status?: 'active' | 'inactive'
  /** Must fit usersPerCardLimit. */
  customerProfileIds?: string[]
  /** 4 to 108 characters; `^[A-Za-z0-9._%+@-]+$`. */
  cardIdentifier?: string
}

/** The profile a card is linked to or unlinked from. */
export interface LoyaltyCardRegistration {
  integrationId: string
}

/** The points of one ledger. */
export interface LoyaltyBalance {
  activePoints?: number
  pendingPoints?: number
  spentPoints?: number
  expiredPoints?: number
  /** Non-zero implies activePoints 0. */
  negativePoints?: number
}

/** The points of one ledger, with the tier they lead to. */
export interface LoyaltyBalanceWithTier extends LoyaltyBalance {
  currentTier?: Tier
  projectedTier?: ProjectedTier
  pointsToNextTier?: number
  /** Null at the top tier; lowest tier when in none. */
  nextTierName?: string | null
}

/** Where the points will stand when the tier is next looked at. */
export interface ProjectedTier {
  projectedActivePoints: number
  stayInTierPoints?: number
  projectedTierName?: string
}

/** The points of a profile in one program, in its main ledger and in its subledgers by name. */
export interface LoyaltyBalancesWithTiers {
  balance?: LoyaltyBalanceWithTier
  subledgerBalances?: Record<string, LoyaltyBalanceWithTier>
}

/** The points of a card, in its main ledger and in its subledgers by name. */
export interface LoyaltyCardBalances {
  balance?: LoyaltyBalance
  subledgerBalances?: Record<string, LoyaltyBalance>
  profiles?: LoyaltyCardProfileRegistration[]
}

/** One transaction of a profile. */
export interface LedgerTransactionLogEntryIntegrationAPI {
  transactionUUID: string
  created: Timestamp
  programId: number
  /** At most 255 characters. */
  customerSessionId?: string
  /** At most 255 characters. */
  type: 'addition' | 'subtraction'
  /** At most 255 characters. */
  name: string
  /** At most 64 characters; `immediate`, `on_action` or a timestamp. */
  startDate: string
  /** `unlimited` or a timestamp. */
  expiryDate: string
  /** At most 64 characters; "" = main ledger (inferred). */
  subledgerId: string
  amount: number
  id: number
  rulesetId?: number
  ruleName?: string
  flags?: LoyaltyLedgerEntryFlags
  validityDuration?: string
}

/** One transaction of a card. */
export interface CardLedgerTransactionLogEntryIntegrationAPI extends Omit<LedgerTransactionLogEntryIntegrationAPI, 'flags'> {
  /** 4 to 108 characters. */
  cardIdentifier: string
}

/** What is special about a transaction. */
export interface LoyaltyLedgerEntryFlags {
  createsNegativeBalance?: boolean
}

/** One page of the transactions of a profile. */
export interface LoyaltyProfileTransactionsResponse {
  hasMore: boolean
  data: LedgerTransactionLogEntryIntegrationAPI[]
}

/** One page of the transactions of a card. */
export interface LoyaltyCardTransactionsResponse {
  hasMore: boolean
  data: CardLedgerTransactionLogEntryIntegrationAPI[]
}

/** Unused points of a profile, by the transaction that brought them. */
export interface LedgerPointsEntryIntegrationAPI {
  id: number
  transactionUUID: string
  created: Timestamp
  programId: number
  /** At most 255 characters. */
  customerSessionId?: string
  /** At most 255 characters. */
  name: string
  /** At most 64 characters; `immediate` or a timestamp. */
  startDate: string
  /** `unlimited` or a timestamp. */
  expiryDate: string
  /** At most 64 characters. */
  subledgerId: string
  amount: number
  validityDuration?: string
}

/** Unused points of a card, by the transaction that brought them. */
export interface CardLedgerPointsEntryIntegrationAPI extends LedgerPointsEntryIntegrationAPI {
  customerProfileID?: string
}

/** One page of the unused points of a profile. */
export interface LoyaltyProfilePointsResponse {
  hasMore: boolean
  data: LedgerPointsEntryIntegrationAPI[]
}

/** One page of the unused points of a card. */
export interface LoyaltyCardPointsResponse {
  hasMore: boolean
  data: CardLedgerPointsEntryIntegrationAPI[]
}

/** Which pending points become active: name the transactions or their session, not both. */
export interface ActivateLoyaltyPoints {
  /** 1 to 50; unique; give this or sessionId, not both. */
  transactionUUIDs?: string[]
  /** Not empty. */
  sessionId?: string
}

/** The transactions whose points are active now. */
export interface ActivateLoyaltyPointsResponse {
  ledgerEntries?: LoyaltyLedgerEntry[]
}

/** A transaction as the ledger keeps it. */
export interface LoyaltyLedgerEntry {
  created: Timestamp
  programID: number
  customerProfileID?: string
  cardID?: number
  customerSessionID?: string
  eventID?: number
  type: Open<'addition' | 'subtraction' | 'expire' | 'expiring'>
  amount: number
  startDate?: Timestamp
  expiryDate?: Timestamp
  name: string
  subLedgerID: string
  userID?: number
  archived?: boolean
  flags?: LoyaltyLedgerEntryFlags
  validityDuration?: string
}

/** Which ledgers deleteLoyaltyTransactionsFromLedgers empties. */
export interface DeleteLoyaltyTransactionsRequest {
  scope: 'AllSubledgers' | 'SelectedSubledgers'
  /** Required for SelectedSubledgers; "" = main ledger. */
  subledgerIds?: string[] | null
}

// Events

/** What trackEventV2 takes. The type of event is defined in the Campaign Manager; built-in ones are refused. */
export type IntegrationEventV2Request = TypedEvent & {
  /** Whose event it is. */
  profileId?: string
  /** 1 to 1000 characters. */
  storeIntegrationId?: string
  evaluableCampaignIds?: number[]
  responseContent?: ProfileContent[]
  /** At most 1. */
  loyaltyCards?: string[]
}

/** What trackEventV3 takes. The type of event is defined in the Campaign Manager; built-in ones are refused. */
export type IntegrationEventV3Request = TypedEvent & {
  profileId: string
  /** 1 to 1000 characters. */
  storeIntegrationId?: string
  evaluableCampaignIds?: number[]
  /** One event per id: a repeat gives 409. */
  integrationId: string
  /** A closed session; any other makes the call fail. */
  connectedSessionId?: string
  /** At most 1. */
  loyaltyCards?: string[]
  responseContent?: EventContent[]
}

/** An event as stored. */
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

/** An event of trackEventV3 as stored. */
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

/** A transaction as an event shows it. */
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

/** Notes of the rule engine on an event. */
export interface Meta {
  campaigns?: Attributes
  coupons?: Attributes
  couponRejectionReason?: CouponRejectionReason
  referralRejectionReason?: ReferralRejectionReason
  warnings?: Attributes
}

/** Why a coupon was refused, as an event notes it. Effects say it better. */
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

/** Why a referral code was refused, as an event notes it. Effects say it better. */
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

// Prices and catalogues

/** Which lowest earlier prices to look up. */
export interface BestPriorPriceRequest {
  /** Items 1. */
  skus: string[]
  timeframeEndDate: Timestamp
  /** Number of days, as a string. */
  timeframe: string
  /** `strict`: ends at the date; `price`: before the current price began; `sale`: before the current contextId began. */
  timeframeEndDateType: 'strict' | 'price' | 'sale'
  target?: BestPriorTarget
}

/** For whom a price was valid. */
export interface BestPriorTarget {
  targetType: 'NONE' | 'AUDIENCE'
  /** Needed with AUDIENCE. */
  audienceID?: number
}

/** The lowest price a SKU had in a timeframe, in major currency units. */
export interface BestPriorPrice {
  id: number
  sku: string
  observedAt: Timestamp
  contextIds: string[]
  /** Default ""; deprecated, use contextIds. */
  contextId?: string
  price: number
  metadata: BestPriorPriceMetadata
  target: LabelTargetNone | LabelTargetAudience
}

/** Why a price was what it was. */
export interface BestPriorPriceMetadata {
  influencingCampaignDetails: InfluencingCampaignDetails[]
  adjustmentDetails?: AdjustmentDetails
}

/** What a campaign took off a price; in major currency units. */
export interface InfluencingCampaignDetails {
  campaignId: number
  discountValue: number
}

/** The price adjustment behind a price; in major currency units. */
export interface AdjustmentDetails {
  referenceId: string
  selectedPriceType: string
  value: number
}

/** A price for everybody. */
export interface LabelTargetNone {
  type: 'NONE'
}

/** A price for an audience. */
export interface LabelTargetAudience {
  type: 'AUDIENCE'
  audience: AudienceReference
}

/** The audience a price is for. */
export interface AudienceReference {
  id: number
  integration?: string
  integrationId?: string
}

/** What syncCatalog takes. All actions of one request are of one type. */
export interface CatalogSyncRequest {
  actions: CatalogAction[]
  version?: number
}

/** One change of a catalogue. */
export type CatalogAction =
  | { type: 'ADD'; payload: AddItemCatalogAction }
  | { type: 'PATCH'; payload: PatchItemCatalogAction }
  | { type: 'PATCH_MANY'; payload: PatchManyItemsCatalogAction }
  | { type: 'REMOVE'; payload: RemoveItemCatalogAction }
  | { type: 'REMOVE_MANY'; payload: RemoveManyItemsCatalogAction }
  | { type: 'ADD_PRICE_ADJUSTMENT'; payload: AddPriceAdjustmentCatalogAction }

/** Adds a product. */
export interface AddItemCatalogAction {
  sku: string
  price?: number
  attributes?: Attributes
  product?: Product
  replaceIfExists?: boolean
}

/** Changes a product. */
export interface PatchItemCatalogAction {
  sku: string
  price?: number
  attributes?: Attributes
  product?: Product
  createIfNotExists?: boolean
}

/** Changes every product that fits the filters. */
export interface PatchManyItemsCatalogAction {
  price?: number
  filters?: CatalogActionFilter[]
  attributes?: Attributes
}

/** Removes a product. */
export interface RemoveItemCatalogAction {
  sku: string
}

/** Removes every product that fits the filters. */
export interface RemoveManyItemsCatalogAction {
  filters?: CatalogActionFilter[]
}

/** One condition on an attribute of products. */
export interface CatalogActionFilter {
  attr: string
  op: 'EQ' | 'LT' | 'LE' | 'GT' | 'GE' | 'IN'
  /** Anything JSON can carry. */
  value: {} | null
}

/** Adds prices to a product. */
export interface AddPriceAdjustmentCatalogAction {
  sku: string
  adjustments: NewPriceAdjustment[]
}

/** A price of a product, of one type and for a time; in major currency units. */
export interface NewPriceAdjustment {
  priceType: string
  price?: number | null
  referenceId: string
  calculatedAt?: Timestamp
  effectiveFrom?: Timestamp
  effectiveUntil?: Timestamp
  contextId?: string
}

/** A catalogue of products. */
export interface Catalog {
  id: number
  created: Timestamp
  accountId: number
  modified: Timestamp
  name: string
  description: string
  subscribedApplicationsIds?: number[]
  version: number
  createdBy: number
}

// Errors

/** A refusal. */
export interface ErrorResponse {
  message: string
  errors?: APIError[]
}

/** A refusal with its status. */
export interface ErrorResponseWithStatus {
  message?: string
  errors?: APIError[]
  StatusCode?: number
}

/** A refusal of an overlapping update, or of something that exists already. */
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

/** Where a finding is. */
export interface ErrorSource {
  /** JSON Pointer into the body. */
  pointer?: string
  parameter?: string
  /** String, not number. */
  line?: string
  resource?: string
}

// Legacy V1

/** What the V1 session update takes. */
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
  attributes?: SessionAttributes
}

/** One line of a V1 cart. Money in major currency units. */
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
  attributes?: ItemAttributes
}

/** The answer of the three V1 operations. */
export interface IntegrationState {
  session: CustomerSession
  profile: CustomerProfileV1
  event: EventV1
  loyalty?: LoyaltyV1
  coupon?: CouponV1
}

/** A session as V1 shows it. */
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
  attributes: SessionAttributes
  firstSession: boolean
  discounts: Record<string, number>
}

/** A profile as V1 shows it. */
export interface CustomerProfileV1 {
  integrationId: string
  created: Timestamp
  attributes: ProfileAttributes
  accountId: number
  closedSessions: number
  totalSales: number
  loyaltyMemberships?: LoyaltyMembership[]
  audienceMemberships?: AudienceMembership[]
  lastActivity: Timestamp
}

/** What the V1 profile update takes. */
export interface NewCustomerProfile {
  attributes?: ProfileAttributes
}

/** What the V1 event takes. */
export interface NewEvent {
  profileId?: string
  /** Not empty. */
  type: string
  attributes: Attributes
  /** Not empty. */
  sessionId: string
}

/** An event as V1 shows it. */
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

/** Notes of the rule engine on a V1 event. */
export interface MetaV1 {
  campaigns?: Attributes
  coupons?: Attributes
  couponRejectionReason?: CouponRejectionReasonV1
  referralRejectionReason?: ReferralRejectionReasonV1
  warnings?: Attributes
}

/** Why V1 refused a coupon. */
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

/** Why V1 refused a referral code. */
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

/** Points as V1 shows them, by the name of the program. */
export interface LoyaltyV1 {
  programs: Record<string, LoyaltyProgramLedgersV1>
}

/** The points of one program as V1 shows them. */
export interface LoyaltyProgramLedgersV1 {
  id: number
  title: string
  name: string
  ledger: LoyaltyProgramBalance
  subLedgers?: Record<string, LoyaltyProgramBalance>
}

/** The points of one ledger as V1 shows them. */
export interface LoyaltyProgramBalance {
  currentBalance: number
  pendingBalance: number
  expiredBalance: number
  spentBalance: number
  tentativeCurrentBalance: number
}

/** A coupon as V1 shows it. */
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
