import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const src = fileURLToPath(new URL('../../src', import.meta.url))
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file))

// What a place may import as values. A place is a file of `src` or a folder with its files (the
// sandbox's command is one of its own); types may be taken from anywhere.
const arrows: Readonly<Record<string, { places: readonly string[]; packages: readonly RegExp[] }>> = {
  schema: { places: [], packages: [] },
  abort: { places: [], packages: [] },
  effects: { places: [], packages: [] },
  error: { places: [], packages: [] },
  json: { places: [], packages: [] },
  shape: { places: ['json'], packages: [] },
  endpoint: { places: ['error', 'shape', 'json'], packages: [] },
  endpoints: { places: [], packages: [] },
  changes: { places: ['endpoint', 'shape', 'json'], packages: [] },
  lane: { places: ['abort'], packages: [] },
  answer: { places: ['endpoint', 'error', 'shape', 'json'], packages: [/^ky$/] },
  client: { places: ['abort', 'answer', 'changes', 'endpoint', 'error', 'lane'], packages: [/^ky$/] },
  queries: { places: ['endpoint', 'shape', 'json'], packages: [] },
  price: { places: [], packages: [] },
  preview: { places: ['abort', 'endpoint', 'endpoints', 'error', 'price', 'queries', 'shape', 'json'], packages: [] },
  rejections: { places: [], packages: [] },
  cart: { places: ['endpoints', 'error', 'lane', 'price', 'queries', 'rejections', 'shape', 'json'], packages: [] },
  react: { places: ['cart', 'endpoints', 'error', 'preview', 'queries'], packages: [/^react$/, /^@tanstack\/react-query$/] },
  index: {
    places: ['cart', 'client', 'effects', 'endpoints', 'error', 'preview', 'price', 'queries', 'react', 'rejections'],
    packages: [],
  },
  proxy: { places: ['abort', 'endpoint', 'endpoints', 'error', 'shape', 'json'], packages: [/^@noble\/hashes\//] },
  sandbox: { places: ['abort', 'endpoint', 'endpoints', 'error', 'shape', 'json'], packages: [] },
  testing: {
    places: ['cart', 'client', 'endpoint', 'endpoints', 'error', 'lane', 'queries', 'react', 'rejections', 'sandbox'],
    packages: [/^react$/, /^@tanstack\/react-query$/],
  },
  msw: { places: [], packages: [/^msw$/] },
  // Its store's package is imported only when it is asked for.
  command: { places: ['endpoints', 'error', 'sandbox', 'shape', 'json'], packages: [/^node:/, /^srvx$/] },
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

// The sandbox runs in a browser, its command in Node.
function placeOf(file: string): string {
  const [place = '', inner] = relative('.', file).split(/[\\/]/)
  if (place === 'sandbox' && (inner === 'cli.ts' || inner === 'command')) return 'command'
  return place.replace(/\.tsx?$/, '')
}

/** The specifiers of everything but `import type` and `export type`, inline types included. */
function valueImports(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8')
  const found = [...text.matchAll(/^(?:import|export)\s+(?!type\b)(?:([^'"]*?)\s+from\s+)?['"]([^'"]+)['"]/gm)]
  return found.filter(([, names = '']) => !isTypesOnly(names)).map(([, , specifier = '']) => specifier)
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
