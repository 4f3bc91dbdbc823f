import {
  createCouponReservation,
  createReferral,
  createTalonOne,
  getCustomerSession,
  type Locks,
  trackEvent,
  updateCustomerProfileV2,
  updateCustomerSessionV2,
} from 'talon-one-react'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createLocks } from '../../src/lane.ts'
import { type Answer, serve } from '../http-server.ts'
import { failureOf, write, read, held, fakeFetch, cart, state } from './client-calls.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('the writes of a profile', () => {
  test('never overlap, and go out in the order they were made', async () => {
    let running = 0
    let most = 0
    await using server = await serve(async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running--
      return { body: state }
    })
    const client = createTalonOne({ baseUrl: server.url })
    const order = Array.from({ length: 20 }, (_, index) => `cart-${index}`)
    await Promise.all(order.map((customerSessionId) => client.send(updateCustomerSessionV2, { ...cart, customerSessionId })))
    expect(server.received.map(({ url }) => url.split('/').at(-1))).toEqual(order)
    expect(most).toBe(1)
  })

  test('share one lane, whatever they write', async () => {
    const { handler, release } = held({ body: {} })
    await using server = await serve(handler)
    const client = createTalonOne({ baseUrl: server.url, profileId: 'anna' })
    const all = Promise.all([
      write(client),
      client.send(updateCustomerProfileV2, { attributes: {} }),
      client.send(createCouponReservation, { couponValue: 'SAVE' }),
      client.send(createReferral, { campaignId: 1 }),
    ])
    for (const count of [1, 2, 3, 4]) {
      await release()
      expect(server.received).toHaveLength(count)
    }
    await all
    expect(server.received.map(({ url }) => url.split('/')[2])).toEqual([
      'customer_sessions',
      'customer_profiles',
      'coupon_reservations',
      'referrals',
    ])
  })

  test('do not wait for those of another profile, nor an anonymous session for another', async () => {
    const { handler, release } = held()
    await using server = await serve(handler)
    const client = createTalonOne({ baseUrl: server.url })
    const anonymous = { ...cart, customerSession: { profileId: '' } }
    const all = Promise.all([
      write(client.withProfile('anna')),
      write(client.withProfile('ben')),
      client.send(updateCustomerSessionV2, anonymous),
      client.send(updateCustomerSessionV2, { ...anonymous, customerSessionId: 'other' }),
    ])
    await release(4)
    expect(await all).toHaveLength(4)
  })

  test('of an anonymous session wait for each other, events included', async () => {
    const { handler, release } = held()
    await using server = await serve(handler)
    const client = createTalonOne({ baseUrl: server.url })
    const all = Promise.all([
      client.send(updateCustomerSessionV2, { ...cart, customerSession: { profileId: '' } }),
      client.send(trackEvent, { type: 'visit', attributes: {}, sessionId: 'cart' }),
    ])
    await release()
    expect(server.received).toHaveLength(1)
    await release()
    await all
  })

  test('hold up no read', async () => {
    const { handler, release } = held()
    await using server = await serve((request, response) => (request.method === 'GET' ? { body: {} } : handler(request, response)))
    const client = createTalonOne({ baseUrl: server.url })
    const writing = write(client)
    await vi.waitFor(() => expect(server.received).toHaveLength(1))
    await client.send(getCustomerSession, { customerSessionId: 'cart' })
    await read(client)
    await release()
    await writing
  })

  test('go on after one that fails', async () => {
    const answers: Answer[] = [{ status: 500 }, { status: 409 }, { body: '' }, { body: state }]
    await using server = await serve(() => answers.shift())
    const client = createTalonOne({ baseUrl: server.url })
    const all = await Promise.allSettled([write(client), write(client), write(client), write(client)])
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled'])
    expect(server.received).toHaveLength(4)
  })

  test('share a lane with those of another client of the same scope and locks', async () => {
    const { handler, release } = held()
    await using server = await serve(handler)
    const locks = createLocks()
    const options = { baseUrl: server.url, locks, scope: 'shop' }
    const all = Promise.all([write(createTalonOne(options)), write(createTalonOne({ ...options, baseUrl: `${server.url}/b` }))])
    await release()
    expect(server.received).toHaveLength(1)
    await release()
    await all
  })

  test('have a lane of their own in another scope', async () => {
    const { handler, release } = held()
    await using server = await serve(handler)
    const locks = createLocks()
    const all = Promise.all(['one', 'two'].map((scope) => write(createTalonOne({ baseUrl: server.url, locks, scope }))))
    await release(2)
    expect(await all).toEqual([state, state])
  })

  test('go out where the platform has locks but does not allow them, as in a sandboxed frame', async () => {
    const { handler, release } = held()
    await using server = await serve(handler)
    const request = () => Promise.reject(new DOMException('Access to the lock manager is denied', 'SecurityError'))
    vi.stubGlobal('navigator', { locks: { request } })
    const client = createTalonOne({ baseUrl: server.url })
    const all = Promise.all([write(client), write(client)])
    await release()
    expect(server.received).toHaveLength(1)
    await release()
    expect(await all).toEqual([state, state])
  })

  test('go out one at a time where the platform has no locks', async () => {
    const { handler, release } = held()
    await using server = await serve(handler)
    vi.stubGlobal('navigator', undefined)
    const client = createTalonOne({ baseUrl: server.url })
    const all = Promise.all([write(client), write(client)])
    await release()
    expect(server.received).toHaveLength(1)
    await release()
    await all
  })

  // Node has locks too, but they are its process', not a page's: one shopper would wait for another there.
  test('do not wait for those of another client on a server', async () => {
    const { handler, release } = held({ body: state })
    await using server = await serve(handler)
    const all = ['one', 'other'].map(() => write(createTalonOne({ baseUrl: server.url })))
    await vi.waitFor(() => expect(server.received).toHaveLength(2))
    await release()
    await release()
    await Promise.all(all)
  })

  test('that a lock refuses were not aborted, and not sent', async () => {
    const { fetch, requests } = fakeFetch()
    const locks: Locks = { request: () => Promise.reject(new Error('out of order')) }
    expect(await failureOf(write(createTalonOne({ fetch, locks })))).toMatchObject({ code: 'network', retryable: true, outcome: undefined })
    expect(requests).toEqual([])
  })
})
