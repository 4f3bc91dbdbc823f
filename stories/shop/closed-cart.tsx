/** What is left of a cart that was ordered in another tab. */
export function ClosedCart({ onNewCart }: { onNewCart: () => void }) {
  return (
    <div className="notice" role="alert">
      <p>This cart has already been ordered.</p>
      <button type="button" className="button small" onClick={onNewCart}>
        Start a new cart
      </button>
    </div>
  )
}
