/** A request in the making, and what whoever makes it hostile may look at. */
import type { Endpoint } from '../../src/endpoint.ts'
import { isRecord } from '../../src/record.ts'
import type { Dice } from '../runner/dice.ts'
import type { Person, Setup, StaffPerson } from './world.ts'

/** What an upstream may do instead of answering as it should. */
export type UpstreamFault = (typeof upstreamFaults)[number]
export const upstreamFaults = [
  'status 400',
  'status 401',
  'status 403',
  'status 404',
  'status 409',
  'status 422',
  'status 429',
  'status 500',
  'status 503',
  'session closed',
  'exists already',
  'redirect',
  'opaque redirect',
  'html',
  'no content',
  'other shape',
  'cut',
  'broken body',
  'endless body',
  'no answer',
  'rejects',
  'throws',
  'says the key',
  'headers',
  'prototype',
  'deep',
  'too long',
] as const

/** What a hook of the shop may do. */
export type HookFault = 'throws' | 'rejects' | 'never' | 'nonsense'

/** A request in the making. */
export interface Draft {
  method: string
  /** Below the mount path, each percent-encoded. */
  segments: string[]
  query: [name: string, value: string][]
  headers: [name: string, value: string][]
  /** What becomes the body in JSON; undefined for none. */
  body: unknown
  /** Done to the body's text, in this order. */
  text: ((json: string) => string)[]
  /** Done to the body's bytes. */
  bytes: ((bytes: Uint8Array) => Uint8Array)[]
  /** Done to the URL, after the others. */
  url: ((url: string) => string)[]
  /** The body never ends. */
  isEndless: boolean
  /** What `identify` returns instead of who it is. */
  identify?: () => unknown
  pricing?: HookFault
  session?: HookFault
  upstream?: UpstreamFault
}

/** What a hostility may look at. */
export interface Scene {
  dice: Dice
  /** There is nothing to do it to. */
  miss: () => void
  row: Endpoint
  setup: Setup
  caller: Person | StaffPerson
  /** Ids of others: profiles, their sessions as Talon.One knows them, cards. */
  foreign: { profiles: readonly [string, ...string[]]; sessions: readonly [string, ...string[]]; cards: readonly [string, ...string[]] }
}

/** Every object of a body, the outermost first. */
export function recordsIn(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(recordsIn)
  return isRecord(value) ? [value, ...Object.values(value).flatMap(recordsIn)] : []
}
