/** The writes of a cart that may still land. */
import type { Confirmed } from './confirmed.ts'
import { type EndedEdits, isPutAway } from './ended.ts'
import { merged } from './merged.ts'
import { isAnother } from './session-tag.ts'
import type { SentWrite } from './storage.ts'
import type { CartStore } from './store.ts'
import { type Clock, landingMs } from './timing.ts'

/** Knows which writes may still land, in the order in which they left. */
export interface Landing {
  /** For whatever session. */
  all(): readonly SentWrite[]
  /** Those for the session that is here: what was sent for somebody else's lands there, and is none of this one's business. */
  own(): readonly SentWrite[]
  /** Whether there was a session when they were last told apart. */
  readonly hadSession: boolean
  /** When one of them has left for the last time, as far as this tab can tell, by its clock. */
  sentAt(write: SentWrite): number
  /** Whether one of this session's may land over the last one that was answered. */
  isOpen(): boolean
  /** Takes in what is kept. */
  take(all: readonly SentWrite[]): void
  /** Puts others in the place of this session's, and returns all. `next`: what the server has, as of now. */
  replace(own: readonly SentWrite[], next: Confirmed | undefined): readonly SentWrite[]
}

export function createLanding(store: CartStore, clock: Clock, ended: Pick<EndedEdits, 'refused'>): Landing {
  let all: readonly SentWrite[] = []
  // What they were last told apart by.
  let shown: Confirmed | undefined
  let sentAt = new Map<string, number>()

  /** Whatever is new among them, or on its way again, has left just now as far as this tab can tell. */
  function note(writes: readonly SentWrite[]): void {
    const next = withoutRefused(writes)
    const names = next.map(nameOf)
    sentAt = new Map(names.map((write) => [write, sentAt.get(write) ?? clock.now()]))
    all = next
  }

  /** An edit that the server will never take is in no later write either. What was put away for somebody is still in those that have left. */
  function withoutRefused(writes: readonly SentWrite[]): readonly SentWrite[] {
    const ids = new Set(ended.refused.filter((edit) => !isPutAway(edit)).map(({ id }) => id))
    if (ids.size === 0) return writes
    return writes.map((write) => ({
      ...write,
      ids: write.ids.filter((id) => !ids.has(id)),
      edits: write.edits.filter((_, index) => !ids.has(write.ids[index] ?? '')),
    }))
  }

  /** Those for other sessions that may still land there: whoever has left may come back before they do. */
  function others(next: Confirmed | undefined): SentWrite[] {
    const isLate = (write: SentWrite) => clock.now() - (sentAt.get(nameOf(write)) ?? -Infinity) > landingMs
    return all.filter((write) => (isOthers(write, shown) || isOthers(write, next)) && !isLate(write))
  }

  const own = () => all.filter((write) => !isOthers(write, store.state.confirmed))

  return {
    all: () => all,
    own,
    get hadSession() {
      return shown?.session !== undefined
    },
    sentAt: (write) => sentAt.get(nameOf(write)) ?? clock.now(),
    isOpen: () => own().length > 1 || own().some(({ state }) => state !== 'answered'),
    take(writes) {
      shown = store.state.confirmed
      note(writes)
    },
    replace(these, next) {
      const writes = mergedWrites(others(next), these)
      shown = next
      note(writes)
      return all
    },
  }
}

export function mergedWrites(earlier: readonly SentWrite[], later: readonly SentWrite[]): SentWrite[] {
  return merged(earlier, later, nameOf)
}

// Tabs have no clock in common: each notes when it has first seen a write, and this tells one try from another.
const nameOf = ({ ids, outline, tries }: SentWrite) => [tries, ids.join(), outline].join()

function isOthers({ of }: SentWrite, confirmed: Confirmed | undefined): boolean {
  return confirmed !== undefined && isAnother(confirmed.session, of)
}
