import type { CouponRejection, ReferralRejection } from './effects.ts'

type Known<Word> = Word extends string ? (string extends Word ? never : Word) : never

/** What a shopper reads for each reason the API gives. */
export type RejectionMessages = Readonly<Record<Known<CouponRejection> | Known<ReferralRejection>, string>>

/** English. Says what the shopper can do where there is something. */
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
}

/** The text for a reason, also for one this version does not know. */
export function rejectionMessage(reason: string, messages: RejectionMessages = englishRejections): string {
  // `Object.hasOwn` has made sure that the reason is one of the keys.
  return Object.hasOwn(messages, reason) ? messages[reason as keyof RejectionMessages] : messages.EffectCouldNotBeApplied
}
