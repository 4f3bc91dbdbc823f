/** The rows of the table: one that says less than a proxy must know does not compile. */
import { expectTypeOf, test } from 'vitest'
import type { Endpoint, EndpointAudience, ReadEndpoint, WriteEndpoint } from '../../src/endpoint.ts'

const read = {
  operationId: 'getThing',
  kind: 'read',
  method: 'GET',
  path: '/v1/things/{thingId}',
  params: { thingId: { is: 'string' } },
  query: {},
} as const
const write = { ...read, kind: 'write', method: 'PUT', repeat: 'harmless', stale: () => [] } as const

test('a row without an audience does not compile', () => {
  const whole: ReadEndpoint = { ...read, audience: 'shopper' }
  expectTypeOf(whole.audience).toEqualTypeOf<EndpointAudience>()
  // @ts-expect-error nobody has decided who may call it
  const _read: ReadEndpoint = read
  // @ts-expect-error nobody has decided who may call it
  const _write: WriteEndpoint = write
  // @ts-expect-error nobody has decided who may call it
  const _either: Endpoint = read
  const _written: WriteEndpoint = { ...write, audience: 'staff' }
})

test('an audience that no proxy knows does not compile', () => {
  expectTypeOf<EndpointAudience>().toEqualTypeOf<'shopper' | 'staff' | 'destructive'>()
  // @ts-expect-error there is no such audience
  const _everybody: ReadEndpoint = { ...read, audience: 'everybody' }
  // @ts-expect-error undefined is nobody's decision
  const _undecided: ReadEndpoint = { ...read, audience: undefined }
})
