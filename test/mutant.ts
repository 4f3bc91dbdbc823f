/** One single change of the sources that a good test must notice, and copies of the sources with it. */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Mutant {
  name: string
  file: string
  /** Stands exactly once in the file. */
  text: string
  instead: string
}

const root = fileURLToPath(new URL('..', import.meta.url))

/** Those whose text does not stand exactly once in its file: a change of the sources that a mutant does not follow must not pass for one that is caught. */
export async function misfitsAmong<One extends Mutant>(mutants: readonly One[]): Promise<One[]> {
  const fits = await Promise.all(mutants.map(async ({ file, text }) => (await readFile(join(root, file), 'utf8')).split(text).length === 2))
  return mutants.filter((_, index) => !fits[index])
}

/** Runs a task in a copy of the sources, and of these folders, that has been changed; outside the repository. */
export async function inChangedCopy<Value>(
  { file, text, instead }: Mutant,
  parts: readonly string[],
  task: (folder: string) => Promise<Value>,
): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), 'talon-one-mutant-'))
  try {
    for (const part of ['src', 'package.json', ...parts]) await cp(join(root, part), join(folder, part), { recursive: true })
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    const changed = join(folder, file)
    await writeFile(
      changed,
      (await readFile(changed, 'utf8')).replace(text, () => instead),
    )
    return await task(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
