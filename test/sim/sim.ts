/** Runs the cart through schedules of random edits on a random network: `npm run sim -- --schedules 2000 --seed 1`. */
import { parseArgs } from 'node:util'
import { busiestMinute, checks } from './checks.ts'
import { type Fault, faultNames } from './network.ts'
import { type Run, runSchedule } from './run.ts'

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    faults: { type: 'string', default: faultNames.join(',') },
    trace: { type: 'boolean', default: false },
  },
})

const schedules = readCount('schedules', values.schedules)
const firstSeed = readCount('seed', values.seed)
const faults = readFaults(values.faults)

const strikes = new Map<Fault, { schedules: number; times: number }>()
const failures = new Map<string, { count: number; examples: string[] }>()
let failed = 0
let stuck = 0
let requests = 0
let busiest = 0

const start = performance.now()
for (let seed = firstSeed; seed < firstSeed + schedules; seed++) {
  const run = await runSchedule(seed, faults, values.trace ? (line) => console.log(line) : undefined)
  count(run)
}
report((performance.now() - start) / 1000)
process.exitCode = failed > 0 ? 1 : 0

function count(run: Run): void {
  requests += run.exchanges.length
  busiest = Math.max(busiest, busiestMinute(run))
  if (run.wasStuck !== undefined) stuck++
  for (const [fault, times] of run.strikes) {
    const before = strikes.get(fault) ?? { schedules: 0, times: 0 }
    strikes.set(fault, { schedules: before.schedules + 1, times: before.times + times })
  }
  const broken = Object.entries(checks).flatMap(([name, check]) => {
    const problem = check(run)
    return problem === undefined ? [] : [{ name, problem }]
  })
  if (broken.length > 0) failed++
  for (const { name, problem } of broken) {
    const known = failures.get(name) ?? { count: 0, examples: [] }
    known.count++
    if (known.examples.length < 3) known.examples.push(`seed ${run.seed}: ${problem}`)
    failures.set(name, known)
  }
}

function report(seconds: number): void {
  const perSchedule = (total: number) => (total / schedules).toFixed(1)
  console.log(`${schedules} schedules from seed ${firstSeed} in ${seconds.toFixed(1)} s: ${Math.round(schedules / seconds)} a second`)
  console.log(`${perSchedule(requests)} requests a schedule, ${busiest} in the busiest minute`)
  for (const fault of faults) {
    const { schedules: met, times } = strikes.get(fault) ?? { schedules: 0, times: 0 }
    console.log(`  ${fault.padEnd(12)} struck ${times} times, in ${met} schedules`)
  }
  if (stuck > 0) console.log(`${stuck} schedules needed \`retry\` once the network had healed`)
  console.log(`${failed} failed (${((100 * failed) / schedules).toFixed(2)} %)`)
  for (const [name, { count: times, examples }] of failures) {
    console.log(`  ${name}: ${times}`)
    for (const example of examples) console.log(`    ${example}`)
  }
  const seed = [...failures.values()][0]?.examples[0]?.match(/\d+/)?.[0]
  if (seed && !values.trace) console.log(`Replay: npm run sim -- --seed ${seed} --schedules 1 --trace --faults ${faults.join(',')}`)
}

function readCount(name: string, text: string): number {
  const count = Number(text)
  if (!Number.isSafeInteger(count) || count < 1) throw new Error(`--${name} must be a whole number from 1 on; got ${text}`)
  return count
}

function readFaults(text: string): Fault[] {
  const asked = text.split(',').filter((name) => name !== '' && name !== 'none')
  const unknown = asked.filter((name) => !faultNames.some((fault) => fault === name))
  if (unknown.length > 0) throw new Error(`There is no fault ${unknown.join(', ')}; there are: ${faultNames.join(', ')}, or none`)
  return faultNames.filter((fault) => asked.includes(fault))
}
