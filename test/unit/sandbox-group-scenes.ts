/** Campaigns in groups, and which of them count. */
import { type CampaignGroup, type CampaignNode, demoPrograms, type SandboxCampaign, setDiscount } from '../../src/sandbox/index.ts'
import { coffee, mug, openShop, propsOf } from './sandbox-shop.ts'

export const cartItems = [coffee, mug]

/** A campaign that takes an amount off, for its code if it has one. */
export function off(id: number, value: number, code?: string, more: Partial<SandboxCampaign> = {}): SandboxCampaign {
  const name = `Campaign ${id}`
  const rule = { name, then: () => [setDiscount(name, value)] }
  return code === undefined
    ? { id, name, rules: [rule], ...more }
    : { id, name, coupons: [{ value: code }], rules: [{ ...rule, needs: 'coupon' }], ...more }
}

export function group(mode: CampaignGroup['mode'], ...campaigns: CampaignNode[]): CampaignGroup {
  return { mode, campaigns }
}

export function byUnit(mode: CampaignGroup['mode'], ...campaigns: CampaignNode[]): CampaignGroup {
  return { mode, scope: 'cartItem', campaigns }
}

/** Which campaigns gave a discount on the cart, and how much. */
export async function winners(...campaigns: CampaignNode[]) {
  const { effects } = await openShop({ campaigns, programs: demoPrograms }).put({ cartItems })
  return effects.flatMap((effect) =>
    effect.effectType === 'setDiscount' ? [[effect.campaignId, propsOf('setDiscount', [effect])[0]?.value]] : [],
  )
}
