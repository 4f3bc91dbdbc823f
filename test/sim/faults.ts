/** Everything that can go wrong, by name. */

/** What may happen to a request. */
export const requestFaults = [
  'requestLost',
  'answerLost',
  'late',
  '409',
  '429',
  '500',
  '502',
  '503',
  '504',
  'html',
  'cut',
  'delay',
  'duplicate',
] as const
export type RequestFault = (typeof requestFaults)[number]

/** What may happen to a call of the browser's storage. */
export const storageFaults = ['storageSlow', 'storageFails'] as const
/** What may happen to a message between tabs. */
export const messageFaults = ['messageLost', 'messageLate', 'messageTwice'] as const

/** What happens at a moment of its own, or is so from the start. */
export const stepFaults = [
  'outage',
  'offline',
  'device',
  'deviceLines',
  'close',
  'crash',
  'reload',
  'freeze',
  'hide',
  'deploy',
  'clockJump',
  'strayMessage',
  'refusal',
  'identity',
  'order',
  'denied',
  'quota',
  'evicted',
  'damaged',
] as const
export type StepFault = (typeof stepFaults)[number]

export const faultNames = [...requestFaults, ...storageFaults, ...messageFaults, ...stepFaults] as const
export type Fault = (typeof faultNames)[number]

/**
 * How likely each fault is each time it could strike, from 0 to 1; one that is missing never strikes. Each is on or off for a whole
 * schedule, so that some run long without it, and some meet it alone.
 */
export type FaultProfile = ReadonlyMap<Fault, number>

/** Which faults struck how often, and which of them may. */
export interface Strikes {
  /** Whether a fault that has been drawn strikes, at something of a name. */
  strike(fault: Fault, name: string): boolean
  count(fault: Fault): void
  readonly counts: ReadonlyMap<Fault, number>
  /** Each as `fault@name`. */
  readonly list: readonly string[]
}

/** With `only`, no others than these strike. */
export function createStrikes(only?: ReadonlySet<string>): Strikes {
  const counts = new Map<Fault, number>()
  const list: string[] = []
  const count = (fault: Fault) => void counts.set(fault, (counts.get(fault) ?? 0) + 1)
  return {
    counts,
    list,
    count,
    strike(fault, name) {
      const strike = `${fault}@${name}`
      if (only && !only.has(strike)) return false
      list.push(strike)
      count(fault)
      return true
    },
  }
}
