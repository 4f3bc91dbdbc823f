/** Breaks the sources on purpose, in one way after another, and holds that the schedules of a kind notice. */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Batch, type Kind, runSchedules } from './pool.ts'
import type { Tally } from './tally.ts'

/** One single change of the sources that a good test must notice. */
export interface Mutant {
  name: string
  file: string
  /** Stands exactly once in the file. */
  text: string
  instead: string
}

export interface Hunt<One extends Mutant, Sum extends Tally> {
  mutants: readonly One[]
  /** Only those with one of these in their names; all without any. */
  names: readonly string[]
  /** What a mutant runs with; without one, the sources as they are. */
  kindOf: (mutant?: One) => Kind<Sum>
  /** For each mutant, as long as it is not caught; as many mutants at once as there are jobs. */
  run: Batch & { jobs: number }
  /** What must hold first, with nothing broken. */
  unbroken: { schedules: number; name: string; command: string }
  /** In the words of the command, such as `100000 requests`. */
  most: string
  /** A line of the table. */
  rowOf: (name: string, caught: Caught | undefined, ms: number) => string
}

export interface Caught {
  /** The first of so many schedules that fails. */
  schedules: number
  checks: string
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Prints who is caught. False when one is not, or when the hunt cannot begin. */
export async function huntMutants<One extends Mutant, Sum extends Tally>(hunt: Hunt<One, Sum>): Promise<boolean> {
  const { names, kindOf, run, unbroken, most, rowOf } = hunt
  const mutants = hunt.mutants.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)))
  if (mutants.length === 0)
    throw new Error(`There is no mutant called ${names.join(' or ')}; there are: ${hunt.mutants.map(({ name }) => name).join(', ')}`)

  const misfits = await misfitsAmong(mutants)
  for (const { name, file } of misfits) console.log(`${name}: its text is not found exactly once in ${file}`)
  if (misfits.length > 0) return false

  const { failed, schedules } = await runSchedules(kindOf(), { ...run, schedules: unbroken.schedules })
  if (failed > 0) {
    console.log(`${unbroken.name} in ${failed} of ${schedules} schedules: see \`${unbroken.command}\``)
    return false
  }

  const rest = [...mutants]
  const survivors: string[] = []
  const huntRest = async () => {
    for (let mutant = rest.shift(); mutant; mutant = rest.shift()) {
      const start = performance.now()
      const caught = caughtBy(await runMutant(mutant, kindOf(mutant), run), run.firstSeed)
      if (!caught) survivors.push(mutant.name)
      console.log(rowOf(mutant.name, caught, performance.now() - start))
    }
  }
  await Promise.all(Array.from({ length: run.jobs }, huntRest))
  console.log(`${mutants.length - survivors.length} of ${mutants.length} caught within ${most}`)
  if (survivors.length > 0) console.log(`Not caught: ${survivors.join(', ')}`)
  return survivors.length === 0
}

// A change of the sources that a mutant does not follow must not pass for one that is caught.
/** Those whose text does not stand exactly once in its file. */
async function misfitsAmong(mutants: readonly Mutant[]): Promise<Mutant[]> {
  const fits = await Promise.all(mutants.map(async ({ file, text }) => (await readFile(join(root, file), 'utf8')).split(text).length === 2))
  return mutants.filter((_, index) => !fits[index])
}

/** Runs schedules until one fails, in a copy of the sources that has been changed; outside the repository. */
async function runMutant<Sum extends Tally>(
  { file, text, instead }: Mutant,
  kind: Kind<Sum>,
  { firstSeed, schedules }: Batch,
): Promise<Sum> {
  const folder = await mkdtemp(join(tmpdir(), 'talon-one-mutant-'))
  const worker = relative(root, fileURLToPath(kind.worker))
  try {
    for (const part of ['src', 'package.json', 'test/runner', dirname(worker)])
      await cp(join(root, part), join(folder, part), { recursive: true })
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    const changed = join(folder, file)
    await writeFile(
      changed,
      (await readFile(changed, 'utf8')).replace(text, () => instead),
    )
    return await runSchedules(
      { ...kind, worker: pathToFileURL(join(folder, worker)) },
      { firstSeed, schedules, jobs: 1, onProgress: ({ failed }) => failed === 0 },
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function caughtBy({ failures }: Tally, firstSeed: number): Caught | undefined {
  const seeds = [...failures.values()].map(({ examples }) => examples[0]?.seed ?? 0)
  return seeds.length === 0 ? undefined : { schedules: Math.min(...seeds) - firstSeed + 1, checks: [...failures.keys()].join(', ') }
}
