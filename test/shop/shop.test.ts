import { type Browser, chromium, type Locator, type Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expect as shows } from 'playwright/test'
import { chromiumArgs, findChromium } from '../chromium.ts'
import { freePort, type RunningCommand, startCommand } from '../command.ts'

// The whole stack as a shop runs it: a real Chromium, the page of `npm start`, its proxy, and behind that the sandbox's own
// command as the deployment, with a key that nobody but those two may ever see.

const key = 'k3y-0f-the-dep1oyment-nobody-may-see'

let talonOne: RunningCommand
let shop: RunningCommand
let browser: Browser

beforeAll(async () => {
  talonOne = await startCommand('src/sandbox/cli.ts', ['--port', '0', '--key', key])
  shop = await startCommand('node_modules/vite/bin/vite.js', ['stories/shop', '--config', 'vite.config.ts'], {
    PORT: String(await freePort()),
    TALON_ONE_BASE_URL: talonOne.url,
    TALON_ONE_API_KEY: key,
  })
  const executablePath = await findChromium()
  browser = await chromium.launch({ args: chromiumArgs, ...(executablePath && { executablePath }) })
})

afterAll(async () => {
  await browser?.close()
  await shop?.[Symbol.asyncDispose]()
  await talonOne?.[Symbol.asyncDispose]()
})

test('a shopper fills a cart, tries codes, keeps a coupon, comes back and orders', async () => {
  const { page, cart, received } = await openShop()

  await page.getByRole('button', { name: 'Add to cart, Ayla' }).click()
  await page.getByRole('button', { name: 'Add to cart, Heron kettle' }).click()
  await shows(cart.getByRole('listitem')).toHaveCount(2)

  await cart.getByRole('button', { name: 'Increase quantity of Ayla' }).click()
  await shows(cart.getByRole('spinbutton', { name: 'Quantity of Ayla' })).toHaveValue('2')
  await shows(amount(cart, 'Subtotal')).toHaveText('€108.00')
  await shows(amount(cart, 'Coffee weeks')).toHaveText('−€2.00')

  await applyCode(cart, 'SAVE10')
  await shows(amount(cart, '10 % off')).toHaveText('−€10.80')
  await shows(amount(cart, 'Total')).toHaveText('€95.20')

  await applyCode(cart, 'EXPIRED')
  await shows(cart.getByText('This code has expired.', { exact: true })).toBeVisible()
  await shows(amount(cart, 'Total')).toHaveText('€95.20')

  const wallet = page.getByRole('region', { name: 'Your wallet' })
  await wallet.getByRole('button', { name: 'Reserve WELCOME5' }).click()
  await shows(wallet.getByRole('list', { name: 'Your coupons' }).getByRole('listitem')).toContainText('WELCOME5')

  await page.reload()
  await shows(cart.getByRole('spinbutton', { name: 'Quantity of Ayla' })).toHaveValue('2')
  await shows(amount(cart, 'Total')).toHaveText('€95.20')
  await shows(cart.getByText('This code has expired.', { exact: true })).toBeVisible()
  await shows(wallet.getByRole('list', { name: 'Your coupons' }).getByRole('listitem')).toContainText('WELCOME5')

  await wallet.getByRole('button', { name: 'Release WELCOME5' }).click()
  await shows(wallet.getByRole('list', { name: 'Your coupons' })).toHaveCount(0)

  await cart.getByRole('button', { name: 'Place order' }).click()
  await shows(page.getByRole('heading', { name: 'Thank you' })).toBeVisible()
  await shows(page.getByRole('region', { name: 'Thank you' })).toContainText('€95.20')

  // Pages, modules, answers and headers: enough of them that finding nothing says something.
  expect(received.length).toBeGreaterThan(100)
  expect(leaks([...received, shop.output(), talonOne.output()])).toEqual([])
  await page.context().close()
})

test('two shoppers with one session id do not see each other', async () => {
  const ada = await openShop()
  await ada.page.getByRole('button', { name: 'Add to cart, Ayla' }).click()
  await shows(amount(ada.cart, 'Total')).toHaveText('€13.50')
  const sessionId = await ada.page.evaluate(() => localStorage.getItem('shop.sessionId'))

  const bob = await openShop()
  await bob.page.evaluate((id) => localStorage.setItem('shop.sessionId', String(id)), sessionId)
  await bob.page.reload()
  await bob.page.getByRole('button', { name: 'Add to cart, Heron kettle' }).click()
  await shows(bob.cart.getByRole('listitem')).toHaveCount(1)
  await ada.page.reload()
  await shows(ada.cart.getByRole('spinbutton', { name: 'Quantity of Ayla' })).toHaveValue('1')
  await shows(ada.cart.getByRole('listitem')).toHaveCount(1)
  await Promise.all([ada.page.context().close(), bob.page.context().close()])
})

test('a click shows at once although the server is far away, and stays while the line is down', async () => {
  const { page, cart } = await openShop()
  await page.getByRole('button', { name: 'Add to cart, Ayla' }).click()
  await shows(amount(cart, 'Total')).toHaveText('€13.50')
  await page.context().setOffline(true)
  await cart.getByRole('button', { name: 'Increase quantity of Ayla' }).click()
  await shows(cart.getByRole('spinbutton', { name: 'Quantity of Ayla' })).toHaveValue('2')
  await shows(cart.getByRole('alert')).toBeVisible()
  await page.context().setOffline(false)
  await shows(amount(cart, 'Total')).toHaveText('€27.00', { timeout: 40_000 })
  await shows(cart.getByRole('alert')).toHaveCount(0)
  await page.context().close()
})

/** A new shopper's browser, with everything its pages were sent. */
async function openShop(): Promise<{ page: Page; cart: Locator; received: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  const received: string[] = []
  page.on('console', (message) => received.push(message.text()))
  page.on('response', (response) => {
    received.push(response.url(), JSON.stringify(response.headers()))
    void response.text().then(
      (text) => received.push(text),
      // A redirect or an answer to a page that is gone has no body.
      () => undefined,
    )
  })
  await page.goto(shop.url)
  return {
    page,
    cart: page
      .getByRole('complementary')
      .or(page.getByRole('region', { name: 'Your cart' }))
      .first(),
    received,
  }
}

async function applyCode(cart: Locator, code: string): Promise<void> {
  await cart.getByLabel('Coupon code').fill(code)
  await cart.getByRole('button', { name: 'Apply', exact: true }).click()
}

function amount(cart: Locator, name: string): Locator {
  return cart
    .getByRole('term')
    .filter({ hasText: new RegExp(`^${name}$`) })
    .locator('xpath=following-sibling::*[1]')
}

function leaks(texts: readonly string[]): string[] {
  const forms = [key, btoa(key), encodeURIComponent(key), Buffer.from(key).toString('hex')]
  return texts.filter((text) => forms.some((form) => text.includes(form)))
}
