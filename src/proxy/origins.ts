/** Which pages may ask: those of the shop's own origin, and of the origins that it names. */
import { type Answer, dataAnswer, Problem } from './problem.ts'

/** `'same-origin'`: pages of the proxy's own origin, and no CORS at all. A list: those, and pages of exactly these origins. */
export type Origins = 'same-origin' | readonly string[]

/** What refuses an `origins` to start with; undefined when there is nothing to refuse. */
export function wrongOrigins(origins: Origins): string | undefined {
  if (origins === 'same-origin') return undefined
  const isExact = Array.isArray(origins) && origins.every((origin) => isOrigin(origin))
  return isExact
    ? undefined
    : "`origins` must be 'same-origin' or a list of origins such as 'https://shop.example', without a slash at their end"
}

// No page comes from `https://*.shop.example`: there are no patterns.
function isOrigin(origin: unknown): boolean {
  return typeof origin === 'string' && !origin.includes('*') && URL.canParse(origin) && new URL(origin).origin === origin
}

/** Refuses what a page of another origin could have caused. */
// A form, an image or a script of another site cannot set this header, and a browser says where a request comes from.
export function refuseForgery({ headers, url }: Request, origins: Origins): void {
  const origin = headers.get('origin')
  const site = headers.get('sec-fetch-site')
  if (headers.get('x-talon-client') !== '1') throw new Problem(403, 'csrf_rejected')
  if (origin !== null && isNamed(origin, origins)) return
  if (site !== null && site !== 'same-origin') throw new Problem(403, origin === null ? 'csrf_rejected' : 'origin_not_allowed')
  // Browsers that do not tell the site. What ends TLS in front of the proxy may have changed the scheme.
  if (site === null && origin !== null && hostOf(origin) !== hostOf(url)) throw new Problem(403, 'origin_not_allowed')
}

/** What lets a page of a named origin read an answer. */
export function corsHeaders({ headers }: Request, origins: Origins): Record<string, string> {
  const origin = headers.get('origin')
  if (origin === null || !isNamed(origin, origins)) return {}
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'retry-after',
    // The page is of another origin, and may be of another site.
    'cross-origin-resource-policy': 'cross-origin',
  }
}

/** Answers what a browser asks before it lets a page of another origin ask. Nobody is identified, and nothing is sent. */
export function preflight(request: Request, origins: Origins, methods: readonly string[]): Answer {
  const { headers } = request
  if (!headers.has('access-control-request-method')) throw methodNotAllowed(methods)
  if (!isNamed(headers.get('origin') ?? '', origins)) throw new Problem(403, 'origin_not_allowed')
  const answer = dataAnswer(204, undefined)
  const allowed = {
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': 'content-type, idempotency-key, x-talon-client, x-talon-sequence',
    'access-control-max-age': '600',
  }
  return { ...answer, headers: { ...answer.headers, ...allowed } }
}

/** For a path that is there, with other methods. */
export function methodNotAllowed(methods: readonly string[]): Problem {
  return new Problem(405, 'method_not_allowed', { headers: { allow: methods.join(', ') } })
}

function isNamed(origin: string, origins: Origins): boolean {
  return origins !== 'same-origin' && origins.includes(origin)
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined
}
