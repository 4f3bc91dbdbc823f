/** The drawing kit: light and shadow that every picture shares. Everything is drawn on 320 × 256, standing on y = 214. */
import type { CSSProperties, ReactNode } from 'react'

/** Gradients as fills. They are defined once in each picture, see {@link Light}. */
export interface Paint {
  /** Round things: bright on the left, dark on the right. */
  round: string
  /** Flat things: a little darker to the foot. */
  fall: string
  /** A reflection on glass or glaze. */
  gleam: string
  /** The dark spot under a thing. */
  contact: string
  /** Steam, gone at the top. */
  steam: string
}

export function paintFor(id: string): Paint {
  return {
    round: `url(#${id}-round)`,
    fall: `url(#${id}-fall)`,
    gleam: `url(#${id}-gleam)`,
    contact: `url(#${id}-contact)`,
    steam: `url(#${id}-steam)`,
  }
}

function Stop({ at, color, opacity = 1 }: { at: number; color: string; opacity?: number }) {
  return <stop offset={at} stopColor={color} stopOpacity={opacity} />
}

/** The gradients behind {@link Paint}. */
export function Light({ id }: { id: string }) {
  return (
    <defs>
      <linearGradient id={`${id}-round`}>
        <Stop at={0} color="#fff" opacity={0.1} />
        <Stop at={0.22} color="#fff" opacity={0.34} />
        <Stop at={0.5} color="#fff" opacity={0} />
        <Stop at={0.52} color="#1d0f06" opacity={0} />
        <Stop at={1} color="#1d0f06" opacity={0.34} />
      </linearGradient>
      <linearGradient id={`${id}-fall`} x2="0.35" y2="1">
        <Stop at={0} color="#fff" opacity={0.22} />
        <Stop at={0.45} color="#fff" opacity={0} />
        <Stop at={0.46} color="#1d0f06" opacity={0} />
        <Stop at={1} color="#1d0f06" opacity={0.22} />
      </linearGradient>
      <linearGradient id={`${id}-gleam`} x2="0" y2="1">
        <Stop at={0} color="#fff" opacity={0.85} />
        <Stop at={1} color="#fff" opacity={0.15} />
      </linearGradient>
      <radialGradient id={`${id}-contact`}>
        <Stop at={0} color="#1d0f06" opacity={0.5} />
        <Stop at={0.6} color="#1d0f06" opacity={0.22} />
        <Stop at={1} color="#1d0f06" opacity={0} />
      </radialGradient>
      <linearGradient id={`${id}-steam`} x2="0" y2="1">
        <Stop at={0} color="#fff" opacity={0} />
        <Stop at={0.5} color="#fff" opacity={0.75} />
        <Stop at={1} color="#fff" opacity={0} />
      </linearGradient>
    </defs>
  )
}

/** A shape in one colour, with light over it. */
export function Solid({ d, fill, light }: { d: string; fill: string; light: string }) {
  return (
    <>
      <path d={d} fill={fill} />
      <path d={d} fill={light} />
    </>
  )
}

/** A bent rod: handles, spouts, cranks. */
export function Rod({ d, color, width, shine = 0.3 }: { d: string; color: string; width: number; shine?: number }) {
  return (
    <g fill="none" strokeLinecap="round" strokeLinejoin="round">
      <path d={d} stroke={color} strokeWidth={width} />
      <path
        d={d}
        stroke="#fff"
        strokeOpacity={shine}
        strokeWidth={width * 0.22}
        transform={`translate(${-width * 0.16} ${-width * 0.16})`}
      />
    </g>
  )
}

export function Contact({ paint, x = 160, width }: { paint: Paint; x?: number; width: number }) {
  return <ellipse cx={x + 6} cy={214} rx={width * 0.66} ry={9} fill={paint.contact} />
}

/** Three threads of steam that rise from x, y. */
export function Steam({ paint, x, y }: { paint: Paint; x: number; y: number }) {
  return (
    <g className="steam" fill="none" stroke={paint.steam} strokeWidth={6} strokeLinecap="round">
      {[-20, 0, 20].map((dx, index) => (
        <path key={dx} d={`M${x + dx} ${y} c-9 -11 9 -21 0 -33 c-8 -11 5 -17 2 -26`} transform={`translate(0 ${index === 1 ? -6 : 0})`} />
      ))}
    </g>
  )
}

/** The room a product stands in: a wall of one colour, a round of light on it, a table. */
export function Room({ wall, children }: { wall: string; children: ReactNode }) {
  return (
    <g style={{ '--wall': wall } as CSSProperties}>
      <rect className="room-wall" width={320} height={256} />
      <circle className="room-light" cx={160} cy={132} r={104} />
      <path className="room-table" d="M0 202 H320 V256 H0 Z" />
      <g transform="translate(160 216) scale(1.1) translate(-160 -214)">{children}</g>
    </g>
  )
}
