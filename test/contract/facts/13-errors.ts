import { expect } from 'vitest'
import { getCustomerInventory, getEventV3, updateCustomerProfileV2 } from '../../../src/endpoints.ts'
import type { Fact } from '../fact.ts'
import { askSession, sessionIn } from '../words.ts'

export const facts: readonly Fact[] = [
  {
    id: '13.2',
    title: 'a request that makes no sense is 400 with a message and errors, each with a title and a source',
    needs: ['refusals'],
    check: async ({ raw, id }) => {
      const { status, body } = await raw('PUT', `/v2/customer_sessions/${id()}`, {
        customerSession: { cartItems: [{ sku: 'TEA', quantity: 'two' }] },
      })
      expect(status).toBe(400)
      expect(body).toMatchObject({
        message: 'The submitted data was invalid',
        errors: [{ title: expect.any(String), source: { pointer: '/customerSession/cartItems/0/quantity' } }],
      })
    },
  },
  {
    id: '13.2',
    title: 'a body that is no JSON is 400',
    needs: ['refusals'],
    check: async ({ raw, id }) => {
      const { status, body } = await raw('PUT', `/v2/customer_sessions/${id()}`, '{"customerSession":')
      expect(status).toBe(400)
      expect(body).toMatchObject({ message: expect.any(String) })
    },
  },
  {
    id: '13.2',
    title: 'a move that is not legal is 400 with a message, and without a StatusCode',
    check: async (api) => {
      const { status, body } = await askSession(api, await sessionIn(api, 'closed'), {})
      expect(status).toBe(400)
      expect(body).toEqual({ message: expect.stringContaining('Cannot move session') })
    },
  },
  {
    id: '13.2',
    title: 'a 401, a 404 and the 400 of a profile say their StatusCode in the body',
    needs: ['key'],
    check: async ({ raw, ask, id }) => {
      const unauthorised = await raw('GET', `/v2/customer_sessions/${id()}`, undefined, { authorization: 'ApiKey-v1 of-somebody-else' })
      expect(unauthorised).toMatchObject({ status: 401, body: { StatusCode: 401 } })
      expect(await ask(getCustomerInventory, { integrationId: id() })).toMatchObject({ status: 404, body: { StatusCode: 404 } })
      expect(await ask(getEventV3, { integrationId: id() })).toMatchObject({ status: 404, body: { StatusCode: 404 } })
      expect(await ask(updateCustomerProfileV2, { integrationId: id(), responseContent: ['event'] })).toMatchObject({
        status: 400,
        body: { StatusCode: 400 },
      })
    },
  },
]
