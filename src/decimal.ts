/** Amounts as the decimals they are written as: 0.1 + 0.2 is 0.3. A result is the number nearest to the exact decimal. */

/** The sum of finite amounts. */
export function sumOf(amounts: readonly number[]): number {
  return sumEach(amounts, (amount) => amount)
}

/** The sum of one finite amount of each part. */
export function sumEach<Part>(parts: readonly Part[], amountFor: (part: Part) => number): number {
  let millionths = 0
  for (const part of parts) millionths = addTo(millionths, amountFor(part))
  return Number.isNaN(millionths) ? addExactly(parts.map(amountFor)) : amountOf(millionths)
}

/** A finite amount times a whole quantity; with a part of one it is as exact as numbers are. */
export function times(amount: number, quantity: number): number {
  const product = addTo(0, amount) * quantity
  return Math.abs(product) < limit && Number.isInteger(quantity) ? amountOf(product) : multiplyExactly(amount, quantity)
}

/** A finite amount less another, but not below 0. */
export function takeOff(amount: number, discount: number): number {
  const left = addTo(addTo(0, amount), -discount)
  return Math.max(0, Number.isNaN(left) ? addExactly([amount, -discount]) : amountOf(left))
}

/** A whole number of millionths and an amount more: NaN where that would not be exact, and ever after. */
export function addTo(millionths: number, amount: number): number {
  const more = Math.round(amount * million)
  const sum = millionths + more
  return more / million === amount && Math.abs(sum) < limit ? sum : NaN
}

/** The amount that millionths are. */
export function amountOf(millionths: number): number {
  return millionths / million
}

const million = 1e6
// Below it a decimal has at most 15 digits: then no other one is nearer to its number, and whole numbers add and divide exactly.
const limit = 2 ** 48

function addExactly(amounts: readonly number[]): number {
  // A sum may have been larger than numbers are.
  if (!amounts.every(Number.isFinite)) return amounts.reduce((sum, amount) => sum + amount, 0)
  const all = amounts.map(digitsOf)
  const most = all.reduce((longest, [, places]) => Math.max(longest, places), 0)
  return numberOf(
    all.reduce((sum, [whole, places]) => sum + whole * 10n ** BigInt(most - places), 0n),
    most,
  )
}

function multiplyExactly(amount: number, quantity: number): number {
  if (!Number.isFinite(amount) || !Number.isInteger(quantity)) return amount * quantity
  const [whole, places] = digitsOf(amount)
  return numberOf(whole * BigInt(quantity), places)
}

/** A number's digits as written, and how many of them stand after the point. */
function digitsOf(amount: number): [whole: bigint, places: number] {
  const [mantissa = '', exponent = '0'] = String(amount).split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const places = fraction.length - Number(exponent)
  return [BigInt(whole + fraction) * 10n ** BigInt(Math.max(0, -places)), Math.max(0, places)]
}

function numberOf(whole: bigint, places: number): number {
  return Number(`${whole}e-${places}`)
}
