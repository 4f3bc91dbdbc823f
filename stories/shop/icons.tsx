/** Line icons on 20 × 20, in the colour of the text beside them. */
import type { ReactNode } from 'react'

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.7}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  )
}

export function CartIcon() {
  return (
    <Icon>
      <path d="M3.5 7h13l-1.2 8.2a2 2 0 0 1-2 1.8H6.7a2 2 0 0 1-2-1.8Z" />
      <path d="M7 9V6a3 3 0 0 1 6 0v3" />
    </Icon>
  )
}

export function SunIcon() {
  return (
    <Icon>
      <circle cx={10} cy={10} r={3.5} />
      <path d="M10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M4.3 15.7l1.1-1.1M14.6 5.4l1.1-1.1" />
    </Icon>
  )
}

export function MoonIcon() {
  return (
    <Icon>
      <path d="M16.5 11.8A7 7 0 1 1 8.2 3.5a5.6 5.6 0 0 0 8.3 8.3Z" />
    </Icon>
  )
}

export function CloseIcon() {
  return (
    <Icon>
      <path d="m5 5 10 10M15 5 5 15" />
    </Icon>
  )
}

export function PlusIcon() {
  return (
    <Icon>
      <path d="M10 4.5v11M4.5 10h11" />
    </Icon>
  )
}

export function MinusIcon() {
  return (
    <Icon>
      <path d="M4.5 10h11" />
    </Icon>
  )
}

export function CheckIcon() {
  return (
    <Icon>
      <path d="m4.5 10.5 3.5 3.5 7.5-8" />
    </Icon>
  )
}

export function CopyIcon() {
  return (
    <Icon>
      <rect x={7} y={7} width={9.5} height={9.5} rx={2} />
      <path d="M13 4.5A1.5 1.5 0 0 0 11.5 3H5a2 2 0 0 0-2 2v6.5A1.5 1.5 0 0 0 4.5 13" />
    </Icon>
  )
}

export function BeanIcon() {
  return (
    <Icon>
      <path d="M6 16.2C2.6 13.8 3 8.6 6.4 5.6s8-3 9.6-1.8c1.6 3.4.6 8-2.4 10.8s-6 3-7.6 1.6Z" />
      <path d="M6 16c.2-3.6 2-4.6 4-6s4.6-3.4 6-6" />
    </Icon>
  )
}
