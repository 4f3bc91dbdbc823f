import { useEffect, useRef, type ReactNode } from 'react'
import { Announcer } from './announcer.tsx'
import { useWideScreen } from './wide-screen.ts'

interface CartDrawerProps {
  open: boolean
  onClose: () => void
  children: ReactNode
}

/** Where the cart stands: a column that is always there on wide screens, a dialog on narrow ones. */
export function CartDrawer({ open, onClose, children }: CartDrawerProps) {
  const wide = useWideScreen()
  if (!wide) {
    return (
      <CartDialog open={open} onClose={onClose}>
        {children}
      </CartDialog>
    )
  }
  return (
    <aside className="cart cart-column" aria-label="Cart">
      {children}
      <Announcer />
    </aside>
  )
}

function CartDialog({ open, onClose, children }: CartDrawerProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (open) dialog.current?.showModal()
    else dialog.current?.close()
  }, [open])
  // A modal dialog silences the page behind it, so the announcer is where the shopper is.
  return (
    <>
      <dialog ref={dialog} className="cart cart-dialog" aria-label="Cart" closedby="any" onClose={onClose}>
        <div className="cart-dialog-body">
          {children}
          {open && <Announcer />}
        </div>
      </dialog>
      {!open && <Announcer />}
    </>
  )
}
