/** Pages of lists. */
import type { PageInput } from '../endpoints.ts'

/** One page of entries, and whether more follow. 50 unless asked otherwise. */
export function pageOf<Entry>(entries: readonly Entry[], { pageSize = 50, skip = 0 }: PageInput): { hasMore: boolean; data: Entry[] } {
  const end = skip + pageSize
  return { hasMore: entries.length > end, data: entries.slice(skip, end) }
}
