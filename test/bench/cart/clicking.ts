/** One burst of trusted clicks on one cart, in a page of its own, and what came of it. */
import { randomUUID } from 'node:crypto'
import type { Browser, CDPSession } from 'playwright'
import { type CartName, clickedKey } from './carts.ts'
import type { AskedCart, CartRecord } from './server.ts'
import type { Watched } from './page/watch.ts'

/** What is measured. */
export interface Setting {
  lines: number
  /** By how much the CPU is slowed down. */
  throttle: number
  /** In milliseconds. */
  serverMs: number
}

/** How somebody clicks. */
export interface Rhythm {
  clicks: number
  /** In milliseconds. */
  everyMs: number
}

/** What one burst did, in the page and at the server. Times in milliseconds. */
export interface Burst extends Watched {
  writes: number
  reads: number
  conflicts: number
  /** By how much the quantity rose at the server; for plain DOM, which has none, in the page. */
  gained: number
  /** JavaScript, and all work of the main thread, until everything was answered. */
  scriptMs: number
  mainMs: number
}

/** A page with a cart that has been measured. */
export interface Measured extends AsyncDisposable {
  burst: Burst
  /** How many requests the server has had since the burst. */
  requestsSince: () => Promise<number>
}

/** Opens a page, clicks, and waits until everything has been answered. The page stays open until it is disposed of. */
export async function click(browser: Browser, server: string, cart: CartName, setting: Setting, rhythm: Rhythm): Promise<Measured> {
  const { lines, serverMs } = setting
  const asked: AskedCart = { id: randomUUID(), lines, serverMs }
  await fetch(`${server}/carts`, { method: 'POST', body: JSON.stringify(asked) })
  const recordNow = () => readRecord(server, asked.id)
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  try {
    const page = await context.newPage()
    await page.goto(`${server}/?${new URLSearchParams({ cart, session: asked.id, lines: String(lines) })}`)
    await page.waitForFunction(() => window.bench?.isReady())
    const before = await recordNow()
    const devtools = await context.newCDPSession(page)
    await devtools.send('Performance.enable')
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: setting.throttle })
    const button = await page.locator(`[data-line="${clickedKey}"] button`).last().boundingBox()
    if (button === null) throw new Error(`the cart ${cart} shows no button to click`)
    await page.evaluate(() => window.bench.start())
    const worked = await workOf(devtools)
    await press(devtools, button.x + button.width / 2, button.y + button.height / 2, rhythm)
    const watched = await page.evaluate(() => window.bench.settled())
    const done = await workOf(devtools)
    const after = await recordNow()
    const requests = after.requests.slice(before.requests.length)
    const burst = {
      ...watched,
      writes: requests.filter(({ isWrite }) => isWrite).length,
      reads: requests.filter(({ isWrite }) => !isWrite).length,
      conflicts: requests.filter(({ status }) => status === 409).length,
      gained: cart === 'plain' ? watched.gained : after.quantity - before.quantity,
      scriptMs: done.script - worked.script,
      mainMs: done.main - worked.main,
    }
    const requestsSince = async () => (await recordNow()).requests.length - after.requests.length
    return { burst, requestsSince, [Symbol.asyncDispose]: () => context.close() }
  } catch (error) {
    await context.close()
    throw error
  }
}

async function readRecord(server: string, id: string): Promise<CartRecord> {
  const response = await fetch(`${server}/carts/${id}`)
  // The benchmark's own server.
  return (await response.json()) as CartRecord
}

/** Presses and lets go at fixed moments, whether or not the page has kept up. */
async function press(devtools: CDPSession, x: number, y: number, { clicks, everyMs }: Rhythm): Promise<void> {
  const start = performance.now()
  const sent: Promise<unknown>[] = []
  for (let index = 0; index < clicks; index += 1) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, start + index * everyMs - performance.now())))
    for (const type of ['mousePressed', 'mouseReleased'] as const)
      sent.push(devtools.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 }))
  }
  await Promise.all(sent)
}

async function workOf(devtools: CDPSession): Promise<{ script: number; main: number }> {
  const { metrics } = await devtools.send('Performance.getMetrics')
  const milliseconds = (name: string) => (metrics.find((metric) => metric.name === name)?.value ?? 0) * 1000
  return { script: milliseconds('ScriptDuration'), main: milliseconds('TaskDuration') }
}
