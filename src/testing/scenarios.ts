/** Bad days in a shop, as data: each a cart and what befalls it. */
import type { SandboxConfig } from '../sandbox/index.ts'
import { amountOffCart } from '../sandbox/ready-made.ts'
import type { RuleEffect } from '../sandbox/rules.ts'
import type { CartItem } from '../schema.ts'

/** What a cart holds from the start, in the API's own words. */
export interface StartingCart {
  /** Prices in major currency units. Default: the scenario's, else none. */
  cartItems?: readonly CartItem[]
  /** In use from the start, accepted or not, beside the scenario's. */
  couponCodes?: readonly string[]
  /** In use from the start, accepted or not. */
  referralCode?: string
}

/** A cart and what befalls it. One of your own are these options, given to a provider, a test's shop or a story by themselves. */
export interface Scenario extends StartingCart, Pick<SandboxConfig, 'weather'> {
  /** In the order of their evaluation; a scenario's run after the shop's own. Default: the demo shop's. */
  campaigns?: NonNullable<SandboxConfig['campaigns']>
  /** Whether the cart is known before the first render, as on a page that a server has rendered. @default true */
  prefetched?: boolean
}

/** The name of one of the {@link scenarios}. */
export type ScenarioName = keyof typeof scenarios

const cartItems: readonly CartItem[] = [{ sku: 'beans', name: 'House beans', price: 12.5, category: 'Coffee', quantity: 2 }]

// Above the ids that a shop's own campaigns are likely to have.
const firstId = 9001

/** Bad days by name: two bags of coffee in the cart, and what befalls it. Each says what a shop should show then. */
export const scenarios = {
  /** Nobody answers, and nothing has been read before. Show that the cart is loading; after ten seconds that it takes long (`timeout`). */
  loading: { cartItems, prefetched: false, weather: { faults: [{ kind: 'lostRequest', silent: true }] } },

  /** Every answer takes a second and a half. Show an edit at once, and no amount as certain before it is `confirmed`. */
  slow: { cartItems, weather: { faults: [{ kind: 'slowAnswer', delay: 1500 }] } },

  /**
   * No request arrives (`network`). Show the cart as it was and each edit at once, that none is saved yet, and a way to try again: edits
   * wait, and go out when the network is back.
   */
  offline: { cartItems, weather: { faults: [{ kind: 'lostRequest' }] } },

  /** Carts, events and reservations are answered 409: too many writes of this profile at once (`conflict`). Show what `offline` shows. */
  conflict: {
    cartItems,
    weather: {
      faults: [{ kind: 'refused', status: 409, operations: ['updateCustomerSessionV2', 'trackEventV2', 'createCouponReservation'] }],
    },
  },

  /** Every request is answered 503 (`unavailable`). Show what `offline` shows, in other words. */
  serverDown: { cartItems, weather: { faults: [{ kind: 'refused', status: 503 }] } },

  /** The shopper's sign-in has run out: 401 (`unauthenticated`). Show the cart, and the way to sign in: nothing is retried until then. */
  signedOut: { cartItems, weather: { faults: [{ kind: 'refused', status: 401 }] } },

  /** The server refuses what was changed: 400 (`bad_request`). Show that it was not done; the edit is gone, the cart as before. */
  refused: { cartItems, weather: { faults: [{ kind: 'refused', status: 400, operations: ['updateCustomerSessionV2'] }] } },

  /** An HTML page instead of every answer, such as a gateway's (`not_json`). Show what `offline` shows; nothing is retried by itself. */
  malformed: { cartItems, weather: { faults: [{ kind: 'html', status: 200 }] } },

  /** The code `SUMMER` in the cart has expired (`CouponExpired`). Show that beside the code, and the way to take it off; it is no error. */
  expiredCoupon: {
    cartItems,
    couponCodes: ['SUMMER'],
    campaigns: [
      {
        id: firstId,
        name: 'Last summer',
        // Expired under any clock, a simulated one that starts at 0 included.
        coupons: [{ value: 'SUMMER', expiryDate: '1970-01-01T00:00:00Z' }],
        rules: [amountOffCart(5, { name: '5 € off', needs: 'coupon' })],
      },
    ],
  },

  /** The campaign of the code `LUCKY` has given all it had (`CampaignLimitReached`). Show what `expiredCoupon` shows, in other words. */
  budgetUsedUp: {
    cartItems,
    couponCodes: ['LUCKY'],
    campaigns: [
      {
        id: firstId + 1,
        name: 'For the first ones',
        limits: [{ action: 'redeemCoupon', limit: 0, entities: [] }],
        coupons: [{ value: 'LUCKY' }],
        rules: [amountOffCart(5, { name: '5 € off', needs: 'coupon' })],
      },
    ],
  },

  /** A campaign answers with an effect of a later version, `plantTree`. Show everything else as ever: what nobody knows is no error. */
  unknownEffect: {
    cartItems,
    campaigns: [
      {
        id: firstId + 2,
        name: 'From tomorrow',
        rules: [{ name: 'A tree for each order', then: () => [effectOfTomorrow] }],
      },
    ],
  },
} satisfies Record<string, Scenario>

// No type can say what the API will say one day: the cast stands for that day.
const effectOfTomorrow = { effectType: 'plantTree', props: { trees: 1 } } as unknown as RuleEffect
