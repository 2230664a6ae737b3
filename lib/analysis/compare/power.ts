import { errorFunction, probit } from 'simple-statistics';
import { studentTQuantile } from './student-t.ts';

/** Steps of Simpson's rule; even. */
const STEPS = 100;
/** More rounds than anybody makes. */
const ENDLESS = 2000;

/** What a comparison of a mean with a margin is asked. */
export interface PowerQuestion {
  /** Distance of the margin from the true effect; 0.0953 for an identical candidate and a margin of 10 %. */
  distance: number;
  /** Standard deviation of the effects of single rounds. */
  sd: number;
  /** One-sided error rate of the bound. */
  level: number;
}

/**
 * Probability that the upper bound of the mean (Student's t) lies below the margin: P(T < −t) for noncentral t with
 * δ = −distance·√n / sd, as the integral of Φ(−t·u − δ) over the density of u = s / σ, the square root of a χ² with ν degrees
 * of freedom over ν (Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 2, 2nd ed., §31). Good to 1e-5.
 */
export function passPower({ distance, sd, level }: PowerQuestion, rounds: number): number {
  const df = rounds - 1;
  if (df < 1) return 0;
  if (sd === 0) return distance > 0 ? 1 : 0;
  const t = studentTQuantile(1 - level, df);
  const delta = (-distance * Math.sqrt(rounds)) / sd;
  // u has mean 1 and a standard deviation of 1/√(2ν): nothing is left outside of nine of them.
  const reach = 9 / Math.sqrt(2 * df);
  const [from, to] = [Math.max(0, 1 - reach), 1 + reach];
  let [weights, sum] = [0, 0];
  for (let step = 0; step <= STEPS; step++) {
    const u = from + ((to - from) * step) / STEPS;
    const simpson = step === 0 || step === STEPS ? 1 : step % 2 === 1 ? 4 : 2;
    // The density without its constant, which the sum of the weights stands for; 1 at u = 1.
    const weight = u === 0 ? (df === 1 ? simpson * Math.sqrt(Math.E) : 0) : simpson * densityAt(u, df);
    weights += weight;
    sum += weight * normalProbability(-t * u - delta);
  }
  return sum / weights;
}

/** Rounds after which an effect that far from the margin passes with probability `power`; infinite for 2000 and more. */
export function roundsFor(question: PowerQuestion, power: number): number {
  const { distance, sd, level } = question;
  if (!(distance > 0)) return Number.POSITIVE_INFINITY;
  // With the normal distribution fewer rounds would do: the search begins there.
  const least = (((probit(1 - level) + probit(power)) * sd) / distance) ** 2;
  for (let rounds = Math.max(2, Math.floor(least)); rounds < ENDLESS; rounds++) {
    if (passPower(question, rounds) >= power) return rounds;
  }
  return Number.POSITIVE_INFINITY;
}

/**
 * A standard deviation that the true one exceeds in `miss` of all cases at most, from one that `df` degrees of freedom gave:
 * s·√(ν / χ²). Rounds are planned with it, since a spread that came out small by chance asks for too few (Browne, Statistics in
 * Medicine 1995, who advises 80 %). The χ² quantile is that of Wilson and Hilferty (1931), good to 1 % here.
 */
export function upperDeviation(sd: number, df: number, miss = 0.2): number {
  if (df < 1) return Number.POSITIVE_INFINITY;
  const part = 2 / (9 * df);
  const chiSquared = df * Math.max(1e-3, 1 - part + probit(miss) * Math.sqrt(part)) ** 3;
  return sd * Math.sqrt(df / chiSquared);
}

function densityAt(u: number, df: number): number {
  return Math.exp((df - 1) * Math.log(u) - (df * (u * u - 1)) / 2);
}

function normalProbability(x: number): number {
  return (1 + errorFunction(x / Math.SQRT2)) / 2;
}
