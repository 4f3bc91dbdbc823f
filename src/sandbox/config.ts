/** Whether a sandbox's configuration can be, said before anything is made of it. */
import { readInput } from '../endpoint.ts'
import { syncCatalog } from '../endpoints.ts'
import { TalonOneError, type TalonOneIssue } from '../error.ts'
import { describe } from '../json.ts'
import { isRecord } from '../record.ts'
import { type Fields, type FieldsOf, readFields, readShape, type Shape } from '../shape.ts'
import type {
  AttributeType,
  Budget,
  BudgetAction,
  CampaignGroup,
  LoyaltyProgram,
  LoyaltyTier,
  SandboxAttributes,
  SandboxCampaign,
  SandboxConfig,
  SandboxRule,
} from './index.ts'

type Issues = TalonOneIssue[]
type Check = (value: unknown, pointer: string, issues: Issues) => void

/**
 * Holds anything to be a {@link SandboxConfig}. The weather is left to whoever makes it. Fields of campaigns and programs that it does
 * not know pass: only the names on the first level are all known.
 *
 * @throws TalonOneError `invalid_config` with every finding; it holds where they are and never what stands there.
 */
export function checkConfig(config: unknown): asserts config is SandboxConfig {
  const issues: Issues = []
  if (isRecord(config)) checkFields(config, issues)
  else issues.push({ pointer: '', message: `expected an object, got ${describe(config)}` })
  if (issues.length === 0) return
  const said = issues.map(({ pointer, message }) => `${pointer || 'the whole'}: ${message}`).join('; ')
  throw new TalonOneError('invalid_config', `this config cannot be (${said})`, { issues })
}

function checkFields(config: Record<string, unknown>, issues: Issues): void {
  readFields({}, Object.fromEntries(Object.entries(config).filter(([name]) => !Object.hasOwn(checks, name))), '', issues)
  for (const [name, check] of Object.entries(checks)) if (config[name] !== undefined) check(config[name], `/${name}`, issues)
}

// Shapes of what is known; fields beside it pass.
const text: Shape = { is: 'string', min: 1 }
const id: Shape = { is: 'integer' }
const limit: FieldsOf<Budget> = {
  action: wordOf<BudgetAction>({
    redeemCoupon: 0,
    redeemReferral: 0,
    createCoupon: 0,
    createReferral: 0,
    reserveCoupon: 0,
    setDiscount: 0,
    setDiscountEffect: 0,
    createLoyaltyPoints: 0,
    createLoyaltyPointsEffect: 0,
    redeemLoyaltyPoints: 0,
    redeemLoyaltyPointsEffect: 0,
    awardGiveaway: 0,
    addFreeItemEffect: 0,
    customEffect: 0,
    callApi: 0,
  }),
  limit: { is: 'number', min: 0 },
  'period?': wordOf<Budget['period']>({ daily: 0, weekly: 0, monthly: 0, yearly: 0 }),
  'entities?': {
    is: 'list',
    of: wordOf<NonNullable<Budget['entities']>[number]>({ Coupon: 0, Referral: 0, Profile: 0, Identifier: 0, Store: 0, Session: 0 }),
  },
}
const campaign: Fields = {
  id,
  name: text,
  'state?': wordOf<SandboxCampaign['state']>({ enabled: 0, disabled: 0, archived: 0 }),
  'startTime?': { is: 'timestamp' },
  'endTime?': { is: 'timestamp' },
  'limits?': { is: 'list', of: { is: 'object', fields: limit } },
}
const coupon: Fields = {
  value: { is: 'string', min: 4, max: 100 },
  'usageLimit?': { is: 'integer', min: 0 },
  'discountLimit?': { is: 'number', min: 0 },
  'startDate?': { is: 'timestamp' },
  'expiryDate?': { is: 'timestamp' },
  'limits?': { is: 'list', of: { is: 'object', fields: limit } },
}
const achievement: Fields = { id, name: text, target: { is: 'number', min: 0 } }
const giveawayPool: Fields = { id, name: text, codes: { is: 'list', of: text } }
const rule: Fields = { name: text, 'on?': text, 'needs?': wordOf<SandboxRule['needs']>({ coupon: 0, referral: 0 }) }
const group: Fields = {
  mode: wordOf<CampaignGroup['mode']>({ stackable: 0, listOrder: 0, highestDiscount: 0, lowestDiscount: 0 }),
  'scope?': wordOf<CampaignGroup['scope']>({ session: 0, cartItem: 0 }),
}
const tier: FieldsOf<LoyaltyTier> = { name: text, minPoints: { is: 'number' } }
const program: Fields = {
  id,
  name: text,
  title: { is: 'string' },
  'isCardBased?': { is: 'boolean' },
  'usersPerCardLimit?': { is: 'integer', min: 0 },
  'programJoinPolicy?': wordOf<LoyaltyProgram['programJoinPolicy']>({ not_join: 0, points_earned: 0, points_activated: 0 }),
  'returnPolicy?': wordOf<LoyaltyProgram['returnPolicy']>({ only_pending: 0, within_balance: 0, unlimited: 0 }),
  'tiers?': { is: 'list', of: { is: 'object', fields: tier } },
}

const attributeTypes: Shape = {
  is: 'map',
  of: wordOf<AttributeType>({ string: 0, number: 0, boolean: 0, time: 0, '(list string)': 0, '(list number)': 0 }),
}
const attributes: FieldsOf<SandboxAttributes> = {
  'session?': attributeTypes,
  'item?': attributeTypes,
  'profile?': attributeTypes,
  'event?': attributeTypes,
}

// A word that is missing here, or that the type does not have, does not compile.
function wordOf<Word extends string | undefined>(words: Record<NonNullable<Word>, 0>): Shape {
  return { is: 'string', oneOf: Object.keys(words) }
}

// A new field of the config does not compile until it is named here.
const checks: { readonly [Name in keyof SandboxConfig]-?: Check } = {
  apiKey: isShaped(text),
  testingKey: isShaped(text),
  contentSignature: checkFunction,
  campaigns: checkCampaigns,
  programs: (value, pointer, issues) => {
    const programs = listOf(value, pointer, issues)
    for (const [index, one] of programs.entries()) checkKnown(program, one, `${pointer}/${index}`, issues)
    checkDistinct(
      programs.map((one, index) => ({ value: fieldOf(one, 'id'), pointer: `${pointer}/${index}/id` })),
      issues,
    )
  },
  products: (value, pointer, issues) => {
    for (const [index, product] of listOf(value, pointer, issues).entries()) checkProduct(product, `${pointer}/${index}`, issues)
  },
  attributes: isShaped({ is: 'object', fields: attributes }),
  additionalCosts: isShaped({ is: 'list', of: text }),
  unknownSession: (value, pointer, issues) => {
    if (value !== 400 && value !== 404) issues.push({ pointer, message: `expected 400 or 404, got ${describe(value)}` })
  },
  clock: checkFunction,
  latency: isShaped({ is: 'number', min: 0 }),
  weather: () => undefined,
}

function isShaped(shape: Shape): Check {
  return (value, pointer, issues) => void readShape(shape, value, pointer, issues)
}

function checkCampaigns(value: unknown, pointer: string, issues: Issues): void {
  const found = campaignsIn(value, pointer, issues)
  for (const { entry, pointer: at } of found) checkCampaign(entry, at, issues)
  checkDistinct(
    found.map(({ entry, pointer: at }) => ({ value: fieldOf(entry, 'id'), pointer: `${at}/id` })),
    issues,
  )
  const coupons = found.flatMap(({ entry, pointer: at }) =>
    entriesOf(entry, 'coupons').map((one, index) => ({ one, at: `${at}/coupons/${index}` })),
  )
  for (const name of ['giveaways', 'achievements'])
    checkDistinct(
      found.flatMap(({ entry, pointer: at }) =>
        entriesOf(entry, name).map((one, index) => ({ value: fieldOf(one, 'id'), pointer: `${at}/${name}/${index}/id` })),
      ),
      issues,
    )
  const codes = coupons.map(({ one, at }) => ({ value: upperCase(fieldOf(one, 'value')), pointer: `${at}/value` }))
  checkDistinct(codes, issues)
}

/** The campaigns of a list with those of its groups: an entry with `campaigns` of its own is a group. */
function campaignsIn(value: unknown, pointer: string, issues: Issues): { entry: unknown; pointer: string }[] {
  return listOf(value, pointer, issues).flatMap((entry, index) => {
    const at = `${pointer}/${index}`
    const inner = fieldOf(entry, 'campaigns')
    if (inner === undefined) return [{ entry, pointer: at }]
    checkKnown(group, entry, at, issues)
    return campaignsIn(inner, `${at}/campaigns`, issues)
  })
}

function checkCampaign(entry: unknown, pointer: string, issues: Issues): void {
  if (!checkKnown(campaign, entry, pointer, issues)) return
  if (entry.filter !== undefined) checkFunction(entry.filter, `${pointer}/filter`, issues)
  const lists = { coupons: coupon, achievements: achievement, giveaways: giveawayPool }
  for (const [name, fields] of Object.entries(lists)) {
    const list = entry[name] === undefined ? [] : listOf(entry[name], `${pointer}/${name}`, issues)
    for (const [index, one] of list.entries()) checkKnown(fields, one, `${pointer}/${name}/${index}`, issues)
  }
  for (const [index, one] of listOf(entry.rules, `${pointer}/rules`, issues).entries()) {
    const at = `${pointer}/rules/${index}`
    if (!checkKnown(rule, one, at, issues)) continue
    checkFunction(one.then, `${at}/then`, issues)
    for (const name of ['when', 'otherwise']) if (one[name] !== undefined) checkFunction(one[name], `${at}/${name}`, issues)
  }
}

// By the row that takes products over HTTP, so that there is one description of them.
function checkProduct(product: unknown, pointer: string, issues: Issues): void {
  const found: Issues = []
  const body = { actions: [{ type: 'ADD', payload: product }] }
  readInput(syncCatalog, { params: { catalogId: '1' }, searchParams: new URLSearchParams(), body }, found)
  issues.push(...found.map((issue) => ({ ...issue, pointer: issue.pointer.replace('/actions/0/payload', pointer) })))
}

function checkKnown(fields: Fields, value: unknown, pointer: string, issues: Issues): value is Record<string, unknown> {
  if (!isRecord(value)) {
    issues.push({ pointer, message: `expected an object, got ${describe(value)}` })
    return false
  }
  const names = Object.keys(fields).map((field) => field.replace(/\?$/, ''))
  readFields(fields, Object.fromEntries(names.map((name) => [name, value[name]])), pointer, issues)
  return true
}

function checkFunction(value: unknown, pointer: string, issues: Issues): void {
  if (typeof value !== 'function') issues.push({ pointer, message: `expected a function, got ${describe(value)}` })
}

function checkDistinct(found: readonly { value: unknown; pointer: string }[], issues: Issues): void {
  const first = new Map<unknown, string>()
  for (const { value, pointer } of found) {
    if (value === undefined) continue
    const before = first.get(value)
    if (before === undefined) first.set(value, pointer)
    else issues.push({ pointer, message: `the same as ${before}` })
  }
}

function listOf(value: unknown, pointer: string, issues: Issues): unknown[] {
  if (Array.isArray(value)) return value
  issues.push({ pointer, message: value === undefined ? 'required, but missing' : `expected a list, got ${describe(value)}` })
  return []
}

function entriesOf(value: unknown, name: string): unknown[] {
  const field = fieldOf(value, name)
  return Array.isArray(field) ? field : []
}

function fieldOf(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined
}

// Codes are the same in upper and lower case.
function upperCase(value: unknown): unknown {
  return typeof value === 'string' ? value.toUpperCase() : value
}
