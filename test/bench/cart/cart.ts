/** What a burst of clicks costs in a real Chromium: our cart beside a hand-written one, hydrogen-react's, and plain DOM. */
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type Browser, chromium } from 'playwright'
import { chromiumArgs, findChromium } from '../../chromium.ts'
import { printTable } from '../measure.ts'
import type { CartName } from './carts.ts'
import { type Burst, click, type Measured, type Rhythm, type Setting } from './clicking.ts'
import { atMost, type Figures, figuresOf, type Goal, goalsOf } from './figures.ts'
import { buildPages } from './pages.ts'

const names: Readonly<Record<CartName, string>> = {
  ours: 'talon-one-react',
  recipe: 'TanStack recipe',
  hydrogen: 'hydrogen-react',
  plain: 'plain DOM',
}
// Object.keys cannot know that there are no others.
const everyCart = Object.keys(names) as CartName[]

const burst: Rhythm = { clicks: 20, everyMs: 50 }
const goingOn: Rhythm = { clicks: 50, everyMs: 100 }

// Every number is the median of so many bursts.
const repetitions = 3

/** Prints it for every setting, or for two of them: `npm run bench cart -- --quick`. */
export async function benchCart({ isQuick }: { isQuick: boolean }): Promise<void> {
  await using pages = await buildPages()
  await using server = await startServer(pages.folder)
  await using browser = await launch()
  const measure = (cart: CartName, setting: Setting, rhythm: Rhythm) => click(browser, server.url, cart, setting, rhythm)

  console.log(`cart: Chromium ${browser.version()}, ${availableParallelism()} cores\n`)
  const goals: Goal[] = []
  const late = await startLateReads(measure)
  for (const setting of isQuick ? quickSettings : allSettings) goals.push(...(await benchBurst(measure, setting)))
  for (const setting of isQuick ? quickSettings.slice(0, 1) : quickSettings) goals.push(await benchGoingOn(measure, setting))
  goals.push(await late.finish())
  console.log(`cart: ${goals.filter(({ isMet }) => isMet).length} of ${goals.length} goals met`)
}

type Measure = (cart: CartName, setting: Setting, rhythm: Rhythm) => Promise<Measured>

const quickSettings: readonly Setting[] = [1, 6].map((throttle) => ({ lines: 100, throttle, serverMs: 50 }))
const allSettings: readonly Setting[] = [5, 100, 1000].flatMap((lines) =>
  [1, 6].flatMap((throttle) => [50, 200].map((serverMs) => ({ lines, throttle, serverMs }))),
)

async function benchBurst(measure: Measure, setting: Setting): Promise<Goal[]> {
  const bursts = await measureInTurn(measure, everyCart, setting, burst)
  const figures = everyCart.map((cart): [CartName, Figures] => [cart, figuresOf(bursts[cart], burst.clicks)])
  const { ours, recipe, plain } = Object.fromEntries(figures)
  if (!ours || !recipe || !plain) throw new Error('a cart has not been measured')
  console.log(`cart: ${burst.clicks} clicks in a second on one of ${told(setting)} (medians of ${repetitions} bursts, times in ms)`)
  printTable(
    requestTitles,
    figures.map(([cart, of]) => [names[cart], ...requestCells(cart, of)]),
  )
  printTable(
    [
      'work',
      'click to DOM',
      'p95',
      '/ plain',
      '/ recipe',
      'to paint',
      '/ plain',
      'commits',
      'line renders',
      'of others',
      'script',
      '/ plain',
      '/ recipe',
      'main thread',
    ],
    figures.map(([cart, of]) => [names[cart], ...workCells(of, plain, recipe)]),
  )
  return printGoals(goalsOf(ours, plain, bursts.ours, setting))
}

const requestTitles = ['requests', 'PUT', 'GET', '409', 'units added', 'all counted', 'jumps back', 'last click to confirmed']

function requestCells(cart: CartName, { writes, reads, conflicts, gained, right, bursts, jumps, toConfirmed }: Figures): string[] {
  const all = `${right} of ${bursts}`
  if (cart === 'plain') return ['', '', '', `+${gained}`, all, String(jumps), '']
  const confirmed = Number.isFinite(toConfirmed) ? toConfirmed.toFixed(0) : 'never'
  const verdict = right === bursts ? confirmed : `${confirmed}, wrong`
  return [String(writes), String(reads), String(conflicts), `+${gained}`, all, String(jumps), verdict]
}

function workCells(of: Figures, plain: Figures, recipe: Figures): string[] {
  const ratio = (figure: (of: Figures) => number, to: Figures) => (figure(of) / figure(to)).toFixed(1)
  return [
    of.toDom.toFixed(1),
    of.toDomP95.toFixed(1),
    ratio(({ toDom }) => toDom, plain),
    ratio(({ toDom }) => toDom, recipe),
    of.toPaint.toFixed(1),
    ratio(({ toPaint }) => toPaint, plain),
    of.commitsPerClick.toFixed(2),
    of.rendersPerClick.toFixed(2),
    of.otherRenders.toFixed(0),
    of.scriptPerClick.toFixed(1),
    ratio(({ scriptPerClick }) => scriptPerClick, plain),
    ratio(({ scriptPerClick }) => scriptPerClick, recipe),
    of.mainPerClick.toFixed(1),
  ]
}

async function benchGoingOn(measure: Measure, setting: Setting): Promise<Goal> {
  // Plain DOM asks nobody.
  const carts = everyCart.filter((cart) => cart !== 'plain')
  const bursts = await measureInTurn(measure, carts, setting, goingOn)
  const seconds = (goingOn.clicks * goingOn.everyMs) / 1000
  console.log(`cart: ${goingOn.clicks} clicks in ${seconds} seconds on one of ${told(setting)} (medians of ${repetitions})`)
  printTable(
    requestTitles,
    carts.map((cart) => [names[cart], ...requestCells(cart, figuresOf(bursts[cart], goingOn.clicks))]),
  )
  const requests = Math.max(...bursts.ours.map(({ writes, reads }) => writes + reads))
  const goal = atMost('requests at worst, one each 500 ms and two', requests, seconds * 2 + 2, 0)
  printGoals([goal])
  return goal
}

/** Carts in turn, so that what else this machine does meets all of them alike. */
async function measureInTurn(
  measure: Measure,
  carts: readonly CartName[],
  setting: Setting,
  rhythm: Rhythm,
): Promise<Record<CartName, Burst[]>> {
  const bursts: Record<CartName, Burst[]> = { ours: [], recipe: [], hydrogen: [], plain: [] }
  for (let repetition = 0; repetition < repetitions; repetition += 1)
    for (const cart of carts) {
      await using measured = await measure(cart, setting, rhythm)
      bursts[cart].push(measured.burst)
    }
  return bursts
}

// A write that was overtaken may land for so long, and what reads the cart back comes after that.
const landingMs = 32_000

/** The first burst of all, whose page stays open: what does it ask for when everything has been confirmed long ago? */
async function startLateReads(measure: Measure): Promise<{ finish: () => Promise<Goal> }> {
  const measured = await measure('ours', { lines: 100, throttle: 1, serverMs: 50 }, burst)
  const end = performance.now() + landingMs
  const finish = async () => {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, end - performance.now())))
    const requests = await measured.requestsSince()
    await measured[Symbol.asyncDispose]()
    const goal = atMost(`requests in the ${landingMs / 1000} s or more after a burst`, requests, 1, 0)
    printGoals([goal])
    return goal
  }
  return { finish }
}

function told({ lines, throttle, serverMs }: Setting): string {
  return `${lines} lines, CPU ${throttle === 1 ? 'at full speed' : `${throttle} times slower`}, the server takes ${serverMs} ms`
}

function printGoals(goals: Goal[]): Goal[] {
  for (const { name, isMet, figure } of goals) console.log(`${isMet ? 'met   ' : 'MISSED'}  ${name}: ${figure}`)
  console.log()
  return goals
}

async function startServer(pages: string): Promise<AsyncDisposable & { url: string }> {
  const worker = new Worker(new URL('server.ts', import.meta.url), { workerData: pages })
  const [port] = await once(worker, 'message')
  const stop = async () => {
    await worker.terminate()
  }
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: stop }
}

async function launch(): Promise<Browser> {
  const executablePath = await findChromium()
  return chromium.launch({ args: chromiumArgs, ...(executablePath && { executablePath }) })
}
