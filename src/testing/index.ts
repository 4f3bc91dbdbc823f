/** What tests and stories need: a provider with a Talon.One of its own, bad days by name, and a Storybook decorator. */
export { createTestShop, TalonOneTestProvider, useSandbox } from './provider.ts'
export type { TalonOneTestProviderProps, TestShop } from './provider.ts'
export { scenarios } from './scenarios.ts'
export type { StartingCart, Scenario, ScenarioName } from './scenarios.ts'
export type { TestShopOptions } from './shop.ts'
export { talonOneGlobalTypes, withTalonOne } from './storybook.ts'
export type { TalonOneParameters, TalonOneStoryContext } from './storybook.ts'
