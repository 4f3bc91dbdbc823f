/** The arguments of a command. */

/** Separated by commas; `none` is an empty one. */
export function readList(text: string): string[] {
  return text.split(',').filter((name) => name !== '' && name !== 'none')
}

export function readCount(name: string, text: string): number {
  const count = Number(text)
  if (!Number.isSafeInteger(count) || count < 1) throw new Error(`--${name} must be a whole number from 1 on; got ${text}`)
  return count
}
