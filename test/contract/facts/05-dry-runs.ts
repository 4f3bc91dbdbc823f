import { expect } from 'vitest'
import {
  generateLoyaltyCard,
  getCustomerInventory,
  getCustomerSession,
  getEventV3,
  returnCartItems,
  trackEvent,
  trackEventV2,
  trackEventV3,
  updateCustomerProfile,
  updateCustomerProfileV2,
  updateCustomerSession,
  updateCustomerSessionV2,
} from '../../../src/endpoints.ts'
import type { SessionContent } from '../../../src/schema.ts'
import type { Api } from '../api.ts'
import type { Fact } from '../fact.ts'
import { closeWith, expectRefused, mug, points, propsOf, referralOf, sessionIn, tea, verdictsOf } from '../words.ts'

const day = 86_400_000

/** An operation carried out dry, on ids that nobody knows. */
const rehearsals: readonly [what: string, needs: Fact['needs'], rehearse: (api: Api, id: string) => Promise<unknown>][] = [
  [
    'a session update',
    [],
    ({ send }, id) =>
      send(updateCustomerSessionV2, { customerSessionId: id, customerSession: { profileId: id, state: 'closed' }, dry: true }),
  ],
  ['a profile update', [], ({ send }, id) => send(updateCustomerProfileV2, { integrationId: id, runRuleEngine: true, dry: true })],
  ['an event', ['campaigns'], ({ send }, id) => send(trackEventV2, { profileId: id, type: 'contract', dry: true })],
  [
    'an event of V3',
    ['campaigns'],
    ({ send }, id) => send(trackEventV3, { profileId: id, integrationId: id, type: 'contract', dry: true }),
  ],
  ['a V1 session update', ['v1'], ({ send }, id) => send(updateCustomerSession, { customerSessionId: id, profileId: id, dry: true })],
  ['a V1 profile update', ['v1'], ({ send }, id) => send(updateCustomerProfile, { integrationId: id, dry: true })],
  [
    'a V1 event',
    ['v1', 'campaigns'],
    ({ send }, id) => send(trackEvent, { profileId: id, sessionId: id, type: 'contract', attributes: {}, dry: true }),
  ],
]

// What asking for each part adds to an answer, beside the effects and what was created.
const parts: readonly SessionContent[] = [
  'customerSession',
  'customerProfile',
  'coupons',
  'triggeredCampaigns',
  'referral',
  'loyalty',
  'event',
  'awardedGiveaways',
  'ruleFailureReasons',
  'previousReturns',
]

export const facts: readonly Fact[] = [
  ...rehearsals.map(([what, needs = [], rehearse]): Fact => ({
    id: '5.1',
    title: `${what} that is dry stores nothing`,
    needs,
    check: async (api) => {
      const id = api.id()
      await rehearse(api, id)
      expect((await api.ask(getCustomerSession, { customerSessionId: id })).status).not.toBe(200)
      expect((await api.ask(getCustomerInventory, { integrationId: id, profile: true })).status).toBe(404)
      expect((await api.ask(getEventV3, { integrationId: id })).status).toBe(404)
    },
  })),
  {
    id: '5.1',
    title: 'a return that is dry answers as one, and stores nothing',
    check: async (api) => {
      const id = await closeWith(api, api.id(), [tea])
      const before = await api.stored(id)
      const { customerSession } = await api.send(returnCartItems, {
        customerSessionId: id,
        dry: true,
        return: { returnedCartItems: [{ position: 0, quantity: 1 }] },
        responseContent: ['customerSession'],
      })
      expect(customerSession?.state).toBe('partially_returned')
      expect(await api.stored(id)).toEqual(before)
    },
  },
  {
    id: '5.1',
    title: 'a dry update evaluates as a real one would, and books nothing',
    needs: ['campaigns'],
    check: async (api) => {
      const [profileId, code] = [api.id(), 'CONTRACT-ONCE-EACH']
      const cart = { profileId, cartItems: [points('EARN', 7)], couponCodes: [code], state: 'closed' as const }
      for (const dry of [true, true, false]) {
        const answer = await api.put(api.id(), cart, { dry })
        expect(verdictsOf(answer)).toEqual({ [code]: 'accepted' })
        expect(propsOf('setDiscount', answer)).toEqual([{ name: 'Five off', value: 5 }])
      }
      expect(await api.balance(profileId, api.ids.club)).toMatchObject({ activePoints: 7 })
    },
  },
  {
    id: '5.1',
    title: 'a profile update is dry only where it runs the rules',
    check: async ({ ask, id }) => expectRefused(await ask(updateCustomerProfileV2, { integrationId: id(), dry: true })),
  },
  {
    id: '5.2',
    title: 'a dry update looks at its payload, not at what is stored',
    inferred: true,
    check: async ({ put, stored, id }) => {
      const session = id()
      await put(session, { cartItems: [tea], couponCodes: ['NO-SUCH-CODE'] })
      const { customerSession } = await put(session, { cartItems: [mug] }, { dry: true })
      expect(customerSession).toMatchObject({ total: 12, couponCodes: [] })
      expect(await stored(session)).toMatchObject({ total: 8, couponCodes: ['NO-SUCH-CODE'] })
    },
  },
  ...(['new', 'closed', 'cancelled', 'partially_returned'] as const).map((state): Fact => ({
    id: '5.3',
    title: `a dry update of a session that is ${state} is answered as often as it comes`,
    inferred: true,
    check: async (api) => {
      const id = await sessionIn(api, state)
      for (const to of ['open', 'closed', 'open'] as const)
        expect((await api.put(id, { cartItems: [mug], state: to }, { dry: true })).customerSession).toMatchObject({ state: to, total: 12 })
      if (state !== 'new') expect((await api.stored(id)).state).toBe(state)
    },
  })),
  ...(['new', 'cancelled'] as const).map((state): Fact => ({
    id: '5.3',
    title: `a dry cancellation of a session that is ${state} is refused, as a real one is`,
    inferred: true,
    check: async (api) => {
      const input = { customerSessionId: await sessionIn(api, state), customerSession: { state: 'cancelled' as const }, dry: true }
      expectRefused(await api.ask(updateCustomerSessionV2, input), `Cannot move session to state "cancelled" from state "${state}"`)
    },
  })),
  {
    id: '5.3',
    title: 'a dry cancellation of a closed session shows what would be rolled back, and does not',
    inferred: true,
    needs: ['campaigns'],
    check: async (api) => {
      const id = await closeWith(api, api.id(), [mug], { couponCodes: ['CONTRACT-OPEN'] })
      const before = await api.stored(id)
      const answer = await api.put(id, { state: 'cancelled' }, { dry: true })
      expect(propsOf('rollbackCoupon', answer)).toMatchObject([{ value: 'CONTRACT-OPEN' }])
      expect(answer.customerSession.state).toBe('cancelled')
      expect(await api.stored(id)).toEqual(before)
    },
  },
  {
    id: '5.4',
    title: 'now previews what is yet to come',
    needs: ['campaigns'],
    check: async (api) => {
      const cart = { profileId: api.id(), couponCodes: ['CONTRACT-NEXT', 'CONTRACT-TO-COME'] }
      expect(verdictsOf(await api.put(api.id(), cart, { dry: true }))).toEqual({
        'CONTRACT-NEXT': 'CouponStartDateInFuture',
        'CONTRACT-TO-COME': 'CouponPartOfNotRunningCampaign',
      })
      expect(verdictsOf(await api.put(api.id(), cart, { dry: true, now: '2999-02-01T00:00:00Z' }))).toEqual({
        'CONTRACT-NEXT': 'accepted',
        'CONTRACT-TO-COME': 'accepted',
      })
    },
  },
  {
    id: '5.4',
    title: 'now is 400 when it has passed, without dry, and when it is no RFC 3339',
    inferred: true,
    check: async ({ ask, raw, id, now }) => {
      const input = { customerSessionId: id(), customerSession: {} }
      const at = (moment: number): string => new Date(moment).toISOString()
      expectRefused(await ask(updateCustomerSessionV2, { ...input, dry: true, now: at(now() - day) }))
      expectRefused(await ask(updateCustomerSessionV2, { ...input, now: at(now() + day) }))
      expectRefused(await raw('PUT', `/v2/customer_sessions/${id()}?dry=true&now=tomorrow`, { customerSession: {} }))
      expect((await ask(updateCustomerSessionV2, { ...input, dry: true, now: at(now() + day) })).status).toBe(200)
    },
  },
  {
    id: '5.5',
    title: 'evaluableCampaignIds of a dry update evaluate what they list, also when it is disabled, and nothing else',
    needs: ['campaigns'],
    check: async (api) => {
      const cart = { profileId: api.id(), cartItems: [{ ...mug, category: 'Contract' }] }
      const evaluableCampaignIds = [api.ids.disabled]
      const dry = await api.put(api.id(), { ...cart, evaluableCampaignIds }, { dry: true })
      expect(propsOf('setDiscount', dry)).toEqual([{ name: 'Seven off', value: 7 }])
      expect(propsOf('setDiscountPerItem', dry)).toEqual([])
      const stored = await api.put(api.id(), { ...cart, evaluableCampaignIds })
      expect(propsOf('setDiscount', stored)).toEqual([])
      expect(propsOf('setDiscountPerItem', stored)).toHaveLength(1)
    },
  },
  {
    id: '5.6',
    title: 'forceCompleteEvaluation belongs to dry events',
    needs: ['campaigns'],
    check: async ({ ask, id }) => {
      const event = { profileId: id(), type: 'contract', silent: 'no', forceCompleteEvaluation: true } as const
      expect((await ask(trackEventV2, { ...event, dry: true })).status).toBe(200)
      expectRefused(await ask(trackEventV2, event))
    },
  },
  {
    id: '5.7',
    title: 'campaignEligibility needs dry',
    check: async ({ put, ask, id }) => {
      const { campaignEligibility } = await put(id(), {}, { dry: true, responseContent: ['campaignEligibility'] })
      expect(campaignEligibility).toEqual(expect.any(Array))
      const input = { customerSessionId: id(), customerSession: {}, responseContent: ['campaignEligibility' as const] }
      expectRefused(await ask(updateCustomerSessionV2, input))
    },
  },
  {
    id: '5.9',
    title: 'an answer has what responseContent names, and nothing more',
    needs: ['campaigns'],
    check: async (api) => {
      const { send, id } = api
      const { code } = await referralOf(api)
      const customerSession = { profileId: id(), referralCode: code, couponCodes: ['CONTRACT-OPEN'] }
      for (const asked of [[], ...parts.map((part) => [part]), [...parts]]) {
        const answer = await send(updateCustomerSessionV2, { customerSessionId: id(), customerSession, responseContent: asked })
        expect(Object.keys(answer).toSorted()).toEqual(['createdCoupons', 'createdReferrals', 'effects', ...asked].toSorted())
      }
    },
  },
  {
    id: '5.9',
    title: 'balances of a card are there when the request names the card',
    needs: ['campaigns'],
    check: async ({ put, send, id, ids }) => {
      const { identifier } = await send(generateLoyaltyCard, { loyaltyProgramId: ids.card })
      const cart = { profileId: id(), cartItems: [mug] }
      const asked = { responseContent: ['loyalty' as const] }
      expect((await put(id(), { ...cart, loyaltyCards: [identifier] }, asked)).loyalty?.cards).toMatchObject([{ identifier }])
      expect((await put(id(), cart, asked)).loyalty?.cards ?? []).toEqual([])
    },
  },
  {
    id: '5.10',
    title: 'tentative balances are about this session, not about another one that is open',
    needs: ['campaigns'],
    check: async ({ put, id, ids }) => {
      const profileId = id()
      const tentative = async (session: string, price: number) => {
        const { loyalty } = await put(session, { profileId, cartItems: [points('EARN', price)] }, { responseContent: ['loyalty'] })
        const program = Object.values(loyalty?.programs ?? {}).find((one) => one.id === ids.club)
        return [program?.ledger.currentBalance, program?.ledger.tentativeCurrentBalance]
      }
      expect(await tentative(id(), 7)).toEqual([0, 7])
      expect(await tentative(id(), 5)).toEqual([0, 5])
    },
  },
]
