/** Runs the benchmarks, or those that are named: `npm run bench sandbox`. */
import { benchSandbox } from './sandbox.ts'

const benchmarks: Readonly<Record<string, () => Promise<void>>> = { sandbox: benchSandbox }

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => benchmarks[name] === undefined)
if (unknown.length > 0) throw new Error(`There is no benchmark ${unknown.join(', ')}; there are: ${Object.keys(benchmarks).join(', ')}`)
for (const [name, run] of Object.entries(benchmarks)) if (asked.length === 0 || asked.includes(name)) await run()
