import { shopperSessionId } from 'talon-one-react/proxy'
import { createSandbox } from 'talon-one-react/sandbox'
import { expect, test } from 'vitest'
import {
  getLoyaltyProgramProfileTransactions,
  trackEventV2,
  trackEventV3,
  updateCustomerProfileV2,
  updateCustomerSessionV2,
} from '../../src/endpoints.ts'
import { cart, codeOf, createFullShop, createShop, everything, key, readSent, secret, type Sent } from './proxy-shop.ts'

const keyIn = (request: Sent | undefined) => request?.headers.get('idempotency-key')
const withKey = (key: string, shopper = 'ada') => ({ shopper, headers: { 'idempotency-key': key } })

test('an idempotency key is the same for a repeat, and another one for another shopper, operation, key, secret or audience', async () => {
  const sessions = createFullShop(updateCustomerSessionV2)
  const body = { customerSessionId: 'basket', customerSession: {} }
  for (const options of [withKey('key-1'), withKey('key-1'), withKey('key-1', 'bob'), withKey('key-2')]) await sessions.say(body, options)
  const profiles = createFullShop(updateCustomerProfileV2)
  await profiles.say(undefined, withKey('key-1'))
  const others = [{ secret: `${secret}2` }, { audience: 'other' }].map((options) => createShop(options))
  for (const { call } of others) await call('PUT', '/v2/customer_sessions/basket', { body: cart(), ...withKey('key-1') })
  const [first, repeat, ...different] = [...sessions.sent, ...profiles.sent, ...others.flatMap(({ sent }) => sent)].map(keyIn)
  expect(repeat).toBe(first)
  expect(new Set([first, ...different]).size).toBe(6)
})

test('no key of one shopper is made of the parts of another one’s', async () => {
  const { say, sent } = createFullShop(trackEventV2)
  const event = { type: 'looked' }
  await say(event, withKey('trackEventV2-1', 'ada'))
  await say(event, withKey('-1', 'adatrackEventV2'))
  await say(event, withKey('","trackEventV2","-1', 'ada'))
  expect(new Set(sent.map(keyIn)).size).toBe(3)
})

test.each(['', ' ', 'a b', 'a\tb', 'ü', 'x'.repeat(256), 'one, two'])(
  'the idempotency key %j is refused, and nothing is sent',
  async (text) => {
    const { say, sent } = createFullShop(updateCustomerSessionV2)
    const response = await say(undefined, withKey(text))
    expect([response.status, await codeOf(response), sent]).toEqual([400, 'invalid_request', []])
  },
)

test.each(['x', '~', '!', 'x'.repeat(255), 'b7a1f0c2-5d3e-4c55-9b8f-0d6f3c1e2a4b'])('the idempotency key %j is taken', async (text) => {
  const { say, sent } = createFullShop(updateCustomerSessionV2)
  expect((await say(undefined, withKey(text))).status).toBe(200)
  expect(keyIn(sent[0])).toMatch(/^[\w-]{43}$/)
})

test('a session, an event and an idempotency key of one name are three', async () => {
  const sessions = createFullShop(updateCustomerSessionV2)
  await sessions.say({ customerSessionId: 'same', customerSession: {} }, withKey('same'))
  const events = createFullShop(trackEventV3)
  await events.say({ type: 'looked', integrationId: 'same', connectedSessionId: 'same' })
  const event = events.sent[0] && readSent(trackEventV3, events.sent[0])
  const session = shopperSessionId({ secret }, 'ada', 'same')
  expect(sessions.sent[0]?.url.pathname).toBe(`/v2/customer_sessions/${session}`)
  expect(event?.connectedSessionId).toBe(session)
  expect(new Set([session, event?.integrationId, keyIn(sessions.sent[0])]).size).toBe(3)
})

test('a shopper neither blocks nor meets the event of another one', async () => {
  const taken = new Set<unknown>()
  const { call } = createShop({
    operations: everything,
    fetch: async (input, init) => {
      // The row asks for it.
      const { integrationId } = (await new Request(input, init).json()) as { integrationId: string }
      if (taken.has(integrationId)) return Response.json({ message: 'there is one' }, { status: 409 })
      taken.add(integrationId)
      return Response.json({ effects: [] })
    },
  })
  const send = async (shopper: string) =>
    (await call('POST', '/v3/events', { shopper, body: { type: 'looked', integrationId: 'event-1' } })).status
  expect([await send('ada'), await send('bob'), await send('ada')]).toEqual([200, 200, 409])
})

test('an event counts once for each shopper and key', async () => {
  const sandbox = createSandbox({ apiKey: key })
  const { call } = createShop({ operations: everything, fetch: sandbox.fetch })
  const send = (options: ReturnType<typeof withKey>) => call('POST', '/v2/events', { body: { type: 'looked' }, ...options })
  for (const options of [withKey('key-1'), withKey('key-1'), withKey('key-1', 'bob'), withKey('key-2', 'bob')]) await send(options)
  expect(sandbox.state.events.map(({ profileId }) => profileId)).toEqual(['ada', 'bob', 'bob'])
})

test('sessions that a ledger is asked for by name come back under that name, others under none', async () => {
  const mine = shopperSessionId({ secret }, 'ada', 'basket')
  const { say, sent } = createFullShop(getLoyaltyProgramProfileTransactions, {
    hasMore: false,
    data: [{ id: 1, customerSessionId: mine }, { id: 2, customerSessionId: 'the-till-3' }, { id: 3 }],
  })
  const response = await say({ loyaltyProgramId: 1, customerSessionIDs: ['basket'] })
  expect(sent[0]?.url.searchParams.getAll('customerSessionIDs')).toEqual([mine])
  expect(await response.json()).toEqual({ hasMore: false, data: [{ id: 1, customerSessionId: 'basket' }, { id: 2 }, { id: 3 }] })
})
