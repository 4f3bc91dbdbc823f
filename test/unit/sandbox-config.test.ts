import { describe, expect, it } from 'vitest'
import { checkConfig } from '../../src/sandbox/config.ts'
import { demoCampaigns, demoPrograms } from '../../src/sandbox/index.ts'

const rule = { name: 'Half', then: () => [] }
const campaign = { id: 1, name: 'Half off', rules: [rule] }
const program = { id: 1, name: 'beans', title: 'Bean Club' }
const secret = 'do-not-print'

function findings(config: unknown): unknown {
  try {
    checkConfig(config)
    return 'fine'
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid_config' })
    expect(String(error)).not.toContain(secret)
    return (error as { issues: { pointer: string; message: string }[] }).issues.map(({ pointer, message }) => `${pointer}: ${message}`)
  }
}

describe('a config that can be', () => {
  it.each<[string, unknown]>([
    ['empty', {}],
    ['the demo', { campaigns: demoCampaigns, programs: demoPrograms }],
    [
      'everything',
      {
        apiKey: 'k',
        testingKey: 't',
        contentSignature: () => '',
        attributes: { session: { Channel: 'string' }, item: { Sizes: '(list number)' } },
        additionalCosts: ['shipping'],
        unknownSession: 400,
        campaigns: [],
        programs: [],
        products: [{ sku: 'MUG', price: 12 }],
        clock: () => 0,
        latency: 0.5,
        weather: { faults: [] },
      },
    ],
    ['fields without a value', { apiKey: undefined, campaigns: undefined, clock: undefined }],
    [
      'a field of a campaign, a program or a rule that it does not know',
      { campaigns: [{ ...campaign, stars: 5, rules: [{ ...rule, stars: 5 }] }], programs: [{ ...program, stars: 5 }] },
    ],
    [
      'a group of campaigns',
      {
        campaigns: [
          { mode: 'listOrder', stars: 5, campaigns: [campaign, { ...campaign, id: 2 }] },
          { ...campaign, id: 3 },
        ],
      },
    ],
    ['a product without a price', { products: [{ sku: 'MUG' }] }],
  ])('%s', (_, config) => {
    expect(findings(config)).toBe('fine')
  })
})

describe('a config that cannot be', () => {
  it.each<[string, unknown, string[]]>([
    ['nothing', undefined, [': expected an object, got undefined']],
    ['a function', () => ({}), [': expected an object, got a function']],
    ['misspelt', { campains: [] }, ['/campains: unknown field']],
    ['an odd name', { [`${secret}!`]: 1 }, ['/(a name of 13 characters): unknown field']],
    ['an empty key', { apiKey: '' }, ['/apiKey: expected text of at least 1 characters, got empty text']],
    ['a latency below zero', { latency: -1 }, ['/latency: expected a number of at least 0, got a negative integer']],
    ['attributes of no entity', { attributes: { cart: {} } }, ['/attributes/cart: unknown field']],
    [
      'an attribute of no type',
      { attributes: { session: { Channel: 'text' } } },
      [
        '/attributes/session/Channel: expected one of string, number, boolean, time, (list string), (list number), got text of 4 characters',
      ],
    ],
    ['another status', { unknownSession: 410 }, ['/unknownSession: expected 400 or 404, got an integer']],
    ['an endless latency', { latency: Infinity }, ['/latency: expected a finite number, got Infinity']],
    ['a clock that stands', { clock: 7 }, ['/clock: expected a function, got an integer']],
    ['campaigns that are no list', { campaigns: campaign }, ['/campaigns: expected a list, got an object']],
    ['a campaign that is none', { campaigns: [null] }, ['/campaigns/0: expected an object, got null']],
    [
      'an empty campaign',
      { campaigns: [{}] },
      ['/campaigns/0/id: required, but missing', '/campaigns/0/name: required, but missing', '/campaigns/0/rules: required, but missing'],
    ],
    ['an id as text', { campaigns: [{ ...campaign, id: secret }] }, ['/campaigns/0/id: expected an integer, got text of 12 characters']],
    [
      'a state that does not exist',
      { campaigns: [{ ...campaign, state: secret }] },
      ['/campaigns/0/state: expected one of enabled, disabled, archived, got text of 12 characters'],
    ],
    [
      'a start that is no moment',
      { campaigns: [{ ...campaign, startTime: '2026' }] },
      ['/campaigns/0/startTime: expected an RFC 3339 timestamp, got text of 4 characters'],
    ],
    [
      'two campaigns of one id',
      { campaigns: [campaign, { ...campaign, name: 'Other' }] },
      ['/campaigns/1/id: the same as /campaigns/0/id'],
    ],
    [
      'a campaign of the same id in a group',
      { campaigns: [campaign, { mode: 'stackable', campaigns: [campaign] }] },
      ['/campaigns/1/campaigns/0/id: the same as /campaigns/0/id'],
    ],
    [
      'a group that is none',
      { campaigns: [{ mode: 'stackable', campaigns: {} }] },
      ['/campaigns/0/campaigns: expected a list, got an object'],
    ],
    [
      'a group without a mode',
      { campaigns: [{ campaigns: [], scope: secret }] },
      ['/campaigns/0/mode: required, but missing', '/campaigns/0/scope: expected one of session, cartItem, got text of 12 characters'],
    ],
    [
      'a pool without codes',
      { campaigns: [{ ...campaign, giveaways: [{ id: 1, name: 'Mugs' }] }] },
      ['/campaigns/0/giveaways/0/codes: required, but missing'],
    ],
    [
      'a short code',
      { campaigns: [{ ...campaign, coupons: [{ value: 'ABC' }] }] },
      ['/campaigns/0/coupons/0/value: expected text of 4 to 100 characters, got text of 3 characters'],
    ],
    [
      'a code as text',
      { campaigns: [{ ...campaign, coupons: [secret] }] },
      ['/campaigns/0/coupons/0: expected an object, got text of 12 characters'],
    ],
    [
      'a code of two campaigns',
      {
        campaigns: [
          { ...campaign, coupons: [{ value: secret }] },
          { ...campaign, id: 2, coupons: [{ value: secret.toUpperCase() }] },
        ],
      },
      ['/campaigns/1/coupons/0/value: the same as /campaigns/0/coupons/0/value'],
    ],
    [
      'an achievement without a target',
      { campaigns: [{ ...campaign, achievements: [{ id: 1, name: 'A' }] }] },
      ['/campaigns/0/achievements/0/target: required, but missing'],
    ],
    ['rules that are no list', { campaigns: [{ ...campaign, rules: rule }] }, ['/campaigns/0/rules: expected a list, got an object']],
    [
      'a rule that does nothing',
      { campaigns: [{ ...campaign, rules: [{ name: 'Half' }] }] },
      ['/campaigns/0/rules/0/then: expected a function, got undefined'],
    ],
    [
      'a condition that is none',
      { campaigns: [{ ...campaign, rules: [{ ...rule, when: true }] }] },
      ['/campaigns/0/rules/0/when: expected a function, got a boolean'],
    ],
    [
      'functions that are none',
      { campaigns: [{ ...campaign, filter: [], rules: [{ ...rule, otherwise: secret }] }] },
      [
        '/campaigns/0/filter: expected a function, got a list of 0',
        '/campaigns/0/rules/0/otherwise: expected a function, got text of 12 characters',
      ],
    ],
    [
      'a need that does not exist',
      { campaigns: [{ ...campaign, rules: [{ ...rule, needs: 'voucher' }] }] },
      ['/campaigns/0/rules/0/needs: expected one of coupon, referral, got text of 7 characters'],
    ],
    ['two programs of one id', { programs: [program, program] }, ['/programs/1/id: the same as /programs/0/id']],
    ['a program without a name', { programs: [{ id: 1, title: 'Bean Club' }] }, ['/programs/0/name: required, but missing']],
    ['a product without a SKU', { products: [{ price: 1 }] }, ['/products/0/sku: required, but missing']],
    [
      'a price as text',
      { products: [{ sku: 'MUG', price: '12' }] },
      ['/products/0/price: expected a finite number, got text of 2 characters'],
    ],
    ['a product that is none', { products: ['MUG'] }, ['/products/0: expected an object, got text of 3 characters']],
  ])('%s', (_, config, expected) => {
    expect(findings(config)).toEqual(expected)
  })

  it('says everything that is wrong in one sentence', () => {
    expect(() => checkConfig({ apiKey: '', campaigns: 1 })).toThrow(
      'this config cannot be (/apiKey: expected text of at least 1 characters, got empty text; /campaigns: expected a list, got an integer)',
    )
  })
})
