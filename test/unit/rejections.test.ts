import {
  chineseRejections,
  czechRejections,
  danishRejections,
  dutchRejections,
  englishRejections,
  frenchRejections,
  germanRejections,
  italianRejections,
  japaneseRejections,
  polishRejections,
  portugueseRejections,
  rejectionMessage,
  type RejectionMessages,
  spanishRejections,
  swedishRejections,
  type UnknownWord,
} from 'talon-one-react'
import { describe, expect, test } from 'vitest'
import { createServer, effect } from '../talon-one.ts'
import { type OpenCart, openLoaded, outcomeOf } from './open-cart.ts'

// `end`: how its sentences end. `sign`: what only this language has, of those here.
const languages: Readonly<Record<string, { messages: RejectionMessages; end: string; sign: RegExp }>> = {
  chinese: { messages: chineseRejections, end: '。', sign: /您/ },
  czech: { messages: czechRejections, end: '.', sign: /ů/ },
  danish: { messages: danishRejections, end: '.', sign: /tilbud/ },
  dutch: { messages: dutchRejections, end: '.', sign: /uitnodiging/ },
  english: { messages: englishRejections, end: '.', sign: /invitation has/ },
  french: { messages: frenchRejections, end: '.', sign: /’est/ },
  german: { messages: germanRejections, end: '.', sign: /ü/ },
  italian: { messages: italianRejections, end: '.', sign: /è/ },
  japanese: { messages: japaneseRejections, end: '。', sign: /です/ },
  polish: { messages: polishRejections, end: '.', sign: /ż/ },
  portuguese: { messages: portugueseRejections, end: '.', sign: /ã/ },
  spanish: { messages: spanishRejections, end: '.', sign: /ñ/ },
  swedish: { messages: swedishRejections, end: '.', sign: /än/ },
}

const leftOut = ['CouponPartOfNotTriggeredCampaign', 'ReferralPartOfNotTriggeredCampaign'] as const
const exclusions = ['CampaignGaveLowerDiscount', 'CampaignIsNotFirst', 'CampaignNotInEvaluationSet'] as const
type Exclusion = (typeof exclusions)[number]
const isExclusion = (word: string) => exclusions.some((exclusion) => exclusion === word)
// `Object.keys` forgets which keys they are; what is no exclusion is a reason.
const reasons = Object.keys(englishRejections).filter((word) => !isExclusion(word)) as Exclude<keyof RejectionMessages, Exclusion>[]
const unknown = ['SomeWordOfTomorrow', '', 'toString', '__proto__', 'constructor'].map((word) => word as UnknownWord)

test('the words for a refusal are there in every language of the package', async () => {
  const exported = Object.keys(await import('talon-one-react')).filter((name) => name.endsWith('Rejections'))
  expect(exported.toSorted()).toEqual(Object.keys(languages).map((language) => `${language}Rejections`))
})

test('no two languages share a text', () => {
  const texts = Object.values(languages).flatMap(({ messages }) => [...new Set(Object.values(messages))])
  expect(texts.filter((text, index) => texts.indexOf(text) !== index)).toEqual([])
})

describe.each(Object.entries(languages))('the words in %s', (language, { messages, end, sign }) => {
  const texts = Object.values(messages)

  test('are there for every reason', () => {
    expect(Object.keys(messages)).toEqual([...reasons, ...exclusions])
  })

  test('are whole sentences, as they are written there', () => {
    for (const text of texts) {
      expect(text).toBe(text.trim().normalize())
      expect(text.length).toBeGreaterThan(end.length)
      expect(text.endsWith(end) && !text.endsWith(end + end), text).toBe(true)
      expect(text, 'nothing to fill in, nothing left to do, no typewriter quotes').not.toMatch(/[{}<>[\]%$_*'"]|TODO|\.\.|…/)
      expect(text, 'a capital, where there are any').toMatch(/^[\p{Lu}\p{Lo}]/u)
      expect(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text), text).toBe(end === '。')
    }
  })

  test('are in that language', () => {
    const withSign = Object.entries(languages).filter(([, one]) => Object.values(one.messages).some((text) => sign.test(text)))
    expect(withSign.map(([name]) => name)).toEqual([language])
  })

  test('do not tell that a code exists when it is somebody else’s', () => {
    expect(messages.CouponRecipientDoesNotMatch).toBe(messages.CouponNotFound)
    expect(messages.ReferralRecipientDoesNotMatch).toBe(messages.ReferralNotFound)
    expect(messages.AdvocateNotFound).toBe(messages.ReferralNotFound)
  })

  test('answer every reason', () => {
    for (const reason of reasons) expect(rejectionMessage({ reason }, messages)).toBe(messages[reason])
  })

  test('are the general ones for a reason that is not known', () => {
    for (const reason of unknown) expect(rejectionMessage({ reason }, messages)).toBe(messages.EffectCouldNotBeApplied)
  })

  test.each(leftOut)('say with %s why the campaign was left out, where that is known', (reason) => {
    const said = exclusions.map((campaignExclusionReason) => rejectionMessage({ reason, campaignExclusionReason }, messages))
    expect(said).toEqual(exclusions.map((exclusion) => messages[exclusion]))
    expect(new Set([...said, messages[reason]]).size).toBe(4)
    for (const campaignExclusionReason of unknown)
      expect(rejectionMessage({ reason, campaignExclusionReason }, messages)).toBe(messages[reason])
  })

  test('say nothing of campaigns beside any other reason', () => {
    for (const reason of [...reasons.filter((one) => !leftOut.some((other) => other === one)), ...unknown])
      for (const campaignExclusionReason of exclusions)
        expect(rejectionMessage({ reason, campaignExclusionReason }, messages)).toBe(rejectionMessage({ reason }, messages))
  })
})

describe('a cart', () => {
  const server = () => {
    const made = createServer()
    made.verdicts = { OLD: 'CouponExpired', SELF: 'ReferralRecipientIdSameAsAdvocate' }
    return made
  }
  const session = { couponCodes: ['OLD', 'NOPE'], referralCode: 'SELF' }
  const said = ({ cart }: OpenCart) => {
    const { coupons, referral } = cart.getSnapshot()
    return [...coupons, referral].map((code) => code?.status === 'rejected' && code.message)
  }

  test('speaks English by itself', async () => {
    const { CouponExpired, CouponNotFound, ReferralRecipientIdSameAsAdvocate } = englishRejections
    expect(said(await openLoaded({ server: server(), session }))).toEqual([
      CouponExpired,
      CouponNotFound,
      ReferralRecipientIdSameAsAdvocate,
    ])
  })

  test('speaks another language, with a text of the shop’s own', async () => {
    const { CouponNotFound, ReferralRecipientIdSameAsAdvocate } = germanRejections
    const messages = { ...germanRejections, CouponExpired: 'Schade, zu spät.' }
    const opened = await openLoaded({ server: server(), session, messages })
    expect(said(opened)).toEqual(['Schade, zu spät.', CouponNotFound, ReferralRecipientIdSameAsAdvocate])
    opened.cart.setMessages(undefined)
    expect(said(opened)[1]).toBe(englishRejections.CouponNotFound)
  })

  test('says why the campaign of a code was left out', async () => {
    const opened = await openLoaded({ messages: germanRejections })
    opened.server.script('PUT', 'hold')
    const outcomes = [opened.cart.applyCoupon('TEN'), opened.cart.setReferral('FRIEND')].map(outcomeOf)
    await opened.clock.settle()
    const coupon = { reason: leftOut[0], campaignExclusionReason: exclusions[0] } as const
    const referral = { reason: leftOut[1], campaignExclusionReason: exclusions[1] } as const
    const customerSession = opened.server.write('cart', { couponCodes: ['TEN'], referralCode: 'FRIEND' })
    const effects = [
      effect('rejectCoupon', { ...coupon, value: 'TEN', rejectionReason: coupon.reason }),
      effect('rejectReferral', { ...referral, value: 'FRIEND', rejectionReason: referral.reason }),
    ]
    await opened.server.release({ status: 200, body: { customerSession, effects } })
    const shown = [
      { ...coupon, code: 'TEN', status: 'rejected', message: germanRejections.CampaignGaveLowerDiscount },
      { ...referral, code: 'FRIEND', status: 'rejected', message: germanRejections.CampaignIsNotFirst },
    ]
    expect([...opened.view().coupons, opened.view().referral]).toEqual(shown)
    expect(outcomes.map((outcome) => outcome())).toEqual(shown.map((code) => ({ ...code, revision: 1 })))
  })
})
