/** Whom a schedule has, how its proxy is set up, and what nobody may see. Ids are derived here once more, by other code than the proxy's. */
import { createHmac } from 'node:crypto'
import type { ShopperFields, ShopperOperations } from '../../src/proxy/policy.ts'
import type { StaffScope } from '../../src/proxy/identity.ts'
import { createDice, type Dice } from '../runner/dice.ts'

export const key = 'k3y/of+the=shop&never~seen5f'
export const secret = 'a secret/of+the fuzz & of 32 characters=and more'
export const applicationKey = '5ec4e7c0ffee5ec4e7c0ffee5ec4e7c0'

/** Stands in everything of an upstream's answer, and of an error, that the one who asks must not see; in no request. */
export const canary = 'CANARY'
/** The same where there must be a number. */
export const canaryNumber = 98765432

/** Begins every id and code that requests are made of: none may stand in a log. */
export const marked = 'vz'

/** Whoever sends a request. */
export interface Person {
  /** Undefined: whoever has no cookie, or one that is forged. */
  profileId: string | undefined
  isGuest: boolean
  cards: readonly string[]
  /** What a browser sends for a guest. */
  cookie?: string
}

export interface StaffPerson {
  subject: string
  scopes: readonly StaffScope[]
  /** How long ago they signed in, in milliseconds; undefined where nobody says. */
  age: number | undefined
}

export type PricingKind = 'catalog' | 'unsafe-trust-browser' | 'hook'

/** How a proxy is set up. */
export interface Setup {
  is: 'shopper' | 'staff'
  pricing: PricingKind
  operations: ShopperOperations
  fields: ShopperFields
  couponReasons: 'coarse' | 'unsafe-all'
  hasGuests: boolean
  hasNetwork: boolean
  origins: 'same-origin' | readonly string[]
  limits: 'generous' | 'tight' | 'small'
  hasOwnSessions: boolean
  audience: string
  basePath: string
  log: 'kept' | 'throws' | 'rejects' | 'console'
  credential: 'key' | 'signature'
  persons: readonly Person[]
  staff: readonly StaffPerson[]
}

export const everything: Required<ShopperOperations> = {
  previews: true,
  reservations: true,
  referrals: { campaignIds: [5] },
  profileAttributes: ['Name'],
  events: { types: ['looked', 'listened'], attributes: { looked: ['Shelf'] } },
  joinLoyaltyProgram: { loyaltyProgramIds: [1] },
  loyaltyProgramIds: [1],
  bestPriorPrice: true,
}
export const everyField: Required<ShopperFields> = {
  sessionAttributes: ['Channel'],
  itemAttributes: ['engraving'],
  customEffects: ['wave'],
}

export const namedOrigin = 'https://www.shop.example'
export const ownOrigin = 'https://shop.example'

// Ids that are each other's encodings, case variants and beginnings, or that URLs trip over.
const profileIds: readonly string[] = [
  'vz-ada',
  'vz-Ada',
  'vz-ada/inventory',
  'vz-ada%2Finventory',
  '%76z-ada',
  'vz-ben/ü 100%',
  'vz-ﬁnn?profile=vz-ada#',
  'vz-guest_0000000000000000000000',
]

/** How tight the limits are, where they are. */
export const tight = { requests: 5, codes: 3, networkCodes: 5, guests: 3 } as const
export const small = { body: 400, depth: 5, lines: 2, coupons: 1 } as const

export function drawSetup(seed: number): Setup {
  const dice = createDice(seed, 'setup')
  const is = dice.chance(0.22) ? 'staff' : 'shopper'
  const hasGuests = dice.chance(0.6)
  const audience = dice.pick(['shop', 'b2b'])
  const first = dice.between(0, profileIds.length - 1)
  const shoppers = [0, 1, 2].map((step): Person => {
    const index = (first + step) % profileIds.length
    return { profileId: profileIds[index], isGuest: false, cards: step === 2 ? [] : [`vz-card-${index}`] }
  })
  const guests = hasGuests ? [guest(audience, 1), guest(audience, 2)] : []
  return {
    is,
    pricing: dice.pick(['hook', 'hook', 'catalog', 'catalog', 'unsafe-trust-browser']),
    operations: dice.chance(0.8) ? everything : someOf(everything, dice),
    fields: dice.chance(0.8) ? everyField : someOf(everyField, dice),
    couponReasons: dice.chance(0.8) ? 'coarse' : 'unsafe-all',
    hasGuests,
    hasNetwork: hasGuests || dice.chance(0.3),
    origins: dice.chance(0.5) ? 'same-origin' : [namedOrigin, 'https://m.shop.example'],
    limits: dice.pick(['generous', 'generous', 'generous', 'tight', 'small']),
    hasOwnSessions: dice.chance(0.2),
    audience,
    basePath: dice.pick(['/talon-one', '/talon-one', '', '/api/t1']),
    log: dice.pick(['kept', 'kept', 'kept', 'throws', 'rejects', 'console']),
    credential: dice.chance(0.85) ? 'key' : 'signature',
    persons: [...shoppers, ...guests, { profileId: undefined, isGuest: hasGuests, cards: [] }],
    staff: [
      { subject: 'clerk-1', scopes: ['read', 'write', 'destructive'], age: 60_000 },
      { subject: 'clerk-2', scopes: dice.pick<readonly StaffScope[]>([['read'], ['write'], ['destructive'], []]), age: 0 },
      { subject: 'clerk-3', scopes: ['read', 'write', 'destructive'], age: dice.pick([undefined, 301_000, 299_000, -61_000, NaN]) },
    ],
  }
}

function someOf<Values extends object>(all: Values, dice: Dice): Partial<Values> {
  const some = { ...all }
  for (const name of Object.keys(all)) if (dice.chance(0.5)) Reflect.deleteProperty(some, name)
  return some
}

/** An id as the proxy is to derive it. */
export function derive(kind: 'session' | 'event' | 'guest' | 'idempotency-key', audience: string, ...names: readonly string[]): string {
  const parts = JSON.stringify([`talon-one-${kind}`, 1, audience, ...names])
  const known = derived.get(parts)
  if (known !== undefined) return known
  const id = createHmac('sha256', secret).update(parts).digest('base64url')
  if (derived.size < 5_000) derived.set(parts, id)
  return id
}

// The same few come again in every schedule.
const derived = new Map<string, string>()

/** The id of a session under which Talon.One is to know it. */
export function sessionIdOf({ hasOwnSessions, audience }: Setup, profileId: string, browserId: string): string {
  return hasOwnSessions ? ownSessionId(profileId, browserId) : derive('session', audience, profileId, browserId)
}

/** What a shop with ids of its own has for a browser's. */
export function ownSessionId(profileId: string, browserId: string): string {
  return `own.${tokenOf(`${profileId}\0${browserId}`)}`
}

export function guestIdOf(number: number): string {
  return `${marked}guest${number}`.padEnd(22, '0')
}

export const guestCookieOf = (id: string, mac: string) => `__Host-talon-one-guest=${id}.${mac}`

function guest(audience: string, number: number): Person {
  const id = guestIdOf(number)
  return { profileId: `guest_${id}`, isGuest: true, cards: [], cookie: guestCookieOf(id, derive('guest', audience, id)) }
}

/** A short name for whoever or whatever an answer's data belong to. */
export function tokenOf(owner: string): string {
  let hash = 0x811c9dc5
  let other = 0x1234567
  for (let place = 0; place < owner.length; place++) {
    hash = Math.imul(hash ^ owner.charCodeAt(place), 0x01000193)
    other = Math.imul(other ^ owner.charCodeAt(place), 0x9e3779b1)
  }
  return `${(hash >>> 0).toString(36)}_${(other >>> 0).toString(36)}`
}

/** What the hook of a schedule says that a product costs; undefined for one that is not sold. */
export function priceOf(sku: unknown): number | undefined {
  return sku === 'vz-gone' ? undefined : 10 + (String(sku).length % 7)
}

/** What texts may hold of the key and the secrets, however they are written. */
export const secrets: readonly string[] = [key, secret, applicationKey].flatMap(spellings)

function spellings(text: string): string[] {
  const bytes = Buffer.from(text)
  // Base64 of a text that stands within another one depends on where it begins.
  const inBase64 = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
    return encoded.slice(4, -4)
  })
  const hex = bytes.toString('hex')
  return [...new Set([text, encodeURIComponent(text), encodeURI(text), hex, hex.toUpperCase(), ...inBase64])]
}
