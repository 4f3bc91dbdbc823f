/** What many schedules of the simulator came to. */
import { addTally, countProblems, createTally, type Tally } from '../runner/tally.ts'
import { busiestMinute, problemsOf } from './checks.ts'
import type { Fault } from './faults.ts'
import type { Run } from './run.ts'

export interface SimTally extends Tally {
  /** Schedules in which the shopper had to ask the cart to go on once the network had healed. */
  stuck: number
  busiest: number
  strikes: Map<Fault, { schedules: number; times: number }>
}

export function createSimTally(): SimTally {
  return { ...createTally(), stuck: 0, busiest: 0, strikes: new Map() }
}

export function countRun(tally: SimTally, run: Run): void {
  tally.requests += run.exchanges.length
  tally.busiest = Math.max(tally.busiest, busiestMinute(run))
  if (run.wasStuck !== undefined) tally.stuck++
  for (const [fault, times] of run.strikes) addStrikes(tally, fault, 1, times)
  countProblems(tally, run.seed, problemsOf(run))
}

export function addSimTally(tally: SimTally, other: SimTally): void {
  addTally(tally, other)
  tally.stuck += other.stuck
  tally.busiest = Math.max(tally.busiest, other.busiest)
  for (const [fault, { schedules, times }] of other.strikes) addStrikes(tally, fault, schedules, times)
}

function addStrikes({ strikes }: SimTally, fault: Fault, schedules: number, times: number): void {
  const before = strikes.get(fault) ?? { schedules: 0, times: 0 }
  strikes.set(fault, { schedules: before.schedules + schedules, times: before.times + times })
}
