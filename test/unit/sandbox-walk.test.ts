/**
 * One random walk through the sandbox, over every operation: each answer is held to the official OpenAPI file, and each step to the books.
 * A failure prints its seed and step; `SEED=7 STEPS=50000 npx vitest …` walks elsewhere, and further.
 */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { KnownEffect } from '../../src/effects.ts'
import { createSandbox, type State } from '../../src/sandbox/index.ts'
import { campaignsIn } from '../../src/sandbox/rules.ts'
import type { CustomerSessionV2, LoyaltyBalance } from '../../src/schema.ts'
import { checkedFetch, openApi, withoutOpenApi } from '../openapi.ts'
import { Books, decoded, mayBeTakenBack, mayMove, rollbackOf } from './sandbox-books.ts'
import { grantPoints, noon } from './sandbox-shop.ts'
import { names, requestOf, rowOf, type Step, steps, type WalkRequest, type World } from './sandbox-steps.ts'
import { walkCampaigns, walkPrograms } from './sandbox-walk-shop.ts'

const seed = Number(process.env.SEED ?? 1)
const length = Number(process.env.STEPS ?? 10_000)
// A walk begins anew from time to time, so that what it remembers stays small enough to be looked through at every step.
const chapter = 500
const day = 86_400_000

describe('the sandbox', { timeout: 600_000 }, () => {
  test(`a walk keeps to the OpenAPI file and to the books${openApi ? '' : ` (${withoutOpenApi})`}`, async () => {
    const walk = openWalk()
    for (const [index, step] of fc.sample(steps, { numRuns: length, seed }).entries()) {
      if (index % chapter === 0) walk.begin()
      try {
        await walk.take(step)
      } catch (error) {
        throw new Error(`SEED=${seed}, step ${index}, after ${walk.latest()}`, { cause: error })
      }
    }
    if (length < 10_000) return
    expect(names.filter((name) => !walk.succeeded(name)).map((name) => `${name} never succeeded: ${walk.told()}`)).toEqual([])
  })
})

interface Answer {
  status: number
  text: string
}

// What answers hold, as far as the walk reads it; the OpenAPI file has held them to the rest.
interface Told {
  effects?: KnownEffect[]
  customerSession?: CustomerSessionV2
  event?: { effects: unknown[][] }
  ledgerEntries?: unknown[]
  balance?: LoyaltyBalance
  subledgerBalances?: Record<string, LoyaltyBalance>
}

function openWalk() {
  let now = noon
  let books: Books
  let asked: WalkRequest[] = []
  let latestKeyed: WalkRequest | undefined
  let turn = 0
  const places: number[] = []
  const keys = new Map<string, { at: number; request: string; answer: Answer }>()
  const counts = new Map<string, number>()
  const rules = new Map(
    campaignsIn(walkCampaigns).flatMap(({ id, rules: all }) => all.map((rule, index) => [`${id}/${index}`, rule] as const)),
  )
  const sandbox = createSandbox({
    clock: () => now,
    campaigns: walkCampaigns,
    programs: walkPrograms,
    products: [{ sku: 'LISTED', price: 7 }],
  })
  const { state } = sandbox
  // In the order in which they were answered.
  let answered: string[] = []
  const fetch = checkedFetch(async (input, init) => {
    const response = await sandbox.fetch(input, init)
    answered.push(new Headers(init?.headers).get('x-number') ?? '')
    return response
  })
  const world: World = {
    state,
    get now() {
      return now
    },
    sessionAt: (place, isNew = false) => {
      places[place] = (places[place] ?? 0) + Number(isNew)
      return `cart ${place}/${places[place]}`
    },
  }

  async function send(request: WalkRequest, number = 0): Promise<Answer> {
    const { name, method, path, search, body, key } = request
    asked.push(request)
    const headers = { 'x-number': String(number), ...(key !== undefined && { 'idempotency-key': key }) }
    const response = await fetch(path + search, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
    const answer = { status: response.status, text: await response.text() }
    const count = `${name} ${answer.status}`
    counts.set(count, (counts.get(count) ?? 0) + 1)
    if (answer.status >= 500) throw new Error(`${name} was answered ${answer.status}`)
    return answer
  }

  /** Asks beside the walk: what is stored, as the API tells it. */
  async function look(path: string): Promise<Told> {
    const response = await sandbox.fetch(path)
    if (!response.ok) throw new Error(`${path} was answered ${response.status}`)
    return toldBy(await response.text())
  }

  /** What is stored of a session; from memory where no path leads to its id. */
  async function lookAtSession(id: string): Promise<Told> {
    if (!isSwallowed(id)) return look(`/v2/customer_sessions/${encodeURIComponent(id)}`)
    const { session, effects } = state.sessions.get(id) ?? {}
    return toldBy(JSON.stringify({ customerSession: session, effects }))
  }

  /** One request by itself: what it says, what it changed, and what it must not have changed. */
  async function ask(request: WalkRequest): Promise<Answer> {
    const before = textOf(state)
    const known = knownAnswer(request)
    const twin = known === undefined ? await loudTwin(request) : undefined
    const answer = await send(request)
    if (known !== undefined) checkRepeat(request, answer, known)
    const mayChange = answer.status < 400 && rowOf(request.name).kind === 'write' && request.input.dry !== true && known === undefined
    if (!mayChange && textOf(state) !== before) throw new Error(`${request.name} was answered ${answer.status} and changed something`)
    if (twin !== undefined && twin.text !== textOf(state)) throw new Error('An event leaves something else behind when it is silent')
    if (mayChange) {
      remember(request, answer)
      await note(request, toldBy(twin?.answer.text ?? answer.text))
      await checkStored(request, toldBy(answer.text))
    } else checkRefusal(request, answer)
    await check([request])
    return answer
  }

  /** A session that an answer shows is the one that is stored. */
  async function checkStored({ input }: WalkRequest, { customerSession: shown }: Told): Promise<void> {
    const id = String(input.customerSessionId)
    if (shown === undefined) return
    const { customerSession: stored } = await lookAtSession(id)
    if (!isDeepStrictEqual(shown, stored)) throw new Error(`A session was shown as ${brief(shown)}, and is stored as ${brief(stored)}`)
  }

  /** The same event, not silent, in a memory that is forgotten: its effects. */
  async function loudTwin(request: WalkRequest): Promise<{ answer: Answer; text: string } | undefined> {
    const { name, input, body } = request
    const isSilent = (name === 'trackEventV2' || name === 'trackEventV3') && input.silent !== 'no' && input.dry !== true
    if (!isSilent) return undefined
    const snapshot = sandbox.snapshot()
    const search = new URLSearchParams(request.search)
    search.set('silent', 'no')
    const { key: _key, ...loud } = { ...request, search: `?${search}`, body }
    const answer = await send(loud)
    const text = textOf(state)
    sandbox.restore(snapshot)
    return answer.status < 400 ? { answer, text } : undefined
  }

  function knownAnswer({ name, input, key }: WalkRequest) {
    const row = rowOf(name)
    const isKeyed = key !== undefined && row.kind === 'write' && row.repeat === 'keyed' && input.dry !== true
    const known = isKeyed ? keys.get(`${name} ${key}`) : undefined
    return known !== undefined && now - known.at < day ? known : undefined
  }

  function remember(request: WalkRequest, answer: Answer): void {
    const { name, input, key } = request
    const row = rowOf(name)
    if (key === undefined || row.kind !== 'write' || row.repeat !== 'keyed') return
    keys.set(`${name} ${key}`, { at: now, request: JSON.stringify(input), answer })
    latestKeyed = request
  }

  /** A key that is known brings the same answer to the same request, and is refused to any other. */
  function checkRepeat({ input }: WalkRequest, answer: Answer, known: { request: string; answer: Answer }): void {
    const isSame = known.request === JSON.stringify(input)
    if (isSame && !isDeepStrictEqual(answer, known.answer))
      throw new Error(`A repeat was answered ${answer.text}, not ${known.answer.text}`)
    if (!isSame && answer.status < 400) throw new Error('A key that came with another request before was accepted')
  }

  /** A session may be refused a move only when there is none. */
  function checkRefusal({ name, input, search }: WalkRequest, { status, text }: Answer): void {
    const [, to, from] = /Cannot move session to state \\"(\w+)\\" from state \\"(\w+)\\"/.exec(text) ?? []
    if (status !== 400 || to === undefined || from === undefined) return
    // A dry update looks at nothing that is stored, unless it cancels; a dry return must.
    const looksAtStored = !search.includes('dry=true') || name === 'returnCartItems' || to === 'cancelled'
    const order = looksAtStored ? books.orders.get(String(input.customerSessionId ?? input.sessionId)) : undefined
    const was = order?.session.state ?? 'new'
    if (from !== was) throw new Error(`A session that was ${was} is said to be ${from}`)
    const may = name === 'updateCustomerSessionV2' || name === 'updateCustomerSession' ? mayMove(from, to) : mayBeTakenBack(from, to)
    if (may) throw new Error(`${name} refused a session to move from ${from} to ${to}`)
  }

  /** Writes a successful write into the books. */
  async function note({ name, input }: WalkRequest, told: Told): Promise<void> {
    const { effects = [] } = told
    const sessionId = String(input.customerSessionId ?? input.sessionId)
    const profileId = textIn(input, 'profileId') ?? textIn(input, 'integrationId') ?? ''
    switch (name) {
      case 'updateCustomerSessionV2':
        return noteUpdate(sessionId, Object(input.customerSession).state ?? 'open', effects, told.customerSession)
      case 'updateCustomerSession':
        return noteUpdate(sessionId, typeof input.state === 'string' ? input.state : 'open', undefined, undefined)
      case 'reopenCustomerSession':
        books.undo(sessionId, 'open', effects)
        return
      case 'returnCartItems':
        return noteReturn(sessionId, effects)
      case 'trackEvent':
        if (!books.orders.has(sessionId)) await noteUpdate(sessionId, 'open', undefined, undefined)
        return noteEvent((told.event?.effects ?? []).map(decoded), profileId, sessionId)
      case 'trackEventV2':
        return noteEvent(effects, profileId, undefined)
      case 'trackEventV3':
        return noteEvent(effects, profileId, input.connectedSessionId)
      case 'updateCustomerProfileV2':
      case 'updateCustomerProfile': {
        const given = name === 'updateCustomerProfile' ? (told.event?.effects ?? []).map(decoded) : effects
        books.fire(given, { profileId, now })
        books.book(given, { profileId, now }, false)
        return
      }
      case 'createCouponReservation':
        books.reserve(String(input.couponValue).toUpperCase(), textsIn(input, 'integrationIDs'))
        return
      case 'deleteCouponReservation':
        books.unreserve(String(input.couponValue).toUpperCase(), textsIn(input, 'integrationIDs'))
        return
      case 'activateLoyaltyPoints': {
        const activated = books.activate(Number(input.loyaltyProgramId), input, now)
        if (activated !== told.ledgerEntries?.length)
          throw new Error(`${told.ledgerEntries?.length} transactions were activated, and ${activated} by the books`)
        return
      }
      case 'deleteLoyaltyTransactionsFromLedgers': {
        const { scope } = input
        books.forget(profileId, Number(input.loyaltyProgramId), scope === 'SelectedSubledgers' ? textsIn(input, 'subledgerIds') : undefined)
        return
      }
      default:
    }
  }

  /** An update of a session; without its answer's effects and session, those that are stored. */
  async function noteUpdate(
    id: string,
    to: string,
    effects: KnownEffect[] | undefined,
    session: CustomerSessionV2 | undefined,
  ): Promise<void> {
    const before = books.orders.get(id)
    const stored = session === undefined || effects === undefined ? await lookAtSession(id) : { customerSession: session, effects }
    const { customerSession, effects: net = [] } = stored
    if (customerSession === undefined) throw new Error('There is no session after its update')
    if (customerSession.state !== to) throw new Error(`The session is ${customerSession.state} and not ${to}`)
    if (to !== 'cancelled') books.update(customerSession, effects ?? net, now)
    else if (before?.session.state === 'open') books.update(customerSession, [], now)
    else books.undo(id, 'cancelled', effects ?? lost(before?.effects ?? [], net).flatMap(rollbackOf))
  }

  async function noteReturn(id: string, effects: KnownEffect[]): Promise<void> {
    const { customerSession, effects: net = [] } = await lookAtSession(id)
    if (customerSession?.state !== 'partially_returned')
      throw new Error(`Something came back, and the session is ${customerSession?.state}`)
    const before = books.orders.get(id)?.effects ?? []
    const given = effects.filter(({ effectType }) => !effectType.startsWith('rollback'))
    if (lost(given, net).length > 0) throw new Error('A return gave something that is not stored')
    if (lost(net, [...before, ...given]).length > 0) throw new Error('A return left something that nothing gave')
    books.comeBack(id, effects, customerSession, now)
    const order = books.orders.get(id)
    if (order) books.orders.set(id, { ...order, effects: net })
  }

  function noteEvent(effects: KnownEffect[], profileId: string, sessionId: unknown): void {
    const session = typeof sessionId === 'string' ? books.orders.get(sessionId)?.session : undefined
    const source = { profileId, session: session && { ...session, referralCode: '' }, now }
    books.fire(effects, source)
    const booked = effects.filter(({ campaignId, ruleIndex }) => rules.get(`${campaignId}/${ruleIndex}`)?.on !== undefined)
    books.book(booked, source, false)
  }

  /** What must be true after every step. */
  async function check(requests: readonly WalkRequest[]): Promise<void> {
    books.checkState(state)
    turn += 1
    const profiles = new Set([
      pick([...state.profiles.keys()], turn),
      ...requests.map(({ input }) => pick([String(input.profileId ?? Object(input.customerSession).profileId ?? input.integrationId)], 0)),
    ])
    for (const id of profiles) if (id !== undefined && state.profiles.has(id) && !isSwallowed(id)) await checkProfile(id)
    const card = pick([...state.cards.keys()], turn)
    if (card !== undefined) await checkCard(card)
    for (const { input } of requests) {
      const id = String(input.customerSessionId ?? input.sessionId)
      const order = books.orders.get(id)
      if (order !== undefined) await checkSession(id, order.effects)
    }
  }

  async function checkSession(id: string, expected: readonly KnownEffect[]): Promise<void> {
    const { customerSession, effects = [] } = await lookAtSession(id)
    if (customerSession?.updateCount !== books.orders.get(id)?.updateCount)
      throw new Error(`The session was updated ${customerSession?.updateCount} times`)
    if (effects.some(({ effectType }) => effectType.startsWith('rollback')))
      throw new Error('A session has a rollback among its net effects')
    if (!isDeepStrictEqual(effects, expected))
      throw new Error(`The session has ${JSON.stringify(effects)}, and by the books ${JSON.stringify(expected)}`)
  }

  async function checkProfile(id: string): Promise<void> {
    for (const { id: programId, isCardBased } of walkPrograms)
      if (!isCardBased)
        checkLedgers(`profile ${id}`, programId, await look(`/v1/loyalty_programs/${programId}/profile/${encodeURIComponent(id)}/balances`))
  }

  async function checkCard(id: string): Promise<void> {
    const programId = state.cards.get(id)?.card.programID ?? 0
    checkLedgers(`card ${id}`, programId, await look(`/v1/loyalty_programs/${programId}/cards/${encodeURIComponent(id)}/balances`))
  }

  function checkLedgers(holder: string, programId: number, { balance, subledgerBalances = {} }: Told): void {
    const ledgers = new Map([['', balance], ...Object.entries(subledgerBalances)])
    for (const ledger of books.ledgersOf(holder)) {
      const { subLedgerId } = ledger
      if (ledger.programId === programId && !ledgers.has(subLedgerId))
        throw new Error(`${holder} has no ledger "${subLedgerId}" in program ${programId}`)
    }
    for (const [name, said] of ledgers) books.checkBalance(holder, programId, name, said ?? {}, now)
  }

  async function takeBurst(requests: readonly WalkRequest[]): Promise<void> {
    answered = []
    const known = requests.map(knownAnswer)
    const answers = await Promise.all(requests.map(send))
    const repeats = new Set(requests.filter((_, index) => known[index] !== undefined))
    for (const number of answered.map(Number)) {
      const [request, answer] = [requests[number], answers[number]]
      if (request === undefined || answer === undefined || answer.status >= 400 || request.input.dry === true) continue
      if (repeats.has(request) || knownAnswer(request) !== undefined) continue
      remember(request, answer)
      await note(request, toldBy(answer.text))
    }
    await check(requests)
  }

  async function takeThereAndBack({ close, returns, by }: Step & { do: 'thereAndBack' }): Promise<void> {
    const before = measured(state)
    const request = close(world)
    const { status } = await ask(request)
    if (status >= 400) return
    const customerSessionId = String(request.input.customerSessionId)
    if (returns)
      await ask(
        requestOf('returnCartItems', {
          customerSessionId,
          return: { returnedCartItems: [{ position: 0, quantity: 1 }] },
          responseContent: ['customerSession'],
        }),
      )
    const back =
      by === 'cancelling' || returns
        ? requestOf('updateCustomerSessionV2', { customerSessionId, customerSession: { state: 'cancelled' } })
        : requestOf('reopenCustomerSession', { customerSessionId })
    const undone = await ask(back)
    if (undone.status >= 400) throw new Error(`${by} was answered ${undone.status}`)
    const after = measured(state)
    for (const [name, value] of before)
      if (after.get(name) !== value) throw new Error(`After ${by}, ${name} is ${after.get(name) ?? 'gone'}, and was ${value}`)
  }

  return {
    latest: () =>
      asked
        .slice(-6)
        .map(({ name, input, key = '' }) => `${name} ${key} ${brief(input)}`)
        .join('\n'),
    told: () => [...counts].map(([name, count]) => `${name}: ${count}`).join('\n'),
    succeeded: (name: string) => [200, 201, 204].some((status) => counts.has(`${name} ${status}`)),

    begin: () => {
      sandbox.reset()
      books = new Books(state)
      books.couponValue = (id) => [...state.coupons.values()].find(({ coupon }) => coupon.id === id)?.coupon.value
      keys.clear()
      latestKeyed = undefined
    },

    take: async (step: Step): Promise<void> => {
      asked = asked.slice(-6)
      switch (step.do) {
        case 'ask':
          await ask(step.ask(world))
          return
        case 'burst':
          await takeBurst(step.asks.map((one) => one(world)).filter(tellsAll))
          return
        case 'thereAndBack':
          await takeThereAndBack(step)
          return
        case 'again':
          if (latestKeyed !== undefined) await ask(latestKeyed)
          return
        case 'wait':
          now += step.milliseconds
          await check([])
          return
        case 'store': {
          const before = textOf(state)
          sandbox.restore(JSON.parse(JSON.stringify(sandbox.snapshot())))
          if (textOf(state) !== before) throw new Error('A snapshot changes what is remembered')
          return
        }
        case 'grant': {
          const { profileId, programId, amount, days } = step
          if (!state.profiles.has(profileId)) return
          const expiryDate = days === undefined ? undefined : new Date(now + days * day).toISOString()
          const { transactionUUID: uuid } = grantPoints(sandbox, profileId, amount, {
            programId,
            ...(expiryDate !== undefined && { expiryDate }),
          })
          books.grant({
            profileId,
            programId,
            uuid,
            points: amount,
            created: now,
            start: now,
            end: expiryDate === undefined ? Infinity : now + (days ?? 0) * day,
          })
          await check([])
        }
      }
    },
  }
}

// The answers of the others do not tell what the books need; by itself, a request is looked after.
function tellsAll({ name, input }: WalkRequest): boolean {
  if (['updateCustomerSession', 'trackEvent', 'returnCartItems'].includes(name)) return false
  return !name.startsWith('trackEvent') || input.silent === 'no'
}

function toldBy(text: string): Told {
  return text === '' ? {} : JSON.parse(text)
}

function textIn(input: Record<string, unknown>, field: string): string | undefined {
  const value = input[field]
  return typeof value === 'string' ? value : undefined
}

function textsIn(input: Record<string, unknown>, field: string): string[] {
  return [input[field] ?? []].flat().map(String)
}

// A URL parser swallows such a segment, so that nobody can ask for it.
function isSwallowed(id: string): boolean {
  return ['', '.', '..'].includes(id)
}

// A step is to be read: long texts are cut.
function brief(value: unknown): string {
  const cut = (_: string, entry: unknown): unknown =>
    typeof entry === 'string' && entry.length > 40 ? `${entry.slice(0, 10)}… (${entry.length})` : entry
  return JSON.stringify(value, cut).slice(0, 1000)
}

function pick<Value>(values: readonly Value[], number: number): Value | undefined {
  return values[number % values.length]
}

/** Those of some effects that are not among others. */
function lost(effects: readonly KnownEffect[], others: readonly KnownEffect[]): KnownEffect[] {
  const rest = others.map((effect) => JSON.stringify(effect))
  return effects.filter((effect) => {
    const index = rest.indexOf(JSON.stringify(effect))
    if (index >= 0) rest.splice(index, 1)
    return index < 0
  })
}

/** Everything that is remembered, but for the answers that are kept for repeats. */
function textOf({
  campaigns: _campaigns,
  evaluation: _evaluation,
  programs: _programs,
  clock: _clock,
  replays: _replays,
  ...memory
}: State): string {
  const plain = (part: unknown): unknown => (part instanceof Map ? [...part].map(([key, value]) => [key, plain(value)]) : part)
  const items = [...memory.catalogs.values()].map((catalog) => plain(catalog.items))
  return JSON.stringify([...Object.values(memory).map(plain), items])
}

/** What closing a session changes, and undoing it must change back, by names. */
function measured(state: State): Map<string, string> {
  const ledgers = [...state.ledgers].map(([id, lines]): [string, string] => [`the ledger of ${id}`, JSON.stringify(lines)])
  const cards = [...state.cards].map(([id, { transactions }]): [string, string] => [`the ledger of ${id}`, JSON.stringify(transactions)])
  const coupons = [...state.coupons].map(([code, { coupon, redemptions }]): [string, string] => [
    code,
    JSON.stringify([coupon, redemptions]),
  ])
  const referrals = [...state.referrals].map(([code, { referral, redemptions }]): [string, string] => [
    `referral ${code}`,
    JSON.stringify([referral, redemptions]),
  ])
  const profiles = [...state.profiles].map(([id, { closedSessions, totalSales }]): [string, string] => [
    `sales of ${id}`,
    `${closedSessions}: ${totalSales}`,
  ])
  const used = state.budgetUses.filter(({ action }) => !['createCoupon', 'createReferral', 'reserveCoupon'].includes(action))
  const progress = state.progress.filter(({ achievementId }) => achievementId === 11)
  const done = Map.groupBy(progress, ({ profileId }) => `progress of ${profileId}`)
  return new Map<string, string>([
    ...ledgers,
    ...cards,
    ...coupons,
    ...referrals,
    ...profiles,
    ['budgets', JSON.stringify(used)],
    ...[...done].map(([name, rounds]): [string, string] => [name, String(rounds.reduce((sum, round) => sum + round.progress, 0))]),
  ])
}
