/** Who may say what, row by row: generated from the table, so that a new row or a new field is in here without being named. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allFields, type Endpoint, fill } from '../../src/endpoint.ts'
import { identitiesOf, withIdentity } from '../../src/identity.ts'
import { answers } from '../../src/proxy/answer.ts'
import { readLimits } from '../../src/proxy/limits.ts'
import { policiesFor } from '../../src/proxy/policy.ts'
import { isRecord } from '../../src/record.ts'
import type { Fields } from '../../src/shape.ts'
import { inputsOf, valuesOf } from '../arbitrary.ts'
import {
  codeOf,
  createFullShop,
  createShop,
  everything,
  mayBeSaid,
  policies,
  readSent,
  rows,
  type Sent,
  shopperRows,
} from './proxy-shop.ts'

const said = ({ operationId }: Endpoint) => mayBeSaid[operationId] ?? {}
const atFirst = policiesFor({}, {}, readLimits())
const names = shopperRows.map(([name]) => name).toSorted()

test('there is a policy, an answer filter and an example for each operation of a shopper, and for no other', () => {
  expect([...policies.keys()].map(({ operationId }) => operationId).toSorted()).toEqual(names)
  expect(Object.keys(answers).toSorted()).toEqual(names)
  expect(Object.keys(mayBeSaid).toSorted()).toEqual(names)
})

test('what is on without being switched on is the own session, and what is read of oneself', () => {
  expect([...atFirst.keys()].map(({ operationId }) => operationId).toSorted()).toEqual([
    'getCustomerAchievementHistory',
    'getCustomerAchievements',
    'getCustomerInventory',
    'getCustomerSession',
    'getLoyaltyBalances',
    'getLoyaltyCardBalances',
    'getLoyaltyCardPoints',
    'getLoyaltyCardTransactions',
    'getLoyaltyProgramProfilePoints',
    'getLoyaltyProgramProfileTransactions',
    'updateCustomerSessionV2',
  ])
})

const offAtFirst = shopperRows.filter(([, row]) => !atFirst.has(row))
test.each(offAtFirst)('%s does not exist until it is switched on', async (_, row) => {
  const { call, sent } = createShop({ operations: {} })
  const { method, path, search, body } = fill(row, said(row))
  const response = await call(method, path + search, { body })
  expect([response.status, await codeOf(response), sent]).toEqual([404, 'not_found', []])
})

const others: [string, Endpoint][] = rows.filter(({ audience }) => audience !== 'shopper').map((row) => [row.operationId, row])
test.each(others)('%s does not exist for a shopper, whatever is switched on', async (_, row) => {
  const { call, sent } = createFullShop(row)
  for (const input of fc.sample(inputsOf(row), 5)) {
    const { method, path, search, body } = fill(row, input)
    const response = await call(method, path + search, { body })
    expect([response.status, sent]).toEqual([404, []])
  }
})

test.each(shopperRows)('%s sends on what a shopper may say, once, under the real profile', async (_, row) => {
  const { say, sent } = createFullShop(row)
  expect((await say()).ok).toBe(true)
  expect((await say(withIdentity(row, said(row), 'me'))).ok).toBe(true)
  expect(sent.length).toBe(2)
  for (const request of sent) {
    expect(identitiesOf(row, readSent(row, request))).toEqual(row.identity === undefined ? [] : ['ada'])
    expect(pointersIn(readSent(row, request))).toEqual(pointersIn(withoutBrowserPrices(said(row))))
  }
})

test.each(shopperRows)('%s refuses or drops every other field of its row', async (_, row) => {
  const { say, sent } = createFullShop(row)
  for (const [pointer, value] of otherFields(row)) {
    sent.length = 0
    const response = await say(setAt(said(row), pointer, value))
    if (sent[0] === undefined) expect([response.status, await codeOf(response)], pointer.join()).toEqual([422, 'field_not_allowed'])
    else expect(pointersIn(readSent(row, sent[0])), pointer.join()).not.toContain(pointer.join('/'))
  }
})

const ofProfiles = shopperRows.filter(([, { identity }]) => identity !== undefined)
test.each(ofProfiles)('%s with a foreign profile is answered like one that does not exist, and nothing is sent', async (_, row) => {
  const { say, sent } = createFullShop(row)
  // The last one is spelt with a Cyrillic letter.
  for (const shopper of ['bob', 'ADA', 'ada ', 'adа']) {
    const response = await say(withIdentity(row, said(row), shopper))
    expect([response.status, await codeOf(response), sent], shopper).toEqual([404, 'not_found', []])
  }
})

const ofCards = shopperRows.filter(([, { params }]) => 'loyaltyCardId' in params)
test.each(ofCards)('%s with a foreign card is answered like one that does not exist, and nothing is sent', async (_, row) => {
  const upstream = async () => Response.json({ message: 'no such card' }, { status: 404 })
  const { path, search } = fill(row, said(row))
  const missing = await seenOf(await createShop({ operations: everything, fetch: upstream }).call('GET', path + search))
  const { say, sent } = createFullShop(row)
  for (const loyaltyCardId of ['card-of-bob', 'CARD-OF-ADA', 'card-of-ada '])
    expect(await seenOf(await say({ ...said(row), loyaltyCardId }))).toEqual(missing)
  expect(await seenOf(await say(said(row), { shopper: 'bob' }))).toEqual(missing)
  expect(sent).toEqual([])
})

const takingCards = shopperRows.filter(([name]) => JSON.stringify(mayBeSaid[name]).includes('loyaltyCards'))
test.each(takingCards)('%s takes nobody else’s card', async (_, row) => {
  const { say, sent } = createFullShop(row)
  const response = await say(JSON.parse(JSON.stringify(said(row)).replace('card-of-ada', 'card-of-bob')))
  expect([response.status, await codeOf(response), sent]).toEqual([422, 'field_not_allowed', []])
})

const ofPrograms = shopperRows.filter(([, { params }]) => 'loyaltyProgramId' in params)
test.each(ofPrograms)('%s of a program that is not listed does not exist, and nothing is sent', async (_, row) => {
  const { say, sent } = createFullShop(row)
  const response = await say({ ...said(row), loyaltyProgramId: 2 })
  expect([response.status, await codeOf(response), sent]).toEqual([404, 'not_found', []])
})

test.each(shopperRows)('%s calls no session and no event what the browser calls it', async (_, row) => {
  const { say, sent } = createFullShop(row)
  await say()
  expect(wireOf(sent[0])).not.toMatch(/basket|"event"/)
})

const withIds = shopperRows.filter(([name]) => /basket|"event"/.test(JSON.stringify(mayBeSaid[name])))
test.each(withIds)('%s calls sessions and events the same twice, and the same for no two shoppers', async (_, row) => {
  const { say, sent } = createFullShop(row)
  await say()
  await say()
  await say(JSON.parse(JSON.stringify(said(row)).replaceAll('ada', 'bob')), { shopper: 'bob' })
  const [first, again, other] = sent.map(idsIn)
  expect(first?.length).toBeGreaterThan(0)
  expect(again).toEqual(first)
  expect(other?.length).toBe(first?.length)
  expect(other?.filter((id) => first?.includes(id))).toEqual([])
})

test.each(shopperRows)('%s has an idempotency key exactly where its row is keyed, and never the one of the browser', async (_, row) => {
  const { say, sent } = createFullShop(row)
  await say()
  await say(undefined, { headers: { 'idempotency-key': 'key-1' } })
  const derived = row.kind === 'write' && row.repeat === 'keyed' ? expect.stringMatching(/^[\w-]{43}$/) : null
  expect(sent.map(({ headers }) => headers.get('idempotency-key'))).toEqual([null, derived])
})

/** Every field of a row, one level into its objects, that `mayBeSaid` leaves out, with a value that fits it. */
function otherFields(row: Endpoint): [string[], unknown][] {
  const input = said(row)
  const within = (fields: Fields, at: string[]): [string[], unknown][] =>
    Object.entries(fields).flatMap(([field, shape]) => {
      const pointer = [...at, field.replace(/\?$/, '')]
      if (shape.is === 'object' && isRecord(input[pointer.join()])) return within(shape.fields, pointer)
      if (shape.is === 'server-set' || pointersIn(input).includes(pointer.join('/'))) return []
      return fc.sample(valuesOf(shape), 5).map((value): [string[], unknown] => [pointer, value])
    })
  return within(allFields(row), [])
}

/** The fields of an input, one level into its objects. */
function pointersIn(input: Record<string, unknown>): string[] {
  return Object.entries(input)
    .flatMap(([name, value]) =>
      value === undefined ? [] : isRecord(value) ? Object.keys(value).map((inner) => `${name}/${inner}`) : [name],
    )
    .toSorted()
}

function setAt(at: unknown, [name, ...rest]: string[], value: unknown): Record<string, unknown> {
  const record = isRecord(at) ? at : {}
  if (name === undefined) return record
  return { ...record, [name]: rest.length === 0 ? value : setAt(record[name], rest, value) }
}

// What shipping costs, too, is for the server's `pricing` to say.
function withoutBrowserPrices(input: Record<string, unknown>): Record<string, unknown> {
  if (!isRecord(input.customerSession)) return input
  const { additionalCosts: _, ...customerSession } = input.customerSession
  return { ...input, customerSession }
}

const wireOf = (request: Sent | undefined) => JSON.stringify([request?.url.href, request?.body])
const idsIn = (request: Sent): string[] => wireOf(request).match(/(?<![\w-])[\w-]{43}(?![\w-])/g) ?? []

async function seenOf(response: Response): Promise<unknown> {
  const { requestId: _, ...body } = (await response.json()) as Record<string, unknown>
  return [response.status, body, Object.fromEntries(response.headers)]
}
