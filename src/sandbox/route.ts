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
  for (const path of pathsIn(pathname)) {
    for (const [name, endpoint] of rows) {
      const params = recognise(endpoint, endpoint.method, path)
      if (params === undefined) continue
      if (endpoint.method === method) return { name, endpoint, params }
      allowed.add(endpoint.method)
    }
  }
  if (allowed.size === 0) throw notFound('Path')
  throw new Refusal(405, 'This method is not allowed here', undefined, { allow: [...allowed].join(', ') })
}

// A path of the API starts with its version; what stands before is where somebody mounted it. An id may look like a version too.
function pathsIn(pathname: string): string[] {
  return [...pathname.matchAll(/\/v\d\//g)].map(({ index }) => pathname.slice(index))
}
