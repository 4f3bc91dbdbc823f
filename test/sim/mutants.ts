/**
 * Breaks the engine on purpose, in one way after another, and holds that the simulator notices: `npm run mutants -- --jobs 2 [names…]`.
 * Each runs in a copy of the sources outside the repository.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { readCount } from '../runner/arguments.ts'
import { huntMutants } from '../runner/mutants.ts'
import { faultNames } from './faults.ts'
import { simOf } from './kind.ts'
import { mutants } from './mutant-list.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    jobs: { type: 'string', default: String(availableParallelism()) },
    schedules: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    faults: { type: 'string', default: faultNames.join(',') },
  },
})

const schedules = readCount('schedules', values.schedules)
const faults = faultNames.filter((fault) => values.faults.split(',').includes(fault))
const isHeld = await huntMutants({
  mutants,
  names: positionals,
  kindOf: (mutant) => simOf(mutant?.faults ?? faults),
  run: { firstSeed: readCount('seed', values.seed), schedules, jobs: readCount('jobs', values.jobs) },
  unbroken: { schedules: 2_000, name: 'The engine itself fails', command: 'npm run sim' },
  most: `${schedules} schedules`,
  rowOf: (name, caught, ms) => {
    const seconds = (ms / 1000).toFixed(0).padStart(4)
    return `${name.padEnd(46)} ${seconds} s  ${caught ? `after ${String(caught.schedules).padStart(5)}  ${caught.checks}` : 'NOT CAUGHT'}`
  },
})
process.exitCode = isHeld ? 0 : 1
