import { describe, expect, test } from 'vitest'
import { problemsOf } from '../fuzz/checks.ts'
import { drawPlan } from '../fuzz/grammar.ts'
import { type Exchange, type Run, runPlan } from '../fuzz/run.ts'
import { partOf, shrink } from '../fuzz/shrink.ts'
import { canary, key, secret } from '../fuzz/world.ts'

const run = (seed: number) => runPlan(drawPlan(seed))
const broken = (result: Run): string[] => [...new Set(problemsOf(result).map(({ check }) => check))]

test('no hostile request gets through', { timeout: 60_000 }, async () => {
  for (let seed = 1; seed <= 60; seed++) expect(problemsOf(await run(seed)), `npm run fuzz -- --replay ${seed}`).toEqual([])
})

// Guests and the ids of requests are of chance.
const traceOf = ({ exchanges }: Run) =>
  exchanges.map(({ asked: { method, url, headers, bytes, done }, sent, status }) => ({
    asked: [method, url, headers, bytes && [...bytes], done],
    sent: sent.map(({ method: sentMethod, row }) => [sentMethod, row?.operationId]),
    status,
  }))

test('a seed is one schedule, to the letter', async () => {
  const first = traceOf(await run(4))
  await run(5)
  expect(traceOf(await run(4))).toEqual(first)
  expect(traceOf(await run(5))).not.toEqual(first)
})

test('the platform has its timers, its console and its prototypes back', async () => {
  const { setTimeout, clearTimeout } = globalThis
  const { error } = console
  await run(1)
  expect([globalThis.setTimeout, globalThis.clearTimeout, console.error]).toEqual([setTimeout, clearTimeout, error])
})

test('what fails is made as small as it gets, and fails alike when it is run again', async () => {
  const plan = drawPlan(7)
  // Whatever needs two requests, one of them with a hostility.
  const check = ({ exchanges }: Run) =>
    exchanges.length > 1 && exchanges.some(({ asked }) => asked.done.length > 0) ? 'broken' : undefined
  const part = (await shrink(plan, check)) ?? expect.unreachable('the whole plan fails')
  expect(part.requests).toHaveLength(2)
  expect(part.hostilities).toHaveLength(1)
  expect(check(await runPlan(partOf(plan, part)))).toBe('broken')
  expect(check(await runPlan(partOf(plan, { ...part, hostilities: [] })))).toBeUndefined()
})

describe('a check sees', () => {
  // Seeds of a shopper's and of a staff schedule.
  const [shoppers, staff] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15].reduce<[number, number]>(
    ([one, other], seed) => (drawPlan(seed).setup.is === 'staff' ? [one, other || seed] : [one || seed, other]),
    [0, 0],
  )
  const answered = ({ sent, status, asked }: Exchange) => sent.length === 1 && status === 200 && asked.done.length === 0
  const changed = (result: Run, change: (exchange: Exchange) => Partial<Exchange>, pick = answered): Run => {
    const found = result.exchanges.find(pick) ?? expect.unreachable('the schedule has one')
    return { ...result, exchanges: result.exchanges.map((one) => (one === found ? { ...one, ...change(one) } : one)) }
  }
  const sentAs = (exchange: Exchange, change: Partial<Exchange['sent'][number]>): Partial<Exchange> => ({
    sent: exchange.sent.map((sent) => ({ ...sent, ...change })),
  })
  const without = ({ headers }: Exchange, name: string) => Object.fromEntries(Object.entries(headers).filter(([known]) => known !== name))

  const breaches: Record<string, { of?: number; only: string[]; breach: (result: Run) => Run }> = {
    'a promise that rejects': {
      only: ['an answer to each request'],
      breach: (result) => changed(result, () => ({ thrown: new Error('broken') })),
    },
    'a request that is never answered': { only: ['an answer to each request'], breach: (result) => ({ ...result, isOver: false }) },
    'another path': {
      only: ['no identity crossed'],
      breach: (result) => changed(result, (one) => sentAs(one, { url: `${one.sent[0]?.url}x` })),
    },
    'another host': {
      only: ['no identity crossed'],
      breach: (result) => changed(result, (one) => sentAs(one, { url: `${one.sent[0]?.url.replace('talon.one', 'evil.one')}` })),
    },
    'one more header': {
      only: ['nothing but our own headers'],
      breach: (result) => changed(result, (one) => sentAs(one, { headers: { ...one.sent[0]?.headers, cookie: 'x' } })),
    },
    'a redirect that is followed': {
      only: ['nothing but our own headers'],
      breach: (result) => changed(result, (one) => sentAs(one, { redirect: 'follow' })),
    },
    'two requests': {
      only: ['one write at most'],
      breach: (result) => changed(result, ({ sent }) => ({ sent: [...sent, ...sent] })),
    },
    'a refusal of what was sent': {
      only: ['what is refused is not sent', 'problems are told properly', 'safe headers'],
      breach: (result) => changed(result, () => ({ status: 404 })),
    },
    'a failure': {
      only: ['no failure by input', 'problems are told properly', 'safe headers'],
      breach: (result) => changed(result, () => ({ status: 500 })),
    },
    "others' data": {
      only: ['no canary'],
      breach: (result) => changed(result, ({ text }) => ({ text: text.replace('}', `,"x":"${canary}"}`).replace('{,', '{') })),
    },
    'the key in a header': {
      only: ['no canary'],
      breach: (result) => changed(result, ({ headers }) => ({ headers: { ...headers, allow: encodeURIComponent(key) } })),
    },
    'the secret in a log': {
      only: ['no canary'],
      breach: (result) => changed(result, () => ({ log: [Buffer.from(`x${secret}y`).toString('base64')] })),
    },
    'an id in a log': { only: ['no log of ids'], breach: (result) => changed(result, () => ({ log: ['of vz-ada'] })) },
    "another shopper's data": {
      only: ['the own data only'],
      breach: (result) => changed(result, () => ({ text: '{"name":"data-of-x_y."}' })),
    },
    'an answer that may be cached': {
      only: ['safe headers'],
      breach: (result) => changed(result, (one) => ({ headers: without(one, 'cache-control') })),
    },
    "Talon.One's cookie": {
      only: ['safe headers'],
      breach: (result) => changed(result, ({ headers }) => ({ headers: { ...headers, 'set-cookie': 'a=b' } })),
    },
    'a problem that lacks something': {
      only: ['problems are told properly'],
      breach: (result) =>
        changed(
          result,
          ({ text }) => ({ text: text.replace('"requestId"', '"id"') }),
          ({ text }) => text.includes('"requestId"'),
        ),
    },
    'a broken answer that passes for a success': {
      only: ['no success where there is none'],
      breach: (result) => changed(result, ({ asked }) => ({ asked: { ...asked, draft: { ...asked.draft, upstream: 'html' } } })),
    },
    'a request without the custom header': {
      only: ['no guard is passed'],
      breach: (result) =>
        changed(result, ({ asked }) => ({ asked: { ...asked, headers: asked.headers.filter(([name]) => name !== 'x-talon-client') } })),
    },
    'an unhandled rejection': { only: ['no stray errors'], breach: (result) => ({ ...result, stray: ['unhandled: Error'] }) },
    'staff without the scope': {
      of: staff,
      only: ['no guard is passed'],
      breach: (result) => changed(result, ({ drawn }) => ({ drawn: { ...drawn, caller: { subject: 'clerk-1', scopes: [], age: 0 } } })),
    },
  }

  test.each(Object.entries(breaches))('%s', async (_name, { of = shoppers, only, breach }) => {
    const result = await run(of)
    expect(broken(result)).toEqual([])
    expect(broken(breach(result)).toSorted()).toEqual(only.toSorted())
  })
})
