/** What is a guess cannot be charged: only a confirmed amount has a `value`. */
import type { Amount, CartLine, CartView, FlushOutcome, LineAmount } from 'talon-one-react'
import { describe, expectTypeOf, test } from 'vitest'

declare const view: CartView
declare const amount: Amount
declare const line: CartLine
declare const flushed: FlushOutcome
declare function pay(value: number): void

describe('an amount', () => {
  test('that has not been narrowed cannot be paid', () => {
    // @ts-expect-error it may be an estimate
    pay(amount.value)
    // @ts-expect-error nor as a whole
    pay(amount)
    // @ts-expect-error the total of a cart is one of them
    pay(view.totals.total.value)
  })

  test('that is estimated or stale cannot be paid', () => {
    if (amount.status === 'estimated') {
      // @ts-expect-error
      pay(amount.value)
    }
    if (amount.status === 'stale') {
      // @ts-expect-error
      pay(amount.value)
    }
    if (amount.status !== 'confirmed') expectTypeOf(amount).not.toHaveProperty('value')
  })

  test('that is confirmed can be paid', () => {
    if (amount.status === 'confirmed') pay(amount.value)
    if (view.totals.total.status === 'confirmed') pay(view.totals.total.value)
    pay(flushed.total.value)
  })

  test('can be shown, whatever it is', () => {
    expectTypeOf(amount.shown).toEqualTypeOf<number>()
    expectTypeOf(line.total.shown).toEqualTypeOf<number>()
  })

  test('of a line, a cost, a discount by name or of points cannot be paid unchecked', () => {
    expectTypeOf<LineAmount>().not.toHaveProperty('value')
    // @ts-expect-error edits of other lines may wait
    if (line.total.status === 'answered') pay(line.total.value)
    // @ts-expect-error
    pay(view.additionalCosts[0]?.total.value ?? 0)
    // @ts-expect-error
    pay(view.discounts[0]?.value ?? 0)
    // @ts-expect-error
    pay(view.points[0]?.value ?? 0)
  })
})
