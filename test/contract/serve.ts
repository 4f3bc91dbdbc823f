/** The sandbox of the conformance suite over HTTP: `node test/contract/serve.ts --latency 100`. Prints its address. */
import { parseArgs } from 'node:util'
import { serve } from 'srvx'
import { createSandbox } from '../../src/sandbox/index.ts'
import { contractConfig } from './config.ts'

const { values } = parseArgs({ options: { latency: { type: 'string', default: '0' } } })
const { fetch } = createSandbox({ ...contractConfig, latency: Number(values.latency) })
const server = serve({ port: 0, hostname: '127.0.0.1', silent: true, gracefulShutdown: false, fetch: (request) => fetch(request) })
process.once('SIGTERM', () => void server.close(true))
await server.ready()
console.log(server.url)
