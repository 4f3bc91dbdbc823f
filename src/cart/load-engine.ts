import { later } from '../later.ts'

const load = later(() => import('./engine.ts'))

export type Engine = typeof import('./engine.ts')

/** The part of a cart that is not in a page at once; undefined until it has been loaded. */
export let engine: Engine | undefined

/**
 * Loads what reads and prices a cart's answers, sends its edits, keeps them over a reload and shares them between tabs. Carts do so by
 * themselves, as soon as somebody looks at one; call it when a page has time, and wait for it before `hydrateRoot` or `renderToString`
 * where a cart is rendered from what a server has read.
 *
 * @throws TalonOneError `not_loaded`
 */
export async function preloadCart(): Promise<void> {
  engine = await load()
}

/** What an application has anyhow need not be loaded. */
export function provideEngine(provided: Engine): void {
  engine = provided
}

// A server renders what it has read without waiting; until it has read anything, this is there.
if (typeof document === 'undefined') preloadCart().catch(() => undefined)
