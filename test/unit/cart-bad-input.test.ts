/** What a cart does with input that is wrong, answers that are odd and platforms that fail: all of it in one table, and the tests that no other file has. */
import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import type { TalonOneErrorCode } from 'talon-one-react'
import { describe, expect, test } from 'vitest'
import type { Presence } from '../../src/cart/platform.ts'
import { type CartStorage, createMemoryStorage } from '../../src/cart/storage.ts'
import { createServer, type Fate } from '../talon-one.ts'
import { apple, bread, confirmed, openLoaded, outcomeOf } from './open-cart.ts'
import { openBrowser, shownIn } from './open-tabs.ts'

interface Row {
  /** The codes of its errors; none where it is no error. */
  codes: readonly TalonOneErrorCode[]
  /** The cart after it. */
  cart: 'unchanged' | 'kept' | 'kept, stopped' | 'given back' | 'goes on' | 'none yet'
  /** Where it is held: the titles of tests as their files spell them, by file. */
  held: Readonly<Record<string, readonly string[]>>
  /** Why it is not what one might expect. */
  because?: string
}

const input = 'unit/cart-input.test.ts'
const failures = 'unit/cart-failures.test.ts'
const answers = 'unit/client-answers.test.ts'
const sequences = 'unit/cart-sequences.test.ts'
const tabs = 'unit/cart-tabs.test.ts'
const here = 'unit/cart-bad-input.test.ts'

const table: Readonly<Record<string, Row>> = {
  // What a page says
  'a session id that is empty, dots, too long or no text': {
    codes: ['invalid_session_id'],
    cart: 'none yet',
    held: {
      [input]: ['cannot be %j', 'may be %j, and arrives as it is'],
      'dom/cart.test.tsx': ['a cart cannot be about the session id %j'],
    },
    because: 'any other text is one: the shop makes them, and the client escapes them',
  },
  'a SKU that is empty, blank, too long, half a character or a number': {
    codes: ['invalid_sku'],
    cart: 'unchanged',
    held: { [input]: ['a SKU that is ${name}', 'a line key that is empty'] },
  },
  'a quantity that is NaN, endless, a fraction, negative, text or above 10,000': {
    codes: ['invalid_quantity'],
    cart: 'unchanged',
    held: {
      [input]: [
        "a quantity of ${quantity}${typeof quantity === 'string' ? ' as text' : ''} to add",
        "a quantity of ${quantity}${typeof quantity === 'string' ? ' as text' : ''} to set",
      ],
    },
  },
  'a quantity of 0': { codes: [], cart: 'goes on', held: { [input]: ['setting a quantity to 0 is a removal, no error'] } },
  'a price although the server prices': {
    codes: [],
    cart: 'goes on',
    held: {
      'unit/proxy.test.ts': ['prices come from the server, whatever the browser says'],
      'unit/cart-amounts.test.ts': ['whose price the server knows: the price of the answer, not that of the page'],
    },
    because: 'a page cannot know who prices: its price is an estimate until the answer, and no proxy believes it',
  },
  'a price that is NaN, negative or endless': { codes: ['invalid_price'], cart: 'unchanged', held: { [input]: ['a price of ${price}'] } },
  'the 1001st line, the 10,001st unit': {
    codes: ['cart_limit'],
    cart: 'unchanged',
    held: { [input]: ['the 1001st line', 'more than 10,000 units in all', 'one unit too many'] },
  },
  'a code that is empty, blank, too long or has control characters': {
    codes: ['invalid_coupon', 'invalid_referral'],
    cart: 'unchanged',
    held: { [input]: ['${verb}: a code that is ${name}', 'and never tells the value, which may be a secret'] },
  },
  'the same code twice, or with spaces around it': {
    codes: [],
    cart: 'unchanged',
    held: { 'unit/cart-codes.test.ts': ['given twice is one code, whatever its case and the spaces around it'] },
  },
  'a code that the campaigns reject': {
    codes: [],
    cart: 'goes on',
    held: {
      'unit/cart-codes.test.ts': [
        'that is refused is no error: it says why, in words too, and stays listed until it is removed',
        'keeps its own verdict beside others',
      ],
    },
  },
  'an attribute that the application does not know, or of another type': {
    codes: ['bad_request'],
    cart: 'given back',
    held: { [here]: ['that an attribute is none: where, and by which edit; it is given back, and the others go on'] },
  },
  'what JSON cannot carry: a broken date, a bigint, a function, a cycle, a Map, an instance': {
    codes: ['invalid_input'],
    cart: 'unchanged',
    held: { [input]: ['attributes: ${String(name)}', 'attributes of a line: ${String(name)}'] },
    because: 'one code for every value of the wrong kind; `issues` says which and where',
  },
  'names that reach into prototypes': {
    codes: ['invalid_input'],
    cart: 'unchanged',
    held: { [input]: ['with a key that reaches into prototypes', 'with a constructor'] },
  },
  'a hook outside a provider, two providers': {
    codes: ['missing_provider'],
    cart: 'none yet',
    held: {
      'dom/cart.test.tsx': ['%s says what is missing', 'is the same cart in a provider that is mounted again, with the edits that wait'],
      'dom/operations.test.tsx': ['stands beside another: two shops on one page keep apart'],
    },
    because: 'two providers of one cache and session share one cart',
  },
  'a proxy address that is relative on a server, of another scheme, or with credentials': {
    codes: ['invalid_config'],
    cart: 'none yet',
    held: { 'unit/client-config.test.ts': ['that is a path means nothing on a server, and nothing is sent', 'may not be %j'] },
  },

  // What a network does
  offline: {
    codes: [],
    cart: 'kept',
    held: { [here]: ['is offline is no error: edits show and wait, nothing is sent, and all of it is when it is online'] },
  },
  'no network, no DNS, no TLS': {
    codes: ['network'],
    cart: 'kept',
    held: {
      [failures]: [
        'no network',
        'an answer that got lost',
        'offline for an hour: edits show, tries stay few, and everything arrives when the network is back',
      ],
    },
  },
  'no answer in time': {
    codes: ['timeout'],
    cart: 'kept',
    held: {
      [failures]: ['no answer in time, carried out', 'no answer in time, not carried out'],
      [sequences]: ['is waited for from the last time it left, not from the first'],
    },
  },
  'an abort by the caller, before or while it is on its way': {
    codes: ['aborted'],
    cart: 'unchanged',
    held: {
      [answers]: ['before it is made sends nothing', 'while it is on its way rejects at once, and the outcome of a write is unknown'],
      'dom/cart.test.tsx': ['is the same cart in a provider that is mounted again, with the edits that wait'],
    },
    because: 'the verbs of a cart take no signal: an edit is taken back by another edit, and goes on when its component is gone',
  },

  // What a server says
  '400, 422': {
    codes: ['bad_request'],
    cart: 'given back',
    held: {
      [failures]: [
        'rejects once with its error, while one beside it is on screen in every frame and arrives',
        'is one that is answered %s, too',
      ],
      [here]: ['those that the server refused'],
    },
  },
  '401': {
    codes: ['unauthenticated'],
    cart: 'kept, stopped',
    held: { [failures]: ['signed out', 'who is the same one: it is sent'] },
  },
  '403': {
    codes: ['forbidden'],
    cart: 'kept, stopped',
    held: { [failures]: ['forbidden'], [here]: ['a problem with a word of its own'] },
    because: 'it is about who asks and not about the edit, so the edit waits; `serverCode` says why',
  },
  '404 on the own session': {
    codes: ['not_found'],
    cart: 'kept, stopped',
    held: { [here]: ['a 404 for the own session is looked into once, and then stops the cart'] },
    because: 'the next try reads the session, and a PUT makes one that is gone anew',
  },
  '409': {
    codes: ['conflict'],
    cart: 'kept',
    held: { [failures]: ['409, for requests of one profile overlapped'] },
  },
  '412': {
    codes: ['conflict'],
    cart: 'kept',
    held: { [here]: ['a write that the proxy says was overtaken is looked for, and sent again'] },
  },
  '413': { codes: ['unexpected_status'], cart: 'given back', held: { [failures]: ['is one that is answered %s, too'] } },
  '429, with a Retry-After that makes sense or none': {
    codes: ['rate_limited'],
    cart: 'kept',
    held: {
      [failures]: [
        'is never shorter than a Retry-After asks for (%s), and longer by the jitter',
        'ignores a Retry-After that makes no sense: %s',
      ],
      [answers]: ['with Retry-After %j says to wait %s ms', 'without Retry-After says nothing about it'],
    },
  },
  '500, 502, 503, 504': {
    codes: ['unavailable'],
    cart: 'kept',
    held: {
      [failures]: ['502 with a page of HTML'],
      [answers]: ['with status %i is %s', 'of the proxy has the last word on what may be sent again and what is known'],
    },
  },
  'a page of HTML, an empty 200, a 204': {
    codes: ['not_json', 'empty_body'],
    cart: 'kept',
    held: {
      [failures]: ['a page of HTML with status 200, as a captive portal answers', 'an empty answer'],
      [answers]: ['without content is an error of a write that always answers something'],
    },
  },
  'JSON that breaks off, a byte order mark': {
    codes: ['not_json', 'network'],
    cart: 'kept',
    held: {
      [failures]: ['an answer that broke off'],
      [answers]: ['may start with a byte order mark'],
      [here]: ['in half a sentence counts as nothing said: the cart looks before it sends again'],
    },
  },
  'an answer that is too large': {
    codes: ['unavailable'],
    cart: 'kept',
    held: {
      [answers]: ['with status %i is %s'],
      'unit/proxy-answers.test.ts': ['an answer without an end, or with the key in it, is left: the write may have been carried out'],
    },
    because:
      'the proxy, which a browser asks and nobody else, lets nothing above 16 MiB through; a cart of 1000 lines may have more than 2',
  },
  'a problem without a word that is known': {
    codes: ['unavailable', 'forbidden'],
    cart: 'kept',
    held: { [answers]: ['of the proxy has the last word on what may be sent again and what is known', 'with status %i is %s'] },
  },

  // What an answer holds
  'fields more than known': {
    codes: [],
    cart: 'goes on',
    held: { [here]: ['with fields of tomorrow is taken as ever, and none of them is sent back'] },
  },
  'fields that are missing or of another type': {
    codes: ['unexpected_answer'],
    cart: 'kept, stopped',
    held: {
      [failures]: ['an answer without a session', 'a session without items', 'effects that are no list', 'a code that is no text'],
      'unit/cart.test.ts': ['what no server should send does not reach a total, nor the next request'],
    },
  },
  'an effect of an unknown type': {
    codes: [],
    cart: 'goes on',
    held: {
      'unit/price-odd.test.ts': ['a type of tomorrow'],
      'dom/testing.test.tsx': ['unknownEffect: everything else as ever, and the effect for whoever knows it'],
    },
    because: 'it is in `effects` for whoever knows it; a library that warns knows less than its page',
  },
  'a known effect with props that are wrong': {
    codes: [],
    cart: 'goes on',
    held: { 'unit/price-odd.test.ts': ['a line that is not there', 'a value that is none', 'nor does anything make it throw'] },
    because: 'it is among the `unknown` ones, and changes no price',
  },
  'a discount above the total': {
    codes: [],
    cart: 'goes on',
    held: { 'unit/price.test.ts': ['make the total of a line, which is not below 0'], 'unit/cart-amounts.test.ts': ['are never below 0'] },
    because: 'nobody is owed money by a cart; the discounts themselves are shown as they are',
  },
  'an `updateCount` below the one that is known': {
    codes: ['unexpected_answer'],
    cart: 'unchanged',
    held: {
      [sequences]: ['is older than what is known'],
      'unit/cart-settling.test.ts': ['does not let a reload for `flush` bring an older write back'],
    },
  },
  'an `updateCount` that has jumped': {
    codes: [],
    cart: 'goes on',
    held: {
      [here]: ['after somebody else has written in between is what the cart shows'],
      'unit/cart-settling.test.ts': ['takes over what somebody else has written'],
    },
  },
  'a session that was closed elsewhere': {
    codes: ['session_closed'],
    cart: 'given back',
    held: {
      [failures]: ['hands back the edits, shows what was ordered, and refuses later edits without a request'],
      [here]: ['all that is handed back by a session that was closed elsewhere, or by whoever has left'],
    },
  },
  'an answer about another session or profile': {
    codes: ['unexpected_answer'],
    cart: 'unchanged',
    held: { [sequences]: ['is somebody else’s', 'is of another session'] },
    because: 'what the server has is read then; a read that is about somebody else says that somebody else is here, see below',
  },

  // What a platform does
  'a clock that is days wrong': {
    codes: [],
    cart: 'goes on',
    held: {
      [sequences]: ['a clock that is days behind the server’s does not make an old session a fresh one'],
      [answers]: ['with Retry-After %j says to wait %s ms'],
    },
  },
  'a clock that jumps, a page that sleeps': {
    codes: [],
    cart: 'kept',
    held: { [here]: ['has slept tries once when it wakes, however much time its clock has jumped, either way'] },
  },
  'storage that is denied, full, broken or cleared': {
    codes: [],
    cart: 'kept',
    held: {
      [tabs]: ['leaves the cart in memory: %s', 'that somebody cleared is filled again with what the page knows'],
      [here]: ['has kept an answer that cannot be read goes on in memory, and leaves it where it is'],
    },
    because: '`durable` is false then, which is no error of the shopper’s',
  },
  'two tabs, one of an older version': {
    codes: [],
    cart: 'kept',
    held: { [here]: ['has a newer version in another tab, which takes storage over, goes on in memory and overwrites nothing'] },
  },
  'another identity while edits wait': {
    codes: ['identity_changed'],
    cart: 'given back',
    held: {
      [tabs]: ['is never sent what was made before they came; it waits for whoever made it'],
      [sequences]: ['what was put away for its owner comes back although another tab has put it away'],
    },
  },
  'noise on the channel between tabs': {
    codes: [],
    cart: 'unchanged',
    held: { [here]: ['hears noise from other tabs asks nobody, and shows nothing new'] },
  },
  'StrictMode, renders that are given up': {
    codes: [],
    cart: 'goes on',
    held: {
      'dom/cart.test.tsx': ['StrictMode sends nothing twice', 'shares one cart among all who look'],
      'unit/cart.test.ts': ['keeps its object over an answer that says the same'],
    },
  },
  'a server': {
    codes: [],
    cart: 'none yet',
    held: {
      'dom/cart.test.tsx': ['renders the loading state, sends nothing, and hydrates without a difference'],
      'unit/server-component.test.ts': [
        'a server component can import queries, pages, previews and mutations, and run them where React has no client parts',
      ],
    },
  },
  'a barrier that takes too long': {
    codes: ['timeout'],
    cart: 'kept',
    held: {
      'unit/cart-flush.test.ts': ['rejects with timeout while the edits stay, and works when they have got through'],
      [here]: ['those that wait on when flush takes too long'],
    },
  },
  'rejections that nobody looks at': {
    codes: [],
    cart: 'goes on',
    held: { [failures]: ['promises that nobody looks at are no unhandled rejections'] },
  },
}

describe.each(Object.entries(table))('%s', (_name, { codes, held }) => {
  const titles = Object.entries(held).flatMap(([file, names]) => names.map((name) => [file, name] as const))
  const sourceOf = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')

  test('is held by tests that there are', () => {
    expect(titles).not.toEqual([])
    const rows = sourceOf(here).slice(0, sourceOf(here).indexOf('describe.each(Object.entries(table))'))
    for (const [file, name] of titles) {
      const source = file === here ? sourceOf(file).slice(rows.length) : sourceOf(file)
      // A title stands in quotes: that of a test, or of a case that one is given.
      const isThere = ["'", '"', '`'].some((quote) => source.includes(quote + name + quote))
      expect.soft(isThere, `${file}: ${name}`).toBe(true)
    }
  })

  test.runIf(codes.length > 0)('has codes that those tests speak of', () => {
    const sources = [...new Set(titles.map(([file]) => sourceOf(file)))]
    for (const code of codes)
      expect
        .soft(
          sources.some((source) => source.includes(`'${code}'`)),
          code,
        )
        .toBe(true)
  })
})

const session = { cartItems: [{ ...apple, quantity: 1 }] }
const failureOf = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error)

describe('an error holds the edits that it is about, which nobody sees who lists, stores or logs it', () => {
  test('those that the server refused', async () => {
    const { cart, clock, server, view } = await openLoaded({ session })
    server.judge = ({ couponCodes = [] }) => (couponCodes.includes('SECRET') ? { status: 400 } : undefined)
    const [failure] = await Promise.all([failureOf(cart.applyCoupon('SECRET')), cart.add(bread), clock.advance(5_000)])
    const edits = [{ type: 'applyCoupon', code: 'SECRET' }]
    expect(failure).toMatchObject({ code: 'bad_request', status: 400, path: '/v2/customer_sessions/{customerSessionId}', edits })
    expect(view().error).toMatchObject({ code: 'bad_request', edits })
    expect([inspect(failure), JSON.stringify(failure), String(failure), Object.keys(Object(failure)).join()].join()).not.toMatch(
      /SECRET|edits/,
    )
  })

  test('those that wait on when flush takes too long', async () => {
    const { cart, clock, server, view } = await openLoaded({ session })
    server.always('unreachable')
    void cart.add(apple)
    void cart.applyCoupon('TEN')
    const [failure] = await Promise.all([failureOf(cart.flush({ timeout: 3_000 })), clock.advance(3_000)])
    expect(failure).toMatchObject({
      code: 'timeout',
      edits: [
        { type: 'add', key: 'APPLE' },
        { type: 'applyCoupon', code: 'TEN' },
      ],
    })
    expect(view()).toMatchObject({ pending: true, lines: [{ quantity: 2 }] })
  })

  test('all that is handed back by a session that was closed elsewhere, or by whoever has left', async () => {
    for (const leave of [true, false]) {
      const { cart, clock, server, view } = await openLoaded({ session })
      server.always(leave ? 'hold' : 'answer')
      const failures = [failureOf(cart.add(bread)), failureOf(cart.setQuantity('APPLE', 3))]
      const edits = [[{ type: 'add', key: 'BREAD', item: bread, quantity: 1 }], [{ type: 'setQuantity', key: 'APPLE', quantity: 3 }]]
      if (leave) cart.forget()
      else server.write('cart', { state: 'closed' })
      await clock.advance(1_000)
      expect(await Promise.all(failures)).toMatchObject(edits.map((own) => ({ edits: own })))
      if (!leave) expect(view().error).toMatchObject({ code: 'session_closed', edits: edits.flat() })
    }
  })
})

describe('what the server says of an edit', () => {
  test('that an attribute is none: where, and by which edit; it is given back, and the others go on', async () => {
    const { cart, clock, server, view, stored } = await openLoaded({ session })
    const errors = [{ title: 'unknown attribute', details: 'Colour=SECRET', source: { pointer: '/customerSession/attributes/Colour' } }]
    server.judge = ({ attributes }) => (attributes ? { status: 422, body: { message: 'Invalid', errors } } : undefined)
    const [failure, added] = await Promise.all([failureOf(cart.setAttributes({ Colour: 'red' })), cart.add(bread), clock.advance(5_000)])
    const said = {
      code: 'bad_request',
      issues: [{ pointer: '/customerSession/attributes/Colour', message: 'unknown attribute' }],
      edits: [{ type: 'setAttributes', attributes: { Colour: 'red' } }],
    }
    expect(failure).toMatchObject(said)
    expect(added).toEqual({ revision: 2 })
    expect(view()).toMatchObject({ pending: false, error: said })
    expect(stored()).toEqual([
      ['APPLE', 1],
      ['BREAD', 1],
    ])
  })

  test.each<[name: string, fate: Fate, code: string]>([
    ['a 412 of somebody else', { status: 412 }, 'conflict'],
    ['a problem with a word of its own', { status: 403, body: { code: 'csrf', message: 'no' } }, 'forbidden'],
  ])('%s stops the cart, and the edit waits', async (_name, fate, code) => {
    const { cart, clock, server, stored, view } = await openLoaded({ session })
    server.script('PUT', fate)
    const added = outcomeOf(cart.add(apple))
    await clock.advance(600_000)
    expect(view()).toMatchObject({ sync: 'stopped', pending: true, error: { code }, lines: [{ quantity: 2 }] })
    expect(server.puts).toHaveLength(1)
    cart.retry()
    await clock.advance(1_000)
    expect(added()).toEqual({ revision: 2 })
    expect(stored()).toEqual([['APPLE', 2]])
  })

  test('a write that the proxy says was overtaken is looked for, and sent again', async () => {
    const { cart, clock, server, stored } = await openLoaded({ session })
    server.script('PUT', { status: 412, body: { code: 'stale_write', retryable: true, outcome: 'unknown' } })
    const added = outcomeOf(cart.add(apple))
    await clock.advance(10_000)
    expect(added()).toEqual({ revision: 2 })
    expect(server.requests.slice(0, 4).map(({ method }) => method)).toEqual(['GET', 'PUT', 'GET', 'PUT'])
    expect(stored()).toEqual([['APPLE', 2]])
  })

  test('a code too many is refused, and the rest of the cart goes on', async () => {
    const { cart, clock, server, stored, view } = await openLoaded({ session })
    const tooMany: Fate = { status: 429, body: { code: 'rate_limited', retryable: false }, headers: { 'retry-after': '600' } }
    server.script('PUT', tooMany, 'answer', tooMany)
    const [added, applied] = [outcomeOf(cart.add(apple)), outcomeOf(cart.applyCoupon('GUESS'))]
    await clock.advance(10_000)
    expect([added(), applied()]).toEqual([{ revision: 2 }, { error: 'rate_limited' }])
    expect(view()).toMatchObject({ sync: 'idle', coupons: [] })
    expect(stored()).toEqual([['APPLE', 2]])
  })

  test('a 404 for the own session is looked into once, and then stops the cart', async () => {
    const { cart, clock, server, stored, view } = await openLoaded({ session })
    const gone: Fate = { status: 404, body: { message: 'not found' } }
    server.script('PUT', gone, gone)
    const added = outcomeOf(cart.add(apple))
    await clock.advance(600_000)
    expect(view()).toMatchObject({ sync: 'stopped', pending: true, error: { code: 'not_found' }, lines: [{ quantity: 2 }] })
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'PUT', 'GET', 'PUT'])
    cart.retry()
    await clock.advance(1_000)
    expect(added()).toEqual({ revision: 2 })
    expect(stored()).toEqual([['APPLE', 2]])
  })

  test('in half a sentence counts as nothing said: the cart looks before it sends again', async () => {
    const { cart, clock, server, stored, view } = await openLoaded({ session })
    server.script('PUT', { status: 200, body: '{"effects":[{"effectType":"acceptCou' })
    void cart.add(apple)
    await clock.settle()
    expect(view()).toMatchObject({ pending: true, error: { code: 'not_json', outcome: 'unknown' } })
    await clock.advance(5_000)
    expect(server.requests.slice(1).map(({ method }) => method)).toEqual(['PUT', 'GET', 'PUT'])
    expect(stored()).toEqual([['APPLE', 2]])
  })

  test('with fields of tomorrow is taken as ever, and none of them is sent back', async () => {
    const { cart, clock, server, view } = await openLoaded({ session })
    const item = { ...apple, quantity: 2, tomorrow: [1] }
    const customerSession = { ...server.sessions.get('cart'), cartItems: [item], updateCount: 2, tomorrow: { deep: true } }
    server.script('PUT', { status: 200, body: { customerSession, effects: [], createdCoupons: [], createdReferrals: [], tomorrow: 1 } })
    await Promise.all([cart.add(apple), clock.settle()])
    expect(view()).toMatchObject({
      error: undefined,
      pending: false,
      totals: { total: confirmed(5) },
      lines: [{ quantity: 2, total: { status: 'answered', shown: 5 } }],
    })
    await Promise.all([cart.setQuantity('APPLE', 3), clock.advance(1_000)])
    expect(JSON.stringify(server.puts.at(-1)?.session)).not.toContain('tomorrow')
  })

  test('after somebody else has written in between is what the cart shows', async () => {
    const { cart, clock, server, stored, shown, view } = await openLoaded({ session })
    for (let revision = 2; revision < 6; revision++) server.write('cart', { cartItems: [{ ...bread, quantity: revision }] })
    const added = outcomeOf(cart.add(apple))
    await clock.advance(1_000)
    expect(added()).toEqual({ revision: 6 })
    expect(Object.entries(shown())).toEqual(stored())
    expect(view()).toMatchObject({ pending: false, revision: 6, totals: { total: { status: 'confirmed' } } })
  })
})

describe('a platform that', () => {
  const presence = () => {
    const listeners = new Set<() => void>()
    const state = { isOnline: true, tell: () => listeners.forEach((listener) => listener()), listeners }
    const given: Presence = {
      isOnline: () => state.isOnline,
      isHidden: () => false,
      subscribe: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    }
    return { state, given }
  }

  test('is offline is no error: edits show and wait, nothing is sent, and all of it is when it is online', async () => {
    const { state, given } = presence()
    const { cart, clock, server, view, stored } = await openLoaded({
      session,
      platform: { presence: given, storage: createMemoryStorage() },
    })
    state.isOnline = false
    const added = outcomeOf(cart.add(apple))
    const before = server.requests.length
    await clock.advance(3_600_000)
    expect(view()).toMatchObject({ sync: 'offline', durable: true, pending: true, error: undefined, lines: [{ quantity: 2 }] })
    expect(server.requests).toHaveLength(before)
    state.isOnline = true
    state.tell()
    await clock.settle()
    expect(added()).toEqual({ revision: 2 })
    expect(stored()).toEqual([['APPLE', 2]])
    expect(view()).toMatchObject({ sync: 'idle', error: undefined })
    cart.forget()
    expect(state.listeners.size).toBe(0)
  })

  test('has slept tries once when it wakes, however much time its clock has jumped, either way', async () => {
    for (const jump of [3_600_000, -3_600_000]) {
      const server = createServer()
      const { state, given } = presence()
      let jumped = 0
      const clock = { ...server.clock, now: () => server.clock.now() + jumped }
      const platform = { clock, presence: given, random: () => 1 }
      const { cart, stored } = await openLoaded({ server, session, platform })
      server.always('unreachable')
      void cart.add(apple)
      await server.clock.advance(60_000)
      const before = server.requests.length
      jumped = jump
      state.tell()
      await server.clock.settle()
      expect(server.requests.length - before).toBe(1)
      server.always('answer')
      await server.clock.advance(60_000)
      expect(stored()).toEqual([['APPLE', 2]])
    }
  })

  test('hears noise from other tabs asks nobody, and shows nothing new', async () => {
    let hear = () => {}
    const join = (_name: string, heard: () => void) => {
      hear = heard
      return { post: () => {}, close: () => {} }
    }
    const { cart, clock, server, frames, view } = await openLoaded({ session, platform: { join, storage: createMemoryStorage() } })
    const [requests, shown] = [server.requests.length, frames.length]
    for (let noise = 0; noise < 1_000; noise++) hear()
    await clock.advance(120_000)
    expect([server.requests.length, frames.length]).toEqual([requests, shown])
    void cart.add(apple)
    await clock.advance(1_000)
    expect(view()).toMatchObject({ pending: false, lines: [{ quantity: 2 }] })
  })

  test('has kept an answer that cannot be read goes on in memory, and leaves it where it is', async () => {
    const storage = createMemoryStorage()
    const { server, clock, open, stored } = openBrowser({ storage })
    server.write('cart', session)
    const name = `talon-one cart ${JSON.stringify([server.client.scope, server.client.profileId, 'cart'])}`
    // No version of this package has ever kept such an answer, so it has no type.
    const answer: object = { customerSession: { cartItems: 7 } }
    await storage.change(name, { removed: [], changed: [], sent: [], saved: { stamp: 7, answer, keys: [], done: [], refused: [] } })
    const cart = open()
    await clock.settle()
    const added = outcomeOf(cart.add(bread))
    await clock.advance(1_000)
    expect(added()).toEqual({ revision: 2 })
    expect(stored()).toEqual({ APPLE: 1, BREAD: 1 })
    expect(cart.getSnapshot()).toMatchObject({ durable: false, error: undefined })
    expect((await storage.read(name)).saved).toMatchObject({ stamp: 7, answer })
  })

  test('has a newer version in another tab, which takes storage over, goes on in memory and overwrites nothing', async () => {
    const storage = createMemoryStorage()
    let isTakenOver = false
    const current = async (): Promise<CartStorage> => {
      if (isTakenOver) throw new DOMException('newer code', 'VersionError')
      return storage
    }
    const old: CartStorage = {
      read: async (...given) => (await current()).read(...given),
      append: async (...given) => (await current()).append(...given),
      mark: async (...given) => (await current()).mark(...given),
      change: async (...given) => (await current()).change(...given),
    }
    const { server, clock, open, stored } = openBrowser({ storage: old })
    server.write('cart', session)
    const cart = open()
    await clock.settle()
    server.always('unreachable')
    void cart.add(apple)
    await clock.advance(100)
    isTakenOver = true
    void cart.add(bread)
    expect(shownIn(cart)).toEqual({ APPLE: 2, BREAD: 1 })
    server.always('answer')
    await clock.advance(5_000)
    expect(stored()).toEqual({ APPLE: 2, BREAD: 1 })
    expect(cart.getSnapshot()).toMatchObject({ durable: false, pending: false })
    const name = `talon-one cart ${JSON.stringify([server.client.scope, server.client.profileId, 'cart'])}`
    expect((await storage.read(name)).edits).toMatchObject([{ edit: { type: 'add', key: 'APPLE' } }])
  })
})
