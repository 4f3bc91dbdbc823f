/** What the work comes to, or the reason of an abort that comes before it. */
export function unlessAborted<T>(signal: AbortSignal | undefined, work: T | Promise<T>): Promise<T> {
  if (!signal) return Promise.resolve(work)
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort)
    void Promise.resolve(work)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort))
  })
}
