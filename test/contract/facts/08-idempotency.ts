import { expect } from 'vitest'
import {
  generateLoyaltyCard,
  getCustomerInventory,
  reopenCustomerSession,
  returnCartItems,
  trackEventV2,
  trackEventV3,
  updateCustomerProfileV2,
  updateCustomerSessionV2,
} from '../../../src/endpoints.ts'
import type { Api } from '../api.ts'
import type { Fact } from '../fact.ts'
import { closeWith, mug, referralOf, sessionIn, tea } from '../words.ts'

const day = 86_400_000

const keyOf = (api: Api): Record<string, string> => ({ 'idempotency-key': api.id() })

/** How often an event of the type `contract` has counted. */
async function countedFor({ send, ids }: Api, integrationId: string): Promise<number> {
  const { achievements = [] } = await send(getCustomerInventory, { integrationId, achievements: true })
  return achievements.find(({ achievementId }) => achievementId === ids.achievement)?.progress ?? 0
}

export const facts: readonly Fact[] = [
  {
    id: '8.1',
    title: 'a session update that comes again with its key is answered again, and carried out once',
    check: async (api) => {
      const input = {
        customerSessionId: api.id(),
        customerSession: { state: 'closed' as const },
        responseContent: ['customerSession' as const],
      }
      const headers = keyOf(api)
      const first = await api.ask(updateCustomerSessionV2, input, headers)
      expect(first.status).toBe(200)
      expect(await api.ask(updateCustomerSessionV2, input, headers)).toEqual(first)
      expect((await api.stored(input.customerSessionId)).updateCount).toBe(1)
      expect((await api.ask(updateCustomerSessionV2, input, keyOf(api))).status).toBe(400)
    },
  },
  {
    id: '8.1',
    title: 'a return that comes again with its key takes nothing more back',
    check: async (api) => {
      const id = await closeWith(api, api.id(), [tea])
      const input = { customerSessionId: id, return: { returnedCartItems: [{ position: 0, quantity: 1 }] } }
      const headers = keyOf(api)
      const first = await api.ask(returnCartItems, input, headers)
      expect(await api.ask(returnCartItems, input, headers)).toEqual(first)
      expect((await api.stored(id)).cartItems[0]).toMatchObject({ returnedQuantity: 1 })
    },
  },
  {
    id: '8.1',
    title: 'so it is with reopening, profile updates and V2 events',
    needs: ['campaigns'],
    check: async (api) => {
      const [session, profileId] = [await sessionIn(api, 'closed'), api.id()]
      const twice = async (send: (headers: Record<string, string>) => Promise<{ status: number }>) => {
        const headers = keyOf(api)
        const first = await send(headers)
        expect(first.status).toBe(200)
        expect(await send(headers)).toEqual(first)
      }
      await twice((headers) => api.ask(reopenCustomerSession, { customerSessionId: session }, headers))
      await twice((headers) =>
        api.ask(updateCustomerProfileV2, { integrationId: profileId, runRuleEngine: true, responseContent: ['event'] }, headers),
      )
      await twice((headers) => api.ask(trackEventV2, { profileId, type: 'contract', silent: 'no' }, headers))
      expect(await countedFor(api, profileId)).toBe(1)
    },
  },
  {
    id: '8.1',
    title: 'the answer is kept for 24 hours',
    needs: ['clock'],
    check: async (api) => {
      const input = { customerSessionId: api.id(), customerSession: { cartItems: [mug] } }
      const headers = keyOf(api)
      const countAfter = async () => {
        await api.send(updateCustomerSessionV2, input, headers)
        return (await api.stored(input.customerSessionId)).updateCount
      }
      expect(await countAfter()).toBe(1)
      api.wait(day - 1000)
      expect(await countAfter()).toBe(1)
      api.wait(2000)
      expect(await countAfter()).toBe(2)
    },
  },
  {
    id: '8.1',
    title: 'a key that comes with another body is not carried out',
    inferred: true,
    check: async (api) => {
      const customerSessionId = api.id()
      const headers = keyOf(api)
      await api.send(updateCustomerSessionV2, { customerSessionId, customerSession: { cartItems: [mug] } }, headers)
      await api.ask(updateCustomerSessionV2, { customerSessionId, customerSession: { cartItems: [tea] } }, headers)
      expect(await api.stored(customerSessionId)).toMatchObject({ updateCount: 1, total: 12 })
    },
  },
  {
    id: '8.2',
    title: 'an update of an open session may be repeated, a close may not',
    inferred: true,
    check: async ({ put, ask, stored, id }) => {
      const session = id()
      const first = await put(session, { profileId: id(), cartItems: [tea] })
      const again = await put(session, { cartItems: [tea] })
      expect(again.effects).toEqual(first.effects)
      expect(again.customerSession).toMatchObject({ state: 'open', total: 8 })
      await put(session, { state: 'closed' })
      expect((await ask(updateCustomerSessionV2, { customerSessionId: session, customerSession: { state: 'closed' } })).status).toBe(400)
      expect((await stored(session)).state).toBe('closed')
    },
  },
  {
    id: '8.3',
    title: 'a V3 event with the id of another counts once',
    needs: ['campaigns'],
    check: async (api) => {
      const [profileId, integrationId] = [api.id(), api.id()]
      const event = { profileId, integrationId, type: 'contract' }
      expect((await api.ask(trackEventV3, event)).status).toBe(204)
      expect((await api.ask(trackEventV3, event)).status).toBe(409)
      expect(await countedFor(api, profileId)).toBe(1)
    },
  },
  {
    id: '8.3',
    title: 'a V2 event that comes twice counts twice',
    inferred: true,
    needs: ['campaigns'],
    check: async (api) => {
      const profileId = api.id()
      for (const _ of [1, 2]) await api.send(trackEventV2, { profileId, type: 'contract' })
      expect(await countedFor(api, profileId)).toBe(2)
    },
  },
  {
    id: '8.4',
    title: 'each call makes another referral code, and another card',
    inferred: true,
    needs: ['campaigns'],
    check: async (api) => {
      const advocateProfileIntegrationId = api.id('advocate')
      const codes = [await referralOf(api, { advocateProfileIntegrationId }), await referralOf(api, { advocateProfileIntegrationId })]
      expect(new Set(codes.map(({ code }) => code)).size).toBe(2)
      const card = async () => (await api.send(generateLoyaltyCard, { loyaltyProgramId: api.ids.card })).identifier
      expect(await card()).not.toBe(await card())
    },
  },
]
