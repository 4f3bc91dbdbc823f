/** Many schedules, on every core. */
import { Worker } from 'node:worker_threads'
import type { Fault } from './faults.ts'
import { addTally, countCrash, createTally, type Tally } from './tally.ts'
import type { Batch } from './worker.ts'

export interface RunsOptions {
  firstSeed: number
  schedules: number
  faults: readonly Fault[]
  jobs: number
  /** The worker to run, such as one of a changed copy of the sources. */
  worker?: URL
  /** Told after each batch; says whether to go on. */
  onProgress: (tally: Tally) => boolean
}

const ownWorker = new URL('./worker.ts', import.meta.url)
const batchSize = 20
// A batch takes a moment; one that takes this much longer never ends.
const longestBatchMs = 120_000

export async function runSchedules({
  firstSeed,
  schedules,
  faults,
  jobs,
  worker: url = ownWorker,
  onProgress,
}: RunsOptions): Promise<Tally> {
  const tally = createTally()
  let next = firstSeed
  let isGoingOn = true

  async function work(): Promise<void> {
    const worker = new Worker(url)
    try {
      while (isGoingOn && next < firstSeed + schedules) {
        const batch: Batch = { firstSeed: next, schedules: Math.min(batchSize, firstSeed + schedules - next), faults }
        next += batch.schedules
        const found = await tallyOf(worker, batch)
        addTally(tally, found ?? endless(batch))
        isGoingOn &&= found !== undefined && onProgress(tally)
      }
    } finally {
      await worker.terminate()
    }
  }

  await Promise.all(Array.from({ length: jobs }, work))
  return tally
}

/** Undefined when it does not end. */
function tallyOf(worker: Worker, batch: Batch): Promise<Tally | undefined> {
  return new Promise((resolve, reject) => {
    const end = (tally: Tally | undefined) => {
      clearTimeout(timer)
      worker.off('message', end).off('error', reject)
      resolve(tally)
    }
    const timer = setTimeout(end, longestBatchMs)
    worker.on('message', end).on('error', reject)
    worker.postMessage(batch)
  })
}

function endless({ firstSeed, schedules }: Batch): Tally {
  const tally = createTally()
  tally.schedules = schedules
  countCrash(tally, firstSeed, `this, or one of the ${schedules} from it on, does not end`)
  return tally
}
