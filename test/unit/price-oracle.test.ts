import Big from 'big.js'
import { explain, priceCart } from 'talon-one-react'
import { expect, test } from 'vitest'
import { dice, drawCart, type DrawnCart, priceByOracle } from './price-oracle.ts'

const seed = Number(process.env.SEED ?? 1)
const runs = Number(process.env.RUNS ?? 100_000)

// Plain comparisons: 100,000 carts with an assertion for each figure would take minutes.
function differences(cart: DrawnCart): string[] {
  const priced = priceCart(cart.session, cart.effects)
  const oracle = priceByOracle(cart)
  const found: string[] = []
  const same = (what: string, ours: unknown, theirs: unknown): void => {
    if (!Object.is(ours, theirs)) found.push(`${what}: ${String(ours)}, the oracle says ${String(theirs)}`)
  }
  // Sums of shares with all the digits a number holds are rounded once where they are shown, wherever that is.
  const isExact = cart.effects.every(({ props }) => !('value' in props) || String(props.value).length < 13)
  same('lines', priced.lines.length, oracle.lines.length)
  for (const [index, line] of oracle.lines.entries()) {
    const ours = priced.lines[index]
    same(`subtotal of line ${index}`, ours?.subtotal, line.subtotal)
    same(`discount of line ${index}`, ours?.discount, line.discount)
    same(`total of line ${index}`, ours?.total, line.total)
    if (isExact) same(`discount of each unit of line ${index}`, ours?.discountPerUnit, line.perUnit)
    else if (ours?.discountPerUnit !== undefined && Math.abs(ours.discountPerUnit - (line.perUnit ?? Infinity)) > 1e-6)
      found.push(`discount of each unit of line ${index}: ${ours.discountPerUnit}, the oracle says ${line.perUnit}`)
  }
  same('costs', JSON.stringify(priced.additionalCosts), JSON.stringify(oracle.additionalCosts))
  same('discount of the cart', priced.sessionDiscount, oracle.sessionDiscount)
  same('subtotal', priced.subtotal, oracle.subtotal)
  same('discount', priced.discount, oracle.discount)
  same('total', priced.total, oracle.total)
  const names = priced.discounts.reduce((sum, { value }) => sum.plus(value), Big(0))
  if (isExact) same('discounts by name', Number(names), oracle.discount)

  const why = explain(cart.session, cart.effects)
  const sum = (reasons: readonly { value: number }[]) => Number(reasons.reduce((all, { value }) => all.plus(value), Big(0)).toFixed())
  for (const [index, reasons] of why.lines.entries()) same(`reasons for line ${index}`, sum(reasons), oracle.lines[index]?.discount)
  for (const { name, discount } of oracle.additionalCosts) same(`reasons for ${name}`, sum(why.additionalCosts.get(name) ?? []), discount)
  same('reasons for the cart', sum(why.cart), oracle.sessionDiscount)
  const reasons = why.cart.length + why.lines.flat().length + [...why.additionalCosts.values()].flat().length
  same('reasons', reasons, oracle.counted.length)
  const handedThrough = cart.effects.filter((one) => one.effectType.startsWith('setDiscount') && !oracle.counted.includes(one))
  same('effects handed through', priced.unknown.length, handedThrough.length)
  return found
}

test.each([0, 2, 3])(
  `with %i digits after the point, carts cost what big decimals say (SEED=${seed} RUNS=${runs})`,
  { timeout: 120_000 },
  (exponent) => {
    const share = Math.ceil(runs / 3)
    let failure = ''
    for (let run = 0; run < share && failure === ''; run++) {
      // Each cart has a seed of its own, which is all it takes to see it again.
      const own = seed + run
      const cart = drawCart(dice(own * 8 + exponent), exponent)
      const found = differences(cart)
      if (found.length > 0) failure = `SEED=${own} RUNS=1 shows it again:\n${found.join('\n')}\n${JSON.stringify(cart, null, 1)}`
    }
    expect(failure).toBe('')
  },
)
