/** Random shoppers on random networks, for properties. A failure prints its seed; `SEED=7 RUNS=5000 npx vitest …` runs others. */
import fc from 'fast-check'
import { type Cart, type CartView, createCart, type NewCustomerSessionV2, type TalonOneError } from 'talon-one-react'
import { vi } from 'vitest'
import { createServer, type Fate, type TalonOneServer } from '../talon-one.ts'

/** What a shopper does, in the words of the test. Lines go by their SKU. */
export type Deed =
  | { do: 'add'; sku: string; quantity: number }
  | { do: 'setQuantity'; sku: string; quantity: number }
  | { do: 'remove'; sku: string }
  | { do: 'describe'; sku: string; gift: boolean }
  | { do: 'apply'; code: string }
  | { do: 'unapply'; code: string }
  | { do: 'refer'; code: string | undefined }
  | { do: 'note'; name: string; value: number }
  | { do: 'ship'; cents: number }

/** What else happens: time passes, requests fail, the shop hurries. */
export type Weather =
  | { do: 'wait'; ms: number }
  | { do: 'fates'; method: 'GET' | 'PUT'; fates: Fate[] }
  | { do: 'release'; fate: Fate }
  | { do: 'retry' }
  | { do: 'flush' }

export interface Schedule {
  session: NewCustomerSessionV2 | undefined
  steps: (Deed | Weather)[]
}

/** Prices in cents. The server refuses whatever holds BAD. */
export const prices: Readonly<Record<string, number>> = { APPLE: 250, BREAD: 415, MUG: 1299, BAD: 99 }

const sku = fc.constantFrom('APPLE', 'APPLE', 'BREAD', 'MUG', 'BAD')
const code = fc.constantFrom('TEN', 'ten', 'OLD', 'NOPE')
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('add' as const), sku, quantity: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('setQuantity' as const), sku, quantity: fc.integer({ min: 0, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), sku }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('describe' as const), sku, gift: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('apply' as const), code }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unapply' as const), code }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refer' as const), code: fc.constantFrom('FRIEND', 'SELF', undefined) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('note' as const), name: fc.constantFrom('a', 'b'), value: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('ship' as const), cents: fc.constantFrom(0, 490, 999) }) },
)

const passing: Fate[] = ['answer', 'answer', 'hold', 'unreachable', 'lost', 'cut', 'hang', 'silence']
const statuses = [401, 409, 503].map((status): Fate => ({ status }))
const fates: Fate[] = [...passing, ...statuses, { status: 429, headers: { 'retry-after': '2' } }]

const weatherOf = (fate: fc.Arbitrary<Fate>): fc.Arbitrary<Weather> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 0, 10, 60, 120, 500, 3000, 15_000) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('fates' as const),
        method: fc.constantFrom('PUT', 'PUT', 'GET'),
        fates: fc.array(fate, { minLength: 1, maxLength: 4 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('release' as const), fate: fate.filter((one) => one !== 'hold') }) },
    { weight: 1, arbitrary: fc.constant({ do: 'retry' } as const) },
    { weight: 1, arbitrary: fc.constant({ do: 'flush' } as const) },
  )

const itemOf = (name: string) => ({ sku: name, price: (prices[name] ?? 0) / 100 })

const schedulesOf = (fate: fc.Arbitrary<Fate>): fc.Arbitrary<Schedule> =>
  fc.record({
    session: fc.option(
      fc.record({
        cartItems: fc
          .uniqueArray(fc.constantFrom('APPLE', 'BREAD', 'MUG'))
          .map((names) => names.map((name, index) => ({ ...itemOf(name), quantity: index + 1 }))),
        couponCodes: fc.subarray(['TEN', 'OLD']),
      }),
      { nil: undefined },
    ),
    steps: fc.array(fc.oneof({ weight: 3, arbitrary: deed }, { weight: 2, arbitrary: weatherOf(fate) }), { minLength: 1, maxLength: 40 }),
  })

/** A deed with what became of it. */
export interface Done {
  deed: Deed
  revision?: number
  error?: string
}

export interface Watcher {
  server?: (server: TalonOneServer) => void
  /** Sees every view, in the tick in which it is shown. */
  onFrame?: (view: CartView, server: TalonOneServer, deeds: readonly Done[]) => void
  /** Sees the cart after every step. */
  onStep?: (view: CartView, server: TalonOneServer, deeds: readonly Done[]) => void
}

export interface Played {
  view: CartView
  server: TalonOneServer
  deeds: Done[]
  /** How often promises were settled: as often as there are deeds. */
  settled: number
}

/** Plays a schedule to its end, then lets the network heal and everything come to rest. */
export async function play({ session, steps }: Schedule, watcher: Watcher = {}): Promise<Played> {
  const server = createServer()
  const { clock } = server
  const limit = vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const controller = new AbortController()
    clock.setTimeout(() => controller.abort(new DOMException('too late', 'TimeoutError')), ms)
    return controller.signal
  })
  server.verdicts = { TEN: 'accepted', OLD: 'CouponExpired', FRIEND: 'accepted', SELF: 'ReferralRecipientIdSameAsAdvocate' }
  server.judge = ({ cartItems = [] }) => (cartItems.some((item) => item.sku === 'BAD') ? { status: 400 } : undefined)
  watcher.server?.(server)
  if (session) server.write('cart', session)
  const cart = createCart({ client: server.client, sessionId: 'cart', platform: { clock, random: () => 0.5 } })
  const deeds: Done[] = []
  let settled = 0
  const complaints: unknown[] = []
  cart.subscribe(() => {
    try {
      watcher.onFrame?.(cart.getSnapshot(), server, deeds)
    } catch (error) {
      complaints.push(error)
    }
  })

  for (const step of steps) {
    if (step.do === 'wait') await clock.advance(step.ms)
    else if (step.do === 'fates') server.script(step.method, ...step.fates)
    else if (step.do === 'release') await (server.held > 0 && server.release(step.fate))
    else if (step.do === 'retry') cart.retry()
    else if (step.do === 'flush') void cart.flush()
    else {
      const done: Done = { deed: step }
      deeds.push(done)
      act(cart, step).then(
        ({ revision }) => {
          settled++
          done.revision = revision
        },
        ({ code: error }: TalonOneError) => {
          settled++
          done.error = error
        },
      )
    }
    // Lets promises that were settled in this tick tell so, and nothing else.
    await Promise.resolve().then(() => {})
    watcher.onStep?.(cart.getSnapshot(), server, deeds)
  }
  const isAtRest = ({ pending, totals }: CartView) => !pending && totals.total.status === 'confirmed' && server.held === 0
  for (let tries = 0; tries < 200 && (tries === 0 || !isAtRest(cart.getSnapshot())); tries++) {
    while (server.held > 0) await server.release()
    cart.retry()
    await clock.advance(60_000)
    watcher.onStep?.(cart.getSnapshot(), server, deeds)
  }
  limit.mockRestore()
  for (const complaint of complaints) throw complaint
  return { view: cart.getSnapshot(), server, deeds, settled }
}

function act(cart: Cart, step: Deed): Promise<{ revision: number }> {
  switch (step.do) {
    case 'add':
      return cart.add(itemOf(step.sku), { quantity: step.quantity })
    case 'setQuantity':
      return cart.setQuantity(step.sku, step.quantity)
    case 'remove':
      return cart.remove(step.sku)
    case 'describe':
      return cart.setItemAttributes(step.sku, { gift: step.gift })
    case 'apply':
      return cart.applyCoupon(step.code)
    case 'unapply':
      return cart.removeCoupon(step.code)
    case 'refer':
      return step.code === undefined ? cart.clearReferral() : cart.setReferral(step.code)
    case 'note':
      return cart.setAttributes({ [step.name]: step.value })
    case 'ship':
      return cart.setAdditionalCosts({ shipping: { price: step.cents / 100 } })
  }
}

/** Runs a property over 1,000 schedules. With `refusals`, any request may also be refused for good, whatever it holds. */
export async function forAllSchedules(property: (schedule: Schedule) => Promise<void>, { refusals = false } = {}): Promise<void> {
  const fate = fc.constantFrom<Fate[]>(...fates, ...(refusals ? [{ status: 400 }, { status: 400 }] : []))
  const parameters = { numRuns: Number(process.env.RUNS ?? 1000), seed: Number(process.env.SEED ?? 1) }
  await fc.assert(fc.asyncProperty(schedulesOf(fate), property), parameters)
}
