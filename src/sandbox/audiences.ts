/** Audiences, and who is in them. */
import type {
  CreateAudienceV2Input,
  DeleteAudienceV2Input,
  UpdateAudienceCustomersAttributesInput,
  UpdateAudienceV2Input,
} from '../endpoints.ts'
import type { Audience, CustomerProfile, CustomerProfileAudienceRequest } from '../schema.ts'
import { notFound, Refusal } from './refusal.ts'
import { accountId, mergeAttributes, profileOf, type State, takeId, timestamp } from './state.ts'

export function createAudienceV2(state: State, audience: CreateAudienceV2Input): Audience {
  const { integration, integrationId } = audience
  const isThere = (one: Audience): boolean => one.integration === integration && one.integrationId === integrationId
  if (integrationId !== undefined && [...state.audiences.values()].some(isThere)) throw new Refusal(409, 'This audience already exists')
  const created: Audience = { ...audience, id: freeId(state), accountId, created: timestamp(state) }
  state.audiences.set(created.id, created)
  return created
}

export function updateAudienceV2(state: State, { audienceId, ...changes }: UpdateAudienceV2Input): Audience {
  const audience = { ...audienceBy(state, audienceId), ...changes }
  state.audiences.set(audienceId, audience)
  for (const membership of [...state.profiles.values()].flatMap(({ audienceMemberships = [] }) => audienceMemberships))
    if (membership.id === audienceId) membership.name = audience.name
  return audience
}

export function deleteAudienceV2(state: State, { audienceId }: DeleteAudienceV2Input): undefined {
  deleteAudienceMembershipsV2(state, { audienceId })
  state.audiences.delete(audienceId)
}

export function deleteAudienceMembershipsV2(state: State, { audienceId }: DeleteAudienceV2Input): undefined {
  audienceBy(state, audienceId)
  for (const profile of membersOf(state, audienceId)) changeMemberships(state, profile, [], [audienceId])
}

export function updateAudienceCustomersAttributes(
  state: State,
  { audienceId, attributes }: UpdateAudienceCustomersAttributesInput,
): undefined {
  audienceBy(state, audienceId)
  for (const profile of membersOf(state, audienceId)) profile.attributes = mergeAttributes(profile.attributes, attributes)
}

export function updateCustomerProfileAudiences(state: State, { data = [] }: CustomerProfileAudienceRequest): undefined {
  for (const { audienceId } of data) audienceBy(state, audienceId)
  for (const { action, profileIntegrationId, audienceId } of data) {
    const known = state.profiles.get(profileIntegrationId)
    if (action === 'add') changeMemberships(state, profileOf(state, profileIntegrationId), [audienceId], [])
    else if (known !== undefined) changeMemberships(state, known, [], [audienceId])
  }
}

/** Puts a profile into audiences and takes it out of others, by id; those that do not exist are left out. */
export function changeMemberships(state: State, profile: CustomerProfile, adds: readonly number[], deletes: readonly number[]): void {
  const before = profile.audienceMemberships ?? []
  const added = [...new Set(adds)].filter((id) => before.every((membership) => membership.id !== id))
  const memberships = added.flatMap((audienceId) => state.audiences.get(audienceId) ?? []).map(({ id, name }) => ({ id, name }))
  profile.audienceMemberships = [...before, ...memberships].filter(({ id }) => !deletes.includes(id))
}

function audienceBy(state: State, id: number): Audience {
  const audience = state.audiences.get(id)
  if (audience === undefined) throw notFound('Audience')
  return audience
}

function membersOf(state: State, audienceId: number): CustomerProfile[] {
  return [...state.profiles.values()].filter(({ audienceMemberships = [] }) => audienceMemberships.some(({ id }) => id === audienceId))
}

// The audiences that every memory begins with are not counted.
function freeId(state: State): number {
  const id = takeId(state)
  return state.audiences.has(id) ? freeId(state) : id
}
