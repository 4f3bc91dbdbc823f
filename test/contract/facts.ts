/** Every fact, in the order of `behaviour.md`, with what is known to be otherwise. */
import { facts as authentication } from './facts/01-authentication.ts'
import { facts as stateMachine } from './facts/02-state-machine.ts'
import { facts as updates } from './facts/03-updates.ts'
import { facts as profiles } from './facts/04-profiles.ts'
import { facts as dryRuns } from './facts/05-dry-runs.ts'
import { facts as parallel } from './facts/06-parallel.ts'
import { facts as limits } from './facts/07-limits.ts'
import { facts as idempotency } from './facts/08-idempotency.ts'
import { facts as codes } from './facts/09-codes.ts'
import { facts as loyalty } from './facts/10-loyalty.ts'
import { facts as events } from './facts/11-events.ts'
import { facts as money } from './facts/12-money.ts'
import { facts as errors } from './facts/13-errors.ts'
import { facts as consistency } from './facts/14-consistency.ts'
import type { Fact } from './fact.ts'

export const facts: readonly Fact[] = [
  ...authentication,
  ...stateMachine,
  ...updates,
  ...profiles,
  ...dryRuns,
  ...parallel,
  ...limits,
  ...idempotency,
  ...codes,
  ...loyalty,
  ...events,
  ...money,
  ...errors,
  ...consistency,
]

/** Where the sandbox is known to be otherwise: the fact's number and title, and what it does instead. One that has been put right fails. */
export const disagreements: Readonly<Record<string, string>> = {}

/** The facts of `behaviour.md` that no request can show, and why. */
export const notObservable: Readonly<Record<string, string>> = {
  '1.1': 'about the vendor’s hosts, not about requests',
  '1.6': 'advice: where a key belongs',
  '1.9': 'a header of an archived proxy, undocumented and to be ignored',
  '1.11': 'arranged with the vendor, deployment by deployment',
  '4.2': 'a key sees one Application only',
  '4.3': 'advice: how to choose ids',
  '5.8': 'advice: when to ask',
  '7.1': 'no number of requests is published that would make a 429 due',
  '7.4': 'not documented',
  '7.5': 'no figure is published',
  '7.6': 'advice: how often to ask',
  '7.7': 'advice: what to agree with the vendor first',
  '10.14': 'no answer says the time zone of a program',
  '12.1': 'a setting: neither requests nor answers name a currency',
  '12.3': 'advice: which prices to send',
  '12.5': 'advice: what not to send',
  '13.1': 'advice: what to repeat',
  '13.3': 'advice: how long to wait',
  '13.4': 'advice: what to show meanwhile',
  '13.5': 'advice: what to do after a 400, which is fact 2.5',
  '14.4': 'sources contradict each other, and days would have to pass',
  '14.5': 'a delay without a figure',
}

/** Facts that are deduced in part, of which only the certain part can be observed. */
export const onlyCertainPart: Readonly<Record<string, string>> = {
  '1.8': 'how a request without a body was signed is unknown',
  '6.3': 'what is deduced is advice for hooks',
  '9.10': 'what is deduced is advice: where identifiers are set',
  '14.2': 'that no staleness is documented',
}
