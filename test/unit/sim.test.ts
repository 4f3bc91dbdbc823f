import { describe, expect, test } from 'vitest'
import { checks } from '../sim/checks.ts'
import type { Fault } from '../sim/faults.ts'
import { drawPlan } from '../sim/plan.ts'
import { type Done, type Run, runPlan } from '../sim/run.ts'

const refusing: Fault[] = [
  'requestLost',
  'answerLost',
  '409',
  '429',
  '500',
  '502',
  '503',
  '504',
  'html',
  'cut',
  'outage',
  'delay',
  'device',
]

const broken = (run: Run): string[] => Object.entries(checks).flatMap(([name, check]) => (check(run) === undefined ? [] : [name]))

async function traceOf(seed: number, faults: readonly Fault[]): Promise<string> {
  const lines: string[] = []
  await runPlan(drawPlan(seed, faults), { trace: (line) => lines.push(line) })
  return lines.join('\n')
}

test('a cart keeps its promises on a network that loses and refuses', async () => {
  const struck = new Set<Fault>()
  for (let seed = 1; seed <= 60; seed++) {
    const run = await runPlan(drawPlan(seed, refusing))
    for (const fault of run.strikes.keys()) struck.add(fault)
    expect(broken(run), `seed ${seed}`).toEqual([])
  }
  expect([...struck].toSorted()).toEqual(refusing.toSorted())
})

test('a cart keeps its promises where writes land late, and twice', async () => {
  for (let seed = 1; seed <= 60; seed++) {
    expect(broken(await runPlan(drawPlan(seed, [...refusing, 'late', 'duplicate']))), `seed ${seed}`).toEqual([])
  }
})

test('a seed is one schedule, to the letter', async () => {
  const faults: Fault[] = [...refusing, 'late', 'duplicate']
  const first = await traceOf(4, faults)
  await runPlan(drawPlan(5, faults))
  expect(await traceOf(4, faults)).toBe(first)
  expect(await traceOf(5, faults)).not.toBe(first)
})

describe('a check sees', () => {
  const firstOf = ({ deeds }: Run): Done => deeds[0] ?? expect.unreachable('the schedule has edits')
  const stored = (run: Run) => run.session ?? expect.unreachable('the schedule leaves a session behind')
  const exchange = { method: 'PUT', sentAt: 70_000, endedAt: 70_000, retryAfterMs: undefined, writesAtOnce: 1 }

  const breaches: Record<string, { only: string[]; breach: (run: Run) => Partial<Run> }> = {
    'an edit that still waits': { only: ['I1 convergence'], breach: ({ view }) => ({ view: { ...view, pending: true } }) },
    'a cart that shows something else': {
      only: ['I1 convergence'],
      breach: ({ view }) => ({ view: { ...view, coupons: [{ code: 'MORE', status: 'pending' }] } }),
    },
    'a session that has lost everything': {
      only: ['I1 convergence', 'I2 nothing lost'],
      breach: (run) => ({
        session: { ...stored(run), cartItems: [], couponCodes: [], referralCode: '', attributes: {}, additionalCosts: {} },
        before: new Map(),
      }),
    },
    'a line that nobody asked for': {
      only: ['I1 convergence', 'I3 no phantom'],
      breach: (run) => ({ session: { ...stored(run), cartItems: [...(stored(run).cartItems ?? []), { sku: 'GHOST', quantity: 1 }] } }),
    },
    'two writes at once': {
      only: ['I5 one write at a time'],
      breach: ({ exchanges }) => ({ exchanges: [...exchanges, { ...exchange, writesAtOnce: 2 }] }),
    },
    'an older state after a newer one': { only: ['I6 never backwards'], breach: ({ revisions }) => ({ revisions: [...revisions, 1] }) },
    'too many requests': { only: ['I8 manners'], breach: () => ({ exchanges: Array.from({ length: 121 }, () => exchange) }) },
    'a Retry-After that is ignored': {
      only: ['I8 manners'],
      breach: () => ({
        exchanges: [
          { ...exchange, retryAfterMs: 2000 },
          { ...exchange, sentAt: 71_999 },
        ],
      }),
    },
    'a promise that is never settled': {
      only: ['I9 settled once'],
      breach: (run) => ({ deeds: [...run.deeds, { ...firstOf(run), revision: undefined, settled: 0 }] }),
    },
    'a promise that is settled twice': {
      only: ['I9 settled once'],
      breach: (run) => ({ deeds: run.deeds.map((done) => ({ ...done, settled: 2 })) }),
    },
    'a barrier that opens early': { only: ['I11 checkout barrier'], breach: () => ({ flushed: [{ at: 1, unsettled: 1 }] }) },
  }

  test.each(Object.entries(breaches))('%s', async (_name, { only, breach }) => {
    const run = await runPlan(drawPlan(7, []))
    expect(broken(run)).toEqual([])
    expect(broken({ ...run, ...breach(run) })).toEqual(only)
  })
})
