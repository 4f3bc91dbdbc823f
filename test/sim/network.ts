/** The way between a cart and Talon.One: everything that may happen to a request, by seeded chance. */
import type { NewCustomerSessionV2 } from '../../src/index.ts'
import type { Dice } from './dice.ts'
import type { Answer, TalonOneModel } from './model.ts'
import type { VirtualTime } from './time.ts'

/** Faults that can be chosen by name, in the order in which they are drawn. */
export const faultNames = [
  'requestLost',
  'answerLost',
  'late',
  '409',
  '429',
  '500',
  '502',
  '503',
  '504',
  'html',
  'cut',
  'outage',
  'delay',
  'duplicate',
  'device',
] as const
export type Fault = (typeof faultNames)[number]

/** How likely each fault is per request, from 0 to 1; one that is missing never strikes. */
export type FaultProfile = ReadonlyMap<Fault, number>

/** One request of the cart, with what became of it. */
export interface Exchange {
  method: string
  sentAt: number
  /** When its sender heard of its end, be it an answer, an error or its own impatience. */
  endedAt: number | undefined
  /** How long its answer asked to wait, in milliseconds. */
  retryAfterMs: number | undefined
  /** How many writes were under way when it left, itself included. */
  writesAtOnce: number
}

export interface Network {
  fetch: typeof globalThis.fetch
  exchanges: Exchange[]
  /** How often each fault has struck. */
  strikes: Map<Fault, number>
}

export interface NetworkOptions {
  time: VirtualTime
  dice: Dice
  model: TalonOneModel
  profile: FaultProfile
  /** When the network heals. */
  faultsEnd: number
  /** How long a sender waits for an answer: what is late lands after this. */
  patience: number
  trace: (text: string) => void
}

const processingMs = 20
const longestOutage = 30_000
const longestDelay = 4_000
const longestDuplicate = 3_000
const longestLate = 15_000

export function createNetwork({ time, dice, model, profile, faultsEnd, patience, trace }: NetworkOptions): Network {
  const exchanges: Exchange[] = []
  const strikes = new Map<Fault, number>()
  let writes = 0
  const outageFrom = dice.between(0, faultsEnd)
  const outageEnd = Math.min(faultsEnd, outageFrom + dice.between(5_000, longestOutage))

  function strike(fault: Fault): boolean {
    const struck = time.now() < faultsEnd && dice.chance(profile.get(fault) ?? 0)
    if (struck) strikes.set(fault, (strikes.get(fault) ?? 0) + 1)
    return struck
  }

  function draw(): Fault | undefined {
    const able = faultNames.filter((fault) => profile.has(fault) && !['outage', 'delay', 'duplicate', 'device'].includes(fault))
    const first = dice.between(0, Math.max(0, able.length - 1))
    return [...able.slice(first), ...able.slice(0, first)].find(strike)
  }

  const fetch: typeof globalThis.fetch = async (input, init) => {
    // ky hands over a request of its own.
    const request = input instanceof Request && !init?.signal ? input : new Request(input, init)
    const { method, signal } = request
    const text = await request.text()
    // The cart's own body, as the endpoint table writes it.
    const session = text ? (JSON.parse(text) as { customerSession: NewCustomerSessionV2 }).customerSession : undefined
    const isWrite = method === 'PUT'
    if (isWrite) writes++
    const exchange: Exchange = {
      method,
      sentAt: time.now(),
      endedAt: undefined,
      retryAfterMs: undefined,
      writesAtOnce: isWrite ? writes : 0,
    }
    const name = `${method} ${exchanges.push(exchange)}`
    trace(`${name} leaves${session ? `: ${describe(session)}` : ''}`)
    time.busy(-1)
    return new Promise<Response>((resolve, reject) => {
      const end = (outcome: string): boolean => {
        if (exchange.endedAt !== undefined) return false
        exchange.endedAt = time.now()
        if (isWrite) writes--
        time.busy(1)
        trace(`${name} ends: ${outcome}`)
        return true
      }
      const fail = () => end('network error') && reject(new TypeError('fetch failed'))
      const answer = (given: Given) => {
        if (!end(given.name)) return
        exchange.retryAfterMs = given.retryAfterMs
        resolve(given.response())
      }
      signal.addEventListener('abort', () => end('given up') && reject(signal.reason), { once: true })
      travel(name, method, session, answer, fail)
    })
  }

  function travel(
    name: string,
    method: string,
    session: NewCustomerSessionV2 | undefined,
    answer: (given: Given) => void,
    fail: () => void,
  ): void {
    if (profile.has('outage') && time.now() >= outageFrom && time.now() < outageEnd) {
      strikes.set('outage', (strikes.get('outage') ?? 0) + 1)
      trace(`${name} meets outage`)
      return time.at(time.now() + dice.between(1, 10), fail)
    }
    const fault = draw()
    const isDelayed = strike('delay')
    const isDuplicated = fault !== 'requestLost' && fault !== 'late' && strike('duplicate')
    const [up, down] = [dice.between(10, 60), dice.between(10, 60)]
    const delays = isDelayed ? [dice.between(0, longestDelay), dice.between(0, longestDelay)] : [0, 0]
    const arrival = time.now() + up + (delays[0] ?? 0)
    const isBefore = dice.chance(0.5)
    const said = [fault, isDelayed && 'delay', isDuplicated && 'duplicate'].filter(Boolean).join(', ')
    if (said) trace(`${name} meets ${said}`)

    /** Carried out at a moment; what it was answered is told a little later. */
    const carryOut = (moment: number, label: string, tell: (given: Answer) => void) =>
      time.at(moment, () => {
        const finish = model.begin(method, session)
        time.at(moment + processingMs, () => {
          const given = finish()
          trace(`${label} lands: ${given.status}${given.status === 200 ? `, ${describe(model.session)}` : ''}`)
          tell(given)
        })
      })
    const later = (given: Given) => time.at(time.now() + down + (delays[1] ?? 0), () => answer(given))
    const nobody = () => {}

    if (isDuplicated) carryOut(arrival + dice.between(1, longestDuplicate), `${name} (duplicate)`, nobody)
    if (fault === undefined) return carryOut(arrival, name, (given) => later(json(given.status, given.body)))
    if (fault === 'late') return carryOut(time.now() + patience + dice.between(1, longestLate), `${name} (late)`, nobody)
    // Half of what is lost is an error at once, half is silence.
    if (fault === 'requestLost') return isBefore ? time.at(arrival, fail) : undefined
    if (fault === 'answerLost') return carryOut(arrival, name, () => isBefore && time.at(time.now() + down, fail))
    if (fault === 'cut') return carryOut(arrival, name, ({ status, body }) => later(cutOff(status, body, isBefore)))
    const refusal = refusalOf(fault, dice)
    // Who stands between cannot know whether the write has been carried out.
    const mayHaveLanded = ['500', '502', '504', 'html'].includes(fault)
    if (mayHaveLanded && isBefore) return carryOut(arrival, name, () => later(refusal))
    time.at(arrival, () => later(refusal))
  }

  return { fetch, exchanges, strikes }
}

interface Given {
  name: string
  retryAfterMs: number | undefined
  response: () => Response
}

function json(status: number, body: unknown, retryAfterSeconds?: number): Given {
  const isAsked = retryAfterSeconds !== undefined
  return {
    name: `${status}${isAsked ? `, Retry-After ${retryAfterSeconds} s` : ''}`,
    retryAfterMs: isAsked ? retryAfterSeconds * 1000 : undefined,
    response: () =>
      new Response(JSON.stringify(body), {
        status,
        headers: { 'content-type': 'application/json', ...(isAsked && { 'retry-after': String(retryAfterSeconds) }) },
      }),
  }
}

function page(status: number): Given {
  const response = () => new Response('<!doctype html><title>Please wait</title>', { status, headers: { 'content-type': 'text/html' } })
  return { name: `${status}, an HTML page`, retryAfterMs: undefined, response }
}

function cutOff(status: number, body: unknown, isBroken: boolean): Given {
  const text = JSON.stringify(body)
  const half = text.slice(0, text.length / 2)
  const broken = () =>
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(half))
        controller.error(new TypeError('terminated'))
      },
    })
  return {
    name: `${status}, cut off${isBroken ? ' by a broken connection' : ''}`,
    retryAfterMs: undefined,
    response: () => new Response(isBroken ? broken() : half, { status, headers: { 'content-type': 'application/json' } }),
  }
}

function refusalOf(fault: Fault, dice: Dice): Given {
  if (fault === 'html') return page(dice.pick([200, 502, 503]))
  const mayAsk = fault === '429' || fault === '503'
  return json(Number(fault), { message: 'refused' }, mayAsk && dice.chance(0.5) ? dice.between(1, 5) : undefined)
}

interface Described {
  cartItems?: readonly { sku: string; quantity: number }[] | undefined
  couponCodes?: readonly string[] | undefined
  referralCode?: string | undefined
  attributes?: object | undefined
  additionalCosts?: Readonly<Record<string, { price: number }>> | undefined
  updateCount?: number
}

/** What a session holds, in a few words. */
export function describe(session: Described | undefined): string {
  if (!session) return 'no session'
  const { cartItems = [], couponCodes = [], referralCode, attributes = {}, additionalCosts = {}, updateCount } = session
  const others = [...Object.entries(attributes), ...Object.entries(additionalCosts).map(([name, { price }]) => [name, price])]
  const parts = [
    cartItems.map(({ sku, quantity }) => `${sku} ${quantity}`).join(' '),
    couponCodes.join(' '),
    referralCode,
    others.map(([name, value]) => `${name} ${value}`).join(' '),
  ]
  return `${updateCount === undefined ? '' : `revision ${updateCount}, `}[${parts.filter(Boolean).join(' | ')}]`
}
