/** Watches a cart from outside, the same way for all: what the shopper sees change, and when. */
import { clickedKey } from '../carts.ts'

/** What one burst of clicks did to a page. Times in milliseconds since the trusted click. */
export interface Watched {
  clicks: number
  /** Until the shown quantity had risen by the click's unit; without clicks that never raised it. */
  toDom: number[]
  /** Until the frame after that was painted. */
  toPaint: number[]
  /** How often a shown quantity or total went down. */
  jumps: number
  /** From the last click until the price was the server's, for good; `Infinity` when the page was never in doubt after it. */
  toConfirmed: number
  commits: number
  /** Renders of the line that was clicked, and of all others. */
  lineRenders: number
  otherRenders: number
  /** By how much the shown quantity rose in all. */
  gained: number
}

/** How the benchmark talks to the page. */
export interface Bench {
  isReady: () => boolean
  start: () => void
  /** Resolves when the last click has been answered, and nothing has changed for 500 ms. */
  settled: () => Promise<Watched>
}

declare global {
  interface Window {
    bench: Bench
  }
}

interface Click {
  at: number
  changedAt?: number
  paintedAt?: number
}

// How long a page must have been quiet before it is clicked, and after the last answer.
const readyMs = 300
const quietMs = 500

let commits = 0
let renders = new Map<string, number>()

/** Counts a render of a line. */
export function countRender(key: string): void {
  renders.set(key, (renders.get(key) ?? 0) + 1)
}

/** Begins. Before React is loaded, which reports its commits only to what it finds then. */
export function watch(): void {
  const hook = { supportsFiber: true, inject: () => 1, onCommitFiberRoot: () => (commits += 1), onCommitFiberUnmount() {}, checkDCE() {} }
  Object.assign(window, { __REACT_DEVTOOLS_GLOBAL_HOOK__: hook })

  let clicks: Click[] = []
  let jumps = 0
  let shown = { quantity: 0, total: 0 }
  let quantityBefore = 0
  let isConfirmed = false
  let confirmedAt = 0
  let changedAt = 0

  const look = () => {
    const now = performance.now()
    const seen = read()
    if (seen === undefined) return
    changedAt = now
    if (seen.quantity < shown.quantity || seen.total < shown.total) jumps += 1
    if (seen.isConfirmed && !isConfirmed) confirmedAt = now
    isConfirmed = seen.isConfirmed
    // A cart may ignore a click, or add up old numbers: so many clicks are answered as units were added, the latest ones.
    const rise = Math.max(0, seen.quantity - shown.quantity)
    const waiting = clicks.filter(({ changedAt }) => changedAt === undefined)
    const answered = waiting.slice(Math.max(0, waiting.length - rise))
    shown = seen
    for (const click of answered) click.changedAt = now
    if (answered.length > 0)
      afterPaint((at) => {
        for (const click of answered) click.paintedAt = at
      })
  }
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
  window.addEventListener(
    'click',
    ({ isTrusted, timeStamp }) => {
      if (isTrusted) clicks.push({ at: timeStamp })
    },
    { capture: true },
  )

  window.bench = {
    isReady: () => isConfirmed && performance.now() - changedAt > readyMs,
    start() {
      clicks = []
      jumps = 0
      commits = 0
      renders = new Map()
      quantityBefore = shown.quantity
    },
    async settled() {
      while (!isConfirmed || performance.now() - Math.max(changedAt, clicks.at(-1)?.at ?? 0) < quietMs) await pause(100)
      const all = [...renders.values()].reduce((sum, count) => sum + count, 0)
      const lineRenders = renders.get(clickedKey) ?? 0
      const lastClick = clicks.at(-1)?.at ?? 0
      const since = (moment: 'changedAt' | 'paintedAt') => clicks.flatMap((click) => (click[moment] ? [click[moment] - click.at] : []))
      return {
        clicks: clicks.length,
        toDom: since('changedAt'),
        toPaint: since('paintedAt'),
        jumps,
        toConfirmed: confirmedAt > lastClick ? confirmedAt - lastClick : Infinity,
        commits,
        lineRenders,
        otherRenders: all - lineRenders,
        gained: shown.quantity - quantityBefore,
      }
    },
  }
}

let elements: { quantity: Element; total: Element; confirmed: HTMLElement } | undefined

function read(): { quantity: number; total: number; isConfirmed: boolean } | undefined {
  // Looking for them takes a millisecond in a long list, in the middle of what is measured.
  if (!elements?.quantity.isConnected || !elements.total.isConnected) elements = find()
  return (
    elements && {
      quantity: Number(elements.quantity.textContent),
      total: Number(elements.total.textContent),
      isConfirmed: elements.confirmed.dataset.confirmed === 'true',
    }
  )
}

function find(): typeof elements {
  const quantity = document.querySelector(`[data-line="${clickedKey}"] output`)
  const total = document.querySelector('[data-totals] output:last-of-type')
  const confirmed = document.querySelector<HTMLElement>('[data-confirmed]')
  return quantity && total && confirmed ? { quantity, total, confirmed } : undefined
}

// A frame's callbacks run before it is painted; the next message after them comes when it has been.
function afterPaint(then: (at: number) => void): void {
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', () => then(performance.now()), { once: true })
    port1.start()
    port2.postMessage(undefined)
  })
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
