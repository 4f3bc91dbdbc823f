/** What lies in a database may be of another version of this code, or broken: nothing of it is believed before it has been read here. */
import { isRecord } from '../record.ts'
import { checkEdit } from './checks.ts'
import type { CartEdit } from './edits.ts'
import { isReadable } from './confirmed.ts'
import type { SavedCart, SentWrite, StoredEdit } from './storage.ts'

type Test = (value: unknown) => boolean
const isText: Test = (value) => typeof value === 'string'
const isTrueOrAbsent: Test = (value) => value === undefined || value === true
const isTagOrAbsent: Test = (value) => value === undefined || hasFields(value, { profileId: isText, created: isText })
/** `checkEdit` looks at it, as it did when the edit was made. */
const isChecked: Test = () => true

const fieldsOfEdit: { readonly [Type in CartEdit['type']]: Readonly<Record<keyof Extract<CartEdit, { type: Type }>, Test>> } = {
  add: { type: isText, key: isText, item: isChecked, quantity: isChecked, isTotal: isTrueOrAbsent },
  setQuantity: { type: isText, key: isText, quantity: isChecked },
  remove: { type: isText, key: isText },
  setItemAttributes: { type: isText, key: isText, attributes: isChecked },
  applyCoupon: { type: isText, code: isChecked },
  removeCoupon: { type: isText, code: isChecked },
  setReferral: { type: isText, code: isChecked },
  clearReferral: { type: isText },
  setAttributes: { type: isText, attributes: isChecked },
  setAdditionalCosts: { type: isText, additionalCosts: isChecked },
  setLoyaltyCard: { type: isText, card: isChecked },
}

/** An edit of a cart as it was kept, or undefined when it is none that this code knows in full. */
export function readStoredEdit(record: unknown): StoredEdit | undefined {
  if (!hasFields(record, { cart: isText, id: isText, edit: isKnown, of: isTagOrAbsent })) return undefined
  // It has the fields of its kind and no other; what they hold is checked below.
  const { id, edit, of } = record as unknown as StoredEdit
  try {
    return { id, edit: checkEdit(edit), ...(of && { of }) }
  } catch {
    return undefined
  }
}

/** What was kept of a cart's last answer, or undefined when it cannot be read. */
export function readSaved(record: unknown): SavedCart | undefined {
  if (!isRecord(record)) return undefined
  const { stamp, answer, keys, done, refused } = record
  const isWhole = Number.isSafeInteger(stamp) && isAnswer(answer) && isTexts(keys) && isTexts(done) && isListOf(refused, isRefused)
  // Each field has just been looked at.
  return isWhole ? (record as unknown as SavedCart) : undefined
}

/** The stamp of the answer that was kept, or undefined when there is none. */
export function readStamp(mark: unknown): number | undefined {
  // Just looked at.
  return isRecord(mark) && Number.isSafeInteger(mark.stamp) ? (mark.stamp as number) : undefined
}

/** The writes that may still land, without those that cannot be read. */
export function readSent(mark: unknown): SentWrite[] {
  return isRecord(mark) && Array.isArray(mark.sent) ? mark.sent.filter(isSent) : []
}

// It is empty while there is no session.
const isAnswer = (value: unknown) =>
  isRecord(value) &&
  (isReadable(value) ||
    Object.values(value)
      .flat()
      .every((field) => field === undefined))
const isSent = (value: unknown): value is SentWrite =>
  hasFields(value, { ids: isTexts, edits: isEdits, outline: isText, tries: isCount, state: isState, of: isTagOrAbsent })
const isCount: Test = (value) => Number.isSafeInteger(value)
const isTexts: Test = (value) => isListOf(value, isText)
const isEdits: Test = (value) => isListOf(value, isEdit)
const isState: Test = (value) => value === 'sent' || value === 'missing' || value === 'answered'
const isRefused = (value: unknown) => isRecord(value) && [value.id, value.code, value.message].every(isText)
const isKnown: Test = (edit) => isRecord(edit) && isKind(edit.type) && hasFields(edit, fieldsOfEdit[edit.type])
const isKind = (type: unknown): type is CartEdit['type'] => typeof type === 'string' && Object.hasOwn(fieldsOfEdit, type)
const isEdit = (edit: unknown) => readStoredEdit({ cart: '', id: '', edit }) !== undefined
const isListOf = (value: unknown, isEntry: Test) => Array.isArray(value) && value.every(isEntry)

// A field that this code does not know may change what the others mean.
function hasFields(value: unknown, fields: Readonly<Record<string, Test>>): value is Record<string, unknown> {
  if (!isRecord(value) || Object.keys(value).some((name) => !Object.hasOwn(fields, name))) return false
  return Object.entries(fields).every(([name, isRight]) => isRight(value[name]))
}
