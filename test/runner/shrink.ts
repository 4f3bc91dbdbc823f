/** Makes what fails smaller. */

const mostRuns = 3_000

/**
 * Leaves out entries of the lists, in their order, as long as what is left fails: halves first, single ones in the end. Undefined when
 * the whole holds.
 */
export async function shrinkLists<Part extends Record<keyof Part, readonly unknown[]>>(
  whole: Part,
  lists: readonly (keyof Part)[],
  isFailing: (part: Part) => Promise<boolean>,
): Promise<Part | undefined> {
  if (!(await isFailing(whole))) return undefined
  let part = whole
  let runs = 1

  /** Tries to do without one piece of a list after another. */
  async function leaveOut(list: keyof Part, size: number): Promise<void> {
    for (let start = 0; start < part[list].length && runs < mostRuns; runs++) {
      const fewer = { ...part, [list]: part[list].toSpliced(start, size) }
      if (await isFailing(fewer)) part = fewer
      else start += size
    }
  }

  let size = Math.max(...lists.map((list) => whole[list].length))
  let before: Part
  do {
    before = part
    size = Math.ceil(size / 2)
    for (const list of lists) await leaveOut(list, size)
  } while (size > 1 || part !== before)
  return part
}
