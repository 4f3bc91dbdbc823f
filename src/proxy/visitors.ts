/** Who asks: a shopper, a guest, or somebody whom nobody has met yet; and how often they may. */
import { type Endpoint, isDry } from '../endpoint.ts'
import { bestPriorPrice } from '../endpoints.ts'
import type { GuardedStore } from './guarded-store.ts'
import type { Guesser } from './guesses.ts'
import { guestCookie, type GuestOptions, newGuest, readGuest } from './guests.ts'
import { hashedKey } from './hashed-key.ts'
import { type Identify, identifyShopper, type Shopper } from './identity.ts'
import type { ShopperLimits } from './limits.ts'
import { networkIn, type NetworkOf, unknownNetwork } from './network.ts'
import { Problem } from './problem.ts'
import type { Tell } from './proxy.ts'
import { countOne } from './rates.ts'
import type { SessionNamespace } from './session-id.ts'

/** What {@link createVisitors} takes. */
export interface VisitorOptions extends SessionNamespace {
  identify: Identify
  guests?: true | GuestOptions
  network?: NetworkOf
  timeouts: { identify: number }
}

/** Whoever sent a request. */
export interface Visitor {
  /** Undefined: nobody has met them yet. */
  shopper: Shopper | undefined
  /** Undefined: the proxy does not know networks. */
  network: string | undefined
}

/** A visitor who is somebody. */
export interface MetVisitor {
  shopper: Shopper
  /** What the answer tells the browser, so that it is known again. */
  headers: Record<string, string>
  /** On whose account codes are tried. */
  guessers: readonly Guesser[]
}

const unknownHint = 'told no address: whoever comes from nowhere shares one set of limits'

/** Tells visitors apart. */
export interface Visitors {
  /** Refuses whoever is nobody, and whoever asks too often. */
  identify(request: Request): Promise<Visitor>
  /**
   * Who a request is carried out for. Somebody new becomes a guest by a write; what leaves no trace is asked for nobody in particular;
   * undefined for what nobody has.
   */
  meet(visitor: Visitor, endpoint: Endpoint, input: Record<string, unknown>): Promise<MetVisitor | undefined>
}

export function createVisitors(options: VisitorOptions, store: GuardedStore, limits: Required<ShopperLimits>, warnOnce: Tell): Visitors {
  const { identify, guests, network: networkOf, timeouts, audience = 'shop' } = options
  const guestOptions = guests === true ? {} : guests
  const key = (purpose: string, whose: string) => hashedKey(purpose, audience, whose)

  return {
    async identify(request) {
      const known = await identifyShopper(identify, request, timeouts.identify)
      if (known === null && !guestOptions) throw new Problem(401, 'unauthenticated')
      const shopper = known ?? (guestOptions && readGuest(request, { ...options, ...guestOptions }))
      const network = networkOf && networkIn(networkOf(request))
      if (network === unknownNetwork) warnOnce({ type: 'warning', option: 'network', message: unknownHint })
      const whose = shopper ? key('requests', shopper.profileId) : key('requests-of-network', network ?? '')
      await countOne(store, whose, limits.requests)
      return { shopper, network }
    },
    async meet({ shopper: known, network }, endpoint, input) {
      const isNew = known === undefined && endpoint.kind === 'write' && !isDry(input)
      if (known === undefined && !isNew && !isDry(input) && endpoint !== bestPriorPrice) return undefined
      if (isNew) await countOne(store, key('guests', network ?? ''), limits.guests, { failClosed: true })
      const shopper = known ?? newGuest()
      const ofNetwork = network === undefined ? [] : [{ key: key('guesses-of-network', network), rate: limits.networkCodes }]
      // Whoever is nobody is another one each time.
      const ofShopper = known || isNew ? [{ key: key('guesses', shopper.profileId), rate: limits.codes }] : []
      const cookie = isNew && guestOptions ? { 'set-cookie': guestCookie(shopper, options, guestOptions) } : {}
      return { shopper, headers: cookie, guessers: [...ofShopper, ...ofNetwork] }
    },
  }
}
