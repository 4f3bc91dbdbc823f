import type { Fault } from './faults.ts'

/** One way to break the engine. */
export interface Mutant {
  name: string
  file: string
  /** Stands exactly once in the file. */
  text: string
  instead: string
  /** Only these faults strike, for what is too rare among all. */
  faults?: readonly Fault[]
}

export const mutants: readonly Mutant[] = [
  {
    name: 'settles before anything can land',
    file: 'src/cart/settling.ts',
    text: 'export const landingMs = 30_000',
    instead: 'export const landingMs = 3_000',
  },
  { name: 'waits for nothing after a failure', file: 'src/cart/timing.ts', text: 'return random() *', instead: 'return 0 *' },
]
