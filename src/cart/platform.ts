/** What a cart needs of the place where it runs. All of it can be given, so that the real engine runs in a simulator. */
import { type Locks, platformLocks } from '../lane.ts'
import { openIndexedDb } from './indexed-db.ts'
import type { CartStorage } from './storage.ts'
import { type Clock, platformClock } from './timing.ts'

/** Whether anybody looks, and whether anything gets through. */
export interface Presence {
  /** False when the platform knows that nothing gets through; true is a hint only. */
  isOnline(): boolean
  /** Whether nobody sees the page: then it leaves sending to those that are seen. */
  isHidden(): boolean
  /** Calls back when either changes, and when the page comes back from a sleep. Returns the way to stop. */
  subscribe(listener: () => void): () => void
}

/** Tells the other tabs that something of a cart has changed. What they hear is a wake-up and nothing more: they read it anew. */
export interface Channel {
  post(): void
  close(): void
}

/** What a cart stands on beside its client. */
export interface CartPlatform {
  clock: Clock
  /** Between 0 and 1. */
  random: () => number
  /** Shared by the tabs of a browser. One that rejects is given up for memory, and the cart says `durable: false`. */
  storage: CartStorage
  /** Shared by the tabs of a browser: one of them sends. Given up when a tab dies. */
  locks: Locks
  /** Joins the channel of a name. */
  join: (name: string, heard: () => void) => Channel
  presence: Presence
}

let ofThisPage: Omit<CartPlatform, 'locks'> | undefined

/**
 * The browser's platform: one connection and one set of listeners for all carts of a page. Where a browser keeps nothing, its storage
 * rejects; where it has no channels, nobody hears anybody. On a server it can be made, too: always online, never hidden.
 */
export function browserPlatform(): CartPlatform {
  ofThisPage ??= createBrowserPlatform()
  // Where there are none, each cart has its own: on a server, one shopper's request must not wait for another one's.
  return { ...ofThisPage, locks: platformLocks() }
}

function createBrowserPlatform(): Omit<CartPlatform, 'locks'> {
  const lifecycle = createLifecycle()
  return {
    clock: platformClock,
    random: Math.random,
    storage: openIndexedDb(),
    join: (name, heard) => joinBroadcast(lifecycle, name, heard),
    presence: {
      isOnline: () => globalThis.navigator?.onLine !== false,
      isHidden: () => globalThis.document?.visibilityState === 'hidden',
      subscribe: (listener) => lifecycle.subscribe(() => listener()),
    },
  }
}

/** What happens to a page, by the names of its events. */
interface Lifecycle {
  subscribe(listener: (type: string) => void): () => void
}

const lifecycleEvents = ['online', 'offline', 'visibilitychange', 'pagehide', 'pageshow', 'resume']

/** Listens to each event once for all who want to know, and to none while nobody does. */
function createLifecycle(): Lifecycle {
  const told = new Set<{ listener: (type: string) => void }>()
  const tell = ({ type }: Event) => {
    for (const { listener } of told) listener(type)
  }
  // On their way down, for some of them happen to the document and do not come up again.
  const listen = (change: 'addEventListener' | 'removeEventListener') => {
    for (const event of lifecycleEvents) globalThis[change]?.(event, tell, { capture: true })
  }
  return {
    subscribe(listener) {
      const entry = { listener }
      if (told.size === 0) listen('addEventListener')
      told.add(entry)
      return () => {
        if (told.delete(entry) && told.size === 0) listen('removeEventListener')
      }
    },
  }
}

/** A browser's channel. A page that is left closes it and joins again when it is back: whoever hears something is dropped from the back/forward cache. */
function joinBroadcast(lifecycle: Lifecycle, name: string, heard: () => void): Channel {
  let channel = openBroadcast(name, heard)
  let isOver = false
  const leave = () => {
    channel?.close()
    channel = undefined
  }
  const stop = lifecycle.subscribe((type) => {
    if (type === 'pagehide') leave()
    if (type !== 'pageshow' || channel) return
    channel = openBroadcast(name, heard)
    // Whatever was said meanwhile.
    heard()
  })
  return {
    post() {
      if (isOver) return
      const open = channel ?? openBroadcast(name, () => {})
      open?.postMessage(undefined)
      // A page's last words.
      if (open !== channel) open?.close()
    },
    close() {
      isOver = true
      stop()
      leave()
    },
  }
}

function openBroadcast(name: string, heard: () => void): BroadcastChannel | undefined {
  // Node has channels too, and they keep it running.
  if (!('window' in globalThis || 'WorkerGlobalScope' in globalThis)) return undefined
  try {
    const channel = new BroadcastChannel(name)
    // Any script of the origin can send anything: whatever it is, it is a wake-up.
    channel.addEventListener('message', heard)
    return channel
  } catch {
    // Old browsers have none; some frames are denied one.
    return undefined
  }
}
