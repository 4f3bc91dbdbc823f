#!/usr/bin/env node
/** The `talon-one-sandbox` command: serves the in-memory Talon.One over HTTP, to any language. */
import { parseArgs } from 'node:util'
import { serve } from 'srvx'
import { createSandbox } from './index.ts'
import { Refusal } from './refusal.ts'
import { routeOf } from './route.ts'

const help = `talon-one-sandbox: Talon.One's Integration API from memory, with a demo shop's campaigns

  --port <number>   where to listen (default 4010; 0 takes a free port)
  --host <name>     the address to listen on (default 127.0.0.1)
  --key <key>       the API key callers must send as "Authorization: ApiKey-v1 <key>"
                    (default: the environment's TALON_ONE_API_KEY, else the word "sandbox")
  --latency <ms>    how long a request takes, in milliseconds (default 0)
  --help            this text

Nothing is stored: stopping it forgets everything.`

interface Options {
  port: number
  host: string
  key: string
  latency: number
  help: boolean
}

class UsageError extends Error {}

// A mistyped line may hold the key, so no text of the caller's is repeated here.
const usageErrors: Readonly<Record<string, string>> = {
  ERR_PARSE_ARGS_UNKNOWN_OPTION: 'there is an option this command does not know',
  ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL: 'there is a word that belongs to no option',
  ERR_PARSE_ARGS_INVALID_OPTION_VALUE: 'an option lacks its value, or has one it does not take',
}

function readOptions(args: string[]): Options {
  const { port, host, key, latency, help: wantsHelp } = parse(args)
  const options = {
    port: Number(port),
    host,
    key: key ?? (process.env.TALON_ONE_API_KEY || 'sandbox'),
    latency: Number(latency),
    help: wantsHelp,
  }
  if (!/^\d+$/.test(port) || options.port > 65_535) throw new UsageError('--port must be a whole number from 0 to 65535')
  if (!/^\d+(\.\d+)?$/.test(latency)) throw new UsageError('--latency must be a number of milliseconds, 0 or more')
  if (host === '') throw new UsageError('--host must not be empty')
  if (options.key === '') throw new UsageError('--key must not be empty')
  return options
}

function parse(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: 'string', default: '4010' },
        host: { type: 'string', default: '127.0.0.1' },
        key: { type: 'string' },
        latency: { type: 'string', default: '0' },
        help: { type: 'boolean', default: false },
      },
    })
    return values
  } catch (error) {
    throw new UsageError((error instanceof Error && 'code' in error && usageErrors[String(error.code)]) || 'the options could not be read')
  }
}

async function run({ port, host, key, latency }: Options): Promise<void> {
  const sandbox = createSandbox({ apiKey: key, latency })
  let stopping = false
  const server = serve({
    port,
    hostname: host,
    silent: true,
    gracefulShutdown: false,
    fetch: async (request) => {
      const started = performance.now()
      const { method, url, headers } = request
      const body = method === 'GET' || method === 'HEAD' ? '' : await request.text()
      // Without the request's signal: what has been sent is carried out, also for a caller who has gone.
      const response = await sandbox.fetch(url, { method, headers, ...(body !== '' && { body }) })
      // Else a caller's idle connection would hold up the end.
      if (stopping) response.headers.set('connection', 'close')
      console.log(`${method} ${templateOf(request)} ${response.status} ${Math.round(performance.now() - started)} ms`)
      return response
    },
  })

  const stop = (): void => {
    console.log('stopping')
    stopping = true
    void server.close()
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)

  await server.ready()
  console.log(`an in-memory Talon.One listens on ${server.url ?? `http://${host}:${port}`} (stop it with Ctrl+C)`)
}

// Never the path itself: it holds ids and codes.
function templateOf(request: Request): string {
  try {
    return routeOf(request.method, new URL(request.url).pathname).endpoint.path
  } catch (error) {
    if (error instanceof Refusal) return error.status === 405 ? '(a method this path does not take)' : '(unknown path)'
    throw error
  }
}

function startFailure(error: unknown, { host, port }: Options): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'an unknown error'
  if (code === 'EADDRINUSE') return `port ${port} is in use: choose another with --port, or 0 for a free one`
  if (code === 'EACCES') return `port ${port} may not be listened on: choose one above 1023`
  return `cannot listen on ${host}, port ${port} (${code})`
}

async function main(): Promise<void> {
  let options: Options
  try {
    options = readOptions(process.argv.slice(2))
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(`talon-one-sandbox: ${error.message} (see --help)`)
    process.exitCode = 2
    return
  }
  if (options.help) {
    console.log(help)
    return
  }
  try {
    await run(options)
  } catch (error) {
    console.error(`talon-one-sandbox: ${startFailure(error, options)}`)
    process.exitCode = 1
  }
}

await main()
