import type { LoadShape } from '../model/load.ts';

/** Steps of k6's `ramping-arrival-rate`: rates change linearly within a stage. */
interface Stage {
  /** Calls a second at its end. */
  target: number;
  seconds: number;
}

/** The most that a soak takes to come to its rate. */
const SOAK_RAMP_S = 60;

/** A shape as a rate to begin with and stages; pure. */
export function stagesOf(shape: LoadShape): { startPerSecond: number; stages: Stage[] } {
  switch (shape.kind) {
    case 'constant': {
      const { ratePerSecond, seconds } = shape;
      return { startPerSecond: ratePerSecond, stages: [{ target: ratePerSecond, seconds }] };
    }
    case 'ramp':
      return {
        startPerSecond: shape.fromPerSecond,
        stages: [{ target: shape.toPerSecond, seconds: shape.seconds }],
      };
    case 'spike': {
      const { basePerSecond: base, peakPerSecond: peak, peakSeconds, seconds } = shape;
      const around = (seconds - peakSeconds) / 2;
      return {
        startPerSecond: base,
        // A stage of no length is a jump.
        stages: [
          { target: base, seconds: around },
          { target: peak, seconds: 0 },
          { target: peak, seconds: peakSeconds },
          { target: base, seconds: 0 },
          { target: base, seconds: around },
        ],
      };
    }
    case 'soak': {
      const { ratePerSecond, seconds } = shape;
      const ramp = Math.min(SOAK_RAMP_S, seconds / 10);
      return {
        startPerSecond: 0,
        stages: [
          { target: ratePerSecond, seconds: ramp },
          { target: ratePerSecond, seconds: seconds - ramp },
        ],
      };
    }
  }
}

/** Calls that a shape asks for: the area under its rate. */
export function callsOf(shape: LoadShape): number {
  const { startPerSecond, stages } = stagesOf(shape);
  let rate = startPerSecond;
  let calls = 0;
  for (const { target, seconds } of stages) {
    calls += ((rate + target) / 2) * seconds;
    rate = target;
  }
  return Math.round(calls);
}

/** The highest rate of a shape, calls a second. */
export function peakOf(shape: LoadShape): number {
  const { startPerSecond, stages } = stagesOf(shape);
  return Math.max(startPerSecond, ...stages.map(({ target }) => target));
}

/** The same shape over another time, with its rates: a spike's peak keeps its share. Pure. */
export function during(shape: LoadShape, seconds: number): LoadShape {
  if (shape.kind !== 'spike') return { ...shape, seconds };
  return { ...shape, seconds, peakSeconds: (shape.peakSeconds * seconds) / shape.seconds };
}
