/**
 * The threat T49 where nginx or haproxy stands in front of Node, and one connection between the two carries the requests of many. What the
 * front takes for two requests may be two: Node has to agree with it on each.
 */
import { shopperSessionId } from 'talon-one-react/proxy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Front, frontLine, type FrontProgram, fronts } from '../fronts.ts'
import { answerWith, type Mount, mounts, type NodeShop, openLine, startShop } from './proxy-server.ts'
import { secret } from './proxy-shop.ts'
import { smuggled } from './smuggled.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** The line of a request as Node has read it, and as the front has sent it. */
interface Read {
  line: string
  asSent: string | string[] | undefined
  /** Which one it came on. */
  connection: number | undefined
}

const shoppers = 3
const totals = new Map(Array.from({ length: shoppers }, (_, total) => [shopperSessionId({ secret }, 'ada', `innocent-${total}`), total]))

/** That of the innocent's session a request is about; undefined for anybody else's. */
function totalOf(head: string): number | undefined {
  return totals.get(/sessions\/([^ ?]*)/.exec(head)?.[1] ?? '')
}

for (const [name, program] of Object.entries(fronts)) {
  const isThere = program.path !== undefined
  describe.skipIf(!isThere)(`behind ${name}${isThere ? '' : ' (skipped: it is not installed here)'}`, () => {
    describe.each(Object.entries(mounts))('%s', (_, mount) => {
      describeBehind(program, mount)
    })
  })
}

function describeBehind(program: FrontProgram, mount: Mount): void {
  let shop: NodeShop
  let front: Front
  const read: Read[] = []

  beforeAll(async () => {
    shop = await startShop({}, (proxy) => {
      const listener = mount(proxy)
      return (request, response) => {
        const { method, url, headers, socket } = request
        read.push({ line: `${method} ${url}`, asSent: headers[frontLine], connection: socket.remotePort })
        return listener(request, response)
      }
    })
    shop.fate = (socket, head) => {
      answerWith(JSON.stringify({ customerSession: { total: totalOf(head) ?? 'hidden' }, effects: [] }))(socket, head)
    }
    front = await program.start(shop.port)
  })
  afterAll(async () => {
    await front[Symbol.asyncDispose]()
    await shop[Symbol.asyncDispose]()
  })

  /** What others are answered, one after another, whose connections to the front are not the one of the attack. */
  async function innocents(): Promise<unknown[]> {
    const answers: unknown[] = []
    for (let total = 0; total < shoppers; total++) {
      const path = `/talon-one/v2/customer_sessions/innocent-${total}`
      const response = await fetch(`http://127.0.0.1:${front.port}${path}`, { headers: { 'x-talon-client': '1' } })
      answers.push(await response.json())
    }
    return answers
  }
  const theirs = Array.from({ length: shoppers }, (_, total) => ({ customerSession: { total, attributes: {} }, effects: [] }))

  test('sends everybody’s requests on over one connection', async () => {
    read.length = 0
    expect(await innocents()).toEqual(theirs)
    expect(await innocents()).toEqual(theirs)
    expect(read.length).toBe(2 * shoppers)
    expect(new Set(read.map(({ connection }) => connection)).size).toBe(1)
  })

  const deliveries: [string, (request: string) => readonly string[]][] = [
    ['at once', (request) => [request]],
    ['up to an empty line at a time', (request) => request.split(/(?<=\n\r?\n)/)],
  ]
  describe.each(deliveries)('%s', (_, partsOf) => {
    test.each(smuggled)(
      'T49 Node reads the requests that the front has sent, and everybody gets their own answer: %s',
      async (_, request) => {
        read.length = 0
        shop.reached.length = 0
        const { socket, status } = await openLine(front.port)
        for (const part of partsOf(request)) {
          socket.write(part)
          await status(150)
        }
        await pause(20)
        expect(shop.reached.length).toBeLessThanOrEqual(read.length)
        expect(await innocents()).toEqual(theirs)
        socket.destroy()
        expect(await innocents()).toEqual(theirs)
        expect(read.filter(({ line, asSent }) => line !== asSent)).toEqual([])
        expect(shop.reached.filter((head) => totalOf(head) !== undefined).length).toBe(2 * shoppers)
        expect(shop.events.filter(({ type }) => type === 'failed')).toEqual([])
      },
    )
  })
}
