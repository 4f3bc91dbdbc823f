/** For whom a request is carried out, worked out once more from what was sent and answered. */
import { isRecord } from '../../src/record.ts'
import type { Exchange } from './run.ts'
import { derive, type Setup } from './world.ts'

/** Who a request is carried out for, by its identity and its cookies; undefined for nobody, or nobody yet. */
export function profileOf({ drawn, asked }: Exchange, { hasGuests, audience }: Setup): string | undefined {
  const { caller } = drawn
  if ('subject' in caller) return undefined
  if (!asked.draft.identify && !caller.isGuest && caller.profileId !== undefined) return caller.profileId
  if (!hasGuests) return undefined
  for (const cookie of cookiesOf(asked.headers)) {
    if (!cookie.startsWith('__Host-talon-one-guest=')) continue
    const [id = '', mac] = cookie.slice('__Host-talon-one-guest='.length).split('.')
    if (/^[\w-]{22}$/.test(id) && mac === derive('guest', audience, id)) return `guest_${id}`
  }
  return undefined
}

function cookiesOf(headers: readonly [string, string][]): string[] {
  return headers.flatMap(([name, value]) => (name === 'cookie' ? value.split(/;\s*/) : []))
}

/** The cookie that makes somebody a guest. */
export const cookieForm = /^__Host-talon-one-guest=([\w-]{22})\.([\w-]{43}); Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=2592000$/

/** The guest that an answer makes of whoever asked. */
export function newGuestOf({ headers }: Exchange): string | undefined {
  const [, id] = cookieForm.exec(headers['set-cookie'] ?? '') ?? []
  return id === undefined ? undefined : `guest_${id}`
}

/** The guest that what was sent is for; undefined where it is for somebody else. Anybody's id may stand in its other fields. */
export function guestIn(text: string | undefined): string | undefined {
  const sent: unknown = text === undefined ? undefined : JSON.parse(text)
  const session = isRecord(sent) ? sent.customerSession : undefined
  const profileId = isRecord(session) ? session.profileId : undefined
  return typeof profileId === 'string' && /^guest_[\w-]{22}$/.test(profileId) ? profileId : undefined
}
