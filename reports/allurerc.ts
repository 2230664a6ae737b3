import { defineConfig } from 'allure';

/** The label `verdict` is set when the results are rewritten (lib/report/rewrite-results.ts). */
const category = (verdict: 'failed' | 'broken' | 'inconclusive' | 'not-applicable', name: string) => ({
  id: `meshproof-${verdict}`,
  name,
  matchers: { labels: { verdict: `^${verdict}$` } },
  groupByMessage: true,
  expand: true,
});

const history = process.env['MESHPROOF_ALLURE_HISTORY'] || undefined;

export default defineConfig({
  name: 'Meshproof',
  ...(history === undefined ? {} : { historyPath: history }),
  categories: [
    // Before the others: the first that matches has the test.
    {
      id: 'meshproof-quarantine',
      name: 'In quarantine: does not decide the verdict',
      matchers: { labels: { quarantine: '^(failed|inconclusive|not-applicable)$' } },
      groupByMessage: true,
      expand: true,
    },
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
