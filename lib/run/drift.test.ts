import { expect, test } from '@playwright/test';
import { differences } from './drift.ts';
import { RUN_LABEL } from './workloads.ts';

const rule = (name: string, spec: object, labels: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'Rule',
  metadata: { name, namespace: 'safe', labels },
  spec,
});

test('what is missing, changed or of foreign make is said; what is as applied is not', () => {
  const expected = [rule('kept', { a: 1 }), rule('lost', {}), rule('bent', { paths: ['/a'] })];
  const present = [
    rule('kept', { a: 1 }, { [RUN_LABEL]: 'r' }),
    rule('bent', { paths: ['/*'] }, { [RUN_LABEL]: 'r' }),
    rule('slipped-in', { action: 'ALLOW' }),
    rule('of-another-test', {}, { [RUN_LABEL]: 'r' }),
  ];
  expect(differences('Rule', expected, present)).toEqual([
    'Rule safe/lost is missing',
    'Rule safe/bent was changed: {"paths":["/*"]}',
    'Rule safe/slipped-in is there, which the run did not make: {"action":"ALLOW"}',
  ]);
});
