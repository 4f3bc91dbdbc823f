/** What a cart's size costs in our proxy, in one process and without a network. */
import { medianOf, printTable } from '../measure.ts'
import { answerFor, cartOf, profilePlace } from './cart.ts'
import { createOurs } from './servers.ts'

const sizes = [10, 100, 1000]
const warmUps = 30
const rounds = 60
const most = 1.5

/** Prints what each line of a cart takes, by the lines of the cart. The sizes take turns, so that what else this machine does meets all alike. */
export async function benchGrowth(): Promise<void> {
  const writes = await Promise.all(sizes.map(prepare))
  for (let round = 0; round < warmUps + rounds; round += 1)
    for (const write of writes) {
      const taken = [await timed(write.ask), await timed(write.readJson)] as const
      if (round >= warmUps) write.taken.push(taken)
    }
  console.log(`proxy: a write by lines of the cart, in one process (JSON: reading and writing request and answer; medians of ${rounds})`)
  const rows = writes.map(({ lines, bytes, taken }) => [
    `${lines} lines`,
    medianOf(taken.map(([ms]) => ms)).toFixed(2),
    medianOf(taken.map(([ms]) => (ms / lines) * 1000)).toFixed(2),
    (bytes / 1000).toFixed(0),
    medianOf(taken.map(([ms, json]) => ms / json)).toFixed(1),
  ])
  printTable(['', 'median ms', 'µs a line', 'kB both ways', '/ JSON'], rows)
  const [, hundred, thousand] = writes
  const growth = medianOf((thousand?.taken ?? []).map(([ms], round) => ms / 1000 / ((hundred?.taken[round]?.[0] ?? NaN) / 100)))
  console.log(`${growth <= most ? 'met   ' : 'MISSED'}  µs a line of 1000 lines to that of 100: ${growth.toFixed(2)}, at most ${most}\n`)
}

async function prepare(lines: number) {
  const answer = await answerFor(lines)
  const proxy = createOurs('http://127.0.0.1:1', { fetch: async () => new Response(answer) })
  const body = JSON.stringify(cartOf(profilePlace, lines))
  const headers = { 'content-type': 'application/json', 'x-talon-client': '1', cookie: `shopper=${profilePlace}` }
  const ask = async () => {
    const response = await proxy(new Request('http://shop.example/talon-one/v2/customer_sessions/cart', { method: 'PUT', headers, body }))
    const text = await response.text()
    if (response.status !== 200) throw new Error(`the proxy answered ${response.status}: ${text}`)
  }
  const readJson = () => [JSON.stringify(JSON.parse(body)), JSON.stringify(JSON.parse(answer))]
  // Milliseconds of each round: the write, and the JSON alone.
  const taken: (readonly [ms: number, json: number])[] = []
  return { lines, bytes: body.length + answer.length, ask, readJson, taken }
}

async function timed(run: () => unknown): Promise<number> {
  const start = performance.now()
  await run()
  return performance.now() - start
}
