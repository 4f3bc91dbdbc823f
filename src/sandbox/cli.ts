#!/usr/bin/env node
/** The `talon-one-sandbox` command: serves the in-memory Talon.One over HTTP, to any language. */
import { serve } from 'srvx'
import { isTalonOneError } from '../error.ts'
import { readConfigFile } from './command/config-file.ts'
import { codeOf, Failure } from './command/failure.ts'
import { lineOf, reasonOf } from './command/log.ts'
import { help, type Options, readOptions } from './command/options.ts'
import { openStore, type Store } from './command/store.ts'
import { openWeatherFile, type WeatherFile } from './command/weather-file.ts'
import { createSandbox, type Sandbox, type SandboxConfig } from './index.ts'
import { Refusal } from './refusal.ts'
import { type Route, routeOf } from './route.ts'

/** What requests meet. */
interface Parts {
  sandbox: Sandbox
  store: Store | undefined
  weatherFile: WeatherFile | undefined
}

// How long a stop waits for what is running, in milliseconds: a request that bad weather keeps would have no end.
const patience = 5_000

async function run(options: Options): Promise<void> {
  const { port, host, quiet } = options
  const parts = await partsOf(options)
  let stopping = false
  const server = serve({
    port,
    hostname: host,
    silent: true,
    gracefulShutdown: false,
    fetch: async (request) => {
      const started = performance.now()
      parts.weatherFile?.refresh(console.error)
      const { answer, why } = await answerTo(request, parts).catch(fail)
      // Else a caller's idle connection would hold up the end.
      if (stopping) answer?.headers.set('connection', 'close')
      const outcome = answer?.status ?? 'no answer'
      if (!quiet) console.log(lineOf(request.method, templateOf(request), outcome, performance.now() - started, why))
      if (answer === undefined) request.runtime?.node?.res?.destroy()
      return answer ?? new Response(null)
    },
  })

  async function stop(): Promise<void> {
    console.log('stopping')
    stopping = true
    await Promise.race([server.close(), new Promise((resolve) => setTimeout(resolve, patience))])
    await parts.store?.close()
    // Else what the weather delays would hold up the end; it never arrives.
    process.exit()
  }

  await server.ready().catch(async (error: unknown) => {
    await parts.store?.close()
    throw listenFailure(error, options)
  })
  process.once('SIGINT', () => void stop().catch(fail))
  process.once('SIGTERM', () => void stop().catch(fail))
  console.log(`an in-memory Talon.One listens on ${server.url ?? `http://${host}:${port}`} (stop it with Ctrl+C)`)
}

async function partsOf({ config: configFile, weather: weatherFile, state, key, latency }: Options): Promise<Parts> {
  const config: SandboxConfig = configFile === undefined ? {} : await readConfigFile(configFile)
  const sandbox = sandboxOf({ ...config, apiKey: key ?? config.apiKey ?? 'sandbox', latency: latency ?? config.latency ?? 0 })
  const isFair = weatherFile === undefined && config.weather === undefined
  return {
    sandbox,
    weatherFile: weatherFile === undefined ? undefined : openWeatherFile(weatherFile, sandbox),
    store: state === undefined ? undefined : await openStore(state, sandbox, !isFair),
  }
}

function sandboxOf(config: SandboxConfig): Sandbox {
  try {
    return createSandbox(config)
  } catch (error) {
    throw isTalonOneError(error) ? new Failure(2, `--config: ${error.message}`) : error
  }
}

/** What becomes of a request: no answer where bad weather lost it, and why there is no good one. */
async function answerTo(request: Request, { sandbox, store }: Parts): Promise<{ answer?: Response; why: string }> {
  const { url, headers } = request
  // No path takes either of them, and a `Request` cannot be made of the first.
  const method = request.method === 'TRACE' ? 'PATCH' : request.method
  const body = method === 'GET' || method === 'HEAD' ? '' : await request.text().catch(() => undefined)
  if (body === undefined) return { why: 'the caller left before everything was sent' }
  // Without the request's signal: what has been sent is carried out, also for a caller who has gone.
  const work = () => sandbox.fetch(url, { method, headers, ...(body !== '' && { body }) })
  const written = writtenBy(request)
  try {
    const answer = await (store === undefined || written === undefined ? work() : store.keep(written, work))
    return { answer, why: await reasonOf(answer) }
  } catch (error) {
    if (error instanceof Failure) throw error
    // In the words of the weather.
    if (error instanceof TypeError && error.message === 'fetch failed') return { why: 'lost in the weather' }
    return { answer: Response.json({ message: 'Internal error', StatusCode: 500 }, { status: 500 }), why: mistakeOf(error) }
  }
}

// The words of somebody's error may hold anything; where it was thrown does not.
function mistakeOf(error: unknown): string {
  if (!(error instanceof Error)) return codeOf(error)
  const frames = (error.stack ?? '').replace(error.message, () => '')
  return `${codeOf(error)} ${/^ +(at .*)$/m.exec(frames)?.[1] ?? ''}`
}

function foundRoute(request: Request): Route | Refusal {
  try {
    return routeOf(request.method, new URL(request.url).pathname)
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

/** The operation of a request that may change something. */
function writtenBy(request: Request): Route['name'] | undefined {
  const route = foundRoute(request)
  if (route instanceof Refusal || route.endpoint.kind === 'read') return undefined
  const isDry = 'dry?' in route.endpoint.query && new URL(request.url).searchParams.get('dry') === 'true'
  return isDry ? undefined : route.name
}

// Never the path itself: it holds ids and codes.
function templateOf(request: Request): string {
  const route = foundRoute(request)
  if (route instanceof Refusal) return route.status === 405 ? '(a method this path does not take)' : '(unknown path)'
  return route.endpoint.path
}

function listenFailure(error: unknown, { host, port }: Options): Failure {
  const code = codeOf(error)
  if (code === 'EADDRINUSE') return new Failure(1, `port ${port} is in use: choose another with --port, or 0 for a free one`)
  if (code === 'EACCES') return new Failure(1, `port ${port} may not be listened on: choose one above 1023`)
  return new Failure(1, `cannot listen on ${host}, port ${port} (${code})`)
}

/** Ends the command with one line, at once: a change that could not be stored must not be answered. */
function fail(error: unknown): never {
  if (!(error instanceof Failure)) throw error
  console.error(`talon-one-sandbox: ${error.message}`)
  process.exit(error.exitCode)
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options.help) console.log(help)
  else await run(options)
} catch (error) {
  fail(error)
}
