/** The threats to a proxy: bodies that are not what they seem. */
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createOffice } from './proxy-office.ts'
import { cart, codeOf, createShop, everyField } from './proxy-shop.ts'

const session = '/v2/customer_sessions/basket'
const plenty = { limits: { requests: { most: 1e9, perMs: 60_000 } } }

describe('a body', () => {
  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'application/json;charset=latin1',
    'application/json; charset="utf-8"x',
    'application/jsonp',
    'application/json5',
    'application/json,text/plain',
    'text/json',
    'application/json; x=1',
    'x application/json',
    'application/json	x',
    'application/ json',
    'application/merge-patch+json',
    'application/xml',
    '*/*',
    '',
  ])('T50 of the type %j is not read', async (type) => {
    const { proxy, sent } = createShop()
    let pulled = 0
    const body = new ReadableStream({ pull: (controller) => (pulled++, controller.close()) }, { highWaterMark: 0 })
    // Node asks for `duplex` where a body is a stream; its types do not know it.
    const init: RequestInit & { duplex: 'half' } = {
      method: 'PUT',
      headers: { 'x-talon-client': '1', 'x-test-shopper': 'ada', 'content-type': type },
      body,
      duplex: 'half',
    }
    const response = await proxy(new Request(`https://shop.example/talon-one${session}`, init))
    expect([response.status, await codeOf(response), sent, pulled]).toEqual([415, 'unsupported_media_type', [], 0])
  })

  test('T50 without a type is not read', async () => {
    const { proxy, sent } = createShop()
    const request = new Request(`https://shop.example/talon-one${session}`, {
      method: 'PUT',
      headers: { 'x-talon-client': '1', 'x-test-shopper': 'ada' },
      body: new TextEncoder().encode('{}'),
    })
    expect([(await proxy(request)).status, sent]).toEqual([415, []])
  })

  test.each(['gzip', 'br', 'deflate', 'zstd', 'gzip, identity', 'identity, gzip', 'GZIP', 'x'])(
    'T51 that is packed is not unpacked: %s',
    async (encoding) => {
      const { proxy, sent } = createShop()
      const bomb = gzipSync(JSON.stringify({ customerSession: { attributes: { a: ' '.repeat(10_000_000) } } }))
      const headers = { 'x-talon-client': '1', 'x-test-shopper': 'ada', 'content-type': 'application/json', 'content-encoding': encoding }
      const response = await proxy(new Request(`https://shop.example/talon-one${session}`, { method: 'PUT', headers, body: bomb }))
      expect([response.status, await codeOf(response), sent]).toEqual([415, 'unsupported_media_type', []])
    },
  )

  const streamed = (headers: Record<string, string>, chunk: Uint8Array, times: number) => {
    const read = { bytes: 0, cancelled: false }
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          read.bytes += chunk.length
          controller.enqueue(chunk)
          if (read.bytes >= chunk.length * times) controller.close()
        },
        cancel: () => void (read.cancelled = true),
      },
      { highWaterMark: 0 },
    )
    const init: RequestInit & { duplex: 'half' } = {
      method: 'PUT',
      headers: { 'x-talon-client': '1', 'x-test-shopper': 'ada', 'content-type': 'application/json', ...headers },
      body,
      duplex: 'half',
    }
    return { request: new Request(`https://shop.example/talon-one${session}`, init), read }
  }

  test.each([
    ['of 1 GiB', {}, 1_024, 16_384],
    ['of 1 GiB in chunks of 64 kB', {}, 65_536, 16_384],
    ['that is longer than it says', { 'content-length': '2' }, 1_024, 1_000],
    ['that says it is of no length', { 'content-length': '-1' }, 1_024, 1_000],
    ['that says nonsense', { 'content-length': '0x10' }, 1_024, 1_000],
  ])('T52 %s is left at its limit', async (_, headers, size, times) => {
    const { proxy, sent } = createShop()
    const { request, read } = streamed(headers, new Uint8Array(size).fill(32), times)
    const response = await proxy(request)
    // It is left in a turn of its own.
    await new Promise((resolve) => setTimeout(resolve))
    expect([response.status, await codeOf(response), sent, read.cancelled]).toEqual([413, 'body_too_large', [], true])
    expect(read.bytes).toBeLessThanOrEqual(65_536 + 131_072)
  })

  test('T52 that says that it is too long is not read at all', async () => {
    const { proxy } = createShop()
    const { request, read } = streamed({ 'content-length': '1073741824' }, new Uint8Array(1_024), 16)
    expect([(await proxy(request)).status, read.bytes]).toEqual([413, 0])
  })

  test('T52 of exactly the limit is read', async () => {
    const padded = (length: number) => JSON.stringify(cart()).padEnd(length)
    const { call } = createShop()
    const put = async (length: number) => (await call('PUT', session, { body: padded(length) })).status
    expect([await put(65_536), await put(65_537)]).toEqual([200, 413])
  })

  const wide = (count: number) => `{${Array.from({ length: count }, (_, index) => `"k${index}":1`).join()}}`
  const nested = (depth: number, open = '[', close = ']') => open.repeat(depth) + close.repeat(depth)
  test.each<[string, string, number]>([
    ['17 deep', `{"customerSession":{"attributes":{"a":${nested(14)}}}}`, 400],
    ['16 deep', `{"customerSession":{"attributes":{"Channel":${nested(13)}}}}`, 200],
    ['500,000 deep', nested(500_000), 400],
    ['500,000 deep, of objects', '{"a":'.repeat(170_000), 400],
    ['deep behind a string that looks like its end', `{"a":"\\"]]}","b":${nested(100)}}`, 400],
    ['1,000,000 keys', `{"customerSession":{"attributes":${wide(80_000)}}}`, 200],
    ['a string of 1 MB', `{"customerSession":{"attributes":{"Channel":"${'x'.repeat(1_000_000)}"}}}`, 200],
    ['a key of 1 MB', `{"customerSession":{"${'x'.repeat(1_000_000)}":1}}`, 400],
    ['a list of 300,000', `{"customerSession":{"cartItems":[${Array(300_000).fill(0).join()}]}}`, 400],
  ])('T54 of %s is no failure', async (_, text, status) => {
    for (const { call } of [createShop(), createOffice()]) {
      const response = await call('PUT', session, { body: text })
      expect([400, 413, 422]).toContain(response.status === 200 ? 413 : response.status)
    }
    const { call } = createOffice({ fetch: async () => Response.json({}) })
    const response = await call('PUT', session, { body: text.replace('{"customerSession":{', '{"customerSession":{"profileId":"anna",') })
    expect(response.status).toBe(status)
    if (text.length > 100_000 && status === 400 && /^[[{]+$/.test(text.slice(0, 20).replaceAll('"a":', '')))
      expect(await codeOf(response)).toBe('json_too_deep')
  })

  test('T55 with keys that reach into prototypes changes none', async () => {
    const before = Object.getOwnPropertyNames(Object.prototype)
    const { call, sent } = createShop({ ...plenty, fields: everyField, fetch: async () => Response.json({}) })
    const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__']
    const json = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, fc.constant('"x"'), fc.constant('1'), tie('object')),
      object: fc
        .array(fc.tuple(fc.constantFrom(...names, 'profileId', 'attributes', 'cartItems', 'polluted'), tie('value')), { maxLength: 3 })
        .map((entries) => `{${entries.map(([name, value]) => `"${name}":${String(value)}`).join()}}`),
    })).object
    for (const [index, text] of fc.sample(json, { numRuns: 10_000, seed: 55 }).entries()) {
      const bodies = [
        `{"customerSession":${text}}`,
        text,
        `{"customerSession":{"attributes":${text}}}`,
        `{"customerSession":{"cartItems":[${text}]}}`,
      ]
      const response = await call('PUT', session, { body: bodies[index % bodies.length] })
      expect(response.status, text).toBeLessThan(500)
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
    for (const { body } of sent) expect(JSON.stringify(body)).not.toMatch(/__proto__|constructor|toString|polluted/)
  })

  const bytes = (...parts: (string | number[])[]): Uint8Array<ArrayBuffer> =>
    Buffer.concat(parts.map((part) => Buffer.from(part as string)))
  test.each<[string, Uint8Array<ArrayBuffer>]>([
    ['a byte that is none', bytes('{"customerSession":{"referralCode":"', [0xff], '"}}')],
    ['an overlong slash', bytes('{"customerSession":{"referralCode":"', [0xc0, 0xaf], '"}}')],
    ['half a character', bytes('{"customerSession":{"referralCode":"', [0xe2, 0x82], '"}}')],
    ['a surrogate in UTF-8', bytes('{"customerSession":{"referralCode":"', [0xed, 0xa0, 0x80], '"}}')],
    ['UTF-16', Buffer.from('\ufeff{"customerSession":{}}', 'utf16le')],
    ['a lone surrogate, escaped', bytes(String.raw`{"customerSession":{"referralCode":"\ud800"}}`)],
    ['a lone surrogate in a name', bytes(String.raw`{"customerSession":{"\udc00":1}}`)],
    ['a plain NUL', bytes('{"customerSession":{"referralCode":"a\0"}}')],
    ['a NUL behind its end', bytes('{"customerSession":{}}\0')],
    ['two in one', bytes('{"customerSession":{}}{"customerSession":{}}')],
    ['a comment', bytes('{"customerSession":{}/**/}')],
    ['a comma too many', bytes('{"customerSession":{},}')],
    ['NaN', bytes('{"customerSession":{"cartItems":[{"sku":"a","quantity":NaN}]}}')],
    ['nothing', bytes('')],
    ['white space', bytes(' \n')],
  ])('T56 that is no JSON in UTF-8 is refused: %s', async (_, body) => {
    const { proxy, sent } = createShop()
    const headers = { 'x-talon-client': '1', 'x-test-shopper': 'ada', 'content-type': 'application/json' }
    const response = await proxy(new Request(`https://shop.example/talon-one${session}`, { method: 'PUT', headers, body }))
    expect([response.status, sent]).toEqual([400, []])
  })

  test.each([
    '1e400',
    '-1e400',
    '1e21',
    '-0',
    '9007199254740993',
    '1e-400',
    '0.1e1',
    '1.0000000000000001',
    '2e0',
    '12345678901234567890',
    '1e3',
  ])('T58 a number such as %s is finite upstream, a quantity whole too, or it is refused', async (number) => {
    const { call, sent } = createShop({ pricing: 'unsafe-trust-browser', fetch: async () => Response.json({}) })
    const item: Record<string, string> = { sku: '"a"', quantity: '1', price: '1' }
    for (const field of ['quantity', 'price', 'weight', 'position']) {
      sent.length = 0
      const fields = Object.entries({ ...item, [field]: number }).map(([name, value]) => `"${name}":${value}`)
      const response = await call('PUT', session, { body: `{"customerSession":{"cartItems":[{${fields.join()}}]}}` })
      if (!response.ok) expect([response.status, sent], field).toEqual([400, []])
      else {
        const up = JSON.stringify(sent[0]?.body)
        expect(up, field).not.toMatch(/null|Infinity/)
        if (field === 'quantity') expect(up).toMatch(/"quantity":[1-9]\d{0,4}\D/)
      }
    }
  })
})
