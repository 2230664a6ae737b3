import type { Verdict } from '../../model/verdict.ts';

/**
 * Colours of all charts. A card of their own, so that they read the same on light and dark pages. Data colours are
 * those of Okabe and Ito (2008), which people with any common colour blindness can tell apart.
 */
export const INK = {
  card: '#ffffff',
  edge: '#d0d7de',
  text: '#1f2328',
  quiet: '#59636e',
  grid: '#eaeef2',
  band: '#d55e00',
  marker: '#1f2328',
} as const;

export const VERDICT_COLOUR: Record<Verdict, string> = {
  passed: '#1a7f37',
  failed: '#cf222e',
  inconclusive: '#9a6700',
  broken: '#8250df',
  'not-applicable': '#6e7781',
};

/** Calls that ended well: calm, so that errors stand out. */
export const OK_COLOUR = '#b9c5cf';
export const ERROR_COLOURS = ['#d55e00', '#cc79a7', '#7a0177', '#e69f00', '#000000'] as const;
/** No orange here: that is what errors and the fault have. */
export const CLUSTER_COLOURS = ['#0072b2', '#7cc4f0', '#009e73', '#f0e442', '#cc79a7'] as const;
export const QUANTILE_COLOURS = { p50: '#8b949e', p99: '#1f2328' } as const;

/** Without quotes: the SVG renderer puts it into an attribute as it is. */
export const FONT = 'system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif';

/** The colour at a position of a palette; starts over when it is used up. */
export function colourAt(palette: readonly string[], index: number): string {
  return palette[index % palette.length] ?? INK.quiet;
}
