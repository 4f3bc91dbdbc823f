import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { storybookTest } from '@storybook/addon-vitest/vitest-plugin'
import react from '@vitejs/plugin-react'
import { playwright } from '@vitest/browser-playwright'
import type { Plugin } from 'vite'
import { defineConfig, type ViteUserConfig } from 'vitest/config'
import { shopServer } from './stories/shop/server.ts'
import { chromiumArgs, findChromium } from './test/chromium.ts'

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url))

// Tests, stories and the shop read like a user's code: they import the package by its name.
const alias = {
  'talon-one-react/devtools': source('devtools/index.ts'),
  'talon-one-react/msw': source('msw.ts'),
  'talon-one-react/proxy/node': source('proxy/node/index.ts'),
  'talon-one-react/proxy': source('proxy/index.ts'),
  'talon-one-react/sandbox': source('sandbox/index.ts'),
  'talon-one-react/testing': source('testing/index.ts'),
  'talon-one-react': source('index.ts'),
}

/**
 * Gives a cart's engine files of its own where it would share them with the transport, the other part that a page loads later. Chromium
 * remembers that a file could not be loaded: one that both import would keep both from being loaded again.
 */
export const ownCopies: Plugin = {
  name: 'own-copies',
  apply: 'build',
  enforce: 'pre',
  resolveId(id, importer) {
    const isOfEngine = importer && /\/src\/(cart\/|queries\.ts|\w+\.own\.ts)/.test(importer)
    const [, name] = /^\.\.?\/(abort|identity|json|lane)\.ts$/.exec(id) ?? []
    return isOfEngine && name ? source(`${name}.own.ts`) : null
  },
  load: (id) => (id.endsWith('.own.ts') ? readFileSync(id.replace('.own.ts', '.ts'), 'utf8') : null),
}

export default defineConfig(async (): Promise<ViteUserConfig> => ({
  plugins: [react(), shopServer(), ownCopies],
  resolve: { alias },
  server: { port: Number(process.env.PORT ?? 5173), strictPort: true },
  build: {
    target: 'es2022',
    minify: false,
    sourcemap: true,
    lib: {
      entry: {
        index: source('index.ts'),
        'devtools/index': source('devtools/index.ts'),
        msw: source('msw.ts'),
        'proxy/cli': source('proxy/cli.ts'),
        'proxy/index': source('proxy/index.ts'),
        'proxy/node/index': source('proxy/node/index.ts'),
        'sandbox/index': source('sandbox/index.ts'),
        'sandbox/cli': source('sandbox/cli.ts'),
        'testing/index': source('testing/index.ts'),
      },
      formats: ['es'],
    },
    rolldownOptions: {
      external: [/^node:/, /^react($|\/)/, '@tanstack/react-query', 'ky', 'idb', 'msw', /^srvx($|\/)/, 'classic-level', /^@noble\/hashes/],
      // One file out for each file in: `'use client'` stays where it was written, and only there.
      output: { preserveModules: true, preserveModulesRoot: 'src', entryFileNames: '[name].js' },
    },
  },
  ...(process.env.VITEST && { test: await tests() }),
}))

async function tests(): Promise<NonNullable<ViteUserConfig['test']>> {
  const executablePath = await findChromium()
  const browser = () => ({
    enabled: true,
    headless: true,
    screenshotFailures: false,
    provider: playwright({ launchOptions: { args: chromiumArgs, ...(executablePath && { executablePath }) } }),
    instances: [{ browser: 'chromium' as const }],
  })
  return {
    reporters: ['default', './test/reporter.ts'],
    coverage: { provider: 'v8', include: ['src/**/*.{ts,tsx}'], reporter: ['text-summary'] },
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      { extends: true, test: { name: 'contract', include: ['test/contract/*.test.ts'], testTimeout: 30_000 } },
      {
        extends: true,
        test: { name: 'types', include: [], typecheck: { enabled: true, only: true, include: ['test/types/**/*.test-d.ts'] } },
      },
      { extends: true, test: { name: 'dom', environment: 'happy-dom', include: ['test/dom/**/*.test.tsx'] } },
      {
        extends: false,
        plugins: [react({ compiler: { panicThreshold: 'all_errors' } })],
        resolve: { alias },
        test: { name: 'compiled', environment: 'happy-dom', include: ['test/dom/**/*.test.tsx'] },
      },
      {
        extends: true,
        // Mock Service Worker's file stands in a folder, and answers for the whole page.
        server: { headers: { 'service-worker-allowed': '/' } },
        test: { name: 'browser', include: ['test/browser/**/*.test.tsx'], browser: browser() },
      },
      { extends: true, plugins: [storybookTest()], test: { name: 'stories', browser: browser() } },
      { extends: true, test: { name: 'shop', include: ['test/shop/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
    ],
  }
}
