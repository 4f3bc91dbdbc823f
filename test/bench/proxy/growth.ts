/** What a cart's size costs in our proxy, in one process and without a network. */
import { measure, printTable } from '../measure.ts'
import { answerFor, cartOf, profilePlace } from './cart.ts'
import { createOurs } from './servers.ts'

const sizes = [10, 100, 1000]

/** Prints what each line of a cart takes, by the lines of the cart. */
export async function benchGrowth(): Promise<void> {
  const rows: string[][] = []
  const perLine: number[] = []
  for (const lines of sizes) {
    const answer = await answerFor(lines)
    const proxy = createOurs('http://127.0.0.1:1', { fetch: async () => new Response(answer) })
    const body = JSON.stringify(cartOf(profilePlace, lines))
    const headers = { 'content-type': 'application/json', 'x-talon-client': '1', cookie: `shopper=${profilePlace}` }
    const ask = async () => {
      const response = await proxy(new Request('http://shop.example/talon-one/v2/customer_sessions/cart', { method: 'PUT', headers, body }))
      const text = await response.text()
      if (response.status !== 200) throw new Error(`the proxy answered ${response.status}: ${text}`)
    }
    const { median } = await measure(ask)
    const baseline = await measure(() => [JSON.stringify(JSON.parse(body)), JSON.stringify(JSON.parse(answer))])
    perLine.push((median / lines) * 1000)
    rows.push([
      `${lines} lines`,
      median.toFixed(2),
      ((median / lines) * 1000).toFixed(2),
      ((body.length + answer.length) / 1000).toFixed(0),
      (median / baseline.median).toFixed(1),
    ])
  }
  console.log('proxy: a write by lines of the cart, in one process (baseline: JSON.parse and JSON.stringify of request and answer)')
  printTable(['', 'median ms', 'µs a line', 'kB both ways', '/ baseline'], rows)
  const [, hundred = NaN, thousand = NaN] = perLine
  const growth = thousand / hundred
  console.log(`${growth <= 1.5 ? 'met   ' : 'MISSED'}  µs a line of 1000 lines to that of 100: ${growth.toFixed(2)}, at most 1.5\n`)
}
