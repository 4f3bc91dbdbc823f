/** Makes a failing schedule smaller. */
import type { Plan } from './grammar.ts'
import { type Run, runPlan } from './run.ts'

/** What is left of a plan. */
export interface Part {
  /** Numbers of its requests, from 1 on. */
  requests: readonly number[]
  /** Each as `name@number`. */
  hostilities: readonly string[]
}

export interface Shrunk {
  part: Part
  /** What is broken in it, by the same check. */
  problem: string
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

/** All of a plan. */
export function wholeOf({ requests }: Plan): Part {
  return {
    requests: requests.map(({ number }) => number),
    hostilities: requests.flatMap(({ number, hostilities }) => hostilities.map(({ name }) => `${name}@${number}`)),
  }
}

/** Leaves out requests and hostilities as long as the same check fails: halves first, single ones in the end. */
export async function shrink(plan: Plan, check: (run: Run) => string | undefined): Promise<Shrunk | undefined> {
  const problemIn = async (part: Part) => check(await runPlan(partOf(plan, part)))
  let part = wholeOf(plan)
  let problem = await problemIn(part)
  if (problem === undefined) return undefined
  for (const what of ['requests', 'hostilities'] as const) {
    for (let size = Math.ceil(part[what].length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let start = 0; start < part[what].length;) {
        // Numbers or names, but never both in one list.
        const fewer = { ...part, [what]: [...part[what].slice(0, start), ...part[what].slice(start + size)] }
        const found = await problemIn(fewer)
        if (found === undefined) start += size
        else [part, problem] = [fewer, found]
      }
    }
  }
  const kept = new Set(part.requests.map(String))
  return { part: { ...part, hostilities: part.hostilities.filter((name) => kept.has(name.split('@').at(-1) ?? '')) }, problem }
}
