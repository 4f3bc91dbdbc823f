/** What a cart costs, worked out the slow way in big decimals from `talon-one/effects.md` §5, and random carts to try it on. */
import Big from 'big.js'
import type { CartItem, CustomerSessionV2, Effect } from 'talon-one-react'
import { cost, effect } from '../talon-one.ts'

Big.DP = 40
Big.PE = 1e6
Big.NE = -1e6

export interface DrawnCart {
  session: Pick<CustomerSessionV2, 'cartItems' | 'additionalCosts'>
  effects: Effect[]
}

type Dice = () => number

/** A number from 0 to 1 after the other, the same for the same seed. Mulberry32. */
export function dice(seed: number): Dice {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A cart in a currency with `exponent` digits after the point. */
export function drawCart(roll: Dice, exponent: number): DrawnCart {
  const upTo = (most: number): number => Math.floor(roll() * (most + 1))
  const oneOf = <Value>(values: readonly [Value, ...Value[]]): Value => values[upTo(values.length - 1)] ?? values[0]
  // Minor units as an application writes them; now and then a large amount.
  const money = (): number => Number(Big(upTo(roll() < 0.05 ? 4e9 : 99_999)).div(Big(10).pow(exponent)))
  // A share may have more digits than money has, up to all that a number holds.
  const share = (): number => oneOf<() => number>([money, money, () => Number(Big(money()).div(1000)), () => money() / 3, () => 0])()
  const costsOf = (names: readonly string[]) => Object.fromEntries(names.filter(() => roll() < 0.4).map((name) => [name, cost(money())]))

  const cartItems = Array.from({ length: upTo(5) }, (_, index): CartItem => {
    const additionalCosts = costsOf(['handling', 'wrapping'])
    return {
      sku: `SKU-${index}`,
      quantity: 1 + upTo(3),
      ...(roll() < 0.95 && { price: money() }),
      ...(Object.keys(additionalCosts).length > 0 && { additionalCosts }),
    }
  })
  const additionalCosts = costsOf(['shipping', 'insurance'])

  const at = (): { position: number; subPosition?: number } => {
    const position = upTo(cartItems.length)
    return { position, ...(roll() < 0.9 && { subPosition: upTo((cartItems[position]?.quantity ?? 1) - 1) }) }
  }
  const extras = () => ({ ...(roll() < 0.2 && { desiredValue: money() }) })
  const bundle = () => ({ ...(roll() < 0.2 && { bundleIndex: upTo(2), bundleName: 'Set', targetedItemPosition: upTo(3) }) })
  const draws: readonly [() => Effect[], ...(() => Effect[])[]] = [
    () => [
      effect('setDiscount', { name: 'cart', value: share(), scope: oneOf(['cartItems', 'additionalCosts', 'sessionTotal']), ...extras() }),
    ],
    () => {
      const place = at()
      return [effect('setDiscountPerItem', { name: `item#${place.position}`, value: share(), ...place, ...extras(), ...bundle() })]
    },
    // A whole line, unit by unit, as rules give it.
    () => {
      const position = upTo(cartItems.length)
      const value = share()
      const units = Array.from({ length: cartItems[position]?.quantity ?? 1 }, (_, subPosition) => subPosition)
      return units.map((subPosition) => effect('setDiscountPerItem', { name: `line#${position}`, value, position, subPosition }))
    },
    () => {
      const place = at()
      const name = oneOf(['handling', 'wrapping'])
      return [
        effect('setDiscountPerAdditionalCostPerItem', {
          name: `cost#${place.position}`,
          value: share(),
          ...place,
          additionalCostId: 1,
          additionalCost: name,
        }),
      ]
    },
    () => {
      const additionalCost = oneOf(['shipping', 'insurance', 'gift'])
      return [effect('setDiscountPerAdditionalCost', { name: additionalCost, value: share(), additionalCostId: 1, additionalCost })]
    },
    () => [effect('rollbackDiscount', { name: 'cart', value: money(), cartItemPosition: 0 })],
    () => [effect('addFreeItem', { sku: 'BAG', name: 'Bag', desiredQuantity: 2 })],
    () => [effect('setDiscount', { name: 'bad', value: oneOf([NaN, Infinity]) })],
    () => [effect('setDiscountPerItem', { name: 'bad', value: 1, position: oneOf([99, -1, 0.5, NaN]), subPosition: 0 })],
    // A type of tomorrow has no type.
    () => [{ ...effect('setDiscount', { name: 'new', value: money() }), effectType: 'setDiscountPerMoon' } as unknown as Effect],
  ]
  return {
    session: { cartItems, ...(Object.keys(additionalCosts).length > 0 && { additionalCosts }) } as DrawnCart['session'],
    effects: Array.from({ length: upTo(8) }, () => oneOf(draws)()).flat(),
  }
}

/** An amount that is shown: exact as long as a number can be, then the nearest number. What is summed is what is shown. */
const shown = (amount: Big): number => Number(amount.toFixed())
const total = (amounts: readonly number[]): Big => amounts.reduce((sum, amount) => sum.plus(amount), Big(0))
const left = (amount: number, off: number): number => shown(Big(amount).minus(off).lt(0) ? Big(0) : Big(amount).minus(off))

/** An effect that counts. */
interface Given {
  one: Effect
  value: number
  of: 'cart' | 'line' | 'cost'
  position?: number | undefined
  unit?: number | undefined
  name?: string | undefined
}

/** What `priceCart` should say of a cart: the plain reading, one filter for each line and each cost. */
export function priceByOracle({ session, effects }: DrawnCart) {
  const costs = Object.entries(session.additionalCosts ?? {}).map(([name, { price }]) => ({ name, subtotal: price }))
  const given = effects.flatMap((one): Given[] => {
    const { effectType, props } = one
    if (!('value' in props) || typeof props.value !== 'number' || !Number.isFinite(props.value)) return []
    const position = 'position' in props && typeof props.position === 'number' ? props.position : undefined
    const item = position === undefined ? undefined : session.cartItems.find((_, index) => index === position)
    const unit = 'subPosition' in props && typeof props.subPosition === 'number' ? props.subPosition : undefined
    const name = 'additionalCost' in props ? String(props.additionalCost) : undefined
    const value = props.value
    if (effectType === 'setDiscount') return [{ one, value, of: 'cart' }]
    if (effectType === 'setDiscountPerItem' && item) return [{ one, value, of: 'line', position, unit }]
    if (effectType === 'setDiscountPerAdditionalCost' && costs.some((each) => each.name === name)) return [{ one, value, of: 'cost', name }]
    const has = item && Object.keys(item.additionalCosts ?? {}).some((each) => each === name)
    return effectType === 'setDiscountPerAdditionalCostPerItem' && has ? [{ one, value, of: 'line', position, unit }] : []
  })
  const lines = session.cartItems.map((item, position) => {
    const unitPrice = shown(total([item.price ?? 0, ...Object.values(item.additionalCosts ?? {}).map(({ price }) => price)]))
    const subtotal = shown(Big(unitPrice).times(item.quantity))
    const off = given.filter((each) => each.of === 'line' && each.position === position)
    const discount = shown(total(off.map(({ value }) => value)))
    const units = Array.from({ length: item.quantity }, (_, unit) =>
      total(off.filter((each) => each.of === 'line' && each.unit === unit).map(({ value }) => value)),
    )
    const isEven = off.every((each) => each.of === 'line' && each.unit !== undefined) && units.every((unit) => unit.eq(units[0] ?? 0))
    return { subtotal, discount, total: left(subtotal, discount), perUnit: isEven ? shown(units[0] ?? Big(0)) : undefined }
  })
  const priced = costs.map(({ name, subtotal }) => {
    const discount = shown(total(given.filter((each) => each.of === 'cost' && each.name === name).map(({ value }) => value)))
    return { name, subtotal, discount, total: left(subtotal, discount) }
  })
  const sessionDiscount = shown(total(given.filter(({ of }) => of === 'cart').map(({ value }) => value)))
  const subtotal = shown(total(lines.map((line) => line.subtotal)))
  const besideLines = shown(total([sessionDiscount, ...priced.map(({ discount }) => discount)]))
  const discount = shown(total([besideLines, shown(total(lines.map((line) => line.discount)))]))
  const before = shown(total([subtotal, shown(total(priced.map((each) => each.subtotal)))]))
  return {
    lines,
    additionalCosts: priced,
    sessionDiscount,
    subtotal,
    discount,
    total: left(before, discount),
    counted: given.map(({ one }) => one),
  }
}
