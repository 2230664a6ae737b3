import type { Comparison } from '../model/comparison.ts';
import { effectsSvg } from '../report/charts/effects.ts';
import { COMPARISON_VERDICT, effectWords, metricName, rangeWords } from './words.ts';

/** The effects of every round with the margins, as an SVG. */
export function comparisonPicture({ verdict, metrics, used, level, plan }: Comparison): string {
  const sure = Number((100 * (1 - level)).toFixed(1));
  return effectsSvg({
    title: 'Candidate against current',
    subtitle: `${used.length} rounds, ${plan.design === 'interleaved' ? 'in turns' : 'one after the other'}; dashed: margin; each bound holds with ${sure} %; above is worse`,
    verdict: COMPARISON_VERDICT[verdict],
    rows: metrics.map(({ metric, margin, effects, mean, lower, upper, verdict }) => ({
      label: metricName(metric),
      verdict: COMPARISON_VERDICT[verdict],
      effects,
      mean,
      lower,
      upper,
      limit: margin.limit,
      range: rangeWords({ metric, lower, upper }),
      words: (effect) => effectWords(metric, effect),
    })),
  });
}
