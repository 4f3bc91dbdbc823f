import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const src = fileURLToPath(new URL('../../src', import.meta.url))
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file))

// What a place may import as values. A place is a file of `src` or a folder with its files (the
// commands are one of their own); types may be taken from anywhere.
const arrows: Readonly<Record<string, { places: readonly string[]; packages: readonly RegExp[] }>> = {
  schema: { places: [], packages: [] },
  abort: { places: [], packages: [] },
  effects: { places: [], packages: [] },
  error: { places: [], packages: [] },
  record: { places: [], packages: [] },
  wording: { places: [], packages: [] },
  json: { places: ['record'], packages: [] },
  shape: { places: ['json', 'record'], packages: [] },
  identity: { places: ['record'], packages: [] },
  endpoint: { places: ['error', 'identity', 'json', 'record', 'shape'], packages: [] },
  endpoints: { places: [], packages: [] },
  changes: { places: ['endpoint', 'identity', 'record'], packages: [] },
  lane: { places: ['abort'], packages: [] },
  answer: { places: ['endpoint', 'error', 'record', 'wording'], packages: [/^ky$/] },
  config: { places: ['error'], packages: [] },
  transport: { places: ['abort', 'answer', 'changes', 'config', 'endpoint', 'error', 'identity', 'lane'], packages: [/^ky$/] },
  later: { places: ['error'], packages: [] },
  // The transport only when it is first needed.
  client: { places: ['config', 'error', 'later', 'transport'], packages: [] },
  key: { places: [], packages: [] },
  queries: { places: ['identity', 'key', 'record'], packages: [] },
  decimal: { places: [], packages: [] },
  same: { places: [], packages: [] },
  price: { places: ['decimal', 'same'], packages: [] },
  explain: { places: ['price'], packages: [] },
  preview: { places: ['abort', 'endpoint', 'endpoints', 'error', 'price', 'queries', 'record', 'shape'], packages: [] },
  rejections: { places: [], packages: [] },
  cart: {
    places: ['abort', 'decimal', 'endpoints', 'error', 'json', 'key', 'lane', 'later', 'price', 'queries', 'record', 'rejections', 'same'],
    packages: [/^idb$/],
  },
  react: { places: ['cart', 'endpoints', 'error', 'preview', 'queries'], packages: [/^react$/, /^@tanstack\/react-query$/] },
  // Its panel only when it is first shown.
  devtools: { places: ['cart', 'error', 'react'], packages: [/^react$/] },
  index: {
    places: ['cart', 'client', 'effects', 'endpoints', 'error', 'explain', 'preview', 'price', 'queries', 'react', 'rejections'],
    packages: [],
  },
  proxy: {
    places: ['abort', 'endpoint', 'endpoints', 'error', 'identity', 'json', 'record', 'shape', 'wording'],
    packages: [/^@noble\/hashes\//],
  },
  // The proxy runs anywhere, its faster ways in and out on Node.
  'proxy-node': { places: ['proxy'], packages: [/^node:/, /^srvx\/node$/] },
  sandbox: { places: ['abort', 'endpoint', 'endpoints', 'error', 'identity', 'json', 'record', 'shape'], packages: [] },
  testing: {
    places: ['cart', 'client', 'endpoint', 'endpoints', 'error', 'identity', 'lane', 'queries', 'react', 'rejections', 'sandbox'],
    packages: [/^react$/, /^@tanstack\/react-query$/],
  },
  msw: { places: [], packages: [/^msw$/] },
  // Its store's package is imported only when it is asked for.
  command: { places: ['endpoints', 'error', 'proxy', 'record', 'sandbox', 'shape', 'json'], packages: [/^node:/, /^srvx$/] },
}

test.each(files)('%s imports along the arrow', (file) => {
  const arrow = arrows[placeOf(file)]
  expect(arrow, `${file} stands in a place that has no arrow yet`).toBeDefined()
  for (const specifier of valueImports(file)) {
    if (!specifier.startsWith('.')) {
      expect(
        arrow?.packages.some((allowed) => allowed.test(specifier)),
        `${file} imports the package ${specifier}`,
      ).toBe(true)
      continue
    }
    const place = placeOf(normalize(join(dirname(file), specifier)))
    expect([placeOf(file), ...(arrow?.places ?? [])], `${file} imports ${specifier}`).toContain(place)
  }
})

test('no file imports a value in a circle', () => {
  const imports = new Map(
    files.map((file) => [
      file,
      valueImports(file)
        .filter((one) => one.startsWith('.'))
        .map((one) => normalize(join(dirname(file), one))),
    ]),
  )
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    expect(path, 'a circle').not.toContain(file)
    if (done.has(file)) return
    for (const next of imports.get(file) ?? []) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
})

test('the files with hooks and components are client modules, and no other', () => {
  const marked = files.filter((file) => /^['"]use client['"]/m.test(readFileSync(join(src, file), 'utf8')))
  expect(marked).toEqual(files.filter((file) => placeOf(file) === 'react' || valueImports(file).includes('react')))
})

// Sandbox and proxy run anywhere, their commands in Node.
function placeOf(file: string): string {
  const [place = '', inner] = relative('.', file).split(/[\\/]/)
  if (place === 'proxy' && inner === 'node') return 'proxy-node'
  if ((place === 'sandbox' || place === 'proxy') && (inner === 'cli.ts' || inner === 'command')) return 'command'
  return place.replace(/\.tsx?$/, '')
}

/** The specifiers of everything but `import type` and `export type`, inline types included; of what is loaded later, those of this package. */
function valueImports(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8')
  const found = [...text.matchAll(/^(?:import|export)\s+(?!type\b)(?:([^'"]*?)\s+from\s+)?['"]([^'"]+)['"]/gm)]
  const later = [...text.matchAll(/(?<!typeof )\bimport\('(\.[^']+)'\)/g)].map(([, specifier = '']) => specifier)
  return [...found.filter(([, names = '']) => !isTypesOnly(names)).map(([, , specifier = '']) => specifier), ...later]
}

function isTypesOnly(names: string): boolean {
  const list = /^\{([\s\S]*)\}$/.exec(names.trim())?.[1]
  return (
    list !== undefined &&
    list
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean)
      .every((name) => name.startsWith('type '))
  )
}
