/** Answers that are given again when their request comes again with the same `Idempotency-Key`. */
import { type Endpoint, isDry } from '../endpoint.ts'
import { invalid } from './refusal.ts'
import type { Replay, State } from './state.ts'

const day = 86_400_000

/**
 * Answers a request, once for each key and operation within 24 hours. Refusals are not remembered, so that what was wrong can be put
 * right. A key that comes with another request than before is refused: Talon.One does not say what becomes of it, and carrying out
 * either request would hide the mistake.
 */
export function answerOnce(
  state: State,
  endpoint: Endpoint,
  key: string | null,
  input: unknown,
  answer: () => Pick<Replay, 'status' | 'body'>,
): Pick<Replay, 'status' | 'body'> {
  const isKeyed = endpoint.kind === 'write' && endpoint.repeat === 'keyed' && !isDry(input)
  if (key === null || !isKeyed) return answer()
  const source = { parameter: 'Idempotency-Key' }
  if (key === '' || key.length > 255) throw invalid('Invalid', 'expected 1 to 255 characters', source)

  const now = state.clock()
  // Oldest first.
  for (const [name, { at }] of state.replays) {
    if (now - at < day) break
    state.replays.delete(name)
  }
  const name = `${endpoint.operationId} ${key}`
  const request = JSON.stringify(input)
  const known = state.replays.get(name)
  if (known !== undefined && known.request !== request) throw invalid('Invalid', 'this key came with another request before', source)
  if (known !== undefined) return known
  const { status, body } = answer()
  // What is stored goes on changing.
  state.replays.set(name, { request, status, body: structuredClone(body), at: now })
  return { status, body }
}
