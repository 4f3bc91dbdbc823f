import type { RejectionMessages } from './message.ts'

/**
 * English (`en`), addressed as “you”. What a cart says that is given no other texts; every language may be changed in parts.
 *
 * @example
 * <TalonOneProvider messages={{ ...germanRejections, CouponExpired: 'Schade, zu spät.' }}>
 */
export const englishRejections: RejectionMessages = {
  CouponNotFound: 'We do not know this code. Please check the spelling.',
  CouponStartDateInFuture: 'This code is not valid yet.',
  CouponExpired: 'This code has expired.',
  CouponLimitReached: 'This code has been used up.',
  ProfileLimitReached: 'You have already used this code.',
  CampaignLimitReached: 'This offer has been used up.',
  CouponPartOfNotRunningCampaign: 'This offer is not running.',
  CouponPartOfNotTriggeredCampaign: 'This code cannot be combined with your other offers.',
  CouponRecipientDoesNotMatch: 'We do not know this code. Please check the spelling.',
  CouponReservationRequired: 'Add this code to your wallet first.',
  ProfileRequired: 'Please sign in to use this code.',
  CouponRejectedByCondition: 'Your cart does not meet the terms of this code.',
  EffectCouldNotBeApplied: 'This offer cannot be applied to your cart.',
  ReferralNotFound: 'We do not know this code. Please check the spelling.',
  ReferralStartDateInFuture: 'This invitation is not valid yet.',
  ReferralExpired: 'This invitation has expired.',
  ReferralLimitReached: 'This invitation has been used up.',
  ReferralPartOfNotRunningCampaign: 'This offer is not running.',
  ReferralPartOfNotTriggeredCampaign: 'This invitation cannot be combined with your other offers.',
  ReferralRecipientDoesNotMatch: 'We do not know this code. Please check the spelling.',
  ReferralRecipientIdSameAsAdvocate: 'This is your own invitation: share it with a friend.',
  ReferralCustomerAlreadyReferred: 'You have been invited before.',
  AdvocateNotFound: 'We do not know this code. Please check the spelling.',
  ReferralRejectedByCondition: 'Your cart does not meet the terms of this invitation.',
  ReferralValidConditionMissing: 'This offer cannot be applied to your cart.',
  CampaignGaveLowerDiscount: 'Another offer in your cart saves you more.',
  CampaignIsNotFirst: 'Another offer in your cart takes priority.',
  CampaignNotInEvaluationSet: 'This offer is not available at the moment.',
}
