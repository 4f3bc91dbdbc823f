/** The shop's own order system: it closes the session on the server, which is what redeems coupons and pays out points. */

export interface Order {
  /** What was paid, in euros. */
  total: number
  /** Points earned. */
  points: number
}

export async function postOrder(sessionId: string): Promise<Order> {
  const response = await fetch('/shop/orders', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sessionId }),
  })
  if (!response.ok) throw new Error(`The order was answered with ${response.status}`)
  return response.json() as Promise<Order>
}
