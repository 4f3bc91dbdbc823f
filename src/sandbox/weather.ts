/** What befalls requests on their way: delays, refusals, answers that are none, and requests that get lost, by seeded chance. */
import * as endpoints from '../endpoints.ts'
import { TalonOneError, type TalonOneIssue } from '../error.ts'
import { type Fields, readShape, type Shape } from '../shape.ts'
import { bodyOf, Refusal, tooManyRequests } from './refusal.ts'
import { operationOf } from './route.ts'

/** Whom a fault of the {@link Weather} befalls. */
export interface WeatherAim {
  /** The operations it befalls, such as `updateCustomerSessionV2`. Default: every request, unknown paths too. */
  operations?: readonly (keyof typeof endpoints)[]
  /** How likely it befalls a request, from 0 (never) to 1 (always). @default 1 */
  probability?: number
}

/** How long a fault of the {@link Weather} takes, and whom it befalls. */
export interface WeatherDelay extends WeatherAim {
  /** In milliseconds. */
  delay: number
  /** When set, the delay is drawn between `delay` and this, in milliseconds. */
  upTo?: number
}

/** The request arrives that much later, and is carried out then, also when its caller has given up or others have overtaken it. */
export interface SlowRequest extends WeatherDelay {
  kind: 'slowRequest'
}

/** The request is carried out in time; what its caller hears of it, an answer or a failure, comes that much later. */
export interface SlowAnswer extends WeatherDelay {
  kind: 'slowAnswer'
}

/** The fetch fails as for want of a network, and the request is carried out that much later: after a retry, or after later requests. */
export interface LateLanding extends WeatherDelay {
  kind: 'lateLanding'
}

/** An answer that says no, in the API's own form: 409, 429, 503 and so on. */
export interface Refused extends WeatherAim {
  kind: 'refused'
  /** The HTTP status, from 400 to 599. */
  status: number
  /** When set, the answer has a `Retry-After`: in milliseconds, sent as whole seconds, rounded up. */
  retryAfter?: number
  /** Whether the request is carried out all the same, as behind a gateway that would not wait. @default false */
  carriedOut?: boolean
}

/** An HTML page where JSON should be: a gateway's error, a Wi-Fi's sign-in page. */
export interface HtmlPage extends WeatherAim {
  kind: 'html'
  /** The HTTP status: 200, or 400 to 599. @default 502 */
  status?: number
  /** Whether the request is carried out all the same. @default false */
  carriedOut?: boolean
}

/** The request is carried out, and its answer breaks off in the middle. An answer without content stays as it is. */
export interface CutOff extends WeatherAim {
  kind: 'cutOff'
}

/** The request never arrives. The fetch fails as for want of a network. */
export interface LostRequest extends WeatherAim {
  kind: 'lostRequest'
  /** Whether nobody is told: then the fetch does not fail, it stays pending until its caller aborts it. @default false */
  silent?: boolean
}

/** The request is carried out, and its answer never arrives. The fetch fails as for want of a network. */
export interface LostAnswer extends WeatherAim {
  kind: 'lostAnswer'
  /** Whether nobody is told: then the fetch does not fail, it stays pending until its caller aborts it. @default false */
  silent?: boolean
}

/** One thing that may befall a request, told apart by `kind`. */
export type WeatherFault = SlowRequest | SlowAnswer | LateLanding | Refused | HtmlPage | CutOff | LostRequest | LostAnswer

/** What befalls the requests of a sandbox. Data only: the same weather and the same requests in the same order end the same way. */
export interface Weather {
  /** Where chance starts from: any integer. @default 1 */
  seed?: number
  /**
   * What may befall each request. Chance is asked for each fault by itself: delays add up; of the others, the first that strikes counts.
   */
  faults: readonly WeatherFault[]
}

type Serve = (request: Request) => Promise<Response>
type Slowness = SlowRequest | SlowAnswer
type Ending = Exclude<WeatherFault, Slowness | LateLanding> | (LateLanding & { drawn: number })

/** What becomes of one request. */
interface Fate {
  /** Milliseconds until it arrives. */
  before: number
  /** Milliseconds from then until its caller hears of it. */
  after: number
  ending: Ending | undefined
}

/** Makes weather that can be changed. Throws `invalid_config` for one that makes no sense. */
export function createWeather(first: Weather | undefined) {
  let weather = readWeather(first)
  let random = randomFrom(weather.seed)

  return {
    /** Changes the weather, for requests from now on; chance starts anew. The old one stays when the new one makes no sense. */
    set(next: Weather | undefined): void {
      weather = readWeather(next)
      random = randomFrom(weather.seed)
    },
    /** Starts chance anew. */
    restart(): void {
      random = randomFrom(weather.seed)
    },
    /** Brings a request to the server and its answer back, or not. */
    carry(request: Request, serve: Serve): Promise<Response> {
      if (weather.faults.length === 0) return serve(request)
      const operation = operationOf(request)
      return meet(drawFate(weather.faults, operation, random), request, operation, serve)
    },
  }
}

/** Resolves after so many milliseconds, at once where there are none. */
export async function pause(milliseconds: number): Promise<void> {
  if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds))
}

async function meet({ before, after, ending }: Fate, request: Request, operation: string | undefined, serve: Serve): Promise<Response> {
  await pause(before)
  if (ending === undefined || ending.kind === 'cutOff') {
    const answer = await serve(request)
    await pause(after)
    return ending === undefined ? answer : cutOff(answer)
  }
  if (isCarriedOut(ending)) await serve(request)
  await pause(after)
  switch (ending.kind) {
    case 'refused':
      return refuse(ending, operation)
    case 'html':
      return new Response(page, { status: ending.status ?? 502, headers: { 'content-type': 'text/html; charset=utf-8' } })
    case 'lostRequest':
    case 'lostAnswer':
      if (ending.silent) return new Promise(() => {})
      throw networkFailure()
    case 'lateLanding':
      // What it fails at, nobody hears of, as after an abort.
      pause(ending.drawn)
        .then(() => serve(request))
        .catch(() => undefined)
      throw networkFailure()
  }
}

function isCarriedOut(ending: Ending): boolean {
  return ending.kind === 'lostAnswer' || ('carriedOut' in ending && ending.carriedOut === true)
}

function refuse({ status, retryAfter }: Refused, operation: string | undefined): Response {
  const refusal = status === 409 ? tooManyRequests('profile') : new Refusal(status, status === 429 ? 'Too many requests' : 'Out of order')
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfter / 1000)) }
  return Response.json(bodyOf(refusal, operation), { status, headers })
}

async function cutOff(answer: Response): Promise<Response> {
  const text = await answer.text()
  return new Response(text === '' ? null : text.slice(0, text.length / 2), { status: answer.status, headers: answer.headers })
}

// In the words of Node's own, by which clients tell it from a mistake in the code.
function networkFailure(): TypeError {
  return new TypeError('fetch failed')
}

const page = '<!doctype html><title>Bad weather</title><h1>This is not the API</h1>'

// Chance

function drawFate(faults: readonly WeatherFault[], operation: string | undefined, random: () => number): Fate {
  const fate: Fate = { before: 0, after: 0, ending: undefined }
  for (const fault of faults) {
    // Drawn for every fault of every request, so that a change of one does not move what the others do.
    const [chance, share] = [random(), random()]
    if (chance >= (fault.probability ?? 1) || !isAimedAt(fault, operation)) continue
    if (fault.kind === 'slowRequest') fate.before += between(fault, share)
    else if (fault.kind === 'slowAnswer') fate.after += between(fault, share)
    else fate.ending ??= fault.kind === 'lateLanding' ? { ...fault, drawn: between(fault, share) } : fault
  }
  return fate
}

function isAimedAt({ operations }: WeatherAim, operation: string | undefined): boolean {
  return operations === undefined || operations.some((name) => name === operation)
}

function between({ delay, upTo = delay }: WeatherDelay, share: number): number {
  return delay + share * (upTo - delay)
}

// mulberry32, by Tommy Ettinger, in the public domain.
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

// Configuration

const aim: Fields = {
  'operations?': { is: 'list', of: { is: 'string', oneOf: Object.keys(endpoints) } },
  'probability?': { is: 'number', min: 0, max: 1 },
}
// What timers can count to: one that is set to more goes off at once.
const milliseconds: Shape = { is: 'number', min: 0, max: 2_147_483_647 }
const slow: Fields = { ...aim, delay: milliseconds, 'upTo?': milliseconds }
const lost: Fields = { ...aim, 'silent?': { is: 'boolean' } }
const carriedOut: Fields = { ...aim, 'carriedOut?': { is: 'boolean' } }

const kinds: Readonly<Record<WeatherFault['kind'], Fields>> = {
  slowRequest: slow,
  slowAnswer: slow,
  lateLanding: slow,
  refused: { ...carriedOut, status: { is: 'integer', min: 400, max: 599 }, 'retryAfter?': milliseconds },
  html: { ...carriedOut, 'status?': { is: 'integer', min: 200, max: 599 } },
  cutOff: aim,
  lostRequest: lost,
  lostAnswer: lost,
}

const weatherShape: Shape = {
  is: 'object',
  fields: { 'seed?': { is: 'integer' }, faults: { is: 'list', of: { is: 'kind', by: 'kind', of: kinds } } },
}

// A copy, so that the caller's object may change without a word.
function readWeather(weather: Weather = { faults: [] }): Required<Weather> {
  const issues: TalonOneIssue[] = []
  const read = readShape(weatherShape, weather, '', issues)
  if (issues.length > 0) throw nonsense(issues)
  // The cast holds because the shape has just held it to these fields.
  const { seed = 1, faults } = read as Weather
  const more = faults.flatMap((fault, index) => contradictions(fault, `/faults/${index}`))
  if (more.length > 0) throw nonsense(more)
  return { seed, faults }
}

function contradictions(fault: WeatherFault, pointer: string): TalonOneIssue[] {
  if ('upTo' in fault && fault.upTo !== undefined && fault.upTo < fault.delay)
    return [{ pointer: `${pointer}/upTo`, message: 'expected at least `delay`' }]
  if (fault.kind === 'html' && fault.status !== undefined && fault.status > 200 && fault.status < 400)
    return [{ pointer: `${pointer}/status`, message: 'expected 200, or 400 to 599' }]
  return []
}

function nonsense(issues: readonly TalonOneIssue[]): TalonOneError {
  const said = issues.map(({ pointer, message }) => `${pointer || 'the whole'}: ${message}`).join('; ')
  return new TalonOneError('invalid_config', `this weather cannot be (${said})`, { issues })
}
