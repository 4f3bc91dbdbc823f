import { describe, expect, it } from 'vitest'
import {
  activateLoyaltyPoints,
  deleteLoyaltyTransactionsFromLedgers,
  getLoyaltyProgramProfilePoints,
  getLoyaltyProgramProfileTransactions,
  updateCustomerProfileV2,
} from '../../src/endpoints.ts'
import { coffee, gives, grantPoints, noon, openClub, openShop } from './sandbox-shop.ts'

// Names begin with the fact of shared/talon-one/behaviour.md that they hold.

const day = 86_400_000
const at = (days: number): string => new Date(noon + days * day).toISOString()
const anna = { loyaltyProgramId: 1, integrationId: 'anna' }

describe('transactions', () => {
  it('10.8 are listed latest first, 50 a page', async () => {
    const shop = await openClub()
    for (let number = 1; number <= 60; number += 1) {
      shop.earn(1, { name: `${number}` })
      if (number % 2 === 0) shop.wait(1)
    }
    const first = await shop.send(getLoyaltyProgramProfileTransactions, anna)
    expect(first.hasMore).toBe(true)
    expect(first.data.map(({ name }) => name)).toEqual(Array.from({ length: 50 }, (_, index) => `${60 - index}`))
    const rest = await shop.send(getLoyaltyProgramProfileTransactions, { ...anna, skip: 50 })
    expect(rest.hasMore).toBe(false)
    expect(rest.data.map(({ name }) => name)).toEqual(Array.from({ length: 10 }, (_, index) => `${10 - index}`))
    const page = await shop.send(getLoyaltyProgramProfileTransactions, { ...anna, skip: 58, pageSize: 2 })
    expect(page).toMatchObject({ hasMore: false, data: [{ name: '2' }, { name: '1' }] })
    expect(await shop.send(getLoyaltyProgramProfileTransactions, { ...anna, skip: 57, pageSize: 2 })).toMatchObject({ hasMore: true })
  })

  it.each([
    ['a subledger', { subledgerId: 'coffee' }, ['subledger']],
    ['the main ledger', { subledgerId: '' }, ['waiting', 'gift', 'order', 'first']],
    ['a session', { customerSessionIDs: ['order'] }, ['order']],
    ['transactions', { transactionUUIDs: ['no such', '00000000-0000-4000-8000-0000000000aa'] }, ['gift']],
    ['a start', { startDate: at(1) }, ['waiting', 'subledger', 'gift', 'order']],
    ['an end', { endDate: at(1) }, ['gift', 'order', 'first']],
    ['what came from sessions', { loyaltyTransactionType: 'session' as const }, ['order']],
    ['what staff gave', { loyaltyTransactionType: 'manual' as const }, ['gift']],
    ['what was imported', { loyaltyTransactionType: 'import' as const }, []],
    ['what awaits activation', { awaitsActivation: true as const }, ['waiting']],
  ])('are filtered by %s', async (_, filter, names) => {
    const shop = await openClub()
    shop.earn(1, { name: 'first' })
    shop.wait(day)
    shop.earn(1, { name: 'order', sessionId: 'order' })
    shop.earn(1, { name: 'gift', origin: 'manual', transactionUUID: '00000000-0000-4000-8000-0000000000aa' })
    shop.wait(1)
    shop.earn(1, { name: 'subledger', subLedgerId: 'coffee' })
    shop.earn(1, { name: 'waiting', awaitsActivation: true })
    const { data } = await shop.send(getLoyaltyProgramProfileTransactions, { ...anna, ...filter })
    expect(data.map(({ name }) => name)).toEqual(names)
  })

  it('10.8 refuse awaitsActivation=false', async () => {
    const shop = await openClub()
    const path = '/v1/loyalty_programs/1/profile/anna/transactions?awaitsActivation='
    expect((await shop.raw('GET', `${path}true`)).status).toBe(200)
    expect(await shop.raw('GET', `${path}false`)).toMatchObject({
      status: 400,
      body: { StatusCode: 400, errors: [{ source: { parameter: 'awaitsActivation' } }] },
    })
  })

  it('10.6 say when their points start and end', async () => {
    const shop = await openClub()
    shop.earn(1)
    shop.earn(1, { startDate: at(1), expiryDate: at(2) })
    shop.earn(1, { awaitsActivation: true, validityDuration: '30D' })
    const { data } = await shop.send(getLoyaltyProgramProfileTransactions, anna)
    expect(data).toMatchObject([
      { startDate: 'on_action', expiryDate: 'unlimited', validityDuration: '30D' },
      { startDate: at(1), expiryDate: at(2) },
      { startDate: 'immediate', expiryDate: 'unlimited' },
    ])
  })
})

describe('the list of unused points', () => {
  async function openMixed() {
    const shop = await openClub()
    shop.earn(10, { name: 'used', expiryDate: at(1) })
    shop.earn(10, { name: 'soon', expiryDate: at(3), sessionId: 'order' })
    shop.earn(10, { name: 'unlimited' })
    shop.earn(10, { name: 'coffee', expiryDate: at(2), subLedgerId: 'coffee' })
    shop.earn(10, { name: 'pending', startDate: at(6) })
    shop.earn(10, { name: 'waiting', awaitsActivation: true })
    shop.spend(14)
    return shop
  }

  it('10.7 has active ones with what is left of them, unless asked for another status', async () => {
    const shop = await openMixed()
    const { hasMore, data } = await shop.send(getLoyaltyProgramProfilePoints, anna)
    expect(hasMore).toBe(false)
    expect(data.map(({ name, amount }) => [name, amount])).toEqual([
      ['soon', 6],
      ['unlimited', 10],
      ['coffee', 10],
    ])
    expect(await shop.pointsOf('pending')).toEqual([
      ['pending', 10],
      ['waiting', 10],
    ])
    shop.wait(3 * day)
    expect(await shop.pointsOf('expired')).toEqual([
      ['soon', 6],
      ['coffee', 10],
    ])
  })

  it.each([
    ['expiryDate' as const, ['coffee', 'soon', 'unlimited']],
    ['-expiryDate' as const, ['unlimited', 'soon', 'coffee']],
  ])('10.7 is sorted by %s', async (sort, names) => {
    const { data } = await (await openMixed()).send(getLoyaltyProgramProfilePoints, { ...anna, sort })
    expect(data.map(({ name }) => name)).toEqual(names)
  })

  it.each([
    ['startDate' as const, ['pending', 'waiting']],
    ['-startDate' as const, ['waiting', 'pending']],
  ])('10.7 is sorted by %s', async (sort, names) => {
    const { data } = await (await openMixed()).send(getLoyaltyProgramProfilePoints, { ...anna, sort, status: 'pending' })
    expect(data.map(({ name }) => name)).toEqual(names)
  })

  it.each([
    [{ subledgerId: ['coffee'] }, ['coffee']],
    [{ subledgerId: ['', 'coffee'] }, ['soon', 'unlimited', 'coffee']],
    [{ customerSessionIDs: ['order', 'another'] }, ['soon']],
    [{ transactionUUIDs: ['none of these'] }, []],
    [{ pageSize: 2 }, ['soon', 'unlimited']],
    [{ pageSize: 2, skip: 2 }, ['coffee']],
  ])('is narrowed by %j', async (query, names) => {
    const { data, hasMore } = await (await openMixed()).send(getLoyaltyProgramProfilePoints, { ...anna, ...query })
    expect(data.map(({ name }) => name)).toEqual(names)
    expect(hasMore).toBe('pageSize' in query && !('skip' in query))
  })
})

describe('activating points', () => {
  const waiting = gives(() => [
    {
      effectType: 'addLoyaltyPoints',
      props: { name: 'earned', programId: 1, subLedgerId: '', value: 10, awaitsActivation: true, validityDuration: '30D' },
    },
    { effectType: 'addLoyaltyPoints', props: { name: 'at once', programId: 1, subLedgerId: '', value: 1 } },
  ])

  it('10.2 10.9 makes the pending points of a session active, valid from then on', async () => {
    const shop = await openClub({}, waiting)
    await shop.put({ cartItems: [coffee], state: 'closed' })
    expect(await shop.balance()).toMatchObject({ activePoints: 1, pendingPoints: 10 })
    shop.wait(day)
    expect(await shop.send(activateLoyaltyPoints, { loyaltyProgramId: 1, sessionId: 'cart' })).toEqual({
      ledgerEntries: [
        {
          created: at(0),
          programID: 1,
          customerProfileID: 'anna',
          customerSessionID: 'cart',
          type: 'addition',
          amount: 10,
          name: 'earned',
          subLedgerID: '',
          startDate: at(1),
          expiryDate: at(31),
          validityDuration: '30D',
        },
      ],
    })
    expect(await shop.balance()).toMatchObject({ activePoints: 11, pendingPoints: 0 })
    expect(await shop.balance(at(0.5))).toMatchObject({ activePoints: 1, pendingPoints: 10 })
    expect(await shop.balance(at(31))).toMatchObject({ activePoints: 1, expiredPoints: 10 })
  })

  it('10.9 makes the points of transactions active, and says the second time that there are none', async () => {
    const shop = await openClub()
    const granted = [shop.earn(5, { awaitsActivation: true }), shop.earn(7, { startDate: at(3) })]
    const both = { loyaltyProgramId: 1, transactionUUIDs: granted.map(({ transactionUUID }) => transactionUUID) }
    expect((await shop.send(activateLoyaltyPoints, both)).ledgerEntries?.map(({ amount }) => amount)).toEqual([5, 7])
    expect(await shop.balance()).toMatchObject({ activePoints: 12, pendingPoints: 0 })
    expect(await shop.send(activateLoyaltyPoints, both)).toEqual({ ledgerEntries: [] })
  })

  it('10.9 takes transactions or a session, not both and not neither', async () => {
    const shop = await openClub()
    const { transactionUUID: uuid } = shop.earn(5, { awaitsActivation: true })
    await shop.put()
    for (const which of [{}, { transactionUUIDs: [uuid], sessionId: 'cart' }])
      expect(await shop.ask(activateLoyaltyPoints, { loyaltyProgramId: 1, ...which })).toMatchObject({
        status: 400,
        body: { StatusCode: 400 },
      })
    expect(await shop.balance()).toMatchObject({ pendingPoints: 5 })
  })

  it('activates nothing when one transaction, the session or the program is unknown', async () => {
    const shop = await openClub()
    const { transactionUUID: uuid } = shop.earn(5, { awaitsActivation: true })
    const unknown = '00000000-0000-4000-8000-00000000dead'
    for (const which of [
      { loyaltyProgramId: 1, transactionUUIDs: [uuid, unknown] },
      { loyaltyProgramId: 1, sessionId: 'no such session' },
      { loyaltyProgramId: 7, transactionUUIDs: [uuid] },
    ])
      expect(await shop.ask(activateLoyaltyPoints, which)).toMatchObject({ status: 404 })
    expect(await shop.balance()).toMatchObject({ pendingPoints: 5 })
  })
})

describe('deleting transactions', () => {
  async function openThree() {
    const shop = openShop({
      programs: [
        { id: 1, name: 'beans', title: 'Bean Club' },
        { id: 3, name: 'other', title: 'Other' },
      ],
      campaigns: [],
    })
    await shop.send(updateCustomerProfileV2, { integrationId: 'anna' })
    for (const subLedgerId of ['', 'coffee', 'tea']) grantPoints(shop, 'anna', 5, { subLedgerId })
    grantPoints(shop, 'anna', 5, { programId: 3 })
    return shop
  }
  const left = (shop: Awaited<ReturnType<typeof openThree>>) =>
    shop.state.ledgers.get('anna')?.map(({ programId, subLedgerId }) => `${programId}${subLedgerId}`)

  it.each([
    [{ scope: 'AllSubledgers' as const }, ['3']],
    [{ scope: 'SelectedSubledgers' as const, subledgerIds: ['tea', ''] }, ['1coffee', '3']],
  ])('deletes %j of one program', async (request, kept) => {
    const shop = await openThree()
    expect(await shop.ask(deleteLoyaltyTransactionsFromLedgers, { ...anna, ...request })).toEqual({ status: 204, body: undefined })
    expect(left(shop)).toEqual(kept)
  })

  it('needs the subledgers when they are to be selected', async () => {
    const shop = await openThree()
    for (const subledgerIds of [undefined, null, []]) {
      const request = { ...anna, scope: 'SelectedSubledgers' as const, ...(subledgerIds !== undefined && { subledgerIds }) }
      expect(await shop.ask(deleteLoyaltyTransactionsFromLedgers, request)).toMatchObject({
        status: 400,
        body: { errors: [{ source: { pointer: '/subledgerIds' } }] },
      })
    }
    expect(left(shop)).toHaveLength(4)
  })
})
