/**
 * The conformance suite: every fact against every target. `npm run contract` runs it alone; against a real deployment with
 * `TALON_ONE_BASE_URL` and `TALON_ONE_API_KEY`, see targets.ts for what it leaves behind there.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Api, driverOf } from './api.ts'
import { type Fact, type Need, needs } from './fact.ts'
import { disagreements, facts } from './facts.ts'
import { type Opened, type Target, targets } from './targets.ts'

describe.each(targets)('$name', (target) => {
  const { absent, offers, isSandbox } = target
  const opened: Opened[] = []
  let api: Api
  beforeAll(async () => {
    if (absent === undefined) api = await connect(target, 0, opened)
  })
  afterAll(async () => {
    for (const one of opened) await one[Symbol.asyncDispose]()
  })

  it('lets its client in', async ({ skip }) => {
    skip(absent !== undefined, `skipped: ${absent}`)
    expect((await api.put(api.id())).customerSession.updateCount).toBe(1)
  })

  for (const fact of absent === undefined ? facts : []) {
    const name = nameOf(fact)
    const run = isSandbox && disagreements[name] !== undefined ? it.fails : it
    run(`${name}${fact.inferred ? ' (inferred)' : ''}`, async ({ skip }) => {
      const lacking = lackingIn(fact, offers)
      skip(lacking.length > 0, `skipped: needs ${wordsFor(lacking)}`)
      expect.hasAssertions()
      await fact.check(api)
    })
  }

  // Said once for all, because reporters show skipped tests only when they are asked to.
  const lacking = new Set(facts.flatMap((fact) => lackingIn(fact, offers)))
  if (absent !== undefined) console.info(`contract: ${target.name}, skipped: ${absent}`)
  else if (lacking.size > 0) console.info(`contract: ${target.name}, skipped: facts that need ${wordsFor([...lacking])}`)
})

function lackingIn(fact: Fact, offers: readonly Need[]): Need[] {
  return (fact.needs ?? []).filter((need) => !offers.includes(need))
}

function wordsFor(lacking: readonly Need[]): string {
  return lacking.map((need) => needs[need]).join('; ')
}

/** Opens a target, and its slow sisters when facts ask for them. */
async function connect(target: Target, latency: number, opened: Opened[]): Promise<Api> {
  const one = await target.open({ latency })
  opened.push(one)
  const slow = new Map<number, Promise<Api>>()
  return driverOf(one, target.ids, (milliseconds) => {
    const sister = slow.get(milliseconds) ?? connect(target, milliseconds, opened)
    slow.set(milliseconds, sister)
    return sister
  })
}

function nameOf({ id, title }: Fact): string {
  return `${id} ${title}`
}
