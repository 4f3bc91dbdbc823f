/** How long something takes, and how that is told. */

/** Milliseconds. */
export interface Timing {
  median: number
  p95: number
}

/** Runs something until it has been measured well enough: some rounds to warm up, then at least 50, and for at least 300 ms. */
export async function measure(run: () => unknown): Promise<Timing> {
  for (let round = 0; round < 20; round += 1) await run()
  const taken: number[] = []
  const end = performance.now() + 300
  while (taken.length < 50 || performance.now() < end) {
    const start = performance.now()
    await run()
    taken.push(performance.now() - start)
  }
  const sorted = taken.toSorted((one, other) => one - other)
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0
  return { median: at(0.5), p95: at(0.95) }
}

/** The number in the middle; NaN of none. */
export function medianOf(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? NaN
}

/** Prints rows below their titles, the first column to the left, the others to the right. */
export function printTable(titles: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [titles, ...rows]
  const widths = titles.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  for (const row of all)
    console.log(row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '))
  console.log()
}
