/** Where a row's input says whom it is about. */
import type { Endpoint } from './endpoint.ts'
import { isRecord } from './record.ts'

/** The profile ids an input names at its row's `identity`; none when it leaves the field out. */
export function identitiesOf(endpoint: Endpoint, input: unknown): string[] {
  const names = endpoint.identity?.split('/').filter((name) => name !== '' && name !== '0') ?? []
  const value = names.length > 0 ? names.reduce<unknown>((at, name) => (isRecord(at) ? at[name] : undefined), input) : []
  return [value].flat().filter((id): id is string => typeof id === 'string' && id !== '')
}

/** The same input with `profileId` at the row's `identity`, whatever stood there. */
export function withIdentity<Input>(endpoint: Endpoint, input: Input, profileId: string): Input {
  if (endpoint.identity === undefined) return input
  const [names, isList] = identityPath(endpoint.identity)
  // The cast holds because only the field that the row names is replaced, by a value of that field's type.
  return setAt(input, names, isList ? [profileId] : profileId) as Input
}

/** The input as a client of `profileId` sends it: with its own profile where a shopper's row leaves the identity out. */
export function identify<Input>(endpoint: Endpoint, input: Input, profileId: string | undefined): Input {
  const isOwn = profileId !== undefined && endpoint.audience === 'shopper' && lacksIdentity(endpoint, input)
  return isOwn ? withIdentity(endpoint, input, profileId) : input
}

/** Whether an input leaves its identity out (an explicit `''` is an anonymous session and stays one). */
export function lacksIdentity(endpoint: Endpoint, input: unknown): boolean {
  if (endpoint.identity === undefined) return false
  const [names] = identityPath(endpoint.identity)
  const parent = names.slice(0, -1).reduce<unknown>((at, name) => (isRecord(at) ? at[name] : undefined), input)
  return isRecord(parent) && parent[names.at(-1) ?? ''] === undefined
}

function identityPath(pointer: string): [names: string[], isList: boolean] {
  const names = pointer.slice(1).split('/')
  const isList = names.at(-1) === '0'
  return [isList ? names.slice(0, -1) : names, isList]
}

function setAt(at: unknown, [name, ...rest]: string[], value: unknown): unknown {
  if (name === undefined) return value
  const record = isRecord(at) ? at : {}
  return { ...record, [name]: setAt(record[name], rest, value) }
}
