import { describe, expect, it } from 'vitest'
import { trackEventV2, updateAudienceCustomersAttributes, updateCustomerProfile, updateCustomerSessionV2 } from '../../src/endpoints.ts'
import type { AttributeType, SandboxConfig } from '../../src/sandbox/index.ts'
import { mug, openShop } from './sandbox-shop.ts'

const fits: [type: AttributeType, right: unknown, wrong: unknown][] = [
  ['string', 'web', 7],
  ['number', 7.5, '7.5'],
  ['boolean', false, 'false'],
  ['time', '2026-01-15T12:00:00Z', '15 January'],
  ['(list string)', ['web', 'app'], ['web', 7]],
  ['(list number)', [1, 2], 1],
]

function shopWith(attributes: SandboxConfig['attributes'], more: SandboxConfig = {}) {
  const shop = openShop({ ...more, ...(attributes && { attributes }) })
  return {
    ...shop,
    session: (customerSession: object) => shop.raw('PUT', '/v2/customer_sessions/cart', { customerSession }),
  }
}

describe('the registry of attributes', () => {
  it.each(fits)('takes what is a %s, and nothing else but null', async (type, right, wrong) => {
    const shop = shopWith({ session: { Channel: type } })
    expect((await shop.session({ attributes: { Channel: right } })).status).toBe(200)
    expect((await shop.session({ attributes: { Channel: null } })).status).toBe(200)
    const { status, body } = await shop.session({ attributes: { Channel: wrong } })
    expect(status).toBe(400)
    expect(body).toMatchObject({
      message: 'The submitted data was invalid',
      errors: [{ title: 'Invalid type', source: { pointer: expect.stringMatching(/^\/customerSession\/attributes\/Channel/) } }],
    })
  })

  it('takes anything for an entity that is left out, and anywhere when there is none', async () => {
    const any = {
      attributes: { Whatever: 1 },
      cartItems: [{ ...mug, attributes: { Whatever: 1 } }],
      additionalCosts: { whatever: { price: 1 } },
    }
    expect((await shopWith({ profile: {}, event: {} }).session(any)).status).toBe(200)
    expect((await shopWith(undefined).session(any)).status).toBe(200)
  })

  it('names the line, and escapes the name', async () => {
    const { body } = await shopWith({ item: {} }).session({ cartItems: [mug, { ...mug, attributes: { 'a/b~c': 1 } }] })
    expect(body).toMatchObject({ errors: [{ title: 'Unknown', source: { pointer: '/customerSession/cartItems/1/attributes/a~1b~0c' } }] })
  })

  it('does not take the names that every object has', async () => {
    expect((await shopWith({ session: {} }).session({ attributes: { constructor: 'x' } })).status).toBe(400)
  })

  it('refuses costs that are not listed, on the cart and on its lines', async () => {
    const shop = shopWith(undefined, { additionalCosts: ['shipping'] })
    const costs = (name: string) => ({ [name]: { price: 1 } })
    expect((await shop.session({ additionalCosts: costs('shipping') })).status).toBe(200)
    expect((await shop.session({ additionalCosts: costs('wrapping') })).status).toBe(400)
    expect((await shop.session({ cartItems: [{ ...mug, additionalCosts: costs('wrapping') }] })).status).toBe(400)
  })

  it('holds profiles, audiences and events to it, and stores nothing of what it refuses', async () => {
    const shop = shopWith({ profile: { Name: 'string' }, event: { Stars: 'number' } })
    const attributes = { Nickname: 'Anna' }
    expect((await shop.ask(updateCustomerProfile, { integrationId: 'anna', attributes })).status).toBe(400)
    expect((await shop.ask(updateAudienceCustomersAttributes, { audienceId: 1, attributes })).status).toBe(400)
    expect((await shop.ask(trackEventV2, { profileId: 'anna', type: 'reviewed', attributes })).status).toBe(400)
    expect(shop.state.profiles.size).toBe(0)
    expect((await shop.ask(trackEventV2, { profileId: 'anna', type: 'reviewed', attributes: { Stars: 5 } })).status).toBe(204)
    expect((await shop.ask(updateCustomerSessionV2, { customerSessionId: 'cart', customerSession: { attributes } })).status).toBe(200)
  })
})
