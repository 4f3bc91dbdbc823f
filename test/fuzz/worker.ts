/** Runs the schedules that it is sent, and says what they came to: one of these for each core. */
import { parentPort } from 'node:worker_threads'
import { drawPlan } from './grammar.ts'
import { runPlan } from './run.ts'
import { countCrash, countRun, createTally } from './tally.ts'

/** Schedules in a row. */
export interface Batch {
  firstSeed: number
  schedules: number
}

// Nobody reads the stacks of the many errors that belong to a schedule.
Error.stackTraceLimit = 0
let tally = createTally()
let current = 0
process.on('uncaughtException', (caught) => countCrash(tally, current, `something was thrown that nobody caught: ${String(caught)}`))

parentPort?.on('message', (batch: Batch) => {
  void runBatch(batch)
})

async function runBatch({ firstSeed, schedules }: Batch): Promise<void> {
  tally = createTally()
  for (current = firstSeed; current < firstSeed + schedules; current++) {
    try {
      countRun(tally, await runPlan(drawPlan(current)))
    } catch (caught) {
      countCrash(tally, current, String(caught))
    }
  }
  parentPort?.postMessage(tally)
}
