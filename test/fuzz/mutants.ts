/**
 * Takes one guard of the proxies away after another, and holds that the fuzz notices: `npm run fuzz:mutants -- --jobs 2 [names…]`. Each
 * runs in a copy of the sources outside the repository.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { readCount } from '../runner/arguments.ts'
import { huntMutants } from '../runner/mutants.ts'
import { requestsInSchedule } from './grammar.ts'
import { fuzz } from './kind.ts'
import { mutants } from './mutant-list.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    jobs: { type: 'string', default: String(availableParallelism()) },
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
  },
})

const requests = readCount('requests', values.requests)
const schedules = Math.ceil(requests / requestsInSchedule)
const isHeld = await huntMutants({
  mutants,
  names: positionals,
  kindOf: () => fuzz,
  run: { firstSeed: readCount('seed', values.seed), schedules, jobs: readCount('jobs', values.jobs) },
  unbroken: { schedules: 200, name: 'The proxies themselves fail', command: 'npm run fuzz' },
  most: `${requests} requests`,
  rowOf: (name, caught) => {
    const within = caught && String(caught.schedules * requestsInSchedule).padStart(6)
    return `${name.padEnd(50)} ${caught ? `within ${within} requests  ${caught.checks}` : 'NOT CAUGHT'}`
  },
})
process.exitCode = isHeld ? 0 : 1
