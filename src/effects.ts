/**
 * The effects a campaign can answer with: one union, open at the end, and the answers that carry it. Types only.
 *
 * An answer carries the complete current set: replace the previous one, never append. An effect type that is not
 * listed here is kept as it came (`UnknownEffect`) and is never an error: the API adds some over time.
 *
 * Source: https://docs.talon.one/docs/dev/integration-api/api-effects, specification of 2026-06-09; `startAchievementProgress` of 2026-08.
 */
import type {
  Attributes,
  Campaign,
  CampaignEligibility,
  Coupon,
  CustomerProfile,
  CustomerSessionV2,
  Event,
  EventV3,
  Giveaway,
  IntegrationCoupon,
  InventoryReferral,
  Loyalty,
  Open,
  Referral,
  Return,
  RuleFailureReason,
  Timestamp,
  UnknownWord,
} from './schema.ts'

/** Why a coupon code was refused. */
export type CouponRejection = Open<
  | 'CouponNotFound'
  | 'CouponStartDateInFuture'
  | 'CouponExpired'
  | 'CouponLimitReached'
  | 'ProfileLimitReached'
  | 'CampaignLimitReached'
  | 'CouponPartOfNotRunningCampaign'
  | 'CouponPartOfNotTriggeredCampaign'
  | 'CouponRecipientDoesNotMatch'
  | 'CouponReservationRequired'
  | 'ProfileRequired'
  | 'CouponRejectedByCondition'
  | 'EffectCouldNotBeApplied'
>

/** Why a referral code was refused. */
export type ReferralRejection = Open<
  | 'ReferralNotFound'
  | 'ReferralStartDateInFuture'
  | 'ReferralExpired'
  | 'ReferralLimitReached'
  | 'ProfileLimitReached'
  | 'CampaignLimitReached'
  | 'ReferralPartOfNotRunningCampaign'
  | 'ReferralPartOfNotTriggeredCampaign'
  | 'ReferralRecipientDoesNotMatch'
  | 'ReferralRecipientIdSameAsAdvocate'
  | 'ReferralCustomerAlreadyReferred'
  | 'AdvocateNotFound'
  | 'ReferralRejectedByCondition'
  | 'EffectCouldNotBeApplied'
  | 'ReferralValidConditionMissing'
>

/** Why a campaign was left out although its code was there. */
export type CampaignExclusionReason = Open<'CampaignGaveLowerDiscount' | 'CampaignIsNotFirst' | 'CampaignNotInEvaluationSet'>

/** One transaction whose points got a new expiry date. */
export interface LoyaltyLedgerEntryExpiryDateChange {
  transactionUUID: string
  previousExpiryDate?: Timestamp
  newExpiryDate: Timestamp
}

/** The props of each effect, by its `effectType`. */
export interface EffectProps {
  /** The code counts; it is redeemed when the session closes. */
  acceptCoupon: {
    value: string
  }
  /** The referral code counts; redeemed at close. */
  acceptReferral: {
    value: string
  }
  /** Deprecated: read it as `acceptReferral`. */
  redeemReferral: {
    id: number
    value: string
  }
  /** The code was refused; it may stay in the session. `details` is for developers. */
  rejectCoupon: {
    value: string
    rejectionReason: CouponRejection
    conditionIndex?: number
    effectIndex?: number
    details?: string
    campaignExclusionReason?: CampaignExclusionReason
  }
  /** The referral code was refused. `details` is for developers. */
  rejectReferral: {
    value: string
    rejectionReason: ReferralRejection
    conditionIndex?: number
    effectIndex?: number
    details?: string
    campaignExclusionReason?: CampaignExclusionReason
  }
  /** A coupon was made for `profileId`. */
  couponCreated: {
    value: string
    profileId: string
  }
  /** A referral code was made. */
  referralCreated: {
    value: string
  }
  /** Take `value` off the total, or off the part named by `scope`. Major units, always positive. */
  setDiscount: {
    name: string
    value: number
    scope?: Open<'cartItems' | 'additionalCosts' | 'sessionTotal'>
    desiredValue?: number
  }
  /** Take `value` off one unit: `cartItems[position]`, unit `subPosition`. Major units. */
  setDiscountPerItem: {
    name: string
    value: number
    position: number
    subPosition?: number
    desiredValue?: number
    scope?: Open<'price' | 'additionalCosts' | 'itemTotal'>
    totalDiscount?: number
    desiredTotalDiscount?: number
    bundleIndex?: number
    bundleName?: string
    targetedItemPosition?: number
    targetedItemSubPosition?: number
    excludedFromPriceHistory?: boolean
  }
  /** Take `value` off the session's cost named `additionalCost`. */
  setDiscountPerAdditionalCost: {
    name: string
    additionalCostId: number
    additionalCost: string
    value: number
    desiredValue?: number
  }
  /** Server side only. */
  triggerWebhook: {
    webhookId: number
    webhookName: string
  }
  /** `value` points will be earned; booked at close. */
  addLoyaltyPoints: {
    name: string
    programId: number
    subLedgerId: string
    value: number
    desiredValue?: number
    recipientIntegrationId: string
    startDate?: Timestamp
    expiryDate?: Timestamp
    transactionUUID: string
    cartItemPosition?: number
    cartItemSubPosition?: number
    cardIdentifier?: string
    bundleIndex?: number
    bundleName?: string
    awaitsActivation?: boolean
    validityDuration?: string
  }
  /** `value` points are spent; booked at close. */
  deductLoyaltyPoints: {
    ruleTitle: string
    programId: number
    subLedgerId: string
    value: number
    transactionUUID: string
    name: string
    cardIdentifier?: string
  }
  /** The profile moves up a tier. */
  changeLoyaltyTierLevel: {
    ruleTitle: string
    programId: number
    subLedgerId: string
    previousTierName?: string
    newTierName: string
    expiryDate?: Timestamp
  }
  /** One free unit of `sku`. Never send it back as a cart line. */
  addFreeItem: {
    sku: string
    name: string
    desiredQuantity?: number
  }
  /** A text to show. Plain text, not markup. */
  showNotification: {
    notificationType: Open<'Info' | 'Offer' | 'Error' | 'Misc'>
    title: string
    body: string
  }
  /** An attribute was set; `path` names the entity and the attribute. */
  updateAttribute: {
    path: string
    value: unknown
  }
  /** The code is usable again. */
  rollbackCoupon: {
    value: string
  }
  /** The referral code is usable again. */
  rollbackReferral: {
    value: string
  }
  /** A discount was taken back. */
  rollbackDiscount: {
    name: string
    value: number
    cartItemPosition?: number
    cartItemSubPosition?: number
    additionalCostId?: number
    additionalCost?: string
    scope?: string
  }
  /** Earned points were taken back. */
  rollbackAddedLoyaltyPoints: {
    programId: number
    subLedgerId: string
    value: number
    recipientIntegrationId: string
    transactionUUID: string
    cartItemPosition?: number
    cartItemSubPosition?: number
    cardIdentifier?: string
  }
  /** Spent points were given back. */
  rollbackDeductedLoyaltyPoints: {
    programId: number
    subLedgerId: string
    value: number
    recipientIntegrationId: string
    startDate?: Timestamp
    expiryDate?: Timestamp
    transactionUUID: string
    cardIdentifier?: string
  }
  /** Deprecated: which cart positions form a bundle. */
  showBundleMetadata: {
    description: string
    bundleAttributes: string[]
    itemsIndices: number[]
  }
  /** A giveaway code; only when the session closes. */
  awardGiveaway: {
    poolId: number
    poolName: string
    recipientIntegrationId: string
    giveawayId: number
    code: string
  }
  /** A giveaway is promised, without its code. */
  willAwardGiveaway: {
    poolId: number
    poolName: string
    recipientIntegrationId: string
  }
  /** A rule had a problem. For the log, not for the shopper. */
  error: {
    message: string
  }
  /** The account's own effect: tell them apart by `name`. */
  customEffect: {
    effectId: number
    name: string
    cartItemPosition?: number
    cartItemSubPosition?: number
    bundleIndex?: number
    bundleName?: string
    payload: Attributes
  }
  /** Take `value` off that cost of one unit. */
  setDiscountPerAdditionalCostPerItem: {
    name: string
    additionalCostId: number
    value: number
    position: number
    subPosition?: number
    additionalCost: string
    desiredValue?: number
  }
  /** The coupon went into the wallet of `profileIntegrationId`. */
  reserveCoupon: {
    couponValue: string
    profileIntegrationId: string
    isNewReservation: boolean
  }
  /** The profile joined an audience. */
  addToAudience: {
    audienceId?: number
    audienceName?: string
    profileIntegrationId?: string
    profileId?: number
  }
  /** The profile left an audience. */
  removeFromAudience: {
    audienceId?: number
    audienceName?: string
    profileIntegrationId?: string
    profileId?: number
  }
  /** Progress is now `value` of `target`. */
  increaseAchievementProgress: {
    achievementId: number
    achievementName: string
    progressTrackerId?: number
    delta: number
    value: number
    target: number
    isJustCompleted: boolean
  }
  /** Progress was lowered to `currentProgress`. */
  rollbackIncreasedAchievementProgress: {
    achievementId: number
    achievementName: string
    progressTrackerId: number
    decreaseProgressBy: number
    currentProgress: number
    target: number
  }
  /** Points stay valid longer. */
  extendLoyaltyPointsExpiryDate: {
    programId: number
    subLedgerId: string
    extensionDuration: string
    affectedTransactions?: LoyaltyLedgerEntryExpiryDateChange[]
  }
  /** Points have a new expiry date. */
  setLoyaltyPointsExpiryDate: {
    programId: number
    subLedgerId: string
    newExpiryDate: Timestamp
    affectedTransactions?: LoyaltyLedgerEntryExpiryDateChange[]
  }
  /** Progress began at 0. */
  startAchievementProgress: {
    achievementId: number
    achievementName: string
    progressTrackerId: number
    target: number
    startDate: Timestamp
    endDate?: Timestamp
  }
}

/** The name of an effect this library knows. */
export type EffectType = keyof EffectProps

/** What every effect carries beside its type and props. */
export interface EffectEnvelope {
  campaignId: number
  rulesetId: number
  ruleIndex: number
  ruleName: string
  /** The numeric id of the coupon, not its code. */
  triggeredByCoupon?: number
  triggeredForCatalogItem?: number
  conditionIndex?: number
  experimentId?: number
  evaluationGroupID?: number
  evaluationGroupMode?: Open<'stackable' | 'listOrder' | 'lowestDiscount' | 'highestDiscount'>
  campaignRevisionId?: number
  campaignRevisionVersionId?: number
  selectedPriceType?: string
  selectedPrice?: number
  adjustmentReferenceId?: string
}

/** One known effect: `EffectOf<'setDiscount'>`. */
export type EffectOf<Type extends EffectType> = Type extends EffectType
  ? EffectEnvelope & { effectType: Type; props: EffectProps[Type] }
  : never

/** An effect whose type this version does not know. */
export type UnknownEffect = EffectEnvelope & { effectType: UnknownWord; props: Attributes }

/** An effect this library knows. Narrow by `effectType`. */
export type KnownEffect = EffectOf<EffectType>

/**
 * What an answer carries. Narrow one with `isEffect(effect, 'setDiscount')`, or all with a `switch`: after every known type,
 * what is left is an {@link UnknownEffect}.
 */
export type Effect = KnownEffect | UnknownEffect

/** Narrows an effect to one known type, props and all. */
export function isEffect<Type extends EffectType>(effect: Effect, type: Type): effect is EffectOf<Type> {
  return effect.effectType === type
}

// Answers that carry effects

/** The answer of a session PUT. Everything optional is there only when `responseContent` asked for it. */
export interface IntegrationStateV2 {
  customerProfile?: CustomerProfile
  loyalty?: Loyalty
  triggeredCampaigns?: Campaign[]
  campaignEligibility?: CampaignEligibility[]
  effects: Effect[]
  ruleFailureReasons?: RuleFailureReason[]
  createdCoupons: Coupon[]
  createdReferrals: Referral[]
  awardedGiveaways?: Giveaway[]
  referral?: InventoryReferral
  coupons?: IntegrationCoupon[]
  event?: Event
  advancedEvent?: EventV3
  customerSession?: CustomerSessionV2
  return?: Return
  previousReturns?: Return[]
}

/** The stored session with its net effects. */
export interface IntegrationCustomerSessionResponse {
  customerSession?: CustomerSessionV2
  effects?: Effect[]
}

/** The answer of a profile PUT. `effects` is empty unless rules ran. */
export interface CustomerProfileIntegrationResponseV2 {
  customerProfile?: CustomerProfile
  event?: Event
  loyalty?: Loyalty
  triggeredCampaigns?: Campaign[]
  ruleFailureReasons?: RuleFailureReason[]
  campaignEligibility?: CampaignEligibility[]
  awardedGiveaways?: Giveaway[]
  effects: Effect[]
  createdCoupons: Coupon[]
  createdReferrals: Referral[]
}

/** The answer to a reopening: what was taken back. */
export interface ReopenSessionResponse {
  effects: Effect[]
}

/** The answer of a V2 event that was not silent. Everything optional is there only when `responseContent` asked for it. */
export interface IntegrationEventV2Response extends CustomerProfileIntegrationResponseV2 {}

/** The answer of a V3 event that was not silent. Everything optional is there only when `responseContent` asked for it. */
export interface IntegrationEventV3Response extends Omit<IntegrationEventV2Response, 'event'> {
  advancedEvent?: EventV3
}
