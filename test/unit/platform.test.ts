import { expect, test, vi } from 'vitest'
import { browserPlatform } from '../../src/cart/platform.ts'

test('a browser platform on a server keeps nothing, hears nobody, and hides from nobody', async () => {
  const { storage, presence, locks, join, clock, random } = browserPlatform()
  await expect(storage.read('cart')).rejects.toMatchObject({ name: 'ReferenceError' })
  expect([presence.isOnline(), presence.isHidden()]).toEqual([true, false])
  const stop = presence.subscribe(() => {})
  stop()
  const heard = vi.fn<() => void>()
  const [one, other] = [join('cart', heard), join('cart', heard)]
  one.post()
  other.close()
  one.close()
  expect(await locks.request('cart', {}, async () => 'task')).toBe('task')
  expect(clock.now()).toBeGreaterThan(0)
  expect(random()).toBeLessThan(1)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(heard).not.toHaveBeenCalled()
})

test("one shopper's request on a server does not wait for another one's", async () => {
  const [one, other] = [browserPlatform(), browserPlatform()]
  void one.locks.request('cart', {}, () => new Promise<never>(() => {}))
  expect(await other.locks.request('cart', {}, async () => 'task')).toBe('task')
})

test('nothing of it keeps a server running', async () => {
  const { join } = browserPlatform()
  const before = process.getActiveResourcesInfo()
  join('cart', () => {})
  expect(process.getActiveResourcesInfo()).toEqual(before)
})
