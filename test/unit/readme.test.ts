import { spawnSync } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { scenarios } from 'talon-one-react/testing'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('every piece of code in the README compiles', { timeout: 60_000 }, async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const blocks = [...readme.matchAll(/^```(tsx?)\n([\s\S]*?)^```$/gm)]
  expect(blocks.length).toBeGreaterThan(3)
  const folder = join(root, 'node_modules/.readme')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await Promise.all(blocks.map(([, type, code = ''], index) => writeFile(join(folder, `block-${index + 1}.${type}`), code)))
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ extends: '../../tsconfig.json', include: ['*.ts', '*.tsx'] }))
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' })
  expect(stdout).toBe('')
})

test('the commands of the README are scripts of the package', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  // The repository's own file, written by hand.
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
  const named = [...readme.matchAll(/npm (?:run )?(start|test|storybook)\b/g)].map(([, name]) => name)
  expect(new Set(named)).toEqual(new Set(['start', 'test', 'storybook']))
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named))
  for (const command of ['npm ci && npm start', 'npm ci && npm test']) expect(readme).toContain(`\n${command}\n`)
})

test('the first test of the README is one that runs here, and is five lines', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const first = await readFile(join(root, 'test/dom/first.test.tsx'), 'utf8')
  expect(readme).toContain(`\`\`\`tsx\n${first}\`\`\``)
  const [, own = ''] = first.split(/\n(?=test\()/)
  expect(own.trim().split('\n')).toHaveLength(5)
})

test('the README says of every scenario what a shop should show', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const [, table = ''] = /^\| scenario \|.*\n((?:\|.*\n)*)/m.exec(readme) ?? []
  const told = table.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name))
  expect(new Set(told)).toEqual(new Set(Object.keys(scenarios)))
})
