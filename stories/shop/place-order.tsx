import { useMutation } from '@tanstack/react-query'
import { useCartActions } from 'talon-one-react'
import { errorText } from './error-text.ts'
import { postOrder, type Order } from './order.ts'

interface PlaceOrderProps {
  sessionId: string
  onPlaced: (order: Order) => void
}

export function PlaceOrder({ sessionId, onPlaced }: PlaceOrderProps) {
  const cart = useCartActions()
  const order = useMutation({
    mutationFn: async () => {
      // What the shopper sees must be what the server has before the order is placed on it.
      await cart.flush()
      return postOrder(sessionId)
    },
    onSuccess: onPlaced,
  })
  return (
    <>
      <button type="button" className="button primary wide" disabled={order.isPending} onClick={() => order.mutate()}>
        {order.isPending ? 'Placing your order…' : 'Place order'}
      </button>
      {order.isError && (
        <p className="notice" role="alert">
          Your order has not been placed. {errorText(order.error)}
        </p>
      )}
    </>
  )
}
