/** A shop for one test or story: a sandbox, a client and a query cache that nobody else has, and a cart that has been filled. */
import { QueryClient } from '@tanstack/react-query'
import { createTalonOne, type TalonOne } from '../client.ts'
import type { IntegrationCustomerSessionResponse } from '../effects.ts'
import { fill } from '../endpoint.ts'
import { getCustomerSession, updateCustomerSessionV2 } from '../endpoints.ts'
import { TalonOneError } from '../error.ts'
import * as engine from '../cart/engine.ts'
import { provideEngine } from '../cart/load-engine.ts'
import type { CartPlatform } from '../cart/platform.ts'
import { createMemoryStorage } from '../cart/storage.ts'
import { identify } from '../identity.ts'
import { createLocks } from '../lane.ts'
import { queryKeyFor, retries } from '../queries.ts'
import { handlers } from '../sandbox/handlers.ts'
import { createSandbox, demoCampaigns, type Sandbox, type SandboxConfig } from '../sandbox/index.ts'
import type { NewCustomerSessionV2 } from '../schema.ts'
import { type Scenario, type ScenarioName, scenarios, type StartingCart } from './scenarios.ts'

/** What proves who asks. The shop's client is a page, which has none: its proxy would add them. */
type Credential = 'apiKey' | 'testingKey' | 'contentSignature'

/**
 * What a shop for tests and stories takes; every option has a default. What is said here counts before what the scenario says. Everything
 * that a sandbox takes is here but its credentials: a page sends none.
 */
export interface TestShopOptions extends Scenario, Omit<SandboxConfig, Credential | keyof Scenario> {
  /** A bad day by name. Its campaigns run, and its codes are in use, beside those given here. Default: nothing goes wrong. */
  scenario?: ScenarioName
  /**
   * One that is there already, for instance another shopper's. Then `campaigns` and all else that `createSandbox` takes are its own; only
   * `weather` may be said here, and is set. Default: a new one.
   */
  sandbox?: Sandbox
  /** Who is shopping. @default 'ada' */
  profileId?: string
  /** The session `useCart()` is about. @default 'cart' */
  sessionId?: string
}

/** A shop with all that a provider needs. */
export interface OpenShop {
  sandbox: Sandbox
  client: TalonOne
  queryClient: QueryClient
  platform: Partial<CartPlatform>
  sessionId: string
  /** Says that a page looks at the shop. Returns the way to leave; when the last one has left, the cache is cleared. */
  enter: () => () => void
}

/** Opens a shop, its cart filled and in the cache already: the first render shows it. */
export function openShop(options: TestShopOptions = {}): OpenShop {
  // A test looks at the first render.
  provideEngine(engine)
  const {
    scenario: name,
    sandbox: ownSandbox,
    profileId = 'ada',
    sessionId = 'cart',
    cartItems,
    couponCodes,
    referralCode,
    prefetched,
    // The rest is the sandbox's, so that what its config gains gets there by itself.
    ...config
  } = options
  const scenario = scenarioOf(name)
  const sandbox = ownSandbox === undefined ? createSandbox(configOf(config, scenario)) : inWeather(ownSandbox, config, scenario)
  // A browser's own would be the page's: a request of another story that hangs would keep this one's waiting, and what one test leaves
  // behind would be there for the next.
  const locks = createLocks()
  const platform = { locks, storage: createMemoryStorage(), join: () => ({ post: () => {}, close: () => {} }) }
  const client = createTalonOne({
    // Looked up for each request, so that a test can spy on it.
    fetch: (input, init) => sandbox.fetch(input, init),
    profileId,
    locks,
  })
  const queryClient = createQueryClient()
  const answer = fillCart(sandbox, client, sessionId, contentsOf({ cartItems, couponCodes, referralCode }, scenario))
  if (prefetched ?? scenario.prefetched ?? true)
    queryClient.setQueryData(queryKeyFor(client, getCustomerSession, { customerSessionId: sessionId }), answer)
  return { sandbox, client, queryClient, platform, sessionId, enter: createDoor(() => queryClient.clear()) }
}

function scenarioOf(name: ScenarioName | undefined): Scenario {
  if (name === undefined) return {}
  if (Object.hasOwn(scenarios, name)) return scenarios[name]
  throw new TalonOneError('invalid_config', `there is no such scenario; there are: ${Object.keys(scenarios).join(', ')}`)
}

function configOf(config: SandboxConfig, scenario: Scenario): SandboxConfig {
  const weather = config.weather ?? scenario.weather
  return {
    ...config,
    campaigns: [...(config.campaigns ?? demoCampaigns), ...(scenario.campaigns ?? [])],
    ...(weather && { weather }),
  }
}

/** A sandbox that is there already, which takes nothing more than another weather. */
function inWeather(sandbox: Sandbox, { weather, ...config }: SandboxConfig, scenario: Scenario): Sandbox {
  const late = [...Object.entries(config), ['campaigns', scenario.campaigns] as const].find(([, value]) => value !== undefined)
  if (late)
    throw new TalonOneError('invalid_config', `\`${late[0]}\` comes too late for a sandbox of your own: give it to \`createSandbox\``)
  const sky = weather ?? scenario.weather
  if (sky) sandbox.setWeather(sky)
  return sandbox
}

function contentsOf(
  { cartItems, couponCodes = [], referralCode }: { [Name in keyof StartingCart]-?: StartingCart[Name] | undefined },
  scenario: Scenario,
): NewCustomerSessionV2 {
  const items = cartItems ?? scenario.cartItems
  const codes = [...couponCodes, ...(scenario.couponCodes ?? [])]
  return {
    ...(items && { cartItems: [...items] }),
    ...(codes.length > 0 && { couponCodes: codes }),
    ...(referralCode !== undefined && { referralCode }),
  }
}

/** Writes the cart past the weather, and returns what a read of it answers. Copies both, as a network does. */
function fillCart(
  { state }: Sandbox,
  client: TalonOne,
  customerSessionId: string,
  customerSession: NewCustomerSessionV2,
): IntegrationCustomerSessionResponse {
  if (!state.sessions.has(customerSessionId) || Object.keys(customerSession).length > 0) {
    const input = identify(updateCustomerSessionV2, { customerSessionId, customerSession }, client.profileId)
    // Throws for what the client would not send either.
    fill(updateCustomerSessionV2, input)
    handlers.updateCustomerSessionV2(state, structuredClone(input))
  }
  return structuredClone(handlers.getCustomerSession(state, { customerSessionId }))
}

/** Fails at the first try unless a hook says otherwise, asks the sandbox whatever the browser says of its network, and sets no timers. */
function createQueryClient(): QueryClient {
  const queryClient = new QueryClient({
    defaultOptions: {
      queries: { retry: false, gcTime: Infinity, networkMode: 'always' },
      mutations: { retry: false, gcTime: Infinity, networkMode: 'always' },
    },
  })
  // `bind` forgets type parameters, so each gets back the type it has.
  const completeQuery = queryClient.defaultQueryOptions.bind(queryClient) as QueryClient['defaultQueryOptions']
  const completeMutation = queryClient.defaultMutationOptions.bind(queryClient) as QueryClient['defaultMutationOptions']
  // The hooks' own rule counts before a cache's defaults, and waits for seconds.
  queryClient.defaultQueryOptions = (options) => once(completeQuery(options))
  queryClient.defaultMutationOptions = (options) => once(completeMutation(options))
  return queryClient
}

function once<Options extends { retry?: unknown }>(options: Options): Options {
  return options.retry === retries.retry ? { ...options, retry: false } : options
}

function createDoor(close: () => void): () => () => void {
  let looking = 0
  return () => {
    looking += 1
    return () => {
      looking -= 1
      // StrictMode leaves and comes back in one go.
      queueMicrotask(() => looking === 0 && close())
    }
  }
}
