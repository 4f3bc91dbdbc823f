import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Endpoint, fill, type InputOf } from '../../src/endpoint.ts'
import * as endpoints from '../../src/endpoints.ts'
import { openStore, type Store } from '../../src/sandbox/command/store.ts'
import { TouchedMap } from '../../src/sandbox/command/touched-map.ts'
import { createSandbox, demoCampaigns, giveawayForSpend, type Sandbox, type SandboxConfig } from '../../src/sandbox/index.ts'
import type { NewCustomerSessionV2 } from '../../src/schema.ts'
import { coffee, mug, noon } from './sandbox-shop.ts'

const runs = { numRuns: Number(process.env.RUNS ?? 12), seed: Number(process.env.SEED ?? 1) }
let place = ''
let count = 0

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'sandbox-store-'))
})
afterAll(() => rm(place, { recursive: true }))

const newDirectory = () => join(place, String((count += 1)))
const mugs = {
  id: 90,
  name: 'A mug for the first two',
  limits: [{ action: 'awardGiveaway', limit: 2, entities: [] }],
  giveaways: [{ id: 90, name: 'Mugs', codes: ['MUG-1', 'MUG-2', 'MUG-3'] }],
  rules: [giveawayForSpend(90)],
} satisfies NonNullable<SandboxConfig['campaigns']>[number]
const newSandbox = (campaigns: SandboxConfig['campaigns'] = [...demoCampaigns, mugs]) => createSandbox({ campaigns, clock: () => noon })
// What JSON makes of it: fields without a value are not there.
const remembered = (sandbox: Sandbox): unknown => JSON.parse(JSON.stringify(sandbox.snapshot()))

/** What a command that is started now would find: the files as they are, while the store stays open. */
async function found(directory: string): Promise<unknown> {
  const copy = newDirectory()
  await cp(directory, copy, { recursive: true })
  const sandbox = newSandbox()
  const store = await openStore(copy, sandbox, false)
  const memory = remembered(sandbox)
  await store.close()
  await rm(copy, { recursive: true })
  return memory
}

/** The records that are stored, once nobody has them open. */
async function recordsOf(directory: string): Promise<[string, string][]> {
  const database = new ClassicLevel(directory)
  const records = await database.iterator().all()
  await database.close()
  return records
}

interface Step {
  operation: keyof typeof endpoints
  send: (sandbox: Sandbox) => Promise<Response>
}

function step<E extends Endpoint>(endpoint: E, input: InputOf<E>, key?: string): Step {
  const { method, path, search, body } = fill(endpoint, input)
  const init = { method, ...(body !== undefined && { body: JSON.stringify(body) }), ...(key && { headers: { 'Idempotency-Key': key } }) }
  // The cast holds because rows are exported by their operation ids.
  return { operation: endpoint.operationId as Step['operation'], send: (sandbox) => sandbox.fetch(path + search, init) }
}

const session = (customerSessionId: string, customerSession: NewCustomerSessionV2, key?: string) =>
  step(endpoints.updateCustomerSessionV2, { customerSessionId, customerSession, responseContent: ['customerSession'] }, key)
const cart = { profileId: 'anna', cartItems: [coffee, { sku: 'TEA', quantity: 1 }], couponCodes: ['SAVE10', 'FIRST5', 'MEMBERS5'] }
const club = { loyaltyProgramId: 1, integrationId: 'anna' }
const card = { loyaltyProgramId: 2, loyaltyCardId: 'CARD-1' }
const review = { profileId: 'anna', type: 'reviewed' }

/** Every row that writes, on things that meet one another; in this order each finds what it needs. */
const steps: readonly Step[] = [
  step(endpoints.updateCustomerProfileV2, {
    integrationId: 'anna',
    attributes: { Name: 'Anna' },
    audiencesChanges: { adds: [1], deletes: [] },
  }),
  step(endpoints.updateCustomerProfilesV2, { customerProfiles: [{ integrationId: 'ben', attributes: { Name: 'Ben' } }] }),
  step(endpoints.updateCustomerProfileAudiences, { data: [{ action: 'add', profileIntegrationId: 'ben', audienceId: 2 }] }),
  step(endpoints.createAudienceV2, { name: 'Regulars' }),
  step(endpoints.updateAudienceV2, { audienceId: 2, name: 'Very important' }),
  step(endpoints.updateAudienceCustomersAttributes, { audienceId: 1, attributes: { Tier: 'Gold' } }),
  step(endpoints.syncCatalog, { catalogId: 1, actions: [{ type: 'ADD', payload: { sku: 'TEA', price: 4, replaceIfExists: true } }] }),
  step(endpoints.joinLoyaltyProgram, club),
  step(endpoints.generateLoyaltyCard, { loyaltyProgramId: 2, cardIdentifier: 'CARD-1', customerProfileIds: ['anna'] }),
  step(endpoints.linkLoyaltyCardToProfile, { ...card, integrationId: 'ben' }),
  step(endpoints.createCouponReservation, { couponValue: 'MEMBERS5', integrationIDs: ['anna', 'ben'] }),
  step(endpoints.deleteCouponReservation, { couponValue: 'MEMBERS5', integrationIDs: ['ben'] }),
  step(endpoints.createReferral, { campaignId: 5, advocateProfileIntegrationId: 'ben' }, 'one referral'),
  step(endpoints.createReferralsForMultipleAdvocates, {
    campaignId: 5,
    advocateProfileIntegrationIds: ['ben'],
    usageLimit: 0,
    validCharacters: ['1'],
    referralPattern: 'FRIEND#',
  }),
  session('cart', cart),
  session('order', { ...cart, referralCode: 'FRIEND1', loyaltyCards: ['CARD-1'], state: 'closed' }, 'one order'),
  session('other', { profileId: 'ben', cartItems: [mug], couponCodes: ['BIRTHDAY5'], state: 'closed' }),
  session('nobody', { cartItems: [mug, coffee], couponCodes: ['WELCOME5'] }),
  step(endpoints.returnCartItems, { customerSessionId: 'order', return: { returnedCartItems: [{ position: 0, quantity: 1 }] } }),
  session('order', { state: 'cancelled' }),
  step(endpoints.reopenCustomerSession, { customerSessionId: 'other' }),
  step(endpoints.activateLoyaltyPoints, { loyaltyProgramId: 1, sessionId: 'other' }),
  step(endpoints.trackEventV2, { ...review, silent: 'no' }, 'one review'),
  step(endpoints.trackEventV3, { ...review, integrationId: 'review' }),
  step(endpoints.updateCustomerProfile, { integrationId: 'anna', attributes: { Name: 'Anna' } }),
  step(endpoints.updateCustomerSession, {
    customerSessionId: 'v1',
    profileId: 'anna',
    coupon: 'SAVE10',
    cartItems: [{ ...mug, name: 'Mug', price: 12 }],
  }),
  step(endpoints.trackEvent, { sessionId: 'v1', profileId: 'anna', type: 'reviewed', attributes: {} }),
  step(endpoints.deleteLoyaltyTransactionsFromLedgers, { ...club, scope: 'AllSubledgers' }),
  step(endpoints.unlinkLoyaltyCardFromProfile, { ...card, integrationId: 'anna' }),
  step(endpoints.deleteAudienceMembershipsV2, { audienceId: 1 }),
  step(endpoints.deleteAudienceV2, { audienceId: 2 }),
  step(endpoints.deleteCustomerData, { integrationId: 'anna' }),
]

const keep = (store: Store, sandbox: Sandbox, { operation, send }: Step) => store.keep(operation, () => send(sandbox))

describe('the store', () => {
  it('knows every row that writes', () => {
    const writes = Object.values(endpoints).filter(({ kind }) => kind === 'write')
    expect(new Set(steps.map(({ operation }) => operation))).toEqual(new Set(writes.map(({ operationId }) => operationId)))
  })

  it('holds what the sandbox remembers as soon as a write is over, each of them', { timeout: 60_000 }, async () => {
    const [directory, sandbox] = [newDirectory(), newSandbox()]
    const store = await openStore(directory, sandbox, false)
    const filled = new Set<string>()
    for (const one of steps) {
      const { status } = await keep(store, sandbox, one)
      expect(status, one.operation).toBeLessThan(300)
      expect(await found(directory), one.operation).toEqual(remembered(sandbox))
      for (const [name, part] of Object.entries(sandbox.snapshot())) if (!Array.isArray(part) || part.length > 0) filled.add(name)
    }
    await store.close()
    expect([...filled].toSorted(), 'else nothing was compared with nothing').toEqual(Object.keys(sandbox.snapshot()).toSorted())
    expect(sandbox.state.giveaways.some(({ sessionId }) => sessionId !== undefined)).toBe(true)
  })

  it('holds it in any order, several at once, and again after it was opened anew', { timeout: 120_000 }, async () => {
    const groups = fc.array(fc.array(fc.constantFrom(...steps), { minLength: 1, maxLength: 4 }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(groups, groups, async (before, after) => {
        const directory = newDirectory()
        let sandbox = newSandbox()
        let store = await openStore(directory, sandbox, false)
        const walk = async (path: readonly Step[][]) => {
          for (const group of path) {
            await Promise.all(group.map((one) => keep(store, sandbox, one)))
            expect(await found(directory)).toEqual(remembered(sandbox))
          }
        }
        await walk(before)
        await store.close()
        const memory = remembered(sandbox)
        sandbox = newSandbox()
        store = await openStore(directory, sandbox, false)
        expect(remembered(sandbox)).toEqual(memory)
        await walk(after)
        await store.close()
      }),
      runs,
    )
  })

  it('writes only what is new', async () => {
    const [directory, sandbox] = [newDirectory(), newSandbox()]
    let store = await openStore(directory, sandbox, false)
    for (const one of steps.slice(0, 16)) await keep(store, sandbox, one)
    await store.close()
    store = await openStore(directory, sandbox, false)
    const size = async () => (await logOf(directory)).length
    const before = await size()
    await keep(store, sandbox, step(endpoints.updateCustomerSessionV2, { customerSessionId: 'cart', customerSession: cart, dry: true }))
    const idle = await size()
    await keep(store, sandbox, session('another', { cartItems: [mug] }))
    const grown = await logOf(directory)
    await store.close()
    expect(idle).toBe(before)
    const text = grown.subarray(before).toString('latin1')
    expect(text).toContain('sessions "another"')
    for (const other of ['"cart"', '"order"', 'profiles ', 'coupons ', 'audiences ', 'ledgers ']) expect(text).not.toContain(other)
  })

  it('keeps what was carried out when nobody waited for it: with the next write, or when it is closed', async () => {
    const [directory, sandbox] = [newDirectory(), newSandbox()]
    const store = await openStore(directory, sandbox, true)
    await keep(store, sandbox, steps[0] as Step)
    await session('late', { profileId: 'anna', cartItems: [mug] }).send(sandbox)
    await keep(store, sandbox, session('next', {}))
    expect(await found(directory)).toEqual(remembered(sandbox))
    await step(endpoints.deleteCustomerData, { integrationId: 'anna' }).send(sandbox)
    expect(await found(directory)).not.toEqual(remembered(sandbox))
    await store.close()
    expect(await found(directory)).toEqual(remembered(sandbox))
  })

  it('notices a map that was put into the place of another', async () => {
    const [directory, sandbox] = [newDirectory(), newSandbox()]
    const store = await openStore(directory, sandbox, false)
    await keep(store, sandbox, session('cart', { cartItems: [mug] }))
    await keep(store, sandbox, session('order', { cartItems: [mug] }))
    sandbox.state.sessions = new Map([...sandbox.state.sessions].toReversed().slice(0, 1))
    await keep(store, sandbox, session('other', { cartItems: [mug] }))
    expect(await found(directory)).toEqual(remembered(sandbox))
    sandbox.reset()
    await keep(store, sandbox, session('new', { cartItems: [mug] }))
    await store.close()
    expect(await found(directory)).toEqual(remembered(sandbox))
  })

  it('adds the codes that a config has gained, and leaves the others as they were', async () => {
    const directory = newDirectory()
    const first = newSandbox()
    let store = await openStore(directory, first, false)
    await keep(store, first, session('order', { profileId: 'anna', cartItems: [mug], couponCodes: ['FIRST5'], state: 'closed' }))
    await store.close()
    const second = newSandbox([...demoCampaigns, { id: 77, name: 'New', coupons: [{ value: 'NEW-CODE' }], rules: [] }])
    store = await openStore(directory, second, false)
    expect(second.state.coupons.get('FIRST5')?.coupon.usageCounter).toBe(1)
    expect(second.state.coupons.get('NEW-CODE')?.coupon).toMatchObject({ campaignId: 77, id: first.state.nextId })
    const ids = [...second.state.coupons.values()].map(({ coupon }) => coupon.id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(second.state.nextId).toBe(first.state.nextId + 1)
    await store.close()
  })

  it('takes a part that it was written without from the config, and one that it was written with from the state', async () => {
    const directory = newDirectory()
    const sandbox = newSandbox()
    const store = await openStore(directory, sandbox, false)
    await keep(store, sandbox, step(endpoints.deleteAudienceV2, { audienceId: 1 }))
    await keep(store, sandbox, step(endpoints.deleteAudienceV2, { audienceId: 2 }))
    await store.close()
    expect(await found(directory)).toMatchObject({ audiences: [] })
    const database = new ClassicLevel(directory)
    const format = JSON.parse((await database.get('format')) ?? '') as { parts: string[] }
    await database.put('format', JSON.stringify({ ...format, parts: format.parts.filter((name) => name !== 'audiences') }))
    await database.close()
    expect(await found(directory)).toMatchObject({
      audiences: [
        [1, {}],
        [2, {}],
      ],
    })
  })
})

describe('what cannot be opened keeps what is stored in it', () => {
  const refusal = (directory: string) =>
    openStore(directory, newSandbox(), false).then(
      () => 'it was opened',
      (error: unknown) => (error instanceof Error ? error.message : error),
    )
  const foreign = '--state names a directory that holds something else: choose one that is empty, or not there yet'
  const otherVersion = 'this state was written by another version of talon-one-sandbox: use that one, or another --state'

  it('a file', async () => {
    const path = newDirectory()
    await writeFile(path, 'mine')
    expect(await refusal(path)).toBe('--state names a file: it must be a directory, or one that is not there yet')
    expect(await readFile(path, 'utf8')).toBe('mine')
  })

  it('a directory with something else in it', async () => {
    const directory = newDirectory()
    await mkdir(directory)
    await writeFile(join(directory, 'notes.txt'), 'mine')
    expect(await refusal(directory)).toBe(foreign)
    expect(await readdir(directory)).toEqual(['notes.txt'])
  })

  it.each<[string, [string, string][], string]>([
    ['of another program', [['a', '1']], foreign],
    [
      'of another program that also has a format',
      [
        ['format', 'json'],
        ['a', '1'],
      ],
      foreign,
    ],
    ['of another version of snapshots', [['format', '{"talonOneSandbox":2,"parts":[]}']], otherVersion],
    [
      'with a part that is unknown',
      [
        ['format', '{"talonOneSandbox":1,"parts":["stars"]}'],
        ['stars 1', '[0,{}]'],
      ],
      otherVersion,
    ],
    [
      'with an entry that is none',
      [
        ['format', '{"talonOneSandbox":1,"parts":["sessions"]}'],
        ['sessions "a"', '[0,1]'],
      ],
      otherVersion,
    ],
    [
      'with a record that is not JSON',
      [
        ['format', '{"talonOneSandbox":1,"parts":["sessions"]}'],
        ['sessions "a"', '{'],
      ],
      'the state could not be read (SyntaxError)',
    ],
  ])('a database %s', async (_, records, message) => {
    const directory = newDirectory()
    const database = new ClassicLevel(directory)
    await database.batch(records.map(([key, value]) => ({ type: 'put', key, value })))
    await database.close()
    expect(await refusal(directory)).toBe(message)
    expect(new Map(await recordsOf(directory))).toEqual(new Map(records))
  })

  it('one that is damaged', async () => {
    const directory = newDirectory()
    await (await openStore(directory, newSandbox(), false)).close()
    await writeFile(join(directory, 'CURRENT'), 'nothing\n')
    expect(await refusal(directory)).toMatch(/^the state could not be opened \(LEVEL_\w+\)$/)
  })

  it('one that another process has open; once that was killed, it opens', async () => {
    const directory = newDirectory()
    const script = `import('classic-level').then(async ({ ClassicLevel }) => { await new ClassicLevel(process.argv[1]).open(); console.log('open'); setInterval(() => {}, 1000) })`
    const child = spawn(process.execPath, ['-e', script, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    expect(await refusal(directory)).toBe('another process is using this state: stop it, or choose another directory with --state')
    const ended = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGKILL')
    await ended
    await (await openStore(directory, newSandbox(), false)).close()
  })
})

describe('a store that cannot write', () => {
  it('rejects every write from then on, and stores nothing of them', async () => {
    const [directory, sandbox] = [newDirectory(), newSandbox()]
    const store = await openStore(directory, sandbox, false)
    await keep(store, sandbox, session('before', {}))
    const memory = await found(directory)
    // What makes JSON fail stands for what makes a disk fail: either way a commit does not get through.
    sandbox.state.audiences.set(3, { id: 3, name: 'Too big', accountId: 1, created: '', integrationId: 1n as unknown as string })
    const message = /^the state could not be written \(\w+\): what was not answered is not in it$/
    await expect(keep(store, sandbox, session('first', {}))).rejects.toThrow(message)
    sandbox.state.audiences.delete(3)
    await expect(keep(store, sandbox, session('second', {}))).rejects.toThrow(message)
    await expect(store.close()).rejects.toThrow(message)
    expect(await found(directory)).toEqual(memory)
  })
})

describe('a map that knows what was touched', () => {
  it('is a map, and keeps places that rise in its order', () => {
    const change = fc.record({ how: fc.constantFrom('get', 'set', 'delete', 'has', 'clear'), key: fc.integer({ min: 0, max: 5 }) })
    fc.assert(
      fc.property(fc.array(change), (path) => {
        const plain = new Map([[1, {}]])
        const map = new TouchedMap([[1, {}]])
        const before = new Map(map)
        map.touched.clear()
        for (const { how, key } of path) {
          const value = {}
          const does = (one: Map<number, object>) => (how === 'set' ? one.set(key, value) : how === 'clear' ? one.clear() : one[how](key))
          const [expected, is] = [does(plain), does(map)]
          if (how === 'has' || how === 'delete') expect(is).toBe(expected)
        }
        expect([...map.keys()]).toEqual([...plain.keys()])
        const orders = [...map.keys()].map((key) => map.look(key)?.order ?? NaN)
        expect(orders).toEqual(orders.toSorted((one, other) => one - other))
        expect(new Set(orders).size).toBe(orders.length)
        const changed = [0, 1, 2, 3, 4, 5].filter((key) => map.look(key)?.value !== before.get(key))
        expect([...map.touched]).toEqual(expect.arrayContaining(changed))
        expect(structuredClone(map)).toEqual(new Map(plain))
      }),
    )
  })
})

async function logOf(directory: string): Promise<Buffer> {
  const logs = (await readdir(directory)).filter((name) => name.endsWith('.log')).toSorted()
  return readFile(join(directory, logs.at(-1) ?? ''))
}
