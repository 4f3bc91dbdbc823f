/**
 * The public list, written by hand, in the order in which the source reads.
 *
 * Private on purpose: shapes, the fold, lanes' names, request filling. They may change in any version.
 */

// The API's words
export type * from './schema.ts'
export type * from './effects.ts'
export { isEffect } from './effects.ts'

// Errors
export { isTalonOneError, TalonOneError } from './error.ts'
export type { TalonOneErrorCode, TalonOneErrorDetails, TalonOneIssue } from './error.ts'

// The endpoint table
export type { Audience, Endpoint, InputOf, OutputOf, ReadEndpoint, WriteEndpoint } from './endpoint.ts'
export {
  createCouponReservation,
  createReferral,
  createReferralsForMultipleAdvocates,
  deleteCouponReservation,
  deleteCustomerData,
  getCustomerInventory,
  getCustomerSession,
  getReservedCustomers,
  trackEvent,
  updateCustomerProfile,
  updateCustomerProfileAudiences,
  updateCustomerProfilesV2,
  updateCustomerProfileV2,
  updateCustomerSession,
  updateCustomerSessionV2,
} from './endpoints.ts'
export type {
  CouponReservationInput,
  CreateReferralInput,
  CreateReferralsForMultipleAdvocatesInput,
  DeleteCustomerDataInput,
  GetCustomerInventoryInput,
  GetCustomerSessionInput,
  GetReservedCustomersInput,
  TrackEventInput,
  UpdateCustomerProfileInput,
  UpdateCustomerProfilesV2Input,
  UpdateCustomerProfileV2Input,
  UpdateCustomerSessionInput,
  UpdateCustomerSessionV2Input,
} from './endpoints.ts'

// The client
export { createTalonOne } from './client.ts'
export type { HeadersSource, RawAnswer, SendOptions, TalonOne, TalonOneOptions } from './client.ts'
export type { Locks } from './lane.ts'

// Queries and mutations without React
export { mutationFor, queryFor, queryKeyFor } from './queries.ts'
export type { MutationFor, QueryFor, TalonOneQueryKey } from './queries.ts'

// Prices
export { priceCart } from './price.ts'
export type { PricedCart, PricedCode, PricedCost, PricedDiscount, PricedLine, PricedPoints } from './price.ts'
export { englishRejections, rejectionMessage } from './rejection.ts'
export type { RejectionMessages } from './rejection.ts'

// The cart without React
export { createCart } from './cart/cart.ts'
export type { Cart, CartActions, CartOptions, Clock, CodeOutcome, EditOutcome, FlushOutcome } from './cart/cart.ts'
export type { CartEdit, NewLine } from './cart/edits.ts'
export type { Amount, CartCode, CartLine, CartView } from './cart/view.ts'

// Provider
export { TalonOneProvider, useTalonOne } from './react.tsx'
export type { ReadOptions, TalonOneProviderProps, UseCartOptions, WriteOptions, WriteResult } from './react.tsx'

// Cart hooks
export { useCart, useCartActions, useCartLine, useCoupons } from './react.tsx'

// Operation hooks
export {
  useCreateReferral,
  useCreateReferrals,
  useCustomerInventory,
  useDeleteCustomerData,
  useReleaseCoupon,
  useReserveCoupon,
  useReservedCustomers,
  useSession,
  useTrackEventV1,
  useUpdateProfile,
  useUpdateProfileAudiences,
  useUpdateProfiles,
  useUpdateProfileV1,
  useUpdateSession,
  useUpdateSessionV1,
} from './react.tsx'
