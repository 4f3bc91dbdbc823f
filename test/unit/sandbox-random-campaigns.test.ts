import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Effect } from '../../src/effects.ts'
import { createReferral, reopenCustomerSession, returnCartItems, trackEventV2, updateCustomerSessionV2 } from '../../src/endpoints.ts'
import type { CampaignNode } from '../../src/sandbox/index.ts'
import type { NewCustomerSessionV2 } from '../../src/schema.ts'
import { countersOf, createBook, evaluations, sessions, type Step, steps } from './sandbox-random-campaigns.ts'
import { grantPoints, openShop, propsOf } from './sandbox-shop.ts'

const runs = { numRuns: Number(process.env.RUNS ?? 60), seed: Number(process.env.SEED ?? 1) }

async function open(campaigns: readonly CampaignNode[]) {
  const shop = openShop({ programs: [{ id: 1, name: 'beans', title: 'Beans', tiers: [{ name: 'Green', minPoints: 10 }] }], campaigns })
  for (const holder of ['anna', 'bob']) grantPoints(shop, holder, 8)
  const book = createBook(shop.state)
  for (const { id, rules } of shop.state.campaigns)
    if (rules.some(({ needs }) => needs === 'referral'))
      await shop.send(createReferral, { campaignId: id, advocateProfileIntegrationId: 'zoe', usageLimit: 2 })
  const [referralCode = ''] = shop.state.referrals.keys()

  async function put(id: string, session: NewCustomerSessionV2): Promise<void> {
    const input = { customerSessionId: id, customerSession: session }
    const before = shop.snapshot()
    await shop.ask(updateCustomerSessionV2, { ...input, dry: true })
    expect(shop.snapshot(), 'a dry run').toEqual(before)
    const ask = async () => {
      const effects = await effectsOf(shop.ask(updateCustomerSessionV2, input))
      book.hear(effects, session.profileId ?? '', id)
      book.look()
      return effects
    }
    const first = await ask()
    if (session.state !== 'open') return
    // Who holds a reservation needs no budget for it any more, so one that is new may let another rule pass.
    const settled = propsOf('reserveCoupon', first).some(({ isNewReservation }) => isNewReservation) ? await ask() : first
    expect(await ask(), 'the same request once more').toEqual(settled)
  }

  /** What comes of it is in the book; what the API refuses, such as closing twice, comes to nothing. */
  async function take(step: Step): Promise<void> {
    switch (step.does) {
      case 'put':
        return put(step.id, { ...step.session, referralCode: step.takesReferral ? referralCode : '' })
      case 'cancel':
        await shop.ask(updateCustomerSessionV2, { customerSessionId: step.id, customerSession: { state: 'cancelled' } })
        break
      case 'reopen':
        await shop.ask(reopenCustomerSession, { customerSessionId: step.id })
        break
      case 'return': {
        const { id: customerSessionId, position, runRuleEngine } = step
        const input = { customerSessionId, return: { returnedCartItems: [{ position, quantity: 1 }] }, runRuleEngine }
        const before = shop.snapshot()
        await shop.ask(returnCartItems, { ...input, dry: true })
        expect(shop.snapshot(), 'a dry return').toEqual(before)
        const effects = await effectsOf(shop.ask(returnCartItems, input))
        book.hear(effects, shop.state.sessions.get(customerSessionId)?.session.profileId ?? '', customerSessionId)
        break
      }
      case 'happen': {
        const { profileId } = step
        const answer = await shop.send(trackEventV2, { profileId, type: 'asked', attributes: {}, silent: 'no' })
        book.hearEvent(answer?.effects ?? [], profileId)
        break
      }
      case 'wait':
        shop.wait(step.days * 86_400_000)
    }
    book.look()
  }

  // Time goes on, so that no two events happen at once.
  return { ...shop, book, take: async (step: Step) => take(step).finally(() => shop.wait(1)) }
}

describe('whatever the campaigns, and whatever shoppers do', () => {
  it(
    'no budget is exceeded, no giveaway given twice, each redemption counted, and looking changes nothing',
    { timeout: 300_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(evaluations, steps, async (campaigns, todo) => {
          const { book, state, take } = await open(campaigns)
          for (const step of todo) {
            await take(step)
            expect(book.exceeded()).toEqual([])
            for (const { coupon, redemptions } of state.coupons.values()) {
              const { value, usageCounter, usageLimit } = coupon
              expect([usageCounter, redemptions.length], value).toEqual(
                Array.from({ length: 2 }, () => book.redemptionsOf('acceptCoupon', value)),
              )
              if (usageLimit > 0) expect(usageCounter).toBeLessThanOrEqual(usageLimit)
            }
            for (const { referral, redemptions } of state.referrals.values()) {
              const counted = book.redemptionsOf('acceptReferral', referral.code)
              expect([referral.usageCounter, redemptions.length]).toEqual([counted, counted])
            }
          }
        }),
        runs,
      )
    },
  )

  it('an order that is closed and cancelled leaves budgets, counters, points and progress as they were', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(evaluations, steps, sessions, async (campaigns, todo, session) => {
        const shop = await open(campaigns)
        for (const step of todo) await shop.take(step)
        const put = (customerSession: NewCustomerSessionV2) =>
          shop.send(updateCustomerSessionV2, { customerSessionId: 'extra', customerSession })
        // Codes and reservations are made when a rule fires, which nothing takes back; a reservation may let another rule fire.
        await put({ ...session, state: 'open' })
        await put({})
        const before = countersOf(shop.snapshot())
        await put({ state: 'closed' })
        await put({ state: 'cancelled' })
        expect(countersOf(shop.snapshot())).toEqual(before)
      }),
      runs,
    )
  })
})

async function effectsOf(answer: Promise<{ status: number; body: unknown }>): Promise<Effect[]> {
  const { status, body } = await answer
  // The cast holds because the fetch has held the answer to the official file.
  return status < 300 ? (body as { effects: Effect[] }).effects : []
}
