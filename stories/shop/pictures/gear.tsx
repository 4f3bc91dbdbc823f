import { Contact, Rod, Solid, type Paint } from './drawing.tsx'

const steel = '#c9ced1'
const coffee = '#4a2613'
const wood = '#b9783f'

/** A gooseneck kettle. */
export function Kettle({ paint, colour }: { paint: Paint; colour: string }) {
  return (
    <g transform="translate(8 0)">
      <Contact paint={paint} x={152} width={104} />
      <Rod d="M190 138 C224 128 238 146 233 176" color={wood} width={12} />
      <Rod d="M184 140 L198 136" color="#2b2420" width={7} shine={0.15} />
      <path d="M110 192 C72 190 88 150 74 126 C68 115 58 113 47 118" fill="none" stroke={colour} strokeWidth={10} strokeLinecap="round" />
      <path d="M110 198 C62 196 80 150 72 130 L78 128 C92 152 82 178 112 182 Z" fill={colour} />
      <path d="M106 189 C76 187 88 150 73 125 C67 115 58 113 48 117" fill="none" stroke="#fff" strokeOpacity={0.35} strokeWidth={2.4} />
      <Solid
        d="M100 203 Q97 214 109 214 H195 Q207 214 204 203 L188 133 Q185 122 174 122 H130 Q119 122 116 133 Z"
        fill={colour}
        light={paint.round}
      />
      <path d="M101 199 H203 L204 203 Q207 214 195 214 H109 Q97 214 100 203 Z" fill="#1d0f06" opacity={0.22} />
      <Solid d="M122 123 Q124 107 152 107 Q180 107 182 123 Z" fill={colour} light={paint.fall} />
      <path d="M120 123 H184" stroke="#1d0f06" strokeOpacity={0.3} strokeWidth={2.4} strokeLinecap="round" />
      <rect x={148} y={96} width={8} height={12} fill="#2b2420" />
      <Solid d="M138 88 Q138 80 152 80 Q166 80 166 88 Q166 97 152 97 Q138 97 138 88 Z" fill={wood} light={paint.round} />
      <path d="M124 138 Q118 166 112 192" stroke={paint.gleam} strokeWidth={7} strokeLinecap="round" fill="none" opacity={0.6} />
    </g>
  )
}

/** A hand grinder with a glass catch. */
export function Grinder({ paint, colour }: { paint: Paint; colour: string }) {
  return (
    <g transform="translate(-14 0)">
      <Contact paint={paint} width={64} />
      <Rod d="M160 70 L160 58 L214 50" color="#3a3532" width={6} />
      <Solid d="M204 34 Q216 24 227 34 Q231 44 222 56 Q213 60 206 52 Q200 42 204 34 Z" fill={wood} light={paint.round} />
      <path d="M132 166 H188 V206 Q188 214 180 214 H140 Q132 214 132 206 Z" fill="#fff" opacity={0.42} />
      <path d="M136 186 Q148 180 160 185 T184 183 V205 Q184 210 179 210 H141 Q136 210 136 205 Z" fill={coffee} />
      <path d="M132 166 H188 V206 Q188 214 180 214 H140 Q132 214 132 206 Z" fill={paint.round} />
      <rect x={139} y={170} width={5} height={38} rx={2.5} fill={paint.gleam} />
      <Solid d="M130 88 H190 V164 Q190 168 186 168 H134 Q130 168 130 164 Z" fill={colour} light={paint.round} />
      <Solid d="M128 112 H192 V142 H128 Z" fill={wood} light={paint.round} />
      {[118, 124, 130, 136].map((y) => (
        <path key={y} d={`M128 ${y} H192`} stroke="#1d0f06" strokeOpacity={0.18} strokeWidth={1.4} />
      ))}
      <Solid d="M130 90 Q130 70 160 70 Q190 70 190 90 Z" fill="#3a3532" light={paint.round} />
      <rect x={127} y={86} width={66} height={7} rx={3.5} fill="#2b2725" />
      <rect x={129} y={160} width={62} height={9} rx={4} fill="#2b2725" />
      <circle cx={160} cy={69} r={7} fill={steel} />
      <circle cx={158} cy={67} r={2.6} fill="#fff" opacity={0.7} />
    </g>
  )
}

/** A dripper on its carafe, half way through a brew. */
export function Dripper({ paint, colour }: { paint: Paint; colour: string }) {
  return (
    <g>
      <Contact paint={paint} width={112} />
      <path
        d="M143 134 H177 L181 148 C206 160 217 192 206 208 Q202 214 194 214 H126 Q118 214 114 208 C103 192 114 160 139 148 Z"
        fill="#fff"
        opacity={0.5}
      />
      <path
        d="M112 184 H208 C209.5 195 208 204 204 208 Q201 211 194 211 H126 Q119 211 116 208 C112 204 110.5 195 112 184 Z"
        fill={coffee}
      />
      <ellipse cx={160} cy={184} rx={48} ry={5.5} fill="#7a4524" />
      <path d="M160 138 V182" stroke={coffee} strokeWidth={2.4} strokeLinecap="round" />
      <path
        d="M143 134 H177 L181 148 C206 160 217 192 206 208 Q202 214 194 214 H126 Q118 214 114 208 C103 192 114 160 139 148 Z"
        fill={paint.round}
      />
      <path d="M128 164 Q116 178 119 198" stroke={paint.gleam} strokeWidth={6} strokeLinecap="round" fill="none" />
      <Solid d="M138 142 H182 V152 H138 Z" fill={wood} light={paint.round} />
      <Rod d="M196 80 C230 76 230 112 190 110" color={colour} width={9} />
      <path d="M116 62 L122 52 H198 L204 62 Z" fill="#fffaf1" />
      <path d="M122 52 H198 L204 62 H116 Z" fill="#1d0f06" opacity={0.06} />
      <path d="M128 56 L138 64 M150 53 L152 64 M172 53 L168 64 M192 56 L182 64" stroke="#1d0f06" strokeOpacity={0.14} strokeWidth={1.4} />
      <Solid d="M108 62 H212 Q214 62 213 66 L180 128 H140 L107 66 Q106 62 108 62 Z" fill={colour} light={paint.round} />
      <path
        d="M126 70 L149 124 M142 70 L155 124 M160 70 V124 M178 70 L165 124 M194 70 L171 124"
        stroke="#1d0f06"
        strokeOpacity={0.16}
        strokeWidth={2}
        strokeLinecap="round"
      />
      <rect x={105} y={60} width={110} height={8} rx={4} fill={colour} />
      <rect x={105} y={60} width={110} height={3.5} rx={1.75} fill="#fff" opacity={0.4} />
      <Solid
        d="M126 128 H194 Q198 128 198 132 Q198 136 194 136 H126 Q122 136 122 132 Q122 128 126 128 Z"
        fill={colour}
        light={paint.round}
      />
    </g>
  )
}

/** A French press, plunger up. */
export function Press({ paint, colour }: { paint: Paint; colour: string }) {
  return (
    <g transform="translate(-10 0)">
      <Contact paint={paint} width={96} />
      <Rod d="M200 108 C238 104 240 190 202 192" color="#2b2420" width={11} shine={0.22} />
      <rect x={157} y={46} width={6} height={44} fill={steel} />
      <circle cx={160} cy={42} r={10} fill="#2b2420" />
      <circle cx={157} cy={39} r={3} fill="#fff" opacity={0.35} />
      <path d="M118 88 H202 V202 Q202 210 194 210 H126 Q118 210 118 202 Z" fill="#fff" opacity={0.5} />
      <path d="M122 132 H198 V200 Q198 206 192 206 H128 Q122 206 122 200 Z" fill={coffee} />
      <path d="M122 124 H198 V136 Q179 142 160 137 T122 137 Z" fill="#b5814f" />
      <ellipse cx={160} cy={124} rx={38} ry={5} fill="#d2a471" />
      <rect x={157.5} y={88} width={5} height={34} fill="#8d9498" />
      <path d="M118 88 H202 V202 Q202 210 194 210 H126 Q118 210 118 202 Z" fill={paint.round} />
      <rect x={128} y={98} width={7} height={96} rx={3.5} fill={paint.gleam} opacity={0.8} />
      <Solid d="M114 102 H206 V110 H114 Z" fill={colour} light={paint.round} />
      <Solid d="M114 186 H206 V206 Q206 214 198 214 H122 Q114 214 114 206 Z" fill={colour} light={paint.round} />
      <path d="M138 110 V186 M182 110 V186" stroke={colour} strokeWidth={5} />
      <Solid d="M112 90 Q114 72 160 72 Q206 72 208 90 Z" fill={colour} light={paint.round} />
      <Solid d="M112 88 H208 V94 H112 Z M112 90 L100 96 L112 96 Z" fill={colour} light={paint.fall} />
    </g>
  )
}
