/** Runs a bundled worker in workerd, as Cloudflare does: `node workerd.ts worker.js`, with its bindings in the environment. */
import { Miniflare } from 'miniflare'

const { PORT = '8787', TALON_ONE_BASE_URL = '', TALON_ONE_API_KEY = '', SESSION_SECRET = '' } = process.env

const miniflare = new Miniflare({
  modules: true,
  scriptPath: process.argv[2] ?? 'worker.js',
  compatibilityDate: '2026-04-01',
  bindings: { TALON_ONE_BASE_URL, TALON_ONE_API_KEY, SESSION_SECRET },
  host: '127.0.0.1',
  port: Number(PORT),
})
await miniflare.ready
process.once('SIGTERM', () => void miniflare.dispose().then(() => process.exit()))
