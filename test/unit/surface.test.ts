import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test('talon-one-react exports these values and no others', async () => {
  expect(Object.keys(await import('talon-one-react')).toSorted()).toMatchInlineSnapshot(`
    [
      "TalonOneError",
      "TalonOneProvider",
      "activateLoyaltyPoints",
      "bestPriorPrice",
      "chineseRejections",
      "createAudienceV2",
      "createCart",
      "createCouponReservation",
      "createReferral",
      "createReferralsForMultipleAdvocates",
      "createTalonOne",
      "czechRejections",
      "danishRejections",
      "deleteAudienceMembershipsV2",
      "deleteAudienceV2",
      "deleteCouponReservation",
      "deleteCustomerData",
      "deleteLoyaltyTransactionsFromLedgers",
      "dutchRejections",
      "englishRejections",
      "explain",
      "frenchRejections",
      "generateLoyaltyCard",
      "germanRejections",
      "getCustomerAchievementHistory",
      "getCustomerAchievements",
      "getCustomerInventory",
      "getCustomerSession",
      "getEventV3",
      "getLoyaltyBalances",
      "getLoyaltyCardBalances",
      "getLoyaltyCardPoints",
      "getLoyaltyCardTransactions",
      "getLoyaltyProgramProfilePoints",
      "getLoyaltyProgramProfileTransactions",
      "getReservedCustomers",
      "infiniteQueryFor",
      "integrationGetAllCampaigns",
      "isEffect",
      "isPreview",
      "isTalonOneError",
      "italianRejections",
      "itemPreviewFor",
      "japaneseRejections",
      "joinLoyaltyProgram",
      "linkLoyaltyCardToProfile",
      "mutationFor",
      "polishRejections",
      "portugueseRejections",
      "preloadCart",
      "priceCart",
      "queryFor",
      "queryKeyFor",
      "rejectionMessage",
      "reopenCustomerSession",
      "returnCartItems",
      "sessionPreviewFor",
      "spanishRejections",
      "swedishRejections",
      "syncCatalog",
      "trackEvent",
      "trackEventV2",
      "trackEventV3",
      "unlinkLoyaltyCardFromProfile",
      "updateAudienceCustomersAttributes",
      "updateAudienceV2",
      "updateCustomerProfile",
      "updateCustomerProfileAudiences",
      "updateCustomerProfileV2",
      "updateCustomerProfilesV2",
      "updateCustomerSession",
      "updateCustomerSessionV2",
      "useAchievementHistory",
      "useAchievements",
      "useActivateLoyaltyPoints",
      "useBestPriorPrice",
      "useCampaigns",
      "useCart",
      "useCartActions",
      "useCartLine",
      "useCartStatus",
      "useCoupons",
      "useCreateAudience",
      "useCreateReferral",
      "useCreateReferrals",
      "useCustomerInventory",
      "useDeleteAudience",
      "useDeleteAudienceMemberships",
      "useDeleteCustomerData",
      "useDeleteLoyaltyTransactions",
      "useEvent",
      "useGenerateLoyaltyCard",
      "useItemPreview",
      "useJoinLoyaltyProgram",
      "useLeaveGuard",
      "useLinkLoyaltyCard",
      "useLoyaltyBalances",
      "useLoyaltyCardBalances",
      "useLoyaltyCardPoints",
      "useLoyaltyCardTransactions",
      "useLoyaltyPoints",
      "useLoyaltyTransactions",
      "useReleaseCoupon",
      "useReopenSession",
      "useReserveCoupon",
      "useReservedCustomers",
      "useReturnItems",
      "useSession",
      "useSessionPreview",
      "useSyncCatalog",
      "useTalonOne",
      "useTrackEvent",
      "useTrackEventV1",
      "useTrackEventV3",
      "useUnlinkLoyaltyCard",
      "useUpdateAudience",
      "useUpdateAudienceAttributes",
      "useUpdateProfile",
      "useUpdateProfileAudiences",
      "useUpdateProfileV1",
      "useUpdateProfiles",
      "useUpdateSession",
      "useUpdateSessionV1",
    ]
  `)
})

test('talon-one-react/devtools exports these values and no others', async () => {
  expect(Object.keys(await import('talon-one-react/devtools')).toSorted()).toMatchInlineSnapshot(`
    [
      "CartDevtools",
    ]
  `)
})

test('talon-one-react/proxy exports these values and no others', async () => {
  expect(Object.keys(await import('talon-one-react/proxy')).toSorted()).toMatchInlineSnapshot(`
    [
      "checkProxy",
      "contentSignature",
      "createMemoryStore",
      "createOrderSystem",
      "createRedisStore",
      "createShopperProxy",
      "createStaffProxy",
      "forgetGuest",
      "readGuest",
      "shopperSessionId",
    ]
  `)
})

test('talon-one-react/sandbox exports these values and no others', async () => {
  expect(Object.keys(await import('talon-one-react/sandbox')).toSorted()).toMatchInlineSnapshot(`
    [
      "addFreeItem",
      "addLoyaltyPoints",
      "amountOffCart",
      "amountOffItems",
      "awardGiveaway",
      "birthdayDiscount",
      "bundlePrice",
      "buyXGetY",
      "createSandbox",
      "deductLoyaltyPoints",
      "demoCampaigns",
      "demoPrograms",
      "freeItemForSpend",
      "freeShipping",
      "giveawayForSpend",
      "increaseAchievementProgress",
      "percentOffCart",
      "percentOffItems",
      "pointsForSpend",
      "setDiscount",
      "setDiscountPerAdditionalCost",
      "setDiscountPerAdditionalCostPerItem",
      "setDiscountPerItem",
      "setDiscountProRata",
      "showNotification",
      "tierMultiplier",
      "tieredSpend",
      "welcomeReferral",
    ]
  `)
})

test('talon-one-react/testing exports these values and no others', async () => {
  expect(Object.keys(await import('talon-one-react/testing')).toSorted()).toMatchInlineSnapshot(`
    [
      "TalonOneTestProvider",
      "createTestShop",
      "scenarios",
      "talonOneGlobalTypes",
      "useSandbox",
      "withTalonOne",
    ]
  `)
})

test('talon-one-react/proxy/node exports these values and no others', async () => {
  expect(Object.keys(await import('talon-one-react/proxy/node')).toSorted()).toMatchInlineSnapshot(`
    [
      "createNodeFetch",
      "createNodeListener",
    ]
  `)
})

test('talon-one-react/msw exports these values and no others', async () => {
  expect(Object.keys(await import('talon-one-react/msw')).toSorted()).toMatchInlineSnapshot(`
    [
      "talonOneHandlers",
    ]
  `)
})

test.for(['', 'devtools/', 'proxy/', 'proxy/node/', 'sandbox/', 'testing/', 'msw'])(
  'talon-one-react/%s exports these types and no others',
  async (entry) => {
    const file = entry === 'msw' ? 'msw.ts' : `${entry}index.ts`
    const source = readFileSync(new URL(`../../src/${file}`, import.meta.url), 'utf8')
    expect(source).not.toMatch(/export (type )?\*/)
    const lists = [...source.matchAll(/^export type \{([^}]*)\}/gm)].flatMap(([, names = '']) => names.split(','))
    const own = [...source.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name = '']) => name)
    const types = [...lists.map((name) => name.trim()).filter(Boolean), ...own].toSorted()
    await expect(types.join('\n')).toMatchFileSnapshot(`surface-types/${entry.split('/').filter(Boolean).join('-') || 'index'}.txt`)
  },
)
