import { unlessAborted } from './abort.ts'

/** Lets one task of a name run at a time: the shape of the browser's `navigator.locks`, which serves across tabs. */
export interface Locks {
  request<T>(name: string, options: { signal?: AbortSignal }, task: () => Promise<T>): Promise<T>
}

/** Web Locks where there are any, else {@link createLocks}, which serves this page alone. */
export function platformLocks(): Locks {
  const own = createLocks()
  // Node has a lock manager too, which is its process': one shopper's request would wait for another one's there.
  const { locks } = 'window' in globalThis || 'WorkerGlobalScope' in globalThis ? (globalThis.navigator ?? {}) : {}
  if (!locks) return own
  return {
    async request(name, options, task) {
      let isHeld = false
      try {
        // A lock manager awaits the task; its typings only say that it passes the task's value on.
        return await locks.request(name, options, () => {
          isHeld = true
          return task()
        })
      } catch (error) {
        // A sandboxed frame has a lock manager that refuses every request.
        if (isHeld || options.signal?.aborted) throw error
        return own.request(name, options, task)
      }
    },
  }
}

/** In-memory locks: first come, first served; whoever aborts while waiting leaves the line. */
export function createLocks(): Locks {
  const tails = new Map<string, Promise<unknown>>()
  return {
    async request(name, { signal }, task) {
      const before = tails.get(name) ?? Promise.resolve()
      const mine = unlessAborted(signal, before).then(task)
      const tail = Promise.allSettled([before, mine])
      tails.set(name, tail)
      void tail.then(() => tails.get(name) === tail && tails.delete(name))
      return mine
    },
  }
}
