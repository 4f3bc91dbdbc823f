/** What the command line says. */
import { parseArgs } from 'node:util'
import { Failure } from './failure.ts'

/** What `--help` prints. */
export const help = `talon-one-sandbox: Talon.One's Integration API from memory, with a demo shop's campaigns or your own

  --port <number>      where to listen (default 4010; 0 takes a free port)
  --host <name>        the address to listen on (default 127.0.0.1)
  --key <key>          the API key callers must send as "Authorization: ApiKey-v1 <key>" (default: the
                       environment's TALON_ONE_API_KEY, else the config's apiKey, else the word "sandbox")
  --config <file>      campaigns, programs, products and so on: an ES module (.mjs, .js) whose default export is
                       a SandboxConfig, or JSON, which can hold no rules (default: the demo shop)
  --state <directory>  where to keep what it remembers, so that it is still there after a stop, a crash or a kill;
                       made when it is not there; needs the package classic-level (default: stopping forgets
                       everything)
  --weather <file>     JSON of what goes wrong on the way: {"faults":[{"kind":"refused","status":503,"probability":0.1}]}.
                       Change the file while it runs: the next request meets the new weather.
  --latency <ms>       how long a request takes, in milliseconds (default: the config's latency, else 0)
  --quiet              no line for each request
  --help               this text

What stands here wins over the config. With --state, coupons and products are those of the state;
only codes that the config has gained since are added.

Each request is one line: when, method, path template, status, duration, and why it was refused. No line holds
ids, codes, keys or bodies. Ctrl+C finishes what is running, for at most 5 seconds.
It ends with 2 when an option or a file is wrong, and with 1 when it cannot listen or keep its state.`

/** The options, read. */
export interface Options {
  port: number
  host: string
  key: string | undefined
  config: string | undefined
  state: string | undefined
  weather: string | undefined
  /** In milliseconds. */
  latency: number | undefined
  quiet: boolean
  help: boolean
}

// A mistyped line may hold the key, so no text of the caller's is repeated here.
const parseErrors: Readonly<Record<string, string>> = {
  ERR_PARSE_ARGS_UNKNOWN_OPTION: 'there is an option this command does not know',
  ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL: 'there is a word that belongs to no option',
  ERR_PARSE_ARGS_INVALID_OPTION_VALUE: 'an option lacks its value, or has one it does not take',
}

/**
 * Reads what follows the command's name, and its key from the environment.
 *
 * @throws Failure for a line that makes no sense.
 */
export function readOptions(args: string[]): Options {
  const { port, host, latency, key, config, state, weather, quiet, help: wantsHelp } = parse(args)
  if (!/^\d+$/.test(port) || Number(port) > 65_535) throw misused('--port must be a whole number from 0 to 65535')
  if (latency !== undefined && !/^\d+(\.\d+)?$/.test(latency)) throw misused('--latency must be a number of milliseconds, 0 or more')
  for (const [name, value] of Object.entries({ host, key, config, state, weather }))
    if (value === '') throw misused(`--${name} must not be empty`)
  return {
    port: Number(port),
    host,
    key: key ?? (process.env.TALON_ONE_API_KEY || undefined),
    config,
    state,
    weather,
    latency: latency === undefined ? undefined : Number(latency),
    quiet,
    help: wantsHelp,
  }
}

function parse(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: 'string', default: '4010' },
        host: { type: 'string', default: '127.0.0.1' },
        key: { type: 'string' },
        config: { type: 'string' },
        state: { type: 'string' },
        weather: { type: 'string' },
        latency: { type: 'string' },
        quiet: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    return values
  } catch (error) {
    throw misused((error instanceof Error && 'code' in error && parseErrors[String(error.code)]) || 'the options could not be read')
  }
}

function misused(message: string): Failure {
  return new Failure(2, `${message} (see --help)`)
}
