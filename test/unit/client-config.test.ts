import { inspect } from 'node:util'
import { createTalonOne, type TalonOneError, type TalonOneOptions } from 'talon-one-react'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { serve } from '../http-server.ts'
import { failureOf, thrownBy, write, read, pretendPage, fakeFetch } from './client-calls.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('a base URL', () => {
  const pathOf = async (baseUrl: string | undefined, options: TalonOneOptions = {}) => {
    const { fetch, requests } = fakeFetch()
    await read(createTalonOne({ fetch, ...(baseUrl !== undefined && { baseUrl }), ...options }))
    return requests[0]?.url
  }
  const end = '/v1/customer_profiles/me/inventory'

  test.for([
    ['http://localhost:4010', `http://localhost:4010${end}`],
    ['https://shop.example', `https://shop.example${end}`],
    ['https://shop.example/', `https://shop.example${end}`],
    ['https://shop.example/api//', `https://shop.example/api${end}`],
    ['HTTPS://Shop.Example/Api', `https://shop.example/Api${end}`],
    ['https://[::1]:8080/api', `https://[::1]:8080/api${end}`],
  ])('may be %s', async ([baseUrl = '', url]) => {
    expect(await pathOf(baseUrl)).toBe(url)
    pretendPage()
    expect(await pathOf(baseUrl)).toBe(url)
  })

  test.for([
    [undefined, `/talon-one${end}`],
    ['/', end],
    ['/api/talon', `/api/talon${end}`],
    ['/api/', `/api${end}`],
  ])('may be the path %s of the page', async ([baseUrl, path]) => {
    // A fetch of one's own needs no network, so any origin will do.
    expect(await pathOf(baseUrl)).toBe(`http://localhost${path}`)
    pretendPage()
    expect(await pathOf(baseUrl)).toBe(`https://shop.example${path}`)
  })

  test('that is a path reaches the server of the page with the platform’s fetch', async () => {
    await using server = await serve()
    pretendPage(`${server.url}/checkout/`)
    await read(createTalonOne())
    expect(server.received.map(({ url }) => url)).toEqual([`/talon-one${end}`])
  })

  test('that is a path means nothing on a server, and nothing is sent', async () => {
    const client = createTalonOne()
    expect(await failureOf(read(client))).toMatchObject({ code: 'invalid_config', outcome: undefined })
    expect(await failureOf(write(client))).toMatchObject({ code: 'invalid_config', outcome: undefined })
  })

  test('that is a path works on a page that was opened with credentials in its address', async () => {
    vi.stubGlobal('location', new URL('https://anna:CANARY@shop.example/checkout'))
    expect(await pathOf('/talon-one')).toBe(`https://shop.example/talon-one${end}`)
  })

  test.for(
    [
      ['', ' ', 'talon-one', './talon-one', '../talon-one', '//evil.example', '///evil.example', '/\\evil.example', '\\\\evil.example'],
      [
        '/\t/evil.example',
        '/\n\\evil.example',
        '\t//evil.example',
        ' /talon-one',
        '/talon-one ',
        ' https://shop.example',
        'https://shop.example ',
      ],
      ['https://', 'https:', 'http://a b', 'https://shop.example:99999', '?a=b', '#top', '/api?key=CANARY', '/api#top'],
      ['https://shop.example?key=CANARY', 'https://shop.example/#top', 'https://shop.example/?'],
      ['https://CANARY@shop.example', 'https://anna:CANARY@shop.example', 'https://:CANARY@shop.example'],
      [
        'javascript:alert(1)',
        'data:text/html,CANARY',
        'file:///etc',
        'ftp://shop.example',
        'ws://shop.example',
        'blob:https://shop.example/1',
      ],
    ].flat(),
  )('may not be %j', (baseUrl) => {
    const refuse = () => {
      const error = thrownBy(() => createTalonOne({ baseUrl, ...fakeFetch() }))
      expect(error).toMatchObject({ code: 'invalid_config', retryable: false, outcome: undefined })
      expect(inspect(error, { depth: 10 }).replace(/\n +at .*/g, '')).not.toMatch(/CANARY|evil/)
    }
    refuse()
    pretendPage()
    refuse()
  })

  test.for([
    'https://shop.talon.one',
    'https://shop.europe-west1.talon.one/',
    'http://TALON.ONE',
    'https://shop.talon.one:8443/v1',
    'https://shop.talon.one.',
  ])('may be Talon.One’s own on a server, but not in a browser: %s', (baseUrl) => {
    expect(createTalonOne({ baseUrl }).profileId).toBeUndefined()
    pretendPage()
    expect(thrownBy(() => createTalonOne({ baseUrl }))).toMatchObject({ code: 'invalid_config' })
  })

  test.for(['https://talon.one.shop.example', 'https://nottalon.one', 'https://shop.example/talon.one', 'https://talon-one.example'])(
    'that only sounds like Talon.One may be used in a browser: %s',
    (baseUrl) => {
      pretendPage()
      expect(createTalonOne({ baseUrl }).profileId).toBe('me')
    },
  )
})

test('a client that brings a key speaks for nobody in particular', async () => {
  const direct = createTalonOne({ baseUrl: 'https://promotions.shop.example', headers: { authorization: 'ApiKey-v1 key' } })
  expect(direct.profileId).toBeUndefined()
  expect(createTalonOne({ baseUrl: 'https://shop.example/talon-one' }).profileId).toBe('me')
})

describe('a credential of Talon.One', () => {
  const key = 'CANARYdbc644d33aa74d582bd9479c59e16f970fe13bf34e208c39d6c7fa7586968468'
  const credentials: [string, HeadersInit][] = [
    ['the key', { authorization: `ApiKey-v1 ${key}` }],
    ['the key in other letters', [['Authorization', ` apikey-V1 ${key}`]]],
    ['the signature', new Headers({ 'Content-Signature': `signer=1; signature=${key}` })],
  ]
  const refused = (error: TalonOneError) => {
    expect(error).toMatchObject({ code: 'invalid_config', outcome: undefined })
    expect(inspect(error, { depth: 10 })).not.toContain('CANARY')
  }

  test.for(credentials)('may be sent by a server: %s', async ([, headers]) => {
    const { fetch, requests } = fakeFetch()
    await read(createTalonOne({ fetch, headers, baseUrl: 'https://shop.talon.one', profileId: 'anna' }))
    expect([...(requests[0]?.headers.values() ?? [])].join()).toContain(key)
  })

  test.for(credentials)('is refused in a browser, wherever it comes from: %s', async ([, headers]) => {
    pretendPage()
    const { fetch, requests } = fakeFetch()
    refused(thrownBy(() => createTalonOne({ fetch, headers })))
    for (const options of [{ headers: () => headers }, { headers: () => Promise.resolve(headers) }]) {
      refused(await failureOf(read(createTalonOne({ fetch, ...options }))))
      refused(await failureOf(write(createTalonOne({ fetch, ...options }))))
    }
    refused(await failureOf(write(createTalonOne({ fetch }), { headers })))
    expect(requests).toEqual([])
  })

  test('of another kind may be sent by a browser', async () => {
    pretendPage()
    const { fetch, requests } = fakeFetch()
    await read(createTalonOne({ fetch, headers: { authorization: 'Bearer of-the-shop' } }))
    expect(requests[0]?.headers.get('authorization')).toBe('Bearer of-the-shop')
  })

  test('that is malformed is not quoted', async () => {
    const { fetch, requests } = fakeFetch()
    const headers = { authorization: `ApiKey-v1 ${key}\n${key}` }
    const named = { [`${key}\n`]: 'yes' }
    refused(thrownBy(() => createTalonOne({ headers })))
    refused(thrownBy(() => createTalonOne({ headers: named })))
    refused(await failureOf(write(createTalonOne({ fetch, headers: () => headers }))))
    refused(await failureOf(write(createTalonOne({ fetch }), { headers: named })))
    refused(await failureOf(read(createTalonOne({ fetch }), { headers: { 'x-key': `${key}\u0100` } })))
    expect(requests).toEqual([])
  })
})
