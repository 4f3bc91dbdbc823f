/**
 * Breaks the engine on purpose, in one way after another, and holds that the simulator notices: `npm run mutants -- --jobs 2 [names…]`.
 * Each runs in a copy of the sources outside the repository.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { inChangedCopy, misfitsAmong } from '../mutant.ts'
import { faultNames } from './faults.ts'
import { type EngineMutant, mutants } from './mutant-list.ts'
import { runSchedules } from './workers.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    jobs: { type: 'string', default: String(availableParallelism()) },
    schedules: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    faults: { type: 'string', default: faultNames.join(',') },
  },
})

const schedules = Number(values.schedules)
const firstSeed = Number(values.seed)
const faults = faultNames.filter((fault) => values.faults.split(',').includes(fault))
const asked = positionals.length === 0 ? mutants : mutants.filter(({ name }) => positionals.some((part) => name.includes(part)))
if (asked.length === 0)
  throw new Error(`There is no mutant called ${positionals.join(' or ')}; there are: ${mutants.map(({ name }) => name).join(', ')}`)

const misfits = await misfitsAmong(asked)
for (const { name, file } of misfits) console.log(`${name}: its text is not found exactly once in ${file}`)
if (misfits.length > 0) process.exit(1)

const unbroken = await runSchedules({ firstSeed, schedules: 2_000, faults, jobs: Number(values.jobs), onProgress: () => true })
if (unbroken.failed > 0) {
  console.log(`The engine itself fails in ${unbroken.failed} of ${unbroken.schedules} schedules: see \`npm run sim\``)
  process.exit(1)
}

const rest = [...asked]
const survivors: string[] = []
await Promise.all(
  Array.from({ length: Number(values.jobs) }, async () => {
    for (let mutant = rest.shift(); mutant; mutant = rest.shift()) await hunt(mutant)
  }),
)
console.log(`${asked.length - survivors.length} of ${asked.length} caught within ${schedules} schedules`)
if (survivors.length > 0) console.log(`Not caught: ${survivors.join(', ')}`)
process.exitCode = survivors.length > 0 ? 1 : 0

async function hunt(mutant: EngineMutant): Promise<void> {
  const start = performance.now()
  const tally = await inChangedCopy(mutant, ['test/sim'], (folder) =>
    runSchedules({
      firstSeed,
      schedules,
      faults: mutant.faults ?? faults,
      jobs: 1,
      worker: pathToFileURL(join(folder, 'test/sim/worker.ts')),
      onProgress: ({ failed }) => failed === 0,
    }),
  )
  const found = [...tally.failures].map(([check, { examples }]) => ({ check, seed: examples[0]?.seed ?? 0 }))
  const [first] = found.toSorted((one, other) => one.seed - other.seed)
  if (!first) survivors.push(mutant.name)
  const seconds = ((performance.now() - start) / 1000).toFixed(0).padStart(4)
  const caught = first
    ? `after ${String(first.seed - firstSeed + 1).padStart(5)}  ${found.map(({ check }) => check).join(', ')}`
    : 'NOT CAUGHT'
  console.log(`${mutant.name.padEnd(46)} ${seconds} s  ${caught}`)
}
