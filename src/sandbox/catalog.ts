/** Catalogues: products that carts take their prices and attributes from. */
import type { SyncCatalogInput } from '../endpoints.ts'
import type { AddItemCatalogAction, APIError, CartItem, Catalog, CatalogAction, CatalogActionFilter, PriceDetail } from '../schema.ts'
import { type Adjustment, adjustmentsAt, priceAt, productOf } from './prices.ts'
import { invalid, notFound } from './refusal.ts'
import { type CatalogItem, type State, takeId, timestamp } from './state.ts'

type Items = Map<string, CatalogItem>

/** All actions are carried out, or none. */
export function syncCatalog(state: State, { catalogId, actions, version }: SyncCatalogInput): Catalog {
  const stored = state.catalogs.get(catalogId)
  if (stored === undefined) throw notFound('Catalog')
  if (version !== undefined && version !== stored.catalog.version)
    throw invalid('Invalid', 'the catalogue has another version', { pointer: '/version' })
  if (new Set(actions.map(({ type }) => type)).size > 1)
    throw invalid('Invalid', 'all actions of a request must be of one type', { pointer: '/actions' })
  const skus = actions.flatMap(({ payload }) => ('sku' in payload ? payload.sku : []))
  if (new Set(skus).size < skus.length) throw invalid('Invalid', 'a SKU stands in several actions', { pointer: '/actions' })
  const items = structuredClone(stored.items)
  for (const [index, action] of actions.entries()) carryOut(state, items, action, { pointer: `/actions/${index}/payload/sku` })
  stored.items = items
  stored.catalog.modified = timestamp(state)
  return stored.catalog
}

/** A line with what the catalogue knows of its SKU: its price, unless the line has one, and attributes, unless the line has them. */
export function withCatalog(state: State, line: CartItem, now: number): CartItem {
  const item = productOf(state, line.sku)
  if (item === undefined) return line
  const { id, product, attributes } = item
  return {
    ...(product && { product }),
    ...(line.price === undefined && priceFields(item, now)),
    ...line,
    attributes: { ...attributes, ...line.attributes },
    catalogItemID: id,
  }
}

/** Puts products into the catalogue 1. */
export function fillCatalog(state: State, products: readonly AddItemCatalogAction[]): void {
  const items = state.catalogs.get(1)?.items
  for (const product of products) if (items) add(state, items, product)
}

function carryOut(state: State, items: Items, { type, payload }: CatalogAction, source: APIError['source']): void {
  switch (type) {
    case 'ADD':
      if (items.has(payload.sku) && !payload.replaceIfExists) throw invalid('Invalid', 'the catalogue has this SKU', source)
      return add(state, items, payload)
    case 'PATCH':
      if (!items.has(payload.sku) && !payload.createIfNotExists) throw unknownSku(source)
      return patch(state, items.get(payload.sku) ?? create(state, items, payload.sku), payload)
    case 'PATCH_MANY':
      for (const item of selected(items, payload.filters)) patch(state, item, payload)
      return
    case 'REMOVE':
      items.delete(payload.sku)
      return
    case 'REMOVE_MANY':
      for (const { sku } of selected(items, payload.filters)) items.delete(sku)
      return
    case 'ADD_PRICE_ADJUSTMENT': {
      const item = items.get(payload.sku)
      if (item === undefined) throw unknownSku(source)
      item.adjustments.push(...payload.adjustments.map((one) => ({ ...one, id: takeId(state), created: timestamp(state) })))
    }
  }
}

// A price that is left out stays, and a product that is left out goes: talon-one/talon_one.js docs/AddItemCatalogAction.md
function add(state: State, items: Items, payload: AddItemCatalogAction): void {
  const item = items.get(payload.sku) ?? create(state, items, payload.sku)
  item.attributes = {}
  delete item.product
  patch(state, item, payload)
}

function create(state: State, items: Items, sku: string): CatalogItem {
  const item: CatalogItem = { id: takeId(state), sku, attributes: {}, prices: [], adjustments: [] }
  items.set(sku, item)
  return item
}

function patch(state: State, item: CatalogItem, { price, attributes, product }: Omit<AddItemCatalogAction, 'sku'>): void {
  item.attributes = { ...item.attributes, ...attributes }
  if (product !== undefined) item.product = product
  if (price !== undefined && item.prices.at(-1)?.price !== price) item.prices.push({ id: takeId(state), from: timestamp(state), price })
}

function selected(items: Items, filters: readonly CatalogActionFilter[] = []): CatalogItem[] {
  return [...items.values()].filter(({ attributes }) => filters.every((filter) => fits(attributes[filter.attr], filter)))
}

// Values may be texts where attributes are numbers, and IN takes them joined by commas: talon-one/talon_go docs/IntegrationApi.md
function fits(attribute: unknown, { op, value }: CatalogActionFilter): boolean {
  if (attribute === undefined) return false
  const [one, other] = [Number(attribute), Number(value)]
  switch (op) {
    case 'EQ':
      return textOf(attribute) === textOf(value)
    case 'IN':
      return (Array.isArray(value) ? value.map(textOf) : textOf(value).split(',')).some((text) => text.trim() === textOf(attribute))
    case 'LT':
      return one < other
    case 'LE':
      return one <= other
    case 'GT':
      return one > other
    case 'GE':
      return one >= other
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function priceFields(item: CatalogItem, now: number): Partial<CartItem> {
  const current = priceAt(item, now)
  const adjustments = adjustmentsAt(item, now)
  const prices = Object.fromEntries(
    adjustments.map(({ price, adjustment }): [string, PriceDetail] => {
      const { contextId } = adjustment
      return [
        adjustment.priceType,
        { price, ...(contextId !== undefined && { adjustmentContextId: contextId }), ...adjustmentFields(adjustment) },
      ]
    }),
  )
  return {
    ...(current && { price: current.price }),
    ...(current?.adjustment && { selectedPriceType: current.adjustment.priceType, ...adjustmentFields(current.adjustment) }),
    ...(adjustments.length > 0 && { prices }),
  }
}

function adjustmentFields({
  referenceId,
  effectiveFrom,
  effectiveUntil,
}: Adjustment): Pick<CartItem, 'adjustmentReferenceId' | 'adjustmentEffectiveFrom' | 'adjustmentEffectiveUntil'> {
  return {
    // An answer calls it a UUID, a request does not insist.
    ...(isUuid.test(referenceId) && { adjustmentReferenceId: referenceId }),
    ...(effectiveFrom !== undefined && { adjustmentEffectiveFrom: effectiveFrom }),
    ...(effectiveUntil !== undefined && { adjustmentEffectiveUntil: effectiveUntil }),
  }
}

const isUuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

function unknownSku(source: APIError['source']): ReturnType<typeof invalid> {
  return invalid('Unknown', 'the catalogue has no such SKU', source)
}
