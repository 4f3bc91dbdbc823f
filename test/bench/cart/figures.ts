/** What is told of a cart: the medians of its bursts, and what was aimed for. */
import type { Burst, Setting } from './clicking.ts'

/** The medians of some bursts of one cart. Times in milliseconds. */
export interface Figures {
  clicks: number
  bursts: number
  /** How many bursts ended with every click counted. */
  right: number
  writes: number
  reads: number
  conflicts: number
  gained: number
  jumps: number
  toDom: number
  toDomP95: number
  toPaint: number
  toConfirmed: number
  commitsPerClick: number
  /** Of all lines. */
  rendersPerClick: number
  /** Renders of lines that were not clicked, in the whole burst. */
  otherRenders: number
  scriptPerClick: number
  mainPerClick: number
}

export function figuresOf(bursts: readonly Burst[], clicks: number): Figures {
  const of = (figure: (burst: Burst) => number) => median(bursts.map(figure))
  return {
    clicks,
    bursts: bursts.length,
    right: bursts.filter(({ gained }) => gained === clicks).length,
    writes: of(({ writes }) => writes),
    reads: of(({ reads }) => reads),
    conflicts: of(({ conflicts }) => conflicts),
    gained: of(({ gained }) => gained),
    jumps: of(({ jumps }) => jumps),
    toDom: of(({ toDom }) => median(toDom)),
    toDomP95: of(({ toDom }) => quantile(toDom, 0.95)),
    toPaint: of(({ toPaint }) => median(toPaint)),
    toConfirmed: of(({ toConfirmed }) => toConfirmed),
    commitsPerClick: of(({ commits }) => commits / clicks),
    rendersPerClick: of(({ lineRenders, otherRenders }) => (lineRenders + otherRenders) / clicks),
    otherRenders: of(({ otherRenders }) => otherRenders),
    scriptPerClick: of(({ scriptMs }) => scriptMs / clicks),
    mainPerClick: of(({ mainMs }) => mainMs / clicks),
  }
}

/** Something to reach, and what came of it. */
export interface Goal {
  name: string
  isMet: boolean
  figure: string
}

/** After how much quiet the cart sends, in milliseconds. */
const windowMs = 100

/** What 20 clicks in a second are held to, whatever the setting. `worst` is the worst burst where a median would hide one. */
export function goalsOf(ours: Figures, plain: Figures, bursts: readonly Burst[], { throttle, serverMs }: Setting): Goal[] {
  const worst = (figure: (burst: Burst) => number) => Math.max(...bursts.map(figure))
  const domRatio = ours.toDom / plain.toDom
  return [
    atMost(
      'PUTs in the worst burst',
      worst(({ writes }) => writes),
      2,
      0,
    ),
    atMost(
      'GETs in the worst burst',
      worst(({ reads }) => reads),
      1,
      0,
    ),
    atMost(
      '409s in the worst burst',
      worst(({ conflicts }) => conflicts),
      0,
      0,
    ),
    { name: `+${ours.clicks} in every burst`, isMet: ours.right === ours.bursts, figure: `${ours.right} of ${ours.bursts}` },
    atMost(
      'jumps back in the worst burst',
      worst(({ jumps }) => jumps),
      0,
      0,
    ),
    // Of a processor that is not throttled; what it takes on a slow one stands in the table.
    ...(throttle === 1 ? [atMost('last click to confirmed price, ms', ours.toConfirmed, windowMs + serverMs + 40, 0)] : []),
    atMost('click to DOM, times plain DOM', domRatio, throttle === 1 ? 3 : 4, 1),
    atMost('commits a click', ours.commitsPerClick, 1.2, 2),
    atMost('line renders a click', ours.rendersPerClick, 1.2, 2),
    atMost('renders of lines that nobody clicked', ours.otherRenders, 0, 0),
  ]
}

export function atMost(name: string, value: number, limit: number, digits: number): Goal {
  return { name, isMet: value <= limit, figure: `${value.toFixed(digits)}, at most ${limit}` }
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** NaN when there are none. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  const below = sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
  const above = sorted[Math.ceil((sorted.length - 1) * share)] ?? Number.NaN
  return (below + above) / 2
}
