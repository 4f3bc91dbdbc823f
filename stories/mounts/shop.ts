/** What is the shop's own, wherever the proxy runs: the same in every mount of this folder. */
import type { ShopperProxyOptions } from 'talon-one-react/proxy'
import { signedInBy } from './sign-in.ts'

export function shop({ TALON_ONE_BASE_URL, TALON_ONE_API_KEY, SESSION_SECRET }: Record<string, string | undefined>) {
  return {
    upstream: { baseUrl: TALON_ONE_BASE_URL, apiKey: TALON_ONE_API_KEY },
    secret: SESSION_SECRET,
    identify: signedInBy(SESSION_SECRET),
    guests: true,
    pricing: 'catalog',
    operations: { reservations: true },
    origins: ['https://checkout.shop.example'],
  } satisfies ShopperProxyOptions
}
