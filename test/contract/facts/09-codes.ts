import { expect } from 'vitest'
import {
  createCouponReservation,
  createReferralsForMultipleAdvocates,
  deleteCouponReservation,
  getCustomerInventory,
  getReservedCustomers,
} from '../../../src/endpoints.ts'
import type { NewCustomerSessionV2 } from '../../../src/schema.ts'
import type { Api } from '../api.ts'
import type { Fact } from '../fact.ts'
import { closeWith, expectRefused, mug, points, referralOf, verdictsOf } from '../words.ts'

/** What becomes of the codes of a session that nobody has seen before, of a profile that nobody has seen before. */
async function verdicts(api: Api, cart: NewCustomerSessionV2): Promise<Record<string, string>> {
  return verdictsOf(await api.put(api.id(), { profileId: api.id(), cartItems: [mug], ...cart }))
}

/** A wallet: its codes with what they are good for. */
async function walletOf({ send }: Api, integrationId: string): Promise<Record<string, string>> {
  const { coupons = [] } = await send(getCustomerInventory, { integrationId, coupons: true })
  return Object.fromEntries(coupons.map(({ value, state }) => [value, state]))
}

function reserve({ send }: Api, couponValue: string, ...integrationIDs: string[]): Promise<unknown> {
  return send(createCouponReservation, { couponValue, integrationIDs })
}

export const facts: readonly Fact[] = [
  {
    id: '9.1',
    title: 'codes are the same in any case, and effects say them in upper case',
    inferred: true,
    needs: ['campaigns'],
    check: async (api) => {
      expect(await verdicts(api, { couponCodes: ['contract-open', 'Contract-Expired'] })).toEqual({
        'CONTRACT-OPEN': 'accepted',
        'CONTRACT-EXPIRED': 'CouponExpired',
      })
      const { code } = await referralOf(api)
      expect(await verdicts(api, { referralCode: code.toLowerCase() })).toEqual({ [code]: 'accepted' })
    },
  },
  {
    id: '9.2',
    title: 'a code with characters that a path must encode is found by its path',
    needs: ['campaigns'],
    check: async (api) => {
      const [couponValue, holder] = ['CONTRACT/50% #1?', api.id()]
      await reserve(api, couponValue, holder)
      const { data } = await api.send(getReservedCustomers, { couponValue })
      expect(data.map(({ integrationId }) => integrationId)).toContain(holder)
      expect(await verdicts(api, { couponCodes: [couponValue] })).toEqual({ [couponValue]: 'accepted' })
      await api.send(deleteCouponReservation, { couponValue, integrationIDs: [holder] })
    },
  },
  {
    id: '9.3',
    title: 'a soft reservation shows in the wallet of its holder, and anybody may redeem the code',
    needs: ['campaigns'],
    check: async (api) => {
      const [holder, other] = [api.id(), api.id()]
      await reserve(api, 'CONTRACT-OPEN', holder, other)
      await api.send(deleteCouponReservation, { couponValue: 'CONTRACT-OPEN', integrationIDs: [other] })
      expect(await walletOf(api, holder)).toMatchObject({ 'CONTRACT-OPEN': 'active' })
      expect(await walletOf(api, other)).not.toHaveProperty('CONTRACT-OPEN')
      expect(await verdicts(api, { profileId: other, couponCodes: ['CONTRACT-OPEN'] })).toEqual({ 'CONTRACT-OPEN': 'accepted' })
    },
  },
  {
    id: '9.3',
    title: 'a hard reservation is for its holders alone',
    needs: ['campaigns'],
    check: async (api) => {
      const [holder, cart] = [api.id(), { couponCodes: ['CONTRACT-HARD'] }]
      await reserve(api, 'CONTRACT-HARD', holder)
      expect(await verdicts(api, { ...cart, profileId: holder })).toEqual({ 'CONTRACT-HARD': 'accepted' })
      expect(await verdicts(api, cart)).toEqual({ 'CONTRACT-HARD': 'CouponReservationRequired' })
    },
  },
  {
    id: '9.3',
    title: 'a code that is reserved implicitly is in every wallet',
    needs: ['campaigns'],
    check: async (api) => {
      const profileId = api.id()
      await api.put(api.id(), { profileId })
      expect(await walletOf(api, profileId)).toMatchObject({ 'CONTRACT-ALL': 'active' })
    },
  },
  {
    id: '9.4',
    title: 'reservations made through the API ignore the limit of reservations',
    needs: ['campaigns'],
    check: async (api) => {
      const holders = [api.id(), api.id()]
      await reserve(api, 'CONTRACT-FEW', ...holders)
      for (const holder of holders) expect(await walletOf(api, holder)).toHaveProperty('CONTRACT-FEW')
    },
  },
  {
    id: '9.4',
    title: 'reservations that a rule makes respect the limit of reservations',
    needs: ['campaigns'],
    check: async (api) => {
      const profileId = api.id()
      await reserve(api, 'CONTRACT-FEW', api.id())
      await api.put(api.id(), { profileId, cartItems: [points('RESERVE-CONTRACT-OPEN', 1), points('RESERVE-CONTRACT-FEW', 1)] })
      const wallet = await walletOf(api, profileId)
      expect(wallet).toHaveProperty('CONTRACT-OPEN')
      expect(wallet).not.toHaveProperty('CONTRACT-FEW')
    },
  },
  {
    id: '9.4',
    title: 'a personal coupon cannot be reserved by somebody else',
    needs: ['campaigns'],
    check: async (api) => {
      expectRefused(await api.ask(createCouponReservation, { couponValue: 'CONTRACT-OWN', integrationIDs: [api.id()] }))
      expect(await verdicts(api, { couponCodes: ['CONTRACT-OWN'] })).toEqual({ 'CONTRACT-OWN': 'CouponRecipientDoesNotMatch' })
      expect(await verdicts(api, { profileId: 'contract-owner', couponCodes: ['CONTRACT-OWN'] })).toEqual({ 'CONTRACT-OWN': 'accepted' })
    },
  },
  {
    id: '9.5',
    title: 'taking a reservation back is 204, and repeating either call does no harm',
    inferred: true,
    needs: ['campaigns'],
    check: async (api) => {
      const holder = api.id()
      const input = { couponValue: 'CONTRACT-OPEN', integrationIDs: [holder] }
      for (const _ of [1, 2]) expect((await api.ask(createCouponReservation, input)).status).toBe(201)
      for (const _ of [1, 2]) expect(await api.ask(deleteCouponReservation, input)).toEqual({ status: 204, body: undefined })
      expect(await walletOf(api, holder)).not.toHaveProperty('CONTRACT-OPEN')
    },
  },
  {
    id: '9.6',
    title: 'an unknown coupon is 404',
    check: async ({ ask, id }) => {
      const couponValue = id('none')
      const input = { couponValue, integrationIDs: [id()] }
      expect((await ask(createCouponReservation, input)).status).toBe(404)
      expect((await ask(deleteCouponReservation, input)).status).toBe(404)
      expect((await ask(getReservedCustomers, { couponValue })).status).toBe(404)
    },
  },
  {
    id: '9.7',
    title: 'a wallet has what is reserved and what is redeemed, and says what it is good for',
    needs: ['campaigns'],
    check: async (api) => {
      const profileId = api.id()
      const reserved = ['CONTRACT-OPEN', 'CONTRACT-EXPIRED', 'CONTRACT-NEXT', 'CONTRACT-OFF', 'CONTRACT-TO-COME']
      for (const code of reserved) await reserve(api, code, profileId)
      await closeWith(api, profileId, [mug], { couponCodes: ['CONTRACT-ONCE-EACH'] })
      expect(await walletOf(api, profileId)).toEqual({
        'CONTRACT-OPEN': 'active',
        'CONTRACT-ALL': 'active',
        'CONTRACT-EXPIRED': 'expired',
        'CONTRACT-NEXT': 'pending',
        'CONTRACT-OFF': 'disabled',
        'CONTRACT-TO-COME': 'active',
        'CONTRACT-ONCE-EACH': 'used',
      })
    },
  },
  {
    id: '9.8',
    title: 'a code is redeemed at the close, and what one session was promised another may use up',
    inferred: true,
    needs: ['campaigns'],
    check: async (api) => {
      const [slow, quick, cart] = [api.id(), api.id(), { couponCodes: ['CONTRACT-ONCE'] }]
      const verdictIn = async (id: string, more: NewCustomerSessionV2 = {}) => verdictsOf(await api.put(id, { ...cart, ...more }))
      expect(await verdictIn(slow, { profileId: api.id() })).toEqual({ 'CONTRACT-ONCE': 'accepted' })
      expect(await verdictIn(quick, { profileId: api.id() })).toEqual({ 'CONTRACT-ONCE': 'accepted' })
      expect(await verdictIn(quick, { state: 'closed' })).toEqual({ 'CONTRACT-ONCE': 'accepted' })
      expect(await verdictIn(slow)).toEqual({ 'CONTRACT-ONCE': 'CouponLimitReached' })
      // So that the next one finds the code unused.
      await api.put(quick, { state: 'cancelled' })
      expect(await verdictIn(slow)).toEqual({ 'CONTRACT-ONCE': 'accepted' })
    },
  },
  {
    id: '9.9',
    title: 'a code that is gone before the close is not redeemed',
    needs: ['campaigns'],
    check: async (api) => {
      const [session, profileId, couponCodes] = [api.id(), api.id(), ['CONTRACT-ONCE-EACH']]
      await api.put(session, { profileId, couponCodes })
      await api.put(session, { couponCodes: [], state: 'closed' })
      expect(await verdicts(api, { profileId, couponCodes })).toEqual({ 'CONTRACT-ONCE-EACH': 'accepted' })
      await closeWith(api, profileId, [mug], { couponCodes })
      expect(await verdicts(api, { profileId, couponCodes })).toEqual({ 'CONTRACT-ONCE-EACH': 'ProfileLimitReached' })
    },
  },
  {
    id: '9.10',
    title: 'a limit for each identifier holds across profiles',
    needs: ['campaigns'],
    check: async (api) => {
      const [couponCodes, identifiers] = [['CONTRACT-ONCE-FOR-IDENTIFIER'], [api.id('device')]]
      await closeWith(api, api.id(), [mug], { couponCodes, identifiers })
      const [verdict] = Object.values(await verdicts(api, { couponCodes, identifiers }))
      expect(verdict).toMatch(/Limit/)
      expect(await verdicts(api, { couponCodes, identifiers: [api.id('device')] })).toEqual({ 'CONTRACT-ONCE-FOR-IDENTIFIER': 'accepted' })
    },
  },
  {
    id: '9.11',
    title: 'a referral code is for a friend: not for the advocate, and not for another friend than it names',
    needs: ['campaigns'],
    check: async (api) => {
      const advocateProfileIntegrationId = api.id('advocate')
      const { code } = await referralOf(api, { advocateProfileIntegrationId })
      expect(await verdicts(api, { referralCode: code })).toEqual({ [code]: 'accepted' })
      expect(await verdicts(api, { referralCode: code, profileId: advocateProfileIntegrationId })).toEqual({
        [code]: 'ReferralRecipientIdSameAsAdvocate',
      })
      const friendProfileIntegrationId = api.id('friend')
      const { code: named } = await referralOf(api, { friendProfileIntegrationId })
      expect(await verdicts(api, { referralCode: named })).toEqual({ [named]: 'ReferralRecipientDoesNotMatch' })
      expect(await verdicts(api, { referralCode: named, profileId: friendProfileIntegrationId })).toEqual({ [named]: 'accepted' })
    },
  },
  {
    id: '9.11',
    title: 'a referral is redeemed when the friend’s session closes, and a friend is referred once',
    needs: ['campaigns'],
    check: async (api) => {
      const [advocateProfileIntegrationId, friend] = [api.id('advocate'), api.id('friend')]
      const { code } = await referralOf(api, { advocateProfileIntegrationId })
      const { code: other } = await referralOf(api)
      const referredBy = async () => {
        const { referrals = [] } = await api.send(getCustomerInventory, { integrationId: advocateProfileIntegrationId, referrals: true })
        return referrals.flatMap(({ referredCustomers }) => referredCustomers)
      }
      const session = api.id()
      await api.put(session, { profileId: friend, referralCode: code, cartItems: [mug] })
      expect(await referredBy()).toEqual([])
      await api.put(session, { state: 'closed' })
      expect(await referredBy()).toEqual([friend])
      expect(await verdicts(api, { profileId: friend, referralCode: other })).toEqual({ [other]: 'ReferralCustomerAlreadyReferred' })
    },
  },
  {
    id: '9.11',
    title: 'a usageLimit of 0 is none, another one is reached',
    needs: ['campaigns'],
    check: async (api) => {
      for (const [usageLimit, verdict] of [
        [0, 'accepted'],
        [1, 'ReferralLimitReached'],
      ] as const) {
        const { code } = await referralOf(api, { usageLimit })
        await closeWith(api, api.id('friend'), [mug], { referralCode: code })
        expect(await verdicts(api, { referralCode: code })).toEqual({ [code]: verdict })
      }
    },
  },
  {
    id: '9.11',
    title: 'a referral code counts from its startDate until its expiryDate',
    needs: ['campaigns'],
    check: async (api) => {
      const { code: early } = await referralOf(api, { startDate: '2999-01-01T00:00:00Z' })
      expect(await verdicts(api, { referralCode: early })).toEqual({ [early]: 'ReferralStartDateInFuture' })
      const { code: late } = await referralOf(api, { expiryDate: '1970-01-02T00:00:00Z' })
      expect(await verdicts(api, { referralCode: late })).toEqual({ [late]: 'ReferralExpired' })
    },
  },
  {
    id: '9.12',
    title: 'codes for many advocates are made in silence unless told otherwise, by a pattern and its characters',
    needs: ['campaigns'],
    check: async ({ ask, send, id, ids }) => {
      const input = { campaignId: ids.referrals, usageLimit: 0, advocateProfileIntegrationIds: [id('advocate'), id('advocate')] }
      expect(await ask(createReferralsForMultipleAdvocates, input)).toEqual({ status: 204, body: undefined })
      const told = async (more: { referralPattern?: string; validCharacters?: string[] }) =>
        (await send(createReferralsForMultipleAdvocates, { ...input, ...more, silent: 'no' }))?.data.map(({ code }) => code) ?? []
      const usual = await told({})
      expect(usual).toHaveLength(2)
      for (const code of usual) expect(code).toMatch(/^[A-Z0-9]{4,}$/)
      for (const code of await told({ referralPattern: 'CONTRACT-############', validCharacters: ['A', 'B', 'C'] }))
        expect(code).toMatch(/^CONTRACT-[ABC]{12}$/)
    },
  },
]
