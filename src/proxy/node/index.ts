/**
 * A faster way in and out of a proxy on Node: a listener for `node:http`, and a way to Talon.One through a pool of connections. Both are
 * optional: a proxy is a function from `Request` to `Response`, and runs on any adapter.
 *
 * @module
 */
export { createNodeListener } from './listener.ts'
export { createNodeFetch } from './fetch.ts'
export type { UndiciController, UndiciDispatcher, UndiciHandler, UndiciHeaders, UndiciRequest } from './fetch.ts'
