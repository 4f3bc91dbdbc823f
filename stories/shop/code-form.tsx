import { useId, useRef, useState, type FormEvent } from 'react'

interface CodeFormProps {
  label: string
  button: string
  /** Said when there is nothing in the field. */
  empty: string
  onCode: (code: string) => void
}

/** One field for a code, and its button. */
export function CodeForm({ label, button, empty, onCode }: CodeFormProps) {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const [code, setCode] = useState('')
  const [missing, setMissing] = useState(false)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (code.trim() === '') {
      setMissing(true)
      input.current?.focus()
    } else {
      onCode(code.trim())
      setCode('')
    }
  }
  const type = (text: string) => {
    setCode(text)
    setMissing(false)
  }
  return (
    <form className="code-form" noValidate onSubmit={submit}>
      <label htmlFor={id}>{label}</label>
      <div className="code-form-row">
        <input
          id={id}
          ref={input}
          name="code"
          type="text"
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={100}
          aria-invalid={missing}
          aria-describedby={missing ? `${id}-problem` : undefined}
          value={code}
          onChange={(event) => type(event.target.value)}
        />
        <button type="submit" className="button secondary">
          {button}
        </button>
      </div>
      {missing && (
        <p id={`${id}-problem`} className="field-problem" role="alert">
          {empty}
        </p>
      )}
    </form>
  )
}
