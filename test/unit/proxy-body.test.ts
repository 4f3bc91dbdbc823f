import { Readable } from 'node:stream'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import { expect, test } from 'vitest'
import { readBytes } from '../../src/proxy/body.ts'

// Node throws from a stream of its own, where nobody catches it, when it is cancelled with data still on its way: Vitest then fails the run.
test.each([
  [200, 1_000],
  [3, 65_536],
  [2_000, 100],
])('a body of Node that turns out too long, in %i chunks of %i bytes, is left without bringing down its server', async (chunks, bytes) => {
  const source = new Readable({ read() {} })
  for (let count = 0; count < chunks; count++) source.push(Buffer.alloc(bytes))
  expect(await readBytes(streamOf(source), 65_536)).toBeUndefined()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(source.destroyed).toBe(true)
})

test('a body of Node that is short enough is read whole', async () => {
  expect(await readBytes(streamOf(Readable.from([Buffer.from('{"a"'), Buffer.from(':1}')])), 65_536)).toEqual(
    new TextEncoder().encode('{"a":1}'),
  )
})

// Node's types know two streams, which are one.
const streamOf = (source: Readable) => Readable.toWeb(source) as NodeStream<Uint8Array> as ReadableStream<Uint8Array>
