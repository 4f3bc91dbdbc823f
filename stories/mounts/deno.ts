import { createShopperProxy } from 'talon-one-react/proxy'
import { shop } from './shop.ts'

const addresses = new WeakMap<Request, string>()
const talonOne = createShopperProxy({ ...shop(Deno.env.toObject()), network: (request) => addresses.get(request) })

Deno.serve({ port: Number(Deno.env.get('PORT') ?? 3000) }, (request, { remoteAddr }) => {
  addresses.set(request, remoteAddr.hostname)
  return talonOne(request)
})
