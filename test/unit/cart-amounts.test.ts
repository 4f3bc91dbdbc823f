import { type Amount, type Cart, type CartView, type CustomerSessionV2, type LineAmount, priceCart } from 'talon-one-react'
import { describe, expect, test } from 'vitest'
import { effect } from '../talon-one.ts'
import { answered, apple, bread, confirmed, estimated, openCart, openLoaded, stale } from './open-cart.ts'
import { forAllSchedules, play, prices } from './schedule.ts'

const session = {
  cartItems: [
    { ...apple, quantity: 2 },
    { ...bread, quantity: 1 },
  ],
  couponCodes: ['TEN'],
  additionalCosts: { shipping: { price: 5 } },
}

const perItem = (value: number, position: number, subPosition: number) =>
  effect('setDiscountPerItem', { name: `item#${position}`, value, position, subPosition })

const even = [perItem(0.5, 0, 0), perItem(0.5, 0, 1)]
const uneven = [perItem(0.5, 0, 0)]
const offCart = effect('setDiscount', { name: 'cart', value: 1 })
const offShipping = effect('setDiscountPerAdditionalCost', { name: 'shipping', value: 5, additionalCostId: 1, additionalCost: 'shipping' })

const edits = {
  nothing: () => {},
  'the quantity of the first line': (cart: Cart) => void cart.setQuantity('APPLE', 4),
  'the quantity of the other line': (cart: Cart) => void cart.setQuantity('BREAD', 2),
  'a new line': (cart: Cart) => void cart.add({ sku: 'MUG', price: 3 }),
  'a new line whose price only the server knows': (cart: Cart) => void cart.add({ sku: 'MUG' }),
  'a coupon': (cart: Cart) => void cart.applyCoupon('MORE'),
  'attributes of the first line': (cart: Cart) => void cart.setItemAttributes('APPLE', { ripe: true }),
  shipping: (cart: Cart) => void cart.setAdditionalCosts({ shipping: { price: 9 } }),
  'the first line, away and back at another price': (cart: Cart) => {
    void cart.remove('APPLE')
    void cart.add({ ...apple, price: 3 }, { quantity: 2 })
  },
  'the first line, away and back with other attributes': (cart: Cart) => {
    void cart.remove('APPLE')
    void cart.add({ ...apple, attributes: { ripe: true } }, { quantity: 2 })
  },
  'the first line, away and back as it was': (cart: Cart) => {
    void cart.remove('APPLE')
    void cart.add(apple, { quantity: 3 })
  },
} satisfies Record<string, (cart: Cart) => void>

type Row = [edited: keyof typeof edits, effects: 'none' | 'even' | 'uneven', subtotal: LineAmount, discount: LineAmount, total: LineAmount]

// The first line: two apples at 2.50, half off each (even), or off one of them (uneven).
const lineTable: Row[] = [
  ['nothing', 'none', answered(5), answered(0), answered(5)],
  ['nothing', 'even', answered(5), answered(1), answered(4)],
  ['nothing', 'uneven', answered(5), answered(0.5), answered(4.5)],
  ['the quantity of the first line', 'none', estimated(10), estimated(0), estimated(10)],
  ['the quantity of the first line', 'even', estimated(10), estimated(2), estimated(8)],
  ['the quantity of the first line', 'uneven', estimated(10), stale(0.5), stale(9.5)],
  ['the quantity of the other line', 'none', answered(5), answered(0), answered(5)],
  ['the quantity of the other line', 'even', answered(5), answered(1), answered(4)],
  ['the quantity of the other line', 'uneven', answered(5), answered(0.5), answered(4.5)],
  ['a new line', 'even', answered(5), answered(1), answered(4)],
  ['a coupon', 'none', answered(5), stale(0), stale(5)],
  ['a coupon', 'even', answered(5), stale(1), stale(4)],
  ['attributes of the first line', 'even', estimated(5), stale(1), stale(4)],
  ['shipping', 'even', answered(5), stale(1), stale(4)],
  ['the first line, away and back at another price', 'even', estimated(6), stale(0), stale(6)],
  ['the first line, away and back with other attributes', 'even', estimated(5), stale(1), stale(4)],
  ['the first line, away and back as it was', 'even', estimated(7.5), estimated(1.5), estimated(6)],
]

describe('the amounts of a line while an edit waits', () => {
  test.each(lineTable)('edited: %s; effects: %s', async (edited, effects, subtotal, discount, total) => {
    const { cart, server, view } = await openDiscounted({ none: [], even, uneven }[effects])
    edits[edited](cart)
    expect(view().lines.find(({ key }) => key === 'APPLE')).toMatchObject({ subtotal, discount, total })
    server.always('hold')
  })

  test('that is new: estimated by its price, its discount not known', async () => {
    const { cart, view } = await openDiscounted(even)
    void cart.add({ sku: 'MUG', price: 3, additionalCosts: { wrapping: { price: 0.5 } } }, { quantity: 2 })
    expect(view().lines[2]).toMatchObject({ unitPrice: 3, subtotal: estimated(7), discount: stale(0), total: stale(7) })
  })

  test('that is new and has no price yet: nothing is known', async () => {
    const { cart, view } = await openDiscounted(even)
    void cart.add({ sku: 'MUG' })
    expect(view().lines[2]).toMatchObject({ unitPrice: undefined, subtotal: stale(0), discount: stale(0), total: stale(0) })
  })

  test('that was added before the session was read: estimated by its price', () => {
    const { cart, view } = openCart({ session })
    void cart.add({ sku: 'MUG', price: 3 }, { quantity: 2 })
    expect(view().lines[0]).toMatchObject({ subtotal: estimated(6), discount: stale(0), total: stale(6) })
  })

  test('whose price the server knows: the price of the answer, not that of the page', async () => {
    const { cart, clock, server, view } = await openLoaded()
    server.script('PUT', 'hold')
    void cart.add({ ...apple, price: 1 })
    await clock.settle()
    const customerSession = server.write('cart', { cartItems: [{ ...apple, price: 2.5, quantity: 1 }] })
    await server.release({ status: 200, body: { customerSession, effects: [] } })
    expect(view().lines[0]).toMatchObject({ unitPrice: 2.5, subtotal: answered(2.5) })
    void cart.setQuantity('APPLE', 3)
    expect(view().lines[0]).toMatchObject({ unitPrice: 2.5, subtotal: estimated(7.5) })
  })
})

type Totals = [edited: keyof typeof edits, effects: 'even' | 'off the cart' | 'off shipping', totals: CartView['totals']]

const totals = (subtotal: Amount, additionalCosts: Amount, discount: Amount, total: Amount) => ({
  subtotal,
  additionalCosts,
  discount,
  total,
})

const totalsTable: Totals[] = [
  ['nothing', 'even', totals(confirmed(9), confirmed(5), confirmed(1), confirmed(13))],
  ['nothing', 'off the cart', totals(confirmed(9), confirmed(5), confirmed(1), confirmed(13))],
  ['the quantity of the first line', 'even', totals(estimated(14), estimated(5), estimated(2), estimated(17))],
  ['the quantity of the first line', 'off the cart', totals(estimated(14), estimated(5), stale(1), stale(18))],
  ['the quantity of the first line', 'off shipping', totals(estimated(14), estimated(5), stale(5), stale(14))],
  ['a new line', 'even', totals(estimated(12), estimated(5), stale(1), stale(16))],
  ['a new line whose price only the server knows', 'even', totals(stale(9), estimated(5), stale(1), stale(13))],
  ['a coupon', 'even', totals(estimated(9), estimated(5), stale(1), stale(13))],
  ['shipping', 'even', totals(estimated(9), stale(5), stale(1), stale(13))],
]

describe('the totals while an edit waits', () => {
  test.each(totalsTable)('edited: %s; effects: %s', async (edited, effects, expected) => {
    const { cart, view } = await openDiscounted({ even, 'off the cart': [offCart], 'off shipping': [offShipping] }[effects])
    edits[edited](cart)
    expect(view().totals).toEqual(expected)
    const status = edited === 'nothing' ? 'confirmed' : 'stale'
    expect(view().discounts.map((named) => named.status)).toEqual(view().discounts.map(() => status))
  })

  test('are stale until the session has been read, whatever is in it', async () => {
    const { cart, view, clock, server } = openCart({ session })
    server.script('GET', 'hold')
    expect(view().totals).toEqual(totals(stale(0), stale(0), stale(0), stale(0)))
    void cart.add({ sku: 'MUG', price: 3 })
    expect(view().totals).toEqual(totals(stale(3), stale(0), stale(0), stale(3)))
    await clock.settle()
    await server.release()
    expect(view().totals.total).toEqual(confirmed(17))
  })

  test('are nothing, for sure, when there is no session', async () => {
    const { view } = await openLoaded()
    expect(view().totals).toEqual(totals(confirmed(0), confirmed(0), confirmed(0), confirmed(0)))
  })

  test('are stale while it is read what was ordered', async () => {
    const { cart, view, clock, server } = await openDiscounted(even)
    server.write('cart', { state: 'closed' })
    server.script('GET', 'hold')
    void cart.add(bread)
    await clock.settle()
    expect(view()).toMatchObject({ pending: false, totals: { subtotal: stale(9), additionalCosts: stale(5), total: stale(13) } })
    expect(view().lines[0]).toMatchObject({ subtotal: stale(5), discount: stale(1), total: stale(4) })
    await server.release()
    expect(view().totals.total).toEqual(confirmed(13))
  })

  test('are never below 0', async () => {
    const { view } = await openDiscounted([effect('setDiscount', { name: 'all', value: 100 }), perItem(99, 0, 0)])
    expect(view().totals.total).toEqual(confirmed(0))
    expect(view().lines[0]?.total).toEqual(answered(0))
  })
})

async function openDiscounted(effects: ReturnType<typeof effect>[]) {
  const opened = openCart({ session })
  opened.server.rules = () => effects
  await opened.clock.settle()
  return opened
}

test(
  'a total that says confirmed is what the server says of the cart on screen, and a line that says answered is as it said last, in every frame of every schedule',
  { timeout: 120_000 },
  async () => {
    await forAllSchedules(
      async (schedule) => {
        const { view } = await play(schedule, {
          server: (made) => {
            made.rules = rules
          },
          onFrame(shown, server) {
            const last = amountsOf(shown.session)
            const stored = amountsOf(server.sessions.get('cart'))
            for (const [name, value] of confirmedOf(shown)) {
              expect(shown.status, `${name} is confirmed before anything is known`).not.toBe('loading')
              expect(shown.pending, `${name} is confirmed while an edit waits`).toBe(false)
              expect(value * 100, `${name} in the last answer`).toBeCloseTo(last[name] ?? 0, 6)
              expect(value * 100, `${name} of what is stored`).toBeCloseTo(stored[name] ?? 0, 6)
            }
            for (const [name, { status, shown: amount }] of amountsOfLines(shown))
              if (status === 'answered') expect(amount * 100, `${name} in the last answer`).toBeCloseTo(last[name] ?? 0, 6)
          },
          onStep(shown, _server, deeds) {
            const waiting = deeds.findLast(({ deed, revision, error }) => deed.do === 'ship' && revision === undefined && !error)?.deed
            const additionalCosts = waiting?.do === 'ship' ? { shipping: { price: waiting.cents / 100 } } : shown.session?.additionalCosts
            const onScreen = amountsOf({ ...shownOf(shown), ...(additionalCosts && { additionalCosts }) })
            for (const [name, value] of confirmedOf(shown))
              expect(value * 100, `${name} of what is on screen`).toBeCloseTo(onScreen[name] ?? 0, 6)
          },
        })
        expect(confirmedOf(view)).toHaveLength(4)
        expect(amountsOfLines(view).filter(([, { status }]) => status !== 'answered')).toEqual([])
      },
      { refusals: true },
    )
  },
)

// Rules that are anything but linear, in cents.
function* discountsOf({ cartItems = [], couponCodes = [], additionalCosts }: Partial<CustomerSessionV2>) {
  const price = (sku: string) => prices[sku] ?? 0
  const subtotal = cartItems.reduce((sum, { sku, quantity }) => sum + price(sku) * quantity, 0)
  for (const [position, { sku, quantity, attributes }] of cartItems.entries()) {
    const perUnit = sku === 'APPLE' && quantity >= 2 ? 25 : attributes?.gift === true ? 7 : 0
    for (let subPosition = 0; perUnit > 0 && subPosition < quantity; subPosition++) yield { position, subPosition, cents: perUnit }
    if (sku === 'BREAD' && cartItems.some((item) => item.sku === 'APPLE')) yield { position, subPosition: 0, cents: 50 }
  }
  if (couponCodes.includes('TEN')) yield { cents: Math.floor(subtotal / 10) }
  if (subtotal >= 2000) yield { cents: 150 }
  if (subtotal >= 3000 && additionalCosts?.shipping) yield { shipping: true, cents: Math.round(additionalCosts.shipping.price * 100) }
}

function rules(of: CustomerSessionV2) {
  return [...discountsOf(of)].map(({ position, subPosition = 0, shipping, cents }) => {
    if (position !== undefined) return perItem(cents / 100, position, subPosition)
    if (shipping) return { ...offShipping, props: { ...offShipping.props, value: cents / 100 } }
    return effect('setDiscount', { name: 'cart', value: cents / 100 })
  })
}

/** Every amount of a session by name, in cents, worked out from the rules themselves. */
function amountsOf(of: Partial<CustomerSessionV2> | undefined): Record<string, number> {
  const { cartItems = [], additionalCosts = {} } = of ?? {}
  const discounts = of ? [...discountsOf(of)] : []
  const sum = (cents: number[]) => cents.reduce((total, one) => total + one, 0)
  const amounts: Record<string, number> = {}
  for (const [position, { sku, quantity }] of cartItems.entries()) {
    amounts[`${sku} subtotal`] = (prices[sku] ?? 0) * quantity
    amounts[`${sku} discount`] = sum(discounts.filter((one) => one.position === position).map(({ cents }) => cents))
    amounts[`${sku} total`] = Math.max(0, (amounts[`${sku} subtotal`] ?? 0) - (amounts[`${sku} discount`] ?? 0))
  }
  const subtotal = sum(cartItems.map(({ sku }) => amounts[`${sku} subtotal`] ?? 0))
  const costs = sum(Object.values(additionalCosts).map(({ price }) => Math.round(price * 100)))
  const discount = sum(discounts.map(({ cents }) => cents))
  return { ...amounts, subtotal, additionalCosts: costs, discount, total: Math.max(0, subtotal + costs - discount) }
}

function confirmedOf({ totals: { subtotal, additionalCosts, discount, total } }: CartView): [name: string, value: number][] {
  return Object.entries({ subtotal, additionalCosts, discount, total }).flatMap(([name, amount]) =>
    amount.status === 'confirmed' ? [[name, amount.value]] : [],
  )
}

function amountsOfLines({ lines }: CartView): [name: string, amount: LineAmount][] {
  return lines.flatMap(({ sku, subtotal, discount, total }): [string, LineAmount][] => [
    [`${sku} subtotal`, subtotal],
    [`${sku} discount`, discount],
    [`${sku} total`, total],
  ])
}

function shownOf({ lines, coupons }: CartView): Pick<CustomerSessionV2, 'cartItems' | 'couponCodes'> {
  return {
    cartItems: lines.map(({ sku, quantity, attributes }) => ({ sku, quantity, ...(attributes && { attributes }) })),
    couponCodes: coupons.map(({ code }) => code.toUpperCase()),
  }
}

test('the totals of a cart at rest are those of priceCart', async () => {
  const effects = [...even, offCart, offShipping]
  const { view, server } = await openDiscounted(effects)
  const stored = server.sessions.get('cart')
  const priced = priceCart(stored ?? { cartItems: [] }, effects)
  expect(view().totals).toEqual(totals(confirmed(priced.subtotal), confirmed(5), confirmed(priced.discount), confirmed(priced.total)))
})
