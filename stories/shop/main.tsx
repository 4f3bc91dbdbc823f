import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createTalonOne } from 'talon-one-react'
import { Shop } from './shop.tsx'

const queryClient = new QueryClient()
const talonOne = createTalonOne({ baseUrl: '/talon-one' })

const root = document.getElementById('root')
if (!root) throw new Error('index.html has lost its #root')

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <Shop client={talonOne} />
    </QueryClientProvider>
  </StrictMode>,
)
