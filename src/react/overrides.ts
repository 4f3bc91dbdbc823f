'use client'

import type { TalonOne } from '../client.ts'
import type { CallOptions } from '../queries.ts'

/** What one hook's call does differently from the provider's client. */
export interface CallOverrides extends CallOptions {
  /** Sends with this client, and reads its part of the cache, instead of the provider's. */
  client?: TalonOne
}

/** Tells a hook's overrides from the options that are TanStack Query's. */
export function separate<Options extends CallOverrides>(
  options: Options,
): { client: TalonOne | undefined; call: CallOptions; rest: Omit<Options, keyof CallOverrides> } {
  const { client, signal, headers, query, timeout, ...rest } = options
  return { client, call: { signal, headers, query, timeout }, rest }
}
