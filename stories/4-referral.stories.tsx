import type { Meta, StoryObj } from '@storybook/react-vite'
import { useCreateReferral } from 'talon-one-react'

function InviteAFriend() {
  const { data: referral, isPending, mutate } = useCreateReferral()
  if (referral) return <p>Your code for a friend: {referral.code}</p>
  return (
    <button disabled={isPending} onClick={() => mutate({ campaignId: 5 })}>
      Invite a friend
    </button>
  )
}

/** Each call makes another code: ask the inventory for an existing one first, as the demo shop does. */
const meta: Meta<typeof InviteAFriend> = { title: '4 Referral', component: InviteAFriend }
export default meta

export const MakeACode: StoryObj<typeof InviteAFriend> = {
  play: async ({ canvas, userEvent }) => {
    await userEvent.click(canvas.getByRole('button', { name: 'Invite a friend' }))
    await canvas.findByText(/Your code for a friend: /)
  },
}
