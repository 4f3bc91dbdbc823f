import type { Readable } from 'node:stream'
import { BodyBrokenOff } from '../body.ts'

/** Reads a stream to its end. Undefined when it is longer than `most` bytes: then the rest of it waits. Rejects with {@link BodyBrokenOff}. */
export function readStream(stream: Readable, most: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    let isDone = false
    const broken = () => {
      // Every stream closes in the end, and an error that nobody sees costs as much as one that somebody does.
      if (!isDone) reject(new BodyBrokenOff('a body broke off'))
    }
    if (stream.readableEnded) return reject(new Error('something else has read the body, such as a body parser that comes first'))
    if (stream.destroyed) return broken()
    const chunks: Buffer[] = []
    let length = 0
    const take = (chunk: Buffer) => {
      length += chunk.length
      if (length <= most) return void chunks.push(chunk)
      isDone = true
      stream.off('data', take).pause()
      resolve(undefined)
    }
    stream.on('data', take)
    stream.once('end', () => {
      isDone = true
      resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, length))
    })
    stream.once('error', broken).once('close', broken)
  })
}
