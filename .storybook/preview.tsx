import type { Preview } from '@storybook/react-vite'
import { talonOneGlobalTypes, withTalonOne } from 'talon-one-react/testing'
import './preview.css'

const preview: Preview = {
  decorators: [withTalonOne],
  globalTypes: talonOneGlobalTypes,
  parameters: { a11y: { test: 'error' } },
  tags: ['autodocs'],
}

export default preview
