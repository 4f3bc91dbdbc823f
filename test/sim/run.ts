/** One schedule: a shopper, a cart, a network and Talon.One in virtual time. */
import { type CartView, createCart, type CustomerSessionV2, isTalonOneError } from '../../src/index.ts'
import { createLightClient, createRealClient, limitBy } from './clients.ts'
import { createDice } from './dice.ts'
import { createStrikes, type Fault, type FaultProfile } from './faults.ts'
import { createModel } from './model.ts'
import { createNetwork, describe, type Exchange } from './network.ts'
import { calmFrom, type Plan, type Step } from './plan.ts'
import { type Deed, type Facts, factsOf, perform } from './shopper.ts'
import { createTime } from './time.ts'

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
  /** Each strike of chance, as `fault@name`. */
  struck: readonly string[]
  before: Facts
  deeds: Done[]
  flushed: Flushed[]
  exchanges: readonly Exchange[]
  /** Every revision that was shown, in order. */
  revisions: number[]
  /** Whether the shopper had to ask the cart to go on once the network had healed. */
  wasStuck: string | undefined
  /** Whether the second device wrote after the cart had last heard from the server: the cart cannot know. */
  isForeign: boolean
  view: CartView
  session: CustomerSessionV2 | undefined
}

/** How a schedule is run. */
export interface RunOptions {
  /** No other strikes than these, each as `fault@name`. */
  onlyStrikes?: ReadonlySet<string> | undefined
  trace?: ((line: string) => void) | undefined
}

const quietMs = 150_000
const patience = 5_000

export async function runPlan(plan: Plan, { onlyStrikes, trace }: RunOptions = {}): Promise<Run> {
  const { seed, profile } = plan
  const time = createTime()
  const say = trace && ((text: string) => trace(`${(time.now() / 1000).toFixed(3).padStart(8)} s  ${text}`))
  say?.(`faults: ${[...profile].map(([fault, chance]) => `${fault} ${Math.round(chance * 100)} %`).join(', ') || 'none'}`)
  const model = createModel()
  const strikes = createStrikes(onlyStrikes)
  const network = createNetwork({ seed, time, model, profile, strikes, faultsEnd: calmFrom, patience, say })
  if (plan.session)
    model.write({
      cartItems: [{ sku: 'APPLE', quantity: plan.session.units, price: 2 }],
      couponCodes: plan.session.hasCoupon ? ['TEN'] : [],
    })
  const before = factsOf(model.session)

  const giveBack = plan.isRealClient ? limitBy(time) : undefined
  try {
    const createClient = plan.isRealClient ? createRealClient : createLightClient
    const jitter = createDice(seed, 'jitter')
    const client = createClient(network.carry, time, patience)
    const cart = createCart({ client, sessionId: 'cart', clock: time, random: () => jitter.next() })
    const run: Pick<Run, 'deeds' | 'flushed' | 'revisions' | 'wasStuck'> = { deeds: [], flushed: [], revisions: [], wasStuck: undefined }
    let foreignAt = -1
    let shown = ''
    cart.subscribe(() => {
      const view = cart.getSnapshot()
      run.revisions.push(view.revision)
      if (!say) return
      const now = `shown: ${describe(heldBy(view))}, revision ${view.revision}${view.pending ? ', pending' : ''}${view.error ? `, ${view.error.code}` : ''}`
      if (now !== shown) say(now)
      shown = now
    })

    const edit = (deed: Deed) => {
      const done: Done = { deed, at: time.now(), settled: 0, revision: undefined, error: undefined }
      const number = run.deeds.push(done)
      say?.(`edit ${number}: ${Object.values(deed).join(' ')}`)
      const settle = (outcome: string) => {
        done.settled++
        say?.(`edit ${number} settles: ${outcome}`)
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
    }
    const flush = () => {
      const asked = [...run.deeds]
      say?.('flush')
      cart.flush().then(
        ({ revision }) => {
          run.flushed.push({ at: time.now(), unsettled: asked.filter(({ settled }) => settled === 0).length })
          say?.(`flush settles: revision ${revision}`)
        },
        (caught: unknown) => say?.(`flush settles: ${isTalonOneError(caught) ? caught.code : String(caught)}`),
      )
    }
    const writeAsDevice = () => {
      const { updateCount } = model.write({ attributes: { device: time.now() } })
      foreignAt = time.now()
      strikes.count('device')
      say?.(`second device writes: revision ${updateCount}`)
    }
    const take = (step: Step): void => {
      switch (step.do) {
        case 'edit':
          return edit(step.deed)
        case 'flush':
          return flush()
        case 'outage':
          return network.breakDown(step.ms)
        case 'device':
          return writeAsDevice()
      }
    }
    for (const step of plan.steps) time.at(step.at, () => take(step))
    // A shopper who reads of an error that does not go away presses the button beside it, when the network is back.
    time.at(calmFrom + patience, () => {
      const { error } = cart.getSnapshot()
      if (!error || error.retryable) return
      run.wasStuck = error.code
      say?.(`retry, for ${error.code}`)
      cart.retry()
    })
    await time.runUntil(calmFrom + quietMs)
    const heardAt = Math.max(-1, ...network.exchanges.map(({ sentAt, endedAt }) => (endedAt === undefined ? -1 : sentAt)))
    say?.(`at the server: ${describe(model.session)}`)
    return {
      ...run,
      seed,
      profile,
      strikes: strikes.counts,
      struck: strikes.list,
      before,
      exchanges: network.exchanges,
      isForeign: foreignAt >= heardAt,
      view: cart.getSnapshot(),
      session: model.session,
    }
  } finally {
    giveBack?.()
  }
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
