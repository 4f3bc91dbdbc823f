import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Command, spawnCommand } from '../command.ts'

const key = 'sk-7f3a9c-do-not-print'
const withKey = { authorization: `ApiKey-v1 ${key}` }
const started: Command[] = []
let place = ''

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'sandbox-command-'))
})
afterAll(() => rm(place, { recursive: true }))
// Only the processes that these tests started.
afterEach(async () => {
  for (const { child, exited } of started.splice(0)) {
    child.kill('SIGKILL')
    await exited
  }
})

/** Runs the command's source: this Node strips the types itself. */
function run(args: string[], env: Record<string, string> = {}): Command {
  const command = spawnCommand('src/sandbox/cli.ts', args, { TALON_ONE_API_KEY: '', ...env })
  started.push(command)
  return command
}

async function file(name: string, content: unknown): Promise<string> {
  const path = join(place, name)
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

/** The lines of requests, with what differs from run to run cut short. */
function requestsIn({ output }: Command): string[] {
  const lines = output().match(/^\S+ (GET|PUT|POST|DELETE|PATCH|TRACE) .*$/gm) ?? []
  return lines.map((line) => line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /, 'now ').replace(/ \d+ ms/, ' n ms'))
}

const session = '/v2/customer_sessions/{customerSessionId}'
const cart = JSON.stringify({ customerSession: { couponCodes: ['SAVE10'], cartItems: [{ sku: 'MUG', quantity: 1, price: 12 }] } })

describe('talon-one-sandbox', () => {
  it('serves the sandbox to those who have the key, tells each request by its template, and never prints the key', async () => {
    const command = run(['--port', '0', '--key', key])
    const { child, exited, address, printed, output } = command
    const url = `${await address()}/v2/customer_sessions/cart-of-anna`

    expect((await fetch(url)).status).toBe(401)
    expect((await fetch(url, { headers: { authorization: 'ApiKey-v1 sandbox' } })).status).toBe(401)
    const put = await fetch(url, { method: 'PUT', headers: withKey, body: cart })
    expect(put.status).toBe(200)
    expect(await put.json()).toMatchObject({
      effects: [{ effectType: 'acceptCoupon' }, { effectType: 'setDiscount', props: { value: 12 * 0.1 } }],
    })
    expect((await fetch(url, { headers: withKey })).status).toBe(200)
    const body = '{"integrationIDs":["anna"]}'
    const released = await fetch(`${await address()}/v1/coupon_reservations/welcome5`, { method: 'DELETE', headers: withKey, body })
    expect(released.status).toBe(204)
    expect((await fetch(`${await address()}/v1/${key}`, { headers: withKey })).status).toBe(404)

    child.kill('SIGTERM')
    expect(await exited).toBe(0)
    await printed(/stopping/)
    expect(requestsIn(command)).toEqual([
      `now GET ${session} 401 n ms: Invalid API key`,
      `now GET ${session} 401 n ms: Invalid API key`,
      `now PUT ${session} 200 n ms`,
      `now GET ${session} 200 n ms`,
      'now DELETE /v1/coupon_reservations/{couponValue} 204 n ms',
      'now GET (unknown path) 404 n ms: Path not found',
    ])
    for (const secret of [key, 'anna', 'SAVE10', 'welcome5']) expect(output()).not.toContain(secret)
  })

  it('refuses TRACE as any other method that a path does not take', async () => {
    const command = run(['--port', '0', '--key', key])
    const url = await command.address()
    // `fetch` sends none.
    const trace = (path: string, headers: OutgoingHttpHeaders = withKey) =>
      new Promise<IncomingMessage>((resolve, reject) => {
        request(`${url}${path}`, { method: 'TRACE', headers }, resolve).once('error', reject).end()
      })
    const answers = [await trace('/v2/customer_sessions/cart'), await trace(`/v1/${key}`), await trace('/v2/customer_sessions/cart', {})]
    expect(answers.map(({ statusCode, headers }) => [statusCode, headers.allow])).toEqual([
      [405, 'GET, PUT'],
      [404, undefined],
      [401, undefined],
    ])
    await expect
      .poll(() => requestsIn(command))
      .toEqual([
        'now TRACE (a method this path does not take) 405 n ms: This method is not allowed here',
        'now TRACE (unknown path) 404 n ms: Path not found',
        'now TRACE (a method this path does not take) 401 n ms: Invalid API key',
      ])
  })

  it('tells of a caller who left in the middle of a body, and goes on', async () => {
    const command = run(['--port', '0', '--key', key])
    const url = await command.address()
    const leaving = request(`${url}/v2/customer_sessions/cart`, { method: 'PUT', headers: { ...withKey, 'content-length': 100 } })
    leaving.once('error', () => undefined)
    leaving.write('{"customerSession":', () => setTimeout(() => leaving.destroy(), 200))
    await command.printed(/everything was sent/)
    expect((await fetch(`${url}/v2/customer_sessions/cart`, { headers: withKey })).status).toBe(404)
    expect(requestsIn(command).slice(0, 1)).toEqual([`now PUT ${session} no answer n ms: the caller left before everything was sent`])
  })

  it('says why it refuses, and nothing of what was sent', async () => {
    const command = run(['--port', '0', '--key', key])
    const url = await command.address()
    const send = (method: string, path: string, body?: string) => fetch(url + path, { method, headers: withKey, ...(body && { body }) })
    const secret = 'sk_3c5d'
    await send('PUT', `/v2/customer_sessions/${secret}`, `{"${secret}`)
    await send(
      'PUT',
      `/v2/customer_sessions/${secret}`,
      JSON.stringify({ [secret]: secret, customerSession: { profileId: 7, [secret]: 1 } }),
    )
    const cartItems = [{ sku: secret, quantity: secret }]
    const additionalCosts = { [secret]: { price: secret } }
    await send('PUT', `/v2/customer_sessions/${secret}`, JSON.stringify({ customerSession: { cartItems, additionalCosts, state: secret } }))
    await send('PUT', `/v2/customer_sessions/${secret}?dry=${secret}`, cart)
    await send('POST', '/v2/events', JSON.stringify({ profileId: secret, type: `talon_${secret}` }))
    await send('GET', `/v1/loyalty_programs/99/profile/${secret}/balances`)
    await send('PATCH', `/v2/customer_sessions/${secret}`)
    expect(requestsIn(command)).toEqual([
      `now PUT ${session} 400 n ms: The submitted data was invalid; the body must be a JSON object`,
      `now PUT ${session} 400 n ms: The submitted data was invalid; /…: unknown field; /customerSession/profileId: expected well-formed text, got an integer; /customerSession/…: unknown field`,
      `now PUT ${session} 400 n ms: The submitted data was invalid; /customerSession/cartItems/0/quantity: expected an integer, got text of 7 characters; /customerSession/additionalCosts/…/price: expected a finite number, got text of 7 characters; /customerSession/state: expected one of open, closed, partially_returned, cancelled, got text of 7 characters`,
      `now PUT ${session} 400 n ms: The submitted data was invalid; dry: expected true or false, got text of 7 characters`,
      'now POST /v2/events 400 n ms: The submitted data was invalid; /type: built-in events cannot be tracked',
      'now GET /v1/loyalty_programs/{loyaltyProgramId}/profile/{integrationId}/balances 404 n ms: Loyalty program not found',
      'now PATCH (a method this path does not take) 405 n ms: This method is not allowed here',
    ])
    expect(command.output()).not.toContain(secret)
  })

  it('prints no line for each request when told to be quiet', async () => {
    const command = run(['--port', '0', '--quiet'])
    expect((await fetch(`${await command.address()}/v2/customer_sessions/cart`)).status).toBe(401)
    command.child.kill('SIGTERM')
    await command.exited
    expect(command.output()).toMatch(/^an in-memory Talon\.One listens on http\S+ \(stop it with Ctrl\+C\)\nstopping\n$/)
  })

  it('finishes what is running when it is interrupted, and ends well', async () => {
    const { child, exited, address, printed } = run(['--port', '0', '--latency', '300', '--key', key])
    const running = fetch(`${await address()}/v2/customer_sessions/cart`, {
      method: 'PUT',
      headers: withKey,
      body: '{"customerSession":{}}',
    })
    await new Promise((resolve) => setTimeout(resolve, 100))
    child.kill('SIGINT')
    await printed(/stopping/)
    const answer = await running
    expect(answer.status).toBe(200)
    expect(answer.headers.get('connection')).toBe('close')
    expect(await exited).toBe(0)
  })

  it('says so when the port is in use', async () => {
    const { address } = run(['--port', '0'])
    const { port } = new URL(await address())
    const second = run(['--port', port, '--state', join(place, 'unused')])
    expect(await second.exited).toBe(1)
    expect(second.output()).toBe(`talon-one-sandbox: port ${port} is in use: choose another with --port, or 0 for a free one\n`)
  })

  it('says so when it cannot listen there', async () => {
    // An address that documentation has for itself (RFC 5737), so nobody's.
    const { exited, output } = run(['--port', '0', '--host', '192.0.2.1'])
    expect(await exited).toBe(1)
    expect(output()).toBe('talon-one-sandbox: cannot listen on 192.0.2.1, port 0 (EADDRNOTAVAIL)\n')
  })

  it('explains itself', async () => {
    const { exited, output } = run(['--help'], { TALON_ONE_API_KEY: key })
    expect(await exited).toBe(0)
    for (const option of ['port', 'host', 'key', 'config', 'state', 'weather', 'latency', 'quiet', 'help'])
      expect(output()).toContain(`  --${option} `)
    expect(output()).not.toContain(key)
  })

  it.each([
    ['a port that is none', ['--port', 'http'], '--port must be a whole number from 0 to 65535'],
    ['a port too high', ['--port', '65536'], '--port must be a whole number from 0 to 65535'],
    ['a negative latency', ['--latency=-1'], '--latency must be a number of milliseconds, 0 or more'],
    ['an empty key', ['--key='], '--key must not be empty'],
    ['an empty host', ['--host='], '--host must not be empty'],
    ['an empty config', ['--config='], '--config must not be empty'],
    ['an empty state', ['--state='], '--state must not be empty'],
    ['an empty weather', ['--weather='], '--weather must not be empty'],
    ['a key without its option', [key], 'there is a word that belongs to no option'],
    ['an option misspelt', [`--kye=${key}`], 'there is an option this command does not know'],
    ['an option without its value', ['--key'], 'an option lacks its value, or has one it does not take'],
  ])('refuses %s', async (_, args, message) => {
    const { exited, output } = run(args)
    expect(await exited).toBe(2)
    expect(output()).toBe(`talon-one-sandbox: ${message} (see --help)\n`)
  })
})

describe('the key', () => {
  it.each<[string, string[], Record<string, string>, string]>([
    ['is the word "sandbox" unless told otherwise', [], {}, 'sandbox'],
    ['comes from the config', ['--config', 'key.json'], {}, 'of-the-config'],
    ['comes from the environment before that', ['--config', 'key.json'], { TALON_ONE_API_KEY: key }, key],
    [
      'comes from the command line first of all',
      ['--config', 'key.json', '--key', 'of-the-line'],
      { TALON_ONE_API_KEY: key },
      'of-the-line',
    ],
  ])('%s', async (_, args, env, expected) => {
    const path = await file('key.json', { apiKey: 'of-the-config' })
    const { address, output } = run(['--port', '0', ...args.map((arg) => (arg === 'key.json' ? path : arg))], env)
    const url = await address()
    const accepted: string[] = []
    for (const candidate of ['sandbox', 'of-the-config', key, 'of-the-line']) {
      const headers = { authorization: `ApiKey-v1 ${candidate}` }
      if ((await fetch(`${url}/v2/customer_sessions/cart`, { headers })).status !== 401) accepted.push(candidate)
    }
    expect(accepted).toEqual([expected])
    expect(output()).not.toContain(expected === 'sandbox' ? key : expected)
  })
})

describe('--config', () => {
  const module = `export default {
  campaigns: [
    {
      id: 5,
      name: 'Half',
      coupons: [{ value: 'HALF' }],
      rules: [{ name: 'Half', needs: 'coupon', then: (cart) => [{ effectType: 'setDiscount', props: { name: 'Half', value: cart.total / 2 } }] }],
    },
  ],
  products: [{ sku: 'MUG', price: 10 }],
  contentSignature: () => { throw new RangeError('\\n    at ${key}') },
  latency: 60,
}`

  it('takes campaigns, products and latency from a module; the command line has the last word', async () => {
    const path = await file('half.mjs', module)
    const took = async (args: string[]) => {
      const { address } = run(['--port', '0', '--config', path, '--key', key, ...args])
      const url = `${await address()}/v2/customer_sessions/cart`
      const begun = performance.now()
      const body = JSON.stringify({ customerSession: { couponCodes: ['HALF'], cartItems: [{ sku: 'MUG', quantity: 2 }] } })
      const answer: unknown = await (await fetch(url, { method: 'PUT', headers: withKey, body })).json()
      expect(answer).toMatchObject({ effects: [{ effectType: 'acceptCoupon' }, { effectType: 'setDiscount', props: { value: 10 } }] })
      return performance.now() - begun
    }
    expect(await took([])).toBeGreaterThan(59)
    expect(await took(['--latency', '400'])).toBeGreaterThan(399)
  })

  it('says where a function of it failed, and not what it said', async () => {
    const command = run(['--port', '0', '--config', await file('broken.mjs', module), '--key', key])
    const url = `${await command.address()}/v1/customer_sessions/cart`
    const answer = await fetch(url, { method: 'PUT', headers: { 'content-signature': 'signer=1; signature=00' }, body: '{}' })
    expect([answer.status, await answer.json()]).toEqual([500, { message: 'Internal error', StatusCode: 500 }])
    expect(requestsIn(command)).toEqual([expect.stringMatching(/^now PUT \S+ 500 n ms: RangeError at .*broken\.mjs:11:\d+/)])
    expect(command.output()).not.toContain(key)
  })

  it.each<[string, string, unknown, string]>([
    ['a file that is not JSON', 'no.json', `{"${key}`, 'the file is not JSON'],
    ['JSON of another kind', 'list.json', [key], 'this config cannot be (the whole: expected an object, got a list of 1)'],
    [
      'an empty key',
      'empty.json',
      { apiKey: '' },
      'this config cannot be (/apiKey: expected text of at least 1 characters, got empty text)',
    ],
    ['a module without a default export', 'none.mjs', `export const campaigns = '${key}'`, 'the module has no default export'],
    [
      'a module that is none',
      'syntax.mjs',
      `${key} is no code`,
      'the module could not be loaded (SyntaxError): run it with node to see where',
    ],
    [
      'a module that fails',
      'throws.mjs',
      `throw new RangeError('${key}')`,
      'the module could not be loaded (RangeError): run it with node to see where',
    ],
    ['a file of another kind', 'config.toml', key, 'the module could not be loaded (ERR_UNKNOWN_FILE_EXTENSION): use .mjs, .js or .json'],
    [
      'a campaign that cannot be',
      'campaign.mjs',
      `export default { campaigns: [{ id: 1, name: '${key}', rules: [{ name: 'A', then: '${key}' }] }, { id: 1, name: 'B', coupons: [{ value: 'abc' }] }] }`,
      'this config cannot be (/campaigns/0/rules/0/then: expected a function, got text of 22 characters; ' +
        '/campaigns/1/coupons/0/value: expected text of 4 to 100 characters, got text of 3 characters; ' +
        '/campaigns/1/rules: required, but missing; /campaigns/1/id: the same as /campaigns/0/id)',
    ],
    [
      'a weather that cannot be',
      'weather-in.json',
      { weather: { faults: [{ kind: key }] } },
      'this weather cannot be (/faults/0/kind: expected one of slowRequest, slowAnswer, lateLanding, refused, html, cutOff, lostRequest, lostAnswer, got text of 22 characters)',
    ],
  ])('refuses %s', async (_, name, content, message) => {
    const { exited, output } = run(['--config', await file(name, content), '--state', join(place, 'never')])
    expect(await exited).toBe(2)
    expect(output()).toBe(`talon-one-sandbox: --config: ${message}\n`)
  })

  it('refuses a file that is not there', async () => {
    const { exited, output } = run(['--config', join(place, key, 'nowhere.mjs')])
    expect(await exited).toBe(2)
    expect(output()).toBe('talon-one-sandbox: --config: the file cannot be read (ENOENT)\n')
  })
})

describe('--weather', () => {
  it('meets the next request once its file has changed; one that makes no sense changes nothing', async () => {
    const path = await file('weather.json', { faults: [{ kind: 'refused', status: 503 }] })
    const command = run(['--port', '0', '--key', key, '--weather', path])
    const url = `${await command.address()}/v2/customer_sessions/cart`
    const status = async () => (await fetch(url, { headers: withKey })).status
    expect(await status()).toBe(503)
    await file('weather.json', { faults: [] })
    expect(await status()).toBe(404)
    await file('weather.json', { faults: [{ kind: 'html' }] })
    expect(await status()).toBe(502)
    for (const wrong of ['{', { faults: [{ kind: 'html', probability: 2 }] }]) {
      await file('weather.json', wrong)
      expect([await status(), await status()]).toEqual([502, 502])
    }
    await rm(path)
    expect([await status(), await status()]).toEqual([502, 502])
    await file('weather.json', { faults: [] })
    expect(await status()).toBe(404)
    expect(command.output().match(/^--weather.*$/gm)).toEqual([
      '--weather: the file is not JSON; the weather stays as it was',
      '--weather: this weather cannot be (/faults/0/probability: expected a number of at most 1, got an integer); the weather stays as it was',
      '--weather: the file cannot be read (ENOENT); the weather stays as it was',
    ])
    expect(requestsIn(command).slice(0, 3)).toEqual([
      `now GET ${session} 503 n ms: Out of order`,
      `now GET ${session} 404 n ms: Customer session not found`,
      `now GET ${session} 502 n ms: an HTML page`,
    ])
  })

  it('breaks the connection when an answer is lost, and keeps what was carried out', async () => {
    const path = await file('lost.json', { faults: [{ kind: 'lostAnswer', operations: ['updateCustomerSessionV2'] }] })
    const state = join(place, 'lost')
    const args = ['--port', '0', '--key', key, '--state', state]
    const command = run([...args, '--weather', path])
    const url = `${await command.address()}/v2/customer_sessions/cart`
    await expect(fetch(url, { method: 'PUT', headers: withKey, body: cart })).rejects.toThrow('fetch failed')
    await command.printed(/lost in the weather/)
    command.child.kill('SIGKILL')
    await command.exited
    expect(requestsIn(command)).toEqual([`now PUT ${session} no answer n ms: lost in the weather`])
    const next = run(args)
    expect((await fetch(`${await next.address()}/v2/customer_sessions/cart`, { headers: withKey })).status).toBe(200)
  })

  it('keeps what landed late when it is stopped, and does not wait for what is still in the air', async () => {
    const path = await file('late.json', {
      faults: [
        { kind: 'lateLanding', delay: 50, operations: ['updateCustomerSessionV2'] },
        { kind: 'lateLanding', delay: 60_000, operations: ['updateCustomerProfileV2'] },
      ],
    })
    const args = ['--port', '0', '--key', key, '--state', join(place, 'late')]
    const command = run([...args, '--weather', path])
    const url = await command.address()
    await expect(fetch(`${url}/v2/customer_sessions/cart`, { method: 'PUT', headers: withKey, body: cart })).rejects.toThrow('fetch failed')
    await expect(fetch(`${url}/v2/customer_profiles/anna`, { method: 'PUT', headers: withKey, body: '{}' })).rejects.toThrow('fetch failed')
    await expect.poll(async () => (await fetch(`${url}/v2/customer_sessions/cart`, { headers: withKey })).status).toBe(200)
    command.child.kill('SIGTERM')
    expect(await command.exited).toBe(0)
    const next = run(args)
    const again = await next.address()
    expect((await fetch(`${again}/v2/customer_sessions/cart`, { headers: withKey })).status).toBe(200)
    expect((await fetch(`${again}/v1/customer_profiles/anna/inventory`, { headers: withKey })).status).toBe(404)
  })

  it('ends although a request is kept for ever', { timeout: 15_000 }, async () => {
    const path = await file('silent.json', { faults: [{ kind: 'lostRequest', silent: true }] })
    const { child, exited, address } = run(['--port', '0', '--key', key, '--weather', path])
    const running = fetch(`${await address()}/v2/customer_sessions/cart`, { headers: withKey })
    const failed = running.catch((error: unknown) => String(error))
    await new Promise((resolve) => setTimeout(resolve, 200))
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
    expect(await failed).toBe('TypeError: fetch failed')
  })

  it.each<[string, unknown, string]>([
    ['one that is not JSON', key, 'the file is not JSON'],
    [
      'one that cannot be',
      { faults: [{ kind: 'refused', status: 200 }] },
      'this weather cannot be (/faults/0/status: expected a number of 400 to 599, got an integer)',
    ],
  ])('refuses %s', async (_, content, message) => {
    const { exited, output } = run(['--weather', await file('wrong.json', content)])
    expect(await exited).toBe(2)
    expect(output()).toBe(`talon-one-sandbox: --weather: ${message}\n`)
  })

  it('refuses a file that is not there', async () => {
    const { exited, output } = run(['--weather', join(place, key)])
    expect(await exited).toBe(2)
    expect(output()).toBe('talon-one-sandbox: --weather: the file cannot be read (ENOENT)\n')
  })
})

describe('--state', () => {
  it('remembers after a stop what was there before, repeats by Idempotency-Key included', async () => {
    const args = ['--port', '0', '--key', key, '--state', join(place, 'deep', 'state')]
    const first = run(args)
    const url = await first.address()
    const headers = { ...withKey, 'idempotency-key': 'once' }
    const track = (to: string) =>
      fetch(`${to}/v2/events?silent=no`, { method: 'POST', headers, body: '{"profileId":"anna","type":"reviewed","attributes":{}}' })
    expect((await fetch(`${url}/v2/customer_sessions/cart`, { method: 'PUT', headers: withKey, body: cart })).status).toBe(200)
    const answer: unknown = await (await track(url)).json()
    first.child.kill('SIGTERM')
    expect(await first.exited).toBe(0)

    const second = run(args)
    const again = await second.address()
    expect(await (await track(again)).json()).toEqual(answer)
    const stored = await fetch(`${again}/v2/customer_sessions/cart`, { headers: withKey })
    expect(await stored.json()).toMatchObject({ customerSession: { couponCodes: ['SAVE10'] } })

    const third = run(args)
    expect(await third.exited).toBe(1)
    expect(third.output()).toBe(
      'talon-one-sandbox: another process is using this state: stop it, or choose another directory with --state\n',
    )
  })

  it('refuses a directory that cannot be read', async () => {
    const { exited, output } = run(['--state', join(place, 'x'.repeat(300))])
    expect(await exited).toBe(1)
    expect(output()).toBe('talon-one-sandbox: the directory of --state cannot be read (ENAMETOOLONG)\n')
  })

  it('refuses a file that is something else', async () => {
    const { exited, output } = run(['--state', await file('something-else', key)])
    expect(await exited).toBe(1)
    expect(output()).toBe('talon-one-sandbox: --state names a file: it must be a directory, or one that is not there yet\n')
  })
})
