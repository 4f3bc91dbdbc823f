/** The file of `--config`: a module or JSON. */
import { access, readFile } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isTalonOneError } from '../../error.ts'
import { isRecord } from '../../record.ts'
import { checkConfig } from '../config.ts'
import type { SandboxConfig } from '../index.ts'
import { codeOf, Failure } from './failure.ts'

/**
 * Reads a config.
 *
 * @throws Failure when there is none, or one that cannot be. It tells what is wrong and where, never what stands there.
 */
export async function readConfigFile(path: string): Promise<SandboxConfig> {
  await access(path).catch((error: unknown) => {
    throw new Failure(2, `--config: the file cannot be read (${codeOf(error)})`)
  })
  const config = extname(path) === '.json' ? await readJson(path) : await readModule(path)
  try {
    checkConfig(config)
    return config
  } catch (error) {
    throw isTalonOneError(error) ? new Failure(2, `--config: ${error.message}`) : error
  }
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Failure(2, `--config: the file cannot be read (${codeOf(error)})`)
  })
  try {
    return JSON.parse(text)
  } catch {
    throw new Failure(2, '--config: the file is not JSON')
  }
}

async function readModule(path: string): Promise<unknown> {
  let module: unknown
  try {
    module = await import(/* @vite-ignore */ pathToFileURL(resolve(path)).href)
  } catch (error) {
    // The words of the error may be a piece of the file.
    const hint = codeOf(error) === 'ERR_UNKNOWN_FILE_EXTENSION' ? 'use .mjs, .js or .json' : 'run it with node to see where'
    throw new Failure(2, `--config: the module could not be loaded (${codeOf(error)}): ${hint}`)
  }
  if (!isRecord(module) || !('default' in module)) throw new Failure(2, '--config: the module has no default export')
  return module.default
}
