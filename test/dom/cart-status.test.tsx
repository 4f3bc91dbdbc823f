/** What a page says of a cart beside its contents, and how it keeps a shopper from losing any. */
import { act, cleanup, render, screen } from '@testing-library/react'
import { Profiler } from 'react'
import { renderToString } from 'react-dom/server'
import { type CartStatus, useCart, useCartActions, useCartStatus, useLeaveGuard, type UseLeaveGuardOptions } from 'talon-one-react'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createMemoryStorage } from '../../src/cart/storage.ts'
import { apple, bread, click, openServer, settle, shopOf, type ShopProps } from './open-shop.tsx'

afterEach(cleanup)

// As a browser that keeps nothing, such as in some private windows.
const refuse = () => Promise.reject(new DOMException('no storage', 'InvalidStateError'))
const keepsNothing: ShopProps['platform'] = { storage: { read: refuse, append: refuse, mark: refuse, change: refuse } }

describe('useCartStatus', () => {
  async function openStatus(platform: ShopProps['platform'] = { storage: createMemoryStorage() }) {
    const server = openServer()
    const shown: CartStatus[] = []
    const Status = () => {
      const status = useCartStatus()
      return (
        <Profiler id="status" onRender={() => void shown.push(status)}>
          {status.sync}
        </Profiler>
      )
    }
    render(
      <>
        <Status />
        <Buttons />
      </>,
      { wrapper: shopOf(server, platform) },
    )
    await settle(server)
    return { server, shown, last: () => shown.at(-1) }
  }

  test('counts the edits that wait, and says how they fare', async () => {
    const { server, last } = await openStatus()
    expect(last()).toEqual({ sync: 'idle', pending: 0, durable: true, status: 'ready', error: undefined, revision: 1 })
    server.script('PUT', 'hold')
    click('add bread')
    expect(last()).toMatchObject({ sync: 'sending', pending: 1 })
    await settle(server)
    click('add apple')
    click('add bread')
    expect(last()).toMatchObject({ sync: 'sending', pending: 3, revision: 1 })
    await act(() => server.release())
    expect(last()).toMatchObject({ pending: 2, revision: 2 })
  })

  test('says what is in the way', async () => {
    const { server, last } = await openStatus()
    server.always({ status: 401 })
    click('add bread')
    await settle(server)
    expect(last()).toMatchObject({ sync: 'stopped', pending: 1, error: { code: 'unauthenticated' } })
  })

  test('says when nothing outlives the page', async () => {
    const { last } = await openStatus(keepsNothing)
    expect(last()).toMatchObject({ durable: false })
  })

  test('renders for none of what is in the cart', async () => {
    const { server, shown } = await openStatus()
    const before = shown.length
    // Read anew, with another line, other prices and a coupon, under the same revision: nothing that a status says.
    const { updateCount } = server.write('cart', { cartItems: [{ ...apple, quantity: 7 }], couponCodes: ['TEN'] })
    Object.assign(server.sessions.get('cart') ?? {}, { updateCount: updateCount - 1 })
    click('flush')
    await settle(server)
    expect(screen.getByText('7 units')).toBeDefined()
    expect(shown.length).toBe(before)
  })
})

describe('useLeaveGuard', () => {
  function openGuard(platform: ShopProps['platform'] = { storage: createMemoryStorage() }, options?: UseLeaveGuardOptions) {
    const server = openServer()
    const added = vi.spyOn(globalThis, 'addEventListener')
    onTestFinished(() => added.mockRestore())
    const Guard = () => {
      useLeaveGuard(options)
      return null
    }
    const { unmount } = render(
      <>
        <Guard />
        <Buttons />
      </>,
      { wrapper: shopOf(server, platform) },
    )
    return { server, unmount, listened: () => added.mock.calls.some(([type]) => type === 'beforeunload') }
  }

  test('asks while an edit waits that nothing keeps, and no longer', async () => {
    const { server } = openGuard(keepsNothing)
    await settle(server)
    expect(asksToLeave()).toBe(false)
    server.script('PUT', 'hold')
    click('add bread')
    expect(asksToLeave()).toBe(true)
    await settle(server)
    expect(asksToLeave()).toBe(true)
    await act(() => server.release())
    expect(asksToLeave()).toBe(false)
  })

  test('does not listen at all while edits are kept: the page stays eligible for the back/forward cache', async () => {
    const { server, listened } = openGuard()
    await settle(server)
    server.script('PUT', 'hold')
    click('add bread')
    await settle(server)
    expect(asksToLeave()).toBe(false)
    expect(listened()).toBe(false)
  })

  test('asks for edits that are kept, too, where that is wanted', async () => {
    const { server } = openGuard(undefined, { whilePending: true })
    await settle(server)
    server.script('PUT', 'hold')
    click('add bread')
    await settle(server)
    expect(asksToLeave()).toBe(true)
    await act(() => server.release())
    expect(asksToLeave()).toBe(false)
  })

  test('goes with its component', async () => {
    const { server, unmount } = openGuard(keepsNothing)
    await settle(server)
    server.script('PUT', 'hold')
    click('add bread')
    expect(asksToLeave()).toBe(true)
    unmount()
    expect(asksToLeave()).toBe(false)
  })

  test('renders nothing on a server, and listens to nothing there', () => {
    const added = vi.spyOn(globalThis, 'addEventListener')
    onTestFinished(() => added.mockRestore())
    const Guard = () => {
      useLeaveGuard({ whilePending: true })
      return 'page'
    }
    const Wrapper = shopOf(openServer())
    expect(
      renderToString(
        <Wrapper>
          <Guard />
        </Wrapper>,
      ),
    ).toBe('page')
    expect(added).not.toHaveBeenCalled()
  })
})

function Buttons() {
  const { add, flush } = useCartActions()
  const quantity = useCart({ select: (cart) => cart.quantity })
  return (
    <>
      <button onClick={() => add(apple)}>add apple</button>
      <button onClick={() => add(bread)}>add bread</button>
      <button onClick={() => flush()}>flush</button>
      <p>{quantity} units</p>
    </>
  )
}

/** Whether a browser would ask before the page is left. */
function asksToLeave(): boolean {
  const event = new Event('beforeunload', { cancelable: true })
  dispatchEvent(event)
  return event.defaultPrevented
}
