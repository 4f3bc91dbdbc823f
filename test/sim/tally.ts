/** What many schedules came to. Plain data, so that processes can hand it over. */
import { busiestMinute, problemsOf } from './checks.ts'
import type { Fault } from './faults.ts'
import type { Run } from './run.ts'

export interface Tally {
  schedules: number
  failed: number
  /** Schedules in which the shopper had to ask the cart to go on once the network had healed. */
  stuck: number
  requests: number
  busiest: number
  strikes: Map<Fault, { schedules: number; times: number }>
  /** By check. */
  failures: Map<string, { count: number; examples: Example[] }>
}

export interface Example {
  seed: number
  problem: string
}

const mostExamples = 3

export function createTally(): Tally {
  return { schedules: 0, failed: 0, stuck: 0, requests: 0, busiest: 0, strikes: new Map(), failures: new Map() }
}

export function countRun(tally: Tally, run: Run): void {
  tally.requests += run.exchanges.length
  tally.busiest = Math.max(tally.busiest, busiestMinute(run))
  if (run.wasStuck !== undefined) tally.stuck++
  for (const [fault, times] of run.strikes) addStrikes(tally, fault, 1, times)
  const problems = problemsOf(run)
  if (problems.length > 0) tally.failed++
  for (const { check, problem } of problems) addFailure(tally, check, 1, [{ seed: run.seed, problem }])
}

/** A schedule that broke off, or did not end. */
export function countCrash(tally: Tally, seed: number, problem: string): void {
  tally.failed++
  addFailure(tally, 'runs through', 1, [{ seed, problem }])
}

export function addTally(tally: Tally, other: Tally): void {
  tally.schedules += other.schedules
  tally.failed += other.failed
  tally.stuck += other.stuck
  tally.requests += other.requests
  tally.busiest = Math.max(tally.busiest, other.busiest)
  for (const [fault, { schedules, times }] of other.strikes) addStrikes(tally, fault, schedules, times)
  for (const [check, { count, examples }] of other.failures) addFailure(tally, check, count, examples)
}

function addStrikes({ strikes }: Tally, fault: Fault, schedules: number, times: number): void {
  const before = strikes.get(fault) ?? { schedules: 0, times: 0 }
  strikes.set(fault, { schedules: before.schedules + schedules, times: before.times + times })
}

function addFailure({ failures }: Tally, check: string, count: number, examples: readonly Example[]): void {
  const before = failures.get(check) ?? { count: 0, examples: [] }
  // The earliest, so that a report does not depend on which process was quicker.
  const earliest = [...before.examples, ...examples].toSorted((one, other) => one.seed - other.seed).slice(0, mostExamples)
  failures.set(check, { count: before.count + count, examples: earliest })
}
