import { build, type Rollup } from 'vite'

/** What a shop would serve of a page's code, by path: `entry.js`, and the chunks that it loads later. */
export async function bundlePage(page: string): Promise<Map<string, string>> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'page',
        resolveId: (id) => (id.endsWith('virtual:page') ? '\0virtual:page' : undefined),
        load: (id) => (id === '\0virtual:page' ? page : undefined),
      },
    ],
    build: {
      write: false,
      rolldownOptions: { input: 'virtual:page', output: { entryFileNames: 'entry.js', chunkFileNames: '[name].js' } },
    },
  })
  // One input gives one output.
  const { output } = result as Rollup.RollupOutput
  return new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file.code]] : [])))
}
