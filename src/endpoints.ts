/**
 * The operations, one constant each under the API's own `operationId`, in the API's order of tags. Nothing but rows is
 * exported as a value, so that `import * as endpoints` is the table.
 *
 * Source: https://docs.talon.one/integration-api, specification of 2026-06-09; the V1 operations of 2021-04-30.
 */
import type {
  CustomerProfileIntegrationResponseV2,
  Effect,
  EffectType,
  IntegrationCustomerSessionResponse,
  IntegrationEventV2Response,
  IntegrationEventV3Response,
  IntegrationStateV2,
  ReopenSessionResponse,
} from './effects.ts'
import type { Endpoint, ReadEndpoint, WriteEndpoint } from './endpoint.ts'
import type {
  ActivateLoyaltyPoints,
  ActivateLoyaltyPointsResponse,
  AddItemCatalogAction,
  AddPriceAdjustmentCatalogAction,
  Audience,
  BestPriorPrice,
  BestPriorPriceRequest,
  BestPriorTarget,
  CartItem,
  CartItemV1,
  Catalog,
  CatalogAction,
  CatalogActionFilter,
  CatalogSyncRequest,
  Coupon,
  CouponReservations,
  CustomerAchievementHistoryResponse,
  CustomerAchievementsResponse,
  CustomerInventory,
  CustomerProfile,
  CustomerProfileAudienceRequest,
  CustomerProfileAudienceRequestItem,
  CustomerProfileIntegrationRequestV2,
  DeleteLoyaltyTransactionsRequest,
  EventContent,
  EventV3,
  ExperimentVariantAllocation,
  GenerateLoyaltyCard,
  IntegrationCampaignsResponse,
  IntegrationCoupon,
  IntegrationEventV2Request,
  IntegrationEventV3Request,
  IntegrationRequest,
  IntegrationState,
  InventoryCoupon,
  Loyalty,
  LoyaltyBalancesWithTiers,
  LoyaltyCard,
  LoyaltyCardBalances,
  LoyaltyCardPointsResponse,
  LoyaltyCardRegistration,
  LoyaltyCardTransactionsResponse,
  LoyaltyProfilePointsResponse,
  LoyaltyProfileTransactionsResponse,
  MultipleCustomerProfileIntegrationRequest,
  MultipleCustomerProfileIntegrationRequestItem,
  MultipleCustomerProfileIntegrationResponseV2,
  NewAudience,
  NewCustomerProfile,
  NewCustomerSession,
  NewCustomerSessionV2,
  NewEvent,
  NewPriceAdjustment,
  NewReferral,
  NewReferralsForMultipleAdvocates,
  PatchItemCatalogAction,
  PatchManyItemsCatalogAction,
  ProfileAttributes,
  ProfileAudiencesChanges,
  Referral,
  ReferralsForMultipleAdvocatesResponse,
  RemoveItemCatalogAction,
  RemoveManyItemsCatalogAction,
  ReservedCustomersResponse,
  ReturnContent,
  ReturnedCartItem,
  ReturnIntegrationRequest,
  SessionState,
  Timestamp,
  UpdateAudience,
} from './schema.ts'
import type { Fields, FieldsOf, Shape } from './shape.ts'

// The shapes that several rows share.

const text = { is: 'string' } as const satisfies Shape
const name = { is: 'string', min: 1 } as const satisfies Shape
// The `integrationId` of a profile; sessions, stores and audiences have ids of the same length.
const integrationId = { is: 'string', min: 1, max: 1000, profile: true } as const satisfies Shape
const profileId = { is: 'string', max: 1000 } as const satisfies Shape
const externalId = { is: 'string', min: 1, max: 1000 } as const satisfies Shape
const code = { is: 'string', min: 1, max: 100 } as const satisfies Shape
const dropableCode = { is: 'string', max: 100 } as const satisfies Shape
const uuid = { is: 'string', pattern: /^[\da-fA-F]{8}(-[\da-fA-F]{4}){3}-[\da-fA-F]{12}$/ } as const satisfies Shape
const flag = { is: 'boolean' } as const satisfies Shape
const silent = { is: 'string', oneOf: ['yes', 'no'] } as const satisfies Shape
const timestamp = { is: 'timestamp' } as const satisfies Shape
const integer = { is: 'integer' } as const satisfies Shape
const joinedTexts = { is: 'list', of: text, inOne: true } as const satisfies Shape
const texts = { is: 'list', of: text } as const satisfies Shape
const integers = { is: 'list', of: integer } as const satisfies Shape
const number = { is: 'number' } as const satisfies Shape
const price = { is: 'number', min: 0 } as const satisfies Shape
const quantity = { is: 'integer', min: 1 } as const satisfies Shape
const usageLimit = { is: 'integer', min: 0, max: 999_999 } as const satisfies Shape
const attributes = { is: 'attributes' } as const satisfies Shape
const identifiers = { is: 'list', of: text, max: 5 } as const satisfies Shape
const serverSet = { is: 'server-set' } as const satisfies Shape

const additionalCosts = { is: 'map', of: { is: 'object', fields: { price: number } } } as const satisfies Shape

const cartItem: FieldsOf<CartItem> = {
  'name?': text,
  sku: name,
  quantity,
  'price?': price,
  'category?': text,
  'product?': { is: 'object', fields: { name: text } },
  'weight?': number,
  'height?': number,
  'width?': number,
  'length?': number,
  'attributes?': attributes,
  'additionalCosts?': additionalCosts,
  'position?': serverSet,
  'returnedQuantity?': serverSet,
  'remainingQuantity?': serverSet,
  'catalogItemID?': serverSet,
  'selectedPriceType?': serverSet,
  'adjustmentReferenceId?': serverSet,
  'adjustmentEffectiveFrom?': serverSet,
  'adjustmentEffectiveUntil?': serverSet,
  'prices?': serverSet,
}

const returnedCartItem: FieldsOf<ReturnedCartItem> = { 'position?': integer, 'quantity?': integer, 'sku?': name }

const experimentVariantAllocation: FieldsOf<ExperimentVariantAllocation> = { experimentID: integer, variantID: integer }

const customerSession: FieldsOf<NewCustomerSessionV2> = {
  'profileId?': profileId,
  'storeIntegrationId?': externalId,
  'evaluableCampaignIds?': integers,
  'couponCodes?': { is: 'list', of: code },
  'referralCode?': dropableCode,
  'loyaltyCards?': { is: 'list', of: text, max: 1 },
  'state?': { is: 'string', oneOf: ['open', 'closed', 'partially_returned', 'cancelled'] },
  'cartItems?': { is: 'list', of: { is: 'object', fields: cartItem }, max: 1000, unitsAtMost: 10_000 },
  'experimentVariantAllocations?': { is: 'list', of: { is: 'object', fields: experimentVariantAllocation } },
  'additionalCosts?': additionalCosts,
  'identifiers?': identifiers,
  'attributes?': attributes,
}

const sessionContent: Shape = {
  is: 'list',
  of: {
    is: 'string',
    oneOf: [
      'customerSession',
      'customerProfile',
      'coupons',
      'triggeredCampaigns',
      'referral',
      'loyalty',
      'event',
      'awardedGiveaways',
      'ruleFailureReasons',
      'previousReturns',
      'campaignEligibility',
    ],
  },
}

const returnContent: Shape = {
  is: 'list',
  of: {
    is: 'string',
    oneOf: [
      'customerSession',
      'customerProfile',
      'coupons',
      'triggeredCampaigns',
      'referral',
      'loyalty',
      'event',
      'previousReturns',
    ] satisfies ReturnContent[],
  },
}

const eventContent: Shape = {
  is: 'list',
  of: {
    is: 'string',
    oneOf: [
      'customerProfile',
      'triggeredCampaigns',
      'loyalty',
      'advancedEvent',
      'awardedGiveaways',
      'ruleFailureReasons',
    ] satisfies EventContent[],
  },
}

const profileContent: Shape = {
  is: 'list',
  of: {
    is: 'string',
    oneOf: ['customerProfile', 'triggeredCampaigns', 'loyalty', 'event', 'awardedGiveaways', 'ruleFailureReasons', 'campaignEligibility'],
  },
}

const page = { 'pageSize?': { is: 'integer', min: 1, max: 1000 }, 'skip?': { is: 'integer', min: 0 } } as const satisfies Fields

/** Which page of a list. Infinite queries fill `skip` in. */
export interface PageInput {
  /** How many entries a page has, 1 to 1000. */
  pageSize?: number
  /** How many entries stand before the page. Default: 0. */
  skip?: number
}

// Two sets of fields as one. A bundler drops a row that nobody imports only when nothing in it could have a side effect, and of `...` it
// cannot know.
/* @__NO_SIDE_EFFECTS__ */
function together<const One extends object, const Other extends object>(one: One, other: Other): One & Other {
  return { ...one, ...other }
}

// What writes make out of date, and what their answers have of it.

/** A read, the beginning of several, or a part of the inventory: see `stale` of a row. */
type StaleRead =
  | 'getCustomerSession'
  | 'getCustomerInventory'
  | `getCustomerInventory.${keyof CustomerInventory}`
  | 'getCustomerAchievement'
  | 'getLoyalty'
  | 'getLoyaltyCardBalances'
  | 'getReservedCustomers'
  | 'bestPriorPrice'

/** What is booked when a session leaves `open`, and by an event at once. */
const booked = (): StaleRead[] => ['getCustomerInventory', 'getLoyalty', 'getCustomerAchievement']

// These take effect while a session is still open.
const atOnce: readonly string[] = [
  'couponCreated',
  'referralCreated',
  'reserveCoupon',
  'updateAttribute',
  'addToAudience',
  'removeFromAudience',
] satisfies EffectType[]
const fillsWallet = ({ effectType }: Effect): boolean => atOnce.includes(effectType)
const isOpen = ({ state = 'open' }: { state?: SessionState }): boolean => state === 'open'

/** The same with some fields that may be left out. */
type Optional<Type, Name extends keyof Type> = Type extends unknown ? Omit<Type, Name> & Partial<Pick<Type, Name>> : never

// A part of an inventory may be made from the one before; undefined where the answer is not enough for it.
type Part<Value> = Value | ((before: Value | undefined) => Value | undefined)
type CarriedParts = {
  getCustomerSession?: Pick<IntegrationCustomerSessionResponse, 'customerSession' | 'effects'>
  getCustomerInventory?: { [Name in keyof CustomerInventory]?: Part<NonNullable<CustomerInventory[Name]>> }
}

// The cards of an answer are those that its request named, so a wallet with cards is asked again.
function walletOf({ customerProfile, loyalty }: { customerProfile?: CustomerProfile; loyalty?: Loyalty } = {}) {
  return {
    ...(customerProfile && { profile: customerProfile }),
    ...(loyalty && { loyalty: (before?: Loyalty) => (before?.cards ? undefined : { programs: loyalty.programs }) }),
  }
}

function couponsOf(coupons: readonly IntegrationCoupon[] | undefined) {
  const byCode = new Map(coupons?.map((coupon) => [coupon.value, coupon]))
  return coupons && { coupons: (before?: InventoryCoupon[]) => before?.map((coupon) => ({ ...coupon, ...byCode.get(coupon.value) })) }
}

/**
 * A row as it is written below: its three groups of fields hold every field of `Input`, and no other; a field that stands in
 * the path is required whether or not the input may leave it to a default.
 */
type Row<Known extends Endpoint, Input, Output, Param extends keyof Input & string, Query extends keyof Input & string> = Omit<
  Known,
  'params' | 'query' | 'body' | 'bodyIs' | 'stale' | 'carried' | 'answer' | '~types'
> & {
  params: { readonly [Name in Param]: Shape }
  query: FieldsOf<Pick<Input, Query>>
  bodyIs?: Exclude<keyof Input & string, Param | Query>
  carried?: (input: Input, output: Output) => CarriedParts
} & (Known extends WriteEndpoint ? { stale: (input: Input, output: Output) => readonly StaleRead[] } : unknown) &
  (Output extends readonly unknown[] ? { answer: 'list' } : [Output] extends [undefined] ? { answer: 'nothing' } : { answer?: never }) &
  (Exclude<keyof Input, Param | Query> extends never ? { body?: never } : { body: FieldsOf<Omit<Input, Param | Query>> })

// Both return their argument: they only hold it to its types.
/* @__NO_SIDE_EFFECTS__ */
function read<Input, Output, Param extends keyof Input & string = never, Query extends keyof Input & string = never>(
  row: Row<ReadEndpoint<Input, Output>, Input, Output, Param, Query>,
): ReadEndpoint<Input, Output> {
  return row
}
/* @__NO_SIDE_EFFECTS__ */
function write<Input, Output, Param extends keyof Input & string = never, Query extends keyof Input & string = never>(
  row: Row<WriteEndpoint<Input, Output>, Input, Output, Param, Query>,
): WriteEndpoint<Input, Output> {
  return row
}

// Customer sessions

/** What {@link updateCustomerSessionV2} takes. */
export interface UpdateCustomerSessionV2Input extends IntegrationRequest {
  /** The session's id: the shop's own, such as the cart's. */
  customerSessionId: string
  /** Evaluate and answer, but store nothing; the payload alone counts. */
  dry?: boolean
  /** With `dry`: evaluate as of this future moment. */
  now?: Timestamp
}

/**
 * Creates or updates a session and answers with the effects its cart earns. `cartItems` replaces the whole cart, fields left
 * out keep what is stored. Prices in major currency units. Refuses more than 1000 lines or 10,000 units. 409 when requests for
 * one profile overlap.
 *
 * @see https://docs.talon.one/integration-api#tag/Customer-sessions/operation/updateCustomerSessionV2
 */
export const updateCustomerSessionV2 = write<UpdateCustomerSessionV2Input, IntegrationStateV2, 'customerSessionId', 'dry' | 'now'>({
  operationId: 'updateCustomerSessionV2',
  kind: 'write',
  method: 'PUT',
  path: '/v2/customer_sessions/{customerSessionId}',
  params: { customerSessionId: externalId },
  query: { 'dry?': flag, 'now?': timestamp },
  body: { customerSession: { is: 'object', fields: customerSession }, 'responseContent?': sessionContent },
  audience: 'shopper',
  identity: '/customerSession/profileId',
  anonymous: true,
  repeat: 'keyed',
  stale: ({ customerSession }, { effects = [] }: Partial<IntegrationStateV2>) => [
    'getCustomerSession',
    ...(!isOpen(customerSession) ? booked() : effects.some(fillsWallet) ? (['getCustomerInventory'] as const) : []),
  ],
  carried: ({ customerSession }, { customerSession: stored, effects = [], ...answer }: Partial<IntegrationStateV2>) => ({
    ...(stored && customerSession.state !== 'cancelled' && { getCustomerSession: { customerSession: stored, effects } }),
    // Closing redeems, and some effects fill a wallet: what it says of its codes afterwards is not in the answer.
    getCustomerInventory: { ...walletOf(answer), ...(isOpen(customerSession) && !effects.some(fillsWallet) && couponsOf(answer.coupons)) },
  }),
})

/** What {@link getCustomerSession} takes. */
export interface GetCustomerSessionInput {
  /** The session's id. */
  customerSessionId: string
}

/**
 * Reads a session as stored, with its net effects. 404 when there is none.
 *
 * @see https://docs.talon.one/integration-api#tag/Customer-sessions/operation/getCustomerSession
 */
export const getCustomerSession = read<GetCustomerSessionInput, IntegrationCustomerSessionResponse, 'customerSessionId'>({
  operationId: 'getCustomerSession',
  kind: 'read',
  method: 'GET',
  path: '/v2/customer_sessions/{customerSessionId}',
  params: { customerSessionId: externalId },
  query: {},
  audience: 'shopper',
})

/** What {@link returnCartItems} takes. */
export interface ReturnCartItemsInput extends ReturnIntegrationRequest {
  /** The session's id. It must be closed or partially returned. */
  customerSessionId: string
  /** Evaluate and answer, but store nothing. */
  dry?: boolean
  /** Run the rules of campaigns that are evaluated again on a return. */
  runRuleEngine?: boolean
}

/**
 * Takes units of a closed session back; it becomes `partially_returned`, and the answer holds what was rolled back for them.
 *
 * @see https://docs.talon.one/integration-api#tag/Customer-sessions/operation/returnCartItems
 */
export const returnCartItems = write<ReturnCartItemsInput, IntegrationStateV2, 'customerSessionId', 'dry' | 'runRuleEngine'>({
  operationId: 'returnCartItems',
  kind: 'write',
  method: 'POST',
  path: '/v2/customer_sessions/{customerSessionId}/returns',
  params: { customerSessionId: externalId },
  query: { 'dry?': flag, 'runRuleEngine?': flag },
  body: {
    return: { is: 'object', fields: { returnedCartItems: { is: 'list', of: { is: 'object', fields: returnedCartItem } } } },
    'responseContent?': returnContent,
  },
  audience: 'staff',
  repeat: 'keyed',
  stale: () => ['getCustomerSession', ...booked()],
  carried: (_input, answer) => ({ getCustomerInventory: walletOf(answer) }),
})

/** What {@link reopenCustomerSession} takes. */
export interface ReopenCustomerSessionInput {
  /** The session's id. It must be closed. */
  customerSessionId: string
}

/**
 * Opens a closed session again and rolls back what closing it did, beside free items, giveaways, created codes, reservations and
 * attributes.
 *
 * @see https://docs.talon.one/integration-api#tag/Customer-sessions/operation/reopenCustomerSession
 */
export const reopenCustomerSession = write<ReopenCustomerSessionInput, ReopenSessionResponse, 'customerSessionId'>({
  operationId: 'reopenCustomerSession',
  kind: 'write',
  method: 'PUT',
  path: '/v2/customer_sessions/{customerSessionId}/reopen',
  params: { customerSessionId: externalId },
  query: {},
  audience: 'staff',
  repeat: 'keyed',
  stale: () => ['getCustomerSession', ...booked()],
})

// Customer profiles

/** What {@link updateCustomerProfileV2} takes. */
export interface UpdateCustomerProfileV2Input extends CustomerProfileIntegrationRequestV2 {
  /** The profile's id. Default: the client's `profileId`. */
  integrationId?: string
  /** Run the rules, so that the answer holds effects. Default: false. */
  runRuleEngine?: boolean
  /** With `runRuleEngine`: evaluate and answer, but store nothing. */
  dry?: boolean
}

const audiencesChanges: FieldsOf<ProfileAudiencesChanges> = { adds: integers, deletes: integers }

/**
 * Creates or updates a profile. Attributes are merged per key; null does not clear one. Without `runRuleEngine` the answer has
 * no effects and `responseContent` is not allowed.
 *
 * @see https://docs.talon.one/integration-api#tag/Customer-profiles/operation/updateCustomerProfileV2
 */
export const updateCustomerProfileV2 = write<
  UpdateCustomerProfileV2Input,
  CustomerProfileIntegrationResponseV2,
  'integrationId',
  'runRuleEngine' | 'dry'
>({
  operationId: 'updateCustomerProfileV2',
  kind: 'write',
  method: 'PUT',
  path: '/v2/customer_profiles/{integrationId}',
  params: { integrationId },
  query: { 'runRuleEngine?': flag, 'dry?': flag },
  body: {
    'attributes?': attributes,
    'evaluableCampaignIds?': integers,
    'responseContent?': profileContent,
    'audiencesChanges?': { is: 'object', fields: audiencesChanges },
  },
  audience: 'shopper',
  identity: '/integrationId',
  repeat: 'keyed',
  stale: ({ runRuleEngine }) => (runRuleEngine ? booked() : ['getCustomerInventory.profile']),
  carried: (_input, answer) => ({ getCustomerInventory: walletOf(answer) }),
})

/** What {@link updateCustomerProfilesV2} takes. */
export interface UpdateCustomerProfilesV2Input extends MultipleCustomerProfileIntegrationRequest {
  /** `'yes'`: answer 204 and nothing. Default: `'yes'`. */
  silent?: 'yes' | 'no'
}

const profileItem: FieldsOf<MultipleCustomerProfileIntegrationRequestItem> = { 'attributes?': attributes, integrationId }

/**
 * Creates or updates up to 1000 profiles; never runs rules. Answers undefined unless `silent` is `'no'`.
 *
 * @see https://docs.talon.one/integration-api#tag/Customer-profiles/operation/updateCustomerProfilesV2
 */
export const updateCustomerProfilesV2 = write<
  UpdateCustomerProfilesV2Input,
  MultipleCustomerProfileIntegrationResponseV2 | undefined,
  never,
  'silent'
>({
  operationId: 'updateCustomerProfilesV2',
  kind: 'write',
  method: 'PUT',
  path: '/v2/customer_profiles',
  params: {},
  query: { 'silent?': silent },
  body: { 'customerProfiles?': { is: 'list', of: { is: 'object', fields: profileItem }, max: 1000 } },
  audience: 'staff',
  repeat: 'keyed',
  stale: () => ['getCustomerInventory.profile'],
})

/** What {@link getCustomerInventory} takes: each part is answered only when its flag is true. */
export interface GetCustomerInventoryInput {
  /** The profile's id. Default: the client's `profileId`. */
  integrationId?: string
  profile?: boolean
  referrals?: boolean
  /** Reserved and already redeemed coupons. */
  coupons?: boolean
  loyalty?: boolean
  giveaways?: boolean
  achievements?: boolean
}

/**
 * Reads what a profile owns: coupons, referrals, points, giveaways, achievements. 404 for an unknown profile.
 *
 * @see https://docs.talon.one/integration-api#tag/Customer-profiles/operation/getCustomerInventory
 */
export const getCustomerInventory = read<
  GetCustomerInventoryInput,
  CustomerInventory,
  'integrationId',
  'profile' | 'referrals' | 'coupons' | 'loyalty' | 'giveaways' | 'achievements'
>({
  operationId: 'getCustomerInventory',
  kind: 'read',
  method: 'GET',
  path: '/v1/customer_profiles/{integrationId}/inventory',
  params: { integrationId },
  query: { 'profile?': flag, 'referrals?': flag, 'coupons?': flag, 'loyalty?': flag, 'giveaways?': flag, 'achievements?': flag },
  audience: 'shopper',
  identity: '/integrationId',
})

/** What {@link getCustomerAchievements} takes. */
export interface GetCustomerAchievementsInput extends PageInput {
  /** The profile's id. Default: the client's `profileId`. */
  integrationId?: string
  /** Only achievements of these campaigns. */
  campaignIds?: string[]
  /** Only these achievements. */
  achievementIds?: string[]
  /** Default: active ones. */
  achievementStatus?: ('active' | 'scheduled')[]
  /** Only those the profile has come this far with. */
  currentProgressStatus?: ('inprogress' | 'completed' | 'not_started')[]
}

/**
 * Reads achievements with the progress of a profile, by default 1000 a page.
 *
 * @see https://docs.talon.one/integration-api#tag/Customer-profiles/operation/getCustomerAchievements
 */
export const getCustomerAchievements = read<
  GetCustomerAchievementsInput,
  CustomerAchievementsResponse,
  'integrationId',
  'campaignIds' | 'achievementIds' | 'achievementStatus' | 'currentProgressStatus' | keyof PageInput
>({
  operationId: 'getCustomerAchievements',
  kind: 'read',
  method: 'GET',
  path: '/v1/customer_profiles/{integrationId}/achievements',
  params: { integrationId },
  query: together(page, {
    'campaignIds?': joinedTexts,
    'achievementIds?': joinedTexts,
    'achievementStatus?': { is: 'list', of: { is: 'string', oneOf: ['active', 'scheduled'] }, inOne: true },
    'currentProgressStatus?': { is: 'list', of: { is: 'string', oneOf: ['inprogress', 'completed', 'not_started'] }, inOne: true },
  }),
  audience: 'shopper',
  identity: '/integrationId',
})

/** What {@link getCustomerAchievementHistory} takes. */
export interface GetCustomerAchievementHistoryInput extends PageInput {
  /** The profile's id. Default: the client's `profileId`. */
  integrationId?: string
  achievementId: number
  /** Only rounds that ended, or stand, like this. */
  progressStatus?: ('inprogress' | 'completed' | 'expired')[]
  /** Only rounds that began at or after this moment. */
  startDate?: Timestamp
  /** Only rounds that began at or before this moment. */
  endDate?: Timestamp
}

/**
 * Reads the rounds a profile has made of one achievement, by default 1000 a page.
 *
 * @see https://docs.talon.one/integration-api#tag/Customer-profiles/operation/getCustomerAchievementHistory
 */
export const getCustomerAchievementHistory = read<
  GetCustomerAchievementHistoryInput,
  CustomerAchievementHistoryResponse,
  'integrationId' | 'achievementId',
  'progressStatus' | 'startDate' | 'endDate' | keyof PageInput
>({
  operationId: 'getCustomerAchievementHistory',
  kind: 'read',
  method: 'GET',
  path: '/v1/customer_profiles/{integrationId}/achievements/{achievementId}',
  params: { integrationId, achievementId: integer },
  query: together(page, {
    'progressStatus?': { is: 'list', of: { is: 'string', oneOf: ['inprogress', 'completed', 'expired'] }, inOne: true },
    'startDate?': timestamp,
    'endDate?': timestamp,
  }),
  audience: 'shopper',
  identity: '/integrationId',
})

/** What {@link deleteCustomerData} takes. */
export interface DeleteCustomerDataInput {
  /** The profile's id; there is no default. */
  integrationId: string
}

/**
 * Deletes the attributes of a profile and of everything that refers to it, in every Application of the environment. Final.
 *
 * @see https://docs.talon.one/integration-api#tag/Customer-profiles/operation/deleteCustomerData
 */
export const deleteCustomerData = write<DeleteCustomerDataInput, undefined, 'integrationId'>({
  operationId: 'deleteCustomerData',
  kind: 'write',
  method: 'DELETE',
  path: '/v1/customer_data/{integrationId}',
  params: { integrationId },
  query: {},
  answer: 'nothing',
  audience: 'destructive',
  identity: '/integrationId',
  repeat: 'harmless',
  stale: () => ['getCustomerInventory', 'getCustomerSession', 'getReservedCustomers'],
})

// Audiences

/** What {@link createAudienceV2} takes. */
export interface CreateAudienceV2Input extends NewAudience {}

const subscribedApplications = { is: 'list', of: integer, isSet: true } as const satisfies Shape

/**
 * Makes an audience. 409 when there is one of its `integration` and `integrationId`.
 *
 * @see https://docs.talon.one/integration-api#tag/Audiences/operation/createAudienceV2
 */
export const createAudienceV2 = write<CreateAudienceV2Input, Audience>({
  operationId: 'createAudienceV2',
  kind: 'write',
  method: 'POST',
  path: '/v2/audiences',
  params: {},
  query: {},
  body: {
    name,
    'sandbox?': flag,
    'description?': text,
    'subscribedApplicationsIds?': subscribedApplications,
    'integration?': text,
    'integrationId?': externalId,
    'createdIn3rdParty?': flag,
    'lastUpdate?': timestamp,
  },
  audience: 'staff',
  repeat: 'never',
  stale: () => [],
})

/** What {@link updateAudienceV2} takes. */
export interface UpdateAudienceV2Input extends UpdateAudience {
  audienceId: number
}

/**
 * Renames an audience.
 *
 * @see https://docs.talon.one/integration-api#tag/Audiences/operation/updateAudienceV2
 */
export const updateAudienceV2 = write<UpdateAudienceV2Input, Audience, 'audienceId'>({
  operationId: 'updateAudienceV2',
  kind: 'write',
  method: 'PUT',
  path: '/v2/audiences/{audienceId}',
  params: { audienceId: integer },
  query: {},
  body: { name, 'subscribedApplicationsIds?': subscribedApplications },
  audience: 'staff',
  repeat: 'harmless',
  stale: () => ['getCustomerInventory.profile'],
})

/** What {@link deleteAudienceV2} and {@link deleteAudienceMembershipsV2} take. */
export interface DeleteAudienceV2Input {
  audienceId: number
}

/**
 * Deletes an audience. Rules that ask for it no longer find anybody.
 *
 * @see https://docs.talon.one/integration-api#tag/Audiences/operation/deleteAudienceV2
 */
export const deleteAudienceV2 = write<DeleteAudienceV2Input, undefined, 'audienceId'>({
  operationId: 'deleteAudienceV2',
  kind: 'write',
  method: 'DELETE',
  path: '/v2/audiences/{audienceId}',
  params: { audienceId: integer },
  query: {},
  answer: 'nothing',
  audience: 'destructive',
  repeat: 'harmless',
  stale: () => ['getCustomerInventory.profile'],
})

/**
 * Removes every profile from an audience.
 *
 * @see https://docs.talon.one/integration-api#tag/Audiences/operation/deleteAudienceMembershipsV2
 */
export const deleteAudienceMembershipsV2 = write<DeleteAudienceV2Input, undefined, 'audienceId'>({
  operationId: 'deleteAudienceMembershipsV2',
  kind: 'write',
  method: 'DELETE',
  path: '/v2/audiences/{audienceId}/memberships',
  params: { audienceId: integer },
  query: {},
  answer: 'nothing',
  audience: 'destructive',
  repeat: 'harmless',
  stale: () => ['getCustomerInventory.profile'],
})

/** What {@link updateAudienceCustomersAttributes} takes. */
export interface UpdateAudienceCustomersAttributesInput {
  audienceId: number
  /** Sets these, and leaves the others as they are. */
  attributes: ProfileAttributes
}

/**
 * Sets attributes of every profile of an audience.
 *
 * @see https://docs.talon.one/integration-api#tag/Audiences/operation/updateAudienceCustomersAttributes
 */
export const updateAudienceCustomersAttributes = write<UpdateAudienceCustomersAttributesInput, undefined, 'audienceId'>({
  operationId: 'updateAudienceCustomersAttributes',
  kind: 'write',
  method: 'PUT',
  path: '/v2/audience_customers/{audienceId}/attributes',
  params: { audienceId: integer },
  query: {},
  body: { attributes },
  bodyIs: 'attributes',
  answer: 'nothing',
  audience: 'staff',
  repeat: 'harmless',
  stale: () => ['getCustomerInventory.profile'],
})

const audienceAction: FieldsOf<CustomerProfileAudienceRequestItem> = {
  action: { is: 'string', oneOf: ['add', 'delete'] },
  profileIntegrationId: integrationId,
  audienceId: integer,
}

/**
 * Adds profiles to audiences and removes them, up to 1000 actions; `add` creates a missing profile.
 *
 * @see https://docs.talon.one/integration-api#tag/Audiences/operation/updateCustomerProfileAudiences
 */
export const updateCustomerProfileAudiences = write<CustomerProfileAudienceRequest, undefined>({
  operationId: 'updateCustomerProfileAudiences',
  kind: 'write',
  method: 'POST',
  path: '/v2/customer_audiences',
  params: {},
  query: {},
  body: { 'data?': { is: 'list', of: { is: 'object', fields: audienceAction }, max: 1000 } },
  answer: 'nothing',
  audience: 'staff',
  repeat: 'harmless',
  stale: () => ['getCustomerInventory.profile'],
})

// Coupons

/** What {@link createCouponReservation} and {@link deleteCouponReservation} take. */
export interface CouponReservationInput extends Partial<CouponReservations> {
  /** The coupon's code. */
  couponValue: string
  /** The profiles, at most 1000. Default: the client's `profileId` alone. */
  integrationIDs?: string[]
}

const integrationIDs: Shape = { is: 'list', of: integrationId, max: 1000 }

/**
 * Reserves a coupon: it shows up in the wallet (the inventory) of the profiles. Ignores the coupon's reservation limit. 404 for
 * an unknown code.
 *
 * @see https://docs.talon.one/integration-api#tag/Coupons/operation/createCouponReservation
 */
export const createCouponReservation = write<CouponReservationInput, Coupon, 'couponValue'>({
  operationId: 'createCouponReservation',
  kind: 'write',
  method: 'POST',
  path: '/v1/coupon_reservations/{couponValue}',
  params: { couponValue: code },
  query: {},
  body: { 'integrationIDs?': integrationIDs },
  audience: 'shopper',
  identity: '/integrationIDs/0',
  repeat: 'harmless',
  stale: () => ['getCustomerInventory.coupons', 'getReservedCustomers'],
})

/**
 * Releases a reserved coupon from the wallets of the profiles. 404 for an unknown code.
 *
 * @see https://docs.talon.one/integration-api#tag/Coupons/operation/deleteCouponReservation
 */
export const deleteCouponReservation = write<CouponReservationInput, undefined, 'couponValue'>({
  operationId: 'deleteCouponReservation',
  kind: 'write',
  method: 'DELETE',
  path: '/v1/coupon_reservations/{couponValue}',
  params: { couponValue: code },
  query: {},
  body: { 'integrationIDs?': integrationIDs },
  answer: 'nothing',
  audience: 'shopper',
  identity: '/integrationIDs/0',
  repeat: 'harmless',
  stale: () => ['getCustomerInventory.coupons', 'getReservedCustomers'],
})

/** What {@link getReservedCustomers} takes. */
export interface GetReservedCustomersInput {
  /** The coupon's code. */
  couponValue: string
}

/**
 * Reads the profiles that hold a reservation of a coupon. Other customers' data: for staff only.
 *
 * @see https://docs.talon.one/integration-api#tag/Coupons/operation/getReservedCustomers
 */
export const getReservedCustomers = read<GetReservedCustomersInput, ReservedCustomersResponse, 'couponValue'>({
  operationId: 'getReservedCustomers',
  kind: 'read',
  method: 'GET',
  path: '/v1/coupon_reservations/customerprofiles/{couponValue}',
  params: { couponValue: code },
  query: {},
  audience: 'staff',
})

// Referrals

/** What {@link createReferral} takes. */
export interface CreateReferralInput extends Omit<NewReferral, 'advocateProfileIntegrationId'> {
  /** The profile that owns the code. Default: the client's `profileId`. */
  advocateProfileIntegrationId?: string
}

/**
 * Makes a referral code for an advocate. Every call makes another one: ask the inventory first. Ignores the campaign's
 * referral limits.
 *
 * @see https://docs.talon.one/integration-api#tag/Referrals/operation/createReferral
 */
export const createReferral = write<CreateReferralInput, Referral>({
  operationId: 'createReferral',
  kind: 'write',
  method: 'POST',
  path: '/v1/referrals',
  params: {},
  query: {},
  body: {
    'startDate?': timestamp,
    'expiryDate?': timestamp,
    'usageLimit?': usageLimit,
    campaignId: integer,
    'advocateProfileIntegrationId?': integrationId,
    'friendProfileIntegrationId?': together(profileId, { profile: true }),
    'attributes?': attributes,
  },
  audience: 'shopper',
  identity: '/advocateProfileIntegrationId',
  repeat: 'never',
  stale: () => ['getCustomerInventory.referrals'],
  carried: (_input, referral) =>
    referral.code ? { getCustomerInventory: { referrals: (before) => before && [...before, { ...referral, referredCustomers: [] }] } } : {},
})

/** What {@link createReferralsForMultipleAdvocates} takes. */
export interface CreateReferralsForMultipleAdvocatesInput extends NewReferralsForMultipleAdvocates {
  /** `'yes'`: answer 204 and nothing. Default: `'yes'`. */
  silent?: 'yes' | 'no'
}

/**
 * Makes a referral code for each of up to 1000 advocates. Answers undefined unless `silent` is `'no'`.
 *
 * @see https://docs.talon.one/integration-api#tag/Referrals/operation/createReferralsForMultipleAdvocates
 */
export const createReferralsForMultipleAdvocates = write<
  CreateReferralsForMultipleAdvocatesInput,
  ReferralsForMultipleAdvocatesResponse | undefined,
  never,
  'silent'
>({
  operationId: 'createReferralsForMultipleAdvocates',
  kind: 'write',
  method: 'POST',
  path: '/v1/referrals_for_multiple_advocates',
  params: {},
  query: { 'silent?': silent },
  body: {
    'startDate?': timestamp,
    'expiryDate?': timestamp,
    usageLimit,
    campaignId: integer,
    advocateProfileIntegrationIds: { is: 'list', of: integrationId, min: 1, max: 1000 },
    'attributes?': attributes,
    'validCharacters?': { is: 'list', of: text },
    'referralPattern?': { is: 'string', min: 3, max: 100 },
  },
  audience: 'staff',
  repeat: 'never',
  stale: () => ['getCustomerInventory.referrals'],
})

// Loyalty

/** What {@link joinLoyaltyProgram} takes. */
export interface JoinLoyaltyProgramInput {
  loyaltyProgramId: number
  /** The profile's id. Default: the client's `profileId`. */
  integrationId?: string
}

/**
 * Joins a profile to a profile-based program; makes the profile when there is none. 400 when it has joined already.
 *
 * @see https://docs.talon.one/integration-api#tag/Loyalty/operation/joinLoyaltyProgram
 */
export const joinLoyaltyProgram = write<JoinLoyaltyProgramInput, undefined, 'loyaltyProgramId' | 'integrationId'>({
  operationId: 'joinLoyaltyProgram',
  kind: 'write',
  method: 'POST',
  path: '/v1/loyalty_programs/{loyaltyProgramId}/profile/{integrationId}/join',
  params: { loyaltyProgramId: integer, integrationId },
  query: {},
  answer: 'nothing',
  audience: 'shopper',
  identity: '/integrationId',
  repeat: 'harmless',
  stale: () => ['getCustomerInventory.profile', 'getCustomerInventory.loyalty', 'getLoyalty'],
})

/** What {@link getLoyaltyBalances} takes. */
export interface GetLoyaltyBalancesInput {
  loyaltyProgramId: number
  /** The profile's id. Default: the client's `profileId`. */
  integrationId?: string
  /** The balances as of this moment, past or future. Default: now. */
  endDate?: Timestamp
  /** Only this subledger. Default: the main ledger and all subledgers; asking for many is slow. */
  subledgerId?: string
  /** With the tier the points lead to. Default: false. */
  includeTiers?: boolean
  /** With the tier the points will lead to. Default: false. */
  includeProjectedTier?: boolean
}

/**
 * Reads the points of a profile in one program.
 *
 * @see https://docs.talon.one/integration-api#tag/Loyalty/operation/getLoyaltyBalances
 */
export const getLoyaltyBalances = read<
  GetLoyaltyBalancesInput,
  LoyaltyBalancesWithTiers,
  'loyaltyProgramId' | 'integrationId',
  'endDate' | 'subledgerId' | 'includeTiers' | 'includeProjectedTier'
>({
  operationId: 'getLoyaltyBalances',
  kind: 'read',
  method: 'GET',
  path: '/v1/loyalty_programs/{loyaltyProgramId}/profile/{integrationId}/balances',
  params: { loyaltyProgramId: integer, integrationId },
  query: { 'endDate?': timestamp, 'subledgerId?': text, 'includeTiers?': flag, 'includeProjectedTier?': flag },
  audience: 'shopper',
  identity: '/integrationId',
})

interface TransactionsInput extends PageInput {
  loyaltyProgramId: number
  loyaltyTransactionType?: 'manual' | 'session' | 'import'
  /** Only transactions made at or after this moment. */
  startDate?: Timestamp
  /** Only transactions made at or before this moment. */
  endDate?: Timestamp
  /** Only transactions of these sessions. */
  customerSessionIDs?: string[]
  transactionUUIDs?: string[]
  /** True: only transactions that wait for activation. The API refuses false. */
  awaitsActivation?: true
}

const transactionsQuery = together(page, {
  'loyaltyTransactionType?': { is: 'string', oneOf: ['manual', 'session', 'import'] },
  'startDate?': timestamp,
  'endDate?': timestamp,
  'customerSessionIDs?': texts,
  'transactionUUIDs?': texts,
  'awaitsActivation?': flag,
} as const)

/** What {@link getLoyaltyProgramProfileTransactions} takes. */
export interface GetLoyaltyProgramProfileTransactionsInput extends TransactionsInput {
  /** The profile's id. Default: the client's `profileId`. */
  integrationId?: string
  /** Only this subledger; `''` is the main ledger. */
  subledgerId?: string
}

/**
 * Reads what a profile has earned and spent in one program, latest first, by default 50 a page.
 *
 * @see https://docs.talon.one/integration-api#tag/Loyalty/operation/getLoyaltyProgramProfileTransactions
 */
export const getLoyaltyProgramProfileTransactions = read<
  GetLoyaltyProgramProfileTransactionsInput,
  LoyaltyProfileTransactionsResponse,
  'loyaltyProgramId' | 'integrationId',
  'subledgerId' | Exclude<keyof TransactionsInput, 'loyaltyProgramId'>
>({
  operationId: 'getLoyaltyProgramProfileTransactions',
  kind: 'read',
  method: 'GET',
  path: '/v1/loyalty_programs/{loyaltyProgramId}/profile/{integrationId}/transactions',
  params: { loyaltyProgramId: integer, integrationId },
  query: together(transactionsQuery, { 'subledgerId?': text }),
  audience: 'shopper',
  identity: '/integrationId',
})

interface PointsInput extends PageInput {
  loyaltyProgramId: number
  /** Default: `'active'`. */
  status?: 'active' | 'pending' | 'expired'
  /** Only these subledgers; `''` is the main ledger. */
  subledgerId?: string[]
  /** Only points of these sessions. */
  customerSessionIDs?: string[]
  transactionUUIDs?: string[]
  /** A minus in front: latest first. */
  sort?: 'startDate' | 'expiryDate' | '-startDate' | '-expiryDate'
}

const pointsQuery = together(page, {
  'status?': { is: 'string', oneOf: ['active', 'pending', 'expired'] },
  'subledgerId?': texts,
  'customerSessionIDs?': texts,
  'transactionUUIDs?': texts,
  'sort?': { is: 'string', oneOf: ['startDate', 'expiryDate', '-startDate', '-expiryDate'] },
} as const)

/** What {@link getLoyaltyProgramProfilePoints} takes. */
export interface GetLoyaltyProgramProfilePointsInput extends PointsInput {
  /** The profile's id. Default: the client's `profileId`. */
  integrationId?: string
}

/**
 * Reads the unused points of a profile in one program, by the transactions that brought them, by default 50 a page.
 *
 * @see https://docs.talon.one/integration-api#tag/Loyalty/operation/getLoyaltyProgramProfilePoints
 */
export const getLoyaltyProgramProfilePoints = read<
  GetLoyaltyProgramProfilePointsInput,
  LoyaltyProfilePointsResponse,
  'loyaltyProgramId' | 'integrationId',
  Exclude<keyof PointsInput, 'loyaltyProgramId'>
>({
  operationId: 'getLoyaltyProgramProfilePoints',
  kind: 'read',
  method: 'GET',
  path: '/v1/loyalty_programs/{loyaltyProgramId}/profile/{integrationId}/points',
  params: { loyaltyProgramId: integer, integrationId },
  query: pointsQuery,
  audience: 'shopper',
  identity: '/integrationId',
})

/** What {@link activateLoyaltyPoints} takes. */
export interface ActivateLoyaltyPointsInput extends ActivateLoyaltyPoints {
  loyaltyProgramId: number
}

/**
 * Makes pending points active: those of up to 50 transactions, or those of a session.
 *
 * @see https://docs.talon.one/integration-api#tag/Loyalty/operation/activateLoyaltyPoints
 */
export const activateLoyaltyPoints = write<ActivateLoyaltyPointsInput, ActivateLoyaltyPointsResponse, 'loyaltyProgramId'>({
  operationId: 'activateLoyaltyPoints',
  kind: 'write',
  method: 'POST',
  path: '/v1/loyalty_programs/{loyaltyProgramId}/activate_points',
  params: { loyaltyProgramId: integer },
  query: {},
  body: { 'transactionUUIDs?': { is: 'list', of: uuid, min: 1, max: 50, isSet: true }, 'sessionId?': name },
  audience: 'staff',
  repeat: 'harmless',
  stale: () => ['getCustomerInventory.loyalty', 'getLoyalty'],
})

/** What {@link deleteLoyaltyTransactionsFromLedgers} takes. */
export interface DeleteLoyaltyTransactionsFromLedgersInput extends DeleteLoyaltyTransactionsRequest {
  loyaltyProgramId: number
  /** The profile's id; there is no default. */
  integrationId: string
}

/**
 * Deletes what a profile has earned and spent in one program. Final.
 *
 * @see https://docs.talon.one/integration-api#tag/Loyalty/operation/deleteLoyaltyTransactionsFromLedgers
 */
export const deleteLoyaltyTransactionsFromLedgers = write<
  DeleteLoyaltyTransactionsFromLedgersInput,
  undefined,
  'loyaltyProgramId' | 'integrationId'
>({
  operationId: 'deleteLoyaltyTransactionsFromLedgers',
  kind: 'write',
  method: 'POST',
  path: '/v1/loyalty_programs/{loyaltyProgramId}/profile/{integrationId}/delete_transactions',
  params: { loyaltyProgramId: integer, integrationId },
  query: {},
  body: { scope: { is: 'string', oneOf: ['AllSubledgers', 'SelectedSubledgers'] }, 'subledgerIds?': { is: 'nullable', of: texts } },
  answer: 'nothing',
  audience: 'destructive',
  identity: '/integrationId',
  repeat: 'harmless',
  stale: () => ['getCustomerInventory.loyalty', 'getLoyalty'],
})

// Loyalty cards

const cardId = { is: 'string', min: 4, max: 108 } as const satisfies Shape
const cardParams = { loyaltyProgramId: integer, loyaltyCardId: cardId } as const satisfies Fields

/** Which card of which program. */
export interface LoyaltyCardInput {
  loyaltyProgramId: number
  /** What is printed on the card, 4 to 108 characters. */
  loyaltyCardId: string
}

/** What {@link generateLoyaltyCard} takes. */
export interface GenerateLoyaltyCardInput extends GenerateLoyaltyCard {
  loyaltyProgramId: number
}

/**
 * Makes a card of a card-based program. Every call without a `cardIdentifier` makes another one.
 *
 * @see https://docs.talon.one/integration-api#tag/Loyalty-cards/operation/generateLoyaltyCard
 */
export const generateLoyaltyCard = write<GenerateLoyaltyCardInput, LoyaltyCard, 'loyaltyProgramId'>({
  operationId: 'generateLoyaltyCard',
  kind: 'write',
  method: 'POST',
  path: '/v1/loyalty_programs/{loyaltyProgramId}/cards',
  params: { loyaltyProgramId: integer },
  query: {},
  body: {
    'status?': { is: 'string', oneOf: ['active', 'inactive'] },
    'customerProfileIds?': { is: 'list', of: { is: 'string', profile: true } },
    'cardIdentifier?': { is: 'string', min: 4, max: 108, pattern: /^[A-Za-z0-9._%+@-]+$/ },
  },
  audience: 'staff',
  repeat: 'never',
  stale: () => ['getCustomerInventory.loyalty'],
})

/** What {@link linkLoyaltyCardToProfile} and {@link unlinkLoyaltyCardFromProfile} take. */
export interface LinkLoyaltyCardInput extends LoyaltyCardInput, LoyaltyCardRegistration {}

/**
 * Lets a profile use a card.
 *
 * @see https://docs.talon.one/integration-api#tag/Loyalty-cards/operation/linkLoyaltyCardToProfile
 */
export const linkLoyaltyCardToProfile = write<LinkLoyaltyCardInput, LoyaltyCard, keyof LoyaltyCardInput>({
  operationId: 'linkLoyaltyCardToProfile',
  kind: 'write',
  method: 'POST',
  path: '/v2/loyalty_programs/{loyaltyProgramId}/cards/{loyaltyCardId}/link_profile',
  params: cardParams,
  query: {},
  body: { integrationId },
  audience: 'staff',
  identity: '/integrationId',
  repeat: 'harmless',
  stale: () => ['getCustomerInventory.loyalty', 'getLoyaltyCardBalances'],
})

/**
 * Takes a card away from a profile.
 *
 * @see https://docs.talon.one/integration-api#tag/Loyalty-cards/operation/unlinkLoyaltyCardFromProfile
 */
export const unlinkLoyaltyCardFromProfile = write<LinkLoyaltyCardInput, LoyaltyCard, keyof LoyaltyCardInput>({
  operationId: 'unlinkLoyaltyCardFromProfile',
  kind: 'write',
  method: 'POST',
  path: '/v2/loyalty_programs/{loyaltyProgramId}/cards/{loyaltyCardId}/unlink_profile',
  params: cardParams,
  query: {},
  body: { integrationId },
  audience: 'staff',
  identity: '/integrationId',
  repeat: 'harmless',
  stale: () => ['getCustomerInventory.loyalty', 'getLoyaltyCardBalances'],
})

/** What {@link getLoyaltyCardBalances} takes. */
export interface GetLoyaltyCardBalancesInput extends LoyaltyCardInput {
  /** The balances as of this moment, past or future. Default: now. */
  endDate?: Timestamp
  /** Only these subledgers; `''` is the main ledger. */
  subledgerId?: string[]
}

/**
 * Reads the points of a card. A shopper may read a card that the proxy knows to be theirs.
 *
 * @see https://docs.talon.one/integration-api#tag/Loyalty-cards/operation/getLoyaltyCardBalances
 */
export const getLoyaltyCardBalances = read<
  GetLoyaltyCardBalancesInput,
  LoyaltyCardBalances,
  keyof LoyaltyCardInput,
  'endDate' | 'subledgerId'
>({
  operationId: 'getLoyaltyCardBalances',
  kind: 'read',
  method: 'GET',
  path: '/v1/loyalty_programs/{loyaltyProgramId}/cards/{loyaltyCardId}/balances',
  params: cardParams,
  query: { 'endDate?': timestamp, 'subledgerId?': texts },
  audience: 'shopper',
})

/** What {@link getLoyaltyCardTransactions} takes. */
export interface GetLoyaltyCardTransactionsInput extends TransactionsInput {
  /** What is printed on the card, 4 to 108 characters. */
  loyaltyCardId: string
  /** Only these subledgers; `''` is the main ledger. */
  subledgerId?: string[]
}

/**
 * Reads what was earned and spent with a card, latest first, by default 50 a page.
 *
 * @see https://docs.talon.one/integration-api#tag/Loyalty-cards/operation/getLoyaltyCardTransactions
 */
export const getLoyaltyCardTransactions = read<
  GetLoyaltyCardTransactionsInput,
  LoyaltyCardTransactionsResponse,
  keyof LoyaltyCardInput,
  'subledgerId' | Exclude<keyof TransactionsInput, 'loyaltyProgramId'>
>({
  operationId: 'getLoyaltyCardTransactions',
  kind: 'read',
  method: 'GET',
  path: '/v1/loyalty_programs/{loyaltyProgramId}/cards/{loyaltyCardId}/transactions',
  params: cardParams,
  query: together(transactionsQuery, { 'subledgerId?': texts }),
  audience: 'shopper',
})

/** What {@link getLoyaltyCardPoints} takes. */
export interface GetLoyaltyCardPointsInput extends PointsInput {
  /** What is printed on the card, 4 to 108 characters. */
  loyaltyCardId: string
}

/**
 * Reads the unused points of a card, by the transactions that brought them, by default 50 a page.
 *
 * @see https://docs.talon.one/integration-api#tag/Loyalty-cards/operation/getLoyaltyCardPoints
 */
export const getLoyaltyCardPoints = read<
  GetLoyaltyCardPointsInput,
  LoyaltyCardPointsResponse,
  keyof LoyaltyCardInput,
  Exclude<keyof PointsInput, 'loyaltyProgramId'>
>({
  operationId: 'getLoyaltyCardPoints',
  kind: 'read',
  method: 'GET',
  path: '/v1/loyalty_programs/{loyaltyProgramId}/cards/{loyaltyCardId}/points',
  params: cardParams,
  query: pointsQuery,
  audience: 'shopper',
})

// Events

/** What {@link trackEventV2} takes. */
export type TrackEventV2Input = IntegrationEventV2Request & {
  /** `'yes'`: answer 204 and nothing. Default: `'no'` for mutations and hooks, `'yes'` for `client.send`, which is the API's own. */
  silent?: 'yes' | 'no'
  /** Evaluate and answer, but store nothing. */
  dry?: boolean
  /** With `dry`: evaluate every campaign, whatever its group says. */
  forceCompleteEvaluation?: boolean
}

const eventQuery = { 'silent?': silent, 'dry?': flag, 'forceCompleteEvaluation?': flag } as const satisfies Fields
const event = {
  'storeIntegrationId?': externalId,
  'evaluableCampaignIds?': integers,
  type: name,
  'attributes?': attributes,
  'loyaltyCards?': { is: 'list', of: text, max: 1 },
} as const satisfies Fields

/**
 * Tells Talon.One that a profile did something, and answers with the effects that earns. Counted twice when it is sent twice without the
 * same `Idempotency-Key`; each call of `send` and each mutation has its own.
 *
 * @see https://docs.talon.one/integration-api#tag/Events/operation/trackEventV2
 */
export const trackEventV2 = write<
  TrackEventV2Input,
  IntegrationEventV2Response | undefined,
  never,
  'silent' | 'dry' | 'forceCompleteEvaluation'
>({
  operationId: 'trackEventV2',
  kind: 'write',
  method: 'POST',
  path: '/v2/events',
  params: {},
  query: eventQuery,
  body: together(event, { 'profileId?': profileId, 'responseContent?': profileContent }),
  audience: 'shopper',
  identity: '/profileId',
  repeat: 'keyed',
  defaults: { silent: 'no' },
  stale: booked,
  carried: (_input, answer) => ({ getCustomerInventory: walletOf(answer) }),
})

/** What {@link trackEventV3} takes. */
export type TrackEventV3Input = Optional<IntegrationEventV3Request, 'profileId'> & {
  /** `'yes'`: answer 204 and nothing. Default: `'no'` for mutations and hooks, `'yes'` for `client.send`, which is the API's own. */
  silent?: 'yes' | 'no'
  /** Evaluate and answer, but store nothing. */
  dry?: boolean
  /** With `dry`: evaluate every campaign, whatever its group says. */
  forceCompleteEvaluation?: boolean
}

/**
 * As {@link trackEventV2}, with an id of the shop's own: one event for each id, a repeat is answered 409 and counts once. May name the
 * closed session it belongs to.
 *
 * @see https://docs.talon.one/integration-api#tag/Events/operation/trackEventV3
 */
export const trackEventV3 = write<
  TrackEventV3Input,
  IntegrationEventV3Response | undefined,
  never,
  'silent' | 'dry' | 'forceCompleteEvaluation'
>({
  operationId: 'trackEventV3',
  kind: 'write',
  method: 'POST',
  path: '/v3/events',
  params: {},
  query: eventQuery,
  body: together(event, {
    'profileId?': profileId,
    integrationId: name,
    'connectedSessionId?': name,
    'responseContent?': eventContent,
  }),
  audience: 'shopper',
  identity: '/profileId',
  repeat: 'harmless',
  defaults: { silent: 'no' },
  stale: booked,
  carried: (_input, answer) => ({ getCustomerInventory: walletOf(answer) }),
})

/** What {@link getEventV3} takes. */
export interface GetEventV3Input {
  /** The event's id. */
  integrationId: string
}

/**
 * Reads an event of {@link trackEventV3}. 404 when there is none.
 *
 * @see https://docs.talon.one/integration-api#tag/Events/operation/getEventV3
 */
export const getEventV3 = read<GetEventV3Input, EventV3, 'integrationId'>({
  operationId: 'getEventV3',
  kind: 'read',
  method: 'GET',
  path: '/v3/events/{integrationId}',
  params: { integrationId: name },
  query: {},
  audience: 'staff',
})

// Campaigns

/** What {@link integrationGetAllCampaigns} takes. */
export interface IntegrationGetAllCampaignsInput extends PageInput {
  campaignIds?: string[]
  /** Only campaigns that start after this moment. */
  startAfter?: Timestamp
  /** Only campaigns that start before this moment. */
  startBefore?: Timestamp
  /** Only campaigns that end after this moment. */
  endAfter?: Timestamp
  /** Only campaigns that end before this moment. */
  endBefore?: Timestamp
}

/**
 * Reads the running campaigns with the texts of their rules, by default 50 a page. Names and attributes are for the back office.
 *
 * @see https://docs.talon.one/integration-api#tag/Campaigns/operation/integrationGetAllCampaigns
 */
export const integrationGetAllCampaigns = read<
  IntegrationGetAllCampaignsInput,
  IntegrationCampaignsResponse,
  never,
  keyof IntegrationGetAllCampaignsInput
>({
  operationId: 'integrationGetAllCampaigns',
  kind: 'read',
  method: 'GET',
  path: '/v1/integration/campaigns',
  params: {},
  query: together(page, {
    'campaignIds?': joinedTexts,
    'startAfter?': timestamp,
    'startBefore?': timestamp,
    'endAfter?': timestamp,
    'endBefore?': timestamp,
  }),
  audience: 'staff',
})

// Prices and catalogues

const bestPriorTarget: FieldsOf<BestPriorTarget> = { targetType: { is: 'string', oneOf: ['NONE', 'AUDIENCE'] }, 'audienceID?': integer }

/**
 * Reads the lowest price each SKU had in a timeframe, which the law of some countries wants shown beside a reduced one. A price is in
 * major currency units. Answers a list; a SKU without a price is not in it.
 *
 * @see https://docs.talon.one/integration-api#tag/Catalogs/operation/bestPriorPrice
 */
export const bestPriorPrice = read<BestPriorPriceRequest, BestPriorPrice[]>({
  operationId: 'bestPriorPrice',
  kind: 'read',
  method: 'POST',
  path: '/v1/best_prior_price',
  params: {},
  query: {},
  body: {
    skus: { is: 'list', of: text, min: 1 },
    timeframeEndDate: timestamp,
    timeframe: text,
    timeframeEndDateType: { is: 'string', oneOf: ['strict', 'price', 'sale'] },
    'target?': { is: 'object', fields: bestPriorTarget },
  },
  answer: 'list',
  audience: 'shopper',
})

/** What {@link syncCatalog} takes. */
export interface SyncCatalogInput extends CatalogSyncRequest {
  catalogId: number
}

const product: Shape = { is: 'object', fields: { name: text } }
const filters: Shape = {
  is: 'list',
  of: {
    is: 'object',
    fields: {
      attr: text,
      op: { is: 'string', oneOf: ['EQ', 'LT', 'LE', 'GT', 'GE', 'IN'] },
      value: { is: 'json' },
    } satisfies FieldsOf<CatalogActionFilter>,
  },
}
const priceAdjustment: FieldsOf<NewPriceAdjustment> = {
  priceType: text,
  'price?': { is: 'nullable', of: number },
  referenceId: name,
  'calculatedAt?': timestamp,
  'effectiveFrom?': timestamp,
  'effectiveUntil?': timestamp,
  'contextId?': text,
}
const addItem: FieldsOf<AddItemCatalogAction> = {
  sku: text,
  'price?': number,
  'attributes?': attributes,
  'product?': product,
  'replaceIfExists?': flag,
}
const patchItem: FieldsOf<PatchItemCatalogAction> = {
  sku: text,
  'price?': number,
  'attributes?': attributes,
  'product?': product,
  'createIfNotExists?': flag,
}
const patchMany: FieldsOf<PatchManyItemsCatalogAction> = { 'price?': number, 'filters?': filters, 'attributes?': attributes }
const removeItem: FieldsOf<RemoveItemCatalogAction> = { sku: text }
const removeMany: FieldsOf<RemoveManyItemsCatalogAction> = { 'filters?': filters }
const addPriceAdjustment: FieldsOf<AddPriceAdjustmentCatalogAction> = {
  sku: text,
  adjustments: { is: 'list', of: { is: 'object', fields: priceAdjustment } },
}

const payload = (fields: Fields): Fields => ({ payload: { is: 'object', fields } })
const catalogActions: Readonly<Record<CatalogAction['type'], Fields>> = {
  ADD: payload(addItem),
  PATCH: payload(patchItem),
  PATCH_MANY: payload(patchMany),
  REMOVE: payload(removeItem),
  REMOVE_MANY: payload(removeMany),
  ADD_PRICE_ADJUSTMENT: payload(addPriceAdjustment),
}

/**
 * Changes a catalogue by up to 1000 actions of one type. Prices in major currency units.
 *
 * @see https://docs.talon.one/integration-api#tag/Catalogs/operation/syncCatalog
 */
export const syncCatalog = write<SyncCatalogInput, Catalog, 'catalogId'>({
  operationId: 'syncCatalog',
  kind: 'write',
  method: 'PUT',
  path: '/v1/catalogs/{catalogId}/sync',
  params: { catalogId: integer },
  query: {},
  body: {
    actions: { is: 'list', of: { is: 'kind', by: 'type', of: catalogActions }, min: 1, max: 1000 },
    'version?': { is: 'integer', min: 1 },
  },
  audience: 'staff',
  repeat: 'harmless',
  stale: () => ['bestPriorPrice'],
})

// Legacy V1. For staff: a browser has the V2 operations, and V1 lets the caller state the total of a cart.

const cartItemV1: FieldsOf<CartItemV1> = {
  name,
  sku: name,
  quantity,
  price,
  'category?': text,
  'weight?': number,
  'height?': number,
  'width?': number,
  'length?': number,
  'position?': number,
  'attributes?': attributes,
}

/** What {@link updateCustomerSession} takes. */
export interface UpdateCustomerSessionInput extends NewCustomerSession {
  /** The session's id. */
  customerSessionId: string
  /** Evaluate and answer, but store nothing. */
  dry?: boolean
}

/**
 * The V1 session update: one coupon, one referral, effects as tuples.
 *
 * @deprecated Use {@link updateCustomerSessionV2}.
 */
export const updateCustomerSession = write<UpdateCustomerSessionInput, IntegrationState, 'customerSessionId', 'dry'>({
  operationId: 'updateCustomerSession',
  kind: 'write',
  method: 'PUT',
  path: '/v1/customer_sessions/{customerSessionId}',
  params: { customerSessionId: externalId },
  query: { 'dry?': flag },
  body: {
    'profileId?': profileId,
    'coupon?': dropableCode,
    'referral?': dropableCode,
    'state?': { is: 'string', oneOf: ['open', 'closed', 'cancelled'] },
    'cartItems?': { is: 'list', of: { is: 'object', fields: cartItemV1 }, max: 1000, unitsAtMost: 10_000 },
    'identifiers?': identifiers,
    'total?': number,
    'attributes?': attributes,
  },
  audience: 'staff',
  identity: '/profileId',
  anonymous: true,
  repeat: 'harmless',
  stale: (session) => ['getCustomerSession', ...(isOpen(session) ? ['getCustomerInventory' as const] : booked())],
})

/** What {@link updateCustomerProfile} takes. */
export interface UpdateCustomerProfileInput extends NewCustomerProfile {
  /** The profile's id. */
  integrationId: string
  /** Evaluate and answer, but store nothing. */
  dry?: boolean
}

/**
 * The V1 profile update; always runs the rules.
 *
 * @deprecated Use {@link updateCustomerProfileV2}.
 */
export const updateCustomerProfile = write<UpdateCustomerProfileInput, IntegrationState, 'integrationId', 'dry'>({
  operationId: 'updateCustomerProfile',
  kind: 'write',
  method: 'PUT',
  path: '/v1/customer_profiles/{integrationId}',
  params: { integrationId },
  query: { 'dry?': flag },
  body: { 'attributes?': attributes },
  audience: 'staff',
  identity: '/integrationId',
  repeat: 'harmless',
  stale: booked,
})

/** What {@link trackEvent} takes. */
export interface TrackEventInput extends NewEvent {
  /** Evaluate and answer, but store nothing. */
  dry?: boolean
}

/**
 * The V1 event: hangs on a session, which it creates when missing. A repeat counts twice.
 *
 * @deprecated Use the V2 and V3 events.
 */
export const trackEvent = write<TrackEventInput, IntegrationState, never, 'dry'>({
  operationId: 'trackEvent',
  kind: 'write',
  method: 'POST',
  path: '/v1/events',
  params: {},
  query: { 'dry?': flag },
  body: { 'profileId?': profileId, type: name, attributes, sessionId: externalId },
  audience: 'staff',
  identity: '/profileId',
  anonymous: true,
  repeat: 'never',
  stale: () => ['getCustomerSession', ...booked()],
})
