/**
 * Sends both proxies hostile requests from a grammar: `npm run fuzz -- --requests 100000 --seed 1 --jobs 2`. A seed is a schedule of forty
 * requests; a failing one is made smaller and told, and `npm run fuzz -- --replay 17` tells any.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { readCount, readList } from '../runner/arguments.ts'
import { runSchedules } from '../runner/pool.ts'
import { firstFailure, progressOf, rate, reportFailures } from '../runner/report.ts'
import { problemsOf } from './checks.ts'
import { drawPlan, requestsInSchedule } from './grammar.ts'
import { hostilities } from './hostilities.ts'
import { fuzz } from './kind.ts'
import { type Exchange, runPlan } from './run.ts'
import { rows, shopperRows } from './said.ts'
import { type Part, partOf, shrink } from './shrink.ts'
import type { FuzzTally } from './tally.ts'

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    replay: { type: 'string' },
    only: { type: 'string' },
    hostilities: { type: 'string' },
  },
})

/** In a run of this many requests every hostility must be met by a thousand, and every row must get through to Talon.One as often. */
const manyRequests = 1_000_000
const leastOften = 1_000

const isHeld = values.replay === undefined ? await runAll() : await replay(readCount('replay', values.replay), readPart())
process.exitCode = isHeld ? 0 : 1

async function runAll(): Promise<boolean> {
  const requests = readCount('requests', values.requests)
  const firstSeed = readCount('seed', values.seed)
  const start = performance.now()
  const schedules = Math.ceil(requests / requestsInSchedule)
  const onProgress = progressOf(requests, 'requests')
  const tally = await runSchedules(fuzz, { firstSeed, schedules, jobs: readCount('jobs', values.jobs), onProgress })
  report(tally, firstSeed, performance.now() - start)
  const rare = requests < manyRequests ? [] : namesOf(tally).filter(([, count]) => count < leastOften)
  if (rare.length > 0) console.log(`Too rare to tell anything: ${rare.map(([name, count]) => `${name} (${count})`).join(', ')}`)
  const first = firstFailure(tally)
  if (first) await explain(first.seed, first.check)
  return tally.failed === 0 && rare.length === 0
}

/** Everything that has to be met, and how often it was. */
function namesOf({ hostilities: met, rows: reached }: FuzzTally): [name: string, count: number][] {
  const wanted = [
    ...rows.map(({ operationId }) => `staff ${operationId}`),
    ...shopperRows.map(({ operationId }) => `shopper ${operationId}`),
  ]
  return [
    ...hostilities.map(({ name }): [string, number] => [name, met.get(name) ?? 0]),
    ...wanted.map((name): [string, number] => [name, reached.get(name) ?? 0]),
  ]
}

function report(tally: FuzzTally, firstSeed: number, ms: number): void {
  const { requests, unsendable, schedules, statuses, failed } = tally
  for (const [name, count] of namesOf(tally)) console.log(`  ${name.padEnd(50)} ${String(count).padStart(7)}`)
  const answers = [...statuses].toSorted(([one], [other]) => Number(one) - Number(other)).map(([status, count]) => `${status}: ${count}`)
  console.log(`Answers: ${answers.join(', ')}`)
  console.log(
    `${requests} requests in ${schedules} schedules from seed ${firstSeed} in ${(ms / 1000).toFixed(1)} s: ${rate(requests, ms)} a second`,
  )
  if (unsendable > 0) console.log(`${unsendable} more that the platform refuses to make`)
  console.log(`${failed} schedules failed`)
  reportFailures(tally)
}

/** Tells the least of a schedule that fails as it did. */
async function explain(seed: number, check: string): Promise<void> {
  console.log(`\nSeed ${seed}, ${check}: looking for the least that breaks it …`)
  const part = await shrink(drawPlan(seed), (run) => problemsOf(run).find((one) => one.check === check)?.problem)
  if (!part) return console.log(`It holds when it is run alone: npm run fuzz -- --replay ${seed}`)
  await replay(seed, part)
  const { requests, hostilities: names } = part
  console.log(`\nReplay: npm run fuzz -- --replay ${seed} --only ${requests.join(',')} --hostilities '${names.join(',') || 'none'}'`)
  console.log(`Whole:  npm run fuzz -- --replay ${seed}`)
}

async function replay(seed: number, part: Partial<Part>): Promise<boolean> {
  const plan = drawPlan(seed)
  const { persons: _, staff: __, ...setup } = plan.setup
  console.log(`Seed ${seed}: ${JSON.stringify(setup)}`)
  const run = await runPlan(partOf(plan, part))
  for (const exchange of run.exchanges) tell(exchange)
  const problems = problemsOf(run)
  for (const { check, number, problem } of problems) console.log(`broken: ${check}: request ${number}: ${problem}`)
  return problems.length === 0
}

function shortly(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)} … (${text.length} characters)` : text
}

function tell({ drawn, asked, sent, status, text, headers, events, log }: Exchange): void {
  const who = 'subject' in drawn.caller ? drawn.caller.subject : (drawn.caller.profileId ?? 'nobody')
  console.log(`\n${drawn.number} (group ${drawn.group}) ${who}: ${asked.done.join(', ') || 'as it should be'}`)
  console.log(`  asks ${asked.method} ${shortly(asked.url)}`)
  for (const [name, value] of asked.headers) console.log(`       ${name}: ${shortly(value)}`)
  if (asked.bytes) console.log(`       ${shortly(new TextDecoder().decode(asked.bytes))}`)
  for (const { method, url, headers: own, text: body = '' } of sent) {
    console.log(`  sent ${method} ${shortly(url)} ${shortly(JSON.stringify(own))}\n       ${shortly(body)}`)
  }
  console.log(`  told ${status} ${shortly(JSON.stringify(headers))}\n       ${shortly(text)}`)
  console.log(`       ${shortly(JSON.stringify(events))} ${log.join(' ')}`)
}

// Arguments

function readPart(): Partial<Part> {
  return {
    ...(values.only !== undefined && { requests: readList(values.only).map(Number) }),
    ...(values.hostilities !== undefined && { hostilities: readList(values.hostilities) }),
  }
}
