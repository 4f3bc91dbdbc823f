import { createServer } from 'node:http'
import type { NodeHttp1Handler, ServerRequest } from 'srvx'
import { toNodeHandler } from 'srvx/node'
import { createShopperProxy } from 'talon-one-react/proxy'
import { shop } from './shop.ts'

const talonOne = createShopperProxy({ ...shop(process.env), network: (request: ServerRequest) => request.ip })
const handle = toNodeHandler(talonOne) as NodeHttp1Handler // srvx types it for HTTP/2 as well

createServer((request, response) => void handle(request, response)).listen(process.env.PORT ?? 3000)
