import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Rollup } from 'vite'
import { ownCopies } from '../../vite.config.ts'

// Where a page finds the packages of this repository.
const folder = fileURLToPath(new URL('../../node_modules/.bundled-page-', import.meta.url))

/** What a shop would serve of a page, by path: its HTML at `''`, `entry.js`, and the chunks that it loads later. */
export async function bundlePage(page: string): Promise<Map<string, string>> {
  const root = await mkdtemp(folder)
  try {
    // From HTML, Vite makes a page that preloads its chunks.
    await writeFile(join(root, 'index.html'), '<!doctype html><script type="module" src="./page.js"></script>')
    await writeFile(join(root, 'page.js'), page)
    const result = await build({
      configFile: false,
      root,
      logLevel: 'error',
      plugins: [ownCopies],
      build: { write: false, rolldownOptions: { output: { entryFileNames: 'entry.js', chunkFileNames: '[name].js' } } },
    })
    // One input gives one output.
    const { output } = result as Rollup.RollupOutput
    return new Map(output.map((file) => (file.type === 'chunk' ? [file.fileName, file.code] : ['', String(file.source)])))
  } finally {
    await rm(root, { recursive: true })
  }
}
