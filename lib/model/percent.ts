/** A share (0..1) as people read it, without zeros that say nothing: `0.5 %`. */
export function percent(share: number, digits = 2): string {
  return `${Number((100 * share).toFixed(digits))} %`;
}
