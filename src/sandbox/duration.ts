/** Spans of time as the API writes them: a number with a unit, such as `30s`, `5D` or `1M_U`. */

/** Milliseconds of the units that are always equally long. */
const fixed: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, D: 86_400_000, W: 604_800_000 }

/**
 * The moment that lies a span after another, both in milliseconds since the epoch; undefined when the text is no span. `_D` moves it
 * back to the start of its day, `_U` on to the start of the next day, week (from Monday), month or year; UTC.
 */
export function after(at: number, span: string): number | undefined {
  const [, count, unit = '', rounding] = /^(\d+(?:\.\d+)?)([smhDWMY])(?:_([DU]))?$/.exec(span) ?? []
  if (count === undefined) return undefined
  const length = fixed[unit]
  const moved = length === undefined ? addMonths(at, Number(count) * (unit === 'Y' ? 12 : 1)) : at + Number(count) * length
  if (rounding === undefined) return moved
  const start = startOf(rounding === 'D' ? 'D' : unit, moved)
  if (rounding === 'D' || start === moved) return start
  return unit === 'M' || unit === 'Y' ? addMonths(start, unit === 'Y' ? 12 : 1) : start + (fixed[unit] ?? 0)
}

// A month after the 31st is the last day of a shorter month.
function addMonths(at: number, months: number): number {
  const date = new Date(at)
  const day = date.getUTCDate()
  date.setUTCMonth(date.getUTCMonth() + Math.round(months), 1)
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  return date.setUTCDate(Math.min(day, lastDay))
}

/** The start of the day `D`, week `W` (from Monday), month `M` or year `Y` that a moment is in; UTC. */
export function startOf(unit: string, at: number): number {
  const date = new Date(at)
  const year = date.getUTCFullYear()
  if (unit === 'Y') return Date.UTC(year, 0)
  if (unit === 'M') return Date.UTC(year, date.getUTCMonth())
  const day = Math.floor(at / 86_400_000) * 86_400_000
  // The epoch was a Thursday.
  return unit === 'W' ? day - ((date.getUTCDay() + 6) % 7) * 86_400_000 : unit === 'D' ? day : at
}
