import express from 'express'
import type { NodeHttp1Handler, ServerRequest } from 'srvx'
import { toNodeHandler } from 'srvx/node'
import { createShopperProxy } from 'talon-one-react/proxy'
import { shop } from './shop.ts'

const network = ({ runtime }: ServerRequest) => (runtime?.node?.req as { ip?: string } | undefined)?.ip // Express's own
const talonOne = createShopperProxy({ ...shop(process.env), network })

express()
  .all('/talon-one/*path', toNodeHandler(talonOne) as NodeHttp1Handler) // above `express.json()`, which would take the body
  .listen(Number(process.env.PORT ?? 3000))
