/** Whether two pieces of plain data say the same. */
export function isSame(one: unknown, other: unknown): boolean {
  return Object.is(one, other) || (isObject(one) && isObject(other) && hasSameEntries(one, other))
}

function hasSameEntries(one: Record<string, unknown>, other: Record<string, unknown>): boolean {
  for (const name in one) if (!Object.hasOwn(other, name) || !isSame(one[name], other[name])) return false
  return Object.keys(one).length === Object.keys(other).length
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
