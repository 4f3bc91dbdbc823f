/** Talon.One behind HTTP, as the proxies of this folder meet it: the sandbox, and for some shoppers trouble. */
import type { ServerResponse } from 'node:http'
import { createSandbox } from '../../src/sandbox/index.ts'
import { type Answer, type HttpServer, type Received, serve } from '../http-server.ts'

/**
 * What happens to a shopper's requests: an answer instead of the sandbox's, one that is written by hand, a lost connection, or waiting for
 * a promise first.
 */
export type Trouble = Answer | ((response: ServerResponse) => void) | 'lost' | Promise<unknown>

export interface TroubledUpstream extends AsyncDisposable {
  url: string
  apiKey: string
  /** Every request so far that has to do with a profile. */
  receivedOf: (profileId: string) => Received[]
  received: Received[]
  /** From now on; `undefined` ends it. */
  trouble: (profileId: string, trouble: Trouble | undefined) => void
}

export const products = [
  { sku: 'beans', price: 12.5, product: { name: 'Coffee' } },
  { sku: 'cup', price: 8 },
]

export async function startUpstream(): Promise<TroubledUpstream> {
  const apiKey = crypto.randomUUID() + crypto.randomUUID()
  const sandbox = createSandbox({ apiKey, products })
  const troubles = new Map<string, Trouble>()
  const server: HttpServer = await serve(async (received, response) => {
    const trouble = [...troubles].find(([profileId]) => isOf(received, profileId))?.[1]
    if (trouble === 'lost') return void response.destroy()
    if (typeof trouble === 'function') return trouble(response)
    if (trouble instanceof Promise) await trouble
    else if (trouble !== undefined) return trouble
    const { method, url, headers, body } = received
    const init = { method, headers: new Headers(headers as Record<string, string>), ...(body !== '' && { body }) }
    const answer = await sandbox.fetch(`http://sandbox.talon.one${url}`, init)
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
    return undefined
  })
  return {
    url: server.url,
    apiKey,
    received: server.received,
    receivedOf: (profileId) => server.received.filter((received) => isOf(received, profileId)),
    trouble: (profileId, trouble) => void (trouble === undefined ? troubles.delete(profileId) : troubles.set(profileId, trouble)),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

function isOf({ url, body }: Received, profileId: string): boolean {
  return body.includes(`"profileId":"${profileId}"`) || body.includes(`"${profileId}"]`) || url.includes(`/customer_profiles/${profileId}/`)
}
