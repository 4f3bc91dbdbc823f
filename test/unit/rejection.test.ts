import { englishRejections, rejectionMessage } from 'talon-one-react'
import { describe, expect, test } from 'vitest'

describe('the words for a refusal', () => {
  test.each(Object.keys(englishRejections))('%s', (reason) => {
    expect(rejectionMessage(reason)).toMatch(/^[A-Z].*\.$/)
  })

  test.each(['SomeReasonOfTomorrow', '', 'toString', '__proto__'])('for a reason that is not known, %j, are the general ones', (reason) => {
    expect(rejectionMessage(reason)).toBe(englishRejections.EffectCouldNotBeApplied)
  })

  test('do not tell that a code exists when it is somebody else’s', () => {
    expect(englishRejections.CouponRecipientDoesNotMatch).toBe(englishRejections.CouponNotFound)
    expect(englishRejections.ReferralRecipientDoesNotMatch).toBe(englishRejections.ReferralNotFound)
  })
})
