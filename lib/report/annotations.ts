import { z } from 'zod';
import { errorMessage } from '../support/errors.ts';

/** What a test says about itself beside its errors. */
export interface Annotation {
  type: string;
  description?: string;
}

/** Pushed by each matcher that was evaluated, with the promise in words. */
const PROMISE_ANNOTATION = 'meshproof.promise';
/** Pushed for each measured figure: JSON of a {@link Figure}. */
const FIGURE_ANNOTATION = 'meshproof.figure';

/** Null says "looked for and not seen" (JSON has no NaN); such a figure is left out. */
const figure = z.strictObject({ name: z.string().min(1), value: z.number().nullable() });

/** A measured value; its name ends in the unit (`failoverMs`). */
export interface Figure {
  name: string;
  value: number;
}

/** The annotation by which a matcher says that it checked something. */
export function promiseAnnotation(text: string): Annotation {
  return { type: PROMISE_ANNOTATION, description: text };
}

/** The annotation that carries a measured value into every report. */
export function figureAnnotation(measured: Figure): Annotation {
  return { type: FIGURE_ANNOTATION, description: JSON.stringify(measured) };
}

/** True when at least one promise was checked. */
export function assertedSomething(annotations: readonly Annotation[]): boolean {
  return annotations.some(({ type }) => type === PROMISE_ANNOTATION);
}

/** All figures by name (the last one of a name counts), and what is wrong with those that can't be read. */
export function figuresOf(annotations: readonly Annotation[]): {
  figures: Record<string, number>;
  problems: string[];
} {
  const figures: Record<string, number> = {};
  const problems: string[] = [];
  for (const { type, description } of annotations) {
    if (type !== FIGURE_ANNOTATION) continue;
    try {
      const { name, value } = figure.parse(JSON.parse(description ?? ''));
      if (value !== null) figures[name] = value;
    } catch (error) {
      problems.push(`a figure that can't be read (${description ?? 'empty'}): ${errorMessage(error)}`);
    }
  }
  return { figures, problems };
}
