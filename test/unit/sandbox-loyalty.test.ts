import { describe, expect, it } from 'vitest'
import {
  deleteLoyaltyTransactionsFromLedgers,
  getCustomerInventory,
  getLoyaltyBalances,
  getLoyaltyProgramProfilePoints,
  getLoyaltyProgramProfileTransactions,
  joinLoyaltyProgram,
  reopenCustomerSession,
  updateCustomerProfileV2,
  updateCustomerSessionV2,
} from '../../src/endpoints.ts'
import { coffee, gives, grantPoints, noon, openClub, openShop, propsOf } from './sandbox-shop.ts'

// Names begin with the fact of shared/talon-one/behaviour.md that they hold.

const day = 86_400_000
const at = (days: number): string => new Date(noon + days * day).toISOString()
const anna = { loyaltyProgramId: 1, integrationId: 'anna' }

const tiers = [
  { name: 'Gold', minPoints: 500 },
  { name: 'Silver', minPoints: 100 },
]

describe('points', () => {
  it('10.2 are pending before their start, then active, then expired', async () => {
    const shop = await openClub()
    shop.earn(30, { startDate: at(1), expiryDate: at(3) })
    expect(await shop.balance()).toEqual({ activePoints: 0, pendingPoints: 30, spentPoints: 0, expiredPoints: 0, negativePoints: 0 })
    shop.wait(day)
    expect(await shop.balance()).toMatchObject({ activePoints: 30, pendingPoints: 0 })
    shop.wait(2 * day)
    expect(await shop.balance()).toMatchObject({ activePoints: 0, pendingPoints: 0, expiredPoints: 30 })
  })

  it('10.2 that expired after a part of them was spent are expired only for the rest', async () => {
    const shop = await openClub()
    shop.earn(30, { expiryDate: at(2) })
    shop.wait(day)
    shop.spend(20)
    shop.wait(day)
    shop.earn(5)
    expect(await shop.balance()).toEqual({ activePoints: 5, pendingPoints: 0, spentPoints: 20, expiredPoints: 10, negativePoints: 0 })
  })

  it('10.2 that are spent beyond the balance are forgotten, or owed where the program allows it', async () => {
    const [within, unlimited] = [await openClub(), await openClub({ returnPolicy: 'unlimited' })]
    for (const shop of [within, unlimited]) {
      shop.earn(10)
      shop.spend(25)
    }
    expect(await within.balance()).toMatchObject({ activePoints: 0, negativePoints: 0 })
    expect(await unlimited.balance()).toMatchObject({ activePoints: 0, negativePoints: 15 })
    for (const shop of [within, unlimited]) {
      shop.wait(1)
      shop.earn(20)
    }
    expect(await within.balance()).toMatchObject({ activePoints: 20, negativePoints: 0 })
    expect(await unlimited.balance()).toMatchObject({ activePoints: 5, negativePoints: 0 })
  })

  it('10.2 pay what is owed only when they become active', async () => {
    const shop = await openClub({ returnPolicy: 'unlimited' })
    shop.spend(10)
    shop.earn(15, { startDate: at(1) })
    expect(await shop.balance()).toMatchObject({ activePoints: 0, pendingPoints: 15, negativePoints: 10 })
    expect(await shop.balance(at(1))).toMatchObject({ activePoints: 5, pendingPoints: 0, negativePoints: 0 })
  })

  it('10.4 are spent with the earliest expiry first, unlimited ones last, the oldest first among those', async () => {
    const shop = await openClub()
    shop.earn(10, { name: 'first unlimited' })
    shop.earn(10, { name: 'second unlimited' })
    shop.earn(10, { name: 'late', expiryDate: at(9) })
    shop.earn(10, { name: 'early', expiryDate: at(5) })
    shop.spend(15)
    expect(await shop.pointsOf('active')).toEqual([
      ['first unlimited', 10],
      ['second unlimited', 10],
      ['late', 5],
    ])
    shop.spend(10)
    expect(await shop.pointsOf('active')).toEqual([
      ['first unlimited', 5],
      ['second unlimited', 10],
    ])
  })

  it('10.4 are spent from what was active then, not from what is earned or has expired since', async () => {
    const shop = await openClub()
    shop.earn(10, { name: 'before', expiryDate: at(2) })
    shop.wait(day)
    shop.spend(4)
    shop.wait(1)
    shop.earn(10, { name: 'after', expiryDate: at(1.5) })
    shop.wait(2 * day)
    expect(await shop.pointsOf('expired')).toEqual([
      ['before', 6],
      ['after', 10],
    ])
  })

  it('10.12 may be fractions, and leave no crumbs', async () => {
    const shop = await openClub()
    shop.earn(0.3)
    shop.spend(0.1)
    shop.spend(0.2)
    expect(await shop.pointsOf('active')).toEqual([])
    shop.earn(0.1)
    shop.earn(0.2)
    expect(await shop.balance()).toMatchObject({ activePoints: 0.3, spentPoints: 0.3 })
  })

  it('10.3 are booked when the session closes, with the rule and the session they come from', async () => {
    const shop = await openClub(
      {},
      gives(() => [
        { effectType: 'addLoyaltyPoints', props: { name: 'earned', programId: 1, subLedgerId: '', value: 12, expiryDate: at(30) } },
        { effectType: 'deductLoyaltyPoints', props: { name: 'spent', programId: 1, subLedgerId: '', value: 2 } },
      ]),
    )
    shop.earn(5)
    await shop.put({ cartItems: [coffee] })
    expect((await shop.send(getLoyaltyProgramProfileTransactions, anna)).data).toHaveLength(1)
    const { effects } = await shop.put({ state: 'closed' })
    const [earned] = propsOf('addLoyaltyPoints', effects)
    const { data } = await shop.send(getLoyaltyProgramProfileTransactions, anna)
    expect(data).toMatchObject([
      { name: 'spent', type: 'subtraction', amount: 2, startDate: 'immediate', expiryDate: 'unlimited', customerSessionId: 'cart' },
      {
        name: 'earned',
        type: 'addition',
        amount: 12,
        startDate: 'immediate',
        expiryDate: at(30),
        transactionUUID: earned?.transactionUUID,
      },
      { amount: 5 },
    ])
    expect(data[0]).toMatchObject({ created: at(0), programId: 1, subledgerId: '', rulesetId: 9, ruleName: 'Gives' })
    expect(new Set(data.map(({ id }) => id)).size).toBe(3)
    expect(await shop.balance()).toMatchObject({ activePoints: 15, spentPoints: 2 })
    await shop.put({ state: 'cancelled' })
    expect(await shop.balance()).toMatchObject({ activePoints: 5, spentPoints: 0 })
  })

  it('10.5 that were spent before their session is cancelled are owed where the program allows it', async () => {
    const shop = await openClub(
      { returnPolicy: 'unlimited' },
      gives(() => [{ effectType: 'addLoyaltyPoints', props: { name: 'earned', programId: 1, subLedgerId: '', value: 12 } }]),
    )
    await shop.put({ cartItems: [coffee], state: 'closed' })
    shop.spend(12)
    const { loyalty } = await shop.put({ state: 'cancelled' }, ['loyalty'])
    expect(loyalty?.programs.beans?.ledger).toMatchObject({ currentBalance: 0, negativeBalance: 12, tentativeNegativeBalance: 12 })
  })
})

describe('a program that takes back pending points only', () => {
  const openPending = () =>
    openClub(
      { returnPolicy: 'only_pending' },
      gives(() => [
        { effectType: 'addLoyaltyPoints', props: { name: 'now', programId: 1, subLedgerId: '', value: 12 } },
        { effectType: 'addLoyaltyPoints', props: { name: 'later', programId: 1, subLedgerId: '', value: 5, startDate: at(7) } },
      ]),
    )

  it('10.5 keeps the active ones, and says nothing of them', async () => {
    const shop = await openPending()
    await shop.put({ cartItems: [coffee], state: 'closed' })
    const { effects } = await shop.put({ state: 'cancelled' })
    expect(propsOf('rollbackAddedLoyaltyPoints', effects)).toMatchObject([{ value: 5 }])
    expect(await shop.balance()).toMatchObject({ activePoints: 12, pendingPoints: 0 })
  })

  it('10.5 keeps them all once they are active', async () => {
    const shop = await openPending()
    await shop.put({ cartItems: [coffee], state: 'closed' })
    shop.wait(7 * day)
    expect(propsOf('rollbackAddedLoyaltyPoints', (await shop.put({ state: 'cancelled' })).effects)).toEqual([])
    expect(await shop.balance()).toMatchObject({ activePoints: 17 })
  })

  it('10.5 does not give twice what it kept, when the session is reopened and closed again', async () => {
    const shop = await openPending()
    await shop.put({ cartItems: [coffee], state: 'closed' })
    await shop.send(reopenCustomerSession, { customerSessionId: 'cart' })
    await shop.put({ state: 'closed' })
    expect(await shop.balance()).toMatchObject({ activePoints: 12, pendingPoints: 5 })
  })
})

describe('balances', () => {
  it('10.10 are those of any moment, past or future', async () => {
    const shop = await openClub()
    shop.earn(10, { expiryDate: at(10) })
    shop.wait(2 * day)
    shop.earn(5)
    shop.spend(3)
    expect(await shop.balance(at(-1))).toMatchObject({ activePoints: 0, spentPoints: 0 })
    expect(await shop.balance(at(1))).toMatchObject({ activePoints: 10, spentPoints: 0 })
    expect(await shop.balance()).toMatchObject({ activePoints: 12, spentPoints: 3 })
    expect(await shop.balance(at(10))).toMatchObject({ activePoints: 5, spentPoints: 3, expiredPoints: 7 })
  })

  it('10.1 10.10 are of the main ledger and all subledgers, or of the one asked for', async () => {
    const shop = await openClub()
    shop.earn(10)
    shop.earn(7, { subLedgerId: 'coffee' })
    shop.spend(2, { subLedgerId: 'coffee' })
    const balances = (subledgerId?: string) => shop.send(getLoyaltyBalances, { ...anna, ...(subledgerId !== undefined && { subledgerId }) })
    expect(await balances()).toMatchObject({ balance: { activePoints: 10 }, subledgerBalances: { coffee: { activePoints: 5 } } })
    expect(await balances('coffee')).toEqual({ subledgerBalances: { coffee: expect.objectContaining({ activePoints: 5 }) } })
    expect(await balances('')).toEqual({ balance: expect.objectContaining({ activePoints: 10 }) })
    expect(await balances('tea')).toEqual({ subledgerBalances: { tea: expect.objectContaining({ activePoints: 0 }) } })
  })

  it('10.1 are of one program each', async () => {
    const programs = [1, 3].map((id) => ({ id, name: `p${id}`, title: `P${id}` }))
    const shop = openShop({ programs, campaigns: [] })
    await shop.send(updateCustomerProfileV2, { integrationId: 'anna' })
    for (const { id } of programs) grantPoints(shop, 'anna', id, { programId: id })
    for (const { id } of programs) {
      const input = { ...anna, loyaltyProgramId: id }
      expect(await shop.send(getLoyaltyBalances, input)).toMatchObject({ balance: { activePoints: id } })
      expect((await shop.send(getLoyaltyProgramProfileTransactions, input)).data).toMatchObject([{ programId: id }])
      expect((await shop.send(getLoyaltyProgramProfilePoints, input)).data).toMatchObject([{ programId: id }])
    }
    const { loyalty } = await shop.send(getCustomerInventory, { integrationId: 'anna', loyalty: true })
    expect(loyalty?.programs).toMatchObject({ p1: { ledger: { currentBalance: 1 } }, p3: { ledger: { currentBalance: 3 } } })
  })

  it('10.10 show tiers only when asked, and only those a program has', async () => {
    const [plain, tiered] = [await openClub(), await openClub({ tiers })]
    for (const shop of [plain, tiered]) shop.earn(120)
    const ask = { ...anna, includeTiers: true, includeProjectedTier: true }
    expect(await tiered.balance()).toEqual({ activePoints: 120, pendingPoints: 0, spentPoints: 0, expiredPoints: 0, negativePoints: 0 })
    expect((await plain.send(getLoyaltyBalances, ask)).balance).toEqual(await plain.balance())
    expect((await tiered.send(getLoyaltyBalances, { ...anna, includeTiers: true })).balance).toEqual({
      ...(await tiered.balance()),
      currentTier: { id: 1, name: 'Silver', downgradePolicy: 'balance_based' },
      pointsToNextTier: 380,
      nextTierName: 'Gold',
    })
  })

  it.each([
    [0, { pointsToNextTier: 100, nextTierName: 'Silver' }],
    [99.5, { pointsToNextTier: 0.5, nextTierName: 'Silver' }],
    [100, { currentTier: { name: 'Silver' }, pointsToNextTier: 400, nextTierName: 'Gold' }],
    [500, { currentTier: { name: 'Gold' }, nextTierName: null }],
  ])('10.10 of %d active points lead to their tier and the next', async (amount, expected) => {
    const shop = await openClub({ tiers })
    if (amount > 0) shop.earn(amount)
    const { balance } = await shop.send(getLoyaltyBalances, { ...anna, includeTiers: true })
    expect(balance).toMatchObject(expected)
    expect(balance?.currentTier === undefined).toBe(!('currentTier' in expected))
  })

  it('10.10 10.14 project the tier that is left when points expire', async () => {
    const shop = await openClub({ tiers })
    shop.earn(450, { expiryDate: at(20) })
    shop.earn(80, { expiryDate: at(10) })
    shop.earn(60, { startDate: at(5) })
    const ask = { ...anna, includeTiers: true, includeProjectedTier: true }
    expect((await shop.send(getLoyaltyBalances, ask)).balance).toMatchObject({
      currentTier: { name: 'Gold', expiryDate: at(20) },
      projectedTier: { projectedActivePoints: 60, stayInTierPoints: 440 },
    })
    expect((await shop.send(getLoyaltyBalances, { ...ask, endDate: at(20) })).balance).toMatchObject({
      projectedTier: { projectedActivePoints: 60 },
      nextTierName: 'Silver',
    })
    shop.earn(45)
    expect((await shop.send(getLoyaltyBalances, ask)).balance?.projectedTier).toEqual({
      projectedActivePoints: 105,
      stayInTierPoints: 395,
      projectedTierName: 'Silver',
    })
  })

  it('10.10 project the first tier that is left when there are several', async () => {
    const shop = await openClub({ tiers })
    shop.earn(300, { expiryDate: at(30) })
    shop.earn(250, { expiryDate: at(10) })
    const { balance } = await shop.send(getLoyaltyBalances, { ...anna, includeProjectedTier: true })
    expect(balance?.projectedTier).toEqual({ projectedActivePoints: 300, stayInTierPoints: 200, projectedTierName: 'Silver' })
  })

  it('10.10 project the tier of today when nothing takes it away', async () => {
    const shop = await openClub({ tiers })
    shop.earn(120)
    shop.earn(50, { expiryDate: at(1) })
    shop.earn(500, { startDate: at(1) })
    const { balance } = await shop.send(getLoyaltyBalances, { ...anna, includeProjectedTier: true })
    expect(balance?.projectedTier).toEqual({ projectedActivePoints: 170, projectedTierName: 'Silver' })
  })

  it('stand in a session with the tier they lead to now', async () => {
    const shop = await openClub(
      { tiers },
      gives(() => [{ effectType: 'addLoyaltyPoints', props: { name: 'earned', programId: 1, subLedgerId: 'vip', value: 200 } }]),
    )
    shop.earn(90)
    const { loyalty } = await shop.put({ cartItems: [coffee] }, ['loyalty'])
    expect(loyalty?.programs.beans).toMatchObject({
      ledger: { currentBalance: 90, pointsToNextTier: 10, nextTierName: 'Silver' },
      subLedgers: { vip: { currentBalance: 0, tentativeCurrentBalance: 200, nextTierName: 'Silver' } },
    })
  })
})

describe('joining', () => {
  const joinDate = async (shop: Awaited<ReturnType<typeof openClub>>) =>
    (await shop.send(getCustomerInventory, { integrationId: 'anna', loyalty: true })).loyalty?.programs.beans?.joinDate

  it('10.11 is answered 200 with nothing, shows its date, and makes the profile', async () => {
    const shop = openShop()
    expect(await shop.ask(joinLoyaltyProgram, { loyaltyProgramId: 1, integrationId: 'new' })).toEqual({ status: 200, body: undefined })
    const { loyalty } = await shop.send(getCustomerInventory, { integrationId: 'new', loyalty: true })
    expect(loyalty?.programs.beans?.joinDate).toBe(at(0))
  })

  it('10.11 is refused the second time', async () => {
    const shop = await openClub()
    await shop.send(joinLoyaltyProgram, anna)
    shop.wait(day)
    expect(await shop.ask(joinLoyaltyProgram, anna)).toMatchObject({ status: 400, body: { StatusCode: 400 } })
    expect(await joinDate(shop)).toBe(at(0))
  })

  it('10.11 happens by itself as the program says', async () => {
    const policies = ['not_join', 'points_earned', 'points_activated'] as const
    const shops = await Promise.all(policies.map((programJoinPolicy) => openClub({ programJoinPolicy })))
    for (const shop of shops) {
      expect(await joinDate(shop)).toBeUndefined()
      shop.earn(5, { startDate: at(2) })
    }
    expect(await Promise.all(shops.map(joinDate))).toEqual([undefined, at(0), undefined])
    for (const shop of shops) shop.wait(3 * day)
    expect(await Promise.all(shops.map(joinDate))).toEqual([undefined, at(0), at(2)])
    const answers = await Promise.all(shops.map((shop) => shop.ask(joinLoyaltyProgram, anna)))
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 400])
  })
})

describe('what is unknown', () => {
  const reads = [getLoyaltyBalances, getLoyaltyProgramProfileTransactions, getLoyaltyProgramProfilePoints]
  const deletion = { scope: 'AllSubledgers' as const }

  it('is answered 404: a program, or a profile', async () => {
    const shop = await openClub()
    for (const wrong of [
      { ...anna, loyaltyProgramId: 7 },
      { ...anna, integrationId: 'nobody' },
    ]) {
      for (const row of reads) expect(await shop.ask(row, wrong)).toMatchObject({ status: 404, body: { StatusCode: 404 } })
      expect(await shop.ask(deleteLoyaltyTransactionsFromLedgers, { ...wrong, ...deletion })).toMatchObject({ status: 404 })
    }
    expect(await shop.ask(joinLoyaltyProgram, { ...anna, loyaltyProgramId: 7 })).toMatchObject({ status: 404 })
    expect(shop.state.profiles.has('nobody')).toBe(false)
  })

  it('10.1 is answered 400 where a card-based program has no profiles', async () => {
    const shop = await openClub({ isCardBased: true })
    for (const row of [...reads, joinLoyaltyProgram]) expect(await shop.ask(row, anna)).toMatchObject({ status: 400 })
    expect(await shop.ask(deleteLoyaltyTransactionsFromLedgers, { ...anna, ...deletion })).toMatchObject({ status: 400 })
  })

  it('stays out of a ledger: what a dry run would earn', async () => {
    const shop = openShop()
    await shop.send(updateCustomerProfileV2, { integrationId: 'anna' })
    const session = { customerSessionId: 'cart', customerSession: { profileId: 'anna', state: 'closed' as const, cartItems: [coffee] } }
    await shop.send(updateCustomerSessionV2, { ...session, dry: true })
    expect((await shop.send(getLoyaltyProgramProfileTransactions, anna)).data).toEqual([])
  })
})
