/**
 * The server side: one function from `Request` to `Response` that holds the API key, so that no browser has to.
 *
 * @module
 */

// Both proxies
export type { Proxy, ProxyEvent, ProxyOptions, ProxyTimeouts } from './proxy.ts'
export type { Origins } from './origins.ts'
export type { ProblemCode } from './problem.ts'
export type { Upstream } from './upstream.ts'

// For shoppers
export { createShopperProxy } from './shopper.ts'
export type { ShopperProxyOptions } from './shopper.ts'
export type { Identify, Shopper } from './identity.ts'
export type { ShopperFields, ShopperOperations } from './policy.ts'
export type { DraftItem, PricedDraft, Pricing, PricingContext } from './pricing.ts'
export type { CouponReasons } from './answer.ts'
export type { Rate, ShopperLimits } from './limits.ts'
export type { SessionOf } from './namespace.ts'
export type { GuestOptions } from './guests.ts'
export type { NetworkOf } from './network.ts'

// What replicas share
export { createMemoryStore } from './store.ts'
export type { Counted, MemoryStoreOptions, ProxyStore, StoreClock } from './store.ts'
export { createRedisStore } from './redis-store.ts'
export type { EvaluateScript, RedisStoreOptions } from './redis-store.ts'
export type { StoreTrouble } from './guarded-store.ts'

// For staff
export { createStaffProxy } from './staff.ts'
export type { StaffLimits, StaffProxyOptions } from './staff.ts'
export type { IdentifyStaff, Staff, StaffScope } from './identity.ts'

// For the order system
export { createOrderSystem } from './orders.ts'
export type { Attachment, AuthoritativeCart, OrderAnswer, OrderSystem, OrderSystemOptions, ShopperCart } from './orders.ts'
export { forgetGuest, readGuest } from './guests.ts'
export { shopperSessionId } from './session-id.ts'
export type { SessionNamespace } from './session-id.ts'

// The legacy credential
export { contentSignature } from './content-signature.ts'
export type { ContentSignature } from './content-signature.ts'

// For whoever wants to know what their proxy lets through
export { checkProxy } from './check.ts'
export type { CheckReport, CheckResult, ProxyCheckOptions } from './check.ts'
export type { CheckVerdict } from './checks.ts'
