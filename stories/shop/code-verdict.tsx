import type { CartCode } from 'talon-one-react'
import { CheckIcon, CloseIcon } from './icons.tsx'

interface CodeVerdictProps {
  /** What kind of code, for the label of the button: `coupon` or `referral`. */
  kind: string
  verdict: CartCode
  onRemove: () => void
}

/** A code with what the shop said about it. */
export function CodeVerdict({ kind, verdict, onRemove }: CodeVerdictProps) {
  return (
    <div className="verdict" data-status={verdict.status}>
      <span className="verdict-mark" aria-hidden="true">
        {verdict.status === 'pending' && <span className="spinner" />}
        {verdict.status === 'accepted' && <CheckIcon />}
        {verdict.status === 'rejected' && '!'}
      </span>
      <p>
        <strong className="code">{verdict.code}</strong>
        <span>{verdictText(verdict)}</span>
      </p>
      <button type="button" className="icon-button quiet" aria-label={`Remove ${kind} ${verdict.code}`} onClick={onRemove}>
        <CloseIcon />
      </button>
    </div>
  )
}

export function verdictText(verdict: CartCode): string {
  switch (verdict.status) {
    case 'pending':
      return 'Checking…'
    case 'accepted':
      return 'Applied'
    case 'rejected':
      return verdict.message
  }
}
