import { useId } from 'react'
import { EspressoCup } from './pictures/cups.tsx'
import { Light, paintFor } from './pictures/drawing.tsx'

export function EmptyCart() {
  const id = useId()
  return (
    <div className="empty">
      <svg viewBox="56 60 208 168" aria-hidden="true">
        <Light id={id} />
        <EspressoCup paint={paintFor(id)} colour="#fbf3e6" dots="#27496d" />
      </svg>
      <p className="empty-title">Nothing in here yet</p>
      <p>A bag of coffee would be a good start.</p>
    </div>
  )
}
