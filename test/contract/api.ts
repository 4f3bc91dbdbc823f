/** How facts talk to a target: rows of the table over its `fetch`, with every answer held to the official OpenAPI file. */
import { randomUUID } from 'node:crypto'
import type { IntegrationStateV2 } from '../../src/effects.ts'
import { type Endpoint, fill, type InputOf, type OutputOf } from '../../src/endpoint.ts'
import { getCustomerSession, getLoyaltyBalances, updateCustomerSessionV2, type UpdateCustomerSessionV2Input } from '../../src/endpoints.ts'
import type { CustomerSessionV2, LoyaltyBalance, NewCustomerSessionV2 } from '../../src/schema.ts'
import { checkedFetch } from '../openapi.ts'
import type { ContractIds } from './campaigns.ts'
import type { Opened } from './targets.ts'

/** A status and a body, whatever they are. */
export interface Answered {
  status: number
  body: unknown
}

/** A target, as facts see it. */
export interface Api {
  /** The ids that the fixture's campaigns and programs have there. */
  ids: ContractIds
  /** An id that nobody else uses, with a name in it for those who find it: facts of many runs may share a deployment. */
  id: (name?: string) => string
  /** Sends a row; rejects unless it is answered with success. */
  send: <E extends Endpoint>(endpoint: E, input: InputOf<E>, headers?: Record<string, string>) => Promise<OutputOf<E>>
  /** Sends a row. */
  ask: <E extends Endpoint>(endpoint: E, input: InputOf<E>, headers?: Record<string, string>) => Promise<Answered>
  /** Sends anything. The credential is set unless `headers` name one. */
  raw: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answered>
  /** Puts a session; asks for the session in its answer, and for what else is named. */
  put: (
    customerSessionId: string,
    customerSession?: NewCustomerSessionV2,
    more?: Omit<UpdateCustomerSessionV2Input, 'customerSessionId' | 'customerSession'>,
  ) => Promise<IntegrationStateV2 & { customerSession: CustomerSessionV2 }>
  /** The session as it is stored. */
  stored: (customerSessionId: string) => Promise<CustomerSessionV2>
  /** The main ledger of a profile. */
  balance: (profileId: string, loyaltyProgramId: number) => Promise<LoyaltyBalance | undefined>
  /** What time it is there, in milliseconds since the epoch. */
  now: () => number
  /** Lets time pass there. Only where there is a `clock`. */
  wait: (milliseconds: number) => void
  /** The same target once more, with answers that take so long. Only where there is a `latency`. */
  slow: (milliseconds: number) => Promise<Api>
  /** What the target gave to sign in with, for facts about credentials. */
  credentials: Opened['credentials']
}

/** Makes the driver of an opened target. */
export function driverOf(opened: Opened, ids: ContractIds, slow: Api['slow']): Api {
  const { url, credentials } = opened
  const fetch = checkedFetch(opened.fetch, opened.onFindings)
  const authorization: Record<string, string> = credentials.key === undefined ? {} : { authorization: `ApiKey-v1 ${credentials.key}` }

  async function exchange(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Answered> {
    const own = Object.keys(headers).some((name) => ['authorization', 'content-signature'].includes(name.toLowerCase()))
    const response = await fetch(url + path, {
      method,
      headers: { ...(own ? {} : authorization), ...opened.headers, ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }

  const api: Api = {
    ids,
    credentials,
    id: (name) => `contract-${name === undefined ? '' : `${name}-`}${randomUUID()}`,
    async send(endpoint, input, headers) {
      const { status, body } = await api.ask(endpoint, input, headers)
      if (status >= 400) throw new Error(`${endpoint.operationId} was answered ${status}: ${JSON.stringify(body)}`)
      // The cast holds because the fetch has held the answer to the official file, where that is present.
      return body as OutputOf<typeof endpoint>
    },
    ask(endpoint, input, headers = {}) {
      const { method, path, search, body } = fill(endpoint, input)
      return exchange(method, path + search, body, headers)
    },
    raw: (method, path, body, headers = {}) => exchange(method, path, body, headers),
    async put(customerSessionId, customerSession = {}, { responseContent = [], ...more } = {}) {
      const answer = await api.send(updateCustomerSessionV2, {
        customerSessionId,
        customerSession,
        ...more,
        responseContent: ['customerSession', ...responseContent],
      })
      const { customerSession: session } = answer
      if (session === undefined) throw new Error('the answer lacks the session that it was asked for')
      return { ...answer, customerSession: session }
    },
    async stored(customerSessionId) {
      const { customerSession } = await api.send(getCustomerSession, { customerSessionId })
      if (customerSession === undefined) throw new Error('the answer lacks the session')
      return customerSession
    },
    balance: async (integrationId, loyaltyProgramId) => (await api.send(getLoyaltyBalances, { loyaltyProgramId, integrationId })).balance,
    now: () => Date.now() + (opened.offset?.() ?? 0),
    wait(milliseconds) {
      if (opened.wait === undefined) throw new Error('this target has no clock that can be moved: the fact must say that it needs one')
      opened.wait(milliseconds)
    },
    slow,
  }
  return api
}
