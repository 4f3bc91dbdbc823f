/** What the tabs of one browser share: storage, locks, a channel, and whether it is online. */
import type { CartPlatform, Channel } from '../../src/cart/platform.ts'
import type { CartStorage, SentWrite, StoredEdit } from '../../src/cart/storage.ts'
import { createDice } from '../runner/dice.ts'
import type { FaultProfile, Strikes } from './faults.ts'
import type { Names } from './names.ts'
import type { Tab } from './tab.ts'
import type { VirtualTime } from './time.ts'

export interface BrowserOptions {
  seed: number
  names: Names
  time: VirtualTime
  profile: FaultProfile
  strikes: Strikes
  /** When faults end. */
  faultsEnd: number
  say: ((text: string) => void) | undefined
  /** An edit is kept for the first time: it must not be lost any more. */
  onKept: (tab: Tab, entry: StoredEdit) => void
}

export interface Browser {
  platformOf(tab: Tab): CartPlatform
  isOnline: boolean
  /** Whether a tab has a lock or waits for one: browsers do not put such a page to sleep. */
  usesLocks(tab: Tab): boolean
  /** Whether storage takes anything, or nothing more. */
  storage: 'works' | 'full' | 'denied'
  /** Somebody clears the site's data. */
  clear(): void
  /** What was kept of the last answer cannot be read any more. */
  damage(): void
  /** Everybody hears a message that nobody has sent. */
  strayMessage(): void
  /** Tells a tab that something about its presence has changed. */
  notice(tab: Tab): void
}

interface Record {
  edits: readonly StoredEdit[]
  sent: readonly SentWrite[]
  /** As text, so that tabs do not share objects. */
  saved: { stamp: number; text: string } | undefined
}

interface Waiting {
  tab: Tab
  grant: () => void
}

const leastTransactionMs = 0.01
const longestSlowness = 2_000
const longestLateness = 3_000

export function createBrowser({ seed, names, time, profile, strikes, faultsEnd, say, onKept }: BrowserOptions): Browser {
  const records = new Map<string, Record>()
  const known = new Set<string>()
  const lines = new Map<string, Waiting[]>()
  const members = new Set<{ tab: Tab; name: string; heard: () => void }>()
  const listeners = new Map<Tab, Set<() => void>>()
  const isFaulty = () => time.now() < faultsEnd
  let busyUntil = 0

  const browser: Browser = {
    isOnline: true,
    storage: 'works',
    platformOf: (tab) => {
      const jitter = createDice(seed, `jitter ${tab.number}`)
      return {
        clock: tab.clock,
        random: () => jitter.next(),
        storage: storageOf(tab),
        locks: { request: (name, { signal }, task) => lock(tab, name, signal, task) },
        join: (name, heard) => join(tab, name, heard),
        presence: {
          isOnline: () => browser.isOnline,
          isHidden: () => tab.isHidden,
          subscribe(listener) {
            const own = listeners.get(tab) ?? new Set()
            listeners.set(tab, own.add(listener))
            return () => own.delete(listener)
          },
        },
      }
    },
    usesLocks: (tab) => [...lines.values()].some((line) => line.some((waiting) => waiting.tab === tab)),
    clear: () => records.clear(),
    damage() {
      for (const [cart, record] of records) records.set(cart, { ...record, saved: undefined })
    },
    strayMessage() {
      for (const { tab, heard } of members) if (!tab.isFrozen) tab.deliver(heard)
    },
    notice(tab) {
      for (const listener of listeners.get(tab) ?? []) tab.deliver(listener)
    },
  }

  // Storage

  const recordOf = (cart: string): Record => records.get(cart) ?? { edits: [], sent: [], saved: undefined }

  function storageOf(tab: Tab): CartStorage {
    return {
      read: (cart, stamp) =>
        transact(tab, `read`, () => {
          const { edits, sent, saved } = recordOf(cart)
          // A copy that was made from what was kept: it is of the same type.
          const news = saved && saved.stamp !== stamp ? (JSON.parse(saved.text) as { saved: never }).saved : undefined
          return { edits: edits.map(handOut), sent, stamp: saved?.stamp, saved: news }
        }),
      append: (cart, added, over) =>
        transact(tab, 'append', () => {
          const record = recordOf(cart)
          if (over && over.stamp !== record.saved?.stamp) return false
          const ids = new Set(record.edits.map(({ id }) => id))
          const fresh = added.filter(({ id }) => !ids.has(id)).map(copyOf)
          records.set(cart, { ...record, edits: [...record.edits, ...fresh] })
          for (const entry of fresh) {
            if (!known.has(entry.id)) onKept(tab, entry)
            known.add(entry.id)
          }
          return true
        }),
      mark: (cart, sent) => transact(tab, 'mark', () => void records.set(cart, { ...recordOf(cart), sent })),
      change: (cart, { removed, changed, added = [], over, sent, saved }) =>
        transact(tab, 'change', () => {
          const record = recordOf(cart)
          if (over && over.stamp !== record.saved?.stamp) return false
          const gone = new Set(removed)
          const others = new Map(changed.map((entry) => [entry.id, copyOf(entry)]))
          const edits = record.edits.flatMap((entry) => (gone.has(entry.id) ? [] : [{ ...entry, ...others.get(entry.id) }]))
          for (const entry of added) {
            if (!known.has(entry.id)) onKept(tab, entry)
            known.add(entry.id)
          }
          records.set(cart, {
            edits: [...edits, ...added.map(copyOf)],
            sent: sent ?? record.sent,
            saved: saved ? { stamp: saved.stamp, text: JSON.stringify({ saved }) } : record.saved,
          })
          return true
        }),
    }
  }

  /** Done as a whole or not at all, in the order in which they were asked for. */
  function transact<Result>(tab: Tab, what: string, work: () => Result): Promise<Result> {
    const name = names.next('s')
    const dice = createDice(seed, name)
    const meets = (fault: 'storageSlow' | 'storageFails') => {
      const isMet = dice.chance(profile.get(fault) ?? 0)
      return isFaulty() && isMet && strikes.strike(fault, name)
    }
    const [before, after] = [1 + dice.next() * 4, 1 + dice.next() * 4]
    const slowness = dice.next() * longestSlowness
    const isRefused = browser.storage === 'denied' || (browser.storage === 'full' && what !== 'read')
    const fails = meets('storageFails') || isRefused
    const slow = meets('storageSlow') ? slowness : 0
    // Of a page that dies meanwhile, half come through.
    const outlives = dice.chance(0.5)
    // Whoever comes first is done first, in whichever tab.
    const moment = Math.max(time.now() + before + slow, busyUntil + leastTransactionMs)
    busyUntil = moment
    return new Promise((resolve, reject) => {
      time.at(moment, () => {
        if (!tab.isAlive && !outlives) return
        if (fails) {
          say?.(`tab ${tab.number}: storage refuses ${what} (${name})`)
          return time.at(time.now() + after, () => tab.deliver(() => reject(new Error('storage'))))
        }
        const result = work()
        if (slow > 0) say?.(`tab ${tab.number}: storage took ${Math.round(slow)} ms for ${what} (${name})`)
        time.at(time.now() + after, () => tab.deliver(() => resolve(result)))
      })
    })
  }

  // Locks

  function lock<Result>(tab: Tab, name: string, signal: AbortSignal | undefined, task: () => Promise<Result>): Promise<Result> {
    const line = lines.get(name) ?? []
    lines.set(name, line)
    return new Promise((resolve, reject) => {
      const leave = () => {
        const place = line.indexOf(waiting)
        if (place < 0) return
        line.splice(place, 1)
        if (place === 0) grantNext()
      }
      const grantNext = () => {
        const [next] = line
        if (next) time.at(time.now() + 1, () => line[0] === next && next.grant())
      }
      const giveUp = () => {
        leave()
        reject(signal?.reason)
      }
      let isGranted = false
      const waiting: Waiting = {
        tab,
        grant: () =>
          tab.deliver(() => {
            if (isGranted) return
            isGranted = true
            signal?.removeEventListener('abort', giveUp)
            task().finally(leave).then(resolve, reject)
          }),
      }
      if (signal?.aborted) return reject(signal.reason)
      signal?.addEventListener('abort', giveUp)
      tab.onEnd(leave)
      if (line.push(waiting) === 1) grantNext()
    })
  }

  // Channel

  function join(tab: Tab, name: string, heard: () => void): Channel {
    const member = { tab, name, heard }
    members.add(member)
    tab.onEnd(() => members.delete(member))
    return {
      post() {
        for (const other of members) if (other !== member && other.name === name) send(other)
      },
      close: () => void members.delete(member),
    }
  }

  function send(to: { tab: Tab; heard: () => void }): void {
    const name = names.next('m')
    const dice = createDice(seed, name)
    const meets = (fault: 'messageLost' | 'messageLate' | 'messageTwice') => {
      const isMet = dice.chance(profile.get(fault) ?? 0)
      return isFaulty() && isMet && strikes.strike(fault, name)
    }
    const [usual, late, again] = [1 + dice.next() * 5, dice.next() * longestLateness, dice.next() * longestLateness]
    // A page that sleeps hears nothing, not even afterwards.
    const arrive = () => to.tab.isFrozen || to.tab.deliver(to.heard)
    if (meets('messageTwice')) time.at(time.now() + usual + again, arrive)
    if (meets('messageLost')) return
    time.at(time.now() + usual + (meets('messageLate') ? late : 0), arrive)
  }

  return browser
}

// What is kept is changed by nobody: only the objects themselves must be others.
const handOut = (entry: StoredEdit): StoredEdit => ({ ...entry, edit: { ...entry.edit } })

// A copy is of the same type.
const copyOf = (entry: StoredEdit): StoredEdit => JSON.parse(JSON.stringify(entry)) as StoredEdit
