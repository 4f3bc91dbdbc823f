/**
 * What pricing an answer takes, beside the least that could do (one pass, whole minor units, nothing checked or shared) and the usual
 * way to write it (a filter for each line); and what a click on one of many lines takes to view.
 */
import { confirm, type Confirmed } from '../../src/cart/confirmed.ts'
import type { CartView } from '../../src/cart/view.ts'
import { viewAnswer } from '../../src/cart/view-answer.ts'
import { type Effect, isEffect } from '../../src/effects.ts'
import { priceCart } from '../../src/price.ts'
import type { CartItem, CustomerSessionV2 } from '../../src/schema.ts'
import { measure, printTable } from './measure.ts'

/** Prints nanoseconds an effect by the size of the cart, and milliseconds a click. */
export async function benchPrice(): Promise<void> {
  await byLines()
  await byClick()
}

async function byLines(): Promise<void> {
  const sizes = [5, 100, 1000]
  const rows = new Map<string, number[]>()
  for (const lines of sizes) {
    const answer = answerOf(lines)
    const next = answerOf(lines)
    const before = priceCart(answer.session, answer.effects)
    const ways: Readonly<Record<string, () => unknown>> = {
      'one pass (floor)': () => floor(answer),
      'priceCart, the first answer': () => priceCart(answer.session, answer.effects),
      'priceCart, lines shared': () => priceCart(answer.session, next.effects, before),
      'priceCart, lines shared, items read anew': () => priceCart(next.session, next.effects, before),
      'priceCart, lines shared, discounts by name': () => priceCart(answer.session, next.effects, before).discounts,
      'filter per line': () => filterPerLine(answer),
    }
    for (const [name, run] of Object.entries(ways)) {
      const times = Math.ceil(1000 / lines)
      const { median } = await measure(() => {
        for (let time = 0; time < times; time++) run()
      })
      rows.set(name, [...(rows.get(name) ?? []), (median / times / answer.effects.length) * 1e6])
    }
  }
  const of = (name: string): number => rows.get(name)?.at(-1) ?? NaN
  console.log('price: nanoseconds an effect, two effects a line (ratios: at 1000 lines)')
  printTable(
    ['', ...sizes.map((lines) => `${lines} lines`), 'to the floor', 'to filter per line', '1000 to 100 lines'],
    [...rows].map(([name, all]) => [
      name,
      ...all.map((nanoseconds) => nanoseconds.toFixed(1)),
      (of(name) / of('one pass (floor)')).toFixed(2),
      (of(name) / of('filter per line')).toFixed(3),
      ((all[2] ?? NaN) / (all[1] ?? NaN)).toFixed(2),
    ]),
  )
}

async function byClick(): Promise<void> {
  const rows: string[][] = []
  for (const lines of [5, 100, 1000]) {
    const { session: customerSession, effects } = answerOf(lines)
    const keying = { keyOf: ({ sku }: { sku: string }) => sku, lines: [] }
    const confirmed = confirm({ customerSession, effects }, keying)
    let view = viewOf(confirmed, 0, undefined)
    let quantity = 1
    const { median, p95 } = await measure(() => {
      quantity += 1
      const next = viewOf(confirmed, quantity, view)
      const changed = next.lines.filter((line, index) => line !== view.lines[index]).length
      if (changed !== 1) throw new Error(`a click on one line must change one line, but changes ${changed}`)
      view = next
    })
    rows.push([`${lines} lines`, median.toFixed(3), p95.toFixed(3)])
  }
  console.log('price: viewing a click on one line, with a look at which lines have changed')
  printTable(['', 'median ms', 'p95 ms'], rows)
}

function viewOf(confirmed: Confirmed, quantity: number, before: CartView | undefined): CartView {
  const edits = [{ type: 'setQuantity', key: 'SKU-1', quantity }] as const
  return viewAnswer(
    { sessionId: 'cart', confirmed, isOutdated: false, edits: before ? edits : [], error: undefined, sync: 'idle' as const, durable: true },
    undefined,
    before,
  )
}

interface Answer {
  session: CustomerSessionV2
  effects: Effect[]
}

// Through JSON, as an answer comes: then no two texts of it are one object.
function answerOf(lines: number): Answer {
  const cartItems = Array.from({ length: lines }, (_, index) => ({
    name: `Product ${index}`,
    sku: `SKU-${index}`,
    price: (500 + (index % 97) + (index % 7) * 100) / 100,
    category: 'Coffee',
    quantity: 2,
  }))
  const rule = { campaignId: 1, rulesetId: 1, ruleIndex: 0, ruleName: 'Ten percent off each' }
  const perUnit = cartItems.flatMap(({ price }, position) =>
    [0, 1].map((subPosition) => ({
      ...rule,
      effectType: 'setDiscountPerItem',
      props: { name: `Ten percent off#${position}`, value: Math.round(price * 10) / 100, position, subPosition },
    })),
  )
  const beside = [
    { ...rule, effectType: 'setDiscount', props: { name: 'Five off', value: 5 } },
    { ...rule, effectType: 'acceptCoupon', props: { value: 'SAVE10' } },
  ]
  return JSON.parse(JSON.stringify({ session: { state: 'open', cartItems, couponCodes: ['SAVE10'] }, effects: [...perUnit, ...beside] }))
}

function minorUnits(amount: number): number {
  return Math.round(amount * 100)
}

function floor({ session, effects }: Answer) {
  const lines = session.cartItems.map(({ price = 0, quantity }) => ({ subtotal: minorUnits(price) * quantity, discount: 0 }))
  const coupons: string[] = []
  let total = 0
  for (const { effectType, props } of effects as readonly FloorEffect[]) {
    switch (effectType) {
      case 'setDiscountPerItem': {
        const line = lines[props.position]
        if (line) line.discount += minorUnits(props.value)
        break
      }
      case 'setDiscount':
        total -= minorUnits(props.value)
        break
      case 'acceptCoupon':
        coupons.push(props.value)
    }
  }
  for (const line of lines) total += line.subtotal - line.discount
  return { lines, coupons, total }
}

// The effects of this benchmark, and no others.
type FloorEffect =
  | { effectType: 'setDiscountPerItem'; props: { position: number; value: number } }
  | { effectType: 'setDiscount'; props: { value: number } }
  | { effectType: 'acceptCoupon'; props: { value: string } }

function filterPerLine({ session, effects }: Answer) {
  const lines = session.cartItems.map((item: CartItem, position) => {
    const own = effects.filter((effect) => isEffect(effect, 'setDiscountPerItem')).filter(({ props }) => props.position === position)
    const discount = own.map(({ props }) => props.value).reduce((sum, value) => sum + value, 0)
    return { item, discount, total: (item.price ?? 0) * item.quantity - discount }
  })
  const off = effects
    .filter((effect) => isEffect(effect, 'setDiscount'))
    .map(({ props }) => props.value)
    .reduce((sum, value) => sum + value, 0)
  return { lines, total: lines.reduce((sum, line) => sum + line.total, -off) }
}
