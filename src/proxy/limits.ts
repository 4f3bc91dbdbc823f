import { isRecord } from '../record.ts'
import { checkLimit } from './proxy.ts'

/** So often in so long. */
export interface Rate {
  most: number
  /** In milliseconds. */
  perMs: number
}

/** What a shopper may send at most. */
export interface ShopperLimits {
  /** The longest request body, in bytes. @default 65536 */
  body?: number
  /** The deepest that lists and objects may stand in one another. @default 16 */
  depth?: number
  /** Lines of a cart; Talon.One takes no more than 1000. @default 1000 */
  lines?: number
  /** Coupon codes of a cart. @default 10 */
  coupons?: number
  /** Requests of one shopper, and of all in one network whom nobody has met yet. A cart that is clicked on without a pause sends two a second. @default 240 a minute */
  requests?: Rate
  /** Codes that one shopper may try in vain, in carts, previews and reservations. @default 10 in ten minutes */
  codes?: Rate
  /** The same for one network (64 bits of an IPv6 address), whoever asks from there. Needs `network`. @default 30 in ten minutes */
  networkCodes?: Rate
  /** New guests of one network. Needs `guests`. @default 120 an hour */
  guests?: Rate
}

const minute = 60_000

const defaults: Required<ShopperLimits> = {
  body: 65_536,
  depth: 16,
  lines: 1000,
  coupons: 10,
  requests: { most: 240, perMs: minute },
  codes: { most: 10, perMs: 10 * minute },
  networkCodes: { most: 30, perMs: 10 * minute },
  guests: { most: 120, perMs: 60 * minute },
}

// What Talon.One takes, and what a stack does.
const most: Partial<Record<keyof ShopperLimits, number>> = { lines: 1000, depth: 1000 }

/** The limits, each with its default. Refuses to start with one that is none. */
export function readLimits(given: ShopperLimits = {}): Required<ShopperLimits> {
  const limits = { ...defaults, ...given }
  // Object.entries cannot know that there are no others.
  for (const [name, limit] of Object.entries(limits) as [keyof ShopperLimits, number | Rate][]) {
    if (!isRate(defaults[name])) checkLimit('createShopperProxy', name, limit, most[name])
    else {
      // A mere number would be no limit at all.
      checkLimit('createShopperProxy', `${name}.most`, isRate(limit) ? limit.most : undefined)
      checkLimit('createShopperProxy', `${name}.perMs`, isRate(limit) ? limit.perMs : undefined)
    }
  }
  return limits
}

function isRate(limit: unknown): limit is Rate {
  return isRecord(limit)
}
