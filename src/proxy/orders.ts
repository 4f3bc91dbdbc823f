/** What only the shop's own server may do with a shopper's cart: order it, call the order off, hand it over. */
import type { SendOptions, TalonOne } from '../client.ts'
import type { OutputOf } from '../endpoint.ts'
import { getCustomerSession, updateCustomerSessionV2 } from '../endpoints.ts'
import { isTalonOneError, TalonOneError } from '../error.ts'
import type { CustomerSessionV2, NewCustomerSessionV2 } from '../schema.ts'
import { isGuest } from './guests.ts'
import { sessionIdOf, type SessionOf } from './namespace.ts'
import { Problem } from './problem.ts'
import type { SessionNamespace } from './session-id.ts'

/** What {@link createOrderSystem} takes: the namespace and `session` must be those of the shop's proxy. */
export interface OrderSystemOptions extends SessionNamespace {
  /** A client that holds the API key: `createTalonOne({ baseUrl, headers: { authorization: 'ApiKey-v1 …' } })`. For the server only. */
  talonOne: TalonOne
  session?: SessionOf
}

/** Whose cart it is, and what the browser calls it. */
export interface ShopperCart {
  profileId: string
  /** The browser's id, which is not Talon.One's. */
  sessionId: string
}

/**
 * A cart as the shop's server knows it: its lines with their prices, in major currency units. Fields left out keep what the shopper has
 * put there.
 */
export type AuthoritativeCart = Omit<NewCustomerSessionV2, 'profileId' | 'state' | 'evaluableCampaignIds'> &
  Required<Pick<NewCustomerSessionV2, 'cartItems'>>

/** What Talon.One answers: the session, its effects, and what was asked for. */
export type OrderAnswer = OutputOf<typeof updateCustomerSessionV2>

/** A guest's cart that is to be somebody's. */
export interface Attachment extends ShopperCart {
  /** As `readGuest` has read it from the very request in which `profileId` has signed in: that is the proof that both are one. */
  guestId: string
  /** The cart that both make. `own`: what is in the shopper's cart of that name already. */
  cart: (guest: CustomerSessionV2, own: CustomerSessionV2 | undefined) => AuthoritativeCart
}

/** All of these reject with a `TalonOneError`: `session_closed` for a cart that has been ordered. Units as in the API: major currency units. */
export interface OrderSystem {
  /** The id under which Talon.One knows a shopper's cart. Rejects with `not_found` when it is not theirs. */
  sessionId(of: ShopperCart): Promise<string>
  /** Orders a cart: redeems its codes and books its points. Shoppers cannot. Stands on updateCustomerSessionV2. */
  close(of: ShopperCart, cart: AuthoritativeCart, options?: SendOptions): Promise<OrderAnswer>
  /** Calls an order off, or an open cart: gives codes and points back. Stands on updateCustomerSessionV2. */
  cancel(of: ShopperCart, options?: SendOptions): Promise<OrderAnswer>
  /**
   * Makes a guest's open cart that of whoever has signed in, and empties the guest's, so that it is handed over once. Codes are those of
   * both unless `cart` says others. Undefined when the guest has nothing to hand over. When it fails half way, call it again.
   */
  attach(attachment: Attachment, options?: SendOptions): Promise<OrderAnswer | undefined>
}

// Of the shop's own `session`.
const mappingMs = 10_000

/**
 * The shop's side of the carts that its proxy serves.
 *
 * @example
 * const orders = createOrderSystem({ talonOne, secret: process.env.SESSION_SECRET })
 * const { customerSession, effects } = await orders.close({ profileId, sessionId }, { cartItems: pricedHere })
 */
export function createOrderSystem(options: OrderSystemOptions): OrderSystem {
  const { talonOne, session } = options
  const sessionId = ({ profileId, sessionId: browserId }: ShopperCart) =>
    sessionIdOf(options, session, { profileId }, browserId, mappingMs).catch(asError)

  async function put(of: ShopperCart, customerSession: NewCustomerSessionV2, call: SendOptions = {}): Promise<OrderAnswer> {
    const input = {
      customerSessionId: await sessionId(of),
      customerSession: { ...customerSession, profileId: of.profileId },
      responseContent: ['customerSession', 'customerProfile', 'loyalty'] as const,
    }
    return talonOne.send(updateCustomerSessionV2, { ...input, responseContent: [...input.responseContent] }, call)
  }

  async function read(of: ShopperCart, call: SendOptions = {}): Promise<CustomerSessionV2 | undefined> {
    try {
      return (await talonOne.send(getCustomerSession, { customerSessionId: await sessionId(of) }, call)).customerSession
    } catch (error) {
      if (isTalonOneError(error) && error.code === 'not_found') return undefined
      throw error
    }
  }

  return {
    sessionId,
    close: (of, cart, call) => put(of, { ...cart, state: 'closed' }, call),
    cancel: (of, call) => put(of, { state: 'cancelled' }, call),
    async attach({ guestId, profileId, sessionId: id, cart }, call) {
      if (!isGuest(guestId)) throw new TalonOneError('invalid_input', '`guestId` is not that of a guest: take it from `readGuest`')
      const guests = { profileId: guestId, sessionId: id }
      const shoppers = { profileId, sessionId: id }
      const [guest, own] = await Promise.all([read(guests, call), read(shoppers, call)])
      if (guest === undefined || guest.state !== 'open' || isEmpty(guest)) return undefined
      const codes = { couponCodes: both(own?.couponCodes, guest.couponCodes), referralCode: own?.referralCode || guest.referralCode || '' }
      const answer = await put(shoppers, { ...codes, ...cart(guest, own), state: 'open' }, call)
      await put(guests, { cartItems: [], couponCodes: [], referralCode: '', state: 'open' }, call)
      return answer
    },
  }
}

function isEmpty({ cartItems, couponCodes = [], referralCode = '' }: CustomerSessionV2): boolean {
  return cartItems.length === 0 && couponCodes.length === 0 && referralCode === ''
}

function both(own: readonly string[] = [], guests: readonly string[] = []): string[] {
  return [...new Set([...own, ...guests])]
}

// What a proxy answers with a status.
function asError(error: unknown): never {
  if (!(error instanceof Problem)) throw error
  if (error.code === 'not_found') throw new TalonOneError('not_found', 'this shopper has no such cart')
  throw new TalonOneError('invalid_session_id', '`session` gave an id that Talon.One cannot be given')
}
