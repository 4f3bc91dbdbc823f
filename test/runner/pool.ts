/** Many schedules, on every core. */
import { Worker } from 'node:worker_threads'
import { countCrash, type Tally } from './tally.ts'

/** Schedules of a kind: how one is run, and what many of them come to. */
export interface Kind<Sum extends Tally> {
  /** The thread that runs them: `serveBatches`. */
  worker: URL
  /** Said to the thread as its `workerData`. */
  data?: unknown
  createTally: () => Sum
  addTally: (tally: Sum, other: Sum) => void
}

/** Seeds in a row. */
export interface Batch {
  firstSeed: number
  schedules: number
}

export interface PoolOptions<Sum extends Tally> extends Batch {
  jobs: number
  /** Told after each batch; says whether to go on. */
  onProgress?: (tally: Sum) => boolean
}

const batchSize = 25
// A batch takes a second at most; one that takes this much longer never ends.
const longestBatchMs = 120_000

export async function runSchedules<Sum extends Tally>(
  { worker: url, data, createTally, addTally }: Kind<Sum>,
  { firstSeed, schedules, jobs, onProgress = () => true }: PoolOptions<Sum>,
): Promise<Sum> {
  const tally = createTally()
  const end = firstSeed + schedules
  let next = firstSeed
  let isGoingOn = true

  async function work(): Promise<void> {
    const worker = new Worker(url, { workerData: data })
    try {
      while (isGoingOn && next < end) {
        const batch: Batch = { firstSeed: next, schedules: Math.min(batchSize, end - next) }
        next += batch.schedules
        const found = await tallyOf<Sum>(worker, batch)
        addTally(tally, found ?? endless(createTally(), batch))
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
function tallyOf<Sum>(worker: Worker, batch: Batch): Promise<Sum | undefined> {
  return new Promise((resolve, reject) => {
    const end = (tally: Sum | undefined) => {
      clearTimeout(timer)
      worker.off('message', end).off('error', reject)
      resolve(tally)
    }
    const timer = setTimeout(end, longestBatchMs)
    worker.on('message', end).on('error', reject)
    worker.postMessage(batch)
  })
}

function endless<Sum extends Tally>(tally: Sum, { firstSeed, schedules }: Batch): Sum {
  tally.schedules = schedules
  countCrash(tally, firstSeed, `this, or one of the ${schedules} from it on, does not end`)
  return tally
}
