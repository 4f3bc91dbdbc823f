import { describe, expect, it } from 'vitest'
import {
  generateLoyaltyCard,
  getLoyaltyBalances,
  getLoyaltyCardBalances,
  trackEventV2,
  updateCustomerSessionV2,
} from '../../src/endpoints.ts'
import {
  addLoyaltyPoints,
  deductLoyaltyPoints,
  demoPrograms,
  type RuleEffect,
  type SandboxCampaign,
  type SandboxRule,
  setDiscount,
} from '../../src/sandbox/index.ts'
import { gives, grantPoints, mug, noon, openClub, openShop, propsOf, verdicts } from './sandbox-shop.ts'

const cartItems = [mug]
const day = 86_400_000

/** A rule that takes points for an amount off. */
function sells(points: number, amount: number): SandboxRule {
  const name = `${points} points for ${amount}`
  return { name, then: () => [deductLoyaltyPoints(name, 1, points), setDiscount(name, amount)] }
}

function campaignOf(...rules: SandboxRule[]): SandboxCampaign[] {
  return [{ id: 1, name: 'One', rules }]
}

describe('spending points', () => {
  it('needs as many as are spent; a point too few fails the whole rule', async () => {
    const shop = await openClub({}, campaignOf(sells(100, 5)))
    shop.earn(99)
    expect((await shop.put({ cartItems })).effects).toEqual([])
    shop.earn(1)
    const { effects } = await shop.put({ cartItems })
    expect(propsOf('deductLoyaltyPoints', effects)).toMatchObject([
      { ruleTitle: '100 points for 5', programId: 1, subLedgerId: '', value: 100 },
    ])
    expect(propsOf('setDiscount', effects)).toEqual([{ name: '100 points for 5', value: 5 }])
  })

  it('says which effect could not be applied', async () => {
    const shop = await openClub({}, campaignOf(sells(100, 5)))
    const { ruleFailureReasons } = await shop.put({ cartItems }, ['ruleFailureReasons'])
    expect(ruleFailureReasons).toMatchObject([{ ruleIndex: 0, effectIndex: 0, details: 'There are not enough points' }])
  })

  it('is not for somebody who has no ledger: an anonymous session gets nothing for it', async () => {
    const shop = openShop()
    const { effects } = await shop.put({ profileId: '', cartItems, couponCodes: ['BEANS100'] })
    expect(verdicts(effects)).toEqual({ BEANS100: 'EffectCouldNotBeApplied' })
    expect(propsOf('setDiscount', effects)).toEqual([])
  })

  it('of two rules together is at most what there is', async () => {
    const shop = await openClub({}, campaignOf(sells(60, 3), sells(50, 2), sells(40, 1)))
    shop.earn(100)
    const { effects } = await shop.put({ cartItems })
    expect(propsOf('deductLoyaltyPoints', effects).map(({ value }) => value)).toEqual([60, 40])
    expect(propsOf('setDiscount', effects).map(({ value }) => value)).toEqual([3, 1])
  })

  it('of two effects of one rule is all or nothing', async () => {
    const twice = { name: 'Twice', then: () => [setDiscount('Off', 1), deductLoyaltyPoints('a', 1, 60), deductLoyaltyPoints('b', 1, 50)] }
    const shop = await openClub({}, campaignOf(twice, sells(100, 5)))
    shop.earn(100)
    const { effects, ruleFailureReasons } = await shop.put({ cartItems }, ['ruleFailureReasons'])
    expect(propsOf('deductLoyaltyPoints', effects).map(({ value }) => value)).toEqual([100])
    expect(ruleFailureReasons).toMatchObject([{ ruleName: 'Twice', effectIndex: 2 }])
  })

  it('counts what is spent also while a clock ticks between two looks at it', async () => {
    let now = noon
    const shop = openShop({ clock: () => (now += 1), programs: demoPrograms, campaigns: campaignOf(sells(60, 3), sells(50, 2)) })
    grantPoints(shop, 'anna', 100)
    expect(propsOf('deductLoyaltyPoints', (await shop.put({ cartItems })).effects).map(({ value }) => value)).toEqual([60])
  })

  it('leaves what the session itself earns, what is pending, what has expired and other ledgers alone', async () => {
    const earns: SandboxRule = { name: 'Earns', then: () => [addLoyaltyPoints('beans', 1, 1000)] }
    const shop = await openClub({}, campaignOf(earns, sells(100, 5)))
    shop.earn(100, { startDate: new Date(noon + day).toISOString() })
    shop.earn(100, { expiryDate: new Date(noon).toISOString() })
    shop.earn(100, { subLedgerId: 'other' })
    shop.earn(99)
    expect(propsOf('deductLoyaltyPoints', (await shop.put({ cartItems })).effects)).toEqual([])
    shop.wait(day)
    expect(propsOf('deductLoyaltyPoints', (await shop.put({ cartItems })).effects)).toHaveLength(1)
  })

  it('is tentative until the close, and comes back on cancel and on reopening', async () => {
    const shop = await openClub({}, campaignOf(sells(60, 3)))
    shop.earn(100)
    const { loyalty } = await shop.put({ cartItems }, ['loyalty'])
    expect(loyalty?.programs?.beans?.ledger).toMatchObject({ currentBalance: 100, tentativeCurrentBalance: 40 })
    await shop.put({ state: 'closed' })
    expect((await shop.balance())?.activePoints).toBe(40)
    const reopened = await shop.raw('PUT', '/v2/customer_sessions/cart/reopen')
    expect(reopened.body).toMatchObject({
      effects: [{ effectType: 'rollbackDeductedLoyaltyPoints', props: { value: 60 } }, { effectType: 'rollbackDiscount' }],
    })
    expect((await shop.balance())?.activePoints).toBe(100)
    await shop.put({ state: 'closed' })
    await shop.put({ state: 'cancelled' })
    expect((await shop.balance())?.activePoints).toBe(100)
  })

  it('promised to two open sessions is kept to the one that closes first', async () => {
    const shop = await openClub({}, campaignOf(sells(60, 3)))
    shop.earn(100)
    const close = (customerSessionId: string, state: 'open' | 'closed') =>
      shop.send(updateCustomerSessionV2, { customerSessionId, customerSession: { profileId: 'anna', cartItems, state } })
    expect((await close('one', 'open')).effects).toHaveLength(2)
    expect((await close('other', 'open')).effects).toHaveLength(2)
    expect((await close('one', 'closed')).effects).toHaveLength(2)
    expect((await close('other', 'closed')).effects).toEqual([])
    expect((await shop.balance())?.activePoints).toBe(40)
  })

  it('of nothing, or less, spends nothing', async () => {
    const shop = await openClub(
      {},
      gives(() => [deductLoyaltyPoints('none', 1, 0), deductLoyaltyPoints('less', 1, -5), setDiscount('Off', 1)]),
    )
    expect((await shop.put({ cartItems })).effects.map(({ effectType }) => effectType)).toEqual(['setDiscount'])
  })

  it('shows a rule what can be spent, and which tier that is', async () => {
    const seen: unknown[] = []
    const looks: SandboxRule = {
      name: 'Looks',
      when: ({ points, tier }) => {
        seen.push([points(1), points(1, 'other'), points(99), tier(1), tier(1, 'other'), tier(99)])
        return false
      },
      then: () => [],
    }
    const shop = await openClub({ tiers: [{ name: 'Green', minPoints: 100 }] }, campaignOf(looks))
    shop.earn(100)
    shop.earn(7, { subLedgerId: 'other' })
    await shop.put({ cartItems })
    await shop.put({ profileId: '', cartItems })
    expect(seen).toEqual([
      [100, 7, 0, 'Green', undefined, undefined],
      [0, 0, 0, undefined, undefined, undefined],
    ])
  })
})

describe('earning points', () => {
  const tiers = [
    { name: 'Roasted', minPoints: 500 },
    { name: 'Green', minPoints: 100 },
  ]
  const upgrades = async (campaigns: SandboxCampaign[], before: number) => {
    const shop = await openClub({ tiers }, campaigns)
    if (before > 0) shop.earn(before)
    const { effects } = await shop.put({ cartItems })
    return propsOf('changeLoyaltyTierLevel', effects).map(({ previousTierName, newTierName }) => [previousTierName, newTierName])
  }
  const earning = (...amounts: number[]) => gives(() => amounts.map((value) => addLoyaltyPoints('beans', 1, value)))

  it('announces the tier it leads to, right after the points that do', async () => {
    const shop = await openClub({ tiers }, earning(60, 40, 1))
    const { effects } = await shop.put({ cartItems })
    expect(effects.map(({ effectType }) => effectType)).toEqual([
      'addLoyaltyPoints',
      'addLoyaltyPoints',
      'changeLoyaltyTierLevel',
      'addLoyaltyPoints',
    ])
    expect(propsOf('changeLoyaltyTierLevel', effects)).toEqual([
      { ruleTitle: 'Gives', programId: 1, subLedgerId: '', newTierName: 'Green' },
    ])
  })

  it('announces a tier only when it is higher', async () => {
    expect(await upgrades(earning(99), 0)).toEqual([])
    expect(await upgrades(earning(100), 0)).toEqual([[undefined, 'Green']])
    expect(await upgrades(earning(399), 100)).toEqual([])
    expect(await upgrades(earning(400), 100)).toEqual([['Green', 'Roasted']])
    expect(await upgrades(earning(500, 500), 0)).toEqual([[undefined, 'Roasted']])
    expect(await upgrades(earning(1), 500)).toEqual([])
  })

  it('announces no tier for points that are not active yet', async () => {
    const later = new Date(noon + day).toISOString()
    expect(
      await upgrades(
        gives(() => [addLoyaltyPoints('later', 1, 500, { startDate: later })]),
        0,
      ),
    ).toEqual([])
    expect(
      await upgrades(
        gives(() => [addLoyaltyPoints('asked', 1, 500, { awaitsActivation: true })]),
        0,
      ),
    ).toEqual([])
  })

  it('announces the tier of the one who gets the points, whatever the shopper spends', async () => {
    const thanks = gives(() => [
      deductLoyaltyPoints('spent', 1, 100),
      addLoyaltyPoints('thanks', 1, 100, { recipientIntegrationId: 'bob' }),
    ])
    const shop = await openClub({ tiers }, thanks)
    shop.earn(100)
    const { effects } = await shop.put({ cartItems })
    expect(propsOf('changeLoyaltyTierLevel', effects).map(({ newTierName }) => newTierName)).toEqual(['Green'])
  })

  it('says when the tier ends, where its points do', async () => {
    const expiryDate = new Date(noon + day).toISOString()
    const shop = await openClub(
      { tiers },
      gives(() => [addLoyaltyPoints('short', 1, 100, { expiryDate })]),
    )
    expect(propsOf('changeLoyaltyTierLevel', (await shop.put({ cartItems })).effects)).toMatchObject([{ newTierName: 'Green', expiryDate }])
  })

  it('announces a tier also while a clock ticks', async () => {
    let now = noon
    const shop = openShop({ clock: () => (now += 1), programs: [{ id: 1, name: 'beans', title: 'Beans', tiers }], campaigns: earning(100) })
    expect(propsOf('changeLoyaltyTierLevel', (await shop.put({ cartItems })).effects)).toHaveLength(1)
  })

  it('gives nobody anything for nothing, and nothing to nobody', async () => {
    const shop = await openClub({}, earning(0, -1))
    expect((await shop.put({ cartItems })).effects).toEqual([])
    const other = await openClub({}, earning(1))
    expect((await other.put({ profileId: '', cartItems })).effects).toEqual([])
  })

  it('numbers bookings: the same each time, and another for each', async () => {
    const shop = await openClub({}, [
      ...earning(1, 2),
      { id: 10, name: 'More', rules: [{ name: 'More', then: () => [addLoyaltyPoints('more', 1, 3)] }] },
    ])
    const uuids = async () =>
      propsOf('addLoyaltyPoints', (await shop.put({ cartItems })).effects).map(({ transactionUUID }) => transactionUUID)
    const first = await uuids()
    expect(new Set(first).size).toBe(3)
    expect(await uuids()).toEqual(first)
    const { effects } = await shop.send(updateCustomerSessionV2, {
      customerSessionId: 'other',
      customerSession: { profileId: 'anna', cartItems },
    })
    expect(propsOf('addLoyaltyPoints', effects).some(({ transactionUUID }) => first.includes(transactionUUID))).toBe(false)
  })
})

describe('cards', () => {
  const card = addLoyaltyPoints('on the card', 2, 12)
  const openWithCard = async (then: SandboxRule['then']) => {
    const shop = openShop({ programs: demoPrograms, campaigns: gives(then) })
    const { identifier } = await shop.send(generateLoyaltyCard, { loyaltyProgramId: 2, status: 'active' })
    const points = async () =>
      (await shop.send(getLoyaltyCardBalances, { loyaltyProgramId: 2, loyaltyCardId: identifier })).balance?.activePoints
    return { shop, identifier, points }
  }

  it('earn for whoever names them, and spend what they hold', async () => {
    const { shop, identifier, points } = await openWithCard(({ points: held }) => [
      card,
      ...(held(2) >= 12 ? [deductLoyaltyPoints('paid', 2, 12)] : []),
    ])
    const { effects } = await shop.put({ cartItems, loyaltyCards: [identifier], state: 'closed' })
    expect(propsOf('addLoyaltyPoints', effects)).toMatchObject([{ cardIdentifier: identifier, value: 12 }])
    expect(await points()).toBe(12)
    const later = await shop.send(updateCustomerSessionV2, {
      customerSessionId: 'later',
      customerSession: { profileId: '', cartItems, loyaltyCards: [identifier], state: 'closed' },
    })
    expect(propsOf('deductLoyaltyPoints', later.effects)).toMatchObject([{ cardIdentifier: identifier, value: 12 }])
    expect(await points()).toBe(12)
  })

  it('that nobody names earn nothing, and nobody spends from them', async () => {
    const { shop, points } = await openWithCard(() => [card, setDiscount('Off', 1)])
    expect((await shop.put({ cartItems, state: 'closed' })).effects.map(({ effectType }) => effectType)).toEqual(['setDiscount'])
    expect(await points()).toBe(0)
    const spending = await openWithCard(() => [deductLoyaltyPoints('paid', 2, 12), setDiscount('Off', 1)])
    expect((await spending.shop.put({ cartItems })).effects).toEqual([])
  })
})

describe('expiry dates', () => {
  const inDays = (days: number) => new Date(noon + days * day).toISOString()
  const move = (effect: RuleEffect): SandboxCampaign[] => [
    { id: 1, name: 'One', rules: [{ name: 'Moves', on: 'asked', then: () => [effect] }] },
  ]
  const track = async (shop: Awaited<ReturnType<typeof openClub>>, dry = false) =>
    (await shop.send(trackEventV2, { profileId: 'anna', type: 'asked', attributes: {}, silent: 'no', dry }))?.effects

  it('are extended by a span, of the points that can still expire', async () => {
    const shop = await openClub(
      {},
      move({ effectType: 'extendLoyaltyPointsExpiryDate', props: { programId: 1, subLedgerId: '', extensionDuration: '2D' } }),
    )
    const soon = shop.earn(10, { expiryDate: inDays(1) })
    shop.earn(10, { expiryDate: inDays(0) })
    shop.earn(10)
    shop.earn(10, { expiryDate: inDays(1), subLedgerId: 'other' })
    const effects = await track(shop)
    expect(propsOf('extendLoyaltyPointsExpiryDate', effects)).toEqual([
      {
        programId: 1,
        subLedgerId: '',
        extensionDuration: '2D',
        affectedTransactions: [{ transactionUUID: soon.transactionUUID, previousExpiryDate: inDays(1), newExpiryDate: inDays(3) }],
      },
    ])
    shop.wait(2 * day)
    expect(await shop.pointsOf('active')).toHaveLength(2)
  })

  it('are set to a day, and stay what they were when dry', async () => {
    const shop = await openClub(
      {},
      move({ effectType: 'setLoyaltyPointsExpiryDate', props: { programId: 1, subLedgerId: '', newExpiryDate: inDays(9) } }),
    )
    shop.earn(10, { expiryDate: inDays(1) })
    const unlimited = shop.earn(3)
    const before = shop.snapshot()
    const [props] = propsOf('setLoyaltyPointsExpiryDate', await track(shop, true))
    expect(props?.affectedTransactions).toHaveLength(2)
    expect(props?.affectedTransactions).toContainEqual({ transactionUUID: unlimited.transactionUUID, newExpiryDate: inDays(9) })
    expect(shop.snapshot()).toEqual(before)
    await track(shop)
    shop.wait(8 * day)
    expect((await shop.balance())?.activePoints).toBe(13)
    shop.wait(day)
    expect((await shop.balance())?.activePoints).toBe(0)
  })

  it('of points that are spent stay', async () => {
    const shop = await openClub(
      {},
      move({ effectType: 'extendLoyaltyPointsExpiryDate', props: { programId: 1, subLedgerId: '', extensionDuration: '2D' } }),
    )
    shop.earn(10, { expiryDate: inDays(1) })
    shop.spend(10)
    expect(propsOf('extendLoyaltyPointsExpiryDate', await track(shop))).toMatchObject([{ affectedTransactions: [] }])
  })
})

describe('the demo shop', () => {
  it('takes 100 beans for five euros', async () => {
    const shop = openShop()
    grantPoints(shop, 'anna', 100)
    const { effects } = await shop.put({ cartItems, couponCodes: ['BEANS100'], state: 'closed' })
    expect(verdicts(effects)).toEqual({ BEANS100: 'accepted' })
    expect((await shop.send(getLoyaltyBalances, { loyaltyProgramId: 1, integrationId: 'anna' })).balance?.activePoints).toBe(12)
  })
})
