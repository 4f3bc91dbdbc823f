/** What a shopper may see of an answer: built anew from these lists. Points, achievements and the props of effects go as they are. */
import type { Effect, EffectType } from '../effects.ts'
import type { CartItem, Coupon, CustomerProfile, CustomerSessionV2, Giveaway, InventoryCoupon, InventoryReferral } from '../schema.ts'
import { isRecord } from '../shape.ts'

/** Whom an answer goes to, and under which id the browser knows the session. */
export interface Reader {
  profileId: string
  browserSessionId: string | undefined
  /** The attributes a shopper may see, which are those a shopper may set. */
  sessionAttributes: readonly string[]
  itemAttributes: readonly string[]
}

type Filter = (value: unknown, reader: Reader) => unknown

/** The answer of an operation as a shopper may see it. */
export function filterAnswer(operationId: string, data: unknown, reader: Reader): unknown {
  if (!isRecord(data)) return undefined
  const filter = answers[operationId]
  return filter ? filter(data, reader) : {}
}

const keep =
  (...names: readonly string[]): Filter =>
  (value) =>
    isRecord(value) ? pick(value, names) : undefined

const list =
  (filter: Filter): Filter =>
  (value, reader) =>
    Array.isArray(value) ? value.map((entry) => filter(entry, reader)).filter((entry) => entry !== undefined) : undefined

const parts =
  (filters: Record<string, Filter>): Filter =>
  (value, reader) =>
    isRecord(value)
      ? Object.fromEntries(
          Object.entries(filters).flatMap(([name, filter]) => (value[name] === undefined ? [] : [[name, filter(value[name], reader)]])),
        )
      : undefined

// An object that names a profile other than the reader's is somebody else's.
const own =
  (owner: string, filter: Filter): Filter =>
  (value, reader) =>
    isRecord(value) && (value[owner] === undefined || value[owner] === reader.profileId) ? filter(value, reader) : undefined

const asIs: Filter = (value) => value

type Names<T> = readonly (keyof T & string)[]

const couponNames: Names<InventoryCoupon> = [
  'id',
  'created',
  'campaignId',
  'value',
  'usageLimit',
  'usageCounter',
  'startDate',
  'expiryDate',
  'profileRedemptionCount',
  'state',
]
const coupon = own('recipientIntegrationId' satisfies keyof Coupon, keep(...couponNames))

const referralNames: Names<InventoryReferral> = [
  'id',
  'created',
  'campaignId',
  'code',
  'usageLimit',
  'usageCounter',
  'startDate',
  'expiryDate',
  'advocateProfileIntegrationId',
]
const referral = own('advocateProfileIntegrationId' satisfies keyof InventoryReferral, keep(...referralNames))

const giveawayNames: Names<Giveaway> = ['id', 'created', 'code', 'poolId', 'startDate', 'endDate', 'profileIntegrationId']
const giveaway = own('profileIntegrationId' satisfies keyof Giveaway, keep(...giveawayNames))

const profileNames: Names<CustomerProfile> = ['id', 'created', 'integrationId', 'closedSessions', 'totalSales', 'lastActivity']
const profile = own('integrationId' satisfies keyof CustomerProfile, keep(...profileNames))

const sessionNames: Names<CustomerSessionV2> = [
  'id',
  'created',
  'integrationId',
  'profileId',
  'couponCodes',
  'referralCode',
  'loyaltyCards',
  'state',
  'additionalCosts',
  'firstSession',
  'updateCount',
  'total',
  'cartItemTotal',
  'additionalCostTotal',
  'cartItemAdditionalCostTotal',
  'updated',
]
const itemNames: Names<CartItem> = [
  'name',
  'sku',
  'quantity',
  'price',
  'category',
  'product',
  'weight',
  'height',
  'width',
  'length',
  'position',
  'additionalCosts',
  'returnedQuantity',
  'remainingQuantity',
]
const item: Filter = (value, reader) =>
  isRecord(value) ? { ...pick(value, itemNames), ...attributesOf(value, reader.itemAttributes) } : undefined

const session = own('profileId' satisfies keyof CustomerSessionV2, (value, reader) =>
  isRecord(value)
    ? {
        ...pick(value, sessionNames),
        cartItems: list(item)(value.cartItems, reader),
        attributes: isRecord(value.attributes) ? pick(value.attributes, reader.sessionAttributes) : {},
        integrationId: reader.browserSessionId,
      }
    : undefined,
)

function attributesOf({ attributes }: Record<string, unknown>, names: readonly string[]): { attributes?: Record<string, unknown> } {
  const shown = isRecord(attributes) ? pick(attributes, names) : {}
  return Object.keys(shown).length === 0 ? {} : { attributes: shown }
}

const loyalty = parts({ programs: asIs })

// For the server: what a rule did to others, or that it failed.
const hiddenEffects: ReadonlySet<string> = new Set<EffectType>([
  'triggerWebhook',
  'error',
  'updateAttribute',
  'addToAudience',
  'removeFromAudience',
])
const recipients = ['profileId', 'recipientIntegrationId', 'profileIntegrationId'] as const
const envelope: Names<Effect> = ['campaignId', 'ruleIndex', 'effectType', 'triggeredByCoupon', 'selectedPriceType', 'selectedPrice']

const effect: Filter = (value, reader) => {
  if (!isRecord(value) || !isRecord(value.props) || hiddenEffects.has(String(value.effectType))) return undefined
  const { props } = value
  if (recipients.some((name) => props[name] !== undefined && props[name] !== reader.profileId)) return undefined
  // Rejections say to developers which condition failed; that is a hint for guessing.
  const { details: _details, conditionIndex: _condition, effectIndex: _effect, ...shown } = props
  const replaced = tellTale.get(String(shown.rejectionReason))
  if (replaced !== undefined) return { ...nowhere, effectType: value.effectType, props: { ...shown, rejectionReason: replaced } }
  return { ...pick(value, envelope), rulesetId: 0, ruleName: '', props: shown }
}

// These confirm that a code exists although it is not the reader's.
const tellTale = new Map([
  ['CouponRecipientDoesNotMatch', 'CouponNotFound'],
  ['ReferralRecipientDoesNotMatch', 'ReferralNotFound'],
])

// What the refusal of a code that does not exist carries.
const nowhere = { campaignId: 0, ruleIndex: 0, rulesetId: 0, ruleName: '' }

const effects = list(effect)

const answers: Readonly<Record<string, Filter>> = {
  getCustomerSession: parts({ customerSession: session, effects }),
  updateCustomerSessionV2: parts({
    customerSession: session,
    effects,
    createdCoupons: list(coupon),
    createdReferrals: list(referral),
    customerProfile: profile,
    coupons: list(coupon),
    referral,
    loyalty,
    awardedGiveaways: list(giveaway),
  }),
  getCustomerInventory: parts({
    profile,
    loyalty,
    coupons: list(coupon),
    referrals: list(referral),
    giveaways: list(giveaway),
    achievements: asIs,
  }),
  createCouponReservation: coupon,
  createReferral: referral,
  updateCustomerProfileV2: parts({ customerProfile: profile, effects, createdCoupons: list(coupon), createdReferrals: list(referral) }),
}

function pick(record: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (record[name] === undefined ? [] : [[name, record[name]]])))
}
