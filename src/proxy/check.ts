import { type Check, type CheckVerdict, checks, type Finding, type Scene, type TestShopper } from './checks.ts'
import { createProbe, Limited, type Probe, sessionIn, Unanswered, type Who } from './probe.ts'

/** What {@link checkProxy} takes. */
export interface ProxyCheckOptions {
  /**
   * What signs a test shopper in, such as `{ cookie: 'sid=…' }`. Make one for this: the checks leave carts behind. Without
   * it only what strangers can do is checked, and the rest is skipped.
   */
  headers?: HeadersInit
  /** The same of another test shopper: without it, whether one gets at the other is skipped. */
  otherHeaders?: HeadersInit
  /** A product that the shop sells: with it, the check of prices always says something. Default: one that nobody sells. */
  sku?: string
  /**
   * Guess at coupon codes, at most 40 random ones, until the proxy has had enough. It locks the test shopper, and maybe the address you
   * come from, out for a while. @default false
   */
  guesses?: boolean
  /** How long an answer may take, in milliseconds. @default 10000 */
  timeoutMs?: number
  /** Sends to the proxy. Default: the platform's. A browser's sends no `Origin` or `Sec-Fetch-Site` of the caller's: run this elsewhere. */
  fetch?: typeof globalThis.fetch
  /** Each result as it comes. */
  onCheck?: (result: CheckResult) => void
}

/** One check of {@link checkProxy}. Holds no header, id, code or body. */
export interface CheckResult {
  /** Stable: `custom-header`. */
  name: string
  /** What it tried. */
  tries: string
  verdict: CheckVerdict
  /** Why, unless there is nothing to say. */
  reason?: string
  /** What to do about a failure. */
  advice?: string
}

/** What {@link checkProxy} found. */
export interface CheckReport {
  passed: number
  failed: number
  skipped: number
  /** In the order they were carried out. */
  checks: readonly CheckResult[]
}

/**
 * Attacks a shopper's proxy from outside, be it `createShopperProxy`'s or one written by hand, and tells what got through.
 *
 * Safe against a running shop: at most 70 requests, one after the other, without those of `guesses`; it writes only into sessions with
 * random ids, of the test shoppers it was given or of nobody, uses random coupon codes only, and asks for nothing staff may do but with ids
 * that nobody has.
 * It leaves open sessions behind, empty ones and one with a single product. A proxy that fails may also leave some of the empty ones
 * closed or cancelled, and a profile with a random id. Where the proxy limits requests, it waits as long as `Retry-After` says, up to
 * three minutes in all.
 *
 * @param url Where the proxy is mounted: `https://shop.example/talon-one`.
 * @throws Error when there is nothing to check: no answer, no proxy, headers that sign nobody in, or an answer that stops coming.
 */
export async function checkProxy(url: string, options: ProxyCheckOptions = {}): Promise<CheckReport> {
  const { headers, otherHeaders, timeoutMs = 10_000, fetch = globalThis.fetch, onCheck } = options
  const mount = mountOf(url)
  if (!(timeoutMs > 0 && timeoutMs < 2 ** 31)) throw wrong('`timeoutMs` must be a number of milliseconds above 0')
  if (otherHeaders && !headers) throw wrong('`otherHeaders` needs `headers` beside it')
  checkHeaders({ headers, otherHeaders })
  const probe = createProbe({ mount, headers: { shopper: headers, other: otherHeaders, nobody: undefined }, fetch, timeoutMs })
  const scene = await prepare(probe, options)
  const results: CheckResult[] = []
  for (const check of checks) {
    probe.begin(check.name)
    const result = resultOf(check, await carryOut(check, scene))
    results.push(result)
    onCheck?.(result)
  }
  const count = (verdict: CheckVerdict) => results.filter((result) => result.verdict === verdict).length
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped'), checks: results }
}

async function prepare(probe: Probe, { headers, otherHeaders, sku, guesses = false }: ProxyCheckOptions): Promise<Scene> {
  const met = await meet(probe, 'shopper', headers ? '`headers`' : undefined)
  const other = otherHeaders ? await meet(probe, 'other', '`otherHeaders`') : undefined
  if (other?.profileId !== undefined && other.profileId === met?.profileId)
    throw wrong('`headers` and `otherHeaders` sign in the same shopper')
  return {
    probe,
    shopper: headers && met,
    other,
    sku,
    guesses,
    foreignId: other?.profileId ?? `check-${crypto.randomUUID()}`,
    nowhere: `/v1/nothing-${crypto.randomUUID()}`,
    answersOfNowhere: new Map(),
  }
}

/** Writes an empty cart, as a page does: whether somebody answers who may be a proxy, and takes the shopper for one. */
async function meet(probe: Probe, who: Who, option: string | undefined): Promise<TestShopper | undefined> {
  const sessionId = crypto.randomUUID()
  const body = { customerSession: { cartItems: [] }, responseContent: ['customerSession'] }
  const answer = await greet(() => probe.send('PUT', `/v2/customer_sessions/${sessionId}`, { as: who, body }))
  const { status, data } = answer
  const says = `the first cart was answered ${status}`
  if (status === 404 || status === 405) throw wrong(`no proxy there, ${says}: the URL must be the one it is mounted at`)
  if (status === 0 || (status > 299 && status < 400)) throw wrong(`no proxy there: it sends callers elsewhere (${status})`)
  if (status > 499) throw wrong(`${says}: the proxy or the Talon.One behind it does not work, so nothing can be told from its answers`)
  if (data === undefined && status !== 204) throw wrong(`no proxy there, ${says} with something that is no JSON, such as a page`)
  if (status < 300) return { sessionId, profileId: profileIdOf(sessionIn(answer)) }
  if (option === undefined) return undefined
  if (status === 401 || status === 403) throw wrong(`${option} sign nobody in: ${says}`)
  throw wrong(`the proxy refuses an empty cart: ${says}, which the client of this package could not use either`)
}

async function greet<Value>(send: () => Promise<Value>): Promise<Value> {
  try {
    return await send()
  } catch (error) {
    if (error instanceof Unanswered) throw wrong(`nobody there: ${error.message}`)
    if (error instanceof Limited) throw wrong('the proxy takes no more requests of this shopper or address now (429): try again later')
    throw error
  }
}

function profileIdOf(session: Record<string, unknown> | undefined): string | undefined {
  return typeof session?.profileId === 'string' && session.profileId !== '' ? session.profileId : undefined
}

async function carryOut(check: Check, scene: Scene): Promise<Finding> {
  const missing = missingFor(check, scene)
  if (missing !== undefined) return { verdict: 'skipped', reason: missing }
  try {
    return await check.run(scene)
  } catch (error) {
    if (error instanceof Limited) return { verdict: 'skipped', reason: 'the proxy took no more requests (429): run it again later' }
    if (!(error instanceof Unanswered)) throw error
    await isStillThere(check, scene)
    return { verdict: 'failed', reason: error.message }
  }
}

function missingFor({ needs }: Check, { shopper, other, guesses }: Scene): string | undefined {
  if (needs !== 'nobody' && !shopper) return 'needs `headers` that sign a test shopper in'
  if (needs === 'other' && !other) return 'needs `otherHeaders` that sign another test shopper in'
  if (needs === 'guesses' && !guesses) return 'needs `guesses: true`, for it locks the test shopper out for a while'
  return undefined
}

/** Else each further check would fail for want of an answer. */
async function isStillThere({ name }: Check, { probe }: Scene): Promise<void> {
  try {
    await probe.sendOnce('GET', '/v1/nothing', { as: 'nobody' })
  } catch {
    throw wrong(`the proxy has not answered any more since \`${name}\`: that check may have brought it down`)
  }
}

function resultOf({ name, tries, advice }: Check, { verdict, reason }: Finding): CheckResult {
  return { name, tries, verdict, ...(reason !== undefined && { reason }), ...(verdict === 'failed' && { advice }) }
}

function mountOf(url: string): string {
  if (!URL.canParse(url)) throw wrong('the URL is none')
  const { protocol, username, password, search, hash, origin, pathname } = new URL(url)
  if (protocol !== 'https:' && protocol !== 'http:') throw wrong('the URL must begin with https:// or http://')
  if (username !== '' || password !== '' || search !== '' || hash !== '')
    throw wrong('the URL must be an address and a path, without a name, a query or a fragment')
  return origin + pathname.replace(/\/+$/, '')
}

// The platform's own words would quote them.
function checkHeaders(given: Readonly<Record<string, HeadersInit | undefined>>): void {
  for (const [option, headers] of Object.entries(given)) {
    try {
      new Headers(headers)
    } catch {
      throw wrong(`\`${option}\` are no headers`)
    }
  }
}

function wrong(what: string): Error {
  return new Error(`checkProxy: ${what}`)
}
