/** What {@link checkProxy} tries: a table, in the order it is carried out. */
import { isRecord } from '../record.ts'
import { type Answer, type Ask, type Probe, sessionIn, Unanswered } from './probe.ts'

/** What became of one check. `skipped` says nothing about the proxy. */
export type CheckVerdict = 'passed' | 'failed' | 'skipped'

/** What a check found. */
export interface Finding {
  verdict: CheckVerdict
  reason?: string
}

/** A shopper whose first, empty cart was taken. */
export interface TestShopper {
  sessionId: string
  /** Undefined where answers do not show it. */
  profileId: string | undefined
}

/** What checks go by. */
export interface Scene {
  probe: Probe
  shopper: TestShopper | undefined
  other: TestShopper | undefined
  sku: string | undefined
  guesses: boolean
  /** The other shopper's profile, or a random one. */
  foreignId: string
  /** A path that no API has, and what it was answered, by method. */
  nowhere: string
  answersOfNowhere: Map<string, Answer>
}

/** A row of the table. */
export interface Check {
  name: string
  tries: string
  /** What to do when it fails, in one sentence. */
  advice: string
  /** The numbers it has in the list of threats. */
  threats: readonly string[]
  needs: 'nobody' | 'shopper' | 'other' | 'guesses'
  /** Whether what stands in front of the proxy may answer: its answers are not held to what the proxy promises of its own. */
  isFronted?: true
  run: (scene: Scene) => Finding | Promise<Finding>
}

const passed: Finding = { verdict: 'passed' }
const failed = (reason: string): Finding => ({ verdict: 'failed', reason })
const skipped = (reason: string): Finding => ({ verdict: 'skipped', reason })
const failedIf = (isFailed: boolean, reason: string): Finding => (isFailed ? failed(reason) : passed)

const isSuccess = ({ status }: Answer) => status > 199 && status < 300
// A redirect has carried nothing out.
const isRefusal = ({ status }: Answer) => status > 299 && status < 500

/** Passes when each was refused; else says which was not, and what it was answered. */
function refused(answers: Readonly<Record<string, Answer>>): Finding {
  const wrong = Object.entries(answers).filter(([, answer]) => !isRefusal(answer))
  return failedIf(wrong.length > 0, wrong.map(([what, { status }]) => `${what} was answered ${status}`).join('; '))
}

/** Passes when no success names somebody else; a refusal is none. */
function namesNobodyElse({ foreignId, shopper }: Scene, answers: Readonly<Record<string, Answer>>): Finding {
  const wrong = Object.entries(answers).filter(
    ([, answer]) => answer.status > 499 || (isSuccess(answer) && answer.text.includes(foreignId)),
  )
  const how = ({ status }: Answer) => (status > 499 ? `was answered ${status}` : 'was answered with the profile it named')
  if (wrong.length > 0) return failed(wrong.map(([what, answer]) => `${what} ${how(answer)}`).join('; '))
  return shopper?.profileId === undefined && Object.values(answers).some(isSuccess) ? skipped(noProfile) : passed
}

const noProfile = 'the proxy’s sessions show no `profileId`, so it cannot be seen whose they are'

// Requests

const sessionPath = (id: string = crypto.randomUUID()) => `/v2/customer_sessions/${id}`
const cartWith = (session: Record<string, unknown> = {}) => ({
  customerSession: { cartItems: [], ...session },
  responseContent: ['customerSession'],
})
const randomCode = () => `CHECK-${crypto.randomUUID()}`
const ownSession = ({ shopper }: Scene) => sessionPath(shopper?.sessionId)
const write = ({ probe }: Scene, body: unknown, ask: Ask = {}, search = '') => probe.send('PUT', sessionPath() + search, { ...ask, body })

// The largest number the API takes for an id.
const noId = 2 ** 31 - 1

// Origins

const corsOf = ({ headers }: Answer) => headers.get('access-control-allow-origin')
const grants = (answer: Answer, origin: string) =>
  corsOf(answer) === origin || answer.headers.get('access-control-allow-credentials') === 'true'

async function grantedOrigins(scene: Scene, origins: readonly string[]): Promise<string[]> {
  const granted: string[] = []
  for (const origin of origins) {
    const answer = await scene.probe.send('GET', ownSession(scene), { headers: { origin, 'sec-fetch-site': 'cross-site' } })
    if (grants(answer, origin)) granted.push(origin)
  }
  return granted
}

/** Addresses that a careless comparison takes for the shop's own. */
function lookalikesOf({ probe }: Scene): string[] {
  const { protocol, hostname } = new URL(probe.mount)
  return [`${protocol}//${hostname}.check.example`, `${protocol}//check-${hostname}`, `${protocol}//${hostname}:47811`]
}

const preflight = (origin: string): Ask => ({
  as: 'nobody',
  headers: {
    origin,
    'sec-fetch-site': 'cross-site',
    'x-talon-client': undefined,
    'access-control-request-method': 'PUT',
    'access-control-request-headers': 'content-type,x-talon-client',
  },
})

// Operations that do not exist for a shopper

/** An operation of staff, asked for with ids that nobody has. */
interface StaffOperation {
  name: string
  tries: string
  threats: readonly string[]
  method: string
  path: () => string
  body?: unknown
}

const staffOperations: readonly StaffOperation[] = [
  {
    name: 'delete-customer-data',
    tries: 'to delete the data of a customer that nobody is',
    threats: ['T24'],
    method: 'DELETE',
    path: () => `/v1/customer_data/${crypto.randomUUID()}`,
  },
  {
    name: 'audiences',
    tries: 'to rename an audience that does not exist',
    threats: ['T24', 'T29'],
    method: 'PUT',
    path: () => `/v2/audiences/${noId}`,
    body: { name: 'check' },
  },
  {
    name: 'catalog-sync',
    tries: 'to change nothing in a catalogue that does not exist',
    threats: ['T24'],
    method: 'PUT',
    path: () => `/v1/catalogs/${noId}/sync`,
    body: { actions: [] },
  },
  {
    name: 'reopen-session',
    tries: 'to reopen a session that does not exist',
    threats: ['T23', 'T40'],
    method: 'PUT',
    path: () => `${sessionPath()}/reopen`,
    body: {},
  },
  {
    name: 'return-items',
    tries: 'to return nothing from a session that does not exist',
    threats: ['T23'],
    method: 'POST',
    path: () => `${sessionPath()}/returns`,
    body: { return: { returnedCartItems: [] } },
  },
  {
    name: 'activate-points',
    tries: 'to activate points of a program that does not exist',
    threats: ['T16'],
    method: 'POST',
    path: () => `/v1/loyalty_programs/${noId}/activate_points`,
    body: { transactionUUIDs: [] },
  },
  {
    name: 'reserved-customers',
    tries: 'to read who holds a coupon that does not exist',
    threats: ['T15'],
    method: 'GET',
    path: () => `/v1/coupon_reservations/customerprofiles/${crypto.randomUUID()}`,
  },
  {
    name: 'campaigns',
    tries: 'to read all campaigns, unreleased ones too',
    threats: ['T01', 'T68'],
    method: 'GET',
    path: () => '/v1/integration/campaigns',
  },
  {
    name: 'management-api',
    tries: 'to read the applications of the Management API, which has the same address as the Integration API',
    threats: ['T01'],
    method: 'GET',
    path: () => '/v1/applications',
  },
]

function staffCheck({ name, tries, threats, method, path, body }: StaffOperation): Check {
  const advice = 'Let the proxy know a closed list of operations and answer 404 to any other, without asking Talon.One.'
  const run = async (scene: Scene): Promise<Finding> => {
    const asked = path()
    const answer = await scene.probe.send(method, asked, body === undefined ? {} : { body })
    if (answer.status === 403) return passed
    if (answer.status !== 404 && answer.status !== 405) return failed(`it was answered ${answer.status}`)
    const isNowhere = isSame(answer, asked, await answerOfNowhere(scene, method), scene.nowhere)
    return failedIf(!isNowhere, 'it was answered otherwise than a path that does not exist')
  }
  return { name, tries, advice, threats, needs: 'shopper', run }
}

/** What a path that does not exist is answered, for each method once. */
async function answerOfNowhere({ probe, nowhere, answersOfNowhere }: Scene, method: string): Promise<Answer> {
  const known = answersOfNowhere.get(method)
  if (known) return known
  const answer = await probe.send(method, nowhere, method === 'GET' || method === 'DELETE' ? {} : { body: {} })
  answersOfNowhere.set(method, answer)
  return answer
}

/** Whether two answers say the same, but for the request's own id and what was asked for. */
function isSame(answer: Answer, asked: string, other: Answer, otherAsked: string): boolean {
  return answer.status === other.status && essence(answer, asked) === essence(other, otherAsked)
}

function essence({ data, text }: Answer, asked: string): string {
  const shown = isRecord(data) ? JSON.stringify({ ...data, requestId: undefined, instance: undefined }) : text
  return shown.replaceAll(asked, '').replaceAll(asked.split('/').at(-1) ?? asked, '')
}

// Answers

/** What each of some answers must be. Those of checks that something in front may answer count for nothing. */
function eachAnswer(counts: (answer: Answer) => boolean, isFine: (answer: Answer) => boolean): Check['run'] {
  return ({ probe }) => {
    const counted = probe.answers.filter((answer) => answer.method !== 'OPTIONS' && !fronted.has(answer.during) && counts(answer))
    const wrong = counted.filter((answer) => !isFine(answer))
    const [first] = wrong
    return failedIf(wrong.length > 0, `${wrong.length} of ${counted.length} answers, such as ${nameOf(first)}`)
  }
}

function nameOf(answer: Answer | undefined): string {
  return answer ? `${answer.status} to a ${answer.method} of \`${answer.during}\`` : 'none'
}

const anyAnswer = () => true
const mediaTypeOf = ({ headers }: Answer) => headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()

// What only Talon.One, or the way to it, would say.
const foreignWords = [/apikey-v1/i, /\btalon\.one\b/i, /invalid api key/i, /"StatusCode"\s*:/, /\bpq: /, /content-signature/i]
const stackWords = [
  /\n\s+at .+:\d+:\d+/,
  /\\n\s+at .+:\d+:\d+/,
  /node_modules/,
  /\bTraceback \(most recent call last\)/,
  /\b[\w/\\]+\.(?:php|java|rb|go):\d+/,
]

const sayNone =
  (patterns: readonly RegExp[]): Check['run'] =>
  (scene) =>
    eachAnswer(anyAnswer, ({ text }) => !patterns.some((pattern) => pattern.test(text)))(scene)

const softwareHeaders = ['x-powered-by', 'x-aspnet-version', 'x-aspnetmvc-version']
const hopHeaders = ['server', 'via', 'set-cookie', 'x-served-by', 'x-request-id', 'x-envoy-upstream-service-time', 'x-cloud-trace-context']

/** Headers that came along from Talon.One: a request that is refused before anything is sent is answered without them. */
function relayedHeaders({ probe: { answers } }: Scene): string[] {
  const own = answers.filter((answer) => answer.during === 'custom-header' && isRefusal(answer))
  // A guest is given a cookie.
  const served = answers.filter((answer) => isSuccess(answer) && answer.who !== 'nobody')
  if (own.length === 0) return []
  return hopHeaders.filter((name) => served.some(({ headers }) => headers.has(name)) && !own.some(({ headers }) => headers.has(name)))
}

function isLoose(cookie: string): boolean {
  const attributes = cookie.split(';').map((part) => part.trim().toLowerCase())
  return !attributes.includes('httponly') || !(attributes.includes('samesite=lax') || attributes.includes('samesite=strict'))
}

// Bodies

const mostBytes = 2 ** 20

function deepCart(depth: number): string {
  const attributes = `{"check":${'['.repeat(depth)}${']'.repeat(depth)}}`
  return `{"customerSession":{"cartItems":[],"attributes":${attributes}}}`
}

function brokenText(): Uint8Array {
  const text = JSON.stringify(cartWith({ couponCodes: [`${randomCode()}~`] }))
  // A byte that UTF-8 never has.
  return new TextEncoder().encode(text).map((byte) => (byte === 0x7e ? 0xff : byte))
}

/** Undefined where whoever had seen enough hung up. */
async function statusOfLongBody(scene: Scene): Promise<number | undefined> {
  try {
    return (await write(scene, ' '.repeat(mostBytes) + JSON.stringify(cartWith()))).status
  } catch (error) {
    if (error instanceof Unanswered && !error.isLate) return undefined
    throw error
  }
}

/** Whether a session is open after it was written, or the write refused. */
async function staysOpen(scene: Scene, body: unknown): Promise<Finding> {
  const path = sessionPath()
  const answer = await scene.probe.send('PUT', path, { body })
  if (isRefusal(answer)) return passed
  if (!isSuccess(answer)) return failed(`it was answered ${answer.status}`)
  const named = namesNobodyElse(scene, { 'a cart': answer })
  if (named.verdict === 'failed') return named
  const state = sessionIn(answer)?.state ?? sessionIn(await scene.probe.send('GET', path))?.state
  if (state === undefined) return skipped('the proxy’s sessions show no `state`')
  return failedIf(state !== 'open', 'the session is not open any more')
}

const mostGuesses = 40

export const checks: readonly Check[] = [
  // What another site could cause
  {
    name: 'custom-header',
    tries: 'requests without the header X-Talon-Client, which forms, images and links cannot send',
    advice: 'Refuse every request, reads too, that lacks the header `X-Talon-Client: 1`.',
    threats: ['T59', 'T61'],
    needs: 'shopper',
    run: async (scene) => {
      const headers = { 'x-talon-client': undefined }
      return refused({
        'a GET': await scene.probe.send('GET', ownSession(scene), { headers }),
        'a PUT': await write(scene, cartWith(), { headers }),
      })
    },
  },
  {
    name: 'cross-site',
    tries: 'requests that the browser says come from another site',
    advice: 'Refuse what has a `Sec-Fetch-Site` other than `same-origin`, unless its `Origin` is one that you listed.',
    threats: ['T59'],
    needs: 'shopper',
    run: async (scene) => {
      const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://check.example' }
      return refused({
        'a GET': await scene.probe.send('GET', ownSession(scene), { headers }),
        'a PUT': await write(scene, cartWith(), { headers }),
      })
    },
  },
  {
    name: 'foreign-origin',
    tries: 'a read and a preflight from an origin that is not the shop',
    advice: 'Compare `Origin` with a list of exact origins, and never answer with the one that came.',
    threats: ['T60'],
    needs: 'shopper',
    run: async (scene) => {
      const origin = 'https://check.example'
      const isPreflightGranted = grants(await scene.probe.send('OPTIONS', sessionPath(), preflight(origin)), origin)
      const [granted] = await grantedOrigins(scene, [origin])
      return failedIf(isPreflightGranted || granted !== undefined, 'another site’s scripts may read the answer')
    },
  },
  {
    name: 'null-origin',
    tries: 'a read from the origin `null`, which sandboxed frames and files have',
    advice: 'Leave `null` off the list of origins.',
    threats: ['T60'],
    needs: 'shopper',
    run: async (scene) => failedIf((await grantedOrigins(scene, ['null'])).length > 0, 'any sandboxed frame may read the answer'),
  },
  {
    name: 'lookalike-origin',
    tries: 'reads from origins that begin or end like the shop’s own',
    advice: 'Compare the whole `Origin`, scheme and port too; not its beginning, its end, or a pattern.',
    threats: ['T60'],
    needs: 'shopper',
    run: async (scene) => {
      const granted = await grantedOrigins(scene, lookalikesOf(scene))
      return failedIf(granted.length > 0, `taken for the shop: ${granted.join(', ')}`)
    },
  },

  // Acting as somebody else
  {
    name: 'foreign-profile-in-body',
    tries: 'a cart for another profile, named in the session and beside it',
    advice: 'Set `profileId` from the shop’s own sign-in, and refuse a body that names somebody else.',
    threats: ['T02', 'T11'],
    needs: 'shopper',
    run: async (scene) =>
      namesNobodyElse(scene, {
        'a session with another `profileId`': await write(scene, cartWith({ profileId: scene.foreignId })),
        'a body with another `profileId`': await write(scene, { ...cartWith(), profileId: scene.foreignId }),
      }),
  },
  {
    name: 'foreign-profile-in-path',
    tries: 'the wallet of another profile, named in the path',
    advice: 'Answer 404 to a profile in the path that is not the one who is signed in.',
    threats: ['T01', 'T17'],
    needs: 'shopper',
    run: async ({ probe, foreignId }) => refused({ 'the wallet': await probe.send('GET', walletOf(foreignId)) }),
  },
  {
    name: 'foreign-profile-in-query',
    tries: 'the wallet of another profile, named in the query',
    advice: 'Take the profile from the sign-in only, and refuse queries you do not know.',
    threats: ['T08', 'T42'],
    needs: 'other',
    run: async (scene) => {
      const foreign = encodeURIComponent(scene.foreignId)
      const search = `?profile=true&profileId=${foreign}&integrationId=${foreign}`
      return namesNobodyElse(scene, { 'the wallet': await scene.probe.send('GET', `${walletOf('me')}${search}`) })
    },
  },
  {
    name: 'profile-id-in-other-letters',
    tries: 'a cart for another profile, named `ProfileId`, which Talon.One may read as `profileId`',
    advice: 'Build the body for Talon.One anew from the fields you know, rather than taking single ones out.',
    threats: ['T02'],
    needs: 'shopper',
    run: async (scene) => namesNobodyElse(scene, { '`ProfileId`': await write(scene, cartWith({ ProfileId: scene.foreignId })) }),
  },
  {
    name: 'duplicate-key',
    tries: 'a cart with two `profileId`, the own and another',
    advice: 'Send Talon.One what your parser has read, never the text that came.',
    threats: ['T03'],
    needs: 'shopper',
    run: async (scene) => {
      const body = (first: string, last: string) => {
        const [one, two] = [first, last].map((id) => `"profileId":${JSON.stringify(id)}`)
        return `{"customerSession":{${one},"cartItems":[],${two}},"responseContent":["customerSession"]}`
      }
      // Not `me`: a proxy that knows no such word would make it a profile.
      const own = scene.shopper?.profileId ?? scene.foreignId
      return namesNobodyElse(scene, {
        'the own first': await write(scene, body(own, scene.foreignId)),
        'the other first': await write(scene, body(scene.foreignId, own)),
      })
    },
  },
  {
    name: 'identity-headers',
    tries: 'a cart with headers that name another profile, as servers name users to each other',
    advice: 'Take the identity from what the shop has signed or stored itself; a header that anybody can send is none.',
    threats: ['T44', 'T80'],
    needs: 'shopper',
    run: async (scene) => {
      const names = ['x-profile-id', 'x-user-id', 'x-customer-id', 'x-user', 'x-forwarded-user', 'x-remote-user']
      const headers = Object.fromEntries(names.map((name) => [name, scene.foreignId]))
      return namesNobodyElse(scene, { 'a cart': await write(scene, cartWith(), { headers }) })
    },
  },
  {
    name: 'foreign-session',
    tries: 'the other test shopper reads a session of the first one, and one that never existed',
    advice: 'Derive Talon.One’s session id from the shopper and a secret, so that another one’s leads nowhere.',
    threats: ['T04', 'T05', 'T76'],
    needs: 'other',
    run: async (scene) => {
      const [asked, never] = [ownSession(scene), sessionPath()]
      const answer = await scene.probe.send('GET', asked, { as: 'other' })
      const unknown = await scene.probe.send('GET', never, { as: 'other' })
      if (!isRefusal(answer)) return failed(`it was answered ${answer.status}`)
      return failedIf(!isSame(answer, asked, unknown, never), 'it was answered otherwise than one that never existed')
    },
  },
  {
    name: 'foreign-session-write',
    tries: 'the other test shopper writes to a session of the first one, who then reads it again',
    advice: 'Derive Talon.One’s session id from the shopper and a secret, so that another one’s leads nowhere.',
    threats: ['T05', 'T06'],
    needs: 'other',
    run: async ({ probe }) => {
      const path = sessionPath()
      await probe.send('PUT', path, { body: cartWith() })
      const before = await probe.send('GET', path)
      if (!isSuccess(before)) return skipped('the first shopper could not read a session of their own')
      await probe.send('PUT', path, { as: 'other', body: cartWith() })
      const after = await probe.send('GET', path)
      return failedIf(!isSame(before, path, after, path), 'the session of the first one has changed')
    },
  },
  {
    name: 'missing-session',
    tries: 'a session that never existed',
    advice: 'Answer 404 to what does not exist and to what is not the shopper’s, in the same words.',
    threats: ['T04', 'T76'],
    needs: 'shopper',
    run: async ({ probe }) => {
      const { status } = await probe.send('GET', sessionPath())
      return failedIf(status !== 404, `it was answered ${status}`)
    },
  },
  {
    name: 'signed-out',
    tries: 'to read a test shopper’s session, and to write one, signed out',
    advice: 'Answer 401 to those who are not signed in, or give each of them a guest’s profile of their own.',
    threats: ['T19', 'T21'],
    needs: 'shopper',
    run: async (scene) => {
      const read = await scene.probe.send('GET', ownSession(scene), { as: 'nobody' })
      const written = await write(scene, cartWith(), { as: 'nobody' })
      const profileId = sessionIn(written)?.profileId
      // Talon.One takes a session without a profile for an anonymous one, which everybody shares who knows its id.
      const isGuest = typeof profileId === 'string' && profileId !== '' && profileId !== scene.shopper?.profileId
      if (!isRefusal(read)) return failed(`reading was answered ${read.status}`)
      if (isSuccess(written) && scene.shopper?.profileId === undefined) return skipped(noProfile)
      return failedIf(!isRefusal(written) && !isGuest, `writing was answered ${written.status}, and it is nobody’s own session`)
    },
  },

  // What decides about money
  {
    name: 'close-session',
    tries: 'to close and to cancel an empty session of the test shopper',
    advice: 'Send every shopper’s session as `open`; closing belongs to the order system, with a cart it has priced itself.',
    threats: ['T22', 'T40'],
    needs: 'shopper',
    run: async (scene) => {
      const findings = [await staysOpen(scene, cartWith({ state: 'closed' })), await staysOpen(scene, cartWith({ state: 'cancelled' }))]
      return findings.find(({ verdict }) => verdict === 'failed') ?? findings.find(({ verdict }) => verdict === 'skipped') ?? passed
    },
  },
  {
    name: 'price-from-browser',
    tries: 'a product for 0.01',
    advice: 'Take prices from your server or from Talon.One’s catalogue, and drop what the browser says of them.',
    threats: ['T25', 'T26'],
    needs: 'shopper',
    run: async (scene) => {
      const sku = scene.sku ?? `check-${crypto.randomUUID()}`
      const answer = await write(scene, cartWith({ cartItems: [{ sku, quantity: 1, price: 0.01 }] }))
      if (answer.status > 499 && scene.sku !== undefined) return failed(`it was answered ${answer.status}`)
      if (!isSuccess(answer)) return scene.sku === undefined ? skipped('nobody sells a random product: name one with `sku`') : passed
      const session = sessionIn(answer)
      const lines: unknown[] = Array.isArray(session?.cartItems) ? session.cartItems : []
      const prices = [...lines.map((line) => (isRecord(line) ? line.price : undefined)), session?.cartItemTotal, session?.total]
      if (prices.every((price) => price === undefined)) return skipped('the answer shows no price')
      return failedIf(prices.includes(0.01), 'it costs 0.01 now')
    },
  },
  {
    name: 'other-time',
    tries: 'a cart as it would be on another day, with the query `now`',
    advice: 'Refuse queries that a shopper may not send, `now` above all: it shows campaigns that have not begun.',
    threats: ['T32'],
    needs: 'shopper',
    run: async (scene) => refused({ 'a cart': await write(scene, cartWith(), {}, '?now=2035-01-01T00:00:00Z') }),
  },
  {
    name: 'unreleased-campaigns',
    tries: 'a dry run of a campaign by its id, which works for disabled ones too',
    advice: 'Refuse `evaluableCampaignIds` from shoppers.',
    threats: ['T32'],
    needs: 'shopper',
    run: async (scene) => refused({ 'a dry run': await write(scene, cartWith({ evaluableCampaignIds: [1] }), {}, '?dry=true') }),
  },
  {
    name: 'unknown-query',
    tries: 'a query that the API does not have',
    advice: 'Refuse queries you do not know, and build the one for Talon.One anew.',
    threats: ['T08', 'T42'],
    needs: 'shopper',
    run: async (scene) => refused({ 'a cart': await write(scene, cartWith(), {}, `?check=${crypto.randomUUID()}`) }),
  },
  {
    name: 'staff-content',
    tries: 'the campaigns that were triggered, and why rules failed, with `responseContent`',
    advice: 'Build answers from lists of fields that shoppers may see, and refuse the other values of `responseContent`.',
    threats: ['T68', 'T70'],
    needs: 'shopper',
    run: async (scene) => {
      const secrets = ['triggeredCampaigns', 'ruleFailureReasons']
      const answer = await write(scene, { ...cartWith(), responseContent: ['customerSession', ...secrets] })
      const { data, status } = answer
      const shown = isSuccess(answer) && isRecord(data) ? secrets.filter((name) => data[name] !== undefined) : []
      if (status > 499) return failed(`it was answered ${status}`)
      return failedIf(shown.length > 0, `the answer has ${shown.join(' and ')}`)
    },
  },
  {
    name: 'codes-at-once',
    tries: 'a hundred random codes in one cart',
    advice: 'Refuse more codes in one cart than a shopper would type, such as ten.',
    threats: ['T35', 'T36'],
    needs: 'shopper',
    run: async (scene) => refused({ 'a cart': await write(scene, cartWith({ couponCodes: Array.from({ length: 100 }, randomCode) })) }),
  },

  // What must not be there
  ...staffOperations.map(staffCheck),
  {
    name: 'unknown-path',
    tries: 'paths that no API has',
    advice: 'Answer 404 to every path that is not on the proxy’s list.',
    threats: ['T01', 'T95'],
    needs: 'nobody',
    run: async ({ probe }) =>
      refused({
        'a PUT': await probe.send('PUT', `/v9/nothing-${crypto.randomUUID()}`, { as: 'nobody', body: {} }),
        'a DELETE': await probe.send('DELETE', `/nothing-${crypto.randomUUID()}`, { as: 'nobody' }),
      }),
  },
  {
    name: 'path-tricks',
    tries: 'paths to the own session with encoded dots, slashes and nothings in them',
    advice: 'Split the path at its slashes before decoding it, and compare segment by segment.',
    threats: ['T41'],
    needs: 'shopper',
    isFronted: true,
    run: async ({ probe, shopper }) => {
      const sessionId = shopper?.sessionId ?? ''
      return refused({
        '`%2f..%2f`': await probe.send('GET', sessionPath(`check%2f..%2f${sessionId}`)),
        '`%252e%252e%252f`': await probe.send('GET', sessionPath(`check%252f%252e%252e%252f${sessionId}`)),
        '`//`': await probe.send('GET', `/${sessionPath(sessionId)}`),
        '`%00`': await probe.send('GET', sessionPath(`${sessionId}%00`)),
      })
    },
  },
  {
    name: 'cache-deception',
    tries: 'the own session under names that caches take for files',
    advice: 'Match the whole path, so that nothing can follow it.',
    threats: ['T62'],
    needs: 'shopper',
    isFronted: true,
    run: async (scene) =>
      refused({
        '`/check.css`': await scene.probe.send('GET', `${ownSession(scene)}/check.css`),
        '`;check.css`': await scene.probe.send('GET', `${ownSession(scene)};check.css`),
        '`%0acheck.css`': await scene.probe.send('GET', `${ownSession(scene)}%0acheck.css`),
      }),
  },
  {
    name: 'method-override',
    tries: 'a POST whose headers say that it is a GET',
    advice: 'Go by the request’s own method, and leave method-override middleware off this path.',
    threats: ['T43'],
    needs: 'shopper',
    run: async (scene) => {
      const names = ['x-http-method-override', 'x-http-method', 'x-method-override']
      const headers = Object.fromEntries(names.map((name) => [name, 'GET']))
      return refused({ 'the POST': await scene.probe.send('POST', ownSession(scene), { headers, body: {} }) })
    },
  },
  {
    name: 'unknown-method',
    tries: 'a PATCH of a session',
    advice: 'Answer 405 to a method that a path does not have.',
    threats: ['T43'],
    needs: 'shopper',
    isFronted: true,
    run: async ({ probe }) => refused({ 'the PATCH': await probe.send('PATCH', sessionPath(), { body: cartWith() }) }),
  },

  // Bodies
  {
    name: 'media-type',
    tries: 'carts as plain text and as a form, which other sites can send',
    advice: 'Answer 415 to a body that is not `application/json`.',
    threats: ['T50', 'T59'],
    needs: 'shopper',
    run: async (scene) => {
      const typed = (type: string) => write(scene, JSON.stringify(cartWith()), { headers: { 'content-type': type } })
      return refused({
        'plain text': await typed('text/plain;charset=UTF-8'),
        'a form': await typed('application/x-www-form-urlencoded'),
      })
    },
  },
  {
    name: 'long-body',
    tries: 'a cart of more than 1 MiB',
    advice: 'Count bytes while reading, and answer 413 as soon as there are more than a cart needs, such as 64 KiB.',
    threats: ['T52'],
    needs: 'shopper',
    isFronted: true,
    run: async (scene) => {
      const answered = await statusOfLongBody(scene)
      try {
        // Whether the proxy lives on, and the connection that the rest of the body was on its way through: the first may take another one.
        for (let sent = 0; sent < 2; sent++) await scene.probe.send('GET', ownSession(scene))
      } catch (error) {
        if (!(error instanceof Unanswered && error.isLate) || answered !== 413) throw error
        return failed('it was answered 413, and the connection then answered no further request: close it, with `Connection: close`')
      }
      if (answered === undefined) return { verdict: 'passed', reason: 'the connection was closed in the middle of it' }
      return failedIf(answered !== 413, `it was answered ${answered}`)
    },
  },
  {
    name: 'deep-json',
    tries: 'a cart with 5,000 lists in each other',
    advice: 'Refuse JSON that is deeper than 16 levels, before anything walks through it.',
    threats: ['T54'],
    needs: 'shopper',
    run: async (scene) => refused({ 'a cart': await write(scene, deepCart(5_000)) }),
  },
  {
    name: 'invalid-json',
    tries: 'half a cart',
    advice: 'Answer 400 to what is no JSON.',
    threats: ['T56', 'T73'],
    needs: 'shopper',
    run: async (scene) => refused({ 'a cart': await write(scene, '{"customerSession":{"cartItems":[') }),
  },
  {
    name: 'invalid-utf8',
    tries: 'a cart with a byte that UTF-8 does not have',
    advice: 'Decode with `new TextDecoder("utf-8", { fatal: true })`, and answer 400 to what it refuses.',
    threats: ['T56'],
    needs: 'shopper',
    run: async (scene) => refused({ 'a cart': await write(scene, brokenText()) }),
  },
  {
    name: 'prototype',
    tries: 'to close a session, and to take another profile, by way of `__proto__`',
    advice: 'Read fields that an object has itself, and never merge a body into another object.',
    threats: ['T55'],
    needs: 'shopper',
    run: async (scene) => {
      const smuggled = JSON.stringify({ state: 'closed', profileId: scene.foreignId })
      const session = `"cartItems":[],"__proto__":${smuggled},"constructor":{"prototype":${smuggled}}`
      return staysOpen(scene, `{"customerSession":{${session}},"responseContent":["customerSession"]}`)
    },
  },

  // Guesses
  {
    name: 'guesses',
    tries: `up to ${mostGuesses} random coupon codes, one cart each`,
    advice: 'Count the codes that were refused, for each shopper and each address, and answer 429 after about ten in ten minutes.',
    threats: ['T35', 'T37'],
    needs: 'guesses',
    run: async ({ probe }) => {
      for (let guess = 0; guess < mostGuesses; guess++) {
        const { status } = await probe.sendOnce('PUT', sessionPath(), { body: cartWith({ couponCodes: [randomCode()] }) })
        if (status === 429) return { verdict: 'passed', reason: `429 after ${guess}` }
      }
      return failed(`${mostGuesses} were answered, and none with 429`)
    },
  },

  // All answers so far
  {
    name: 'any-origin',
    tries: 'whether an answer may be read by scripts of any origin',
    advice: 'Leave `Access-Control-Allow-Origin: *` off: what a shopper is answered is theirs.',
    threats: ['T60'],
    needs: 'nobody',
    run: ({ probe }) => {
      const wrong = probe.answers.filter((answer) => corsOf(answer) === '*')
      return failedIf(wrong.length > 0, `${wrong.length} of ${probe.answers.length} answers, such as ${nameOf(wrong[0])}`)
    },
  },
  {
    name: 'no-store',
    tries: 'whether each answer forbids caches to keep it',
    advice: 'Answer with `Cache-Control: no-store`, refusals too.',
    threats: ['T62'],
    needs: 'nobody',
    run: eachAnswer(anyAnswer, ({ headers }) => /\bno-store\b/i.test(headers.get('cache-control') ?? '')),
  },
  {
    name: 'no-sniffing',
    tries: 'whether each answer forbids browsers to guess what it is',
    advice: 'Answer with `X-Content-Type-Options: nosniff`.',
    threats: ['T61', 'T63'],
    needs: 'nobody',
    run: eachAnswer(anyAnswer, ({ headers }) => headers.get('x-content-type-options')?.toLowerCase() === 'nosniff'),
  },
  {
    name: 'json-answers',
    tries: 'whether what is answered says that it is JSON',
    advice: 'Answer with `Content-Type: application/json`.',
    threats: ['T63'],
    needs: 'nobody',
    run: eachAnswer(
      (answer) => isSuccess(answer) && answer.text !== '',
      (answer) => mediaTypeOf(answer) === 'application/json' && answer.data !== undefined,
    ),
  },
  {
    name: 'problem-json',
    tries: 'whether each refusal is a problem of RFC 9457, with its status',
    advice: 'Answer refusals with `Content-Type: application/problem+json` and `status`, `title` and a `code` of your own.',
    threats: ['T63', 'T73'],
    needs: 'nobody',
    run: eachAnswer(
      ({ status }) => status > 399,
      (answer) => mediaTypeOf(answer) === 'application/problem+json' && isRecord(answer.data) && answer.data.status === answer.status,
    ),
  },
  {
    name: 'upstream-words',
    tries: 'whether an answer has words of Talon.One’s, its address or a credential’s name',
    advice: 'Answer refusals in words of your own, by status; what Talon.One said goes to the log.',
    threats: ['T73', 'T74'],
    needs: 'nobody',
    run: sayNone(foreignWords),
  },
  {
    name: 'stack-traces',
    tries: 'whether an answer tells where in the code something failed',
    advice: 'Catch what fails, log it, and answer 500 with nothing but an id of the request.',
    threats: ['T73'],
    needs: 'nobody',
    run: sayNone(stackWords),
  },
  {
    name: 'relayed-headers',
    tries: 'whether headers tell the software, or come along from Talon.One',
    advice: 'Make a new answer with headers of your own, rather than handing Talon.One’s on, and switch `X-Powered-By` off.',
    threats: ['T46', 'T78'],
    needs: 'nobody',
    run: (scene) => {
      const telling = softwareHeaders.filter((name) => scene.probe.answers.some(({ headers }) => headers.has(name)))
      const found = [...telling, ...relayedHeaders(scene)]
      return failedIf(found.length > 0, found.join(', '))
    },
  },
  {
    name: 'cookies',
    tries: 'whether scripts or other sites get at a cookie that an answer sets',
    advice: 'Set no cookie but a guest’s, with `HttpOnly` and `SameSite=Lax`.',
    threats: ['T46', 'T59'],
    needs: 'nobody',
    run: eachAnswer(anyAnswer, ({ headers }) => !headers.getSetCookie().some(isLoose)),
  },
]

const fronted: ReadonlySet<string> = new Set(checks.filter(({ isFronted }) => isFronted).map(({ name }) => name))

function walletOf(profileId: string): string {
  return `/v1/customer_profiles/${encodeURIComponent(profileId)}/inventory`
}
