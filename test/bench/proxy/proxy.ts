/** What our proxy costs with all checks on, beside what checks nothing: nginx, a bare pipe of `node:http`, and forwarders by `fetch`. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism, loadavg } from 'node:os'
import { medianOf, printTable } from '../measure.ts'
import { benchGrowth } from './growth.ts'
import { startNginx } from './nginx.ts'
import { bare, buffered, nodeForm, portable, servers, streamed } from './servers.ts'
import type { Delivery, Order } from './traffic.ts'

const nginx = 'nginx'
const connections = 32

/** What one server did in one round. */
interface Round extends Delivery {
  /** Of the processor, for each exchange, in microseconds; undefined where it is not known. */
  cpu: number | undefined
}

type Rounds = ReadonlyMap<string, readonly Round[]>

/** Prints what each server does a second, and what that takes of the processor; then how ours grows with the cart. */
export async function benchProxy({ isQuick }: { isQuick: boolean }): Promise<void> {
  const [count, ms] = isQuick ? [5, 500] : [15, 1_000]
  const rounds = await measureInTurn(count, ms)
  const best = median(rounds, streamed, rate) > median(rounds, buffered, rate) ? streamed : buffered
  console.log(
    `proxy: 3 kB to Talon.One and 8 kB back on ${connections} connections, medians of ${count} rounds, ratios within each`,
    `(${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}; fetch: "${best}")`,
  )
  printTable(
    ['', 'requests/s', '/ bare', '/ fetch', '/ nginx', 'CPU µs each', '/ bare', '/ fetch', 'median ms'],
    [...rounds.keys()].map((name) => [name, ...cellsOf(rounds, name, best)]),
  )
  if (!rounds.has(nginx)) console.log('nginx is not installed\n')
  printGoal('with the Node transport, requests/s to bare', ratio(rounds, nodeForm, bare, rate), 0.7)
  printGoal(`in portable form, requests/s to "${best}"`, ratio(rounds, portable, best, rate), 0.9)
  console.log()
  await benchGrowth()
}

function cellsOf(rounds: Rounds, name: string, best: string): string[] {
  const shown = (figure: Figure, to: string) => ratio(rounds, name, to, figure).toFixed(2)
  const hasCpu = rounds.get(name)?.every(({ cpu: used }) => used !== undefined)
  return [
    median(rounds, name, rate).toFixed(0),
    shown(rate, bare),
    shown(rate, best),
    rounds.has(nginx) ? shown(rate, nginx) : '',
    ...(hasCpu ? [median(rounds, name, cpu).toFixed(0), shown(cpu, bare), shown(cpu, best)] : ['', '', '']),
    median(rounds, name, ({ ms }) => ms).toFixed(1),
  ]
}

type Figure = (round: Round) => number

const rate: Figure = (round) => round.rate
const cpu: Figure = (round) => round.cpu ?? NaN

function median(rounds: Rounds, name: string, figure: Figure): number {
  return medianOf((rounds.get(name) ?? []).map(figure))
}

/** The median of what a figure is to that of another server in the same round: what else the machine does meets both. */
function ratio(rounds: Rounds, name: string, to: string, figure: Figure): number {
  const others = (rounds.get(to) ?? []).map(figure)
  return medianOf((rounds.get(name) ?? []).map((round, index) => figure(round) / (others[index] ?? NaN)))
}

function printGoal(name: string, figure: number, least: number): void {
  console.log(`${figure >= least ? 'met   ' : 'MISSED'}  ${name}: ${figure.toFixed(2)}, at least ${least}`)
}

// In which a server's code is compiled.
const warmUps = 3

/** Servers in turn, so that what else this machine does meets all of them alike. */
async function measureInTurn(count: number, ms: number): Promise<Rounds> {
  await using traffic = await startProcess('traffic.ts')
  const { port: upstreamPort } = await traffic.next<{ port: number }>()
  await using stack = new AsyncDisposableStack()
  const measures = new Map<string, () => Promise<Round>>()
  const deliver = (port: number) => traffic.ask<Delivery>({ port, ms, connections } satisfies Order)

  const floor = await startNginx(upstreamPort)
  if (floor) {
    stack.use(floor)
    measures.set(nginx, async () => ({ ...(await deliver(floor.port)), cpu: undefined }))
  }
  for (const name of Object.keys(servers)) {
    const server = stack.use(await startProcess('server.ts', name, String(upstreamPort)))
    const { port } = await server.next<{ port: number }>()
    measures.set(name, async () => {
      const before = await server.ask<number>('cpu')
      const delivery = await deliver(port)
      return { ...delivery, cpu: ((await server.ask<number>('cpu')) - before) / ((delivery.rate * ms) / 1000) }
    })
  }

  const rounds = new Map<string, Round[]>([...measures.keys()].map((name) => [name, []]))
  for (let round = -warmUps; round < count; round += 1)
    for (const [name, measure] of measures) {
      const measured = await measure()
      if (round >= 0) rounds.get(name)?.push(measured)
    }
  return rounds
}

/** A process that says one thing for each that it is told. */
interface Talking extends AsyncDisposable {
  /** What it says next. Nobody but the two of us knows what that is, so the caller says. */
  next<Answer>(): Promise<Answer>
  ask<Answer>(question: Order | 'cpu'): Promise<Answer>
}

async function startProcess(file: string, ...args: readonly string[]): Promise<Talking> {
  const child: ChildProcess = fork(new URL(file, import.meta.url), args)
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`${file} ${args[0] ?? ''} ended with ${code}`)
  })
  gone.catch(() => {})
  async function next<Answer>(): Promise<Answer> {
    const [answer] = (await Promise.race([once(child, 'message'), gone])) as [Answer]
    return answer
  }
  const stop = async () => {
    child.disconnect()
    await gone.catch(() => {})
  }
  return {
    next,
    ask(question) {
      const answer = next<never>()
      child.send(question)
      return answer
    },
    [Symbol.asyncDispose]: stop,
  }
}
