import { expect } from 'vitest'
import type { Fact } from '../fact.ts'
import { mug, propsOf, tea } from '../words.ts'

export const facts: readonly Fact[] = [
  {
    id: '12.2',
    title: 'prices keep more decimals than their currency has, and nothing is rounded',
    inferred: true,
    check: async ({ put, id }) => {
      const { customerSession } = await put(id(), { cartItems: [{ ...mug, price: 9.999 }] })
      expect(customerSession.cartItems[0]?.price).toBe(9.999)
      expect(customerSession.total).toBe(9.999)
    },
  },
  {
    id: '12.4',
    title: 'a total is items and every additional cost',
    needs: ['campaigns'],
    check: async ({ put, id }) => {
      const { customerSession } = await put(id(), {
        cartItems: [{ ...tea, additionalCosts: { wrapping: { price: 1.5 } } }, mug],
        additionalCosts: { shipping: { price: 5 } },
      })
      expect(customerSession).toMatchObject({
        cartItemTotal: 20,
        additionalCostTotal: 5,
        cartItemAdditionalCostTotal: 3,
        total: 28,
      })
    },
  },
  {
    id: '12.4',
    title: 'totals are before discounts, which are in effects alone',
    inferred: true,
    needs: ['campaigns'],
    check: async (api) => {
      const cart = { profileId: api.id(), cartItems: [{ ...tea, category: 'Contract' }], couponCodes: ['CONTRACT-OPEN'] }
      const answer = await api.put(api.id(), { ...cart, state: 'closed' })
      expect(propsOf('setDiscount', answer)).toEqual([{ name: 'Five off', value: 5 }])
      expect(propsOf('setDiscountPerItem', answer).map(({ value, position, subPosition }) => [value, position, subPosition])).toEqual([
        [1, 0, 0],
        [1, 0, 1],
      ])
      expect(answer.customerSession).toMatchObject({ cartItemTotal: 8, total: 8 })
    },
  },
]
