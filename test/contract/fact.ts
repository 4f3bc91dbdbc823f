/** What a fact of the Integration API is, as data: its number in `behaviour.md`, what it needs of a target, and how to see it. */
import type { Api } from './api.ts'

/** What a target may lack, with the words a skipped fact is explained by. */
export const needs = {
  campaigns: 'the campaigns of campaigns.ts',
  catalog: 'a catalogue of its own, which may be changed',
  clock: 'a clock that can be moved',
  key: 'to be asked for its key by the client itself',
  latency: 'a latency that can be set',
  refusals: 'that the API itself refuses what is malformed',
  registry: 'attributes that are registered, others are refused',
  signature: 'the legacy credential, an application key',
  testingKey: 'a testing key',
  v1: 'the V1 operations',
} as const satisfies Record<string, string>

/** Something a target may lack. */
export type Need = keyof typeof needs

/** One fact. Several may stand under one number. */
export interface Fact {
  /** Section and number in `behaviour.md`. */
  id: `${number}.${number}`
  title: string
  /** Not read in the vendor's words but deduced, or uncertain. */
  inferred?: true
  needs?: readonly Need[]
  /** Rejects when the fact does not hold. Names nothing that another fact could name too: see {@link Api.id}. */
  check: (api: Api) => Promise<void>
}
