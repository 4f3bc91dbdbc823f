/** What devtools see of a cart beside its view. Nothing is kept here, and nothing is done while nobody looks. */
import type { TalonOne } from '../client.ts'
import type { SentWrite } from './storage.ts'
import type { CartStore } from './store.ts'
import type { Clock } from './timing.ts'

/** The inside of a cart that works. */
export interface Insight {
  readonly store: CartStore
  readonly clock: Clock
  /** The writes that may still land, in the order in which they left. */
  readonly sent: () => readonly SentWrite[]
  /** Told of each request as it leaves, by its method; what it returns is told of the end, and of what was thrown. */
  onRequest?: (method: string) => (failure?: unknown) => void
}

// By what a cart and its store have in common, so that a page's cart need not know of it.
const insights = new WeakMap<CartStore['getSnapshot'], Insight>()

/** The inside of a cart; undefined until what sends its edits has been loaded. */
export function insightInto({ getSnapshot }: Pick<CartStore, 'getSnapshot'>): Insight | undefined {
  return insights.get(getSnapshot)
}

/** Lets devtools look at a cart. Returns the client that its requests go through. */
export function openInsight(insight: Insight, client: TalonOne): TalonOne {
  insights.set(insight.store.getSnapshot, insight)
  return {
    ...client,
    send(...call) {
      const end = insight.onRequest?.(call[0].method)
      const answer = client.send(...call)
      if (end) answer.then(() => end(), end)
      return answer
    },
  }
}
