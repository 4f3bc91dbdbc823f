/** Runs a schedule: a proxy of its own, over a Talon.One that says too much, and every request of it with all that came of it. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { identitiesOf } from '../../src/identity.ts'
import { readBytes } from '../../src/proxy/body.ts'
import { contentSignature } from '../../src/proxy/content-signature.ts'
import type { IdentifyStaff, Shopper, Staff } from '../../src/proxy/identity.ts'
import type { PricedDraft } from '../../src/proxy/pricing.ts'
import { handleOf, type Proxy, type ProxyEvent, type ProxyOptions } from '../../src/proxy/proxy.ts'
import { createShopperProxy } from '../../src/proxy/shopper.ts'
import { createStaffProxy } from '../../src/proxy/staff.ts'
import { createMemoryStore } from '../../src/proxy/store.ts'
import type { HookFault } from './draft.ts'
import { ask, type Asked, type Drawn, type Plan } from './grammar.ts'
import { installClock, type VirtualClock } from './time.ts'
import { answer, type Answered, fail, readSent, type Sent } from './upstream.ts'
import { applicationKey, canary, key, ownSessionId, priceOf, secret, type Setup, small, tight } from './world.ts'

/** A request and what came of it. */
export interface Exchange {
  drawn: Drawn
  asked: Asked
  sent: Sent[]
  /** What Talon.One answered; undefined where nothing came, or where it was not asked. */
  answered?: Omit<Answered, 'response'>
  /** Writes of the same shopper that were under way at Talon.One when this one's came there, itself included. */
  writesAtOnce: number
  /** It came after a newer one of the same page. */
  isOvertaken: boolean
  status: number
  headers: Readonly<Record<string, string>>
  text: string
  /** The proxy rejected instead of answering. */
  thrown?: unknown
  events: (ProxyEvent & { sentBefore: number })[]
  log: string[]
}

export interface Run {
  plan: Plan
  exchanges: readonly Exchange[]
  /** Requests that a platform refuses to make. */
  unsendable: number
  /** What was said, or thrown, of no request in particular. */
  stray: readonly string[]
  /** Whether every request was answered, however late. */
  isOver: boolean
}

const current = new AsyncLocalStorage<Exchange>()
const base = 'https://shop.talon.one'

export async function runPlan(plan: Plan, asks: (drawn: Drawn) => Asked = (drawn) => ask(plan, drawn)): Promise<Run> {
  const clock = installClock()
  const stray: string[] = []
  const restore = listen(stray)
  const exchanges: Exchange[] = []
  let unsendable = 0
  let isOver = true
  try {
    const proxy = createProxy(plan.setup, clock)
    for (const group of groupsOf(plan.requests)) {
      const tasks = group.flatMap((drawn) => {
        const exchange = exchangeOf(drawn, asks(drawn))
        const request = requestOf(exchange.asked)
        if (request === undefined) {
          unsendable++
          return []
        }
        exchanges.push(exchange)
        return [current.run(exchange, () => carryOut(exchange, proxy, request))]
      })
      isOver = (await clock.settle(tasks)) && isOver
    }
  } finally {
    restore()
    clock.uninstall()
  }
  return { plan, exchanges, unsendable, stray, isOver }
}

function* groupsOf(requests: readonly Drawn[]): Generator<Drawn[]> {
  for (let start = 0; start < requests.length;) {
    const group = requests[start]?.group
    let end = start
    while (end < requests.length && requests[end]?.group === group) end++
    yield requests.slice(start, end)
    start = end
  }
}

const exchangeOf = (drawn: Drawn, asked: Asked): Exchange => ({
  drawn,
  asked,
  sent: [],
  writesAtOnce: 0,
  isOvertaken: false,
  status: 0,
  headers: {},
  text: '',
  events: [],
  log: [],
})

/** Undefined where the platform refuses to make one. */
function requestOf({ method, url, headers, bytes, draft }: Asked): Request | undefined {
  const hasBody = bytes !== undefined && method !== 'GET' && method !== 'HEAD'
  const body = hasBody && draft.isEndless ? endless(bytes) : bytes
  try {
    return new Request(url, { method, headers, ...(hasBody && { body: body as BodyInit, duplex: 'half' }) })
  } catch {
    return undefined
  }
}

const endless = (bytes: Uint8Array) => new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(bytes) })

async function carryOut(exchange: Exchange, proxy: Proxy, request: Request): Promise<void> {
  // Every other request as a server does that writes answers in its own way.
  const handle = exchange.drawn.number % 2 === 0 ? handleOf(proxy) : undefined
  try {
    if (handle) {
      const { status, headers, body } = await handle(request, (most) => readBytes(request.body, most))
      Object.assign(exchange, { status, headers, text: body ?? '' })
    } else {
      const response = await proxy(request)
      Object.assign(exchange, { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() })
    }
  } catch (thrown) {
    exchange.thrown = thrown
  }
}

const consoleNames = ['log', 'info', 'warn', 'error', 'debug'] as const

/** What the console is told belongs to the request that told it. */
function listen(stray: string[]): () => void {
  const real = consoleNames.map((name) => [name, console[name]] as const)
  const keep = (...told: unknown[]) => {
    const text = told
      .map((part) => (part instanceof Error ? `${part.stack}` : typeof part === 'string' ? part : JSON.stringify(part)))
      .join(' ')
    const exchange = current.getStore()
    if (exchange) exchange.log.push(text)
    else stray.push(text)
  }
  const onRejection = (reason: unknown) => void stray.push(`unhandled: ${String(reason)}`)
  for (const name of consoleNames) console[name] = keep
  process.on('unhandledRejection', onRejection)
  return () => {
    for (const [name, log] of real) console[name] = log
    process.off('unhandledRejection', onRejection)
  }
}

// The proxy

const endlessly = { most: 1_000_000, perMs: 1e9 }
const few = (most: number) => ({ most, perMs: 1e9 })
const limitsOf = {
  generous: { requests: endlessly, codes: endlessly, networkCodes: endlessly, guests: endlessly },
  small: { requests: endlessly, codes: endlessly, networkCodes: endlessly, guests: endlessly, ...small },
  tight: { requests: few(tight.requests), codes: few(tight.codes), networkCodes: few(tight.networkCodes), guests: few(tight.guests) },
}

function createProxy(setup: Setup, clock: VirtualClock): Proxy {
  const {
    is,
    pricing,
    operations,
    fields,
    couponReasons,
    hasGuests,
    hasNetwork,
    origins,
    limits,
    hasOwnSessions,
    audience,
    basePath,
    log,
  } = setup
  const credential =
    setup.credential === 'key' ? { apiKey: key } : { contentSignature: contentSignature({ applicationId: 7, applicationKey }) }
  const shared: Omit<ProxyOptions, 'onEvent'> = { upstream: { baseUrl: base, ...credential }, basePath, origins, fetch: upstreamOf(setup) }
  const told = log === 'console' ? {} : { onEvent: (event: ProxyEvent) => hear(event, log) }
  if (is === 'staff') {
    const lengths = limits === 'small' ? { limits: { body: small.body, depth: small.depth } } : {}
    return createStaffProxy({ ...shared, ...told, ...lengths, identify: identifyStaff })
  }
  return createShopperProxy({
    ...shared,
    ...told,
    secret,
    audience,
    operations,
    fields,
    couponReasons,
    pricing: pricing === 'hook' ? priceOnServer : pricing,
    identify: () => identifyShopper(),
    ...(hasGuests && { guests: true as const }),
    ...(hasNetwork && { network: () => '203.0.113.7' }),
    ...(hasOwnSessions && { session: (shopper: Shopper, browserId: string) => ownSession(shopper, browserId) }),
    limits: limitsOf[limits],
    store: createMemoryStore({ clock }),
  })
}

function hear(event: ProxyEvent, log: Setup['log']): void | Promise<never> {
  const exchange = current.getStore()
  exchange?.events.push({ ...event, sentBefore: exchange.sent.length })
  if (log === 'throws') throw new TypeError(`${canary} of a log`)
  if (log === 'rejects') return Promise.reject(new TypeError(`${canary} of a log`))
}

// The shop's own code

const here = (): Exchange => {
  const exchange = current.getStore()
  if (exchange === undefined) throw new Error('this belongs to no request')
  return exchange
}

function identifyShopper(): Shopper | null | Promise<Shopper | null> {
  const { asked, drawn } = here()
  // The cast stands for a shop that does not keep to the types.
  if (asked.draft.identify) return asked.draft.identify() as Shopper
  const { caller } = drawn
  if ('subject' in caller || caller.isGuest || caller.profileId === undefined) return null
  return later(drawn, { profileId: caller.profileId, loyaltyCardIds: caller.cards })
}

const identifyStaff: IdentifyStaff = () => {
  const { asked, drawn } = here()
  if (asked.draft.identify) return asked.draft.identify() as Staff
  const { caller } = drawn
  if (!('subject' in caller)) return null
  const { subject, scopes, age } = caller
  return later(drawn, { subject, scopes, ...(age !== undefined && { signedInAt: new Date(Date.now() - age) }) })
}

// Some hooks ask a database, and others overtake them meanwhile.
function later<Value>({ number }: Drawn, value: Value): Value | Promise<Value> {
  if (number % 4 === 0) return value
  return number % 4 === 1 ? new Promise((resolve) => setImmediate(resolve, value)) : Promise.resolve().then(() => value)
}

function fault(kind: HookFault): never | Promise<never> | undefined {
  if (kind === 'throws') throw new TypeError(`${canary} ${key}`)
  if (kind === 'rejects') return Promise.reject(new RangeError(`${canary} ${secret}`))
  return kind === 'never' ? new Promise<never>(() => {}) : undefined
}

function priceOnServer({ items }: { items: readonly { sku: string; quantity: number }[] }): PricedDraft | Promise<PricedDraft> {
  const { asked, drawn } = here()
  if (asked.draft.pricing) {
    const cartItems = [...items.slice(1), { sku: 'vz-other', quantity: 1, price: 1 }]
    return fault(asked.draft.pricing) ?? { cartItems }
  }
  const cartItems = items.map((item) => {
    const price = priceOf(item.sku)
    return price === undefined ? undefined : { ...item, price, category: 'Priced' }
  })
  return later(drawn, { cartItems, additionalCosts: { shipping: { price: 4.9 } } })
}

function ownSession({ profileId }: Shopper, browserId: string): string | null | Promise<string | null> {
  const { draft } = here().asked
  if (draft.session) return fault(draft.session) ?? '..'
  return browserId.startsWith('vz-none') ? null : ownSessionId(profileId, browserId)
}

// Talon.One

function upstreamOf(setup: Setup): typeof globalThis.fetch {
  const underWay = new Map<unknown, number>()
  const latest = new Map<string, number>()

  return async (input, init = {}) => {
    if (typeof input !== 'string') throw new Error('a proxy is to ask by a URL in text')
    const exchange = here()
    const { draft } = exchange.asked
    const { body } = init
    const sent = readSent(input, { ...init, ...(body instanceof Blob && { body: (await body.text()) || null }) })
    exchange.sent.push(sent)
    const isWrite = sent.row?.kind === 'write' && sent.input.dry !== true && setup.is === 'shopper'
    const [whose] = isWrite && sent.row ? identitiesOf(sent.row, sent.input) : []
    if (isWrite) exchange.writesAtOnce = count(whose, 1)
    if (isWrite) exchange.isOvertaken = isOvertaken(exchange.asked, sent)
    try {
      await later(exchange.drawn, undefined)
      const proper = answer(sent, setup)
      const answering = draft.upstream === undefined ? proper : fail(draft.upstream, proper, sent, setup)
      const aborted = new Promise<never>((_, reject) => init.signal?.addEventListener('abort', () => reject(new TypeError('aborted'))))
      const { response, ...answered } = await Promise.race([answering, aborted])
      exchange.answered = answered
      return response
    } finally {
      if (isWrite) count(whose, -1)
    }
  }

  function isOvertaken({ headers }: Asked, { url, row }: Sent): boolean {
    const sequence = headers.findLast(([name]) => name === 'x-talon-sequence')?.[1]
    const [page = '', count] = sequence?.split('.') ?? []
    if (row?.operationId !== 'updateCustomerSessionV2' || count === undefined) return false
    const key = `${url} ${page}`
    const isLate = Number(count) <= (latest.get(key) ?? -1)
    if (!isLate) latest.set(key, Number(count))
    return isLate
  }

  function count(whose: unknown, by: number): number {
    const next = (underWay.get(whose) ?? 0) + by
    underWay.set(whose, next)
    return next
  }
}
