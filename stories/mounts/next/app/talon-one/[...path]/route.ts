import { createShopperProxy, type Proxy } from 'talon-one-react/proxy'
import { shop } from '../../../../shop.ts'

let talonOne: Proxy | undefined // not before a request: `next build` runs this file without your secrets
const network = ({ headers }: Request) => headers.get('x-forwarded-for')?.split(',').at(-1)
const handle = (request: Request) => (talonOne ??= createShopperProxy({ ...shop(process.env), network }))(request)

export const dynamic = 'force-dynamic'
export { handle as DELETE, handle as GET, handle as OPTIONS, handle as POST, handle as PUT }
