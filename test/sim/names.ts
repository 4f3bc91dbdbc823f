/**
 * Names for what happens by chance: after the step that came last, and counted from there. So a request keeps its name, and with it its
 * fate, when steps before it are left out.
 */
export interface Names {
  /** A step is taken. */
  begin(step: number): void
  /** A request, a call of storage, a message. */
  next(kind: 'r' | 's' | 'm'): string
}

export function createNames(): Names {
  let step = 0
  const counts = { r: 0, s: 0, m: 0 }
  return {
    begin(next) {
      step = next
      Object.assign(counts, { r: 0, s: 0, m: 0 })
    },
    next: (kind) => `${kind}${step}.${++counts[kind]}`,
  }
}
