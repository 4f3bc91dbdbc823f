/** A Talon.One that evaluates what it is told and stores nothing, and product cards that ask it for prices. */
import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { type CartItem, type ItemPreviewInput, itemPreviewFor, type TalonOne, type TalonOneOptions } from 'talon-one-react'
import { type Answer, createClient } from './query-calls.ts'
import { sessionOf } from './query-data.ts'

interface Asked {
  customerSession: { profileId: string; cartItems: CartItem[]; couponCodes?: string[] }
}

/** Takes a tenth off each unit of tea, and five off every cart of twenty or more. */
export const evaluate: Answer = async (request) => {
  const { customerSession }: Asked = JSON.parse(await request.text())
  const { cartItems, profileId } = customerSession
  const place = { campaignId: 1, rulesetId: 1, ruleIndex: 0, ruleName: 'tea' }
  const discounts = cartItems.flatMap(({ sku, price = 0 }, position) => {
    const props = { name: 'tea', value: price / 10, position }
    return sku.startsWith('tea') ? [{ ...place, effectType: 'setDiscountPerItem', props }] : []
  })
  const sum = cartItems.reduce((total, { price = 0, quantity }) => total + price * quantity, 0)
  const threshold = sum >= 20 ? [{ ...place, effectType: 'setDiscount', props: { name: 'five off', value: 5 } }] : []
  const session = sessionOf('preview', profileId, { cartItems })
  return Response.json({ customerSession: session, effects: [...discounts, ...threshold], createdCoupons: [], createdReferrals: [] })
}

/** A client of such a server, which tells what was asked for and how many requests ran at the same time. */
export function createShop(options: TalonOneOptions = {}, answer: Answer = evaluate) {
  let underWay = 0
  let mostAtOnce = 0
  const counted: Answer = async (request) => {
    mostAtOnce = Math.max(mostAtOnce, ++underWay)
    try {
      await new Promise((resolve) => setImmediate(resolve))
      return await answer(request)
    } finally {
      underWay--
    }
  }
  const shop = createClient(options, counted)
  const carts = async (): Promise<string[][]> => {
    const bodies: Asked[] = await Promise.all(shop.requests.map((request) => request.clone().json()))
    return bodies.map(({ customerSession }) => customerSession.cartItems.map(({ sku }) => sku))
  }
  return { ...shop, carts, mostAtOnce: () => mostAtOnce }
}

export const item = (sku: string, price = 4): CartItem => ({ sku, price, quantity: 1 })

/** So many product cards of so many products. */
export const cardsOf = (cards: number, products: number): CartItem[] =>
  Array.from({ length: cards }, (_, index) => item(`tea-${index % products}`, 1 + (index % products)))

/** Shows product cards side by side, until `stop` is called. */
export function show(queryClient: QueryClient, client: TalonOne, items: readonly CartItem[], more: Omit<ItemPreviewInput, 'item'> = {}) {
  const observers = items.map((one) => new QueryObserver(queryClient, itemPreviewFor(client, { item: one, ...more })))
  const unsubscribe = observers.map((observer) => observer.subscribe(() => {}))
  const results = () => observers.map((observer) => observer.getCurrentResult())
  return {
    results,
    totals: () => results().map(({ data }) => data?.total),
    stop: () => {
      for (const leave of unsubscribe) leave()
    },
  }
}
