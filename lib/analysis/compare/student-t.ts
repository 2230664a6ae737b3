/**
 * P(T ≤ t) for Student's t with `df` (a whole number, 1 at least) degrees of freedom, exact to rounding: the closed forms for
 * whole degrees of freedom (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 for odd and 26.7.4 for even).
 */
export function studentTProbability(t: number, df: number): number {
  const angle = Math.atan(t / Math.sqrt(df));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const odd = df % 2 === 1;
  // Terms cos^k for k = 1, 3 … (odd) or 0, 2 … (even), up to df − 2; each follows from the one before.
  let term = odd ? cosine : 1;
  let sum = 0;
  for (let k = odd ? 1 : 0; k <= df - 2; k += 2) {
    sum += term;
    term *= (cosine * cosine * (k + 1)) / (k + 2);
  }
  const within = odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
  return (1 + within) / 2;
}

/**
 * The t that Student's t with `df` degrees of freedom stays below with probability `p` (0 < p < 1), by bisection to the
 * last digit. Infinite without degrees of freedom: one round bounds nothing.
 */
export function studentTQuantile(p: number, df: number): number {
  if (df < 1) return p < 0.5 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (p < 0.5) return -studentTQuantile(1 - p, df);
  let [low, high] = [0, 1];
  while (studentTProbability(high, df) < p) high *= 2;
  for (let middle = high / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (studentTProbability(middle, df) < p) low = middle;
    else high = middle;
  }
  return high;
}
