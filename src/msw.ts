/** A sandbox behind Mock Service Worker, for tests and stories that already have one. */
import { http, type HttpHandler, HttpResponse } from 'msw'
import type { Sandbox } from './sandbox/index.ts'

/** What {@link talonOneHandlers} takes beside a sandbox. */
export interface TalonOneHandlersOptions {
  /** The client's `baseUrl`. A path is one of the page's own origin; where there is no page, of every host. @default '/talon-one' */
  baseUrl?: string
}

/**
 * Handlers for MSW that let a sandbox answer whatever is asked below `baseUrl`. Requests that its weather loses are network errors; those
 * that nobody answers stay pending until their caller gives up, or become network errors after 30 s. For MSW 2 and 3, in Node and browsers.
 *
 * @example
 * const server = setupServer(...talonOneHandlers(createSandbox()))
 */
export function talonOneHandlers(
  { fetch }: Pick<Sandbox, 'fetch'>,
  { baseUrl = '/talon-one' }: TalonOneHandlersOptions = {},
): HttpHandler[] {
  const base = baseUrl.replace(/\/+$/, '')
  // Without a page, a path alone means nothing to MSW; on one, a wildcard would also take the page's modules in such a folder.
  const isOfAnyHost = !URL.canParse(base) && globalThis.location === undefined
  const path = `${isOfAnyHost ? '*' : ''}${base}/*`
  return [
    http.all(path, async ({ request }) => {
      const end = new AbortController()
      try {
        return await Promise.race([fetch(request), noAnswer(end.signal)])
      } catch (error) {
        // What else goes wrong is a mistake in what the sandbox was given, such as its clock, which MSW reports.
        if (request.signal.aborted || isLost(error)) return HttpResponse.error()
        throw error
      } finally {
        end.abort()
      }
    }),
  ]
}

// A service worker does not hear that a caller has given up, and MSW waits for every answer when it stops.
const longestWait = 30_000

function noAnswer(end: AbortSignal): Promise<Response> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(HttpResponse.error()), longestWait)
    end.addEventListener('abort', () => clearTimeout(timer))
  })
}

// As the sandbox's weather says it.
function isLost(error: unknown): boolean {
  return error instanceof TypeError && error.message === 'fetch failed'
}
