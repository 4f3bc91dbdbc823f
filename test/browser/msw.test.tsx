/** The sandbox behind Mock Service Worker's real service worker. */
import { setupWorker } from 'msw/browser'
import { createTalonOne, updateCustomerSessionV2 } from 'talon-one-react'
import { talonOneHandlers } from 'talon-one-react/msw'
import { createTestShop } from 'talon-one-react/testing'
import { afterAll, expect, test } from 'vitest'

// Not where the shop's own proxy answers.
const baseUrl = '/msw/talon-one'
const { sandbox } = createTestShop({ scenario: 'offline' })
const worker = setupWorker(...talonOneHandlers(sandbox, { baseUrl }))

afterAll(async () => {
  await worker.stop()
  for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister()
})

test('answers a client of the page, and loses what the weather loses', async () => {
  const serviceWorker = { url: '/node_modules/msw/lib/mockServiceWorker.js', options: { scope: '/' } }
  await worker.start({ serviceWorker, quiet: true })
  const client = createTalonOne({ baseUrl, profileId: 'ada' })
  const apply = () => client.send(updateCustomerSessionV2, { customerSessionId: 'cart', customerSession: { couponCodes: ['SAVE10'] } })
  await expect(apply()).rejects.toMatchObject({ code: 'network' })
  sandbox.setWeather()
  const { effects } = await apply()
  expect(effects.map(({ effectType }) => effectType)).toContain('acceptCoupon')
})
