/** An in-memory Talon.One: the Integration API behind a `fetch`, for development, stories, demos and tests. */
import { unlessAborted } from '../abort.ts'
import { isDry, readInput } from '../endpoint.ts'
import type { TalonOneIssue } from '../error.ts'
import type { AddItemCatalogAction } from '../schema.ts'
import { demoCampaigns, demoPrograms } from './campaigns.ts'
import { fillCatalog } from './catalog.ts'
import { checkConfig } from './config.ts'
import { type Credentials, signIn } from './credentials.ts'
import { answersEmpty, creates, handlers } from './handlers.ts'
import { answerOnce } from './idempotency.ts'
import { createLanes, lanesOf } from './lanes.ts'
import { bodyOf, errorsOf, invalidData, Refusal } from './refusal.ts'
import { checkRegistered, type Registry, type SandboxAttributes } from './registry.ts'
import { operationOf, type Route, routeOf } from './route.ts'
import type { CampaignNode } from './rules.ts'
import { memoryOf, type SandboxSnapshot, snapshotOf } from './snapshot.ts'
import { createState, type LoyaltyProgram, type State } from './state.ts'
import { createWeather, pause, type Weather } from './weather.ts'

export { demoCampaigns, demoPrograms } from './campaigns.ts'
export type { AttributeType, SandboxAttributes } from './registry.ts'
export {
  amountOffCart,
  amountOffItems,
  birthdayDiscount,
  bundlePrice,
  buyXGetY,
  freeItemForSpend,
  freeShipping,
  giveawayForSpend,
  percentOffCart,
  percentOffItems,
  pointsForSpend,
  tierMultiplier,
  tieredSpend,
  welcomeReferral,
} from './ready-made.ts'
export type {
  BundleOptions,
  BuyXGetYOptions,
  ItemRuleOptions,
  PointsOptions,
  RuleOptions,
  SpendRuleOptions,
  WelcomeReferralOptions,
} from './ready-made.ts'
export {
  addFreeItem,
  addLoyaltyPoints,
  awardGiveaway,
  deductLoyaltyPoints,
  increaseAchievementProgress,
  setDiscount,
  setDiscountPerAdditionalCost,
  setDiscountPerAdditionalCostPerItem,
  setDiscountPerItem,
  setDiscountProRata,
  showNotification,
} from './rule-effects.ts'
export type {
  Budget,
  BudgetAction,
  CampaignGroup,
  CampaignNode,
  RuleCart,
  RuleEvent,
  GiveawayPool,
  RuleEffect,
  RuleEffectProps,
  SandboxAchievement,
  SandboxCampaign,
  SandboxCoupon,
  SandboxRule,
  Unit,
} from './rules.ts'
export type { SandboxSnapshot } from './snapshot.ts'
export type {
  BudgetUse,
  CatalogItem,
  LedgerTransaction,
  LoyaltyProgram,
  LoyaltyTier,
  ProgressTracker,
  Redemption,
  Replay,
  State,
  StoredCard,
  StoredCatalog,
  StoredCoupon,
  StoredGiveaway,
  StoredReferral,
  StoredSession,
} from './state.ts'
export type {
  CutOff,
  HtmlPage,
  LateLanding,
  LostAnswer,
  LostRequest,
  Refused,
  SlowAnswer,
  SlowRequest,
  Weather,
  WeatherAim,
  WeatherDelay,
  WeatherFault,
} from './weather.ts'

/** What {@link createSandbox} takes; every option has a default. */
export interface SandboxConfig {
  /** When set, every request needs `Authorization: ApiKey-v1 <key>`, else it is answered 401. Default: none is asked for. */
  apiKey?: string
  /** A key that makes dry requests and no others, as that of a campaign's staging does. Default: there is none. */
  testingKey?: string
  /**
   * The legacy credential: what `Content-Signature` must be for a body, such as `contentSignature` of `talon-one-react/proxy` says. V1
   * operations then take it instead of a key. Default: no signature is looked at.
   */
  contentSignature?: (body: string) => string
  /** The campaigns and groups of them, in the order of their evaluation. Default: {@link demoCampaigns}. */
  campaigns?: readonly CampaignNode[]
  /** The loyalty programs. Default: {@link demoPrograms}. */
  programs?: readonly LoyaltyProgram[]
  /** The products of catalogue 1, in major currency units: lines of carts that say no price take it from here. Default: none. */
  products?: readonly AddItemCatalogAction[]
  /** The custom attributes: a request with another one, or one of another type, is answered 400. Default: any are taken. */
  attributes?: SandboxAttributes
  /** The names of the additional costs: a request with another one is answered 400. Default: any are taken. */
  additionalCosts?: readonly string[]
  /** What reading, returning and reopening a session that is not there are answered: the API documents neither. @default 404 */
  unknownSession?: 400 | 404
  /** What time it is, in milliseconds since the epoch. Default: `Date.now`. */
  clock?: () => number
  /** How long a request takes to evaluate, in milliseconds. Requests of one profile wait for one another. @default 0 */
  latency?: number
  /** What goes wrong on the way, as data: see {@link Weather}. Default: nothing. */
  weather?: Weather
}

/** What `fetch` takes: the name `RequestInfo` exists in browsers only. */
type FetchInput = Parameters<typeof globalThis.fetch>[0]

/** An in-memory Talon.One. Make one with {@link createSandbox}. */
export interface Sandbox {
  /**
   * Answers as Talon.One would. Takes what the global `fetch` takes, relative URLs too; ignores the host, and where it is mounted.
   *
   * An aborted request rejects with its signal's reason; as with a real server, what was sent may be carried out all the same.
   */
  fetch: (input: FetchInput, init?: RequestInit) => Promise<Response>
  /** Everything it remembers. Read it, or change it to set a scene; {@link reset} and {@link restore} keep the object. */
  readonly state: State
  /**
   * Changes what goes wrong on the way, for requests from now on; without a weather, nothing does. Chance starts anew from its seed.
   *
   * @throws TalonOneError `invalid_config` for a weather that cannot be, such as a probability of 2; then nothing changes.
   */
  setWeather: (weather?: Weather) => void
  /** Forgets everything; requests that are on their way fail. The weather stays, and its chance starts anew from its seed. */
  reset: () => void
  /**
   * Everything it remembers, copied, as plain data that JSON and structured clones carry: to go back to, or to store. Campaigns,
   * programs, the clock and the weather are not part of it.
   */
  snapshot: () => SandboxSnapshot
  /**
   * Makes it remember what a snapshot holds, and nothing else; the snapshot is copied, and may come from another sandbox or from JSON.
   *
   * @throws Error when it is no snapshot; nothing has changed then.
   */
  restore: (snapshot: SandboxSnapshot) => void
}

/**
 * Makes an in-memory Talon.One, with a memory of its own. Runs in a browser tab and in Node.
 *
 * @example
 * const sandbox = createSandbox()
 * const talonOne = createTalonOne({ fetch: sandbox.fetch })
 *
 * @throws TalonOneError `invalid_config` for a config that cannot be, such as two campaigns with one id or a probability of 2.
 */
export function createSandbox(config: SandboxConfig = {}): Sandbox {
  checkConfig(config)
  const {
    apiKey,
    testingKey,
    contentSignature,
    campaigns = demoCampaigns,
    programs = demoPrograms,
    products = [],
    clock = Date.now,
    latency = 0,
    unknownSession = 404,
  } = config
  const credentials: Credentials = { apiKey, testingKey, contentSignature }
  const registry: Registry = { attributes: config.attributes ?? {}, additionalCosts: config.additionalCosts }
  const fresh = (): State => {
    const memory = createState(campaigns, clock, programs)
    fillCatalog(memory, structuredClone(products))
    return memory
  }
  const state = fresh()
  // Which memory it is: each reset begins another one.
  let era = 0
  const inLane = createLanes()
  const weather = createWeather(config.weather)

  async function serve(request: Request): Promise<Response> {
    try {
      const access = await signIn(credentials, request)
      const url = new URL(request.url)
      const route = routeOf(request.method, url.pathname)
      const { name, endpoint } = route
      const input = await inputOf(request, route, url.searchParams, registry)
      if (access === 'dry requests' && !isDry(input)) throw new Refusal(401, 'This key makes dry requests only')
      return await inLane(lanesOf(endpoint, input, state), async () => {
        const begun = era
        if (latency > 0) await pause(latency)
        // As by a server that was started anew meanwhile.
        if (begun !== era) throw new TypeError('fetch failed')
        const key = request.headers.get('idempotency-key')
        const { status, body } = answerOnce(state, endpoint, key, input, () => {
          // The cast holds because `readInput` has just held the input to this row's own fields.
          const answered = handlers[name](state, input as never)
          const isNoContent = answered === undefined && !answersEmpty.has(name)
          return { status: isNoContent ? 204 : creates.has(name) ? 201 : 200, body: answered }
        })
        return answer(status, body)
      })
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal
      const operationId = operationOf(request)
      const isOfSession = refusal.status === 404 && operationId !== undefined && readsSession.has(operationId)
      const said = isOfSession && unknownSession === 400 ? new Refusal(400, refusal.message) : refusal
      return answer(said.status, bodyOf(said, operationId), said.headers)
    }
  }

  return {
    state,
    fetch: async (input, init) => {
      const signal = init?.signal ?? (isRequest(input) ? input.signal : undefined)
      signal?.throwIfAborted()
      return unlessAborted(signal, weather.carry(requestOf(input, init), serve))
    },
    setWeather: (next) => weather.set(next),
    reset: () => {
      era += 1
      Object.assign(state, fresh())
      weather.restart()
    },
    snapshot: () => snapshotOf(state),
    restore: (snapshot) => {
      Object.assign(state, memoryOf(snapshot))
      era += 1
    },
  }
}

const readsSession: ReadonlySet<string> = new Set(['getCustomerSession', 'returnCartItems', 'reopenCustomerSession'])

// A relative URL has no base in Node; the host is never looked at.
const anywhere = 'http://sandbox.invalid'

function requestOf(input: FetchInput, init: RequestInit | undefined): Request {
  // The signal is the caller's business: the server reads on when the caller has gone.
  if (isRequest(input)) return init === undefined ? input : new Request(input, { ...init, signal: null })
  return new Request(new URL(typeof input === 'string' ? input : input.href, anywhere), { ...init, signal: null })
}

// By its shape: a browser's, Node's and a test environment's requests are different classes.
function isRequest(input: FetchInput): input is Request {
  return typeof input === 'object' && 'url' in input
}

async function inputOf(
  request: Request,
  { name, endpoint, params }: Route,
  searchParams: URLSearchParams,
  registry: Registry,
): Promise<Record<string, unknown>> {
  const issues: TalonOneIssue[] = []
  const body = endpoint.body === undefined ? undefined : parse(await request.text())
  const input = readInput(endpoint, { params, searchParams, body }, issues)
  checkRegistered(registry, name, input, issues)
  if (issues.length > 0) throw invalidData(errorsOf(endpoint, issues))
  return input
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidData([{ title: 'Invalid JSON', details: 'the body must be a JSON object', source: { pointer: '' } }])
  }
}

function answer(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  if (body === undefined) return new Response(null, { status, headers })
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
}
