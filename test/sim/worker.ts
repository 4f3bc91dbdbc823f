import { workerData } from 'node:worker_threads'
import { serveBatches } from '../runner/worker.ts'
import type { Fault } from './faults.ts'
import { drawPlan } from './plan.ts'
import { runPlan } from './run.ts'
import { countRun, createSimTally } from './tally.ts'

const faults: readonly Fault[] = workerData
serveBatches(createSimTally, async (tally, seed) => countRun(tally, await runPlan(drawPlan(seed, faults))))
