'use client'

import { type CSSProperties, type ReactElement, type ReactNode, useId, useState, useSyncExternalStore } from 'react'
import type { Cart } from '../cart/cart.ts'
import type { CartEdit } from '../cart/edits.ts'
import type { CartView } from '../cart/view.ts'
import { type CartEvent, type CartHistory, type EffectGroup, type End, historyOf, type Recorded } from './history.ts'

/** What {@link CartPanel} takes. */
export interface CartPanelProps {
  cart: Cart
}

/** A line that opens to what a cart has done. */
export function CartPanel({ cart }: CartPanelProps): ReactElement {
  const view = useSyncExternalStore(cart.subscribe, cart.getSnapshot, cart.getInitialSnapshot)
  const { sync, revision, pendingEdits } = view
  const [isOpen, setOpen] = useState(false)
  return (
    <section aria-label="Cart devtools" style={styles.panel}>
      <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} style={styles.button}>
        Cart: {sync}, revision {revision}, {counted(pendingEdits, 'edit')} waiting
      </button>
      {isOpen && <Contents history={historyOf(cart)} view={view} />}
    </section>
  )
}

function Contents({ history, view }: { history: CartHistory; view: CartView }): ReactElement {
  const recorded = useSyncExternalStore(history.subscribe, history.getSnapshot, history.getSnapshot)
  const [showsValues, setShowsValues] = useState(false)
  return (
    <>
      <Facts view={view} recorded={recorded} />
      <p>
        <button type="button" aria-pressed={showsValues} onClick={() => setShowsValues(!showsValues)} style={toggleStyle(showsValues)}>
          Show values
        </button>{' '}
        <button type="button" onClick={history.clear} style={styles.button}>
          Clear
        </button>{' '}
        <small>Values are what the shopper wrote: codes, keys, attributes.</small>
      </p>
      <Events events={recorded.events} showsValues={showsValues} />
    </>
  )
}

function Facts({ view, recorded: { latency, mayLand } }: { view: CartView; recorded: Recorded }): ReactElement {
  const { status, sync, revision, pendingEdits, durable, error } = view
  const facts: Readonly<Record<string, string>> = {
    Status: status,
    Sync: sync,
    Revision: String(revision),
    'Edits that wait': String(pendingEdits),
    'Outlive the page': durable ? 'yes' : 'no',
    'Writes that may still land': String(mayLand),
    'Last request': latency ? inMs(latency.last) : 'none yet',
    'Median request': latency ? inMs(latency.median) : 'none yet',
    Error: error ? error.code : 'none',
  }
  return (
    <dl style={styles.facts}>
      {Object.entries(facts).map(([name, value]) => (
        <div key={name}>
          <dt style={styles.term}>{name}</dt>
          <dd style={styles.value}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Events({ events, showsValues }: { events: readonly CartEvent[]; showsValues: boolean }): ReactElement {
  const id = useId()
  const [showsAll, setShowsAll] = useState(false)
  const start = events[0]?.at ?? 0
  const newest = events.toReversed().slice(0, showsAll ? events.length : fewEvents)
  if (events.length === 0) return <p>Nothing has happened yet.</p>
  return (
    <>
      <p id={id}>What happened, newest first</p>
      <ol aria-labelledby={id} style={styles.events}>
        {newest.map((event) => (
          <li key={event.id} style={styles.event}>
            <small>+{((event.at - start) / 1000).toFixed(2)} s</small> <EventText event={event} showsValues={showsValues} />
          </li>
        ))}
      </ol>
      {events.length > fewEvents && (
        <button type="button" aria-pressed={showsAll} onClick={() => setShowsAll(!showsAll)} style={toggleStyle(showsAll)}>
          Show all {events.length}
        </button>
      )}
    </>
  )
}

const fewEvents = 20

function EventText({ event, showsValues }: { event: CartEvent; showsValues: boolean }): ReactNode {
  switch (event.type) {
    case 'edit':
      return (
        <>
          {event.edit.type}: {endText(event.end, 'waits')} {showsValues && <code style={styles.code}>{valuesOf(event.edit)}</code>}
        </>
      )
    case 'request':
      return `${event.method}${event.edits > 0 ? ` with ${counted(event.edits, 'edit')}` : ''}: ${endText(event.end, 'on its way')}`
    case 'answer':
      return (
        <>
          Revision {event.revision}
          {event.gained.length + event.lost.length === 0 ? ', the same effects' : ':'}
          <ul style={styles.effects}>
            <EffectTexts verb="gained" groups={event.gained} />
            <EffectTexts verb="lost" groups={event.lost} />
          </ul>
        </>
      )
  }
}

function EffectTexts({ verb, groups }: { verb: string; groups: readonly EffectGroup[] }): ReactNode {
  return groups.map(({ effectType, campaignId, ruleName, count }) => (
    <li key={JSON.stringify([effectType, campaignId, ruleName])}>
      {verb} {effectType}
      {count > 1 && ` × ${count}`}, campaign {campaignId}, {ruleName}
    </li>
  ))
}

function valuesOf({ type: _type, ...values }: CartEdit): string {
  return JSON.stringify(values)
}

function endText(end: End | undefined, otherwise: string): string {
  return end ? `${end.outcome}, ${inMs(end.took)}` : otherwise
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function inMs(duration: number): string {
  return `${Math.round(duration)} ms`
}

// The page's own colours, light or dark, and nothing that its style sheets could miss or that a narrow page could not hold.
const styles = {
  panel: {
    boxSizing: 'border-box',
    maxWidth: '100%',
    border: '1px solid GrayText',
    borderRadius: '0.5rem',
    padding: '0.5rem 0.75rem',
    background: 'Canvas',
    color: 'CanvasText',
    font: '0.8125rem / 1.5 ui-monospace, monospace',
    overflowWrap: 'anywhere',
  },
  facts: { display: 'grid', gridTemplateColumns: 'repeat(auto-fill, minmax(7rem, 1fr))', gap: '0.5rem 1rem', margin: '0.75rem 0' },
  term: { margin: 0, fontSize: '0.75rem' },
  value: { margin: 0, fontWeight: 'bold' },
  button: {
    border: '1px solid ButtonBorder',
    borderRadius: '0.25rem',
    padding: '0.125rem 0.5rem',
    background: 'ButtonFace',
    color: 'ButtonText',
    font: 'inherit',
  },
  pressed: { background: 'CanvasText', color: 'Canvas' },
  events: { margin: '0 0 0.5rem', padding: 0, listStyle: 'none' },
  event: { padding: '0.25rem 0', borderTop: '1px solid GrayText' },
  effects: { margin: 0, padding: '0 0 0 1.5rem', listStyle: 'none' },
  code: { font: 'inherit' },
} as const satisfies Record<string, CSSProperties>

function toggleStyle(isPressed: boolean): CSSProperties {
  return isPressed ? { ...styles.button, ...styles.pressed } : styles.button
}
