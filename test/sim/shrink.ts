/** Makes a failing schedule smaller. */
import type { Check } from './checks.ts'
import type { Plan } from './plan.ts'
import { type Run, runPlan } from './run.ts'

/** What is left of a plan. */
export interface Part {
  /** Numbers of its steps, from 1 on. */
  steps: readonly number[]
  /** Strikes of chance, each as `fault@name`. */
  strikes: readonly string[]
}

export interface Shrunk {
  part: Part
  /** What is broken in it, by the same check. */
  problem: string
}

/** A plan with these of its steps alone. */
export function partOf(plan: Plan, steps: readonly number[]): Plan {
  const kept = new Set(steps)
  return { ...plan, steps: plan.steps.filter(({ number }) => kept.has(number)) }
}

const mostRuns = 3_000

/** Leaves out steps and strikes as long as the same check fails: halves first, single ones in the end. */
export async function shrink(plan: Plan, check: Check): Promise<Shrunk | undefined> {
  let runs = 0

  async function problemOf({ steps, strikes }: Part): Promise<{ run: Run; problem: string } | undefined> {
    runs++
    const run = await runPlan(partOf(plan, steps), { onlyStrikes: new Set(strikes) })
    const problem = check(run)
    return problem === undefined ? undefined : { run, problem }
  }

  const whole = await runPlan(plan)
  let part: Part = { steps: plan.steps.map(({ number }) => number), strikes: whole.struck }
  let failing = await problemOf(part)
  if (!failing) return undefined

  /** Tries to do without one piece after another of a list. */
  async function without<Entry>(list: readonly Entry[], size: number, make: (rest: readonly Entry[]) => Part): Promise<readonly Entry[]> {
    let rest = list
    for (let start = 0; start < rest.length && runs < mostRuns;) {
      const fewer = [...rest.slice(0, start), ...rest.slice(start + size)]
      const found = await problemOf(make(fewer))
      if (!found) {
        start += size
        continue
      }
      failing = found
      rest = fewer
    }
    return rest
  }

  for (let size = Math.ceil(Math.max(part.steps.length, part.strikes.length) / 2), isSmaller = true; size >= 1;) {
    const before = part
    part = { ...part, strikes: await without(part.strikes, size, (strikes) => ({ ...part, strikes })) }
    part = { ...part, steps: await without(part.steps, size, (steps) => ({ ...part, steps })) }
    isSmaller = part.steps.length < before.steps.length || part.strikes.length < before.strikes.length
    if (size > 1) size = Math.ceil(size / 2)
    else if (!isSmaller || runs >= mostRuns) break
  }
  // What was drawn for a request that is not sent any more struck nothing.
  const struck = new Set(failing.run.struck)
  return { part: { ...part, strikes: part.strikes.filter((strike) => struck.has(strike)) }, problem: failing.problem }
}
