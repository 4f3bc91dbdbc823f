import type { Kind } from '../runner/pool.ts'
import type { Fault } from './faults.ts'
import { addSimTally, createSimTally, type SimTally } from './tally.ts'

export function simOf(faults: readonly Fault[]): Kind<SimTally> {
  return { worker: new URL('./worker.ts', import.meta.url), data: faults, createTally: createSimTally, addTally: addSimTally }
}
