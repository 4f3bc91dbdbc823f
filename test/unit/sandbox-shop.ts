/** A sandbox for one test, with every request and answer held to the official OpenAPI file. */
import type { Effect, EffectProps, EffectType } from '../../src/effects.ts'
import { type Endpoint, fill, type InputOf, type OutputOf } from '../../src/endpoint.ts'
import * as endpoints from '../../src/endpoints.ts'
import {
  createSandbox,
  type LedgerTransaction,
  type LoyaltyProgram,
  type Sandbox,
  type SandboxCampaign,
  type SandboxConfig,
} from '../../src/sandbox/index.ts'
import { takeId, timestamp } from '../../src/sandbox/state.ts'
import type { CartItem, NewCustomerSessionV2, SessionContent } from '../../src/schema.ts'
import { checkedFetch } from '../openapi.ts'

export const coffee: CartItem = { sku: 'COFFEE', name: 'Coffee', category: 'Coffee', quantity: 2, price: 9 }
export const mug: CartItem = { sku: 'MUG', name: 'Mug', category: 'Mugs', quantity: 1, price: 12 }

/** Noon of a winter day, which moves only when told to. */
export const noon = Date.parse('2026-01-15T12:00:00Z')

export function openShop(config: SandboxConfig = {}) {
  let now = noon
  const sandbox = createSandbox({ clock: () => now, ...config })
  const fetch = checkedFetch(sandbox.fetch)

  /** Sends a row; rejects unless it is answered with success. */
  async function send<E extends Endpoint>(endpoint: E, input: InputOf<E>): Promise<OutputOf<E>> {
    const response = await sendRaw(endpoint, input)
    const text = await response.text()
    if (!response.ok) throw new Error(`${endpoint.operationId} was answered ${response.status}: ${text}`)
    // The cast holds because the fetch has held the answer to the official file.
    return (text === '' ? undefined : JSON.parse(text)) as OutputOf<E>
  }

  /** Sends a row and shows status and body, whatever they are. */
  async function ask<E extends Endpoint>(endpoint: E, input: InputOf<E>): Promise<{ status: number; body: unknown }> {
    return shown(await sendRaw(endpoint, input))
  }

  /** Sends anything. */
  async function raw(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: unknown; headers: Headers }> {
    const response = await fetch(path, {
      method,
      headers,
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    return { ...(await shown(response)), headers: response.headers }
  }

  function sendRaw<E extends Endpoint>(endpoint: E, input: InputOf<E>): Promise<Response> {
    const { method, path, search, body } = fill(endpoint, input)
    return fetch(path + search, { method, ...(body !== undefined && { body: JSON.stringify(body) }) })
  }

  /** Puts the session `cart` of the profile `anna`. */
  const put = (customerSession: NewCustomerSessionV2 = {}, responseContent: SessionContent[] = ['customerSession']) =>
    send(endpoints.updateCustomerSessionV2, {
      customerSessionId: 'cart',
      customerSession: { profileId: 'anna', ...customerSession },
      responseContent,
    })

  return {
    ...sandbox,
    send,
    ask,
    raw,
    put,
    wait: (milliseconds: number) => {
      now += milliseconds
    },
  }
}

/** Puts points on a card, or else into the ledger of a profile: program 1, main ledger, earned now, unless said otherwise. */
export function grantPoints(
  { state }: Pick<Sandbox, 'state'>,
  holder: string,
  amount: number,
  more: Partial<LedgerTransaction> = {},
): LedgerTransaction {
  const id = takeId(state)
  const transactionUUID = `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`
  const created = timestamp(state)
  const granted: LedgerTransaction = {
    id,
    transactionUUID,
    programId: 1,
    subLedgerId: '',
    type: 'addition',
    amount,
    name: '',
    created,
    ...more,
  }
  const ledger = state.cards.get(holder)?.transactions ?? state.ledgers.get(holder) ?? []
  ledger.push(granted)
  if (!state.cards.has(holder)) state.ledgers.set(holder, ledger)
  return granted
}

/** A shop with one program and no campaigns unless they are given, that knows the profile `anna`. */
export async function openClub(program: Partial<LoyaltyProgram> = {}, campaigns: SandboxCampaign[] = []) {
  const shop = openShop({ programs: [{ id: 1, name: 'beans', title: 'Bean Club', ...program }], campaigns })
  const anna = { loyaltyProgramId: 1, integrationId: 'anna' }
  await shop.send(endpoints.updateCustomerProfileV2, { integrationId: 'anna' })
  return {
    ...shop,
    earn: (amount: number, more?: Partial<LedgerTransaction>) => grantPoints(shop, 'anna', amount, more),
    spend: (amount: number, more?: Partial<LedgerTransaction>) => grantPoints(shop, 'anna', amount, { type: 'subtraction', ...more }),
    /** The main ledger, as of now or another moment. */
    balance: async (endDate?: string) => {
      const { balance } = await shop.send(endpoints.getLoyaltyBalances, { ...anna, ...(endDate !== undefined && { endDate }) })
      return balance
    },
    /** Names and amounts of the unused points. */
    pointsOf: async (status: 'active' | 'pending' | 'expired') => {
      const { data } = await shop.send(endpoints.getLoyaltyProgramProfilePoints, { ...anna, status })
      return data.map(({ name, amount }) => [name, amount])
    },
  }
}

/** A campaign with one rule, which always fires. */
export function gives(then: SandboxCampaign['rules'][number]['then']): SandboxCampaign[] {
  return [{ id: 9, name: 'Points', rules: [{ name: 'Gives', then }] }]
}

async function shown(response: Response): Promise<{ status: number; body: unknown }> {
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}

/** The props of every effect of one type. */
export function propsOf<Type extends EffectType>(type: Type, effects: readonly Effect[] = []): EffectProps[Type][] {
  // The cast holds because the type names the props, and the fetch has held them to the official file.
  return effects.filter(({ effectType }) => effectType === type).map(({ props }) => props as EffectProps[Type])
}

/** What became of each code, in one word each. */
export function verdicts(effects: readonly Effect[] = []): Record<string, string> {
  const accepted = [...propsOf('acceptCoupon', effects), ...propsOf('acceptReferral', effects)].map(({ value }) => [value, 'accepted'])
  const rejected = [...propsOf('rejectCoupon', effects), ...propsOf('rejectReferral', effects)].map(({ value, rejectionReason }) => [
    value,
    rejectionReason,
  ])
  return Object.fromEntries([...accepted, ...rejected])
}
