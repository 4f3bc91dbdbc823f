/** What tells a session apart from others of its name, such as two shoppers'. */
import type { SessionTag } from './storage.ts'

export function tagOf({ profileId, created }: SessionTag): SessionTag {
  return { profileId, created }
}

export function isSameTag(one: SessionTag | undefined, other: SessionTag | undefined): boolean {
  return one?.profileId === other?.profileId && one?.created === other?.created
}

/** Whether a session is not the one that is known. An anonymous one (`''`) is nobody's, and may become somebody's. */
export function isAnother(found: SessionTag | undefined, known: SessionTag | undefined): boolean {
  if (!known) return false
  if (!found) return known.profileId !== ''
  return found.created !== known.created || (known.profileId !== '' && found.profileId !== known.profileId)
}

/** Whether two may be one session, or become one: an anonymous one somebody's, or none yet a new one. */
export function isLike(one: SessionTag | undefined, other: SessionTag | undefined): boolean {
  return one === undefined || other === undefined || !isAnother(one, other) || !isAnother(other, one)
}
