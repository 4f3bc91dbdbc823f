/** Grey rows in place of what is still on its way. */
export function Skeleton({ rows, label }: { rows: number; label: string }) {
  return (
    <div className="skeleton">
      <p className="sr-only">{label}</p>
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} />
      ))}
    </div>
  )
}
