/** A label that belongs to a place on the time axis; its line goes down from it through the panels. */
export interface PlacedLabel {
  label: string;
  /** Pixels from the left: the line's, and the text's left edge. */
  x: number;
  width: number;
  /** 0 is the lowest lane, nearest to the panels. */
  lane: number;
}

/** Pixels between a label's line and its text, and at least between two labels. */
const GAP = 6;

/**
 * Puts labels into lanes so that no text covers another text, nor the line of another label. Each text begins at
 * its own line and goes to the right; the lines of labels in higher lanes pass the lower ones.
 */
export function placeLabels(labels: readonly { label: string; x: number }[], fontSize = 11): PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  for (const { label, x } of labels.toSorted((a, b) => b.x - a.x)) {
    const width = textWidth(label, fontSize) + GAP;
    // Everything placed so far lies to the right: whoever begins inside this text must be in a lower lane.
    const inside = placed.filter((other) => other.x < x + width + GAP);
    const lane = inside.reduce((highest, other) => Math.max(highest, other.lane + 1), 0);
    placed.push({ label, x, width, lane });
  }
  return placed.toReversed();
}

/**
 * Width of a text in pixels, on the safe side: no font is at hand where charts are drawn. 0.62 em is the mean
 * advance of DejaVu Sans, the widest of the common sans-serif fonts.
 */
export function textWidth(text: string, fontSize: number): number {
  return Math.ceil(text.length * fontSize * 0.62);
}

/** Maps a value range onto pixels. */
export function scale(
  from: readonly [number, number],
  to: readonly [number, number],
): (value: number) => number {
  const [min, max] = from;
  const span = max - min || 1;
  return (value) => to[0] + ((value - min) / span) * (to[1] - to[0]);
}

/** The next "round" number (1, 2 or 5 times a power of ten) that is not below a positive value. */
export function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10) * power;
}
