/** Makes a failing schedule smaller. */
import { shrinkLists } from '../runner/shrink.ts'
import type { Plan } from './grammar.ts'
import { type Run, runPlan } from './run.ts'

/** What is left of a plan. */
export interface Part {
  /** Numbers of its requests, from 1 on. */
  requests: readonly number[]
  /** Each as `name@number`. */
  hostilities: readonly string[]
}

/** A plan with these of its requests, and these of their hostilities, alone. */
export function partOf(plan: Plan, { requests, hostilities }: Partial<Part>): Plan {
  const kept = requests && new Set(requests)
  const done = hostilities && new Set(hostilities)
  return {
    ...plan,
    requests: plan.requests
      .filter(({ number }) => kept?.has(number) ?? true)
      .map((drawn) => ({ ...drawn, hostilities: drawn.hostilities.filter(({ name }) => done?.has(`${name}@${drawn.number}`) ?? true) })),
  }
}

/** The least of a plan that fails the same check. */
export async function shrink(plan: Plan, check: (run: Run) => string | undefined): Promise<Part | undefined> {
  const whole: Part = {
    requests: plan.requests.map(({ number }) => number),
    hostilities: plan.requests.flatMap(({ number, hostilities }) => hostilities.map(({ name }) => `${name}@${number}`)),
  }
  const part = await shrinkLists(whole, ['requests', 'hostilities'], async (some) => check(await runPlan(partOf(plan, some))) !== undefined)
  const kept = new Set(part?.requests.map(String))
  return part && { ...part, hostilities: part.hostilities.filter((name) => kept.has(name.split('@').at(-1) ?? '')) }
}
