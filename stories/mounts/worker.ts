import { createShopperProxy, type Proxy } from 'talon-one-react/proxy'
import { shop } from './shop.ts'

let talonOne: Proxy | undefined // one for all requests of an isolate: its memory counts them
const network = ({ headers }: Request) => headers.get('cf-connecting-ip') ?? undefined

export default {
  async fetch(request: Request, env: Record<string, string>, context: { waitUntil(task: Promise<unknown>): void }) {
    talonOne ??= createShopperProxy({ ...shop(env), network })
    return talonOne(request, context) // by its `waitUntil`, what has begun ends, also when the browser has left
  },
}
