import type { TalonOne } from './client.ts'

/**
 * The key of a query by its operation's name alone, for whoever must not carry its row. `input` is what is sent: where a row has an
 * identity, with the profile in it.
 */
export function keyByName<Input>({ scope, profileId }: TalonOne, operationId: string, input: Input) {
  return ['talon-one', scope, profileId, operationId, input] as const
}
