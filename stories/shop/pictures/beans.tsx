const beans = [
  { x: 46, y: 128, turn: -34, size: 1 },
  { x: 128, y: 138, turn: 22, size: 1.1 },
  { x: 206, y: 122, turn: -62, size: 0.95 },
  { x: 92, y: 66, turn: 58, size: 1 },
  { x: 170, y: 62, turn: -18, size: 1.05 },
] as const

/** A handful of roasted beans. */
export function Beans() {
  return (
    <svg className="beans" viewBox="0 0 250 180" aria-hidden="true">
      {beans.map(({ x, y, turn, size }) => (
        <g key={x} transform={`translate(${x} ${y}) rotate(${turn}) scale(${size})`}>
          <ellipse cx={3} cy={6} rx={42} ry={29} fill="#7a4a08" opacity={0.22} />
          <ellipse rx={42} ry={29} fill="#6b3a1c" />
          <path d="M-42 0 A42 29 0 0 1 42 0 Q20 -14 0 -13 T-42 0 Z" fill="#8a5029" />
          <path d="M-41 4 C-20 -14 -12 12 2 2 S24 -12 41 -3" fill="none" stroke="#3a1c0a" strokeWidth={5} strokeLinecap="round" />
          <path d="M-26 -15 Q-10 -23 8 -21" fill="none" stroke="#fff" strokeOpacity={0.28} strokeWidth={4} strokeLinecap="round" />
        </g>
      ))}
    </svg>
  )
}
