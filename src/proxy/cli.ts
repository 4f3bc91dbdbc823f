#!/usr/bin/env node
/** The `talon-one-check-proxy` command: attacks a proxy over HTTP, and prints a table of what got through. */
import { Failure } from '../sandbox/command/failure.ts'
import { checkProxy, type CheckReport, type CheckResult, type ProxyCheckOptions } from './check.ts'
import { checks, type CheckVerdict } from './checks.ts'
import { help, type Options, readOptions } from './command/options.ts'

const marks: Readonly<Record<CheckVerdict, string>> = { passed: 'ok  ', failed: 'FAIL', skipped: 'skip' }
const width = Math.max(...checks.map(({ name }) => name.length))

/** `ok    custom-header   requests without the header …`, and below it why, and what to do. */
function linesOf({ name, tries, verdict, reason, advice }: CheckResult): string {
  const below = [reason, advice && `→ ${advice}`].filter((line) => line !== undefined).map((line) => `      ${' '.repeat(width)}  ${line}`)
  return [`${marks[verdict]}  ${name.padEnd(width)}  ${tries}`, ...below].join('\n')
}

async function run({ url, headers, otherHeaders, sku, guesses, timeoutMs, json }: Options): Promise<void> {
  const options: ProxyCheckOptions = {
    guesses,
    timeoutMs,
    ...(headers && { headers }),
    ...(otherHeaders && { otherHeaders }),
    ...(sku !== undefined && { sku }),
    ...(!json && { onCheck: (result) => console.log(linesOf(result)) }),
  }
  const report = await reportOf(url, options)
  const { passed, failed, skipped } = report
  console.log(json ? JSON.stringify(report, null, 2) : `\n${passed} passed, ${failed} failed, ${skipped} skipped`)
  process.exitCode = failed === 0 ? 0 : 1
}

async function reportOf(url: string, options: ProxyCheckOptions): Promise<CheckReport> {
  try {
    return await checkProxy(url, options)
  } catch (error) {
    // In words that were chosen there; those of any other error might quote something.
    if (error instanceof Error && error.message.startsWith('checkProxy: ')) throw new Failure(2, error.message.slice('checkProxy: '.length))
    throw error
  }
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options) await run(options)
  else console.log(help)
} catch (error) {
  if (!(error instanceof Failure)) throw error
  console.error(`talon-one-check-proxy: ${error.message}`)
  process.exitCode = error.exitCode
}
