/** Promises that somebody else settles, or nobody looks at. */
import type { TalonOneError } from '../error.ts'

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

export function withResolvers<Value>(): {
  promise: Promise<Value>
  resolve: (value: Value) => void
  reject: (error: TalonOneError) => void
} {
  let resolve: (value: Value) => void = () => {}
  let reject: (error: TalonOneError) => void = () => {}
  const promise = new Promise<Value>((onResolve, onReject) => {
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
