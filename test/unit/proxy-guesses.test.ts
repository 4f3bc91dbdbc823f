import { expect, test } from 'vitest'
import { createShop } from './proxy-shop.ts'

test('a code that is reserved in vain costs a guess, whatever case it is written in', async () => {
  const { call } = createShop({ limits: { codes: { most: 2, perMs: 60_000 } } })
  const reserve = async (code: string) => (await call('POST', `/v1/coupon_reservations/${code}`, { body: {} })).status
  expect([await reserve('guess-1'), await reserve('Guess-2'), await reserve('GUESS-1'), await reserve('guess-3')]).toEqual([
    404, 404, 404, 429,
  ])
})
