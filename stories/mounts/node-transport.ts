import { createServer } from 'node:http'
import type { ServerRequest } from 'srvx'
import { createShopperProxy } from 'talon-one-react/proxy'
import { createNodeFetch, createNodeListener } from 'talon-one-react/proxy/node'
import { Agent } from 'undici'
import { shop } from './shop.ts'

const talonOne = createShopperProxy({
  ...shop(process.env),
  network: (request: ServerRequest) => request.ip,
  fetch: createNodeFetch(new Agent({ connections: 64 })),
})

createServer(createNodeListener(talonOne)).listen(process.env.PORT ?? 3000)
