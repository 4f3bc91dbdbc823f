/**
 * What must be true of a sandbox, kept from its answers alone: who earned and spent which points, which codes were redeemed, what was used
 * of budgets. Written plainly, without the sandbox's arithmetic, so that a mistake in it does not cancel out.
 */
import { isDeepStrictEqual } from 'node:util'
import type { EffectOf, EffectProps, KnownEffect } from '../../src/effects.ts'
import type { LoyaltyProgram, SandboxCampaign, State } from '../../src/sandbox/index.ts'
import type { CartItem, CustomerSessionV2, LimitConfig, LoyaltyBalance } from '../../src/schema.ts'

/** One line of a ledger. Moments in milliseconds since the epoch. */
interface Line {
  uuid: string
  /** `profile anna`, or `card CARD-A`. */
  holder: string
  programId: number
  subLedgerId: string
  /** Below zero: spent. */
  points: number
  created: number
  start: number
  end: number
  /** How long the points are valid once they are activated, in milliseconds. */
  validity: number | undefined
  sessionId: string | undefined
}

/** One use of a budget, with the effect that made it. */
interface Use {
  effect: KnownEffect
  action: string
  amount: number
  at: number
  /** Whom it counts for. */
  by: { Profile?: string; Session?: string; Coupon?: string; Referral?: string; Store?: string; Identifier: readonly string[] }
  /** Whether the closing of a session made it, so that undoing that takes it back. */
  isOfClose: boolean
}

interface Order {
  session: CustomerSessionV2
  effects: readonly KnownEffect[]
  updateCount: number
  /** What came back of it, in money. */
  returned: number
}

/** Where effects came from. */
export interface Source {
  profileId: string
  session?: CustomerSessionV2 | undefined
  now: number
}

const isNear = (one: number, other: number, scale = 1): boolean => Math.abs(one - other) <= 1e-5 * Math.max(1, Math.abs(one), scale)

/** The books of one walk. Each check throws what it found wrong. */
export class Books {
  readonly orders = new Map<string, Order>()
  readonly #lines: Line[] = []
  readonly #takenBack = new Map<string, number>()
  readonly #uses: Use[] = []
  readonly #redeemed = new Map<string, string[]>()
  readonly #giveaways = new Map<number, string>()
  readonly #progress = new Map<string, number>()
  readonly #codes = new Set<string>()
  readonly #madeFor = new Map<string, string>()
  readonly #holders = new Map<string, Set<string>>()
  readonly #campaigns: readonly SandboxCampaign[]
  readonly #programs: readonly LoyaltyProgram[]
  /** The largest amount of money seen: sums of binary fractions are only so exact. */
  #scale = 1

  constructor({ campaigns, programs }: State) {
    this.#campaigns = campaigns
    this.#programs = programs
  }

  /** The test's own points. */
  grant(line: Omit<Line, 'holder' | 'subLedgerId' | 'validity' | 'sessionId'> & { profileId: string }): void {
    const { profileId, ...rest } = line
    this.#lines.push({ ...rest, holder: `profile ${profileId}`, subLedgerId: '', validity: undefined, sessionId: undefined })
  }

  /** A session as it is after an update that was stored. */
  update(session: CustomerSessionV2, effects: readonly KnownEffect[], now: number): void {
    const { integrationId: id, state } = session
    const before = this.orders.get(id)
    const from = before?.session.state ?? 'new'
    if (!mayMove(from, state)) throw new Error(`The session moved from ${from} to ${state}`)
    this.#scale = Math.max(this.#scale, Math.abs(session.total))
    const worth = costOf(session.additionalCosts) + sum(session.cartItems.map((item) => item.quantity * unitWorthOf(item)))
    if (!isNear(session.total, worth, this.#scale)) throw new Error(`A cart of ${worth} is said to be worth ${session.total}`)
    this.orders.set(id, { session, effects, updateCount: (before?.updateCount ?? 0) + 1, returned: before?.returned ?? 0 })
    const source = { profileId: session.profileId, session, now }
    for (const effect of effects) this.#checkMadeOnce(id, effect)
    if (state !== 'cancelled') this.fire(effects, source)
    if (state === 'closed') this.book(effects, source, true)
  }

  /** A session that is open or cancelled after it was closed. */
  undo(id: string, to: 'open' | 'cancelled', rollbacks: readonly KnownEffect[]): void {
    const before = this.#orderOf(id)
    this.#checkMoveBack(before, to)
    const expected = before.effects.filter(
      (effect) => rolledBackBy(effect) !== undefined && effect.effectType !== 'increaseAchievementProgress',
    )
    const told = rollbacks.filter(({ effectType }) => effectType !== 'rollbackIncreasedAchievementProgress')
    if (
      !isDeepStrictEqual(
        expected.map(rolledBackBy),
        told.map(({ effectType }) => effectType),
      )
    )
      throw new Error(
        `Taking a session back rolled back ${told.map(({ effectType }) => effectType).join()}, and had ${expected.map(({ effectType }) => effectType).join()}`,
      )
    this.#takeBack(id, rollbacks)
    for (const use of this.#uses.filter(({ by, isOfClose }) => isOfClose && by.Session === id))
      this.#uses.splice(this.#uses.indexOf(use), 1)
    this.orders.set(id, {
      ...before,
      session: { ...before.session, state: to },
      updateCount: before.updateCount + 1,
      effects: netOf(before.effects, rollbacks),
      returned: 0,
    })
  }

  /** A session of which something came back. */
  comeBack(id: string, effects: readonly KnownEffect[], session: CustomerSessionV2, now: number): void {
    const before = this.#orderOf(id)
    this.#checkMoveBack(before, 'partially_returned')
    const rollbacks = effects.filter(({ effectType }) => effectType.startsWith('rollback'))
    this.#checkReturn(before.effects, rollbacks, session)
    this.#takeBack(id, rollbacks)
    for (const rollback of rollbacks) {
      const uses = this.#uses.filter(({ effect, by, isOfClose }) => isOfClose && by.Session === id && isRollbackOf(rollback, effect))
      // One effect uses up to two budgets.
      const [first] = uses
      for (const use of uses.filter(({ effect }) => effect === first?.effect)) this.#uses.splice(this.#uses.indexOf(use), 1)
    }
    const returned = sum(session.cartItems.map((item) => (item.returnedQuantity ?? 0) * unitWorthOf(item)))
    const given = effects.slice(rollbacks.length)
    this.orders.set(id, { session, effects: [], updateCount: before.updateCount + 1, returned })
    this.fire(given, { profileId: session.profileId, session, now })
    this.book(given, { profileId: session.profileId, session, now }, true)
  }

  /** What takes effect when rules fire, whatever becomes of the session. */
  fire(effects: readonly KnownEffect[], source: Source): void {
    for (const effect of effects) {
      if (effect.effectType === 'couponCreated' || effect.effectType === 'referralCreated') {
        if (this.#codes.has(effect.props.value)) continue
        this.#codes.add(effect.props.value)
      }
      if (effect.effectType === 'reserveCoupon') this.#reserveByRule(effect.props)
      this.#use(effect, source, false, atOnce)
    }
  }

  /** The API puts a coupon into wallets, whatever its limit says. */
  reserve(code: string, profileIds: readonly string[]): void {
    for (const id of profileIds) this.#holdersOf(code).add(id)
  }

  /** The API takes a coupon out of wallets. */
  unreserve(code: string, profileIds: readonly string[]): void {
    for (const id of profileIds) this.#holdersOf(code).delete(id)
  }

  /** What is given for good: at the close of a session, or at once at an event and for a profile. */
  book(effects: readonly KnownEffect[], source: Source, isOfClose: boolean): void {
    for (const effect of effects) this.#checkSpending(effect, effects, source)
    for (const effect of effects) {
      const { effectType, props } = effect
      this.#use(effect, source, isOfClose, afterwards)
      if (effectType === 'addLoyaltyPoints' || effectType === 'deductLoyaltyPoints') this.#lines.push(lineOf(effect, source))
      if (effectType === 'acceptCoupon' || effectType === 'acceptReferral')
        this.#list(props.value).push(source.session?.integrationId ?? '')
      if (effectType === 'increaseAchievementProgress') this.#count(`${source.profileId}/${props.achievementId}`, props.delta)
      if (effectType === 'awardGiveaway') this.#give(props.giveawayId, isOfClose ? source.session?.integrationId : undefined)
      if (effectType === 'extendLoyaltyPointsExpiryDate' || effectType === 'setLoyaltyPointsExpiryDate')
        for (const { transactionUUID, newExpiryDate } of props.affectedTransactions ?? [])
          for (const line of this.#lines.filter(({ uuid }) => uuid === transactionUUID)) line.end = Date.parse(newExpiryDate)
    }
  }

  /** Points that awaited activation, or their day. */
  activate(programId: number, { transactionUUIDs, sessionId }: { transactionUUIDs?: string[]; sessionId?: string }, now: number): number {
    const pending = this.#lines.filter(
      (line) =>
        line.programId === programId &&
        line.points > 0 &&
        (transactionUUIDs?.includes(line.uuid) ?? line.sessionId === sessionId) &&
        now < line.start &&
        now < line.end,
    )
    for (const line of pending) {
      if (line.start === Infinity && line.validity !== undefined && line.end === Infinity) line.end = now + line.validity
      line.start = now
    }
    return pending.length
  }

  /** A ledger, or all of a profile in a program, is deleted. */
  forget(profileId: string, programId: number, subledgers: readonly string[] | undefined): void {
    const gone = this.#lines.filter(
      (line) => line.holder === `profile ${profileId}` && line.programId === programId && (subledgers?.includes(line.subLedgerId) ?? true),
    )
    for (const line of gone) this.#lines.splice(this.#lines.indexOf(line), 1)
  }

  /** The ledgers there are, or were. */
  ledgersOf(holder: string): { programId: number; subLedgerId: string }[] {
    const mine = this.#lines.filter((line) => line.holder === holder)
    return [...new Map(mine.map(({ programId, subLedgerId }) => [`${programId} ${subLedgerId}`, { programId, subLedgerId }])).values()]
  }

  /** A ledger by the book. */
  balance(holder: string, programId: number, subLedgerId: string, now: number): Required<LoyaltyBalance> {
    const lines = this.#lines.filter((line) => line.holder === holder && line.programId === programId && line.subLedgerId === subLedgerId)
    const isOwing = this.#programs.find(({ id }) => id === programId)?.returnPolicy === 'unlimited'
    const lots = lines.filter(({ points }) => points > 0).map((line) => ({ line, left: line.points }))
    const moments = [...new Set(lines.flatMap(({ points, created, start }) => (points > 0 ? start : created)))].filter((at) => at <= now)
    let owed = 0
    for (const moment of moments.toSorted((one, other) => one - other)) {
      for (const spending of [0, ...lines.filter(({ points, created }) => points < 0 && created === moment).map(({ points }) => -points)]) {
        owed += spending
        const open = lots.filter(({ line }) => line.start <= moment && moment < line.end)
        // Two that never expire have no difference.
        for (const lot of open.toSorted((one, other) => (one.line.end === other.line.end ? 0 : one.line.end - other.line.end))) {
          const paid = Math.min(lot.left, owed)
          lot.left -= paid
          owed -= paid
        }
        if (!isOwing) owed = 0
      }
    }
    const left = (fits: (line: Line) => boolean) => sum(lots.filter(({ line }) => fits(line)).map((lot) => lot.left))
    return {
      activePoints: left(({ start, end }) => start <= now && now < end),
      pendingPoints: left(({ start, end }) => now < start && now < end),
      expiredPoints: left(({ end }) => end <= now),
      spentPoints: -sum(lines.filter(({ points }) => points < 0).map(({ points }) => points)),
      negativePoints: owed,
    }
  }

  /** Holds what the API says of a ledger to the books, and to the law that points come from somewhere. */
  checkBalance(holder: string, programId: number, subLedgerId: string, said: LoyaltyBalance, now: number): void {
    const { activePoints = 0, pendingPoints = 0, expiredPoints = 0, spentPoints = 0, negativePoints = 0 } = said
    const where = `${holder}, program ${programId}, ledger "${subLedgerId}"`
    const booked = this.balance(holder, programId, subLedgerId, now)
    const answered: Record<string, number> = { activePoints, pendingPoints, expiredPoints, spentPoints, negativePoints }
    for (const [name, value] of Object.entries(booked))
      if (!isNear(value, answered[name] ?? NaN)) throw new Error(`${where}: ${name} is ${answered[name]}, and ${value} by the books`)
    if (activePoints < 0 || pendingPoints < 0 || expiredPoints < 0 || (negativePoints > 0 && activePoints > 0))
      throw new Error(`${where}: ${JSON.stringify(said)}`)
    const mine = this.#lines.filter((line) => line.holder === holder && line.programId === programId && line.subLedgerId === subLedgerId)
    const added = sum(mine.filter(({ points }) => points > 0).map(({ points }) => points))
    // What was spent of points that were taken back later, or moved to another time, has no addition any more.
    const unpaid = activePoints + pendingPoints + expiredPoints + spentPoints - negativePoints - added
    const most = this.#takenBack.get(`${holder} ${programId} ${subLedgerId}`) ?? 0
    if (unpaid < -1e-5 * Math.max(1, added) || unpaid > most + 1e-5 * Math.max(1, added))
      throw new Error(`${where}: of ${added} points, ${JSON.stringify(said)}: ${unpaid} came from nowhere`)
  }

  /** Holds everything the sandbox remembers to the books. */
  checkState(state: State): void {
    this.#checkLines(state)
    this.#checkOrders(state)
    this.#checkCodes(state)
    this.#checkBudgets(state)
    for (const { giveaway } of state.giveaways)
      if (giveaway.used !== this.#giveaways.has(giveaway.id))
        throw new Error(`The giveaway ${giveaway.code} is ${giveaway.used ? '' : 'not '}used`)
    const progress = new Map<string, number>()
    for (const round of state.progress) {
      const whose = `${round.profileId}/${round.achievementId}`
      progress.set(whose, (progress.get(whose) ?? 0) + round.progress)
    }
    for (const whose of new Set([...progress.keys(), ...this.#progress.keys()]))
      if (!isNear(progress.get(whose) ?? 0, this.#progress.get(whose) ?? 0))
        throw new Error(`Progress of ${whose} is ${progress.get(whose)}, and ${this.#progress.get(whose)} by the books`)
  }

  // However often a session is updated, a rule makes one code for it.
  #checkMadeOnce(id: string, { campaignId, ruleIndex, triggeredByCoupon = 0, effectType, props }: KnownEffect): void {
    if (effectType !== 'couponCreated' && effectType !== 'referralCreated') return
    const origin = [id, campaignId, ruleIndex, triggeredByCoupon].join(' ')
    const known = this.#madeFor.get(origin) ?? props.value
    if (known !== props.value) throw new Error(`A session got the code ${props.value} after ${known}`)
    this.#madeFor.set(origin, known)
  }

  #checkMoveBack({ session: { state } }: Order, to: string): void {
    if (!mayBeTakenBack(state, to)) throw new Error(`The session moved from ${state} to ${to}`)
  }

  // Of campaigns that are not asked anew, exactly that which hung on the units that came back.
  #checkReturn(before: readonly KnownEffect[], rollbacks: readonly KnownEffect[], { cartItems }: CustomerSessionV2): void {
    const isFixed = ({ campaignId }: KnownEffect): boolean => !this.#campaigns.find(({ id }) => id === campaignId)?.reevaluateOnReturn
    const gone = before.filter((effect) => {
      const { position, subPosition, cartItemPosition = position, cartItemSubPosition = subPosition } = Object(effect.props)
      return (
        isFixed(effect) &&
        rolledBackBy(effect) !== undefined &&
        cartItemSubPosition >= (cartItems[cartItemPosition]?.remainingQuantity ?? 0)
      )
    })
    const left = netOf(gone, rollbacks.filter(isFixed))
    if (left.length > 0) throw new Error(`${left.length} effects of what came back still stand`)
  }

  #checkLines(state: State): void {
    const stored = [
      ...[...state.ledgers].flatMap(([id, lines]) => lines.map((line) => ({ holder: `profile ${id}`, line }))),
      ...[...state.cards].flatMap(([id, { transactions }]) => transactions.map((line) => ({ holder: `card ${id}`, line }))),
    ].map(({ holder, line: { transactionUUID, programId, subLedgerId, type, amount } }) =>
      [holder, programId, subLedgerId, transactionUUID, type === 'addition' ? amount : -amount].join(' '),
    )
    const booked = this.#lines.map(({ holder, programId, subLedgerId, uuid, points }) =>
      [holder, programId, subLedgerId, uuid, points].join(' '),
    )
    same('Ledger lines', stored, booked)
    if (new Set(booked).size < booked.length) throw new Error('A ledger line was booked twice')
  }

  #checkOrders(state: State): void {
    same('Sessions', [...state.sessions.keys()], [...this.orders.keys()])
    for (const [id, { session }] of state.sessions) {
      const order = this.#orderOf(id)
      if (session.state !== order.session.state || session.updateCount !== order.updateCount)
        throw new Error(
          `The session ${id} is ${session.state} after ${session.updateCount} updates, and by the books ${order.session.state} after ${order.updateCount}`,
        )
    }
    for (const { integrationId, closedSessions, totalSales } of state.profiles.values()) {
      const orders = [...this.orders.values()].filter(
        ({ session }) => session.profileId === integrationId && (session.state === 'closed' || session.state === 'partially_returned'),
      )
      const sales = sum(orders.map(({ session, returned }) => session.total - returned))
      if (closedSessions !== orders.length)
        throw new Error(`${integrationId} has ${closedSessions} closed sessions, and ${orders.length} by the books`)
      if (!isNear(totalSales, sales, this.#scale))
        throw new Error(`${integrationId} has sales of ${totalSales}, and of ${sales} by the books`)
    }
  }

  #checkCodes(state: State): void {
    const coupons = [...state.coupons.values()].map(({ coupon, redemptions }) => ({ code: coupon.value, redemptions, ...coupon }))
    const referrals = [...state.referrals.values()].map(({ referral, redemptions }) => ({ redemptions, ...referral }))
    for (const { coupon, reservedBy } of state.coupons.values())
      same(`Reservations of ${coupon.value}`, reservedBy, [...this.#holdersOf(coupon.value)])
    for (const { code, redemptions, usageCounter, usageLimit } of [...coupons, ...referrals]) {
      same(
        `Redemptions of ${code}`,
        redemptions.map(({ sessionId }) => sessionId),
        this.#redeemed.get(code) ?? [],
      )
      if (usageCounter !== redemptions.length)
        throw new Error(`${code} was used ${usageCounter} times, and redeemed ${redemptions.length} times`)
      if (usageLimit > 0 && usageCounter > usageLimit) throw new Error(`${code} was used ${usageCounter} times, more than ${usageLimit}`)
    }
    for (const { value, discountLimit = 0, discountCounter = 0, discountRemainder } of coupons) {
      if (discountLimit === 0) continue
      const given = sum(this.#uses.filter(({ action, by }) => action === 'setDiscount' && by.Coupon === value).map(({ amount }) => amount))
      if (!isNear(given, discountCounter)) throw new Error(`${value} shows ${discountCounter} given, and gave ${given}`)
      if (given > discountLimit + 1e-5) throw new Error(`${value} gave ${given}, more than ${discountLimit}`)
      if (discountRemainder !== undefined && !isNear(discountRemainder + given, discountLimit))
        throw new Error(`${value} has ${discountRemainder} left`)
    }
  }

  #checkBudgets(state: State): void {
    for (const { id, limits = [] } of this.#campaigns) {
      const uses = this.#uses.filter(({ effect }) => effect.campaignId === id)
      for (const limit of limits) {
        const mine = uses.filter(({ action }) => action === limit.action)
        checkLimit(`campaign ${id}`, { entities: [], ...limit }, mine)
        const stored = sum(
          state.budgetUses.filter(({ campaignId, action }) => campaignId === id && action === limit.action).map(({ amount }) => amount),
        )
        const booked = sum(mine.map(({ amount }) => amount))
        if (!isNear(stored, booked)) throw new Error(`The campaign ${id} used ${stored} of ${limit.action}, and ${booked} by the books`)
      }
    }
    for (const { coupon } of state.coupons.values())
      for (const limit of coupon.limits ?? [])
        checkLimit(
          coupon.value,
          limit,
          this.#uses.filter(({ action, by }) => action === limit.action && by.Coupon === coupon.value),
        )
  }

  #checkSpending(effect: KnownEffect, all: readonly KnownEffect[], source: Source): void {
    if (effect.effectType !== 'deductLoyaltyPoints') return
    const { holder, programId, subLedgerId } = lineOf(effect, source)
    const together = all.filter((other): other is EffectOf<'deductLoyaltyPoints'> => other.effectType === 'deductLoyaltyPoints')
    const wanted = sum(
      together.filter(({ props }) => props.programId === programId && props.subLedgerId === subLedgerId).map(({ props }) => props.value),
    )
    const { activePoints } = this.balance(holder, programId, subLedgerId, source.now)
    if (wanted > activePoints + 1e-5)
      throw new Error(`${wanted} points were spent of ${activePoints}: ${holder}, program ${programId}, "${subLedgerId}"`)
  }

  #takeBack(id: string, rollbacks: readonly KnownEffect[]): void {
    const { session } = this.#orderOf(id)
    for (const { effectType, props } of rollbacks) {
      if (effectType === 'rollbackCoupon' || effectType === 'rollbackReferral') {
        const redeemed = this.#list(props.value)
        redeemed.splice(redeemed.indexOf(id), 1)
      }
      if (effectType === 'rollbackIncreasedAchievementProgress')
        this.#count(`${session.profileId}/${props.achievementId}`, -props.decreaseProgressBy)
      if (effectType !== 'rollbackAddedLoyaltyPoints' && effectType !== 'rollbackDeductedLoyaltyPoints') continue
      const line = this.#lines.find(({ uuid, sessionId }) => uuid === props.transactionUUID && sessionId === id)
      // A ledger that was deleted has nothing to give back.
      if (line === undefined) continue
      if (!isNear(Math.abs(line.points), props.value)) throw new Error(`${props.value} points were rolled back of ${line.points}`)
      this.#lines.splice(this.#lines.indexOf(line), 1)
      const ledger = `${line.holder} ${line.programId} ${line.subLedgerId}`
      this.#takenBack.set(ledger, (this.#takenBack.get(ledger) ?? 0) + Math.abs(line.points))
    }
  }

  #use(effect: KnownEffect, { profileId, session, now }: Source, isOfClose: boolean, table: UseTable): void {
    const of = table[effect.effectType]
    if (of === undefined) return
    const coupon = effect.effectType === 'acceptCoupon' ? effect.props.value : this.#couponBy(effect.triggeredByCoupon)
    const by: Use['by'] = {
      ...(profileId && { Profile: profileId }),
      ...(session && { Session: session.integrationId }),
      ...(coupon !== undefined && { Coupon: coupon }),
      ...(session?.referralCode && { Referral: session.referralCode }),
      ...(session?.storeIntegrationId !== undefined && { Store: session.storeIntegrationId }),
      Identifier: session?.identifiers ?? [],
    }
    for (const { action, amount } of of(effect)) this.#uses.push({ effect, action, amount, at: now, by, isOfClose })
  }

  /** Tells the value of a coupon by its id; set by whoever can look. */
  couponValue: (id: number) => string | undefined = () => undefined

  #couponBy(id: number | undefined): string | undefined {
    return id === undefined ? undefined : this.couponValue(id)
  }

  // A session that was reopened gets its giveaway again; everybody else, an event too, gets another.
  #give(id: number, sessionId: string | undefined): void {
    const owner = this.#giveaways.get(id)
    if (owner !== undefined && owner !== sessionId) throw new Error(`The giveaway ${id} of "${owner}" was given to "${sessionId}" too`)
    this.#giveaways.set(id, sessionId ?? '')
  }

  #reserveByRule({ couponValue, profileIntegrationId, isNewReservation }: EffectProps['reserveCoupon']): void {
    const holders = this.#holdersOf(couponValue)
    if (isNewReservation === holders.has(profileIntegrationId))
      throw new Error(`${couponValue} is said to be reserved anew: ${isNewReservation}`)
    holders.add(profileIntegrationId)
    const { reservationLimit = 0 } = this.#campaigns.flatMap(({ coupons = [] }) => coupons).find(({ value }) => value === couponValue) ?? {}
    if (isNewReservation && reservationLimit > 0 && holders.size > reservationLimit)
      throw new Error(`A rule reserved ${couponValue} for ${holders.size}, more than ${reservationLimit}`)
  }

  #holdersOf(code: string): Set<string> {
    const holders = this.#holders.get(code) ?? new Set<string>()
    this.#holders.set(code, holders)
    return holders
  }

  #list(code: string): string[] {
    const list = this.#redeemed.get(code) ?? []
    this.#redeemed.set(code, list)
    return list
  }

  #count(whose: string, delta: number): void {
    this.#progress.set(whose, (this.#progress.get(whose) ?? 0) + delta)
  }

  #orderOf(id: string): Order {
    const order = this.orders.get(id)
    if (order === undefined) throw new Error(`There is no session ${id} in the books`)
    return order
  }
}

// behaviour.md §2.3: the moves of an update, and those that take back what a close did.
const moves: Readonly<Record<string, readonly string[]>> = {
  new: ['open', 'closed'],
  open: ['open', 'closed', 'cancelled'],
  closed: ['cancelled'],
  partially_returned: ['cancelled'],
}
const movesBack: Readonly<Record<string, readonly string[]>> = {
  closed: ['open', 'partially_returned', 'cancelled'],
  partially_returned: ['partially_returned', 'cancelled'],
}

/** Whether an update may take a session there. */
export function mayMove(from: string, to: string): boolean {
  return moves[from]?.includes(to) ?? false
}

/** Whether a session that was closed may go there: reopened, returned or cancelled. */
export function mayBeTakenBack(from: string, to: string): boolean {
  return movesBack[from]?.includes(to) ?? false
}

type UseTable = Readonly<Record<string, ((effect: KnownEffect) => { action: string; amount: number }[]) | undefined>>

const once = (action: string) => () => [{ action, amount: 1 }]
const worth = (effect: KnownEffect): number => Number(Object(effect.props).value)
const discount = (effect: KnownEffect) => [
  { action: 'setDiscountEffect', amount: 1 },
  { action: 'setDiscount', amount: worth(effect) },
]

// effects.md §5.9, by the effects that use budgets.
const atOnce: UseTable = {
  couponCreated: once('createCoupon'),
  referralCreated: once('createReferral'),
  reserveCoupon: (effect) => (Object(effect.props).isNewReservation ? [{ action: 'reserveCoupon', amount: 1 }] : []),
}
const afterwards: UseTable = {
  setDiscount: discount,
  setDiscountPerItem: discount,
  setDiscountPerAdditionalCost: discount,
  setDiscountPerAdditionalCostPerItem: discount,
  addLoyaltyPoints: (effect) => [
    { action: 'createLoyaltyPointsEffect', amount: 1 },
    { action: 'createLoyaltyPoints', amount: worth(effect) },
  ],
  deductLoyaltyPoints: (effect) => [
    { action: 'redeemLoyaltyPointsEffect', amount: 1 },
    { action: 'redeemLoyaltyPoints', amount: worth(effect) },
  ],
  acceptCoupon: once('redeemCoupon'),
  acceptReferral: once('redeemReferral'),
  awardGiveaway: once('awardGiveaway'),
  addFreeItem: once('addFreeItemEffect'),
  customEffect: once('customEffect'),
  triggerWebhook: once('callApi'),
}

/** What says that an effect was taken back; undefined: nothing does. */
function rolledBackBy({ effectType }: KnownEffect): string | undefined {
  if (effectType.startsWith('setDiscount')) return 'rollbackDiscount'
  return new Map([
    ['acceptCoupon', 'rollbackCoupon'],
    ['acceptReferral', 'rollbackReferral'],
    ['addLoyaltyPoints', 'rollbackAddedLoyaltyPoints'],
    ['deductLoyaltyPoints', 'rollbackDeductedLoyaltyPoints'],
    ['increaseAchievementProgress', 'rollbackIncreasedAchievementProgress'],
  ]).get(effectType)
}

/** Whether a rollback is that of an effect: the same rule and code, and the same props as far as it has them. */
function isRollbackOf(rollback: KnownEffect, effect: KnownEffect): boolean {
  if (rolledBackBy(effect) !== rollback.effectType) return false
  if (
    rollback.campaignId !== effect.campaignId ||
    rollback.ruleIndex !== effect.ruleIndex ||
    rollback.triggeredByCoupon !== effect.triggeredByCoupon
  )
    return false
  const given: Record<string, unknown> = Object(effect.props)
  return ['value', 'name', 'position', 'cartItemPosition', 'transactionUUID', 'progressTrackerId'].every((name) => {
    const told = Object(rollback.props)[name === 'position' && !('position' in rollback.props) ? 'cartItemPosition' : name]
    return told === undefined || given[name] === undefined || told === given[name]
  })
}

/** What is left of effects after rollbacks, each of which takes one away. */
function netOf(effects: readonly KnownEffect[], rollbacks: readonly KnownEffect[]): KnownEffect[] {
  const net = [...effects]
  for (const rollback of rollbacks) {
    const index = net.findIndex((effect) => isRollbackOf(rollback, effect))
    if (index < 0) throw new Error(`${rollback.effectType} takes back what nothing gave`)
    net.splice(index, 1)
  }
  return net
}

function lineOf(effect: EffectOf<'addLoyaltyPoints'> | EffectOf<'deductLoyaltyPoints'>, { profileId, session, now }: Source): Line {
  const { programId, subLedgerId, value, transactionUUID: uuid, cardIdentifier } = effect.props
  const base = { uuid, programId, subLedgerId, created: now, sessionId: session?.integrationId }
  const holderOf = (id: string) => (cardIdentifier === undefined ? `profile ${id}` : `card ${cardIdentifier}`)
  if (effect.effectType === 'deductLoyaltyPoints')
    return { ...base, holder: holderOf(profileId), points: -value, start: now, end: Infinity, validity: undefined }
  const { recipientIntegrationId, startDate, expiryDate, awaitsActivation, validityDuration } = effect.props
  return {
    ...base,
    holder: holderOf(recipientIntegrationId),
    points: value,
    start: awaitsActivation ? Infinity : startDate === undefined ? now : Math.max(now, Date.parse(startDate)),
    end: expiryDate === undefined ? Infinity : Date.parse(expiryDate),
    // The walk's campaigns count in days.
    validity: validityDuration === undefined ? undefined : Number.parseInt(validityDuration) * 86_400_000,
  }
}

/** The limit holds for everybody together, or for each of those it is for, within each day, week, month or year. */
function checkLimit(whose: string, { action, limit, entities, period }: LimitConfig, uses: readonly Use[]): void {
  const totals = new Map<string, number>()
  for (const { amount, at, by } of uses) {
    const named = entities.filter((entity) => entity !== 'Identifier' && entity !== 'Coupon')
    if (named.some((entity) => Object(by)[entity] === undefined)) continue
    const common = [periodOf(at, period), ...named.map((entity) => String(Object(by)[entity]))].join(' ')
    for (const identifier of entities.includes('Identifier') ? by.Identifier : ['']) {
      const total = (totals.get(`${common} ${identifier}`) ?? 0) + amount
      totals.set(`${common} ${identifier}`, total)
      if (total > limit + 1e-5) throw new Error(`${whose} used ${total} of ${limit} of ${action} for ${common} ${identifier}`)
    }
  }
}

function periodOf(at: number, period: LimitConfig['period']): string {
  const date = new Date(at)
  if (period === 'weekly') date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7))
  const length = period === undefined ? 0 : { daily: 10, weekly: 10, monthly: 7, yearly: 4 }[period]
  return date.toISOString().slice(0, length)
}

function same(what: string, one: readonly string[], other: readonly string[]): void {
  const [left, right] = [one.toSorted(), other.toSorted()]
  if (isDeepStrictEqual(left, right)) return
  const more = left.filter((value) => !right.includes(value))
  const less = right.filter((value) => !left.includes(value))
  throw new Error(
    `${what}: the sandbox has ${left.length}, and the books ${right.length}; more: ${more.join('; ')}; less: ${less.join('; ')}`,
  )
}

function unitWorthOf({ price = 0, additionalCosts }: CartItem): number {
  return price + costOf(additionalCosts)
}

function costOf(costs: CartItem['additionalCosts'] = {}): number {
  return sum(Object.values(costs).map(({ price }) => price))
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0)
}

/** What would say that an effect was taken back, for answers that do not say it. */
export function rollbackOf(effect: KnownEffect): KnownEffect[] {
  const effectType = rolledBackBy(effect)
  if (effectType === undefined) return []
  const props = { ...Object(effect.props), decreaseProgressBy: Object(effect.props).delta }
  // The cast holds as far as the books look: they read the props that both have.
  return [{ ...effect, effectType, props } as KnownEffect]
}

/** What V1 says of an effect, in the order of its props; of those that the books follow. */
const argumentsOf: Readonly<Record<string, readonly string[]>> = {
  addLoyaltyPoints: ['name', 'programId', 'subLedgerId', 'value', 'recipientIntegrationId', 'transactionUUID'],
  'addLoyaltyPoints on a card': [
    'name',
    'programId',
    'subLedgerId',
    'value',
    'cardIdentifier',
    'recipientIntegrationId',
    'transactionUUID',
  ],
  deductLoyaltyPoints: ['name', 'programId', 'subLedgerId', 'value', 'ruleTitle', 'transactionUUID'],
  increaseAchievementProgress: ['achievementId', 'achievementName', 'progressTrackerId', 'delta'],
  couponCreated: ['value', 'profileId'],
  referralCreated: ['value'],
  reserveCoupon: ['couponValue', 'profileIntegrationId', 'isNewReservation'],
}

/** An effect from the tuple that V1 writes: `[campaignId, rulesetId, ruleIndex, [effectType, ...arguments]]`. */
export function decoded([campaignId, rulesetId, ruleIndex, tuple]: readonly unknown[]): KnownEffect {
  const [effectType, ...values] = [tuple].flat()
  const known = argumentsOf[effectType === 'addLoyaltyPoints' && values.length === 7 ? `${effectType} on a card` : String(effectType)] ?? []
  const props = Object.fromEntries(known.map((name, index) => [name, values[index]]))
  // The cast holds for the effects that are listed above; of the others the books read the type alone.
  return { campaignId, rulesetId, ruleIndex, ruleName: '', effectType, props } as KnownEffect
}
