/** Where requests come from: an address, or the part of it that one household or office has. */

/**
 * Tells the address that a request comes from, as whoever ends the connection knows it: `request.ip` of srvx, `cf-connecting-ip` of
 * Cloudflare, the last entry of `x-forwarded-for` behind a proxy of your own. Never a header that anybody may send. Undefined where it is
 * not known: all those count as one.
 */
export type NetworkOf = (request: Request) => string | undefined

/** What {@link networkIn} makes of what is no address. */
export const unknownNetwork = 'unknown'

/** An IPv4 address as it is, of an IPv6 address its first 64 bits: whoever has one of these has them all. */
export function networkIn(address: string | undefined): string {
  const ip = address?.trim() ?? ''
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(ip)) return ip
  const [, bare = ''] = /^\[?([0-9a-f:.]{2,45})(?:%\w+)?\]?$/i.exec(ip) ?? []
  if (!URL.canParse(`http://[${bare}]`)) return unknownNetwork
  // As a URL has it: lower case, no leading zeros, an IPv4 part in hexadecimal.
  const [head = '', tail] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split('::')
  const [before, after] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')))
  const groups = [...(before ?? []), ...Array<string>(8).fill('0')].slice(0, 8 - (after ?? []).length).concat(after ?? [])
  const [high = '0', low = '0'] = groups.slice(6)
  if (groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff') return [high, low].flatMap(bytesOf).join('.')
  return `${groups.slice(0, 4).join(':')}::/64`
}

function bytesOf(group: string): number[] {
  const value = Number.parseInt(group, 16)
  return [value >> 8, value & 255]
}
