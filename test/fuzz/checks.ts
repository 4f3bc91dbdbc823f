/** What must hold of every request, and of every schedule. Each says what is broken, or nothing. */
import { type Endpoint, recognise } from '../../src/endpoint.ts'
import { isRecord } from '../../src/record.ts'
import type { Asked } from './grammar.ts'
import type { Exchange, Run } from './run.ts'
import { cookieForm, newGuestOf, profileOf } from './callers.ts'
import { expectedOf } from './expected.ts'
import { rows } from './said.ts'
import { labelOf, tellTale } from './upstream.ts'
import { canary, canaryNumber, derive, guestCookieOf, marked, secrets, type Setup, tight } from './world.ts'

/** Of one request. */
export type Check = (exchange: Exchange, setup: Setup) => string | undefined

export interface Problem {
  check: string
  /** The request's number; 0 for one of the whole schedule. */
  number: number
  problem: string
}

/** The row that a request asks for, and what it says; undefined where there is none. */
export function askedRow(
  { asked }: Exchange,
  { basePath }: Setup,
): { row: Endpoint; params: Record<string, string>; url: URL } | undefined {
  const url = new URL(asked.url)
  if (!url.pathname.startsWith(`${basePath}/`)) return undefined
  const method = asked.method.toUpperCase()
  for (const row of rows) {
    const params = recognise(row, method, url.pathname.slice(basePath.length))
    if (params) return { row, params, url }
  }
  return undefined
}

const shopperHeaders = ['accept', 'accept-encoding', 'content-type', 'idempotency-key']
const safeHeaders: Readonly<Record<string, readonly string[]>> = {
  'cache-control': ['no-store, private'],
  'content-security-policy': ["default-src 'none'; frame-ancestors 'none'"],
  'cross-origin-resource-policy': ['same-origin', 'cross-origin'],
  'referrer-policy': ['no-referrer'],
  vary: ['Origin'],
  'x-content-type-options': ['nosniff'],
}
const corsNames = ['access-control-allow-origin', 'access-control-allow-credentials', 'access-control-expose-headers']
const preflightNames = ['access-control-allow-methods', 'access-control-allow-headers', 'access-control-max-age']
const otherNames = ['content-type', 'retry-after', 'allow', 'set-cookie']
const problemNames = ['type', 'title', 'status', 'code', 'requestId', 'retryable', 'retryAfterMs', 'outcome', 'issues']

export const checks: Readonly<Record<string, Check>> = {
  'an answer to each request': ({ thrown, status }) => {
    if (thrown !== undefined) return `it rejected with ${thrown instanceof Error ? thrown.name : typeof thrown}`
    return status >= 200 && status <= 599 ? undefined : `the status is ${status}`
  },

  'no identity crossed': (exchange, setup) => {
    const [sent] = exchange.sent
    if (sent === undefined) return undefined
    if (sent.row === undefined) return `no row of the table: ${sent.method} ${new URL(sent.url).pathname}`
    if (sent.issues > 0) return `${sent.row.operationId} does not fit its row`
    const asked = askedRow(exchange, setup)
    if (asked?.row !== sent.row) return `asked for ${asked?.row.operationId ?? 'nothing'}, sent ${sent.row.operationId}`
    return expectedOf(exchange, setup, asked)
  },

  'nothing but our own headers': ({ sent: [sent], asked, drawn }, { credential }) => {
    if (sent === undefined) return undefined
    const { authorization, 'content-signature': signature, ...rest } = sent.headers
    if (sent.redirect !== 'manual') return 'it follows redirects'
    const isRight =
      credential === 'key'
        ? authorization?.startsWith('ApiKey-v1 ') && signature === undefined
        : authorization === undefined && /^signer=7; signature=[\da-f]{32}$/.test(signature ?? '')
    if (!isRight) return 'the credential is not the one it was given'
    const foreign = Object.keys(rest).find((name) => !shopperHeaders.includes(name))
    if (foreign !== undefined) return `the header ${foreign}`
    if (rest.accept !== 'application/json' || rest['accept-encoding'] !== 'identity') return 'other ideas of what it accepts'
    if (rest['content-type'] !== (sent.text === undefined ? undefined : 'application/json'))
      return `the content type ${rest['content-type']}`
    const key = rest['idempotency-key']
    if (key === undefined) return undefined
    if (drawn.row.kind === 'read' || (sent.row?.kind === 'write' && sent.row.repeat !== 'keyed'))
      return 'an idempotency key where the row takes none'
    const said = asked.headers.find(([name]) => name === 'idempotency-key')?.[1]
    return /^[\w-]{43}$/.test(key) && key !== said ? undefined : "the browser's own idempotency key"
  },

  'one write at most': ({ sent, writesAtOnce }) => {
    if (sent.length > 1) return `${sent.length} requests`
    return writesAtOnce > 1 ? `${writesAtOnce} writes of one shopper at once` : undefined
  },

  'nothing overtaken': ({ isOvertaken }) => (isOvertaken ? 'a write is sent after a newer one of its page' : undefined),

  'what is refused is not sent': ({ sent, status, answered }) => {
    if (sent.length === 0 || status < 400 || status > 499) return undefined
    // A coupon turns out to be somebody else's.
    if (status === 404 && sent[0]?.row?.operationId === 'createCouponReservation') return undefined
    return answered && answered.status >= 400 && answered.status <= 499 ? undefined : `answered ${status} after it was sent`
  },

  'no guard is passed': (exchange, setup) => guardPassed(exchange, setup),

  'no failure by input': ({ status, asked, answered, sent }, setup) => {
    const { draft, done } = asked
    const hasFailed = done.some((name) => name.startsWith('identify: ') && name !== 'identify: nobody')
    const isHookBroken = draft.identify !== undefined || draft.pricing !== undefined || draft.session !== undefined
    const isUpstreamBroken = sent.length > 0 && draft.upstream !== undefined
    if (status >= 500 && !(isHookBroken && hasFailed) && draft.pricing === undefined && draft.session === undefined && !isUpstreamBroken)
      return `answered ${status}`
    if (status >= 500 && isUpstreamBroken && answered?.isProper && !isHookBroken) return `answered ${status} to a proper ${answered.status}`
    if (status === 500 && isUpstreamBroken && !isHookBroken) return `answered 500 where upstream: ${draft.upstream}`
    if (status === 408 && !draft.isEndless) return 'a body came too late'
    if (status === 429 && setup.limits !== 'tight' && answered?.status !== 429) return 'too many, where nothing is limited'
    return undefined
  },

  'no success where there is none': ({ status, sent, asked }, { credential }) => {
    const { upstream } = asked.draft
    const [{ row } = {}] = sent
    // Whom Talon.One has not met yet has an empty wallet, and who releases a code that there is not has none.
    const isWallet = upstream === 'status 404' && row?.operationId === 'getCustomerInventory'
    const isRelease = /^(status 4(00|04|22)|session closed)$/.test(upstream ?? '') && row?.operationId === 'deleteCouponReservation'
    const isMissing = isWallet || isRelease
    if (upstream === undefined || status > 299 || row === undefined || isMissing) return undefined
    const isFine = ['no content', 'headers', 'prototype', 'deep', ...(credential === 'signature' ? ['says the key'] : [])].includes(
      upstream,
    )
    return isFine ? undefined : `answered ${status} where upstream: ${upstream}`
  },

  'no canary': ({ status, headers, text, events, log, thrown, sent, asked }) => {
    const told = {
      headers: JSON.stringify(headers),
      body: text,
      events: JSON.stringify(events),
      log: log.join('\n'),
      error: thrown instanceof Error ? `${thrown.stack}` : String(thrown),
    }
    for (const [where, value] of Object.entries(told)) {
      if (value.includes(canary) || value.includes(String(canaryNumber)))
        return `the ${where} of a ${status} tells what is others' business`
      const secretIn = secrets.find((one) => value.includes(one))
      if (secretIn !== undefined) return `the ${where} of a ${status} tells a secret`
    }
    if (
      sent.some(({ url, text: body = '', headers: own }) =>
        secrets.some((one) => (url + body + JSON.stringify({ ...own, authorization: '' })).includes(one) && !asked.url.includes(one)),
      )
    )
      return 'Talon.One is told a secret'
    return undefined
  },

  'no log of ids': ({ events, log }) => {
    const withoutSubjects = events.map((event) => (event.type === 'destructive' ? { ...event, subject: '' } : event))
    const told = JSON.stringify(withoutSubjects) + log.join('\n')
    return told.toLowerCase().includes(marked) ? `an id or a code: ${told.slice(0, 200)}` : undefined
  },

  'the own data only': (exchange, setup) => othersData(exchange, setup),

  'safe headers': ({ headers, asked, status, text, sent }, { origins, hasGuests }) => {
    for (const [name, values] of Object.entries(safeHeaders))
      if (!values.includes(headers[name] ?? '')) return `${name} is ${headers[name]}`
    const origin = headerOf(asked, 'origin')
    const isNamed = origin !== undefined && origins !== 'same-origin' && origins.includes(origin)
    const isPreflight = asked.method === 'OPTIONS'
    const allowed = [
      ...Object.keys(safeHeaders),
      ...otherNames,
      // What is left of a body would stand in the way of the next request.
      ...(status === 413 || status === 408 ? ['connection'] : []),
      ...(isNamed ? corsNames : []),
      ...(isNamed && isPreflight ? preflightNames : []),
    ]
    const more = Object.keys(headers).find((name) => !allowed.includes(name))
    if (more !== undefined) return `the header ${more}`
    if (isNamed && headers['access-control-allow-origin'] !== origin) return 'another origin may read it'
    if (!isNamed && headers['cross-origin-resource-policy'] !== 'same-origin') return 'any page may load it'
    const cookie = headers['set-cookie']
    if (cookie !== undefined && (!hasGuests || !cookieForm.test(cookie))) return 'a cookie that is none of ours'
    const type = status >= 400 && !isForStaff(text) ? 'application/problem+json; charset=utf-8' : 'application/json; charset=utf-8'
    if (text !== '' && headers['content-type'] !== type) return `the type of a ${status} is ${headers['content-type']}`
    return sent.length === 0 && cookie !== undefined && status < 400 ? 'a guest is made of whom nothing was asked' : undefined
  },

  'problems are told properly': ({ status, text, sent, asked, answered }, { is }) => {
    const data = parse(text)
    if (text !== '' && data === undefined) return 'the body is no JSON'
    if (status < 400) return undefined
    if (is === 'staff' && isForStaff(text)) {
      if (answered === undefined || answered.status !== status) return 'words of Talon.One that it has not said'
      return Object.keys(isRecord(data) ? data : {}).some((name) => !['message', 'errors', 'StatusCode'].includes(name))
        ? 'more than Talon.One says of a refusal'
        : undefined
    }
    if (!isRecord(data)) return `a ${status} without a problem`
    const { code, requestId, retryable, status: said } = data
    if (said !== status || typeof code !== 'string' || typeof requestId !== 'string' || typeof retryable !== 'boolean')
      return `a ${status} that lacks something`
    const more = Object.keys(data).find((name) => !problemNames.includes(name))
    if (more !== undefined) return `a problem tells ${more}`
    const isUnknown = ['no answer', 'rejects', 'broken body', 'endless body', 'throws', 'cut', 'deep', 'too long'].includes(
      asked.draft.upstream ?? '',
    )
    if (sent[0]?.row?.kind === 'write' && isUnknown && status >= 500 && data.outcome !== 'unknown')
      return 'a write that may have landed is told as one that has not'
    return undefined
  },
}

/** As a platform hands on what came several times. */
function headerOf({ headers }: Asked, wanted: string): string | undefined {
  const values = headers.flatMap(([name, value]) => (name === wanted ? [value.trim()] : []))
  return values.length === 0 ? undefined : values.join(', ')
}

/** A refusal in Talon.One's words, which staff are told. */
const isForStaff = (text: string) => text.startsWith('{"message":')

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What must have been refused before anything was sent. */
function guardPassed(exchange: Exchange, setup: Setup): string | undefined {
  const { asked, drawn, sent, events } = exchange
  if (sent.length === 0) return undefined
  const values = (name: string) => headerOf(asked, name)
  if (values('x-talon-client') !== '1') return 'without the custom header'
  const origin = values('origin')
  const site = values('sec-fetch-site')
  const isNamed = origin !== undefined && setup.origins !== 'same-origin' && setup.origins.includes(origin)
  if (!isNamed && site !== undefined && site !== 'same-origin') return `from a site that is ${site}`
  if (!isNamed && site === undefined && origin !== undefined && !/^https?:\/\/shop\.example$/i.test(origin)) return 'from another origin'
  const encoding = values('content-encoding')
  const length = Number(values('content-length'))
  const isRead = sent[0]?.text !== undefined
  if (isRead && !isUtf8(asked.bytes)) return 'a body that is no UTF-8'
  if (isRead && encoding !== undefined && encoding !== 'identity') return `a body that is packed with ${encoding}`
  if (isRead && !/^application\/json(;\s*charset=utf-8)?$/i.test(values('content-type') ?? ''))
    return `a body of the type ${values('content-type')}`
  const most = setup.limits === 'small' ? 400 : setup.is === 'staff' ? 1_048_576 : 65_536
  if (isRead && ((asked.bytes?.length ?? 0) > most || length > most)) return 'too long a body'
  const depth = setup.limits === 'small' ? 5 : 16
  if (isRead && isTooDeep(parse(new TextDecoder().decode(asked.bytes)), depth)) return 'too deep a body'
  if (asked.draft.isEndless && isRead) return 'a body without an end'
  if (asked.draft.identify && !asked.done.includes('identify: nobody')) return 'for whoever it is'
  if (setup.is === 'shopper' && !setup.hasGuests && profileOf(exchange, setup) === undefined) return 'for nobody'
  if (!('subject' in drawn.caller)) return undefined
  const { scopes, age } = drawn.caller
  const { row } = sent[0] ?? {}
  if (row === undefined) return undefined
  const scope = row.audience === 'destructive' ? 'destructive' : row.kind
  if (asked.draft.identify) return 'staff whom nobody knows'
  if (!scopes.includes(scope)) return `without the scope ${scope}`
  if (scope !== 'destructive') return undefined
  if (!(age !== undefined && age > -60_000 && age < 300_000)) return 'with an old sign-in'
  const isAudited = events.some((event) => event.type === 'destructive' && event.operationId === row.operationId && event.sentBefore === 0)
  return isAudited || setup.log === 'console' ? undefined : 'without a word to the audit'
}

function isUtf8(bytes: Uint8Array | undefined): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

function isTooDeep(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return most === 0 || Object.values(value).some((entry) => isTooDeep(entry, most - 1))
}

function othersData(exchange: Exchange, setup: Setup): string | undefined {
  const { text, sent, asked, status } = exchange
  if (setup.is === 'staff' || status >= 400) return undefined
  const owners = new Set([...text.matchAll(/data-of-\w+\./g)].map(([label]) => label))
  const profileId = profileOf(exchange, setup) ?? newGuestOf(exchange)
  const { input } = sent[0] ?? {}
  const own = [profileId, input?.customerSessionId, input?.loyaltyCardId, 'everybody'].flatMap((owner) =>
    typeof owner === 'string' ? labelOf(owner) : [],
  )
  // Somebody new who leaves no trace is nobody in particular.
  const isAnyone = profileId === undefined && setup.hasGuests
  if (!isAnyone && [...owners].some((label) => !own.includes(label))) return "another one's data"
  if (setup.couponReasons === 'coarse' && tellTale.some((reason) => text.includes(reason)))
    return 'that a code exists which is not the own one'
  const id = input?.customerSessionId
  if (typeof id === 'string' && text.includes(id) && !decodeURIComponent(asked.url.replace(/%(?![\da-f]{2})/gi, '%25')).includes(id))
    return "Talon.One's id of a session"
  return undefined
}

/** Everything that is broken in a schedule. */
export function problemsOf({ plan, exchanges, stray, isOver }: Run): Problem[] {
  const { setup } = plan
  const problems = exchanges.flatMap((exchange) =>
    Object.entries(checks).flatMap(([check, holds]) => {
      const problem = holds(exchange, setup)
      return problem === undefined ? [] : [{ check, number: exchange.drawn.number, problem }]
    }),
  )
  const whole = (check: string, problem: string | undefined) => {
    if (problem !== undefined) problems.push({ check, number: 0, problem })
  }
  whole('an answer to each request', isOver ? undefined : 'one is never answered')
  whole('no canary', stray.some((told) => told.includes(canary)) ? 'it was said aloud' : undefined)
  // What a proxy says of its configuration belongs to no request.
  whole(
    'no stray errors',
    stray.find((told) => !told.startsWith('talon-one proxy: `')),
  )
  whole('nothing polluted', pollution())
  whole('one key for each attempt', reusedKey(exchanges))
  if (setup.is === 'shopper' && setup.limits === 'tight') whole('limits hold', exceeded(exchanges, setup))
  whole('guests by their cookie', strangeGuest(exchanges, setup))
  return problems
}

function pollution(): string | undefined {
  const own = [Object.prototype, Array.prototype, Function.prototype].flatMap((prototype) => Object.keys(prototype))
  return own.length > 0 ? own.join(', ') : undefined
}

/** An idempotency key that stands for two different requests has one shopper answered with another one's answer. */
function reusedKey(exchanges: readonly Exchange[]): string | undefined {
  const meanings = new Map<string, string>()
  for (const { sent, drawn } of exchanges) {
    for (const { headers, method, url, text = '' } of sent) {
      const key = headers['idempotency-key']
      if (key === undefined) continue
      // Staff may well say something else with a key of theirs: that is for Talon.One to refuse.
      const meaning = 'subject' in drawn.caller ? drawn.caller.subject : `${method} ${url} ${text}`
      if ((meanings.get(key) ?? meaning) !== meaning) return 'two requests have one key'
      meanings.set(key, meaning)
    }
  }
  return undefined
}

function exceeded(exchanges: readonly Exchange[], setup: Setup): string | undefined {
  const requests = new Map<string, number>()
  const codes = new Map<string, Set<string>>()
  const ofNetwork = new Set<string>()
  let guests = 0
  for (const exchange of exchanges) {
    if (exchange.sent.length === 0) continue
    if (exchange.headers['set-cookie'] !== undefined) guests++
    const who = profileOf(exchange, setup)
    if (who !== undefined) requests.set(who, (requests.get(who) ?? 0) + 1)
    // Where nobody heard the verdict, nobody has guessed.
    if (exchange.status >= 400 && exchange.status !== 404) continue
    for (const code of exchange.answered?.rejected ?? []) {
      ofNetwork.add(code)
      if (who !== undefined) codes.set(who, (codes.get(who) ?? new Set()).add(code))
    }
  }
  if ([...requests.values()].some((count) => count > tight.requests)) return 'too many requests'
  if ([...codes.values()].some(({ size }) => size > tight.codes)) return 'too many codes tried in vain'
  if (setup.hasNetwork && ofNetwork.size > tight.networkCodes) return 'too many codes of one network'
  return guests > tight.guests ? 'too many guests' : undefined
}

function strangeGuest(exchanges: readonly Exchange[], setup: Setup): string | undefined {
  for (const exchange of exchanges) {
    const guest = newGuestOf(exchange)
    if (guest === undefined) continue
    const id = guest.slice('guest_'.length)
    if (!exchange.headers['set-cookie']?.startsWith(guestCookieOf(id, derive('guest', setup.audience, id))))
      return 'a cookie that nobody will know again'
    if (profileOf(exchange, setup) !== undefined) return 'somebody known is made a guest'
  }
  return undefined
}
