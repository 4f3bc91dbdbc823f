import { englishRejections, type UnknownWord } from 'talon-one-react'
import { describe, expect, test } from 'vitest'
import { createServer, effect } from '../talon-one.ts'
import { apple, openCart, openLoaded, outcomeOf } from './open-cart.ts'

function serverWithCodes() {
  const server = createServer()
  server.verdicts = { TEN: 'accepted', OLD: 'CouponExpired', FRIEND: 'accepted', SELF: 'ReferralRecipientIdSameAsAdvocate' }
  return server
}

const rejected = (code: string, reason: keyof typeof englishRejections) => ({
  code,
  status: 'rejected',
  reason,
  message: englishRejections[reason],
})

describe('a coupon', () => {
  test('is pending until the server has spoken, then accepted', async () => {
    const { cart, clock, view } = await openLoaded({ server: serverWithCodes() })
    const applied = outcomeOf(cart.applyCoupon('TEN'))
    expect(view().coupons).toEqual([{ code: 'TEN', status: 'pending' }])
    await clock.settle()
    expect(applied()).toEqual({ code: 'TEN', status: 'accepted', revision: 1 })
    expect(view().coupons).toEqual([{ code: 'TEN', status: 'accepted' }])
  })

  test('that is refused is no error: it says why, in words too, and stays listed until it is removed', async () => {
    const { cart, clock, server, view } = await openLoaded({ server: serverWithCodes() })
    const applied = outcomeOf(cart.applyCoupon('OLD'))
    await clock.advance(1000)
    expect(applied()).toEqual({ ...rejected('OLD', 'CouponExpired'), revision: 1 })
    expect(view()).toMatchObject({ error: undefined, coupons: [rejected('OLD', 'CouponExpired')] })
    void cart.add(apple)
    await clock.advance(1000)
    expect(view().coupons).toEqual([rejected('OLD', 'CouponExpired')])
    void cart.removeCoupon('old')
    expect(view().coupons).toEqual([])
    await clock.advance(1000)
    expect(server.sessions.get('cart')?.couponCodes).toEqual([])
    expect(view().coupons).toEqual([])
  })

  test('that is refused and dropped by the server is listed all the same', async () => {
    const server = serverWithCodes()
    server.dropsRefused = true
    const { cart, clock, view } = await openLoaded({ server })
    const applied = outcomeOf(cart.applyCoupon('OLD'))
    await clock.advance(1000)
    expect(applied()).toMatchObject({ status: 'rejected', reason: 'CouponExpired' })
    expect(view().coupons).toEqual([rejected('OLD', 'CouponExpired')])
    void cart.removeCoupon('OLD')
    await clock.advance(1000)
    expect(view().coupons).toEqual([])
  })

  test('has the words the shop gives, and some for a reason that is not known yet', async () => {
    const server = serverWithCodes()
    server.verdicts.NEW = 'CouponIsBlue' as UnknownWord
    const messages = { ...englishRejections, CouponExpired: 'Leider abgelaufen.', EffectCouldNotBeApplied: 'Geht leider nicht.' }
    const { cart, clock, view } = await openLoaded({ server, messages })
    const applied = outcomeOf(cart.applyCoupon('OLD'))
    void cart.applyCoupon('NEW')
    await clock.settle()
    expect(applied()).toMatchObject({ message: 'Leider abgelaufen.' })
    expect(view().coupons).toMatchObject([
      { code: 'OLD', message: 'Leider abgelaufen.' },
      { code: 'NEW', reason: 'CouponIsBlue', message: 'Geht leider nicht.' },
    ])
  })

  test('removed again before the answer is superseded', async () => {
    const { cart, clock, server, view } = await openLoaded({ server: serverWithCodes() })
    const applied = outcomeOf(cart.applyCoupon('TEN'))
    const removed = outcomeOf(cart.removeCoupon('TEN'))
    await clock.settle()
    expect([applied(), removed()]).toEqual([{ code: 'TEN', status: 'superseded', revision: 1 }, { revision: 1 }])
    expect(view().coupons).toEqual([])
    expect(server.puts[0]?.session?.couponCodes).toEqual([])
  })

  test('of which the answer says nothing is unknown, and stays pending on screen', async () => {
    const { cart, clock, server, view } = await openLoaded()
    server.script('PUT', 'hold')
    const applied = outcomeOf(cart.applyCoupon('TEN'))
    await clock.settle()
    const customerSession = server.write('cart', { couponCodes: ['TEN'] })
    await server.release({ status: 200, body: { customerSession, effects: [] } })
    expect(applied()).toEqual({ code: 'TEN', status: 'unknown', revision: 1 })
    expect(view().coupons).toEqual([{ code: 'TEN', status: 'pending' }])
  })

  test('given twice is one code, whatever its case and the spaces around it', async () => {
    const { cart, clock, server, view } = await openLoaded({ server: serverWithCodes() })
    const outcomes = [cart.applyCoupon('ten'), cart.applyCoupon(' TEN '), cart.applyCoupon('Ten')].map(outcomeOf)
    expect(view().coupons).toHaveLength(1)
    await clock.settle()
    expect(server.puts[0]?.session?.couponCodes).toHaveLength(1)
    expect(outcomes.map((outcome) => outcome())).toEqual([
      { code: 'ten', status: 'accepted', revision: 1 },
      { code: 'TEN', status: 'accepted', revision: 1 },
      { code: 'Ten', status: 'accepted', revision: 1 },
    ])
    const again = outcomeOf(cart.applyCoupon('tEN'))
    await clock.advance(1000)
    expect(again()).toMatchObject({ status: 'accepted' })
    expect(view().coupons).toEqual([{ code: 'TEN', status: 'accepted' }])
    void cart.removeCoupon('ten')
    await clock.advance(1000)
    expect(server.sessions.get('cart')?.couponCodes).toEqual([])
  })

  test('that was refused is pending again when it is tried again', async () => {
    const { cart, clock, server, view } = await openLoaded({ server: serverWithCodes() })
    void cart.applyCoupon('OLD')
    await clock.advance(1000)
    server.verdicts.OLD = 'accepted'
    void cart.applyCoupon('OLD')
    expect(view().coupons).toEqual([{ code: 'OLD', status: 'pending' }])
    await clock.advance(1000)
    expect(view().coupons).toEqual([{ code: 'OLD', status: 'accepted' }])
  })

  test('goes out as it was spelt last, for some applications tell upper case from lower', async () => {
    const { cart, clock, server } = await openLoaded({ server: serverWithCodes() })
    void cart.applyCoupon('old')
    await clock.advance(1000)
    void cart.applyCoupon('Old')
    await clock.advance(1000)
    expect(server.puts.at(-1)?.session?.couponCodes).toEqual(['Old'])
  })

  test('keeps its own verdict beside others', async () => {
    const { cart, clock, view } = await openLoaded({ server: serverWithCodes() })
    const outcomes = [cart.applyCoupon('OLD'), cart.applyCoupon('TEN'), cart.applyCoupon('NOPE')].map(outcomeOf)
    await clock.settle()
    expect(outcomes.map((outcome) => outcome())).toMatchObject([
      { code: 'OLD', status: 'rejected', reason: 'CouponExpired' },
      { code: 'TEN', status: 'accepted' },
      { code: 'NOPE', status: 'rejected', reason: 'CouponNotFound' },
    ])
    expect(view().coupons.map(({ code, status }) => [code, status])).toEqual([
      ['OLD', 'rejected'],
      ['TEN', 'accepted'],
      ['NOPE', 'rejected'],
    ])
  })

  test('applied before the first load joins those that are there', async () => {
    const { cart, clock, server, view } = openCart({ server: serverWithCodes(), session: { couponCodes: ['OLD'] } })
    void cart.applyCoupon('TEN')
    await clock.settle()
    expect(server.sessions.get('cart')?.couponCodes).toEqual(['OLD', 'TEN'])
    expect(view().coupons).toMatchObject([
      { code: 'OLD', status: 'rejected' },
      { code: 'TEN', status: 'accepted' },
    ])
  })
})

describe('a referral', () => {
  test('is pending, then accepted or rejected with a reason', async () => {
    const { cart, clock, view } = await openLoaded({ server: serverWithCodes() })
    const accepted = outcomeOf(cart.setReferral(' friend '))
    expect(view().referral).toEqual({ code: 'friend', status: 'pending' })
    await clock.advance(1000)
    expect(accepted()).toEqual({ code: 'friend', status: 'accepted', revision: 1 })
    expect(view().referral).toEqual({ code: 'FRIEND', status: 'accepted' })
    const refused = outcomeOf(cart.setReferral('SELF'))
    expect(view().referral).toEqual({ code: 'SELF', status: 'pending' })
    await clock.advance(1000)
    expect(refused()).toEqual({ ...rejected('SELF', 'ReferralRecipientIdSameAsAdvocate'), revision: 2 })
    expect(view().referral).toEqual(rejected('SELF', 'ReferralRecipientIdSameAsAdvocate'))
    void cart.clearReferral()
    expect(view().referral).toBeUndefined()
    await clock.advance(1000)
    expect(view().referral).toBeUndefined()
  })

  test('replaced or cleared before the answer is superseded', async () => {
    const { cart, clock } = await openLoaded({ server: serverWithCodes() })
    const first = outcomeOf(cart.setReferral('SELF'))
    const second = outcomeOf(cart.setReferral('FRIEND'))
    await clock.advance(1000)
    expect([first(), second()]).toMatchObject([
      { code: 'SELF', status: 'superseded' },
      { code: 'FRIEND', status: 'accepted' },
    ])
    const third = outcomeOf(cart.setReferral('SELF'))
    const cleared = outcomeOf(cart.clearReferral())
    await clock.advance(1000)
    expect([third(), cleared()]).toMatchObject([{ code: 'SELF', status: 'superseded' }, { revision: 2 }])
  })

  test('of which the answer says nothing is unknown', async () => {
    const { cart, clock, server, view } = await openLoaded()
    server.script('PUT', 'hold')
    const set = outcomeOf(cart.setReferral('FRIEND'))
    await clock.settle()
    const customerSession = server.write('cart', { referralCode: 'FRIEND' })
    await server.release({ status: 200, body: { customerSession, effects: [effect('setDiscount', { name: 'x', value: 0 })] } })
    expect(set()).toEqual({ code: 'FRIEND', status: 'unknown', revision: 1 })
    expect(view().referral).toEqual({ code: 'FRIEND', status: 'pending' })
  })
})
