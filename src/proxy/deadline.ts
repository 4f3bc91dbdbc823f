/** What a task comes to within `ms` milliseconds; after them `late` is thrown. */
export async function within<Value>(
  ms: number,
  late: () => Error,
  task: () => Value | Promise<Value>,
  onLate?: (error: Error) => void,
): Promise<Value> {
  const work = task()
  // What is there already is not late.
  if (!isThenable(work)) return work
  let timer: ReturnType<typeof setTimeout> | undefined
  // Whoever does the task may know nothing of signals, and never end.
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = late()
      reject(error)
      onLate?.(error)
    }, ms)
  })
  try {
    return await Promise.race([work, end])
  } finally {
    clearTimeout(timer)
  }
}

/** The same for a task that takes a signal, which is aborted then. */
export function withinSignal<Value>(ms: number, late: () => Error, task: (signal: AbortSignal) => Value | Promise<Value>): Promise<Value> {
  const controller = new AbortController()
  return within(
    ms,
    late,
    () => task(controller.signal),
    (error) => controller.abort(error),
  )
}

function isThenable(work: unknown): boolean {
  return typeof work === 'object' && work !== null && 'then' in work
}
