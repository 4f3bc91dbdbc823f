import { useState } from 'react'
import { MinusIcon, PlusIcon } from './icons.tsx'

interface QuantityStepperProps {
  /** What is counted, for the labels. */
  name: string
  quantity: number
  onChange: (quantity: number) => void
}

const most = 99

export function QuantityStepper({ name, quantity, onChange }: QuantityStepperProps) {
  // What is being typed may be no quantity yet: an empty field must not empty the cart.
  const [draft, setDraft] = useState<string>()
  const type = (text: string) => {
    setDraft(text)
    const typed = Number(text)
    if (Number.isInteger(typed) && typed >= 1 && typed <= most) onChange(typed)
  }
  return (
    <div className="stepper">
      <button type="button" aria-label={`Decrease quantity of ${name}`} onClick={() => onChange(quantity - 1)}>
        <MinusIcon />
      </button>
      <input
        type="number"
        inputMode="numeric"
        min={1}
        max={most}
        aria-label={`Quantity of ${name}`}
        value={draft ?? quantity}
        onChange={(event) => type(event.target.value)}
        onBlur={() => setDraft(undefined)}
      />
      <button type="button" aria-label={`Increase quantity of ${name}`} disabled={quantity >= most} onClick={() => onChange(quantity + 1)}>
        <PlusIcon />
      </button>
    </div>
  )
}
