/** Events: what profiles do beside shopping, told by the shop. */
import type { IntegrationEventV2Response, IntegrationEventV3Response, KnownEffect } from '../effects.ts'
import type { GetEventV3Input, TrackEventV2Input, TrackEventV3Input } from '../endpoints.ts'
import type { CustomerSessionV2, EventV3 } from '../schema.ts'
import { type Evaluated, eventOf, sharedContent } from './answers.ts'
import { evaluate } from './evaluate.ts'
import { createdBy, takeEffect } from './firing.ts'
import { bookGifts } from './redeem.ts'
import { invalid, notFound, Refusal, required } from './refusal.ts'
import type { RuleEvent } from './rules.ts'
import { profileFor } from './sessions.ts'
import { type State, takeId, timestamp } from './state.ts'

/** An event as it came. */
export interface Happening extends RuleEvent {
  /** Empty: anonymous, which only V1 allows. */
  profileId: string
  /** The session it hangs on or is connected with. */
  session?: CustomerSessionV2 | undefined
  /** Whether the rules about carts run as well. */
  runsCart?: boolean
  /** The campaigns of a dry run that names some. */
  only?: readonly number[] | undefined
  loyaltyCards?: readonly string[]
  /** Whether every campaign that triggers counts, whatever the groups say. */
  ignoresGroups?: boolean
  dry: boolean
}

export function trackEventV2(state: State, input: TrackEventV2Input): IntegrationEventV2Response | undefined {
  const { silent = 'yes', responseContent: asked = [], storeIntegrationId } = input
  const happening = happeningOf(input)
  if (asked.includes('campaignEligibility') && !happening.dry)
    throw invalid('Invalid', 'campaignEligibility needs dry=true', { pointer: '/responseContent' })
  const done = evaluateEvent(state, happening)
  const event = { ...done.event, ...(storeIntegrationId !== undefined && { storeIntegrationId }) }
  if (!done.dry) state.events.push(event)
  return silent === 'yes'
    ? undefined
    : { effects: done.effects, ...createdBy(done.evaluation), ...sharedContent(state, asked, { ...done, event }) }
}

export function trackEventV3(state: State, input: TrackEventV3Input): IntegrationEventV3Response | undefined {
  const { integrationId, connectedSessionId, silent = 'yes', responseContent: asked = [], storeIntegrationId } = input
  const happening = { ...happeningOf(input), session: connectedSession(state, connectedSessionId) }
  if (state.advancedEvents.has(integrationId)) throw new Refusal(409, 'An event with this integrationId already exists', [])
  const done = evaluateEvent(state, happening)
  const event: EventV3 = {
    ...done.event,
    integrationId,
    ...(storeIntegrationId !== undefined && { storeIntegrationId }),
    ...(connectedSessionId !== undefined && { connectedSessionId }),
  }
  if (!done.dry) state.advancedEvents.set(integrationId, event)
  if (silent === 'yes') return undefined
  return {
    effects: done.effects,
    ...createdBy(done.evaluation),
    ...sharedContent(state, asked, done),
    ...(asked.includes('advancedEvent') && { advancedEvent: event }),
  }
}

export function getEventV3(state: State, { integrationId }: GetEventV3Input): EventV3 {
  const event = state.advancedEvents.get(integrationId)
  if (event === undefined) throw notFound('Event')
  return event
}

/** Runs the rules for an event, and books at once what those about it give. */
export function evaluateEvent(state: State, happening: Happening): Evaluated {
  const { type, attributes, profileId, session, runsCart = false, only, loyaltyCards, dry } = happening
  const now = state.clock()
  const profile = profileFor(state, profileId, dry)
  const evaluation = evaluate(state, {
    // Codes are for carts: an order that is done redeems none again.
    session: runsCart ? session : session && { ...session, couponCodes: [], referralCode: '' },
    profile,
    event: { type, attributes },
    asks: ({ on }) => on === type || (runsCart && on === undefined),
    only,
    ...(loyaltyCards && { loyaltyCards }),
    now,
    ...(happening.ignoresGroups && { ignoresGroups: true }),
    sourceId: dry ? 0 : takeId(state),
    dry,
  })
  const { effects } = evaluation
  if (!dry) takeEffect(state, evaluation, profile, session)
  const booked = dry ? [] : effects.filter((effect) => isAboutEvents(state, effect))
  bookGifts(state, booked, { profileId, user: evaluation.user, now, pointsOf: session?.integrationId })
  if (profile !== undefined && !dry) profile.lastActivity = timestamp(state)
  const event = eventOf(state, { type, profileId, attributes, effects, dry })
  return { profile, ...(session && { session }), evaluation, event, effects, booked, ...(loyaltyCards && { loyaltyCards }), dry, now }
}

/** Refuses the types of the events that Talon.One makes itself. */
export function checkType(type: string): void {
  if (type.startsWith('talon_')) throw invalid('Invalid', 'built-in events cannot be tracked', { pointer: '/type' })
}

function happeningOf(input: TrackEventV2Input | TrackEventV3Input): Happening {
  const { type, attributes = {}, evaluableCampaignIds, loyaltyCards, dry = false, forceCompleteEvaluation = false } = input
  checkType(type)
  if (forceCompleteEvaluation && !dry)
    throw invalid('Invalid', 'forceCompleteEvaluation needs dry=true', { parameter: 'forceCompleteEvaluation' })
  const profileId = required(input.profileId || undefined, 'profileId')
  const only = dry ? evaluableCampaignIds : undefined
  return { type, attributes, profileId, only, ...(loyaltyCards && { loyaltyCards }), ignoresGroups: forceCompleteEvaluation, dry }
}

// An event may be connected to a closed session only: talon-one/t1-openapi-specs, `connectedSessionId`.
function connectedSession(state: State, id: string | undefined): CustomerSessionV2 | undefined {
  if (id === undefined) return undefined
  const session = state.sessions.get(id)?.session
  if (session?.state !== 'closed') throw invalid('Invalid', 'expected the id of a closed session', { pointer: '/connectedSessionId' })
  return session
}

function isAboutEvents(state: State, { campaignId, ruleIndex }: KnownEffect): boolean {
  return state.campaigns.find(({ id }) => id === campaignId)?.rules[ruleIndex]?.on !== undefined
}
