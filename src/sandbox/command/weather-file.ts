/** The file of `--weather`: JSON that may change while the sandbox runs. */
import { readFileSync } from 'node:fs'
import { isTalonOneError } from '../../error.ts'
import type { Sandbox, Weather } from '../index.ts'
import { codeOf, Failure } from './failure.ts'

/** What {@link openWeatherFile} makes. */
export interface WeatherFile {
  /** Looks at the file, and when it says something new, changes the weather. Says what is wrong with it, once; the weather stays then. */
  refresh: (say: (line: string) => void) => void
}

/**
 * Reads the weather and sets it.
 *
 * @throws Failure when there is none, or one that cannot be.
 */
export function openWeatherFile(path: string, sandbox: Sandbox): WeatherFile {
  let last: string | undefined

  // A change of the text is what counts: a file's times are too coarse to tell two changes apart.
  function read(): void {
    let text: string
    try {
      text = readFileSync(path, 'utf8')
    } catch (error) {
      if (last === '') return
      last = ''
      throw new Failure(2, `--weather: the file cannot be read (${codeOf(error)})`)
    }
    if (text === last) return
    last = text
    set(sandbox, text)
  }

  read()
  return {
    refresh: (say) => {
      try {
        read()
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        say(`${error.message}; the weather stays as it was`)
      }
    },
  }
}

function set(sandbox: Sandbox, text: string): void {
  try {
    // The cast holds because `setWeather` looks at it itself.
    sandbox.setWeather(JSON.parse(text) as Weather)
  } catch (error) {
    if (error instanceof SyntaxError) throw new Failure(2, '--weather: the file is not JSON')
    throw isTalonOneError(error) ? new Failure(2, `--weather: ${error.message}`) : error
  }
}
