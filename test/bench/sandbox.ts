/** What the sandbox takes to answer, in one process and without a network, beside what only reading and writing the JSON takes. */
import { createSandbox, demoCampaigns, percentOffItems, type Sandbox } from '../../src/sandbox/index.ts'
import { measure, printTable, type Timing } from './measure.ts'

/** Prints how updates grow with the lines of a cart, and with what is remembered. */
export async function benchSandbox(): Promise<void> {
  await byLines()
  await byMemory()
}

const url = '/v2/customer_sessions/cart'

async function byLines(): Promise<void> {
  const rows: string[][] = []
  const perLine = new Map<number, number>()
  for (const lines of [1, 10, 100, 500, 1000]) {
    const sandbox = openShop()
    const request = JSON.stringify(cartOf(lines))
    const answer: unknown = JSON.parse(await put(sandbox, url, request))
    const update = await measure(() => put(sandbox, url, request))
    const baseline = await measure(() => [JSON.parse(request), JSON.stringify(answer)])
    const nanoseconds = (update.median / lines) * 1e6
    perLine.set(lines, nanoseconds)
    rows.push([
      `${lines} lines`,
      ...shown(update),
      nanoseconds.toFixed(0),
      shown(baseline)[0],
      (update.median / baseline.median).toFixed(1),
    ])
  }
  console.log('sandbox: a session update, by lines of the cart (baseline: JSON.parse of the request and JSON.stringify of the answer)')
  printTable(['', 'median ms', 'p95 ms', 'ns per line', 'baseline ms', 'ratio'], rows)
  const growth = (perLine.get(1000) ?? 0) / (perLine.get(100) ?? 1)
  console.log(
    `from 100 to 1000 lines, a line takes ${growth.toFixed(2)} times as long: the exponent is ${(1 + Math.log10(growth)).toFixed(2)}\n`,
  )
}

async function byMemory(): Promise<void> {
  const works: Readonly<Record<string, (sandbox: Sandbox, request: string) => Promise<unknown>>> = {
    'update, 10 lines': (sandbox, request) => put(sandbox, url, request),
    'update, 10 lines, of a new session': (sandbox, request) => put(sandbox, `/v2/customer_sessions/${sandbox.state.nextId}`, request),
    'close and reopen, 10 lines': async (sandbox, request) => {
      await put(sandbox, url, request.replace('"open"', '"closed"'))
      await put(sandbox, `${url}/reopen`)
    },
    'read an inventory': (sandbox) =>
      sandbox.fetch('/v1/customer_profiles/anna/inventory?coupons=true&loyalty=true&referrals=true').then(textOf),
    'track an event': (sandbox) =>
      send(sandbox, 'POST', '/v2/events', JSON.stringify({ profileId: 'anna', type: 'reviewed', attributes: {} })),
  }
  const sizes = [0, 1000, 10_000]
  const request = JSON.stringify(cartOf(10))
  const timings = new Map<string, Timing[]>()
  for (const size of sizes) {
    const sandbox = openShop()
    for (let number = 0; number < size; number += 1)
      await put(
        sandbox,
        `/v2/customer_sessions/old-${number}`,
        JSON.stringify({ customerSession: { ...cartOf(2).customerSession, profileId: `profile-${number}`, state: 'closed' } }),
      )
    await put(sandbox, url, request)
    for (const [name, work] of Object.entries(works))
      timings.set(name, [...(timings.get(name) ?? []), await measure(() => work(sandbox, request))])
  }
  console.log('sandbox: by the closed sessions it remembers, each of another profile (ratio: to none)')
  printTable(
    ['median ms', ...sizes.map(String), 'ratio'],
    [...timings].map(([name, all]) => [
      name,
      ...all.map((timing) => shown(timing)[0]),
      ((all.at(-1)?.median ?? 0) / (all[0]?.median ?? 1)).toFixed(1),
    ]),
  )
}

function openShop(): Sandbox {
  return createSandbox({ campaigns: [...demoCampaigns, { id: 90, name: 'Five percent off each', rules: [percentOffItems(5)] }] })
}

// One line in three is coffee, which has a discount of its own.
function cartOf(lines: number) {
  const cartItems = Array.from({ length: lines }, (_, index) => ({
    sku: `SKU-${index}`,
    name: `Product ${index}`,
    category: index % 3 === 0 ? 'Coffee' : 'Other',
    quantity: 1 + (index % 3),
    price: 5 + (index % 7),
  }))
  return {
    customerSession: {
      profileId: 'anna',
      state: 'open',
      cartItems,
      couponCodes: ['SAVE10'],
      additionalCosts: { shipping: { price: 4.9 } },
    },
    responseContent: ['customerSession', 'customerProfile', 'coupons', 'loyalty'],
  }
}

function put(sandbox: Sandbox, path: string, body?: string): Promise<string> {
  return send(sandbox, 'PUT', path, body)
}

async function send(sandbox: Sandbox, method: string, path: string, body?: string): Promise<string> {
  const response = await sandbox.fetch(path, { method, ...(body !== undefined && { body }) })
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${await response.text()}`)
  return textOf(response)
}

function textOf(response: Response): Promise<string> {
  return response.text()
}

function shown({ median, p95 }: Timing): [string, string] {
  return [median.toFixed(3), p95.toFixed(3)]
}
