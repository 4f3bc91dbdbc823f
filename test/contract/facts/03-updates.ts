import { expect } from 'vitest'
import { generateLoyaltyCard, getCustomerInventory, updateCustomerProfileV2, updateCustomerSession } from '../../../src/endpoints.ts'
import type { Attributes } from '../../../src/schema.ts'
import type { Api } from '../api.ts'
import type { Fact } from '../fact.ts'
import { askSession, expectRefused, mug, sessionIn, tea } from '../words.ts'

async function profileAttributes(api: Api, integrationId: string): Promise<Attributes | undefined> {
  return (await api.send(getCustomerInventory, { integrationId, profile: true })).profile?.attributes
}

export const facts: readonly Fact[] = [
  {
    id: '3.1',
    title: 'fields that an update leaves out keep their value, also when it closes',
    check: async ({ put, stored, id }) => {
      const session = id()
      const full = {
        profileId: id(),
        cartItems: [tea, mug],
        couponCodes: ['NO-SUCH-CODE'],
        referralCode: 'NO-SUCH-FRIEND',
        identifiers: ['hash'],
      }
      const before = (await put(session, full)).customerSession
      const { state: _open, updated: _then, updateCount: _one, ...kept } = before
      expect((await put(session, { state: 'closed' })).customerSession).toMatchObject(kept)
      expect(await stored(session)).toMatchObject({ ...kept, state: 'closed' })
    },
  },
  {
    id: '3.1',
    title: 'so it is in V1',
    needs: ['v1'],
    check: async ({ put, send, stored, id }) => {
      const session = id()
      await put(session, { cartItems: [tea] })
      await send(updateCustomerSession, { customerSessionId: session, state: 'closed' })
      expect(await stored(session)).toMatchObject({ state: 'closed', total: 8, cartItems: [{ sku: tea.sku, quantity: 2 }] })
    },
  },
  {
    id: '3.2',
    title: 'couponCodes left out stay, an empty list drops them',
    check: async ({ put, id }) => {
      const session = id()
      await put(session, { couponCodes: ['NO-SUCH-CODE'] })
      expect((await put(session)).customerSession.couponCodes).toEqual(['NO-SUCH-CODE'])
      expect((await put(session, { couponCodes: [] })).customerSession.couponCodes).toEqual([])
    },
  },
  {
    id: '3.2',
    title: 'couponCodes of an update are the whole new list',
    inferred: true,
    check: async ({ put, id }) => {
      const session = id()
      await put(session, { couponCodes: ['NO-SUCH-CODE', 'NOR-SUCH'] })
      expect((await put(session, { couponCodes: ['ANOTHER'] })).customerSession.couponCodes).toEqual(['ANOTHER'])
    },
  },
  {
    id: '3.2',
    title: 'referralCode left out stays, an empty text drops it',
    check: async ({ put, id }) => {
      const session = id()
      await put(session, { referralCode: 'NO-SUCH-FRIEND' })
      expect((await put(session)).customerSession.referralCode).toBe('NO-SUCH-FRIEND')
      expect((await put(session, { referralCode: '' })).customerSession.referralCode).toBe('')
    },
  },
  {
    id: '3.3',
    title: 'cartItems replace the cart, and positions are indices of the new one',
    inferred: true,
    check: async ({ put, id }) => {
      const session = id()
      await put(session, { cartItems: [tea, mug] })
      const { customerSession } = await put(session, { cartItems: [mug] })
      expect(customerSession.cartItems).toMatchObject([{ sku: mug.sku, quantity: 1, position: 0 }])
      expect(customerSession.cartItems).toHaveLength(1)
      expect((await put(session, { cartItems: [] })).customerSession.cartItems).toEqual([])
    },
  },
  {
    id: '3.4',
    title: 'the attributes of a line are replaced as a whole',
    needs: ['campaigns'],
    check: async ({ put, id }) => {
      const session = id()
      await put(session, { cartItems: [{ ...mug, attributes: { Engraving: 'Ada', Colour: 'red' } }] })
      const { customerSession } = await put(session, { cartItems: [{ ...mug, attributes: { Colour: 'blue' } }] })
      expect(customerSession.cartItems[0]?.attributes).toEqual({ Colour: 'blue' })
    },
  },
  {
    id: '3.5',
    title: 'attributes of a session are merged by name, null is ignored, an empty value clears',
    inferred: true,
    needs: ['campaigns'],
    check: async ({ put, id }) => {
      const session = id()
      await put(session, { attributes: { Channel: 'web', Gift: true, Note: 'Ring' } })
      const { customerSession } = await put(session, { attributes: { Channel: null, Gift: false, Note: '' } })
      expect(customerSession.attributes).toEqual({ Channel: 'web', Gift: false, Note: '' })
    },
  },
  {
    id: '3.5',
    title: 'attributes of a profile are merged by name, and null is ignored',
    needs: ['campaigns'],
    check: async (api) => {
      const integrationId = api.id()
      await api.send(updateCustomerProfileV2, { integrationId, attributes: { Name: 'Ada', Level: 1 } })
      await api.send(updateCustomerProfileV2, { integrationId, attributes: { Name: null, Level: 2 } })
      expect(await profileAttributes(api, integrationId)).toMatchObject({ Name: 'Ada', Level: 2 })
    },
  },
  {
    id: '3.6',
    title: 'identifiers and additionalCosts are replaced when they are there',
    inferred: true,
    needs: ['campaigns'],
    check: async ({ put, id }) => {
      const session = id()
      await put(session, { identifiers: ['one', 'two'], additionalCosts: { shipping: { price: 5 }, wrapping: { price: 1 } } })
      expect((await put(session)).customerSession).toMatchObject({ identifiers: ['one', 'two'], additionalCostTotal: 6 })
      const { customerSession } = await put(session, { identifiers: ['three'], additionalCosts: { shipping: { price: 4 } } })
      expect(customerSession).toMatchObject({ identifiers: ['three'], additionalCostTotal: 4, additionalCosts: { shipping: { price: 4 } } })
      expect(customerSession.additionalCosts).not.toHaveProperty('wrapping')
    },
  },
  {
    id: '3.6',
    title: 'loyaltyCards are replaced when they are there',
    inferred: true,
    needs: ['campaigns'],
    check: async ({ put, send, id, ids }) => {
      const card = async () => (await send(generateLoyaltyCard, { loyaltyProgramId: ids.card })).identifier
      const [one, other, session] = [await card(), await card(), id()]
      await put(session, { loyaltyCards: [one] })
      expect((await put(session)).customerSession.loyaltyCards).toEqual([one])
      expect((await put(session, { loyaltyCards: [other] })).customerSession.loyaltyCards).toEqual([other])
      expect((await put(session, { loyaltyCards: [] })).customerSession.loyaltyCards).toEqual([])
    },
  },
  {
    id: '3.7',
    title: 'an update without a state asks for open, which a closed session refuses',
    inferred: true,
    check: async (api) => {
      expect((await api.put(api.id())).customerSession.state).toBe('open')
      const id = await sessionIn(api, 'closed')
      expectRefused(await askSession(api, id, { couponCodes: [] }), 'Cannot move session to state "open" from state "closed"')
    },
  },
  {
    id: '3.8',
    title: 'an attribute with an unknown name is 400, Unknown, with a pointer',
    needs: ['registry'],
    check: async (api) => {
      const answered = await askSession(api, api.id(), { attributes: { 'Contract unheard of': 'x' } })
      expectRefused(answered, 'The submitted data was invalid')
      expect(answered.body).toMatchObject({
        errors: [{ title: 'Unknown', source: { pointer: expect.stringMatching(/\/attributes\/Contract unheard of$/) } }],
      })
    },
  },
  {
    id: '3.8',
    title: 'so it is on lines, profiles and events',
    needs: ['registry'],
    check: async ({ raw, id }) => {
      const attributes = { 'Contract unheard of': 'x' }
      for (const [method, path, body] of [
        ['PUT', `/v2/customer_sessions/${id()}`, { customerSession: { cartItems: [{ ...mug, attributes }] } }],
        ['PUT', `/v2/customer_profiles/${id()}`, { attributes }],
        ['PUT', '/v2/customer_profiles', { customerProfiles: [{ integrationId: id(), attributes }] }],
        ['POST', '/v2/events', { profileId: id(), type: 'contract', attributes }],
      ] as const) {
        const answered = await raw(method, path, body)
        expectRefused(answered, 'The submitted data was invalid')
        expect(answered.body).toMatchObject({ errors: [{ title: 'Unknown' }] })
      }
    },
  },
  {
    id: '3.8',
    title: 'an attribute of another type is 400, Invalid type',
    needs: ['registry'],
    check: async (api) => {
      const answered = await api.raw('PUT', `/v2/customer_profiles/${api.id()}`, { attributes: { Level: 'high' } })
      expectRefused(answered, 'The submitted data was invalid')
      expect(answered.body).toMatchObject({ errors: [{ title: 'Invalid type' }] })
    },
  },
  {
    id: '3.8',
    title: 'an additional cost that was never created is 400',
    needs: ['registry'],
    check: async (api) => {
      expectRefused(await askSession(api, api.id(), { additionalCosts: { 'Contract unheard of': { price: 1 } } }))
    },
  },
  {
    id: '3.8',
    title: 'a wrong type is Invalid type, a word that is none of an enum is enum',
    needs: ['refusals'],
    check: async ({ raw, id }) => {
      const path = `/v2/customer_sessions/${id()}`
      const wrong = await raw('PUT', path, { customerSession: { profileId: 7 } })
      expectRefused(wrong, 'The submitted data was invalid')
      expect(wrong.body).toMatchObject({ errors: [{ title: 'Invalid type', source: { pointer: '/customerSession/profileId' } }] })
      const none = await raw('PUT', path, { customerSession: { state: 'paused' } })
      expectRefused(none, 'The submitted data was invalid')
      expect(none.body).toMatchObject({ errors: [{ title: 'enum', source: { pointer: '/customerSession/state' } }] })
    },
  },
  {
    id: '3.9',
    title: 'what only the server says of a line is ignored in a request',
    inferred: true,
    check: async ({ put, id }) => {
      const told = { ...tea, position: 7, returnedQuantity: 1, remainingQuantity: 1 }
      const { customerSession } = await put(id(), { cartItems: [told] })
      expect(customerSession.cartItems[0]).toMatchObject({ position: 0, quantity: 2 })
      expect(customerSession.cartItems[0]?.returnedQuantity ?? 0).toBe(0)
      expect(customerSession.cartItems[0]?.remainingQuantity ?? 2).toBe(2)
    },
  },
  {
    id: '3.10',
    title: 'updateCount begins at 1 and counts updates, dry ones not',
    check: async ({ put, id }) => {
      const session = id()
      const count = async (dry = false) => (await put(session, {}, { dry })).customerSession.updateCount
      expect(await count()).toBe(1)
      await count(true)
      expect(await count()).toBe(2)
      expect((await put(session, { state: 'closed' })).customerSession.updateCount).toBe(3)
    },
  },
]
