/** Thrown where a body ends before its end: whoever sent it is gone. */
export class BodyBrokenOff extends Error {
  override name = 'BodyBrokenOff'
}

/** Reads a body to its end; undefined when it is longer than `most` bytes. Throws {@link BodyBrokenOff} where the rest never comes. */
// Counted while reading: a length that was announced may be a lie.
export async function readBytes(body: ReadableStream<Uint8Array> | null, most: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = body?.getReader()
  const next = () =>
    reader?.read().catch((cause: unknown) => {
      throw new BodyBrokenOff('a body broke off', { cause })
    })
  for (let chunk = await next(); chunk && !chunk.done; chunk = await next()) {
    length += chunk.value.length
    if (length > most) {
      // Not waited for: whoever else reads the same body may never end. And not in the turn of a `read`: Node's stream of a request may then
      // still bring data, and throws where nobody catches it.
      setTimeout(() => void reader?.cancel().catch(() => {}))
      return undefined
    }
    chunks.push(chunk.value)
  }
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

/** Whether lists and objects stand in one another deeper than that, in a text that may be JSON. */
// Before it is parsed: what reads or writes such data afterwards may run out of stack.
export function isDeeper(text: string, most: number): boolean {
  let depth = 0
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (character === '"') index = endOfString(text, index)
    else if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') depth--
    if (depth > most) return true
  }
  return false
}

function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    if (text[index] === '\\') index++
    else if (text[index] === '"') return index
  }
  return text.length
}

/** What a text says in JSON; undefined when it is none. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
