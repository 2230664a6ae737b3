import { expect, test } from '@playwright/test';
import { searchCases, searchProblem } from './dns-search.ts';

const service = { name: 'shop', namespace: 'town' };
const inTown = searchCases({ service, from: 'town' });
const at = (typed: string) => inTown.find((one) => one.typed === typed) ?? inTown[0]!;

test('each way to write a name costs what the search path says', () => {
  expect(inTown.map(({ typed, asked, known }) => [typed, asked.length, known])).toEqual([
    ['shop', 1, true],
    ['shop.town', 2, true],
    ['shop.town.svc', 3, true],
    ['shop.town.svc.cluster.local.', 1, true],
    ['shop.town.cluster.local.', 1, false],
  ]);
  // From elsewhere the bare name means another service.
  expect(searchCases({ service, from: 'hill' }).map(({ typed }) => typed)).not.toContain('shop');
});

test('a right address after too many questions is a problem, after fewer it is none', () => {
  const { asked } = at('shop.town');
  const right = { outcome: 'ok' as const, answers: ['10.1.0.7'] };
  expect(searchProblem(at('shop.town'), { ...right, asked }, ['10.1.0.7'])).toBeUndefined();
  expect(
    searchProblem(at('shop.town'), { ...right, asked: asked.slice(0, 1) }, ['10.1.0.7']),
  ).toBeUndefined();
  const detour = ['shop.corp.example', ...asked];
  expect(searchProblem(at('shop.town'), { ...right, asked: detour }, ['10.1.0.7'])).toContain('(3 names)');
});

test('a wrong or missing address is a problem, and a name with a dot stays unknown', () => {
  const { asked } = at('shop');
  expect(searchProblem(at('shop'), { outcome: 'ok', answers: ['10.9.9.9'], asked }, ['10.1.0.7'])).toContain(
    'shop is 10.9.9.9 instead of 10.1.0.7',
  );
  expect(searchProblem(at('shop'), { outcome: 'dns-nxdomain', asked }, ['10.1.0.7'])).toContain(
    'dns-nxdomain',
  );
  const dotted = at('shop.town.cluster.local.');
  const none = { outcome: 'dns-nxdomain', detail: 'NXDOMAIN' } as const;
  expect(searchProblem(dotted, { ...none, asked: dotted.asked }, [])).toBeUndefined();
  expect(searchProblem(dotted, { outcome: 'ok', answers: ['10.9.9.9'], asked: dotted.asked }, [])).toContain(
    'instead of dns-nxdomain',
  );
});
