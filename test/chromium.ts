/** Finds a Chromium to test in: nothing is downloaded outside npm. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a headless Chromium needs on a machine without a GPU, a sandbox or a way out. */
export const chromiumArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

const packageFolder = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..')
const cache = fileURLToPath(new URL('../node_modules/.cache/', import.meta.url))

/**
 * The path of a Chromium: `CHROMIUM_PATH` when set, else, on Linux x64, the one in the npm package, unpacked once.
 * Undefined elsewhere, which leaves the choice to Playwright.
 */
export async function findChromium(): Promise<string | undefined> {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  const folder = join(cache, `chromium-${await packageVersion()}`)
  const executable = join(folder, 'chromium')
  if (!existsSync(executable)) await unpack(folder)
  lendWhatIsMissing(folder, executable)
  return executable
}

async function packageVersion(): Promise<string> {
  const text = await readFile(join(packageFolder, 'package.json'), 'utf8')
  // npm writes a version into every package it installs.
  return (JSON.parse(text) as { version: string }).version
}

// The package unpacks into the temporary folder and takes whatever lies there already, so it gets one of its own, and the
// result moves into place in one step: of two runs that unpack at once, the later one throws its copy away.
async function unpack(folder: string): Promise<void> {
  await mkdir(cache, { recursive: true })
  const temporary = await mkdtemp(join(cache, 'unpacking-'))
  const before = process.env.TMPDIR
  process.env.TMPDIR = temporary
  try {
    const { default: chromium, inflate } = await import('@sparticuz/chromium')
    await chromium.executablePath()
    await inflate(join(packageFolder, 'bin', 'al2023.tar.br'))
    await rename(temporary, folder)
  } catch (error) {
    if (!existsSync(join(folder, 'chromium'))) throw error
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
    await rm(temporary, { recursive: true, force: true })
  }
}

// Chromium needs three libraries (nss, nspr, expat) and a font; where the system has none, the package's own will do.
function lendWhatIsMissing(folder: string, executable: string): void {
  if (!existsSync('/etc/fonts')) process.env.FONTCONFIG_PATH ??= join(folder, 'fonts')
  if (spawnSync(executable, ['--version']).status === 0) return
  process.env.LD_LIBRARY_PATH = [join(folder, 'al2023', 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':')
}
