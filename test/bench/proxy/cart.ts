/** The exchange that is measured: a shopper's cart of about 3 kB, and about 8 kB of session and effects for it, as the sandbox answers it. */
import { createSandbox, demoCampaigns } from '../../../src/sandbox/index.ts'

/** What stands in an answer in the place of the shopper's id and of the session's. */
export const profilePlace = 'profile-here'
export const sessionPlace = 'session-here'

/** How a shopper's page says their cart. */
export function cartOf(profileId: string, lines: number) {
  const cartItems = Array.from({ length: lines }, (_, index) => ({
    sku: `SKU-${1000 + index}`,
    name: `House blend number ${1000 + index}, 250 g, whole beans`,
    category: index % 3 === 0 ? 'Coffee' : 'Accessories',
    quantity: 1 + ((index + 1) % 3),
    price: 5.5 + (index % 7),
  }))
  return {
    customerSession: { profileId, cartItems, couponCodes: ['SAVE10', 'NOSUCHCODE'], additionalCosts: { shipping: { price: 4.9 } } },
    responseContent: ['customerSession', 'customerProfile', 'coupons', 'loyalty'],
  }
}

/** What Talon.One answers to it, with {@link profilePlace} and {@link sessionPlace} in it. */
export async function answerFor(lines: number): Promise<string> {
  const { fetch } = createSandbox({ campaigns: demoCampaigns })
  const body = JSON.stringify(cartOf(profilePlace, lines))
  const response = await fetch(`/v2/customer_sessions/${sessionPlace}`, { method: 'PUT', body })
  if (!response.ok) throw new Error(`the sandbox answered ${response.status}: ${await response.text()}`)
  return response.text()
}
