import { useState } from 'react'
import { MoonIcon, SunIcon } from './icons.tsx'

type Theme = 'light' | 'dark'

// `index.html` reads the same key before the first paint.
const storageKey = 'shop.theme'

function currentTheme(): Theme {
  const chosen = document.documentElement.dataset['theme']
  if (chosen === 'light' || chosen === 'dark') return chosen
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}

/** Follows the system until the shopper chooses. */
export function ThemeToggle() {
  const [theme, setTheme] = useState(currentTheme)
  const other = theme === 'dark' ? 'light' : 'dark'
  const choose = () => {
    document.documentElement.dataset['theme'] = other
    localStorage.setItem(storageKey, other)
    setTheme(other)
  }
  return (
    <button type="button" className="icon-button" aria-label={`Switch to ${other} theme`} onClick={choose}>
      {theme === 'dark' ? <SunIcon /> : <MoonIcon />}
    </button>
  )
}
