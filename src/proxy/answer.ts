/** What a shopper may see of an answer: built anew from these lists. The ledgers of a wallet and the props of effects go as they are. */
import type { Effect, EffectType } from '../effects.ts'
import type * as endpoints from '../endpoints.ts'
import type {
  AchievementProgress,
  AchievementProgressWithDefinition,
  AchievementStatusEntry,
  BestPriorPrice,
  CardLedgerPointsEntryIntegrationAPI,
  CardLedgerTransactionLogEntryIntegrationAPI,
  CartItem,
  Coupon,
  CustomerProfile,
  CustomerSessionV2,
  Giveaway,
  InventoryCoupon,
  InventoryReferral,
  LoyaltyBalanceWithTier,
  LoyaltyCardProfileRegistration,
} from '../schema.ts'
import { isRecord } from '../record.ts'
import type { Shopper } from './identity.ts'
import type { ShopperFields } from './policy.ts'

/** Whom an answer goes to. */
export interface Reader {
  shopper: Shopper
  /** What the browser calls the sessions it named, by the id that Talon.One knows them under. */
  browserIds: ReadonlyMap<string, string>
  /** What the shopper may see beside what every cart has. */
  fields: ShopperFields
  couponReasons: CouponReasons
}

/** How much of why a code was refused is told: `'coarse'` does not say that a code exists which is not the reader's. */
export type CouponReasons = 'coarse' | 'unsafe-all'

type Filter = (value: unknown, reader: Reader) => unknown

/** The answer of an operation as a shopper may see it; undefined for nothing. */
export function filterAnswer(operationId: string, data: unknown, reader: Reader): unknown {
  return answers[operationId]?.(data, reader)
}

const keep =
  (...names: readonly string[]): Filter =>
  (value) =>
    isRecord(value) ? pick(value, names) : undefined

const list =
  (filter: Filter): Filter =>
  (value, reader) => {
    if (!Array.isArray(value)) return undefined
    const shown: unknown[] = []
    for (const entry of value) {
      const filtered = filter(entry, reader)
      if (filtered !== undefined) shown.push(filtered)
    }
    return shown
  }

const parts = (filters: Record<string, Filter>): Filter => {
  const entries = Object.entries(filters)
  return (value, reader) => {
    if (!isRecord(value)) return undefined
    const shown: Record<string, unknown> = {}
    for (const [name, filter] of entries) if (value[name] !== undefined) shown[name] = filter(value[name], reader)
    return shown
  }
}

// An object that names a profile other than the reader's is somebody else's.
const own =
  (owner: string, filter: Filter): Filter =>
  (value, reader) =>
    isRecord(value) && (value[owner] === undefined || value[owner] === reader.shopper.profileId) ? filter(value, reader) : undefined

const mapOf =
  (filter: Filter): Filter =>
  (value, reader) =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, filter(entry, reader)])) : undefined

const asIs: Filter = (value) => value

const nothing: Filter = () => undefined

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
  isRecord(value) ? { ...pick(value, itemNames), ...attributesOf(value, reader.fields.itemAttributes ?? []) } : undefined

const session = own('profileId' satisfies keyof CustomerSessionV2, (value, reader) =>
  isRecord(value)
    ? {
        ...pick(value, sessionNames),
        cartItems: list(item)(value.cartItems, reader),
        attributes: isRecord(value.attributes) ? pick(value.attributes, reader.fields.sessionAttributes ?? []) : {},
        integrationId: reader.browserIds.get(String(value.integrationId)),
      }
    : undefined,
)

function attributesOf({ attributes }: Record<string, unknown>, names: readonly string[]): { attributes?: Record<string, unknown> } {
  const shown = isRecord(attributes) ? pick(attributes, names) : {}
  return Object.keys(shown).length === 0 ? {} : { attributes: shown }
}

const loyalty = parts({ programs: asIs })

const balanceNames: Names<LoyaltyBalanceWithTier> = [
  'activePoints',
  'pendingPoints',
  'spentPoints',
  'expiredPoints',
  'negativePoints',
  'currentTier',
  'projectedTier',
  'pointsToNextTier',
  'nextTierName',
]
const balances = { balance: keep(...balanceNames), subledgerBalances: mapOf(keep(...balanceNames)) }
const registrationNames: Names<LoyaltyCardProfileRegistration> = ['integrationId', 'timestamp']
const registration = own('integrationId' satisfies keyof LoyaltyCardProfileRegistration, keep(...registrationNames))

type LedgerEntry = CardLedgerTransactionLogEntryIntegrationAPI & CardLedgerPointsEntryIntegrationAPI
const ledgerEntryNames: Names<LedgerEntry> = [
  'id',
  'transactionUUID',
  'created',
  'programId',
  'type',
  'name',
  'startDate',
  'expiryDate',
  'subledgerId',
  'amount',
  'validityDuration',
]
// Others may use the same card: what they did with it is there to see, who they are is not.
const ledgerEntry: Filter = (value, { shopper, browserIds }) =>
  isRecord(value)
    ? {
        ...pick(value, ledgerEntryNames),
        ...(shopper.profileId === value.customerProfileID && { customerProfileID: shopper.profileId }),
        ...(shopper.loyaltyCardIds?.includes(String(value.cardIdentifier)) && { cardIdentifier: value.cardIdentifier }),
        customerSessionId: browserIds.get(String(value.customerSessionId)),
      }
    : undefined

const page = (entry: Filter): Filter => parts({ totalResultSize: asIs, hasMore: asIs, data: list(entry) })
const ledger = page(ledgerEntry)

const progressNames: Names<AchievementProgress> = ['status', 'progress', 'startDate', 'completionDate', 'endDate']
const progress = keep(...progressNames)
const heldAchievementNames: Names<AchievementProgressWithDefinition> = [
  ...progressNames,
  'achievementId',
  'name',
  'title',
  'description',
  'campaignId',
  'target',
  'achievementRecurrencePolicy',
  'achievementActivationPolicy',
  'achievementFixedStartDate',
  'achievementEndDate',
]
const achievementNames: Names<AchievementStatusEntry> = [
  'id',
  'created',
  'name',
  'title',
  'description',
  'target',
  'period',
  'periodEndOverride',
  'recurrencePolicy',
  'activationPolicy',
  'fixedStartDate',
  'endDate',
  'campaignId',
  'status',
]
// What is scheduled belongs to a campaign that nobody has heard of yet.
const achievement: Filter = (value, reader) =>
  isRecord(value) && value.status !== 'scheduled'
    ? { ...pick(value, achievementNames), currentProgress: progress(value.currentProgress, reader) }
    : undefined

const priorPriceNames: Names<BestPriorPrice> = ['sku', 'price', 'observedAt']
const priorPrice: Filter = (value) => {
  // A price for an audience is nobody else's business.
  if (!isRecord(value) || !isRecord(value.target) || value.target.type !== 'NONE') return undefined
  return { ...pick(value, priorPriceNames), contextIds: [], metadata: { influencingCampaignDetails: [] }, target: { type: 'NONE' } }
}

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
  if (recipients.some((name) => props[name] !== undefined && props[name] !== reader.shopper.profileId)) return undefined
  if (value.effectType === 'customEffect' && !reader.fields.customEffects?.some((name) => name === props.name)) return undefined
  // Rejections say to developers which condition failed; that is a hint for guessing.
  const { details: _details, conditionIndex: _condition, effectIndex: _effect, ...told } = props
  const shown: Record<string, unknown> = 'ruleTitle' in told ? { ...told, ruleTitle: '' } : told
  const replaced = reader.couponReasons === 'coarse' ? tellTale.get(String(shown.rejectionReason)) : undefined
  if (replaced !== undefined) return { ...nowhere, effectType: value.effectType, props: { value: shown.value, rejectionReason: replaced } }
  return { ...pick(value, envelope), rulesetId: 0, ruleName: '', props: shown }
}

// The first four confirm that a code exists although it is not the reader's. The last two are built in the same way, so that no byte differs.
const tellTale = new Map([
  ['CouponRecipientDoesNotMatch', 'CouponNotFound'],
  ['CouponReservationRequired', 'CouponNotFound'],
  ['ReferralRecipientDoesNotMatch', 'ReferralNotFound'],
  ['AdvocateNotFound', 'ReferralNotFound'],
  ['CouponNotFound', 'CouponNotFound'],
  ['ReferralNotFound', 'ReferralNotFound'],
])

// What the refusal of a code that does not exist carries.
const nowhere = { campaignId: 0, ruleIndex: 0, rulesetId: 0, ruleName: '' }

/** The code that an effect refuses, and that is told as one that does not exist; undefined for any other effect. */
function untoldCode(value: unknown): string | undefined {
  if (!isRecord(value) || !isRecord(value.props) || !tellTale.has(String(value.props.rejectionReason))) return undefined
  return String(value.props.value).toUpperCase()
}

const everyEffect = list(effect)

// Talon.One refuses a code in the place of its campaign, and one without a campaign in another. Here all of those come first.
const effects: Filter = (value, reader) => {
  const shown = everyEffect(value, reader)
  if (reader.couponReasons !== 'coarse' || !Array.isArray(shown)) return shown
  const untold: { code: string; refusal: unknown }[] = []
  const others: unknown[] = []
  for (const one of shown) {
    const code = untoldCode(one)
    if (code === undefined) others.push(one)
    else untold.push({ code, refusal: one })
  }
  if (untold.length === 0) return shown
  untold.sort((one, other) => (one.code < other.code ? -1 : 1))
  return [...untold.map(({ refusal }) => refusal), ...others]
}

// Talon.One lists the coupons of refused codes, too.
const withoutUntold =
  (filter: Filter): Filter =>
  (value, reader) => {
    if (reader.couponReasons !== 'coarse' || !isRecord(value)) return filter(value, reader)
    const { effects: told, coupons: listed } = value
    if (!Array.isArray(told) || !Array.isArray(listed)) return filter(value, reader)
    const untold = new Set(told.map(untoldCode))
    const isTold = (one: unknown) => isRecord(one) && !untold.has(String(one.value).toUpperCase())
    return filter({ ...value, coupons: listed.filter(isTold) }, reader)
  }

const state = {
  customerProfile: profile,
  loyalty,
  effects,
  createdCoupons: list(coupon),
  createdReferrals: list(referral),
  awardedGiveaways: list(giveaway),
}

/** By operation. Whoever is not in here is answered with nothing. */
export const answers: Readonly<Record<string, Filter>> = {
  getCustomerSession: parts({ customerSession: session, effects }),
  updateCustomerSessionV2: withoutUntold(parts({ ...state, customerSession: session, coupons: list(coupon), referral })),
  getCustomerInventory: parts({
    profile,
    loyalty,
    coupons: list(coupon),
    referrals: list(referral),
    giveaways: list(giveaway),
    achievements: list(keep(...heldAchievementNames)),
  }),
  createCouponReservation: coupon,
  deleteCouponReservation: nothing,
  createReferral: referral,
  updateCustomerProfileV2: parts(state),
  trackEventV2: parts(state),
  trackEventV3: parts(state),
  joinLoyaltyProgram: nothing,
  getLoyaltyBalances: parts(balances),
  getLoyaltyProgramProfileTransactions: ledger,
  getLoyaltyProgramProfilePoints: ledger,
  getLoyaltyCardBalances: parts({ ...balances, profiles: list(registration) }),
  getLoyaltyCardTransactions: ledger,
  getLoyaltyCardPoints: ledger,
  getCustomerAchievements: page(achievement),
  getCustomerAchievementHistory: page(progress),
  bestPriorPrice: list(priorPrice),
} satisfies Partial<Record<keyof typeof endpoints, Filter>>

// Once for each line and effect of an answer: by the names that are there, which are fewer than those that may be.
function pick(record: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {}
  for (const name of Object.keys(record)) if (names.includes(name)) picked[name] = record[name]
  return picked
}
