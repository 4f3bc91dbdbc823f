/** Builds the pages of the benchmark as a shop would ship them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { build } from 'vite'

/** A folder with the built pages, which is gone when it is disposed of. */
export async function buildPages(): Promise<AsyncDisposable & { folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-cart-'))
  await build({
    configFile: false,
    logLevel: 'warn',
    root: fileURLToPath(new URL('page/', import.meta.url)),
    plugins: [react()],
    resolve: { alias: { 'talon-one-react': fileURLToPath(new URL('../../../src/index.ts', import.meta.url)) } },
    build: { outDir: folder, emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 1000 },
  })
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}
