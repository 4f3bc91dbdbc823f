/** What every cart of the benchmark shows: the same lines, the same buttons, the same totals. */
import type { ReactElement } from 'react'
import { countRender } from './watch.ts'

/** A line as it is shown. Money in major currency units. */
export interface ShownLine {
  key: string
  name: string
  quantity: number
  total: number
}

/** One line. Called by the component of a line itself, so that each cart decides when it renders: here it is only counted. */
export function lineMarkup({ key, name, quantity, total }: ShownLine, setQuantity: (quantity: number) => void): ReactElement {
  countRender(key)
  return (
    <li data-line={key}>
      <span>{name}</span>
      <button type="button" aria-label={`One ${name} less`} onClick={() => setQuantity(quantity - 1)}>
        −
      </button>
      <output>{quantity}</output>
      <button type="button" aria-label={`One ${name} more`} onClick={() => setQuantity(quantity + 1)}>
        +
      </button>
      <output>{money(total)}</output>
    </li>
  )
}

/** The foot of a cart. `isConfirmed`: whether the total is the server's own, where the cart itself can tell. */
export function totalsMarkup({ units, total, isConfirmed }: { units: number; total: number; isConfirmed?: boolean }): ReactElement {
  return (
    <p data-totals data-confirmed={isConfirmed}>
      <output>{units}</output> units, <output>{money(total)}</output>
    </p>
  )
}

/** An amount as it is shown. */
export function money(value: number): string {
  return value.toFixed(2)
}
