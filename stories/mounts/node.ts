import { serve, type ServerRequest } from 'srvx'
import { createShopperProxy } from 'talon-one-react/proxy'
import { shop } from './shop.ts'

const talonOne = createShopperProxy({ ...shop(process.env), network: (request: ServerRequest) => request.ip })

serve({ port: process.env.PORT ?? 3000, fetch: talonOne })
