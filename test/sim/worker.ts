/** Runs the schedules that it is sent, and says what they came to: one of these for each core. */
import { parentPort } from 'node:worker_threads'
import type { Fault } from './faults.ts'
import { drawPlan } from './plan.ts'
import { runPlan } from './run.ts'
import { countCrash, countRun, createTally } from './tally.ts'

/** Schedules in a row. */
export interface Batch {
  firstSeed: number
  schedules: number
  faults: readonly Fault[]
}

// Nobody reads the stacks of the many errors that belong to a schedule.
Error.stackTraceLimit = 0
let tally = createTally()
let current = 0
const crash = (caught: unknown) => {
  countCrash(tally, current, `something was thrown that nobody caught: ${String(caught)}`)
}
process.on('uncaughtException', crash)
process.on('unhandledRejection', crash)

parentPort?.on('message', ({ firstSeed, schedules, faults }: Batch) => {
  void runBatch(firstSeed, schedules, faults).then(() => parentPort?.postMessage(tally))
})

async function runBatch(firstSeed: number, schedules: number, faults: readonly Fault[]): Promise<void> {
  tally = createTally()
  tally.schedules = schedules
  for (current = firstSeed; current < firstSeed + schedules; current++) {
    try {
      countRun(tally, await runPlan(drawPlan(current, faults)))
    } catch (caught) {
      countCrash(tally, current, String(caught))
    }
  }
}
