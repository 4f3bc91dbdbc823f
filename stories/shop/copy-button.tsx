import { useState } from 'react'
import { CheckIcon, CopyIcon } from './icons.tsx'

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 2000)
  }
  return (
    <>
      <button type="button" className="button secondary" aria-label={copied ? 'Copied' : label} onClick={copy}>
        {copied ? <CheckIcon /> : <CopyIcon />}
        {copied ? 'Copied' : 'Copy'}
      </button>
      <output className="sr-only">{copied && 'Copied'}</output>
    </>
  )
}
