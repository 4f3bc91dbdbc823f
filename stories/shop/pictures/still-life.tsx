import { useId } from 'react'
import { CoffeeBag } from './coffee-bag.tsx'
import { Mug, TwinGlass } from './cups.tsx'
import { Light, paintFor } from './drawing.tsx'
import { Dripper, Kettle } from './gear.tsx'

const bagColours = { bag: '#d9623b', tie: '#f5cf7a', label: '#fff4df', ink: '#8a2f16', art: ['#f6c56a', '#e0532f', '#2f7a62'] } as const

/** The welcome picture: a shelf in front of a round window. */
export function StillLife() {
  const id = useId()
  const paint = paintFor(id)
  return (
    <svg className="still-life" viewBox="0 0 640 288" preserveAspectRatio="xMidYMax meet" aria-hidden="true">
      <Light id={id} />
      <g fill="#f6c56a">
        <circle cx={330} cy={150} r={138} opacity={0.14} />
        <circle cx={330} cy={150} r={102} opacity={0.18} />
        <circle cx={330} cy={150} r={66} opacity={0.26} />
      </g>
      <rect x={-40} y={262} width={720} height={10} fill="#b9783f" />
      <rect x={-40} y={262} width={720} height={4} fill="#fff" opacity={0.25} />
      <g transform="translate(-38 49)">
        <Kettle paint={paint} colour="#d9a23a" />
      </g>
      <g transform="translate(112 49)">
        <CoffeeBag paint={paint} art="sun" colours={bagColours} />
      </g>
      <g transform="translate(232 49)">
        <Dripper paint={paint} colour="#f3e7d6" />
      </g>
      <g transform="translate(388 143) scale(0.56)">
        <TwinGlass paint={paint} />
      </g>
      <g transform="translate(442 107) scale(0.73)">
        <Mug paint={paint} colour="#d98a4b" />
      </g>
    </svg>
  )
}
