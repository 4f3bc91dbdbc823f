/** What every storage of carts promises, for memory and for databases, in Node and in a browser. */
import { describe, expect, test } from 'vitest'
import type { CartEdit } from '../src/cart/edits.ts'
import type { CartStorage, SavedCart, SentWrite, SessionTag, StoredEdit } from '../src/cart/storage.ts'

/** Edits of every kind there is. */
export const editsOfEachKind: readonly CartEdit[] = [
  { type: 'add', key: 'beans', item: { sku: 'beans', name: 'Beans', price: 12.5, attributes: { Grind: ['fine'] } }, quantity: 2 },
  { type: 'add', key: 'beans', item: { sku: 'beans' }, quantity: 5, isTotal: true },
  { type: 'setQuantity', key: 'beans', quantity: 0 },
  { type: 'remove', key: 'beans' },
  { type: 'setItemAttributes', key: 'beans', attributes: { Engraving: 'for Ada' } },
  { type: 'applyCoupon', code: 'SAVE10' },
  { type: 'removeCoupon', code: 'SAVE10' },
  { type: 'setReferral', code: 'FRIEND' },
  { type: 'clearReferral' },
  { type: 'setAttributes', attributes: { Channel: 'web', Nested: { deep: [1, null] } } },
  { type: 'setAdditionalCosts', additionalCosts: { Shipping: { price: 4.9 } } },
  { type: 'setLoyaltyCard', card: '1234-5678' },
  { type: 'setLoyaltyCard', card: undefined },
]

/** An edit as it is kept, by its id. */
export const stored = (id: string, edit: CartEdit = { type: 'remove', key: id }): StoredEdit => ({ id, edit })

/** An answer as it is kept, with so many lines. */
export function savedCart(stamp: number, lines = 1): SavedCart {
  const cartItems = Array.from({ length: lines }, (_, line) => ({
    sku: `sku-${line}`,
    name: `Product ${line}`,
    quantity: 1 + (line % 3),
    price: 12.5,
    category: 'Coffee',
    attributes: { Roast: 'dark', Notes: 'a sentence about what this one tastes of, as shops have them', Weight: line },
  }))
  const effects = cartItems.map((_item, position) => ({
    campaignId: 1,
    rulesetId: 1,
    ruleIndex: 0,
    ruleName: 'A euro off each unit of coffee',
    effectType: 'setDiscountPerItem',
    props: { name: 'A euro off coffee', value: 1, position, desiredValue: 1, scope: 'price', totalDiscount: 1 },
  }))
  return {
    stamp,
    // As much of a session as is read of one.
    answer: {
      customerSession: { integrationId: 'cart', state: 'open', cartItems, updateCount: stamp },
      effects,
    } as unknown as SavedCart['answer'],
    keys: cartItems.map(({ sku }) => sku),
    done: ['done'],
    refused: [{ id: 'refused', code: 'cart_limit', message: 'too many lines' }],
  }
}

/** Writes that may still land, one of each state. */
export const sentWrites: readonly SentWrite[] = (['answered', 'missing', 'sent'] as const).map((state) => ({
  ids: [`${state}-0`, `${state}-1`],
  edits: editsOfEachKind,
  outline: `lines of ${state}`,
  tries: 1,
  ...(state !== 'sent' && { of: { profileId: 'ada', created: '2026-01-01T00:00:00Z' } }),
  state,
}))

const tag: SessionTag = { profileId: 'ada', created: '2026-01-15T12:00:00Z' }
const nothing = { edits: [], sent: [], stamp: undefined, saved: undefined }

/**
 * Registers a test for each promise.
 *
 * @param open two views of one storage, as two tabs have them
 */
export function testCartStorage(kind: string, open: () => readonly [CartStorage, CartStorage]): void {
  const name = () => `cart-${crypto.randomUUID()}`
  const ids = async (storage: CartStorage, cart: string) => (await storage.read(cart)).edits.map(({ id }) => id)

  describe(`carts kept in ${kind}`, () => {
    test('begin empty', async () => {
      const [one] = open()
      expect(await one.read(name())).toEqual(nothing)
      expect(await one.read(name(), 1)).toEqual(nothing)
    })

    test('hold edits of every kind as they were', async () => {
      const [one, other] = open()
      const cart = name()
      const edits = editsOfEachKind.map((edit, position) => stored(`edit-${position}`, edit))
      const tagged = { ...stored('tagged'), of: tag }
      await one.append(cart, [...edits, tagged])
      expect((await other.read(cart)).edits).toEqual([...edits, tagged])
    })

    test('hold the edits of two tabs in the order in which they came', async () => {
      const [one, other] = open()
      const cart = name()
      for (let count = 0; count < 20; count++) await (count % 2 ? one : other).append(cart, [stored(`${count}a`), stored(`${count}b`)])
      const expected = Array.from({ length: 20 }, (_, count) => [`${count}a`, `${count}b`]).flat()
      expect(await ids(one, cart)).toEqual(expected)
      expect(await ids(other, cart)).toEqual(expected)
    })

    test('lose nothing that both tabs keep at once', async () => {
      const [one, other] = open()
      const cart = name()
      const all = Array.from({ length: 40 }, (_, count) => `edit-${count}`)
      await Promise.all(all.map((id, count) => (count % 2 ? one : other).append(cart, [stored(id)])))
      expect((await ids(one, cart)).toSorted()).toEqual(all.toSorted())
      const evens = all.filter((_, count) => count % 2 === 0)
      expect((await ids(one, cart)).filter((id) => evens.includes(id))).toEqual(evens)
    })

    test('keep an edit once, in its first place and words, whoever keeps it again', async () => {
      const [one, other] = open()
      const cart = name()
      await one.append(cart, [stored('first'), stored('second'), stored('first', { type: 'clearReferral' })])
      await other.append(cart, [stored('third'), stored('first', { type: 'clearReferral' })])
      expect((await one.read(cart)).edits).toEqual([stored('first'), stored('second'), stored('third')])
    })

    test('know nothing of each other, not even with the same ids', async () => {
      const [one] = open()
      const [mine, yours] = [name(), name()]
      await one.append(mine, [stored('same')])
      await one.append(yours, [stored('same', { type: 'clearReferral' })])
      await one.change(mine, { removed: ['same'], changed: [], sent: [], saved: savedCart(1) })
      expect(await one.read(yours)).toEqual({ ...nothing, edits: [stored('same', { type: 'clearReferral' })] })
    })

    test('change as a whole: edits go, edits stay in their place in other words, the answer is another', async () => {
      const [one, other] = open()
      const cart = name()
      await one.append(
        cart,
        ['a', 'b', 'c', 'd'].map((id) => ({ ...stored(id), of: tag })),
      )
      const changed = [stored('b', { type: 'clearReferral' }), stored('a'), stored('not there')]
      await one.change(cart, { removed: ['a', 'c', 'nor there'], changed, sent: sentWrites, saved: savedCart(1) })
      await other.append(cart, [stored('a')])
      expect(await other.read(cart)).toEqual({
        edits: [{ ...stored('b', { type: 'clearReferral' }), of: tag }, { ...stored('d'), of: tag }, stored('a')],
        sent: sentWrites,
        stamp: 1,
        saved: savedCart(1),
      })
    })

    test('change over one stamp and no other, and leave alone what a change does not name', async () => {
      const [one, other] = open()
      const cart = name()
      await one.append(cart, [stored('a'), stored('b')])
      await one.mark(cart, sentWrites)
      const change = { removed: ['a'], changed: [], saved: savedCart(2) }
      expect(await other.change(cart, { ...change, over: { stamp: 1 } })).toBe(false)
      expect(await one.read(cart)).toEqual({ ...nothing, edits: [stored('a'), stored('b')], sent: sentWrites })
      expect(await other.change(cart, { ...change, over: { stamp: undefined } })).toBe(true)
      const after = { edits: [stored('b')], sent: sentWrites, stamp: 2, saved: savedCart(2) }
      expect(await one.read(cart)).toEqual(after)
      expect(await one.change(cart, { ...change, removed: ['b'], over: { stamp: undefined } })).toBe(false)
      expect(await other.read(cart)).toEqual(after)
      expect(await other.change(cart, { ...change, removed: ['b'], saved: savedCart(3), over: { stamp: 2 } })).toBe(true)
      expect(await one.read(cart)).toEqual({ edits: [], sent: sentWrites, stamp: 3, saved: savedCart(3) })
      expect(await one.change(cart, { removed: [], changed: [], added: [stored('c')], sent: [] })).toBe(true)
      expect(await other.read(cart)).toEqual({ edits: [stored('c')], sent: [], stamp: 3, saved: savedCart(3) })
    })

    test('add edits over one stamp and no other', async () => {
      const [one, other] = open()
      const cart = name()
      expect(await one.append(cart, [stored('a')], { stamp: 1 })).toBe(false)
      expect(await one.append(cart, [stored('a')], { stamp: undefined })).toBe(true)
      await one.change(cart, { removed: [], changed: [], saved: savedCart(1) })
      expect(await other.append(cart, [stored('b')], { stamp: undefined })).toBe(false)
      expect(await other.append(cart, [stored('b')], { stamp: 1 })).toBe(true)
      expect(await other.append(cart, [stored('c')])).toBe(true)
      expect(await ids(one, cart)).toEqual(['a', 'b', 'c'])
    })

    test('take edits behind all others in the same step', async () => {
      const [storage] = open()
      const cart = name()
      await storage.append(
        cart,
        ['one', 'two', 'three'].map((id) => stored(id)),
      )
      const none = { ...savedCart(1), answer: { effects: [] }, keys: [] }
      await storage.change(cart, { removed: ['one', 'three'], changed: [], added: [stored('three'), stored('one')], sent: [], saved: none })
      const { edits, saved } = await storage.read(cart)
      expect(edits.map(({ id }) => id)).toEqual(['two', 'three', 'one'])
      expect(saved).toEqual(none)
    })

    test('spare a reader the answer that it knows, and no other', async () => {
      const [one, other] = open()
      const cart = name()
      await one.append(cart, [stored('edit')])
      await one.change(cart, { removed: [], changed: [], sent: [], saved: savedCart(7) })
      expect(await other.read(cart, 7)).toEqual({ edits: [stored('edit')], sent: [], stamp: 7, saved: undefined })
      expect(await other.read(cart, 6)).toEqual({ edits: [stored('edit')], sent: [], stamp: 7, saved: savedCart(7) })
      await one.change(cart, { removed: [], changed: [], sent: [], saved: { ...savedCart(8), answer: {}, keys: [], refused: [] } })
      expect(await other.read(cart, 7)).toMatchObject({ stamp: 8, saved: { stamp: 8, answer: {} } })
    })

    test('keep which writes may still land, before the first answer and after, beside edits and answer', async () => {
      const [one, other] = open()
      const cart = name()
      await one.mark(cart, sentWrites)
      expect(await other.read(cart)).toEqual({ ...nothing, sent: sentWrites })
      await one.append(cart, [stored('a')])
      await one.change(cart, { removed: [], changed: [], sent: [], saved: savedCart(1) })
      expect(await other.read(cart, 1)).toEqual({ edits: [stored('a')], sent: [], stamp: 1, saved: undefined })
      await one.mark(cart, sentWrites.slice(1))
      expect(await other.read(cart)).toEqual({ edits: [stored('a')], sent: sentWrites.slice(1), stamp: 1, saved: savedCart(1) })
      expect(await other.read(name())).toEqual(nothing)
    })
  })
}
