import { expect, test } from '@playwright/test';
import { type AnswerSeen, whereAnswersDiffer } from './dns-agreement.ts';

/** Two nodes ask two resolvers over both protocols. */
function answers(isWrong: (answer: Omit<AnswerSeen, 'problem'>) => boolean): AnswerSeen[] {
  return ['n1', 'n2'].flatMap((node) =>
    ['10.0.0.1', '10.0.0.2'].flatMap((server) =>
      ['UDP', 'TCP'].map((protocol) => {
        const answer = { node, server, protocol };
        return {
          ...answer,
          problem: isWrong(answer) ? 'A shop. is 10.9.9.9 instead of 10.1.0.7' : undefined,
        };
      }),
    ),
  );
}

test('right answers everywhere are no finding', () => {
  expect(whereAnswersDiffer(answers(() => false))).toEqual([]);
});

test('one resolver that says something else is found', () => {
  expect(whereAnswersDiffer(answers(({ server }) => server === '10.0.0.2'))).toEqual([
    'only from 10.0.0.2: 4 of 8 answers are wrong',
    '4 × A shop. is 10.9.9.9 instead of 10.1.0.7',
  ]);
});

test('one node that is cut off from TCP is found', () => {
  const [where] = whereAnswersDiffer(answers(({ node, protocol }) => node === 'n2' && protocol === 'TCP'));
  expect(where).toBe('only on n2, over TCP: 2 of 8 answers are wrong');
});

test('an answer that is wrong everywhere blames no node', () => {
  expect(whereAnswersDiffer(answers(() => true))[0]).toBe(
    'on every node, from every resolver: 8 of 8 answers are wrong',
  );
});
