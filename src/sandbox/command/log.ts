/** What the command prints of a request: nothing of what it holds. */
import * as endpoints from '../../endpoints.ts'
import { isRecord } from '../../record.ts'

/** `2026-11-23T08:00:00.000Z PUT /v2/customer_sessions/{customerSessionId} 400 3 ms: …` */
export function lineOf(method: string, path: string, outcome: string | number, milliseconds: number, why: string): string {
  return `${new Date().toISOString()} ${method} ${path} ${outcome} ${Math.round(milliseconds)} ms${why && `: ${why}`}`
}

/** Why an answer says no, in its own words; empty when it does not. Its text is read from a copy. */
export async function reasonOf(answer: Response): Promise<string> {
  if (answer.headers.get('content-type')?.startsWith('text/html')) return 'an HTML page'
  if (answer.status < 400) return ''
  const body: unknown = await answer
    .clone()
    .json()
    .catch(() => undefined)
  if (!isRecord(body)) return ''
  const errors: unknown[] = Array.isArray(body.errors) ? body.errors : []
  const details = errors.filter(isRecord).map(({ details: said, source }) => `${placeOf(source)}${String(said)}`)
  return [String(body.message), ...details].join('; ')
}

function placeOf(source: unknown): string {
  if (!isRecord(source)) return ''
  if (typeof source.parameter === 'string') return `${source.parameter}: `
  const segments = typeof source.pointer === 'string' ? source.pointer.split('/').slice(1) : []
  return segments.length === 0
    ? ''
    : `${segments.map((segment) => `/${knownWords.has(segment) || /^\d{1,4}$/.test(segment) ? segment : '…'}`).join('')}: `
}

// The table's own field names: any other name in a pointer is the caller's, an attribute or a SKU for instance.
const knownWords = new Set<string>()
const collect = (value: unknown): void => {
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value)) {
    knownWords.add(name.replace(/\?$/, ''))
    collect(inner)
  }
}
collect(Object.values(endpoints).map(({ params, query, ...row }) => [params, query, 'body' in row && row.body]))
