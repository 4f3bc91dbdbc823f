/**
 * Takes one guard of the proxies away after another, and holds that the fuzz notices: `npm run fuzz:mutants -- --jobs 2 [names…]`. Each
 * runs in a copy of the sources outside the repository.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { inChangedCopy, misfitsAmong, type Mutant } from '../mutant.ts'
import { requestsInSchedule } from './grammar.ts'
import { mutants } from './mutant-list.ts'
import { runSchedules } from './workers.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    jobs: { type: 'string', default: String(availableParallelism()) },
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
  },
})

const requests = Number(values.requests)
const firstSeed = Number(values.seed)
const jobs = Number(values.jobs)
const schedules = Math.ceil(requests / requestsInSchedule)
const asked = positionals.length === 0 ? mutants : mutants.filter(({ name }) => positionals.some((part) => name.includes(part)))
if (asked.length === 0)
  throw new Error(`There is no mutant called ${positionals.join(' or ')}; there are: ${mutants.map(({ name }) => name).join(', ')}`)

const misfits = await misfitsAmong(asked)
for (const { name, file } of misfits) console.log(`${name}: its text is not found exactly once in ${file}`)
if (misfits.length > 0) process.exit(1)

const unbroken = await runSchedules({ firstSeed, schedules: 200, jobs, onProgress: () => true })
if (unbroken.failed > 0) {
  console.log(`The proxies themselves fail in ${unbroken.failed} of ${unbroken.schedules} schedules: see \`npm run fuzz\``)
  process.exit(1)
}

const rest = [...asked]
const survivors: string[] = []
await Promise.all(
  Array.from({ length: jobs }, async () => {
    for (let mutant = rest.shift(); mutant; mutant = rest.shift()) await hunt(mutant)
  }),
)
console.log(`${asked.length - survivors.length} of ${asked.length} caught within ${requests} requests`)
if (survivors.length > 0) console.log(`Not caught: ${survivors.join(', ')}`)
process.exitCode = survivors.length > 0 ? 1 : 0

async function hunt(mutant: Mutant): Promise<void> {
  const tally = await inChangedCopy(mutant, ['test/fuzz', 'test/sim/dice.ts'], (folder) =>
    runSchedules({
      firstSeed,
      schedules,
      jobs: 1,
      worker: pathToFileURL(join(folder, 'test/fuzz/worker.ts')),
      onProgress: ({ failed }) => failed === 0,
    }),
  )
  const found = [...tally.failures].map(([check, { examples }]) => ({ check, seed: examples[0]?.seed ?? 0 }))
  const [first] = found.toSorted((one, other) => one.seed - other.seed)
  if (!first) survivors.push(mutant.name)
  const within = String(((first?.seed ?? 0) - firstSeed + 1) * requestsInSchedule).padStart(6)
  const caught = first ? `within ${within} requests  ${found.map(({ check }) => check).join(', ')}` : 'NOT CAUGHT'
  console.log(`${mutant.name.padEnd(50)} ${caught}`)
}
