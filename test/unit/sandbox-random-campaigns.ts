/** Random campaigns and what shoppers do with them, and a book that counts by itself what they were given. */
import fc from 'fast-check'
import type { Effect, EffectType } from '../../src/effects.ts'
import {
  addFreeItem,
  addLoyaltyPoints,
  awardGiveaway,
  type Budget,
  type BudgetAction,
  type CampaignGroup,
  type CampaignNode,
  deductLoyaltyPoints,
  increaseAchievementProgress,
  type RuleEffect,
  type SandboxCampaign,
  type SandboxRule,
  type SandboxSnapshot,
  setDiscount,
  setDiscountPerItem,
} from '../../src/sandbox/index.ts'
import type { State } from '../../src/sandbox/state.ts'
import type { CartItem, NewCustomerSessionV2 } from '../../src/schema.ts'
import { propsOf } from './sandbox-shop.ts'

/** What the sandbox counts when a rule fires, not when a session closes. */
const atOnce: ReadonlySet<BudgetAction> = new Set<BudgetAction>(['createCoupon', 'createReferral', 'reserveCoupon'])

const actions: Partial<Record<EffectType, { counts: BudgetAction; sums?: BudgetAction }>> = {
  acceptCoupon: { counts: 'redeemCoupon' },
  acceptReferral: { counts: 'redeemReferral' },
  couponCreated: { counts: 'createCoupon' },
  referralCreated: { counts: 'createReferral' },
  reserveCoupon: { counts: 'reserveCoupon' },
  setDiscount: { counts: 'setDiscountEffect', sums: 'setDiscount' },
  setDiscountPerItem: { counts: 'setDiscountEffect', sums: 'setDiscount' },
  addLoyaltyPoints: { counts: 'createLoyaltyPointsEffect', sums: 'createLoyaltyPoints' },
  deductLoyaltyPoints: { counts: 'redeemLoyaltyPointsEffect', sums: 'redeemLoyaltyPoints' },
  awardGiveaway: { counts: 'awardGiveaway' },
  addFreeItem: { counts: 'addFreeItemEffect' },
  customEffect: { counts: 'customEffect' },
}

const custom: RuleEffect = { effectType: 'customEffect', props: { effectId: 1, name: 'custom', payload: {} } }

type Gives = SandboxRule['then']
const ofAmounts = (gives: (value: number) => Gives): Gives[] => [0.1, 1, 2.5, 4].map(gives)
const others: Gives[] = [
  ({ discountedTotal }) => [setDiscount('Half of the rest', discountedTotal / 2)],
  () => [awardGiveaway(1)],
  () => [awardGiveaway(1)],
  () => [{ effectType: 'couponCreated', props: {} }],
  () => [{ effectType: 'referralCreated', props: {} }],
  () => [{ effectType: 'reserveCoupon', props: { couponValue: 'C1-A' } }],
  () => [addFreeItem('sample', 'Sample', 2)],
  () => [increaseAchievementProgress(1, 2)],
  () => [custom],
  () => {
    throw new Error('A rule that breaks')
  },
]
const gift = fc.oneof(
  fc.constantFrom(...ofAmounts((value) => () => [setDiscount(`${value} off`, value)])),
  fc.constantFrom(
    ...ofAmounts(
      (value) =>
        ({ units }) =>
          units.map((unit) => setDiscountPerItem(`${value} off each`, unit, value)),
    ),
  ),
  fc.constantFrom(...ofAmounts((value) => () => [addLoyaltyPoints('earned', 1, value)])),
  fc.constantFrom(...ofAmounts((value) => () => [deductLoyaltyPoints('spent', 1, value)])),
  ...others.map((gives) => fc.constant(gives)),
)

const gifts = fc.array(gift, { minLength: 1, maxLength: 2 }).map(
  (given): Gives =>
    (cart) =>
      given.flatMap((gives) => gives(cart)),
)

const rule: fc.Arbitrary<SandboxRule> = fc
  .record(
    {
      needs: fc.constantFrom('coupon' as const, 'coupon' as const, 'referral' as const, undefined, undefined),
      on: fc.constantFrom('asked', undefined, undefined, undefined),
      from: fc.constantFrom(0, 0, 10),
      then: gifts,
      otherwise: fc.option(gifts, { nil: undefined, freq: 4 }),
    },
    { noNullPrototype: true },
  )
  .map(({ needs, on, from, then, otherwise }) => ({
    name: 'Rule',
    // A rule about events has no use for a code.
    ...(on === undefined ? needs !== undefined && { needs } : { on }),
    when: ({ itemTotal }) => on !== undefined || itemTotal >= from,
    then,
    ...(otherwise && { otherwise }),
  }))

const budget: fc.Arbitrary<Budget> = fc
  .record({
    action: fc.constantFrom(
      ...new Set(Object.values(actions).flatMap(({ counts, sums }) => (sums === undefined ? [counts] : [counts, sums]))),
    ),
    limit: fc.constantFrom(1, 1, 2, 3, 6, 0),
    entities: fc.constantFrom<NonNullable<Budget['entities']>>([], [], [], ['Profile'], ['Session'], ['Coupon'], ['Profile', 'Coupon']),
    period: fc.constantFrom('daily' as const, 'monthly' as const, undefined, undefined),
  })
  .map(({ period, ...rest }) => ({ ...rest, ...(period && { period }) }))

const drafts = fc.record({
  rules: fc.array(rule, { minLength: 1, maxLength: 4, size: 'max' }),
  limits: fc.array(budget, { maxLength: 4, size: 'max' }),
  partialRewards: fc.boolean(),
  reevaluateOnReturn: fc.boolean(),
  usageLimit: fc.constantFrom(0, 0, 1, 2),
  discountLimit: fc.constantFrom(0, 0, 3),
})

const modes = fc.record({
  mode: fc.constantFrom<CampaignGroup['mode']>('stackable', 'listOrder', 'highestDiscount', 'lowestDiscount'),
  scope: fc.constantFrom('session' as const, 'cartItem' as const),
  size: fc.integer({ min: 1, max: 3 }),
  isInner: fc.boolean(),
})

/** Campaigns, some of them in groups, some of those in groups again. */
export const evaluations: fc.Arbitrary<CampaignNode[]> = fc
  .tuple(fc.array(drafts, { minLength: 1, maxLength: 4, size: 'max' }), fc.array(modes, { maxLength: 2 }))
  .map(([all, groups]) => {
    const campaigns = all.map(({ usageLimit, discountLimit, ...rest }, index): SandboxCampaign => {
      const id = index + 1
      const coupons = ['A', 'B'].map((letter) => ({ value: `C${id}-${letter}`, usageLimit, discountLimit }))
      const first = id === 1 && {
        giveaways: [{ id: 1, name: 'Pool', codes: ['G1', 'G2', 'G3'] }],
        achievements: [{ id: 1, name: 'Steps', target: 3, recurrencePolicy: 'on_completion' as const, allowRollbackAfterCompletion: true }],
      }
      return { id, name: `Campaign ${id}`, coupons, ...first, ...rest }
    })
    return groups.reduce<CampaignNode[]>((nodes, { mode, scope, size, isInner }) => {
      const members = isInner ? nodes.slice(-size) : nodes.slice(0, size)
      return [...nodes.filter((node) => !members.includes(node)), { mode, scope, campaigns: members }]
    }, campaigns)
  })

/** One thing that happens. */
export type Step =
  | { does: 'put'; id: string; session: NewCustomerSessionV2; takesReferral: boolean }
  | { does: 'cancel' | 'reopen'; id: string }
  | { does: 'return'; id: string; position: number; runRuleEngine: boolean }
  | { does: 'happen'; profileId: string }
  | { does: 'wait'; days: number }

const ids = fc.constantFrom('one', 'two', 'three', 'four', 'five', 'six')
const line: fc.Arbitrary<CartItem> = fc.record({
  sku: fc.constantFrom('A', 'B'),
  name: fc.constant('Thing'),
  price: fc.constantFrom(0.3, 3, 7.5),
  quantity: fc.integer({ min: 1, max: 3 }),
})
const codes = fc.constantFrom('C1-A', 'C1-B', 'C2-A', 'C2-B', 'C3-A', 'C4-A', 'NOPE')

/** What somebody sends of a session. */
export const sessions: fc.Arbitrary<NewCustomerSessionV2> = fc.record({
  profileId: fc.constantFrom('anna', 'anna', 'anna', 'bob', 'bob', ''),
  cartItems: fc.array(line, { minLength: 1, maxLength: 3 }),
  couponCodes: fc.uniqueArray(codes, { maxLength: 5, size: 'max' }),
  state: fc.constantFrom('open' as const, 'closed' as const),
})

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ does: fc.constant('put' as const), id: ids, session: sessions, takesReferral: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('cancel' as const, 'reopen' as const), id: ids }) },
    {
      weight: 2,
      arbitrary: fc.record({
        does: fc.constant('return' as const),
        id: ids,
        position: fc.integer({ min: 0, max: 1 }),
        runRuleEngine: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('happen' as const), profileId: fc.constantFrom('anna', 'bob') }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('wait' as const), days: fc.constantFrom(1, 20) }) },
  ),
  { minLength: 6, maxLength: 24, size: 'max' },
)

/** What was given to somebody, at one moment. */
interface Given {
  effect: Effect
  at: string
  profileId: string
  sessionId?: string
}

/** Counts what closed sessions and events were given, without the sandbox's own books. */
export function createBook(state: State) {
  const bySession = new Map<string, Given[]>()
  const forGood: Given[] = []
  const seen = new Set<string>()
  const owners = new Map<number, string>()
  const now = () => new Date(state.clock()).toISOString()

  /** What is counted once, when it is first heard of. */
  function hear(effects: readonly Effect[], profileId: string, sessionId?: string): void {
    const to = { at: now(), profileId, ...(sessionId !== undefined && { sessionId }) }
    for (const effect of effects) {
      const made = [...propsOf('couponCreated', [effect]), ...propsOf('referralCreated', [effect])].map(({ value }) => value)
      const isNews =
        made.some((code) => !seen.has(code)) || propsOf('reserveCoupon', [effect]).some(({ isNewReservation }) => isNewReservation)
      for (const code of made) seen.add(code)
      if (isNews) forGood.push({ effect, ...to })
      for (const { giveawayId, recipientIntegrationId } of propsOf('awardGiveaway', [effect])) {
        const owner = `${recipientIntegrationId} ${sessionId ?? now()}`
        if ((owners.get(giveawayId) ?? owner) !== owner)
          throw new Error(`Giveaway ${giveawayId} was given to ${owners.get(giveawayId)} and to ${owner}`)
        owners.set(giveawayId, owner)
      }
    }
  }

  return {
    hear,
    /** An event is given what it is given at once. */
    hearEvent: (effects: readonly Effect[], profileId: string) => {
      hear(effects, profileId)
      forGood.push(...effects.filter(({ effectType }) => !isAtOnce(effectType)).map((effect) => ({ effect, at: now(), profileId })))
    },
    /** Looks at all sessions: what a closed one has now that it had not before, it got now. */
    look: () => {
      for (const [sessionId, { session, effects }] of state.sessions) {
        const before = [...(bySession.get(sessionId) ?? [])]
        const isDone = session.state === 'closed' || session.state === 'partially_returned'
        const mine = (isDone ? effects : []).filter(({ effectType }) => !isAtOnce(effectType))
        bySession.set(
          sessionId,
          mine.map((effect) => {
            const index = before.findIndex((one) => JSON.stringify(one.effect) === JSON.stringify(effect))
            const [known] = index < 0 ? [] : before.splice(index, 1)
            return known ?? { effect, at: now(), profileId: session.profileId, sessionId }
          }),
        )
      }
    },
    /** Each budget that was exceeded, with how much was used of it. */
    exceeded: (): string[] => {
      const all = [...forGood, ...[...bySession.values()].flat()]
      return state.campaigns.flatMap(({ id, limits = [], coupons = [] }) => {
        const mine = all.filter(({ effect }) => effect.campaignId === id)
        const cards = coupons.flatMap(({ discountLimit = 0 }) => (discountLimit > 0 ? [discountLimit] : [])).slice(0, 1)
        const giftCards = cards.map((limit): Budget => ({ action: 'setDiscount', limit, entities: ['Coupon'] }))
        return [...limits, ...giftCards].flatMap((one) => exceededBy(mine, one))
      })
    },
    /** How often closed sessions redeemed a code. */
    redemptionsOf: (type: 'acceptCoupon' | 'acceptReferral', code: string): number =>
      [...bySession.values()].flat().filter(({ effect }) => propsOf(type, [effect]).some(({ value }) => value === code)).length,
  }

  function exceededBy(mine: readonly Given[], { action, limit, entities = [], period }: Budget): string[] {
    const sums = new Map<string, number>()
    for (const { effect, at, profileId, sessionId } of mine) {
      const used = usedBy(effect, action)
      const who = { Profile: profileId, Session: sessionId, Coupon: couponOf(effect) }
      const values = entities.map((entity) =>
        entity === 'Profile' || entity === 'Session' || entity === 'Coupon' ? who[entity] : undefined,
      )
      // What is for each session, say, does not bind what has none.
      if (used === 0 || values.some((value) => !value)) continue
      const key = [...values, at.slice(0, period === 'daily' ? 10 : period === 'monthly' ? 7 : 0)].join(' ')
      sums.set(key, (sums.get(key) ?? 0) + used)
    }
    return [...sums].filter(([, sum]) => sum > limit + 1e-6).map(([key, sum]) => `${action} for ${key}: ${sum} of ${limit}`)
  }

  function couponOf({ triggeredByCoupon }: Effect): string | undefined {
    return [...state.coupons.values()].find(({ coupon }) => coupon.id === triggeredByCoupon)?.coupon.value
  }
}

/** What of a memory must be as it was when an order is cancelled: all that closing counts and books. */
export function countersOf({ coupons, referrals, budgetUses, ledgers, progress }: SandboxSnapshot) {
  return {
    coupons: coupons.map(([code, { coupon }]) => [code, coupon.usageCounter, coupon.discountCounter ?? 0]),
    referrals: referrals.map(([code, { referral }]) => [code, referral.usageCounter]),
    uses: budgetUses.filter(({ action }) => !atOnce.has(action)),
    points: ledgers.filter(([, transactions]) => transactions.length > 0),
    progress: progress.reduce((sum, round) => sum + round.progress, 0),
  }
}

function isAtOnce(effectType: Effect['effectType']): boolean {
  return effectType === 'couponCreated' || effectType === 'referralCreated' || effectType === 'reserveCoupon'
}

function usedBy(effect: Effect, action: BudgetAction): number {
  const found = Object.entries(actions).find(([effectType]) => effectType === effect.effectType)?.[1]
  if (found?.counts === action) return 1
  return found?.sums === action && 'value' in effect.props ? Number(effect.props.value) : 0
}
