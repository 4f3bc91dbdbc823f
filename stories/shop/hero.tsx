import { StillLife } from './pictures/still-life.tsx'

export function Hero() {
  return (
    <section className="hero-frame" aria-labelledby="hero-heading">
      <div className="hero">
        <div>
          <h1 id="hero-heading">Good mornings, well equipped.</h1>
          <p>Small-lot coffee, and the ware to make it in. This week every bag is a euro off.</p>
        </div>
        <StillLife />
      </div>
    </section>
  )
}
