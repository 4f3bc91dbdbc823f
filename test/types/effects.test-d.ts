/** A switch over words that the API may add to: the compiler says which known one is missing, and what is left is one of tomorrow. */
import type {
  CampaignExclusionReason,
  CouponRejection,
  Effect,
  EffectType,
  ReferralRejection,
  UnknownEffect,
  UnknownWord,
} from 'talon-one-react'
import { describe, expectTypeOf, test } from 'vitest'

describe('a switch over every effect', () => {
  test('has its props in each case, and an unknown effect in the last', () => {
    const told = (effect: Effect) => {
      switch (effect.effectType) {
        case 'acceptCoupon':
          return effect.props.value
        case 'acceptReferral':
          return effect.props.value
        case 'redeemReferral':
          return effect.props.id
        case 'rejectCoupon':
          return effect.props.rejectionReason
        case 'rejectReferral':
          return effect.props.rejectionReason
        case 'couponCreated':
          return effect.props.profileId
        case 'referralCreated':
          return effect.props.value
        case 'setDiscount':
          return effect.props.scope
        case 'setDiscountPerItem':
          return effect.props.position
        case 'setDiscountPerAdditionalCost':
          return effect.props.additionalCost
        case 'triggerWebhook':
          return effect.props.webhookId
        case 'addLoyaltyPoints':
          return effect.props.recipientIntegrationId
        case 'deductLoyaltyPoints':
          return effect.props.ruleTitle
        case 'changeLoyaltyTierLevel':
          return effect.props.newTierName
        case 'addFreeItem':
          return effect.props.sku
        case 'showNotification':
          return effect.props.notificationType
        case 'updateAttribute':
          return effect.props.path
        case 'rollbackCoupon':
          return effect.props.value
        case 'rollbackReferral':
          return effect.props.value
        case 'rollbackDiscount':
          return effect.props.cartItemPosition
        case 'rollbackAddedLoyaltyPoints':
          return effect.props.transactionUUID
        case 'rollbackDeductedLoyaltyPoints':
          return effect.props.programId
        case 'showBundleMetadata':
          return effect.props.itemsIndices
        case 'awardGiveaway':
          return effect.props.code
        case 'willAwardGiveaway':
          return effect.props.poolName
        case 'error':
          return effect.props.message
        case 'customEffect':
          return effect.props.payload
        case 'setDiscountPerAdditionalCostPerItem':
          return effect.props.subPosition
        case 'reserveCoupon':
          return effect.props.isNewReservation
        case 'addToAudience':
          return effect.props.audienceName
        case 'removeFromAudience':
          return effect.props.audienceId
        case 'increaseAchievementProgress':
          return effect.props.delta
        case 'rollbackIncreasedAchievementProgress':
          return effect.props.decreaseProgressBy
        case 'extendLoyaltyPointsExpiryDate':
          return effect.props.extensionDuration
        case 'setLoyaltyPointsExpiryDate':
          return effect.props.newExpiryDate
        case 'startAchievementProgress':
          return effect.props.startDate
        default:
          return effect satisfies UnknownEffect
      }
    }
    expectTypeOf(told).parameter(0).toEqualTypeOf<Effect>()
    expectTypeOf<UnknownEffect>().toExtend<ReturnType<typeof told>>()
    expectTypeOf<EffectType>().toEqualTypeOf<Exclude<Effect['effectType'], UnknownWord>>()
  })

  test('does not compile without one of them', () => {
    const forgetful = (effect: Effect) => {
      switch (effect.effectType) {
        case 'acceptCoupon':
        case 'acceptReferral':
        case 'redeemReferral':
        case 'rejectCoupon':
        case 'rejectReferral':
        case 'couponCreated':
        case 'referralCreated':
        case 'setDiscount':
        case 'setDiscountPerItem':
        case 'setDiscountPerAdditionalCost':
        case 'triggerWebhook':
        case 'addLoyaltyPoints':
        case 'deductLoyaltyPoints':
        case 'changeLoyaltyTierLevel':
        case 'addFreeItem':
        case 'showNotification':
        case 'updateAttribute':
        case 'rollbackCoupon':
        case 'rollbackReferral':
        case 'rollbackDiscount':
        case 'rollbackAddedLoyaltyPoints':
        case 'rollbackDeductedLoyaltyPoints':
        case 'showBundleMetadata':
        case 'willAwardGiveaway':
        case 'error':
        case 'customEffect':
        case 'setDiscountPerAdditionalCostPerItem':
        case 'reserveCoupon':
        case 'addToAudience':
        case 'removeFromAudience':
        case 'increaseAchievementProgress':
        case 'rollbackIncreasedAchievementProgress':
        case 'extendLoyaltyPointsExpiryDate':
        case 'setLoyaltyPointsExpiryDate':
        case 'startAchievementProgress':
          return undefined
        default:
          // @ts-expect-error awardGiveaway is missing above
          return effect satisfies UnknownEffect
      }
    }
    expectTypeOf(forgetful).toBeFunction()
  })

  test('knows no effect that is misspelt', () => {
    const misspelt = (effect: Effect) => {
      switch (effect.effectType) {
        // @ts-expect-error there is no such effect
        case 'acceptCupon':
          return true
        default:
          return false
      }
    }
    expectTypeOf(misspelt).toBeFunction()
  })
})

test('a switch over why a coupon was refused', () => {
  const through = (reason: CouponRejection) => {
    switch (reason) {
      case 'CouponNotFound':
      case 'CouponStartDateInFuture':
      case 'CouponExpired':
      case 'CouponLimitReached':
      case 'ProfileLimitReached':
      case 'CampaignLimitReached':
      case 'CouponPartOfNotRunningCampaign':
      case 'CouponPartOfNotTriggeredCampaign':
      case 'CouponRecipientDoesNotMatch':
      case 'CouponReservationRequired':
      case 'ProfileRequired':
      case 'CouponRejectedByCondition':
      case 'EffectCouldNotBeApplied':
        return true
      default:
        return reason satisfies UnknownWord
    }
  }
  const forgetful = (reason: CouponRejection) => {
    switch (reason) {
      case 'CouponNotFound':
      case 'CouponStartDateInFuture':
      case 'CouponLimitReached':
      case 'ProfileLimitReached':
      case 'CampaignLimitReached':
      case 'CouponPartOfNotRunningCampaign':
      case 'CouponPartOfNotTriggeredCampaign':
      case 'CouponRecipientDoesNotMatch':
      case 'CouponReservationRequired':
      case 'ProfileRequired':
      case 'CouponRejectedByCondition':
      case 'EffectCouldNotBeApplied':
        return true
      default:
        // @ts-expect-error CouponExpired is missing above
        return reason satisfies UnknownWord
    }
  }
  expectTypeOf([through, forgetful]).toBeArray()
})

test('a switch over why a referral code was refused', () => {
  const through = (reason: ReferralRejection) => {
    switch (reason) {
      case 'ReferralNotFound':
      case 'ReferralStartDateInFuture':
      case 'ReferralExpired':
      case 'ReferralLimitReached':
      case 'ProfileLimitReached':
      case 'CampaignLimitReached':
      case 'ReferralPartOfNotRunningCampaign':
      case 'ReferralPartOfNotTriggeredCampaign':
      case 'ReferralRecipientDoesNotMatch':
      case 'ReferralRecipientIdSameAsAdvocate':
      case 'ReferralCustomerAlreadyReferred':
      case 'AdvocateNotFound':
      case 'ReferralRejectedByCondition':
      case 'EffectCouldNotBeApplied':
      case 'ReferralValidConditionMissing':
        return true
      default:
        return reason satisfies UnknownWord
    }
  }
  const forgetful = (reason: ReferralRejection) => {
    switch (reason) {
      case 'ReferralNotFound':
      case 'ReferralStartDateInFuture':
      case 'ReferralExpired':
      case 'ReferralLimitReached':
      case 'ProfileLimitReached':
      case 'CampaignLimitReached':
      case 'ReferralPartOfNotRunningCampaign':
      case 'ReferralPartOfNotTriggeredCampaign':
      case 'ReferralRecipientDoesNotMatch':
      case 'ReferralRecipientIdSameAsAdvocate':
      case 'ReferralCustomerAlreadyReferred':
      case 'ReferralRejectedByCondition':
      case 'EffectCouldNotBeApplied':
      case 'ReferralValidConditionMissing':
        return true
      default:
        // @ts-expect-error AdvocateNotFound is missing above
        return reason satisfies UnknownWord
    }
  }
  expectTypeOf([through, forgetful]).toBeArray()
})

test('a switch over why a campaign was left out', () => {
  const through = (reason: CampaignExclusionReason) => {
    switch (reason) {
      case 'CampaignGaveLowerDiscount':
      case 'CampaignIsNotFirst':
      case 'CampaignNotInEvaluationSet':
        return true
      default:
        return reason satisfies UnknownWord
    }
  }
  const forgetful = (reason: CampaignExclusionReason) => {
    switch (reason) {
      case 'CampaignGaveLowerDiscount':
      case 'CampaignNotInEvaluationSet':
        return true
      default:
        // @ts-expect-error CampaignIsNotFirst is missing above
        return reason satisfies UnknownWord
    }
  }
  expectTypeOf([through, forgetful]).toBeArray()
})
