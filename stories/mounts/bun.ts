import { createShopperProxy } from 'talon-one-react/proxy'
import { shop } from './shop.ts'

const network = (request: Request) => server.requestIP(request)?.address
const talonOne = createShopperProxy({ ...shop(process.env), network })

const server = Bun.serve({ port: process.env.PORT ?? 3000, fetch: (request) => talonOne(request) })
