/** Many schedules, on every core. */
import { Worker } from 'node:worker_threads'
import { addTally, countCrash, createTally, type Tally } from './tally.ts'
import type { Batch } from './worker.ts'

export interface FuzzOptions {
  firstSeed: number
  schedules: number
  jobs: number
  /** The worker to run, such as one of a changed copy of the sources. */
  worker?: URL
  /** Told after each batch; says whether to go on. */
  onProgress: (tally: Tally) => boolean
}

const ownWorker = new URL('./worker.ts', import.meta.url)
const batchSize = 25
// A batch takes a second; one that takes this much longer never ends.
const longestBatchMs = 120_000

export async function runSchedules({ firstSeed, schedules, jobs, worker: url = ownWorker, onProgress }: FuzzOptions): Promise<Tally> {
  const tally = createTally()
  const end = firstSeed + schedules
  let next = firstSeed
  let isGoingOn = true

  async function work(): Promise<void> {
    const worker = new Worker(url)
    try {
      while (isGoingOn && next < end) {
        const batch: Batch = { firstSeed: next, schedules: Math.min(batchSize, end - next) }
        next += batch.schedules
        const found = await tallyOf(worker, batch)
        if (found) addTally(tally, found)
        else countCrash(tally, batch.firstSeed, `this, or one of the ${batch.schedules} from it on, does not end`)
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
