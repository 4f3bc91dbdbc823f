import type { Meta, StoryObj } from '@storybook/react-vite'
import { expect, waitFor } from 'storybook/test'
import { useAchievements, useTrackEvent } from 'talon-one-react'

function Achievements() {
  const { data, isPending } = useAchievements({}, { retry: false })
  const track = useTrackEvent()
  const achievements = data?.pages.flatMap((page) => page.data) ?? []
  return (
    <section aria-label="Achievements" aria-busy={isPending}>
      <button onClick={() => track.mutate({ type: 'reviewed' })} disabled={track.isPending}>
        Review a coffee
      </button>
      {track.isError && <p role="alert">The review did not count ({track.error.code}).</p>}
      <ul>
        {achievements.map(({ id, title, description, target, currentProgress }) => (
          <li key={id}>
            <label>
              {title}: {description}{' '}
              <progress value={currentProgress?.progress ?? 0} max={target}>
                {currentProgress?.progress ?? 0} of {target}
              </progress>
            </label>
          </li>
        ))}
      </ul>
    </section>
  )
}

/**
 * An event tells Talon.One what a shopper did, and answers with the effects that earns; achievements, points and the wallet are read
 * again by themselves. An event is sent once, whatever the network does: its attempts share an `Idempotency-Key`.
 */
const meta: Meta<typeof Achievements> = { title: '7 Achievements', component: Achievements }
export default meta

export const Review: StoryObj<typeof Achievements> = {
  play: async ({ canvas, userEvent }) => {
    for (const reviews of [1, 2, 3]) {
      await waitFor(() => expect(canvas.getByRole('button', { name: 'Review a coffee' })).toBeEnabled())
      await userEvent.click(canvas.getByRole('button', { name: 'Review a coffee' }))
      await waitFor(() => expect(canvas.getByRole('progressbar', { name: /Coffee critic/ })).toHaveValue(reviews))
    }
  },
}
