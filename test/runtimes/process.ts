/** A server in a process of its own. */
import { spawn } from 'node:child_process'

export interface RunningServer extends AsyncDisposable {
  url: string
  /** Everything it has printed so far. */
  output: () => string
}

export interface ServerCommand {
  command: string
  args: readonly string[]
  cwd: string
}

/** Starts a server on a port, and waits until the proxy in it answers. `await using` ends its process and those that this has started. */
export async function startServer(
  { command, args, cwd }: ServerCommand,
  port: number,
  env: Readonly<Record<string, string>>,
): Promise<RunningServer> {
  // A group of its own, so that it ends as a whole.
  const child = spawn(command, args, { cwd, detached: true, env: { ...plainEnvironment(), ...env, PORT: String(port) } })
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  child.stderr.on('data', (chunk) => (output += String(chunk)))
  let hasEnded = false
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      output += error.message
      hasEnded = true
      resolve()
    })
    child.once('close', () => {
      hasEnded = true
      resolve()
    })
  })
  const kill = () => signalGroup(child.pid, 'SIGKILL')
  process.once('exit', kill)
  const server = {
    url: `http://127.0.0.1:${port}`,
    output: () => output,
    async [Symbol.asyncDispose]() {
      if (!hasEnded) signalGroup(child.pid, 'SIGTERM')
      const killer = setTimeout(kill, 5_000)
      await ended
      clearTimeout(killer)
      process.off('exit', kill)
    },
  }
  for (let waited = 0; !(await isAnswering(server.url)); waited += 100) {
    if (hasEnded || waited > 60_000) {
      await server[Symbol.asyncDispose]()
      throw new Error(`it did not start:\n${output}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return server
}

// Nothing of whoever runs this: no key, no proxy, no options of Node.
function plainEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env
  return { PATH, HOME, NO_COLOR: '1', NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', DENO_NO_UPDATE_CHECK: '1', DO_NOT_TRACK: '1' }
}

async function isAnswering(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/talon-one/v1/nothing`)
    return response.headers.get('content-type')?.startsWith('application/problem+json') ?? false
  } catch {
    return false
  }
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // It has just ended.
  }
}
