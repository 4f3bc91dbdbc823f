import { describe, expect, it } from 'vitest'
import {
  getCustomerAchievementHistory,
  type GetCustomerAchievementsInput,
  getCustomerAchievements,
  getCustomerInventory,
  reopenCustomerSession,
  trackEventV2,
  updateCustomerProfileV2,
  updateCustomerSessionV2,
} from '../../src/endpoints.ts'
import { increaseAchievementProgress, type SandboxAchievement, type SandboxCampaign } from '../../src/sandbox/index.ts'
import { after } from '../../src/sandbox/duration.ts'
import type { SessionState } from '../../src/schema.ts'
import { mug, noon, openShop, propsOf } from './sandbox-shop.ts'

const day = 86_400_000
const iso = (at: number) => new Date(at).toISOString()
const anna = { integrationId: 'anna' }

/** Each mug of an order counts, and each step of an event. */
const campaignWith = (achievement: Partial<SandboxAchievement>): SandboxCampaign => ({
  id: 1,
  name: 'Collectors',
  achievements: [{ id: 7, name: 'MugCollector', target: 3, ...achievement }],
  rules: [
    { name: 'A mug counts', when: ({ units }) => units.length > 0, then: ({ units }) => [increaseAchievementProgress(7, units.length)] },
    { name: 'A step counts', on: 'step', then: ({ event }) => [increaseAchievementProgress(7, Number(event?.attributes.count ?? 1))] },
  ],
})

function openWith(achievement: Partial<SandboxAchievement> = {}, ...others: SandboxCampaign[]) {
  const shop = openShop({ campaigns: [campaignWith(achievement), ...others] })
  const order = async (customerSessionId: string, quantity: number, state: SessionState = 'closed') => {
    const customerSession = { profileId: 'anna', state, cartItems: [{ ...mug, quantity }] }
    return propsOf(
      'increaseAchievementProgress',
      (await shop.send(updateCustomerSessionV2, { customerSessionId, customerSession })).effects,
    )
  }
  const step = async (count = 1) => {
    const answer = await shop.send(trackEventV2, { profileId: 'anna', type: 'step', attributes: { count }, silent: 'no' })
    return propsOf('increaseAchievementProgress', answer?.effects).map(({ value, isJustCompleted }) => [value, isJustCompleted])
  }
  return {
    ...shop,
    order,
    step,
    current: async () => (await shop.send(getCustomerAchievements, anna)).data.find(({ id }) => id === 7)?.currentProgress,
    history: async (query: object = {}) => (await shop.send(getCustomerAchievementHistory, { ...anna, achievementId: 7, ...query })).data,
  }
}

describe('progress', () => {
  it('effects.md 3 is shown while a session is open, and booked when it closes', async () => {
    const shop = openWith()
    const effect = {
      achievementId: 7,
      achievementName: 'MugCollector',
      progressTrackerId: 1,
      delta: 2,
      value: 2,
      target: 3,
      isJustCompleted: false,
    }
    expect(await shop.order('one', 2, 'open')).toEqual([effect])
    expect(await shop.order('one', 2, 'open')).toEqual([effect])
    expect(await shop.current()).toEqual({ status: 'not_started', progress: 0 })
    expect(await shop.order('one', 2)).toEqual([effect])
    expect(await shop.current()).toEqual({ status: 'inprogress', progress: 2, startDate: iso(noon) })
  })

  it('effects.md 2 tells when it completes the achievement, and then stops', async () => {
    const shop = openWith()
    await shop.order('one', 2)
    shop.wait(day)
    expect(await shop.order('two', 2)).toMatchObject([{ delta: 2, value: 4, target: 3, isJustCompleted: true }])
    expect(await shop.current()).toEqual({ status: 'completed', progress: 4, startDate: iso(noon), completionDate: iso(noon + day) })
    expect(await shop.order('three', 1)).toEqual([])
    expect(await shop.step()).toEqual([])
  })

  it('is booked at once by an event, and by a profile update that runs the rules', async () => {
    const forBirthdays: SandboxCampaign = {
      id: 2,
      name: 'Birthdays',
      rules: [
        {
          name: 'Birthday',
          when: ({ profileAttributes }) => profileAttributes.birthday === true,
          then: () => [increaseAchievementProgress(7)],
        },
      ],
    }
    const shop = openWith({}, forBirthdays)
    expect(await shop.step()).toEqual([[1, false]])
    await shop.send(updateCustomerProfileV2, { ...anna, attributes: { birthday: true }, runRuleEngine: true })
    expect(await shop.current()).toMatchObject({ progress: 2 })
  })

  it('adds up within one evaluation', async () => {
    const twice: SandboxCampaign = {
      id: 2,
      name: 'Twice',
      rules: [{ name: 'Two more', on: 'step', then: () => [increaseAchievementProgress(7), increaseAchievementProgress(7)] }],
    }
    const shop = openWith({}, twice)
    expect(await shop.step()).toEqual([
      [1, false],
      [2, false],
      [3, true],
    ])
    expect(await shop.current()).toMatchObject({ status: 'completed', progress: 3 })
  })

  it('5.1 of a dry run is not stored', async () => {
    const shop = openWith()
    await shop.send(updateCustomerSessionV2, {
      customerSessionId: 'one',
      dry: true,
      customerSession: { profileId: 'anna', state: 'closed', cartItems: [mug] },
    })
    await shop.send(trackEventV2, { profileId: 'anna', type: 'step', dry: true })
    expect(shop.state.progress).toEqual([])
  })

  it('needs a profile, more than nothing, and an achievement', async () => {
    const shop = openWith()
    const { effects } = await shop.put({ profileId: '', cartItems: [mug] })
    expect(effects).toEqual([])
    expect(await shop.step(0)).toEqual([])
    const lost: SandboxCampaign = {
      id: 2,
      name: 'Lost',
      rules: [{ name: 'Lost', on: 'step', then: () => [increaseAchievementProgress(8)] }],
    }
    const answer = await openWith({}, lost).send(trackEventV2, { profileId: 'anna', type: 'step', silent: 'no' })
    expect(propsOf('error', answer?.effects)).toEqual([{ message: 'A rule names an unknown achievement' }])
  })
})

describe('effects.md 8 taking progress back', () => {
  it('is done on cancel', async () => {
    const shop = openWith()
    await shop.order('one', 1)
    await shop.order('two', 1)
    const { effects } = await shop.send(updateCustomerSessionV2, { customerSessionId: 'one', customerSession: { state: 'cancelled' } })
    expect(propsOf('rollbackIncreasedAchievementProgress', effects)).toEqual([
      { achievementId: 7, achievementName: 'MugCollector', progressTrackerId: 1, decreaseProgressBy: 1, currentProgress: 1, target: 3 },
    ])
    expect(await shop.current()).toMatchObject({ progress: 1 })
  })

  it('is done on reopening, and the next close books it again', async () => {
    const shop = openWith()
    await shop.order('one', 2)
    const { effects } = await shop.send(reopenCustomerSession, { customerSessionId: 'one' })
    expect(propsOf('rollbackIncreasedAchievementProgress', effects)).toMatchObject([{ decreaseProgressBy: 2, currentProgress: 0 }])
    expect(await shop.order('one', 1)).toMatchObject([{ value: 1 }])
  })

  it.each([
    [false, [], { status: 'completed', progress: 3 }],
    [true, [{ currentProgress: 2 }], { status: 'inprogress', progress: 2 }],
  ])('is done to a completed one only where that is allowed: %s', async (allowRollbackAfterCompletion, rollbacks, left) => {
    const shop = openWith({ allowRollbackAfterCompletion })
    await shop.order('one', 2)
    await shop.order('two', 1)
    const { effects } = await shop.send(updateCustomerSessionV2, { customerSessionId: 'two', customerSession: { state: 'cancelled' } })
    expect(propsOf('rollbackIncreasedAchievementProgress', effects)).toMatchObject(rollbacks)
    expect(await shop.current()).toMatchObject(left)
    expect((await shop.current())?.completionDate === undefined).toBe(allowRollbackAfterCompletion)
  })
})

describe('the rounds of an achievement', () => {
  it('effects.md 7 that recurs on completion: what exceeds the target begins the next', async () => {
    const shop = openWith({ recurrencePolicy: 'on_completion' })
    expect(await shop.order('one', 8)).toMatchObject([
      { progressTrackerId: 1, delta: 3, value: 3, isJustCompleted: true },
      { progressTrackerId: 2, delta: 3, value: 3, isJustCompleted: true },
      { progressTrackerId: 3, delta: 2, value: 2, isJustCompleted: false },
    ])
    expect(await shop.current()).toMatchObject({ status: 'inprogress', progress: 2 })
    expect(await shop.step()).toEqual([[3, true]])
    expect(await shop.current()).toEqual({ status: 'not_started', progress: 0 })
  })

  it('that recurs on expiration: a new one begins when the old one is over, whether it was completed or not', async () => {
    const shop = openWith({ recurrencePolicy: 'on_expiration', period: '7D' })
    await shop.step(3)
    expect(await shop.current()).toMatchObject({ status: 'completed', endDate: iso(noon + 7 * day) })
    expect(await shop.step()).toEqual([])
    shop.wait(7 * day)
    expect(await shop.current()).toEqual({ status: 'not_started', progress: 0 })
    await shop.step(1)
    shop.wait(8 * day)
    await shop.step(2)
    expect((await shop.history()).map(({ status, progress, startDate }) => [status, progress, startDate])).toEqual([
      ['inprogress', 2, iso(noon + 15 * day)],
      ['expired', 1, iso(noon + 7 * day)],
      ['completed', 3, iso(noon)],
    ])
  })

  it('that does not recur: there is one, and it expires', async () => {
    const shop = openWith({ period: '7D' })
    await shop.step()
    shop.wait(7 * day)
    expect(await shop.step()).toEqual([])
    expect(await shop.current()).toMatchObject({ status: 'expired', progress: 1 })
  })

  it('on a fixed schedule: they begin and end for everybody alike', async () => {
    const schedule = { activationPolicy: 'fixed_schedule', fixedStartDate: iso(noon + day), period: '7D' } as const
    const shop = openWith({ ...schedule, recurrencePolicy: 'on_expiration' })
    expect(await shop.step()).toEqual([])
    shop.wait(17 * day)
    await shop.step()
    expect(await shop.current()).toMatchObject({ startDate: iso(noon + 15 * day), endDate: iso(noon + 22 * day) })

    const once = openWith(schedule)
    once.wait(8 * day)
    expect(await once.step()).toEqual([])
  })

  it('end with the achievement', async () => {
    const shop = openWith({ period: '7D', endDate: iso(noon + 3 * day) })
    await shop.step()
    expect(await shop.current()).toMatchObject({ endDate: iso(noon + 3 * day) })
    shop.wait(3 * day)
    expect(await shop.step()).toEqual([])
  })
})

describe('the lists', () => {
  const campaigns: SandboxCampaign[] = [
    { ...campaignWith({ title: 'Mugs', description: 'Collect mugs', period: '1Y' }) },
    { id: 2, name: 'Next', startTime: iso(noon + day), achievements: [{ id: 8, name: 'Next', target: 1 }], rules: [] },
    {
      id: 3,
      name: 'Steps',
      achievements: [
        { id: 9, name: 'Steps', target: 5 },
        { id: 10, name: 'Later', target: 5, activationPolicy: 'fixed_schedule', fixedStartDate: iso(noon + day) },
        { id: 11, name: 'Over', target: 5, endDate: iso(noon) },
      ],
      rules: [],
    },
    { id: 4, name: 'Off', state: 'disabled', achievements: [{ id: 12, name: 'Off', target: 1 }], rules: [] },
  ]
  async function openWithLists() {
    const shop = openShop({ campaigns })
    await shop.send(trackEventV2, { profileId: 'anna', type: 'step' })
    return shop
  }

  it('11.5 hold an achievement with how far the profile has come', async () => {
    const shop = await openWithLists()
    const { totalResultSize, data } = await shop.send(getCustomerAchievements, anna)
    expect(totalResultSize).toBe(2)
    expect(data[0]).toEqual({
      id: 7,
      created: iso(0),
      name: 'MugCollector',
      title: 'Mugs',
      description: 'Collect mugs',
      target: 3,
      period: '1Y',
      recurrencePolicy: 'no_recurrence',
      activationPolicy: 'user_action',
      campaignId: 1,
      status: 'active',
      currentProgress: { status: 'inprogress', progress: 1, startDate: iso(noon), endDate: '2027-01-15T12:00:00.000Z' },
    })
    expect(data[1]).toMatchObject({ id: 9, title: 'Steps', description: '', currentProgress: { status: 'not_started', progress: 0 } })
  })

  it.each<[string, GetCustomerAchievementsInput, number[]]>([
    ['active ones by default', {}, [7, 9]],
    ['scheduled ones when asked', { achievementStatus: ['scheduled'] }, [8, 10]],
    ['both when asked', { achievementStatus: ['active', 'scheduled'] }, [7, 8, 9, 10]],
    ['those of some campaigns', { campaignIds: ['3'] }, [9]],
    ['those of some ids', { achievementIds: ['7', '12'] }, [7]],
    ['those in progress', { currentProgressStatus: ['inprogress'] }, [7]],
    ['those that are not started', { currentProgressStatus: ['not_started', 'completed'] }, [9]],
    ['a page', { pageSize: 1, skip: 1 }, [9]],
  ])('11.5 hold %s', async (_, query, expected) => {
    const { data } = await (await openWithLists()).send(getCustomerAchievements, { ...anna, ...query })
    expect(data.map(({ id }) => id)).toEqual(expected)
  })

  it('11.5 hold the rounds of a profile that are asked for', async () => {
    const shop = openWith({ recurrencePolicy: 'on_completion' })
    await shop.step(3)
    shop.wait(day)
    await shop.step(1)
    const progress = async (query: object) => (await shop.history(query)).map((round) => round.progress)
    expect(await progress({})).toEqual([1, 3])
    expect(await progress({ progressStatus: ['completed'] })).toEqual([3])
    expect(await progress({ progressStatus: ['expired', 'inprogress'] })).toEqual([1])
    expect(await progress({ startDate: iso(noon + 1) })).toEqual([1])
    expect(await progress({ endDate: iso(noon) })).toEqual([3])
    expect(await progress({ pageSize: 1, skip: 1 })).toEqual([3])
    await shop.send(trackEventV2, { profileId: 'ben', type: 'step' })
    expect(await shop.send(getCustomerAchievementHistory, { ...anna, achievementId: 7, pageSize: 1 })).toMatchObject({
      totalResultSize: 2,
      data: [{}],
    })
  })

  it('are not found for an unknown profile or achievement', async () => {
    const shop = await openWithLists()
    expect((await shop.ask(getCustomerAchievements, { integrationId: 'nobody' })).status).toBe(404)
    expect((await shop.ask(getCustomerAchievementHistory, { integrationId: 'nobody', achievementId: 7 })).status).toBe(404)
    expect((await shop.ask(getCustomerAchievementHistory, { ...anna, achievementId: 99 })).status).toBe(404)
  })

  it('of an inventory holds those that the profile has begun', async () => {
    const { achievements } = await (await openWithLists()).send(getCustomerInventory, { ...anna, achievements: true })
    expect(achievements).toEqual([
      {
        achievementId: 7,
        name: 'MugCollector',
        title: 'Mugs',
        description: 'Collect mugs',
        campaignId: 1,
        target: 3,
        status: 'inprogress',
        progress: 1,
        startDate: iso(noon),
        endDate: '2027-01-15T12:00:00.000Z',
        achievementRecurrencePolicy: 'no_recurrence',
        achievementActivationPolicy: 'user_action',
      },
    ])
  })
})

describe('a span of time', () => {
  it.each([
    ['30s', '2026-01-15T12:00:30Z'],
    ['1.5m', '2026-01-15T12:01:30Z'],
    ['2h', '2026-01-15T14:00:00Z'],
    ['1D', '2026-01-16T12:00:00Z'],
    ['1D_D', '2026-01-16T00:00:00Z'],
    ['1D_U', '2026-01-17T00:00:00Z'],
    ['2W', '2026-01-29T12:00:00Z'],
    ['1W_U', '2026-01-26T00:00:00Z'],
    ['1M', '2026-02-15T12:00:00Z'],
    ['1M_D', '2026-02-15T00:00:00Z'],
    ['1M_U', '2026-03-01T00:00:00Z'],
    ['13M', '2027-02-15T12:00:00Z'],
    ['1Y', '2027-01-15T12:00:00Z'],
    ['1Y_U', '2028-01-01T00:00:00Z'],
  ])('of %s ends at %s', (span, end) => {
    expect(after(noon, span)).toBe(Date.parse(end))
  })

  it('of a month ends on the last day of a shorter one', () => {
    expect(after(Date.parse('2028-01-31T08:00:00Z'), '1M')).toBe(Date.parse('2028-02-29T08:00:00Z'))
  })

  it.each(['', '5', 'D', '-1D', '1d', '1D_X', '1e3s', 'forever'])('is not %j', (text) => {
    expect(after(noon, text)).toBeUndefined()
  })
})
