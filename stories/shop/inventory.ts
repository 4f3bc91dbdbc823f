import { useCustomerInventory, type CustomerInventory } from 'talon-one-react'

const nothing: CustomerInventory = {}

/**
 * What the shopper owns. Wallet, invitation and points ask the same, so it is fetched once. Somebody who has never been here is not
 * known yet (`not_found`), which is no error to them: they own nothing.
 */
export function useInventory() {
  const { data, error, isPending, refetch } = useCustomerInventory({ coupons: true, referrals: true, loyalty: true })
  const isNew = error?.code === 'not_found'
  return { inventory: data ?? (isNew ? nothing : undefined), error: isNew ? null : error, isPending, refetch }
}
