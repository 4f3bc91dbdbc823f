import { describe, expect, test } from 'vitest'
import { createServer, type Fate } from '../talon-one.ts'
import { apple, bread, limitsBy, openCart, openLoaded, outcomeOf } from './open-cart.ts'

const session = { cartItems: [{ ...apple, quantity: 1 }] }

// What passes: [fate, error code].
const passing: Record<string, [fate: Fate, code: string]> = {
  '408': [{ status: 408 }, 'unavailable'],
  '409, for requests of one profile overlapped': [{ status: 409 }, 'conflict'],
  '425': [{ status: 425 }, 'unavailable'],
  '429': [{ status: 429 }, 'rate_limited'],
  '500': [{ status: 500 }, 'unavailable'],
  '502 with a page of HTML': [{ status: 502, body: '<html>' }, 'unavailable'],
  '503': [{ status: 503 }, 'unavailable'],
  '504': [{ status: 504 }, 'unavailable'],
  'no network': ['unreachable', 'network'],
  'an answer that got lost': ['lost', 'network'],
  'an answer that broke off': ['cut', 'network'],
  'no answer in time, carried out': ['hang', 'timeout'],
  'no answer in time, not carried out': ['silence', 'timeout'],
  'a page of HTML with status 200, as a captive portal answers': [{ status: 200, body: '<html>Log in</html>' }, 'not_json'],
  'an empty answer': [{ status: 200, body: '' }, 'empty_body'],
}

describe('what passes is tried again, nothing is lost and nothing counted twice', () => {
  test.each(Object.entries(passing))('%s', async (_name, [fate, code]) => {
    const { cart, clock, server, shown, stored, view, frames } = await openLoaded({ session })
    limitsBy(clock)
    server.always(fate)
    const added = outcomeOf(cart.add(apple, { quantity: 2 }))
    await clock.advance(10_000)
    expect(view()).toMatchObject({ pending: true, error: { code } })
    expect(added()).toBeUndefined()
    const laterAdded = outcomeOf(cart.add(bread))
    server.always('answer')
    await clock.advance(60_000)
    expect(server.requests.length).toBeGreaterThan(2)
    expect(stored()).toEqual([
      ['APPLE', 3],
      ['BREAD', 1],
    ])
    expect(view()).toMatchObject({ pending: false, error: undefined, lines: [{ quantity: 3 }, { quantity: 1 }] })
    expect(laterAdded()).toEqual({ revision: view().revision })
    // Carried out though nobody was told, it is found there before the other one goes out.
    expect(added()).toEqual({ revision: fate === 'lost' || fate === 'cut' || fate === 'hang' ? 2 : view().revision })
    expect(shown()).toEqual({ APPLE: 3, BREAD: 1 })
    const seen = frames.filter(({ status }) => status === 'ready').map(({ lines }) => lines[0]?.quantity)
    expect(new Set(seen.slice(1))).toEqual(new Set([3]))
    expect(server.mostAtOnce).toBe(1)
  })

  test.each(Object.entries(passing))('while the session is loaded: %s', async (_name, [fate, code]) => {
    const server = createServer()
    limitsBy(server.clock)
    server.always(fate)
    const { cart, clock, stored, view } = openCart({ session, server })
    void cart.add(apple)
    await clock.advance(10_000)
    expect(view()).toMatchObject({ status: 'loading', lines: [{ quantity: 1 }], error: { code } })
    server.always('answer')
    await clock.advance(60_000)
    expect(view()).toMatchObject({ status: 'ready', lines: [{ quantity: 2 }], error: undefined })
    expect(stored()).toEqual([['APPLE', 2]])
  })
})

describe('the time between two tries', () => {
  test('grows with each failure, up to 30 s, and starts again after a success', async () => {
    const { cart, clock, server } = await openLoaded({ session, random: () => 1 })
    server.always('unreachable')
    void cart.add(apple)
    await clock.advance(120_000)
    const gaps = (from: number) => server.requests.slice(from).map(({ at }, index, all) => at - (all[index - 1]?.at ?? at))
    // The first one writes; until one gets through, the others ask what became of it.
    expect(gaps(1)).toEqual([0, 300, 600, 1200, 2400, 4800, 9600, 19_200, 30_000, 30_000])
    server.always('answer')
    await clock.advance(60_000)
    server.script('PUT', 'unreachable', 'unreachable')
    const from = server.puts.length
    void cart.add(apple)
    await clock.advance(60_000)
    expect(server.puts.slice(from).map(({ at }, index, puts) => at - (puts[index - 1]?.at ?? at))).toEqual([0, 300, 600])
  })

  test.each([429, 503, 409])('is never shorter than a Retry-After asks for (%s), and longer by the jitter', async (status) => {
    const { cart, clock, server } = await openLoaded({ session, random: () => 0.5 })
    server.script('PUT', { status, headers: { 'retry-after': '3' } })
    void cart.add(apple)
    await clock.advance(10_000)
    const [first, second] = server.puts
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBe(3000 + 150)
  })

  test('is cut short by retry() and by flush(), but not what a Retry-After asks for', async () => {
    const { cart, clock, server } = await openLoaded({ session, random: () => 1 })
    server.script('PUT', ...Array.from({ length: 5 }, () => 'unreachable' as const), { status: 429, headers: { 'retry-after': '7' } })
    void cart.add(apple)
    await clock.advance(1000)
    for (let tries = 3; tries <= 5; tries++) {
      cart.retry()
      await clock.settle()
      expect(server.puts).toHaveLength(tries + 1)
      if (tries < 5) void cart.flush()
    }
    const refusedAt = clock.now()
    cart.retry()
    void cart.flush()
    await clock.advance(6999)
    cart.retry()
    expect(server.puts).toHaveLength(6)
    await clock.advance(1)
    cart.retry()
    await clock.settle()
    expect(server.puts.at(-1)?.at).toBe(refusedAt + 7000)
  })

  test.each(['soon', '-5', 'Wed, 21 Oct 2015 07:28:00 GMT', '1e12'])('ignores a Retry-After that makes no sense: %s', async (header) => {
    const { cart, clock, server, stored } = await openLoaded({ session })
    server.script('PUT', { status: 429, headers: { 'retry-after': header } })
    void cart.add(apple)
    await clock.advance(1000)
    expect(stored()).toEqual([['APPLE', 2]])
  })
})

test('offline for an hour: edits show, tries stay few, and everything arrives when the network is back', async () => {
  const { cart, clock, server, shown, stored, view } = await openLoaded({ session })
  server.always('unreachable')
  const settled: (() => unknown)[] = []
  for (let minute = 0; minute < 60; minute++) {
    settled.push(outcomeOf(cart.add(apple)))
    await clock.advance(60_000)
    expect(shown()).toEqual({ APPLE: minute + 2 })
  }
  expect(server.puts.length).toBeLessThan(60 * 5)
  expect(view()).toMatchObject({ pending: true, error: { code: 'network' } })
  server.always('answer')
  await clock.advance(30_000)
  expect(stored()).toEqual([['APPLE', 61]])
  expect(settled.map((outcome) => outcome())).toEqual(settled.map(() => ({ revision: 2 })))
  expect(view()).toMatchObject({ pending: false, error: undefined })
})

describe('an edit that is refused', () => {
  const refusing = async (options = {}) => {
    const opened = await openLoaded({ session, ...options })
    const { server } = opened
    server.judge = ({ cartItems = [] }) => (cartItems.some(({ sku }) => sku.startsWith('BAD')) ? { status: 400 } : undefined)
    return opened
  }

  test('rejects once with its error, while one beside it is on screen in every frame and arrives', async () => {
    const { cart, clock, frames, stored, view } = await refusing()
    const from = frames.length
    let rejections = 0
    const bad = cart.add({ sku: 'BAD', price: 1 })
    bad.catch(() => rejections++)
    const good = outcomeOf(cart.add(bread))
    await clock.advance(1000)
    await expect(bad).rejects.toMatchObject({ code: 'bad_request', status: 400 })
    expect(rejections).toBe(1)
    expect(good()).toEqual({ revision: 2 })
    expect(
      frames
        .slice(from)
        .map(({ lines }) => lines.some(({ key }) => key === 'BREAD'))
        .slice(1),
    ).not.toContain(false)
    expect(view().lines.map(({ key }) => key)).toEqual(['APPLE', 'BREAD'])
    expect(stored()).toEqual([
      ['APPLE', 1],
      ['BREAD', 1],
    ])
  })

  test('stays visible as the error until the shopper goes on', async () => {
    const { cart, clock, view } = await refusing()
    void cart.add({ sku: 'BAD', price: 1 })
    void cart.add(bread)
    await clock.advance(5000)
    expect(view()).toMatchObject({ pending: false, error: { code: 'bad_request', retryable: false } })
    void cart.add(bread)
    expect(view().error).toBeUndefined()
    void cart.add({ sku: 'BAD', price: 1 })
    await clock.advance(5000)
    expect(view().error).toMatchObject({ code: 'bad_request' })
    cart.retry()
    expect(view().error).toBeUndefined()
  })

  test('is what is told, not what was in the way before', async () => {
    const { cart, clock, server, view } = await openLoaded({ session })
    server.script('PUT', { status: 409 }, { status: 400 })
    const added = outcomeOf(cart.add(bread))
    await clock.advance(5000)
    expect(added()).toEqual({ error: 'bad_request' })
    expect(view()).toMatchObject({ pending: false, error: { code: 'bad_request' } })
  })

  test('is found among many, and all the others get through', async () => {
    const { cart, clock, server, view } = await refusing()
    const outcomes = Array.from({ length: 20 }, (_, index) => {
      const isBad = index === 3 || index === 11
      return outcomeOf(cart.add({ sku: `${isBad ? 'BAD' : 'GOOD'}${index}`, price: 1 }))
    })
    await clock.advance(10_000)
    expect(outcomes.map((outcome) => (JSON.stringify(outcome()) === '{"error":"bad_request"}' ? 'refused' : 'answered'))).toEqual(
      outcomes.map((_, index) => (index === 3 || index === 11 ? 'refused' : 'answered')),
    )
    expect(view().lines).toHaveLength(19)
    expect(server.sessions.get('cart')?.cartItems).toHaveLength(19)
    const before = server.puts.length
    for (let index = 0; index < 5; index++) void cart.add(bread)
    await clock.advance(1000)
    expect(server.puts.length - before).toBe(1)
  })

  test('takes with it those that build on it', async () => {
    const { cart, clock, server, view } = await refusing()
    const bad = outcomeOf(cart.add({ sku: 'BAD', price: 1 }))
    const building = [cart.setQuantity('BAD', 3), cart.setItemAttributes('BAD', { size: 1 })].map(outcomeOf)
    await clock.advance(5000)
    expect(bad()).toEqual({ error: 'bad_request' })
    expect(building.map((outcome) => outcome())).toEqual([{ error: 'line_not_found' }, { error: 'line_not_found' }])
    expect(view()).toMatchObject({ pending: false, lines: [{ key: 'APPLE' }] })
    expect(server.puts).toHaveLength(2)
  })

  test.each([422, 413])('is one that is answered %s, too', async (status) => {
    const { cart, clock, server, view } = await openLoaded({ session })
    server.judge = ({ attributes }) => (attributes ? { status } : undefined)
    const refused = outcomeOf(cart.setAttributes({ essay: 'x' }))
    const added = outcomeOf(cart.add(bread))
    await clock.advance(5000)
    expect(refused()).toEqual({ error: status === 422 ? 'bad_request' : 'unexpected_status' })
    expect(added()).toEqual({ revision: 2 })
    expect(view().pending).toBe(false)
  })

  test('after a try of unknown outcome is not: the cart reads what the server holds, and finds it there', async () => {
    const { cart, clock, server, shown, view, frames } = await openLoaded({ session })
    server.script('PUT', 'lost', { status: 400 })
    server.script('GET', 'hold')
    const added = outcomeOf(cart.add(apple))
    await clock.advance(5000)
    expect(added()).toBeUndefined()
    expect(view().totals.total.status).toBe('estimated')
    await server.release()
    expect(added()).toEqual({ revision: 2 })
    expect(shown()).toEqual({ APPLE: 2 })
    expect(view()).toMatchObject({ revision: 2, totals: { total: { status: 'confirmed', value: 5 } } })
    expect(server.puts).toHaveLength(1)
    expect(frames.some(({ totals, pending }) => pending && totals.total.status === 'confirmed')).toBe(false)
  })

  test('after a try of unknown outcome does not count twice, whatever somebody else has done to the line meanwhile', async () => {
    const { cart, clock, server, stored } = await openLoaded({ session })
    server.script('PUT', 'lost')
    server.script('GET', 'hold')
    const added = outcomeOf(cart.add(apple, { quantity: 2 }))
    await clock.advance(500)
    server.write('cart', {
      cartItems: [
        { ...apple, quantity: 4 },
        { ...bread, quantity: 1 },
      ],
    })
    await server.release()
    await clock.advance(5000)
    expect(added()).toEqual({ revision: 4 })
    // The three that the shopper saw, and what the other one added.
    expect(stored()).toEqual([
      ['APPLE', 3],
      ['BREAD', 1],
    ])
  })

  test('is refused all the same when the server does not hold it, and one beside it arrives', async () => {
    const { cart, clock, server, stored, view } = await openLoaded({ session })
    // Lost on the way there; then both are refused together, and the first one alone; the second one waits.
    server.script('PUT', 'unreachable', { status: 400 }, { status: 400 }, 'hold')
    const first = outcomeOf(cart.add(apple))
    const second = outcomeOf(cart.add(bread))
    await clock.advance(5000)
    expect([first(), second()]).toEqual([{ error: 'bad_request' }, undefined])
    await server.release()
    expect(stored()).toEqual([
      ['APPLE', 1],
      ['BREAD', 1],
    ])
    expect(view()).toMatchObject({ pending: false, totals: { total: { status: 'confirmed', value: 6.5 } } })
    expect(server.requests.filter(({ method }) => method === 'GET')).toHaveLength(2)
  })
})

describe('a session that was closed elsewhere', () => {
  test('hands back the edits, shows what was ordered, and refuses later edits without a request', async () => {
    const { cart, clock, server, view, shown } = await openLoaded({ session })
    server.write('cart', { state: 'closed', cartItems: [{ ...apple, quantity: 7 }] })
    server.script('GET', 'hold')
    const first = outcomeOf(cart.add(bread))
    const second = outcomeOf(cart.applyCoupon('TEN'))
    await clock.settle()
    expect([first(), second()]).toEqual([{ error: 'session_closed' }, { error: 'session_closed' }])
    const meanwhile = outcomeOf(cart.add(bread))
    await server.release()
    expect(meanwhile()).toEqual({ error: 'session_closed' })
    expect(view()).toMatchObject({ status: 'closed', pending: false, error: { code: 'session_closed' }, coupons: [] })
    expect(shown()).toEqual({ APPLE: 7 })
    const requests = server.requests.length
    const before = view()
    const later = [cart.add(bread), cart.remove('APPLE'), cart.flush()].map(outcomeOf)
    cart.retry()
    await clock.advance(60_000)
    expect(later.map((outcome) => outcome())).toEqual(later.map(() => ({ error: 'session_closed' })))
    expect(server.requests).toHaveLength(requests)
    expect(view()).toBe(before)
  })

  test.each(['closed', 'cancelled', 'partially_returned'] as const)('is found out when it is loaded: %s', async (state) => {
    const { cart, clock, server, view } = openCart({ session: { ...session, state } })
    const added = outcomeOf(cart.add(bread))
    await clock.advance(1000)
    expect(added()).toEqual({ error: 'session_closed' })
    expect(view()).toMatchObject({ status: 'closed', lines: [{ key: 'APPLE' }], totals: { total: { status: 'confirmed', value: 2.5 } } })
    expect(server.puts).toHaveLength(0)
  })

  test('and opened again meanwhile goes on', async () => {
    const { cart, clock, server, view, stored } = await openLoaded({ session })
    server.script('PUT', { status: 409, body: { code: 'session_closed' } })
    const added = outcomeOf(cart.add(bread))
    await clock.advance(1000)
    expect(added()).toEqual({ error: 'session_closed' })
    expect(view()).toMatchObject({ status: 'ready', error: { code: 'session_closed' } })
    void cart.add(bread)
    await clock.advance(1000)
    expect(view().error).toBeUndefined()
    expect(stored()).toEqual([
      ['APPLE', 1],
      ['BREAD', 1],
    ])
  })
})

// What waiting does not cure, but signing in, a mended proxy or another network may.
const stopping: Record<string, [fate: Fate, code: string]> = {
  'signed out': [{ status: 401 }, 'unauthenticated'],
  forbidden: [{ status: 403 }, 'forbidden'],
  'an answer without a session': [{ status: 200, body: { effects: [] } }, 'unexpected_answer'],
  'a session without items': [{ status: 200, body: { customerSession: { state: 'open' }, effects: [] } }, 'unexpected_answer'],
  'effects that are no list': [{ status: 200, body: { customerSession: { cartItems: [] }, effects: {} } }, 'unexpected_answer'],
  'a code that is no text': [{ status: 200, body: { customerSession: { cartItems: [], couponCodes: [7] } } }, 'unexpected_answer'],
}

describe('what waiting does not cure stops the cart, and nothing is lost', () => {
  test.each(Object.entries(stopping))('%s', async (_name, [fate, code]) => {
    const { cart, clock, server, view, stored } = await openLoaded({ session })
    server.script('PUT', fate, fate)
    const first = outcomeOf(cart.add(apple))
    await clock.advance(3_600_000)
    expect(view()).toMatchObject({ lines: [{ quantity: 2 }], pending: true, error: { code, retryable: false } })
    expect(server.puts).toHaveLength(1)
    cart.retry()
    await clock.advance(3_600_000)
    expect(server.puts).toHaveLength(2)
    const second = outcomeOf(cart.add(apple))
    await clock.advance(1000)
    expect([first(), second()]).toEqual([{ revision: 2 }, { revision: 2 }])
    expect(stored()).toEqual([['APPLE', 3]])
    expect(view()).toMatchObject({ pending: false, error: undefined })
  })

  test.each(Object.entries(stopping))('while the session is loaded: %s', async (_name, [fate, code]) => {
    const { cart, clock, server, view, stored } = openCart({ session })
    server.script('GET', fate, fate)
    void cart.add(apple)
    await clock.advance(3_600_000)
    expect(view()).toMatchObject({ status: 'loading', pending: true, error: { code } })
    cart.retry()
    await clock.settle()
    expect(server.requests).toHaveLength(2)
    void cart.add(apple)
    await clock.advance(1000)
    expect(stored()).toEqual([['APPLE', 3]])
    expect(view()).toMatchObject({ status: 'ready', error: undefined })
  })
})

test('promises that nobody looks at are no unhandled rejections', async () => {
  const unhandled: unknown[] = []
  const listener = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', listener)
  const { cart, clock, server } = await openLoaded({ session })
  server.judge = () => ({ status: 400 })
  void cart.add(bread)
  void cart.applyCoupon('TEN')
  void cart.setReferral('FRIEND')
  void cart.remove('PEAR')
  void cart.flush()
  void cart.flush({ timeout: 1 })
  await clock.advance(5000)
  server.judge = () => undefined
  server.script('PUT', { status: 401 })
  void cart.add(bread)
  void cart.flush()
  await clock.advance(5000)
  server.write('cart', { state: 'closed' })
  void cart.add(bread)
  await clock.advance(5000)
  void cart.applyCoupon('TEN')
  await clock.advance(20_000)
  process.off('unhandledRejection', listener)
  expect(unhandled).toEqual([])
})

describe('after a 401 somebody else may have signed in', () => {
  const session = { profileId: 'ada', cartItems: [{ ...apple, quantity: 2 }] }

  test.each([
    ['finds another one’s session', { profileId: 'bob', cartItems: [{ ...bread, quantity: 1 }] }, { BREAD: 1 }],
    ['finds none', undefined, {}],
  ])('who %s: what waited is not sent', async (_, theirs, left) => {
    const { cart, clock, server, shown } = await openLoaded({ session })
    server.script('PUT', { status: 401 })
    const edit = outcomeOf(cart.add(apple))
    await clock.settle()
    server.sessions.delete('cart')
    if (theirs) server.write('cart', theirs)
    cart.retry()
    await clock.advance(1000)
    expect(edit()).toEqual({ error: 'identity_changed' })
    expect(shown()).toEqual(left)
    expect(server.puts).toHaveLength(1)
  })

  test('who is the same one: it is sent', async () => {
    const { cart, clock, server, stored } = await openLoaded({ session })
    server.script('PUT', { status: 401 })
    void cart.add(apple)
    await clock.settle()
    cart.retry()
    await clock.advance(1000)
    expect(stored()).toEqual([['APPLE', 3]])
  })
})

test('a cart that is forgotten gives up what waits and does nothing more', async () => {
  const { cart, clock, server, view } = await openLoaded({ session: { cartItems: [{ ...apple, quantity: 2 }] } })
  server.script('PUT', { status: 503 })
  const edit = outcomeOf(cart.add(apple))
  await clock.settle()
  cart.forget()
  const later = outcomeOf(cart.add(bread))
  await clock.advance(60_000)
  expect([edit(), later()]).toEqual([{ error: 'identity_changed' }, { error: 'identity_changed' }])
  expect([view().lines, view().session, server.puts.length]).toEqual([[], undefined, 1])
})
