import type { Kind } from '../runner/pool.ts'
import { addFuzzTally, createFuzzTally, type FuzzTally } from './tally.ts'

export const fuzz: Kind<FuzzTally> = {
  worker: new URL('./worker.ts', import.meta.url),
  createTally: createFuzzTally,
  addTally: addFuzzTally,
}
