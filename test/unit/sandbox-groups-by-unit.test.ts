import { describe, expect, it } from 'vitest'
import {
  type CampaignNode,
  percentOffItems,
  type RuleEffect,
  type SandboxCampaign,
  setDiscount,
  setDiscountPerItem,
  setDiscountProRata,
} from '../../src/sandbox/index.ts'
import { byUnit, cartItems, group, off, winners } from './sandbox-group-scenes.ts'
import { mug, openShop, propsOf } from './sandbox-shop.ts'

/** Which campaign discounts each unit: by position, sub-position and campaign. */
async function unitsWon(...campaigns: CampaignNode[]) {
  const { effects } = await openShop({ campaigns }).put({ cartItems })
  return effects.flatMap((effect) =>
    propsOf('setDiscountPerItem', [effect]).map(({ position, subPosition, value }) => [position, subPosition, effect.campaignId, value]),
  )
}

describe('a group for each unit', () => {
  const perUnit = (id: number, amountOf: (sku: string) => number, more: RuleEffect[] = []): SandboxCampaign => ({
    id,
    name: `Campaign ${id}`,
    coupons: [{ value: `CODE${id}` }],
    rules: [
      {
        name: `Campaign ${id}`,
        then: ({ units }) => [...units.map((unit) => setDiscountPerItem('Off', unit, amountOf(unit.sku))), ...more],
      },
    ],
  })
  const coffeeDay = perUnit(1, (sku) => (sku === 'COFFEE' ? 3 : 1))
  const mugDay = perUnit(2, (sku) => (sku === 'MUG' ? 3 : 1))

  it('lets the best campaign of each unit count', async () => {
    expect(await unitsWon(byUnit('highestDiscount', coffeeDay, mugDay))).toEqual([
      [0, 0, 1, 3],
      [0, 1, 1, 3],
      [1, 0, 2, 3],
    ])
    expect(await unitsWon(byUnit('lowestDiscount', coffeeDay, mugDay))).toEqual([
      [1, 0, 1, 1],
      [0, 0, 2, 1],
      [0, 1, 2, 1],
    ])
  })

  it('in list order lets the first campaign of each unit count', async () => {
    const onlyMugs = perUnit(1, (sku) => (sku === 'MUG' ? 1 : 0))
    expect(
      await unitsWon(
        byUnit(
          'listOrder',
          onlyMugs,
          perUnit(2, () => 2),
        ),
      ),
    ).toEqual([
      [1, 0, 1, 1],
      [0, 0, 2, 2],
      [0, 1, 2, 2],
    ])
  })

  it('takes the first of equals, and may be different for two units of a line', async () => {
    const last: SandboxCampaign = {
      id: 2,
      name: 'Last units',
      rules: [
        {
          name: 'Last units',
          then: ({ units }) => units.filter(({ subPosition }) => subPosition === 1).map((unit) => setDiscountPerItem('Last', unit, 2)),
        },
      ],
    }
    expect(
      await unitsWon(
        byUnit(
          'highestDiscount',
          perUnit(1, () => 1),
          last,
          perUnit(3, () => 1),
        ),
      ),
    ).toEqual([
      [0, 0, 1, 1],
      [1, 0, 1, 1],
      [0, 1, 2, 2],
    ])
  })

  it('leaves out who wins no unit, with its codes and all it would have given', async () => {
    const poor = {
      ...perUnit(1, () => 1, [setDiscount('Beside', 9)]),
      rules: perUnit(1, () => 1, [setDiscount('Beside', 9)]).rules.map((rule) => ({ ...rule, needs: 'coupon' as const })),
    }
    const { effects } = await openShop({
      campaigns: [
        byUnit(
          'highestDiscount',
          poor,
          perUnit(2, () => 2),
        ),
      ],
    }).put({ cartItems, couponCodes: ['CODE1'] })
    expect(propsOf('rejectCoupon', effects)).toEqual([
      { value: 'CODE1', rejectionReason: 'CouponPartOfNotTriggeredCampaign', campaignExclusionReason: 'CampaignGaveLowerDiscount' },
    ])
    expect(propsOf('setDiscount', effects)).toEqual([])
  })

  it('lets what is no discount on a unit count beside', async () => {
    const campaigns = [byUnit('highestDiscount', off(3, 5), coffeeDay, mugDay)]
    expect(await winners(...campaigns)).toEqual([[3, 5]])
    expect(await unitsWon(...campaigns)).toHaveLength(3)
  })

  it('uses budgets only for the units that are won', async () => {
    const limits = [{ action: 'setDiscount' as const, limit: 6, entities: [] }]
    const shop = openShop({
      campaigns: [
        byUnit(
          'highestDiscount',
          perUnit(1, (sku) => (sku === 'COFFEE' ? 3 : 0)),
          { ...perUnit(2, () => 2), limits },
        ),
      ],
    })
    await shop.put({ cartItems, state: 'closed' })
    expect(shop.state.budgetUses.map(({ campaignId, action, amount }) => [campaignId, action, amount])).toEqual([[2, 'setDiscount', 2]])
  })

  it('shows of a shared discount what is left of it', async () => {
    const shared: SandboxCampaign = {
      id: 1,
      name: 'Shared',
      rules: [{ name: 'Shared', then: ({ units }) => setDiscountProRata('Shared', units, 10) }],
    }
    const { effects } = await openShop({
      campaigns: [
        byUnit(
          'highestDiscount',
          shared,
          perUnit(2, (sku) => (sku === 'MUG' ? 5 : 0)),
        ),
      ],
    }).put({ cartItems })
    expect(
      effects.map((effect) => propsOf('setDiscountPerItem', [effect]).map(({ value, totalDiscount }) => [value, totalDiscount])[0]),
    ).toEqual([
      [3, 6],
      [3, 6],
      [5, undefined],
    ])
  })

  it('stands in another: the outer one decides first', async () => {
    const inner = byUnit(
      'highestDiscount',
      perUnit(1, () => 1),
      perUnit(2, (sku) => (sku === 'MUG' ? 4 : 0.5)),
    )
    expect(
      await unitsWon(
        byUnit(
          'highestDiscount',
          inner,
          perUnit(3, () => 2),
        ),
      ),
    ).toEqual([
      [1, 0, 2, 4],
      [0, 0, 3, 2],
      [0, 1, 3, 2],
    ])
    expect(await unitsWon(group('highestDiscount', inner, { ...perUnit(3, () => 0.5) }))).toEqual([
      [0, 0, 1, 1],
      [0, 1, 1, 1],
      [1, 0, 2, 4],
    ])
  })

  it('decides over ready-made rules, and over additional costs of units too', async () => {
    const tenth: SandboxCampaign = { id: 1, name: 'Tenth', rules: [percentOffItems(10, { which: ({ sku }) => sku === 'COFFEE' })] }
    const fifth: SandboxCampaign = { id: 2, name: 'Fifth', rules: [percentOffItems(20)] }
    expect(await unitsWon(byUnit('lowestDiscount', tenth, fifth))).toEqual([
      [0, 0, 1, 0.9],
      [0, 1, 1, 0.9],
      [1, 0, 2, 2.4],
    ])
    const wrapped = { ...mug, additionalCosts: { wrap: { price: 3 } } }
    const wrap = (id: number, value: number): SandboxCampaign => ({
      id,
      name: 'Wrap',
      rules: [
        {
          name: 'Wrap',
          then: () => [
            {
              effectType: 'setDiscountPerAdditionalCostPerItem',
              props: { name: 'Wrap#0', additionalCost: 'wrap', value, position: 0, subPosition: 0 },
            },
          ],
        },
      ],
    })
    const { effects } = await openShop({ campaigns: [byUnit('highestDiscount', wrap(1, 1), wrap(2, 2))] }).put({ cartItems: [wrapped] })
    expect(effects.map(({ campaignId }) => campaignId)).toEqual([2])
  })
})
