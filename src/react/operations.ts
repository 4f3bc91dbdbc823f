'use client'

/**
 * A hook for each operation, in the order of the endpoint table. Reads take `(input, options)`, writes take `(options)` and
 * `mutate(input)`; `options` are TanStack Query's own, and what this one call does differently: another `client`, `headers`, a `signal`.
 */
import {
  type InfiniteData,
  useInfiniteQuery,
  type UseInfiniteQueryOptions,
  type UseInfiniteQueryResult,
  useMutation,
  type UseMutationOptions,
  type UseMutationResult,
  useQuery,
  type UseQueryOptions,
  type UseQueryResult,
} from '@tanstack/react-query'
import type { InputOf, OutputOf, PagedEndpoint, ReadEndpoint, WriteEndpoint } from '../endpoint.ts'
import * as endpoints from '../endpoints.ts'
import type { TalonOneError } from '../error.ts'
import { infiniteQueryFor, mutationFor, queryFor, type TalonOneQueryKey } from '../queries.ts'
import { type CallOverrides, separate } from './overrides.ts'
import { useTalonOne } from './provider.ts'

/** TanStack Query's own options of a read, `select` included, and what this call does differently. */
export type ReadOptions<E extends ReadEndpoint, Data = OutputOf<E>> = CallOverrides &
  Omit<UseQueryOptions<OutputOf<E>, TalonOneError, Data, TalonOneQueryKey<E>>, 'queryKey' | 'queryFn'>

/** TanStack Query's own options of a read in pages, `select` included, and what this call does differently. */
export type PagesOptions<E extends PagedEndpoint, Data = InfiniteData<OutputOf<E>, number>> = CallOverrides &
  Omit<
    UseInfiniteQueryOptions<OutputOf<E>, TalonOneError, Data, TalonOneQueryKey<E>, number>,
    'queryKey' | 'queryFn' | 'initialPageParam' | 'getNextPageParam'
  >

/** TanStack Query's own options of a write, and what this call does differently. */
export type WriteOptions<E extends WriteEndpoint, Context = unknown> = CallOverrides &
  Omit<UseMutationOptions<OutputOf<E>, TalonOneError, InputOf<E>, Context>, 'mutationKey' | 'mutationFn'>

/** What a write hook returns. */
export type WriteResult<E extends WriteEndpoint, Context = unknown> = UseMutationResult<OutputOf<E>, TalonOneError, InputOf<E>, Context>

function useRead<E extends ReadEndpoint, Data>(
  endpoint: E,
  input: InputOf<E>,
  options: ReadOptions<E, Data> = {},
): UseQueryResult<Data, TalonOneError> {
  const { client, call, rest } = separate(options)
  return useQuery({ ...queryFor(useTalonOne(client), endpoint, input, call), ...rest })
}

function usePages<E extends PagedEndpoint, Data>(
  endpoint: E,
  input: InputOf<E>,
  options: PagesOptions<E, Data> = {},
): UseInfiniteQueryResult<Data, TalonOneError> {
  const { client, call, rest } = separate(options)
  return useInfiniteQuery({ ...infiniteQueryFor(useTalonOne(client), endpoint, input, call), ...rest })
}

function useWrite<E extends WriteEndpoint, Context>(endpoint: E, options: WriteOptions<E, Context> = {}): WriteResult<E, Context> {
  const { client, call, rest } = separate(options)
  return useMutation({ ...mutationFor(useTalonOne(client), endpoint, call), ...rest })
}

// Customer sessions

/**
 * Reads a session as stored, with its net effects. Amounts in major currency units, before discounts: `priceCart` works them out.
 * A storefront's own cart is `useCart`.
 *
 * `error.code`: `not_found` when there is no such session yet.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Customer-sessions/operation/getCustomerSession
 */
export function useSession<Data = OutputOf<typeof endpoints.getCustomerSession>>(
  input: endpoints.GetCustomerSessionInput,
  options?: ReadOptions<typeof endpoints.getCustomerSession, Data>,
): UseQueryResult<Data, TalonOneError> {
  return useRead(endpoints.getCustomerSession, input, options)
}

/**
 * Writes a session as it is told to; `cartItems` replaces the whole cart, what is left out stays. Prices in major currency units.
 * A storefront's own cart is `useCart`, which never loses an edit. `dry: true` stores nothing; `useSessionPreview` is that as a query.
 *
 * `error.code`: `session_closed` when the session is not open any more, `conflict` when requests of one profile overlap.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Customer-sessions/operation/updateCustomerSessionV2
 */
export function useUpdateSession<Context = unknown>(
  options?: WriteOptions<typeof endpoints.updateCustomerSessionV2, Context>,
): WriteResult<typeof endpoints.updateCustomerSessionV2, Context> {
  return useWrite(endpoints.updateCustomerSessionV2, options)
}

/**
 * Staff: takes units of a closed session back; the answer holds what was rolled back for them. `dry` and `runRuleEngine` are off by default.
 *
 * `error.code`: `bad_request` for more units than are left, or a session that is open.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Customer-sessions/operation/returnCartItems
 */
export function useReturnItems<Context = unknown>(
  options?: WriteOptions<typeof endpoints.returnCartItems, Context>,
): WriteResult<typeof endpoints.returnCartItems, Context> {
  return useWrite(endpoints.returnCartItems, options)
}

/**
 * Staff: opens a closed session again, and rolls back what closing it did.
 *
 * `error.code`: `bad_request` for a session that is not closed.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Customer-sessions/operation/reopenCustomerSession
 */
export function useReopenSession<Context = unknown>(
  options?: WriteOptions<typeof endpoints.reopenCustomerSession, Context>,
): WriteResult<typeof endpoints.reopenCustomerSession, Context> {
  return useWrite(endpoints.reopenCustomerSession, options)
}

// Customer profiles

/**
 * Writes attributes of a profile, by default the shopper's own; they are merged by name. Effects only with `runRuleEngine: true`.
 * For shoppers where the proxy says so: `operations.profileAttributes`.
 *
 * `error.code`: `bad_request` for an attribute that is not defined.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Customer-profiles/operation/updateCustomerProfileV2
 */
export function useUpdateProfile<Context = unknown>(
  options?: WriteOptions<typeof endpoints.updateCustomerProfileV2, Context>,
): WriteResult<typeof endpoints.updateCustomerProfileV2, Context> {
  return useWrite(endpoints.updateCustomerProfileV2, options)
}

/**
 * Staff: writes up to 1000 profiles; never runs rules. Answers undefined unless `silent` is `'no'`.
 *
 * `error.code`: `bad_request` for an attribute that is not defined.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Customer-profiles/operation/updateCustomerProfilesV2
 */
export function useUpdateProfiles<Context = unknown>(
  options?: WriteOptions<typeof endpoints.updateCustomerProfilesV2, Context>,
): WriteResult<typeof endpoints.updateCustomerProfilesV2, Context> {
  return useWrite(endpoints.updateCustomerProfilesV2, options)
}

/**
 * Reads the wallet: each part (`profile`, `referrals`, `coupons`, `loyalty`, `giveaways`, `achievements`) only when its flag is true, by
 * default of the shopper's own profile. Points are numbers and may be fractional.
 *
 * `error.code`: `not_found` for a profile that Talon.One has not met.
 *
 * @example
 * const { data } = useCustomerInventory({ coupons: true }, { select: ({ coupons }) => coupons })
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Customer-profiles/operation/getCustomerInventory
 */
export function useCustomerInventory<Data = OutputOf<typeof endpoints.getCustomerInventory>>(
  input: endpoints.GetCustomerInventoryInput,
  options?: ReadOptions<typeof endpoints.getCustomerInventory, Data>,
): UseQueryResult<Data, TalonOneError> {
  return useRead(endpoints.getCustomerInventory, input, options)
}

/**
 * Reads achievements with the progress of a profile, by default the shopper's own and the active ones, 1000 a page.
 *
 * `error.code`: `not_found` for a profile that Talon.One has not met.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Customer-profiles/operation/getCustomerAchievements
 */
export function useAchievements<Data = InfiniteData<OutputOf<typeof endpoints.getCustomerAchievements>, number>>(
  input: endpoints.GetCustomerAchievementsInput,
  options?: PagesOptions<typeof endpoints.getCustomerAchievements, Data>,
): UseInfiniteQueryResult<Data, TalonOneError> {
  return usePages(endpoints.getCustomerAchievements, input, options)
}

/**
 * Reads the rounds a profile, by default the shopper's own, has made of one achievement, 1000 a page by default.
 *
 * `error.code`: `not_found` for an achievement or a profile that is not there.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Customer-profiles/operation/getCustomerAchievementHistory
 */
export function useAchievementHistory<Data = InfiniteData<OutputOf<typeof endpoints.getCustomerAchievementHistory>, number>>(
  input: endpoints.GetCustomerAchievementHistoryInput,
  options?: PagesOptions<typeof endpoints.getCustomerAchievementHistory, Data>,
): UseInfiniteQueryResult<Data, TalonOneError> {
  return usePages(endpoints.getCustomerAchievementHistory, input, options)
}

/**
 * Staff: deletes the attributes of a profile and of everything that refers to it. Final.
 *
 * `error.code`: `not_found` for an unknown profile.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Customer-profiles/operation/deleteCustomerData
 */
export function useDeleteCustomerData<Context = unknown>(
  options?: WriteOptions<typeof endpoints.deleteCustomerData, Context>,
): WriteResult<typeof endpoints.deleteCustomerData, Context> {
  return useWrite(endpoints.deleteCustomerData, options)
}

// Audiences

/**
 * Staff: makes an audience. Never sent again when its outcome is unknown.
 *
 * `error.code`: `conflict` when there is one of its `integration` and `integrationId`.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Audiences/operation/createAudienceV2
 */
export function useCreateAudience<Context = unknown>(
  options?: WriteOptions<typeof endpoints.createAudienceV2, Context>,
): WriteResult<typeof endpoints.createAudienceV2, Context> {
  return useWrite(endpoints.createAudienceV2, options)
}

/**
 * Staff: renames an audience.
 *
 * `error.code`: `not_found` for an unknown audience.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Audiences/operation/updateAudienceV2
 */
export function useUpdateAudience<Context = unknown>(
  options?: WriteOptions<typeof endpoints.updateAudienceV2, Context>,
): WriteResult<typeof endpoints.updateAudienceV2, Context> {
  return useWrite(endpoints.updateAudienceV2, options)
}

/**
 * Staff: deletes an audience.
 *
 * `error.code`: `not_found` for an unknown audience.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Audiences/operation/deleteAudienceV2
 */
export function useDeleteAudience<Context = unknown>(
  options?: WriteOptions<typeof endpoints.deleteAudienceV2, Context>,
): WriteResult<typeof endpoints.deleteAudienceV2, Context> {
  return useWrite(endpoints.deleteAudienceV2, options)
}

/**
 * Staff: removes every profile from an audience.
 *
 * `error.code`: `not_found` for an unknown audience.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Audiences/operation/deleteAudienceMembershipsV2
 */
export function useDeleteAudienceMemberships<Context = unknown>(
  options?: WriteOptions<typeof endpoints.deleteAudienceMembershipsV2, Context>,
): WriteResult<typeof endpoints.deleteAudienceMembershipsV2, Context> {
  return useWrite(endpoints.deleteAudienceMembershipsV2, options)
}

/**
 * Staff: sets attributes of every profile of an audience.
 *
 * `error.code`: `not_found` for an unknown audience.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Audiences/operation/updateAudienceCustomersAttributes
 */
export function useUpdateAudienceAttributes<Context = unknown>(
  options?: WriteOptions<typeof endpoints.updateAudienceCustomersAttributes, Context>,
): WriteResult<typeof endpoints.updateAudienceCustomersAttributes, Context> {
  return useWrite(endpoints.updateAudienceCustomersAttributes, options)
}

/**
 * Staff: adds profiles to audiences and removes them, up to 1000 actions at once.
 *
 * `error.code`: `not_found` for an unknown audience.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Audiences/operation/updateCustomerProfileAudiences
 */
export function useUpdateProfileAudiences<Context = unknown>(
  options?: WriteOptions<typeof endpoints.updateCustomerProfileAudiences, Context>,
): WriteResult<typeof endpoints.updateCustomerProfileAudiences, Context> {
  return useWrite(endpoints.updateCustomerProfileAudiences, options)
}

// Coupons

/**
 * Puts a coupon into the wallet, by default the shopper's own; the wallet's coupons are read again.
 * For shoppers where the proxy says so: `operations.reservations`.
 *
 * `error.code`: `not_found` for an unknown code.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Coupons/operation/createCouponReservation
 */
export function useReserveCoupon<Context = unknown>(
  options?: WriteOptions<typeof endpoints.createCouponReservation, Context>,
): WriteResult<typeof endpoints.createCouponReservation, Context> {
  return useWrite(endpoints.createCouponReservation, options)
}

/**
 * Takes a coupon out of the wallet, by default the shopper's own; the wallet's coupons are read again.
 * For shoppers where the proxy says so: `operations.reservations`.
 *
 * `error.code`: `not_found` for an unknown code.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Coupons/operation/deleteCouponReservation
 */
export function useReleaseCoupon<Context = unknown>(
  options?: WriteOptions<typeof endpoints.deleteCouponReservation, Context>,
): WriteResult<typeof endpoints.deleteCouponReservation, Context> {
  return useWrite(endpoints.deleteCouponReservation, options)
}

/**
 * Staff: reads who holds a coupon.
 *
 * `error.code`: `not_found` for an unknown code.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Coupons/operation/getReservedCustomers
 */
export function useReservedCustomers<Data = OutputOf<typeof endpoints.getReservedCustomers>>(
  input: endpoints.GetReservedCustomersInput,
  options?: ReadOptions<typeof endpoints.getReservedCustomers, Data>,
): UseQueryResult<Data, TalonOneError> {
  return useRead(endpoints.getReservedCustomers, input, options)
}

// Referrals

/**
 * Makes a referral code, by default the shopper's own; each call makes another one, so it is never sent again when its outcome is unknown.
 * For shoppers where the proxy says so: `operations.referrals`.
 *
 * `error.code`: `bad_request` for a campaign without referrals.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Referrals/operation/createReferral
 */
export function useCreateReferral<Context = unknown>(
  options?: WriteOptions<typeof endpoints.createReferral, Context>,
): WriteResult<typeof endpoints.createReferral, Context> {
  return useWrite(endpoints.createReferral, options)
}

/**
 * Staff: makes a referral code for each of up to 1000 advocates. Answers undefined unless `silent` is `'no'`.
 *
 * `error.code`: `bad_request` for a campaign without referrals.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Referrals/operation/createReferralsForMultipleAdvocates
 */
export function useCreateReferrals<Context = unknown>(
  options?: WriteOptions<typeof endpoints.createReferralsForMultipleAdvocates, Context>,
): WriteResult<typeof endpoints.createReferralsForMultipleAdvocates, Context> {
  return useWrite(endpoints.createReferralsForMultipleAdvocates, options)
}

// Loyalty

/**
 * Joins a profile, by default the shopper's own, to a loyalty program.
 * For shoppers where the proxy says so: `operations.joinLoyaltyProgram`.
 *
 * `error.code`: `bad_request` when it has joined already, `not_found` for an unknown program.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Loyalty/operation/joinLoyaltyProgram
 */
export function useJoinLoyaltyProgram<Context = unknown>(
  options?: WriteOptions<typeof endpoints.joinLoyaltyProgram, Context>,
): WriteResult<typeof endpoints.joinLoyaltyProgram, Context> {
  return useWrite(endpoints.joinLoyaltyProgram, options)
}

/**
 * Reads the points of a profile, by default the shopper's own, in one program: active, pending, spent and expired ones, as of now unless
 * `endDate` says otherwise; tiers with `includeTiers: true`. Points are numbers and may be fractional.
 *
 * `error.code`: `not_found` for an unknown program or profile.
 *
 * @example
 * const { data: points = 0 } = useLoyaltyBalances({ loyaltyProgramId: 1 }, { select: ({ balance }) => balance?.activePoints ?? 0 })
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Loyalty/operation/getLoyaltyBalances
 */
export function useLoyaltyBalances<Data = OutputOf<typeof endpoints.getLoyaltyBalances>>(
  input: endpoints.GetLoyaltyBalancesInput,
  options?: ReadOptions<typeof endpoints.getLoyaltyBalances, Data>,
): UseQueryResult<Data, TalonOneError> {
  return useRead(endpoints.getLoyaltyBalances, input, options)
}

/**
 * Reads what a profile, by default the shopper's own, has earned and spent in one program, latest first, 50 a page by default. In points.
 *
 * `error.code`: `not_found` for an unknown program or profile.
 *
 * @example
 * const { data, fetchNextPage, hasNextPage } = useLoyaltyTransactions({ loyaltyProgramId: 1, pageSize: 20 })
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Loyalty/operation/getLoyaltyProgramProfileTransactions
 */
export function useLoyaltyTransactions<Data = InfiniteData<OutputOf<typeof endpoints.getLoyaltyProgramProfileTransactions>, number>>(
  input: endpoints.GetLoyaltyProgramProfileTransactionsInput,
  options?: PagesOptions<typeof endpoints.getLoyaltyProgramProfileTransactions, Data>,
): UseInfiniteQueryResult<Data, TalonOneError> {
  return usePages(endpoints.getLoyaltyProgramProfileTransactions, input, options)
}

/**
 * Reads the unused points of a profile, by default the shopper's own, by the transactions that brought them, 50 a page by default.
 * Active ones unless `status` says otherwise.
 *
 * `error.code`: `not_found` for an unknown program or profile.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Loyalty/operation/getLoyaltyProgramProfilePoints
 */
export function useLoyaltyPoints<Data = InfiniteData<OutputOf<typeof endpoints.getLoyaltyProgramProfilePoints>, number>>(
  input: endpoints.GetLoyaltyProgramProfilePointsInput,
  options?: PagesOptions<typeof endpoints.getLoyaltyProgramProfilePoints, Data>,
): UseInfiniteQueryResult<Data, TalonOneError> {
  return usePages(endpoints.getLoyaltyProgramProfilePoints, input, options)
}

/**
 * Staff: makes pending points active: those of up to 50 transactions, or those of a session.
 *
 * `error.code`: `bad_request` when both or neither are given.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Loyalty/operation/activateLoyaltyPoints
 */
export function useActivateLoyaltyPoints<Context = unknown>(
  options?: WriteOptions<typeof endpoints.activateLoyaltyPoints, Context>,
): WriteResult<typeof endpoints.activateLoyaltyPoints, Context> {
  return useWrite(endpoints.activateLoyaltyPoints, options)
}

/**
 * Staff: deletes what a profile has earned and spent in one program. Final.
 *
 * `error.code`: `not_found` for an unknown program or profile.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Loyalty/operation/deleteLoyaltyTransactionsFromLedgers
 */
export function useDeleteLoyaltyTransactions<Context = unknown>(
  options?: WriteOptions<typeof endpoints.deleteLoyaltyTransactionsFromLedgers, Context>,
): WriteResult<typeof endpoints.deleteLoyaltyTransactionsFromLedgers, Context> {
  return useWrite(endpoints.deleteLoyaltyTransactionsFromLedgers, options)
}

// Loyalty cards

/**
 * Staff: makes a card of a card-based program. Never sent again when its outcome is unknown.
 *
 * `error.code`: `bad_request` for an identifier that is taken.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Loyalty-cards/operation/generateLoyaltyCard
 */
export function useGenerateLoyaltyCard<Context = unknown>(
  options?: WriteOptions<typeof endpoints.generateLoyaltyCard, Context>,
): WriteResult<typeof endpoints.generateLoyaltyCard, Context> {
  return useWrite(endpoints.generateLoyaltyCard, options)
}

/**
 * Staff: lets a profile use a card.
 *
 * `error.code`: `not_found` for an unknown card, `bad_request` when it has as many users as it may have.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Loyalty-cards/operation/linkLoyaltyCardToProfile
 */
export function useLinkLoyaltyCard<Context = unknown>(
  options?: WriteOptions<typeof endpoints.linkLoyaltyCardToProfile, Context>,
): WriteResult<typeof endpoints.linkLoyaltyCardToProfile, Context> {
  return useWrite(endpoints.linkLoyaltyCardToProfile, options)
}

/**
 * Staff: takes a card away from a profile.
 *
 * `error.code`: `not_found` for an unknown card.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Loyalty-cards/operation/unlinkLoyaltyCardFromProfile
 */
export function useUnlinkLoyaltyCard<Context = unknown>(
  options?: WriteOptions<typeof endpoints.unlinkLoyaltyCardFromProfile, Context>,
): WriteResult<typeof endpoints.unlinkLoyaltyCardFromProfile, Context> {
  return useWrite(endpoints.unlinkLoyaltyCardFromProfile, options)
}

/**
 * Reads the points of a card, as of now unless `endDate` says otherwise. A shopper may read a card that the proxy knows to be theirs.
 *
 * `error.code`: `not_found` for an unknown card, or one that is somebody else's.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Loyalty-cards/operation/getLoyaltyCardBalances
 */
export function useLoyaltyCardBalances<Data = OutputOf<typeof endpoints.getLoyaltyCardBalances>>(
  input: endpoints.GetLoyaltyCardBalancesInput,
  options?: ReadOptions<typeof endpoints.getLoyaltyCardBalances, Data>,
): UseQueryResult<Data, TalonOneError> {
  return useRead(endpoints.getLoyaltyCardBalances, input, options)
}

/**
 * Reads what was earned and spent with a card, latest first, 50 a page by default. In points.
 *
 * `error.code`: `not_found` for an unknown card, or one that is somebody else's.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Loyalty-cards/operation/getLoyaltyCardTransactions
 */
export function useLoyaltyCardTransactions<Data = InfiniteData<OutputOf<typeof endpoints.getLoyaltyCardTransactions>, number>>(
  input: endpoints.GetLoyaltyCardTransactionsInput,
  options?: PagesOptions<typeof endpoints.getLoyaltyCardTransactions, Data>,
): UseInfiniteQueryResult<Data, TalonOneError> {
  return usePages(endpoints.getLoyaltyCardTransactions, input, options)
}

/**
 * Reads the unused points of a card, by the transactions that brought them, 50 a page by default. Active ones unless `status` says otherwise.
 *
 * `error.code`: `not_found` for an unknown card, or one that is somebody else's.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Loyalty-cards/operation/getLoyaltyCardPoints
 */
export function useLoyaltyCardPoints<Data = InfiniteData<OutputOf<typeof endpoints.getLoyaltyCardPoints>, number>>(
  input: endpoints.GetLoyaltyCardPointsInput,
  options?: PagesOptions<typeof endpoints.getLoyaltyCardPoints, Data>,
): UseInfiniteQueryResult<Data, TalonOneError> {
  return usePages(endpoints.getLoyaltyCardPoints, input, options)
}

// Events

/**
 * Tells Talon.One that a profile, by default the shopper's own, did something, and answers with the effects that earns: `silent` is `'no'`
 * unless said otherwise, while the API's own default hides them. A repeat carries the same `Idempotency-Key` and counts once.
 * For shoppers where the proxy says so: `operations.events`.
 *
 * `error.code`: `bad_request` for a type or an attribute that is not defined, `conflict` when requests of one profile overlap.
 *
 * @example
 * const track = useTrackEvent()
 * track.mutate({ type: 'reviewed', attributes: { Stars: 5 } })
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Events/operation/trackEventV2
 */
export function useTrackEvent<Context = unknown>(
  options?: WriteOptions<typeof endpoints.trackEventV2, Context>,
): WriteResult<typeof endpoints.trackEventV2, Context> {
  return useWrite(endpoints.trackEventV2, options)
}

/**
 * As `useTrackEvent`, with an id of the shop's own for the event, and the closed session it belongs to. `silent` is `'no'` unless said
 * otherwise.
 * For shoppers where the proxy says so: `operations.events`.
 *
 * `error.code`: `conflict` when there is an event of that id: it counts once; `bad_request` for a session that is not closed.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Events/operation/trackEventV3
 */
export function useTrackEventV3<Context = unknown>(
  options?: WriteOptions<typeof endpoints.trackEventV3, Context>,
): WriteResult<typeof endpoints.trackEventV3, Context> {
  return useWrite(endpoints.trackEventV3, options)
}

/**
 * Staff: reads an event by its id.
 *
 * `error.code`: `not_found` when there is none.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Events/operation/getEventV3
 */
export function useEvent<Data = OutputOf<typeof endpoints.getEventV3>>(
  input: endpoints.GetEventV3Input,
  options?: ReadOptions<typeof endpoints.getEventV3, Data>,
): UseQueryResult<Data, TalonOneError> {
  return useRead(endpoints.getEventV3, input, options)
}

// Campaigns

/**
 * Staff: reads the running campaigns with the texts of their rules, 50 a page by default.
 *
 * `error.code`: `unauthenticated` without a key.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Campaigns/operation/integrationGetAllCampaigns
 */
export function useCampaigns<Data = InfiniteData<OutputOf<typeof endpoints.integrationGetAllCampaigns>, number>>(
  input: endpoints.IntegrationGetAllCampaignsInput,
  options?: PagesOptions<typeof endpoints.integrationGetAllCampaigns, Data>,
): UseInfiniteQueryResult<Data, TalonOneError> {
  return usePages(endpoints.integrationGetAllCampaigns, input, options)
}

// Prices and catalogues

/**
 * Reads the lowest price each SKU had in a timeframe, to be shown beside a reduced one. Major currency units; a SKU without one is not in
 * the list.
 * For shoppers where the proxy says so: `operations.bestPriorPrice`.
 *
 * `error.code`: `bad_request` for a timeframe that is none.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Catalogs/operation/bestPriorPrice
 */
export function useBestPriorPrice<Data = OutputOf<typeof endpoints.bestPriorPrice>>(
  input: InputOf<typeof endpoints.bestPriorPrice>,
  options?: ReadOptions<typeof endpoints.bestPriorPrice, Data>,
): UseQueryResult<Data, TalonOneError> {
  return useRead(endpoints.bestPriorPrice, input, options)
}

/**
 * Staff: changes a catalogue by up to 1000 actions of one type. Prices in major currency units.
 *
 * `error.code`: `not_found` for an unknown catalogue, `bad_request` for actions of several types.
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/integration-api#tag/Catalogs/operation/syncCatalog
 */
export function useSyncCatalog<Context = unknown>(
  options?: WriteOptions<typeof endpoints.syncCatalog, Context>,
): WriteResult<typeof endpoints.syncCatalog, Context> {
  return useWrite(endpoints.syncCatalog, options)
}

// Legacy V1

/**
 * Staff: the V1 session update. The caller states the total, in major currency units.
 *
 * `error.code`: `session_closed` when the session is not open any more.
 *
 * @throws TalonOneError `missing_provider`
 * @deprecated Use {@link useUpdateSession}.
 * @see the operation {@link endpoints.updateCustomerSession}, of 2021-04-30
 */
export function useUpdateSessionV1<Context = unknown>(
  options?: WriteOptions<typeof endpoints.updateCustomerSession, Context>,
): WriteResult<typeof endpoints.updateCustomerSession, Context> {
  return useWrite(endpoints.updateCustomerSession, options)
}

/**
 * Staff: the V1 profile update; always runs the rules.
 *
 * `error.code`: `bad_request` for an attribute that is not defined.
 *
 * @throws TalonOneError `missing_provider`
 * @deprecated Use {@link useUpdateProfile}.
 * @see the operation {@link endpoints.updateCustomerProfile}, of 2021-04-30
 */
export function useUpdateProfileV1<Context = unknown>(
  options?: WriteOptions<typeof endpoints.updateCustomerProfile, Context>,
): WriteResult<typeof endpoints.updateCustomerProfile, Context> {
  return useWrite(endpoints.updateCustomerProfile, options)
}

/**
 * Staff: the V1 event. Never sent again when its outcome is unknown: a repeat counts twice.
 *
 * `error.code`: `bad_request` for a type that is not defined.
 *
 * @throws TalonOneError `missing_provider`
 * @deprecated Use {@link useTrackEvent} or {@link useTrackEventV3}.
 * @see the operation {@link endpoints.trackEvent}, of 2021-04-30
 */
export function useTrackEventV1<Context = unknown>(
  options?: WriteOptions<typeof endpoints.trackEvent, Context>,
): WriteResult<typeof endpoints.trackEvent, Context> {
  return useWrite(endpoints.trackEvent, options)
}
