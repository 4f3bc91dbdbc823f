/** What tests of a shop stand on: the test provider, and each bad day with what a shop can show of it. */
import { onlineManager } from '@tanstack/react-query'
import { act, cleanup, fireEvent, render, renderHook, screen, waitFor } from '@testing-library/react'
import { StrictMode } from 'react'
import { germanRejections, useCart, useCustomerInventory, useLoyaltyBalances, useSession, useTrackEvent } from 'talon-one-react'
import { createSandbox, type SandboxConfig } from 'talon-one-react/sandbox'
import {
  createTestShop,
  type ScenarioName,
  scenarios,
  talonOneGlobalTypes,
  type TalonOneStoryContext,
  TalonOneTestProvider,
  useSandbox,
  withTalonOne,
} from 'talon-one-react/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createLocks } from '../../src/lane.ts'

const told = vi.spyOn(console, 'error')

beforeEach(() => void told.mockClear())
// React says there what a test did wrong, such as an update that nobody waited for.
afterEach(() => {
  cleanup()
  if (told.mock.calls.length > 0) throw new Error(`Told on the console: ${told.mock.calls.join()}`)
})

const beans = { sku: 'beans', name: 'House beans', price: 12.5, category: 'Coffee' }
const cartItems = [{ ...beans, quantity: 1 }]

function Cart() {
  const cart = useCart()
  const { total } = cart.totals
  return (
    <section aria-label="cart" data-status={cart.status}>
      {cart.lines.map((line) => (
        <p key={line.key}>{`${line.quantity} × ${line.name}`}</p>
      ))}
      <output>{`${total.shown} ${total.status}`}</output>
      {cart.coupons.map((coupon) => (
        <p key={coupon.code}>{`${coupon.code}: ${coupon.status === 'rejected' ? coupon.message : coupon.status}`}</p>
      ))}
      {cart.error && <p role="alert">{cart.error.code}</p>}
      <button onClick={() => cart.add(beans)}>add</button>
      <button onClick={cart.retry}>try again</button>
    </section>
  )
}

const text = () => screen.getByRole('region', { name: 'cart' }).textContent?.replace(/addtry again$/, '')
const click = (name: string) => fireEvent.click(screen.getByRole('button', { name }))
const shows = (expected: string) => waitFor(() => expect(text()).toBe(expected))

describe('TalonOneTestProvider', () => {
  test('is a wrapper as it is: an empty cart that can be filled, and a wallet', async () => {
    render(<Cart />, { wrapper: TalonOneTestProvider })
    expect(text()).toBe('0 confirmed')
    expect(screen.getByRole('region').dataset.status).toBe('ready')
    click('add')
    expect(text()).toBe('1 × House beans12.5 stale')
    await shows('1 × House beans11.5 confirmed')
    const { result } = renderHook(() => useCustomerInventory({ coupons: true }), { wrapper: TalonOneTestProvider })
    await waitFor(() => expect(result.current.data?.coupons).toEqual([]))
  })

  test('shows its cart at the first render, codes and discounts too, and asks nothing', () => {
    const { wrapper, sandbox } = createTestShop({ cartItems, couponCodes: ['SAVE10', 'NONSENSE'] })
    const fetch = vi.spyOn(sandbox, 'fetch')
    const views: string[] = []
    function Watched() {
      views.push(useCart().status)
      return <Cart />
    }
    render(<Watched />, { wrapper })
    expect(text()).toBe('1 × House beans10.25 confirmedSAVE10: acceptedNONSENSE: We do not know this code. Please check the spelling.')
    expect(new Set(views)).toEqual(new Set(['ready']))
    expect(fetch).not.toHaveBeenCalled()
  })

  test('shows its cart as it is being read, when asked to', async () => {
    render(
      <TalonOneTestProvider cartItems={cartItems} prefetched={false}>
        <Cart />
      </TalonOneTestProvider>,
    )
    expect(screen.getByRole('region').dataset.status).toBe('loading')
    await shows('1 × House beans11.5 confirmed')
  })

  test('takes campaigns, a profile, a session, a referral code and texts of the shop’s own', () => {
    const campaigns = [
      {
        id: 1,
        name: 'Half',
        rules: [{ name: 'Half', then: () => [{ effectType: 'setDiscount' as const, props: { name: 'Half', value: 6 } }] }],
      },
    ]
    function Session() {
      const { sessionId, session, totals, referral } = useCart()
      const said = referral?.status === 'rejected' && referral.message
      return <p>{[sessionId, session?.profileId, totals.total.shown, said].join()}</p>
    }
    render(
      <TalonOneTestProvider {...{ campaigns, cartItems }} profileId="ben" sessionId="his" referralCode="FRIEND" messages={germanRejections}>
        <Session />
      </TalonOneTestProvider>,
    )
    expect(screen.getByText(`his,ben,6.5,${germanRejections.ReferralNotFound}`)).toBeDefined()
  })

  test('takes what the shop has registered, beside texts of its own', async () => {
    function Engraving() {
      const { add, error } = useCart()
      return <button onClick={() => add({ ...beans, attributes: { Engraving: 'Ada' } })}>{error?.code ?? 'engrave'}</button>
    }
    render(
      <TalonOneTestProvider attributes={{ item: { Ground: 'string' } }} messages={germanRejections}>
        <Engraving />
      </TalonOneTestProvider>,
    )
    click('engrave')
    await screen.findByText('bad_request')
  })

  test('shares nothing with a second one', async () => {
    render(
      <>
        <TalonOneTestProvider cartItems={cartItems}>
          <Cart />
        </TalonOneTestProvider>
        <TalonOneTestProvider cartItems={cartItems}>
          <Cart />
        </TalonOneTestProvider>
      </>,
    )
    fireEvent.click(screen.getAllByRole('button', { name: 'add' })[0] ?? document.body)
    await screen.findByText('23 confirmed')
    expect(screen.getByText('11.5 confirmed')).toBeDefined()
    // Lists in options are data of the caller's.
    expect(cartItems).toEqual([{ ...beans, quantity: 1 }])
  })

  test('does not wait for a request of another one that hangs', async () => {
    // As in a browser, whose locks are the whole page's.
    Object.defineProperty(navigator, 'locks', { value: createLocks(), configurable: true })
    const hanging = { faults: [{ kind: 'lostRequest' as const, silent: true }] }
    render(
      <>
        <TalonOneTestProvider cartItems={cartItems} weather={hanging}>
          <Cart />
        </TalonOneTestProvider>
        <TalonOneTestProvider>
          <Cart />
        </TalonOneTestProvider>
      </>,
    )
    for (const add of screen.getAllByRole('button', { name: 'add' })) fireEvent.click(add)
    await screen.findByText('11.5 confirmed')
    expect(screen.getByText('23 estimated')).toBeDefined()
    Reflect.deleteProperty(navigator, 'locks')
  })

  test('lets two shoppers meet in one sandbox', async () => {
    const sandbox = createSandbox()
    const ada = createTestShop({ sandbox, cartItems })
    const ben = createTestShop({ sandbox, profileId: 'ben', sessionId: 'his' })
    const again = createTestShop({ sandbox, couponCodes: ['SAVE10'] })
    const wrapped = (shop: typeof ada) => renderHook(() => useCart(), { wrapper: shop.wrapper }).result.current
    expect([ada, ben, again].map((shop) => wrapped(shop).quantity)).toEqual([1, 0, 1])
    expect([...sandbox.state.profiles.keys()]).toEqual(['ada', 'ben'])
  })

  test('starts over with another scenario', async () => {
    const page = (scenario: ScenarioName) => (
      <TalonOneTestProvider scenario={scenario}>
        <Cart />
      </TalonOneTestProvider>
    )
    const { rerender } = render(page('offline'))
    click('add')
    await shows('3 × House beans34.5 estimatednetwork')
    rerender(page('expiredCoupon'))
    expect(text()).toBe('2 × House beans23 confirmedSUMMER: This code has expired.')
  })

  test('holds in StrictMode', async () => {
    const { wrapper: Wrapper, queryClient, sandbox } = createTestShop({ cartItems })
    const fetch = vi.spyOn(sandbox, 'fetch')
    for (const Provider of [Wrapper, TalonOneTestProvider]) {
      const { unmount } = render(
        <StrictMode>
          <Provider>
            <Cart />
          </Provider>
        </StrictMode>,
      )
      // Long enough for a cart whose cache was cleared to ask.
      await new Promise((resolve) => setTimeout(resolve, 5))
      expect(fetch).toHaveBeenCalledTimes(Provider === Wrapper ? 0 : 1)
      click('add')
      await screen.findByText(Provider === Wrapper ? '23 confirmed' : '11.5 confirmed')
      unmount()
    }
    await Promise.resolve()
    expect(queryClient.getQueryCache().findAll({ queryKey: ['talon-one', '/talon-one'] })).toEqual([])
  })

  test('ends what waits when it is unmounted; the sandbox remembers, for another page of the same shop', async () => {
    const { wrapper, sandbox, queryClient } = createTestShop({ scenario: 'offline' })
    const fetch = vi.spyOn(sandbox, 'fetch')
    const first = render(<Cart />, { wrapper })
    const second = render(<Units />, { wrapper })
    click('add')
    await waitFor(() => expect(fetch).toHaveBeenCalled())
    first.unmount()
    await Promise.resolve()
    expect(queryClient.getQueryCache().findAll({ queryKey: ['talon-one', '/talon-one'] })).not.toEqual([])
    second.unmount()
    await Promise.resolve()
    expect(queryClient.getQueryCache().findAll({ queryKey: ['talon-one', '/talon-one'] })).toEqual([])
    sandbox.setWeather()
    fetch.mockClear()
    // Longer than the cart waits after a first failure.
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(fetch).not.toHaveBeenCalled()
    render(<Cart />, { wrapper })
    await shows('2 × House beans23 confirmed')
  })

  test('sends a failed request once, and again where a hook says so', async () => {
    const { wrapper, sandbox } = createTestShop({ scenario: 'serverDown' })
    const fetch = vi.spyOn(sandbox, 'fetch')
    const read = renderHook(() => useLoyaltyBalances({ loyaltyProgramId: 1 }), { wrapper })
    await waitFor(() => expect(read.result.current.error?.code).toBe('unavailable'))
    expect(fetch).toHaveBeenCalledTimes(1)
    const write = renderHook(() => useTrackEvent(), { wrapper })
    act(() => write.result.current.mutate({ type: 'reviewed' }))
    await waitFor(() => expect(write.result.current.error?.code).toBe('unavailable'))
    expect(fetch.mock.calls.filter(([request]) => request instanceof Request && request.method === 'POST')).toHaveLength(1)
    fetch.mockClear()
    const insisting = renderHook(() => useCustomerInventory({ coupons: true }, { retry: 2, retryDelay: 1 }), { wrapper })
    await waitFor(() => expect(insisting.result.current.error?.code).toBe('unavailable'))
    expect(fetch).toHaveBeenCalledTimes(3)
  })

  test('works where the browser says that there is no network', async () => {
    onlineManager.setOnline(false)
    try {
      const read = renderHook(() => useCustomerInventory({ coupons: true }), { wrapper: TalonOneTestProvider })
      await waitFor(() => expect(read.result.current.data).toBeDefined())
      const write = renderHook(() => useTrackEvent(), { wrapper: TalonOneTestProvider })
      act(() => write.result.current.mutate({ type: 'reviewed' }))
      await waitFor(() => expect(write.result.current.data).toBeDefined())
    } finally {
      onlineManager.setOnline(true)
    }
  })

  test('keeps nothing of what it was given, and shows nothing of what changes behind its back', () => {
    const line = { ...beans, quantity: 1, attributes: { Ground: 'fine' } }
    const { wrapper, sandbox } = createTestShop({ cartItems: [line] })
    const stored = () => sandbox.state.sessions.get('cart')?.session.cartItems[0]
    line.attributes.Ground = 'coarse'
    expect(stored()?.attributes).toEqual({ Ground: 'fine' })
    Object.assign(stored() ?? {}, { name: 'Tea' })
    render(<Cart />, { wrapper })
    expect(text()).toBe('1 × House beans11.5 confirmed')
  })
})

describe('what cannot be is said', () => {
  const options = (given: object) => given
  test.each([
    ['an unknown scenario', options({ scenario: 'sunny' }), 'invalid_config'],
    ['a weather that cannot be', options({ weather: { faults: [{ kind: 'refused', status: 200 }] } }), 'invalid_config'],
    ['a line without a SKU', options({ cartItems: [{ quantity: 1 }] }), 'invalid_input'],
    ['campaigns for a sandbox that has its own', options({ sandbox: createSandbox(), campaigns: [] }), 'invalid_config'],
    ['a scenario with campaigns for one', options({ sandbox: createSandbox(), scenario: 'expiredCoupon' }), 'invalid_config'],
  ])('%s', (_what, given, code) => {
    expect(() => createTestShop(given)).toThrow(expect.objectContaining({ code }))
  })

  // A field that the sandbox's config gains does not compile until it is here.
  const impossible: Record<Exclude<keyof SandboxConfig, 'apiKey' | 'testingKey' | 'contentSignature'>, object> = {
    campaigns: { campaigns: [7] },
    programs: { programs: 7 },
    products: { products: 7 },
    attributes: { attributes: 7 },
    additionalCosts: { additionalCosts: 7 },
    unknownSession: { unknownSession: 7 },
    clock: { clock: 7 },
    latency: { latency: -1 },
    weather: { weather: { faults: [{ kind: 'hail' }] } },
  }

  test.each(Object.entries(impossible))('%s gets to the sandbox, which says that it cannot be', (name, given) => {
    const issue = { pointer: expect.stringMatching(`^/(${name}|faults)`) }
    const refusal = expect.objectContaining({ code: 'invalid_config', issues: [expect.objectContaining(issue)] })
    expect(() => createTestShop(given)).toThrow(refusal)
  })

  test.each(Object.entries(impossible).filter(([name]) => name !== 'weather'))(
    '%s comes too late for a sandbox of one’s own',
    (name, given) => {
      expect(() => createTestShop({ sandbox: createSandbox(), ...given })).toThrow(`\`${name}\` comes too late`)
    },
  )

  test('a sandbox without a provider', () => {
    told.mockReturnValue()
    expect(() => renderHook(() => useSandbox())).toThrow(expect.objectContaining({ code: 'missing_provider' }))
    told.mockClear()
  })
})

describe('each bad day', () => {
  const open = (scenario: ScenarioName) => {
    const shop = createTestShop({ scenario })
    const view = render(<Cart />, { wrapper: shop.wrapper })
    return { ...shop, ...view }
  }

  test('loading: nothing is known, and nobody answers', async () => {
    const { sandbox } = open('loading')
    expect(screen.getByRole('region').dataset.status).toBe('loading')
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(screen.getByRole('region').dataset.status).toBe('loading')
    expect(sandbox.state.sessions.get('cart')?.session.cartItems).toHaveLength(1)
  })

  test('slow: an edit shows at once, and is confirmed later', async () => {
    open('slow')
    click('add')
    expect(text()).toBe('3 × House beans34.5 estimated')
    await new Promise((resolve) => setTimeout(resolve, 800))
    expect(text()).toBe('3 × House beans34.5 estimated')
    await waitFor(() => expect(text()).toBe('3 × House beans34.5 confirmed'), { timeout: 3000 })
  })

  test.each([
    ['offline', 'network'],
    ['conflict', 'conflict'],
    ['serverDown', 'unavailable'],
    ['signedOut', 'unauthenticated'],
    ['malformed', 'not_json'],
  ] as const)('%s: the cart as it was, the edit that waits, and why; it goes out when the weather clears', async (scenario, code) => {
    const { sandbox } = open(scenario)
    expect(text()).toBe('2 × House beans23 confirmed')
    click('add')
    expect(text()).toBe('3 × House beans34.5 estimated')
    await shows(`3 × House beans34.5 estimated${code}`)
    sandbox.setWeather()
    click('try again')
    await shows('3 × House beans34.5 confirmed')
  })

  test('refused: the edit is gone, the cart as before, and why', async () => {
    open('refused')
    click('add')
    expect(text()).toBe('3 × House beans34.5 estimated')
    await shows('2 × House beans23 confirmedbad_request')
  })

  test.each([
    ['expiredCoupon', 'SUMMER: This code has expired.'],
    ['budgetUsedUp', 'LUCKY: This offer has been used up.'],
  ] as const)('%s: the code with its reason, which is no error', (scenario, verdict) => {
    open(scenario)
    expect(text()).toBe(`2 × House beans23 confirmed${verdict}`)
    expect(screen.queryByRole('alert')).toBeNull()
  })

  test('unknownEffect: everything else as ever, and the effect for whoever knows it', async () => {
    const { wrapper } = open('unknownEffect')
    expect(text()).toBe('2 × House beans23 confirmed')
    click('add')
    await shows('3 × House beans34.5 confirmed')
    const { result } = renderHook(() => useSession({ customerSessionId: 'cart' }, { select: ({ effects }) => effects }), { wrapper })
    expect(result.current.data?.map(({ effectType }) => effectType)).toContain('plantTree')
    // `useSession` reads it again, for it may have changed.
    await waitFor(() => expect(result.current.isFetching).toBe(false))
  })

  test('has its own test here', () => {
    const told = [
      'loading',
      'slow',
      'offline',
      'conflict',
      'serverDown',
      'signedOut',
      'malformed',
      'refused',
      'expiredCoupon',
      'budgetUsedUp',
      'unknownEffect',
    ]
    expect(Object.keys(scenarios).toSorted()).toEqual(told.toSorted())
  })

  test('adds its campaigns and codes to those of the shop, and leaves the shop’s cart alone', () => {
    render(
      <TalonOneTestProvider scenario="expiredCoupon" cartItems={cartItems} couponCodes={['SAVE10']}>
        <Cart />
      </TalonOneTestProvider>,
    )
    expect(text()).toBe('1 × House beans10.25 confirmedSAVE10: acceptedSUMMER: This code has expired.')
  })
})

describe('withTalonOne', () => {
  const context = { id: 'cart--plain', parameters: {}, globals: {} }
  const story = (more: Partial<TalonOneStoryContext>) => withTalonOne(Cart, { ...context, ...more })

  test('gives each story what its parameters say, and answers slowly enough to be seen', async () => {
    const { rerender } = render(story({ parameters: { talonOne: { cartItems } } }))
    click('add')
    const start = performance.now()
    await shows('2 × House beans23 confirmed')
    expect(performance.now() - start).toBeGreaterThan(180)
    rerender(story({ id: 'cart--other' }))
    expect(text()).toBe('0 confirmed')
    rerender(story({ id: 'cart--quick', parameters: { talonOne: { scenario: 'offline', latency: 0 } } }))
    expect(text()).toBe('2 × House beans23 confirmed')
  })

  test('starts over when the toolbar chooses a scenario, also over the story’s own', async () => {
    const parameters = { talonOne: { scenario: 'offline' as const } }
    const { rerender } = render(story({ parameters, globals: { talonOneScenario: '' } }))
    click('add')
    await shows('3 × House beans34.5 estimatednetwork')
    rerender(story({ parameters, globals: { talonOneScenario: 'expiredCoupon' } }))
    expect(text()).toBe('2 × House beans23 confirmedSUMMER: This code has expired.')
    rerender(story({ parameters, globals: {} }))
    expect(text()).toBe('2 × House beans23 confirmed')
  })

  test('keeps a story that only renders again', () => {
    const { rerender } = render(story({ parameters: { talonOne: { cartItems, latency: 0 } } }))
    click('add')
    rerender(story({ parameters: { talonOne: { cartItems: [...cartItems], latency: 0 } } }))
    expect(text()).toBe('2 × House beans23 estimated')
  })

  test('lists every scenario in the toolbar', () => {
    const { items } = talonOneGlobalTypes.talonOneScenario.toolbar
    expect(items.map(({ value }) => value)).toEqual(['', ...Object.keys(scenarios)])
    expect(items).toContainEqual({ value: 'budgetUsedUp', title: 'Budget used up' })
  })
})

function Units() {
  return <p>{useCart({ select: ({ quantity }) => quantity })} pieces</p>
}
