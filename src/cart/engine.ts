/** What a page loads when somebody first looks at a cart, or edits one: all that an answer needs, and all that sends. */
export { checkEdit } from './checks.ts'
export { startFrom } from './confirmed.ts'
export { refusalOf } from './refusals.ts'
export { startSync, type Sync } from './sync.ts'
export { viewAnswer } from './view-answer.ts'
export { checkWaiting } from './waiting.ts'
