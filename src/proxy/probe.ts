/** Asks a proxy what a browser would ask it, as one shopper, another or nobody, and keeps every answer. */
import { unlessAborted } from '../abort.ts'
import { isRecord } from '../record.ts'
import { parse } from './body.ts'

/** Whose headers go with a request. */
export type Who = 'shopper' | 'other' | 'nobody'

/** A request. */
export interface Ask {
  /** Default: the shopper. */
  as?: Who
  /** Text and bytes go as they are, anything else as JSON. */
  body?: unknown
  /** Beside those that the page sends; undefined leaves one of those out. */
  headers?: Readonly<Record<string, string | undefined>>
}

/** An answer, read to its end. */
export interface Answer {
  status: number
  headers: Headers
  text: string
  /** What the text says in JSON; undefined when it is none. */
  data: unknown
  /** Whom it went to. */
  who: Who
  method: string
  /** The name of the check that asked. */
  during: string
}

/** What sends, and remembers. */
export interface Probe {
  send: (method: string, path: string, ask?: Ask) => Promise<Answer>
  /** As `send`, also when too many requests have been sent: 429 is an answer like any other. */
  sendOnce: (method: string, path: string, ask?: Ask) => Promise<Answer>
  /** Where the proxy is mounted. */
  mount: string
  /** All so far. */
  answers: readonly Answer[]
  /** From now on answers belong to this check. */
  begin: (check: string) => void
}

/** Where to send, and how. */
export interface ProbeOptions {
  /** Where the proxy is mounted, without a slash at its end. */
  mount: string
  headers: Readonly<Record<Who, HeadersInit | undefined>>
  fetch: typeof globalThis.fetch
  timeoutMs: number
}

/** No answer came, or none that has an end. */
export class Unanswered extends Error {
  readonly isLate: boolean

  constructor(why: string, isLate: boolean) {
    super(why)
    this.isLate = isLate
  }
}

/** A request has met a limit, so its answer says nothing. */
export class Limited extends Error {}

// In milliseconds: for one `Retry-After`, and for all of them.
const longestWait = 60_000
const patience = 180_000

/** Makes a {@link Probe}. */
export function createProbe({ mount, headers, fetch, timeoutMs }: ProbeOptions): Probe {
  const answers: Answer[] = []
  let during = 'first-cart'
  let waited = 0

  function headersOf({ as = 'shopper', body, headers: own = {} }: Ask): Headers {
    const sent = new Headers(headers[as])
    const page = { 'x-talon-client': '1', 'sec-fetch-site': 'same-origin', origin: new URL(mount).origin, accept: 'application/json' }
    for (const [name, value] of Object.entries({ ...page, ...(body !== undefined && { 'content-type': 'application/json' }), ...own }))
      if (value === undefined) sent.delete(name)
      else sent.set(name, value)
    return sent
  }

  async function sendOnce(method: string, path: string, ask: Ask = {}): Promise<Answer> {
    const signal = AbortSignal.timeout(timeoutMs)
    const init: RequestInit = { method, headers: headersOf(ask), redirect: 'manual', signal }
    if (ask.body !== undefined) init.body = bodyOf(ask.body)
    try {
      // A fetch of the caller's own may know nothing of the signal.
      const response = await unlessAborted(signal, fetch(mount + path, init))
      const text = await unlessAborted(signal, response.text())
      const answer = {
        status: response.status,
        headers: response.headers,
        text,
        data: parse(text),
        who: ask.as ?? 'shopper',
        method,
        during,
      }
      answers.push(answer)
      return answer
    } catch (error) {
      if (signal.aborted) throw new Unanswered(`no answer within ${timeoutMs} ms`, true)
      throw new Unanswered(`no answer (${causeOf(error)})`, false)
    }
  }

  async function send(method: string, path: string, ask: Ask = {}): Promise<Answer> {
    const answer = await sendOnce(method, path, ask)
    if (answer.status !== 429) return answer
    const wait = Number(answer.headers.get('retry-after') ?? NaN) * 1000
    if (!(wait >= 0 && wait <= longestWait && waited + wait <= patience)) throw new Limited()
    waited += wait
    await new Promise((resolve) => setTimeout(resolve, wait))
    const again = await sendOnce(method, path, ask)
    if (again.status === 429) throw new Limited()
    return again
  }

  return { send, sendOnce, mount, answers, begin: (check) => (during = check) }
}

/** The session of an answer; undefined when it shows none. */
export function sessionIn({ data }: Answer): Record<string, unknown> | undefined {
  const session = isRecord(data) ? data.customerSession : undefined
  return isRecord(session) ? session : undefined
}

function bodyOf(body: unknown): string | Uint8Array<ArrayBuffer> {
  return typeof body === 'string' || body instanceof Uint8Array ? (body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(body)
}

// The error's own words may quote a header.
function causeOf(error: unknown): string {
  const cause = error instanceof Error && isRecord(error.cause) ? error.cause : error
  if (isRecord(cause) && typeof cause.code === 'string') return cause.code
  return error instanceof Error ? error.name : typeof error
}
