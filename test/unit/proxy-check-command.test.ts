import { serve as serveFetch } from 'srvx'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { checks } from '../../src/proxy/checks.ts'
import { type Command, spawnCommand } from '../command.ts'
import { closedAddress, serve } from '../http-server.ts'
import { createFaulty, faults } from './proxy-faults.ts'

const adas = 'x-test-shopper: ada'
const bobs = 'X-Test-Shopper:bob'
const started: Command[] = []
const servers: ReturnType<typeof serveFetch>[] = []
let [ours, faulty] = ['', '']

beforeAll(async () => {
  ours = await mounted(createFaulty())
  faulty = await mounted(createFaulty(faults.find(({ check }) => check === 'close-session')))
})
afterAll(() => Promise.all(servers.map((server) => server.close(true))))
// Only the processes that these tests started.
afterEach(async () => {
  for (const { child, exited } of started.splice(0)) {
    child.kill('SIGKILL')
    await exited
  }
})

async function mounted(fetch: (request: Request) => Promise<Response>): Promise<string> {
  const server = serveFetch({ port: 0, hostname: '127.0.0.1', silent: true, fetch })
  servers.push(server)
  await server.ready()
  return `${server.url}talon-one`
}

/** Runs the command's source to its end: this Node strips the types itself. */
async function run(args: string[], env: Record<string, string> = {}): Promise<{ code: number | null; output: string }> {
  const command = spawnCommand('src/proxy/cli.ts', args, { TALON_ONE_CHECK_HEADER: '', TALON_ONE_CHECK_OTHER_HEADER: '', ...env })
  started.push(command)
  return { code: await command.exited, output: command.output() }
}

const linesWith = (output: string, mark: string) => output.match(new RegExp(`^${mark} +\\S+`, 'gm'))?.map((line) => line.split(/ +/)[1])

describe('talon-one-check-proxy', { timeout: 60_000 }, () => {
  it('prints one line for each check, and ends with 0 when none has failed', async () => {
    const { code, output } = await run([ours, '--header', adas, '--other-header', bobs])
    expect(linesWith(output, 'FAIL')).toBeUndefined()
    expect(linesWith(output, 'ok')).toEqual(checks.map(({ name }) => name).filter((name) => name !== 'guesses'))
    expect(linesWith(output, 'skip')).toEqual(['guesses'])
    expect(output).toMatch(new RegExp(`\\n${checks.length - 1} passed, 0 failed, 1 skipped\\n$`))
    expect(code).toBe(0)
  })

  it('says of a failure why and what to do, and ends with 1', async () => {
    const { code, output } = await run([faulty, '--header', adas])
    expect(linesWith(output, 'FAIL')).toEqual(['close-session'])
    expect(output).toMatch(/FAIL {2}close-session .*\n +the session is not open any more\n +→ Send every shopper’s session as `open`/)
    expect(code).toBe(1)
  })

  it('prints the report as JSON and nothing else', async () => {
    const { code, output } = await run([faulty, '--json', '--header', adas])
    const report: unknown = JSON.parse(output)
    expect(report).toMatchObject({ failed: 1, skipped: 4, checks: checks.map(({ name, tries }) => ({ name, tries })) })
    expect(code).toBe(1)
  })

  it('takes headers from the environment, one a line, and those of the line before them', async () => {
    const env = { TALON_ONE_CHECK_HEADER: `x-other: 1\n${adas}\n`, TALON_ONE_CHECK_OTHER_HEADER: bobs }
    const { code, output } = await run([ours], env)
    expect([code, linesWith(output, 'skip')]).toEqual([0, ['guesses']])
    const same = await run([ours, '--other-header', adas], env)
    expect([same.code, same.output]).toEqual([2, 'talon-one-check-proxy: `headers` and `otherHeaders` sign in the same shopper\n'])
  })

  it('checks without a shopper what strangers can do', async () => {
    const { code, output } = await run([ours])
    expect([code, linesWith(output, 'FAIL')]).toEqual([0, undefined])
    expect(output).toMatch(/skip {2}custom-header .*\n +needs `headers`/)
  })

  it('guesses when it is told to', async () => {
    const { output } = await run([faulty, '--guesses', '--header', adas, '--sku', 'beans'])
    expect(output).toMatch(/^(ok  |FAIL) {2}guesses /m)
  })

  it('never prints what signs somebody in', async () => {
    const secret = 'sid-7f3a9c-do-not-print'
    const outputs = [
      await run([ours, '--header', `x-test-shopper: ${secret}`, '--other-header', `x-test-shopper: other-${secret}`]),
      await run([ours], { TALON_ONE_CHECK_HEADER: `cookie: ${secret}` }),
      await run([ours, '--header', secret]),
      await run([ours, '--header', `no name: ${secret}`]),
      await run([ours, '--header', `cookie: ${secret}\u0001`]),
      await run([ours, secret]),
      await run([ours, `--${secret}`]),
      await run([`https://${secret}:pass@127.0.0.1`]),
      await run([secret]),
    ]
    expect(outputs.map(({ code }) => code)).toEqual([0, 2, 2, 2, 2, 2, 2, 2, 2])
    for (const { output } of outputs) {
      expect(output).not.toContain(secret)
      expect(output).not.toMatch(/\n {4}at /)
    }
  })

  it('says in one line why there is nothing to check, and ends with 2', async () => {
    await using page = await serve(() => ({ body: '<!doctype html>' }))
    await using mute = await serve(() => undefined)
    const said = (text: string) => ({ code: 2, output: `talon-one-check-proxy: ${text}\n` })
    expect(await run([`${await closedAddress()}/talon-one`])).toEqual(said('nobody there: no answer (ECONNREFUSED)'))
    expect(await run([mute.url, '--timeout', '100'])).toEqual(said('nobody there: no answer within 100 ms'))
    expect(await run([page.url])).toEqual(
      said('no proxy there, the first cart was answered 200 with something that is no JSON, such as a page'),
    )
    expect(await run([ours.replace('talon-one', 'talon'), '--header', adas])).toEqual(
      said('no proxy there, the first cart was answered 404: the URL must be the one it is mounted at'),
    )
    expect(await run([ours, '--header', 'x-nobody: 1'])).toEqual(said('`headers` sign nobody in: the first cart was answered 401'))
  })

  it.each([
    [[]],
    [['--timeout', '0', 'http://127.0.0.1']],
    [['--timeout', 'soon', 'http://127.0.0.1']],
    [['--sku', '', 'http://127.0.0.1']],
  ])('refuses %j and points to its help', async (args) => {
    const { code, output } = await run(args)
    expect(code).toBe(2)
    expect(output).toMatch(/^talon-one-check-proxy: .*\(see --help\)\n$/)
  })

  it('prints its help, which names every option', async () => {
    const { code, output } = await run(['--help'])
    expect(code).toBe(0)
    const options = ['header', 'other-header', 'sku', 'guesses', 'timeout', 'json', 'help']
    for (const option of options) expect(output).toContain(`\n  --${option} `)
    expect(output.match(/^ {2}--/gm)).toHaveLength(options.length)
  })
})
