/** The rule engine: campaigns and groups of them in order, each with what those before have used up. */
import type { CampaignExclusionReason, KnownEffect } from '../effects.ts'
import type { CustomerSessionV2 } from '../schema.ts'
import { type BudgetUser, userOf } from './budgets.ts'
import { balanceAt } from './ledger.ts'
import { holderOf, ledgerWith } from './loyalty.ts'
import { isDiscount, valueOf } from './rewards.ts'
import { type CampaignGroup, type CampaignNode, campaignsIn, type RuleCart, unitsOf } from './rules.ts'
import {
  type Branch,
  type Code,
  leaveOut,
  nowhere,
  reject,
  type RuleOutcome,
  type Run,
  runCampaign,
  type Scene,
  type Subject,
} from './run.ts'
import { normaliseCode, type State } from './state.ts'
import { type Made, newTally, type Tally } from './tally.ts'
import { tierAt } from './tiers.ts'
import { couponRejection, type Inquiry, referralRejection, takesPart } from './verdicts.ts'

/** What an evaluation says. */
export interface Evaluation {
  effects: KnownEffect[]
  outcomes: RuleOutcome[]
  /** The codes among the effects, those that are stored already too. */
  made: Made[]
  /** Whose budgets it used. */
  user: BudgetUser
}

/** What is said where no rule was asked. */
export const nothingEvaluated: Evaluation = { effects: [], outcomes: [], made: [], user: {} }

/** Evaluates a session, a profile or an event. Changes nothing. */
export function evaluate(state: State, subject: Subject): Evaluation {
  const { session, profile, now, only } = subject
  const user = userOf(profile?.integrationId, session)
  const inquiry: Inquiry = { user, now, only }
  const codes = codesOf(state, session, inquiry)
  const scene: Scene = { state, subject, inquiry, codes, cart: cartOf(state, subject), groupIds: numbered(state.evaluation) }
  const homeless = codes.filter(({ campaignId }) => state.campaigns.every(({ id }) => id !== campaignId))
  const { effects, outcomes, tally } = runAll(scene, state.evaluation, newTally(state, profile?.integrationId), {
    group: undefined,
    mayDiscount: () => true,
  })
  return { effects: [...homeless.map((code) => reject(code, nowhere, {})), ...effects], outcomes, made: tally.made, user }
}

function codesOf(state: State, session: CustomerSessionV2 | undefined, inquiry: Inquiry): Code[] {
  const campaignBy = (id: number | undefined) => state.campaigns.find((campaign) => campaign.id === id)
  const coupons = [...new Set((session?.couponCodes ?? []).map(normaliseCode))].map((value): Code => {
    const stored = state.coupons.get(value)
    const campaignId = stored?.coupon.campaignId
    const rejection = stored === undefined ? 'CouponNotFound' : couponRejection(stored, campaignBy(campaignId), inquiry, state)
    return { kind: 'coupon', value, coupon: stored?.coupon, campaignId, rejection }
  })
  const value = normaliseCode(session?.referralCode ?? '')
  if (value === '') return coupons
  const stored = state.referrals.get(value)
  const campaignId = stored?.referral.campaignId
  const rejection = stored === undefined ? 'ReferralNotFound' : referralRejection(stored, campaignBy(campaignId), inquiry, state)
  return [...coupons, { kind: 'referral', value, referral: stored?.referral, campaignId, rejection }]
}

function cartOf(state: State, { session, profile, loyaltyCards = session?.loyaltyCards, event, now }: Subject): RuleCart {
  const items = Object.freeze([...(session?.cartItems ?? [])])
  // Copied and frozen: what a rule does to what it is shown must change nothing.
  const [shown, attributes] = structuredClone([profile, session?.attributes ?? {}] as const)
  const ledgerOf = (programId: number, subLedgerId: string) => {
    const program = state.programs.find(({ id }) => id === programId)
    const holder = holderOf(state, programId, profile?.integrationId, loyaltyCards)
    return program && holder && { program, transactions: ledgerWith(state, holder, programId, subLedgerId) }
  }
  return {
    profileId: profile?.integrationId,
    state: session?.state ?? 'open',
    items,
    units: Object.freeze(unitsOf(items)),
    itemTotal: session?.cartItemTotal ?? 0,
    total: session?.total ?? 0,
    discountedTotal: session?.total ?? 0,
    additionalCosts: session?.additionalCosts ?? {},
    attributes,
    profileAttributes: shown?.attributes ?? {},
    profile: shown,
    coupon: undefined,
    referral: undefined,
    points: (programId, subLedgerId = '') => {
      const found = ledgerOf(programId, subLedgerId)
      return found === undefined ? 0 : balanceAt(found.program, found.transactions, now).activePoints
    },
    tier: (programId, subLedgerId = '') => {
      const found = ledgerOf(programId, subLedgerId)
      return found && tierAt(found.program, found.transactions, now).currentTier?.name
    },
    audienceIds: (profile?.audienceMemberships ?? []).map(({ id }) => id),
    firstSession: session?.firstSession ?? false,
    event,
    now,
  }
}

function numbered(nodes: readonly CampaignNode[], ids = new Map<CampaignGroup, number>()): Map<CampaignGroup, number> {
  for (const node of nodes) {
    if ('rules' in node) continue
    ids.set(node, ids.size + 1)
    numbered(node.campaigns, ids)
  }
  return ids
}

/** One after the other, each with what those before have used up. */
function runAll(scene: Scene, nodes: readonly CampaignNode[], tally: Tally, branch: Branch): Run {
  const all: Run = { effects: [], outcomes: [], tally }
  for (const node of nodes) {
    const { effects, outcomes, tally: after } = runNode(scene, node, all.tally, branch)
    all.effects.push(...effects)
    all.outcomes.push(...outcomes)
    all.tally = after
  }
  return all
}

function runNode(scene: Scene, node: CampaignNode, tally: Tally, branch: Branch): Run {
  if (!('rules' in node)) return runGroup(scene, node, tally, branch)
  return takesPart(node, scene.inquiry) ? runCampaign(scene, node, tally, branch) : leaveOut(scene, [node], tally, undefined)
}

function runGroup(scene: Scene, group: CampaignGroup, tally: Tally, { mayDiscount }: Branch): Run {
  const branch: Branch = { group, mayDiscount }
  if (group.mode === 'stackable' || scene.subject.ignoresGroups) return runAll(scene, group.campaigns, tally, branch)
  const tried = group.campaigns.map((node) => ({ node, run: runNode(scene, node, tally, branch) }))
  return group.scope === 'cartItem' ? runByUnit(scene, group, tried, tally, branch) : runOne(scene, group, tried, tally, branch)
}

type Tried = readonly { node: CampaignNode; run: Run }[]

/** One member wins the cart. Those that did not trigger say so; those that did, and lost, are left out. */
function runOne(scene: Scene, group: CampaignGroup, tried: Tried, tally: Tally, branch: Branch): Run {
  const winner = winnerOf(
    group.mode,
    tried.filter(({ run }) => hasTriggered(run)).map(({ run }) => ({ run, amount: discountOf(run.effects) })),
  )?.run
  // The winner goes first, as it was tried; what the others have to say is said with what it leaves.
  let after = winner?.tally ?? tally
  const runs = tried.map(({ node, run: trial }): Run => {
    if (trial === winner) return trial
    const run = hasTriggered(trial) || trial.tally === tally ? trial : runNode(scene, node, after, branch)
    if (hasTriggered(run)) return leaveOut(scene, campaignsIn([node]), after, reasonOf(group), run.outcomes)
    if (run !== trial) after = run.tally
    return run
  })
  return { effects: runs.flatMap(({ effects }) => effects), outcomes: runs.flatMap(({ outcomes }) => outcomes), tally: after }
}

function hasTriggered({ outcomes }: Run): boolean {
  return outcomes.some(({ passed }) => passed)
}

/** Each unit is won by itself; a member that discounts units and wins none is left out. */
function runByUnit(scene: Scene, group: CampaignGroup, tried: Tried, tally: Tally, branch: Branch): Run {
  const bids = tried.map(({ run }) => bidsOf(run.effects))
  const winnerAt = (unit: string): number | undefined => {
    const bidders = bids.flatMap((bid, member) => {
      const amount = bid.get(unit)
      return amount === undefined ? [] : [{ member, amount }]
    })
    return winnerOf(group.mode, bidders)?.member
  }
  const units = new Set(bids.flatMap((bid) => [...bid.keys()]))
  const winners = new Map([...units].map((unit) => [unit, winnerAt(unit)]))
  const all: Run = { effects: [], outcomes: [], tally }
  for (const [member, { node, run: trial }] of tried.entries()) {
    const wins = (bids[member]?.size ?? 0) === 0 || [...winners.values()].includes(member)
    const mayDiscount: Branch['mayDiscount'] = (unit) => winners.get(unitKey(unit)) === member
    const run = wins
      ? runNode(scene, node, all.tally, { ...branch, mayDiscount })
      : leaveOut(scene, campaignsIn([node]), all.tally, reasonOf(group), trial.outcomes)
    all.effects.push(...run.effects)
    all.outcomes.push(...run.outcomes)
    all.tally = run.tally
  }
  return all
}

/** Of equals, the first one. */
function winnerOf<Candidate extends { amount: number }>(
  mode: CampaignGroup['mode'],
  candidates: readonly Candidate[],
): Candidate | undefined {
  const [first, ...others] = candidates
  if (first === undefined || mode === 'listOrder') return first
  return others.reduce(
    (best, next) => ((mode === 'highestDiscount' ? next.amount > best.amount : next.amount < best.amount) ? next : best),
    first,
  )
}

function reasonOf({ mode }: CampaignGroup): CampaignExclusionReason {
  return mode === 'listOrder' ? 'CampaignIsNotFirst' : 'CampaignGaveLowerDiscount'
}

function discountOf(effects: readonly KnownEffect[]): number {
  return effects.reduce((sum, effect) => sum + (isDiscount(effect.effectType) ? valueOf(effect) : 0), 0)
}

function bidsOf(effects: readonly KnownEffect[]): Map<string, number> {
  const bids = new Map<string, number>()
  for (const { effectType, props } of effects) {
    if (effectType !== 'setDiscountPerItem' && effectType !== 'setDiscountPerAdditionalCostPerItem') continue
    const key = unitKey(props)
    bids.set(key, (bids.get(key) ?? 0) + props.value)
  }
  return bids
}

function unitKey({ position, subPosition = 0 }: { position: number; subPosition?: number }): string {
  return `${position}/${subPosition}`
}
