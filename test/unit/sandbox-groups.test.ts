import { describe, expect, it } from 'vitest'
import { createReferral, returnCartItems, trackEventV2, updateCustomerSessionV2 } from '../../src/endpoints.ts'
import {
  addLoyaltyPoints,
  awardGiveaway,
  type CampaignNode,
  type SandboxCampaign,
  setDiscount,
  setDiscountPerItem,
  showNotification,
} from '../../src/sandbox/index.ts'
import { byUnit, cartItems, group, off, winners } from './sandbox-group-scenes.ts'
import { openShop, propsOf, verdicts } from './sandbox-shop.ts'

describe('a group', () => {
  it('that is stackable lets all of them count', async () => {
    expect(await winners(group('stackable', off(1, 1), off(2, 2)), off(3, 3))).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ])
  })

  it('in list order lets the first one count that triggers', async () => {
    expect(await winners(group('listOrder', off(1, 1), off(2, 2)), off(3, 3))).toEqual([
      [1, 1],
      [3, 3],
    ])
    const never: SandboxCampaign = {
      id: 1,
      name: 'Never',
      rules: [{ name: 'Never', when: () => false, then: () => [setDiscount('Never', 9)] }],
    }
    expect(await winners(group('listOrder', never, off(2, 2), off(3, 3)))).toEqual([[2, 2]])
  })

  it('takes the highest or the lowest discount', async () => {
    const three = [off(1, 2), off(2, 3), off(3, 1)]
    expect(await winners(group('highestDiscount', ...three))).toEqual([[2, 3]])
    expect(await winners(group('lowestDiscount', ...three))).toEqual([[3, 1]])
  })

  it('takes the first of equals', async () => {
    const two = [off(1, 2), off(2, 2)]
    expect(await winners(group('highestDiscount', ...two))).toEqual([[1, 2]])
    expect(await winners(group('lowestDiscount', ...two))).toEqual([[1, 2]])
  })

  it('sums all discounts of a campaign, of every kind, and nothing else', async () => {
    const mixed: SandboxCampaign = {
      id: 1,
      name: 'Mixed',
      rules: [
        { name: 'Units', then: ({ units }) => units.map((unit) => setDiscountPerItem('Units', unit, 1)) },
        { name: 'Cart', then: () => [setDiscount('Cart', 2)] },
      ],
    }
    const rich: SandboxCampaign = {
      id: 2,
      name: 'Rich',
      rules: [{ name: 'Rich', then: () => [setDiscount('Rich', 4.5), addLoyaltyPoints('beans', 1, 99)] }],
    }
    expect(await winners(group('highestDiscount', rich, mixed))).toEqual([[1, 2]])
    expect(await winners(group('lowestDiscount', rich, mixed))).toEqual([[2, 4.5]])
  })

  it('takes one that triggers without a discount for one of nothing', async () => {
    const says: SandboxCampaign = { id: 1, name: 'Says', rules: [{ name: 'Says', then: () => [showNotification('Hello', 'You')] }] }
    expect(await winners(group('highestDiscount', says, off(2, 2)))).toEqual([[2, 2]])
    expect(await winners(group('lowestDiscount', says, off(2, 2)))).toEqual([])
  })

  it('counts as one member of the group around it', async () => {
    const both = group('stackable', off(1, 2), off(2, 2))
    expect(await winners(group('highestDiscount', off(3, 3), both))).toEqual([
      [1, 2],
      [2, 2],
    ])
    expect(await winners(group('highestDiscount', off(3, 5), both))).toEqual([[3, 5]])
    expect(await winners(group('lowestDiscount', off(3, 3), group('highestDiscount', off(1, 1), off(2, 2))))).toEqual([[2, 2]])
    expect(await winners(group('listOrder', group('listOrder'), group('lowestDiscount', off(1, 2), off(2, 1)), off(3, 3)))).toEqual([
      [2, 1],
    ])
  })

  it('is numbered and named in the effects of its members, the outer one before the inner one', async () => {
    const campaigns = [off(1, 1), group('listOrder', group('stackable', off(2, 1))), group('highestDiscount', off(3, 1))]
    const { effects } = await openShop({ campaigns }).put({ cartItems })
    expect(
      effects.map(({ campaignId, evaluationGroupID, evaluationGroupMode }) => [campaignId, evaluationGroupID, evaluationGroupMode]),
    ).toEqual([
      [1, undefined, undefined],
      [2, 2, 'stackable'],
      [3, 3, 'highestDiscount'],
    ])
  })

  it('leaves the budgets of those that lost alone', async () => {
    const limits = [{ action: 'setDiscount' as const, limit: 2, entities: [] }]
    const campaigns = [group('highestDiscount', off(1, 2, 'LOSER', { limits }), off(2, 3, 'WINNER'))]
    const shop = openShop({ campaigns })
    await shop.put({ cartItems, couponCodes: ['LOSER', 'WINNER'], state: 'closed' })
    expect(shop.state.budgetUses).toEqual([])
    expect(shop.state.coupons.get('LOSER')?.coupon.usageCounter).toBe(0)
    expect(shop.state.coupons.get('WINNER')?.coupon.usageCounter).toBe(1)
  })

  it('gives a later campaign what is left after the winner', async () => {
    const rest: SandboxCampaign = {
      id: 3,
      name: 'Rest',
      rules: [{ name: 'Rest', then: ({ discountedTotal }) => [setDiscount('Rest', discountedTotal)] }],
    }
    expect(await winners(group('highestDiscount', off(1, 20), off(2, 25)), rest)).toEqual([
      [2, 25],
      [3, 5],
    ])
  })

  it('keeps what those say that did not trigger, and gives nothing twice for it', async () => {
    const consoles: SandboxCampaign = {
      id: 1,
      name: 'Consoles',
      giveaways: [{ id: 1, name: 'Pool', codes: ['A', 'B'] }],
      rules: [{ name: 'Never', when: () => false, then: () => [], otherwise: () => [awardGiveaway(1)] }],
    }
    const gives: SandboxCampaign = { id: 2, name: 'Gives', rules: [{ name: 'Gives', then: () => [awardGiveaway(1)] }] }
    for (const members of [
      [consoles, gives],
      [gives, consoles],
    ]) {
      const { effects } = await openShop({ campaigns: [group('listOrder', ...members)] }).put({ cartItems, state: 'closed' })
      expect(
        propsOf('awardGiveaway', effects)
          .map(({ code }) => code)
          .toSorted(),
      ).toEqual(['A', 'B'])
    }
  })

  it('drops what those say that lost', async () => {
    const says: SandboxCampaign = {
      ...off(1, 1),
      rules: [
        ...off(1, 1).rules,
        { name: 'Never', when: () => false, then: () => [], otherwise: () => [showNotification('Almost', 'there')] },
      ],
    }
    const { effects } = await openShop({ campaigns: [group('highestDiscount', says, off(2, 2))] }).put({ cartItems })
    expect(effects.map(({ effectType }) => effectType)).toEqual(['setDiscount'])
  })

  it('asks nobody on a return who had lost when the order was closed', async () => {
    const campaigns = [group('highestDiscount', off(1, 2, 'WINNER'), off(2, 1, 'LOSER', { reevaluateOnReturn: true }))]
    const shop = openShop({ campaigns })
    await shop.put({ cartItems, couponCodes: ['WINNER', 'LOSER'], state: 'closed' })
    const input = { customerSessionId: 'cart', return: { returnedCartItems: [{ position: 0 }] }, runRuleEngine: true }
    expect((await shop.send(returnCartItems, input)).effects).toEqual([])
    expect(shop.state.coupons.get('LOSER')?.coupon.usageCounter).toBe(0)
  })

  it('counts for events as for carts, and forceCompleteEvaluation ignores it', async () => {
    const atEvent = (campaign: SandboxCampaign) => ({ ...campaign, rules: campaign.rules.map((rule) => ({ ...rule, on: 'asked' })) })
    const { send } = openShop({
      campaigns: [group('highestDiscount', atEvent(off(1, 1)), byUnit('listOrder', atEvent(off(2, 2)), atEvent(off(3, 3))))],
    })
    const ids = async (forceCompleteEvaluation: boolean) => {
      const event = { profileId: 'anna', type: 'asked', attributes: {}, silent: 'no' as const, dry: true, forceCompleteEvaluation }
      return (await send(trackEventV2, event))?.effects.map(({ campaignId }) => campaignId)
    }
    expect(await ids(false)).toEqual([2, 3])
    expect(await ids(true)).toEqual([1, 2, 3])
  })
})

describe('the codes of a campaign that does not count', () => {
  const rejections = async (campaigns: CampaignNode[], couponCodes: string[]) => {
    const { effects } = await openShop({ campaigns }).put({ cartItems, couponCodes })
    return propsOf('rejectCoupon', effects)
  }
  const notTriggered = { rejectionReason: 'CouponPartOfNotTriggeredCampaign' }

  it('say that another gave a higher discount, or a lower one', async () => {
    const campaignExclusionReason = 'CampaignGaveLowerDiscount'
    const two = [off(1, 1, 'CODE-ONE'), off(2, 2, 'CODE-TWO')]
    expect(await rejections([group('highestDiscount', ...two)], ['CODE-ONE', 'CODE-TWO'])).toEqual([
      { value: 'CODE-ONE', ...notTriggered, campaignExclusionReason },
    ])
    expect(await rejections([group('lowestDiscount', ...two)], ['CODE-ONE', 'CODE-TWO'])).toEqual([
      { value: 'CODE-TWO', ...notTriggered, campaignExclusionReason },
    ])
  })

  it('say that another came first', async () => {
    const campaigns = [group('listOrder', off(1, 1, 'CODE-ONE'), off(2, 2, 'CODE-TWO'))]
    expect(await rejections(campaigns, ['CODE-TWO', 'CODE-ONE'])).toEqual([
      { value: 'CODE-TWO', ...notTriggered, campaignExclusionReason: 'CampaignIsNotFirst' },
    ])
    expect(await rejections(campaigns, ['CODE-TWO'])).toEqual([])
  })

  it('say so for every campaign of a group that lost as one', async () => {
    const campaigns = [group('listOrder', off(1, 1), group('stackable', off(2, 1, 'CODE-TWO'), group('listOrder', off(3, 1, 'THREE'))))]
    expect(
      (await rejections(campaigns, ['CODE-TWO', 'THREE'])).map(({ value, campaignExclusionReason }) => [value, campaignExclusionReason]),
    ).toEqual([
      ['CODE-TWO', 'CampaignIsNotFirst'],
      ['THREE', 'CampaignIsNotFirst'],
    ])
  })

  it('keep a reason of their own', async () => {
    const expired = off(1, 1, 'CODE-ONE', { coupons: [{ value: 'GOOD' }, { value: 'CODE-BAD', expiryDate: '2026-01-01T00:00:00Z' }] })
    expect(await rejections([group('highestDiscount', expired, off(2, 2))], ['GOOD', 'CODE-BAD'])).toEqual([
      { value: 'GOOD', ...notTriggered, campaignExclusionReason: 'CampaignGaveLowerDiscount' },
      { value: 'CODE-BAD', rejectionReason: 'CouponExpired' },
    ])
  })

  it('are refused by their condition where the campaign did not trigger', async () => {
    const never = off(1, 1, 'CODE-ONE', { rules: [{ name: 'Never', needs: 'coupon', when: () => false, then: () => [] }] })
    expect(await rejections([group('listOrder', never, off(2, 2))], ['CODE-ONE'])).toEqual([
      { value: 'CODE-ONE', rejectionReason: 'CouponRejectedByCondition', conditionIndex: 0 },
    ])
  })

  it('say that it is not in the evaluation, where it is archived or a dry run names others', async () => {
    const campaignExclusionReason = 'CampaignNotInEvaluationSet'
    expect(await rejections([off(1, 1, 'CODE-ONE', { state: 'archived' })], ['CODE-ONE'])).toEqual([
      { value: 'CODE-ONE', ...notTriggered, campaignExclusionReason },
    ])
    expect(await rejections([off(1, 1, 'CODE-ONE', { state: 'disabled' })], ['CODE-ONE'])).toEqual([
      { value: 'CODE-ONE', rejectionReason: 'CouponPartOfNotRunningCampaign' },
    ])
    const { effects } = await openShop({ campaigns: [off(1, 1, 'CODE-ONE'), off(2, 2, 'CODE-TWO')] }).send(updateCustomerSessionV2, {
      customerSessionId: 'cart',
      customerSession: { cartItems, couponCodes: ['CODE-ONE', 'CODE-TWO'], evaluableCampaignIds: [2] },
      dry: true,
    })
    expect(propsOf('rejectCoupon', effects)).toEqual([{ value: 'CODE-ONE', ...notTriggered, campaignExclusionReason }])
    expect(verdicts(effects)['CODE-TWO']).toBe('accepted')
  })

  it('tell of referrals alike', async () => {
    const friend: SandboxCampaign = {
      id: 1,
      name: 'Friend',
      rules: [{ name: 'Friend', needs: 'referral', then: () => [setDiscount('Friend', 1)] }],
    }
    const shop = openShop({ campaigns: [group('highestDiscount', friend, off(2, 2))] })
    await shop.send(createReferral, { campaignId: 1, advocateProfileIntegrationId: 'bob' })
    const [referralCode = ''] = shop.state.referrals.keys()
    expect(propsOf('rejectReferral', (await shop.put({ cartItems, referralCode })).effects)).toEqual([
      { value: referralCode, rejectionReason: 'ReferralPartOfNotTriggeredCampaign', campaignExclusionReason: 'CampaignGaveLowerDiscount' },
    ])
  })

  it('count as skipped in campaignEligibility, and as failed in ruleFailureReasons', async () => {
    const shop = openShop({ campaigns: [group('listOrder', off(1, 1), off(2, 2))] })
    const { campaignEligibility, triggeredCampaigns } = await shop.send(updateCustomerSessionV2, {
      customerSessionId: 'cart',
      customerSession: { cartItems },
      responseContent: ['campaignEligibility', 'triggeredCampaigns'],
      dry: true,
    })
    expect(campaignEligibility?.map(({ eligibility }) => eligibility)).toEqual([
      [{ passed: true }],
      [{ passed: false, details: { failureCode: 'SKIPPED' } }],
    ])
    expect(triggeredCampaigns?.map(({ id }) => id)).toEqual([1])
    const { ruleFailureReasons } = await shop.put({ cartItems }, ['ruleFailureReasons'])
    expect(ruleFailureReasons).toMatchObject([{ campaignID: 2, details: 'The campaign was left out: another of its group counts' }])
  })
})
