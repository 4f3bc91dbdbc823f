import { expect } from 'vitest'
import { getCustomerSession, updateCustomerSessionV2 } from '../../../src/endpoints.ts'
import type { Fact } from '../fact.ts'
import { expectRefused } from '../words.ts'

const path = '/v2/customer_sessions'

export const facts: readonly Fact[] = [
  {
    id: '1.2',
    title: 'the key stands in `Authorization` after the word ApiKey-v1, which is part of the value',
    needs: ['key'],
    check: async ({ raw, put, id, credentials: { key = '' } }) => {
      const session = id()
      await put(session)
      const statuses = await Promise.all(
        [`ApiKey-v1 ${key}`, key, `Bearer ${key}`].map(
          async (authorization) => (await raw('GET', `${path}/${session}`, undefined, { authorization })).status,
        ),
      )
      expect(statuses).toEqual([200, 401, 401])
    },
  },
  {
    id: '1.3',
    title: 'the key selects the Application: sessions are all of one, which no request names',
    check: async ({ put, id }) => {
      const [one, other] = [await put(id()), await put(id())]
      expect(one.customerSession.applicationId).toBeGreaterThan(0)
      expect(other.customerSession.applicationId).toBe(one.customerSession.applicationId)
    },
  },
  {
    id: '1.4',
    title: 'a wrong key, or none, is 401 with a message, and nothing is stored',
    needs: ['key'],
    check: async ({ raw, ask, id }) => {
      const session = id()
      for (const authorization of ['ApiKey-v1 of-somebody-else', '']) {
        const { status, body } = await raw('PUT', `${path}/${session}`, { customerSession: {} }, { authorization })
        expect(status).toBe(401)
        expect(body).toMatchObject({ message: expect.any(String) })
      }
      expect((await ask(getCustomerSession, { customerSessionId: session })).status).not.toBe(200)
    },
  },
  {
    id: '1.5',
    title: 'a testing key makes dry requests and no others',
    needs: ['testingKey'],
    check: async ({ ask, id, credentials: { testingKey = '' } }) => {
      const headers = { authorization: `ApiKey-v1 ${testingKey}` }
      const input = { customerSessionId: id(), customerSession: {} }
      expect((await ask(updateCustomerSessionV2, { ...input, dry: true }, headers)).status).toBe(200)
      // Which status says so is not documented.
      expect([401, 403]).toContain((await ask(updateCustomerSessionV2, input, headers)).status)
      expect([401, 403]).toContain((await ask(getCustomerSession, { customerSessionId: input.customerSessionId }, headers)).status)
      expect((await ask(getCustomerSession, { customerSessionId: input.customerSessionId })).status).not.toBe(200)
    },
  },
  {
    id: '1.7',
    title: 'a V1 request may be signed instead, with a space after the semicolon or without',
    needs: ['signature', 'v1'],
    check: async ({ raw, id, credentials: { sign } }) => {
      const body = JSON.stringify({ attributes: {} })
      const header = sign?.(body) ?? ''
      for (const signature of [header, header.replace('; ', ';')]) {
        const { status } = await raw('PUT', `/v1/customer_profiles/${id()}`, body, { 'content-signature': signature })
        expect(status).toBe(200)
      }
    },
  },
  {
    id: '1.8',
    title: 'a signature of another body is 400 in these words',
    needs: ['signature', 'v1'],
    check: async ({ raw, id, credentials: { sign } }) => {
      const header = sign?.(JSON.stringify({ attributes: {} })) ?? ''
      const answered = await raw('PUT', `/v1/customer_profiles/${id()}`, { attributes: { Name: 'Eve' } }, { 'content-signature': header })
      expectRefused(answered, 'HMAC signature mismatch.')
    },
  },
  {
    id: '1.10',
    title: 'V1 takes the key as well as a signature, V2 the key alone',
    needs: ['signature', 'v1', 'key'],
    check: async ({ raw, id, credentials: { sign } }) => {
      const v1 = { attributes: {} }
      expect((await raw('PUT', `/v1/customer_profiles/${id()}`, v1)).status).toBe(200)
      const v2 = JSON.stringify({ customerSession: {} })
      expect((await raw('PUT', `${path}/${id()}`, v2, { 'content-signature': sign?.(v2) ?? '' })).status).toBe(401)
    },
  },
]
