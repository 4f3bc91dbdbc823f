import { expect, test } from 'vitest'
import { confirm, type Confirmed, nothing } from '../../src/cart/confirmed.ts'
import { isLost, type KnownCart, restored } from '../../src/cart/restored.ts'
import { savedOf } from '../../src/cart/saved.ts'
import type { KeptCart, SentWrite, StoredEdit } from '../../src/cart/storage.ts'
import { createServer } from '../talon-one.ts'
import { apple } from './open-cart.ts'

const none = { done: [], refused: [] }
const empty: KeptCart = { edits: [], sent: [], stamp: undefined, saved: undefined }

const add = (id: string): StoredEdit => ({ id, edit: { type: 'add', key: 'APPLE', item: apple, quantity: 1 } })
const ids = (edits: readonly StoredEdit[] | undefined) => edits?.map(({ id }) => id)
const write = (id: string, tries = 1): SentWrite => ({ ids: [id], edits: [], outline: '', tries, state: 'sent' })

/** What the server says after so many writes of one session. */
function answers(count: number): Confirmed[] {
  const server = createServer()
  return Array.from({ length: count }, (_, index) => {
    const customerSession = server.write('cart', { cartItems: [{ ...apple, quantity: index + 1 }] })
    return confirm({ customerSession }, { keyOf: ({ sku }) => sku, lines: [] })
  })
}

const [first = nothing, second = nothing] = answers(2)

const known = (part: Partial<KnownCart>): KnownCart => ({
  edits: [add('1'), add('2')],
  kept: new Set(),
  under: first,
  last: first,
  sent: [],
  ended: none,
  ...part,
})

const kept = (answer: Confirmed, part: Partial<KeptCart> = {}, ended = {}): KeptCart => {
  const stamp = 7
  return { ...empty, stamp, saved: { stamp, ...savedOf(answer, { ...none, ...ended }) }, ...part }
}

test('an empty storage gets all that the page knows', () => {
  const { change, saved, isOwn, waiting } = restored(empty, known({ sent: [write('0')], ended: { ...none, done: ['0'] } }))
  expect(ids(change.added)).toEqual(['1', '2'])
  expect(change.sent).toEqual([write('0')])
  expect(saved).toEqual(savedOf(first, { ...none, done: ['0'] }))
  expect({ isOwn, waiting }).toEqual({ isOwn: true, waiting: ['1', '2'] })
})

test('edits that had been kept may have been sent: they stand in one write that nobody knows of', () => {
  const { sent } = restored(empty, known({ kept: new Set(['2']) })).change
  // Over the one apple that there is.
  const edits = [{ ...add('2').edit, quantity: 2, isTotal: true }]
  expect(sent).toMatchObject([{ ids: ['2'], edits, tries: 1, state: 'sent', of: { created: first.session?.created } }])
})

test('a page that has read nothing says nothing of what is at the server, nor of what may have been sent', () => {
  const { change, saved } = restored(empty, known({ kept: new Set(['1']), under: undefined, last: nothing }))
  expect(ids(change.added)).toEqual(['1', '2'])
  expect(change.sent).toEqual([])
  expect(saved).toBeUndefined()
  expect(restored(empty, known({ under: nothing, last: nothing })).saved).toBeUndefined()
})

test('edits that another tab has carried or refused meanwhile wait no more', () => {
  const refused = [{ id: '2', code: 'line_not_found', message: 'gone' }]
  const { change, saved, waiting } = restored(kept(first, {}, { done: ['1'], refused }), known({ kept: new Set(['1', '2']) }))
  expect(change).toEqual({ removed: ['1', '2'], added: [], changed: [], sent: [] })
  expect(saved).toMatchObject({ done: ['1'], refused })
  expect(waiting).toEqual([])
})

test('edits stand in the order of the page; behind those of another tab that was quicker', () => {
  const ours = restored({ ...empty, edits: [add('2')] }, known({})).change
  expect([ours.removed, ids(ours.added)]).toEqual([
    ['1', '2'],
    ['1', '2'],
  ])
  const theirs = restored({ ...empty, edits: [add('3'), add('2')] }, known({})).change
  expect([theirs.removed, ids(theirs.added)]).toEqual([[], ['1']])
})

test('the later answer stands, and its account of a write that both know', () => {
  const ended = { ...none, done: ['0'] }
  const landed: SentWrite = { ...write('a'), state: 'answered' }
  const behind = restored(kept(first, { sent: [landed] }), known({ last: second, sent: [write('a')], ended }))
  expect(behind).toMatchObject({ isOwn: true, saved: savedOf(second, ended), change: { sent: [write('a')] } })
  const ahead = restored(kept(second, { sent: [landed] }), known({ sent: [write('a')], ended }))
  expect(ahead).toMatchObject({ isOwn: false, saved: savedOf(second, ended), change: { sent: [landed] } })
})

test('storage has forgotten a stamp, an answer, an edit or what is done', () => {
  const page = { ...known({ kept: new Set(['1']), last: second, ended: { ...none, done: ['0'] } }), stamp: 7 }
  const whole = kept(second, { edits: [add('1')] }, { done: ['0'] })
  expect(isLost(whole, page)).toBe(false)
  expect(isLost({ ...whole, saved: undefined }, page)).toBe(false)
  expect(isLost(kept(second, {}, { done: ['0', '1'] }), page)).toBe(false)
  expect(isLost({ ...whole, stamp: undefined, saved: undefined }, page)).toBe(true)
  expect(isLost(kept(first, { edits: [add('1')] }, { done: ['0'] }), page)).toBe(true)
  expect(isLost(kept(second, {}, { done: ['0'] }), page)).toBe(true)
  expect(isLost(kept(second, { edits: [add('1')] }), page)).toBe(true)
})
