/** Runs the benchmarks, or those that are named: `npm run bench sandbox`. `npm run bench cart -- --quick` is the short form of one. */
import { parseArgs } from 'node:util'
import { benchCart } from './cart/cart.ts'
import { benchPrice } from './price.ts'
import { benchProxy } from './proxy/proxy.ts'
import { benchSandbox } from './sandbox.ts'

const { positionals: asked, values } = parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean', default: false } } })
const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  price: benchPrice,
  sandbox: benchSandbox,
  proxy: () => benchProxy({ isQuick: values.quick }),
  cart: () => benchCart({ isQuick: values.quick }),
}

const unknown = asked.filter((name) => benchmarks[name] === undefined)
if (unknown.length > 0) throw new Error(`There is no benchmark ${unknown.join(', ')}; there are: ${Object.keys(benchmarks).join(', ')}`)
for (const [name, run] of Object.entries(benchmarks)) if (asked.length === 0 || asked.includes(name)) await run()
