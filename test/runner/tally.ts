/** What many schedules came to. Plain data, so that threads can hand it over. */
export interface Tally {
  schedules: number
  requests: number
  /** Schedules in which something is broken. */
  failed: number
  /** By check. */
  failures: Map<string, { count: number; examples: Example[] }>
}

export interface Example {
  seed: number
  problem: string
  /** Of the request that it is about, where it is about one. */
  number?: number
}

const mostExamples = 3

export function createTally(): Tally {
  return { schedules: 0, requests: 0, failed: 0, failures: new Map() }
}

/** Counts what is broken in one schedule. */
export function countProblems(tally: Tally, seed: number, problems: readonly (Omit<Example, 'seed'> & { check: string })[]): void {
  if (problems.length > 0) tally.failed++
  for (const { check, ...problem } of problems) addFailure(tally, check, 1, [{ seed, ...problem }])
}

/** A schedule that broke off, or did not end. */
export function countCrash(tally: Tally, seed: number, problem: string): void {
  countProblems(tally, seed, [{ check: 'runs through', problem }])
}

export function addTally(tally: Tally, other: Tally): void {
  tally.schedules += other.schedules
  tally.requests += other.requests
  tally.failed += other.failed
  for (const [check, { count, examples }] of other.failures) addFailure(tally, check, count, examples)
}

function addFailure({ failures }: Tally, check: string, count: number, examples: readonly Example[]): void {
  const before = failures.get(check) ?? { count: 0, examples: [] }
  // The earliest, so that a report does not depend on which thread was quicker.
  const earliest = [...before.examples, ...examples].toSorted((one, other) => one.seed - other.seed).slice(0, mostExamples)
  failures.set(check, { count: before.count + count, examples: earliest })
}
