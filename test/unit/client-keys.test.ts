/** The Idempotency-Key of direct calls: by it Talon.One knows a repeat, so that it counts once. */
import {
  createReferral,
  getCustomerInventory,
  type SendOptions,
  type TalonOne,
  trackEventV2,
  trackEventV3,
  updateCustomerProfilesV2,
  updateCustomerSessionV2,
} from 'talon-one-react'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { cart, failureOf, pretendPage } from './client-calls.ts'
import { createClient } from './query-calls.ts'

const track = (client: TalonOne, options?: SendOptions) => client.send(trackEventV2, { type: 'seen' }, options)

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('the Idempotency-Key', () => {
  test('is a new one for each call', async () => {
    const { client, keys } = createClient()
    for (const _ of [1, 2, 3]) await track(client)
    await client.send(updateCustomerSessionV2, cart)
    expect(new Set(keys()).size).toBe(4)
    for (const key of keys()) expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  test('is one’s own where there is one, whoever else would name it', async () => {
    const { client, keys } = createClient({ headers: { 'idempotency-key': 'of the client' } })
    await track(client, { idempotencyKey: 'order-7' })
    await track(client, { idempotencyKey: 'order-7', attemptOf: {}, headers: { 'Idempotency-Key': 'of a header' } })
    await client.sendRaw(trackEventV2, { type: 'seen' }, { idempotencyKey: 'x'.repeat(255) })
    await track(client, { attemptOf: {}, headers: { 'Idempotency-Key': 'of a header' } })
    expect(keys()).toEqual(['order-7', 'order-7', 'x'.repeat(255), 'of a header'])
  })

  test('is one for the attempts of one write', async () => {
    const { client, keys } = createClient()
    const [one, other] = [{}, {}]
    for (const attemptOf of [one, other, one, one]) await track(client, { attemptOf })
    await track(client.withProfile('anna'), { attemptOf: other })
    const [first, second, ...rest] = keys()
    expect(first).not.toBe(second)
    expect(rest).toEqual([first, first, second])
  })

  test('is not sent where the row takes none, not even one’s own', async () => {
    const { client, keys } = createClient()
    const options = { idempotencyKey: 'order-7', attemptOf: {} }
    await client.send(getCustomerInventory, {}, options)
    await client.send(createReferral, { campaignId: 1 }, options)
    await client.send(trackEventV3, { type: 'seen', integrationId: 'seen-1' }, options)
    expect(keys()).toEqual([null, null, null])
  })

  test('is not sent with a dry run, and is with what says that it is none', async () => {
    const { client, keys } = createClient()
    await client.send(updateCustomerSessionV2, { ...cart, dry: true }, { idempotencyKey: 'order-7' })
    await client.send(updateCustomerSessionV2, { ...cart, dry: false }, { idempotencyKey: 'order-8' })
    await client.send(updateCustomerProfilesV2, { customerProfiles: [] }, { idempotencyKey: 'order-9' })
    expect(keys()).toEqual([null, 'order-8', 'order-9'])
  })

  test('that HTTP cannot carry is refused before anything is sent, and not told', async () => {
    const { client, requests } = createClient()
    for (const idempotencyKey of ['CANARY\r\nx: y', 'CANARY ☕', 'CANARY\0']) {
      const error = await failureOf(track(client, { idempotencyKey }))
      expect(error).toMatchObject({ code: 'invalid_config', retryable: false, outcome: undefined })
      expect(String(error)).not.toContain('CANARY')
    }
    expect(requests).toEqual([])
  })

  test('can be made on a page without https, where there is no `crypto.randomUUID`', async () => {
    pretendPage('http://shop.example/')
    vi.stubGlobal('crypto', { getRandomValues: (bytes: Uint8Array) => bytes.fill(255) })
    const { client, keys } = createClient()
    await track(client)
    expect(keys()).toEqual(['ffffffff-ffff-4fff-afff-ffffffffffff'])
  })
})

test('an own proxy may refuse for good what a later try would not change', async () => {
  const answers = [{ retryable: false }, { retryable: true }, {}]
  const codes = []
  for (const body of answers) {
    const { client } = createClient({}, () => Response.json(body, { status: 503 }))
    codes.push(
      (await failureOf(client.send(getCustomerInventory, {}))).retryable,
      (await failureOf(client.send(createReferral, { campaignId: 1 }))).retryable,
    )
  }
  // A read may be repeated where it makes sense, a referral never: it may have been made.
  expect(codes).toEqual([false, false, true, false, true, false])
})
