/**
 * Our types beside types that are generated from the official file: every component, every effect's props, every operation's input and
 * answer, down to the words of each list. Each check is a function of a document.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import openapiTypeScript, { type OpenAPI3 } from 'openapi-typescript'
import { describe, expect, test } from 'vitest'
import type { Endpoint } from '../../src/endpoint.ts'
import * as endpoints from '../../src/endpoints.ts'
import { dereferenced } from '../openapi-arbitrary.ts'
import {
  bodyOf,
  changed,
  componentOf,
  type Document,
  laterOperations,
  official,
  operationOf,
  operationsOf,
  type Schema,
  withoutOpenApi,
} from '../openapi.ts'

const table: ReadonlyMap<string, Endpoint> = new Map(Object.entries(endpoints))

// Where the two differ on purpose. An entry that matches nothing any more fails.
const known: readonly { finding: RegExp; because: string }[] = [
  {
    finding: /: the file has any text, ours knows some words of it$/,
    because: 'the prose lists the words; ours are open to others (`Open`)',
  },
  { finding: /^Effect\.props: ours has an object, the file does not$/, because: 'the props of each type are compared under EffectProps' },
  {
    finding:
      /^(?:EffectProps\.startAchievementProgress: ours has it|EffectType: ours has the word startAchievementProgress), the file lacks it$/,
    because: 'in the vendor’s specification since August 2026; the file is that of June',
  },
  {
    finding: /^(?:LegacyEffect|EventV1\.effects\[\])\[\]: ours has anything, the file does not$/,
    because: 'the generator leaves out that anything may follow in this tuple',
  },
  { finding: /^CatalogActionFilter\.value: the file has anything, ours does not$/, because: 'ours is anything but undefined' },
  {
    finding:
      /^(?:updateCustomerProfileV2|getCustomerInventory|getCustomerAchievements|getCustomerAchievementHistory|getLoyaltyBalances|getLoyaltyProgramProfileTransactions|getLoyaltyProgramProfilePoints) input\.integrationId: the file requires it, ours does not$/,
    because: 'the client fills its own profile in',
  },
  {
    finding:
      /^(?:trackEventV3 input\.profileId|createReferral input\.advocateProfileIntegrationId|(?:create|delete)CouponReservation input\.integrationIDs): the file requires it, ours does not$/,
    because: 'the client fills its own profile in',
  },
  {
    finding: /^getLoyalty(?:Card|ProgramProfile)Transactions input\.awaitsActivation: the file has the word false, ours lacks it$/,
    because: 'the prose says that the API refuses false',
  },
  { finding: /^BestPriorPriceResponse: the file has it, ours lacks it$/, because: 'a list of BestPriorPrice: the answer is compared' },
  { finding: /^EffectEntity: the file has it, ours lacks it$/, because: 'a part of Effect that nothing refers to' },
]

describe.skipIf(official === undefined)(`types${official ? '' : ` (${withoutOpenApi})`}`, { timeout: 120_000 }, () => {
  // Nothing below runs without it.
  const document = official as Document

  test('ours and those of the file are the same, but for what is listed', async () => {
    const found = await typeFindings(document)
    expect(found.filter((finding) => !known.some((one) => one.finding.test(finding)))).toEqual([])
    expect(known.filter((one) => !found.some((finding) => one.finding.test(finding)))).toEqual([])
  })

  test('a newer file is found out, and by name', async () => {
    const before = await typeFindings(document)
    const found = await typeFindings(changed(document, makeNewer))
    expect(found.filter((finding) => !before.includes(finding)).toSorted()).toEqual([
      'AdditionalCost.price: the file has null, ours does not',
      'Campaign.frontendState: the file has the word paused, ours lacks it',
      'CartItem.giftWrap: the file has it, ours lacks it',
      'CatalogAction(RENAME): the file has it, ours lacks it',
      'Coupon.batchId: the file requires it, ours does not',
      'CouponRejection: the file has the word CouponPaused, ours lacks it',
      'CouponRejectionReason.reason: the file has the word CouponPaused, ours lacks it',
      'CustomerSessionV2.couponCodes[]: ours has text, the file does not',
      'CustomerSessionV2.couponCodes[]: the file has a number, ours does not',
      'CustomerSessionV2.discounts: the file has it, ours lacks it',
      'EffectProps.giveWish: the file has it, ours lacks it',
      'EffectProps.setDiscount.currency: the file has it, ours lacks it',
      'EffectType: the file has the word giveWish, ours lacks it',
      'Giveaway.code: ours requires it, the file does not',
      'IntegrationRequest.responseContent[]: the file has the word wishes, ours lacks it',
      'LoyaltyBalance.activePoints: ours has it, the file lacks it',
      'LoyaltyCard.subledgers: ours has a map, the file does not',
      'LoyaltyCard.subledgers: the file has a list, ours does not',
      'NewCustomerSessionV2.state: the file has the word paused, ours lacks it',
      'ReferralRejection: the file has the word ReferralPaused, ours lacks it',
      'ReferralRejectionReason.reason: the file has the word ReferralPaused, ours lacks it',
      'SessionNote: the file has it, ours lacks it',
      'deleteCustomerData answer: the file has an object, ours does not',
      'getCustomerSession input.trace: the file has it, ours lacks it',
      'getWishes: the file has it, the table lacks it',
      'trackEvent: the table has it, the file lacks it',
    ])
  })
})

function makeNewer(copy: Document): void {
  const fields = (name: string) => componentOf(copy, name).properties ?? {}
  const { schemas } = copy.components
  Object.assign(copy.paths, { '/v2/wishes': { get: { operationId: 'getWishes', responses: {} } } })
  Reflect.deleteProperty(copy.paths, '/v1/events')
  operationOf(copy, 'getCustomerSession').operation.parameters?.push({ in: 'query', name: 'trace', schema: { type: 'boolean' } })
  const deleted = { content: { 'application/json': { schema: { type: 'object', properties: { count: { type: 'integer' } } } } } }
  Object.assign(operationOf(copy, 'deleteCustomerData').operation.responses, { 200: deleted })
  Object.assign(schemas.Effect?.['x-effect-props'] ?? {}, { giveWish: 'GiveWishEffectProps' })
  Object.assign(schemas, {
    SessionNote: { type: 'object', properties: {} },
    GiveWishEffectProps: { type: 'object', required: ['wish'], properties: { wish: { type: 'string' } } },
  })
  schemas.EffectType?.enum?.push('giveWish')
  fields('NewCustomerSessionV2').state?.enum?.push('paused')
  fields('Campaign').frontendState?.enum?.push('paused')
  fields('IntegrationRequest').responseContent?.items?.enum?.push('wishes')
  fields('CouponRejectionReason').reason?.enum?.push('CouponPaused')
  fields('ReferralRejectionReason').reason?.enum?.push('ReferralPaused')
  schemas.CatalogAction?.oneOf?.push({
    properties: { type: { const: 'RENAME' }, payload: { $ref: '#/components/schemas/RemoveItemCatalogAction' } },
    required: ['type', 'payload'],
  })
  Object.assign(fields('SetDiscountEffectProps'), { currency: { type: 'string' } })
  Object.assign(fields('CartItem'), { giftWrap: { type: 'boolean' } })
  Object.assign(fields('CustomerSessionV2'), {
    discounts: { type: 'number' },
    couponCodes: { type: 'array', items: { type: 'integer' } },
  })
  Object.assign(fields('AdditionalCost'), { price: { type: ['number', 'null'] } })
  Object.assign(fields('LoyaltyCard'), { subledgers: { type: 'array', items: { type: 'string' } } })
  Reflect.deleteProperty(fields('LoyaltyBalance'), 'activePoints')
  componentOf(copy, 'Coupon').required?.push('batchId')
  componentOf(copy, 'Giveaway').required = componentOf(copy, 'Giveaway').required?.filter((name) => name !== 'code') ?? []
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Where our types and those of a document differ. */
async function typeFindings(document: Document): Promise<string[]> {
  const ours = ourNames()
  const cache = join(root, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'contract-types-'))
  try {
    writeFileSync(join(folder, 'official.ts'), await generate(document))
    writeFileSync(join(folder, 'ours.ts'), `export type * from '${src}schema.ts'\nexport type * from '${src}effects.ts'\n`)
    writeFileSync(join(folder, 'comparison.ts'), comparisonOf(document, ours))
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: '../../../tsconfig.json', include: ['comparison.ts'] }))
    return withoutRepetitions(document, ours, [...missing(document, ours), ...compile(folder)])
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function generate(document: Document): Promise<string> {
  // The document is an OpenAPI file; our own type of it only has what tests read.
  const file = structuredClone(document) as unknown as OpenAPI3
  return openapiTypeScript(file, { defaultNonNullable: false, emptyObjectsUnknown: true, silent: true })
}

// As seen from the folder of a comparison.
const src = '../../../src/'

/** The names of the API's nouns in our sources. */
function ourNames(): ReadonlySet<string> {
  const sources = ['schema.ts', 'effects.ts'].map((file) => readFileSync(join(root, 'src', file), 'utf8'))
  return new Set(sources.flatMap((text) => [...text.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name = '']) => name)))
}

function effectPropsOf({ components }: Document): [effectType: string, component: string][] {
  return Object.entries(components.schemas.Effect?.['x-effect-props'] ?? {})
}

/** What one side has no name for. */
function missing(document: Document, ours: ReadonlySet<string>): string[] {
  const props = new Set(effectPropsOf(document).map(([, component]) => component))
  const components = Object.keys(document.components.schemas).filter((name) => !ours.has(name) && !props.has(name))
  const operations = operationsOf(document).map(({ operation }) => operation.operationId)
  return [
    ...components.map((name) => `${name}: the file has it, ours lacks it`),
    ...operations.filter((name) => !table.has(name)).map((name) => `${name}: the file has it, the table lacks it`),
    ...[...table.keys()]
      .filter((name) => !operations.includes(name) && !laterOperations.some(({ operationId }) => operationId === name))
      .map((name) => `${name}: the table has it, the file lacks it`),
  ]
}

const ran = 'the comparison ran'

/** A file whose errors are the findings: one assertion for each thing that is compared. */
function comparisonOf(document: Document, ours: ReadonlySet<string>): string {
  const components = Object.keys(document.components.schemas).filter((name) => ours.has(name) && name !== 'EffectProps')
  const rows = operationsOf(document).flatMap(({ operation }) => table.get(operation.operationId) ?? [])
  return [
    `import type { InputOf, OutputOf } from '${src}endpoint.ts'`,
    `import type * as endpoints from '${src}endpoints.ts'`,
    `import type { Difference, InputOfOperation, MissingWords, OutputOfOperation } from '../../../test/type-difference.ts'`,
    `import type { components, operations } from './official.ts'`,
    `import type * as Ours from './ours.ts'`,
    `type Theirs = components['schemas']`,
    `type Reasons<Name extends keyof Theirs> = Theirs[Name] extends { reason: infer Reason extends string } ? Reason : never`,
    `type None<Findings extends never> = Findings`,
    `interface EffectProps { ${effectPropsOf(document)
      .map(([type, name]) => `${type}: Theirs['${name}']`)
      .join('; ')} }`,
    assertion('Ran', `'${ran}'`),
    assertion('OfEffectProps', `Difference<'EffectProps', Ours.EffectProps, EffectProps>`),
    ...['Coupon', 'Referral'].map((what) =>
      assertion(
        `Of${what}Rejection`,
        `MissingWords<'${what}Rejection', Ours.${what}Rejection, Reasons<'${what}RejectionReason' | '${what}RejectionReasonV1'>>`,
      ),
    ),
    ...components.map((name) => assertion(`Of${name}`, `Difference<'${name}', Ours.${name}, Theirs['${name}']>`)),
    ...rows.map(({ operationId: name, bodyIs }) =>
      assertion(
        `InputOf${name}`,
        `Difference<'${name} input', InputOf<typeof endpoints.${name}>, InputOfOperation<operations['${name}']${bodyIs ? `, '${bodyIs}'` : ''}>>`,
      ),
    ),
    ...rows.map(({ operationId: name }) =>
      assertion(
        `OutputOf${name}`,
        `Difference<'${name} answer', OutputOf<typeof endpoints.${name}>, OutputOfOperation<operations['${name}']>>`,
      ),
    ),
  ].join('\n')
}

// Each text in a tuple of its own: a union that has a name is printed by that name, and its texts are not.
function assertion(name: string, findings: string): string {
  return `export type ${name} = None<${findings} extends infer Found ? (Found extends Found ? [Found] : never) : never>`
}

/** What the compiler says of a comparison: its findings, and whatever else is wrong with it. */
function compile(folder: string): string[] {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder, '--noErrorTruncation', '--pretty', 'false'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  // Errors in other files are told where those are checked.
  const said = stdout.split('\n').filter((line) => /^\S/.test(line) && !/^(?:src|stories|test)\//.test(line))
  const found = said.flatMap((line) =>
    line.includes("does not satisfy the constraint 'never'") ? [...line.matchAll(/"([^"]*)"/g)].map(([, text = '']) => text) : [line],
  )
  if (!found.includes(ran)) throw new Error(`tsc did not compare anything:\n${stdout}\n${stderr}`)
  return found.filter((finding) => finding !== ran)
}

// A component stands in many places: a finding about it is told once, under its own name.
function withoutRepetitions(document: Document, ours: ReadonlySet<string>, found: readonly string[]): string[] {
  const all = new Set(found)
  return [...all].filter((finding) => {
    const [place = ''] = finding.split(': ', 1)
    const own = finding.replace(place, ownPlace(document, ours, place))
    return own === finding || !all.has(own)
  })
}

/** The same place, named by the last component on the way to it. */
function ownPlace(document: Document, ours: ReadonlySet<string>, place: string): string {
  const [head = '', ...steps] = place.match(/^\w+(?: \w+)?|\.[^.[\]{}()]+|\[\]|\{\}|\(\w+\)/g) ?? []
  let at = { schema: schemaOf(document, head), place: head }
  for (const step of steps) {
    const found = dereferenced(document, at.schema, at.place)
    // What the document does not have goes on under the name it would have.
    at = { schema: partOf(found.schema, step) ?? {}, place: (ours.has(found.place) ? found.place : at.place) + step }
  }
  return at.place
}

function schemaOf(document: Document, head: string): Schema {
  const [name = '', side] = head.split(' ')
  if (head === 'EffectProps')
    return {
      properties: Object.fromEntries(
        effectPropsOf(document).map(([type, component]) => [type, { $ref: `#/components/schemas/${component}` }]),
      ),
    }
  if (side === undefined) return { $ref: `#/components/schemas/${name}` }
  const { requestBody, responses } = operationOf(document, name).operation
  return (side === 'input' ? bodyOf(requestBody) : Object.values(responses).map(bodyOf).find(Boolean)) ?? {}
}

function partOf({ properties, items, additionalProperties, oneOf }: Schema, step: string): Schema | undefined {
  if (step === '[]') return items
  if (step === '{}') return typeof additionalProperties === 'object' ? additionalProperties : undefined
  if (step.startsWith('(')) return oneOf?.find((one) => one.properties?.type?.const === step.slice(1, -1))
  return properties?.[step.slice(1)]
}
