/**
 * Runs the cart through schedules of random edits on a random network: `npm run sim -- --schedules 2000 --seed 1 --jobs 2`. A failing one
 * is made smaller, and told step by step; `npm run sim -- --replay 17` tells any.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { checks, problemsOf } from './checks.ts'
import { type Fault, faultNames } from './faults.ts'
import { drawPlan } from './plan.ts'
import { runPlan } from './run.ts'
import { type Part, partOf, shrink } from './shrink.ts'
import type { Tally } from './tally.ts'
import { runSchedules } from './workers.ts'

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

const progressMs = 30_000
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
  let saidAt = start
  const onProgress = (tally: Tally) => {
    const now = performance.now()
    if (now - saidAt < progressMs) return true
    saidAt = now
    const rate = Math.round((1000 * tally.schedules) / (now - start))
    const seeds = [...tally.failures.values()].flatMap(({ examples }) => examples.map(({ seed }) => seed))
    const which = seeds.length > 0 ? `, such as ${[...new Set(seeds)].join(', ')}` : ''
    console.log(`${tally.schedules} of ${schedules} schedules, ${rate} a second, ${tally.failed} failed${which}`)
    return true
  }
  const tally = await runSchedules({ firstSeed, schedules, faults, jobs: readCount('jobs', values.jobs), onProgress })
  report(tally, firstSeed, (performance.now() - start) / 1000)
  const rare = tally.schedules < manySchedules ? [] : faults.filter((fault) => metBy(tally, fault) < leastShare * tally.schedules)
  if (rare.length > 0) console.log(`Too rare to tell anything, in less than one schedule of a hundred: ${rare.join(', ')}`)
  const first = [...tally.failures].flatMap(([check, { examples }]) => examples.slice(0, 1).map(({ seed }) => ({ check, seed })))[0]
  if (first) await explain(first.seed, first.check)
  return tally.failed === 0 && rare.length === 0
}

function report(tally: Tally, firstSeed: number, seconds: number): void {
  const { schedules, requests, busiest, stuck, failed, failures } = tally
  console.log(`${schedules} schedules from seed ${firstSeed} in ${seconds.toFixed(1)} s: ${Math.round(schedules / seconds)} a second`)
  console.log(`${(requests / schedules).toFixed(1)} requests a schedule, ${busiest} in the busiest minute`)
  for (const fault of faults)
    console.log(`  ${fault.padEnd(12)} struck ${tally.strikes.get(fault)?.times ?? 0} times, in ${metBy(tally, fault)} schedules`)
  if (stuck > 0) console.log(`${stuck} schedules needed \`retry\` once the network had healed`)
  console.log(`${failed} failed (${((100 * failed) / schedules).toFixed(3)} %)`)
  for (const [check, { count, examples }] of failures) {
    console.log(`  ${check}: ${count}`)
    for (const { seed, problem } of examples) console.log(`    seed ${seed}: ${problem}`)
  }
}

function metBy({ strikes }: Tally, fault: Fault): number {
  return strikes.get(fault)?.schedules ?? 0
}

/** Tells the smallest trace that fails as a seed did. */
async function explain(seed: number, check: string): Promise<void> {
  console.log(`\nSeed ${seed}, ${check}: looking for the least that breaks it …`)
  const shrunk = await shrink(drawPlan(seed, faults), checks[check] ?? (() => undefined))
  if (!shrunk) return console.log(`It holds when it is run alone: npm run sim -- --replay ${seed}${faultsArgument()}`)
  await replay(seed, shrunk.part)
  const { steps, strikes } = shrunk.part
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

function readList(text: string): string[] {
  return text.split(',').filter((name) => name !== '' && name !== 'none')
}

function readCount(name: string, text: string | undefined): number {
  const count = Number(text)
  if (!Number.isSafeInteger(count) || count < 1) throw new Error(`--${name} must be a whole number from 1 on; got ${text}`)
  return count
}

function readFaults(text: string | undefined): Fault[] {
  const asked = readList(text ?? '')
  const unknown = asked.filter((name) => !faultNames.some((fault) => fault === name))
  if (unknown.length > 0) throw new Error(`There is no fault ${unknown.join(', ')}; there are: ${faultNames.join(', ')}, or none`)
  return faultNames.filter((fault) => asked.includes(fault))
}
