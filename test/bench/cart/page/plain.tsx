/** The floor: one listener that writes the new numbers into the page, without a library, a server or a discount. */
import { renderToStaticMarkup } from 'react-dom/server'
import { soldLines } from '../carts.ts'
import type { Show } from './main.ts'
import { lineMarkup, money, totalsMarkup } from './markup.tsx'

export const show: Show = (root) => {
  const lines = soldLines(Number(new URLSearchParams(location.search).get('lines')))
  const totals = {
    units: lines.reduce((units, { quantity }) => units + quantity, 0),
    total: lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0),
  }
  root.innerHTML = renderToStaticMarkup(
    <>
      <ul>{lines.map(({ sku, name, quantity, price }) => lineMarkup({ key: sku, name, quantity, total: quantity * price }, () => {}))}</ul>
      {totalsMarkup({ ...totals, isConfirmed: true })}
    </>,
  )
  const bySku = new Map(lines.map((line) => [line.sku, line]))
  const [units, total] = root.querySelectorAll('p output')
  root.addEventListener('click', ({ target }) => {
    const row = target instanceof HTMLButtonElement ? target.closest('li') : null
    const line = bySku.get(row?.dataset.line ?? '')
    if (!row || !line || !units || !total) return
    const change = target === row.querySelector('button:last-of-type') ? 1 : -1
    const [quantity, lineTotal] = row.querySelectorAll('output')
    line.quantity += change
    totals.units += change
    totals.total += change * line.price
    if (quantity) quantity.textContent = String(line.quantity)
    if (lineTotal) lineTotal.textContent = money(line.quantity * line.price)
    units.textContent = String(totals.units)
    total.textContent = money(totals.total)
  })
}
