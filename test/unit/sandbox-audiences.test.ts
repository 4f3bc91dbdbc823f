import { describe, expect, it } from 'vitest'
import {
  createAudienceV2,
  deleteAudienceMembershipsV2,
  deleteAudienceV2,
  getCustomerInventory,
  updateAudienceCustomersAttributes,
  updateAudienceV2,
  updateCustomerProfileAudiences,
} from '../../src/endpoints.ts'
import { type SandboxCampaign, setDiscount } from '../../src/sandbox/index.ts'
import { mug, noon, openShop } from './sandbox-shop.ts'

const created = new Date(noon).toISOString()
const notFound = { status: 404, body: { message: 'Audience not found', StatusCode: 404 } }

/** A shop with members in the audience 1, "Newsletter". */
async function openWithMembers(campaigns: SandboxCampaign[] = []) {
  const shop = openShop({ campaigns })
  const data = ['anna', 'ben'].map((profileIntegrationId) => ({ action: 'add' as const, profileIntegrationId, audienceId: 1 }))
  await shop.send(updateCustomerProfileAudiences, { data: [...data, { action: 'add', profileIntegrationId: 'eve', audienceId: 2 }] })
  const profile = async (integrationId: string) => (await shop.send(getCustomerInventory, { integrationId, profile: true })).profile
  return { ...shop, profile, audiences: async (id: string) => (await profile(id))?.audienceMemberships }
}

describe('an audience', () => {
  it('is made with an id of its own, and can be joined', async () => {
    const shop = await openWithMembers()
    const audience = await shop.send(createAudienceV2, { name: 'Regulars', description: 'Often here', subscribedApplicationsIds: [1] })
    expect(audience).toEqual({
      id: expect.any(Number),
      accountId: 1,
      created,
      name: 'Regulars',
      description: 'Often here',
      subscribedApplicationsIds: [1],
    })
    expect([1, 2]).not.toContain(audience.id)
    await shop.send(updateCustomerProfileAudiences, { data: [{ action: 'add', profileIntegrationId: 'anna', audienceId: audience.id }] })
    expect(await shop.audiences('anna')).toEqual([
      { id: 1, name: 'Newsletter' },
      { id: audience.id, name: 'Regulars' },
    ])
  })

  it('is answered 201, and gets no id of those the sandbox begins with', async () => {
    const shop = openShop({ campaigns: [] })
    expect(await shop.ask(createAudienceV2, { name: 'New' })).toMatchObject({ status: 201, body: { id: 3 } })
  })

  it('6.4 gets 409 when there is one of its integration and id', async () => {
    const shop = openShop()
    const audience = { name: 'Regulars', integration: 'mParticle', integrationId: 'r' }
    await shop.send(createAudienceV2, audience)
    expect(await shop.ask(createAudienceV2, { ...audience, name: 'Others' })).toEqual({
      status: 409,
      body: { message: 'This audience already exists', StatusCode: 409 },
    })
    expect((await shop.ask(createAudienceV2, { ...audience, integration: 'Segment' })).status).toBe(201)
    expect((await shop.ask(createAudienceV2, { name: 'Regulars' })).status).toBe(201)
    expect((await shop.ask(createAudienceV2, { name: 'Regulars' })).status).toBe(201)
  })

  it('has another name after an update, with its members too', async () => {
    const shop = await openWithMembers()
    expect(await shop.send(updateAudienceV2, { audienceId: 1, name: 'Letters' })).toEqual({ id: 1, accountId: 1, created, name: 'Letters' })
    expect(await shop.audiences('anna')).toEqual([{ id: 1, name: 'Letters' }])
    expect(await shop.audiences('eve')).toEqual([{ id: 2, name: 'VIP' }])
  })

  it('can be emptied, and stays', async () => {
    const shop = await openWithMembers()
    expect(await shop.ask(deleteAudienceMembershipsV2, { audienceId: 1 })).toEqual({ status: 204, body: undefined })
    expect([await shop.audiences('anna'), await shop.audiences('ben'), await shop.audiences('eve')]).toEqual([
      [],
      [],
      [{ id: 2, name: 'VIP' }],
    ])
    expect(shop.state.audiences.has(1)).toBe(true)
  })

  it('can be deleted, and its members are in it no more', async () => {
    const shop = await openWithMembers()
    expect(await shop.ask(deleteAudienceV2, { audienceId: 1 })).toEqual({ status: 204, body: undefined })
    expect(await shop.audiences('anna')).toEqual([])
    expect(await shop.ask(deleteAudienceV2, { audienceId: 1 })).toEqual(notFound)
  })

  it('sets attributes of its members, merged per key', async () => {
    const shop = await openWithMembers()
    await shop.raw('PUT', '/v2/customer_profiles/anna', { attributes: { name: 'Anna', vip: false } })
    const attributes = { vip: true, name: null }
    expect(await shop.ask(updateAudienceCustomersAttributes, { audienceId: 1, attributes })).toEqual({ status: 204, body: undefined })
    expect((await shop.profile('anna'))?.attributes).toEqual({ name: 'Anna', vip: true })
    expect((await shop.profile('ben'))?.attributes).toEqual({ vip: true })
    expect((await shop.profile('eve'))?.attributes).toEqual({})
  })

  it('decides what its members get', async () => {
    const forOne: SandboxCampaign = {
      id: 1,
      name: 'For readers',
      rules: [{ name: 'One off', when: ({ audienceIds }) => audienceIds.includes(1), then: () => [setDiscount('One off', 1)] }],
    }
    const shop = await openWithMembers([forOne])
    expect((await shop.put({ cartItems: [mug] })).effects).toHaveLength(1)
    await shop.send(deleteAudienceV2, { audienceId: 1 })
    expect((await shop.put({ cartItems: [mug] })).effects).toEqual([])
  })

  it('is not found when it is unknown, whatever is asked of it', async () => {
    const shop = openShop()
    expect(await shop.ask(updateAudienceV2, { audienceId: 9, name: 'Nine' })).toEqual(notFound)
    expect(await shop.ask(deleteAudienceV2, { audienceId: 9 })).toEqual(notFound)
    expect(await shop.ask(deleteAudienceMembershipsV2, { audienceId: 9 })).toEqual(notFound)
    expect(await shop.ask(updateAudienceCustomersAttributes, { audienceId: 9, attributes: {} })).toEqual(notFound)
  })

  it('15 is there again after a reset', async () => {
    const shop = await openWithMembers()
    await shop.send(deleteAudienceV2, { audienceId: 1 })
    shop.reset()
    expect([...shop.state.audiences.keys()]).toEqual([1, 2])
  })
})
