import { useId, type JSX } from 'react'
import { Contact, Solid, type Paint } from './drawing.tsx'

export interface BagColours {
  bag: string
  tie: string
  label: string
  ink: string
  art: readonly [string, string, string]
}

export type BagArt = 'sun' | 'peaks' | 'waves' | 'moon'

/** A 250 g bag with a folded top and a printed label. */
export function CoffeeBag({ paint, colours, art }: { paint: Paint; colours: BagColours; art: BagArt }) {
  return (
    <g>
      <Contact paint={paint} width={108} />
      <Solid d="M114 84 L107 205 Q107 214 116 214 H204 Q213 214 213 205 L206 84 Z" fill={colours.bag} light={paint.round} />
      <path d="M114 84 L127 98 L124 214 H116 Q107 214 107 205 Z" fill="#1d0f06" opacity={0.16} />
      <path d="M206 84 L193 98 L196 214 H204 Q213 214 213 205 Z" fill="#1d0f06" opacity={0.1} />
      <path d="M127 98 L124 214 M193 98 L196 214" stroke="#fff" strokeOpacity={0.22} strokeWidth={1.2} />
      <Solid d="M117 52 H203 Q206 52 206 55 L207 86 H113 L114 55 Q114 52 117 52 Z" fill={colours.bag} light={paint.fall} />
      <path d="M114 62 H206 M113.6 70 H206.4" stroke="#1d0f06" strokeOpacity={0.14} strokeWidth={1.2} />
      <path d="M113 86 H207 L206 91 H114 Z" fill="#1d0f06" opacity={0.2} />
      <rect x={104} y={74} width={112} height={8} rx={4} fill={colours.tie} />
      <rect x={104} y={74} width={112} height={3} rx={1.5} fill="#fff" opacity={0.28} />
      <Label colours={colours} art={art} />
      <path d="M127 99 H140 L136 213 H124.5 Z" fill={paint.gleam} opacity={0.2} />
    </g>
  )
}

function Label({ colours, art }: { colours: BagColours; art: BagArt }) {
  const clip = useId()
  return (
    <g>
      <clipPath id={clip}>
        <rect x={131} y={108} width={58} height={54} rx={3} />
      </clipPath>
      <rect x={127} y={104} width={66} height={94} rx={5} fill={colours.label} />
      <g clipPath={`url(#${clip})`}>{prints[art](colours.art)}</g>
      <rect x={138} y={169} width={44} height={6} rx={3} fill={colours.ink} />
      <rect x={144} y={180} width={32} height={3} rx={1.5} fill={colours.ink} opacity={0.5} />
      <rect x={149} y={187} width={22} height={3} rx={1.5} fill={colours.ink} opacity={0.5} />
    </g>
  )
}

type Print = (colours: BagColours['art']) => JSX.Element

const prints: Record<BagArt, Print> = {
  sun: ([sky, disc, land]) => (
    <>
      <rect x={131} y={108} width={58} height={54} fill={sky} />
      <circle cx={160} cy={137} r={15} fill={disc} />
      <g stroke={disc} strokeWidth={2.6} strokeLinecap="round">
        {[-90, -60, -30, 0, 180, 210, 240].map((angle) => (
          <path key={angle} d="M181 137 h7" transform={`rotate(${angle} 160 137)`} />
        ))}
      </g>
      <path d="M131 148 Q146 136 162 148 T189 144 V162 H131 Z" fill={land} />
      <path d="M131 156 Q150 146 189 157 V162 H131 Z" fill="#1d0f06" opacity={0.16} />
    </>
  ),
  peaks: ([sky, snow, rock]) => (
    <>
      <rect x={131} y={108} width={58} height={54} fill={sky} />
      <circle cx={177} cy={120} r={5.5} fill={snow} />
      <path d="M146 162 L172 126 L200 162 Z" fill={rock} opacity={0.7} />
      <path d="M124 162 L152 118 L180 162 Z" fill={rock} />
      <path d="M152 118 L143 132 L149 129.5 L153 134 L157 129 L161 132 Z" fill={snow} />
    </>
  ),
  waves: ([sky, boat, sea]) => (
    <>
      <rect x={131} y={108} width={58} height={54} fill={sky} />
      <path d="M161 117 L161 139 L176 139 Z M158 121 L158 139 L147 139 Z" fill={boat} />
      <path d="M145 142 H178 L173 149 H150 Z" fill={boat} />
      {[0, 7, 14].map((dy) => (
        <path
          key={dy}
          d={`M127 ${148 + dy} q5.5 -5 11 0 t11 0 t11 0 t11 0 t11 0 t11 0 V170 H127 Z`}
          fill={sea}
          opacity={0.5 + dy / 28}
          transform={`translate(${(dy % 2) * -5} 0)`}
        />
      ))}
    </>
  ),
  moon: ([sky, light, hill]) => (
    <>
      <rect x={131} y={108} width={58} height={54} fill={sky} />
      <path d="M166 117 a15 15 0 1 0 9 25 a12.5 12.5 0 0 1 -9 -25 Z" fill={light} />
      <g fill={light}>
        <circle cx={141} cy={119} r={1.4} />
        <circle cx={180} cy={123} r={1.7} />
        <circle cx={172} cy={114} r={1.1} />
        <circle cx={137} cy={134} r={1.2} />
      </g>
      <path d="M131 154 Q148 144 166 153 T189 151 V162 H131 Z" fill={hill} />
    </>
  ),
}
