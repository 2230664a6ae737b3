import { defineConfig } from 'allure';

/** The label `verdict` is set when the results are rewritten (lib/report/rewrite-results.ts). */
const category = (verdict: 'failed' | 'broken' | 'inconclusive' | 'not-applicable', name: string) => ({
  id: `meshproof-${verdict}`,
  name,
  matchers: { labels: { verdict: `^${verdict}$` } },
  groupByMessage: true,
  expand: true,
});

export default defineConfig({
  name: 'Meshproof',
  categories: [
    category('failed', 'Failed: the mesh broke a promise'),
    category('broken', 'Broken: the environment or Meshproof'),
    category('inconclusive', 'Inconclusive: the evidence carries no verdict'),
    category('not-applicable', 'Not applicable: a capability is missing'),
  ],
  plugins: {
    awesome: {
      options: { singleFile: true, reportLanguage: 'en', theme: 'auto', groupBy: ['epic', 'feature'] },
    },
  },
});
