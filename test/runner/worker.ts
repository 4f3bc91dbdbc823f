/** A thread that runs the schedules that it is sent. */
import { parentPort } from 'node:worker_threads'
import type { Batch } from './pool.ts'
import { countCrash, type Tally } from './tally.ts'

/** Runs one schedule after another, and says what those of a batch came to. */
export function serveBatches<Sum extends Tally>(createTally: () => Sum, runSeed: (tally: Sum, seed: number) => Promise<void>): void {
  // Nobody reads the stacks of the many errors that belong to a schedule.
  Error.stackTraceLimit = 0
  let tally = createTally()
  let seed = 0
  // Rejections come here too, where a schedule does not listen to them itself.
  process.on('uncaughtException', (caught) => countCrash(tally, seed, `something was thrown that nobody caught: ${String(caught)}`))

  async function run({ firstSeed, schedules }: Batch): Promise<void> {
    tally = createTally()
    tally.schedules = schedules
    for (seed = firstSeed; seed < firstSeed + schedules; seed++) {
      try {
        await runSeed(tally, seed)
      } catch (caught) {
        countCrash(tally, seed, String(caught))
      }
    }
    parentPort?.postMessage(tally)
  }
  parentPort?.on('message', (batch: Batch) => void run(batch))
}
