/** What Talon.One says in words only, as the client and the proxy both have to know it. */

/** Whether the message of a 400 says that a session is not open any more (wording noted by the vendor's own cartridges). */
export function saysClosed(message: unknown): boolean {
  return /^Cannot move session to state .* from state "(closed|partially_returned|cancelled)"/.test(String(message))
}

/** Whether the message of a 409 is about something that exists already, such as an event of that id, and not about overlapping requests. */
export function saysExists(message: unknown): boolean {
  return /already|exists/i.test(String(message))
}
