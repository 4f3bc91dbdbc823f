import { serveBatches } from '../runner/worker.ts'
import { drawPlan } from './grammar.ts'
import { runPlan } from './run.ts'
import { countRun, createFuzzTally } from './tally.ts'

serveBatches(createFuzzTally, async (tally, seed) => countRun(tally, await runPlan(drawPlan(seed))))
