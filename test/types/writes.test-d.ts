/** The hooks of writes: what `mutate` takes, and what the answer is. */
import {
  type ActivateLoyaltyPointsInput,
  type ActivateLoyaltyPointsResponse,
  type Catalog,
  type Coupon,
  type CouponReservationInput,
  type CreateAudienceV2Input,
  type CreateReferralInput,
  type CreateReferralsForMultipleAdvocatesInput,
  createTalonOne,
  type CustomerProfileAudienceRequest,
  type CustomerProfileIntegrationResponseV2,
  type DeleteAudienceV2Input,
  type DeleteCustomerDataInput,
  type DeleteLoyaltyTransactionsFromLedgersInput,
  type GenerateLoyaltyCardInput,
  type IntegrationEventV2Response,
  type IntegrationEventV3Response,
  type IntegrationState,
  type IntegrationStateV2,
  type JoinLoyaltyProgramInput,
  type LinkLoyaltyCardInput,
  type LoyaltyCard,
  type MultipleCustomerProfileIntegrationResponseV2,
  type Referral,
  type ReferralsForMultipleAdvocatesResponse,
  type ReopenCustomerSessionInput,
  type ReopenSessionResponse,
  type ReturnCartItemsInput,
  type SyncCatalogInput,
  type TalonOneError,
  type TrackEventInput,
  type TrackEventV2Input,
  type TrackEventV3Input,
  type UpdateAudienceCustomersAttributesInput,
  type UpdateAudienceV2Input,
  type UpdateCustomerProfileInput,
  type UpdateCustomerProfilesV2Input,
  type UpdateCustomerProfileV2Input,
  type UpdateCustomerSessionInput,
  type UpdateCustomerSessionV2Input,
  useActivateLoyaltyPoints,
  useCreateAudience,
  useCreateReferral,
  useCreateReferrals,
  useDeleteAudience,
  useDeleteAudienceMemberships,
  useDeleteCustomerData,
  useDeleteLoyaltyTransactions,
  useGenerateLoyaltyCard,
  useJoinLoyaltyProgram,
  useLinkLoyaltyCard,
  useReleaseCoupon,
  useReopenSession,
  useReserveCoupon,
  useReturnItems,
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
import { describe, expectTypeOf, test } from 'vitest'
import type { Audience } from '../../src/schema.ts'

type Hook = (...options: never[]) => { mutateAsync: (input: never) => Promise<unknown> }
type Input<Write extends Hook> = Parameters<ReturnType<Write>['mutateAsync']>[0]
type Answer<Write extends Hook> = Awaited<ReturnType<ReturnType<Write>['mutateAsync']>>
/** What a hook takes, and what it is answered with. */
type Of<Write extends Hook> = [Input<Write>, Answer<Write>]

test('a hook that writes takes the input of its operation and has its answer', () => {
  expectTypeOf<Of<typeof useUpdateSession>>().toEqualTypeOf<[UpdateCustomerSessionV2Input, IntegrationStateV2]>()
  expectTypeOf<Of<typeof useReturnItems>>().toEqualTypeOf<[ReturnCartItemsInput, IntegrationStateV2]>()
  expectTypeOf<Of<typeof useReopenSession>>().toEqualTypeOf<[ReopenCustomerSessionInput, ReopenSessionResponse]>()
  expectTypeOf<Of<typeof useUpdateProfile>>().toEqualTypeOf<[UpdateCustomerProfileV2Input, CustomerProfileIntegrationResponseV2]>()
  expectTypeOf<Of<typeof useUpdateProfiles>>().toEqualTypeOf<
    [UpdateCustomerProfilesV2Input, MultipleCustomerProfileIntegrationResponseV2 | undefined]
  >()
  expectTypeOf<Of<typeof useDeleteCustomerData>>().toEqualTypeOf<[DeleteCustomerDataInput, undefined]>()
  expectTypeOf<Of<typeof useCreateAudience>>().toEqualTypeOf<[CreateAudienceV2Input, Audience]>()
  expectTypeOf<Of<typeof useUpdateAudience>>().toEqualTypeOf<[UpdateAudienceV2Input, Audience]>()
  expectTypeOf<Of<typeof useDeleteAudience>>().toEqualTypeOf<[DeleteAudienceV2Input, undefined]>()
  expectTypeOf<Of<typeof useDeleteAudienceMemberships>>().toEqualTypeOf<[DeleteAudienceV2Input, undefined]>()
  expectTypeOf<Of<typeof useUpdateAudienceAttributes>>().toEqualTypeOf<[UpdateAudienceCustomersAttributesInput, undefined]>()
  expectTypeOf<Of<typeof useUpdateProfileAudiences>>().toEqualTypeOf<[CustomerProfileAudienceRequest, undefined]>()
  expectTypeOf<Of<typeof useReserveCoupon>>().toEqualTypeOf<[CouponReservationInput, Coupon]>()
  expectTypeOf<Of<typeof useReleaseCoupon>>().toEqualTypeOf<[CouponReservationInput, undefined]>()
  expectTypeOf<Of<typeof useCreateReferral>>().toEqualTypeOf<[CreateReferralInput, Referral]>()
  expectTypeOf<Of<typeof useCreateReferrals>>().toEqualTypeOf<
    [CreateReferralsForMultipleAdvocatesInput, ReferralsForMultipleAdvocatesResponse | undefined]
  >()
  expectTypeOf<Of<typeof useJoinLoyaltyProgram>>().toEqualTypeOf<[JoinLoyaltyProgramInput, undefined]>()
  expectTypeOf<Of<typeof useActivateLoyaltyPoints>>().toEqualTypeOf<[ActivateLoyaltyPointsInput, ActivateLoyaltyPointsResponse]>()
  expectTypeOf<Of<typeof useDeleteLoyaltyTransactions>>().toEqualTypeOf<[DeleteLoyaltyTransactionsFromLedgersInput, undefined]>()
  expectTypeOf<Of<typeof useGenerateLoyaltyCard>>().toEqualTypeOf<[GenerateLoyaltyCardInput, LoyaltyCard]>()
  expectTypeOf<Of<typeof useLinkLoyaltyCard>>().toEqualTypeOf<[LinkLoyaltyCardInput, LoyaltyCard]>()
  expectTypeOf<Of<typeof useUnlinkLoyaltyCard>>().toEqualTypeOf<[LinkLoyaltyCardInput, LoyaltyCard]>()
  expectTypeOf<Of<typeof useTrackEvent>>().toEqualTypeOf<[TrackEventV2Input, IntegrationEventV2Response | undefined]>()
  expectTypeOf<Of<typeof useTrackEventV3>>().toEqualTypeOf<[TrackEventV3Input, IntegrationEventV3Response | undefined]>()
  expectTypeOf<Of<typeof useSyncCatalog>>().toEqualTypeOf<[SyncCatalogInput, Catalog]>()
  expectTypeOf<Of<typeof useUpdateSessionV1>>().toEqualTypeOf<[UpdateCustomerSessionInput, IntegrationState]>()
  expectTypeOf<Of<typeof useUpdateProfileV1>>().toEqualTypeOf<[UpdateCustomerProfileInput, IntegrationState]>()
  expectTypeOf<Of<typeof useTrackEventV1>>().toEqualTypeOf<[TrackEventInput, IntegrationState]>()
})

describe('a hook that writes refuses what is not its operation’s', () => {
  const card = { loyaltyProgramId: 3, loyaltyCardId: 'CARD' }

  test('about a session', () => {
    useUpdateSession().mutate({ customerSessionId: 'a', customerSession: { cartItems: [{ sku: 'tea', quantity: 1 }] } })
    // @ts-expect-error a line needs a quantity
    useUpdateSession().mutate({ customerSessionId: 'a', customerSession: { cartItems: [{ sku: 'tea' }] } })
    // @ts-expect-error there is no such state
    useUpdateSession().mutate({ customerSessionId: 'a', customerSession: { state: 'paid' } })
    // @ts-expect-error misspelt
    useUpdateSession().mutate({ customerSessionId: 'a', customerSession: { couponCode: 'SAVE' } })
    // @ts-expect-error the session itself is missing
    useUpdateSession().mutate({ customerSessionId: 'a' })
    // @ts-expect-error and its id
    useUpdateSession().mutate({ customerSession: {} })
    // @ts-expect-error what is returned?
    useReturnItems().mutate({ customerSessionId: 'a' })
    // @ts-expect-error which session?
    useReopenSession().mutate({})
    // @ts-expect-error V1 has one coupon
    useUpdateSessionV1().mutate({ customerSessionId: 'a', couponCodes: ['SAVE'] })
  })

  test('about profiles and audiences', () => {
    // @ts-expect-error attributes are a map
    useUpdateProfile().mutate({ attributes: ['Name'] })
    // @ts-expect-error a profile has an id
    useUpdateProfiles().mutate({ customerProfiles: [{ attributes: {} }] })
    // @ts-expect-error whose? There is no default for what is final
    useDeleteCustomerData().mutate({})
    // @ts-expect-error V1 is for staff, which says whom it speaks of
    useUpdateProfileV1().mutate({ attributes: {} })
    // @ts-expect-error an audience has a name
    useCreateAudience().mutate({})
    // @ts-expect-error and a number
    useUpdateAudience().mutate({ name: 'Friends', audienceId: 'friends' })
    // @ts-expect-error which one?
    useDeleteAudience().mutate({})
    // @ts-expect-error which one?
    useDeleteAudienceMemberships().mutate({ audience: 1 })
    // @ts-expect-error which attributes?
    useUpdateAudienceAttributes().mutate({ audienceId: 1 })
    // @ts-expect-error there is no such action
    useUpdateProfileAudiences().mutate({ data: [{ action: 'move', profileIntegrationId: 'anna', audienceId: 1 }] })
  })

  test('about coupons and referrals', () => {
    // @ts-expect-error which coupon?
    useReserveCoupon().mutate({})
    // @ts-expect-error profiles are a list
    useReleaseCoupon().mutate({ couponValue: 'SAVE', integrationIDs: 'anna' })
    // @ts-expect-error a campaign has a number
    useCreateReferral().mutate({ campaignId: '5' })
    // @ts-expect-error how often may they be used?
    useCreateReferrals().mutate({ campaignId: 5, advocateProfileIntegrationIds: ['anna'] })
  })

  test('about loyalty', () => {
    // @ts-expect-error which program?
    useJoinLoyaltyProgram().mutate({ integrationId: 'anna' })
    // @ts-expect-error transactions are a list
    useActivateLoyaltyPoints().mutate({ loyaltyProgramId: 1, transactionUUIDs: 'a' })
    // @ts-expect-error of all subledgers, or of which?
    useDeleteLoyaltyTransactions().mutate({ loyaltyProgramId: 1, integrationId: 'anna' })
    // @ts-expect-error there is no such scope
    useDeleteLoyaltyTransactions().mutate({ loyaltyProgramId: 1, integrationId: 'anna', scope: 'MainLedger' })
    // @ts-expect-error there is no such status
    useGenerateLoyaltyCard().mutate({ loyaltyProgramId: 3, status: 'blocked' })
    // @ts-expect-error with whom?
    useLinkLoyaltyCard().mutate(card)
    // @ts-expect-error which program?
    useUnlinkLoyaltyCard().mutate({ loyaltyCardId: 'CARD', integrationId: 'anna' })
  })

  test('about events and catalogues', () => {
    // @ts-expect-error what happened?
    useTrackEvent().mutate({ attributes: {} })
    // @ts-expect-error `silent` is a word
    useTrackEvent().mutate({ type: 'seen', silent: true })
    // @ts-expect-error an event of the third version has an id
    useTrackEventV3().mutate({ type: 'seen' })
    // @ts-expect-error one of the first hangs on a session
    useTrackEventV1().mutate({ type: 'seen', attributes: {} })
    // @ts-expect-error there is no such action
    useSyncCatalog().mutate({ catalogId: 6, actions: [{ type: 'RENAME', payload: { sku: 'tea' } }] })
    // @ts-expect-error a payload is its action's
    useSyncCatalog().mutate({ catalogId: 6, actions: [{ type: 'REMOVE', payload: { price: 4 } }] })
  })
})

describe('the options of a hook that writes', () => {
  test('are TanStack Query’s, and hand the context of onMutate to the other callbacks', () => {
    useUpdateProfile({
      onMutate: () => ({ before: 1 }),
      onError: (error, input, context) => {
        expectTypeOf(error).toEqualTypeOf<TalonOneError>()
        expectTypeOf(input.integrationId).toEqualTypeOf<string | undefined>()
        expectTypeOf(context).toEqualTypeOf<{ before: number } | undefined>()
      },
    })
    expectTypeOf(useReserveCoupon().error).toEqualTypeOf<TalonOneError | null>()
    expectTypeOf(useReserveCoupon().data).toEqualTypeOf<Coupon | undefined>()
  })

  test('are what this call does differently', () => {
    const { signal } = new AbortController()
    useTrackEvent({ client: createTalonOne(), signal, headers: { 'x-tenant': 'one' }, query: { beta: true }, timeout: 500, retry: false })
    // @ts-expect-error the request is the library's
    useTrackEvent({ mutationFn: () => Promise.resolve(undefined) })
    // @ts-expect-error so is the key
    useTrackEvent({ mutationKey: ['mine'] })
    // @ts-expect-error each mutation has its own
    useTrackEvent({ idempotencyKey: 'mine' })
  })
})
