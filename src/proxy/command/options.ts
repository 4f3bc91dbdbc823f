/** What the command line says. */
import { parseArgs } from 'node:util'
import { Failure } from '../../sandbox/command/failure.ts'

/** What `--help` prints. */
export const help = `talon-one-check-proxy <url>: attacks the proxy mounted at that URL, and tells what got through

  --header <line>        what signs a test shopper in, such as "cookie: sid=…"; may be given more than once
                         (default: the lines of the environment's TALON_ONE_CHECK_HEADER)
  --other-header <line>  the same of another test shopper
                         (default: the lines of the environment's TALON_ONE_CHECK_OTHER_HEADER)
  --sku <sku>            a product that the shop sells, for the check of prices (default: a random one)
  --guesses              guess at up to 40 random coupon codes, until the proxy has had enough: it locks the test
                         shopper, and maybe your address, out for a while
  --timeout <ms>         how long an answer may take, in milliseconds (default 10000)
  --json                 the report as JSON, and nothing else
  --help                 this text

Without a shopper only what strangers can do is checked, and what takes two shoppers is skipped without the other.
Headers given here stay in the shell's history: rather put them into the environment. They are never printed.

It sends at most 70 requests, one after the other; with --guesses 40 more. It writes only into sessions with random
ids of the test shoppers, and what it asks of staff's operations is about ids that nobody has. It leaves open sessions
behind, empty ones and one with a single product. A proxy that fails may also leave some of the empty ones closed or
cancelled, and a profile with a random id.

It ends with 0 when no check has failed, with 1 when one has, and with 2 when there was nothing to check: an option
is wrong, nobody answers, there is no proxy, or the headers sign nobody in.`

/** The options, read. */
export interface Options {
  url: string
  headers: Headers | undefined
  otherHeaders: Headers | undefined
  sku: string | undefined
  guesses: boolean
  /** In milliseconds. */
  timeoutMs: number
  json: boolean
}

// A mistyped line may hold what signs somebody in, so no text of the caller's is repeated here.
const parseErrors: Readonly<Record<string, string>> = {
  ERR_PARSE_ARGS_UNKNOWN_OPTION: 'there is an option this command does not know',
  ERR_PARSE_ARGS_INVALID_OPTION_VALUE: 'an option lacks its value, or has one it does not take',
}

/**
 * Reads what follows the command's name, and its headers from the environment; undefined when only help is wanted.
 *
 * @throws Failure for a line that makes no sense.
 */
export function readOptions(args: string[]): Options | undefined {
  const { values, positionals } = parse(args)
  if (values.help) return undefined
  const [url, ...more] = positionals
  if (url === undefined || more.length > 0) throw misused('there must be one URL, the one that the proxy is mounted at')
  if (!/^\d+$/.test(values.timeout) || Number(values.timeout) === 0) throw misused('--timeout must be a number of milliseconds above 0')
  if (values.sku === '') throw misused('--sku must not be empty')
  const { TALON_ONE_CHECK_HEADER: lines = '', TALON_ONE_CHECK_OTHER_HEADER: otherLines = '' } = process.env
  return {
    url,
    headers: readHeaders('--header', values.header ?? lines.split('\n')),
    otherHeaders: readHeaders('--other-header', values['other-header'] ?? otherLines.split('\n')),
    sku: values.sku,
    guesses: values.guesses,
    timeoutMs: Number(values.timeout),
    json: values.json,
  }
}

function readHeaders(option: string, lines: readonly string[]): Headers | undefined {
  const given = lines.filter((line) => line.trim() !== '')
  if (given.length === 0) return undefined
  const headers = new Headers()
  for (const line of given) {
    const [, name = '', value = ''] = /^([^:]+):(.+)$/.exec(line) ?? []
    try {
      headers.append(name.trim(), value.trim())
    } catch {
      // Its words would quote the line.
      throw misused(`${option} must be a name, a colon and a value`)
    }
  }
  return headers
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        header: { type: 'string', multiple: true },
        'other-header': { type: 'string', multiple: true },
        sku: { type: 'string' },
        guesses: { type: 'boolean', default: false },
        timeout: { type: 'string', default: '10000' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw misused((error instanceof Error && 'code' in error && parseErrors[String(error.code)]) || 'the options could not be read')
  }
}

function misused(message: string): Failure {
  return new Failure(2, `${message} (see --help)`)
}
