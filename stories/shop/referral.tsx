import { useCart, useCartActions, useCreateReferral } from 'talon-one-react'
import { CodeForm } from './code-form.tsx'
import { CodeVerdict } from './code-verdict.tsx'
import { CopyButton } from './copy-button.tsx'
import { errorText } from './error-text.ts'
import { useInventory } from './inventory.ts'
import { Skeleton } from './skeleton.tsx'

/** The campaign that pays for a friend's first order. */
const campaignId = 5

export function Referral() {
  return (
    <section id="invite" className="card referral" aria-labelledby="invite-heading">
      <h2 id="invite-heading">Invite a friend</h2>
      <p className="lead">They get something off, you get the credit.</p>
      <MyCode />
      <FriendsCode />
    </section>
  )
}

function MyCode() {
  const { inventory, error: inventoryError, isPending } = useInventory()
  const create = useCreateReferral()
  const code = inventory?.referrals?.[0]?.code ?? create.data?.code
  const error = inventoryError ?? create.error
  if (isPending) return <Skeleton rows={1} label="Loading your code" />
  return (
    <div className="my-code">
      {code ? (
        <>
          <p>
            <span className="field-label">Your code</span>
            <strong className="code">{code}</strong>
          </p>
          <CopyButton text={code} label="Copy your code" />
        </>
      ) : (
        <button type="button" className="button primary" disabled={create.isPending} onClick={() => create.mutate({ campaignId })}>
          Create my code
        </button>
      )}
      {error && (
        <p className="field-problem" role="alert">
          {errorText(error)}
        </p>
      )}
    </div>
  )
}

function FriendsCode() {
  const cart = useCartActions()
  const referral = useCart({ select: ({ referral }) => referral })
  return (
    <>
      <CodeForm label="Friend’s code" button="Redeem" empty="Type your friend’s code first." onCode={(code) => cart.setReferral(code)} />
      {referral && <CodeVerdict kind="referral" verdict={referral} onRemove={() => cart.clearReferral()} />}
    </>
  )
}
