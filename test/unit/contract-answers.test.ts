/**
 * Answers: whatever the official file says a success holds comes out of the client as it was sent, every effect with it, and the cart
 * can price and show it. Each check is a function of a document.
 */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { createTalonOne, type EffectType, isEffect, isTalonOneError, priceCart } from 'talon-one-react'
import { describe, expect, test } from 'vitest'
import type { CartEdit } from '../../src/cart/edits.ts'
import { confirm, isReadable, type SessionAnswer } from '../../src/cart/confirmed.ts'
import { viewAnswer } from '../../src/cart/view-answer.ts'
import type { Endpoint } from '../../src/endpoint.ts'
import * as endpoints from '../../src/endpoints.ts'
import { inputsOf } from '../arbitrary.ts'
import { valuesOfSchema } from '../openapi-arbitrary.ts'
import { bodyOf, changed, componentOf, type Document, official, operationOf, operationsOf, withoutOpenApi } from '../openapi.ts'

const table: ReadonlyMap<string, Endpoint> = new Map(Object.entries(endpoints))
const runs = { numRuns: Number(process.env.RUNS ?? 40), seed: Number(process.env.SEED ?? 1) }

describe.skipIf(official === undefined)(`answers${official ? '' : ` (${withoutOpenApi})`}`, { timeout: 120_000 }, () => {
  // Nothing below runs without it.
  const document = official as Document

  test.for(answersOf(official))('%s %s comes out as it was sent', async ([operationId, status]) => {
    expect(await answerFindings(document, operationId, status)).toEqual([])
  })

  test.for(Object.keys(effectPropsOf(official)))(
    'the effect %s comes out as it was sent, and can be told by its type',
    async (effectType) => {
      await fc.assert(
        fc.asyncProperty(effects(document, effectType), async (effect) => {
          const answer = { effects: [effect], createdCoupons: [], createdReferrals: [] }
          const talonOne = answering(200, answer)
          const got = await talonOne.send(endpoints.updateCustomerSessionV2, { customerSessionId: 'cart', customerSession: {} })
          expect(got).toEqual(answer)
          // `contract-types` holds that this library knows every type of the file.
          expect(got.effects.map((one) => isEffect(one, effectType as EffectType))).toEqual([true])
        }),
        runs,
      )
    },
  )

  test('a cart is priced and shown whatever session and effects it is given', () => {
    fc.assert(
      fc.property(sessionAnswers(document), (answer) => {
        const { customerSession, effects: given = [] } = answer
        if (customerSession) priceCart(customerSession, given)
        expect(isReadable(answer)).toBe(customerSession !== undefined)
        show(answer)
      }),
      { ...runs, numRuns: runs.numRuns * 10 },
    )
  })

  test.for<[string, string, number, (copy: Document) => void, RegExp]>([
    [
      'an operation more',
      'getWishes',
      200,
      ({ paths }) => Object.assign(paths, { '/v2/wishes': { get: { operationId: 'getWishes', responses: { 200: {} } } } }),
      /^getWishes: the file has it, the table lacks it$/,
    ],
    [
      'a read that answers nothing',
      'getCustomerSession',
      204,
      (copy) => Object.assign(operationOf(copy, 'getCustomerSession').operation.responses, { 204: {} }),
      /^getCustomerSession 204: getCustomerSession was answered with an empty body/,
    ],
    [
      'an object where a list was',
      'bestPriorPrice',
      200,
      (copy) => Object.assign(componentOf(copy, 'BestPriorPriceResponse'), { type: 'object' }),
      /^bestPriorPrice 200: bestPriorPrice was answered with something/,
    ],
  ])('a newer file is found out, and by name: %s', async ([, operationId, status, change, finding]) => {
    const newer = changed(document, change)
    expect(answersOf(newer)).toContainEqual([operationId, status])
    expect(await answerFindings(newer, operationId, status)).toEqual([expect.stringMatching(finding)])
  })
})

/** Every documented success of a document. */
function answersOf(document: Document | undefined): [operationId: string, status: number][] {
  return operationsOf(document ?? { paths: {}, components: { schemas: {} } }).flatMap(({ operation: { operationId, responses } }) =>
    Object.keys(responses)
      .map(Number)
      .filter((status) => status < 300)
      .map((status): [string, number] => [operationId, status]),
  )
}

/** What a success of a document holds and the client refuses, loses or changes. */
async function answerFindings(document: Document, operationId: string, status: number): Promise<string[]> {
  const row = table.get(operationId)
  if (row === undefined) return [`${operationId}: the file has it, the table lacks it`]
  const schema = bodyOf(operationOf(document, operationId).operation.responses[status])
  const answers = schema ? valuesOfSchema(document, schema, `${operationId} ${status}`) : fc.constant(undefined)
  const [input] = fc.sample(inputsOf(row), { numRuns: 1, seed: 1 })
  const details = await fc.check(
    fc.asyncProperty(answers, async (answer) => {
      const got = await answering(status, answer).send(row, input)
      if (!isDeepStrictEqual(got, answer)) throw new Error(`came out as ${JSON.stringify(got)} of ${JSON.stringify(answer)}`)
    }),
    runs,
  )
  if (!details.failed) return []
  const error = details.errorInstance
  return [`${operationId} ${status}: ${isTalonOneError(error) || error instanceof Error ? error.message : String(error)}`]
}

function answering(status: number, answer: unknown) {
  const respond = () => (answer === undefined ? new Response(null, { status }) : Response.json(answer, { status }))
  return createTalonOne({ baseUrl: 'https://shop.talon.one', fetch: async () => respond() })
}

function effectPropsOf(document: Document | undefined): Record<string, string> {
  return document?.components.schemas.Effect?.['x-effect-props'] ?? {}
}

function effects(document: Document, effectType: string): fc.Arbitrary<unknown> {
  const $ref = `#/components/schemas/${effectPropsOf(document)[effectType]}`
  const { allOf: _cases, ...envelope } = componentOf(document, 'Effect')
  const properties = { ...envelope.properties, effectType: { const: effectType }, props: { $ref } }
  return valuesOfSchema(document, { ...envelope, properties }, `the effect ${effectType}`)
}

/** Sessions with effects that may address their lines, units and costs, or anything else. */
function sessionAnswers(document: Document): fc.Arbitrary<SessionAnswer> {
  const answers = valuesOfSchema(document, { $ref: '#/components/schemas/IntegrationStateV2' }, 'IntegrationStateV2')
  const near = fc.array(fc.oneof(...Object.keys(effectPropsOf(document)).map((type) => effects(document, type))), { maxLength: 8 })
  const places = fc.record({ position: fc.nat(3), subPosition: fc.nat(3) })
  return fc.tuple(answers, near, places).map(([answer, more, place]) => {
    const { effects: given = [], ...rest } = Object(answer)
    const placed = more.map((effect) => ({ ...Object(effect), props: { ...Object(effect).props, ...place } }))
    return { ...rest, effects: [...given, ...placed] }
  })
}

function show(answer: SessionAnswer): void {
  const keying = { keyOf: ({ sku }: { sku: string }) => sku, lines: [] }
  const confirmed = confirm(answer, keying)
  const state = { sessionId: 'cart', confirmed, isOutdated: false, error: undefined, sync: 'idle' as const, durable: true }
  const before = viewAnswer({ ...state, edits: [] }, undefined, undefined)
  const edits: CartEdit[] = [
    { type: 'add', key: 'tea', item: { sku: 'tea', price: 2.5 }, quantity: 2 },
    ...before.lines.map(({ key }): CartEdit => ({ type: 'setQuantity', key, quantity: 3 })),
  ]
  viewAnswer({ ...state, edits }, undefined, before)
}
