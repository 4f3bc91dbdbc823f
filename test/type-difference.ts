/** Types compared by types. What differs is told in texts that name the place, so that the compiler prints them. */
import type { UnknownWord } from '../src/schema.ts'

/**
 * Where a type of ours differs from one of the file: a union of texts, `never` when they agree. Goes through fields, list entries
 * (`[]`), map values (`{}`) and kinds of one thing (`(ADD)`).
 */
export type Difference<Place extends string, Ours, Theirs> = 0 extends 1 & Ours
  ? `${Place}: ours is any, so nothing is known of it`
  : unknown extends Theirs
    ? unknown extends Ours
      ? never
      : `${Place}: the file has anything, ours does not`
    : unknown extends Ours
      ? `${Place}: ours has anything, the file does not`
      :
          | Kinds<Place, Kind<Ours>, Kind<Theirs>>
          | Words<Place, OfKind<Ours, 'text'>, OfKind<Theirs, 'text'>>
          | Words<Place, `${OfKind<Ours, 'a boolean'> & boolean}`, `${OfKind<Theirs, 'a boolean'> & boolean}`>
          | Lists<Place, OfKind<Ours, 'a list'>, OfKind<Theirs, 'a list'>>
          | Maps<Place, OfKind<Ours, 'a map'>, OfKind<Theirs, 'a map'>>
          | Objects<Place, OfKind<Ours, 'an object'>, OfKind<Theirs, 'an object'>>

/** Words of the file that a list of ours lacks. */
export type MissingWords<Place extends string, Ours extends string, Theirs extends string> = Told<
  Place,
  `the file has the word ${Exclude<Theirs, Ours>}, ours lacks it`
>

/** What an operation takes: the fields of its path, its query and its body side by side. `BodyIs` names a body that has no fields. */
export type InputOfOperation<Operation, BodyIs extends string | undefined = undefined> = Together<
  ParametersOf<Operation, 'path'> &
    ParametersOf<Operation, 'query'> &
    (BodyIs extends string ? Record<BodyIs, BodyOf<Operation>> : BodyOf<Operation>)
>

/** What a success of an operation holds; `undefined` where it may be empty. */
export type OutputOfOperation<Operation> = Operation extends { responses: infer Responses }
  ? ContentOf<Responses[Extract<keyof Responses, 200 | 201 | 202 | 204>]>
  : never

// An own step, so that a union of details becomes a union of texts, and none becomes none.
type Told<Place extends string, Detail extends string> = Detail extends Detail ? `${Place}: ${Detail}` : never

type Kind<Type> = Type extends null
  ? 'null'
  : Type extends undefined
    ? 'nothing'
    : Type extends string
      ? 'text'
      : Type extends number
        ? 'a number'
        : Type extends boolean
          ? 'a boolean'
          : Type extends readonly unknown[]
            ? 'a list'
            : string extends keyof Type
              ? 'a map'
              : 'an object'

type OfKind<Type, Name extends string> = Type extends Type ? (Kind<Type> extends Name ? Type : never) : never

type Kinds<Place extends string, Ours extends string, Theirs extends string> =
  | Told<Place, `the file has ${Exclude<Theirs, Ours>}, ours does not`>
  | Told<Place, `ours has ${Exclude<Ours, Theirs>}, the file does not`>

type Words<Place extends string, Ours, Theirs> = [Ours] extends [never]
  ? never
  : [Theirs] extends [never]
    ? never
    : string extends Theirs
      ? string extends Ours
        ? never
        : [UnknownWord] extends [Ours]
          ? `${Place}: the file has any text, ours knows some words of it`
          : `${Place}: the file has any text, ours lists words`
      : string extends Ours
        ? `${Place}: the file lists words, ours has any text`
        :
            | Told<Place, `the file has the word ${Exclude<Theirs, Ours> & string}, ours lacks it`>
            | Told<Place, `ours has the word ${Exclude<Ours, Theirs | UnknownWord> & string}, the file lacks it`>

type Lists<Place extends string, Ours, Theirs> = [Ours] extends [never]
  ? never
  : [Theirs] extends [never]
    ? never
    : [Ours, Theirs] extends [readonly (infer One)[], readonly (infer Other)[]]
      ? Difference<`${Place}[]`, One, Other>
      : never

type Maps<Place extends string, Ours, Theirs> = [Ours] extends [never]
  ? never
  : [Theirs] extends [never]
    ? never
    : [Ours, Theirs] extends [Record<string, infer One>, Record<string, infer Other>]
      ? Difference<`${Place}{}`, One, Other>
      : never

type Objects<Place extends string, Ours, Theirs> = [Ours] extends [never]
  ? never
  : [Theirs] extends [never]
    ? never
    : IsUnion<Theirs> extends true
      ? ByType<Place, Ours, Theirs>
      : // What the file has as one, ours may have as many kinds: then what they share is compared.
        FieldsOf<Place, Pick<Ours, keyof Ours>, Theirs>

type ByType<Place extends string, Ours, Theirs> = {
  [Name in TypeOf<Ours> | TypeOf<Theirs>]: Name extends TypeOf<Ours>
    ? Name extends TypeOf<Theirs>
      ? FieldsOf<`${Place}(${Name})`, Extract<Ours, { type: Name }>, Extract<Theirs, { type: Name }>>
      : `${Place}(${Name}): ours has it, the file lacks it`
    : `${Place}(${Name}): the file has it, ours lacks it`
}[TypeOf<Ours> | TypeOf<Theirs>]

type TypeOf<Type> = Type extends { type: infer Name extends string } ? Name : never

type FieldsOf<Place extends string, Ours, Theirs> = {
  [Name in (keyof Ours | keyof Theirs) & string]: Name extends keyof Ours
    ? Name extends keyof Theirs
      ?
          | Optionality<`${Place}.${Name}`, MayLack<Ours, Name>, MayLack<Theirs, Name>>
          | Difference<`${Place}.${Name}`, Exclude<Ours[Name], undefined>, Exclude<Theirs[Name], undefined>>
      : `${Place}.${Name}: ours has it, the file lacks it`
    : `${Place}.${Name}: the file has it, ours lacks it`
}[(keyof Ours | keyof Theirs) & string]

type MayLack<Type, Name extends keyof Type> = {} extends Pick<Type, Name> ? true : false

type Optionality<Place extends string, Ours, Theirs> = [Ours, Theirs] extends [true, false]
  ? `${Place}: the file requires it, ours does not`
  : [Ours, Theirs] extends [false, true]
    ? `${Place}: ours requires it, the file does not`
    : never

type IsUnion<Type, All = Type> = Type extends Type ? ([All] extends [Type] ? false : true) : never

type ParametersOf<Operation, In extends string> = Operation extends { parameters: infer Parameters }
  ? In extends keyof Parameters
    ? NonNullable<Parameters[In]>
    : {}
  : {}

type BodyOf<Operation> = Operation extends { requestBody?: infer Body } ? ContentOf<NonNullable<Body>> : {}

// Over each answer by itself: a union of answers is a union of contents.
type ContentOf<Answer> = Answer extends { content: infer Content }
  ? [Content] extends [never]
    ? undefined
    : Content[keyof Content]
  : undefined

type Together<Type> = { [Name in keyof Type]: Type[Name] }
