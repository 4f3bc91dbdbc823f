/** Who answers which row. A new row without a handler does not compile. */
import type { InputOf, OutputOf } from '../endpoint.ts'
import type * as endpoints from '../endpoints.ts'
import {
  createCouponReservation,
  createReferral,
  createReferralsForMultipleAdvocates,
  deleteCouponReservation,
  getReservedCustomers,
} from './codes.ts'
import { trackEvent, updateCustomerProfile, updateCustomerSession } from './legacy.ts'
import {
  deleteCustomerData,
  getCustomerInventory,
  updateCustomerProfileAudiences,
  updateCustomerProfilesV2,
  updateCustomerProfileV2,
} from './profiles.ts'
import { getCustomerSession, updateCustomerSessionV2 } from './sessions.ts'
import type { State } from './state.ts'

/** The table of endpoints. */
export type Table = typeof endpoints

type Handlers = { [Name in keyof Table]: (state: State, input: InputOf<Table[Name]>) => OutputOf<Table[Name]> }

/** Every handler, by operation id: it returns the answer's body, and throws a `Refusal` to say no. */
export const handlers = {
  updateCustomerSessionV2,
  getCustomerSession,
  updateCustomerProfileV2,
  updateCustomerProfilesV2,
  getCustomerInventory,
  deleteCustomerData,
  updateCustomerProfileAudiences,
  createCouponReservation,
  deleteCouponReservation,
  getReservedCustomers,
  createReferral,
  createReferralsForMultipleAdvocates,
  updateCustomerSession,
  updateCustomerProfile,
  trackEvent,
} satisfies Handlers

/** The operations that answer 201 when they answer a body. */
export const creates: ReadonlySet<keyof Table> = new Set<keyof Table>([
  'createCouponReservation',
  'createReferral',
  'createReferralsForMultipleAdvocates',
  'trackEvent',
])
