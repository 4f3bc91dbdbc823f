import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/** Ends the output with `N passed, N failed, N skipped`; a file that does not load, or an error outside of tests, counts as failed. */
export default class Tally implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const tally = { passed: 0, failed: errors.length, skipped: 0, pending: 0 }
    for (const module of modules) {
      tally.failed += module.errors().length
      for (const test of module.children.allTests()) tally[test.result().state]++
    }
    console.log(`\n${tally.passed} passed, ${tally.failed} failed, ${tally.skipped + tally.pending} skipped`)
  }
}
