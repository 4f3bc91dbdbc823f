import type { CartPlatform } from '../../src/cart/platform.ts'

/** Another page of the same origin, with a platform that shares nothing with this one's but the browser. */
export interface Tab extends Disposable {
  platform: CartPlatform
  /** Ends it as it stands, as a browser ends a page that is closed. */
  kill(): void
}

export async function openTab(): Promise<Tab> {
  const frame = document.createElement('iframe')
  frame.srcdoc = `<script type="module">
    import { browserPlatform } from '/src/cart/platform.ts'
    window.platform = browserPlatform()
  </script>`
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve))
  document.body.append(frame)
  await loaded
  // What the script above has left there.
  const { platform } = frame.contentWindow as unknown as { platform: CartPlatform }
  const kill = () => frame.remove()
  return { platform, kill, [Symbol.dispose]: kill }
}
