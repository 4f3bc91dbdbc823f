/** What an editor shows on hover: every export has a docstring, and every hook's names its operation and its errors. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
// TypeScript 7 has no other API; the package pins the exact version.
import { API, type Checker, type Symbol as Named, SymbolFlags } from 'typescript/unstable/sync'
import { expect, test } from 'vitest'
import * as endpoints from '../../src/endpoints.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const operationIds = new Set(Object.keys(endpoints))

// Hooks that stand on no operation.
const withoutOperation: ReadonlySet<string> = new Set([
  'useTalonOne', // the provider's client
  'useSandbox', // the test provider's Talon.One
])

test(
  'every export has a docstring, every hook one that says what it does, on which operation, and what it throws',
  { timeout: 60_000 },
  () => {
    const entries = ['index.ts', 'devtools/index.ts', 'msw.ts', 'proxy/index.ts', 'sandbox/index.ts', 'testing/index.ts'].map((file) =>
      join(root, 'src', file),
    )
    expect(docstringFindings(join(root, 'tsconfig.json'), entries)).toEqual([])
  },
)

test('what lacks one is named', { timeout: 60_000 }, () => {
  mkdirSync(join(root, 'node_modules/.cache'), { recursive: true })
  const folder = mkdtempSync(join(root, 'node_modules/.cache/docstrings-'))
  try {
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: '../../../tsconfig.json', include: ['*.ts'] }))
    writeFileSync(join(folder, 'inner.ts'), 'export const bare = 1\nexport interface Bare {}\n/** Has one. */\nexport interface Full {}\n')
    writeFileSync(
      join(folder, 'index.ts'),
      `export * from './inner.ts'
       export { bare as renamed } from './inner.ts'
       // Not a docstring.
       export type Commented = 1
       /** */
       export type Empty = 1
       /** Reads a thing. */
       export const useThing = () => 1
       /** no sentence
        * @see https://docs.talon.one/
        * @throws */
       export const useOther = () => 1
       /** Stands on getCustomerSession.
        * @throws TalonOneError */
       export function useWhole() {}`,
    )
    expect(docstringFindings(join(folder, 'tsconfig.json'), [join(folder, 'index.ts')]).toSorted()).toEqual([
      'Bare has no docstring',
      'Commented has no docstring',
      'Empty has no docstring',
      'bare has no docstring',
      'renamed has no docstring',
      'useOther does not say what it throws',
      'useOther says what it does in no sentence',
      'useThing does not say what it throws',
      'useThing names no operation',
    ])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

/** What the exports of some modules leave unsaid. */
function docstringFindings(tsconfig: string, files: readonly string[]): string[] {
  const api = new API({ cwd: root })
  try {
    const project = api.updateSnapshot({ openProjects: [tsconfig] }).getProject(tsconfig)
    if (project === undefined) throw new Error(`no project at ${tsconfig}`)
    const { checker, program } = project
    return files.flatMap((file) => {
      const source = program.getSourceFile(file)
      const module = source && checker.getSymbolAtLocation(source)
      const exports = module ? checker.getExportsOfModule(module) : []
      return exports.length === 0 ? [`${file} exports nothing`] : exports.flatMap((one) => findingsOf(checker, one))
    })
  } finally {
    api.close()
  }
}

function findingsOf(checker: Checker, exported: Named): string[] {
  const { name, flags } = exported
  const declared = flags & SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
  const text = checker.getDocumentationCommentOfSymbol(declared).trim()
  if (text === '') return [`${name} has no docstring`]
  if (!/^use[A-Z]/.test(name)) return []
  const tags = checker.getJsDocTagsOfSymbol(declared)
  const said = (tag: string) => tags.filter((one) => one.name === tag).map((one) => one.text?.trim() ?? '')
  const links = said('see').join(' ')
  const isOnOperation = links.includes('https://docs.talon.one/') || `${text} ${links}`.split(/\W+/).some((word) => operationIds.has(word))
  return [
    ...(/^[A-Z][^]*?[.!?](\s|$)/.test(text) ? [] : [`${name} says what it does in no sentence`]),
    ...(isOnOperation || withoutOperation.has(name) ? [] : [`${name} names no operation`]),
    ...(said('throws').some(Boolean) ? [] : [`${name} does not say what it throws`]),
  ]
}
