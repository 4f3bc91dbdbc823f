/**
 * Runs the cart through schedules of random edits on a random network: `npm run sim -- --schedules 2000 --seed 1 --jobs 2`. A failing one
 * is made smaller, and told step by step; `npm run sim -- --replay 17` tells any.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { readCount, readList } from '../runner/arguments.ts'
import { runSchedules } from '../runner/pool.ts'
import { firstFailure, progressOf, rate, reportFailures } from '../runner/report.ts'
import { checks, problemsOf } from './checks.ts'
import { type Fault, faultNames } from './faults.ts'
import { simOf } from './kind.ts'
import { drawPlan } from './plan.ts'
import { runPlan } from './run.ts'
import { type Part, partOf, shrink } from './shrink.ts'
import type { SimTally } from './tally.ts'

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    faults: { type: 'string', default: faultNames.join(',') },
    replay: { type: 'string' },
    steps: { type: 'string' },
    strikes: { type: 'string' },
  },
})

/** In a run of this many schedules every fault must strike in one of a hundred. */
const manySchedules = 20_000
const leastShare = 0.01

const faults = readFaults(values.faults)
const isHeld = values.replay === undefined ? await runAll() : await replay(readCount('replay', values.replay))
process.exitCode = isHeld ? 0 : 1

async function runAll(): Promise<boolean> {
  const schedules = readCount('schedules', values.schedules)
  const firstSeed = readCount('seed', values.seed)
  const start = performance.now()
  const onProgress = progressOf(schedules, 'schedules')
  const tally = await runSchedules(simOf(faults), { firstSeed, schedules, jobs: readCount('jobs', values.jobs), onProgress })
  report(tally, firstSeed, performance.now() - start)
  const rare = tally.schedules < manySchedules ? [] : faults.filter((fault) => metBy(tally, fault) < leastShare * tally.schedules)
  if (rare.length > 0) console.log(`Too rare to tell anything, in less than one schedule of a hundred: ${rare.join(', ')}`)
  const first = firstFailure(tally)
  if (first) await explain(first.seed, first.check)
  return tally.failed === 0 && rare.length === 0
}

function report(tally: SimTally, firstSeed: number, ms: number): void {
  const { schedules, requests, busiest, stuck, failed } = tally
  console.log(`${schedules} schedules from seed ${firstSeed} in ${(ms / 1000).toFixed(1)} s: ${rate(schedules, ms)} a second`)
  console.log(`${(requests / schedules).toFixed(1)} requests a schedule, ${busiest} in the busiest minute`)
  for (const fault of faults)
    console.log(`  ${fault.padEnd(12)} struck ${tally.strikes.get(fault)?.times ?? 0} times, in ${metBy(tally, fault)} schedules`)
  if (stuck > 0) console.log(`${stuck} schedules needed \`retry\` once the network had healed`)
  console.log(`${failed} failed (${((100 * failed) / schedules).toFixed(3)} %)`)
  reportFailures(tally)
}

function metBy({ strikes }: SimTally, fault: Fault): number {
  return strikes.get(fault)?.schedules ?? 0
}

/** Tells the smallest trace that fails as a seed did. */
async function explain(seed: number, check: string): Promise<void> {
  console.log(`\nSeed ${seed}, ${check}: looking for the least that breaks it …`)
  const part = await shrink(drawPlan(seed, faults), checks[check] ?? (() => undefined))
  if (!part) return console.log(`It holds when it is run alone: npm run sim -- --replay ${seed}${faultsArgument()}`)
  await replay(seed, part)
  const { steps, strikes } = part
  const only = `--steps ${steps.join(',') || 'none'} --strikes ${strikes.join(',') || 'none'}`
  console.log(`\nReplay: npm run sim -- --replay ${seed} ${only}${faultsArgument()}`)
  console.log(`Whole:  npm run sim -- --replay ${seed}${faultsArgument()}`)
}

async function replay(seed: number, part: Partial<Part> = readPart()): Promise<boolean> {
  const plan = drawPlan(seed, faults)
  const run = await runPlan(part.steps ? partOf(plan, part.steps) : plan, {
    onlyStrikes: part.strikes && new Set(part.strikes),
    trace: (line) => console.log(line),
  })
  const problems = problemsOf(run)
  for (const { check, problem } of problems) console.log(`broken: ${check}: ${problem}`)
  return problems.length === 0
}

function faultsArgument(): string {
  return faults.length === faultNames.length ? '' : ` --faults ${faults.join(',') || 'none'}`
}

// Arguments

function readPart(): Partial<Part> {
  return {
    ...(values.steps !== undefined && { steps: readList(values.steps).map(Number) }),
    ...(values.strikes !== undefined && { strikes: readList(values.strikes) }),
  }
}

function readFaults(text: string | undefined): Fault[] {
  const asked = readList(text ?? '')
  const unknown = asked.filter((name) => !faultNames.some((fault) => fault === name))
  if (unknown.length > 0) throw new Error(`There is no fault ${unknown.join(', ')}; there are: ${faultNames.join(', ')}, or none`)
  return faultNames.filter((fault) => asked.includes(fault))
}
