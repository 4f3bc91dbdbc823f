/**
 * A shop that has registered its attributes, compiled against the built package as that shop would have it. A project of its own,
 * because a registration holds for a whole program.
 */
import {
  createTalonOne,
  type CustomerProfile,
  type CustomerSessionV2,
  mutationFor,
  trackEventV2,
  trackEventV3,
  updateCustomerProfileV2,
  updateCustomerSessionV2,
  useCart,
  useItemPreview,
  useSession,
  useTrackEvent,
} from 'talon-one-react'

declare module 'talon-one-react' {
  interface Register {
    sessionAttributes: { Channel: 'web' | 'app'; GiftWrap: boolean }
    itemAttributes: { Engraving: string }
    profileAttributes: { Birthday: string }
    eventAttributes: { reviewed: { Stars: number }; visited: { Page?: string } }
  }
}

const client = createTalonOne()
const customerSessionId = 'cart'

export async function session(): Promise<void> {
  const beans = { sku: 'beans', quantity: 1 }
  await client.send(updateCustomerSessionV2, { customerSessionId, customerSession: { attributes: { Channel: 'web' } } })
  // @ts-expect-error no such channel
  await client.send(updateCustomerSessionV2, { customerSessionId, customerSession: { attributes: { Channel: 'fax' } } })
  // @ts-expect-error no such attribute
  await client.send(updateCustomerSessionV2, { customerSessionId, customerSession: { attributes: { Chanel: 'web' } } })
  await client.send(updateCustomerSessionV2, {
    customerSessionId,
    customerSession: { cartItems: [{ ...beans, attributes: { Engraving: 'Anna' } }] },
  })
  await client.send(updateCustomerSessionV2, {
    customerSessionId,
    // @ts-expect-error an engraving is text
    customerSession: { cartItems: [{ ...beans, attributes: { Engraving: 7 } }] },
  })
}

export async function profile(): Promise<void> {
  await client.send(updateCustomerProfileV2, { attributes: { Birthday: '1990-01-01' } })
  // @ts-expect-error no such attribute
  await client.send(updateCustomerProfileV2, { attributes: { Shoe: 42 } })
}

export async function events(): Promise<void> {
  await client.send(trackEventV2, { type: 'reviewed', attributes: { Stars: 5 } })
  await client.send(trackEventV2, { type: 'visited' })
  await client.send(trackEventV3, { type: 'visited', integrationId: 'visit-1', attributes: { Page: '/' } })
  // @ts-expect-error a review has stars
  await client.send(trackEventV2, { type: 'reviewed' })
  // @ts-expect-error those of another event
  await client.send(trackEventV2, { type: 'reviewed', attributes: { Page: '/' } })
  // @ts-expect-error no such event
  await client.send(trackEventV2, { type: 'slept' })
  mutationFor(client, trackEventV2)
}

export function answers(stored: CustomerSessionV2, { attributes }: CustomerProfile): [boolean | undefined, string | undefined] {
  // @ts-expect-error nobody has registered it
  void stored.attributes.Chanel
  // Each may be missing: an attribute is there once it has been set.
  return [stored.attributes.GiftWrap, attributes.Birthday]
}

export function useEverything(): string | undefined {
  useTrackEvent().mutate({ type: 'reviewed', attributes: { Stars: 5 } })
  // @ts-expect-error stars are a number
  useTrackEvent().mutate({ type: 'reviewed', attributes: { Stars: 'five' } })
  void useCart().add({ sku: 'beans', attributes: { Engraving: 'Anna' } })
  // @ts-expect-error no such attribute
  void useCart().add({ sku: 'beans', attributes: { Colour: 'red' } })
  // @ts-expect-error no such attribute
  useItemPreview({ item: { sku: 'beans', attributes: { Colour: 'red' } } })
  return useSession({ customerSessionId }, { select: ({ customerSession }) => customerSession?.attributes.Channel }).data
}
