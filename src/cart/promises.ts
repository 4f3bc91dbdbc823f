/** Promises that somebody else settles, or nobody looks at. */
import type { TalonOneError } from '../error.ts'
import type { Confirmed } from './fold.ts'

// A listener that throws must not keep the others, or the promises of edits, from hearing the news.
export function callSafely(listener: () => void): void {
  try {
    listener()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

export function withResolvers(): {
  promise: Promise<Confirmed>
  resolve: (confirmed: Confirmed) => void
  reject: (error: TalonOneError) => void
} {
  let resolve: (confirmed: Confirmed) => void = () => {}
  let reject: (error: TalonOneError) => void = () => {}
  const promise = new Promise<Confirmed>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}

/** Marks a promise as looked at, so that ignoring its rejection is no unhandled one. */
export function handled<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => undefined)
  return promise
}
