/** The way between a cart and Talon.One: everything that may happen to a request, by seeded chance. */
import type { NewCustomerSessionV2 } from '../../src/index.ts'
import { createDice, type Dice } from '../runner/dice.ts'
import type { FaultProfile, RequestFault, Strikes } from './faults.ts'
import type { Answer, Shopper, TalonOneModel } from './model.ts'
import { differences, type Facts, factsOf } from './shopper.ts'
import type { Names } from './names.ts'
import type { Tab } from './tab.ts'
import type { VirtualTime } from './time.ts'

/** One request of a cart, with what became of it. */
export interface Exchange {
  tab: Tab
  method: string
  sentAt: number
  /** When its sender heard of its end, be it an answer, an error or its own impatience. */
  endedAt: number | undefined
  /** How long its answer asked to wait, in milliseconds. */
  retryAfterMs: number | undefined
  /** How many writes were under way when it left, itself included. */
  writesAtOnce: number
  /** Whether it left although the browser had been offline for a while. */
  isOffline: boolean
  /** How long its page had been hidden and online, in milliseconds, while another one is there that somebody sees. */
  hiddenMs: number
  /** Whether it was answered, and not with an error. */
  isThrough: boolean
  /** Whose cookie it carried. */
  shopper: Shopper | undefined
  /** Each time it was carried out and made a difference. */
  landings: Landing[]
}

export interface Landing {
  at: number
  /** What it has left at the server. */
  facts: Facts
}

/** A request of a cart. */
export interface Call {
  tab: Tab
  method: string
  session: NewCustomerSessionV2 | undefined
  signal: AbortSignal | undefined
}

/** What came back, as it came over the wire. */
export interface Reply {
  status: number
  text: string
  contentType: string
  retryAfterSeconds: number | undefined
  /** Whether the connection broke in the middle of the text. */
  isBroken: boolean
}

export interface Network {
  /** Rejects when nothing came back, or when the caller gave up. */
  carry: (call: Call) => Promise<Reply>
  /** Nothing gets through for so many milliseconds. */
  breakDown: (ms: number) => void
  exchanges: readonly Exchange[]
  /** Infinity: online. */
  offlineSince: number
  onlineSince: number
  /** Who is signed in. */
  shopper: Shopper | undefined
}

export interface NetworkOptions {
  seed: number
  names: Names
  time: VirtualTime
  model: TalonOneModel
  profile: FaultProfile
  strikes: Strikes
  /** When the network heals. */
  faultsEnd: number
  /** How long a sender waits for an answer: what is late lands after this. */
  patience: number
  say: ((text: string) => void) | undefined
  /** Whether somebody looks at a page that is awake. */
  isSeen: () => boolean
}

const processingMs = 20
/** What a request that is about to leave may take until it does: a slow storage. */
const offlineGraceMs = 2_500
const longestDelay = 4_000
const longestDuplicate = 3_000
const longestLate = 15_000

/** Faults of which a request meets one at the most, in the order in which they are drawn. */
const exclusive = ['requestLost', 'answerLost', 'late', '409', '429', '500', '502', '503', '504', 'html', 'cut'] as const
type Exclusive = (typeof exclusive)[number]

/** What becomes of a request. */
interface Fate {
  fault: Exclusive | undefined
  isDelayed: boolean
  isDuplicated: boolean
  /** Milliseconds there and back. */
  up: number
  down: number
  /** For what can go two ways. */
  isFirstHalf: boolean
  dice: Dice
}

export function createNetwork({ seed, names, time, model, profile, strikes, faultsEnd, patience, say, isSeen }: NetworkOptions): Network {
  const exchanges: Exchange[] = []
  const able = exclusive.filter((fault) => profile.has(fault))
  let writes = 0
  let downUntil = 0

  function carry(call: Call): Promise<Reply> {
    const { tab, method, session, signal } = call
    const isWrite = method === 'PUT'
    if (isWrite) writes++
    const exchange: Exchange = {
      tab,
      method,
      sentAt: time.now(),
      endedAt: undefined,
      retryAfterMs: undefined,
      writesAtOnce: isWrite ? writes : 0,
      isOffline: time.now() - network.offlineSince > offlineGraceMs,
      hiddenMs: isSeen() ? time.now() - Math.max(tab.hiddenAt ?? time.now(), network.onlineSince) : 0,
      isThrough: false,
      shopper: network.shopper,
      landings: [],
    }
    const number = exchanges.push(exchange)
    const name = `${method} ${number}`
    say?.(`tab ${tab.number}: ${name} leaves${session ? `: ${describe(session)}` : ''}`)
    return new Promise<Reply>((resolve, reject) => {
      const end = (outcome: string): boolean => {
        if (exchange.endedAt !== undefined) return false
        exchange.endedAt = time.now()
        if (isWrite) writes--
        signal?.removeEventListener('abort', giveUp)
        say?.(`tab ${tab.number}: ${name} ends: ${outcome}`)
        return true
      }
      const giveUp = () => end('given up') && reject(signal?.reason)
      const fail = () => tab.deliver(() => end('network error') && reject(new TypeError('fetch failed')))
      const answer = (reply: Reply) =>
        tab.deliver(() => {
          const { status, isBroken, retryAfterSeconds } = reply
          if (!end(`${status}${isBroken ? ', broken off' : retryAfterSeconds ? `, Retry-After ${retryAfterSeconds} s` : ''}`)) return
          exchange.isThrough = status < 400 && !isBroken
          exchange.retryAfterMs = retryAfterSeconds && retryAfterSeconds * 1000
          resolve(reply)
        })
      signal?.addEventListener('abort', giveUp)
      tab.onEnd(() => end('its page is gone'))
      travel(name, fateOf(names.next('r')), exchange, call, answer, fail)
    })
  }

  // Each has dice of its own, so that what happens to one does not depend on the others.
  function fateOf(name: string): Fate {
    const dice = createDice(seed, name)
    const isFaulty = time.now() < faultsEnd && time.now() >= downUntil && network.offlineSince > time.now()
    const meets = (kind: RequestFault) => {
      const isMet = dice.chance(profile.get(kind) ?? 0)
      return isFaulty && isMet && strikes.strike(kind, name)
    }
    const first = dice.between(0, Math.max(0, able.length - 1))
    const fault = [...able.slice(first), ...able.slice(0, first)].find(meets)
    const isDelayed = meets('delay')
    const isDuplicated = fault !== 'requestLost' && fault !== 'late' && meets('duplicate')
    const [there, back] = [dice.between(0, longestDelay), dice.between(0, longestDelay)]
    const up = dice.between(10, 60) + (isDelayed ? there : 0)
    const down = dice.between(10, 60) + (isDelayed ? back : 0)
    return { fault, isDelayed, isDuplicated, up, down, isFirstHalf: dice.chance(0.5), dice }
  }

  function travel(
    name: string,
    fate: Fate,
    exchange: Exchange,
    { method, session }: Call,
    answer: (reply: Reply) => void,
    fail: () => void,
  ): void {
    const { fault, isDelayed, isDuplicated, up, down, isFirstHalf, dice } = fate
    if (network.offlineSince <= time.now()) {
      say?.(`${name} is offline`)
      return time.at(time.now() + 1, fail)
    }
    if (time.now() < downUntil) {
      say?.(`${name} meets outage`)
      strikes.count('outage')
      return time.at(time.now() + dice.between(1, 10), fail)
    }
    if (fault ?? (isDelayed || isDuplicated))
      say?.(`${name} meets ${[fault, isDelayed && 'delay', isDuplicated && 'duplicate'].filter(Boolean).join(', ')}`)

    /** Carried out at a moment; what it was answered is told a little later. */
    const { shopper } = exchange
    const carryOut = (moment: number, label: string, tell: (given: Answer) => void) =>
      time.at(moment, () => {
        const finish = model.begin({ method, session, shopper })
        time.at(moment + processingMs, () => {
          const before = shopper && factsOf(model.sessionOf(shopper))
          const given = finish()
          const facts = factsOf(shopper && model.sessionOf(shopper))
          if (before && differences(before, facts).length > 0) exchange.landings.push({ at: time.now(), facts })
          say?.(`${label} lands: ${given.status}${given.status === 200 && shopper ? `, ${describe(model.sessionOf(shopper))}` : ''}`)
          tell(given)
        })
      })
    const later = (reply: Reply) => time.at(time.now() + down, () => answer(reply))
    const nobody = () => {}
    const arrival = time.now() + up

    if (isDuplicated) carryOut(arrival + dice.between(1, longestDuplicate), `${name} (duplicate)`, nobody)
    if (fault === undefined) return carryOut(arrival, name, (given) => later(json(given)))
    if (fault === 'late') return carryOut(time.now() + patience + dice.between(1, longestLate), `${name} (late)`, nobody)
    // Half of what is lost is an error at once, half is silence.
    if (fault === 'requestLost') return isFirstHalf ? time.at(arrival, fail) : undefined
    if (fault === 'answerLost') return carryOut(arrival, name, () => isFirstHalf && time.at(time.now() + down, fail))
    if (fault === 'cut') return carryOut(arrival, name, (given) => later(cutOff(json(given), isFirstHalf)))
    const refusal = refusalOf(fault, dice)
    // Who stands between cannot know whether the write has been carried out.
    const mayHaveLanded = ['500', '502', '504', 'html'].includes(fault)
    if (mayHaveLanded && isFirstHalf) return carryOut(arrival, name, () => later(refusal))
    time.at(arrival, () => later(refusal))
  }

  const network: Network = {
    carry,
    exchanges,
    offlineSince: Infinity,
    onlineSince: 0,
    shopper: 'anna',
    breakDown: (ms) => {
      downUntil = Math.max(downUntil, Math.min(faultsEnd, time.now() + ms))
    },
  }
  return network
}

function json({ status, body }: Answer, retryAfterSeconds?: number): Reply {
  return { status, text: JSON.stringify(body), contentType: 'application/json', retryAfterSeconds, isBroken: false }
}

function cutOff(reply: Reply, isBroken: boolean): Reply {
  return { ...reply, text: reply.text.slice(0, reply.text.length / 2), isBroken }
}

function refusalOf(fault: Exclusive, dice: Dice): Reply {
  const retryAfterSeconds = dice.between(1, 5)
  const isAsked = dice.chance(0.5) && (fault === '429' || fault === '503')
  const status = fault === 'html' ? dice.pick([200, 502, 503]) : Number(fault)
  const refused = json({ status, body: { message: 'refused' } }, isAsked ? retryAfterSeconds : undefined)
  return fault === 'html' ? { ...refused, text: '<!doctype html><title>Please wait</title>', contentType: 'text/html' } : refused
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
