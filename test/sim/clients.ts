/** The clients that a cart in the simulator sends with. */
import { readData, refusal, transportError } from '../../src/answer.ts'
import { createTalonOne, isTalonOneError, type NewCustomerSessionV2, type TalonOne } from '../../src/index.ts'
import type { Call, Network, Reply } from './network.ts'
import type { Tab } from './tab.ts'
import type { VirtualTime } from './time.ts'

type Carry = Network['carry']

/** The real one. Its platform's time limits must run in virtual time: see {@link limitBy}. */
export function createRealClient(carry: Carry, tab: Tab, time: VirtualTime, patience: number): TalonOne {
  const fetch: typeof globalThis.fetch = async (input, init) => {
    // ky hands over a request of its own.
    const request = input instanceof Request && !init?.signal ? input : new Request(input, init)
    const { method, signal } = request
    const call = callOf(tab, method, await request.text(), signal)
    time.busy(-1)
    try {
      return responseOf(await carry(call))
    } finally {
      time.busy(1)
    }
  }
  return counted(createTalonOne({ baseUrl: 'http://shop.test/talon-one', fetch, timeout: patience, locks: noLocks }), time)
}

/** The clock stands while a call is at work, unless it waits for the network. */
function counted(client: TalonOne, time: VirtualTime): TalonOne {
  return {
    ...client,
    async send(...call) {
      time.busy(1)
      try {
        return await client.send(...call)
      } finally {
        time.busy(-1)
      }
    },
    withProfile: (profileId) => counted(client.withProfile(profileId), time),
  }
}

// Without lanes, so that it shows when the cart itself sends two writes at once.
const noLocks = { request: <Value>(_name: string, _options: object, task: () => Promise<Value>) => task() }

/**
 * One that does what the real one does with a session, as far as a cart can tell, at a fifth of the cost: what it sends goes over the
 * wire as text, and what comes back is read by the real one's own functions.
 */
export function createLightClient(carry: Carry, tab: Tab, patience: number): TalonOne {
  const client: TalonOne = {
    scope: 'http://shop.test/talon-one',
    profileId: 'me',
    async send(endpoint, input, { signal } = {}) {
      const limit = new AbortController()
      const timer = tab.clock.setTimeout(() => limit.abort(timedOut), patience)
      const giveUp = () => limit.abort(signal?.reason)
      signal?.addEventListener('abort', giveUp)
      try {
        if (signal?.aborted) giveUp()
        limit.signal.throwIfAborted()
        const reply = await carry(callOf(tab, endpoint.method, endpoint.method === 'PUT' ? JSON.stringify(input) : '', limit.signal))
        if (reply.isBroken) throw new TypeError('terminated')
        if (reply.status >= 400) throw refusal(endpoint, responseOf(reply), reply.text)
        return readData(endpoint, reply.status, reply.text)
      } catch (caught) {
        throw isTalonOneError(caught)
          ? caught
          : transportError(endpoint, caught, { signal, ...(limit.signal.aborted && { limit: limit.signal }), isSent: true })
      } finally {
        tab.clock.clearTimeout(timer)
        signal?.removeEventListener('abort', giveUp)
      }
    },
    sendRaw: () => Promise.reject(new Error('a cart does not ask for raw answers')),
    withProfile: () => client,
  }
  return client
}

const timedOut = new DOMException('too late', 'TimeoutError')

function callOf(tab: Tab, method: string, text: string, signal: AbortSignal | undefined): Call {
  // The cart's own body, as the endpoint table writes it.
  const session = text ? (JSON.parse(text) as { customerSession: NewCustomerSessionV2 }).customerSession : undefined
  return { tab, method, session, signal }
}

function responseOf({ status, text, contentType, retryAfterSeconds, isBroken }: Reply): Response {
  const headers = { 'content-type': contentType, ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }) }
  return new Response(isBroken ? breakingOff(text) : text, { status, headers })
}

function breakingOff(text: string): ReadableStream {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text))
      controller.error(new TypeError('terminated'))
    },
  })
}

/** Lets the real client's time limits run in virtual time; it takes them from the platform. Returns the way back. */
export function limitBy(time: VirtualTime): () => void {
  const platform = Object.getOwnPropertyDescriptor(AbortSignal, 'timeout')
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController()
    time.setTimeout(() => controller.abort(timedOut), ms)
    return controller.signal
  }
  return () => {
    if (platform) Object.defineProperty(AbortSignal, 'timeout', platform)
  }
}
