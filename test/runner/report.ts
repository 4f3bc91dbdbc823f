/** What a command says of its schedules. */
import type { Example, Tally } from './tally.ts'

const progressMs = 30_000

/** Says now and then how far a run has come, which goes on in any case. */
export function progressOf(total: number, unit: 'requests' | 'schedules'): (tally: Tally) => true {
  const start = performance.now()
  let saidAt = start
  return (tally) => {
    const now = performance.now()
    if (now - saidAt < progressMs) return true
    saidAt = now
    const seeds = new Set([...tally.failures.values()].flatMap(({ examples }) => examples.map(({ seed }) => seed)))
    const which = seeds.size > 0 ? `, such as ${[...seeds].join(', ')}` : ''
    console.log(`${tally[unit]} of ${total} ${unit}, ${rate(tally[unit], now - start)} a second, ${tally.failed} failed${which}`)
    return true
  }
}

/** A second. */
export function rate(count: number, ms: number): number {
  return Math.round((1000 * count) / ms)
}

export function reportFailures({ failures }: Tally): void {
  for (const [check, { count, examples }] of failures) {
    console.log(`  ${check}: ${count}`)
    for (const { seed, number, problem } of examples) console.log(`    seed ${seed}${number ? `, request ${number}` : ''}: ${problem}`)
  }
}

/** The one to look at. */
export function firstFailure({ failures }: Tally): (Example & { check: string }) | undefined {
  return [...failures].flatMap(([check, { examples }]) => examples.map((example) => ({ check, ...example })))[0]
}
