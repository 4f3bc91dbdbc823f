/** Which writes are sent again, when, and that Talon.One can tell an attempt from another write. */
import { MutationObserver, QueryClient } from '@tanstack/react-query'
import fc from 'fast-check'
import { mutationFor, trackEventV2, type WriteEndpoint } from 'talon-one-react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import * as endpoints from '../../src/endpoints.ts'
import { inputsOf } from '../arbitrary.ts'
import { type Answer, createClient, failing, inTurn, mutate, unreachable, withoutPauses } from './query-calls.ts'

const writes: readonly WriteEndpoint[] = Object.values(endpoints).filter((row) => row.kind === 'write')
const byName = writes.map((row) => [row.operationId, row] as const)
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/
const runs = { numRuns: 1, seed: Number(process.env.SEED ?? 1) }

/** An input of a row, to be stored. */
function inputOf(row: WriteEndpoint): object {
  const [drawn = {}] = fc.sample(inputsOf(row), runs)
  return { ...drawn, dry: undefined }
}

const outcomeOf = (call: Promise<unknown>) =>
  call.then(
    (data) => ({ data }),
    (error: unknown) => error,
  )

/** Whatever the app says of its own mutations, these follow their rows. */
const createQueryClient = () => new QueryClient({ defaultOptions: { mutations: { retry: 5, retryDelay: 0 } } })

async function attemptsAfter(row: WriteEndpoint, answer: Answer, input: unknown = inputOf(row)) {
  const { client, requests, keys } = createClient({ timeout: 5 }, answer)
  const outcome = await outcomeOf(mutate(createQueryClient(), mutationFor(client, row), input))
  return { outcome, attempts: requests.length, keys: new Set(keys()) }
}

beforeEach(withoutPauses)

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a write that may have been carried out', () => {
  const doubts: [string, Answer][] = [
    ['503', failing(503)],
    ['500', failing(500)],
    ['502', failing(502)],
    ['504', failing(504)],
    ['408', failing(408)],
    ['no network', unreachable],
    ['no answer in time', () => new Promise(() => {})],
    ['a proxy that does not know', failing(504, { code: 'upstream_timeout', retryable: true, outcome: 'unknown' })],
    ['a gateway that says so', failing(503, { retryable: true })],
  ]

  test.for(byName)('%s is sent again only where that is harmless or told apart by a key', async ([, row]) => {
    for (const [name, answer] of doubts) {
      const { outcome, attempts, keys } = await attemptsAfter(row, answer)
      expect(outcome, name).toMatchObject({ outcome: 'unknown', retryable: row.repeat !== 'never' })
      expect([attempts, keys.size], name).toEqual([row.repeat === 'never' ? 1 : 4, 1])
    }
  })

  test.for(byName)('%s ends well when a later attempt does', async ([, row]) => {
    const { outcome, attempts } = await attemptsAfter(
      row,
      inTurn(failing(503), () => Response.json({})),
    )
    if (row.repeat === 'never') expect(outcome).toMatchObject({ code: 'unavailable' })
    else expect([outcome, attempts]).toEqual([{ data: {} }, 2])
  })
})

describe('a write that was certainly not carried out', () => {
  const refusals: [string, Answer][] = [
    ['409', failing(409)],
    ['409 of three at once', failing(409, { message: 'Too many requests are updating this profile at the same time' })],
    ['425', failing(425)],
    ['429', failing(429)],
    ['a proxy that knows', failing(503, { code: 'upstream_unavailable', retryable: true })],
  ]

  test.for(byName)('%s is sent again, whatever it is', async ([, row]) => {
    for (const [name, answer] of refusals) expect((await attemptsAfter(row, answer)).attempts, name).toBe(4)
  })

  test.for(byName)('%s is made ready again when it was never sent', async ([, row]) => {
    const { client, requests } = createClient({ headers: () => Promise.reject(new Error('no token')) })
    const options = mutationFor(client, row)
    const mutationFn = vi.fn<typeof options.mutationFn>(options.mutationFn)
    expect(await outcomeOf(mutate(createQueryClient(), { ...options, mutationFn }, inputOf(row)))).toMatchObject({ code: 'network' })
    expect([mutationFn.mock.calls.length, requests.length]).toEqual([4, 0])
  })
})

test.for(byName)('%s is not sent again when a repeat would end the same', async ([, row]) => {
  const statuses = [400, 401, 403, 404, 422, 501].map((status) => failing(status))
  const exists = ['Event with this integrationId already tracked', 'An audience of that name exists'].map((message) =>
    failing(409, { message }),
  )
  for (const answer of [...statuses, ...exists, failing(503, { code: 'internal', retryable: false })])
    expect((await attemptsAfter(row, answer)).attempts).toBe(1)
})

describe('the Idempotency-Key', () => {
  test.for(byName)('of %s is there only where the row takes one', async ([, row]) => {
    const { keys } = await attemptsAfter(row, failing(503))
    expect([...keys]).toEqual([row.repeat === 'keyed' ? expect.stringMatching(uuid) : null])
  })

  test.for(byName.filter(([, { query }]) => 'dry?' in query))('of %s is not there when nothing is stored', async ([, row]) => {
    const { keys, attempts } = await attemptsAfter(row, failing(429), { ...inputOf(row), dry: true })
    expect([[...keys], attempts]).toEqual([[null], 4])
  })

  test('is one for all attempts of a mutation, and another for the next', async () => {
    const { client, keys } = createClient(
      {},
      inTurn(
        failing(503),
        failing(429),
        () => Response.json({}),
        failing(503),
        () => Response.json({}),
      ),
    )
    const observer = new MutationObserver(createQueryClient(), mutationFor(client, trackEventV2))
    for (const type of ['seen', 'seen']) await observer.mutate({ type })
    const [first, second, third, fourth, fifth] = keys()
    expect([second, third, fifth]).toEqual([first, first, fourth])
    expect(fourth).not.toBe(first)
  })

  test('differs between mutations that run side by side', async () => {
    const { client, keys } = createClient()
    const options = mutationFor(client, trackEventV2)
    await Promise.all(Array.from({ length: 5 }, () => mutate(new QueryClient(), options, { type: 'seen' })))
    expect(new Set(keys()).size).toBe(5)
  })
})
