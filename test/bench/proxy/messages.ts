/** Whole HTTP/1.1 messages on a socket: just enough to count answers, for a server and a client that cost next to nothing. */

/** Hands each message over as text once it is whole. Takes one message at a time: nobody here sends a second one before the answer. */
export function eachMessage(take: (message: string) => void): (chunk: Buffer) => void {
  let text = ''
  let end = Infinity
  return (chunk) => {
    // One character for each byte, so that lengths agree.
    text += chunk.toString('latin1')
    if (end === Infinity) end = endOf(text)
    const isWhole = end === -1 ? text.endsWith('\r\n0\r\n\r\n') : text.length >= end
    if (!isWhole) return
    const message = text
    text = ''
    end = Infinity
    take(message)
  }
}

/** Where a message ends: Infinity when that is not known yet, -1 when it says so at its end. */
function endOf(text: string): number {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd === -1) return Infinity
  const head = text.slice(0, headEnd).toLowerCase()
  if (head.includes('transfer-encoding: chunked')) return -1
  return headEnd + 4 + Number(/\r\ncontent-length: *(\d+)/.exec(head)?.[1] ?? 0)
}
