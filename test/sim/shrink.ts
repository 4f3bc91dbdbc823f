/** Makes a failing schedule smaller. */
import { shrinkLists } from '../runner/shrink.ts'
import type { Check } from './checks.ts'
import type { Plan } from './plan.ts'
import { runPlan } from './run.ts'

/** What is left of a plan. */
export interface Part {
  /** Numbers of its steps, from 1 on. */
  steps: readonly number[]
  /** Strikes of chance, each as `fault@name`. */
  strikes: readonly string[]
}

/** A plan with these of its steps alone. */
export function partOf(plan: Plan, steps: readonly number[]): Plan {
  const kept = new Set(steps)
  return { ...plan, steps: plan.steps.filter(({ number }) => kept.has(number)) }
}

/** The least of a plan that fails the same check. */
export async function shrink(plan: Plan, check: Check): Promise<Part | undefined> {
  const { struck: strikes } = await runPlan(plan)
  let struck = new Set(strikes)
  const whole: Part = { steps: plan.steps.map(({ number }) => number), strikes }
  const part = await shrinkLists(whole, ['strikes', 'steps'], async (some) => {
    const run = await runPlan(partOf(plan, some.steps), { onlyStrikes: new Set(some.strikes) })
    if (check(run) === undefined) return false
    struck = new Set(run.struck)
    return true
  })
  // What was drawn for a request that is not sent any more struck nothing.
  return part && { ...part, strikes: part.strikes.filter((strike) => struck.has(strike)) }
}
