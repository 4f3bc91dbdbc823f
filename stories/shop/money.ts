const euroFormat = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' })
const pointFormat = new Intl.NumberFormat('en-IE', { maximumFractionDigits: 2 })

/** `12.5` → `€12.50`. A discount is a positive number; write its minus sign with `euros(-value)`. */
export const euros = (value: number): string => euroFormat.format(value).replace('-', '−')

/** `1` → `1 point`, `2.5` → `2.5 points`. */
export const points = (value: number): string => `${pointFormat.format(value)} ${value === 1 ? 'point' : 'points'}`

/** `1` → `1 item`. */
export const items = (quantity: number): string => `${quantity} ${quantity === 1 ? 'item' : 'items'}`
