import { browserPlatform } from '../../src/cart/platform.ts'

// Does a bit of everything with a cart of the name that it is told, and says what came of it.
addEventListener('message', ({ data: cart }: MessageEvent<string>) => {
  void (async () => {
    const { storage, presence, locks, join } = browserPlatform()
    await storage.append(cart, [{ id: 'from a worker', edit: { type: 'remove', key: 'from a worker' } }])
    const stop = presence.subscribe(() => {})
    stop()
    const channel = join(cart, () => {})
    channel.post()
    channel.close()
    const locked = await locks.request(cart, {}, async () => 'task')
    postMessage({ isOnline: presence.isOnline(), isHidden: presence.isHidden(), locked })
  })()
})
