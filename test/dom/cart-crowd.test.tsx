/** Five components that edit one cart at the same time. */
import { act, cleanup, render, screen } from '@testing-library/react'
import { type CodeOutcome, type EditOutcome, useCart, useCartActions, useCartLine, useCoupons } from 'talon-one-react'
import { afterEach, expect, test } from 'vitest'
import { count, openServer, shopOf } from './open-shop.tsx'

afterEach(cleanup)

const mug = { sku: 'MUG', name: 'Mug', price: 12.99 }
const codes = ['TEN', 'LATE', 'FREE']

test('fifty clicks in 400 ms on lines and codes: few requests, never two at once, each shows at once and knows its own answer', async () => {
  const server = openServer()
  server.latency = 120
  server.verdicts = { TEN: 'accepted', LATE: 'CouponExpired', FREE: 'accepted' }
  const asked: Promise<EditOutcome | CodeOutcome>[] = []

  function Stepper({ sku }: { sku: string }) {
    const line = useCartLine(sku)
    const { setQuantity } = useCartActions()
    return <button onClick={() => asked.push(setQuantity(sku, (line?.quantity ?? 0) + 1))}>{`${sku} ${line?.quantity}`}</button>
  }
  function Adder() {
    const { add } = useCart()
    return <button onClick={() => asked.push(add(mug))}>add mug</button>
  }
  function Codes() {
    const coupons = useCoupons()
    const { applyCoupon, removeCoupon } = useCartActions()
    const next = codes.find((code) => !coupons.some((coupon) => coupon.code === code))
    const change = () => (next === undefined ? coupons.map(({ code }) => removeCoupon(code)) : [applyCoupon(next)])
    return <button onClick={() => asked.push(...change())}>{`codes ${coupons.map(({ code }) => code).join()}`}</button>
  }
  function Referral() {
    const { setReferral, clearReferral } = useCartActions()
    const referral = useCart({ select: (cart) => cart.referral?.code })
    return (
      <button onClick={() => asked.push(referral === undefined ? setReferral('FRIEND') : clearReferral())}>{`friend ${referral}`}</button>
    )
  }
  render(
    <>
      <Stepper sku="APPLE" />
      <Stepper sku="BREAD" />
      <Adder />
      <Codes />
      <Referral />
    </>,
    { wrapper: shopOf(server, { clock: server.clock }) },
  )
  await act(() => server.clock.advance(1000))

  for (let round = 1; round <= 10; round++) {
    for (const name of [/APPLE/, /BREAD/, /add mug/, /codes/, /friend/]) {
      act(() => screen.getByRole('button', { name }).click())
      await act(() => server.clock.advance(8))
    }
    expect(screen.getByRole('button', { name: /APPLE/ }).textContent).toBe(`APPLE ${round + 1}`)
    expect(screen.getByRole('button', { name: /BREAD/ }).textContent).toBe(`BREAD ${round + 1}`)
    expect(screen.getByRole('button', { name: /codes/ }).textContent).toBe(`codes ${codes.slice(0, round % 4).join()}`)
    expect(screen.getByRole('button', { name: /friend/ }).textContent).toBe(`friend ${round % 2 === 1 ? 'FRIEND' : 'undefined'}`)
  }
  await act(() => server.clock.advance(5000))

  expect(count(server, 'PUT')).toBeLessThanOrEqual(6)
  expect(server.mostAtOnce).toBe(1)
  const stored = server.sessions.get('cart')
  expect(stored?.cartItems.map(({ sku, quantity }) => [sku, quantity])).toEqual([
    ['APPLE', 11],
    ['BREAD', 11],
    ['MUG', 10],
  ])
  expect(stored).toMatchObject({ couponCodes: ['TEN', 'LATE'], referralCode: '' })
  const outcomes = await Promise.all(asked)
  expect(outcomes).toHaveLength(54)
  const revisions = server.history.map(({ updateCount }) => updateCount)
  for (const { revision } of outcomes) expect(revisions).toContain(revision)
  const verdicts = outcomes.filter((outcome): outcome is CodeOutcome => 'code' in outcome && outcome.code !== 'FRIEND')
  expect(verdicts.filter(({ code }) => code === 'LATE').map(({ status }) => status)).not.toContain('accepted')
  expect(verdicts.at(-1)).toMatchObject({ code: 'LATE', status: 'rejected', reason: 'CouponExpired' })
})
