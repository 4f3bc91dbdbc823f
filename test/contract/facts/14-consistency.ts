import { expect } from 'vitest'
import { getCustomerInventory, getCustomerSession, returnCartItems, updateCustomerProfileV2 } from '../../../src/endpoints.ts'
import type { Fact } from '../fact.ts'
import { closeWith, effectsOf, nextMoment, points, propsOf, tea, verdictsOf } from '../words.ts'

export const facts: readonly Fact[] = [
  {
    id: '14.1',
    title: 'what another open session of the profile was promised is not in an answer',
    needs: ['campaigns'],
    check: async (api) => {
      const profileId = api.id()
      const cart = { profileId, couponCodes: ['CONTRACT-ONCE-EACH'], cartItems: [points('EARN', 7)] }
      for (const session of [api.id(), api.id()]) {
        const answer = await api.put(session, cart, { responseContent: ['coupons'] })
        expect(verdictsOf(answer)).toEqual({ 'CONTRACT-ONCE-EACH': 'accepted' })
        expect(answer.coupons).toMatchObject([{ profileRedemptionCount: 0 }])
      }
    },
  },
  {
    id: '14.2',
    title: 'a session reads back as it was answered, with its effects',
    needs: ['campaigns'],
    check: async (api) => {
      const id = api.id()
      const cart = { profileId: api.id(), cartItems: [{ ...tea, category: 'Contract' }], couponCodes: ['CONTRACT-OPEN', 'NO-SUCH-CODE'] }
      const { effects, customerSession } = await api.put(id, cart)
      expect(effects.length).toBeGreaterThan(3)
      expect(await api.send(getCustomerSession, { customerSessionId: id })).toEqual({ customerSession, effects })
    },
  },
  {
    id: '14.2',
    title: 'the effects that are read back are net: what was rolled back is gone',
    needs: ['campaigns'],
    check: async (api) => {
      const customerSessionId = await closeWith(api, api.id(), [{ ...tea, category: 'Contract' }], { couponCodes: ['CONTRACT-OPEN'] })
      await api.send(returnCartItems, { customerSessionId, return: { returnedCartItems: [{ position: 0, quantity: 1 }] } })
      const { effects = [] } = await api.send(getCustomerSession, { customerSessionId })
      expect(propsOf('setDiscountPerItem', { effects })).toMatchObject([{ position: 0, subPosition: 0 }])
      expect(verdictsOf({ effects })).toEqual({ 'CONTRACT-OPEN': 'accepted' })
      expect(effectsOf({ effects }).filter(({ effectType }) => effectType.startsWith('rollback'))).toEqual([])
    },
  },
  {
    id: '14.3',
    title: 'what an open session was promised, its close may refuse',
    inferred: true,
    needs: ['campaigns'],
    check: async (api) => {
      const [first, second, couponCodes] = [api.id(), api.id(), ['CONTRACT-ONCE']]
      for (const session of [first, second]) await api.put(session, { profileId: api.id(), couponCodes })
      await api.put(first, { state: 'closed' })
      const late = await api.put(second, { state: 'closed' })
      expect(late.customerSession.state).toBe('closed')
      expect(verdictsOf(late)).toEqual({ 'CONTRACT-ONCE': 'CouponLimitReached' })
      expect(propsOf('setDiscount', late)).toEqual([])
      // So that the next one finds the code unused.
      await api.put(first, { state: 'cancelled' })
    },
  },
  {
    id: '14.6',
    title: 'lastActivity moves with calls that run the rules and are not dry',
    check: async (api) => {
      const integrationId = api.id()
      const lastActivity = async (): Promise<string | undefined> => {
        const { profile } = await api.send(getCustomerInventory, { integrationId, profile: true })
        await nextMoment()
        return profile?.lastActivity
      }
      await api.send(updateCustomerProfileV2, { integrationId, runRuleEngine: true })
      const first = await lastActivity()
      await api.send(updateCustomerProfileV2, { integrationId })
      expect(await lastActivity()).toBe(first)
      await api.send(updateCustomerProfileV2, { integrationId, runRuleEngine: true, dry: true })
      await api.put(api.id(), { profileId: integrationId }, { dry: true })
      expect(await lastActivity()).toBe(first)
      await api.put(api.id(), { profileId: integrationId })
      const second = await lastActivity()
      expect(second).not.toBe(first)
      await api.send(updateCustomerProfileV2, { integrationId, runRuleEngine: true })
      expect(await lastActivity()).not.toBe(second)
    },
  },
]
