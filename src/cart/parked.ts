/** The edits that were put away for another session: nobody's cart but that of whoever made them finds them. */
import type { CartStorage, SessionTag, StoredEdit } from './storage.ts'

/** Puts edits of the cart `name` away, with the session that they were made for. */
export function park(storage: CartStorage, name: string, edits: readonly StoredEdit[], of: SessionTag): Promise<boolean> {
  const tagged = edits.map(({ id, edit }) => ({ id, edit, of }))
  return storage.append(parkedName(name, of), tagged)
}

/** All that is put away for the owner of a session. */
export async function parked(storage: CartStorage, name: string, owner: SessionTag): Promise<readonly StoredEdit[]> {
  const { edits } = await storage.read(parkedName(name, owner))
  return edits
}

/** Takes edits out of what is put away. */
export async function unpark(storage: CartStorage, name: string, edits: readonly StoredEdit[], owner: SessionTag): Promise<void> {
  const removed = edits.map(({ id }) => id)
  await storage.change(parkedName(name, owner), { removed, changed: [] })
}

function parkedName(name: string, { profileId }: SessionTag): string {
  return `${name} of ${profileId}`
}
