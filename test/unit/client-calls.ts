/** Calls of a client, and what becomes of them. */
import { Window } from 'happy-dom'
import {
  createReferral,
  getCustomerInventory,
  isTalonOneError,
  type SendOptions,
  type TalonOne,
  type TalonOneError,
  updateCustomerSessionV2,
} from 'talon-one-react'
import { expect, vi } from 'vitest'
import { type Answer, type Handler } from '../http-server.ts'

export const cart = { customerSessionId: 'cart', customerSession: { cartItems: [{ sku: 'tea', quantity: 1 }] } }
export const state = { effects: [], createdCoupons: [], createdReferrals: [] }

/** The error a call ends with; anything but this library's own fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<TalonOneError> {
  const outcome = await call.then(
    () => 'it did not fail',
    (error: unknown) => error,
  )
  if (isTalonOneError(outcome)) return spelledOut(outcome)
  throw new Error('not a TalonOneError', { cause: outcome })
}

export function thrownBy(make: () => unknown): TalonOneError {
  try {
    make()
  } catch (error) {
    if (isTalonOneError(error)) return spelledOut(error)
    throw error
  }
  throw new Error('it did not throw')
}

// An error lacks what it does not say. `toMatchObject` tells that from undefined, which nobody who reads it does.
function spelledOut(error: TalonOneError): TalonOneError {
  for (const name of ['method', 'path', 'status', 'serverCode', 'retryAfterMs', 'outcome', 'requestId'])
    if (!(name in error)) Object.defineProperty(error, name, { value: undefined, enumerable: true })
  return error
}

export const write = (client: TalonOne, options?: SendOptions) => client.send(updateCustomerSessionV2, cart, options)
export const writeOnce = (client: TalonOne, options?: SendOptions) => client.send(createReferral, { campaignId: 1 }, options)
export const read = (client: TalonOne, options?: SendOptions) => client.send(getCustomerInventory, {}, options)

/** A handler that answers when it is told to, in the order it is told. */
export function held(answer: Answer = { body: state }) {
  const waiting: (() => void)[] = []
  const handler: Handler = () => new Promise((resolve) => waiting.push(() => resolve(answer)))
  const release = async (count = 1) => {
    await vi.waitFor(() => expect(waiting.length).toBeGreaterThanOrEqual(count))
    for (const go of waiting.splice(0, count)) go()
  }
  return { handler, release }
}

/** Makes this process look like a page, as far as this library looks. */
export function pretendPage(url = 'https://shop.example/checkout?step=2#top') {
  const window = new Window({ url })
  vi.stubGlobal('window', window)
  vi.stubGlobal('document', window.document)
  vi.stubGlobal('location', window.location)
}

/** A fetch that never leaves this process. */
export function fakeFetch(answer: () => Response | Promise<Response> = () => Response.json({})) {
  const requests: Request[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    requests.push(new Request(input, init))
    return answer()
  }
  return { fetch, requests }
}
