/** What a process holds once nobody needs it any more. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

let collect: (() => void) | undefined

/** Bytes on the heap after everything that can go has gone. */
export async function heapInUse(): Promise<number> {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc')
    // With the flag every new context has it.
    collect = runInNewContext('gc') as () => void
  }
  // What ends in a later turn lets go of more.
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    collect()
  }
  return process.memoryUsage().heapUsed
}

/** Sockets and timers that keep the process alive, by kind. */
export function handles(): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) if (/Socket|TCP|Timeout/.test(kind)) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

/** The kinds of which there are more than there were. */
export function grown(before: Record<string, number>): string[] {
  return Object.entries(handles()).flatMap(([kind, count]) =>
    count > (before[kind] ?? 0) ? [`${kind}: ${count}, not ${before[kind] ?? 0}`] : [],
  )
}

/** Rejections that nobody handled while a task ran. */
export async function unhandledIn(task: () => Promise<void>): Promise<unknown[]> {
  const unhandled: unknown[] = []
  const note = (reason: unknown) => void unhandled.push(reason)
  process.on('unhandledRejection', note)
  process.on('uncaughtException', note)
  try {
    await task()
    await new Promise((resolve) => setTimeout(resolve, 50))
  } finally {
    process.off('unhandledRejection', note)
    process.off('uncaughtException', note)
  }
  return unhandled
}
