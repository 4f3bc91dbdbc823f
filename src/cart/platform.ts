/** What a cart needs of the place where it runs. All of it can be given, so that the real engine runs in a simulator. */
import { type Locks, platformLocks } from '../lane.ts'
import { type CartStorage, createMemoryStorage } from './storage.ts'
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

/** What a page has, or a server. */
export function browserPlatform(): CartPlatform {
  return {
    clock: platformClock,
    random: Math.random,
    storage: createMemoryStorage(),
    locks: platformLocks(),
    join: () => ({ post: () => {}, close: () => {} }),
    presence: { isOnline: () => true, isHidden: () => false, subscribe: () => () => {} },
  }
}
