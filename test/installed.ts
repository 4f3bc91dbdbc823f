/**
 * Servers that a machine may have, for tests with real ones. Where one is missing, its tests say that they are skipped; with
 * `SERVERS_REQUIRED`, as in `.ci/run`, they fail instead.
 */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * Where the first of these programs that there is stands; undefined when there is none.
 *
 * @throws when there is none, and `SERVERS_REQUIRED` is set.
 */
export function findServer(...names: readonly string[]): string | undefined {
  const found = names.map(installedAt).find((path) => path !== undefined)
  if (found === undefined && process.env.SERVERS_REQUIRED)
    throw new Error(`SERVERS_REQUIRED is set, and no ${names.join(' or ')} is installed`)
  return found
}

function installedAt(name: string): string | undefined {
  // Debian's servers stand where only root looks.
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'].map((folder) => join(folder, name)).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
