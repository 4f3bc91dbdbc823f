/**
 * The command is killed while it writes, again and again, and started on the same state: what it answered is there, and nothing is there
 * by half. A failure prints its seed; `SEED=7 RUNS=200 npx vitest run --project unit test/unit/sandbox-kill.test.ts` runs others.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { openStore } from '../../src/sandbox/command/store.ts'
import { createSandbox, type SandboxSnapshot } from '../../src/sandbox/index.ts'
import { spawnCommand } from '../command.ts'

const seed = Number(process.env.SEED ?? 1)
const numRuns = Number(process.env.RUNS ?? 25)

const deeds = ['order', 'order', 'order', 'cancel', 'cart', 'review', 'audience', 'erase'] as const
type Deed = (typeof deeds)[number]

/** One life of the command. */
const life = fc.record({
  /** Milliseconds until it is killed: from its first requests on, or from its start, when it may not even listen yet. */
  from: fc.constantFrom<('requests' | 'start')[]>('requests', 'requests', 'requests', 'start'),
  until: fc.integer({ min: 0, max: 300 }),
  /** What each shopper does, over and over. */
  shoppers: fc.array(fc.array(fc.constantFrom(...deeds), { minLength: 3, maxLength: 8 }), { minLength: 2, maxLength: 6 }),
})

/** What is expected of one thing: as its last answer said, or as a later request without an answer asked. */
interface Expected {
  answered: string | undefined
  asked: string[]
}

/** What an event with an `Idempotency-Key` was answered. */
interface Review {
  answer: string | undefined
}

it('keeps what it has answered, and nothing by half, whenever it is killed', { timeout: 30_000 + 5_000 * numRuns }, async () => {
  const place = await mkdtemp(join(tmpdir(), 'sandbox-kill-'))
  const sessions = new Map<string, Expected>()
  const reviews = new Map<string, Review>()
  try {
    for (const [index, { from, until, shoppers }] of fc.sample(life, { seed, numRuns }).entries()) {
      const name = `seed ${seed}, life ${index}`
      await using command = spawnCommand('src/sandbox/cli.ts', ['--port', '0', '--key', 'key', '--state', join(place, 'state'), '--quiet'])
      const dead = command.exited
      const killed = (milliseconds: number) => setTimeout(() => command.child.kill('SIGKILL'), milliseconds)
      if (from === 'start') {
        killed(until)
        await dead
      } else {
        const url = await command.address()
        await repeatsReviews(url, reviews, name)
        const ends = Promise.all(shoppers.map((does, number) => shop(url, `${index}-${number}`, does, sessions, reviews)))
        killed(until)
        await Promise.all([ends, dead])
      }
      const snapshot = await snapshotIn(join(place, 'state'))
      checkAnswered(snapshot, sessions, name)
      checkWhole(snapshot, name)
    }
    const answers = [...sessions.values()].filter(({ answered }) => answered !== undefined).length
    expect(answers, 'else nothing was tried').toBeGreaterThan(numRuns * 2)
  } finally {
    await rm(place, { recursive: true })
  }
})

/** Does one thing after the other until nobody answers any more. */
async function shop(
  url: string,
  id: string,
  does: readonly Deed[],
  sessions: Map<string, Expected>,
  reviews: Map<string, Review>,
): Promise<void> {
  let done = 0
  const latest: string[] = []

  const put = (session: string, state: string, body: object) => {
    const expected = sessions.get(session) ?? { answered: undefined, asked: [] }
    sessions.set(session, expected)
    expected.asked.push(state)
    return request(url, 'PUT', `/v2/customer_sessions/${session}`, { customerSession: body }).then(() => {
      Object.assign(expected, { answered: state, asked: [] })
    })
  }
  const deed: Record<Deed, (number: number) => Promise<unknown>> = {
    order: (number) => {
      const session = `order-${id}-${number}`
      latest.push(session)
      const cartItems = [{ sku: 'MUG', quantity: 1 + (number % 5), price: 12 }]
      return put(session, 'closed', { profileId: `p-${id}`, couponCodes: ['SAVE10'], cartItems, state: 'closed' })
    },
    cancel: async () => {
      const session = latest.pop()
      if (session !== undefined) await put(session, 'cancelled', { state: 'cancelled' })
    },
    cart: (number) =>
      put(`cart-${id}`, `open ${number}`, { profileId: `p-${id}`, cartItems: [{ sku: 'MUG', quantity: number + 1, price: 12 }] }),
    review: async (number) => {
      const key = `${id}-${number}`
      const review: Review = { answer: undefined }
      reviews.set(key, review)
      review.answer = await sendReview(url, key)
    },
    audience: (number) => request(url, 'POST', '/v2/audiences', { name: `${id}-${number}` }),
    // The profile of another shopper of this life, if there is one.
    erase: () => request(url, 'DELETE', `/v1/customer_data/p-${id.replace(/\d+$/, '0')}`).catch((error: unknown) => unlessRefused(error)),
  }
  try {
    for (;;) {
      const what = does[done % does.length] ?? 'order'
      await deed[what](done)
      done += 1
    }
  } catch (error) {
    unlessGone(error)
  }
}

class Refused extends Error {}

function unlessRefused(error: unknown): void {
  if (!(error instanceof Refused)) throw error
}

// `fetch` fails so when the other side is killed, also in the middle of an answer.
function unlessGone(error: unknown): void {
  if (!(error instanceof TypeError)) throw error
}

async function request(url: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<string> {
  const init = {
    method,
    headers: { authorization: 'ApiKey-v1 key', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }
  const answer = await fetch(url + path, init)
  const text = await answer.text()
  if (!answer.ok) throw new Refused(`${method} ${path} was answered ${answer.status}: ${text}`)
  return text
}

function sendReview(url: string, key: string): Promise<string> {
  const body = { profileId: `p-${key.replace(/-\d+$/, '')}`, type: 'reviewed', attributes: { key } }
  return request(url, 'POST', '/v2/events?silent=no', body, { 'idempotency-key': key })
}

/** What was sent with a key is sent again: it gets the answer it got, and is not carried out twice, which {@link checkWhole} sees. */
async function repeatsReviews(url: string, reviews: Map<string, Review>, name: string): Promise<void> {
  for (const [key, review] of reviews) {
    const again = await sendReview(url, key)
    if (review.answer !== undefined) expect(again, name).toBe(review.answer)
  }
  reviews.clear()
}

async function snapshotIn(directory: string): Promise<SandboxSnapshot> {
  const sandbox = createSandbox()
  await (await openStore(directory, sandbox, false)).close()
  return sandbox.snapshot()
}

function checkAnswered({ sessions }: SandboxSnapshot, expected: Map<string, Expected>, name: string): void {
  const stored = new Map(sessions.map(([id, { session }]) => [id, session]))
  for (const [id, { answered, asked }] of expected) {
    const session = stored.get(id)
    const is = session?.state === 'open' ? `open ${(session.cartItems?.[0]?.quantity ?? 0) - 1}` : session?.state
    expect([answered, ...asked], `${name}, ${id}`).toContain(is)
    expected.set(id, { answered: is, asked: [] })
  }
}

/** Whether everything that one request changes together is there together. */
function checkWhole({ sessions, ledgers, profiles, coupons, events, replays, nextId, audiences }: SandboxSnapshot, name: string): void {
  const closed = sessions.map(([, { session }]) => session).filter(({ state }) => state === 'closed')
  const earned = closed.map(({ integrationId, total }) => `${integrationId} ${total}`)
  const booked = ledgers.flatMap(([, ledger]) => ledger.map(({ sessionId, amount }) => `${sessionId} ${amount}`))
  expect(booked.toSorted(), name).toEqual(earned.toSorted())
  for (const [id, { closedSessions, totalSales }] of profiles) {
    const orders = closed.filter(({ profileId }) => profileId === id)
    expect([closedSessions, totalSales], `${name}, ${id}`).toEqual([orders.length, orders.reduce((sum, { total }) => sum + total, 0)])
  }
  const save10 = coupons.find(([code]) => code === 'SAVE10')?.[1]
  expect(save10?.redemptions.map(({ sessionId }) => sessionId).toSorted(), name).toEqual(
    closed.map(({ integrationId }) => integrationId).toSorted(),
  )
  expect(save10?.coupon.usageCounter, name).toBe(closed.length)
  const keys = events.map(({ attributes }) => attributes?.key).filter((key) => key !== undefined)
  expect(new Set(keys).size, name).toBe(keys.length)
  expect(events.length, name).toBe(replays.length)
  const ids = [
    ...profiles.map(([, { id }]) => id),
    ...audiences.map(([id]) => id).filter((id) => id > 2), // 1 and 2 were always there
    ...ledgers.flatMap(([, ledger]) => ledger.map(({ id }) => id)),
  ]
  expect(new Set(ids).size, name).toBe(ids.length)
  expect(Math.max(0, ...ids), name).toBeLessThan(nextId)
}
