/**
 * The operations, one constant each under the API's own `operationId`, in the API's order of tags. Nothing but rows is
 * exported as a value, so that `import * as endpoints` is the table.
 *
 * Source: https://docs.talon.one/integration-api, specification of 2026-06-09; the V1 operations of 2021-04-30.
 */
import type { CustomerProfileIntegrationResponseV2, IntegrationCustomerSessionResponse, IntegrationStateV2 } from './effects.ts'
import type { Endpoint, ReadEndpoint, WriteEndpoint } from './endpoint.ts'
import type {
  CartItem,
  CartItemV1,
  Coupon,
  CouponReservations,
  CustomerInventory,
  CustomerProfileAudienceRequest,
  CustomerProfileAudienceRequestItem,
  CustomerProfileIntegrationRequestV2,
  ExperimentVariantAllocation,
  IntegrationRequest,
  IntegrationState,
  MultipleCustomerProfileIntegrationRequest,
  MultipleCustomerProfileIntegrationRequestItem,
  MultipleCustomerProfileIntegrationResponseV2,
  NewCustomerProfile,
  NewCustomerSession,
  NewCustomerSessionV2,
  NewEvent,
  NewReferral,
  NewReferralsForMultipleAdvocates,
  ProfileAudiencesChanges,
  Referral,
  ReferralsForMultipleAdvocatesResponse,
  ReservedCustomersResponse,
  Timestamp,
} from './schema.ts'
import type { FieldsOf, Shape } from './shape.ts'

// The shapes that several rows share.

const text = { is: 'string' } as const satisfies Shape
const name = { is: 'string', min: 1 } as const satisfies Shape
const integrationId = { is: 'string', min: 1, max: 1000 } as const satisfies Shape
const profileId = { is: 'string', max: 1000 } as const satisfies Shape
const code = { is: 'string', min: 1, max: 100 } as const satisfies Shape
const dropableCode = { is: 'string', max: 100 } as const satisfies Shape
const flag = { is: 'boolean' } as const satisfies Shape
const silent = { is: 'string', oneOf: ['yes', 'no'] } as const satisfies Shape
const timestamp = { is: 'timestamp' } as const satisfies Shape
const integer = { is: 'integer' } as const satisfies Shape
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

const experimentVariantAllocation: FieldsOf<ExperimentVariantAllocation> = { experimentID: integer, variantID: integer }

const customerSession: FieldsOf<NewCustomerSessionV2> = {
  'profileId?': profileId,
  'storeIntegrationId?': integrationId,
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

const profileContent: Shape = {
  is: 'list',
  of: {
    is: 'string',
    oneOf: ['customerProfile', 'triggeredCampaigns', 'loyalty', 'event', 'awardedGiveaways', 'ruleFailureReasons', 'campaignEligibility'],
  },
}

/**
 * A row as it is written below: its three groups of fields hold every field of `Input`, and no other; a field that stands in
 * the path is required whether or not the input may leave it to a default.
 */
type Row<Input, Kind extends Endpoint['kind'], Param extends keyof Input & string, Query extends keyof Input & string> = Omit<
  Endpoint,
  'kind' | 'params' | 'query' | 'body' | '~types'
> & {
  kind: Kind
  params: { readonly [Name in Param]: Shape }
  query: FieldsOf<Pick<Input, Query>>
} & (Exclude<keyof Input, Param | Query> extends never ? { body?: never } : { body: FieldsOf<Omit<Input, Param | Query>> })

// Both return their argument: they only hold it to its types.
/* @__NO_SIDE_EFFECTS__ */
function read<Input, Output, Param extends keyof Input & string = never, Query extends keyof Input & string = never>(
  row: Row<Input, 'read', Param, Query>,
): ReadEndpoint<Input, Output> {
  return row
}
/* @__NO_SIDE_EFFECTS__ */
function write<Input, Output, Param extends keyof Input & string = never, Query extends keyof Input & string = never>(
  row: Row<Input, 'write', Param, Query>,
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
  params: { customerSessionId: integrationId },
  query: { 'dry?': flag, 'now?': timestamp },
  body: { customerSession: { is: 'object', fields: customerSession }, 'responseContent?': sessionContent },
  audience: 'shopper',
  identity: '/customerSession/profileId',
  anonymous: true,
  repeatable: true,
  stale: ['getCustomerSession', 'getCustomerInventory'],
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
  params: { customerSessionId: integrationId },
  query: {},
  audience: 'shopper',
  repeatable: true,
  stale: [],
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
  repeatable: true,
  stale: ['getCustomerInventory'],
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
  repeatable: true,
  stale: ['getCustomerInventory'],
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
  repeatable: true,
  stale: [],
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
  audience: 'destructive',
  identity: '/integrationId',
  repeatable: true,
  stale: ['getCustomerInventory', 'getCustomerSession', 'getReservedCustomers'],
})

// Audiences

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
  audience: 'staff',
  repeatable: true,
  stale: ['getCustomerInventory'],
})

// Coupons

/** What {@link createCouponReservation} and {@link deleteCouponReservation} take. */
export interface CouponReservationInput extends Partial<CouponReservations> {
  /** The coupon's code. */
  couponValue: string
  /** The profiles, at most 1000. Default: the client's `profileId` alone. */
  integrationIDs?: string[]
}

const reservation: Pick<WriteEndpoint, 'path' | 'audience' | 'identity' | 'repeatable' | 'stale'> & {
  params: { couponValue: Shape }
  query: {}
  body: { 'integrationIDs?': Shape }
} = {
  path: '/v1/coupon_reservations/{couponValue}',
  params: { couponValue: code },
  query: {},
  body: { 'integrationIDs?': { is: 'list', of: integrationId, max: 1000 } },
  audience: 'shopper',
  identity: '/integrationIDs/0',
  repeatable: true,
  stale: ['getCustomerInventory', 'getReservedCustomers'],
}

/**
 * Reserves a coupon: it shows up in the wallet (the inventory) of the profiles. Ignores the coupon's reservation limit. 404 for
 * an unknown code.
 *
 * @see https://docs.talon.one/integration-api#tag/Coupons/operation/createCouponReservation
 */
export const createCouponReservation = write<CouponReservationInput, Coupon, 'couponValue'>({
  ...reservation,
  operationId: 'createCouponReservation',
  kind: 'write',
  method: 'POST',
})

/**
 * Releases a reserved coupon from the wallets of the profiles. 404 for an unknown code.
 *
 * @see https://docs.talon.one/integration-api#tag/Coupons/operation/deleteCouponReservation
 */
export const deleteCouponReservation = write<CouponReservationInput, undefined, 'couponValue'>({
  ...reservation,
  operationId: 'deleteCouponReservation',
  kind: 'write',
  method: 'DELETE',
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
  repeatable: true,
  stale: [],
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
    'friendProfileIntegrationId?': profileId,
    'attributes?': attributes,
  },
  audience: 'shopper',
  identity: '/advocateProfileIntegrationId',
  repeatable: false,
  stale: ['getCustomerInventory'],
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
  repeatable: false,
  stale: ['getCustomerInventory'],
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
  params: { customerSessionId: integrationId },
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
  repeatable: true,
  stale: ['getCustomerSession', 'getCustomerInventory'],
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
  repeatable: true,
  stale: ['getCustomerInventory'],
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
  body: { 'profileId?': profileId, type: name, attributes, sessionId: integrationId },
  audience: 'staff',
  identity: '/profileId',
  anonymous: true,
  repeatable: false,
  stale: ['getCustomerSession', 'getCustomerInventory'],
})
