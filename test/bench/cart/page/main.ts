/** The page of the benchmark: the cart that its address names, watched from before the first render. */
import type { CartName } from '../carts.ts'
import { watch } from './watch.ts'

/** Shows a cart in an element. */
export type Show = (root: HTMLElement, sessionId: string) => void

const carts: Readonly<Record<CartName, () => Promise<{ show: Show }>>> = {
  ours: () => import('./ours.tsx'),
  recipe: () => import('./recipe.tsx'),
  hydrogen: () => import('./hydrogen.tsx'),
  plain: () => import('./plain.tsx'),
}

const asked = new URLSearchParams(location.search)
// The benchmark itself writes the address.
const name = asked.get('cart') as CartName
const root = document.querySelector<HTMLElement>('#root')
if (root === null) throw new Error('the page has no root')
watch()
const { show } = await carts[name]()
show(root, asked.get('session') ?? '')
