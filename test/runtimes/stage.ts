/** A folder as a shop's own: the built package in `node_modules`, and the mounts of `stories/mounts` beside it. */
import { execFile } from 'node:child_process'
import { copyFileSync, cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build, transformWithOxc } from 'vite'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const here = fileURLToPath(new URL('.', import.meta.url))

export interface Stage extends Disposable {
  folder: string
}

/** Builds it. What else it needs is found in the folders above: `test/runtimes/node_modules` and the root's. */
export async function createStage(): Promise<Stage> {
  const folder = mkdtempSync(join(here, '.stage-'))
  const stage = { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
  process.once('exit', stage[Symbol.dispose])
  try {
    await fill(folder)
    return stage
  } catch (error) {
    stage[Symbol.dispose]()
    throw error
  }
}

async function fill(folder: string): Promise<void> {
  const installed = join(folder, 'node_modules/talon-one-react')
  await build({ root, logLevel: 'warn', build: { outDir: join(installed, 'dist') } })
  copyFileSync(join(root, 'package.json'), join(installed, 'package.json'))
  cpSync(join(root, 'stories/mounts'), folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  // Node 20 knows no types.
  for (const file of globSync('**/*.ts', { cwd: folder, exclude: ['node_modules'] })) {
    const source = readFileSync(join(folder, file), 'utf8')
    const { code } = await transformWithOxc(source, file, { sourcemap: false })
    writeFileSync(join(folder, file.replace(/ts$/, 'js')), code.replaceAll(/(from ["']\.[^"']*)\.ts(["'])/g, '$1.js$2'))
  }
}

/** What a compiler finds in the mounts, with the package's types as they are published; empty when that is nothing. */
export async function typeErrors({ folder }: Stage): Promise<string> {
  const tsc = join(root, 'node_modules/.bin/tsc')
  await run(tsc, ['-p', join(root, 'src'), '--outDir', join(folder, 'node_modules/talon-one-react/dist')])
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2024', 'dom', 'dom.iterable'],
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    verbatimModuleSyntax: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
    types: ['node', 'bun', 'deno'],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts', 'next', '../workerd.ts'] }))
  return run(tsc, ['-p', folder]).then(
    () => '',
    (error: { stdout?: string }) => error.stdout || 'tsc did not start', // as `execFile` rejects
  )
}

/** Packs the worker into one file, as wrangler does. */
export async function bundleWorker({ folder }: Stage): Promise<void> {
  await build({
    root: folder,
    configFile: false,
    logLevel: 'warn',
    build: {
      outDir: 'worker',
      target: 'es2022',
      lib: { entry: 'worker.ts', formats: ['es'], fileName: () => 'worker.js' },
    },
  })
}

/** Builds the Next.js application, without any secret. */
export async function buildNext({ folder }: Stage, node: string): Promise<void> {
  const next = join(folder, 'next')
  for (const file of globSync('**/*.ts', { cwd: next })) rmSync(join(next, file))
  writeFileSync(join(next, 'next.config.js'), `export default { turbopack: { root: ${JSON.stringify(here)} } }\n`)
  const env = { PATH: process.env.PATH, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' } as const
  await run(node, [nextCommand, 'build', next], { cwd: next, env })
}

export const nextCommand = join(here, 'node_modules/next/dist/bin/next')
