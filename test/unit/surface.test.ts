import { expect, test } from 'vitest'

test('talon-one-react exports these values and no others', async () => {
  expect(Object.keys(await import('talon-one-react')).toSorted()).toMatchInlineSnapshot(`
    [
      "TalonOneError",
      "TalonOneProvider",
      "createCart",
      "createCouponReservation",
      "createReferral",
      "createReferralsForMultipleAdvocates",
      "createTalonOne",
      "deleteCouponReservation",
      "deleteCustomerData",
      "englishRejections",
      "getCustomerInventory",
      "getCustomerSession",
      "getReservedCustomers",
      "isEffect",
      "isTalonOneError",
      "mutationFor",
      "priceCart",
      "queryFor",
      "queryKeyFor",
      "rejectionMessage",
      "trackEvent",
      "updateCustomerProfile",
      "updateCustomerProfileAudiences",
      "updateCustomerProfileV2",
      "updateCustomerProfilesV2",
      "updateCustomerSession",
      "updateCustomerSessionV2",
      "useCart",
      "useCartActions",
      "useCartLine",
      "useCoupons",
      "useCreateReferral",
      "useCreateReferrals",
      "useCustomerInventory",
      "useDeleteCustomerData",
      "useReleaseCoupon",
      "useReserveCoupon",
      "useReservedCustomers",
      "useSession",
      "useTalonOne",
      "useTrackEventV1",
      "useUpdateProfile",
      "useUpdateProfileAudiences",
      "useUpdateProfileV1",
      "useUpdateProfiles",
      "useUpdateSession",
      "useUpdateSessionV1",
    ]
  `)
})

test('talon-one-react/proxy exports these values and no others', async () => {
  expect(Object.keys(await import('talon-one-react/proxy')).toSorted()).toMatchInlineSnapshot(`
    [
      "contentSignature",
      "createShopperProxy",
      "shopperSessionId",
    ]
  `)
})

test('talon-one-react/sandbox exports these values and no others', async () => {
  expect(Object.keys(await import('talon-one-react/sandbox')).toSorted()).toMatchInlineSnapshot(`
    [
      "addLoyaltyPoints",
      "createSandbox",
      "demoCampaigns",
      "demoPrograms",
      "setDiscount",
      "setDiscountPerItem",
    ]
  `)
})
