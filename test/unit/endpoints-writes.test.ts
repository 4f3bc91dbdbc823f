/** What each write of the table says of itself: whether it may be repeated, and which reads it makes out of date. */
import fc from 'fast-check'
import { createTalonOne, type SendOptions } from 'talon-one-react'
import { expect, test, vi } from 'vitest'
import { changesOf } from '../../src/changes.ts'
import type { Endpoint, Repeat, WriteEndpoint } from '../../src/endpoint.ts'
import * as endpoints from '../../src/endpoints.ts'
import { inputsOf } from '../arbitrary.ts'

type Table = typeof endpoints
type WriteName = { [Name in keyof Table]: Table[Name] extends { kind: 'write' } ? Name : never }[keyof Table]

/** A case of a write: what was sent and answered, and every read that is out of date then. */
type Case = readonly [input: object, answer: unknown, reads: readonly string[]]
interface Write {
  repeat: Repeat
  defaults?: object
  /** The reads, where they are the same for all inputs and answers. */
  stale: readonly string[] | readonly Case[]
}

const session = ['getCustomerSession']
const wallet = ['getCustomerInventory']
const balances = ['getLoyaltyBalances', 'getLoyaltyProgramProfilePoints', 'getLoyaltyProgramProfileTransactions']
const cards = ['getLoyaltyCardBalances', 'getLoyaltyCardPoints', 'getLoyaltyCardTransactions']
const points = [...balances, ...cards]
const booked = [...wallet, ...points, 'getCustomerAchievementHistory', 'getCustomerAchievements']
const profile = ['getCustomerInventory.profile']
const coupons = ['getCustomerInventory.coupons', 'getReservedCustomers']
const referrals = ['getCustomerInventory.referrals']
const loyalty = ['getCustomerInventory.loyalty']

const sessionIn = (state?: string) => ({ customerSession: state === undefined ? {} : { state } })
const effects = (...types: string[]) => ({ effects: types.map((effectType) => ({ effectType, props: {} })) })

const writes: Record<WriteName, Write> = {
  updateCustomerSessionV2: {
    repeat: 'keyed',
    stale: [
      [sessionIn(), effects(), session],
      [sessionIn('open'), effects('setDiscount', 'acceptCoupon', 'addLoyaltyPoints', 'increaseAchievementProgress'), session],
      ...['couponCreated', 'referralCreated', 'reserveCoupon', 'updateAttribute', 'addToAudience', 'removeFromAudience'].map(
        (type): Case => [sessionIn('open'), effects('setDiscount', type), [...session, ...wallet]],
      ),
      [sessionIn('open'), {}, session],
      [sessionIn('open'), undefined, session],
      [sessionIn('open'), { effects: null }, session],
      [sessionIn('closed'), effects(), [...session, ...booked]],
      [sessionIn('cancelled'), {}, [...session, ...booked]],
      [sessionIn('partially_returned'), undefined, [...session, ...booked]],
    ],
  },
  returnCartItems: { repeat: 'keyed', stale: [...session, ...booked] },
  reopenCustomerSession: { repeat: 'keyed', stale: [...session, ...booked] },
  updateCustomerProfileV2: {
    repeat: 'keyed',
    stale: [
      [{}, effects(), profile],
      [{ runRuleEngine: false }, effects(), profile],
      [{ runRuleEngine: true }, effects(), booked],
    ],
  },
  updateCustomerProfilesV2: { repeat: 'keyed', stale: profile },
  deleteCustomerData: { repeat: 'harmless', stale: [...session, ...wallet, 'getReservedCustomers'] },
  createAudienceV2: { repeat: 'never', stale: [] },
  updateAudienceV2: { repeat: 'harmless', stale: profile },
  deleteAudienceV2: { repeat: 'harmless', stale: profile },
  deleteAudienceMembershipsV2: { repeat: 'harmless', stale: profile },
  updateAudienceCustomersAttributes: { repeat: 'harmless', stale: profile },
  updateCustomerProfileAudiences: { repeat: 'harmless', stale: profile },
  createCouponReservation: { repeat: 'harmless', stale: coupons },
  deleteCouponReservation: { repeat: 'harmless', stale: coupons },
  createReferral: { repeat: 'never', stale: referrals },
  createReferralsForMultipleAdvocates: { repeat: 'never', stale: referrals },
  joinLoyaltyProgram: { repeat: 'harmless', stale: [...profile, ...loyalty, ...points] },
  activateLoyaltyPoints: { repeat: 'harmless', stale: [...loyalty, ...points] },
  deleteLoyaltyTransactionsFromLedgers: { repeat: 'harmless', stale: [...loyalty, ...points] },
  generateLoyaltyCard: { repeat: 'never', stale: loyalty },
  linkLoyaltyCardToProfile: { repeat: 'harmless', stale: [...loyalty, 'getLoyaltyCardBalances'] },
  unlinkLoyaltyCardFromProfile: { repeat: 'harmless', stale: [...loyalty, 'getLoyaltyCardBalances'] },
  trackEventV2: { repeat: 'keyed', defaults: { silent: 'no' }, stale: booked },
  trackEventV3: { repeat: 'harmless', defaults: { silent: 'no' }, stale: booked },
  syncCatalog: { repeat: 'harmless', stale: ['bestPriorPrice'] },
  updateCustomerSession: {
    repeat: 'harmless',
    stale: [
      [{}, {}, [...session, ...wallet]],
      [{ state: 'open' }, {}, [...session, ...wallet]],
      [{ state: 'closed' }, {}, [...session, ...booked]],
      [{ state: 'cancelled' }, {}, [...session, ...booked]],
    ],
  },
  updateCustomerProfile: { repeat: 'harmless', stale: booked },
  trackEvent: { repeat: 'never', stale: [...session, ...booked] },
}

const rows: readonly Endpoint[] = Object.values(endpoints)
const reads = rows.filter(({ kind }) => kind === 'read')
const rowsThatWrite = rows.filter((row): row is WriteEndpoint => row.kind === 'write')
const byName = rowsThatWrite.map((row) => [row.operationId, row] as const)
const table: ReadonlyMap<string, Write> = new Map(Object.entries(writes))
const runs = { numRuns: Number(process.env.RUNS ?? 100), seed: Number(process.env.SEED ?? 1) }

/** The reads that names stand for: a name is a read's, the beginning of several, or a part of one. */
function readsNamed(names: readonly string[]): string[] {
  const named = names.flatMap((name) =>
    name.includes('.') ? [name] : reads.map(({ operationId }) => operationId).filter((id) => id.startsWith(name)),
  )
  return [...new Set(named)].toSorted()
}

function casesOf({ stale }: Write): readonly Case[] {
  const cases = stale.filter((one) => typeof one !== 'string')
  return cases.length > 0 ? cases : [[{}, {}, stale.filter((one) => typeof one === 'string')]]
}

test('every write has a line in the table above', () => {
  expect([...table.keys()].toSorted()).toEqual(byName.map(([name]) => name).toSorted())
})

test.for(byName)('%s may be repeated, and has defaults, as the table says', ([name, row]) => {
  const { repeat, defaults } = table.get(name) ?? {}
  expect([row.repeat, row.defaults]).toEqual([repeat, defaults])
})

test.for(byName)('%s makes exactly those reads stale that the table says', ([name, row]) => {
  const write = table.get(name)
  expect(write).toBeDefined()
  for (const [input, answer, stale] of write ? casesOf(write) : [])
    expect(readsNamed(changesOf(row, input, answer).stale), JSON.stringify([input, answer])).toEqual([...stale].toSorted())
})

const effectTypes = ['setDiscount', 'couponCreated', 'referralCreated', 'updateAttribute', 'awardGiveaway', 'sendPostcard', '']
/** Answers that are right, half right, and none at all. */
const answers: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(undefined, null, {}, [], 'text', 7, { effects: null }, { effects: [null] }, { customerSession: [] }),
  fc.record(
    {
      effects: fc.array(fc.record({ effectType: fc.constantFrom(...effectTypes) })),
      customerSession: fc.record({ profileId: fc.constantFrom('anna', '') }),
      customerProfile: fc.constant({ integrationId: 'anna' }),
      loyalty: fc.constantFrom({ programs: {} }, null, 'none'),
      coupons: fc.constantFrom([], [{ value: 'SAVE' }], null, [null]),
      code: fc.constant('FRIEND'),
    },
    { requiredKeys: [] },
  ),
)

/** The parts of a read that can be asked for: its flags, or all of a session. */
function isPart(operationId: string, part: string): boolean {
  if (operationId === 'getCustomerSession') return ['customerSession', 'effects'].includes(part)
  return reads.some((row) => row.operationId === operationId && `${part}?` in row.query)
}

test.for(byName)('%s names only reads, and their parts, whatever it sent and was answered', ([, row]) => {
  fc.assert(
    fc.property(inputsOf(row), answers, (input, answer) => {
      const { stale, carried } = changesOf(row, input, answer)
      for (const name of stale) {
        const [operationId = '', part] = name.split('.')
        if (part === undefined) expect(readsNamed([name]), name).not.toEqual([])
        else expect(isPart(operationId, part), name).toBe(true)
      }
      for (const [operationId, parts] of Object.entries(carried))
        for (const part of Object.keys(parts)) expect(isPart(operationId, part), `${operationId}.${part}`).toBe(true)
      // Nothing that an answer carries is up to date by itself: a read that has more than that must be asked again.
      if (Object.keys(carried).length > 0) expect(readsNamed(stale)).not.toEqual([])
    }),
    runs,
  )
})

test.for(byName.filter(([, row]) => 'dry?' in row.query))('%s changes nothing when it is dry', async ([, row]) => {
  const onChanged = vi.fn<NonNullable<SendOptions['onChanged']>>()
  const client = createTalonOne({ baseUrl: 'https://shop.example', fetch: async () => Response.json({ effects: [] }) })
  for (const input of fc.sample(inputsOf(row), { ...runs, numRuns: 20 })) {
    await client.send(row, { ...input, dry: true }, { onChanged })
    expect(onChanged).not.toHaveBeenCalled()
  }
  const [input] = fc.sample(inputsOf(row), { ...runs, numRuns: 1 })
  await client.send(row, { ...input, dry: false }, { onChanged })
  expect(onChanged).toHaveBeenCalledOnce()
})

test('what is answered with a list, and what with nothing, says so', () => {
  const said = (what: Endpoint['answer']) => rows.filter(({ answer }) => answer === what).map(({ operationId }) => operationId)
  expect(said('list')).toEqual(['bestPriorPrice'])
  expect(said('nothing').toSorted()).toEqual([
    'deleteAudienceMembershipsV2',
    'deleteAudienceV2',
    'deleteCouponReservation',
    'deleteCustomerData',
    'deleteLoyaltyTransactionsFromLedgers',
    'joinLoyaltyProgram',
    'updateAudienceCustomersAttributes',
    'updateCustomerProfileAudiences',
  ])
})
