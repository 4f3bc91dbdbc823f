'use client'

import { createElement, type ReactElement, type ReactNode } from 'react'
import { TalonOneTestProvider, type TalonOneTestProviderProps } from './provider.ts'
import { type ScenarioName, scenarios } from './scenarios.ts'

/** What a story may ask for, as `parameters.talonOne`. */
export type TalonOneParameters = Omit<TalonOneTestProviderProps, 'sandbox' | 'children'>

/** What {@link withTalonOne} reads of Storybook's own context, of 8 and later. */
export interface TalonOneStoryContext {
  id: string
  parameters: { talonOne?: TalonOneParameters }
  globals: { talonOneScenario?: ScenarioName | '' }
}

/**
 * A Storybook decorator: each story gets a Talon.One of its own, and says what it needs of it in `parameters.talonOne`. Answers take
 * 200 ms, so that one can see what waits. With {@link talonOneGlobalTypes}, the toolbar chooses another scenario, and the story starts over.
 *
 * @example
 * export const Expired = { parameters: { talonOne: { scenario: 'expiredCoupon' } } }
 *
 * @throws TalonOneError what {@link TalonOneTestProvider} throws; Storybook shows it in the story's place.
 */
export function withTalonOne(Story: () => ReactNode, { id, parameters, globals }: TalonOneStoryContext): ReactElement {
  const { talonOne = {} } = parameters
  const scenario = globals.talonOneScenario || talonOne.scenario
  const options = { latency: 200, ...talonOne, ...(scenario && { scenario }) }
  return createElement(TalonOneTestProvider, { key: id, ...options }, createElement(Story))
}

/** A menu for Storybook's toolbar that chooses a scenario for every story: `globalTypes: talonOneGlobalTypes` in the preview. */
export const talonOneGlobalTypes = {
  talonOneScenario: {
    description: 'What befalls the cart',
    toolbar: {
      title: 'Talon.One',
      icon: 'lightning' as const,
      dynamicTitle: true,
      items: [{ value: '', title: 'As the story has it' }, ...Object.keys(scenarios).map((value) => ({ value, title: inWords(value) }))],
    },
  },
}

/** `expiredCoupon` becomes "Expired coupon". */
function inWords(name: string): string {
  const words = name.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`)
  return words.charAt(0).toUpperCase() + words.slice(1)
}
