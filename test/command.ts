import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** A command of this repository. `await using` ends it: that process and no other. */
export interface Command extends AsyncDisposable {
  child: ChildProcess
  /** Everything it has printed so far. */
  output: () => string
  /** What it printed, once it did; rejects when it ends before. */
  printed: (pattern: RegExp) => Promise<RegExpExecArray>
  /** The address it printed, once it did. */
  address: () => Promise<string>
  /** Its exit code, once it has ended; null when a signal ended it. */
  exited: Promise<number | null>
}

/** A command that has printed its address. */
export interface RunningCommand extends Command {
  url: string
}

/** Starts a script with this Node. */
export function spawnCommand(script: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Command {
  const child = spawn(process.execPath, [script, ...args], { cwd: root, env: { ...process.env, ...env, VITEST: '', NO_COLOR: '1' } })
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  child.stderr.on('data', (chunk) => (output += String(chunk)))
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))

  function printed(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(output)
        if (found) resolve(found)
      }
      look()
      child.stdout.on('data', look)
      child.stderr.on('data', look)
      void exited.then((code) => reject(new Error(`the command ended with ${code} before it printed ${String(pattern)}:\n${output}`)))
      setTimeout(() => reject(new Error(`the command did not print ${String(pattern)} in time:\n${output}`)), 30_000).unref()
    })
  }

  return {
    child,
    output: () => output,
    printed,
    address: async () => (await printed(/https?:\/\/[\w.[\]:-]+:\d+/))[0],
    exited,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await exited
    },
  }
}

/** Starts a script with this Node, and waits until it prints an address. */
export async function startCommand(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RunningCommand> {
  const command = spawnCommand(script, args, env)
  try {
    return { ...command, url: await command.address() }
  } catch (error) {
    await command[Symbol.asyncDispose]()
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
