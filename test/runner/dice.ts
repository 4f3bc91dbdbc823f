/** Chance from a seed: the same seed, the same throws. */
export interface Dice {
  /** From 0 up to, but not including, 1. */
  next(): number
  /** A whole number; both ends included. */
  between(least: number, most: number): number
  chance(probability: number): boolean
  pick<Value>(values: readonly [Value, ...Value[]]): Value
}

/** Dice of their own for each purpose, so that one more throw for one does not change another's. */
export function createDice(seed: number, purpose: string): Dice {
  let state = Math.imul(seed, 0x9e3779b1) ^ 0x811c9dc5
  for (let place = 0; place < purpose.length; place++) state = Math.imul(state ^ purpose.charCodeAt(place), 0x01000193)
  // Source: mulberry32, public domain.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    chance: (probability) => next() < probability,
    pick: (values) => values[Math.floor(next() * values.length)] ?? values[0],
  }
}
