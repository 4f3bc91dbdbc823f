/** What a write changes of what reads answer, worked out from its row, for whoever keeps such answers. */
import { type Carried, sessionIdOf, type WriteEndpoint } from './endpoint.ts'
import { identitiesOf } from './identity.ts'
import { isRecord } from './record.ts'

/** What a write has changed of what reads answer. */
export interface Changed {
  /** Whether a read, by its input, may be about what has been changed: the same profile, session, program, card and so on. */
  touches: (read: Record<string, unknown>) => boolean
  /** Whether a read is about exactly that, so that what the answer carries is its data. */
  isAbout: (read: Record<string, unknown>) => boolean
  /** Which of a read's parts are out of date; one without a name when all of it is and no part is known. */
  outdated: (operationId: string, parts: readonly string[]) => readonly string[]
  carried: Carried
}

/** What a write has changed, by its row. */
export function changedBy(endpoint: WriteEndpoint, input: unknown, output: unknown): Changed {
  const { stale, carried } = changesOf(endpoint, input, output)
  const places = Object.entries(placesOf(endpoint, isRecord(input) ? input : {}, output))
  return {
    carried,
    touches: (read) => places.every(([name, place]) => agrees(read[name], place)),
    isAbout: (read) => places.every(([name, place]) => isSame(read[name], place)),
    outdated: (operationId, parts) =>
      stale.flatMap((name) => {
        const [beginning = '', part] = name.split('.')
        if (!operationId.startsWith(beginning)) return []
        if (part !== undefined) return parts.filter((one) => one === part)
        return parts.length > 0 ? parts : ['']
      }),
  }
}

/** Where a write was, by the names that reads give these places. An undefined place may be any, a list is each of its entries. */
function placesOf(endpoint: WriteEndpoint, input: Record<string, unknown>, output: unknown): Record<string, unknown> {
  const identities = identitiesOf(endpoint, input)
  // Staff that names nobody may have touched anybody, unless the answer says whom.
  const owner = isRecord(output) && isRecord(output.customerSession) ? output.customerSession.profileId : undefined
  return {
    ...Object.fromEntries(Object.keys(endpoint.params).map((name) => [name, input[name]])),
    customerSessionId: sessionIdOf(input),
    integrationId: identities.length > 0 ? identities : owner,
  }
}

// A read that names nobody is touched by everybody's write, and `me` may be anybody.
function agrees(read: unknown, written: unknown): boolean {
  return read === undefined || read === 'me' || [written].flat().some((one) => one === undefined || one === 'me' || one === read)
}

function isSame(read: unknown, written: unknown): boolean {
  return read === undefined || [written].flat().every((one) => one === read)
}

/** What a row says of a write: one whose answer is not what the API says has succeeded all the same, and carries nothing. */
export function changesOf(endpoint: WriteEndpoint, input: unknown, output: unknown): { stale: readonly string[]; carried: Carried } {
  try {
    return { stale: endpoint.stale(input, output), carried: endpoint.carried?.(input, output) ?? {} }
  } catch {
    return { stale: endpoint.stale(input, {}), carried: {} }
  }
}
