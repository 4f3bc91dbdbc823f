import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'

const cli = fileURLToPath(new URL('../../src/sandbox/cli.ts', import.meta.url))
const key = 'sk-7f3a9c-do-not-print'
const started: ChildProcess[] = []

// Only the processes that these tests started.
afterEach(() => {
  for (const child of started.splice(0)) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
})

/** Runs the command's source: this Node strips the types itself. */
function run(args: string[], env: Record<string, string> = {}) {
  const { TALON_ONE_API_KEY: _none, ...inherited } = process.env
  const child = spawn(process.execPath, [cli, ...args], { env: { ...inherited, NO_COLOR: '1', ...env } })
  started.push(child)
  let output = ''
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()))
  child.stderr.on('data', (bytes: Buffer) => (output += bytes.toString()))
  const exited = once(child, 'close').then(([code]: unknown[]) => code)
  const printed = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = pattern.exec(output)
      if (found !== null) return found
      if (child.exitCode !== null) throw new Error(`it ended before it printed ${String(pattern)}: ${output}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  const address = async (): Promise<string> => (await printed(/(http:\/\/\S+\d)\/? /))[1] ?? ''
  return { child, exited, printed, address, output: () => output }
}

describe('talon-one-sandbox', () => {
  it('serves the sandbox to those who have the key, tells each request by its template, and never prints the key', async () => {
    const { child, exited, address, printed, output } = run(['--port', '0', '--key', key])
    const url = `${await address()}/v2/customer_sessions/cart-of-anna`
    const headers = { authorization: `ApiKey-v1 ${key}` }

    expect((await fetch(url)).status).toBe(401)
    expect((await fetch(url, { headers: { authorization: 'ApiKey-v1 sandbox' } })).status).toBe(401)
    const body = JSON.stringify({ customerSession: { couponCodes: ['SAVE10'], cartItems: [{ sku: 'MUG', quantity: 1, price: 12 }] } })
    const put = await fetch(url, { method: 'PUT', headers, body })
    expect(put.status).toBe(200)
    expect(await put.json()).toMatchObject({
      effects: [{ effectType: 'acceptCoupon' }, { effectType: 'setDiscount', props: { value: 12 * 0.1 } }],
    })
    expect((await fetch(url, { headers })).status).toBe(200)
    expect(
      (
        await fetch(`${await address()}/v1/coupon_reservations/welcome5`, {
          method: 'DELETE',
          headers,
          body: '{"integrationIDs":["anna"]}',
        })
      ).status,
    ).toBe(204)
    expect((await fetch(`${await address()}/v1/${key}`, { headers })).status).toBe(404)

    child.kill('SIGTERM')
    expect(await exited).toBe(0)
    await printed(/stopping/)
    expect(
      output()
        .match(/^(GET|PUT|DELETE) .*$/gm)
        ?.map((line) => line.replace(/\d+ ms$/, 'n ms')),
    ).toEqual([
      'GET /v2/customer_sessions/{customerSessionId} 401 n ms',
      'GET /v2/customer_sessions/{customerSessionId} 401 n ms',
      'PUT /v2/customer_sessions/{customerSessionId} 200 n ms',
      'GET /v2/customer_sessions/{customerSessionId} 200 n ms',
      'DELETE /v1/coupon_reservations/{couponValue} 204 n ms',
      'GET (unknown path) 404 n ms',
    ])
    for (const secret of [key, 'anna', 'SAVE10', 'welcome5']) expect(output()).not.toContain(secret)
  })

  it('takes the key from the environment, and from an option before that', async () => {
    const status = async (args: string[], candidate: string) => {
      const { address, output } = run(['--port', '0', ...args], { TALON_ONE_API_KEY: key })
      const response = await fetch(`${await address()}/v2/customer_sessions/cart`, { headers: { authorization: `ApiKey-v1 ${candidate}` } })
      expect(output()).not.toContain(key)
      return response.status
    }
    expect(await status([], key)).toBe(404)
    expect(await status(['--key', 'other'], key)).toBe(401)
    expect(await status(['--key', 'other'], 'other')).toBe(404)
  })

  it('has the key "sandbox" unless told otherwise', async () => {
    const { address } = run(['--port', '0'])
    const response = await fetch(`${await address()}/v2/customer_sessions/cart`, { headers: { authorization: 'ApiKey-v1 sandbox' } })
    expect(response.status).toBe(404)
  })

  it('finishes what is running when it is interrupted, and ends well', async () => {
    const { child, exited, address, printed } = run(['--port', '0', '--latency', '300', '--key', key])
    const running = fetch(`${await address()}/v2/customer_sessions/cart`, {
      method: 'PUT',
      headers: { authorization: `ApiKey-v1 ${key}` },
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
    const second = run(['--port', port])
    expect(await second.exited).toBe(1)
    expect(second.output()).toBe(`talon-one-sandbox: port ${port} is in use: choose another with --port, or 0 for a free one\n`)
  })

  it('explains itself', async () => {
    const { exited, output } = run(['--help'], { TALON_ONE_API_KEY: key })
    expect(await exited).toBe(0)
    for (const option of ['--port', '--host', '--key', '--latency', '--help']) expect(output()).toContain(option)
    expect(output()).not.toContain(key)
  })

  it.each([
    ['a port that is none', ['--port', 'http'], '--port must be a whole number from 0 to 65535'],
    ['a port too high', ['--port', '65536'], '--port must be a whole number from 0 to 65535'],
    ['a negative latency', ['--latency=-1'], '--latency must be a number of milliseconds, 0 or more'],
    ['an empty key', ['--key='], '--key must not be empty'],
    ['an empty host', ['--host='], '--host must not be empty'],
    ['a key without its option', [key], 'there is a word that belongs to no option'],
    ['an option misspelt', [`--kye=${key}`], 'there is an option this command does not know'],
    ['an option without its value', ['--key'], 'an option lacks its value, or has one it does not take'],
  ])('refuses %s', async (_, args, message) => {
    const { exited, output } = run(args)
    expect(await exited).toBe(2)
    expect(output()).toBe(`talon-one-sandbox: ${message} (see --help)\n`)
  })
})
