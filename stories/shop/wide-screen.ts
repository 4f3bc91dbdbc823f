import { useSyncExternalStore } from 'react'

const query = matchMedia('(min-width: 64rem)')

function subscribe(listener: () => void) {
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

/** Whether the cart has room for a column of its own. `shop.css` breaks at the same width. */
export const useWideScreen = (): boolean => useSyncExternalStore(subscribe, () => query.matches)
