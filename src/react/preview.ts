'use client'

import { useQuery, type UseQueryOptions, type UseQueryResult } from '@tanstack/react-query'
import type { IntegrationStateV2 } from '../effects.ts'
import type { updateCustomerSessionV2 } from '../endpoints.ts'
import type { TalonOneError } from '../error.ts'
import { type ItemPreview, itemPreviewFor, type ItemPreviewInput, sessionPreviewFor, type SessionPreviewInput } from '../preview.ts'
import type { TalonOneQueryKey } from '../queries.ts'
import { type CallOverrides, separate } from './overrides.ts'
import { useTalonOne } from './provider.ts'

/** TanStack Query's own options of a preview, `select` included, and what this call does differently. */
export type PreviewOptions<Answer, Data = Answer> = CallOverrides &
  Omit<UseQueryOptions<Answer, TalonOneError, Data, TalonOneQueryKey<typeof updateCustomerSessionV2>>, 'queryKey' | 'queryFn'>

/**
 * What a session would answer: the dry run of a session update as a query. Cached by its basket, fresh for a minute by default; nothing
 * is stored, booked or redeemed. Amounts in major currency units.
 *
 * `error.code`: `invalid_input` when `dry` is anything but true, `bad_request` where the proxy has no `operations.previews`.
 *
 * @example
 * const { data } = useSessionPreview({ customerSession: { cartItems, couponCodes: ['SAVE10'] } })
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/docs/dev/integration-api/dry-requests and updateCustomerSessionV2
 */
export function useSessionPreview<Data = IntegrationStateV2>(
  input: SessionPreviewInput,
  options: PreviewOptions<IntegrationStateV2, Data> = {},
): UseQueryResult<Data, TalonOneError> {
  const { client, call, rest } = separate(options)
  return useQuery({ ...sessionPreviewFor(useTalonOne(client), input, call), ...rest })
}

/**
 * What one item would cost, for a product card. Cards of the same item share one request; it is fresh for a minute by default. Alone
 * unless `joint` is true: then all cards of a moment are evaluated in one request, and `data.joint` says that the price may depend on the
 * others. Amounts in major currency units.
 *
 * `error.code`: `bad_request` where the proxy has no `operations.previews`.
 *
 * @example
 * const { data } = useItemPreview({ item: { sku: 'beans', price: 12.5, category: 'Coffee' } })
 * <s>{data?.line.subtotal}</s> {data?.total}
 *
 * @throws TalonOneError `missing_provider`
 * @see https://docs.talon.one/docs/dev/integration-api/dry-requests and updateCustomerSessionV2
 */
export function useItemPreview<Data = ItemPreview>(
  input: ItemPreviewInput,
  options: PreviewOptions<ItemPreview, Data> = {},
): UseQueryResult<Data, TalonOneError> {
  const { client, call, rest } = separate(options)
  return useQuery({ ...itemPreviewFor(useTalonOne(client), input, call), ...rest })
}
