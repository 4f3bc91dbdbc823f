/** One schedule: a shopper, a cart, a network and Talon.One in virtual time, from one seed. */
import {
  type CartView,
  createCart,
  createTalonOne,
  type CustomerSessionV2,
  isTalonOneError,
  preloadCart,
  type TalonOne,
} from '../../src/index.ts'
import { createDice, type Dice } from './dice.ts'
import { createModel } from './model.ts'
import { createNetwork, describe, type Exchange, type Fault, type FaultProfile } from './network.ts'
import { type Deed, drawDeed, type Facts, factsOf, perform } from './shopper.ts'
import { createTime, type VirtualTime } from './time.ts'

// A page loads it when a cart is first looked at; virtual time does not wait for files.
await preloadCart()

/** A deed with what became of it. */
export interface Done {
  deed: Deed
  at: number
  /** How often its promise was settled. */
  settled: number
  /** The revision it was acknowledged with. */
  revision: number | undefined
  /** The code it was refused with. */
  error: string | undefined
}

/** A flush that was resolved, with the deeds that had been done before it and were not settled even so. */
export interface Flushed {
  at: number
  unsettled: number
}

/** What a schedule came to, for the checkers. */
export interface Run {
  seed: number
  profile: FaultProfile
  strikes: ReadonlyMap<Fault, number>
  before: Facts
  deeds: Done[]
  flushed: Flushed[]
  exchanges: Exchange[]
  /** Every revision that was shown, in order. */
  revisions: number[]
  /** Whether the shopper had to ask the cart to go on once the network had healed. */
  wasStuck: string | undefined
  /** Whether the second device wrote after the cart had last heard from the server: the cart cannot know. */
  isForeign: boolean
  view: CartView
  session: CustomerSessionV2 | undefined
}

export const calmFrom = 60_000
const quietMs = 150_000
const patience = 5_000
const edits = 30

export async function runSchedule(seed: number, faults: readonly Fault[], trace?: (line: string) => void): Promise<Run> {
  const time = createTime()
  const profile = drawProfile(createDice(seed, 'profile'), faults)
  const say = (text: string) => trace?.(`${(time.now() / 1000).toFixed(3).padStart(8)} s  ${text}`)
  say(`faults: ${[...profile].map(([fault, chance]) => `${fault} ${Math.round(chance * 100)} %`).join(', ') || 'none'}`)
  const model = createModel()
  const network = createNetwork({ time, dice: createDice(seed, 'network'), model, profile, faultsEnd: calmFrom, patience, trace: say })
  const dice = createDice(seed, 'shopper')
  if (dice.chance(0.5)) model.write({ cartItems: [{ sku: 'APPLE', quantity: 2, price: 2 }], couponCodes: dice.chance(0.5) ? ['TEN'] : [] })
  const before = factsOf(model.session)

  const giveBack = limitBy(time)
  try {
    const client = counted(createTalonOne({ baseUrl: 'http://shop.test/talon-one', fetch: network.fetch, timeout: patience, locks }), time)
    const jitter = createDice(seed, 'jitter')
    const cart = createCart({ client, sessionId: 'cart', platform: { clock: time, random: () => jitter.next() } })
    const run: Pick<Run, 'deeds' | 'flushed' | 'revisions' | 'wasStuck'> = { deeds: [], flushed: [], revisions: [], wasStuck: undefined }
    let shown = ''
    cart.subscribe(() => {
      const view = cart.getSnapshot()
      run.revisions.push(view.revision)
      if (!trace) return
      const now = `shown: ${describe(heldBy(view))}, revision ${view.revision}${view.pending ? ', pending' : ''}${view.error ? `, ${view.error.code}` : ''}`
      if (now !== shown) say(now)
      shown = now
    })

    for (const at of drawMoments(dice)) {
      const deed = drawDeed(dice)
      time.at(at, () => {
        say(`edit ${run.deeds.length + 1}: ${Object.values(deed).join(' ')}`)
        const done: Done = { deed, at, settled: 0, revision: undefined, error: undefined }
        const number = run.deeds.push(done)
        const settle = (outcome: string) => {
          done.settled++
          say(`edit ${number} settles: ${outcome}`)
        }
        perform(cart, deed).then(
          ({ revision }) => {
            done.revision = revision
            settle(`revision ${revision}`)
          },
          (caught: unknown) => {
            done.error = isTalonOneError(caught) ? caught.code : String(caught)
            settle(done.error)
          },
        )
      })
    }
    for (let count = dice.between(0, 2); count > 0; count--)
      time.at(dice.between(0, calmFrom), () => {
        const asked = [...run.deeds]
        say('flush')
        cart.flush().then(
          ({ revision }) => {
            run.flushed.push({ at: time.now(), unsettled: asked.filter(({ settled }) => settled === 0).length })
            say(`flush settles: revision ${revision}`)
          },
          (caught: unknown) => say(`flush settles: ${isTalonOneError(caught) ? caught.code : String(caught)}`),
        )
      })
    let foreignAt = -1
    const device = createDice(seed, 'device')
    if (profile.has('device'))
      for (let count = device.between(1, 5); count > 0; count--)
        time.at(device.between(0, calmFrom), () => {
          const { updateCount } = model.write({ attributes: { device: time.now() } })
          foreignAt = time.now()
          network.strikes.set('device', (network.strikes.get('device') ?? 0) + 1)
          say(`second device writes: revision ${updateCount}`)
        })
    // A shopper who reads of an error that does not go away presses the button beside it, when the network is back.
    time.at(calmFrom + patience, () => {
      const { error } = cart.getSnapshot()
      if (!error || error.retryable) return
      run.wasStuck = error.code
      say(`retry, for ${error.code}`)
      cart.retry()
    })
    await time.runUntil(calmFrom + quietMs)
    const heardAt = Math.max(-1, ...network.exchanges.map(({ sentAt, endedAt }) => (endedAt === undefined ? -1 : sentAt)))
    say(`at the server: ${describe(model.session)}`)
    return {
      ...run,
      seed,
      profile,
      strikes: network.strikes,
      before,
      exchanges: network.exchanges,
      isForeign: foreignAt >= heardAt,
      view: cart.getSnapshot(),
      session: model.session,
    }
  } finally {
    giveBack()
  }
}

/** Each fault is on or off for a whole schedule, so that some run long without it, and some meet it alone. */
function drawProfile(dice: Dice, faults: readonly Fault[]): FaultProfile {
  return new Map(
    faults.flatMap((fault): [Fault, number][] => {
      const [isOn, chance] = [dice.chance(0.5), 0.02 + dice.next() * 0.28]
      return isOn ? [[fault, chance]] : []
    }),
  )
}

/** Half of the edits follow the one before closely, as clicks do. */
function drawMoments(dice: Dice): number[] {
  const moments: number[] = []
  while (moments.length < edits) {
    const last = moments.at(-1)
    moments.push(last !== undefined && dice.chance(0.5) ? Math.min(calmFrom, last + dice.between(0, 400)) : dice.between(0, calmFrom))
  }
  return moments.toSorted((one, other) => one - other)
}

export function heldBy({ lines, coupons, referral, session }: CartView) {
  return {
    cartItems: lines,
    couponCodes: coupons.map(({ code }) => code),
    referralCode: referral?.code,
    attributes: session?.attributes ?? {},
    additionalCosts: session?.additionalCosts ?? {},
  }
}

// Without lanes, so that it shows when the cart itself sends two writes at once.
const locks = { request: <Value>(_name: string, _options: object, task: () => Promise<Value>) => task() }

/** The clock stands while a call is at work, unless it waits for the network. */
function counted(client: TalonOne, time: VirtualTime): TalonOne {
  return {
    ...client,
    async send(...call) {
      time.busy(1)
      try {
        return await client.send(...call)
      } finally {
        time.busy(-1)
      }
    },
    withProfile: (profileId) => counted(client.withProfile(profileId), time),
  }
}

/** Lets the client's time limits run in virtual time; it takes them from the platform. Returns the way back. */
function limitBy(time: VirtualTime): () => void {
  const platform = Object.getOwnPropertyDescriptor(AbortSignal, 'timeout')
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController()
    time.setTimeout(() => controller.abort(new DOMException('too late', 'TimeoutError')), ms)
    return controller.signal
  }
  return () => {
    if (platform) Object.defineProperty(AbortSignal, 'timeout', platform)
  }
}
