import { TalonOneError } from './error.ts'

/**
 * Loads a part of this package when it is first needed, once for everybody. Where that fails, it rejects with `not_loaded`, and the next
 * call tries again.
 */
export function later<Module>(importPart: () => Promise<Module>): () => Promise<Module> {
  let loading: Promise<Module> | undefined
  let failed: string | undefined
  const forget = (cause: unknown): never => {
    loading = undefined
    failed = /imported module: (\S+)/.exec(String(cause))?.[1]
    const message = 'nothing was sent: its code could not be loaded; try again, or reload the page'
    throw new TalonOneError('not_loaded', message, { retryable: true, cause })
  }
  // Until the page is left, Chromium does not ask again for a module that failed (whatwg/html#6768). A question mark makes it another one.
  const load = () => (failed ? import(/* @vite-ignore */ /* webpackIgnore: true */ `${failed}?`) : importPart())
  return () => (loading ??= load().catch(forget))
}
