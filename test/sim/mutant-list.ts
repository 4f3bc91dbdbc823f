import type { Mutant } from '../runner/mutants.ts'
import type { Fault } from './faults.ts'

/** One way to break the engine. */
export interface EngineMutant extends Mutant {
  /** The check that is made for it. */
  check: string
  /** Only these faults strike, for what is too rare among all. */
  faults?: readonly Fault[]
}

export const mutants: readonly EngineMutant[] = [
  // Outcomes that nobody knows
  {
    name: 'no settle check',
    file: 'src/cart/sync.ts',
    text: 'if (store.state.isForgotten || !outbox.isOpen()) return\n',
    instead: 'if (store.state.isForgotten || outbox.sent.length >= 0) return\n',
    check: 'I2 nothing lost',
  },
  {
    name: 'settles before anything can land',
    file: 'src/cart/timing.ts',
    text: 'export const landingMs = 30_000',
    instead: 'export const landingMs = 5_000',
    check: 'I2 nothing lost',
  },
  {
    name: 'repairs after unknown outcomes only',
    file: 'src/cart/landing.ts',
    text: "isOpen: () => own().length > 1 || own().some(({ state }) => state !== 'answered'),",
    instead: "isOpen: () => own().some(({ state }) => state !== 'answered'),",
    check: 'I2 nothing lost',
    faults: ['duplicate'],
  },
  {
    name: 'what landed late stands',
    file: 'src/cart/recovery.ts',
    text: ": { is: 'overtaken' }",
    instead: ": { is: 'changed' }",
    check: 'I2 nothing lost',
  },
  {
    name: 'a write is taken for landed without a look',
    file: 'src/cart/recovery.ts',
    text: '&& holds(found.contents, write.edits)',
    instead: '',
    check: 'I2 nothing lost',
  },
  {
    name: 'an older write is taken for the one that landed',
    file: 'src/cart/recovery.ts',
    text: 'isThere(last) && (sent.length === 1 || isWhole(last))',
    instead: 'isThere(last)',
    check: 'I2 nothing lost',
  },
  {
    name: 'attributes are not carried again',
    file: 'src/cart/sending.ts',
    text: "const carried = outbox.sent.flatMap((other) => other.edits.filter((_, index) => !waiting.has(other.ids[index] ?? '')))",
    instead: 'const carried = outbox.sent.flatMap(({ edits }) => edits.slice(waiting.size + edits.length))',
    check: 'I2 nothing lost',
  },
  {
    name: 'what may have landed counts twice',
    file: 'src/cart/taking.ts',
    text: 'repeatable(pending, baseOf(store).contents).filter(isTried)',
    instead: 'repeatable(pending, baseOf(store).contents).filter((one) => !isTried(one))',
    check: 'I3 no phantom',
  },
  {
    name: 'writes are marked after they left',
    file: 'src/cart/sending.ts',
    text: "await outbox.mark(marked('sent'))",
    instead: "clock.setTimeout(() => void outbox.mark(marked('sent')), 3_000)",
    check: 'I3 no phantom',
  },
  {
    name: 'no mark before a request leaves',
    file: 'src/cart/sending.ts',
    text: "await outbox.mark(marked('sent'))",
    instead: '',
    check: 'I3 no phantom',
  },
  {
    name: 'a settle check that has slept counts',
    file: 'src/cart/sync.ts',
    text: 'if (outbox.sent.some((write) => clock.now() - outbox.sentAt(write) < landingMs)) return\n',
    instead: '',
    check: 'I2 nothing lost',
  },
  {
    name: 'refused edits are carried again',
    file: 'src/cart/landing.ts',
    text: 'const next = withoutRefused(writes)',
    instead: 'const next = writes.length >= 0 ? writes : withoutRefused(writes)',
    check: 'I9 settled once',
  },
  {
    name: 'what still waits is carried with others',
    file: 'src/cart/sending.ts',
    text: "!waiting.has(other.ids[index] ?? '')",
    instead: 'waiting.size >= 0 && index >= 0',
    check: 'I9 settled once',
  },
  // One lane
  {
    name: 'no cart lock across tabs',
    file: 'src/cart/sync.ts',
    text: 'const failure = await locks.request(name, { signal: gone.signal }, async () => {',
    instead:
      'const failure = await (async (_name: string, _options: object, task: () => Promise<TalonOneError | undefined>) => task())(name, {}, async () => {',
    check: 'I5 one write at a time',
  },
  {
    name: 'parallel sends in a tab',
    file: 'src/cart/sync.ts',
    text: 'if (isRunning || store.state.isForgotten) return\n    isRunning = true',
    instead: 'if (store.state.isForgotten) return\n    isRunning = true',
    check: 'I5 one write at a time',
  },
  // Manners
  {
    name: 'jitter 0',
    file: 'src/cart/timing.ts',
    text: 'return random() * longest',
    instead: 'return 0 * random() * longest',
    check: 'I8 manners',
  },
  {
    name: 'retry at once, without a ceiling',
    file: 'src/cart/timing.ts',
    text: 'Math.min(firstBackoffMs * 2 ** failures++, longestBackoffMs)',
    instead: 'firstBackoffMs',
    check: 'I8 manners',
    faults: ['outage'],
  },
  {
    name: 'Retry-After ignored',
    file: 'src/cart/sync.ts',
    text: 'if (caught.retryAfterMs) await pause(caught.retryAfterMs)\n        return caught',
    instead: 'return caught',
    check: 'I8 manners',
  },
  {
    name: 'sends while offline',
    file: 'src/cart/sync.ts',
    text: 'const { clock, locks, presence } = platform',
    instead: 'const { clock, locks } = platform\n  const presence = { ...platform.presence, isOnline: () => true }',
    check: 'I8 manners',
  },
  // Refusals
  {
    name: 'outbox cleared on error',
    file: 'src/cart/sending.ts',
    text: "if (caught.outcome === 'unknown' || isPage(caught)) throw caught",
    instead: "if (caught.outcome === 'unknown' || isPage(caught)) { await taking.drop(batch, caught); return }",
    check: 'I9 settled once',
  },
  {
    name: 'one bad edit takes the others with it',
    file: 'src/cart/sending.ts',
    text: 'if (batch.length > 1) mostEditsAtOnce = 1\n    else if (batch.length === 1)',
    instead: 'if (batch.length >= 1)',
    check: 'I9 settled once',
  },
  {
    name: 'all that waits is dropped at a refusal',
    file: 'src/cart/sending.ts',
    text: 'else if (batch.length === 1) await taking.drop(batch, failure)',
    instead: 'else if (batch.length === 1) await taking.drop(store.state.pending, failure)',
    check: 'I9 settled once',
  },
  // Storage
  {
    name: 'edits are never kept',
    file: 'src/cart/outbox.ts',
    text: '(await storage.append(name, fresh.map(stored), steps.isAhead || left === 0 ? undefined : { stamp }))',
    instead: '(await storage.read(name)).edits.length >= 0',
    check: 'I7 durable',
  },
  {
    name: 'edits of a dead tab are forgotten',
    file: 'src/cart/news.ts',
    text: '...here.map((entry) =>',
    instead: '...here.filter(({ id }) => known.has(id)).map((entry) =>',
    check: 'I2 nothing lost',
  },
  {
    name: 'nobody steps in for a dead tab',
    file: 'src/cart/sync.ts',
    text: '(stepsIn && pending.length > 0)) return go',
    instead: 'false) return go',
    check: 'I1 convergence',
  },
  {
    name: 'own edits before those of other tabs',
    file: 'src/cart/outbox.ts',
    text: 'store.change({ pending, ...(confirmed &&',
    instead:
      'store.change({ pending: pending.toSorted((one, other) => Number(foreign.has(one.id)) - Number(foreign.has(other.id))), ...(confirmed &&',
    check: 'I2 nothing lost',
  },
  {
    name: 'edits are done with before their answer is kept',
    file: 'src/cart/outbox.ts',
    text: '.runAhead(() => keep(change, before, hadSession))',
    instead:
      '.runAhead(async () => { await keep({ ...change, removed: [] }, before, hadSession); await new Promise<void>((done) => void platform.clock.setTimeout(done, 500)); await storage.change(name, change) })',
    check: 'I3 no phantom',
  },
  {
    name: 'what other tabs have done is never read',
    file: 'src/cart/outbox.ts',
    text: 'const channel: Channel = platform.join(name, () => void sync().then(heard))',
    instead: 'const channel: Channel = platform.join(name, () => {})',
    check: 'I1 convergence',
  },
  {
    name: 'storage that fails is trusted',
    file: 'src/cart/outbox.ts',
    text: '    store.change({ durable: false })\n',
    instead: '',
    check: 'I12 without storage',
  },
  {
    name: 'storage that fails is tried for ever',
    file: 'src/cart/outbox.ts',
    text: 'createSteps(storage, name, fallBack)',
    instead: 'createSteps(storage, name, async () => store.change({ durable: fallBack.length > 0 }))',
    check: 'I1 convergence',
  },
  {
    name: 'edits are shared with their answer',
    file: 'src/cart/outbox.ts',
    text: 'if (isIn && fresh.length > 0) channel.post()',
    instead: '',
    check: 'I4 one cart in all tabs',
  },
  {
    name: 'an answer that is lost is taken for nothing',
    file: 'src/cart/taking.ts',
    text: 'if (store.state.confirmed) return repeatable',
    instead: 'if (pending.length >= 0) return repeatable',
    check: 'I3 no phantom',
  },
  {
    name: 'edits are put into a storage that has forgotten the others',
    file: 'src/cart/outbox.ts',
    text: 'steps.isAhead || left === 0 ? undefined : { stamp }',
    instead: 'undefined',
    check: 'I2 nothing lost',
    faults: ['evicted', 'hide', 'outage', 'delay', 'answerLost'],
  },
  {
    name: 'an older answer fills a storage that was cleared',
    file: 'src/cart/saved.ts',
    text: 'session.updateCount < last.revision',
    instead: 'session.updateCount < 0',
    check: 'I6 never backwards',
    faults: ['evicted', 'messageLost', 'messageLate', 'storageSlow'],
  },
  {
    name: 'edits are kept when their turn comes',
    file: 'src/cart/sync.ts',
    text: '    void outbox.sync()\n    run()\n',
    instead: '    run()\n',
    check: 'I7 durable',
  },
  {
    name: 'reads that are out of date are taken in',
    file: 'src/cart/outbox.ts',
    text: 'if (steps.isAhead) return void sync()',
    instead: '',
    check: 'I6 never backwards',
  },
  {
    name: 'edits are sent before they are kept',
    file: 'src/cart/sending.ts',
    text: 'Math.min(mostEditsAtOnce, firstUnkept < 0 ? Infinity : firstUnkept)',
    instead: 'firstUnkept < -1 ? 0 : mostEditsAtOnce',
    check: 'I2 nothing lost',
  },
  {
    name: 'hidden pages step in as soon as those that are seen',
    file: 'src/cart/sync.ts',
    text: 'hidden: 10_000',
    instead: 'hidden: 50',
    check: 'I8 manners',
    faults: ['hide', 'delay'],
  },
  // Who it is
  {
    name: 'answers are taken in for who has left',
    file: 'src/cart/sending.ts',
    text: 'if (isAnother(baseOf(store).session, session)) return void (todo.mustRead = true)',
    instead: '',
    check: 'I10 one identity',
    faults: ['identity', 'delay'],
  },
  {
    name: 'identity check dropped',
    file: 'src/cart/recovery.ts',
    text: "if (isAnother(found.session, confirmed.session)) return { is: 'another' }",
    instead: '',
    check: 'I10 one identity',
  },
  {
    name: 'edits of another session are not told apart',
    file: 'src/cart/news.ts',
    text: 'const isElsewhere = ({ of }: StoredEdit) => confirmed !== undefined &&',
    instead: 'const isElsewhere = ({ of }: StoredEdit) => confirmed === undefined &&',
    check: 'I10 one identity',
    faults: ['identity', 'offline', 'messageLate', 'storageSlow'],
  },
  {
    name: 'the owner is not named in a write',
    file: 'src/cart/request.ts',
    text: '...(profileId && { profileId }),',
    instead: '...(profileId && {}),',
    check: 'I10 one identity',
  },
  // The barrier
  {
    name: 'flush resolves early',
    file: 'src/cart/sync.ts',
    text: 'if (!isCarried || !confirmed || isOutdated || todo.mustRead || todo.mustHeal || pending.length > 0) return undefined',
    instead: 'if (!confirmed) return undefined',
    check: 'I11 checkout barrier',
  },
  {
    name: 'settle does not wait for what may land',
    file: 'src/cart/sync.ts',
    text: 'given?.timeout ?? 60_000, () => !outbox.isOpen()',
    instead: 'given?.timeout ?? 60_000, () => true',
    check: 'I11 checkout barrier',
  },
  // What goes over the wire
  {
    name: 'coupons omitted from the PUT',
    file: 'src/cart/request.ts',
    text: 'couponCodes: [...contents.couponCodes],',
    instead: '...(contents.couponCodes.length > 0 && { couponCodes: [...contents.couponCodes] }),',
    check: 'I1 convergence',
  },
  {
    name: 'lines without their attributes',
    file: 'src/cart/request.ts',
    text: 'cartItems: contents.lines.map(({ item, quantity }) => ({ ...item, quantity })),',
    instead: 'cartItems: contents.lines.map(({ item: { attributes: _attributes, ...item }, quantity }) => ({ ...item, quantity })),',
    check: 'I2 nothing lost',
  },
]
