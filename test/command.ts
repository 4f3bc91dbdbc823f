import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** A command of this repository, running. `await using` ends it: that process and no other. */
export interface RunningCommand extends AsyncDisposable {
  /** The address it printed. */
  url: string
  /** Everything it has printed so far. */
  output: () => string
}

/** Starts a script with this Node, and waits until it prints an address. */
export async function startCommand(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RunningCommand> {
  const child = spawn(process.execPath, [script, ...args], { cwd: root, env: { ...process.env, ...env, VITEST: '', NO_COLOR: '1' } })
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  child.stderr.on('data', (chunk) => (output += String(chunk)))
  try {
    return { url: await printedAddress(child, () => output), output: () => output, [Symbol.asyncDispose]: () => end(child) }
  } catch (error) {
    await end(child)
    throw error
  }
}

/** A port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}

function printedAddress(child: ChildProcess, output: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const url = /https?:\/\/[\w.[\]:-]+:\d+/.exec(output())?.[0]
      if (url) resolve(url)
    }
    child.stdout?.on('data', look)
    child.on('exit', (code) => reject(new Error(`the command ended with ${code} before it printed an address:\n${output()}`)))
    setTimeout(() => reject(new Error(`the command printed no address in time:\n${output()}`)), 30_000).unref()
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}
