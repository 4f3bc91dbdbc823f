import { EarnedPoints } from './earned-points.tsx'
import { errorText } from './error-text.ts'
import { BeanIcon } from './icons.tsx'
import { useInventory } from './inventory.ts'
import { points } from './money.ts'
import { Beans } from './pictures/beans.tsx'
import { Skeleton } from './skeleton.tsx'

/** The loyalty program's API name. */
const program = 'beans'

export function Points() {
  const { inventory, error, isPending } = useInventory()
  const beans = Object.values(inventory?.loyalty?.programs ?? {}).find(({ name }) => name === program)
  return (
    <section id="points" className="card points" aria-labelledby="points-heading">
      <h2 id="points-heading">{beans?.title ?? 'Bean Club'}</h2>
      <p className="lead">Every euro you spend plants a bean.</p>
      {isPending && <Skeleton rows={1} label="Loading your points" />}
      {error && (
        <p className="notice" role="alert">
          Your points could not be counted. {errorText(error)}
        </p>
      )}
      {inventory && (
        <dl className="points-figures">
          <div className="points-balance">
            <dt>Balance</dt>
            <dd>
              <BeanIcon />
              {points(beans?.ledger.currentBalance ?? 0)}
            </dd>
          </div>
          {beans !== undefined && beans.ledger.pendingBalance > 0 && (
            <div>
              <dt>On their way</dt>
              <dd>{points(beans.ledger.pendingBalance)}</dd>
            </div>
          )}
          <div>
            <dt>From this cart</dt>
            <dd>
              + <EarnedPoints />
            </dd>
          </div>
        </dl>
      )}
      <Beans />
    </section>
  )
}
