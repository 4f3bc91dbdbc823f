/** Whether what was confirmed is for good: a write that was overtaken may still land over the one that overtook it. */
import type { CartEdit } from './edits.ts'
import type { CartContents, Confirmed } from './fold.ts'

/**
 * How long a request may be on its way before it is taken for lost, in milliseconds: a server's own time limit, and the hops before it.
 * No answer, not even a failure, proves that a write will never land: whoever stands between may send it again.
 */
export const landingMs = 30_000

/*
 * PUT 1    x------------- timed out --------------- lands here, over 2
 * PUT 2          x--- answered
 * check                                                              x reads 1, sends 2 again
 */
/** The writes of a burst, as far as they matter until it is settled. */
export interface Settling {
  /** A write leaves, at a moment in milliseconds. */
  left(contents: CartContents, edits: readonly CartEdit[], now: number): void
  /** Whether a write that was overtaken may still land. */
  isOpen(): boolean
  /** The edits of these writes, in their order: the next one carries them again. */
  edits(): readonly CartEdit[]
  /** Edits that the server refused are carried no more. */
  refused(edits: readonly CartEdit[]): void
  /** What the server has, against what it confirmed: the same; an overtaken write that has landed late; or somebody else's change. */
  judge(found: Confirmed, confirmed: Confirmed): 'settled' | 'overtaken' | 'changed'
  /** Nothing can land any more. */
  close(): void
}

export function createSettling(): Settling {
  let sent: { outline: string; edits: readonly CartEdit[]; at: number }[] = []
  return {
    left(contents, edits, now) {
      sent = [...sent.filter(({ at }) => now - at < landingMs), { outline: outlineOf(contents), edits, at: now }]
    },
    isOpen: () => sent.length > 1,
    edits: () => sent.flatMap(({ edits }) => edits),
    refused(refused) {
      sent = sent.map((write) => ({ ...write, edits: write.edits.filter((edit) => !refused.includes(edit)) }))
    },
    judge(found, confirmed) {
      if (found.revision === confirmed.revision || isSame(found.contents, confirmed.contents)) return 'settled'
      return sent.some(({ outline }) => outline === outlineOf(found.contents)) ? 'overtaken' : 'changed'
    },
    close() {
      sent = []
    },
  }
}

// What a server leaves as it was sent: it may price lines anew, name them, and drop attributes that it does not know.
function outlineOf({ lines, couponCodes, referralCode = '' }: CartContents): string {
  return JSON.stringify([
    lines.map(({ item, quantity }) => [item.sku, quantity]),
    couponCodes.map((code) => code.toUpperCase()),
    referralCode.toUpperCase(),
  ])
}

function isSame(one: CartContents, other: CartContents): boolean {
  const whole = ({ lines, ...rest }: CartContents) => JSON.stringify([lines.map(({ item, quantity }) => [item, quantity]), rest])
  return whole(one) === whole(other)
}
