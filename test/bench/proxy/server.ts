/** A process that is one of the servers that are compared: `server.ts <name> <port of Talon.One>`. */
import { servers } from './servers.ts'

const [name = '', upstreamPort] = process.argv.slice(2)
const start = servers[name]
if (!start) throw new Error(`there is no server ${name}`)
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.(user + system)
})
process.on('disconnect', () => process.exit())
process.send?.({ port: await start(`http://127.0.0.1:${upstreamPort}`) })
