import { expect } from 'vitest'
import {
  createAudienceV2,
  deleteCustomerData,
  deleteAudienceV2,
  getCustomerInventory,
  trackEvent,
  trackEventV2,
  updateCustomerProfileAudiences,
  updateCustomerProfilesV2,
  updateCustomerProfileV2,
} from '../../../src/endpoints.ts'
import type { CustomerProfile } from '../../../src/schema.ts'
import type { Api } from '../api.ts'
import type { Fact } from '../fact.ts'
import { closeWith, expectRefused, mug, points, tea, verdictsOf } from '../words.ts'

async function profileOf({ send }: Api, integrationId: string): Promise<CustomerProfile | undefined> {
  return (await send(getCustomerInventory, { integrationId, profile: true })).profile
}

// What makes a profile by naming it.
const births: readonly [what: string, needs: Fact['needs'], make: (api: Api, profileId: string) => Promise<unknown>][] = [
  ['a session', [], ({ put, id }, profileId) => put(id(), { profileId })],
  ['an event', ['campaigns'], ({ send }, profileId) => send(trackEventV2, { profileId, type: 'contract' })],
  ['a profile update', [], ({ send }, integrationId) => send(updateCustomerProfileV2, { integrationId })],
  [
    'an audience',
    [],
    async ({ send, id }, profileIntegrationId) => {
      const { id: audienceId } = await send(createAudienceV2, { name: id() })
      await send(updateCustomerProfileAudiences, { data: [{ action: 'add', profileIntegrationId, audienceId }] })
      await send(deleteAudienceV2, { audienceId })
    },
  ],
]

export const facts: readonly Fact[] = [
  ...births.map(([what, needs = [], make]): Fact => ({
    id: '4.1',
    title: `${what} that names an unknown profile makes an empty one`,
    needs,
    check: async (api) => {
      const integrationId = api.id()
      expect((await api.ask(getCustomerInventory, { integrationId, profile: true })).status).toBe(404)
      await make(api, integrationId)
      expect(await profileOf(api, integrationId)).toMatchObject({ integrationId, attributes: {}, closedSessions: 0, totalSales: 0 })
    },
  })),
  ...([{ profileId: '' }, {}] as const).map((anonymous): Fact => ({
    id: '4.4',
    title: `a session ${'profileId' in anonymous ? 'of the profile ""' : 'that names no profile'} is anonymous, and always the first`,
    check: async ({ put, id }) => {
      for (const session of [id(), id()]) {
        const answer = await put(session, anonymous, { responseContent: ['customerProfile'] })
        expect(answer.customerSession).toMatchObject({ profileId: '', firstSession: true })
        expect(answer.customerProfile).toBeUndefined()
      }
    },
  })),
  {
    id: '4.4',
    title: 'the first session of a profile is the first, the next one is not',
    check: async ({ put, id }) => {
      const profileId = id()
      expect((await put(id(), { profileId })).customerSession.firstSession).toBe(true)
      expect((await put(id(), { profileId })).customerSession.firstSession).toBe(false)
    },
  },
  {
    id: '4.4',
    title: 'codes that need a profile are refused to an anonymous session',
    needs: ['campaigns'],
    check: async (api) => {
      const couponCodes = ['CONTRACT-ONCE-EACH', 'CONTRACT-HARD', 'CONTRACT-OWN']
      expect(verdictsOf(await api.put(api.id(), { couponCodes }))).toEqual({
        'CONTRACT-ONCE-EACH': 'ProfileRequired',
        'CONTRACT-HARD': 'ProfileRequired',
        'CONTRACT-OWN': 'CouponRecipientDoesNotMatch',
      })
    },
  },
  {
    id: '4.5',
    title: 'a V1 event of another profile than its session’s is an error',
    needs: ['v1', 'campaigns'],
    check: async ({ put, ask, id }) => {
      const [sessionId, profileId] = [id(), id()]
      await put(sessionId, { profileId })
      const event = { sessionId, type: 'contract', attributes: {} }
      expect((await ask(trackEvent, { ...event, profileId: id() })).status).toBe(400)
      expect((await ask(trackEvent, { ...event, profileId })).status).toBe(201)
    },
  },
  {
    id: '4.5',
    title: 'a guest who signs in takes the open session along, and nothing else is merged',
    inferred: true,
    needs: ['campaigns'],
    check: async (api) => {
      const [session, guest, ada] = [api.id(), api.id('guest'), api.id()]
      await closeWith(api, guest, [points('EARN', 3)])
      await api.put(session, { profileId: guest, cartItems: [mug] })
      expect((await api.put(session, { profileId: ada })).customerSession).toMatchObject({ profileId: ada, total: 12 })
      expect(await profileOf(api, ada)).toMatchObject({ closedSessions: 0, totalSales: 0 })
      expect(await api.balance(ada, api.ids.club)).toMatchObject({ activePoints: 0 })
    },
  },
  {
    id: '4.6',
    title: 'closedSessions and totalSales count what was closed, before discounts',
    needs: ['campaigns'],
    check: async (api) => {
      const profileId = api.id()
      await api.put(api.id(), { profileId, cartItems: [tea] })
      expect(await profileOf(api, profileId)).toMatchObject({ closedSessions: 0, totalSales: 0 })
      await closeWith(api, profileId, [mug], { couponCodes: ['CONTRACT-OPEN'], additionalCosts: { shipping: { price: 5 } } })
      await closeWith(api, profileId, [tea])
      expect(await profileOf(api, profileId)).toMatchObject({ closedSessions: 2, totalSales: 25 })
    },
  },
  {
    id: '4.7',
    title: 'deleteCustomerData removes the attributes of a profile and of its sessions',
    needs: ['campaigns'],
    check: async (api) => {
      const [integrationId, session] = [api.id(), api.id()]
      await api.send(updateCustomerProfileV2, { integrationId, attributes: { Name: 'Ada' } })
      await api.put(session, {
        profileId: integrationId,
        attributes: { Channel: 'web' },
        cartItems: [{ ...mug, attributes: { Engraving: 'Ada' } }],
      })
      await api.send(deleteCustomerData, { integrationId })
      expect((await profileOf(api, integrationId))?.attributes).toEqual({})
      const after = await api.stored(session)
      expect(after.attributes).toEqual({})
      expect(after.cartItems[0]?.attributes ?? {}).toEqual({})
    },
  },
  {
    id: '4.7',
    title: 'deleteCustomerData leaves the points',
    inferred: true,
    needs: ['campaigns'],
    check: async (api) => {
      const integrationId = api.id()
      await closeWith(api, integrationId, [points('EARN', 9)])
      await api.send(deleteCustomerData, { integrationId })
      expect(await api.balance(integrationId, api.ids.club)).toMatchObject({ activePoints: 9 })
    },
  },
  {
    id: '4.8',
    title: 'many profiles at once are answered 204 with nothing, or with all of them when silent is no',
    check: async ({ ask, send, id }) => {
      const customerProfiles = [{ integrationId: id() }, { integrationId: id() }]
      expect(await ask(updateCustomerProfilesV2, { customerProfiles })).toEqual({ status: 204, body: undefined })
      expect(await ask(updateCustomerProfilesV2, { customerProfiles, silent: 'yes' })).toEqual({ status: 204, body: undefined })
      const { integrationStates } = (await send(updateCustomerProfilesV2, { customerProfiles, silent: 'no' })) ?? {}
      expect(integrationStates).toMatchObject(customerProfiles.map((customerProfile) => ({ customerProfile })))
    },
  },
  {
    id: '4.9',
    title: 'a profile update that does not run the rules has no effects and takes no responseContent',
    check: async ({ send, ask, id }) => {
      const integrationId = id()
      expect((await send(updateCustomerProfileV2, { integrationId })).effects).toEqual([])
      expectRefused(await ask(updateCustomerProfileV2, { integrationId, responseContent: ['customerProfile'] }))
      const { customerProfile } = await send(updateCustomerProfileV2, {
        integrationId,
        runRuleEngine: true,
        responseContent: ['customerProfile'],
      })
      expect(customerProfile?.integrationId).toBe(integrationId)
    },
  },
]
