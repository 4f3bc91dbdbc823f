/** What ends the command with one line. Its message never holds a path, a key or what a file says. */
export class Failure extends Error {
  /** 2: what it was told cannot be; 1: the surroundings would not have it. */
  readonly exitCode: 1 | 2

  constructor(exitCode: 1 | 2, message: string) {
    super(message)
    this.exitCode = exitCode
  }
}

/** What a system calls an error, such as `ENOENT`; the error's class where it has no such name. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown error'
  return 'code' in error ? String(error.code) : error.name
}
