/** What many schedules came to. Plain data, so that threads can hand it over. */
import { problemsOf } from './checks.ts'
import type { Run } from './run.ts'

export interface Tally {
  schedules: number
  requests: number
  unsendable: number
  /** Schedules in which something is broken. */
  failed: number
  /** Requests by the hostility that was done to them. */
  hostilities: Map<string, number>
  /** Requests by the row that came to Talon.One. */
  rows: Map<string, number>
  /** Answers by their status. */
  statuses: Map<string, number>
  /** By check. */
  failures: Map<string, { count: number; examples: Example[] }>
}

export interface Example {
  seed: number
  number: number
  problem: string
}

const mostExamples = 3

export function createTally(): Tally {
  const [hostilities, rows, statuses] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()]
  return { schedules: 0, requests: 0, unsendable: 0, failed: 0, hostilities, rows, statuses, failures: new Map() }
}

export function countRun(tally: Tally, run: Run): void {
  const { is } = run.plan.setup
  tally.schedules++
  tally.requests += run.exchanges.length
  tally.unsendable += run.unsendable
  for (const { asked, sent, status } of run.exchanges) {
    for (const name of asked.done) add(tally.hostilities, name, 1)
    for (const { row } of sent) add(tally.rows, `${is} ${row?.operationId ?? 'nothing'}`, 1)
    add(tally.statuses, String(status), 1)
  }
  const problems = problemsOf(run)
  if (problems.length > 0) tally.failed++
  for (const { check, number, problem } of problems) addFailure(tally, check, 1, [{ seed: run.plan.seed, number, problem }])
}

/** A schedule that broke off, or did not end. */
export function countCrash(tally: Tally, seed: number, problem: string): void {
  tally.failed++
  addFailure(tally, 'runs through', 1, [{ seed, number: 0, problem }])
}

export function addTally(tally: Tally, other: Tally): void {
  tally.schedules += other.schedules
  tally.requests += other.requests
  tally.unsendable += other.unsendable
  tally.failed += other.failed
  for (const name of ['hostilities', 'rows', 'statuses'] as const) for (const [key, count] of other[name]) add(tally[name], key, count)
  for (const [check, { count, examples }] of other.failures) addFailure(tally, check, count, examples)
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count)
}

function addFailure({ failures }: Tally, check: string, count: number, examples: readonly Example[]): void {
  const before = failures.get(check) ?? { count: 0, examples: [] }
  // The earliest, so that a report does not depend on which thread was quicker.
  const earliest = [...before.examples, ...examples].toSorted((one, other) => one.seed - other.seed).slice(0, mostExamples)
  failures.set(check, { count: before.count + count, examples: earliest })
}
