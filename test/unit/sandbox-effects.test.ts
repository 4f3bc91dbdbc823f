/** Every effect and every reason that the types know, from a real sandbox through the real client. One without a scene does not compile. */
import {
  createReferral,
  createTalonOne,
  type Effect,
  type EffectProps,
  type EffectType,
  isEffect,
  type KnownWord,
  type NewCustomerSessionV2,
  reopenCustomerSession,
  trackEventV2,
  updateCustomerSessionV2,
} from 'talon-one-react'
import {
  addLoyaltyPoints,
  awardGiveaway,
  createSandbox,
  demoCampaigns,
  type SandboxCampaign,
  type SandboxConfig,
  setDiscount,
  welcomeReferral,
} from 'talon-one-react/sandbox'
import { describe, expect, it } from 'vitest'
import { checkedFetch } from '../openapi.ts'
import { coffee, grantPoints, mug, noon } from './sandbox-shop.ts'

function open(config: SandboxConfig = {}) {
  const sandbox = createSandbox({ clock: () => noon, ...config })
  const client = createTalonOne({ baseUrl: 'http://sandbox.invalid', fetch: checkedFetch(sandbox.fetch) })
  return {
    ...sandbox,
    client,
    /** Puts a session of anna's, unless it is another's. */
    put: async (session: NewCustomerSessionV2, customerSessionId = 'cart') => {
      const customerSession = { profileId: 'anna', cartItems: [coffee], ...session }
      return (await client.send(updateCustomerSessionV2, { customerSessionId, customerSession })).effects
    },
    happen: async (type: string, profileId = 'anna'): Promise<readonly Effect[]> =>
      (await client.send(trackEventV2, { profileId, type, attributes: {}, silent: 'no' }))?.effects ?? [],
    refer: async (
      campaignId: number,
      more: Partial<{ startDate: string; expiryDate: string; usageLimit: number; friendProfileIntegrationId: string }> = {},
    ) => (await client.send(createReferral, { campaignId, advocateProfileIntegrationId: 'advocate', ...more })).code,
  }
}

type Shop = ReturnType<typeof open>

/** What leads to an effect in the demo shop, and what is known of it. */
interface Scene<Type extends EffectType> {
  play: (shop: Shop) => Promise<readonly Effect[]>
  says: Partial<EffectProps[Type]>
}

const order =
  (couponCodes: string[], more: NewCustomerSessionV2 = {}) =>
  async (shop: Shop) =>
    shop.put({ couponCodes, ...more })
const event = (type: string) => (shop: Shop) => shop.happen(type)
/** Closes a session and cancels it. */
const cancelled = (session: NewCustomerSessionV2) => async (shop: Shop) => {
  await shop.put({ ...session, state: 'closed' })
  return shop.put({ state: 'cancelled' })
}
const referred = async (shop: Shop) => ({ referralCode: await shop.refer(5) })
const rich = (shop: Shop) => grantPoints(shop, 'anna', 100, { expiryDate: '2026-02-01T00:00:00Z' })

const scenes: { [Type in EffectType]: Scene<Type> } = {
  acceptCoupon: { play: order(['save10']), says: { value: 'SAVE10' } },
  acceptReferral: { play: async (shop) => shop.put(await referred(shop)), says: {} },
  redeemReferral: {
    play: async (shop) => {
      const [made] = await shop.happen('invited', 'advocate')
      return shop.put({ referralCode: made && isEffect(made, 'referralCreated') ? made.props.value : '' })
    },
    says: {},
  },
  rejectCoupon: { play: order(['EXPIRED']), says: { value: 'EXPIRED', rejectionReason: 'CouponExpired' } },
  rejectReferral: { play: order([], { referralCode: 'NOBODY' }), says: { value: 'NOBODY', rejectionReason: 'ReferralNotFound' } },
  couponCreated: { play: event('subscribed'), says: { profileId: 'anna' } },
  referralCreated: { play: event('invited'), says: {} },
  setDiscount: { play: order(['SAVE10']), says: { name: '10 % off', value: 1.8 } },
  setDiscountPerItem: { play: order([]), says: { name: 'Coffee weeks#0', value: 1, position: 0, subPosition: 0 } },
  setDiscountPerAdditionalCost: {
    play: order(['FREESHIP'], { additionalCosts: { shipping: { price: 4.9 } } }),
    says: { name: 'Free shipping', additionalCost: 'shipping', value: 4.9 },
  },
  setDiscountPerAdditionalCostPerItem: {
    play: order(['FREESHIP'], { cartItems: [{ ...mug, additionalCosts: { giftWrap: { price: 2 } } }] }),
    says: { name: 'Free gift wrap#0', additionalCost: 'giftWrap', value: 2, position: 0, subPosition: 0 },
  },
  triggerWebhook: { play: event('subscribed'), says: { webhookId: 1, webhookName: 'mailing list' } },
  addLoyaltyPoints: { play: order([]), says: { name: 'beans', programId: 1, subLedgerId: '', value: 18, recipientIntegrationId: 'anna' } },
  deductLoyaltyPoints: {
    play: (shop) => {
      rich(shop)
      return shop.put({ couponCodes: ['BEANS100'] })
    },
    says: { name: '100 beans', ruleTitle: '100 beans for 5 euros', programId: 1, value: 100 },
  },
  changeLoyaltyTierLevel: { play: order([], { cartItems: [{ ...mug, price: 100 }] }), says: { programId: 1, newTierName: 'Green' } },
  addFreeItem: { play: order(['SAMPLE']), says: { sku: 'sample' } },
  showNotification: {
    play: order(['SAMPLE'], { cartItems: [{ ...mug, price: 4 }] }),
    says: { notificationType: 'Offer', body: 'Add 6.00 € for a free sample' },
  },
  updateAttribute: { play: event('subscribed'), says: { path: 'Profile.Newsletter', value: true } },
  rollbackCoupon: { play: cancelled({ couponCodes: ['SAVE10'] }), says: { value: 'SAVE10' } },
  rollbackReferral: { play: async (shop) => cancelled(await referred(shop))(shop), says: {} },
  rollbackDiscount: { play: cancelled({}), says: { name: 'Coffee weeks#0', value: 1, cartItemPosition: 0, cartItemSubPosition: 0 } },
  rollbackAddedLoyaltyPoints: { play: cancelled({}), says: { programId: 1, subLedgerId: '', value: 18, recipientIntegrationId: 'anna' } },
  rollbackDeductedLoyaltyPoints: {
    play: async (shop) => {
      rich(shop)
      await shop.put({ couponCodes: ['BEANS100'], state: 'closed' })
      return (await shop.client.send(reopenCustomerSession, { customerSessionId: 'cart' })).effects
    },
    says: { programId: 1, value: 100, recipientIntegrationId: 'anna' },
  },
  showBundleMetadata: {
    play: order(['COFFEESET'], { cartItems: [mug, coffee, { ...mug, category: 'Cups' }] }),
    says: { description: 'Coffee set', itemsIndices: [1, 2] },
  },
  awardGiveaway: {
    play: order(['CINEMA'], { cartItems: [{ ...mug, price: 30 }], state: 'closed' }),
    says: { poolId: 1, poolName: 'Cinema tickets', recipientIntegrationId: 'anna', code: 'CINE-0001' },
  },
  willAwardGiveaway: { play: order(['CINEMA'], { cartItems: [{ ...mug, price: 30 }] }), says: { poolId: 1, poolName: 'Cinema tickets' } },
  error: { play: order(['BROKEN']), says: { message: 'The rule of this campaign is broken' } },
  customEffect: { play: order(['SAMPLE']), says: { effectId: 1, name: 'printCard', payload: { text: 'Enjoy' } } },
  reserveCoupon: { play: event('subscribed'), says: { couponValue: 'WELCOME5', profileIntegrationId: 'anna', isNewReservation: true } },
  addToAudience: { play: event('subscribed'), says: { audienceId: 1, audienceName: 'Newsletter', profileIntegrationId: 'anna' } },
  removeFromAudience: { play: event('unsubscribed'), says: { audienceId: 1, audienceName: 'Newsletter', profileIntegrationId: 'anna' } },
  increaseAchievementProgress: {
    play: event('reviewed'),
    says: { achievementId: 1, achievementName: 'CoffeeCritic', delta: 1, value: 1, target: 3, isJustCompleted: false },
  },
  rollbackIncreasedAchievementProgress: {
    play: cancelled({ couponCodes: ['CUPS'] }),
    says: { achievementId: 2, achievementName: 'TenCups', decreaseProgressBy: 2, currentProgress: 0, target: 10 },
  },
  extendLoyaltyPointsExpiryDate: {
    play: (shop) => {
      rich(shop)
      return shop.happen('wentOnHoliday')
    },
    says: { programId: 1, subLedgerId: '', extensionDuration: '1M' },
  },
  setLoyaltyPointsExpiryDate: { play: event('becameMemberForLife'), says: { programId: 1, newExpiryDate: '2099-12-31T00:00:00Z' } },
  startAchievementProgress: { play: event('challenged'), says: { achievementId: 2, achievementName: 'TenCups', target: 10 } },
}

describe('the demo shop gives every effect', () => {
  // The cast holds because the record has these names and no others.
  it.each(Object.keys(scenes) as EffectType[])('%s', async (type) => {
    const { play, says }: { play: Scene<EffectType>['play']; says: object } = scenes[type]
    const found = (await play(open())).filter((effect) => isEffect(effect, type))
    expect(found.map(({ props }) => props)).toContainEqual(expect.objectContaining(says))
  })
})

type CouponRejection = KnownWord<EffectProps['rejectCoupon']['rejectionReason']>
type ReferralRejection = KnownWord<EffectProps['rejectReferral']['rejectionReason']>
type ExclusionReason = KnownWord<NonNullable<EffectProps['rejectCoupon']['campaignExclusionReason']>>

const demo = (session: NewCustomerSessionV2) => () => open().put(session)
const own = (campaign: Partial<SandboxCampaign>): SandboxCampaign => ({
  id: 1,
  name: 'One',
  coupons: [{ value: 'CODE' }, { value: 'OTHER' }],
  rules: [{ name: 'Off', needs: 'coupon', then: () => [setDiscount('Off', 1)] }],
  ...campaign,
})
const ofCoupon = (campaign: Partial<SandboxCampaign>) => () => open({ campaigns: [own(campaign)] }).put({ couponCodes: ['CODE', 'OTHER'] })

const couponScenes: Record<CouponRejection, () => Promise<readonly Effect[]>> = {
  CouponNotFound: demo({ couponCodes: ['NOPE'] }),
  CouponStartDateInFuture: demo({ couponCodes: ['NEXTYEAR5'] }),
  CouponExpired: demo({ couponCodes: ['EXPIRED'] }),
  CouponLimitReached: async () => {
    const shop = open()
    await shop.put({ couponCodes: ['FIRST5'], state: 'closed' })
    return shop.put({ profileId: 'bob', couponCodes: ['FIRST5'] }, 'other')
  },
  ProfileLimitReached: async () => {
    const shop = open()
    await shop.put({ couponCodes: ['BIRTHDAY5'], state: 'closed' })
    return shop.put({ couponCodes: ['BIRTHDAY5'] }, 'other')
  },
  CampaignLimitReached: ofCoupon({ limits: [{ action: 'redeemCoupon', limit: 1, entities: [] }] }),
  CouponPartOfNotRunningCampaign: ofCoupon({ state: 'disabled' }),
  CouponPartOfNotTriggeredCampaign: demo({ couponCodes: ['STUDENT', 'NEIGHBOUR'] }),
  CouponRecipientDoesNotMatch: async () => {
    const shop = open()
    const made = (await shop.happen('subscribed')).flatMap((effect) => (isEffect(effect, 'couponCreated') ? effect.props.value : []))
    return shop.put({ profileId: 'bob', couponCodes: made })
  },
  CouponReservationRequired: demo({ couponCodes: ['MEMBERS5'] }),
  ProfileRequired: demo({ profileId: '', couponCodes: ['MEMBERS5'] }),
  CouponRejectedByCondition: demo({ couponCodes: ['SAMPLE'], cartItems: [] }),
  EffectCouldNotBeApplied: demo({ couponCodes: ['BEANS100'] }),
}

const friends = (campaign: Partial<SandboxCampaign> = {}) =>
  open({
    campaigns: [{ id: 1, name: 'Friends', rules: [{ name: 'Off', needs: 'referral', then: () => [setDiscount('Off', 1)] }], ...campaign }],
  })
type Referring = Parameters<Shop['refer']>[1]
const ofReferral =
  (campaign: Partial<SandboxCampaign>, referral: Referring = {}, session: NewCustomerSessionV2 = {}) =>
  async () => {
    const shop = friends(campaign)
    return shop.put({ referralCode: await shop.refer(1, referral), ...session })
  }
/** What the second of two friends meets, who share an identifier. */
const afterAnother =
  (campaign: Partial<SandboxCampaign>, referral: Referring = {}, second = 'bob') =>
  async () => {
    const shop = friends(campaign)
    const session = { referralCode: await shop.refer(1, referral), identifiers: ['same'] }
    await shop.put({ ...session, state: 'closed' })
    return shop.put({ ...session, profileId: second }, 'other')
  }

const referralScenes: Record<ReferralRejection, () => Promise<readonly Effect[]>> = {
  ReferralNotFound: demo({ referralCode: 'NOBODY' }),
  ReferralStartDateInFuture: ofReferral({}, { startDate: '2027-01-01T00:00:00Z' }),
  ReferralExpired: ofReferral({}, { expiryDate: '2026-01-01T00:00:00Z' }),
  ReferralLimitReached: afterAnother({}, { usageLimit: 1 }),
  ProfileLimitReached: afterAnother({ limits: [{ action: 'redeemReferral', limit: 1, entities: ['Identifier'] }] }),
  CampaignLimitReached: afterAnother({ limits: [{ action: 'redeemReferral', limit: 1, entities: [] }] }),
  ReferralPartOfNotRunningCampaign: ofReferral({ state: 'disabled' }),
  ReferralPartOfNotTriggeredCampaign: ofReferral({ state: 'archived' }),
  ReferralRecipientDoesNotMatch: ofReferral({}, { friendProfileIntegrationId: 'bob' }),
  ReferralRecipientIdSameAsAdvocate: ofReferral({}, {}, { profileId: 'advocate' }),
  ReferralCustomerAlreadyReferred: afterAnother({}, {}, 'anna'),
  AdvocateNotFound: async () => {
    const shop = friends()
    const referralCode = await shop.refer(1)
    shop.state.profiles.delete('advocate')
    return shop.put({ referralCode })
  },
  ReferralRejectedByCondition: async () => {
    const shop = friends({ rules: [welcomeReferral({ amount: 5 })] })
    await shop.put({}, 'earlier')
    return shop.put({ referralCode: await shop.refer(1) })
  },
  EffectCouldNotBeApplied: ofReferral({ rules: [{ name: 'Fails', needs: 'referral', then: () => [awardGiveaway(99)] }] }),
  ReferralValidConditionMissing: async () => {
    const shop = friends({ rules: [{ name: 'Makes', then: () => [{ effectType: 'referralCreated', props: {} }] }] })
    const made = await shop.put({ profileId: 'advocate' }, 'other')
    return shop.put({ referralCode: made.flatMap((effect) => (isEffect(effect, 'referralCreated') ? effect.props.value : []))[0] ?? '' })
  },
}

const exclusionScenes: Record<ExclusionReason, () => Promise<readonly Effect[]>> = {
  CampaignGaveLowerDiscount: demo({ couponCodes: ['STUDENT', 'NEIGHBOUR'] }),
  CampaignIsNotFirst: () => {
    const other = own({ id: 2, coupons: [], rules: [{ name: 'First', then: () => [addLoyaltyPoints('beans', 1, 1)] }] })
    return open({ campaigns: [{ mode: 'listOrder', campaigns: [other, own({})] }] }).put({ couponCodes: ['CODE'] })
  },
  CampaignNotInEvaluationSet: ofCoupon({ state: 'archived' }),
}

describe('the sandbox refuses for every reason', () => {
  it.each(Object.entries(couponScenes))('a coupon: %s', async (reason, play) => {
    const found = (await play()).filter((effect) => isEffect(effect, 'rejectCoupon'))
    expect(found.map(({ props }) => props.rejectionReason)).toContain(reason)
  })

  it.each(Object.entries(referralScenes))('a referral: %s', async (reason, play) => {
    const found = (await play()).filter((effect) => isEffect(effect, 'rejectReferral'))
    expect(found.map(({ props }) => props.rejectionReason)).toEqual([reason])
  })

  it.each(Object.entries(exclusionScenes))('a campaign: %s', async (reason, play) => {
    const found = (await play()).filter((effect) => isEffect(effect, 'rejectCoupon'))
    expect(found.map(({ props }) => props.campaignExclusionReason)).toContain(reason)
  })
})

describe('the demo campaigns', () => {
  it('have a number and codes of their own', () => {
    const { state } = createSandbox()
    expect(new Set(state.campaigns.map(({ id }) => id)).size).toBe(state.campaigns.length)
    const codes = state.campaigns.flatMap(({ coupons = [] }) => coupons.map(({ value }) => value))
    expect(state.coupons.size).toBe(codes.length)
    expect(demoCampaigns.length).toBeGreaterThan(0)
  })
})
