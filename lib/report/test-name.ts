import { basename, dirname } from 'node:path';

/** What a test is called in every report. */
export interface TestName {
  /** `<capability>/<file>: <title>`, independent of project, worker and order. */
  id: string;
  capability: string;
  title: string;
}

/** Names a test by its file below `suites/` and its titles (describes first). */
export function nameOf(file: string, titles: readonly string[]): TestName {
  const below = /.*\/suites\/(.+)$/.exec(file)?.[1];
  const path = below ?? `${basename(dirname(file))}/${basename(file)}`;
  const stem = path.replace(/\.(spec|test|setup)\.ts$/, '');
  const title = titles.join(' › ');
  return {
    id: `${stem}: ${title}`,
    capability: stem.includes('/') ? (stem.split('/')[0] ?? stem) : 'run',
    title,
  };
}
