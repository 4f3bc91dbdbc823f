/** Every numbered fact of `behaviour.md` is tested or listed with a reason, and marked as it is marked there. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { disagreements, facts, notObservable, onlyCertainPart } from './facts.ts'

const location = fileURLToPath(new URL('../../../shared/talon-one/behaviour.md', import.meta.url))
const without = 'skipped: behaviour.md is not here'
const written = existsSync(location) ? numbered(readFileSync(location, 'utf8')) : undefined

it('every numbered fact is tested, or not observable for a reason', ({ skip }) => {
  if (written === undefined) return skip(without)
  const tested = new Set<string>(facts.map(({ id }) => id))
  expect([...written.keys()].filter((id) => !tested.has(id) && !notObservable[id])).toEqual([])
  // Neither both, nor about facts that are not there.
  expect(Object.keys(notObservable).filter((id) => tested.has(id))).toEqual([])
  expect([...tested, ...Object.keys({ ...notObservable, ...onlyCertainPart })].filter((id) => !written.has(id))).toEqual([])
})

it('facts are marked as inferred where they are written so, and only there', ({ skip }) => {
  if (written === undefined) return skip(without)
  const isDeduced = (id: string): boolean => /\([^)]*\b(inferred|uncertain)\b/.test(written.get(id) ?? '')
  const marked = new Set<string>(facts.filter(({ inferred }) => inferred).map(({ id }) => id))
  expect([...marked].filter((id) => !isDeduced(id))).toEqual([])
  const unmarked = facts.map(({ id }) => id).filter((id) => isDeduced(id) && !marked.has(id))
  expect([...new Set(unmarked)].toSorted()).toEqual(Object.keys(onlyCertainPart).toSorted())
})

it('no two facts have the same name, and every known disagreement is about one', () => {
  const names = facts.map(({ id, title }) => `${id} ${title}`)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  expect(Object.keys(disagreements).filter((name) => !names.includes(name))).toEqual([])
})

/** The items of the numbered lists, by section and number. */
function numbered(text: string): Map<string, string> {
  const items = new Map<string, string>()
  let section = ''
  let last = ''
  for (const line of text.split('\n')) {
    section = /^## (\d+)\. /.exec(line)?.[1] ?? (line.startsWith('## ') ? '' : section)
    const number = /^(\d+)\. /.exec(line)?.[1]
    if (section === '') continue
    if (number !== undefined) last = `${section}.${number}`
    if (last.startsWith(`${section}.`)) items.set(last, `${items.get(last) ?? ''}${line}\n`)
  }
  return items
}
