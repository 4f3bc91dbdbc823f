/** What the conformance suite runs against. */
import { createStaffProxy } from '../../src/proxy/index.ts'
import { createSandbox, type Sandbox } from '../../src/sandbox/index.ts'
import { startCommand } from '../command.ts'
import { type ContractIds, contractIds } from './campaigns.ts'
import { contractConfig, contractKey, contractSignature, contractTestingKey } from './config.ts'
import type { Need } from './fact.ts'

export type Fetch = Sandbox['fetch']

/** A target, running. */
export interface Opened extends AsyncDisposable {
  fetch: Fetch
  /** What stands before `/v2/…`. */
  url: string
  credentials: Credentials
  headers?: Record<string, string>
  /** How far its clock is ahead of ours, in milliseconds. */
  offset?: () => number
  wait?: (milliseconds: number) => void
  /** What to do with answers that the official OpenAPI file forbids. Default: the fact fails. */
  onFindings?: (findings: string[]) => void
}

/** What a client may sign in with. */
export interface Credentials {
  /** Undefined: the target has its own. */
  key?: string
  testingKey?: string
  /** The `Content-Signature` of a body. */
  sign?: (body: string) => string
}

/** Something that claims to be the Integration API. */
export interface Target {
  name: string
  /** Why it is not there. Undefined: it is. */
  absent?: string
  /** What of the needs it has. */
  offers: readonly Need[]
  ids: ContractIds
  /** Whether it is the sandbox, whose known disagreements are listed. */
  isSandbox: boolean
  open: (options: { latency: number }) => Promise<Opened>
}

// What a proxy does in its callers' stead.
const signingIn: readonly Need[] = ['key', 'signature', 'testingKey']
const ofSandbox: readonly Need[] = [...signingIn, 'campaigns', 'catalog', 'latency', 'refusals', 'registry', 'v1']

const contractCredentials: Credentials = { key: contractKey, testingKey: contractTestingKey, sign: contractSignature }

export const targets: readonly Target[] = [inMemory('the sandbox'), behindStaffProxy(), overHttp(), deployment(process.env)]

/** Something that stands before the sandbox and signs in for its callers. */
interface Before {
  around: (sandbox: Fetch) => Fetch
  /** Where it is mounted. Default: at the root. */
  url?: string
  /** What its callers send. Default: nothing. */
  headers?: Record<string, string>
  /** Whether it refuses what is malformed itself, in a form of its own. Default: it leaves that to what it stands before. */
  refusesMalformed?: boolean
}

function isTakenBy(before: Before | undefined, need: Need): boolean {
  return (before !== undefined && signingIn.includes(need)) || (before?.refusesMalformed === true && need === 'refusals')
}

/**
 * The sandbox itself, or with a proxy before it, of which this is all that is to be said:
 *
 * `inMemory('the sandbox behind a proxy', { around: (sandbox) => createProxy({ key: contractKey, fetch: sandbox }) })`
 */
export function inMemory(name: string, before?: Before): Target {
  return {
    name,
    offers: [...ofSandbox.filter((need) => !isTakenBy(before, need)), 'clock'],
    ids: contractIds,
    isSandbox: true,
    open: async ({ latency }) => {
      let offset = 0
      const sandbox = createSandbox({ ...contractConfig, latency, clock: () => Date.now() + offset })
      return {
        fetch: before?.around(sandbox.fetch) ?? sandbox.fetch,
        url: before?.url ?? 'http://sandbox.invalid',
        credentials: before === undefined ? contractCredentials : {},
        headers: before?.headers ?? {},
        ...(before?.refusesMalformed && {
          onFindings: (findings) => fail(findings.filter((finding) => !/^\w+ answer 400 /.test(finding))),
        }),
        offset: () => offset,
        wait: (milliseconds) => {
          offset += milliseconds
        },
        [Symbol.asyncDispose]: async () => {},
      }
    },
  }
}

function behindStaffProxy(): Target {
  const mount = 'http://office.invalid/talon-one'
  return inMemory('the sandbox behind createStaffProxy', {
    url: mount,
    refusesMalformed: true,
    headers: { 'x-talon-client': '1', 'content-type': 'application/json' },
    around: (sandbox) => {
      const proxy = createStaffProxy({
        upstream: { baseUrl: 'https://sandbox.talon.one', apiKey: contractKey },
        identify: () => ({ subject: 'contract', scopes: ['read', 'write', 'destructive'], signedInAt: new Date() }),
        fetch: sandbox,
      })
      return (input, init) => proxy(new Request(input, init))
    },
  })
}

function overHttp(): Target {
  return {
    name: 'the talon-one-sandbox command over HTTP',
    offers: ofSandbox,
    ids: contractIds,
    isSandbox: true,
    open: async ({ latency }) => {
      const options = ['--port', '0', '--key', contractKey, '--config', 'test/contract/config.ts', '--latency', String(latency), '--quiet']
      const command = await startCommand('src/sandbox/cli.ts', options)
      return { fetch, url: command.url, credentials: contractCredentials, [Symbol.asyncDispose]: () => command[Symbol.asyncDispose]() }
    },
  }
}

/**
 * A real deployment, by the environment:
 *
 * - `TALON_ONE_BASE_URL` and `TALON_ONE_API_KEY`: where it is, and the key of an Application that is there for tests. What facts make
 *   there stays there: profiles, sessions, events, audiences, under ids that begin with `contract-`.
 * - `TALON_ONE_CONTRACT_CAMPAIGNS`: set when the Application has what `campaigns.ts` describes; the numbers it has there as JSON, such as
 *   `{"club":7,"referrals":12}`, or `1` when they are the same.
 */
function deployment(env: Record<string, string | undefined>): Target {
  const { TALON_ONE_BASE_URL: url, TALON_ONE_API_KEY: key, TALON_ONE_CONTRACT_CAMPAIGNS: campaigns } = env
  return {
    name: 'a real deployment',
    ...((!url || !key) && { absent: 'no deployment given (TALON_ONE_BASE_URL and TALON_ONE_API_KEY)' }),
    offers: ['key', 'refusals', ...(campaigns ? (['campaigns', 'registry'] as const) : [])],
    ids: idsFrom(campaigns),
    isSandbox: false,
    open: async () => ({
      fetch,
      url: url ?? '',
      credentials: { key: key ?? '' },
      onFindings: (findings) => {
        // Answers of tomorrow have more to say than the file of today.
        fail(findings.filter((finding) => !finding.includes('additional properties')))
      },
      [Symbol.asyncDispose]: async () => {},
    }),
  }
}

function fail(findings: readonly string[]): void {
  if (findings.length > 0) throw new Error(`The official OpenAPI file disagrees:\n${findings.join('\n')}`)
}

function idsFrom(text: string | undefined): ContractIds {
  const given: unknown = JSON.parse(text || '1')
  return Object.assign({}, contractIds, given)
}
