/** What many schedules of the fuzz came to. */
import { addTally, countProblems, createTally, type Tally } from '../runner/tally.ts'
import { problemsOf } from './checks.ts'
import type { Run } from './run.ts'

export interface FuzzTally extends Tally {
  unsendable: number
  /** Requests by the hostility that was done to them. */
  hostilities: Map<string, number>
  /** Requests by the row that came to Talon.One. */
  rows: Map<string, number>
  /** Answers by their status. */
  statuses: Map<string, number>
}

export function createFuzzTally(): FuzzTally {
  return { ...createTally(), unsendable: 0, hostilities: new Map(), rows: new Map(), statuses: new Map() }
}

export function countRun(tally: FuzzTally, run: Run): void {
  const { is } = run.plan.setup
  tally.requests += run.exchanges.length
  tally.unsendable += run.unsendable
  for (const { asked, sent, status } of run.exchanges) {
    for (const name of asked.done) add(tally.hostilities, name, 1)
    for (const { row } of sent) add(tally.rows, `${is} ${row?.operationId ?? 'nothing'}`, 1)
    add(tally.statuses, String(status), 1)
  }
  countProblems(tally, run.plan.seed, problemsOf(run))
}

export function addFuzzTally(tally: FuzzTally, other: FuzzTally): void {
  addTally(tally, other)
  tally.unsendable += other.unsendable
  for (const name of ['hostilities', 'rows', 'statuses'] as const) for (const [key, count] of other[name]) add(tally[name], key, count)
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count)
}
