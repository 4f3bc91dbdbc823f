import { expect } from 'vitest'
import {
  getCustomerInventory,
  getCustomerSession,
  reopenCustomerSession,
  returnCartItems,
  updateCustomerProfileV2,
} from '../../../src/endpoints.ts'
import type { SessionState } from '../../../src/schema.ts'
import type { Answered, Api } from '../api.ts'
import type { Fact } from '../fact.ts'
import { askSession, closeWith, expectRefused, mug, points, propsOf, sessionIn, tea, verdictsOf } from '../words.ts'

type From = SessionState | 'new'
type Move = `PUT ${SessionState}` | 'return' | 'reopen'

const columns: readonly Move[] = ['PUT open', 'PUT closed', 'PUT cancelled', 'PUT partially_returned', 'return', 'reopen']

// The table of 2.3, a column for each move in the order above. A question mark: inferred.
const table: Readonly<Record<From, string>> = {
  new: /*                */ 'yes yes no? no  no? no?',
  open: /*               */ 'yes yes yes no  no? no',
  closed: /*             */ 'no  no  yes no  yes yes',
  partially_returned: /* */ 'no? no? yes no? yes? no',
  cancelled: /*          */ 'no? no  no? no  no? no',
}

const ends: Readonly<Record<Move, SessionState>> = {
  'PUT open': 'open',
  'PUT closed': 'closed',
  'PUT cancelled': 'cancelled',
  'PUT partially_returned': 'partially_returned',
  return: 'partially_returned',
  reopen: 'open',
}

function make(api: Api, id: string, move: Move): Promise<Answered> {
  if (move === 'reopen') return api.ask(reopenCustomerSession, { customerSessionId: id })
  if (move === 'return')
    return api.ask(returnCartItems, { customerSessionId: id, return: { returnedCartItems: [{ position: 1, sku: mug.sku, quantity: 1 }] } })
  return askSession(api, id, { state: ends[move] })
}

async function stateOf(api: Api, id: string): Promise<From> {
  const { status } = await api.ask(getCustomerSession, { customerSessionId: id })
  return status === 200 ? (await api.stored(id)).state : 'new'
}

const moves: readonly Fact[] = Object.entries(table).flatMap(([from, row]) =>
  row.split(/ +/).map((cell, index): Fact => {
    // The casts hold because the table is written in these very words.
    const [state, move] = [from as From, columns[index] as Move]
    const isLegal = cell.startsWith('yes')
    return {
      id: '2.3',
      title: `${move} ${isLegal ? 'moves' : 'does not move'} a session that is ${state}`,
      ...(cell.endsWith('?') && { inferred: true }),
      check: async (api) => {
        const id = await sessionIn(api, state)
        const { status } = await make(api, id, move)
        // What there is not may also be not found.
        if (isLegal) expect(status).toBe(200)
        else expect(state === 'new' ? [400, 404] : [400]).toContain(status)
        expect(await stateOf(api, id)).toBe(isLegal ? ends[move] : state)
      },
    }
  }),
)

const words = (from: From, to: SessionState): string => `Cannot move session to state "${to}" from state "${from}"`

export const facts: readonly Fact[] = [
  {
    id: '2.1',
    title: 'a session is open, closed, partially_returned or cancelled, and nothing else',
    check: async (api) => {
      for (const state of ['open', 'closed', 'partially_returned', 'cancelled'] as const)
        expect((await api.stored(await sessionIn(api, state))).state).toBe(state)
      expectRefused(await api.raw('PUT', `/v2/customer_sessions/${api.id()}`, { customerSession: { state: 'paused' } }))
    },
  },
  ...(['open', 'closed'] as const).map((state): Fact => ({
    id: '2.2',
    title: `a new session may start ${state}`,
    check: async ({ put, id }) => expect((await put(id(), { state })).customerSession.state).toBe(state),
  })),
  ...(['cancelled', 'partially_returned'] as const).map((state): Fact => ({
    id: '2.2',
    title: `a new session may not start ${state}`,
    inferred: true,
    check: async (api) => expectRefused(await askSession(api, api.id(), { state })),
  })),
  ...moves,
  {
    id: '2.4',
    title: 'a closed session keeps its cart, whatever an update says',
    check: async (api) => {
      const id = await sessionIn(api, 'closed')
      const before = await api.stored(id)
      expect((await askSession(api, id, { state: 'closed', cartItems: [mug] })).status).toBe(400)
      expect((await askSession(api, id, { cartItems: [] })).status).toBe(400)
      expect(await api.stored(id)).toEqual(before)
    },
  },
  {
    id: '2.5',
    title: 'PUT open on a closed session is 400 in these words',
    check: async (api) => {
      const id = await sessionIn(api, 'closed')
      expectRefused(await askSession(api, id, { state: 'open' }), words('closed', 'open'))
    },
  },
  ...(
    [
      ['closed', 'closed'],
      ['cancelled', 'closed'],
      ['cancelled', 'open'],
      ['cancelled', 'cancelled'],
      ['partially_returned', 'open'],
      ['partially_returned', 'closed'],
    ] as const
  ).map(([from, to]): Fact => ({
    id: '2.5',
    title: `PUT ${to} on a session that is ${from} is 400 in the same words`,
    inferred: true,
    check: async (api) => expectRefused(await askSession(api, await sessionIn(api, from), { state: to }), words(from, to)),
  })),
  {
    id: '2.6',
    title: 'closing redeems codes, books points and counts in the profile',
    needs: ['campaigns'],
    check: async (api) => {
      const [id, profileId, code] = [api.id(), api.id(), 'CONTRACT-ONCE-EACH']
      const cart = { profileId, cartItems: [points('EARN', 7)], couponCodes: [code] }
      const open = await api.put(id, cart, { responseContent: ['coupons', 'customerProfile'] })
      expect(open.coupons).toMatchObject([{ value: code, profileRedemptionCount: 0 }])
      expect(open.customerProfile).toMatchObject({ closedSessions: 0, totalSales: 0 })
      expect(await api.balance(profileId, api.ids.club)).toMatchObject({ activePoints: 0 })

      const closed = await api.put(id, { state: 'closed' }, { responseContent: ['coupons', 'customerProfile'] })
      expect(closed.coupons).toMatchObject([{ value: code, profileRedemptionCount: 1 }])
      expect(closed.customerProfile).toMatchObject({ closedSessions: 1, totalSales: 7 })
      expect(await api.balance(profileId, api.ids.club)).toMatchObject({ activePoints: 7 })
    },
  },
  ...(['closed', 'partially_returned'] as const).map((state): Fact => ({
    id: '2.7',
    title: `cancelling a session that is ${state} frees its codes, takes points back and leaves the analytics`,
    needs: ['campaigns'],
    check: async (api) => {
      const [profileId, code] = [api.id(), 'CONTRACT-ONCE-EACH']
      const id = await closeWith(api, profileId, [tea, points('EARN', 7)], { couponCodes: [code] })
      if (state === 'partially_returned')
        await api.send(returnCartItems, { customerSessionId: id, return: { returnedCartItems: [{ position: 0, quantity: 1 }] } })

      const next = { profileId, couponCodes: [code] }
      expect(verdictsOf(await api.put(api.id(), next))).toEqual({ [code]: 'ProfileLimitReached' })
      const cancelled = await api.put(id, { state: 'cancelled' }, { responseContent: ['customerProfile'] })
      expect(propsOf('rollbackCoupon', cancelled)).toMatchObject([{ value: code }])
      expect(propsOf('rollbackDiscount', cancelled)).toMatchObject([{ name: 'Five off', value: 5 }])
      expect(propsOf('rollbackAddedLoyaltyPoints', cancelled)).toMatchObject([{ value: 7, recipientIntegrationId: profileId }])
      expect(cancelled.customerProfile).toMatchObject({ closedSessions: 0, totalSales: 0 })
      expect(await api.balance(profileId, api.ids.club)).toMatchObject({ activePoints: 0 })
      expect(verdictsOf(await api.put(api.id(), next))).toEqual({ [code]: 'accepted' })
    },
  })),
  {
    id: '2.8',
    title: 'returning counts the units of a line that came back and those that remain',
    check: async (api) => {
      const id = await closeWith(api, api.id(), [tea, mug])
      const { customerSession, return: made } = await api.send(returnCartItems, {
        customerSessionId: id,
        return: { returnedCartItems: [{ position: 0, sku: tea.sku, quantity: 1 }] },
        responseContent: ['customerSession'],
      })
      expect(customerSession?.state).toBe('partially_returned')
      expect(customerSession?.cartItems).toMatchObject([
        { sku: tea.sku, quantity: 2, returnedQuantity: 1, remainingQuantity: 1 },
        { sku: mug.sku, quantity: 1 },
      ])
      expect(made?.returnedCartItems).toEqual([{ position: 0, sku: tea.sku, quantity: 1 }])
    },
  },
  {
    id: '2.8',
    title: 'returning rolls back the effects of the units that came back, and no others',
    needs: ['campaigns'],
    check: async (api) => {
      const id = await closeWith(api, api.id(), [{ ...tea, quantity: 3, category: 'Contract' }, mug], { couponCodes: ['CONTRACT-OPEN'] })
      const answer = await api.send(returnCartItems, {
        customerSessionId: id,
        return: { returnedCartItems: [{ position: 0, quantity: 2 }] },
      })
      const rolledBack = propsOf('rollbackDiscount', answer).map(({ cartItemPosition, cartItemSubPosition }) => [
        cartItemPosition,
        cartItemSubPosition,
      ])
      expect(new Set(rolledBack.map(String))).toEqual(new Set(['0,1', '0,2']))
      expect(propsOf('rollbackCoupon', answer)).toEqual([])
    },
  },
  ...[true, false].map((runRuleEngine): Fact => ({
    id: '2.8',
    title: `a return ${runRuleEngine ? 'with' : 'without'} runRuleEngine ${runRuleEngine ? 'asks anew' : 'leaves alone'} what is evaluated again on a return`,
    needs: ['campaigns'],
    check: async (api) => {
      const many = { sku: 'MANY', quantity: 4, price: 2 }
      const id = await closeWith(api, api.id(), [many])
      const giveBack = (quantity: number) =>
        api.send(returnCartItems, {
          customerSessionId: id,
          runRuleEngine,
          return: { returnedCartItems: [{ position: 0, quantity }] },
        })
      // Three of four are still enough, two are not.
      const still = await giveBack(1)
      expect(propsOf('setDiscount', still)).toHaveLength(runRuleEngine ? 1 : 0)
      const lost = await giveBack(1)
      expect(propsOf('setDiscount', lost)).toEqual([])
      expect(propsOf('rollbackDiscount', lost)).toHaveLength(runRuleEngine ? 1 : 0)
    },
  })),
  ...(
    [
      ['more than remains', [{ position: 0, sku: tea.sku, quantity: 3 }]],
      ['a position with the SKU of another line', [{ position: 0, sku: mug.sku, quantity: 1 }]],
      ['a position that there is not', [{ position: 9, sku: tea.sku, quantity: 1 }]],
    ] as const
  ).map(([what, returnedCartItems]): Fact => ({
    id: '2.9',
    title: `returning ${what} is 400`,
    inferred: true,
    check: async (api) => {
      const id = await sessionIn(api, 'closed')
      expectRefused(await api.ask(returnCartItems, { customerSessionId: id, return: { returnedCartItems: [...returnedCartItems] } }))
      expect((await api.stored(id)).state).toBe('closed')
    },
  })),
  {
    id: '2.9',
    title: 'what came back before cannot come back again',
    inferred: true,
    check: async (api) => {
      const id = await sessionIn(api, 'partially_returned')
      const giveBack = (quantity: number) =>
        api.ask(returnCartItems, { customerSessionId: id, return: { returnedCartItems: [{ position: 0, sku: tea.sku, quantity }] } })
      expectRefused(await giveBack(2))
      expect((await giveBack(1)).status).toBe(200)
      expectRefused(await giveBack(1))
    },
  },
  {
    id: '2.9',
    title: 'returning everything still yields partially_returned',
    inferred: true,
    check: async (api) => {
      const id = await closeWith(api, api.id(), [tea])
      await api.send(returnCartItems, { customerSessionId: id, return: { returnedCartItems: [{ position: 0, quantity: 2 }] } })
      expect((await api.stored(id)).state).toBe('partially_returned')
    },
  },
  {
    id: '2.10',
    title: 'the answer of reopening holds effects and nothing else, and the session takes updates again',
    check: async (api) => {
      const id = await sessionIn(api, 'closed')
      expect(Object.keys(await api.send(reopenCustomerSession, { customerSessionId: id }))).toEqual(['effects'])
      expect((await api.put(id, { cartItems: [mug] })).customerSession).toMatchObject({ state: 'open', total: 12 })
      expect((await api.put(id, { state: 'closed' })).customerSession.state).toBe('closed')
    },
  },
  {
    id: '2.10',
    title: 'reopening takes back what a cancellation would, and keeps attributes',
    needs: ['campaigns'],
    check: async (api) => {
      const [profileId, code] = [api.id(), 'CONTRACT-ONCE-EACH']
      const id = await closeWith(api, profileId, [points('EARN', 7)], { couponCodes: [code], attributes: { Channel: 'web' } })
      const { effects } = await api.send(reopenCustomerSession, { customerSessionId: id })
      expect(propsOf('rollbackCoupon', { effects })).toMatchObject([{ value: code }])
      expect(propsOf('rollbackAddedLoyaltyPoints', { effects })).toMatchObject([{ value: 7 }])
      expect((await api.stored(id)).attributes).toEqual({ Channel: 'web' })
      const { profile } = await api.send(getCustomerInventory, { integrationId: profileId, profile: true })
      expect(profile).toMatchObject({ closedSessions: 0, totalSales: 0 })
    },
  },
  {
    id: '2.10',
    title: 'reopening keeps reservations that a rule made',
    needs: ['campaigns'],
    check: async (api) => {
      const profileId = api.id()
      const id = await closeWith(api, profileId, [points('RESERVE-CONTRACT-OPEN', 1)])
      await api.send(reopenCustomerSession, { customerSessionId: id })
      const { coupons = [] } = await api.send(getCustomerInventory, { integrationId: profileId, coupons: true })
      expect(coupons.map(({ value }) => value)).toContain('CONTRACT-OPEN')
    },
  },
  {
    id: '2.11',
    title: 'every move of a session is a built-in event',
    check: async ({ put, send, id }) => {
      const session = id()
      const eventOf = async (state: SessionState, cart = session) =>
        (await put(cart, { cartItems: [mug], state }, { responseContent: ['event'] })).event?.type
      expect(await eventOf('open')).toBe('talon_session_created')
      expect(await eventOf('open')).toBe('talon_session_updated')
      expect(await eventOf('closed')).toBe('talon_session_closed')
      const { event } = await send(returnCartItems, {
        customerSessionId: session,
        return: { returnedCartItems: [{ position: 0, quantity: 1 }] },
        responseContent: ['event'],
      })
      expect(event?.type).toBe('talon_session_partially_returned')
    },
  },
  {
    id: '2.11',
    title: 'an open session is cancelled, a closed one revoked',
    check: async (api) => {
      const eventOf = async (from: SessionState) =>
        (await api.put(await sessionIn(api, from), { state: 'cancelled' }, { responseContent: ['event'] })).event?.type
      expect(await eventOf('open')).toBe('talon_session_cancelled')
      expect(await eventOf('closed')).toBe('talon_session_revoked')
    },
  },
  {
    id: '2.11',
    title: 'a profile that runs the rules is created once, and then updated',
    check: async ({ send, id }) => {
      const integrationId = id()
      const update = async () =>
        (await send(updateCustomerProfileV2, { integrationId, runRuleEngine: true, responseContent: ['event'] })).event?.type
      expect([await update(), await update()]).toEqual(['talon_profile_created', 'talon_profile_updated'])
    },
  },
  {
    id: '2.12',
    title: 'a cart that was left open is taken up again after a year',
    needs: ['clock'],
    check: async ({ put, id, wait }) => {
      const session = id()
      await put(session, { cartItems: [tea] })
      wait(365 * 86_400_000)
      expect((await put(session, { couponCodes: [] })).customerSession).toMatchObject({ updateCount: 2, total: 8 })
    },
  },
  {
    id: '2.13',
    title: 'the id, which is the shop’s own, is all that locates a session',
    inferred: true,
    check: async ({ put, stored, id }) => {
      const [one, other] = [id(), id()]
      const first = await put(one, { profileId: id() })
      await put(other, { profileId: id() })
      expect(await stored(one)).toMatchObject({ integrationId: one, id: first.customerSession.id })
      expect((await stored(other)).id).not.toBe(first.customerSession.id)
    },
  },
]
