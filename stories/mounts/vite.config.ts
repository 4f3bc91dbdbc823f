import type { NodeHttp1Handler, ServerRequest } from 'srvx'
import { toNodeHandler } from 'srvx/node'
import { createShopperProxy } from 'talon-one-react/proxy'
import { defineConfig } from 'vite'
import { shop } from './shop.ts'

const talonOne = createShopperProxy({ ...shop(process.env), network: (request: ServerRequest) => request.ip })
const handle = toNodeHandler(talonOne) as NodeHttp1Handler // srvx types it for HTTP/2 as well

export default defineConfig({
  server: { cors: false }, // the proxy answers preflights itself
  plugins: [
    {
      name: 'talon-one',
      configureServer: ({ middlewares }) =>
        void middlewares.use((request, response, next) => (request.url?.startsWith('/talon-one/') ? handle(request, response) : next())),
    },
  ],
})
