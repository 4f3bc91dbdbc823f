import type { CartView, CustomerSessionV2, NewCustomerSessionV2 } from 'talon-one-react'
import { expect, test } from 'vitest'
import { type Deed, type Done, forAllSchedules, play } from './schedule.ts'

/** The oracle: a cart on paper, where every deed is done at once and in order. */
interface Paper {
  lines: { sku: string; quantity: number; gift?: boolean }[]
  coupons: string[]
  referral: string
  notes: Record<string, unknown>
  shipping: number | undefined
}

function paperOf(session: NewCustomerSessionV2 | CustomerSessionV2 | undefined): Paper {
  const shipping = session?.additionalCosts?.shipping?.price
  return {
    lines: (session?.cartItems ?? []).map(({ sku, quantity, attributes }) => ({
      sku,
      quantity,
      ...(attributes && { gift: attributes.gift === true }),
    })),
    coupons: (session?.couponCodes ?? []).map((code) => code.toUpperCase()),
    referral: session?.referralCode?.toUpperCase() ?? '',
    notes: session?.attributes ?? {},
    shipping,
  }
}

/** Does a deed on paper; says whether the line it is about was there. */
function write(paper: Paper, deed: Deed): boolean {
  const at = 'sku' in deed ? paper.lines.findIndex(({ sku }) => sku === deed.sku) : -1
  const line = paper.lines[at]
  switch (deed.do) {
    case 'add':
      if (line) line.quantity += deed.quantity
      else paper.lines.push({ sku: deed.sku, quantity: deed.quantity })
      return true
    case 'setQuantity':
      if (line) line.quantity = deed.quantity
      if (line?.quantity === 0) paper.lines.splice(at, 1)
      return line !== undefined
    case 'remove':
      if (line) paper.lines.splice(at, 1)
      return line !== undefined
    case 'describe':
      if (line) line.gift = deed.gift
      return line !== undefined
    case 'apply':
      if (!paper.coupons.includes(deed.code.toUpperCase())) paper.coupons.push(deed.code.toUpperCase())
      return true
    case 'unapply':
      paper.coupons = paper.coupons.filter((code) => code !== deed.code.toUpperCase())
      return true
    case 'refer':
      paper.referral = deed.code ?? ''
      return true
    case 'note':
      paper.notes = { ...paper.notes, [deed.name]: deed.value }
      return true
    case 'ship':
      paper.shipping = deed.cents / 100
      return true
  }
}

function written(session: NewCustomerSessionV2 | undefined, deeds: readonly Done[]): Paper {
  const paper = structuredClone(paperOf(session))
  for (const { deed } of deeds) write(paper, deed)
  return paper
}

const isBad = ({ deed }: Done) => 'sku' in deed && deed.sku === 'BAD'

function shownOf({ lines, coupons, referral }: CartView) {
  return {
    lines: lines.map(({ sku, quantity, attributes }) => ({ sku, quantity, ...(attributes && { gift: attributes.gift === true }) })),
    coupons: coupons.map(({ code }) => code.toUpperCase()),
    referral: referral?.code ?? '',
  }
}

test(
  'after any schedule of edits and failures, screen and server hold what the same edits make on paper',
  { timeout: 120_000 },
  async () => {
    await forAllSchedules(async (schedule) => {
      const { view, server, deeds, settled } = await play(schedule, {
        onStep(shown, _server, done) {
          const { lines, coupons, referral } = written(
            shown.status === 'loading' ? undefined : schedule.session,
            done.filter(({ error }) => error === undefined),
          )
          expect(shownOf(shown)).toEqual({ lines, coupons, referral })
        },
      })

      // Both hold what is on paper, and both are at rest.
      const paper = written(
        schedule.session,
        deeds.filter(({ error }) => error === undefined),
      )
      expect(paperOf(server.sessions.get('cart'))).toEqual(paper)
      expect(shownOf(view)).toEqual({ lines: paper.lines, coupons: paper.coupons, referral: paper.referral })
      expect(view).toMatchObject({ status: 'ready', pending: false, revision: server.sessions.get('cart')?.updateCount ?? 0 })
      expect(server.mostAtOnce).toBeLessThanOrEqual(1)

      // Every promise was settled once; refused is what is bad, or what is of a line that is not there.
      expect(settled).toBe(deeds.length)
      const onPaper = structuredClone(paperOf(schedule.session))
      for (const done of deeds) {
        const isThere = write(onPaper, done.deed)
        if (!isBad(done)) expect(done.error).toBe(isThere ? undefined : 'line_not_found')
      }

      // The revision of an edit names the answer that carried it, and all before it; of notes and costs, which are not in every
      // request, a lost answer may have stored some already.
      for (const revision of new Set(deeds.flatMap((done) => done.revision ?? []))) {
        const last = deeds.findLastIndex((done) => done.revision === revision)
        const carried = deeds.slice(0, last + 1).filter(({ error }) => error === undefined)
        const answered = server.history.find(({ updateCount }) => updateCount === revision)
        const { notes, shipping } = paperOf(answered)
        expect(paperOf(answered)).toEqual({ ...written(schedule.session, carried), notes, shipping })
      }
    })
  },
)
