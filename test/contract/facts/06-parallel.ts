import { expect } from 'vitest'
import {
  createAudienceV2,
  deleteAudienceV2,
  trackEventV2,
  trackEventV3,
  updateCustomerProfileV2,
  updateCustomerSessionV2,
} from '../../../src/endpoints.ts'
import type { Answered, Api } from '../api.ts'
import type { Fact } from '../fact.ts'
import { expectRefused } from '../words.ts'

// Long enough that four requests meet, also over HTTP on a busy machine.
const slowness = 150

/** Sends the same thing so often at a time; returns the answers by whether they were let in. */
async function atOnce(count: number, send: (index: number) => Promise<Answered>): Promise<{ done: Answered[]; refused: Answered[] }> {
  const answers = await Promise.all(Array.from({ length: count }, (_, index) => send(index)))
  return { done: answers.filter(({ status }) => status < 400), refused: answers.filter(({ status }) => status >= 400) }
}

const tooMany = /^Too many requests are updating this (profile|session|profile\/session) at the same time$/

// What counts together, by profile.
const writes: readonly [what: string, needs: Fact['needs'], write: (api: Api, profileId: string) => Promise<Answered>][] = [
  [
    'different sessions',
    [],
    ({ ask, id }, profileId) => ask(updateCustomerSessionV2, { customerSessionId: id(), customerSession: { profileId } }),
  ],
  ['profile updates', [], ({ ask }, integrationId) => ask(updateCustomerProfileV2, { integrationId })],
  ['events', ['campaigns'], ({ ask }, profileId) => ask(trackEventV2, { profileId, type: 'contract' })],
  ['events of V3', ['campaigns'], ({ ask, id }, profileId) => ask(trackEventV3, { profileId, integrationId: id(), type: 'contract' })],
]

export const facts: readonly Fact[] = [
  {
    id: '6.1',
    title: 'of four updates of a session at a time one runs, two wait for it, and one is 409 in these words',
    needs: ['latency'],
    check: async ({ slow }) => {
      const { ask, id, stored } = await slow(slowness)
      const session = id()
      const { done, refused } = await atOnce(4, () =>
        ask(updateCustomerSessionV2, { customerSessionId: session, customerSession: {}, responseContent: ['customerSession'] }),
      )
      expect(refused).toMatchObject([{ status: 409 }])
      expectRefused(refused[0] ?? { status: 0, body: {} }, tooMany, 409)
      // Each was carried out after the other.
      expect(new Set(done.map(({ body }) => updateCountOf(body)))).toEqual(new Set([1, 2, 3]))
      expect((await stored(session)).updateCount).toBe(3)
    },
  },
  ...writes.map(([what, needs = [], write]): Fact => ({
    id: '6.2',
    title: `${what} of one profile count together`,
    needs: ['latency', ...needs],
    check: async ({ slow }) => {
      const api = await slow(slowness)
      const profileId = api.id()
      const { done, refused } = await atOnce(4, () => write(api, profileId))
      expect(done).toHaveLength(3)
      expectRefused(refused[0] ?? { status: 0, body: {} }, tooMany, 409)
    },
  })),
  {
    id: '6.2',
    title: 'what is dry, and what is of other profiles, does not count',
    needs: ['latency'],
    check: async ({ slow }) => {
      const { ask, id } = await slow(slowness)
      const session = id()
      const rehearsals = atOnce(4, () => ask(updateCustomerSessionV2, { customerSessionId: session, customerSession: {}, dry: true }))
      const others = atOnce(4, () => ask(updateCustomerSessionV2, { customerSessionId: id(), customerSession: { profileId: id() } }))
      expect((await rehearsals).refused).toEqual([])
      expect((await others).refused).toEqual([])
    },
  },
  {
    id: '6.3',
    title: 'what was refused with 409 is let in when it comes again after the others',
    needs: ['latency'],
    check: async ({ slow }) => {
      const { ask, id } = await slow(slowness)
      const input = { customerSessionId: id(), customerSession: { profileId: id() } }
      const { refused } = await atOnce(4, () => ask(updateCustomerSessionV2, input))
      expect(refused).toMatchObject([{ status: 409 }])
      expect((await ask(updateCustomerSessionV2, input)).status).toBe(200)
    },
  },
  {
    id: '6.4',
    title: 'an audience of an integration that is there already is 409',
    check: async ({ ask, send, id }) => {
      const audience = { name: id(), integration: 'contract', integrationId: id() }
      const { id: audienceId } = await send(createAudienceV2, audience)
      expect((await ask(createAudienceV2, audience)).status).toBe(409)
      await send(deleteAudienceV2, { audienceId })
    },
  },
  {
    id: '6.4',
    title: 'an id of a V3 event that is used already is 409',
    needs: ['campaigns'],
    check: async ({ ask, id }) => {
      const event = { profileId: id(), integrationId: id(), type: 'contract' }
      expect((await ask(trackEventV3, event)).status).toBe(204)
      expect((await ask(trackEventV3, event)).status).toBe(409)
    },
  },
]

function updateCountOf(body: unknown): unknown {
  const { customerSession } = Object(body)
  return Object(customerSession).updateCount
}
