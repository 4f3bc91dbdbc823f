import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashedKey } from '../../src/proxy/hashed-key.ts'

test('a key is 43 characters of base64url, the same on every replica', async () => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode('["talon-one-limit",1,"ada","203.0.113.7"]'))
  expect(hashedKey('limit', 'ada', '203.0.113.7')).toBe(Buffer.from(digest).toString('base64url'))
  for (const parts of [[], [''], ['x'.repeat(100_000)], ['ü€𝄞\ud800']]) expect(hashedKey('limit', ...parts)).toMatch(/^[\w-]{43}$/)
})

test('T85: no two purposes and no two lists of parts share a key', () => {
  const lists: [string, ...string[]][] = [
    ['a', 'a', 'bc'],
    ['a', 'ab', 'c'],
    ['a', 'abc'],
    ['a', 'abc', ''],
    ['a', '', 'abc'],
    ['aa', 'bc'],
    ['a'],
    ['a', ''],
    ['a', '', ''],
    ['a', '","'],
    ['a', '","', ''],
    ['a', '\ud800'],
    ['a', '\ud801'],
    ['a', '\\ud800'],
    ['a', '\ufffd'],
    ['a', '\u0000'],
    ['a', 'é'],
    ['a', 'e\u0301'],
  ]
  expect(new Set(lists.map((list) => hashedKey(...list))).size).toBe(lists.length)
})

test('T85: it is injective over random lists, among them those that differ only in where a part ends', () => {
  // Few characters, those that JSON treats apart among them, and any 16 bits, so that lists come close to each other.
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'b', '"', ',', '\\', '[', ']'), maxLength: 4 }),
    fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 3 }).map((units) => String.fromCharCode(...units)),
  )
  const list = fc.tuple(text, fc.array(text, { maxLength: 4 })).map(([purpose, parts]): [string, ...string[]] => [purpose, ...parts])
  const cutElsewhere = list.chain((one) =>
    fc.nat(one.join('').length).map((at): [typeof one, typeof one] => [one, [one.join('').slice(0, at), one.join('').slice(at)]]),
  )
  fc.assert(
    fc.property(fc.oneof(fc.tuple(list, list), cutElsewhere), ([one, other]) => {
      const isSame = one.length === other.length && one.every((part, i) => part === other[i])
      expect(hashedKey(...one) === hashedKey(...other)).toBe(isSame)
    }),
    { numRuns: 5_000 },
  )
})
