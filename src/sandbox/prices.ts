/** What products cost, and cost before. Money in major currency units, moments in milliseconds since the epoch. */
import type { BestPriorPrice, BestPriorPriceRequest } from '../schema.ts'
import { invalid, notFound } from './refusal.ts'
import { applicationId, type CatalogItem, type State, timestamp } from './state.ts'
import { isAhead, isPast } from './verdicts.ts'

/** A price of one type that is valid for a time. */
export type Adjustment = CatalogItem['adjustments'][number]

/** What a product costs: by its base price, or by an adjustment. */
export interface Price {
  id: number
  price: number
  adjustment?: Adjustment
}

/** What a product costs from a moment on; nothing when it has no price then. */
interface Change {
  from: number
  now: Price | undefined
}

export function bestPriorPrice(state: State, request: BestPriorPriceRequest): BestPriorPrice[] {
  const { skus, timeframe, target = { targetType: 'NONE' } } = request
  if (!/^\d+$/.test(timeframe)) throw invalid('Invalid', 'expected a number of days', { pointer: '/timeframe' })
  if (target.targetType === 'AUDIENCE') {
    if (target.audienceID === undefined) throw invalid('Required', 'required, but missing', { pointer: '/target/audienceID' })
    if (!state.audiences.has(target.audienceID)) throw notFound('Audience')
    // A catalogue's prices are for everybody.
    return []
  }
  return skus.flatMap((sku) => {
    const item = productOf(state, sku)
    return (item && lowestBefore(state, item, request)) ?? []
  })
}

/** A product of the catalogues that the Application subscribes to. */
export function productOf(state: State, sku: string): CatalogItem | undefined {
  const connected = [...state.catalogs.values()].filter(({ catalog }) => catalog.subscribedApplicationsIds?.includes(applicationId))
  return connected.flatMap(({ items }) => items.get(sku) ?? [])[0]
}

/** What a product costs at a moment: the lowest of its base price and its adjustments (inferred); undefined: it has no price. */
export function priceAt(item: CatalogItem, at: number): Price | undefined {
  const base = item.prices.findLast(({ from }) => !isAhead(from, at))
  const prices: Price[] = adjustmentsAt(item, at).map(({ price, adjustment }) => ({ id: adjustment.id, price, adjustment }))
  return [...(base ? [{ id: base.id, price: base.price }] : []), ...prices].toSorted((one, other) => one.price - other.price)[0]
}

/** The adjustments that are valid at a moment: of each price type the one calculated last, unless it ends the type. */
export function adjustmentsAt(item: CatalogItem, at: number): { price: number; adjustment: Adjustment }[] {
  const byType = new Map<string, Adjustment>()
  for (const adjustment of item.adjustments) {
    const rival = byType.get(adjustment.priceType)
    const isValid = startOf(adjustment) <= at && !isPast(adjustment.effectiveUntil, at)
    if (isValid && (rival === undefined || calculationOf(adjustment) >= calculationOf(rival))) byType.set(adjustment.priceType, adjustment)
  }
  return [...byType.values()].flatMap((adjustment) => (adjustment.price == null ? [] : { price: adjustment.price, adjustment }))
}

function lowestBefore(state: State, item: CatalogItem, request: BestPriorPriceRequest): BestPriorPrice | undefined {
  const { timeframe, timeframeEndDate, timeframeEndDateType } = request
  const endDate = Date.parse(timeframeEndDate)
  const history = historyOf(item, Math.min(endDate, state.clock()))
  const current = currentOf(history, timeframeEndDateType)
  const until = history[current]?.from ?? endDate
  const since = until - Number(timeframe) * 86_400_000
  // A price that was there before the timeframe, and lasted into it, counts.
  const lowest = history
    .slice(0, current)
    .filter((_, index) => (history[index + 1]?.from ?? Infinity) > since)
    .flatMap(({ from, now }) => (now ? { from, ...now } : []))
    .toSorted((one, other) => one.price - other.price || other.from - one.from)[0]
  return lowest && answerOf(state, item, lowest)
}

// Where the timeframe ends in a history: before the current price, before the sale it belongs to, or not at all.
function currentOf(history: readonly Change[], type: BestPriorPriceRequest['timeframeEndDateType']): number {
  const last = history.at(-1)
  if (type === 'strict' || last === undefined) return history.length
  const sale = contextOf(last)
  if (type === 'price' || sale === undefined) return history.length - 1
  return history.findLastIndex((change) => contextOf(change) !== sale) + 1
}

function historyOf(item: CatalogItem, until: number): Change[] {
  const moments = [
    ...item.prices.map(({ from }) => Date.parse(from)),
    ...item.adjustments.flatMap((adjustment) => [startOf(adjustment), Date.parse(adjustment.effectiveUntil ?? '')]),
  ]
  const changes = [...new Set(moments)]
    .filter((moment) => moment <= until)
    .toSorted((one, other) => one - other)
    .map((from): Change => ({ from, now: priceAt(item, from) }))
  return changes.filter((change, index) => {
    const before = changes[index - 1]
    return before === undefined || before.now?.price !== change.now?.price || contextOf(before) !== contextOf(change)
  })
}

function answerOf(state: State, { sku }: CatalogItem, { id, from, price, adjustment }: Price & { from: number }): BestPriorPrice {
  const { contextId, referenceId, priceType } = adjustment ?? {}
  return {
    id,
    sku,
    observedAt: timestamp(state, from),
    contextIds: contextId === undefined ? [] : [contextId],
    contextId: contextId ?? '',
    price,
    metadata: {
      influencingCampaignDetails: [],
      ...(referenceId !== undefined &&
        priceType !== undefined && { adjustmentDetails: { referenceId, selectedPriceType: priceType, value: price } }),
    },
    target: { type: 'NONE' },
  }
}

function contextOf({ now }: Change): string | undefined {
  return now?.adjustment?.contextId
}

// Nobody could see a price before it was told.
function startOf({ created, effectiveFrom = created }: Adjustment): number {
  return Math.max(Date.parse(created), Date.parse(effectiveFrom))
}

function calculationOf({ created, calculatedAt = created }: Adjustment): number {
  return Date.parse(calculatedAt)
}
