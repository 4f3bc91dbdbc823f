/** How a cart goes along with the ways in which React renders: twice, later, in part, and as little as possible. */
import { act, cleanup, render, screen } from '@testing-library/react'
import {
  memo,
  Profiler,
  type ReactNode,
  startTransition,
  StrictMode,
  Suspense,
  use,
  useDeferredValue,
  useEffect,
  useState,
  useTransition,
} from 'react'
import { type Amount, type CartLine, useCart, useCartActions, useCartLine, useCartStatus, useCoupons, useLeaveGuard } from 'talon-one-react'
import { afterEach, describe, expect, test } from 'vitest'
import type { TalonOneServer } from '../talon-one.ts'
import { bread, click, count, hushed, openServer, settle, shopOf } from './open-shop.tsx'

afterEach(cleanup)

describe('StrictMode', () => {
  test('reads and sends once, and has nothing to say against any hook', async () => {
    const server = openServer()
    const { told, restore } = hushed()
    const Everything = () => {
      const { quantity, add } = useCart()
      const line = useCartLine('BREAD')
      const { pending } = useCartStatus()
      const skus = useCart({ select: ({ lines }) => lines.map(({ sku }) => sku) })
      useCoupons()
      useLeaveGuard({ whilePending: true })
      return (
        <>
          <p>{`${quantity} units, ${line?.quantity} of them bread, of ${skus.join()}, ${pending} waiting`}</p>
          <button onClick={() => add(bread)}>add bread</button>
        </>
      )
    }
    render(
      <StrictMode>
        <Everything />
      </StrictMode>,
      { wrapper: shopOf(server) },
    )
    await settle(server)
    click('add bread')
    expect(screen.getByText('3 units, 2 of them bread, of APPLE,BREAD, 1 waiting')).toBeDefined()
    await settle(server)
    expect(screen.getByText('3 units, 2 of them bread, of APPLE,BREAD, 0 waiting')).toBeDefined()
    expect([count(server, 'GET'), count(server, 'PUT')]).toEqual([1, 1])
    expect(told).toEqual([])
    restore()
  })
})

describe('concurrent rendering', () => {
  test('an edit inside of a transition shows in the same tick, and the transition lasts until it is saved', async () => {
    const server = openServer()
    const Adder = () => {
      const { quantity, add } = useCart()
      const [isPending, start] = useTransition()
      return (
        <>
          <output>{`${quantity} ${isPending ? 'saving' : 'saved'}`}</output>
          <button onClick={() => start(() => add(bread).then(() => {}))}>add bread</button>
        </>
      )
    }
    render(<Adder />, { wrapper: shopOf(server) })
    await settle(server)
    server.script('PUT', 'hold')
    click('add bread')
    expect(screen.getByRole('status').textContent).toBe('3 saving')
    await settle(server)
    await act(() => server.release())
    expect(screen.getByRole('status').textContent).toBe('3 saved')
  })

  test('a deferred list falls behind, and comes to what the cart is', async () => {
    const server = openServer()
    const seen: string[] = []
    const List = memo(({ lines }: { lines: readonly CartLine[] }) => lines.map(({ key, quantity }) => `${key} ${quantity}`).join())
    const Deferred = () => {
      const { lines, quantity, setQuantity } = useCart()
      const deferred = useDeferredValue(lines)
      useEffect(() => void seen.push(`${quantity}: ${unitsOf(deferred)}`))
      return (
        <>
          <output>
            <List lines={deferred} />
          </output>
          <button onClick={() => setQuantity('APPLE', quantity)}>more</button>
        </>
      )
    }
    render(<Deferred />, { wrapper: shopOf(server) })
    await settle(server)
    seen.length = 0
    server.always('hang')
    click('more')
    click('more')
    expect(screen.getByRole('status').textContent).toBe('APPLE 3,BREAD 1')
    // Each click at once, the list after it.
    expect(seen).toEqual(['3: 2', '3: 3', '4: 3', '4: 4'])
  })

  test('an edit during a transition that has not ended shows at once, and in what the transition brings', async () => {
    const server = openServer()
    const gate = openGate()
    const Page = () => {
      const [isOpen, setOpen] = useState(false)
      return (
        <>
          <Units />
          <Suspense fallback="loading">{isOpen && <Gated gate={gate.promise} />}</Suspense>
          <button onClick={() => startTransition(() => setOpen(true))}>open</button>
        </>
      )
    }
    const { container } = render(<Page />, { wrapper: shopOf(server) })
    await settle(server)
    await act(async () => click('open'))
    await act(async () => click('add bread'))
    expect(container.textContent).toContain('3 units')
    expect(container.textContent).not.toContain('loading')
    await act(async () => gate.open())
    expect(container.textContent).toContain('3 in detail')
  })
})

describe('Suspense', () => {
  test('a cart that suspends before its first commit is the one that is shown later, and is read once', async () => {
    const server = openServer()
    const gate = openGate()
    const container = await renderSuspended(
      server,
      <Suspense fallback="loading">
        <Units />
        <Gated gate={gate.promise} />
      </Suspense>,
    )
    expect(container.textContent).toBe('loading')
    await act(async () => gate.open())
    await settle(server)
    expect(container.textContent).toContain('2 units')
    expect(container.textContent).toContain('2 in detail')
    expect(count(server, 'GET')).toBe(1)
  })

  test('a cart that is hidden for a while loses no edit, and is as it should be when it is shown again', async () => {
    const server = openServer()
    const gates = [openGate(), openGate()] as const
    const Page = () => {
      const [gate, setGate] = useState(gates[0])
      return (
        <>
          <Suspense fallback="loading">
            <Gated gate={gate.promise} />
          </Suspense>
          <Units />
          <button onClick={() => setGate(gates[1])}>hide</button>
        </>
      )
    }
    const container = await renderSuspended(server, <Page />)
    await act(async () => gates[0].open())
    expect(container.textContent).toContain('2 in detail')
    await act(async () => click('hide'))
    expect(container.textContent).toContain('loading')
    await act(async () => click('add bread'))
    await settle(server)
    await act(async () => gates[1].open())
    expect(container.textContent).toContain('3 in detail')
    expect(server.sessions.get('cart')?.cartItems.map(({ quantity }) => quantity)).toEqual([1, 2])
    expect(count(server, 'PUT')).toBe(1)
  })
})

describe('a selection by a function that is new every time', () => {
  test('follows what the function closes over, at once', async () => {
    const server = openServer()
    const Picked = ({ sku }: { sku: string }) => (
      <output>{useCart({ select: ({ lines }) => lines.find((line) => line.sku === sku)?.name })}</output>
    )
    const { rerender } = render(<Picked sku="APPLE" />, { wrapper: shopOf(server) })
    await settle(server)
    expect(screen.getByRole('status').textContent).toBe('Apple')
    rerender(<Picked sku="BREAD" />)
    expect(screen.getByRole('status').textContent).toBe('Bread')
  })

  test('is the same object while its parts are, however often its component renders', async () => {
    const server = openServer()
    const effects: string[] = []
    const Skus = ({ title }: { title: string }) => {
      const skus = useCart({ select: ({ lines }) => lines.map(({ sku }) => sku) })
      useEffect(() => void effects.push(skus.join()), [skus])
      return title
    }
    const { rerender } = render(<Skus title="one" />, { wrapper: shopOf(server) })
    await settle(server)
    rerender(<Skus title="two" />)
    rerender(<Skus title="three" />)
    expect(effects).toEqual(['', 'APPLE,BREAD'])
  })
})

describe('a cart of a thousand lines', () => {
  const skus = Array.from({ length: 1000 }, (_, index) => `SKU-${index}`)

  async function openThousand() {
    const server = openServer()
    server.write('cart', { cartItems: skus.map((sku) => ({ sku, name: sku, price: 1, quantity: 2 })) })
    const renders: string[] = []
    const onRender = (id: string) => void renders.push(id)
    const Totals = () => <output>{useCart({ select: ({ totals }) => shownOf(totals.total) })}</output>
    render(
      <>
        {skus.map((sku) => (
          <Profiler key={sku} id={sku} onRender={onRender}>
            <Row sku={sku} />
          </Profiler>
        ))}
        <Profiler id="totals" onRender={onRender}>
          <Totals />
        </Profiler>
        <Editor />
      </>,
      { wrapper: shopOf(server, { clock: server.clock }) },
    )
    await settle(server)
    const during = async (task: () => unknown) => {
      renders.length = 0
      await act(async () => void (await task()))
      return renders.length > 9 ? `${renders.length} renders` : [...renders]
    }
    return { server, during }
  }

  test('editing one again renders that one and the totals', async () => {
    const { server, during } = await openThousand()
    expect(screen.getByRole('status').textContent).toBe('2000')
    server.always('hold')
    await during(() => click('more'))
    expect(await during(() => click('more'))).toEqual(['SKU-500', 'totals'])
  })

  test('editing one for the first time renders that one and the totals', async () => {
    const { server, during } = await openThousand()
    server.always('hold')
    expect(await during(() => click('more'))).toEqual(['SKU-500', 'totals'])
  })

  test('an answer that says what was estimated renders the edited one alone', async () => {
    const { server, during } = await openThousand()
    server.always('hold')
    await during(() => click('more'))
    await during(() => server.clock.settle())
    expect(await during(() => server.release())).toEqual(['SKU-500'])
  })
})

// Parts

function Row({ sku }: { sku: string }) {
  const line = useCartLine(sku)
  return <p>{line && `${line.quantity} × ${line.name}, ${shownOf(line.total)}`}</p>
}

function Editor() {
  const quantity = useCart({ select: ({ lines }) => lines[500]?.quantity ?? 0 })
  const { setQuantity } = useCartActions()
  return <button onClick={() => setQuantity('SKU-500', quantity + 1)}>more</button>
}

function Units() {
  const { quantity, add } = useCart()
  return (
    <>
      <p>{quantity} units</p>
      <button onClick={() => add(bread)}>add bread</button>
    </>
  )
}

function Gated({ gate }: { gate: Promise<void> }) {
  use(gate)
  return <p>{useCart().quantity} in detail</p>
}

// Helpers

async function renderSuspended(server: TalonOneServer, page: ReactNode) {
  // React waits for what has suspended only if somebody waits for it.
  const { container } = await act(async () => render(page, { wrapper: shopOf(server) }))
  await settle(server)
  return container
}

function openGate() {
  let open = () => {}
  const promise = new Promise<void>((resolve) => {
    open = resolve
  })
  return { promise, open: () => open() }
}

const shownOf = (amount: Amount | CartLine['total']) => (amount.status === 'confirmed' ? amount.value : amount.shown)
const unitsOf = (lines: readonly CartLine[]) => lines.reduce((units, { quantity }) => units + quantity, 0)
