/** What happens in a schedule, as data, so that it can be made smaller. */
import { createDice, type Dice } from '../runner/dice.ts'
import { type Fault, faultNames, type FaultProfile, messageFaults, requestFaults, storageFaults } from './faults.ts'
import { type Deed, drawDeed, drawRefusable } from './shopper.ts'

/** One thing that happens at a moment, and its place in the whole plan, from 1 on. Durations in milliseconds. */
export type Step = { at: number; number: number } & Happening
type Drawn = { at: number } & Happening
export type Happening =
  /** Where a tab is closed or asleep, another one is used. */
  | { do: 'edit'; tab: number; deed: Deed }
  | { do: 'flush'; tab: number }
  | { do: 'settle'; tab: number }
  | { do: 'open'; tab: number }
  /** For so long: in the end, it may stay away. */
  | { do: 'close' | 'crash' | 'reload' | 'freeze' | 'hide'; tab: number; ms: number }
  | { do: 'deploy' }
  | { do: 'outage' | 'offline' | 'clockJump' | 'damaged'; ms: number }
  | { do: 'strayMessage' | 'device' | 'quota' | 'evicted' | 'order' }
  | { do: 'deviceLines'; units: number; isRough: boolean }
  /** Signed out for so long, then another shopper signs in. `leaves`: in a tab that notices. */
  | { do: 'identity'; tab: number; ms: number; leaves: boolean; staysMs: number | undefined }

export interface Plan {
  seed: number
  profile: FaultProfile
  tabs: number
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

// How often a fault is in a schedule; what changes what can be promised, rarely.
const shares: Partial<Record<Fault, number>> = {
  storageSlow: 0.3,
  storageFails: 0.06,
  messageLost: 0.3,
  messageLate: 0.3,
  messageTwice: 0.3,
  offline: 0.3,
  device: 0.4,
  deviceLines: 0.12,
  close: 0.3,
  crash: 0.3,
  reload: 0.3,
  freeze: 0.3,
  hide: 0.4,
  deploy: 0.06,
  clockJump: 0.2,
  strayMessage: 0.2,
  refusal: 0.25,
  identity: 0.1,
  order: 0.08,
  denied: 0.05,
  quota: 0.05,
  evicted: 0.06,
  damaged: 0.06,
}

/** Where edits do not outlive a page, no page may die; and pages that share nothing are devices of their own. */
const lonely = ['storageFails', 'denied', 'quota'] as const satisfies Fault[]
const unsafe = [...lonely, 'evicted'] as const satisfies Fault[]
const deadly = ['close', 'crash', 'reload', 'damaged', 'freeze', 'deploy', 'identity'] as const satisfies Fault[]

export function drawPlan(seed: number, faults: readonly Fault[] = faultNames): Plan {
  const dice = createDice(seed, 'shopper')
  const profile = drawProfile(seed, faults)
  const has = (fault: Fault) => profile.has(fault)
  const tabs = drawTabs(createDice(seed, 'tabs'), lonely.some(has))
  // Who is signed in shows in a session alone, so both have one where it matters.
  const isNew = dice.chance(0.5) && !has('identity')
  const session = isNew ? undefined : { units: 2, hasCoupon: dice.chance(0.5) }
  const steps: Drawn[] = []
  const tab = () => dice.between(0, tabs - 1)
  const moment = () => dice.between(0, calmFrom)
  for (const at of drawMoments(dice)) {
    const deed = has('refusal') && dice.chance(0.1) ? drawRefusable(dice) : drawDeed(dice)
    steps.push({ at, do: 'edit', tab: tab(), deed })
  }
  const some = (count: number, happening: () => Happening) => {
    for (; count > 0; count--) steps.push({ at: moment(), ...happening() })
  }
  for (let number = 1; number < tabs; number++) steps.push({ at: dice.between(0, 20_000), do: 'open', tab: number })
  some(dice.between(0, 2), () => ({ do: 'flush', tab: tab() }))
  some(dice.between(0, 1), () => ({ do: 'settle', tab: tab() }))
  // What a fault does is drawn from dice of its own, so that leaving one out does not change the others.
  for (const fault of faultNames) if (has(fault)) steps.push(...drawSteps(fault, createDice(seed, `steps ${fault}`), tabs))
  const inOrder = steps.toSorted((one, other) => one.at - other.at).map((step, place) => ({ ...step, number: place + 1 }))
  return { seed, profile, tabs, isRealClient: seed % 20 === 0, session, steps: inOrder }
}

function drawSteps(fault: Fault, dice: Dice, tabs: number): Drawn[] {
  const steps: Drawn[] = []
  const tab = () => dice.between(0, tabs - 1)
  const some = (most: number, happening: () => Happening, last = calmFrom) => {
    for (let count = dice.between(1, most); count > 0; count--) steps.push({ at: dice.between(0, last), ...happening() })
  }
  switch (fault) {
    case 'outage':
    case 'offline':
      some(2, () => ({ do: fault, ms: dice.between(1_000, longestOutage) }))
      return steps
    case 'clockJump':
      some(2, () => ({ do: fault, ms: dice.pick([-3_600_000, 3_600_000]) }))
      return steps
    case 'device':
    case 'strayMessage':
      some(5, () => ({ do: fault }))
      return steps
    case 'deviceLines':
      some(3, () => ({ do: fault, units: dice.between(0, 3), isRough: dice.chance(0.3) }))
      return steps
    case 'close':
    case 'crash':
      some(3, () => ({ do: fault, tab: tab(), ms: dice.chance(0.2) ? calmFrom : dice.between(100, 20_000) }))
      return steps
    case 'reload':
      some(4, () => ({ do: fault, tab: tab(), ms: dice.between(20, 300) }))
      return steps
    case 'freeze':
    case 'hide':
      some(4, () => ({ do: fault, tab: tab(), ms: dice.between(100, 40_000) }))
      return steps
    case 'damaged':
      some(1, () => ({ do: fault, ms: dice.between(100, 20_000) }))
      return steps
    case 'deploy':
      some(1, () => ({ do: fault }))
      return steps
    case 'quota':
    case 'evicted':
      some(1, () => ({ do: fault }))
      return steps
    case 'order':
      some(1, () => ({ do: fault }))
      // It learns of it when it next asks.
      steps.push({ at: calmFrom + 8_000, do: 'edit', tab: tab(), deed: { do: 'note', name: 'b', value: 5 } })
      return steps
    case 'identity':
      some(
        1,
        () => ({
          do: fault,
          tab: tab(),
          ms: dice.chance(0.3) ? 0 : dice.between(500, 8_000),
          leaves: dice.chance(0.5),
          staysMs: dice.chance(0.6) ? dice.between(500, 15_000) : undefined,
        }),
        40_000,
      )
      return steps
    default:
      return steps
  }
}

// Each fault has dice of its own, so that leaving one out does not change the others.
function drawProfile(seed: number, faults: readonly Fault[]): FaultProfile {
  const byChance: ReadonlySet<Fault> = new Set<Fault>([...requestFaults, ...storageFaults, ...messageFaults])
  const profile = new Map(
    faults.flatMap((fault): [Fault, number][] => {
      const dice = createDice(seed, `profile ${fault}`)
      return dice.chance(shares[fault] ?? 0.5) ? [[fault, byChance.has(fault) ? 0.02 + dice.next() * 0.28 : 1]] : []
    }),
  )
  if (unsafe.some((fault) => profile.has(fault))) for (const fault of deadly) profile.delete(fault)
  return profile
}

function drawTabs(dice: Dice, isAlone: boolean): number {
  const drawn = dice.pick([1, 1, 1, 1, 2, 2, 2, 3, 3, 4])
  return isAlone ? 1 : drawn
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
