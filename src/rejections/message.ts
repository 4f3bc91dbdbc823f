import type { CampaignExclusionReason, CouponRejection, ReferralRejection } from '../effects.ts'
import type { KnownWord } from '../schema.ts'

/** Why a code was refused, in the API's words. */
export interface Rejection {
  reason: CouponRejection | ReferralRejection
  /** Why the code's campaign was left out; only beside a `reason` that ends with `PartOfNotTriggeredCampaign`. */
  campaignExclusionReason?: CampaignExclusionReason
}

/** What a shopper reads for each reason the API gives; all of one language. */
export type RejectionMessages = Readonly<Record<KnownWord<CouponRejection | ReferralRejection | CampaignExclusionReason>, string>>

/**
 * The text for a refused code: of why its campaign was left out where the API says so, else of its reason, else, for a reason
 * that this version does not know, of `EffectCouldNotBeApplied`. Takes a refused code of a cart as it is.
 *
 * @example
 * if (coupon.status === 'rejected') rejectionMessage(coupon, germanRejections)
 */
export function rejectionMessage({ reason, campaignExclusionReason }: Rejection, messages: RejectionMessages): string {
  // Beside any other reason an exclusion would say of a code that is somebody else's that it exists.
  const isLeftOut = reason === 'CouponPartOfNotTriggeredCampaign' || reason === 'ReferralPartOfNotTriggeredCampaign'
  if (isLeftOut && hasText(messages, campaignExclusionReason)) return messages[campaignExclusionReason]
  return hasText(messages, reason) ? messages[reason] : messages.EffectCouldNotBeApplied
}

function hasText(messages: RejectionMessages, word: string | undefined): word is keyof RejectionMessages {
  return word !== undefined && Object.hasOwn(messages, word)
}
