import type { QueryClient } from '@tanstack/react-query'
import type { TalonOne } from '../client.ts'
import type { RejectionMessages } from '../rejections/message.ts'
import type { AdditionalCost, ItemAttributes, SessionAttributes } from '../schema.ts'
import { type CartEdit, checkItem, type NewLine } from './edits.ts'
import { type CodeOutcome, couponOutcome, type EditOutcome, type FlushOutcome, referralOutcome } from './outcomes.ts'
import { handled } from './promises.ts'
import { createSync } from './sync.ts'
import type { Clock } from './timing.ts'
import type { CartView } from './view.ts'

export type { CodeOutcome, EditOutcome, FlushOutcome } from './outcomes.ts'
export type { Clock } from './timing.ts'

/** What {@link createCart} takes. Clock and random are the platform's unless a test says otherwise. */
export interface CartOptions {
  client: TalonOne
  /** The shop's own id for this cart. A new one starts a new cart. */
  sessionId: string
  /** Mirrors each confirmed answer into the cache, and starts from what is there. */
  queryClient?: QueryClient
  /** A line's key from its product. Default: its SKU, so that the same SKU is one line. */
  keyOf?: (item: NewLine) => string
  /** Texts for refused codes. Default: English. */
  messages?: RejectionMessages
  clock?: Clock
  /** Between 0 and 1. */
  random?: () => number
}

/**
 * The verbs of a cart. Each shows at once (costs, attributes and the card with the answer) and resolves when the server has answered; each throws a `TalonOneError` before
 * anything changes when its argument is wrong. A rejected promise nobody looks at is no unhandled rejection: what the server
 * refused is also in the cart's `error`.
 */
export interface CartActions {
  /** Adds units of a product; to the line of its key where there is one. @default quantity 1 */
  readonly add: (item: NewLine, options?: { quantity?: number; key?: string }) => Promise<EditOutcome>
  /** 0 removes the line. Rejects with `line_not_found` when there is no such line. */
  readonly setQuantity: (key: string, quantity: number) => Promise<EditOutcome>
  readonly remove: (key: string) => Promise<EditOutcome>
  /** Replaces the line's attributes as a whole. */
  readonly setItemAttributes: (key: string, attributes: ItemAttributes) => Promise<EditOutcome>
  /** Resolves with this code's own verdict; a refused code is not an error and stays listed until it is removed. */
  readonly applyCoupon: (code: string) => Promise<CodeOutcome>
  readonly removeCoupon: (code: string) => Promise<EditOutcome>
  readonly setReferral: (code: string) => Promise<CodeOutcome>
  readonly clearReferral: () => Promise<EditOutcome>
  /** Merges into the session's attributes, key by key. */
  readonly setAttributes: (attributes: SessionAttributes) => Promise<EditOutcome>
  /** Replaces the session's additional costs, such as shipping. Major currency units. */
  readonly setAdditionalCosts: (additionalCosts: Record<string, AdditionalCost>) => Promise<EditOutcome>
  /** One card, or undefined for none. */
  readonly setLoyaltyCard: (card: string | undefined) => Promise<EditOutcome>
  /**
   * The checkout barrier: sends what waits, at once (though never before a `Retry-After`), and resolves when the server has
   * answered everything. Rejects with the error of an edit that failed, with what stops the cart (signed out, for instance), with
   * `session_closed` for a cart that has been ordered, with `invalid_price` when the server knows no price for a line, or with `timeout` (edits keep waiting then). @default timeout 10000 ms
   */
  readonly flush: (options?: { timeout?: number }) => Promise<FlushOutcome>
  /**
   * Tries again now, also after an error that the cart does not retry by itself (signed out, for instance), and takes an edit's
   * error off the screen.
   */
  readonly retry: () => void
}

/** A cart without a framework: a store to subscribe to, and its verbs. */
export interface Cart extends CartActions {
  readonly getSnapshot: () => CartView
  /** The cart as it was made: what a server rendered, and a page hydrates from. */
  readonly getInitialSnapshot: () => CartView
  /** Calls back after every change, in the same tick as the change. Returns the way to stop. */
  readonly subscribe: (listener: () => void) => () => void
  /** Other texts for refused codes, from now on: the shopper has chosen another language. Undefined: English. */
  readonly setMessages: (messages: RejectionMessages | undefined) => void
  /**
   * For good: gives up what waits, with `identity_changed`, and shows nothing any more. The carts of hooks are forgotten by
   * themselves when their query cache is cleared.
   */
  readonly forget: () => void
  /** The verbs alone. */
  readonly actions: CartActions
}

/**
 * Makes a cart over one session. What it shows is always the pending edits folded over the last answer; one request is in flight
 * at a time, and edits made meanwhile go out together in the next.
 *
 * @throws TalonOneError `invalid_session_id`
 */
export function createCart(options: CartOptions): Cart {
  const { keyOf = keyOfSku } = options
  let { messages } = options
  const { enqueue, publish, ...store } = createSync({ ...options, keyOf, messages: () => messages })
  const carried = (edit: CartEdit): Promise<EditOutcome> => handled(enqueue(edit).then(({ revision }) => ({ revision })))
  const actions: CartActions = {
    add: (item, { quantity = 1, key } = {}) => {
      const checked = checkItem(item)
      return carried({ type: 'add', key: key ?? keyOf(checked), item: checked, quantity })
    },
    setQuantity: (key, quantity) => carried({ type: 'setQuantity', key, quantity }),
    remove: (key) => carried({ type: 'remove', key }),
    setItemAttributes: (key, attributes) => carried({ type: 'setItemAttributes', key, attributes }),
    applyCoupon: (code) =>
      handled(enqueue({ type: 'applyCoupon', code }).then((confirmed) => couponOutcome(confirmed, code.trim(), messages))),
    removeCoupon: (code) => carried({ type: 'removeCoupon', code }),
    setReferral: (code) =>
      handled(enqueue({ type: 'setReferral', code }).then((confirmed) => referralOutcome(confirmed, code.trim(), messages))),
    clearReferral: () => carried({ type: 'clearReferral' }),
    setAttributes: (attributes) => carried({ type: 'setAttributes', attributes }),
    setAdditionalCosts: (additionalCosts) => carried({ type: 'setAdditionalCosts', additionalCosts }),
    setLoyaltyCard: (card) => carried({ type: 'setLoyaltyCard', card }),
    flush: store.flush,
    retry: store.retry,
  }
  const setMessages = (next: RejectionMessages | undefined) => {
    if (next === messages) return
    messages = next
    publish()
  }
  return { ...store, ...actions, actions, setMessages }
}

const keyOfSku = (item: NewLine): string => item.sku
