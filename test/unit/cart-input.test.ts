import { type Cart, createCart, type NewLine, TalonOneError } from 'talon-one-react'
import { describe, expect, test } from 'vitest'
import { createServer } from '../talon-one.ts'
import { apple, openLoaded } from './open-cart.ts'

// What comes from a page may be anything: the types of these values are wrong on purpose.
const wrong = <Value>(value: unknown): Value => value as Value

const cyclic: Record<string, unknown> = {}
cyclic.self = cyclic
class Money {
  amount = 1
}
const deep = Array.from({ length: 30 }).reduce<unknown>((inner) => ({ inner }), 'bottom')
const long = (length: number) => 'x'.repeat(length)

const cases: [name: string, code: string, edit: (cart: Cart) => unknown][] = [
  ...[
    ['empty', ''],
    ['blank', '  \t'],
    ['too long', long(1001)],
    ['half a character', 'A\ud800'],
    ['a number', 7],
    ['missing', undefined],
  ].map(([name, sku]): (typeof cases)[number] => [
    `a SKU that is ${name}`,
    'invalid_sku',
    (cart) => cart.add({ ...apple, sku: wrong(sku) }),
  ]),
  ...[NaN, Infinity, -Infinity, 1.5, -1, '2', 10_001, null, 2n].flatMap((quantity): typeof cases => [
    [
      `a quantity of ${quantity}${typeof quantity === 'string' ? ' as text' : ''} to add`,
      'invalid_quantity',
      (cart) => cart.add(apple, { quantity: wrong(quantity) }),
    ],
    [
      `a quantity of ${quantity}${typeof quantity === 'string' ? ' as text' : ''} to set`,
      'invalid_quantity',
      (cart) => cart.setQuantity('APPLE', wrong(quantity)),
    ],
  ]),
  ['a quantity of 0 to add', 'invalid_quantity', (cart) => cart.add(apple, { quantity: 0 })],
  ...[NaN, -0.01, Infinity, '2', null].map((price): (typeof cases)[number] => [
    `a price of ${price}`,
    'invalid_price',
    (cart) => cart.add({ ...apple, price: wrong(price) }),
  ]),
  ['a line key that is empty', 'invalid_sku', (cart) => cart.add(apple, { key: '' })],
  ['no product', 'invalid_input', (cart) => cart.add(wrong(undefined))],
  ['a product that is text', 'invalid_input', (cart) => cart.add(wrong('APPLE'))],
  ['a product with a name that is none', 'invalid_input', (cart) => cart.add({ ...apple, name: wrong(7) })],
  ['a product with a field nobody knows', 'invalid_input', (cart) => cart.add(wrong<NewLine>({ ...apple, colour: 'red' }))],
  ['a product with costs that are none', 'invalid_input', (cart) => cart.add({ ...apple, additionalCosts: wrong({ wrapping: 2 }) })],
  ...(['applyCoupon', 'removeCoupon', 'setReferral'] as const).flatMap((verb): typeof cases =>
    [
      ['', 'empty'],
      ['   ', 'blank'],
      [long(101), 'too long'],
      ['TEN\u0007', 'with a control character'],
      ['A\udfff', 'half a character'],
      [10, 'a number'],
      [undefined, 'missing'],
    ].map(([code, name]): (typeof cases)[number] => [
      `${verb}: a code that is ${name}`,
      verb === 'setReferral' ? 'invalid_referral' : 'invalid_coupon',
      (cart) => cart[verb](wrong(code)),
    ]),
  ),
  ...[
    ['no object', 'x'],
    ['a list', [1]],
    ['missing', undefined],
    ['with a bigint', { a: 1n }],
    ['with a function', { a: () => 1 }],
    ['with NaN', { a: { b: [NaN] } }],
    ['with a broken date', { a: new Date(NaN) }],
    ['with a map', { a: new Map() }],
    ['with an instance of a class', { a: new Money() }],
    ['cyclic', cyclic],
    ['endlessly deep', { deep }],
    ['with half a character', { a: 'x\ud800' }],
    ['with a key that reaches into prototypes', JSON.parse('{"a": {"__proto__": {"isAdmin": true}}}')],
    ['with a constructor', { constructor: { prototype: {} } }],
  ].flatMap(([name, attributes]): typeof cases => [
    [`attributes: ${String(name)}`, 'invalid_input', (cart) => cart.setAttributes(wrong(attributes))],
    [`attributes of a line: ${String(name)}`, 'invalid_input', (cart) => cart.setItemAttributes('APPLE', wrong(attributes))],
  ]),
  ['a cost without a price', 'invalid_input', (cart) => cart.setAdditionalCosts({ shipping: wrong({}) })],
  ['a cost that costs NaN', 'invalid_input', (cart) => cart.setAdditionalCosts({ shipping: { price: NaN } })],
  ['costs that are missing', 'invalid_input', (cart) => cart.setAdditionalCosts(wrong(undefined))],
  ['a loyalty card that is too short', 'invalid_input', (cart) => cart.setLoyaltyCard('123')],
  ['a loyalty card that is a number', 'invalid_input', (cart) => cart.setLoyaltyCard(wrong(123456))],
  ['more than 10,000 units in all', 'cart_limit', (cart) => cart.setQuantity('APPLE', 10_000)],
  ['one unit too many', 'cart_limit', (cart) => cart.add(apple, { quantity: 9_990 })],
]

describe('throws before anything changes', () => {
  test.each(cases)('%s', async (_name, code, edit) => {
    const session = { cartItems: [apple, { sku: 'BREAD', price: 4 }].map((item) => ({ ...item, quantity: 6 })) }
    const { cart, clock, frames, view, server } = await openLoaded({ session })
    const before = view()
    const shown = frames.length
    let thrown: unknown
    try {
      edit(cart)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(TalonOneError)
    expect(thrown).toMatchObject({ code, retryable: false })
    await clock.advance(1000)
    expect(view()).toBe(before)
    expect(frames).toHaveLength(shown)
    expect(server.puts).toHaveLength(0)
    expect(Object.hasOwn(Object.prototype, 'isAdmin')).toBe(false)
  })

  test('the 1001st line', async () => {
    const cartItems = Array.from({ length: 1000 }, (_, index) => ({ sku: `SKU${index}`, price: 1, quantity: 1 }))
    const { cart, clock, view, server } = await openLoaded({ session: { cartItems } })
    const before = view()
    expect(() => cart.add(apple)).toThrow(expect.objectContaining({ code: 'cart_limit' }))
    expect(view()).toBe(before)
    void cart.add({ sku: 'SKU0', price: 1 })
    await clock.settle()
    expect(server.sessions.get('cart')?.cartItems).toHaveLength(1000)
  })

  test('and never tells the value, which may be a secret', async () => {
    const { cart } = await openLoaded()
    const secret = `SECRET-${'y'.repeat(120)}`
    for (const call of [
      () => cart.applyCoupon(secret),
      () => cart.setAttributes({ [secret]: () => 1 }),
      () => cart.add({ ...apple, price: wrong(secret) }),
    ]) {
      expect(call).toThrow(expect.not.objectContaining({ message: expect.stringContaining('SECRET') }))
    }
  })
})

describe('a session id', () => {
  const { client } = createServer()

  test.each(['', '.', '..', long(513), 'cart\ud800', 7, undefined, null])('cannot be %j', (sessionId) => {
    expect(() => createCart({ client, sessionId: wrong(sessionId) })).toThrow(expect.objectContaining({ code: 'invalid_session_id' }))
  })

  test.each(['a', '...', 'a/b', 'ä ö?&#%', long(512)])('may be %j, and arrives as it is', async (sessionId) => {
    const server = createServer()
    const cart = createCart({ client: server.client, sessionId, platform: { clock: server.clock } })
    void cart.add(apple)
    await server.clock.settle()
    expect([...server.sessions.keys()]).toEqual([sessionId])
  })
})

test('what is odd but allowed is taken: a price of 0, free of name, a Date as an attribute, undefined left out', async () => {
  const { cart, clock, server } = await openLoaded()
  const when = new Date('2026-01-15T12:00:00Z')
  void cart.add({ sku: 'GIFT', price: 0, attributes: { when, nothing: undefined } })
  await clock.settle()
  expect(server.puts[0]?.session?.cartItems).toEqual([{ sku: 'GIFT', price: 0, quantity: 1, attributes: { when: when.toISOString() } }])
})

test('setting a quantity to 0 is a removal, no error', async () => {
  const { cart, clock, view, stored } = await openLoaded({ session: { cartItems: [{ ...apple, quantity: 1 }] } })
  void cart.setQuantity('APPLE', 0)
  await clock.settle()
  expect(view().lines).toEqual([])
  expect(stored()).toEqual([])
})
