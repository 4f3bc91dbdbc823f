import { useId, type JSX } from 'react'
import { CoffeeBag } from './pictures/coffee-bag.tsx'
import { EspressoCup, Mug, Tumbler, TwinGlass } from './pictures/cups.tsx'
import { Light, paintFor, Room, type Paint } from './pictures/drawing.tsx'
import { Dripper, Grinder, Kettle, Press } from './pictures/gear.tsx'

interface Picture {
  /** Colour of the wall behind. */
  wall: string
  draw: (paint: Paint) => JSX.Element
}

const aylaColours = { bag: '#d9623b', tie: '#f5cf7a', label: '#fff4df', ink: '#8a2f16', art: ['#f6c56a', '#e0532f', '#2f7a62'] } as const
const cumbreColours = { bag: '#2f6f63', tie: '#e9c46a', label: '#f4f1e4', ink: '#1d4a42', art: ['#a8d3c9', '#fffdf6', '#23564d'] } as const
const harbourColours = { bag: '#27496d', tie: '#e8965a', label: '#f3f4ee', ink: '#1c3551', art: ['#f2c9a1', '#c4512f', '#2d5f8b'] } as const
const lullColours = { bag: '#6f5a94', tie: '#f0b8c4', label: '#f8f1f6', ink: '#493a66', art: ['#4a3b6b', '#fbe3a4', '#8f78b8'] } as const

const pictures: Record<string, Picture> = {
  'coffee-ayla': { wall: '#f6cf9b', draw: (paint) => <CoffeeBag paint={paint} art="sun" colours={aylaColours} /> },
  'coffee-cumbre': { wall: '#bfdccb', draw: (paint) => <CoffeeBag paint={paint} art="peaks" colours={cumbreColours} /> },
  'coffee-harbour': { wall: '#b9d3e6', draw: (paint) => <CoffeeBag paint={paint} art="waves" colours={harbourColours} /> },
  'coffee-lull': { wall: '#d6cbe8', draw: (paint) => <CoffeeBag paint={paint} art="moon" colours={lullColours} /> },
  'gear-heron': { wall: '#c4dbe3', draw: (paint) => <Kettle paint={paint} colour="#d9a23a" /> },
  'gear-cone': { wall: '#efc9c0', draw: (paint) => <Dripper paint={paint} colour="#f3e7d6" /> },
  'gear-mill': { wall: '#dcd7c4', draw: (paint) => <Grinder paint={paint} colour="#5d6b52" /> },
  'gear-press': { wall: '#f0d79d', draw: (paint) => <Press paint={paint} colour="#b8703a" /> },
  'cups-ridge': { wall: '#cfd8b4', draw: (paint) => <Mug paint={paint} colour="#d98a4b" /> },
  'cups-dot': { wall: '#f3bfa6', draw: (paint) => <EspressoCup paint={paint} colour="#fbf3e6" dots="#27496d" /> },
  'cups-twin': { wall: '#c2d9d2', draw: (paint) => <TwinGlass paint={paint} /> },
  'cups-transit': { wall: '#e6c8d2', draw: (paint) => <Tumbler paint={paint} colour="#efe6da" sleeve="#a8443f" /> },
}

/** A product's illustration. It is decoration beside the name, so it stays silent to screen readers. */
export function ProductPicture({ sku }: { sku: string }) {
  const id = useId()
  const paint = paintFor(id)
  const picture = pictures[sku]
  return (
    <svg className="picture" viewBox="0 0 320 256" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <Light id={id} />
      <Room wall={picture?.wall ?? '#ded8cd'}>{picture?.draw(paint)}</Room>
    </svg>
  )
}
