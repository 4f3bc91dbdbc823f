/** Coupons that anybody may put into their wallet. */
export interface Offer {
  code: string
  /** In large type. */
  value: string
  title: string
  text: string
}

export const offers: readonly Offer[] = [
  { code: 'SAVE10', value: '10%', title: 'Off the whole cart', text: 'Coffee, gear and cups alike.' },
  { code: 'WELCOME5', value: '€5', title: 'Off your order', text: 'A small hello from us.' },
]

export const offerOf = (code: string): Offer | undefined => offers.find((offer) => offer.code === code)
