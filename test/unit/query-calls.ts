/** Queries and mutations of a plain query client, whose requests end in this process. */
import { MutationObserver, type QueryClient } from '@tanstack/react-query'
import {
  createTalonOne,
  type InputOf,
  mutationFor,
  type MutationFor,
  type OutputOf,
  type TalonOneOptions,
  type WriteEndpoint,
} from 'talon-one-react'
import { vi } from 'vitest'

export type Answer = (request: Request) => Response | Promise<Response>

/** A client whose requests end in this process. Every answer is `{}`, unless `answer` says otherwise. */
export function createClient(options: TalonOneOptions = {}, answer: Answer = () => Response.json({})) {
  const requests: Request[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    requests.push(request.clone())
    return answer(request)
  }
  const paths = () => requests.map(({ method, url }) => `${method} ${new URL(url).pathname}${new URL(url).search}`)
  const keys = () => requests.map(({ headers }) => headers.get('idempotency-key'))
  return { client: createTalonOne({ fetch, ...options }), requests, paths, keys }
}

/** Refuses with a status, and perhaps says more. */
export const failing =
  (status: number, body: object = {}, headers: Record<string, string> = {}): Answer =>
  () =>
    Response.json(body, { status, headers })

/** What a fetch does when there is no network. */
export const unreachable: Answer = () => Promise.reject(new TypeError('fetch failed'))

/** One answer after the other; the last one for good. */
export function inTurn(...answers: [Answer, ...Answer[]]): Answer {
  let turn = 0
  return (request) => (answers[turn++] ?? answers[answers.length - 1] ?? answers[0])(request)
}

/** An answer that waits until it is told to go on. */
export function held(answer: Answer = () => Response.json({})) {
  const { promise, resolve: release } = Promise.withResolvers<void>()
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>()
  const wait: Answer = async (request) => {
    arrive()
    await promise
    return answer(request)
  }
  return { answer: wait, arrived, release }
}

/** Writes with a mutation of a plain query client, and returns what it answers. */
export function mutate<E extends WriteEndpoint>(
  queryClient: QueryClient,
  options: MutationFor<E>,
  input: InputOf<E>,
): Promise<OutputOf<E>> {
  return new MutationObserver(queryClient, options).mutate(input)
}

/** Another try comes at once. */
export function withoutPauses(): void {
  vi.spyOn(Math, 'random').mockReturnValue(0)
}

/** Writes in the shop `shop` as a profile, or as whoever the caller is, and is answered as told; undefined: 204. */
export async function writeAs<E extends WriteEndpoint>(
  profileId: string,
  queryClient: QueryClient,
  endpoint: E,
  input: InputOf<E>,
  answer: object | undefined = {},
): Promise<void> {
  const { client } = createClient({ scope: 'shop', profileId }, () =>
    answer ? Response.json(answer) : new Response(null, { status: 204 }),
  )
  await mutate(queryClient, mutationFor(client, endpoint), input)
}
