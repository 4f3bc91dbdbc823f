/** A Talon.One that says too much: every answer is full of what only others may see, at every depth. */
import { type Endpoint, readInput, recognise } from '../../src/endpoint.ts'
import { isRecord } from '../../src/record.ts'
import type { UpstreamFault } from './draft.ts'
import { rows } from './said.ts'
import { canary, canaryNumber, key, type Setup, tokenOf } from './world.ts'

/** What came to Talon.One. */
export interface Sent {
  method: string
  url: string
  headers: Readonly<Record<string, string>>
  redirect: string | undefined
  text: string | undefined
  /** Undefined: no row of the table. */
  row: Endpoint | undefined
  input: Record<string, unknown>
  /** What of it does not fit its row. */
  issues: number
}

export interface Answered {
  response: Response
  /** Whether it is what Talon.One may answer somebody who asks properly: a success, or a refusal of its own. */
  isProper: boolean
  status: number
  /** Codes that it has refused, as the application compares them. */
  rejected: readonly string[]
}

// What a fetch that nobody wraps is given: a text, and a plain object of headers.
export function readSent(url: string, init: RequestInit): Sent {
  const { method = 'GET', body } = init
  const text = typeof body === 'string' ? body : undefined
  const { pathname, searchParams } = new URL(url)
  const headers = Object.fromEntries(new Headers(init.headers))
  const sent = { method, url, headers, redirect: init.redirect, text }
  for (const row of rows) {
    const params = recognise(row, method, pathname)
    if (params === undefined) continue
    const issues: { pointer: string; message: string }[] = []
    const input = readInput(row, { params, searchParams, body: text === undefined ? undefined : parse(text) }, issues)
    return { ...sent, row, input, issues: issues.length }
  }
  return { ...sent, row: undefined, input: {}, issues: 0 }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The name that own data bear, so that they can be told from another shopper's. */
export const labelOf = (owner: string) => `data-of-${tokenOf(owner)}.`

/** Answers as it should, but tells too much. */
export function answer({ row, input }: Sent, { is, couponReasons }: Setup): Answered {
  if (row === undefined) return refusal(404)
  const codes = codesIn(input)
  const rejected = codes.filter((code) => /^VZ(BAD|TAKEN|RESERVED|THEIRS|ADVOCATE)/.test(code))
  const isReservation = is === 'shopper' && row.operationId.endsWith('CouponReservation')
  // Whoever releases a code hears nothing of it.
  const isHeard = row.operationId === 'createCouponReservation'
  if (isReservation && rejected.length > 0) return { ...refusal(404), rejected: isHeard ? rejected : [] }
  const isSilent = row.answer === 'nothing' || input.silent === 'yes'
  if (isSilent) return { response: new Response(null, { status: 204 }), isProper: true, status: 204, rejected: [] }
  const owner = ownerOf(row, input)
  const scene = {
    owner,
    session: typeof input.customerSessionId === 'string' ? input.customerSessionId : '',
    label: labelOf(owner),
    isCoarse: couponReasons === 'coarse',
    codes,
  }
  const data = is === 'staff' ? forStaff(row, scene) : (bodies[row.operationId] ?? state)(scene)
  return { response: json(data), isProper: true, status: 200, rejected: row.operationId === 'updateCustomerSessionV2' ? rejected : [] }
}

const json = (data: unknown, status = 200) =>
  new Response(JSON.stringify(data), { status, headers: { 'content-type': 'application/json' } })

function refusal(status: number): Answered {
  const errors = [{ title: canary, details: canary, source: { pointer: canary } }]
  return { response: json({ message: `${canary} not found`, errors, trace: canary }, status), isProper: true, status, rejected: [] }
}

function codesIn(input: Record<string, unknown>): string[] {
  const session = isRecord(input.customerSession) ? input.customerSession : {}
  const list = Array.isArray(session.couponCodes) ? session.couponCodes : []
  const all = [...list, session.referralCode, input.couponValue].filter((code) => typeof code === 'string' && code !== '')
  return [...new Set(all.map((code) => String(code).toUpperCase()))]
}

/** Whose data it answers with: those of the profile, session or card that was asked for. */
function ownerOf(row: Endpoint, input: Record<string, unknown>): string {
  const parts = row.identity?.slice(1).split('/') ?? ['customerSessionId']
  const found = parts.reduce<unknown>((at, name) => (isRecord(at) ? at[name] : Array.isArray(at) ? at[Number(name)] : undefined), input)
  const owner = found ?? input.loyaltyCardId
  return typeof owner === 'string' ? owner : 'everybody'
}

interface Answering {
  owner: string
  session: string
  label: string
  isCoarse: boolean
  /** In upper case. */
  codes: readonly string[]
}

const others = `${canary}-carla`
const secretFields = {
  createdBy: canary,
  userId: canaryNumber,
  accountId: canaryNumber,
  ruleId: canaryNumber,
  budget: { limit: canaryNumber },
  notes: [canary, { deep: { deeper: canary } }],
}

const coupon = (label: string, recipient?: string) => ({
  id: 1,
  created: '2026-01-01T00:00:00Z',
  campaignId: 3,
  value: label,
  usageLimit: 1,
  usageCounter: 0,
  state: 'active',
  ...(recipient !== undefined && { recipientIntegrationId: recipient }),
  limits: [{ action: canary, limit: canaryNumber }],
  batchId: canary,
  importId: canaryNumber,
  attributes: { Hidden: canary },
  ...secretFields,
})
const theirCoupon = { ...coupon(canary, others), campaignId: canaryNumber }

const referral = (label: string, advocate: string) => ({
  id: 2,
  code: label,
  campaignId: 5,
  usageLimit: 1,
  advocateProfileIntegrationId: advocate,
  friendProfileIntegrationId: others,
  attributes: { Hidden: canary },
  referredCustomers: [others],
  ...secretFields,
})
const giveaway = (label: string, profile: string) => ({
  id: 3,
  code: label,
  poolId: 1,
  profileIntegrationId: profile,
  attributes: { Hidden: canary },
  used: canary,
  importId: canaryNumber,
  ...secretFields,
})
const profile = ({ owner, label }: Answering) => ({
  id: 4,
  integrationId: owner,
  lastActivity: label,
  totalSales: 1,
  attributes: { Email: canary, Name: canary },
  audienceMemberships: [{ id: canaryNumber, name: canary }],
  ...secretFields,
})
const theirProfile = { id: canaryNumber, integrationId: others, lastActivity: canary, totalSales: canaryNumber }

const item = {
  name: 'Beans',
  sku: 'beans',
  quantity: 1,
  price: 10,
  attributes: { engraving: 'mine', Margin: canary },
  catalogItemID: canaryNumber,
  prices: { staff: { price: canaryNumber } },
  ...secretFields,
}
const session = ({ owner, session: integrationId, label }: Answering, isNamed: boolean) => ({
  id: 5,
  integrationId,
  ...(isNamed && { profileId: owner }),
  referralCode: label,
  couponCodes: [],
  state: 'open',
  total: 10,
  cartItems: [item, item],
  attributes: { Channel: 'web', Hidden: canary },
  identifiers: [canary],
  evaluableCampaignIds: [canaryNumber],
  experimentVariantAllocations: [{ experimentID: canaryNumber, variantID: canaryNumber }],
  storeIntegrationId: canary,
  applicationId: canaryNumber,
  ...secretFields,
})
const theirSession = {
  id: canaryNumber,
  integrationId: canary,
  profileId: others,
  referralCode: canary,
  state: 'open',
  total: canaryNumber,
  cartItems: [{ sku: canary, name: canary, quantity: 1 }],
  attributes: { Channel: canary },
}

const ruled = { campaignId: 3, rulesetId: canaryNumber, ruleIndex: 0, ruleName: canary, ...secretFields }
const effect = (effectType: string, props: Record<string, unknown>) => ({ ...ruled, effectType, props })

function effectsOf({ owner, label, isCoarse, codes }: Answering) {
  return [
    effect('setDiscount', { name: label, value: 1 }),
    effect('addLoyaltyPoints', { name: label, programId: 1, value: 5, recipientIntegrationId: owner }),
    effect('addLoyaltyPoints', { name: canary, programId: 1, value: canaryNumber, recipientIntegrationId: others }),
    effect('couponCreated', { value: canary, profileId: others }),
    effect('awardGiveaway', { poolName: canary, profileIntegrationId: others, code: canary }),
    effect('triggerWebhook', { webhookId: canaryNumber, webhookName: canary, payload: canary }),
    effect('error', { message: canary }),
    effect('updateAttribute', { path: canary, value: canary }),
    effect('addToAudience', { audienceName: canary, profileIntegrationId: owner }),
    effect('removeFromAudience', { audienceName: canary }),
    effect('customEffect', { name: 'secret', payload: canary }),
    effect('showNotification', { title: label, notificationType: 'Info', ruleTitle: canary }),
    ...codes.flatMap((code) => verdictOn(code, isCoarse)),
  ]
}

const reasons: readonly (readonly [start: string, effectType: string, reason: string])[] = [
  ['VZTAKEN', 'rejectCoupon', 'CouponRecipientDoesNotMatch'],
  ['VZRESERVED', 'rejectCoupon', 'CouponReservationRequired'],
  ['VZTHEIRS', 'rejectReferral', 'ReferralRecipientDoesNotMatch'],
  ['VZADVOCATE', 'rejectReferral', 'AdvocateNotFound'],
]
/** What confirms that a code exists which is not the reader's. */
export const tellTale = reasons.map(([, , reason]) => reason)

function verdictOn(code: string, isCoarse: boolean) {
  const hints = { details: canary, conditionIndex: canaryNumber, effectIndex: canaryNumber }
  const [, effectType, reason] = reasons.find(([start]) => code.startsWith(start)) ?? []
  // Of a code that does not exist there is no campaign.
  const campaign = isCoarse ? { campaignId: canaryNumber } : {}
  if (effectType !== undefined)
    return [{ ...effect(effectType, { value: code, rejectionReason: reason, ...hints, ...campaign }), ...campaign }]
  if (code.startsWith('VZBAD')) return [effect('rejectCoupon', { value: code, rejectionReason: 'CouponNotFound', ...hints })]
  return [effect('acceptCoupon', { value: code })]
}

const hidden = {
  triggeredCampaigns: [{ name: canary, ...secretFields }],
  ruleFailureReasons: [{ details: canary }],
  event: { attributes: { Hidden: canary } },
  campaignEligibility: [{ campaignId: canaryNumber }],
  previousReturns: [canary],
  ...secretFields,
}

const programs = (label: string) => ({
  programs: { club: { id: 1, title: label, ledger: { currentBalance: 5 } } },
  cards: { [canary]: canary },
})

const state = (scene: Answering) => ({
  customerProfile: scene.label.length % 4 === 0 ? theirProfile : profile(scene),
  loyalty: programs(scene.label),
  effects: effectsOf(scene),
  createdCoupons: [coupon(scene.label, scene.owner), theirCoupon],
  createdReferrals: [referral(scene.label, scene.owner), referral(canary, others)],
  awardedGiveaways: [giveaway(scene.label, scene.owner), giveaway(canary, others)],
  ...hidden,
})

const entry = (scene: Answering, profileId: string, sessionId: string, card: string) => ({
  id: 6,
  programId: 1,
  name: scene.label,
  amount: 5,
  customerProfileID: profileId,
  customerSessionId: sessionId,
  cardIdentifier: card,
  rulesetId: canaryNumber,
  ruleName: canary,
  flags: { createsNegativeBalance: canary },
  ...secretFields,
})
const page = (data: unknown[]) => ({ hasMore: false, totalResultSize: 2, data, ...secretFields })
const ledger = (scene: Answering) => page([entry(scene, scene.owner, canary, canary), entry(scene, others, canary, canary)])
const points = { activePoints: 5, currentTier: { name: 'gold' }, secret: canary, ...secretFields }
const achievement = (label: string, status: string) => ({
  id: 7,
  name: label,
  title: label,
  status,
  campaignId: 3,
  currentProgress: { status: 'inprogress', progress: 1, ...secretFields },
  achievementId: canaryNumber,
  ...secretFields,
})

/** By operation; the others are answered as an event is. */
const bodies: Readonly<Record<string, (scene: Answering) => unknown>> = {
  getCustomerSession: (scene) => ({
    customerSession: scene.label.length % 3 === 0 ? theirSession : session(scene, false),
    effects: effectsOf(scene),
    ...hidden,
  }),
  updateCustomerSessionV2: (scene) => ({
    ...state(scene),
    customerSession: scene.label.length % 3 === 0 ? theirSession : session(scene, true),
    coupons: [coupon(scene.label, scene.owner), coupon(scene.label), theirCoupon],
    referral: scene.label.length % 4 === 0 ? referral(canary, others) : referral(scene.label, scene.owner),
  }),
  getCustomerInventory: (scene) => ({
    profile: scene.label.length % 4 === 0 ? theirProfile : profile(scene),
    loyalty: programs(scene.label),
    coupons: [coupon(scene.label, scene.owner), theirCoupon],
    referrals: [referral(scene.label, scene.owner), referral(canary, others)],
    giveaways: [giveaway(scene.label, scene.owner), giveaway(canary, others)],
    achievements: [{ ...achievement(scene.label, 'active'), achievementId: 7 }],
    ...hidden,
  }),
  createCouponReservation: (scene) => (scene.label.length % 3 === 0 ? theirCoupon : coupon(scene.label, scene.owner)),
  createReferral: (scene) => (scene.label.length % 3 === 0 ? referral(canary, others) : referral(scene.label, scene.owner)),
  getLoyaltyBalances: ({ label }) => ({
    balance: { ...points, nextTierName: label },
    subledgerBalances: { gold: points },
    ...secretFields,
  }),
  getLoyaltyProgramProfileTransactions: ledger,
  getLoyaltyProgramProfilePoints: ledger,
  getLoyaltyCardBalances: ({ label }) => ({
    balance: { ...points, nextTierName: label },
    subledgerBalances: { gold: points },
    profiles: [{ integrationId: others, timestamp: canary }],
    ...secretFields,
  }),
  getLoyaltyCardTransactions: ledger,
  getLoyaltyCardPoints: ledger,
  getCustomerAchievements: ({ label }) =>
    page([achievement(label, 'active'), { ...achievement(canary, 'scheduled'), currentProgress: { status: canary } }]),
  getCustomerAchievementHistory: ({ label }) => page([{ status: 'completed', endDate: label, ...secretFields }]),
  bestPriorPrice: ({ label }) => [
    {
      sku: label,
      price: 1,
      observedAt: 'x',
      contextIds: [canary],
      metadata: { influencingCampaignDetails: [{ name: canary }] },
      target: { type: 'NONE', audienceId: canaryNumber },
      ...secretFields,
    },
    { sku: canary, price: canaryNumber, observedAt: canary, target: { type: 'AUDIENCE', audienceId: canaryNumber } },
  ],
}

// Staff see everything.
const forStaff = ({ answer: shape }: Endpoint, { label }: Answering) =>
  shape === 'list' ? [{ sku: label }] : { name: label, hasMore: false, data: [] }

const megabyte = new Uint8Array(2 ** 20).fill(32)
const page500 = `<html><body>${canary} stack trace</body></html>`
const leak = {
  'x-canary': canary,
  'set-cookie': `session=${canary}; Path=/`,
  server: canary,
  'access-control-allow-origin': '*',
  location: `https://evil.example/${canary}`,
}

const stream = (pull: (controller: ReadableStreamDefaultController<Uint8Array>) => void | Promise<void>) =>
  new ReadableStream<Uint8Array>({ pull })
const bytes = (text: string) => new TextEncoder().encode(text)

/** Answers as it should not. `never`: no answer, and no end. */
export function fail(fault: UpstreamFault, proper: Answered, { row }: Sent, { is, credential }: Setup): Answered | Promise<never> {
  const as = (response: Response): Answered => ({ response, isProper: false, status: response.status, rejected: [] })
  const [, code] = fault.split('status ')
  if (code !== undefined) {
    const status = Number(code)
    // What Talon.One refuses staff are told, but for what concerns the proxy's credential and for what breaks.
    const isOwn = status < 500 && status !== 401 && status !== 403
    const message = isOwn && is === 'staff' ? 'no' : canary
    const headers = { 'retry-after': '7', 'x-canary': canary }
    return {
      response: new Response(JSON.stringify({ message, StatusCode: status, trace: canary }), { status, headers }),
      isProper: isOwn,
      status,
      rejected: [],
    }
  }
  switch (fault) {
    case 'session closed':
      return { ...as(json({ message: 'Cannot move session to state "open" from state "closed"' }, 400)), isProper: true }
    case 'exists already':
      return { ...as(json({ message: 'event already exists' }, 409)), isProper: true }
    case 'redirect':
      return as(new Response(page500, { status: 307, headers: leak }))
    case 'opaque redirect':
      return as(Response.error())
    case 'html':
      return as(new Response(page500, { headers: { ...leak, 'content-type': 'text/html' } }))
    case 'no content':
      return { ...as(new Response(null, { status: 204, headers: leak })), isProper: true }
    case 'other shape':
      if (row?.answer === 'list') return as(json({ value: canary, data: [canary] }))
      return as(
        new Response(JSON.stringify([canary, { value: canary }, [{ effects: canary }]]).slice(0, proper.status === 204 ? 3 : undefined)),
      )
    case 'cut':
      return as(new Response(`{"effects":[{"${canary}":`, { status: 200 }))
    case 'broken body':
      return as(
        new Response(
          stream((controller) => {
            controller.enqueue(bytes(`{"${canary}":`))
            controller.error(new TypeError(`${canary} ${key}`))
          }),
        ),
      )
    case 'endless body':
      return as(new Response(stream(() => new Promise(() => {}))))
    case 'no answer':
      return new Promise<never>(() => {})
    case 'rejects':
      return Promise.reject(new TypeError(`${canary} https://shop.talon.one ${key}`))
    case 'throws':
      throw new RangeError(`${canary} ${key}`)
    case 'says the key':
      // Nobody else has what a signature is made with.
      if (credential === 'signature') return proper
      return as(
        json({
          effects: [],
          message: key,
          coupons: [{ value: key }],
          name: key,
          profile: { integrationId: key },
          customerSession: { state: `x${key}y` },
          loyalty: { programs: key },
          data: [{ id: key }],
          balance: { activePoints: key },
          value: key,
          code: key,
        }),
      )
    case 'headers':
      return {
        ...proper,
        response: new Response(proper.response.body, { status: proper.status, headers: { ...leak, 'content-encoding': 'identity' } }),
      }
    case 'prototype':
      return as(
        new Response(
          `{"__proto__":{"polluted":1,"effects":[]},"constructor":{"prototype":{"polluted":1}},"effects":[{"__proto__":{"polluted":1},"props":{"__proto__":{"polluted":1}}}]}`,
        ),
      )
    case 'deep':
      return as(new Response(`{"loyalty":{"programs":${'['.repeat(20_000)}${']'.repeat(20_000)}},"data":[],"effects":[]}`))
    case 'too long': {
      let left = 18
      return as(
        new Response(
          stream((controller) => {
            if (left === 18) controller.enqueue(bytes('{"effects":[]'))
            if (left-- > 0) return controller.enqueue(megabyte)
            controller.enqueue(bytes('}'))
            controller.close()
          }),
        ),
      )
    }
    default:
      throw new Error(`nobody knows how to ${fault}`)
  }
}
