/** What a task comes to within `ms` milliseconds; after them the signal is aborted, and `late` is thrown. */
export async function within<Value>(ms: number, late: () => Error, task: (signal: AbortSignal) => Value | Promise<Value>): Promise<Value> {
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  // Whoever does the task may know nothing of signals, and never end.
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = late()
      reject(error)
      controller.abort(error)
    }, ms)
  })
  try {
    return await Promise.race([task(controller.signal), end])
  } finally {
    clearTimeout(timer)
  }
}
