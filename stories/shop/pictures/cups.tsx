import { useId } from 'react'
import { Contact, Rod, Solid, Steam, type Paint } from './drawing.tsx'

const coffee = '#4a2613'
const crema = '#b5763d'

/** A ribbed mug, just poured. */
export function Mug({ paint, colour }: { paint: Paint; colour: string }) {
  return (
    <g transform="translate(-12 0)">
      <Contact paint={paint} width={104} />
      <Steam paint={paint} x={158} y={98} />
      <Rod d="M204 136 C248 130 246 194 200 190" color={colour} width={13} />
      <Solid d="M106 112 H210 V182 Q210 214 178 214 H138 Q106 214 106 182 Z" fill={colour} light={paint.round} />
      {[118, 130, 142, 154, 166, 178, 190, 202].map((x) => (
        <path
          key={x}
          d={`M${x} 126 V${198 - Math.abs(160 - x) * 0.18}`}
          stroke="#1d0f06"
          strokeOpacity={0.13}
          strokeWidth={2.4}
          strokeLinecap="round"
        />
      ))}
      <ellipse cx={158} cy={112} rx={52} ry={11} fill={colour} />
      <ellipse cx={158} cy={112} rx={52} ry={11} fill="#fff" opacity={0.34} />
      <ellipse cx={158} cy={113} rx={45} ry={8} fill={coffee} />
      <path d="M118 114 Q138 121 166 120 Q140 120 124 111 Z" fill={crema} opacity={0.7} />
    </g>
  )
}

/** An espresso cup on its saucer. */
export function EspressoCup({ paint, colour, dots }: { paint: Paint; colour: string; dots: string }) {
  const clip = useId()
  const bowl = 'M110 126 H210 C210 174 190 198 172 198 H148 C130 198 110 174 110 126 Z'
  return (
    <g transform="translate(-4 0)">
      <Contact paint={paint} width={150} />
      <Solid d="M72 200 Q72 206 96 212 Q104 214 116 214 H204 Q216 214 224 212 Q248 206 248 200 Z" fill={colour} light={paint.round} />
      <ellipse cx={160} cy={200} rx={88} ry={10} fill={colour} />
      <ellipse cx={160} cy={200} rx={88} ry={10} fill="#fff" opacity={0.3} />
      <ellipse cx={164} cy={201} rx={48} ry={6} fill="#1d0f06" opacity={0.2} />
      <Steam paint={paint} x={160} y={114} />
      <Rod d="M206 138 C240 132 238 172 196 172" color={colour} width={10} />
      <clipPath id={clip}>
        <path d={bowl} />
      </clipPath>
      <path d={bowl} fill={colour} />
      <g clipPath={`url(#${clip})`} fill={dots}>
        {[0, 1, 2, 3].flatMap((row) =>
          [0, 1, 2, 3, 4, 5, 6].map((column) => (
            <circle key={`${row}-${column}`} cx={114 + column * 17 + (row % 2) * 8.5} cy={146 + row * 15} r={4} />
          )),
        )}
      </g>
      <path d={bowl} fill={paint.round} />
      <ellipse cx={160} cy={126} rx={50} ry={9.5} fill={colour} />
      <ellipse cx={160} cy={126} rx={50} ry={9.5} fill="#fff" opacity={0.34} />
      <ellipse cx={160} cy={127} rx={43} ry={6.5} fill={coffee} />
      <path d="M122 128 Q140 121 162 122 Q188 122 196 127 Q178 132 156 131 Q136 132 122 128 Z" fill={crema} />
    </g>
  )
}

/** A double-walled glass with a latte in its three layers. */
export function TwinGlass({ paint }: { paint: Paint }) {
  const inner = 'M125 88 H195 L189 176 Q187 198 168 198 H152 Q133 198 131 176 Z'
  const outer = 'M114 78 H206 Q207 78 207 80 L200 190 Q198 214 174 214 H146 Q122 214 120 190 L113 80 Q113 78 114 78 Z'
  const clip = useId()
  return (
    <g>
      <Contact paint={paint} width={88} />
      <path d={outer} fill="#fff" opacity={0.38} />
      <clipPath id={clip}>
        <path d={inner} />
      </clipPath>
      <g clipPath={`url(#${clip})`}>
        <rect x={120} y={80} width={80} height={124} fill="#f1dcc0" />
        <path d="M120 122 Q140 116 160 123 T200 120 V166 Q180 174 160 167 T120 170 Z" fill="#a5693a" />
        <path d="M120 140 Q140 134 160 141 T200 138 V166 Q180 174 160 167 T120 170 Z" fill="#7d4622" opacity={0.75} />
        <rect x={120} y={84} width={80} height={34} fill="#fff6e8" />
        <path d="M120 112 Q132 120 145 114 T170 115 T200 112 V124 Q180 128 160 123 T120 124 Z" fill="#fff6e8" />
      </g>
      <path d={inner} fill={paint.round} />
      <ellipse cx={160} cy={88} rx={35} ry={5} fill="#fffaf2" />
      <path d={outer} fill={paint.round} opacity={0.7} />
      <ellipse cx={160} cy={79} rx={46} ry={6} fill="none" stroke="#fff" strokeOpacity={0.8} strokeWidth={2.4} />
      <path d="M122 92 L128 184" stroke={paint.gleam} strokeWidth={6} strokeLinecap="round" />
      <path d="M198 96 L195 140" stroke={paint.gleam} strokeWidth={3} strokeLinecap="round" opacity={0.7} />
      <path d="M140 206 Q160 211 180 206" stroke="#fff" strokeOpacity={0.7} strokeWidth={2.4} strokeLinecap="round" fill="none" />
    </g>
  )
}

/** A travel tumbler with a sleeve. */
export function Tumbler({ paint, colour, sleeve }: { paint: Paint; colour: string; sleeve: string }) {
  return (
    <g>
      <Contact paint={paint} width={80} />
      <Solid d="M118 84 H202 L191 205 Q190 214 181 214 H139 Q130 214 129 205 Z" fill={colour} light={paint.round} />
      <Solid d="M120.5 112 H199.5 L194.5 168 H125.5 Z" fill={sleeve} light={paint.round} />
      <path d="M123 116 H197 M127.5 164 H192.5" stroke="#fff" strokeOpacity={0.32} strokeWidth={1.4} strokeDasharray="4 4" />
      <circle cx={160} cy={140} r={13} fill="#fffaf1" opacity={0.92} />
      <path
        d="M153 147 C148 138 158 130 167 133 C172 142 162 150 153 147 Z M153 147 Q158 139 166 134"
        fill={sleeve}
        stroke="#fffaf1"
        strokeWidth={1.4}
      />
      <path d="M128 92 L137 200" stroke={paint.gleam} strokeWidth={6} strokeLinecap="round" opacity={0.55} />
      <Solid d="M116 70 H204 Q210 70 210 77 Q210 86 204 86 H116 Q110 86 110 77 Q110 70 116 70 Z" fill="#332c29" light={paint.round} />
      <Solid d="M124 70 Q126 54 136 54 H184 Q194 54 196 70 Z" fill="#332c29" light={paint.round} />
      <rect x={168} y={57} width={16} height={5} rx={2.5} fill="#120d0b" />
    </g>
  )
}
