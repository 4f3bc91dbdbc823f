import { expect } from 'vitest'
import {
  getCustomerAchievementHistory,
  getCustomerAchievements,
  getEventV3,
  trackEvent,
  trackEventV2,
  trackEventV3,
} from '../../../src/endpoints.ts'
import type { Api } from '../api.ts'
import type { Fact } from '../fact.ts'
import { expectRefused, propsOf, sessionIn } from '../words.ts'

async function countOnce({ send }: Api, profileId: string): Promise<void> {
  await send(trackEventV2, { profileId, type: 'contract' })
}

export const facts: readonly Fact[] = [
  {
    id: '11.1',
    title: 'the names of built-in events are refused',
    check: async ({ ask, id }) => {
      const type = 'talon_session_closed'
      expectRefused(await ask(trackEventV2, { profileId: id(), type }))
      expectRefused(await ask(trackEventV3, { profileId: id(), integrationId: id(), type }))
    },
  },
  {
    id: '11.2',
    title: 'a V2 event hangs on a profile, and is answered 204 with nothing unless silent is no',
    needs: ['campaigns'],
    check: async (api) => {
      const event = { profileId: api.id(), type: 'contract' }
      expect(await api.ask(trackEventV2, event)).toEqual({ status: 204, body: undefined })
      expect(await api.ask(trackEventV2, { ...event, silent: 'yes' })).toEqual({ status: 204, body: undefined })
      const { effects = [] } = (await api.send(trackEventV2, { ...event, silent: 'no' })) ?? {}
      expect(propsOf('increaseAchievementProgress', { effects })).toMatchObject([{ delta: 1, value: 3, isJustCompleted: true }])
      expectRefused(await api.raw('POST', '/v2/events', { type: 'contract' }))
    },
  },
  {
    id: '11.2',
    title: 'so it is with V3',
    inferred: true,
    needs: ['campaigns'],
    check: async (api) => {
      const profileId = api.id()
      const event = () => ({ profileId, integrationId: api.id(), type: 'contract' })
      expect(await api.ask(trackEventV3, event())).toEqual({ status: 204, body: undefined })
      const { effects = [] } = (await api.send(trackEventV3, { ...event(), silent: 'no' })) ?? {}
      expect(propsOf('increaseAchievementProgress', { effects })).toMatchObject([{ delta: 1, value: 2 }])
    },
  },
  {
    id: '11.3',
    title: 'a V1 event names a session, and makes it when there is none',
    needs: ['v1', 'campaigns'],
    check: async ({ send, raw, stored, id }) => {
      const [sessionId, profileId] = [id(), id()]
      expectRefused(await raw('POST', '/v1/events', { profileId, type: 'contract', attributes: {} }))
      await send(trackEvent, { sessionId, profileId, type: 'contract', attributes: {} })
      expect(await stored(sessionId)).toMatchObject({ state: 'open', profileId })
    },
  },
  ...(['new', 'open', 'cancelled', 'closed'] as const).map((state): Fact => ({
    id: '11.4',
    title: `an event ${state === 'closed' ? 'is' : 'cannot be'} connected with a session that is ${state}`,
    needs: ['campaigns'],
    check: async (api) => {
      const integrationId = api.id()
      const connectedSessionId = await sessionIn(api, state)
      const answered = await api.ask(trackEventV3, { profileId: api.id(), integrationId, type: 'contract', connectedSessionId })
      if (state === 'closed') {
        expect(answered.status).toBe(204)
        expect(await api.send(getEventV3, { integrationId })).toMatchObject({ integrationId, connectedSessionId })
      } else {
        expect([400, 404]).toContain(answered.status)
        expect((await api.ask(getEventV3, { integrationId })).status).toBe(404)
      }
    },
  })),
  {
    id: '11.5',
    title: 'progress is not_started, inprogress and completed, and the list is filtered by it',
    needs: ['campaigns'],
    check: async (api) => {
      const profileId = api.id()
      await api.put(api.id(), { profileId })
      const asked = { integrationId: profileId, achievementIds: [String(api.ids.achievement)] }
      for (const status of ['not_started', 'inprogress', 'inprogress', 'completed'] as const) {
        const { data } = await api.send(getCustomerAchievements, asked)
        expect(data.map(({ currentProgress }) => currentProgress?.status)).toEqual([status])
        for (const filter of ['not_started', 'inprogress', 'completed'] as const) {
          const filtered = await api.send(getCustomerAchievements, { ...asked, currentProgressStatus: [filter] })
          expect(filtered.data).toHaveLength(filter === status ? 1 : 0)
        }
        await countOnce(api, profileId)
      }
    },
  },
  {
    id: '11.5',
    title: 'the list is of active achievements unless told otherwise',
    needs: ['campaigns'],
    check: async ({ put, send, id, ids }) => {
      const integrationId = id()
      await put(id(), { profileId: integrationId })
      const listed = async (achievementStatus?: ('active' | 'scheduled')[]) => {
        const { data } = await send(getCustomerAchievements, { integrationId, ...(achievementStatus && { achievementStatus }) })
        return data.map((one) => one.id).filter((one) => [ids.achievement, ids.comingAchievement].includes(one))
      }
      expect(await listed()).toEqual([ids.achievement])
      expect(await listed(['scheduled'])).toEqual([ids.comingAchievement])
    },
  },
  {
    id: '11.5',
    title: 'the list knows no filter expired, the history no filter not_started',
    needs: ['campaigns'],
    check: async (api) => {
      const profileId = api.id()
      await countOnce(api, profileId)
      const path = `/v1/customer_profiles/${profileId}/achievements`
      expectRefused(await api.raw('GET', `${path}?currentProgressStatus=expired`))
      expectRefused(await api.raw('GET', `${path}/${api.ids.achievement}?progressStatus=not_started`))
      const asked = { integrationId: profileId, achievementId: api.ids.achievement }
      const rounds = async (status: 'inprogress' | 'completed' | 'expired') =>
        (await api.send(getCustomerAchievementHistory, { ...asked, progressStatus: [status] })).totalResultSize
      expect([await rounds('inprogress'), await rounds('completed'), await rounds('expired')]).toEqual([1, 0, 0])
    },
  },
]
