import { expect } from 'vitest'
import {
  activateLoyaltyPoints,
  generateLoyaltyCard,
  getCustomerInventory,
  getLoyaltyBalances,
  getLoyaltyCardBalances,
  getLoyaltyProgramProfilePoints,
  getLoyaltyProgramProfileTransactions,
  joinLoyaltyProgram,
  linkLoyaltyCardToProfile,
  reopenCustomerSession,
  returnCartItems,
  unlinkLoyaltyCardFromProfile,
} from '../../../src/endpoints.ts'
import type { CartItem, LoyaltyProgramLedgers } from '../../../src/schema.ts'
import type { Api } from '../api.ts'
import type { Fact } from '../fact.ts'
import { closeWith, expectRefused, mug, points, propsOf } from '../words.ts'

const day = 86_400_000

/** A profile of the club that has earned by these lines. */
async function member(api: Api, ...lines: CartItem[]): Promise<{ loyaltyProgramId: number; integrationId: string }> {
  const integrationId = api.id()
  await closeWith(api, integrationId, lines)
  return { loyaltyProgramId: api.ids.club, integrationId }
}

/** A profile's own sight of a program, as inventories show it. */
async function programOf({ send }: Api, integrationId: string, programId: number): Promise<LoyaltyProgramLedgers | undefined> {
  const { loyalty } = await send(getCustomerInventory, { integrationId, loyalty: true })
  return Object.values(loyalty?.programs ?? {}).find(({ id }) => id === programId)
}

async function unused(api: Api, who: { loyaltyProgramId: number; integrationId: string }, status: 'active' | 'pending' | 'expired') {
  const { data } = await api.send(getLoyaltyProgramProfilePoints, { ...who, status })
  return data.map(({ amount }) => amount)
}

function cardOf({ send, ids }: Api, ...customerProfileIds: string[]) {
  return send(generateLoyaltyCard, { loyaltyProgramId: ids.card, customerProfileIds })
}

const campaigns = { needs: ['campaigns'] } as const

export const facts: readonly Fact[] = [
  {
    id: '10.1',
    title: 'points live on a profile or on a card, as the program has it',
    ...campaigns,
    check: async (api) => {
      const profileId = api.id()
      const { identifier } = await cardOf(api)
      const cartItems = [points('EARN', 7), points('EARN-CARD', 5)]
      await closeWith(api, profileId, cartItems, { loyaltyCards: [identifier] })
      expect(await api.balance(profileId, api.ids.club)).toMatchObject({ activePoints: 7 })
      const { balance } = await api.send(getLoyaltyCardBalances, { loyaltyProgramId: api.ids.card, loyaltyCardId: identifier })
      expect(balance).toMatchObject({ activePoints: 5 })
      const wrong = { loyaltyProgramId: api.ids.card, integrationId: profileId }
      expectRefused(await api.ask(getLoyaltyBalances, wrong))
    },
  },
  {
    id: '10.1',
    title: 'points live in the main ledger or in subledgers by name',
    ...campaigns,
    check: async (api) => {
      const who = await member(api, points('EARN', 7), points('EARN-GOLD', 5))
      const all = await api.send(getLoyaltyBalances, who)
      expect(all.balance).toMatchObject({ activePoints: 7 })
      expect(all.subledgerBalances).toMatchObject({ gold: { activePoints: 5 } })
    },
  },
  {
    id: '10.2',
    title: 'points that start later or await activation are pending, others active',
    ...campaigns,
    check: async (api) => {
      const who = await member(api, points('EARN', 7), points('EARN-IN-10-DAYS', 5), points('EARN-ON-ACTION', 3))
      expect(await api.balance(who.integrationId, api.ids.club)).toMatchObject({
        activePoints: 7,
        pendingPoints: 8,
        expiredPoints: 0,
        spentPoints: 0,
      })
    },
  },
  {
    id: '10.2',
    title: 'pending points become active in time, active ones expire, and spent ones are gone',
    needs: ['campaigns', 'clock'],
    check: async (api) => {
      const who = await member(api, points('EARN-IN-10-DAYS', 5), points('EARN-FOR-30-DAYS', 4))
      const now = () => api.balance(who.integrationId, api.ids.club)
      expect(await now()).toMatchObject({ activePoints: 4, pendingPoints: 5, expiredPoints: 0 })
      api.wait(11 * day)
      expect(await now()).toMatchObject({ activePoints: 9, pendingPoints: 0, expiredPoints: 0 })
      await closeWith(api, who.integrationId, [points('SPEND', 1)])
      expect(await now()).toMatchObject({ activePoints: 8, spentPoints: 1 })
      api.wait(20 * day)
      expect(await now()).toMatchObject({ activePoints: 5, expiredPoints: 3, spentPoints: 1 })
    },
  },
  {
    id: '10.2',
    title: 'a balance is negative only where the program allows it, and then nothing is active',
    ...campaigns,
    check: async (api) => {
      for (const [program, suffix, owed] of [
        [api.ids.debt, '-DEBT', 8],
        [api.ids.club, '', 0],
      ] as const) {
        const profileId = api.id()
        const order = await closeWith(api, profileId, [points(`EARN${suffix}`, 10)])
        await closeWith(api, profileId, [points(`SPEND${suffix}`, 8)])
        await api.put(order, { state: 'cancelled' })
        expect(await api.balance(profileId, program)).toMatchObject({ activePoints: 0, negativePoints: owed })
      }
    },
  },
  {
    id: '10.3',
    title: 'points are earned and spent at the close, and before it they are tentative',
    ...campaigns,
    check: async (api) => {
      const { integrationId: profileId } = await member(api, points('EARN', 10))
      const ledgerAfter = async (state: 'open' | 'closed', id: string, lines: CartItem[]) => {
        const { loyalty } = await api.put(id, { profileId, cartItems: lines, state }, { responseContent: ['loyalty'] })
        return Object.values(loyalty?.programs ?? {}).find(({ id: program }) => program === api.ids.club)?.ledger
      }
      const session = api.id()
      const lines = [points('SPEND', 4), points('EARN-IN-10-DAYS', 3)]
      expect(await ledgerAfter('open', session, lines)).toMatchObject({
        currentBalance: 10,
        tentativeCurrentBalance: 6,
        pendingBalance: 0,
        tentativePendingBalance: 3,
      })
      expect(await api.balance(profileId, api.ids.club)).toMatchObject({ activePoints: 10, pendingPoints: 0 })
      expect(await ledgerAfter('closed', session, lines)).toMatchObject({ currentBalance: 6, pendingBalance: 3 })
    },
  },
  {
    id: '10.4',
    title: 'points that expire first are spent first, and those without an end last',
    ...campaigns,
    check: async (api) => {
      const who = await member(api, points('EARN', 5), points('EARN-FOR-60-DAYS', 4), points('EARN-FOR-30-DAYS', 3))
      await closeWith(api, who.integrationId, [points('SPEND', 5)])
      const { data } = await api.send(getLoyaltyProgramProfilePoints, { ...who, sort: 'expiryDate' })
      expect(data.map(({ amount, expiryDate }) => [amount, expiryDate === 'unlimited'])).toEqual([
        [2, false],
        [5, true],
      ])
    },
  },
  ...(['cancelling', 'reopening'] as const).map((how): Fact => ({
    id: '10.5',
    title: `${how} takes back what is left of the points, and no more where nothing may be owed`,
    ...campaigns,
    check: async (api) => {
      const profileId = api.id()
      const order = await closeWith(api, profileId, [points('EARN', 10)])
      await closeWith(api, profileId, [points('SPEND', 4)])
      const { effects } =
        how === 'cancelling'
          ? await api.put(order, { state: 'cancelled' })
          : await api.send(reopenCustomerSession, { customerSessionId: order })
      expect(propsOf('rollbackAddedLoyaltyPoints', { effects })).toMatchObject([{ recipientIntegrationId: profileId }])
      expect(await api.balance(profileId, api.ids.club)).toMatchObject({ activePoints: 0, negativePoints: 0 })
    },
  })),
  {
    id: '10.5',
    title: 'returning takes back the points of the units that came back',
    ...campaigns,
    check: async (api) => {
      const profileId = api.id()
      const order = await closeWith(api, profileId, [points('EARN-PER-UNIT', 2, 3)])
      expect(await api.balance(profileId, api.ids.club)).toMatchObject({ activePoints: 6 })
      const answer = await api.send(returnCartItems, {
        customerSessionId: order,
        return: { returnedCartItems: [{ position: 0, quantity: 1 }] },
      })
      expect(propsOf('rollbackAddedLoyaltyPoints', answer)).toMatchObject([{ value: 2, cartItemPosition: 0, cartItemSubPosition: 2 }])
      expect(await api.balance(profileId, api.ids.club)).toMatchObject({ activePoints: 4 })
    },
  },
  {
    id: '10.6',
    title: 'a transaction starts immediately, on action or at a moment, and ends never or at a moment',
    ...campaigns,
    check: async (api) => {
      const who = await member(
        api,
        points('EARN', 1),
        points('EARN-ON-ACTION', 2),
        points('EARN-IN-10-DAYS', 3),
        points('EARN-FOR-30-DAYS', 4),
      )
      const { data } = await api.send(getLoyaltyProgramProfileTransactions, who)
      const moment = /^\d{4}-\d\d-\d\dT/
      const kind = (text = ''): string => (moment.test(text) ? 'a moment' : text)
      const seen = data.map(({ amount, startDate, expiryDate }) => [amount, kind(startDate), kind(expiryDate)])
      expect(seen.toSorted(([one], [other]) => Number(one) - Number(other))).toEqual([
        [1, 'immediate', 'unlimited'],
        [2, 'on_action', 'unlimited'],
        [3, 'a moment', 'unlimited'],
        [4, 'immediate', 'a moment'],
      ])
    },
  },
  {
    id: '10.7',
    title: 'points are listed when they are unused, active ones unless told otherwise',
    ...campaigns,
    check: async (api) => {
      const who = await member(api, points('EARN', 5), points('EARN-FOR-30-DAYS', 4), points('EARN-IN-10-DAYS', 3))
      await closeWith(api, who.integrationId, [points('SPEND', 4)])
      const { data } = await api.send(getLoyaltyProgramProfilePoints, who)
      expect(data.map(({ amount }) => amount)).toEqual([5])
      expect(await unused(api, who, 'pending')).toEqual([3])
      expect(await unused(api, who, 'expired')).toEqual([])
    },
  },
  {
    id: '10.7',
    title: 'points are sorted by their end or their start, the other way round with a minus',
    ...campaigns,
    check: async (api) => {
      const who = await member(api, points('EARN-FOR-60-DAYS', 2), points('EARN-FOR-30-DAYS', 1), points('EARN', 3))
      const sorted = async (sort: 'expiryDate' | '-expiryDate') =>
        (await api.send(getLoyaltyProgramProfilePoints, { ...who, sort })).data.map(({ amount }) => amount)
      expect(await sorted('expiryDate')).toEqual([1, 2, 3])
      expect(await sorted('-expiryDate')).toEqual([3, 2, 1])
      expect((await api.ask(getLoyaltyProgramProfilePoints, { ...who, sort: '-startDate' })).status).toBe(200)
    },
  },
  {
    id: '10.8',
    title: 'a page of transactions has 50 unless told otherwise',
    ...campaigns,
    check: async (api) => {
      const who = await member(api, points('EARN-PER-UNIT', 1, 51))
      const usual = await api.send(getLoyaltyProgramProfileTransactions, who)
      expect([usual.data.length, usual.hasMore]).toEqual([50, true])
      const all = await api.send(getLoyaltyProgramProfileTransactions, { ...who, pageSize: 51 })
      expect([all.data.length, all.hasMore]).toEqual([51, false])
    },
  },
  {
    id: '10.8',
    title: 'awaitsActivation is true or absent, and false is 400',
    ...campaigns,
    check: async (api) => {
      const { integrationId, loyaltyProgramId } = await member(api, points('EARN', 1), points('EARN-ON-ACTION', 2))
      const { data } = await api.send(getLoyaltyProgramProfileTransactions, { integrationId, loyaltyProgramId, awaitsActivation: true })
      expect(data.map(({ amount }) => amount)).toEqual([2])
      const path = `/v1/loyalty_programs/${loyaltyProgramId}/profile/${integrationId}/transactions`
      expectRefused(await api.raw('GET', `${path}?awaitsActivation=false`))
    },
  },
  {
    id: '10.9',
    title: 'points are activated by their transactions or by their session, and not by both',
    ...campaigns,
    check: async (api) => {
      const { club: loyaltyProgramId } = api.ids
      const profileId = api.id()
      const sessionId = await closeWith(api, profileId, [points('EARN-ON-ACTION', 2)])
      const { data } = await api.send(getLoyaltyProgramProfileTransactions, { loyaltyProgramId, integrationId: profileId })
      const transactionUUIDs = data.map(({ transactionUUID }) => transactionUUID)
      expectRefused(await api.ask(activateLoyaltyPoints, { loyaltyProgramId, transactionUUIDs, sessionId }))
      expectRefused(await api.ask(activateLoyaltyPoints, { loyaltyProgramId }))
      await api.send(activateLoyaltyPoints, { loyaltyProgramId, transactionUUIDs })
      expect(await api.balance(profileId, loyaltyProgramId)).toMatchObject({ activePoints: 2, pendingPoints: 0 })

      const next = await closeWith(api, profileId, [points('EARN-ON-ACTION', 3)])
      await api.send(activateLoyaltyPoints, { loyaltyProgramId, sessionId: next })
      expect(await api.balance(profileId, loyaltyProgramId)).toMatchObject({ activePoints: 5, pendingPoints: 0 })
    },
  },
  {
    id: '10.10',
    title: 'a balance is as of its endDate, past or future',
    ...campaigns,
    check: async (api) => {
      const before = api.now() - day
      const who = await member(api, points('EARN-FOR-30-DAYS', 4), points('EARN-IN-10-DAYS', 3))
      const balanceAt = async (moment: number) =>
        (await api.send(getLoyaltyBalances, { ...who, endDate: new Date(moment).toISOString() })).balance
      expect(await balanceAt(before)).toMatchObject({ activePoints: 0, pendingPoints: 0 })
      expect(await balanceAt(api.now() + 11 * day)).toMatchObject({ activePoints: 7, pendingPoints: 0 })
      expect(await balanceAt(api.now() + 31 * day)).toMatchObject({ activePoints: 3, expiredPoints: 4 })
    },
  },
  {
    id: '10.10',
    title: 'a balance is of one subledger when one is named, and has tiers when they are asked for',
    ...campaigns,
    check: async (api) => {
      const who = await member(api, points('EARN', 7), points('EARN-GOLD', 5))
      const { balance, subledgerBalances } = await api.send(getLoyaltyBalances, { ...who, subledgerId: 'gold' })
      expect(balance).toBeUndefined()
      expect(Object.keys(subledgerBalances ?? {})).toEqual(['gold'])

      expect((await api.send(getLoyaltyBalances, who)).balance).not.toHaveProperty('currentTier')
      const tiers = await api.send(getLoyaltyBalances, { ...who, includeTiers: true, includeProjectedTier: true })
      expect(tiers.balance).toMatchObject({
        currentTier: { name: 'Bronze' },
        nextTierName: 'Gold',
        pointsToNextTier: 93,
        projectedTier: { projectedActivePoints: 7, projectedTierName: 'Bronze' },
      })
    },
  },
  {
    id: '10.11',
    title: 'who earns points of a program with that policy has joined it, others have not',
    ...campaigns,
    check: async (api) => {
      const profileId = api.id()
      await api.put(api.id(), { profileId })
      expect(await programOf(api, profileId, api.ids.club)).not.toHaveProperty('joinDate')
      await closeWith(api, profileId, [points('EARN', 1)])
      expect(await programOf(api, profileId, api.ids.club)).toMatchObject({ joinDate: expect.any(String) })
      expect(await programOf(api, profileId, api.ids.quiet)).not.toHaveProperty('joinDate')
    },
  },
  {
    id: '10.11',
    title: 'a profile joins a program by asking',
    ...campaigns,
    check: async (api) => {
      const profileId = api.id()
      await api.send(joinLoyaltyProgram, { loyaltyProgramId: api.ids.quiet, integrationId: profileId })
      expect(await programOf(api, profileId, api.ids.quiet)).toMatchObject({ joinDate: expect.any(String) })
    },
  },
  {
    id: '10.12',
    title: 'points may be fractions',
    ...campaigns,
    check: async (api) => {
      const { integrationId } = await member(api, points('EARN', 7.25))
      await closeWith(api, integrationId, [points('SPEND', 0.5)])
      expect(await api.balance(integrationId, api.ids.club)).toMatchObject({ activePoints: 6.75, spentPoints: 0.5 })
    },
  },
  {
    id: '10.13',
    title: 'a card that is linked to a profile is used by that profile alone',
    ...campaigns,
    check: async (api) => {
      const [holder, other] = [api.id(), api.id()]
      const { identifier } = await cardOf(api)
      const card = { loyaltyProgramId: api.ids.card, loyaltyCardId: identifier }
      const earnedBy = async (profileId: string) => {
        const answer = await api.put(api.id(), { profileId, cartItems: [points('EARN-CARD', 5)], loyaltyCards: [identifier] })
        return propsOf('addLoyaltyPoints', answer).length
      }
      expect([await earnedBy(holder), await earnedBy(other)]).toEqual([1, 1])
      const { profiles } = await api.send(linkLoyaltyCardToProfile, { ...card, integrationId: holder })
      expect(profiles).toMatchObject([{ integrationId: holder }])
      expect([await earnedBy(holder), await earnedBy(other)]).toEqual([1, 0])
      await api.send(unlinkLoyaltyCardFromProfile, { ...card, integrationId: holder })
      expect([await earnedBy(holder), await earnedBy(other)]).toEqual([1, 1])
    },
  },
  {
    id: '10.13',
    title: 'a card has no more users than its limit',
    ...campaigns,
    check: async (api) => {
      const { identifier, usersPerCardLimit } = await cardOf(api, api.id(), api.id())
      expect(usersPerCardLimit).toBe(2)
      const input = { loyaltyProgramId: api.ids.card, loyaltyCardId: identifier, integrationId: api.id() }
      expectRefused(await api.ask(linkLoyaltyCardToProfile, input))
      expectRefused(
        await api.ask(generateLoyaltyCard, { loyaltyProgramId: api.ids.card, customerProfileIds: [api.id(), api.id(), api.id()] }),
      )
    },
  },
  {
    id: '10.13',
    title: 'a card that is not active earns nothing',
    ...campaigns,
    check: async (api) => {
      const { identifier } = await api.send(generateLoyaltyCard, { loyaltyProgramId: api.ids.card, status: 'inactive' })
      const cartItems = [mug, points('EARN-CARD', 5)]
      const answer = await api.put(api.id(), { profileId: api.id(), cartItems, loyaltyCards: [identifier] })
      expect(propsOf('addLoyaltyPoints', answer)).toEqual([])
    },
  },
]
