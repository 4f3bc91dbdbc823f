/** Achievements: how far profiles have come, in rounds. */
import type { EffectOf, KnownEffect } from '../effects.ts'
import type { GetCustomerAchievementHistoryInput, GetCustomerAchievementsInput } from '../endpoints.ts'
import type {
  AchievementProgress,
  AchievementProgressWithDefinition,
  AchievementStatusEntry,
  CustomerAchievementHistoryResponse,
  CustomerAchievementsResponse,
} from '../schema.ts'
import { after } from './duration.ts'
import { pageOf } from './pages.ts'
import { notFound, required } from './refusal.ts'
import { frontendState, type SandboxAchievement, type SandboxCampaign } from './rules.ts'
import { type ProgressTracker, type State, timestamp } from './state.ts'
import { isAhead, isPast } from './verdicts.ts'

type Increase = EffectOf<'increaseAchievementProgress'>
type Start = EffectOf<'startAchievementProgress'>

export function getCustomerAchievements(state: State, input: GetCustomerAchievementsInput): CustomerAchievementsResponse {
  const { campaignIds, achievementIds, achievementStatus = ['active'], currentProgressStatus } = input
  const profileId = knownProfile(state, input.integrationId)
  const entries = listed(state)
    .filter(({ campaign }) => campaignIds?.includes(String(campaign.id)) ?? true)
    .filter(({ achievement }) => achievementIds?.includes(String(achievement.id)) ?? true)
    .filter(({ status }) => achievementStatus.includes(status))
    .map((found) => statusEntry(state, found, profileId))
    .filter(({ currentProgress }) => currentProgressStatus?.some((status) => status === currentProgress?.status) ?? true)
  return { totalResultSize: entries.length, data: pageOf(entries, { pageSize: 1000, ...input }).data }
}

/** Rounds are listed latest first. */
export function getCustomerAchievementHistory(state: State, input: GetCustomerAchievementHistoryInput): CustomerAchievementHistoryResponse {
  const { achievementId, progressStatus, startDate, endDate } = input
  const profileId = knownProfile(state, input.integrationId)
  if (achievementBy(state, achievementId) === undefined) throw notFound('Achievement')
  const now = state.clock()
  const rounds = roundsOf(state.progress, achievementId, profileId)
    .filter((round) => startDate === undefined || Date.parse(round.startDate) >= Date.parse(startDate))
    .filter((round) => endDate === undefined || Date.parse(round.startDate) <= Date.parse(endDate))
    .map((round) => progressOf(round, now))
    .filter(({ status }) => progressStatus?.some((asked) => asked === status) ?? true)
    .toReversed()
  return { totalResultSize: rounds.length, data: pageOf(rounds, { pageSize: 1000, ...input }).data }
}

/** The active achievements that a profile has begun, as an inventory shows them. */
export function achievementsOf(state: State, profileId: string): AchievementProgressWithDefinition[] {
  return listed(state)
    .filter(({ status, achievement: { id } }) => status === 'active' && roundsOf(state.progress, id, profileId).length > 0)
    .map(({ campaign, achievement }) => {
      const { id, name, title = name, description = '', target, recurrencePolicy, activationPolicy } = achievement
      const { fixedStartDate, endDate, allowRollbackAfterCompletion } = achievement
      return {
        ...currentProgress(state, achievement, profileId),
        achievementId: id,
        name,
        title,
        description,
        campaignId: campaign.id,
        target,
        achievementRecurrencePolicy: recurrencePolicy ?? 'no_recurrence',
        achievementActivationPolicy: activationPolicy ?? 'user_action',
        ...(fixedStartDate !== undefined && { achievementFixedStartDate: fixedStartDate }),
        ...(endDate !== undefined && { achievementEndDate: endDate }),
        ...(allowRollbackAfterCompletion !== undefined && { achievementAllowRollbackAfterCompletion: allowRollbackAfterCompletion }),
      }
    })
}

/**
 * Adds progress to the rounds among `trackers`, which change, and returns the effects that say so. What completes an achievement
 * that recurs on completion, and more, begins the next round.
 */
export function increase(state: State, trackers: ProgressTracker[], profileId: string, draft: Increase, now: number): KnownEffect[] {
  const achievement = achievementBy(state, draft.props.achievementId)
  if (achievement === undefined) return [unknownAchievement(draft)]
  const { id: achievementId, name: achievementName, target } = achievement
  const effects: Increase[] = []
  let rest = target > 0 ? draft.props.delta : 0
  while (rest > 0) {
    const round = openRound(state, trackers, achievement, profileId, now)
    if (round === undefined) return effects
    const room = achievement.recurrencePolicy === 'on_completion' ? target - round.progress : rest
    const delta = Math.min(rest, room)
    round.progress = delta === room && achievement.recurrencePolicy === 'on_completion' ? target : round.progress + delta
    const isJustCompleted = round.progress >= target
    if (isJustCompleted) round.completionDate = timestamp(state, now)
    rest -= delta
    const props = { achievementId, achievementName, progressTrackerId: round.id, delta, value: round.progress, target, isJustCompleted }
    effects.push({ ...draft, props })
  }
  return effects
}

/** Whether progress would begin more than a thousand rounds. */
export function isTooMuch(state: State, { achievementId, delta }: Pick<Increase['props'], 'achievementId' | 'delta'>): boolean {
  const achievement = achievementBy(state, achievementId)
  return achievement?.recurrencePolicy === 'on_completion' && delta > achievement.target * 1000
}

/** Begins a round among `trackers`, which change, and returns the effect that says so; nothing while one goes on. */
export function start(state: State, trackers: ProgressTracker[], profileId: string, draft: Start, now: number): KnownEffect[] {
  const achievement = achievementBy(state, draft.props.achievementId)
  if (achievement === undefined) return [unknownAchievement(draft)]
  if (lastingRound(trackers, achievement, profileId, now) !== undefined) return []
  const round = openRound(state, trackers, achievement, profileId, now)
  if (round === undefined) return []
  const { id: achievementId, name: achievementName, target } = achievement
  const { id: progressTrackerId, startDate, endDate } = round
  const props = { achievementId, achievementName, progressTrackerId, target, startDate, ...(endDate !== undefined && { endDate }) }
  return [{ ...draft, props }]
}

/** Books the progress among `effects`: when a session closes, or an event comes. */
export function bookProgress(state: State, effects: readonly KnownEffect[], profileId: string, now: number): void {
  for (const effect of effects) {
    if (effect.effectType === 'increaseAchievementProgress') increase(state, state.progress, profileId, effect, now)
    if (effect.effectType === 'startAchievementProgress') start(state, state.progress, profileId, effect, now)
  }
}

/** Takes booked progress back; undefined when the achievement is completed and does not allow it. */
export function unbookProgress(state: State, { props }: Increase): EffectOf<'rollbackIncreasedAchievementProgress'>['props'] | undefined {
  const { achievementId, achievementName, progressTrackerId = 0, delta, target } = props
  const round = state.progress.find(({ id }) => id === progressTrackerId)
  if (round === undefined) return undefined
  if (round.completionDate !== undefined && !achievementBy(state, achievementId)?.allowRollbackAfterCompletion) return undefined
  round.progress = Math.max(round.progress - delta, 0)
  if (round.progress < target) delete round.completionDate
  return { achievementId, achievementName, progressTrackerId, decreaseProgressBy: delta, currentProgress: round.progress, target }
}

function unknownAchievement({ effectType: _type, props: _props, ...envelope }: Increase | Start): KnownEffect {
  return { ...envelope, effectType: 'error', props: { message: 'A rule names an unknown achievement' } }
}

interface Found {
  campaign: SandboxCampaign
  achievement: SandboxAchievement
}

/** Those that are going on or yet to come. */
function listed(state: State): (Found & { status: 'active' | 'scheduled' })[] {
  const now = state.clock()
  return state.campaigns.flatMap((campaign) => {
    const standing = frontendState(campaign, now)
    if (standing !== 'running' && standing !== 'scheduled') return []
    return (campaign.achievements ?? [])
      .filter(({ endDate }) => !isPast(endDate, now))
      .map((achievement) => {
        const isToCome = standing === 'scheduled' || isAhead(achievement.fixedStartDate, now)
        return { campaign, achievement, status: isToCome ? ('scheduled' as const) : ('active' as const) }
      })
  })
}

function achievementBy(state: State, id: number): SandboxAchievement | undefined {
  return state.campaigns.flatMap(({ achievements = [] }) => achievements).find((achievement) => achievement.id === id)
}

function statusEntry(
  state: State,
  { campaign, achievement, status }: Found & { status: 'active' | 'scheduled' },
  profileId: string,
): AchievementStatusEntry {
  const { title = achievement.name, description = '', ...definition } = achievement
  return {
    recurrencePolicy: 'no_recurrence',
    activationPolicy: 'user_action',
    ...definition,
    title,
    description,
    created: new Date(0).toISOString(),
    campaignId: campaign.id,
    status,
    currentProgress: currentProgress(state, achievement, profileId),
  }
}

function currentProgress(state: State, achievement: SandboxAchievement, profileId: string): AchievementProgress {
  const now = state.clock()
  const round = lastingRound(state.progress, achievement, profileId, now)
  return round === undefined ? { status: 'not_started', progress: 0 } : progressOf(round, now)
}

function progressOf(round: ProgressTracker, now: number): AchievementProgress {
  const { progress, startDate, completionDate, endDate } = round
  return {
    status: statusOf(round, now),
    progress,
    startDate,
    ...(completionDate !== undefined && { completionDate }),
    ...(endDate !== undefined && { endDate }),
  }
}

function statusOf({ completionDate, endDate }: ProgressTracker, now: number): 'completed' | 'expired' | 'inprogress' {
  if (completionDate !== undefined) return 'completed'
  return isPast(endDate, now) ? 'expired' : 'inprogress'
}

function roundsOf(trackers: readonly ProgressTracker[], achievementId: number, profileId: string): ProgressTracker[] {
  return trackers.filter((tracker) => tracker.achievementId === achievementId && tracker.profileId === profileId)
}

/** The latest round, unless the next one may begin. */
function lastingRound(
  trackers: readonly ProgressTracker[],
  { id, recurrencePolicy = 'no_recurrence' }: SandboxAchievement,
  profileId: string,
  now: number,
): ProgressTracker | undefined {
  const last = roundsOf(trackers, id, profileId).at(-1)
  if (last === undefined || recurrencePolicy === 'no_recurrence') return last
  if (recurrencePolicy === 'on_completion' && last.completionDate !== undefined) return undefined
  return isPast(last.endDate, now) ? undefined : last
}

/** The round that progress goes to, begun if need be; undefined when the achievement is done or over. */
function openRound(
  state: State,
  trackers: ProgressTracker[],
  achievement: SandboxAchievement,
  profileId: string,
  now: number,
): ProgressTracker | undefined {
  const last = lastingRound(trackers, achievement, profileId, now)
  if (last !== undefined) return statusOf(last, now) === 'inprogress' ? last : undefined
  const window = windowOf(achievement, now)
  if (window === undefined) return undefined
  const round: ProgressTracker = {
    // Evaluations work on a copy of one profile's rounds; numbers go on from all of them.
    id: Math.max(state.progress.length, trackers.at(-1)?.id ?? 0) + 1,
    achievementId: achievement.id,
    profileId,
    progress: 0,
    startDate: timestamp(state, window.start),
    ...(window.end < Infinity && { endDate: timestamp(state, window.end) }),
  }
  trackers.push(round)
  return round
}

/** From when until when a round that begins now lasts; undefined when none may begin. */
function windowOf(achievement: SandboxAchievement, now: number): { start: number; end: number } | undefined {
  const { activationPolicy, fixedStartDate, recurrencePolicy = 'no_recurrence', period, endDate } = achievement
  if (isPast(endDate, now) || isAhead(fixedStartDate, now)) return undefined
  const latest = endDate === undefined ? Infinity : Date.parse(endDate)
  const endOf = (start: number): number => Math.min(period === undefined ? Infinity : (after(start, period) ?? Infinity), latest)
  let start = activationPolicy === 'fixed_schedule' && fixedStartDate !== undefined ? Date.parse(fixedStartDate) : now
  let end = endOf(start)
  while (recurrencePolicy !== 'no_recurrence' && end <= now && end > start) {
    start = end
    end = endOf(start)
  }
  return end > now ? { start, end } : undefined
}

function knownProfile(state: State, integrationId: string | undefined): string {
  const profileId = required(integrationId, 'integrationId')
  if (!state.profiles.has(profileId)) throw notFound('Customer profile')
  return profileId
}
