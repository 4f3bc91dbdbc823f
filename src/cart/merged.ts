/** Both lists, without what is in both twice; as the later one says. */
export function merged<Entry>(earlier: readonly Entry[], later: readonly Entry[], nameOf: (entry: Entry) => string): Entry[] {
  const names = new Set(later.map(nameOf))
  return [...earlier.filter((entry) => !names.has(nameOf(entry))), ...later]
}
