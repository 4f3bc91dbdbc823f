/**
 * `npm run runtimes`: starts each mount of `stories/mounts` in its runtime, with the built package, and asks it what the suite asks.
 * `--only deno,bun` for some of them; `--all` fails where one is not installed: `(cd test/runtimes && npm ci)`.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { freePort } from '../command.ts'
import { startServer, type ServerCommand } from './process.ts'
import { buildNext, bundleWorker, createStage, nextCommand, type Stage, typeErrors } from './stage.ts'
import { runSuite, type Verdict } from './suite.ts'
import { startUpstream } from './upstream.ts'

interface Mounting {
  name: string
  /** Must be there. */
  needs: readonly string[]
  command: (stage: Stage, port: number) => ServerCommand
  prepare?: (stage: Stage) => void | Promise<void>
}

const installed = (path: string) => fileURLToPath(new URL(`node_modules/${path}`, import.meta.url))
const atRoot = (path: string) => fileURLToPath(new URL(`../../node_modules/${path}`, import.meta.url))

const nodes = { 'Node 20': installed('node20/bin/node'), 'Node 22': installed('node22/bin/node'), 'Node 24': process.execPath }
const deno = installed('.bin/deno')
const bun = installed('.bin/bun')

const mountings: readonly Mounting[] = [
  ...Object.entries(nodes).flatMap(([name, node]) => [
    { name: `${name} srvx`, needs: [node], command: scriptOf(node, 'node.js') },
    { name: `${name} node:http`, needs: [node], command: scriptOf(node, 'node-http.js') },
    { name: `${name} transport`, needs: [node, atRoot('undici')], command: scriptOf(node, 'node-transport.js') },
    { name: `${name} Express`, needs: [node, installed('express')], command: scriptOf(node, 'express.js') },
  ]),
  {
    name: 'Next.js',
    needs: [nextCommand],
    prepare: (stage) => buildNext(stage, process.execPath),
    command: ({ folder }) => ({ command: process.execPath, args: [nextCommand, 'start', '-H', '127.0.0.1'], cwd: join(folder, 'next') }),
  },
  {
    name: 'Vite',
    needs: [atRoot('vite')],
    command: ({ folder }, port) => ({
      command: process.execPath,
      args: [atRoot('vite/bin/vite.js'), '--host', '127.0.0.1', '--strictPort', '--port', String(port)],
      cwd: folder,
    }),
  },
  {
    name: 'workerd',
    needs: [installed('miniflare')],
    prepare: bundleWorker,
    command: ({ folder }) => ({
      command: process.execPath,
      args: [fileURLToPath(new URL('workerd.ts', import.meta.url)), join(folder, 'worker/worker.js')],
      cwd: folder,
    }),
  },
  {
    name: 'Deno',
    needs: [deno],
    command: ({ folder }) => ({ command: deno, args: ['run', '--allow-net', '--allow-env', '--cached-only', 'deno.ts'], cwd: folder }),
  },
  { name: 'Bun', needs: [bun], command: ({ folder }) => ({ command: bun, args: ['run', '--no-install', 'bun.ts'], cwd: folder }) },
]

const atOnce = 4

function scriptOf(node: string, script: string): Mounting['command'] {
  return ({ folder }) => ({ command: node, args: [script], cwd: folder })
}

interface Outcome {
  verdicts: Verdict[]
  output: string
  ms: number
}

async function tryOut({ prepare, command }: Mounting, stage: Stage): Promise<Outcome> {
  await prepare?.(stage)
  const start = performance.now()
  await using upstream = await startUpstream()
  const secret = crypto.randomUUID()
  const env = { TALON_ONE_BASE_URL: upstream.url, TALON_ONE_API_KEY: upstream.apiKey, SESSION_SECRET: secret }
  const port = await freePort()
  await using server = await startServer(command(stage, port), port, env)
  const verdicts = await runSuite({ url: server.url, upstream, secret })
  return { verdicts, output: server.output(), ms: performance.now() - start }
}

const { values } = parseArgs({ options: { only: { type: 'string' }, all: { type: 'boolean', default: false } } })
const only = values.only?.toLowerCase().split(',')
const chosen = mountings.filter(({ name }) => only?.some((word) => name.toLowerCase().includes(word)) ?? true)
const missing = chosen.filter((mounting) => !isThere(mounting))
const isTyped = isThere({ needs: ['bun', 'deno', 'express'].map((name) => installed(`@types/${name}`)) })
const isWhole = missing.length === 0 && isTyped
const start = performance.now()
const seconds = () => Math.round((performance.now() - start) / 1000)

// So that what was started ends with this.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
using stage = await createStage()
const errors = isTyped ? await typeErrors(stage) : ''
const tried = await tryAll(chosen.filter(isThere), stage)
print(tried, errors)
process.exitCode = chosen.length > 0 && isGreen(tried) && errors === '' && (isWhole || !values.all) ? 0 : 1

function isThere({ needs }: Pick<Mounting, 'needs'>): boolean {
  return needs.every((path) => existsSync(path))
}

/** A few at a time: they wait for deadlines more than they work. */
async function tryAll(mountings: readonly Mounting[], stage: Stage): Promise<Map<Mounting, Outcome>> {
  const outcomes = new Map<Mounting, Outcome>(mountings.map((mounting) => [mounting, { verdicts: [], output: '', ms: 0 }]))
  const left = [...mountings]
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) outcomes.set(next, await tryOut(next, stage).catch(notStarted))
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return outcomes
}

function notStarted(error: unknown): Outcome {
  return { verdicts: [{ name: 'it starts', error }], output: '', ms: 0 }
}

function isGreen(outcomes: ReadonlyMap<Mounting, Outcome>): boolean {
  return [...outcomes.values()].every(({ verdicts }) => verdicts.length > 0 && verdicts.every(({ error }) => error === undefined))
}

function print(outcomes: ReadonlyMap<Mounting, Outcome>, errors: string): void {
  for (const [{ name }, { verdicts, output, ms }] of outcomes) {
    const failed = verdicts.filter(({ error }) => error !== undefined)
    const counts = `${String(verdicts.length - failed.length).padStart(4)} passed ${String(failed.length).padStart(4)} failed`
    console.log(`${name.padEnd(20)}${counts} ${(ms / 1000).toFixed(1).padStart(6)} s`)
    for (const { name: check, error } of failed) console.log(`  ${check}:\n    ${messageOf(error).replaceAll('\n', '\n    ')}`)
    if (failed.length > 0 && output !== '') console.log(`  It printed:\n${output.slice(0, 4000)}`)
  }
  for (const { name } of missing) console.log(`${name.padEnd(20)} skipped: not installed, see \`(cd test/runtimes && npm ci)\``)
  if (!isTyped) console.log('whether the mounts compile was not looked at: their types are not installed')
  if (chosen.length === 0) console.log(`--only names none of: ${mountings.map(({ name }) => name).join(', ')}`)
  if (errors !== '') console.log(`The mounts do not compile:\n${errors}`)
  console.log(`${outcomes.size} mounts in ${seconds()} s`)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 2000) : String(error)
}
