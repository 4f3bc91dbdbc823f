/** What happens in a schedule, as data, so that it can be made smaller. */
import { createDice, type Dice } from './dice.ts'
import { type Fault, faultNames, type FaultProfile } from './faults.ts'
import { type Deed, drawDeed } from './shopper.ts'

/** One thing that happens at a moment. */
export type Step = { at: number } & Happening
export type Happening = { do: 'edit'; deed: Deed } | { do: 'flush' } | { do: 'outage'; ms: number } | { do: 'device' }

export interface Plan {
  seed: number
  profile: FaultProfile
  /** Whether the requests go through the real client; else through a cheaper one that reads answers as it does. */
  isRealClient: boolean
  /** What the session holds before, if there is one. */
  session: { units: number; hasCoupon: boolean } | undefined
  /** In order of time. */
  steps: readonly Step[]
}

export const calmFrom = 60_000
const edits = 30
const longestOutage = 30_000

export function drawPlan(seed: number, faults: readonly Fault[] = faultNames): Plan {
  const dice = createDice(seed, 'shopper')
  const profile = drawProfile(seed, faults)
  const session = dice.chance(0.5) ? { units: 2, hasCoupon: dice.chance(0.5) } : undefined
  const steps: Step[] = drawMoments(dice).map((at) => ({ at, do: 'edit', deed: drawDeed(dice) }))
  const some = (count: number, happening: () => Happening) => {
    for (; count > 0; count--) steps.push({ at: dice.between(0, calmFrom), ...happening() })
  }
  some(dice.between(0, 2), () => ({ do: 'flush' }))
  if (profile.has('outage')) some(1, () => ({ do: 'outage', ms: dice.between(5_000, longestOutage) }))
  if (profile.has('device')) some(dice.between(1, 5), () => ({ do: 'device' }))
  return { seed, profile, isRealClient: seed % 20 === 0, session, steps: steps.toSorted((one, other) => one.at - other.at) }
}

// Each fault has dice of its own, so that leaving one out does not change the others.
function drawProfile(seed: number, faults: readonly Fault[]): FaultProfile {
  return new Map(
    faults.flatMap((fault): [Fault, number][] => {
      const dice = createDice(seed, `profile ${fault}`)
      return dice.chance(0.5) ? [[fault, 0.02 + dice.next() * 0.28]] : []
    }),
  )
}

/** Half of the edits follow the one before closely, as clicks do. */
function drawMoments(dice: Dice): number[] {
  const moments: number[] = []
  while (moments.length < edits) {
    const last = moments.at(-1)
    moments.push(last !== undefined && dice.chance(0.5) ? Math.min(calmFrom, last + dice.between(0, 400)) : dice.between(0, calmFrom))
  }
  return moments.toSorted((one, other) => one - other)
}
