/** Which row a request is for. */
import { type Endpoint, recognise } from '../endpoint.ts'
import * as endpoints from '../endpoints.ts'
import type { Table } from './handlers.ts'
import { notFound, Refusal } from './refusal.ts'

/** A recognised request. */
export interface Route {
  name: keyof Table
  endpoint: Endpoint
  /** The path's parameters, decoded. */
  params: Record<string, string>
}

const rows = Object.entries(endpoints).map(([name, endpoint]): [keyof Table, Endpoint] => {
  // The cast holds because a module's keys are its exports, and endpoints.ts exports rows only.
  return [name as keyof Table, endpoint]
})

/** Finds the row, wherever the API is mounted. Refuses an unknown path with 404 and a wrong method with 405. */
export function routeOf(method: string, pathname: string): Route {
  const allowed = new Set<string>()
  const segments = pathname.split('/')
  for (const [name, endpoint] of rows) {
    const params = recognise(endpoint, endpoint.method, endOf(segments, endpoint))
    if (params === undefined) continue
    if (endpoint.method === method) return { name, endpoint, params }
    allowed.add(endpoint.method)
  }
  if (allowed.size === 0) throw notFound('Path')
  throw new Refusal(405, 'This method is not allowed here', undefined, { allow: [...allowed].join(', ') })
}

/** The operation a request is for; undefined when it is for none. */
export function operationOf({ method, url }: Request): keyof Table | undefined {
  try {
    return routeOf(method, new URL(url).pathname).name
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

// As much of a path as a row has; what stands before is where somebody mounted the API.
function endOf(segments: readonly string[], { path }: Endpoint): string {
  const count = path.split('/').length - 1
  return `/${segments.slice(-count).join('/')}`
}
