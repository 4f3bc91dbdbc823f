import fc from 'fast-check'
import type { CartLine, CartView } from 'talon-one-react'
import { createSandbox, demoCampaigns, percentOffItems } from 'talon-one-react/sandbox'
import { describe, expect, test } from 'vitest'
import type { CartEdit } from '../../src/cart/edits.ts'
import { confirm, type Confirmed, type SessionAnswer } from '../../src/cart/confirmed.ts'
import { fold } from '../../src/cart/fold.ts'
import { requestOf } from '../../src/cart/request.ts'
import { viewAnswer } from '../../src/cart/view-answer.ts'

const keyOf = ({ sku }: { sku: string }) => sku

function view(confirmed: Confirmed, edits: readonly CartEdit[], before?: CartView): CartView {
  return viewAnswer(
    { sessionId: 'cart', confirmed, isOutdated: false, edits, error: undefined, sync: 'idle' as const, durable: true },
    undefined,
    before,
  )
}

const cartItems = Array.from({ length: 1000 }, (_, index) => ({ sku: `SKU-${index}`, price: 1 + (index % 50) / 10, quantity: 2 }))

/** A shop whose rules give the same on each unit of a line, and nothing else. */
function openShop() {
  const sandbox = createSandbox({ campaigns: [{ id: 1, name: 'Tenth', rules: [percentOffItems(10)] }] })
  return async (customerSession: object): Promise<SessionAnswer> => {
    const body = JSON.stringify({ customerSession, responseContent: ['customerSession'] })
    return (await sandbox.fetch('/v2/customer_sessions/cart', { method: 'PUT', body })).json()
  }
}

const changed = (before: readonly CartLine[], after: readonly CartLine[]) =>
  after.filter((line) => !before.includes(line)).map(({ key }) => key)

describe('of a thousand lines', () => {
  test('an edit of one changes that one and the totals, and so does its answer', async () => {
    const put = openShop()
    const confirmed = confirm(await put({ cartItems }), { keyOf, lines: [] })
    const rest = view(confirmed, [])
    const edits: CartEdit[] = [{ type: 'setQuantity', key: 'SKU-7', quantity: 5 }]
    const clicked = view(confirmed, edits, rest)
    expect(changed(rest.lines, clicked.lines)).toEqual(['SKU-7'])
    expect(clicked.totals.total.status).toBe('estimated')
    for (const name of ['discounts', 'additionalCosts', 'coupons', 'points', 'freeItems', 'notifications', 'keys', 'session'] as const)
      expect(clicked[name] === rest[name] || name === 'discounts', name).toBe(true)
    const again = view(confirmed, [...edits, { type: 'add', key: 'SKU-7', item: { sku: 'SKU-7' }, quantity: 1 }], clicked)
    expect(changed(clicked.lines, again.lines)).toEqual(['SKU-7'])
    expect(again.discounts).toBe(clicked.discounts)

    const contents = fold(confirmed.contents, edits)
    const answer = await put(requestOf(contents, edits, undefined))
    const answered = view(confirm(answer, { keyOf, lines: contents.lines }), [], clicked)
    expect(changed(clicked.lines, answered.lines)).toEqual(['SKU-7'])
    expect(answered.totals.total.status).toBe('confirmed')
  })

  test('a removal, an addition and attributes of one change no other', async () => {
    const confirmed = confirm(await openShop()({ cartItems }), { keyOf, lines: [] })
    const rest = view(confirmed, [])
    const removed = view(confirmed, [{ type: 'remove', key: 'SKU-0' }], rest)
    expect(changed(rest.lines, removed.lines)).toEqual([])
    expect(removed.lines).toHaveLength(999)
    const added = view(
      confirmed,
      [
        { type: 'remove', key: 'SKU-0' },
        { type: 'add', key: 'NEW', item: { sku: 'NEW' }, quantity: 1 },
      ],
      removed,
    )
    expect(changed(removed.lines, added.lines)).toEqual(['NEW'])
    const described = view(confirmed, [{ type: 'setItemAttributes', key: 'SKU-3', attributes: { Engraving: 'x' } }], rest)
    expect(changed(rest.lines, described.lines)).toEqual(['SKU-3'])
    expect(described.lines[3]).toMatchObject({ subtotal: { status: 'estimated' }, discount: { status: 'stale' } })
  })

  test('a view that nothing was done to keeps its lines', async () => {
    const answer = await openShop()({ cartItems })
    const rest = view(confirm(answer, { keyOf, lines: [] }), [])
    const anew: SessionAnswer = JSON.parse(JSON.stringify(answer))
    expect(view(confirm(anew, { keyOf, lines: [] }), [], rest).lines).toBe(rest.lines)
  })

  test('all go stale by a code, and come back as they were', async () => {
    const confirmed = confirm(await openShop()({ cartItems }), { keyOf, lines: [] })
    const rest = view(confirmed, [])
    const applied = view(confirmed, [{ type: 'applyCoupon', code: 'TEN' }], rest)
    expect(applied.lines.every(({ discount }) => discount.status === 'stale')).toBe(true)
    expect(view(confirmed, [], applied).lines).toEqual(rest.lines)
  })
})

const sku = fc.constantFrom('A', 'B', 'C')
const edit = fc.oneof(
  fc.record({ type: fc.constant('setQuantity' as const), key: sku, quantity: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ type: fc.constant('remove' as const), key: sku }),
  sku.chain((key) =>
    fc.record({
      type: fc.constant('add' as const),
      key: fc.constant(key),
      item: fc.constant({ sku: key, price: 3.3 }),
      quantity: fc.integer({ min: 1, max: 3 }),
    }),
  ),
)

describe('an estimate', () => {
  test('is what the shop answers, where rules give the same on each unit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 999 }), async (edits, cents) => {
        const put = openShop()
        const items = ['A', 'B'].map((one, index) => ({ sku: one, price: cents / 100 + index, quantity: 1 + index }))
        const confirmed = confirm(await put({ cartItems: items }), { keyOf, lines: [] })
        const guess = view(confirmed, edits, view(confirmed, []))
        const contents = fold(confirmed.contents, edits)
        const truth = view(confirm(await put(requestOf(contents, edits, undefined)), { keyOf, lines: contents.lines }), [], guess)
        expect(Object.values(guess.totals).every(({ status }) => status !== 'confirmed')).toBe(true)
        for (const name of ['subtotal', 'discount', 'total'] as const) {
          if (guess.totals[name].status === 'estimated') expect(guess.totals[name].shown, name).toBeCloseTo(truth.totals[name].shown, 9)
          for (const [index, line] of guess.lines.entries())
            if (line[name].status === 'estimated')
              expect(line[name].shown, `${name} of ${line.key}`).toBeCloseTo(truth.lines[index]?.[name].shown ?? NaN, 9)
        }
        // Of what the answer knew, everything is linear here.
        if (edits.every(({ type }) => type !== 'add')) expect(guess.totals.total.status).toBe('estimated')
      }),
      { numRuns: 200, seed: Number(process.env.SEED ?? 1) },
    )
  })

  test('is never made of a discount on the whole cart', async () => {
    const sandbox = createSandbox({ campaigns: demoCampaigns })
    const body = {
      customerSession: { cartItems: [{ sku: 'A', price: 10, quantity: 2 }], couponCodes: ['SAVE10'] },
      responseContent: ['customerSession'],
    }
    const answer = await (await sandbox.fetch('/v2/customer_sessions/cart', { method: 'PUT', body: JSON.stringify(body) })).json()
    const confirmed = confirm(answer, { keyOf, lines: [] })
    const { totals } = view(confirmed, [{ type: 'setQuantity', key: 'A', quantity: 3 }])
    expect([totals.subtotal.status, totals.discount.status, totals.total.status]).toEqual(['estimated', 'stale', 'stale'])
  })
})
