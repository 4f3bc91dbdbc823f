import {
  type CartCode,
  type CodeOutcome,
  englishRejections,
  germanRejections,
  type PricedCode,
  type Rejection,
  rejectionMessage,
  type RejectionMessages,
  type UnknownWord,
} from 'talon-one-react'
import { describe, expectTypeOf, test } from 'vitest'

describe('the texts of a language', () => {
  test('are there for every reason and every exclusion', () => {
    const { CouponExpired: _expired, ...withoutExpired } = germanRejections
    // @ts-expect-error a reason without text
    const lacking: RejectionMessages = withoutExpired
    const { CampaignIsNotFirst: _notFirst, ...withoutExclusion } = germanRejections
    // @ts-expect-error an exclusion without text
    const lackingToo: RejectionMessages = withoutExclusion
    expectTypeOf([lacking, lackingToo]).toExtend<object[]>()
  })

  test('may be changed in parts, by names that exist', () => {
    expectTypeOf({ ...germanRejections, CouponExpired: 'Zu spät.' }).toExtend<RejectionMessages>()
    // @ts-expect-error no reason of this name
    const misspelt: RejectionMessages = { ...germanRejections, CouponExpried: 'Zu spät.' }
    expectTypeOf(misspelt).toExtend<object>()
  })
})

describe('a refused code', () => {
  test('has a reason, and is all that its text needs', () => {
    type Refused<Code> = Extract<Code, { status: 'rejected' }>
    expectTypeOf<Refused<PricedCode>>().toExtend<Rejection>()
    expectTypeOf<Refused<CartCode>>().toExtend<Rejection>()
    expectTypeOf<Refused<CodeOutcome>>().toExtend<Rejection>()
    const text = (code: CartCode) => (code.status === 'rejected' ? rejectionMessage(code, englishRejections) : undefined)
    expectTypeOf(text).returns.toEqualTypeOf<string | undefined>()
  })

  test('has a reason only when it is refused', () => {
    // @ts-expect-error accepted codes have none
    const reasonOf = (code: PricedCode) => code.reason
    expectTypeOf(reasonOf).toExtend<(code: PricedCode) => unknown>()
  })

  test('has an exclusion that a switch can be through with', () => {
    const say = ({ campaignExclusionReason: exclusion }: Rejection) => {
      switch (exclusion) {
        case 'CampaignGaveLowerDiscount':
        case 'CampaignIsNotFirst':
        case 'CampaignNotInEvaluationSet':
        case undefined:
          return undefined
        default:
          return expectTypeOf(exclusion).toEqualTypeOf<UnknownWord>()
      }
    }
    expectTypeOf(say).toExtend<(rejection: Rejection) => unknown>()
  })

  test('has a reason that a switch can be through with', () => {
    expectTypeOf<Exclude<Rejection['reason'], keyof RejectionMessages>>().toEqualTypeOf<UnknownWord>()
  })
})
