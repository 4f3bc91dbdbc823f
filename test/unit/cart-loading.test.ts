/** What a cart shows before the first answer, with the little that a page has at once. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nothing } from '../../src/cart/confirmed.ts'
import type { CartEdit } from '../../src/cart/edits.ts'
import { viewEdits } from '../../src/cart/view.ts'
import { viewAnswer } from '../../src/cart/view-answer.ts'

const key = fc.constantFrom('APPLE', 'BREAD', 'MUG')
const cents = fc.integer({ min: 0, max: 1_000_000 }).map((amount) => amount / 100)
const quantity = fc.integer({ min: 1, max: 10_000 })
const item = fc.record(
  {
    sku: key,
    price: cents,
    name: fc.constant('Thing'),
    additionalCosts: fc.dictionary(fc.constantFrom('box', 'deposit'), fc.record({ price: cents })),
  },
  { requiredKeys: ['sku'] },
)
const edit: fc.Arbitrary<CartEdit> = fc.oneof(
  fc.record({ type: fc.constant('add' as const), key, item, quantity }),
  fc.record({ type: fc.constant('setQuantity' as const), key, quantity }),
  fc.record({ type: fc.constant('remove' as const), key }),
  fc.record({ type: fc.constant('setItemAttributes' as const), key, attributes: fc.constant({ gift: true }) }),
  fc.record({ type: fc.constant('applyCoupon' as const), code: fc.constantFrom('TEN', 'ten', 'OLD') }),
  fc.record({ type: fc.constant('removeCoupon' as const), code: fc.constantFrom('TEN', 'OLD') }),
  fc.record({ type: fc.constant('setReferral' as const), code: fc.constant('FRIEND') }),
  fc.record({ type: fc.constant('clearReferral' as const) }),
  fc.record({ type: fc.constant('setLoyaltyCard' as const), card: fc.constantFrom('1234', undefined) }),
)

test('is what the priced view says of the same edits over nothing that has been read', () => {
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 12 }), (edits) => {
      const state = { sessionId: 'cart', edits, error: undefined, sync: 'idle' as const, durable: false }
      const answered = viewAnswer({ ...state, confirmed: nothing, isOutdated: true }, undefined, undefined)
      expect(viewEdits(state)).toEqual({ ...answered, status: 'loading' })
    }),
    { numRuns: 2000 },
  )
})
