import { expect, test } from '@playwright/test';
import { analysisFindings, parseMessages, precheckFindings, type ToolMessage } from './istioctl-messages.ts';

/** Shortened from `istioctl analyze -o json` of Istio 1.31. */
const message = (changes: Partial<ToolMessage> = {}): ToolMessage => ({
  cluster: 'default',
  code: 'IST0101',
  documentationUrl: 'https://istio.io/v1.31/docs/reference/config/analysis/ist0101/?ref=istioctl-analyze',
  level: 'Error',
  message: 'Referenced host not found: "nobody"',
  origin: 'VirtualService shop/cart',
  ...changes,
});
const WORDS =
  'VirtualService shop/cart: Referenced host not found: "nobody" (see https://istio.io/v1.31/docs/reference/config/analysis/ist0101/)';

test('messages of other clusters are left to those, and silence is no message', () => {
  const printed = JSON.stringify([message(), message({ cluster: 'east' }), message({ cluster: 'west' })]);
  expect(parseMessages(printed, 'east')).toHaveLength(2);
  expect(parseMessages(' \n', 'east')).toEqual([]);
  expect(() => parseMessages('panic: ', 'east')).toThrow();
});

test('what there is on both sides is a note, and what the candidate brings is against it', () => {
  expect(analysisFindings('east', [message()], [message()])).toEqual([
    { source: 'evidence', weight: 'note', words: `east: istioctl analyze: Error IST0101, ${WORDS}` },
  ]);
  expect(analysisFindings('east', [], [message()])).toEqual([
    {
      source: 'evidence',
      weight: 'against',
      words: `east: istioctl analyze with the candidate’s settings: Error IST0101, ${WORDS}`,
    },
  ]);
  expect(analysisFindings('east', [], [message({ level: 'Warning' })])[0]?.weight).toBe('note');
});

test('remarks that a healthy mesh has are left out, and the order of istioctl does not matter', () => {
  expect(analysisFindings('east', [message({ level: 'Info' })], [message({ level: 'Info' })])).toEqual([]);
  const warned = [
    message({ level: 'Warning' }),
    message({ level: 'Warning', code: 'IST0170', origin: 'Service a/b' }),
  ];
  expect(analysisFindings('east', warned, []).map(({ words }) => words)).toEqual([
    'east: istioctl analyze warns of what there is now as well: IST0101 VirtualService shop/cart, IST0170 Service a/b',
  ]);
  const two = [message(), message({ code: 'IST0001', origin: 'Gateway a/b' })];
  expect(analysisFindings('east', two, [])).toEqual(analysisFindings('east', two.toReversed(), []));
});

test('an error of the precheck leaves the change unsettled, and its silence says nothing', () => {
  expect(precheckFindings('east', [message()])).toEqual([
    { source: 'evidence', weight: 'unsettled', words: `east: istioctl x precheck: Error IST0101, ${WORDS}` },
  ]);
  expect(precheckFindings('east', [message({ level: 'Warning' })])[0]?.weight).toBe('note');
  expect(precheckFindings('east', [])).toEqual([]);
});
