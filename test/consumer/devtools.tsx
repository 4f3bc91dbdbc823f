/** The devtools beside a shop, compiled against the built package. */
import { TalonOneProvider, createTalonOne } from 'talon-one-react'
import { CartDevtools, type CartDevtoolsProps } from 'talon-one-react/devtools'

const client = createTalonOne()
const other: CartDevtoolsProps = { sessionId: 'other' }

export const Shop = () => (
  <TalonOneProvider client={client} sessionId="cart">
    <CartDevtools />
    <CartDevtools {...other} />
    {/* @ts-expect-error no such option */}
    <CartDevtools position="left" />
  </TalonOneProvider>
)
