import { describe, expect, it } from 'vitest'
import {
  activateLoyaltyPoints,
  generateLoyaltyCard,
  type GenerateLoyaltyCardInput,
  getCustomerInventory,
  getLoyaltyCardBalances,
  getLoyaltyCardPoints,
  getLoyaltyCardTransactions,
  joinLoyaltyProgram,
  linkLoyaltyCardToProfile,
  unlinkLoyaltyCardFromProfile,
  updateCustomerProfileV2,
} from '../../src/endpoints.ts'
import { coffee, grantPoints, noon, openShop, propsOf } from './sandbox-shop.ts'

// Names begin with the fact of shared/talon-one/behaviour.md that they hold. Program 2 of the demo is card-based, for two users a card.

const day = 86_400_000
const at = (days: number): string => new Date(noon + days * day).toISOString()
const card = { loyaltyProgramId: 2, loyaltyCardId: 'CARD-1' }
const noPoints = { activePoints: 0, pendingPoints: 0, spentPoints: 0, expiredPoints: 0, negativePoints: 0 }

/** A shop with the card `CARD-1`. */
async function openCardShop(more: Partial<GenerateLoyaltyCardInput> = {}) {
  const shop = openShop()
  const generated = await shop.send(generateLoyaltyCard, { loyaltyProgramId: 2, cardIdentifier: 'CARD-1', ...more })
  await shop.send(updateCustomerProfileV2, { integrationId: 'anna' })
  return {
    ...shop,
    generated,
    earn: (amount: number, rest: Parameters<typeof grantPoints>[3] = {}) => grantPoints(shop, 'CARD-1', amount, { programId: 2, ...rest }),
    balances: () => shop.send(getLoyaltyCardBalances, card),
    cardsOf: async (integrationId: string) => (await shop.send(getCustomerInventory, { integrationId, loyalty: true })).loyalty?.cards,
  }
}

describe('a card', () => {
  it('10.13 is made active, for whoever it is given to', async () => {
    const { generated, cardsOf } = await openCardShop({ customerProfileIds: ['anna', 'ben', 'anna'] })
    expect(generated).toMatchObject({
      created: at(0),
      programID: 2,
      programName: 'cards',
      programTitle: 'Bean Card',
      status: 'active',
      identifier: 'CARD-1',
      usersPerCardLimit: 2,
      profiles: [
        { integrationId: 'anna', timestamp: at(0) },
        { integrationId: 'ben', timestamp: at(0) },
      ],
      ledger: { currentBalance: 0, tentativeCurrentBalance: 0 },
    })
    expect(await cardsOf('ben')).toEqual([generated])
  })

  it('10.13 gets an identifier of its own when none is given', async () => {
    const shop = openShop()
    const make = () => shop.send(generateLoyaltyCard, { loyaltyProgramId: 2, status: 'inactive' })
    const [one, other] = [await make(), await make()]
    expect(one.identifier).not.toBe(other.identifier)
    expect(one).toMatchObject({ status: 'inactive', identifier: expect.stringMatching(/^[A-Za-z0-9._%+@-]{4,108}$/) })
    const taken = `card-${String(shop.state.nextId).padStart(8, '0')}`
    await shop.send(generateLoyaltyCard, {
      loyaltyProgramId: 2,
      cardIdentifier: taken.replace(/\d+$/, (digits) => String(Number(digits) + 1).padStart(8, '0')),
    })
    expect((await make()).identifier).toMatch(/^card-/)
    expect(shop.state.cards.size).toBe(4)
  })

  it.each(['ABC', 'x'.repeat(109), 'has a space', 'slash/ed', ''])('10.13 is not made under the identifier %j', async (cardIdentifier) => {
    const shop = openShop()
    expect(await shop.raw('POST', '/v1/loyalty_programs/2/cards', { cardIdentifier })).toMatchObject({
      status: 400,
      body: { StatusCode: 400 },
    })
    expect(shop.state.cards.size).toBe(0)
  })

  it('is not made twice', async () => {
    const shop = await openCardShop()
    expect(await shop.ask(generateLoyaltyCard, { loyaltyProgramId: 2, cardIdentifier: 'CARD-1' })).toMatchObject({
      status: 400,
      body: { errors: [{ source: { pointer: '/cardIdentifier' } }] },
    })
  })

  it('10.1 is not made in a program without cards, nor in one that does not exist', async () => {
    const shop = openShop()
    expect(await shop.ask(generateLoyaltyCard, { loyaltyProgramId: 1 })).toMatchObject({ status: 400 })
    expect(await shop.ask(generateLoyaltyCard, { loyaltyProgramId: 7 })).toMatchObject({ status: 404 })
    expect(await shop.ask(joinLoyaltyProgram, { loyaltyProgramId: 2, integrationId: 'anna' })).toMatchObject({ status: 400 })
  })

  it('is answered 404 when it is unknown, or of another program', async () => {
    const shop = await openCardShop()
    const other = openShop({ programs: [...shop.state.programs, { id: 3, name: 'more', title: 'More', isCardBased: true }] })
    await other.send(generateLoyaltyCard, { loyaltyProgramId: 2, cardIdentifier: 'CARD-1' })
    for (const row of [getLoyaltyCardBalances, getLoyaltyCardTransactions, getLoyaltyCardPoints]) {
      expect(await shop.ask(row, { ...card, loyaltyCardId: 'CARD-2' })).toMatchObject({ status: 404, body: { StatusCode: 404 } })
      expect(await other.ask(row, { ...card, loyaltyProgramId: 3 })).toMatchObject({ status: 404 })
    }
    for (const row of [linkLoyaltyCardToProfile, unlinkLoyaltyCardFromProfile])
      expect(await shop.ask(row, { ...card, loyaltyCardId: 'CARD-2', integrationId: 'anna' })).toMatchObject({ status: 404 })
  })
})

describe('linking', () => {
  it('10.13 shows the card among those of the profile, with its points, until it is unlinked', async () => {
    const shop = await openCardShop()
    shop.earn(30)
    shop.earn(4, { subLedgerId: 'coffee' })
    expect(await shop.cardsOf('anna')).toBeUndefined()
    shop.wait(day)
    const linked = await shop.send(linkLoyaltyCardToProfile, { ...card, integrationId: 'anna' })
    expect(linked).toMatchObject({ created: at(0), modified: at(1), profiles: [{ integrationId: 'anna', timestamp: at(1) }] })
    expect(linked).toMatchObject({ ledger: { currentBalance: 30 }, subledgers: { coffee: { currentBalance: 4 } } })
    expect(await shop.cardsOf('anna')).toEqual([linked])
    shop.wait(day)
    expect(await shop.send(unlinkLoyaltyCardFromProfile, { ...card, integrationId: 'anna' })).toMatchObject({
      modified: at(2),
      profiles: [],
    })
    expect(await shop.cardsOf('anna')).toBeUndefined()
  })

  it('changes nothing the second time', async () => {
    const shop = await openCardShop()
    const once = await shop.send(linkLoyaltyCardToProfile, { ...card, integrationId: 'anna' })
    shop.wait(day)
    expect(await shop.send(linkLoyaltyCardToProfile, { ...card, integrationId: 'anna' })).toEqual(once)
    const off = await shop.send(unlinkLoyaltyCardFromProfile, { ...card, integrationId: 'anna' })
    shop.wait(day)
    expect(await shop.send(unlinkLoyaltyCardFromProfile, { ...card, integrationId: 'anna' })).toEqual(off)
  })

  it('10.13 stops at usersPerCardLimit, where 0 is no limit', async () => {
    const shop = await openCardShop({ customerProfileIds: ['anna', 'ben'] })
    expect(await shop.ask(linkLoyaltyCardToProfile, { ...card, integrationId: 'cleo' })).toMatchObject({ status: 400 })
    expect(await shop.ask(linkLoyaltyCardToProfile, { ...card, integrationId: 'ben' })).toMatchObject({ status: 200 })
    const three = { loyaltyProgramId: 2, cardIdentifier: 'CARD-2', customerProfileIds: ['anna', 'ben', 'cleo'] }
    expect(await shop.ask(generateLoyaltyCard, three)).toMatchObject({
      status: 400,
      body: { errors: [{ source: { pointer: '/customerProfileIds' } }] },
    })
    expect(shop.state.cards.has('CARD-2')).toBe(false)
    const open = openShop({ programs: [{ id: 2, name: 'cards', title: 'Cards', isCardBased: true }] })
    expect(await open.ask(generateLoyaltyCard, three)).toMatchObject({ status: 200 })
  })
})

describe('the points on a card', () => {
  it('10.1 10.10 are read by ledger and moment', async () => {
    const shop = await openCardShop({ customerProfileIds: ['anna'] })
    expect(await shop.balances()).toEqual({ balance: noPoints, profiles: [{ integrationId: 'anna', timestamp: at(0) }] })
    shop.earn(10, { expiryDate: at(2) })
    shop.earn(3, { subLedgerId: 'tea' })
    shop.earn(4, { subLedgerId: 'coffee' })
    const balances = (query: object) => shop.send(getLoyaltyCardBalances, { ...card, ...query })
    expect(await balances({})).toMatchObject({ balance: { activePoints: 10 }, subledgerBalances: { tea: { activePoints: 3 }, coffee: {} } })
    expect(await balances({ endDate: at(2) })).toMatchObject({ balance: { activePoints: 0, expiredPoints: 10 } })
    expect(await balances({ endDate: at(-1) })).toMatchObject({ balance: noPoints })
    const { profiles, ...asked } = await balances({ subledgerId: ['', 'tea'] })
    expect(profiles).toHaveLength(1)
    expect(asked).toEqual({ balance: { ...noPoints, activePoints: 10 }, subledgerBalances: { tea: { ...noPoints, activePoints: 3 } } })
  })

  it('10.7 10.8 are listed with the card and who earned them', async () => {
    const shop = await openCardShop()
    shop.earn(10, { name: 'nobody', expiryDate: at(1) })
    shop.earn(10, { name: 'anna', profileId: 'anna', subLedgerId: 'coffee' })
    shop.earn(4, { name: 'spent', type: 'subtraction' })
    const transactions = await shop.send(getLoyaltyCardTransactions, card)
    expect(transactions).toMatchObject({ hasMore: false, data: [{ name: 'spent' }, { name: 'anna' }, { name: 'nobody' }] })
    expect(transactions.data.every(({ cardIdentifier }) => cardIdentifier === 'CARD-1')).toBe(true)
    const points = await shop.send(getLoyaltyCardPoints, { ...card, sort: '-expiryDate' })
    expect(points.data).toMatchObject([
      { name: 'anna', amount: 10, customerProfileID: 'anna' },
      { name: 'nobody', amount: 6 },
    ])
    expect(points.data[1]).not.toHaveProperty('customerProfileID')
    const inCoffee = { ...card, subledgerId: ['coffee', 'tea'] }
    expect((await shop.send(getLoyaltyCardTransactions, inCoffee)).data).toMatchObject([{ name: 'anna' }])
    expect((await shop.send(getLoyaltyCardPoints, inCoffee)).data).toMatchObject([{ name: 'anna' }])
    expect(await shop.send(getLoyaltyCardTransactions, { ...card, pageSize: 1, skip: 1 })).toMatchObject({
      hasMore: true,
      data: [{ name: 'anna' }],
    })
  })

  it('10.9 are activated with those of profiles', async () => {
    const shop = await openCardShop()
    const { transactionUUID } = shop.earn(10, { awaitsActivation: true, profileId: 'anna' })
    expect(await shop.balances()).toMatchObject({ balance: { activePoints: 0, pendingPoints: 10 } })
    const { ledgerEntries } = await shop.send(activateLoyaltyPoints, { loyaltyProgramId: 2, transactionUUIDs: [transactionUUID] })
    expect(ledgerEntries).toMatchObject([{ programID: 2, cardID: shop.generated.id, customerProfileID: 'anna', amount: 10 }])
    expect(await shop.balances()).toMatchObject({ balance: { activePoints: 10, pendingPoints: 0 } })
  })
})

describe('a session that names a card', () => {
  const cart = { cartItems: [coffee], loyaltyCards: ['CARD-1'] }

  it('10.3 earns on it when it closes, and loses it when it is cancelled', async () => {
    const shop = await openCardShop()
    const open = await shop.put(cart, ['loyalty'])
    expect(propsOf('addLoyaltyPoints', open.effects)).toMatchObject([
      { programId: 1, value: 18 },
      { programId: 2, value: 18, cardIdentifier: 'CARD-1', recipientIntegrationId: 'anna' },
    ])
    expect(open.loyalty?.cards).toMatchObject([{ identifier: 'CARD-1', ledger: { currentBalance: 0, tentativeCurrentBalance: 18 } }])
    expect(Object.keys(open.loyalty?.programs ?? {})).toEqual(['beans'])
    expect(open.loyalty?.programs.beans?.ledger).toMatchObject({ tentativeCurrentBalance: 18 })
    expect((await shop.balances()).balance).toEqual(noPoints)

    const closed = await shop.put({ state: 'closed' }, ['loyalty'])
    expect(closed.loyalty?.cards).toMatchObject([{ ledger: { currentBalance: 18, tentativeCurrentBalance: 18 } }])
    const { data } = await shop.send(getLoyaltyCardPoints, card)
    expect(data).toMatchObject([{ amount: 18, customerProfileID: 'anna', customerSessionId: 'cart', programId: 2 }])

    const { effects } = await shop.put({ state: 'cancelled' })
    expect(propsOf('rollbackAddedLoyaltyPoints', effects).map(({ cardIdentifier }) => cardIdentifier)).toEqual([undefined, 'CARD-1'])
    expect((await shop.balances()).balance).toEqual(noPoints)
  })

  it('5.9 shows the card only then', async () => {
    const shop = await openCardShop({ customerProfileIds: ['anna'] })
    expect((await shop.put({ cartItems: [coffee] }, ['loyalty'])).loyalty?.cards).toBeUndefined()
    expect((await shop.put({ loyaltyCards: ['CARD-9'] }, ['loyalty'])).loyalty?.cards).toBeUndefined()
  })

  it.each([
    ['may be used by anybody while it is linked to nobody', [], 'active', 18],
    ['may be used by those it is linked to', ['ben', 'anna'], 'active', 18],
    ['may not be used by others once it is linked', ['ben'], 'active', 0],
    ['earns nothing while it is inactive', [], 'inactive', 0],
  ] as const)('10.13 %s', async (_, customerProfileIds, status, points) => {
    const shop = await openCardShop({ customerProfileIds: [...customerProfileIds], status })
    await shop.put({ ...cart, state: 'closed' })
    expect((await shop.balances()).balance?.activePoints).toBe(points)
  })

  it('spends from it, also without a profile', async () => {
    const then = () => [
      { effectType: 'deductLoyaltyPoints' as const, props: { name: 'spent', ruleTitle: '', programId: 2, subLedgerId: '', value: 4 } },
      { effectType: 'addLoyaltyPoints' as const, props: { name: 'earned', programId: 2, subLedgerId: '', value: 1 } },
    ]
    const shop = openShop({ campaigns: [{ id: 9, name: 'Points', rules: [{ name: 'Gives', then }] }] })
    await shop.send(generateLoyaltyCard, { loyaltyProgramId: 2, cardIdentifier: 'CARD-1' })
    grantPoints(shop, 'CARD-1', 10, { programId: 2 })
    const { effects } = await shop.put({ profileId: '', loyaltyCards: ['CARD-1'], state: 'closed' })
    expect(propsOf('deductLoyaltyPoints', effects)).toMatchObject([{ value: 4, cardIdentifier: 'CARD-1' }])
    expect((await shop.send(getLoyaltyCardBalances, card)).balance).toEqual({ ...noPoints, activePoints: 7, spentPoints: 4 })
    expect((await shop.send(getLoyaltyCardPoints, card)).data.some((entry) => 'customerProfileID' in entry)).toBe(false)
    const { effects: rollbacks } = await shop.put({ profileId: '', state: 'cancelled' })
    expect(propsOf('rollbackDeductedLoyaltyPoints', rollbacks)).toMatchObject([{ cardIdentifier: 'CARD-1' }])
    expect((await shop.send(getLoyaltyCardBalances, card)).balance).toEqual({ ...noPoints, activePoints: 10 })
  })
})
