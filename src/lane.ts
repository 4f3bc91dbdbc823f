/** Lets one task of a name run at a time: the shape of the browser's `navigator.locks`, which serves across tabs. */
export interface Locks {
  request<T>(name: string, options: { signal?: AbortSignal }, task: () => Promise<T>): Promise<T>
}

/** Web Locks where there are any, else {@link createLocks}, which serves this page alone. */
export function platformLocks(): Locks {
  const { locks } = globalThis.navigator ?? {}
  if (!locks) return createLocks()
  // A lock manager awaits the task; its typings only say that it passes the task's value on.
  return { request: async (name, options, task) => await locks.request(name, options, task) }
}

/** In-memory locks: first come, first served; whoever aborts while waiting leaves the line. */
export function createLocks(): Locks {
  const tails = new Map<string, Promise<unknown>>()
  return {
    async request(name, { signal }, task) {
      signal?.throwIfAborted()
      const before = tails.get(name) ?? Promise.resolve()
      const mine = before.then(async () => {
        signal?.throwIfAborted()
        return task()
      })
      const tail = mine.catch(() => undefined)
      tails.set(name, tail)
      void tail.then(() => tails.get(name) === tail && tails.delete(name))
      return mine
    },
  }
}
